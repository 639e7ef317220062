//! Showing a case's words to neighbours, and hiding them again.

use super::decide::{Decision, optional, required};
use super::event::Event;
use super::raise::TEXT_MOST;
use super::{New, field};
use crate::refusal::{Refusal, Why};

impl Decision<'_> {
    /// Its words are hidden: by the resident without a reason, by staff with one.
    pub(super) fn hide(&self, reason: &str) -> Result<New, Refusal> {
        if !self.by_resident() {
            required(reason, "reason")?;
        }
        if !self.case.public || self.case.hidden {
            return Err(Refusal::new(Why::NotPublic));
        }
        Ok(New::of(Event::TextHidden).with(field::REASON, reason))
    }

    /// Words that somebody has read and reviewed are shown.
    pub(super) fn release(&self, text: &str, answer: &str) -> Result<New, Refusal> {
        required(text, "text")?;
        optional(answer, "answer", TEXT_MOST)?;
        if !self.case.may_be_shown() {
            return Err(Refusal::new(Why::NoConsent));
        }
        Ok(New::of(Event::TextReleased).with(field::SHOWN, text).with(field::SHOWN_ANSWER, answer))
    }
}
