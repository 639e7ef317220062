//! `/to-release`: answered cases whose residents agreed to show them, for somebody to read and release.

use super::Days;
use super::rows::{self, AfterQuery, RecordLine, RecordLines};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::lang::L;
use crate::page::{Page, show};
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::moment::date_of;
use store::view::{After, CaseRow, PAGE};

/// An answered case, with the day of its answer.
struct ReleaseLine {
    line: RecordLine,
    day: String,
}

#[derive(Template)]
#[template(path = "staff/release.html")]
struct ReleasePage {
    l: L,
    page: Page,
    cases: Vec<ReleaseLine>,
    shown: String,
    next: String,
    first: String,
}

/// `GET /to-release`
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Query(asked): Query<AfterQuery>,
) -> Result<Response, Problem> {
    let l = visitor.l;
    let (district, now) = (app.desk().district(), app.desk().now());
    let today = now.date();
    let days = Days::of(now, &district.calendar);
    let (number, after) = (app.desk().number(), rows::read_after(&asked.after));
    let from = after.map_or(-1, |a| a.seq);
    let mut cases = app.read(move |db, _| store::view::unreleased(db, number, from, PAGE + 1)).await?;
    let next = rows::next_after(&mut cases, |c| After { due: 0, ..rows::after_case(c) });
    let lines = RecordLines::read(&app, l, &district, &staff, days, cases.iter().map(|c| c.id).collect()).await?;
    cases.retain(|c| lines.may_see(c.id));
    let answered = |c: &CaseRow| ReleaseLine { line: lines.of(c, String::new()), day: l.day(date_of(c.due), today) };
    let (next, first) = rows::paging(next, after, |after| rows::address("/to-release", &[("after", after)]));
    Ok(show(&ReleasePage {
        l,
        page: visitor.page(l.t("nav-release")),
        cases: cases.iter().map(answered).collect(),
        shown: l.t_n("staff-shown", cases.len()),
        next,
        first,
    }))
}
