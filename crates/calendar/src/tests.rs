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

/// Our own vectors, always there: start, length, unit, raw, rolled.
const OWN: &[(&str, u16, Unit, &str, &str)] = &[
    // Over a weekend, over a long holiday, and onto a weekend day that is worked.
    ("2024-03-01", 15, Unit::Calendar, "2024-03-16", "2024-03-18"),
    ("2023-09-22", 7, Unit::Calendar, "2023-09-29", "2023-10-07"),
    ("2023-09-28", 1, Unit::Working, "2023-10-07", "2023-10-07"),
    ("2024-02-08", 3, Unit::Working, "2024-02-19", "2024-02-19"),
    ("2026-09-28", 60, Unit::Calendar, "2026-11-27", "2026-11-27"),
    ("2024-02-28", 1, Unit::Calendar, "2024-02-29", "2024-02-29"),
    // No days: the day itself, rolled.
    ("2024-05-04", 0, Unit::Working, "2024-05-04", "2024-05-06"),
];

#[test]
fn our_own_due_dates_are_as_counted_by_hand() {
    let calendar = Calendar::builtin();
    for (start, length, unit, raw, rolled) in OWN {
        let due = calendar.due(start.parse().expect("a start"), Term { length: *length, unit: *unit });
        assert_eq!(
            (due.raw.to_string().as_str(), due.rolled.to_string().as_str()),
            (*raw, *rolled),
            "{start} {length}"
        );
        assert!(!due.provisional, "{start}");
    }
}

#[test]
fn the_last_week_of_the_last_year_with_a_table_waits_for_the_next_notice() {
    let calendar = Calendar::builtin();
    let day = Term { length: 1, unit: Unit::Calendar };
    assert!(calendar.due(date(2026, 12, 30), day).provisional);
    assert!(!calendar.due(date(2026, 12, 22), day).provisional);
    // The notice of 2023 made 31 December 2022 a day off.
    assert!(!calendar.is_working(date(2022, 12, 31)));
    assert!(!calendar.due(date(2025, 12, 30), day).provisional);
}

#[test]
fn a_newer_table_of_a_year_replaces_the_older_one_whole() {
    let table = |revision: u16, off: &str| {
        YearTable::parse(&format!("year = 2027\nrevision = {revision}\nsource = \"x\"\noff = [{off}]\nwork = []"))
            .expect("a table")
    };
    let first = Calendar::builtin().with_table(table(1, "\"2027-10-07\""));
    let second = first.clone().with_table(table(2, ""));
    assert!(!first.is_working(date(2027, 10, 7)) && second.is_working(date(2027, 10, 7)));
    assert_ne!(first.version(), second.version());
}

#[test]
fn a_table_that_was_not_read_from_a_file_is_checked_as_well() {
    let table = |year| YearTable { year, revision: 1, source: String::new(), off: vec![], work: vec![] };
    for year in [i16::MIN, -1, 0, 1948, 2200, 9999, i16::MAX] {
        assert_eq!(table(year).check(), Err(TableFault::NoYear(year)));
    }
    let far = YearTable { off: vec!["9999-12-31/9999-12-31".into(), "-9999-01-01".into()], ..table(2027) };
    assert!(matches!(far.check(), Err(TableFault::Year(..))));
    for text in ["2027-10-07/2027-10-01", "2027-01-01/2027-12-31", "/", "2027-02-30", ""] {
        let odd = YearTable { off: vec![text.into()], ..table(2027) };
        assert_eq!(odd.check(), Err(TableFault::Date(text.into())));
        assert!(!odd.check().expect_err("a fault").zh().is_empty());
    }
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
    fn working_days_between_two_dates_are_those_that_are_counted_one_by_one(
        from in 0..25_000i32, days in 0..4_000i32, loaded in proptest::collection::vec(1_i8..=27, 0..3)
    ) {
        // From 1996 to 2075: years with a notice, with the law's days alone, and beyond what is counted beforehand.
        let calendar = loaded.iter().zip([2031, 2062]).fold(Calendar::builtin(), |calendar, (day, year)| {
            let text = format!("year = {year}\nsource = \"a test\"\noff = [\"{}-12-31/{year}-01-02\", \"{year}-07-{day:02}\"]\nwork = []\n", year - 1);
            calendar.with_table(YearTable::parse(&text).expect("a table"))
        });
        let start = date(1996, 1, 1).saturating_add(from.days());
        let end = start.saturating_add(days.days());
        let (mut one_by_one, mut day) = (0, start);
        while day < end {
            day = day.tomorrow().expect("a day");
            one_by_one += i64::from(calendar.is_working(day));
        }
        prop_assert_eq!(calendar.working_days_between(start, end), one_by_one);
        prop_assert_eq!(calendar.working_days_between(end, start), -one_by_one);
    }

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

    #[test]
    fn no_date_and_no_length_makes_it_panic_or_claim_to_be_certain(
        year in prop_oneof![-9999..=9999_i16, 9990..=9999_i16, -9999..=-9990_i16, 2020..=2035_i16],
        day in 0..366_i32,
        length in prop_oneof![Just(0_u16), Just(1), 0..400_u16],
        working: bool,
    ) {
        let calendar = Calendar::builtin();
        let start = date(year, 1, 1).saturating_add(day.days());
        let unit = if working { Unit::Working } else { Unit::Calendar };
        let due = calendar.due(start, Term { length, unit });
        prop_assert!(due.raw >= start && due.rolled >= due.raw && due.alarm() == due.raw);
        prop_assert!(due.provisional || (2023..=2026).contains(&due.rolled.year()) || calendar.exceptions.contains_key(&due.raw));
        // At the end of all dates there may be no working day left to roll to.
        prop_assert!(calendar.is_working(due.rolled) || due.rolled == Date::MAX);
        let between = calendar.working_days_between(start, due.raw);
        prop_assert_eq!(between, -calendar.working_days_between(due.raw, start));
    }

    #[test]
    fn no_text_makes_the_reader_of_tables_panic(text in "\\PC{0,80}", year: i16, off in "[0-9/T:-]{0,24}") {
        drop(YearTable::parse(&text));
        drop(YearTable::parse(&format!("year = {year}\nsource = \"\"\noff = [\"{off}\"]\nwork = [\"{off}\"]")));
    }
}
