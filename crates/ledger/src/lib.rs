//! Entry bytes, tree, checkpoint, receipt, and their verification. Pure: bytes in, bytes out.
//!
//! The formats are standards, so that tools that nobody here wrote can check us: RFC 6962 trees with SHA-256, C2SP
//! signed notes, tlog-checkpoint, tlog-tiles and tlog-proof.

pub mod checkpoint;
pub mod commit;
pub mod entry;
pub mod hash;
pub mod path;
pub mod receipt;
pub mod tree;
