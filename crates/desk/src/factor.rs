//! The second factor of an account: a code that changes every half minute (RFC 6238), and recovery codes on paper.

use crate::entropy::Entropy;
use domain::Moment;
use sha2::{Digest, Sha256};
use totp_rs::{Builder, Secret, Totp};

/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;

fn totp(secret: [u8; 20]) -> Option<Totp> {
    // SHA-1, six digits, 30 s and one step of skew: what every authenticator knows.
    Builder::new().with_secret(Secret::new(Box::new(secret))).build().ok()
}

/// The time step that a code belongs to at a moment, if it is right. Whoever takes it uses the step up: each code serves
/// once.
pub fn step_of(secret: [u8; 20], code: &str, at: Moment) -> Option<u64> {
    totp(secret)?.check(code, u64::try_from(at.0 / 1000).ok()?)
}

/// The code of a secret at a moment: what an authenticator shows.
pub fn code_at(secret: [u8; 20], at: Moment) -> Option<String> {
    Some(totp(secret)?.generate(u64::try_from(at.0 / 1000).ok()?).to_string())
}

/// A secret as people type it into an authenticator.
pub fn secret_text(secret: [u8; 20]) -> String {
    Secret::new(Box::new(secret)).to_base32()
}

/// A secret from its text.
pub fn read_secret(text: &str) -> Option<[u8; 20]> {
    Secret::try_from_base32(text).ok()?.as_bytes().try_into().ok()
}

/// What an authenticator reads from a picture. Sign-in names need no escape.
pub fn secret_address(secret: [u8; 20], user: &str) -> String {
    format!("otpauth://totp/Doorstep:{user}?secret={}&issuer=Doorstep", secret_text(secret))
}

/// Fresh recovery codes, of 50 bits each.
pub fn recovery_codes(entropy: &mut Entropy) -> Vec<String> {
    (0..RECOVERY_CODES).map(|_| entropy.case_code().to_lowercase()).collect()
}

/// What is kept of a recovery code: the hash of its letters and digits.
pub fn recovery_hash(code: &str) -> [u8; 32] {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    Sha256::digest(plain.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, SHA-1: the last six of the eight digits there.
        let secret = *b"12345678901234567890";
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            let at = Moment(seconds * 1000);
            assert_eq!(code_at(secret, at).as_deref(), Some(code));
            assert_eq!(step_of(secret, code, at), Some(seconds as u64 / 30));
            assert_eq!(step_of(secret, code, Moment(at.0 + 30_000)), Some(seconds as u64 / 30), "a slow clock");
            assert_eq!(step_of(secret, code, Moment(at.0 + 90_000)), None, "an old code");
        }
        for code in ["", "287", "28708x", "２８７０８２", "287082999999999999999999"] {
            assert_eq!(step_of(secret, code, Moment(59_000)), None, "{code}");
        }
    }

    #[test]
    fn a_secret_goes_into_an_authenticator_and_back_and_recovery_codes_are_read_however_they_are_typed() {
        let mut entropy = Entropy::seeded(4);
        let secret = entropy.bytes::<20>();
        assert_eq!(read_secret(&secret_text(secret)), Some(secret));
        assert_eq!(read_secret("no secret!"), None);
        assert!(secret_address(secret, "admin").starts_with("otpauth://totp/Doorstep:admin?secret="));
        let codes = recovery_codes(&mut entropy);
        let mut hashes: Vec<[u8; 32]> = codes.iter().map(|c| recovery_hash(c)).collect();
        assert_eq!(recovery_hash(&codes[0].to_uppercase().replace('-', " ")), hashes[0]);
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), RECOVERY_CODES);
    }
}
