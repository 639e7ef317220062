//! Appending: events, ledger entries, vault, tiles, checkpoint and read rows of a group of commands in one
//! transaction. The one place that adds to the history.
//!
//! Order of durability: the keys of new cases are durable in their own store before the transaction that needs them
//! commits (two SQLite files do not commit as one); a key without an event is harmless, an event without its key
//! would be unreadable.

use crate::args;
use crate::db::{Db, Result, StoreError, Write};
use crate::keys::{CaseKey, Keys, Stream};
use crate::table::Written;
use crate::tiles;
use crate::vault;
use domain::Moment;
use domain::case::{CaseId, Fields};
use domain::columns;
use domain::register::Public;
use ledger::checkpoint::Signer;
use ledger::commit::{commitment, field_salt};
use ledger::entry::Entry;
use ledger::hash::leaf_hash;
use ledger::tree::Edge;
use rand_core::RngCore;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::LazyLock;

pub(crate) const VAULT: &str = "INSERT INTO vault(district, seq, sealed) VALUES($1, $2, $3)";
const VAULT_ERASE: &str =
    "DELETE FROM vault WHERE district = $1 AND seq IN (SELECT seq FROM events WHERE district = $1 AND stream = $2)";
const FILE: &str = "INSERT INTO files(district, stream, hash, kind, sealed) VALUES($1, $2, $3, $4, $5) ON CONFLICT(district, stream, hash) DO NOTHING";
const FILES_ERASE: &str = "DELETE FROM files WHERE district = $1 AND stream = $2";
pub(crate) const TILE: &str = "INSERT INTO tiles(district, level, idx, hashes) VALUES($1, $2, $3, $4)";
pub(crate) const CHECKPOINT: &str = "INSERT INTO checkpoints(district, size, note, before) VALUES($1, $2, $3, $4)";
pub(crate) const DONE: &str =
    "INSERT INTO done(district, key, request, stream, seq, size) VALUES($1, $2, $3, $4, $5, $6)";
const SIZE: &str = "SELECT COALESCE(MAX(seq) + 1, 0) AS size FROM events WHERE district = $1";
const ERASED: [&str; 2] = [
    "SELECT seq, id FROM cases WHERE district = $1 AND erased = 1 AND seq > $2 ORDER BY seq LIMIT $3",
    "SELECT seq, id FROM records WHERE district = $1 AND erased = 1 AND seq > $2 ORDER BY seq LIMIT $3",
];
const NOTE: &str = "SELECT note, size FROM checkpoints WHERE district = $1 ORDER BY size DESC LIMIT 1";

/// A row of the history.
pub(crate) struct EventRow {
    district: i64,
    seq: u64,
    stream: CaseId,
    version: u64,
    kind: String,
    at: Moment,
    entry: Vec<u8>,
    body: Vec<u8>,
}

pub(crate) static EVENT: LazyLock<Written<EventRow>> = LazyLock::new(|| {
    let columns = columns! { EventRow:
        district "BIGINT NOT NULL" fixed = |e| e.district,
        seq "BIGINT NOT NULL" fixed = |e| e.seq,
        stream "BYTEA NOT NULL" fixed = |e| &e.stream.0,
        version "BIGINT NOT NULL" fixed = |e| e.version,
        kind "TEXT NOT NULL" fixed = |e| e.kind.as_str(),
        at "BIGINT NOT NULL" fixed = |e| e.at.0,
        entry "BYTEA NOT NULL" fixed = |e| e.entry.as_slice(),
        body "BYTEA NOT NULL" fixed = |e| e.body.as_slice(),
    };
    Written::added("events", columns)
});

/// How many erased cases a start looks at in one query.
const PAGE: i64 = 64;

/// The constant statements of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] =
    &[VAULT, VAULT_ERASE, FILE, FILES_ERASE, TILE, CHECKPOINT, DONE, SIZE, NOTE, ERASED[0], ERASED[1]];

/// An event on its way into the log.
#[derive(Debug)]
pub struct Pending<'a> {
    /// Its stream.
    pub stream: CaseId,
    /// Its version within the stream, from 1.
    pub version: u64,
    /// The ledger index of the stream's event before it.
    pub previous: Option<u64>,
    /// Its kind.
    pub kind: &'a str,
    /// When.
    pub at: Moment,
    /// The body's bytes, nonce included: stored as they are, and committed to as they are.
    pub body: Vec<u8>,
    /// What goes into the vault.
    pub private: &'a Fields,
    /// What the public entry tells.
    pub public: Public,
    /// The version of the calendar in force.
    pub calendar: &'a str,
}

/// The writer's hand on the log. One per district and process; the database's lock refuses a second.
pub struct Log {
    db: Db,
    keys: Keys,
    district: i64,
    edge: Edge,
    signer: Signer,
    note: Vec<u8>,
    group: Group,
    /// Edge and checkpoint may not be those of the database: it did not answer when they were to be read again.
    stale: bool,
    /// Keys whose case is erased in the history and that could not be destroyed yet.
    condemned: Vec<[u8; 16]>,
}

#[derive(Default)]
struct Group {
    writes: Vec<Write>,
    new_keys: Vec<([u8; 16], [u8; 32])>,
    keys: HashMap<[u8; 16], CaseKey>,
    entries: HashMap<u64, Vec<u8>>,
    destroy: Vec<[u8; 16]>,
}

/// A commit's result.
#[derive(Clone, Debug)]
pub struct Committed {
    /// How many entries the ledger has.
    pub size: u64,
    /// The signed checkpoint of that size.
    pub note: Vec<u8>,
}

impl Log {
    /// Takes the log up where the last commit left it.
    ///
    /// # Errors
    /// What the database says; [`StoreError::Corrupt`] if tiles and events disagree about the size, or if there are fewer
    /// entries than the latest checkpoint speaks of.
    pub fn open(mut db: Db, keys: Keys, district: i64, signer: Signer) -> Result<Log> {
        let (edge, note) = Log::edge(&mut db, district)?;
        let (group, condemned) = (Group::default(), Vec::new());
        let mut log = Log { db, keys, district, edge, signer, note, group, stale: false, condemned };
        log.finish_erasures()?;
        Ok(log)
    }

    fn edge(db: &mut Db, district: i64) -> Result<(Edge, Vec<u8>)> {
        let size = db.number(SIZE, &args![district])? as u64;
        let signed = db.query(NOTE, &args![district])?;
        let (note, noted) = match signed.first() {
            Some(row) => (row.bytes("note")?.to_vec(), row.int("size")? as u64),
            None => (Vec::new(), 0),
        };
        // Whoever goes on from here would give out an index for the second time. What was committed between the two questions
        // is asked for once more.
        if noted > size && noted > db.number(SIZE, &args![district])? as u64 {
            return Err(StoreError::Corrupt(format!(
                "the ledger has {size} entries, and its own signed checkpoint speaks of {noted}: the last ones are missing. \
                 Restore the latest backup"
            )));
        }
        let edge = tiles::over(db, district, |tiles| Edge::load(size, tiles))?;
        Ok((edge, note))
    }

    /// The connection, for reading what a decision needs. It sees committed data only.
    pub fn db(&mut self) -> &mut Db {
        &mut self.db
    }

    /// The key store.
    pub fn keys(&mut self) -> &mut Keys {
        &mut self.keys
    }

    /// Reads from both stores together.
    pub fn with_both<T>(&mut self, read: impl FnOnce(&mut Db, &mut Keys) -> T) -> T {
        read(&mut self.db, &mut self.keys)
    }

    /// How many entries the ledger has, those of the open group included.
    pub fn size(&self) -> u64 {
        self.edge.size()
    }

    /// The latest durable checkpoint.
    pub fn note(&self) -> &[u8] {
        &self.note
    }

    /// Makes the key of a new case.
    pub fn make_key(&mut self, stream: CaseId, rng: &mut dyn RngCore) {
        let mut key = [0; 32];
        rng.fill_bytes(&mut key);
        self.group.new_keys.push((stream.0, key));
        self.group.keys.insert(stream.0, CaseKey::new(key));
    }

    /// Takes over the key of a record that began elsewhere.
    pub fn take_key(&mut self, stream: CaseId, key: [u8; 32]) {
        self.group.new_keys.push((stream.0, key));
        self.group.keys.insert(stream.0, CaseKey::new(key));
    }

    /// Forgets the key of a record that was to begin in this group and does not.
    pub fn forget_key(&mut self, stream: CaseId) {
        self.group.new_keys.retain(|(id, _)| *id != stream.0);
        self.group.keys.remove(&stream.0);
    }

    /// Has the key of a case at hand, so that [`Log::append`] can't fail for want of it.
    ///
    /// # Errors
    /// What the key store says; [`StoreError::Corrupt`] if it has no such key.
    pub fn need_key(&mut self, stream: CaseId) -> Result<()> {
        match self.find_key(stream)? {
            Some(_) => Ok(()),
            None => Err(StoreError::Corrupt(format!("case {} has no key", stream.hex()))),
        }
    }

    fn find_key(&mut self, stream: CaseId) -> Result<Option<&CaseKey>> {
        if !self.group.keys.contains_key(&stream.0) {
            self.group.keys.extend(self.keys.case_keys(&[stream.0])?);
        }
        Ok(self.group.keys.get(&stream.0))
    }

    /// A request's hash as [`Log::done`] takes it: under the record's key, or under the district's where the record has none
    /// any more.
    ///
    /// # Errors
    /// What the key store says.
    pub fn fingerprint(&mut self, stream: CaseId, request: &[u8; 32]) -> Result<[u8; 32]> {
        match self.find_key(stream)? {
            Some(key) => Ok(vault::fingerprint(key, request)),
            None => self.keys.keyless(request),
        }
    }

    /// Adds an event to the open group and returns its ledger index.
    ///
    /// # Errors
    /// [`StoreError`] if the case's key can't be had; the group is then as it was.
    pub fn append(&mut self, pending: Pending<'_>, rng: &mut dyn RngCore) -> Result<u64> {
        let seq = self.edge.size();
        let district = self.district;
        let Pending { stream, version, previous, kind, at, body, private, public, calendar } = pending;
        let mut fields = Vec::with_capacity(private.len());
        if !private.is_empty() {
            self.need_key(stream)?;
            let key = &self.group.keys[&stream.0];
            for (name, value) in private {
                let salt = field_salt(key.bytes(), version, name);
                fields.push((name.clone(), commitment(&salt, value.as_bytes())));
            }
            let mut nonce = [0; 24];
            rng.fill_bytes(&mut nonce);
            let sealed = vault::seal(key, district, &stream.0, version as i64, private, nonce);
            self.group.writes.push(Write::new(VAULT, args![district, seq, sealed]));
        }
        let entry = Entry {
            case: stream.0,
            kind: kind.to_owned(),
            category: public.category,
            unit: public.unit,
            hour: at.hour(),
            calendar: calendar.to_owned(),
            due: public.due,
            previous,
            body: Sha256::digest(&body).into(),
            fields,
        }
        .to_bytes();
        for tile in self.edge.append(leaf_hash(&entry)) {
            let hashes: Vec<u8> = tile.hashes.concat();
            self.group.writes.push(Write::new(TILE, args![district, u64::from(tile.level), tile.index, hashes]));
        }
        let row = EventRow { district, seq, stream, version, kind: kind.to_owned(), at, entry, body };
        self.group.writes.push(EVENT.of(&row));
        self.group.entries.insert(seq, row.entry);
        Ok(seq)
    }

    /// Adds read rows to the open group.
    pub fn rows(&mut self, writes: Vec<Write>) {
        self.group.writes.extend(writes);
    }

    /// The [name](vault::photo_name) of a photo in its case.
    ///
    /// # Errors
    /// As [`Log::need_key`].
    pub fn photo_name(&mut self, stream: CaseId, hash: &[u8; 32]) -> Result<[u8; 32]> {
        self.need_key(stream)?;
        Ok(vault::photo_name(&self.group.keys[&stream.0], hash))
    }

    /// Adds a sealed photo of a case to the open group, under its name.
    ///
    /// # Errors
    /// As [`Log::append`].
    pub fn file(
        &mut self,
        stream: CaseId,
        hash: &[u8; 32],
        kind: &str,
        bytes: &[u8],
        rng: &mut dyn RngCore,
    ) -> Result<()> {
        self.need_key(stream)?;
        let mut nonce = [0; 24];
        rng.fill_bytes(&mut nonce);
        let sealed = vault::seal_file(&self.group.keys[&stream.0], self.district, &stream.0, hash, bytes, nonce);
        self.group.writes.push(Write::new(FILE, args![self.district, &stream.0, hash, kind, sealed]));
        Ok(())
    }

    /// Destroys a case's private part with the open group: ciphertext in the transaction, the key right after it.
    pub fn erase(&mut self, stream: CaseId) {
        let district = self.district;
        self.group.writes.push(Write::new(VAULT_ERASE, args![district, &stream.0]));
        self.group.writes.push(Write::new(FILES_ERASE, args![district, &stream.0]));
        self.group.destroy.push(stream.0);
    }

    /// Remembers what an idempotency key led to: the request's [fingerprint](Log::fingerprint), the stream, the ledger
    /// index, and the size of the ledger that its answer was signed at (known only at the commit, so filled in there).
    pub fn done(&mut self, key: &[u8; 32], request: &[u8; 32], stream: CaseId, seq: u64) {
        self.group.writes.push(Write::new(DONE, args![self.district, key, request, &stream.0, seq, SIZE_AT_COMMIT]));
    }

    /// Makes the open group durable, all of it or nothing.
    ///
    /// # Errors
    /// What the database says. Then nothing of the group is in the history, unless the connection was lost while it
    /// committed ([`StoreError::Unavailable`]): a repeated command with the same idempotency key finds out.
    pub fn commit(&mut self) -> Result<Committed> {
        let mut group = std::mem::take(&mut self.group);
        let size = self.edge.size();
        let grown = !group.entries.is_empty();
        let note = if grown { self.signer.sign(size, self.edge.root()) } else { self.note.clone() };
        if grown {
            let before = size - group.entries.len() as u64;
            group.writes.push(Write::new(CHECKPOINT, args![self.district, size, note.as_slice(), before]));
        }
        for write in group.writes.iter_mut().filter(|w| w.sql == DONE) {
            if let Some(last) = write.args.last_mut() {
                *last = size.into();
            }
        }
        let done = self.write_group(&group);
        if let Err(e) = done {
            // If that fails too, the log says that it is stale.
            let _ = self.reload();
            return Err(e);
        }
        self.note.clone_from(&note);
        self.condemned.append(&mut group.destroy);
        self.destroy();
        self.group.entries = group.entries;
        Ok(Committed { size, note })
    }

    /// Destroys the keys of erased cases. The erasure is in the history already: a key that can't be destroyed now is
    /// no reason to say that it isn't. It is tried again with the next commit, and at the next start (see
    /// `finish_erasures`).
    fn destroy(&mut self) {
        let keys = &mut self.keys;
        self.condemned.retain(|stream| {
            let done = keys.destroy_case(stream);
            if let Err(e) = &done {
                tracing::error!(error = %e, "the key of an erased case could not be destroyed; it is tried again");
            }
            done.is_err()
        });
    }

    fn write_group(&mut self, group: &Group) -> Result<()> {
        if !group.new_keys.is_empty() {
            self.keys.put_cases(&group.new_keys)?;
        }
        self.db.begin()?;
        let written = self.db.write(&group.writes).and_then(|_| self.db.commit());
        if written.is_err() {
            self.db.rollback()?;
        }
        written
    }

    /// Forgets the open group and takes the log up from what is durable.
    ///
    /// # Errors
    /// What the database says.
    pub fn reload(&mut self) -> Result<()> {
        self.group = Group::default();
        self.stale = true;
        if !self.db.is_alive() {
            self.db.reconnect()?;
        }
        (self.edge, self.note) = Log::edge(&mut self.db, self.district)?;
        self.stale = false;
        Ok(())
    }

    /// The receipt of an entry of the group committed last, from memory.
    pub fn receipt(&self, seq: u64, committed: &Committed) -> Option<ledger::receipt::Receipt> {
        let entry = self.group.entries.get(&seq)?.clone();
        let proof = self.edge.inclusion(seq)?;
        Some(ledger::receipt::Receipt { entry, index: seq, proof, checkpoint: committed.note.clone() })
    }

    /// Whether what is in memory may be out of date, because the connection was lost or the database did not answer
    /// after a failed commit: call [`Log::reload`] before anything is appended.
    pub fn is_stale(&self) -> bool {
        self.stale || !self.db.is_alive()
    }

    /// Whether the open group holds nothing.
    pub fn is_empty(&self) -> bool {
        self.group.writes.is_empty()
    }

    /// The private part of an event.
    ///
    /// # Errors
    /// As [`crate::read::private`].
    pub fn private(&mut self, id: CaseId, version: u64, seq: u64) -> Result<Fields> {
        crate::read::private(&mut self.db, &mut self.keys, self.district, id, version, seq)
    }

    /// The secret of a number that opens a case to its resident; the open group's keys count.
    ///
    /// # Errors
    /// What the key store says.
    pub fn opening_secret(&mut self, id: CaseId, no: u16) -> Result<String> {
        Ok(self.find_key(id)?.map(|key| crate::opening::secret(key, no)).unwrap_or_default())
    }

    /// Forgets the entries kept for receipts: call before the next group.
    pub fn next_group(&mut self) {
        self.group = Group::default();
    }

    /// Every key whose record says "erased" is destroyed: the crash between commit and destruction ends here. In pages,
    /// and of each page only the keys that are still there.
    fn finish_erasures(&mut self) -> Result<()> {
        for table in ERASED {
            let mut after = -1;
            loop {
                let rows = self.db.query(table, &args![self.district, after, PAGE])?;
                let streams: Vec<Stream> = rows.iter().map(|row| row.array("id")).collect::<Result<_>>()?;
                for stream in self.keys.case_keys(&streams)?.keys() {
                    self.keys.destroy_case(stream)?;
                }
                match rows.last() {
                    Some(row) if rows.len() == PAGE as usize => after = row.int("seq")?,
                    _ => break,
                }
            }
        }
        Ok(())
    }
}

/// Stands in a `done` row until the commit knows the size.
const SIZE_AT_COMMIT: u64 = 0;
