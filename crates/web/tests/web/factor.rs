//! Passwords that are a secret, and the second factor.

use crate::kit::{Client, Kit, PASSWORD, at};
use axum::http::StatusCode;
use domain::{Moment, Role};

/// The secret that a page for setting up shows, read as an authenticator does.
async fn offered(client: &mut Client<'_>) -> [u8; 20] {
    desk::read_secret(&client.get("/sign-in/factor").await.input("secret")).unwrap()
}

fn code(secret: [u8; 20], local: &str) -> String {
    desk::code_at(secret, at(local)).unwrap()
}

/// Signs in for the first time and sets up a second factor at 09:00; returns its secret and the recovery codes.
async fn set_up(kit: &Kit, user: &str) -> ([u8; 20], Vec<String>) {
    let mut client = kit.client();
    let answer = client.post("/sign-in", &[("user", user), ("password", PASSWORD)]).await;
    assert_eq!(answer.location(), "/sign-in/factor");
    let page = client.get("/sign-in/factor").await;
    let (csrf, text) = (page.input("csrf"), page.input("secret"));
    let secret = desk::read_secret(&text).unwrap();
    let fields = [("csrf", csrf.as_str()), ("secret", &text), ("code", &code(secret, "2023-05-04T09:00:00"))];
    let done = client.post("/sign-in/factor", &fields).await;
    let codes: Vec<String> = done.text.split("<li class=\"code\">").skip(1).map(|c| c[..13].to_owned()).collect();
    assert_eq!(codes.len(), 10, "{}", done.text);
    (secret, codes)
}

async fn give(client: &mut Client<'_>, code: &str) -> (StatusCode, String) {
    let csrf = client.get("/sign-in/code").await.input("csrf");
    let answer = client.post("/sign-in/code", &[("csrf", &csrf), ("code", code)]).await;
    (answer.status, answer.location().to_owned())
}

#[tokio::test]
async fn a_common_password_a_name_and_pinyin_with_digits_are_refused_with_the_reason() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    for (new, why) in [
        ("short", "太短"),
        ("password123", "太常见"),
        ("13800001111", "太常见"),
        ("woaini1314520", "太常见"),
        ("zhangwei1990", "拼音"),
        ("demonstration-housing", "名称"),
    ] {
        let answer = clerk.submit("/account/password", &[("old", PASSWORD), ("new", new)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{new}");
        assert!(answer.text.contains(why) && answer.text.contains("href=\"#f-new\""), "{new}");
    }
}

#[tokio::test]
async fn a_post_that_needs_a_second_factor_opens_nothing_before_it_is_set_up() {
    let kit = Kit::new().await.with_factors();
    for (user, needs) in [
        ("administrator-1", true),
        ("auditor-1", true),
        ("dispatcher-1", true),
        ("clerk-discipline", true),
        ("clerk-1", false),
        ("supervisor-1", false),
    ] {
        let mut client = kit.client();
        let answer = client.post("/sign-in", &[("user", user), ("password", PASSWORD)]).await;
        assert_eq!(answer.location() == "/sign-in/factor", needs, "{user}");
        assert_eq!(client.get("/account").await.location() == "/sign-in/factor", needs, "{user}");
    }
}

#[tokio::test]
async fn with_a_second_factor_the_password_alone_opens_nothing_and_each_code_serves_once() {
    let kit = Kit::new().await.with_factors();
    let (secret, _) = set_up(&kit, "dispatcher-1").await;
    let sign_in = [("user", "dispatcher-1"), ("password", PASSWORD)];
    let mut client = kit.client();
    assert_eq!(client.post("/sign-in", &sign_in).await.location(), "/sign-in/code");
    assert_eq!(client.get("/inbox").await.location(), "/sign-in/code");
    assert_eq!(client.get("/sign-in/factor").await.location(), "/sign-in/code", "no other one is set up meanwhile");
    let spent = code(secret, "2023-05-04T09:00:00");
    assert_eq!(give(&mut client, &spent).await.0, StatusCode::UNPROCESSABLE_ENTITY, "it was used at the set-up");
    assert_eq!(give(&mut client, "000000").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    kit.clock.set(at("2023-05-04T09:01:00"));
    let next = code(secret, "2023-05-04T09:01:00");
    assert_eq!(give(&mut client, &next).await, (StatusCode::SEE_OTHER, "/inbox".into()));
    assert_eq!(client.get("/inbox").await.status, StatusCode::OK);
    // Seen over a shoulder and typed within its half minute: refused.
    let mut other = kit.client();
    other.post("/sign-in", &sign_in).await;
    assert_eq!(give(&mut other, &next).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_recovery_code_serves_once_and_a_reset_ends_the_second_factor() {
    let kit = Kit::new().await.with_factors();
    let (_, codes) = set_up(&kit, "dispatcher-1").await;
    let sign_in = [("user", "dispatcher-1"), ("password", PASSWORD)];
    for (spelt, status) in [
        (codes[0].to_uppercase().replace('-', " "), StatusCode::SEE_OTHER),
        (codes[0].clone(), StatusCode::UNPROCESSABLE_ENTITY),
        (codes[1].clone(), StatusCode::SEE_OTHER),
    ] {
        let mut client = kit.client();
        client.post("/sign-in", &sign_in).await;
        assert_eq!(give(&mut client, &spelt).await.0, status, "{spelt}");
    }
    let (secret, _) = set_up(&kit, "administrator-1").await;
    kit.clock.set(at("2023-05-04T09:02:00"));
    let mut admin = kit.client();
    admin.post("/sign-in", &[("user", "administrator-1"), ("password", PASSWORD)]).await;
    assert_eq!(give(&mut admin, &code(secret, "2023-05-04T09:02:00")).await.0, StatusCode::SEE_OTHER);
    let reset = admin.submit("/admin/accounts/act", &[("user", "dispatcher-1"), ("act", "reset")]).await;
    let fresh = reset.text.split("id=\"fresh\">").nth(1).unwrap().split('<').next().unwrap();
    let mut client = kit.client();
    let answer = client.post("/sign-in", &[("user", "dispatcher-1"), ("password", fresh)]).await;
    assert_eq!(answer.location(), "/sign-in/password");
    let csrf = client.get("/sign-in/password").await.input("csrf");
    let chosen = client.post("/sign-in/password", &[("csrf", &csrf), ("new", "a password of my own")]).await;
    assert_eq!(chosen.location(), "/sign-in/factor", "whoever lost it sets up another");
    offered(&mut client).await;
}

#[tokio::test]
async fn who_needs_none_may_have_a_second_factor_and_end_it_with_a_code() {
    let kit = Kit::new().await.with_factors();
    let mut clerk = kit.role(Role::Clerk).await;
    let text = clerk.get("/sign-in/factor").await.input("secret");
    let secret = desk::read_secret(&text).unwrap();
    let wrong = clerk.submit("/sign-in/factor", &[("secret", &text), ("code", "123")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.input("secret"), text, "the same one again: the authenticator has it by now");
    let first = code(secret, "2023-05-04T09:00:00");
    assert_eq!(clerk.submit("/sign-in/factor", &[("secret", &text), ("code", &first)]).await.status, StatusCode::OK);
    let end = clerk.submit("/account/factor/end", &[("code", &first)]).await;
    assert_eq!(end.status, StatusCode::UNPROCESSABLE_ENTITY, "a spent code");
    let now = at("2023-05-04T09:05:00");
    kit.clock.set(Moment(now.0));
    let next = desk::code_at(secret, now).unwrap();
    let end = clerk.submit("/account/factor/end", &[("code", &next)]).await;
    assert_eq!(end.location(), "/account?done=factor-ended");
    let answer = kit.client().post("/sign-in", &[("user", "clerk-1"), ("password", PASSWORD)]).await;
    assert_eq!(answer.location(), "/desk");
}
