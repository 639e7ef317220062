//! What an auditor who believes nothing does: two checkpoints side by side, a figure counted again, openings narrowed.

use crate::kit::{Kit, at};
use axum::http::StatusCode;
use domain::Role;
use domain::case::{Command, Purpose};

#[tokio::test]
async fn two_checkpoints_are_proved_consistent_and_what_came_between_is_counted_by_kind() {
    let kit = Kit::new().await;
    let first = kit.raise("第一件").await;
    let mut auditor = kit.role(Role::Auditor).await;
    let old = auditor.get("/checkpoint").await.text;
    let size = |note: &str| note.lines().nth(1).unwrap().to_owned();
    kit.raise("第二件").await;
    let accept = Command::Accept { way: None, category: "housing.light".into() };
    kit.desk.act(kit.actor("dispatcher-1"), first.id, None, accept, None).await.unwrap();
    let new = auditor.get("/checkpoint").await.text;
    auditor.get("/ledger/compare").await.has("较早的一个").has(&format!("共 {} 条", size(&new)));
    let page = auditor.submit("/ledger/compare", &[("old", &old), ("new", &new)]).await;
    let words = format!("只增未改：从 {} 条到 {} 条", size(&old), size(&new));
    page.has(&words).has("增加了 2 条").has("受理").has("提出").has("一致性证明");
    let root = |note: &str| note.lines().nth(2).unwrap().replace('+', "&#43;");
    assert!(page.text.replace("&#x2b;", "&#43;").replace("+", "&#43;").contains(&root(&old)), "{}", page.text);
    // A receipt stands for the checkpoint in it, a number for the tree of that size, nothing for today.
    auditor.submit("/ledger/compare", &[("old", &first.receipt), ("new", "")]).await.has("增加了 2 条");
    auditor.submit("/ledger/compare", &[("old", &size(&old)), ("new", &size(&new))]).await.has(&words);
    auditor.submit("/ledger/compare", &[("old", &size(&new)), ("new", &new)]).await.has("没有增加");
    auditor.lang = "en";
    auditor.submit("/ledger/compare", &[("old", "1"), ("new", "")]).await.has("Only added to").lacks("compare-");
}

#[tokio::test]
async fn what_can_not_be_compared_is_refused_at_its_field_with_what_was_typed() {
    let kit = Kit::new().await;
    kit.raise("第一件").await;
    let mut auditor = kit.role(Role::Auditor).await;
    let note = auditor.get("/checkpoint").await.text;
    let forged = note.replacen(note.lines().nth(1).unwrap(), "3", 1);
    for (old, new, words) in [
        ("", "", "还没有粘贴内容"),
        ("nonsense", "", "既不是完整的回执"),
        (forged.as_str(), "", "既不是完整的回执"),
        ("1", forged.as_str(), "既不是完整的回执"),
        ("99999999", "", "没有那么多条"),
        ("4", "2", "先后颠倒"),
        ("0", "", "空账本"),
        ("18446744073709551616", "", "既不是完整的回执"),
    ] {
        let page = auditor.submit("/ledger/compare", &[("old", old), ("new", new)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{old} {new}");
        page.has(words);
        assert!(old.is_empty() || page.text.contains(old.lines().next().unwrap()));
    }
}

#[tokio::test]
async fn openings_are_narrowed_by_unit_purpose_and_day() {
    let kit = Kit::new().await;
    let (one, two) = (kit.raise("第一件").await, kit.raise("第二件").await);
    let open = |purpose| Command::Unmask { purpose, text: String::new() };
    kit.desk.act(kit.actor("dispatcher-1"), one.id, None, open(Purpose::Contact), None).await.unwrap();
    kit.clock.set(at("2023-06-01T09:00:00"));
    kit.desk.act(kit.actor("auditor-1"), two.id, None, open(Purpose::Audit), None).await.unwrap();
    let mut auditor = kit.role(Role::Auditor).await;
    auditor.get("/openings").await.has(&one.code).has(&two.code);
    auditor.get("/openings?purpose=audit").await.has(&two.code).lacks(&one.code);
    auditor.get("/openings?from=2023-05-04&to=2023-05-04").await.has(&one.code).lacks(&two.code);
    auditor.get("/openings?unit=centre&purpose=contact").await.has(&one.code).lacks(&two.code);
    auditor.get("/openings?unit=water").await.has("没有符合的查看记录").has("全部记录");
    let wrong = auditor.get("/openings?from=tomorrow").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.has("日期不对").has("href=\"#f-from\"");
}

#[tokio::test]
async fn a_published_figure_is_counted_again_from_the_ledger_when_an_auditor_asks() {
    let kit = Kit::new().await;
    kit.raise("第一件").await;
    let mut supervisor = kit.role(Role::Supervisor).await;
    let form = [("filter", "from=2023-05-01&to=2023-06-01"), ("key", "k1")];
    supervisor.submit("/figures/publish", &form).await;
    kit.raise("公布以后的一件").await;
    let mut auditor = kit.role(Role::Auditor).await;
    let page = auditor.get("/figures").await.text;
    let seq = page.split("href=\"/figures/published/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let path = format!("/figures/published/{seq}");
    auditor.get(&path).await.has("核对这些数字").has(&format!("href=\"/ledger/{seq}\""));
    let begun = auditor.submit("/figures/recompute", &[("publication", &seq)]).await;
    assert_eq!(begun.location(), format!("{path}"));
    let all = figures::catalogue::in_force().count();
    crate::office_care::finished(&mut auditor, &path).await.has(&format!("{all} 个与公布的一致"));
    kit.client().get(&path).await.lacks("核对这些数字");
    // A figure that says too much is found, and named.
    let mut wrong = kit_figures(&kit).await;
    wrong[0].numerator += 1;
    let publish = domain::district::Command::PublishFigures(wrong);
    let index = kit.desk.change(kit.actor("supervisor-1"), publish).await.unwrap().index;
    let path = format!("/figures/published/{index}");
    auditor.submit("/figures/recompute", &[("publication", &index.to_string())]).await;
    crate::office_care::finished(&mut auditor, &path).await.has("与账本不符").has("numerator says 3");
    for bad in ["999999", "0"] {
        let answer = auditor.submit("/figures/recompute", &[("publication", bad)]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{bad}");
    }
    assert_eq!(auditor.submit("/figures/recompute", &[]).await.status, StatusCode::BAD_REQUEST);
}

/// The figures of the ledger as it is.
async fn kit_figures(kit: &Kit) -> Vec<domain::district::Figure> {
    let place = kit.place().clone();
    let read = move || {
        let mut db = store::Db::open_reader(&place).unwrap();
        let filter = figures::Filter::parse("from=2023-05-01&to=2023-06-01").unwrap();
        figures::publication(&mut db, 1, &filter, &["raised"]).unwrap()
    };
    tokio::task::spawn_blocking(read).await.unwrap()
}
