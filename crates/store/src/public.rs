//! What everybody may look at: cases whose residents agreed to show them. Words stand with them only when a person has
//! reviewed and released them. A case is named by its ledger index here: its code is half of what opens it.

use crate::args;
use crate::db::{Db, Result, Row, StoreError};
use crate::keys::Keys;
use crate::vault;
use domain::Label;
use domain::case::{CaseId, Ending, Fields, Handled, Kept, Outcome, Solved, Stage};
use domain::district::{CategoryCode, UnitCode};

macro_rules! shown {
    ($rest:literal) => {
        concat!(
            "SELECT c.seq, c.id, c.step_by, c.step_kept, c.category, c.street, c.lead, c.stage, c.question, c.raised_day, c.answered_day, \
             CASE WHEN c.live = 0 THEN c.ended_day END AS ended_day, c.outcome, CASE WHEN c.live = 0 THEN c.ending END AS ending, \
             CASE WHEN c.live = 0 THEN c.solved END AS solved, CASE WHEN c.live = 0 THEN c.handled END AS handled, \
             (SELECT COUNT(*) FROM links l WHERE l.district = c.district AND l.to_id = c.id) AS joined, e.version, v.sealed \
             FROM cases c LEFT JOIN events e ON e.district = c.district AND e.stream = c.id AND e.version = c.released \
             LEFT JOIN vault v ON v.district = e.district AND v.seq = e.seq WHERE c.district = $1 AND ",
            $rest
        )
    };
}

const RELEASED: &str = shown!(
    "c.released > 0 AND c.seq < $2 AND (c.street = $3 OR $3 = '') AND (c.coarse = $4 OR $4 = '') \
     ORDER BY c.seq DESC LIMIT $5"
);
const ONE: &str = shown!("c.public = 1 AND c.seq = $2");
const NEAR: &str =
    shown!("c.public = 1 AND c.live = 1 AND c.street = $2 AND c.coarse = $3 ORDER BY c.seq DESC LIMIT $4");
const ALL: &str = shown!("c.public = 1 AND c.seq > $2 ORDER BY c.seq LIMIT $3");
const ASKED: &str = shown!(
    "c.sealed = 0 AND c.because IN (SELECT a.seq FROM events a WHERE a.district = $1 AND a.stream IN \
     (SELECT r.id FROM records r WHERE r.district = $1 AND r.under = $2 UNION ALL SELECT $2)) ORDER BY c.seq LIMIT $3"
);
const TIME: &str = "SELECT at FROM events WHERE district = $1 AND seq = $2";

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[RELEASED, ONE, NEAR, ALL, ASKED, TIME];

/// A case as everybody may see it. Nothing of it says who somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The ledger index of its first entry: its public name.
    pub seq: i64,
    /// Its handle.
    pub id: CaseId,
    /// Its category.
    pub category: Option<CategoryCode>,
    /// The street of its place.
    pub street: Option<UnitCode>,
    /// The unit that leads, or led last.
    pub lead: Option<UnitCode>,
    /// Where it stands.
    pub stage: Stage,
    /// Whether a question is open with its resident.
    pub question: bool,
    /// When it was raised, as a day number.
    pub raised: i64,
    /// When it was answered last, as a day number.
    pub answered: Option<i64>,
    /// When it ended, as a day number.
    pub ended: Option<i64>,
    /// What the latest answer says.
    pub outcome: Option<Outcome>,
    /// How it ended.
    pub ending: Option<Ending>,
    /// The resident's word: is it solved?
    pub solved: Option<Solved>,
    /// The resident's word: was it handled well?
    pub handled: Option<Handled>,
    /// Once a unit promised a first step at a meeting: the resident's word on it, if there is one.
    pub step: Option<Option<Kept>>,
    /// How many other cases name this one: neighbours who joined it, and cases merged into it or linked to it.
    pub joined: i64,
    /// The released words: `shown`, `shown_answer`. Empty while nobody has released any.
    pub words: Fields,
}

fn term<T: Label>(row: &Row, column: &str) -> Result<Option<T>> {
    let known = |text: &str| {
        T::of(text).ok_or_else(|| StoreError::Corrupt(format!("a read row holds the unknown word {text:?}")))
    };
    row.opt_text(column)?.map(known).transpose()
}

fn shown(rows: &[Row], keys: &mut Keys, district: i64) -> Result<Vec<Shown>> {
    let has_words = rows.iter().filter(|row| matches!(row.opt_bytes("sealed"), Ok(Some(_))));
    let streams = has_words.map(|row| row.array("id")).collect::<Result<Vec<[u8; 16]>>>()?;
    let found = if streams.is_empty() { Default::default() } else { keys.case_keys(&streams)? };
    let one = |row: &Row| -> Result<Shown> {
        let id = CaseId(row.array("id")?);
        let words = match row.opt_int("version")? {
            Some(version) => vault::opened(found.get(&id.0), district, &id.0, version, row.opt_bytes("sealed")?)?,
            None => Fields::new(),
        };
        Ok(Shown {
            seq: row.int("seq")?,
            id,
            category: row.opt_text("category")?.map(CategoryCode::from),
            street: row.opt_text("street")?.map(UnitCode::from),
            lead: row.opt_text("lead")?.map(UnitCode::from),
            stage: term(row, "stage")?.ok_or_else(|| StoreError::Corrupt("a case without a stage".into()))?,
            question: row.int("question")? != 0,
            raised: row.int("raised_day")?,
            answered: row.opt_int("answered_day")?,
            ended: row.opt_int("ended_day")?,
            outcome: term(row, "outcome")?,
            ending: term(row, "ending")?,
            solved: term(row, "solved")?,
            handled: term(row, "handled")?,
            step: row.opt_int("step_by")?.map(|_| term(row, "step_kept")).transpose()?,
            joined: row.int("joined")?,
            words,
        })
    };
    rows.iter().map(one).collect()
}

/// The cases with released words before a ledger index, the newest first, at most `most`. Empty texts narrow nothing;
/// `coarse` is a first level of the catalogue.
///
/// # Errors
/// What the database says; [`StoreError::Corrupt`] for what does not open.
pub fn released(
    db: &mut Db,
    keys: &mut Keys,
    district: i64,
    before: i64,
    street: &str,
    coarse: &str,
    most: usize,
) -> Result<Vec<Shown>> {
    let rows = db.query(RELEASED, &args![district, before, street, coarse, most as u64])?;
    shown(&rows, keys, district)
}

/// The public case of a ledger index.
///
/// # Errors
/// As [`released`].
pub fn one(db: &mut Db, keys: &mut Keys, district: i64, seq: i64) -> Result<Option<Shown>> {
    let rows = db.query(ONE, &args![district, seq])?;
    Ok(shown(&rows, keys, district)?.pop())
}

/// The public cases of a street and a first level of the catalogue that are still handled, the newest first.
///
/// # Errors
/// As [`released`].
pub fn near(
    db: &mut Db,
    keys: &mut Keys,
    district: i64,
    street: &str,
    coarse: &str,
    most: usize,
) -> Result<Vec<Shown>> {
    let rows = db.query(NEAR, &args![district, street, coarse, most as u64])?;
    shown(&rows, keys, district)
}

/// All public cases behind a ledger index, in order, at most `most`.
///
/// # Errors
/// As [`released`].
pub fn all(db: &mut Db, keys: &mut Keys, district: i64, after: i64, most: usize) -> Result<Vec<Shown>> {
    let rows = db.query(ALL, &args![district, after, most as u64])?;
    shown(&rows, keys, district)
}

/// The cases that acts on a record and on its parts asked for, in their order, at most `most`: where each stands, and its words once a person
/// has released them. Sealed ones are left out.
///
/// # Errors
/// As [`released`].
pub fn asked_by(db: &mut Db, keys: &mut Keys, district: i64, record: CaseId, most: usize) -> Result<Vec<Shown>> {
    let rows = db.query(ASKED, &args![district, &record.0, most as u64])?;
    shown(&rows, keys, district)
}

/// When the entry at a ledger index was made; none beyond the end.
///
/// # Errors
/// What the database says.
pub fn time(db: &mut Db, district: i64, seq: u64) -> Result<Option<domain::Moment>> {
    let rows = db.query(TIME, &args![district, seq])?;
    rows.first().map(|row| row.int("at").map(domain::Moment)).transpose()
}
