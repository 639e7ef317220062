//! Who reviews an answer: the next level up, each time (信访工作条例 35, 36). Whoever answered never reviews it; where the
//! next level is outside this installation, the request goes there as a paper, and its opinion is filed.

use super::decide::{Decision, optional, required, told};
use super::event::Event;
use super::raise::LINE_MOST;
use super::term::*;
use super::{Case, New, field};
use crate::actor::{Actor, Role};
use crate::clock::ClockChange;
use crate::codes::UnitCode;
use crate::district::{District, UnitKind};
use crate::refusal::{Refusal, Why};
use crate::rule::RuleId;
use calendar::Date;
use serde::{Deserialize, Serialize};

/// Who answers a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reviewer {
    /// The street over a community that answered.
    Unit(UnitCode),
    /// The district: its supervision.
    District,
    /// The level over the district, which is not part of this installation.
    Outside,
}

/// Who reviews what a unit answered: the level over it. A community's answer goes to its street; a street's or a
/// department's, to the district; what a body of the district itself answered, to the level over the district. An answer
/// of a unit that nobody knows any more goes to the district, as most do.
pub fn reviewer_of(answered: Option<&UnitCode>, district: &District) -> Reviewer {
    let Some(unit) = answered.and_then(|code| district.units.get(code)) else { return Reviewer::District };
    match unit.kind {
        UnitKind::Community => {
            let street = unit.parent.as_ref().and_then(|code| district.open_unit(code));
            street.filter(|u| u.kind == UnitKind::Street).map_or(Reviewer::District, |u| Reviewer::Unit(u.code.clone()))
        }
        UnitKind::Street | UnitKind::Bureau | UnitKind::Mediation => Reviewer::District,
        UnitKind::District | UnitKind::Centre | UnitKind::Discipline => Reviewer::Outside,
    }
}

impl Reviewer {
    /// The level over a review: it answers the re-review (36).
    pub fn next_up(&self) -> Reviewer {
        match self {
            Reviewer::Unit(_) => Reviewer::District,
            Reviewer::District | Reviewer::Outside => Reviewer::Outside,
        }
    }
}

impl Case {
    /// Who answers the review that was asked for last. Version 0.1 kept no such thing: there the district reviewed.
    pub fn reviewer(&self) -> Reviewer {
        let before = || if self.stage == Stage::ReReview { Reviewer::Outside } else { Reviewer::District };
        self.reviewer.clone().unwrap_or_else(before)
    }

    /// Whether a unit of this district reviews it, or did last.
    pub fn reviews_at(&self, unit: &UnitCode) -> bool {
        matches!(&self.reviewer, Some(Reviewer::Unit(code)) if code == unit)
    }

    /// Whether an actor is the one to answer the review: never of the unit whose answer is reviewed.
    pub fn is_reviewed_by(&self, actor: &Actor) -> bool {
        let (Some(unit), Some(role)) = (actor.unit(), actor.role()) else { return false };
        let theirs = match self.reviewer() {
            Reviewer::Unit(code) => code == *unit && matches!(role, Role::Head | Role::Supervisor),
            Reviewer::District => role == Role::Supervisor,
            Reviewer::Outside => false,
        };
        theirs && self.answered_by.as_ref() != Some(unit)
    }
}

impl Decision<'_> {
    /// The resident asks for a review or a re-review.
    pub(super) fn ask_again(&self, reason: &str, again: bool) -> Result<Vec<New>, Refusal> {
        required(reason, "reason")?;
        if self.case.track != Track::Petition {
            return Err(Refusal::new(Why::OnlyPetition));
        }
        let (window, duty) = match again {
            false => (RuleId::ReviewAsk, RuleId::ReviewAnswer),
            true => (RuleId::ReReviewAsk, RuleId::ReReviewAnswer),
        };
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
        let event = match again {
            false => Event::ReviewAsked { by: Some(reviewer_of(self.case.answered_by.as_ref(), self.facts.district)) },
            true => Event::ReReviewAsked { by: Some(self.case.reviewer().next_up()) },
        };
        Ok(vec![New::of(event).with(field::REASON, reason).clocks(verdict).clocks(changes)])
    }

    /// The answer to a review, or to a re-review: of this installation, or (`dated`) an opinion from outside.
    pub(super) fn answer_again(&self, outcome: Outcome, text: &str, dated: Option<Date>) -> Result<New, Refusal> {
        told(text, "text")?;
        if !self.case.track.outcomes().contains(&outcome) {
            return Err(Refusal::at(Why::WrongOutcome, "outcome").about_term(outcome));
        }
        let first = self.case.stage == Stage::Review;
        // Without a verdict so far, the resident is asked again; and after a review, there is one more level.
        let ask = self.case.ended.is_none().then(|| self.start(RuleId::VerdictAsk, None));
        let more = first.then(|| self.start(RuleId::ReReviewAsk, None));
        let stop = self.stop(|c| matches!(c.rule, RuleId::ReviewAnswer | RuleId::ReReviewAnswer));
        let event = match first {
            true => Event::ReviewAnswered { outcome, dated },
            false => Event::ReReviewAnswered { outcome, dated },
        };
        Ok(New::of(event).with(field::ANSWER, text).clocks(stop).clocks(ask).clocks(more))
    }

    /// The opinion of the level over the district, as it came on paper, with its own date.
    pub(super) fn file_opinion(
        &self,
        outcome: Outcome,
        text: &str,
        body: &str,
        dated: Date,
    ) -> Result<Vec<New>, Refusal> {
        if self.case.reviewer() != Reviewer::Outside {
            return Err(Refusal::new(Why::ReviewedHere));
        }
        required(body, "body")?;
        optional(body, "body", LINE_MOST)?;
        let asked = self
            .case
            .clocks
            .iter()
            .rev()
            .find(|c| c.is_running() && matches!(c.rule, RuleId::ReviewAnswer | RuleId::ReReviewAnswer));
        if dated > self.today() || asked.is_some_and(|c| dated < c.start) {
            return Err(Refusal::at(Why::OpinionDate, "dated"));
        }
        Ok(vec![self.answer_again(outcome, text, Some(dated))?.with(field::BODY, body)])
    }

    /// A hearing begins or ends; its days are not counted (信访工作条例 36).
    pub(super) fn hearing(&self, begins: bool) -> Result<Vec<New>, Refusal> {
        let on = self.today();
        let (no, clock) = self.case.running(RuleId::ReReviewAnswer).ok_or(Refusal::new(Why::NoSuchClock))?;
        // Also one that began after the end: it holds nothing, and is still to be closed.
        match (begins, clock.paused_on.is_some()) {
            (true, true) => Err(Refusal::new(Why::HearingOpen)),
            (false, false) => Err(Refusal::new(Why::NoHearing)),
            (true, false) => Ok(vec![New::of(Event::HearingOpened).clocks([ClockChange::Paused { no, on }])]),
            (false, true) => Ok(vec![New::of(Event::HearingClosed).clocks(self.settle(|_| false, |_| true))]),
        }
    }
}
