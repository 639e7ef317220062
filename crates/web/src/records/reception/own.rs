//! `/bookings`: whoever booked looks at the booking with its code and secret, and gives the time back. Nobody is asked why.

use super::super::encounter::SHELF;
use super::super::for_everybody;
use super::{encounter, time, word};
use crate::app::App;
use crate::caller::{From, Visitor};
use crate::form::Sent;
use crate::lang::L;
use crate::page::{FieldError, Page, form_status, show, show_with};
use crate::parts::open_record::open_record;
use crate::problem::Problem;
use crate::view::StatusView;
use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::Response;
use desk::Key;
use domain::Actor;
use domain::case::Visit;
use domain::register::On;
use registers::resolve::encounter::{Act, Encounters, Stage};
use std::sync::PoisonError;
use store::listed::{self, Told};

/// A booking as who made it sees it.
struct Own {
    code: String,
    secret: String,
    when: String,
    post: String,
    place: String,
    status: StatusView,
    /// What became of the day, if something did.
    news: String,
    /// Whether the time can be given back.
    booked: bool,
    day: String,
}

#[derive(Template)]
#[template(path = "records/bookings.html")]
struct BookingsPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    code: String,
    own: Option<Own>,
    key: String,
}

/// `GET /bookings`
pub(crate) async fn form(State(app): State<App>, visitor: Visitor) -> Response {
    show(&blank(&app, &visitor, String::new(), Vec::new()))
}

fn blank(app: &App, visitor: &Visitor, code: String, errors: Vec<FieldError>) -> BookingsPage {
    let l = visitor.l;
    BookingsPage { l, page: visitor.page(l.t("bookings-title")), errors, code, own: None, key: app.random_text() }
}

/// The booking of a code that a secret opens. What began at the door was never booked, and has no secret.
async fn opened(app: &App, code: &str, secret: &str) -> Result<Option<Told>, Problem> {
    open_record(app, &SHELF, code, secret).await
}

/// `POST /bookings`: the booking; with `act=unbook`, its time is given back.
pub(crate) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    From(from): From,
    sent: Sent,
) -> Result<Response, Problem> {
    let l = visitor.l;
    let told = opened(&app, sent.get("code"), sent.get("secret")).await?;
    let Some(told) = told else {
        // Whoever has the secret is never shut out by others at the same address.
        app.limits().count_asked(from)?;
        let errors = vec![FieldError { field: "secret".into(), text: l.t("bookings-wrong") }];
        let page = blank(&app, &visitor, sent.get("code").to_owned(), errors);
        return Ok(show_with(form_status(&page.errors), &page));
    };
    let mut errors = Vec::new();
    let told = if sent.get("act") == "unbook" {
        let by = (Actor::Resident, Visit::BEST);
        let key = Key::of("unbook", sent.get("key"));
        let done = app.desk().execute::<Encounters>(by, On::Record(told.id), None, Act::Unbook {}, Some(key)).await;
        match done {
            Ok(_) => {}
            Err(desk::Failure::Refused(refusal)) => {
                errors.push(FieldError { field: "unbook".into(), text: Problem::from(refusal).sentence(l.0) });
            }
            Err(other) => return Err(other.into()),
        }
        opened(&app, sent.get("code"), sent.get("secret")).await?.ok_or_else(Problem::not_found)?
    } else {
        told
    };
    let visit = encounter(&told).ok_or_else(Problem::not_found)?;
    let day_told = day_of(&app, visit.reception).await?;
    // A day that was moved takes its bookings along.
    let at = day_told
        .as_ref()
        .and_then(super::reception)
        .zip(visit.slot)
        .map_or(visit.day, |(day, slot)| day.slot_starts(slot));
    let (post, place, day) = match &day_told {
        Some(day) => {
            let code = day.shelf.code_of(day.state.as_ref()).unwrap_or_default();
            (day.title(l.0), word(&day.words(), "place"), format!("/receptions/{code}"))
        }
        None => Default::default(),
    };
    let of_day = day_told.as_ref().and_then(super::reception);
    let cancelled = of_day.is_some_and(|day| day.stage == registers::resolve::reception::Stage::Cancelled);
    let reason = day_told.as_ref().map(|day| word(&day.words(), "reason")).unwrap_or_default();
    let news = match &day_told {
        Some(_) if cancelled => l.t_n("bookings-cancelled", &reason),
        Some(told) => super::public::news(l, told),
        None => String::new(),
    };
    let own = Own {
        news,
        code: visit.code.as_str().to_owned(),
        secret: sent.get("secret").to_owned(),
        when: format!("{} {}", l.full_day(at.date()), time(at)),
        post,
        place,
        status: super::sheet::status(l, visit.stage),
        booked: visit.stage == Stage::Booked,
        day,
    };
    let page = BookingsPage { own: Some(own), ..blank(&app, &visitor, String::new(), errors) };
    let mut response = show_with(form_status(&page.errors), &page);
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn day_of(app: &App, id: Option<domain::case::CaseId>) -> Result<Option<Told>, Problem> {
    let (number, Some(id)) = (app.desk().number(), id) else { return Ok(None) };
    let found = app.read(move |db, keys| {
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(listed::some(db, &mut keys, registers::REGISTERS, number, &[id])?.pop().map(for_everybody))
    });
    found.await
}
