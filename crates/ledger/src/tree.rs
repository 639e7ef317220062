//! The Merkle tree over 256-wide tiles: its right edge in memory for appending, and proofs from any storage of tiles.

use crate::hash::{Hash, node_hash};
use std::collections::VecDeque;
use tlog_tiles::{Error as TlogError, Hash as TlogHash, HashReader, split_stored_hash_index};

/// The height of a tile: 2^8 hashes.
const HEIGHT: u8 = 8;
/// How many full tiles of the lowest level stay in memory beside the current one: as many as one commit group can fill.
const KEPT: usize = 6;

/// Where tiles come from.
pub trait Tiles {
    /// The first `width` (1 to 256) hashes of a tile, 32 bytes each.
    ///
    /// # Errors
    /// A [`TileFault`] if they can't be had.
    fn tile(&self, level: u8, index: u64, width: u32) -> Result<Vec<u8>, TileFault>;
}

/// Why a tile can't be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TileFault {
    /// It is not there, or shorter than asked for.
    #[error("tile {level}/{index} of width {width} is missing or short")]
    Missing {
        /// Its level.
        level: u8,
        /// Its index.
        index: u64,
        /// The width asked for.
        width: u32,
    },
    /// The storage does not answer.
    #[error("tiles can't be read: {0}")]
    Unavailable(String),
}

/// A proof that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the proof does not lead to the checkpoint")]
pub struct ProofFault;

/// A tile that became full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullTile {
    /// Its level.
    pub level: u8,
    /// Its index.
    pub index: u64,
    /// Its 256 hashes.
    pub hashes: Vec<Hash>,
}

/// The nodes of a tile: row 0 are its hashes, row k the complete subtrees of height k.
#[derive(Clone, Debug, Default)]
struct Nodes {
    index: u64,
    rows: [Vec<Hash>; HEIGHT as usize + 1],
}

impl Nodes {
    fn of(index: u64, hashes: &[u8]) -> Nodes {
        let mut nodes = Nodes { index, ..Nodes::default() };
        for hash in hashes.as_chunks::<32>().0 {
            nodes.push(*hash);
        }
        nodes
    }

    /// Adds a hash; the tile's root when that made it full.
    fn push(&mut self, hash: Hash) -> Option<Hash> {
        self.rows[0].push(hash);
        for k in 0..usize::from(HEIGHT) {
            let [.., left, right] = self.rows[k].as_slice() else { return None };
            if self.rows[k].len() % 2 == 1 {
                return None;
            }
            let parent = node_hash(left, right);
            self.rows[k + 1].push(parent);
        }
        self.rows[usize::from(HEIGHT)].last().copied()
    }

    /// The node at a height within the tile (0 to 7), counted from the tree's left.
    fn node(&self, height: u8, n: u64) -> Option<Hash> {
        let first = self.index << (HEIGHT - height);
        let at = usize::try_from(n.checked_sub(first)?).ok()?;
        self.rows[usize::from(height)].get(at).copied()
    }
}

/// The right edge of a tree: what appending and proofs of recent leaves need, without any storage.
#[derive(Clone, Debug, Default)]
pub struct Edge {
    size: u64,
    levels: Vec<Nodes>,
    kept: VecDeque<Nodes>,
}

impl Edge {
    /// The edge of the empty tree.
    pub fn empty() -> Edge {
        Edge::default()
    }

    /// The edge of a stored tree.
    ///
    /// # Errors
    /// A [`TileFault`] if the tiles of its right edge are not all there.
    pub fn load(size: u64, tiles: &impl Tiles) -> Result<Edge, TileFault> {
        let mut edge = Edge { size, ..Edge::default() };
        let mut count = size;
        let mut level = 0;
        while count > 0 {
            let (index, width) = (count / 256, count % 256);
            let hashes = if width == 0 { Vec::new() } else { tiles.tile(level, index, width as u32)? };
            edge.levels.push(Nodes::of(index, &hashes));
            count = index;
            level += 1;
        }
        Ok(edge)
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf; returns the tiles that became full, lowest first.
    pub fn append(&mut self, leaf: Hash) -> Vec<FullTile> {
        self.size += 1;
        let mut full = Vec::new();
        let mut carried = Some(leaf);
        let mut level = 0;
        while let Some(hash) = carried {
            if self.levels.len() == level {
                self.levels.push(Nodes::default());
            }
            let nodes = &mut self.levels[level];
            carried = nodes.push(hash);
            if carried.is_some() {
                let index = nodes.index;
                let done = std::mem::replace(nodes, Nodes { index: index + 1, ..Nodes::default() });
                full.push(FullTile { level: level as u8, index, hashes: done.rows[0].clone() });
                if level == 0 {
                    self.kept.push_back(done);
                    if self.kept.len() > KEPT {
                        self.kept.pop_front();
                    }
                }
            }
            level += 1;
        }
        full
    }

    /// The tree's root.
    pub fn root(&self) -> Hash {
        tlog_tiles::tlog::tree_hash(self.size, self).map_or([0; 32], |h| h.0)
    }

    /// The inclusion proof of a recent leaf; none if it lies too far to the left for what is in memory.
    pub fn inclusion(&self, index: u64) -> Option<Vec<Hash>> {
        tlog_tiles::tlog::prove_record(self.size, index, self).ok().map(plain)
    }
}

impl HashReader for Edge {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<TlogHash>, TlogError> {
        let read = |at: &u64| {
            let (height, n) = split_stored_hash_index(*at);
            let (level, within) = (height / HEIGHT, height % HEIGHT);
            let current = self.levels.get(usize::from(level)).and_then(|nodes| nodes.node(within, n));
            let kept = || self.kept.iter().filter(|_| level == 0).find_map(|nodes| nodes.node(within, n));
            current.or_else(kept).map(TlogHash).ok_or(TlogError::IndexesNotInTree)
        };
        indexes.iter().map(read).collect()
    }
}

/// Hashes read from tiles of a tree of a size.
struct FromTiles<'a, T> {
    tiles: &'a T,
    size: u64,
    fault: std::cell::RefCell<Option<TileFault>>,
}

impl<T: Tiles> HashReader for FromTiles<'_, T> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<TlogHash>, TlogError> {
        let mut last: Option<(u8, Nodes)> = None;
        let mut read = |at: &u64| -> Result<TlogHash, TlogError> {
            let (height, n) = split_stored_hash_index(*at);
            let (level, within) = (height / HEIGHT, height % HEIGHT);
            let index = (n << within) >> HEIGHT;
            if !last.as_ref().is_some_and(|(l, nodes)| *l == level && nodes.index == index) {
                let there = (self.size >> (HEIGHT * level)).saturating_sub(index * 256).min(256);
                let hashes = self.tiles.tile(level, index, there as u32).map_err(|fault| {
                    *self.fault.borrow_mut() = Some(fault);
                    TlogError::IndexesNotInTree
                })?;
                last = Some((level, Nodes::of(index, &hashes)));
            }
            let node = last.as_ref().and_then(|(_, nodes)| nodes.node(within, n));
            node.map(TlogHash).ok_or(TlogError::IndexesNotInTree)
        };
        indexes.iter().map(&mut read).collect()
    }
}

fn plain(hashes: Vec<TlogHash>) -> Vec<Hash> {
    hashes.into_iter().map(|h| h.0).collect()
}

fn from_tiles<T: Tiles, A>(
    size: u64,
    tiles: &T,
    work: impl FnOnce(&FromTiles<'_, T>) -> Result<A, TlogError>,
) -> Result<A, TileFault> {
    let reader = FromTiles { tiles, size, fault: std::cell::RefCell::new(None) };
    work(&reader).map_err(|_| {
        let fault = reader.fault.borrow_mut().take();
        fault.unwrap_or(TileFault::Missing { level: 0, index: 0, width: 0 })
    })
}

/// The inclusion proof of a leaf in the tree of a size.
///
/// # Errors
/// A [`TileFault`].
pub fn inclusion(index: u64, size: u64, tiles: &impl Tiles) -> Result<Vec<Hash>, TileFault> {
    from_tiles(size, tiles, |r| tlog_tiles::tlog::prove_record(size, index, r)).map(plain)
}

/// The consistency proof from an older size to a newer one.
///
/// # Errors
/// A [`TileFault`].
pub fn consistency(old: u64, new: u64, tiles: &impl Tiles) -> Result<Vec<Hash>, TileFault> {
    from_tiles(new, tiles, |r| tlog_tiles::tlog::prove_tree(new, old, r)).map(plain)
}

/// The root of the tree of a size.
///
/// # Errors
/// A [`TileFault`].
pub fn root_at(size: u64, tiles: &impl Tiles) -> Result<Hash, TileFault> {
    from_tiles(size, tiles, |r| tlog_tiles::tlog::tree_hash(size, r)).map(|h| h.0)
}

/// Checks an inclusion proof.
///
/// # Errors
/// [`ProofFault`].
pub fn check_inclusion(leaf: Hash, index: u64, size: u64, root: Hash, proof: &[Hash]) -> Result<(), ProofFault> {
    let proof = proof.iter().map(|h| TlogHash(*h)).collect();
    tlog_tiles::tlog::check_record(&proof, size, TlogHash(root), index, TlogHash(leaf)).map_err(|_| ProofFault)
}

/// Checks a consistency proof.
///
/// # Errors
/// [`ProofFault`].
pub fn check_consistency(old: u64, old_root: Hash, new: u64, new_root: Hash, proof: &[Hash]) -> Result<(), ProofFault> {
    let proof = proof.iter().map(|h| TlogHash(*h)).collect();
    tlog_tiles::tlog::check_tree(&proof, new, TlogHash(new_root), old, TlogHash(old_root)).map_err(|_| ProofFault)
}
