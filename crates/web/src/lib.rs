//! The counter: what comes in over HTTP. The only room that knows axum and templates.
//!
//! A route exists only as a row of [`routes::TABLE`], which says who may call it; a route without a row can't be added.

mod account;
mod app;
mod assets;
mod caller;
mod factor;
mod form;
mod intake;
mod jobs;
mod kept;
mod lang;
mod limit;
mod listen;
mod log;
mod office;
mod page;
mod problem;
mod receive;
mod resident;
pub mod routes;
mod session;
mod site;
mod staff;
mod statements;
mod tries;
mod view;

pub use app::App;
pub use listen::{Connections, STOP_WITHIN, serve};
pub use routes::router;
pub use site::Site;
