//! What every handler has at hand.

use crate::jobs::Jobs;
use crate::problem::Problem;
use crate::site::Site;
use desk::{Desk, Entropy};
use domain::case::CaseId;
use messages::Config;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::{Db, Keys, Place, Readers};

/// The folder of backups in a data folder.
const BACKUPS: &str = "backups";
/// How many reading connections there are.
const READERS: usize = 8;
/// How many cases a resident without a token may hand in from one address in [`INTAKE_WINDOW`].
const INTAKE_MOST: u32 = 30;
const INTAKE_WINDOW: Duration = Duration::from_secs(600);
/// How many wrong secrets a case takes in [`SECRET_WINDOW`] before it stops listening.
const SECRET_MOST: u32 = 10;
const SECRET_WINDOW: Duration = Duration::from_secs(3600);

/// How many acts a case takes from its resident in [`ACTS_WINDOW`].
const ACTS_MOST: u32 = 30;
const ACTS_WINDOW: Duration = Duration::from_secs(600);
/// How many times an account's password may be tried in [`SIGN_IN_WINDOW`], and how often one address may try any.
const SIGN_IN_MOST: u32 = 10;
const SIGN_IN_ADDRESS_MOST: u32 = 100;
const SIGN_IN_WINDOW: Duration = Duration::from_secs(900);
/// How long a case stays open to a resident who opened it with code and digits.
const VISIT_LASTS: Duration = Duration::from_secs(1800);

/// The state behind the routes; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    desk: Desk,
    readers: Readers,
    keys: Mutex<Keys>,
    intake: Limit<IpAddr>,
    secrets: Limit<String>,
    acts: Limit<[u8; 16]>,
    sign_ins: Limit<u32>,
    sign_in_addresses: Limit<IpAddr>,
    visits: Mutex<HashMap<[u8; 32], (CaseId, Instant)>>,
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
}

impl App {
    /// The state over a desk and the place it writes to.
    ///
    /// # Errors
    /// What the key store says.
    pub fn new(desk: Desk, place: &Place) -> Result<App, store::StoreError> {
        let keys = Mutex::new(Keys::open(place, desk.number(), false)?);
        let readers = Readers::new(place, READERS);
        let intake = Limit::new(INTAKE_MOST, INTAKE_WINDOW);
        let secrets = Limit::new(SECRET_MOST, SECRET_WINDOW);
        Ok(App(Arc::new(Inner {
            desk,
            readers,
            keys,
            intake,
            secrets,
            acts: Limit::new(ACTS_MOST, ACTS_WINDOW),
            sign_ins: Limit::new(SIGN_IN_MOST, SIGN_IN_WINDOW),
            sign_in_addresses: Limit::new(SIGN_IN_ADDRESS_MOST, SIGN_IN_WINDOW),
            visits: Mutex::new(HashMap::new()),
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
        })))
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

    /// Works with the source of random numbers: for a salt.
    pub(crate) fn with_entropy<T>(&self, work: impl FnOnce(&mut Entropy) -> T) -> T {
        work(&mut self.0.entropy.lock().unwrap_or_else(PoisonError::into_inner))
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

    /// Opens a case to whoever holds the cookie with this hash, for a while.
    pub(crate) fn begin_visit(&self, key: [u8; 32], id: CaseId) {
        let mut visits = self.0.visits.lock().unwrap_or_else(PoisonError::into_inner);
        if visits.len() >= KEYS_MOST {
            visits.retain(|_, (_, since)| since.elapsed() < VISIT_LASTS);
            if visits.len() >= KEYS_MOST {
                return;
            }
        }
        visits.insert(key, (id, Instant::now()));
    }

    /// The case that a cookie's hash opens. Each look keeps it open for longer.
    pub(crate) fn visit(&self, key: [u8; 32]) -> Option<CaseId> {
        let mut visits = self.0.visits.lock().unwrap_or_else(PoisonError::into_inner);
        let (id, since) = visits.get_mut(&key)?;
        if since.elapsed() >= VISIT_LASTS {
            visits.remove(&key);
            return None;
        }
        *since = Instant::now();
        Some(*id)
    }

    /// Ends a visit: the phone may be handed on.
    pub(crate) fn end_visit(&self, key: [u8; 32]) {
        self.0.visits.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }

    /// One more try to sign in; refused when there were too many for this account or from this address.
    /// An account that isn't there is not counted, so that made-up names fill nothing.
    pub(crate) fn count_sign_in(&self, account: Option<u32>, from: IpAddr) -> Result<(), Problem> {
        self.0.sign_in_addresses.count(from)?;
        account.map_or(Ok(()), |account| self.0.sign_ins.count(account))
    }

    /// A try that was right: the account may be tried anew.
    pub(crate) fn signed_in(&self, account: u32) {
        self.0.sign_ins.forget(&account);
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

    /// How many statements have been read with so far (those of the key store not counted): so that a test can say how
    /// many a page needs.
    pub fn statements_run(&self) -> u64 {
        self.0.statements.load(Ordering::Relaxed)
    }

    /// One more case from an address; refused when there were too many.
    pub(crate) fn count_intake(&self, from: IpAddr) -> Result<(), Problem> {
        self.0.intake.count(from)
    }

    /// One more secret tried on a case, before it is known whether it is right: many tries at once count too.
    pub(crate) fn count_secret(&self, code: &str) -> Result<(), Problem> {
        self.0.secrets.count(code.to_owned())
    }

    /// The secret was right.
    pub(crate) fn secret_was_right(&self, code: &str) {
        self.0.secrets.forget(&code.to_owned());
    }

    /// One more act of a resident on a case; refused when there were too many, as each stays for ever.
    pub(crate) fn count_act(&self, id: CaseId) -> Result<(), Problem> {
        self.0.acts.count(id.0)
    }
}

/// Counts by key within a window; forgets keys whose window is over, so that it can't grow without end.
struct Limit<K> {
    most: u32,
    window: Duration,
    counts: Mutex<HashMap<K, (u32, Instant)>>,
}

/// The most keys that a limit remembers. When there are more, new ones must wait: none is ever forgotten early.
const KEYS_MOST: usize = 100_000;

impl<K: Hash + Eq> Limit<K> {
    fn new(most: u32, window: Duration) -> Limit<K> {
        Limit { most, window, counts: Mutex::new(HashMap::new()) }
    }

    fn forget(&self, key: &K) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    fn count(&self, key: K) -> Result<(), Problem> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= KEYS_MOST && !counts.contains_key(&key) {
            counts.retain(|_, (_, since)| since.elapsed() < self.window);
            if counts.len() >= KEYS_MOST {
                return Err(Problem::too_many(self.window.as_secs()));
            }
        }
        let entry = counts.entry(key).or_insert((0, Instant::now()));
        let passed = entry.1.elapsed();
        if passed >= self.window {
            *entry = (0, Instant::now());
        } else if entry.0 >= self.most {
            return Err(Problem::too_many((self.window - passed).as_secs() + 1));
        }
        entry.0 += 1;
        Ok(())
    }
}
