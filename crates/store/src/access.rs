//! How people and systems get in: passwords, sessions, tokens. Rows that change and are no part of the history; the
//! desk writes them ([`crate::Write`]), a page reads them.

use crate::args;
use crate::db::{Db, Result, Write};

const PASSWORD: &str = "INSERT INTO passwords(district, account, hash) VALUES($1, $2, $3) \
ON CONFLICT(district, account) DO UPDATE SET hash = excluded.hash";
const PASSWORD_OF: &str = "SELECT hash FROM passwords WHERE district = $1 AND account = $2";
const SESSION: &str =
    "INSERT INTO sessions(district, key, account, form, started, seen) VALUES($1, $2, $3, $4, $5, $6)";
const SESSION_OF: &str = "SELECT account, form, started, seen FROM sessions WHERE district = $1 AND key = $2";
const SESSIONS_OF: &str = "SELECT key, started, seen FROM sessions WHERE district = $1 AND account = $2 \
ORDER BY seen DESC, key LIMIT 100";
const SEEN: &str = "UPDATE sessions SET seen = $1 WHERE district = $2 AND key = $3";
const END: &str = "DELETE FROM sessions WHERE district = $1 AND key = $2 AND account = $3";
const END_ALL: &str = "DELETE FROM sessions WHERE district = $1 AND account = $2";
const END_OLD: &str = "DELETE FROM sessions WHERE district = $1 AND seen < $2";
const TOKEN: &str = "INSERT INTO token_keys(district, key, name) VALUES($1, $2, $3)";
const TOKEN_OF: &str = "SELECT name FROM token_keys WHERE district = $1 AND key = $2";

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] =
    &[PASSWORD, PASSWORD_OF, SESSION, SESSION_OF, SESSIONS_OF, SEEN, END, END_ALL, END_OLD, TOKEN, TOKEN_OF];

/// A session as its row has it. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie.
    pub key: [u8; 32],
    /// The account's number.
    pub account: u32,
    /// The form token.
    pub form: [u8; 16],
    /// When it began.
    pub started: i64,
    /// When it was last used (to the minute or so).
    pub seen: i64,
}

/// Sets the password hash of an account.
pub fn set_password(district: i64, account: u32, hash: &str) -> Write {
    Write::new(PASSWORD, args![district, account, hash])
}

/// The password hash of an account.
///
/// # Errors
/// What the database says.
pub fn password(db: &mut Db, district: i64, account: u32) -> Result<Option<String>> {
    db.query(PASSWORD_OF, &args![district, account])?.first().map(|r| r.text(0).map(str::to_owned)).transpose()
}

/// Begins a session.
pub fn begin_session(district: i64, s: &Session) -> Write {
    Write::new(SESSION, args![district, &s.key, s.account, s.form.as_slice(), s.started, s.seen])
}

/// The session of a cookie's hash.
///
/// # Errors
/// What the database says.
pub fn session(db: &mut Db, district: i64, key: [u8; 32]) -> Result<Option<Session>> {
    let rows = db.query(SESSION_OF, &args![district, &key])?;
    let Some(row) = rows.first() else { return Ok(None) };
    let account = u32::try_from(row.int(0)?).unwrap_or_default();
    Ok(Some(Session { key, account, form: row.array(1)?, started: row.int(2)?, seen: row.int(3)? }))
}

/// The sessions of an account: key, began, last used; the latest first, at most 100.
///
/// # Errors
/// What the database says.
pub fn sessions(db: &mut Db, district: i64, account: u32) -> Result<Vec<([u8; 32], i64, i64)>> {
    let rows = db.query(SESSIONS_OF, &args![district, account])?;
    rows.iter().map(|r| Ok((r.array(0)?, r.int(1)?, r.int(2)?))).collect()
}

/// Notes that a session was used.
pub fn touch_session(district: i64, key: [u8; 32], seen: i64) -> Write {
    Write::new(SEEN, args![seen, district, &key])
}

/// Ends one session of an account.
pub fn end_session(district: i64, key: [u8; 32], account: u32) -> Write {
    Write::new(END, args![district, &key, account])
}

/// Ends all sessions of an account.
pub fn end_sessions(district: i64, account: u32) -> Write {
    Write::new(END_ALL, args![district, account])
}

/// Ends sessions that were last used before a time.
pub fn end_old_sessions(district: i64, before: i64) -> Write {
    Write::new(END_OLD, args![district, before])
}

/// Keeps the hash of a token.
pub fn set_token(district: i64, key: [u8; 32], name: &str) -> Write {
    Write::new(TOKEN, args![district, &key, name])
}

/// The name of the token with this hash.
///
/// # Errors
/// What the database says.
pub fn token(db: &mut Db, district: i64, key: [u8; 32]) -> Result<Option<String>> {
    db.query(TOKEN_OF, &args![district, &key])?.first().map(|r| r.text(0).map(str::to_owned)).transpose()
}
