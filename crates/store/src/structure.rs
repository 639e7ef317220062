//! Whether the database's own structure is whole: its pages, and whether each index has each row of its table. What the
//! rows say is `verify`'s matter.

use crate::db::{Db, Engine, Result, Row, StoreError};

/// How deep it is looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Every page, and the indexes by which pages and residents find a case. For a check-up.
    Quick,
    /// Every page, and each row through each index.
    Whole,
}

/// The tables whose indexes are asked for each row even in a quick check.
const LOOKED_UP: &[&str] = &["cases", "records", "duties"];

const INDEXES: &str = "SELECT c.relname::TEXT AS name, c.oid::BIGINT AS oid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'btree' AND c.relnamespace = current_schema()::regnamespace \
AND i.indisvalid ORDER BY c.relname";

/// The first damage that the database itself finds, one table after the other. On PostgreSQL the extension amcheck says
/// it of the indexes, where it is installed.
///
/// # Errors
/// What the database says for another reason than damage.
pub fn fault(db: &mut Db, depth: Depth) -> Result<Option<String>> {
    match db.engine() {
        Engine::Sqlite => match in_file(db, depth) {
            Err(StoreError::Corrupt(what) | StoreError::Shape(what)) => Ok(Some(what)),
            other => other,
        },
        Engine::Postgres => in_indexes(db, depth),
    }
}

/// The first line that a check answers with, if it isn't "ok".
fn said(db: &mut Db, check: &str, on: &str) -> Result<Option<String>> {
    let rows = db.query_text(&format!("PRAGMA {check}({on})"), &[])?;
    let line = rows.first().map(|row| row.text(check)).transpose()?;
    // Its lines name tables, indexes, pages and row numbers.
    Ok(line.filter(|line| *line != "ok").map(str::to_owned))
}

fn in_file(db: &mut Db, depth: Depth) -> Result<Option<String>> {
    let whole = match depth {
        Depth::Quick => "quick_check",
        // It alone looks at the list of free pages, and whether a page is used twice.
        Depth::Whole => "integrity_check",
    };
    if let Some(fault) = said(db, whole, "1")? {
        return Ok(Some(fault));
    }
    if depth == Depth::Quick {
        // A key store has none of them.
        let there = db.query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name", &[])?;
        for row in &there {
            let table = row.text("name")?;
            if LOOKED_UP.contains(&table)
                && let Some(fault) = said(db, "integrity_check", table)?
            {
                return Ok(Some(fault));
            }
        }
    }
    Ok(None)
}

fn in_indexes(db: &mut Db, depth: Depth) -> Result<Option<String>> {
    if db.query("SELECT 1 FROM pg_extension WHERE extname = 'amcheck'", &[])?.is_empty() {
        return Ok(None);
    }
    let name = |row: &Row| Ok((row.text("name")?.to_owned(), row.int("oid")?));
    let indexes: Vec<(String, i64)> = db.query(INDEXES, &[])?.iter().map(name).collect::<Result<_>>()?;
    for (index, oid) in indexes {
        // With `true`, each row of the table is looked for in the index.
        let every_row = depth == Depth::Whole || LOOKED_UP.iter().any(|table| index.starts_with(table));
        let check = format!("SELECT bt_index_check({oid}::oid::regclass, {every_row})::TEXT");
        match db.query_text(&check, &[]) {
            Err(StoreError::Corrupt(what)) => return Ok(Some(what)),
            // It is there, but not for this user.
            Err(StoreError::Shape(_)) => return Ok(None),
            other => other.map(drop)?,
        }
    }
    Ok(None)
}
