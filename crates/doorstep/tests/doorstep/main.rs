//! The real binary, from the outside.

// Helpers outside of a test function are tests too.
#![allow(clippy::unwrap_used)]

mod binary;
mod crash;
mod demo;
mod environment;
mod user;
