//! Changing, deleting, swapping, re-dating and dropping rows by hand, and forging them: each is found and named.
//!
//! The hand is that of somebody with the database: it drops the triggers, does its work, and puts them back.

use crate::district::{Story, Whole, whole};
use crate::tampered::{EVENTS, Hand, Hand::*, LEDGER, PRIVATE, TABLES, Tampering};
use ledger::checkpoint::{Signer, Verifier};
use ledger::hash::leaf_hash;
use ledger::tree::Edge;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::OnceLock;
use store::keys::SIGNING_KEY;
use store::verify::{Kept, Report, founding_key, verify_with};
use store::{Db, Engine, Keys, Place, Write, args};

pub fn run(db: &mut Db, statements: &[&'static str]) {
    for sql in statements {
        db.write(&[Write::new(sql, Vec::new())]).unwrap_or_else(|e| panic!("{sql}: {e}"));
    }
}

/// Another signing key, with the same origin line.
pub const ANOTHER: [u8; 32] = [99; 32];

fn another() -> Signer {
    Signer::new(&Signer::secret_line(ANOTHER, "doorstep.example/story").unwrap()).unwrap()
}

/// Changes what an answer says in body and entry alike; with a key, signs everything anew; with `tiles`, mends the tree.
pub fn forge(db: &mut Db, key: Option<[u8; 32]>, tiles: bool) {
    rewrite(db, "answered", "\"done\"", "\"hardship\"");
    regrow(db, key.map(|_| another()), tiles);
}

/// The whole ledger under a founding key of the forger's own.
pub fn refound(db: &mut Db) {
    let signer = another();
    let real = founding_key(db, 1).unwrap().unwrap();
    rewrite(db, "founded", &real, signer.vkey());
    rewrite(db, "answered", "\"done\"", "\"hardship\"");
    regrow(db, Some(signer), true);
}

fn rewrite(db: &mut Db, kind: &str, from: &str, to: &str) {
    const FIND: &str = "SELECT seq, entry, body FROM events WHERE district = $1 AND kind = $2 ORDER BY seq LIMIT 1";
    const PUT: &str = "UPDATE events SET entry = $1, body = $2 WHERE district = $3 AND seq = $4";
    let row = db.query(FIND, &args![1, kind]).unwrap().remove(0);
    let body = String::from_utf8(row.bytes("body").unwrap().to_vec()).unwrap();
    assert!(body.contains(from));
    let body = body.replace(from, to);
    let mut entry = ledger::entry::Entry::parse(row.bytes("entry").unwrap()).unwrap();
    entry.body = Sha256::digest(body.as_bytes()).into();
    db.write(&[Write::new(PUT, args![entry.to_bytes(), body.as_bytes(), 1, row.int("seq").unwrap()])]).unwrap();
}

fn regrow(db: &mut Db, signer: Option<Signer>, tiles: bool) {
    const NOTE: &str = "UPDATE checkpoints SET note = $1 WHERE district = $2 AND size = $3";
    const TILE: &str = "UPDATE tiles SET hashes = $1 WHERE district = $2 AND level = $3 AND idx = $4";
    let entries = db.query("SELECT entry FROM events WHERE district = $1 ORDER BY seq", &args![1]).unwrap();
    let mut edge = Edge::empty();
    let mut writes = Vec::new();
    for row in entries {
        for tile in edge.append(leaf_hash(row.bytes("entry").unwrap())).into_iter().filter(|_| tiles) {
            writes.push(Write::new(TILE, args![tile.hashes.concat(), 1, tile.level, tile.index]));
        }
        if let Some(signer) = &signer {
            writes.push(Write::new(NOTE, args![signer.sign(edge.size(), edge.root()), 1, edge.size()]));
        }
    }
    db.write(&writes).unwrap();
}

/// One small district, made once: the folder of its backup, and what is in it.
fn original() -> &'static (tempfile::TempDir, Whole) {
    static MADE: OnceLock<(tempfile::TempDir, Whole)> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Folder(folder.path().join("data"));
        let story = Story::found(&place, 5);
        let whole = whole(&story, 260);
        story.end();
        store::backup::backup(&place, &folder.path().join("backup"), &mut |_, _| ()).unwrap();
        (folder, whole)
    })
}

fn copy(to: &Path) -> Place {
    let from = original().0.path().join("backup");
    std::fs::create_dir(to).unwrap();
    std::fs::copy(from.join("doorstep.db"), to.join("doorstep.db")).unwrap();
    std::fs::copy(from.join("keys/keys.db"), to.join("keys.db")).unwrap();
    Place::Folder(to.to_owned())
}

/// Does it as somebody who knows about the triggers: they are gone while it happens, and back afterwards.
fn tamper(place: &Place, hand: &Hand) {
    let mut db = Db::open_writer(place).unwrap();
    let mut keys = Keys::open(place, 1, true).unwrap();
    let triggers = switch_off(&mut db);
    match hand {
        Sql(statements) => run(&mut db, statements),
        Keys(work) => work(&mut keys, &original().1),
        Both(work) => work(&mut db, &mut keys),
        Triggers(work) => {
            switch_on(&mut db, &triggers);
            return work(&mut db);
        }
    }
    switch_on(&mut db, &triggers);
}

fn switch_off(db: &mut Db) -> Vec<&'static str> {
    const TRIGGERS: &str = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name";
    if db.engine() == Engine::Postgres {
        for table in store::schema::APPEND_ONLY {
            run(db, &[leak(format!("ALTER TABLE {table} DISABLE TRIGGER ALL"))]);
        }
        return store::schema::APPEND_ONLY
            .iter()
            .map(|t| leak(format!("ALTER TABLE {t} ENABLE TRIGGER ALL")))
            .collect();
    }
    let mut back = Vec::new();
    for row in db.query(TRIGGERS, &[]).unwrap() {
        run(db, &[leak(format!("DROP TRIGGER {}", row.text("name").unwrap()))]);
        back.push(leak(row.text("sql").unwrap().to_owned()));
    }
    back
}

fn switch_on(db: &mut Db, back: &[&'static str]) {
    run(db, back);
}

/// A statement as the seam wants it.
fn leak(sql: String) -> &'static str {
    Box::leak(sql.into_boxed_str())
}

/// What `verify` says about a place.
fn verified(place: &Place, kept: &[Kept]) -> Result<Report, String> {
    let mut db = Db::open_reader(place).unwrap();
    let mut keys = Keys::open(place, 1, false).unwrap();
    let vkey = founding_key(&mut db, 1).unwrap().map_err(|f| f.what)?;
    let log = Verifier::parse(&vkey).unwrap();
    verify_with(&mut db, &mut keys, 1, &log, kept, &mut |_, _| ()).unwrap().map_err(|f| {
        assert!(f.todo.ends_with('.'), "every finding says what to do");
        f.what
    })
}

fn each_is_found(list: &[Tampering]) {
    let folder = tempfile::tempdir().unwrap();
    let mut missed = Vec::new();
    for (n, (name, hand, words)) in list.iter().enumerate() {
        let place = copy(&folder.path().join(n.to_string()));
        tamper(&place, hand);
        match verified(&place, &[]) {
            Err(what) if what.contains(words) => {}
            Err(what) => missed.push(format!("{name}: found, but named “{what}”")),
            Ok(_) => missed.push(format!("{name}: not found")),
        }
    }
    assert!(missed.is_empty(), "{} of {}:\n{}", missed.len(), list.len(), missed.join("\n"));
}

#[test]
fn the_untouched_copy_verifies_and_there_are_at_least_forty_tamperings() {
    let folder = tempfile::tempdir().unwrap();
    let report = verified(&copy(&folder.path().join("copy")), &[]).unwrap();
    assert!(report.entries > 256 && report.files == 2 && report.erased == 5 && report.rows > 200, "{report:?}");
    assert!(EVENTS.len() + PRIVATE.len() + LEDGER.len() + TABLES.len() >= 40);
}

#[test]
fn an_event_that_was_changed_deleted_swapped_redated_or_forged_is_found() {
    each_is_found(EVENTS);
}

#[test]
fn a_private_part_photo_or_key_that_was_changed_deleted_or_swapped_is_found() {
    each_is_found(PRIVATE);
}

#[test]
fn a_tile_checkpoint_trigger_or_answer_that_was_changed_or_dropped_is_found() {
    each_is_found(LEDGER);
}

#[test]
fn a_read_table_that_does_not_say_what_the_events_say_is_found() {
    each_is_found(TABLES);
}

/// Takes the newest entries away with everything that belongs to them, and leaves an older, whole ledger.
fn cut(place: &Place, size: i64) {
    let mut db = Db::open_writer(place).unwrap();
    let triggers = switch_off(&mut db);
    for (table, column) in [("events", "seq"), ("vault", "seq"), ("done", "seq"), ("checkpoints", "size - 1")] {
        run(&mut db, &[leak(format!("DELETE FROM {table} WHERE {column} >= {size}"))]);
    }
    run(&mut db, &[leak(format!("DELETE FROM tiles WHERE (idx + 1) * 256 > {size}"))]);
    switch_on(&mut db, &triggers);
    let mut reader = Db::open_reader(place).unwrap();
    store::rebuild::rebuild(&mut reader, &mut db, 1, &mut |_, _| ()).unwrap();
}

#[test]
fn a_ledger_whose_end_was_cut_off_is_found_by_whoever_kept_a_receipt_or_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let place = copy(&folder.path().join("copy"));
    let mut db = Db::open_reader(&place).unwrap();
    let (note, size) = store::read::checkpoint(&mut db, 1).unwrap();
    let receipt = store::read::receipt(&mut db, 1, size - 1, size).unwrap().to_text();
    drop(db);
    let kept = [Kept::parse(&receipt).unwrap(), Kept::parse(std::str::from_utf8(&note).unwrap()).unwrap()];
    assert_eq!(verified(&place, &kept).unwrap().kept, 2);
    cut(&place, 50);
    assert_eq!(verified(&place, &[]).unwrap().entries, 50, "the data alone can't tell");
    for one in kept {
        let found = verified(&place, &[one]).unwrap_err();
        assert!(found.contains("its end was cut off"), "{found}");
    }
    let early = Kept::parse(&original().1.receipt).unwrap();
    assert_eq!(verified(&place, &[early]).unwrap().kept, 1, "what was kept from before the cut still holds");
}

#[test]
fn a_history_that_was_signed_again_with_the_real_key_is_found_by_whoever_kept_a_receipt() {
    let folder = tempfile::tempdir().unwrap();
    let place = copy(&folder.path().join("copy"));
    let mut db = Db::open_reader(&place).unwrap();
    let (_, size) = store::read::checkpoint(&mut db, 1).unwrap();
    let receipt = Kept::parse(&store::read::receipt(&mut db, 1, size - 1, size).unwrap().to_text()).unwrap();
    drop(db);
    tamper(
        &place,
        &Both(|db, keys| {
            let line = keys.secret(SIGNING_KEY).unwrap().unwrap();
            rewrite(db, "answered", "\"done\"", "\"hardship\"");
            regrow(db, Some(Signer::new(&line).unwrap()), true);
        }),
    );
    let mut db = Db::open_writer(&place).unwrap();
    let mut reader = Db::open_reader(&place).unwrap();
    store::rebuild::rebuild(&mut reader, &mut db, 1, &mut |_, _| ()).unwrap();
    assert!(verified(&place, &[]).is_ok(), "the data alone can't tell");
    let found = verified(&place, &[receipt]).unwrap_err();
    assert!(found.contains("they were rewritten"), "{found}");
}

#[test]
fn a_tampering_is_found_over_postgresql_too() {
    let Some(cluster) = store::testing::cluster() else { return };
    let list: &[Tampering] = &[
        ("nothing", Sql(&[]), ""),
        (
            "a body is changed",
            Sql(&[
                "UPDATE events SET body = convert_to(replace(convert_from(body, 'UTF8'), '\"done\"', '\"hardship\"'), 'UTF8') WHERE kind = 'answered'",
            ]),
            "its body is not the one that the entry commits to",
        ),
        (
            "an event is dated back",
            Sql(&["UPDATE events SET at = at - 86400000 WHERE kind = 'answered'"]),
            "its time was changed",
        ),
        ("an event is deleted", Sql(&["DELETE FROM events WHERE kind = 'objected'"]), "is missing"),
        (
            "a private part is deleted",
            Sql(&["DELETE FROM vault WHERE seq = (SELECT MIN(seq) FROM vault)"]),
            "its private part is missing",
        ),
        (
            "a photo is deleted",
            Sql(&["DELETE FROM files WHERE hash = (SELECT hash FROM files ORDER BY hash LIMIT 1)"]),
            "its photo",
        ),
        ("a tile is deleted", Sql(&["DELETE FROM tiles"]), "tile 0/0 is missing"),
        (
            "a key leads to an older ledger",
            Sql(&["UPDATE done SET size = size - 1 WHERE seq = (SELECT MAX(seq) FROM done)"]),
            "an idempotency key leads to",
        ),
        (
            "a verdict is turned",
            Sql(&["UPDATE cases SET solved = 'yes' WHERE solved = 'no'"]),
            "solved is “yes”, and the events say “no”",
        ),
    ];
    for (name, hand, words) in list {
        let place = Place::parse(&cluster.database().unwrap()).unwrap();
        store::backup::restore(&original().0.path().join("backup"), &place, &mut |_, _| ()).unwrap();
        tamper(&place, hand);
        match verified(&place, &[]) {
            Ok(report) => assert!(words.is_empty() && report.entries > 256, "{name}: not found"),
            Err(what) => assert!(!words.is_empty() && what.contains(words), "{name}: {what}"),
        }
    }
}
