//! The schema: run once, in order, never by an older program; and the truth can't be changed through it.

use crate::{EVENT, add_events, count, event, places, writer};
use store::{Db, Engine, StoreError, Write, args, schema};

#[test]
fn the_schema_is_made_once_and_a_second_start_changes_nothing() {
    for (place, _keep) in places() {
        let mut db = Db::open_writer(&place).unwrap();
        assert_eq!(schema::version(&mut db), Ok(0));
        assert!(matches!(schema::check(&mut db), Err(StoreError::Missing(_))));
        assert_eq!(schema::migrate(&mut db), Ok(schema::known()));
        add_events(&mut db, 0..1);
        assert_eq!(schema::migrate(&mut db), Ok(schema::known()));
        assert_eq!(schema::check(&mut db), Ok(()));
        assert_eq!(count(&mut db), 1);
    }
}

#[test]
fn the_migrations_are_numbered_from_one_without_a_gap() {
    let numbers: Vec<u32> = schema::MIGRATIONS.iter().map(|(n, _)| *n).collect();
    assert_eq!(numbers, (1..=schema::known()).collect::<Vec<_>>());
}

#[test]
fn a_database_of_a_newer_program_is_refused_and_left_alone() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        let newer = schema::known() + 7;
        db.write(&[Write::new("INSERT INTO schema_version (version) VALUES ($1)", args![newer])]).unwrap();
        let refused = schema::migrate(&mut db).unwrap_err();
        assert_eq!(refused, StoreError::Newer { found: newer, known: schema::known() });
        assert!(refused.said(false).1.starts_with("Upgrade this program"));
        assert_eq!(schema::check(&mut db), Err(refused));
        assert_eq!(schema::version(&mut db), Ok(newer));
    }
}

#[test]
fn both_engines_have_the_same_tables_and_columns() {
    let places = places();
    let mut sqlite = writer(&places[0].0);
    let tables = schema::tables(&mut sqlite).unwrap();
    assert!(tables.iter().any(|t| t.name == "events" && t.key == ["district", "seq"]));
    for (place, _keep) in &places[1..] {
        let mut other = writer(place);
        for table in &tables {
            assert_eq!(schema::columns(&mut other, &table.name).unwrap(), table.columns, "{}", table.name);
        }
    }
}

#[test]
fn every_table_but_the_schemas_own_begins_its_key_with_the_district() {
    let mut db = Db::memory().unwrap();
    schema::migrate(&mut db).unwrap();
    for table in schema::tables(&mut db).unwrap().iter().filter(|t| !schema::OWN.contains(&t.name.as_str())) {
        assert_eq!(table.key.first().map(String::as_str), Some("district"), "{}", table.name);
    }
}

#[test]
fn events_tiles_and_checkpoints_can_be_added_but_never_changed_or_removed() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        add_events(&mut db, 0..2);
        db.write(&[
            Write::new(
                "INSERT INTO tiles (district, level, idx, hashes) VALUES ($1, $2, $3, $4)",
                args![1, 0, 0, [1; 32]],
            ),
            Write::new("INSERT INTO checkpoints (district, size, note) VALUES ($1, $2, $3)", args![1, 2, [1; 32]]),
        ])
        .unwrap();
        let mut attempts = vec![
            "UPDATE events SET at = 0",
            "DELETE FROM events WHERE seq = 1",
            "UPDATE tiles SET hashes = ''",
            "DELETE FROM tiles",
            "UPDATE checkpoints SET note = ''",
            "DELETE FROM checkpoints",
        ];
        if db.engine() == Engine::Postgres {
            attempts.extend(["TRUNCATE events", "TRUNCATE tiles", "TRUNCATE checkpoints"]);
        }
        for sql in attempts {
            let refused = db.write(&[Write::new(sql, vec![])]).unwrap_err();
            assert!(matches!(&refused, StoreError::Refused(m) if m.contains("is append-only")), "{sql}: {refused:?}");
        }
        let replace = match db.engine() {
            Engine::Sqlite => EVENT.replacen("INSERT", "INSERT OR REPLACE", 1),
            Engine::Postgres => format!("{EVENT} ON CONFLICT (district, seq) DO UPDATE SET at = 0"),
        };
        let refused = db.write(&[Write::new(Box::leak(replace.into_boxed_str()), event(1))]).unwrap_err();
        assert!(matches!(refused, StoreError::Refused(_)), "{refused:?}");
        assert_eq!(count(&mut db), 2);
    }
}

#[test]
fn a_trigger_that_was_dropped_switched_off_or_hollowed_out_is_noticed() {
    for (place, _keep) in places() {
        let mut db = writer(&place);
        assert_eq!(schema::triggers_present(&mut db), Ok(true));
        let (harm, repair) = match db.engine() {
            Engine::Sqlite => (
                vec![
                    "DROP TRIGGER events_no_update",
                    "CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT 1; END",
                ],
                "DROP TRIGGER events_no_update",
            ),
            Engine::Postgres => (
                vec!["ALTER TABLE tiles DISABLE TRIGGER tiles_no_delete", "DROP TRIGGER events_no_truncate ON events"],
                "ALTER TABLE tiles ENABLE TRIGGER tiles_no_delete",
            ),
        };
        for sql in harm {
            db.write(&[Write::new(sql, vec![])]).unwrap();
            assert_eq!(schema::triggers_present(&mut db), Ok(false), "{sql}");
        }
        // Half a repair is none.
        db.write(&[Write::new(repair, vec![])]).unwrap();
        assert_eq!(schema::triggers_present(&mut db), Ok(false));
    }
}

#[test]
fn a_sign_in_is_never_changed_and_is_removed_only_when_it_is_older_than_the_keeping_time() {
    use store::access::{Outcome, forget_sign_ins, note_sign_in, sign_ins};
    for (place, _keep) in places() {
        let mut db = writer(&place);
        let keep = schema::KEPT.1;
        let now = 10 * keep;
        for at in [now - keep - 1, now - keep + 1, now] {
            db.write(&[note_sign_in(1, 7, at, [1; 8], Outcome::In)]).unwrap();
        }
        for sql in [
            "UPDATE sign_ins SET outcome = 'password'",
            "UPDATE sign_ins SET at = 0",
            "DELETE FROM sign_ins",
            "DELETE FROM sign_ins WHERE account = 7 AND at > 0",
        ] {
            assert!(db.write(&[Write::new(sql, vec![])]).is_err(), "{sql}");
        }
        // A program whose clock is far ahead removes no more than the table's own newest row lets it.
        db.write(&[forget_sign_ins(1, now + 20 * keep)]).unwrap();
        let kept = sign_ins(&mut db, 1, 7, now, 10).unwrap();
        assert_eq!(kept, [(now, Outcome::In), (now - keep + 1, Outcome::In)]);
        assert_eq!(schema::triggers_present(&mut db), Ok(true));
    }
}
