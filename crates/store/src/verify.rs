//! Recomputes everything from the events, and names the first thing that is wrong.

use crate::args;
use crate::db::{Db, Result, Row};
use crate::keys::Keys;
use crate::log::DISTRICT_STREAM;
use crate::rebuild::Replay;
use crate::{rows, schema, vault};
use domain::Moment;
use domain::case::CaseId;
use ledger::checkpoint::Verifier;
use ledger::commit::{commitment, field_salt};
use ledger::entry::Entry;
use ledger::hash::leaf_hash;
use ledger::tree::Edge;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

const EVENTS: &str = "SELECT seq, stream, version, kind, at, entry, body FROM events WHERE district = $1 ORDER BY seq";
const SEALED: &str = "SELECT seq, sealed FROM vault WHERE district = $1 ORDER BY seq";
const NOTES: &str = "SELECT size, note FROM checkpoints WHERE district = $1 ORDER BY size";
const TILES: &str = "SELECT level, idx, hashes FROM tiles WHERE district = $1";
const ELSEWHERE: &str = "SELECT COUNT(*) FROM events WHERE district <> $1";

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[EVENTS, SEALED, NOTES, TILES, ELSEWHERE];

/// What was verified, when nothing is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Entries of the ledger.
    pub entries: u64,
    /// Signed checkpoints.
    pub checkpoints: u64,
    /// Private parts that opened and fitted their commitments.
    pub opened: u64,
    /// Private parts that were erased.
    pub erased: u64,
    /// Rows of read tables that equal the replay.
    pub rows: u64,
}

/// The first thing that is wrong, in a sentence that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding(pub String);

/// What every body has, whatever its event.
#[derive(Deserialize)]
struct Envelope {
    at: Moment,
    event: Kind,
}

#[derive(Deserialize)]
struct Kind {
    kind: String,
}

/// Verifies a district's data from a reading connection.
///
/// # Errors
/// What the database says; what is wrong with the data is a [`Finding`], not an error.
pub fn verify(
    db: &mut Db,
    keys: &mut Keys,
    number: i64,
    log: &Verifier,
) -> Result<std::result::Result<Report, Finding>> {
    if !schema::triggers_present(db)? {
        return found("a trigger that keeps the history from being changed is missing");
    }
    if db.query(ELSEWHERE, &args![number])?.first().map_or(Ok(0), |r| r.int(0))? > 0 {
        return found("there are events of another district");
    }
    let sealed: HashMap<u64, Vec<u8>> = db
        .query(SEALED, &args![number])?
        .iter()
        .map(|r| Ok((r.int(0)? as u64, r.bytes(1)?.to_vec())))
        .collect::<Result<_>>()?;
    let notes: Vec<(u64, Vec<u8>)> = db
        .query(NOTES, &args![number])?
        .iter()
        .map(|r| Ok((r.int(0)? as u64, r.bytes(1)?.to_vec())))
        .collect::<Result<_>>()?;
    let mut tiles: HashMap<(u8, u64), Vec<u8>> = HashMap::new();
    for row in db.query(TILES, &args![number])? {
        tiles.insert((row.int(0)? as u8, row.int(1)? as u64), row.bytes(2)?.to_vec());
    }
    let mut walk = Walk {
        number,
        keys,
        log,
        sealed,
        notes: notes.into_iter().peekable(),
        tiles,
        edge: Edge::empty(),
        streams: HashMap::new(),
        case_keys: HashMap::new(),
        last_at: Moment(i64::MIN),
        replay: Replay::default(),
        missing: Vec::new(),
        rows: Db::memory()?,
        report: Report { entries: 0, checkpoints: 0, opened: 0, erased: 0, rows: 0 },
    };
    schema::migrate(&mut walk.rows)?;
    let mut finding = None;
    db.for_each(EVENTS, &args![number], |row| {
        if finding.is_none() {
            finding = walk.event(&row)?.err();
        }
        Ok(())
    })?;
    if finding.is_none() {
        finding = walk.end().err();
    }
    if let Some(finding) = finding {
        return Ok(Err(finding));
    }
    walk.compare(db)
}

fn found<T>(what: impl Into<String>) -> Result<std::result::Result<T, Finding>> {
    Ok(Err(Finding(what.into())))
}

struct Walk<'a> {
    number: i64,
    keys: &'a mut Keys,
    log: &'a Verifier,
    sealed: HashMap<u64, Vec<u8>>,
    notes: std::iter::Peekable<std::vec::IntoIter<(u64, Vec<u8>)>>,
    tiles: HashMap<(u8, u64), Vec<u8>>,
    edge: Edge,
    streams: HashMap<CaseId, (u64, u64)>,
    case_keys: HashMap<CaseId, Option<crate::CaseKey>>,
    last_at: Moment,
    replay: Replay,
    missing: Vec<(u64, CaseId)>,
    rows: Db,
    report: Report,
}

impl Walk<'_> {
    fn event(&mut self, row: &Row) -> Result<std::result::Result<(), Finding>> {
        let (seq, id, version) = (row.int(0)? as u64, CaseId(row.array(1)?), row.int(2)? as u64);
        let (kind, at, bytes, body) = (row.text(3)?, Moment(row.int(4)?), row.bytes(5)?, row.bytes(6)?);
        let wrong = |what: &str| found(format!("entry {seq}: {what}"));
        if seq != self.report.entries {
            return found(format!("entry {} is missing", self.report.entries));
        }
        let entry = match Entry::parse(bytes) {
            Ok(entry) => entry,
            Err(e) => return wrong(&format!("the public entry can't be read: {e}")),
        };
        let Ok(envelope) = serde_json::from_slice::<Envelope>(body) else { return wrong("its body can't be read") };
        if <[u8; 32]>::from(Sha256::digest(body)) != entry.body {
            return wrong("its body is not the one that the entry commits to");
        }
        if entry.case != id.0 {
            return wrong("it stands in another case's stream");
        }
        if entry.kind != kind || envelope.event.kind != kind {
            return wrong("its kind was changed");
        }
        if envelope.at != at || entry.hour != at.hour() {
            return wrong("its time was changed");
        }
        if at < self.last_at {
            return wrong("it is dated before the entry in front of it");
        }
        self.last_at = at;
        let before = self.streams.insert(id, (version, seq));
        if version != before.map_or(1, |(v, _)| v + 1) || entry.previous != before.map(|(_, s)| s) {
            return wrong("it does not follow the entry of its case before it");
        }
        if let Err(what) = self.private(seq, id, version, &entry)? {
            return wrong(&what);
        }
        for tile in self.edge.append(leaf_hash(bytes)) {
            let stored = self.tiles.remove(&(tile.level, tile.index));
            if stored.as_deref() != Some(tile.hashes.concat().as_slice()) {
                return found(format!("tile {}/{} is missing or changed", tile.level, tile.index));
            }
        }
        self.report.entries += 1;
        if let Some((_, note)) = self.notes.next_if(|(size, _)| *size == self.edge.size()) {
            let size = self.edge.size();
            match self.log.verify(&note) {
                Ok(c) if c.size == size && c.root == self.edge.root() => self.report.checkpoints += 1,
                Ok(_) => return found(format!("the checkpoint of size {size} is not that of these entries")),
                Err(e) => return found(format!("the checkpoint of size {size}: {e}")),
            }
        }
        match self.replay.rows(self.number, seq, id, body) {
            Ok(writes) => self.rows.write(&writes).map(|_| Ok(())),
            Err(e) => wrong(&e.to_string()),
        }
    }

    /// Whether the private part opens and is what the entry commits to.
    fn private(
        &mut self,
        seq: u64,
        id: CaseId,
        version: u64,
        entry: &Entry,
    ) -> Result<std::result::Result<(), String>> {
        let sealed = self.sealed.remove(&seq);
        if entry.fields.is_empty() {
            return Ok(if sealed.is_none() {
                Ok(())
            } else {
                Err("it has a private part that it does not commit to".into())
            });
        }
        let Some(sealed) = sealed else {
            self.missing.push((seq, id));
            return Ok(Ok(()));
        };
        if !self.case_keys.contains_key(&id) {
            let key = self.keys.case_keys(&[id.0])?.remove(&id.0);
            self.case_keys.clear();
            self.case_keys.insert(id, key);
        }
        let Some(Some(key)) = self.case_keys.get(&id) else { return Ok(Err("the key of its case is missing".into())) };
        let Ok(fields) = vault::open(key, self.number, &id.0, version as i64, &sealed) else {
            return Ok(Err("its private part was changed".into()));
        };
        let committed: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.clone(), commitment(&field_salt(key.bytes(), version, name), value.as_bytes())))
            .collect();
        self.report.opened += 1;
        Ok(if committed == entry.fields { Ok(()) } else { Err("its private part is not what it commits to".into()) })
    }

    /// What must hold when all events are read.
    fn end(&mut self) -> std::result::Result<(), Finding> {
        for (seq, id) in &self.missing {
            if !self.replay.is_erased(*id) {
                return Err(Finding(format!("entry {seq}: its private part is missing, and the case was not erased")));
            }
            self.report.erased += 1;
        }
        if let Some(seq) = self.sealed.keys().min() {
            return Err(Finding(format!("there is a private part {seq} without an entry")));
        }
        if let Some((level, index)) = self.tiles.keys().min() {
            return Err(Finding(format!("tile {level}/{index} has no entries")));
        }
        if let Some((size, _)) = self.notes.next() {
            return Err(Finding(format!(
                "a checkpoint of size {size} was signed, but the ledger has {} entries",
                self.report.entries
            )));
        }
        let last = self.streams.values().map(|(_, seq)| *seq).max();
        if last.is_some() && self.report.checkpoints == 0 {
            return Err(Finding("the ledger has entries but no checkpoint".into()));
        }
        if !self.streams.is_empty() && !self.streams.contains_key(&DISTRICT_STREAM) {
            return Err(Finding("the district's own first entry is missing".into()));
        }
        Ok(())
    }

    /// Whether the read tables are what the events make them.
    fn compare(mut self, db: &mut Db) -> Result<std::result::Result<Report, Finding>> {
        for table in rows::TABLES {
            let columns = schema::columns(&mut self.rows, table)?.join(", ");
            let key = if matches!(*table, "tasks" | "publications") { "seq, no" } else { "seq" };
            let sql = format!("SELECT {columns} FROM {table} WHERE district = $1 ORDER BY {key}");
            let mut ours = self.rows.query_text(&sql, &args![self.number])?.into_iter();
            let mut finding = None;
            let mut count = 0;
            db.for_each_text(&sql, &args![self.number], |row| {
                if finding.is_none() && ours.next().as_ref() != Some(&row) {
                    finding = Some(format!("a row of {table} (entry {}) is not what the events say", row.int(1)?));
                }
                count += 1;
                Ok(())
            })?;
            if finding.is_none() && ours.next().is_some() {
                finding = Some(format!("a row of {table} is missing"));
            }
            if let Some(what) = finding {
                return found(format!("{what}; run doorstep rebuild after finding out who changed it"));
            }
            self.report.rows += count;
        }
        Ok(Ok(self.report))
    }
}
