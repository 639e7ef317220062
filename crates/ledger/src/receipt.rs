//! Receipts: C2SP tlog-proof. The entry's own bytes stand in the `extra` line, then index, inclusion proof, and the
//! checkpoint verbatim.

use crate::checkpoint::{Checkpoint, NoteFault, Verifier};
use crate::entry::{Entry, EntryFault};
use crate::hash::{Hash, leaf_hash};
use crate::tree::{ProofFault, check_inclusion};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const MAGIC: &str = "c2sp.org/tlog-proof@v1";

/// The most hashes that a proof has: a tree of 2^63 entries.
const PROOF_MOST: usize = 63;

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The entry's bytes.
    pub entry: Vec<u8>,
    /// Its index in the ledger.
    pub index: u64,
    /// Its inclusion proof.
    pub proof: Vec<Hash>,
    /// The signed checkpoint that the proof leads to.
    pub checkpoint: Vec<u8>,
}

/// What a receipt that holds says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The entry.
    pub entry: Entry,
    /// The checkpoint.
    pub checkpoint: Checkpoint,
}

/// Why a receipt does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptFault {
    /// Not the text of a receipt.
    #[error("this is not a receipt: line {0} is not as it must be")]
    Text(usize),
    /// The entry can't be read.
    #[error(transparent)]
    Entry(#[from] EntryFault),
    /// The checkpoint does not hold.
    #[error(transparent)]
    Note(#[from] NoteFault),
    /// The proof does not lead from the entry to the checkpoint.
    #[error(transparent)]
    Proof(#[from] ProofFault),
}

impl Receipt {
    /// The receipt's text.
    pub fn to_text(&self) -> String {
        let mut text = format!("{MAGIC}\nextra {}\nindex {}\n", STANDARD.encode(&self.entry), self.index);
        for hash in &self.proof {
            text.push_str(&STANDARD.encode(hash));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&String::from_utf8_lossy(&self.checkpoint));
        text
    }

    /// Reads a receipt's text.
    ///
    /// # Errors
    /// [`ReceiptFault::Text`] with the first line that is wrong.
    pub fn parse(text: &str) -> Result<Receipt, ReceiptFault> {
        let (head, checkpoint) = text.split_once("\n\n").ok_or(ReceiptFault::Text(1))?;
        let mut lines = head.split('\n').enumerate().map(|(n, l)| (n + 1, l));
        let mut next = || lines.next().ok_or(ReceiptFault::Text(1));
        let (n, magic) = next()?;
        if magic != MAGIC {
            return Err(ReceiptFault::Text(n));
        }
        let (n, extra) = next()?;
        let entry = extra.strip_prefix("extra ").and_then(|e| STANDARD.decode(e).ok()).ok_or(ReceiptFault::Text(n))?;
        let (n, index) = next()?;
        let number = index.strip_prefix("index ").ok_or(ReceiptFault::Text(n))?;
        let index: u64 = number.parse().map_err(|_| ReceiptFault::Text(n))?;
        let mut proof = Vec::new();
        for (n, line) in lines {
            let hash = STANDARD.decode(line).ok().and_then(|h| h.try_into().ok()).ok_or(ReceiptFault::Text(n))?;
            proof.push(hash);
            if proof.len() > PROOF_MOST {
                return Err(ReceiptFault::Text(n));
            }
        }
        let receipt = Receipt { entry, index, proof, checkpoint: checkpoint.as_bytes().to_vec() };
        if receipt.to_text() == text { Ok(receipt) } else { Err(ReceiptFault::Text(3)) }
    }

    /// What the receipt proves under a log's key.
    ///
    /// # Errors
    /// A [`ReceiptFault`] that says where it breaks.
    pub fn verify(&self, log: &Verifier) -> Result<Verified, ReceiptFault> {
        let checkpoint = log.verify(&self.checkpoint)?;
        check_inclusion(leaf_hash(&self.entry), self.index, checkpoint.size, checkpoint.root, &self.proof)?;
        Ok(Verified { entry: Entry::parse(&self.entry)?, checkpoint })
    }
}
