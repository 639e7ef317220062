//! The systems that cases were imported from. A row says only that there was an import; which cases came by it, their
//! idempotency keys say.

use crate::args;
use crate::db::{Db, Result, Write};

const ADD: &str = "INSERT INTO import_sources(district, source) VALUES($1, $2) ON CONFLICT DO NOTHING";
const ALL: &str = "SELECT source FROM import_sources WHERE district = $1 ORDER BY source";

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[ADD, ALL];

/// Notes a source.
pub fn add_source(district: i64, source: &str) -> Write {
    Write::new(ADD, args![district, source])
}

/// The sources of a district.
///
/// # Errors
/// What the database says.
pub fn sources(db: &mut Db, district: i64) -> Result<Vec<String>> {
    db.query(ALL, &args![district])?.iter().map(|row| row.text("source").map(str::to_owned)).collect()
}
