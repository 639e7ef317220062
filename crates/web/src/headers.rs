//! The security headers of every answer: what a browser may load and run (CSP), and what it may keep.

use axum::extract::Request;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// The headers of every answer.
pub(crate) async fn secure(request: Request, next: Next) -> Response {
    const HEADERS: &[(&str, &str)] = &[
        (
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        // Not "no-referrer": then browsers send `Origin: null` with our own forms, which the guard would refuse.
        ("referrer-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=(self)"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    let with_body = request.method() == axum::http::Method::POST;
    let mut response = next.run(request).await;
    // Refused before its body was read, a request leaves the connection in the middle of it.
    let unread = matches!(response.status().as_u16(), 401 | 403 | 404 | 405 | 408 | 411 | 413 | 415 | 429 | 503);
    if with_body && unread {
        response.headers_mut().insert(axum::http::header::CONNECTION, HeaderValue::from_static("close"));
    }
    // What is not said to be public is nobody's to keep: answers hold cases, secrets, and who is signed in.
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    for (name, value) in HEADERS {
        response.headers_mut().entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    response
}
