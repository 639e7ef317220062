//! Following the log by position, for whatever is derived from it and kept elsewhere.

use crate::args;
use crate::db::{Db, Result, Row};
use domain::case::CaseId;
use domain::district::DISTRICT_STREAM;
use sha2::{Digest, Sha256};

const SIZE: &str = "SELECT COALESCE(MAX(seq) + 1, 0) AS size FROM events WHERE district = $1";
const ENTRY: &str = "SELECT entry FROM events WHERE district = $1 AND seq = $2";
const SINCE: &str = "SELECT e.seq, (SELECT f.seq FROM events f \
WHERE f.district = e.district AND f.stream = e.stream AND f.version = 1) AS first, e.stream, e.kind FROM events e \
WHERE e.district = $1 AND e.seq >= $2 AND e.seq < $3 AND e.stream <> $4 ORDER BY e.seq";
// Each side stops at its own end: together they would be sorted whole.
const BEHIND: &str = "SELECT seq, id, is_case FROM \
(SELECT seq, id, 1 AS is_case FROM cases WHERE district = $1 AND seq > $2 ORDER BY seq LIMIT $3) c \
UNION ALL SELECT seq, id, is_case FROM \
(SELECT seq, id, 0 AS is_case FROM records WHERE district = $1 AND seq > $2 ORDER BY seq LIMIT $3) r ORDER BY seq LIMIT $3";

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[SIZE, ENTRY, SINCE, BEHIND];

/// A record of any register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stream {
    /// The ledger index of its first entry.
    pub first: u64,
    /// Its handle.
    pub id: CaseId,
    /// Whether it is a case.
    pub is_case: bool,
}

/// What happened to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// The ledger index of the event.
    pub seq: u64,
    /// The record.
    pub of: Stream,
    /// The event's kind.
    pub kind: String,
}

/// How many entries the ledger has.
///
/// # Errors
/// What the database says.
pub fn size(db: &mut Db, district: i64) -> Result<u64> {
    db.query(SIZE, &args![district])?.first().map_or(Ok(0), |row| row.int("size").map(|n| n as u64))
}

/// The SHA-256 of the entry at a ledger index: what was derived from another ledger is known by it. None if there is no
/// such entry.
///
/// # Errors
/// What the database says.
pub fn entry_hash(db: &mut Db, district: i64, seq: u64) -> Result<Option<[u8; 32]>> {
    let rows = db.query(ENTRY, &args![district, seq])?;
    rows.first().map(|row| Ok(Sha256::digest(row.bytes("entry")?).into())).transpose()
}

/// What happened to records at the ledger indexes `[from, to)`, in order. What happened to the district is left out.
///
/// # Errors
/// What the database says.
pub fn since(db: &mut Db, district: i64, from: u64, to: u64) -> Result<Vec<Happened>> {
    let happened = |row: &Row| -> Result<Happened> {
        let (first, id, kind) = (row.int("first")? as u64, CaseId(row.array("stream")?), row.text("kind")?.to_owned());
        // Kinds of other registers than cases have a dot.
        Ok(Happened { seq: row.int("seq")? as u64, of: Stream { first, id, is_case: !kind.contains('.') }, kind })
    };
    db.query(SINCE, &args![district, from, to, &DISTRICT_STREAM.0])?.iter().map(happened).collect()
}

/// The records that came behind a ledger index, by that of their first entry, at most `most`; all from the beginning
/// behind -1.
///
/// # Errors
/// What the database says.
pub fn behind(db: &mut Db, district: i64, behind: i64, most: usize) -> Result<Vec<Stream>> {
    let rows = db.query(BEHIND, &args![district, behind, most as u64])?;
    let stream = |row: &Row| {
        let (first, id) = (row.int("seq")? as u64, CaseId(row.array("id")?));
        Ok(Stream { first, id, is_case: row.int("is_case")? == 1 })
    };
    rows.iter().map(stream).collect()
}
