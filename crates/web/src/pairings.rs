//! Pairing codes: how long one is good, and what it opens. With one a second device gets the case's secret, once.

use domain::case::CaseId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a pairing code opens a case to a second device.
const PAIRING_LASTS: Duration = Duration::from_secs(600);
/// The most codes that are good at the same time.
const PAIRINGS_MOST: usize = 100_000;

/// The codes that are good now.
#[derive(Default)]
pub(crate) struct Pairings(Mutex<HashMap<String, (CaseId, Instant)>>);

impl Pairings {
    /// A code for a case, from random bytes; one before it ends.
    pub(crate) fn offer(&self, id: CaseId, random: [u8; 8]) -> String {
        let code = format!("{:08}", u64::from_be_bytes(random) % 100_000_000);
        let mut pairings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pairings.retain(|_, (other, since)| *other != id && since.elapsed() < PAIRING_LASTS);
        if pairings.len() < PAIRINGS_MOST {
            pairings.insert(code.clone(), (id, Instant::now()));
        }
        code
    }

    /// The case of a code, which is used up by that.
    pub(crate) fn take(&self, code: &str) -> Option<CaseId> {
        let (id, since) = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(code)?;
        (since.elapsed() < PAIRING_LASTS).then_some(id)
    }
}
