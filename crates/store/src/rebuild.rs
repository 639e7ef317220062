//! Read tables from events: what `rebuild` writes and what `verify` compares with. What it holds in memory does not grow
//! with the history.

use crate::args;
use crate::db::{Db, Engine, Result, Row, Write};
use crate::{rows, stream};
use domain::case::CaseId;
use domain::district::{DISTRICT_STREAM, District};
use domain::register::{Registers, Shelf, Thing};
use std::collections::HashMap;

const EVENTS: &str =
    "SELECT seq, stream, kind, body FROM events WHERE district = $1 AND seq >= $2 AND seq < $3 ORDER BY seq LIMIT $4";
const BEFORE: &str =
    "SELECT seq, version, kind, body FROM events WHERE district = $1 AND stream = $2 AND seq < $3 ORDER BY version";
const SIZE: &str = "SELECT COALESCE(MAX(seq) + 1, 0) AS size FROM events WHERE district = $1";
const DISTRICTS: &str = "SELECT DISTINCT district FROM events ORDER BY district";

/// How many events one query brings, and how many rows are about what is written at a time.
const PAGE: u64 = 1024;
/// How many cases are held, once over: what happens to a case mostly happens within some weeks.
const HELD: usize = 8192;

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[EVENTS, BEFORE, SIZE, DISTRICTS];
/// Those that go through all that there ever was, and why.
pub(crate) const WALKS: &[(&str, &str)] = &[(DISTRICTS, "an upgrade that fills the read tables anew, once")];

/// A record as it is after the events that were read; without a shelf before the first of them.
#[derive(Default)]
struct Held {
    record: Option<(&'static dyn Shelf, Box<Thing>)>,
    first: u64,
    version: u64,
    last: u64,
}

impl Held {
    fn take(&mut self, id: CaseId, seq: u64, shelf: &'static dyn Shelf, body: &Thing) -> Result<()> {
        if self.version == 0 {
            self.first = seq;
        }
        (self.version, self.last) = (self.version + 1, seq);
        let (own, state) = self.record.get_or_insert_with(|| (shelf, shelf.blank(id)));
        stream::same(*own, shelf, id)?;
        own.evolve(state.as_mut(), body);
        Ok(())
    }
}

/// The states that a walk over all events holds: the district, and the records to which something happened lately. A
/// record that was let go is made again from its events.
pub struct Replay {
    registers: Registers,
    most: usize,
    late: HashMap<CaseId, Held>,
    before: HashMap<CaseId, Held>,
    district: District,
    /// Version and ledger index of the district's last event.
    district_last: Option<(u64, u64)>,
}

impl Default for Replay {
    fn default() -> Replay {
        Replay::holding(HELD)
    }
}

impl Replay {
    /// One that holds at most twice so many records.
    pub fn holding(most: usize) -> Replay {
        let (late, before, district) = (HashMap::new(), HashMap::new(), District::default());
        Replay { registers: registers::REGISTERS, most, late, before, district, district_last: None }
    }

    /// One that knows other registers than those of this program.
    pub fn knowing(registers: Registers) -> Replay {
        Replay { registers, ..Replay::default() }
    }

    /// The rows of the next event; events must come in ledger order. `from` has the events in front of it.
    ///
    /// # Errors
    /// As [`stream::read`].
    pub fn rows(&mut self, from: &mut Db, number: i64, next: Next<'_>) -> Result<Vec<Write>> {
        let Next { seq, id, kind, body } = next;
        let (shelf, body) = stream::read(self.registers, id, kind, body)?;
        let body = body.as_ref();
        if id == DISTRICT_STREAM {
            shelf.evolve(&mut self.district, body);
            self.district_last = Some((self.district_last.map_or(1, |(version, _)| version + 1), seq));
            return Ok(rows::project(number, (0, seq), shelf, &self.district, body));
        }
        let held = self.held(from, number, seq, id)?;
        held.take(id, seq, shelf, body)?;
        let (first, state) = (held.first, &held.record);
        let rows = |state: &Thing| rows::project(number, (first, seq), shelf, state, body);
        Ok(state.as_ref().map(|(_, state)| rows(state.as_ref())).unwrap_or_default())
    }

    /// Version and ledger index of the event of a stream in front of a ledger index, which is the next to be read.
    ///
    /// # Errors
    /// What the database says; [`crate::StoreError::Corrupt`] for a body that can't be read.
    pub fn last(&mut self, from: &mut Db, number: i64, seq: u64, id: CaseId) -> Result<Option<(u64, u64)>> {
        if id == DISTRICT_STREAM {
            return Ok(self.district_last);
        }
        let held = self.held(from, number, seq, id)?;
        Ok((held.version > 0).then_some((held.version, held.last)))
    }

    fn held(&mut self, from: &mut Db, number: i64, seq: u64, id: CaseId) -> Result<&mut Held> {
        if !self.late.contains_key(&id) {
            let held = match self.before.remove(&id) {
                Some(held) => held,
                None => made(self.registers, from, number, seq, id)?,
            };
            if self.late.len() >= self.most {
                self.before = std::mem::take(&mut self.late);
            }
            self.late.insert(id, held);
        }
        Ok(self.late.entry(id).or_default())
    }

    /// The district as it is after what was read so far.
    pub fn district(&self) -> &District {
        &self.district
    }
}

/// An event that is the next of a walk.
#[derive(Clone, Copy)]
pub struct Next<'a> {
    /// Its ledger index.
    pub seq: u64,
    /// Its record.
    pub id: CaseId,
    /// Its kind.
    pub kind: &'a str,
    /// Its body's bytes.
    pub body: &'a [u8],
}

impl Next<'_> {
    fn of(row: &Row) -> Result<Next<'_>> {
        Ok(Next {
            seq: row.int("seq")? as u64,
            id: CaseId(row.array("stream")?),
            kind: row.text("kind")?,
            body: row.bytes("body")?,
        })
    }
}

/// A record as it was in front of a ledger index.
fn made(registers: Registers, from: &mut Db, number: i64, seq: u64, id: CaseId) -> Result<Held> {
    let mut held = Held::default();
    for row in from.query(BEFORE, &args![number, &id.0, seq])? {
        let (shelf, body) = stream::read(registers, id, row.text("kind")?, row.bytes("body")?)?;
        held.take(id, row.int("seq")? as u64, shelf, body.as_ref())?;
        held.version = row.int("version")? as u64;
    }
    Ok(held)
}

/// Writes the read rows of the events `[since, to)` of `from` into the read tables of `into`, which has those of the
/// events in front of them. `progress` gets the index behind what is done.
///
/// # Errors
/// What either database says.
pub fn fill(
    from: &mut Db,
    into: &mut Db,
    number: i64,
    replay: &mut Replay,
    (since, to): (u64, u64),
    progress: &mut dyn FnMut(u64),
) -> Result<()> {
    let mut next = since;
    while next < to {
        let page = from.query(EVENTS, &args![number, next, to, PAGE])?;
        let Some(last) = page.last() else { break };
        let behind = last.int("seq")? as u64 + 1;
        let mut writes = Vec::new();
        for row in &page {
            writes.extend(replay.rows(from, number, Next::of(row)?)?);
        }
        into.write(&writes)?;
        next = behind;
        progress(next);
    }
    Ok(())
}

/// How many entries the ledger has.
fn size(db: &mut Db, number: i64) -> Result<u64> {
    db.query(SIZE, &args![number])?.first().map_or(Ok(0), |row| row.int("size").map(|n| n as u64))
}

fn empty(db: &mut Db, number: i64) -> Result<()> {
    let emptied: Vec<Write> = rows::tables().iter().map(|table| Write::new(&table.empty, args![number])).collect();
    db.write(&emptied).map(|_| ())
}

/// The read tables of every district filled anew within the open transaction of an upgrade, over its one connection.
///
/// # Errors
/// What the database says; [`crate::StoreError::Corrupt`] for a body that can't be read.
pub(crate) fn refill(db: &mut Db) -> Result<()> {
    let districts = db.query(DISTRICTS, &[])?.iter().map(|row| row.int("district")).collect::<Result<Vec<i64>>>()?;
    for number in districts {
        empty(db, number)?;
        let (mut replay, mut next, all) = (Replay::default(), 0, size(db, number)?);
        while next < all {
            let page = db.query(EVENTS, &args![number, next, all, PAGE])?;
            let Some(last) = page.last() else { break };
            next = last.int("seq")? as u64 + 1;
            let mut writes = Vec::new();
            for row in &page {
                writes.extend(replay.rows(db, number, Next::of(row)?)?);
            }
            db.write(&writes)?;
        }
    }
    Ok(())
}

/// Makes all indexes anew; then empties the read tables and fills them again, in one transaction: a reader sees the old
/// rows or the new ones. `progress` gets (done, all) entries.
///
/// # Errors
/// What the database says; then the read tables are as they were.
pub fn rebuild(reader: &mut Db, writer: &mut Db, number: i64, progress: &mut dyn FnMut(u64, u64)) -> Result<u64> {
    writer.execute_batch(match writer.engine() {
        Engine::Sqlite => "REINDEX",
        Engine::Postgres => REINDEX_ALL,
    })?;
    writer.begin()?;
    let done = empty(writer, number).and_then(|()| size(reader, number)).and_then(|all| {
        let mut advance = |done| progress(done, all);
        fill(reader, writer, number, &mut Replay::default(), (0, all), &mut advance).map(|()| all)
    });
    match done {
        Ok(count) => writer.commit().map(|()| count),
        Err(e) => writer.rollback().and(Err(e)),
    }
}

/// Each table of ours; what else the server has is none of our business.
const REINDEX_ALL: &str = "DO $$ DECLARE t RECORD; BEGIN FOR t IN SELECT tablename FROM pg_tables \
WHERE schemaname = current_schema() LOOP EXECUTE format('REINDEX TABLE %I', t.tablename); END LOOP; END $$";
