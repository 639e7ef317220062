//! What is asked before anything is served or made: whether a district is here, and whether the keys are its own. What
//! the check-up calls a finding that must stop the service stops it here.

use crate::args;
use crate::db::{Db, Result, StoreError};
use crate::health::KEYED;
use crate::keys::{Keys, SIGNING_KEY, Stream};
use crate::place::Place;
use crate::{read, schema, verify};
use domain::case::CaseId;
use ledger::checkpoint::Signer;
use std::collections::HashSet;

const FIRST: &str = "SELECT kind FROM events WHERE district = $1 AND seq = 0";
const NEWEST: [&str; 2] = [
    "SELECT id, seq FROM cases WHERE district = $1 AND erased = 0 ORDER BY seq DESC LIMIT $2",
    "SELECT id, seq FROM records WHERE district = $1 AND erased = 0 ORDER BY seq DESC LIMIT $2",
];

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[FIRST, NEWEST[0], NEWEST[1]];

/// How many of the newest cases, and of the newest records of other registers, are asked for their keys before anything is served: an older key store lacks these.
const ASKED: i64 = 512;
/// How many records are looked at together.
const PAGE: i64 = 512;

/// Whether a district is here with its own signing key. Reads only: a start that fails leaves nothing behind.
///
/// # Errors
/// [`StoreError::Missing`], [`StoreError::Newer`]; [`StoreError::NoDistrict`] if there are no tables or no entries;
/// [`StoreError::WrongKeys`] if the signing key is not there or is another one; [`StoreError::Corrupt`] if the first entry
/// can't be read.
pub fn ask(place: &Place, number: i64) -> Result<()> {
    let mut db = Db::open_reader(place)?;
    match (schema::version(&mut db)?, schema::known()) {
        (0, _) => return Err(StoreError::NoDistrict(place.to_string())),
        (found, known) if found > known => return Err(StoreError::Newer { found, known }),
        _ => {}
    }
    if db.query(FIRST, &args![number])?.is_empty() {
        return Err(StoreError::NoDistrict(place.to_string()));
    }
    let founded = verify::founding_key(&mut db, number)?.map_err(|finding| StoreError::Corrupt(finding.to_string()))?;
    let mut keys = Keys::open(place, number, false).map_err(|e| match e {
        StoreError::Missing(_) => StoreError::WrongKeys(format!("there is no key store at {}", at(place))),
        e => e,
    })?;
    match signing_key(&mut keys)? {
        Some(key) if key == founded => Ok(()),
        Some(_) => Err(StoreError::WrongKeys(format!("{} has the signing key of another ledger", at(place)))),
        None => Err(StoreError::WrongKeys(format!("{} has no signing key", at(place)))),
    }
}

/// How the key store of a place is named to people.
fn at(place: &Place) -> String {
    match place.folder() {
        Some(_) => place.keys_file().display().to_string(),
        None => format!("the schema doorstep_keys of {place}"),
    }
}

/// The public line of the signing key of a key store, if it has one that can be read.
fn signing_key(keys: &mut Keys) -> Result<Option<String>> {
    let line = keys.secret(SIGNING_KEY)?;
    Ok(line.and_then(|line| Signer::new(&line).ok()).map(|signer| signer.vkey().to_owned()))
}

/// How many of the newest living records have no key, and the ledger index of one of them.
///
/// # Errors
/// What either database says.
pub fn newest_without_key(db: &mut Db, keys: &mut Keys, number: i64) -> Result<Option<(u64, i64)>> {
    let mut records: Vec<(Stream, i64)> = Vec::new();
    for newest in NEWEST {
        for row in &db.query(newest, &args![number, ASKED])? {
            records.push((row.array("id")?, row.int("seq")?));
        }
    }
    let streams: Vec<Stream> = records.iter().map(|(stream, _)| *stream).collect();
    let held: HashSet<Stream> = keys.case_keys(&streams)?.into_keys().collect();
    let without: Vec<i64> = records.iter().filter(|(s, _)| !held.contains(s)).map(|(_, seq)| *seq).collect();
    Ok(without.iter().min().map(|first| (without.len() as u64, *first)))
}

/// What came of putting two key stores together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Keys of records that were taken.
    pub taken: u64,
    /// Records that have no key in either store, or one that does not open them.
    pub without: u64,
    /// Whether the signing key was taken.
    pub signing: bool,
}

/// Takes from another key store what this one lacks: the keys of living records, each of them tried on what the first entry seals, where that seals something, and
/// the signing key if it is the one that the first entry names. A key that was destroyed is not taken again.
///
/// # Errors
/// [`StoreError::Locked`] while the service runs; what either store says.
pub fn merge(place: &Place, from: &Place, number: i64) -> Result<Merged> {
    let mut other = Keys::open(from, number, false)?;
    drop(Db::open_reader(place)?);
    let mut db = Db::open_writer(place)?;
    schema::check(&mut db)?;
    let founded = verify::founding_key(&mut db, number)?.map_err(|finding| StoreError::Corrupt(finding.to_string()))?;
    let mut keys = Keys::open(place, number, true)?;
    let mut merged = Merged::default();
    if signing_key(&mut keys)?.as_ref() != Some(&founded)
        && signing_key(&mut other)?.as_ref() == Some(&founded)
        && let Some(line) = other.secret(SIGNING_KEY)?
    {
        keys.put_secret(SIGNING_KEY, &line)?;
        merged.signing = true;
    }
    for table in KEYED {
        lacking(&mut db, (&mut keys, &mut other), number, table, &mut merged)?;
    }
    Ok(merged)
}

/// Takes the keys that one table's living records lack.
fn lacking(
    db: &mut Db,
    (keys, other): (&mut Keys, &mut Keys),
    number: i64,
    table: &'static str,
    merged: &mut Merged,
) -> Result<()> {
    let mut after = -1;
    loop {
        let rows = db.query(table, &args![number, after, PAGE])?;
        let mut living = Vec::new();
        for row in &rows {
            after = row.int("seq")?;
            if row.int("erased")? == 0 {
                living.push((row.array::<16>("id")?, after.unsigned_abs()));
            }
        }
        let streams: Vec<Stream> = living.iter().map(|(stream, _)| *stream).collect();
        let held: HashSet<Stream> = keys.case_keys(&streams)?.into_keys().collect();
        living.retain(|(stream, _)| !held.contains(stream));
        let lacking: Vec<Stream> = living.iter().map(|(stream, _)| *stream).collect();
        let found = other.case_keys(&lacking)?;
        let mut taken = Vec::new();
        for (stream, seq) in living {
            match found.get(&stream) {
                Some(key) if read::private(db, other, number, CaseId(stream), 1, seq).is_ok() => {
                    taken.push((stream, *key.bytes()));
                }
                _ => merged.without += 1,
            }
        }
        keys.put_cases(&taken)?;
        merged.taken += taken.len() as u64;
        if rows.len() < PAGE as usize {
            return Ok(());
        }
    }
}
