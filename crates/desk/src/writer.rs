//! The writer: one thread per district. It takes what is waiting, decides each command, and commits all of it at once.

mod deed;
mod hall;
mod job;
mod sweep;

pub(crate) use deed::Order;
pub use hall::{Hall, Merged};
pub use job::Changes;
pub(crate) use job::{Job, Reply, Shared};

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::outcome::{Failure, Key};
use crate::standing::Watch;
use deed::Held;
use domain::Moment;
use domain::case::CaseId;
use domain::district::District;
use domain::register::Registers;
use job::Answer;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};
use store::log::Log;
use store::{StoreError, heartbeat, read};
use tokio::sync::mpsc;

/// The most commands of one commit. More would make the first of them wait for nothing: the cost of a commit is
/// spread thin long before.
const GROUP_MOST: usize = 1024;

/// How often, and how long each time, a group waits for as many commands as the one before it had.
const PATIENCE: usize = 16;
const MOMENT: Duration = Duration::from_micros(50);

/// The most entries of the ledger whose cases one sweep looks through for dates that move.
const MOVED_MOST: i64 = 2048;

pub(crate) struct Writer {
    log: Log,
    number: i64,
    registers: Registers,
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
    /// What this group has changed: told once it is on disk.
    touched: Vec<(CaseId, u64)>,
    /// How far the dates have been moved after a calendar table was loaded; none: all are.
    moved_to: Option<i64>,
}

impl Writer {
    pub(crate) fn new(
        mut log: Log,
        (number, registers): (i64, Registers),
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
            registers,
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
            touched: Vec::new(),
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
                let after_commit = matches!(current, Job::Sweep { .. } | Job::Merge { .. }) && self.changed;
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
                if !self.touched.is_empty() {
                    // Nobody may be listening.
                    let _ = self.shared.changes.send(std::mem::take(&mut self.touched).into());
                }
                for answer in answers {
                    match answer {
                        Answer::Begun(mut done, reply) => {
                            if !done.again {
                                let receipt = self.log.receipt(done.first, &committed);
                                done.receipt = receipt.map(|r| r.to_text()).unwrap_or_default();
                            }
                            drop(reply.send(Ok(done)));
                        }
                        Answer::Done(done, reply) => drop(reply.send(Ok(done))),
                        Answer::Put(reply) => drop(reply.send(Ok(()))),
                        Answer::Swept(n, reply) => drop(reply.send(Ok(n))),
                        Answer::Merged(merged, reply) => drop(reply.send(Ok(merged))),
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
        self.touched.clear();
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
            Job::Do { order, reply } => match self.execute(&order) {
                Ok(done) if order.begins() => answers.push(Answer::Begun(done, reply)),
                Ok(done) => answers.push(Answer::Done(done, reply)),
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
            Job::Merge { hall, reply } => match self.merge(&hall) {
                Ok(merged) => answers.push(Answer::Merged(merged, reply)),
                Err(e) => drop(reply.send(Err(e))),
            },
            Job::Sweep { reply } => match self.sweep() {
                Ok(n) => answers.push(Answer::Swept(n, reply)),
                Err(e) => drop(reply.send(Err(e))),
            },
        }
    }
}

fn publish(shared: &RwLock<Arc<District>>, district: &District) {
    let mut guard = shared.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    *guard = Arc::new(district.clone());
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
