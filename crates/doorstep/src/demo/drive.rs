//! Sends the plan to the desk: all commands of one time together, the next time when all are answered.

use super::town::{Town, installer};
use super::walk::{Way, What, last_day};
use crate::cli::Failed;
use desk::{Clock, Desk, Failure};
use domain::case::{CaseId, Command};
use domain::{Actor, Moment};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::date;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

/// What a case's resident holds.
#[derive(Clone, Debug, Default)]
pub struct Held {
    id: CaseId,
    /// The case's code.
    pub code: String,
    /// The digits that open it.
    pub secret: String,
}

/// One command at its time: of the district, or of the case with that number.
enum Sent<'p> {
    District(&'p domain::district::Command),
    Case(usize, &'p Actor, &'p What),
}

type Answer<'d> = Pin<Box<dyn Future<Output = Result<Option<(usize, Held)>, Failure>> + 'd>>;

/// Everything that happens in the year, through the desk; returns what the residents hold, in the order of the plan.
///
/// # Errors
/// What the desk says. The place is left half made then.
pub async fn drive(desk: &Desk, clock: &Clock, town: &Town, ways: &[Way]) -> Result<Vec<Held>, Failed> {
    let mut all: Vec<(Moment, Sent)> = town.commands.iter().map(|(at, c)| (*at, Sent::District(c))).collect();
    for (n, way) in ways.iter().enumerate() {
        all.extend(way.steps.iter().map(|s| (s.at, Sent::Case(n, &s.actor, &s.what))));
    }
    // Stable: what a case does at one time stays in its order.
    all.sort_by_key(|(at, _)| *at);
    let mut held = vec![Held::default(); ways.len()];
    let bar = bar();
    for slot in all.chunk_by(|(a, _), (b, _)| a == b) {
        let Some((at, _)) = slot.first() else { continue };
        clock.set(*at);
        show(&bar, *at);
        let answers = slot.iter().map(|(_, sent)| send(desk, sent, &held)).collect();
        for answer in in_order(answers).await {
            if let Some((n, new)) = answer? {
                held[n] = new;
            }
        }
    }
    bar.finish_and_clear();
    Ok(held)
}

fn send<'d>(desk: &'d Desk, sent: &Sent<'_>, held: &[Held]) -> Answer<'d> {
    match sent {
        Sent::District(command) => {
            let command = (*command).clone();
            Box::pin(async move { desk.change(installer(), command).await.map(|_| None) })
        }
        Sent::Case(n, actor, What::Raise(raise)) => {
            let (n, actor, raise) = (*n, (*actor).clone(), raise.as_ref().clone());
            Box::pin(async move {
                let raised = desk.raise(actor, raise, Vec::new(), None).await?;
                Ok(Some((n, Held { id: raised.id, code: raised.code, secret: raised.secret })))
            })
        }
        Sent::Case(n, actor, What::Act(command)) => {
            let (id, actor, command) = (held[*n].id, (*actor).clone(), real(command, held));
            Box::pin(async move { desk.act(actor, id, None, command, None).await.map(|_| None) })
        }
    }
}

/// A planned command with the other case's real handle in it.
fn real(command: &Command, held: &[Held]) -> Command {
    let of = |planned: &CaseId| {
        let number = planned.0[8..].iter().fold(0_usize, |n, byte| (n << 8) | usize::from(*byte));
        held.get(number).map_or(*planned, |h| h.id)
    };
    match command {
        Command::Merge { into } => Command::Merge { into: of(into) },
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
