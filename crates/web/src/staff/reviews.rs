//! `/reviews`: reviews and re-reviews that supervision has to answer, the oldest first.

use super::Days;
use super::rows::{self, Group, Lines};
use super::story::reviewed_by;
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
use serde::Deserialize;
use store::view::{After, CaseRow, PAGE};

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "staff/reviews.html")]
struct Reviews {
    l: L,
    page: Page,
    groups: Vec<Group>,
    shown: String,
    next: String,
    first: String,
}

/// `GET /reviews`
pub(crate) async fn reviews(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let l = visitor.l;
    let district = app.desk().district();
    let days = Days::of(app.desk().now(), &district.calendar);
    let after = rows::read_after(&asked.after);
    let (number, sealed) = (app.desk().number(), staff.is_discipline(&district));
    let from = after.unwrap_or(After::START);
    let mut cases = app.read(move |db, _| store::view::reviews(db, number, sealed, from, PAGE + 1)).await?;
    let next = rows::next_after(&mut cases, |c| After { due: c.due, seq: c.seq, no: 0 });
    let cards = rows::cards(&app, cases.iter().map(|c| c.id).collect()).await?;
    let lines = Lines { l, district: &district, staff: &staff, days, cards: &cards };
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
    let template = Reviews {
        l,
        page: visitor.page(l.t("nav-reviews")),
        groups: Group::list([(l.t("staff-group-late"), of(true)), (l.t("staff-group-open"), of(false))]),
        shown: l.t_n("staff-shown", cases.len()),
        next: next.map_or(String::new(), |after| rows::address("/reviews", &[("after", after.as_str())])),
        first: after.map_or(String::new(), |_| "/reviews".to_owned()),
    };
    Ok(show(&template))
}
