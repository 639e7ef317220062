//! Cases with their texts. For a file that leaves: one pass over the history, without a query for each case, sealed
//! accusations left out. For the search: some of them, by the index of their first entry.

use crate::args;
use crate::db::{Db, Result, Row, Value};
use crate::keys::Keys;
use crate::read::{Stored, body};
use crate::vault;
use calendar::Date;
use domain::case::{Case, CaseId, Cases, Event, Fields, Texts, answer_version, field, replay};
use domain::district::DISTRICT_STREAM;
use domain::moment::day_number;

const COUNT: &str =
    "SELECT COUNT(*) AS n FROM cases WHERE district = $1 AND sealed = 0 AND raised_day >= $2 AND raised_day < $3";
// The cases in the order of their key, each one's events by their index, private parts by theirs: nothing is sorted, and each
// row is read once. `+ 0` keeps SQLite from going by the index over the day, which leads it to read all events for each case.
const PASS: &str = "SELECT c.id AS stream, e.seq, e.version, e.body, v.sealed FROM cases c \
JOIN events e ON e.district = c.district AND e.stream = c.id \
LEFT JOIN vault v ON v.district = e.district AND v.seq = e.seq \
WHERE c.district = $1 AND c.sealed = 0 AND c.raised_day + 0 >= $2 AND c.raised_day + 0 < $3 ORDER BY c.seq, e.version";

// By the index of the first entry of each case; the district's own stream begins with one too and is left out, and so are
// the records of other registers, whose kinds have a dot.
const SOME: &str = "SELECT e.stream, e.seq, e.version, e.body, v.sealed FROM events f \
JOIN events e ON e.district = f.district AND e.stream = f.stream \
LEFT JOIN vault v ON v.district = e.district AND v.seq = e.seq \
WHERE f.district = $1 AND f.version = 1 AND f.kind NOT LIKE '%.%' AND f.stream <> $2 AND f.seq IN ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
$16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, \
$39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, \
$62, $63, $64, $65, $66) ORDER BY e.stream, e.version";

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[COUNT, PASS, SOME];

/// Those of them that go through everything, and why.
pub const WALKS: &[(&str, &str)] = &[(PASS, "an export reads every case, in the order in which they came in")];

/// How many cases are held at a time: their keys are fetched together.
pub const BATCH: usize = 64;

/// Days `[from, to)` on which cases were raised; none: without an end on that side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The first day.
    pub from: Option<Date>,
    /// The first day that is not among them.
    pub to: Option<Date>,
}

impl Window {
    fn days(self) -> (i64, i64) {
        (self.from.map_or(i64::MIN, day_number), self.to.map_or(i64::MAX, day_number))
    }
}

/// A case with its texts as they stand now: corrected where they were corrected, the latest answer, never the secret.
/// Without texts when the case was erased.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The case.
    pub case: Case,
    /// The ledger index of its first entry.
    pub first: u64,
    /// The texts, by the names of [`field`].
    pub texts: Fields,
    /// Every value that a personal field ever had: to hide it where it stands inside another text. Never shown.
    pub personal: Vec<String>,
}

/// How many cases [`each`] hands over.
///
/// # Errors
/// What the database says.
pub fn count(db: &mut Db, district: i64, window: Window) -> Result<u64> {
    let (from, to) = window.days();
    let rows = db.query(COUNT, &args![district, from, to])?;
    rows.first().map_or(Ok(0), |row| row.int("n").map(|n| n as u64))
}

/// Hands over the cases that were raised in a window, in the order in which they came in.
///
/// # Errors
/// What the database says; [`StoreError::Corrupt`] for a part that does not open; the first error of `each`.
pub fn each(
    db: &mut Db,
    keys: &mut Keys,
    district: i64,
    window: Window,
    mut each: impl FnMut(Record) -> Result<()>,
) -> Result<()> {
    let (from, to) = window.days();
    let mut waiting: Vec<Sealed> = Vec::with_capacity(BATCH);
    db.for_each(PASS, &args![district, from, to], |row| {
        let id = CaseId(row.array("stream")?);
        if waiting.last().is_none_or(|case| case.id != id) {
            if waiting.len() == BATCH {
                open(&mut waiting, keys, district, &mut each)?;
            }
            waiting.push(Sealed { id, events: Vec::new() });
        }
        if let Some(case) = waiting.last_mut() {
            case.events.push(part_of(&row)?);
        }
        Ok(())
    })?;
    open(&mut waiting, keys, district, &mut each)
}

/// The cases among the records whose first entries have these ledger indexes, sealed ones too, in no order: one statement and one for the
/// keys for each [`BATCH`]. Whoever shows one looks first who may see it.
///
/// # Errors
/// As [`each`].
pub fn some(db: &mut Db, keys: &mut Keys, district: i64, firsts: &[u64]) -> Result<Vec<Record>> {
    let mut records = Vec::with_capacity(firsts.len());
    for part in firsts.chunks(BATCH) {
        let mut args = args![district, &DISTRICT_STREAM.0];
        args.extend((0..BATCH).map(|n| Value::from(part[n.min(part.len() - 1)])));
        let mut waiting: Vec<Sealed> = Vec::with_capacity(part.len());
        for row in db.query(SOME, &args)? {
            let id = CaseId(row.array("stream")?);
            if waiting.last().is_none_or(|case| case.id != id) {
                waiting.push(Sealed { id, events: Vec::new() });
            }
            if let Some(case) = waiting.last_mut() {
                case.events.push(part_of(&row)?);
            }
        }
        open(&mut waiting, keys, district, &mut |record| {
            records.push(record);
            Ok(())
        })?;
    }
    Ok(records)
}

/// A case whose private parts are not opened yet.
struct Sealed {
    id: CaseId,
    events: Vec<(Stored<Event>, Option<Vec<u8>>)>,
}

fn part_of(row: &Row) -> Result<(Stored<Event>, Option<Vec<u8>>)> {
    let stored = Stored {
        seq: row.int("seq")? as u64,
        version: row.int("version")? as u64,
        body: body::<Cases>(row.bytes("body")?)?,
    };
    Ok((stored, row.opt_bytes("sealed")?.map(<[u8]>::to_vec)))
}

fn open(
    waiting: &mut Vec<Sealed>,
    keys: &mut Keys,
    district: i64,
    each: &mut impl FnMut(Record) -> Result<()>,
) -> Result<()> {
    let ids: Vec<[u8; 16]> = waiting.iter().map(|case| case.id.0).collect();
    let found = keys.case_keys(&ids)?;
    for Sealed { id, events } in waiting.drain(..) {
        let key = found.get(&id.0);
        let mut opened = Vec::with_capacity(events.len());
        for (stored, sealed) in events {
            let fields = vault::opened(key, district, &id.0, stored.version as i64, sealed.as_deref())?;
            opened.push((stored, fields));
        }
        let Some(case) = replay(id, opened.iter().map(|(stored, _)| &stored.body)) else { continue };
        let first = opened.first().map_or(0, |(stored, _)| stored.seq);
        let mut found = Texts::of(opened.iter().map(|(stored, private)| (&stored.body.event, private)));
        let personal = std::mem::take(&mut found.personal);
        each(Record { case, first, texts: texts(&opened, found), personal })?;
    }
    Ok(())
}

/// The texts as they stand after all events, with the answer that stands.
fn texts(events: &[(Stored<Event>, Fields)], texts: Texts) -> Fields {
    let mut fields = texts.fields;
    // What opens a case is no text of it.
    fields.remove(field::SECRET);
    fields.remove(field::PHOTOS);
    let answer = answer_version(events.iter().map(|(stored, _)| (stored.version, &stored.body.event)));
    let answer = events.iter().find(|(stored, _)| Some(stored.version) == answer);
    let answer = answer.and_then(|(_, private)| private.get(field::ANSWER));
    fields.extend(answer.map(|text| (field::ANSWER.to_owned(), text.clone())));
    fields
}
