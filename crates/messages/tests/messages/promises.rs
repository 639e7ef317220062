//! What is promised when something goes wrong: tries, ends, and what is sent once or at least once.

use crate::*;
use messages::TRIES_MOST;
use messages::testing::Answer;

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
        town.desk.put_now(vec![outbox::again(1, Kind::Sms, town.clock.now())]).unwrap();
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
        let case = town.raise(Channel::Email);
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
        let case = town.raise(Channel::Email);
        town.accept(case.id);
        town.dispatch(case.id);
        let mut sender = town.sender();
        // As after an end between sending and marking: the group's message is marked as being sent, the mail is not marked.
        let first = outbox::due(&mut town.db(), 1, Kind::Robot, town.clock.now(), 1).unwrap().remove(0);
        let now = town.clock.now();
        town.desk.put_now(vec![outbox::mark(1, &first, State::Sending, now, now, None)]).unwrap();
        sender.recover().unwrap();
        sender.pass(Kind::Robot).unwrap();
        assert!(town.http.got().is_empty());
        assert_eq!((town.count(Kind::Robot, State::Unsure), town.said()), (1, vec!["stopped".to_owned()]));
        // Somebody looks into the group, and has it sent.
        town.desk.put_now(vec![outbox::again_one(1, first.seq, first.no, now)]).unwrap();
        sender.pass(Kind::Robot).unwrap();
        assert_eq!(town.http.got().len(), 1);

        sender.pass(Kind::Email).unwrap();
        let ids: Vec<String> = town.mail.got().iter().map(|g| g.headers["message-id"].clone()).collect();
        town.desk
            .put_now(vec![store::Write::new(
                "UPDATE outbox SET state = 'waiting' WHERE district = $1 AND kind = 'email'",
                store::args![1],
            )])
            .unwrap();
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
        town.act(Actor::Resident, case.id, Command::ChooseTelling { tell, address: "new@example.com".into() });
        let mut sender = town.sender();
        sender.pass(Kind::Sms).unwrap();
        sender.pass(Kind::Email).unwrap();
        assert!(town.http.got().is_empty());
        assert!(town.mail.got().len() == 2 && town.mail.got().iter().all(|g| g.to == "new@example.com"));
    });
}

#[test]
fn an_erased_case_gets_no_message_any_more() {
    everywhere(|town| {
        let case = town.raise(Channel::Email);
        town.act(
            staff("centre", Role::Dispatcher),
            case.id,
            Command::NotAccept { reason: ScopeReason::OtherPlace, text: "请到邻区。".into() },
        );
        town.act(staff("centre", Role::Dispatcher), case.id, Command::Erase { ground: Ground::ConsentWithdrawn });
        let mut sender = town.sender();
        assert_eq!(sender.pass(Kind::Email).unwrap(), 0);
        // Even a row that was put back by hand finds no address.
        let back = "UPDATE outbox SET state = 'waiting' WHERE district = $1";
        town.desk.put_now(vec![store::Write::new(back, store::args![1])]).unwrap();
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
        messages::forget(&town.desk).unwrap();
        assert_eq!(town.count(Kind::Email, State::Sent), 1);
        town.minutes(3 * 24 * 60);
        messages::forget(&town.desk).unwrap();
        assert_eq!((town.count(Kind::Email, State::Sent), town.count(Kind::Email, State::Waiting)), (0, 1));
    });
}
