//! `/case/photo/{n}`: the photos of one's own case.

use super::visited;
use crate::app::App;
use crate::caller::Visit;
use crate::parts::photo;
use crate::problem::Problem;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::sync::PoisonError;
use store::read;

/// `GET /case/photo/{n}`: the n-th photo of the case that is being visited, from 1.
pub(crate) async fn show(State(app): State<App>, visit: Visit, Path(n): Path<String>) -> Result<Response, Problem> {
    let (id, number) = (visit.0, app.desk().number());
    let history = visited(&app, visit).await?;
    let raised = history.told.first().map(|t| &t.body.event);
    let hash = n.parse().ok().and_then(|n| photo::hash_of(raised, n)).ok_or_else(Problem::not_found)?;
    let found = app
        .read(move |db, keys| {
            let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
            read::file(db, &mut keys, number, id, &hash)
        })
        .await?;
    let (kind, bytes) = found.ok_or_else(Problem::not_found)?;
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store".to_owned())], bytes).into_response())
}
