//! One case's way through the year, planned with the rules themselves: each step is decided as the desk will decide it.

use super::dice::Dice;
use super::fault;
use super::town::{Town, correction};
use crate::cli::Failed;
use calendar::Date;
use domain::case::{self, Case, CaseId, Command, Door, Facts, New, Raise, Stage, Visit};
use domain::{Actor, Moment};
use jiff::ToSpan;
use jiff::civil::date;
use registers::listen::opinion;

/// What is sent to the desk at a time.
#[derive(Clone, Debug)]
pub struct Step {
    /// When.
    pub at: Moment,
    /// Who.
    pub actor: Actor,
    /// What. Other cases are named by their handle in the plan.
    pub what: What,
}

/// What a step asks for.
#[derive(Clone, Debug)]
pub enum What {
    /// Raise the case.
    Raise(Box<Raise>),
    /// Raise it from the floor of a lecture, at a talk meeting, or at the table of an encounter.
    Ask(Box<Raise>),
    /// Act on it.
    Act(Box<Command>),
    /// Claim it on the board of its meeting, or settle who leads.
    Board(Box<opinion::Act>),
}

/// A planned case.
#[derive(Clone, Debug)]
pub struct Way {
    /// As it stands at the year's end; its handle is the one of the plan.
    pub case: Case,
    /// How it got there.
    pub steps: Vec<Step>,
    /// Its stages with the times at which they began.
    stages: Vec<(Moment, Stage)>,
}

/// Why a way can't be planned like this.
#[derive(Debug)]
pub enum Stop {
    /// It would go on after the year, or miss a date that it should keep: try other dates.
    Otherwise,
    /// The plan itself is wrong.
    Wrong(Failed),
}

impl From<Failed> for Stop {
    fn from(failed: Failed) -> Stop {
        Stop::Wrong(failed)
    }
}

/// Planning ends so, or is tried otherwise.
pub type Planned<T> = Result<T, Stop>;

/// The day's slots: everything that happens in the same one is sent together. Each is about half an hour.
const SLOTS: i64 = 48;
/// The slots in which offices work, without noon.
pub const OFFICE: [i64; 14] = [18, 19, 20, 21, 22, 23, 27, 28, 29, 30, 31, 32, 33, 34];

/// The last day of the demo year.
pub fn last_day() -> Date {
    date(2023, 12, 31)
}

/// A slot's time, at a minute that differs from day to day.
pub fn moment(day: Date, slot: i64) -> Moment {
    let minute = slot * 30 + (domain::moment::day_number(day) * 7 + slot * 11).rem_euclid(29);
    let at = day.at(0, 0, 0, 0).saturating_add(minute.minutes());
    Moment::from_local(at)
}

/// A time at which offices work, so many working days after another one; none within the year.
///
/// # Errors
/// A time before the district's beginning.
pub fn office_after(town: &Town, dice: &mut Dice, after: Moment, days: i64) -> Result<Option<Moment>, Failed> {
    let (mut day, mut left) = (after.date(), days);
    while day <= last_day() {
        let free: Vec<Moment> =
            OFFICE.iter().map(|slot| moment(day, *slot)).filter(|at| *at > after && left <= 0).collect();
        if town.works(day)?
            && let Some(at) = dice.pick(&free)
        {
            return Ok(Some(*at));
        }
        day = day.saturating_add(1.day());
        left -= i64::from(town.works(day)?);
    }
    Ok(None)
}

/// A time at which offices work, about so many days before a day, and after the district began.
///
/// # Errors
/// A time before the district's beginning.
pub fn office_before(town: &Town, dice: &mut Dice, day: Date, days: i64) -> Result<Moment, Failed> {
    let first = date(2023, 1, 3);
    let mut at = day.saturating_sub(days.days());
    while at > first && !town.works(at)? {
        at = at.saturating_sub(1.day());
    }
    let slot = *dice.pick(&OFFICE).unwrap_or(&OFFICE[0]);
    Ok(moment(at.max(first), slot))
}

impl Way {
    /// Its stage at a time, if it was raised by then.
    pub fn stage_at(&self, at: Moment) -> Option<Stage> {
        self.stages.iter().rev().find(|(from, _)| *from <= at).map(|(_, stage)| *stage)
    }
}

/// A way that is being planned.
pub struct Walk<'a> {
    /// The organisation.
    pub town: &'a Town,
    /// Chance.
    pub dice: &'a mut Dice,
    /// The way so far.
    pub way: Way,
    day: Date,
    slot: i64,
    moved: bool,
}

impl<'a> Walk<'a> {
    /// A way that begins on a day.
    pub fn from(town: &'a Town, dice: &'a mut Dice, number: usize, day: Date) -> Walk<'a> {
        let mut id = [0; 16];
        id[8..].copy_from_slice(&(number as u64).to_be_bytes());
        let way = Way { case: Case::blank(CaseId(id)), steps: Vec::new(), stages: Vec::new() };
        Walk { town, dice, way, day, slot: 0, moved: false }
    }

    /// The case as it stands.
    pub fn case(&self) -> &Case {
        &self.way.case
    }

    /// The day.
    pub fn day(&self) -> Date {
        self.day
    }

    /// The time.
    pub fn now(&self) -> Moment {
        moment(self.day, self.slot)
    }

    fn works(&self, day: Date) -> Planned<bool> {
        Ok(self.town.at(moment(day, 0))?.calendar.is_working(day))
    }

    fn go(&mut self, day: Date, slot: i64) -> Planned<()> {
        if day > last_day() || (day == last_day() && slot > 43) {
            return Err(Stop::Otherwise);
        }
        (self.day, self.slot) = (day, slot);
        Ok(())
    }

    /// Goes on by so many working days, to a time at which offices work.
    pub fn office(&mut self, days: i64) -> Planned<()> {
        let (mut day, mut left) = (self.day, days);
        while left > 0 {
            day = day.saturating_add(1.day());
            left -= i64::from(self.works(day)?);
        }
        while !self.works(day)? {
            day = day.saturating_add(1.day());
        }
        self.office_on(day)
    }

    /// Goes on to a time at which offices work, on a day or the next working day.
    pub fn office_on(&mut self, day: Date) -> Planned<()> {
        let mut day = day.max(self.day);
        loop {
            let after = if day == self.day { self.slot } else { 0 };
            let free: Vec<i64> = OFFICE.into_iter().filter(|slot| *slot > after).collect();
            if self.works(day)?
                && let Some(slot) = self.dice.pick(&free)
            {
                return self.go(day, *slot);
            }
            if day > last_day() {
                return Err(Stop::Otherwise);
            }
            day = day.saturating_add(1.day());
        }
    }

    /// Goes on by so many days, to a time at which people are awake.
    pub fn home(&mut self, days: i64) -> Planned<()> {
        let mut day = self.day.saturating_add(days.days());
        if day == self.day && self.slot >= 43 {
            day = day.saturating_add(1.day());
        }
        let first = if day == self.day { self.slot + 1 } else { 15 };
        let slot = self.dice.between(first.max(15), 43);
        self.go(day, slot)
    }

    /// Goes on by about half an hour, by day or night.
    pub fn soon(&mut self) -> Planned<()> {
        match self.slot {
            slot if slot + 1 < SLOTS => self.go(self.day, slot + 1),
            _ => self.go(self.day.saturating_add(1.day()), 0),
        }
    }

    /// A number of the case's own, for what is decided without dice.
    pub fn number(&self) -> u8 {
        self.way.case.id.0[15]
    }

    /// Goes on to the small hours of a day, when the district's clock ends what has run out.
    pub fn night(&mut self, day: Date) -> Planned<()> {
        self.go(day, 2)
    }

    /// Goes on to the evening of a day, when the district's clock asks whether what was promised for it is done.
    pub fn evening(&mut self, day: Date) -> Planned<()> {
        self.go(day, 2 * i64::from(domain::case::STEP_ASKED_AT))
    }

    /// A day between today and another one: so many hundredths of the way.
    pub fn between(&mut self, until: Date, low: i64, high: i64) -> Date {
        let all = domain::moment::day_number(until) - domain::moment::day_number(self.day);
        let part = all.max(0) * self.dice.between(low, high) / 100;
        self.day.saturating_add(part.days())
    }

    /// Raises the case.
    pub fn raise(&mut self, actor: Actor, raise: Raise) -> Planned<()> {
        let at = self.now();
        let facts = self.facts(at, &actor, None)?;
        let news = case::decide_raise(&raise, &facts).map_err(fault)?;
        let raise = Box::new(raise);
        let what = match raise.door {
            Door::Lecture | Door::Meeting | Door::Reception | Door::Appointment | Door::HomeVisit => What::Ask(raise),
            _ => What::Raise(raise),
        };
        self.take(at, actor, what, &news);
        Ok(())
    }

    /// Acts on the case, at the present time.
    pub fn act(&mut self, actor: Actor, command: Command) -> Planned<()> {
        self.act_with(actor, command, None)
    }

    /// Acts on the case with another one at hand.
    pub fn act_with(&mut self, actor: Actor, command: Command, other: Option<&Case>) -> Planned<()> {
        let at = self.now();
        self.pass_correction(at)?;
        let news = case::decide(self.case(), &command, &self.facts(at, &actor, other)?).map_err(|refusal| {
            let case = self.case();
            fault(format!("{:?} of {} in {} on {}: {refusal}", command.kind(), case.track, case.stage, self.day))
        })?;
        self.take(at, actor, What::Act(Box::new(command)), &news);
        Ok(())
    }

    /// Acts on the board of the meeting at which the case was said: its opinion asks the case.
    pub fn board(&mut self, actor: Actor, act: opinion::Act) -> Planned<()> {
        let at = self.now();
        let command = match act.clone() {
            opinion::Act::Claim { post, step, by } => Command::Claim { post: post.0, step: step.0, by },
            opinion::Act::Settle { lead, joint, category } => Command::Settle { lead, joint, category },
            _ => return Err(fault("nothing else is done on a board").into()),
        };
        let facts = Facts { asked: true, ..self.facts(at, &actor, None)? };
        let news = case::decide(self.case(), &command, &facts).map_err(fault)?;
        self.take(at, actor, What::Board(Box::new(act)), &news);
        Ok(())
    }

    /// Where the case's dates move with the corrected calendar table, the district's clock moves them then.
    fn pass_correction(&mut self, at: Moment) -> Planned<()> {
        let then = Moment(correction().0 + 60_000);
        if self.moved || at <= then {
            return Ok(());
        }
        self.moved = true;
        let clock = Actor::clock();
        let live = !matches!(
            self.case().stage,
            Stage::Ended | Stage::NotAccepted | Stage::Routed | Stage::Merged | Stage::Withdrawn
        );
        if self.case().raised_at < then && live {
            let moved = case::decide(self.case(), &Command::MoveDue, &self.facts(then, &clock, None)?);
            if let Ok(news) = moved {
                self.take(then, clock, What::Act(Box::new(Command::MoveDue)), &news);
            }
        }
        Ok(())
    }

    fn facts<'f>(&self, now: Moment, actor: &'f Actor, other: Option<&'f Case>) -> Planned<Facts<'f>>
    where
        'a: 'f,
    {
        let district = self.town.at(now)?;
        Ok(Facts { now, actor, district, code: "", secret: "", other, visit: Visit::BEST, numbers: &[], asked: false })
    }

    fn take(&mut self, at: Moment, actor: Actor, what: What, news: &[New]) {
        for new in news {
            case::evolve(&mut self.way.case, at, &actor, &new.event, &new.clocks);
        }
        let stage = self.way.case.stage;
        if self.way.stages.last().is_none_or(|(_, last)| *last != stage) {
            self.way.stages.push((at, stage));
        }
        self.way.steps.push(Step { at, actor, what });
    }

    /// What was raised, in its resident's words.
    pub fn said(&self) -> String {
        self.way
            .steps
            .iter()
            .find_map(|step| match &step.what {
                What::Raise(raise) | What::Ask(raise) => Some(raise.text.clone()),
                What::Act(_) | What::Board(_) => None,
            })
            .unwrap_or_default()
    }

    /// The answer that was given last; empty when there is none.
    pub fn answered(&self) -> String {
        self.way
            .steps
            .iter()
            .rev()
            .find_map(|step| match &step.what {
                What::Act(command) => match command.as_ref() {
                    Command::Answer { text, .. } => Some(text.clone()),
                    _ => None,
                },
                What::Raise(_) | What::Ask(_) | What::Board(_) => None,
            })
            .unwrap_or_default()
    }

    /// The way as it stands at the year's end.
    pub fn finish(mut self) -> Planned<Way> {
        self.pass_correction(moment(last_day(), SLOTS - 1))?;
        Ok(self.way)
    }
}
