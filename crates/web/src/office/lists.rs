//! Lists that grow with the district: narrowed by words, a page at a time.

use crate::lang::L;
use crate::page::address;
use serde::Deserialize;

/// Rows of a page.
const ROWS: usize = 50;

/// Which part of a list is asked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    /// Words that a row must hold.
    q: String,
    /// How many rows stand before this page.
    start: usize,
}

/// A page of a list, and where it goes on.
pub(super) struct Listed<T> {
    pub(super) rows: Vec<T>,
    pub(super) q: String,
    pub(super) shown: String,
    pub(super) next: String,
    pub(super) first: String,
}

impl ListQuery {
    /// Whether a row that says this is asked for: it must hold each of the words.
    pub(super) fn wants(&self, said: &[&str]) -> bool {
        let (typed, said) = (self.q.to_lowercase(), said.join("\n").to_lowercase());
        typed.split_whitespace().all(|word| said.contains(word))
    }

    /// The page of these rows, which are all that are wanted.
    pub(super) fn page<T>(self, l: L, path: &str, rows: impl Iterator<Item = T>) -> Listed<T> {
        let ListQuery { q, start } = self;
        let all: Vec<T> = rows.collect();
        let n = all.len();
        let rows: Vec<T> = all.into_iter().skip(start).take(ROWS).collect();
        let end = start.saturating_add(rows.len());
        let shown = [("from", start.saturating_add(1).to_string()), ("to", end.to_string()), ("n", n.to_string())];
        Listed {
            shown: if rows.is_empty() { String::new() } else { l.t_with("list-shown", &shown) },
            next: if end < n { address(path, &[("q", &q), ("start", &end.to_string())]) } else { String::new() },
            first: if start == 0 { String::new() } else { address(path, &[("q", &q)]) },
            rows,
            q,
        }
    }
}
