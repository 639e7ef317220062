//! What somebody decides about, with both sides on one screen: an objection, or an answer that waits for approval.

use super::forms::capital;
use super::timeline::StaffTimeline;
use crate::lang::L;
use calendar::Date;
use domain::Label;
use domain::case::{Event, TaskState, field};
use domain::district::UnitCode;
use store::read::{History, Told};

/// An objection that the dispatcher decides.
pub(super) struct OpenObjection {
    pub(super) unit: String,
    /// What the unit says, and when it said so.
    pub(super) said: String,
    pub(super) said_on: String,
    /// Who gave it the task, when, and by which version of the catalogue.
    pub(super) dispatched: String,
    /// What the catalogue says today.
    pub(super) catalogue: String,
    /// How the case went from unit to unit, first to last.
    pub(super) hops: Vec<String>,
}

/// The open objections of a case.
pub(super) fn objections(teller: &StaffTimeline<'_>, catalogue: &str, today: Date) -> Vec<OpenObjection> {
    let StaffTimeline { l, district, history, read, .. } = *teller;
    let objected = history.case.tasks.iter().filter(|t| t.state == TaskState::Objected);
    let objection = |task: &domain::case::Task| {
        let event = Event::Objected { task: task.no };
        let said = history.told.iter().rev().find(|t| t.body.event == event);
        let gave = history.told.iter().rev().filter(|t| said.is_none_or(|s| t.version < s.version));
        let gave = gave.into_iter().find(|t| gives(&t.body.event, &task.unit));
        OpenObjection {
            unit: district.unit_name(&task.unit, l.0).to_owned(),
            said: said.and_then(|t| t.private.get(field::REASON)).map_or(String::new(), |r| read(r)),
            said_on: said.map_or(String::new(), |t| l.day(t.body.at.date(), today)),
            dispatched: gave.map_or(String::new(), |t| given(teller, t, today)),
            catalogue: catalogue.to_owned(),
            hops: history.told.iter().filter_map(|t| hop(teller, t, today)).collect(),
        }
    };
    objected.map(objection).collect()
}

/// Whether an event gives a unit a task.
fn gives(event: &Event, unit: &UnitCode) -> bool {
    match event {
        Event::Dispatched { lead, joint, .. } => lead == unit || joint.contains(unit),
        Event::Transferred { to, .. } => to == unit,
        Event::Joined { unit: joined } => joined == unit,
        _ => false,
    }
}

/// Who gave a task, and why: the version of the catalogue, or the reason in words.
fn given(teller: &StaffTimeline<'_>, told: &Told, today: Date) -> String {
    let l = teller.l;
    let by = told.body.by.unit().map_or(String::new(), |u| teller.district.unit_name(u, l.0).to_owned());
    let why = match &told.body.event {
        Event::Dispatched { first_step: Some(_), .. } => Some(l.t("staff-told-claimed")),
        Event::Dispatched { catalogue, .. } => Some(l.t_n("staff-told-catalogue", catalogue)),
        _ => None,
    };
    let reason = told.private.get(field::REASON).map(|r| (teller.read)(r));
    let words = [Some(l.day(told.body.at.date(), today)), Some(by), why, reason];
    words.into_iter().flatten().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// A step of the case from unit to unit.
fn hop(teller: &StaffTimeline<'_>, told: &Told, today: Date) -> Option<String> {
    let (l, case) = (teller.l, &teller.history.case);
    let name = |unit: &UnitCode| teller.district.unit_name(unit, l.0).to_owned();
    let of = |task: &u16| case.task(*task).map_or(String::new(), |t| name(&t.unit));
    let (key, unit) = match &told.body.event {
        Event::Dispatched { lead, first_step: Some(_), .. } => ("clerk-hop-claimed", name(lead)),
        Event::Dispatched { lead, .. } => ("clerk-hop-dispatched", name(lead)),
        Event::Transferred { to, .. } => ("clerk-hop-transferred", name(to)),
        Event::Objected { task } => ("clerk-hop-objected", of(task)),
        Event::ObjectionUpheld { task } => ("clerk-hop-returned", of(task)),
        Event::ObjectionRejected { task } => ("clerk-hop-designated", of(task)),
        _ => return None,
    };
    Some(l.t_with(key, &[("date", l.day(told.body.at.date(), today)), ("unit", unit)]))
}

/// Answers that wait for approval: heading and text.
pub(super) fn proposals(l: L, history: &History, read: &dyn Fn(&str) -> String) -> Vec<(String, String)> {
    let mut sides = Vec::new();
    for (version, outcome) in history.case.tasks.iter().filter(|t| t.is_open()).filter_map(|t| t.proposed) {
        let told = history.told.iter().find(|t| t.version == version);
        let text = |name| told.and_then(|t| t.private.get(name)).map_or(String::new(), |t| read(t));
        sides.push((l.t_n("staff-side-proposal", capital(l, outcome.label(l.0))), text(field::ANSWER)));
        sides.push((l.t("staff-said-basis"), text(field::BASIS)));
    }
    sides.retain(|(_, text)| !text.is_empty());
    sides
}
