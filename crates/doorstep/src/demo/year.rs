//! The plan of the demo year: how many cases of which kind come in when, and what becomes of each (`year.csv`).

use super::dice::Dice;
use super::fault;
use super::lectures::WITH_QUESTIONS;
use super::life::Life;
use super::receptions::{at_the_table, is_at_a_table};
use super::town::{CENTRE, DISCIPLINE, MEDIATION, PETITIONS, Town, communities, ordinal};
use super::walk::{Planned, Stop, Walk, Way, last_day};
use super::words::Words;
use crate::cli::Failed;
use calendar::Date;
use domain::case::{
    Case, Channel, Command, Contact, Door, Handed, Handled, LinkKind, Origin, Raise, Stage, Tell, Track, usable_digits,
};
use domain::district::UnitCode;
use domain::{Actor, Label, Lang, Moment, Role};
use jiff::ToSpan;
use jiff::civil::date;
use serde::Deserialize;

const YEAR: &str = include_str!("../../demo/year.csv");
/// In the small year, of so many cases of a row there is one; of every row there is at least one.
const SMALL: usize = 40;
/// How often a way is planned anew with other dates before the plan is called wrong.
const TRIES: usize = 400;

/// How a row's cases end, or where they stand at the year's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    Resolved,
    Partly,
    NotResolved,
    NotReached,
    NotAccepted,
    Routed,
    Withdrawn,
    Merged,
    Elsewhere,
    Raised,
    Accepted,
    Handling,
    Objected,
    Asked,
    Approval,
    Answered,
    Reviewing,
    ReReviewing,
}

/// What happens on the way, beside the usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Withdrawn before it is accepted.
    Early,
    /// Answered early, and ended within the promise.
    Swift,
    Slow,
    Late,
    LateTriage,
    Recategorise,
    Joint,
    Release,
    Upheld,
    Rejected,
    Transfer,
    Extend,
    Ask,
    Unask,
    Note,
    Correct,
    Unmask,
    Audit,
    Interest,
    SentBack,
    Reopen,
    Review,
    ReReview,
    Link,
    Hide,
    /// An erasure is asked for and declined, and asked for again.
    Decline,
    Erase,
    Witness,
    Begged,
    Group,
}

/// Cases of one kind.
#[derive(Clone, Debug)]
pub struct Row {
    track: Track,
    doors: Vec<Door>,
    /// What happens on the way.
    turns: Vec<Turn>,
    /// How they end.
    pub end: End,
    /// How residents rate the handling; none: differently.
    pub rate: Option<Handled>,
    count: usize,
    /// First and last day on which one comes in.
    from: Option<Date>,
    until: Option<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    track: String,
    doors: String,
    turns: String,
    end: End,
    rate: String,
    count: usize,
    from: Option<Date>,
    until: Option<Date>,
}

fn labels<L: Label>(text: &str) -> Result<Vec<L>, Failed> {
    let read = |code: &str| L::of(code).ok_or_else(|| fault(format!("year.csv: {code} is not known")));
    text.split_whitespace().map(read).collect()
}

impl Row {
    fn read(line: Line) -> Result<Row, Failed> {
        let turn = |word: &str| serde_json::from_value(word.into()).map_err(fault);
        Ok(Row {
            track: labels(&line.track)?.pop().ok_or_else(|| fault("year.csv: a row without a track"))?,
            doors: labels(&line.doors)?,
            turns: line.turns.split_whitespace().map(turn).collect::<Result<_, _>>()?,
            end: line.end,
            rate: labels(&line.rate)?.pop(),
            count: line.count,
            from: line.from,
            until: line.until,
        })
    }

    /// Whether something happens on the way.
    pub fn has(&self, turn: Turn) -> bool {
        self.turns.contains(&turn)
    }
}

/// All cases of the year, in the order of the rows.
///
/// # Errors
/// What is wrong with the plan's files.
pub fn plan(town: &Town, seed: u64, small: bool) -> Result<Vec<Way>, Failed> {
    let words = Words::read(town)?;
    let mut dice = Dice::of(seed);
    let mut ways = Vec::new();
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(YEAR.as_bytes());
    for line in reader.deserialize() {
        let row = Row::read(line.map_err(fault)?)?;
        let count = if small { small_of(row.count) } else { row.count };
        for _ in 0..count {
            ways.push(way(town, &words, &mut dice, &row, &ways)?);
        }
    }
    Ok(ways)
}

/// How many of so many there are in the small year.
pub fn small_of(count: usize) -> usize {
    count.div_ceil(SMALL)
}

fn way(town: &Town, words: &Words, dice: &mut Dice, row: &Row, others: &[Way]) -> Result<Way, Failed> {
    for _ in 0..TRIES {
        match attempt(town, words, dice, row, others) {
            Ok(way) => return Ok(way),
            Err(Stop::Otherwise) => {}
            Err(Stop::Wrong(failed)) => return Err(failed),
        }
    }
    Err(fault(format!("year.csv: no dates fit {row:?}")))
}

fn attempt(town: &Town, words: &Words, dice: &mut Dice, row: &Row, others: &[Way]) -> Planned<Way> {
    let door = *dice.pick(&row.doors).ok_or_else(|| fault("year.csv: a row without a door"))?;
    let by_resident = matches!(door, Door::Web | Door::Api);
    let first = row.from.unwrap_or(date(2023, 1, 3));
    let day = pick_day(town, dice, first, row.until.unwrap_or(last_day()), by_resident)?;
    let mut walk = Walk::from(town, dice, others.len(), day);
    if by_resident || row.track == Track::Hotline && door == Door::Phone {
        walk.home(0)?
    } else {
        walk.office(0)?
    }
    let (mut raise, mut actor, place) = raise(&mut walk, words, row, door)?;
    if let Some(host) = from_the_floor(&walk, &raise) {
        raise = taken_down(raise, Door::Lecture);
        actor = town.staff(&host, Role::Clerk, 0)?;
    }
    let wished = raise.contact.clone();
    if door == Door::Meeting {
        raise = taken_down(raise, door);
    }
    if let (true, Some(unit)) = (is_at_a_table(door), actor.unit()) {
        raise = at_the_table(raise, unit, walk.day());
    }
    let joined = if door == Door::Web { neighbour(&mut walk, &raise, others) } else { None };
    if by_resident && door == Door::Web {
        raise.secret = digits(others.len());
    }
    walk.raise(actor.clone(), raise)?;
    hand(&mut walk, actor, others.len())?;
    // A note-taker takes down a name and a number; whoever wants to be told says so themselves.
    if let (true, Some(tell)) = (door == Door::Meeting || is_at_a_table(door), wished.tell) {
        let address = if tell.channel == Channel::Email { wished.email } else { String::new() };
        walk.act(Actor::Resident, Command::ChooseTelling { tell, address })?;
    }
    // Three of four say that the number is theirs.
    if let Some(tell) = walk.case().tell.filter(|_| !others.len().is_multiple_of(4)) {
        walk.act(Actor::Resident, Command::ConfirmAddress { channel: tell.channel })?;
    }
    if let Some(to) = joined {
        walk.act_with(Actor::Resident, Command::Link { link: LinkKind::Related, to: to.id }, Some(to))?;
    }
    if row.end == End::Elsewhere {
        return walk.finish();
    }
    if walk.case().is_urgent() && row.end != End::Raised {
        taken_in_hand(&mut walk)?;
    }
    let mut life = Life { walk, row, words, others, place };
    life.go()?;
    life.walk.finish()
}

/// The unit at whose lecture it is asked, for some of those who would phone: in working hours, with nothing but a number to
/// be called at. No dice are thrown for it, so that all else in the year is as it would be.
fn from_the_floor(walk: &Walk<'_>, raise: &Raise) -> Option<UnitCode> {
    let time = walk.now().local().time();
    let open = jiff::civil::time(10, 0, 0, 0)..jiff::civil::time(17, 20, 0, 0);
    let phones = raise.door == Door::Phone && raise.track == Track::Hotline && raise.contact.tell.is_none();
    let fits = phones && raise.speakers.is_none() && open.contains(&time) && walk.day() >= date(2023, 1, 10);
    fits.then(|| WITH_QUESTIONS[usize::from(walk.number()) % WITH_QUESTIONS.len()].into())
}

/// What a question from the floor, or a line that is read back, tells of it.
fn taken_down(raise: Raise, door: Door) -> Raise {
    let contact = Contact { name: raise.contact.name, phone: raise.contact.phone, ..Contact::default() };
    Raise {
        track: raise.track,
        door,
        text: raise.text,
        category: raise.category,
        street: raise.street,
        contact,
        public: raise.public,
        oral: true,
        ..Raise::default()
    }
}

/// The dispatch centre reaches somebody by phone; now and then it has taken the danger for none before.
fn taken_in_hand(walk: &mut Walk<'_>) -> Planned<()> {
    let centre = walk.town.staff(&CENTRE.into(), Role::Dispatcher, 0)?;
    walk.soon()?;
    if let (1, Some(danger)) = (walk.number() % 2, walk.case().urgent.clone()) {
        walk.act(centre.clone(), Command::ClearUrgent { reason: "电话里说味道已经散了。".into() })?;
        walk.soon()?;
        walk.act(centre.clone(), Command::MarkUrgent { danger, reason: "邻居又打来电话，味道更重了。".into() })?;
    }
    let note = "抢修单位值班室".into();
    walk.act(centre, Command::Reached { at: walk.now(), note })
}

/// Staff who took the case down have the secret go to a second device of the resident's; now and then they print it. On the
/// phone there is nothing but the number that was given.
fn hand(walk: &mut Walk<'_>, taker: Actor, number: usize) -> Planned<()> {
    let case = walk.case();
    if taker.account().is_none() || matches!(case.door, Door::Phone | Door::Letter | Door::Lecture) {
        return Ok(());
    }
    // No dice are thrown for it. An enterprise opens it on its own phone.
    let printed = number.is_multiple_of(16) && !case.is_sealed() && case.track != Track::Enterprise;
    if printed {
        walk.act(taker, Command::HandSecret { way: Handed::Slip })?;
    } else {
        walk.act(Actor::Resident, Command::HandSecret { way: Handed::Device })?;
    }
    if number.is_multiple_of(3) {
        walk.act(Actor::Resident, Command::Open { digits: digits(number) })?;
    }
    Ok(())
}

/// Digits as somebody may choose them: the same for the same case, and in none of the numbers of the demo.
pub fn digits(number: usize) -> String {
    let mut some = (0..100).map(|n| (274_091 + (number * 7_919 + n) % 700_000).to_string());
    some.find(|digits| usable_digits(digits, &[])).unwrap_or_default()
}

/// A day on which people come: fewer on days off, more before long holidays.
fn pick_day(town: &Town, dice: &mut Dice, first: Date, last: Date, any_day: bool) -> Planned<Date> {
    let calendar = &town.at(Moment::from_local(last.at(0, 0, 0, 0)))?.calendar;
    let days = domain::moment::day_number(last) - domain::moment::day_number(first);
    loop {
        let day = first.saturating_add(dice.between(0, days).days());
        let off = |d: Date| !calendar.is_working(d);
        let soon = (1..=7).map(|n| day.saturating_add(n.days())).filter(|d| off(*d)).count();
        let weight = match (off(day), any_day) {
            (true, false) => 0,
            (true, true) => 25,
            (false, _) if soon > 2 => 100,
            (false, _) => 60,
        };
        if dice.chance(weight) {
            return Ok(day);
        }
    }
}

fn raise(walk: &mut Walk<'_>, words: &Words, row: &Row, door: Door) -> Planned<(Raise, Actor, String)> {
    let town = walk.town;
    let (street, stem) = walk.dice.pick(&town.streets).ok_or_else(|| fault("there are no streets"))?.clone();
    let community = walk.dice.below(communities());
    let category = words.category(walk.dice, row.track, None)?;
    let (place, near) = words.place(walk.dice, &category, &stem, ordinal(community));
    let by_staff = !matches!(door, Door::Web | Door::Letter);
    let (title, text) = words.text(walk.dice, row.track, &category, &near, by_staff);
    let anonymous = matches!(row.track, Track::Accusation | Track::Suggestion) && walk.dice.chance(40)
        || row.track == Track::Hotline && walk.dice.chance(12);
    let contact = if anonymous && !row.has(Turn::Unmask) { Contact::default() } else { contact(walk.dice, row.track) };
    let mut raise = Raise {
        track: row.track,
        door,
        title,
        text,
        category: (!by_words(walk.dice, door)).then_some(category),
        street: Some(street.clone()),
        place: place.clone(),
        contact,
        public: row.has(Turn::Hide) || matches!(row.track, Track::Suggestion | Track::Hotline) && walk.dice.chance(25),
        oral: matches!(door, Door::Phone | Door::Counter | Door::Reception | Door::HomeVisit | Door::Grid),
        speakers: row.has(Turn::Group).then_some(3),
        ..Raise::default()
    };
    if row.track == Track::Accusation {
        raise.accused = Some(street.clone());
    }
    if row.end == End::Elsewhere {
        raise.source = format!("示范旧系统第{}号", 1000 + walk.dice.below(9000));
        raise.origin = Some(origin(walk, words));
    }
    let actor = taker(walk, row, door, &street, community)?;
    Ok((raise, actor, place))
}

/// The neighbours' case that a resident is shown on the receipt and joins: public, of the same street and kind, and still
/// handled then.
fn neighbour<'o>(walk: &mut Walk<'_>, raise: &Raise, others: &'o [Way]) -> Option<&'o Case> {
    let now = walk.now();
    let kind = raise.category.as_ref()?.coarse();
    let handled = |w: &&Way| {
        let stage = w.stage_at(Moment(now.0 - 3_600_000));
        stage.is_some_and(|s| matches!(s, Stage::Raised | Stage::Accepted | Stage::Handling))
    };
    let near = others.iter().filter(|w| w.case.may_be_shown() && w.case.street == raise.street);
    let mut near = near.filter(|w| w.case.category.as_ref().is_some_and(|c| c.coarse() == kind)).filter(handled);
    near.next_back().filter(|_| raise.track == Track::Hotline).map(|w| &w.case)
}

/// Whether the category is left open until triage.
fn by_words(dice: &mut Dice, door: Door) -> bool {
    matches!(door, Door::Web | Door::Letter) && dice.chance(50)
}

/// An openly made-up way to reach somebody: no such number is given out.
fn contact(dice: &mut Dice, track: Track) -> Contact {
    let number = dice.between(1, 9999);
    let name = if track == Track::Enterprise { "示例企业" } else { "示例居民" };
    let digits = dice.between(0, 99_999);
    // Some want to be told. No new dice are thrown for it: who wants what hangs on the made-up number.
    let channel = match digits % 10 {
        0..=3 => Channel::Sms,
        4 | 5 => Channel::Email,
        _ => Channel::None,
    };
    let email = if channel == Channel::Email { format!("resident{number:04}@example.com") } else { String::new() };
    let tell = Tell { channel, lang: if digits % 97 == 0 { Lang::En } else { Lang::Zh } }.wanted();
    Contact { name: format!("{name}{number:04}"), phone: format!("100000{digits:05}"), email, tell }
}

/// A case of the former system, ended there in the year before.
fn origin(walk: &mut Walk<'_>, words: &Words) -> Origin {
    let opened = date(2022, 11, 1).saturating_add(walk.dice.between(0, 40).days());
    let closed = opened.saturating_add(walk.dice.between(2, 12).days());
    let at = |day: Date, hour| Moment::from_local(day.at(hour, 0, 0, 0));
    let target = Some(opened.saturating_add(7.days()));
    Origin { opened: at(opened, 9), target, closed: Some(at(closed, 16)), answer: words.former().into() }
}

/// Who takes a case in at a door.
fn taker(walk: &mut Walk<'_>, row: &Row, door: Door, street: &UnitCode, community: usize) -> Planned<Actor> {
    let clerk = |unit: &str| walk.town.staff(&unit.into(), Role::Clerk, 0);
    let actor = match door {
        Door::Web => Actor::Resident,
        Door::Api => Actor::System { name: "hotline".into() },
        Door::Import => Actor::System { name: "import".into() },
        Door::Grid => {
            let unit = UnitCode(format!("{street}.c{:02}", community + 1));
            walk.town.staff(&unit, Role::Grid, 0)?
        }
        Door::MediationCentre if walk.dice.chance(40) => clerk(MEDIATION)?,
        Door::MediationCentre => clerk(&format!("{street}.mediation"))?,
        _ if row.track == Track::Accusation => clerk(DISCIPLINE)?,
        Door::Enterprise => clerk("commerce")?,
        Door::Phone => clerk(CENTRE)?,
        Door::Meeting | Door::HomeVisit => clerk(street.as_str())?,
        _ if walk.dice.chance(50) => clerk(PETITIONS)?,
        _ => clerk(street.as_str())?,
    };
    Ok(actor)
}
