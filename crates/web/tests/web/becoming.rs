//! Nobody becomes somebody else unseen: resets, passwords for one sign-in, sign-ins that are kept.

use crate::kit::{Kit, PASSWORD, at};
use axum::http::StatusCode;
use domain::case::{Door, Raise, Track};
use domain::district::Command;
use domain::{Actor, Role};

const OWN: &str = "a password of my own";

/// The password that an answer shows once.
fn shown(text: &str) -> String {
    text.split("id=\"fresh\">").nth(1).expect("a fresh password").split('<').next().unwrap().to_owned()
}

fn size(kit: &Kit) -> i64 {
    let mut db = store::Db::open_reader(kit.place()).unwrap();
    db.number("SELECT COUNT(*) FROM events WHERE district = $1", &store::args![1]).unwrap()
}

async fn second_administrator(kit: &Kit) {
    let open = Command::OpenAccounts(vec![("administrator-2".into(), "centre".into(), Role::Administrator)]);
    kit.desk.change(testing::founder(), open).await.unwrap();
    let hash = desk::hash_password(PASSWORD, &mut desk::Entropy::seeded(6)).unwrap();
    let id = kit.desk.district().account_of("administrator-2").unwrap().id;
    kit.desk.put(vec![store::access::set_password(1, id, &hash)]).await.unwrap();
}

async fn sealed(kit: &Kit) -> desk::Raised {
    let raise = Raise {
        track: Track::Accusation,
        door: Door::Web,
        text: "示例检举内容".into(),
        accused: Some("water".into()),
        ..Raise::default()
    };
    kit.desk.raise(Actor::Resident, raise, Vec::new(), None).await.unwrap()
}

#[tokio::test]
async fn an_administrator_alone_reads_no_sealed_case_and_each_reset_makes_the_ledger_grow() {
    let kit = Kit::new().await;
    second_administrator(&kit).await;
    let raised = sealed(&kit).await;
    let page = format!("/cases/{}", raised.code);
    assert_eq!(kit.signed_in("clerk-discipline").await.get(&page).await.status, StatusCode::OK);
    let mut admin = kit.role(Role::Administrator).await;
    let reset = [("user", "clerk-discipline"), ("act", "reset")];
    for fields in [
        &reset[..],
        &[("user", "clerk-water"), ("act", "move"), ("unit", "discipline"), ("role", "clerk")],
        &[("user", "administrator-1"), ("act", "move"), ("unit", "discipline"), ("role", "clerk")],
    ] {
        let before = size(&kit);
        let answer = admin.submit("/admin/accounts/act", fields).await;
        assert_eq!(answer.location(), "/admin/accounts?done=act-asked", "{fields:?}");
        assert_eq!(size(&kit), before + 1);
        let again = admin.submit("/admin/accounts/act", fields).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.text.contains("需要另一位管理员同意"));
    }
    let opened = [("user", "new-1"), ("unit", "discipline"), ("role", "clerk")];
    assert_eq!(admin.submit("/admin/accounts", &opened).await.location(), "/admin/accounts?done=act-asked");
    assert_eq!(admin.get(&page).await.status, StatusCode::FORBIDDEN);
    assert_eq!(kit.signed_in("clerk-water").await.get(&page).await.status, StatusCode::NOT_FOUND);

    // The owner is told on every page before anything is done, and the second administrator gets the password.
    let mut owner = kit.signed_in("clerk-discipline").await;
    assert!(owner.get("/desk").await.text.contains("在等第二位管理员同意"));
    assert!(owner.get("/account").await.text.contains("重设账号 clerk-discipline 的密码"));
    // What should not be is declined by whom it is about; then the same is asked for anew.
    let field = owner.get("/account").await.text;
    let number = kit.desk.district().account_of("clerk-discipline").unwrap().id;
    let act = format!("{{\"act\":\"reset\",\"account\":{number}}}");
    assert!(field.contains("撤回，不办理"));
    let declined = owner.submit("/account/decline", &[("act", &act)]).await;
    assert_eq!(declined.location(), "/account?done=act-declined");
    let gone = owner.submit("/account/decline", &[("act", &act)]).await;
    assert_eq!(gone.status, StatusCode::UNPROCESSABLE_ENTITY);
    let clerk = kit.signed_in("clerk-water").await.submit("/account/decline", &[("act", &act)]).await;
    assert_eq!(clerk.status, StatusCode::FORBIDDEN);
    admin.submit("/admin/accounts/act", &reset).await;
    let mut second = kit.signed_in("administrator-2").await;
    assert!(second.get("/admin/accounts").await.text.contains("同意并办理"));
    let before = size(&kit);
    let done = second.submit("/admin/accounts/act", &reset).await;
    assert_eq!(size(&kit), before + 1);
    let mut fresh = kit.client();
    let answer = fresh.post("/sign-in", &[("user", "clerk-discipline"), ("password", &shown(&done.text))]).await;
    assert_eq!(answer.location(), "/sign-in/password");
    let number = kit.desk.district().account_of("administrator-2").unwrap().id;
    let told = fresh.get("/sign-in/password").await.text;
    assert!(told.contains(&format!("账号 {number} 重设过")) && told.contains("2023-05-04 09:00"), "{told}");
    let mut auditor = kit.role(Role::Auditor).await;
    let ledger = auditor.get("/ledger").await.text;
    assert!(ledger.contains("重设密码") && ledger.contains("提出账号操作"));
}

#[tokio::test]
async fn a_reset_password_serves_one_sign_in_which_leads_to_a_password_of_ones_own() {
    let kit = Kit::new().await;
    let mut admin = kit.role(Role::Administrator).await;
    let fresh = shown(&admin.submit("/admin/accounts/act", &[("user", "clerk-1"), ("act", "reset")]).await.text);
    let sign_in = [("user", "clerk-1"), ("password", fresh.as_str())];
    let mut clerk = kit.client();
    assert_eq!(clerk.post("/sign-in", &sign_in).await.location(), "/sign-in/password");
    let answer = kit.client().post("/sign-in", &sign_in).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "it has served");
    // Nothing but the way in is open: neither by GET nor by POST.
    assert_eq!(clerk.get("/desk").await.location(), "/sign-in/password");
    let csrf = clerk.get("/sign-in/password").await.input("csrf");
    let short = clerk.post("/sign-in/password", &[("csrf", &csrf), ("new", "short")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    let raise = clerk.post("/intake", &[("csrf", &csrf), ("text", "x"), ("key", "k")]).await;
    assert_eq!(raise.status, StatusCode::UNAUTHORIZED);
    let chosen = clerk.post("/sign-in/password", &[("csrf", &csrf), ("new", OWN)]).await;
    assert_eq!(chosen.location(), "/desk");
    assert_eq!(clerk.get("/desk").await.status, StatusCode::OK);
    let answer = kit.client().post("/sign-in", &[("user", "clerk-1"), ("password", OWN)]).await;
    assert_eq!(answer.location(), "/desk");
}

#[tokio::test]
async fn a_password_that_its_owner_changed_is_an_event_that_the_auditor_reads() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let before = size(&kit);
    clerk.submit("/account/password", &[("old", "wrong wrong"), ("new", OWN)]).await;
    assert_eq!(size(&kit), before);
    clerk.submit("/account/password", &[("old", PASSWORD), ("new", OWN)]).await;
    assert_eq!(size(&kit), before + 1);
    assert!(kit.role(Role::Auditor).await.get("/ledger").await.text.contains("本人改密码"));
}

#[tokio::test]
async fn sign_ins_are_ones_own_for_six_months_and_an_auditor_opens_another_accounts_for_a_purpose() {
    let kit = Kit::new().await;
    kit.client().post("/sign-in", &[("user", "clerk-1"), ("password", "wrong wrong")]).await;
    let mut clerk = kit.role(Role::Clerk).await;
    // A failed sign-in is noted behind its answer.
    let mut own = String::new();
    for _ in 0..200 {
        own = clerk.get("/account").await.text;
        if own.contains("密码不对") {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(own.contains("密码不对") && own.contains("登录成功"), "{own}");
    let account = kit.desk.district().account_of("clerk-1").unwrap().id.to_string();
    let mut auditor = kit.role(Role::Auditor).await;
    let before = size(&kit);
    let none = auditor.submit("/sign-ins", &[("account", &account), ("purpose", "")]).await;
    assert_eq!((none.status, size(&kit)), (StatusCode::UNPROCESSABLE_ENTITY, before), "no purpose, no list");
    let opened = auditor.submit("/sign-ins", &[("account", &account), ("purpose", "audit")]).await;
    assert!(opened.text.contains("登录成功") && opened.text.contains("密码不对"));
    assert_eq!(size(&kit), before + 1, "each look is an event");
    // Other accounts read nobody's, and there is no list over accounts.
    assert_eq!(kit.role(Role::Administrator).await.get("/sign-ins").await.status, StatusCode::FORBIDDEN);
    assert!(!auditor.get("/sign-ins").await.text.contains("登录成功"));
    // After six months they are gone from the page and, with the next sign-in, from the table.
    kit.clock.set(at("2023-11-20T09:00:00"));
    let mut clerk = kit.role(Role::Clerk).await;
    assert!(!clerk.get("/account").await.text.contains("密码不对"));
    let mut db = store::Db::open_reader(kit.place()).unwrap();
    let kept = db.number("SELECT COUNT(*) FROM sign_ins WHERE district = $1", &store::args![1]).unwrap();
    assert_eq!(kept, 1);
}

#[tokio::test]
async fn a_name_that_nobody_has_leaves_nothing_in_the_sign_ins() {
    let kit = Kit::new().await;
    kit.client().post("/sign-in", &[("user", "示例人名"), ("password", "wrong wrong")]).await;
    kit.role(Role::Clerk).await;
    let mut db = store::Db::open_reader(kit.place()).unwrap();
    let kept = db.number("SELECT COUNT(*) FROM sign_ins WHERE district = $1", &store::args![1]).unwrap();
    assert_eq!(kept, 1);
}

#[tokio::test]
async fn drafts_belong_to_the_account_and_a_visitor_is_asked_before_typing_whether_any_is_kept() {
    let kit = Kit::new().await;
    let page = kit.client().get("/raise").await.text;
    let asked = page.find("data-keep-nothing").unwrap();
    assert!(asked < page.find("<textarea").unwrap() && !page.contains("data-owner"));
    let clerk = kit.desk.district().account_of("clerk-1").unwrap().id;
    assert!(kit.role(Role::Clerk).await.get("/intake").await.text.contains(&format!("data-owner=\"{clerk}\"")));
}
