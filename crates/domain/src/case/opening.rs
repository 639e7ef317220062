//! What opens a case to its resident, and what it is worth.
//!
//! A long secret opens a case once and lets the resident set own digits; both are numbered, so that one that was replaced
//! opens nothing any more. What each of them is worth follows from the way by which it reached the resident: a secret
//! that passed through the other party's hands authenticates nobody.

use super::Case;
use super::decide::Decision;
use super::event::Event;
use super::term::Channel;
use super::{Fields, New, field};
use crate::actor::Actor;
use crate::codes::UnitCode;
use crate::moment::Moment;
use crate::refusal::{Refusal, Why};
use crate::visit::{Visit, With};

crate::vocabulary! {
    /// By which way a case's secret reached its resident.
    Handed {
        Own "own" "自己提交时显示" "shown to whoever raised the case",
        Device "device" "第二台设备" "a second device at the counter",
        Sms "sms" "短信" "text message",
        Email "email" "电子邮件" "e-mail",
        Slip "slip" "工作人员打印的回执" "a slip printed by staff",
    }
}

crate::vocabulary! {
    /// What a case has to open it from the moment on which it is raised.
    Opens {
        Former "former" "初版的查询密码" "digits, as version 0.1 gave them",
        Own "own" "自己提交时显示的密钥" "a secret shown to whoever raised the case",
        Given "given" "经其他系统转交的查询密码" "digits that went through another system: they only look",
        Later "later" "尚未转交" "nothing yet: staff took the case down",
    }
}

impl Opens {
    /// Whether the event was written by version 0.1, which had nothing but digits.
    pub fn is_former(&self) -> bool {
        *self == Opens::Former
    }
}

/// How far somebody is believed to be the case's resident.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// Not at all.
    #[default]
    Nothing,
    /// May look: staff, or another system, may know what it was opened with.
    Looks,
    /// May act; a verdict counts as not independent, because staff may have held the secret.
    Acts,
    /// The secret came by a way that staff did not hold.
    Independent,
}

/// What opens a case now, and who is behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// The secret that was there when another one was sent to an address, what it is worth, and its way: it opens the case
    /// until either of them is used.
    pub before: Option<(u16, Trust, Option<Handed>)>,
    /// The number of the latest secret; 0: there was none yet.
    pub secret: u16,
    /// What the latest secret is worth; nothing once it was used.
    pub secret_trust: Trust,
    /// By which way the latest secret went out.
    pub handed: Option<Handed>,
    /// When a secret was sent last to the address that is there.
    pub sent: Option<Moment>,
    /// The number of the latest digits; 0: there were none yet.
    pub digits: u16,
    /// What the latest digits are worth.
    pub digits_trust: Trust,
    /// What a secret is worth that goes to the phone number; nothing: it gets none.
    pub phone: Trust,
    /// The same for the e-mail address.
    pub email: Trust,
    /// Whether whoever holds the phone number has said that it is theirs. What they may do is another question.
    pub phone_confirmed: bool,
    /// The same for the e-mail address.
    pub email_confirmed: bool,
    /// Whether a second device has got a secret at the counter.
    pub paired: bool,
    /// The unit that took the case down, and the account; no account if a token acted there.
    pub taken: Option<(UnitCode, Option<u32>)>,
}

/// For how long after a case was taken down a second device may get its secret, in milliseconds.
pub const PAIRING_LASTS: i64 = 30 * 60 * 1000;
/// How long the next secret that is sent has to wait after the one before, in milliseconds.
pub const SENT_EVERY: i64 = 24 * 3600 * 1000;
/// The fewest and the most digits.
pub const DIGITS: std::ops::RangeInclusive<usize> = 6..=12;
/// A repeated group or a part of one of these is tried first by whoever guesses.
const ROWS: &[&str] =
    &["01234567890123456789", "98765432109876543210", "147258369", "963852741", "520131414", "13145201314"];
/// Other digits that many people choose.
const COMMON: &[&str] = &[
    "112233", "332211", "123321", "456654", "789456", "159753", "147852", "258456", "110119", "168888", "666888",
    "888666",
];

/// Whether digits may be set: six to twelve of them, none of the common ones, none that stand in a number that is known
/// to the district.
pub fn usable_digits(digits: &str, numbers: &[&str]) -> bool {
    let plain = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let length = digits.len();
    if !DIGITS.contains(&length) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    // 888888, 121212, 123123, 20232023.
    let repeats = |part: usize| length.is_multiple_of(part) && digits == digits[..part].repeat(length / part);
    let common =
        (1..=length / 2).any(repeats) || ROWS.iter().any(|row| row.contains(digits)) || COMMON.contains(&digits);
    !common && numbers.iter().all(|number| !plain(number).contains(digits))
}

pub(super) fn check_digits(digits: &str, numbers: &[&str], field: &'static str) -> Result<(), Refusal> {
    if usable_digits(digits, numbers) { Ok(()) } else { Err(Refusal::at(Why::BadSecret, field)) }
}

/// The latest digits of a case's private parts, in order: with their number, as [`With::Digits`] counts them.
pub fn digits_of<'a>(parts: impl DoubleEndedIterator<Item = &'a Fields>) -> Option<&'a str> {
    parts.rev().find_map(|private| private.get(field::SECRET)).map(String::as_str)
}

impl Case {
    /// How far whoever opened a visit is believed to be the resident.
    pub fn trust(&self, visit: Visit) -> Trust {
        let opening = &self.opening;
        let worth = match visit.with {
            With::Secret(no) if no == opening.secret => opening.secret_trust,
            With::Secret(no) if opening.before.is_some_and(|(before, ..)| no == before) => {
                opening.before.map_or(Trust::Nothing, |(_, trust, _)| trust)
            }
            With::Digits(no) if no == opening.digits => opening.digits_trust,
            With::EasyDigits if opening.digits <= 1 => Trust::Looks.min(opening.digits_trust),
            With::Best => opening.secret_trust.max(opening.digits_trust).max(Trust::Acts),
            _ => Trust::Nothing,
        };
        if visit.marked { worth.min(Trust::Acts) } else { worth }
    }

    /// What a secret that goes out by a way is worth; nothing: it may not go that way.
    fn worth(&self, way: Handed) -> Trust {
        match way {
            Handed::Own | Handed::Device => Trust::Independent,
            Handed::Slip => Trust::Acts,
            Handed::Sms => self.opening.phone,
            Handed::Email => self.opening.email,
        }
    }

    /// Whether the resident holds something that staff never held: then no hand of theirs replaces it.
    fn is_held(&self) -> bool {
        self.opening.secret_trust.max(self.opening.digits_trust) == Trust::Independent
    }

    /// Whether staff may print a slip with a secret: the resident holds nothing better, and the case is not sealed.
    pub fn may_print_secret(&self) -> bool {
        !self.is_held() && !self.is_sealed() && !self.erased && self.opening.secret < u16::MAX
    }

    /// Whether a second device may get the secret now.
    pub fn may_pair(&self, now: Moment) -> bool {
        let new = now.0 - self.raised_at.0 <= PAIRING_LASTS;
        self.opening.taken.is_some() && new && !self.opening.paired && !self.is_held() && !self.erased
    }

    /// Whether a secret may be sent to an address that was left, by this way, now.
    pub fn may_send(&self, way: Handed, now: Moment) -> bool {
        let waited = self.opening.sent.is_none_or(|sent| now.0 - sent.0 >= SENT_EVERY);
        // What nobody but its resident may read goes to no address that staff or another system typed.
        let least = if self.is_sealed() { Trust::Independent } else { Trust::Acts };
        // One by a lesser way than what the resident holds already would be a way around it.
        let held = self.opening.secret_trust.max(self.opening.digits_trust).max(least);
        self.worth(way) >= held && waited && !self.erased && self.opening.secret < u16::MAX
    }

    /// Whether an account took the case down.
    pub(super) fn was_taken_by(&self, actor: &Actor) -> bool {
        let taken = self.opening.taken.as_ref().and_then(|(_, account)| *account);
        taken.is_some() && taken == actor.account()
    }

    /// Whether the unit that took the case down also leads it: what it answers is measured by what it wrote down.
    pub fn is_own_answer(&self) -> bool {
        let lead = self.tasks.iter().rev().find(|t| t.lead);
        lead.is_some_and(|t| self.opening.taken.as_ref().is_some_and(|(unit, _)| *unit == t.unit))
    }
}

impl Decision<'_> {
    /// A new secret for the case's resident; the one before opens nothing any more.
    pub(super) fn hand(&self, way: Handed) -> Result<New, Refusal> {
        let (case, now) = (self.case, self.facts.now);
        let by_resident = *self.facts.actor == Actor::Resident;
        let right = match way {
            Handed::Slip => !by_resident && case.may_print_secret(),
            Handed::Device => by_resident && !self.facts.visit.marked && case.may_pair(now),
            Handed::Sms | Handed::Email => by_resident && case.may_send(way, now),
            Handed::Own => false,
        };
        if !right {
            return Err(Refusal::new(Why::NoNewSecret));
        }
        Ok(New::of(Event::SecretHanded { way }))
    }

    /// The secret is used: the resident sets own digits, and whoever reads the case sees that it was opened.
    pub(super) fn open(&self, digits: &str) -> Result<New, Refusal> {
        let visit = self.facts.visit;
        let before = self.case.opening.before.filter(|(no, ..)| visit.with == With::Secret(*no));
        let way = before.map_or(self.case.opening.handed, |(.., way)| way);
        let Some(way) = way.filter(|_| self.is_by_secret()) else {
            return Err(Refusal::new(Why::NeedsSecret));
        };
        check_digits(digits, self.facts.numbers, "digits")?;
        let opened = Event::Opened { way, marked: visit.marked };
        Ok(New::of(opened).with(field::SECRET, digits))
    }

    /// Whether the visit was opened with the secret, which still opens the case.
    fn is_by_secret(&self) -> bool {
        let right = matches!(self.facts.visit.with, With::Secret(_) | With::Best);
        right && self.case.opening.secret_trust >= Trust::Acts
    }

    pub(super) fn set_digits(&self, digits: &str) -> Result<New, Refusal> {
        check_digits(digits, self.facts.numbers, "digits")?;
        let independent = self.case.trust(self.facts.visit) == Trust::Independent;
        Ok(New::of(Event::DigitsSet { independent }).with(field::SECRET, digits))
    }

    /// Whether an address that is chosen in this visit is the resident's own.
    pub(super) fn is_independent(&self) -> bool {
        *self.facts.actor == Actor::Resident && self.case.trust(self.facts.visit) == Trust::Independent
    }
}

impl Opening {
    /// A case is raised.
    pub(super) fn raised(by: &Actor, opens: Opens, digits: bool, marked: bool) -> Opening {
        let (own, trust) = match by {
            Actor::Resident if marked => (true, Trust::Acts),
            Actor::Resident => (true, Trust::Independent),
            _ => (false, Trust::Acts),
        };
        let mut opening = Opening { phone: trust, email: trust, ..Opening::default() };
        opening.taken = by.unit().map(|unit| (unit.clone(), by.account()));
        // In version 0.1 nobody was asked whether an address is theirs: those go on being told.
        (opening.phone_confirmed, opening.email_confirmed) = (opens.is_former(), opens.is_former());
        match opens {
            // Whoever raised it by oneself chose or saw the digits alone; all others got them from somebody's hands.
            Opens::Former => (opening.digits, opening.digits_trust) = (1, if own { trust } else { Trust::Looks }),
            Opens::Given => (opening.digits, opening.digits_trust) = (1, Trust::Looks),
            Opens::Later => {}
            Opens::Own => {
                (opening.secret, opening.secret_trust, opening.handed) = (1, trust, Some(Handed::Own));
                if digits {
                    (opening.digits, opening.digits_trust) = (1, trust);
                }
            }
        }
        opening
    }
}

impl Case {
    /// A secret went out. Anybody may ask for one to be sent to the address that stands in the case: that ends none that the
    /// resident holds.
    pub(super) fn handed(&mut self, at: Moment, way: Handed) {
        let worth = self.worth(way);
        let opening = &mut self.opening;
        let sent = matches!(way, Handed::Sms | Handed::Email);
        let held = Some((opening.secret, opening.secret_trust, opening.handed));
        // The first that is still there stays, however many are sent; one of a lesser way than the new one does not.
        let before = opening.before.or(held).filter(|(_, trust, _)| *trust > Trust::Nothing && *trust >= worth);
        opening.before = before.filter(|_| sent);
        opening.secret = opening.secret.saturating_add(1);
        (opening.secret_trust, opening.handed) = (worth, Some(way));
        opening.paired |= way == Handed::Device;
        if sent {
            opening.sent = Some(at);
        }
    }

    /// A secret was used up for digits, and with it all that there are.
    pub(super) fn opened(&mut self, marked: bool) {
        let opening = &mut self.opening;
        opening.before = None;
        let worth = std::mem::take(&mut opening.secret_trust);
        opening.digits = opening.digits.saturating_add(1);
        opening.digits_trust = if marked { worth.min(Trust::Acts) } else { worth };
    }

    /// Digits were changed in a visit.
    pub(super) fn digits_set(&mut self, independent: bool) {
        self.opening.digits = self.opening.digits.saturating_add(1);
        self.opening.digits_trust = if independent { Trust::Independent } else { Trust::Acts };
    }

    /// What an act on an address is worth: none for staff's. Version 0.1 did not say it of a resident's.
    pub(super) fn by_resident(&self, by: &Actor, independent: Option<bool>) -> Trust {
        match (by, independent) {
            (Actor::Resident, Some(true)) => Trust::Independent,
            (Actor::Resident, Some(false)) => Trust::Acts,
            (Actor::Resident, None) => self.opening.digits_trust.max(Trust::Acts),
            _ => Trust::Nothing,
        }
    }

    /// An address is a `new` one, typed in a visit that is worth `trust`. To choose the one that is there, unseen, is no word
    /// that it is the resident's own.
    pub(super) fn readdressed(&mut self, channel: Channel, trust: Trust, new: bool) {
        let opening = &mut self.opening;
        let (address, confirmed) = match channel {
            Channel::Sms => (&mut opening.phone, &mut opening.phone_confirmed),
            Channel::Email => (&mut opening.email, &mut opening.email_confirmed),
            Channel::None => return,
        };
        if new {
            (*address, *confirmed) = (trust, false);
        }
    }

    /// Whether an address is told of what happens: one of a sealed case only if its resident typed it alone.
    pub fn may_be_told(&self, channel: Channel) -> bool {
        let typed_by = match channel {
            Channel::Sms => self.opening.phone,
            Channel::Email => self.opening.email,
            Channel::None => Trust::Nothing,
        };
        !self.is_sealed() || typed_by == Trust::Independent
    }

    /// Whether whoever holds an address has said that it is theirs.
    pub fn is_confirmed(&self, channel: Channel) -> bool {
        match channel {
            Channel::Sms => self.opening.phone_confirmed,
            Channel::Email => self.opening.email_confirmed,
            Channel::None => false,
        }
    }

    pub(super) fn confirm(&mut self, channel: Channel) {
        match channel {
            Channel::Sms => self.opening.phone_confirmed = true,
            Channel::Email => self.opening.email_confirmed = true,
            Channel::None => {}
        }
    }
}
