//! The demo's lectures: who plans which session when, and what becomes of it. How many of each kind are held and recorded in
//! the year is fixed, so that the figures count them; what else happens hangs on the seed.

use super::dice::Dice;
use super::fault;
use super::town::{DISTRICT, Town, communities, ordinal};
use super::walk::{OFFICE, Way, What, last_day, moment, office_after, office_before};
use super::year::small_of;
use crate::cli::Failed;
use calendar::Date;
use domain::case::Door;
use domain::district::{UnitCode, UnitKind};
use domain::register::Line;
use domain::{Actor, Label, Moment, Role};
use jiff::ToSpan;
use jiff::civil::date;
use registers::tell::lecture::{Act, Audience, Counted, Kind, Level, Venue};
use serde::Deserialize;
use std::collections::BTreeMap;

const TEXTS: &str = include_str!("../../demo/lectures.toml");
/// How many sessions of each kind are held and recorded in the year.
const YEAR: [(Kind, usize); 3] = [(Kind::Leaders, 295), (Kind::Party, 1665), (Kind::Micro, 832)];
/// Sessions that are announced or planned for the weeks after the year.
const TO_COME: usize = 12;
/// Sessions of the last days that nobody has recorded yet.
const OWED: usize = 4;
/// Of so many sessions of a kind, one more is cancelled.
const CANCELLED: usize = 33;
/// How often a session is planned anew with another day.
const TRIES: usize = 100;
/// The seed's own chance for lectures: what happens to cases does not hang on it.
const SALT: u64 = 0x6c65_6374;
const MINUTE: i64 = 60_000;

/// What a unit does about a session.
#[derive(Clone, Debug)]
pub enum Move {
    /// An act on it.
    Act(Box<Act>),
    /// It turns out to be the session of that number.
    Merge(usize),
}

/// One thing that a unit does, and when.
#[derive(Clone, Debug)]
pub struct Turn {
    /// When.
    pub at: Moment,
    /// Who.
    pub actor: Actor,
    /// What.
    pub what: Move,
}

/// All sessions of the year with what is done about each, the entry first.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The sessions.
    pub sessions: Vec<Vec<Turn>>,
    /// The session in which a case is asked for, by the case's number.
    pub floor: BTreeMap<usize, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    topic: BTreeMap<String, Vec<String>>,
    post: BTreeMap<String, Vec<String>>,
    place: BTreeMap<String, Vec<String>>,
    reason: BTreeMap<String, Vec<String>>,
}

/// What happens beside entry and record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turned {
    Plainly,
    AnnouncedLater,
    Moved,
    /// Two units entered it, and it was found before it was held, or when both had recorded it.
    Twice,
    TwiceRecorded,
    CoHosted,
    Joined,
    Corrected,
    Afterwards,
    Late,
}

impl Turned {
    /// The first sessions of a kind show everything once; then it is as often as in life.
    fn of(n: usize, dice: &mut Dice) -> Turned {
        use Turned::*;
        const EACH: [Turned; 9] =
            [Moved, Twice, Corrected, Afterwards, Joined, Late, CoHosted, AnnouncedLater, TwiceRecorded];
        EACH.get(n).copied().unwrap_or_else(|| match dice.below(100) {
            0..=3 => Moved,
            4 => Twice,
            5 => TwiceRecorded,
            6 => Joined,
            7..=9 => CoHosted,
            10..=12 => Corrected,
            13..=17 => Afterwards,
            18..=20 => Late,
            21..=28 => AnnouncedLater,
            _ => Plainly,
        })
    }
}

/// A session before it has turns.
#[derive(Clone)]
struct Session {
    kind: Kind,
    host: UnitCode,
    level: Level,
    starts: Moment,
    minutes: u16,
    first: bool,
}

impl Session {
    fn ends(&self) -> Moment {
        Moment(self.starts.0 + i64::from(self.minutes) * MINUTE)
    }
}

/// All lectures of the year. `ways` are the cases: some of them are asked for from the floor.
///
/// # Errors
/// What is wrong with the plan's files.
pub fn plan(town: &Town, ways: &[Way], seed: u64, small: bool) -> Result<Program, Failed> {
    let texts = toml::from_str(TEXTS).map_err(fault)?;
    let dice = Dice::of(seed ^ SALT);
    let mut planner = Planner { town, texts, dice, hosts: town.hosts(), program: Program::default() };
    let mut left = YEAR.map(|(kind, count)| (kind, if small { small_of(count) } else { count }));
    let mut one_less = |kind: Kind| {
        let of_kind = left.iter_mut().filter(|(of, _)| *of == kind);
        of_kind.for_each(|(_, count)| *count = count.saturating_sub(1));
    };
    planner.first()?;
    one_less(Kind::Leaders);
    for (way, at, host) in asked(ways) {
        let kind = if planner.program.floor.len() % 3 == 1 { Kind::Leaders } else { Kind::Party };
        planner.with_question(way, at, host, kind)?;
        one_less(kind);
    }
    for (kind, count) in left {
        for n in 0..count {
            planner.held(kind, n)?;
        }
        for _ in 0..count.div_ceil(CANCELLED) {
            planner.cancelled(kind)?;
        }
    }
    planner.in_january()?;
    planner.owed()?;
    Ok(planner.program)
}

/// The cases that are asked for from the floor: their number, when, and by whose lecture.
fn asked(ways: &[Way]) -> impl Iterator<Item = (usize, Moment, UnitCode)> + '_ {
    ways.iter().enumerate().filter_map(|(n, way)| {
        let step =
            way.steps.first().filter(|step| matches!(&step.what, What::Ask(raise) if raise.door == Door::Lecture))?;
        Some((n, step.at, step.actor.unit()?.clone()))
    })
}

struct Planner<'a> {
    town: &'a Town,
    texts: Texts,
    dice: Dice,
    hosts: Vec<(UnitCode, UnitKind)>,
    program: Program,
}

impl Planner<'_> {
    /// The district secretary's: the year's first.
    fn first(&mut self) -> Result<(), Failed> {
        let starts = Moment::from_local(date(2023, 1, 4).at(9, 0, 0, 0));
        let (host, level) = (UnitCode::from("office"), Level::District);
        let session = Session { kind: Kind::Leaders, host, level, starts, minutes: 120, first: true };
        let entered = moment(date(2023, 1, 3), OFFICE[0]);
        let mut turns = vec![self.entry(&session, entered, Vec::new(), true)?];
        let recorded = moment(date(2023, 1, 4), OFFICE[8]);
        turns.push(self.record(&session, recorded)?);
        self.program.sessions.push(turns);
        Ok(())
    }

    /// One whose audience asks something, at the time at which the case is raised.
    fn with_question(&mut self, way: usize, at: Moment, host: UnitCode, kind: Kind) -> Result<(), Failed> {
        let before = self.dice.between(3, 9) * 5;
        let starts = Moment((at.0 - before * MINUTE).div_euclid(5 * MINUTE) * 5 * MINUTE);
        let session = Session { kind, host, level: Level::Bureau, starts, minutes: 90, first: false };
        let days = self.dice.between(3, 20);
        let entered = self.office_before(at.date(), days)?;
        let mut turns = vec![self.entry(&session, entered, Vec::new(), true)?];
        if let Some(recorded) = self.office_after(session.ends(), 0)? {
            turns.push(self.record(&session, recorded)?);
        }
        self.program.floor.insert(way, self.program.sessions.len());
        self.program.sessions.push(turns);
        Ok(())
    }

    /// One that is held and recorded in the year.
    fn held(&mut self, kind: Kind, n: usize) -> Result<(), Failed> {
        let turned = Turned::of(n, &mut self.dice);
        for _ in 0..TRIES {
            let (first, last) = (date(2023, 1, 5), last_day());
            let session = self.session(kind, first, last)?;
            if self.try_held(&session, turned)? {
                return Ok(());
            }
        }
        Err(fault(format!("no day fits a lecture that is {turned:?}")))
    }

    /// Whether it could be held like this within the year.
    fn try_held(&mut self, session: &Session, turned: Turned) -> Result<bool, Failed> {
        let afterwards = turned == Turned::Afterwards;
        let delay = match turned {
            Turned::Late => self.dice.between(4, 9),
            Turned::Afterwards => self.dice.between(0, 2),
            _ => [0, 0, 0, 1, 1, 2][self.dice.below(6)],
        };
        let Some(recorded) = self.office_after(session.ends(), delay)? else { return Ok(false) };
        let days = self.dice.between(3, 30);
        let entered = if afterwards { recorded } else { self.office_before(session.starts.date(), days)? };
        let announce = turned != Turned::AnnouncedLater && self.dice.chance(75);
        let with = if turned == Turned::CoHosted { vec![self.another(&session.host)] } else { Vec::new() };
        let mut planned = session.clone();
        if turned == Turned::Moved {
            // A week or less later than it was planned for.
            planned.starts = Moment(session.starts.0 - self.dice.between(1, 7) * 24 * 60 * MINUTE);
        }
        let mut turns = vec![self.entry(&planned, entered, with, announce)?];
        let Some(next) = self.office_after(entered, 1)? else {
            return Ok(afterwards && self.ends(turns, session, recorded)?);
        };
        match turned {
            Turned::Moved => {
                let reason = self.reason("move");
                let (starts, minutes) = (session.starts, session.minutes);
                if next >= session.starts {
                    return Ok(false);
                }
                let moved = Act::Move { starts, minutes, place: None, reason };
                turns.push(self.turn(next, &session.host, moved)?);
            }
            Turned::AnnouncedLater if next < session.starts => {
                turns.push(self.turn(next, &session.host, Act::Announce {})?);
            }
            Turned::Joined if next < recorded => {
                let other = self.another(&session.host);
                turns.push(self.turn(next, &other, Act::Join { from: None })?);
            }
            Turned::AnnouncedLater | Turned::Joined => return Ok(false),
            Turned::Twice | Turned::TwiceRecorded => return self.twice(turns, session, (next, recorded), turned),
            Turned::Corrected => {
                let days = self.dice.between(1, 4);
                let Some(corrected) = self.office_after(recorded, days)? else { return Ok(false) };
                turns.push(self.record(session, recorded)?);
                let (heads, counted) = self.heads(session.kind);
                let correct = Act::Correct { heads, counted, online: None, reason: self.reason("correct") };
                turns.push(self.turn(corrected, &session.host, correct)?);
                self.program.sessions.push(turns);
                return Ok(true);
            }
            _ => {}
        }
        self.ends(turns, session, recorded)
    }

    /// It is recorded, and nothing more happens to it.
    fn ends(&mut self, mut turns: Vec<Turn>, session: &Session, recorded: Moment) -> Result<bool, Failed> {
        turns.push(self.record(session, recorded)?);
        self.program.sessions.push(turns);
        Ok(true)
    }

    /// A second unit enters the same session, and its record is merged into the first one's.
    fn twice(
        &mut self,
        turns: Vec<Turn>,
        session: &Session,
        (next, recorded): (Moment, Moment),
        turned: Turned,
    ) -> Result<bool, Failed> {
        let other = Session { host: self.another(&session.host), ..session.clone() };
        let mut again = vec![self.entry(&other, next, Vec::new(), false)?];
        let found = if turned == Turned::TwiceRecorded {
            let Some(own) = self.office_after(session.ends().max(next), 0)? else { return Ok(false) };
            again.push(self.record(&other, own)?);
            self.office_after(own.max(recorded), 1)?
        } else {
            self.office_after(next, 1)?
        };
        let Some(at) = found else { return Ok(false) };
        let actor = self.town.staff(&other.host, Role::Clerk, 0)?;
        again.push(Turn { at, actor, what: Move::Merge(self.program.sessions.len()) });
        self.ends(turns, session, recorded)?;
        self.program.sessions.push(again);
        Ok(true)
    }

    /// One that is planned and not held.
    fn cancelled(&mut self, kind: Kind) -> Result<(), Failed> {
        let session = self.session(kind, date(2023, 1, 16), date(2023, 12, 22))?;
        let days = self.dice.between(5, 25);
        let entered = self.office_before(session.starts.date(), days)?;
        let announce = self.dice.chance(60);
        let mut turns = vec![self.entry(&session, entered, Vec::new(), announce)?];
        if let Some(at) = self.office_after(entered, 1)? {
            let cancel = Act::Cancel { reason: self.reason("cancel") };
            turns.push(self.turn(at, &session.host, cancel)?);
        }
        self.program.sessions.push(turns);
        Ok(())
    }

    /// What is planned or announced for January.
    fn in_january(&mut self) -> Result<(), Failed> {
        for n in 0..TO_COME {
            let (kind, _) = YEAR[n % YEAR.len()];
            let session = self.session(kind, date(2024, 1, 2), date(2024, 1, 19))?;
            let from = date(2023, 12, 11).saturating_add(i64::try_from(n).unwrap_or(0).days());
            let Some(entered) = self.office_after(Moment::from_local(from.at(8, 0, 0, 0)), 0)? else { continue };
            let turn = self.entry(&session, entered, Vec::new(), n % 3 != 2)?;
            self.program.sessions.push(vec![turn]);
        }
        Ok(())
    }

    /// What was held in the last days and is not recorded: the first of them is late.
    fn owed(&mut self) -> Result<(), Failed> {
        for n in 0..=OWED {
            let (kind, _) = YEAR[n % YEAR.len()];
            let (first, last) = if n == 0 { (20, 21) } else { (27, 29) };
            let session = self.session(kind, date(2023, 12, first), date(2023, 12, last))?;
            let entered = self.office_before(date(2023, 12, first), 7)?;
            let turn = self.entry(&session, entered, Vec::new(), true)?;
            self.program.sessions.push(vec![turn]);
        }
        Ok(())
    }

    /// A session of a kind on a day between two: mostly a working day.
    fn session(&mut self, kind: Kind, first: Date, last: Date) -> Result<Session, Failed> {
        let days = domain::moment::day_number(last) - domain::moment::day_number(first);
        let day = loop {
            let day = first.saturating_add(self.dice.between(0, days).days());
            if self.works(day)? || self.dice.chance(4) {
                break day;
            }
        };
        let times: &[(i8, i8)] = match kind {
            Kind::Leaders => &[(9, 0), (9, 30), (10, 0), (14, 0), (14, 30), (15, 0)],
            Kind::Party => &[(9, 0), (9, 30), (10, 0), (14, 0), (14, 30), (15, 0), (19, 0)],
            Kind::Micro => &[(8, 30), (9, 0), (12, 30), (14, 0), (16, 30)],
        };
        let (hour, minute) = *self.dice.pick(times).ok_or_else(|| fault("there is no time for a lecture"))?;
        let minutes = match kind {
            Kind::Micro => self.dice.between(10, 20),
            _ => 60 + 15 * self.dice.between(0, 4),
        };
        let level = match (kind, self.dice.below(5)) {
            (Kind::Leaders, 0) => Level::District,
            (Kind::Leaders, _) | (Kind::Party, 0) => Level::Bureau,
            _ => Level::Grassroots,
        };
        Ok(Session {
            kind,
            host: self.host(kind)?,
            level,
            starts: Moment::from_local(day.at(hour, minute, 0, 0)),
            minutes: u16::try_from(minutes).map_err(fault)?,
            first: false,
        })
    }

    /// Leaders' lectures are held by offices and bureaus, half of the party's by streets, the short ones by all.
    fn host(&mut self, kind: Kind) -> Result<UnitCode, Failed> {
        let of_street = kind == Kind::Party && self.dice.chance(50);
        let fits = |of: UnitKind| match kind {
            Kind::Leaders => of != UnitKind::Street,
            Kind::Party => (of == UnitKind::Street) == of_street,
            Kind::Micro => true,
        };
        let hosts: Vec<&UnitCode> = self.hosts.iter().filter(|(_, of)| fits(*of)).map(|(code, _)| code).collect();
        self.dice.pick(&hosts).copied().cloned().ok_or_else(|| fault("no unit can host a lecture"))
    }

    /// A unit other than one.
    fn another(&mut self, than: &UnitCode) -> UnitCode {
        let others: Vec<&UnitCode> = self.hosts.iter().map(|(code, _)| code).filter(|code| *code != than).collect();
        self.dice.pick(&others).copied().cloned().unwrap_or_else(|| DISTRICT.into())
    }

    /// The entry of a session by its host.
    fn entry(&mut self, session: &Session, at: Moment, with: Vec<UnitCode>, announce: bool) -> Result<Turn, Failed> {
        let of_street = self.town.streets.iter().find(|(street, _)| *street == session.host).cloned();
        let some = match of_street {
            Some(street) => Some(street),
            None => self.dice.pick(&self.town.streets).cloned(),
        };
        let (street, stem) = some.ok_or_else(|| fault("there are no streets"))?;
        let venue = match (session.kind, self.dice.below(10)) {
            (Kind::Leaders, 0..=5) | (Kind::Party, 0..=2) | (Kind::Micro, 0..=1) => Venue::Hall,
            (_, 6) => Venue::School,
            (_, 7) => Venue::Building,
            (Kind::Micro, 8) => Venue::Outdoors,
            (_, 8) => Venue::Enterprise,
            (Kind::Micro, 9) => Venue::Site,
            _ => Venue::Community,
        };
        let audience = match (venue, session.kind) {
            (Venue::Community | Venue::Outdoors, _) => Audience::Residents,
            (Venue::School, _) => Audience::Students,
            (Venue::Building | Venue::Enterprise | Venue::Site, _) => Audience::Workers,
            (_, Kind::Leaders) => Audience::Cadres,
            _ => Audience::Members,
        };
        let speaker =
            if session.first { "示例区委书记岗位".to_owned() } else { self.say("post", session.level.code()) };
        let place = self.say("place", venue.code()).replace("{s}", &stem);
        let place = place.replace("{c}", ordinal(self.dice.below(communities())));
        let plan = Act::Plan {
            lecture: session.kind,
            topic: Line(self.say("topic", session.kind.code())),
            speaker: Line(speaker),
            level: session.level,
            starts: session.starts,
            minutes: session.minutes,
            place: Line(place),
            street: (venue != Venue::Hall).then_some(street),
            venue,
            audience,
            host: None,
            with,
            first: session.first,
            announce,
        };
        self.turn(at, &session.host, plan)
    }

    fn record(&mut self, session: &Session, at: Moment) -> Result<Turn, Failed> {
        let (heads, counted) = self.heads(session.kind);
        let online = self.dice.chance(5).then(|| self.dice.between(40, 900));
        let online = online.and_then(|heads| u32::try_from(heads).ok());
        self.turn(at, &session.host, Act::Record { heads, counted, online })
    }

    /// How many came, and how they were counted.
    fn heads(&mut self, kind: Kind) -> (u32, Counted) {
        let most = match kind {
            Kind::Micro => 60,
            Kind::Party if self.dice.chance(80) => 90,
            _ => 300,
        };
        let heads = self.dice.between(if kind == Kind::Micro { 10 } else { 20 }, most);
        let counted = *self.dice.pick(Counted::ALL).unwrap_or(&Counted::ByHand);
        (u32::try_from(heads).unwrap_or(0), counted)
    }

    fn turn(&self, at: Moment, unit: &UnitCode, act: Act) -> Result<Turn, Failed> {
        let actor = self.town.staff(unit, Role::Clerk, 0)?;
        Ok(Turn { at, actor, what: Move::Act(Box::new(act)) })
    }

    fn say(&mut self, of: &str, code: &str) -> String {
        let map = match of {
            "topic" => &self.texts.topic,
            "post" => &self.texts.post,
            _ => &self.texts.place,
        };
        let said = map.get(code).map_or("", |list| self.dice.say(list)).to_owned();
        said.replace("{n}", &self.dice.between(1, 9).to_string())
    }

    fn reason(&mut self, why: &str) -> Line {
        Line(self.texts.reason.get(why).map_or("", |list| self.dice.say(list)).to_owned())
    }

    fn works(&self, day: Date) -> Result<bool, Failed> {
        self.town.works(day)
    }

    fn office_after(&mut self, after: Moment, days: i64) -> Result<Option<Moment>, Failed> {
        office_after(self.town, &mut self.dice, after, days)
    }

    fn office_before(&mut self, day: Date, days: i64) -> Result<Moment, Failed> {
        office_before(self.town, &mut self.dice, day, days)
    }
}

/// The units whose lectures have questions: they lead no case, so that nobody answers what was asked of itself.
pub const WITH_QUESTIONS: [&str; 7] =
    ["party-school", "publicity", "organisation", "union", "youth", "women", "frontwork"];
