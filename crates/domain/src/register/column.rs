//! Columns: what a record's row in a table holds, each column's name, SQL type and value side by side. The table itself and
//! what writes it are the store's; nothing is counted by eye.

use super::Term;

/// A value that goes into a statement or comes out of a row.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// No value.
    Null,
    /// `BIGINT`.
    Int(i64),
    /// `TEXT`, UTF-8 without U+0000.
    Text(String),
    /// `BYTEA`.
    Bytes(Vec<u8>),
}

/// Only the kind is shown: a row's content may be a key or a name, and must not reach a log.
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind())
    }
}

impl Value {
    /// What kind it is, as SQL names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Int(_) => "BIGINT",
            Self::Text(_) => "TEXT",
            Self::Bytes(_) => "BYTEA",
        }
    }
}

macro_rules! value_from {
    ($($from:ty => |$v:ident| $to:expr;)*) => {
        $(impl From<$from> for Value { fn from($v: $from) -> Self { $to } })*
    };
}
value_from! {
    i64 => |v| Value::Int(v);
    i32 => |v| Value::Int(v.into());
    u8 => |v| Value::Int(v.into());
    u16 => |v| Value::Int(v.into());
    u32 => |v| Value::Int(v.into());
    u64 => |v| Value::Int(v as i64);
    bool => |v| Value::Int(v.into());
    &str => |v| Value::Text(v.to_owned());
    &String => |v| Value::Text(v.clone());
    String => |v| Value::Text(v);
    Vec<u8> => |v| Value::Bytes(v);
    &Vec<u8> => |v| Value::Bytes(v.clone());
    &[u8] => |v| Value::Bytes(v.to_vec());
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(v: [u8; N]) -> Self {
        Self::Bytes(v.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(v: &[u8; N]) -> Self {
        Self::Bytes(v.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Self {
        v.map_or(Self::Null, Into::into)
    }
}

/// How a column takes part in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It belongs to the primary key.
    Key,
    /// It is written when its row is made, and never again: the indexes over it are left in peace.
    Fixed,
    /// It is written each time.
    Kept,
}

/// What a column is, whatever its rows are made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its name.
    pub name: &'static str,
    /// Its type, as a schema text has it.
    pub sql: &'static str,
    /// How it takes part.
    pub part: Part,
}

/// A column of a table whose rows are made from `S`.
pub struct Column<S> {
    /// What it is.
    pub head: Head,
    /// Its value in a row.
    pub of: fn(&S) -> Value,
}

/// A column that holds a code, and the terms that it can be.
pub type Coded = (&'static str, fn() -> Vec<Term>);

/// A register's own table: its columns are functions of a record's state.
pub struct Layout<S: 'static> {
    /// Its name, which is the plural of the register's code.
    pub name: &'static str,
    /// Raised whenever a column comes to say something else, so that old rows are made anew.
    pub edition: u32,
    /// Its columns, behind the district and the ledger index of the record's first entry.
    pub columns: &'static [Column<S>],
    /// The statements that make its indexes.
    pub indexes: &'static str,
    /// The terms of the columns that hold a code.
    pub terms: &'static [Coded],
}

/// The columns of a table: `columns! { Case: code "TEXT NOT NULL" fixed = |c| c.code.as_str(), … }`. Behind the type stands
/// `key` or `fixed` ([`Part`]); nothing for what is written each time.
#[macro_export]
macro_rules! columns {
    (@part) => { $crate::register::column::Part::Kept };
    (@part key) => { $crate::register::column::Part::Key };
    (@part fixed) => { $crate::register::column::Part::Fixed };
    ($row:ty: $($name:ident $sql:literal $($part:ident)? = |$s:ident| $value:expr),+ $(,)?) => {
        &[$($crate::register::column::Column::<$row> {
            head: $crate::register::column::Head {
                name: stringify!($name),
                sql: $sql,
                part: $crate::columns!(@part $($part)?),
            },
            of: |$s: &$row| $crate::register::column::Value::from($value),
        }),+]
    };
}
