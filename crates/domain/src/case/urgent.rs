//! What is urgent: marked by the catalogue's words and kinds of danger, or by the dispatcher; taken in hand by whoever
//! reached somebody who acts.

use super::decide::{Decision, optional, required};
use super::event::Event;
use super::raise::{LINE_MOST, Raise, TEXT_MOST};
use super::term::{Door, Stage, Track};
use super::{Clock, ClockChange, Fields, New, field};
use crate::codes::{CategoryCode, DangerCode, UnitCode};
use crate::district::{District, UnitKind};
use crate::moment::Moment;
use crate::refusal::{Refusal, Why};
use crate::rule::RuleId;
use calendar::Due;
use serde::{Deserialize, Serialize};

/// Why a case is urgent, and which units' duty channels were told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Urgent {
    /// The danger.
    pub danger: DangerCode,
    /// The dispatch centre, the unit that the catalogue names, and those that have the case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<UnitCode>,
}

/// For how long a mark that was taken away is the same danger when it comes back, in milliseconds: a day.
const CLEARED_LASTS: i64 = 24 * 3600 * 1000;

impl Urgent {
    /// What a case that is being raised says of danger, with the word by which it was found. Never what another system
    /// hands over, and nothing that is sealed: it goes to the discipline unit alone.
    pub(super) fn found(raise: &Raise, private: &Fields, district: &District) -> Option<(Urgent, Option<String>)> {
        if raise.origin.is_some() || raise.door == Door::Import || raise.track == Track::Accusation {
            return None;
        }
        let said = |name: &str| private.get(name).map_or("", String::as_str);
        let text = [field::TITLE, field::TEXT, field::PLACE].map(said).join("\n");
        let found = district.catalogue.danger_in(&text, raise.category.as_ref())?;
        let told = duty_units(district, raise.category.as_ref(), raise.street.as_ref());
        Some((Urgent { danger: found.danger.code.clone(), told }, found.word.map(str::to_owned)))
    }
}

/// Whose duty channels hear of a danger before it is dispatched.
fn duty_units(district: &District, category: Option<&CategoryCode>, street: Option<&UnitCode>) -> Vec<UnitCode> {
    let centres = district.units.values().filter(|u| u.kind == UnitKind::Centre && !u.closed);
    let mut units: Vec<UnitCode> = centres.map(|u| u.code.clone()).collect();
    let named = category.and_then(|c| district.suggest(c, street)).map(|u| u.code.clone());
    units.extend(named.filter(|unit| !units.contains(unit)));
    units
}

impl Decision<'_> {
    pub(super) fn mark_urgent(&self, danger: &DangerCode, reason: &str) -> Result<New, Refusal> {
        let (case, district) = (self.case, self.facts.district);
        required(reason, "reason")?;
        optional(reason, "reason", TEXT_MOST)?;
        if case.urgent.is_some() {
            return Err(Refusal::new(Why::UrgentAlready));
        }
        if case.is_sealed() || district.catalogue.danger(danger).is_none() {
            return Err(Refusal::at(Why::NoSuchDanger, "danger").about(danger));
        }
        self.room(0)?;
        Ok(self.marked(danger, case.category.as_ref()).with(field::REASON, reason))
    }

    /// A category that is a kind of danger marks the case for which it is chosen, as a word of it would have. What has been
    /// marked stays as it is; what another system handed over, and what is over, is not marked.
    pub(super) fn by_category(&self, category: &CategoryCode) -> Option<New> {
        let case = self.case;
        let new = case.category.as_ref() != Some(category) && case.urgent.is_none();
        let open = matches!(case.stage, Stage::Raised | Stage::Accepted | Stage::Handling);
        if !new || !open || case.is_sealed() || case.door == Door::Import || self.room(0).is_err() {
            return None;
        }
        let found = self.facts.district.catalogue.danger_in("", Some(category))?;
        Some(self.marked(&found.danger.code, Some(category)))
    }

    fn marked(&self, danger: &DangerCode, category: Option<&CategoryCode>) -> New {
        let case = self.case;
        let mut told = duty_units(self.facts.district, category, case.street.as_ref());
        let open = case.tasks.iter().filter(|t| t.is_open()).map(|t| &t.unit);
        for unit in open {
            if !told.contains(unit) {
                told.push(unit.clone());
            }
        }
        let started = case.running(RuleId::UrgentHand).is_none().then(|| self.urgent_clock());
        let event = Event::MarkedUrgent { urgent: Urgent { danger: danger.clone(), told } };
        New::of(event).clocks(started)
    }

    /// Whoever takes the mark away and gives it back before anybody was reached gains no time by it.
    fn urgent_clock(&self) -> ClockChange {
        let started = self.start(RuleId::UrgentHand, None);
        let lately = |at: &Moment| self.facts.now.0 - at.0 <= CLEARED_LASTS;
        let due = self.case.cleared_due.filter(|_| self.case.cleared.as_ref().is_some_and(lately));
        match (started, due) {
            (ClockChange::Started(clock), Some(at)) => {
                let due = Due { raw: at.date(), rolled: at.date(), provisional: false };
                ClockChange::Started(Clock { due, due_at: Some(at), ..clock })
            }
            (started, _) => started,
        }
    }

    /// It is not urgent. That forgives nothing: what is late already stays late until somebody is reached.
    pub(super) fn clear_urgent(&self, reason: &str) -> Result<New, Refusal> {
        required(reason, "reason")?;
        if self.case.urgent.is_none() {
            return Err(Refusal::new(Why::NotUrgent));
        }
        let now = self.facts.now;
        let stop = self.stop(|c| c.rule == RuleId::UrgentHand && !c.is_late_at(now));
        Ok(New::of(Event::UrgencyCleared).with(field::REASON, reason).clocks(stop))
    }

    /// The clock stops when it is written down, whatever time is told: nobody dates back what was late.
    pub(super) fn reached(&self, at: Moment, note: &str) -> Result<New, Refusal> {
        required(note, "note")?;
        optional(note, "note", LINE_MOST)?;
        if self.case.running(RuleId::UrgentHand).is_none() {
            return Err(Refusal::new(Why::NotUrgent));
        }
        if at > self.facts.now || at.minute() < self.case.raised_at.minute() {
            return Err(Refusal::at(Why::BadTime, "at").about(self.case.raised_at.minute()));
        }
        let stop = self.stop(|c| c.rule == RuleId::UrgentHand);
        Ok(New::of(Event::Reached { at }).with(field::NOTE, note).clocks(stop))
    }
}
