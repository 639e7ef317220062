//! The short stable codes by which events, URLs and files name units, categories, dangers and posts.

use serde::{Deserialize, Serialize};

/// Declares a code.
macro_rules! code {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);
        impl $name {
            /// The code as text.
            pub fn as_str(&self) -> &str { &self.0 }
            /// Whether it is 1 to 32 of `a-z`, `0-9`, `.`, `_` and `-`.
            pub fn is_well_formed(&self) -> bool {
                (1..=32).contains(&self.0.len())
                    && self.0.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-'))
            }
        }
        impl From<&str> for $name { fn from(s: &str) -> Self { $name(s.to_owned()) } }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) }
        }
    };
}

code! {
    /// The code of a unit, such as `housing` or `street-1`.
    UnitCode
}
code! {
    /// The code of a category; the first level before the dot, the second behind it: `heating.cold`.
    CategoryCode
}
code! {
    /// The code of a danger, such as `gas`.
    DangerCode
}
code! {
    /// The code of a post.
    PostCode
}

/// The code of a record on paper and in URLs: `K7QM-2M4X-9TA`. It is made by the program, never typed into an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordCode(String);

impl RecordCode {
    /// The fresh code of a record that begins.
    pub fn of(fresh: &crate::register::Fresh<'_>) -> RecordCode {
        RecordCode(fresh.code.to_owned())
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CategoryCode {
    /// The first level, which is all that the public ledger tells.
    pub fn coarse(&self) -> &str {
        self.0.split('.').next().unwrap_or(&self.0)
    }
}

/// The keyed tag of a unit: what the event of an accusation tells of the unit that it is about. Who does not hold the
/// district's key can't tell whose it is; the same unit always has the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnitTag(pub String);
