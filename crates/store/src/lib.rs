//! Events, vault and read tables on SQLite or PostgreSQL behind one seam.

pub mod access;
pub mod audit;
pub mod backup;
pub mod bench;
pub mod db;
pub mod doctor;
pub mod follow;
pub mod hall;
pub mod health;
pub mod heartbeat;
pub mod imports;
pub mod keys;
pub mod listed;
pub mod log;
pub mod opening;
pub mod outbox;
pub mod oversight;
pub mod place;
pub mod public;
pub mod read;
pub mod rebuild;
pub mod records;
pub mod rows;
pub mod schema;
pub mod start;
pub mod stream;
pub mod structure;
pub mod table;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tiles;
pub mod vault;
pub mod verify;
pub mod view;
pub mod views;

pub use db::{Db, Engine, Readers, Result, Row, StoreError, Value, Write};
pub use keys::{CaseKey, Keys};
pub use place::{Place, WriterLock};

/// Every constant statement of this room, so that a test can prove each on both engines.
pub fn all_statements() -> Vec<&'static str> {
    let parts = [
        access::STATEMENTS,
        imports::STATEMENTS,
        bench::STATEMENTS,
        audit::STATEMENTS,
        follow::STATEMENTS,
        hall::STATEMENTS,
        health::STATEMENTS,
        heartbeat::STATEMENTS,
        listed::STATEMENTS,
        log::STATEMENTS,
        outbox::STATEMENTS,
        oversight::STATEMENTS,
        public::STATEMENTS,
        read::STATEMENTS,
        rebuild::STATEMENTS,
        records::STATEMENTS,
        start::STATEMENTS,
        stream::STATEMENTS,
        tiles::STATEMENTS,
        view::STATEMENTS,
        view::work::STATEMENTS,
        views::STATEMENTS,
        schema::SHAPES,
    ];
    let mut all = parts.concat();
    all.extend(rows::statements());
    all.extend(access::written());
    all.extend(outbox::written());
    all.push(&log::EVENT.sql);
    all.extend(verify::statements());
    all
}

/// The statements that go through all that a district ever had, each with the reason why it may.
pub fn all_walks() -> Vec<(&'static str, &'static str)> {
    let parts =
        [bench::WALKS, hall::WALKS, health::WALKS, outbox::WALKS, oversight::WALKS, rebuild::WALKS, records::WALKS];
    let mut all = parts.concat();
    all.extend(rows::walks());
    all.extend(verify::walks());
    all
}
