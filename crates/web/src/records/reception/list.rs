//! `/records/receptions`: what is open now, what waits to be closed or published, what comes day by day, what was.

use super::super::paged::{Asked, paged};
use super::{books, count, posted, reception, span, status};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::lang::L;
use crate::page::{Page, show};
use crate::problem::Problem;
use crate::view::{self, ClockView, StatusView};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::district::District;
use domain::moment::day_number;
use domain::{Moment, Role};
use registers::resolve::reception::{Stage, TicketState};
use store::listed::{Told, Which};

/// The most days of a page that are over.
const ROWS: usize = 60;
/// The most that come: the rosters of some months.
pub(super) const COMING: usize = 500;

/// A reception day as a line.
pub(super) struct Line {
    pub(super) href: String,
    /// Where people are heard; empty where it is not open, or not the account's unit.
    pub(super) table: String,
    /// Where a time is booked for somebody who calls; empty likewise.
    pub(super) book: String,
    pub(super) post: String,
    pub(super) leader: String,
    pub(super) field: String,
    pub(super) day: String,
    pub(super) time: String,
    pub(super) place: String,
    pub(super) unit: String,
    pub(super) status: StatusView,
    pub(super) clock: Option<ClockView>,
    pub(super) counts: String,
}

/// Days under a heading.
struct Group {
    heading: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "records/receptions.html")]
struct ReceptionsPage {
    l: L,
    page: Page,
    may_plan: bool,
    own: Option<bool>,
    /// Whether the list of a year is of all units.
    all: bool,
    year: i16,
    groups: Vec<Group>,
    next: String,
}

/// `GET /records/receptions`
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (l, d, now, number) = (visitor.l, app.desk().district(), app.desk().now(), app.desk().number());
    let (own, unit) = (asked.own(&staff), asked.unit(&staff));
    let (after, today) = (asked.after(), day_number(now.date()));
    let found = app.read(move |db, keys| {
        let which = |days, back, after| {
            let unit = unit.clone();
            Which { register: "reception", days, unit, public: false, back, after }
        };
        // What is now and comes stands whole on the first page; what was goes on behind it.
        let ahead = match after {
            None => paged(db, keys, number, &which((today, i64::MAX), false, None), COMING)?.0,
            Some(_) => Vec::new(),
        };
        let (over, next) = paged(db, keys, number, &which((i64::MIN, today), true, after), ROWS)?;
        Ok((ahead, over, next))
    });
    let (ahead, over, next) = found.await?;
    // The latest first.
    let told: Vec<Told> = ahead.into_iter().rev().chain(over).collect();
    let group = |key: &str, wanted: &dyn Fn(Stage, bool) -> bool, back: bool| {
        let fits = |told: &&Told| reception(told).is_some_and(|day| wanted(day.stage, now > day.ends()));
        let mut lines: Vec<Line> =
            told.iter().filter(fits).filter_map(|told| line(l, &d, now, told, Some(&staff))).collect();
        if !back {
            lines.reverse();
        }
        Group { heading: l.t(key), lines }
    };
    let to_come = |stage| matches!(stage, Stage::Planned | Stage::Published);
    let groups = [
        group("receptions-open", &|stage, _| stage == Stage::Open, false),
        group("receptions-forgotten", &|stage, over| over && to_come(stage), false),
        group("receptions-to-publish", &|stage, over| !over && stage == Stage::Planned, false),
        group("receptions-coming", &|stage, over| !over && stage == Stage::Published, false),
        group("receptions-over", &|stage, _| matches!(stage, Stage::Closed | Stage::Cancelled), true),
    ];
    let page = ReceptionsPage {
        l,
        page: visitor.page(l.t("nav-receptions")),
        may_plan: own.is_some() || staff.role == Role::Dispatcher,
        own,
        all: own != Some(true),
        year: now.date().year(),
        groups: groups.into_iter().filter(|group| !group.lines.is_empty()).collect(),
        next: asked.next("/records/receptions", next),
    };
    Ok(show(&page))
}

/// A day as a line, for staff or for everybody.
pub(super) fn line(l: L, d: &District, now: Moment, told: &Told, staff: Option<&Staff>) -> Option<Line> {
    let of = reception(told)?;
    let street = of.street.as_ref().map(|unit| d.unit_name(unit, l.0).to_owned());
    let place = [street, told.words().get("place").cloned()].into_iter().flatten().filter(|part| !part.is_empty());
    let own = staff.is_some_and(|staff| staff.unit == of.unit);
    let (code, (post, field, leader)) = (of.code.as_str(), posted(told, now, own));
    let may_book = staff.is_some_and(|staff| books(of, staff));
    let heard = count(of, TicketState::Heard);
    let counts = match of.stage {
        Stage::Open => {
            l.t_with("reception-line-open", &[("waiting", of.line.len().to_string()), ("heard", heard.to_string())])
        }
        Stage::Published if own && !of.booked.is_empty() => l.t_n("reception-line-booked", of.booked.len()),
        Stage::Closed => l.t_n("reception-line-heard", heard),
        _ => String::new(),
    };
    Some(Line {
        href: format!("{}/receptions/{code}", if staff.is_some() { "/records" } else { "" }),
        table: if own && of.stage == Stage::Open { format!("/records/receptions/{code}/table") } else { String::new() },
        book: if may_book && of.stage == Stage::Published && now.date() < of.starts.date() {
            format!("/records/receptions/{code}/book")
        } else {
            String::new()
        },
        post,
        // A colleague of another unit needs no name.
        leader: if own || staff.is_none() { leader } else { String::new() },
        field,
        day: l.day(of.starts.date(), now.date()),
        time: span(of),
        place: place.collect::<Vec<_>>().join(" · "),
        unit: d.unit_name(&of.unit, l.0).to_owned(),
        status: status(l, of),
        clock: staff.and(of.due()).map(|clock| view::clock(l, clock, now, &d.calendar)),
        counts,
    })
}
