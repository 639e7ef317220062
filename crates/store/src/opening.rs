//! The long secret that opens a case to its resident: 128 bits, derived from the case's key and the secret's number, so
//! that it is kept nowhere, and is gone with the key.

use crate::db::Result;
use crate::keys::{CaseKey, Keys};
use domain::case::CaseId;
use ledger::commit::{commitment, field_salt};

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many characters 128 bits are.
const LENGTH: usize = 26;
/// In groups of so many they are printed and typed.
const GROUP: usize = 4;

/// The secret of a number, as it is printed: `2F6H-8K0M-3Q5S-7V9X-1ZAC-4EGJ-NR`.
pub fn secret(key: &CaseKey, no: u16) -> String {
    // No event has version 0.
    let salt = field_salt(key.bytes(), 0, "opening");
    let hash = commitment(&salt, &no.to_be_bytes());
    let mut bits = [0; 16];
    bits.copy_from_slice(&hash[..16]);
    let bits = u128::from_be_bytes(bits);
    let letter = |n: usize| char::from(ALPHABET[(bits >> (5 * n)) as usize & 31]);
    grouped(&(0..LENGTH).map(letter).collect::<String>())
}

/// What a confirmation code begins with: no digits do.
const CONFIRMS: char = 'Q';

/// The code by which whoever holds an address says that it is theirs: it goes there, and nowhere else. `Q` and 35 bits,
/// others for another address: `QV9X-1ZAC`.
pub fn confirmation(key: &CaseKey, address: &str) -> String {
    let hash = commitment(&field_salt(key.bytes(), 0, "confirmation"), address.as_bytes());
    let letter = |byte: &u8| char::from(ALPHABET[usize::from(byte & 31)]);
    grouped(&std::iter::once(CONFIRMS).chain(hash[1..2 * GROUP].iter().map(letter)).collect::<String>())
}

/// A confirmation code as people type it, as it is printed; none if it is none.
pub fn read_confirmation(typed: &str) -> Option<String> {
    read(typed, 2 * GROUP).filter(|code| code.starts_with(CONFIRMS))
}

fn grouped(letters: &str) -> String {
    let mut text = String::with_capacity(LENGTH + LENGTH / GROUP);
    for (n, letter) in letters.chars().enumerate() {
        if n > 0 && n % GROUP == 0 {
            text.push('-');
        }
        text.push(letter);
    }
    text
}

/// A secret as people type it, put into the form in which it is printed: look-alikes read as what they look like. None if
/// it is none: then it may be digits. That says which of the two somebody tried.
pub fn read_secret(typed: &str) -> Option<String> {
    read(typed, LENGTH)
}

fn read(typed: &str, length: usize) -> Option<String> {
    let mut letters = String::with_capacity(length);
    for c in typed.chars().filter(|c| c.is_ascii_alphanumeric() || (c.is_alphanumeric() && !c.is_ascii())) {
        let c = match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        };
        if !ALPHABET.iter().any(|a| char::from(*a) == c) {
            return None;
        }
        letters.push(c);
    }
    (letters.len() == length).then(|| grouped(&letters))
}

/// The secret of a case of a number; none when the case's key is gone.
///
/// # Errors
/// What the key store says.
pub fn secret_of(keys: &mut Keys, id: CaseId, no: u16) -> Result<Option<String>> {
    Ok(keys.case_keys(&[id.0])?.get(&id.0).map(|key| secret(key, no)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_however_it_is_typed_and_each_number_and_case_has_its_own() {
        let key = CaseKey::new([7; 32]);
        let one = secret(&key, 1);
        assert_eq!(one.len(), 32, "26 letters in seven groups: {one}");
        assert_ne!(one, secret(&key, 2));
        assert_ne!(one, secret(&CaseKey::new([8; 32]), 1));
        for typed in
            [one.to_lowercase(), one.replace('-', " "), format!(" {} ", one.replace('0', "o").replace('-', ""))]
        {
            assert_eq!(read_secret(&typed).as_ref(), Some(&one), "{typed}");
        }
        let code = confirmation(&key, "13800000000");
        assert_eq!((code.len(), read_confirmation(&code.to_lowercase().replace('-', ""))), (9, Some(code.clone())));
        assert_ne!(code, confirmation(&key, "13900000000"));
        assert_eq!(read_confirmation("58026412"), None, "these are digits");
        assert!(["123456", "", "U", &one[..31], &format!("{one}A"), "甲"].iter().all(|t| read_secret(t).is_none()));
    }
}
