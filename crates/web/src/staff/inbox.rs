//! `/inbox`: what dispatchers must act on, the oldest alarm first, each with the catalogue's suggestion. What no unit
//! answers for stands on top until one does.

use super::Days;
use super::desk::Tab;
use super::rows::{self, LineGroup, RecordLine, RecordLines, Worklist};
use super::suggest::suggestion;
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::lang::L;
use crate::page::{Page, show};
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::Label;
use domain::case::Stage;
use serde::Deserialize;
use store::view::{After, CaseRow, Hours, PAGE, work};

/// How many urgent cases stand on top; what is beyond stands in the list behind them.
pub(super) const URGENT_MOST: usize = 50;
/// How many cases that no unit answers for stand on top. With them a page still reads its titles in one statement.
const NOBODYS_MOST: usize = 14;

#[derive(Deserialize)]
pub(crate) struct InboxQuery {
    #[serde(default)]
    stage: String,
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "staff/inbox.html")]
struct InboxPage {
    l: L,
    page: Page,
    tabs: Vec<Tab>,
    work: Worklist,
}

/// `GET /inbox`
pub(crate) async fn inbox(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Query(asked): Query<InboxQuery>,
) -> Result<Response, Problem> {
    let l = visitor.l;
    let district = app.desk().district();
    let days = Days::of(app.desk().now(), &district.calendar);
    let after = rows::read_after(&asked.after);
    let InboxRows { urgent, nobodys, mut cases, counts } =
        read(&app, &asked.stage, staff.is_discipline(&district), after).await?;
    let next = rows::next_after(&mut cases, rows::after_case);
    let all = urgent.iter().chain(&nobodys).chain(&cases).map(|c| c.id).collect();
    let lines = RecordLines::read(&app, l, &district, &staff, days, all).await?;
    // What stands on top does not stand below once more.
    let below = |c: &CaseRow| lines.may_see(c.id) && urgent.iter().all(|u| u.id != c.id);
    cases.retain(below);
    let link = |stage: &str, after: &str| rows::address("/inbox", &[("stage", stage), ("after", after)]);
    let tab = |stage: &str, key: &str, n: i64| Tab {
        href: link(stage, ""),
        label: l.t(key),
        current: asked.stage == stage,
        count: u64::try_from(n).ok(),
    };
    let [raised, accepted, objections, all] = counts;
    let of = |late: bool| cases.iter().filter(|c| lines.is_late(c) == late).map(|c| line(&lines, c)).collect();
    let top: Vec<RecordLine> = nobodys.iter().filter(|c| below(c)).map(|c| line(&lines, c)).collect();
    let first_of_all: Vec<RecordLine> = urgent.iter().map(|c| line(&lines, c)).collect();
    let mut groups = LineGroup::list([(l.t("group-urgent"), first_of_all)]);
    groups.extend(LineGroup::counted([(l.t("clerk-group-nobody"), top, accepted)]));
    groups.extend(LineGroup::list([(l.t("staff-group-late"), of(true)), (l.t("staff-group-open"), of(false))]));
    let here = link(&asked.stage, &asked.after);
    let paging = rows::paging(next, after, |after| link(&asked.stage, after));
    let template = InboxPage {
        l,
        page: visitor.page(l.t("staff-inbox-title")),
        tabs: vec![
            tab("", "staff-tab-all", all),
            tab(Stage::Raised.code(), "staff-tab-accept", raised),
            tab(Stage::Accepted.code(), "staff-tab-dispatch", accepted),
            tab(Stage::Handling.code(), "staff-tab-objections", objections),
        ],
        work: Worklist::of(&app, &lines, groups, here, paging),
    };
    Ok(show(&template))
}

struct InboxRows {
    /// What is urgent: on the first page of every tab.
    urgent: Vec<CaseRow>,
    /// What no unit answers for: only on the first page of everything.
    nobodys: Vec<CaseRow>,
    cases: Vec<CaseRow>,
    counts: [i64; 4],
}

async fn read(app: &App, stage: &str, sealed: bool, after: Option<After>) -> Result<InboxRows, Problem> {
    let (number, stage) = (app.desk().number(), stage.to_owned());
    let range = (after.unwrap_or(After::START), i64::MAX, Hours::ALL);
    app.read(move |db, _| {
        let counts = work::inbox_counts(db, number, sealed)?;
        // Nothing that is sealed is urgent.
        let first = after.is_none() && !sealed;
        let urgent = if first { store::view::urgent(db, number, false, URGENT_MOST)? } else { Vec::new() };
        if !stage.is_empty() {
            let cases = store::view::inbox(db, number, sealed, &stage, range, PAGE + 1)?;
            return Ok(InboxRows { urgent, nobodys: Vec::new(), cases, counts });
        }
        let accepted = Stage::Accepted.code();
        let cases = store::view::inbox_without(db, number, sealed, ("", accepted), range, PAGE + 1)?;
        let nobodys = match after {
            None => {
                store::view::inbox(db, number, sealed, accepted, (After::START, i64::MAX, Hours::ALL), NOBODYS_MOST)?
            }
            Some(_) => Vec::new(),
        };
        Ok(InboxRows { urgent, nobodys, cases, counts })
    })
    .await
}

/// The line of a case with what the catalogue suggests, and the button that does it.
fn line(lines: &RecordLines<'_>, row: &CaseRow) -> RecordLine {
    let (l, district) = (lines.l, lines.district);
    if row.stage == Stage::Handling {
        // An urgent one stands here until somebody is reached.
        if row.urgent {
            let unit = row.lead.as_ref().map_or("", |u| district.unit_name(u, l.0));
            return lines.of(row, unit.to_owned());
        }
        let unit = row.lead.as_ref().map_or("", |u| district.unit_name(u, l.0));
        return lines.of(row, l.t_n("staff-inbox-objection", unit));
    }
    if !matches!(row.stage, Stage::Raised | Stage::Accepted) {
        return lines.of(row, l.t("clerk-erasure-asked"));
    }
    let words = lines.words(row.id);
    let found = suggestion(l, district, row.track, row.category.as_ref(), row.street.as_ref(), &words);
    let why = match row.stage {
        Stage::Accepted if row.returned > 0 => l.t_n("clerk-nobody-returned", row.returned),
        Stage::Accepted => l.t("clerk-nobody-yet"),
        _ => String::new(),
    };
    let note = [why, found.reason.clone()].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>();
    let of = lines.of(row, note.join(l.0.pick("；", "; ")));
    RecordLine { quick: found.at_once(l, district, (&row.code, row.version), row.track, row.stage), ..of }
}
