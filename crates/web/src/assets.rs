//! The files that pages load: they come with the program, so that nothing is fetched from another machine.

use crate::kept;
use crate::problem::Problem;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;

/// Name, kind and content of every file.
const FILES: &[(&str, &str, &str)] = &[
    ("answer.js", "text/javascript; charset=utf-8", include_str!("../assets/answer.js")),
    ("danger.js", "text/javascript; charset=utf-8", include_str!("../assets/danger.js")),
    ("follow.js", "text/javascript; charset=utf-8", include_str!("../assets/follow.js")),
    ("keys.js", "text/javascript; charset=utf-8", include_str!("../assets/keys.js")),
    ("app.css", "text/css; charset=utf-8", include_str!("../assets/app.css")),
    ("hall.css", "text/css; charset=utf-8", include_str!("../assets/hall.css")),
    ("drafts.js", "text/javascript; charset=utf-8", include_str!("../assets/drafts.js")),
    ("form.js", "text/javascript; charset=utf-8", include_str!("../assets/form.js")),
    ("live.js", "text/javascript; charset=utf-8", include_str!("../assets/live.js")),
    ("notes.js", "text/javascript; charset=utf-8", include_str!("../assets/notes.js")),
    ("raise.js", "text/javascript; charset=utf-8", include_str!("../assets/raise.js")),
    ("receipt.js", "text/javascript; charset=utf-8", include_str!("../assets/receipt.js")),
    ("verify.js", "text/javascript; charset=utf-8", include_str!("../assets/verify.js")),
];

/// `GET /assets/{file}`: asked for again after a while, answered with "unchanged" while the program is the same.
pub(crate) async fn file(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let (_, kind, text) = FILES.iter().find(|(n, ..)| *n == name).ok_or_else(Problem::not_found)?;
    Ok(kept::data(kept::known(&headers).as_deref(), kind, "public, max-age=600", (*text).to_owned(), false))
}
