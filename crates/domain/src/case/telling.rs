//! How a resident wants to be told, and that an address is theirs.

use super::decide::{Decision, optional};
use super::event::Event;
use super::raise::{LINE_MOST, email, mobile};
use super::term::*;
use super::{New, field};
use crate::refusal::{Refusal, Why};
use crate::tell::Tell;
use crate::typed::says_something;

impl Decision<'_> {
    /// The channel stands in the event; the address, if a new one is given, goes into the vault.
    pub(super) fn choose_telling(&self, tell: Tell, address: &str) -> Result<New, Refusal> {
        optional(address, "address", LINE_MOST)?;
        let (name, known) = match tell.channel {
            // Not to be told any more is never refused.
            Channel::None => return Ok(New::of(Event::TellingChosen { tell, independent: None, new: false })),
            Channel::Sms => (field::PHONE, self.case.contact),
            Channel::Email => (field::EMAIL, self.case.email),
        };
        self.may_correct("address")?;
        let address = match (tell.channel, says_something(address)) {
            (_, false) if !known => return Err(Refusal::at(Why::NoAddress, "address").about_term(tell.channel)),
            (Channel::Sms, true) => mobile(address, "address")?,
            (Channel::Email, true) => email(address, "address")?,
            _ => String::new(),
        };
        let own = self.is_independent() && !self.is_known_number(&address);
        let (independent, new) = (Some(own), !address.is_empty());
        Ok(New::of(Event::TellingChosen { tell, independent, new }).with(name, &address))
    }

    /// Once confirmed, a second time is no news.
    pub(super) fn confirm_address(&self, channel: Channel) -> Result<Vec<New>, Refusal> {
        let known = match channel {
            Channel::None => false,
            Channel::Sms => self.case.contact,
            Channel::Email => self.case.email,
        };
        if !known {
            return Err(Refusal::at(Why::NoAddress, "channel").about_term(channel));
        }
        let confirmed = self.case.is_confirmed(channel);
        Ok(if confirmed { Vec::new() } else { vec![New::of(Event::AddressConfirmed { channel })] })
    }
}
