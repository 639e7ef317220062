//! Bytes that a disk changed: each damage is named, or provably harmless.

use crate::fixture::{self, Fixture};
use std::fs;
use store::doctor;
use store::{Db, Keys, Place, StoreError, args, backup, rebuild, rows, schema};

/// Pseudo-random numbers that are the same each time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// What stands beside the history and is proved by nothing (SECURITY.md): who gets in, what is to be sent, saved filters,
/// and what a request was.
const BESIDE: &[&str] =
    &["done", "hooks", "outbox", "passwords", "schema_version", "sessions", "shapes", "token_keys", "views"];

/// All that `verify` answers for, row by row; the tables are those of a whole place, for their names may be what is damaged.
fn proved(place: &Place, tables: &[schema::Table]) -> Vec<store::Row> {
    let mut db = Db::open_reader(place).unwrap();
    let mut all = Vec::new();
    for table in tables.iter().filter(|table| !BESIDE.contains(&table.name.as_str())) {
        let (columns, key) = (table.columns.join(", "), table.key.join(", "));
        all.extend(db.query_text(&format!("SELECT {columns} FROM {} ORDER BY {key}", table.name), &[]).unwrap());
    }
    all
}

#[test]
fn a_hundred_random_damages_are_each_named_or_provably_harmless() {
    let fixture = Fixture::new();
    let tables = schema::tables(&mut Db::open_reader(&fixture.place).unwrap()).unwrap();
    let (whole, expected) = (fixture.bytes(), proved(&fixture.place, &tables));
    let mut dice = Dice(36);
    let (mut named, mut harmless) = (0, 0);
    for n in 0..100 {
        let mut bytes = whole.clone();
        // As many small ones as large ones.
        let most = 1_u64 << (dice.next() % 13);
        let length = 1 + dice.next() % most.min(4096);
        let at = dice.next() % (bytes.len() as u64 - length);
        for byte in &mut bytes[at as usize..(at + length) as usize] {
            *byte ^= (1 + dice.next() % 255) as u8;
        }
        let harmed = fixture.copy(&format!("harmed-{n}"), &bytes);
        match fixture.verified(&harmed) {
            Err(_) => named += 1,
            Ok(()) => {
                assert!(proved(&harmed, &tables) == expected, "{length} bytes at {at} changed something unseen");
                harmless += 1;
            }
        }
        fs::remove_dir_all(harmed.folder().unwrap()).unwrap();
    }
    assert!(named > 50, "{named} named, {harmless} harmless");
}

#[test]
fn one_flipped_byte_in_the_index_by_code_is_named_by_all_and_mended_by_a_rebuild() {
    let fixture = Fixture::new();
    let mut bytes = fixture.bytes();
    let mut db = Db::open_reader(&fixture.place).unwrap();
    let code = db.query("SELECT MIN(code) AS code FROM cases WHERE district = $1", &args![1]).unwrap();
    let code = code[0].text("code").unwrap().to_owned();
    let page = db.query("SELECT pageno FROM dbstat WHERE name = 'cases_code' AND pagetype = 'leaf'", &[]).unwrap();
    let start = (page[0].int("pageno").unwrap() as usize - 1) * 4096;
    drop(db);
    let within = bytes[start..start + 4096].windows(code.len()).position(|w| w == code.as_bytes()).unwrap();
    bytes[start + within + code.len() - 1] ^= 1;
    let harmed = fixture.copy("harmed", &bytes);

    let mut db = Db::open_reader(&harmed).unwrap();
    assert_eq!(store::read::by_code(&mut db, 1, &code), Ok(None), "the resident gets 404");
    let found = fixture.verified(&harmed).unwrap_err();
    assert!(found.contains("structure is damaged") && found.contains("cases_code"), "{found}");
    let visit = doctor::visit(&harmed, 1, domain::Moment(0));
    assert!(visit.findings.iter().any(|(what, _)| what.en.contains("cases_code")), "{:?}", visit.findings);
    let copy = fixture.folder().join("backup");
    let refused = backup::backup(&harmed, &copy, &mut |_, _| ()).unwrap_err();
    assert!(matches!(&refused, StoreError::Corrupt(what) if what.contains("cases_code")), "{refused:?}");
    assert!(!copy.exists());

    let mut writer = Db::open_writer(&harmed).unwrap();
    rebuild::rebuild(&mut Db::open_reader(&harmed).unwrap(), &mut writer, 1, &mut |_, _| ()).unwrap();
    assert!(matches!(store::read::by_code(&mut db, 1, &code), Ok(Some(_))));
    assert_eq!(fixture.verified(&harmed), Ok(()));
    backup::backup(&harmed, &copy, &mut |_, _| ()).unwrap();
}

#[test]
fn a_replay_that_holds_one_case_at_a_time_makes_the_same_rows() {
    let fixture = Fixture::new();
    let mut db = Db::open_reader(&fixture.place).unwrap();
    let mut made = Db::scratch().unwrap();
    schema::migrate(&mut made).unwrap();
    let size = store::follow::size(&mut db, 1).unwrap();
    rebuild::fill(&mut db, &mut made, 1, &mut rebuild::Replay::holding(1), (0, size), &mut |_| ()).unwrap();
    for table in rows::tables().into_iter().map(|table| table.name) {
        let columns = schema::columns(&mut db, table).unwrap().join(", ");
        let sql = format!("SELECT {columns} FROM {table} WHERE district = $1 ORDER BY {columns}");
        assert!(db.query_text(&sql, &args![1]).unwrap() == made.query_text(&sql, &args![1]).unwrap(), "{table}");
    }
}

#[test]
fn a_backup_never_takes_more_than_the_data() {
    let fixture = Fixture::new();
    let copy = fixture.folder().join("backup");
    let (mut most, all) = (0, fixture.bytes().len() as u64);
    let mut look = |_, _| {
        // What is not whole yet has a folder of its own.
        let folders = fs::read_dir(&copy).unwrap().flatten().map(|entry| entry.path()).filter(|path| path.is_dir());
        let files = folders.chain([copy.clone()]).flat_map(|folder| fs::read_dir(folder).unwrap().flatten());
        most = most.max(files.filter_map(|file| file.metadata().ok()).filter(|m| m.is_file()).map(|m| m.len()).sum());
    };
    backup::backup(&fixture.place, &copy, &mut look).unwrap();
    assert!(most > 0 && most <= all + all / 10, "{most} of {all}");
    assert_eq!(fs::metadata(copy.join("doorstep.db")).unwrap().len(), all, "and it is not made anew afterwards");
}

#[test]
fn verify_holds_up_no_write_ahead_log_between_its_pages() {
    let fixture = Fixture::new();
    let (mut db, mut keys) = (Db::open_reader(&fixture.place).unwrap(), Keys::open(&fixture.place, 1, false).unwrap());
    let other = rusqlite::Connection::open(fixture.place.database_file()).unwrap();
    other.execute_batch("PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 0").unwrap();
    let mut looked = 0;
    let mut look = |_, _| {
        other.execute("INSERT INTO views VALUES(1, 1, 'desk', ?1, '')", [looked]).unwrap();
        let held: i64 = other.query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| row.get(0)).unwrap();
        assert_eq!(held, 0, "page {looked}");
        looked += 1;
    };
    let log = fixture::log(&fixture.place);
    store::verify::verify_with(&mut db, &mut keys, 1, &log, &[], &mut look).unwrap().unwrap();
    assert!(looked > 0);
}
