//! Who is told of an event of a case, and what about: a pure rule.

use super::event::Event;
use super::opening::Handed;
use super::term::Topic;
use super::{Case, Clock, ClockChange, Task};
use crate::actor::Actor;
use crate::codes::UnitCode;
use crate::label::Lang;
use crate::rule::RuleId;
use crate::tell::{Channel, Notice, Tell, To};

/// The kinds of event that nobody is told of, and why.
pub const SILENT: &[(&str, &str)] = &[
    ("ended_elsewhere", "it was over before it came here"),
    ("objected", "between unit and dispatch centre, which has it in its inbox"),
    ("unasked", "nothing is asked of the resident any more"),
    ("noted", "internal"),
    ("reported", "between the units, which see it on the case's page"),
    ("proposed", "no answer before the head approves it"),
    ("sent_back", "within the unit"),
    ("verdict_given", "the resident's own act, confirmed on the page"),
    ("review_asked", "the resident's own act, confirmed on the page"),
    ("re_review_asked", "the resident's own act, confirmed on the page"),
    ("withdrawn", "the resident's own act, confirmed on the page"),
    ("linked", "it changes nothing for the case"),
    ("unlinked", "it changes nothing for the case"),
    ("erased", "the address is destroyed with everything else"),
    ("recategorised", "a correction, to be seen on the page"),
    ("text_hidden", "to be seen on the page"),
    ("text_released", "to be seen on the page, as the resident agreed to"),
    ("erasure_asked", "the resident's own act, confirmed on the page"),
    ("unmasked", "to be seen on the page, with its purpose"),
    ("let_rest", "the resident's own act, or to be seen on the page"),
    ("urgency_cleared", "to be seen on the page, and by supervision"),
    ("reached", "the act of those who would be told"),
    ("interest_declared", "within the unit"),
    ("opened", "the resident's own act, to be seen on the page"),
    ("digits_set", "the resident's own act, to be seen on the page"),
    ("address_confirmed", "the resident's own act, confirmed on the page"),
    ("claimed", "said in the hall, and to be seen on the page"),
    ("unclaimed", "said in the hall, and to be seen on the page"),
    ("step_told", "the resident's own act, confirmed on the page"),
    ("digits_tried", "to be seen on the page; a message for each would be a way to disturb somebody"),
];

/// Who is told of an event by an actor, and what about; `case` is the state after it. A resident is told of what others
/// did, never of an own act but that it arrived. The group of a unit is never told of a sealed case. `clocks` are the
/// changes of clocks that came with the event.
pub fn told(event: &Event, by: &Actor, case: &Case, clocks: &[ClockChange]) -> Vec<Notice<Topic>> {
    let mut notices = Vec::new();
    let tell = case.tell.filter(|tell| !case.erased && case.may_be_told(tell.channel));
    if let (Some(tell), Some(topic)) = (tell, to_resident(event, by, case, clocks)) {
        notices.push(Notice { topic, to: To::Resident(tell) });
    }
    notices.extend(about_opening(event, case));
    if !case.is_sealed() {
        notices.extend(to_units(event, case).into_iter().map(|(topic, unit)| Notice { topic, to: To::Unit(unit) }));
    }
    notices
}

/// A secret that goes to an address; and, where the address is another one now, word of it to the one before, so that
/// nobody is cut off unseen.
fn about_opening(event: &Event, case: &Case) -> Option<Notice<Topic>> {
    if case.erased {
        return None;
    }
    let tell = match event {
        Event::SecretHanded { way } => {
            let channel = match way {
                Handed::Sms => Channel::Sms,
                Handed::Email => Channel::Email,
                _ => return None,
            };
            let lang = case.tell.map_or(Lang::Zh, |tell| tell.lang);
            return Some(Notice { topic: Topic::Secret, to: To::Resident(Tell { channel, lang }) });
        }
        // What staff took down of a sealed case is told to no address that they typed.
        _ if case.is_sealed() && case.opening.taken.is_some() => return None,
        Event::FieldCorrected { field, .. } if field == super::field::PHONE => case.tell?,
        Event::TellingChosen { tell, new: true, .. } => *tell,
        _ => return None,
    };
    Some(Notice { topic: Topic::Readdressed, to: To::Resident(tell) })
}

fn to_resident(event: &Event, by: &Actor, case: &Case, clocks: &[ClockChange]) -> Option<Topic> {
    let topic = match event {
        Event::Raised { .. } => return Some(Topic::Received),
        // The message shows that the address is right.
        Event::TellingChosen { .. } => return Some(Topic::Chosen),
        // Another number is another holder's to confirm.
        Event::FieldCorrected { field, .. } if field == super::field::PHONE => {
            return case.tell.filter(|tell| tell.channel == Channel::Sms).map(|_| Topic::Chosen);
        }
        Event::Accepted { .. } => Topic::Accepted,
        Event::NotAccepted { .. } => Topic::NotAccepted,
        Event::Routed { .. } => Topic::Routed,
        Event::Dispatched { .. } | Event::Transferred { .. } => Topic::HandedTo,
        Event::Extended { clock, .. } => {
            let joint = case.clocks.get(usize::from(*clock)).is_some_and(|c| c.rule == RuleId::JointReport);
            return (!joint).then_some(Topic::Extended);
        }
        Event::DueMoved => return clocks.iter().any(|c| moves_for_resident(c, case)).then_some(Topic::DueMoved),
        Event::Asked { .. } => Topic::Asked,
        Event::Informed { .. } => Topic::Informed,
        Event::Answered { .. } | Event::AnsweredTogether { .. } => Topic::Answered,
        Event::StepAsked => Topic::StepDue,
        Event::NotReached => Topic::NotReached,
        Event::Reopened => Topic::Reopened,
        Event::ReviewAnswered { .. } => Topic::ReviewAnswered,
        Event::ReReviewAnswered { .. } => Topic::ReReviewAnswered,
        Event::HearingOpened => Topic::HearingOpened,
        Event::HearingClosed => Topic::HearingClosed,
        Event::Merged { .. } => Topic::Merged,
        Event::Parted { .. } => Topic::Parted,
        Event::ErasureDeclined => Topic::ErasureDeclined,
        _ => return None,
    };
    (*by != Actor::Resident).then_some(topic)
}

/// Whether a change gives another day to a clock that the resident knows of. A day that was provisional and now is
/// certain stays the same day.
fn moves_for_resident(change: &ClockChange, case: &Case) -> bool {
    let ClockChange::Moved { no, from, due } = change else { return false };
    let known = case.clocks.get(usize::from(*no)).is_some_and(|c| c.rule != RuleId::JointReport);
    known && (from.raw, from.rolled) != (due.raw, due.rolled)
}

fn to_units(event: &Event, case: &Case) -> Vec<(Topic, UnitCode)> {
    let of = |no: u16| case.task(no).map(|t| t.unit.clone());
    let new = if case.is_urgent() { Topic::Urgent } else { Topic::Task };
    let task = |topic, no| of(no).map(|unit| (topic, unit)).into_iter().collect();
    match event {
        Event::Raised { urgent: Some(urgent), .. } | Event::MarkedUrgent { urgent } => {
            urgent.told.iter().map(|unit| (Topic::Urgent, unit.clone())).collect()
        }
        Event::Dispatched { lead, joint, .. } => {
            let joint = joint.iter().map(|unit| (Topic::JointTask, unit.clone()));
            std::iter::once((new, lead.clone())).chain(joint).collect()
        }
        Event::Joined { unit } => vec![(Topic::JointTask, unit.clone())],
        Event::Transferred { task, to, .. } => {
            let former = of(*task).map(|unit| (Topic::TaskReleased, unit));
            std::iter::once((new, to.clone())).chain(former).collect()
        }
        Event::Released { task: no } => task(Topic::TaskReleased, *no),
        Event::ObjectionUpheld { task: no } => task(Topic::ObjectionUpheld, *no),
        Event::ObjectionRejected { task: no } => task(Topic::ObjectionRejected, *no),
        Event::Replied { .. } => case.lead().map(|t| (Topic::Replied, t.unit.clone())).into_iter().collect(),
        _ => Vec::new(),
    }
}

impl Case {
    /// The clock of what a unit owes on its task: the lead what the case owes, a joint unit its own report.
    pub fn owed(&self, task: &Task) -> Option<&Clock> {
        let owed = self.duties().map(|(_, c)| c).filter(|c| c.task == Some(task.no) || (task.lead && c.task.is_none()));
        owed.min_by_key(|c| c.sooner())
    }

    /// The clock that the resident waits for: the earliest running duty that is theirs to know (a joint unit's report to
    /// the lead is not), or else their own time for a verdict.
    pub fn for_resident(&self) -> Option<&Clock> {
        let duty = self.duties().map(|(_, c)| c).filter(|c| c.rule != RuleId::JointReport);
        duty.min_by_key(|c| c.sooner()).or_else(|| self.asked().filter(|c| c.is_running()))
    }
}
