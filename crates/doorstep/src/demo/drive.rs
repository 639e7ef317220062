//! Sends the plan to the desk in its order, with as many commands on the way as can be: it waits for answers only where
//! the next command is about a case whose handle is not known yet.

use super::fault;
use super::town::{PETITIONS, Town, installer};
use super::walk::{Way, What, last_day};
use crate::cli::Failed;
use ::figures::{Filter, catalogue};
use calendar::Date;
use desk::{Desk, Failure};
use domain::case::{CaseId, Command};
use domain::{Actor, Lang, Moment, Role, district};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::ToSpan;
use jiff::civil::date;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use store::{Db, Place};

/// What a case's resident holds.
#[derive(Clone, Debug, Default)]
pub struct Held {
    id: CaseId,
    /// The case's code.
    pub code: String,
    /// The digits that open it.
    pub digits: String,
}

/// One command at its time: of the district, or of the case with that number; or the month whose figures are published.
enum Sent<'p> {
    District(&'p district::Command),
    Case(usize, &'p Actor, &'p What),
    Figures(i8),
}

/// The most commands that are on the way at once; the desk's queue is longer.
const TOGETHER: usize = 1000;

type Answer<'d> = Pin<Box<dyn Future<Output = Result<Option<(usize, Held)>, Failure>> + 'd>>;

/// Everything that happens in the year, through the desk; returns what the residents hold, in the order of the plan.
///
/// # Errors
/// What the desk says. The place is left half made then.
pub async fn drive(desk: &Desk, place: &Place, town: &Town, ways: &[Way]) -> Result<Vec<Held>, Failed> {
    let mut all: Vec<(Moment, Sent)> = town.commands.iter().map(|(at, c)| (*at, Sent::District(c))).collect();
    for (n, way) in ways.iter().enumerate() {
        all.extend(way.steps.iter().map(|s| (s.at, Sent::Case(n, &s.actor, &s.what))));
    }
    for month in 1..12 {
        all.push((publishing(town, month)?, Sent::Figures(month)));
    }
    // Stable: what a case does at one time stays in its order.
    all.sort_by_key(|(at, _)| *at);
    let mut held: Vec<Option<Held>> = vec![None; ways.len()];
    let bar = bar();
    let (mut answers, mut now) = (Vec::new(), None);
    for (at, sent) in &all {
        if answers.len() >= TOGETHER || !sent.can_go(&held) {
            settle(&mut answers, &mut held).await?;
            show(&bar, *at);
        }
        if now.replace(*at) != Some(*at) {
            let at = *at;
            answers.push(Box::pin(async move { desk.set_clock(at).await.map(|()| None) }) as Answer);
        }
        answers.push(match sent {
            Sent::Figures(month) => {
                let actor = town.staff(&PETITIONS.into(), Role::Supervisor, 0)?;
                change(desk, actor, figures_of(place, desk.number(), *month)?)
            }
            Sent::District(command) => change(desk, installer(), (*command).clone()),
            Sent::Case(n, actor, what) => send(desk, *n, actor, what, &held),
        });
    }
    settle(&mut answers, &mut held).await?;
    bar.finish_and_clear();
    Ok(held.into_iter().flatten().collect())
}

/// Waits for what is on the way.
async fn settle(answers: &mut Vec<Answer<'_>>, held: &mut [Option<Held>]) -> Result<(), Failed> {
    for answer in in_order(std::mem::take(answers)).await {
        if let Some((n, new)) = answer? {
            held[n] = Some(new);
        }
    }
    Ok(())
}

impl Sent<'_> {
    /// Whether it can join what is on the way: the handles that it names are known. Figures count what is done, so
    /// everything before them is waited for.
    fn can_go(&self, held: &[Option<Held>]) -> bool {
        let known = |n: usize| held.get(n).is_some_and(Option::is_some);
        match self {
            Sent::District(_) | Sent::Case(_, _, What::Raise(_)) => true,
            Sent::Case(n, _, What::Act(command)) => known(*n) && command.other().is_none_or(|id| known(number(&id))),
            Sent::Figures(_) => false,
        }
    }
}

fn change(desk: &Desk, actor: Actor, command: district::Command) -> Answer<'_> {
    Box::pin(async move { desk.change(actor, command).await.map(|_| None) })
}

fn send<'d>(desk: &'d Desk, n: usize, actor: &Actor, what: &What, held: &[Option<Held>]) -> Answer<'d> {
    let actor = actor.clone();
    match what {
        What::Raise(raise) => {
            let raise = raise.as_ref().clone();
            Box::pin(async move {
                let raised = desk.raise(actor, raise, Vec::new(), None).await?;
                Ok(Some((n, Held { id: raised.id, code: raised.code, digits: raised.digits })))
            })
        }
        What::Act(command) => {
            let (id, command) = (handle(n, held), real(command, held));
            Box::pin(async move { desk.act(actor, id, None, command, None).await.map(|_| None) })
        }
    }
}

/// When a month's figures are published: in the morning of the first working day after it.
fn publishing(town: &Town, month: i8) -> Result<Moment, Failed> {
    let mut day = month_after(month);
    let calendar = &town.at(Moment::from_local(day.at(0, 0, 0, 0)))?.calendar;
    while !calendar.is_working(day) {
        day = day.tomorrow().map_err(fault)?;
    }
    Ok(Moment::from_local(day.at(10, 0, 0, 0)))
}

fn month_after(month: i8) -> Date {
    date(2023, month, 1).saturating_add(1.month())
}

/// The figures of a month, as the ledger has them.
fn figures_of(place: &Place, number: i64, month: i8) -> Result<district::Command, Failed> {
    let filter = Filter::new(date(2023, month, 1), month_after(month)).map_err(|e| fault(e.said(Lang::En).0))?;
    let ids: Vec<&str> = catalogue::in_force().map(|d| d.id.as_str()).collect();
    let figures = ::figures::publication(&mut Db::open_reader(place)?, number, &filter, &ids)?;
    Ok(district::Command::PublishFigures(figures))
}

/// The number in the plan that a planned handle stands for.
fn number(planned: &CaseId) -> usize {
    planned.0[8..].iter().fold(0, |n, byte| (n << 8) | usize::from(*byte))
}

/// The real handle of a case; [`Sent::can_go`] has seen that it is known.
fn handle(n: usize, held: &[Option<Held>]) -> CaseId {
    held.get(n).and_then(Option::as_ref).map_or(CaseId::default(), |h| h.id)
}

/// A planned command with the other case's real handle in it.
fn real(command: &Command, held: &[Option<Held>]) -> Command {
    let of = |planned: &CaseId| handle(number(planned), held);
    match command {
        Command::Merge { into, reason } => Command::Merge { into: of(into), reason: reason.clone() },
        Command::Link { link, to } => Command::Link { link: *link, to: of(to) },
        other => other.clone(),
    }
}

/// Runs all at once. Each is begun in its order, and so stands in the writer's queue in its order.
async fn in_order<T>(mut waiting: Vec<Pin<Box<dyn Future<Output = T> + '_>>>) -> Vec<T> {
    let mut done: Vec<Option<T>> = waiting.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut all = true;
        for (future, done) in waiting.iter_mut().zip(&mut done).filter(|(_, done)| done.is_none()) {
            match future.as_mut().poll(context) {
                Poll::Ready(answer) => *done = Some(answer),
                Poll::Pending => all = false,
            }
        }
        if all { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
    let days = domain::moment::day_number(last_day()) - domain::moment::day_number(date(2022, 12, 31));
    ProgressBar::new(u64::try_from(days).unwrap_or(0)).with_style(style)
}

/// The bar tells day by day.
fn show(bar: &ProgressBar, at: Moment) {
    let day = domain::moment::day_number(at.date()) - domain::moment::day_number(date(2022, 12, 31));
    let day = u64::try_from(day).unwrap_or(0);
    if bar.position() != day {
        bar.set_position(day);
        bar.set_message(at.date().to_string());
    }
}
