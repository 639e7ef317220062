//! `/records/meetings`: what is open now, what waits for its minutes, what comes, what was.

use super::super::paged::{Asked, paged};
use super::board::comes;
use super::{departments, meeting, status, time, word};
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
use domain::{Moment, Role};
use registers::listen::meeting::{NoteState, Stage};
use store::listed::{Told, Which};

/// The most meetings of a page.
const ROWS: usize = 60;

/// A meeting as a line.
pub(super) struct Line {
    pub(super) href: String,
    pub(super) notes: String,
    /// The board, for whoever is in the hall; empty otherwise.
    pub(super) board: String,
    pub(super) title: String,
    pub(super) no: String,
    pub(super) when: String,
    pub(super) place: String,
    pub(super) unit: String,
    pub(super) departments: String,
    pub(super) status: StatusView,
    pub(super) clock: Option<ClockView>,
    pub(super) counts: String,
}

/// Meetings under a heading.
struct Group {
    heading: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "records/meetings.html")]
struct MeetingsPage {
    l: L,
    page: Page,
    may_plan: bool,
    own: Option<bool>,
    groups: Vec<Group>,
    next: String,
}

/// `GET /records/meetings`
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
        let which = Which { register: "meeting", days: (i64::MIN, i64::MAX), unit, public: false, back: true, after };
        paged(db, keys, number, &which, ROWS)
    });
    let (told, next) = found.await?;
    let of = |stages: &[Stage]| -> Vec<&Told> {
        told.iter().filter(|told| meeting(told).is_some_and(|of| stages.contains(&of.stage))).collect()
    };
    // Only who convenes a meeting writes down what is said.
    let own_line = |told: &Told| {
        let of = line(l, &d, now, told)?;
        let meeting = meeting(told)?;
        let board = (meeting.board && comes(meeting, &staff)).then(|| format!("{}/board", of.href));
        let of = Line { board: board.unwrap_or_default(), ..of };
        Some(if meeting.unit == staff.unit { of } else { Line { notes: String::new(), ..of } })
    };
    let group = |key: &str, told: Vec<&Told>| Group {
        heading: l.t(key),
        lines: told.into_iter().filter_map(own_line).collect(),
    };
    let mut coming = of(&[Stage::Planned, Stage::Noticed]);
    coming.reverse();
    let groups = [
        group("meetings-open", of(&[Stage::Open])),
        group("meetings-minutes", of(&[Stage::Closed])),
        group("meetings-coming", coming),
        group("meetings-over", of(&[Stage::Approved, Stage::Cancelled])),
    ];
    let page = MeetingsPage {
        l,
        page: visitor.page(l.t("nav-meetings")),
        may_plan: own.is_some() || staff.role == Role::Dispatcher,
        own,
        groups: groups.into_iter().filter(|group| !group.lines.is_empty()).collect(),
        next: asked.next("/records/meetings", next),
    };
    Ok(show(&page))
}

/// A meeting as a line.
pub(super) fn line(l: L, d: &District, now: Moment, told: &Told) -> Option<Line> {
    let of = meeting(told)?;
    let words = told.words();
    let code = of.code.as_str();
    let street = of.street.as_ref().map(|unit| d.unit_name(unit, l.0).to_owned());
    let place = [street, Some(word(&words, "place"))].into_iter().flatten().filter(|part| !part.is_empty());
    let opinions = of.count(NoteState::Confirmed) + of.count(NoteState::Unread);
    let live =
        matches!(of.stage, Stage::Open | Stage::Closed) && of.count(NoteState::Noted) > 0 || of.stage == Stage::Open;
    Some(Line {
        href: format!("/records/meetings/{code}"),
        board: String::new(),
        notes: if live { format!("/records/meetings/{code}/notes") } else { String::new() },
        title: told.title(l.0),
        no: l.t_n("meeting-no", of.no),
        when: format!("{} {}", l.day(of.starts.date(), now.date()), time(of.starts)),
        place: place.collect::<Vec<_>>().join(" · "),
        unit: d.unit_name(&of.unit, l.0).to_owned(),
        departments: departments(l, d, of),
        status: status(l, of),
        clock: of.due().map(|clock| view::clock(l, clock, now, &d.calendar)),
        counts: if opinions > 0 { l.t_n("meeting-opinions-n", opinions) } else { String::new() },
    })
}
