//! Answers that are the same for everybody and may be kept: by browsers, by caches, and compressed. Whatever says
//! "public" in its Cache-Control holds no secret and nothing that a caller sent, which is what makes compressing it safe
//! (BREACH needs both in one answer).

use crate::caller::Visitor;
use crate::page;
use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use tower_http::compression::CompressionLayer;

/// How long a public page may be kept, in seconds: a figure or a case that was published shows up within it.
const PAGE: &str = "public, max-age=300";
/// What holds residents' released words is asked for anew each time: consent is taken back and cases are erased, and from
/// then on no cache may answer with them. What is still the same is not sent again, by its tag.
pub(crate) const WORDS: &str = "public, no-cache";

/// A page that everybody of the same language and size of print gets alike. Somebody who is signed in, or is told what a
/// form has just done, gets one of their own, which nobody keeps.
pub(crate) fn page(visitor: &Visitor, template: &impl Template) -> Response {
    page_for(visitor, template, PAGE)
}

/// [`page`] with residents' released words.
pub(crate) fn words(visitor: &Visitor, template: &impl Template) -> Response {
    page_for(visitor, template, WORDS)
}

fn page_for(visitor: &Visitor, template: &impl Template, cache: &'static str) -> Response {
    let own = visitor.staff.is_some() || visitor.done.is_some();
    let mut response = match template.render() {
        Ok(html) if !own => return data(visitor.known.as_deref(), "text/html; charset=utf-8", cache, html, true),
        Ok(html) => axum::response::Html(html).into_response(),
        Err(_) => return page::show(template),
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An answer with its tag; only the tag if the caller has it already. `varies`: by the cookies for language and print.
pub(crate) fn data(
    known: Option<&str>,
    kind: &'static str,
    cache: &'static str,
    body: String,
    varies: bool,
) -> Response {
    let hash = Sha256::digest(body.as_bytes());
    // Weak: the compressed bytes are others.
    let tag = hash.iter().take(12).fold(String::from("W/\""), |tag, b| format!("{tag}{b:02x}")) + "\"";
    let same = known.is_some_and(|known| known.split(',').any(|k| k.trim() == tag));
    let mut response = if same {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, kind)], body).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if varies {
        headers.insert(header::VARY, HeaderValue::from_static("cookie, accept-language"));
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// The tags that a caller has already.
pub(crate) fn known(headers: &HeaderMap) -> Option<String> {
    headers.get(header::IF_NONE_MATCH).and_then(|h| h.to_str().ok()).map(str::to_owned)
}

/// Whether an answer may be compressed: texts that are public.
fn may_be_compressed(_: StatusCode, _: Version, headers: &HeaderMap, _: &axum::http::Extensions) -> bool {
    let of = |name| headers.get(name).and_then(|h: &HeaderValue| h.to_str().ok()).unwrap_or_default();
    let kind = of(header::CONTENT_TYPE);
    let is_text = kind.starts_with("text/") || kind.starts_with("application/json") || kind.contains("+xml");
    is_text && of(header::CACHE_CONTROL).starts_with("public")
}

/// What is asked of an answer before it is compressed.
type MayCompress = fn(StatusCode, Version, &HeaderMap, &axum::http::Extensions) -> bool;

/// Compresses what may be.
pub(crate) fn compression() -> CompressionLayer<MayCompress> {
    CompressionLayer::new().compress_when(may_be_compressed as MayCompress)
}
