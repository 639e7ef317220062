//! Takes what waits, sends it, and marks what became of it, through the desk. One thread for each way out, in the process
//! that holds the writer's lock: nobody else sends.
//!
//! What is promised, when the process ends between sending and marking: e-mail, text messages and web hooks go out at
//! least once, each with an id that stays the same, so that a second copy can be known; a group robot at most once,
//! because a group can't tell a second copy from a second task.

use crate::backoff;
use crate::caps::{Caps, Way};
use crate::channel::{Channels, Fault, HookOut, Then};
use crate::config::{Config, ConfigFault, HOURLY};
use crate::words::{self, Facts};
use desk::{Desk, Failure};
use domain::case::{Event, Topic};
use domain::district::DISTRICT_STREAM;
use domain::district::UnitCode;
use domain::register::topic;
use domain::{Label, Moment};
use ledger::entry::Entry;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use store::db::Write;
use store::outbox::{self, About, Hook, Kind, Letter, Message, State};
use store::{Db, Keys, Place, StoreError, read};

/// How many messages one pass takes, and how many when nothing is sent.
const PASS: usize = 32;
const SINK_PASS: usize = 512;
/// How many entries one pass of a web hook looks through.
const ENTRIES: usize = 256;
/// How many messages a group gets in a minute (the limit of WeCom).
const GROUP_MOST: u64 = 20;
const MINUTE: i64 = 60_000;
/// How long settled messages are kept: the law wants logs for at least six months.
const KEPT_DAYS: i64 = 184;
/// How long a thread waits when there is nothing to do.
const IDLE: Duration = Duration::from_secs(1);

/// Why the sender could not go on.
#[derive(Debug, thiserror::Error)]
pub enum SendFault {
    /// The channels can't be used.
    #[error(transparent)]
    Config(#[from] ConfigFault),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The desk did not take a mark.
    #[error(transparent)]
    Desk(#[from] Failure),
}

/// Sends what waits. Each thread has one of its own.
pub struct Sender {
    desk: Desk,
    db: Db,
    keys: Keys,
    config: Arc<Config>,
    channels: Channels,
    caps: Caps,
    stop: Arc<AtomicBool>,
}

/// How many messages each group got in the last minute.
type Groups = HashMap<UnitCode, u64>;

impl Sender {
    /// A sender over a desk, the place that it writes to, and the channels of the district.
    ///
    /// # Errors
    /// A [`SendFault`].
    pub fn new(desk: Desk, place: &Place, config: Arc<Config>) -> Result<Sender, SendFault> {
        let (db, keys) = (Db::open_reader(place)?, Keys::open(place, desk.number(), false)?);
        let channels = Channels::new(&config)?;
        let caps = Caps::new(config.hourly.unwrap_or(HOURLY));
        Ok(Sender { desk, db, keys, config, channels, caps, stop: Arc::default() })
    }

    /// The same, but it begins nothing more once this is set: what waits then waits for the next start.
    #[must_use]
    pub fn until(self, stop: Arc<AtomicBool>) -> Sender {
        Sender { stop, ..self }
    }

    /// What was being sent when the process before this one ended is marked as such. Once, before the first pass.
    ///
    /// # Errors
    /// As [`Desk::put_now`].
    pub fn recover(&self) -> Result<(), SendFault> {
        Ok(self.desk.put_now(vec![outbox::stopped(self.desk.number())])?)
    }

    /// One round over the messages of a kind that may be tried now, those that waited longest first. Returns how many it
    /// looked at; 0 when nothing is due.
    ///
    /// # Errors
    /// A [`SendFault`]; what was sent until then is marked.
    pub fn pass(&mut self, kind: Kind) -> Result<usize, SendFault> {
        self.connect()?;
        let (number, now) = (self.desk.number(), self.desk.now());
        let most = if self.config.is_sink() { SINK_PASS } else { PASS };
        let due = outbox::due(&mut self.db, number, kind, now, most)?;
        if due.is_empty() {
            return Ok(0);
        }
        let looked = due.len();
        if self.config.is_sink() {
            self.settle_all(&due, State::Kept, None)?;
            return Ok(looked);
        }
        let (lost, due): (Vec<_>, Vec<_>) = due.into_iter().partition(|m| self.has_no_group(m));
        self.settle_all(&lost, State::Dropped, Some("no group"))?;
        self.send(&due)?;
        Ok(looked)
    }

    /// Marks messages that go nowhere, in one commit; nothing is read about their cases.
    fn settle_all(&self, messages: &[Message], state: State, said: Option<&str>) -> Result<(), SendFault> {
        let (number, now) = (self.desk.number(), self.desk.now());
        if messages.is_empty() {
            return Ok(());
        }
        Ok(self.desk.put_now(messages.iter().map(|m| outbox::mark(number, m, state, now, now, said)).collect())?)
    }

    /// Makes a connection anew that was lost, for example while the database was started again.
    fn connect(&mut self) -> Result<(), StoreError> {
        if !self.db.is_alive() {
            self.db.reconnect()?;
        }
        Ok(())
    }

    /// Whether a message is for a unit without a group.
    fn has_no_group(&self, message: &Message) -> bool {
        message.unit.as_ref().is_some_and(|unit| !self.channels.robots.has(unit.as_str()))
    }

    /// Sends these messages, one after the other. Each is read right before it goes: one before it may have taken long,
    /// and somebody may have been erased, or have chosen another way, in the meantime.
    fn send(&mut self, messages: &[Message]) -> Result<(), SendFault> {
        let (number, now) = (self.desk.number(), self.desk.now());
        let mut groups = outbox::lately(&mut self.db, number, Moment(now.0 - MINUTE))?;
        for message in messages {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            if let Some(message) = outbox::still(&mut self.db, number, message)? {
                let write = self.settle(&message, &mut groups)?;
                self.desk.put_now(vec![write])?;
            }
        }
        Ok(())
    }

    /// What a message is about; none if nobody is to be told any more.
    fn letter(&mut self, message: &Message) -> Result<Option<Letter>, StoreError> {
        let one = std::slice::from_ref(message);
        let letters = outbox::letters(&mut self.db, &mut self.keys, self.desk.registers(), self.desk.number(), one)?;
        Ok(letters.into_iter().flatten().next().filter(|letter| !letter.erased))
    }

    /// Sends a message, and says how to mark it.
    fn settle(&mut self, message: &Message, groups: &mut Groups) -> Result<Write, SendFault> {
        let (number, now) = (self.desk.number(), self.desk.now());
        let mark = |state, said| outbox::mark(number, message, state, now, now, said);
        let letter = match self.letter(message) {
            Ok(Some(letter)) => letter,
            Ok(None) => return Ok(mark(State::Dropped, Some("erased"))),
            // One case that can't be read must not hold up all others.
            Err(StoreError::Corrupt(what)) => {
                tracing::error!(entry = message.seq, error = %what, "a message can't be sent: its case can't be read");
                return Ok(mark(State::Failed, Some("unreadable")));
            }
            Err(e) => return Err(e.into()),
        };
        if is_pointless(message, &letter) {
            return Ok(mark(State::Dropped, Some("nothing to tell")));
        }
        if let Some(unit) = message.unit.as_ref() {
            let sent = groups.entry(unit.clone()).or_default();
            if *sent >= GROUP_MOST {
                return Ok(outbox::mark(number, message, State::Waiting, Moment(now.0 + MINUTE), now, None));
            }
            *sent += 1;
            // Marked before: if the process ends now, it is not sent again.
            self.desk.put_now(vec![mark(State::Sending, None)])?;
        }
        let address = address(message, &letter);
        // What is told of an address is counted apart: somebody lost the secret, or another address is told from now on. So
        // is what becomes of a record with a number that nobody confirms: a booking.
        let (topic, code) = (message.topic.as_str(), letter.about.code());
        let counted = match Topic::of(topic) {
            Some(Topic::Secret) => format!("{topic} {address}"),
            Some(Topic::Readdressed) => format!("{topic} {code} {address}"),
            // A date that is corrected on the same day is told once more.
            None => format!("{topic} {code} {} {address}", message.seq),
            Some(_) => address.to_owned(),
        };
        if !address.is_empty() {
            let (of_address, asks) = (counted != address, words::asks(topic));
            match self.caps.way(&counted, letter.confirmed && !of_address, asks || of_address, now) {
                Way::Go => {}
                Way::Never => return Ok(mark(State::Dropped, Some("not confirmed"))),
                Way::Wait(then) => {
                    return Ok(outbox::mark(number, message, State::Waiting, then, now, Some("too many")));
                }
            }
        }
        let delivered = self.deliver(message, &letter);
        if delivered.is_ok() && !address.is_empty() {
            self.caps.went(&counted, now);
        }
        Ok(match delivered {
            Ok(()) => mark(State::Sent, None),
            Err(fault) => self.after(message, &fault),
        })
    }

    /// How to mark a message that did not go out.
    fn after(&self, message: &Message, fault: &Fault) -> Write {
        let (number, now) = (self.desk.number(), self.desk.now());
        tracing::warn!(kind = %message.kind, entry = message.seq, fault = %fault.code, "a message did not go out");
        let tried = Message { tries: message.tries.saturating_add(1), ..message.clone() };
        // A group would see a second copy as a second task; elsewhere the id tells that it is one.
        if fault.then == Then::Unsure && message.kind == Kind::Robot {
            return outbox::mark(number, &tried, State::Unsure, now, now, Some(&fault.code));
        }
        match backoff::wait(tried.tries).filter(|_| fault.then != Then::Never) {
            Some(ms) => outbox::mark(number, &tried, State::Waiting, Moment(now.0 + ms), now, Some(&fault.code)),
            None => outbox::mark(number, &tried, State::Failed, now, now, Some(&fault.code)),
        }
    }

    fn deliver(&self, message: &Message, letter: &Letter) -> Result<(), Fault> {
        let never = |code: &str| Fault { then: Then::Never, code: code.to_owned() };
        let facts = Facts::of(message, letter, &self.desk.district(), self.config.site.as_deref());
        let Some(topic) = topic(self.desk.registers(), &message.topic) else { return Err(never("newer")) };
        let text = facts.text(&topic, message.lang);
        let address = address(message, letter);
        let id = format!("{}.{}.{}", self.desk.number(), message.seq, message.no);
        match (message.kind, &message.unit) {
            (Kind::Robot, Some(unit)) => self.channels.robots.send(unit.as_str(), &text),
            (Kind::Robot, None) => Err(never("no group")),
            (Kind::Sms | Kind::Email, _) if address.is_empty() => Err(never("no address")),
            (Kind::Sms, _) if !domain::typed::is_mobile(address) => Err(never("no address")),
            (Kind::Sms, _) => match &self.channels.sms {
                Some(sms) => sms.send(&id, seconds(self.desk.now()), address, &text),
                None => Err(never("not configured")),
            },
            (Kind::Email, _) => match &self.channels.mail {
                Some(mail) => mail.send(&id, address, &text),
                None => Err(never("not configured")),
            },
        }
    }

    /// One round over the web hooks: each gets what it has not got yet, in the order of the ledger. Returns how many
    /// entries were looked at; 0 when all have everything, or have to wait.
    ///
    /// # Errors
    /// A [`SendFault`]; what was delivered until then is remembered.
    pub fn hooks(&mut self) -> Result<usize, SendFault> {
        self.connect()?;
        let number = self.desk.number();
        let known = outbox::hooks(&mut self.db, number)?;
        let mut looked = 0;
        for out in &self.channels.hooks {
            let name = &out.hook.name;
            let hook = match known.iter().find(|h| h.name == *name) {
                Some(hook) => hook.clone(),
                // A new one begins here and now: nobody asked for the past.
                None => {
                    let (_, position) = read::checkpoint(&mut self.db, number)?;
                    let now = self.desk.now();
                    let new =
                        Hook { name: name.clone(), position, tries: 0, next: now, at: now, stopped: false, said: None };
                    self.desk.put_now(vec![outbox::put_hook(number, &new)])?;
                    new
                }
            };
            if hook.stopped || hook.next > self.desk.now() {
                continue;
            }
            let entries = outbox::entries(&mut self.db, number, hook.position, ENTRIES)?;
            looked += entries.len();
            follow(&self.desk, out, hook, &entries, &self.stop)?;
        }
        Ok(looked)
    }
}

/// Where a message goes: empty for the group of a unit. Word that an address is another one goes to the one before.
fn address<'a>(message: &Message, letter: &'a Letter) -> &'a str {
    let former = message.topic == Topic::Readdressed.code();
    match message.kind {
        Kind::Sms if former => &letter.former.0,
        Kind::Email if former => &letter.former.1,
        Kind::Sms => &letter.phone,
        Kind::Email => &letter.email,
        Kind::Robot => "",
    }
}

/// Brings a web hook further along the ledger, until it has all of these entries, one does not go, or the sender is to
/// stop.
fn follow(
    desk: &Desk,
    out: &HookOut,
    mut hook: Hook,
    entries: &[(u64, Vec<u8>)],
    stop: &AtomicBool,
) -> Result<(), SendFault> {
    let number = desk.number();
    let mut passed = false;
    for (seq, bytes) in entries {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let entry = Entry::parse(bytes).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        if entry.case == DISTRICT_STREAM.0 || !out.wants(&entry.kind) {
            (hook.position, passed) = (seq + 1, true);
            continue;
        }
        let now = desk.now();
        match out.send(*seq, &entry, seconds(now)) {
            Ok(()) => {
                hook = Hook { position: seq + 1, tries: 0, next: now, at: now, said: None, ..hook };
                passed = false;
                desk.put_now(vec![outbox::put_hook(number, &hook)])?;
            }
            Err(fault) => {
                tracing::warn!(hook = %hook.name, entry = seq, fault = %fault.code, "a web hook did not take an entry");
                let tries = hook.tries.saturating_add(1);
                let wait = backoff::wait(tries);
                let next = Moment(now.0 + wait.unwrap_or_default());
                hook = Hook { tries, next, at: now, stopped: wait.is_none(), said: Some(fault.code), ..hook };
                return Ok(desk.put_now(vec![outbox::put_hook(number, &hook)])?);
            }
        }
    }
    if passed {
        desk.put_now(vec![outbox::put_hook(number, &hook)])?;
    }
    Ok(())
}

fn seconds(now: Moment) -> i64 {
    now.0.div_euclid(1000)
}

/// Whether a message has lost its sense: a secret that was replaced or used since, and word of another address where there
/// was none before, or the same.
fn is_pointless(message: &Message, letter: &Letter) -> bool {
    let (former, now) = match message.kind {
        Kind::Sms => (&letter.former.0, &letter.phone),
        _ => (&letter.former.1, &letter.email),
    };
    let chosen = matches!(&letter.about, About::Case { event, .. } if matches!(**event, Event::TellingChosen { .. }));
    if let About::Record { stale, .. } = letter.about {
        return stale;
    }
    match Topic::of(&message.topic) {
        Some(Topic::Secret) => letter.secret.is_empty(),
        // A case that is told of by another way than the one that changed has the same address as before.
        Some(Topic::Readdressed) => former.is_empty() || (former == now && chosen),
        _ => false,
    }
}

/// Forgets settled messages that nobody needs any more, also those that failed.
///
/// # Errors
/// As [`Desk::put_now`].
pub fn forget(desk: &Desk) -> Result<(), Failure> {
    let before = Moment(desk.now().0 - KEPT_DAYS * 86_400_000);
    desk.put_now(vec![outbox::forget(desk.number(), before)])
}

/// The threads that send.
pub struct Running {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

/// Begins to send: a thread for each kind of message, and one for the web hooks.
///
/// # Errors
/// A [`SendFault`] if the channels can't be used or the desk does not answer.
pub fn start(desk: &Desk, place: &Place, config: &Arc<Config>) -> Result<Running, SendFault> {
    type Round = fn(&mut Sender) -> Result<usize, SendFault>;
    let rounds: [(&str, Round); 4] = [
        ("sms", |s| s.pass(Kind::Sms)),
        ("e-mail", |s| s.pass(Kind::Email)),
        ("groups", |s| s.pass(Kind::Robot)),
        ("hooks", Sender::hooks),
    ];
    let stop = Arc::new(AtomicBool::new(false));
    let mut running = Running { stop: stop.clone(), threads: Vec::new() };
    Sender::new(desk.clone(), place, config.clone())?.recover()?;
    for (name, round) in rounds {
        let mut sender = Sender::new(desk.clone(), place, config.clone())?.until(stop.clone());
        let stop = stop.clone();
        let work = move || {
            while !stop.load(Ordering::Relaxed) {
                match round(&mut sender) {
                    Ok(n) if n > 0 => continue,
                    Ok(_) => {}
                    Err(SendFault::Desk(Failure::Closed)) => return,
                    Err(e) => tracing::error!(error = %e, "messages wait: the next try is soon"),
                }
                std::thread::park_timeout(IDLE);
            }
        };
        let thread = std::thread::Builder::new().name(name.into()).spawn(work);
        running.threads.push(thread.map_err(|e| StoreError::Other(e.to_string()))?);
    }
    Ok(running)
}

impl Running {
    /// Lets each thread end what it is sending, and waits for it.
    pub fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("a thread that sends messages failed");
            }
        }
    }
}
