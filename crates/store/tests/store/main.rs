//! The store, told as stories: each runs over SQLite and, where it is installed, over PostgreSQL.

// Helpers outside of a test function are tests too.
#![allow(clippy::unwrap_used)]

mod backups;
mod damage;
mod filled;
mod fixture;
mod keyring;
mod plans;
mod seam;
mod shapes;
mod truth;
mod upgrade;
mod wal;

use std::time::Duration;
use store::{Db, Place, Value, args, schema};
use testing::places;

/// A writer on a place whose tables are made.
fn writer(place: &Place) -> Db {
    let mut db = Db::open_writer(place).unwrap();
    schema::migrate(&mut db).unwrap();
    db
}

const EVENT: &str = "INSERT INTO events (district, seq, stream, version, kind, at, entry, body) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// The arguments of [`EVENT`]: the first event of a stream of its own.
fn event(seq: u64) -> Vec<Value> {
    let mut stream = [0; 16];
    stream[..8].copy_from_slice(&seq.to_be_bytes());
    args![1, seq, stream, 1, "raised", 1_700_000_000_000_i64, vec![7_u8; 120], "{\"title\":\"楼道灯不亮\"}".as_bytes()]
}

fn add_events(db: &mut Db, seqs: std::ops::Range<u64>) {
    let writes: Vec<_> = seqs.map(|seq| store::Write::new(EVENT, event(seq))).collect();
    db.write(&writes).unwrap();
}

fn count(db: &mut Db) -> i64 {
    db.number("SELECT COUNT(*) FROM events WHERE district = $1", &args![1]).unwrap()
}

/// Waits for something that another process does soon; fails the test if it never happens.
fn soon(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..200 {
        if done() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{what} did not happen");
}
