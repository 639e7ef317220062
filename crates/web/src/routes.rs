//! Every route, and who may call it. The router is made from this table and from what registers have
//! beside it, and from nothing else.

use crate::app::App;
use crate::caller::guard;
use crate::office::{
    accounts, audit, calendar, care, compare, figures, import, published, sign_ins, tables, tokens, units, versions,
};
use crate::parts::error_page::errors_in_form;
use crate::problem::Problem;
use crate::receive::receive;
use crate::records;
use crate::roles::{
    ACT, ADMINISTRATOR, ANY, AUDITOR, CASES, INTAKE, PUBLISHERS, READERS, RECOMPUTE, RECORDS, TEMPLATES,
};
use crate::{
    account, assets, contract, factor, headers, home, intake, kept, log, office, resident, sign_in, site, staff,
    statements,
};
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use domain::Role;
use std::convert::Infallible;
use std::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;

pub use crate::roles::Access;

/// A route.
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path, as axum writes it.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// The largest body that it takes, in bytes.
    pub body_most: usize,
    handler: fn() -> MethodRouter<App>,
}

pub(crate) const fn route(
    method: &'static str,
    path: &'static str,
    access: Access,
    handler: fn() -> MethodRouter<App>,
) -> Route {
    Route { method, path, access, body_most: BODY_MOST, handler }
}

impl Route {
    /// Takes photos too.
    const fn with_photos(self) -> Route {
        self.with_body(PHOTOS_BODY_MOST)
    }

    /// Takes bodies up to this many bytes.
    const fn with_body(self, body_most: usize) -> Route {
        Route { body_most, ..self }
    }
}

/// Every route.
pub fn table() -> impl Iterator<Item = &'static Route> {
    TABLE.iter().chain(records::routes())
}

/// The routes, without those that single registers have of their own.
const TABLE: &[Route] = &[
    // The API of intake, and the ledger.
    route("POST", "/api/v1/cases", Access::Intake, || post(intake::raise)),
    route("GET", "/api/v1/cases", Access::ActToken, || get(contract::cases::list)),
    route("GET", "/api/v1/cases/{code}", Access::CaseCaller, || get(contract::cases::show)),
    route("GET", "/api/v1/cases/{code}/stream", Access::CaseCaller, || get(contract::cases::stream)),
    route("POST", "/api/v1/cases/{code}/{act}", Access::CaseCaller, || post(contract::cases::act)),
    route("GET", "/receipts/{file}", Access::CaseSecret, || get(intake::receipt)),
    route("GET", "/checkpoint", Access::Public, || get(log::checkpoint)),
    route("GET", "/checkpoint.vkey", Access::Public, || get(log::vkey)),
    route("GET", "/tile/{*path}", Access::Public, || get(log::tile)),
    route("GET", "/api/openapi.json", Access::Public, || get(log::openapi)),
    route("GET", "/healthz", Access::Public, || get(log::healthz)),
    route("GET", "/readyz", Access::Public, || get(log::readyz)),
    route("GET", "/metrics", Access::Public, || get(log::metrics)),
    // The frame of all pages.
    route("GET", "/", Access::Public, || get(home::home)),
    route("GET", "/assets/{file}", Access::Public, || get(assets::file)),
    route("GET", "/language", Access::Public, || get(home::language)),
    route("GET", "/print-size", Access::Public, || get(home::print_size)),
    route("GET", "/sign-in", Access::Public, || get(sign_in::form)),
    route("POST", "/sign-in", Access::Public, || post(sign_in::sign_in)),
    route("POST", "/sign-out", Access::Entering, || post(sign_in::sign_out)),
    route("GET", "/sign-in/password", Access::Entering, || get(account::own_password)),
    route("POST", "/sign-in/password", Access::Entering, || post(account::set_own_password)),
    route("GET", "/sign-in/code", Access::Entering, || get(factor::code_form)),
    route("POST", "/sign-in/code", Access::Entering, || post(factor::give_code)),
    route("GET", "/sign-in/factor", Access::Entering, || get(factor::set_up_form)),
    route("POST", "/sign-in/factor", Access::Entering, || post(factor::set_up)),
    route("POST", "/account/factor/end", Access::Staff(ANY), || post(factor::end)),
    route("GET", "/account", Access::Staff(ANY), || get(account::account)),
    route("POST", "/account/password", Access::Staff(ANY), || post(account::password)),
    route("POST", "/account/sessions/end", Access::Staff(ANY), || post(account::end_sessions)),
    route("POST", "/account/decline", Access::Staff(ANY), || post(account::decline)),
    // The auditor.
    route("GET", "/ledger", Access::Staff(AUDITOR), || get(audit::ledger)),
    route("POST", "/ledger/check", Access::Staff(AUDITOR), || post(audit::check)),
    route("GET", "/ledger/compare", Access::Staff(AUDITOR), || get(compare::form)),
    route("POST", "/ledger/compare", Access::Staff(AUDITOR), || post(compare::compare)),
    route("GET", "/ledger/{index}", Access::Staff(AUDITOR), || get(audit::entry)),
    route("GET", "/ledger/{index}/receipt", Access::Staff(AUDITOR), || get(audit::receipt)),
    route("GET", "/openings", Access::Staff(AUDITOR), || get(audit::openings)),
    route("GET", "/exports", Access::Staff(AUDITOR), || get(audit::exports)),
    route("GET", "/sign-ins", Access::Staff(AUDITOR), || get(sign_ins::form)),
    route("POST", "/sign-ins", Access::Staff(AUDITOR), || post(sign_ins::open)),
    // Figures.
    route("GET", "/figures", Access::Public, || get(published::list)),
    route("GET", "/figures/published/{index}", Access::Public, || get(published::one)),
    route("GET", "/figures/live", Access::Staff(READERS), || get(figures::live)),
    route("GET", "/figures/cases", Access::Staff(READERS), || get(office::cases::cases)),
    route("POST", "/figures/publish", Access::Staff(PUBLISHERS), || post(figures::publish)),
    route("POST", "/figures/recompute", Access::Staff(RECOMPUTE), || post(published::recompute)),
    route("POST", "/figures/correct", Access::Staff(PUBLISHERS), || post(figures::correct)),
    route("GET", "/api/v1/figures", Access::Reader, || get(figures::api)),
    // The API of every register that has a table.
    route("GET", "/api/v1/opinions", Access::RecordReader, || get(contract::read::opinions)),
    route("GET", "/api/v1/{register}", Access::RecordReader, || get(contract::read::list)),
    route("GET", "/api/v1/{register}/{code}", Access::RecordCaller, || get(contract::read::show)),
    route("GET", "/api/v1/{register}/{code}/stream", Access::RecordCaller, || get(contract::read::stream)),
    route("POST", "/api/v1/{register}", Access::ActToken, || post(contract::act::begin)),
    route("POST", "/api/v1/{register}/{code}/{act}", Access::ActCaller, || post(contract::act::act)),
    // The administrator.
    route("GET", "/admin", Access::Staff(ADMINISTRATOR), || get(units::admin)),
    route("GET", "/admin/units", Access::Staff(ADMINISTRATOR), || get(units::units)),
    route("POST", "/admin/units", Access::Staff(ADMINISTRATOR), || post(units::set_unit)),
    route("POST", "/admin/units/close", Access::Staff(ADMINISTRATOR), || post(units::close_unit)),
    route("GET", "/admin/posts", Access::Staff(ADMINISTRATOR), || get(units::posts)),
    route("POST", "/admin/posts", Access::Staff(ADMINISTRATOR), || post(units::set_post)),
    route("POST", "/admin/posts/end", Access::Staff(ADMINISTRATOR), || post(units::end_post)),
    route("GET", "/admin/accounts", Access::Staff(ADMINISTRATOR), || get(accounts::accounts)),
    route("POST", "/admin/accounts", Access::Staff(ADMINISTRATOR), || post(accounts::open)),
    route("POST", "/admin/accounts/act", Access::Staff(ADMINISTRATOR), || post(accounts::act)),
    route("GET", "/admin/tokens", Access::Staff(ADMINISTRATOR), || get(tokens::tokens)),
    route("POST", "/admin/tokens", Access::Staff(ADMINISTRATOR), || post(tokens::make_token)),
    route("POST", "/admin/tokens/end", Access::Staff(ADMINISTRATOR), || post(tokens::end_token)),
    route("GET", "/admin/catalogue", Access::Staff(ADMINISTRATOR), || get(tables::catalogue)),
    route("POST", "/admin/catalogue", Access::Staff(ADMINISTRATOR), || post(tables::set_catalogue)),
    route("GET", "/admin/calendar", Access::Staff(ADMINISTRATOR), || get(calendar::calendar)),
    route("POST", "/admin/calendar", Access::Staff(ADMINISTRATOR), || post(calendar::set_calendar)),
    route("GET", "/admin/rules", Access::Staff(ADMINISTRATOR), || get(tables::rules)),
    route("POST", "/admin/rules", Access::Staff(ADMINISTRATOR), || post(tables::set_rules)),
    route("GET", "/admin/import", Access::Staff(ADMINISTRATOR), || get(import::form)),
    route("POST", "/admin/import", Access::Staff(ADMINISTRATOR), || post(import::upload)).with_body(WORKBOOK_MOST),
    route("POST", "/admin/import/confirm", Access::Staff(ADMINISTRATOR), || post(import::confirm))
        .with_body(2 * WORKBOOK_MOST),
    route("GET", "/admin/import/template.xlsx", Access::Staff(ADMINISTRATOR), || get(import::template)),
    route("GET", "/admin/versions", Access::Staff(ADMINISTRATOR), || get(versions::versions)),
    route("GET", "/admin/care", Access::Staff(ADMINISTRATOR), || get(care::care)),
    route("POST", "/admin/care", Access::Staff(ADMINISTRATOR), || post(care::begin)),
    route("GET", "/admin/keys", Access::Staff(ADMINISTRATOR), || get(care::keys)),
    // Messages.
    route("GET", "/admin/messages", Access::Staff(ADMINISTRATOR), || get(office::messages::page)),
    route("POST", "/admin/messages/again", Access::Staff(ADMINISTRATOR), || post(office::messages::again)),
    // What residents come for.
    route("GET", "/raise", Access::Public, || get(resident::raise::form)),
    route("POST", "/raise", Access::Public, || post(resident::raise::send)).with_photos(),
    route("GET", "/follow", Access::Public, || get(resident::follow::form)),
    route("POST", "/follow", Access::Public, || post(resident::follow::open)),
    route("POST", "/follow/lost", Access::Public, || post(resident::lost::send)),
    route("GET", "/pair", Access::Public, || get(resident::pair::form)),
    route("POST", "/pair", Access::Public, || post(resident::pair::take)),
    route("GET", "/case", Access::Visit, || get(resident::case::show)),
    route("GET", "/case/receipt", Access::Visit, || get(resident::receipt::show_page)),
    route("GET", "/case/receipt.tlog-proof", Access::Visit, || get(resident::receipt::file)),
    route("GET", "/case/slip", Access::Visit, || get(resident::receipt::paper)),
    route("GET", "/case/review-request", Access::Visit, || get(resident::request::page)),
    route("GET", "/case/photo/{n}", Access::Visit, || get(resident::photo::show)),
    route("GET", "/case/copy", Access::Visit, || get(resident::copy::file)),
    route("POST", "/case/leave", Access::Visit, || post(resident::follow::leave)),
    route("POST", "/case/{act}", Access::Visit, || post(resident::act::act)),
    route("GET", "/to-release", Access::Staff(&[Role::Dispatcher, Role::Supervisor]), || get(staff::release::list)),
    // What everybody may look at.
    route("GET", "/published", Access::Public, || get(resident::published::list)),
    route("GET", "/published/{index}", Access::Public, || get(resident::published::show)),
    route("GET", "/ledger-today", Access::Public, || get(resident::open::ledger)),
    route("GET", "/figures/feed.atom", Access::Public, || get(resident::open::feed)),
    route("GET", "/open-data", Access::Public, || get(resident::open::page)),
    route("GET", "/open-data/{file}", Access::Public, || get(resident::open::file)),
    route("GET", "/verify", Access::Public, || get(resident::public::verify)),
    route("POST", "/verify", Access::Public, || post(resident::public::verify_here)),
    route("GET", "/how", Access::Public, || get(resident::public::how)),
    route("GET", "/privacy", Access::Public, || get(resident::public::privacy)),
    route("GET", "/patterns", Access::Public, || get(resident::patterns::page)),
    // The pages of every register; what one has beside them stands with it.
    route("GET", "/records/{register}", Access::Staff(CASES), || get(records::list::list)),
    route("GET", "/records/{register}/paste", Access::Staff(RECORDS), || get(records::paste::form)),
    route("POST", "/records/{register}/paste", Access::Staff(RECORDS), || post(records::paste::send))
        .with_body(2 * WORKBOOK_MOST),
    route("POST", "/records/{register}/year", Access::Staff(RECORDS), || post(records::year::file)),
    route("GET", "/records/{register}/new", Access::Staff(RECORDS), || get(records::page::begin_form)),
    route("POST", "/records/{register}/new", Access::Staff(RECORDS), || post(records::page::begin)),
    route("GET", "/records/{register}/{code}", Access::Staff(CASES), || get(records::page::show)),
    route("GET", "/records/{register}/{code}/stream", Access::Staff(CASES), || get(records::page::stream)),
    route("POST", "/records/{register}/{code}/act", Access::Staff(RECORDS), || post(records::page::act)),
    // The working pages of staff.
    route("GET", "/desk", Access::Staff(&[Role::Clerk, Role::Head]), || get(staff::desk::desk)),
    route("GET", "/inbox", Access::Staff(&[Role::Dispatcher]), || get(staff::inbox::inbox)),
    route("GET", "/late", Access::Staff(&[Role::Supervisor, Role::Dispatcher, Role::Leader]), || {
        get(staff::late::late)
    }),
    route(
        "GET",
        "/late/asked",
        Access::Staff(&[Role::Supervisor, Role::Dispatcher, Role::Leader, Role::Auditor]),
        || get(staff::late::asked_late),
    ),
    route("GET", "/late/returns", Access::Staff(&[Role::Supervisor, Role::Dispatcher, Role::Leader]), || {
        get(staff::returns::returns)
    }),
    route("GET", "/leader", Access::Staff(&[Role::Leader]), || get(staff::leader::leader)),
    route("GET", "/reviews", Access::Staff(&[Role::Supervisor, Role::Head]), || get(staff::reviews::reviews)),
    route("GET", "/search", Access::Staff(CASES), || get(staff::search::search)),
    route("GET", "/cases/{code}", Access::Staff(CASES), || get(staff::case::case)),
    route("GET", "/cases/{code}/photo/{n}", Access::Staff(CASES), || get(staff::case::photo)),
    route("POST", "/cases/{code}/act", Access::Staff(ACT), || post(staff::act::act)),
    // The clerk's and the dispatcher's day.
    route("POST", "/desk/views", Access::Staff(&[Role::Clerk, Role::Head]), || post(staff::desk::keep_view)),
    route("POST", "/desk/views/remove", Access::Staff(&[Role::Clerk, Role::Head]), || post(staff::desk::remove_view)),
    route("POST", "/bulk", Access::Staff(&[Role::Clerk, Role::Head, Role::Dispatcher]), || post(staff::bulk::bulk)),
    route("GET", "/cases/{code}/near", Access::Staff(&[Role::Dispatcher]), || get(staff::near::near)),
    route("GET", "/cases/{code}/review-request", Access::Staff(&[Role::Supervisor, Role::Dispatcher]), || {
        get(staff::request::page)
    }),
    route("GET", "/cases/{code}/slip", Access::Staff(&[Role::Clerk, Role::Head, Role::Dispatcher]), || {
        get(staff::work_slip::slip)
    }),
    route("GET", "/templates", Access::Staff(TEMPLATES), || get(staff::templates::list)),
    route("POST", "/templates", Access::Staff(TEMPLATES), || post(staff::templates::set)),
    route("POST", "/templates/end", Access::Staff(TEMPLATES), || post(staff::templates::end)),
    route("GET", "/keys", Access::Staff(ANY), || get(staff::keys::keys)),
    route("GET", "/intake", Access::Staff(INTAKE), || get(staff::intake::form)),
    route("POST", "/intake", Access::Staff(INTAKE), || post(staff::intake::raise)).with_photos(),
    route("POST", "/intake/slip", Access::Staff(INTAKE), || post(staff::intake::print)),
];

/// The description of the API; a test holds it against the table.
pub const OPENAPI: &str = include_str!("openapi.json");

/// The largest body of a request, in bytes: a text of 20 000 characters with all that belongs to it.
const BODY_MOST: usize = 256 * 1024;
/// The largest body of a form with photos: five of them as a phone takes them, when its browser made none smaller.
const PHOTOS_BODY_MOST: usize = 64 * 1024 * 1024;

/// The largest workbook: thousands of units and posts.
const WORKBOOK_MOST: usize = 2 * 1024 * 1024;

/// The server's routes over its state.
pub fn router(app: App) -> Router {
    let routes = table().fold(Router::new(), |r, route| {
        let guarded = from_fn_with_state((app.clone(), route.access), guard);
        let received = from_fn_with_state((app.clone(), route.body_most), receive);
        // The guard first, then the body, whole and within its bounds, then the handler.
        let handler = (route.handler)().layer::<_, Infallible>(received).layer::<_, Infallible>(guarded);
        r.route(route.path, handler.layer(DefaultBodyLimit::disable()))
    });
    routes
        .fallback(async || Problem::not_found())
        .layer(from_fn_with_state(app.clone(), errors_in_form))
        .with_state(app.clone())
        .layer(kept::compression())
        .layer(from_fn(headers::secure))
        .layer(from_fn_with_state(app, site::encrypted))
        .layer(from_fn(statements::count))
        .layer(CatchPanicLayer::new())
        .layer(from_fn(logged))
}

/// A line of the log for each request (网络安全法 21: to be kept for six months at least). It has the route as it stands in
/// the table, never the address that was asked for: that has codes in it.
async fn logged(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let (method, began) = (request.method().clone(), Instant::now());
    let response = next.run(request).await;
    let (route, status) = (route.as_ref().map_or("-", MatchedPath::as_str), response.status().as_u16());
    tracing::info!(target: "request", %method, route, status, ms = began.elapsed().as_millis() as u64);
    response
}
