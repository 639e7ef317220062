//! Following the log by position, for whatever is derived from it and kept elsewhere.

use crate::args;
use crate::db::{Db, Result, Row};
use domain::district::DISTRICT_STREAM;
use sha2::{Digest, Sha256};

const SIZE: &str = "SELECT COALESCE(MAX(seq) + 1, 0) AS size FROM events WHERE district = $1";
const ENTRY: &str = "SELECT entry FROM events WHERE district = $1 AND seq = $2";
const SINCE: &str = "SELECT e.seq, (SELECT f.seq FROM events f \
WHERE f.district = e.district AND f.stream = e.stream AND f.version = 1) AS first, e.kind FROM events e \
WHERE e.district = $1 AND e.seq >= $2 AND e.seq < $3 AND e.stream <> $4 AND e.kind NOT LIKE '%.%' ORDER BY e.seq";
const BEHIND: &str = "SELECT seq FROM cases WHERE district = $1 AND seq > $2 ORDER BY seq LIMIT $3";

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[SIZE, ENTRY, SINCE, BEHIND];

/// What happened to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// The ledger index of the event.
    pub seq: u64,
    /// That of the case's first entry.
    pub first: u64,
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

/// What happened to cases at the ledger indexes `[from, to)`, in order. What happened to the district and to the records of
/// other registers, whose kinds have a dot, is left out.
///
/// # Errors
/// What the database says.
pub fn since(db: &mut Db, district: i64, from: u64, to: u64) -> Result<Vec<Happened>> {
    let happened = |row: &Row| -> Result<Happened> {
        Ok(Happened {
            seq: row.int("seq")? as u64,
            first: row.int("first")? as u64,
            kind: row.text("kind")?.to_owned(),
        })
    };
    db.query(SINCE, &args![district, from, to, &DISTRICT_STREAM.0])?.iter().map(happened).collect()
}

/// The cases that came behind a ledger index, by that of their first entry, at most `most`; all from the beginning
/// behind -1.
///
/// # Errors
/// What the database says.
pub fn behind(db: &mut Db, district: i64, behind: i64, most: usize) -> Result<Vec<u64>> {
    let rows = db.query(BEHIND, &args![district, behind, most as u64])?;
    rows.iter().map(|row| row.int("seq").map(|n| n as u64)).collect()
}
