//! A resident's visit to a record that is theirs: what opened it.

/// What a visit was opened with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum With {
    /// The secret of this number.
    Secret(u16),
    /// The digits of this number.
    Digits(u16),
    /// Digits that are too easy to guess to be believed: those of version 0.1 could be four long.
    EasyDigits,
    /// Whatever opens the case best: for what the program itself plays (the demo year) and for tests. No page uses it.
    Best,
}

/// A resident's visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// What opened it.
    pub with: With,
    /// Whether staff had signed in with this browser.
    pub marked: bool,
}

impl Visit {
    /// See [`With::Best`].
    pub const BEST: Visit = Visit { with: With::Best, marked: false };
}
