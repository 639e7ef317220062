//! The counter: what comes in over HTTP. The only room that knows axum and templates.
//!
//! A route exists only as a row of [`routes::table`], which says who may call it; a route without a row can't be added.

mod account;
mod app;
mod assets;
mod caller;
mod case_acts;
mod contract;
mod cookie;
mod factor;
mod form;
mod headers;
mod home;
mod intake;
mod jobs;
mod kept;
mod lang;
mod limits;
mod listen;
mod log;
mod office;
mod page;
mod pairings;
mod parts;
mod problem;
mod rate_limit;
mod receive;
mod records;
mod resident;
mod roles;
pub mod routes;
mod secret_tries;
mod session;
mod sign_in;
mod sign_in_tries;
mod site;
mod staff;
mod statements;
mod turns;
mod view;
mod visits;

pub use app::App;
pub use listen::{Connections, STOP_WITHIN, serve};
pub use routes::router;
pub use site::Site;
