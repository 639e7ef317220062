//! Passwords of accounts: how they are kept, and how one is tried. Not part of the history.

mod weak;

pub use weak::{Weak, weakness};

use crate::entropy::Entropy;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

/// The shortest password, in characters.
pub const PASSWORD_LEAST: usize = 10;
/// The longest password, in bytes: more would only cost time.
pub const PASSWORD_MOST: usize = 256;

/// Argon2id with 19 MiB, two passes, one lane: the least that OWASP's password storage cheat sheet asks for.
fn argon() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The hash of a password with a fresh salt, as a PHC string. None for a password that is too short or too long.
pub fn hash_password(password: &str, entropy: &mut Entropy) -> Option<String> {
    if password.chars().count() < PASSWORD_LEAST || password.len() > PASSWORD_MOST {
        return None;
    }
    let salt = SaltString::encode_b64(&entropy.bytes::<16>()).ok()?;
    Some(argon().hash_password(password.as_bytes(), &salt).ok()?.to_string())
}

/// Whether a password is the one of a hash. Without a hash (no such account) it takes as long and says no, so that the
/// time of the answer tells nobody which accounts there are.
pub fn verify_password(password: &str, hash: Option<&str>) -> bool {
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let known = hash.is_some();
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
    password.len() <= PASSWORD_MOST && argon().verify_password(password.as_bytes(), &parsed).is_ok() && known
}

/// A password that a person can copy from paper: groups of letters and digits without look-alikes, 90 bits.
pub fn fresh_password(entropy: &mut Entropy) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    let text: Vec<char> = entropy.bytes::<18>().iter().map(|b| char::from(LETTERS[usize::from(b & 31)])).collect();
    text.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_opens_its_own_hash_and_no_other() {
        let mut entropy = Entropy::seeded(3);
        let (one, two) = (fresh_password(&mut entropy), fresh_password(&mut entropy));
        let hash = hash_password(&one, &mut entropy).unwrap();
        assert!(verify_password(&one, Some(&hash)));
        assert!(!verify_password(&two, Some(&hash)));
        assert!(!verify_password(&one, None));
        assert_eq!(hash_password("too short", &mut entropy), None);
    }
}
