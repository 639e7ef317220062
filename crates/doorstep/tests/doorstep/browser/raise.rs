//! Raising something on a phone: one box, then one question at a time; it is registered at once, and a neighbour's case is
//! joined on the receipt.

use super::site::with_site;
use super::tab::Tab;
use serde_json::json;

const TEXT: &str = "The lamp in front of our house is out too.";

/// How wide the page is, beyond the phone's 390 pixels.
async fn beyond(tab: &Tab) -> i64 {
    tab.run("return document.scrollingElement.scrollWidth - 390").await.as_i64().unwrap().max(0)
}

/// The receipt offers the neighbour's case; the one of this tab is linked to it, and says nothing of it.
async fn join(tab: &Tab) {
    tab.at(".slip .code").await;
    tab.sees("A lamp in our lane is out.").await;
    assert!(!tab.text().await.contains("Resident 0001"), "nothing of the neighbour is told");
    assert_eq!(beyond(tab).await, 0);
    tab.press("label:has([name='joins'])").await;
    tab.press("form[action='/case/join'] button").await;
    tab.sees("已经连在一起").await;
    tab.at(".slip .code").await;
    tab.press("a[href='/case']").await;
    tab.sees("和另一件放在一起看").await;
    assert!(!tab.text().await.contains("Resident 0001"), "nothing of the neighbour is told");
}

#[test]
fn one_question_after_the_other_each_can_be_skipped_and_a_neighbour_is_joined_on_the_receipt() {
    with_site(async |tab, site| {
        let before = site.cases();
        tab.go("/raise").await;
        let visible = "return [...document.querySelectorAll('[data-step]')].filter((s) => s.checkVisibility()).length";
        assert_eq!(tab.run(visible).await, json!(1), "one question at a time");
        tab.sees("后面还有 5 个小问题，都可以跳过").await;
        tab.press("[data-step-send]").await;
        assert_eq!(tab.path().await, "/raise", "the one box must say something");
        tab.fill("#f-text", TEXT).await;
        tab.press("[data-step-next]").await;
        assert_eq!(tab.run(visible).await, json!(1));
        tab.sees("第 1 问，共 5 问").await;
        assert_eq!(beyond(tab).await, 0, "the sketch of the streets fits a phone");
        // The one box is not lost, and going back and forth keeps what was answered.
        tab.press(".tile:has([value='street-1'])").await;
        tab.press("[data-step-next]").await;
        tab.choose("#f-category", "housing.light").await;
        tab.press("[data-step-back]").await;
        assert_eq!(tab.run("return document.querySelector('[name=street]:checked').value").await, json!("street-1"));
        tab.press("[data-step-next]").await;
        tab.press("[data-step-next]").await;
        tab.sees("有照片吗").await;
        // The large button goes on until nothing more is asked; then it sends.
        let large = "return [...document.querySelectorAll('main form .btn-main')].filter((b) => b.checkVisibility()).map((b) => b.innerText)";
        assert_eq!(tab.run(large).await, json!(["下一个问题"]));
        tab.press("[data-step-next]").await;
        tab.press("[data-step-next]").await;
        assert_eq!(tab.run(large).await, json!(["提交"]));
        assert_eq!(site.cases(), before, "nothing was sent so far");
        tab.press("[data-step-send]").await;
        join(tab).await;
        assert_eq!(site.cases(), before + 1);
    });
}

#[test]
fn who_sends_has_sent_it_and_a_neighbours_case_is_only_offered() {
    with_site(async |tab, site| {
        let before = site.cases();
        tab.go("/raise").await;
        // The kind is read from the words: "lamp".
        tab.fill("#f-text", TEXT).await;
        tab.press("[data-step-next]").await;
        tab.press(".tile:has([value='street-1'])").await;
        tab.press("[data-step-send]").await;
        tab.at(".slip .code").await;
        assert_eq!(site.cases(), before + 1, "submitting submits");
        tab.sees("是同一件事吗").await;
        tab.press("a[href='/case']").await;
        tab.sees(TEXT).await;
        assert!(!tab.text().await.contains("和另一件放在一起看"), "none of them was chosen");
    });
}

#[test]
fn without_scripts_the_same_questions_stand_on_one_page_and_the_back_button_makes_no_second_case() {
    with_site(async |tab, site| {
        let before = site.cases();
        tab.cdp("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
        tab.go("/raise").await;
        tab.fill("#f-text", TEXT).await;
        tab.unfold("#f-place").await;
        assert_eq!(beyond(tab).await, 0);
        tab.press(".tile:has([value='street-1'])").await;
        tab.unfold("#f-category").await;
        tab.choose("#f-category", "housing.light").await;
        tab.press("[data-step-send]").await;
        join(tab).await;
        assert_eq!(site.cases(), before + 1);
        // Something else, and back to the form as it was, and once more.
        tab.go("/raise").await;
        assert_eq!(tab.value("#f-text").await, "", "a new visit is a new form");
        tab.fill("#f-text", "The gate does not close.").await;
        tab.press("[data-step-send]").await;
        tab.at(".slip .code").await;
        assert_eq!(site.cases(), before + 2);
        tab.driver.back().await.unwrap();
        assert_eq!(tab.value("#f-text").await, "The gate does not close.", "what was typed came back");
        tab.press("[data-step-send]").await;
        tab.at(".slip .code").await;
        assert_eq!(site.cases(), before + 2, "the back button made a second case");
    });
}

#[test]
fn a_phone_that_says_where_it_is_chooses_the_street_and_sends_the_street_alone() {
    with_site(async |tab, _| {
        tab.go("/raise").await;
        tab.fill("#f-text", TEXT).await;
        tab.press("[data-step-next]").await;
        tab.stands_at(None).await;
        tab.press("[data-here] button").await;
        tab.sees("没有得到位置").await;
        tab.stands_at(Some((10.016, 20.003))).await;
        tab.press("[data-here] button").await;
        tab.sees("离您最近的是“Unit street-2”").await;
        assert_eq!(tab.value("[name=street]:checked").await, "street-2");
        tab.stands_at(Some((30.0, 120.0))).await;
        tab.press("[data-here] button").await;
        tab.sees("好像不在本区").await;
        assert_eq!(tab.value("[name=street]:checked").await, "street-2", "what was chosen stays");
        let sent = "return [...new FormData(document.querySelector('form[data-steps]')).values()].join(' ')";
        let sent = tab.run(sent).await;
        assert!(!sent.as_str().unwrap().contains("10.0"), "{sent}");
    });
}
