//! One case from the web form to the verdict and the figure; and the same for a browser without scripts.

use super::site::with_site;
use super::tab::Tab;
use domain::Role;
use serde_json::json;

/// Raises a case on the phone with a photo, and keeps the receipt: its code, its digits, the receipt's text.
async fn raise(tab: &Tab) -> (String, String, String) {
    tab.go("/").await;
    let photo = tab.file("lamp.png");
    tab.driver.screenshot(&photo).await.unwrap();
    tab.press("main a[href='/raise']").await;
    tab.fill("#f-text", "三号楼二单元的楼道灯不亮，晚上看不清台阶。").await;
    tab.until_asked("#f-photos").await;
    tab.fill("#f-photos", photo.to_str().unwrap()).await;
    tab.at("[data-photo-preview] canvas").await;
    tab.until_asked("#f-phone").await;
    tab.fill("#f-phone", "10000000009").await;
    tab.fill("#f-secret", "580264").await;
    tab.press("[data-step-send]").await;
    let code = tab.at(".slip .code").await.text().await.unwrap();
    let digits = "580264".to_owned();
    tab.at(".slip svg.qr image").await;
    tab.press("a[download='receipt.tlog-proof']").await;
    let receipt = tab.downloaded("receipt.tlog-proof").await;
    tab.press("a[href='/case']").await;
    tab.at("img[src='/case/photo/1']").await;
    let drawn = "const photo = document.querySelector('main img'); photo.loading = 'eager';
        return photo.decode().then(() => photo.naturalHeight)";
    assert_eq!(tab.run(drawn).await, json!(1600), "the photo is there, no larger than it must be");
    tab.press("form[action='/case/leave'] button").await;
    tab.at("#f-code").await;
    (code, digits, receipt)
}

/// Opens the case from a list.
async fn open(tab: &Tab, user: Role, code: &str) {
    tab.sign_in(&super::site::user_of(user)).await;
    tab.press(&format!("main table a[href='/cases/{code}']")).await;
    tab.at("main dl.facts").await;
}

async fn dispatch(tab: &Tab, code: &str) {
    open(tab, Role::Dispatcher, code).await;
    tab.choose("#f-accept-category", "housing.light").await;
    tab.press("#f-accept .btn").await;
    // What was accepted has a category, and with it a suggestion: the form is for who sees it otherwise.
    tab.unfold("#f-dispatch").await;
    tab.choose("#f-dispatch-lead", "housing").await;
    tab.press("#f-dispatch .btn").await;
    tab.at("main:not(:has(#f-dispatch)) ol.line").await;
    tab.sign_out().await;
}

async fn ask(tab: &Tab, code: &str) {
    open(tab, Role::Clerk, code).await;
    tab.unfold("#f-ask").await;
    tab.fill("#f-ask-question", "是几层的灯？").await;
    tab.press("#f-ask .btn").await;
    tab.sees("等诉求人回答").await;
    tab.sign_out().await;
}

async fn reply(tab: &Tab, code: &str, digits: &str) {
    tab.follow(code, digits).await;
    tab.sees("是几层的灯？").await;
    tab.fill("#f-reply", "三层和四层之间。").await;
    tab.press("form[action='/case/reply'] .btn-main").await;
    tab.sees("三层和四层之间。").await;
    tab.press("form[action='/case/leave'] button").await;
}

async fn answer(tab: &Tab, code: &str) {
    open(tab, Role::Clerk, code).await;
    tab.sees("三层和四层之间。").await;
    tab.press("#f-answer label:has(input[value='done'])").await;
    tab.fill("#f-answer-text", "灯已换新，今天起正常。").await;
    tab.press("#f-answer .btn").await;
    tab.sees("答复已记录").await;
    tab.sign_out().await;
}

/// Two questions, one tap each, and off.
async fn verdict(tab: &Tab, code: &str, digits: &str) {
    // A phone in which no member of staff has signed in.
    tab.forget_everybody().await;
    tab.follow(code, digits).await;
    tab.sees("灯已换新，今天起正常。").await;
    tab.press("label:has([name='solved'][value='yes'])").await;
    tab.press("label:has([name='handled'][value='good'])").await;
    tab.press("form[action='/case/verdict'] .btn-main").await;
    tab.at("body:not(:has(form[action='/case/verdict']))").await;
    tab.sees("谢谢").await;
    tab.press("form[action='/case/leave'] button").await;
}

/// The supervisor publishes; the address of the publication.
async fn publish(tab: &Tab) -> String {
    tab.sign_in(&super::site::user_of(Role::Supervisor)).await;
    tab.go("/figures/live").await;
    tab.press("form[action='/figures/publish'] .btn-main").await;
    tab.at("main .figures").await;
    let newest = tab.at("main a[href^='/figures/published/']").await.attr("href").await.unwrap().unwrap();
    tab.sign_out().await;
    newest
}

/// The auditor goes from the published figure to the cases, the case, and its entry in the ledger.
async fn walk(tab: &Tab, publication: &str, code: &str) -> String {
    tab.sign_in(&super::site::user_of(Role::Auditor)).await;
    tab.go("/figures").await;
    tab.press(&format!("main a[href='{publication}']")).await;
    tab.at("main table").await;
    tab.go("/figures/live").await;
    tab.press("main a[href*='figure=resolved_of_asked'][href*='part=numerator']").await;
    tab.press(&format!("main table a[href='/cases/{code}']")).await;
    tab.press("main ol.line li:first-child a[href^='/ledger/']").await;
    tab.sees(code).await;
    let entry = tab.at("main pre").await.text().await.unwrap();
    tab.sign_out().await;
    entry
}

/// The receipt on the page that checks it: good; changed by one digit, not; and all that without a network.
async fn verify(tab: &Tab, receipt: &str) {
    tab.go("/verify").await;
    tab.fill("[data-receipt-file]", tab.downloads("receipt.tlog-proof").to_str().unwrap()).await;
    tab.at(".seal:not(.seal-no)").await;
    tab.press("[data-verify-result] .btns .btn").await;
    tab.at("[data-verify-result] .notice-ok").await;
    tab.network(false).await;
    let changed = receipt.replacen("index ", "index 1", 1);
    assert_ne!(changed, receipt);
    for (text, seal) in [(changed.as_str(), ".seal-no"), (receipt, ".seal:not(.seal-no)")] {
        let set = format!("document.getElementById('f-receipt').value = {}", json!(text));
        tab.run(&set).await;
        tab.press("form[data-verify] > .btns .btn-main").await;
        tab.at(seal).await;
    }
    tab.press("[data-verify-result] .btns .btn").await;
    tab.sees("没有取到今天的账本").await;
    tab.network(true).await;
}

#[test]
fn a_case_goes_from_the_web_form_to_the_verdict_the_figure_and_the_checked_receipt() {
    with_site(async |tab, _| {
        let (code, digits, receipt) = raise(tab).await;
        tab.desk().await;
        dispatch(tab, &code).await;
        ask(tab, &code).await;
        tab.phone().await;
        reply(tab, &code, &digits).await;
        tab.desk().await;
        answer(tab, &code).await;
        tab.phone().await;
        verdict(tab, &code, &digits).await;
        tab.desk().await;
        let publication = publish(tab).await;
        let entry = walk(tab, &publication, &code).await;
        assert!(entry.contains("\nkind verdict_given\n"), "the newest entry of the case: {entry}");
        tab.phone().await;
        assert_eq!(tab.complaints().await, Vec::<String>::new());
        verify(tab, &receipt).await;
    });
}

#[test]
fn without_scripts_a_case_is_raised_and_followed_and_gets_its_verdict() {
    with_site(async |tab, site| {
        let before = site.cases();
        tab.cdp("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
        tab.go("/raise").await;
        tab.press("[data-step-send]").await;
        assert_eq!(tab.path().await, "/raise", "nothing was written, and nothing is raised");
        tab.fill("#f-text", "路口的护栏松了。").await;
        tab.unfold("#f-place").await;
        tab.fill("#f-place", "示例路口").await;
        tab.press("[data-step-send]").await;
        tab.at(".slip .code").await;
        assert_eq!(site.cases(), before + 1);
        tab.press("form[action='/case/leave'] button").await;

        tab.follow(&site.asked.code, &site.asked.digits).await;
        tab.fill("#f-reply", "二单元。").await;
        tab.press("form[action='/case/reply'] .btn-main").await;
        tab.sees("二单元。").await;
        tab.press("form[action='/case/leave'] button").await;

        tab.follow(&site.answered.code, &site.answered.digits).await;
        tab.press("label:has([name='solved'][value='no'])").await;
        tab.press("label:has([name='handled'][value='poor'])").await;
        tab.press("form[action='/case/verdict'] .btn-main").await;
        tab.at("body:not(:has(form[action='/case/verdict']))").await;
        tab.sees("没有解决").await;
    });
}
