//! The figures, told as stories: cases are made through the desk with a set clock, over SQLite and, where it is
//! installed, over PostgreSQL.

// Helpers outside of a test function are tests too.
#![allow(clippy::unwrap_used)]

mod claiming;
mod counting;
mod described;
mod lectures;
mod meaning;
mod meetings;
mod published;
mod receptions;
mod world;
