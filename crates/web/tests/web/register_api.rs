//! The API of registers: other programs list records, follow what changes, read one whole, and act with a token that says at
//! which post.

mod acting;
mod cases;
mod party;

use crate::kit::{Answer, Kit, at};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use domain::district::{Command, Scope, TokenPost};
use domain::register::{On, Shelf, Values};
use domain::{Actor, Role};
use serde_json::{Value, json};
use testing::founder;

const JSON: &str = "application/json";

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

/// Sends an act as a program does.
async fn post(kit: &Kit, token: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> (StatusCode, Value) {
    let bearer = format!("Bearer {token}");
    let headers = [&[("authorization", bearer.as_str())], headers].concat();
    let answer = kit.client().send(Method::POST, path, &headers, Body::from(body.to_string()), JSON).await;
    assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
    if !answer.status.is_success() {
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}: {}", answer.text);
    }
    (answer.status, serde_json::from_str(&answer.text).unwrap_or_default())
}

fn keyed_by(key: &str) -> [(&str, &str); 1] {
    [("idempotency-key", key)]
}

fn planned_json() -> Value {
    json!({ "lecture": "党课", "topic": "学习专题", "speaker": "示范书记", "level": "grassroots", "starts": "2023-05-04 08:00",
        "minutes": 30, "place": "社区会议室", "street": "street-1", "venue": "community", "audience": "members",
        "with": ["water", "street-1"], "announce": true })
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
        ("unit=%27%3B+DROP", "unit"),
        ("stage=%27", "stage"),
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
    acting(&kit, "box", "housing", Role::Clerk).await;
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
    let raised = kit.client().send(Method::POST, "/api/v1/cases", &raise, body, JSON).await;
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

#[tokio::test]
async fn a_program_begins_a_record_acts_on_it_and_gets_the_same_answer_for_the_same_key() {
    let kit = Kit::new().await;
    acting(&kit, "box", "housing", Role::Clerk).await;
    let (status, begun) = post(&kit, "box", "/api/v1/lectures", &keyed_by("k1"), &planned_json()).await;
    assert_eq!(status, StatusCode::CREATED, "{begun}");
    assert_eq!((&begun["version"], &begun["asked"]), (&json!(2), &json!([])), "it is planned and announced");
    let vkey = kit.client().get("/checkpoint.vkey").await.text;
    let receipt = ledger::receipt::Receipt::parse(begun["receipt"].as_str().unwrap()).unwrap();
    receipt.verify(&ledger::checkpoint::Verifier::parse(vkey.trim()).unwrap()).unwrap();
    let again = post(&kit, "box", "/api/v1/lectures", &keyed_by("k1"), &planned_json()).await;
    assert_eq!(again, (StatusCode::CREATED, begun.clone()));
    let at_record = format!("/api/v1/lectures/{}", begun["code"].as_str().unwrap());
    let (_, told) = get(&kit, "box", &at_record).await;
    assert_eq!(
        (&told["stage"], &told["unit"], &told["words"]["topic"]),
        (&json!("announced"), &json!("housing"), &json!("学习专题"))
    );
    assert_eq!((&told["columns"]["co_hosts"], &told["index"]), (&json!(2), &begun["index"]));
    assert_eq!(told["events"][0]["by"], json!({ "who": "token", "token": "box", "unit": "housing", "role": "clerk" }));
    // A question of the audience is a case, whose code the program gets.
    let question = json!({ "words": "楼道灯什么时候修？", "sort": "request", "public": false });
    let ask = format!("{at_record}/ask");
    let (status, asked) = post(&kit, "box", &ask, &keyed_by("k2"), &question).await;
    assert_eq!((status, &asked["code"], &asked["version"]), (StatusCode::OK, &begun["code"], &json!(3)), "{asked}");
    let case = &asked["asked"][0];
    assert_eq!((&case["register"], asked["asked"].as_array().unwrap().len()), (&json!("case"), 1));
    assert_eq!(case["index"].as_u64(), asked["index"].as_u64().map(|index| index + 1));
    assert!(asked.get("receipt").is_none() && !asked.to_string().contains("secret"));
    let code = case["code"].as_str().unwrap();
    assert_eq!(kit.case(code).opening.taken, Some(("housing".into(), None)));
    assert_eq!(
        post(&kit, "box", &ask, &keyed_by("k2"), &question).await,
        (StatusCode::OK, asked.clone()),
        "the first answer"
    );
    let other = json!({ "words": "别的", "sort": "request" });
    let (status, problem) = post(&kit, "box", &ask, &keyed_by("k2"), &other).await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("urn:doorstep:problem:key_reused"))
    );
    // What was seen, with and without quotation marks.
    let heads = json!({ "heads": 42, "counted": "现场逐人清点" });
    let record = format!("{at_record}/record");
    for (seen, status) in [("2", StatusCode::CONFLICT), ("\"2\"", StatusCode::CONFLICT), ("\"3\"", StatusCode::OK)] {
        let headers = [("idempotency-key", "k3"), ("if-match", seen)];
        let (answered, said) = post(&kit, "box", &record, &headers, &heads).await;
        assert_eq!(answered, status, "{seen}: {said}");
    }
    let (status, problem) = post(&kit, "box", &record, &keyed_by("k4"), &heads).await;
    assert_eq!((status, &problem["type"]), (StatusCode::CONFLICT, &json!("urn:doorstep:problem:wrong_stage")));
    assert_eq!(get(&kit, "box", &at_record).await.1["columns"]["heads"], 42);
    // People see who it was: the post, and the system.
    let page = kit.role(Role::Clerk).await.get(&at_record.replace("/api/v1", "/records")).await;
    assert!(page.text.contains("示范住建局 · 经办人 · 接口 box"), "{}", page.text);
}

#[tokio::test]
async fn what_a_program_sends_wrongly_is_a_problem_with_its_field_and_changes_nothing() {
    let kit = Kit::new().await;
    acting(&kit, "box", "housing", Role::Clerk).await;
    let with = |name: &str, value: Value| {
        let mut body = planned_json();
        body[name] = value;
        body
    };
    let without = |name: &str| {
        let mut body = planned_json();
        body.as_object_mut().unwrap().remove(name);
        body
    };
    for (body, field) in [
        (without("topic"), "topic"),
        (with("starts", json!("soon")), "starts"),
        (with("starts", json!("2093-05-04 08:00")), "starts"),
        (with("minutes", json!(0)), "minutes"),
        (with("minutes", json!(-5)), "minutes"),
        (with("minutes", json!(1.5)), "minutes"),
        (with("minutes", json!(99_999_999_999_u64)), "minutes"),
        (with("lecture", json!("讲座")), "lecture"),
        (with("with", json!(["nowhere"])), "with"),
        (with("with", json!([["water"]])), "with"),
        (with("with", json!(["水务局，住建局"])), "with"),
        (with("topic", json!({ "zh": "专题" })), "topic"),
        (with("topic", json!("长".repeat(300))), "topic"),
        (with("street", json!("nowhere")), "street"),
        (with("phone", json!("10000000001")), "phone"),
        (with("account", json!(1)), "account"),
    ] {
        let (status, problem) = post(&kit, "box", "/api/v1/lectures", &keyed_by("k1"), &body).await;
        assert_eq!((status, &problem["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)), "{problem}");
        assert_eq!(problem["status"], 422);
    }
    for (path, headers, body, status) in [
        ("/api/v1/lectures", vec![], planned_json(), StatusCode::BAD_REQUEST),
        ("/api/v1/lectures", vec![("idempotency-key", "a b")], planned_json(), StatusCode::BAD_REQUEST),
        ("/api/v1/lectures", keyed_by("k1").to_vec(), json!([]), StatusCode::BAD_REQUEST),
        ("/api/v1/lectures", keyed_by("k1").to_vec(), json!("plan"), StatusCode::BAD_REQUEST),
        ("/api/v1/districts", keyed_by("k1").to_vec(), json!({}), StatusCode::NOT_FOUND),
        ("/api/v1/lectures/0/announce", keyed_by("k1").to_vec(), json!({}), StatusCode::NOT_FOUND),
        ("/api/v1/lectures/K7QM-2M4X-9TA/announce", keyed_by("k1").to_vec(), json!({}), StatusCode::NOT_FOUND),
    ] {
        let (answered, problem) = post(&kit, "box", path, &headers, &body).await;
        assert_eq!(answered, status, "{path} {problem}");
    }
    let form = [("authorization", "Bearer box"), ("idempotency-key", "k1")];
    let sent = kit.client().send(Method::POST, "/api/v1/lectures", &form, Body::from("{}"), "text/plain").await;
    assert_eq!(sent.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(codes(&get(&kit, "box", "/api/v1/lectures").await.1), Vec::<&str>::new(), "nothing has begun");
    // On a record that is there.
    let later = with("starts", json!("2023-05-08 14:00"));
    let (_, begun) = post(&kit, "box", "/api/v1/lectures", &keyed_by("k2"), &later).await;
    let at_record = format!("/api/v1/lectures/{}", begun["code"].as_str().unwrap());
    let heads = json!({ "heads": 1, "counted": "by_hand" });
    for (act, body, status, told) in [
        ("record", heads.clone(), StatusCode::CONFLICT, "lecture_not_over"),
        ("correct", json!({ "heads": 1, "counted": "by_hand", "reason": "错了" }), StatusCode::CONFLICT, "wrong_stage"),
        ("cancel", json!({}), StatusCode::UNPROCESSABLE_ENTITY, "empty"),
        ("merge", json!({ "into": "somewhere" }), StatusCode::UNPROCESSABLE_ENTITY, "no_such_case"),
        ("merge", json!({ "into": "00".repeat(16) }), StatusCode::UNPROCESSABLE_ENTITY, "no_such_record"),
        ("plan", planned_json(), StatusCode::NOT_FOUND, "not_found"),
        ("fly", json!({}), StatusCode::NOT_FOUND, "not_found"),
    ] {
        let (answered, problem) = post(&kit, "box", &format!("{at_record}/{act}"), &keyed_by("k3"), &body).await;
        assert_eq!(
            (answered, &problem["type"]),
            (status, &json!(format!("urn:doorstep:problem:{told}"))),
            "{act} {problem}"
        );
    }
    let bad = [("idempotency-key", "k3"), ("if-match", "latest")];
    let (status, problem) = post(&kit, "box", &format!("{at_record}/announce"), &bad, &json!({})).await;
    assert_eq!((status, &problem["type"]), (StatusCode::BAD_REQUEST, &json!("urn:doorstep:problem:version")));
    assert_eq!(get(&kit, "box", &at_record).await.1["version"], begun["version"], "nothing has changed");
}

#[tokio::test]
async fn a_number_is_given_called_and_taken_down_by_a_program_and_a_record_is_named_by_its_code() {
    let kit = Kit::new().await;
    acting(&kit, "own", "housing", Role::Clerk).await;
    let plan = json!({ "post": "示范主任", "leader": "示例姓名", "level": "division", "field": "城建", "form": "fixed",
        "starts": "2023-05-04 09:30", "minutes": 60, "place": "接访室", "desks": 1, "slot": 20 });
    let (status, day) = post(&kit, "own", "/api/v1/receptions", &keyed_by("r1"), &plan).await;
    assert_eq!(status, StatusCode::CREATED, "{day}");
    let of_day = format!("/api/v1/receptions/{}", day["code"].as_str().unwrap());
    post(&kit, "own", &format!("{of_day}/open"), &keyed_by("r2"), &json!({})).await;
    let come = json!({ "reception": day["code"], "people": 1 });
    let (status, visit) = post(&kit, "own", "/api/v1/encounters?act=come", &keyed_by("r3"), &come).await;
    assert_eq!(status, StatusCode::CREATED, "{visit}");
    assert_eq!(
        post(&kit, "own", "/api/v1/encounters?act=leave", &keyed_by("r4"), &json!({})).await.0,
        StatusCode::NOT_FOUND
    );
    // What only another record asks for is no program's own act.
    let hear = json!({ "encounter": visit["code"] });
    let (status, _) = post(&kit, "own", &format!("{of_day}/hear"), &keyed_by("r5"), &hear).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let of_visit = format!("/api/v1/encounters/{}", visit["code"].as_str().unwrap());
    let said = json!({ "words": "楼道灯不亮", "kind": "petition" });
    let (status, early) = post(&kit, "own", &format!("{of_visit}/take_down"), &keyed_by("r6"), &said).await;
    assert_eq!(status, StatusCode::CONFLICT, "{early}");
    assert_eq!(early["type"], "urn:doorstep:problem:reception_not_at_desk");
    assert_eq!(
        post(&kit, "own", &format!("{of_day}/call"), &keyed_by("r7"), &json!({ "desk": 1 })).await.0,
        StatusCode::OK
    );
    let (status, taken) = post(&kit, "own", &format!("{of_visit}/take_down"), &keyed_by("r8"), &said).await;
    assert_eq!((status, taken["asked"][0]["register"].as_str()), (StatusCode::OK, Some("case")), "{taken}");
}

#[tokio::test]
async fn what_was_said_in_a_hall_and_is_no_case_yet_is_read_by_the_unit_that_took_it_down_alone() {
    let kit = Kit::new().await;
    token(&kit, "reader", Scope::Read).await;
    acting(&kit, "own", "housing", Role::Clerk).await;
    acting(&kit, "other", "water", Role::Clerk).await;
    let meeting = json!({ "name": "恳谈会", "no": 1, "topics": "停车", "starts": "2023-05-04 09:30", "minutes": 60,
        "place": "礼堂", "chair": "示范主任", "departments": [], "chosen": "open" });
    let (status, begun) = post(&kit, "own", "/api/v1/meetings", &keyed_by("m1"), &meeting).await;
    assert_eq!(status, StatusCode::CREATED, "{begun}");
    let path = format!("/api/v1/meetings/{}", begun["code"].as_str().unwrap());
    post(&kit, "own", &format!("{path}/open"), &keyed_by("m2"), &json!({})).await;
    let line = json!({ "words": "不给别人看的话", "topic": 1, "how": "spoken" });
    let (status, noted) = post(&kit, "own", &format!("{path}/note"), &keyed_by("m3"), &line).await;
    assert_eq!((status, noted["asked"][0]["register"].as_str()), (StatusCode::OK, Some("opinion")), "{noted}");
    let opinion = format!("/api/v1/opinions/{}", noted["asked"][0]["code"].as_str().unwrap());
    for (name, reads) in [("own", true), ("other", false), ("reader", false)] {
        let (answer, record) = get(&kit, name, &opinion).await;
        assert_eq!((answer.status, record["stage"].as_str()), (StatusCode::OK, Some("noted")));
        assert_eq!(answer.text.contains("不给别人看的话"), reads, "{name}");
        assert_eq!(get(&kit, name, &path).await.1["words"]["topics"], "停车");
        let (answer, listed) = get(&kit, name, "/api/v1/opinions").await;
        assert_eq!((answer.status, &listed["records"][0]["code"]), (StatusCode::OK, &noted["asked"][0]["code"]));
    }
    // Once it is a case, its words stand there alone; on the board a unit claims it by the API as by its phone.
    let agreed = json!({ "no": 1, "words": "读回的话", "sort": "request", "category": "housing", "public": false });
    assert_eq!(post(&kit, "own", &format!("{path}/confirm"), &keyed_by("m4"), &agreed).await.0, StatusCode::OK);
    let (answer, record) = get(&kit, "own", &opinion).await;
    assert!(record["stage"] == "raised" && !answer.text.contains("的话"), "{record}");
    let claim = json!({ "post": "科长", "step": "先去看", "by": "2023-05-08" });
    let closed = post(&kit, "other", &format!("{opinion}/claim"), &keyed_by("m5"), &claim).await;
    assert_eq!(closed.0, StatusCode::CONFLICT, "{}", closed.1);
    post(&kit, "own", &format!("{path}/board"), &keyed_by("m6"), &json!({})).await;
    let absent = post(&kit, "other", &format!("{opinion}/claim"), &keyed_by("m7"), &claim).await;
    assert_eq!(absent.0, StatusCode::CONFLICT);
    assert!(absent.1["type"].as_str().is_some_and(|urn| urn.ends_with("opinion_not_here")), "{}", absent.1);
    post(&kit, "own", &format!("{path}/invite"), &keyed_by("m8"), &json!({ "units": ["water"] })).await;
    let late = json!({ "post": "科长", "step": "先去看", "by": "2024-05-08" });
    let (status, wrong) = post(&kit, "other", &format!("{opinion}/claim"), &keyed_by("m9"), &late).await;
    assert_eq!((status, wrong["field"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("by")), "{wrong}");
    let (status, claimed) = post(&kit, "other", &format!("{opinion}/claim"), &keyed_by("m10"), &claim).await;
    assert_eq!(status, StatusCode::OK, "{claimed}");
    assert_eq!(post(&kit, "own", &format!("{path}/end_board"), &keyed_by("m11"), &json!({})).await.0, StatusCode::OK);
    assert_eq!(get(&kit, "reader", &opinion).await.1["stage"], "settled");
}
