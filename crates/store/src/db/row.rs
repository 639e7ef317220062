//! What comes out of a query: rows whose columns are read by name.

use super::{Result, StoreError, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The names of an answer's columns, shared by all its rows: one text, and where each name ends in it.
#[derive(Debug, Default)]
pub(super) struct Names {
    text: String,
    ends: Vec<usize>,
    /// The column behind the one that was read last: mostly the next to be read. Where to look first, and no more.
    next: AtomicUsize,
}

impl Names {
    pub(super) fn of<'a>(names: impl Iterator<Item = &'a str>) -> Arc<Names> {
        let mut all = Names::default();
        for name in names {
            all.text.push_str(name);
            all.ends.push(all.text.len());
        }
        Arc::new(all)
    }

    fn name(&self, n: usize) -> &str {
        let begin = n.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[begin..self.ends[n]]
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|n| self.name(n))
    }

    /// Where a column stands. One comparison if columns are read in the order of the statement; nothing is allocated.
    fn at(&self, wanted: &str) -> Option<usize> {
        let next = self.next.load(Ordering::Relaxed).min(self.ends.len());
        let found = (next..self.ends.len()).chain(0..next).find(|n| self.name(*n) == wanted)?;
        self.next.store(found + 1, Ordering::Relaxed);
        Some(found)
    }

    /// The first name by which no column could be read: not a plain one (what is computed has no name without `AS`), or
    /// one that stands there twice.
    pub(super) fn unusable(&self) -> Option<&str> {
        let plain = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        let again = |(n, name): &(usize, &str)| self.iter().take(*n).any(|before| before == *name);
        self.iter().enumerate().find(|named| !plain(named.1) || again(named)).map(|(_, name)| name)
    }
}

/// One row of an answer. Its columns are read by name: an order that somebody changes can't swap two of them.
#[derive(Debug, Clone)]
pub struct Row {
    names: Arc<Names>,
    values: Vec<Value>,
}

/// Two rows are equal if their values are: the same statement on two databases.
impl PartialEq for Row {
    fn eq(&self, other: &Row) -> bool {
        self.values == other.values
    }
}

impl Eq for Row {}

impl Row {
    pub(super) fn new(names: &Arc<Names>, values: Vec<Value>) -> Row {
        Row { names: names.clone(), values }
    }

    /// A `BIGINT` that is there. Error: [`StoreError::Shape`], which names the column, if it is NULL, of another kind, or
    /// not in the answer.
    pub fn int(&self, column: &str) -> Result<i64> {
        self.opt_int(column)?.ok_or_else(|| wrong(column, &Value::Null, "BIGINT"))
    }

    /// A `BIGINT` or NULL.
    pub fn opt_int(&self, column: &str) -> Result<Option<i64>> {
        match self.value(column)? {
            Value::Int(v) => Ok(Some(*v)),
            Value::Null => Ok(None),
            other => Err(wrong(column, other, "BIGINT")),
        }
    }

    /// A `TEXT` that is there.
    pub fn text(&self, column: &str) -> Result<&str> {
        self.opt_text(column)?.ok_or_else(|| wrong(column, &Value::Null, "TEXT"))
    }

    /// A `TEXT` or NULL.
    pub fn opt_text(&self, column: &str) -> Result<Option<&str>> {
        match self.value(column)? {
            Value::Text(v) => Ok(Some(v)),
            Value::Null => Ok(None),
            other => Err(wrong(column, other, "TEXT")),
        }
    }

    /// A number or a `TEXT` as it is shown; empty for NULL.
    pub fn shown(&self, column: &str) -> Result<String> {
        match self.value(column)? {
            Value::Text(v) => Ok(v.clone()),
            Value::Int(v) => Ok(v.to_string()),
            Value::Null => Ok(String::new()),
            other @ Value::Bytes(_) => Err(wrong(column, other, "TEXT")),
        }
    }

    /// A `BYTEA` that is there.
    pub fn bytes(&self, column: &str) -> Result<&[u8]> {
        self.opt_bytes(column)?.ok_or_else(|| wrong(column, &Value::Null, "BYTEA"))
    }

    /// A `BYTEA` or NULL.
    pub fn opt_bytes(&self, column: &str) -> Result<Option<&[u8]>> {
        match self.value(column)? {
            Value::Bytes(v) => Ok(Some(v)),
            Value::Null => Ok(None),
            other => Err(wrong(column, other, "BYTEA")),
        }
    }

    /// A `BYTEA` of exactly `N` bytes (a hash, a handle).
    pub fn array<const N: usize>(&self, column: &str) -> Result<[u8; N]> {
        let bytes = self.bytes(column)?;
        bytes.try_into().map_err(|_| StoreError::Shape(format!("column {column} has {} bytes, not {N}", bytes.len())))
    }

    /// A value, to be wiped.
    pub(crate) fn get_mut(&mut self, column: &str) -> Option<&mut Value> {
        self.names.at(column).and_then(|n| self.values.get_mut(n))
    }

    /// All values, in the order of the statement: for what copies or compares rows of whatever table.
    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }

    pub(crate) fn into_values(self) -> Vec<Value> {
        self.values
    }

    fn value(&self, column: &str) -> Result<&Value> {
        self.names.at(column).and_then(|n| self.values.get(n)).ok_or_else(|| {
            let there: Vec<&str> = self.names.iter().collect();
            StoreError::Shape(format!("there is no column {column} in an answer of {}", there.join(", ")))
        })
    }
}

#[cold]
fn wrong(column: &str, found: &Value, wanted: &str) -> StoreError {
    StoreError::Shape(format!("column {column} is {}, expected {wanted}", found.kind()))
}
