//! What a caller makes ready for the writer, so that the one thread that writes has less to do.

use crate::outcome::Key;
use domain::Actor;
use domain::case::Raise;
use serde::Serialize;
use sha2::{Digest, Sha256};

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

/// The hash of a request as JSON: every field, and texts with their ends marked.
pub(crate) fn hash_of(request: &impl Serialize) -> [u8; 32] {
    let mut hash = Sha256::new();
    // A hash takes whatever is written, and commands have a JSON form.
    let _ = serde_json::to_writer(&mut hash, request);
    hash.finalize().into()
}
