//! Receipts and checkpoints that somebody kept outside: the only thing that shows a ledger whose end was cut off, or
//! that was rewritten and signed again.

use super::{Checked, Finding, WITNESS, found};
use crate::args;
use crate::db::{Db, StoreError};
use crate::tiles;
use ledger::checkpoint::Verifier;
use ledger::receipt::Receipt;
use ledger::tree::root_at;

const ENTRY: &str = "SELECT entry FROM events WHERE district = $1 AND seq = $2";

pub(super) const STATEMENTS: &[&str] = &[ENTRY];

/// What somebody kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A receipt (C2SP tlog-proof).
    Receipt(Box<Receipt>),
    /// A signed checkpoint.
    Checkpoint(Vec<u8>),
}

impl Kept {
    /// Reads a kept file: a receipt or a checkpoint.
    ///
    /// # Errors
    /// [`StoreError::Shape`] with the line of a receipt that is not as it must be.
    pub fn parse(text: &str) -> crate::Result<Kept> {
        if !text.starts_with("c2sp.org/tlog-proof@v1") {
            return Ok(Kept::Checkpoint(text.as_bytes().to_vec()));
        }
        Receipt::parse(text).map(|r| Kept::Receipt(Box::new(r))).map_err(|e| StoreError::Shape(e.to_string()))
    }

    fn name(&self) -> &'static str {
        match self {
            Kept::Receipt(_) => "the kept receipt",
            Kept::Checkpoint(_) => "the kept checkpoint",
        }
    }
}

/// Whether a ledger of verified entries still contains what was kept.
pub(super) fn check(db: &mut Db, number: i64, log: &Verifier, entries: u64, kept: &Kept) -> Checked<()> {
    let name = kept.name();
    let read = match kept {
        Kept::Receipt(receipt) => receipt.verify(log).map(|v| v.checkpoint).map_err(|e| e.to_string()),
        Kept::Checkpoint(note) => log.verify(note).map_err(|e| e.to_string()),
    };
    let checkpoint = match read {
        Ok(checkpoint) => checkpoint,
        Err(e) => return found(format!("{name} does not hold under this ledger's key: {e}"), WITNESS),
    };
    let size = checkpoint.size;
    if size > entries {
        let what = format!("{name} was signed over {size} entries and the ledger has {entries}: its end was cut off");
        return found(what, WITNESS);
    }
    let root = tiles::over(db, number, |tiles| root_at(size, tiles))?;
    if root != checkpoint.root {
        let what =
            format!("the first {size} entries are not the ones that {name} was signed over: they were rewritten");
        return found(what, WITNESS);
    }
    let Kept::Receipt(receipt) = kept else { return Ok(Ok(())) };
    let stored = db.query(ENTRY, &args![number, receipt.index])?;
    match stored.first().map(|row| row.bytes("entry")).transpose()? {
        Some(bytes) if bytes == receipt.entry => Ok(Ok(())),
        _ => Ok(Err(Finding::new(format!("entry {} is not the one of {name}", receipt.index), WITNESS))),
    }
}
