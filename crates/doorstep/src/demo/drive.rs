//! Sends the plan to the desk in its order, with as many commands on the way as can be: it waits for answers only where
//! the next command is about a case whose handle is not known yet.

use super::fault;
use super::lectures::{self, Move, Turn};
use super::meetings;
use super::receptions::{self, At};
use super::town::{PETITIONS, Town, installer};
use super::walk::{Way, What, last_day};
use crate::cli::Failed;
use ::figures::{Filter, catalogue};
use calendar::Date;
use desk::{Desk, Failure};
use domain::case::{CaseId, Command, Door, Raise};
use domain::register::{Line, On, Text};
use domain::visit::Visit;
use domain::{Actor, Lang, Moment, Role, district};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::ToSpan;
use jiff::civil::date;
use registers::listen::meeting::{self, Meetings};
use registers::listen::opinion::Opinions;
use registers::resolve::encounter::{self, Encounters};
use registers::resolve::reception::{self, Receptions};
use registers::tell::lecture::{Act, Lectures, Sort};
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

/// All that happens in the year.
#[derive(Clone, Copy)]
pub struct Plan<'p> {
    /// The cases.
    pub ways: &'p [Way],
    /// The lectures.
    pub lectures: &'p lectures::Program,
    /// The talk meetings.
    pub meetings: &'p meetings::Program,
    /// The reception days and visits.
    pub receptions: &'p receptions::Program,
}

/// One command at its time: of the district, or of the case, the lecture or the talk meeting with that number, or of a
/// reception; or the month whose figures are published.
enum Sent<'p> {
    District(&'p district::Command),
    Case(usize, &'p Actor, &'p What),
    Lecture(usize, &'p Turn),
    Meeting(usize, &'p meetings::Turn),
    Reception(&'p receptions::Turn),
    Figures(i8),
}

/// The most commands that are on the way at once; the desk's queue is longer.
const TOGETHER: usize = 1000;

type Answer<'d> = Pin<Box<dyn Future<Output = Result<Option<New>, Failure>> + 'd>>;

/// A record that began, by its number in the plan.
enum New {
    Case(usize, Held),
    Lecture(usize, CaseId),
    Meeting(usize, CaseId),
    /// A further line of a meeting.
    Line(usize, CaseId),
    Day(usize, CaseId),
    Visit(usize, CaseId),
}

/// What has begun so far.
struct Known<'p> {
    cases: Vec<Option<Held>>,
    lectures: Vec<Option<CaseId>>,
    meetings: Vec<Option<CaseId>>,
    /// The lines of each meeting, in their order.
    lines: Vec<Vec<CaseId>>,
    days: Vec<Option<CaseId>>,
    visits: Vec<Option<CaseId>>,
    plan: Plan<'p>,
}

impl Known<'_> {
    fn has(&self, case: usize) -> bool {
        self.cases.get(case).is_some_and(Option::is_some)
    }

    /// The real handle of a case; [`Sent::can_go`] has seen that it is known.
    fn case(&self, n: usize) -> CaseId {
        self.cases.get(n).and_then(Option::as_ref).map_or(CaseId::default(), |h| h.id)
    }

    fn lecture(&self, n: usize) -> Option<CaseId> {
        self.lectures.get(n).copied().flatten()
    }

    fn meeting(&self, n: usize) -> Option<CaseId> {
        self.meetings.get(n).copied().flatten()
    }

    fn day(&self, n: usize) -> Option<CaseId> {
        self.days.get(n).copied().flatten()
    }

    fn visit(&self, n: usize) -> Option<CaseId> {
        self.visits.get(n).copied().flatten()
    }

    /// The opinion that a case was at its meeting.
    fn opinion(&self, case: usize) -> Option<CaseId> {
        let (meeting, line) = self.plan.meetings.said.get(&case)?;
        self.lines.get(*meeting)?.get(usize::from(*line).checked_sub(1)?).copied()
    }

    /// The meeting before one in its row; no handle where there is none.
    fn before(&self, meeting: usize) -> Option<Option<CaseId>> {
        let before = self.plan.meetings.meetings.get(meeting).and_then(|session| session.after);
        before.map_or(Some(None), |n| self.meeting(n).map(Some))
    }

    /// The lecture, the meeting or the encounter at which a case is asked for, and as which line.
    fn floor(&self, case: usize) -> Option<(CaseId, u16)> {
        let lecture = self.plan.lectures.floor.get(&case).and_then(|n| self.lecture(*n));
        let said = self.plan.meetings.said.get(&case);
        let meeting = said.and_then(|(n, line)| self.meeting(*n).map(|id| (id, *line)));
        let table = self.plan.receptions.said.get(&case).and_then(|(n, _)| self.visit(*n));
        lecture.or(table).map(|id| (id, 0)).or(meeting)
    }
}

/// Everything that happens in the year, through the desk; returns what the residents hold, in the order of the plan.
///
/// # Errors
/// What the desk says. The place is left half made then.
pub async fn drive(desk: &Desk, place: &Place, town: &Town, plan: Plan<'_>) -> Result<Vec<Held>, Failed> {
    let Plan { ways, lectures, meetings, receptions } = plan;
    let mut all: Vec<(Moment, Sent)> = town.commands.iter().map(|(at, c)| (*at, Sent::District(c))).collect();
    for (n, way) in ways.iter().enumerate() {
        all.extend(way.steps.iter().map(|s| (s.at, Sent::Case(n, &s.actor, &s.what))));
    }
    for (n, turns) in lectures.sessions.iter().enumerate() {
        all.extend(turns.iter().map(|turn| (turn.at, Sent::Lecture(n, turn))));
    }
    for (n, session) in meetings.meetings.iter().enumerate() {
        all.extend(session.turns.iter().map(|turn| (turn.at, Sent::Meeting(n, turn))));
    }
    all.extend(receptions.turns.iter().map(|turn| (turn.at, Sent::Reception(turn))));
    for month in 1..12 {
        all.push((publishing(town, month)?, Sent::Figures(month)));
    }
    // Stable: what happens to a record at one time stays in its order.
    all.sort_by_key(|(at, _)| *at);
    let mut known = Known {
        cases: vec![None; ways.len()],
        lectures: vec![None; lectures.sessions.len()],
        meetings: vec![None; meetings.meetings.len()],
        lines: vec![Vec::new(); meetings.meetings.len()],
        days: vec![None; receptions.days],
        visits: vec![None; receptions.visits],
        plan,
    };
    let bar = bar();
    let (mut answers, mut now) = (Vec::new(), None);
    for (at, sent) in &all {
        if answers.len() >= TOGETHER || !sent.can_go(&known) {
            settle(&mut answers, &mut known).await?;
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
            Sent::Case(n, actor, what) => send(desk, *n, actor, what, &known),
            Sent::Lecture(n, turn) => of_lecture(desk, *n, turn, &known),
            Sent::Meeting(n, turn) => of_meeting(desk, *n, turn, &known),
            Sent::Reception(turn) => of_reception(desk, turn, &known),
        });
    }
    settle(&mut answers, &mut known).await?;
    bar.finish_and_clear();
    Ok(known.cases.into_iter().flatten().collect())
}

/// Waits for what is on the way.
async fn settle(answers: &mut Vec<Answer<'_>>, known: &mut Known<'_>) -> Result<(), Failed> {
    for answer in in_order(std::mem::take(answers)).await {
        match answer? {
            Some(New::Case(n, held)) => known.cases[n] = Some(held),
            Some(New::Lecture(n, id)) => known.lectures[n] = Some(id),
            Some(New::Meeting(n, id)) => known.meetings[n] = Some(id),
            Some(New::Line(n, id)) => known.lines[n].push(id),
            Some(New::Day(n, id)) => known.days[n] = Some(id),
            Some(New::Visit(n, id)) => known.visits[n] = Some(id),
            None => {}
        }
    }
    Ok(())
}

impl Sent<'_> {
    /// Whether it can join what is on the way: the handles that it names are known. Figures count what is done, so
    /// everything before them is waited for.
    fn can_go(&self, known: &Known<'_>) -> bool {
        match self {
            Sent::District(_) | Sent::Case(_, _, What::Raise(_)) => true,
            Sent::Case(n, _, What::Ask(_)) => known.floor(*n).is_some(),
            Sent::Case(n, _, What::Board(_)) => known.has(*n) && known.opinion(*n).is_some(),
            Sent::Case(n, _, What::Act(command)) => {
                known.has(*n) && command.other().is_none_or(|id| known.has(number(&id)))
            }
            Sent::Lecture(n, turn) => match &turn.what {
                Move::Act(act) if matches!(**act, Act::Plan { .. }) => true,
                Move::Act(_) => known.lecture(*n).is_some(),
                Move::Merge(into) => known.lecture(*n).is_some() && known.lecture(*into).is_some(),
            },
            Sent::Meeting(n, turn) => match turn.act {
                meeting::Act::Plan { .. } => known.before(*n).is_some(),
                _ => known.meeting(*n).is_some(),
            },
            Sent::Reception(turn) => match &turn.act {
                receptions::Act::Day(_, reception::Act::Plan { .. }) => true,
                receptions::Act::Day(n, _) => known.day(*n).is_some(),
                receptions::Act::Visit(_, Some(At::Day(day)), _) => known.day(*day).is_some(),
                receptions::Act::Visit(_, Some(At::Case(case)), _) => known.has(*case),
                receptions::Act::Visit(_, None, encounter::Act::Visit { .. }) => true,
                receptions::Act::Visit(n, None, _) => known.visit(*n).is_some(),
            },
            Sent::Figures(_) => false,
        }
    }
}

fn change(desk: &Desk, actor: Actor, command: district::Command) -> Answer<'_> {
    Box::pin(async move { desk.change(actor, command).await.map(|_| None) })
}

fn send<'d>(desk: &'d Desk, n: usize, actor: &Actor, what: &What, known: &Known<'_>) -> Answer<'d> {
    let actor = actor.clone();
    match what {
        What::Raise(raise) => {
            let raise = raise.as_ref().clone();
            Box::pin(async move {
                let raised = desk.raise(actor, raise, Vec::new(), None).await?;
                Ok(Some(New::Case(n, Held { id: raised.id, code: raised.code, digits: raised.digits })))
            })
        }
        What::Ask(raise) => {
            let (id, line) = known.floor(n).unwrap_or_default();
            let (on, by) = (On::Record(id), (actor, Visit::BEST));
            let raise = raise.as_ref().clone();
            let opinion = known.plan.receptions.said.get(&n).map(|(_, opinion)| opinion.clone()).unwrap_or_default();
            Box::pin(async move {
                let done = match raise.door {
                    Door::Meeting => {
                        desk.execute::<Meetings>(by, on, None, meetings::read_back(line, &raise), None).await?
                    }
                    Door::Lecture => desk.execute::<Lectures>(by, on, None, question(&raise), None).await?,
                    _ => {
                        let act = receptions::take_down(&raise, &opinion);
                        desk.execute::<Encounters>(by, on, None, act, None).await?
                    }
                };
                let begun = done.asked.into_iter().next();
                Ok(begun.map(|begun| New::Case(n, Held { id: begun.id, code: begun.code, digits: String::new() })))
            })
        }
        What::Board(act) => {
            let (on, by) = (On::Record(known.opinion(n).unwrap_or_default()), (actor, Visit::BEST));
            let act = act.as_ref().clone();
            Box::pin(async move { desk.execute::<Opinions>(by, on, None, act, None).await.map(|_| None) })
        }
        What::Act(command) => {
            let (id, command) = (known.case(n), real(command, known));
            Box::pin(async move { desk.act(actor, id, None, command, None).await.map(|_| None) })
        }
    }
}

/// What a lecture's host takes down of a case that is asked for.
fn question(raise: &Raise) -> Act {
    let line = |text: &String| (!text.is_empty()).then(|| Line(text.clone()));
    Act::Ask {
        words: Text(raise.text.clone()),
        sort: Sort::Request,
        category: raise.category.clone(),
        near: raise.street.clone(),
        name: line(&raise.contact.name),
        phone: line(&raise.contact.phone),
        public: raise.public,
    }
}

fn of_lecture<'d>(desk: &'d Desk, n: usize, turn: &Turn, known: &Known<'_>) -> Answer<'d> {
    let act = match &turn.what {
        Move::Act(act) => act.as_ref().clone(),
        Move::Merge(into) => Act::Merge { into: known.lecture(*into).unwrap_or_default() },
    };
    let on = match act {
        Act::Plan { .. } => On::New,
        _ => On::Record(known.lecture(n).unwrap_or_default()),
    };
    let actor = turn.actor.clone();
    Box::pin(async move {
        let done = desk.execute::<Lectures>((actor, Visit::BEST), on, None, act, None).await?;
        Ok(matches!(on, On::New).then_some(New::Lecture(n, done.id)))
    })
}

fn of_meeting<'d>(desk: &'d Desk, n: usize, turn: &meetings::Turn, known: &Known<'_>) -> Answer<'d> {
    let (mut act, mut on) = (turn.act.clone(), On::Record(known.meeting(n).unwrap_or_default()));
    if let meeting::Act::Plan { after, .. } = &mut act {
        (*after, on) = (known.before(n).flatten(), On::New);
    }
    let actor = turn.actor.clone();
    Box::pin(async move {
        let done = desk.execute::<Meetings>((actor, Visit::BEST), on, None, act, None).await?;
        let line = done.asked.first().filter(|begun| begun.register == "opinion");
        let line = line.map(|begun| New::Line(n, begun.id));
        Ok(matches!(on, On::New).then_some(New::Meeting(n, done.id)).or(line))
    })
}

fn of_reception<'d>(desk: &'d Desk, turn: &receptions::Turn, known: &Known<'_>) -> Answer<'d> {
    let by = (turn.actor.clone(), Visit::BEST);
    match turn.act.clone() {
        receptions::Act::Day(n, act) => {
            let on = known.day(n).map_or(On::New, On::Record);
            Box::pin(async move {
                let done = desk.execute::<Receptions>(by, on, None, act, None).await?;
                Ok(matches!(on, On::New).then_some(New::Day(n, done.id)))
            })
        }
        receptions::Act::Visit(n, at, mut act) => {
            match (&mut act, at) {
                (
                    encounter::Act::Book { reception, .. } | encounter::Act::Come { reception, .. },
                    Some(At::Day(day)),
                ) => {
                    *reception = known.day(day).unwrap_or_default();
                }
                (encounter::Act::Visit { about, .. }, Some(At::Case(case))) => *about = Some(known.case(case)),
                _ => {}
            }
            let on = known.visit(n).map_or(On::New, On::Record);
            Box::pin(async move {
                let done = desk.execute::<Encounters>(by, on, None, act, None).await?;
                Ok(matches!(on, On::New).then_some(New::Visit(n, done.id)))
            })
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

/// A planned command with the other case's real handle in it.
fn real(command: &Command, known: &Known<'_>) -> Command {
    let of = |planned: &CaseId| known.case(number(planned));
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
