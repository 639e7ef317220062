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
    /// The machine's clock, so many milliseconds later: a demo district's time goes on from its last event.
    Running(i64),
}

impl Clock {
    /// A clock that stands at a moment until it is set.
    pub fn at(moment: Moment) -> Clock {
        Clock::Set(Arc::new(AtomicI64::new(moment.0)))
    }

    /// A clock that shows a moment now and goes on from there.
    pub fn running_from(moment: Moment) -> Clock {
        Clock::Running(moment.0.saturating_sub(Clock::System.now().0))
    }

    /// The present.
    pub fn now(&self) -> Moment {
        match self {
            Clock::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Clock::Set(at) => Moment(at.load(Ordering::Acquire)),
            Clock::Running(later) => Moment(Clock::System.now().0.saturating_add(*later)),
        }
    }

    /// Sets a clock that is set by hand; one that runs is left alone.
    pub fn set(&self, moment: Moment) {
        if let Clock::Set(at) = self {
            at.store(moment.0, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_runs_from_a_moment_goes_on_and_can_not_be_set() {
        let then = Moment(1_704_000_000_000);
        let clock = Clock::running_from(then);
        let first = clock.now();
        assert!(first >= then && first.date() == then.date(), "{first:?}");
        clock.set(Moment(0));
        assert!(clock.now() >= first);
    }
}
