//! Backup, restore and rebuild by the real binary, also while it serves.

use crate::binary::{Server, on, run};
use crate::district::{Story, hotline, whole};
use std::fs;
use std::path::Path;
use store::{Db, Keys, Place, Write, args, read};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A district in `data` below the folder.
fn made(folder: &Path) -> crate::district::Whole {
    let story = Story::found(&Place::Folder(folder.join("data")), 21);
    let whole = whole(&story, 20);
    story.end();
    whole
}

#[test]
fn a_backup_verifies_restores_on_either_engine_and_an_erased_case_stays_erased() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup"));
    let erased = made(folder.path()).erased;
    let (code, said) = on("verify", text(&data), &[]);
    assert!(code == 0 && said.starts_with("key doorstep.example/story+"), "{said}");
    assert_eq!(on("backup", text(&data), &["--to", text(&backup)]).0, 0);
    assert_eq!(on("verify", text(&backup), &[]), (0, said.clone()));

    let mut places = vec![text(&folder.path().join("restored")).to_owned()];
    if let Some(cluster) = store::testing::cluster() {
        places.push(cluster.database().unwrap());
    }
    for to in places {
        assert_eq!(on("restore", &to, &["--from", text(&backup)]).0, 0);
        assert_eq!(on("verify", &to, &[]), (0, said.clone()), "{to}");
        let place = Place::parse(&to).unwrap();
        let (mut db, mut keys) = (Db::open_reader(&place).unwrap(), Keys::open(&place, 1, false).unwrap());
        let case = read::case(&mut db, 1, erased.id).unwrap().unwrap();
        assert!(case.erased && keys.case_keys(&[erased.id.0]).unwrap().is_empty());
        let (code, said) = on("restore", &to, &["--from", text(&backup)]);
        assert!(code == 1 && said.contains("not empty") && said.contains("Name an empty place"), "{said}");
    }
}

#[test]
fn a_backup_taken_while_cases_come_in_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup"));
    let story = Story::found(&Place::Folder(data.clone()), 22);
    whole(&story, 200);
    let copied = std::thread::scope(|threads| {
        let copy = threads.spawn(|| on("backup", text(&data), &["--to", text(&backup)]));
        let verify = threads.spawn(|| on("verify", text(&data), &[]));
        let mut raised = 0;
        while !(copy.is_finished() && verify.is_finished()) {
            raised += 1;
            story.raise(hotline(&format!("备份时的第{raised}件")), Vec::new());
        }
        assert!(raised > 0);
        assert_eq!(verify.join().unwrap().0, 0, "verify runs beside a writer");
        copy.join().unwrap()
    });
    assert_eq!(copied.0, 0, "{}", copied.1);
    story.end();
    let (code, said) = on("verify", text(&backup), &[]);
    assert_eq!(code, 0, "{said}");
    // What the copy ends with, the original still contains.
    let (note, size) = read::checkpoint(&mut Db::open_reader(&Place::Folder(backup)).unwrap(), 1).unwrap();
    assert!(size > 200);
    let kept = folder.path().join("kept");
    fs::write(&kept, note).unwrap();
    assert_eq!(on("verify", text(&data), &["--checkpoint", text(&kept)]).0, 0);
}

#[test]
fn verify_ends_with_1_at_the_first_finding_and_rebuild_mends_the_read_tables() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    made(folder.path());
    let harm = "UPDATE cases SET stage = 'handling' WHERE district = $1 AND stage = 'withdrawn'";
    let mut db = Db::open_writer(&Place::Folder(data.clone())).unwrap();
    db.write(&[Write::new(harm, args![1])]).unwrap();
    drop(db);
    let (code, said) = on("verify", text(&data), &[]);
    assert_eq!(code, 1);
    assert!(said.contains("stage is “handling”, and the events say “withdrawn”") && said.contains("doorstep rebuild"));
    assert_eq!(on("rebuild", text(&data), &[]).0, 0);
    assert_eq!(on("verify", text(&data), &[]).0, 0);
}

#[test]
fn verify_holds_the_ledger_against_a_receipt_that_somebody_kept() {
    let folder = tempfile::tempdir().unwrap();
    let whole = made(folder.path());
    let (data, receipt) = (folder.path().join("data"), folder.path().join("kept.tlog-proof"));
    fs::write(&receipt, &whole.receipt).unwrap();
    let (code, said) = on("verify", text(&data), &["--receipt", text(&receipt)]);
    assert!(code == 0 && said.contains("The ledger still contains what was kept: 1 of 1."), "{said}");

    // Another ledger under the same name does not contain it.
    let other = folder.path().join("other");
    Story::found(&Place::Folder(other.clone()), 23).end();
    let (code, said) = on("verify", text(&other), &["--receipt", text(&receipt)]);
    assert!(code == 1 && said.contains("the kept receipt does not hold under this ledger's key"), "{said}");

    fs::write(&receipt, whole.receipt.replacen("extra ", "extra !", 1)).unwrap();
    let (code, said) = on("verify", text(&data), &["--receipt", text(&receipt)]);
    assert!(code == 2 && said.contains("line 2"), "{said}");
    assert_eq!(run(&["verify", "--data", text(&folder.path().join("nowhere"))]).status.code(), Some(1));
}

#[test]
fn a_second_writer_is_refused_while_the_server_serves_and_readers_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    made(folder.path());
    let server = Server::start(data.to_str().unwrap());
    let (code, said) = on("rebuild", text(&data), &[]);
    assert!(code == 1 && said.contains("already writing"), "{said}");
    assert_eq!(on("verify", text(&data), &[]).0, 0);
    server.kill();
    assert_eq!(on("rebuild", text(&data), &[]).0, 0);
}
