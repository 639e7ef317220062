//! A folder of databases in memory: as durable as the value lives, whoever opens it and dies.

use crate::db::{Access, Result, sqlite_failed};
use crate::db::{Hook, Seam};
use crate::place::Place;
use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The disks that there are, with what stands between each of them and its connections.
static DISKS: Mutex<Option<HashMap<PathBuf, Hook>>> = Mutex::new(None);

/// A disk in memory. Its [place](Disk::place) is opened as any other; every call of it goes through the hook.
pub struct Disk {
    folder: PathBuf,
    main: Connection,
    keys: Connection,
}

impl Disk {
    /// An empty one.
    pub fn new(hook: Hook) -> Result<Disk> {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let folder = PathBuf::from(format!("disk-in-memory-{}", NUMBERS.fetch_add(1, Ordering::Relaxed)));
        let disk = Disk { main: connect(&folder, false)?, keys: connect(&folder, true)?, folder };
        disks(|disks| disks.insert(disk.folder.clone(), hook));
        Ok(disk)
    }

    /// A copy of what is durable here, with a hook of its own.
    pub fn copy(&self, hook: Hook) -> Result<Disk> {
        let mut copy = Disk::new(hook)?;
        for (from, to) in [(&self.main, &mut copy.main), (&self.keys, &mut copy.keys)] {
            let backup = Backup::new(from, to).map_err(sqlite_failed)?;
            backup.run_to_completion(i32::MAX, Duration::ZERO, None).map_err(sqlite_failed)?;
        }
        Ok(copy)
    }

    /// Where it is.
    pub fn place(&self) -> Place {
        Place::Folder(self.folder.clone())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        disks(|disks| disks.remove(&self.folder));
    }
}

fn disks<T>(work: impl FnOnce(&mut HashMap<PathBuf, Hook>) -> T) -> T {
    work(DISKS.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default())
}

/// Connections to one name share one database, which goes when the last of them is closed.
fn connect(folder: &Path, keys: bool) -> Result<Connection> {
    let name = format!("file:{}-{}?mode=memory&cache=shared", folder.display(), if keys { "keys" } else { "main" });
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_SHARED_CACHE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(name, flags).map_err(sqlite_failed)
}

/// A connection to the disk of this name, if there is one.
pub(crate) fn open(folder: &Path, access: Access) -> Result<Option<(Connection, Seam)>> {
    let Some(hook) = disks(|disks| disks.get(folder).cloned()) else { return Ok(None) };
    // Readers are the test's own, and nothing happens to them.
    let seam = if access.write { Seam::hooked(hook, access.keys) } else { Seam::default() };
    let inner = connect(folder, access.keys)?;
    if !access.write {
        // It reads between commands, also what a commit only seemed to make durable.
        inner.execute_batch("PRAGMA read_uncommitted=ON").map_err(sqlite_failed)?;
    }
    Ok(Some((inner, seam)))
}
