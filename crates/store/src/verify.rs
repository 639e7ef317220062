//! Recomputes everything from the events, and names the first thing that is wrong.
//!
//! The walk goes once over events, private parts, checkpoints and photos side by side, a page at a time. Each page has a
//! snapshot of its own, so that it can run while the server writes and never holds up the write-ahead log: what was
//! walked over can't change, and what has come since is walked over before anything that may have changed with it is
//! looked at. What it holds in memory does not grow with the history; the replayed read rows stand in a temporary file.

mod kept;
mod sides;
mod tables;
mod walk;

pub use kept::Kept;

use crate::db::{Db, Result, StoreError};
use crate::keys::Keys;
use crate::{args, read, structure};
use domain::case::CaseId;
use domain::district::DISTRICT_STREAM;
use ledger::checkpoint::Verifier;

const SPAN: &str = "SELECT COALESCE(MAX(seq) + 1, 0) AS size FROM events WHERE district = $1";
const ERASED_SINCE: &str = "SELECT COUNT(*) AS n FROM events WHERE district = $1 AND stream = $2 \
AND (kind = 'erased' OR kind LIKE '%.erased')";

/// Every statement of this room's check, to be proved on both engines.
pub fn statements() -> Vec<&'static str> {
    [&[SPAN, ERASED_SINCE], walk::STATEMENTS, sides::STATEMENTS, tables::STATEMENTS, kept::STATEMENTS].concat()
}

/// Those of them that go through everything, and why.
pub fn walks() -> Vec<(&'static str, &'static str)> {
    walk::WALKS.to_vec()
}

/// What was verified, when nothing is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Entries of the ledger.
    pub entries: u64,
    /// Signed checkpoints.
    pub checkpoints: u64,
    /// Private parts that opened and fitted their commitments.
    pub opened: u64,
    /// Private parts that were erased.
    pub erased: u64,
    /// Photos that opened and are the ones that their case names.
    pub files: u64,
    /// Rows of read tables that equal the replay.
    pub rows: u64,
    /// Receipts and checkpoints from outside that the ledger still contains.
    pub kept: u64,
}

/// The first thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A clause that names it, beginning in lower case.
    pub what: String,
    /// What to do, in a sentence.
    pub todo: &'static str,
}

/// The truth itself was changed: nothing that stands here can mend it.
const TRUTH: &str =
    "Keep this data as it is for the investigation, and restore the last backup that verifies into an empty folder.";
/// A key is gone or changed: a recent backup may still have it.
const KEY: &str = "Stop the service, and bring back keys.db from the latest backup of the keys; what a lost key sealed can't be read again.";
/// A read table was changed: the events can make it again.
const READ: &str = "Find out who changed it; then stop the service and run doorstep rebuild, which makes the read tables from the events.";
/// The file itself is damaged, or an index of it: an index can be made again from its table.
const STRUCTURE: &str = "Keep a copy of the data, check the disk, then stop the service and run doorstep rebuild, which makes the indexes anew; if verify still finds damage, restore the last backup that verifies into an empty folder.";
/// A row that nobody needs, beside the history.
const ACCESS: &str =
    "Find out who added it, and let the administrator set the access anew; the history is not touched.";
/// What the kept paper says is stronger than what the database says.
const WITNESS: &str = "Keep this data and the kept file: together they show that the ledger was exchanged, cut or rewritten. Compare the key line, and restore the last backup that holds the kept entry.";

impl Finding {
    fn new(what: impl Into<String>, todo: &'static str) -> Finding {
        Finding { what: what.into(), todo }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)
    }
}

/// What a part of the check came to: the database's failure outside, the finding inside.
type Checked<T> = Result<std::result::Result<T, Finding>>;

fn found<T>(what: impl Into<String>, todo: &'static str) -> Checked<T> {
    Ok(Err(Finding::new(what, todo)))
}

/// The key line that the district was founded with: it stands in the body of the first entry. Whoever kept it
/// compares it with the one on paper.
///
/// # Errors
/// What the database says; a missing or changed first entry is a [`Finding`].
pub fn founding_key(db: &mut Db, number: i64) -> Checked<String> {
    let first = "the district's own first entry is missing or can't be read";
    let rows = db.query(walk::FIRST, &args![number, &DISTRICT_STREAM.0])?;
    let body = rows.first().map(|row| read::body::<domain::district::Districts>(row.bytes("body")?));
    match body.transpose() {
        Ok(Some(body)) => match body.event {
            domain::district::Event::Founded { vkey, .. } => Ok(Ok(vkey)),
            _ => found(first, TRUTH),
        },
        Ok(None) | Err(StoreError::Corrupt(_) | StoreError::Shape(_) | StoreError::Unknown(_)) => found(first, TRUTH),
        Err(e) => Err(e),
    }
}

/// Verifies a district's data from a reading connection.
///
/// # Errors
/// What the database says; what is wrong with the data is a [`Finding`], not an error.
pub fn verify(db: &mut Db, keys: &mut Keys, number: i64, log: &Verifier) -> Checked<Report> {
    verify_with(db, keys, number, log, &[], &mut |_, _| ())
}

/// [`verify`], also against receipts and checkpoints that somebody kept outside, with progress: (done, all) entries.
///
/// # Errors
/// As [`verify`].
pub fn verify_with(
    db: &mut Db,
    keys: &mut Keys,
    number: i64,
    log: &Verifier,
    kept: &[Kept],
    progress: &mut dyn FnMut(u64, u64),
) -> Checked<Report> {
    let (mut absent, mut read) = (Vec::new(), 0);
    let mut advance = |done, all| {
        read = done;
        progress(done, all);
    };
    let outcome = within(db, keys, number, log, kept, &mut absent, &mut advance);
    // Whatever broke off within a snapshot.
    db.rollback()?;
    // An erasure may have destroyed a key after the page was read: its event tells.
    for (seq, id) in absent {
        if db.number(ERASED_SINCE, &args![number, &id.0])? == 0 {
            return found(format!("entry {seq}: the key of its case is missing, and the case was not erased"), KEY);
        }
    }
    match outcome {
        Err(StoreError::Corrupt(what) | StoreError::Shape(what)) => {
            found(format!("the data behind entry {read} can't be read as it must be: {what}"), TRUTH)
        }
        other => other,
    }
}

fn within(
    db: &mut Db,
    keys: &mut Keys,
    number: i64,
    log: &Verifier,
    kept: &[Kept],
    absent: &mut Vec<(u64, CaseId)>,
    progress: &mut dyn FnMut(u64, u64),
) -> Checked<Report> {
    if let Some(fault) = crate::schema::trigger_fault(db)? {
        return found(fault, TRUTH);
    }
    if let Err(finding) = sides::only_this_district(db, number)? {
        return Ok(Err(finding));
    }
    if let Err(finding) = sides::signing_key(keys, log)? {
        return Ok(Err(finding));
    }
    if let Some(fault) = structure::fault(db, structure::Depth::Whole)? {
        return found(format!("the database's own structure is damaged: {fault}"), STRUCTURE);
    }
    let all = db.number(SPAN, &args![number])?.unsigned_abs();
    let mut walk = walk::Walk::new(number, log)?;
    if let Err(finding) = walk.through(db, keys, absent, &mut |done| progress(done, all))? {
        return Ok(Err(finding));
    }
    // Once before the tables, so that what is wrong with the truth is said first, and once for what came meanwhile.
    if let Err(finding) = walk.finish(db, keys, absent)? {
        return Ok(Err(finding));
    }
    for check in [sides::answers, sides::access] {
        if let Err(finding) = check(db, number, walk.district())? {
            return Ok(Err(finding));
        }
    }
    let rows = match tables::compare(db, &mut walk, number, &mut |walk, db| walk.catch_up(db, keys, absent))? {
        Ok(rows) => rows,
        Err(finding) => return Ok(Err(finding)),
    };
    let mut report = match walk.finish(db, keys, absent)? {
        Ok(report) => Report { rows, ..report },
        Err(finding) => return Ok(Err(finding)),
    };
    for one in kept {
        if let Err(finding) = kept::check(db, number, log, report.entries, one)? {
            return Ok(Err(finding));
        }
        report.kept += 1;
    }
    Ok(Ok(report))
}
