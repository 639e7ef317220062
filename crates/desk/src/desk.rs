//! The desk as its callers see it.

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::once::{Once, Photo, hash_of, keep, raise_request};
use crate::outcome::{Acted, Changed, Done, Failure, Key, Raised};
use crate::standing::{Hold, Standing};
use crate::writer::{Changes, Hall, Job, Merged, Order, Reply, Shared, Writer};
use domain::case::{CaseId, Cases, Command, Raise, Visit};
use domain::district::{self, DISTRICT_STREAM, District, Districts};
use domain::register::{Ask, On, Register, Registers, Shelf, Values};
use domain::{Actor, Moment};
use ledger::checkpoint::Signer;
use serde::Serialize;
use std::any::Any;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;
use store::db::{Write, WriteBack};
use store::keys::SIGNING_KEY;
use store::log::Log;
use store::{Db, Keys, Place, StoreError};
use tokio::sync::{broadcast, mpsc, oneshot};

/// How many commands may wait for the writer before callers wait for a place.
const WAITING_MOST: usize = 8192;

/// How many commits who listens may be behind.
const CHANGES_KEPT: usize = 1024;

/// The origin line of a demo district's ledger. It is the mark that the district is made up: it stands in the first
/// entry and in every checkpoint, whatever engine and whatever copy.
pub const DEMO_ORIGIN: &str = "doorstep.example/demo";

/// What stands between the origin of a district's ledger and the name of a hall's, whose ledger is merged into it.
pub const HALL: &str = "/hall/";

/// Whether a ledger with this public key line is a demo's, or that of a hall of a demo. The line begins with the origin.
fn is_demo(vkey: &str) -> bool {
    let origin = vkey.split('+').next().unwrap_or_default();
    origin.split(HALL).next() == Some(DEMO_ORIGIN)
}

/// How a desk is opened.
pub struct Options {
    /// The district's number; every row of its data begins with it.
    pub number: i64,
    /// Where the present comes from. In a demo district the machine's clock is read as going on from the last event:
    /// otherwise everything there would be years overdue.
    pub clock: Clock,
    /// Where random numbers come from.
    pub entropy: Entropy,
    /// The registers whose acts it takes.
    pub registers: Registers,
}

impl Default for Options {
    fn default() -> Self {
        Options { number: 1, clock: Clock::System, entropy: Entropy::system(), registers: registers::REGISTERS }
    }
}

/// The only door for change. Cheap to clone; the writer ends when the last clone is gone.
#[derive(Clone)]
pub struct Desk {
    jobs: mpsc::Sender<Job>,
    changes: broadcast::Sender<Changes>,
    district: Arc<RwLock<Arc<District>>>,
    clock: Clock,
    standing: Arc<Standing>,
    number: i64,
    registers: Registers,
    vkey: Arc<str>,
    /// How the write-ahead logs of both databases are written back.
    written_back: Arc<[WriteBack]>,
}

/// The writer's thread: join it after the last desk is dropped to be sure that everything is on disk and unlocked.
pub type WriterThread = JoinHandle<()>;

impl Desk {
    /// Makes the place's tables and keys if they are not there, and founds a district whose checkpoints have this
    /// origin line.
    ///
    /// # Errors
    /// A [`Failure`]; a district that is there already is left alone and refused.
    pub fn found(
        place: &Place,
        mut options: Options,
        zh: &str,
        en: &str,
        origin: &str,
    ) -> Result<(Desk, WriterThread), Failure> {
        let mut db = Db::open_writer(place)?;
        store::schema::migrate(&mut db)?;
        let mut keys = Keys::open(place, options.number, true)?;
        if keys.secret(SIGNING_KEY)?.is_none() {
            let line =
                Signer::secret_line(options.entropy.bytes(), origin).map_err(|e| StoreError::Other(e.to_string()))?;
            keys.put_secret(SIGNING_KEY, &line)?;
        }
        let (desk, thread) = Desk::start(db, keys, options)?;
        let command = district::Command::Found {
            zh: zh.to_owned(),
            en: en.to_owned(),
            origin: origin.to_owned(),
            vkey: desk.vkey.to_string(),
        };
        desk.change_now(Actor::System { name: "init".into() }, command)?;
        Ok((desk, thread))
    }

    /// Opens the desk of a district that is there.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none, [`StoreError::Locked`] if another process writes there.
    pub fn open(place: &Place, options: Options) -> Result<(Desk, WriterThread), Failure> {
        // A reader makes nothing: neither a mistyped path nor a key store that is gone becomes a new one.
        store::start::ask(place, options.number)?;
        let mut db = Db::open_writer(place)?;
        store::schema::migrate(&mut db)?;
        let keys = Keys::open(place, options.number, true)?;
        Desk::start(db, keys, options)
    }

    fn start(db: Db, mut keys: Keys, options: Options) -> Result<(Desk, WriterThread), Failure> {
        let Options { number, clock, entropy, registers } = options;
        let line = keys.secret(SIGNING_KEY)?.ok_or_else(|| StoreError::Missing("the ledger's signing key".into()))?;
        let signer = Signer::new(&line).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        let vkey: Arc<str> = signer.vkey().into();
        let mut log = Log::open(db, keys, number, signer)?;
        let clock = match clock {
            Clock::System if is_demo(&vkey) => Clock::running_from(store::read::last_at(log.db(), number)?),
            clock => clock,
        };
        let district = Arc::new(RwLock::new(Arc::new(District::default())));
        let standing = Arc::new(Standing::default());
        let (changes, _) = broadcast::channel(CHANGES_KEPT);
        let shared = Shared { changes: changes.clone(), district: district.clone(), standing: standing.clone() };
        let written_back = [log.db().write_back(), log.keys().write_back()].into_iter().flatten().collect();
        let writer = Writer::new(log, (number, registers), clock.clone(), entropy, shared)?;
        let (jobs, waiting) = mpsc::channel(WAITING_MOST);
        let thread = std::thread::Builder::new().name("writer".into()).spawn(move || writer.run(waiting));
        let thread = thread.map_err(|e| StoreError::Other(e.to_string()))?;
        Ok((Desk { jobs, changes, district, clock, standing, number, registers, vkey, written_back }, thread))
    }

    /// What is changed from now on, commit by commit, once it is on disk. Who falls behind is told so, and looks anew.
    pub fn changes(&self) -> broadcast::Receiver<Changes> {
        self.changes.subscribe()
    }

    /// The district as of the latest commit.
    pub fn district(&self) -> Arc<District> {
        self.district.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The district's number.
    pub fn number(&self) -> i64 {
        self.number
    }

    /// The registers whose acts it takes.
    pub fn registers(&self) -> Registers {
        self.registers
    }

    /// Whether the district is a demo: openly made up, with a clock of its own.
    pub fn is_demo(&self) -> bool {
        is_demo(&self.vkey)
    }

    /// Whether this is the ledger of a hall without network: what it gives out is provisional until it is merged.
    pub fn is_hall(&self) -> bool {
        self.vkey.split('+').next().is_some_and(|origin| origin.contains(HALL))
    }

    /// The present.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// What keeps the desk from taking anything down now.
    pub fn held(&self) -> Option<Hold> {
        self.standing.held()
    }

    /// What to call when cases have no key (how many, and the entry of the first): it holds the intake until the next start.
    pub fn on_lacking_keys(&self) -> impl FnOnce(u64, i64) + Send + 'static {
        let standing = self.standing.clone();
        move |without, first| standing.lacks_keys(without, first)
    }

    /// Whether what is handed in now would be on disk: nothing holds the desk, the last group was committed, the database
    /// takes in its write-ahead log, and a small write succeeds: the heartbeat.
    ///
    /// # Errors
    /// Why not.
    pub async fn ready(&self) -> Result<(), Failure> {
        self.standing.ready()?;
        if let Some(fault) = self.written_back.iter().find_map(WriteBack::fault) {
            return Err(fault.into());
        }
        if self.standing.wrote_lately() {
            return Ok(());
        }
        self.ask(|reply| Job::Beat { reply }).await
    }

    /// The server runs now: writes the heartbeat, and looks at the clock.
    ///
    /// # Errors
    /// What holds the desk; what the database says.
    pub fn beat_now(&self) -> Result<(), Failure> {
        self.ask_now(|reply| Job::Beat { reply })
    }

    /// The ledger's public key line.
    pub fn vkey(&self) -> &str {
        &self.vkey
    }

    async fn ask<T>(&self, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, Failure> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send(job(reply)).await.map_err(|_| Failure::Closed)?;
        answer.await.map_err(|_| Failure::Closed)?
    }

    /// [`Desk::ask`] for a thread that may block.
    fn ask_now<T>(&self, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, Failure> {
        let (reply, answer) = oneshot::channel();
        self.jobs.blocking_send(job(reply)).map_err(|_| Failure::Closed)?;
        answer.blocking_recv().map_err(|_| Failure::Closed)?
    }

    /// Acts on a record of any register. With `seen`, only if the record still has that version; with a key, the same key
    /// again gives the same answer.
    ///
    /// # Errors
    /// A [`Failure`]; then nothing has changed, neither in this record nor in one that the act asks.
    pub async fn execute<R: Register>(
        &self,
        (actor, visit): (Actor, Visit),
        on: On,
        seen: Option<u64>,
        act: R::Act,
        key: Option<Key>,
    ) -> Result<Done, Failure>
    where
        R::Act: Serialize,
    {
        let record = match on {
            On::New | On::Begin(_) => None,
            On::Record(id) => Some(id),
        };
        let once = key.map(|key| Once { key, request: hash_of(&(&actor, R::CODE, record, &act)) });
        let ask = Ask::of::<R>(on, act);
        self.order(Order { actor, visit, seen, ask, files: Vec::new(), once }).await
    }

    /// [`Desk::execute`] of an act that was read from what was handed in; see [`Shelf::read_act`].
    ///
    /// # Errors
    /// As there.
    pub async fn execute_read(
        &self,
        (actor, visit): (Actor, Visit),
        shelf: &'static dyn Shelf,
        (on, seen): (On, Option<u64>),
        (code, values, act): (&str, &Values, Box<dyn Any + Send + Sync>),
        key: Option<Key>,
    ) -> Result<Done, Failure> {
        let record = match on {
            On::New | On::Begin(_) => None,
            On::Record(id) => Some(id),
        };
        let read: Vec<(&str, &str)> = values.iter().collect();
        let once = key.map(|key| Once { key, request: hash_of(&(&actor, shelf.code(), record, code, read)) });
        let ask = Ask { register: shelf.code(), on, act };
        self.order(Order { actor, visit, seen, ask, files: Vec::new(), once }).await
    }

    async fn order(&self, order: Order) -> Result<Done, Failure> {
        self.ask(|reply| Job::Do { order: Box::new(order), reply }).await
    }

    fn order_now(&self, order: Order) -> Result<Done, Failure> {
        self.ask_now(|reply| Job::Do { order: Box::new(order), reply })
    }

    /// Raises a case with its photos (kind and re-encoded bytes). With a key, the same key again gives the same answer.
    ///
    /// # Errors
    /// A [`Failure`]; then the case is not there.
    pub async fn raise(
        &self,
        actor: Actor,
        raise: Raise,
        photos: Vec<Photo>,
        key: Option<Key>,
    ) -> Result<Raised, Failure> {
        self.order(raising(actor, raise, photos, key)).await.map(Raised::from)
    }

    /// [`Desk::raise`] for a thread that may block.
    ///
    /// # Errors
    /// As there.
    pub fn raise_now(&self, actor: Actor, raise: Raise, key: Option<Key>) -> Result<Raised, Failure> {
        self.order_now(raising(actor, raise, Vec::new(), key)).map(Raised::from)
    }

    /// Acts on a case. With `seen`, only if the case still has that version. A resident acts as with the best that opens the
    /// case: that is for what the program plays; pages call [`Desk::visit`].
    ///
    /// # Errors
    /// A [`Failure`]; then nothing has changed.
    pub async fn act(
        &self,
        actor: Actor,
        id: CaseId,
        seen: Option<u64>,
        command: Command,
        key: Option<Key>,
    ) -> Result<Acted, Failure> {
        self.order(acting((actor, Visit::BEST), id, seen, command, key)).await.map(Acted::from)
    }

    /// [`Desk::act`] of a resident, in a visit: what opened it decides what may be done, and what a verdict is worth.
    ///
    /// # Errors
    /// As there.
    pub async fn visit(
        &self,
        visit: Visit,
        id: CaseId,
        seen: Option<u64>,
        command: Command,
        key: Option<Key>,
    ) -> Result<Acted, Failure> {
        self.order(acting((Actor::Resident, visit), id, seen, command, key)).await.map(Acted::from)
    }

    /// [`Desk::act`] for a thread that may block.
    ///
    /// # Errors
    /// As there.
    pub fn act_now(&self, actor: Actor, id: CaseId, command: Command) -> Result<Acted, Failure> {
        self.order_now(acting((actor, Visit::BEST), id, None, command, None)).map(Acted::from)
    }

    /// Changes the district itself.
    ///
    /// # Errors
    /// A [`Failure`]; then nothing has changed.
    pub async fn change(&self, actor: Actor, command: district::Command) -> Result<Changed, Failure> {
        self.order(changing(actor, command, None)).await.map(Changed::from)
    }

    /// [`Desk::change`] that is done once: the same key again changes nothing and gives the first answer. `asked` is what
    /// the caller asked for, where the command holds what was computed from it at that moment.
    ///
    /// # Errors
    /// As there; a key that came with something else before is refused.
    pub async fn change_once(
        &self,
        actor: Actor,
        command: district::Command,
        key: Key,
        asked: &str,
    ) -> Result<Changed, Failure> {
        let once = Some(Once { key, request: hash_of(&(&actor, asked)) });
        self.order(changing(actor, command, once)).await.map(Changed::from)
    }

    /// [`Desk::change`] for a thread that may block.
    ///
    /// # Errors
    /// As there.
    pub fn change_now(&self, actor: Actor, command: district::Command) -> Result<Changed, Failure> {
        self.order_now(changing(actor, command, None)).map(Changed::from)
    }

    /// Writes rows that are not part of the history: sessions, password hashes, token hashes.
    ///
    /// # Errors
    /// A [`Failure`]; then nothing has changed.
    pub async fn put(&self, writes: Vec<Write>) -> Result<(), Failure> {
        self.ask(|reply| Job::Put { writes, reply }).await
    }

    /// [`Desk::put`] for a thread that may block.
    ///
    /// # Errors
    /// As there.
    pub fn put_now(&self, writes: Vec<Write>) -> Result<(), Failure> {
        self.ask_now(|reply| Job::Put { writes, reply })
    }

    /// Works on the key store with the hand of the one writer.
    ///
    /// # Errors
    /// A [`Failure`]; what `work` did before it failed is its own matter.
    pub async fn keys<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Keys) -> store::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let job = |reply: Reply<T>| Job::Keys {
            work: Box::new(move |keys: &mut Keys| drop(reply.send(work(keys).map_err(Failure::from)))),
        };
        self.ask(job).await
    }

    /// [`Desk::keys`] for a thread that may block.
    ///
    /// # Errors
    /// As there.
    pub fn keys_now<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Keys) -> store::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let job = |reply: Reply<T>| Job::Keys {
            work: Box::new(move |keys: &mut Keys| drop(reply.send(work(keys).map_err(Failure::from)))),
        };
        self.ask_now(job)
    }

    /// Sets a clock that is set by hand, in the order of the commands: what was sent before is done at its own time.
    /// One that runs is left alone.
    ///
    /// # Errors
    /// [`Failure::Closed`].
    pub async fn set_clock(&self, at: Moment) -> Result<(), Failure> {
        self.jobs.send(Job::Clock { at }).await.map_err(|_| Failure::Closed)
    }

    /// Ends the waiting times that have run out, lets merged cases follow the case they went into, and moves the dates
    /// that a new calendar table moves; returns how many cases it worked on. Call it until it returns 0, and again every
    /// hour.
    ///
    /// # Errors
    /// A [`Failure`].
    pub fn sweep_now(&self) -> Result<u64, Failure> {
        self.ask_now(|reply| Job::Sweep { reply })
    }
}

impl Desk {
    /// Takes over what happened in a hall without network: each event once, however often it is merged. For a thread that
    /// may block.
    ///
    /// # Errors
    /// A [`Failure`]; then nothing has changed.
    pub fn merge_now(&self, hall: Hall) -> Result<Merged, Failure> {
        self.ask_now(|reply| Job::Merge { hall: Box::new(hall), reply })
    }
}

fn raising(actor: Actor, mut raise: Raise, photos: Vec<Photo>, key: Option<Key>) -> Order {
    let files = keep(&mut raise, photos);
    let once = key.map(|key| Once { key, request: raise_request(&actor, &raise) });
    let ask = Ask::of::<Cases>(On::New, raise.into());
    Order { actor, visit: Visit::BEST, seen: None, ask, files, once }
}

fn acting(by: (Actor, Visit), id: CaseId, seen: Option<u64>, command: Command, key: Option<Key>) -> Order {
    let (actor, visit) = by;
    let once = key.map(|key| Once { key, request: hash_of(&(&actor, id, &command)) });
    let ask = Ask::of::<Cases>(On::Record(id), command.into());
    Order { actor, visit, seen, ask, files: Vec::new(), once }
}

fn changing(actor: Actor, command: district::Command, once: Option<Once>) -> Order {
    let ask = Ask::of::<Districts>(On::Record(DISTRICT_STREAM), command);
    Order { actor, visit: Visit::BEST, seen: None, ask, files: Vec::new(), once }
}
