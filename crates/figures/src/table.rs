//! What figures count over and by: tables, the days that decide, conditions and sums. Each is declared in the catalogue's
//! file of its system and named there by a code; what is named by none of them can't be read.

use crate::catalogue::FILES;
use crate::rounding::Measure;
use domain::Lang;
use domain::register::{Shelf, Term};
use registers::REGISTERS;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Stands where a record of this kind has no such thing at all: no track, no category. No code holds this character, and
/// no filter asks for it; a group of it is told to nobody.
pub(crate) const NOWHERE: &str = "!";

/// What something is called, in both languages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    zh: String,
    en: String,
}

impl Names {
    fn of(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// A file of the catalogue, without its figures.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    #[serde(default)]
    tables: BTreeMap<String, DeclaredTable>,
    #[serde(default)]
    windows: BTreeMap<String, BTreeMap<String, DeclaredWindow>>,
    #[serde(default)]
    conditions: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    sums: BTreeMap<String, BTreeMap<String, Measure>>,
    #[serde(rename = "figure")]
    _figures: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredTable {
    measure: Measure,
    unit: Option<Names>,
    #[serde(default)]
    shown: Vec<Column>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredWindow {
    day: String,
    zh: String,
    en: String,
}

/// A column that the list behind a number shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name.
    pub column: String,
    zh: String,
    en: String,
}

impl Column {
    /// What stands above it.
    pub fn name(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct TableData {
    name: String,
    /// The code of the register whose records it holds.
    register: &'static str,
    measure: Measure,
    unit: Option<Names>,
    shown: Vec<Column>,
    source: String,
    listed: String,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct WindowData {
    code: String,
    table: String,
    day: String,
    names: Names,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct ConditionData {
    code: String,
    table: String,
    sql: String,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct SumData {
    column: String,
    table: String,
    measure: Measure,
}

/// All that the files declare.
struct Vocabulary {
    tables: Vec<TableData>,
    windows: Vec<WindowData>,
    conditions: Vec<ConditionData>,
    sums: Vec<SumData>,
}

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let mut all = Vocabulary { tables: Vec::new(), windows: Vec::new(), conditions: Vec::new(), sums: Vec::new() };
    for text in FILES {
        // The texts are compiled in, and a test reads them: no input reaches this.
        let file: Declared = toml::from_str(text).expect("the catalogue of this program can be read");
        all.tables.extend(file.tables.into_iter().map(|(name, table)| TableData::of(name, table)));
        for (table, windows) in file.windows {
            all.windows.extend(windows.into_iter().map(|(code, DeclaredWindow { day, zh, en })| WindowData {
                code,
                table: table.clone(),
                day,
                names: Names { zh, en },
            }));
        }
        for (table, conditions) in file.conditions {
            let of = |(code, sql)| ConditionData { code, table: table.clone(), sql };
            all.conditions.extend(conditions.into_iter().map(of));
        }
        for (table, sums) in file.sums {
            let of = |(column, measure)| SumData { column, table: table.clone(), measure };
            all.sums.extend(sums.into_iter().map(of));
        }
    }
    all
});

impl TableData {
    fn of(name: String, table: DeclaredTable) -> TableData {
        let shelf = REGISTERS.iter().find(|shelf| shelf.plural() == name);
        // The cases have no table of this kind; any other name must be that of a register's.
        assert!(shelf.is_some() || name == "cases", "{name} is no table of a register");
        let (source, listed) = shelf.and_then(|shelf| sources(*shelf)).unwrap_or_else(|| (name.clone(), name.clone()));
        let DeclaredTable { measure, unit, shown } = table;
        let register = shelf.map_or("case", |shelf| shelf.code());
        TableData { name, register, measure, unit, shown, source, listed }
    }
}

/// A register's table with what a filter narrows and groups by; and the same with the record's handle and code.
fn sources(shelf: &dyn Shelf) -> Option<(String, String)> {
    let (name, _, heads, _) = shelf.table()?;
    let named = |common: &[&str]| -> Vec<&str> {
        heads.iter().map(|head| head.name).filter(|column| !common.contains(column)).collect()
    };
    let columns =
        |of: &str, columns: Vec<&str>| -> String { columns.iter().map(|column| format!(", {of}{column}")).collect() };
    let common = ["lead", "track", "category", "coarse", "street", "sealed", "id", "code"];
    let street = heads.iter().any(|head| head.name == "street");
    let common_of = |of: &str| {
        let street = if street { format!("{of}street") } else { format!("'{NOWHERE}'") };
        format!(
            "{of}unit AS lead, '{NOWHERE}' AS track, '{NOWHERE}' AS category, '{NOWHERE}' AS coarse, {street} AS street, \
             0 AS sealed"
        )
    };
    let source =
        format!("(SELECT district, seq, {}{} FROM {name}) AS counted", common_of(""), columns("", named(&common)));
    let listed = format!(
        "(SELECT t.district, t.seq, r.id, r.code, {}{} FROM {name} t \
         JOIN records r ON r.district = t.district AND r.seq = t.seq) AS counted",
        common_of("t."),
        columns("t.", named(&common))
    );
    Some((source, listed))
}

/// Declares a handle of something that the files declare: small, and the same wherever it is named.
macro_rules! handles {
    ($($(#[$meta:meta])* $name:ident($data:ident) in $all:ident by $code:ident;)+) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
            pub struct $name(&'static $data);
            impl $name {
                /// All that there are.
                pub fn all() -> impl Iterator<Item = $name> {
                    VOCABULARY.$all.iter().map($name)
                }
                /// The one of a code.
                pub fn of(code: &str) -> Option<$name> {
                    $name::all().find(|one| one.0.$code == code)
                }
                /// Its code in the catalogue.
                pub fn code(self) -> &'static str {
                    &self.0.$code
                }
            }
            impl std::fmt::Debug for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(self.code())
                }
            }
            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(from: D) -> Result<$name, D::Error> {
                    let code = String::deserialize(from)?;
                    $name::of(&code).ok_or_else(|| D::Error::custom(format!("no file declares “{code}”")))
                }
            }
        )+
    };
}

handles! {
    /// A read table that figures are counted over: the cases, or the table of a register.
    Table(TableData) in tables by name;
    /// The day that decides whether a record lies in a window of days.
    Window(WindowData) in windows by code;
    /// What a record is counted for: SQL over one row of its table's source, for both engines. It is a function of the events.
    Condition(ConditionData) in conditions by code;
    /// What a figure sums up over the rows that it counts: a column.
    Sum(SumData) in sums by column;
}

/// The cases: what is counted over where nothing else is named.
impl Default for Table {
    fn default() -> Table {
        Table::of("cases").expect("the catalogue declares the cases")
    }
}

impl Table {
    /// Whether it is the table of the cases.
    pub fn is_cases(self) -> bool {
        self.0.register == "case"
    }

    /// The code of the register whose records it holds.
    pub fn register(self) -> &'static str {
        self.0.register
    }

    /// What one row of it is counted as.
    pub fn measure(self) -> Measure {
        self.0.measure
    }

    /// What the unit that has a record is to it.
    pub fn unit(self, lang: Lang) -> &'static str {
        self.0.unit.as_ref().map_or("", |names| names.of(lang))
    }

    /// What the list behind a number shows of a record, beside its code, unit, street and day.
    pub fn shown(self) -> &'static [Column] {
        &self.0.shown
    }

    /// The terms of a column that holds a code.
    fn terms(self, column: &str) -> Vec<Term> {
        let shelf = REGISTERS.iter().find(|shelf| shelf.code() == self.0.register);
        shelf.map(|shelf| shelf.terms(column)).unwrap_or_default()
    }

    /// Whether a column that is shown holds numbers: what is no code is one.
    pub fn is_number(self, column: &Column) -> bool {
        self.terms(&column.column).is_empty()
    }

    /// What a value of a column is called: the term of a code, or the value itself.
    pub fn term(self, column: &str, value: &str, lang: Lang) -> String {
        let terms = self.terms(column);
        let term = terms.iter().find(|term| term.code == value);
        term.map_or(value, |term| lang.pick(term.label[0], term.label[1])).to_owned()
    }

    /// What statements select from: the table's own columns, and `seq`, `lead`, `track`, `category`, `coarse`, `street` and
    /// `sealed` for all.
    pub(crate) fn source(self) -> &'static str {
        &self.0.source
    }

    /// The same with the columns of `crate::list::Counted`.
    pub(crate) fn listed(self) -> &'static str {
        &self.0.listed
    }
}

impl Window {
    /// The table that it belongs to.
    pub fn table(self) -> Table {
        Table::of(&self.0.table).unwrap_or_default()
    }

    /// The column of its table's source; it has an index.
    pub(crate) fn column(self) -> &'static str {
        &self.0.day
    }

    /// What the day is, in a language.
    pub fn label(self, lang: Lang) -> &'static str {
        self.0.names.of(lang)
    }
}

impl Condition {
    /// The table that it belongs to.
    pub fn table(self) -> Table {
        Table::of(&self.0.table).unwrap_or_default()
    }

    /// The condition as SQL; `basis` is the query's table of the ledger's size and day.
    pub(crate) fn sql(self) -> &'static str {
        &self.0.sql
    }
}

impl Sum {
    /// The table that has it.
    pub fn table(self) -> Table {
        Table::of(&self.0.table).unwrap_or_default()
    }

    /// What it is counted in.
    pub fn measure(self) -> Measure {
        self.0.measure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_declared_once_and_belongs_to_a_table_that_is_declared() {
        fn once<'a>(codes: impl Iterator<Item = (&'a str, &'a str)>) {
            let mut seen = std::collections::BTreeSet::new();
            for (code, table) in codes {
                assert!(seen.insert(code), "{code} is declared twice");
                assert!(Table::of(table).is_some(), "{code} belongs to no table");
            }
        }
        once(VOCABULARY.windows.iter().map(|w| (w.code.as_str(), w.table.as_str())));
        once(VOCABULARY.conditions.iter().map(|c| (c.code.as_str(), c.table.as_str())));
        once(VOCABULARY.sums.iter().map(|s| (s.column.as_str(), s.table.as_str())));
        once(VOCABULARY.tables.iter().map(|t| (t.name.as_str(), t.name.as_str())));
    }

    #[test]
    fn a_table_is_that_of_a_register_and_shows_its_columns_alone() {
        for table in Table::all().filter(|table| !table.is_cases()) {
            let shelf = REGISTERS.iter().find(|shelf| shelf.plural() == table.code()).unwrap();
            let heads = shelf.table().unwrap().2;
            let there = |name: &str| assert!(heads.iter().any(|head| head.name == name), "{}.{name}", table.code());
            ["unit", "stage"].into_iter().for_each(there);
            // These are what a filter calls a unit, a track and so on: a column of its own would say something else.
            for taken in ["lead", "track", "category", "coarse", "sealed"] {
                assert!(heads.iter().all(|head| head.name != taken), "{}.{taken} can't be counted by", table.code());
            }
            table.shown().iter().for_each(|column| there(&column.column));
            assert!(!table.unit(Lang::Zh).is_empty() && !table.unit(Lang::En).is_empty(), "{}", table.code());
        }
    }
}
