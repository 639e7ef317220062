//! Sealing personal fields and files under the key of their case (XChaCha20-Poly1305).
//!
//! A sealed value is bound to its place: district, stream and version (for a file its hash) are associated
//! data, so a row that was moved or swapped by hand does not open.
//! Layout: one byte 1 (this layout), 24 bytes nonce, ciphertext with its 16-byte tag.

use crate::db::StoreError;
use crate::keys::CaseKey;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use ledger::commit::{commitment, field_salt};
use std::collections::BTreeMap;
use thiserror::Error;
use zeroize::Zeroizing;

/// Personal fields by name.
pub type Fields = BTreeMap<String, String>;

/// Why a sealed value does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum VaultError {
    /// Another key, another place, or changed bytes: which of them, nobody can tell.
    #[error("the sealed value does not belong to this key and place, or was changed")]
    Foreign,
    /// It is authentic but not in a layout that this program knows.
    #[error("the sealed value has a layout that this program does not know")]
    Layout,
}

/// A 24-byte nonce, drawn at random by the caller for each sealing; never used twice under one key.
pub type Nonce = [u8; 24];

const LAYOUT: u8 = 1;

/// Seals the fields of one event.
pub fn seal(key: &CaseKey, district: i64, stream: &[u8], version: i64, fields: &Fields, nonce: Nonce) -> Vec<u8> {
    // A map from text to text always has a JSON form.
    let plain = Zeroizing::new(serde_json::to_vec(fields).unwrap_or_default());
    seal_bytes(key, &place_of_event(district, stream, version), &plain, nonce)
}

/// Opens what [`seal`] made, at the same place and with the same key.
pub fn open(key: &CaseKey, district: i64, stream: &[u8], version: i64, sealed: &[u8]) -> Result<Fields, VaultError> {
    let plain = open_bytes(key, &place_of_event(district, stream, version), sealed)?;
    serde_json::from_slice(&plain).map_err(|_| VaultError::Layout)
}

/// The private part of an event as it stands in its row: empty where there is none, or where its key is destroyed.
///
/// # Errors
/// [`StoreError::Corrupt`] if it does not open.
pub(crate) fn opened(
    key: Option<&CaseKey>,
    district: i64,
    stream: &[u8],
    version: i64,
    sealed: Option<&[u8]>,
) -> Result<Fields, StoreError> {
    let (Some(key), Some(sealed)) = (key, sealed) else { return Ok(Fields::new()) };
    open(key, district, stream, version, sealed).map_err(|e| StoreError::Corrupt(e.to_string()))
}

/// Seals a file of a case; `hash` as it stands in its row.
pub fn seal_file(
    key: &CaseKey,
    district: i64,
    stream: &[u8],
    hash: &[u8; 32],
    content: &[u8],
    nonce: Nonce,
) -> Vec<u8> {
    seal_bytes(key, &place_of_file(district, stream, hash), content, nonce)
}

/// Opens what [`seal_file`] made.
pub fn open_file(
    key: &CaseKey,
    district: i64,
    stream: &[u8],
    hash: &[u8; 32],
    sealed: &[u8],
) -> Result<Vec<u8>, VaultError> {
    open_bytes(key, &place_of_file(district, stream, hash), sealed).map(|mut plain| std::mem::take(&mut *plain))
}

/// The hash of a request as it is kept with its idempotency key: who does not hold the case's key can't tell whether a
/// guess of what was sent is right.
pub fn fingerprint(key: &CaseKey, request: &[u8; 32]) -> [u8; 32] {
    // No event has version 0.
    commitment(&field_salt(key.bytes(), 0, "request"), request)
}

/// The name of a photo in its case: a commitment to its SHA-256. The same photo in two cases has two names.
pub fn photo_name(key: &CaseKey, hash: &[u8; 32]) -> [u8; 32] {
    commitment(&field_salt(key.bytes(), 0, "photo"), hash)
}

/// What kind of picture these bytes are; none if they are no picture that a case may have.
pub fn kind_of(content: &[u8]) -> Option<&'static str> {
    match content {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// Fixed-length parts first, one part of free length last: two places never give the same bytes.
fn place_of_event(district: i64, stream: &[u8], version: i64) -> Vec<u8> {
    [&b"doorstep vault 1"[..], &district.to_be_bytes()[..], &version.to_be_bytes(), stream].concat()
}

fn place_of_file(district: i64, stream: &[u8], hash: &[u8; 32]) -> Vec<u8> {
    [&b"doorstep file 1."[..], &district.to_be_bytes()[..], hash, stream].concat()
}

fn seal_bytes(key: &CaseKey, place: &[u8], plain: &[u8], nonce: Nonce) -> Vec<u8> {
    let cipher = XChaCha20Poly1305::new(key.bytes().into());
    let payload = Payload { msg: plain, aad: place };
    // The cipher refuses only messages of 256 GiB and more; an empty ciphertext would open as `Foreign`.
    let text = cipher.encrypt(XNonce::from_slice(&nonce), payload).unwrap_or_default();
    [&[LAYOUT][..], &nonce, &text].concat()
}

fn open_bytes(key: &CaseKey, place: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let (layout, rest) = sealed.split_first().ok_or(VaultError::Layout)?;
    if *layout != LAYOUT {
        return Err(VaultError::Layout);
    }
    let (nonce, text) = rest.split_at_checked(24).ok_or(VaultError::Layout)?;
    let cipher = XChaCha20Poly1305::new(key.bytes().into());
    let opened = cipher.decrypt(XNonce::from_slice(nonce), Payload { msg: text, aad: place });
    opened.map(Zeroizing::new).map_err(|_| VaultError::Foreign)
}
