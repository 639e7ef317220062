//! Every problem in the form that its caller reads: a page for a browser, a document for a program.

use crate::app::App;
use crate::caller::Visitor;
use crate::lang::L;
use crate::page::{Page, show_with};
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    l: L,
    page: Page,
    what: String,
    todo: String,
    sign_in: bool,
}

/// A problem as a page in the visitor's language.
fn error_page(problem: &Problem, visitor: &Visitor) -> Response {
    let l = visitor.l;
    let page = visitor.page(l.t("error-title"));
    let (what, todo) = problem.parts(l.0);
    let (what, todo, sign_in) = (what.to_owned(), todo.to_owned(), problem.asks_to_sign_in());
    problem.with_retry(show_with(problem.status(), &ErrorPage { l, page, what, todo, sign_in }))
}

/// Every problem in the form that its caller reads: a page in the visitor's language for a browser, else a document.
/// What the framework refuses by itself (a method, a number that is none, a body too large) becomes a problem too.
pub(crate) async fn errors_in_form(State(app): State<App>, request: Request, next: Next) -> Response {
    let accepts = request.headers().get(ACCEPT).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let as_page = accepts.contains("text/html");
    let (parts, body) = request.into_parts();
    let visitor = as_page.then(|| Visitor::of(&parts, &app));
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    let problem = match response.extensions().get::<Problem>() {
        Some(problem) => problem.clone(),
        None if status.is_client_error() && !is_page(&response) => Problem::unreadable(status),
        None => return response,
    };
    match visitor {
        Some(visitor) => error_page(&problem, &visitor),
        None => problem.into_response(),
    }
}

/// A refused form that is shown again is a page already.
fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|h| h.to_str().ok());
    kind.is_some_and(|k| k.starts_with("text/html"))
}
