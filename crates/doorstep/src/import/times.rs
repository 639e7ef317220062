//! Times of a foreign table: its formats, and the offset they are meant in.

use domain::Moment;
use jiff::civil::DateTime;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::Offset;

/// China's offset in hours, where a map names none.
const HOME: i8 = 8;
/// Formats that mean one thing everywhere; tried after the map's own.
const PLAIN: [&str; 3] = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"];
/// The years in which a time is believed.
const YEARS: std::ops::RangeInclusive<i16> = 1949..=2199;

/// How a table's times are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Times {
    /// The offset of a time that names none itself.
    offset: Offset,
    /// The map's formats, in the order in which they are tried.
    formats: Vec<String>,
    /// Whether an end at midnight is a day without an hour: the source writes days so.
    midnight_is_day: bool,
}

/// What a cell without an hour means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The day's first second: something began.
    Start,
    /// The day's last second: something was over.
    End,
}

impl Times {
    /// Times of an offset (`+08:00`; none: China's) in these formats.
    ///
    /// # Errors
    /// What can't be read: the offset (`None`) or the format of this number.
    pub fn new(zone: Option<&str>, formats: Vec<String>) -> Result<Times, Option<usize>> {
        let offset = zone.map_or(Some(Offset::constant(HOME)), offset).ok_or(None)?;
        match formats.iter().position(|format| !goes_through(format)) {
            Some(bad) => Err(Some(bad)),
            None => Ok(Times { offset, formats, midnight_is_day: false }),
        }
    }

    /// With an end at 00:00:00 read as the end of that day.
    pub fn midnight_is_day(self, midnight_is_day: bool) -> Times {
        Times { midnight_is_day, ..self }
    }

    /// The instant of a cell; none if no format reads it, or if nobody would believe its year.
    pub fn read(&self, cell: &str, edge: Edge) -> Option<Moment> {
        let formats = self.formats.iter().map(String::as_str).chain(PLAIN);
        formats.into_iter().find_map(|format| self.read_as(format, cell, edge)).or_else(|| with_zone(cell))
    }

    fn read_as(&self, format: &str, cell: &str, edge: Edge) -> Option<Moment> {
        let parts = strtime::parse(format, cell).ok()?;
        let day = parts.to_date().ok().filter(|day| YEARS.contains(&day.year()))?;
        let time = parts.hour().map(|_| parts.to_time()).transpose().ok()?;
        let day_only = self.midnight_is_day && edge == Edge::End && time == Some(jiff::civil::Time::midnight());
        let at: DateTime = match (time.filter(|_| !day_only), edge) {
            (Some(time), _) => day.to_datetime(time),
            (None, Edge::Start) => day.at(0, 0, 0, 0),
            (None, Edge::End) => day.at(23, 59, 59, 0),
        };
        let offset = parts.offset().unwrap_or(self.offset);
        offset.to_timestamp(at).ok().map(|instant| Moment(instant.as_millisecond()))
    }

    /// A time in each of the map's formats, for a sentence.
    pub fn examples(&self) -> String {
        let examples: Vec<String> = self.formats.iter().filter_map(|format| example(format).ok()).collect();
        examples.join(" | ")
    }
}

/// A fixed offset: `+08:00`.
fn offset(text: &str) -> Option<Offset> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let digits = |d: &str| (d.len() == 2 && d.bytes().all(|b| b.is_ascii_digit())).then(|| d.parse::<i32>().ok())?;
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    (hours <= 14 && minutes < 60).then(|| Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok())?
}

/// A time that names its own offset, as ISO 8601 has it: `2023-05-04T09:30:00+08:00`, `2023-05-04T01:30:00Z`.
fn with_zone(cell: &str) -> Option<Moment> {
    let instant: jiff::Timestamp = cell.parse().ok()?;
    YEARS.contains(&Offset::UTC.to_datetime(instant).year()).then(|| Moment(instant.as_millisecond()))
}

/// The time that stands in examples.
const SAMPLE: DateTime = jiff::civil::date(2023, 5, 4).at(9, 30, 15, 0);

fn example(format: &str) -> Result<String, jiff::Error> {
    let mut parts = BrokenDownTime::from(SAMPLE);
    parts.set_offset(Some(Offset::constant(HOME)));
    parts.to_string(format)
}

/// Whether a format brings a day through: written and read again it is the same.
fn goes_through(format: &str) -> bool {
    let day = example(format).and_then(|w| strtime::parse(format, w)).and_then(|parts| parts.to_date());
    day.is_ok_and(|day| day == SAMPLE.date())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(zone: &str, formats: &[&str]) -> Times {
        Times::new(Some(zone), formats.iter().map(|f| (*f).to_owned()).collect()).unwrap()
    }

    fn minute(times: &Times, cell: &str, edge: Edge) -> Option<String> {
        times.read(cell, edge).map(Moment::minute)
    }

    #[test]
    fn a_time_is_read_in_the_maps_formats_and_then_in_the_plain_one() {
        let times = times("+08:00", &["%Y/%m/%d %H:%M:%S"]);
        assert_eq!(minute(&times, "2019/1/7 9:05:00", Edge::Start).as_deref(), Some("2019-01-07 09:05"));
        assert_eq!(minute(&times, "2019-01-07 09:05:00", Edge::Start).as_deref(), Some("2019-01-07 09:05"));
    }

    #[test]
    fn a_day_without_an_hour_begins_at_midnight_and_is_over_at_its_end() {
        let times = times("+08:00", &["%Y/%m/%d"]);
        assert_eq!(minute(&times, "2019/1/7", Edge::Start).as_deref(), Some("2019-01-07 00:00"));
        assert_eq!(minute(&times, "2019/1/7", Edge::End).as_deref(), Some("2019-01-07 23:59"));
    }

    #[test]
    fn a_time_of_another_offset_is_brought_to_the_districts_clock() {
        let utc = times("+00:00", &[]);
        assert_eq!(minute(&utc, "2023-05-04 20:00:00", Edge::Start).as_deref(), Some("2023-05-05 04:00"));
        let own = times("+08:00", &["%Y-%m-%d %H:%M:%S%z"]);
        assert_eq!(minute(&own, "2023-05-04 20:00:00-0400", Edge::Start).as_deref(), Some("2023-05-05 08:00"));
    }

    #[test]
    fn a_time_with_a_zone_is_read_without_a_format() {
        let times = times("+08:00", &[]);
        for cell in ["2024-03-05T09:30:00+08:00", "2024-03-05T01:30:00Z", "2024-03-04T20:30:00-05:00"] {
            assert_eq!(minute(&times, cell, Edge::End).as_deref(), Some("2024-03-05 09:30"), "{cell}");
        }
    }

    #[test]
    fn an_end_at_midnight_is_the_end_of_that_day_where_the_map_says_so() {
        let plain = times("+08:00", &[]);
        let midnight = plain.clone().midnight_is_day(true);
        let cell = "2023-05-04 00:00:00";
        assert_eq!(minute(&plain, cell, Edge::End).as_deref(), Some("2023-05-04 00:00"));
        assert_eq!(minute(&midnight, cell, Edge::End).as_deref(), Some("2023-05-04 23:59"));
        assert_eq!(minute(&midnight, cell, Edge::Start).as_deref(), Some("2023-05-04 00:00"));
        assert_eq!(minute(&midnight, "2023-05-04 09:30:00", Edge::End).as_deref(), Some("2023-05-04 09:30"));
    }

    #[test]
    fn a_day_that_is_not_there_and_a_year_that_nobody_believes_are_no_times() {
        let times = times("+08:00", &["%Y/%m/%d"]);
        for cell in ["2023/2/30", "2023-13-01", "1066/10/14", "昨天", "", "2023/5/4 25:00:00"] {
            assert_eq!(times.read(cell, Edge::Start), None, "{cell}");
        }
    }

    #[test]
    fn a_place_name_is_no_offset_and_half_a_date_is_no_format() {
        assert_eq!(Times::new(Some("Asia/Shanghai"), Vec::new()), Err(None));
        assert_eq!(Times::new(None, vec!["%Y-%m-%d".into(), "%H:%M".into()]), Err(Some(1)));
    }
}
