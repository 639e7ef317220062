//! The administrator's lists, which grow with the district: narrowed, a page at a time, each end naming what ends.
//! An entry of the ledger by its number.

use crate::kit::Kit;
use axum::http::StatusCode;
use domain::Role;
use domain::district::{Command, Unit, UnitKind};

#[tokio::test]
async fn a_long_list_of_units_comes_a_page_at_a_time_and_is_narrowed_by_words() {
    let kit = Kit::new().await;
    let unit = |n: usize| Unit {
        zh: format!("示范第{n}中心"),
        en: format!("Sample centre {n}"),
        ..testing::unit(&format!("sample-{n:02}"), UnitKind::Bureau)
    };
    let many = Command::SetUnits((0..60).map(unit).collect());
    kit.desk.change(kit.actor("administrator-1"), many).await.unwrap();
    let mut admin = kit.role(Role::Administrator).await;
    let all = kit.desk.district().units.len();
    let page = admin.get("/admin/units").await;
    page.has(&format!("第 1–50 个，共 {all} 个")).has("href=\"/admin/units?start=50\"");
    assert_eq!(page.text.matches("action=\"/admin/units/close\"").count(), 50);
    let last = admin.get("/admin/units?start=50").await;
    last.has(&format!("第 51–{all} 个")).has("rel=\"first\"").lacks("rel=\"next\"");
    let found = admin.get("/admin/units?q=SAMPLE+17").await;
    found
        .has("<code>sample-17</code>")
        .lacks("<code>sample-18</code>")
        .has("第 1–1 个，共 1 个")
        .has("value=\"SAMPLE 17\"");
    admin.get("/admin/units?q=nowhere").await.has("没有符合的").has("看全部");
    admin.get("/admin/units?start=9999").await.has("没有符合的");
    admin.get("/admin/accounts?q=clerk-water").await.has("<code>clerk-water</code>").lacks("<code>clerk-1</code>");
    admin.get("/admin/accounts?q=%E6%B0%B4%E5%8A%A1").await.has("<code>clerk-water</code>");
    admin.lang = "en";
    admin.get("/admin/units?q=sample").await.has("1–50 of 60").has("q=sample&#38;start=50").lacks("list-");
}

#[tokio::test]
async fn what_ends_something_names_it_first_and_no_role_is_chosen_beforehand() {
    let kit = Kit::new().await;
    let mut admin = kit.role(Role::Administrator).await;
    admin.get("/admin/units").await.has("<summary>停用</summary>").has(">停用示范水务局</button>");
    admin.get("/admin/accounts").await.has(">停用账号 clerk-water</button>").lacks("停用账号 administrator-1");
    let post = [("code", "water.desk"), ("zh", "水务窗口"), ("en", "Water desk"), ("unit", "water"), ("role", "")];
    let refused = admin.submit("/admin/posts", &post).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.has("没有选角色").has("href=\"#f-role\"").has("value=\"水务窗口\"");
    let moved = [("user", "clerk-water"), ("act", "move"), ("unit", "housing"), ("role", "")];
    let refused = admin.submit("/admin/accounts/act", &moved).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused
        .has("没有选角色")
        .has("href=\"#f-move-role\"")
        .has("id=\"f-move-user\" name=\"user\" value=\"clerk-water\"");
    let nobody = [("user", "nobody"), ("act", "move"), ("unit", "housing"), ("role", "clerk")];
    admin.submit("/admin/accounts/act", &nobody).await.has("href=\"#f-move-user\"");
    admin.submit("/admin/tokens", &[("name", "hotline"), ("scope", "intake")]).await;
    admin.get("/admin/tokens").await.has(">停用令牌“hotline”</button>");
    let post = [("code", "water.desk"), ("zh", "水务窗口"), ("en", "Water desk"), ("unit", "water"), ("role", "clerk")];
    admin.submit("/admin/posts", &post).await;
    let own = admin.get("/admin/posts?unit=water").await;
    own.has(">撤销“水务窗口”</button>").has("各单位的岗位").lacks("各单位的岗位数");
}

#[tokio::test]
async fn an_auditor_goes_to_an_entry_by_its_number() {
    let kit = Kit::new().await;
    let raised = kit.raise("第一件").await;
    let mut auditor = kit.role(Role::Auditor).await;
    let found = auditor.get(&format!("/ledger?entry={}", raised.index)).await;
    assert_eq!((found.status, found.location()), (StatusCode::SEE_OTHER, format!("/ledger/{}", raised.index).as_str()));
    auditor.get("/ledger?entry=").await.has("从第 0 条数起").has("最近的期限");
    for typed in ["999999", "x", "1x"] {
        let none = auditor.get(&format!("/ledger?entry={typed}")).await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        none.has("没有这一条").has("href=\"#f-entry\"").has(&format!("value=\"{typed}\""));
    }
    // The district's own entries are not a case's.
    auditor.get("/ledger/1").await.has("区的设置的上一条：0").lacks("本件的");
}
