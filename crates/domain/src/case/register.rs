//! Cases as a register.

use super::command::{Command, CommandKind, Corrected};
use super::opening::Trust;
use super::term::Channel;
use super::transition::{TABLE, Transition};
use super::{
    Body, Case, CaseId, EVENT_KINDS, Event, Fields, Notice, Raise, Topic, answer_only, answer_version, decide,
    decide_raise, evolve, field,
};
use crate::label::{Label, Lang};
use crate::refusal::{Refusal, Why};
use crate::register::{Declared, Deed, Duty, Facts, Handed, Needs, New, Public, Register, Term, Values};
use crate::rule::{Builtin, CASES};
use calendar::Date;

/// The register of cases.
pub struct Cases;

/// What can be asked of a case: to begin, or one of the commands of a case that is there.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Raise it.
    Raise(Box<Raise>),
    /// Act on it.
    Do(Command),
}

impl From<Raise> for Act {
    fn from(raise: Raise) -> Act {
        Act::Raise(Box::new(raise))
    }
}

impl From<Command> for Act {
    fn from(command: Command) -> Act {
        Act::Do(command)
    }
}

impl Register for Cases {
    const CODE: &'static str = "case";
    const KINDS: &'static [&'static str] = EVENT_KINDS;
    const RULES: &'static [Builtin] = CASES;
    type State = Case;
    type Act = Act;
    type Event = Event;

    fn blank(id: CaseId) -> Case {
        Case::blank(id)
    }

    fn version(case: &Case) -> u64 {
        case.version
    }

    fn kind(event: &Event) -> &'static str {
        event.kind()
    }

    fn acts() -> Vec<Declared> {
        let told = |row: &Transition| Declared {
            code: row.command.code(),
            label: [row.command.label(Lang::Zh), row.command.label(Lang::En)],
            from: row.from.iter().map(|stage| stage.code()).collect(),
            by: row.who.iter().copied().map(Term::of).collect(),
            fields: Command::fields(row.command),
        };
        TABLE.iter().map(told).collect()
    }

    fn needs(case: &Case, act: &Act) -> Needs {
        let Act::Do(command) = act else { return Needs::default() };
        let past = match command {
            Command::FollowMerged { into } => vec![*into],
            command if reads_numbers(command) => vec![case.id],
            _ => Vec::new(),
        };
        Needs { near: command.other().into_iter().collect(), past }
    }

    fn decide(case: &Case, act: &Act, facts: &Facts<'_>) -> Result<Vec<Deed<Event>>, Refusal> {
        let mut known = super::Facts {
            now: facts.now,
            actor: facts.actor,
            district: facts.district,
            code: facts.fresh.code,
            secret: facts.fresh.digits,
            other: None,
            visit: facts.visit,
            numbers: &[],
            asked: facts.asked,
        };
        let command = match act {
            Act::Raise(_) if case.version > 0 => return Err(Refusal::new(Why::WrongStage).about_term(case.stage)),
            Act::Raise(raise) => return Ok(decide_raise(raise, &known)?.into_iter().map(Deed::Event).collect()),
            Act::Do(command) => command,
        };
        if case.version == 0 {
            return Err(Refusal::new(Why::NoSuchCase));
        }
        known.other = command.other().and_then(|id| facts.other::<Cases>(id));
        let numbers = if reads_numbers(command) { numbers(facts, case.id) } else { Vec::new() };
        known.numbers = &numbers;
        let mut news = decide(case, command, &known)?;
        for new in &mut news {
            take_answer(new, facts)?;
        }
        Ok(news.into_iter().map(Deed::Event).collect())
    }

    fn evolve(case: &mut Case, body: &Body<Event>) {
        if case.version == 0 {
            case.because = body.because;
        }
        evolve(case, body.at, &body.by, &body.event, &body.clocks);
    }

    fn public(case: &Case) -> Public {
        let (category, unit) = case.on_the_record();
        let (category, unit) = (category.map(str::to_owned), unit.map(|unit| unit.0.clone()));
        Public { category, unit, due: case.next_due().map(|c| c.due.raw.to_string()) }
    }

    fn files(event: &mut Event) -> Option<&mut Vec<String>> {
        match event {
            Event::Raised { photos, .. } => Some(photos),
            _ => None,
        }
    }

    fn code(case: &Case) -> Option<&str> {
        Some(&case.code)
    }

    /// The secret of whoever raised the case by oneself, while it opens it; and the digits, unless staff or another system
    /// took the case down: what these hold looks, and does nothing.
    fn handed(case: &Case, private: &Fields) -> Handed {
        let opening = &case.opening;
        let own = opening.handed == Some(super::Handed::Own) && opening.secret_trust != Trust::Nothing;
        let digits = private.get(field::SECRET).filter(|_| opening.taken.is_none());
        Handed { secret: own.then_some(opening.secret), digits: digits.cloned().unwrap_or_default() }
    }

    fn topics() -> Vec<Term> {
        Term::all::<Topic>()
    }

    fn told(case: &Case, body: &Body<Event>) -> Vec<Notice<&'static str>> {
        let told = super::told(&body.event, &body.by, case, &body.clocks).into_iter();
        told.map(|Notice { topic, to }| Notice { topic: topic.code(), to }).collect()
    }

    fn duties(case: &Case) -> Vec<Duty> {
        case.owed_by_units()
    }

    /// The end of the wait for a verdict or for the reply to a question, or the evening before a first step is asked about.
    fn wake(case: &Case) -> Option<Date> {
        let step = case.step_to_ask().map(|step| step.by.yesterday().unwrap_or(step.by));
        case.waits().map(|clock| clock.due.rolled).into_iter().chain(step).min()
    }

    fn by_clock(_case: &Case) -> Vec<Act> {
        [Command::AskStep, Command::EndUnreached, Command::Unask].map(Act::Do).into()
    }

    fn read(code: &str, values: &Values) -> Result<Act, Vec<Refusal>> {
        let kind = CommandKind::of(code).ok_or_else(|| vec![Refusal::new(Why::NoSuchAct)])?;
        Command::read(kind, values).map(Act::Do)
    }

    fn is_open(case: &Case) -> bool {
        case.stage.is_handled()
    }
}

/// Whether a command sets digits or a number: digits must not stand in any number that the case ever had.
fn reads_numbers(command: &Command) -> bool {
    match command {
        Command::Open { .. } | Command::SetDigits { .. } => true,
        Command::CorrectField { field, .. } => *field == Corrected::Phone,
        Command::ChooseTelling { tell, .. } => tell.channel == Channel::Sms,
        _ => false,
    }
}

/// Every phone number that a case ever had.
fn numbers<'a>(facts: &Facts<'a>, id: CaseId) -> Vec<&'a str> {
    let number = |(_, body, private): (u64, &'a Body<Event>, &'a Fields)| {
        let name = match &body.event {
            Event::Raised { .. } | Event::TellingChosen { .. } => field::PHONE,
            Event::FieldCorrected { field: which, .. } if which == field::PHONE => field::VALUE,
            _ => return None,
        };
        private.get(name).map(String::as_str)
    };
    facts.past::<Cases>(id).filter_map(number).collect()
}

/// The answer of another case that a merged one takes over becomes its own, under its own key.
fn take_answer(new: &mut New<Event>, facts: &Facts<'_>) -> Result<(), Refusal> {
    let Event::AnsweredTogether { with, .. } = new.event else { return Ok(()) };
    let durable = facts.past::<Cases>(with).last().map(|(version, ..)| version);
    // What the open group did to the other case can't be read back yet: the next sweep finds it.
    if facts.other::<Cases>(with).map(|other| other.version) != durable {
        return Err(Refusal::new(Why::StillHandled));
    }
    let events: Vec<(u64, &Event)> =
        facts.past::<Cases>(with).map(|(version, body, _)| (version, &body.event)).collect();
    if let Some(answer) = answer_version(events.into_iter())
        && let Some((.., private)) = facts.past::<Cases>(with).find(|(version, ..)| *version == answer)
    {
        new.private = answer_only(private.clone());
    }
    Ok(())
}
