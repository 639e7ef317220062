//! The data of the newest released version, brought to this program's, in a folder of its own.

use ledger::checkpoint::Verifier;
use std::fs;
use std::path::{Path, PathBuf};
use store::{Db, Keys, Place, schema, verify};

/// A place that may be written to, and its folder, which is gone when dropped.
pub struct Fixture {
    keep: tempfile::TempDir,
    pub place: Place,
}

/// Who signs the ledger, as its first entry says.
pub fn log(place: &Place) -> Verifier {
    let mut db = Db::open_reader(place).unwrap();
    Verifier::parse(&verify::founding_key(&mut db, 1).unwrap().unwrap()).unwrap()
}

impl Fixture {
    pub fn new() -> Fixture {
        let keep = tempfile::tempdir().unwrap();
        let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        let mut versions: Vec<PathBuf> = fs::read_dir(all).unwrap().map(|e| e.unwrap().path()).collect();
        versions.sort();
        let newest = versions.pop().unwrap();
        let data = keep.path().join("data");
        fs::create_dir(&data).unwrap();
        fs::copy(newest.join("doorstep.db"), data.join("doorstep.db")).unwrap();
        fs::copy(newest.join("keys/keys.db"), data.join("keys.db")).unwrap();
        let place = Place::Folder(data);
        schema::migrate(&mut Db::open_writer(&place).unwrap()).unwrap();
        drop(Keys::open(&place, 1, true).unwrap());
        Fixture { keep, place }
    }

    pub fn folder(&self) -> &Path {
        self.keep.path()
    }

    /// The database file. Everything is in it while nobody has it open.
    pub fn bytes(&self) -> Vec<u8> {
        fs::read(self.place.database_file()).unwrap()
    }

    /// The same place with other bytes.
    pub fn copy(&self, name: &str, bytes: &[u8]) -> Place {
        let folder = self.keep.path().join(name);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("doorstep.db"), bytes).unwrap();
        fs::copy(self.place.keys_file(), folder.join("keys.db")).unwrap();
        Place::Folder(folder)
    }

    /// What `verify` says of a place with this ledger.
    pub fn verified(&self, place: &Place) -> Result<(), String> {
        let log = log(&self.place);
        let mut db = Db::open_reader(place).map_err(|e| e.to_string())?;
        schema::check(&mut db).map_err(|e| e.to_string())?;
        let mut keys = Keys::open(place, 1, false).map_err(|e| e.to_string())?;
        let verified = verify::verify(&mut db, &mut keys, 1, &log).map_err(|e| e.to_string())?;
        verified.map(drop).map_err(|finding| finding.what)
    }
}
