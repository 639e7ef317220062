//! Which records a figure is about: a window of days, and what is narrowed to. One filter gives the count and the list.

use calendar::Date;
use domain::case::Track;
use domain::district::{CategoryCode, District, UnitCode};
use domain::moment::day_number;
use domain::{Label, Lang};
use jiff::ToSpan;
use std::fmt;

/// Stands where nothing is known yet: the unit of a case that was not dispatched, the street of one without a place.
/// No code holds this character.
pub const UNKNOWN: &str = "~";
/// The longest window, in days: a century.
const DAYS_MOST: i64 = 36_525;

/// What can't be read in a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The window is empty, runs backwards, or is longer than a century.
    Window,
    /// A date that is none, by the name of its field.
    Date(&'static str),
    /// A value that is no code, by the name of its field.
    Code(&'static str),
    /// A field that a filter doesn't have.
    Field(String),
    /// A code that the district doesn't have, by the name of its field.
    Unknown(&'static str, String),
}

impl Fault {
    /// What is wrong, and what to do.
    pub fn said(&self, lang: Lang) -> (String, String) {
        let (what, todo) = match self {
            Fault::Window => (
                lang.pick(
                    "时段是空的、前后颠倒，或超过一百年。",
                    "The window is empty, runs backwards, or is longer than a century.",
                )
                .to_owned(),
                lang.pick(
                    "“止”是时段之后的第一天，应晚于“起”。",
                    "The end is the first day after the window: it must lie behind the start.",
                ),
            ),
            Fault::Date(field) => (
                lang.pick("“{}”不是日期。", "“{}” is no date.").replace("{}", field),
                lang.pick("请写成 2023-05-04。", "Write it as 2023-05-04."),
            ),
            Fault::Code(field) => (
                lang.pick("“{}”不是可用的代码。", "“{}” has a value that is no code.").replace("{}", field),
                lang.pick(
                    "请从列表中选择；尚未确定的写“~”。",
                    "Use a code of the district's lists, or ~ for cases where it is not known.",
                ),
            ),
            Fault::Field(field) => (
                lang.pick("没有“{}”这个筛选项。", "There is no filter “{}”.").replace("{}", field),
                lang.pick(
                    "可用的是 from、to、unit、track、category、street。",
                    "There are from, to, unit, track, category and street.",
                ),
            ),
            Fault::Unknown(field, code) => (
                lang.pick("本区没有“{}”。", "The district has no “{}”.").replace("{}", &format!("{field}={code}")),
                lang.pick("请核对代码。", "Check the code against the district's units and catalogue."),
            ),
        };
        (what, todo.to_owned())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, todo) = self.said(Lang::En);
        write!(f, "{what} {todo}")
    }
}

impl std::error::Error for Fault {}

/// A window of days [from, to), and what the records are narrowed to. An empty field narrows nothing; [`UNKNOWN`] asks
/// for those in which it is not known. What has no track or category at all, as a lecture, is in no filter that names one.
///
/// Nothing that is narrowed to a unit, category or street tells of sealed accusations; [`Sealed`] says where they count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    from: Date,
    to: Date,
    unit: String,
    track: String,
    category: String,
    street: String,
    sealed: Sealed,
}

/// In which numbers sealed accusations count. In none they stand in a list for anybody but the discipline unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sealed {
    /// In the total of the whole district for calendar quarters that are over, and for years of them: from the
    /// difference of two windows or of two breakdowns nobody learns of one.
    #[default]
    Quarters,
    /// In every total and by track, and in the lists: for the discipline unit, and for what 0.1 published.
    All,
}

impl Filter {
    /// Everything in a window: `from` is its first day, `to` the first day after it.
    ///
    /// # Errors
    /// [`Fault::Window`].
    pub fn new(from: Date, to: Date) -> Result<Filter, Fault> {
        if !(1..=DAYS_MOST).contains(&(day_number(to) - day_number(from))) {
            return Err(Fault::Window);
        }
        let none = String::new;
        let sealed = Sealed::default();
        Ok(Filter { from, to, unit: none(), track: none(), category: none(), street: none(), sealed })
    }

    /// Twelve months up to a day, which lies in the last of them.
    ///
    /// # Errors
    /// [`Fault::Window`] at the edge of the calendar.
    pub fn twelve_months(today: Date) -> Result<Filter, Fault> {
        let from = today.first_of_month().checked_sub(11.months()).map_err(|_| Fault::Window)?;
        Filter::new(from, today.tomorrow().map_err(|_| Fault::Window)?)
    }

    /// The same with so many months more before its first day.
    ///
    /// # Errors
    /// [`Fault::Window`] at the edge of the calendar.
    pub fn longer(&self, months: i64) -> Result<Filter, Fault> {
        let from = self.from.checked_sub(months.months()).map_err(|_| Fault::Window)?;
        Ok(Filter { from, ..self.clone() })
    }

    /// The same with sealed accusations in every total, by track, and in the lists: for the discipline unit alone.
    #[must_use]
    pub fn with_sealed(self) -> Filter {
        Filter { sealed: Sealed::All, ..self }
    }

    /// What the statements are told: 0 no sealed accusation counts, 1 those of a window that is over, 2 all.
    pub(crate) fn sealed(&self, list: bool) -> i64 {
        let quarter = |date: Date| date.day() == 1 && matches!(date.month(), 1 | 4 | 7 | 10);
        match self.sealed {
            Sealed::All => 2,
            Sealed::Quarters => i64::from(!list && quarter(self.from) && quarter(self.to)),
        }
    }

    /// Narrowed further: `unit` (the one that leads, led last, or hosts), `track`, `category` (first level or full code) or
    /// `street`. An empty value narrows nothing.
    ///
    /// # Errors
    /// [`Fault::Code`], [`Fault::Field`].
    pub fn with(mut self, field: &str, value: &str) -> Result<Filter, Fault> {
        let free = value.is_empty() || value == UNKNOWN;
        let (place, name, good) = match field {
            "unit" => (&mut self.unit, "unit", free || UnitCode::from(value).is_well_formed()),
            "track" => (&mut self.track, "track", value.is_empty() || Track::of(value).is_some()),
            "category" => (&mut self.category, "category", free || CategoryCode::from(value).is_well_formed()),
            "street" => (&mut self.street, "street", free || UnitCode::from(value).is_well_formed()),
            _ => return Err(Fault::Field(field.to_owned())),
        };
        if !good {
            return Err(Fault::Code(name));
        }
        value.clone_into(place);
        Ok(self)
    }

    /// The filter of a window and a query without it, as a published figure has it.
    ///
    /// # Errors
    /// A [`Fault`].
    pub fn narrowed(from: Date, to: Date, query: &str) -> Result<Filter, Fault> {
        pairs(query).try_fold(Filter::new(from, to)?, |filter, (field, value)| filter.with(field, value))
    }

    /// The filter of a whole URL query: `from=2023-01-01&to=2024-01-01&unit=housing`. No code needs percent-encoding,
    /// so a percent sign is a fault like any other foreign character.
    ///
    /// # Errors
    /// A [`Fault`].
    pub fn parse(query: &str) -> Result<Filter, Fault> {
        let date = |field: &'static str| {
            let found = pairs(query).find(|(name, _)| *name == field);
            found.and_then(|(_, value)| value.parse::<Date>().ok()).ok_or(Fault::Date(field))
        };
        let rest = pairs(query).filter(|(field, _)| !matches!(*field, "from" | "to"));
        rest.fold(Filter::new(date("from")?, date("to")?), |filter, (field, value)| filter?.with(field, value))
    }

    /// Whether the district has what it is narrowed to, so that a mistyped code is not answered with zeros.
    ///
    /// # Errors
    /// [`Fault::Unknown`].
    pub fn check(&self, district: &District) -> Result<(), Fault> {
        let unit = |code: &str| district.units.contains_key(&code.into());
        let category = |code: &str| district.catalogue.category(&code.into()).is_some();
        for (field, code, known) in [
            ("unit", &self.unit, unit(&self.unit)),
            ("category", &self.category, category(&self.category)),
            ("street", &self.street, unit(&self.street)),
        ] {
            if !known && !code.is_empty() && code != UNKNOWN {
                return Err(Fault::Unknown(field, code.clone()));
            }
        }
        Ok(())
    }

    /// What it is narrowed to, as a URL has it, in a stable order; empty for the whole district.
    pub fn narrowing(&self) -> String {
        let fields =
            [("unit", &self.unit), ("track", &self.track), ("category", &self.category), ("street", &self.street)];
        let set: Vec<String> =
            fields.iter().filter(|(_, v)| !v.is_empty()).map(|(name, value)| format!("{name}={value}")).collect();
        set.join("&")
    }

    /// The whole filter as a URL query; [`Filter::parse`] reads it.
    pub fn query(&self) -> String {
        let narrowing = self.narrowing();
        let and = if narrowing.is_empty() { "" } else { "&" };
        format!("from={}&to={}{and}{narrowing}", self.from, self.to)
    }

    /// First day of the window.
    pub fn from(&self) -> Date {
        self.from
    }

    /// First day after the window.
    pub fn to(&self) -> Date {
        self.to
    }

    /// The unit's code; empty for all.
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// The track's code; empty for all.
    pub fn track(&self) -> &str {
        &self.track
    }

    /// The category's code; empty for all.
    pub fn category(&self) -> &str {
        &self.category
    }

    /// The street's code; empty for all.
    pub fn street(&self) -> &str {
        &self.street
    }

    /// The filter of one group of a breakdown by this dimension.
    ///
    /// # Errors
    /// A [`Fault`], if the key is not one of a group of this filter.
    pub fn of_group(&self, by: By, key: &str) -> Result<Filter, Fault> {
        if by != By::Month {
            return self.clone().with(by.code(), key);
        }
        let first = format!("{key}-01").parse::<Date>().map_err(|_| Fault::Date("month"))?;
        let next = first.checked_add(1.month()).map_err(|_| Fault::Date("month"))?;
        let window = Filter::new(self.from.max(first), self.to.min(next))?;
        Ok(Filter { from: window.from, to: window.to, ..self.clone() })
    }

    /// The months that its window touches: `2023-05`.
    pub(crate) fn months(&self) -> Vec<String> {
        let mut months = Vec::new();
        let mut first = self.from.first_of_month();
        while first < self.to {
            months.push(month(first));
            match first.checked_add(1.month()) {
                Ok(next) => first = next,
                Err(_) => break,
            }
        }
        months
    }
}

/// The month of a date: `2023-05`.
pub(crate) fn month(date: Date) -> String {
    format!("{:04}-{:02}", date.year(), date.month())
}

/// The fields of a query. A field without `=` has an empty value.
fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

domain::vocabulary! {
    /// What figures are broken down by.
    By {
        Unit "unit" "单位" "unit",
        Track "track" "办件种类" "track",
        /// The first level; the second where the filter names a category.
        Category "category" "类别" "category",
        Street "street" "街道" "street",
        /// The month of the day that decides about the window.
        Month "month" "月份" "month",
    }
}

impl By {
    /// The name of a group for people.
    pub fn name(self, key: &str, district: &District, lang: Lang) -> String {
        if key == UNKNOWN {
            return lang.pick("未确定", "not known").to_owned();
        }
        let named = match self {
            By::Unit | By::Street => Some(district.unit_name(&key.into(), lang).to_owned()),
            By::Track => Track::of(key).map(|t| t.label(lang).to_owned()),
            By::Category => district.catalogue.category(&key.into()).map(|c| c.name(lang).to_owned()),
            By::Month => None,
        };
        named.unwrap_or_else(|| key.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calendar::Date;
    use proptest::prelude::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn year() -> Filter {
        Filter::new(date("2023-01-01"), date("2024-01-01")).unwrap()
    }

    #[test]
    fn a_window_that_is_empty_or_runs_backwards_is_refused() {
        for (from, to) in [("2023-01-01", "2023-01-01"), ("2023-01-02", "2023-01-01"), ("-009999-01-01", "9999-12-31")]
        {
            assert_eq!(Filter::new(date(from), date(to)), Err(Fault::Window), "{from} {to}");
        }
    }

    #[test]
    fn a_filter_prints_in_one_order_whatever_order_it_was_written_in() {
        let read = Filter::parse("street=s1&to=2024-01-01&track=petition&from=2023-01-01&unit=housing").unwrap();
        assert_eq!(read.query(), "from=2023-01-01&to=2024-01-01&unit=housing&track=petition&street=s1");
        assert_eq!(read.narrowing(), "unit=housing&track=petition&street=s1");
        assert_eq!(year().narrowing(), "");
    }

    #[test]
    fn twelve_months_end_with_the_day_in_the_last_of_them() {
        let filter = Filter::twelve_months(date("2023-05-31")).unwrap();
        assert_eq!((filter.from(), filter.to()), (date("2022-06-01"), date("2023-06-01")));
        assert_eq!(filter.months().len(), 12);
        let longer = filter.longer(12).unwrap();
        assert_eq!((longer.from(), longer.to(), longer.months().len()), (date("2021-06-01"), filter.to(), 24));
        assert_eq!(Filter::twelve_months(Date::MAX), Err(Fault::Window));
    }

    #[test]
    fn what_is_no_code_is_a_fault_that_names_its_field() {
        assert_eq!(year().with("unit", "a' OR 1=1"), Err(Fault::Code("unit")));
        assert_eq!(year().with("track", "~"), Err(Fault::Code("track")));
        assert_eq!(year().with("color", "red"), Err(Fault::Field("color".into())));
        assert_eq!(Filter::parse("from=2023-01-01"), Err(Fault::Date("to")));
        assert_eq!(Filter::parse("from=2023-13-01&to=2024-01-01"), Err(Fault::Date("from")));
    }

    #[test]
    fn a_month_at_the_edge_of_the_window_is_cut_by_it() {
        let filter = Filter::new(date("2023-01-10"), date("2023-03-05")).unwrap();
        assert_eq!(filter.months(), ["2023-01", "2023-02", "2023-03"]);
        let march = filter.of_group(By::Month, "2023-03").unwrap();
        assert_eq!((march.from(), march.to()), (date("2023-03-01"), date("2023-03-05")));
        assert_eq!(filter.of_group(By::Month, "2023-04"), Err(Fault::Window));
        assert_eq!(filter.of_group(By::Month, "x"), Err(Fault::Date("month")));
    }

    proptest! {
        #[test]
        fn what_a_filter_prints_it_reads_again(
            unit in "[a-z0-9._-]{0,32}|~", track in proptest::sample::select(vec!["", "hotline", "petition", "accusation"]),
            category in "[a-z0-9._-]{0,32}|~", street in "[a-z0-9._-]{0,32}|~", start in -20_000..20_000_i64, days in 1..3000_i64,
        ) {
            let day = domain::moment::date_of;
            let mut filter = Filter::new(day(start), day(start + days)).unwrap();
            for (field, value) in [("unit", &*unit), ("track", track), ("category", &*category), ("street", &*street)] {
                filter = filter.with(field, value).unwrap();
            }
            prop_assert_eq!(Filter::parse(&filter.query()), Ok(filter.clone()));
            prop_assert_eq!(Filter::narrowed(filter.from(), filter.to(), &filter.narrowing()), Ok(filter));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,80}") {
            let _ = Filter::parse(&text);
            let _ = year().of_group(By::Month, &text);
        }
    }
}
