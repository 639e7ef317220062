//! A small district whose days are set by hand.

use calendar::Date;
use desk::{Acted, Changed, Clock, Entropy, Failure};
use domain::case::*;
use domain::district::{self, UnitKind};
use domain::register::{Line, On, Register, Text};

use domain::{Actor, Label, Moment, Role};
use figures::{Filter, figures};
use registers::listen::meeting::{self, Meetings};
use registers::listen::opinion::{self, Opinions};
use registers::resolve::encounter::{self, Encounters, Matter, Mode, Trip};
use registers::resolve::reception::{self, Form, Receptions};
use registers::tell::lecture::{Act, Audience, Counted, Kind, Lectures, Level, Venue};
use store::{Db, Place};
use testing::{Founded, Plan, category, places, unit};

pub const NUMBER: i64 = 1;
/// Mostly leaders.
const LEVELS: [PostLevel; 4] = [PostLevel::Division, PostLevel::Bureau, PostLevel::Division, PostLevel::Section];

pub struct World {
    founded: Founded,
    pub db: Db,
}

impl std::ops::Deref for World {
    type Target = Founded;

    fn deref(&self) -> &Founded {
        &self.founded
    }
}

/// A founded district on every engine that is there, on Wednesday, 1 March 2023.
pub fn worlds() -> Vec<World> {
    places().into_iter().map(World::found).collect()
}

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// The whole year 2023.
pub fn year() -> Filter {
    Filter::new(date("2023-01-01"), date("2024-01-01")).unwrap()
}

pub fn staff(unit: &str, role: Role) -> Actor {
    Actor::Staff { account: 1, unit: unit.into(), role }
}

pub fn dispatcher() -> Actor {
    staff("centre", Role::Dispatcher)
}

pub fn verdict(solved: Solved, handled: Handled) -> Command {
    let verdict = Verdict { solved, handled, asked_for_good: false, witnessed: false };
    Command::GiveVerdict { verdict, words: String::new(), witness: String::new() }
}

pub fn with_witness(solved: Solved, handled: Handled) -> Command {
    let verdict = Verdict { solved, handled, asked_for_good: false, witnessed: true };
    Command::GiveVerdict { verdict, words: String::new(), witness: "见证人".into() }
}

pub fn accept(track: Track) -> Command {
    Command::Accept { way: (track == Track::Petition).then_some(Way::Opinion), category: "heating.cold".into() }
}

pub fn merge(into: CaseId) -> Command {
    Command::Merge { into, reason: "同一件事。".into() }
}

/// A lecture of a day at ten in the morning.
pub fn plan(kind: Kind, day: &str) -> Act {
    Act::Plan {
        lecture: kind,
        topic: Line("示例专题".into()),
        speaker: Line("示例岗位".into()),
        level: Level::Grassroots,
        starts: Moment::from_local(date(day).at(10, 0, 0, 0)),
        minutes: 60,
        place: Line("示例会议室".into()),
        street: None,
        venue: Venue::Hall,
        audience: Audience::Members,
        host: None,
        with: Vec::new(),
        first: false,
        announce: false,
    }
}

pub fn record(heads: u32) -> Act {
    Act::Record { heads, counted: Counted::ByHand, online: None }
}

/// A talk meeting of a day at ten in the morning.
pub fn meeting_of(day: &str, street: Option<&str>) -> meeting::Act {
    meeting::Act::Plan {
        name: Line("示例恳谈会".into()),
        no: 1,
        topics: Text("示例议题一\n示例议题二".into()),
        agenda: None,
        starts: Moment::from_local(date(day).at(10, 0, 0, 0)),
        minutes: 90,
        place: Line("示例礼堂".into()),
        street: street.map(Into::into),
        chair: Line("示例岗位".into()),
        departments: vec!["housing".into()],
        chosen: meeting::Chosen::Open,
        convener: None,
        after: None,
    }
}

/// A line that is written down.
pub fn note(words: &str) -> meeting::Act {
    meeting::Act::Note { words: Text(words.into()), topic: 0, how: opinion::How::Spoken }
}

/// A line that was read back.
pub fn read_back(no: u16) -> meeting::Act {
    meeting::Act::Confirm {
        no,
        words: Text("示例意见。".into()),
        sort: meeting::Sort::Suggestion,
        category: None,
        near: None,
        name: None,
        phone: None,
        public: false,
    }
}

/// A reception day with two desks and times of half an hour.
pub fn roster(level: PostLevel, starts: Moment) -> reception::Act {
    reception::Act::Plan {
        post: Line("示例岗位".into()),
        leader: Line("示例姓名".into()),
        level,
        field: Line("示例分管".into()),
        form: Form::Fixed,
        starts,
        minutes: 120,
        place: Line("示例地点".into()),
        street: Some("street-1".into()),
        desks: 2,
        slot: 30,
        host: None,
    }
}

/// What is said at a table.
pub fn take_down() -> encounter::Act {
    encounter::Act::TakeDown {
        words: Text("示例诉求。".into()),
        kind: Matter::Petition,
        category: None,
        near: None,
        place: None,
        name: None,
        phone: None,
        speakers: None,
        opinion: None,
        public: false,
    }
}

/// A visit that was made just now.
fn visited(mode: Trip, level: PostLevel, at: Moment, about: Option<CaseId>) -> encounter::Act {
    let (post, street) = (Line("示例岗位".into()), Some("street-1".into()));
    encounter::Act::Visit { mode, post, level, at, street, agreed: true, about, opinion: None }
}

/// A meeting is over.
pub fn closed(heads: u32) -> meeting::Act {
    meeting::Act::Close { heads, counted: Counted::ByHand, unread: true }
}

pub fn answer(task: u16) -> Command {
    Command::Answer { task, outcome: Outcome::Done, text: "已办。".into(), basis: String::new() }
}

impl World {
    fn found(place: (Place, tempfile::TempDir)) -> World {
        let units = [
            ("centre", UnitKind::Centre),
            ("housing", UnitKind::Bureau),
            ("heat", UnitKind::Bureau),
            ("discipline", UnitKind::Discipline),
            ("street-1", UnitKind::Street),
            ("street-2", UnitKind::Street),
        ];
        let founded = Plan {
            origin: "figures.test/1",
            clock: Clock::at(Moment::from_local(date("2023-03-01").at(9, 0, 0, 0))),
            entropy: Entropy::seeded(7),
            units: units.map(|(code, kind)| unit(code, kind)).to_vec(),
            categories: ["heating", "heating.cold", "heating.hot", "noise"].map(|c| category(c, "housing")).to_vec(),
            ..Plan::default()
        };
        let founded = Founded::new(place, founded);
        World { db: founded.db(), founded }
    }

    pub fn change(&self, command: district::Command) -> Changed {
        self.founded.change(command).unwrap()
    }

    /// Goes on to a day, at nine in the morning.
    pub fn day(&self, text: &str) {
        self.clock.set(Moment::from_local(date(text).at(9, 0, 0, 0)));
    }

    /// The evening of a day.
    pub fn evening(&self, text: &str) {
        self.clock.set(Moment::from_local(date(text).at(19, 0, 0, 0)));
    }

    /// Any entry of today: figures know the day of the ledger's last entry.
    pub fn note_today(&self) {
        let (what, format) = ("cases".to_owned(), "csv".to_owned());
        self.change(district::Command::Export { what, format, rows: 0, masked: true });
    }

    pub fn raise(&self, raise: Raise) -> CaseId {
        let raise =
            Raise { text: if raise.text.is_empty() { "楼道灯不亮。".into() } else { raise.text }, ..raise };
        self.desk().raise_now(Actor::Resident, raise, None).unwrap().id
    }

    pub fn hotline(&self) -> CaseId {
        self.raise(Raise::default())
    }

    pub fn try_act(&self, actor: Actor, id: CaseId, command: Command) -> Result<Acted, Failure> {
        self.desk().act_now(actor, id, command)
    }

    pub fn act(&self, actor: Actor, id: CaseId, command: Command) {
        self.try_act(actor, id, command).unwrap();
    }

    /// Accepted and given to housing.
    pub fn dispatch(&self, id: CaseId) {
        self.act(dispatcher(), id, accept(Track::Hotline));
        self.act(dispatcher(), id, Command::Dispatch { lead: "housing".into(), joint: Vec::new() });
    }

    /// Given to housing once more, after a reopening.
    pub fn dispatch_again(&self, id: CaseId) {
        self.act(dispatcher(), id, Command::Dispatch { lead: "housing".into(), joint: Vec::new() });
    }

    /// One that a unit's clerk took down, with a printed slip.
    pub fn held(&self, unit: &str) -> CaseId {
        let raise = Raise { text: "楼道灯不亮。".into(), ..Raise::default() };
        let clerk = || staff(unit, Role::Clerk);
        let id = self.desk().raise_now(clerk(), raise, None).unwrap().id;
        self.act(clerk(), id, Command::HandSecret { way: Handed::Slip });
        id
    }

    /// The same, and housing has answered.
    pub fn taken(&self, unit: &str) -> CaseId {
        let id = self.held(unit);
        self.dispatch(id);
        self.act(staff("housing", Role::Clerk), id, answer(1));
        id
    }

    /// A hotline request that housing has answered.
    pub fn answered(&self) -> CaseId {
        let id = self.hotline();
        self.dispatch(id);
        self.act(staff("housing", Role::Clerk), id, answer(1));
        id
    }

    /// An act on a lecture by a unit's clerk; none if it is not possible.
    pub fn try_lecture(&self, unit: &str, on: On, act: Act) -> Result<desk::Done, Failure> {
        self.execute::<Lectures>(staff(unit, Role::Clerk), on, act)
    }

    pub fn lecture(&self, unit: &str, on: On, act: Act) -> desk::Done {
        self.try_lecture(unit, on, act).unwrap()
    }

    /// An act on a record of a register by a unit's clerk.
    pub fn clerk<R: Register>(&self, unit: &str, on: On, act: R::Act) -> desk::Done
    where
        R::Act: serde::Serialize,
    {
        self.execute::<R>(staff(unit, Role::Clerk), on, act).unwrap()
    }

    /// Somebody was received in a way by a post of a level, and so many cases came of it.
    pub fn received(&self, unit: &str, mode: Mode, level: PostLevel, cases: usize) -> (CaseId, Vec<CaseId>) {
        let about = (mode == Mode::Return).then(|| self.answered());
        self.received_about(unit, (mode, about), level, cases)
    }

    /// The same; a return visit is about a case.
    fn received_about(
        &self,
        unit: &str,
        (mode, about): (Mode, Option<CaseId>),
        level: PostLevel,
        cases: usize,
    ) -> (CaseId, Vec<CaseId>) {
        let visit = match mode {
            Mode::Home | Mode::Return => {
                let trip = if mode == Mode::Home { Trip::Home } else { Trip::Return };
                self.clerk::<Encounters>(unit, On::New, visited(trip, level, self.clock.now(), about)).id
            }
            Mode::OpenDoor | Mode::Appointment => self.at_the_table(unit, mode, level),
        };
        let act = |act| self.clerk::<Encounters>(unit, On::Record(visit), act);
        if cases == 0 && !matches!(mode, Mode::Home | Mode::Return) {
            act(encounter::Act::Advise { opinion: Text("示例答复。".into()) });
        }
        let said = (0..cases).flat_map(|_| act(take_down()).asked);
        (visit, said.map(|begun| begun.id).collect())
    }

    /// Somebody came, and was called to a desk.
    fn at_the_table(&self, unit: &str, mode: Mode, level: PostLevel) -> CaseId {
        let booked = mode == Mode::Appointment;
        let starts = Moment(self.clock.now().0 + if booked { 2 * 86_400_000 } else { 0 });
        let day = self.clerk::<Receptions>(unit, On::New, roster(level, starts)).id;
        let of_day = |act| self.clerk::<Receptions>(unit, On::Record(day), act);
        of_day(reception::Act::Publish {});
        let visit = booked.then(|| {
            let (slot, phone) = (0, Line("13800012345".into()));
            let (name, matter) = (None, None);
            let (people, fetch, tongue) = (1, false, None);
            let book = encounter::Act::Book { reception: day, slot, phone, name, people, matter, fetch, tongue };
            let id = self.clerk::<Encounters>(unit, On::New, book).id;
            self.clock.set(starts);
            id
        });
        of_day(reception::Act::Open {});
        let visit = match visit {
            Some(id) => self.clerk::<Encounters>(unit, On::Record(id), encounter::Act::Arrive {}).id,
            None => {
                let come = encounter::Act::Come { reception: day, people: 1, fetch: false };
                self.clerk::<Encounters>(unit, On::New, come).id
            }
        };
        of_day(reception::Act::Call { desk: 1 });
        visit
    }

    /// An act on a talk meeting by a unit's clerk.
    pub fn meeting(&self, unit: &str, on: On, act: meeting::Act) -> desk::Done {
        self.clerk::<Meetings>(unit, on, act)
    }

    /// One that lies on a day and is over now: so many lines were read back, so many not, and so many were struck out.
    /// Returns its cases too.
    pub fn met(&self, unit: &str, day: &str, (read, unread, struck): (u16, u16, u16)) -> (CaseId, Vec<CaseId>) {
        let id = self.meeting(unit, On::New, meeting_of(day, Some("street-1"))).id;
        let mut acts = vec![meeting::Act::Open {}];
        acts.extend((0..read + unread + struck).map(|_| note("示例意见。")));
        acts.extend((1..=read).map(read_back));
        let drop = |no| meeting::Act::Drop { no, reason: Line("示例原因".into()) };
        acts.extend((read + 1..=read + struck).map(drop));
        acts.push(closed(30));
        let cases = acts.into_iter().flat_map(|act| self.meeting(unit, On::Record(id), act).asked);
        (id, cases.filter(|begun| begun.register == "case").map(|begun| begun.id).collect())
    }

    /// One that lies on a day, with a board on which housing claims the first so many of its opinions; its cases.
    pub fn boarded(&self, day: &str, opinions: u16, claims: usize, step: &str) -> Vec<CaseId> {
        let id = self.meeting("street-1", On::New, meeting_of(day, Some("street-1"))).id;
        let act = |act| self.meeting("street-1", On::Record(id), act).asked;
        act(meeting::Act::Open {});
        let lines: Vec<CaseId> = (0..opinions).flat_map(|_| act(note("示例意见。"))).map(|begun| begun.id).collect();
        let cases = (1..=opinions).flat_map(|no| act(read_back(no))).map(|begun| begun.id).collect();
        act(meeting::Act::Board {});
        for line in lines.iter().take(claims) {
            let by = date(step);
            let claim =
                opinion::Act::Claim { post: Line("示例岗位".into()), step: Line("示例一步".into()), by };
            self.clerk::<Opinions>("housing", On::Record(*line), claim);
            let (lead, category) = ("housing".into(), Some("heating.cold".into()));
            let settle = opinion::Act::Settle { lead, joint: Vec::new(), category };
            self.clerk::<Opinions>("street-1", On::Record(*line), settle);
        }
        act(meeting::Act::EndBoard {});
        act(closed(30));
        cases
    }

    /// One that was held on a day, entered and recorded now.
    pub fn held_on(&self, kind: Kind, unit: &str, day: &str, heads: u32) -> CaseId {
        let id = self.lecture(unit, On::New, plan(kind, day)).id;
        self.lecture(unit, On::Record(id), record(heads));
        id
    }

    /// Numerator and denominator of a figure over a filter.
    pub fn parts_of(&mut self, id: &str, filter: &Filter) -> (i64, i64) {
        let found = figures(&mut self.db, NUMBER, filter).unwrap();
        let figure = found.iter().find(|f| f.id == id).unwrap();
        (figure.numerator, figure.denominator.unwrap_or(0))
    }

    /// Numerator and denominator of a figure over the year.
    pub fn parts(&mut self, id: &str) -> (i64, i64) {
        self.parts_of(id, &year())
    }

    /// Lets everything be written and unlocks the place.
    pub fn close(self) -> (Place, Db, tempfile::TempDir) {
        let World { mut founded, db } = self;
        founded.close();
        (founded.place, db, founded.folder)
    }

    /// Lives through half a year of everything that can happen: some hundred acts, the same for the same seed.
    /// Returns the cases.
    pub fn live(&self, seed: u64, cases: usize) -> Vec<CaseId> {
        let (mut chance, mut of_lectures) = (Chance(seed), Chance(seed + 1));
        let (mut ids, mut lectures): (Vec<CaseId>, Vec<(CaseId, &str)>) = Default::default();
        let (mut of_meetings, mut spoken) = (Chance(seed + 2), Vec::new());
        let mut of_receptions = Chance(seed + 3);
        let (mut today, mut done) = (date("2023-03-01"), 0);
        for n in 0..cases * STEPS {
            today = if n % STEPS == 0 { today.checked_add(jiff::Span::new().days(3)).unwrap() } else { today };
            self.clock.set(Moment::from_local(today.at(9, 0, 0, 0)));
            if n % STEPS == 0 {
                ids.push(self.raise(chance.raise(today)));
                self.lectures_of_a_day(&mut of_lectures, today, &mut lectures);
            }
            if n % (8 * STEPS) == 0 {
                spoken.extend(self.meeting_of_a_day(&mut of_meetings, today));
                for mode in Mode::ALL {
                    let level = LEVELS[(n / (8 * STEPS)) % LEVELS.len()];
                    let about = (*mode == Mode::Return).then(|| self.answered());
                    ids.extend(about);
                    let cases = of_receptions.below(3);
                    ids.extend(self.received_about("street-1", (*mode, about), level, cases).1);
                }
            }
            // Mostly the cases of late, as in life: so that some come to their end.
            let oldest = if chance.below(4) == 0 { 0 } else { ids.len().saturating_sub(5) };
            let id = ids[oldest + chance.below(ids.len() - oldest)];
            let other = ids[chance.below(ids.len())];
            let (actor, command) = chance.act(other);
            done += usize::from(self.try_act(actor, id, command).is_ok());
            if n % 50 == 0 {
                self.desk().sweep_now().unwrap();
            }
        }
        assert!(done > cases * 3 / 2, "only {done} acts were possible");
        ids.extend(spoken);
        ids
    }

    /// A talk meeting is held, and one is planned or cancelled. Returns the cases that are said.
    fn meeting_of_a_day(&self, chance: &mut Chance, today: Date) -> Vec<CaseId> {
        let (unit, day) = (chance.one(&["street-1", "street-2", "housing"]), today.to_string());
        let lines = (chance.below(4) as u16, chance.below(3) as u16, chance.below(2) as u16);
        let (_, cases) = self.met(unit, &day, lines);
        let planned = self.meeting("street-2", On::New, meeting_of(&day, None)).id;
        if chance.below(2) == 0 {
            let reason = Line("示例原因".into());
            self.meeting("street-2", On::Record(planned), meeting::Act::Cancel { reason });
        }
        cases
    }

    /// Two lectures are entered, and something happens to some of those before.
    fn lectures_of_a_day(&self, chance: &mut Chance, today: Date, all: &mut Vec<(CaseId, &str)>) {
        for _ in 0..2 {
            let (kind, unit) = (chance.one(Kind::ALL), chance.one(&["housing", "heat", "street-1"]));
            let day = today.checked_add(jiff::Span::new().days(chance.below(9) as i64 - 4)).unwrap();
            let mut planned = plan(kind, &day.to_string());
            if let Act::Plan { street, with, .. } = &mut planned {
                *street = chance.one(&[None, Some("street-1".into()), Some("street-2".into())]);
                *with = chance.one(&[Vec::new(), vec!["centre".into()]]);
            }
            all.push((self.lecture(unit, On::New, planned).id, unit));
        }
        for _ in 0..6 {
            let ((id, unit), (into, _)) = (chance.one(all), chance.one(all));
            let heads = 10 + chance.below(90) as u32;
            let reason = Line("示例原因".into());
            let starts = Moment::from_local(today.at(15, 0, 0, 0));
            let correct = Act::Correct { heads, counted: Counted::BySeats, online: None, reason: reason.clone() };
            let act = match chance.below(12) {
                0 => Act::Cancel { reason },
                1 => Act::Move { starts, minutes: 30, place: None, reason },
                2 | 3 => Act::Merge { into },
                4 => correct,
                _ => record(heads),
            };
            // What is not possible is refused, as in life.
            let _ = self.try_lecture(unit, On::Record(id), act);
        }
    }
}

/// How many acts are tried for each case of [`World::live`].
const STEPS: usize = 24;

/// A small generator of its own: the same acts on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn raise(&mut self, today: Date) -> Raise {
        use Track::*;
        let track = self.one(&[Hotline, Hotline, Hotline, Petition, Suggestion, Enterprise, Mediation, Accusation]);
        let category = self.one(&[None, Some("heating.cold"), Some("heating.hot"), Some("noise")]);
        let street = self.one(&[None, Some("street-1"), Some("street-2")]);
        let elsewhere = self.below(8) == 0;
        let before = |days: i64| today.saturating_sub(jiff::Span::new().days(days));
        let origin = elsewhere.then(|| Origin {
            opened: Moment::from_local(before(20).at(8, 0, 0, 0)),
            target: Some(before(5)),
            closed: Some(Moment::from_local(before(4 + self.below(4) as i64).at(8, 0, 0, 0))),
            answer: String::new(),
        });
        Raise {
            track,
            text: "暖气不热。".into(),
            category: category.map(Into::into),
            street: street.map(Into::into),
            origin,
            ..Raise::default()
        }
    }

    fn act(&mut self, other: CaseId) -> (Actor, Command) {
        let text = || "理由".to_owned();
        let unit = self.one(&["housing", "housing", "heat"]);
        let track = self.one(&[Track::Hotline, Track::Hotline, Track::Petition]);
        let solved = self.one(&[Solved::Yes, Solved::Yes, Solved::Partly, Solved::No]);
        let handled = self.one(&[Handled::Good, Handled::Good, Handled::Fair, Handled::Poor, Handled::NoWish]);
        let task = self.one(&[1, 1, 1, 2]);
        let clerk = staff(unit, Role::Clerk);
        let lead = self.one(&["housing", "housing", "housing", "heat", "discipline"]).into();
        match self.below(24) {
            0..=4 => (dispatcher(), accept(track)),
            5..=9 => (dispatcher(), Command::Dispatch { lead, joint: Vec::new() }),
            10..=14 => (clerk, answer(task)),
            15..=18 => (Actor::Resident, verdict(solved, handled)),
            19 => (Actor::Resident, with_witness(solved, handled)),
            20 => (clerk, Command::Extend { clock: 1, days: 3, reason: text() }),
            21 => (clerk, Command::Object { task, reason: text() }),
            22 => (dispatcher(), Command::UpholdObjection { task }),
            _ => match self.below(9) {
                0 => (dispatcher(), merge(other)),
                1 => (dispatcher(), Command::Erase { ground: Ground::PurposeServed }),
                2 => (dispatcher(), Command::NotAccept { reason: ScopeReason::OtherPlace, text: text() }),
                3 => (dispatcher(), Command::Recategorise { category: "noise".into() }),
                4 => (Actor::Resident, Command::Withdraw),
                5 => (dispatcher(), Command::Reopen { reason: text() }),
                6 => (clerk, Command::Ask { task, question: text() }),
                _ => (dispatcher(), Command::Link { link: LinkKind::Repeat, to: other }),
            },
        }
    }
}
