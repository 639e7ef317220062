//! The read rows of each event, as data: `project` turns what happened into writes, and nothing else ever writes the
//! read tables. `rebuild` runs the same functions over all events.

mod case;
mod district;

pub(crate) use case::CASE;
pub use case::{NO_DUE, STATEMENTS as STATEMENTS_CASE};
pub use district::STATEMENTS as STATEMENTS_DISTRICT;

use crate::db::Write;
use domain::case::{Body, Case, Event};
use domain::register::Thing;

/// The read tables, in the order in which they are emptied and compared.
pub const TABLES: &[&str] = &["cases", "tasks", "links", "openings", "publications", "exports"];

/// The writes of one event of a record: `state` is the record after it, `first` the ledger index of its first entry, `seq`
/// that of this one.
pub fn project(district: i64, first: u64, seq: u64, state: &Thing, body: &Thing) -> Vec<Write> {
    if let (Some(case), Some(body)) = (state.downcast_ref::<Case>(), body.downcast_ref::<Body<Event>>()) {
        return case::project(district, first, seq, case, body);
    }
    body.downcast_ref().map(|body| district::project(district, seq, body)).unwrap_or_default()
}
