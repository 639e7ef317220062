//! The API of intake and the ledger.

use crate::kit::Kit;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use ledger::checkpoint::Verifier;
use ledger::receipt::Receipt;

const JSON: &str = "application/json";

#[tokio::test]
async fn a_case_handed_in_twice_with_one_key_is_one_case_and_its_receipt_verifies() {
    let kit = Kit::new().await;
    let mut client = kit.client();
    let body = r#"{"title":"楼道灯不亮","text":"三号楼的灯不亮。","contact":"10000000001"}"#;
    let key = [("idempotency-key", "5f0c1a52-7b0e-4c53-9a41-5f3f4f6f1d10")];
    let first = client.send(Method::POST, "/api/v1/cases", &key, Body::from(body), JSON).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    let again = client.send(Method::POST, "/api/v1/cases", &key, Body::from(body), JSON).await;
    assert_eq!(again.text, first.text);
    let other = client.send(Method::POST, "/api/v1/cases", &key, Body::from(r#"{"text":"别的"}"#), JSON).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    let given: serde_json::Value = serde_json::from_str(&first.text).unwrap();
    let (code, secret) = (given["code"].as_str().unwrap(), given["secret"].as_str().unwrap());
    assert_eq!(given["state"], "raised");
    let vkey = client.get("/checkpoint.vkey").await.text;
    let receipt = Receipt::parse(given["receipt"].as_str().unwrap()).unwrap();
    receipt.verify(&Verifier::parse(vkey.trim()).unwrap()).unwrap();
    let open = [("case-secret", secret)];
    let path = format!("/api/v1/cases/{code}");
    let followed = client.send(Method::GET, &path, &open, Body::empty(), "").await;
    assert_eq!(followed.status, StatusCode::OK);
    assert!(followed.text.contains("三号楼的灯不亮。"));
    let wrong = client.send(Method::GET, &path, &[("case-secret", "000000x")], Body::empty(), "").await;
    assert_eq!(wrong.status, StatusCode::NOT_FOUND);
    let path = format!("/receipts/{code}.tlog-proof");
    let fetched = client.send(Method::GET, &path, &open, Body::empty(), "").await;
    Receipt::parse(&fetched.text).unwrap().verify(&Verifier::parse(vkey.trim()).unwrap()).unwrap();
    let checkpoint = client.get("/checkpoint").await.text;
    assert!(checkpoint.starts_with("doorstep.example/test\n"));
    assert_eq!(client.get("/tile/0/000.p/1").await.text.len(), client.get("/tile/0/000.p/1").await.text.len());
}

#[tokio::test]
async fn bad_input_is_refused_with_its_field_in_both_languages() {
    let kit = Kit::new().await;
    let mut client = kit.client();
    for (body, status, words) in [
        ("{", StatusCode::BAD_REQUEST, "line 1"),
        (r#"{"text":""}"#, StatusCode::UNPROCESSABLE_ENTITY, "\"field\":\"text\""),
        (r#"{"text":"a","track":"none"}"#, StatusCode::UNPROCESSABLE_ENTITY, "\"field\":\"track\""),
        (r#"{"text":"a","category":"none"}"#, StatusCode::UNPROCESSABLE_ENTITY, "\"field\":\"category\""),
        (r#"{"text":"a","more":1}"#, StatusCode::BAD_REQUEST, "openapi"),
    ] {
        let answer = client.send(Method::POST, "/api/v1/cases", &[], Body::from(body), JSON).await;
        assert_eq!(answer.status, status, "{body}");
        assert!(answer.text.contains(words), "{body}: {}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
    let answer = client.send(Method::DELETE, "/api/v1/cases", &[], Body::empty(), "").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    let huge = format!("{{\"text\":\"{}\"}}", "大".repeat(200_000));
    let answer = client.send(Method::POST, "/api/v1/cases", &[], Body::from(huge), JSON).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let token = [("authorization", "Bearer nothing")];
    let answer = client.send(Method::POST, "/api/v1/cases", &token, Body::from(r#"{"text":"a"}"#), JSON).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

/// The paths of a route as the description has them: a piece that goes on to the end is a piece like others, and what is for
/// every register stands there once for each, and for each of its acts.
fn described(path: &str) -> Vec<String> {
    let path = path.replace("{*", "{");
    if !path.contains("/{register}") {
        return vec![path];
    }
    let mut paths = Vec::new();
    for shelf in registers::REGISTERS {
        let Some((plural, ..)) = shelf.table() else { continue };
        let path = path.replace("{register}", plural);
        if path.contains("/{act}") {
            let acts = shelf.acts().into_iter().filter(|act| {
                !act.from.is_empty() && !act.by.iter().all(|by| ["clock", "resident", "asked"].contains(&by.code))
            });
            paths.extend(acts.map(|act| path.replace("{act}", act.code)));
        } else {
            paths.push(path);
        }
    }
    paths
}

#[tokio::test]
async fn the_description_of_the_api_names_every_route_of_it() {
    let kit = Kit::new().await;
    let text = kit.client().get("/api/openapi.json").await.text;
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let is_api = |path: &str| {
        path.starts_with("/api/")
            || ["/receipts", "/checkpoint", "/tile", "/healthz", "/readyz", "/metrics", "/open-data/", "/figures/feed"]
                .iter()
                .any(|p| path.starts_with(p))
    };
    let mut named: Vec<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
    let mut routed: Vec<String> =
        web::routes::table().filter(|r| is_api(r.path)).flat_map(|r| described(r.path)).collect();
    named.sort();
    routed.sort();
    routed.dedup();
    assert_eq!(named, routed);
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(kit.client().get(path).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn another_site_can_make_nobodys_browser_hand_in_a_case() {
    let kit = Kit::new().await;
    let body = || Body::from(r#"{"text":"灯不亮"}"#);
    for kind in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/jsonp"]
    {
        let answer = kit.client().send(Method::POST, "/api/v1/cases", &[], body(), kind).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
    for headers in [
        &[("origin", "https://elsewhere.test")][..],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site"), ("origin", "http://doorstep.test")],
    ] {
        let answer = kit.client().send(Method::POST, "/api/v1/cases", headers, body(), JSON).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
    for (headers, kind) in [(&[][..], JSON), (&[("origin", "http://doorstep.test")], "Application/JSON; charset=utf-8")]
    {
        let answer = kit.client().send(Method::POST, "/api/v1/cases", headers, body(), kind).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{headers:?} {}", answer.text);
    }
}

#[tokio::test]
async fn a_key_that_somebody_else_may_hit_upon_is_refused_without_a_token() {
    let kit = Kit::new().await;
    let body = || Body::from(r#"{"text":"灯不亮"}"#);
    for key in ["1", "k1", "2023-05-04-0001", "012345678901234567890", "0123456789 0123456789 0123"] {
        let answer = kit.client().send(Method::POST, "/api/v1/cases", &[("idempotency-key", key)], body(), JSON).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{key}");
        assert!(answer.text.contains("UUID"));
    }
    kit.desk
        .change(
            testing::founder(),
            domain::district::Command::MakeToken { name: "hotline".into(), scope: domain::district::Scope::Intake },
        )
        .await
        .unwrap();
    let hash: [u8; 32] = sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix("secret")).into();
    kit.desk.put(vec![store::access::set_token(1, hash, "hotline")]).await.unwrap();
    let headers =
        [("authorization", "Bearer secret"), ("idempotency-key", "2023-0001"), ("origin", "https://hotline.test")];
    let answer = kit.client().send(Method::POST, "/api/v1/cases", &headers, body(), JSON).await;
    assert_eq!(answer.status, StatusCode::CREATED, "a token has a scope of its own: {}", answer.text);
}

#[tokio::test]
async fn what_the_description_says_about_a_contact_is_what_is_taken() {
    let kit = Kit::new().await;
    let document: serde_json::Value = serde_json::from_str(&kit.client().get("/api/openapi.json").await.text).unwrap();
    let contact = &document["components"]["schemas"]["NewCase"]["properties"]["contact"]["oneOf"][2];
    assert_eq!(contact["additionalProperties"], false);
    let tell = contact["properties"]["tell"]["enum"].as_array().unwrap();
    for (contact, status) in [
        (r#"{"name":"甲","tell":null}"#, StatusCode::CREATED),
        (r#"{"name":"甲","more":1}"#, StatusCode::BAD_REQUEST),
        ("null", StatusCode::CREATED),
        (r#""10000000001""#, StatusCode::CREATED),
        ("7", StatusCode::BAD_REQUEST),
    ] {
        let body = Body::from(format!(r#"{{"text":"灯不亮","contact":{contact}}}"#));
        let answer = kit.client().send(Method::POST, "/api/v1/cases", &[], body, JSON).await;
        assert_eq!(answer.status, status, "{contact}: {}", answer.text);
    }
    assert!(tell.contains(&serde_json::Value::Null), "null is taken, so it is described");
    // Every path names its pieces, and every operation what it refuses with.
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let named: Vec<&str> = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|p| p["in"] == "path")
                .map(|p| p["name"].as_str().unwrap())
                .collect();
            let pieces: Vec<&str> = path.split('{').skip(1).map(|p| p.split('}').next().unwrap()).collect();
            assert_eq!(named, pieces, "{path}");
            let route = web::routes::table()
                .find(|r| described(r.path).contains(path) && r.method.eq_ignore_ascii_case(method))
                .unwrap();
            let needed: &[&str] = match route.access {
                web::routes::Access::Intake => &["400", "401", "403", "413", "415", "422", "429"],
                web::routes::Access::CaseSecret => &["404", "429"],
                web::routes::Access::CaseCaller => &["401", "404", "429"],
                web::routes::Access::ActToken if route.method == "GET" => &["400", "401", "422"],
                web::routes::Access::Reader => &["400", "401", "422"],
                web::routes::Access::RecordReader if pieces.is_empty() => &["400", "401", "422"],
                web::routes::Access::RecordCaller => &["401", "404"],
                web::routes::Access::ActToken | web::routes::Access::ActCaller => {
                    &["400", "401", "403", "409", "413", "415", "422"]
                }
                _ if !pieces.is_empty() => &["404"],
                _ => &[],
            };
            for status in needed {
                assert!(operation["responses"].get(status).is_some(), "{method} {path} does not say {status}");
            }
            assert!(operation["responses"].get("default").is_some(), "{method} {path} is never refused");
        }
    }
    assert!(
        !kit.client().get("/api/openapi.json").await.text.contains(r#"{ "type": "integer" }"#),
        "each integer has its least"
    );
}

#[tokio::test]
async fn nobody_keeps_an_answer_that_holds_a_case() {
    let kit = Kit::new().await;
    let raised = kit.raise("灯不亮").await;
    let mut client = kit.client();
    let answers = [
        client.send(Method::POST, "/api/v1/cases", &[], Body::from(r#"{"text":"灯不亮"}"#), JSON).await,
        client.send(Method::POST, "/api/v1/cases", &[], Body::from("{"), JSON).await,
        client
            .send(
                Method::GET,
                &format!("/api/v1/cases/{}", raised.code),
                &[("case-secret", &raised.secret)],
                Body::empty(),
                "",
            )
            .await,
        client
            .send(
                Method::GET,
                &format!("/receipts/{}.tlog-proof", raised.code),
                &[("case-secret", &raised.secret)],
                Body::empty(),
                "",
            )
            .await,
        client.get("/follow").await,
        client.post("/follow", &[("code", &raised.code), ("digits", "000000")]).await,
        client.get("/sign-in").await,
    ];
    for answer in answers {
        assert_eq!(answer.headers["cache-control"], "no-store", "{}", answer.text);
    }
}

#[tokio::test]
async fn a_resident_acts_by_the_api_with_the_secret_of_the_case_and_once_for_each_key() {
    let kit = Kit::new().await;
    let raised = kit.raise("灯不亮").await;
    let act = |act: &'static str, headers: Vec<(&'static str, String)>, body: &'static str| {
        let (mut client, path) = (kit.client(), format!("/api/v1/cases/{}/{act}", raised.code));
        async move {
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = client.send(Method::POST, &path, &headers, Body::from(body), JSON).await;
            (answer.status, serde_json::from_str::<serde_json::Value>(&answer.text).unwrap())
        }
    };
    let with = |key: &'static str| vec![("case-secret", raised.secret.clone()), ("idempotency-key", key.to_owned())];
    let correct = r#"{"field":"place","value":"三单元"}"#;
    let (status, done) = act("correct_field", with("k1"), correct).await;
    assert_eq!((status, &done["code"]), (StatusCode::OK, &serde_json::json!(raised.code)), "{done}");
    assert_eq!(act("correct_field", with("k1"), correct).await, (StatusCode::OK, done.clone()), "the first answer");
    let other = act("correct_field", with("k1"), r#"{"field":"place","value":"四单元"}"#).await;
    assert_eq!(
        (other.0, &other.1["type"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &"urn:doorstep:problem:key_reused".into())
    );
    let seen = |version: &str| [with("k2"), vec![("if-match", format!("\"{version}\""))]].concat();
    assert_eq!(act("withdraw", seen("1"), "{}").await.0, StatusCode::CONFLICT, "it has changed since");
    for (name, headers, body, status) in [
        ("withdraw", vec![("case-secret", raised.secret.clone())], "{}", StatusCode::BAD_REQUEST),
        ("withdraw", vec![("idempotency-key", "k3".to_owned())], "{}", StatusCode::NOT_FOUND),
        ("withdraw", with("k4"), r#"{"reason":"a"}"#, StatusCode::UNPROCESSABLE_ENTITY),
        ("correct_field", with("k5"), r#"{"field":"hat","value":"a"}"#, StatusCode::UNPROCESSABLE_ENTITY),
        ("give_verdict", with("k6"), r#"{"solved":"yes","handled":"good"}"#, StatusCode::CONFLICT),
        ("give_verdict", with("k7"), "[]", StatusCode::BAD_REQUEST),
        ("confirm_address", with("k8"), "{}", StatusCode::NOT_FOUND),
        ("dispatch", with("k9"), "{}", StatusCode::NOT_FOUND),
        ("withdraw", seen("soon"), "{}", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(act(name, headers, body).await.0, status, "{name} {body}");
    }
    let path = format!("/api/v1/cases/{}", raised.code);
    let followed = kit.client().send(Method::GET, &path, &[("case-secret", &raised.secret)], Body::empty(), JSON).await;
    let followed: serde_json::Value = serde_json::from_str(&followed.text).unwrap();
    assert_eq!(followed["version"], done["version"]);
    let version = followed["version"].to_string();
    assert_eq!(act("withdraw", seen(&version), "{}").await.0, StatusCode::OK);
}

#[tokio::test]
async fn acts_by_the_api_are_counted_as_on_the_page_and_what_staff_may_have_held_does_nothing_there() {
    let kit = Kit::new().await;
    let raised = kit.raise("灯不亮").await;
    let path = format!("/api/v1/cases/{}/choose_telling", raised.code);
    let tell = |key: String, more: Option<(&'static str, &'static str)>, body: &'static str| {
        let (mut client, path, secret) = (kit.client(), path.clone(), raised.secret.clone());
        async move {
            let mut headers = vec![("case-secret", secret.as_str()), ("idempotency-key", key.as_str())];
            headers.extend(more);
            client.send(Method::POST, &path, &headers, Body::from(body), JSON).await
        }
    };
    let none = r#"{"tell":"none","lang":"en"}"#;
    for (body, problem) in [
        (r#"{"tell":"none"}"#, "problem:empty"),
        (r#"{"tell":"none","lang":"EN"}"#, "problem:no_such_term"),
        (r#"{"tell":"pigeon","lang":"en"}"#, "problem:no_such_term"),
    ] {
        let refused = tell("k".into(), None, body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert!(refused.text.contains(problem), "{}", refused.text);
    }
    let marked = tell("k".into(), Some(("cookie", "staff=1")), none).await;
    assert_eq!(marked.status, StatusCode::UNPROCESSABLE_ENTITY, "staff have signed in with this browser");
    assert!(marked.text.contains("problem:needs_secret"));
    let mut last = StatusCode::OK;
    for n in 0..40 {
        last = tell(format!("k{n}"), None, none).await.status;
        if last != StatusCode::OK {
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS, "each act stays for ever");
}
