//! Backups are whole, open like any data, and go from one engine to the other and back.

use crate::{add_events, count, places, writer};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use store::backup::{backup, restore};
use store::testing::cluster;
use store::{Db, Keys, Place, StoreError, Write, args, schema};

fn quiet() -> impl FnMut(u64, u64) {
    |_, _| ()
}

fn folder(path: &Path) -> Place {
    Place::parse(path.to_str().unwrap()).unwrap()
}

/// All rows of all tables of a place, as text.
fn content(place: &Place) -> Vec<String> {
    let mut shape = Db::memory().unwrap();
    schema::migrate(&mut shape).unwrap();
    let mut db = Db::open_reader(place).unwrap();
    let mut all = Vec::new();
    for table in schema::tables(&mut shape).unwrap() {
        let sql = format!("SELECT {} FROM {} ORDER BY {}", table.columns.join(", "), table.name, table.key.join(", "));
        for row in db.query_text(&sql, &[]).unwrap() {
            let cells: Vec<String> = table
                .columns
                .iter()
                .map(|n| match (row.opt_int(n), row.opt_text(n), row.opt_bytes(n)) {
                    (Ok(v), _, _) => format!("{v:?}"),
                    (_, Ok(v), _) => format!("{v:?}"),
                    (_, _, v) => format!("{:?}", v.unwrap()),
                })
                .collect();
            all.push(format!("{}: {}", table.name, cells.join(" ")));
        }
    }
    all
}

fn fill(place: &Place) {
    let mut db = writer(place);
    let mut keys = Keys::open(place, 1, true).unwrap();
    add_events(&mut db, 0..1200);
    db.write(&[
        Write::new("INSERT INTO vault (district, seq, sealed) VALUES ($1, $2, $3)", args![1, 0, vec![0_u8; 70_000]]),
        Write::new(
            "INSERT INTO outbox (district, seq, no, stream, kind, topic, lang, state, tries, next, at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            args![1, 0, 0, vec![0_u8], "网格", "", "zh-CN", "", -1, 0, 0],
        ),
    ])
    .unwrap();
    keys.put_cases(&[([1; 16], [7; 32])]).unwrap();
    keys.put_secret("log", "signing key").unwrap();
}

fn keys_are_whole(place: &Place) {
    let mut keys = Keys::open(place, 1, false).unwrap();
    assert_eq!(keys.case_keys(&[[1; 16]]).unwrap()[&[1; 16]].bytes(), &[7; 32]);
    assert_eq!(keys.secret("log").unwrap().unwrap().as_str(), "signing key");
}

#[test]
fn a_backup_opens_like_any_data_and_restores_to_the_same_rows_on_either_engine() {
    for (from, keep) in places() {
        fill(&from);
        let copy = keep.path().join("backup");
        let mut last = (0, 0);
        backup(&from, &copy, &mut |done, all| last = (done, all)).unwrap();
        assert!(last.0 == last.1 && last.1 > 0, "{last:?}");
        assert_eq!(content(&folder(&copy)), content(&from));
        keys_are_whole(&folder(&copy));
        assert!(schema::triggers_present(&mut Db::open_reader(&folder(&copy)).unwrap()).unwrap());

        let mut targets = vec![folder(&keep.path().join("restored"))];
        if let Some(cluster) = cluster() {
            targets.push(Place::parse(&cluster.database().unwrap()).unwrap());
        }
        for to in targets {
            restore(&copy, &to, &mut quiet()).unwrap();
            assert_eq!(content(&to), content(&from), "{to}");
            keys_are_whole(&to);
            let mut db = writer(&to);
            assert!(schema::triggers_present(&mut db).unwrap());
            add_events(&mut db, 1200..1201);
            assert_eq!(count(&mut db), 1201);
        }
    }
}

#[test]
fn a_backup_while_serving_is_one_moment_with_the_key_of_every_event() {
    for (place, keep) in places() {
        let mut db = writer(&place);
        let mut keys = Keys::open(&place, 1, true).unwrap();
        add_events(&mut db, 0..2000);
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let serving = scope.spawn(|| {
                let mut seq = 2000_u64;
                while !stop.load(Ordering::Relaxed) {
                    let mut stream = [0; 16];
                    stream[..8].copy_from_slice(&seq.to_be_bytes());
                    keys.put_cases(&[(stream, [1; 32])]).unwrap();
                    // Two events in one commit: a copy between them would show an odd number.
                    add_events(&mut db, seq..seq + 2);
                    seq += 2;
                }
            });
            for n in 0..3 {
                let copy = keep.path().join(format!("backup-{n}"));
                let done = backup(&place, &copy, &mut quiet());
                if done.is_err() || n == 2 {
                    stop.store(true, Ordering::Relaxed);
                }
                done.unwrap();
                let mut copied = Db::open_reader(&folder(&copy)).unwrap();
                let held = count(&mut copied);
                assert!(held >= 2000 && held % 2 == 0, "{held}");
                let mut copied = Keys::open(&folder(&copy), 1, false).unwrap();
                for seq in (2000..held as u64).step_by(2) {
                    let mut stream = [0; 16];
                    stream[..8].copy_from_slice(&seq.to_be_bytes());
                    assert_eq!(copied.case_keys(&[stream]).unwrap().len(), 1, "{seq}");
                }
            }
            serving.join().unwrap();
        });
    }
}

#[test]
fn a_backup_or_restore_into_a_place_that_holds_something_is_refused_and_changes_nothing() {
    for (place, keep) in places() {
        fill(&place);
        let copy = keep.path().join("backup");
        backup(&place, &copy, &mut quiet()).unwrap();
        let before = content(&place);
        assert!(matches!(backup(&place, &copy, &mut quiet()), Err(StoreError::NotEmpty(_))));
        assert!(matches!(restore(&copy, &place, &mut quiet()), Err(StoreError::NotEmpty(_))));
        assert_eq!(content(&place), before);

        let other = keep.path().join("other");
        std::fs::create_dir(&other).unwrap();
        std::fs::write(other.join("letter.txt"), "mine").unwrap();
        assert!(matches!(restore(&copy, &folder(&other), &mut quiet()), Err(StoreError::NotEmpty(_))));
        assert_eq!(std::fs::read_dir(&other).unwrap().count(), 1);
    }
}

#[test]
fn a_backup_without_its_keys_is_not_restored_and_the_place_stays_empty() {
    let keep = tempfile::tempdir().unwrap();
    let (data, copy) = (keep.path().join("data"), keep.path().join("backup"));
    fill(&folder(&data));
    backup(&folder(&data), &copy, &mut quiet()).unwrap();
    std::fs::remove_dir_all(copy.join("keys")).unwrap();
    let to = keep.path().join("to");
    assert!(matches!(restore(&copy, &folder(&to), &mut quiet()), Err(StoreError::Missing(_))));
    assert!(!to.exists());
}

#[test]
fn there_is_nothing_to_back_up_where_nothing_is() {
    let keep = tempfile::tempdir().unwrap();
    let to = keep.path().join("backup");
    let nothing = folder(&keep.path().join("nowhere"));
    assert!(matches!(backup(&nothing, &to, &mut quiet()), Err(StoreError::Missing(_))));
    assert!(!to.exists());
}

#[test]
fn a_restore_into_postgres_that_fails_half_way_leaves_the_database_empty() {
    let Some(cluster) = cluster() else { return };
    let keep = tempfile::tempdir().unwrap();
    let (data, copy) = (keep.path().join("data"), keep.path().join("backup"));
    fill(&folder(&data));
    backup(&folder(&data), &copy, &mut quiet()).unwrap();
    // A row that PostgreSQL can't hold: a text with U+0000.
    let harmed = rusqlite::Connection::open(copy.join("doorstep.db")).unwrap();
    harmed.execute("UPDATE outbox SET kind = 'a' || char(0)", []).unwrap();
    drop(harmed);
    let to = Place::parse(&cluster.database().unwrap()).unwrap();
    let failed = restore(&copy, &to, &mut quiet()).unwrap_err();
    assert!(matches!(failed, StoreError::Shape(_)), "{failed:?}");
    assert_eq!(schema::version(&mut Db::open_writer(&to).unwrap()), Ok(0));
    assert!(matches!(Keys::open(&to, 1, false).err(), Some(StoreError::Missing(_))));
}

#[test]
fn a_backup_that_fails_half_way_leaves_nothing_so_that_it_can_be_tried_again() {
    let keep = tempfile::tempdir().unwrap();
    let (data, to) = (keep.path().join("data"), keep.path().join("backup"));
    fill(&folder(&data));
    let keys = std::fs::read(data.join("keys.db")).unwrap();
    // The events are copied already when the damage in the key store shows.
    let mut harmed = keys.clone();
    harmed[4096..].fill(0xff);
    std::fs::write(data.join("keys.db"), harmed).unwrap();
    backup(&folder(&data), &to, &mut quiet()).unwrap_err();
    assert!(!to.exists());
    std::fs::write(data.join("keys.db"), keys).unwrap();
    backup(&folder(&data), &to, &mut quiet()).unwrap();
    keys_are_whole(&folder(&to));
}

#[test]
fn what_a_killed_backup_left_is_taken_away_by_the_next_and_nothing_else_is() {
    for (from, keep) in places() {
        fill(&from);
        let copy = keep.path().join("backup");
        let killed = || {
            let stop = std::panic::AssertUnwindSafe(|| backup(&from, &copy, &mut |_, _| panic!("killed")));
            assert!(std::panic::catch_unwind(stop).is_err());
        };
        killed();
        assert!(std::fs::read_dir(&copy).unwrap().next().is_some(), "it left nothing, so this test shows nothing");
        let kept = store::backup::kept(keep.path());
        assert!(kept.iter().any(|kept| kept.name == "backup" && !kept.whole), "{kept:?}");
        backup(&from, &copy, &mut quiet()).unwrap();
        assert_eq!(content(&folder(&copy)), content(&from));
        keys_are_whole(&folder(&copy));
        assert!(store::backup::kept(keep.path()).iter().any(|kept| kept.name == "backup" && kept.whole));
        // A whole backup is never taken away.
        assert!(matches!(backup(&from, &copy, &mut quiet()), Err(StoreError::NotEmpty(_))));
        assert_eq!(content(&folder(&copy)), content(&from));
    }
}
