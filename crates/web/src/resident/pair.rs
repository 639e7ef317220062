//! A second device at the counter: the resident's own phone, or the counter's public tablet. It scans or types the pairing
//! code of the clerk's page, and the secret goes to it, and to nothing else.

use super::raise::begin_visit;
use super::{Form, UNOPENED, marked};
use crate::app::App;
use crate::caller::{From, Visitor};
use crate::cookie::is_marked;
use crate::form::Sent;
use crate::lang::L;
use crate::page::{FieldError, Page, go, show_with};
use crate::parts::history::history;
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use desk::Failure;
use domain::case::{Command, Handed, With};

#[derive(Template)]
#[template(path = "resident/pair.html")]
struct PairPage {
    l: L,
    page: Page,
    form: Form,
}

fn page(visitor: &Visitor, status: StatusCode, form: Form) -> Response {
    let l = visitor.l;
    show_with(status, &PairPage { l, page: marked(l, visitor.page(l.t("pair-title")), &form), form })
}

/// `GET /pair`
pub(crate) async fn form(visitor: Visitor) -> Response {
    page(&visitor, StatusCode::OK, Form::default())
}

/// `POST /pair`
pub(crate) async fn take(
    State(app): State<App>,
    visitor: Visitor,
    From(from): From,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, Problem> {
    app.limits().count_asked(from)?;
    let refused = |text: String, sent: Sent| {
        let form = Form { errors: vec![FieldError { field: "pairing".into(), text }], sent };
        Ok(page(&visitor, StatusCode::UNPROCESSABLE_ENTITY, form))
    };
    // In a browser of staff's it would be no second device. The code stays good for one that is.
    if is_marked(&headers) {
        return refused(visitor.l.t("pair-marked"), sent);
    }
    let code: String = sent.get("pairing").chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let Some(id) = app.pairings().take(&code) else { return refused(visitor.l.t("pair-wrong"), sent) };
    match app.desk().visit(UNOPENED, id, None, Command::HandSecret { way: Handed::Device }, None).await {
        Ok(_) => {
            let no = history(&app, id).await?.case.opening.secret;
            let mut response = go("/case/receipt?done=paired");
            begin_visit(&app, &mut response, &headers, id, With::Secret(no));
            Ok(response)
        }
        Err(Failure::Refused(refusal)) => refused(Problem::from(refusal).sentence(visitor.l.0), sent),
        Err(failure) => Err(failure.into()),
    }
}
