//! `/case/review-request`: the request for the level over the district, for the resident to print.

use crate::app::App;
use crate::caller::{Visit, Visitor};
use crate::page::show;
use crate::parts::history::history;
use crate::parts::review_request::ReviewRequest;
use crate::problem::Problem;
use axum::extract::State;
use axum::response::Response;

/// `GET /case/review-request`
pub(crate) async fn page(State(app): State<App>, visitor: Visitor, visit: Visit) -> Result<Response, Problem> {
    let (l, district) = (visitor.l, app.desk().district());
    let history = history(&app, visit.0).await?;
    let back = ("/case".to_owned(), l.t("request-back"));
    let frame = visitor.page(l.t("request-print"));
    let paper = ReviewRequest::of(l, frame, back, &district, &history, |_, text| text.to_owned());
    Ok(show(&paper.ok_or_else(Problem::not_found)?))
}
