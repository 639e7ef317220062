//! Clocks. A clock is a pure function of the case's events, the rule that it was started under, and the
//! calendar; the due date that stands in an event is the promise made at that time, and never changes in silence.

use crate::moment::Moment;
use crate::rule::{Rule, RuleId};
use calendar::{Calendar, Date, Due, Term, Unit};
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

/// A clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// The rule it follows.
    pub rule: RuleId,
    /// Whether a unit must act before it ends, or somebody may act until it ends.
    pub duty: bool,
    /// The task it belongs to; none for the case as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<u16>,
    /// The start day, which is not counted.
    pub start: Date,
    /// How many of `unit` were promised at the start.
    pub days: u16,
    /// Calendar days, working days, or hours.
    pub unit: Unit,
    /// The due date as it stands.
    pub due: Due,
    /// The moment at which it ends, where it is counted in hours: `due` is the day of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Moment>,
    /// Days added by extensions.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub extended: u16,
    /// How many extensions.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub extensions: u16,
    /// Days of `unit` that it was paused, ended pauses only.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub paused: u16,
    /// The day on which the present pause began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_on: Option<Date>,
    /// The day on which it stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Date>,
    /// The moment at which it stopped, where it is counted in hours: that of the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<Moment>,
}

fn is_zero(n: &u16) -> bool {
    *n == 0
}

/// What an event does to a clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockChange {
    /// A clock starts; its number is the next one.
    Started(Clock),
    /// A clock stops: what it asked for is done, or no longer asked for.
    Stopped {
        /// Its number.
        no: u16,
        /// The day.
        on: Date,
    },
    /// A clock pauses: a question is open with the resident.
    Paused {
        /// Its number.
        no: u16,
        /// The day.
        on: Date,
    },
    /// A clock resumes; the pause is added to its length.
    Resumed {
        /// Its number.
        no: u16,
        /// Days of its unit that the pause took.
        days: u16,
        /// The new due date.
        due: Due,
    },
    /// A clock is extended.
    Extended {
        /// Its number.
        no: u16,
        /// Days of its unit.
        days: u16,
        /// The new due date.
        due: Due,
    },
    /// A calendar table moved a due date. Both dates are kept.
    Moved {
        /// Its number.
        no: u16,
        /// The date before.
        from: Due,
        /// The date now.
        due: Due,
    },
}

impl Clock {
    /// A clock under a rule from a moment on: days are counted from the day after it, hours from the moment itself.
    pub fn start(id: RuleId, rule: &Rule, task: Option<u16>, at: Moment, calendar: &Calendar) -> Clock {
        let start = at.date();
        let hours = rule.unit == Unit::Hour;
        let ends = hours.then(|| Calendar::after_hours(at.local(), rule.length));
        let day = |at: DateTime| Due { raw: at.date(), rolled: at.date(), provisional: false };
        Clock {
            rule: id,
            duty: rule.duty,
            task,
            start,
            days: rule.length,
            unit: rule.unit,
            due: ends.map_or_else(|| calendar.due(start, rule.term()), day),
            due_at: ends.map(Moment::from_local),
            extended: 0,
            extensions: 0,
            paused: 0,
            paused_on: None,
            stopped: None,
            stopped_at: None,
        }
    }

    /// The same clock once more, with the term that it had.
    pub(crate) fn anew(&self) -> Clock {
        Clock { paused_on: None, stopped: None, stopped_at: None, ..self.clone() }
    }

    /// Whether no calendar, question or pause moves its end: hours run on by the clock, and a first step is due on the day that
    /// a unit named.
    pub fn is_fixed(&self) -> bool {
        self.unit == Unit::Hour || self.rule == RuleId::FirstStep
    }

    /// The due date computed anew from start, promised days, extensions and pauses.
    pub fn computed(&self, calendar: &Calendar) -> Due {
        if self.is_fixed() {
            return self.due;
        }
        let length = self.days.saturating_add(self.extended).saturating_add(self.paused);
        calendar.due(self.start, Term { length, unit: self.unit })
    }

    /// Whether it has neither stopped nor is it only a memory.
    pub fn is_running(&self) -> bool {
        self.stopped.is_none()
    }

    /// Whether a question to the resident, or a hearing, holds it. A term that had run out before is not held: a pause
    /// holds what is left of a term, and forgives nothing.
    pub fn is_paused(&self) -> bool {
        self.is_running() && self.paused_on.is_some_and(|since| since <= self.due.rolled)
    }

    /// What ends sooner has the smaller key; on the same day what is counted in hours. What is paused comes last.
    pub(crate) fn sooner(&self) -> (bool, Date, bool) {
        (self.is_paused(), self.due.alarm(), self.due_at.is_none())
    }

    /// Whether it ended late, or runs late on this day. The law rolls the last day over a holiday, so lateness counts
    /// from the rolled date; alarms go by the earlier one.
    pub fn is_late(&self, today: Date) -> bool {
        match self.stopped {
            Some(day) => day > self.due.rolled,
            None => !self.is_paused() && today > self.due.rolled,
        }
    }

    /// [`Clock::is_late`] to the minute, where it is counted in hours.
    pub fn is_late_at(&self, now: Moment) -> bool {
        self.due_at.map_or_else(|| self.is_late(now.date()), |due| self.stopped_at.unwrap_or(now) > due)
    }

    /// The due date after `more` further days of its unit.
    pub fn due_with(&self, more: u16, calendar: &Calendar) -> Due {
        Clock { paused: self.paused.saturating_add(more), ..self.clone() }.computed(calendar)
    }

    /// Days of its unit that a pause from its `paused_on` to a day takes: none if its term, as the calendar has it, had
    /// run out before.
    pub fn pause_length(&self, until: Date, calendar: &Calendar) -> u16 {
        let left = |since: &Date| *since <= self.computed(calendar).rolled;
        let Some(since) = self.paused_on.filter(left) else { return 0 };
        let days = match self.unit {
            Unit::Working => calendar.working_days_between(since, until),
            Unit::Calendar => crate::moment::day_number(until) - crate::moment::day_number(since),
            Unit::Hour => 0,
        };
        u16::try_from(days.max(0)).unwrap_or(u16::MAX)
    }

    /// The changes that stop the running clocks that `stops` picks, and resume the paused ones that `resumes` picks. A
    /// paused clock resumes before it stops, so that the pause counts for nobody's lateness (one that began after the end
    /// takes no days); a date that a calendar table
    /// has moved meanwhile is moved first, with both dates.
    pub fn settle(
        clocks: &[Clock],
        on: Date,
        calendar: &Calendar,
        stops: impl Fn(&Clock) -> bool,
        resumes: impl Fn(&Clock) -> bool,
    ) -> Vec<ClockChange> {
        let mut changes = Vec::new();
        for (n, clock) in clocks.iter().enumerate().filter(|(_, c)| c.is_running()) {
            let (no, stop) = (index(n), stops(clock));
            if clock.paused_on.is_some() && (stop || resumes(clock)) {
                changes.extend(clock.moved(no, calendar));
                let days = clock.pause_length(on, calendar);
                changes.push(ClockChange::Resumed { no, days, due: clock.due_with(days, calendar) });
            }
            if stop {
                changes.push(ClockChange::Stopped { no, on });
            }
        }
        changes
    }

    /// The change by which the calendar moves its date, if it does.
    pub fn moved(&self, no: u16, calendar: &Calendar) -> Option<ClockChange> {
        let due = self.computed(calendar);
        (due != self.due).then_some(ClockChange::Moved { no, from: self.due, due })
    }

    /// Applies a change that came with an event at a moment to a case's clocks. A change to a clock that is not there
    /// changes nothing.
    pub fn apply(clocks: &mut Vec<Clock>, change: &ClockChange, at: Moment) {
        let now = at;
        let at = |no: &u16| usize::from(*no);
        match change {
            ClockChange::Started(clock) => clocks.push(clock.clone()),
            ClockChange::Stopped { no, on } => {
                if let Some(c) = clocks.get_mut(at(no)) {
                    c.stopped = Some(*on);
                    c.stopped_at = c.due_at.map(|_| now);
                    c.paused_on = None;
                }
            }
            ClockChange::Paused { no, on } => {
                if let Some(c) = clocks.get_mut(at(no)) {
                    c.paused_on = Some(*on);
                }
            }
            ClockChange::Resumed { no, days, due } => {
                if let Some(c) = clocks.get_mut(at(no)) {
                    c.paused = c.paused.saturating_add(*days);
                    c.paused_on = None;
                    c.due = *due;
                }
            }
            ClockChange::Extended { no, days, due } => {
                if let Some(c) = clocks.get_mut(at(no)) {
                    c.extended = c.extended.saturating_add(*days);
                    c.extensions = c.extensions.saturating_add(1);
                    c.due = *due;
                }
            }
            ClockChange::Moved { no, due, .. } => {
                if let Some(c) = clocks.get_mut(at(no)) {
                    c.due = *due;
                }
            }
        }
    }
}

/// A clock's or task's index as events have it. A case holds far fewer than 65 535 of either: see `TASKS_MOST` and
/// `CLOCKS_MOST`.
pub(crate) fn index(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
