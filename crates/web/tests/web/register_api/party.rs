//! Parties to a record: whoever booked comes with the long secret of the booking, and to that booking alone.

use super::*;
use crate::receptions::{BOOKING, published, slip};

async fn booked(kit: &Kit) -> (String, String) {
    let mut clerk = kit.role(Role::Clerk).await;
    let day = published(&mut clerk).await;
    slip(&kit.client().post(&format!("/receptions/{day}/book"), BOOKING).await)
}

async fn with_secret(kit: &Kit, method: Method, path: &str, secret: &str, key: &str) -> (StatusCode, Value) {
    let headers = [("record-secret", secret), ("idempotency-key", key)];
    let answer = kit.client().send(method, path, &headers, Body::from("{}"), JSON).await;
    (answer.status, serde_json::from_str(&answer.text).unwrap_or_default())
}

#[tokio::test]
async fn whoever_booked_looks_at_the_booking_and_gives_the_time_back_once() {
    let kit = Kit::new().await;
    let (code, secret) = booked(&kit).await;
    let path = format!("/api/v1/encounters/{code}");
    let (status, seen) = with_secret(&kit, Method::GET, &path, &secret, "").await;
    assert_eq!((status, &seen["stage"], &seen["acts"]), (StatusCode::OK, &json!("booked"), &json!(["unbook"])));
    assert!(seen.get("words").is_none() && seen.get("events").is_none(), "{seen}");
    let unbook = format!("{path}/unbook");
    let (status, done) = with_secret(&kit, Method::POST, &unbook, &secret, "u").await;
    assert_eq!((status, &done["code"]), (StatusCode::OK, &json!(code)), "{done}");
    assert_eq!(with_secret(&kit, Method::POST, &unbook, &secret, "u").await, (status, done));
    let (status, _) = with_secret(&kit, Method::POST, &unbook, &secret, "v").await;
    assert_eq!(status, StatusCode::CONFLICT, "it is given back already");
    let (_, seen) = with_secret(&kit, Method::GET, &path, &secret, "").await;
    assert_eq!(seen["acts"], json!([]));
}

#[tokio::test]
async fn a_secret_opens_its_own_record_and_does_no_act_of_a_post() {
    let kit = Kit::new().await;
    let (code, secret) = booked(&kit).await;
    let lecture = planned(&kit, "clerk-1", "学习专题", "2023-05-08 14:00").await;
    let case = kit.raise("灯不亮").await;
    for path in [
        format!("/api/v1/lectures/{}", lecture.code),
        format!("/api/v1/encounters/{}", case.code),
        "/api/v1/encounters/0".to_owned(),
    ] {
        assert_eq!(with_secret(&kit, Method::GET, &path, &secret, "").await.0, StatusCode::NOT_FOUND, "{path}");
    }
    let wrong = "0000-0000-0000-0000-0000-0000-00";
    let path = format!("/api/v1/encounters/{code}");
    assert_eq!(with_secret(&kit, Method::GET, &path, wrong, "").await.0, StatusCode::NOT_FOUND);
    for act in ["come", "arrive", "void", "erase", "fly"] {
        let (status, _) = with_secret(&kit, Method::POST, &format!("{path}/{act}"), &secret, act).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{act}");
    }
    // Wrong ones are counted; whoever has the right one still comes in.
    let mut last = StatusCode::NOT_FOUND;
    for _ in 0..200 {
        last = with_secret(&kit, Method::GET, &path, wrong, "").await.0;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(with_secret(&kit, Method::GET, &path, &secret, "").await.0, StatusCode::OK);
}
