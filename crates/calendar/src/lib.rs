//! Days, clocks and working days. Pure: a date in, a date out.
//!
//! Working days follow the State Council's yearly notice (a [`YearTable`]). A year whose notice is not loaded is
//! computed on plain weekends and the statutory days (全国年节及纪念日放假办法), and every date that touches such a year
//! is provisional.

mod statutory;
mod table;

pub use jiff::civil::Date;
pub use table::{TableFault, YearTable};

use jiff::ToSpan;
use jiff::civil::{DateTime, Weekday};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// What a length is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Every day counts.
    Calendar,
    /// Only working days count.
    Working,
    /// Hours by the clock, also at night and on days off.
    Hour,
}

/// A length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Term {
    /// How many of `unit`.
    pub length: u16,
    /// What it is counted in.
    pub unit: Unit,
}

/// A due date: as counted, and rolled over to a working day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Due {
    /// The last day as counted.
    pub raw: Date,
    /// The same, or the next working day if that is none.
    pub rolled: Date,
    /// Whether a day that was looked at lies in a year without a table.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub provisional: bool,
}

impl Due {
    /// The earlier of both dates: what alarms go by.
    pub fn alarm(&self) -> Date {
        self.raw.min(self.rolled)
    }
}

/// The year tables in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    tables: BTreeMap<i16, YearTable>,
    /// Every exception of every table: true is a working day.
    exceptions: BTreeMap<Date, bool>,
    /// The years of which a table says something.
    counted: BTreeMap<i16, Counted>,
}

/// The working days of a year up to and with each of its days, in order.
type Counted = Box<[u16]>;

/// The years that are counted once for all, as they are without a table; others are counted when somebody asks.
static PLAIN: LazyLock<BTreeMap<i16, Counted>> = LazyLock::new(|| {
    let plain = Calendar::default();
    (2000..2060).map(|year| (year, plain.count(year))).collect()
});

impl Calendar {
    /// The tables that the program brings: 2023 to 2026.
    pub fn builtin() -> Calendar {
        static READ: LazyLock<Calendar> = LazyLock::new(|| {
            let tables = table::BUILTIN.iter().filter_map(|text| YearTable::parse(text).ok());
            tables.fold(Calendar::default(), Calendar::with_table)
        });
        READ.clone()
    }

    /// With a further table, or a newer one for its year.
    pub fn with_table(mut self, table: YearTable) -> Calendar {
        self.tables.insert(table.year, table);
        self.exceptions = self.tables.values().flat_map(YearTable::exceptions).collect();
        let years: BTreeSet<i16> = self.exceptions.keys().map(|day| day.year()).chain(self.years()).collect();
        self.counted = years.into_iter().map(|year| (year, self.count(year))).collect();
        self
    }

    /// A short text that changes whenever a table is added or replaced: `cn-2023.1-2026.1`.
    pub fn version(&self) -> String {
        let revisions: u32 = self.tables.values().map(|t| u32::from(t.revision)).sum();
        match (self.tables.first_key_value(), self.tables.last_key_value()) {
            (Some((first, _)), Some((last, _))) => format!("cn-{first}-{last}.{revisions}"),
            _ => "cn-none".into(),
        }
    }

    /// The years with a table.
    pub fn years(&self) -> impl Iterator<Item = i16> {
        self.tables.keys().copied()
    }

    /// The table of a year.
    pub fn table(&self, year: i16) -> Option<&YearTable> {
        self.tables.get(&year)
    }

    /// Whether a table says what this day is. A notice reaches back into the last week of the year before it, as 2023's
    /// did to 31 December 2022: those days are certain only when the next year's notice is there.
    pub fn is_certain(&self, date: Date) -> bool {
        let has = |year: i16| self.tables.contains_key(&year);
        let last_week = date.month() == 12 && date.day() >= 25;
        self.exceptions.contains_key(&date)
            || (has(date.year()) && (!last_week || date.year().checked_add(1).is_some_and(has)))
    }

    /// Whether people work on this day.
    pub fn is_working(&self, date: Date) -> bool {
        if let Some(working) = self.exceptions.get(&date) {
            return *working;
        }
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        let holiday = !self.tables.contains_key(&date.year()) && statutory::is_holiday(date);
        !weekend && !holiday
    }

    /// The `n`th working day after a day, and whether it is provisional. No working day after it: the last date there is.
    pub fn add_working(&self, start: Date, n: u16) -> (Date, bool) {
        let mut date = start;
        let mut provisional = false;
        let mut left = n;
        while left > 0 {
            let Ok(next) = date.tomorrow() else { return (date, true) };
            date = next;
            provisional |= !self.is_certain(date);
            left -= u16::from(self.is_working(date));
        }
        (date, provisional)
    }

    /// How many working days `d` there are with `after < d <= until`; negative if `until` lies before `after`.
    pub fn working_days_between(&self, after: Date, until: Date) -> i64 {
        if until < after {
            return -self.working_days_between(until, after);
        }
        let whole: i64 = (after.year()..until.year()).map(|year| self.counted(year).last().map_or(0, of)).sum();
        whole + self.up_to(until) - self.up_to(after)
    }

    /// The working days of a day's year up to and with it.
    fn up_to(&self, day: Date) -> i64 {
        self.counted(day.year()).get(day.day_of_year() as usize - 1).map_or(0, of)
    }

    fn counted(&self, year: i16) -> Cow<'_, [u16]> {
        match self.counted.get(&year).or_else(|| PLAIN.get(&year)) {
            Some(counted) => Cow::Borrowed(counted),
            None => Cow::Owned(self.count(year).into_vec()),
        }
    }

    /// Counts the working days of a year, one by one.
    fn count(&self, year: i16) -> Counted {
        let Ok(first) = Date::new(year, 1, 1) else { return Counted::default() };
        let mut days = 0;
        let year = first.series(1.day()).take(first.days_in_year() as usize);
        let counted = year.map(|day| {
            days += u16::from(self.is_working(day));
            days
        });
        counted.collect()
    }

    /// The local time at which a term of hours ends. It runs on at night and on days off, and is never rolled.
    pub fn after_hours(start: DateTime, hours: u16) -> DateTime {
        start.saturating_add(i64::from(hours).hours())
    }

    /// The due date of a term that starts on a day; the start day is not counted. Of hours, from the beginning of that
    /// day: the last day is the one in which they end ([`Calendar::after_hours`] tells the time).
    pub fn due(&self, start: Date, term: Term) -> Due {
        let (raw, mut provisional) = match term.unit {
            Unit::Hour => {
                let day = Calendar::after_hours(start.at(0, 0, 0, 0), term.length).date();
                return Due { raw: day, rolled: day, provisional: false };
            }
            Unit::Working => self.add_working(start, term.length),
            Unit::Calendar => (start.saturating_add(i32::from(term.length).days()), false),
        };
        provisional |= !self.is_certain(raw);
        let mut rolled = raw;
        while !self.is_working(rolled) {
            let Ok(next) = rolled.tomorrow() else { break };
            rolled = next;
            provisional |= !self.is_certain(rolled);
        }
        Due { raw, rolled, provisional }
    }
}

fn of(days: &u16) -> i64 {
    i64::from(*days)
}

#[cfg(test)]
mod tests;
