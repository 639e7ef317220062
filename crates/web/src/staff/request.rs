//! `/cases/{code}/review-request`: the request for the level over the district, to print and hand on.

use super::case::{find, history};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::page::show;
use crate::parts::review_request::ReviewRequest;
use crate::problem::Problem;
use axum::extract::{Path, State};
use axum::response::Response;

/// `GET /cases/{code}/review-request`
pub(crate) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let (id, _) = find(&app, &code).await?.ok_or_else(Problem::not_found)?;
    let (l, district, history) = (visitor.l, app.desk().district(), history(&app, &staff, id).await?);
    let back = (format!("/cases/{}", history.case.code), l.t_n("clerk-back-to", &history.case.code));
    // Who it is, the resident writes: contact data is opened for a purpose, and on the page of the case.
    let by_hand = |_: &str, _: &str| String::new();
    let paper = ReviewRequest::of(l, visitor.page(l.t("request-print")), back, &district, &history, by_hand);
    Ok(show(&paper.ok_or_else(Problem::not_found)?))
}
