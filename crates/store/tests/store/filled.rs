//! A district of many cases as straight rows, for what depends on how many there are: statistics and plans. Made by the
//! database itself, the same on both engines and every time. Nothing of it opens or verifies.

use store::{Db, Engine, Write};

/// How many cases there are; nine in ten have ended.
pub const CASES: i64 = 100_000;

/// Of row `i` of a table, for `i` in `[0, rows)`: its columns in the order of the schema, `{n}` standing for [`CASES`],
/// `blob(x)` for bytes that x decides.
const TABLES: &[(&str, &str, i64, &str)] = &[
    // Four events of each case side by side, and behind them what happened to the district itself.
    (
        "events",
        "district, seq, stream, version, kind, at, entry, body",
        4 * CASES + 100,
        "1, i, CASE WHEN i < 4 * {n} THEN blob((i / 4 + 1) * 48271 % 2147483647) ELSE zeros END, \
         CASE WHEN i < 4 * {n} THEN i % 4 + 1 ELSE i - 4 * {n} + 1 END, \
         CASE WHEN i >= 4 * {n} THEN CASE i % 4 WHEN 0 THEN 'calendar_loaded' ELSE 'account_changed' END ELSE \
         CASE i % 4 WHEN 0 THEN 'raised' WHEN 1 THEN 'accepted' WHEN 2 THEN 'dispatched' ELSE 'answered' END END, \
         1600000000000 + i * 250000, blob(i), blob(i + 1)",
    ),
    ("vault", "district, seq, sealed", 2 * CASES, "1, CASE i % 2 WHEN 0 THEN 2 * i ELSE 2 * i + 1 END, blob(i)"),
    (
        "files",
        "district, stream, hash, kind, sealed",
        CASES / 10,
        "1, blob((i * 8 + 1) * 48271 % 2147483647), blob(i * 16807 % 2147483647), 'image/jpeg', blob(i)",
    ),
    ("tiles", "district, level, idx, hashes", 4 * CASES / 256, "1, CASE i % 257 WHEN 0 THEN 1 ELSE 0 END, i, blob(i)"),
    ("checkpoints", "district, size, note, before", CASES, "1, 4 * i + 4, blob(i), 4 * i"),
    (
        "done",
        "district, key, request, stream, seq, size",
        3 * CASES,
        "1, blob((i + 1) * 16807 % 2147483647), blob(i), blob((i / 4 + 1) * 48271 % 2147483647), i, i + 4",
    ),
    (
        "cases",
        "district, seq, id, code, version, track, door, stage, category, coarse, street, lead, sealed, public, inbox, \
         live, question, raised_at, raised_day, accepted_day, accept_due, accept_late, alarm, wake, due_day, met_day, \
         answered_day, ended_day, outcome, ending, solved, handled, asked_for_good, witnessed, hops, returned, extended, \
         reopened, repeats, provisional, erased, touched, released, promise_day, promise_met, asked_late, urgent, hour, \
         cleared, unsolved, independent, taken, own_answer, because, step_by, step_kept, step_independent",
        CASES,
        // `open` is what happens to the last tenth.
        "1, 4 * i, blob((i + 1) * 48271 % 2147483647), text((i + 1) * 69621 % 2147483647), 4, \
         CASE i % 50 WHEN 0 THEN 'petition' WHEN 1 THEN 'dispute' WHEN 2 THEN 'accusation' ELSE 'request' END, \
         CASE i % 4 WHEN 0 THEN 'counter' WHEN 1 THEN 'phone' ELSE 'web' END, \
         CASE WHEN open THEN CASE i % 100 WHEN 0 THEN 'raised' WHEN 1 THEN 'accepted' WHEN 2 THEN 'review' \
         WHEN 3 THEN 're_review' WHEN 4 THEN 'merged' WHEN 5 THEN 'answered' ELSE 'handling' END \
         ELSE CASE i % 40 WHEN 0 THEN 'withdrawn' WHEN 1 THEN 'merged' ELSE 'ended' END END, \
         'c' || CAST(i % 8 AS TEXT) || '.' || CAST(i % 5 AS TEXT), 'c' || CAST(i % 8 AS TEXT), \
         CASE WHEN i % 20 = 0 THEN NULL ELSE 's' || CAST(i % 12 AS TEXT) END, \
         CASE WHEN open AND i % 100 < 2 THEN NULL ELSE 'u' || CAST(i % 25 AS TEXT) END, \
         CASE i % 50 WHEN 2 THEN 1 ELSE 0 END, CASE i % 30 WHEN 7 THEN 1 ELSE 0 END, \
         CASE WHEN open AND i % 100 < 2 THEN 1 ELSE 0 END, CASE WHEN open THEN 1 ELSE 0 END, \
         CASE WHEN open AND i % 100 = 9 THEN 1 ELSE 0 END, 1600000000000 + i * 1000000, 18500 + i / 100, \
         CASE WHEN open AND i % 100 = 0 THEN NULL ELSE 18501 + i / 100 END, 18501 + i / 100, \
         CASE i % 33 WHEN 0 THEN 1 ELSE 0 END, CASE WHEN open THEN 18506 + i / 100 END, \
         CASE WHEN open AND i % 100 = 5 THEN 18520 + i / 100 END, 18506 + i / 100, \
         CASE WHEN open THEN NULL ELSE 18505 + i / 100 END, CASE WHEN open THEN NULL ELSE 18505 + i / 100 END, \
         CASE WHEN open THEN NULL ELSE 18510 + i / 100 END, CASE WHEN open THEN NULL ELSE 'solved' END, \
         CASE WHEN open THEN NULL ELSE CASE i % 4 WHEN 0 THEN 'not_reached' ELSE 'resolved' END END, \
         CASE WHEN open OR i % 4 = 0 THEN NULL ELSE 'solved' END, CASE WHEN open OR i % 4 = 0 THEN NULL ELSE 'good' END, \
         0, 0, 1, CASE i % 50 WHEN 3 THEN 2 ELSE 0 END, 0, 0, 0, 0, CASE i % 100 WHEN 8 THEN 1 ELSE 0 END, \
         1600000000000 + i * 1000000, CASE i % 60 WHEN 7 THEN 4 ELSE 0 END, \
         CASE WHEN open AND i % 100 = 9 THEN NULL ELSE 18506 + i / 100 END, CASE WHEN open THEN NULL ELSE 18505 + i / 100 END, \
         CASE i % 300 WHEN 19 THEN 18506 + i / 100 END, CASE WHEN open AND i % 500 = 11 THEN 1 ELSE 0 END, \
         CASE WHEN open AND i % 500 = 11 THEN 1600000000000 + i * 1000000 END, \
         CASE i % 5000 WHEN 13 THEN 1600000000000 + i * 1000000 END, CASE i % 1000 WHEN 17 THEN 18520 + i / 100 END, \
         CASE WHEN open OR i % 3 = 0 THEN 0 ELSE 1 END, CASE i % 4 WHEN 0 THEN 'u' || CAST(i % 25 AS TEXT) END, \
         CASE i % 40 WHEN 0 THEN 1 ELSE 0 END, CASE i % 100 WHEN 21 THEN 4 * i - 1 END, \
         CASE i % 100 WHEN 21 THEN 18507 + i / 100 END, CASE i % 300 WHEN 21 THEN 'yes' END, 0",
    ),
    // One in ten as many lectures as cases; half of them are still to be held or recorded.
    (
        "records",
        "district, seq, id, register, code, version, stage, unit, day, open, public, erased, touched, last, under",
        CASES / 10,
        "1, 40 * i + 1, blob((i + 7) * 48271 % 2147483647), 'lecture', text((i + 7) * 69621 % 2147483647), 3, \
         CASE WHEN i >= 5000 THEN 'announced' ELSE 'recorded' END, 'u' || CAST(i % 25 AS TEXT), 18500 + i / 10, \
         CASE WHEN i >= 5000 THEN 1 ELSE 0 END, CASE i % 10 WHEN 0 THEN 0 ELSE 1 END, 0, 1600000000000 + i * 1000000, \
         40 * i + 20, CASE i % 20 WHEN 3 THEN blob((i / 400 + 7) * 48271 % 2147483647) END",
    ),
    // A part in each open case, then what records are owed.
    (
        "duties",
        "district, seq, no, register, unit, rule, since, due, hour, held, sealed",
        CASES / 10 + CASES / 20,
        "1, CASE WHEN i < {n} / 10 THEN 4 * ({n} / 10 * 9 + i) ELSE 40 * (i - {n} / 20) + 1 END, 0, \
         CASE WHEN i < {n} / 10 THEN 'case' ELSE 'lecture' END, 'u' || CAST(i % 25 AS TEXT), \
         CASE WHEN i < {n} / 10 THEN 'hotline_answer' ELSE 'lecture_record' END, 19401 + i / 100, 19406 + i / 100, \
         9223372036854775807, CASE WHEN i % 10 = 9 THEN 'question' END, 0",
    ),
    (
        "lectures",
        "district, seq, lecture, level, unit, co_hosts, street, venue, audience, stage, starts, held_day, minutes, heads, \
         counted, online, questions, afterwards",
        CASES / 10,
        "1, 40 * i + 1, CASE i % 10 WHEN 0 THEN 'leaders' WHEN 1 THEN 'micro' ELSE 'party' END, 'grassroots', \
         'u' || CAST(i % 25 AS TEXT), 0, 's' || CAST(i % 12 AS TEXT), 'hall', 'members', \
         CASE WHEN i >= 5000 THEN 'announced' ELSE 'recorded' END, 1600000000000 + i * 8640000, 18500 + i / 10, 60, \
         CASE WHEN i < 5000 THEN 40 END, CASE WHEN i < 5000 THEN 'by_hand' END, NULL, i % 2, 0",
    ),
    (
        "meetings",
        "district, seq, unit, street, chosen, stage, starts, held_day, noticed, departments, heads, counted, opinions, \
         read_back, struck, boarded",
        CASES / 100,
        "1, 400 * i + 2, 'u' || CAST(i % 25 AS TEXT), 's' || CAST(i % 12 AS TEXT), 'open', 'approved', \
         1600000000000 + i * 86400000, 18500 + i, 5, 3, 40, 'by_hand', 12, 10, 1, i % 2",
    ),
    (
        "opinions",
        "district, seq, unit, street, how, stage, raised_day, read_back, claims, lead",
        CASES / 20,
        "1, 80 * i + 9, 'u' || CAST(i % 25 AS TEXT), 's' || CAST(i % 12 AS TEXT), 'spoken', \
         CASE i % 10 WHEN 0 THEN 'dropped' WHEN 1 THEN 'raised' ELSE 'settled' END, \
         CASE i % 10 WHEN 0 THEN NULL ELSE 18500 + i / 5 END, 1, i % 3, CASE i % 10 WHEN 5 THEN 'u' || CAST(i % 25 AS TEXT) END",
    ),
    (
        "receptions",
        "district, seq, unit, street, form, level, stage, starts, held_day, published, swaps, numbers, heard, turned",
        CASES / 100,
        "1, 400 * i + 3, 'u' || CAST(i % 25 AS TEXT), 's' || CAST(i % 12 AS TEXT), 'fixed', 'division', 'closed', \
         1600000000000 + i * 86400000, 18500 + i, 5, 0, 8, 7, 0",
    ),
    (
        "encounters",
        "district, seq, unit, street, mode, level, stage, received_day, matters",
        CASES / 20,
        "1, 80 * i + 7, 'u' || CAST(i % 25 AS TEXT), 's' || CAST(i % 12 AS TEXT), 'open_door', 'division', \
         CASE i % 10 WHEN 0 THEN 'left' ELSE 'received' END, CASE i % 10 WHEN 0 THEN NULL ELSE 18500 + i / 5 END, 1",
    ),
    (
        "links",
        "district, seq, from_case, to_id, link",
        CASES / 30,
        "1, 120 * i + 5, 120 * i + 4, blob((i * 29 + 1) * 48271 % 2147483647), \
         CASE i % 3 WHEN 0 THEN 'merged' ELSE 'related' END",
    ),
    (
        "openings",
        "district, seq, case_seq, unit, account, purpose, at",
        CASES / 20,
        "1, 80 * i + 6, 80 * i, 'u' || CAST(i % 25 AS TEXT), i % 100, 'call_back', 1600000000000 + i",
    ),
    ("publications", "district, seq, no, corrects, body, at", 240, "1, i / 20, i % 20, NULL, '{}', 1600000000000 + i"),
    (
        "exports",
        "district, seq, what, format, rows_out, masked, unit, account, at",
        300,
        "1, i, 'cases', 'csv', 100, 1, 'u1', 1, 1600000000000 + i",
    ),
    ("passwords", "district, account, hash", 100, "1, i, 'hash'"),
    ("sessions", "district, key, account, form, started, seen", 300, "1, blob(i), i % 100, blob(i), i, i"),
    ("heartbeat", "district, at", 1, "1, 1600000000000"),
    ("import_sources", "district, source", 5, "1, text(i)"),
    (
        "sign_ins",
        "district, account, at, id, outcome",
        20_000,
        "1, i % 100, 1600000000000 + i * 60000, blob(i), CASE i % 20 WHEN 0 THEN 'password' ELSE 'in' END",
    ),
    ("token_keys", "district, key, name", 10, "1, blob(i), text(i)"),
    (
        "outbox",
        "district, seq, no, stream, kind, topic, unit, lang, state, tries, next, at, said",
        CASES / 2,
        "1, 8 * i, 0, blob((2 * i + 1) * 48271 % 2147483647), CASE i % 4 WHEN 0 THEN 'robot' WHEN 1 THEN 'email' ELSE 'sms' END, \
         'answered', CASE i % 4 WHEN 0 THEN 'u' || CAST(i % 25 AS TEXT) END, 'zh', \
         CASE i % 1000 WHEN 999 THEN 'waiting' WHEN 998 THEN 'failed' WHEN 997 THEN 'unsure' WHEN 996 THEN 'kept' \
         WHEN 995 THEN 'sending' ELSE 'sent' END, 1, 1600000000000 + i * 1000, 1600000000000 + i * 1000, \
         CASE WHEN i % 1000 >= 995 THEN 'busy' END",
    ),
    ("hooks", "district, name, next_seq, tries, next, at, stopped, said", 2, "1, text(i), i, 0, 0, 0, 0, NULL"),
    ("views", "district, account, list, name, query", 60, "1, i % 20, 'desk', text(i), ''"),
];

/// Fills the empty tables, and has the database look at what is in them.
pub fn fill(db: &mut Db) {
    db.begin().unwrap();
    for (table, columns, rows, values) in TABLES {
        let values = calls(values, "blob(", |x| blob(db.engine(), x));
        let values = calls(&values, "text(", |x| text(db.engine(), x))
            .replace("{n}", &CASES.to_string())
            .replace("open", &format!("(i >= {})", CASES / 10 * 9))
            .replace("zeros", zeros(db.engine()));
        let sql = format!(
            "INSERT INTO {table}({columns}) WITH RECURSIVE n(i) AS \
             (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {rows} - 1) SELECT {values} FROM n"
        );
        db.write(&[Write::new(Box::leak(sql.into_boxed_str()), vec![])]).unwrap_or_else(|e| panic!("{table}: {e}"));
    }
    db.commit().unwrap();
    db.write(&[Write::new("ANALYZE", vec![])]).unwrap();
}

fn text(engine: Engine, number: &str) -> String {
    match engine {
        Engine::Sqlite => format!("printf('%016d', {number})"),
        Engine::Postgres => format!("lpad(({number})::TEXT, 16, '0')"),
    }
}

fn blob(engine: Engine, number: &str) -> String {
    match engine {
        Engine::Sqlite => format!("CAST({} AS BLOB)", text(engine, number)),
        Engine::Postgres => format!("convert_to({}, 'UTF8')", text(engine, number)),
    }
}

/// The district's own stream.
fn zeros(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "zeroblob(16)",
        Engine::Postgres => "decode(repeat('00', 16), 'hex')",
    }
}

/// The text with each call of `name` replaced by what `of` makes of its argument.
fn calls(text: &str, name: &str, of: impl Fn(&str) -> String) -> String {
    let mut parts = text.split(name);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut depth = 1;
        let end = part.find(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        });
        let (argument, rest) = part.split_at(end.expect("the call is closed"));
        out.push_str(&of(argument));
        out.push_str(&rest[1..]);
    }
    out
}
