//! What several registers share: terms, and the clock that starts when something is over.

use domain::clock::{Clock, ClockChange};
use domain::register::Facts;
use domain::rule::Builtin;
use domain::track::Track;
use domain::{Moment, vocabulary};

vocabulary! {
    /// How the heads were counted. No list of persons is kept.
    Counted {
        ByHand "by_hand" "现场逐人清点" "counted one by one",
        BySeats "by_seats" "按座位数" "by the seats that were taken",
        ByHandouts "by_handouts" "按发出的材料数" "by the handouts given",
        Estimated "estimated" "估计" "estimated",
    }
}

vocabulary! {
    /// As what something that was said in a hall is handled.
    Sort {
        Request "request" "诉求" "request",
        Suggestion "suggestion" "建议" "suggestion",
    }
}

impl Sort {
    /// The procedure that its case follows.
    pub fn track(self) -> Track {
        match self {
            Sort::Request => Track::Hotline,
            Sort::Suggestion => Track::Suggestion,
        }
    }
}

/// When something that starts then and lasts so many minutes is over.
pub(crate) fn ends(starts: Moment, minutes: u16) -> Moment {
    Moment(starts.0.saturating_add(i64::from(minutes) * 60_000))
}

/// The clock of what is owed after something is over. It runs from the time that was set, so that nobody gains a day by
/// entering the end late, or never.
pub(crate) fn started(rule: &Builtin, over: Moment, facts: &Facts<'_>) -> ClockChange {
    let terms = facts.district.rules.of(rule);
    ClockChange::Started(Clock::start(rule.id, &terms, None, over, &facts.district.calendar))
}

/// What stops all clocks that run.
pub(crate) fn settled(clocks: &[Clock], facts: &Facts<'_>) -> Vec<ClockChange> {
    Clock::settle(clocks, facts.now.date(), &facts.district.calendar, |_| true, |_| false)
}
