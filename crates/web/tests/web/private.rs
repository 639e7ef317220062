//! What staff may not see: sealed accusations, personal data that was not opened, photos of cases they don't handle.

use crate::kit::Kit;
use crate::staff::{dispatched, hotline, key};
use axum::http::StatusCode;
use domain::case::{Contact, Raise, Track};
use domain::{Actor, Role};

#[tokio::test]
async fn a_sealed_accusation_is_seen_by_the_discipline_unit_alone() {
    let kit = Kit::new().await;
    let mut grid = kit.role(Role::Grid).await;
    let key = key();
    let fields = [
        ("key", key.as_str()),
        ("text", "密件标记：收礼"),
        ("door", "counter"),
        ("track", "accusation"),
        ("accused", "housing"),
    ];
    let slip = grid.submit("/intake", &fields).await;
    let code =
        slip.text.split("class=\"code\">").find_map(|part| desk::read_case_code(part.split('<').next()?)).unwrap();
    let normal = kit.raise("停水").await.code;
    let mut discipline = kit.signed_in("dispatcher-discipline").await;
    discipline.get("/inbox").await.has(&code).has("密件标记");
    discipline.case(&code).await.has("密件标记").has("被检举的单位").has("示范住建局");
    discipline.done(&code, "accept", &[("category", "discipline")]).await.lacks("示范水务局");
    discipline.done(&code, "dispatch", &[("lead", "discipline")]).await;
    kit.signed_in("clerk-discipline").await.get("/desk").await.has(&code).has("密件标记");
    for role in [Role::Clerk, Role::Head, Role::Dispatcher, Role::Supervisor, Role::Leader, Role::Auditor] {
        let mut client = kit.role(role).await;
        assert_eq!(client.case(&code).await.status, StatusCode::NOT_FOUND, "{role:?}");
        assert_eq!(client.get(&format!("/cases/{code}/photo/1")).await.status, StatusCode::NOT_FOUND);
        for path in ["/desk", "/inbox", "/late", "/late?unit=discipline", "/late?of=inbox", "/reviews"] {
            client.get(path).await.lacks(&code).lacks("密件标记");
        }
    }
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    let act = dispatcher.act_at(&code, "1", "note", &[("text", "x")]).await;
    assert_eq!(act.status, StatusCode::NOT_FOUND, "that there is such a case is not told");
    let unknown = dispatcher.act(&normal, "link", &[("link", "related"), ("to", &code)]).await;
    unknown.has("没有找到这个编号的诉求");
    dispatcher.get("/late").await.lacks("示范纪检机关");
}

#[tokio::test]
async fn a_case_about_the_discipline_unit_is_hidden_from_it() {
    let kit = Kit::new().await;
    let second = domain::district::Unit {
        zh: "示范纪检机关二".into(),
        en: "Demo discipline 2".into(),
        ..testing::unit("discipline-2", domain::district::UnitKind::Discipline)
    };
    kit.desk.change(testing::founder(), domain::district::Command::SetUnits(vec![second])).await.unwrap();
    let raise = Raise { track: Track::Accusation, accused: Some("discipline".into()), ..hotline("自查标记") };
    let code = kit.desk.raise(Actor::Resident, raise, Vec::new(), None).await.unwrap().code;
    let mut discipline = kit.signed_in("dispatcher-discipline").await;
    discipline.get("/inbox").await.lacks(&code).lacks("自查标记");
    assert_eq!(discipline.case(&code).await.status, StatusCode::NOT_FOUND);
}

const NAME: &str = "名字标记";
const PHONE: &str = "19900001234";
const PLACE: &str = "地点标记9号楼";

#[tokio::test]
async fn personal_data_is_masked_until_it_is_opened_with_a_purpose_and_then_on_that_page_only() {
    let kit = Kit::new().await;
    let contact = Contact { name: NAME.into(), phone: PHONE.into(), ..Contact::default() };
    let text = format!("我是{NAME}，电话{PHONE}，楼道灯不亮");
    let raised = dispatched(&kit, Raise { place: PLACE.into(), contact, ..hotline(&text) }).await;
    let code = raised.code.as_str();
    let mut clerk = kit.role(Role::Clerk).await;
    let page = clerk.case(code).await;
    page.has("名•••").has("••••••34").has(PLACE).has(&text).has("<title>诉求");
    page.lacks(&format!("<dd>{PHONE}")).lacks(&raised.secret);
    for role in [Role::Supervisor, Role::Leader, Role::Auditor] {
        let mut client = kit.role(role).await;
        let page = client.case(code).await;
        assert_eq!(page.status, StatusCode::OK);
        page.has("楼道灯不亮").lacks(NAME).lacks(PHONE).lacks(PLACE).has("已遮住");
        for path in ["/late", "/late?unit=housing", "/reviews"] {
            client.get(path).await.lacks(NAME).lacks(PHONE).lacks(PLACE);
        }
    }
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    clerk.get("/desk").await.has(code).has(PLACE).lacks(PHONE);
    let correct = [("field", "phone"), ("value", "19900005678")];
    dispatcher.done(code, "correct_field", &correct).await.lacks("19900005678").has("••••••78");

    let version = clerk.case(code).await.input("version");
    let fields = [
        ("act", "unmask"),
        ("version", version.as_str()),
        ("key", "open-once"),
        ("unmask-purpose", "contact"),
        ("unmask-text", "约时间上门"),
    ];
    let path = format!("/cases/{code}/act");
    let opened = clerk.submit(&path, &fields).await;
    assert_eq!(opened.status, StatusCode::OK);
    opened.has(NAME).has("19900005678").has(PLACE).has("查看联系信息").has("约时间上门");
    let again = clerk.submit(&path, &fields).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "a reloaded answer opens nothing");
    clerk.case(code).await.lacks("19900005678").has(PLACE);
    let audit = kit.role(Role::Auditor).await.case(code).await;
    audit.has("约时间上门").has("示范住建局 · 经办人").has("/ledger/").lacks("19900005678");
    assert_eq!(kit.desk.district().accounts.len(), 11, "accounts stand in no page by name");
    audit.lacks("clerk-1");
}

#[tokio::test]
async fn photos_are_for_who_handles_the_case() {
    use sha2::{Digest, Sha256};
    let kit = Kit::new().await;
    let bytes = b"not a real photo, but the bytes of one".to_vec();
    let hash: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
    let raise = Raise { photos: vec![hash], ..hotline("墙上有裂缝") };
    let photos = vec![("image/jpeg".to_owned(), bytes.clone())];
    let code = kit.desk.raise(Actor::Resident, raise, photos, None).await.unwrap().code;
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    dispatcher.case(&code).await.has(&format!("src=\"/cases/{code}/photo/1\""));
    let photo = dispatcher.get(&format!("/cases/{code}/photo/1")).await;
    assert_eq!((photo.status, photo.text.as_bytes()), (StatusCode::OK, bytes.as_slice()));
    assert_eq!(photo.headers["content-type"], "image/jpeg");
    assert_eq!(photo.headers["cache-control"], "no-store");
    assert!(photo.statements() <= 6, "{}", photo.statements());
    for n in ["0", "2", "18446744073709551615"] {
        assert_eq!(dispatcher.get(&format!("/cases/{code}/photo/{n}")).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(kit.role(Role::Clerk).await.get(&format!("/cases/{code}/photo/1")).await.status, StatusCode::NOT_FOUND);
    let mut auditor = kit.role(Role::Auditor).await;
    assert_eq!(auditor.get(&format!("/cases/{code}/photo/1")).await.status, StatusCode::NOT_FOUND);
    auditor.case(&code).await.has("有 1 张照片").lacks("/photo/1");
}
