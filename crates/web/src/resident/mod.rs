//! What residents come for: raise something, keep the receipt, follow it, have the last word; and what they may look up.

pub(crate) mod act;
pub(crate) mod case;
pub(crate) mod confirm;
pub(crate) mod copy;
pub(crate) mod follow;
pub(crate) mod lost;
pub(crate) mod open;
pub(crate) mod pair;
pub(crate) mod patterns;
pub(crate) mod photo;
pub(crate) mod public;
pub(crate) mod published;
pub(crate) mod raise;
pub(crate) mod receipt;
pub(crate) mod request;
pub(crate) mod timeline;

use crate::app::App;
use crate::caller::Visit;
use crate::form::Sent;
use crate::lang::L;
use crate::page::{FieldError, Page};
use crate::parts::history::history;
use crate::problem::Problem;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use calendar::Date;
use domain::Moment;
use domain::case::{Case, Trust, With};
use std::sync::PoisonError;
use store::opening;
use store::read::History;

/// A visit that nothing has opened: what is done in it needs no more than a code that was sent or shown.
const UNOPENED: domain::case::Visit = domain::case::Visit { with: With::Secret(0), marked: false };

/// A form as a page shows it: what was typed, and what is wrong with it.
#[derive(Default)]
pub(crate) struct Form {
    pub(crate) sent: Sent,
    pub(crate) errors: Vec<FieldError>,
}

impl Form {
    /// What was typed into a field.
    pub(crate) fn v(&self, name: &str) -> &str {
        self.sent.raw(name)
    }

    /// What is wrong at a field; empty when nothing is.
    pub(crate) fn e(&self, name: &str) -> &str {
        self.errors.iter().find(|e| e.field == name).map_or("", |e| e.text.as_str())
    }

    /// Whether one of these fields has a fault, or something was typed into it: then its part of the page is open.
    pub(crate) fn any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| !self.e(name).is_empty() || !self.sent.get(name).is_empty())
    }
}

/// With the word for a fault before the title, when a form came back.
fn marked(l: L, mut page: Page, form: &Form) -> Page {
    if !form.errors.is_empty() {
        page.title = l.t_n("resident-error-title", page.title);
    }
    page
}

/// [`history`] for a visit, while what it was opened with still opens the case.
async fn visited(app: &App, Visit(id, visit): Visit) -> Result<History, Problem> {
    let history = history(app, id).await?;
    if history.case.trust(visit) >= Trust::Looks { Ok(history) } else { Err(Problem::visit_over()) }
}

/// The secret of a case that is open by it: shown to whom it was handed, as long as it was not used.
async fn own_secret(app: &App, case: &Case, visit: domain::case::Visit) -> Result<String, Problem> {
    let With::Secret(no) = visit.with else { return Ok(String::new()) };
    let id = case.id;
    let secret =
        app.read(move |_, keys| opening::secret_of(&mut keys.lock().unwrap_or_else(PoisonError::into_inner), id, no));
    Ok(secret.await?.unwrap_or_default())
}

/// An instant as people read it, `5月8日 周一 09:12`, and for `<time>`.
fn when(l: L, at: Moment, today: Date) -> (String, String) {
    let local = at.local();
    let words = format!("{} {:02}:{:02}", l.day(local.date(), today), local.hour(), local.minute());
    (words, format!("{}T{:02}:{:02}", local.date(), local.hour(), local.minute()))
}

/// A form that is shown anew each time: its key must never come from a browser's memory.
fn fresh(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
