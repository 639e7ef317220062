//! The rules of a case: what a command leads to, or why not.

use super::command::{Command, CommandKind};
use super::event::Event;
use super::opening::Trust;
use super::raise::{LINE_MOST, TEXT_MOST};
use super::review::Reviewer;
use super::term::*;
use super::transition::{Transition, Who, fits, may, survives_erasure};
use super::{CLOCKS_MOST, Case, New, TASKS_MOST, Task, TaskState, field};
use crate::actor::{Actor, Role};
use crate::clock::{Clock, ClockChange};
use crate::codes::UnitCode;
use crate::district::{District, UnitKind, unfilled};
use crate::moment::Moment;
use crate::refusal::{Refusal, Why};
use crate::rule::RuleId;
use crate::typed;
use crate::visit::Visit;

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
    /// What the visit of a resident who acts was opened with.
    pub visit: Visit,
    /// The phone numbers of the case, for digits that are set: they must not stand in one.
    pub numbers: &'a [&'a str],
    /// Whether an act on another record asks for this one.
    pub asked: bool,
}

pub(super) fn required(text: &str, field: &'static str) -> Result<(), Refusal> {
    if !typed::says_something(text) {
        return Err(Refusal::at(Why::Empty, field));
    }
    optional(text, field, TEXT_MOST)
}

pub(super) fn optional(text: &str, field: &'static str, most: usize) -> Result<(), Refusal> {
    if text.chars().count() > most {
        return Err(Refusal::at(Why::TooLong, field).about(most));
    }
    Ok(())
}

/// A text that the resident reads: no field of a template may stand in it any more.
pub(super) fn told(text: &str, field: &'static str) -> Result<(), Refusal> {
    required(text, field)?;
    match unfilled(text).as_slice() {
        [] => Ok(()),
        names => Err(Refusal::at(Why::Unfilled, field).about_both(names.join("、"), names.join(", "))),
    }
}

/// The rule of a track's promise, and whether it starts with acceptance (otherwise it runs from raising or dispatch).
pub(super) fn promise(track: Track) -> (RuleId, bool) {
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

/// How many questions in a row pause what is left of a term without a reply.
const UNREPLIED_MOST: u16 = 2;

/// What a command leads to.
///
/// # Errors
/// A [`Refusal`] that says what to do instead; nothing changes then.
pub fn decide(case: &Case, command: &Command, facts: &Facts<'_>) -> Result<Vec<New>, Refusal> {
    let task = check(case, command, facts)?;
    Decision { case, facts, task }.of(command)
}

/// Post, stage, task and unit, by the transition table. Who may not come near the case learns nothing else about it.
fn check<'a>(case: &'a Case, command: &Command, facts: &Facts<'_>) -> Result<Option<&'a Task>, Refusal> {
    let kind = command.kind();
    let (actor, district) = (facts.actor, facts.district);
    if case.stepped_aside(actor) {
        let again = kind == CommandKind::DeclareInterest;
        return Err(Refusal::new(if again { Why::AlreadyWithdrawn } else { Why::Interest }));
    }
    // What another record asks for is for that record's rules: whose act it is was asked there.
    let on_request = Transition::of(kind).is_some_and(|t| t.who == [Who::Asked]);
    let comes = if on_request { facts.asked } else { fits(kind, case, actor, district) };
    if !comes {
        return Err(Refusal::new(Why::NotYours));
    }
    // Digits that others may know look, and do nothing else. A secret that is handed out anew goes where it is allowed to,
    // and whoever confirms an address needs to hold that, and nothing else.
    let unopened = matches!(kind, CommandKind::HandSecret | CommandKind::ConfirmAddress);
    if *actor == Actor::Resident && !unopened && case.trust(facts.visit) < Trust::Acts {
        return Err(Refusal::new(Why::NeedsSecret));
    }
    if case.erased && !survives_erasure(kind) {
        return Err(Refusal::new(Why::Erased));
    }
    if !Transition::of(kind).is_some_and(|t| t.from.contains(&case.stage)) {
        return Err(Refusal::new(Why::WrongStage).about_term(case.stage));
    }
    reviewed_here(case, kind, actor)?;
    let task = match command.task() {
        Some(no) => Some(case.task(no).filter(|t| t.is_open()).ok_or(Refusal::new(Why::NoSuchTask))?),
        None => None,
    };
    if !on_request && !may(kind, case, task, actor, district) {
        return Err(Refusal::new(Why::NotYours));
    }
    Ok(task)
}

/// That a review is answered here, and not by the unit whose answer is reviewed.
fn reviewed_here(case: &Case, kind: CommandKind, actor: &Actor) -> Result<(), Refusal> {
    use CommandKind::*;
    let reviews = matches!(kind, AnswerReview | AnswerReReview | OpenHearing | CloseHearing);
    match case.reviewer() {
        _ if !reviews => Ok(()),
        Reviewer::Outside => Err(Refusal::new(Why::ReviewedOutside)),
        _ if actor.unit().is_some() && actor.unit() == case.answered_by.as_ref() => Err(Refusal::new(Why::OwnAnswer)),
        _ => Ok(()),
    }
}

/// One decision: the case, what may be known, and the open task that the command names.
pub(super) struct Decision<'a> {
    pub(super) case: &'a Case,
    pub(super) facts: &'a Facts<'a>,
    pub(super) task: Option<&'a Task>,
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
            Command::Designate { unit, reason } => self.designate(unit, reason),
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
                // An open question ends with the task that asked it.
                let asked = self.case.question == Some(*task);
                let clocks = self.settle(|c| c.task == Some(*task), |_| asked);
                one(New::of(Event::ObjectionUpheld { task: *task }).clocks(clocks))
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
                told(question, "question")?;
                if self.case.question.is_some() {
                    return Err(Refusal::new(Why::QuestionOpen));
                }
                self.leads()?;
                let on = self.today();
                let notice = self.stop_notice(*task);
                // A question pauses what is left of a term. What has run out stays late; and hours run on, as does what was
                // promised at a meeting: a danger does not wait for a reply.
                // Nor does a question that nobody replies to, after two of them: asking is no way to gain days.
                let may_pause = self.case.unreplied < UNREPLIED_MOST;
                let left =
                    |c: &Clock| may_pause && !c.is_paused() && !c.is_late(on) && !notice_of(c, *task) && !c.is_fixed();
                let pauses = self.case.duties().filter(|(_, c)| left(c));
                let pauses: Vec<_> = pauses.map(|(no, _)| ClockChange::Paused { no, on }).collect();
                let asked = New::of(Event::Asked { task: *task }).with(field::QUESTION, question);
                one(asked.clocks(notice).clocks(pauses).clocks([self.start(RuleId::ReplyAsk, Some(*task))]))
            }
            Command::Inform { task, text } => self.inform(*task, text),
            Command::Reply { text } => {
                required(text, "text")?;
                self.question()?;
                {
                    let independent = Some(self.is_independent());
                    one(New::of(Event::Replied { independent }).with(field::REPLY, text).clocks(self.end_question()))
                }
            }
            Command::Unask => {
                self.question()?;
                if matches!(self.facts.actor, Actor::System { .. })
                    && let Some((_, clock)) = self.case.running(RuleId::ReplyAsk)
                    && self.today() <= clock.due.rolled
                {
                    return Err(Refusal::new(Why::WaitingForReply).about(clock.due.rolled));
                }
                one(New::of(Event::Unasked).clocks(self.forget_question()))
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
                self.joint_done(*task)?;
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
                if verdict.witnessed != typed::says_something(witness) {
                    return Err(Refusal::at(Why::WitnessName, "witness"));
                }
                let stop = self.stop(|c| c.rule == RuleId::VerdictAsk);
                // What is not solved asks at once whether it goes on.
                let asks = (verdict.solved != Solved::Yes).then(|| self.start(RuleId::GoOnAsk, None));
                let event = Event::VerdictGiven { verdict: *verdict, independent: Some(self.is_independent()) };
                let given = New::of(event).with(field::WORDS, words).with(field::WITNESS, witness);
                one(given.clocks(stop).clocks(asks))
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
            Command::AskReview { reason } => self.ask_again(reason, false),
            Command::AskReReview { reason } => self.ask_again(reason, true),
            Command::OpenHearing | Command::CloseHearing => self.hearing(*command == Command::OpenHearing),
            Command::AnswerReview { outcome, text } | Command::AnswerReReview { outcome, text } => {
                one(self.answer_again(*outcome, text, None)?)
            }
            Command::FileOpinion { outcome, text, body, dated } => self.file_opinion(*outcome, text, body, *dated),
            Command::Merge { into, reason } => self.merge(*into, reason),
            Command::FollowMerged { into } => self.follow(*into),
            Command::Part { from, reason } => self.part(*from, reason),
            Command::Link { link, to } => one(self.link(*link, *to)?),
            Command::Unlink { to } => one(self.unlink(*to)?),
            Command::Withdraw => {
                let independent = Some(self.is_independent());
                one(New::of(Event::Withdrawn { independent }).clocks(self.stop_all()))
            }
            Command::Erase { ground } => self.erase(*ground),
            Command::Recategorise { category } => {
                self.category(category)?;
                let (open, sealed) = self.of_category(category);
                let recategorised = New::of(Event::Recategorised { category: open }).with(field::CATEGORY, sealed);
                Ok([recategorised].into_iter().chain(self.by_category(category)).collect())
            }
            Command::CorrectField { field, value } => one(self.correct(*field, value)?),
            Command::ChooseTelling { tell, address } => one(self.choose_telling(*tell, address)?),
            Command::HideText { reason } => one(self.hide(reason)?),
            Command::ReleaseText { text, answer } => one(self.release(text, answer)?),
            Command::AskErasure { reason } => one(self.ask_erasure(reason)?),
            Command::DeclineErasure { reason } => one(self.decline_erasure(reason)?),
            Command::Unmask { purpose, text } => {
                optional(text, "text", LINE_MOST)?;
                one(New::of(Event::Unmasked { purpose: *purpose }).with(field::PURPOSE, text))
            }
            Command::DeclareInterest => one(New::of(Event::InterestDeclared)),
            Command::LetRest { reason } => one(self.let_rest(reason)?),
            Command::MarkUrgent { danger, reason } => one(self.mark_urgent(danger, reason)?),
            Command::ClearUrgent { reason } => one(self.clear_urgent(reason)?),
            Command::Reached { at, note } => one(self.reached(*at, note)?),
            Command::MoveDue => self.move_due(),
            Command::HandSecret { way } => one(self.hand(*way)?),
            Command::Open { digits } => one(self.open(digits)?),
            Command::SetDigits { digits } => one(self.set_digits(digits)?),
            Command::ConfirmAddress { channel } => self.confirm_address(*channel),
            // A second series on the same day is no news.
            Command::ReportTries if self.case.tried_on == Some(self.facts.now.date()) => Ok(Vec::new()),
            Command::ReportTries => one(New::of(Event::DigitsTried)),
            Command::Claim { post, step, by } => one(self.claim(post, step, *by)?),
            Command::Unclaim => one(self.unclaim()?),
            Command::Settle { lead, joint, category } => self.settle_claims(lead, joint, category.as_ref()),
            Command::AskStep => one(self.ask_step()?),
            Command::TellStep { kept } => one(self.tell_step(*kept)?),
        }
    }

    pub(super) fn today(&self) -> calendar::Date {
        self.facts.now.date()
    }

    pub(super) fn task(&self) -> Result<&Task, Refusal> {
        self.task.ok_or(Refusal::new(Why::NoSuchTask))
    }

    fn objected(&self) -> Result<(), Refusal> {
        let objected = self.task()?.state == TaskState::Objected;
        if objected { Ok(()) } else { Err(Refusal::new(Why::NoObjection)) }
    }

    fn question(&self) -> Result<u16, Refusal> {
        self.case.question.ok_or(Refusal::new(Why::NoQuestion))
    }

    pub(super) fn other(&self) -> Result<&Case, Refusal> {
        let other = self.facts.other.ok_or(Refusal::at(Why::NoSuchCase, "to"))?;
        if other.id == self.case.id { Err(Refusal::at(Why::SameCase, "to")) } else { Ok(other) }
    }

    fn category(&self, code: &crate::codes::CategoryCode) -> Result<(), Refusal> {
        let known = self.facts.district.catalogue.category(code).is_some();
        if known { Ok(()) } else { Err(Refusal::at(Why::NoSuchCategory, "category").about(code)) }
    }

    /// A category as the event has it, and as the vault has it: of a sealed case no event tells it.
    fn of_category<'a>(
        &self,
        category: &'a crate::codes::CategoryCode,
    ) -> (Option<crate::codes::CategoryCode>, &'a str) {
        if self.case.is_sealed() { (None, category.as_str()) } else { (Some(category.clone()), "") }
    }

    /// A unit that may get a task in this case.
    pub(super) fn unit(&self, code: &UnitCode, field: &'static str) -> Result<(), Refusal> {
        let unit =
            self.facts.district.open_unit(code).ok_or_else(|| Refusal::at(Why::NoSuchUnit, field).about(code))?;
        let sealed = self.case.is_sealed();
        if sealed && (unit.kind != UnitKind::Discipline || self.case.is_about(code, self.facts.district)) {
            return Err(Refusal::at(Why::WrongAccusedUnit, field));
        }
        Ok(())
    }

    pub(super) fn start(&self, rule: RuleId, task: Option<u16>) -> ClockChange {
        let district = self.facts.district;
        ClockChange::Started(Clock::start(
            rule,
            &district.rules.of_case(rule),
            task,
            self.facts.now,
            &district.calendar,
        ))
    }

    /// See [`Clock::settle`].
    pub(super) fn settle(&self, stops: impl Fn(&Clock) -> bool, resumes: impl Fn(&Clock) -> bool) -> Vec<ClockChange> {
        Clock::settle(&self.case.clocks, self.today(), &self.facts.district.calendar, stops, resumes)
    }

    pub(super) fn stop(&self, which: impl Fn(&Clock) -> bool) -> Vec<ClockChange> {
        self.settle(which, |_| false)
    }

    pub(super) fn stop_all(&self) -> Vec<ClockChange> {
        self.stop(|_| true)
    }

    fn stop_task(&self, task: u16) -> Vec<ClockChange> {
        self.stop(|c| c.task == Some(task))
    }

    fn stop_notice(&self, task: u16) -> Vec<ClockChange> {
        self.stop(|c| notice_of(c, task))
    }

    /// The wait for a reply is over: the duties run on.
    fn end_question(&self) -> Vec<ClockChange> {
        self.settle(|c| c.rule == RuleId::ReplyAsk, |_| true)
    }

    /// A question ends without a reply. What it paused runs on, and where staff took it back, as if it had not been asked.
    fn forget_question(&self) -> Vec<ClockChange> {
        let mut changes = self.end_question();
        if matches!(self.facts.actor, Actor::System { .. }) {
            return changes;
        }
        for change in &mut changes {
            if let ClockChange::Resumed { no, days, due } = change
                && let Some(clock) = self.case.clocks.get(usize::from(*no))
            {
                (*days, *due) = (0, clock.due_with(0, &self.facts.district.calendar));
            }
        }
        changes
    }

    /// Whether there is room for so many further tasks, and for another round of clocks.
    pub(super) fn room(&self, tasks: usize) -> Result<(), Refusal> {
        if self.case.tasks.len() + tasks > TASKS_MOST || self.case.clocks.len() > CLOCKS_MOST {
            return Err(Refusal::new(Why::TooMany).about(TASKS_MOST));
        }
        Ok(())
    }

    /// The named task leads and nothing about it waits for somebody else.
    fn leads(&self) -> Result<(), Refusal> {
        if self.task()?.lead { self.idle() } else { Err(Refusal::new(Why::NotLead)) }
    }

    /// The named task waits neither for approval nor for a decision on an objection.
    pub(super) fn idle(&self) -> Result<(), Refusal> {
        match self.task()?.state {
            TaskState::Approval => Err(Refusal::new(Why::InApproval)),
            TaskState::Objected => Err(Refusal::new(Why::ObjectionOpen)),
            _ => Ok(()),
        }
    }

    fn joint_done(&self, lead: u16) -> Result<(), Refusal> {
        let open = self.case.tasks.iter().any(|t| t.no != lead && t.is_open());
        if open { Err(Refusal::new(Why::JointOpen)) } else { Ok(()) }
    }

    /// The lead tells the resident how far it is. An enterprise's next reply has a new date each time.
    fn inform(&self, no: u16, text: &str) -> Result<Vec<New>, Refusal> {
        told(text, "text")?;
        self.leads()?;
        self.room(0)?;
        let told = self.stop(|c| notice_of(c, no) || matches!(c.rule, RuleId::NeedReply | RuleId::FirstStep));
        let next = (self.case.track == Track::Enterprise).then(|| self.start(RuleId::NeedReply, None));
        Ok(vec![New::of(Event::Informed { task: no }).with(field::ANSWER, text).clocks(told).clocks(next)])
    }

    pub(super) fn accept(&self, way: Option<Way>, category: &crate::codes::CategoryCode) -> Result<Vec<New>, Refusal> {
        self.category(category)?;
        let petition = self.case.track == Track::Petition;
        if petition && way != Some(Way::Opinion) {
            return Err(Refusal::at(Why::NeedsWay, "way"));
        }
        if !petition && way.is_some() {
            return Err(Refusal::at(Why::OnlyPetition, "way"));
        }
        let (rule, at_acceptance) = promise(self.case.track);
        let mut started = at_acceptance.then(|| self.start(rule, None));
        // A hotline request's promise runs from dispatch: until then, dispatch itself is owed.
        if self.case.track == Track::Hotline {
            started = Some(self.start(RuleId::HotlineDispatch, None));
        }
        let stop = self.stop(|c| c.rule.is_acceptance());
        let (open, sealed) = self.of_category(category);
        let accepted = New::of(Event::Accepted { way, category: open }).with(field::CATEGORY, sealed);
        Ok([accepted.clocks(stop).clocks(started)].into_iter().chain(self.by_category(category)).collect())
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

    fn extend(&self, no: u16, days: u16, reason: &str) -> Result<Vec<New>, Refusal> {
        required(reason, "reason")?;
        let clock = self.case.clocks.get(usize::from(no)).filter(|c| c.is_running() && c.duty);
        let clock = clock.ok_or(Refusal::new(Why::NoSuchClock))?;
        let rule = self.facts.district.rules.of_case(clock.rule);
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
        if clock.is_late(self.today()) {
            return Err(Refusal::new(Why::ExtensionLate).about(clock.due.rolled));
        }
        let calendar = &self.facts.district.calendar;
        let due = clock.due_with(days, calendar);
        let event = Event::Extended { clock: no, days };
        let changes = clock.moved(no, calendar).into_iter().chain([ClockChange::Extended { no, days, due }]);
        Ok(vec![New::of(event).with(field::REASON, reason).clocks(changes)])
    }

    fn answer(&self, no: u16, outcome: Outcome, text: &str, basis: &str) -> Result<Vec<New>, Refusal> {
        let task = self.task()?;
        if !task.lead {
            return Err(Refusal::new(Why::NotLead));
        }
        self.idle()?;
        told(text, "text")?;
        optional(basis, "basis", TEXT_MOST)?;
        if !self.case.track.outcomes().contains(&outcome) {
            return Err(Refusal::at(Why::WrongOutcome, "outcome").about_term(outcome));
        }
        if self.case.track == Track::Petition && !typed::says_something(basis) {
            return Err(Refusal::at(Why::NeedsBasis, "basis"));
        }
        if self.case.question.is_some() {
            return Err(Refusal::new(Why::QuestionOpen));
        }
        self.joint_done(no)?;
        let new = if self.case.track.needs_approval() {
            New::of(Event::Proposed { task: no, outcome })
        } else {
            self.answered(Event::Answered { task: no, outcome, proposal: None })
        };
        Ok(vec![new.with(field::ANSWER, text).with(field::BASIS, basis)])
    }

    /// The resident gets an answer: duties stop, and the resident's windows start.
    pub(super) fn answered(&self, event: Event) -> New {
        let agreed = matches!(event, Event::Answered { outcome, .. } | Event::AnsweredTogether { outcome, .. }
            if outcome == Outcome::Agreed);
        let windows = [
            (true, RuleId::VerdictAsk),
            (self.case.track == Track::Petition, RuleId::ReviewAsk),
            (agreed, RuleId::JudicialConfirmation),
        ];
        let started = windows.into_iter().filter(|(opens, _)| *opens).map(|(_, rule)| self.start(rule, None));
        New::of(event).clocks(self.stop_all()).clocks(started)
    }

    fn move_due(&self) -> Result<Vec<New>, Refusal> {
        let moved = self.case.moved_by(&self.facts.district.calendar, self.today());
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
