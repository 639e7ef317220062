//! The answers that a resident has been given.

use domain::case::{Event, Fields, field};
use store::read::{History, Told};

/// The event by which the resident was given the latest answer: a proposal that waits for approval is none yet.
pub(crate) fn latest_answer(history: &History) -> Option<&Told> {
    history.told.iter().rev().find(|t| {
        use Event::*;
        matches!(
            t.body.event,
            Answered { .. }
                | AnsweredTogether { .. }
                | ReviewAnswered { .. }
                | ReReviewAnswered { .. }
                | EndedElsewhere { .. }
        )
    })
}

/// The text of the latest answer that the resident has been given.
pub(crate) fn given_answer(history: &History) -> Option<&str> {
    let given = latest_answer(history)?;
    answer_of(history, given).get(field::ANSWER).map(String::as_str)
}

/// The private part that holds an answer's text: its own, or that of the proposal which was approved.
pub(crate) fn answer_of<'a>(history: &'a History, told: &'a Told) -> &'a Fields {
    let proposal = match told.body.event {
        Event::Answered { proposal: Some(version), .. } => history.told.iter().find(|t| t.version == version),
        _ => None,
    };
    &proposal.unwrap_or(told).private
}
