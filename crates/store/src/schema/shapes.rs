//! The read tables are functions of the events: what they look like stands in the program alone. The table `shapes` says
//! by which shape each was made; one whose shape has changed since, or that has lost an index or itself, is made anew and
//! filled from the events.

use super::text_for;
use crate::args;
use crate::db::{Db, Engine, Result};
use crate::table::Shape;
use crate::{rebuild, rows};
use std::collections::{BTreeMap, BTreeSet};

const MADE: &str = "SELECT name, hash FROM shapes ORDER BY name";
const NOTE: &str = "INSERT INTO shapes(name, hash) VALUES($1, $2) ON CONFLICT(name) DO UPDATE SET hash = excluded.hash";
const FORGET: &str = "DELETE FROM shapes WHERE name = $1";

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[MADE, NOTE, FORGET];

/// What differs between the read tables of a database and those of this program.
#[derive(Debug, Default)]
pub(crate) struct Changed {
    /// Those that are to be made anew.
    made_anew: Vec<&'static Shape>,
    /// Names of those that this program doesn't know any more.
    dropped: Vec<String>,
}

impl Changed {
    pub(crate) fn is_empty(&self) -> bool {
        self.made_anew.is_empty() && self.dropped.is_empty()
    }
}

/// The names of a read table and of its indexes.
fn parts(table: &Shape) -> impl Iterator<Item = &str> {
    fn index(line: &str) -> Option<&str> {
        line.strip_prefix("CREATE UNIQUE INDEX ").or_else(|| line.strip_prefix("CREATE INDEX "))
    }
    let indexes = table.ddl.lines().filter_map(index).filter_map(|rest| rest.split(' ').next());
    std::iter::once(table.name).chain(indexes)
}

/// The names of all tables and indexes that are there.
fn there(db: &mut Db) -> Result<BTreeSet<String>> {
    let sql = match db.engine() {
        Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type IN ('table', 'index')",
        Engine::Postgres => {
            "SELECT relname::TEXT AS name FROM pg_class WHERE relkind IN ('r', 'i') \
             AND relnamespace = current_schema()::regnamespace"
        }
    };
    db.query(sql, &[])?.iter().map(|row| row.text("name").map(str::to_owned)).collect()
}

/// What has changed since the read tables were made.
pub(crate) fn changed(db: &mut Db) -> Result<Changed> {
    let mut made: BTreeMap<String, [u8; 32]> = BTreeMap::new();
    for row in db.query(MADE, &[])? {
        made.insert(row.text("name")?.to_owned(), row.array("hash")?);
    }
    let there = there(db)?;
    let whole = |table: &Shape| parts(table).all(|name| there.contains(name));
    let stands = |table: &Shape, made: Option<[u8; 32]>| made == Some(table.hash) && whole(table);
    let made_anew = rows::tables().into_iter().filter(|table| !stands(table, made.remove(table.name))).collect();
    Ok(Changed { made_anew, dropped: made.into_keys().collect() })
}

/// Brings the read tables to the shapes of this program, and fills them if any was another one; in one transaction.
pub(crate) fn settle(db: &mut Db) -> Result<()> {
    let changed = changed(db)?;
    if changed.is_empty() {
        return Ok(());
    }
    db.begin()?;
    match make(db, &changed).and_then(|()| rebuild::refill(db)) {
        Ok(()) => db.commit(),
        Err(e) => {
            let _ = db.rollback();
            Err(e)
        }
    }
}

/// Makes what has changed, without rows, within the open transaction.
pub(crate) fn make(db: &mut Db, changed: &Changed) -> Result<()> {
    for name in &changed.dropped {
        db.execute_batch(&format!("DROP TABLE IF EXISTS {name}"))?;
        db.write_list(&[(FORGET, &args![name])])?;
    }
    for table in &changed.made_anew {
        db.execute_batch(&format!("DROP TABLE IF EXISTS {}", table.name))?;
        db.execute_batch(&text_for(db.engine(), &table.ddl)?)?;
        db.write_list(&[(NOTE, &args![table.name, table.hash])])?;
    }
    Ok(())
}
