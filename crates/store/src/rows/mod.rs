//! The read rows of each event, as data: `project` turns what happened into writes, and nothing else ever writes the
//! read tables. `rebuild` runs the same functions over all events.

mod case;
mod district;

pub(crate) use case::CASE;
pub use case::{NO_DUE, STATEMENTS as STATEMENTS_CASE, project as project_case};
pub use district::{STATEMENTS as STATEMENTS_DISTRICT, project as project_district};

/// The read tables, in the order in which they are emptied and compared.
pub const TABLES: &[&str] = &["cases", "tasks", "links", "openings", "publications", "exports"];
