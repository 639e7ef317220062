//! The catalogue of figures, each a query over the read tables.
//!
//! A [`Filter`] says which records: a window of days and what is narrowed to. [`figures`] gives every figure of it in one
//! query, [`breakdown`] the same by unit, track, category, street or month, [`list`] the records behind any of their
//! numbers. A [`Definition`] says over which [`Table`] it counts. A [`Figure`] carries everything that a figure never travels without. [`publication`] makes what the desk
//! puts into the ledger, [`verify_published`] recomputes what was put there, [`picture`] draws.

pub mod catalogue;
mod figure;
mod filter;
mod list;
pub mod picture;
mod publish;
mod query;
pub mod rounding;
mod table;
mod verify;

pub use catalogue::{Definition, Part};
pub use figure::{Figure, Share};
pub use filter::{By, Fault, Filter, UNKNOWN};
pub use list::{CaseRow, Counted, What, list};
pub use publish::publication;
pub use query::{Cell, Group, Together, breakdown, count, cross, figures, statements, together};
pub use table::{Column, Condition, Sum, Table, Window};
pub use verify::{Finding, Report, verify_publication, verify_published};
