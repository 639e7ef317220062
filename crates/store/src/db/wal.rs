//! SQLite's write-ahead log stays short, whoever reads, and a commit does not wait while it is written back.
//!
//! A thread with a connection of its own writes the log back into the database while the writer goes on. A log that is
//! written back whole can be started anew, if nobody reads by it: so past a length the writer, between two groups, waits
//! a moment for the thread to come to the end. Nobody of ours reads for long within one snapshot. While somebody else
//! does, or the thread is slow, the writer is slow too; a thread that has ended, the writer stands in for.

use super::{Result, StoreError, sqlite};
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The length, in bytes, that the log is kept to.
pub const MOST: u64 = 64 << 20;
/// What a page takes in the log.
const PAGE: u64 = 4096 + 24;
/// From here on, it is written back.
const SOON: u64 = MOST / 16 / PAGE;
/// From here on, it is started anew as soon as little of it is left to be written back.
const ANEW: u64 = MOST / 4 / PAGE;
/// What the thread writes back while the writer waits for it.
const LITTLE: u64 = MOST / 32 / PAGE;
/// From here on, the writer waits for all of it, and for who reads by it: the bound, less what one group of commands may
/// add.
const HARD: u64 = MOST / 4 * 3 / PAGE;
/// How long it waits after each commit.
const MOMENT: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a connection waits for another one's lock.
pub(super) const BUSY: Duration = Duration::from_secs(5);
/// A thread that has been at it for so long hangs.
const HANGS: Duration = Duration::from_secs(30);

/// What a writing connection knows of its write-ahead log.
pub(super) struct WriteAhead {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    file: PathBuf,
}

/// How the writing back of a write-ahead log goes on, for whoever asks whether all is well.
#[derive(Clone)]
pub struct WriteBack(Arc<Shared>);

/// What the writer and the thread tell each other.
#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// How often the writer has asked, and which of these times is done.
    asked: u64,
    done: u64,
    since: Option<Instant>,
    failed: Option<StoreError>,
    closing: bool,
    ended: bool,
}

/// A look at the log: whether somebody held it up, how many pages it has, and how many of them are written back.
struct Look {
    held: bool,
    pages: u64,
    written: u64,
}

impl WriteBack {
    /// Why the log is not written back as it should be, if it isn't.
    pub fn fault(&self) -> Option<StoreError> {
        let state = self.0.state();
        if state.ended {
            return Some(StoreError::Other("the thread that writes the write-ahead log back has ended".into()));
        }
        let hangs = state.since.is_some_and(|since| since.elapsed() > HANGS);
        let silent = || StoreError::Unavailable("the disk does not take the write-ahead log".into());
        state.failed.clone().or_else(|| hangs.then(silent))
    }
}

impl WriteAhead {
    /// Begins to write back the log of a database file when it is told to.
    pub(super) fn over(file: &Path) -> Result<WriteAhead> {
        let shared = Arc::new(Shared::default());
        let (own, its) = (file.to_owned(), shared.clone());
        let thread = std::thread::Builder::new().name("write-ahead".into()).spawn(move || write_back(&own, &its));
        let thread = thread.map_err(|e| StoreError::Other(e.to_string()))?;
        Ok(WriteAhead { shared, thread: Some(thread), file: file.to_owned() })
    }

    pub(super) fn write_back(&self) -> WriteBack {
        WriteBack(self.shared.clone())
    }

    /// Looks at the log after a commit. What goes wrong here is no fault of the commit, and shows at the next one.
    pub(super) fn tend(&self, db: &Connection) {
        let Ok(Look { pages, written, .. }) = checkpoint(db, "NOOP") else { return };
        if pages < SOON {
            return;
        }
        let asked = self.shared.ask();
        if pages < ANEW || (pages < HARD && pages - written > LITTLE) {
            return;
        }
        let until = Instant::now() + if pages < HARD { MOMENT } else { PATIENCE };
        if !self.shared.wait(asked, until) && pages < HARD {
            return;
        }
        // If the thread came to the end, nothing is left to be written here.
        let _ = db.busy_timeout(until.saturating_duration_since(Instant::now()));
        let anew = checkpoint(db, "RESTART");
        let _ = db.busy_timeout(BUSY);
        if pages >= HARD && anew.is_ok_and(|look| look.held) {
            tracing::warn!(
                bytes = pages * PAGE,
                "somebody reads {} for so long, or the disk is so slow, that its write-ahead log can't be started anew, \
                 and intake is slow: doorstep doctor names who reads",
                self.file.display()
            );
        }
    }

    /// Waits until the thread is idle: then the log can be emptied.
    pub(super) fn rest(&self) {
        let asked = self.shared.state().asked;
        self.shared.wait(asked, Instant::now() + BUSY);
    }
}

impl Drop for WriteAhead {
    fn drop(&mut self) {
        self.shared.state().closing = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // If it panicked, it said so.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for the log to be written back as it is now, and says under which number.
    fn ask(&self) -> u64 {
        let mut state = self.state();
        state.asked += 1;
        self.changed.notify_all();
        state.asked
    }

    /// Whether what was asked for under this number is done in time.
    fn wait(&self, asked: u64, until: Instant) -> bool {
        let mut state = self.state();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if state.done >= asked || state.ended || left.is_zero() {
                return state.done >= asked;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The number of what is asked for next; none when there will be nothing more.
    fn next(&self) -> Option<u64> {
        let mut state = self.state();
        while state.asked == state.done && !state.closing {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.since = Some(Instant::now());
        (!state.closing).then_some(state.asked)
    }

    /// What became of what was asked for.
    fn done(&self, asked: u64, outcome: Result<()>, file: &Path) {
        let mut state = self.state();
        match (&state.failed, &outcome) {
            (None, Err(error)) => tracing::error!(%error, "the log of {} is not written back", file.display()),
            (Some(_), Ok(())) => tracing::info!("the log of {} is written back again", file.display()),
            _ => {}
        }
        (state.done, state.since, state.failed) = (asked, None, outcome.err());
        self.changed.notify_all();
    }
}

/// Says that the thread has ended, however it did.
struct Ends<'a>(&'a Shared);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.state().ended = true;
        self.0.changed.notify_all();
    }
}

/// Writes back each time it is asked, on a connection of its own: what the disk takes for that, no commit waits for.
fn write_back(file: &Path, shared: &Shared) {
    let _ends = Ends(shared);
    let mut own: Option<Connection> = None;
    while let Some(asked) = shared.next() {
        let db = own.take().map_or_else(|| connect(file), Ok);
        let written = db.and_then(|db| checkpoint(&db, "PASSIVE").map(|_| db));
        shared.done(asked, written.map(|db| own = Some(db)), file);
    }
}

fn connect(file: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(file, flags).map_err(sqlite::failed)?;
    db.execute_batch("PRAGMA synchronous=FULL").map_err(sqlite::failed)?;
    Ok(db)
}

fn checkpoint(db: &Connection, mode: &str) -> Result<Look> {
    let mut statement = db.prepare_cached(&format!("PRAGMA wal_checkpoint({mode})")).map_err(sqlite::failed)?;
    let look = statement.query_row([], |row| {
        let count = |n| row.get::<_, i64>(n).map(|pages| u64::try_from(pages).unwrap_or(0));
        Ok(Look { held: count(0)? != 0, pages: count(1)?, written: count(2)? })
    });
    look.map_err(sqlite::failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A database whose writer adds so many pages to the log with each commit.
    fn database(folder: &Path) -> (PathBuf, Connection) {
        let file = folder.join("some.db");
        let db = Connection::open(&file).unwrap();
        db.execute_batch("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(x)").unwrap();
        (file, db)
    }

    fn write(db: &Connection, pages: u64) {
        db.execute("INSERT INTO t VALUES(zeroblob($1))", [(pages * 4096) as i64]).unwrap();
    }

    #[test]
    fn a_thread_that_has_ended_is_noticed_and_the_writer_stands_in_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let (file, db) = database(folder.path());
        let log = WriteAhead::over(&file).unwrap();
        assert_eq!(log.write_back().fault(), None);
        log.shared.state().closing = true;
        log.shared.changed.notify_all();
        assert!(!log.shared.wait(1, Instant::now() + BUSY), "nothing is written back any more");
        assert!(log.write_back().fault().is_some());
        for _ in 0..8 {
            write(&db, HARD / 4);
            log.tend(&db);
        }
        let look = checkpoint(&db, "NOOP").unwrap();
        assert!(look.pages < HARD + HARD / 4, "{} pages", look.pages);
    }

    #[test]
    fn a_log_that_can_not_be_written_back_is_a_fault_until_it_can() {
        let folder = tempfile::tempdir().unwrap();
        let log = WriteAhead::over(&folder.path().join("some.db")).unwrap();
        let pass = || log.shared.wait(log.shared.ask(), Instant::now() + BUSY);
        assert!(pass() && log.write_back().fault().is_some());
        let _database = database(folder.path());
        assert!(pass() && log.write_back().fault().is_none());
    }

    #[test]
    fn a_log_is_started_anew_when_all_of_it_is_written_back() {
        let folder = tempfile::tempdir().unwrap();
        let (file, db) = database(folder.path());
        let log = WriteAhead::over(&file).unwrap();
        let mut longest = 0;
        for _ in 0..400 {
            write(&db, ANEW / 20);
            log.tend(&db);
            log.rest();
            longest = longest.max(checkpoint(&db, "NOOP").unwrap().pages);
        }
        assert!((SOON..ANEW).contains(&longest), "{longest} pages");
    }
}
