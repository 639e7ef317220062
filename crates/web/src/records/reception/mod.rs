//! Reception days: what their pages say, the list, the table where people are heard, the queue's screen, the day's sheet,
//! and the pages that everybody may look at and book on.

pub(crate) mod list;
pub(crate) mod own;
pub(crate) mod public;
pub(crate) mod queue;
mod roster;
pub(crate) mod sheet;
pub(crate) mod table;

use super::paste::Sheet;
use super::{Asked, Face, Happened, Scene, time, word};
use crate::app::App;
use crate::caller::Staff;
use crate::lang::{L, capital};
use crate::problem::Problem;
use crate::roles::{Access, CASES, RECORDS};
use crate::routes::{Route, route};
use crate::view::StatusView;
use axum::routing::{get, post};
use domain::case::{CaseId, Clock};
use domain::register::{ActOf, Field, Of, Shelf, Thing};
use domain::{Label, Moment, Role};
use registers::resolve::encounter::{Encounter, Encounters};
use registers::resolve::reception::{Act, Event, RECEPTION_NOTICE, Reception, Receptions, Stage, TicketState};
use std::sync::PoisonError;
use store::listed::{self, AskedCase, Told};

type Body = domain::body::Body<Event>;

static SHELF: Of<Receptions> = Of::new();
/// The register of encounters, for the acts of its pages.
pub(super) static VISITS: Of<Encounters> = Of::new();

fn reception(told: &Told) -> Option<&Reception> {
    told.state.downcast_ref()
}

fn encounter(told: &Told) -> Option<&Encounter> {
    told.state.downcast_ref()
}

/// A reception day by its code; and, where `also` says so, encounters of it with their words.
async fn read(app: &App, code: &str, also: fn(&Reception) -> Vec<CaseId>) -> Result<(Told, Vec<Told>), Problem> {
    let (number, code) = (app.desk().number(), desk::read_case_code(code).ok_or_else(Problem::not_found)?);
    let found = app.read(move |db, keys| {
        let Some((id, _)) = listed::by_code(db, number, "reception", &code)? else { return Ok(None) };
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(told) = listed::some(db, &mut keys, registers::REGISTERS, number, &[id])?.pop() else {
            return Ok(None);
        };
        let visits = reception(&told).map(also).unwrap_or_default();
        let visits = match visits.is_empty() {
            true => Vec::new(),
            false => listed::some(db, &mut keys, registers::REGISTERS, number, &visits)?,
        };
        Ok(Some((told, visits)))
    });
    found.await?.ok_or_else(Problem::not_found)
}

/// Only the unit that holds a day calls numbers and reads who comes.
fn holds(told: &Told, staff: &Staff) -> Result<(), Problem> {
    let own = reception(told).is_some_and(|day| day.unit == staff.unit);
    if own { Ok(()) } else { Err(Problem::not_yours()) }
}

/// Whether an account books for somebody who calls: at the unit that holds the day, or at the dispatch centre.
fn books(day: &Reception, staff: &Staff) -> bool {
    staff.role == Role::Dispatcher || day.unit == staff.unit && matches!(staff.role, Role::Clerk | Role::Head)
}

fn status(l: L, day: &Reception) -> StatusView {
    let kind = match day.stage {
        Stage::Planned => "new",
        Stage::Published => "doing",
        Stage::Open => "next",
        Stage::Closed => "done",
        Stage::Cancelled => "stop",
    };
    StatusView { kind, words: capital(day.stage.label(l.0)) }
}

/// From when to when.
fn span(day: &Reception) -> String {
    format!("{}–{}", time(day.starts), time(day.ends()))
}

/// How many numbers stand so.
fn count(day: &Reception, state: TicketState) -> usize {
    day.tickets.iter().filter(|ticket| ticket.state == state).count()
}

/// The post that receives, what it is responsible for, and, while it may be shown, the name; the unit that holds the day
/// looks at it before it is published, too.
fn posted(told: &Told, now: Moment, own: bool) -> (String, String, String) {
    let words = told.words();
    let shown = reception(told).is_some_and(|day| day.shows_leader(now) || own && day.stage == Stage::Planned);
    let leader = if shown { word(&words, "leader") } else { String::new() };
    (word(&words, "post"), word(&words, "field"), leader)
}

/// Why another post receives, and which one was to; none while nobody took over.
fn swapped(l: L, told: &Told) -> Option<String> {
    let (mut before, mut last) = (String::new(), String::new());
    let mut why = None;
    for (_, recorded) in &told.events {
        let swaps = matches!(recorded.body.downcast_ref::<Body>()?.event, Event::Swapped { .. });
        if let Some(post) = recorded.private.get("post") {
            before = std::mem::replace(&mut last, post.clone());
        }
        if swaps {
            why = recorded.private.get("reason").map(|reason| (before.clone(), reason.clone()));
        }
    }
    let (before, reason) = why?;
    let values = [("before", before), ("reason", reason)];
    Some(l.t_with("reception-swapped", &values))
}

/// The pages that only this register has.
const ROUTES: &[Route] = &[
    route("GET", "/receptions", Access::Public, || get(public::list)),
    route("GET", "/receptions/{code}", Access::Public, || get(public::show_one)),
    route("GET", "/receptions/{code}/book", Access::Public, || get(public::again)),
    route("POST", "/receptions/{code}/book", Access::Public, || post(public::book)),
    route("GET", "/receptions/{code}/calendar.ics", Access::Public, || get(public::calendar)),
    route("GET", "/receptions/{code}/queue", Access::Public, || get(queue::phone)),
    route("GET", "/bookings", Access::Public, || get(own::form)),
    route("POST", "/bookings", Access::Public, || post(own::send)),
    route("GET", "/records/receptions", Access::Staff(CASES), || get(list::list)),
    route("GET", "/records/receptions/{code}/table", Access::Staff(RECORDS), || get(table::page)),
    route("POST", "/records/receptions/{code}/table", Access::Staff(RECORDS), || post(table::send)),
    route("GET", "/records/receptions/{code}/number/{no}", Access::Staff(RECORDS), || get(table::number)),
    route("GET", "/records/receptions/{code}/screen", Access::Staff(RECORDS), || get(queue::screen)),
    route("GET", "/records/receptions/{code}/sheet", Access::Staff(RECORDS), || get(sheet::sheet)),
    route("GET", "/records/receptions/{code}/book", Access::Staff(RECORDS), || get(public::for_caller)),
    route("POST", "/records/receptions/{code}/book", Access::Staff(RECORDS), || post(public::book_for)),
];

/// What the pages of reception days say.
pub(crate) struct ReceptionFace;

impl Face for ReceptionFace {
    fn shelf(&self) -> &'static dyn Shelf {
        &SHELF
    }

    fn begins(&self) -> &'static ActOf {
        &Act::ALL[0]
    }

    fn kind(&self, s: &Scene<'_>, told: &Told) -> String {
        reception(told).map(|day| capital(day.form.label(s.l.0))).unwrap_or_default()
    }

    fn status(&self, s: &Scene<'_>, told: &Told) -> StatusView {
        reception(told).map_or(StatusView { kind: "stop", words: String::new() }, |day| status(s.l, day))
    }

    fn clock(&self, _s: &Scene<'_>, told: &Told) -> Option<Clock> {
        reception(told).and_then(Reception::due).cloned()
    }

    fn stands(&self, s: &Scene<'_>, told: &Told, _asked: &[AskedCase]) -> Vec<String> {
        let (l, Some(day)) = (s.l, reception(told)) else { return Vec::new() };
        let due = day.due().map(|clock| l.day(clock.due.rolled, s.now.date())).unwrap_or_default();
        let over = s.now > day.ends() && matches!(day.stage, Stage::Planned | Stage::Published | Stage::Open);
        let values = [
            ("unit", s.d.unit_name(&day.unit, l.0).to_owned()),
            ("day", l.day(day.starts.date(), s.now.date())),
            ("time", span(day)),
            ("place", word(&s.words(told), "place")),
            ("due", due),
            ("waiting", day.line.len().to_string()),
            ("heard", count(day, TicketState::Heard).to_string()),
            ("booked", day.booked.len().to_string()),
        ];
        let key = if over { "over" } else { day.stage.code() };
        let mut said = vec![l.t_with(&format!("reception-now-{key}"), &values)];
        if let Some(days) = day.published.filter(|_| day.stage != Stage::Cancelled) {
            let rule = s.d.rules.of(&RECEPTION_NOTICE);
            let counts = [("days", days.to_string()), ("rule", rule.length.to_string())];
            said.push(
                l.t_with(if days < rule.length { "reception-notice-short" } else { "reception-notice" }, &counts),
            );
        }
        if day.published.is_none() && matches!(day.stage, Stage::Open | Stage::Closed) {
            let rule = s.d.rules.of(&RECEPTION_NOTICE);
            said.push(l.t_n("reception-not-published", rule.length));
        }
        if day.turned > 0 {
            said.push(l.t_n("reception-turned", day.turned));
        }
        if day.stage == Stage::Cancelled && !day.booked.is_empty() {
            said.push(l.t_n("reception-call-booked", day.booked.len()));
        }
        said
    }

    fn facts(&self, s: &Scene<'_>, told: &Told) -> Vec<(String, String)> {
        let (l, Some(day)) = (s.l, reception(told)) else { return Vec::new() };
        let words = s.words(told);
        let street = day.street.as_ref().map(|unit| s.d.unit_name(unit, l.0).to_owned());
        let place = [street, Some(word(&words, "place"))].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let (post, field, leader) = posted(told, s.now, s.staff.unit == day.unit);
        let rows = [
            ("reception-when", format!("{} {}", l.day(day.starts.date(), s.now.date()), span(day))),
            ("reception-where", place),
            ("reception-unit", s.d.unit_name(&day.unit, l.0).to_owned()),
            ("reception-post", post),
            ("reception-leader", leader),
            ("reception-level", capital(day.level.label(l.0))),
            ("reception-field", field),
            ("reception-desks", day.desks.to_string()),
            ("reception-slot", l.t_n("reception-minutes", day.slot)),
        ];
        rows.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (l.t(key), value)).collect()
    }

    fn leads(&self, _s: &Scene<'_>, told: &Told) -> &'static [&'static str] {
        match reception(told).map(|day| day.stage) {
            Some(Stage::Planned) => &["publish", "open"],
            _ => &["open", "close"],
        }
    }

    fn happened(&self, s: &Scene<'_>, body: &Thing) -> Option<Happened> {
        let (l, Body { event, .. }) = (s.l, body.downcast_ref()?);
        let moment = |at: &Moment| format!("{} {}", l.day(at.date(), s.now.date()), time(*at));
        let number = |no: &u16| l.t_n("reception-number", no);
        let (key, details) = match event {
            Event::Planned { starts, .. } => ("planned", vec![moment(starts)]),
            Event::Published { days } => ("published", vec![l.t_n("meeting-days-before", days)]),
            Event::Swapped { days, .. } => ("swapped", vec![l.t_n("meeting-days-before", days)]),
            Event::Moved { starts, .. } => ("moved", vec![moment(starts)]),
            Event::Cancelled {} => ("cancelled", Vec::new()),
            Event::Opened {} => ("opened", Vec::new()),
            Event::Reserved { slot, .. } => ("reserved", vec![l.t_n("reception-slot-no", slot + 1)]),
            Event::Freed { slot } => ("freed", vec![l.t_n("reception-slot-no", slot + 1)]),
            Event::Numbered { no, .. } => ("numbered", vec![number(no)]),
            Event::Called { no, desk } => ("called", vec![number(no), l.t_n("reception-desk", desk)]),
            Event::Missed { no } => ("missed", vec![number(no)]),
            Event::Heard { no } => ("heard", vec![number(no)]),
            Event::Closed { turned } => {
                ("closed", if *turned > 0 { vec![l.t_n("reception-turned", turned)] } else { Vec::new() })
            }
        };
        Some(Happened { title: l.t(&format!("reception-event-{key}")), details })
    }

    /// The name is said where it may be shown, and not in the history.
    fn words(&self) -> &'static [&'static str] {
        &["post", "field", "place", "reason"]
    }

    fn asks(&self, s: &Scene<'_>, told: Option<&Told>, _alike: &[Told], act: &ActOf, field: &Field) -> Asked {
        let now = told.and_then(reception);
        let own = |name: &str| Asked::With(told.map(|told| word(&s.words(told), name)).unwrap_or_default());
        match (act.code, field.name) {
            // What is done at the door and at the table has a page of its own.
            ("call" | "miss", _) => Asked::Not,
            ("plan", "host") if s.staff.role != Role::Dispatcher => Asked::Not,
            ("plan", "street") => Asked::Of(super::form::streets(s.d, s.l.0)),
            ("plan", "minutes") => Asked::With("180".into()),
            ("plan", "desks") => Asked::With("1".into()),
            ("plan", "slot") => Asked::With("20".into()),
            ("swap", "field") => own("field"),
            ("move", "starts") => Asked::With(now.map(|day| super::form::moment(day.starts)).unwrap_or_default()),
            ("move", "minutes") => Asked::With(now.map(|day| day.minutes.to_string()).unwrap_or_default()),
            ("close", "turned") if now.is_some_and(|day| day.line.is_empty() && day.booked.is_empty()) => Asked::Not,
            _ => Asked::Usual,
        }
    }

    fn sheet(&self) -> Option<&'static Sheet> {
        Some(&roster::SHEET)
    }

    fn public_page(&self, told: &Told) -> Option<String> {
        let day = reception(told).filter(|day| day.is_public())?;
        Some(format!("/receptions/{}", day.code.as_str()))
    }

    fn ways(&self, l: L, told: &Told, staff: &Staff, own: bool) -> Vec<(String, String)> {
        let Some(day) = reception(told) else { return Vec::new() };
        let at = format!("/records/receptions/{}", day.code.as_str());
        let way = |page: &str, key: &str| (format!("{at}/{page}"), l.t(key));
        let book = (day.stage == Stage::Published && books(day, staff)).then(|| way("book", "reception-book-for"));
        if !own {
            return book.into_iter().collect();
        }
        match day.stage {
            Stage::Open => {
                vec![
                    way("table", "reception-table"),
                    way("screen", "reception-screen"),
                    way("sheet", "reception-sheet"),
                ]
            }
            Stage::Published => book.into_iter().chain([way("sheet", "reception-sheet")]).collect(),
            Stage::Closed | Stage::Cancelled => vec![way("sheet", "reception-sheet")],
            Stage::Planned => Vec::new(),
        }
    }

    fn routes(&self) -> &'static [Route] {
        ROUTES
    }
}
