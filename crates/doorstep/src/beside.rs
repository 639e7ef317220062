//! A file that appears whole or not at all: written beside its place, then renamed.

use crate::import::fault::{Fault, cause};
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

/// A file on its way. Dropped before [`Beside::finish`], it leaves nothing.
pub struct Beside {
    path: PathBuf,
    draft: PathBuf,
    done: bool,
}

impl Beside {
    /// Starts a file, readable for its owner only, beside the place where it will appear. What a run that was cut off has
    /// left there is replaced.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn start(path: &Path) -> Result<(Beside, File), Fault> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.is_empty() || path.is_dir() {
            return Err(Fault::file(
                format!("{}不是文件名。请给出要写的文件。", path.display()),
                format!("{} is not the name of a file. Name the file to write.", path.display()),
            ));
        }
        let draft = path.with_file_name(format!(".{name}.part"));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&draft).map_err(|e| unwritable(path, &e))?;
        Ok((Beside { path: path.to_owned(), draft, done: false }, file))
    }

    /// Makes the file durable and lets it appear in its place, over an older one of that name.
    ///
    /// # Errors
    /// When the disk is full, or the folder can't be written any more.
    pub fn finish(mut self, file: File) -> Result<(), Fault> {
        let appeared = file.sync_all().and_then(|()| std::fs::rename(&self.draft, &self.path));
        appeared.map_err(|e| unwritable(&self.path, &e))?;
        self.done = true;
        Ok(())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.done {
            // Nothing can be done if even this fails; the next run writes over it.
            let _ = std::fs::remove_file(&self.draft);
        }
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Fault {
    let (zh, en) = cause(error);
    Fault::file(
        format!("写不了{}（{zh}）。请检查文件夹、磁盘空间和权限。", path.display()),
        format!("{} cannot be written ({en}). Check the folder, the disk space and the permissions.", path.display()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_file_appears_whole_and_an_unfinished_one_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let (beside, mut file) = Beside::start(&path).unwrap();
        file.write_all(b"half").unwrap();
        assert!(!path.exists());
        drop((beside, file));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let (beside, mut file) = Beside::start(&path).unwrap();
        file.write_all(b"whole").unwrap();
        beside.finish(file).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
