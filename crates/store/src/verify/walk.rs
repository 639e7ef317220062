//! The walk over events, private parts, photos and checkpoints, side by side in the order of the ledger.

use super::{Checked, KEY, Report, TRUTH, found};
use crate::args;
use crate::db::{Db, Result, Row, StoreError};
use crate::keys::{CaseKey, Keys, Stream};
use crate::rebuild::{Next, Replay};
use crate::{schema, vault};
use domain::Moment;
use domain::case::CaseId;
use domain::district::DISTRICT_STREAM;
use domain::district::District;
use domain::register::erases;
use ledger::checkpoint::Verifier;
use ledger::commit::{commitment, field_salt};
use ledger::entry::Entry;
use ledger::hash::leaf_hash;
use ledger::tree::Edge;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};

const EVENTS: &str = "SELECT seq, stream, version, kind, at, entry, body FROM events WHERE district = $1 AND seq >= $2 ORDER BY seq LIMIT $3";
const SEALED: &str = "SELECT seq, sealed FROM vault WHERE district = $1 AND seq >= $2 AND seq <= $3 ORDER BY seq";
const NOTES: &str =
    "SELECT size, note, before FROM checkpoints WHERE district = $1 AND size > $2 AND size <= $3 ORDER BY size";
const FILES_OF: &str = "SELECT hash, kind, sealed FROM files WHERE district = $1 AND stream = $2 ORDER BY hash";
const TILE: &str = "SELECT hashes FROM tiles WHERE district = $1 AND level = $2 AND idx = $3";
const TILES: &str = "SELECT level, idx FROM tiles WHERE district = $1 ORDER BY level, idx";
const FILES: &str = "SELECT DISTINCT stream FROM files WHERE district = $1 ORDER BY stream";
pub(super) const FIRST: &str = "SELECT seq, body FROM events WHERE district = $1 AND stream = $2 AND version = 1";
const ERASED: &str = "SELECT seq FROM events WHERE district = $1 AND stream = $2 AND (kind = 'erased' OR kind LIKE '%.erased') \
     ORDER BY version LIMIT 1";
const STILL: &str = "SELECT MIN(v.seq) AS seq FROM events e JOIN vault v ON v.district = e.district AND v.seq = e.seq \
WHERE e.district = $1 AND e.stream = $2";
// A number that is none stands behind all numbers, and in no page.
const SEALED_BEHIND: &str = "SELECT seq FROM vault WHERE district = $1 AND seq > $2 ORDER BY seq LIMIT 1";
const NOTES_BEHIND: &str = "SELECT size FROM checkpoints WHERE district = $1 AND size > $2 ORDER BY size LIMIT 1";
const TILES_COUNT: &str = "SELECT COUNT(*) AS n FROM tiles WHERE district = $1";
const FILES_COUNT: &str = "SELECT COUNT(*) AS n FROM files WHERE district = $1";

pub(super) const STATEMENTS: &[&str] = &[
    EVENTS,
    SEALED,
    NOTES,
    FILES_OF,
    TILE,
    TILES,
    FILES,
    FIRST,
    ERASED,
    STILL,
    SEALED_BEHIND,
    NOTES_BEHIND,
    TILES_COUNT,
    FILES_COUNT,
];

pub(super) const WALKS: &[(&str, &str)] = &[
    (TILES, "names a tile too many, when there is one"),
    (FILES, "names a photo too many, when there is one"),
    (TILES_COUNT, "verify looks whether there is a tile too many; one for 256 entries"),
    (FILES_COUNT, "verify looks whether there is a photo too many"),
];

/// How many events one query brings.
const PAGE: i64 = 256;

/// What every body has, whatever its event.
#[derive(Deserialize)]
struct Envelope {
    at: Moment,
    event: Kind,
}

#[derive(Deserialize)]
struct Kind {
    kind: String,
    #[serde(default)]
    photos: BTreeSet<String>,
}

/// What belongs to one page of events.
struct Page {
    sealed: BTreeMap<i64, Vec<u8>>,
    notes: BTreeMap<i64, (Vec<u8>, Option<i64>)>,
    keys: HashMap<Stream, CaseKey>,
}

pub(super) struct Walk<'a> {
    number: i64,
    log: &'a Verifier,
    edge: Edge,
    last_at: Moment,
    noted: u64,
    replay: Replay,
    /// Entries of the page whose private part or photos are not there: in order only if their case says "erased".
    missing: Vec<(u64, CaseId, &'static str)>,
    /// Cases that the page erased: nothing private of them may be left.
    erased: Vec<CaseId>,
    tiles: u64,
    rows: Db,
    report: Report,
}

impl<'a> Walk<'a> {
    pub(super) fn new(number: i64, log: &'a Verifier) -> Result<Walk<'a>> {
        let mut rows = Db::scratch()?;
        schema::migrate(&mut rows)?;
        rows.begin()?;
        Ok(Walk {
            number,
            log,
            edge: Edge::empty(),
            last_at: Moment(i64::MIN),
            noted: 0,
            replay: Replay::default(),
            missing: Vec::new(),
            erased: Vec::new(),
            tiles: 0,
            rows,
            report: Report::default(),
        })
    }

    /// The replayed read rows.
    pub(super) fn rows(&mut self) -> &mut Db {
        &mut self.rows
    }

    /// The district as replayed.
    pub(super) fn district(&self) -> &District {
        self.replay.district()
    }

    /// How many entries were walked over.
    pub(super) fn entries(&self) -> u64 {
        self.report.entries
    }

    /// Walks over what has come since, and looks whether all holds that must at the end, in one snapshot.
    pub(super) fn finish(&mut self, db: &mut Db, keys: &mut Keys, absent: &mut Vec<(u64, CaseId)>) -> Checked<Report> {
        db.begin()?;
        let done = match self.catch_up(db, keys, absent)? {
            Ok(()) => self.end(db)?,
            Err(finding) => Err(finding),
        };
        db.rollback()?;
        Ok(done)
    }

    /// Walks on to the end, one short snapshot for each page, so that a server can write meanwhile; entries whose key is
    /// not there are handed to `absent`.
    pub(super) fn through(
        &mut self,
        db: &mut Db,
        keys: &mut Keys,
        absent: &mut Vec<(u64, CaseId)>,
        progress: &mut dyn FnMut(u64),
    ) -> Checked<()> {
        loop {
            db.begin()?;
            let more = self.one_page(db, keys, absent);
            db.rollback()?;
            match more? {
                Ok(true) => progress(self.report.entries),
                Ok(false) => return Ok(Ok(())),
                Err(finding) => return Ok(Err(finding)),
            }
        }
    }

    /// Walks over what has come since, within the snapshot of the caller.
    pub(super) fn catch_up(&mut self, db: &mut Db, keys: &mut Keys, absent: &mut Vec<(u64, CaseId)>) -> Checked<()> {
        loop {
            match self.one_page(db, keys, absent)? {
                Ok(true) => {}
                Ok(false) => return Ok(Ok(())),
                Err(finding) => return Ok(Err(finding)),
            }
        }
    }

    /// Whether there may be more.
    fn one_page(&mut self, db: &mut Db, keys: &mut Keys, absent: &mut Vec<(u64, CaseId)>) -> Checked<bool> {
        let from = if self.report.entries == 0 { i64::MIN } else { self.report.entries as i64 };
        let events = db.query(EVENTS, &args![self.number, from, PAGE])?;
        // Behind the last event, whatever is left must not be there.
        let until = events.last().map_or(Ok(i64::MAX), |row| row.int("seq"))?;
        let mut page = self.page(db, keys, &events, from, until)?;
        for row in &events {
            if let Err(finding) = self.event(db, row, &mut page, absent)? {
                return Ok(Err(finding));
            }
        }
        if let Some(seq) = page.sealed.keys().next() {
            return found(format!("there is a private part {seq} without an entry"), TRUTH);
        }
        if let Some(size) = page.notes.keys().next() {
            let entries = self.report.entries;
            let what = format!("there is a checkpoint of size {size}, but the ledger has {entries} entries");
            return found(what, TRUTH);
        }
        match self.erasures(db)? {
            Ok(()) => Ok(Ok(until != i64::MAX)),
            Err(finding) => Ok(Err(finding)),
        }
    }

    /// Whether what is missing was erased, and what was erased is missing.
    fn erasures(&mut self, db: &mut Db) -> Checked<()> {
        for (seq, id, what) in std::mem::take(&mut self.missing) {
            if db.query(ERASED, &args![self.number, &id.0])?.is_empty() {
                return found(format!("entry {seq}: its {what} missing, and the case was not erased"), TRUTH);
            }
            self.report.erased += 1;
        }
        for id in std::mem::take(&mut self.erased) {
            let part =
                db.query(STILL, &args![self.number, &id.0])?.first().map_or(Ok(None), |row| row.opt_int("seq"))?;
            let photo = match db.query(FILES_OF, &args![self.number, &id.0])?.is_empty() {
                true => None,
                false => db.query(FIRST, &args![self.number, &id.0])?.first().map(|row| row.int("seq")).transpose()?,
            };
            if let Some(seq) = [part, photo].into_iter().flatten().min() {
                let what = format!("entry {seq}: its case was erased, but its private part is still there");
                return found(what, KEY);
            }
        }
        Ok(Ok(()))
    }

    fn page(&self, db: &mut Db, keys: &mut Keys, events: &[Row], from: i64, until: i64) -> Result<Page> {
        let mut page = Page { sealed: BTreeMap::new(), notes: BTreeMap::new(), keys: HashMap::new() };
        db.for_each(SEALED, &args![self.number, from, until], |row| {
            page.sealed.insert(row.int("seq")?, row.bytes("sealed")?.to_vec());
            Ok(())
        })?;
        db.for_each(NOTES, &args![self.number, from, until.saturating_add(1)], |row| {
            page.notes.insert(row.int("size")?, (row.bytes("note")?.to_vec(), row.opt_int("before")?));
            Ok(())
        })?;
        let mut streams: BTreeSet<Stream> = BTreeSet::new();
        for row in events {
            streams.insert(row.array("stream")?);
        }
        streams.remove(&DISTRICT_STREAM.0);
        page.keys = keys.case_keys(&streams.into_iter().collect::<Vec<_>>())?;
        Ok(page)
    }

    fn event(&mut self, db: &mut Db, row: &Row, page: &mut Page, absent: &mut Vec<(u64, CaseId)>) -> Checked<()> {
        let (seq, id, version) = (row.int("seq")?, CaseId(row.array("stream")?), row.int("version")? as u64);
        let (kind, at, bytes, body) =
            (row.text("kind")?, Moment(row.int("at")?), row.bytes("entry")?, row.bytes("body")?);
        let wrong = |what: &str| found(format!("entry {seq}: {what}"), TRUTH);
        if seq < 0 {
            return wrong("there is no place in the ledger for it");
        }
        let seq = seq as u64;
        if seq != self.report.entries {
            return found(format!("entry {} is missing", self.report.entries), TRUTH);
        }
        let entry = match Entry::parse(bytes) {
            Ok(entry) => entry,
            Err(e) => return wrong(&format!("the public entry can't be read: {e}")),
        };
        if <[u8; 32]>::from(Sha256::digest(body)) != entry.body {
            return wrong("its body is not the one that the entry commits to");
        }
        let Ok(envelope) = serde_json::from_slice::<Envelope>(body) else { return wrong("its body can't be read") };
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
        let before = self.replay.last(db, self.number, seq, id)?;
        if version != before.map_or(1, |(v, _)| v + 1) || entry.previous != before.map(|(_, s)| s) {
            return wrong("it does not follow the entry of its case before it");
        }
        if erases(kind) {
            self.erased.push(id);
        }
        let private = self.private(seq, id, version, &entry, page, absent);
        if let Err(what) = private {
            return wrong(&what);
        }
        if !envelope.event.photos.is_empty()
            && let Err(finding) = self.photos(db, seq, id, &envelope.event.photos, page, absent)?
        {
            return Ok(Err(finding));
        }
        if let Err(finding) = self.grow(db, bytes, page)? {
            return Ok(Err(finding));
        }
        match self.replay.rows(db, self.number, Next { seq, id, kind, body }) {
            Ok(writes) => self.rows.write(&writes).map(|_| Ok(())),
            Err(e @ (StoreError::Corrupt(_) | StoreError::Shape(_))) => wrong(&e.to_string()),
            Err(e) => Err(e),
        }
    }

    /// The tree with one entry more: its full tiles, and the checkpoint of its size.
    fn grow(&mut self, db: &mut Db, entry: &[u8], page: &mut Page) -> Checked<()> {
        for tile in self.edge.append(leaf_hash(entry)) {
            let stored = db.query(TILE, &args![self.number, u64::from(tile.level), tile.index])?;
            let name = format!("tile {}/{}", tile.level, tile.index);
            match stored.first() {
                None => return found(format!("{name} is missing"), TRUTH),
                Some(row) if row.bytes("hashes")? != tile.hashes.concat() => {
                    return found(format!("{name} is not the one of these entries"), TRUTH);
                }
                Some(_) => self.tiles += 1,
            }
        }
        self.report.entries += 1;
        let size = self.report.entries;
        let Some((note, before)) = page.notes.remove(&(size as i64)) else { return Ok(Ok(())) };
        match self.log.verify(&note) {
            Ok(c) if c.size == size && c.root == self.edge.root() => self.report.checkpoints += 1,
            Ok(_) => return found(format!("the checkpoint of size {size} is not that of these entries"), TRUTH),
            Err(e) => return found(format!("the checkpoint of size {size}: {e}"), TRUTH),
        }
        if before != Some(self.noted as i64) {
            return found(format!("a checkpoint between the sizes {} and {size} is missing", self.noted), TRUTH);
        }
        self.noted = size;
        Ok(Ok(()))
    }

    /// Whether the private part opens and is what the entry commits to.
    fn private(
        &mut self,
        seq: u64,
        id: CaseId,
        version: u64,
        entry: &Entry,
        page: &mut Page,
        absent: &mut Vec<(u64, CaseId)>,
    ) -> std::result::Result<(), String> {
        let sealed = page.sealed.remove(&(seq as i64));
        if entry.fields.is_empty() {
            let none = "it has a private part that it does not commit to";
            return if sealed.is_none() { Ok(()) } else { Err(none.into()) };
        }
        let Some(sealed) = sealed else {
            self.missing.push((seq, id, "private part is"));
            return Ok(());
        };
        let Some(key) = page.keys.get(&id.0) else {
            absent.push((seq, id));
            return Ok(());
        };
        let Ok(fields) = vault::open(key, self.number, &id.0, version as i64, &sealed) else {
            return Err("its private part was changed, or the key of its case is another one".into());
        };
        let committed: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.clone(), commitment(&field_salt(key.bytes(), version, name), value.as_bytes())))
            .collect();
        self.report.opened += 1;
        if committed == entry.fields { Ok(()) } else { Err("its private part is not what it commits to".into()) }
    }

    /// Whether the photos of a case are the ones that its first entry names.
    fn photos(
        &mut self,
        db: &mut Db,
        seq: u64,
        id: CaseId,
        named: &BTreeSet<String>,
        page: &Page,
        absent: &mut Vec<(u64, CaseId)>,
    ) -> Checked<()> {
        let rows = db.query(FILES_OF, &args![self.number, &id.0])?;
        if rows.is_empty() {
            self.missing.push((seq, id, "photos are"));
            return Ok(Ok(()));
        }
        let mut left = named.clone();
        for row in &rows {
            let hash: [u8; 32] = row.array("hash")?;
            let name: String = hash.iter().map(|b| format!("{b:02x}")).collect();
            let wrong = |what: &str| found(format!("entry {seq}: its photo {} {what}", &name[..16]), TRUTH);
            if !left.remove(&name) {
                return wrong("is not one that it names");
            }
            self.report.files += 1;
            let Some(key) = page.keys.get(&id.0) else {
                absent.push((seq, id));
                continue;
            };
            let Ok(content) = vault::open_file(key, self.number, &id.0, &hash, row.bytes("sealed")?) else {
                return wrong("was changed, or the key of its case is another one");
            };
            // 0.1 named a photo by its SHA-256 itself.
            let own = <[u8; 32]>::from(Sha256::digest(&content));
            if own != hash && vault::photo_name(key, &own) != hash {
                return wrong("has another content than its name says");
            }
            if vault::kind_of(&content) != Some(row.text("kind")?) {
                return wrong("is marked as another kind of file than it is");
            }
        }
        match left.first() {
            Some(name) => {
                let what = format!("entry {seq}: its photo {} is missing", name.get(..16).unwrap_or(name));
                found(what, TRUTH)
            }
            None => Ok(Ok(())),
        }
    }

    /// What must hold when all events are read, in the snapshot in which they were.
    fn end(&mut self, db: &mut Db) -> Checked<Report> {
        if self.noted != self.report.entries {
            let what = format!("no signed checkpoint covers the entries from {} on", self.noted);
            return found(what, TRUTH);
        }
        if self.report.entries > 0 && db.query(FIRST, &args![self.number, &DISTRICT_STREAM.0])?.is_empty() {
            return found("the district's own first entry is missing", TRUTH);
        }
        for (sql, table) in [(SEALED_BEHIND, "vault"), (NOTES_BEHIND, "checkpoints")] {
            if !db.query(sql, &args![self.number, i64::MAX])?.is_empty() {
                return found(format!("the table {table} has a row that belongs to no entry"), TRUTH);
            }
        }
        let mut count = |sql| db.number(sql, &args![self.number]);
        if count(TILES_COUNT)? as u64 != self.tiles {
            return self.tile_too_many(db);
        }
        // An erasure may have taken some away while we walked.
        if count(FILES_COUNT)? as u64 > self.report.files {
            return self.photo_too_many(db);
        }
        Ok(Ok(self.report.clone()))
    }

    fn tile_too_many(&self, db: &mut Db) -> Checked<Report> {
        let mut first = None;
        let size = self.report.entries;
        db.for_each(TILES, &args![self.number], |row| {
            let (level, index) = (row.int("level")?, row.int("idx")?);
            let full = u32::try_from(level).ok().and_then(|l| size.checked_shr(8 * (l + 1)).or(Some(0))).unwrap_or(0);
            if index < 0 || index as u64 >= full {
                first.get_or_insert(format!("tile {level}/{index} has no entries"));
            }
            Ok(())
        })?;
        found(first.unwrap_or_else(|| "the table tiles has a row that belongs to no entry".into()), TRUTH)
    }

    fn photo_too_many(&self, db: &mut Db) -> Checked<Report> {
        for row in db.query(FILES, &args![self.number])? {
            let first = db.query(FIRST, &args![self.number, row.bytes("stream")?])?;
            let Some(first) = first.first() else {
                return found("there is a photo of a case that is not there", TRUTH);
            };
            let named =
                serde_json::from_slice::<Envelope>(first.bytes("body")?).is_ok_and(|e| !e.event.photos.is_empty());
            if !named {
                let what = format!("there is a photo at entry {} that no entry names", first.int("seq")?);
                return found(what, TRUTH);
            }
        }
        found("the table files has a row that belongs to no entry", TRUTH)
    }
}
