//! The writer: one thread per district. It takes what is waiting, decides each command, and commits all of it at once.

mod district_change;
mod job;
mod sweep;

pub(crate) use job::{Job, Reply, Shared};

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::once::{Kept, Once};
use crate::outcome::{Acted, Failure, Key, Raised};
use crate::standing::Watch;
use domain::case::{self, Body, Case, CaseId, Command, Event, Facts, Handed, New, Raise, Trust, Visit, field};
use domain::district::District;
use domain::{Actor, Moment, Refusal, Why};
use job::Answer;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};
use store::log::{DISTRICT_STREAM, Log, Pending, Public};
use store::read::{self, Stream};
use store::{StoreError, heartbeat, outbox, rows};
use tokio::sync::mpsc;

/// The most commands of one commit. More would make the first of them wait for nothing: the cost of a commit is
/// spread thin long before.
const GROUP_MOST: usize = 1024;

/// How often, and how long each time, a group waits for as many commands as the one before it had.
const PATIENCE: usize = 16;
const MOMENT: Duration = Duration::from_micros(50);

/// The most entries of the ledger whose cases one sweep looks through for dates that move.
const MOVED_MOST: i64 = 2048;

/// A case as the writer holds it while a group is open.
struct Held {
    case: Case,
    first: u64,
    last: u64,
}

pub(crate) struct Writer {
    log: Log,
    number: i64,
    clock: Clock,
    entropy: Entropy,
    district: District,
    district_last: Option<u64>,
    shared: Shared,
    /// The machine's clock is watched; one that is set by hand, or a demo's, dates nothing that is true.
    watch: Option<Watch>,
    last_at: Moment,
    held: HashMap<CaseId, Held>,
    keys: HashSet<Key>,
    changed: bool,
    /// Why the open group can't be committed: a command of it was appended in part only.
    spoilt: Option<StoreError>,
    /// What is in memory may not be what is durable.
    behind: bool,
    /// How far the merged cases have been looked at, and when all were: mostly nothing is left for that.
    merged_to: i64,
    merged_at: Option<Instant>,
    /// Cases that are over since the last sweep: what was merged into them follows.
    over: Vec<CaseId>,
    /// How far the dates have been moved after a calendar table was loaded; none: all are.
    moved_to: Option<i64>,
}

impl Writer {
    pub(crate) fn new(
        mut log: Log,
        number: i64,
        clock: Clock,
        entropy: Entropy,
        shared: Shared,
    ) -> Result<Writer, StoreError> {
        let (mut district, district_last) = read::district(log.db(), number)?;
        log.keys().tag_units(&mut district)?;
        let last_at = read::last_at(log.db(), number)?;
        publish(&shared.district, &district);
        let watch = match clock {
            Clock::System => Some(Watch::new(heartbeat::at(log.db(), number)?, clock.now())),
            Clock::Set(_) | Clock::Running(_) => None,
        };
        let lacking = log.with_both(|db, keys| store::start::newest_without_key(db, keys, number))?;
        if let Some((without, first)) = lacking {
            shared.standing.lacks_keys(without, first);
        }
        if clock.now() < last_at {
            tracing::warn!(
                "the clock is behind the last entry of {}: set it right; until it has caught up, entries have that time",
                last_at.minute()
            );
        }
        Ok(Writer {
            log,
            number,
            clock,
            entropy,
            district,
            district_last,
            shared,
            watch,
            last_at,
            held: HashMap::new(),
            keys: HashSet::new(),
            changed: false,
            spoilt: None,
            behind: false,
            merged_to: -1,
            merged_at: None,
            over: Vec::new(),
            moved_to: Some(-1),
        })
    }

    /// Works until every sender is gone.
    pub(crate) fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let (mut next, mut crowd) = (None, 0);
        while let Some(first) = next.take().or_else(|| jobs.blocking_recv()) {
            // The quickest of many is back before the others have read their answers: a commit for it alone would make
            // all of them wait for two.
            for _ in 0..PATIENCE {
                if jobs.len() + 1 < crowd {
                    std::thread::sleep(MOMENT);
                }
            }
            if let Err(e) = self.catch_up() {
                // Whoever waits is told now: each of them would otherwise wait for the database in turn.
                self.shared.standing.failed(&e);
                first.fail(e.clone().into());
                while let Ok(waiting) = jobs.try_recv() {
                    waiting.fail(e.clone().into());
                }
                continue;
            }
            if let Some(watch) = &mut self.watch {
                watch.look(self.clock.now(), &self.shared.standing);
            }
            let mut answers = Vec::new();
            let mut job = Some(first);
            while let Some(current) = job.take() {
                // A key that this group has used already must be looked up after the commit, and a sweep looks for what
                // is due by the district as it is on disk.
                let after_commit = matches!(current, Job::Sweep { .. }) && self.changed;
                if after_commit || current.key().is_some_and(|k| self.keys.contains(&k)) {
                    next = Some(current);
                    break;
                }
                self.one(current, &mut answers);
                if answers.len() < GROUP_MOST {
                    job = jobs.try_recv().ok();
                }
            }
            crowd = answers.len().max(crowd / 2);
            self.commit(answers);
        }
    }

    /// The present, which never runs backwards: a clock that was set back stands still until it has caught up.
    fn now(&mut self) -> Moment {
        self.last_at = self.last_at.max(self.clock.now());
        self.last_at
    }

    fn commit(&mut self, answers: Vec<Answer>) {
        let committed = match self.spoilt.take() {
            Some(e) => Err(e),
            None if answers.is_empty() && self.log.is_empty() => return self.next_group(),
            None => self.log.commit(),
        };
        match committed {
            Ok(committed) => {
                self.shared.standing.committed(answers.iter().any(Answer::is_of_history));
                if std::mem::take(&mut self.changed) {
                    publish(&self.shared.district, &self.district);
                }
                for answer in answers {
                    match answer {
                        Answer::Raised(mut raised, reply) => {
                            if !raised.again {
                                let receipt = self.log.receipt(raised.index, &committed);
                                raised.receipt = receipt.map(|r| r.to_text()).unwrap_or_default();
                            }
                            drop(reply.send(Ok(raised)));
                        }
                        Answer::Acted(acted, reply) => drop(reply.send(Ok(acted))),
                        Answer::Changed(changed, reply) => drop(reply.send(Ok(changed))),
                        Answer::Put(reply) => drop(reply.send(Ok(()))),
                        Answer::Swept(n, reply) => drop(reply.send(Ok(n))),
                    }
                }
            }
            Err(e) => {
                tracing::error!(error = %e, commands = answers.len(), "a group could not be committed");
                self.shared.standing.failed(&e);
                answers.into_iter().for_each(|a| a.fail(&e));
                self.behind = true;
            }
        }
        self.next_group();
    }

    fn next_group(&mut self) {
        self.held.clear();
        self.keys.clear();
        self.log.next_group();
    }

    /// Goes back to what is durable, if what is in memory may be something else. Only between groups: within one, it
    /// would drop what was appended for commands that still wait for their answer.
    fn catch_up(&mut self) -> Result<(), StoreError> {
        if self.behind || self.log.is_stale() {
            self.behind = true;
            self.log.reload()?;
            (self.district, self.district_last) = read::district(self.log.db(), self.number)?;
            self.log.keys().tag_units(&mut self.district)?;
            self.last_at = self.last_at.max(read::last_at(self.log.db(), self.number)?);
            self.changed = false;
            publish(&self.shared.district, &self.district);
            self.behind = false;
        }
        Ok(())
    }

    fn one(&mut self, job: Job, answers: &mut Vec<Answer>) {
        if let Some(hold) = job.held(&self.shared.standing) {
            return job.fail(Failure::Held(hold));
        }
        match job {
            Job::Raise { actor, raise, photos, once, reply } => match self.raise(&actor, &raise, &photos, once) {
                Ok(raised) => answers.push(Answer::Raised(raised, reply)),
                Err(e) => drop(reply.send(Err(e))),
            },
            Job::Act { actor, visit, id, seen, command, once, reply } => {
                match self.act((&actor, visit), id, seen, &command, once) {
                    Ok(acted) => answers.push(Answer::Acted(acted, reply)),
                    Err(e) => drop(reply.send(Err(e))),
                }
            }
            Job::Change { actor, command, once, reply } => match self.change(&actor, &command, once) {
                Ok(changed) => answers.push(Answer::Changed(changed, reply)),
                Err(e) => drop(reply.send(Err(e))),
            },
            Job::Put { writes, reply } => {
                self.log.rows(writes);
                answers.push(Answer::Put(reply));
            }
            Job::Keys { work } => work(self.log.keys()),
            Job::Beat { reply } => {
                let now = self.watch.is_some().then(|| self.clock.now());
                self.log.rows(vec![heartbeat::beat(self.number, now)]);
                answers.push(Answer::Put(reply));
            }
            Job::Clock { at } => self.clock.set(at),
            Job::Sweep { reply } => match self.sweep() {
                Ok(n) => answers.push(Answer::Swept(n, reply)),
                Err(e) => drop(reply.send(Err(e))),
            },
        }
    }

    fn raise(&mut self, actor: &Actor, raise: &Raise, photos: &[Kept], once: Option<Once>) -> Result<Raised, Failure> {
        if let Some(Once { key, request }) = once
            && let Some(done) = read::done(self.log.db(), self.number, &key.0)?
        {
            if !done.is_of(self.log.keys(), &request)? {
                return Err(Refusal::new(Why::KeyReused).into());
            }
            return self.raised_before(&done);
        }
        let now = self.now();
        let (code, digits) = (self.entropy.case_code(), self.entropy.digits());
        let district = &self.district;
        let visit = Visit::BEST;
        let facts = Facts { now, actor, district, code: &code, secret: &digits, other: None, visit, numbers: &[] };
        let mut news = case::decide_raise(raise, &facts)?;
        let id = self.entropy.handle(self.log.size());
        self.log.make_key(id, self.entropy.rng());
        let mut names = Vec::with_capacity(photos.len());
        for photo in photos {
            let name = self.log.photo_name(id, &photo.hash)?;
            self.log.file(id, &name, &photo.kind, &photo.bytes, self.entropy.rng())?;
            names.push(hex(&name));
        }
        for new in &mut news {
            if let Event::Raised { photos, .. } = &mut new.event {
                // A photo's own hash would be the same in every case that has it.
                *photos = std::mem::take(&mut names);
            }
        }
        let once = self.keyed(once, id)?;
        let first = self.log.size();
        let mut held = Held { case: Case::blank(id), first, last: first };
        self.append_all(&mut held, None, actor, now, &news)?;
        let due = held.case.next_due().map(|c| c.due.raw.to_string());
        let digits = news.first().and_then(|new| new.private.get(field::SECRET)).cloned().unwrap_or_default();
        let secret = self.secret(&held.case)?;
        self.held.insert(id, held);
        if let Some(Once { key, request }) = once {
            self.log.done(&key.0, &request, id, first);
            self.keys.insert(key);
        }
        Ok(Raised { id, code, secret, digits, index: first, due, receipt: String::new(), again: false })
    }

    /// The request's hash as it will be kept. Asked for before anything is appended: a key store that does not answer
    /// then leaves no command half done.
    fn keyed(&mut self, once: Option<Once>, id: CaseId) -> Result<Option<Once>, StoreError> {
        let Some(Once { key, request }) = once else { return Ok(None) };
        Ok(Some(Once { key, request: self.log.fingerprint(id, &request)? }))
    }

    /// The secret of whoever raised a case by oneself, while it opens it.
    fn secret(&mut self, case: &Case) -> Result<String, StoreError> {
        let opening = &case.opening;
        if opening.handed != Some(Handed::Own) || opening.secret_trust == Trust::Nothing {
            return Ok(String::new());
        }
        self.log.opening_secret(case.id, opening.secret)
    }

    /// The answer that a key got when it was first used.
    fn raised_before(&mut self, done: &read::Done) -> Result<Raised, Failure> {
        let (district, id) = (self.number, done.stream);
        let stream = read::stream::<Event>(self.log.db(), district, id)?;
        let first = stream.events.first().ok_or(Refusal::new(Why::NoSuchCase))?;
        let Event::Raised { code, .. } = &first.body.event else {
            return Err(Refusal::new(Why::KeyReused).into());
        };
        let code = code.clone();
        let receipt = read::receipt(self.log.db(), district, done.seq, done.size)?;
        let due = ledger::entry::Entry::parse(&receipt.entry).ok().and_then(|e| e.due);
        let private = self.log.private(id, first.version, done.seq)?;
        let digits = private.get(case::field::SECRET).cloned().unwrap_or_default();
        let now = case::replay(id, stream.events.iter().map(|e| &e.body)).ok_or(Refusal::new(Why::NoSuchCase))?;
        // What another system got are digits that look; staff's get nothing.
        let digits = if now.opening.taken.is_some() { String::new() } else { digits };
        let secret = self.secret(&now)?;
        Ok(Raised { id, code, secret, digits, index: done.seq, due, receipt: receipt.to_text(), again: true })
    }

    fn act(
        &mut self,
        (actor, visit): (&Actor, Visit),
        id: CaseId,
        seen: Option<u64>,
        command: &Command,
        once: Option<Once>,
    ) -> Result<Acted, Failure> {
        if let Some(Once { key, request }) = once
            && let Some(done) = read::done(self.log.db(), self.number, &key.0)?
        {
            if done.stream != id || !done.is_of(self.log.keys(), &request)? {
                return Err(Refusal::new(Why::KeyReused).into());
            }
            let version = read::version_at(self.log.db(), self.number, done.seq)?;
            return Ok(Acted { version, index: done.seq, again: true });
        }
        let once = self.keyed(once, id)?;
        let numbers = match command {
            Command::Open { .. } | Command::SetDigits { .. } => self.numbers(id)?,
            Command::CorrectField { field: case::Corrected::Phone, .. } => self.numbers(id)?,
            Command::ChooseTelling { tell, .. } if tell.channel == case::Channel::Sms => self.numbers(id)?,
            _ => Vec::new(),
        };
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        let mut held = self.hold(id)?;
        if seen.is_some_and(|v| v != held.case.version) {
            self.held.insert(id, held);
            return Err(Refusal::new(Why::Changed).into());
        }
        let other = match command.other() {
            Some(other) if other != id => match self.hold(other) {
                Ok(other) => Some(other),
                Err(Failure::Refused(_)) => None,
                Err(e) => {
                    self.held.insert(id, held);
                    return Err(e);
                }
            },
            Some(_) => Some(Held { case: held.case.clone(), ..held }),
            None => None,
        };
        let now = self.now();
        let facts = Facts {
            now,
            actor,
            district: &self.district,
            code: "",
            secret: "",
            other: other.as_ref().map(|h| &h.case),
            visit,
            numbers: &numbers,
        };
        let decided = case::decide(&held.case, command, &facts);
        if let Some(other) = other.filter(|o| o.case.id != id) {
            self.held.insert(other.case.id, other);
        }
        // Whatever comes of it, the group goes on with the case as it is.
        let (last, before) = (held.last, held.case.stage);
        let appended = match decided {
            Ok(news) => self.with_answer(news).and_then(|n| self.append_all(&mut held, Some(last), actor, now, &n)),
            Err(refusal) => Err(refusal.into()),
        };
        if let Err(e) = appended {
            self.held.insert(id, held);
            return Err(e);
        }
        let acted = Acted { version: held.case.version, index: held.last, again: false };
        if before.is_handled() && !held.case.stage.is_handled() {
            self.over.push(id);
        }
        self.held.insert(id, held);
        if let Some(Once { key, request }) = once {
            self.log.done(&key.0, &request, id, acted.index);
            self.keys.insert(key);
        }
        Ok(acted)
    }

    /// Every phone number that a case ever had, as far as it is durable.
    fn numbers(&mut self, id: CaseId) -> Result<Vec<String>, StoreError> {
        let mut numbers = Vec::new();
        for event in read::stream::<Event>(self.log.db(), self.number, id)?.events {
            let name = match &event.body.event {
                Event::Raised { .. } | Event::TellingChosen { .. } => field::PHONE,
                Event::FieldCorrected { field: which, .. } if which == field::PHONE => field::VALUE,
                _ => continue,
            };
            numbers.extend(self.log.private(id, event.version, event.seq)?.remove(name));
        }
        Ok(numbers)
    }

    /// The case with what this group has done to it so far.
    fn hold(&mut self, id: CaseId) -> Result<Held, Failure> {
        if let Some(held) = self.held.remove(&id) {
            return Ok(held);
        }
        if id == DISTRICT_STREAM {
            return Err(Refusal::new(Why::NoSuchCase).into());
        }
        let Stream { events, .. } = read::stream::<Event>(self.log.db(), self.number, id)?;
        let case = case::replay(id, events.iter().map(|e| &e.body)).ok_or(Refusal::new(Why::NoSuchCase))?;
        let first = events.first().map_or(0, |e| e.seq);
        let last = events.last().map_or(0, |e| e.seq);
        Ok(Held { case, first, last })
    }

    /// The answer of another case that a merged one takes over becomes its own, under its own key.
    fn with_answer(&mut self, mut news: Vec<New>) -> Result<Vec<New>, Failure> {
        for new in &mut news {
            let Event::AnsweredTogether { with, .. } = new.event else { continue };
            let events = read::stream::<Event>(self.log.db(), self.number, with)?.events;
            // An answer of this very group can't be read back yet: the next sweep finds it.
            if self.held.get(&with).is_some_and(|h| h.case.version != events.len() as u64) {
                return Err(Refusal::new(Why::StillHandled).into());
            }
            let answer = case::answer_version(events.iter().map(|e| (e.version, &e.body.event)));
            if let Some(said) = events.iter().find(|e| Some(e.version) == answer) {
                new.private = case::answer_only(self.log.private(with, said.version, said.seq)?);
            }
        }
        Ok(news)
    }

    /// Appends decided events to the open group: all of them, or, with an error, none.
    fn append_all(
        &mut self,
        held: &mut Held,
        previous: Option<u64>,
        actor: &Actor,
        now: Moment,
        news: &[New],
    ) -> Result<(), Failure> {
        if news.iter().any(|new| !new.private.is_empty()) {
            self.log.need_key(held.case.id)?;
        }
        self.append_each(held, previous, actor, now, news).map_err(|e| {
            // Some of its events may be in the group already: then the group must not become history.
            self.spoilt = Some(e.clone());
            e.into()
        })
    }

    fn append_each(
        &mut self,
        held: &mut Held,
        mut previous: Option<u64>,
        actor: &Actor,
        now: Moment,
        news: &[New],
    ) -> Result<(), StoreError> {
        for new in news {
            let New { event, clocks, private } = new;
            let body = Body {
                nonce: hex(&self.entropy.bytes::<16>()),
                at: now,
                by: actor.clone(),
                event: event.clone(),
                clocks: clocks.clone(),
            };
            case::evolve(&mut held.case, now, actor, event, clocks);
            let case = &held.case;
            let (category, unit) = case.on_the_record();
            let public = Public {
                category: category.map(str::to_owned),
                unit: unit.map(|unit| unit.0.clone()),
                calendar: self.district.calendar.version(),
                due: case.next_due().map(|c| c.due.raw.to_string()),
            };
            let bytes = serde_json::to_vec(&body).map_err(|e| StoreError::Other(e.to_string()))?;
            let pending = Pending {
                stream: case.id,
                version: case.version,
                previous,
                kind: event.kind(),
                at: now,
                body: bytes,
                private,
                public,
            };
            let seq = self.log.append(pending, self.entropy.rng())?;
            self.log.rows(rows::project_case(self.number, held.first, seq, &held.case, &body));
            self.log.rows(outbox::project(self.number, seq, &held.case, &body));
            if event.destroys_key() {
                self.log.erase(case.id);
            }
            previous = Some(seq);
            held.last = seq;
        }
        Ok(())
    }
}

fn publish(shared: &RwLock<Arc<District>>, district: &District) {
    let mut guard = shared.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    *guard = Arc::new(district.clone());
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
