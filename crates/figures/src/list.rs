//! The list behind a number: the same window, narrowing and conditions as the count has.

use crate::catalogue::{Definition, Part};
use crate::filter::Filter;
use crate::query::{BASIS, COLUMNS, NARROWED, arguments, sql_of};
use crate::table::{Column, Condition, NOWHERE, Table, Window};
use calendar::Date;
use domain::Lang;
use domain::case::CaseId;
use domain::moment::date_of;
use std::sync::LazyLock;
use store::{Db, Result, Row, args};

/// What a list says of each record: the columns of [`Counted`] of the window's table.
fn shown(window: Window) -> String {
    let table = window.table();
    let own = if table.is_cases() {
        let promise = window.column() == "promise_day";
        let (due, met) = if promise { ("promise_day", "promise_met") } else { ("due_day", "met_day") };
        format!("track, coarse, raised_day AS day, {due} AS due, {met} AS met, ended_day, ending")
    } else {
        let columns = table.shown().iter().map(|column| format!(", {}", column.column));
        format!("{} AS day{}", window.column(), columns.collect::<String>())
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
    /// The table that it is counted over.
    pub table: Table,
    /// What only such a record has.
    pub what: What,
}

/// What a record of a list is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A case.
    Case(CaseRow),
    /// A record of another register: what its table shows. What was written about it stays out of that.
    Record(Vec<Shown>),
}

/// A value that the list shows of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Where it stands.
    pub column: &'static Column,
    /// The value as the table has it: a number or a code; empty for none.
    pub value: String,
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

impl Counted {
    fn of(row: &Row, table: Table) -> Result<Counted> {
        let text = |column| row.opt_text(column).map(|t| t.map(str::to_owned));
        let day = |column| row.opt_int(column).map(|d| d.map(date_of));
        let what = if table.is_cases() {
            What::Case(CaseRow {
                track: row.text("track")?.to_owned(),
                category: text("coarse")?,
                due: day("due")?,
                met: day("met")?,
                ended: day("ended_day")?,
                ending: text("ending")?,
            })
        } else {
            let shown = table.shown().iter().map(|column| Ok(Shown { column, value: row.shown(&column.column)? }));
            What::Record(shown.collect::<Result<_>>()?)
        };
        Ok(Counted {
            index: row.int("seq")? as u64,
            id: CaseId(row.array("id")?),
            code: row.text("code")?.to_owned(),
            stage: row.text("stage")?.to_owned(),
            street: text("street")?.filter(|street| street != NOWHERE),
            unit: text("lead")?,
            sealed: row.int("sealed")? == 1,
            day: date_of(row.int("day")?),
            table,
            what,
        })
    }

    /// What the list shows of it in a column, as the table has it; none if it shows no such column.
    pub fn shown(&self, column: &str) -> Option<&str> {
        let What::Record(shown) = &self.what else { return None };
        shown.iter().find(|shown| shown.column.column == column).map(|shown| shown.value.as_str())
    }

    /// What it shows, in words.
    pub fn words(&self, lang: Lang) -> Vec<String> {
        let What::Record(shown) = &self.what else { return Vec::new() };
        shown.iter().map(|shown| self.table.term(&shown.column.column, &shown.value, lang)).collect()
    }

    /// The code of the register that it belongs to.
    pub fn register(&self) -> &'static str {
        self.table.register()
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
