//! The rules, one file each. A rule takes the tree and gives its findings.

pub mod arrows;
pub mod coverage;
pub mod languages;
pub mod layers;
pub mod leftovers;
pub mod length;
pub mod pages;
pub mod persons;
pub mod purity;
pub mod records;

/// The folder of this crate: its word lists would break the rules that they belong to.
pub const OWN: &str = "tests/tidy";
