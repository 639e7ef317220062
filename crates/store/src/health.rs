//! What `doctor` asks the data. Reads only.

use crate::args;
use crate::db::{Db, Result};
use crate::keys::{Keys, Stream};
use crate::place::Place;
use crate::read;
use domain::Moment;
use std::collections::HashSet;

const ENTRIES: &str = "SELECT COALESCE(MAX(seq) + 1, 0) AS size FROM events WHERE district = $1";
// A paused clock has no alarm day: it stands behind every date.
const FARTHEST: &str = "SELECT (SELECT MAX(due_day) FROM cases WHERE district = $1 AND live = 1) AS due_day, \
(SELECT MAX(alarm) FROM cases WHERE district = $1 AND alarm IS NOT NULL AND alarm < 99999999) AS alarm, \
(SELECT MAX(wake) FROM cases WHERE district = $1 AND wake IS NOT NULL) AS wake";
const OUTBOX: &str = "SELECT state, COUNT(*) AS n FROM outbox WHERE district = $1 GROUP BY state ORDER BY state";
/// Everything that has a key of its own: the cases, and the records of other registers.
pub(crate) const KEYED: [&str; 2] = [
    "SELECT seq, id, erased FROM cases WHERE district = $1 AND seq > $2 ORDER BY seq LIMIT $3",
    "SELECT seq, id, erased FROM records WHERE district = $1 AND seq > $2 ORDER BY seq LIMIT $3",
];

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[ENTRIES, FARTHEST, OUTBOX, KEYED[0], KEYED[1]];

/// Those of them that go through everything, and why.
pub const WALKS: &[(&str, &str)] =
    &[(OUTBOX, "a check-up counts the messages of half a year; older ones are forgotten")];

/// How many cases one query brings.
const PAGE: i64 = 512;

/// The file in the data folder that says when a proxy that nobody named sent callers.
const UNNAMED_PROXY: &str = "unnamed-proxy";

/// Notes in the data folder that a proxy that nobody named sent callers, for the check-up.
pub fn note_proxy(place: &Place, now: Moment) {
    if let Some(folder) = place.folder() {
        let _ = std::fs::write(folder.join(UNNAMED_PROXY), now.0.to_string());
    }
}

/// When a proxy that nobody named last sent callers, if that is known there.
pub fn unnamed_proxy(folder: &std::path::Path) -> Option<Moment> {
    std::fs::read_to_string(folder.join(UNNAMED_PROXY)).ok()?.trim().parse().ok().map(Moment)
}

/// What the tables say about themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Entries of the ledger.
    pub entries: u64,
    /// The time of the last one.
    pub last_at: Moment,
    /// The farthest day that an open case waits for, in days since 1970.
    pub farthest_due: Option<i64>,
    /// How many messages there are in each state.
    pub outbox: Vec<(String, u64)>,
}

/// Looks at the tables.
///
/// # Errors
/// What the database says.
pub fn look(db: &mut Db, number: i64) -> Result<Health> {
    let entries = db.number(ENTRIES, &args![number])?.unsigned_abs();
    let mut farthest_due = None;
    for row in db.query(FARTHEST, &args![number])? {
        farthest_due = farthest_due.max(row.opt_int("due_day")?).max(row.opt_int("alarm")?).max(row.opt_int("wake")?);
    }
    let outbox = db.query(OUTBOX, &args![number])?;
    let outbox = outbox.iter().map(|row| Ok((row.text("state")?.to_owned(), row.int("n")?.unsigned_abs())));
    Ok(Health { entries, last_at: read::last_at(db, number)?, farthest_due, outbox: outbox.collect::<Result<_>>()? })
}

/// Cases and other records, and their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseKeys {
    /// Records that were not erased and have no key.
    pub without: u64,
    /// The ledger index of the first of them.
    pub first_without: Option<i64>,
    /// Erased records whose key is still there.
    pub erased_with: u64,
}

/// Whether every record that was not erased has its key, and no other one has.
///
/// # Errors
/// What either database says.
pub fn case_keys(db: &mut Db, keys: &mut Keys, number: i64) -> Result<CaseKeys> {
    let mut found = CaseKeys::default();
    for table in KEYED {
        let mut after = -1;
        loop {
            let rows = db.query(table, &args![number, after, PAGE])?;
            let streams: Vec<Stream> = rows.iter().map(|row| row.array("id")).collect::<Result<_>>()?;
            let held: HashSet<Stream> = keys.case_keys(&streams)?.into_keys().collect();
            for (row, stream) in rows.iter().zip(&streams) {
                after = row.int("seq")?;
                match (row.int("erased")? == 1, held.contains(stream)) {
                    (false, false) => {
                        found.without += 1;
                        found.first_without = Some(found.first_without.map_or(after, |first| first.min(after)));
                    }
                    (true, true) => found.erased_with += 1,
                    _ => {}
                }
            }
            if rows.len() < PAGE as usize {
                break;
            }
        }
    }
    Ok(found)
}

/// Whether a process holds the right to write there now.
///
/// # Errors
/// What the database says.
pub fn is_written(place: &Place, db: &mut Db) -> Result<bool> {
    let Some(folder) = place.folder() else { return db.is_locked() };
    let Ok(lock) = std::fs::File::open(folder.join("writer.lock")) else { return Ok(false) };
    // Held for no longer than this call: a file that is opened for reading is not written by that.
    Ok(matches!(lock.try_lock_shared(), Err(std::fs::TryLockError::WouldBlock)))
}
