//! The rules of a case: what a command leads to, or why not.

use super::clock::{Clock, ClockChange};
use super::command::{Command, CommandKind};
use super::event::Event;
use super::raise::{LINE_MOST, TEXT_MOST};
use super::term::*;
use super::transition::{Transition, may};
use super::{Case, Fields, Task, TaskState, field, index};
use crate::actor::{Actor, Role};
use crate::district::{District, UnitCode, UnitKind};
use crate::label::{Label, Lang};
use crate::moment::Moment;
use crate::refusal::{Refusal, Why};
use crate::rule::RuleId;

/// What a decision may know: handed in, so that the rules stay pure.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Now.
    pub now: Moment,
    /// Who acts.
    pub actor: &'a Actor,
    /// The district with its calendar, rule table and catalogue.
    pub district: &'a District,
    /// A fresh case code, for a case that is being raised.
    pub code: &'a str,
    /// Fresh digits, for a case whose resident chose none.
    pub secret: &'a str,
    /// The other case that the command names, if there is one.
    pub other: Option<&'a Case>,
}

/// A decided event with what it does to the clocks, and its private part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct New {
    /// What happens.
    pub event: Event,
    /// What it does to the clocks.
    pub clocks: Vec<ClockChange>,
    /// What goes into the vault.
    pub private: Fields,
}

impl New {
    fn of(event: Event) -> New {
        New { event, clocks: Vec::new(), private: Fields::new() }
    }

    fn with(mut self, name: &str, text: &str) -> New {
        if !text.trim().is_empty() {
            self.private.insert(name.to_owned(), text.trim().to_owned());
        }
        self
    }

    fn clocks(mut self, changes: impl IntoIterator<Item = ClockChange>) -> New {
        self.clocks.extend(changes);
        self
    }
}

fn required(text: &str, field: &'static str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::at(Why::Empty, field));
    }
    optional(text, field, TEXT_MOST)
}

fn optional(text: &str, field: &'static str, most: usize) -> Result<(), Refusal> {
    if text.chars().count() > most {
        return Err(Refusal::at(Why::TooLong, field).about(most));
    }
    Ok(())
}

/// The rule of a track's promise, and whether it starts with acceptance (otherwise it runs from raising or dispatch).
fn promise(track: Track) -> (RuleId, bool) {
    match track {
        Track::Hotline => (RuleId::HotlineAnswer, false),
        Track::Petition => (RuleId::PetitionOpinion, true),
        Track::Suggestion => (RuleId::SuggestionAnswer, false),
        Track::Enterprise => (RuleId::NeedSolve, false),
        Track::Mediation => (RuleId::MediationEnd, true),
        Track::Accusation => (RuleId::AccusationAnswer, true),
    }
}

impl Track {
    /// What an answer in this track may say (信访工作条例 27, 29, 32).
    pub fn outcomes(self) -> &'static [Outcome] {
        use Outcome::*;
        match self {
            Track::Hotline | Track::Enterprise => &[Done, Explained, NotSupported, Hardship, CannotNow],
            Track::Petition => &[Supported, Explained, NotSupported, Hardship, CannotNow],
            Track::Suggestion => &[Adopted, PartlyAdopted, NotAdopted],
            Track::Mediation => &[Agreed, NotAgreed, CannotNow],
            Track::Accusation => &[Supported, Explained, NotSupported],
        }
    }

    /// Whether the unit's head must approve an answer before the resident gets it.
    pub fn needs_approval(self) -> bool {
        matches!(self, Track::Petition | Track::Accusation)
    }
}

/// What a command leads to.
///
/// # Errors
/// A [`Refusal`] that says what to do instead; nothing changes then.
pub fn decide(case: &Case, command: &Command, facts: &Facts<'_>) -> Result<Vec<New>, Refusal> {
    let kind = command.kind();
    let task = match command.task() {
        Some(no) => Some(case.task(no).filter(|t| t.is_open()).ok_or(Refusal::new(Why::NoSuchTask))?),
        None => None,
    };
    check(case, kind, task, facts)?;
    let decision = Decision { case, facts, task };
    decision.of(command)
}

/// Stage, post and unit, by the transition table.
fn check(case: &Case, kind: CommandKind, task: Option<&Task>, facts: &Facts<'_>) -> Result<(), Refusal> {
    if facts.actor.account().is_some_and(|a| case.withdrawn_accounts.contains(&a)) {
        return Err(Refusal::new(Why::Interest));
    }
    if !may(kind, case, task, facts.actor, facts.district) {
        return Err(Refusal::new(Why::NotYours));
    }
    if case.erased && kind != CommandKind::Link {
        return Err(Refusal::new(Why::Erased));
    }
    if !Transition::of(kind).is_some_and(|t| t.from.contains(&case.stage)) {
        return Err(Refusal::new(Why::WrongStage).about(case.stage.label(Lang::Zh)));
    }
    Ok(())
}

struct Decision<'a> {
    case: &'a Case,
    facts: &'a Facts<'a>,
    task: Option<&'a Task>,
}

impl Decision<'_> {
    fn of(&self, command: &Command) -> Result<Vec<New>, Refusal> {
        let one = |new: New| Ok(vec![new]);
        match command {
            Command::Accept { way, category } => self.accept(*way, category),
            Command::NotAccept { reason, text } => {
                required(text, "text")?;
                one(New::of(Event::NotAccepted { reason: *reason }).with(field::REASON, text).clocks(self.stop_all()))
            }
            Command::Route { way, text } => self.route(*way, text),
            Command::Dispatch { lead, joint } => self.dispatch(lead, joint),
            Command::Join { unit } => self.join(unit),
            Command::Release { task } => {
                if self.task()?.lead {
                    return Err(Refusal::new(Why::LeadMustStay));
                }
                one(New::of(Event::Released { task: *task }).clocks(self.stop_task(*task)))
            }
            Command::Object { task, reason } => self.object(*task, reason),
            Command::UpholdObjection { task } => {
                self.objected()?;
                one(New::of(Event::ObjectionUpheld { task: *task }).clocks(self.stop_task(*task)))
            }
            Command::RejectObjection { task, reason } => {
                self.objected()?;
                required(reason, "reason")?;
                let stop = self.stop(|c| c.rule == RuleId::Objection && c.task == Some(*task));
                one(New::of(Event::ObjectionRejected { task: *task }).with(field::REASON, reason).clocks(stop))
            }
            Command::Transfer { task, to, reason } => self.transfer(*task, to, reason),
            Command::Extend { clock, days, reason } => self.extend(*clock, *days, reason),
            Command::Ask { task, question } => {
                required(question, "question")?;
                if self.case.question.is_some() {
                    return Err(Refusal::new(Why::QuestionOpen));
                }
                if self.task()?.state == TaskState::Approval {
                    return Err(Refusal::new(Why::InApproval));
                }
                let on = self.today();
                let notice = self.stop_notice(*task);
                let pauses = self.case.duties().filter(|(_, c)| !c.is_paused() && !notice_of(c, *task));
                let pauses: Vec<_> = pauses.map(|(no, _)| ClockChange::Paused { no, on }).collect();
                one(New::of(Event::Asked { task: *task }).with(field::QUESTION, question).clocks(notice).clocks(pauses))
            }
            Command::Reply { text } => {
                required(text, "text")?;
                self.question()?;
                one(New::of(Event::Replied).with(field::REPLY, text).clocks(self.resume()))
            }
            Command::Unask => {
                self.question()?;
                one(New::of(Event::Unasked).clocks(self.resume()))
            }
            Command::Note { text } => {
                required(text, "text")?;
                one(New::of(Event::Noted).with(field::NOTE, text))
            }
            Command::Report { task, text } => {
                required(text, "text")?;
                if self.task()?.lead {
                    return Err(Refusal::new(Why::IsLead));
                }
                one(New::of(Event::Reported { task: *task }).with(field::NOTE, text).clocks(self.stop_task(*task)))
            }
            Command::Answer { task, outcome, text, basis } => self.answer(*task, *outcome, text, basis),
            Command::Approve { task } => {
                let (version, outcome) = self.task()?.proposed.ok_or(Refusal::new(Why::NoProposal))?;
                one(self.answered(Event::Answered { task: *task, outcome, proposal: Some(version) }))
            }
            Command::SendBack { task, reason } => {
                required(reason, "reason")?;
                self.task()?.proposed.ok_or(Refusal::new(Why::NoProposal))?;
                one(New::of(Event::SentBack { task: *task }).with(field::REASON, reason))
            }
            Command::GiveVerdict { verdict, words, witness } => {
                optional(words, "words", TEXT_MOST)?;
                optional(witness, "witness", LINE_MOST)?;
                if verdict.witnessed == witness.trim().is_empty() {
                    return Err(Refusal::at(Why::WitnessName, "witness"));
                }
                let stop = self.stop(|c| c.rule == RuleId::VerdictAsk);
                let event = Event::VerdictGiven { verdict: *verdict };
                one(New::of(event).with(field::WORDS, words).with(field::WITNESS, witness).clocks(stop))
            }
            Command::EndUnreached => {
                if let Some((_, clock)) = self.case.running(RuleId::VerdictAsk)
                    && self.today() <= clock.due.rolled
                {
                    return Err(Refusal::new(Why::TooEarly).about(clock.due.rolled));
                }
                one(New::of(Event::NotReached).clocks(self.stop(|c| c.rule == RuleId::VerdictAsk)))
            }
            Command::Reopen { reason } => self.reopen(reason),
            Command::AskReview { reason } => {
                self.ask_again(reason, RuleId::ReviewAsk, RuleId::ReviewAnswer, Event::ReviewAsked)
            }
            Command::AskReReview { reason } => {
                self.ask_again(reason, RuleId::ReReviewAsk, RuleId::ReReviewAnswer, Event::ReReviewAsked)
            }
            Command::AnswerReview { outcome, text } => {
                let new = self.answer_again(*outcome, text, Event::ReviewAnswered { outcome: *outcome })?;
                one(new.clocks([self.start(RuleId::ReReviewAsk, None)]))
            }
            Command::AnswerReReview { outcome, text } => {
                one(self.answer_again(*outcome, text, Event::ReReviewAnswered { outcome: *outcome })?)
            }
            Command::Merge { into } => {
                let other = self.other()?;
                if other.is_sealed() != self.case.is_sealed() || other.erased {
                    return Err(Refusal::at(Why::OtherSealed, "into"));
                }
                if !matches!(other.stage, Stage::Raised | Stage::Accepted | Stage::Handling) {
                    return Err(Refusal::at(Why::OtherOver, "into"));
                }
                one(New::of(Event::Merged { into: *into }).clocks(self.stop_all()))
            }
            Command::Link { link, to } => {
                if self.other()?.is_sealed() != self.case.is_sealed() {
                    return Err(Refusal::at(Why::OtherSealed, "to"));
                }
                if self.case.links.iter().any(|(_, id)| id == to) {
                    return Err(Refusal::at(Why::Linked, "to"));
                }
                one(New::of(Event::Linked { link: *link, to: *to }))
            }
            Command::Withdraw => one(New::of(Event::Withdrawn).clocks(self.stop_all())),
            Command::Erase { ground } => one(New::of(Event::Erased { ground: *ground }).clocks(self.stop_all())),
            Command::Recategorise { category } => {
                self.category(category)?;
                one(New::of(Event::Recategorised { category: category.clone() }))
            }
            Command::CorrectField { field, value } => {
                required(value, "value")?;
                let code = field.code();
                if !matches!(code, field::TEXT) {
                    optional(value, "value", LINE_MOST)?;
                }
                one(New::of(Event::FieldCorrected { field: code.to_owned() }).with(field::VALUE, value))
            }
            Command::HideText { reason } => {
                required(reason, "reason")?;
                if !self.case.public || self.case.hidden {
                    return Err(Refusal::new(Why::NotPublic));
                }
                one(New::of(Event::TextHidden).with(field::REASON, reason))
            }
            Command::Unmask { purpose, text } => {
                optional(text, "text", LINE_MOST)?;
                one(New::of(Event::Unmasked { purpose: *purpose }).with(field::PURPOSE, text))
            }
            Command::DeclareInterest => one(New::of(Event::InterestDeclared)),
            Command::MoveDue => self.move_due(),
        }
    }

    fn today(&self) -> calendar::Date {
        self.facts.now.date()
    }

    fn task(&self) -> Result<&Task, Refusal> {
        self.task.ok_or(Refusal::new(Why::NoSuchTask))
    }

    fn objected(&self) -> Result<(), Refusal> {
        let objected = self.task()?.state == TaskState::Objected;
        if objected { Ok(()) } else { Err(Refusal::new(Why::NoObjection)) }
    }

    fn question(&self) -> Result<u16, Refusal> {
        self.case.question.ok_or(Refusal::new(Why::NoQuestion))
    }

    fn other(&self) -> Result<&Case, Refusal> {
        let other = self.facts.other.ok_or(Refusal::at(Why::NoSuchCase, "to"))?;
        if other.id == self.case.id { Err(Refusal::at(Why::SameCase, "to")) } else { Ok(other) }
    }

    fn category(&self, code: &crate::district::CategoryCode) -> Result<(), Refusal> {
        let known = self.facts.district.catalogue.category(code).is_some();
        if known { Ok(()) } else { Err(Refusal::at(Why::NoSuchCategory, "category").about(code)) }
    }

    /// A unit that may get a task in this case.
    fn unit(&self, code: &UnitCode, field: &'static str) -> Result<(), Refusal> {
        let unit =
            self.facts.district.open_unit(code).ok_or_else(|| Refusal::at(Why::NoSuchUnit, field).about(code))?;
        let sealed = self.case.is_sealed();
        if sealed && (unit.kind != UnitKind::Discipline || self.case.accused.as_ref() == Some(code)) {
            return Err(Refusal::at(Why::WrongAccusedUnit, field));
        }
        Ok(())
    }

    fn start(&self, rule: RuleId, task: Option<u16>) -> ClockChange {
        let district = self.facts.district;
        ClockChange::Started(Clock::start(rule, &district.rules.rule(rule), task, self.today(), &district.calendar))
    }

    fn stop(&self, which: impl Fn(&Clock) -> bool) -> Vec<ClockChange> {
        Clock::stop(&self.case.clocks, self.today(), which)
    }

    fn stop_all(&self) -> Vec<ClockChange> {
        self.stop(|_| true)
    }

    fn stop_task(&self, task: u16) -> Vec<ClockChange> {
        self.stop(|c| c.task == Some(task))
    }

    fn stop_notice(&self, task: u16) -> Vec<ClockChange> {
        self.stop(|c| notice_of(c, task))
    }

    fn resume(&self) -> Vec<ClockChange> {
        let calendar = &self.facts.district.calendar;
        let paused = self.case.duties().filter(|(_, c)| c.is_paused());
        let resumed = paused.map(|(no, c)| {
            let days = c.pause_length(self.today(), calendar);
            ClockChange::Resumed { no, days, due: c.due_with(days, calendar) }
        });
        resumed.collect()
    }

    fn accept(&self, way: Option<Way>, category: &crate::district::CategoryCode) -> Result<Vec<New>, Refusal> {
        self.category(category)?;
        let petition = self.case.track == Track::Petition;
        if petition && way != Some(Way::Opinion) {
            return Err(Refusal::at(Why::NeedsWay, "way"));
        }
        if !petition && way.is_some() {
            return Err(Refusal::at(Why::OnlyPetition, "way"));
        }
        let (rule, at_acceptance) = promise(self.case.track);
        let started = at_acceptance.then(|| self.start(rule, None));
        let stop = self.stop(|c| c.rule.is_acceptance());
        Ok(vec![New::of(Event::Accepted { way, category: category.clone() }).clocks(stop).clocks(started)])
    }

    fn route(&self, way: Way, text: &str) -> Result<Vec<New>, Refusal> {
        if self.case.track != Track::Petition {
            return Err(Refusal::new(Why::OnlyPetition));
        }
        if way == Way::Opinion {
            return Err(Refusal::at(Why::SixthIsAccepted, "way"));
        }
        required(text, "text")?;
        Ok(vec![New::of(Event::Routed { way }).with(field::REASON, text).clocks(self.stop_all())])
    }

    fn dispatch(&self, lead: &UnitCode, joint: &[UnitCode]) -> Result<Vec<New>, Refusal> {
        self.unit(lead, "lead")?;
        for (n, unit) in joint.iter().enumerate() {
            self.unit(unit, "joint")?;
            if unit == lead || joint[..n].contains(unit) || self.case.task_of(unit).is_some() {
                return Err(Refusal::at(Why::HasTask, "joint"));
            }
        }
        // A joint unit that is made the lead keeps one task only: its joint one ends by release first.
        if self.case.task_of(lead).is_some() {
            return Err(Refusal::at(Why::HasTask, "lead"));
        }
        // Whoever gets a case back that it objected to has been designated.
        let designated = self.case.tasks.iter().any(|t| &t.unit == lead && t.state == TaskState::Returned);
        let first = index(self.case.tasks.len()) + 1;
        let mut clocks = Vec::new();
        let (rule, _) = promise(self.case.track);
        if self.case.running(rule).is_none() {
            clocks.push(self.start(rule, None));
        }
        if !designated {
            clocks.push(self.start(RuleId::Objection, Some(first)));
        }
        for n in 0..joint.len() {
            let no = first + 1 + index(n);
            clocks.push(self.start(RuleId::Objection, Some(no)));
            clocks.push(self.start(RuleId::JointReport, Some(no)));
        }
        let catalogue = self.facts.district.catalogue.version;
        let event = Event::Dispatched { lead: lead.clone(), joint: joint.to_vec(), designated, catalogue };
        Ok(vec![New::of(event).clocks(clocks)])
    }

    fn join(&self, unit: &UnitCode) -> Result<Vec<New>, Refusal> {
        self.unit(unit, "unit")?;
        if self.case.task_of(unit).is_some() {
            return Err(Refusal::at(Why::HasTask, "unit"));
        }
        let no = index(self.case.tasks.len()) + 1;
        let clocks = [self.start(RuleId::Objection, Some(no)), self.start(RuleId::JointReport, Some(no))];
        Ok(vec![New::of(Event::Joined { unit: unit.clone() }).clocks(clocks)])
    }

    fn object(&self, no: u16, reason: &str) -> Result<Vec<New>, Refusal> {
        required(reason, "reason")?;
        let task = self.task()?;
        if task.designated {
            return Err(Refusal::new(Why::Designated));
        }
        if task.state != TaskState::Open {
            return Err(Refusal::new(Why::NoSuchTask));
        }
        let window = self.case.clocks.iter().rev().find(|c| c.rule == RuleId::Objection && c.task == Some(no));
        if let Some(window) = window
            && self.today() > window.due.rolled
        {
            return Err(Refusal::new(Why::ObjectionLate).about(window.due.rolled));
        }
        Ok(vec![New::of(Event::Objected { task: no }).with(field::REASON, reason)])
    }

    fn transfer(&self, no: u16, to: &UnitCode, reason: &str) -> Result<Vec<New>, Refusal> {
        required(reason, "reason")?;
        if !self.task()?.lead {
            return Err(Refusal::new(Why::NotLead));
        }
        self.unit(to, "to")?;
        if self.case.task_of(to).is_some() {
            return Err(Refusal::at(Why::HasTask, "to"));
        }
        let new = index(self.case.tasks.len()) + 1;
        // A petition's notice runs anew with every transfer (信访工作条例 22, 23); the promise to the resident does not.
        let notice = (self.case.track == Track::Petition).then(|| self.start(RuleId::PetitionNotice, Some(new)));
        let changes = self.stop_task(no).into_iter().chain([self.start(RuleId::Objection, Some(new))]).chain(notice);
        // An open question ends with the task that asked it.
        let resumed = if self.case.question == Some(no) { self.resume() } else { Vec::new() };
        let event = Event::Transferred { task: no, to: to.clone() };
        Ok(vec![New::of(event).with(field::REASON, reason).clocks(changes).clocks(resumed)])
    }

    fn extend(&self, no: u16, days: u16, reason: &str) -> Result<Vec<New>, Refusal> {
        required(reason, "reason")?;
        let clock = self.case.clocks.get(usize::from(no)).filter(|c| c.is_running() && c.duty);
        let clock = clock.ok_or(Refusal::new(Why::NoSuchClock))?;
        let rule = self.facts.district.rules.rule(clock.rule);
        let extension = rule.extension.ok_or(Refusal::new(Why::NoExtension))?;
        if extension.by_head && self.facts.actor.role() != Some(Role::Head) {
            return Err(Refusal::new(Why::HeadOnly));
        }
        if clock.extensions >= u16::from(extension.times) {
            return Err(Refusal::new(Why::ExtendedOut).about(extension.times));
        }
        if days == 0 || days > extension.days {
            return Err(Refusal::at(Why::ExtensionTooLong, "days").about(extension.days));
        }
        let calendar = &self.facts.district.calendar;
        let due = clock.due_with(days, calendar);
        let event = Event::Extended { clock: no, days };
        let changes = [ClockChange::Extended { no, days, due }];
        Ok(vec![New::of(event).with(field::REASON, reason).clocks(changes)])
    }

    fn answer(&self, no: u16, outcome: Outcome, text: &str, basis: &str) -> Result<Vec<New>, Refusal> {
        let task = self.task()?;
        if !task.lead {
            return Err(Refusal::new(Why::NotLead));
        }
        match task.state {
            TaskState::Approval => return Err(Refusal::new(Why::InApproval)),
            TaskState::Objected => return Err(Refusal::new(Why::NoSuchTask)),
            _ => {}
        }
        required(text, "text")?;
        optional(basis, "basis", TEXT_MOST)?;
        if !self.case.track.outcomes().contains(&outcome) {
            return Err(Refusal::at(Why::WrongOutcome, "outcome").about(outcome.label(Lang::Zh)));
        }
        if self.case.track == Track::Petition && basis.trim().is_empty() {
            return Err(Refusal::at(Why::NeedsBasis, "basis"));
        }
        if self.case.question.is_some() {
            return Err(Refusal::new(Why::QuestionOpen));
        }
        if self.case.tasks.iter().any(|t| t.no != no && t.is_open()) {
            return Err(Refusal::new(Why::JointOpen));
        }
        let new = if self.case.track.needs_approval() {
            New::of(Event::Proposed { task: no, outcome })
        } else {
            self.answered(Event::Answered { task: no, outcome, proposal: None })
        };
        Ok(vec![new.with(field::ANSWER, text).with(field::BASIS, basis)])
    }

    /// The resident gets an answer: duties stop, the time for the verdict starts, and a petition's time for a review.
    fn answered(&self, event: Event) -> New {
        let review = (self.case.track == Track::Petition).then(|| self.start(RuleId::ReviewAsk, None));
        New::of(event).clocks(self.stop_all()).clocks([self.start(RuleId::VerdictAsk, None)]).clocks(review)
    }

    fn reopen(&self, reason: &str) -> Result<Vec<New>, Refusal> {
        required(reason, "reason")?;
        let by_resident = *self.facts.actor == Actor::Resident;
        let solved = self.case.verdict.is_some_and(|v| v.solved == Solved::Yes);
        if by_resident && solved && self.case.stage == Stage::Ended {
            return Err(Refusal::new(Why::NotReopened));
        }
        if self.case.stage == Stage::Withdrawn && !by_resident {
            return Err(Refusal::new(Why::NotYours));
        }
        // A case that was never accepted starts again with its acceptance clock; any other waits for dispatch.
        let acceptance = match self.case.track {
            _ if self.case.accepted_on.is_some() => None,
            Track::Hotline => Some(RuleId::HotlineTriage),
            Track::Petition => Some(RuleId::PetitionNotice),
            Track::Enterprise => Some(RuleId::NeedVerify),
            Track::Mediation => Some(RuleId::MediationTake),
            Track::Suggestion => None,
            Track::Accusation => Some(RuleId::AccusationNotice),
        };
        let started = acceptance.map(|rule| self.start(rule, None));
        Ok(vec![New::of(Event::Reopened).with(field::REASON, reason).clocks(self.stop_all()).clocks(started)])
    }

    fn ask_again(&self, reason: &str, window: RuleId, duty: RuleId, event: Event) -> Result<Vec<New>, Refusal> {
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
        let verdict = self.stop(|c| c.rule == RuleId::VerdictAsk);
        let changes = [ClockChange::Stopped { no, on }, self.start(duty, None)];
        Ok(vec![New::of(event).with(field::REASON, reason).clocks(verdict).clocks(changes)])
    }

    fn answer_again(&self, outcome: Outcome, text: &str, event: Event) -> Result<New, Refusal> {
        required(text, "text")?;
        if !self.case.track.outcomes().contains(&outcome) {
            return Err(Refusal::at(Why::WrongOutcome, "outcome").about(outcome.label(Lang::Zh)));
        }
        // Without a verdict so far, the resident is asked again.
        let ask = self.case.ended.is_none().then(|| self.start(RuleId::VerdictAsk, None));
        let stop = self.stop(|c| matches!(c.rule, RuleId::ReviewAnswer | RuleId::ReReviewAnswer));
        Ok(New::of(event).with(field::ANSWER, text).clocks(stop).clocks(ask))
    }

    fn move_due(&self) -> Result<Vec<New>, Refusal> {
        let calendar = &self.facts.district.calendar;
        let running = self.case.clocks.iter().enumerate().filter(|(_, c)| c.is_running());
        let moved: Vec<_> = running
            .map(|(n, c)| (n, c.due, c.computed(calendar)))
            .filter(|(_, from, due)| from != due)
            .map(|(n, from, due)| ClockChange::Moved { no: index(n), from, due })
            .collect();
        if moved.is_empty() {
            return Err(Refusal::new(Why::NothingMoves));
        }
        Ok(vec![New::of(Event::DueMoved).clocks(moved)])
    }
}

/// Whether a clock is the notice that a transferred task owes.
fn notice_of(clock: &Clock, task: u16) -> bool {
    clock.rule.is_acceptance() && clock.task == Some(task)
}
