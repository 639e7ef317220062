//! What is promised when something goes wrong: tries, ends, and what is sent once or at least once.

use crate::*;
use messages::TRIES_MOST;
use messages::testing::Answer;
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use store::testing::own_cluster;

/// A choice of how to be told.
fn choose(channel: Channel, address: &str) -> Command {
    Command::ChooseTelling { tell: Tell { channel, lang: Lang::Zh }, address: address.into() }
}

/// A sender whose gateways are a place that breaks every connection off, after having done something with the first.
fn sender_into_the_void(town: &Town, first: impl FnOnce() + Send + 'static) -> Sender {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let taken = listener.accept();
        first();
        drop(taken);
        listener.incoming().for_each(drop);
    });
    town.sender_with(&town.config().replace(&town.http.port().to_string(), &port.to_string()))
}

#[test]
fn a_mail_server_that_is_busy_is_tried_again_later_and_later() {
    everywhere(|town| {
        town.raise(Channel::Email);
        town.mail.answers(&[Answer::Refuse(451), Answer::Refuse(451)]);
        let mut sender = town.sender();
        sender.pass(Kind::Email).unwrap();
        assert_eq!(town.said(), ["smtp 451"], "a code, never what the server wrote about an address");
        assert_eq!(sender.pass(Kind::Email).unwrap(), 0, "it waits a minute");
        town.minutes(1);
        sender.pass(Kind::Email).unwrap();
        town.minutes(1);
        assert_eq!(sender.pass(Kind::Email).unwrap(), 0, "it waits two minutes");
        town.minutes(1);
        sender.pass(Kind::Email).unwrap();
        assert_eq!((town.mail.got().len(), town.count(Kind::Email, State::Sent)), (1, 1));
        assert!(town.said().is_empty());
    });
}

#[test]
fn after_many_tries_a_message_is_given_up_and_somebody_can_have_it_tried_again() {
    everywhere(|town| {
        town.raise(Channel::Sms);
        town.http.answers(&vec![Answer::Refuse(500); TRIES_MOST as usize]);
        let mut sender = town.sender();
        for _ in 0..TRIES_MOST {
            assert_eq!(sender.pass(Kind::Sms).unwrap(), 1);
            town.minutes(12 * 60);
        }
        assert_eq!((sender.pass(Kind::Sms).unwrap(), town.count(Kind::Sms, State::Failed)), (0, 1));
        assert_eq!(town.said(), ["http 500"]);
        town.desk().put_now(vec![outbox::again(1, Kind::Sms, town.clock.now())]).unwrap();
        sender.pass(Kind::Sms).unwrap();
        assert_eq!((town.http.got().len(), town.count(Kind::Sms, State::Sent)), (1, 1));
    });
}

#[test]
fn an_address_that_does_not_exist_is_not_tried_again_by_itself() {
    everywhere(|town| {
        town.raise(Channel::Email);
        town.mail.answers(&[Answer::Refuse(550)]);
        town.sender().pass(Kind::Email).unwrap();
        assert_eq!((town.count(Kind::Email, State::Failed), town.said()), (1, vec!["smtp 550".to_owned()]));
    });
}

#[test]
fn nobody_listening_is_a_fault_of_the_channel_and_not_of_the_message() {
    everywhere(|town| {
        let case = town.raise_confirmed(Channel::Email);
        town.accept(case.id);
        town.dispatch(case.id);
        // A port on which nobody listens any more.
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = town.config().replace(&town.mail.port().to_string(), &gone.to_string());
        let config = config.replace(&town.http.port().to_string(), &gone.to_string());
        let mut sender = town.sender_with(&config);
        sender.pass(Kind::Email).unwrap();
        sender.pass(Kind::Robot).unwrap();
        assert!(town.said().iter().all(|said| said == "unreachable"), "{:?}", town.said());
        town.minutes(1);
        town.sender().pass(Kind::Email).unwrap();
        town.sender().pass(Kind::Robot).unwrap();
        assert_eq!((town.mail.got().len(), town.http.got().len()), (3, 1), "a group that surely got nothing gets it");
    });
}

#[test]
fn what_the_process_was_sending_when_it_ended_goes_to_a_group_never_twice_and_to_a_resident_with_the_same_id() {
    everywhere(|town| {
        let case = town.raise_confirmed(Channel::Email);
        town.accept(case.id);
        town.dispatch(case.id);
        let mut sender = town.sender();
        // As after an end between sending and marking: the group's message is marked as being sent, the mail is not marked.
        let first = outbox::due(&mut town.db(), 1, Kind::Robot, town.clock.now(), 1).unwrap().remove(0);
        let now = town.clock.now();
        town.desk().put_now(vec![outbox::mark(1, &first, State::Sending, now, now, None)]).unwrap();
        sender.recover().unwrap();
        sender.pass(Kind::Robot).unwrap();
        assert!(town.http.got().is_empty());
        assert_eq!((town.count(Kind::Robot, State::Unsure), town.said()), (1, vec!["stopped".to_owned()]));
        // Somebody looks into the group, and has it sent.
        town.desk().put_now(vec![outbox::again_one(1, first.seq, first.no, now)]).unwrap();
        sender.pass(Kind::Robot).unwrap();
        assert_eq!(town.http.got().len(), 1);

        sender.pass(Kind::Email).unwrap();
        let ids: Vec<String> = town.mail.got().iter().map(|g| g.headers["message-id"].clone()).collect();
        town.desk()
            .put_now(vec![store::Write::new(
                "UPDATE outbox SET state = 'waiting' WHERE district = $1 AND kind = 'email'",
                store::args![1],
            )])
            .unwrap();
        let mut sender = town.sender();
        sender.pass(Kind::Email).unwrap();
        let again: Vec<String> =
            town.mail.got().iter().skip(ids.len()).map(|g| g.headers["message-id"].clone()).collect();
        assert_eq!(ids, again);
        assert!(ids.len() == 3 && ids.iter().all(|id| id.ends_with("@doorstep.example>")), "{ids:?}");
    });
}

#[test]
fn a_resident_who_changes_the_choice_gets_what_waits_by_the_new_way() {
    everywhere(|town| {
        let case = town.raise(Channel::Sms);
        let tell = Tell { channel: Channel::Email, lang: Lang::En };
        town.act(&Actor::Resident, case.id, Command::ChooseTelling { tell, address: "new@example.com".into() });
        let mut sender = town.sender();
        sender.pass(Kind::Sms).unwrap();
        sender.pass(Kind::Email).unwrap();
        assert!(town.http.got().is_empty());
        // What waited asks whether the address is the resident's; a second such question on the same day says nothing new.
        // The former address hears that it is another one now.
        let to: Vec<String> = town.mail.got().iter().map(|g| g.to.clone()).collect();
        assert_eq!(to, ["new@example.com", "name@example.com"]);
    });
}

#[test]
fn an_erased_case_gets_no_message_any_more() {
    everywhere(|town| {
        let case = town.raise(Channel::Email);
        town.act(
            &staff("centre", Role::Dispatcher),
            case.id,
            Command::NotAccept { reason: ScopeReason::OtherPlace, text: "请到邻区。".into() },
        );
        town.act(&Actor::Resident, case.id, Command::AskErasure { reason: String::new() });
        town.act(&staff("centre", Role::Dispatcher), case.id, Command::Erase { ground: Ground::ConsentWithdrawn });
        let mut sender = town.sender();
        assert_eq!(sender.pass(Kind::Email).unwrap(), 0);
        // Even a row that was put back by hand finds no address.
        let back = "UPDATE outbox SET state = 'waiting' WHERE district = $1";
        town.desk().put_now(vec![store::Write::new(back, store::args![1])]).unwrap();
        sender.pass(Kind::Email).unwrap();
        assert!(town.mail.got().is_empty());
        assert_eq!(town.count(Kind::Email, State::Dropped), 2);
    });
}

#[test]
fn settled_messages_are_forgotten_after_half_a_year_and_not_before() {
    everywhere(|town| {
        town.raise(Channel::Email);
        let mut sender = town.sender();
        sender.pass(Kind::Email).unwrap();
        town.minutes(182 * 24 * 60);
        town.raise(Channel::Email);
        messages::forget(town.desk()).unwrap();
        assert_eq!(town.count(Kind::Email, State::Sent), 1);
        town.minutes(3 * 24 * 60);
        messages::forget(town.desk()).unwrap();
        assert_eq!((town.count(Kind::Email, State::Sent), town.count(Kind::Email, State::Waiting)), (0, 1));
    });
}

#[test]
fn a_mail_server_that_takes_no_login_holds_messages_up_and_loses_none() {
    everywhere(|town| {
        town.raise(Channel::Email);
        town.mail.answers(&[Answer::Refuse(535), Answer::Refuse(554)]);
        let mut sender = town.sender();
        for (said, minutes) in [("smtp 535", 1), ("smtp 554", 2)] {
            sender.pass(Kind::Email).unwrap();
            assert_eq!((town.count(Kind::Email, State::Waiting), town.said()), (1, vec![said.to_owned()]));
            town.minutes(minutes);
        }
        sender.pass(Kind::Email).unwrap();
        assert_eq!(town.count(Kind::Email, State::Sent), 1);
    });
}

#[test]
fn a_case_that_can_not_be_read_holds_up_no_other() {
    everywhere(|town| {
        let (spoilt, _) = (town.raise(Channel::Email), town.raise(Channel::Email));
        let spoil = "UPDATE vault SET sealed = $1 WHERE district = $2 AND seq = $3";
        town.desk().put_now(vec![store::Write::new(spoil, store::args![[0u8; 64], 1, spoilt.index])]).unwrap();
        town.sender().pass(Kind::Email).unwrap();
        assert_eq!((town.count(Kind::Email, State::Failed), town.said()), (1, vec!["unreadable".to_owned()]));
        assert_eq!((town.count(Kind::Email, State::Sent), town.mail.got().len()), (1, 1));
    });
}

#[test]
fn a_sender_that_is_to_stop_begins_nothing_more() {
    everywhere(|town| {
        let stop = Arc::new(AtomicBool::new(false));
        let mut hooks = town.sender().until(stop.clone());
        hooks.hooks().unwrap();
        for _ in 0..3 {
            town.raise(Channel::Sms);
        }
        let set = stop.clone();
        let sender = sender_into_the_void(town, move || set.store(true, Ordering::Relaxed));
        sender.until(stop.clone()).pass(Kind::Sms).unwrap();
        let due = outbox::due(&mut town.db(), 1, Kind::Sms, town.clock.now(), 10).unwrap();
        assert_eq!(due.len(), 2, "the first one was tried to its end, the others wait as they did");
        hooks.hooks().unwrap();
        assert!(town.http.got().is_empty());
        stop.store(false, Ordering::Relaxed);
        hooks.hooks().unwrap();
        assert_eq!(town.http.got().len(), 3, "all that it did not get before");
    });
}

#[test]
fn a_resident_who_opts_out_while_others_are_told_gets_nothing() {
    everywhere(|town| {
        let (_, second) = (town.raise(Channel::Sms), town.raise(Channel::Sms));
        let (desk, out) = (town.desk().clone(), second.id);
        let opt_out = move || {
            desk.act_now(Actor::Resident, out, choose(Channel::None, "")).unwrap();
        };
        sender_into_the_void(town, opt_out).pass(Kind::Sms).unwrap();
        assert_eq!((town.count(Kind::Sms, State::Waiting), town.count(Kind::Sms, State::Dropped)), (1, 1));
    });
}

#[test]
fn a_message_that_was_dropped_stays_so_whatever_becomes_of_it() {
    everywhere(|town| {
        let case = town.raise(Channel::Email);
        let now = town.clock.now();
        let message = outbox::due(&mut town.db(), 1, Kind::Email, now, 1).unwrap().remove(0);
        town.act(&Actor::Resident, case.id, choose(Channel::None, ""));
        for state in [State::Sent, State::Failed, State::Waiting] {
            town.desk().put_now(vec![outbox::mark(1, &message, state, now, now, None)]).unwrap();
            assert_eq!(town.count(Kind::Email, State::Dropped), 1, "{state}");
        }
        assert_eq!(outbox::still(&mut town.db(), 1, &message).unwrap(), None);
    });
}

#[test]
fn what_was_perhaps_sent_is_neither_repeated_after_an_opt_out_nor_by_the_old_way() {
    everywhere(|town| {
        let (out, turned) = (town.raise(Channel::Email), town.raise(Channel::Email));
        let unsure = "UPDATE outbox SET state = 'unsure' WHERE district = $1";
        town.desk().put_now(vec![store::Write::new(unsure, store::args![1])]).unwrap();
        town.act(&Actor::Resident, out.id, choose(Channel::None, ""));
        town.act(&Actor::Resident, turned.id, choose(Channel::Sms, "13900000000"));
        let now = town.clock.now();
        let again = [Kind::Email, Kind::Sms].map(|kind| outbox::again(1, kind, now));
        town.desk().put_now(again.to_vec()).unwrap();
        let mut sender = town.sender();
        assert_eq!(sender.pass(Kind::Email).unwrap(), 0);
        // What was perhaps sent asks whether the number is the resident's; that it goes by this way from now on would ask again.
        // The former number hears that it is another one now.
        assert_eq!(sender.pass(Kind::Sms).unwrap(), 3);
        assert_eq!((town.count(Kind::Sms, State::Dropped), town.http.got().len()), (1, 2));
    });
}

#[test]
fn a_sender_goes_on_after_postgres_was_started_again() {
    let Some(cluster) = own_cluster() else { return };
    let place = Place::parse(&cluster.database().unwrap()).unwrap();
    let town = Town::found((place, tempfile::tempdir().unwrap()));
    let mut sender = town.sender();
    assert_eq!(sender.pass(Kind::Email).unwrap(), 0);
    cluster.down().unwrap();
    assert!(sender.pass(Kind::Email).is_err());
    cluster.up().unwrap();
    // The first round may be what finds out that the connection is lost.
    assert!((0..3).any(|_| sender.pass(Kind::Email).is_ok()));
}

#[test]
fn thirty_cases_that_name_one_number_send_it_one_message_until_its_holder_says_that_it_is_theirs() {
    everywhere(|town| {
        let cases: Vec<_> = (0..30).map(|_| town.raise(Channel::Sms)).collect();
        let mut sender = town.sender();
        let mut sends = || while sender.pass(Kind::Sms).unwrap() > 0 {};
        sends();
        assert_eq!((town.http.got().len(), town.count(Kind::Sms, State::Dropped)), (1, 29));
        let asked = &town.http.got()[0].body;
        assert!(asked.contains("确认这是您的号码") && asked.contains("/follow#"), "{asked}");
        for case in &cases {
            town.accept(case.id);
            let dispatch = Command::Dispatch { lead: "housing".into(), joint: Vec::new() };
            town.act(&staff("centre", Role::Dispatcher), case.id, dispatch);
        }
        sends();
        assert_eq!((town.http.got().len(), town.count(Kind::Sms, State::Dropped)), (1, 89));
        assert!(town.said().is_empty(), "nobody has to do anything about it");
        // The holder confirms it for one case, and hears of that one.
        let [one, other] = [cases[0].id, cases[1].id];
        town.act(&Actor::Resident, one, Command::ConfirmAddress { channel: Channel::Sms });
        for case in [one, other] {
            let answer =
                Command::Answer { task: 1, outcome: Outcome::Done, text: "已修好。".into(), basis: String::new() };
            town.act(&staff("housing", Role::Clerk), case, answer);
        }
        sends();
        assert_eq!(town.http.got().len(), 2);
        assert!(town.http.got()[1].body.contains(&cases[0].code));
        // Another number is another question.
        town.act(&Actor::Resident, one, choose(Channel::Sms, "13900000000"));
        sends();
        let last = town.http.got().len();
        assert_eq!(last, 4, "the new one is asked, and the former one hears of it");
        let verdict = Verdict { solved: Solved::No, handled: Handled::Poor, asked_for_good: false, witnessed: false };
        let give = Command::GiveVerdict { verdict, words: String::new(), witness: String::new() };
        town.act(&Actor::Resident, one, give);
        town.act(&Actor::Resident, one, Command::Reopen { reason: "又坏了".into() });
        town.dispatch(one);
        sends();
        assert_eq!(town.http.got().len(), last);
    });
}

#[test]
fn a_district_sends_so_many_an_hour_and_the_rest_goes_in_the_next() {
    everywhere(|town| {
        for n in 0..3 {
            let contact = Contact {
                phone: format!("1380000000{n}"),
                tell: Some(Tell { channel: Channel::Sms, lang: Lang::Zh }),
                ..Contact::default()
            };
            let raise = Raise { text: "灯不亮。".into(), contact, ..Raise::default() };
            town.desk().raise_now(Actor::Resident, raise, None).unwrap();
        }
        let mut sender = town.sender_with(&format!("hourly = 2\n{}", town.config()));
        while sender.pass(Kind::Sms).unwrap() > 0 {}
        assert_eq!((town.http.got().len(), town.count(Kind::Sms, State::Waiting)), (2, 1));
        assert_eq!(town.said(), ["too many"]);
        town.minutes(60);
        sender.pass(Kind::Sms).unwrap();
        assert_eq!(town.http.got().len(), 3);
    });
}
