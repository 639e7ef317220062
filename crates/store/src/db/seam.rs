//! What a test may put between a connection and its database: it sees every call before and after, and says what becomes
//! of it. Outside of tests there is nothing here.

#[cfg(feature = "testing")]
pub(crate) use hooked::Seam;
#[cfg(feature = "testing")]
pub use hooked::{Death, Fault, Hook, Step};

/// A call of the seam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// The beginning of a transaction.
    Begin,
    /// Statements that change rows.
    Write,
    /// A query.
    Query,
    /// A row of a query's answer; there is no "after" of it.
    Row,
    /// The end of a transaction that makes it durable.
    Commit,
}

#[cfg(feature = "testing")]
mod hooked {
    use super::Call;
    use crate::db::{Result, StoreError};
    use std::sync::{Arc, Mutex, PoisonError};

    /// Where a connection stands with its database.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Step {
        /// Whether it is the key store.
        pub keys: bool,
        /// What is called.
        pub call: Call,
        /// Whether the database has done it already.
        pub after: bool,
    }

    /// What becomes of a call.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Fault {
        /// What should.
        None,
        /// It fails. After a commit: it is durable, and is said to have failed.
        Fails(StoreError),
        /// The process dies here: the thread unwinds with a [`Death`], and nothing that was not committed is left.
        Dies,
        /// Before a commit: it is said to be durable, and is made so with the next transaction. Of a row: it is left out.
        /// No database should do that, and a test of tests says that it is found.
        Lies,
    }

    /// What a thread unwinds with when its process is to have died.
    #[derive(Debug, Clone, Copy)]
    pub struct Death;

    /// What decides.
    pub type Hook = Arc<Mutex<dyn FnMut(Step) -> Fault + Send>>;

    /// A connection's hook, if it has one.
    #[derive(Clone, Default)]
    pub(crate) struct Seam(Option<(Hook, bool)>);

    impl Seam {
        pub(crate) fn hooked(hook: Hook, keys: bool) -> Seam {
            Seam(Some((hook, keys)))
        }

        fn ask(&self, call: Call, after: bool) -> Fault {
            let Some((hook, keys)) = &self.0 else { return Fault::None };
            let step = Step { keys: *keys, call, after };
            let fault = hook.lock().unwrap_or_else(PoisonError::into_inner)(step);
            if fault == Fault::Dies {
                // Not a panic: nobody has to read of it.
                std::panic::resume_unwind(Box::new(Death));
            }
            fault
        }

        /// Before a call. True if it is only to be said that it was done.
        pub(crate) fn before(&self, call: Call) -> Result<bool> {
            match self.ask(call, false) {
                Fault::Fails(e) => Err(e),
                fault => Ok(fault == Fault::Lies),
            }
        }

        /// After a call that has succeeded.
        pub(crate) fn after(&self, call: Call) -> Result<()> {
            match self.ask(call, true) {
                Fault::Fails(e) => Err(e),
                _ => Ok(()),
            }
        }

        /// Whether a row of an answer is lost.
        pub(crate) fn loses_row(&self) -> bool {
            self.ask(Call::Row, false) == Fault::Lies
        }
    }
}

/// Nothing stands in between.
#[cfg(not(feature = "testing"))]
#[derive(Default)]
pub(crate) struct Seam(());

#[cfg(not(feature = "testing"))]
impl Seam {
    pub(crate) fn before(&self, _: Call) -> super::Result<bool> {
        Ok(false)
    }

    pub(crate) fn after(&self, _: Call) -> super::Result<()> {
        Ok(())
    }

    pub(crate) fn loses_row(&self) -> bool {
        false
    }
}
