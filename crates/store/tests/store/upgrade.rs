//! What an earlier version wrote, this one opens. The fixtures are made by a test of the binary's room that is not run
//! by itself (`crates/doorstep/tests/doorstep/fixture.rs`).

use ledger::checkpoint::Verifier;
use std::fs;
use std::path::{Path, PathBuf};
use store::verify::{Kept, verify_with};
use store::{Db, Keys, Place, args, rebuild, rows, schema};

/// Every version that was ever released, as its folder.
fn versions() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut found: Vec<PathBuf> = fs::read_dir(all).unwrap().map(|e| e.unwrap().path()).collect();
    found.sort();
    found
}

/// A copy of a fixture that may be written to.
fn copy(of: &Path, to: &Path) -> Place {
    fs::create_dir(to).unwrap();
    fs::copy(of.join("doorstep.db"), to.join("doorstep.db")).unwrap();
    fs::copy(of.join("keys/keys.db"), to.join("keys.db")).unwrap();
    Place::Folder(to.to_owned())
}

/// All rows of all read tables.
fn read_rows(db: &mut Db) -> Vec<store::Row> {
    let mut all = Vec::new();
    for table in rows::tables().into_iter().map(|table| table.name) {
        let columns = schema::columns(db, table).unwrap().join(", ");
        let sql = format!("SELECT {columns} FROM {table} WHERE district = $1 ORDER BY seq, {columns}");
        all.extend(db.query_text(&sql, &args![1]).unwrap());
    }
    all
}

#[test]
fn a_database_of_every_version_opens_verifies_and_rebuilds_and_its_receipt_still_holds() {
    let folder = tempfile::tempdir().unwrap();
    let versions = versions();
    assert!(!versions.is_empty());
    for (n, version) in versions.iter().enumerate() {
        let name = version.display();
        let place = copy(version, &folder.path().join(n.to_string()));
        let mut writer = Db::open_writer(&place).unwrap();
        assert_eq!(schema::migrate(&mut writer), Ok(schema::known()), "{name}");
        let mut keys = Keys::open(&place, 1, true).unwrap();
        let mut reader = Db::open_reader(&place).unwrap();

        let kept = ["receipt.tlog-proof", "checkpoint"]
            .map(|file| Kept::parse(&fs::read_to_string(version.join(file)).unwrap()).unwrap());
        let log = Verifier::parse(&fs::read_to_string(version.join("vkey")).unwrap()).unwrap();
        let mut verified = || verify_with(&mut reader, &mut keys, 1, &log, &kept, &mut |_, _| ()).unwrap();
        let report = verified().unwrap_or_else(|f| panic!("{name}: {f}"));
        assert!(
            report.kept == 2 && report.entries > 256 && report.files > 0 && report.erased > 0,
            "{name}: {report:?}"
        );

        let before = read_rows(&mut Db::open_reader(&place).unwrap());
        let count = rebuild::rebuild(&mut Db::open_reader(&place).unwrap(), &mut writer, 1, &mut |_, _| ()).unwrap();
        assert_eq!(count, report.entries, "{name}");
        assert_eq!(read_rows(&mut Db::open_reader(&place).unwrap()), before, "{name}");
        assert_eq!(verified(), Ok(report), "{name}");
    }
}
