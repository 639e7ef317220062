//! `/records/receptions/{code}/sheet`: who booked, who came, what became of it, on one sheet: for who receives, on the day
//! before, and for the file.

use super::{encounter, holds, posted, read, reception, span, word};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::lang::{L, capital};
use crate::page::{Page, show};
use crate::problem::Problem;
use crate::view::StatusView;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::Label;
use domain::case::CaseId;
use registers::resolve::encounter::Stage;
use registers::resolve::reception::Reception;
use store::listed::Told;

/// An encounter of the day.
struct Row {
    when: String,
    no: String,
    href: String,
    status: StatusView,
    people: u8,
    name: String,
    phone: String,
    matter: String,
    opinion: String,
    cases: u16,
    fetch: bool,
}

#[derive(Template)]
#[template(path = "records/reception_sheet.html")]
struct SheetPage {
    l: L,
    page: Page,
    code: String,
    post: String,
    field: String,
    when: String,
    place: String,
    rows: Vec<Row>,
}

/// Everybody who booked or came, in the order of times and numbers.
pub(super) fn all(day: &Reception) -> Vec<CaseId> {
    let mut booked = day.booked.clone();
    booked.sort_unstable_by_key(|(slot, _)| *slot);
    let came = day.tickets.iter().map(|ticket| ticket.encounter);
    let mut all: Vec<CaseId> = booked.into_iter().map(|(_, id)| id).collect();
    all.extend(came.filter(|id| day.booked.iter().all(|(_, booked)| booked != id)));
    all
}

/// How an encounter stands, as its list has it.
pub(in crate::records) fn status(l: L, stage: Stage) -> StatusView {
    let kind = match stage {
        Stage::Booked => "new",
        Stage::Waiting => "wait",
        Stage::Received => "done",
        Stage::Left | Stage::Cancelled | Stage::CalledOff | Stage::Void => "stop",
    };
    StatusView { kind, words: capital(stage.label(l.0)) }
}

fn row(l: L, day: &Reception, told: &Told) -> Option<Row> {
    let (visit, words, ticket) = (encounter(told)?, told.words(), day.ticket_of(told.id));
    let booked = visit.slot.map(|slot| day.slot_starts(slot));
    Some(Row {
        // A day that was moved takes its bookings along.
        when: booked.or(visit.came).map(super::time).unwrap_or_default(),
        no: visit.no.map(|no| no.to_string()).unwrap_or_default(),
        href: format!("/records/encounters/{}", visit.code.as_str()),
        status: status(l, visit.stage),
        people: visit.people,
        name: word(&words, "name"),
        phone: word(&words, "phone"),
        matter: word(&words, "matter"),
        opinion: word(&words, "opinion"),
        cases: visit.matters,
        fetch: ticket.map_or(visit.fetch, |ticket| ticket.fetch),
    })
}

/// `GET /records/receptions/{code}/sheet`
pub(crate) async fn sheet(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let (l, now) = (visitor.l, app.desk().now());
    let (told, visits) = read(&app, &code, all).await?;
    holds(&told, &staff)?;
    let day = reception(&told).ok_or_else(Problem::not_found)?;
    let (post, field, _) = posted(&told, now, true);
    let page = SheetPage {
        l,
        page: visitor.page(l.t("reception-sheet")),
        code: day.code.as_str().to_owned(),
        post,
        field,
        when: format!("{} {}", l.day(day.starts.date(), now.date()), span(day)),
        place: word(&told.words(), "place"),
        rows: visits.iter().filter_map(|told| row(l, day, told)).collect(),
    };
    Ok(show(&page))
}
