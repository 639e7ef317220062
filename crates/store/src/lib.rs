//! Events, vault and read tables on SQLite or PostgreSQL behind one seam.

pub mod backup;
pub mod db;
pub mod keys;
pub mod place;
pub mod log;
pub mod read;
pub mod rows;
pub mod schema;
pub mod tiles;
#[cfg(feature = "testing")]
pub mod testing;
pub mod vault;

pub use db::{Db, Engine, Readers, Result, Row, StoreError, Value, Write};
pub use keys::{CaseKey, Keys};
pub use place::{Place, WriterLock};
