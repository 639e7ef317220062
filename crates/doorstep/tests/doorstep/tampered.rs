//! What is done by hand to a small district, and the words that name it: the list of the tamperings.

use crate::district::Whole;
use crate::tampering::{ANOTHER, forge, refound, run};
use ledger::checkpoint::Signer;
use store::keys::SIGNING_KEY;
use store::{Db, Keys};

/// What is done by hand.
pub enum Hand {
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
pub type Tampering = (&'static str, Hand, &'static str);

pub const EVENTS: &[Tampering] = &[
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

pub const PRIVATE: &[Tampering] = &[
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

pub const LEDGER: &[Tampering] = &[
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

pub const TABLES: &[Tampering] = &[
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
        Sql(&["UPDATE duties SET unit = 'parks' WHERE unit = 'water'"]),
        "unit is “parks”, and the events say “water”",
    ),
    ("what is owed gets another day", Sql(&["UPDATE duties SET due = due + 30"]), "due is"),
    (
        "what is owed is said to wait",
        Sql(&["UPDATE duties SET held = 'question' WHERE held IS NULL"]),
        "held is “question”",
    ),
    ("what is owed is deleted", Sql(&["DELETE FROM duties"]), "duties, row of entry"),
    ("a link is deleted", Sql(&["DELETE FROM links WHERE link = 'related'"]), "links, row of entry"),
    (
        "what is related is called a repeat",
        Sql(&["UPDATE links SET link = 'repeat' WHERE link = 'related'"]),
        "link is “repeat”, and the events say “related”",
    ),
    ("an unmasking is hidden", Sql(&["DELETE FROM openings"]), "openings, row of entry"),
    (
        "an unmasking is put on another account",
        Sql(&["UPDATE openings SET account = 2"]),
        "account is 2, and the events say 5",
    ),
    (
        "a published figure is improved",
        Sql(&["UPDATE publications SET body = REPLACE(body, '99.0%', '99.9%')"]),
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
