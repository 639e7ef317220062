//! How residents choose to be told, and what the administrator sees of it.

use crate::kit::{Kit, at};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use domain::Role;
use domain::case::{Channel, Command};
use messages::{Config, Sender};
use std::sync::Arc;
use store::outbox::Kind;

/// A kit whose messages go to the test box, as in a demo.
async fn kit() -> Kit {
    let mut kit = Kit::new().await;
    kit.app = web::App::new(kit.desk.clone(), kit.place())
        .unwrap()
        .settled_accounts()
        .with_messages(Arc::new(Config::demo()));
    kit.router = web::router(kit.app.clone());
    kit
}

/// Lets the sink take what waits.
async fn sent(kit: &Kit) {
    let (desk, place) = (kit.desk.clone(), kit.place().clone());
    let work = move || {
        let mut sender = Sender::new(desk, &place, Arc::new(Config::demo())).unwrap();
        for kind in [Kind::Sms, Kind::Email, Kind::Robot] {
            while sender.pass(kind).unwrap() > 0 {}
        }
    };
    tokio::task::spawn_blocking(work).await.unwrap();
}

#[tokio::test]
async fn a_resident_chooses_at_the_beginning_and_again_later() {
    let kit = kit().await;
    let mut client = kit.client();
    let form = client.get("/raise").await;
    assert!(
        form.text.contains("有进展时，怎么告诉您？") && form.text.contains("短信") && form.text.contains("电子邮件")
    );
    let key = form.input("key");
    let fields = [("key", key.as_str()), ("text", "灯不亮"), ("tell", "sms"), ("phone", "")];
    let refused = client.post("/raise", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("选择了“短信”，但没有填写"), "at the field, with what to do");
    let fields = [("key", key.as_str()), ("text", "灯不亮"), ("tell", "sms"), ("phone", "13800000000")];
    assert_eq!(client.post("/raise", &fields).await.status, StatusCode::SEE_OTHER);
    let page = client.get("/case").await;
    assert!(page.text.contains("现在：短信。"));

    let (key, version) = (page.input("key"), page.input("version"));
    let change = |address: &'static str| {
        vec![
            ("tell", "email"),
            ("lang", "en"),
            ("address", address),
            ("key", &*key.clone().leak()),
            ("version", &*version.clone().leak()),
        ]
    };
    let refused = client.post("/case/telling", &change("nobody")).await;
    assert!(
        refused.text.contains("电子邮件地址不完整") && refused.text.contains("value=\"nobody\""),
        "{}",
        refused.text
    );
    let done = client.post("/case/telling", &change("name@example.com")).await;
    assert_eq!(done.location(), "/case?done=telling-sent");
    let page = client.get("/case?done=telling-sent").await;
    assert!(page.text.contains("现在：电子邮件。") && page.text.contains("通知方式已改好"));
    assert!(page.text.contains("通知方式：电子邮件"), "the timeline says it");
    let open = client.post("/case/telling", &[("key", "k"), ("version", "2")]).await;
    assert!(open.text.contains("请选择一种通知方式"));
}

#[tokio::test]
async fn nobody_is_asked_where_the_district_sends_nothing() {
    let kit = Kit::new().await;
    assert!(!kit.client().get("/raise").await.text.contains("怎么告诉您"));
    let raised = kit.raise("灯不亮").await;
    let mut client = kit.client();
    client.post("/follow", &[("code", &raised.code), ("digits", &raised.digits)]).await;
    assert!(!client.get("/case").await.text.contains("/case/telling"));
}

#[tokio::test]
async fn the_api_and_the_counter_take_the_choice_too() {
    let kit = kit().await;
    let body = r#"{"text":"灯不亮","contact":{"email":"name@example.com","tell":"email","lang":"en"}}"#;
    let answer = kit.client().send(Method::POST, "/api/v1/cases", &[], Body::from(body), "application/json").await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let code = serde_json::from_str::<serde_json::Value>(&answer.text).unwrap()["code"].as_str().unwrap().to_owned();
    let case = kit.case(&code);
    assert!(case.email && case.tell.is_some_and(|t| t.channel == Channel::Email && t.lang == domain::Lang::En));
    let wrong = r#"{"text":"灯不亮","contact":{"tell":"email"}}"#;
    let answer = kit.client().send(Method::POST, "/api/v1/cases", &[], Body::from(wrong), "application/json").await;
    assert!(answer.status == StatusCode::UNPROCESSABLE_ENTITY && answer.text.contains("no_address"), "{}", answer.text);

    let mut clerk = kit.role(Role::Clerk).await;
    let key = clerk.get("/intake").await.input("key");
    let fields = [
        ("key", key.as_str()),
        ("door", "counter"),
        ("track", "hotline"),
        ("text", "灯不亮"),
        ("phone", "13800000000"),
        ("tell", "sms"),
    ];
    assert_eq!(clerk.submit("/intake", &fields).await.status, StatusCode::CREATED);
    sent(&kit).await;
    let page = kit.role(Role::Administrator).await.get("/admin/messages").await;
    assert!(page.text.contains("••••••00") && page.text.contains("n•••@example.com"), "{}", page.text);
}

#[tokio::test]
async fn the_administrator_sees_what_would_have_gone_out_and_no_address() {
    let kit = kit().await;
    let mut raised = Vec::new();
    for _ in 0..30 {
        let case = kit.raise("灯不亮").await;
        let tell = domain::case::Tell { channel: Channel::Sms, lang: domain::Lang::Zh };
        let choose = Command::ChooseTelling { tell, address: "13700004321".into() };
        kit.desk.act(domain::Actor::Resident, case.id, None, choose, None).await.unwrap();
        let accept = Command::Accept { way: None, category: "housing.light".into() };
        kit.desk.act(kit.actor("dispatcher-1"), case.id, None, accept, None).await.unwrap();
        let dispatch = Command::Dispatch { lead: "housing".into(), joint: Vec::new() };
        kit.desk.act(kit.actor("dispatcher-1"), case.id, None, dispatch, None).await.unwrap();
        raised.push(case);
    }
    sent(&kit).await;
    let mut administrator = kit.role(Role::Administrator).await;
    let page = administrator.get("/admin/messages").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("现在什么都不会发出") && page.text.contains("••••••21"));
    for secret in ["13700004321", "10000000001", "示例居民0001", "灯不亮", "示例里3号楼"] {
        assert!(!page.text.contains(secret), "{secret} stands on the page");
    }
    for topic in <domain::case::Topic as domain::Label>::ALL {
        assert!(page.text.contains(domain::Label::label(*topic, domain::Lang::Zh)), "{topic}");
    }
    assert!(page.text.contains("【新任务】") && page.text.contains("[New task]"));
    let statements: u32 = page.headers["x-statements"].to_str().unwrap().parse().unwrap();
    assert!(statements <= 6, "{statements} statements");
    administrator.lang = "en";
    assert!(administrator.get("/admin/messages").await.text.contains("Nothing goes out now"));
}

#[tokio::test]
async fn what_did_not_go_out_is_seen_with_its_reason_and_sent_again_by_a_button() {
    let mut kit = kit().await;
    kit.app = web::App::new(kit.desk.clone(), kit.place())
        .unwrap()
        .settled_accounts()
        .with_messages(Arc::new(Config::default()));
    kit.router = web::router(kit.app.clone());
    let case = kit.raise("灯不亮").await;
    let tell = domain::case::Tell { channel: Channel::Sms, lang: domain::Lang::Zh };
    let choose = Command::ChooseTelling { tell, address: "13700004321".into() };
    kit.desk.act(domain::Actor::Resident, case.id, None, choose, None).await.unwrap();
    let (desk, place) = (kit.desk.clone(), kit.place().clone());
    let work = move || Sender::new(desk, &place, Arc::new(Config::default())).unwrap().pass(Kind::Sms).unwrap();
    // The choice, and word of it to a former number, which there is not.
    assert_eq!(tokio::task::spawn_blocking(work).await.unwrap(), 2);
    let mut administrator = kit.role(Role::Administrator).await;
    let page = administrator.get("/admin/messages").await;
    assert!(page.text.contains("这种方式没有配置") && page.text.contains("多次失败，已停止"), "{}", page.text);
    let key = page.input("one");
    let done = administrator.submit("/admin/messages/again", &[("one", &key)]).await;
    assert_eq!(done.location(), "/admin/messages?done=messages-again");
    let left = administrator.get("/admin/messages").await;
    assert!(!left.text.contains(&format!("value=\"{key}\"")), "it waits again");
    assert_ne!(left.input("one"), key, "the other has not been asked for");
    for wrong in [[("one", "x")], [("way", "pigeon")], [("hook", "")]] {
        assert_eq!(administrator.submit("/admin/messages/again", &wrong).await.status, StatusCode::BAD_REQUEST);
    }
    for user in ["clerk-1", "auditor-1", "dispatcher-1"] {
        assert_ne!(kit.signed_in(user).await.get("/admin/messages").await.status, StatusCode::OK, "{user}");
    }
}

#[tokio::test]
async fn a_corrected_or_chosen_address_is_masked_for_staff_until_it_is_opened() {
    let kit = kit().await;
    let case = kit.raise("请打 13700004321 找我").await;
    let tell = domain::case::Tell { channel: Channel::Email, lang: domain::Lang::Zh };
    let choose = Command::ChooseTelling { tell, address: "planted@example.com".into() };
    kit.desk.act(domain::Actor::Resident, case.id, None, choose, None).await.unwrap();
    kit.clock.set(at("2023-05-04T10:00:00"));
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    dispatcher.case(&case.code).await.has("p•••@example.com").has("••••••01").lacks("planted@");
    let correct = [("field", "phone"), ("value", "19900005678")];
    let masked = dispatcher.done(&case.code, "correct_field", &correct).await;
    masked.has("p•••@example.com").has("••••••78").lacks("planted@").lacks("19900005678");
    let purpose = [("purpose", "contact"), ("text", "约时间上门")];
    let opened = dispatcher.act(&case.code, "unmask", &purpose).await;
    assert_eq!(opened.status, StatusCode::OK);
    opened.has("planted@example.com").has("19900005678").has("约时间上门");
    dispatcher.case(&case.code).await.lacks("planted@").lacks("19900005678");
    assert!(kit.case(&case.code).email);
}

#[tokio::test]
async fn whoever_holds_a_number_confirms_it_on_the_page_that_follows_a_case_and_opens_nothing_by_it() {
    let kit = kit().await;
    let raised = kit.raise("灯不亮").await;
    let tell = domain::case::Tell { channel: Channel::Sms, lang: domain::Lang::Zh };
    let choose = Command::ChooseTelling { tell, address: String::new() };
    kit.desk.act(domain::Actor::Resident, raised.id, None, choose, None).await.unwrap();
    let mut resident = kit.client();
    resident.post("/follow", &[("code", &raised.code), ("digits", &raised.digits)]).await;
    assert!(resident.get("/case").await.text.contains("还没有确认"));
    let confirmation = {
        let mut keys = store::Keys::open(kit.place(), 1, false).unwrap();
        let known = keys.case_keys(&[raised.id.0]).unwrap();
        store::opening::confirmation(&known[&raised.id.0], "10000000001")
    };
    let mut holder = kit.client();
    for (code, wrong) in [(raised.code.as_str(), "Q000-0000"), ("nonsense", confirmation.as_str())] {
        let page = holder.post("/follow", &[("code", code), ("digits", wrong)]).await;
        assert_eq!(page.status, axum::http::StatusCode::NOT_FOUND);
        assert!(page.text.contains(wrong.trim()) || page.text.contains("对不上"));
    }
    assert!(!kit.case(&raised.code).is_confirmed(Channel::Sms));
    let typed = confirmation.to_lowercase().replace('-', " ");
    let done = holder.post("/follow", &[("code", &raised.code), ("digits", &typed)]).await;
    assert_eq!(done.location(), "/follow?done=confirmed");
    assert!(holder.get("/follow?done=confirmed").await.text.contains("以后的进展会发到这个号码或邮箱"));
    assert!(holder.get("/case").await.location().starts_with("/follow"), "it opens nothing");
    assert!(kit.case(&raised.code).is_confirmed(Channel::Sms));
    assert!(!resident.get("/case").await.text.contains("还没有确认"));
    let again = holder.post("/follow", &[("code", &raised.code), ("digits", &confirmation)]).await;
    assert_eq!(again.location(), "/follow?done=confirmed", "twice is once");
}
