//! Every route, and who may call it. The router is made from this table alone.

use crate::app::App;
use crate::problem::Problem;
use crate::{intake, log};
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;

/// Who may call a route. Its handler takes the guard of that name as a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// A token of scope intake, or a resident without one, counted by address.
    Intake,
    /// Whoever has the case's secret.
    CaseSecret,
}

/// A route.
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path, as axum writes it.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    handler: fn() -> MethodRouter<App>,
}

const fn route(method: &'static str, path: &'static str, access: Access, handler: fn() -> MethodRouter<App>) -> Route {
    Route { method, path, access, handler }
}

/// The routes.
pub const TABLE: &[Route] = &[
    route("POST", "/api/v1/cases", Access::Intake, || post(intake::raise)),
    route("GET", "/api/v1/cases/{code}", Access::CaseSecret, || get(intake::follow)),
    route("GET", "/receipts/{file}", Access::CaseSecret, || get(intake::receipt)),
    route("GET", "/checkpoint", Access::Public, || get(log::checkpoint)),
    route("GET", "/checkpoint.vkey", Access::Public, || get(log::vkey)),
    route("GET", "/tile/{*path}", Access::Public, || get(log::tile)),
    route("GET", "/api/openapi.json", Access::Public, || get(log::openapi)),
    route("GET", "/healthz", Access::Public, || get(log::healthz)),
    route("GET", "/readyz", Access::Public, || get(log::readyz)),
    route("GET", "/metrics", Access::Public, || get(log::metrics)),
];

/// The description of the API; a test holds it against the table.
pub const OPENAPI: &str = include_str!("openapi.json");

/// The largest body of a request, in bytes: a text of 20 000 characters with all that belongs to it.
const BODY_MOST: usize = 256 * 1024;

/// The server's routes over its state.
pub fn router(app: App) -> Router {
    let routes = TABLE.iter().fold(Router::new(), |r, route| r.route(route.path, (route.handler)()));
    routes
        .fallback(async || Problem::not_found())
        .with_state(app)
        .layer(RequestBodyLimitLayer::new(BODY_MOST))
        .layer(from_fn(headers))
        .layer(CatchPanicLayer::new())
}

/// The headers of every answer.
async fn headers(request: Request, next: Next) -> Response {
    const HEADERS: &[(&str, &str)] = &[
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    response
}
