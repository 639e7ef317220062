//! What a caller makes ready for the writer, so that the one thread that writes has less to do.

use crate::outcome::Key;
use domain::Actor;
use domain::case::Raise;
use sha2::{Digest, Sha256};
use std::fmt::{self, Debug, Write};

/// A photo on its way in: kind (`image/jpeg`) and re-encoded bytes.
pub(crate) type Photo = (String, Vec<u8>);

/// A photo that will be kept, under the hash that its event names.
pub(crate) struct Kept {
    pub(crate) kind: String,
    pub(crate) hash: [u8; 32],
    pub(crate) bytes: Vec<u8>,
}

/// Makes photos ready; the event names those that are kept, and no others.
pub(crate) fn keep(raise: &mut Raise, photos: Vec<Photo>) -> Vec<Kept> {
    let kept = |(kind, bytes): Photo| Kept { kind, hash: Sha256::digest(&bytes).into(), bytes };
    let photos: Vec<Kept> = photos.into_iter().map(kept).collect();
    raise.photos = photos.iter().map(|p| crate::writer::hex(&p.hash)).collect();
    photos
}

/// An idempotency key with the hash of what it was sent with.
#[derive(Clone, Copy)]
pub(crate) struct Once {
    pub(crate) key: Key,
    pub(crate) request: [u8; 32],
}

/// What is kept of a raise with its idempotency key: whether the same key came with the same content.
pub fn raise_request(actor: &Actor, raise: &Raise) -> [u8; 32] {
    hash_of(&(actor, raise))
}

/// The hash of a request as it is written for debugging: every field, and texts with their ends marked.
pub(crate) fn hash_of(request: &impl Debug) -> [u8; 32] {
    let mut hashing = Hashing(Sha256::new());
    // A hash takes whatever is written.
    let _ = write!(hashing, "{request:?}");
    hashing.0.finalize().into()
}

struct Hashing(Sha256);

impl Write for Hashing {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}
