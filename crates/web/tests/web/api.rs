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
    let key = [("idempotency-key", "k1")];
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
        web::routes::TABLE.iter().filter(|r| is_api(r.path)).map(|r| r.path.to_owned()).collect();
    named.sort();
    routed.sort();
    routed.dedup();
    assert_eq!(named, routed);
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(kit.client().get(path).await.status, StatusCode::OK);
    }
}
