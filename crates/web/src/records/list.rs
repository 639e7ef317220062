//! `/records/{register}`: what the unit still owes on top, then record after record by the day that each is about, the latest
//! first. A register whose day asks for another order has a list of its own.

use super::paged::{Asked, paged};
use super::{Scene, face_of};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::lang::{L, capital};
use crate::page::{Page, show};
use crate::problem::Problem;
use crate::view::{self, ClockView, StatusView};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::case::CaseId;
use domain::moment::day_number;
use std::sync::PoisonError;
use store::listed::{self, Told, Which};

/// The most records of a page.
const ROWS: usize = 60;
/// The most that are owed.
const OWED_MOST: usize = 30;

/// A record as a line.
struct Line {
    href: String,
    title: String,
    status: StatusView,
    note: String,
    clock: Option<ClockView>,
}

/// The records of a day.
struct Day {
    name: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "records/list.html")]
struct ListPage {
    l: L,
    page: Page,
    plural: &'static str,
    title: String,
    lead: String,
    /// The name of the act that begins a record; empty for who may not.
    begin: String,
    begin_at: String,
    none: String,
    none_todo: String,
    own: Option<bool>,
    /// What stands over what is owed: by the own unit, or late by any.
    owed_title: String,
    owed: Vec<Line>,
    days: Vec<Day>,
    next: String,
}

/// `GET /records/{register}`
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(register): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let face = face_of(&register).ok_or_else(Problem::not_found)?;
    let (l, d, now, number) = (visitor.l, app.desk().district(), app.desk().now(), app.desk().number());
    let (code, plural) = (face.shelf().code(), face.shelf().plural());
    let (own, unit, after) = (asked.own(&staff), asked.unit(&staff), asked.after());
    let today = day_number(now.date());
    let late = view::due_before(today, &d.calendar);
    let found = app.read(move |db, keys| {
        // Behind the first page nobody looks for what is owed.
        let owed = match (after, unit.as_str()) {
            (Some(_), _) => Vec::new(),
            (None, "") => listed::late(db, number, code, late, (i64::MIN, -1, -1), OWED_MOST)?,
            (None, unit) => listed::owed(db, number, (unit, code), today, OWED_MOST)?,
        };
        let ids: Vec<CaseId> = owed.iter().map(|duty| duty.id).collect();
        let which = Which { register: code, days: (i64::MIN, i64::MAX), unit, public: false, back: true, after };
        let (page, next) = paged(db, keys, number, &which, ROWS)?;
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        let mut owed = listed::some(db, &mut keys, registers::REGISTERS, number, &ids)?;
        owed.sort_by_key(|told| ids.iter().position(|id| *id == told.id));
        Ok((owed, page, next))
    });
    let (owed, told, next) = found.await?;
    let scene = Scene { l, d: &d, now, staff: &staff };
    let line = |told: &Told| Line {
        href: format!("/records/{plural}/{}", told.shelf.code_of(told.state.as_ref()).unwrap_or_default()),
        title: capital(&told.title(l.0)),
        status: face.status(&scene, told),
        note: face.line(&scene, told),
        clock: face.clock(&scene, told).map(|clock| view::clock(l, &clock, now, &d.calendar)),
    };
    let mut days: Vec<Day> = Vec::new();
    for told in &told {
        let day = told.shelf.summary(told.state.as_ref()).map(|summary| l.day(summary.day, now.date()));
        let name = day.unwrap_or_default();
        match days.last_mut() {
            Some(last) if last.name == name => last.lines.push(line(told)),
            _ => days.push(Day { name, lines: vec![line(told)] }),
        }
    }
    let title = l.t(&format!("nav-{plural}"));
    let blank = face.shelf().blank(CaseId::default());
    let offers = face.shelf().offers(blank.as_ref(), &staff.actor(), now);
    let may_begin = offers.iter().any(|act| act.code == face.begins().code);
    let page = ListPage {
        l,
        page: visitor.page(title.clone()),
        plural,
        title,
        lead: l.if_any(&format!("{plural}-lead")),
        begin: if may_begin { l.t(&format!("{code}-new")) } else { String::new() },
        begin_at: format!("/records/{plural}/new"),
        none: l.t(&format!("{plural}-none")),
        none_todo: l.t(&format!("{plural}-none-todo")),
        own,
        owed_title: l.t(if own == Some(true) { "records-owed" } else { "records-late" }),
        owed: owed.iter().map(line).collect(),
        days,
        next: asked.next(&format!("/records/{plural}"), next),
    };
    Ok(show(&page))
}
