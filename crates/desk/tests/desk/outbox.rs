//! The outbox: who is to be told is written with the event, and names nobody.

use crate::*;
use domain::Lang;
use proptest::prelude::*;
use store::outbox::{self, Kind, State};

fn tell(channel: Channel) -> Option<Tell> {
    Some(Tell { channel, lang: Lang::Zh })
}

fn by_sms() -> Raise {
    let contact = Contact { phone: "13800000000".into(), tell: tell(Channel::Sms), ..Contact::default() };
    Raise { contact, ..raised(Track::Hotline) }
}

impl Town {
    fn raise_with(&self, raise: Raise) -> Raised {
        self.desk().raise_now(Actor::Resident, raise, None).unwrap()
    }

    fn waiting(&self, kind: Kind) -> Vec<outbox::Message> {
        outbox::due(&mut self.db(), 1, kind, self.clock.now(), 100).unwrap()
    }

    fn topics(&self, kind: Kind) -> Vec<String> {
        self.waiting(kind).into_iter().map(|m| m.topic).collect()
    }

    /// All rows of the outbox, as text.
    fn outbox_text(&self) -> String {
        let columns = schema::columns(&mut self.db(), "outbox").unwrap().join(", ");
        let sql = format!("SELECT {columns} FROM outbox WHERE district = $1 ORDER BY seq, no");
        format!("{:?}", self.db().query_text(&sql, &args![1]).unwrap())
    }
}

#[test]
fn an_event_and_its_messages_are_there_together() {
    everywhere(|town| {
        let case = town.raise_with(by_sms());
        town.act(&dispatcher(), case.id, accept(Track::Hotline));
        let Acted { index, .. } =
            town.act(&dispatcher(), case.id, Command::Dispatch { lead: "housing".into(), joint: vec!["water".into()] });
        assert_eq!(town.topics(Kind::Sms), ["received", "accepted", "handed_to"]);
        let groups = town.waiting(Kind::Robot);
        assert_eq!(groups.iter().map(|m| m.unit.as_ref().unwrap().as_str()).collect::<Vec<_>>(), ["housing", "water"]);
        assert!(groups.iter().all(|m| m.seq == index && m.record == case.id && m.state == State::Waiting));
        // A message without its event, or an event without its message, is nowhere.
        let orphans = "SELECT COUNT(*) FROM outbox o LEFT JOIN events e ON e.district = o.district AND e.seq = o.seq \
                       AND e.stream = o.stream WHERE o.district = $1 AND e.seq IS NULL";
        assert_eq!(town.count(orphans), 0);
    });
}

#[test]
fn a_refusal_and_a_repeated_request_lead_to_no_message() {
    everywhere(|town| {
        let key = desk::Key::of("resident", "one");
        let once = || town.desk().raise_now(Actor::Resident, by_sms(), Some(key)).unwrap();
        assert_eq!(once().id, once().id);
        town.why(&dispatcher(), once().id, dispatch("housing"));
        assert_eq!(town.topics(Kind::Sms), ["received"]);
        assert!(town.waiting(Kind::Robot).is_empty());
    });
}

#[test]
fn a_commit_that_fails_leaves_neither_event_nor_message() {
    everywhere(|town| {
        let before = town.raise_with(by_sms());
        // The table of messages takes nothing any more: then the event is not there either.
        let full = "ALTER TABLE outbox RENAME TO outbox_away";
        let back = "ALTER TABLE outbox_away RENAME TO outbox";
        let alter = |sql: &'static str| town.desk().put_now(vec![store::Write::new(sql, vec![])]).unwrap();
        alter(full);
        let size = town.count("SELECT COUNT(*) FROM events WHERE district = $1");
        assert!(town.desk().act_now(dispatcher(), before.id, accept(Track::Hotline)).is_err());
        assert_eq!(town.count("SELECT COUNT(*) FROM events WHERE district = $1"), size);
        alter(back);
        town.act(&dispatcher(), before.id, accept(Track::Hotline));
        assert_eq!(town.topics(Kind::Sms), ["received", "accepted"]);
    });
}

#[test]
fn a_new_choice_turns_what_still_waits_and_no_wish_drops_it() {
    everywhere(|town| {
        let case = town.raise_with(by_sms());
        let choose = |channel, address: &str| Command::ChooseTelling {
            tell: Tell { channel, lang: Lang::En },
            address: address.into(),
        };
        town.act(&Actor::Resident, case.id, choose(Channel::Email, "name@example.com"));
        assert_eq!(town.kinds(case.id), ["raised", "telling_chosen"]);
        assert!(town.waiting(Kind::Sms).is_empty());
        assert_eq!(town.topics(Kind::Email), ["received", "chosen", "readdressed"]);
        assert!(town.waiting(Kind::Email).iter().all(|m| m.lang == Lang::En));
        let mut keys = Keys::open(&town.place, 1, false).unwrap();
        let letters =
            outbox::letters(&mut town.db(), &mut keys, ::registers::REGISTERS, 1, &town.waiting(Kind::Email)).unwrap();
        assert!(letters.iter().flatten().all(|l| l.email == "name@example.com" && l.phone == "13800000000"));
        let outbox::About::Case { then, .. } = &letters[0].as_ref().unwrap().about else {
            panic!("it is about a case")
        };
        assert_eq!(then.version, 1, "a message tells of its own event");
        town.act(&Actor::Resident, case.id, choose(Channel::None, ""));
        town.act(&dispatcher(), case.id, accept(Track::Hotline));
        assert!(town.waiting(Kind::Email).is_empty() && town.waiting(Kind::Sms).is_empty());
    });
}

#[test]
fn an_erased_case_gets_no_message_any_more() {
    everywhere(|town| {
        let case = town.raise_with(by_sms());
        town.act(&dispatcher(), case.id, Command::NotAccept { reason: ScopeReason::OtherPlace, text: reason() });
        assert_eq!(town.topics(Kind::Sms), ["received", "not_accepted"]);
        town.act(&Actor::Resident, case.id, Command::AskErasure { reason: String::new() });
        town.act(&dispatcher(), case.id, Command::Erase { ground: Ground::ConsentWithdrawn });
        assert!(town.waiting(Kind::Sms).is_empty());
        // Not by hand either.
        town.desk().put_now(vec![outbox::again(1, Kind::Sms, town.clock.now())]).unwrap();
        assert!(town.waiting(Kind::Sms).is_empty());
        assert_eq!(town.count("SELECT COUNT(*) FROM outbox WHERE district = $1 AND said = 'erased'"), 2);
    });
}

#[test]
fn the_group_of_a_unit_hears_nothing_of_a_sealed_case() {
    everywhere(|town| {
        town.at(Track::Accusation, "discipline");
        assert!(town.waiting(Kind::Robot).is_empty());
        town.at(Track::Hotline, "housing");
        assert_eq!(town.topics(Kind::Robot), ["task"]);
    });
}

#[test]
fn no_row_of_the_outbox_holds_what_somebody_wrote_or_who_somebody_is() {
    let town = towns().remove(0);
    let config = proptest::test_runner::Config { cases: 24, failure_persistence: None, ..Default::default() };
    let planted = ("[甲-龟]{4,12}", "[0-9]{6}", "[a-z]{8,12}");
    proptest!(config, |(words in planted.0, digits in planted.1, name in planted.2, email in any::<bool>())| {
        let (phone, address) = (format!("13700{digits}"), format!("{name}@example.com"));
        let channel = if email { Channel::Email } else { Channel::Sms };
        let contact = Contact { name: words.clone(), phone: phone.clone(), email: address.clone(), tell: tell(channel) };
        let raise = Raise { text: words.clone(), title: words.clone(), place: words.clone(), contact, ..by_sms() };
        let case = town.raise_with(raise);
        town.act(&dispatcher(), case.id, accept(Track::Hotline));
        town.act(&dispatcher(), case.id, dispatch("housing"));
        town.act(&clerk("housing"), case.id, Command::Ask { task: 1, question: words.clone() });
        town.act(&Actor::Resident, case.id, Command::Reply { text: words.clone() });
        town.act(&clerk("housing"), case.id, answer(1, Outcome::Done));
        let again = Command::ChooseTelling { tell: tell(Channel::Email).unwrap(), address: address.clone() };
        town.act(&Actor::Resident, case.id, again);
        let rows = town.outbox_text();
        for marker in [&words, &phone, &address, &name, &case.secret] {
            prop_assert!(!rows.contains(marker.as_str()), "{} stands in the outbox", marker);
        }
    });
    assert!(town.count("SELECT COUNT(*) FROM outbox WHERE district = $1") > 100);
    town.proved();
}

/// Does to a closed town's database what a disk or somebody with access to it does.
fn spoil(town: &mut Town, statements: &[&'static str]) {
    town.close();
    let mut db = Db::open_writer(&town.place).unwrap();
    for sql in statements {
        db.write(&[store::Write::new(sql, vec![])]).unwrap();
    }
}

#[test]
fn a_row_that_is_damaged_holds_up_no_other_message() {
    let mut town = towns().remove(0);
    town.raise_with(by_sms());
    town.raise_with(by_sms());
    let damaged = "UPDATE outbox SET lang = CAST(x'7aa5' AS TEXT) WHERE seq = (SELECT MIN(seq) FROM outbox)";
    spoil(&mut town, &[damaged]);
    assert_eq!(town.waiting(Kind::Sms).len(), 1);
}

#[test]
fn a_ledger_that_is_shorter_than_its_own_checkpoint_is_not_gone_on_with() {
    let mut town = towns().remove(0);
    town.raise_with(by_sms());
    let cut = "DELETE FROM events WHERE seq = (SELECT MAX(seq) FROM events)";
    spoil(&mut town, &["DROP TRIGGER events_no_delete", cut]);
    let refused = Desk::open(&town.place, options(&town.clock, 9)).err().unwrap().to_string();
    assert!(refused.contains("the last ones are missing"), "{refused}");
}
