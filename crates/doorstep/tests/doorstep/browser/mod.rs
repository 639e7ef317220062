//! The pages in a real browser, at the real binary: what people live by.
//!
//! One chromedriver serves the tests that run at the same time; each test has a browser with a fresh profile. Waiting is
//! asking again until the page has it, never a fixed time.

mod axe;
mod case;
mod day;
mod hand;
mod held;
mod keyboard;
mod pages;
mod pictures;
mod raise;
mod site;
mod tab;
mod tasks;
mod trouble;
