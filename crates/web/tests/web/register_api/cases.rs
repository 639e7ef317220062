//! Cases for other programs: what a token at a post lists, reads, follows and does.

use super::*;
use domain::case::{Contact, Raise, Track};
use futures_util::StreamExt;

/// A case of a resident who left a name and a number, and wrote the number into the text, too.
async fn raised(kit: &Kit, track: Track) -> desk::Raised {
    let contact = Contact { name: "示例居民".into(), phone: "13800001234".into(), ..Contact::default() };
    let text = "楼道的灯不亮，请打13800001234。".to_owned();
    let raise = Raise { track, text, place: "示例路7号".into(), contact, ..Raise::default() };
    kit.desk.raise(Actor::Resident, raise, Vec::new(), None).await.unwrap()
}

/// A case that has come to a unit through the centre's own program.
async fn at_housing(kit: &Kit) -> String {
    let code = raised(kit, Track::Hotline).await.code;
    for (act, body) in [("accept", json!({ "category": "housing" })), ("dispatch", json!({ "lead": "housing" }))] {
        let (status, said) = post(
            kit,
            "centre",
            &format!("/api/v1/cases/{code}/{act}"),
            &keyed_by(&format!("{act} {code}").replace(' ', "-")),
            &body,
        )
        .await;
        assert_eq!(status, StatusCode::OK, "{act}: {said}");
    }
    code
}

async fn both(kit: &Kit) {
    acting(kit, "centre", "centre", Role::Dispatcher).await;
    acting(kit, "box", "housing", Role::Clerk).await;
    acting(kit, "water", "water", Role::Clerk).await;
    acting(kit, "head", "housing", Role::Head).await;
}

#[tokio::test]
async fn a_case_goes_from_the_centres_program_to_the_units_and_back_to_its_resident() {
    let kit = Kit::new().await;
    both(&kit).await;
    let code = at_housing(&kit).await;
    let path = format!("/api/v1/cases/{code}");
    let (_, case) = get(&kit, "box", &path).await;
    assert_eq!((&case["stage"], &case["unit"], &case["version"]), (&json!("handling"), &json!("housing"), &json!(3)));
    assert!(case["acts"].as_array().unwrap().contains(&json!("answer")), "{case}");
    let (status, wrong) = post(&kit, "box", &format!("{path}/note"), &keyed_by("e"), &json!({ "text": " " })).await;
    assert_eq!((status, &wrong["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("text")), "{wrong}");
    let asked = json!({ "task": case["tasks"][0]["task"], "outcome": "done", "text": "灯已修好。" });
    let (status, done) = post(&kit, "box", &format!("{path}/answer"), &keyed_by("a"), &asked).await;
    assert_eq!((status, &done["code"], &done["version"]), (StatusCode::OK, &json!(code), &json!(4)), "{done}");
    let (status, again) = post(&kit, "box", &format!("{path}/answer"), &keyed_by("a"), &asked).await;
    assert_eq!((status, &again), (StatusCode::OK, &done), "the same key again gives the same answer");
    let stale = [("idempotency-key", "n"), ("if-match", "2")];
    let (status, _) = post(&kit, "box", &format!("{path}/note"), &stale, &json!({ "text": "看过" })).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let (_, case) = get(&kit, "box", &path).await;
    let last = case["events"].as_array().unwrap().last().unwrap();
    assert_eq!(last["by"], json!({ "who": "token", "token": "box", "unit": "housing", "role": "clerk" }));
    assert_eq!(last["words"]["answer"], json!("灯已修好。"));
}

#[tokio::test]
async fn how_to_reach_a_resident_is_masked_wherever_it_stands() {
    let kit = Kit::new().await;
    both(&kit).await;
    let path = format!("/api/v1/cases/{}", at_housing(&kit).await);
    for token in ["box", "centre"] {
        let (answer, case) = get(&kit, token, &path).await;
        assert!(!answer.text.contains("13800001234") && !answer.text.contains("示例居民"), "{}", answer.text);
        assert_eq!(case["words"]["place"], json!("示例路7号"), "whoever handles it must go there");
        assert!(!answer.text.contains("account") && !answer.text.contains("nonce"), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_post_that_does_not_see_a_case_is_told_of_none() {
    let kit = Kit::new().await;
    both(&kit).await;
    token(&kit, "reader", Scope::Read).await;
    let code = at_housing(&kit).await;
    let sealed = raised(&kit, Track::Accusation).await.code;
    for (token, code) in [("water", &code), ("box", &sealed), ("centre", &sealed), ("centre", &"0".to_owned())] {
        let path = format!("/api/v1/cases/{code}");
        assert_eq!(get(&kit, token, &path).await.0.status, StatusCode::NOT_FOUND, "{token} {code}");
        assert_eq!(get(&kit, token, &format!("{path}/stream")).await.0.status, StatusCode::NOT_FOUND, "{token} {code}");
        let note = json!({ "text": "看过" });
        let (status, _) = post(&kit, token, &format!("{path}/note"), &keyed_by("n"), &note).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{token} {code}");
    }
    for path in ["/api/v1/cases".to_owned(), format!("/api/v1/cases/{code}")] {
        assert_eq!(get(&kit, "reader", &path).await.0.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn what_is_for_people_is_no_act_of_a_token_and_what_is_another_posts_is_refused() {
    let kit = Kit::new().await;
    both(&kit).await;
    let path = format!("/api/v1/cases/{}", at_housing(&kit).await);
    for act in ["unmask", "approve", "erase", "give_verdict", "hand_secret", "fly"] {
        let (status, _) = post(&kit, "head", &format!("{path}/{act}"), &keyed_by(act), &json!({})).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{act}");
    }
    let (status, said) =
        post(&kit, "box", &format!("{path}/transfer"), &keyed_by("t"), &json!({ "task": 0, "to": "water" })).await;
    assert_eq!((status, &said["type"]), (StatusCode::FORBIDDEN, &json!("urn:doorstep:problem:not_yours")), "{said}");
}

#[tokio::test]
async fn a_list_has_what_the_post_sees_page_by_page_and_whatever_has_changed_since() {
    let kit = Kit::new().await;
    both(&kit).await;
    let first = at_housing(&kit).await;
    for _ in 0..150 {
        raised(&kit, Track::Hotline).await;
    }
    let sealed = raised(&kit, Track::Accusation).await.code;
    let last = at_housing(&kit).await;
    let pages = |token: &'static str, query: &'static str| walked(&kit, token, query);
    assert_eq!(pages("box", "").await, [first.clone(), last.clone()], "a unit's own");
    assert_eq!(pages("water", "").await, Vec::<String>::new());
    let all = pages("centre", "").await;
    assert_eq!(all.len(), 152, "each once");
    assert!(!all.contains(&sealed));
    assert_eq!(pages("centre", "unit=housing").await, [first.clone(), last.clone()]);
    assert_eq!(pages("centre", "stage=raised").await.len(), 150);
    assert_eq!(pages("centre", "from=2030-01-01").await, Vec::<String>::new());
    let before = get(&kit, "box", &format!("/api/v1/cases/{last}")).await.1["index"].as_u64().unwrap();
    let note = json!({ "text": "看过" });
    post(&kit, "box", &format!("/api/v1/cases/{first}/note"), &keyed_by("n"), &note).await;
    let (_, changed) = get(&kit, "box", &format!("/api/v1/cases?changed_since={before}")).await;
    let codes: Vec<&Value> = changed["records"].as_array().unwrap().iter().map(|record| &record["code"]).collect();
    assert_eq!((codes, &changed["next"]), (vec![&json!(first)], &Value::Null), "each once, where it changed last");
    for query in ["units=a", "after=x", "stage=中"] {
        let (answer, _) = get(&kit, "box", &format!("/api/v1/cases?{}", query.replace('中', "%E4%B8%AD"))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
    }
}

/// The codes of all pages.
async fn walked(kit: &Kit, token: &str, query: &str) -> Vec<String> {
    let (mut codes, mut after) = (Vec::new(), String::new());
    loop {
        let (answer, page) = get(kit, token, &format!("/api/v1/cases?{query}{after}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        codes.extend(
            page["records"].as_array().unwrap().iter().map(|record| record["code"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_u64() {
            Some(next) => after = format!("&after={next}"),
            None => return codes,
        }
    }
}

#[tokio::test]
async fn a_stream_says_where_a_case_is_and_each_change_and_ends_with_the_token() {
    let kit = Kit::new().await;
    both(&kit).await;
    let code = at_housing(&kit).await;
    let path = format!("/api/v1/cases/{code}");
    let stream = kit.client().listen_as("box", &format!("/api/v1/cases/{code}/stream")).await;
    let mut events = stream.into_body().into_data_stream();
    let mut next = async || {
        let event = tokio::time::timeout(std::time::Duration::from_secs(20), events.next()).await.unwrap();
        event.map(|bytes| String::from_utf8(bytes.unwrap().to_vec()).unwrap())
    };
    let index = async || get(&kit, "box", &path).await.1["index"].as_u64().unwrap();
    assert!(next().await.unwrap().contains(&format!("id: {}\n", index().await)));
    let note = json!({ "text": "看过" });
    post(&kit, "box", &format!("{path}/note"), &keyed_by("n"), &note).await;
    assert!(next().await.unwrap().contains(&format!("id: {}\n", index().await)));
    kit.desk.change(founder(), Command::EndToken { name: "box".into() }).await.unwrap();
    post(&kit, "centre", &format!("{path}/note"), &keyed_by("m"), &note).await;
    assert_eq!(next().await, None, "an ended token hears nothing more");
}

#[tokio::test]
async fn a_register_has_the_same_stream() {
    let kit = Kit::new().await;
    token(&kit, "reader", Scope::Read).await;
    let lecture = planned(&kit, "clerk-1", "学习专题", "2023-05-08 14:00").await;
    let path = format!("/api/v1/lectures/{}/stream", lecture.code);
    let mut events = kit.client().listen_as("reader", &path).await.into_body().into_data_stream();
    let event =
        tokio::time::timeout(std::time::Duration::from_secs(20), events.next()).await.unwrap().unwrap().unwrap();
    assert!(String::from_utf8(event.to_vec()).unwrap().contains(&format!("id: {}\n", lecture.index)));
    assert_eq!(get(&kit, "nobody", &path).await.0.status, StatusCode::UNAUTHORIZED);
    assert_eq!(get(&kit, "reader", "/api/v1/lectures/0/stream").await.0.status, StatusCode::NOT_FOUND);
}
