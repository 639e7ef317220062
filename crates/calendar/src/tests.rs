use crate::*;
use jiff::civil::date;
use proptest::prelude::*;
use std::path::PathBuf;

fn shared(file: &str) -> Option<csv::Reader<std::fs::File>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(file);
    let reader = csv::Reader::from_path(&path).ok();
    if reader.is_none() {
        eprintln!("skipped: {file} is not beside the project");
    }
    reader
}

#[test]
fn every_due_date_of_the_vectors_is_ours() {
    let Some(mut rows) = shared("deadline_vectors.csv") else { return };
    let calendar = Calendar::builtin();
    let mut count = 0;
    for row in rows.records() {
        let row = row.expect("a row");
        let unit = if &row[3] == "working" { Unit::Working } else { Unit::Calendar };
        let term = Term { length: row[2].parse().expect("a length"), unit };
        let due = calendar.due(row[1].parse().expect("a start"), term);
        assert_eq!((due.raw.to_string(), due.rolled.to_string()), (row[4].to_owned(), row[5].to_owned()), "{row:?}");
        assert!(!due.provisional);
        count += 1;
    }
    assert_eq!(count, 22);
}

#[test]
fn the_tables_have_every_exception_of_the_notices_and_no_other() {
    let Some(mut rows) = shared("cn_calendar_exceptions.csv") else { return };
    let theirs: BTreeMap<Date, bool> =
        rows.records().map(|r| r.expect("a row")).map(|r| (r[0].parse().expect("a date"), &r[1] == "work")).collect();
    assert_eq!(Calendar::builtin().exceptions, theirs);
}

#[test]
fn a_year_has_as_many_working_days_as_the_notices_leave() {
    let calendar = Calendar::builtin();
    for (year, days) in [(2023, 249), (2024, 251), (2025, 248), (2026, 248)] {
        assert_eq!(calendar.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)), days, "{year}");
    }
}

#[test]
fn a_year_without_its_table_is_provisional_until_the_table_is_loaded() {
    let calendar = Calendar::builtin();
    let term = Term { length: 5, unit: Unit::Working };
    let before = calendar.due(date(2027, 9, 29), term);
    assert!(before.provisional);
    assert_eq!(
        before.raw,
        date(2027, 10, 7),
        "1 October is a Friday: the law's own three days and the weekend are skipped"
    );
    let table = "year = 2027\nsource = \"a test\"\noff = [\"2027-10-01/2027-10-07\"]\nwork = [\"2027-10-09\"]\n";
    let loaded = calendar.clone().with_table(YearTable::parse(table).expect("a table"));
    let after = loaded.due(date(2027, 9, 29), term);
    assert_eq!((after.raw, after.provisional), (date(2027, 10, 12), false));
    assert_ne!(calendar.version(), loaded.version());
}

#[test]
fn a_table_with_a_fault_is_refused_with_the_day_named() {
    let table = |off: &str, work: &str| {
        YearTable::parse(&format!("year = 2027\nsource = \"x\"\noff = [{off}]\nwork = [{work}]"))
    };
    assert_eq!(table("", "\"2027-10-08\""), Err(TableFault::Weekday(date(2027, 10, 8))));
    assert_eq!(table("\"2027-10-09\"", "\"2027-10-09\""), Err(TableFault::Twice(date(2027, 10, 9))));
    assert_eq!(table("\"2029-10-09\"", ""), Err(TableFault::Year(date(2029, 10, 9), 2027)));
    assert!(matches!(table("\"October\"", ""), Err(TableFault::Date(_))));
}

#[test]
fn the_last_date_there_is_does_not_panic() {
    let calendar = Calendar::builtin();
    for unit in [Unit::Calendar, Unit::Working] {
        let due = calendar.due(Date::MAX, Term { length: u16::MAX, unit });
        assert!(due.provisional);
    }
}

proptest! {
    #[test]
    fn a_due_date_is_on_a_working_day_and_never_before_its_raw_date(start in 0..2000_i32, length in 0..200_u16, working: bool) {
        let calendar = Calendar::builtin();
        let start = date(2022, 6, 1).saturating_add(start.days());
        let unit = if working { Unit::Working } else { Unit::Calendar };
        let due = calendar.due(start, Term { length, unit });
        prop_assert!(calendar.is_working(due.rolled) && due.rolled >= due.raw && due.raw >= start);
        let longer = calendar.due(start, Term { length: length + 1, unit });
        prop_assert!(longer.raw > due.raw);
        if working {
            prop_assert_eq!(calendar.working_days_between(start, due.raw), i64::from(length));
        }
    }
}
