//! Passwords of accounts: how they are kept, and how one is tried. Not part of the history.

mod weak;

pub use weak::{Weak, weakness};

use crate::entropy::Entropy;
use argon2::password_hash::{Output, ParamsString, PasswordHash, Salt, SaltString};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use std::sync::{Mutex, PoisonError};

/// The shortest password, in characters.
pub const PASSWORD_LEAST: usize = 10;
/// The longest password, in bytes: more would only cost time.
pub const PASSWORD_MOST: usize = 256;

/// The length of a hash, in bytes.
const HASH: usize = Params::DEFAULT_OUTPUT_LEN;

/// 19 MiB, two passes, one lane: the least that OWASP's password storage cheat sheet asks for.
fn params() -> Params {
    Params::new(19 * 1024, 2, 1, None).unwrap_or_default()
}

/// The Argon2id of a password. Its megabytes are used again and again: left to the allocator, each thread that ever made
/// one would keep its own.
fn digest(params: Params, password: &str, salt: &[u8]) -> Option<Output> {
    static MEMORY: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());
    let memory = || MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
    let mut blocks = memory().pop().unwrap_or_default();
    blocks.resize(params.block_count(), Block::default());
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut out = [0; HASH];
    let done = argon.hash_password_into_with_memory(password.as_bytes(), salt, &mut out, &mut blocks);
    blocks.fill(Block::default());
    memory().push(blocks);
    done.ok()?;
    Output::new(&out).ok()
}

/// [`digest`] with a salt as a PHC string has it.
fn digest_of(params: Params, password: &str, salt: Salt<'_>) -> Option<Output> {
    let mut bytes = [0; Salt::MAX_LENGTH];
    digest(params, password, salt.decode_b64(&mut bytes).ok()?)
}

/// The hash of a password with a fresh salt, as a PHC string. None for a password that is too short or too long.
pub fn hash_password(password: &str, entropy: &mut Entropy) -> Option<String> {
    if password.chars().count() < PASSWORD_LEAST || password.len() > PASSWORD_MOST {
        return None;
    }
    let salt = SaltString::encode_b64(&entropy.bytes::<16>()).ok()?;
    let (params, salt) = (params(), salt.as_salt());
    let hash = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).ok()?,
        salt: Some(salt),
        hash: Some(digest_of(params, password, salt)?),
    };
    Some(hash.to_string())
}

/// Whether a password is the one of a hash. Without a hash (no such account) it takes as long and says no, so that the
/// time of the answer tells nobody which accounts there are.
pub fn verify_password(password: &str, hash: Option<&str>) -> bool {
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let known = hash.is_some();
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
    let (Ok(params), Some(salt), Some(kept)) = (Params::try_from(&parsed), parsed.salt, parsed.hash) else {
        return false;
    };
    let right = password.len() <= PASSWORD_MOST && parsed.algorithm == ARGON2ID_IDENT;
    // The outputs are compared in constant time.
    right && digest_of(params, password, salt) == Some(kept) && known
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
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        // The crate's own way reads it.
        let parsed = PasswordHash::new(&hash).unwrap();
        assert!(argon2::PasswordVerifier::verify_password(&Argon2::default(), one.as_bytes(), &parsed).is_ok());
    }
}
