//! What is stored of an event: its body, and its private part.

use crate::actor::Actor;
use crate::clock::ClockChange;
use crate::moment::Moment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The private part of an event: field name → text. It goes into the vault and nowhere else.
pub type Fields = BTreeMap<String, String>;

/// What is stored for an event beside its private part: these bytes are what the ledger entry commits to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Body<E> {
    /// Random, so that nobody can guess a body from its hash.
    pub nonce: String,
    /// When.
    pub at: Moment,
    /// Who.
    pub by: Actor,
    /// The ledger index of the event of another record whose act asked for this one, in the same commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<u64>,
    /// When it happened in a hall without network, as the hall's own ledger claims; `at` is when it was merged into this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_hall: Option<Moment>,
    /// What.
    pub event: E,
    /// What it did to the clocks.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<ClockChange>,
}
