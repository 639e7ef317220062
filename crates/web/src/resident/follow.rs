//! Following a case: code and digits open it for a while; leaving closes it.

use super::raise::begin_visit;
use super::{Form, marked};
use crate::app::App;
use crate::caller::{From, VISIT, Visit, Visitor, cookie, cookie_key};
use crate::form::Sent;
use crate::intake;
use crate::lang::L;
use crate::page::{FieldError, Page, go, show_with};
use crate::problem::Problem;
use crate::session::set_cookie;
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

#[derive(Template)]
#[template(path = "resident/follow.html")]
struct FollowPage {
    l: L,
    page: Page,
    form: Form,
}

/// `GET /follow`
pub(crate) async fn form(visitor: Visitor) -> Response {
    page(&visitor, StatusCode::OK, Form::default())
}

fn page(visitor: &Visitor, status: StatusCode, form: Form) -> Response {
    let l = visitor.l;
    show_with(status, &FollowPage { l, page: marked(l, visitor.page(l.t("follow-title")), &form), form })
}

/// `POST /follow`
pub(crate) async fn open(
    State(app): State<App>,
    visitor: Visitor,
    from: From,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, Problem> {
    let problem = match intake::open(&app, from, sent.get("code"), sent.get("digits")).await {
        Ok(history) => {
            let mut response = go("/case");
            begin_visit(&app, &mut response, &headers, history.case.id);
            return Ok(response);
        }
        Err(problem) => problem,
    };
    let text = match problem.status() {
        StatusCode::NOT_FOUND => visitor.l.t("follow-wrong"),
        StatusCode::TOO_MANY_REQUESTS => problem.sentence(visitor.l.0),
        _ => return Err(problem),
    };
    let form = Form { errors: vec![FieldError { field: "code".into(), text }], sent };
    Ok(problem.with_retry(page(&visitor, problem.status(), form)))
}

/// `POST /case/leave`: the phone may be handed on.
pub(crate) async fn leave(State(app): State<App>, _: Visit, headers: HeaderMap, _: Sent) -> Response {
    if let Some(value) = cookie(&headers, VISIT) {
        app.end_visit(cookie_key(value));
    }
    let mut response = go("/follow?done=left");
    set_cookie(&mut response, &headers, VISIT, "", Some(0));
    response
}
