//! Where a district's data lives, and who may write there.

use crate::db::{Result, StoreError};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use tokio_postgres::Config;

/// The place of a district's data: a folder (SQLite) or a PostgreSQL database.
/// Neither `Display` nor `Debug` shows a password.
#[derive(Debug, Clone)]
pub enum Place {
    /// A folder with `doorstep.db` and `keys.db`; in a backup the second stands in the subfolder `keys`.
    Folder(PathBuf),
    /// A PostgreSQL database. Connections are not encrypted: a local socket, 127.0.0.1, or a tunnel.
    Postgres(Box<Config>),
}

impl Place {
    /// Reads what stands after `--data`: `postgres://user@host/database`, or else a folder (which need not exist yet).
    /// Error: [`StoreError::Shape`] for an address that is no PostgreSQL address, or an empty text.
    pub fn parse(text: &str) -> Result<Self> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            // The library's message doesn't quote the address, which may hold a password.
            let mut config = Config::from_str(text).map_err(|_| {
                StoreError::Shape("this is not a PostgreSQL address (postgres://user@host/database)".into())
            })?;
            if config.get_hosts().is_empty() {
                return Err(StoreError::Shape("the PostgreSQL address names no host".into()));
            }
            config.application_name("doorstep").connect_timeout(crate::db::PATIENCE);
            return Ok(Self::Postgres(Box::new(config)));
        }
        if text.is_empty() {
            return Err(StoreError::Shape("the place of the data is empty".into()));
        }
        Ok(Self::Folder(PathBuf::from(text)))
    }

    /// The folder, if it is one.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::Postgres(_) => None,
        }
    }

    /// Whether the disk of a folder has room for a group of cases. A database server answers for its own disk.
    ///
    /// Error: [`StoreError::Full`].
    pub fn room(&self) -> Result<()> {
        const LEAST: u64 = 1 << 20;
        let Some(folder) = self.folder() else { return Ok(()) };
        let disk = rustix::fs::statvfs(folder).map_err(|e| io_failed(folder, &e.into()))?;
        match disk.f_bavail.saturating_mul(disk.f_frsize) {
            free if free < LEAST => Err(StoreError::Full(format!("{}: {free} bytes left", folder.display()))),
            _ => Ok(()),
        }
    }

    /// `doorstep.db` (an empty path for PostgreSQL).
    pub fn database_file(&self) -> PathBuf {
        self.folder().map(|f| f.join("doorstep.db")).unwrap_or_default()
    }

    /// `keys.db`: beside the database, or in the subfolder `keys` as a backup has it (an empty path for PostgreSQL).
    pub fn keys_file(&self) -> PathBuf {
        let Some(folder) = self.folder() else {
            return PathBuf::new();
        };
        let (beside, backup) = (folder.join("keys.db"), folder.join("keys").join("keys.db"));
        if !beside.exists() && backup.exists() { backup } else { beside }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::Postgres(config) => write!(f, "the PostgreSQL database {}", config.get_dbname().unwrap_or("?")),
        }
    }
}

/// The right to write in a folder, held as long as the value lives; the operating system ends it with the process.
/// For PostgreSQL the writing connection itself holds the lock, so [`WriterLock::take`] has nothing to do there.
#[derive(Debug)]
pub struct WriterLock {
    _file: Option<File>,
}

impl WriterLock {
    /// Takes the lock, making the folder if needed. Error: [`StoreError::Locked`] if it is held, also by this process.
    pub fn take(place: &Place) -> Result<Self> {
        let Some(folder) = place.folder() else {
            return Ok(Self { _file: None });
        };
        private_folder(folder)?;
        let path = folder.join("writer.lock");
        let file = private(OpenOptions::new().write(true).create(true).truncate(false))
            .open(&path)
            .map_err(|e| io_failed(&path, &e))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: Some(file) }),
            Err(fs::TryLockError::WouldBlock) => Err(StoreError::Locked(folder.display().to_string())),
            Err(fs::TryLockError::Error(e)) => Err(io_failed(&path, &e)),
        }
    }
}

/// Makes a folder that only its owner can enter, with its parents; an existing one is left as it is.
pub(crate) fn private_folder(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|e| io_failed(folder, &e))
}

/// Makes an empty file that only its owner can read, if there is none. SQLite gives its side files the same mode.
pub(crate) fn private_file(file: &Path) -> Result<()> {
    if file.exists() {
        return Ok(());
    }
    private(OpenOptions::new().write(true).create_new(true)).open(file).map(drop).map_err(|e| io_failed(file, &e))
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// A failure of the file system in the store's words.
pub(crate) fn io_failed(path: &Path, error: &io::Error) -> StoreError {
    let text = format!("{}: {error}", path.display());
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly(text),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full(text),
        io::ErrorKind::NotFound => StoreError::Missing(text),
        _ => StoreError::Other(text),
    }
}

/// Who reads an SQLite file by its write-ahead log and has not finished within a moment: process and name. Linux tells it
/// of all processes that this user may see; elsewhere nobody is named.
pub fn readers(file: &Path) -> Vec<(u32, String)> {
    /// The bytes of the log's index that a reader locks, as SQLite lays them out (`WAL_READ_LOCK`).
    const LOCKED: std::ops::RangeInclusive<u64> = 123..=127;
    const MOMENT: std::time::Duration = std::time::Duration::from_millis(300);
    let index = PathBuf::from(format!("{}-shm", file.display()));
    let Ok(inode) = std::fs::metadata(index).map(|m| std::os::unix::fs::MetadataExt::ino(&m).to_string()) else {
        return Vec::new();
    };
    let reading = || -> std::collections::BTreeSet<u32> {
        let locks = std::fs::read_to_string("/proc/locks").unwrap_or_default();
        let of = |line: &str| {
            // 1: POSIX  ADVISORY  READ 4711 08:01:123456 124 124
            let fields: Vec<&str> = line.split_whitespace().collect();
            let [_, _, _, _, pid, file, first, _] = fields.as_slice() else { return None };
            let same = file.rsplit(':').next() == Some(inode.as_str());
            let locked = first.parse().is_ok_and(|byte: u64| LOCKED.contains(&byte));
            (same && locked).then(|| pid.parse().ok()).flatten()
        };
        locks.lines().filter_map(of).collect()
    };
    let mut held = reading();
    for _ in 0..3 {
        if held.is_empty() {
            break;
        }
        std::thread::sleep(MOMENT);
        let still = reading();
        held.retain(|pid| still.contains(pid));
    }
    let name = |pid: u32| std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default().trim().to_owned();
    held.into_iter().map(|pid| (pid, name(pid))).collect()
}
