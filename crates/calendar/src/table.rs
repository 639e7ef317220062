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
    /// A year that no notice speaks of.
    #[error("{0} is not a year from 1949 to 2199")]
    NoYear(i16),
    /// A day that does not belong to the year or the days around it.
    #[error("{0} does not belong to {1}")]
    Year(Date, i16),
    /// A day that is both off and worked.
    #[error("{0} is both off and worked, or stands twice")]
    Twice(Date),
    /// More days off in a row than any holiday has.
    #[error("from {0} on more than {most} days in a row would be off", most = ROW_MOST)]
    Row(Date),
    /// More weekdays off than any year has.
    #[error("{0} would have more than {most} weekdays off", most = OFF_MOST)]
    Many(i16),
    /// A worked day that is not a weekend day.
    #[error("{0} is not on a weekend, so it needs no line under work")]
    Weekday(Date),
}

/// The longest holidays so far had 10 days in a row.
const ROW_MOST: i64 = 16;
/// The years so far had fewer than 30 weekdays off.
const OFF_MOST: usize = 40;

impl TableFault {
    /// The fault in Chinese; its `Display` is English.
    pub fn zh(&self) -> String {
        match self {
            TableFault::Shape(what) => format!("文件格式不对：{what}"),
            TableFault::Date(text) => {
                format!("“{text}”不是日期（如2023-05-01），也不是日期范围（如2023-04-29/2023-05-03）")
            }
            TableFault::NoYear(year) => format!("年份{year}不在1949至2199之间"),
            TableFault::Year(day, year) => format!("{day}不属于{year}年"),
            TableFault::Twice(day) => format!("{day}既放假又上班，或出现了两次"),
            TableFault::Many(year) => format!("{year}年放假的工作日超过{OFF_MOST}天"),
            TableFault::Row(day) => format!("从{day}起连续放假超过{ROW_MOST}天"),
            TableFault::Weekday(day) => format!("{day}不是周末，不用写在上班一栏"),
        }
    }
}

impl YearTable {
    /// Reads a table and checks it.
    ///
    /// # Errors
    /// A [`TableFault`] that names the day.
    pub fn parse(text: &str) -> Result<YearTable, TableFault> {
        let table: YearTable = toml::from_str(text).map_err(|e| TableFault::Shape(e.to_string()))?;
        table.check()?;
        Ok(table)
    }

    /// Whether every day is one, belongs to the year, and stands once.
    ///
    /// # Errors
    /// A [`TableFault`] that names the day.
    pub fn check(&self) -> Result<(), TableFault> {
        if !(1949..=2199).contains(&self.year) {
            return Err(TableFault::NoYear(self.year));
        }
        let mut seen = std::collections::BTreeSet::new();
        for (text, work) in self.off.iter().map(|t| (t, false)).chain(self.work.iter().map(|t| (t, true))) {
            for day in days(text).ok_or_else(|| TableFault::Date(text.clone()))? {
                // A notice reaches a few days into the years around it, as with 31 December.
                let near = (day.year() == self.year - 1 && day.month() == 12)
                    || (day.year() == self.year + 1 && day.month() == 1);
                if day.year() != self.year && !near {
                    return Err(TableFault::Year(day, self.year));
                }
                if work && !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
                    return Err(TableFault::Weekday(day));
                }
                if !seen.insert(day) {
                    return Err(TableFault::Twice(day));
                }
            }
        }
        self.rows()
    }

    /// Days off in a row, weekends included: a slip of the pen must not empty a month, nor a hand that wants no term to end.
    fn rows(&self) -> Result<(), TableFault> {
        let exceptions: std::collections::BTreeMap<Date, bool> = self.exceptions().into_iter().collect();
        let is_off = |day: Date| {
            let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            exceptions.get(&day).map_or(weekend, |work| !work)
        };
        let weekdays = exceptions
            .iter()
            .filter(|(day, work)| !**work && !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday));
        if weekdays.count() > OFF_MOST {
            return Err(TableFault::Many(self.year));
        }
        let mut row = 0;
        let first = Date::new(self.year, 1, 1).map_err(|_| TableFault::NoYear(self.year))?;
        for day in first.series(jiff::ToSpan::day(1)).take_while(|day| day.year() == self.year) {
            row = if is_off(day) { row + 1 } else { 0 };
            if row > ROW_MOST {
                return Err(TableFault::Row(day.saturating_sub(jiff::ToSpan::days(row - 1))));
            }
        }
        Ok(())
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
