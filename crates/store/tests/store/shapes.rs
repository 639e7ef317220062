//! The read tables follow the program: another shape is made anew from the events, and nothing else is.

use crate::fixture::{Fixture, log};
use crate::places;
use store::{Db, Keys, Place, StoreError, Write, args, backup, rows, schema, verify};

/// The newest fixture on every engine, brought to this program's version.
fn filled() -> Vec<(Place, tempfile::TempDir, Fixture)> {
    let mut all = Vec::new();
    for (place, keep) in places() {
        let fixture = Fixture::new();
        let folder = fixture.folder().join("backup");
        backup::backup(&fixture.place, &folder, &mut |_, _| ()).unwrap();
        backup::restore(&folder, &place, &mut |_, _| ()).unwrap();
        all.push((place, keep, fixture));
    }
    all
}

/// All rows of all read tables.
fn read_rows(place: &Place) -> Vec<store::Row> {
    let mut db = Db::open_reader(place).unwrap();
    let mut all = Vec::new();
    for table in rows::tables() {
        let sql = format!("SELECT {0} FROM {1} WHERE district = $1 ORDER BY {0}", table.names, table.name);
        all.extend(db.query_text(&sql, &args![1]).unwrap());
    }
    all
}

fn run(db: &mut Db, sql: &'static str) {
    db.write(&[Write::new(sql, vec![])]).unwrap();
}

#[test]
fn a_read_table_of_another_shape_is_made_anew_from_the_events_at_the_next_opening() {
    for (place, _keep, _fixture) in filled() {
        let before = read_rows(&place);
        let mut writer = Db::open_writer(&place).unwrap();
        // As another build left it: a column more, an index less, rows that say something else.
        run(&mut writer, "ALTER TABLE cases ADD COLUMN older BIGINT");
        run(&mut writer, "DROP INDEX cases_code");
        run(&mut writer, "UPDATE cases SET hops = 77");
        run(&mut writer, "DELETE FROM duties");
        writer.write(&[Write::new("UPDATE shapes SET hash = $1 WHERE name = 'cases'", args![[0; 32]])]).unwrap();
        let refused = schema::check(&mut Db::open_reader(&place).unwrap()).unwrap_err();
        assert!(matches!(&refused, StoreError::Shape(said) if said.contains("start the service once")), "{refused}");

        schema::migrate(&mut writer).unwrap();
        schema::check(&mut Db::open_reader(&place).unwrap()).unwrap();
        assert!(read_rows(&place) == before);
        assert!(!schema::columns(&mut writer, "cases").unwrap().contains(&"older".to_owned()));
        let mut keys = Keys::open(&place, 1, true).unwrap();
        let verified = verify::verify(&mut Db::open_reader(&place).unwrap(), &mut keys, 1, &log(&place)).unwrap();
        assert!(verified.is_ok_and(|report| report.rows as usize == before.len()));
    }
}

#[test]
fn a_read_table_or_an_index_that_somebody_removed_is_made_anew_at_the_next_opening() {
    for removed in ["DROP TABLE duties", "DROP INDEX cases_wake", "DROP INDEX records_code"] {
        for (place, _keep, _fixture) in filled() {
            let before = read_rows(&place);
            let mut writer = Db::open_writer(&place).unwrap();
            run(&mut writer, removed);
            let refused = schema::check(&mut writer).unwrap_err();
            assert!(
                matches!(&refused, StoreError::Shape(said) if said.contains("start the service once")),
                "{refused}"
            );
            schema::migrate(&mut writer).unwrap();
            schema::check(&mut writer).unwrap();
            assert!(read_rows(&place) == before, "{removed}");
        }
    }
}

#[test]
fn a_place_of_the_version_before_the_shapes_is_converted() {
    for (place, _keep, _fixture) in filled() {
        let before = read_rows(&place);
        let mut writer = Db::open_writer(&place).unwrap();
        run(&mut writer, "DROP TABLE shapes");
        run(&mut writer, "DELETE FROM schema_version WHERE version >= 10");
        run(&mut writer, "UPDATE cases SET due_day = NULL");
        assert_eq!(schema::migrate(&mut writer), Ok(schema::known()));
        assert!(read_rows(&place) == before);
    }
}

#[test]
fn a_read_table_that_the_program_has_no_more_is_dropped() {
    for (place, _keep) in places() {
        let mut db = crate::writer(&place);
        run(&mut db, "CREATE TABLE visits(district BIGINT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY(district, seq))");
        db.write(&[Write::new("INSERT INTO shapes(name, hash) VALUES($1, $2)", args!["visits", [1; 32]])]).unwrap();
        schema::migrate(&mut db).unwrap();
        assert!(schema::columns(&mut db, "visits").unwrap().is_empty());
        schema::check(&mut db).unwrap();
    }
}

#[test]
fn an_opening_that_finds_the_shapes_as_they_are_writes_nothing() {
    for (place, _keep) in places() {
        let mut db = crate::writer(&place);
        let before = db.statements_run();
        schema::migrate(&mut db).unwrap();
        // The version, once to look and once more for its columns; the shapes, and what is there; on SQLite the statistics.
        assert!(db.statements_run() - before <= 6, "{}", db.statements_run() - before);
    }
}

#[test]
fn a_backup_of_another_shape_is_restored_without_read_rows_which_the_next_start_makes() {
    for (place, _keep) in places() {
        let fixture = Fixture::new();
        let before = read_rows(&fixture.place);
        let mut writer = Db::open_writer(&fixture.place).unwrap();
        run(&mut writer, "ALTER TABLE cases ADD COLUMN older BIGINT");
        writer.write(&[Write::new("UPDATE shapes SET hash = $1 WHERE name = 'cases'", args![[0; 32]])]).unwrap();
        drop(writer);
        let folder = fixture.folder().join("backup");
        backup::backup(&fixture.place, &folder, &mut |_, _| ()).unwrap();
        backup::restore(&folder, &place, &mut |_, _| ()).unwrap();
        schema::migrate(&mut Db::open_writer(&place).unwrap()).unwrap();
        assert!(read_rows(&place) == before);
    }
}
