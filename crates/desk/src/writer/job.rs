//! What is asked of the writer, and what it answers.

use super::Order;
use super::hall::{Hall, Merged};
use crate::outcome::{Done, Failure, Key};
use crate::standing::{Hold, Standing};
use domain::Moment;
use domain::case::CaseId;
use domain::district::District;
use std::sync::{Arc, RwLock};
use store::db::Write;
use store::{Keys, StoreError};
use tokio::sync::{broadcast, oneshot};

/// What is asked of the writer, with where the answer goes.
pub(crate) enum Job {
    Do {
        order: Box<Order>,
        reply: Reply<Done>,
    },
    Put {
        writes: Vec<Write>,
        reply: Reply<()>,
    },
    /// Work on the key store, which is durable by itself; it answers by itself too.
    Keys {
        work: Box<dyn FnOnce(&mut Keys) + Send>,
    },
    Sweep {
        reply: Reply<u64>,
    },
    /// What happened in a hall is taken over.
    Merge {
        hall: Box<Hall>,
        reply: Reply<Merged>,
    },
    Beat {
        reply: Reply<()>,
    },
    Clock {
        at: Moment,
    },
}

/// The records that a commit has changed, each with the ledger index of its last event.
pub type Changes = Arc<[(CaseId, u64)]>;

/// What the writer says to all who ask.
pub(crate) struct Shared {
    pub(crate) changes: broadcast::Sender<Changes>,
    pub(crate) district: Arc<RwLock<Arc<District>>>,
    pub(crate) standing: Arc<Standing>,
}

pub(crate) type Reply<T> = oneshot::Sender<Result<T, Failure>>;

/// What goes out after the commit.
pub(super) enum Answer {
    /// A record began: its receipt is made after the commit.
    Begun(Done, Reply<Done>),
    Done(Done, Reply<Done>),
    Put(Reply<()>),
    Swept(u64, Reply<u64>),
    Merged(Merged, Reply<Merged>),
}

impl Job {
    pub(super) fn fail(self, failure: Failure) {
        match self {
            Job::Do { reply, .. } => drop(reply.send(Err(failure))),
            Job::Put { reply, .. } | Job::Beat { reply } => drop(reply.send(Err(failure))),
            Job::Sweep { reply } => drop(reply.send(Err(failure))),
            Job::Merge { reply, .. } => drop(reply.send(Err(failure))),
            // Whoever waits for the key store's answer is told that there is none.
            Job::Keys { .. } | Job::Clock { .. } => {}
        }
    }

    /// What keeps this job from being done. A wrong clock stops whatever it would date; a key store that is not whole stops
    /// what begins, for which the plan of an act asks; who signs in, and what else stands beside the history, goes on.
    pub(super) fn held(&self, standing: &Standing) -> Option<Hold> {
        match self {
            Job::Do { .. } | Job::Sweep { .. } | Job::Merge { .. } | Job::Beat { .. } => standing.clock(),
            Job::Put { .. } | Job::Keys { .. } | Job::Clock { .. } => None,
        }
    }

    /// The idempotency key that came with it.
    pub(super) fn key(&self) -> Option<Key> {
        match self {
            Job::Do { order, .. } => order.once.map(|o| o.key),
            _ => None,
        }
    }
}

impl Answer {
    /// Whether it came with entries of the ledger, or may have.
    pub(super) fn is_of_history(&self) -> bool {
        !matches!(self, Answer::Put(_))
    }

    pub(super) fn fail(self, e: &StoreError) {
        let failure = Failure::Store(e.clone());
        // A caller that has gone away needs no answer.
        match self {
            Answer::Begun(_, r) | Answer::Done(_, r) => drop(r.send(Err(failure))),
            Answer::Put(r) => drop(r.send(Err(failure))),
            Answer::Swept(_, r) => drop(r.send(Err(failure))),
            Answer::Merged(_, r) => drop(r.send(Err(failure))),
        }
    }
}
