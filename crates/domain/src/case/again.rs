//! What comes after, and beside: reopening, review and re-review, hearings, merged and linked cases.

use super::clock::ClockChange;
use super::decide::{Decision, New, optional, promise, required, told};
use super::event::Event;
use super::raise::{TEXT_MOST, first_clocks};
use super::term::*;
use super::{CaseId, JOINS_MOST, field};
use crate::actor::Actor;
use crate::refusal::{Refusal, Why};
use crate::rule::RuleId;

impl Decision<'_> {
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
        let started = rules.iter().chain(urgent).map(|rule| self.start(*rule, None));
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

    pub(super) fn ask_again(
        &self,
        reason: &str,
        window: RuleId,
        duty: RuleId,
        event: Event,
    ) -> Result<Vec<New>, Refusal> {
        required(reason, "reason")?;
        if self.case.track != Track::Petition {
            return Err(Refusal::new(Why::OnlyPetition));
        }
        let Some((no, clock)) = self.case.running(window) else {
            return Err(Refusal::new(Why::ReviewLate).about("–"));
        };
        if self.today() > clock.due.rolled {
            return Err(Refusal::new(Why::ReviewLate).about(clock.due.rolled));
        }
        let on = self.today();
        // Whoever asks for a review needs what an erasure would destroy: that wish ends.
        let verdict = self.stop(|c| matches!(c.rule, RuleId::VerdictAsk | RuleId::GoOnAsk | RuleId::ErasureAnswer));
        let changes = [ClockChange::Stopped { no, on }, self.start(duty, None)];
        Ok(vec![New::of(event).with(field::REASON, reason).clocks(verdict).clocks(changes)])
    }

    pub(super) fn answer_again(&self, outcome: Outcome, text: &str, event: Event) -> Result<New, Refusal> {
        told(text, "text")?;
        if !self.case.track.outcomes().contains(&outcome) {
            return Err(Refusal::at(Why::WrongOutcome, "outcome").about_term(outcome));
        }
        // Without a verdict so far, the resident is asked again.
        let ask = self.case.ended.is_none().then(|| self.start(RuleId::VerdictAsk, None));
        let stop = self.stop(|c| matches!(c.rule, RuleId::ReviewAnswer | RuleId::ReReviewAnswer));
        Ok(New::of(event).with(field::ANSWER, text).clocks(stop).clocks(ask))
    }

    /// A hearing begins or ends; its days are not counted (信访工作条例 36).
    pub(super) fn hearing(&self, begins: bool) -> Result<Vec<New>, Refusal> {
        let on = self.today();
        let (no, clock) = self.case.running(RuleId::ReReviewAnswer).ok_or(Refusal::new(Why::NoSuchClock))?;
        match (begins, clock.is_paused()) {
            (true, true) => Err(Refusal::new(Why::HearingOpen)),
            (false, false) => Err(Refusal::new(Why::NoHearing)),
            (true, false) => Ok(vec![New::of(Event::HearingOpened).clocks([ClockChange::Paused { no, on }])]),
            (false, true) => Ok(vec![New::of(Event::HearingClosed).clocks(self.settle(|_| false, |_| true))]),
        }
    }

    /// The case goes on inside another one that has been taken on. What it owes its own resident runs on.
    pub(super) fn merge(&self, into: CaseId) -> Result<Vec<New>, Refusal> {
        let other = self.other()?;
        if other.is_sealed() != self.case.is_sealed() || other.accused != self.case.accused || other.erased {
            return Err(Refusal::at(Why::OtherSealed, "into"));
        }
        if other.track != self.case.track {
            return Err(Refusal::at(Why::OtherTrack, "into"));
        }
        if !matches!(other.stage, Stage::Accepted | Stage::Handling) {
            return Err(Refusal::at(Why::OtherOver, "into"));
        }
        self.room(0)?;
        let (rule, _) = promise(self.case.track);
        let started = self.case.running(rule).is_none().then(|| self.start(rule, None));
        // What is urgent stays so until somebody is reached.
        let changes = self.settle(|c| c.rule != rule && c.rule != RuleId::UrgentHand, |_| true);
        Ok(vec![New::of(Event::Merged { into }).clocks(changes).clocks(started)])
    }

    /// Both cases go on, and each says that there is the other. A resident joins what neighbours show, and nothing else:
    /// the refusal is the same for a case that isn't there.
    pub(super) fn link(&self, link: LinkKind, to: CaseId) -> Result<New, Refusal> {
        if *self.facts.actor == Actor::Resident {
            let shown = self.facts.other.is_some_and(|other| other.id != self.case.id && other.may_be_shown());
            let joins = self.case.links.iter().filter(|(kind, _)| *kind == LinkKind::Related).count();
            if !shown || link != LinkKind::Related || self.case.is_sealed() || joins >= JOINS_MOST {
                return Err(Refusal::at(Why::NotJoined, "joins"));
            }
        }
        if self.other()?.is_sealed() != self.case.is_sealed() {
            return Err(Refusal::at(Why::OtherSealed, "to"));
        }
        if self.case.links.iter().any(|(_, id)| *id == to) {
            return Err(Refusal::at(Why::Linked, "to"));
        }
        Ok(New::of(Event::Linked { link, to }))
    }

    /// A link is taken back; that it was there stays in the history.
    pub(super) fn unlink(&self, to: CaseId) -> Result<New, Refusal> {
        if !self.case.links.iter().any(|(_, id)| *id == to) {
            return Err(Refusal::at(Why::NotLinked, "to"));
        }
        Ok(New::of(Event::Unlinked { to }))
    }

    /// What a merged case does when the other one has come to something: its own resident gets the answer and is asked
    /// for a verdict; or, when there will be no answer, it goes on by itself.
    pub(super) fn follow(&self, into: CaseId) -> Result<Vec<New>, Refusal> {
        let other = self.other()?;
        if self.case.merged_into != Some(into) {
            return Err(Refusal::at(Why::NoSuchCase, "into"));
        }
        let new = match (other.stage, other.outcome) {
            (Stage::Raised | Stage::Accepted | Stage::Handling | Stage::Merged, _) => {
                return Err(Refusal::new(Why::StillHandled));
            }
            (Stage::Answered | Stage::Ended | Stage::Review | Stage::ReReview, Some(outcome)) if !other.erased => {
                self.answered(Event::AnsweredTogether { outcome, with: into })
            }
            _ => New::of(Event::Parted { from: into }),
        };
        Ok(vec![new])
    }
}
