//! A district on a disk in memory, with a desk that dies and comes back.

use super::asks::{Ask, Dice, What};
use super::book::Book;
use crate::*;
use ::registers::listen::meeting::Meetings;
use ::registers::listen::opinion::Opinions;
use ::registers::resolve::encounter::Encounters;
use ::registers::resolve::reception::Receptions;
use desk::Key;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use store::StoreError;
use store::db::{Call, Death, Fault, Hook, Step};
use store::testing::Disk;

/// What goes wrong at a call of the seam, once.
#[derive(Clone, Debug)]
pub enum Mishap {
    Dies,
    Fails(StoreError),
    /// The commit is durable, and the caller is told that nobody knows.
    SaysFailed,
}

/// A fault of the seam itself, which the simulator has to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// Some commits are acknowledged before they are durable.
    Early,
    /// Some rows are not read.
    Rows,
}

/// What stands between the desk and the disk.
struct Plan {
    dice: Dice,
    planted: Option<Planted>,
    /// After so many calls, this.
    armed: Option<(usize, Mishap)>,
    /// Only the schedule's own steps count, not those that open or prove.
    planting: bool,
}

impl Plan {
    fn hook(dice: Dice, planted: Option<Planted>) -> Arc<Mutex<Plan>> {
        Arc::new(Mutex::new(Plan { dice, planted, armed: None, planting: false }))
    }

    fn fault(&mut self, step: Step) -> Fault {
        let lies = match self.planted.filter(|_| self.planting && !step.keys && !step.after) {
            Some(Planted::Early) => step.call == Call::Commit && self.dice.one_in(4),
            Some(Planted::Rows) => step.call == Call::Row && self.dice.one_in(100),
            None => false,
        };
        if lies {
            return Fault::Lies;
        }
        if step.call == Call::Row {
            return Fault::None;
        }
        let Some((left, mishap)) = &mut self.armed else { return Fault::None };
        if *left > 0 {
            *left -= 1;
            return Fault::None;
        }
        let fault = match mishap {
            Mishap::Dies => Fault::Dies,
            Mishap::Fails(e) if !step.after => Fault::Fails(e.clone()),
            Mishap::SaysFailed if step.after && step.call == Call::Commit => {
                Fault::Fails(StoreError::Unavailable("made up".into()))
            }
            Mishap::Fails(_) | Mishap::SaysFailed => return Fault::None,
        };
        self.armed = None;
        fault
    }
}

/// What somebody who asked knows.
#[derive(Clone, Debug)]
pub enum Did {
    Raised(Raised),
    Acted(Acted),
    Changed(u64),
    /// An act on a record of a register.
    Done(Box<desk::Done>),
    Refused(Why),
    Failed(StoreError),
    /// There was no answer.
    Lost,
}

impl Did {
    fn of<T>(answer: Result<T, Failure>, done: impl FnOnce(T) -> Did) -> Did {
        match answer {
            Ok(t) => done(t),
            Err(Failure::Refused(refusal)) => Did::Refused(refusal.why),
            Err(Failure::Store(e)) => Did::Failed(e),
            Err(Failure::Closed) => Did::Lost,
            Err(Failure::Held(hold)) => panic!("held: {hold:?}"),
        }
    }

    /// Whether it may be in the ledger or not.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Did::Lost | Did::Failed(StoreError::Unavailable(_)))
    }

    /// Whether it was done now, and not before.
    pub fn is_new(&self) -> bool {
        match self {
            Did::Raised(raised) => !raised.again,
            Did::Acted(acted) => !acted.again,
            Did::Done(done) => !done.again,
            Did::Changed(_) => true,
            _ => false,
        }
    }
}

/// The district as it was founded, to be copied for each schedule.
pub struct Origin {
    disk: Mutex<Disk>,
    pub log: Verifier,
    at: Moment,
}

impl Origin {
    pub fn found() -> Origin {
        let quiet: Hook = Arc::new(Mutex::new(|_| Fault::None));
        let disk = Disk::new(quiet).unwrap();
        let at = Moment::from_local(date(2024, 3, 4).at(9, 0, 0, 0));
        let (units, categories) = (units(), catalogue().categories);
        let founded = testing::Plan { clock: Clock::at(at), units, categories, ..testing::Plan::default() };
        let (desk, thread) = founded.found(&disk.place());
        let log = Verifier::parse(desk.vkey()).unwrap();
        drop(desk);
        thread.join().unwrap();
        Origin { disk: Mutex::new(disk), log, at }
    }
}

/// One schedule's world.
pub struct World<'a> {
    pub dice: Dice,
    pub reader: Db,
    pub clock: Clock,
    pub book: Book,
    pub log: &'a Verifier,
    disk: Disk,
    plan: Arc<Mutex<Plan>>,
    open: Option<(Desk, WriterThread)>,
    /// How many keys were made, and how often the desk was opened: each has random numbers of its own.
    keys: u64,
    opened: u64,
    seed: u64,
    /// Whether this schedule is mostly about talk meetings.
    pub meets: bool,
    /// Whether it is mostly about reception days and who comes to them.
    pub receives: bool,
    runtime: tokio::runtime::Runtime,
    talks: bool,
}

impl<'a> World<'a> {
    pub fn new(origin: &'a Origin, seed: u64, planted: Option<Planted>) -> World<'a> {
        let plan = Plan::hook(Dice::new(seed ^ 0x5eed), planted);
        let shared = plan.clone();
        let hook: Hook = Arc::new(Mutex::new(move |step| lock(&shared).fault(step)));
        let disk = lock(&origin.disk).copy(hook).unwrap();
        let mut world = World {
            dice: Dice::new(seed),
            reader: Db::open_reader(&disk.place()).unwrap(),
            clock: Clock::at(origin.at),
            book: Book::default(),
            log: &origin.log,
            disk,
            plan,
            open: None,
            keys: 0,
            opened: 0,
            seed,
            meets: seed % 4 == 1,
            receives: seed % 4 == 3,
            runtime: tokio::runtime::Builder::new_current_thread().build().unwrap(),
            talks: super::number("DOORSTEP_SEED").is_some(),
        };
        world.book.size = super::book::entries(&mut world.reader, 0).len() as u64;
        world.start();
        world
    }

    pub fn desk(&self) -> &Desk {
        &self.open.as_ref().unwrap().0
    }

    pub fn place(&self) -> Place {
        self.disk.place()
    }

    pub fn fresh_key(&mut self) -> Key {
        self.keys += 1;
        Key::of("simulator", &self.keys.to_string())
    }

    /// Lets something go wrong soon; or nothing any more.
    pub fn arm(&mut self, within: Option<usize>) {
        let other = [StoreError::Full("made up".into()), StoreError::Busy("made up".into())];
        let armed = within.map(|most| {
            let mishap = match self.dice.below(8) {
                0..=3 => Mishap::Dies,
                4 => Mishap::SaysFailed,
                5 => Mishap::Fails(StoreError::Unavailable("made up".into())),
                _ => Mishap::Fails(self.dice.pick(&other)),
            };
            (self.dice.below(most), mishap)
        });
        self.tell(&format!("soon: {armed:?}"));
        lock(&self.plan).armed = armed;
    }

    /// Starts the desk, as often as it takes: something may go wrong then too.
    pub fn start(&mut self) {
        loop {
            self.opened += 1;
            let entropy = Entropy::seeded(self.seed << 16 | self.opened);
            let options = Options { number: 1, clock: self.clock.clone(), entropy, ..Options::default() };
            let place = self.place();
            match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| Desk::open(&place, options))) {
                Ok(Ok(open)) => {
                    self.open = Some(open);
                    lock(&self.plan).planting = true;
                    return;
                }
                Ok(Err(Failure::Store(e))) => assert!(format!("{e:?}").contains("made up"), "a start failed: {e:?}"),
                Ok(Err(e)) => panic!("a start failed: {e}"),
                Err(unwound) => died(unwound),
            }
        }
    }

    /// The desk ends, if it has not died already.
    pub fn stop(&mut self) {
        lock(&self.plan).planting = false;
        self.tell("stop");
        let (desk, thread) = self.open.take().unwrap();
        drop(desk);
        if let Err(unwound) = thread.join() {
            died(unwound);
        }
    }

    pub fn is_dead(&self) -> bool {
        self.open.as_ref().is_none_or(|(_, thread)| thread.is_finished())
    }

    /// Asks all of it in one go: it stands in the queue before the writer sees any of it.
    pub fn ask_all(&mut self, asks: &[Ask]) -> Vec<Did> {
        // After a group that failed, the writer reads anew what is durable: that comes by itself, so that what it gets
        // with the first of these does not depend on how fast they come.
        while self.desk().keys_now(|_| Ok(())).is_err() {
            if self.is_dead() {
                return asks.iter().map(|_| Did::Lost).collect();
            }
        }
        let desk = self.desk().clone();
        let (go, gate) = std::sync::mpsc::channel::<()>();
        let mut first = Box::pin(desk.keys(move |_| {
            let _ = gate.recv();
            Ok(())
        }));
        let mut waiting: Vec<Pin<Box<dyn Future<Output = Did>>>> =
            asks.iter().map(|ask| Box::pin(answer(desk.clone(), ask.clone())) as _).collect();
        let mut did: Vec<Option<Did>> = vec![None; asks.len()];
        let (mut go, mut opened) = (Some(go), false);
        self.runtime.block_on(std::future::poll_fn(|context| {
            if !opened {
                opened = first.as_mut().poll(context).is_ready();
            }
            for (waiting, did) in waiting.iter_mut().zip(&mut did).filter(|(_, did)| did.is_none()) {
                if let Poll::Ready(answer) = waiting.as_mut().poll(context) {
                    *did = Some(answer);
                }
            }
            drop(go.take());
            if did.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
        }));
        let did: Vec<Did> = did.into_iter().map(|did| did.unwrap_or(Did::Lost)).collect();
        if did.iter().any(|did| matches!(did, Did::Lost)) {
            self.wait_for_death();
        }
        for (ask, did) in asks.iter().zip(&did) {
            self.tell(&format!("{ask:?}\n    → {did:?}"));
        }
        did
    }

    /// Whoever waits hears of a death before the thread has ended.
    pub fn wait_for_death(&self) {
        while !self.is_dead() {
            std::thread::yield_now();
        }
    }

    /// Says what happens, when one schedule is played again.
    pub fn tell(&self, what: &str) {
        if self.talks {
            eprintln!("{what}");
        }
    }
}

async fn answer(desk: Desk, Ask { actor, what, key }: Ask) -> Did {
    match what {
        What::Raise(raise) => Did::of(desk.raise(actor, *raise, vec![], key).await, Did::Raised),
        What::Act { id, seen, command } => Did::of(desk.act(actor, id, seen, *command, key).await, Did::Acted),
        What::Meet { on, act } => {
            let done = desk.execute::<Meetings>((actor, Visit::BEST), on, None, *act, key).await;
            Did::of(done, |done| Did::Done(Box::new(done)))
        }
        What::Line { on, act } => {
            let done = desk.execute::<Opinions>((actor, Visit::BEST), on, None, *act, key).await;
            Did::of(done, |done| Did::Done(Box::new(done)))
        }
        What::Day { on, act } => {
            let done = desk.execute::<Receptions>((actor, Visit::BEST), on, None, *act, key).await;
            Did::of(done, |done| Did::Done(Box::new(done)))
        }
        What::Visit { on, act } => {
            let done = desk.execute::<Encounters>((actor, Visit::BEST), on, None, *act, key).await;
            Did::of(done, |done| Did::Done(Box::new(done)))
        }
        What::Change(command) => match key {
            Some(key) => {
                let asked = format!("{command:?}");
                Did::of(desk.change_once(actor, *command, key, &asked).await, |c| Did::Changed(c.index))
            }
            None => Did::of(desk.change(actor, *command).await, |c| Did::Changed(c.index)),
        },
    }
}

/// A thread may end by a death that was arranged, and by nothing else.
fn died(unwound: Box<dyn std::any::Any + Send>) {
    if !unwound.is::<Death>() {
        std::panic::resume_unwind(unwound);
    }
}

pub fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
