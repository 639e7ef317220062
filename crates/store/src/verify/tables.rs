//! Whether the read tables are what the events make them.

use super::{Checked, Finding, READ, found};
use crate::args;
use crate::db::{Db, Result, Row, Value};
use crate::rows;
use crate::schema::{self, Table};

pub(super) const STATEMENTS: &[&str] = &[];

/// How many ledger indexes are compared at a time.
const WINDOW: i64 = 4096;

/// Compares every read table with the replayed one; returns how many rows are equal.
pub(super) fn compare(db: &mut Db, replayed: &mut Db, number: i64, entries: u64) -> Checked<u64> {
    let shapes = schema::tables(replayed)?;
    let mut count = 0;
    for table in shapes.iter().filter(|t| rows::TABLES.contains(&t.name.as_str())) {
        match one(db, replayed, number, entries as i64, table)? {
            Ok(rows) => count += rows,
            Err(finding) => return Ok(Err(finding)),
        }
    }
    Ok(Ok(count))
}

fn one(db: &mut Db, replayed: &mut Db, number: i64, entries: i64, table: &Table) -> Checked<u64> {
    let (name, columns) = (&table.name, table.columns.join(", "));
    let (index, order) = (table.key.get(1).map_or("seq", String::as_str), table.key.join(", "));
    let sql = format!(
        "SELECT {columns} FROM {name} WHERE district = $1 AND {index} >= $2 AND {index} <= $3 ORDER BY {order}"
    );
    let mut equal = 0;
    let (mut from, mut until) = (i64::MIN, -1);
    loop {
        let theirs = db.query_text(&sql, &args![number, from, until])?;
        let ours = replayed.query_text(&sql, &args![number, from, until])?;
        if let Some(finding) = difference(table, &theirs, &ours)? {
            return Ok(Err(finding));
        }
        equal += ours.len() as u64;
        if until == i64::MAX {
            break;
        }
        from = until + 1;
        until = if from >= entries { i64::MAX } else { (from + WINDOW - 1).min(entries - 1) };
    }
    let all = db.query_text(&format!("SELECT COUNT(*) FROM {name} WHERE district = $1"), &args![number])?;
    match all.first().map_or(Ok(0), |row| row.int(0))? as u64 == equal {
        true => Ok(Ok(equal)),
        false => found(format!("{name} has a row whose number is none"), READ),
    }
}

/// The first difference between two lists of rows in order of the key.
fn difference(table: &Table, theirs: &[Row], ours: &[Row]) -> Result<Option<Finding>> {
    let keys: Vec<usize> = table.key.iter().filter_map(|k| table.columns.iter().position(|c| c == k)).collect();
    let key = |row: &Row| keys.iter().map(|n| row.0[*n].clone()).collect::<Vec<_>>();
    let name = |row: &Row| format!("{}, row of entry {}", table.name, row.int(1).unwrap_or_default());
    let mut pairs = theirs.iter().zip(ours).filter(|(a, b)| a != b);
    let (here, said) = match pairs.next() {
        Some((a, b)) if key(a) == key(b) => {
            let at = (0..table.columns.len()).find(|n| a.0[*n] != b.0[*n]).unwrap_or_default();
            let (found, said) = (shown(&a.0[at]), shown(&b.0[at]));
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
