//! Following a case: its code with own digits opens it for a while; the long secret opens it once, and own digits are set
//! with it. A confirmation code confirms an address and opens nothing. Leaving closes it.

use super::raise::begin_visit;
use super::{Form, fresh, marked};
use crate::app::App;
use crate::caller::{From, Visit, Visitor};
use crate::cookie::{VISIT, cookie, cookie_key, is_marked, set_cookie};
use crate::form::Sent;
use crate::lang::L;
use crate::page::{FieldError, Page, go, show_with};
use crate::parts::history::history;
use crate::parts::open_case::open_case;
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use desk::Failure;
use domain::case::{self, CaseId, Command, With};
use store::opening;

#[derive(Template)]
#[template(path = "resident/follow.html")]
struct FollowPage {
    l: L,
    page: Page,
    form: Form,
    /// Whether a new secret can be sent to an address.
    sends: bool,
}

/// `GET /follow`
pub(crate) async fn form(State(app): State<App>, visitor: Visitor) -> Response {
    page(&app, &visitor, StatusCode::OK, Form::default())
}

fn page(app: &App, visitor: &Visitor, status: StatusCode, form: Form) -> Response {
    let (l, sends) = (visitor.l, !app.messages().offers().is_empty());
    show_with(status, &FollowPage { l, page: marked(l, visitor.page(l.t("follow-title")), &form), form, sends })
}

#[derive(Template)]
#[template(path = "resident/set_digits.html")]
struct SetDigits {
    l: L,
    page: Page,
    form: Form,
}

/// The one question after the secret: which digits open the case from now on.
fn ask_digits(visitor: &Visitor, status: StatusCode, form: Form) -> Response {
    let l = visitor.l;
    let page = marked(l, visitor.page(l.t("digits-title")), &form);
    fresh(show_with(status, &SetDigits { l, page, form }))
}

/// `POST /follow`
pub(crate) async fn open(
    State(app): State<App>,
    visitor: Visitor,
    from: From,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, Problem> {
    if let Some(confirmation) = opening::read_confirmation(sent.get("digits")) {
        return match super::confirm::confirm(&app, from, sent.get("code"), confirmation).await {
            Ok(()) => Ok(go("/follow?done=confirmed")),
            Err(problem) => not_opened(&app, &visitor, problem, sent),
        };
    }
    let opened = open_case(&app, from, sent.get("code"), sent.get("digits")).await;
    let problem = match opened {
        Ok((_, With::Secret(_))) if sent.get("new").is_empty() => {
            return Ok(ask_digits(&visitor, StatusCode::OK, Form { sent, errors: Vec::new() }));
        }
        Ok((history, with @ With::Secret(_))) => {
            return use_up(&app, &visitor, &headers, history.case.id, with, sent).await;
        }
        Ok((history, with)) => {
            let mut response = go("/case");
            begin_visit(&app, &mut response, &headers, history.case.id, with);
            return Ok(response);
        }
        Err(problem) => problem,
    };
    not_opened(&app, &visitor, problem, sent)
}

/// The form again, with what is wrong.
fn not_opened(app: &App, visitor: &Visitor, problem: Problem, sent: Sent) -> Result<Response, Problem> {
    let text = match problem.status() {
        StatusCode::NOT_FOUND => visitor.l.t("follow-wrong"),
        StatusCode::TOO_MANY_REQUESTS => problem.sentence(visitor.l.0),
        _ => return Err(problem),
    };
    let form = Form { errors: vec![FieldError { field: "code".into(), text }], sent };
    Ok(problem.with_retry(page(app, visitor, problem.status(), form)))
}

/// The secret is used, and the digits that came with it open the case from now on.
async fn use_up(
    app: &App,
    visitor: &Visitor,
    headers: &HeaderMap,
    id: CaseId,
    with: With,
    sent: Sent,
) -> Result<Response, Problem> {
    let visit = case::Visit { with, marked: is_marked(headers) };
    let command = Command::Open { digits: sent.get("new").to_owned() };
    match app.desk().visit(visit, id, None, command, None).await {
        Ok(_) => {
            let digits = history(app, id).await?.case.opening.digits;
            let mut response = go("/case?done=opened");
            begin_visit(app, &mut response, headers, id, With::Digits(digits));
            Ok(response)
        }
        Err(Failure::Refused(refusal)) => {
            let text = Problem::from(refusal).sentence(visitor.l.0);
            let errors = vec![FieldError { field: "new".into(), text }];
            Ok(ask_digits(visitor, StatusCode::UNPROCESSABLE_ENTITY, Form { sent, errors }))
        }
        Err(failure) => Err(failure.into()),
    }
}

/// `POST /case/leave`: the phone may be handed on.
pub(crate) async fn leave(State(app): State<App>, _: Visit, headers: HeaderMap, _: Sent) -> Response {
    if let Some(value) = cookie(&headers, VISIT) {
        app.visits().end(cookie_key(value));
    }
    let mut response = go("/follow?done=left");
    set_cookie(&mut response, VISIT, "", Some(0));
    response
}
