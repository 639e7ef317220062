//! What a calendar would move before it is loaded, and the versions of the tables side by side.

use crate::kit::{Kit, at};
use crate::staff::{dispatched, hotline};
use axum::http::StatusCode;
use domain::Role;
use domain::case::{Raise, Track};

#[tokio::test]
async fn a_calendar_says_which_dates_it_would_move_before_it_is_loaded_and_moves_these() {
    let kit = Kit::new().await;
    kit.clock.set(at("2026-12-30T09:00:00"));
    let moves = dispatched(&kit, hotline("跨年的事")).await;
    let far = dispatched(&kit, Raise { track: Track::Petition, ..hotline("六十天的事") }).await;
    let mut admin = kit.role(Role::Administrator).await;
    let text = "year = 2027\nsource = \"made up for a test\"\noff = [\"2027-01-04/2027-01-08\"]\nwork = []\n";
    let version = kit.desk.district().version;
    let preview = admin.submit("/admin/calendar", &[("text", text)]).await;
    preview.has("哪些日期会变动").has("看了 2 件").has("热线办理").has("2027-01-07").has("2027-01-13");
    assert!(preview.statements() <= 6, "{}", preview.statements());
    assert_eq!(kit.desk.district().version, version, "a preview changes nothing");
    let said = preview.text.split("<p>看了").nth(1).unwrap().split("</p>").next().unwrap().to_owned();
    assert!(said.contains("2 件的 3 个日期会变动"), "{said}");
    preview.lacks(&moves.code);
    admin.submit("/admin/calendar", &[("text", text), ("publish", "1")]).await;
    let desk = kit.desk.clone();
    tokio::task::spawn_blocking(move || while desk.sweep_now().unwrap() > 0 {}).await.unwrap();
    let mut supervisor = kit.role(Role::Supervisor).await;
    supervisor.get(&format!("/cases/{}", moves.code)).await.has("1月13日");
    // The sixty days stay; the window in which its unit may object ends later.
    supervisor.get(&format!("/cases/{}", far.code)).await.has("1月13日");
    let again = text.replace("source", "revision = 2\nsource");
    admin.submit("/admin/calendar", &[("text", &again)]).await.has("没有日期变动");
    admin.lang = "en";
    admin.submit("/admin/calendar", &[("text", &again)]).await.has("no date moves").lacks("moves-");
}

#[tokio::test]
async fn any_two_versions_of_a_table_stand_side_by_side_with_their_entries() {
    let kit = Kit::new().await;
    let mut admin = kit.role(Role::Administrator).await;
    admin.get("/admin/versions?of=catalogue").await.has("目前只有一个版本");
    let page = admin.get("/admin/catalogue").await.text;
    let text = page.split("<textarea").nth(1).unwrap().split('>').nth(1).unwrap().split("</textarea").next().unwrap();
    let first = text.trim_start().replace("&#64;", "@");
    for (name, keyword) in [("甲号灯", "灯"), ("乙号灯", "走廊")] {
        let changed: Vec<String> = first
            .lines()
            .map(|l| match l.starts_with("housing.light") {
                true => format!("housing.light\t{name}\tLamps\thousing\t\t{keyword}"),
                false => l.to_owned(),
            })
            .collect();
        let sent = admin.submit("/admin/catalogue", &[("text", &changed.join("\n")), ("publish", "1")]).await;
        assert_eq!(sent.location(), "/admin/catalogue?done=published", "{}", sent.text);
    }
    let last = admin.get("/admin/versions?of=catalogue").await;
    last.has("从第 2 版到第 3 版").has("甲号灯").has("乙号灯").has("管理员 · 账号 ");
    assert!(last.statements() <= 6, "{}", last.statements());
    let whole = admin.get("/admin/versions?of=catalogue&old=1&new=3").await;
    whole.has("从第 1 版到第 3 版").has("乙号灯").lacks("甲号灯");
    admin.get("/admin/versions?of=catalogue&old=2&new=2").await.has("没有不同");
    admin.get("/admin/versions?of=catalogue&old=x&new=99").await.has("从第 2 版到第 3 版");
    admin.lang = "en";
    admin.get("/admin/versions?of=rules").await.has("There is only one version so far").lacks("versions-");
    assert_eq!(admin.get("/admin/versions?of=accounts").await.status, StatusCode::NOT_FOUND);
    let mut auditor = kit.role(Role::Auditor).await;
    assert_eq!(auditor.get("/admin/versions?of=rules").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_street_has_a_middle_that_a_phone_can_compare_and_a_new_name_does_not_move_it() {
    let kit = Kit::new().await;
    let mut admin = kit.role(Role::Administrator).await;
    let street = |zh, at| [("code", "street-1"), ("zh", zh), ("en", "Sample street"), ("kind", "street"), ("at", at)];
    let bad = admin.submit("/admin/units", &street("示例街道", "北纬十度")).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    bad.has("北纬和东经，中间用逗号隔开").has("value=\"北纬十度\"").has("href=\"#f-at\"");
    kit.client().get("/raise").await.lacks("data-here");
    for (zh, at) in [("示例街道", "10.5, 20.25"), ("示范街道", "")] {
        assert_eq!(admin.submit("/admin/units", &street(zh, at)).await.location(), "/admin/units?done=saved");
        kit.client().get("/raise").await.has("data-at=\"10.500000, 20.250000\"").has("data-here").has(zh);
    }
}
