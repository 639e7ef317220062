//! What the desk answers.

use crate::standing::Hold;
use domain::case::CaseId;
use domain::{Lang, Refusal};
use sha2::{Digest, Sha256};
use store::StoreError;

/// An idempotency key within the scope of whoever sends it, as a hash: the key itself is never kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(pub [u8; 32]);

impl Key {
    /// The key that a client made, in its scope (a token's name, an account, or "resident").
    pub fn of(scope: &str, key: &str) -> Key {
        let mut hash = Sha256::new();
        hash.update(scope.as_bytes());
        hash.update([0]);
        hash.update(key.as_bytes());
        Key(hash.finalize().into())
    }

    /// The key of a row of another system's table: the system's id and the row's number there.
    pub fn of_import(source: &str, id: &str) -> Key {
        Key::of(&format!("import:{source}"), id)
    }
}

/// A record that began because an act asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The code of its register.
    pub register: &'static str,
    /// The record.
    pub id: CaseId,
    /// Its code.
    pub code: String,
    /// The ledger index of its first entry.
    pub index: u64,
}

/// An act that is done, on a record of any register.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The record.
    pub id: CaseId,
    /// Its code; empty for what has none, and for an act on a record that was done before.
    pub code: String,
    /// Its version after the act.
    pub version: u64,
    /// The ledger index of its first entry.
    pub first: u64,
    /// That of the act's last entry.
    pub index: u64,
    /// The kinds of the events that the act led to in the record, unless it was done before.
    pub kinds: Vec<&'static str>,
    /// The next due date, as the entry has it: `2023-05-20`.
    pub due: Option<String>,
    /// The records that the act asked for and that began with it.
    pub asked: Vec<Begun>,
    /// The secret that opens a record to whoever began it by oneself.
    pub secret: String,
    /// The digits that open it.
    pub digits: String,
    /// The receipt of the first entry of a record that began: a C2SP tlog-proof.
    pub receipt: String,
    /// Whether the key had been used before.
    pub again: bool,
}

impl From<Done> for Raised {
    fn from(done: Done) -> Raised {
        let Done { id, code, secret, digits, first, due, receipt, again, .. } = done;
        Raised { id, code, secret, digits, index: first, due, receipt, again }
    }
}

impl From<Done> for Acted {
    fn from(done: Done) -> Acted {
        Acted { version: done.version, index: done.index, again: done.again }
    }
}

impl From<Done> for Changed {
    fn from(done: Done) -> Changed {
        Changed { index: done.index, waits: done.kinds.contains(&"account_act_asked") }
    }
}

/// A case that was raised, now or when its key was first used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    /// Its handle.
    pub id: CaseId,
    /// Its code.
    pub code: String,
    /// The secret that opens it: for a resident who raised it by oneself, and nobody else.
    pub secret: String,
    /// The digits that open it: those that the resident chose, or those that another system passes on; none otherwise.
    pub digits: String,
    /// The ledger index of its first entry.
    pub index: u64,
    /// The first due date, as the entry has it: `2023-05-20`.
    pub due: Option<String>,
    /// The receipt: a C2SP tlog-proof.
    pub receipt: String,
    /// Whether the key had been used before.
    pub again: bool,
}

/// An act on a case that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acted {
    /// The case's version after it.
    pub version: u64,
    /// The ledger index of its last entry.
    pub index: u64,
    /// Whether the key had been used before.
    pub again: bool,
}

/// A change of the district that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The ledger index of its entry.
    pub index: u64,
    /// Whether nothing is done yet: what was asked for waits for a second administrator.
    pub waits: bool,
}

/// Why the desk did not do something. Nothing was changed then.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Failure {
    /// The rules refuse it.
    #[error("{0}")]
    Refused(Refusal),
    /// The database can't do it now. The same key may be sent again.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// Nothing may be taken down until somebody has looked.
    #[error("{}", .0.said(Lang::En).0)]
    Held(Hold),
    /// The desk is closing or has died.
    #[error("the desk is closed")]
    Closed,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Refused(refusal)
    }
}

impl Failure {
    /// What is wrong, and what to do.
    pub fn said(&self, lang: Lang) -> (String, String) {
        match self {
            Failure::Refused(refusal) => refusal.said(lang),
            Failure::Store(error) => error.said(lang == Lang::Zh),
            Failure::Held(hold) => hold.said(lang),
            Failure::Closed => (
                lang.pick("系统正在关闭，没有保存。", "The system is closing; nothing was saved.").into(),
                lang.pick("请稍后用同样的内容再次提交。", "Send the same again in a moment.").into(),
            ),
        }
    }
}
