//! The queries. All figures of a filter come out of one statement, a breakdown too; the list behind a number (`list.rs`) has
//! the same conditions. Each statement is assembled from constant parts, once; what a filter holds goes in as arguments.

use crate::catalogue::{self, Definition, Part};
use crate::figure::Figure;
use crate::filter::{By, Filter, UNKNOWN, month};
use crate::list;
use crate::table::{Condition, NOWHERE, Sum, Table, Window};
use domain::moment::{date_of, day_number};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use store::{Db, Result, Row, StoreError, Value, args};

/// The ledger as it is at this statement: how many entries it has, and the district's day of the last one (+08:00).
pub(crate) const BASIS: &str = "WITH basis AS (SELECT \
COALESCE((SELECT seq + 1 FROM events WHERE district = $1 ORDER BY seq DESC LIMIT 1), 0) AS size, \
COALESCE((SELECT (at + 28800000) / 86400000 FROM events WHERE district = $1 ORDER BY seq DESC LIMIT 1), 0) AS day) ";

/// What a filter is narrowed to. Where unit, category or street are named, sealed cases are not counted; otherwise as
/// [`Filter::sealed`] says, which is $2.
pub(crate) const NARROWED: &str = "($5 = '' OR COALESCE(lead, '~') = $5) AND ($6 = '' OR track = $6) \
AND ($7 = '' OR COALESCE(category, '~') = $7 OR COALESCE(coarse, '~') = $7) \
AND ($8 = '' OR COALESCE(street, '~') = $8) AND (sealed = 0 OR ($5 = '' AND $7 = '' AND $8 = '' \
AND ($2 = 2 OR ($2 = 1 AND $6 = '' AND $4 <= (SELECT day FROM basis)))))";
/// The group of what is sealed, where groups don't tell of it.
const SEALED: &str = "";

/// How the numbers are grouped.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Grouping {
    Whole,
    Unit,
    Track,
    Coarse,
    Category,
    Street,
    Day,
    /// By unit and first level of the category.
    Cross,
}

impl Grouping {
    const ALL: &'static [Grouping] = &[
        Grouping::Whole,
        Grouping::Unit,
        Grouping::Track,
        Grouping::Coarse,
        Grouping::Category,
        Grouping::Street,
        Grouping::Day,
        Grouping::Cross,
    ];

    fn of(by: By, filter: &Filter) -> Grouping {
        match by {
            By::Unit => Grouping::Unit,
            By::Track => Grouping::Track,
            By::Category if filter.category().is_empty() => Grouping::Coarse,
            By::Category => Grouping::Category,
            By::Street => Grouping::Street,
            By::Month => Grouping::Day,
        }
    }

    /// The group's key, and the end of the statement.
    fn sql(self, window: Window) -> (String, String) {
        // What is sealed is a group without a name, for sums over all groups.
        let key = |name: &str| format!("CASE WHEN sealed = 1 THEN '' ELSE {name} END");
        // By track and by month the discipline unit is told of it.
        let told = |name: &str| format!("CASE WHEN sealed = 1 AND $2 <> 2 THEN '' ELSE {name} END");
        let open = |column: &str| (key(&format!("COALESCE({column}, '~')")), format!(" GROUP BY {column}, sealed"));
        match self {
            Grouping::Whole => ("''".to_owned(), String::new()),
            Grouping::Unit => open("lead"),
            Grouping::Coarse => open("coarse"),
            Grouping::Category => open("category"),
            Grouping::Street => open("street"),
            Grouping::Cross => {
                let both = key("COALESCE(lead, '~') || ' ' || COALESCE(coarse, '~')");
                (both, " GROUP BY lead, coarse, sealed".to_owned())
            }
            Grouping::Track => (told("track"), " GROUP BY track, sealed".to_owned()),
            Grouping::Day => {
                let day = window.column();
                (told(&format!("CAST({day} AS TEXT)")), format!(" GROUP BY {day}, sealed"))
            }
        }
    }
}

/// A number of a row: how many records are all of this, or what one of their columns sums up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    pub(crate) conditions: Vec<Condition>,
    sum: Option<Sum>,
}

impl Number {
    /// What a figure prints for a part; none if it has no such part.
    fn of(definition: &Definition, part: Part) -> Option<Number> {
        let sum = definition.sum.filter(|_| part == Part::Numerator);
        Some(Number { conditions: definition.conditions(part)?, sum })
    }

    /// How long the list behind it is.
    fn length(definition: &Definition, part: Part) -> Option<Number> {
        Some(Number { conditions: definition.conditions(part)?, sum: None })
    }

    fn sql(&self) -> String {
        let each = self.sum.map_or("1", Sum::code);
        format!("CAST(SUM(CASE WHEN {} THEN {each} ELSE 0 END) AS BIGINT)", sql_of(&self.conditions))
    }
}

type Columns = BTreeMap<Window, Vec<Number>>;

/// The distinct numbers that the figures need in each window: the columns of a row, in this order, those of the definitions
/// in force first; then the lengths of lists that no figure prints.
pub(crate) static COLUMNS: LazyLock<Columns> = LazyLock::new(|| {
    let mut columns = Columns::new();
    add(&mut columns, catalogue::in_force(), Number::of);
    add(&mut columns, catalogue::all().iter(), Number::of);
    add(&mut columns, catalogue::all().iter(), Number::length);
    columns
});

/// How many of them the definitions in force need.
static IN_FORCE: LazyLock<BTreeMap<Window, usize>> = LazyLock::new(|| {
    let mut columns = Columns::new();
    add(&mut columns, catalogue::in_force(), Number::of);
    columns.into_iter().map(|(window, all)| (window, all.len())).collect()
});

/// Which definitions are counted: each number costs on each record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    /// Those in force, for the pages.
    InForce,
    /// All versions, for what was published once.
    Every,
}

impl Of {
    fn width(self, window: Window) -> usize {
        match self {
            Of::InForce => IN_FORCE.get(&window).copied().unwrap_or(0),
            Of::Every => COLUMNS.get(&window).map_or(0, Vec::len),
        }
    }

    /// How many numbers a row has: those of the widest window, and room for the ledger's size and day.
    fn widest(self) -> usize {
        Window::all().map(|window| self.width(window)).max().unwrap_or(0).max(2)
    }
}

/// The names of the numbers of a row.
static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| (0..Of::Every.widest()).map(|n| format!("n{n}")).collect());

fn add(
    columns: &mut Columns,
    definitions: impl Iterator<Item = &'static Definition>,
    number: fn(&Definition, Part) -> Option<Number>,
) {
    for definition in definitions {
        let window = columns.entry(definition.window).or_default();
        for number in Part::ALL.iter().filter_map(|part| number(definition, *part)) {
            if !window.contains(&number) {
                window.push(number);
            }
        }
    }
}

/// What becomes of a sealed case is told to the discipline unit alone: in all other numbers it was raised, and no more. A
/// number that changes when somebody acts would tell of the act.
pub(crate) fn sql_of(conditions: &[Condition]) -> String {
    let mut each: Vec<String> = conditions.iter().map(|c| format!("({})", c.sql())).collect();
    if !matches!(conditions, [every] if every.code() == "any") {
        each.push("(sealed = 0 OR $2 = 2)".to_owned());
    }
    each.join(" AND ")
}

/// Ledger size and day, then each window's numbers by group.
fn counting(grouping: Grouping, of: Of) -> String {
    let widest = of.widest();
    let row = |first: String, mut numbers: Vec<String>| {
        numbers.resize(widest, "CAST(0 AS BIGINT)".to_owned());
        let named: Vec<String> =
            numbers.iter().zip(NAMES.iter()).map(|(sum, name)| format!("{sum} AS {name}")).collect();
        format!("SELECT {first}, {}", named.join(", "))
    };
    let mut sql = BASIS.to_owned();
    sql.push_str(&row("'' AS part, '' AS key".into(), vec!["size".into(), "day".into()]));
    sql.push_str(" FROM basis");
    for (window, columns) in COLUMNS.iter().filter(|(window, _)| of.width(**window) > 0) {
        let columns = &columns[..of.width(*window)];
        let day = window.column();
        let (key, end) = grouping.sql(*window);
        let sums = columns.iter().map(Number::sql).collect();
        sql.push_str(" UNION ALL ");
        sql.push_str(&row(format!("'{}', {key}", window.code()), sums));
        let source = window.table().source();
        sql.push_str(&format!(" FROM {source} WHERE district = $1 AND {day} >= $3 AND {day} < $4 AND {NARROWED}{end}"));
    }
    sql
}

static COUNTING: LazyLock<Vec<((Grouping, Of), String)>> = LazyLock::new(|| {
    let both = Grouping::ALL.iter().flat_map(|grouping| [(*grouping, Of::InForce), (*grouping, Of::Every)]);
    both.map(|(grouping, of)| ((grouping, of), counting(grouping, of))).collect()
});

/// Every statement of this room, to be proved on both engines.
pub fn statements() -> Vec<&'static str> {
    let counting = COUNTING.iter().map(|(_, sql)| sql.as_str());
    counting.chain(list::statements()).chain(crate::verify::STATEMENTS.iter().copied()).collect()
}

/// What the statements are told; `sealed` as [`Filter::sealed`] says it, of this filter or of one that holds it.
pub(crate) fn arguments(number: i64, filter: &Filter, sealed: i64) -> Vec<Value> {
    let (from, to) = (day_number(filter.from()), day_number(filter.to()));
    args![number, sealed, from, to, filter.unit(), filter.track(), filter.category(), filter.street()]
}

/// The numbers of one group, by window in the order of [`COLUMNS`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbers(BTreeMap<Window, Vec<i64>>);

impl Numbers {
    fn add(&mut self, window: Window, of: Of, row: &Row) -> Result<()> {
        let sums = self.0.entry(window).or_insert_with(|| vec![0; of.width(window)]);
        for (sum, name) in sums.iter_mut().zip(NAMES.iter()) {
            // Without any row in the window a sum is NULL.
            *sum += row.opt_int(name)?.unwrap_or(0);
        }
        Ok(())
    }

    fn add_all(&mut self, other: &Numbers) {
        for (window, numbers) in &other.0 {
            let sums = self.0.entry(*window).or_insert_with(|| vec![0; numbers.len()]);
            sums.iter_mut().zip(numbers).for_each(|(sum, n)| *sum += n);
        }
    }

    /// The number of a part; none if the figure has no such part.
    pub(crate) fn count(&self, definition: &Definition, part: Part) -> Option<i64> {
        self.number(definition.window, &Number::of(definition, part)?)
    }

    fn number(&self, window: Window, number: &Number) -> Option<i64> {
        let column = COLUMNS.get(&window)?.iter().position(|c| c == number)?;
        Some(self.0.get(&window).and_then(|sums| sums.get(column)).copied().unwrap_or(0))
    }
}

/// What one counting statement says: the ledger as it is, and the numbers by group.
pub(crate) struct Counts {
    pub(crate) ledger_size: u64,
    /// The district's day of the last entry.
    day: i64,
    pub(crate) groups: BTreeMap<String, Numbers>,
}

fn run(db: &mut Db, number: i64, filter: &Filter, (grouping, of): (Grouping, Of), sealed: i64) -> Result<Counts> {
    let sql =
        COUNTING.iter().find(|(which, _)| *which == (grouping, of)).map(|(_, sql)| sql.as_str()).unwrap_or_default();
    let mut counts = Counts { ledger_size: 0, day: 0, groups: BTreeMap::new() };
    for row in db.query_text(sql, &arguments(number, filter, sealed))? {
        let part = row.text("part")?;
        let Some(window) = Window::of(part) else {
            counts.ledger_size = row.int("n0")? as u64;
            counts.day = row.int("n1")?;
            continue;
        };
        let key = match grouping {
            Grouping::Day if row.text("key")? != SEALED => month_of(row.text("key")?)?,
            _ => row.text("key")?.to_owned(),
        };
        counts.groups.entry(key).or_default().add(window, of, &row)?;
    }
    Ok(counts)
}

/// The month of a day number in a row. Days are summed up to months here: both engines count dates differently.
fn month_of(day: &str) -> Result<String> {
    let day = day.parse().map_err(|_| StoreError::Shape("a day is no number".into()))?;
    Ok(month(date_of(day)))
}

/// The numbers of a filter as a whole, of every version of a definition.
pub(crate) fn whole(db: &mut Db, number: i64, filter: &Filter) -> Result<(u64, Numbers)> {
    whole_of(db, number, filter, Of::Every)
}

fn whole_of(db: &mut Db, number: i64, filter: &Filter, of: Of) -> Result<(u64, Numbers)> {
    let mut counts = run(db, number, filter, (Grouping::Whole, of), filter.sealed(false))?;
    Ok((counts.ledger_size, counts.groups.remove("").unwrap_or_default()))
}

fn in_force(filter: &Filter, ledger_size: u64, numbers: &Numbers) -> Vec<Figure> {
    catalogue::in_force().map(|d| Figure::of(d, filter, ledger_size, |part| numbers.count(d, part))).collect()
}

/// All figures in force of a filter, in the catalogue's order. One query.
///
/// # Errors
/// What the database says.
pub fn figures(db: &mut Db, number: i64, filter: &Filter) -> Result<Vec<Figure>> {
    let (ledger_size, numbers) = whole_of(db, number, filter, Of::InForce)?;
    Ok(in_force(filter, ledger_size, &numbers))
}

/// A group of a breakdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its code: a unit, track, category, street or month; [`UNKNOWN`] where it is not known. [`By::name`] names it,
    /// [`Filter::of_group`] narrows to it.
    pub key: String,
    /// All figures in force, in the catalogue's order.
    pub figures: Vec<Figure>,
}

/// All figures in force of a filter by group, sorted by the group's code. One query. A month without a record is there,
/// with its dashes; another group is not. What has no such thing at all (a lecture has no track) is in no group. Sealed accusations are in no group, but for the discipline unit by track and month.
///
/// # Errors
/// What the database says.
pub fn breakdown(db: &mut Db, number: i64, filter: &Filter, by: By) -> Result<Vec<Group>> {
    let mut counts = run(db, number, filter, (Grouping::of(by, filter), Of::InForce), filter.sealed(false))?;
    if by == By::Month {
        filter.months().into_iter().for_each(|month| {
            counts.groups.entry(month).or_default();
        });
    }
    Ok(groups(filter, by, counts.ledger_size, counts.groups))
}

impl Group {
    /// Whether it has anything of what a figure is counted over: a figure of a table that a group has nothing of says nothing
    /// about it.
    pub fn has(&self, table: Table) -> bool {
        let counts = |f: &Figure| f.numerator != 0 || f.denominator.is_some_and(|d| d != 0);
        self.figures.iter().any(|f| f.definition.of == table && counts(f))
    }
}

fn groups(filter: &Filter, by: By, ledger_size: u64, mut numbers: BTreeMap<String, Numbers>) -> Vec<Group> {
    numbers.remove(SEALED);
    numbers.remove(NOWHERE);
    let group = |(key, numbers): (String, Numbers)| {
        let narrowed = filter.of_group(by, &key).unwrap_or_else(|_| filter.clone());
        Group { figures: in_force(&narrowed, ledger_size, &numbers), key }
    };
    numbers.into_iter().map(group).collect()
}

/// The figures of a window as [`figures`] gives them, and as [`breakdown`] does by month and by something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Together {
    /// All figures in force.
    pub all: Vec<Figure>,
    /// The same by month.
    pub months: Vec<Group>,
    /// The same by what was asked for.
    pub groups: Vec<Group>,
}

/// A page of figures from one state of the ledger, month by month: each record of a window is read once, whatever is summed
/// up. The connection must not be in a transaction.
///
/// # Errors
/// What the database says.
pub fn together(db: &mut Db, number: i64, filter: &Filter, by: By) -> Result<Together> {
    db.begin()?;
    let made = month_by_month(db, number, filter, by);
    db.rollback()?;
    made
}

fn month_by_month(db: &mut Db, number: i64, filter: &Filter, by: By) -> Result<Together> {
    let (grouping, told) = (Grouping::of(by, filter), filter.sealed(false));
    let (mut all, mut sealed, mut ledger_size, mut day) = (Numbers::default(), Numbers::default(), 0, 0);
    let (mut months, mut parts): (BTreeMap<String, Numbers>, BTreeMap<String, Numbers>) = Default::default();
    for month in filter.months() {
        let Ok(within) = filter.of_group(By::Month, &month) else { continue };
        let counts = run(db, number, &within, (grouping, Of::InForce), told)?;
        (ledger_size, day) = (counts.ledger_size, counts.day);
        let sum = months.entry(month).or_default();
        for (key, numbers) in counts.groups {
            // No month tells of what is sealed, but to the discipline unit.
            if key == SEALED && told != 2 {
                sealed.add_all(&numbers);
                continue;
            }
            sum.add_all(&numbers);
            all.add_all(&numbers);
            parts.entry(key).or_default().add_all(&numbers);
        }
    }
    // The window's own end decides whether it is over, not the end of each of its months.
    if day_number(filter.to()) <= day {
        all.add_all(&sealed);
    }
    let by_month = groups(filter, By::Month, ledger_size, months);
    let groups = if by == By::Month { by_month.clone() } else { groups(filter, by, ledger_size, parts) };
    Ok(Together { all: in_force(filter, ledger_size, &all), months: by_month, groups })
}

/// What a unit has of a category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The filter narrowed to it: it gives the same numbers, and the lists behind them.
    pub filter: Filter,
    /// All figures in force, in the catalogue's order.
    pub figures: Vec<Figure>,
}

/// All figures in force of a filter by unit and first level of the category, sorted by their codes. One query. Sealed
/// accusations are not counted. A filter that names a category gets that one's numbers under its first level.
///
/// # Errors
/// What the database says.
pub fn cross(db: &mut Db, number: i64, filter: &Filter) -> Result<Vec<Cell>> {
    let Counts { ledger_size, groups, .. } =
        run(db, number, filter, (Grouping::Cross, Of::InForce), filter.sealed(false))?;
    let cell = |(key, numbers): (String, Numbers)| {
        // No code holds a space.
        let (unit, category) = key.split_once(' ')?;
        let narrowed = filter.of_group(By::Unit, unit).ok()?;
        let narrowed =
            if filter.category().is_empty() { narrowed.of_group(By::Category, category).ok()? } else { narrowed };
        Some(Cell { figures: in_force(&narrowed, ledger_size, &numbers), filter: narrowed })
    };
    Ok(groups.into_iter().filter_map(cell).collect())
}

/// How many records the list behind a part of a figure has; 0 if the figure has no such part. A figure that counts sealed
/// accusations counts more.
///
/// # Errors
/// What the database says.
pub fn count(db: &mut Db, number: i64, filter: &Filter, definition: &Definition, part: Part) -> Result<u64> {
    let whole = (Grouping::Whole, Of::Every);
    let numbers = run(db, number, filter, whole, filter.sealed(true))?.groups.remove("").unwrap_or_default();
    let length = Number::length(definition, part).and_then(|number| numbers.number(definition.window, &number));
    Ok(length.unwrap_or(0).max(0) as u64)
}

const _: () = assert!(UNKNOWN.len() == 1, "the statements above write it out");
