//! What a case says once all its events are read together: its fields as they stand, the answer that stands, and what in
//! it is personal. Pages, lists, messages, exports and the index ask here, so that all of them know the same.

use super::{Event, Fields, field};

/// The texts of a case, folded from its events and their private parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// The fields that were handed in, as they were corrected since, with the latest addresses.
    pub fields: Fields,
    /// Every value that a personal field ever had: it is masked wherever it stands inside another text. Never shown.
    pub personal: Vec<String>,
}

impl Texts {
    /// The texts after these events.
    pub fn of<'a>(events: impl IntoIterator<Item = (&'a Event, &'a Fields)>) -> Texts {
        let mut texts = Texts::default();
        events.into_iter().for_each(|(event, private)| texts.take(event, private));
        texts
    }

    /// Takes in the next event.
    pub fn take(&mut self, event: &Event, private: &Fields) {
        for (name, value) in private {
            // A corrected value is a value of the field that it corrects.
            let name = match event {
                Event::FieldCorrected { field, .. } if name == field::VALUE => field,
                _ => name,
            };
            if field::PERSONAL.contains(&name.as_str()) {
                self.personal.push(value.clone());
            }
            if changes_fields(event) {
                self.fields.insert(name.clone(), value.clone());
            }
        }
    }

    /// A field as it stands; empty where there is none.
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

/// Whether an event's private part is of the case's own fields; all others say something beside them.
pub fn changes_fields(event: &Event) -> bool {
    matches!(event, Event::Raised { .. } | Event::TellingChosen { .. } | Event::FieldCorrected { .. })
}

/// What goes along when a merged case gets the answer of the case that it went into: the words, and nothing about whoever
/// asked there.
pub fn answer_only(mut private: Fields) -> Fields {
    private.retain(|name, _| name == field::ANSWER || name == field::BASIS);
    private
}

/// The stream version under which the words of the answer stand that the resident has: those of the proposal, once it is
/// approved. `events` are a case's, each with its version, in order.
pub fn answer_version<'a>(events: impl DoubleEndedIterator<Item = (u64, &'a Event)>) -> Option<u64> {
    events.rev().find_map(|(version, event)| match event {
        Event::Answered { proposal, .. } => Some(proposal.unwrap_or(version)),
        Event::EndedElsewhere { .. }
        | Event::AnsweredTogether { .. }
        | Event::ReviewAnswered { .. }
        | Event::ReReviewAnswered { .. } => Some(version),
        _ => None,
    })
}
