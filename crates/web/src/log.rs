//! The ledger as C2SP serves it: checkpoint, key, tiles of hashes; and the health of the server.

use crate::app::App;
use crate::problem::Problem;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ledger::path::TilePath;
use ledger::tree::Tiles;
use std::time::Duration;
use store::{StoreError, read, tiles};

const TEXT: &str = "text/plain; charset=utf-8";

/// `GET /checkpoint`
pub(crate) async fn checkpoint(State(app): State<App>) -> Result<Response, Problem> {
    let number = app.desk().number();
    let (note, _) = app.read(move |db, _| read::checkpoint(db, number)).await?;
    Ok(([(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, "no-cache")], note).into_response())
}

/// `GET /checkpoint.vkey`
pub(crate) async fn vkey(State(app): State<App>) -> Response {
    ([(header::CONTENT_TYPE, TEXT)], format!("{}\n", app.desk().vkey())).into_response()
}

/// `GET /tile/…`: hashes only. What the entries say is for auditors (bundles are not served to the public).
pub(crate) async fn tile(State(app): State<App>, Path(path): Path<String>) -> Result<Response, Problem> {
    let wanted = TilePath::parse(&path).ok_or_else(Problem::not_found)?;
    let level = wanted.level.ok_or_else(Problem::not_found)?;
    let number = app.desk().number();
    let hashes = app
        .read(move |db, _| {
            let (_, size) = read::checkpoint(db, number)?;
            let there = (size >> (8 * u32::from(level))).saturating_sub(wanted.index.saturating_mul(256));
            if there < u64::from(wanted.width) {
                return Ok(None);
            }
            tiles::over(db, number, |tiles| tiles.tile(level, wanted.index, wanted.width)).map(Some)
        })
        .await?;
    let hashes = hashes.ok_or_else(Problem::not_found)?;
    let cache = "public, max-age=31536000, immutable";
    Ok(([(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, cache)], hashes).into_response())
}

/// `GET /healthz`: the process answers.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// How long the check of being ready may take.
const READY_WITHIN: Duration = Duration::from_secs(5);

/// `GET /readyz`: whether what is handed in now would be on disk, and read again.
pub(crate) async fn readyz(State(app): State<App>) -> Result<Response, Problem> {
    let number = app.desk().number();
    app.read(move |db, _| read::checkpoint(db, number)).await?;
    app.place().room()?;
    let written = tokio::time::timeout(READY_WITHIN, app.desk().ready()).await;
    written.map_err(|_| StoreError::Busy("the writer does not answer".into()))??;
    Ok((StatusCode::OK, "ready\n").into_response())
}

/// `GET /metrics`
pub(crate) async fn metrics(State(app): State<App>) -> Result<Response, Problem> {
    let number = app.desk().number();
    let (_, size) = app.read(move |db, _| read::checkpoint(db, number)).await?;
    let text = format!(
        "# HELP doorstep_ledger_entries Entries of the ledger.\n# TYPE doorstep_ledger_entries counter\ndoorstep_ledger_entries {size}\n"
    );
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

/// `GET /api/openapi.json`
pub(crate) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], crate::case_acts::OPENAPI.as_str()).into_response()
}
