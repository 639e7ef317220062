//! The pure rooms do no I/O, read no clock, draw no randomness, and know neither SQL nor HTTP.

use crate::{Finding, Rust, Tree, words};

/// The rooms that are pure.
pub const PURE: &[&str] = &["crates/calendar", "crates/domain", "crates/ledger", "crates/registers"];

/// Words of code that don't stand in a pure room, by what they break.
const CODE: &[(&str, &[&str])] = &[
    (
        "reads a clock: take the time as a fact",
        &["SystemTime", "Instant::now", "Timestamp::now", "Zoned::now", "TimeZone::system", "Utc::now"],
    ),
    (
        "draws randomness: take ids and nonces as facts",
        &["rand::", "rand_core", "rand_chacha", "thread_rng", "OsRng", "getrandom", "from_entropy", "RandomState"],
    ),
    ("has an order that differs from run to run: take a BTreeMap or BTreeSet", &["HashMap", "HashSet"]),
    (
        "does I/O: do it in `store` or `desk` and hand in what was read",
        &[
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
            "std::thread",
            "File::open",
            "File::create",
            "tokio::",
            "println!",
            "eprintln!",
            "rusqlite",
            "tokio_postgres",
        ],
    ),
    ("knows HTTP: that is the web room's business", &["http::", "hyper::", "axum::", "reqwest", "ureq", "StatusCode"]),
];

/// Beginnings of SQL in strings.
const SQL: &[&str] =
    &["SELECT ", "INSERT INTO", "INSERT OR", "UPDATE ", "DELETE FROM", "CREATE TABLE", "ALTER TABLE", "PRAGMA "];

/// What a pure room's shipping code must not hold. Its tests may.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let pure = |path: &str| PURE.iter().any(|room| path.strip_prefix(room).is_some_and(|rest| rest.starts_with('/')));
    for file in tree.ending(&["rs"]).filter(|f| pure(&f.path) && !tree.is_test(f)) {
        let rust = Rust::read(&file.text);
        let code = rust.code();
        for (why, list) in CODE {
            for word in *list {
                for line in words::lines_with(&code, word) {
                    let what = format!("`{word}` in a pure room");
                    found.push(Finding::new(&file.path, line, what, format!("it {why}")));
                }
            }
        }
        for literal in rust.literals().into_iter().filter(|l| !l.in_test) {
            let text = literal.text.trim_start();
            if SQL.iter().any(|start| text.starts_with(start)) {
                let instead = "queries stand in `store`";
                found.push(Finding::new(&file.path, literal.line, "SQL in a pure room", instead));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_in(path: &str, text: &str) -> Vec<(usize, String)> {
        check(&Tree::made_up(&[(path, text)])).into_iter().map(|f| (f.line, f.what)).collect()
    }

    #[test]
    fn a_clock_a_random_number_and_a_query_are_found_in_a_pure_room() {
        let text = "use std::time::SystemTime;\nfn f() { rand::random() }\nconst Q: &str = \"SELECT 1\";\n";
        let lines: Vec<_> = found_in("crates/domain/src/a.rs", text).into_iter().map(|f| f.0).collect();
        assert_eq!(lines, [1, 2, 3]);
        assert!(found_in("crates/store/src/a.rs", text).is_empty());
    }

    #[test]
    fn what_a_comment_a_message_or_a_test_says_is_no_breach() {
        let text = "/// Never SystemTime.\nfn f() -> &'static str { \"SystemTime\" }\n#[cfg(test)]\nmod tests { use std::fs; }\n";
        assert!(found_in("crates/ledger/src/a.rs", text).is_empty());
        assert!(found_in("crates/ledger/tests/a.rs", "use std::fs;").is_empty());
    }

    #[test]
    fn operand_is_not_rand() {
        assert!(found_in("crates/calendar/src/a.rs", "operand::f(); Update(\"UPDATED\");").is_empty());
    }
}
