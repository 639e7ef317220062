//! Records of any register, from their events.

use crate::args;
use crate::db::{Db, Result, Row, StoreError};
use crate::keys::Keys;
use crate::vault;
use domain::case::CaseId;
use domain::district::DISTRICT_STREAM;
use domain::register::{Past, Recorded, Registers, Shelf, Thing, of_kind};
use serde::Deserialize;

const RECORD: &str = "SELECT seq, version, kind, body FROM events WHERE district = $1 AND stream = $2 ORDER BY version";
const PAST: &str = "SELECT e.seq, e.version, e.kind, e.body, v.sealed FROM events e \
LEFT JOIN vault v ON v.district = e.district AND v.seq = e.seq \
WHERE e.district = $1 AND e.stream = $2 ORDER BY e.version";

const BEHIND: &str =
    "SELECT seq, stream, version, body FROM events WHERE district = $1 AND seq > $2 ORDER BY seq LIMIT $3";

/// How many entries are read on at once.
const ON_AT_ONCE: u64 = 64;

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[RECORD, PAST, BEHIND];

/// A record as its durable events tell it.
pub struct Record {
    /// Its register.
    pub shelf: &'static dyn Shelf,
    /// Its state.
    pub state: Box<Thing>,
    /// The ledger index of its first event.
    pub first: u64,
    /// That of its last one.
    pub last: u64,
}

/// The register of an event, and its body.
///
/// # Errors
/// [`StoreError::Unknown`] for a kind that no register of this version has; [`StoreError::Corrupt`] for a body that can't
/// be read.
pub fn read(registers: Registers, id: CaseId, kind: &str, bytes: &[u8]) -> Result<(&'static dyn Shelf, Box<Thing>)> {
    let shelf = of_kind(registers, id == DISTRICT_STREAM, kind).filter(|shelf| shelf.kinds().contains(&kind));
    let shelf = shelf.ok_or_else(|| StoreError::Unknown(kind.to_owned()))?;
    if (id == DISTRICT_STREAM) != (shelf.code() == "district") {
        return Err(StoreError::Corrupt(format!("an event of {} is in the stream {}", shelf.code(), id.hex())));
    }
    let body = shelf.read(bytes).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    Ok((shelf, body))
}

/// Whether an event is of the register that its record is of.
///
/// # Errors
/// [`StoreError::Corrupt`] if it isn't: no act puts it there.
pub(crate) fn same(record: &dyn Shelf, event: &dyn Shelf, id: CaseId) -> Result<()> {
    if record.code() == event.code() {
        return Ok(());
    }
    Err(StoreError::Corrupt(format!("{} has events of {} and of {}", id.hex(), record.code(), event.code())))
}

/// The record of a handle; `None` where no event has it.
///
/// # Errors
/// What the database says; as [`read`].
pub fn record(db: &mut Db, registers: Registers, district: i64, id: CaseId) -> Result<Option<Record>> {
    let mut record: Option<Record> = None;
    for row in db.query(RECORD, &args![district, &id.0])? {
        let seq = row.int("seq")? as u64;
        let (shelf, body) = read(registers, id, row.text("kind")?, row.bytes("body")?)?;
        let record = record.get_or_insert_with(|| Record { shelf, state: shelf.blank(id), first: seq, last: seq });
        same(record.shelf, shelf, id)?;
        record.shelf.evolve(record.state.as_mut(), body.as_ref());
        record.last = seq;
    }
    Ok(record)
}

/// Why an event is there, as its body says it.
#[derive(Deserialize)]
struct Because {
    #[serde(default)]
    because: Option<u64>,
}

/// A record that an act asked for: its register's code, handle, code, and the ledger index of its first entry.
pub type Begun = (&'static str, CaseId, String, u64);

/// The records that began because an act asked for them, in their order; `seq` is the ledger index of the act's last entry
/// in the record that it was on.
///
/// # Errors
/// What the database says; as [`read`].
pub fn begun_behind(db: &mut Db, registers: Registers, district: i64, seq: u64) -> Result<Vec<Begun>> {
    let (mut found, mut last) = (Vec::new(), seq);
    // What an act asks for follows it at once: the first entry that nothing asked for is another act's.
    'act: loop {
        let rows = db.query(BEHIND, &args![district, last, ON_AT_ONCE])?;
        for row in &rows {
            let body: Because =
                serde_json::from_slice(row.bytes("body")?).map_err(|e| StoreError::Corrupt(e.to_string()))?;
            if body.because.is_none() {
                break 'act;
            }
            last = row.int("seq")? as u64;
            if row.int("version")? == 1 {
                found.push((CaseId(row.array("stream")?), last));
            }
        }
        if rows.is_empty() {
            break;
        }
    }
    let mut begun = Vec::with_capacity(found.len());
    for (id, first) in found {
        if let Some(record) = record(db, registers, district, id)? {
            let code = record.shelf.code_of(record.state.as_ref()).unwrap_or_default();
            begun.push((record.shelf.code(), id, code, first));
        }
    }
    Ok(begun)
}

/// The durable events of a record with their private parts.
///
/// # Errors
/// What the database says; as [`read`]; [`StoreError::Corrupt`] for a private part that does not open.
pub fn past(db: &mut Db, keys: &mut Keys, registers: Registers, district: i64, id: CaseId) -> Result<Past> {
    let rows = db.query(PAST, &args![district, &id.0])?;
    let found = keys.case_keys(&[id.0])?;
    let key = found.get(id.0.as_slice());
    let recorded = |row: &Row| -> Result<Recorded> {
        let version = row.int("version")?;
        let private = vault::opened(key, district, &id.0, version, row.opt_bytes("sealed")?)?;
        let (_, body) = read(registers, id, row.text("kind")?, row.bytes("body")?)?;
        Ok(Recorded { version: version as u64, body, private })
    };
    Ok(Past { id, events: rows.iter().map(recorded).collect::<Result<_>>()? })
}
