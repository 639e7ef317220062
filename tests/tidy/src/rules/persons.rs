//! Cases, never persons: no word of a register of persons in schema, routes, events or messages
//! (`国办函〔2026〕12号` forbids check-ins, points and rankings; `信访工作条例` protects who complains).

use super::OWN;
use crate::{Finding, Rust, Tree, words};

/// Phrases that no table, column, route, event, field or message key may hold.
const ENGLISH: &[&str] = &[
    "score",
    "scores",
    "scoring",
    "rank",
    "ranks",
    "ranking",
    "rankings",
    "leaderboard",
    "black list",
    "blacklist",
    "watch list",
    "watchlist",
    "key person",
    "key persons",
    "key people",
    "petitioner",
    "petitioners",
    "check in",
    "checkin",
    "check ins",
    "clock in",
    "profile",
    "profiles",
    "points",
    "risk level",
    "risk flag",
    "risk person",
    "credit rating",
    "online time",
    "online hours",
    "online minutes",
    "dossier",
    "trouble maker",
    "troublemaker",
    "person id",
    "citizen id",
    "resident id",
    "id card",
    "id number",
    "identity number",
    "repeat offender",
];

/// The same in Chinese.
const CHINESE: &[&str] = &[
    "积分",
    "排名",
    "排行",
    "重点人",
    "黑名单",
    "签到",
    "打卡",
    "画像",
    "信访人名单",
    "上访人",
    "缠访",
    "闹访",
    "稳控",
    "风险等级",
    "信用分",
    "身份证",
    "在线时长",
];

const INSTEAD: &str = "the house tracks cases, never persons: name what happens to a case or a unit instead";

/// Where the rules and the registers are: every name and every text there is read, as columns, events and pages come from
/// them.
const RULES: &[&str] = &["crates/domain/", "crates/registers/"];

/// Schema (`.sql`, SQL in strings, and `columns!`), routes, the names in [`RULES`], and the keys of messages.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files().filter(|f| !f.is_in(OWN)) {
        match file.ending() {
            "sql" => look(&file.path, &without_sql_comments(&file.text), 1, false, &mut found),
            "ftl" => {
                for (line, text) in file.lines() {
                    let key = text.split_once('=').map_or("", |(key, _)| key);
                    if !key.starts_with([' ', '#']) {
                        look(&file.path, key, line, true, &mut found);
                    }
                }
            }
            "rs" if !tree.is_test(file) => rust_file(&file.path, &file.text, &mut found),
            _ => {}
        }
    }
    found
}

fn rust_file(path: &str, text: &str, found: &mut Vec<Finding>) {
    let rust = Rust::read(text);
    let in_domain = RULES.iter().any(|room| path.starts_with(room));
    let code = rust.code();
    if in_domain {
        look(path, &code, 1, false, found);
    } else {
        for (line, columns) in columns(&code) {
            look(path, columns, line, false, found);
        }
    }
    for literal in rust.literals().into_iter().filter(|l| !l.in_test) {
        let is_route = path.starts_with("crates/web/") && literal.text.starts_with('/');
        let is_name = literal.text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.:".contains(&b));
        if is_route || (in_domain && (is_name || !literal.text.is_ascii())) {
            look(path, &literal.text, literal.line, true, found);
        } else if is_sql(&literal.text) {
            look(path, &without_sql_comments(&literal.text), literal.line, false, found);
        }
    }
}

/// What stands in each `columns! { … }`, with the line on which it begins: the columns of a table that has no schema text.
fn columns(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("columns!") {
        let Some(open) = code[at..].find('{').map(|n| at + n) else { continue };
        let mut depth = 0;
        let end = code[open..].find(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth == 0
        });
        found.push((words::line_of(code, open), &code[open..end.map_or(code.len(), |n| open + n)]));
    }
    found
}

fn is_sql(text: &str) -> bool {
    ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE ", "ALTER "].iter().any(|word| text.contains(word))
}

/// SQL with its `--` comments blank.
fn without_sql_comments(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    lines.join("\n")
}

fn look(path: &str, text: &str, first_line: usize, hyphens: bool, found: &mut Vec<Finding>) {
    let mut add = |at: usize, word: &str, inside: &str| {
        let what = format!("`{word}` in `{inside}` is a word of a register of persons");
        found.push(Finding::new(path, first_line + words::line_of(text, at) - 1, what, INSTEAD));
    };
    for (at, identifier) in words::identifiers(text, hyphens) {
        if let Some(word) = ENGLISH.iter().find(|word| words::holds(identifier, word)) {
            add(at, word, identifier);
        }
    }
    for word in CHINESE {
        for (at, _) in text.match_indices(word) {
            add(at, word, word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_in(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::made_up(&[(path, text)])).into_iter().map(|f| f.line).collect()
    }

    #[test]
    fn a_register_of_persons_is_found_in_the_schema() {
        assert_eq!(
            found_in("crates/store/schema/a.sql", "CREATE TABLE a (\n  risk_level TEXT,\n  积分 BIGINT\n);"),
            [2, 3]
        );
        assert_eq!(found_in("crates/store/src/a.rs", "const A: &str = \"CREATE TABLE blacklist (id)\";"), [1]);
    }

    #[test]
    fn a_register_of_persons_is_found_in_the_columns_of_a_read_table() {
        let planted = "const CASE: &[Column<Case>] = columns! { Case:\n\
            code \"TEXT NOT NULL\" fixed = |c| c.code.as_str(),\n\
            // Never a score.\n\
            risk_level \"BIGINT\" = |c| { c.level() },\n\
            rank \"BIGINT\" = |c| c.place(),\n};\nfn score() {}";
        assert_eq!(found_in("crates/store/src/rows/a.rs", planted), [4, 5]);
        // Where all names are read, the function behind them is read too.
        assert_eq!(found_in("crates/registers/src/tell/a.rs", planted), [4, 5, 7]);
    }

    #[test]
    fn a_check_constraint_and_a_comment_are_no_breach() {
        let sql = "CREATE TABLE a (n BIGINT CHECK (n IN (1, 2)), checkpoint TEXT) -- never a score\n";
        assert!(found_in("crates/store/schema/a.sql", sql).is_empty());
    }

    #[test]
    fn a_register_of_persons_is_found_in_routes_events_and_message_keys() {
        assert_eq!(found_in("crates/web/src/routes.rs", "r(\"/staff/check-in\");\nr(\"/sign-in\");"), [1]);
        assert_eq!(found_in("crates/domain/src/a.rs", "enum Event {\n KeyPersonMarked }"), [2]);
        assert_eq!(found_in("crates/domain/src/a.rs", "A \"a\" \"重点人员\""), [1]);
        assert_eq!(found_in("crates/registers/src/act/a.rs", "enum Event {\n KeyPersonMarked }"), [2]);
        assert_eq!(found_in("crates/registers/src/act/a.rs", "A \"a\" \"重点人员\""), [1]);
        assert_eq!(found_in("crates/web/locales/en/a.ftl", "a = No score is kept.\nunit-ranking = x"), [2]);
    }
}
