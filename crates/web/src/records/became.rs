//! What became of something that was said in a hall, for everybody: its number, where its case stands, and its words once a
//! person has released them. A case is never named by its code here: that is half of what opens it.

use crate::lang::L;
use crate::parts::verdict::verdict_sentence;
use crate::view::{self, StatusView};
use domain::case::field;
use domain::district::District;
use store::public::Shown;

/// What was said, and what became of it, as `records/_became.html` draws it.
pub(super) struct Became {
    /// Its name on the page: "question 3".
    pub(super) name: String,
    /// What it is about.
    pub(super) about: String,
    /// What is to be said of how it was taken down; empty: nothing.
    pub(super) note: String,
    pub(super) text: String,
    pub(super) status: StatusView,
    pub(super) unit: String,
    pub(super) answer: String,
    pub(super) word: String,
    /// The page of its case, once words are released; empty before.
    pub(super) href: String,
}

impl Became {
    /// Of a case; what it is about is its category, unless its page knows better.
    pub(super) fn of(l: L, d: &District, name: String, case: &Shown) -> Became {
        let words = |name: &str| case.words.get(name).cloned().unwrap_or_default();
        let verdict = case.solved.zip(case.handled);
        Became {
            name,
            about: case.category.as_ref().map(|c| d.catalogue.name(c, l.0).to_owned()).unwrap_or_default(),
            note: String::new(),
            text: words(field::SHOWN),
            status: view::status(l, case.stage, case.question),
            unit: case.lead.as_ref().map(|unit| d.unit_name(unit, l.0).to_owned()).unwrap_or_default(),
            answer: words(field::SHOWN_ANSWER),
            word: verdict.map(|(solved, handled)| verdict_sentence(l, solved, handled)).unwrap_or_default(),
            href: if case.words.is_empty() { String::new() } else { format!("/published/{}", case.seq) },
        }
    }
}

/// How many of the cases are answered, or have ended.
pub(super) fn answered(cases: &[Shown]) -> usize {
    cases.iter().filter(|case| case.answered.is_some() || case.ended.is_some()).count()
}
