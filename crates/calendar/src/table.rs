//! A year's table: what the State Council's notice says, as a file that an administrator can write.

use crate::Date;
use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

/// The tables that the program brings.
pub(crate) const BUILTIN: &[&str] = &[
    include_str!("../tables/2023.toml"),
    include_str!("../tables/2024.toml"),
    include_str!("../tables/2025.toml"),
    include_str!("../tables/2026.toml"),
];

/// The exceptions of one year: days off, and weekend days that are worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearTable {
    /// The year.
    pub year: i16,
    /// Grows when the notice is amended.
    #[serde(default = "one")]
    pub revision: u16,
    /// Where the notice stands.
    pub source: String,
    /// Days off: `2023-01-21/2023-01-27` or a single day.
    pub off: Vec<String>,
    /// Weekend days that are worked.
    pub work: Vec<String>,
}

fn one() -> u16 {
    1
}

/// What is wrong with a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableFault {
    /// Not the shape of a table.
    #[error("the table can't be read: {0}")]
    Shape(String),
    /// Not a date or a range of dates.
    #[error("{0:?} is not a date such as 2023-05-01, or a range such as 2023-04-29/2023-05-03")]
    Date(String),
    /// A day that does not belong to the year or the days around it.
    #[error("{0} does not belong to {1}")]
    Year(Date, i16),
    /// A day that is both off and worked.
    #[error("{0} is both off and worked, or stands twice")]
    Twice(Date),
    /// A worked day that is not a weekend day.
    #[error("{0} is not on a weekend, so it needs no line under work")]
    Weekday(Date),
}

impl YearTable {
    /// Reads a table and checks it.
    ///
    /// # Errors
    /// A [`TableFault`] that names the day.
    pub fn parse(text: &str) -> Result<YearTable, TableFault> {
        let table: YearTable = toml::from_str(text).map_err(|e| TableFault::Shape(e.to_string()))?;
        let mut seen = std::collections::BTreeSet::new();
        for (text, work) in table.off.iter().map(|t| (t, false)).chain(table.work.iter().map(|t| (t, true))) {
            for day in days(text).ok_or_else(|| TableFault::Date(text.clone()))? {
                // A notice reaches a few days into the years around it, as with 31 December.
                let near = (day.year() == table.year - 1 && day.month() == 12)
                    || (day.year() == table.year + 1 && day.month() == 1);
                if day.year() != table.year && !near {
                    return Err(TableFault::Year(day, table.year));
                }
                if work && !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
                    return Err(TableFault::Weekday(day));
                }
                if !seen.insert(day) {
                    return Err(TableFault::Twice(day));
                }
            }
        }
        Ok(table)
    }

    /// Every exception; true is a working day.
    pub(crate) fn exceptions(&self) -> Vec<(Date, bool)> {
        let of = |list: &[String], work: bool| -> Vec<(Date, bool)> {
            list.iter().filter_map(|t| days(t)).flatten().map(|d| (d, work)).collect()
        };
        let mut all = of(&self.off, false);
        all.extend(of(&self.work, true));
        all
    }
}

/// The days of a date or a range of at most 31 days.
fn days(text: &str) -> Option<Vec<Date>> {
    let (first, last) = text.split_once('/').unwrap_or((text, text));
    let (first, last): (Date, Date) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    let days: Vec<Date> = first.series(jiff::ToSpan::day(1)).take_while(|d| *d <= last).take(32).collect();
    (1..=31).contains(&days.len()).then_some(days)
}
