//! Somebody is in danger: whom to call is said before and after, and the case stands on top of every list until it is
//! answered; by the hour it is late like any other.

use crate::kit::{Answer, Client, Kit, at};
use crate::staff::{dispatched, hotline};
use axum::http::StatusCode;
use domain::Role;
use domain::case::Command;

const GAS: &str = "楼道里老能闻见一股煤气味。";

/// Sends an act of the case page.
async fn act(client: &mut Client<'_>, code: &str, act: &str, fields: &[(&str, &str)]) -> Answer {
    let page = client.get(&format!("/cases/{code}")).await;
    let (key, version) = (format!("{}-{act}", page.input("key")), page.input("version"));
    let mut all = vec![("act", act), ("key", key.as_str()), ("version", version.as_str())];
    all.extend_from_slice(fields);
    client.submit(&format!("/cases/{code}/act"), &all).await
}

/// Whether the first case of a list is this one.
fn is_first(page: &Answer, code: &str) -> bool {
    let rows = page.text.split("<tr data-row").nth(1).unwrap_or_default();
    rows.split("</tr>").next().unwrap_or_default().contains(code)
}

#[tokio::test]
async fn who_writes_of_gas_reads_whom_to_call_on_the_receipt_always() {
    let kit = Kit::new().await;
    let mut client = kit.client();
    let form = client.get("/raise").await;
    assert!(form.text.contains("data-dangers=") && form.text.contains("煤气味"), "for the script, before it is sent");
    client.post("/raise", &[("text", GAS)]).await;
    for path in ["/case/receipt", "/case"] {
        let page = client.get(path).await;
        page.has("您写到“煤气味”").has("119 或燃气公司");
        let (call, slip) = (page.text.find("燃气公司").unwrap(), page.text.find("class=\"stack\"").unwrap());
        assert!(call < slip, "before everything else");
    }
    client.lang = "en";
    client.get("/case/receipt").await.has("You wrote “煤气味”").has("the gas company");
    let mut other = kit.client();
    other.post("/raise", &[("text", "楼道灯不亮")]).await;
    other.get("/case/receipt").await.lacks("燃气公司");
}

#[tokio::test]
async fn what_is_urgent_stands_on_top_of_inbox_desk_late_and_leader_with_sign_and_word() {
    let kit = Kit::new().await;
    for n in 0..3 {
        kit.raise(&format!("楼道灯不亮{n}")).await;
    }
    kit.clock.set(at("2023-05-05T09:00:00"));
    let raised = kit.raise(GAS).await;
    let sign = "class=\"urgent\"";
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    let inbox = dispatcher.get("/inbox").await;
    inbox.has(sign).has("紧急：先打电话");
    assert!(is_first(&inbox, &raised.code), "{}", inbox.text);
    assert_eq!(inbox.text.matches(&format!("/cases/{}\"", raised.code)).count(), 1, "it stands there once");
    dispatcher.get("/inbox?stage=accepted").await.has(&raised.code);
    let accept = Command::Accept { way: None, category: "housing".into() };
    kit.desk.act(kit.actor("dispatcher-1"), raised.id, None, accept, None).await.unwrap();
    dispatched(&kit, hotline("早派来的")).await;
    let dispatch = Command::Dispatch { lead: "housing".into(), joint: Vec::new() };
    kit.desk.act(kit.actor("dispatcher-1"), raised.id, None, dispatch, None).await.unwrap();
    assert!(is_first(&dispatcher.get("/inbox").await, &raised.code), "until somebody is reached");
    let mut clerk = kit.role(Role::Clerk).await;
    let desk = clerk.get("/desk").await;
    desk.has(sign);
    assert!(is_first(&desk, &raised.code), "{}", desk.text);
    let mut supervisor = kit.role(Role::Supervisor).await;
    supervisor.get("/late").await.has("href=\"/late?of=urgent\"");
    assert!(is_first(&supervisor.get("/late?unit=housing").await, &raised.code));
    supervisor.get("/late?of=urgent").await.has(&raised.code).has(sign);
    kit.role(Role::Leader).await.get("/leader").await.has("href=\"/late?of=urgent\"");
}

#[tokio::test]
async fn after_its_hours_it_is_late_in_every_count_and_list_on_the_same_day() {
    let kit = Kit::new().await;
    let raised = dispatched(&kit, hotline(GAS)).await;
    let (mut clerk, mut supervisor) = (kit.role(Role::Clerk).await, kit.role(Role::Supervisor).await);
    clerk.get("/desk").await.has("还有 2 小时");
    let late = |page: &Answer| page.text.contains("href=\"/late?unit=housing&#38;when=late\"");
    assert!(!late(&supervisor.get("/late").await));
    kit.clock.set(at("2023-05-04T12:30:00"));
    let (mut clerk_, mut supervisor_) = (kit.role(Role::Clerk).await, kit.role(Role::Supervisor).await);
    let desk = clerk_.get("/desk?due=late").await;
    desk.has(&raised.code).has("超过 1 小时");
    clerk_.get("/desk?due=later&after=0.0.0").await.lacks(&raised.code);
    let page = supervisor_.get("/late").await;
    assert!(late(&page), "{}", page.text);
    supervisor_.get("/late?unit=housing&when=late").await.has(&raised.code);
    supervisor_.get("/late?unit=housing&when=soon").await.lacks(&raised.code);
    let fields = [("reached-at", "2023-05-04T12:10"), ("reached-note", "燃气公司值班室")];
    assert_eq!(act(&mut clerk_, &raised.code, "reached", &fields).await.status, StatusCode::SEE_OTHER);
    assert!(!late(&supervisor_.get("/late").await), "somebody acts; what was late stands on the case");
    clerk_
        .get(&format!("/cases/{}", raised.code))
        .await
        .has("过了期限才完成")
        .has("燃气公司值班室")
        .has("2023-05-04 12:10");
    assert!(is_first(&clerk_.get("/desk").await, &raised.code), "on top until it is answered");
}

#[tokio::test]
async fn the_dispatcher_marks_and_clears_with_a_reason_and_supervision_sees_what_was_cleared() {
    let kit = Kit::new().await;
    let raised = kit.raise("楼里有股怪味，头晕。").await;
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    let without = act(&mut dispatcher, &raised.code, "mark_urgent", &[("mark_urgent-danger", "gas")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY, "a reason is asked for");
    let fields = [("mark_urgent-danger", "gas"), ("mark_urgent-reason", "电话里说是煤气。")];
    assert_eq!(act(&mut dispatcher, &raised.code, "mark_urgent", &fields).await.status, StatusCode::SEE_OTHER);
    dispatcher.get(&format!("/cases/{}", raised.code)).await.has("class=\"urgent\"").has("燃气泄漏");
    let mut supervisor = kit.role(Role::Supervisor).await;
    supervisor.get("/late").await.lacks("of=cleared");
    let fields = [("clear_urgent-reason", "查过了，是油漆味。")];
    assert_eq!(act(&mut dispatcher, &raised.code, "clear_urgent", &fields).await.status, StatusCode::SEE_OTHER);
    supervisor.get("/late").await.has("href=\"/late?of=cleared\"");
    supervisor.get("/late?of=cleared").await.has(&raised.code);
    supervisor.get(&format!("/cases/{}", raised.code)).await.has("取消了紧急").has("查过了，是油漆味。");
    kit.clock.set(at("2023-06-20T09:00:00"));
    kit.role(Role::Supervisor).await.get("/late").await.lacks("of=cleared");
}

#[tokio::test]
async fn what_is_urgent_is_data_of_the_catalogue_and_changed_on_its_page() {
    let kit = Kit::new().await;
    let mut admin = kit.role(Role::Administrator).await;
    let page = admin.get("/admin/catalogue").await;
    page.has("!gas\t燃气泄漏\tsmell of gas").has("煤气味、");
    let head = "code\tzh\ten\tresponsible\ttracks\tkeywords\nhousing\t住房\tHousing\thousing\t\t\n";
    let own = format!("{head}!bees\t蜂群\tbees\t119 | 119\thousing\t马蜂窝、swarm of bees\n");
    let answer = admin.submit("/admin/catalogue", &[("text", &own), ("publish", "1")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert!(kit.case(&kit.raise("树上有马蜂窝").await.code).is_urgent());
    assert!(
        !kit.case(&kit.raise(GAS).await.code).is_urgent(),
        "a list of one's own takes the place of the built-in one"
    );
    for (wrong, said) in [
        ("!bees\t蜂群\tbees\t119\thousing\t马蜂窝\n", "该打的电话"),
        ("!bees\t蜂群\tbees\t119 | 119\tnone\t马蜂窝\n", "不存在"),
        ("!bees\t蜂群\tbees\t119 | 119\thousing\t蜂\n", "不到两个字"),
    ] {
        let answer = admin.submit("/admin/catalogue", &[("text", &format!("{head}{wrong}")), ("publish", "1")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        answer.has(said);
    }
    let rules = admin.get("/admin/rules").await;
    rules.has("紧急件处置").has("小时（日夜都算）");
}
