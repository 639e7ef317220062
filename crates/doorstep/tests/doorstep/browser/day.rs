//! The day of a clerk and of a dispatcher by single keys, and several cases at once.

use super::site::with_site;
use super::tab::Tab;
use serde_json::json;
use thirtyfour::Key;

/// Walks with j until the case's line has the focus.
async fn walk_to(tab: &Tab, code: &str) {
    for _ in 0..40 {
        tab.single_keys("j").await;
        let at = tab.run("return document.activeElement.getAttribute('href')").await;
        if at == json!(format!("/cases/{code}")) {
            return;
        }
    }
    panic!("j does not lead to {code}");
}

#[test]
fn by_single_keys_a_clerk_walks_the_list_and_extends_two_cases_and_each_says_what_became_of_it() {
    with_site(async |tab, site| {
        tab.desk().await;
        tab.sign_in("clerk-1").await;
        tab.go("/desk").await;
        tab.single_keys("?").await;
        tab.at("dialog#keys[open]").await;
        tab.sees("不用鼠标也能办完所有事").await;
        tab.keys(Key::Escape).await;
        assert_eq!(tab.run("return document.querySelector('dialog[open]')").await, json!(null));
        for code in [&site.late.code, &site.handled.code] {
            walk_to(tab, code).await;
            tab.single_keys("x").await;
        }
        assert_eq!(
            tab.run("return document.querySelector('p.sr[role=status]').textContent").await,
            json!("已勾选 2 件")
        );
        let wide = "return document.documentElement.scrollWidth <= innerWidth";
        assert_eq!(tab.run(wide).await, json!(true), "nothing stands beside the screen");
        tab.press(".bulk button[value='extend']").await;
        tab.fill("#f-days", "1").await;
        tab.fill("#f-reason", "jxa? The lamp is on its way.").await;
        assert_eq!(tab.value("#f-reason").await, "jxa? The lamp is on its way.", "no key is taken from who types");
        tab.press("main .btn-main").await;
        tab.sees("期限由").await;
        tab.sees("不能再延长").await;
        tab.press("main .btn-main").await;
        tab.sees("1 件中办理了 1 件").await;
        tab.single_keys("gd").await;
        tab.at(".bulk").await;
        tab.single_keys("/").await;
        let found = tab.run("return ['code', 'q'].includes(document.activeElement.name)").await;
        assert_eq!(found, json!(true), "/ leads to the search box");
        tab.go("/desk").await;
        walk_to(tab, &site.handled.code).await;
        tab.single_keys("a").await;
        tab.at("#act").await;
        assert_eq!(tab.path().await, format!("/cases/{}", site.handled.code));
        // a leads into the answer.
        tab.at("#act :focus").await;
        assert_eq!(tab.complaints().await, [] as [&str; 0]);
    });
}

#[test]
fn one_key_dispatches_as_suggested_and_a_template_fills_an_answer_at_once() {
    with_site(async |tab, site| {
        tab.desk().await;
        tab.sign_in("dispatcher-1").await;
        tab.go("/inbox").await;
        walk_to(tab, &site.raised.code).await;
        tab.single_keys("y").await;
        tab.sees("已按建议派单").await;
        tab.sign_out().await;
        tab.sign_in("head-1").await;
        tab.go("/templates").await;
        tab.fill("#f-name", "Lamp").await;
        tab.fill("#f-text", "Replaced by {unit}, call {phone}.").await;
        tab.press("main .btn-main").await;
        tab.sees("Lamp").await;
        tab.go(&format!("/cases/{}", site.raised.code)).await;
        tab.choose("#f-answer-template", "housing:Lamp").await;
        tab.press("#f-answer button[data-fill]").await;
        assert_eq!(tab.value("#f-answer-text").await, "Replaced by Unit housing, call {phone}.");
        tab.types("the number on the notice").await;
        let whole = "Replaced by Unit housing, call the number on the notice.";
        assert_eq!(tab.value("#f-answer-text").await, whole, "what is open is chosen, and typing replaces it");
        assert_eq!(tab.complaints().await, [] as [&str; 0]);
    });
}
