//! Read tables from events: what `rebuild` writes and what `verify` compares with.

use crate::args;
use crate::db::{Db, Result, Row, Write};
use crate::log::DISTRICT_STREAM;
use crate::read::body;
use crate::rows;
use domain::case::{self, Case, CaseId, Event};
use domain::district::{self, District};
use std::collections::HashMap;

const EVENTS: &str = "SELECT seq, stream, body FROM events WHERE district = $1 ORDER BY seq";
/// How many rows are written at a time.
const CHUNK: usize = 4096;

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[EVENTS];

/// The states that a walk over all events holds.
#[derive(Default)]
pub struct Replay {
    cases: HashMap<CaseId, (Case, u64)>,
    district: District,
}

impl Replay {
    /// The rows of the next event; events must come in ledger order.
    ///
    /// # Errors
    /// [`crate::StoreError::Corrupt`] if the body can't be read.
    pub fn rows(&mut self, number: i64, seq: u64, id: CaseId, bytes: &[u8]) -> Result<Vec<Write>> {
        if id == DISTRICT_STREAM {
            let body = body::<district::Event>(bytes)?;
            district::evolve(&mut self.district, body.at, &body.by, &body.event);
            return Ok(rows::project_district(number, seq, &body));
        }
        let body = body::<Event>(bytes)?;
        let (case, first) = self.cases.entry(id).or_insert_with(|| (Case::blank(id), seq));
        case::evolve(case, body.at, &body.by, &body.event, &body.clocks);
        Ok(rows::project_case(number, *first, seq, case, &body))
    }

    /// The district as it is after what was read so far.
    pub fn district(&self) -> &District {
        &self.district
    }

    /// Whether a case's personal data has been erased.
    pub fn is_erased(&self, id: CaseId) -> bool {
        self.cases.get(&id).is_some_and(|(case, _)| case.erased)
    }
}

/// Writes the read rows of all events of `from` into the empty read tables of `into`.
///
/// # Errors
/// What either database says.
pub fn fill(from: &mut Db, into: &mut Db, number: i64) -> Result<u64> {
    let mut replay = Replay::default();
    let mut waiting = Vec::new();
    let mut count = 0;
    from.for_each(EVENTS, &args![number], |row: Row| {
        waiting.extend(replay.rows(number, row.int(0)? as u64, CaseId(row.array(1)?), row.bytes(2)?)?);
        count += 1;
        if waiting.len() >= CHUNK {
            into.write(&std::mem::take(&mut waiting))?;
        }
        Ok(())
    })?;
    into.write(&waiting)?;
    Ok(count)
}

/// Empties the read tables and fills them again, in one transaction: a reader sees the old rows or the new ones.
///
/// # Errors
/// What the database says; then nothing has changed.
pub fn rebuild(reader: &mut Db, writer: &mut Db, number: i64) -> Result<u64> {
    const EMPTY: &[&str] = &[
        "DELETE FROM cases WHERE district = $1",
        "DELETE FROM tasks WHERE district = $1",
        "DELETE FROM links WHERE district = $1",
        "DELETE FROM openings WHERE district = $1",
        "DELETE FROM publications WHERE district = $1",
        "DELETE FROM exports WHERE district = $1",
    ];
    writer.begin()?;
    let emptied: Vec<Write> = EMPTY.iter().map(|sql| Write::new(sql, args![number])).collect();
    let done = writer.write(&emptied).and_then(|_| fill(reader, writer, number));
    match done {
        Ok(count) => writer.commit().map(|()| count),
        Err(e) => writer.rollback().and(Err(e)),
    }
}
