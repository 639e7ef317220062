//! Rows of other systems' tables become cases: `doorstep import FILE --map MAP.toml`.
//!
//! [`table`] gives the cells, [`map`] says what they mean, [`rows`] makes what the desk can be asked for, and
//! [`fault`] says of everything that cannot be read where it stands and what to do.

pub mod delimited;
pub mod fault;
pub mod map;
pub mod rows;
pub mod sheet;
pub mod table;
