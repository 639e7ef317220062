//! Limits of how often somebody may fail to sign in: with a name, from an address, in a browser that signed in before.

use crate::problem::Problem;
use crate::rate_limit::{AddressLimit, Limit, networks};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::time::Duration;

/// How many wrong passwords a name takes from one address, and in all, within a quarter of an hour; how many an address
/// may try on all names; and how many a browser in which the account signed in before has of its own.
const OF_NAME_HERE: u32 = 10;
const OF_NAME: u32 = 100;
const OF_ADDRESS: u32 = 100;
const OF_DEVICE: u32 = 10;
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// The failures to sign in. A name that nobody has counts like any other: the answers tell nobody which names there are.
pub(crate) struct SignInTries {
    here: Limit<([u8; 32], IpAddr)>,
    names: Limit<[u8; 32]>,
    addresses: AddressLimit,
    devices: Limit<[u8; 32]>,
    key: [u8; 32],
}

/// The browser in which somebody tries to sign in.
pub(crate) struct Browser {
    pub(crate) from: IpAddr,
    /// The cookie that says that somebody signed in here before.
    pub(crate) device: Option<String>,
}

impl SignInTries {
    /// With a secret of the district under which cookies of devices are made.
    pub(crate) fn new(secret: &[u8]) -> SignInTries {
        SignInTries {
            here: Limit::new(OF_NAME_HERE, WINDOW),
            names: Limit::new(OF_NAME, WINDOW),
            addresses: AddressLimit::new(OF_ADDRESS, WINDOW),
            devices: Limit::new(OF_DEVICE, WINDOW),
            key: mac(secret, &[b"doorstep device cookies"]),
        }
    }

    /// One more try. An owner who signed in from this browser before has tries of one's own, which no stranger uses up.
    ///
    /// # Errors
    /// At what time it may be tried again.
    pub(crate) fn count(&self, user: &str, browser: &Browser) -> Result<(), Problem> {
        if let Some(device) = self.device_of(user, browser) {
            return self.devices.count(device);
        }
        let (name, [from, _]) = (name_of(user), networks(browser.from));
        self.addresses.count(from)?;
        self.here.count((name, from))?;
        self.names.count(name)
    }

    /// It was right: neither the name here nor this browser has failed.
    pub(crate) fn right(&self, user: &str, browser: &Browser) {
        let (name, [from, _]) = (name_of(user), networks(browser.from));
        match self.device_of(user, browser) {
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
    fn device_of(&self, user: &str, browser: &Browser) -> Option<[u8; 32]> {
        let cookie = browser.device.as_deref().filter(|cookie| cookie.len() == 96 && cookie.is_ascii())?;
        let bytes: Vec<u8> =
            (0..48).map(|n| u8::from_str_radix(&cookie[2 * n..2 * n + 2], 16)).collect::<Result<_, _>>().ok()?;
        let (nonce, tag) = bytes.split_at(16);
        let mut right = <Hmac<Sha256> as Mac>::new_from_slice(&self.key).ok()?;
        right.update(&name_of(user));
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

    fn strange(from: IpAddr) -> Browser {
        Browser { from, device: None }
    }

    #[test]
    fn a_name_that_nobody_has_is_counted_like_any_other() {
        let ways =
            ["clerk-1", "nobody", "", "名字很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长"];
        let counts = ways.map(|user| {
            let tries = SignInTries::new(b"secret");
            (0..50).filter(|_| tries.count(user, &strange(of(1))).is_ok()).count()
        });
        assert_eq!(counts, [OF_NAME_HERE as usize; 4]);
    }

    #[test]
    fn an_owner_who_signed_in_here_before_is_not_locked_out_by_strangers() {
        let tries = SignInTries::new(b"secret");
        let cookie = tries.device_cookie("admin", [7; 16]);
        for n in 0..255 {
            let _ = tries.count("admin", &strange(of(n)));
        }
        let at = IpAddr::from([192, 0, 2, 1]);
        let with = |cookie: &str| Browser { from: at, device: Some(cookie.to_owned()) };
        assert!(tries.count("admin", &strange(at)).is_err(), "the name rests for strangers");
        let owner = with(&cookie);
        assert!(tries.count("admin", &owner).is_ok());
        tries.right("admin", &owner);
        // The cookie of one name is none for another, and a changed one is none at all.
        let other = tries.device_cookie("clerk", [7; 16]);
        assert!(tries.count("admin", &with(&other)).is_err());
        let changed = cookie.replace('0', "1");
        assert!(changed == cookie || tries.count("admin", &with(&changed)).is_err());
        let stolen = (0..50).filter(|_| tries.count("admin", &owner).is_ok()).count();
        assert_eq!(stolen, OF_DEVICE as usize, "a stolen cookie is a budget, and no more");
    }
}
