//! How people and systems get in: passwords, sessions, sign-ins, tokens. Rows that are no part of the history; the desk
//! writes them ([`crate::Write`]), a page reads them.

use crate::args;
use crate::db::{Db, Result, Write};
use crate::schema::KEPT;
use crate::table::Written;
use domain::columns;
use std::sync::LazyLock;

const PASSWORD: &str = "INSERT INTO passwords(district, account, hash, state) VALUES($1, $2, $3, $4) \
ON CONFLICT(district, account) DO UPDATE SET hash = excluded.hash, state = excluded.state";
const PASSWORD_OF: &str = "SELECT hash, state FROM passwords WHERE district = $1 AND account = $2";
const USED: &str = "UPDATE passwords SET state = 'used' WHERE district = $1 AND account = $2 AND state = 'once'";
const SESSION_OF: &str = "SELECT account, form, started, seen, due FROM sessions WHERE district = $1 AND key = $2";
const SIGN_IN: &str = "INSERT INTO sign_ins(district, account, at, id, outcome) VALUES($1, $2, $3, $4, $5)";
const SIGN_INS: &str = "SELECT at, outcome FROM sign_ins WHERE district = $1 AND account = $2 AND at >= $3 \
ORDER BY at DESC, id LIMIT $4";
const FORGET: &str = "DELETE FROM sign_ins WHERE district = $1 AND at <= $2 \
AND at <= (SELECT MAX(n.at) FROM sign_ins n WHERE n.district = $1) - $3";
const SESSIONS_OF: &str = "SELECT key, started, seen FROM sessions WHERE district = $1 AND account = $2 \
ORDER BY seen DESC, key LIMIT 100";
const SEEN: &str = "UPDATE sessions SET seen = $1 WHERE district = $2 AND key = $3";
const DUE: &str = "UPDATE sessions SET due = $1 WHERE district = $2 AND key = $3";
const END: &str = "DELETE FROM sessions WHERE district = $1 AND key = $2 AND account = $3";
const END_ALL: &str = "DELETE FROM sessions WHERE district = $1 AND account = $2";
const END_OLD: &str = "DELETE FROM sessions WHERE district = $1 AND seen < $2";
const TOKEN: &str = "INSERT INTO token_keys(district, key, name) VALUES($1, $2, $3)";
const TOKEN_OF: &str = "SELECT name FROM token_keys WHERE district = $1 AND key = $2";

/// The constant statements of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[
    PASSWORD,
    PASSWORD_OF,
    USED,
    SESSION_OF,
    SESSIONS_OF,
    SEEN,
    DUE,
    END,
    END_ALL,
    END_OLD,
    SIGN_IN,
    SIGN_INS,
    FORGET,
    TOKEN,
    TOKEN_OF,
];

/// Those that are made from columns.
pub(crate) fn written() -> [&'static str; 1] {
    [&SESSION.sql]
}

/// A new session of a district.
static SESSION: LazyLock<Written<(i64, Session)>> = LazyLock::new(|| {
    let columns = columns! { (i64, Session):
        district "BIGINT NOT NULL" fixed = |s| s.0,
        key "BYTEA NOT NULL" fixed = |s| &s.1.key,
        account "BIGINT NOT NULL" fixed = |s| s.1.account,
        form "BYTEA NOT NULL" fixed = |s| &s.1.form,
        started "BIGINT NOT NULL" fixed = |s| s.1.started,
        seen "BIGINT NOT NULL" fixed = |s| s.1.seen,
        due "TEXT NOT NULL" fixed = |s| s.1.due.code(),
    };
    Written::added("sessions", columns)
});

/// Declares the words of a column.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant),+ }
        impl $name {
            /// As the column has it.
            pub fn code(self) -> &'static str { match self { $($name::$variant => $code),+ } }
            /// What the column says, if it is one of the words.
            pub fn of(code: &str) -> Option<$name> { match code { $($code => Some($name::$variant),)+ _ => None } }
        }
    };
}

words! {
    /// How far a password serves.
    PasswordState {
        /// Its owner chose it.
        Settled "settled",
        /// Somebody else set it: it serves one sign-in.
        Once "once",
        /// It has served that sign-in, and opens nothing any more.
        Used "used",
    }
}

words! {
    /// What a session must do before anything else.
    Due {
        /// Nothing: it is in.
        Nothing "",
        /// Give the code of the second factor.
        Code "code",
        /// Choose a password of one's own.
        Password "password",
        /// Set up the second factor.
        Factor "factor",
    }
}

words! {
    /// How a sign-in ended.
    Outcome {
        /// Somebody got in.
        In "in",
        /// The password was wrong.
        Password "password",
        /// The password was right, and the code of the second factor wrong.
        Code "code",
    }
}

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
    /// What must be done before anything else.
    pub due: Due,
}

/// Sets the password hash of an account: its owner's own choice.
pub fn set_password(district: i64, account: u32, hash: &str) -> Write {
    Write::new(PASSWORD, args![district, account, hash, PasswordState::Settled.code()])
}

/// Sets the password hash of an account for one sign-in: somebody else knows the password.
pub fn set_password_once(district: i64, account: u32, hash: &str) -> Write {
    Write::new(PASSWORD, args![district, account, hash, PasswordState::Once.code()])
}

/// A password for one sign-in has served it.
pub fn use_password(district: i64, account: u32) -> Write {
    Write::new(USED, args![district, account])
}

/// The password hash of an account, and how far it serves.
///
/// # Errors
/// What the database says.
pub fn password(db: &mut Db, district: i64, account: u32) -> Result<Option<(String, PasswordState)>> {
    let rows = db.query(PASSWORD_OF, &args![district, account])?;
    let Some(row) = rows.first() else { return Ok(None) };
    // A word that this program doesn't know opens nothing.
    let state = PasswordState::of(row.text("state")?).unwrap_or(PasswordState::Used);
    Ok(Some((row.text("hash")?.to_owned(), state)))
}

/// Notes how a sign-in to an account ended. `id` is random.
pub fn note_sign_in(district: i64, account: u32, at: i64, id: [u8; 8], outcome: Outcome) -> Write {
    Write::new(SIGN_IN, args![district, account, at, id.as_slice(), outcome.code()])
}

/// Forgets the sign-ins that are older than the keeping time at this moment.
pub fn forget_sign_ins(district: i64, now: i64) -> Write {
    Write::new(FORGET, args![district, now - KEPT.1, KEPT.1])
}

/// The sign-ins of an account within the keeping time, the latest first: when, and how each ended.
///
/// # Errors
/// What the database says.
pub fn sign_ins(db: &mut Db, district: i64, account: u32, now: i64, most: usize) -> Result<Vec<(i64, Outcome)>> {
    let rows = db.query(SIGN_INS, &args![district, account, now - KEPT.1, most as u64])?;
    rows.iter().map(|r| Ok((r.int("at")?, Outcome::of(r.text("outcome")?).unwrap_or(Outcome::Password)))).collect()
}

/// Begins a session.
pub fn begin_session(district: i64, s: &Session) -> Write {
    SESSION.of(&(district, s.clone()))
}

/// The session of a cookie's hash.
///
/// # Errors
/// What the database says.
pub fn session(db: &mut Db, district: i64, key: [u8; 32]) -> Result<Option<Session>> {
    let rows = db.query(SESSION_OF, &args![district, &key])?;
    let Some(row) = rows.first() else { return Ok(None) };
    let account = u32::try_from(row.int("account")?).unwrap_or_default();
    let Some(due) = Due::of(row.text("due")?) else { return Ok(None) };
    Ok(Some(Session {
        key,
        account,
        form: row.array("form")?,
        started: row.int("started")?,
        seen: row.int("seen")?,
        due,
    }))
}

/// The sessions of an account: key, began, last used; the latest first, at most 100.
///
/// # Errors
/// What the database says.
pub fn sessions(db: &mut Db, district: i64, account: u32) -> Result<Vec<([u8; 32], i64, i64)>> {
    let rows = db.query(SESSIONS_OF, &args![district, account])?;
    rows.iter().map(|r| Ok((r.array("key")?, r.int("started")?, r.int("seen")?))).collect()
}

/// Notes that a session was used.
pub fn touch_session(district: i64, key: [u8; 32], seen: i64) -> Write {
    Write::new(SEEN, args![seen, district, &key])
}

/// What a session must do next before anything else.
pub fn set_due(district: i64, key: [u8; 32], due: Due) -> Write {
    Write::new(DUE, args![due.code(), district, &key])
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
    db.query(TOKEN_OF, &args![district, &key])?.first().map(|r| r.text("name").map(str::to_owned)).transpose()
}
