//! Checkpoints: C2SP tlog-checkpoint in a C2SP signed note, Ed25519. The one file that knows the note crates.

use crate::hash::Hash;
use ed25519_dalek::SigningKey;
use signed_note::{Note, StandardSigner, StandardVerifier, Verifier as _, VerifierList};
use tlog_tiles::Checkpoint as Parsed;

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's origin line.
    pub origin: String,
    /// How many entries the log has.
    pub size: u64,
    /// The root of the tree of that size.
    pub root: Hash,
}

/// Why a note or key is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteFault {
    /// Not a key line.
    #[error("the key line is malformed: {0}")]
    Key(String),
    /// Not a signed note.
    #[error("the checkpoint is not a signed note")]
    Note,
    /// Not signed by this key.
    #[error("the checkpoint is not signed by this log's key")]
    Signature,
    /// Signed, but not a checkpoint of this log.
    #[error("the signed note is not a checkpoint of this log")]
    Checkpoint,
}

/// A log's signing key.
pub struct Signer {
    key: StandardSigner,
    origin: String,
    vkey: String,
}

impl Signer {
    /// The secret key line for 32 random bytes and an origin such as `doorstep.example/demo`.
    ///
    /// # Errors
    /// [`NoteFault::Key`] if the origin has a space or a plus sign, or is empty.
    pub fn secret_line(seed: [u8; 32], origin: &str) -> Result<String, NoteFault> {
        if !signed_note::is_key_name_valid(origin) {
            return Err(NoteFault::Key(format!("{origin:?} can't be a log's origin")));
        }
        let vkey = signed_note::new_ed25519_verifier_key(origin, &SigningKey::from_bytes(&seed).verifying_key());
        let id = vkey.split('+').nth(1).unwrap_or_default();
        let mut secret = vec![1];
        secret.extend(seed);
        use base64::Engine;
        Ok(format!("PRIVATE+KEY+{origin}+{id}+{}", base64::engine::general_purpose::STANDARD.encode(secret)))
    }

    /// The signer of a secret key line.
    ///
    /// # Errors
    /// [`NoteFault::Key`].
    pub fn new(line: &str) -> Result<Signer, NoteFault> {
        let malformed = || NoteFault::Key("the secret key line can't be read".into());
        let key = StandardSigner::new(line).map_err(|e| NoteFault::Key(e.to_string()))?;
        let mut parts = line.split('+').skip(2);
        let origin = parts.next().ok_or_else(malformed)?.to_owned();
        use base64::Engine;
        let secret = line.splitn(5, '+').nth(4).and_then(|s| base64::engine::general_purpose::STANDARD.decode(s).ok());
        let seed: [u8; 32] = secret.and_then(|s| s.get(1..)?.try_into().ok()).ok_or_else(malformed)?;
        let vkey = signed_note::new_ed25519_verifier_key(&origin, &SigningKey::from_bytes(&seed).verifying_key());
        Ok(Signer { key, origin, vkey })
    }

    /// The public key line.
    pub fn vkey(&self) -> &str {
        &self.vkey
    }

    /// The signed checkpoint of a size and root: the same bytes each time.
    pub fn sign(&self, size: u64, root: Hash) -> Vec<u8> {
        let checkpoint = Parsed::new(&self.origin, size, tlog_tiles::Hash(root), "").map(|c| c.to_bytes());
        let note = checkpoint.ok().and_then(|text| Note::new(&text, &[]).ok());
        let signed = note.and_then(|mut note| note.add_sigs(&[&self.key]).ok().map(|()| note.to_bytes()));
        signed.expect("an origin that made a key makes a note: checked in secret_line")
    }
}

/// A log's public key.
#[derive(Clone, Debug)]
pub struct Verifier {
    vkey: String,
    origin: String,
}

impl Verifier {
    /// The verifier of a public key line.
    ///
    /// # Errors
    /// [`NoteFault::Key`].
    pub fn parse(vkey: &str) -> Result<Verifier, NoteFault> {
        let key = StandardVerifier::new(vkey.trim()).map_err(|e| NoteFault::Key(e.to_string()))?;
        Ok(Verifier { vkey: vkey.trim().to_owned(), origin: key.name().to_owned() })
    }

    /// The public key line.
    pub fn vkey(&self) -> &str {
        &self.vkey
    }

    /// What a signed checkpoint says, if this log signed it.
    ///
    /// # Errors
    /// A [`NoteFault`] otherwise.
    pub fn verify(&self, note: &[u8]) -> Result<Checkpoint, NoteFault> {
        let key = StandardVerifier::new(&self.vkey).map_err(|e| NoteFault::Key(e.to_string()))?;
        let note = Note::from_bytes(note).map_err(|_| NoteFault::Note)?;
        note.verify(&VerifierList::new(vec![Box::new(key)])).map_err(|_| NoteFault::Signature)?;
        let parsed = Parsed::from_bytes(note.text()).map_err(|_| NoteFault::Checkpoint)?;
        if parsed.origin() != self.origin {
            return Err(NoteFault::Checkpoint);
        }
        Ok(Checkpoint { origin: self.origin.clone(), size: parsed.size(), root: parsed.hash().0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_verifies_with_its_own_key_only() {
        let signer =
            Signer::new(&Signer::secret_line([3; 32], "doorstep.example/a").expect("a key")).expect("a signer");
        let other = Signer::new(&Signer::secret_line([4; 32], "doorstep.example/a").expect("a key")).expect("a signer");
        let note = signer.sign(5, [9; 32]);
        let read = Verifier::parse(signer.vkey()).expect("a key").verify(&note).expect("a checkpoint");
        assert_eq!((read.size, read.root), (5, [9; 32]));
        assert!(Verifier::parse(other.vkey()).expect("a key").verify(&note).is_err());
        assert_eq!(note, signer.sign(5, [9; 32]));
    }
}
