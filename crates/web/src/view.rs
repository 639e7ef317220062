//! What pages draw alike: where a case stands, and how a clock stands, as shape, word and date.

use crate::lang::L;
use calendar::{Calendar, Date, Unit};
use domain::case::{Case, Clock, Stage};
use domain::moment::date_of;
use domain::rule::RuleId;
use domain::{Label, Moment};

/// A stage as a status label: the kind of `_parts.html`'s `status`, and the words.
pub(crate) struct StatusView {
    pub(crate) kind: &'static str,
    pub(crate) words: String,
}

/// A stage as a status label. With an open question the case waits for its resident.
pub(crate) fn status(l: L, stage: Stage, question: bool) -> StatusView {
    if question && stage == Stage::Handling {
        return StatusView { kind: "wait", words: l.t("waits-for-resident") };
    }
    let kind = match stage {
        Stage::Raised => "new",
        Stage::Accepted | Stage::Handling | Stage::Review | Stage::ReReview => "doing",
        Stage::Answered => "wait",
        Stage::Ended => "done",
        Stage::NotAccepted | Stage::Routed | Stage::Merged | Stage::Withdrawn => "stop",
    };
    StatusView { kind, words: stage.label(l.0).to_owned() }
}

/// A clock as `_parts.html`'s `clock` draws it.
pub(crate) struct ClockView {
    pub(crate) kind: &'static str,
    pub(crate) words: String,
    pub(crate) date: String,
    pub(crate) iso: String,
    pub(crate) provisional: bool,
}

/// A running or stopped clock of a case.
pub(crate) fn clock(l: L, clock: &Clock, now: Moment, calendar: &Calendar) -> ClockView {
    let today = now.date();
    let (due, provisional) = (clock.due.rolled, clock.due.provisional);
    if let Some(stopped) = clock.stopped {
        let key = if clock.is_late_at(now) { "clock-done-late" } else { "clock-done" };
        let (date, iso) = (l.day(stopped, today), stopped.to_string());
        return ClockView { kind: "done", words: l.t(key), date, iso, provisional: false };
    }
    if let Some(since) = clock.paused_on.filter(|_| clock.is_paused()) {
        let (date, iso) = (l.t_n("clock-since", l.day(since, today)), since.to_string());
        let hearing = clock.rule == RuleId::ReReviewAnswer;
        let words = l.t(if hearing { "clock-hearing" } else { "clock-paused" });
        return ClockView { kind: "paused", words, date, iso, provisional };
    }
    if let Some(at) = clock.due_at {
        return hours(l, at, now);
    }
    due_view(l, due, clock.due.alarm(), clock.unit, provisional, today, calendar)
}

/// The same where a question is open with the resident: a term that has run out is not paused by it, so both are said.
pub(crate) fn also_asked(l: L, clock: ClockView, asked: bool) -> ClockView {
    let words = if asked && clock.kind == "late" { l.t_n("clock-late-asked", &clock.words) } else { clock.words };
    ClockView { words, ..clock }
}

/// What is counted in hours, to the minute.
pub(crate) fn hours(l: L, at: Moment, now: Moment) -> ClockView {
    const MINUTE: i64 = 60_000;
    let (kind, what, span) = if now > at { ("late", "late", now.0 - at.0) } else { ("soon", "left", at.0 - now.0) };
    let minutes = (span / MINUTE).max(1);
    let words = match minutes {
        0..60 => l.t_n(&format!("minutes-{what}"), minutes),
        60..4320 => l.t_n(&format!("hours-{what}"), minutes / 60),
        _ => l.t_n(&format!("days-{what}"), minutes / 1440),
    };
    let local = at.local();
    let time = format!("{:02}:{:02}", local.hour(), local.minute());
    let date = l.t_with("day-and-time", &[("day", l.day(at.date(), now.date())), ("time", time.clone())]);
    ClockView { kind, words, date, iso: format!("{}T{time}", at.date()), provisional: false }
}

/// The day that people are told for a due day: the working day that it rolls to, mostly itself.
pub(crate) fn rolled(due: i64, calendar: &Calendar) -> Date {
    let day = (due..due + 60).find(|d| calendar.is_working(date_of(*d)));
    date_of(day.unwrap_or(due))
}

/// The day before which due days have rolled to a day before `day`: what is due before it is over on `day`. All lists and
/// counts of what is late ask here.
pub(crate) fn due_before(day: i64, calendar: &Calendar) -> i64 {
    let back = (1..=60).find(|n| calendar.is_working(date_of(day - n))).unwrap_or(1);
    day - back + 1
}

/// A due day that a list knows without the whole clock: as people are told it, and as alarms go by it.
pub(crate) fn due(l: L, (due, alarm): (Date, Date), unit: Unit, today: Date, calendar: &Calendar) -> ClockView {
    due_view(l, due, alarm, unit, false, today, calendar)
}

fn due_view(
    l: L,
    due: Date,
    alarm: Date,
    unit: Unit,
    provisional: bool,
    today: Date,
    calendar: &Calendar,
) -> ClockView {
    let working = unit == Unit::Working;
    let days = |from: Date, to: Date| match unit {
        Unit::Working => calendar.working_days_between(from, to),
        Unit::Calendar | Unit::Hour => domain::moment::day_number(to) - domain::moment::day_number(from),
    };
    let left = days(today, due);
    let (kind, words) = if today > due {
        let late = days(due, today).max(1);
        ("late", l.t_n(if working { "working-days-late" } else { "days-late" }, late))
    } else if today == due || left == 0 {
        ("soon", l.t("due-today"))
    } else {
        let soon = days(today, alarm) <= 2;
        (if soon { "soon" } else { "ok" }, l.t_n(if working { "working-days-left" } else { "days-left" }, left))
    };
    ClockView { kind, words, date: l.day(due, today), iso: due.to_string(), provisional }
}

/// The clock that a case page leads with: the earliest running duty, or the wait for the verdict.
pub(crate) fn leading_clock(case: &Case) -> Option<&Clock> {
    case.next_due().or_else(|| case.asked().filter(|c| c.is_running()))
}

/// The key of the word for what a clock counts.
pub(crate) fn unit_key(unit: calendar::Unit) -> &'static str {
    match unit {
        calendar::Unit::Working => "unit-of-working",
        calendar::Unit::Calendar => "unit-of-calendar",
        calendar::Unit::Hour => "unit-of-hour",
    }
}
