//! Limits of how often wrong secrets may be tried on a case. Whoever is right is never shut out by a stranger: what is
//! counted first is where the tries come from.
//!
//! The long secret of a case can't be guessed and is never delayed. Its digits can: after a few failures from one address
//! that address waits, longer each time; after many in a day, wherever they came from, the digits rest until the long
//! secret has been used, or a day is over.

use crate::problem::Problem;
use crate::rate_limit::{AddressLimit, Limit, networks};
use std::net::IpAddr;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// How many failures with digits one address may have on one case, and within what time: each step is a longer wait.
const DELAYS: [(u32, Duration); 3] = [(3, MINUTE), (6, Duration::from_secs(15 * 60)), (10, DAY)];
/// How many failures with digits one address may have on all cases within an hour.
const OF_ADDRESS: u32 = 20;
/// How many failures with digits a case takes in a day, wherever they come from.
const OF_CASE: u32 = 30;
/// From this failure of a day on it is a series, of which the resident and the auditor hear.
const SERIES: u32 = 5;
/// From so many failures within an hour in all on, somebody searches: every answer takes a moment longer.
const ALARM: u32 = 300;
const SLOWED: Duration = Duration::from_secs(1);

/// Which kind of secret somebody tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tried {
    /// The long one of the receipt.
    Long,
    /// Digits.
    Digits,
}

/// The failures with the secrets of cases.
pub(crate) struct SecretTries {
    delays: [Limit<(String, IpAddr)>; 3],
    addresses: AddressLimit,
    cases: Limit<String>,
    all: Limit<()>,
    reported: Limit<String>,
}

/// A try that was counted before it is known whether it is right: many at once count too.
pub(crate) struct Attempt<'a> {
    tries: &'a SecretTries,
    case: String,
    from: IpAddr,
    tried: Tried,
}

impl SecretTries {
    pub(crate) fn new() -> SecretTries {
        SecretTries {
            delays: DELAYS.map(|(most, within)| Limit::new(most, within)),
            addresses: AddressLimit::new(OF_ADDRESS, 60 * MINUTE),
            cases: Limit::new(OF_CASE, DAY),
            all: Limit::new(u32::MAX, 60 * MINUTE),
            reported: Limit::new(1, DAY),
        }
    }

    /// One more try on the case with this code, whether there is one or not.
    ///
    /// # Errors
    /// At what time it may be tried again.
    pub(crate) fn begin(&self, code: &str, from: IpAddr, tried: Tried) -> Result<Attempt<'_>, Problem> {
        let [from, _] = networks(from);
        let attempt = Attempt { tries: self, case: code.to_owned(), from, tried };
        if tried == Tried::Digits {
            self.count(&attempt).map_err(Problem::too_many)?;
        }
        Ok(attempt)
    }

    /// Counts everywhere, or nowhere.
    fn count(&self, attempt: &Attempt<'_>) -> Result<(), u64> {
        let (case, here) = (attempt.case.clone(), attempt.here());
        self.addresses.try_count(attempt.from)?;
        let mut counted = self.cases.try_count(case);
        let of_case = counted.is_ok();
        let mut delayed = 0;
        for delay in &self.delays {
            if counted.is_err() {
                break;
            }
            counted = delay.try_count(here.clone());
            delayed += usize::from(counted.is_ok());
        }
        if counted.is_err() {
            // A try that is not heard is none: whoever asks again too early makes nobody wait longer.
            self.addresses.take_back(attempt.from);
            if of_case {
                self.cases.take_back(&attempt.case);
            }
            self.delays[..delayed].iter().for_each(|delay| delay.take_back(&here));
        }
        counted
    }

    /// How much longer an answer takes because somebody searches.
    pub(crate) fn slowed(&self) -> Option<Duration> {
        (self.all.tries(&()) >= ALARM).then_some(SLOWED)
    }
}

impl Attempt<'_> {
    fn here(&self) -> (String, IpAddr) {
        (self.case.clone(), self.from)
    }

    /// It was right, and does not count. After the long secret everything that was counted on the case is forgotten.
    pub(crate) fn right(self) {
        let SecretTries { delays, addresses, cases, .. } = self.tries;
        match self.tried {
            Tried::Long => cases.forget(&self.case),
            Tried::Digits => {
                addresses.take_back(self.from);
                cases.take_back(&self.case);
            }
        }
        delays.iter().for_each(|delay| delay.forget(&self.here()));
    }

    /// It was wrong. Whether this made a series of it, of which nobody has heard today.
    pub(crate) fn wrong(self) -> bool {
        if self.tried == Tried::Long {
            return false;
        }
        let _ = self.tries.all.try_count(());
        if self.tries.all.tries(&()) == ALARM {
            tracing::error!(
                "wrong digits were tried {ALARM} times within an hour: somebody searches for cases to open"
            );
        }
        self.tries.cases.tries(&self.case) >= SERIES && self.tries.reported.try_count(self.case).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(last: u8) -> IpAddr {
        // Neighbours of nobody.
        IpAddr::from([198, 51, last, 7])
    }

    fn wrong(tries: &SecretTries, code: &str, from: IpAddr) -> Option<bool> {
        tries.begin(code, from, Tried::Digits).ok().map(Attempt::wrong)
    }

    #[test]
    fn a_stranger_s_series_makes_the_stranger_wait_and_not_the_resident() {
        let tries = SecretTries::new();
        let heard = (0..50).filter(|_| wrong(&tries, "CASE-A", of(1)).is_some()).count();
        assert_eq!(heard, 3, "then the stranger waits");
        let resident = tries.begin("CASE-A", of(2), Tried::Digits);
        resident.expect("the resident is heard from elsewhere").right();
        assert!(wrong(&tries, "CASE-B", of(1)).is_some(), "the stranger's own case is another one");
    }

    #[test]
    fn after_a_day_s_total_the_digits_rest_until_the_long_secret_is_used() {
        let tries = SecretTries::new();
        let heard = (0..100).filter(|n| wrong(&tries, "CASE-A", of(*n)).is_some()).count();
        assert_eq!(heard, OF_CASE as usize);
        assert!(tries.begin("CASE-A", of(200), Tried::Digits).is_err(), "digits rest, also for the resident");
        let long = tries.begin("CASE-A", of(1), Tried::Long).ok();
        long.expect("the long secret is never delayed, wherever it comes from").right();
        assert!(tries.begin("CASE-A", of(200), Tried::Digits).is_ok(), "then digits are heard again");
    }

    #[test]
    fn one_address_can_not_try_its_luck_on_every_case() {
        let tries = SecretTries::new();
        let heard = (0..500).filter(|n| wrong(&tries, &format!("CASE-{n}"), of(1)).is_some()).count();
        assert_eq!(heard, OF_ADDRESS as usize);
    }

    #[test]
    fn right_digits_do_not_count_however_often_they_come() {
        let tries = SecretTries::new();
        for _ in 0..200 {
            tries.begin("CASE-A", of(1), Tried::Digits).expect("heard").right();
        }
    }

    #[test]
    fn a_series_is_told_once_a_day() {
        let tries = SecretTries::new();
        let told: Vec<bool> = (0..20).filter_map(|n| wrong(&tries, "CASE-A", of(n))).collect();
        assert_eq!(told.iter().filter(|told| **told).count(), 1);
        assert_eq!(told.iter().position(|told| *told), Some(SERIES as usize - 1));
    }

    #[test]
    fn when_somebody_searches_everybody_is_answered_a_moment_later() {
        let tries = SecretTries::new();
        assert!(tries.slowed().is_none());
        for n in 0..ALARM {
            let from = IpAddr::from([10, (n / 200) as u8, (n % 200) as u8, 1]);
            assert!(wrong(&tries, &format!("CASE-{n}"), from).is_some());
        }
        assert_eq!(tries.slowed(), Some(SLOWED));
    }
}
