//! Each event kind and each route is named in some test.

use super::OWN;
use crate::{Finding, Rust, Tree, words};

/// The table of routes; what single registers have beside it stands with their pages.
const ROUTES: &str = "crates/web/src/routes.rs";

/// Where events are declared.
const RULES: &[&str] = &["crates/domain/src", "crates/registers/src"];

/// Event kinds of `domain` that no test names, by kind (`"not_reached"`) or by variant (`Event::NotReached`).
pub fn events(tree: &Tree) -> Vec<Finding> {
    let tests = TestText::of(tree);
    let mut found = Vec::new();
    for file in tree.ending(&["rs"]).filter(|f| RULES.iter().any(|room| f.is_in(room)) && !tree.is_test(f)) {
        for event in declared(&Rust::read(&file.text).code_and_strings()) {
            let quoted = format!("\"{}\"", event.kind);
            let variant = format!("::{}", event.variant);
            if !tests.code.contains(&quoted) && words::offsets(&tests.code, &variant).next().is_none() {
                let what = format!("no test names the event `{}`", event.kind);
                let instead = format!("tell in a test how it comes about: {quoted} or Event::{}", event.variant);
                found.push(Finding::new(&file.path, event.line, what, instead));
            }
        }
    }
    found
}

struct Declared {
    kind: String,
    variant: String,
    line: usize,
}

/// The events that a file declares: `Variant "kind"` in `events! { … }`, `events! { Event { … } }`, or the variants of `enum Event`.
fn declared(code: &str) -> Vec<Declared> {
    let mut found = Vec::new();
    for head in ["events!", "enum Event"] {
        for at in words::offsets(code, head) {
            let behind = &code[at + head.len()..];
            // A macro's own text (`$variant`) declares nothing.
            let Some(body) = behind.trim_start().strip_prefix('{').map(inner) else { continue };
            // A register names its enum: `events! { Event { Held "meeting.held" { … } } }`.
            let named = || without_attributes(body).trim_start().strip_prefix("Event")?.trim_start().strip_prefix('{');
            let body = named().map_or(body, inner);
            if body.contains('$') {
                continue;
            }
            let offset = body.as_ptr() as usize - code.as_ptr() as usize;
            for (start, item) in top_level(body) {
                let text = without_attributes(item).trim_start();
                let variant: String = text.chars().take_while(char::is_ascii_alphanumeric).collect();
                if !variant.starts_with(|c: char| c.is_ascii_uppercase()) {
                    continue;
                }
                let rest = text[variant.len()..].trim_start();
                let kind = match rest.strip_prefix('"').and_then(|r| r.split('"').next()) {
                    Some(kind) => kind.to_owned(),
                    None => words::inside(&variant).replace(' ', "_"),
                };
                let line = words::line_of(code, offset + start + item.find(&variant).unwrap_or(0));
                found.push(Declared { kind, variant, line });
            }
        }
    }
    found
}

/// What stands up to the brace that closes an already open one.
fn inner(text: &str) -> &str {
    let mut depth = 1_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    text
}

/// The pieces between commas that stand in no bracket, with their offsets.
fn top_level(text: &str) -> Vec<(usize, &str)> {
    let (mut depth, mut start, mut quoted, mut found) = (0_usize, 0, false, Vec::new());
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                found.push((start, &text[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push((start, &text[start..]));
    found
}

fn without_attributes(item: &str) -> &str {
    let mut rest = item.trim_start();
    while rest.starts_with("#[") {
        let mut depth = 0_usize;
        let end = rest.bytes().position(|b| {
            match b {
                b'[' => depth += 1,
                b']' => depth -= 1,
                _ => {}
            }
            b == b']' && depth == 0
        });
        rest = end.map_or("", |at| &rest[at + 1..]).trim_start();
    }
    rest
}

/// Routes of the table that no test asks for. A path in a test fits when each piece does; `{code}` fits any piece.
pub fn routes(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let tests = TestText::of(tree);
    for file in tree.ending(&["rs"]).filter(|f| f.is_in("crates/web/src") && !tree.is_test(f) && f.path != ROUTES) {
        for line in words::lines_with(&Rust::read(&file.text).code(), ".route(") {
            let instead = format!("write it into the table {ROUTES}, from which the role matrix and this rule read");
            found.push(Finding::new(&file.path, line, "a route outside the table", instead));
        }
    }
    for file in tree.ending(&["rs"]).filter(|f| f.is_in("crates/web/src") && !tree.is_test(f)) {
        let literals = Rust::read(&file.text).literals();
        // A row begins with its method and its path.
        let rows = literals.windows(2).filter(|two| {
            !two[0].in_test && matches!(two[0].text.as_str(), "GET" | "POST" | "PUT" | "PATCH" | "DELETE")
        });
        for path in rows.map(|two| &two[1]).filter(|path| path.text.starts_with('/')) {
            if !tests.paths.iter().any(|asked| fits(&path.text, asked)) {
                let what = format!("no test asks for the route `{}`", path.text);
                let instead = "ask for it in a test, and assert status and body";
                found.push(Finding::new(&file.path, path.line, what, instead));
            }
        }
    }
    found
}

/// Whether a path is one of a route's. Both may hold `{…}` pieces.
fn fits(route: &str, path: &str) -> bool {
    let mut pieces = path.split('/');
    for wanted in route.split('/') {
        if wanted.starts_with("{*") {
            return pieces.next().is_some();
        }
        match pieces.next() {
            Some(piece) if piece == wanted => {}
            Some(piece) if !piece.is_empty() && piece_fits(wanted, piece) => {}
            _ => return false,
        }
    }
    pieces.next().is_none()
}

/// `{code}.tlog-proof` fits `AB12.tlog-proof`; `{code}` fits anything.
fn piece_fits(wanted: &str, piece: &str) -> bool {
    match (wanted.split_once('{'), wanted.rsplit_once('}')) {
        (Some((start, _)), Some((_, end))) => {
            piece.len() > start.len() + end.len() && piece.starts_with(start) && piece.ends_with(end)
        }
        _ => false,
    }
}

/// What the tests of all rooms say, this crate's left out.
struct TestText {
    code: String,
    paths: Vec<String>,
}

impl TestText {
    fn of(tree: &Tree) -> TestText {
        let (mut code, mut paths) = (String::new(), Vec::new());
        for file in tree.ending(&["rs"]).filter(|f| !f.is_in(OWN)) {
            let rust = Rust::read(&file.text);
            let whole = tree.is_test(file);
            code.push_str(&if whole { rust.all_but_comments() } else { rust.tests_and_strings() });
            for literal in rust.literals().into_iter().filter(|l| whole || l.in_test) {
                paths.extend(literal.text.split_whitespace().filter_map(path_in));
            }
        }
        TestText { code, paths }
    }
}

/// The path in a word of a test's string: of `http://host/a/b?c`, of `{base}/a/b`, or the word itself; without its query.
fn path_in(word: &str) -> Option<String> {
    let behind_host = word.split_once("://").map_or(word, |(_, rest)| rest);
    let start = if behind_host.starts_with('{') { behind_host.find('}')? + 1 } else { 0 };
    let path = &behind_host[start..];
    let path = &path[path.find('/')?..];
    Some(path.split(['?', '#', '\\']).next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whats(found: Vec<Finding>) -> Vec<String> {
        found.into_iter().map(|f| format!("{} {}", f.line, f.what)).collect()
    }

    const MACRO: &str = "macro_rules! events { ($($v:ident $k:literal),+) => { pub enum Event { $($v),+ } } }\n\
        events! {\n/// A, b.\nRaised \"raised\" { #[serde(default)] a: Vec<(u8, u8)>, b: u8 },\nNotReached \"not_reached\",\n}\n";

    #[test]
    fn an_event_of_the_table_that_no_test_names_is_found() {
        let tests = "#[test] fn t() { assert!(matches!(e, Event::Raised { .. })); }";
        let tree = Tree::made_up(&[("crates/domain/src/event.rs", MACRO), ("crates/domain/tests/a.rs", tests)]);
        assert_eq!(whats(events(&tree)), ["5 no test names the event `not_reached`"]);
        let tree = Tree::made_up(&[
            ("crates/domain/src/event.rs", MACRO),
            ("crates/desk/tests/a.rs", "f(\"raised\", \"not_reached\")"),
        ]);
        assert_eq!(whats(events(&tree)), [] as [&str; 0]);
    }

    #[test]
    fn an_event_of_an_enum_that_only_shipping_code_names_is_found() {
        let text = "/// E.\npub enum Event {\n    /// F.\n    UnitClosed {\n        /// U.\n        unit: u8,\n    },\n}\nfn f() { Event::UnitClosed }";
        let tree = Tree::made_up(&[("crates/domain/src/event.rs", text)]);
        assert_eq!(whats(events(&tree)), ["4 no test names the event `unit_closed`"]);
        let register = "events! {\n/// Acts.\nEvent {\n/// It was held.\nHeld \"meeting.held\" { heads: u32 } } }\n";
        let tree = Tree::made_up(&[("crates/registers/src/listen/meeting/mod.rs", register)]);
        assert_eq!(whats(events(&tree)), ["5 no test names the event `meeting.held`"]);
    }

    #[test]
    fn a_route_that_no_test_asks_for_is_found() {
        let rows = ["/cases/{code}", "/receipts/{code}.tlog-proof", "/tile/{*rest}", "/healthz", "/never"];
        let table = rows.map(|path| format!("route(\"GET\", {path:?}, f),")).join("\n");
        let tests = "get(\"/cases/AB12?x=1\"); get(\"http://127.0.0.1:1/healthz\"); get(\"{base}/tile/0/x001\"); \"GET /receipts/Q.tlog-proof HTTP/1.1\\r\\n\"";
        let tree = Tree::made_up(&[(ROUTES, table.as_str()), ("crates/doorstep/tests/a.rs", tests)]);
        assert_eq!(whats(routes(&tree)), ["5 no test asks for the route `/never`"]);
    }

    #[test]
    fn a_route_outside_the_table_is_found() {
        let tree = Tree::made_up(&[("crates/web/src/a.rs", "\nRouter::new().route(\"/a\", get(f))")]);
        assert_eq!(whats(routes(&tree)), ["2 a route outside the table"]);
    }

    #[test]
    fn a_longer_or_shorter_path_is_another_route() {
        assert!(
            !fits("/cases/{code}", "/cases/a/answer")
                && !fits("/cases/{code}", "/cases")
                && !fits("/cases/{code}", "/cases/")
        );
        assert!(fits("/cases/{code}/answer", "/cases/{code}/answer") && fits("/", "/"));
    }
}
