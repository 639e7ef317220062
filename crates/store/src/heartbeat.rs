//! The heartbeat of the running server: a row apart from the entries that says what time it was when it last ran. With it
//! a clock that is wrong at the next start is noticed before it dates anything.

use crate::args;
use crate::db::{Db, Result, Write};
use domain::Moment;

const AT: &str = "SELECT at FROM heartbeat WHERE district = $1";
const BEAT: &str = "INSERT INTO heartbeat(district, at) VALUES($1, $2) \
     ON CONFLICT(district) DO UPDATE SET at = excluded.at";
const FORGET: &str = "DELETE FROM heartbeat WHERE district = $1";

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[AT, BEAT, FORGET];

/// When the server last ran; none if it never did with a heartbeat, or if its clock is not the machine's (a demo).
///
/// # Errors
/// What the database says.
pub fn at(db: &mut Db, number: i64) -> Result<Option<Moment>> {
    let found = db.query(AT, &args![number])?.first().map(|row| row.int("at")).transpose()?;
    Ok(found.filter(|at| *at > 0).map(Moment))
}

/// The server runs now; without a time when its clock is not the machine's.
pub fn beat(number: i64, now: Option<Moment>) -> Write {
    Write::new(BEAT, args![number, now.map_or(0, |now| now.0)])
}

/// After a backup was restored: what ran last was another server.
///
/// # Errors
/// What the database says.
pub fn forget(db: &mut Db, number: i64) -> Result<()> {
    db.write(&[Write::new(FORGET, args![number])]).map(drop)
}
