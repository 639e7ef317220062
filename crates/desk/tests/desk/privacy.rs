//! What is personal: sealed accusations, unmasking, interest, correction, hiding, erasure.

use crate::*;

const PERSONAL: &str = "甘蓝街某某13900000000";

fn with_contact(town: &Town, track: Track) -> Raised {
    let contact = Contact { name: PERSONAL.into(), phone: "139 0000 0000".into(), ..Contact::default() };
    let raise = Raise { contact, public: true, ..raised(track) };
    let photos = vec![("image/jpeg".to_owned(), [&[0xff, 0xd8, 0xff][..], &[7; 300]].concat())];
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(town.desk().raise(Actor::Resident, raise, photos, None)).unwrap()
}

#[test]
fn a_sealed_accusation_is_seen_by_the_discipline_unit_alone_and_never_by_the_accused() {
    everywhere(|town| {
        let raise = Raise { accused: Some("housing".into()), ..raised(Track::Accusation) };
        let desk = town.desk();
        let own = desk.raise_now(clerk("housing"), raise.clone(), None).unwrap_err();
        assert_eq!(refused(own).why, Why::WrongAccusedUnit, "nobody of the accused unit writes it down");
        let only = Raise { accused: Some("discipline".into()), ..raised(Track::Accusation) };
        let nobody = desk.raise_now(Actor::Resident, only, None).unwrap_err();
        assert_eq!(refused(nobody).why, Why::NoDisciplineUnit, "there is nobody else to take it");
        let id = desk.raise_now(Actor::Resident, raise, None).unwrap().id;
        assert_eq!(town.why(&dispatcher(), id, accept(Track::Accusation)), Why::NotYours);
        // Who may not see it learns nothing about it, not even that it has no such task.
        assert_eq!(town.why(&head("housing"), id, Command::Approve { task: 9 }), Why::NotYours);
        let inside = staff("discipline", Role::Dispatcher);
        town.act(&inside, id, accept(Track::Accusation));
        assert_eq!(town.why(&inside, id, dispatch("housing")), Why::WrongAccusedUnit);
        assert_eq!(town.why(&inside, id, dispatch("water")), Why::WrongAccusedUnit);
        town.act(&inside, id, dispatch("discipline"));
        town.act(&clerk("discipline"), id, answer(1, Outcome::Supported));
        town.act(&head("discipline"), id, Command::Approve { task: 1 });
        town.act(&Actor::Resident, id, verdict(Solved::Yes));
        // The public ledger has neither its category nor a unit.
        let entries = town.reader().query_text("SELECT entry FROM events WHERE district = $1", &args![1]).unwrap();
        assert!(entries.len() > 6);
        let stream = store::read::stream::<Event>(&mut town.reader(), 1, id).unwrap();
        for event in stream.events {
            let receipt = store::read::receipt(&mut town.reader(), 1, event.seq, event.seq + 1);
            let entry = ledger::entry::Entry::parse(&receipt.unwrap().entry).unwrap();
            assert_eq!((entry.category, entry.unit), (None, None));
        }
    });
}

#[test]
fn contact_data_is_opened_with_a_purpose_and_every_opening_is_kept() {
    everywhere(|town| {
        let id = with_contact(town, Track::Hotline).id;
        let open = || Command::Unmask { purpose: Purpose::Contact, text: "约时间上门".into() };
        assert_eq!(town.why(&clerk("housing"), id, open()), Why::NotYours);
        town.act(&dispatcher(), id, accept(Track::Hotline));
        town.act(&dispatcher(), id, dispatch("housing"));
        town.act(&clerk("housing"), id, open());
        town.act(&staff("centre", Role::Auditor), id, Command::Unmask { purpose: Purpose::Audit, text: String::new() });
        assert_eq!(town.said(id, "unmasked"), Fields::new());
        assert_eq!(town.count("SELECT COUNT(*) FROM openings WHERE district = $1"), 2);
    });
}

#[test]
fn whoever_has_an_interest_withdraws_and_acts_no_more() {
    everywhere(|town| {
        let id = town.at(Track::Hotline, "housing").id;
        town.act(&clerk("housing"), id, Command::DeclareInterest);
        assert_eq!(town.why(&clerk("housing"), id, answer(1, Outcome::Done)), Why::Interest);
        assert_eq!(town.why(&clerk("housing"), id, Command::DeclareInterest), Why::AlreadyWithdrawn);
        town.act(&head("housing"), id, answer(1, Outcome::Done));
        assert_eq!(town.kinds(id)[3..], ["interest_declared", "answered"]);
    });
}

#[test]
fn a_field_is_corrected_and_a_public_text_is_hidden() {
    everywhere(|town| {
        let id = with_contact(town, Track::Hotline).id;
        let correct = |field, value: &str| Command::CorrectField { field, value: value.into() };
        assert_eq!(town.why(&Actor::Resident, id, correct(Corrected::Phone, "电话")), Why::BadPhone);
        assert_eq!(town.why(&Actor::Resident, id, correct(Corrected::Title, &"长".repeat(121))), Why::TooLong);
        assert_eq!(town.why(&clerk("housing"), id, correct(Corrected::Name, "某")), Why::NotYours);
        town.act(&Actor::Resident, id, correct(Corrected::Place, "三号楼"));
        assert_eq!(town.said(id, "field_corrected")[field::VALUE], "三号楼");
        town.act(&dispatcher(), id, Command::Recategorise { category: "lift".into() });
        assert_eq!(town.case(id).category, Some("lift".into()));
        let public = |town: &Town| town.count("SELECT COUNT(*) FROM cases WHERE district = $1 AND public = 1");
        assert_eq!(public(town), 1);
        town.act(&dispatcher(), id, Command::HideText { reason: reason() });
        assert_eq!(public(town), 0);
        assert_eq!(town.why(&dispatcher(), id, Command::HideText { reason: reason() }), Why::NotPublic);
        assert_eq!(town.kinds(id), ["raised", "field_corrected", "recategorised", "text_hidden"]);
    });
}

#[test]
fn an_erasure_leaves_no_key_no_ciphertext_and_a_receipt_that_still_verifies() {
    everywhere(|town| {
        let raised = with_contact(town, Track::Petition);
        let (id, other) = (raised.id, town.raise(Track::Hotline).id);
        town.act(&dispatcher(), id, accept(Track::Petition));
        town.act(&dispatcher(), id, dispatch("housing"));
        town.act(&clerk("housing"), id, answer(1, Outcome::Explained));
        town.act(&head("housing"), id, Command::Approve { task: 1 });
        let erase = |ground| Command::Erase { ground };
        let administrator = staff("centre", Role::Administrator);
        assert_eq!(town.why(&administrator, id, erase(Ground::PurposeServed)), Why::WrongStage);
        town.act(&Actor::Resident, id, verdict(Solved::Yes));
        // The resident may still ask for a review: nobody else's wish ends that.
        assert_eq!(town.why(&administrator, id, erase(Ground::PurposeServed)), Why::WindowOpen);
        let files = "SELECT COUNT(*) FROM files WHERE district = $1";
        let sealed = "SELECT COUNT(*) FROM vault WHERE district = $1";
        assert_eq!((town.count(files), town.count(sealed)), (1, 4));
        let keys = |town: &Town| Keys::open(&town.place, 1, false).unwrap().case_keys(&[id.0, other.0]).unwrap().len();
        assert_eq!(keys(town), 2);
        town.days(50);
        town.act(&administrator, id, erase(Ground::PurposeServed));
        assert_eq!((town.count(files), town.count(sealed), keys(town)), (0, 1, 1));
        assert_eq!(town.case(id).waits(), None);
        assert!(town.case(id).clocks.iter().all(|c| !c.is_running()));
        for command in [Command::Reopen { reason: reason() }, Command::AskReview { reason: reason() }] {
            assert_eq!(town.why(&Actor::Resident, id, command), Why::Erased);
        }
        town.act(&dispatcher(), id, Command::Link { link: LinkKind::Related, to: other });
        let log = Verifier::parse(town.desk().vkey()).unwrap();
        let receipt = ledger::receipt::Receipt::parse(&raised.receipt).unwrap();
        assert_eq!(receipt.verify(&log).unwrap().entry.case, id.0);
        town.reopen(3);
        assert_eq!(town.kinds(id)[5..], ["verdict_given", "erased", "linked"]);
        if let Some(folder) = town.place.folder() {
            for file in std::fs::read_dir(folder).unwrap() {
                let bytes = std::fs::read(file.unwrap().path()).unwrap();
                assert!(!bytes.windows(PERSONAL.len()).any(|w| w == PERSONAL.as_bytes()), "a name stands in a file");
            }
        }
    });
}
