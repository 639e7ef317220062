//! A founded district on a real database: what tests of the desk, and of all that stands above it, begin with.

use desk::{Acted, Changed, Clock, Desk, Done, Entropy, Failure, Options, WriterThread};
use domain::case::{Case, CaseId, Cases, Command, Fields, Visit};
use domain::district::{Catalogue, Category, Command as Change, Unit};
use domain::register::{On, Register, Registers};
use domain::{Actor, Moment};
use serde::Serialize;
use std::time::Duration;
use store::listed::{self, Told};
use store::{Db, Keys, Place, StoreError};
use tempfile::TempDir;

/// An empty place in a folder of its own, on SQLite.
///
/// # Panics
/// The folder can't be made.
pub fn on_disk() -> (Place, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    (Place::parse(data.to_str().expect("a path")).expect("a place"), folder)
}

/// An empty place on every engine that is there, each with the folder that keeps it alive.
///
/// # Panics
/// A place can't be made.
pub fn places() -> Vec<(Place, TempDir)> {
    let cluster = store::testing::cluster();
    let other = cluster.map(|cluster| Place::parse(&cluster.database().expect("a database")).expect("a place"));
    let other = other.map(|place| (place, tempfile::tempdir().expect("a folder")));
    std::iter::once(on_disk()).chain(other).collect()
}

/// Who founds a district.
pub fn founder() -> Actor {
    Actor::System { name: "init".into() }
}

/// What a desk is opened with when its clock is set by hand; the same seed gives the same codes.
pub fn options(clock: &Clock, seed: u64) -> Options {
    Options { clock: clock.clone(), entropy: Entropy::seeded(seed), ..Options::default() }
}

/// What is founded.
pub struct Plan {
    /// The ledger's origin.
    pub origin: &'static str,
    /// The district's name, in Chinese and in English.
    pub name: [&'static str; 2],
    /// What time it is then.
    pub clock: Clock,
    /// What codes and keys are drawn from.
    pub entropy: Entropy,
    /// Its units.
    pub units: Vec<Unit>,
    /// Its categories.
    pub categories: Vec<Category>,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan {
            origin: "example.test/ledger",
            name: ["示例区", "Example"],
            clock: Clock::at(crate::at("2024-03-04T09:00")),
            entropy: Entropy::seeded(1),
            units: Vec::new(),
            categories: Vec::new(),
        }
    }
}

impl Plan {
    /// What the program itself would found now, by the clock of this machine.
    pub fn of_today() -> Plan {
        Plan { clock: Clock::System, entropy: Entropy::system(), ..Plan::default() }
    }

    /// Founds it.
    ///
    /// # Panics
    /// It can't be founded there.
    pub fn found(self, place: &Place) -> (Desk, WriterThread) {
        let options = Options { clock: self.clock, entropy: self.entropy, ..Options::default() };
        let (desk, thread) =
            Desk::found(place, options, self.name[0], self.name[1], self.origin).expect("a district is founded");
        let catalogue = Catalogue { categories: self.categories, ..Catalogue::default() };
        let units = (!self.units.is_empty()).then_some(Change::SetUnits(self.units));
        let catalogue = (!catalogue.categories.is_empty()).then_some(Change::PublishCatalogue(catalogue));
        for change in units.into_iter().chain(catalogue) {
            desk.change_now(founder(), change).expect("the district takes it");
        }
        (desk, thread)
    }
}

/// A founded district with its desk open, and a clock that is set by hand.
pub struct Founded {
    /// Where its data lives.
    pub place: Place,
    /// What keeps the place alive; tests put what they need beside it.
    pub folder: TempDir,
    /// Its clock.
    pub clock: Clock,
    /// The registers that it is opened with.
    pub registers: Registers,
    open: Option<(Desk, WriterThread)>,
}

impl Founded {
    /// Founds a district.
    ///
    /// # Panics
    /// It can't be founded there.
    pub fn new((place, folder): (Place, TempDir), plan: Plan) -> Founded {
        let clock = plan.clock.clone();
        let open = Some(plan.found(&place));
        Founded { place, folder, clock, registers: registers::REGISTERS, open }
    }

    /// Its desk.
    ///
    /// # Panics
    /// It is closed.
    pub fn desk(&self) -> &Desk {
        &self.open.as_ref().expect("an open desk").0
    }

    /// Closes the desk: everything is on disk then. The key by which its checkpoints are verified.
    ///
    /// # Panics
    /// It is closed already, or its thread has died.
    pub fn close(&mut self) -> String {
        let (desk, thread) = self.open.take().expect("an open desk");
        let vkey = desk.vkey().to_owned();
        drop(desk);
        thread.join().expect("the writer ends");
        vkey
    }

    /// Opens the desk anew.
    ///
    /// # Panics
    /// It can't be opened.
    pub fn reopen(&mut self, seed: u64) {
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
                Err(Failure::Store(StoreError::Locked(_))) => std::thread::sleep(Duration::from_millis(20)),
                Err(e) => panic!("{e}"),
            }
        }
        panic!("the lock was not given back");
    }

    /// A reader of its database.
    ///
    /// # Panics
    /// It can't be opened.
    pub fn db(&self) -> Db {
        Db::open_reader(&self.place).expect("a reader")
    }

    /// Its key store.
    ///
    /// # Panics
    /// It can't be opened.
    pub fn keys(&self) -> Keys {
        Keys::open(&self.place, 1, false).expect("the key store")
    }

    /// A case as it stands.
    ///
    /// # Panics
    /// There is no such case.
    pub fn case(&self, id: CaseId) -> Case {
        store::read::case(&mut self.db(), 1, id).expect("a case that can be read").expect("a case")
    }

    /// The private part of a case's latest event of a kind.
    ///
    /// # Panics
    /// There is no such event.
    pub fn said(&self, id: CaseId, kind: &str) -> Fields {
        let mut db = self.db();
        let stream = store::read::stream::<Cases>(&mut db, 1, id).expect("a stream that can be read");
        let event = stream.events.iter().rev().find(|e| e.body.event.kind() == kind).expect("such an event");
        store::read::private(&mut db, &mut self.keys(), 1, id, event.version, event.seq).expect("its words")
    }

    /// Changes the district.
    ///
    /// # Errors
    /// As [`Desk::change_now`].
    pub fn change(&self, change: Change) -> Result<Changed, Failure> {
        self.desk().change_now(founder(), change)
    }

    /// An act on a case.
    ///
    /// # Panics
    /// It is refused.
    pub fn act(&self, by: &Actor, id: CaseId, command: Command) -> Acted {
        let said = format!("{by:?} {command:?}");
        self.desk().act_now(by.clone(), id, command).unwrap_or_else(|e| panic!("{said}: {e}"))
    }

    /// An act on a record of a register.
    ///
    /// # Errors
    /// As [`Desk::execute`].
    ///
    /// # Panics
    /// No runtime can be made.
    pub fn execute<R: Register>(&self, by: Actor, on: On, act: R::Act) -> Result<Done, Failure>
    where
        R::Act: Serialize,
    {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(self.desk().execute::<R>((by, Visit::BEST), on, None, act, None))
    }

    /// Records with their words.
    ///
    /// # Panics
    /// They can't be read.
    pub fn told(&self, ids: &[CaseId]) -> Vec<Told> {
        listed::some(&mut self.db(), &mut self.keys(), self.registers, 1, ids).expect("records that can be read")
    }

    /// What the state of a record says.
    ///
    /// # Panics
    /// There is no such record in the register.
    pub fn state<R: Register, T>(&self, id: CaseId, of: impl FnOnce(&R::State) -> T) -> T {
        let told = self.told(&[id]).pop().expect("a record");
        of(told.state.downcast_ref::<R::State>().expect("a record of this register"))
    }

    /// So many days go by.
    pub fn days(&self, days: i64) {
        self.minutes(days * 24 * 60);
    }

    /// So many minutes go by.
    pub fn minutes(&self, minutes: i64) {
        self.clock.set(Moment(self.clock.now().0 + minutes * 60_000));
    }
}
