//! The one file that owns randomness: the operating system's, or a seed's for the demo year.

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
