//! The catalogue of figures, each a query over the read tables.
//!
//! A [`Filter`] says which cases: a window of days and what is narrowed to. [`figures`] gives every figure of it in one
//! query, [`breakdown`] the same by unit, track, category, street or month, [`list`] the cases behind any of their
//! numbers. A [`Figure`] carries everything that a figure never travels without. [`publication`] makes what the desk
//! puts into the ledger, [`verify_published`] recomputes what was put there, [`picture`] draws.

pub mod catalogue;
mod condition;
mod figure;
mod filter;
pub mod picture;
mod publish;
mod query;
pub mod rounding;
mod verify;

pub use catalogue::{Definition, Part, Window};
pub use condition::Condition;
pub use figure::{Figure, Share};
pub use filter::{By, Fault, Filter, UNKNOWN};
pub use publish::publication;
pub use query::{Cell, Counted, Group, Together, breakdown, count, cross, figures, list, statements, together};
pub use verify::{Finding, Report, verify_publication, verify_published};
