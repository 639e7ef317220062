//! The one file that owns randomness: the operating system's, or a seed's for the demo year.

use domain::case::CaseId;
use rand_chacha::ChaCha20Rng;
use rand_core::{OsRng, RngCore, SeedableRng};

/// Where random ids, keys, codes and nonces come from.
pub struct Entropy(ChaCha20Rng);

impl Entropy {
    /// Seeded by the operating system.
    pub fn system() -> Entropy {
        let mut seed = [0; 32];
        OsRng.fill_bytes(&mut seed);
        Entropy(ChaCha20Rng::from_seed(seed))
    }

    /// The same numbers for the same seed: for the demo, never for a district.
    pub fn seeded(seed: u64) -> Entropy {
        Entropy(ChaCha20Rng::seed_from_u64(seed))
    }

    /// The generator.
    pub fn rng(&mut self) -> &mut ChaCha20Rng {
        &mut self.0
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// The handle of a new stream: about the ledger index of its first entry, and 64 random bits. So whatever is sorted by
    /// handle grows at one end, and one page of an index takes many new cases. A group that failed leaves its index to
    /// another stream: the random half keeps the two apart. It is a name and opens nothing: codes and secrets do that.
    pub fn handle(&mut self, index: u64) -> CaseId {
        let mut handle = [0; 16];
        handle[..8].copy_from_slice(&index.to_be_bytes());
        handle[8..].copy_from_slice(&self.bytes::<8>());
        CaseId(handle)
    }

    /// A case code: 50 random bits as ten characters without look-alikes, and one that checks them: `7K3M-92QX-4TA`.
    pub fn case_code(&mut self) -> String {
        let bits = self.0.next_u64();
        let body: Vec<usize> = (0..10).map(|n| (bits >> (5 * n)) as usize & 31).collect();
        let check = checksum(&body);
        let text: Vec<char> = body.iter().chain([&check]).map(|d| char::from(ALPHABET[*d])).collect();
        let part = |range: std::ops::Range<usize>| text[range].iter().collect::<String>();
        format!("{}-{}-{}", part(0..4), part(4..8), part(8..11))
    }

    /// Six digits.
    pub fn digits(&mut self) -> String {
        format!("{:06}", self.0.next_u32() % 1_000_000)
    }
}

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

fn checksum(digits: &[usize]) -> usize {
    digits.iter().enumerate().map(|(n, d)| d * (2 * n + 3)).sum::<usize>() % 31
}

/// A case code as people type it ([`domain::typed::code`]), put into the form in which it was given. None if it can't be
/// a code; a single mistyped character is always found.
pub fn read_case_code(typed: &str) -> Option<String> {
    let place = |c: char| ALPHABET.iter().position(|a| char::from(*a) == c);
    let digits: Vec<usize> = domain::typed::code(typed).chars().map(place).collect::<Option<_>>()?;
    let (check, body) = digits.split_last()?;
    if body.len() != 10 || checksum(body) != *check {
        return None;
    }
    let text: String = digits.iter().map(|d| char::from(ALPHABET[*d])).collect();
    Some(format!("{}-{}-{}", &text[0..4], &text[4..8], &text[8..11]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn handles_sort_as_their_streams_began_and_those_of_one_index_differ(seed: u64, a: u64, b: u64) {
            let mut entropy = Entropy::seeded(seed);
            let (first, second, again) = (entropy.handle(a), entropy.handle(b), entropy.handle(a));
            if a != b {
                prop_assert_eq!(first < second, a < b);
            }
            prop_assert_eq!(&first.0[..8], &a.to_be_bytes());
            prop_assert_ne!(first, again);
            prop_assert_ne!(&first.0[8..], &second.0[8..], "the rest is drawn anew");
        }
    }

    #[test]
    fn a_code_is_read_however_it_is_typed_and_a_single_mistake_is_found() {
        let mut entropy = Entropy::seeded(7);
        for _ in 0..200 {
            let code = entropy.case_code();
            assert_eq!(read_case_code(&code.to_lowercase().replace('-', " ")), Some(code.clone()));
            for (at, c) in code.char_indices().filter(|(_, c)| *c != '-') {
                let other = if c == 'A' { 'B' } else { 'A' };
                let mut typed = code.clone();
                typed.replace_range(at..=at, &other.to_string());
                assert_eq!(read_case_code(&typed), None, "{typed} for {code}");
            }
        }
    }
}
