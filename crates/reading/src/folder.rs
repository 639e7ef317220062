//! Where the index stands: a folder that only its owner can enter, one subfolder for each volume, the latest finished one
//! in use. A file `reindex` in it asks the process that holds the folder to make a new volume.

use crate::volume::{Error, Volume};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use store::Place;

/// The index of a place: in the data folder, or in a folder that was named. A PostgreSQL database without a named folder
/// has none.
pub fn folder_of(place: &Place, named: Option<&Path>) -> Option<PathBuf> {
    named.map(Path::to_owned).or_else(|| place.folder().map(|folder| folder.join("index")))
}

/// The folder of an index.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes the folder if needed.
    ///
    /// # Errors
    /// What the file system says.
    pub fn at(path: &Path) -> io::Result<Folder> {
        private(path)?;
        Ok(Folder { path: path.to_owned() })
    }

    /// Takes the right to write here, held as long as the file lives. None if another process has it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn lock(&self) -> io::Result<Option<File>> {
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(false).mode(0o600).open(self.path.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(e),
        }
    }

    /// Asks whoever holds the folder for a new volume.
    ///
    /// # Errors
    /// What the file system says.
    pub fn ask(&self) -> io::Result<()> {
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(self.wish()).map(drop)
    }

    /// Whether a new volume is asked for and not made yet.
    pub fn is_asked(&self) -> bool {
        self.wish().exists()
    }

    pub(crate) fn granted(&self) -> io::Result<()> {
        match fs::remove_file(self.wish()) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    fn wish(&self) -> PathBuf {
        self.path.join("reindex")
    }

    /// The numbers of the volumes, finished or not, in order.
    fn numbers(&self) -> io::Result<Vec<u64>> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            numbers.extend(entry?.file_name().to_str().and_then(|name| name.parse::<u64>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The latest volume that can be used. One that can't, and everything older, is removed.
    pub(crate) fn latest(&self) -> Result<Option<Volume>, Error> {
        let mut found = None;
        for number in self.numbers()?.into_iter().rev() {
            let path = self.path.join(number.to_string());
            if found.is_none() {
                match Volume::open(&path) {
                    Ok(volume) => found = volume,
                    Err(error) => tracing::warn!(%error, "a volume of the index is made anew"),
                }
            }
            if found.as_ref().is_none_or(|volume| volume.path() != path) {
                fs::remove_dir_all(&path)?;
            }
        }
        Ok(found)
    }

    /// An empty volume behind all others. What was begun before and not finished is removed.
    pub(crate) fn next(&self, in_use: Option<&Path>) -> Result<Volume, Error> {
        // Somebody may have taken the whole folder away.
        private(&self.path)?;
        let numbers = self.numbers()?;
        for path in numbers.iter().map(|n| self.path.join(n.to_string())).filter(|path| in_use != Some(path)) {
            fs::remove_dir_all(path)?;
        }
        let number = numbers.last().map_or(1, |n| n + 1);
        let path = self.path.join(number.to_string());
        private(&path)?;
        Volume::make(&path)
    }
}

fn private(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}
