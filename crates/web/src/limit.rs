//! Limits of how often somebody may try something, and turns at what only a few may do at the same time.

use crate::problem::Problem;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The most keys that a limit remembers. A new one takes the place of the oldest: whoever comes with many addresses must
/// never shut out everybody else.
const KEYS_MOST: usize = 100_000;
/// So many neighbours may do at once what one of them may do.
const NEIGHBOURS: u32 = 16;

/// Counts by key within a window.
pub(crate) struct Limit<K> {
    most: u32,
    window: Duration,
    counts: Mutex<Counts<K>>,
}

struct Counts<K> {
    held: HashMap<K, Count>,
    /// The keys by the time at which their window began. One that was forgotten or began anew stands here for longer, with
    /// a time that is no longer its own.
    order: VecDeque<(K, Instant)>,
}

struct Count {
    tries: u32,
    since: Instant,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    /// So many within a window.
    pub(crate) fn new(most: u32, window: Duration) -> Limit<K> {
        Limit { most, window, counts: Mutex::new(Counts { held: HashMap::new(), order: VecDeque::new() }) }
    }

    /// Begins anew for a key.
    pub(crate) fn forget(&self, key: &K) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).held.remove(key);
    }

    /// How often a key has been counted in its window.
    pub(crate) fn tries(&self, key: &K) -> u32 {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.held.get(key).filter(|c| c.since.elapsed() < self.window).map_or(0, |c| c.tries)
    }

    /// Once more; refused when it was too often.
    pub(crate) fn count(&self, key: K) -> Result<(), Problem> {
        self.try_count(key).map_err(Problem::too_many)
    }

    /// Once more; or, when it was too often, in how many seconds it may be tried again.
    pub(crate) fn try_count(&self, key: K) -> Result<(), u64> {
        let now = Instant::now();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.held.get_mut(&key)
            && now.duration_since(count.since) < self.window
        {
            if count.tries >= self.most {
                return Err((self.window - now.duration_since(count.since)).as_secs() + 1);
            }
            count.tries += 1;
            return Ok(());
        }
        counts.make_room(now, self.window);
        counts.held.insert(key.clone(), Count { tries: 1, since: now });
        counts.order.push_back((key, now));
        Ok(())
    }

    /// One of those that were counted did not happen after all.
    pub(crate) fn take_back(&self, key: &K) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.held.get_mut(key) {
            count.tries = count.tries.saturating_sub(1);
        }
    }
}

impl<K: Hash + Eq> Counts<K> {
    /// Forgets keys whose window is over, and the oldest when there is no room for another.
    fn make_room(&mut self, now: Instant, window: Duration) {
        while let Some((_, since)) = self.order.front() {
            let over = now.duration_since(*since) >= window;
            if !over && self.held.len() < KEYS_MOST && self.order.len() < 2 * KEYS_MOST {
                return;
            }
            if let Some((key, since)) = self.order.pop_front()
                && self.held.get(&key).is_some_and(|count| count.since == since)
            {
                self.held.remove(&key);
            }
        }
    }
}

/// A limit by address, and a looser one for the addresses around it: one household has 64 bits of an IPv6 address to
/// choose from, a company 80.
pub(crate) struct AddressLimit {
    near: Limit<IpAddr>,
    around: Limit<IpAddr>,
}

impl AddressLimit {
    /// So many for each address within a window.
    pub(crate) fn new(most: u32, window: Duration) -> AddressLimit {
        AddressLimit { near: Limit::new(most, window), around: Limit::new(most.saturating_mul(NEIGHBOURS), window) }
    }

    /// Once more from an address; refused when it was too often from there or from around it.
    pub(crate) fn count(&self, from: IpAddr) -> Result<(), Problem> {
        self.try_count(from).map_err(Problem::too_many)
    }

    /// [`AddressLimit::count`] with the seconds after which it may be tried again.
    pub(crate) fn try_count(&self, from: IpAddr) -> Result<(), u64> {
        let [near, around] = networks(from);
        // The wider one first: when it is full, no new key is made below it.
        self.around.try_count(around)?;
        self.near.try_count(near).inspect_err(|_| self.around.take_back(&around))
    }

    /// One that was counted did not happen after all.
    pub(crate) fn take_back(&self, from: IpAddr) {
        let [near, around] = networks(from);
        self.near.take_back(&near);
        self.around.take_back(&around);
    }
}

/// The network of one household, and the one around it: of IPv6 the first 64 and 48 bits, of IPv4 the address and its
/// first 24.
pub(crate) fn networks(address: IpAddr) -> [IpAddr; 2] {
    match address.to_canonical() {
        IpAddr::V6(v6) => [64, 80].map(|cut| IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> cut << cut))),
        IpAddr::V4(v4) => [IpAddr::V4(v4), IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() >> 8 << 8))],
    }
}

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

    const WINDOW: Duration = Duration::from_secs(600);

    #[test]
    fn a_hundred_thousand_addresses_do_not_shut_out_the_next_resident() {
        let limit = AddressLimit::new(3, WINDOW);
        for n in 0..120_000u128 {
            // Each from a household, a company and a region of its own.
            let from = IpAddr::V6(Ipv6Addr::from_bits(0x2001 << 112 | n << 80));
            assert!(limit.count(from).is_ok(), "the address number {n} is heard");
        }
        let resident = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
        assert!((0..3).all(|_| limit.count(resident).is_ok()), "and so is a resident after all of them");
        assert!(limit.count(resident).is_err(), "who is counted like everybody");
        let counts = limit.near.counts.lock().unwrap();
        assert!(counts.held.len() <= KEYS_MOST && counts.order.len() <= 2 * KEYS_MOST, "it does not grow without end");
    }

    #[test]
    fn the_addresses_of_one_network_are_counted_together_but_more_loosely() {
        let limit = AddressLimit::new(3, WINDOW);
        let of =
            |household: u128| IpAddr::V6(Ipv6Addr::from_bits(0x2001_0db8_0001 << 80 | household << 64 | household));
        let heard = (0..1000).filter(|n| limit.count(of(*n)).is_ok()).count();
        assert_eq!(heard, 3 * NEIGHBOURS as usize, "a company with many households' worth of addresses");
        let other = IpAddr::V6(Ipv6Addr::from_bits(0x2001_0db8_0002 << 80));
        assert!(limit.count(other).is_ok(), "another company is not meant");
        let v4 = |last| IpAddr::V4(Ipv4Addr::new(203, 0, 113, last));
        assert!((0..4).filter(|_| limit.count(v4(9)).is_ok()).count() == 3 && limit.count(v4(10)).is_ok());
    }

    #[test]
    fn what_did_not_happen_after_all_is_not_counted() {
        let limit = Limit::new(2, WINDOW);
        assert!(limit.count("a").is_ok() && limit.count("a").is_ok() && limit.count("a").is_err());
        limit.take_back(&"a");
        assert!(limit.count("a").is_ok() && limit.count("a").is_err());
        assert_eq!(limit.tries(&"a"), 2);
        limit.forget(&"a");
        assert_eq!(limit.tries(&"a"), 0);
    }

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
