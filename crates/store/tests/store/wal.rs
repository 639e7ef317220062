//! The write-ahead log of SQLite stays short, whoever reads.

use crate::{EVENT, writer};
use std::sync::atomic::{AtomicBool, Ordering};
use store::db::WAL_MOST;
use store::{Db, Place, Value, Write, args, doctor};

/// Events with so many bytes each.
fn large(seqs: std::ops::Range<u64>, bytes: usize) -> Vec<Write> {
    let event = |seq: u64| -> Vec<Value> {
        let mut stream = [0; 16];
        stream[..8].copy_from_slice(&seq.to_be_bytes());
        args![1, seq, stream, 1, "raised", 0, vec![7_u8; 120], vec![8_u8; bytes]]
    };
    seqs.map(|seq| Write::new(EVENT, event(seq))).collect()
}

fn log_of(place: &Place) -> u64 {
    let file = format!("{}-wal", place.database_file().display());
    std::fs::metadata(file).map_or(0, |m| m.len())
}

#[test]
fn the_write_ahead_log_stays_within_its_bound_while_others_read_all_the_time() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::Folder(folder.path().join("data"));
    let mut db = writer(&place);
    db.write(&large(0..64, 1000)).unwrap();
    let stop = AtomicBool::new(false);
    let mut longest = 0;
    std::thread::scope(|scope| {
        // Each of them is always within a snapshot, and none of them for long: followers, pages, checks.
        for _ in 0..3 {
            scope.spawn(|| {
                let mut reader = Db::open_reader(&place).unwrap();
                while !stop.load(Ordering::Relaxed) {
                    reader.begin().unwrap();
                    reader.query("SELECT seq FROM events WHERE district = $1 AND seq < $2", &args![1, 64]).unwrap();
                    std::thread::sleep(std::time::Duration::from_millis(3));
                    reader.rollback().unwrap();
                }
            });
        }
        let written = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for n in 0..60 {
                db.write(&large(64 + n * 32..64 + (n + 1) * 32, 64_000)).unwrap();
                longest = longest.max(log_of(&place));
            }
        }));
        stop.store(true, Ordering::Relaxed);
        written.unwrap();
    });
    assert!(longest > 0 && longest <= WAL_MOST, "{longest} bytes");
}

#[test]
fn who_holds_up_the_write_ahead_log_is_named_by_the_doctor_and_it_is_short_again_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::Folder(folder.path().join("data"));
    let mut db = writer(&place);
    db.write(&large(0..1, 1000)).unwrap();
    let held_up = |place: &Place| {
        let visit = doctor::visit(place, 1, domain::Moment(0));
        visit.findings.into_iter().find(|(what, _)| what.en.contains("write-ahead log"))
    };
    let mut reader = Db::open_reader(&place).unwrap();
    reader.begin().unwrap();
    reader.query("SELECT seq FROM events WHERE district = $1", &args![1]).unwrap();
    for n in 0..5 {
        db.write(&large(1 + n * 400..1 + (n + 1) * 400, 60_000)).unwrap();
    }
    let (_, todo) = held_up(&place).expect("a finding");
    let pid = format!("pid {}", std::process::id());
    assert!(!cfg!(target_os = "linux") || todo.en.contains(&pid), "{todo:?}");

    reader.rollback().unwrap();
    db.write(&large(5000..5001, 10)).unwrap();
    db.write(&large(5001..5002, 10)).unwrap();
    assert!(log_of(&place) <= WAL_MOST, "{}", log_of(&place));
    assert_eq!(held_up(&place), None);
}
