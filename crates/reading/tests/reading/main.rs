//! The index, told as stories: what is found and by whom, what leaves it, and how it is kept. Each runs over SQLite and,
//! where it is installed, over PostgreSQL.

// Helpers outside of a test function are tests too.
#![allow(clippy::unwrap_used)]

mod finding;
mod keeping;
mod leaving;
mod masks;
mod sealed;
mod town;
