//! The database of this version that every later one must open: `crates/store/tests/fixtures/0.1`.

use crate::district::{Story, whole};
use std::fs;
use std::path::Path;
use store::{Db, Place};

/// Makes the fixture anew, the same each time: a backup, and beside it a receipt, a checkpoint and the public key that
/// somebody kept. Run it when the schema or an event changes before the release, and never afterwards:
///
/// `cargo test -p doorstep --test doorstep fixture -- --ignored`
#[test]
#[ignore = "writes into the source"]
fn make_the_fixture_of_this_version() {
    let to = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/tests/fixtures/0.1");
    let folder = tempfile::tempdir().unwrap();
    let place = Place::Folder(folder.path().join("data"));
    let story = Story::found(&place, 1);
    let told = whole(&story, 0);
    let vkey = story.desk.vkey().to_owned();
    for n in 0..256 {
        story.raise(crate::district::hotline(&format!("第{n}号路灯")), Vec::new());
    }
    story.end();
    let (note, _) = store::read::checkpoint(&mut Db::open_reader(&place).unwrap(), 1).unwrap();
    let _ = fs::remove_dir_all(&to);
    store::backup::backup(&place, &to, &mut |_, _| ()).unwrap();
    fs::write(to.join("vkey"), format!("{vkey}\n")).unwrap();
    fs::write(to.join("checkpoint"), note).unwrap();
    fs::write(to.join("receipt.tlog-proof"), told.receipt).unwrap();
}
