//! What every handler has at hand.

use crate::jobs::Jobs;
use crate::limits::Limits;
use crate::pairings::Pairings;
use crate::problem::Problem;
use crate::receive::Bodies;
use crate::secret_tries::SecretTries;
use crate::sign_in_tries::SignInTries;
use crate::site::Site;
use crate::turns::Turns;
use crate::visits::Visits;
use desk::{Desk, Entropy};
use messages::Config;
use std::any::Any;
use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use store::keys::SIGNING_KEY;
use store::{Db, Keys, Place, Readers};

/// The folder of backups in a data folder.
const BACKUPS: &str = "backups";
/// How many reading connections there are.
const READERS: usize = 8;
/// Numbers, with the size of the ledger before they were counted.
type Counted = (u64, Arc<dyn Any + Send + Sync>);

/// How many counted questions are kept.
const COUNTED_MOST: usize = 64;
/// How many forms with photos are taken apart at the same time: each is in memory twice then. They have arrived whole
/// before (see `receive`), so that nobody waits for a slow sender.
const FORMS: usize = 4;
/// How many passwords may wait for a core to be hashed on.
const HASHES_WAITING: usize = 32;

/// The state behind the routes; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    desk: Desk,
    readers: Readers,
    keys: Mutex<Keys>,
    limits: Limits,
    secret_tries: SecretTries,
    sign_in_tries: SignInTries,
    bodies: Bodies,
    forms: Turns,
    hashes: Turns,
    visits: Visits,
    pairings: Pairings,
    /// What was counted last, by what was asked, with the size of the ledger before it was counted.
    counted: Mutex<HashMap<String, Counted>>,
    tokens: Mutex<HashMap<[u8; 32], String>>,
    entropy: Mutex<Entropy>,
    statements: AtomicU64,
    demo: bool,
    /// Whether accounts need no second factor: in a demo on this machine.
    settled: bool,
    site: Site,
    /// Whether a proxy that nobody named was warned about.
    warned: AtomicBool,
    place: Place,
    jobs: Jobs,
    backups: Option<PathBuf>,
    proxies: Vec<IpAddr>,
    finder: Option<reading::Finder>,
    messages: Arc<Config>,
    workbooks: workbook::Reader,
    /// Whether the server stops: what would go on for ever ends then.
    stopping: tokio::sync::watch::Sender<bool>,
}

impl App {
    /// The state over a desk and the place it writes to.
    ///
    /// # Errors
    /// What the key store says.
    pub fn new(desk: Desk, place: &Place) -> Result<App, store::StoreError> {
        let mut keys = Keys::open(place, desk.number(), false)?;
        let secret = keys.secret(SIGNING_KEY)?;
        let sign_in_tries = SignInTries::new(secret.as_ref().map_or(&[][..], |line| line.as_bytes()));
        let keys = Mutex::new(keys);
        let readers = Readers::new(place, READERS);
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(App(Arc::new(Inner {
            desk,
            readers,
            keys,
            limits: Limits::new(),
            secret_tries: SecretTries::new(),
            sign_in_tries,
            bodies: Bodies::new(),
            forms: Turns::new(FORMS, 8 * FORMS),
            hashes: Turns::new(cores, HASHES_WAITING),
            visits: Visits::default(),
            pairings: Pairings::default(),
            counted: Mutex::new(HashMap::new()),
            tokens: Mutex::new(HashMap::new()),
            entropy: Mutex::new(Entropy::system()),
            statements: AtomicU64::new(0),
            demo: false,
            settled: false,
            site: Site::listening(([127, 0, 0, 1], 0).into()),
            warned: AtomicBool::new(false),
            place: place.clone(),
            jobs: Jobs::default(),
            backups: place.folder().map(|folder| folder.join(BACKUPS)),
            proxies: Vec::new(),
            finder: None,
            messages: Arc::new(Config::none()),
            workbooks: workbook::Reader::this_program(),
            stopping: tokio::sync::watch::channel(false).0,
        })))
    }

    /// Changes once the server stops.
    pub(crate) fn stopping(&self) -> tokio::sync::watch::Receiver<bool> {
        self.0.stopping.subscribe()
    }

    /// Ends what would go on for ever.
    pub(crate) fn stop(&self) {
        self.0.stopping.send_replace(true);
    }

    /// As a demonstration: every page says so.
    pub fn demo(self) -> App {
        self.with(|inner| Inner { demo: true, ..inner })
    }

    /// Without second factors: of a demo on this machine, whose passwords everybody has.
    pub fn settled_accounts(self) -> App {
        self.with(|inner| Inner { settled: true, ..inner })
    }

    /// Whether accounts need no second factor.
    pub(crate) fn is_settled(&self) -> bool {
        self.0.settled
    }

    /// With the address under which people reach the site.
    pub fn at(self, site: Site) -> App {
        self.with(|inner| Inner { site, ..inner })
    }

    /// The address under which people reach the site.
    pub(crate) fn site(&self) -> &Site {
        &self.0.site
    }

    /// A machine that is no proxy of ours names callers: warned about once, also for the check-up. The line has no
    /// address, as it may be a resident who made the header up.
    pub(crate) fn warn_of_proxy(&self) {
        if !self.0.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "a proxy that is not named sends X-Forwarded-For: all its callers count as one address; name it with --proxy"
            );
            store::health::note_proxy(&self.0.place, self.0.desk.now());
        }
    }

    /// With another folder for backups than `backups` in the data folder.
    pub fn backups(self, folder: PathBuf) -> App {
        self.with(|inner| Inner { backups: Some(folder), ..inner })
    }

    /// With proxies on other machines: what these addresses name as their caller is believed, as is what comes from
    /// this machine.
    pub fn proxies(self, proxies: Vec<IpAddr>) -> App {
        self.with(|inner| Inner { proxies, ..inner })
    }

    /// While nobody else holds it.
    fn with(self, change: impl FnOnce(Inner) -> Inner) -> App {
        match Arc::try_unwrap(self.0) {
            Ok(inner) => App(Arc::new(change(inner))),
            Err(shared) => App(shared),
        }
    }

    /// The place of the data.
    pub(crate) fn place(&self) -> &Place {
        &self.0.place
    }

    /// Where backups go; none for a district on PostgreSQL that named no folder.
    pub(crate) fn backup_folder(&self) -> Option<&std::path::Path> {
        self.0.backups.as_deref()
    }

    /// Work that takes longer than an answer may.
    pub(crate) fn jobs(&self) -> &Jobs {
        &self.0.jobs
    }

    /// Whether what an address names as its caller is believed.
    pub(crate) fn is_proxy(&self, address: IpAddr) -> bool {
        address.is_loopback() || self.0.proxies.contains(&address)
    }

    /// With a search, which somebody keeps up.
    pub fn with_finder(self, finder: reading::Finder) -> App {
        self.with(|inner| Inner { finder: Some(finder), ..inner })
    }

    /// With the ways out for messages: what residents may choose from, and what the administrator sees.
    pub fn with_messages(self, messages: Arc<Config>) -> App {
        self.with(|inner| Inner { messages, ..inner })
    }

    /// With another reader of workbooks than this program.
    pub fn with_workbooks(self, workbooks: workbook::Reader) -> App {
        self.with(|inner| Inner { workbooks, ..inner })
    }

    pub(crate) fn workbooks(&self) -> workbook::Reader {
        self.0.workbooks
    }

    /// What searches; none where no place for an index was named.
    pub(crate) fn finder(&self) -> Option<&reading::Finder> {
        self.0.finder.as_ref()
    }

    pub(crate) fn messages(&self) -> &Config {
        &self.0.messages
    }

    pub(crate) fn is_demo(&self) -> bool {
        self.0.demo
    }

    /// Fresh random bytes for cookies and form keys.
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        self.0.entropy.lock().unwrap_or_else(PoisonError::into_inner).bytes()
    }

    /// Fresh random text for cookies and form keys, as hex.
    pub(crate) fn random_text(&self) -> String {
        self.random::<32>().iter().map(|b| format!("{b:02x}")).collect()
    }

    /// Does what hashes passwords, each time 19 MB and some 30 ms of a core: as many at the same time as there are cores,
    /// with random numbers of its own.
    pub(crate) async fn hash<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Entropy) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = self.0.hashes.take().await?;
        let work = move || {
            let done = work(&mut Entropy::system());
            drop(turn);
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Problem::broken())
    }

    /// The bodies of requests under way.
    pub(crate) fn bodies(&self) -> &Bodies {
        &self.0.bodies
    }

    /// Turns at taking forms with photos apart.
    pub(crate) fn forms(&self) -> &Turns {
        &self.0.forms
    }

    /// The name of the token with this hash. Its row is never changed or removed (that a token has ended is an event of
    /// the district), so what was found is remembered.
    pub(crate) async fn token(&self, key: [u8; 32]) -> Result<Option<String>, Problem> {
        let known = self.0.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let number = self.0.desk.number();
        let found = self.read(move |db, _| store::access::token(db, number, key)).await?;
        if let Some(name) = &found {
            self.0.tokens.lock().unwrap_or_else(PoisonError::into_inner).insert(key, name.clone());
        }
        Ok(found)
    }

    /// The limits of what is sent without being signed in.
    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The cases that are open to residents.
    pub(crate) fn visits(&self) -> &Visits {
        &self.0.visits
    }

    /// The codes with which a second device gets a case's secret.
    pub(crate) fn pairings(&self) -> &Pairings {
        &self.0.pairings
    }

    /// The failures to sign in.
    pub(crate) fn sign_in_tries(&self) -> &SignInTries {
        &self.0.sign_in_tries
    }

    /// The failures with the secrets of cases.
    pub(crate) fn secret_tries(&self) -> &SecretTries {
        &self.0.secret_tries
    }

    pub(crate) fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// Runs a reading on a thread that may block, with a connection and the key store.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db, &Mutex<Keys>) -> store::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let inner = self.0.clone();
        let count = move || {
            let of_keys = || inner.keys.lock().unwrap_or_else(PoisonError::into_inner).statements_run();
            let keys_before = of_keys();
            let (done, statements) = inner.readers.with(|db| {
                let before = db.statements_run();
                let done = work(db, &inner.keys);
                Ok((done, db.statements_run() - before))
            })?;
            inner.statements.fetch_add(statements, Ordering::Relaxed);
            done.map(|read| (read, statements + of_keys() - keys_before))
        };
        let done = tokio::task::spawn_blocking(count).await;
        let (read, statements) = done.map_err(|_| Problem::broken())??;
        crate::statements::add(statements);
        Ok(read)
    }

    /// [`App::read`] for what the ledger alone decides, such as the figures of a window: as long as there is no new entry,
    /// the same question gets the numbers that were counted for it. `asked` names the question, with all that narrows it.
    pub(crate) async fn counted<T: Send + Sync + 'static>(
        &self,
        asked: String,
        work: impl FnOnce(&mut Db) -> store::Result<T> + Send + 'static,
    ) -> Result<Arc<T>, Problem> {
        let (inner, number) = (self.0.clone(), self.desk().number());
        self.read(move |db, _| {
            let (_, size) = store::read::checkpoint(db, number)?;
            let kept = || inner.counted.lock().unwrap_or_else(PoisonError::into_inner);
            let same = kept().get(&asked).filter(|(at, _)| *at == size).map(|(_, numbers)| numbers.clone());
            if let Some(numbers) = same.and_then(|numbers| numbers.downcast::<T>().ok()) {
                return Ok(numbers);
            }
            let numbers = Arc::new(work(db)?);
            let mut kept = kept();
            if kept.len() >= COUNTED_MOST {
                kept.clear();
            }
            kept.insert(asked, (size, numbers.clone()));
            Ok(numbers)
        })
        .await
    }

    /// How many statements have been read with so far (those of the key store not counted): so that a test can say how
    /// many a page needs.
    pub fn statements_run(&self) -> u64 {
        self.0.statements.load(Ordering::Relaxed)
    }
}
