//! The desk, told as stories of cases: each runs over SQLite and, where it is installed, over PostgreSQL. After every
//! story everything verifies, and the read tables rebuild to the same rows.

// Helpers outside of a test function are tests too.
#![allow(clippy::unwrap_used)]

mod answers;
mod boards;
mod dates;
mod district;
mod doors;
mod halls;
mod lectures;
mod outbox;
mod privacy;
mod receptions;
mod registers;
mod simulator;
mod units;

use desk::{Acted, Clock, Desk, Entropy, Failure, Options, Raised, WriterThread};
use domain::case::*;
use domain::district::{self as ground, Catalogue, Category, Responsible, Unit, UnitKind};
use domain::moment::Moment;
use domain::{Actor, Refusal, Role, Why};
use jiff::civil::date;
use ledger::checkpoint::Verifier;
use store::testing::cluster;
use store::{Db, Keys, Place, args, rebuild, rows, schema, verify};

/// A district on one engine, with its desk open and a clock that is set by hand.
struct Town {
    place: Place,
    _folder: tempfile::TempDir,
    clock: Clock,
    registers: domain::register::Registers,
    open: Option<(Desk, WriterThread)>,
}

const UNITS: &[(&str, UnitKind)] = &[
    ("centre", UnitKind::Centre),
    ("discipline", UnitKind::Discipline),
    ("housing", UnitKind::Bureau),
    ("water", UnitKind::Bureau),
    ("street-1", UnitKind::Street),
];

/// Runs a story in a new town on every engine that is there.
fn everywhere(story: impl Fn(&mut Town)) {
    for mut town in towns() {
        story(&mut town);
        town.proved();
    }
}

fn towns() -> Vec<Town> {
    let folder = tempfile::tempdir().unwrap();
    let mut places = vec![(Place::parse(folder.path().join("data").to_str().unwrap()).unwrap(), folder)];
    if let Some(cluster) = cluster() {
        places.push((Place::parse(&cluster.database().unwrap()).unwrap(), tempfile::tempdir().unwrap()));
    }
    places.into_iter().map(|(place, folder)| Town::found(place, folder)).collect()
}

fn options(clock: &Clock, seed: u64) -> Options {
    Options { clock: clock.clone(), entropy: Entropy::seeded(seed), ..Options::default() }
}

fn system() -> Actor {
    Actor::System { name: "init".into() }
}

impl Town {
    fn found(place: Place, folder: tempfile::TempDir) -> Town {
        let clock = Clock::at(Moment::from_local(date(2024, 3, 4).at(9, 0, 0, 0)));
        let open = Desk::found(&place, options(&clock, 1), "示例区", "Example", "example.test/ledger").unwrap();
        let registers = ::registers::REGISTERS;
        let town = Town { place, _folder: folder, clock, registers, open: Some(open) };
        town.change(ground::Command::SetUnits(units())).unwrap();
        town.change(ground::Command::PublishCatalogue(catalogue())).unwrap();
        town
    }

    fn desk(&self) -> &Desk {
        &self.open.as_ref().unwrap().0
    }

    fn change(&self, command: ground::Command) -> Result<(), Refusal> {
        self.desk().change_now(system(), command).map(drop).map_err(refused)
    }

    fn raise(&self, track: Track) -> Raised {
        self.desk().raise_now(Actor::Resident, raised(track), None).unwrap()
    }

    fn act(&self, actor: &Actor, id: CaseId, command: Command) -> Acted {
        let said = format!("{actor:?} {command:?}");
        self.desk().act_now(actor.clone(), id, command).unwrap_or_else(|e| panic!("{said}: {e}"))
    }

    fn why(&self, actor: &Actor, id: CaseId, command: Command) -> Why {
        refused(self.desk().act_now(actor.clone(), id, command).unwrap_err()).why
    }

    /// A case that was accepted and dispatched to a unit.
    fn at(&self, track: Track, unit: &str) -> Raised {
        let raised = self.raise(track);
        let by = if track == Track::Accusation { staff("discipline", Role::Dispatcher) } else { dispatcher() };
        self.act(&by, raised.id, accept(track));
        self.act(&by, raised.id, dispatch(unit));
        raised
    }

    fn case(&self, id: CaseId) -> Case {
        store::read::case(&mut self.reader(), 1, id).unwrap().unwrap()
    }

    fn kinds(&self, id: CaseId) -> Vec<&'static str> {
        let stream = store::read::stream::<Cases>(&mut self.reader(), 1, id).unwrap();
        stream.events.iter().map(|e| e.body.event.kind()).collect()
    }

    /// The private part of the latest event of a kind.
    fn said(&self, id: CaseId, kind: &str) -> Fields {
        let mut db = self.reader();
        let stream = store::read::stream::<Cases>(&mut db, 1, id).unwrap();
        let event = stream.events.iter().rev().find(|e| e.body.event.kind() == kind).unwrap();
        let mut keys = Keys::open(&self.place, 1, false).unwrap();
        store::read::private(&mut db, &mut keys, 1, id, event.version, event.seq).unwrap()
    }

    fn reader(&self) -> Db {
        Db::open_reader(&self.place).unwrap()
    }

    fn count(&self, sql: &str) -> i64 {
        self.reader().number(sql, &args![1]).unwrap()
    }

    fn days(&self, days: i64) {
        self.clock.set(Moment(self.clock.now().0 + days * 86_400_000));
    }

    /// Sweeps until nothing is left to do; how many cases were worked on.
    fn sweep(&self) -> u64 {
        let mut sum = 0;
        loop {
            match self.desk().sweep_now().unwrap() {
                0 => return sum,
                n => sum += n,
            }
        }
    }

    fn close(&mut self) -> String {
        let (desk, thread) = self.open.take().unwrap();
        let vkey = desk.vkey().to_owned();
        drop(desk);
        thread.join().unwrap();
        vkey
    }

    fn reopen(&mut self, seed: u64) {
        if self.open.is_some() {
            self.close();
        }
        // PostgreSQL gives the lock back when it has noticed that the connection is closed.
        for _ in 0..200 {
            match Desk::open(&self.place, Options { registers: self.registers, ..options(&self.clock, seed) }) {
                Ok(open) => {
                    self.open = Some(open);
                    return;
                }
                Err(Failure::Store(store::StoreError::Locked(_))) => {
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
                Err(e) => panic!("{e}"),
            }
        }
        panic!("the lock was not given back");
    }

    fn rows(&self) -> Vec<Vec<store::Row>> {
        let mut db = self.reader();
        let mut table = |table: &'static str| {
            let columns = schema::columns(&mut db, table).unwrap().join(", ");
            let sql = format!("SELECT {columns} FROM {table} WHERE district = $1 ORDER BY {columns}");
            db.query_text(&sql, &args![1]).unwrap()
        };
        rows::tables().into_iter().map(|shape| table(shape.name)).collect()
    }

    fn verified(&self, vkey: &str) -> verify::Report {
        let mut keys = Keys::open(&self.place, 1, false).unwrap();
        let log = Verifier::parse(vkey).unwrap();
        verify::verify(&mut self.reader(), &mut keys, 1, &log).unwrap().unwrap()
    }

    /// The end of every story.
    fn proved(mut self) {
        let vkey = self.close();
        self.verified(&vkey);
        let before = self.rows();
        let mut writer = None;
        for _ in 0..200 {
            writer = Db::open_writer(&self.place).ok();
            if writer.is_some() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        rebuild::rebuild(&mut self.reader(), &mut writer.unwrap(), 1, &mut |_, _| ()).unwrap();
        assert!(self.rows() == before, "a rebuild gives other rows");
        self.verified(&vkey);
    }
}

fn refused(failure: Failure) -> Refusal {
    match failure {
        Failure::Refused(refusal) => refusal,
        other => panic!("{other}"),
    }
}

fn units() -> Vec<Unit> {
    let unit = |(code, kind): &(&str, UnitKind)| Unit {
        code: (*code).into(),
        zh: format!("{code}单位"),
        en: format!("unit {code}"),
        kind: *kind,
        parent: None,
        closed: false,
        at: None,
    };
    UNITS.iter().map(unit).collect()
}

fn catalogue() -> Catalogue {
    let category = |code: &str| Category {
        code: code.into(),
        zh: "供热".into(),
        en: "heating".into(),
        responsible: Responsible::Unit("housing".into()),
        tracks: vec![],
        keywords: vec![],
    };
    Catalogue {
        categories: vec![category("heating"), category("heating.cold"), category("lift")],
        ..Catalogue::default()
    }
}

fn staff(unit: &str, role: Role) -> Actor {
    let place = UNITS.iter().position(|(code, _)| *code == unit).unwrap();
    Actor::Staff { account: u32::try_from(place * 10 + role as usize + 1).unwrap(), unit: unit.into(), role }
}

fn dispatcher() -> Actor {
    staff("centre", Role::Dispatcher)
}

fn clerk(unit: &str) -> Actor {
    staff(unit, Role::Clerk)
}

fn head(unit: &str) -> Actor {
    staff(unit, Role::Head)
}

fn raised(track: Track) -> Raise {
    Raise { track, text: "楼道的灯三天不亮了。".into(), ..Raise::default() }
}

fn accept(track: Track) -> Command {
    let way = (track == Track::Petition).then_some(Way::Opinion);
    Command::Accept { way, category: "heating.cold".into() }
}

fn dispatch(unit: &str) -> Command {
    Command::Dispatch { lead: unit.into(), joint: vec![] }
}

fn answer(task: u16, outcome: Outcome) -> Command {
    Command::Answer { task, outcome, text: "已经修好。".into(), basis: "条例第一条".into() }
}

fn verdict(solved: Solved) -> Command {
    let verdict = Verdict { solved, handled: Handled::Good, asked_for_good: false, witnessed: false };
    Command::GiveVerdict { verdict, words: "谢谢".into(), witness: String::new() }
}

fn reason() -> String {
    "有理由。".into()
}
