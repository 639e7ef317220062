//! The seam: one connection to SQLite or PostgreSQL, one statement text for both, synchronous to its callers.
//!
//! Rules for a statement, so that it means the same on both engines: placeholders `$1…` in ascending order of first
//! appearance; only `BIGINT`, `TEXT` and `BYTEA` go in and come out (`CAST(SUM(x) AS BIGINT)`); text keys sort by
//! code point; each column of an answer has a plain name of its own (`AS` where it is computed), by which it is read.
//! [`Db::prepare_all`] proves it for a list of statements. A text never holds U+0000 (PostgreSQL refuses it).

mod error;
mod postgres;
mod readers;
mod row;
mod seam;
mod sqlite;
mod value;
mod wal;

use crate::place::{Place, WriterLock};
use std::time::Duration;

pub use error::{Result, StoreError};
pub use readers::Readers;
pub use row::Row;
pub use seam::Call;
pub(crate) use seam::Seam;
#[cfg(feature = "testing")]
pub use seam::{Death, Fault, Hook, Step};
pub(crate) use sqlite::failed as sqlite_failed;
pub use value::{Value, Write};
pub use wal::{MOST as WAL_MOST, WriteBack};

/// How long a caller waits for a connection (a free one, or a database that is coming back) before
/// [`StoreError::Unavailable`] or [`StoreError::Busy`].
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Which of the two databases a connection speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file in a folder (or in memory).
    Sqlite,
    /// A server.
    Postgres,
}

/// What a connection may do, and to which store of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) write: bool,
    pub(crate) keys: bool,
}

enum Conn {
    Sqlite(sqlite::Conn),
    Postgres(postgres::Conn),
}

/// One connection to a place's database.
pub struct Db {
    conn: Conn,
    statements: u64,
    /// In a transaction; `Some(true)` once a statement of it has failed, after which only a rollback is honest
    /// (PostgreSQL would answer COMMIT with a silent rollback).
    transaction: Option<bool>,
    seam: Seam,
    _lock: Option<WriterLock>,
}

impl Db {
    /// Opens the one writing connection, making folder and file if needed, and takes the writer's lock: held until
    /// the value is dropped. Does not migrate: call [`crate::schema::migrate`].
    /// Error: [`StoreError::Locked`] if another process (or this one) already writes there.
    pub fn open_writer(place: &Place) -> Result<Self> {
        Self::open(place, Access { write: true, keys: false })
    }

    /// Opens a connection that can only read. Error: [`StoreError::Missing`] if nothing was ever written there.
    pub fn open_reader(place: &Place) -> Result<Self> {
        Self::open(place, Access { write: false, keys: false })
    }

    /// An SQLite database in memory, without tables, gone when dropped: for tests.
    pub fn memory() -> Result<Self> {
        Ok(Self::over(Conn::Sqlite(sqlite::Conn::memory()?), None))
    }

    /// An SQLite database for computing, without tables: in a temporary file once it grows, gone when dropped.
    pub fn scratch() -> Result<Self> {
        Ok(Self::over(Conn::Sqlite(sqlite::Conn::scratch()?), None))
    }

    pub(crate) fn open(place: &Place, access: Access) -> Result<Self> {
        match place {
            Place::Folder(_folder) => {
                #[cfg(feature = "testing")]
                if let Some((inner, seam)) = crate::testing::disk::open(_folder, access)? {
                    return Ok(Self { seam, ..Self::over(Conn::Sqlite(sqlite::Conn::over(inner)?), None) });
                }
                // The keys are written only by the process that holds the lock on the events.
                let lock = if access.write && !access.keys { Some(WriterLock::take(place)?) } else { None };
                let file = if access.keys { place.keys_file() } else { place.database_file() };
                Ok(Self::over(Conn::Sqlite(sqlite::Conn::open(&file, access)?), lock))
            }
            Place::Postgres(config) => Ok(Self::over(Conn::Postgres(postgres::Conn::open(config, access)?), None)),
        }
    }

    /// A new SQLite file for a copy that is renamed when whole.
    pub(crate) fn fresh_file(path: &std::path::Path) -> Result<Self> {
        Ok(Self::over(Conn::Sqlite(sqlite::Conn::fresh(path)?), None))
    }

    fn over(conn: Conn, lock: Option<WriterLock>) -> Self {
        Self { conn, statements: 0, transaction: None, seam: Seam::default(), _lock: lock }
    }

    /// Which engine answers.
    pub fn engine(&self) -> Engine {
        match self.conn {
            Conn::Sqlite(_) => Engine::Sqlite,
            Conn::Postgres(_) => Engine::Postgres,
        }
    }

    /// The underlying SQLite connection, for the online backup.
    pub(crate) fn sqlite(&mut self) -> Option<&mut rusqlite::Connection> {
        match &mut self.conn {
            Conn::Sqlite(conn) => Some(&mut conn.inner),
            Conn::Postgres(_) => None,
        }
    }

    /// Starts a transaction: on a writer one that writes, on a reader one snapshot for several queries.
    pub fn begin(&mut self) -> Result<()> {
        if self.transaction.is_some() {
            return Err(StoreError::Other("a transaction is already open".into()));
        }
        self.seam.before(Call::Begin)?;
        match &mut self.conn {
            Conn::Sqlite(conn) => conn.begin()?,
            Conn::Postgres(conn) => conn.begin()?,
        }
        self.transaction = Some(false);
        Ok(())
    }

    /// Makes everything since `begin` durable. If a statement in between had failed, all is rolled back instead and
    /// that is an error. After [`StoreError::Unavailable`] the commit may or may not have happened.
    pub fn commit(&mut self) -> Result<()> {
        match self.transaction {
            None => return Err(StoreError::Other("no transaction is open".into())),
            Some(true) => {
                self.rollback()?;
                return Err(StoreError::Other("a statement of the transaction had failed, so it was undone".into()));
            }
            Some(false) => {}
        }
        let done = match self.seam.before(Call::Commit) {
            Ok(true) => {
                self.transaction = None;
                return Ok(());
            }
            Ok(false) => self.execute_batch("COMMIT"),
            Err(e) => Err(e),
        };
        if done.is_ok() {
            self.transaction = None;
            if let Conn::Sqlite(conn) = &self.conn {
                conn.committed();
            }
            return self.seam.after(Call::Commit);
        }
        // The commit's own error says more than that of undoing it.
        let _ = self.rollback();
        done
    }

    /// Undoes everything since `begin`; nothing happens if no transaction is open or the connection is gone.
    pub fn rollback(&mut self) -> Result<()> {
        if self.transaction.take().is_none() {
            return Ok(());
        }
        match &mut self.conn {
            Conn::Sqlite(conn) => conn.rollback(),
            Conn::Postgres(conn) => conn.rollback(),
        }
    }

    /// Runs the statements in order and returns how many rows they changed in all: in the open transaction, or all
    /// or none of them in one of its own. On PostgreSQL all are in flight at once.
    pub fn write(&mut self, writes: &[Write]) -> Result<u64> {
        let list: Vec<(&str, &[Value])> = writes.iter().map(|w| (w.sql, w.args.as_slice())).collect();
        self.write_list(&list)
    }

    pub(crate) fn write_list(&mut self, list: &[(&str, &[Value])]) -> Result<u64> {
        if self.transaction.is_none() {
            self.begin()?;
            let changed = self.write_list(list);
            return match changed {
                Ok(changed) => self.commit().map(|()| changed),
                Err(e) => {
                    let _ = self.rollback();
                    Err(e)
                }
            };
        }
        self.statements += list.len() as u64;
        let changed = self.seam.before(Call::Write).and_then(|_| match &mut self.conn {
            Conn::Sqlite(conn) => conn.write(list),
            Conn::Postgres(conn) => conn.write(list),
        });
        let changed = changed.and_then(|changed| self.seam.after(Call::Write).map(|()| changed));
        self.noted(changed)
    }

    /// Runs a query and returns all its rows.
    pub fn query(&mut self, sql: &'static str, args: &[Value]) -> Result<Vec<Row>> {
        self.query_text(sql, args)
    }

    /// [`Db::query`] for a text that was assembled from constant parts (never from input: that goes into `args`).
    pub fn query_text(&mut self, sql: &str, args: &[Value]) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        self.for_each_text(sql, args, |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The number that a query of one column answers with in its first row; 0 without a row, or when it is NULL.
    pub fn number(&mut self, sql: &str, args: &[Value]) -> Result<i64> {
        let rows = self.query_text(sql, args)?;
        match rows.first().map(Row::values) {
            None | Some([Value::Null]) => Ok(0),
            Some([Value::Int(n)]) => Ok(*n),
            Some(_) => Err(StoreError::Shape("one number was asked for, and the answer is another one".into())),
        }
    }

    /// Runs a query and hands over its rows one by one, as they come, without holding them in memory. Stops at the
    /// first error of `each`.
    pub fn for_each(&mut self, sql: &'static str, args: &[Value], each: impl FnMut(Row) -> Result<()>) -> Result<()> {
        self.for_each_text(sql, args, each)
    }

    /// [`Db::for_each`] for a text that was assembled from constant parts.
    pub fn for_each_text(&mut self, sql: &str, args: &[Value], mut each: impl FnMut(Row) -> Result<()>) -> Result<()> {
        self.statements += 1;
        let seam = &self.seam;
        let mut each = |row| if seam.loses_row() { Ok(()) } else { each(row) };
        let done = seam.before(Call::Query).and_then(|_| match &mut self.conn {
            Conn::Sqlite(conn) => conn.for_each(sql, args, &mut each),
            Conn::Postgres(conn) => conn.for_each(sql, args, &mut each),
        });
        let done = done.and_then(|()| self.seam.after(Call::Query));
        self.noted(done)
    }

    /// Prepares every statement without running it, and checks the rules at the head of this file.
    /// Error: [`StoreError::Shape`] that names the first statement that breaks one.
    pub fn prepare_all(&mut self, statements: &[&'static str]) -> Result<()> {
        for sql in statements {
            let checked = match &mut self.conn {
                Conn::Sqlite(conn) => conn.check(sql),
                Conn::Postgres(conn) => conn.check(sql),
            };
            checked.map_err(|e| StoreError::Shape(format!("{e}, in: {sql}")))?;
        }
        Ok(())
    }

    /// How many statements this connection has run (queries and writes; not begin, commit, rollback): so that a test
    /// can say how many a page needs.
    pub fn statements_run(&self) -> u64 {
        self.statements
    }

    /// Does any connection hold the writer's lock of this PostgreSQL database? (A folder has a locked file.)
    pub(crate) fn is_locked(&mut self) -> Result<bool> {
        const HELD: &str = "SELECT COUNT(*) AS n FROM pg_locks l JOIN pg_database d ON d.oid = l.database \
            WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database() \
            AND ((l.classid::BIGINT << 32) | l.objid::BIGINT) = $1";
        match self.engine() {
            Engine::Sqlite => Ok(false),
            Engine::Postgres => {
                let rows = self.query(HELD, &[Value::Int(postgres::LOCK)])?;
                Ok(rows.first().map_or(Ok(0), |row| row.int("n"))? > 0)
            }
        }
    }

    /// Is the connection usable as far as is known without asking the server?
    pub fn is_alive(&self) -> bool {
        match &self.conn {
            Conn::Sqlite(_) => true,
            Conn::Postgres(conn) => conn.is_alive(),
        }
    }

    /// How the write-ahead log of a writing connection is written back; none on PostgreSQL, which does that itself.
    pub fn write_back(&self) -> Option<WriteBack> {
        match &self.conn {
            Conn::Sqlite(conn) => conn.write_back(),
            Conn::Postgres(_) => None,
        }
    }

    /// Empties the write-ahead log of SQLite, in which what was removed may still stand.
    pub(crate) fn empty_log(&mut self) -> Result<()> {
        match &self.conn {
            Conn::Sqlite(conn) => conn.empty_log(),
            Conn::Postgres(_) => Ok(()),
        }
    }

    /// Makes a dead connection anew, waiting up to [`PATIENCE`] for a database that is coming back; a writer takes
    /// its lock again. An open transaction is lost. Whatever was remembered from earlier reads may be out of date:
    /// another process may have written in between.
    /// Errors: [`StoreError::Unavailable`]; [`StoreError::Locked`] if another process writes now.
    pub fn reconnect(&mut self) -> Result<()> {
        self.rollback()?;
        match &mut self.conn {
            Conn::Sqlite(_) => Ok(()),
            Conn::Postgres(conn) => conn.reconnect(),
        }
    }

    /// Runs a text of several statements without arguments (schema, begin, commit); not counted.
    pub(crate) fn execute_batch(&mut self, sql: &str) -> Result<()> {
        let done = match &mut self.conn {
            Conn::Sqlite(conn) => conn.batch(sql),
            Conn::Postgres(conn) => conn.batch(sql),
        };
        self.noted(done)
    }

    fn noted<T>(&mut self, done: Result<T>) -> Result<T> {
        if done.is_err() && self.transaction.is_some() {
            self.transaction = Some(true);
        }
        done
    }
}

/// Whether every column of an answer can be read by its name.
fn named(names: &row::Names) -> Result<()> {
    match names.unusable() {
        Some(name) => Err(StoreError::Shape(format!("the column {name:?} needs a plain name of its own"))),
        None => Ok(()),
    }
}
