//! What an auditor reads: the ledger's entries, who opened contact data, what left as a file. Newest first, by keyset.

use crate::args;
use crate::db::{Db, Result, Row};
use domain::case::CaseId;

/// A keyset's start: behind every index that there can be.
pub const NEWEST: u64 = i64::MAX as u64;

const ENTRIES: &str = "SELECT seq, stream, kind, entry FROM events WHERE district = $1 AND seq < $2 \
ORDER BY seq DESC LIMIT $3";
const EVENT: &str = "SELECT stream, version, kind, at, entry, body FROM events WHERE district = $1 AND seq = $2";
const NEXT: &str = "SELECT seq FROM events WHERE district = $1 AND stream = $2 AND version = $3";
const CODE: &str = "SELECT c.code, c.sealed FROM events e JOIN cases c ON c.district = e.district AND c.seq = e.seq \
WHERE e.district = $1 AND e.stream = $2 AND e.version = 1";
const OPENINGS: &str = "SELECT o.seq, o.unit, o.account, o.purpose, o.at, c.code, c.sealed FROM openings o \
JOIN cases c ON c.district = o.district AND c.seq = o.case_seq \
WHERE o.district = $1 AND o.seq < $2 AND (o.unit = $3 OR $3 = '') AND (o.purpose = $4 OR $4 = '') \
AND o.at >= $5 AND o.at < $6 ORDER BY o.seq DESC LIMIT $7";
const EXPORTS: &str = "SELECT seq, what, format, rows_out, masked, unit, account, at FROM exports \
WHERE district = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3";

const PUBLISHED: &str = "SELECT seq, no, corrects, body, at FROM publications \
WHERE district = $1 AND seq < $2 ORDER BY seq DESC, no LIMIT $3";
const PUBLICATION: &str = "SELECT seq, no, corrects, body, at FROM publications \
WHERE district = $1 AND (seq = $2 OR corrects = $2) ORDER BY seq, no";

const KINDS: &str = "SELECT kind, COUNT(*) AS n FROM events WHERE district = $1 AND seq >= $2 AND seq < $3 \
GROUP BY kind ORDER BY n DESC, kind";

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[ENTRIES, EVENT, NEXT, CODE, OPENINGS, EXPORTS, PUBLISHED, PUBLICATION, KINDS];

/// An entry in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its ledger index.
    pub seq: u64,
    /// Its stream.
    pub stream: CaseId,
    /// Its kind.
    pub kind: String,
    /// The public entry's bytes.
    pub entry: Vec<u8>,
}

/// An entry with all that is stored beside it but its private part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its stream.
    pub stream: CaseId,
    /// Its version within the stream.
    pub version: u64,
    /// Its kind.
    pub kind: String,
    /// Milliseconds since 1970.
    pub at: i64,
    /// The public entry's bytes.
    pub entry: Vec<u8>,
    /// The body's bytes.
    pub body: Vec<u8>,
    /// The ledger index of the stream's next event.
    pub next: Option<u64>,
    /// The case's code, and whether it is sealed; none for the district's own stream.
    pub code: Option<(String, bool)>,
}

/// Somebody opened contact data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The ledger index of the event.
    pub seq: u64,
    /// The unit.
    pub unit: String,
    /// The account's number.
    pub account: i64,
    /// The purpose's code.
    pub purpose: String,
    /// Milliseconds since 1970.
    pub at: i64,
    /// The case's code; none for a sealed one.
    pub code: Option<String>,
}

/// Records left as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The ledger index of the event.
    pub seq: u64,
    /// What.
    pub what: String,
    /// The format.
    pub format: String,
    /// How many rows.
    pub rows: i64,
    /// Whether personal fields were masked.
    pub masked: bool,
    /// The unit; none for the command line.
    pub unit: Option<String>,
    /// The account's number.
    pub account: Option<i64>,
    /// Milliseconds since 1970.
    pub at: i64,
}

/// Entries before an index.
///
/// # Errors
/// What the database says.
pub fn entries(db: &mut Db, district: i64, before: u64, most: usize) -> Result<Vec<Listed>> {
    let rows = db.query(ENTRIES, &args![district, before, most as u64])?;
    let listed = |r: &Row| {
        let (seq, stream) = (r.int("seq")? as u64, CaseId(r.array("stream")?));
        Ok(Listed { seq, stream, kind: r.text("kind")?.to_owned(), entry: r.bytes("entry")?.to_vec() })
    };
    rows.iter().map(listed).collect()
}

/// How many entries of each kind there are from an index on and before another, the most first.
///
/// # Errors
/// What the database says.
pub fn kinds(db: &mut Db, district: i64, from: u64, before: u64) -> Result<Vec<(String, i64)>> {
    let rows = db.query(KINDS, &args![district, from, before])?;
    rows.iter().map(|r| Ok((r.text("kind")?.to_owned(), r.int("n")?))).collect()
}

/// The entry at an index.
///
/// # Errors
/// What the database says.
pub fn entry(db: &mut Db, district: i64, seq: u64) -> Result<Option<Shown>> {
    let rows = db.query(EVENT, &args![district, seq])?;
    let Some(row) = rows.first() else { return Ok(None) };
    let (stream, version) = (CaseId(row.array("stream")?), row.int("version")? as u64);
    let next = db.query(NEXT, &args![district, &stream.0, version + 1])?;
    let next = next.first().map(|r| r.int("seq").map(|seq| seq as u64)).transpose()?;
    let code = db.query(CODE, &args![district, &stream.0])?;
    let code = code.first().map(|r| Ok((r.text("code")?.to_owned(), r.int("sealed")? != 0))).transpose()?;
    let (kind, at) = (row.text("kind")?.to_owned(), row.int("at")?);
    Ok(Some(Shown {
        stream,
        version,
        kind,
        at,
        entry: row.bytes("entry")?.to_vec(),
        body: row.bytes("body")?.to_vec(),
        next,
        code,
    }))
}

/// Which openings are listed. Empty texts narrow nothing.
#[derive(Clone, Debug, Default)]
pub struct OpeningFilter {
    /// A unit's code.
    pub unit: String,
    /// A purpose's code.
    pub purpose: String,
    /// From this moment on, in milliseconds since 1970.
    pub from: Option<i64>,
    /// Before this moment.
    pub to: Option<i64>,
}

/// Openings of contact data before an index.
///
/// # Errors
/// What the database says.
pub fn openings(db: &mut Db, district: i64, filter: &OpeningFilter, before: u64, most: usize) -> Result<Vec<Opening>> {
    let (from, to) = (filter.from.unwrap_or(i64::MIN), filter.to.unwrap_or(i64::MAX));
    let args = args![district, before, &filter.unit, &filter.purpose, from, to, most as u64];
    let rows = db.query(OPENINGS, &args)?;
    let opening = |r: &Row| {
        Ok(Opening {
            seq: r.int("seq")? as u64,
            unit: r.text("unit")?.to_owned(),
            account: r.int("account")?,
            purpose: r.text("purpose")?.to_owned(),
            at: r.int("at")?,
            code: if r.int("sealed")? == 0 { Some(r.text("code")?.to_owned()) } else { None },
        })
    };
    rows.iter().map(opening).collect()
}

/// Exports before an index.
///
/// # Errors
/// What the database says.
pub fn exports(db: &mut Db, district: i64, before: u64, most: usize) -> Result<Vec<Export>> {
    let rows = db.query(EXPORTS, &args![district, before, most as u64])?;
    let export = |r: &Row| {
        Ok(Export {
            seq: r.int("seq")? as u64,
            what: r.text("what")?.to_owned(),
            format: r.text("format")?.to_owned(),
            rows: r.int("rows_out")?,
            masked: r.int("masked")? != 0,
            unit: r.opt_text("unit")?.map(str::to_owned),
            account: r.opt_int("account")?,
            at: r.int("at")?,
        })
    };
    rows.iter().map(export).collect()
}

/// A figure as it was published, or a correction of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The ledger index of the event.
    pub seq: u64,
    /// The ledger index of the publication that it corrects.
    pub corrects: Option<u64>,
    /// The figure.
    pub figure: domain::district::Figure,
    /// Milliseconds since 1970.
    pub at: i64,
}

fn published(r: &Row) -> Result<Published> {
    let figure = serde_json::from_str(r.text("body")?).map_err(|e| crate::StoreError::Corrupt(e.to_string()))?;
    Ok(Published {
        seq: r.int("seq")? as u64,
        corrects: r.opt_int("corrects")?.map(|n| n as u64),
        figure,
        at: r.int("at")?,
    })
}

/// Published figures and corrections before an index, newest first.
///
/// # Errors
/// What the database says.
pub fn publications(db: &mut Db, district: i64, before: u64, most: usize) -> Result<Vec<Published>> {
    db.query(PUBLISHED, &args![district, before, most as u64])?.iter().map(published).collect()
}

/// The figures of one publication, and the corrections of any of them.
///
/// # Errors
/// What the database says.
pub fn publication(db: &mut Db, district: i64, seq: u64) -> Result<Vec<Published>> {
    db.query(PUBLICATION, &args![district, seq])?.iter().map(published).collect()
}
