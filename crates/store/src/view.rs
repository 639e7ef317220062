//! What the working pages of staff list: what a unit owes, the dispatcher's inbox, what is late, reviews, a case's links.
//! A list is one statement, paged by key; what its cases are called comes from the vault in one statement for the
//! whole page, and one for the keys.

use crate::args;
use crate::db::{Db, Result, Row, StoreError, Value};
use crate::keys::Keys;
use crate::{read, vault};
use domain::case::{CaseId, Cases, Event, Fields, Stage, Texts, Track, field};
use domain::district::{CategoryCode, UnitCode};
use domain::register::Held;
use domain::rule::RuleId;
use domain::{Label, Moment};
use std::collections::BTreeMap;

macro_rules! listed {
    () => {
        "c.seq, c.id, c.code, c.track, c.stage, c.category, c.street, c.lead, c.question, c.hops, c.returned, c.extended, \
         c.alarm, c.version, c.urgent, c.hour"
    };
}
pub(crate) use listed;
macro_rules! waits {
    () => {
        "COALESCE(c.alarm, c.accepted_day, c.raised_day)"
    };
}

/// When a case's clock of hours ends; never where none runs.
macro_rules! hour {
    () => {
        "COALESCE(c.hour, 9223372036854775807)"
    };
}
pub(crate) use hour;

/// What is said of a duty and the record that it is owed to: a case, or one of another register.
macro_rules! owed {
    () => {
        "d.register, d.no, d.unit AS owing, d.rule, d.since, d.due, d.held, d.seq AS first, r.id AS record, r.code AS called"
    };
}
pub(crate) use owed;
macro_rules! owed_from {
    () => {
        " FROM duties d LEFT JOIN cases c ON c.district = d.district AND c.seq = d.seq AND d.register = 'case' \
         LEFT JOIN records r ON r.district = d.district AND r.seq = d.seq AND d.register <> 'case' "
    };
}
pub(crate) use owed_from;

const QUEUE: &str = concat!(
    "SELECT ",
    listed!(),
    ", ",
    owed!(),
    owed_from!(),
    "WHERE d.district = $1 AND d.unit = $2 AND (d.due, d.seq, d.no) > ($3, $4, $5) AND (d.due < $6 OR d.hour < $7) \
     AND d.hour >= $8 AND (d.held IS NOT NULL OR $9 = 0) AND (d.held IS NULL OR $10 = 1) AND (d.held = $11 OR $11 = '') \
     AND d.sealed <= $12 AND d.since <= $13 AND (c.track = $14 OR $14 = '') AND (c.coarse = $15 OR $15 = '') \
     AND (c.street = $16 OR $16 = '') ORDER BY d.due, d.seq, d.no LIMIT $17"
);
const INBOX: &str = concat!(
    "SELECT ",
    listed!(),
    ", ",
    waits!(),
    " AS due FROM cases c WHERE c.district = $1 AND c.sealed = $2 AND c.inbox = 1 AND (",
    waits!(),
    ", c.seq) > ($3, $4) AND (c.alarm < $5 OR $5 = 9223372036854775807 OR ",
    hour!(),
    " < $9) AND ",
    hour!(),
    " >= $10 AND (c.stage = $6 OR $6 = '' \
     OR ($6 = 'erasure' AND c.stage NOT IN ('raised', 'accepted', 'handling'))) AND c.stage <> $7 \
     ORDER BY ",
    waits!(),
    ", c.seq LIMIT $8"
);
const REVIEWS: &str = concat!(
    "SELECT ",
    listed!(),
    ", c.alarm AS due FROM cases c WHERE c.district = $1 AND c.sealed <= $2 AND c.alarm IS NOT NULL \
     AND c.stage IN ('review', 're_review') AND (c.alarm, c.seq) > ($3, $4) ORDER BY c.alarm, c.seq LIMIT $5"
);
const UNRELEASED: &str = concat!(
    "SELECT ",
    listed!(),
    ", COALESCE(c.answered_day, c.ended_day, c.raised_day) AS due FROM cases c WHERE c.district = $1 AND c.public = 1 AND c.released = 0 \
     AND c.stage IN ('answered', 'ended') AND c.seq > $2 ORDER BY c.seq LIMIT $3"
);
/// What is urgent of the centre's, and of a unit's; those first whose hours end first. There are few: that an index says
/// which (`seq >= 0`), and that the tasks are looked for behind it (`CROSS JOIN`), keeps SQLite from walking a district.
macro_rules! urgent {
    ($from:literal, $and:literal) => {
        concat!(
            "SELECT ",
            listed!(),
            ", ",
            waits!(),
            " AS due",
            $from,
            " WHERE c.district = $1 AND c.urgent = 1 AND c.sealed = 0 AND ",
            $and,
            " ORDER BY ",
            hour!(),
            ", c.seq LIMIT $3"
        )
    };
}
const URGENT: &str = urgent!(" FROM cases c", "c.seq >= 0 AND (c.inbox = 1 OR c.hour IS NOT NULL OR $2 = 1)");
const URGENT_TASKS: &str = urgent!(
    ", d.register, d.no, d.rule, d.held FROM cases c CROSS JOIN duties d",
    "d.district = c.district AND d.seq = c.seq AND d.unit = $2"
);
const BY_CODE: &str = "SELECT id, sealed FROM cases WHERE district = $1 AND code = $2";
const CARDS: &str = "SELECT e.stream, e.version, e.body, v.sealed FROM events e \
LEFT JOIN vault v ON v.district = e.district AND v.seq = e.seq \
WHERE e.district = $1 AND e.kind IN ('raised', 'field_corrected', 'telling_chosen', 'interest_declared', 'erased') AND e.stream IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, \
$25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, \
$47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64, $65) ORDER BY e.stream, e.version";
const LINKS: &str = "SELECT c.code, c.stage, c.sealed, '' AS link, e.stream AS id FROM events e \
JOIN cases c ON c.district = e.district AND c.seq = e.seq \
WHERE e.district = $1 AND e.version = 1 AND e.stream IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
UNION ALL SELECT c.code, c.stage, c.sealed, l.link, c.id FROM links l \
JOIN cases c ON c.district = l.district AND c.seq = l.from_case WHERE l.district = $1 AND l.to_id = $18";

pub mod work;

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[QUEUE, INBOX, URGENT, URGENT_TASKS, REVIEWS, UNRELEASED, BY_CODE, CARDS, LINKS];

/// The most rows of a page.
pub const PAGE: usize = 50;
/// How many cases one statement reads titles for.
pub const CARDS_MOST: usize = 64;
/// How many links of its own a case page names.
const LINKS_MOST: usize = 16;

/// A case as a list has it. Holds nothing private.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// The ledger index of its first entry.
    pub seq: i64,
    /// Its handle.
    pub id: CaseId,
    /// Its code.
    pub code: String,
    /// Its track.
    pub track: Track,
    /// Where it stands.
    pub stage: Stage,
    /// Its category.
    pub category: Option<CategoryCode>,
    /// The street of its place.
    pub street: Option<UnitCode>,
    /// The unit that leads, or led last.
    pub lead: Option<UnitCode>,
    /// Whether a question is open with the resident.
    pub question: bool,
    /// How often it was dispatched.
    pub hops: i64,
    /// How often an objection sent it back.
    pub returned: i64,
    /// How often a clock was extended.
    pub extended: i64,
    /// The earliest running duty of the case, as a day number; behind every date while it is paused; none while no clock runs.
    pub alarm: Option<i64>,
    /// How many events its stream has.
    pub version: u64,
    /// Whether somebody is in danger: it stands on top.
    pub urgent: bool,
    /// When its running clock of hours ends, in milliseconds since 1970.
    pub hour: Option<i64>,
    /// The day that the list is sorted by, as a day number.
    pub due: i64,
}

/// A unit's part in a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRow {
    /// The case; `due` is the task's.
    pub case: CaseRow,
    /// The task's number within the case.
    pub no: i64,
    /// By which rule it is owed.
    pub rule: RuleId,
    /// What somebody else must do first.
    pub held: Option<Held>,
}

impl TaskRow {
    /// Whether the unit leads: a joint unit owes its report.
    pub fn leads(&self) -> bool {
        self.rule != RuleId::JointReport
    }
}

/// What a unit owes a record that is no case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// The ledger index of the record's first entry.
    pub seq: i64,
    /// Its number within the record.
    pub no: i64,
    /// The record.
    pub id: CaseId,
    /// Its code.
    pub code: String,
    /// The code of its register.
    pub register: String,
    /// The unit that owes it.
    pub unit: UnitCode,
    /// By which rule it is owed.
    pub rule: RuleId,
    /// The day from which on it can be done, as a day number.
    pub since: i64,
    /// The last day that alarms go by.
    pub due: i64,
}

/// A line of a unit's worklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Duty {
    /// Its part in a case.
    Case(TaskRow),
    /// What it owes another record.
    Record(Owed),
}

impl Duty {
    /// Its place in a list by due day.
    pub fn key(&self) -> After {
        match self {
            Duty::Case(task) => After { due: task.case.due, seq: task.case.seq, no: task.no },
            Duty::Record(owed) => After { due: owed.due, seq: owed.seq, no: owed.no },
        }
    }

    /// The record that it is owed to.
    pub fn id(&self) -> CaseId {
        match self {
            Duty::Case(task) => task.case.id,
            Duty::Record(owed) => owed.id,
        }
    }
}

/// Where a page of a list begins: behind the row with this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    /// Its day.
    pub due: i64,
    /// The first ledger index of its case.
    pub seq: i64,
    /// The task's number; 0 in lists of cases.
    pub no: i64,
}

impl After {
    /// Before every row.
    pub const START: After = After { due: i64::MIN, seq: 0, no: 0 };

    /// Before every row of a day and later.
    pub fn from_day(day: i64) -> After {
        After { due: day.saturating_sub(1), seq: i64::MAX, no: 0 }
    }
}

/// How a list of days takes what is counted in hours: it is late to the minute, and then it is in no other group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// What ends before this moment is listed too, whatever its day.
    pub before: i64,
    /// What ends before this moment is not listed.
    pub from: i64,
}

impl Hours {
    /// By its day alone.
    pub const ALL: Hours = Hours { before: i64::MIN, from: i64::MIN };

    /// Among what is late at a moment.
    pub fn late(now: Moment) -> Hours {
        Hours { before: now.0, from: i64::MIN }
    }

    /// Among what is not late at a moment.
    pub fn in_time(now: Moment) -> Hours {
        Hours { before: i64::MIN, from: now.0 }
    }
}

/// What a unit's worklist is narrowed to. Empty texts narrow nothing.
#[derive(Clone, Debug)]
pub struct QueueFilter {
    /// Only what is due before this day number.
    pub before: i64,
    /// What is counted in hours.
    pub hours: Hours,
    /// Only that for which others must act first, or only that for which nobody must.
    pub waiting: Option<bool>,
    /// Only what waits for this.
    pub held: Option<Held>,
    /// Whether what is owed to sealed cases may be listed.
    pub sealed: bool,
    /// Today, as a day number: what can't be done yet is not listed.
    pub today: i64,
    /// A track's code; with one of the three, only cases are listed.
    pub track: String,
    /// A first level of the catalogue.
    pub coarse: String,
    /// A street's code.
    pub street: String,
}

impl Default for QueueFilter {
    fn default() -> Self {
        QueueFilter {
            before: i64::MAX,
            hours: Hours::ALL,
            waiting: None,
            held: None,
            sealed: false,
            today: i64::MAX,
            track: String::new(),
            coarse: String::new(),
            street: String::new(),
        }
    }
}

pub(crate) fn known<T: Label>(text: &str) -> Result<T> {
    T::of(text).ok_or_else(|| StoreError::Corrupt(format!("a read row holds the unknown word {text:?}")))
}

pub(crate) fn case_row(row: &Row) -> Result<CaseRow> {
    Ok(CaseRow {
        seq: row.int("seq")?,
        id: CaseId(row.array("id")?),
        code: row.text("code")?.to_owned(),
        track: known(row.text("track")?)?,
        stage: known(row.text("stage")?)?,
        category: row.opt_text("category")?.map(CategoryCode::from),
        street: row.opt_text("street")?.map(UnitCode::from),
        lead: row.opt_text("lead")?.map(UnitCode::from),
        question: row.int("question")? != 0,
        hops: row.int("hops")?,
        returned: row.int("returned")?,
        extended: row.int("extended")?,
        alarm: row.opt_int("alarm")?,
        version: row.int("version")? as u64,
        urgent: row.int("urgent")? != 0,
        hour: row.opt_int("hour")?,
        due: row.int("due")?,
    })
}

fn task_row(row: &Row) -> Result<TaskRow> {
    let held = row.opt_text("held")?.map(known).transpose()?;
    Ok(TaskRow { case: case_row(row)?, no: row.int("no")?, rule: rule_of(row)?, held })
}

fn rule_of(row: &Row) -> Result<RuleId> {
    let code = row.text("rule")?;
    RuleId::of(code).ok_or_else(|| StoreError::Corrupt(format!("a read row holds the unknown rule {code:?}")))
}

pub(crate) fn owed_row(row: &Row) -> Result<Owed> {
    Ok(Owed {
        seq: row.int("first")?,
        no: row.int("no")?,
        id: CaseId(row.array("record")?),
        code: row.text("called")?.to_owned(),
        register: row.text("register")?.to_owned(),
        unit: row.text("owing")?.into(),
        rule: rule_of(row)?,
        since: row.int("since")?,
        due: row.int("due")?,
    })
}

pub(crate) fn duty_row(row: &Row) -> Result<Duty> {
    Ok(match row.text("register")? {
        "case" => Duty::Case(task_row(row)?),
        _ => Duty::Record(owed_row(row)?),
    })
}

/// What a unit owes, by due day, at most `most`.
///
/// # Errors
/// What the database says.
pub fn queue(
    db: &mut Db,
    district: i64,
    unit: &UnitCode,
    filter: &QueueFilter,
    after: After,
    most: usize,
) -> Result<Vec<Duty>> {
    let args = args![
        district,
        unit.as_str(),
        after.due,
        after.seq,
        after.no,
        filter.before,
        filter.hours.before,
        filter.hours.from,
        filter.waiting == Some(true),
        filter.waiting != Some(false),
        filter.held.map_or("", |held| held.code()),
        filter.sealed,
        filter.today,
        &filter.track,
        &filter.coarse,
        &filter.street,
        most as u64
    ];
    db.query(QUEUE, &args)?.iter().map(duty_row).collect()
}

/// What dispatchers must act on: to be accepted, to be dispatched, an objection to decide. The oldest first; a case
/// without a running clock stands at the day since which it waits. With `before` only those whose running clock ends
/// before that day. `sealed` are the cases of the discipline unit.
///
/// # Errors
/// What the database says.
pub fn inbox(
    db: &mut Db,
    district: i64,
    sealed: bool,
    stage: &str,
    range: (After, i64, Hours),
    most: usize,
) -> Result<Vec<CaseRow>> {
    inbox_without(db, district, sealed, (stage, ""), range, most)
}

/// [`inbox`] of one stage (empty: of every), and without another one (empty: without none).
///
/// # Errors
/// What the database says.
pub fn inbox_without(
    db: &mut Db,
    district: i64,
    sealed: bool,
    (stage, without): (&str, &str),
    (after, before, hours): (After, i64, Hours),
    most: usize,
) -> Result<Vec<CaseRow>> {
    let (due, seq) = (after.due, after.seq);
    let args = args![district, sealed, due, seq, before, stage, without, most as u64, hours.before, hours.from];
    db.query(INBOX, &args)?.iter().map(case_row).collect()
}

/// What is urgent and asks the centre to act, or has not been taken in hand; with `all` whatever is urgent. Those first
/// whose hours end first.
///
/// # Errors
/// What the database says.
pub fn urgent(db: &mut Db, district: i64, all: bool, most: usize) -> Result<Vec<CaseRow>> {
    db.query(URGENT, &args![district, all, most as u64])?.iter().map(case_row).collect()
}

/// What is urgent and that a unit has.
///
/// # Errors
/// What the database says.
pub fn urgent_tasks(db: &mut Db, district: i64, unit: &UnitCode, most: usize) -> Result<Vec<TaskRow>> {
    db.query(URGENT_TASKS, &args![district, unit.as_str(), most as u64])?.iter().map(task_row).collect()
}

/// Cases whose review or re-review is to be answered, the oldest first.
///
/// # Errors
/// What the database says.
pub fn reviews(db: &mut Db, district: i64, sealed: bool, after: After, most: usize) -> Result<Vec<CaseRow>> {
    db.query(REVIEWS, &args![district, sealed, after.due, after.seq, most as u64])?.iter().map(case_row).collect()
}

/// Answered cases whose residents agreed to show them and whose words nobody has released yet, behind a ledger index.
/// `due` is the day of the latest answer.
///
/// # Errors
/// What the database says.
pub fn unreleased(db: &mut Db, district: i64, after: i64, most: usize) -> Result<Vec<CaseRow>> {
    db.query(UNRELEASED, &args![district, after, most as u64])?.iter().map(case_row).collect()
}

/// The handle of a case code, and whether the case is sealed.
///
/// # Errors
/// What the database says.
pub fn by_code(db: &mut Db, district: i64, code: &str) -> Result<Option<(CaseId, bool)>> {
    let found = db.query(BY_CODE, &args![district, code])?;
    found.first().map(|row| Ok((CaseId(row.array("id")?), row.int("sealed")? != 0))).transpose()
}

/// What a case of a list is about: its private fields as they were handed in and corrected. Only for who may see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// Title, text and place; never name, phone or secret.
    pub fields: Fields,
    /// Every value that a personal field ever had: to mask it where it stands inside a title. Never shown.
    pub personal: Vec<String>,
    /// The unit that an accusation is about, which never sees it.
    pub accused: Option<UnitCode>,
    /// Whether its personal data was erased.
    pub erased: bool,
    /// The accounts that stepped aside for an interest, which no longer see it.
    pub aside: Vec<u32>,
}

/// What these cases are about: one statement and one for the keys for each 64.
///
/// # Errors
/// What the database says; [`StoreError::Corrupt`] for what does not open.
pub fn cards(db: &mut Db, keys: &mut Keys, district: i64, ids: &[CaseId]) -> Result<BTreeMap<CaseId, Card>> {
    const SHOWN: [&str; 3] = [field::TITLE, field::TEXT, field::PLACE];
    let mut cards: BTreeMap<CaseId, (Card, Texts)> = BTreeMap::new();
    for part in ids.chunks(CARDS_MOST) {
        let mut args = args![district];
        args.extend((0..CARDS_MOST).map(|n| Value::from(&part[n.min(part.len() - 1)].0)));
        let rows = db.query(CARDS, &args)?;
        let streams: Vec<[u8; 16]> = part.iter().map(|id| id.0).collect();
        let found = keys.case_keys(&streams)?;
        for row in &rows {
            let (stream, version) = (row.array("stream")?, row.int("version")?);
            let private = vault::opened(found.get(&stream), district, &stream, version, row.opt_bytes("sealed")?)?;
            let (card, texts) = cards.entry(CaseId(stream)).or_default();
            let body = read::body::<Cases>(row.bytes("body")?)?;
            texts.take(&body.event, &private);
            match body.event {
                Event::InterestDeclared => card.aside.extend(body.by.account()),
                Event::Raised { accused, .. } => {
                    card.accused = accused.or(private.get(field::ACCUSED).map(|unit| unit.as_str().into()));
                }
                Event::Erased { .. } => card.erased = true,
                _ => {}
            }
        }
    }
    let whole = |(id, (card, mut texts)): (CaseId, (Card, Texts))| {
        texts.fields.retain(|name, _| SHOWN.contains(&name.as_str()));
        (id, Card { fields: texts.fields, personal: texts.personal, ..card })
    };
    Ok(cards.into_iter().map(whole).collect())
}

/// Another case that a case is linked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// Its handle.
    pub id: CaseId,
    /// Its code.
    pub code: String,
    /// Where it stands.
    pub stage: Stage,
    /// Whether it is sealed.
    pub sealed: bool,
    /// What the other case says about this one: a link's code or `merged`; none for a link of this case's own.
    pub said: Option<String>,
}

/// The cases that a case names (`own`), and those that name it.
///
/// # Errors
/// What the database says.
pub fn linked(db: &mut Db, district: i64, id: CaseId, own: &[CaseId]) -> Result<Vec<Linked>> {
    let mut args = args![district];
    // A case that names none asks for the handle of the district, which is no case.
    let place = |n: usize| own.get(n).or(own.last()).map_or([0; 16], |id| id.0);
    args.extend((0..LINKS_MOST).map(|n| Value::from(place(n))));
    args.push(id.0.into());
    let linked = |row: &Row| -> Result<Linked> {
        let said = row.text("link")?;
        Ok(Linked {
            code: row.text("code")?.to_owned(),
            stage: known(row.text("stage")?)?,
            sealed: row.int("sealed")? != 0,
            said: (!said.is_empty()).then(|| said.to_owned()),
            id: CaseId(row.array("id")?),
        })
    };
    db.query(LINKS, &args)?.iter().map(linked).collect()
}
