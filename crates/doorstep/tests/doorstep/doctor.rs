//! `doctor` finds what is wrong, says what to do, and changes nothing.

use crate::binary::{Server, on};
use crate::district::{Story, at, whole};
use calendar::YearTable;
use desk::Clock;
use domain::district::Command as Change;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use store::keys::SIGNING_KEY;
use store::{Db, Keys, Place, Write, args};
use testing::Plan;

/// A district of today that lacks nothing.
fn healthy(place: &Place) {
    let plan = Plan { origin: "doorstep.example/doctor", ..Plan::of_today() };
    let (desk, thread) = plan.found(place);
    let year = Clock::System.now().date().year();
    for year in [year, year + 1].into_iter().filter(|y| desk.district().calendar.table(*y).is_none()) {
        let text = format!("year = {year}\nsource = \"made up\"\noff = []\nwork = []\n");
        let table = YearTable::parse(&text).unwrap();
        desk.change_now(testing::founder(), Change::LoadCalendar(table)).unwrap();
    }
    let raise = crate::district::hotline;
    let raise = domain::case::Raise { category: None, ..raise("路灯不亮") };
    desk.raise_now(domain::Actor::Resident, raise, None).unwrap();
    drop(desk);
    thread.join().unwrap();
}

fn put(place: &Place, sql: &'static str) {
    Db::open_writer(place).unwrap().write(&[Write::new(sql, args![1])]).unwrap();
}

/// Everything below a folder: name, content, and permissions. SQLite's own index of readers is left out.
fn everything(folder: &Path) -> Vec<(PathBuf, Vec<u8>, u32)> {
    let mut all: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_file() && !p.to_string_lossy().ends_with("-shm"))
        .map(|p| (p.clone(), fs::read(&p).unwrap(), fs::metadata(&p).unwrap().permissions().mode()))
        .filter(|(p, content, _)| !(content.is_empty() && p.to_string_lossy().ends_with("-wal")))
        .collect();
    all.sort();
    all
}

#[test]
fn a_healthy_district_has_no_findings_on_a_folder_a_backup_and_postgresql() {
    let folder = tempfile::tempdir().unwrap();
    let mut places = vec![folder.path().join("data").to_str().unwrap().to_owned()];
    if let Some(cluster) = store::testing::cluster() {
        places.push(cluster.database().unwrap());
    }
    for (n, data) in places.iter().enumerate() {
        healthy(&Place::parse(data).unwrap());
        let (code, said) = on("doctor", data, &[]);
        assert!(code == 0 && said.ends_with("No findings.\n") && said.contains("server: not running"), "{said}");
        let backup = folder.path().join(format!("backup-{n}"));
        let to = backup.to_str().unwrap();
        assert_eq!(on("backup", data, &["--to", to]).0, 0);
        let (code, said) = on("doctor", to, &[]);
        assert_eq!(code, 0, "{said}");
    }
    let (_, said) = on("doctor", &places[0], &[]);
    assert!(said.contains("last backup: 20"), "{said}");
}

#[test]
fn doctor_sees_a_running_server_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    healthy(&Place::Folder(data.clone()));
    let before = everything(&data);
    assert_eq!(on("doctor", data.to_str().unwrap(), &[]).0, 0);
    assert_eq!(everything(&data), before);
    let server = Server::start(data.to_str().unwrap());
    let (code, said) = on("doctor", data.to_str().unwrap(), &[]);
    assert!(code == 0 && said.contains("server: running"), "{said}");
    server.kill();
}

/// What is done to a healthy district, and what doctor must say: what is wrong, and what to do.
type Illness = (&'static str, fn(&Place, &Path), &'static str, &'static str);

fn open(file: &Path, mode: u32) {
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
}

const ILLNESSES: &[Illness] = &[
    ("keys are open", |_, d| open(&d.join("keys.db"), 0o644), "keys.db is open to others (mode 644)", "chmod 600"),
    ("the database is open", |_, d| open(&d.join("doorstep.db"), 0o640), "doorstep.db is open to others", "chmod 600"),
    ("the folder is open", |_, d| open(d, 0o777), "Others may write into", "chmod 700"),
    (
        "the clock was set back",
        |p, _| {
            put(
                p,
                "INSERT INTO events SELECT district, 99, stream, 99, kind, at + 864000000, entry, body FROM events WHERE district = $1 AND seq = 0",
            )
        },
        "but the last entry was made at",
        "Set the clock by a time server",
    ),
    (
        "a case waits beyond the tables",
        |p, _| put(p, "UPDATE cases SET due_day = 40000 WHERE district = $1"),
        "The calendar has no table for 2079",
        "load the State Council's notice for 2079",
    ),
    (
        "a message could not be sent",
        |p, _| {
            put(
                p,
                "INSERT INTO outbox(district, seq, no, stream, kind, topic, lang, state, tries, next, at) \
                 VALUES($1, 0, 0, '', 'sms', 'received', 'zh-CN', 'failed', 12, 0, 0)",
            )
        },
        "1 messages could not be sent",
        "send them again",
    ),
    (
        "the schema is newer",
        |p, _| put(p, "INSERT INTO schema_version(version) VALUES(900 + $1)"),
        "schema version 901",
        "Upgrade this program",
    ),
    (
        "a case's key is gone",
        |p, _| {
            let mut db = Db::open_writer(p).unwrap();
            let id = db.query("SELECT id FROM cases WHERE district = $1", &args![1]).unwrap()[0].array("id").unwrap();
            Keys::open(p, 1, true).unwrap().destroy_case(&id).unwrap();
        },
        "1 cases have no key",
        "bring back keys.db",
    ),
    (
        "the signing key is another one",
        |p, _| {
            let line = ledger::checkpoint::Signer::secret_line([3; 32], "doorstep.example/doctor").unwrap();
            Keys::open(p, 1, true).unwrap().put_secret(SIGNING_KEY, &line).unwrap();
        },
        "The signing key is not the one",
        "Bring back this ledger's own keys.db",
    ),
    (
        "an erasure was not finished",
        |p, _| put(p, "UPDATE cases SET erased = 1 WHERE district = $1"),
        "1 erased cases still have their key",
        "Start the service once",
    ),
    (
        "the last backup is old",
        |_, d| fs::write(d.join("last-backup"), at("2023-05-04T09:00:00").0.to_string()).unwrap(),
        "The last backup was made on 2023-05-04",
        "Run doorstep backup now",
    ),
    (
        "a trigger is gone",
        |p, _| {
            Db::open_writer(p).unwrap().write(&[Write::new("DROP TRIGGER events_no_update", args![])]).unwrap();
        },
        "the trigger events_no_update",
        "run doorstep verify",
    ),
    (
        "the data is gone",
        |_, d| fs::remove_file(d.join("doorstep.db")).unwrap(),
        "There is no data at",
        "Check the place",
    ),
];

#[test]
fn each_illness_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("first");
    healthy(&Place::Folder(first.clone()));
    for (n, (name, harm, what, todo)) in ILLNESSES.iter().enumerate() {
        let data = folder.path().join(n.to_string());
        fs::create_dir(&data).unwrap();
        open(&data, 0o700);
        for file in ["doorstep.db", "keys.db"] {
            fs::copy(first.join(file), data.join(file)).unwrap();
        }
        harm(&Place::Folder(data.clone()), &data);
        let (code, said) = on("doctor", data.to_str().unwrap(), &[]);
        assert!(code == 1 && said.contains(what) && said.contains(todo), "{name}: {code} {said}");
    }
}

#[test]
fn a_year_that_the_district_has_no_table_for_is_a_finding() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let story = Story::found(&Place::Folder(data.clone()), 9);
    whole(&story, 0);
    // Fifteen working days from the middle of December 2027 end in 2028.
    story.clock.set(at("2027-12-20T09:00:00"));
    let need = domain::case::Track::Enterprise;
    let case = story.raise(domain::case::Raise { track: need, ..crate::district::hotline("停电") }, Vec::new());
    let dispatcher = || story.by("dispatcher-1");
    use domain::case::Command::*;
    story.act(dispatcher(), &case, Accept { way: None, category: "water".into() });
    story.act(dispatcher(), &case, Dispatch { lead: "water".into(), joint: Vec::new() });
    story.end();
    let (code, said) = on("doctor", data.to_str().unwrap(), &[]);
    assert!(code == 1 && said.contains("The calendar has no table for 2028"), "{said}");
}
