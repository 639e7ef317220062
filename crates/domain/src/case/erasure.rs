//! Erasing what a case says of people: asking for it, declining it, doing it.

use super::decide::{Decision, optional, required};
use super::event::Event;
use super::raise::TEXT_MOST;
use super::term::*;
use super::{New, field};
use crate::refusal::{Refusal, Why};
use crate::rule::RuleId;

impl Decision<'_> {
    /// Until when the resident is left the time to say that a case shall go on that is over.
    fn may_come_back(&self) -> Option<calendar::Date> {
        let ended = self.case.clocks.iter().filter_map(|c| c.stopped).max()?;
        let rule = self.facts.district.rules.of_case(RuleId::GoOnAsk);
        Some(self.facts.district.calendar.due(ended, rule.term()).rolled)
    }

    /// Nobody's right ends by an erasure that this person did not ask for, alone with the case.
    pub(super) fn erase(&self, ground: Ground) -> Result<Vec<New>, Refusal> {
        let today = self.today();
        if ground == Ground::ConsentWithdrawn && !self.case.erasure_asked {
            return Err(Refusal::at(Why::NoErasureAsked, "ground"));
        }
        let window = self.case.clocks.iter().filter(|c| c.is_running() && !c.duty && today <= c.due.rolled);
        let asked = self.case.erasure_asked && self.case.erasure_independent;
        let last = window.map(|c| c.due.rolled).max().or_else(|| self.may_come_back());
        if !asked && let Some(last) = last.filter(|last| today <= *last) {
            return Err(Refusal::new(Why::WindowOpen).about(last));
        }
        Ok(vec![New::of(Event::Erased { ground }).clocks(self.stop_all())])
    }

    /// The resident asks for it; a clock runs until it is decided.
    pub(super) fn ask_erasure(&self, reason: &str) -> Result<New, Refusal> {
        optional(reason, "reason", TEXT_MOST)?;
        let independent = self.is_independent();
        // The resident's own request takes the place of one that somebody with a held secret made.
        let anew = self.case.erasure_asked && independent && !self.case.erasure_independent;
        if self.case.erasure_asked && !anew {
            return Err(Refusal::new(Why::ErasureAsked));
        }
        self.room(0)?;
        let started = (!anew).then(|| self.start(RuleId::ErasureAnswer, None));
        Ok(New::of(Event::ErasureAsked { independent: Some(independent) }).with(field::REASON, reason).clocks(started))
    }

    /// It is declined, with the reason.
    pub(super) fn decline_erasure(&self, reason: &str) -> Result<New, Refusal> {
        required(reason, "reason")?;
        if !self.case.erasure_asked {
            return Err(Refusal::new(Why::NoErasureAsked));
        }
        let declined = New::of(Event::ErasureDeclined).with(field::REASON, reason);
        Ok(declined.clocks(self.stop(|c| c.rule == RuleId::ErasureAnswer)))
    }
}
