//! What an event makes of a case. Never fails: an event is a fact.

use super::event::Event;
use super::opening::{Opening, Trust};
use super::term::*;
use super::{Case, CaseId, Claim, Step, Task, TaskState};
use crate::actor::Actor;
use crate::body::Body;
use crate::clock::{Clock, ClockChange, index};
use crate::codes::UnitCode;
use crate::moment::Moment;
use calendar::Date;

impl Case {
    /// A case before its first event; only [`replay`] and the desk start from one.
    pub fn blank(id: CaseId) -> Case {
        Case {
            id,
            version: 0,
            because: None,
            code: String::new(),
            track: Track::Hotline,
            door: Door::Web,
            received: None,
            raised_at: Moment(0),
            stage: Stage::Raised,
            category: None,
            street: None,
            public: false,
            hidden: false,
            released: None,
            withheld: false,
            corrections: 0,
            erasure_asked: false,
            erasure_independent: false,
            unreplied: 0,
            word_before: None,
            independent_said: false,
            cleared_due: None,
            tried_on: None,
            contact: false,
            email: false,
            tell: None,
            accused: None,
            accused_tag: None,
            urgent: None,
            cleared: None,
            way: None,
            refused: None,
            accepted_on: None,
            tasks: Vec::new(),
            clocks: Vec::new(),
            question: None,
            asked_late: None,
            hops: 0,
            returned: 0,
            extended: 0,
            reopened: 0,
            answered_on: None,
            answered_by: None,
            reviewer: None,
            outcome: None,
            ended: None,
            verdict: None,
            links: Vec::new(),
            merged_into: None,
            erased: false,
            withdrawn_accounts: Vec::new(),
            touched: Moment(0),
            opening: Opening::default(),
            independent: false,
            claims: Vec::new(),
            step: None,
        }
    }

    fn end_question(&mut self, task: u16) {
        if self.question == Some(task) {
            self.question = None;
        }
    }

    fn add_task(&mut self, unit: &UnitCode, lead: bool, designated: bool, at: Moment) {
        let no = index(self.tasks.len()) + 1;
        let since = at.date();
        let unit = unit.clone();
        self.tasks.push(Task { no, unit, lead, state: TaskState::Open, designated, since, proposed: None });
    }

    fn set_task(&mut self, no: u16, state: TaskState) {
        if let Some(task) = self.tasks.iter_mut().find(|t| t.no == no) {
            task.state = state;
            task.proposed = None;
        }
    }

    fn end_tasks(&mut self, state: TaskState) {
        for task in self.tasks.iter_mut().filter(|t| t.is_open()) {
            task.state = state;
            task.proposed = None;
        }
        self.question = None;
    }
}

/// The case of a stream's bodies in order; none for an empty stream.
pub fn replay<'a>(id: CaseId, bodies: impl IntoIterator<Item = &'a Body<Event>>) -> Option<Case> {
    let mut case = Case::blank(id);
    for body in bodies {
        if case.version == 0 {
            case.because = body.because;
        }
        evolve(&mut case, body.at, &body.by, &body.event, &body.clocks);
    }
    (case.version > 0).then_some(case)
}

/// The case after an event. A first event is handed to a case that [`replay`] starts blank.
pub fn evolve(case: &mut Case, at: Moment, by: &Actor, event: &Event, clocks: &[ClockChange]) {
    let asked = case.question.is_some();
    apply(case, at, by, event, clocks);
    // However a question ends, it got a reply or none: one with a secret that staff held is none.
    if asked && case.question.is_none() {
        let replied = matches!(event, Event::Replied { independent } if *independent != Some(false));
        case.unreplied = if replied { 0 } else { case.unreplied.saturating_add(1) };
    }
}

fn apply(case: &mut Case, at: Moment, by: &Actor, event: &Event, clocks: &[ClockChange]) {
    case.version += 1;
    case.touched = at;
    for change in clocks {
        Clock::apply(&mut case.clocks, change, at);
    }
    match event {
        Event::Raised {
            code,
            track,
            door,
            category,
            street,
            public,
            contact,
            tell,
            email,
            accused,
            accused_tag,
            received,
            opened,
            urgent,
            opens,
            digits,
            marked,
            ..
        } => {
            case.code.clone_from(code);
            case.track = *track;
            case.door = *door;
            case.received = *received;
            case.raised_at = opened.unwrap_or(at);
            case.category.clone_from(category);
            case.street.clone_from(street);
            case.public = *public;
            case.contact = *contact;
            case.email = *email;
            case.tell = *tell;
            case.accused.clone_from(accused);
            case.accused_tag.clone_from(accused_tag);
            case.urgent = urgent.as_ref().map(|u| u.danger.clone());
            case.stage = Stage::Raised;
            case.opening = Opening::raised(by, *opens, *digits, *marked);
            for (there, trust) in [(*contact, &mut case.opening.phone), (*email, &mut case.opening.email)] {
                if !there {
                    *trust = Trust::Nothing;
                }
            }
        }
        Event::EndedElsewhere { closed } => {
            case.stage = Stage::Ended;
            case.ended = Some((Ending::Elsewhere, closed.date()));
        }
        Event::Accepted { way, category } => {
            case.stage = Stage::Accepted;
            case.way = *way;
            case.category = category.clone().or(case.category.take());
            case.accepted_on.get_or_insert(at.date());
        }
        Event::NotAccepted { reason } => {
            case.stage = Stage::NotAccepted;
            case.refused = Some(*reason);
        }
        Event::Routed { way } => {
            case.stage = Stage::Routed;
            case.way = Some(*way);
        }
        Event::Dispatched { lead, joint, designated, first_step, .. } => {
            case.stage = Stage::Handling;
            let promised = |by: Date| Step { unit: lead.clone(), by, asked: false, word: None };
            case.step = first_step.map(promised).or(case.step.take());
            case.hops = case.hops.saturating_add(1);
            case.add_task(lead, true, *designated, at);
            for unit in joint {
                case.add_task(unit, false, case.is_designated(unit), at);
            }
            // Who claimed it and did not get it is bound to nothing.
            case.claims.retain(|claim| claim.unit == *lead || joint.contains(&claim.unit));
        }
        Event::Joined { unit } => case.add_task(unit, false, case.is_designated(unit), at),
        Event::Released { task } => case.set_task(*task, TaskState::Released),
        Event::Objected { task } => case.set_task(*task, TaskState::Objected),
        Event::ObjectionUpheld { task } => {
            case.returned = case.returned.saturating_add(1);
            case.set_task(*task, TaskState::Returned);
            case.end_question(*task);
            if case.task(*task).is_some_and(|t| t.lead) {
                case.stage = Stage::Accepted;
            }
        }
        Event::ObjectionRejected { task } => {
            case.set_task(*task, TaskState::Open);
            if let Some(t) = case.tasks.iter_mut().find(|t| t.no == *task) {
                t.designated = true;
            }
        }
        Event::Transferred { task, to, designated } => {
            case.set_task(*task, TaskState::Released);
            case.hops = case.hops.saturating_add(1);
            case.add_task(to, true, *designated, at);
            case.end_question(*task);
        }
        Event::Extended { .. } => case.extended = case.extended.saturating_add(1),
        Event::Asked { task } => {
            case.question = Some(*task);
            if case.is_late(at.date()) {
                case.asked_late = Some(at.date());
            }
        }
        Event::Replied { .. } | Event::Unasked => case.question = None,
        Event::FieldCorrected { field, independent } => {
            if field == super::field::PHONE {
                case.contact = true;
                let independent = case.by_resident(by, *independent);
                case.readdressed(Channel::Sms, independent, true);
            }
            case.corrections = case.corrections.saturating_add(u16::from(*by == Actor::Resident));
        }
        Event::Noted
        | Event::Informed { .. }
        | Event::Unmasked { .. }
        | Event::DueMoved
        | Event::HearingOpened
        | Event::HearingClosed
        | Event::Reached { .. }
        | Event::LetRest => {}
        Event::AddressConfirmed { channel } => case.confirm(*channel),
        Event::Claimed { unit, by } => case.claims.push(Claim { unit: unit.clone(), by: *by }),
        Event::Unclaimed { unit } => case.claims.retain(|claim| claim.unit != *unit),
        Event::StepAsked => case.step.iter_mut().for_each(|step| step.asked = true),
        Event::StepTold { kept, independent } => {
            case.step.iter_mut().for_each(|step| step.word = Some((*kept, *independent)));
        }
        Event::Reported { task } => case.set_task(*task, TaskState::Done),
        Event::Proposed { task, outcome } => {
            let version = case.version;
            if let Some(t) = case.tasks.iter_mut().find(|t| t.no == *task) {
                t.state = TaskState::Approval;
                t.proposed = Some((version, *outcome));
            }
        }
        Event::SentBack { task } => case.set_task(*task, TaskState::Open),
        Event::Answered { task, outcome, .. } => {
            case.answered_by = case.task(*task).map(|t| t.unit.clone());
            case.end_tasks(TaskState::Done);
            case.stage = Stage::Answered;
            case.answered_on = Some(at.date());
            case.outcome = Some(*outcome);
        }
        Event::VerdictGiven { verdict, independent } => {
            case.verdict = Some(*verdict);
            case.independent_said = independent.is_some();
            case.word_before = None;
            // In version 0.1 whoever raised a case by oneself had seen its digits alone; staff had seen all others.
            case.independent = independent.unwrap_or(case.opening.digits_trust == Trust::Independent);
            case.stage = Stage::Ended;
            let ending = match verdict.solved {
                Solved::Yes => Ending::Resolved,
                Solved::Partly => Ending::PartlyResolved,
                Solved::No => Ending::NotResolved,
            };
            case.ended = Some((ending, at.date()));
        }
        Event::NotReached => {
            case.stage = Stage::Ended;
            case.ended = Some((Ending::NotReached, at.date()));
        }
        Event::Reopened => {
            case.stage = if case.accepted_on.is_some() { Stage::Accepted } else { Stage::Raised };
            case.reopened = case.reopened.saturating_add(1);
            let word = case.ended.zip(case.verdict).map(|((ending, on), word)| (ending, on, word, case.independent));
            // In version 0.1 it took the word back, and what was published then is counted as it was.
            let word = word.filter(|_| case.independent_said);
            case.word_before = word.or(case.word_before).filter(|_| *by != Actor::Resident);
            case.unreplied = 0;
            case.ended = None;
            case.verdict = None;
            case.independent = false;
            case.refused = None;
            case.erasure_asked = false;
            case.way = case.way.filter(|_| case.accepted_on.is_some());
        }
        Event::ReviewAsked { by } | Event::ReReviewAsked { by } => {
            let first = matches!(event, Event::ReviewAsked { .. });
            case.stage = if first { Stage::Review } else { Stage::ReReview };
            case.reviewer.clone_from(by);
            case.erasure_asked = false;
        }
        Event::ReviewAnswered { outcome, .. } | Event::ReReviewAnswered { outcome, .. } => {
            case.outcome = Some(*outcome);
            case.stage = if case.ended.is_some() { Stage::Ended } else { Stage::Answered };
        }
        Event::Merged { into } => {
            case.merged_into = Some(*into);
            case.stage = Stage::Merged;
            // The other case is accepted, and this one with it.
            case.accepted_on.get_or_insert(at.date());
            case.end_tasks(TaskState::Released);
        }
        Event::AnsweredTogether { outcome, by, .. } => {
            case.answered_by.clone_from(by);
            case.stage = Stage::Answered;
            case.answered_on = Some(at.date());
            case.outcome = Some(*outcome);
        }
        Event::Parted { .. } => {
            case.merged_into = None;
            case.stage = Stage::Accepted;
        }
        Event::Linked { link, to } => case.links.push((*link, *to)),
        Event::Unlinked { to } => case.links.retain(|(_, id)| id != to),
        Event::Withdrawn { independent } => {
            case.independent = independent.unwrap_or(case.opening.digits_trust == Trust::Independent);
            case.stage = Stage::Withdrawn;
            case.end_tasks(TaskState::Released);
        }
        Event::Erased { .. } => {
            case.erased = true;
            case.erasure_asked = false;
        }
        Event::ErasureAsked { independent } => {
            case.erasure_asked = true;
            case.erasure_independent = independent.unwrap_or(case.opening.digits_trust == Trust::Independent);
        }
        Event::ErasureDeclined => case.erasure_asked = false,
        Event::Recategorised { category } => case.category = category.clone().or(case.category.take()),
        Event::TellingChosen { tell, independent, new } => {
            let independent = case.by_resident(by, *independent);
            case.readdressed(tell.channel, independent, *new);
            case.contact |= tell.channel == Channel::Sms;
            case.email |= tell.channel == Channel::Email;
            case.tell = tell.wanted();
            case.corrections = case.corrections.saturating_add(1);
        }
        Event::TextHidden => {
            case.hidden = true;
            case.withheld |= *by != Actor::Resident;
        }
        Event::TextReleased => case.released = Some(case.version),
        Event::SecretHanded { way } => case.handed(at, *way),
        Event::Opened { marked, .. } => case.opened(*marked),
        Event::DigitsSet { independent } => case.digits_set(*independent),
        Event::DigitsTried => case.tried_on = Some(at.date()),
        Event::MarkedUrgent { urgent } => case.urgent = Some(urgent.danger.clone()),
        Event::UrgencyCleared => {
            case.urgent = None;
            case.cleared = Some(at);
            let stopped = |change: &ClockChange| match change {
                ClockChange::Stopped { no, .. } => case.clocks.get(usize::from(*no)).and_then(|clock| clock.due_at),
                _ => None,
            };
            case.cleared_due = clocks.iter().find_map(stopped);
        }
        Event::InterestDeclared => case.withdrawn_accounts.extend(by.account()),
    }
}
