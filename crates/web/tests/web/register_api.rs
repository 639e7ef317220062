//! The API of registers: other programs list records, follow what changes, read one whole, and act with a token that says at
//! which post.

use crate::kit::{Answer, Kit, at};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use domain::district::{Command, Scope, TokenPost};
use domain::register::{On, Shelf, Values};
use domain::{Actor, Role};
use serde_json::{Value, json};

fn founder() -> Actor {
    Actor::System { name: "init".into() }
}

/// Puts the key of a token that is there: the token is its own name.
async fn keyed(kit: &Kit, name: &str) {
    let hash: [u8; 32] = sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix(name)).into();
    kit.desk.put(vec![store::access::set_token(1, hash, name)]).await.unwrap();
}

async fn token(kit: &Kit, name: &str, scope: Scope) {
    kit.desk.change(founder(), Command::MakeToken { name: name.into(), scope }).await.unwrap();
    keyed(kit, name).await;
}

/// A token that acts at a post until 2023-12-31.
async fn acting(kit: &Kit, name: &str, unit: &str, role: Role) {
    let post = TokenPost { unit: unit.into(), role, until: "2023-12-31".parse().unwrap() };
    kit.desk.change(founder(), Command::MakeActingToken { name: name.into(), post }).await.unwrap();
    keyed(kit, name).await;
}

async fn get(kit: &Kit, token: &str, path: &str) -> (Answer, Value) {
    let bearer = format!("Bearer {token}");
    let answer = kit.client().send(Method::GET, path, &[("authorization", &bearer)], Body::empty(), "").await;
    let read = serde_json::from_str(&answer.text).unwrap_or_default();
    (answer, read)
}

fn lectures() -> &'static dyn Shelf {
    *registers::REGISTERS.iter().find(|shelf| shelf.code() == "lecture").unwrap()
}

fn plan(topic: &str, starts: &str) -> Values {
    let fields = [
        ("lecture", "party"),
        ("topic", topic),
        ("speaker", "示范书记"),
        ("level", "grassroots"),
        ("starts", starts),
        ("minutes", "60"),
        ("place", "社区会议室"),
        ("street", "street-1"),
        ("venue", "community"),
        ("audience", "members"),
        ("with", "water"),
        ("announce", "true"),
    ];
    fields.into_iter().collect()
}

/// An act of an account, as its page sends it.
async fn did(kit: &Kit, user: &str, on: On, act: &str, values: Values) -> desk::Done {
    let read = lectures().read_act(act, &values).unwrap();
    let by = (kit.actor(user), domain::case::Visit::BEST);
    kit.desk.execute_read(by, lectures(), (on, None), (act, &values, read), None).await.unwrap()
}

async fn planned(kit: &Kit, user: &str, topic: &str, starts: &str) -> desk::Done {
    did(kit, user, On::New, "plan", plan(topic, starts)).await
}

fn codes(list: &Value) -> Vec<&str> {
    list["records"].as_array().unwrap().iter().map(|record| record["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_reader_lists_records_in_ledger_order_and_narrows_them() {
    let kit = Kit::new().await;
    token(&kit, "reader", Scope::Read).await;
    let first = planned(&kit, "clerk-1", "第一讲", "2023-05-08 14:00").await;
    let second = planned(&kit, "clerk-water", "第二讲", "2023-05-06 14:00").await;
    let (answer, list) = get(&kit, "reader", "/api/v1/lectures").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(codes(&list), [&first.code, &second.code]);
    let expected = json!({ "code": first.code, "version": 2, "stage": "announced", "unit": "housing", "day": "2023-05-08",
        "first": first.first, "index": first.index });
    assert_eq!((&list["records"][0], &list["next"]), (&expected, &Value::Null));
    for (query, found) in [
        ("unit=water", vec![&second.code]),
        ("unit=nobody", vec![]),
        ("stage=planned", vec![]),
        ("stage=announced", vec![&first.code, &second.code]),
        ("from=2023-05-07", vec![&first.code]),
        ("to=2023-05-08", vec![&second.code]),
        ("from=2023-05-06&to=2023-05-09", vec![&first.code, &second.code]),
        (&format!("after={}", first.first), vec![&second.code]),
        (&format!("after={}", second.first), vec![]),
        ("unit=%27%3B+DROP", vec![]),
    ] {
        let (answer, list) = get(&kit, "reader", &format!("/api/v1/lectures?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.text);
        assert_eq!(codes(&list), found, "{query}");
    }
}

#[tokio::test]
async fn a_reader_follows_what_has_changed_and_reads_page_by_page() {
    let kit = Kit::new().await;
    token(&kit, "reader", Scope::Read).await;
    let mut all = Vec::new();
    for n in 0..103 {
        all.push(planned(&kit, "clerk-1", &format!("第{n}讲"), "2023-05-08 14:00").await);
    }
    let (_, page) = get(&kit, "reader", "/api/v1/lectures").await;
    assert_eq!((codes(&page).len(), &page["next"]), (100, &json!(all[99].first)));
    let (_, page) = get(&kit, "reader", &format!("/api/v1/lectures?after={}", page["next"])).await;
    assert_eq!((codes(&page), &page["next"]), (all[100..].iter().map(|d| d.code.as_str()).collect(), &Value::Null));
    let seen = all[102].index;
    let since = |n: u64| format!("/api/v1/lectures?changed_since={n}");
    assert!(codes(&get(&kit, "reader", &since(seen)).await.1).is_empty());
    let reason: Values = [("reason", "停办")].into_iter().collect();
    let later = did(&kit, "clerk-1", On::Record(all[7].id), "cancel", reason).await;
    let (_, changed) = get(&kit, "reader", &since(seen)).await;
    assert_eq!(codes(&changed), [&all[7].code]);
    let record = &changed["records"][0];
    assert_eq!(
        (&record["index"], &record["stage"], &record["version"]),
        (&json!(later.index), &json!("cancelled"), &json!(3))
    );
    let (_, page) = get(&kit, "reader", &since(0)).await;
    assert_eq!(
        (codes(&page).len(), &page["next"]),
        (100, &json!(all[100].index)),
        "in the order of their last entries"
    );
    let (_, rest) = get(&kit, "reader", &format!("{}&after={}", since(0), page["next"])).await;
    assert_eq!(codes(&rest), [&all[101].code, &all[102].code, &all[7].code]);
}

#[tokio::test]
async fn a_record_is_told_whole_but_neither_nonce_nor_account_nor_a_cases_code() {
    let kit = Kit::new().await;
    token(&kit, "reader", Scope::Read).await;
    let lecture = planned(&kit, "clerk-1", "学习专题", "2023-05-08 14:00").await;
    kit.clock.set(at("2023-05-08T15:30:00"));
    let ask: Values = [("words", "楼道灯什么时候修？"), ("sort", "request")].into_iter().collect();
    let asked = did(&kit, "clerk-1", On::Record(lecture.id), "ask", ask).await;
    let counted: Values = [("heads", "42"), ("counted", "by_hand")].into_iter().collect();
    did(&kit, "clerk-1", On::Record(lecture.id), "record", counted).await;
    let (answer, told) = get(&kit, "reader", &format!("/api/v1/lectures/{}", lecture.code)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!((&told["title"], &told["stage"], &told["version"]), (&json!("学习专题"), &json!("recorded"), &json!(4)));
    assert_eq!((&told["id"], &told["day"]), (&json!(lecture.id.hex()), &json!("2023-05-08")));
    let columns = &told["columns"];
    assert_eq!(
        (&columns["heads"], &columns["online"], &columns["venue"]),
        (&json!(42), &Value::Null, &json!("community"))
    );
    assert_eq!(columns.as_object().unwrap().len(), lectures().table().unwrap().2.len());
    assert_eq!((&told["words"]["speaker"], &told["words"]["place"]), (&json!("示范书记"), &json!("社区会议室")));
    let events = told["events"].as_array().unwrap();
    let kinds: Vec<&str> = events.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["lecture.planned", "lecture.announced", "lecture.asked", "lecture.recorded"]);
    assert_eq!(events[3]["fields"], json!({ "heads": 42, "counted": "by_hand", "online": null }));
    assert_eq!(events[3]["at"], "2023-05-08T15:30:00+08:00");
    assert_eq!(events[0]["by"], json!({ "who": "staff", "unit": "housing", "role": "clerk" }));
    assert_eq!(told["index"], events[3]["index"]);
    assert_eq!(told["asked"], json!([{ "stage": "raised", "because": asked.index }]));
    for hidden in ["nonce", "account", &asked.asked[0].code, "楼道灯"] {
        assert!(!answer.text.contains(hidden), "{hidden}: {}", answer.text);
    }
}

#[tokio::test]
async fn what_is_not_there_is_404_what_can_t_be_read_is_422_and_a_wrong_token_is_401() {
    let kit = Kit::new().await;
    token(&kit, "reader", Scope::Read).await;
    token(&kit, "hotline", Scope::Intake).await;
    let case = kit.raise("灯不亮").await;
    let lecture = planned(&kit, "clerk-1", "学习专题", "2023-05-08 14:00").await;
    for path in [
        "/api/v1/districts".to_owned(),
        "/api/v1/lecture".into(),
        "/api/v1/figures/0".into(),
        "/api/v1/lectures/0".into(),
        "/api/v1/lectures/%E4%B8%AD".into(),
        format!("/api/v1/lectures/{}", case.code),
        format!("/api/v1/districts/{}", lecture.code),
    ] {
        let (answer, problem) = get(&kit, "reader", &path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.text);
        assert_eq!(
            (&answer.headers["content-type"], &problem["status"]),
            (&"application/problem+json".parse().unwrap(), &json!(404))
        );
    }
    for (query, field) in [
        ("from=soon", "from"),
        ("to=2023-13-01", "to"),
        ("after=-1", "after"),
        ("changed_since=99999999999999999999", "changed_since"),
        ("units=water", "units"),
    ] {
        let (answer, problem) = get(&kit, "reader", &format!("/api/v1/lectures?{query}")).await;
        assert_eq!((answer.status, &problem["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)), "{query}");
    }
    assert_eq!(get(&kit, "reader", "/api/v1/lectures?unit=%00").await.0.status, StatusCode::BAD_REQUEST);
    for path in ["/api/v1/lectures".to_owned(), format!("/api/v1/lectures/{}", lecture.code), "/api/v1/nothing".into()]
    {
        for token in ["hotline", "nobody", ""] {
            assert_eq!(get(&kit, token, &path).await.0.status, StatusCode::UNAUTHORIZED, "{token} {path}");
        }
    }
    kit.desk.change(founder(), Command::EndToken { name: "reader".into() }).await.unwrap();
    assert_eq!(get(&kit, "reader", "/api/v1/lectures").await.0.status, StatusCode::UNAUTHORIZED);
    let mut clerk = kit.role(Role::Clerk).await;
    assert_eq!(clerk.get("/api/v1/lectures").await.status, StatusCode::UNAUTHORIZED, "a session is no token");
}

#[tokio::test]
async fn a_token_that_acts_reads_too_and_is_shut_out_once_it_is_over() {
    let kit = Kit::new().await;
    acting(&kit, "box", "water", Role::Clerk).await;
    let lecture = planned(&kit, "clerk-1", "学习专题", "2023-05-04 08:00").await;
    let ask: Values = [("words", "楼道灯什么时候修？"), ("sort", "request")].into_iter().collect();
    let asked = did(&kit, "clerk-1", On::Record(lecture.id), "ask", ask).await;
    let (_, told) = get(&kit, "box", &format!("/api/v1/lectures/{}", lecture.code)).await;
    assert_eq!(told["asked"], json!([{ "code": asked.asked[0].code, "stage": "raised", "because": asked.index }]));
    for path in ["/api/v1/figures?from=2023-05-01&to=2023-06-01", "/api/v1/lectures?unit=water"] {
        let status = get(&kit, "box", path).await.0.status;
        assert_eq!(status == StatusCode::OK, path.contains("lectures"), "{path} {status}");
    }
    let raise = [("authorization", "Bearer box")];
    let body = Body::from(r#"{"text":"灯不亮"}"#);
    let raised = kit.client().send(Method::POST, "/api/v1/cases", &raise, body, "application/json").await;
    assert_eq!(raised.status, StatusCode::UNAUTHORIZED, "it hands in no case");
    kit.clock.set(at("2023-12-31T23:59:00"));
    assert_eq!(get(&kit, "box", "/api/v1/lectures").await.0.status, StatusCode::OK);
    kit.clock.set(at("2024-01-01T00:00:00"));
    assert_eq!(get(&kit, "box", "/api/v1/lectures").await.0.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_administrator_makes_a_token_that_acts_and_sees_when_it_is_over() {
    let kit = Kit::new().await;
    let mut admin = kit.role(Role::Administrator).await;
    let form = |scope: &'static str, unit: &'static str, role: &'static str, until: &'static str| {
        [("name", "box"), ("scope", scope), ("unit", unit), ("role", role), ("until", until)]
    };
    for (sent, field) in [
        (form("act", "water", "clerk", ""), "until"),
        (form("act", "water", "clerk", "2024-05-05"), "until"),
        (form("act", "water", "clerk", "2023-05-03"), "until"),
        (form("act", "water", "auditor", "2023-12-31"), "role"),
        (form("act", "water", "", "2023-12-31"), "role"),
        (form("act", "discipline", "clerk", "2023-12-31"), "unit"),
        (form("act", "", "clerk", "2023-12-31"), "unit"),
        (form("read", "water", "", ""), "scope"),
    ] {
        let refused = admin.submit("/admin/tokens", &sent).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{sent:?}");
        assert!(refused.text.contains(&format!("href=\"#f-{field}\"")), "{sent:?}: {}", refused.text);
        assert!(kit.desk.district().tokens.is_empty());
    }
    let made = admin.submit("/admin/tokens", &form("act", "water", "clerk", "2023-12-31")).await;
    let token = made.text.split("id=\"fresh\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(made.text.contains("示范水务局 · 经办人 · 到 2023-12-31"), "{}", made.text);
    assert_eq!(get(&kit, &token, "/api/v1/lectures").await.0.status, StatusCode::OK);
    assert!(!admin.get("/admin/tokens").await.text.contains("已失效"));
    assert!(admin.get("/admin").await.text.contains("1 个令牌在用"));
    kit.desk.change(founder(), Command::CloseUnit("water".into())).await.unwrap();
    assert_eq!(get(&kit, &token, "/api/v1/lectures").await.0.status, StatusCode::UNAUTHORIZED);
    assert!(admin.get("/admin/tokens").await.text.contains("已失效"));
    assert!(admin.get("/admin").await.text.contains("0 个令牌在用"));
}
