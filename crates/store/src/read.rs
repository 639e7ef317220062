//! Reading what a decision, a page or a proof needs. Every function takes the district; none changes anything.

use crate::args;
use crate::db::{Db, Result, Row, StoreError};
use crate::keys::{KEYLESS, Keys};
use crate::tiles;
use crate::vault;
use domain::Moment;
use domain::case::{Body, Case, CaseId, Cases, Event, Fields, Texts, replay};
use domain::district::{self, DISTRICT_STREAM, District, Districts};
use domain::moment::day_number;
use domain::register::{Register, read_body};
use ledger::receipt::Receipt;

const STREAM: &str = "SELECT seq, version, body FROM events WHERE district = $1 AND stream = $2 ORDER BY version";
const HISTORY: &str = "SELECT e.seq, e.version, e.body, v.sealed FROM events e \
LEFT JOIN vault v ON v.district = e.district AND v.seq = e.seq \
WHERE e.district = $1 AND e.stream = $2 ORDER BY e.version";
const HISTORY_BY_CODE: &str = "SELECT e.seq, e.version, e.body, v.sealed, e.stream FROM cases c \
JOIN events e ON e.district = c.district AND e.stream = c.id \
LEFT JOIN vault v ON v.district = e.district AND v.seq = e.seq \
WHERE c.district = $1 AND c.code = $2 ORDER BY e.version";
const LAST_AT: &str = "SELECT at FROM events WHERE district = $1 ORDER BY seq DESC LIMIT 1";
const DONE: &str = "SELECT request, stream, seq, size FROM done WHERE district = $1 AND key = $2";
const VERSION_AT: &str = "SELECT version FROM events WHERE district = $1 AND seq = $2";
const WAKE: &str = "SELECT id, wake, seq FROM (SELECT id, wake, seq FROM cases WHERE district = $1 AND wake IS NOT NULL AND wake < $2 \
     ORDER BY wake, seq LIMIT $3) c UNION ALL SELECT id, wake, seq FROM (SELECT id, wake, seq FROM records WHERE district = $1 \
     AND wake IS NOT NULL AND wake < $2 ORDER BY wake, seq LIMIT $3) r ORDER BY wake, seq LIMIT $3";
const MERGED: &str =
    "SELECT id, seq FROM cases WHERE district = $1 AND stage = 'merged' AND seq > $2 ORDER BY seq LIMIT $3";
const FOLLOWERS: &str = "SELECT c.id FROM links l JOIN cases c ON c.district = l.district AND c.seq = l.from_case \
    WHERE l.district = $1 AND l.to_id = $2 AND l.link = 'merged' AND c.stage = 'merged'";
const CALENDAR_AT: &str = "SELECT at FROM events WHERE district = $1 AND stream = $2 AND kind = 'calendar_loaded' \
    ORDER BY version DESC LIMIT 1";
/// The condition of a case in which a calendar table may move a date; `$answered` is the first day of an answer whose
/// windows may still run.
macro_rules! may_move {
    ($answered:literal) => {
        concat!("(live = 1 OR inbox = 1 OR provisional = 1 OR unsolved IS NOT NULL OR answered_day >= ", $answered, ")")
    };
}
pub(crate) use may_move;
const TO_MOVE: &str = concat!(
    "SELECT id FROM cases WHERE district = $1 AND seq > $2 AND seq <= $3 AND touched <= $4 AND ",
    may_move!("$5"),
    " ORDER BY seq"
);
const ENTRY: &str = "SELECT entry FROM events WHERE district = $1 AND seq = $2";
const NOTE_AT: &str = "SELECT note FROM checkpoints WHERE district = $1 AND size = $2";
const NOTE: &str = "SELECT note, size FROM checkpoints WHERE district = $1 ORDER BY size DESC LIMIT 1";
const BY_CODE: &str = "SELECT id FROM cases WHERE district = $1 AND code = $2";
const SEALED: &str = "SELECT sealed FROM vault WHERE district = $1 AND seq = $2";
const FILE: &str = "SELECT kind, sealed FROM files WHERE district = $1 AND stream = $2 AND hash = $3";

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[
    STREAM,
    HISTORY,
    HISTORY_BY_CODE,
    LAST_AT,
    DONE,
    VERSION_AT,
    WAKE,
    MERGED,
    FOLLOWERS,
    CALENDAR_AT,
    TO_MOVE,
    ENTRY,
    NOTE_AT,
    NOTE,
    BY_CODE,
    SEALED,
    FILE,
];

/// A stored event.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored<E> {
    /// Its ledger index.
    pub seq: u64,
    /// Its version within its stream.
    pub version: u64,
    /// Its body.
    pub body: Body<E>,
}

/// The events of a stream, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream<E> {
    /// The events.
    pub events: Vec<Stored<E>>,
}

/// What an idempotency key led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The hash of the request.
    pub request: [u8; 32],
    /// The stream.
    pub stream: CaseId,
    /// The ledger index.
    pub seq: u64,
    /// The size of the ledger that the answer was signed at.
    pub size: u64,
}

/// The body of an event of a register from its stored bytes, an old shape lifted first.
///
/// # Errors
/// [`StoreError::Unknown`] for a kind that this version does not know; [`StoreError::Corrupt`] if the bytes are no body.
pub fn body<R: Register>(bytes: &[u8]) -> Result<Body<R::Event>> {
    read_body::<R>(bytes).map_err(|e| {
        let value: serde_json::Value = serde_json::from_slice(bytes).unwrap_or_default();
        match value.pointer("/event/kind").and_then(serde_json::Value::as_str) {
            Some(kind) if !R::KINDS.contains(&kind) => StoreError::Unknown(kind.to_owned()),
            _ => StoreError::Corrupt(e.to_string()),
        }
    })
}

/// The events of a record of a register.
///
/// # Errors
/// What the database says; as [`body`].
pub fn stream<R: Register>(db: &mut Db, district: i64, id: CaseId) -> Result<Stream<R::Event>> {
    let rows = db.query(STREAM, &args![district, &id.0])?;
    let stored = |row: &Row| -> Result<Stored<R::Event>> {
        let (seq, version) = (row.int("seq")? as u64, row.int("version")? as u64);
        Ok(Stored { seq, version, body: body::<R>(row.bytes("body")?)? })
    };
    Ok(Stream { events: rows.iter().map(stored).collect::<Result<_>>()? })
}

/// The case of a handle.
///
/// # Errors
/// As [`stream`].
pub fn case(db: &mut Db, district: i64, id: CaseId) -> Result<Option<Case>> {
    let stream = stream::<Cases>(db, district, id)?;
    Ok(replay(id, stream.events.iter().map(|e| &e.body)))
}

/// An event of a case with its private part (empty after an erasure).
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Its ledger index.
    pub seq: u64,
    /// Its version within the case.
    pub version: u64,
    /// What happened.
    pub body: Body<Event>,
    /// What was written.
    pub private: Fields,
}

/// A case with its whole history, private parts opened: never to be shown as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The case as it stands.
    pub case: Case,
    /// Every event, in order; at least one.
    pub told: Vec<Told>,
}

impl History {
    /// The ledger index of the case's first entry.
    pub fn first(&self) -> u64 {
        self.told.first().map_or(0, |t| t.seq)
    }

    /// The texts as they stand, and what in them is personal.
    pub fn texts(&self) -> Texts {
        Texts::of(self.told.iter().map(|t| (&t.body.event, &t.private)))
    }

    /// The fields that were handed in, as they were corrected since.
    pub fn fields(&self) -> Fields {
        self.texts().fields
    }

    /// The latest text under a name, whatever event it came with.
    pub fn latest(&self, name: &str) -> Option<&str> {
        self.told.iter().rev().find_map(|t| t.private.get(name)).map(String::as_str)
    }
}

/// A case's whole history with its private parts, in two statements. None for a handle that is no case.
///
/// # Errors
/// What the database says; [`StoreError::Corrupt`] for what can't be read or does not open.
pub fn history(db: &mut Db, keys: &mut Keys, district: i64, id: CaseId) -> Result<Option<History>> {
    if id == DISTRICT_STREAM {
        return Ok(None);
    }
    let rows = db.query(HISTORY, &args![district, &id.0])?;
    told(&rows, keys, district, id)
}

/// [`history`] of the case with a code.
///
/// # Errors
/// As [`history`].
pub fn history_by_code(db: &mut Db, keys: &mut Keys, district: i64, code: &str) -> Result<Option<History>> {
    let rows = db.query(HISTORY_BY_CODE, &args![district, code])?;
    match rows.first() {
        Some(row) => told(&rows, keys, district, CaseId(row.array("stream")?)),
        None => Ok(None),
    }
}

fn told(rows: &[Row], keys: &mut Keys, district: i64, id: CaseId) -> Result<Option<History>> {
    let found = keys.case_keys(&[id.0])?;
    let key = found.get(id.0.as_slice());
    let tell = |row: &Row| -> Result<Told> {
        let version = row.int("version")?;
        let private = vault::opened(key, district, &id.0, version, row.opt_bytes("sealed")?)?;
        let mut body = body::<Cases>(row.bytes("body")?)?;
        body.event.disclose(&private);
        Ok(Told { seq: row.int("seq")? as u64, version: version as u64, body, private })
    };
    let told = rows.iter().map(tell).collect::<Result<Vec<_>>>()?;
    Ok(replay(id, told.iter().map(|t| &t.body)).map(|case| History { case, told }))
}

/// The handle of a case code.
///
/// # Errors
/// What the database says.
pub fn by_code(db: &mut Db, district: i64, code: &str) -> Result<Option<CaseId>> {
    db.query(BY_CODE, &args![district, code])?.first().map(|row| row.array("id").map(CaseId)).transpose()
}

/// The district and the ledger index of its last event.
///
/// # Errors
/// As [`stream`].
pub fn district(db: &mut Db, number: i64) -> Result<(District, Option<u64>)> {
    let stream = stream::<Districts>(db, number, DISTRICT_STREAM)?;
    let mut district = District::default();
    stream.events.iter().for_each(|e| district::evolve(&mut district, e.body.at, &e.body.by, &e.body.event));
    Ok((district, stream.events.last().map(|e| e.seq)))
}

/// The time of the last event; 0 in an empty log.
///
/// # Errors
/// What the database says.
pub fn last_at(db: &mut Db, district: i64) -> Result<Moment> {
    db.query(LAST_AT, &args![district])?.first().map_or(Ok(Moment(0)), |r| r.int("at").map(Moment))
}

/// What an idempotency key led to, if it was used.
///
/// # Errors
/// What the database says.
pub fn done(db: &mut Db, district: i64, key: &[u8; 32]) -> Result<Option<Done>> {
    let rows = db.query(DONE, &args![district, key])?;
    let done = |row: &Row| -> Result<Done> {
        let (stream, seq, size) = (CaseId(row.array("stream")?), row.int("seq")? as u64, row.int("size")? as u64);
        Ok(Done { request: row.array("request")?, stream, seq, size })
    };
    rows.first().map(done).transpose()
}

impl Done {
    /// Whether the key came with this request. What is kept is the request's hash under the case's key: when that key is
    /// destroyed, nobody can confirm a guess of what was sent, and whoever has the idempotency key is believed.
    ///
    /// # Errors
    /// What the key store says.
    pub fn is_of(&self, keys: &mut Keys, request: &[u8; 32]) -> Result<bool> {
        if self.request != [0; 32] && self.request.starts_with(&KEYLESS) {
            return Ok(keys.keyless(request)? == self.request);
        }
        let found = keys.case_keys(&[self.stream.0])?;
        Ok(found.get(&self.stream.0).is_none_or(|key| vault::fingerprint(key, request) == self.request))
    }
}

/// The version of the event at a ledger index within its stream.
///
/// # Errors
/// What the database says.
pub fn version_at(db: &mut Db, district: i64, seq: u64) -> Result<u64> {
    let rows = db.query(VERSION_AT, &args![district, seq])?;
    rows.first().map_or(Ok(0), |r| r.int("version").map(|v| v as u64))
}

/// Cases whose wait for a verdict, or for a reply, ended before a day.
///
/// # Errors
/// What the database says.
pub fn to_wake(db: &mut Db, district: i64, today: calendar::Date, most: usize) -> Result<Vec<CaseId>> {
    ids(db.query(WAKE, &args![district, day_number(today), most as u64])?)
}

/// Merged cases behind a ledger index, with their own.
///
/// # Errors
/// What the database says.
pub fn merged(db: &mut Db, district: i64, behind: i64, most: usize) -> Result<Vec<(CaseId, i64)>> {
    places(db.query(MERGED, &args![district, behind, most as u64])?)
}

/// The cases that were merged into one and have not followed it yet.
///
/// # Errors
/// What the database says.
pub fn followers(db: &mut Db, district: i64, into: CaseId) -> Result<Vec<CaseId>> {
    ids(db.query(FOLLOWERS, &args![district, &into.0])?)
}

/// When a calendar table was loaded last; none: only the tables that the program brings are in force.
///
/// # Errors
/// What the database says.
pub fn calendar_at(db: &mut Db, district: i64) -> Result<Option<Moment>> {
    let rows = db.query(CALENDAR_AT, &args![district, &DISTRICT_STREAM.0])?;
    rows.first().map(|r| r.int("at").map(Moment)).transpose()
}

/// For how many days after an answer a window of the resident may run: the longest has 30 (信访工作条例 35, 36;
/// 人民调解法 33), and a district may set a longer one.
pub(crate) const WINDOWS_LAST: i64 = 400;

/// Cases behind a ledger index, with their own, in which a table that was loaded at a moment may move a date: untouched
/// since, and open, or with a provisional date, or answered so lately that the resident's windows may still run.
///
/// # Errors
/// What the database says.
pub fn to_move(db: &mut Db, district: i64, behind: i64, to: i64, loaded: Moment) -> Result<Vec<CaseId>> {
    let answered = day_number(loaded.date()) - WINDOWS_LAST;
    ids(db.query(TO_MOVE, &args![district, behind, to, loaded.0, answered])?)
}

fn places(rows: Vec<Row>) -> Result<Vec<(CaseId, i64)>> {
    rows.iter().map(|row| Ok((CaseId(row.array("id")?), row.int("seq")?))).collect()
}

fn ids(rows: Vec<Row>) -> Result<Vec<CaseId>> {
    rows.iter().map(|row| row.array("id").map(CaseId)).collect()
}

/// The latest checkpoint and its size; empty in an empty log.
///
/// # Errors
/// What the database says.
pub fn checkpoint(db: &mut Db, district: i64) -> Result<(Vec<u8>, u64)> {
    let rows = db.query(NOTE, &args![district])?;
    rows.first().map_or(Ok((Vec::new(), 0)), |r| Ok((r.bytes("note")?.to_vec(), r.int("size")? as u64)))
}

/// The receipt of an entry in the ledger of a size.
///
/// # Errors
/// [`StoreError::Corrupt`] if entry, checkpoint or tiles are not there.
pub fn receipt(db: &mut Db, district: i64, seq: u64, size: u64) -> Result<Receipt> {
    let note = db.query(NOTE_AT, &args![district, size])?;
    let gone = || StoreError::Corrupt(format!("the checkpoint of entry {seq} at size {size} is missing"));
    let checkpoint = note.first().ok_or_else(gone)?.bytes("note")?.to_vec();
    proved(db, district, seq, size, checkpoint)
}

/// The receipt of an entry in the ledger as it is now.
///
/// # Errors
/// As [`receipt`].
pub fn latest_receipt(db: &mut Db, district: i64, seq: u64) -> Result<Receipt> {
    let (checkpoint, size) = checkpoint(db, district)?;
    proved(db, district, seq, size, checkpoint)
}

fn proved(db: &mut Db, district: i64, seq: u64, size: u64, checkpoint: Vec<u8>) -> Result<Receipt> {
    let gone = || StoreError::Corrupt(format!("entry {seq} of the ledger of size {size} is missing"));
    let entry = db.query(ENTRY, &args![district, seq])?.first().ok_or_else(gone)?.bytes("entry")?.to_vec();
    let proof = tiles::over(db, district, |tiles| ledger::tree::inclusion(seq, size, tiles))?;
    Ok(Receipt { entry, index: seq, proof, checkpoint })
}

/// A photo or document of a case by its hash: kind and content. None when there is none, or when it was erased.
///
/// # Errors
/// [`StoreError::Corrupt`] if it does not open under the case's key.
pub fn file(
    db: &mut Db,
    keys: &mut Keys,
    district: i64,
    id: CaseId,
    hash: &[u8; 32],
) -> Result<Option<(String, Vec<u8>)>> {
    let rows = db.query(FILE, &args![district, &id.0, hash])?;
    let Some(row) = rows.first() else { return Ok(None) };
    let found = keys.case_keys(&[id.0])?;
    let Some(key) = found.get(id.0.as_slice()) else { return Ok(None) };
    let content = vault::open_file(key, district, &id.0, hash, row.bytes("sealed")?);
    let content = content.map_err(|e| StoreError::Corrupt(e.to_string()))?;
    Ok(Some((row.text("kind")?.to_owned(), content)))
}

/// The private part of an event; empty when there is none, or when it was erased.
///
/// # Errors
/// [`StoreError::Corrupt`] if it does not open under the case's key.
pub fn private(db: &mut Db, keys: &mut Keys, district: i64, id: CaseId, version: u64, seq: u64) -> Result<Fields> {
    let sealed = db.query(SEALED, &args![district, seq])?;
    let Some(sealed) = sealed.first() else { return Ok(Fields::new()) };
    let found = keys.case_keys(&[id.0])?;
    let Some(key) = found.get(id.0.as_slice()) else { return Ok(Fields::new()) };
    vault::open(key, district, &id.0, version as i64, sealed.bytes("sealed")?)
        .map_err(|e| StoreError::Corrupt(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_start_and_every_sweep_look_for_is_found_by_its_own_index() {
        let mut db = Db::memory().unwrap();
        crate::schema::migrate(&mut db).unwrap();
        for (sql, args, index) in [
            (WAKE, args![1, 20_000, 1024], "cases_wake"),
            (MERGED, args![1, -1, 1024], "cases_merged"),
            (CALENDAR_AT, args![1, &DISTRICT_STREAM.0], "events_by_stream"),
        ] {
            let plan = db.query_text(&format!("EXPLAIN QUERY PLAN {sql}"), &args).unwrap();
            let ways: Vec<&str> = plan.iter().map(|row| row.text("detail").unwrap()).collect();
            assert!(ways.iter().any(|way| way.contains(index)), "{sql}: {ways:?}");
        }
    }
}
