//! What SQLite's planner is told about the tables: how many rows there are of what. The numbers are those of a district of
//! 100,000 cases, the same in every database, so that a statement goes the same way everywhere and at every size.
//! Without any, SQLite takes "of this district" for ten rows, and walks them all. PostgreSQL counts by itself.

use crate::db::{Db, Engine, Result, Row, Write};

/// One line for each index, as SQLite's `sqlite_stat1` has it: table, index, numbers. A test makes the list anew.
pub const STATISTICS: &str = include_str!("statistics.txt");

/// Puts the statistics of this program into an SQLite database whose own are others.
///
/// # Errors
/// What the database says.
pub fn ship(db: &mut Db) -> Result<()> {
    if db.engine() != Engine::Sqlite || of(db)? == STATISTICS {
        return Ok(());
    }
    const PUT: &str = "INSERT INTO sqlite_stat1(tbl, idx, stat) VALUES($1, $2, $3)";
    // Makes the table if it is not there, looks at nothing else, and has this connection read it.
    const TAKE_UP: &str = "ANALYZE sqlite_schema";
    db.execute_batch(TAKE_UP)?;
    let mut writes = vec![Write::new("DELETE FROM sqlite_stat1", vec![])];
    for line in STATISTICS.lines() {
        writes.push(Write::new(PUT, line.splitn(3, ' ').map(Into::into).collect()));
    }
    db.write(&writes)?;
    db.execute_batch(TAKE_UP)
}

/// The statistics that a database has, as [`STATISTICS`] has them.
///
/// # Errors
/// What the database says.
pub fn of(db: &mut Db) -> Result<String> {
    if db.query("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'", &[])?.is_empty() {
        return Ok(String::new());
    }
    let line = |row: &Row| Ok(format!("{} {} {}\n", row.text("tbl")?, row.text("idx")?, row.text("stat")?));
    let rows = db.query(
        "SELECT tbl, idx, stat FROM sqlite_stat1 WHERE idx IS NOT NULL AND tbl NOT IN ('schema_version', 'shapes') ORDER BY 1, 2",
        &[],
    )?;
    rows.iter().map(line).collect()
}
