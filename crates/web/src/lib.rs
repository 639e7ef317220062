//! The counter: what comes in over HTTP. The only room that knows axum. So far: the API of intake and receipts, the
//! ledger's tiles, and health.
//!
//! A route exists only as a row of [`routes::TABLE`], which says who may call it; a route without a row can't be added.

mod app;
mod caller;
mod intake;
mod log;
mod problem;
pub mod routes;

pub use app::App;
pub use routes::router;
