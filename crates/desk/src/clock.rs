//! The one file that owns the wall clock.

use domain::Moment;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the present comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that is set by hand: for the demo year and for tests.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at a moment until it is set.
    pub fn at(moment: Moment) -> Clock {
        Clock::Set(Arc::new(AtomicI64::new(moment.0)))
    }

    /// The present.
    pub fn now(&self) -> Moment {
        match self {
            Clock::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Clock::Set(at) => Moment(at.load(Ordering::Acquire)),
        }
    }

    /// Sets a clock that is set by hand; the machine's own is left alone.
    pub fn set(&self, moment: Moment) {
        if let Clock::Set(at) = self {
            at.store(moment.0, Ordering::Release);
        }
    }
}
