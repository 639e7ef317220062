//! What every handler has at hand.

use crate::jobs::Jobs;
use crate::limit::{AddressLimit, Limit, Turns, networks};
use crate::problem::Problem;
use crate::receive::Bodies;
use crate::site::Site;
use crate::tries::{SignIns, Tries};
use desk::{Desk, Entropy};
use domain::Moment;
use domain::case::{CaseId, Visit};
use messages::Config;
use std::any::Any;
use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::keys::SIGNING_KEY;
use store::{Db, Keys, Place, Readers};

/// The folder of backups in a data folder.
const BACKUPS: &str = "backups";
/// How many reading connections there are.
const READERS: usize = 8;
/// How many cases a resident without a token may hand in from one address in [`INTAKE_WINDOW`].
const INTAKE_MOST: u32 = 30;
const INTAKE_WINDOW: Duration = Duration::from_secs(600);
/// How many million bytes of pictures one address may have read in [`PHOTO_WORK_WINDOW`], and how many thousand bytes of
/// them are kept in [`PHOTO_KEPT_WINDOW`].
const PHOTO_WORK_MOST: u32 = 1_000;
const PHOTO_WORK_WINDOW: Duration = Duration::from_secs(600);
const PHOTO_KEPT_MOST: u32 = 100_000;
const PHOTO_KEPT_WINDOW: Duration = Duration::from_secs(86_400);

/// How many acts a case takes from its resident in [`ACTS_WINDOW`].
const ACTS_MOST: u32 = 30;
const ACTS_WINDOW: Duration = Duration::from_secs(600);
/// How long a case stays open to a resident who opened it and does nothing, and how long in all.
const VISIT_IDLES: Duration = Duration::from_secs(1800);
const VISIT_LASTS: Duration = Duration::from_secs(4 * 3600);
/// How long a pairing code opens a case to a second device.
const PAIRING_LASTS: Duration = Duration::from_secs(600);
/// How often one address may try pairing codes, or ask for a new secret, in [`ASKED_WINDOW`].
const ASKED_MOST: u32 = 10;
const ASKED_WINDOW: Duration = Duration::from_secs(900);

/// Numbers, with the size of the ledger before they were counted.
type Counted = (u64, Arc<dyn Any + Send + Sync>);

/// How many counted questions are kept.
const COUNTED_MOST: usize = 64;
/// For how long a form that was sent and got no answer opens the case that it made.
const REPEATED_WITHIN: Duration = Duration::from_secs(30 * 60);
/// The most cases that are open to residents at the same time.
const VISITS_MOST: usize = 100_000;
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
    intake: AddressLimit,
    tries: Tries,
    photo_work: Limit<IpAddr>,
    photo_kept: Limit<IpAddr>,
    acts: Limit<[u8; 16]>,
    sign_ins: SignIns,
    bodies: Bodies,
    forms: Turns,
    hashes: Turns,
    visits: Mutex<HashMap<[u8; 32], Opened>>,
    /// The cases that somebody has left lately, and when.
    left: Mutex<HashMap<CaseId, Instant>>,
    pairings: Mutex<HashMap<String, (CaseId, Instant)>>,
    asked: AddressLimit,
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
}

impl App {
    /// The state over a desk and the place it writes to.
    ///
    /// # Errors
    /// What the key store says.
    pub fn new(desk: Desk, place: &Place) -> Result<App, store::StoreError> {
        let mut keys = Keys::open(place, desk.number(), false)?;
        let secret = keys.secret(SIGNING_KEY)?;
        let sign_ins = SignIns::new(secret.as_ref().map_or(&[][..], |line| line.as_bytes()));
        let keys = Mutex::new(keys);
        let readers = Readers::new(place, READERS);
        let intake = AddressLimit::new(INTAKE_MOST, INTAKE_WINDOW);
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(App(Arc::new(Inner {
            desk,
            readers,
            keys,
            intake,
            tries: Tries::new(),
            photo_work: Limit::new(PHOTO_WORK_MOST, PHOTO_WORK_WINDOW),
            photo_kept: Limit::new(PHOTO_KEPT_MOST, PHOTO_KEPT_WINDOW),
            acts: Limit::new(ACTS_MOST, ACTS_WINDOW),
            sign_ins,
            bodies: Bodies::new(),
            forms: Turns::new(FORMS, 8 * FORMS),
            hashes: Turns::new(cores, HASHES_WAITING),
            visits: Mutex::new(HashMap::new()),
            left: Mutex::new(HashMap::new()),
            pairings: Mutex::new(HashMap::new()),
            asked: AddressLimit::new(ASKED_MOST, ASKED_WINDOW),
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

    /// Opens a case to whoever holds the cookie with this hash, for a while.
    pub(crate) fn begin_visit(&self, key: [u8; 32], id: CaseId, visit: Visit) {
        let mut visits = self.0.visits.lock().unwrap_or_else(PoisonError::into_inner);
        if visits.len() >= VISITS_MOST {
            visits.retain(|_, opened| opened.lasts());
            if visits.len() >= VISITS_MOST {
                return;
            }
        }
        let now = Instant::now();
        visits.insert(key, Opened { id, visit, began: now, seen: now });
    }

    /// A visit that goes on with what opens the case from now on: digits that were just set.
    pub(crate) fn go_on(&self, key: [u8; 32], visit: Visit) {
        if let Some(opened) = self.0.visits.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&key) {
            opened.visit = visit;
        }
    }

    /// A code with which a second device gets the case's secret, once and soon; one before it ends.
    pub(crate) fn offer_pairing(&self, id: CaseId) -> String {
        let code = format!("{:08}", u64::from_be_bytes(self.random()) % 100_000_000);
        let mut pairings = self.0.pairings.lock().unwrap_or_else(PoisonError::into_inner);
        pairings.retain(|_, (other, since)| *other != id && since.elapsed() < PAIRING_LASTS);
        if pairings.len() < VISITS_MOST {
            pairings.insert(code.clone(), (id, Instant::now()));
        }
        code
    }

    /// The case of a pairing code, which is used up by that.
    pub(crate) fn take_pairing(&self, code: &str) -> Option<CaseId> {
        let mut pairings = self.0.pairings.lock().unwrap_or_else(PoisonError::into_inner);
        let (id, since) = pairings.remove(code)?;
        (since.elapsed() < PAIRING_LASTS).then_some(id)
    }

    /// One more pairing code or request for a new secret from an address; refused when there were too many.
    pub(crate) fn count_asked(&self, from: IpAddr) -> Result<(), Problem> {
        self.0.asked.count(from)
    }

    /// The case that a cookie's hash opens. Each look keeps it open for longer.
    pub(crate) fn visit(&self, key: [u8; 32]) -> Option<(CaseId, Visit)> {
        let mut visits = self.0.visits.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = visits.get_mut(&key)?;
        if !opened.lasts() {
            visits.remove(&key);
            return None;
        }
        opened.seen = Instant::now();
        Some((opened.id, opened.visit))
    }

    /// Ends a visit: the phone may be handed on.
    pub(crate) fn end_visit(&self, key: [u8; 32]) {
        let ended = self.0.visits.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        if let Some(visit) = ended {
            let mut left = self.0.left.lock().unwrap_or_else(PoisonError::into_inner);
            left.retain(|_, at| at.elapsed() < REPEATED_WITHIN);
            left.insert(visit.id, Instant::now());
        }
    }

    /// Whether a form that is sent a second time may open the case that it made: soon, as after a lost answer, and not once
    /// somebody has left the case here. The form may be in other hands by then.
    pub(crate) fn may_repeat(&self, id: CaseId, raised_at: Moment) -> bool {
        let left = self.0.left.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&id);
        let since = self.desk().now().0.saturating_sub(raised_at.0);
        !left && i128::from(since) <= REPEATED_WITHIN.as_millis() as i128
    }

    /// The failures to sign in.
    pub(crate) fn sign_ins(&self) -> &SignIns {
        &self.0.sign_ins
    }

    /// The failures with the secrets of cases.
    pub(crate) fn tries(&self) -> &Tries {
        &self.0.tries
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

    /// One more case from an address; refused when there were too many.
    pub(crate) fn count_intake(&self, from: IpAddr) -> Result<(), Problem> {
        self.0.intake.count(from)
    }

    /// So many more bytes of pictures to be read for an address; refused when there were too many.
    pub(crate) fn count_photo_work(&self, from: IpAddr, bytes: u64) -> Result<(), Problem> {
        self.0.photo_work.spend(networks(from)[0], u32::try_from(bytes.div_ceil(1_000_000)).unwrap_or(u32::MAX))
    }

    /// So many more bytes of photos to be kept for an address; refused when there were too many.
    pub(crate) fn count_photo_kept(&self, from: IpAddr, bytes: u64) -> Result<(), Problem> {
        self.0.photo_kept.spend(networks(from)[0], u32::try_from(bytes.div_ceil(1_000)).unwrap_or(u32::MAX))
    }

    /// One more act of a resident on a case; refused when there were too many, as each stays for ever.
    pub(crate) fn count_act(&self, id: CaseId) -> Result<(), Problem> {
        self.0.acts.count(id.0)
    }
}

/// A case that is open to a browser.
struct Opened {
    id: CaseId,
    visit: Visit,
    began: Instant,
    seen: Instant,
}

impl Opened {
    fn lasts(&self) -> bool {
        self.seen.elapsed() < VISIT_IDLES && self.began.elapsed() < VISIT_LASTS
    }
}
