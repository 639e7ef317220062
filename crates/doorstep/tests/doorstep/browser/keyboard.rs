//! A clerk without a mouse.

use super::site::with_site;
use super::tab::Tab;
use thirtyfour::Key;

/// Goes from field to field by the tab key until it is there: after how many.
async fn tab_to(tab: &Tab, css: &str) -> usize {
    tab.reach(css).await.0
}

#[test]
fn by_the_keyboard_alone_a_clerk_signs_in_opens_the_first_due_case_and_answers_it() {
    with_site(async |tab, site| {
        tab.desk().await;
        tab.go("/sign-in").await;
        assert_eq!(tab_to(tab, "a.skip").await, 1, "the way past the head comes first");
        tab.keys(Key::Enter).await;
        assert_eq!(tab_to(tab, "#f-user").await, 1, "it leads to what the page is for");
        tab.types("clerk-1").await;
        tab_to(tab, "#f-password").await;
        tab.types(super::site::PASSWORD).await;
        tab.keys(Key::Enter).await;
        tab.at("main table.list").await;
        tab.is_awake().await;
        tab_to(tab, "main table a[href^='/cases/']").await;
        tab.keys(Key::Enter).await;
        tab.at("#f-answer").await;
        tab.is_awake().await;
        assert_eq!(tab.path().await, format!("/cases/{}", site.late.code), "the first case is the most urgent one");
        tab_to(tab, "#f-answer input[name='answer-outcome']").await;
        tab.keys(Key::Space).await;
        tab_to(tab, "#f-answer-text").await;
        tab.types("The lamp was replaced.").await;
        tab_to(tab, "#f-answer .btn-main").await;
        tab.keys(Key::Enter).await;
        tab.sees("答复已记录").await;
    });
}
