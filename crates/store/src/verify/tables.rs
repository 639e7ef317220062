//! Whether the read tables are what the events make them.

use super::walk::Walk;
use super::{Checked, Finding, READ, found};
use crate::args;
use crate::db::{Db, Result, Row, Value};
use crate::rows;
use crate::schema::{self, Table};

pub(super) const STATEMENTS: &[&str] = &[];

/// How many ledger indexes are compared at a time.
const WINDOW: i64 = 4096;

/// Walks over what has come since, within the snapshot at hand.
type CatchUp<'a> = &'a mut dyn FnMut(&mut Walk<'_>, &mut Db) -> Checked<()>;

/// Compares every read table with the replayed one, a window in each snapshot; returns how many rows are equal.
pub(super) fn compare(db: &mut Db, walk: &mut Walk<'_>, number: i64, catch_up: CatchUp<'_>) -> Checked<u64> {
    let shapes = schema::tables(walk.rows())?;
    let mut count = 0;
    for table in shapes.iter().filter(|t| rows::is_read_table(&t.name)) {
        let (mut from, mut until) = (i64::MIN, -1);
        loop {
            db.begin()?;
            if let Err(finding) = catch_up(walk, db)? {
                return Ok(Err(finding));
            }
            let compared = window(db, walk.rows(), number, table, (from, until))?;
            db.rollback()?;
            match compared {
                Ok(rows) => count += rows,
                Err(finding) => return Ok(Err(finding)),
            }
            if until == i64::MAX {
                break;
            }
            let entries = walk.entries() as i64;
            from = until + 1;
            until = if from >= entries { i64::MAX } else { (from + WINDOW - 1).min(entries - 1) };
        }
        // A number that is none sorts behind all numbers.
        let index = table.index();
        let behind = format!("SELECT 1 FROM {} WHERE district = $1 AND {index} > $2 LIMIT 1", table.name);
        if !db.query_text(&behind, &args![number, i64::MAX])?.is_empty() {
            return found(format!("{} has a row whose number is none", table.name), READ);
        }
    }
    Ok(Ok(count))
}

fn window(db: &mut Db, replayed: &mut Db, number: i64, table: &Table, (from, until): (i64, i64)) -> Checked<u64> {
    let (name, columns) = (&table.name, table.columns.join(", "));
    let (index, order) = (table.index(), table.key.join(", "));
    let sql = format!(
        "SELECT {columns} FROM {name} WHERE district = $1 AND {index} >= $2 AND {index} <= $3 ORDER BY {order}"
    );
    let theirs = db.query_text(&sql, &args![number, from, until])?;
    let ours = replayed.query_text(&sql, &args![number, from, until])?;
    Ok(difference(table, &theirs, &ours)?.map_or(Ok(ours.len() as u64), Err))
}

/// The first difference between two lists of rows in order of the key.
fn difference(table: &Table, theirs: &[Row], ours: &[Row]) -> Result<Option<Finding>> {
    let keys: Vec<usize> = table.key.iter().filter_map(|k| table.columns.iter().position(|c| c == k)).collect();
    let key = |row: &Row| keys.iter().map(|n| row.values()[*n].clone()).collect::<Vec<_>>();
    let index = table.index();
    let name = |row: &Row| format!("{}, row of entry {}", table.name, row.int(index).unwrap_or_default());
    let mut pairs = theirs.iter().zip(ours).filter(|(a, b)| a != b);
    let (here, said) = match pairs.next() {
        Some((a, b)) if key(a) == key(b) => {
            let at = (0..table.columns.len()).find(|n| a.values()[*n] != b.values()[*n]).unwrap_or_default();
            let (found, said) = (shown(&a.values()[at]), shown(&b.values()[at]));
            let what = format!("{}: {} is {found}, and the events say {said}", name(a), table.columns[at]);
            return Ok(Some(Finding::new(what, READ)));
        }
        Some((a, b)) => (Some(a), Some(b)),
        None => (theirs.get(ours.len()), ours.get(theirs.len())),
    };
    // Rows in the order of their keys: the first one of ours that is not among theirs is missing.
    let missing = said.filter(|row| !theirs.iter().any(|t| key(t) == key(row)));
    Ok(match (missing, here) {
        (Some(row), _) => Some(Finding::new(format!("{} is missing", name(row)), READ)),
        (None, Some(row)) => Some(Finding::new(format!("{} is one that no event makes", name(row)), READ)),
        (None, None) => None,
    })
}

/// A value of a read table, which holds nothing that says who somebody is.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "empty".into(),
        Value::Int(n) => n.to_string(),
        Value::Text(t) => format!("“{}”", t.chars().take(40).collect::<String>()),
        Value::Bytes(b) => b.iter().take(16).map(|b| format!("{b:02x}")).collect(),
    }
}
