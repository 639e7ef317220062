//! Reading connections, shared by the threads that serve pages.

use super::{Db, PATIENCE, Result, StoreError};
use crate::place::Place;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Instant;

/// A small pool of reading connections, shared by threads.
pub struct Readers {
    place: Place,
    idle: Mutex<Idle>,
    freed: Condvar,
}

struct Idle {
    open: Vec<Db>,
    unopened: usize,
}

impl Readers {
    /// A pool of at most `n` connections (at least one), opened when first needed. On SQLite each takes up to 4 MiB.
    pub fn new(place: &Place, n: usize) -> Self {
        let idle = Idle { open: Vec::new(), unopened: n.max(1) };
        Self { place: place.clone(), idle: Mutex::new(idle), freed: Condvar::new() }
    }

    /// Lends a connection to `work`, waiting up to [`PATIENCE`] for a free one and as long again for a database that
    /// is coming back. A transaction that `work` leaves open is rolled back.
    /// Errors: [`StoreError::Busy`], [`StoreError::Unavailable`], and whatever `work` returns.
    pub fn with<T>(&self, work: impl FnOnce(&mut Db) -> Result<T>) -> Result<T> {
        // The guard hands the slot back even if `work` panics: the pool never shrinks.
        let mut slot = Slot { pool: self, db: self.take()? };
        let db = match &mut slot.db {
            Some(db) => {
                if !db.is_alive() {
                    db.reconnect()?;
                }
                db
            }
            none => none.insert(Db::open_reader(&self.place)?),
        };
        let answer = work(db);
        if db.rollback().is_err() {
            slot.db = None;
        }
        answer
    }

    /// A free connection, or the right to open one.
    fn take(&self) -> Result<Option<Db>> {
        let until = Instant::now() + PATIENCE;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(db) = idle.open.pop() {
                return Ok(Some(db));
            }
            if idle.unopened > 0 {
                idle.unopened -= 1;
                return Ok(None);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(StoreError::Busy("all reading connections are in use".into()));
            }
            idle = self.freed.wait_timeout(idle, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

struct Slot<'a> {
    pool: &'a Readers,
    db: Option<Db>,
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
        match self.db.take() {
            Some(db) => idle.open.push(db),
            None => idle.unopened += 1,
        }
        drop(idle);
        self.pool.freed.notify_one();
    }
}
