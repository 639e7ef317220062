//! What a hall without network takes along of its district, and what it brings back: events with their private parts, to be
//! written into another ledger.

use crate::args;
use crate::db::{Db, Result, Row};
use crate::keys::Keys;
use crate::vault;
use domain::case::{CaseId, Fields};
use domain::district::DISTRICT_STREAM;

const RECORDS: &str = "SELECT e.seq, e.stream, e.version, e.kind, e.body, v.sealed FROM events e \
LEFT JOIN vault v ON v.district = e.district AND v.seq = e.seq WHERE e.district = $1 AND e.stream <> $2 ORDER BY e.seq";
const DISTRICT: &str = "SELECT e.seq, e.stream, e.version, e.kind, e.body, v.sealed FROM events e \
LEFT JOIN vault v ON v.district = e.district AND v.seq = e.seq WHERE e.district = $1 AND e.stream = $2 ORDER BY e.seq";
const NONCE: &str = "SELECT seq, body FROM events WHERE district = $1 AND stream = $2 AND version = $3";
const NOTE: &str = "SELECT note FROM checkpoints WHERE district = $1 ORDER BY size DESC LIMIT 1";
const CODE: &str = "SELECT id FROM cases WHERE district = $1 AND code = $2 UNION ALL SELECT id FROM records WHERE district = $1 AND code = $2";

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[RECORDS, DISTRICT, NONCE, NOTE, CODE];

/// Those of them that go through everything, and why.
pub const WALKS: &[(&str, &str)] = &[
    (RECORDS, "the ledger of one evening in a hall is merged whole"),
    (DISTRICT, "the district's own stream: what a hall takes along"),
];

/// Kinds of the district's events that a hall has no use for: figures, exports and tokens stay where they are.
const LEFT_AT_HOME: &[&str] = &[
    "founded",
    "figures_published",
    "figure_corrected",
    "exported",
    "token_made",
    "token_ended",
    "hall_merged",
    "sign_ins_opened",
];

/// An event on its way from one ledger to another.
pub struct Carried {
    /// Its index in the ledger that it comes from.
    pub seq: u64,
    /// Its record.
    pub stream: CaseId,
    /// Its version there.
    pub version: u64,
    /// Its kind.
    pub kind: String,
    /// Its body.
    pub body: Vec<u8>,
    /// What was written; empty where it was erased.
    pub private: Fields,
    /// The record's key; none where it is destroyed, or the record has none.
    pub key: Option<[u8; 32]>,
}

/// Everything that happened to records in a ledger, in its order.
///
/// # Errors
/// What the database says; [`crate::StoreError::Corrupt`] for a private part that does not open.
pub fn records(db: &mut Db, keys: &mut Keys, district: i64) -> Result<Vec<Carried>> {
    carried(db, keys, district, RECORDS)
}

/// What a hall takes along: the district's own events, as its second and further ones there.
///
/// # Errors
/// As [`records`].
pub fn district(db: &mut Db, keys: &mut Keys, district: i64) -> Result<Vec<Carried>> {
    let mut all = carried(db, keys, district, DISTRICT)?;
    all.retain(|event| !LEFT_AT_HOME.contains(&event.kind.as_str()));
    for (event, version) in all.iter_mut().zip(2..) {
        event.version = version;
    }
    Ok(all)
}

fn carried(db: &mut Db, keys: &mut Keys, district: i64, sql: &'static str) -> Result<Vec<Carried>> {
    let rows = db.query(sql, &args![district, &DISTRICT_STREAM.0])?;
    let mut streams = rows.iter().map(|row| row.array("stream")).collect::<Result<Vec<[u8; 16]>>>()?;
    streams.sort_unstable();
    streams.dedup();
    let found = keys.case_keys(&streams)?;
    let one = |row: &Row| {
        let (stream, version): ([u8; 16], i64) = (row.array("stream")?, row.int("version")?);
        let key = found.get(&stream);
        Ok(Carried {
            seq: row.int("seq")? as u64,
            stream: CaseId(stream),
            version: version as u64,
            kind: row.text("kind")?.to_owned(),
            body: row.bytes("body")?.to_vec(),
            private: vault::opened(key, district, &stream, version, row.opt_bytes("sealed")?)?,
            key: key.map(|key| *key.bytes()),
        })
    };
    rows.iter().map(one).collect()
}

/// The index and body of an event of a record; none if it has no such event.
///
/// # Errors
/// What the database says.
pub fn event(db: &mut Db, district: i64, stream: CaseId, version: u64) -> Result<Option<(u64, Vec<u8>)>> {
    let rows = db.query(NONCE, &args![district, &stream.0, version])?;
    rows.first().map(|row| Ok((row.int("seq")? as u64, row.bytes("body")?.to_vec()))).transpose()
}

/// The record that has a code, of whatever register.
///
/// # Errors
/// What the database says.
pub fn with_code(db: &mut Db, district: i64, code: &str) -> Result<Option<CaseId>> {
    db.query(CODE, &args![district, code])?.first().map(|row| Ok(CaseId(row.array("id")?))).transpose()
}

/// The last checkpoint of a ledger.
///
/// # Errors
/// What the database says.
pub fn checkpoint(db: &mut Db, district: i64) -> Result<Vec<u8>> {
    let rows = db.query(NOTE, &args![district])?;
    rows.first().map_or(Ok(Vec::new()), |row| row.bytes("note").map(<[u8]>::to_vec))
}
