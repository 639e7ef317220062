//! How many messages go to one address, and out of the district: whoever writes somebody else's number into thirty forms
//! sends that person one message, and not thirty.

use desk::Entropy;
use domain::Moment;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::collections::HashMap;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// How many messages a day go to an address whose holder has confirmed it.
const ADDRESS_MOST: u32 = 30;
/// The most addresses that are remembered for a day. Beyond it what is not confirmed waits.
const ADDRESSES_MOST: usize = 200_000;

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// It goes now.
    Go,
    /// It does not go: the holder of the address has been asked whether it is theirs, and has not said so.
    Never,
    /// Not before this moment.
    Wait(Moment),
}

/// What went out lately. Addresses are remembered as hashes under a key that no other process knows, for a day.
pub(crate) struct Caps {
    key: [u8; 32],
    hourly: u32,
    addresses: HashMap<[u8; 16], (i64, u32)>,
    hour: (i64, u32),
}

impl Caps {
    /// With so many messages in an hour for the whole district.
    pub(crate) fn new(hourly: u32) -> Caps {
        Caps { key: Entropy::system().bytes(), hourly, addresses: HashMap::new(), hour: (0, 0) }
    }

    fn hash(&self, address: &str) -> [u8; 16] {
        let mut out = [0; 16];
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) {
            // The same number, however it is written.
            let plain: String = address.chars().filter(|c| !" -".contains(*c)).flat_map(char::to_lowercase).collect();
            mac.update(plain.as_bytes());
            let whole = mac.finalize().into_bytes();
            out.copy_from_slice(&whole[..16]);
        }
        out
    }

    /// What becomes of a message to an address. Until its holder has `confirmed` it, one message a day `asks` whether it is
    /// theirs, whatever cases name it.
    pub(crate) fn way(&self, address: &str, confirmed: bool, asks: bool, now: Moment) -> Way {
        let lately = self.addresses.get(&self.hash(address)).filter(|(since, _)| now.0 - since < DAY);
        match lately {
            Some(_) if !confirmed => return Way::Never,
            None if !confirmed && !asks => return Way::Never,
            Some((since, n)) if *n >= ADDRESS_MOST => return Way::Wait(Moment(since + DAY)),
            _ => {}
        }
        if self.addresses.len() >= ADDRESSES_MOST && !confirmed {
            return Way::Wait(Moment(now.0 + HOUR));
        }
        if now.0 - self.hour.0 < HOUR && self.hour.1 >= self.hourly {
            return Way::Wait(Moment(self.hour.0 + HOUR));
        }
        Way::Go
    }

    /// A message went out.
    pub(crate) fn went(&mut self, address: &str, now: Moment) {
        if now.0 - self.hour.0 >= HOUR {
            self.hour = (now.0, 0);
            self.addresses.retain(|_, (since, _)| now.0 - *since < DAY);
        }
        self.hour.1 += 1;
        let of = self.addresses.entry(self.hash(address)).or_insert((now.0, 0));
        if now.0 - of.0 >= DAY {
            *of = (now.0, 0);
        }
        of.1 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_700_000_000_000;

    fn at(minutes: i64) -> Moment {
        Moment(NOON + minutes * 60_000)
    }

    #[test]
    fn thirty_cases_that_name_a_number_which_nobody_confirmed_send_it_one_message_a_day() {
        let mut caps = Caps::new(1000);
        let number = "138 0000 0000";
        assert_eq!(caps.way(number, false, false, at(0)), Way::Never, "the first one asks whether it is theirs");
        assert_eq!(caps.way(number, false, true, at(0)), Way::Go);
        assert_eq!(caps.way(number, false, true, at(0)), Way::Go, "what did not go out is not counted");
        caps.went(number, at(0));
        for n in 1..30 {
            assert_eq!(caps.way("13800000000", false, true, at(n)), Way::Never);
        }
        assert_eq!(caps.way("13900000000", false, true, at(1)), Way::Go, "another number is not meant");
        assert_eq!(caps.way(number, true, false, at(2)), Way::Go, "whoever confirmed it is told");
        assert_eq!(caps.way(number, false, true, at(24 * 60)), Way::Go, "it is forgotten after a day");
    }

    #[test]
    fn a_confirmed_address_gets_so_many_a_day_and_the_rest_waits() {
        let mut caps = Caps::new(1000);
        for n in 0..i64::from(ADDRESS_MOST) {
            assert_eq!(caps.way("a@example.com", true, false, at(n)), Way::Go);
            caps.went("a@example.com", at(n));
        }
        assert_eq!(caps.way("A@example.com", true, false, at(40)), Way::Wait(at(24 * 60)));
        assert_eq!(caps.way("a@example.com", true, false, at(24 * 60)), Way::Go);
    }

    #[test]
    fn a_district_sends_so_many_an_hour_and_the_rest_waits_for_the_next() {
        let mut caps = Caps::new(3);
        for n in 0..3 {
            assert_eq!(caps.way(&n.to_string(), true, false, at(n)), Way::Go);
            caps.went(&n.to_string(), at(n));
        }
        assert_eq!(caps.way("9", true, false, at(30)), Way::Wait(at(60)));
        assert_eq!(caps.way("9", true, false, at(60)), Way::Go);
    }
}
