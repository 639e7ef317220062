//! The seam means the same on both engines, and says clearly what is wrong.

use crate::{EVENT, add_events, count, event, places, soon, writer};
use store::testing::own_cluster;
use store::{Db, Engine, Keys, Place, Readers, StoreError, Value, Write, args, schema};

#[test]
fn values_come_back_as_they_went_in() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        db.write(&[Write::new(EVENT, event(0))]).unwrap();
        let sql = "SELECT seq, kind, entry, NULL AS missing, at FROM events WHERE district = $1 AND body = $2";
        let rows = db.query(sql, &args![1, "{\"title\":\"楼道灯不亮\"}".as_bytes()]).unwrap();
        assert_eq!(rows.len(), 1);
        let row = &rows[0];
        assert_eq!(row.int("seq"), Ok(0));
        assert_eq!(row.text("kind"), Ok("raised"));
        assert_eq!(row.bytes("entry"), Ok(&[7; 120][..]));
        assert_eq!(row.array::<120>("entry"), Ok([7; 120]));
        assert_eq!(row.opt_text("missing"), Ok(None));
        assert_eq!(row.int("at"), Ok(1_700_000_000_000));
        for wrong in [row.text("seq").err(), row.int("kind").err(), row.int("missing").err(), row.bytes("absent").err()]
        {
            assert!(matches!(wrong, Some(StoreError::Shape(_))), "{wrong:?}");
        }
        assert!(row.array::<16>("entry").is_err());
    }
}

#[test]
fn a_column_that_is_not_in_the_answer_is_an_error_that_names_it() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        db.write(&[Write::new(EVENT, event(0))]).unwrap();
        let rows = db.query("SELECT seq, kind FROM events WHERE district = $1", &args![1]).unwrap();
        let Err(StoreError::Shape(said)) = rows[0].int("version") else { panic!() };
        assert_eq!(said, "there is no column version in an answer of seq, kind");
        let Err(StoreError::Shape(said)) = rows[0].int("kind") else { panic!() };
        assert_eq!(said, "column kind is TEXT, expected BIGINT");
    }
}

#[test]
fn a_statement_whose_columns_could_not_be_read_by_name_is_refused() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        for unnamed in ["SELECT seq + 1 FROM events", "SELECT seq, version AS seq FROM events", "SELECT 1 AS \"a b\""] {
            let Err(StoreError::Shape(said)) = db.prepare_all(&[unnamed]) else { panic!("{unnamed}") };
            assert!(said.contains("needs a plain name of its own"), "{said}");
        }
    }
}

#[test]
fn a_number_keeps_its_sign_and_its_whole_width() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        for n in [i64::MIN, -1, 0, i64::MAX] {
            let rows = db.query("SELECT CAST($1 AS BIGINT) AS n", &args![n]).unwrap();
            assert_eq!(rows[0].int("n"), Ok(n));
        }
    }
}

#[test]
fn a_group_is_written_whole_or_not_at_all() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        let group = [Write::new(EVENT, event(0)), Write::new(EVENT, event(1)), Write::new(EVENT, event(0))];
        assert!(matches!(db.write(&group), Err(StoreError::Refused(_))));
        assert_eq!(count(&mut db), 0);

        db.begin().unwrap();
        add_events(&mut db, 0..3);
        db.rollback().unwrap();
        assert_eq!(count(&mut db), 0);

        assert_eq!(db.write(&group[..2]), Ok(2));
        assert_eq!(count(&mut db), 2);
    }
}

#[test]
fn a_commit_after_a_failed_statement_is_an_error_and_keeps_nothing() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        db.begin().unwrap();
        add_events(&mut db, 0..2);
        db.write(&[Write::new(EVENT, event(0))]).unwrap_err();
        assert!(db.commit().is_err());
        assert_eq!(count(&mut db), 0);
        add_events(&mut db, 0..2);
        assert_eq!(count(&mut db), 2);
    }
}

#[test]
fn a_large_answer_comes_row_by_row_and_stops_when_the_caller_stops() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        add_events(&mut db, 0..10_000);
        let mut next = 0;
        db.for_each("SELECT seq FROM events WHERE district = $1 ORDER BY seq", &args![1], |row| {
            assert_eq!(row.int("seq")?, next);
            next += 1;
            Ok(())
        })
        .unwrap();
        assert_eq!(next, 10_000);

        let mut seen = 0;
        let stopped = db.for_each("SELECT seq FROM events WHERE district = $1 ORDER BY seq", &args![1], |_| {
            seen += 1;
            if seen < 10 { Ok(()) } else { Err(StoreError::Other("enough".into())) }
        });
        assert_eq!((stopped, seen), (Err(StoreError::Other("enough".into())), 10));
        assert_eq!(count(&mut db), 10_000);
    }
}

#[test]
fn text_keys_sort_alike_on_both_engines() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        let task = "INSERT INTO duties (district, seq, no, register, unit, rule, since, due, hour, sealed) \
                    VALUES ($1, $2, $3, '', $4, '', $5, $5, $5, $5)";
        let names = ["b", "B", "a", "街", "é", "A", "_"];
        let tasks: Vec<_> = (1..).zip(names).map(|(seq, unit)| Write::new(task, args![1, seq, 0, unit, 0])).collect();
        db.write(&tasks).unwrap();
        let sorted = "SELECT unit FROM duties WHERE district = $1 AND unit > $2 ORDER BY unit";
        let rows = db.query(sorted, &args![1, "A"]).unwrap();
        let found: Vec<_> = rows.iter().map(|row| row.text("unit").unwrap()).collect();
        assert_eq!(found, ["B", "_", "a", "b", "é", "街"]);
        if db.engine() == Engine::Postgres {
            // The cluster's own order is another one, so it is our mark in the schema that sorts.
            let rows = db.query("SELECT COUNT(*) AS n WHERE 'B'::TEXT < 'a'::TEXT", &[]).unwrap();
            assert_eq!(rows[0].int("n"), Ok(0));
        }
    }
}

#[test]
fn a_statement_that_breaks_the_seams_rules_is_named() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        db.prepare_all(&[EVENT, "SELECT seq FROM events WHERE district = $1 LIMIT $2"]).unwrap();
        let missing = db.prepare_all(&["SELECT nothing FROM events WHERE district = $1"]).unwrap_err();
        assert!(matches!(&missing, StoreError::Shape(m) if m.contains("SELECT nothing")), "{missing}");
        let broken = match db.engine() {
            Engine::Sqlite => "SELECT seq FROM events WHERE district = $2",
            Engine::Postgres => "SELECT SUM(seq) FROM events WHERE district = $1",
        };
        assert!(matches!(db.prepare_all(&[broken]), Err(StoreError::Shape(_))));
    }
}

#[test]
fn a_value_goes_where_its_number_says_wherever_that_stands_in_the_text() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        let sql =
            "SELECT CAST($3 AS BIGINT) AS a, CAST($1 AS BIGINT) AS b, CAST($2 AS BIGINT) AS c, CAST($1 AS BIGINT) AS d";
        let rows = db.query(sql, &args![1, 2, 3]).unwrap();
        let row: Vec<i64> = ["a", "b", "c", "d"].iter().map(|column| rows[0].int(column).unwrap()).collect();
        assert_eq!(row, [3, 1, 2, 1]);
    }
}

#[test]
fn too_few_values_for_a_statement_are_an_error_not_a_panic() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        assert!(matches!(db.query("SELECT seq FROM events WHERE district = $1", &[]), Err(StoreError::Shape(_))));
        assert!(matches!(db.write(&[Write::new(EVENT, args![1])]), Err(StoreError::Shape(_))));
        assert!(db.is_alive());
    }
}

#[test]
fn statements_are_counted_but_not_the_frame_around_them() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        let before = db.statements_run();
        add_events(&mut db, 0..5);
        count(&mut db);
        assert_eq!(db.statements_run() - before, 6);
    }
}

#[test]
fn a_reader_cannot_write() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        let mut reader = Db::open_reader(&place).unwrap();
        assert!(matches!(reader.write(&[Write::new(EVENT, event(0))]), Err(StoreError::ReadOnly(_))));
        assert_eq!(count(&mut db), 0);
    }
}

#[test]
fn a_reader_sees_what_was_committed_and_a_snapshot_stays_as_it_was() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        let readers = Readers::new(&place, 2);
        add_events(&mut db, 0..1);
        readers
            .with(|reader| {
                reader.begin()?;
                assert_eq!(count(reader), 1);
                add_events(&mut db, 1..2);
                assert_eq!(count(reader), 1);
                Ok(())
            })
            .unwrap();
        // The transaction that was left open has ended with the loan.
        assert_eq!(readers.with(|reader| Ok(count(reader))), Ok(2));
    }
}

#[test]
fn many_threads_share_few_readers_also_inside_an_async_runtime() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        add_events(&mut db, 0..10);
        let readers = std::sync::Arc::new(Readers::new(&place, 2));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        let counted = runtime.block_on(async {
            let tasks: Vec<_> = (0..16)
                .map(|_| {
                    let readers = readers.clone();
                    tokio::task::spawn_blocking(move || readers.with(|db| Ok(count(db))))
                })
                .collect();
            // Blocking a runtime's own thread is bad manners, but no panic.
            let mut sum = readers.with(|db| Ok(count(db))).unwrap();
            for task in tasks {
                sum += task.await.unwrap().unwrap();
            }
            sum
        });
        assert_eq!(counted, 170);
    }
}

#[test]
fn a_second_writer_is_refused_and_told_what_to_do() {
    for (place, _keep) in places() {
        let first = writer(&place);
        let refused = Db::open_writer(&place).err().unwrap();
        assert!(matches!(refused, StoreError::Locked(_)), "{refused}");
        let (what, todo) = refused.said(false);
        assert!(what.starts_with("Another process is already writing to "), "{what}");
        assert!(todo.starts_with("Stop that process first"), "{todo}");
        assert!(refused.said(true).0.starts_with("另一个进程正在写入"));
        drop(first);
        soon("the release of the writer's lock", || Db::open_writer(&place).is_ok());
    }
}

#[cfg(unix)]
#[test]
fn a_data_folder_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let place = Place::parse(data.to_str().unwrap()).unwrap();
    let mut db = writer(&place);
    let _keys = Keys::open(&place, 1, true).unwrap();
    add_events(&mut db, 0..1);
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    let files: Vec<_> = std::fs::read_dir(&data).unwrap().map(|e| e.unwrap().path()).collect();
    assert!(files.len() >= 4, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[test]
fn a_full_disk_is_said_as_a_full_disk_and_the_writer_goes_on_when_there_is_space() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        add_events(&mut db, 0..10);
        let full = match db.engine() {
            Engine::Sqlite => {
                // The same error as a full disk gives, raised by the same code.
                db.query_text("PRAGMA max_page_count=1", &[]).unwrap();
                let full = (10..10_000).find_map(|n| db.write(&[Write::new(EVENT, event(n))]).err());
                db.query_text("PRAGMA max_page_count=1000000", &[]).unwrap();
                full.unwrap()
            }
            Engine::Postgres => {
                db.write(&[Write::new(
                    "CREATE FUNCTION full_disk() RETURNS BIGINT LANGUAGE plpgsql AS \
                     $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$",
                    vec![],
                )])
                .unwrap();
                db.query("SELECT full_disk()", &[]).unwrap_err()
            }
        };
        assert!(matches!(full, StoreError::Full(_)), "{full:?}");
        assert!(full.passes());
        assert!(full.said(true).1.contains("腾出空间"));
        let before = count(&mut db);
        add_events(&mut db, 20_000..20_010);
        assert_eq!(count(&mut db), before + 10);
    }
}

#[test]
fn a_file_that_is_no_database_is_called_damaged() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("doorstep.db"), vec![b'x'; 8192]).unwrap();
    let place = Place::parse(folder.path().to_str().unwrap()).unwrap();
    assert!(matches!(Db::open_writer(&place).err(), Some(StoreError::Corrupt(_))));
}

#[test]
fn reading_where_nothing_is_says_so_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::parse(folder.path().join("nowhere").to_str().unwrap()).unwrap();
    assert!(matches!(Db::open_reader(&place).err(), Some(StoreError::Missing(_))));
    assert!(!folder.path().join("nowhere").exists());
}

#[test]
fn an_address_never_shows_its_password() {
    let place = Place::parse("postgres://desk:secret-word@127.0.0.1:1/district").unwrap();
    let error = Place::parse("postgres://desk:secret-word@127.0.0.1:port/district").unwrap_err();
    for shown in [format!("{place}"), format!("{place:?}"), error.to_string()] {
        assert!(!shown.contains("secret-word"), "{shown}");
    }
    assert!(Place::parse("").is_err());
    assert_eq!(format!("{:?}", args!["a name"]), "[TEXT]");
}

#[test]
fn a_server_that_is_not_there_is_unavailable() {
    let place = Place::parse("postgres://desk@127.0.0.1:1/district").unwrap();
    let error = Readers::new(&place, 1).with(|db| Ok(count(db))).unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}

#[test]
fn writer_and_readers_survive_a_restart_of_postgres() {
    let Some(cluster) = own_cluster() else { return };
    let place = Place::parse(&cluster.database().unwrap()).unwrap();
    let mut db = writer(&place);
    let mut keys = Keys::open(&place, 1, true).unwrap();
    let readers = Readers::new(&place, 2);
    add_events(&mut db, 0..5);
    assert_eq!(readers.with(|db| Ok(count(db))), Ok(5));

    db.begin().unwrap();
    add_events(&mut db, 5..6);
    cluster.down().unwrap();
    let lost = db.write(&[Write::new(EVENT, event(6))]).unwrap_err();
    assert!(matches!(lost, StoreError::Unavailable(_)), "{lost:?}");
    assert!(!db.is_alive());
    assert!(matches!(db.reconnect(), Err(StoreError::Unavailable(_))));
    soon("the loss of the key store", || !keys.is_alive());
    assert!(matches!(readers.with(|db| Ok(count(db))), Err(StoreError::Unavailable(_))));

    cluster.up().unwrap();
    db.reconnect().unwrap();
    keys.reconnect().unwrap();
    // What was committed is there, what was open is not, and the lock is held again.
    assert_eq!(count(&mut db), 5);
    assert_eq!(readers.with(|db| Ok(count(db))), Ok(5));
    assert!(matches!(Db::open_writer(&place).err(), Some(StoreError::Locked(_))));
    add_events(&mut db, 5..8);
    assert_eq!(readers.with(|db| Ok(count(db))), Ok(8));
    assert_eq!(keys.secret("nothing").unwrap(), None);
}

#[test]
fn a_database_in_memory_takes_the_schema() {
    let mut db = Db::memory().unwrap();
    assert_eq!(schema::migrate(&mut db), Ok(schema::known()));
    assert!(matches!(db.query("SELECT 1.5", &[]), Err(StoreError::Shape(_))));
    assert_eq!(db.query("SELECT $1 AS n", &[Value::Null]).unwrap()[0].opt_int("n"), Ok(None));
}

#[test]
fn every_statement_of_the_room_is_valid_on_both_engines() {
    let statements = store::all_statements();
    assert!(statements.len() > 20);
    for (place, _keep) in places() {
        writer(&place).prepare_all(&statements).unwrap();
    }
}
