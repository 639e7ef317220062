//! The process is killed after a message went out and before anybody could mark it.

use crate::binary::{Server, on};
use domain::case::{Channel, Command as Act, Contact, Raise, Tell};
use domain::district::UnitKind;
use domain::{Actor, Lang, Role};
use messages::testing::{Answer, Got, Server as Receiver};
use std::fs;
use store::outbox::{self, Hook, Kind, State};
use store::{Db, Place};
use testing::{Plan, category, unit};

/// Two cases that were dispatched to housing: the first one's resident wants mail, the second one's text messages.
fn dispatched(place: &Place) {
    let plan = Plan {
        origin: "doorstep.example/messages",

        units: vec![unit("centre", UnitKind::Centre), unit("housing", UnitKind::Bureau)],
        categories: vec![category("light", "housing")],
        ..Plan::of_today()
    };
    let (desk, thread) = plan.found(place);
    let dispatcher = || Actor::Staff { account: 1, unit: "centre".into(), role: Role::Dispatcher };
    for channel in [Channel::Email, Channel::Sms] {
        let tell = Some(Tell { channel, lang: Lang::Zh });
        let (phone, email) = ("10000000001".into(), "name@example.com".into());
        let raise = Raise {
            text: "路灯不亮".into(),
            contact: Contact { name: String::new(), phone, email, tell },
            ..Raise::default()
        };
        let case = desk.raise_now(Actor::Resident, raise, None).unwrap();
        desk.act_now(Actor::Resident, case.id, Act::ConfirmAddress { channel }).unwrap();
        desk.act_now(dispatcher(), case.id, Act::Accept { way: None, category: "light".into() }).unwrap();
        desk.act_now(dispatcher(), case.id, Act::Dispatch { lead: "housing".into(), joint: Vec::new() }).unwrap();
    }
    // The hook gets the ledger from its beginning on.
    let (now, name) = (desk.now(), "city".to_owned());
    let hook = Hook { name, position: 0, tries: 0, next: now, at: now, stopped: false, said: None };
    desk.put_now(vec![outbox::put_hook(1, &hook)]).unwrap();
    drop(desk);
    thread.join().unwrap();
}

fn ids(got: &[Got], header: &str) -> Vec<String> {
    got.iter().map(|g| g.headers[header].clone()).collect()
}

#[test]
fn a_kill_between_sending_and_marking_loses_no_message_and_tells_no_group_twice() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let place = Place::Folder(data.clone());
    dispatched(&place);
    let (mail, sms) = (Receiver::mail().unwrap(), Receiver::http().unwrap());
    let (robot, hook) = (Receiver::http().unwrap(), Receiver::http().unwrap());
    let all = [&mail, &sms, &robot, &hook];
    fs::write(
        data.join("messages.toml"),
        format!(
            "[mail]\nserver = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"noreply@doorstep.example\"\n\
             [sms]\nurl = \"{}\"\n[[robot]]\nunit = \"housing\"\nurl = \"{}\"\n\
             [[hook]]\nname = \"city\"\nurl = \"{}\"\nsecret = \"sixteen characters\"\n",
            mail.port(),
            sms.url("/send"),
            robot.url("/robot"),
            hook.url("/in"),
        ),
    )
    .unwrap();
    all.iter().for_each(|receiver| receiver.answers(&[Answer::Hang]));
    let data = data.to_str().unwrap();
    let server = Server::start(data);
    all.iter().for_each(|receiver| assert_eq!(receiver.wait(1).len(), 1));
    server.kill();

    let server = Server::start(data);
    // A message for each of three events; the first one is there twice, with the same id.
    let mails = ids(&mail.wait(4), "message-id");
    assert!(mails.len() == 4 && mails[0] == mails[1], "{mails:?}");
    let texts = ids(&sms.wait(4), "x-doorstep-id");
    assert!(texts.len() == 4 && texts[0] == texts[1], "{texts:?}");
    let events = ids(&hook.wait(9), "x-doorstep-id");
    assert!(events.len() == 9 && events[0] == events[1], "{events:?}");
    assert!(events[1..].is_sorted_by_key(|id| id.parse::<u64>().unwrap()));
    // The group: one message whose end nobody knows, and the other one.
    let groups = robot.wait(2);
    assert!(groups.len() == 2 && groups[0].body != groups[1].body, "{groups:?}");
    server.kill();
    let mut db = Db::open_reader(&place).unwrap();
    let counts = outbox::counts(&mut db, 1, domain::Moment(0)).unwrap();
    let unsure = counts.iter().find(|c| (c.kind, c.state) == (Kind::Robot, State::Unsure)).map_or(0, |c| c.all);
    assert_eq!(unsure, 1, "{counts:?}");
    assert_eq!(outbox::due(&mut db, 1, Kind::Robot, domain::Moment(i64::MAX), 10).unwrap(), []);
}

#[test]
fn doctor_and_serve_say_what_is_wrong_with_the_channels() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    dispatched(&Place::Folder(data.clone()));
    let (path, data) = (data.join("messages.toml"), data.to_str().unwrap().to_owned());
    for (text, said) in [
        ("[pigeon]\n", "can't be understood at line 1"),
        ("[sms]\nurl = \"http://sms.example.com\"\n", "is not encrypted"),
        (
            "[sms]\nurl = \"$SMS_URL_THAT_IS_NOT_SET\"\n[[robot]]\nunit = \"nobody\"\nurl = \"https://a.example.com\"\n",
            "no open unit",
        ),
    ] {
        fs::write(&path, text).unwrap();
        let (code, all) = on("doctor", &data, &[]);
        assert!(code == 1 && all.contains(said), "{all}");
    }
    // What the service itself lacks it says, and does not start.
    let (code, all) = on("serve", &data, &["--listen", "127.0.0.1:0"]);
    assert!(code == 1 && all.contains("SMS_URL_THAT_IS_NOT_SET, which is not set"), "{all}");
}

#[test]
fn what_waited_in_a_backup_is_not_sent_from_a_restored_copy_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    dispatched(&Place::Folder(folder.path().join("data")));
    assert_eq!(on("backup", &path("data"), &["--to", &path("backup")]).0, 0);
    assert_eq!(on("restore", &path("restored"), &["--from", &path("backup")]).0, 0);
    let mut db = Db::open_reader(&Place::Folder(folder.path().join("restored"))).unwrap();
    let counts = outbox::counts(&mut db, 1, domain::Moment(0)).unwrap();
    assert!(!counts.is_empty() && counts.iter().all(|c| c.state == State::Unsure), "{counts:?}");
}
