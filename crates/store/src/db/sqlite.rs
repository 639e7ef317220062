//! The seam over SQLite.

use super::row::{Names, Row};
use super::wal::{WriteAhead, WriteBack};
use super::{Access, Result, StoreError, Value};
use crate::place;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Statement, ffi};
use std::path::Path;
use std::sync::Arc;

/// Prepared statements kept per connection: all constant ones, and the filters in use.
const STATEMENTS: usize = 256;

pub(super) struct Conn {
    pub(super) inner: Connection,
    write: bool,
    log: Option<WriteAhead>,
}

impl Conn {
    pub(super) fn open(file: &Path, access: Access) -> Result<Self> {
        // There is no server to be away: the folder does not allow it. Even a reader writes beside the database, the
        // index of the write-ahead log.
        Self::open_file(file, access).map_err(|e| match e {
            StoreError::Unavailable(text) => StoreError::ReadOnly(format!("{}: {text}", file.display())),
            other => other,
        })
    }

    fn open_file(file: &Path, access: Access) -> Result<Self> {
        if access.write {
            place::private_file(file)?;
        } else if !file.is_file() {
            return Err(StoreError::Missing(file.display().to_string()));
        }
        let conn = Self::connect(file, access.write)?;
        // A page cache per connection and no memory map: a map counts as the server's memory and turns a failing
        // disk into a killed process. The kernel caches the file for all connections together.
        // What is removed is overwritten, not only unlinked: an erased text, a destroyed key.
        conn.batch(match (access.write, access.keys) {
            (true, false) => {
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32768; \
                 PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864; PRAGMA secure_delete=ON; \
                 PRAGMA recursive_triggers=ON;"
            }
            (true, true) => {
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16384; \
                 PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864; PRAGMA secure_delete=ON;"
            }
            (false, _) => "PRAGMA query_only=ON; PRAGMA cache_size=-4096; SELECT 1 FROM sqlite_master LIMIT 1;",
        })?;
        let log = if access.write { Some(WriteAhead::over(file)?) } else { None };
        Ok(Self { log, ..conn })
    }

    /// After a commit: keeps the write-ahead log short.
    pub(super) fn committed(&self) {
        if let Some(log) = &self.log {
            log.tend(&self.inner);
        }
    }

    /// How the write-ahead log is written back, if there is one.
    pub(super) fn write_back(&self) -> Option<WriteBack> {
        self.log.as_ref().map(WriteAhead::write_back)
    }

    /// Writes the whole log back and empties its file, unless somebody reads by it for long.
    pub(super) fn empty_log(&self) -> Result<()> {
        // Two can't write back at once: one of them would be turned away.
        if let Some(log) = &self.log {
            log.rest();
        }
        self.inner.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(failed)
    }

    /// A new file that nobody else sees yet: its changes need no write-ahead log.
    pub(super) fn fresh(file: &Path) -> Result<Self> {
        place::private_file(file)?;
        let conn = Self::connect(file, true)?;
        conn.batch("PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL; PRAGMA cache_size=-32768;")?;
        Ok(conn)
    }

    pub(super) fn memory() -> Result<Self> {
        Self::over(Connection::open_in_memory().map_err(failed)?)
    }

    /// A connection to a database in memory.
    pub(super) fn over(inner: Connection) -> Result<Self> {
        inner.set_prepared_statement_cache_capacity(STATEMENTS);
        let conn = Self { inner, write: true, log: None };
        conn.batch("PRAGMA foreign_keys=OFF; PRAGMA recursive_triggers=ON;")?;
        Ok(conn)
    }

    /// A database that only this process ever sees: nothing of it must survive.
    pub(super) fn scratch() -> Result<Self> {
        let inner = Connection::open("").map_err(failed)?;
        inner.set_prepared_statement_cache_capacity(STATEMENTS);
        let conn = Self { inner, write: true, log: None };
        conn.batch("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-32768;")?;
        Ok(conn)
    }

    fn connect(file: &Path, write: bool) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let inner = Connection::open_with_flags(file, flags).map_err(failed)?;
        inner.busy_timeout(super::wal::BUSY).map_err(failed)?;
        inner.set_prepared_statement_cache_capacity(STATEMENTS);
        // A plan does not depend on the values that go in: otherwise a statement is planned anew with each of them.
        inner.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed)?;
        let conn = Self { inner, write, log: None };
        conn.batch("PRAGMA foreign_keys=OFF; PRAGMA temp_store=MEMORY;")?;
        Ok(conn)
    }

    pub(super) fn batch(&self, sql: &str) -> Result<()> {
        self.inner.execute_batch(sql).map_err(failed)
    }

    pub(super) fn begin(&self) -> Result<()> {
        #[cfg(feature = "testing")]
        if !self.inner.is_autocommit() {
            // A commit that was only said to be done is done now.
            self.batch("COMMIT")?;
        }
        self.batch(if self.write { "BEGIN IMMEDIATE" } else { "BEGIN" })
    }

    pub(super) fn rollback(&self) -> Result<()> {
        // A full disk may already have ended the transaction.
        if self.inner.is_autocommit() { Ok(()) } else { self.batch("ROLLBACK") }
    }

    pub(super) fn write(&self, list: &[(&str, &[Value])]) -> Result<u64> {
        let mut changed = 0;
        for (sql, args) in list {
            let mut statement = self.inner.prepare_cached(&numbered(sql)).map_err(failed)?;
            changed += statement.execute(rusqlite::params_from_iter(args.iter().map(Bound))).map_err(failed)? as u64;
        }
        Ok(changed)
    }

    pub(super) fn for_each(&self, sql: &str, args: &[Value], each: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let mut statement = self.inner.prepare_cached(&numbered(sql)).map_err(failed)?;
        let columns = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(args.iter().map(Bound))).map_err(failed)?;
        let mut names: Option<Arc<Names>> = None;
        while let Some(row) = rows.next().map_err(failed)? {
            // Once there is a row: of many answers there is none.
            let names = names.get_or_insert_with(|| names_of(row.as_ref()));
            let mut values = Vec::with_capacity(columns);
            for column in 0..columns {
                values.push(match row.get_ref(column).map_err(failed)? {
                    ValueRef::Null => Value::Null,
                    ValueRef::Integer(v) => Value::Int(v),
                    ValueRef::Text(v) => Value::Text(
                        String::from_utf8(v.to_vec())
                            .map_err(|_| StoreError::Corrupt(format!("column {column} is not UTF-8")))?,
                    ),
                    ValueRef::Blob(v) => Value::Bytes(v.to_vec()),
                    ValueRef::Real(_) => {
                        return Err(StoreError::Shape(format!("column {column} is a floating-point number")));
                    }
                });
            }
            each(Row::new(names, values))?;
        }
        Ok(())
    }

    pub(super) fn check(&self, sql: &str) -> Result<()> {
        let statement = self.inner.prepare(&numbered(sql)).map_err(failed)?;
        for n in 1..=statement.parameter_count() {
            if statement.parameter_name(n) != Some(format!("?{n}").as_str()) {
                return Err(StoreError::Shape(format!("${n} is missing")));
            }
        }
        super::named(&names_of(&statement))
    }
}

fn names_of(statement: &Statement<'_>) -> Arc<Names> {
    Names::of(statement.column_names())
}

/// A statement with its places as SQLite numbers them. `$2` is a name there: whichever name stands first in the text
/// would get the first value, whatever its number.
fn numbered(sql: &str) -> String {
    let mut parts = sql.split('$');
    let mut out = String::with_capacity(sql.len());
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push(if part.starts_with(|c: char| c.is_ascii_digit()) { '?' } else { '$' });
        out.push_str(part);
    }
    out
}

/// A value on its way into a statement.
struct Bound<'a>(&'a Value);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(v) => ValueRef::Integer(*v),
            Value::Text(v) => ValueRef::Text(v.as_bytes()),
            Value::Bytes(v) => ValueRef::Blob(v),
        }))
    }
}

/// SQLite's error in our words. Its own text names tables, columns and files, never values.
pub(crate) fn failed(error: rusqlite::Error) -> StoreError {
    let text = error.to_string();
    let rusqlite::Error::SqliteFailure(code, _) = &error else {
        return StoreError::Shape(text);
    };
    match code.code {
        ErrorCode::DiskFull => StoreError::Full(text),
        // A quota, or a memory disk that can't take the shared index, shows as a failed write.
        ErrorCode::SystemIoFailure
            if [ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_SHMSIZE, ffi::SQLITE_IOERR_FSYNC]
                .contains(&code.extended_code) =>
        {
            StoreError::Full(text)
        }
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => StoreError::ReadOnly(text),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy(text),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::Corrupt(text),
        ErrorCode::CannotOpen | ErrorCode::SystemIoFailure => StoreError::Unavailable(text),
        ErrorCode::ConstraintViolation => StoreError::Refused(text),
        ErrorCode::TooBig | ErrorCode::SchemaChanged | ErrorCode::TypeMismatch | ErrorCode::Unknown => {
            StoreError::Shape(text)
        }
        _ => StoreError::Other(text),
    }
}
