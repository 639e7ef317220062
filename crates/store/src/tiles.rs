//! The tree's tiles as the database holds them: full ones as rows, partial ones computed from what is below.

use crate::args;
use crate::db::{Db, Result, StoreError};
use ledger::hash::{leaf_hash, node_hash};
use ledger::tree::{TileFault, Tiles};
use std::cell::RefCell;

const FULL: &str = "SELECT hashes FROM tiles WHERE district = $1 AND level = $2 AND idx = $3";
const ENTRIES: &str = "SELECT entry FROM events WHERE district = $1 AND seq >= $2 AND seq < $3 ORDER BY seq";
const ROOTS: &str =
    "SELECT hashes FROM tiles WHERE district = $1 AND level = $2 AND idx >= $3 AND idx < $4 ORDER BY idx";

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[FULL, ENTRIES, ROOTS];

/// How many hashes a full tile has.
pub const WIDTH: u64 = 256;

/// The tiles of a district's tree.
pub struct DbTiles<'a> {
    db: RefCell<&'a mut Db>,
    district: i64,
    /// What the database said when it failed: a lost connection must not be taken for a damaged tree.
    failed: RefCell<Option<StoreError>>,
}

/// Works over a district's tiles.
///
/// # Errors
/// What the database says; [`StoreError::Corrupt`] for a tile that is missing or short.
pub fn over<T>(
    db: &mut Db,
    district: i64,
    work: impl FnOnce(&DbTiles<'_>) -> std::result::Result<T, TileFault>,
) -> Result<T> {
    let tiles = DbTiles::new(db, district);
    work(&tiles).map_err(|fault| tiles.failed.take().unwrap_or_else(|| StoreError::Corrupt(fault.to_string())))
}

impl<'a> DbTiles<'a> {
    fn new(db: &'a mut Db, district: i64) -> DbTiles<'a> {
        DbTiles { db: RefCell::new(db), district, failed: RefCell::new(None) }
    }

    fn read(&self, level: u8, index: u64, width: u32) -> Result<Vec<u8>> {
        let db = &mut **self.db.borrow_mut();
        let district = self.district;
        let bytes = width as usize * 32;
        if let Some(row) = db.query(FULL, &args![district, level, index])?.first() {
            return Ok(row.bytes("hashes")?[..bytes.min(row.bytes("hashes")?.len())].to_vec());
        }
        let first = index * WIDTH;
        let last = first + u64::from(width);
        let mut hashes = Vec::with_capacity(bytes);
        if level == 0 {
            db.for_each(ENTRIES, &args![district, first, last], |row| {
                hashes.extend(leaf_hash(row.bytes("entry")?));
                Ok(())
            })?;
        } else {
            db.for_each(ROOTS, &args![district, level - 1, first, last], |row| {
                hashes.extend(root(row.bytes("hashes")?));
                Ok(())
            })?;
        }
        Ok(hashes)
    }

    /// The entries `first..last`, for an entry bundle.
    pub fn entries(&self, first: u64, last: u64) -> Result<Vec<Vec<u8>>> {
        let rows = self.db.borrow_mut().query(ENTRIES, &args![self.district, first, last])?;
        rows.iter().map(|row| row.bytes("entry").map(<[u8]>::to_vec)).collect()
    }
}

/// The root of a full tile.
fn root(hashes: &[u8]) -> [u8; 32] {
    let mut level: Vec<[u8; 32]> = hashes.chunks_exact(32).filter_map(|c| c.try_into().ok()).collect();
    while level.len() > 1 {
        level = level.chunks(2).map(|p| if let [l, r] = p { node_hash(l, r) } else { p[0] }).collect();
    }
    level.pop().unwrap_or_default()
}

impl Tiles for DbTiles<'_> {
    fn tile(&self, level: u8, index: u64, width: u32) -> std::result::Result<Vec<u8>, TileFault> {
        let tile = self.read(level, index, width).map_err(|e| {
            let fault = TileFault::Unavailable(e.to_string());
            self.failed.replace(Some(e));
            fault
        })?;
        if tile.len() == width as usize * 32 { Ok(tile) } else { Err(TileFault::Missing { level, index, width }) }
    }
}
