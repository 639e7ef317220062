//! What `doorstep bench` needs of the store: a writer without rules to compare the desk with, and how large the data is.

use crate::args;
use crate::db::{Db, Engine, Result, Row, Value, Write};
use crate::keys::{Keys, Stream};
use crate::place::Place;
use crate::{log, rows};
use std::time::{Duration, Instant};

const EVENTS: &str = "SELECT * FROM events WHERE district = $1 AND seq >= $2 ORDER BY seq";
const VAULT: &str = "SELECT * FROM vault WHERE district = $1 AND seq >= $2 ORDER BY seq";
const DONE: &str = "SELECT * FROM done WHERE district = $1 AND seq >= $2 ORDER BY seq";
const TILES: &str = "SELECT * FROM tiles WHERE district = $1 AND level = 0 AND idx >= $2 ORDER BY idx";
const NOTES: &str = "SELECT * FROM checkpoints WHERE district = $1 AND size > $2 ORDER BY size";
const CODE: &str = "SELECT code FROM cases WHERE district = $1 AND seq >= $2 ORDER BY seq LIMIT 1";
const RAISED: &str = "SELECT id FROM cases WHERE district = $1 AND seq >= $2 ORDER BY seq LIMIT $3";
/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[EVENTS, VAULT, DONE, TILES, NOTES, CODE, RAISED];

/// Those of them that go through everything, and why.
pub const WALKS: &[(&str, &str)] = &[(DONE, "the bench copies what its own desk has just written; keys have no order")];

/// Rows of raised cases as the desk wrote them, to be written again under the number of a district that is not there.
pub struct Bare {
    cases: Vec<Vec<Write>>,
    tiles: Vec<Write>,
    note: Option<Write>,
    streams: Vec<Stream>,
    district: i64,
}

impl Bare {
    /// Takes the rows of the cases that `from` raised since its ledger had `since` entries: nothing else may have
    /// happened since then.
    ///
    /// # Errors
    /// What the database says.
    pub fn copy(db: &mut Db, from: i64, since: u64, to: i64) -> Result<Bare> {
        let mut cases: Vec<Vec<Write>> = Vec::new();
        let table = &rows::CASES.shape;
        let raised = format!("SELECT {} FROM cases WHERE district = $1 AND seq >= $2 ORDER BY seq", table.names);
        let pairs = [
            (EVENTS, log::EVENT.sql.as_str()),
            (VAULT, log::VAULT),
            (raised.as_str(), table.put.as_str()),
            (DONE, log::DONE),
        ];
        for (sql, insert) in pairs {
            for (n, write) in writes(db, sql, insert, from, since, to)?.into_iter().enumerate() {
                match cases.get_mut(n) {
                    Some(case) => case.push(write),
                    None => cases.push(vec![write]),
                }
            }
        }
        let tiles = writes(db, TILES, log::TILE, from, since / 256 + 1, to)?;
        let note = writes(db, NOTES, log::CHECKPOINT, from, since, to)?.pop();
        let most = cases.len() as u64;
        let streams = db.query(RAISED, &args![from, since, most])?;
        let streams = streams.iter().map(|row| row.array("id")).collect::<Result<_>>()?;
        Ok(Bare { cases, tiles, note, streams, district: to })
    }

    /// How many cases there are.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// Writes them all in groups of so many, each durable as the desk's are: keys first, then everything else. Returns
    /// how long it took. Give it a district's number that was not used before.
    ///
    /// # Errors
    /// What the database says.
    pub fn write(mut self, place: &Place, group: usize) -> Result<Duration> {
        let mut db = Db::open_writer(place)?;
        let mut keys = Keys::open(place, self.district, true)?;
        let mut tiles = self.tiles.into_iter();
        let mut size = 0_u64;
        let begun = Instant::now();
        for (part, streams) in self.cases.chunks_mut(group).zip(self.streams.chunks(group)) {
            let mut group: Vec<Write> = part.iter_mut().flat_map(std::mem::take).collect();
            let full = (size + part.len() as u64) / 256 - size / 256;
            size += part.len() as u64;
            group.extend(tiles.by_ref().take(full as usize));
            if let Some(note) = &self.note {
                let mut note = note.clone();
                note.args[1] = size.into();
                note.args[3] = (size - part.len() as u64).into();
                group.push(note);
            }
            let made: Vec<(Stream, [u8; 32])> = streams.iter().map(|s| (*s, [7; 32])).collect();
            keys.put_cases(&made)?;
            db.write(&group)?;
        }
        Ok(begun.elapsed())
    }
}

fn writes(db: &mut Db, sql: &str, insert: &'static str, from: i64, since: u64, to: i64) -> Result<Vec<Write>> {
    let again = |row: Row| {
        let mut args = row.into_values();
        if let Some(first) = args.first_mut() {
            *first = Value::Int(to);
        }
        Write::new(insert, args)
    };
    Ok(db.query_text(sql, &args![from, since])?.into_iter().map(again).collect())
}

/// Handles of cases that were raised at ledger indexes from `first` on.
///
/// # Errors
/// What the database says.
pub fn cases_from(db: &mut Db, district: i64, first: u64, most: u64) -> Result<Vec<domain::case::CaseId>> {
    let rows = db.query(RAISED, &args![district, first, most])?;
    rows.iter().map(|row| row.array("id").map(domain::case::CaseId)).collect()
}

/// The code of the first case that was raised at a ledger index or behind it.
///
/// # Errors
/// What the database says.
pub fn code_from(db: &mut Db, district: i64, first: u64) -> Result<Option<String>> {
    let rows = db.query(CODE, &args![district, first])?;
    rows.first().map(|row| row.text("code").map(str::to_owned)).transpose()
}

/// How many bytes the data takes on disk, all districts and the keys included.
///
/// # Errors
/// What the database says, or the file system.
pub fn bytes_on_disk(db: &mut Db, place: &Place) -> Result<u64> {
    if db.engine() == Engine::Postgres {
        let rows = db.query("SELECT pg_database_size(current_database()) AS bytes", &[])?;
        return rows.first().map_or(Ok(0), |row| row.int("bytes").map(|n| n as u64));
    }
    let Some(folder) = place.folder() else { return Ok(0) };
    let failed = |e| crate::place::io_failed(folder, &e);
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        bytes += entry.and_then(|e| e.metadata()).map_err(failed)?.len();
    }
    Ok(bytes)
}
