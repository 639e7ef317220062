//! Commitments to private fields: HMAC-SHA256 under a salt that HKDF derives from the case's key, one for each field of
//! each event, so that a resident can open a single field to a third person.

use crate::hash::Hash;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The salt of a field of an event: known to whoever holds the case's key.
pub fn field_salt(case_key: &[u8; 32], version: u64, field: &str) -> [u8; 32] {
    let mut salt = [0; 32];
    let info = [b"doorstep/field/v1\0".as_slice(), &version.to_be_bytes(), field.as_bytes()].concat();
    Hkdf::<Sha256>::new(None, case_key).expand(&info, &mut salt).expect("32 bytes are within HKDF's range");
    salt
}

/// The commitment to a value.
pub fn commitment(salt: &[u8; 32], value: &[u8]) -> Hash {
    let mut mac = Hmac::<Sha256>::new_from_slice(salt).expect("HMAC takes a key of any length");
    mac.update(value);
    mac.finalize().into_bytes().into()
}

/// What a resident hands to a third person to open one field.
#[derive(Clone, PartialEq, Eq)]
pub struct Opening {
    /// The field's name.
    pub field: String,
    /// Its salt.
    pub salt: [u8; 32],
    /// Its value.
    pub value: String,
}

impl Opening {
    /// Whether this is what the entry commits to.
    pub fn verify(&self, committed: &Hash) -> bool {
        commitment(&self.salt, self.value.as_bytes()) == *committed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opening_fits_only_the_field_and_value_that_were_committed_to() {
        let salt = field_salt(&[7; 32], 1, "text");
        let committed = commitment(&salt, "路灯坏了".as_bytes());
        let opening = Opening { field: "text".into(), salt, value: "路灯坏了".into() };
        assert!(opening.verify(&committed));
        assert!(!Opening { value: "路灯好了".into(), ..opening.clone() }.verify(&committed));
        assert_ne!(field_salt(&[7; 32], 2, "text"), salt);
        assert_ne!(field_salt(&[7; 32], 1, "title"), salt);
    }
}
