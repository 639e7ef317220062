//! The list behind a number: the same window, narrowing and conditions as the count has.

use crate::catalogue::{Definition, Part, Window};
use crate::condition::Condition;
use crate::filter::Filter;
use crate::query::{BASIS, COLUMNS, NARROWED, arguments, sql_of};
use crate::table::Table;
use calendar::Date;
use domain::Label;
use domain::case::CaseId;
use domain::moment::date_of;
use registers::resolve::encounter::Mode;
use registers::tell::lecture::Kind;
use std::sync::LazyLock;
use store::{Db, Result, Row, args};

/// What a list says of each record: the columns of [`Counted`] of the window's table.
fn shown(window: Window) -> String {
    let (due, met) = if window == Window::Promise { ("promise_day", "promise_met") } else { ("due_day", "met_day") };
    let own = match window.table() {
        Table::Cases => format!("track, coarse, raised_day AS day, {due} AS due, {met} AS met, ended_day, ending"),
        Table::Lectures => "lecture, held_day AS day, heads".to_owned(),
        Table::Meetings => "meeting_day AS day, heads, opinions".to_owned(),
        Table::Encounters => "received_day AS day, mode, matters".to_owned(),
    };
    format!("seq, id, code, stage, street, lead, sealed, {own}")
}

/// The plus signs keep SQLite from walking the whole table in the order of `seq`: a window is much less.
fn listing(window: Window, conditions: &[Condition]) -> String {
    let (day, source, shown) = (window.column(), window.table().listed(), shown(window));
    format!(
        "{BASIS}SELECT {shown} FROM {source} WHERE district = $1 AND {day} >= $3 AND {day} < $4 AND {NARROWED} AND {} \
         AND +seq > $9 ORDER BY +seq LIMIT $10",
        sql_of(conditions)
    )
}

/// The ledger indexes behind a number, all of them.
fn indexing(window: Window, conditions: &[Condition]) -> String {
    let (day, source) = (window.column(), window.table().source());
    format!(
        "{BASIS}SELECT seq FROM {source} WHERE district = $1 AND {day} >= $3 AND {day} < $4 AND {NARROWED} AND {} \
         ORDER BY +seq",
        sql_of(conditions)
    )
}

type Texts = Vec<(Window, Vec<Condition>, String)>;

fn texts(text: fn(Window, &[Condition]) -> String) -> Texts {
    let mut texts = Texts::new();
    for (window, number) in COLUMNS.iter().flat_map(|(window, numbers)| numbers.iter().map(|n| (*window, n))) {
        // A sum has the list of what it sums up.
        if !texts.iter().any(|(w, c, _)| (*w, c) == (window, &number.conditions)) {
            texts.push((window, number.conditions.clone(), text(window, &number.conditions)));
        }
    }
    texts
}

static LISTING: LazyLock<Texts> = LazyLock::new(|| texts(listing));
static INDEXING: LazyLock<Texts> = LazyLock::new(|| texts(indexing));

/// Every statement of this file, to be proved on both engines.
pub(crate) fn statements() -> impl Iterator<Item = &'static str> {
    LISTING.iter().chain(INDEXING.iter()).map(|(_, _, sql)| sql.as_str())
}

fn text_of(texts: &'static Texts, definition: &Definition, part: Part) -> Option<&'static str> {
    let conditions = definition.conditions(part)?;
    texts.iter().find(|(w, c, _)| *w == definition.window && *c == conditions).map(|(_, _, sql)| sql.as_str())
}

/// A record behind a number. A page shows of a sealed one its ledger index only, unless `domain::case::may_see` says more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The ledger index of its first entry.
    pub index: u64,
    /// Its handle.
    pub id: CaseId,
    /// Its code.
    pub code: String,
    /// Its stage's code.
    pub stage: String,
    /// The street of its place.
    pub street: Option<String>,
    /// The unit that leads it, led it last, hosts or convenes it.
    pub unit: Option<String>,
    /// Whether it is a sealed accusation.
    pub sealed: bool,
    /// The day on which it was raised or held.
    pub day: Date,
    /// What it is, with what only such a record has.
    pub what: What,
}

/// What a record of a list is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A case.
    Case(CaseRow),
    /// A lecture.
    Lecture(LectureRow),
    /// A talk meeting.
    Meeting(MeetingRow),
    /// An encounter.
    Encounter(EncounterRow),
}

/// What a list says of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// Its track's code.
    pub track: String,
    /// The first level of its category.
    pub category: Option<String>,
    /// The rolled last day of its promise.
    pub due: Option<Date>,
    /// The day on which the promise ended.
    pub met: Option<Date>,
    /// The day on which it ended.
    pub ended: Option<Date>,
    /// How it ended.
    pub ending: Option<String>,
}

/// What a list says of a lecture. What it was about stays out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LectureRow {
    /// Its kind; none if this program doesn't know it.
    pub kind: Option<Kind>,
    /// How many heads there were.
    pub heads: Option<i64>,
}

/// What a list says of a talk meeting. What was said there stays out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeetingRow {
    /// How many heads of residents there were.
    pub heads: Option<i64>,
    /// How many opinions of it are cases.
    pub opinions: i64,
}

/// What a list says of an encounter. Who came and what was said stays out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncounterRow {
    /// In which way somebody was received; none if this program doesn't know it.
    pub mode: Option<Mode>,
    /// How many cases came of it.
    pub matters: i64,
}

impl Counted {
    fn of(row: &Row, table: Table) -> Result<Counted> {
        let text = |column| row.opt_text(column).map(|t| t.map(str::to_owned));
        let day = |column| row.opt_int(column).map(|d| d.map(date_of));
        let what = match table {
            Table::Cases => What::Case(CaseRow {
                track: row.text("track")?.to_owned(),
                category: text("coarse")?,
                due: day("due")?,
                met: day("met")?,
                ended: day("ended_day")?,
                ending: text("ending")?,
            }),
            Table::Lectures => {
                What::Lecture(LectureRow { kind: Kind::of(row.text("lecture")?), heads: row.opt_int("heads")? })
            }
            Table::Meetings => {
                What::Meeting(MeetingRow { heads: row.opt_int("heads")?, opinions: row.int("opinions")? })
            }
            Table::Encounters => {
                What::Encounter(EncounterRow { mode: Mode::of(row.text("mode")?), matters: row.int("matters")? })
            }
        };
        Ok(Counted {
            index: row.int("seq")? as u64,
            id: CaseId(row.array("id")?),
            code: row.text("code")?.to_owned(),
            stage: row.text("stage")?.to_owned(),
            street: text("street")?,
            unit: text("lead")?,
            sealed: row.int("sealed")? == 1,
            day: date_of(row.int("day")?),
            what,
        })
    }

    /// The code of the register that it belongs to.
    pub fn register(&self) -> &'static str {
        match self.what {
            What::Case(_) => Table::Cases.register(),
            What::Lecture(_) => Table::Lectures.register(),
            What::Meeting(_) => Table::Meetings.register(),
            What::Encounter(_) => Table::Encounters.register(),
        }
    }
}

/// A page of the records behind a number, by ledger index: those after `after`, at most `most`. Empty if the figure has
/// no such part. Behind a sum it is the list of what is summed up.
///
/// # Errors
/// What the database says.
pub fn list(
    db: &mut Db,
    number: i64,
    filter: &Filter,
    definition: &Definition,
    part: Part,
    after: Option<u64>,
    most: usize,
) -> Result<Vec<Counted>> {
    let Some(sql) = text_of(&LISTING, definition, part) else { return Ok(Vec::new()) };
    let mut arguments = arguments(number, filter, filter.sealed(true));
    arguments.extend(args![after.map_or(-1, |index| index as i64), most as u64]);
    db.query(sql, &arguments)?.iter().map(|row| Counted::of(row, definition.of)).collect()
}

/// The ledger indexes behind a number, ascending, handed over one by one.
pub(crate) fn each_index(
    db: &mut Db,
    number: i64,
    filter: &Filter,
    definition: &Definition,
    part: Part,
    mut each: impl FnMut(i64),
) -> Result<()> {
    let Some(sql) = text_of(&INDEXING, definition, part) else { return Ok(()) };
    db.for_each(sql, &arguments(number, filter, filter.sealed(true)), |row| {
        each(row.int("seq")?);
        Ok(())
    })
}
