//! The rules of casework. Pure: time, calendar and new ids are handed in as facts; nothing here reads a
//! clock, draws a random number, or knows that a database or a browser exists.
//!
//! [`case`] is one resident's request from raising to the resident's verdict; [`district`] is what the
//! casework stands on: units, posts, accounts, the dispatch catalogue, the calendar, the rule table.
//! [`case`] names [`district`], never the other way round; what both need stands in files below them (codes, handle, body,
//! clock, tell, track, purpose, visit). Both read the same way: state, commands, events, `decide(state, command, facts) → events | refusal`,
//! `evolve(state, event)`.

pub mod actor;
pub mod body;
pub mod case;
pub mod clock;
pub mod codes;
pub mod district;
pub mod handle;
pub mod label;
pub mod moment;
pub mod purpose;
pub mod refusal;
pub mod register;
pub mod rule;
pub mod tell;
pub mod track;
pub mod typed;
pub mod visit;

pub use actor::{Actor, Role};
pub use label::{Label, Lang};
pub use moment::Moment;
pub use refusal::{Refusal, Why};
