//! Records of any register as lists and pages read them: a page of them, each with its words, what a unit owes, and the
//! cases that they asked for. Lists are one statement, and one for the words of all their lines.

use crate::args;
use crate::db::{Db, Result, Row, Value};
use crate::keys::Keys;
use crate::view::{Owed, owed, owed_row};
use crate::{stream, vault};
use domain::case::{CaseId, Fields, Stage};
use domain::codes::{CategoryCode, UnitCode};
use domain::register::{Recorded, Registers, Shelf, Thing};
use domain::{Label, Lang};
use std::collections::{BTreeMap, BTreeSet};

macro_rules! page {
    ($which:literal, $order:literal) => {
        concat!(
            "SELECT r.seq, r.id, r.day FROM records r WHERE r.district = $1 AND r.register = $2 AND r.day >= $3 AND r.day < $4 \
             AND ",
            $which,
            $order
        )
    };
}
const PAGE: &str = page!("(r.day, r.seq) > ($5, $6)", " ORDER BY r.day, r.seq LIMIT $7");
const BACK: &str = page!("(r.day, r.seq) < ($5, $6)", " ORDER BY r.day DESC, r.seq DESC LIMIT $7");
const OWN: &str = page!("(r.day, r.seq) > ($5, $6) AND r.unit = $8", " ORDER BY r.day, r.seq LIMIT $7");
const OWN_BACK: &str = page!("(r.day, r.seq) < ($5, $6) AND r.unit = $8", " ORDER BY r.day DESC, r.seq DESC LIMIT $7");
const PUBLIC: &str = page!("r.public = 1 AND (r.day, r.seq) > ($5, $6)", " ORDER BY r.day, r.seq LIMIT $7");
const PUBLIC_BACK: &str =
    page!("r.public = 1 AND (r.day, r.seq) < ($5, $6)", " ORDER BY r.day DESC, r.seq DESC LIMIT $7");
const STANDING: &str = page!("r.stage = $5", " ORDER BY r.day DESC, r.seq DESC LIMIT $6");
// The plus keeps the days out of the choice of an index: by them a page would be sorted out of everything.
macro_rules! rows {
    ($by:literal) => {
        concat!(
            "SELECT r.seq, r.code, r.version, r.stage, r.unit, r.day, r.last FROM records r WHERE r.district = $1 \
             AND r.register = $2 AND r.",
            $by,
            " > $3 AND +r.day >= $4 AND +r.day < $5 AND ($6 = '' OR r.unit = $6) AND ($7 = '' OR r.stage = $7) ORDER BY r.",
            $by,
            " LIMIT $8"
        )
    };
}
const BY_FIRST: &str = rows!("seq");
const BY_LAST: &str = rows!("last");
// Sealed cases are left out, and the gap tells nothing.
const CASES: &str = "SELECT c.seq, c.id, (SELECT e.seq FROM events e WHERE e.district = c.district AND e.stream = c.id \
ORDER BY e.version DESC LIMIT 1) AS last FROM cases c WHERE c.district = $1 AND c.seq > $2 AND c.sealed = 0 ORDER BY c.seq LIMIT $3";
// How many entries are looked through stands in the text: for all that PostgreSQL knows of an argument, it may be every one.
const CHANGED: &str = "SELECT c.seq, c.id, e.seq AS last FROM (SELECT seq, stream, version FROM events \
WHERE district = $1 AND seq > $2 ORDER BY seq LIMIT 500) e JOIN events f ON f.district = $1 AND f.stream = e.stream AND f.version = 1 \
JOIN cases c ON c.district = $1 AND c.seq = f.seq AND c.sealed = 0 WHERE NOT EXISTS (SELECT 1 FROM events n \
WHERE n.district = $1 AND n.stream = e.stream AND n.version = e.version + 1) ORDER BY e.seq";
const CODE: &str = "SELECT id, register, public FROM records WHERE district = $1 AND code = $2";
macro_rules! owed_to_records {
    ($which:literal) => {
        concat!(
            "SELECT ",
            owed!(),
            " FROM duties d JOIN records r ON r.district = d.district AND r.seq = d.seq \
             WHERE d.district = $1 AND d.register <> 'case' AND d.sealed = 0 AND ($2 = '' OR d.register = $2) AND ",
            $which
        )
    };
}
const OWED: &str = owed_to_records!("d.unit = $3 AND d.since <= $4 ORDER BY d.due, d.seq, d.no LIMIT $5");
const LATE: &str =
    owed_to_records!("d.due < $3 AND (d.due, d.seq, d.no) > ($4, $5, $6) ORDER BY d.due, d.seq, d.no LIMIT $7");
const LATE_COUNT: &str =
    "SELECT COUNT(*) AS n FROM duties WHERE district = $1 AND register <> 'case' AND sealed = 0 AND due < $2";
const FIRSTS: &str = "SELECT id FROM records WHERE district = $1 AND seq IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
$14, $15, $16, $17, $18, $19, $20, $21)";
const KNOWN: &str = "SELECT code FROM records WHERE district = $1 AND register = $2 AND code IN ($3, $4, $5, $6, $7, $8, $9, \
$10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34)";
const LAST_OF: &str = "SELECT seq FROM events WHERE district = $1 AND stream = $2 ORDER BY version DESC LIMIT 1";
const ASKED: &str = "SELECT e.seq AS because, c.seq, c.id, c.code, c.stage, c.lead, c.category, c.street, c.sealed, c.public FROM events e \
JOIN cases c ON c.district = e.district AND c.because = e.seq WHERE e.district = $1 AND e.stream IN \
(SELECT r.id FROM records r WHERE r.district = $1 AND r.under = $2 UNION ALL SELECT $2) ORDER BY e.seq, c.seq";
const SOME: &str = "SELECT e.stream, e.seq, e.version, e.kind, e.body, v.sealed FROM events e \
LEFT JOIN vault v ON v.district = e.district AND v.seq = e.seq WHERE e.district = $1 AND e.stream IN ($2, $3, $4, $5, \
$6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, \
$31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52, $53, $54, \
$55, $56, $57, $58, $59, $60, $61, $62, $63, $64, $65) ORDER BY e.stream, e.version";

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[
    PAGE,
    BACK,
    OWN,
    OWN_BACK,
    PUBLIC,
    PUBLIC_BACK,
    STANDING,
    BY_FIRST,
    BY_LAST,
    CASES,
    CHANGED,
    CODE,
    OWED,
    LATE,
    LATE_COUNT,
    FIRSTS,
    KNOWN,
    LAST_OF,
    ASKED,
    SOME,
];

/// How many records one statement reads the words of.
pub const TOGETHER_MOST: usize = 64;

/// A record with its words.
pub struct Told {
    /// Its handle.
    pub id: CaseId,
    /// Its register.
    pub shelf: &'static dyn Shelf,
    /// Its state.
    pub state: Box<Thing>,
    /// Its events, each with its ledger index.
    pub events: Vec<(u64, Recorded)>,
}

impl Told {
    /// The ledger index of its first entry.
    pub fn first(&self) -> u64 {
        self.events.first().map_or(0, |(seq, _)| *seq)
    }

    /// What it is called in lists.
    pub fn title(&self, lang: Lang) -> String {
        self.shelf.title(self.state.as_ref(), &self.words_for(false), lang)
    }

    /// What was written of it, as [`Told::words`]: for the unit that has it, or for anybody else.
    pub fn words_for(&self, own: bool) -> Fields {
        let mut words = self.words();
        words.retain(|name, _| own || !self.shelf.closed().contains(&name.as_str()));
        words
    }

    /// What was written of it, each field as it was written last.
    pub fn words(&self) -> Fields {
        let all = self.events.iter().flat_map(|(_, event)| &event.private);
        all.map(|(name, text)| (name.clone(), text.clone())).collect()
    }
}

/// The records of these handles with their words, in the order of the handles; one that is not there is left out.
///
/// # Errors
/// What the database says; as [`stream::read`]; [`crate::StoreError::Corrupt`] for words that do not open.
pub fn some(db: &mut Db, keys: &mut Keys, registers: Registers, district: i64, ids: &[CaseId]) -> Result<Vec<Told>> {
    let mut told: BTreeMap<[u8; 16], Told> = BTreeMap::new();
    for part in ids.chunks(TOGETHER_MOST) {
        let mut args = args![district];
        args.extend((0..TOGETHER_MOST).map(|n| Value::from(part[n.min(part.len() - 1)].0)));
        let rows = db.query(SOME, &args)?;
        let streams: Vec<[u8; 16]> = part.iter().map(|id| id.0).collect();
        let found = keys.case_keys(&streams)?;
        for row in &rows {
            let id = CaseId(row.array("stream")?);
            let (seq, version) = (row.int("seq")? as u64, row.int("version")?);
            let (shelf, body) = stream::read(registers, id, row.text("kind")?, row.bytes("body")?)?;
            let private =
                vault::opened(found.get(id.0.as_slice()), district, &id.0, version, row.opt_bytes("sealed")?)?;
            let blank = || Told { id, shelf, state: shelf.blank(id), events: Vec::new() };
            let record = told.entry(id.0).or_insert_with(blank);
            stream::same(record.shelf, shelf, id)?;
            record.shelf.evolve(record.state.as_mut(), body.as_ref());
            record.events.push((seq, Recorded { version: version as u64, body, private }));
        }
    }
    Ok(ids.iter().filter_map(|id| told.remove(&id.0)).collect())
}

/// Which records of a register are listed.
#[derive(Clone, Debug)]
pub struct Which {
    /// The register's code.
    pub register: &'static str,
    /// The first day, as a day number, and the first one that is not among them.
    pub days: (i64, i64),
    /// The unit that has them; empty: any.
    pub unit: String,
    /// Only what everybody may see, of all units.
    pub public: bool,
    /// The latest first.
    pub back: bool,
    /// Behind this one, by day and ledger index.
    pub after: Option<(i64, i64)>,
}

/// A page of records by their day, at most `most`: each one's handle, and where a next page goes on.
///
/// # Errors
/// What the database says.
pub fn page(db: &mut Db, district: i64, which: &Which, most: usize) -> Result<Vec<(CaseId, (i64, i64))>> {
    let (day, seq) = which.after.unwrap_or(if which.back { (i64::MAX, i64::MAX) } else { (i64::MIN, -1) });
    let (from, to) = which.days;
    let sql = match (which.public, which.unit.is_empty(), which.back) {
        (true, _, false) => PUBLIC,
        (true, _, true) => PUBLIC_BACK,
        (false, true, false) => PAGE,
        (false, true, true) => BACK,
        (false, false, false) => OWN,
        (false, false, true) => OWN_BACK,
    };
    let mut args = args![district, which.register, from, to, day, seq, most as u64];
    if !which.public && !which.unit.is_empty() {
        args.push(which.unit.as_str().into());
    }
    let rows = db.query(sql, &args)?;
    rows.iter().map(|row| Ok((CaseId(row.array("id")?), (row.int("day")?, row.int("seq")?)))).collect()
}

/// The records of a register that stand in a stage and have a day among some, the latest first, at most `most`.
///
/// # Errors
/// What the database says.
pub fn standing(
    db: &mut Db,
    district: i64,
    (register, stage): (&'static str, &'static str),
    (from, to): (i64, i64),
    most: usize,
) -> Result<Vec<CaseId>> {
    let rows = db.query(STANDING, &args![district, register, from, to, stage, most as u64])?;
    rows.iter().map(|row| Ok(CaseId(row.array("id")?))).collect()
}

/// Which records of a register another program asks for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The register's code.
    pub register: &'static str,
    /// Behind this ledger index: of the first entry, or of the last one.
    pub behind: i64,
    /// By the last entry instead of the first one.
    pub by_last: bool,
    /// The first day, as a day number, and the first one that is not among them.
    pub days: (i64, i64),
    /// The unit that has them; empty: any.
    pub unit: String,
    /// Where they stand; empty: anywhere.
    pub stage: String,
}

/// A record as other programs list it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The ledger index of its first entry.
    pub first: u64,
    /// Its code.
    pub code: String,
    /// How many events it has.
    pub version: u64,
    /// Where it stands.
    pub stage: String,
    /// The unit that has it.
    pub unit: String,
    /// The day that it is about, as a day number.
    pub day: i64,
    /// The ledger index of its last entry.
    pub last: u64,
}

/// A page of records for another program by their ledger index, at most `most`.
///
/// # Errors
/// What the database says.
pub fn lines(db: &mut Db, district: i64, wanted: &Wanted, most: usize) -> Result<Vec<Line>> {
    let Wanted { register, behind, by_last, days: (from, to), unit, stage } = wanted;
    let sql = if *by_last { BY_LAST } else { BY_FIRST };
    let rows = db.query(sql, &args![district, *register, *behind, *from, *to, unit, stage, most as u64])?;
    let line = |row: &Row| {
        Ok(Line {
            first: row.int("seq")? as u64,
            code: row.text("code")?.to_owned(),
            version: row.int("version")? as u64,
            stage: row.text("stage")?.to_owned(),
            unit: row.text("unit")?.to_owned(),
            day: row.int("day")?,
            last: row.int("last")? as u64,
        })
    };
    rows.iter().map(line).collect()
}

impl Wanted {
    /// Whether a line is among those that are asked for, wherever it stands.
    pub fn takes(&self, line: &Line) -> bool {
        let (from, to) = self.days;
        let is = |wanted: &str, is: &str| wanted.is_empty() || wanted == is;
        (from..to).contains(&line.day) && is(&self.unit, &line.unit) && is(&self.stage, &line.stage)
    }
}

/// A case by its place in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its handle.
    pub id: CaseId,
    /// The ledger index of its first entry.
    pub first: u64,
    /// The ledger index of its last entry.
    pub last: u64,
}

/// The cases that begin behind a ledger index, at most `most`, by their first entry. Sealed ones are left out.
///
/// # Errors
/// What the database says.
pub fn cases(db: &mut Db, district: i64, behind: i64, most: usize) -> Result<Vec<Placed>> {
    db.query(CASES, &args![district, behind, most as u64])?.iter().map(placed).collect()
}

/// How many entries [`changed_cases`] looks through.
pub const STRETCH: u64 = 500;

/// The cases whose last entry is among the [`STRETCH`] entries behind a ledger index, by that entry. Sealed ones are left out.
///
/// # Errors
/// What the database says.
pub fn changed_cases(db: &mut Db, district: i64, behind: i64) -> Result<Vec<Placed>> {
    db.query(CHANGED, &args![district, behind])?.iter().map(placed).collect()
}

fn placed(row: &Row) -> Result<Placed> {
    Ok(Placed { id: CaseId(row.array("id")?), first: row.int("seq")? as u64, last: row.int("last")? as u64 })
}

/// The handle of a code in a register, and whether everybody may see it.
///
/// # Errors
/// What the database says.
pub fn by_code(db: &mut Db, district: i64, register: &str, code: &str) -> Result<Option<(CaseId, bool)>> {
    let rows = db.query(CODE, &args![district, code])?;
    let Some(row) = rows.first() else { return Ok(None) };
    let of_it = row.text("register")? == register;
    Ok(if of_it { Some((CaseId(row.array("id")?), row.int("public")? == 1)) } else { None })
}

/// The handle of a code in any register but cases, and the register's code.
///
/// # Errors
/// What the database says.
pub fn any_by_code(db: &mut Db, district: i64, code: &str) -> Result<Option<(CaseId, String)>> {
    let found = db.query(CODE, &args![district, code])?;
    found.first().map(|row| Ok((CaseId(row.array("id")?), row.text("register")?.to_owned()))).transpose()
}

/// How many codes one statement asks for.
const KNOWN_MOST: usize = 32;

/// Those of the codes that are codes of records of a register: one statement for 32 of them.
///
/// # Errors
/// What the database says.
pub fn known(db: &mut Db, district: i64, register: &str, codes: Vec<String>) -> Result<BTreeSet<String>> {
    let mut known = BTreeSet::new();
    for part in codes.chunks(KNOWN_MOST) {
        let mut args = args![district, register];
        args.extend((0..KNOWN_MOST).map(|n| Value::from(part[n.min(part.len() - 1)].as_str())));
        for row in db.query(KNOWN, &args)? {
            known.insert(row.text("code")?.to_owned());
        }
    }
    Ok(known)
}

/// How many records [`by_first`] finds at once.
pub const FIRSTS_MOST: usize = 20;

/// The records whose first entries have these ledger indexes, at most [`FIRSTS_MOST`], in no order; cases are left out.
///
/// # Errors
/// What the database says.
pub fn by_first(db: &mut Db, district: i64, firsts: &[u64]) -> Result<Vec<CaseId>> {
    let Some(last) = firsts.len().checked_sub(1) else { return Ok(Vec::new()) };
    let mut args = args![district];
    args.extend((0..FIRSTS_MOST).map(|n| Value::from(firsts[n.min(last)])));
    db.query(FIRSTS, &args)?.iter().map(|row| Ok(CaseId(row.array("id")?))).collect()
}

/// What a unit owes records of a register, or of all where none is named, and can do by `today`, by its last day, at most `most`.
///
/// # Errors
/// What the database says.
pub fn owed(db: &mut Db, district: i64, (unit, register): (&str, &str), today: i64, most: usize) -> Result<Vec<Owed>> {
    db.query(OWED, &args![district, register, unit, today, most as u64])?.iter().map(owed_row).collect()
}

/// What all units owe records of a register, or of all where none is named, that was due before a day, the longest first, at
/// most `most`; behind a due day and ledger index.
///
/// # Errors
/// What the database says.
pub fn late(
    db: &mut Db,
    district: i64,
    register: &str,
    before: i64,
    (due, seq, no): (i64, i64, i64),
    most: usize,
) -> Result<Vec<Owed>> {
    db.query(LATE, &args![district, register, before, due, seq, no, most as u64])?.iter().map(owed_row).collect()
}

/// How much units owe records of all registers but cases that was due before a day.
///
/// # Errors
/// What the database says.
pub fn late_count(db: &mut Db, district: i64, before: i64) -> Result<i64> {
    let rows = db.query(LATE_COUNT, &args![district, before])?;
    rows.first().map_or(Ok(0), |row| row.int("n"))
}

/// The ledger index of a record's last event; none if there is no such record.
///
/// # Errors
/// What the database says.
pub fn last(db: &mut Db, district: i64, id: CaseId) -> Result<Option<u64>> {
    let rows = db.query(LAST_OF, &args![district, &id.0])?;
    rows.first().map(|row| row.int("seq").map(|seq| seq as u64)).transpose()
}

/// A case that an act on a record asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedCase {
    /// The ledger index of the event that asked for it.
    pub because: u64,
    /// The ledger index of its first entry.
    pub seq: i64,
    /// Its handle.
    pub id: CaseId,
    /// Its code.
    pub code: String,
    /// Where it stands.
    pub stage: Stage,
    /// The unit that leads it, or led it last.
    pub lead: Option<String>,
    /// Its category.
    pub category: Option<CategoryCode>,
    /// The street of its place.
    pub street: Option<UnitCode>,
    /// Whether neighbours may look at it.
    pub public: bool,
}

/// The cases that acts on a record and on its parts asked for, in their order. Sealed ones are left out.
///
/// # Errors
/// What the database says.
pub fn asked(db: &mut Db, district: i64, id: CaseId) -> Result<Vec<AskedCase>> {
    let rows = db.query(ASKED, &args![district, &id.0])?;
    let mut cases = Vec::with_capacity(rows.len());
    for row in rows.iter().filter(|row| row.int("sealed") == Ok(0)) {
        let stage = row.text("stage")?;
        let unknown = || crate::StoreError::Corrupt(format!("a read row holds the unknown word {stage:?}"));
        cases.push(AskedCase {
            because: row.int("because")? as u64,
            seq: row.int("seq")?,
            id: CaseId(row.array("id")?),
            code: row.text("code")?.to_owned(),
            stage: Stage::of(stage).ok_or_else(unknown)?,
            lead: row.opt_text("lead")?.map(str::to_owned),
            category: row.opt_text("category")?.map(CategoryCode::from),
            street: row.opt_text("street")?.map(UnitCode::from),
            public: row.int("public")? == 1,
        });
    }
    Ok(cases)
}
