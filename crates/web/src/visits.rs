//! The cases that are open to residents' browsers: how long a visit lasts, and what leaving ends. A visit is kept in
//! memory only; after a restart the case is opened again.

use domain::Moment;
use domain::case::{CaseId, Visit};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a case stays open to a resident who opened it and does nothing, and how long in all.
const VISIT_IDLES: Duration = Duration::from_secs(1800);
const VISIT_LASTS: Duration = Duration::from_secs(4 * 3600);
/// The most cases that are open to residents at the same time.
const VISITS_MOST: usize = 100_000;
/// For how long a form that was sent and got no answer opens the case that it made.
const REPEATED_WITHIN: Duration = Duration::from_secs(30 * 60);

/// The visits, by the hash of their cookie.
#[derive(Default)]
pub(crate) struct Visits {
    open: Mutex<HashMap<[u8; 32], OpenVisit>>,
    /// The cases that somebody has left lately, and when.
    left: Mutex<HashMap<CaseId, Instant>>,
}

/// A case that is open to a browser.
struct OpenVisit {
    id: CaseId,
    visit: Visit,
    began: Instant,
    seen: Instant,
}

impl OpenVisit {
    fn lasts(&self) -> bool {
        self.seen.elapsed() < VISIT_IDLES && self.began.elapsed() < VISIT_LASTS
    }
}

impl Visits {
    fn open(&self) -> MutexGuard<'_, HashMap<[u8; 32], OpenVisit>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn left(&self) -> MutexGuard<'_, HashMap<CaseId, Instant>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a case to whoever holds the cookie with this hash, for a while.
    pub(crate) fn begin(&self, key: [u8; 32], id: CaseId, visit: Visit) {
        let mut open = self.open();
        if open.len() >= VISITS_MOST {
            open.retain(|_, opened| opened.lasts());
            if open.len() >= VISITS_MOST {
                return;
            }
        }
        let now = Instant::now();
        open.insert(key, OpenVisit { id, visit, began: now, seen: now });
    }

    /// The case that a cookie's hash opens. Each look keeps it open for longer.
    pub(crate) fn look(&self, key: [u8; 32]) -> Option<(CaseId, Visit)> {
        let mut open = self.open();
        let opened = open.get_mut(&key)?;
        if !opened.lasts() {
            open.remove(&key);
            return None;
        }
        opened.seen = Instant::now();
        Some((opened.id, opened.visit))
    }

    /// A visit that goes on with what opens the case from now on: digits that were just set.
    pub(crate) fn go_on(&self, key: [u8; 32], visit: Visit) {
        if let Some(opened) = self.open().get_mut(&key) {
            opened.visit = visit;
        }
    }

    /// Ends a visit: the phone may be handed on.
    pub(crate) fn end(&self, key: [u8; 32]) {
        let ended = self.open().remove(&key);
        if let Some(visit) = ended {
            let mut left = self.left();
            left.retain(|_, at| at.elapsed() < REPEATED_WITHIN);
            left.insert(visit.id, Instant::now());
        }
    }

    /// Whether a form that is sent a second time may open the case that it made: soon, as after a lost answer, and not once
    /// somebody has left the case here. The form may be in other hands by then.
    pub(crate) fn may_repeat(&self, id: CaseId, raised_at: Moment, now: Moment) -> bool {
        let left = self.left().contains_key(&id);
        let since = now.0.saturating_sub(raised_at.0);
        !left && i128::from(since) <= REPEATED_WITHIN.as_millis() as i128
    }
}
