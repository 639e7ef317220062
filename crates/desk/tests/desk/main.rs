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
use domain::district::{self as ground, Catalogue, Category, Unit, UnitKind};
use domain::moment::Moment;
use domain::{Actor, Refusal, Role, Why};
use jiff::civil::date;
use ledger::checkpoint::Verifier;
use store::{Db, Keys, Place, args, rebuild, rows, schema, verify};
use testing::{Founded, Plan, category, founder, on_disk, options, places, unit};

/// A district with its desk.
struct Town(Founded);

impl std::ops::Deref for Town {
    type Target = Founded;

    fn deref(&self) -> &Founded {
        &self.0
    }
}

impl std::ops::DerefMut for Town {
    fn deref_mut(&mut self) -> &mut Founded {
        &mut self.0
    }
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
    let plan = || Plan { units: units(), categories: catalogue().categories, ..Plan::default() };
    places().into_iter().map(|place| Town(Founded::new(place, plan()))).collect()
}

fn system() -> Actor {
    founder()
}

impl Town {
    fn change(&self, command: ground::Command) -> Result<(), Refusal> {
        self.0.change(command).map(drop).map_err(refused)
    }

    fn raise(&self, track: Track) -> Raised {
        self.desk().raise_now(Actor::Resident, raised(track), None).unwrap()
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

    fn kinds(&self, id: CaseId) -> Vec<&'static str> {
        let stream = store::read::stream::<Cases>(&mut self.db(), 1, id).unwrap();
        stream.events.iter().map(|e| e.body.event.kind()).collect()
    }

    fn count(&self, sql: &str) -> i64 {
        self.db().number(sql, &args![1]).unwrap()
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

    fn rows(&self) -> Vec<Vec<store::Row>> {
        let mut db = self.db();
        let mut table = |table: &'static str| {
            let columns = schema::columns(&mut db, table).unwrap().join(", ");
            let sql = format!("SELECT {columns} FROM {table} WHERE district = $1 ORDER BY {columns}");
            db.query_text(&sql, &args![1]).unwrap()
        };
        rows::tables().into_iter().map(|shape| table(shape.name)).collect()
    }

    fn verified(&self, vkey: &str) -> verify::Report {
        let mut keys = self.keys();
        let log = Verifier::parse(vkey).unwrap();
        verify::verify(&mut self.db(), &mut keys, 1, &log).unwrap().unwrap()
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
        rebuild::rebuild(&mut self.db(), &mut writer.unwrap(), 1, &mut |_, _| ()).unwrap();
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
    UNITS.iter().map(|(code, kind)| unit(code, *kind)).collect()
}

fn catalogue() -> Catalogue {
    let category = |code: &str| Category { zh: "供热".into(), en: "heating".into(), ..category(code, "housing") };
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
