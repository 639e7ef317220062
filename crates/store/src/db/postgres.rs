//! The seam over PostgreSQL.
//!
//! Connections are not encrypted by this program: use a local socket, 127.0.0.1, or a tunnel.
//! One thread of the process drives all connections; callers only wait, so they may stand on any thread, also inside
//! an asynchronous runtime's blocking section.

use super::row::{Names, Row};
use super::{Access, PATIENCE, Result, StoreError, Value};
use futures_core::Stream;
use std::collections::HashMap;
use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake};
use std::thread::Thread;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Handle};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut};
use tokio_postgres::{Client, Config, NoTls, Statement};

/// A server that says nothing for so long is taken for gone. Long for a writer, which may build an index.
const SILENCE_READER: Duration = Duration::from_secs(60);
const SILENCE_WRITER: Duration = Duration::from_secs(900);
/// How long a new writer waits for the server to notice that the former one is gone.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);
/// Statements in flight at once: enough to hide the way to the server, few enough to bound memory.
const IN_FLIGHT: usize = 4096;
/// Prepared statements kept per connection.
const STATEMENTS: usize = 512;
/// The advisory lock of the one writer of a database: "DOORSTEP" as a number.
pub(super) const LOCK: i64 = i64::from_be_bytes(*b"DOORSTEP");

pub(super) struct Conn {
    config: Box<Config>,
    access: Access,
    client: Option<Client>,
    statements: HashMap<String, Statement>,
}

impl Conn {
    pub(super) fn open(config: &Config, access: Access) -> Result<Self> {
        let config = Box::new(config.clone());
        let mut conn = Self { config, access, client: None, statements: HashMap::new() };
        conn.reconnect()?;
        Ok(conn)
    }

    pub(super) fn is_alive(&self) -> bool {
        self.client.as_ref().is_some_and(|c| !c.is_closed())
    }

    pub(super) fn reconnect(&mut self) -> Result<()> {
        let start = Instant::now();
        loop {
            let done = self.connect();
            let patience = match done {
                Err(StoreError::Unavailable(_)) => PATIENCE,
                Err(StoreError::Locked(_)) => LOCK_PATIENCE,
                _ => return done,
            };
            if start.elapsed() >= patience {
                return done;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn connect(&mut self) -> Result<()> {
        self.client = None;
        self.statements.clear();
        let runtime = runtime()?;
        let config = self.config.clone();
        let connecting = runtime.spawn(async move {
            let (client, connection) = config.connect(NoTls).await?;
            tokio::spawn(connection);
            Ok::<_, tokio_postgres::Error>(client)
        });
        let client = wait(connecting, PATIENCE)?.map_err(|e| StoreError::Other(e.to_string()))?.map_err(failed)?;
        self.client = Some(client);
        if self.access.write {
            self.batch(
                "SET client_min_messages = warning; \
                 SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
            )?;
        } else {
            self.batch("SET default_transaction_read_only = on")?;
        }
        if self.access.keys {
            self.batch("SET search_path TO doorstep_keys")?;
        } else if self.access.write {
            let mut got = false;
            self.for_each("SELECT pg_try_advisory_lock($1) AS got", &[Value::Int(LOCK)], &mut |row| {
                got = row.int("got")? == 1;
                Ok(())
            })?;
            if !got {
                self.client = None;
                let name = self.config.get_dbname().unwrap_or("?");
                return Err(StoreError::Locked(format!("the PostgreSQL database {name}")));
            }
        }
        Ok(())
    }

    /// Waits for the server; a client that stays silent or is closed is dropped.
    fn answer<T>(&mut self, done: Result<std::result::Result<T, tokio_postgres::Error>>) -> Result<T> {
        let done = done.and_then(|r| r.map_err(failed));
        if matches!(done, Err(StoreError::Unavailable(_))) {
            self.client = None;
        }
        done
    }

    fn client(&self) -> Result<&Client> {
        self.client.as_ref().ok_or_else(|| StoreError::Unavailable("the connection to PostgreSQL was lost".into()))
    }

    fn silence(&self) -> Duration {
        if self.access.write { SILENCE_WRITER } else { SILENCE_READER }
    }

    pub(super) fn batch(&mut self, sql: &str) -> Result<()> {
        let done = wait(self.client()?.batch_execute(sql), self.silence());
        self.answer(done)
    }

    pub(super) fn begin(&mut self) -> Result<()> {
        self.batch(if self.access.write { "BEGIN" } else { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" })
    }

    pub(super) fn rollback(&mut self) -> Result<()> {
        if !self.is_alive() {
            return Ok(());
        }
        match self.batch("ROLLBACK") {
            Err(StoreError::Unavailable(_)) => Ok(()),
            done => done,
        }
    }

    fn statement(&mut self, sql: &str) -> Result<Statement> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let prepared = wait(self.client()?.prepare(sql), self.silence());
        let statement = self.answer(prepared)?;
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(super) fn write(&mut self, list: &[(&str, &[Value])]) -> Result<u64> {
        let mut changed = 0;
        for part in list.chunks(IN_FLIGHT) {
            let mut prepared = Vec::with_capacity(part.len());
            for (sql, args) in part {
                let statement = self.statement(sql)?;
                fits(&statement, args)?;
                prepared.push(statement);
            }
            let client = self.client()?;
            let flights = part
                .iter()
                .zip(&prepared)
                .map(|((_, args), s)| client.execute_raw(s, args.iter().map(Bound)))
                .collect();
            let done = wait(all_at_once(flights), self.silence());
            changed += self.answer(done)?;
        }
        Ok(changed)
    }

    pub(super) fn for_each(
        &mut self,
        sql: &str,
        args: &[Value],
        each: &mut dyn FnMut(Row) -> Result<()>,
    ) -> Result<()> {
        let silence = self.silence();
        let statement = self.statement(sql)?;
        fits(&statement, args)?;
        let started = wait(self.client()?.query_raw(&statement, args.iter().map(Bound)), silence);
        let mut rows = pin!(self.answer(started)?);
        let names = names_of(&statement);
        // The connection hands over rows only as fast as they are taken: a large answer waits in the server.
        loop {
            let next = wait(poll_fn(|cx| rows.as_mut().poll_next(cx)), silence).map(Option::transpose);
            let Some(row) = self.answer(next)? else {
                return Ok(());
            };
            let values =
                (0..row.len()).map(|n| row.try_get(n).map(|Found(value)| value)).collect::<std::result::Result<_, _>>();
            each(Row::new(&names, values.map_err(failed)?))?;
        }
    }

    pub(super) fn check(&mut self, sql: &str) -> Result<()> {
        let statement = self.statement(sql)?;
        let columns = statement.columns().iter().map(|c| (c.name(), c.type_()));
        let params = statement.params().iter().map(|t| ("a placeholder", t));
        match columns.chain(params).find(|(_, t)| !<Found as FromSql>::accepts(t)) {
            Some((name, found)) => {
                Err(StoreError::Shape(format!("{name} is {found}: cast it to BIGINT, TEXT or BYTEA")))
            }
            None => super::named(&names_of(&statement)),
        }
    }
}

fn names_of(statement: &Statement) -> Arc<Names> {
    Names::of(statement.columns().iter().map(|column| column.name()))
}

/// The client library panics when the count differs, so we look first.
fn fits(statement: &Statement, args: &[Value]) -> Result<()> {
    let (wanted, given) = (statement.params().len(), args.len());
    if wanted == given {
        return Ok(());
    }
    Err(StoreError::Shape(format!("a statement takes {wanted} values, {given} were given")))
}

type Answer<T> = std::result::Result<T, tokio_postgres::Error>;

/// Sends all requests before it waits for the first answer; then the sum of changed rows, or the first error.
async fn all_at_once<F: Future<Output = Answer<u64>>>(flights: Vec<F>) -> Answer<u64> {
    let mut flights: Vec<Pin<Box<F>>> = flights.into_iter().map(Box::pin).collect();
    let mut landed: Vec<Option<Answer<u64>>> = Vec::with_capacity(flights.len());
    poll_fn(|cx| {
        landed.extend(flights.iter_mut().map(|flight| match flight.as_mut().poll(cx) {
            Poll::Ready(done) => Some(done),
            Poll::Pending => None,
        }));
        Poll::Ready(())
    })
    .await;
    let mut changed = 0;
    for (flight, landed) in flights.into_iter().zip(landed) {
        changed += match landed {
            Some(done) => done?,
            None => flight.await?,
        };
    }
    Ok(changed)
}

/// The one thread that drives all connections of the process.
fn runtime() -> Result<&'static Handle> {
    static RUNTIME: OnceLock<std::result::Result<Handle, String>> = OnceLock::new();
    let started = RUNTIME.get_or_init(|| {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
        let handle = runtime.handle().clone();
        std::thread::Builder::new()
            .name("postgres".into())
            .spawn(move || runtime.block_on(std::future::pending::<()>()))
            .map_err(|e| e.to_string())?;
        Ok(handle)
    });
    started.as_ref().map_err(|e| StoreError::Other(e.clone()))
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits on this thread until the future is done. Not a runtime's `block_on`: that one panics inside a runtime.
fn wait<F: Future>(future: F, silence: Duration) -> Result<F::Output> {
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    let until = Instant::now() + silence;
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return Ok(done);
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(StoreError::Unavailable(format!("PostgreSQL has not answered for {} s", silence.as_secs())));
        }
        std::thread::park_timeout(left);
    }
}

type Boxed = Box<dyn StdError + Sync + Send>;

/// A value on its way into a statement.
#[derive(Debug)]
struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Boxed> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(v) if *ty == Type::INT8 => v.to_sql(ty, out),
            Value::Int(v) if *ty == Type::INT4 => i32::try_from(*v)?.to_sql(ty, out),
            Value::Int(v) if *ty == Type::BOOL => (*v != 0).to_sql(ty, out),
            Value::Text(v) if <&str as ToSql>::accepts(ty) => v.to_sql(ty, out),
            Value::Bytes(v) if *ty == Type::BYTEA => v.to_sql(ty, out),
            other => Err(format!("a {} was given for a {ty}", other.kind()).into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(&self, ty: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Boxed> {
        self.to_sql(ty, out)
    }
}

/// A value that came out of a row.
struct Found(Value);

impl<'a> FromSql<'a> for Found {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> std::result::Result<Self, Boxed> {
        Ok(Found(match *ty {
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Value::Int(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => Value::Int(bool::from_sql(ty, raw)?.into()),
            Type::BYTEA => Value::Bytes(raw.to_vec()),
            _ => Value::Text(String::from_sql(ty, raw)?),
        }))
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Self, Boxed> {
        Ok(Found(Value::Null))
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::INT2, Type::BOOL, Type::BYTEA].contains(ty) || <String as FromSql>::accepts(ty)
    }
}

/// PostgreSQL's error in our words. The message names tables and columns; its detail, which may quote a row, is left out.
fn failed(error: tokio_postgres::Error) -> StoreError {
    let Some(db) = error.as_db_error() else {
        let cause = error.source().map(|s| format!(": {s}")).unwrap_or_default();
        let text = format!("{error}{cause}");
        // Anything about values and columns is raised before or after the wire; the rest is the wire.
        let values = ["error serializing", "error deserializing", "invalid column", "unexpected number"];
        return if values.iter().any(|v| text.starts_with(v)) {
            StoreError::Shape(text)
        } else {
            StoreError::Unavailable(text)
        };
    };
    let text = db.message().to_owned();
    let code = db.code();
    let passing = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::LOCK_NOT_AVAILABLE];
    if *code == SqlState::DISK_FULL {
        return StoreError::Full(text);
    }
    if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        return StoreError::ReadOnly(text);
    }
    if passing.contains(code) {
        return StoreError::Busy(text);
    }
    // Classes of the SQLSTATE standard and of PostgreSQL's appendix A.
    match code.code().get(..2).unwrap_or_default() {
        "08" | "28" | "3D" | "53" | "57" | "58" => StoreError::Unavailable(text),
        "23" | "P0" => StoreError::Refused(text),
        "XX" => StoreError::Corrupt(text),
        "22" | "42" | "26" | "0A" => StoreError::Shape(text),
        _ => StoreError::Other(text),
    }
}
