//! The search index by the real binary: made, made anew while serving, and never in a backup.

use crate::binary::{Server, found, must, run};
use crate::district::{Story, whole};
use reading::Follower;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use store::Place;

fn volumes(index: &Path) -> Vec<String> {
    let entries = fs::read_dir(index).unwrap().map(|e| e.unwrap()).filter(|e| e.path().is_dir());
    entries.map(|e| e.file_name().into_string().unwrap()).collect()
}

#[test]
fn the_index_is_made_anew_by_a_command_with_and_without_a_server_and_stays_out_of_a_backup() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup"));
    let story = Story::found(&Place::Folder(data.clone()), 31);
    whole(&story, 20);
    story.end();
    let (data, index) = (data.to_str().unwrap(), data.join("index"));
    let said = must(&["reindex", "--data", data]);
    assert!(said.starts_with("The search index is made anew from ") && !said.contains(" 0 records"), "{said}");
    assert_eq!(fs::metadata(&index).unwrap().permissions().mode() & 0o777, 0o700);
    let before = volumes(&index);

    let server = Server::start(data);
    let said = must(&["reindex", "--data", data]);
    assert_eq!(said, "The server has made its search index anew, and answered meanwhile.\n");
    assert_eq!(server.get("/healthz", &[]), b"ok\n".to_vec());
    let after = volumes(&index);
    assert!(after.len() == 1 && after != before, "{before:?} {after:?}");
    server.kill();

    must(&["backup", "--data", data, "--to", backup.to_str().unwrap()]);
    assert!(!backup.join("index").exists());
    // A killed server left its index whole: whoever follows next goes on in the same volume.
    let mut follower = Follower::open(&Place::parse(data).unwrap(), registers::REGISTERS, 1, &index).unwrap().unwrap();
    follower.catch_up().unwrap();
    assert!(follower.cases() > 0);
    assert_eq!(volumes(&index), after);
}

#[test]
fn an_index_can_stand_elsewhere_and_a_mistyped_place_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let (data, index) = (folder.path().join("data"), folder.path().join("elsewhere"));
    found(data.to_str().unwrap());
    let said = must(&["reindex", "--data", data.to_str().unwrap(), "--index", index.to_str().unwrap()]);
    assert_eq!(said, "The search index is made anew from 0 records.\n");
    assert!(index.join("lock").exists() && !data.join("index").exists());
    let nowhere = folder.path().join("nowhere");
    let done = run(&["reindex", "--data", nowhere.to_str().unwrap()]);
    assert!(done.status.code() == Some(1) && !nowhere.exists());
    if let Some(cluster) = store::testing::cluster() {
        let url = cluster.database().unwrap();
        let story = Story::found(&Place::parse(&url).unwrap(), 32);
        story.end();
        let done = run(&["reindex", "--data", &url]);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.code() == Some(2) && said.contains("--index"), "{said}");
        let said = must(&["reindex", "--data", &url, "--index", folder.path().join("pg").to_str().unwrap()]);
        assert_eq!(said, "The search index is made anew from 0 records.\n");
    }
}
