//! How far a token that acts comes.

use super::*;

#[tokio::test]
async fn a_token_acts_at_its_own_post_alone_and_no_longer_than_it_may() {
    let kit = Kit::new().await;
    acting(&kit, "box", "water", Role::Clerk).await;
    acting(&kit, "centre", "centre", Role::Dispatcher).await;
    token(&kit, "reader", Scope::Read).await;
    token(&kit, "hotline", Scope::Intake).await;
    let lecture = planned(&kit, "clerk-1", "学习专题", "2023-05-08 14:00").await;
    let cancel = format!("/api/v1/lectures/{}/cancel", lecture.code);
    let reason = json!({ "reason": "停办" });
    for token in ["box", "centre"] {
        let (status, problem) = post(&kit, token, &cancel, &keyed_by("k1"), &reason).await;
        assert_eq!(
            (status, &problem["type"]),
            (StatusCode::FORBIDDEN, &json!("urn:doorstep:problem:not_yours")),
            "{token}"
        );
    }
    for host in ["housing", "water"] {
        let mut body = planned_json();
        (body["host"], body["with"]) = (json!(host), json!([]));
        let (status, _) = post(&kit, "box", "/api/v1/lectures", &keyed_by(host), &body).await;
        assert_eq!(status == StatusCode::CREATED, host == "water", "{host} {status}");
        let (status, said) = post(&kit, "centre", "/api/v1/lectures", &keyed_by(host), &body).await;
        assert_eq!(status, StatusCode::CREATED, "a dispatcher plans for any unit: {said}");
    }
    for token in ["reader", "hotline", "nobody"] {
        for path in ["/api/v1/lectures", &cancel, "/api/v1/nothing", "/api/v1/lectures/0/fly"] {
            assert_eq!(
                post(&kit, token, path, &keyed_by("k1"), &reason).await.0,
                StatusCode::UNAUTHORIZED,
                "{token} {path}"
            );
        }
    }
    // What is a resident's, a person's or another scope's is not theirs, by whatever door.
    let case = kit.raise("灯不亮").await;
    for path in ["/api/v1/cases".to_owned(), format!("/api/v1/cases/{}/withdraw", case.code)] {
        let (status, _) = post(&kit, "centre", &path, &keyed_by("k9"), &json!({ "text": "a" })).await;
        assert!(matches!(status, StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND), "{path} {status}");
    }
    let by = kit.desk.district().tokens["centre"].actor().unwrap();
    let erase = domain::case::Command::Erase { ground: domain::case::Ground::ConsentWithdrawn };
    let raise = domain::case::Raise { text: "灯不亮".into(), ..domain::case::Raise::default() };
    let refusals = [
        kit.desk.act(by.clone(), case.id, None, erase, None).await.err(),
        kit.desk.raise(by.clone(), raise, Vec::new(), None).await.err(),
        kit.desk.change(by.clone(), Command::CloseUnit("water".into())).await.err(),
    ];
    for refusal in refusals {
        let Some(desk::Failure::Refused(refusal)) = refusal else { panic!("{refusal:?}") };
        assert_eq!(refusal.why, domain::Why::NotYours);
    }
    // The desk itself asks whether the token may still act: between the door and the writer it may have ended.
    kit.desk.change(founder(), Command::EndToken { name: "centre".into() }).await.unwrap();
    let values = plan("学习专题", "2023-05-08 14:00");
    let read = lectures().read_act("plan", &values).unwrap();
    let late = kit.desk.execute_read(
        (by, domain::case::Visit::BEST),
        lectures(),
        (On::New, None),
        ("plan", &values, read),
        None,
    );
    let Err(desk::Failure::Refused(refusal)) = late.await else { panic!("an ended token acts") };
    assert_eq!(refusal.why, domain::Why::NotYours);
    assert_eq!(
        post(&kit, "centre", "/api/v1/lectures", &keyed_by("k5"), &planned_json()).await.0,
        StatusCode::UNAUTHORIZED
    );
    kit.clock.set(at("2024-01-01T00:00:00"));
    assert_eq!(post(&kit, "box", &cancel, &keyed_by("k6"), &reason).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_acts_of_a_token_are_counted() {
    let kit = Kit::new().await;
    acting(&kit, "box", "housing", Role::Clerk).await;
    let (_, begun) = post(&kit, "box", "/api/v1/lectures", &keyed_by("k"), &planned_json()).await;
    let ask = format!("/api/v1/lectures/{}/ask", begun["code"].as_str().unwrap());
    // What is refused counts as well. A hall of phones claims by one token: more than a resident's thirty fit.
    let question = json!({ "words": "", "sort": "request" });
    let (_, first) = post(&kit, "box", &ask, &keyed_by("q"), &json!({ "words": "修灯", "sort": "request" })).await;
    let mut counted = 0;
    while post(&kit, "box", &ask, &keyed_by("k"), &question).await.0 != StatusCode::TOO_MANY_REQUESTS {
        counted += 1;
        assert!(counted <= 1_200, "each act stays for ever: {first}");
    }
    assert!(counted > 1_000, "{counted}");
}
