//! What must stop the service stops it at the start, with words and without leaving anything behind; and what shows only
//! then holds the intake.

use crate::binary::{self, Client, Sent, Server, Unsure, must, on, refused};
use domain::Moment;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::{Db, Place, heartbeat};

const DAY: i64 = 86_400_000;

/// A district with some cases, and its token.
fn district(folder: &Path, name: &str) -> (PathBuf, String) {
    let data = folder.join(name);
    let token = binary::found(data.to_str().unwrap());
    (data, token)
}

fn names(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    names
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Refused at the start, with nothing new in the folder.
fn not_served(data: &Path) -> (String, String) {
    let before = names(data);
    let said = refused(&["serve", "--data", text(data), "--listen", "127.0.0.1:0"]);
    assert_eq!(names(data), before, "a failed start left something behind");
    said
}

fn ended(server: Server) {
    assert!(server.told_to_end(Duration::from_secs(30)).is_some());
}

#[test]
fn with_the_keys_of_another_district_or_none_nothing_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let (data, _) = district(folder.path(), "one");
    let (other, _) = district(folder.path(), "other");
    let (keys, kept) = (data.join("keys.db"), folder.path().join("kept"));
    fs::copy(&keys, &kept).unwrap();

    fs::copy(other.join("keys.db"), &keys).unwrap();
    let (what, todo) = not_served(&data);
    assert!(what.contains("keys don't fit") && what.contains("another ledger"), "{what}");
    assert!(todo.contains("latest backup of the keys") && todo.contains("doorstep keys merge"), "{todo}");

    fs::remove_file(&keys).unwrap();
    let (what, todo) = not_served(&data);
    assert!(what.contains("there is no key store") && todo.contains("latest backup of the keys"), "{what} {todo}");

    fs::copy(&kept, &keys).unwrap();
    ended(Server::start(text(&data)));
}

#[test]
fn an_emptied_database_is_no_new_district() {
    let folder = tempfile::tempdir().unwrap();
    let (data, _) = district(folder.path(), "one");
    fs::write(data.join("doorstep.db"), "").unwrap();
    let (what, todo) = not_served(&data);
    assert!(what.contains("no district") && what.contains("emptied"), "{what}");
    assert!(todo.contains("restore the latest backup"), "{todo}");
    assert_eq!(fs::metadata(data.join("doorstep.db")).unwrap().len(), 0, "it was not made anew");
}

#[test]
fn with_an_older_key_store_the_intake_stops_until_the_missing_keys_are_merged() {
    let folder = tempfile::tempdir().unwrap();
    let (data, token) = district(folder.path(), "one");
    let (keys, older, newer) = (data.join("keys.db"), folder.path().join("older"), folder.path().join("newer"));
    let client = Client::new(&token);
    let raise = |server: &Server, key: &str| client.raise(&server.address, &Sent::of(key));
    let server = Server::start(text(&data));
    raise(&server, "first").unwrap();
    ended(server);
    fs::copy(&keys, &older).unwrap();
    let server = Server::start(text(&data));
    let given = raise(&server, "second").unwrap();
    ended(server);
    fs::create_dir(&newer).unwrap();
    fs::rename(&keys, newer.join("keys.db")).unwrap();

    fs::copy(&older, &keys).unwrap();
    let server = Server::start(text(&data));
    let Err(Unsure::Problem(problem)) = raise(&server, "third") else {
        panic!("taken in beside a case without its key")
    };
    assert_eq!((problem.status, problem.kind.as_str()), (503, "urn:doorstep:problem:held"));
    assert!(
        problem.title.contains("1 件诉求没有密钥") && problem.detail.contains("doorstep keys merge"),
        "{problem:?}"
    );
    assert_eq!(server.asked("/readyz").0, 503);
    assert!(server.asked("/").1.contains("没有密钥"), "every page says so");
    ended(server);

    let said = must(&["keys", "merge", "--data", text(&data), "--from", text(&newer)]);
    assert!(said.contains("1 keys of cases were taken") && said.contains("Every case has its key now"), "{said}");
    let server = Server::start(text(&data));
    raise(&server, "third").unwrap();
    assert_eq!(client.follow(&server.address, &given).code, given.code);
    assert_eq!(server.asked("/readyz").0, 200);
    ended(server);
    assert!(must(&["verify", "--data", text(&data)]).contains("Everything fits"));
}

#[test]
fn the_signing_key_too_is_taken_from_a_store_that_has_the_right_one() {
    let folder = tempfile::tempdir().unwrap();
    let (data, _) = district(folder.path(), "one");
    let (other, _) = district(folder.path(), "other");
    let kept = folder.path().join("kept");
    fs::create_dir(&kept).unwrap();
    fs::rename(data.join("keys.db"), kept.join("keys.db")).unwrap();
    fs::copy(other.join("keys.db"), data.join("keys.db")).unwrap();
    let said = must(&["keys", "merge", "--data", text(&data), "--from", text(&kept)]);
    assert!(said.contains("The ledger's signing key was taken"), "{said}");
    ended(Server::start(text(&data)));
    assert!(must(&["verify", "--data", text(&data)]).contains("Everything fits"));
}

#[test]
fn a_clock_that_can_not_be_right_holds_everything_until_the_operator_says_that_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (data, token) = district(folder.path(), "one");
    let place = Place::parse(text(&data)).unwrap();
    let client = Client::new(&token);
    let now = || desk::Clock::System.now();
    // The service last ran forty days ago by the clock; or in two days.
    for days in [-40, 2] {
        let last = Moment(now().0 + days * DAY);
        Db::open_writer(&place).unwrap().write(&[heartbeat::beat(1, Some(last))]).unwrap();
        let (code, said) = on("doctor", text(&data), &[]);
        assert!(code == 1 && said.contains("but the service last ran at") && said.contains("doorstep clock --right"));
        let server = Server::start(text(&data));
        let Err(Unsure::Problem(problem)) = client.raise(&server.address, &Sent::of("held")) else {
            panic!("dated by a clock that is wrong by {days} days")
        };
        assert_eq!((problem.status, problem.kind.as_str()), (503, "urn:doorstep:problem:held"));
        assert!(problem.detail.contains("doorstep clock --right"), "{problem:?}");
        let (code, said) = server.asked("/readyz");
        assert!(code == 503 && said.contains("clock"), "{said}");
        assert!(server.asked("/").1.contains("服务器时钟"), "every page says so");
        ended(server);
        assert!(
            refused(&["user", "--data", text(&data), "--name", "a", "--unit", "district", "--role", "clerk"])
                .0
                .contains("clock")
        );
        let said = must(&["clock", "--data", text(&data), "--right"]);
        assert!(said.contains("taken for right"), "{said}");
        let server = Server::start(text(&data));
        client.raise(&server.address, &Sent::of(&format!("right{days}"))).unwrap();
        assert_eq!(server.asked("/readyz").0, 200);
        ended(server);
    }
    // A long weekend is no reason.
    let last = Moment(now().0 - 4 * DAY);
    Db::open_writer(&place).unwrap().write(&[heartbeat::beat(1, Some(last))]).unwrap();
    let server = Server::start(text(&data));
    client.raise(&server.address, &Sent::of("after-the-weekend")).unwrap();
    ended(server);
    let beaten = heartbeat::at(&mut Db::open_reader(&place).unwrap(), 1).unwrap().unwrap();
    assert!((now().0 - beaten.0).abs() < DAY / 24, "and the running server has written down what time it was");
}
