//! `/records/encounters`: who was received, day by day, the latest first; without a name.

use super::super::paged::{Asked, paged};
use super::super::reception::sheet::status;
use super::encounter;
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::lang::{L, capital};
use crate::page::{Page, show};
use crate::problem::Problem;
use crate::view::StatusView;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::Label;
use store::listed::{Told, Which};

/// The most encounters of a page.
const ROWS: usize = 60;

/// An encounter as a line.
struct Line {
    href: String,
    time: String,
    mode: String,
    level: String,
    unit: String,
    status: StatusView,
    cases: String,
}

#[derive(Template)]
#[template(path = "records/encounters.html")]
struct EncountersPage {
    l: L,
    page: Page,
    may_visit: bool,
    own: Option<bool>,
    days: Vec<(String, Vec<Line>)>,
    next: String,
}

/// `GET /records/encounters`
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (l, d, now, number) = (visitor.l, app.desk().district(), app.desk().now(), app.desk().number());
    let (own, unit) = (asked.own(&staff), asked.unit(&staff));
    let after = asked.after();
    let found = app.read(move |db, keys| {
        let which = Which { register: "encounter", days: (i64::MIN, i64::MAX), unit, public: false, back: true, after };
        paged(db, keys, number, &which, ROWS)
    });
    let (told, next) = found.await?;
    let line = |told: &Told| {
        let visit = encounter(told)?;
        let line = Line {
            href: format!("/records/encounters/{}", visit.code.as_str()),
            time: super::time(visit.day),
            mode: capital(visit.mode.label(l.0)),
            level: visit.level.label(l.0).to_owned(),
            unit: d.unit_name(&visit.unit, l.0).to_owned(),
            status: status(l, visit.stage),
            cases: if visit.matters > 0 { l.t_n("reception-cases", visit.matters) } else { String::new() },
        };
        Some((l.day(visit.day.date(), now.date()), line))
    };
    let mut days: Vec<(String, Vec<Line>)> = Vec::new();
    for (day, line) in told.iter().filter_map(line) {
        match days.last_mut() {
            Some((last, lines)) if *last == day => lines.push(line),
            _ => days.push((day, vec![line])),
        }
    }
    let page = EncountersPage {
        l,
        page: visitor.page(l.t("nav-encounters")),
        may_visit: own.is_some(),
        own,
        days,
        next: asked.next("/records/encounters", next),
    };
    Ok(show(&page))
}
