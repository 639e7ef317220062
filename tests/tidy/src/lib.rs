//! The house rules, as tests over the source tree.
//!
//! A rule is a pure function from the [`Tree`] to [`Finding`]s: so each rule is itself tested on small trees
//! that break it. `tests/house.rs` runs every rule over the project. A finding names file and line, and says
//! what to do: who meets one should not have to read this crate.

pub mod rules;
pub mod rust;
pub mod tree;
pub mod words;

pub use rust::Rust;
pub use tree::{Source, Tree};

use std::fmt;

/// One place that breaks a house rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, relative to the root of the project.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub instead: String,
}

impl Finding {
    /// A finding at a line of a file.
    pub fn new(path: &str, line: usize, what: impl Into<String>, instead: impl Into<String>) -> Finding {
        Finding { path: path.to_owned(), line, what: what.into(), instead: instead.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}\n    → {}", self.path, self.line, self.what, self.instead)
    }
}

/// The findings as the text of a failing test: sorted, one paragraph each, with their number at the end.
pub fn report(mut findings: Vec<Finding>) -> String {
    findings.sort();
    findings.dedup();
    let count = findings.len();
    let mut text = String::from("\n");
    for finding in findings {
        text.push_str(&format!("{finding}\n"));
    }
    text.push_str(&format!("{count} finding(s)\n"));
    text
}
