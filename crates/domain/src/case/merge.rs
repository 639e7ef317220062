//! Merging a case into another, parting the two, and linking cases.

use super::decide::{Decision, promise, required};
use super::event::Event;
use super::term::*;
use super::{Case, CaseId, JOINS_MOST, New, field};
use crate::actor::Actor;
use crate::refusal::{Refusal, Why};
use crate::rule::RuleId;

impl Decision<'_> {
    /// The case goes on inside another one that has been taken on. What it owes its own resident runs on.
    pub(super) fn merge(&self, into: CaseId, reason: &str) -> Result<Vec<New>, Refusal> {
        let other = self.other()?;
        let about = |case: &Case| (case.accused.clone(), case.accused_tag.clone());
        if other.is_sealed() != self.case.is_sealed() || about(other) != about(self.case) || other.erased {
            return Err(Refusal::at(Why::OtherSealed, "into"));
        }
        if other.track != self.case.track {
            return Err(Refusal::at(Why::OtherTrack, "into"));
        }
        if !matches!(other.stage, Stage::Accepted | Stage::Handling) {
            return Err(Refusal::at(Why::OtherOver, "into"));
        }
        required(reason, "reason")?;
        self.room(0)?;
        let (rule, _) = promise(self.case.track);
        let started = self.case.running(rule).is_none().then(|| self.start(rule, None));
        // What is urgent stays so until somebody is reached.
        let changes = self.settle(|c| c.rule != rule && c.rule != RuleId::UrgentHand, |_| true);
        Ok(vec![New::of(Event::Merged { into }).with(field::REASON, reason).clocks(changes).clocks(started)])
    }

    /// A merge that was wrong is taken back: the case goes on by itself, and what it owes its resident has run on all the
    /// time. Not once there is an answer: that is this resident's too.
    pub(super) fn part(&self, from: CaseId, reason: &str) -> Result<Vec<New>, Refusal> {
        let other = self.other()?;
        if self.case.merged_into != Some(from) || other.id != from {
            return Err(Refusal::at(Why::NoSuchCase, "from"));
        }
        if other.has_answer().is_some() {
            return Err(Refusal::new(Why::AnswerOut));
        }
        required(reason, "reason")?;
        Ok(vec![New::of(Event::Parted { from }).with(field::REASON, reason)])
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
        let new = match (other.stage, other.has_answer()) {
            (stage, _) if stage.is_handled() => return Err(Refusal::new(Why::StillHandled)),
            (_, Some(outcome)) => {
                self.answered(Event::AnsweredTogether { outcome, with: into, by: other.answered_by.clone() })
            }
            _ => New::of(Event::Parted { from: into }),
        };
        Ok(vec![new])
    }
}
