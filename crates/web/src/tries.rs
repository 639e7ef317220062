//! Wrong secrets: how often they may be tried on a case, and wrong passwords on an account. Whoever is right is never shut
//! out by a stranger: what is counted first is where the tries come from.
//!
//! The long secret of a case can't be guessed and is never delayed. Its digits can: after a few failures from one address
//! that address waits, longer each time; after many in a day, wherever they came from, the digits rest until the long
//! secret has been used, or a day is over.

use crate::limit::{AddressLimit, Limit, networks};
use crate::problem::Problem;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
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
pub(crate) struct Tries {
    delays: [Limit<(String, IpAddr)>; 3],
    addresses: AddressLimit,
    cases: Limit<String>,
    all: Limit<()>,
    told: Limit<String>,
}

/// A try that was counted before it is known whether it is right: many at once count too.
pub(crate) struct Attempt<'a> {
    tries: &'a Tries,
    case: String,
    from: IpAddr,
    tried: Tried,
}

impl Tries {
    pub(crate) fn new() -> Tries {
        Tries {
            delays: DELAYS.map(|(most, within)| Limit::new(most, within)),
            addresses: AddressLimit::new(OF_ADDRESS, 60 * MINUTE),
            cases: Limit::new(OF_CASE, DAY),
            all: Limit::new(u32::MAX, 60 * MINUTE),
            told: Limit::new(1, DAY),
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
        let Tries { delays, addresses, cases, .. } = self.tries;
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
        self.tries.cases.tries(&self.case) >= SERIES && self.tries.told.try_count(self.case).is_ok()
    }
}

/// How many wrong passwords a name takes from one address, and in all, within a quarter of an hour; how many an address
/// may try on all names; and how many a browser in which the account signed in before has of its own.
const OF_NAME_HERE: u32 = 10;
const OF_NAME: u32 = 100;
const OF_SIGN_IN_ADDRESS: u32 = 100;
const OF_DEVICE: u32 = 10;
const SIGN_IN_WINDOW: Duration = Duration::from_secs(15 * 60);

/// The failures to sign in. A name that nobody has counts like any other: the answers tell nobody which names there are.
pub(crate) struct SignIns {
    here: Limit<([u8; 32], IpAddr)>,
    names: Limit<[u8; 32]>,
    addresses: AddressLimit,
    devices: Limit<[u8; 32]>,
    key: [u8; 32],
}

/// Where somebody tries to sign in.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) user: &'a str,
    pub(crate) from: IpAddr,
    /// The cookie of a browser in which somebody signed in before.
    pub(crate) device: Option<&'a str>,
}

impl SignIns {
    /// With a secret of the district under which cookies of devices are made.
    pub(crate) fn new(secret: &[u8]) -> SignIns {
        SignIns {
            here: Limit::new(OF_NAME_HERE, SIGN_IN_WINDOW),
            names: Limit::new(OF_NAME, SIGN_IN_WINDOW),
            addresses: AddressLimit::new(OF_SIGN_IN_ADDRESS, SIGN_IN_WINDOW),
            devices: Limit::new(OF_DEVICE, SIGN_IN_WINDOW),
            key: mac(secret, &[b"doorstep device cookies"]),
        }
    }

    /// One more try. An owner who signed in from this browser before has tries of one's own, which no stranger uses up.
    ///
    /// # Errors
    /// At what time it may be tried again.
    pub(crate) fn count(&self, at: At<'_>) -> Result<(), Problem> {
        if let Some(device) = self.device_of(at) {
            return self.devices.count(device);
        }
        let (name, [from, _]) = (name_of(at.user), networks(at.from));
        self.addresses.count(from)?;
        self.here.count((name, from))?;
        self.names.count(name)
    }

    /// It was right: neither the name here nor this browser has failed.
    pub(crate) fn right(&self, at: At<'_>) {
        let (name, [from, _]) = (name_of(at.user), networks(at.from));
        match self.device_of(at) {
            Some(device) => self.devices.forget(&device),
            None => {
                self.here.forget(&(name, from));
                self.names.take_back(&name);
                self.addresses.take_back(from);
            }
        }
    }

    /// The cookie of a browser in which a name has just signed in. It opens nothing.
    pub(crate) fn device_cookie(&self, user: &str, nonce: [u8; 16]) -> String {
        let tag = mac(&self.key, &[&name_of(user), &nonce]);
        [&nonce[..], &tag[..]].concat().iter().map(|b| format!("{b:02x}")).collect()
    }

    /// What a browser is counted by, if its cookie is one of ours for this name.
    fn device_of(&self, at: At<'_>) -> Option<[u8; 32]> {
        let cookie = at.device.filter(|cookie| cookie.len() == 96 && cookie.is_ascii())?;
        let bytes: Vec<u8> =
            (0..48).map(|n| u8::from_str_radix(&cookie[2 * n..2 * n + 2], 16)).collect::<Result<_, _>>().ok()?;
        let (nonce, tag) = bytes.split_at(16);
        let mut right = <Hmac<Sha256> as Mac>::new_from_slice(&self.key).ok()?;
        right.update(&name_of(at.user));
        right.update(nonce);
        right.verify_slice(tag).ok()?;
        Some(mac(&self.key, &[b"counted", nonce]))
    }
}

/// What a name is counted by: of any length, never kept itself.
fn name_of(user: &str) -> [u8; 32] {
    Sha256::digest(user.as_bytes()).into()
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length.
    let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(key) else { return [0; 32] };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(last: u8) -> IpAddr {
        // Neighbours of nobody.
        IpAddr::from([198, 51, last, 7])
    }

    fn wrong(tries: &Tries, code: &str, from: IpAddr) -> Option<bool> {
        tries.begin(code, from, Tried::Digits).ok().map(Attempt::wrong)
    }

    #[test]
    fn a_stranger_s_series_makes_the_stranger_wait_and_not_the_resident() {
        let tries = Tries::new();
        let heard = (0..50).filter(|_| wrong(&tries, "CASE-A", of(1)).is_some()).count();
        assert_eq!(heard, 3, "then the stranger waits");
        let resident = tries.begin("CASE-A", of(2), Tried::Digits);
        resident.expect("the resident is heard from elsewhere").right();
        assert!(wrong(&tries, "CASE-B", of(1)).is_some(), "the stranger's own case is another one");
    }

    #[test]
    fn after_a_day_s_total_the_digits_rest_until_the_long_secret_is_used() {
        let tries = Tries::new();
        let heard = (0..100).filter(|n| wrong(&tries, "CASE-A", of(*n)).is_some()).count();
        assert_eq!(heard, OF_CASE as usize);
        assert!(tries.begin("CASE-A", of(200), Tried::Digits).is_err(), "digits rest, also for the resident");
        let long = tries.begin("CASE-A", of(1), Tried::Long).ok();
        long.expect("the long secret is never delayed, wherever it comes from").right();
        assert!(tries.begin("CASE-A", of(200), Tried::Digits).is_ok(), "then digits are heard again");
    }

    #[test]
    fn one_address_can_not_try_its_luck_on_every_case() {
        let tries = Tries::new();
        let heard = (0..500).filter(|n| wrong(&tries, &format!("CASE-{n}"), of(1)).is_some()).count();
        assert_eq!(heard, OF_ADDRESS as usize);
    }

    #[test]
    fn right_digits_do_not_count_however_often_they_come() {
        let tries = Tries::new();
        for _ in 0..200 {
            tries.begin("CASE-A", of(1), Tried::Digits).expect("heard").right();
        }
    }

    #[test]
    fn a_series_is_told_once_a_day() {
        let tries = Tries::new();
        let told: Vec<bool> = (0..20).filter_map(|n| wrong(&tries, "CASE-A", of(n))).collect();
        assert_eq!(told.iter().filter(|told| **told).count(), 1);
        assert_eq!(told.iter().position(|told| *told), Some(SERIES as usize - 1));
    }

    #[test]
    fn when_somebody_searches_everybody_is_answered_a_moment_later() {
        let tries = Tries::new();
        assert!(tries.slowed().is_none());
        for n in 0..ALARM {
            let from = IpAddr::from([10, (n / 200) as u8, (n % 200) as u8, 1]);
            assert!(wrong(&tries, &format!("CASE-{n}"), from).is_some());
        }
        assert_eq!(tries.slowed(), Some(SLOWED));
    }

    #[test]
    fn a_name_that_nobody_has_is_counted_like_any_other() {
        let ways =
            ["clerk-1", "nobody", "", "名字很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长"];
        let counts = ways.map(|user| {
            let sign_ins = SignIns::new(b"secret");
            (0..50).filter(|_| sign_ins.count(At { user, from: of(1), device: None }).is_ok()).count()
        });
        assert_eq!(counts, [OF_NAME_HERE as usize; 4]);
    }

    #[test]
    fn an_owner_who_signed_in_here_before_is_not_locked_out_by_strangers() {
        let sign_ins = SignIns::new(b"secret");
        let cookie = sign_ins.device_cookie("admin", [7; 16]);
        for n in 0..255 {
            let _ = sign_ins.count(At { user: "admin", from: of(n), device: None });
        }
        let strange = At { user: "admin", from: IpAddr::from([192, 0, 2, 1]), device: None };
        assert!(sign_ins.count(strange).is_err(), "the name rests for strangers");
        let owner = At { device: Some(&cookie), ..strange };
        assert!(sign_ins.count(owner).is_ok());
        sign_ins.right(owner);
        // The cookie of one name is none for another, and a changed one is none at all.
        let other = sign_ins.device_cookie("clerk", [7; 16]);
        assert!(sign_ins.count(At { device: Some(&other), ..strange }).is_err());
        let changed = cookie.replace('0', "1");
        assert!(changed == cookie || sign_ins.count(At { device: Some(&changed), ..strange }).is_err());
        let stolen = (0..50).filter(|_| sign_ins.count(owner).is_ok()).count();
        assert_eq!(stolen, OF_DEVICE as usize, "a stolen cookie is a budget, and no more");
    }
}
