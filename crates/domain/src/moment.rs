//! An instant as the district reads it: milliseconds since 1970, and the local date and hour at +08:00.

use calendar::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, civil};
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub i64);

/// China's one offset; the district's clocks know no other.
const OFFSET_HOURS: i8 = 8;

impl Moment {
    /// The instant of a local date and time.
    pub fn from_local(at: civil::DateTime) -> Moment {
        let zone = TimeZone::fixed(Offset::constant(OFFSET_HOURS));
        zone.to_timestamp(at).map_or(Moment(0), |t| Moment(t.as_millisecond()))
    }

    /// The local date and time; an instant beyond the calendar's range reads as 1970.
    pub fn local(self) -> civil::DateTime {
        let at = Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH);
        Offset::constant(OFFSET_HOURS).to_datetime(at)
    }

    /// The local date.
    pub fn date(self) -> Date {
        self.local().date()
    }

    /// Date and hour as the public ledger has them: `2023-05-04T09+08:00`.
    pub fn hour(self) -> String {
        let at = self.local();
        format!("{}T{:02}+08:00", at.date(), at.hour())
    }

    /// Date and minute as people read them: `2023-05-04 09:30`.
    pub fn minute(self) -> String {
        let at = self.local();
        format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
    }
}

/// What it means that a clock says another time than the one that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jump {
    /// Nothing.
    None,
    /// Somebody should look.
    Noticed,
    /// It can't be right: whatever is dated by it may be wrong for ever.
    Wrong,
}

/// Judges a clock by the time that is known to have come already.
pub fn jump(known: Moment, says: Moment) -> Jump {
    const MINUTE: i64 = 60_000;
    const DAY: i64 = 24 * 60 * MINUTE;
    match says.0.saturating_sub(known.0) {
        ahead if ahead > 30 * DAY => Jump::Wrong,
        ahead if ahead > DAY => Jump::Noticed,
        ahead if ahead >= -MINUTE => Jump::None,
        ahead if ahead >= -DAY => Jump::Noticed,
        _ => Jump::Wrong,
    }
}

/// Days since 1970-01-01: the shape in which the read tables keep a date.
pub fn day_number(date: Date) -> i64 {
    let epoch = civil::date(1970, 1, 1);
    date.since(epoch).map_or(0, |span| i64::from(span.get_days()))
}

/// The date of a [`day_number`].
pub fn date_of(day: i64) -> Date {
    let span = jiff::Span::new().try_days(day).unwrap_or_default();
    civil::date(1970, 1, 1).saturating_add(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_more_than_a_day_behind_or_thirty_ahead_can_not_be_right() {
        let known = Moment(1_700_000_000_000);
        let minutes = |n: i64| jump(known, Moment(known.0 + n * 60_000));
        const DAY: i64 = 24 * 60;
        assert_eq!(minutes(0), Jump::None);
        assert_eq!((minutes(-1), minutes(-2)), (Jump::None, Jump::Noticed));
        assert_eq!((minutes(-DAY), minutes(-DAY - 1)), (Jump::Noticed, Jump::Wrong));
        assert_eq!((minutes(DAY), minutes(DAY + 1)), (Jump::None, Jump::Noticed));
        assert_eq!((minutes(30 * DAY), minutes(30 * DAY + 1)), (Jump::Noticed, Jump::Wrong));
        assert_eq!((minutes(365 * DAY), minutes(-365 * DAY)), (Jump::Wrong, Jump::Wrong));
    }

    #[test]
    fn an_instant_reads_as_local_time_and_back() {
        let at = civil::date(2023, 5, 4).at(0, 30, 0, 0);
        let moment = Moment::from_local(at);
        assert_eq!(moment.local(), at);
        assert_eq!(moment.hour(), "2023-05-04T00+08:00");
        assert_eq!(date_of(day_number(moment.date())), moment.date());
    }
}
