//! Taking a case up again, or letting it rest.

use super::decide::{Decision, optional, promise, required, told};
use super::event::Event;
use super::raise::{TEXT_MOST, first_clocks};
use super::term::*;
use super::{ClockChange, New, field};
use crate::actor::Actor;
use crate::refusal::{Refusal, Why};
use crate::rule::RuleId;

impl Decision<'_> {
    /// The case begins again, with the clocks that it is owed.
    pub(super) fn reopen(&self, reason: &str) -> Result<Vec<New>, Refusal> {
        let by_resident = *self.facts.actor == Actor::Resident;
        // Who has just said that it is not solved need not say it twice.
        if by_resident && self.case.running(RuleId::GoOnAsk).is_some() {
            optional(reason, "reason", TEXT_MOST)?;
        } else {
            required(reason, "reason")?;
        }
        if self.case.stage == Stage::Withdrawn && !by_resident {
            return Err(Refusal::new(Why::NotYours));
        }
        self.room(0)?;
        // A case that was never accepted begins as a new one does; any other is owed an answer from today on.
        let track = self.case.track;
        let rules: &[RuleId] = match (self.case.accepted_on, track) {
            (None, _) => first_clocks(track),
            (Some(_), Track::Enterprise) => &[RuleId::NeedReply, RuleId::NeedSolve],
            (Some(_), _) => &[promise(track).0],
        };
        let urgent = self.case.urgent.as_ref().map(|_| &RuleId::UrgentHand);
        // Staff who refuse a case and take it up again have the time that they had.
        let refused = !by_resident && matches!(self.case.stage, Stage::NotAccepted | Stage::Routed);
        let again = |rule: &RuleId| {
            let before = self.case.clocks.iter().rev().find(|c| refused && c.rule == *rule);
            match (self.start(*rule, None), before) {
                (ClockChange::Started(_), Some(before)) => ClockChange::Started(before.anew()),
                (started, _) => started,
            }
        };
        let started = rules.iter().chain(urgent).map(again);
        Ok(vec![New::of(Event::Reopened).with(field::REASON, reason).clocks(self.stop_all()).clocks(started)])
    }

    /// Not solved, and still it need not go on.
    pub(super) fn let_rest(&self, reason: &str) -> Result<New, Refusal> {
        match self.facts.actor {
            Actor::Resident => optional(reason, "reason", TEXT_MOST)?,
            _ => told(reason, "reason")?,
        }
        let (_, window) = self.case.running(RuleId::GoOnAsk).ok_or(Refusal::new(Why::NotAsked))?;
        if *self.facts.actor != Actor::Resident && self.today() <= window.due.rolled {
            return Err(Refusal::new(Why::WaitingForWord).about(window.due.rolled));
        }
        Ok(New::of(Event::LetRest).with(field::REASON, reason).clocks(self.stop(|c| c.rule == RuleId::GoOnAsk)))
    }
}
