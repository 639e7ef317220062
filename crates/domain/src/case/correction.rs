//! Correcting what a case says.

use super::command::Corrected;
use super::decide::{Decision, optional, required};
use super::event::Event;
use super::raise::{LINE_MOST, TITLE_MOST, mobile, phone};
use super::term::*;
use super::{CORRECTIONS_MOST, New, field};
use crate::actor::Actor;
use crate::label::Label;
use crate::refusal::{Refusal, Why};
use crate::typed::kept_line;

impl Decision<'_> {
    /// A field is corrected: the value before stays in the history.
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

    /// Whether a number stood in the case before: to send the form as it came is no word that it is the resident's own.
    pub(super) fn is_known_number(&self, number: &str) -> bool {
        let plain = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let number = plain(number);
        !number.is_empty() && self.facts.numbers.iter().any(|known| plain(known) == number)
    }

    /// What a resident corrects or chooses is kept for ever: there is a limit for each case.
    pub(super) fn may_correct(&self, field: &'static str) -> Result<(), Refusal> {
        if self.case.corrections >= CORRECTIONS_MOST {
            return Err(Refusal::at(Why::CorrectedOut, field).about(CORRECTIONS_MOST));
        }
        Ok(())
    }

    /// Whether the resident acts.
    pub(super) fn by_resident(&self) -> bool {
        *self.facts.actor == Actor::Resident
    }
}
