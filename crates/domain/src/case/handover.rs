//! Who handles it: dispatch, designation, further units, objection, transfer.

use super::decide::{Decision, promise, required};
use super::event::Event;
use super::term::*;
use super::{New, field};
use crate::clock::{ClockChange, index};
use crate::codes::UnitCode;
use crate::refusal::{Refusal, Why};
use crate::rule::RuleId;

impl Decision<'_> {
    pub(super) fn dispatch(&self, lead: &UnitCode, joint: &[UnitCode]) -> Result<Vec<New>, Refusal> {
        self.to_units(lead, joint)?;
        Ok(vec![self.dispatched(lead, joint, self.case.is_designated(lead))])
    }

    /// That these units can get it: each is there, and none has it twice.
    pub(super) fn to_units(&self, lead: &UnitCode, joint: &[UnitCode]) -> Result<(), Refusal> {
        self.unit(lead, "lead")?;
        self.room(1 + joint.len())?;
        for (n, unit) in joint.iter().enumerate() {
            self.unit(unit, "joint")?;
            if unit == lead || joint[..n].contains(unit) || self.case.task_of(unit).is_some() {
                return Err(Refusal::at(Why::HasTask, "joint"));
            }
        }
        // A joint unit that is made the lead keeps one task only: its joint one ends by release first.
        if self.case.task_of(lead).is_some() { Err(Refusal::at(Why::HasTask, "lead")) } else { Ok(()) }
    }

    /// A lead that claimed it keeps the day that it named, whoever hands it over; and who claimed it can't object.
    pub(super) fn dispatched(&self, lead: &UnitCode, joint: &[UnitCode], designated: bool) -> New {
        let claim = self.case.claim_of(lead).filter(|_| self.case.step.is_none());
        let designated = designated || claim.is_some();
        let first = self.next_task();
        let mut clocks = self.stop(|c| c.rule == RuleId::HotlineDispatch);
        let (rule, _) = promise(self.case.track);
        if self.case.running(rule).is_none() {
            clocks.push(self.start(rule, None));
        }
        clocks.extend(self.objection(first, designated));
        for (n, unit) in joint.iter().enumerate() {
            let designated = self.case.is_designated(unit);
            clocks.extend(self.joint_clocks(first + 1 + index(n), designated));
        }
        clocks.extend(claim.map(|claim| self.step_owed(claim.by)));
        let catalogue = self.facts.district.catalogue.version;
        let (joint, first_step) = (joint.to_vec(), claim.map(|claim| claim.by));
        New::of(Event::Dispatched { lead: lead.clone(), joint, designated, catalogue, first_step }).clocks(clocks)
    }

    pub(super) fn next_task(&self) -> u16 {
        index(self.case.tasks.len() + 1)
    }

    /// The time for an objection, which a designated unit does not have.
    fn objection(&self, task: u16, designated: bool) -> Option<ClockChange> {
        (!designated).then(|| self.start(RuleId::Objection, Some(task)))
    }

    fn joint_clocks(&self, task: u16, designated: bool) -> impl Iterator<Item = ClockChange> {
        let objection = self.objection(task, designated);
        objection.into_iter().chain([self.start(RuleId::JointReport, Some(task))])
    }

    /// The units disagree, and the dispatcher decides (信访工作条例 23): the unit leads and can't object.
    pub(super) fn designate(&self, unit: &UnitCode, reason: &str) -> Result<Vec<New>, Refusal> {
        required(reason, "reason")?;
        self.unit(unit, "unit")?;
        self.room(1)?;
        if self.case.task_of(unit).is_some() {
            return Err(Refusal::at(Why::HasTask, "unit"));
        }
        let new = match self.case.lead() {
            Some(lead) => self.handed_on(lead.no, unit, true),
            None => self.dispatched(unit, &[], true),
        };
        Ok(vec![new.with(field::REASON, reason)])
    }

    pub(super) fn join(&self, unit: &UnitCode) -> Result<Vec<New>, Refusal> {
        self.unit(unit, "unit")?;
        if self.case.task_of(unit).is_some() {
            return Err(Refusal::at(Why::HasTask, "unit"));
        }
        self.room(1)?;
        let clocks = self.joint_clocks(self.next_task(), self.case.is_designated(unit));
        Ok(vec![New::of(Event::Joined { unit: unit.clone() }).clocks(clocks)])
    }

    pub(super) fn object(&self, no: u16, reason: &str) -> Result<Vec<New>, Refusal> {
        required(reason, "reason")?;
        let task = self.task()?;
        if task.designated {
            return Err(Refusal::new(Why::Designated));
        }
        self.idle()?;
        let window = self.case.clocks.iter().rev().find(|c| c.rule == RuleId::Objection && c.task == Some(no));
        if let Some(window) = window
            && self.today() > window.due.rolled
        {
            return Err(Refusal::new(Why::ObjectionLate).about(window.due.rolled));
        }
        Ok(vec![New::of(Event::Objected { task: no }).with(field::REASON, reason)])
    }

    pub(super) fn transfer(&self, no: u16, to: &UnitCode, reason: &str) -> Result<Vec<New>, Refusal> {
        required(reason, "reason")?;
        if !self.task()?.lead {
            return Err(Refusal::new(Why::NotLead));
        }
        self.unit(to, "to")?;
        if self.case.task_of(to).is_some() {
            return Err(Refusal::at(Why::HasTask, "to"));
        }
        self.room(1)?;
        Ok(vec![self.handed_on(no, to, self.case.is_designated(to)).with(field::REASON, reason)])
    }

    fn handed_on(&self, no: u16, to: &UnitCode, designated: bool) -> New {
        let new = self.next_task();
        // A petition's notice runs anew with every transfer (信访工作条例 22, 23); the promise to the resident does not.
        let notice = (self.case.track == Track::Petition).then(|| self.start(RuleId::PetitionNotice, Some(new)));
        // An open question ends with the task that asked it.
        let asked = self.case.question == Some(no);
        let changes = self.settle(|c| c.task == Some(no), |_| asked);
        let event = Event::Transferred { task: no, to: to.clone(), designated };
        New::of(event).clocks(changes).clocks(self.objection(new, designated)).clocks(notice)
    }
}
