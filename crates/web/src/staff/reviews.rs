//! `/reviews`: reviews and re-reviews that supervision has to answer, the oldest first.

use super::Days;
use super::rows::{self, AfterQuery, LineGroup, RecordLines};
use super::timeline::reviewed_by;
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::lang::L;
use crate::page::{Page, show};
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::Role;
use domain::case::may_see;
use store::view::{After, CaseRow, PAGE};

#[derive(Template)]
#[template(path = "staff/reviews.html")]
struct ReviewsPage {
    l: L,
    page: Page,
    groups: Vec<LineGroup>,
    shown: String,
    next: String,
    first: String,
}

/// `GET /reviews`
pub(crate) async fn reviews(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Query(asked): Query<AfterQuery>,
) -> Result<Response, Problem> {
    let l = visitor.l;
    let district = app.desk().district();
    let days = Days::of(app.desk().now(), &district.calendar);
    let after = rows::read_after(&asked.after);
    let (number, sealed) = (app.desk().number(), staff.is_discipline(&district));
    let from = after.unwrap_or(After::START);
    let mut cases = app.read(move |db, _| store::view::reviews(db, number, sealed, from, PAGE + 1)).await?;
    let next = rows::next_after(&mut cases, rows::after_case);
    let lines = RecordLines::read(&app, l, &district, &staff, days, cases.iter().map(|c| c.id).collect()).await?;
    let ids = cases.iter().map(|c| c.id).collect::<Vec<_>>();
    let whole = app.read(move |db, _| store::view::work::cases(db, number, &ids)).await?;
    let actor = staff.actor();
    // Supervision sees all of them; a head, what its own street reviews.
    let shown = |c: &CaseRow| {
        let case = whole.get(&c.id).filter(|case| may_see(case, &actor, &district));
        case.is_some_and(|case| staff.role == Role::Supervisor || case.reviews_at(&staff.unit))
    };
    cases.retain(|c| lines.may_see(c.id) && shown(c));
    let note = |c: &CaseRow| {
        let by = whole.get(&c.id).map(|case| reviewed_by(l, &district, &case.reviewer()));
        let unit = c.lead.as_ref().map(|u| l.t_n("staff-answered-by", district.unit_name(u, l.0)));
        unit.into_iter().chain(by).collect::<Vec<_>>().join(" · ")
    };
    let of = |late: bool| {
        let picked = cases.iter().filter(|c| lines.is_late(c) == late);
        picked.map(|c| lines.of(c, note(c))).collect()
    };
    let (next, first) = rows::paging(next, after, |after| rows::address("/reviews", &[("after", after)]));
    let template = ReviewsPage {
        l,
        page: visitor.page(l.t("nav-reviews")),
        groups: LineGroup::list([(l.t("staff-group-late"), of(true)), (l.t("staff-group-open"), of(false))]),
        shown: l.t_n("staff-shown", cases.len()),
        next,
        first,
    };
    Ok(show(&template))
}
