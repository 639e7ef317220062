//! What goes wrong in people's days: no network, a second tap, the back button, a session that ended, a colleague who
//! was faster. Nothing typed is lost, and nothing is there twice.

use super::site::with_site;
use super::tab::Tab;
use thirtyfour::Cookie;

const TEXT: &str = "The railing at the crossing is loose.";

/// The next answer of the server is lost on its way: what was sent has arrived.
const LOSE_AN_ANSWER: &str = "const send = window.fetch;
    window.fetch = async (...request) => { window.fetch = send; await send(...request); throw new Error('lost'); }";

/// The page is closed, and with it goes all that was not kept; a new one is opened, where there is a network.
async fn put_away(tab: &Tab) {
    let new = tab.driver.new_tab().await.unwrap();
    tab.driver.close_window().await.unwrap();
    tab.driver.switch_to_window(new).await.unwrap();
    tab.phone().await;
}

#[test]
fn a_text_that_could_not_be_sent_is_still_there_in_its_tab_becomes_one_case_and_is_nobody_elses() {
    with_site(async |tab, site| {
        let before = site.cases();
        tab.go("/raise").await;
        tab.fill("#f-text", TEXT).await;
        tab.sees("已暂存在这部手机上").await;
        tab.go("/raise").await;
        assert_eq!(tab.value("#f-text").await, TEXT, "a page that is loaded anew has it");
        // The case arrives, its receipt does not: the second sending brings the receipt of the first.
        tab.run(LOSE_AN_ANSWER).await;
        tab.press("[data-step-send]").await;
        tab.sees("还没有发出去").await;
        assert_eq!(site.cases(), before + 1);
        tab.go("/raise").await;
        tab.sees("不会变成两件").await;
        assert_eq!(tab.value("#f-text").await, TEXT);
        tab.press("[data-step-send]").await;
        tab.at(".slip .code").await;
        assert_eq!(site.cases(), before + 1, "the same text was sent twice");
        tab.go("/raise").await;
        assert_eq!(tab.value("#f-text").await, "", "what was acknowledged is not kept");
        tab.fill("#f-text", TEXT).await;
        tab.sees("已暂存在这部手机上").await;
        put_away(tab).await;
        tab.go("/raise").await;
        assert_eq!(tab.value("#f-text").await, "", "the next one at this browser reads it");
    });
}

#[test]
fn what_an_account_wrote_without_a_network_waits_for_it_and_ends_with_its_session() {
    with_site(async |tab, site| {
        let before = site.cases();
        tab.desk().await;
        tab.sign_in("clerk-1").await;
        tab.go("/intake").await;
        tab.fill("#f-text", TEXT).await;
        tab.network(false).await;
        tab.press("main form .btn-main").await;
        tab.sees("还没有发出去").await;
        assert_eq!(site.cases(), before, "sent without a network");
        put_away(tab).await;
        tab.desk().await;
        tab.go("/intake").await;
        tab.sees("不会变成两件").await;
        assert_eq!(tab.value("#f-text").await, TEXT);
        tab.press("form[action='/sign-out'] button").await;
        tab.sees("已退出").await;
        for user in ["clerk-2", "clerk-1"] {
            tab.forget_everybody().await;
            tab.sign_in(user).await;
            tab.go("/intake").await;
            assert_eq!(tab.value("#f-text").await, "", "{user}");
        }
    });
}

#[test]
fn a_case_is_sent_by_itself_when_the_network_is_back() {
    with_site(async |tab, site| {
        let before = site.cases();
        tab.go("/raise").await;
        tab.fill("#f-text", TEXT).await;
        tab.network(false).await;
        tab.press("[data-step-send]").await;
        tab.sees("有网络后会自动再试").await;
        tab.network(true).await;
        tab.at(".slip .code").await;
        assert_eq!(site.cases(), before + 1);
    });
}

#[test]
fn a_double_tap_and_the_back_button_make_no_second_case() {
    with_site(async |tab, site| {
        let before = site.cases();
        tab.go("/raise").await;
        tab.fill("#f-text", TEXT).await;
        let button = tab.at("[data-step-send]").await;
        tab.driver.action_chain().double_click_element(&button).perform().await.unwrap();
        let code = tab.at(".slip .code").await.text().await.unwrap();
        assert_eq!(site.cases(), before + 1);
        tab.driver.back().await.unwrap();
        let kept = tab.value("#f-text").await;
        if kept.is_empty() {
            // The form is new: there is nothing to send.
            tab.press("[data-step-send]").await;
            assert_eq!(tab.path().await, "/raise");
        } else {
            tab.press("[data-step-send]").await;
            assert_eq!(tab.at(".slip .code").await.text().await.unwrap(), code, "the same form is another case");
        }
        assert_eq!(site.cases(), before + 1);
    });
}

/// Types half of an answer to a case.
async fn half_an_answer(tab: &Tab, code: &str) {
    tab.go(&format!("/cases/{code}")).await;
    tab.press("#f-answer label:has(input[value='done'])").await;
    tab.fill("#f-answer-text", TEXT).await;
}

/// The cookie of whoever is signed in.
async fn session(tab: &Tab) -> Cookie {
    let cookies = tab.driver.get_all_cookies().await.unwrap();
    cookies.into_iter().find(|c| c.value.len() == 64).unwrap()
}

#[test]
fn an_answer_survives_the_end_of_its_session() {
    with_site(async |tab, site| {
        tab.desk().await;
        tab.sign_in("clerk-1").await;
        half_an_answer(tab, &site.handled.code).await;
        tab.forget_everybody().await;
        tab.press("#f-answer .btn-main").await;
        tab.sees("您写的内容还在那里").await;
        let first = tab.driver.window().await.unwrap();
        let second = tab.driver.new_tab().await.unwrap();
        tab.driver.switch_to_window(second).await.unwrap();
        tab.sign_in("clerk-1").await;
        tab.driver.close_window().await.unwrap();
        tab.driver.switch_to_window(first).await.unwrap();
        tab.driver.back().await.unwrap();
        assert_eq!(tab.value("#f-answer-text").await, TEXT, "the back button lost the text");
        assert!(tab.at("#f-answer input[value='done']").await.is_selected().await.unwrap());
        tab.press("#f-answer .btn-main").await;
        tab.sees("答复已记录").await;
        tab.sees(TEXT).await;
    });
}

#[test]
fn the_second_of_two_clerks_is_told_and_keeps_the_text() {
    with_site(async |tab, site| {
        let code = &site.handled.code;
        tab.desk().await;
        tab.sign_in("clerk-1").await;
        half_an_answer(tab, code).await;
        let first = (tab.driver.window().await.unwrap(), session(tab).await);
        let second = tab.driver.new_tab().await.unwrap();
        tab.driver.switch_to_window(second).await.unwrap();
        tab.forget_everybody().await;
        tab.sign_in("clerk-2").await;
        tab.go(&format!("/cases/{code}")).await;
        tab.unfold("#f-note").await;
        tab.fill("#f-note-text", "Tools are on their way.").await;
        tab.press("#f-note .btn").await;
        tab.sees("Tools are on their way.").await;
        tab.driver.close_window().await.unwrap();
        tab.driver.switch_to_window(first.0).await.unwrap();
        tab.forget_everybody().await;
        tab.driver.add_cookie(first.1).await.unwrap();
        tab.press("#f-answer .btn-main").await;
        tab.at(".notice-bad").await;
        assert_eq!(tab.value("#f-answer-text").await, TEXT, "the second clerk's text is lost");
        tab.sees("Tools are on their way.").await;
        assert!(!tab.text().await.contains("答复已记录"), "the case that had changed was answered");
        tab.press("#f-answer .btn-main").await;
        tab.sees("答复已记录").await;
        tab.sees("Tools are on their way.").await;
    });
}
