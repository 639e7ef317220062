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
        let entries = town.db().query_text("SELECT entry FROM events WHERE district = $1", &args![1]).unwrap();
        assert!(entries.len() > 6);
        let stream = store::read::stream::<Cases>(&mut town.db(), 1, id).unwrap();
        for event in stream.events {
            let receipt = store::read::receipt(&mut town.db(), 1, event.seq, event.seq + 1);
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

#[test]
fn words_are_shown_only_after_a_person_released_them_and_no_longer_than_the_resident_agrees() {
    everywhere(|town| {
        let id = with_contact(town, Track::Hotline).id;
        let release = |text: &str| Command::ReleaseText { text: text.into(), answer: String::new() };
        let shown = |town: &Town| town.count("SELECT COUNT(*) FROM cases WHERE district = $1 AND released > 0");
        assert_eq!(shown(town), 0, "the resident's yes alone shows nothing");
        assert_eq!(town.why(&clerk("housing"), id, release("灯不亮")), Why::NotYours);
        assert_eq!(town.why(&Actor::Resident, id, release("灯不亮")), Why::NotYours);
        assert_eq!(town.why(&dispatcher(), id, release(" ")), Why::Empty);
        town.act(&dispatcher(), id, release("灯不亮"));
        town.act(&dispatcher(), id, release("一盏灯不亮"));
        assert_eq!((shown(town), town.case(id).shown()), (1, Some(3)));
        assert_eq!(town.said(id, "text_released")[field::SHOWN], "一盏灯不亮", "the words stand in the vault");
        let everybody = |town: &Town| {
            let (mut db, mut keys) = (town.db(), Keys::open(&town.place, 1, false).unwrap());
            let list = store::public::released(&mut db, &mut keys, 1, i64::MAX, "", "", 9).unwrap();
            let all = store::public::all(&mut db, &mut keys, 1, -1, 9).unwrap();
            (list, all)
        };
        let (list, all) = everybody(town);
        assert_eq!((list.len(), list == all, list[0].id), (1, true, id));
        assert_eq!(list[0].words[field::SHOWN], "一盏灯不亮");
        assert_eq!(list[0].words.len(), 1, "nothing else of the vault comes along");
        // To take the consent back needs no reason, and nobody can release it again.
        town.act(&Actor::Resident, id, Command::HideText { reason: String::new() });
        assert_eq!((shown(town), town.case(id).shown()), (0, None));
        assert_eq!(everybody(town), (Vec::new(), Vec::new()));
        assert_eq!(town.why(&dispatcher(), id, release("灯不亮")), Why::NoConsent);
        let silent = town.raise(Track::Hotline).id;
        assert_eq!(town.why(&dispatcher(), silent, release("灯不亮")), Why::NoConsent);
    });
}

#[test]
fn a_neighbour_who_joins_has_a_case_of_their_own_that_is_linked() {
    everywhere(|town| {
        let id = with_contact(town, Track::Hotline).id;
        let own = town.raise(Track::Hotline).id;
        let join = |to| Command::Link { link: LinkKind::Related, to };
        town.act(&Actor::Resident, own, join(id));
        assert_eq!(town.kinds(own), ["raised", "linked"]);
        assert_eq!(town.case(own).links, [(LinkKind::Related, id)]);
        assert_eq!(town.case(own).stage, Stage::Raised, "it is handled and rated by itself");
        let silent = town.raise(Track::Hotline).id;
        for other in [silent, CaseId([9; 16]), CaseId::default(), own] {
            assert_eq!(town.why(&Actor::Resident, own, join(other)), Why::NotJoined);
        }
        let repeat = Command::Link { link: LinkKind::Repeat, to: id };
        assert_eq!(town.why(&Actor::Resident, own, repeat), Why::NotJoined, "whether it repeats one, staff say");
        assert_eq!(town.why(&Actor::Resident, own, join(id)), Why::Linked);
        let sealed = town.raise(Track::Accusation).id;
        assert_eq!(town.why(&Actor::Resident, sealed, join(id)), Why::NotJoined);
    });
}

#[test]
fn an_erasure_that_the_resident_asks_for_is_answered_by_a_day() {
    everywhere(|town| {
        let id = with_contact(town, Track::Hotline).id;
        let ask = || Command::AskErasure { reason: String::new() };
        let decline = || Command::DeclineErasure { reason: "法律要求再保存一年".into() };
        let inbox = "SELECT COUNT(*) FROM cases WHERE district = $1 AND inbox = 1 AND live = 0";
        assert_eq!(town.why(&Actor::Resident, id, ask()), Why::WrongStage, "it is still handled");
        town.act(&Actor::Resident, id, Command::Withdraw);
        assert_eq!(town.why(&dispatcher(), id, decline()), Why::NoErasureAsked);
        town.act(&Actor::Resident, id, ask());
        assert_eq!(town.count(inbox), 1, "the dispatcher sees it until it is answered");
        let case = town.case(id);
        assert_eq!(case.next_due().map(|c| (c.rule, c.days)), Some((domain::rule::RuleId::ErasureAnswer, 30)));
        assert_eq!(town.why(&Actor::Resident, id, ask()), Why::ErasureAsked);
        town.act(&dispatcher(), id, decline());
        assert_eq!((town.count(inbox), town.case(id).next_due()), (0, None));
        town.act(&Actor::Resident, id, ask());
        town.act(&dispatcher(), id, Command::Erase { ground: Ground::ConsentWithdrawn });
        assert!(town.case(id).erased && !town.case(id).erasure_asked);
        assert_eq!(town.count(inbox), 0);
        assert_eq!(town.kinds(id)[2..], ["erasure_asked", "erasure_declined", "erasure_asked", "erased"]);
    });
}

#[test]
fn a_resident_corrects_at_most_twenty_times_and_then_hears_what_to_do() {
    everywhere(|town| {
        let id = with_contact(town, Track::Hotline).id;
        let correct = || Command::CorrectField { field: Corrected::Place, value: "三号楼".into() };
        for _ in 0..CORRECTIONS_MOST {
            town.act(&Actor::Resident, id, correct());
        }
        assert_eq!(town.why(&Actor::Resident, id, correct()), Why::CorrectedOut);
        town.act(&dispatcher(), id, correct());
    });
}

#[test]
fn keys_that_an_old_copy_of_the_key_store_brings_back_are_destroyed_at_the_next_start_however_many() {
    everywhere(|town| {
        let ids: Vec<[u8; 16]> = (0..130).map(|_| town.raise(Track::Hotline).id.0).collect();
        let old = Keys::open(&town.place, 1, false).unwrap().case_keys(&ids).unwrap();
        let old: Vec<_> = old.iter().map(|(stream, key)| (*stream, *key.bytes())).collect();
        assert_eq!(old.len(), ids.len());
        for id in &ids {
            town.act(&Actor::Resident, CaseId(*id), Command::Withdraw);
        }
        town.days(50);
        for id in &ids {
            let erase = Command::Erase { ground: Ground::PurposeServed };
            town.act(&dispatcher(), CaseId(*id), erase);
        }
        let kept = |town: &Town| Keys::open(&town.place, 1, false).unwrap().case_keys(&ids).unwrap().len();
        assert_eq!(kept(town), 0);
        town.close();
        Keys::open(&town.place, 1, true).unwrap().put_cases(&old).unwrap();
        assert_eq!(kept(town), 130);
        town.reopen(2);
        assert_eq!(kept(town), 0);
    });
}

#[test]
fn a_photo_that_two_cases_share_links_neither_to_the_other() {
    everywhere(|town| {
        let ids = [with_contact(town, Track::Hotline).id, with_contact(town, Track::Accusation).id];
        let names = |id| match &store::read::stream::<Cases>(&mut town.db(), 1, id).unwrap().events[0].body.event {
            Event::Raised { photos, .. } => photos.clone(),
            other => panic!("{other:?}"),
        };
        let (one, two) = (names(ids[0]), names(ids[1]));
        assert_eq!((one.len(), two.len()), (1, 1));
        assert_ne!(one, two, "the same photo has a name of its own in each case");
        let own = town.said(ids[0], "raised")[field::PHOTOS].clone();
        assert_eq!(own, town.said(ids[1], "raised")[field::PHOTOS], "its hash stands in the vault");
        let files = town.db().query_text("SELECT hash FROM files WHERE district = $1", &args![1]).unwrap();
        for file in files {
            let hash: [u8; 32] = file.array("hash").unwrap();
            assert_ne!(hash.iter().map(|b| format!("{b:02x}")).collect::<String>(), own);
        }
    });
}
