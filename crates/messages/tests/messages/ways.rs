//! Each way out, and what goes by it.

use crate::*;
use base64::Engine as _;
use messages::testing::{Answer, Got};
use proptest::prelude::*;

/// The text of a mail as it was written.
fn read_mail(got: &Got) -> String {
    let text = match got.headers.get("content-transfer-encoding").map(String::as_str) {
        Some("base64") => {
            let plain: String = got.body.lines().collect();
            base64::engine::general_purpose::STANDARD.decode(plain).unwrap()
        }
        _ => got.body.clone().into_bytes(),
    };
    String::from_utf8(text).unwrap()
}

#[test]
fn a_resident_gets_mail_that_says_what_happened_and_where_to_look() {
    everywhere(|town| {
        let case = town.raise(Channel::Email);
        assert_eq!(town.sender().pass(Kind::Email).unwrap(), 1);
        let got = town.mail.got();
        assert_eq!(got[0].to, "name@example.com");
        assert_eq!(got[0].headers["auto-submitted"], "auto-generated");
        let text = read_mail(&got[0]);
        assert!(text.contains(&case.code) && text.contains("https://doorstep.example/follow"), "{text}");
        assert!(text.contains("最迟3月5日告诉您"), "{text}");
        assert_eq!(town.count(Kind::Email, State::Sent), 1);
        assert_eq!(town.sender().pass(Kind::Email).unwrap(), 0, "it went out once");
    });
}

#[test]
fn a_text_message_goes_to_the_gateway_in_its_own_form_and_signed() {
    everywhere(|town| {
        let case = town.raise_confirmed(Channel::Sms);
        town.accept(case.id);
        let form = "body = { to = [\"{phone}\"], msg = { content = \"{text}\", uid = \"{id}\" }, n = 1 }\nanswer = { code = 0 }\n";
        let config = town.config().replace("[[robot]]", &format!("{form}[[robot]]"));
        town.http.answers(&[Answer::Say("{\"code\":0}".into()), Answer::Say("{\"code\":17}".into())]);
        town.sender_with(&config).pass(Kind::Sms).unwrap();
        let got = town.http.got();
        let body: serde_json::Value = serde_json::from_str(&got[0].body).unwrap();
        assert_eq!(body["to"][0], "13800000000");
        assert_eq!(body["n"], 1);
        assert!(body["msg"]["content"].as_str().unwrap().contains(&case.code));
        let (id, at) = (&got[0].headers["x-doorstep-id"], &got[0].headers["x-doorstep-timestamp"]);
        assert_eq!(body["msg"]["uid"], id.as_str());
        let signed = messages::signature(SECRET, at.parse().unwrap(), id, got[0].body.as_bytes());
        assert_eq!(got[0].headers["x-doorstep-signature"], signed);
        assert_eq!(town.count(Kind::Sms, State::Sent), 1);
        assert_eq!(town.said(), ["refused by the gateway"], "a gateway that answers 200 to everything is not believed");
    });
}

#[test]
fn the_group_of_a_unit_gets_its_tasks_and_twenty_in_a_minute_at_most() {
    everywhere(|town| {
        for _ in 0..23 {
            let case = town.raise(Channel::None);
            town.accept(case.id);
            town.dispatch(case.id);
        }
        let mut sender = town.sender();
        while sender.pass(Kind::Robot).unwrap() > 0 {}
        assert_eq!(town.http.got().len(), 20);
        assert_eq!(town.count(Kind::Robot, State::Dropped), 23, "water has no group");
        let body: serde_json::Value = serde_json::from_str(&town.http.got()[0].body).unwrap();
        assert_eq!(body["msgtype"], "text");
        assert!(body["text"]["content"].as_str().unwrap().starts_with("【新任务】"));
        town.minutes(1);
        while sender.pass(Kind::Robot).unwrap() > 0 {}
        // Those of the last minute still count a moment.
        town.minutes(1);
        while sender.pass(Kind::Robot).unwrap() > 0 {}
        assert_eq!(town.http.got().len(), 23);
        assert_eq!(town.count(Kind::Robot, State::Sent), 23);
    });
}

#[test]
fn the_group_of_a_joint_unit_is_told_the_day_of_its_own_report() {
    everywhere(|town| {
        let config = format!("{}[[robot]]\nunit = \"water\"\nurl = \"{}\"\n", town.config(), town.http.url("/water"));
        let case = town.raise(Channel::None);
        town.accept(case.id);
        town.dispatch(case.id);
        town.sender_with(&config).pass(Kind::Robot).unwrap();
        let said = |path: &str| {
            let got = town.http.got().into_iter().find(|g| g.to == path).unwrap();
            let body: serde_json::Value = serde_json::from_str(&got.body).unwrap();
            body["text"]["content"].as_str().unwrap().to_owned()
        };
        // From Monday on: five working days for the answer, three for the report to the lead.
        assert!(said("/robot").contains("最迟3月11日"), "{}", said("/robot"));
        assert!(said("/water").contains("最迟3月7日"), "{}", said("/water"));
    });
}

#[test]
fn the_groups_that_are_missing_cost_no_look_into_a_case() {
    everywhere(|town| {
        let case = town.raise(Channel::None);
        town.accept(case.id);
        town.dispatch(case.id);
        // Nobody could read it.
        let spoil = "UPDATE vault SET sealed = $1 WHERE district = $2";
        town.desk().put_now(vec![store::Write::new(spoil, store::args![[0u8; 64], 1])]).unwrap();
        let config = town.config().replace("unit = \"housing\"", "unit = \"centre\"");
        assert_eq!(town.sender_with(&config).pass(Kind::Robot).unwrap(), 2);
        assert_eq!((town.count(Kind::Robot, State::Dropped), town.http.got().len()), (2, 0));
        assert_eq!(town.sender_with(&config).pass(Kind::Robot).unwrap(), 0);
    });
}

#[test]
fn another_system_gets_the_events_that_it_asked_for_in_order_and_nothing_personal() {
    everywhere(|town| {
        let before = town.raise(Channel::None);
        let mut sender = town.sender();
        assert_eq!(sender.hooks().unwrap(), 0, "a new hook begins here and now");
        let case = town.raise(Channel::Sms);
        town.accept(case.id);
        town.act(&staff("centre", Role::Dispatcher), case.id, Command::Note { text: "内部".into() });
        town.dispatch(case.id);
        assert!(sender.hooks().unwrap() > 0);
        let got = town.http.got();
        let kinds: Vec<serde_json::Value> = got.iter().map(|g| serde_json::from_str(&g.body).unwrap()).collect();
        assert_eq!(
            kinds.iter().map(|b| b["kind"].as_str().unwrap()).collect::<Vec<_>>(),
            ["raised", "accepted", "dispatched"]
        );
        assert!(kinds.iter().all(|b| b["case"] == case.id.hex() && b["case"] != before.id.hex()));
        assert_eq!(kinds[2]["unit"], "housing");
        let ids: Vec<u64> = got.iter().map(|g| g.headers["x-doorstep-id"].parse().unwrap()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
        for (got, body) in got.iter().zip(&kinds) {
            let (id, at) = (&got.headers["x-doorstep-id"], got.headers["x-doorstep-timestamp"].parse().unwrap());
            assert_eq!(body["id"].to_string(), *id);
            assert_eq!(got.headers["x-doorstep-signature"], messages::signature(SECRET, at, id, got.body.as_bytes()));
            assert!(!got.body.contains(&case.code) && !got.body.contains("13800000000"));
        }
        assert_eq!(sender.hooks().unwrap(), 0, "each once");
    });
}

#[test]
fn a_web_hook_that_does_not_answer_gets_everything_later_and_in_order() {
    everywhere(|town| {
        let mut sender = town.sender();
        sender.hooks().unwrap();
        let case = town.raise(Channel::None);
        town.accept(case.id);
        town.http.answers(&[Answer::Refuse(503)]);
        sender.hooks().unwrap();
        sender.hooks().unwrap();
        assert!(town.http.got().is_empty(), "it waits a minute");
        let hooks = outbox::hooks(&mut town.db(), 1).unwrap();
        assert_eq!((hooks[0].said.as_deref(), hooks[0].tries), (Some("http 503"), 1));
        town.minutes(1);
        sender.hooks().unwrap();
        assert_eq!(town.http.got().len(), 2);
        // It is given up after so many tries, and goes on from there when somebody says so.
        town.http.answers(&vec![Answer::Refuse(500); 12]);
        town.dispatch(case.id);
        for _ in 0..14 {
            sender.hooks().unwrap();
            town.minutes(12 * 60);
        }
        assert!(outbox::hooks(&mut town.db(), 1).unwrap()[0].stopped);
        assert_eq!(town.http.got().len(), 2);
        town.desk().put_now(vec![outbox::hook_again(1, "city", town.clock.now())]).unwrap();
        sender.hooks().unwrap();
        assert_eq!(town.http.got().len(), 3);
    });
}

#[test]
fn without_a_configuration_everything_stays_in_the_sink() {
    everywhere(|town| {
        let case = town.raise(Channel::Sms);
        town.accept(case.id);
        town.dispatch(case.id);
        let mut sender = Sender::new(town.desk().clone(), &town.place, Arc::new(Config::none())).unwrap();
        for kind in [Kind::Sms, Kind::Email, Kind::Robot] {
            while sender.pass(kind).unwrap() > 0 {}
        }
        assert!(town.http.got().is_empty() && town.mail.got().is_empty());
        assert_eq!((town.count(Kind::Sms, State::Kept), town.count(Kind::Robot, State::Kept)), (3, 2));
        assert_eq!(outbox::kept(&mut town.db(), 1, 2).unwrap().len(), 2);
    });
}

#[test]
fn no_message_holds_what_somebody_wrote_or_who_somebody_is() {
    let town = Town::found(testing::on_disk());
    let sender = std::cell::RefCell::new(town.sender());
    sender.borrow_mut().hooks().unwrap();
    let config = proptest::test_runner::Config { cases: 12, failure_persistence: None, ..Default::default() };
    proptest!(config, |(words in "[甲-龟]{4,9}", digits in "[0-9]{6}")| {
        let phone = format!("13700{digits}");
        let contact = Contact {
            name: words.clone(),
            phone: phone.clone(),
            email: format!("a{digits}@example.com"),
            tell: Some(Tell { channel: Channel::Sms, lang: Lang::Zh }),
        };
        let (title, place) = (words.clone(), words.clone());
        let raise = Raise { text: words.clone(), title, place, contact, ..Raise::default() };
        let case = town.desk().raise_now(Actor::Resident, raise, None).unwrap();
        town.accept(case.id);
        town.dispatch(case.id);
        let task = |question| Command::Ask { task: 1, question };
        town.act(&staff("housing", Role::Clerk), case.id, task(words.clone()));
        town.act(&Actor::Resident, case.id, Command::Reply { text: words.clone() });
        let reject = Command::Transfer { task: 1, to: "centre".into(), reason: words.clone() };
        town.act(&staff("centre", Role::Dispatcher), case.id, reject);
        town.minutes(2);
        let mut sender = sender.borrow_mut();
        while sender.pass(Kind::Sms).unwrap() + sender.pass(Kind::Robot).unwrap() + sender.hooks().unwrap() > 0 {}
        for got in town.http.got() {
            let to = got.to == "/sms";
            prop_assert!(!got.body.contains(&words), "{}", got.body);
            prop_assert!(to || !got.body.contains(&phone), "{}", got.body);
            prop_assert!(!got.body.contains("@example.com"), "{}", got.body);
            prop_assert!(got.to != "/robot" || got.body.len() < 2048 + 200);
        }
        let robots = town.http.got().iter().filter(|g| g.to == "/robot").count();
        prop_assert!(robots > 0);
    });
}
