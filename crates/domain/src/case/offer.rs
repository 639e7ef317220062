//! What can be done to a case now, and what there is to choose from: what its page offers. Nothing is decided here. An act
//! is offered when the rules take it with plausible words in its fields, so that no button promises what [`decide()`]
//! refuses, and no rule stands in two places.

use super::command::{Command, CommandKind, Corrected};
use super::decide::{Facts, decide};
use super::opening::Handed;
use super::term::*;
use super::transition::allowed;
use super::{Case, CaseId, Verdict};
use crate::codes::UnitCode;
use crate::tell::Tell;
use crate::{Label, Lang};
use std::collections::BTreeSet;

/// Words that every text of an act may be.
const WORDS: &str = "办理";
/// A value that every field which is corrected may have.
const NUMBER: &str = "13800000000";
/// Digits that nobody guesses at once.
const DIGITS: &str = "580264";

/// An act that is possible, with its choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The act.
    pub act: CommandKind,
    /// One command for each choice that the rules take; its words are only examples. Never empty.
    pub choices: Vec<Command>,
}

impl Offer {
    /// The open tasks to which it can be done, each once, by number.
    pub fn tasks(&self) -> BTreeSet<u16> {
        self.choices.iter().filter_map(Command::task).collect()
    }

    /// The codes that are left to choose from in a field whose value is a term.
    pub fn terms(&self, field: &str) -> BTreeSet<String> {
        let term = |command: &Command| {
            let written = serde_json::to_value(command).ok()?;
            let fields = written.as_object()?.values().next()?.get(field)?.as_str();
            fields.map(str::to_owned)
        };
        self.choices.iter().filter_map(term).collect()
    }

    /// The units to which it can give the case.
    pub fn units(&self) -> impl Iterator<Item = &UnitCode> {
        self.choices.iter().filter_map(|command| match command {
            Command::Dispatch { lead: unit, .. }
            | Command::Designate { unit, .. }
            | Command::Join { unit }
            | Command::Transfer { to: unit, .. } => Some(unit),
            _ => None,
        })
    }
}

/// The acts that an actor can do to a case now, in the order of the transition table. Whether another case that an act
/// names fits is known only once it is named.
pub fn offers(case: &Case, facts: &Facts<'_>) -> Vec<Offer> {
    allowed(case, facts.actor, facts.district).into_iter().filter_map(|act| offer(case, act, facts)).collect()
}

/// One of the acts that the transition table [allows](allowed), if it can be done.
pub fn offer(case: &Case, act: CommandKind, facts: &Facts<'_>) -> Option<Offer> {
    let takes = |command: &Command| command.other().is_some() || decide(case, command, facts).is_ok();
    let choices: Vec<Command> = choices(case, act, facts).into_iter().filter(takes).collect();
    (!choices.is_empty()).then_some(Offer { act, choices })
}

/// One command for each thing that there is to choose in an act.
fn choices(case: &Case, act: CommandKind, facts: &Facts<'_>) -> Vec<Command> {
    use CommandKind as K;
    let words = || WORDS.to_owned();
    let reason = words;
    let tasks = || case.tasks.iter().filter(|t| t.is_open()).map(|t| t.no);
    let units = || facts.district.units.keys().cloned();
    let category = || facts.district.catalogue.categories.iter().map(|c| c.code.clone()).take(1);
    let outcomes = || case.track.outcomes().iter().copied();
    let other = case.merged_into.unwrap_or(CaseId([0; 16]));
    let one = |command| vec![command];
    match act {
        K::Accept => {
            let way = (case.track == Track::Petition).then_some(Way::Opinion);
            category().map(|category| Command::Accept { way, category }).collect()
        }
        K::NotAccept => ScopeReason::ALL.iter().map(|r| Command::NotAccept { reason: *r, text: words() }).collect(),
        K::Route => Way::ALL.iter().map(|way| Command::Route { way: *way, text: words() }).collect(),
        K::Dispatch => units().map(|lead| Command::Dispatch { lead, joint: Vec::new() }).collect(),
        K::Designate => units().map(|unit| Command::Designate { unit, reason: reason() }).collect(),
        K::Join => units().map(|unit| Command::Join { unit }).collect(),
        K::Release => tasks().map(|task| Command::Release { task }).collect(),
        K::Object => tasks().map(|task| Command::Object { task, reason: reason() }).collect(),
        K::UpholdObjection => tasks().map(|task| Command::UpholdObjection { task }).collect(),
        K::RejectObjection => tasks().map(|task| Command::RejectObjection { task, reason: reason() }).collect(),
        K::Transfer => {
            let to = |task| units().map(move |to| Command::Transfer { task, to, reason: reason() });
            case.lead().map(|t| to(t.no).collect()).unwrap_or_default()
        }
        K::Extend => case.duties().map(|(clock, _)| Command::Extend { clock, days: 1, reason: reason() }).collect(),
        K::Ask => tasks().map(|task| Command::Ask { task, question: words() }).collect(),
        K::Inform => tasks().map(|task| Command::Inform { task, text: words() }).collect(),
        K::Reply => one(Command::Reply { text: words() }),
        K::Unask => one(Command::Unask),
        K::Note => one(Command::Note { text: words() }),
        K::Report => tasks().map(|task| Command::Report { task, text: words() }).collect(),
        K::Answer => {
            let answer = |task| outcomes().map(move |outcome| (task, outcome));
            let answer = tasks().flat_map(answer);
            answer.map(|(task, outcome)| Command::Answer { task, outcome, text: words(), basis: words() }).collect()
        }
        K::Approve => tasks().map(|task| Command::Approve { task }).collect(),
        K::SendBack => tasks().map(|task| Command::SendBack { task, reason: reason() }).collect(),
        K::GiveVerdict => {
            let verdict =
                Verdict { solved: Solved::No, handled: Handled::Poor, asked_for_good: false, witnessed: false };
            one(Command::GiveVerdict { verdict, words: words(), witness: String::new() })
        }
        K::EndUnreached => one(Command::EndUnreached),
        K::Reopen => one(Command::Reopen { reason: reason() }),
        K::AskReview => one(Command::AskReview { reason: reason() }),
        K::AnswerReview => outcomes().map(|outcome| Command::AnswerReview { outcome, text: words() }).collect(),
        K::AskReReview => one(Command::AskReReview { reason: reason() }),
        K::OpenHearing => one(Command::OpenHearing),
        K::CloseHearing => one(Command::CloseHearing),
        K::AnswerReReview => outcomes().map(|outcome| Command::AnswerReReview { outcome, text: words() }).collect(),
        K::FileOpinion => {
            let dated = facts.now.date();
            let opinion = |outcome| Command::FileOpinion { outcome, text: words(), body: words(), dated };
            outcomes().map(opinion).collect()
        }
        K::Merge => one(Command::Merge { into: other, reason: reason() }),
        K::FollowMerged => one(Command::FollowMerged { into: other }),
        K::Part => one(Command::Part { from: other, reason: reason() }),
        K::Link => LinkKind::ALL.iter().map(|link| Command::Link { link: *link, to: other }).collect(),
        K::Unlink => case.links.iter().map(|(_, to)| Command::Unlink { to: *to }).collect(),
        K::Withdraw => one(Command::Withdraw),
        K::Erase => Ground::ALL.iter().map(|ground| Command::Erase { ground: *ground }).collect(),
        K::Recategorise => category().map(|category| Command::Recategorise { category }).collect(),
        K::CorrectField => {
            let correct = |field: &Corrected| Command::CorrectField { field: *field, value: NUMBER.to_owned() };
            Corrected::ALL.iter().map(correct).collect()
        }
        K::ChooseTelling => {
            let tell = |channel: &Channel| Tell { channel: *channel, lang: Lang::Zh };
            let choose = |channel| Command::ChooseTelling { tell: tell(channel), address: String::new() };
            Channel::ALL.iter().map(choose).collect()
        }
        K::HideText => one(Command::HideText { reason: reason() }),
        K::ReleaseText => one(Command::ReleaseText { text: words(), answer: String::new() }),
        K::AskErasure => one(Command::AskErasure { reason: reason() }),
        K::DeclineErasure => one(Command::DeclineErasure { reason: reason() }),
        K::Unmask => Purpose::ALL.iter().map(|purpose| Command::Unmask { purpose: *purpose, text: words() }).collect(),
        K::DeclareInterest => one(Command::DeclareInterest),
        K::LetRest => one(Command::LetRest { reason: reason() }),
        K::MarkUrgent => {
            let dangers = facts.district.catalogue.dangers().iter();
            dangers.map(|d| Command::MarkUrgent { danger: d.code.clone(), reason: reason() }).collect()
        }
        K::ClearUrgent => one(Command::ClearUrgent { reason: reason() }),
        K::Reached => one(Command::Reached { at: facts.now, note: words() }),
        K::MoveDue => one(Command::MoveDue),
        K::HandSecret => Handed::ALL.iter().map(|way| Command::HandSecret { way: *way }).collect(),
        K::Open => one(Command::Open { digits: DIGITS.to_owned() }),
        K::SetDigits => one(Command::SetDigits { digits: DIGITS.to_owned() }),
        K::ConfirmAddress => Channel::ALL.iter().map(|c| Command::ConfirmAddress { channel: *c }).collect(),
        K::ReportTries => one(Command::ReportTries),
        // What only another record asks for is offered there.
        K::Claim | K::Unclaim | K::Settle => Vec::new(),
        K::AskStep => one(Command::AskStep),
        K::TellStep => Kept::ALL.iter().map(|kept| Command::TellStep { kept: *kept }).collect(),
    }
}
