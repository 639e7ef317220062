//! The counter, told as stories over the real router and a real database.

// Helpers outside of a test function are tests too.
#![allow(clippy::unwrap_used)]

mod access;
mod acts;
mod api;
mod becoming;
mod board;
mod clerk;
mod factor;
mod figures;
mod find;
mod kit;
mod lectures;
mod meetings;
mod messages;
mod office;
mod office_audit;
mod office_care;
mod office_import;
mod office_lists;
mod office_tables;
mod office_watch;
mod private;
mod promises;
mod public;
mod raising;
mod receptions;
mod register_api;
mod resident;
mod scripts;
mod staff;
mod truth;
mod urgent;
mod verdict;
