//! What goes into a statement.

pub use domain::register::column::Value;

/// The arguments of a statement, in order: `args![district, seq, "text"]`.
#[macro_export]
macro_rules! args {
    ($($v:expr),* $(,)?) => { ::std::vec::Vec::<$crate::db::Value>::from([$($crate::db::Value::from($v)),*]) };
}

/// One statement that changes rows, as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// A constant text (constant, so that it is prepared once and can't be assembled from input).
    pub sql: &'static str,
    /// One value for each placeholder.
    pub args: Vec<Value>,
}

impl Write {
    /// A statement with its arguments.
    pub fn new(sql: &'static str, args: Vec<Value>) -> Self {
        Self { sql, args }
    }
}
