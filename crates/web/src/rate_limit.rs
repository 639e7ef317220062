//! Counting how often somebody does something, by key and by address. Which limits there are is in `limits.rs`,
//! `secret_tries.rs` and `sign_in_tries.rs`.

use crate::problem::Problem;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The most keys that a limit remembers. A new one takes the place of the oldest: whoever comes with many addresses must
/// never shut out everybody else.
const KEYS_MOST: usize = 100_000;
/// So many neighbours may do at once what one of them may do.
const NEIGHBOURS: u32 = 16;

/// Counts by key within a window.
pub(crate) struct Limit<K> {
    most: u32,
    window: Duration,
    counts: Mutex<WindowCounts<K>>,
}

struct WindowCounts<K> {
    held: HashMap<K, WindowCount>,
    /// The keys by the time at which their window began. One that was forgotten or began anew stands here for longer, with
    /// a time that is no longer its own.
    order: VecDeque<(K, Instant)>,
}

struct WindowCount {
    tries: u32,
    since: Instant,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    /// So many within a window.
    pub(crate) fn new(most: u32, window: Duration) -> Limit<K> {
        Limit { most, window, counts: Mutex::new(WindowCounts { held: HashMap::new(), order: VecDeque::new() }) }
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
        self.try_spend(key, 1)
    }

    /// So much more at once; refused when the rest is less.
    pub(crate) fn spend(&self, key: K, n: u32) -> Result<(), Problem> {
        self.try_spend(key, n).map_err(Problem::too_many)
    }

    fn try_spend(&self, key: K, n: u32) -> Result<(), u64> {
        let now = Instant::now();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.held.get_mut(&key)
            && now.duration_since(count.since) < self.window
        {
            if count.tries.saturating_add(n) > self.most {
                return Err((self.window - now.duration_since(count.since)).as_secs() + 1);
            }
            count.tries += n;
            return Ok(());
        }
        counts.make_room(now, self.window);
        counts.held.insert(key.clone(), WindowCount { tries: n, since: now });
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

impl<K: Hash + Eq> WindowCounts<K> {
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
}
