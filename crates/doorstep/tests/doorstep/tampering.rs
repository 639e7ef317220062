//! Changing, deleting, swapping, re-dating and dropping rows by hand, and forging them: each is found and named.
//!
//! The hand is that of somebody with the database: it drops the triggers, does its work, and puts them back.

use crate::district::{Story, Whole, whole};
use ledger::checkpoint::{Signer, Verifier};
use ledger::hash::leaf_hash;
use ledger::tree::Edge;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::OnceLock;
use store::keys::SIGNING_KEY;
use store::verify::{Kept, Report, founding_key, verify_with};
use store::{Db, Engine, Keys, Place, Write, args};

/// What is done by hand.
enum Hand {
    /// Statements without arguments.
    Sql(&'static [&'static str]),
    /// Something with the key store.
    Keys(fn(&mut Keys, &Whole)),
    /// Something with the triggers themselves, which are there then.
    Triggers(fn(&mut Db)),
    /// Something that needs a program.
    Both(fn(&mut Db, &mut Keys)),
}
use Hand::*;

/// A tampering: its name, what is done, and the words that its finding must have.
type Tampering = (&'static str, Hand, &'static str);

const EVENTS: &[Tampering] = &[
    (
        "an answer's outcome is changed",
        Sql(&[
            "UPDATE events SET body = CAST(REPLACE(CAST(body AS TEXT), '\"done\"', '\"hardship\"') AS BLOB) WHERE kind = 'answered'",
        ]),
        "its body is not the one that the entry commits to",
    ),
    (
        "a public unit is changed",
        Sql(&[
            "UPDATE events SET entry = CAST(REPLACE(CAST(entry AS TEXT), 'unit water', 'unit parks') AS BLOB) WHERE kind = 'proposed'",
        ]),
        "is not that of these entries",
    ),
    ("a kind is changed", Sql(&["UPDATE events SET kind = 'noted' WHERE kind = 'objected'"]), "its kind was changed"),
    (
        "an answer is dated back",
        Sql(&["UPDATE events SET at = at - 86400000 WHERE kind = 'answered'"]),
        "its time was changed",
    ),
    ("an event is deleted", Sql(&["DELETE FROM events WHERE kind = 'objected'"]), "is missing"),
    (
        "an event is deleted and the rest closes up",
        Sql(&[
            "DELETE FROM events WHERE kind = 'unmasked'",
            "UPDATE events SET seq = -seq WHERE seq > (SELECT seq FROM events WHERE kind = 'extended')",
            "UPDATE events SET seq = -seq - 1 WHERE seq < 0",
        ]),
        "it does not follow the entry of its case",
    ),
    (
        "a whole case is deleted",
        Sql(&["DELETE FROM events WHERE stream = (SELECT stream FROM events WHERE kind = 'withdrawn')"]),
        "is missing",
    ),
    ("the first event is deleted", Sql(&["DELETE FROM events WHERE seq = 0"]), "the district's own first entry"),
    (
        "two events change places",
        Sql(&[
            "UPDATE events SET seq = -7 WHERE seq = 20",
            "UPDATE events SET seq = 20 WHERE seq = 21",
            "UPDATE events SET seq = 21 WHERE seq = -7",
        ]),
        "entry 20: it does not follow the entry of its case",
    ),
    (
        "an event goes to another case",
        Sql(&[
            "UPDATE events SET version = 99, stream = (SELECT stream FROM events WHERE kind = 'withdrawn') WHERE kind = 'merged'",
        ]),
        "it stands in another case's stream",
    ),
    (
        "a version is changed",
        Sql(&["UPDATE events SET version = 40 WHERE kind = 'withdrawn'"]),
        "it does not follow the entry of its case",
    ),
    (
        "an event is added by copying one",
        Sql(&[
            "INSERT INTO events SELECT district, (SELECT MAX(seq) + 1 FROM events), stream, version + 1, kind, (SELECT MAX(at) FROM events), entry, body FROM events WHERE kind = 'withdrawn'",
        ]),
        "its time was changed",
    ),
    (
        "an event stands before the first",
        Sql(&[
            "INSERT INTO events SELECT district, -4, stream, version + 1, kind, at, entry, body FROM events WHERE kind = 'withdrawn'",
        ]),
        "entry -4: there is no place",
    ),
    (
        "an entry is emptied",
        Sql(&["UPDATE events SET entry = zeroblob(0) WHERE kind = 'merged'"]),
        "the public entry can't be read",
    ),
    (
        "a number becomes a word",
        Sql(&["UPDATE events SET version = 'x' WHERE kind = 'merged'"]),
        "can't be read as it must be",
    ),
    (
        "rows of another district come in",
        Sql(&["INSERT INTO events SELECT 2, seq, stream, version, kind, at, entry, body FROM events WHERE seq = 3"]),
        "the table events has rows of another district",
    ),
    ("an answer and its entry are forged", Both(|db, _| forge(db, None, false)), "is not that of these entries"),
    (
        "an answer, its entry and the tiles are forged",
        Both(|db, _| forge(db, None, true)),
        "is not that of these entries",
    ),
    (
        "everything is forged and signed with another key",
        Both(|db, _| forge(db, Some(ANOTHER), true)),
        "not signed by this log's key",
    ),
    (
        "everything is forged under another founding key",
        Both(|db, _| refound(db)),
        "the signing key in the key store is not the one",
    ),
];

const PRIVATE: &[Tampering] = &[
    (
        "a private part is deleted",
        Sql(&["DELETE FROM vault WHERE seq = (SELECT MIN(seq) FROM vault)"]),
        "its private part is missing, and the case was not erased",
    ),
    (
        "a private part is changed",
        Sql(&["UPDATE vault SET sealed = CAST(sealed || x'00' AS BLOB) WHERE seq = (SELECT MAX(seq) FROM vault)"]),
        "its private part was changed",
    ),
    (
        "two private parts change places",
        Sql(&[
            "UPDATE vault SET seq = -1 WHERE seq = (SELECT MIN(seq) FROM vault)",
            "UPDATE vault SET seq = (SELECT MIN(seq) - 1 FROM events WHERE kind = 'accepted') WHERE seq = (SELECT MIN(seq) FROM vault WHERE seq > 0)",
            "UPDATE vault SET seq = (SELECT seq FROM events WHERE kind = 'objected' ORDER BY seq LIMIT 1) WHERE seq = -1",
        ]),
        "its private part was changed",
    ),
    (
        "an older private part comes back",
        Sql(&[
            "UPDATE vault SET sealed = (SELECT v.sealed FROM vault v JOIN events e ON e.seq = v.seq WHERE e.kind = 'sent_back') WHERE seq = (SELECT MAX(seq) FROM events WHERE kind = 'proposed')",
        ]),
        "its private part was changed",
    ),
    (
        "a private part is added behind the end",
        Sql(&["INSERT INTO vault SELECT district, (SELECT MAX(seq) + 9 FROM events), sealed FROM vault LIMIT 1"]),
        "without an entry",
    ),
    (
        "a private part is added to an entry without one",
        Sql(&[
            "INSERT INTO vault SELECT district, (SELECT seq FROM events WHERE kind = 'withdrawn'), sealed FROM vault LIMIT 1",
        ]),
        "that it does not commit to",
    ),
    (
        "an erased private part comes back",
        Sql(&[
            "INSERT INTO vault SELECT district, (SELECT seq FROM events WHERE kind = 'not_accepted'), sealed FROM vault LIMIT 1",
        ]),
        "its case was erased, but its private part is still there",
    ),
    ("a photo is deleted", Sql(&["DELETE FROM files WHERE hash = (SELECT MIN(hash) FROM files)"]), "its photo"),
    (
        "all photos of a case are deleted",
        Sql(&["DELETE FROM files"]),
        "its photos are missing, and the case was not erased",
    ),
    (
        "a photo is changed",
        Sql(&["UPDATE files SET sealed = CAST(sealed || x'00' AS BLOB) WHERE hash = (SELECT MAX(hash) FROM files)"]),
        "was changed, or the key of its case is another one",
    ),
    (
        "two photos change places",
        Sql(&["UPDATE files SET sealed = (SELECT f.sealed FROM files f WHERE f.hash <> files.hash)"]),
        "was changed, or the key of its case is another one",
    ),
    (
        "a photo is marked as a page",
        Sql(&["UPDATE files SET kind = 'text/html'"]),
        "is marked as another kind of file than it is",
    ),
    (
        "a photo goes to another case",
        Sql(&[
            "UPDATE files SET stream = (SELECT stream FROM events WHERE kind = 'withdrawn') WHERE hash = (SELECT MIN(hash) FROM files)",
        ]),
        "is missing",
    ),
    (
        "a photo is added to a case that has some",
        Sql(&["INSERT INTO files SELECT district, stream, zeroblob(32), kind, sealed FROM files LIMIT 1"]),
        "is not one that it names",
    ),
    (
        "a photo is added to a case that has none",
        Sql(&[
            "INSERT INTO files SELECT district, (SELECT stream FROM events WHERE kind = 'withdrawn'), hash, kind, sealed FROM files LIMIT 1",
        ]),
        "that no entry names",
    ),
    (
        "a case's key is destroyed",
        Keys(|keys, whole| keys.destroy_case(&whole.hotline.id.0).unwrap()),
        "the key of its case is missing, and the case was not erased",
    ),
    (
        "a case's key is exchanged",
        Keys(|keys, whole| {
            keys.destroy_case(&whole.hotline.id.0).unwrap();
            keys.put_cases(&[(whole.hotline.id.0, [1; 32])]).unwrap();
        }),
        "or the key of its case is another one",
    ),
    (
        "the signing key is exchanged",
        Keys(|keys, _| {
            keys.put_secret(SIGNING_KEY, &Signer::secret_line([5; 32], "doorstep.example/story").unwrap()).unwrap()
        }),
        "the signing key in the key store is not the one",
    ),
];

const LEDGER: &[Tampering] = &[
    ("a tile is deleted", Sql(&["DELETE FROM tiles"]), "tile 0/0 is missing"),
    (
        "a tile is changed",
        Sql(&["UPDATE tiles SET hashes = zeroblob(8192)"]),
        "tile 0/0 is not the one of these entries",
    ),
    ("a tile is moved", Sql(&["UPDATE tiles SET idx = 1"]), "tile 0/0 is missing"),
    (
        "a tile is added",
        Sql(&["INSERT INTO tiles SELECT district, 1, 0, hashes FROM tiles"]),
        "tile 1/0 has no entries",
    ),
    (
        "the last checkpoint is deleted",
        Sql(&["DELETE FROM checkpoints WHERE size = (SELECT MAX(size) FROM checkpoints)"]),
        "no signed checkpoint covers the entries",
    ),
    (
        "all checkpoints are deleted",
        Sql(&["DELETE FROM checkpoints"]),
        "no signed checkpoint covers the entries from 0",
    ),
    (
        "a checkpoint in between is deleted",
        Sql(&["DELETE FROM checkpoints WHERE size = 30"]),
        "a checkpoint between the sizes 29 and 31 is missing",
    ),
    (
        "an old checkpoint takes a newer one's place",
        Sql(&["UPDATE checkpoints SET note = (SELECT c.note FROM checkpoints c WHERE c.size = 10) WHERE size = 40"]),
        "the checkpoint of size 40 is not that of these entries",
    ),
    (
        "a signature is changed",
        Sql(&[
            "UPDATE checkpoints SET note = CAST(REPLACE(CAST(note AS TEXT), substr(CAST(note AS TEXT), -30, 4), 'AAAA') AS BLOB) WHERE size = 12",
        ]),
        "the checkpoint of size 12",
    ),
    (
        "a checkpoint says another size",
        Sql(&["UPDATE checkpoints SET size = 9999 WHERE size = (SELECT MAX(size) FROM checkpoints)"]),
        "there is a checkpoint of size 9999",
    ),
    (
        "a trigger is dropped",
        Triggers(|db| run(db, &["DROP TRIGGER events_no_delete"])),
        "the trigger events_no_delete",
    ),
    (
        "a trigger is hollowed out",
        Triggers(|db| {
            run(
                db,
                &[
                    "DROP TRIGGER tiles_no_update",
                    "CREATE TRIGGER tiles_no_update BEFORE UPDATE ON tiles BEGIN SELECT 1; END",
                ],
            )
        }),
        "the trigger tiles_no_update",
    ),
    (
        "a trigger is added that alters what comes in",
        Triggers(|db| {
            run(
                db,
                &["CREATE TRIGGER quiet AFTER INSERT ON openings BEGIN DELETE FROM openings WHERE seq = NEW.seq; END"],
            )
        }),
        "there is a trigger quiet",
    ),
    (
        "an answer's key leads to another case",
        Sql(&[
            "UPDATE done SET stream = (SELECT stream FROM events WHERE kind = 'withdrawn') WHERE seq = (SELECT MIN(seq) FROM done)",
        ]),
        "an idempotency key leads to entry",
    ),
    (
        "an answer's key leads to another entry",
        Sql(&["UPDATE done SET seq = seq + 1 WHERE seq = (SELECT MIN(seq) FROM done)"]),
        "an idempotency key leads to entry",
    ),
    (
        "an answer's key leads to an older ledger",
        Sql(&["UPDATE done SET size = size - 1 WHERE seq = (SELECT MAX(seq) FROM done)"]),
        "an idempotency key leads to entry",
    ),
];

const TABLES: &[Tampering] = &[
    (
        "a case is shown as handled",
        Sql(&["UPDATE cases SET stage = 'handling' WHERE stage = 'withdrawn'"]),
        "stage is “handling”, and the events say “withdrawn”",
    ),
    (
        "a due date is put off",
        Sql(&[
            "UPDATE cases SET due_day = due_day + 9 WHERE seq = (SELECT MIN(seq) FROM cases WHERE due_day IS NOT NULL)",
        ]),
        "due_day is",
    ),
    (
        "a lateness is wiped away",
        Sql(&["UPDATE cases SET met_day = due_day WHERE track = 'petition' AND met_day IS NOT NULL"]),
        "met_day is",
    ),
    (
        "a verdict is turned",
        Sql(&["UPDATE cases SET solved = 'yes' WHERE solved = 'no'"]),
        "solved is “yes”, and the events say “no”",
    ),
    (
        "a mark of pressure is wiped away",
        Sql(&["UPDATE cases SET asked_for_good = 0"]),
        "asked_for_good is 0, and the events say 1",
    ),
    ("a case leaves the lists", Sql(&["DELETE FROM cases WHERE stage = 'withdrawn'"]), "cases, row of entry"),
    (
        "a case is added to the lists",
        Sql(&["UPDATE cases SET seq = 9999 WHERE stage = 'withdrawn'"]),
        "cases, row of entry",
    ),
    (
        "a case gets another code",
        Sql(&["UPDATE cases SET code = '0000-0000-000' WHERE stage = 'withdrawn'"]),
        "code is",
    ),
    (
        "a number in the lists becomes a word",
        Sql(&["UPDATE cases SET hops = 'many' WHERE stage = 'withdrawn'"]),
        "hops is “many”, and the events say 0",
    ),
    (
        "a task goes to another unit",
        Sql(&["UPDATE tasks SET unit = 'parks' WHERE no = 1 AND unit = 'water'"]),
        "unit is “parks”, and the events say “water”",
    ),
    ("a task is closed", Sql(&["UPDATE tasks SET open = 0 WHERE open = 1"]), "open is 0, and the events say 1"),
    ("a task is deleted", Sql(&["DELETE FROM tasks WHERE no = 2"]), "tasks, row of entry"),
    ("a link is deleted", Sql(&["DELETE FROM links WHERE link = 'repeat'"]), "links, row of entry"),
    (
        "a repeat is called related",
        Sql(&["UPDATE links SET link = 'related' WHERE link = 'repeat'"]),
        "link is “related”, and the events say “repeat”",
    ),
    ("an unmasking is hidden", Sql(&["DELETE FROM openings"]), "openings, row of entry"),
    (
        "an unmasking is put on another account",
        Sql(&["UPDATE openings SET account = 2"]),
        "account is 2, and the events say 5",
    ),
    (
        "a published figure is improved",
        Sql(&["UPDATE publications SET body = REPLACE(body, '50.0%', '99.0%')"]),
        "publications, row of entry",
    ),
    (
        "a correction is deleted",
        Sql(&["DELETE FROM publications WHERE corrects IS NOT NULL"]),
        "publications, row of entry",
    ),
    ("an export is called masked", Sql(&["UPDATE exports SET masked = 0"]), "masked is 0, and the events say 1"),
    ("an export is hidden", Sql(&["DELETE FROM exports"]), "exports, row of entry"),
    (
        "an account that is not there gets a password",
        Sql(&["INSERT INTO passwords(district, account, hash) VALUES(1, 77, 'x')"]),
        "there is a password of account 77, which was never opened",
    ),
    (
        "an account that is not there is signed in",
        Sql(&["UPDATE sessions SET account = 78"]),
        "there is a session of account 78, which was never opened",
    ),
];

fn run(db: &mut Db, statements: &[&'static str]) {
    for sql in statements {
        db.write(&[Write::new(sql, Vec::new())]).unwrap_or_else(|e| panic!("{sql}: {e}"));
    }
}

/// Another signing key, with the same origin line.
const ANOTHER: [u8; 32] = [99; 32];

fn another() -> Signer {
    Signer::new(&Signer::secret_line(ANOTHER, "doorstep.example/story").unwrap()).unwrap()
}

/// Changes what an answer says in body and entry alike; with a key, signs everything anew; with `tiles`, mends the tree.
fn forge(db: &mut Db, key: Option<[u8; 32]>, tiles: bool) {
    rewrite(db, "answered", "\"done\"", "\"hardship\"");
    regrow(db, key.map(|_| another()), tiles);
}

/// The whole ledger under a founding key of the forger's own.
fn refound(db: &mut Db) {
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
    let body = String::from_utf8(row.bytes(2).unwrap().to_vec()).unwrap();
    assert!(body.contains(from));
    let body = body.replace(from, to);
    let mut entry = ledger::entry::Entry::parse(row.bytes(1).unwrap()).unwrap();
    entry.body = Sha256::digest(body.as_bytes()).into();
    db.write(&[Write::new(PUT, args![entry.to_bytes(), body.as_bytes(), 1, row.int(0).unwrap()])]).unwrap();
}

fn regrow(db: &mut Db, signer: Option<Signer>, tiles: bool) {
    const NOTE: &str = "UPDATE checkpoints SET note = $1 WHERE district = $2 AND size = $3";
    const TILE: &str = "UPDATE tiles SET hashes = $1 WHERE district = $2 AND level = $3 AND idx = $4";
    let entries = db.query("SELECT entry FROM events WHERE district = $1 ORDER BY seq", &args![1]).unwrap();
    let mut edge = Edge::empty();
    let mut writes = Vec::new();
    for row in entries {
        for tile in edge.append(leaf_hash(row.bytes(0).unwrap())).into_iter().filter(|_| tiles) {
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
        run(db, &[leak(format!("DROP TRIGGER {}", row.text(0).unwrap()))]);
        back.push(leak(row.text(1).unwrap().to_owned()));
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
    assert!(report.entries > 256 && report.files == 2 && report.erased == 3 && report.rows > 200, "{report:?}");
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
    store::rebuild::rebuild(&mut reader, &mut db, 1).unwrap();
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
    store::rebuild::rebuild(&mut reader, &mut db, 1).unwrap();
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
