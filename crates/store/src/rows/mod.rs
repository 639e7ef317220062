//! The read rows of each event, as data: `project` turns what happened into writes, and nothing else ever writes the
//! read tables. `rebuild` runs the same functions over all events.

mod case;
mod district;
mod record;

use crate::db::Write;
use crate::table::Shape;
use domain::case::{Body, Case, Event};
use domain::register::{Shelf, Thing};

pub(crate) use case::CASES;
use case::{LINKS, OPENINGS};
use district::{EXPORTS, PUBLICATIONS};
use record::{DUTIES, OWN, RECORDS};

/// The due day of what has no running clock now, because nothing is owed or the clock is paused: it sorts behind every date.
pub const NO_DUE: i64 = 99_999_999;

/// The read tables, in the order in which they are emptied and compared.
pub fn tables() -> Vec<&'static Shape> {
    let shared = [&CASES.shape, &LINKS.shape, &OPENINGS.shape, &PUBLICATIONS.shape, &EXPORTS.shape];
    shared.into_iter().chain([&RECORDS.shape, &DUTIES.shape]).chain(OWN.iter().map(|(_, shape)| shape)).collect()
}

/// Whether a table is one of them.
pub fn is_read_table(name: &str) -> bool {
    tables().iter().any(|table| table.name == name)
}

/// Every statement that writes them, to be proved on both engines.
pub fn statements() -> Vec<&'static str> {
    let own = tables().into_iter().flat_map(|table| [table.put.as_str(), table.empty.as_str()]);
    own.chain(case::STATEMENTS.iter().chain(record::STATEMENTS).copied()).collect()
}

/// Those of them that go through everything, and why.
pub(crate) fn walks() -> impl Iterator<Item = (&'static str, &'static str)> {
    tables().into_iter().map(|table| (table.empty.as_str(), "a table that is filled anew is emptied first"))
}

/// The writes of one event of a record: `state` is the record after it, `first` the ledger index of its first entry, `seq`
/// that of this one.
pub fn project(district: i64, (first, seq): (u64, u64), shelf: &dyn Shelf, state: &Thing, body: &Thing) -> Vec<Write> {
    if let (Some(case), Some(body)) = (state.downcast_ref::<Case>(), body.downcast_ref::<Body<Event>>()) {
        let mut writes = case::project(district, first, seq, case, body);
        writes.extend(record::owed(district, first, shelf, state));
        return writes;
    }
    match body.downcast_ref() {
        Some(body) => district::project(district, seq, body),
        None => record::project(district, (first, seq), shelf, state),
    }
}
