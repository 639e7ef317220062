//! The demo's reception days and visits: each case of the year that comes in by one of their doors is taken down in an
//! encounter, at its own time. What else happens hangs on the seed, by a chance of its own.

use super::dice::Dice;
use super::fault;
use super::town::{PETITIONS, Town, communities, ordinal};
use super::walk::{Way, What, last_day, moment, office_after, office_before};
use super::year::small_of;
use crate::cli::Failed;
use calendar::Date;
use domain::case::{Door, PostLevel, Raise, Stage, Track};
use domain::codes::UnitCode;
use domain::handle::CaseId;
use domain::moment::day_number;
use domain::register::{Line, Text};
use domain::{Actor, Moment, Role};
use jiff::ToSpan;
use jiff::civil::date;
use registers::resolve::encounter::{self, Matter, Trip};
use registers::resolve::reception::{self, Form};
use serde::Deserialize;
use std::collections::BTreeMap;

const TEXTS: &str = include_str!("../../demo/receptions.toml");
/// The seed's own chance for receptions: what happens to cases does not hang on it.
const SALT: u64 = 0x7265_6365;
/// How often a further case is said in the same talk.
const AGAIN: usize = 50;
/// How many talks of leaders are answered on the spot, and bring no case.
const ADVISED: usize = 13;
/// How many return visits are made after answers.
const RETURNS: usize = 45;
/// Days on which a post below division level receives: they are no receptions by leaders.
const SECTION: usize = 10;
/// Days that are published for January.
const TO_COME: usize = 4;
/// Desks of a day; more than ever talk at once.
const DESKS: usize = 6;
/// Minutes of an appointment.
const SLOT: u16 = 10;
const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

/// One thing that is done about a reception day or an encounter.
#[derive(Clone, Debug)]
pub enum Act {
    /// About the day of this number.
    Day(usize, reception::Act),
    /// About the encounter of this number; where it begins, at the day or about the case of this number.
    Visit(usize, Option<At>, encounter::Act),
}

/// What an encounter begins with.
#[derive(Clone, Copy, Debug)]
pub enum At {
    /// A reception day.
    Day(usize),
    /// A case, on a return visit.
    Case(usize),
}

/// When who does what.
#[derive(Clone, Debug)]
pub struct Turn {
    /// When.
    pub at: Moment,
    /// Who.
    pub actor: Actor,
    /// What.
    pub act: Act,
}

/// All reception days and visits of the year.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// How many days there are.
    pub days: usize,
    /// How many encounters.
    pub visits: usize,
    /// What is done, day by day; what is done at one time is in its order.
    pub turns: Vec<Turn>,
    /// In which encounter a case is taken down, by the case's number, and what was said on the spot.
    pub said: BTreeMap<usize, (usize, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    district_post: Vec<String>,
    street_post: Vec<String>,
    section_post: String,
    leader: String,
    field: Vec<String>,
    district_place: Vec<String>,
    street_place: Vec<String>,
    opinion: Vec<String>,
    advise: String,
    visited: String,
    returned: String,
    matter: String,
    swap: String,
    r#move: String,
    cancel: String,
    twice: String,
}

/// A case that is said at a table.
#[derive(Clone, Copy)]
struct Said<'a> {
    way: usize,
    at: Moment,
    raise: &'a Raise,
}

/// One talk: what is said in it, in its order.
type Talk<'a> = Vec<Said<'a>>;

/// The level of the post that receives for a unit on a day: of the district's leaders, every fifth is of bureau level.
pub fn level(unit: &UnitCode, day: Date) -> PostLevel {
    if unit.as_str() == PETITIONS && day_number(day) % 5 == 0 { PostLevel::Bureau } else { PostLevel::Division }
}

/// What is taken down of a case that is said at a table, or on a visit.
pub fn at_the_table(raise: Raise, unit: &UnitCode, day: Date) -> Raise {
    let contact = domain::case::Contact { name: raise.contact.name, phone: raise.contact.phone, ..Default::default() };
    Raise {
        track: raise.track,
        door: raise.door,
        text: raise.text,
        category: raise.category,
        street: raise.street,
        place: raise.place,
        contact,
        public: raise.public,
        oral: true,
        speakers: raise.speakers,
        received: Some(level(unit, day)),
        ..Raise::default()
    }
}

/// The act by which a case is taken down.
pub fn take_down(raise: &Raise, opinion: &str) -> encounter::Act {
    let line = |text: &String| (!text.is_empty()).then(|| Line(text.clone()));
    encounter::Act::TakeDown {
        words: Text(raise.text.clone()),
        kind: match raise.track {
            Track::Petition => Matter::Petition,
            Track::Suggestion => Matter::Suggestion,
            _ => Matter::Request,
        },
        category: raise.category.clone(),
        near: raise.street.clone(),
        place: line(&raise.place),
        name: line(&raise.contact.name),
        phone: line(&raise.contact.phone),
        speakers: raise.speakers,
        opinion: (!opinion.is_empty()).then(|| Text(opinion.to_owned())),
        public: raise.public,
    }
}

/// Whether a case of a door is taken down in an encounter.
pub fn is_at_a_table(door: Door) -> bool {
    matches!(door, Door::Reception | Door::Appointment | Door::HomeVisit)
}

/// All reception days and visits of the year. `ways` are the cases.
///
/// # Errors
/// What is wrong with the plan's files.
pub fn plan(town: &Town, ways: &[Way], seed: u64, small: bool) -> Result<Program, Failed> {
    let texts = toml::from_str(TEXTS).map_err(fault)?;
    let of = |count: usize| if small { small_of(count) } else { count };
    let mut planner = Planner { town, texts, dice: Dice::of(seed ^ SALT), program: Program::default() };
    let (tables, homes) = talks(ways, of(AGAIN));
    let (mut held, mut advised) = (0, of(ADVISED));
    for ((day, unit), talks) in &tables {
        let advises = held % 5 == 2 && advised > 0;
        advised -= usize::from(advises);
        planner.held((unit, *day, level(unit, *day)), talks, held, advises)?;
        held += 1;
    }
    for talk in &homes {
        planner.home(talk)?;
    }
    planner.returns(ways, of(RETURNS))?;
    planner.others(of(SECTION))?;
    Ok(planner.program)
}

/// The talks at tables by day and unit, each in order, and those at home. `again` cases are said in the talk of the one
/// before.
#[allow(clippy::type_complexity)] // one map, read once
fn talks(ways: &[Way], mut again: usize) -> (BTreeMap<(Date, UnitCode), Vec<Talk<'_>>>, Vec<Talk<'_>>) {
    let mut said: BTreeMap<(Date, UnitCode), Vec<Said<'_>>> = BTreeMap::new();
    let mut homes = Vec::new();
    for (way, of) in ways.iter().enumerate() {
        let Some(step) = of.steps.first() else { continue };
        if let (What::Ask(raise), Some(unit)) = (&step.what, step.actor.unit())
            && is_at_a_table(raise.door)
        {
            let said_here = Said { way, at: step.at, raise };
            if raise.door == Door::HomeVisit {
                homes.push(vec![said_here]);
            } else {
                said.entry((step.at.date(), unit.clone())).or_default().push(said_here);
            }
        }
    }
    let tables = said.into_iter().map(|(of, mut cases)| {
        cases.sort_by_key(|case| case.at);
        let mut talks: Vec<Talk<'_>> = Vec::new();
        for case in cases {
            match talks.last_mut() {
                Some(talk) if again > 0 && talk.len() < 3 && talk[0].raise.door == case.raise.door => {
                    again -= 1;
                    talk.push(case);
                }
                _ => talks.push(vec![case]),
            }
        }
        (of, talks)
    });
    (tables.collect(), homes)
}

struct Planner<'a> {
    town: &'a Town,
    texts: Texts,
    dice: Dice,
    program: Program,
}

impl Planner<'_> {
    /// A day that is held: planned, published, opened; every talk is called and taken down; closed.
    fn held(
        &mut self,
        (unit, day, level): (&UnitCode, Date, PostLevel),
        talks: &[Talk<'_>],
        nth: usize,
        advises: bool,
    ) -> Result<(), Failed> {
        let (Some(first), Some(last)) = (talks.first(), talks.iter().flatten().map(|said| said.at).max()) else {
            return Ok(());
        };
        let booked = talks.iter().filter(|talk| talk[0].raise.door == Door::Appointment).count();
        let early = 40 + i64::from(SLOT) * i64::try_from(booked).unwrap_or(0);
        let starts = Moment((first[0].at.0 - early * MINUTE).div_euclid(30 * MINUTE) * 30 * MINUTE);
        let minutes = ((last.0 - starts.0) / MINUTE + 45).max(150);
        let (number, published) = self.published((unit, level), starts, minutes, nth)?;
        self.act(starts, unit, Act::Day(number, reception::Act::Open {}))?;
        if nth % 7 == 3 {
            self.absent(number, unit, starts, published, nth % 2 == 1)?;
        }
        // A talk begins a while before its first case is taken down, each on a desk of its own, one after the other.
        let (mut called, mut came) = (starts, starts);
        let mut taken: Vec<u16> = Vec::new();
        for (n, talk) in talks.iter().enumerate() {
            let visit = self.visit();
            let call = Moment((talk[0].at.0 - 6 * MINUTE).max(called.0 + SECOND));
            if talk[0].raise.door == Door::Appointment {
                // The latest free time that has come by then.
                let due = u16::try_from((call.0 - starts.0) / (i64::from(SLOT) * MINUTE)).unwrap_or(0);
                let slot = (0..=due).rev().find(|slot| !taken.contains(slot));
                let slot = slot.ok_or_else(|| fault("receptions: more appointments than times"))?;
                taken.push(slot);
                self.book(visit, number, (unit, slot), published, day, &talk[0].raise.contact)?;
                self.act(call, unit, Act::Visit(visit, None, encounter::Act::Arrive {}))?;
            } else {
                let wait = self.dice.between(4, 25) * MINUTE;
                came = Moment((call.0 - wait).max(came.0));
                self.comes(came, unit, (visit, number), talk.len())?;
            }
            let desk = u8::try_from(n % DESKS + 1).map_err(fault)?;
            self.act(call, unit, Act::Day(number, reception::Act::Call { desk }))?;
            called = call;
            for said in talk {
                let opinion = self.dice.say(&self.texts.opinion).to_owned();
                self.program.said.insert(said.way, (visit, opinion));
            }
        }
        let mut end = Moment(last.0 + 2 * MINUTE);
        if advises {
            end = self.advised(number, unit, end)?;
        }
        if nth % 9 == 4 {
            end = self.misses(number, unit, end)?;
        }
        let closed = Moment(end.0 + self.dice.between(2, 20) * MINUTE);
        self.act(closed, unit, Act::Day(number, reception::Act::Close { turned: false }))
    }

    /// It is put on the roster and published. Now and then it is published too late, another post takes over, or it is moved.
    fn published(
        &mut self,
        (unit, level): (&UnitCode, PostLevel),
        starts: Moment,
        minutes: i64,
        nth: usize,
    ) -> Result<(usize, Moment), Failed> {
        let day = starts.date();
        let ahead = self.dice.between(12, 20);
        let entered = office_before(self.town, &mut self.dice, day, ahead)?;
        let days = if nth % 17 == 5 { 1 } else { self.dice.between(3, 8) };
        let published = office_before(self.town, &mut self.dice, day, days)?;
        let published = Moment(published.0.max(entered.0 + 5 * MINUTE));
        let number = self.program.days;
        self.program.days += 1;
        // One is moved by a day, before anybody could book.
        let moves = nth % 97 == 8;
        let first = if moves { Moment(starts.0 + 24 * 60 * MINUTE) } else { starts };
        let plan = self.plan_of(unit, level, first, minutes)?;
        self.act(entered, unit, Act::Day(number, plan))?;
        if moves {
            let (minutes, reason) = (u16::try_from(minutes).map_err(fault)?, Line(self.texts.r#move.clone()));
            let act = reception::Act::Move { starts, minutes, place: None, reason };
            self.act(Moment(entered.0 + MINUTE), unit, Act::Day(number, act))?;
        }
        self.act(published, unit, Act::Day(number, reception::Act::Publish {}))?;
        if nth % 23 == 6 {
            let (post, leader, field) = self.post(unit, level);
            let act = reception::Act::Swap { post, leader, level, field, reason: Line(self.texts.swap.clone()) };
            self.act(Moment(published.0 + 3 * MINUTE), unit, Act::Day(number, act))?;
        }
        Ok((number, published))
    }

    fn plan_of(
        &mut self,
        unit: &UnitCode,
        level: PostLevel,
        starts: Moment,
        minutes: i64,
    ) -> Result<reception::Act, Failed> {
        let (post, leader, field) = self.post(unit, level);
        let stem = self.town.streets.iter().find(|(street, _)| street == unit).map(|(_, stem)| stem.clone());
        let place = match &stem {
            Some(stem) => {
                let community = ordinal(self.dice.below(communities()));
                self.dice.say(&self.texts.street_place).replace("{s}", stem).replace("{c}", community)
            }
            None => self.dice.say(&self.texts.district_place).to_owned(),
        };
        Ok(reception::Act::Plan {
            post,
            leader,
            level,
            field,
            form: *self.dice.pick(&[Form::Fixed, Form::Fixed, Form::Booked, Form::Away]).unwrap_or(&Form::Fixed),
            starts,
            minutes: u16::try_from(minutes).map_err(fault)?,
            place: Line(place),
            street: stem.map(|_| unit.clone()),
            desks: u8::try_from(DESKS).map_err(fault)?,
            slot: SLOT,
            host: None,
        })
    }

    /// Post, name for the roster, and what it is responsible for.
    fn post(&mut self, unit: &UnitCode, level: PostLevel) -> (Line, Line, Line) {
        let n = self.dice.between(1, 33).to_string();
        let post = match level {
            PostLevel::Section | PostLevel::Other => self.texts.section_post.clone(),
            _ if unit.as_str() == PETITIONS => self.dice.say(&self.texts.district_post).to_owned(),
            _ => self.dice.say(&self.texts.street_post).to_owned(),
        };
        let field = self.dice.say(&self.texts.field).to_owned();
        (Line(post.replace("{n}", &n)), Line(self.texts.leader.replace("{n}", &n)), Line(field))
    }

    fn visit(&mut self) -> usize {
        self.program.visits += 1;
        self.program.visits - 1
    }

    /// A time is booked after the roster was published, by the resident or by a clerk for somebody who calls.
    fn book(
        &mut self,
        visit: usize,
        number: usize,
        (unit, slot): (&UnitCode, u16),
        published: Moment,
        day: Date,
        contact: &domain::case::Contact,
    ) -> Result<(), Failed> {
        let days = day_number(day) - day_number(published.date());
        let on = published.date().saturating_add(self.dice.between(0, (days - 1).max(0)).days());
        let at = moment(on, self.dice.between(18, 40));
        let at = Moment(at.0.max(published.0 + 5 * MINUTE));
        let phone = if contact.phone.is_empty() { "10000009999".to_owned() } else { contact.phone.clone() };
        let act = encounter::Act::Book {
            reception: CaseId::default(),
            slot,
            phone: Line(phone),
            name: (!contact.name.is_empty()).then(|| Line(contact.name.clone())),
            people: u8::try_from(self.dice.between(1, 3)).unwrap_or(1),
            matter: self.dice.chance(40).then(|| Text(self.texts.matter.clone())),
            fetch: self.dice.chance(6),
            tongue: None,
        };
        let actor = if self.dice.chance(67) { Actor::Resident } else { self.town.staff(unit, Role::Clerk, 0)? };
        self.program.turns.push(Turn { at, actor, act: Act::Visit(visit, Some(At::Day(number)), act) });
        Ok(())
    }

    fn comes(
        &mut self,
        at: Moment,
        unit: &UnitCode,
        (visit, number): (usize, usize),
        people: usize,
    ) -> Result<(), Failed> {
        let people = u8::try_from(people).unwrap_or(1);
        let come = encounter::Act::Come { reception: CaseId::default(), people, fetch: self.dice.chance(4) };
        self.act(at, unit, Act::Visit(visit, Some(At::Day(number)), come))
    }

    /// Somebody booked the first time of the day, and does not come, or gives it back. What was written of it is destroyed a
    /// month later.
    fn absent(
        &mut self,
        number: usize,
        unit: &UnitCode,
        starts: Moment,
        published: Moment,
        comes_not: bool,
    ) -> Result<(), Failed> {
        let visit = self.visit();
        let contact = domain::case::Contact { phone: "10000009998".to_owned(), ..Default::default() };
        self.book(visit, number, (unit, 0), published, starts.date(), &contact)?;
        if !comes_not {
            let back = Moment(starts.0 - 60 * MINUTE);
            let act = Act::Visit(visit, None, encounter::Act::Unbook {});
            self.program.turns.push(Turn { at: back, actor: Actor::Resident, act });
        }
        if let Some(at) = office_after(self.town, &mut self.dice, starts, 22)? {
            let actor = self.town.staff(unit, Role::Head, 0)?;
            self.program.turns.push(Turn { at, actor, act: Act::Visit(visit, None, encounter::Act::Erase {}) });
        }
        Ok(())
    }

    /// Somebody is answered on the spot. Returns when the talk is over.
    fn advised(&mut self, number: usize, unit: &UnitCode, from: Moment) -> Result<Moment, Failed> {
        let (visit, later) = (self.visit(), |minutes: i64| Moment(from.0 + minutes * MINUTE));
        self.comes(from, unit, (visit, number), 1)?;
        self.act(later(1), unit, Act::Day(number, reception::Act::Call { desk: 1 }))?;
        let opinion = Text(self.texts.advise.clone());
        self.act(later(9), unit, Act::Visit(visit, None, encounter::Act::Advise { opinion }))?;
        Ok(later(9))
    }

    /// Somebody takes a number and is not there when it is called, three times.
    fn misses(&mut self, number: usize, unit: &UnitCode, from: Moment) -> Result<Moment, Failed> {
        let visit = self.visit();
        self.comes(from, unit, (visit, number), 1)?;
        // Whoever came before has been called: this is the last number of the day.
        let no = self.program.turns.iter().filter(|turn| {
            let comes = |of: &Act| match of {
                Act::Visit(_, Some(At::Day(day)), encounter::Act::Come { .. }) => *day == number,
                Act::Visit(visit, None, encounter::Act::Arrive {}) => self.is_of(*visit, number),
                _ => false,
            };
            comes(&turn.act)
        });
        let no = u16::try_from(no.count()).map_err(fault)?;
        let mut at = from;
        for _ in 0..3 {
            at = Moment(at.0 + 2 * MINUTE);
            self.act(at, unit, Act::Day(number, reception::Act::Call { desk: 2 }))?;
            at = Moment(at.0 + MINUTE);
            self.act(at, unit, Act::Day(number, reception::Act::Miss { no }))?;
        }
        Ok(at)
    }

    /// Whether an encounter was booked for a day.
    fn is_of(&self, visit: usize, number: usize) -> bool {
        let mut turns = self.program.turns.iter();
        turns.any(|turn| matches!(turn.act, Act::Visit(of, Some(At::Day(day)), _) if (of, day) == (visit, number)))
    }

    /// A visit to somebody's home, entered on the spot.
    fn home(&mut self, talk: &[Said<'_>]) -> Result<(), Failed> {
        let Some(said) = talk.first() else { return Ok(()) };
        let unit = said.raise.street.clone().ok_or_else(|| fault("receptions: a home visit without a street"))?;
        let visit = self.visit();
        let level = said.raise.received.unwrap_or(PostLevel::Division);
        let at = Moment(said.at.0 - 30 * MINUTE);
        let act = self.trip((&unit, level), Trip::Home, at);
        self.act(Moment(said.at.0 - MINUTE), &unit, Act::Visit(visit, None, act))?;
        for said in talk {
            self.program.said.insert(said.way, (visit, String::new()));
        }
        Ok(())
    }

    fn trip(&mut self, (unit, level): (&UnitCode, PostLevel), mode: Trip, at: Moment) -> encounter::Act {
        let (post, ..) = self.post(unit, level);
        let opinion = if mode == Trip::Home { &self.texts.visited } else { &self.texts.returned };
        let street = self.town.streets.iter().find(|(street, _)| street == unit).map(|(street, _)| street.clone());
        let opinion = Some(Text(opinion.clone()));
        encounter::Act::Visit { mode, post, level, at, street, agreed: true, about: None, opinion }
    }

    /// Return visits to those whose cases from a table were answered some days before.
    fn returns(&mut self, ways: &[Way], count: usize) -> Result<(), Failed> {
        let mut left = count;
        for (n, way) in ways.iter().enumerate() {
            let raised = way.steps.first().and_then(|step| Some((&step.what, step.actor.unit()?)));
            let Some((What::Ask(raise), unit)) = raised else { continue };
            if left == 0 || !is_at_a_table(raise.door) || n % 7 != 1 {
                continue;
            }
            let answered = way.steps.iter().find(|step| way.stage_at(step.at) == Some(Stage::Answered));
            let Some(answered) = answered else { continue };
            let after = self.dice.between(2, 5);
            let Some(at) = office_after(self.town, &mut self.dice, answered.at, after)? else { continue };
            // What happens to the case at the very same time may come before it or after.
            let stands = |at: i64| matches!(way.stage_at(Moment(at)), Some(Stage::Answered | Stage::Ended));
            if !stands(at.0) || !stands(at.0 - 1) {
                continue;
            }
            let (unit, visit) = (unit.clone(), self.visit());
            let act = self.trip((&unit, level(&unit, at.date())), Trip::Return, Moment(at.0 - 20 * MINUTE));
            // The first is entered twice, and one of the two is void.
            if left == count {
                let twice = self.visit();
                let later = |minutes: i64| Moment(at.0 + minutes * MINUTE);
                self.act(later(3), &unit, Act::Visit(twice, Some(At::Case(n)), act.clone()))?;
                let reason = Line(self.texts.twice.clone());
                self.act(later(9), &unit, Act::Visit(twice, None, encounter::Act::Void { reason }))?;
            }
            self.act(at, &unit, Act::Visit(visit, Some(At::Case(n)), act))?;
            left -= 1;
        }
        Ok(())
    }

    /// Days on which a lower post receives; one that is cancelled; and those of January's first days.
    fn others(&mut self, section: usize) -> Result<(), Failed> {
        for n in 0..section {
            let day = self.working(date(2023, 2, 1).saturating_add(i64::try_from(n * 30).unwrap_or(0).days()))?;
            let unit = self.street()?;
            let starts = Moment::from_local(day.at(14, 0, 0, 0));
            let (number, _) = self.published((&unit, PostLevel::Section), starts, 150, 1)?;
            self.act(starts, &unit, Act::Day(number, reception::Act::Open {}))?;
            let end = self.advised(number, &unit, Moment(starts.0 + 10 * MINUTE))?;
            let close = Act::Day(number, reception::Act::Close { turned: false });
            self.act(Moment(end.0 + 60 * MINUTE), &unit, close)?;
        }
        let day = self.working(date(2023, 7, 10))?;
        let unit = self.street()?;
        let starts = Moment::from_local(day.at(9, 0, 0, 0));
        let (number, published) = self.published((&unit, PostLevel::Division), starts, 150, 1)?;
        let reason = Line(self.texts.cancel.clone());
        let cancel = Act::Day(number, reception::Act::Cancel { reason });
        self.act(Moment(published.0 + 30 * MINUTE), &unit, cancel)?;
        for n in 0..TO_COME {
            let day = date(2024, 1, 2).saturating_add(i64::try_from(n).unwrap_or(0).days());
            let starts = Moment::from_local(day.at(9, 0, 0, 0));
            let unit = if n % 2 == 0 { PETITIONS.into() } else { self.street()? };
            self.published((&unit, PostLevel::Division), starts, 180, 1)?;
        }
        Ok(())
    }

    fn street(&mut self) -> Result<UnitCode, Failed> {
        let street = self.dice.pick(&self.town.streets).ok_or_else(|| fault("there are no streets"))?;
        Ok(street.0.clone())
    }

    fn working(&self, mut day: Date) -> Result<Date, Failed> {
        while !self.town.works(day)? && day < last_day() {
            day = day.saturating_add(1.day());
        }
        Ok(day)
    }

    /// Something that the unit's clerk does.
    fn act(&mut self, at: Moment, unit: &UnitCode, act: Act) -> Result<(), Failed> {
        let actor = self.town.staff(unit, Role::Clerk, 0)?;
        self.program.turns.push(Turn { at, actor, act });
        Ok(())
    }
}
