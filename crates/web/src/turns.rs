//! Turns at what only a few may do at the same time, with a short queue in front.

use crate::problem::Problem;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long somebody waits for a turn before being told to come again.
const TURN_WAIT: Duration = Duration::from_secs(10);
/// When to come again.
const COME_AGAIN: u64 = 10;

/// Turns at what only a few may do at the same time, with a short queue in front: what costs memory or a core.
pub(crate) struct Turns {
    places: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

/// A turn, until it is dropped. It goes with the work to whatever thread does it: a caller that goes away ends no work that
/// has begun, and frees no place.
pub(crate) struct Turn {
    _place: OwnedSemaphorePermit,
    _queue: OwnedSemaphorePermit,
}

impl Turns {
    /// So many at the same time, and so many more who wait.
    pub(crate) fn new(places: usize, waiting: usize) -> Turns {
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        Turns { places: semaphore(places), queue: semaphore(places + waiting) }
    }

    /// A turn; refused when the queue is full or does not move.
    pub(crate) async fn take(&self) -> Result<Turn, Problem> {
        let queue = self.queue.clone().try_acquire_owned().map_err(|_| Problem::busy(COME_AGAIN))?;
        match tokio::time::timeout(TURN_WAIT, self.places.clone().acquire_owned()).await {
            Ok(Ok(place)) => Ok(Turn { _place: place, _queue: queue }),
            _ => Err(Problem::busy(COME_AGAIN)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_finds_the_queue_full_is_told_to_come_again_at_once() {
        let turns = Turns::new(1, 1);
        let first = turns.take().await.expect("a place");
        let (second, third) = tokio::join!(turns.take(), async {
            let third = turns.take().await.err();
            drop(first);
            third
        });
        assert!(second.is_ok(), "the second has waited");
        let third = third.expect("there is no third place in the queue");
        assert_eq!(third.status(), axum::http::StatusCode::SERVICE_UNAVAILABLE);
    }
}
