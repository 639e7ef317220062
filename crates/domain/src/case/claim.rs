//! Claiming at a talk meeting (现场认领): who takes a case on, who leads, and whether the first step that was promised was kept.

use super::decide::{Decision, optional, required};
use super::event::Event;
use super::evolve::evolve;
use super::raise::LINE_MOST;
use super::term::{Kept, Stage};
use super::transition::asks_steps;
use super::{Case, New, field};
use crate::clock::{Clock, ClockChange};
use crate::codes::{CategoryCode, UnitCode};
use crate::moment::{Moment, day_number};
use crate::refusal::{Refusal, Why};
use crate::rule::{Rule, RuleId};
use calendar::{Date, Due, Unit};

/// How many days ahead the first step of a claim may lie: it is the first one.
pub const STEP_DAYS_MOST: i64 = 60;
/// The hour of the promised day from which its resident is asked: the day's work is done.
pub const STEP_ASKED_AT: i8 = 18;

/// A unit's claim. The post that answers for it and its first step stand in the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The unit.
    pub unit: UnitCode,
    /// The day by which it promises a first step.
    pub by: Date,
}

/// The first step of the unit that leads by claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The unit that promised it.
    pub unit: UnitCode,
    /// By which day.
    pub by: Date,
    /// Whether its speaker was told that the day has come.
    pub asked: bool,
    /// The resident's word on it, and whether it came by a way that staff did not hold.
    pub word: Option<(Kept, bool)>,
}

impl Step {
    /// Whether the evening of the promised day has come.
    pub fn is_over(&self, now: Moment) -> bool {
        let (today, hour) = (now.date(), now.local().hour());
        today > self.by || (today == self.by && hour >= STEP_ASKED_AT)
    }
}

impl Case {
    /// The claim of a unit.
    pub fn claim_of(&self, unit: &UnitCode) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.unit == *unit)
    }

    /// The first step of which its resident is to be told that its day has come.
    pub fn step_to_ask(&self) -> Option<&Step> {
        self.step.as_ref().filter(|step| !step.asked && step.word.is_none() && asks_steps(self.stage) && !self.erased)
    }
}

impl Decision<'_> {
    pub(super) fn claim(&self, post: &str, step: &str, by: Date) -> Result<New, Refusal> {
        let unit = self.facts.actor.unit().ok_or(Refusal::new(Why::NotYours))?;
        // Nothing of a sealed case is said at a meeting.
        if self.case.is_sealed() {
            return Err(Refusal::new(Why::NotYours));
        }
        self.unit(unit, "unit")?;
        for (text, name) in [(post, "post"), (step, "step")] {
            required(text, name)?;
            optional(text, name, LINE_MOST)?;
        }
        let ahead = day_number(by) - day_number(self.today());
        if ahead < 0 {
            return Err(Refusal::at(Why::StepPast, "by"));
        }
        // Where somebody is in danger, a hand is owed today.
        if self.case.is_urgent() && ahead > 0 {
            return Err(Refusal::at(Why::StepUrgent, "by"));
        }
        if ahead > STEP_DAYS_MOST {
            return Err(Refusal::at(Why::StepDay, "by").about(STEP_DAYS_MOST));
        }
        if self.case.claim_of(unit).is_some() {
            return Err(Refusal::new(Why::Claimed));
        }
        let claimed = New::of(Event::Claimed { unit: unit.clone(), by });
        Ok(claimed.with(field::POST, post).with(field::STEP, step))
    }

    pub(super) fn unclaim(&self) -> Result<New, Refusal> {
        let unit = self.facts.actor.unit().ok_or(Refusal::new(Why::NotYours))?;
        self.case.claim_of(unit).ok_or(Refusal::new(Why::NoClaim))?;
        Ok(New::of(Event::Unclaimed { unit: unit.clone() }))
    }

    /// Who leads and who joins, only of those who claimed it: so it gives nobody the power to hand work to others. It is
    /// accepted and handed over in the same moment, and who claimed it can't say that it isn't theirs.
    pub(super) fn settle_claims(
        &self,
        lead: &UnitCode,
        joint: &[UnitCode],
        category: Option<&CategoryCode>,
    ) -> Result<Vec<New>, Refusal> {
        self.case.claim_of(lead).ok_or(Refusal::at(Why::NoClaim, "lead"))?;
        for unit in joint {
            self.case.claim_of(unit).ok_or(Refusal::at(Why::NoClaim, "joint"))?;
        }
        let mut news = Vec::new();
        let mut case = self.case.clone();
        if case.stage == Stage::Raised {
            let known = case.category.as_ref().or(category).ok_or(Refusal::at(Why::Empty, "category"))?;
            news = self.accept(None, known)?;
            for new in &news {
                evolve(&mut case, self.facts.now, self.facts.actor, &new.event, &new.clocks);
            }
        }
        let accepted = Decision { case: &case, facts: self.facts, task: None };
        accepted.to_units(lead, joint)?;
        news.push(accepted.dispatched(lead, joint, true));
        Ok(news)
    }

    /// The clock of the first step: as long as the unit said.
    pub(super) fn step_owed(&self, by: Date) -> ClockChange {
        let (district, now) = (self.facts.district, self.facts.now);
        let ahead = day_number(by) - day_number(self.today());
        let length = u16::try_from(ahead.max(0)).unwrap_or(u16::MAX);
        let rule = Rule { length, unit: Unit::Calendar, ..district.rules.of_case(RuleId::FirstStep) };
        // It is the task that this dispatch gives to the lead.
        let task = Some(self.next_task());
        let clock = Clock::start(RuleId::FirstStep, &rule, task, now, &district.calendar);
        // The day that the unit named, whatever day of the week that is.
        ClockChange::Started(Clock { due: Due { raw: by, rolled: by, provisional: false }, ..clock })
    }

    /// The evening has come: its resident is told, once.
    pub(super) fn ask_step(&self) -> Result<New, Refusal> {
        let step = self.case.step_to_ask().ok_or(Refusal::new(Why::NoStep))?;
        if !step.is_over(self.facts.now) {
            return Err(Refusal::new(Why::StepEarly).about(step.by));
        }
        Ok(New::of(Event::StepAsked))
    }

    /// The resident's word, from that evening on. It stands; only a word that staff did not hold takes the place of one.
    pub(super) fn tell_step(&self, kept: Kept) -> Result<New, Refusal> {
        let step = self.case.step.as_ref().ok_or(Refusal::new(Why::NoStep))?;
        if !step.is_over(self.facts.now) {
            return Err(Refusal::new(Why::StepEarly).about(step.by));
        }
        let independent = self.is_independent();
        if step.word.is_some_and(|word| !independent || word == (kept, true)) {
            return Err(Refusal::new(Why::SaidSo));
        }
        Ok(New::of(Event::StepTold { kept, independent }))
    }
}
