//! Which clocks of a case run, which of them is its promise, and what it owes next.

use super::{Case, Stage, Task, TaskState};
use crate::clock::{Clock, ClockChange, index};
use crate::register::{Duty, Held};
use crate::rule::RuleId;
use calendar::{Calendar, Date};

impl Case {
    /// Running clocks that oblige a unit, with their numbers.
    pub fn duties(&self) -> impl Iterator<Item = (u16, &Clock)> {
        self.clocks.iter().enumerate().filter(|(_, c)| c.is_running() && c.duty).map(|(n, c)| (index(n), c))
    }

    /// What the units owe that have a part in it. A part whose clock does not run is owed too.
    pub fn owed_by_units(&self) -> Vec<Duty> {
        let part = |task: &Task| {
            let clock = self.owed(task);
            let due = clock.filter(|c| !c.is_paused()).map(|c| c.due);
            let rule = match task.lead {
                true => clock.or_else(|| self.promise()).map_or(RuleId::HotlineAnswer, |c| c.rule),
                false => RuleId::JointReport,
            };
            let held = match task.state {
                TaskState::Objected => Some(Held::Objection),
                TaskState::Approval => Some(Held::Approval),
                _ => self.question.as_ref().filter(|_| task.lead || due.is_none()).map(|_| Held::Question),
            };
            let hour = self.duties().find_map(|(_, c)| c.due_at).filter(|_| task.lead);
            let (no, unit, from, sealed) = (task.no, task.unit.clone(), task.since, self.is_sealed());
            Duty { no, unit, rule, from, due, hour, held, sealed }
        };
        self.tasks.iter().filter(|task| task.is_open()).map(part).collect()
    }

    /// The running clock of a rule, with its number.
    pub fn running(&self, rule: RuleId) -> Option<(u16, &Clock)> {
        let found = self.clocks.iter().enumerate().rev().find(|(_, c)| c.rule == rule && c.is_running());
        found.map(|(n, c)| (index(n), c))
    }

    /// The clock that the case's promise hangs on: the latest that its track starts for handling, running or not.
    pub fn promise(&self) -> Option<&Clock> {
        self.clocks.iter().rev().find(|c| c.rule.is_promise())
    }

    /// The promise that an on-time figure counts: the first that was not kept in its term, or else the latest. Whatever
    /// came after it, a promise that was broken stays broken; and so does the day by which a unit was to have the case, from
    /// which a hotline request's own term runs.
    pub fn counted_promise(&self) -> Option<&Clock> {
        let promised = |c: &Clock| c.rule.is_promise() || c.rule == RuleId::HotlineDispatch;
        let broken = |c: &&Clock| promised(c) && c.stopped.is_some_and(|day| day > c.due.rolled);
        let dispatch = || self.clocks.iter().rev().find(|c| promised(c));
        self.clocks.iter().find(broken).or_else(|| self.promise()).or_else(dispatch)
    }

    /// The earliest running duty: what the case's "due" means on a page. One that is paused only where nothing else runs.
    pub fn next_due(&self) -> Option<&Clock> {
        self.duties().map(|(_, c)| c).min_by_key(|c| c.sooner())
    }

    /// Whether a duty's term has run out and it is not done.
    pub fn is_late(&self, today: calendar::Date) -> bool {
        self.duties().any(|(_, c)| c.is_late(today))
    }

    /// The window that the district's clock ends when it runs out: for the verdict, or for the reply to a question.
    pub fn waits(&self) -> Option<&Clock> {
        let rule = match self.stage {
            Stage::Answered => RuleId::VerdictAsk,
            Stage::Handling => RuleId::ReplyAsk,
            _ => return None,
        };
        self.running(rule).map(|(_, clock)| clock)
    }

    /// The latest verdict window, running or not.
    pub fn asked(&self) -> Option<&Clock> {
        self.clocks.iter().rev().find(|c| c.rule == RuleId::VerdictAsk)
    }

    /// The changes by which a calendar moves dates of its running clocks. A term that has run out stays run out: only a day
    /// that was known to be provisional moves once the table of its year is there.
    pub fn moved_by(&self, calendar: &Calendar, today: Date) -> Vec<ClockChange> {
        let may = |c: &Clock| c.is_running() && (!c.is_late(today) || c.due.provisional);
        let running = self.clocks.iter().enumerate().filter(|(_, c)| may(c));
        running.filter_map(|(n, c)| c.moved(index(n), calendar)).collect()
    }
}
