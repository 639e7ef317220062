//! The demo's talk meetings: each opinion is a case of the year that comes in by their door, written down as it is said and
//! raised when it was read back. What else happens hangs on the seed, by a chance of its own.

use super::dice::Dice;
use super::fault;
use super::town::{DISTRICT, Town, communities, ordinal};
use super::walk::{Way, What, office_after, office_before};
use crate::cli::Failed;
use domain::case::{Door, Raise, Track};
use domain::district::{UnitCode, UnitKind};
use domain::register::{Line, Text};
use domain::{Actor, Label, Moment, Role};
use jiff::ToSpan;
use jiff::civil::date;
use registers::listen::meeting::{Act, Chosen, Counted, Sort};
use registers::listen::opinion::How;
use serde::Deserialize;
use std::collections::BTreeMap;

const TEXTS: &str = include_str!("../../demo/meetings.toml");
/// Meetings that are announced for the first days after the year.
const TO_COME: usize = 2;
/// The seed's own chance for meetings: what happens to cases does not hang on it.
const SALT: u64 = 0x6d65_6574;
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// One thing that a unit does about a meeting, and when.
#[derive(Clone, Debug)]
pub struct Turn {
    /// When.
    pub at: Moment,
    /// Who.
    pub actor: Actor,
    /// What.
    pub act: Act,
}

/// A meeting.
#[derive(Clone, Debug)]
pub struct Session {
    /// What is done about it, the plan first.
    pub turns: Vec<Turn>,
    /// The number of the one before it in its street's row.
    pub after: Option<usize>,
}

/// All meetings of the year.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The meetings, by the time at which they start.
    pub meetings: Vec<Session>,
    /// In which meeting a case is said, and as which line, by the case's number.
    pub said: BTreeMap<usize, (usize, u16)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    name: String,
    topic: String,
    topics: Vec<String>,
    agenda: String,
    place: Vec<String>,
    chair: Vec<String>,
    again: Vec<String>,
    twice: String,
    r#move: String,
    cancel: String,
    minutes: String,
}

/// A case that is said at a meeting.
#[derive(Clone)]
struct Opinion<'a> {
    way: usize,
    at: Moment,
    raise: &'a Raise,
    /// The unit that leads it.
    lead: Option<UnitCode>,
    /// What is done about it on the board: when, and by which unit.
    board: Vec<(Moment, UnitCode)>,
}

/// What becomes of a meeting.
enum Fate<'a> {
    /// It is held, the `n`th of the year.
    Held(usize, Vec<Opinion<'a>>),
    Cancelled,
    ToCome,
}

/// A meeting before it has turns.
struct Sketch<'a> {
    street: UnitCode,
    starts: Moment,
    minutes: u16,
    fate: Fate<'a>,
}

/// How far a street's row of meetings has come.
#[derive(Clone, Copy, Default)]
struct Row {
    held: u16,
    /// The last one that was not cancelled, and when it was entered.
    last: Option<(usize, Moment)>,
}

/// All talk meetings of the year. `ways` are the cases: those that come in by a meeting are said at one.
///
/// # Errors
/// What is wrong with the plan's files.
pub fn plan(town: &Town, ways: &[Way], seed: u64) -> Result<Program, Failed> {
    let texts = toml::from_str(TEXTS).map_err(fault)?;
    let rows = BTreeMap::new();
    let mut planner = Planner { town, texts, dice: Dice::of(seed ^ SALT), rows, program: Program::default(), held: 0 };
    let mut sketches = planner.held(ways)?;
    planner.held = sketches.len();
    sketches.push(planner.cancelled()?);
    for n in 0..TO_COME {
        sketches.push(planner.in_january(n)?);
    }
    // Stable; the chance of what is said was thrown before.
    sketches.sort_by_key(|sketch| sketch.starts);
    for sketch in &sketches {
        planner.meeting(sketch)?;
    }
    Ok(planner.program)
}

/// The cases that are said at a meeting, by street and day.
fn opinions(ways: &[Way]) -> BTreeMap<(calendar::Date, UnitCode), Vec<Opinion<'_>>> {
    let mut all: BTreeMap<(calendar::Date, UnitCode), Vec<Opinion<'_>>> = BTreeMap::new();
    for (n, way) in ways.iter().enumerate() {
        let Some(step) = way.steps.first() else { continue };
        if let (What::Ask(raise), Some(unit)) = (&step.what, step.actor.unit())
            && raise.door == Door::Meeting
        {
            let lead = way.case.lead().map(|task| task.unit.clone());
            let on_board = |step: &super::walk::Step| {
                let claims = matches!(step.what, What::Board(_));
                step.actor.unit().filter(|_| claims).map(|unit| (step.at, unit.clone()))
            };
            let board = way.steps.iter().filter_map(on_board).collect();
            let opinion = Opinion { way: n, at: step.at, raise, lead, board };
            all.entry((step.at.date(), unit.clone())).or_default().push(opinion);
        }
    }
    all.values_mut().for_each(|said| said.sort_by_key(|opinion| opinion.at));
    all
}

/// What is done on the board of a meeting.
fn boards<'a>(said: &'a [Opinion<'_>]) -> impl Iterator<Item = &'a (Moment, UnitCode)> {
    said.iter().flat_map(|opinion| &opinion.board)
}

struct Planner<'a> {
    town: &'a Town,
    texts: Texts,
    dice: Dice,
    rows: BTreeMap<UnitCode, Row>,
    program: Program,
    /// How many are held in the year.
    held: usize,
}

impl Planner<'_> {
    /// Those that are held: they begin a while before the first line is read back.
    fn held<'w>(&mut self, ways: &'w [Way]) -> Result<Vec<Sketch<'w>>, Failed> {
        let mut all = Vec::new();
        for (n, ((_, street), said)) in opinions(ways).into_iter().enumerate() {
            let (Some(first), Some(last)) = (said.first(), said.last()) else { continue };
            let before = self.dice.between(4, 9) * 5;
            let starts = Moment((first.at.0 - before * MINUTE).div_euclid(5 * MINUTE) * 5 * MINUTE);
            // The last line is read back, and the last claim settled, before it is over.
            let last = boards(&said).map(|(at, _)| *at).chain([last.at]).max().unwrap_or(last.at);
            let needed = (last.0 - starts.0) / MINUTE + 20;
            let minutes = (90 + 30 * self.dice.between(0, 1)).max(needed);
            let minutes = u16::try_from(minutes).map_err(fault)?;
            all.push(Sketch { street, starts, minutes, fate: Fate::Held(n, said) });
        }
        Ok(all)
    }

    /// One that is announced and not held.
    fn cancelled(&mut self) -> Result<Sketch<'static>, Failed> {
        let mut day = date(2023, 6, 1).saturating_add(self.dice.between(0, 90).days());
        while !self.town.works(day)? {
            day = day.saturating_add(1.day());
        }
        self.sketch(Moment::from_local(day.at(14, 0, 0, 0)), Fate::Cancelled)
    }

    /// One of January's first days.
    fn in_january(&mut self, n: usize) -> Result<Sketch<'static>, Failed> {
        let day = date(2024, 1, 3).saturating_add(i64::try_from(n).unwrap_or(0).days());
        self.sketch(Moment::from_local(day.at(9, 30, 0, 0)), Fate::ToCome)
    }

    fn sketch(&mut self, starts: Moment, fate: Fate<'static>) -> Result<Sketch<'static>, Failed> {
        let street = self.dice.pick(&self.town.streets).ok_or_else(|| fault("there are no streets"))?.0.clone();
        Ok(Sketch { street, starts, minutes: 90, fate })
    }

    /// A meeting with all that is done about it.
    fn meeting(&mut self, sketch: &Sketch<'_>) -> Result<(), Failed> {
        let row = self.rows.get(&sketch.street).copied().unwrap_or_default();
        let (number, day) = (self.program.meetings.len(), sketch.starts.date());
        let nth = if let Fate::Held(n, _) = sketch.fate { Some(n) } else { None };
        let lead_days = self.dice.between(9, 14);
        // In the district's first days, on the same morning; then it is not announced.
        let entered =
            office_before(self.town, &mut self.dice, day, lead_days)?.min(Moment(sketch.starts.0 - 60 * MINUTE));
        // One is moved from the working day before; some of a year are announced too late.
        let moves = nth == Some(self.held / 2);
        let days = match nth {
            Some(n) if n % 9 == 2 && !moves => 1,
            Some(_) if !moves => self.dice.between(3, 6),
            _ => 6,
        };
        let noticed = office_before(self.town, &mut self.dice, day, days)?;
        let noticed = if noticed > entered { noticed } else { Moment(entered.0 + 5 * MINUTE) };
        let mut earlier = Moment(sketch.starts.0 - DAY);
        while !self.town.works(earlier.date())? {
            earlier = Moment(earlier.0 - DAY);
        }
        let moved = if moves { self.before(noticed, earlier)? } else { None };
        let planned_for = if moved.is_some() { earlier } else { sketch.starts };
        let said: &[Opinion<'_>] = if let Fate::Held(_, said) = &sketch.fate { said } else { &[] };
        let topics = self.topics(said);
        let after = row.last.filter(|(_, before)| *before < entered).map(|(last, _)| last);
        let act = self.plan_of(sketch, planned_for, (row.held + 1, &topics), said)?;
        let come = if let Act::Plan { departments, .. } = &act { departments.clone() } else { Vec::new() };
        let mut turns = vec![self.turn(entered, &sketch.street, act)?];
        if noticed < planned_for {
            turns.push(self.turn(noticed, &sketch.street, Act::Notice {})?);
        }
        if let Some(at) = moved {
            let (starts, minutes) = (sketch.starts, sketch.minutes);
            let reason = Line(self.texts.r#move.clone());
            turns.push(self.turn(at, &sketch.street, Act::Move { starts, minutes, place: None, reason })?);
        }
        match &sketch.fate {
            Fate::Held(n, said) => self.goes(sketch, (*n, number), said, (&topics, &come), &mut turns)?,
            Fate::Cancelled => {
                if let Some(at) = self.before(noticed, sketch.starts)? {
                    let reason = Line(self.texts.cancel.clone());
                    turns.push(self.turn(at, &sketch.street, Act::Cancel { reason })?);
                }
            }
            Fate::ToCome => {}
        }
        if !matches!(sketch.fate, Fate::Cancelled) {
            self.rows.insert(sketch.street.clone(), Row { held: row.held + 1, last: Some((number, entered)) });
        }
        self.program.meetings.push(Session { turns, after });
        Ok(())
    }

    /// A time at which offices work, on the working day after one and before another.
    fn before(&mut self, after: Moment, end: Moment) -> Result<Option<Moment>, Failed> {
        Ok(office_after(self.town, &mut self.dice, after, 1)?.filter(|at| *at < end))
    }

    /// It is opened, lines are written, read back or struck out; it is closed, and its minutes are written and approved.
    fn goes(
        &mut self,
        sketch: &Sketch<'_>,
        (nth, number): (usize, usize),
        said: &[Opinion<'_>],
        (topics, come): (&[String], &[UnitCode]),
        turns: &mut Vec<Turn>,
    ) -> Result<(), Failed> {
        let (street, starts) = (&sketch.street, sketch.starts);
        let later = |minutes: i64| Moment(starts.0 + minutes * MINUTE);
        turns.push(self.turn(later(1), street, Act::Open {})?);
        // At every other one somebody comes who was not expected.
        let free = |unit: &UnitCode| unit != street && unit.as_str() != DISTRICT && !come.contains(unit);
        let mut bureaus = self.town.hosts().into_iter().filter(|(unit, kind)| *kind == UnitKind::Bureau && free(unit));
        if let Some((unit, _)) = bureaus.next_back().filter(|_| nth.is_multiple_of(2)) {
            turns.push(self.turn(later(2), street, Act::Invite { units: vec![unit] })?);
        }
        let mut line = 0;
        for opinion in said {
            line += 1;
            let topic = topics.iter().position(|topic| *topic == self.topic_of(opinion));
            let topic = topic.and_then(|n| u8::try_from(n + 1).ok()).unwrap_or(0);
            let how = [How::Spoken, How::Spoken, How::Spoken, How::Slip, How::Relayed][self.dice.below(5)];
            let note = Act::Note { words: Text(opinion.raise.text.clone()), topic, how };
            turns.push(self.turn(later(5 + i64::from(line)), street, note)?);
            self.program.said.insert(opinion.way, (number, line));
        }
        // The board is open from just before the first claim until the last one is settled.
        let on_board: Vec<Moment> = boards(said).map(|(at, _)| *at).collect();
        if let (Some(first), Some(last)) = (on_board.iter().min(), on_board.iter().max()) {
            turns.push(self.turn(Moment(first.0 - MINUTE), street, Act::Board {})?);
            turns.push(self.turn(Moment(last.0 + 5 * MINUTE), street, Act::EndBoard {})?);
        }
        let closed = later(i64::from(sketch.minutes) + self.dice.between(0, 10));
        // Now and then somebody says what was said before.
        if nth.is_multiple_of(3) && line > 0 {
            let words = Text(self.dice.say(&self.texts.again).to_owned());
            turns.push(self.turn(
                later(6 + i64::from(line)),
                street,
                Act::Note { words, topic: 0, how: How::Spoken },
            )?);
            let reason = Line(self.texts.twice.replace("{n}", &line.to_string()));
            let struck = Moment(closed.0 - 5 * MINUTE);
            turns.push(self.turn(struck, street, Act::Drop { no: line + 1, reason })?);
        }
        let heads = u32::try_from(self.dice.between(12, 68)).unwrap_or(0);
        let counted = *self.dice.pick(Counted::ALL).unwrap_or(&Counted::ByHand);
        turns.push(self.turn(closed, street, Act::Close { heads, counted, unread: false })?);
        // The minutes of the year's last are still owed, if it was in December.
        if nth + 1 == self.held && starts.date() >= date(2023, 12, 1) {
            return Ok(());
        }
        let days = self.dice.between(0, 1);
        let Some(written) = office_after(self.town, &mut self.dice, closed, days)? else { return Ok(()) };
        let text = self.texts.minutes.trim().replace("{topics}", &topics.join("\n"));
        let text = Text(text.replace("{n}", &said.len().to_string()));
        turns.push(self.turn(written, street, Act::Minute { text })?);
        // A few are approved after their time.
        let days = if nth % 6 == 4 { self.dice.between(4, 6) } else { self.dice.between(0, 1) };
        if let Some(at) = office_after(self.town, &mut self.dice, written, days)? {
            let actor = self.town.staff(street, Role::Head, 0)?;
            turns.push(Turn { at, actor, act: Act::Approve {} });
        }
        Ok(())
    }

    /// Two or three topics: what will be said, and what else there is to talk about.
    fn topics(&mut self, said: &[Opinion<'_>]) -> Vec<String> {
        let count = 2 + self.dice.below(2);
        let mut topics: Vec<String> = Vec::new();
        for opinion in said {
            let topic = self.topic_of(opinion);
            if topics.len() < count && !topics.contains(&topic) {
                topics.push(topic);
            }
        }
        let from = self.dice.below(self.texts.topics.len());
        let others = self.texts.topics.iter().cycle().skip(from).take(count - topics.len());
        let others: Vec<String> = others.map(|topic| self.texts.topic.replace("{topic}", topic)).collect();
        topics.extend(others);
        topics
    }

    fn topic_of(&self, opinion: &Opinion<'_>) -> String {
        let theme = opinion.raise.category.as_ref().and_then(|category| self.town.themes.get(category));
        self.texts.topic.replace("{topic}", theme.map_or("其他", |theme| theme.zh()))
    }

    fn plan_of(
        &mut self,
        sketch: &Sketch<'_>,
        starts: Moment,
        (no, topics): (u16, &[String]),
        said: &[Opinion<'_>],
    ) -> Result<Act, Failed> {
        let stem = self.town.streets.iter().find(|(street, _)| *street == sketch.street).map(|(_, stem)| stem.clone());
        let stem = stem.unwrap_or_default();
        let community = ordinal(self.dice.below(communities()));
        let place = self.dice.say(&self.texts.place).replace("{s}", &stem).replace("{c}", community);
        let post = self.dice.between(1, 3).to_string();
        let chair = self.dice.say(&self.texts.chair).replace("{n}", &post);
        Ok(Act::Plan {
            name: Line(self.texts.name.replace("{s}", &stem)),
            no,
            topics: Text(topics.join("\n")),
            agenda: Some(Text(self.texts.agenda.clone())),
            starts,
            minutes: sketch.minutes,
            place: Line(place),
            street: Some(sketch.street.clone()),
            chair: Line(chair),
            departments: self.departments(&sketch.street, said),
            chosen: *self.dice.pick(Chosen::ALL).unwrap_or(&Chosen::Open),
            convener: None,
            // The driver knows which record it is.
            after: None,
        })
    }

    /// Two to four: those that will lead what is said, and others.
    fn departments(&mut self, street: &UnitCode, said: &[Opinion<'_>]) -> Vec<UnitCode> {
        let count = 2 + self.dice.below(3);
        // Whoever claims something was there.
        let mut come: Vec<UnitCode> = Vec::new();
        for (_, unit) in boards(said) {
            if unit != street && !come.contains(unit) {
                come.push(unit.clone());
            }
        }
        let leads = said.iter().filter_map(|opinion| opinion.lead.clone());
        let bureaus = self.town.hosts().into_iter().filter(|(_, kind)| *kind == UnitKind::Bureau);
        let bureaus: Vec<UnitCode> = bureaus.map(|(unit, _)| unit).collect();
        let from = self.dice.below(bureaus.len());
        // Every seventh, so that they are not neighbours in the list.
        let others = bureaus.iter().cycle().skip(from).step_by(7).take(bureaus.len()).cloned();
        for unit in leads.chain(others) {
            if come.len() < count && unit != *street && unit.as_str() != DISTRICT && !come.contains(&unit) {
                come.push(unit);
            }
        }
        come
    }

    fn turn(&self, at: Moment, unit: &UnitCode, act: Act) -> Result<Turn, Failed> {
        Ok(Turn { at, actor: self.town.staff(unit, Role::Clerk, 0)?, act })
    }
}

/// What a note-taker reads back of a case that is said.
pub fn read_back(no: u16, raise: &Raise) -> Act {
    let line = |text: &String| (!text.is_empty()).then(|| Line(text.clone()));
    Act::Confirm {
        no,
        words: Text(raise.text.clone()),
        sort: if raise.track == Track::Suggestion { Sort::Suggestion } else { Sort::Request },
        category: raise.category.clone(),
        near: raise.street.clone(),
        name: line(&raise.contact.name),
        phone: line(&raise.contact.phone),
        public: raise.public,
    }
}
