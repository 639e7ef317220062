//! SQLite's write-ahead log stays short, whoever reads. A thread of its own writes it back into the database while the
//! writer goes on; past a length the writer itself starts it anew, for which it waits until everybody who reads by it has
//! finished. Nobody of ours reads for long within one snapshot; while somebody else does, the writer is slow.

use super::{Result, sqlite};
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// The length, in bytes, that the log is kept to.
pub const MOST: u64 = 64 << 20;
/// What a page takes in the log.
const PAGE: u64 = 4096 + 24;
/// From here on, it is written back.
const SOON: u64 = MOST / 8 / PAGE;
/// From here on, the writer starts it anew if nobody reads by it at the moment.
const ANEW: u64 = MOST / 2 / PAGE;
/// From here on, the writer waits for who reads by it: the bound, less what one group of commands may add.
const WAIT: u64 = MOST / 4 * 3 / PAGE;
/// How long it waits for them after each commit.
const MOMENT: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a connection waits for another one's lock.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// What a writing connection knows of its write-ahead log.
pub(super) struct WriteAhead {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    file: PathBuf,
}

impl WriteAhead {
    /// Begins to write back the log of a database file when it is told to.
    pub(super) fn over(file: &Path) -> Result<WriteAhead> {
        let (wake, woken) = sync_channel(1);
        let own = file.to_owned();
        let thread = std::thread::Builder::new().name("write-ahead".into()).spawn(move || write_back(&own, &woken));
        let thread = thread.map_err(|e| super::StoreError::Other(e.to_string()))?;
        Ok(WriteAhead { wake: Some(wake), thread: Some(thread), file: file.to_owned() })
    }

    /// Looks at the log after a commit. What goes wrong here is no fault of the commit, and shows at the next one.
    pub(super) fn tend(&self, db: &Connection) {
        let Some((_, pages)) = checkpoint(db, "NOOP") else { return };
        if pages < SOON {
            return;
        }
        if pages < ANEW {
            // If it is at work already, it sees these pages too.
            let _ = self.wake.as_ref().map(|wake| wake.try_send(()));
            return;
        }
        let patience = if pages < WAIT { MOMENT } else { PATIENCE };
        let _ = db.busy_timeout(patience);
        let anew = checkpoint(db, "RESTART");
        let _ = db.busy_timeout(BUSY);
        if pages >= WAIT && anew.is_none_or(|(held, _)| held) {
            tracing::warn!(
                bytes = pages * PAGE,
                "somebody reads {} for so long that its write-ahead log can't be started anew, and intake is slow: \
                 doorstep doctor names who",
                self.file.display()
            );
        }
    }
}

impl Drop for WriteAhead {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            // If it panicked, it said so.
            let _ = thread.join();
        }
    }
}

/// Whether somebody held it up, and how many pages the log has.
fn checkpoint(db: &Connection, mode: &str) -> Option<(bool, u64)> {
    let row = db
        .prepare_cached(&format!("PRAGMA wal_checkpoint({mode})"))
        .and_then(|mut statement| statement.query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))));
    row.ok().map(|(held, pages)| (held != 0, u64::try_from(pages).unwrap_or(0)))
}

/// Writes back each time it is woken, on a connection of its own: what the disk takes for that, no commit waits for.
fn write_back(file: &Path, woken: &Receiver<()>) {
    let mut own: Option<Connection> = None;
    while woken.recv().is_ok() {
        if own.is_none() {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let opened = Connection::open_with_flags(file, flags).map_err(sqlite::failed);
            match opened.and_then(|db| db.execute_batch("PRAGMA synchronous=FULL").map_err(sqlite::failed).map(|()| db))
            {
                Ok(db) => own = Some(db),
                Err(error) => tracing::error!(%error, "the write-ahead log is not written back; it is tried again"),
            }
        }
        if let Some(db) = &own {
            checkpoint(db, "PASSIVE");
        }
    }
}
