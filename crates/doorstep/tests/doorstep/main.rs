//! The real binary, from the outside.

// Helpers outside of a test function are tests too.
#![allow(clippy::unwrap_used)]

mod binary;
mod browser;
mod contract;
mod copies;
mod crash;
mod demo;
mod describing;
mod district;
mod doctor;
mod environment;
mod fixture;
mod hall;
mod imports;
mod index;
mod markers;
mod messages;
mod outside;
mod serving;
mod starting;
mod tables;
mod tampered;
mod tampering;
mod tokens;
mod user;
