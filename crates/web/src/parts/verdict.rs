//! A resident's verdict in words that need no question before them.

use crate::lang::L;
use domain::Label;
use domain::case::{Handled, Solved};

/// Whether it is solved, and how it was handled, for a message that has both.
pub(crate) fn verdict_words(l: L, solved: Solved, handled: Handled) -> [(&'static str, String); 2] {
    let handled = handled.code().replace('_', "-");
    [("solved", l.t(&format!("shown-solved-{}", solved.code()))), ("handled", l.t(&format!("shown-handled-{handled}")))]
}

/// The verdict as a sentence.
pub(crate) fn verdict_sentence(l: L, solved: Solved, handled: Handled) -> String {
    l.t_with("shown-word", &verdict_words(l, solved, handled))
}
