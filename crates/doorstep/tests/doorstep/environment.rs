//! Bad environments: a clear message, nothing lost, and the service goes on by itself when it can.

use crate::binary::{self, Client, Crowd, Sent, Server, Unsure, all_there, must, refused};
use desk::{Clock, Desk, Entropy, Options};
use domain::case::Raise;
use domain::{Actor, Moment};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use store::Place;

/// A mount of its own that ends with the value.
struct Mount(PathBuf);

impl Mount {
    /// Mounts at a new folder; `None`, said aloud, where this user may not.
    fn new(at: &Path, args: &[&str]) -> Option<Mount> {
        std::fs::create_dir_all(at).unwrap();
        let done = Command::new("mount").args(args).arg(at).output();
        if done.is_ok_and(|d| d.status.success()) {
            return Some(Mount(at.to_owned()));
        }
        // Past the test runner's capture, which hides the words of a test that passes.
        let _ =
            std::io::stderr().write_all(b"skipped: this user may not mount, so the test of a bad disk does not run\n");
        None
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn again(&self, options: &str) {
        assert!(Command::new("mount").args(["-o", options]).arg(&self.0).status().unwrap().success());
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Takes all the space that is left.
fn fill(path: &str) {
    let mut ballast = File::create(path).unwrap();
    for size in [65_536, 512, 1] {
        while ballast.write_all(&vec![7; size]).is_ok() {}
    }
}

#[test]
fn a_full_disk_acknowledges_nothing_and_the_service_goes_on_when_there_is_space() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Mount::new(&folder.path().join("disk"), &["-t", "tmpfs", "-o", "size=16m", "none"]) else {
        return;
    };
    let (data, ballast) = (disk.path("data"), disk.path("ballast"));
    let token = binary::found(&data);
    let server = Server::start(&data);
    let client = Client::new(&token);
    let mut acknowledged = Vec::new();
    let mut raise = |key: String| {
        let sent = Sent::of(&key);
        let done = client.raise(&server.address, &sent);
        done.map(|given| acknowledged.push((sent, given)))
    };
    (0..40).for_each(|n| raise(format!("before-{n}")).unwrap());
    fill(&ballast);
    // The write-ahead log may have room for a few more.
    let first = (0..2000).find(|n| raise(format!("full-{n}")).is_err());
    let first = first.expect("a full disk still takes everything");
    for n in 0..30 {
        let Err(Unsure::Problem(problem)) = raise(format!("full-{}", first + n)) else {
            panic!("acknowledged on a full disk")
        };
        assert_eq!((problem.status, problem.kind.as_str()), (503, "urn:doorstep:problem:store"));
        // What is wrong with the disk is for whoever runs it, and stands in the log.
        assert!(problem.title.contains("没有做成") && problem.title.contains("was not done"), "{problem:?}");
        assert!(problem.detail.contains("过一会儿再试") && problem.detail.contains("Try again"), "{problem:?}");
    }
    assert_eq!(server.asked("/readyz").0, 503, "a monitor hears that nothing is taken in");
    assert_eq!(server.asked("/healthz").0, 200);
    std::fs::remove_file(&ballast).unwrap();
    // The same keys again, and new ones: without a restart.
    (0..30).for_each(|n| raise(format!("full-{}", first + n)).unwrap());
    (0..10).for_each(|n| raise(format!("after-{n}")).unwrap());
    assert_eq!(server.asked("/readyz"), (200, "ready\n".to_owned()));
    all_there(&data, server, &token, &acknowledged);

    // A start on a full disk says so, or serves what can be read.
    fill(&ballast);
    let (what, todo) = refused(&["token", "--data", &data, "--name", "second", "--scope", "intake"]);
    assert!(what.contains("full") && todo.contains("Free some space"), "{what} {todo}");
    let (what, _) = refused(&["backup", "--data", &data, "--to", &disk.path("copy")]);
    assert!(what.contains("full"), "{what}");
    std::fs::remove_file(&ballast).unwrap();
    all_there(&data, Server::start(&data), &token, &acknowledged);
}

#[test]
fn a_folder_that_can_only_be_read_is_refused_and_used_again_when_it_can_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Mount::new(&folder.path().join("disk"), &["-t", "tmpfs", "-o", "size=32m", "none"]) else {
        return;
    };
    let data = disk.path("data");
    let token = binary::found(&data);
    let server = Server::start(&data);
    let client = Client::new(&token);
    let acknowledged: Vec<_> = (0..20)
        .map(|n| {
            let sent = Sent::of(&format!("before-{n}"));
            let given = client.raise(&server.address, &sent).unwrap();
            (sent, given)
        })
        .collect();
    // Killed, so that the write-ahead log is still beside the database.
    server.kill();
    disk.again("remount,ro");
    for args in [
        vec!["serve", "--data", &data, "--listen", "127.0.0.1:0"],
        vec!["token", "--data", &data, "--name", "second", "--scope", "intake"],
        vec!["rebuild", "--data", &data],
        [&["init", "--data", &disk.path("another")], binary::NAMES].concat(),
    ] {
        let (what, todo) = refused(&args);
        assert!(what.contains("can't be written") && todo.contains("permissions"), "{args:?}: {what} {todo}");
    }
    disk.again("remount,rw");
    // Ended in good order, so that there is no write-ahead log.
    must(&["rebuild", "--data", &data]);
    disk.again("remount,ro");
    for args in [vec!["serve", "--data", &data, "--listen", "127.0.0.1:0"], vec!["verify", "--data", &data]] {
        let (what, todo) = refused(&args);
        assert!(what.contains("can't be written") && todo.contains("permissions"), "{args:?}: {what} {todo}");
    }
    disk.again("remount,rw");
    all_there(&data, Server::start(&data), &token, &acknowledged);
}

#[test]
fn a_second_process_on_the_same_data_is_refused_and_the_first_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut places = vec![folder.path().join("data").to_str().unwrap().to_owned()];
    places.extend(store::testing::cluster().map(|c| c.database().unwrap()));
    for data in places {
        let token = binary::found(&data);
        let server = Server::start(&data);
        let (sent, later) = (Sent::of("before"), Sent::of("after"));
        let given = Client::new(&token).raise(&server.address, &sent).unwrap();
        for args in [
            vec!["serve", "--data", &data, "--listen", "127.0.0.1:0"],
            vec!["token", "--data", &data, "--name", "second", "--scope", "intake"],
            vec!["rebuild", "--data", &data],
        ] {
            let (what, todo) = refused(&args);
            assert!(what.contains("nother process is already writing"), "{args:?}: {what}");
            assert!(todo.contains("Stop that process first"), "{args:?}: {todo}");
        }
        let given_later = Client::new(&token).raise(&server.address, &later).unwrap();
        all_there(&data, server, &token, &[(sent, given), (later, given_later)]);
    }
}

#[test]
fn a_clock_that_was_set_back_between_two_starts_stands_still_until_it_has_caught_up() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").to_str().unwrap().to_owned();
    let place = Place::parse(&data).unwrap();
    let noon = Moment(1_683_172_800_000);
    let day = 24 * 3600 * 1000;
    let options = |at| Options { clock: Clock::at(at), entropy: Entropy::seeded(1), ..Options::default() };
    let raise = || Raise { text: "路灯不亮。".into(), ..Raise::default() };
    let (desk, thread) = Desk::found(&place, options(noon), "试区", "Trial", "clock.example/district").unwrap();
    desk.raise_now(Actor::Resident, raise(), None).unwrap();
    drop(desk);
    thread.join().unwrap();

    let clock = Clock::at(Moment(noon.0 - 400 * day));
    let options = Options { clock: clock.clone(), entropy: Entropy::seeded(2), ..Options::default() };
    let (desk, thread) = Desk::open(&place, options).unwrap();
    let back = desk.raise_now(Actor::Resident, raise(), None).unwrap();
    clock.set(Moment(noon.0 + day));
    let caught_up = desk.raise_now(Actor::Resident, raise(), None).unwrap();
    drop(desk);
    thread.join().unwrap();

    let mut db = store::Db::open_reader(&place).unwrap();
    let mut at = |id| store::read::stream::<domain::case::Cases>(&mut db, 1, id).unwrap().events[0].body.at;
    assert_eq!((at(back.id), at(caught_up.id)), (noon, Moment(noon.0 + day)));
    drop(db);
    assert!(must(&["verify", "--data", &data]).contains("Everything fits"));
}

#[test]
fn a_postgresql_that_is_restarted_under_load_loses_nothing_and_the_service_goes_on() {
    let Some(cluster) = store::testing::own_cluster() else { return };
    let data = cluster.database().unwrap();
    let token = binary::found(&data);
    let server = Server::start(&data);
    let crowd = Crowd::new(&token);
    crowd.at(Some(&server.address));
    let acknowledged: Vec<_> = thread::scope(|scope| {
        let crowd = &crowd;
        let clients: Vec<_> = (0..6).map(|n| scope.spawn(move || crowd.client(n))).collect();
        for _ in 0..3 {
            crowd.wait_for(60);
            cluster.down().unwrap();
            cluster.up().unwrap();
            crowd.wait_for(60);
        }
        crowd.end();
        clients.into_iter().flat_map(|c| c.join().unwrap()).collect()
    });
    assert_eq!(crowd.lost.load(std::sync::atomic::Ordering::Acquire), 0, "doorstep itself always answers");
    let told = crowd.told.load(std::sync::atomic::Ordering::Acquire);
    println!("{told} requests were told to try again, {} cases were acknowledged", acknowledged.len());
    assert!(told > 0, "no request fell into a restart");
    all_there(&data, server, &token, &acknowledged);
}

#[test]
fn a_server_that_lost_the_writer_s_lock_says_that_it_is_not_ready_until_it_has_it_again() {
    let Some(cluster) = store::testing::cluster() else { return };
    let data = cluster.database().unwrap();
    let token = binary::found(&data);
    let (server, place) = (Server::start(&data), Place::parse(&data).unwrap());
    assert_eq!(server.asked("/readyz").0, 200);
    let mut reader = store::Db::open_reader(&place).unwrap();
    let holders = "SELECT pg_terminate_backend(l.pid)::TEXT FROM pg_locks l JOIN pg_database d ON d.oid = l.database \
        WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()";
    // Its connection is ended until another writer is quicker.
    let other = (0..40).find_map(|_| {
        reader.query(holders, &[]).unwrap();
        (0..20).find_map(|_| {
            thread::sleep(std::time::Duration::from_millis(5));
            store::Db::open_writer(&place).ok()
        })
    });
    assert!(other.is_some(), "the lock was not let go of");
    // What was written a second ago is not tried again.
    thread::sleep(std::time::Duration::from_millis(1100));
    assert_eq!(server.asked("/readyz").0, 503);
    drop(other);
    let sent = Sent::of("afterwards");
    // The lock of a connection that has just ended may be there for a moment longer.
    let given = (0..100).find_map(|_| {
        thread::sleep(std::time::Duration::from_millis(50));
        Client::new(&token).raise(&server.address, &sent).ok()
    });
    assert_eq!(server.asked("/readyz").0, 200);
    all_there(&data, server, &token, &[(sent, given.unwrap())]);
}
