//! Saved views: the filters of a list that an account has given a name. Rows that change and are no part of the history;
//! the desk writes them ([`crate::Write`]), the list reads them together with its counts ([`crate::view::work`]).

use crate::args;
use crate::db::{Db, Result, Write};

const KEEP: &str = "INSERT INTO views(district, account, list, name, query) VALUES($1, $2, $3, $4, $5) \
ON CONFLICT(district, account, list, name) DO UPDATE SET query = excluded.query";
const REMOVE: &str = "DELETE FROM views WHERE district = $1 AND account = $2 AND list = $3 AND name = $4";
const NAMES: &str = "SELECT name FROM views WHERE district = $1 AND account = $2 AND list = $3 ORDER BY name";

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[KEEP, REMOVE, NAMES];

/// How many views an account keeps of a list.
pub const MOST: usize = 12;
/// The longest name of a view, in characters.
pub const NAME_MOST: usize = 20;

/// Keeps a view of an account; one of the same name is replaced.
pub fn keep(district: i64, account: u32, list: &str, name: &str, query: &str) -> Write {
    Write::new(KEEP, args![district, account, list, name, query])
}

/// Removes a view of an account.
pub fn remove(district: i64, account: u32, list: &str, name: &str) -> Write {
    Write::new(REMOVE, args![district, account, list, name])
}

/// The names of an account's views of a list.
///
/// # Errors
/// What the database says.
pub fn names(db: &mut Db, district: i64, account: u32, list: &str) -> Result<Vec<String>> {
    db.query(NAMES, &args![district, account, list])?.iter().map(|row| row.text("name").map(str::to_owned)).collect()
}
