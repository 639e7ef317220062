//! The files that pages load: they come with the program, so that nothing is fetched from another machine.

use crate::problem::Problem;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Name, kind and content of every file.
const FILES: &[(&str, &str, &str)] = &[
    ("answer.js", "text/javascript; charset=utf-8", include_str!("../assets/answer.js")),
    ("keys.js", "text/javascript; charset=utf-8", include_str!("../assets/keys.js")),
    ("app.css", "text/css; charset=utf-8", include_str!("../assets/app.css")),
    ("form.js", "text/javascript; charset=utf-8", include_str!("../assets/form.js")),
    ("raise.js", "text/javascript; charset=utf-8", include_str!("../assets/raise.js")),
    ("receipt.js", "text/javascript; charset=utf-8", include_str!("../assets/receipt.js")),
    ("verify.js", "text/javascript; charset=utf-8", include_str!("../assets/verify.js")),
];

/// `GET /assets/{file}`: asked for again each time, answered with "unchanged" while the program is the same.
pub(crate) async fn file(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let (_, kind, text) = FILES.iter().find(|(n, ..)| *n == name).ok_or_else(Problem::not_found)?;
    let tag = format!("\"{}-{}\"", env!("CARGO_PKG_VERSION"), text.len());
    if headers.get(header::IF_NONE_MATCH).is_some_and(|t| *t == tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let cache = "public, max-age=600".to_owned();
    let headers = [(header::CONTENT_TYPE, (*kind).to_owned()), (header::CACHE_CONTROL, cache), (header::ETAG, tag)];
    Ok((headers, *text).into_response())
}
