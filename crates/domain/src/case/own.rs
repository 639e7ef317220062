//! What people decide about their own words and numbers: corrections, whether and how they are told, what may be shown
//! to everybody, and erasure.

use super::command::Corrected;
use super::decide::{Decision, optional, required};
use super::event::Event;
use super::raise::{LINE_MOST, TEXT_MOST, TITLE_MOST, email, mobile, phone};
use super::term::*;
use super::told::Tell;
use super::{CORRECTIONS_MOST, New, field};
use crate::actor::Actor;
use crate::label::Label;
use crate::refusal::{Refusal, Why};
use crate::rule::RuleId;
use crate::typed::{kept_line, says_something};

impl Decision<'_> {
    pub(super) fn correct(&self, which: Corrected, value: &str) -> Result<New, Refusal> {
        required(value, "value")?;
        if self.by_resident() {
            self.may_correct("value")?;
        }
        match which {
            Corrected::Text => {}
            Corrected::Title => optional(value, "value", TITLE_MOST)?,
            Corrected::Place | Corrected::Name | Corrected::Phone => optional(value, "value", LINE_MOST)?,
        }
        let value = match (which, self.case.tell.map(|t| t.channel)) {
            (Corrected::Text, _) => value.to_owned(),
            // Messages go there.
            (Corrected::Phone, Some(Channel::Sms)) => mobile(value, "value")?,
            // "None" is no number to correct it to.
            (Corrected::Phone, _) => phone(value, "value").and_then(|p| required(&p, "value").map(|()| p))?,
            (Corrected::Title | Corrected::Place | Corrected::Name, _) => kept_line(value),
        };
        let independent = self.by_resident().then(|| self.is_independent());
        let independent = independent.map(|own| own && !self.is_known_number(&value));
        Ok(New::of(Event::FieldCorrected { field: which.code().to_owned(), independent }).with(field::VALUE, &value))
    }

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

    /// Whether a number stood in the case before: to send the form as it came is no word that it is the resident's own.
    fn is_known_number(&self, number: &str) -> bool {
        let plain = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let number = plain(number);
        !number.is_empty() && self.facts.numbers.iter().any(|known| plain(known) == number)
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

    pub(super) fn hide(&self, reason: &str) -> Result<New, Refusal> {
        if !self.by_resident() {
            required(reason, "reason")?;
        }
        if !self.case.public || self.case.hidden {
            return Err(Refusal::new(Why::NotPublic));
        }
        Ok(New::of(Event::TextHidden).with(field::REASON, reason))
    }

    pub(super) fn release(&self, text: &str, answer: &str) -> Result<New, Refusal> {
        required(text, "text")?;
        optional(answer, "answer", TEXT_MOST)?;
        if !self.case.may_be_shown() {
            return Err(Refusal::new(Why::NoConsent));
        }
        Ok(New::of(Event::TextReleased).with(field::SHOWN, text).with(field::SHOWN_ANSWER, answer))
    }

    /// Until when the resident is left the time to say that a case shall go on that is over.
    fn may_come_back(&self) -> Option<calendar::Date> {
        let ended = self.case.clocks.iter().filter_map(|c| c.stopped).max()?;
        let rule = self.facts.district.rules.rule(RuleId::GoOnAsk);
        Some(self.facts.district.calendar.due(ended, rule.term()).rolled)
    }

    /// Nobody's right ends by an erasure that this person did not ask for, alone with the case.
    pub(super) fn erase(&self, ground: Ground) -> Result<Vec<New>, Refusal> {
        let today = self.today();
        if ground == Ground::ConsentWithdrawn && !self.case.erasure_asked {
            return Err(Refusal::at(Why::NoErasureAsked, "ground"));
        }
        let window = self.case.clocks.iter().filter(|c| c.is_running() && !c.duty && today <= c.due.rolled);
        let asked = self.case.erasure_asked && self.case.erasure_independent;
        let last = window.map(|c| c.due.rolled).max().or_else(|| self.may_come_back());
        if !asked && let Some(last) = last.filter(|last| today <= *last) {
            return Err(Refusal::new(Why::WindowOpen).about(last));
        }
        Ok(vec![New::of(Event::Erased { ground }).clocks(self.stop_all())])
    }

    pub(super) fn ask_erasure(&self, reason: &str) -> Result<New, Refusal> {
        optional(reason, "reason", TEXT_MOST)?;
        let independent = self.is_independent();
        // The resident's own request takes the place of one that somebody with a held secret made.
        let anew = self.case.erasure_asked && independent && !self.case.erasure_independent;
        if self.case.erasure_asked && !anew {
            return Err(Refusal::new(Why::ErasureAsked));
        }
        self.room(0)?;
        let started = (!anew).then(|| self.start(RuleId::ErasureAnswer, None));
        Ok(New::of(Event::ErasureAsked { independent: Some(independent) }).with(field::REASON, reason).clocks(started))
    }

    pub(super) fn decline_erasure(&self, reason: &str) -> Result<New, Refusal> {
        required(reason, "reason")?;
        if !self.case.erasure_asked {
            return Err(Refusal::new(Why::NoErasureAsked));
        }
        let declined = New::of(Event::ErasureDeclined).with(field::REASON, reason);
        Ok(declined.clocks(self.stop(|c| c.rule == RuleId::ErasureAnswer)))
    }

    /// What a resident corrects or chooses is kept for ever: there is a limit for each case.
    fn may_correct(&self, field: &'static str) -> Result<(), Refusal> {
        if self.case.corrections >= CORRECTIONS_MOST {
            return Err(Refusal::at(Why::CorrectedOut, field).about(CORRECTIONS_MOST));
        }
        Ok(())
    }

    fn by_resident(&self) -> bool {
        *self.facts.actor == Actor::Resident
    }
}
