//! Attacks on the resident's word: staff try to open a case, to give its verdict, to withdraw it, to download its copy.

use crate::kit::{Answer, Client, DIGITS, Kit, at};
use crate::staff::key;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use domain::Role;
use domain::case::{Case, Command, Event, Handed, Outcome, Trust};
use messages::Config;
use std::sync::Arc;
use store::opening;

/// A kit that sends messages, into the test box.
async fn kit() -> Kit {
    let mut kit = Kit::new().await;
    kit.app = web::App::new(kit.desk.clone(), kit.place())
        .unwrap()
        .settled_accounts()
        .with_messages(Arc::new(Config::demo()));
    kit.router = web::router(kit.app.clone());
    kit
}

/// Takes a case down at the counter, as a clerk.
async fn taken(client: &mut Client<'_>, more: &[(&str, &str)]) -> (String, Answer) {
    let key = key();
    let mut fields = vec![("key", key.as_str()), ("text", "楼道灯不亮"), ("door", "counter")];
    if !more.iter().any(|(name, _)| *name == "track") {
        fields.push(("track", "hotline"));
    }
    fields.extend_from_slice(more);
    let page = client.submit("/intake", &fields).await;
    assert_eq!(page.status, StatusCode::CREATED, "{}", page.text);
    let again = client.submit("/intake", &fields).await;
    assert_eq!(again.status, StatusCode::CREATED, "the same key again");
    let code =
        page.text.split("class=\"code\">").find_map(|part| desk::read_case_code(part.split('<').next()?)).unwrap();
    for answer in [&page, &again] {
        for no in 1..4 {
            assert!(!answer.text.contains(&secret(client.kit(), &code, no)), "staff see the secret");
        }
    }
    (code, again)
}

/// The secret of a number: what nobody but its resident may see.
fn secret(kit: &Kit, code: &str, no: u16) -> String {
    let mut keys = store::Keys::open(kit.place(), 1, false).unwrap();
    opening::secret_of(&mut keys, kit.case_id(code), no).unwrap().unwrap()
}

/// The pairing code that stands on the clerk's page.
fn pairing(page: &Answer) -> String {
    let digits = |part: &str| part.split('<').next().map(|t| t.replace(' ', ""));
    page.text
        .split("code-big\">")
        .filter_map(digits)
        .find(|t| t.len() == 8 && t.bytes().all(|b| b.is_ascii_digit()))
        .unwrap()
}

async fn answered(kit: &Kit, code: &str) {
    let id = kit.case_id(code);
    let accept = Command::Accept { way: None, category: "housing.light".into() };
    let dispatch = Command::Dispatch { lead: "housing".into(), joint: Vec::new() };
    let answer = Command::Answer { task: 1, outcome: Outcome::Done, text: "已换好。".into(), basis: String::new() };
    for (user, command) in [("dispatcher-1", accept), ("dispatcher-1", dispatch), ("clerk-1", answer)] {
        kit.desk.act(kit.actor(user), id, None, command, None).await.unwrap();
    }
}

/// Sends a form of the case page as the page has it.
async fn submit(client: &mut Client<'_>, path: &str, fields: &[(&str, &str)]) -> Answer {
    let page = client.get("/case").await;
    let values = ["csrf", "key", "version"].map(|name| (name, page.input(name)));
    let mut all: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    all.extend_from_slice(fields);
    client.post(path, &all).await
}

/// Sends the form of a public page, as whoever has signed in there or not.
async fn send(client: &mut Client<'_>, path: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = client.get("/follow").await.input("csrf");
    client.post(path, &[&[("csrf", csrf.as_str())], fields].concat()).await
}

/// Opens with the secret, and sets digits.
async fn opened(client: &mut Client<'_>, code: &str, secret: &str) -> Answer {
    let first = send(client, "/follow", &[("code", code), ("digits", secret)]).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    assert!(first.text.contains("定一组您自己的查询密码"), "one question before anything is shown");
    send(client, "/follow", &[("code", code), ("digits", secret), ("new", DIGITS)]).await
}

fn count(kit: &Kit, code: &str, fits: impl Fn(&Event) -> bool) -> usize {
    let (mut db, mut keys) =
        (store::Db::open_reader(kit.place()).unwrap(), store::Keys::open(kit.place(), 1, false).unwrap());
    let history = store::read::history(&mut db, &mut keys, 1, kit.case_id(code)).unwrap().unwrap();
    history.told.iter().filter(|t| fits(&t.body.event)).count()
}

fn verdict(case: &Case) -> bool {
    case.verdict.is_some()
}

#[tokio::test]
async fn whoever_takes_a_case_down_gets_nothing_that_opens_it() {
    let kit = kit().await;
    let mut clerk = kit.role(Role::Clerk).await;
    // Digits that a form of before would have chosen are ignored.
    let (code, page) = taken(&mut clerk, &[("secret", DIGITS), ("phone", "13800000000"), ("tell", "sms")]).await;
    answered(&kit, &code).await;
    let pairing = pairing(&page);
    // In the same browser, in a wiped one, and by the API.
    for tried in [DIGITS, "13800000000", "000000", pairing.as_str(), code.as_str(), ""] {
        let mut wiped = kit.client();
        for client in [&mut clerk, &mut wiped] {
            let answer = send(client, "/follow", &[("code", &code), ("digits", tried), ("new", DIGITS)]).await;
            assert_ne!(answer.status, StatusCode::FORBIDDEN, "the form itself was good");
            assert!(answer.status.is_client_error(), "{tried}: {}", answer.status);
            assert_eq!(client.get("/case/copy").await.status, StatusCode::SEE_OTHER, "no visit was opened");
        }
        let header = [("case-secret", tried)];
        let answer = wiped.send(Method::GET, &format!("/api/v1/cases/{code}"), &header, Body::empty(), "").await;
        assert!(answer.status.is_client_error(), "{tried}");
    }
    assert!(!verdict(&kit.case(&code)));
}

#[tokio::test]
async fn a_second_device_gets_the_secret_a_browser_of_staff_does_not_and_its_verdict_is_independent() {
    let kit = kit().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let (code, page) = taken(&mut clerk, &[]).await;
    let pairing = pairing(&page);
    let refused = send(&mut clerk, "/pair", &[("pairing", &pairing)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("工作人员登录过"), "{}", refused.text);
    clerk.submit("/sign-out", &[]).await;
    let still = send(&mut clerk, "/pair", &[("pairing", &pairing)]).await;
    assert_eq!(still.status, StatusCode::UNPROCESSABLE_ENTITY, "the mark outlives the session");
    let mut phone = kit.client();
    let spaced = format!("{} {}", &pairing[..4], &pairing[4..]);
    assert_eq!(phone.post("/pair", &[("pairing", &spaced)]).await.location(), "/case/receipt?done=paired");
    let secret = secret(&kit, &code, 1);
    let receipt = phone.get("/case/receipt").await;
    assert!(receipt.text.contains(&secret) && receipt.text.contains("/case/digits"), "{}", receipt.text);
    let mut other = kit.client();
    assert_eq!(other.post("/pair", &[("pairing", &pairing)]).await.status, StatusCode::UNPROCESSABLE_ENTITY, "once");
    answered(&kit, &code).await;
    let mut home = kit.client();
    let done = opened(&mut home, &code, &secret).await;
    assert_eq!(done.location(), "/case?done=opened", "{}", done.text);
    let page = home.get("/case").await;
    assert!(page.text.contains("第二台设备"), "the resident reads how the secret went out, and when it was used");
    let given = submit(&mut home, "/case/verdict", &[("solved", "no"), ("handled", "poor")]).await;
    assert!(given.status.is_redirection(), "{}", given.text);
    assert!(kit.case(&code).independent && kit.case(&code).is_own_answer());
    let again = other.post("/follow", &[("code", &code), ("digits", &secret), ("new", DIGITS)]).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND, "a secret opens once");
}

#[tokio::test]
async fn a_slip_that_staff_print_is_an_event_and_its_verdict_is_not_independent() {
    let kit = kit().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let (code, page) = taken(&mut clerk, &[]).await;
    let form_key = page.input("key");
    let mut other = kit.signed_in("clerk-water").await;
    let stolen = other.submit("/intake/slip", &[("key", &key()), ("code", &code)]).await;
    assert!(stolen.status.is_client_error() && count(&kit, &code, |e| matches!(e, Event::SecretHanded { .. })) == 0);
    let slip = clerk.submit("/intake/slip", &[("key", &form_key), ("code", &code)]).await;
    let secret = secret(&kit, &code, 1);
    assert!(slip.text.contains(&secret) && slip.text.contains("slip print-only"), "on paper, not on the screen");
    assert_eq!(count(&kit, &code, |e| matches!(e, Event::SecretHanded { way: Handed::Slip })), 1);
    answered(&kit, &code).await;
    // The clerk reads it off the paper, and uses it in the browser of the office.
    assert_eq!(opened(&mut clerk, &code, &secret).await.location(), "/case?done=opened");
    assert_eq!(count(&kit, &code, |e| matches!(e, Event::Opened { way: Handed::Slip, marked: true })), 1);
    let page = clerk.get("/case").await;
    assert!(page.text.contains("工作人员登录过"), "whoever opens the case later reads it");
    submit(&mut clerk, "/case/verdict", &[("solved", "yes"), ("handled", "good")]).await;
    let case = kit.case(&code);
    assert!(verdict(&case) && !case.independent);
    // Another browser with the digits is believed no more.
    assert_eq!(case.opening.digits_trust, Trust::Acts);
}

#[tokio::test]
async fn a_sealed_accusation_that_staff_took_down_stays_shut_to_them() {
    let kit = kit().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let more = [("track", "accusation"), ("accused", "water"), ("phone", "13911112222"), ("tell", "sms")];
    let (code, page) = taken(&mut clerk, &more).await;
    assert_eq!(kit.case(&code).opening.secret, 0, "nothing went to the number that the clerk typed");
    assert!(!page.text.contains("/intake/slip"));
    let slip = clerk.submit("/intake/slip", &[("key", &key()), ("code", &code)]).await;
    assert!(slip.status.is_client_error(), "{}", slip.status);
    // To whoever may not see it, it is no case at all.
    for user in ["clerk-water", "dispatcher-1"] {
        let mut other = kit.signed_in(user).await;
        for code in [code.as_str(), "ZJXH-P9RD-T3X"] {
            let slip = other.submit("/intake/slip", &[("key", &key()), ("code", code)]).await;
            assert_eq!(slip.status, StatusCode::NOT_FOUND, "{user} {code}");
        }
    }
    let lost = kit.client().post("/follow/lost", &[("code", &code), ("address", "13911112222")]).await;
    assert_eq!(lost.location(), "/follow?done=lost-sent");
    assert_eq!(kit.case(&code).version, 1, "nothing has happened");
}

#[tokio::test]
async fn a_number_that_staff_change_gets_no_secret_and_the_page_says_the_same_whatever_it_is_asked() {
    let kit = kit().await;
    let raised = kit.raise("灯不亮").await;
    let code = raised.code.as_str();
    let ask = async |code: &str, address: &str| {
        kit.client().post("/follow/lost", &[("code", code), ("address", address)]).await.location().to_owned()
    };
    let secrets = || kit.case(code).opening.secret;
    assert_eq!(ask("nonsense", "13800000000").await, ask(code, "13800000000").await);
    assert_eq!(secrets(), 1, "not the number that was left");
    assert_eq!(ask(code, "100 0000 0001").await, "/follow?done=lost-sent");
    assert_eq!((secrets(), kit.case(code).trust(with_secret(1))), (2, Trust::Independent), "the old one still opens");
    assert_eq!(ask(code, "10000000001").await, "/follow?done=lost-sent");
    assert_eq!(secrets(), 2, "one a day");
    kit.clock.set(at("2023-05-06T09:00:00"));
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    dispatcher.act(code, "correct_field", &[("field", "phone"), ("value", "13911112222")]).await;
    ask(code, "13911112222").await;
    assert_eq!(secrets(), 2, "a clerk's own number gains nothing");
}

fn with_secret(no: u16) -> domain::case::Visit {
    domain::case::Visit { with: domain::case::With::Secret(no), marked: false }
}

#[tokio::test]
async fn what_is_raised_in_a_browser_of_staff_is_not_independent() {
    let kit = kit().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let sent = send(&mut clerk, "/raise", &[("key", &key()), ("text", "替人提交：灯不亮"), ("secret", DIGITS)]).await;
    assert_eq!(sent.location(), "/case/receipt?done=raised", "{}", sent.text);
    let page = clerk.get("/case").await;
    let code =
        page.text.split("class=\"code\">").find_map(|part| desk::read_case_code(part.split('<').next()?)).unwrap();
    answered(&kit, &code).await;
    // From a wiped browser it is the same: what the case was raised with stays in staff's hands.
    let mut wiped = kit.client();
    wiped.post("/follow", &[("code", &code), ("digits", DIGITS)]).await;
    submit(&mut wiped, "/case/verdict", &[("solved", "yes"), ("handled", "good")]).await;
    assert!(verdict(&kit.case(&code)) && !kit.case(&code).independent);
}

#[tokio::test]
async fn digits_of_another_system_look_and_neither_rate_nor_withdraw_nor_copy() {
    let kit = kit().await;
    let raise = domain::case::Raise { text: "灯不亮".into(), ..domain::case::Raise::default() };
    let raised =
        kit.desk.raise(domain::Actor::System { name: "hotline".into() }, raise, Vec::new(), None).await.unwrap();
    assert!(raised.secret.is_empty() && raised.digits.len() == 6);
    answered(&kit, &raised.code).await;
    let mut client = kit.client();
    let open = client.post("/follow", &[("code", &raised.code), ("digits", &raised.digits)]).await;
    assert_eq!(open.location(), "/case");
    let page = client.get("/case").await;
    assert!(page.text.contains("只能查看") && !page.text.contains("/case/verdict"), "{}", page.text);
    let version = kit.case(&raised.code).version.to_string();
    for act in ["verdict", "withdraw", "erasure", "telling", "digits", "reply"] {
        let fields = [
            ("key", act),
            ("version", &version),
            ("solved", "yes"),
            ("tell", "none"),
            ("digits", DIGITS),
            ("reply", "在"),
        ];
        let answer = client.post(&format!("/case/{act}"), &fields).await;
        assert!(answer.status.is_client_error(), "{act}: {}", answer.status);
    }
    assert!(client.get("/case/copy").await.status.is_client_error());
    assert_eq!(kit.case(&raised.code).version.to_string(), version);
}

#[tokio::test]
async fn a_resident_changes_the_digits_and_the_former_ones_open_nothing() {
    let kit = kit().await;
    let raised = kit.raise("灯不亮").await;
    let (mut one, mut two) = (kit.client(), kit.client());
    for client in [&mut one, &mut two] {
        client.post("/follow", &[("code", &raised.code), ("digits", DIGITS)]).await;
    }
    let easy = submit(&mut one, "/case/digits", &[("digits", "000000")]).await;
    assert_eq!(easy.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = submit(&mut one, "/case/digits", &[("digits", "274091")]).await;
    assert_eq!(done.location(), "/case?done=digits-sent", "{}", done.text);
    assert_eq!(count(&kit, &raised.code, |e| matches!(e, Event::DigitsSet { independent: true })), 1);
    assert_eq!(one.get("/case").await.status, StatusCode::OK, "this visit goes on");
    assert!(two.get("/case").await.status.is_client_error(), "all others end");
    let old = kit.client().post("/follow", &[("code", &raised.code), ("digits", DIGITS)]).await;
    assert_eq!(old.status, StatusCode::NOT_FOUND);
}
