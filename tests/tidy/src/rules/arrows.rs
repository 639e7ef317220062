//! Arrows between rooms point down only, heavy crates stay in their room, and every crate lives under the same lints.

use crate::{Finding, Tree};
use toml::{Table, Value};

/// The rooms, and the rooms that each may name.
const ROOMS: &[(&str, &[&str])] = &[
    ("calendar", &[]),
    ("ledger", &[]),
    ("domain", &["calendar"]),
    ("registers", &["calendar", "domain"]),
    // What tests share: no room names it but for its tests.
    ("testing", &["desk", "domain", "registers", "store"]),
    ("workbook", &[]),
    ("store", &["calendar", "domain", "ledger", "registers"]),
    ("desk", &["calendar", "domain", "ledger", "registers", "store"]),
    ("figures", &["calendar", "domain", "ledger", "registers", "store"]),
    ("reading", &["calendar", "domain", "store"]),
    ("messages", &["calendar", "desk", "domain", "ledger", "store"]),
    (
        "web",
        &["calendar", "desk", "domain", "figures", "ledger", "messages", "reading", "registers", "store", "workbook"],
    ),
    (
        "doorstep",
        &[
            "calendar",
            "desk",
            "domain",
            "figures",
            "ledger",
            "messages",
            "reading",
            "registers",
            "store",
            "web",
            "workbook",
        ],
    ),
];

/// What a room's tests may name beside: they make their cases through the only door for change.
const FOR_TESTS: &[(&str, &str)] = &[
    ("figures", "desk"),
    ("reading", "desk"),
    ("domain", "testing"),
    ("registers", "testing"),
    ("store", "testing"),
    ("desk", "testing"),
    ("figures", "testing"),
    ("reading", "testing"),
    ("messages", "testing"),
    ("web", "testing"),
    ("doorstep", "testing"),
];

/// Crates that belong to certain rooms, and why.
const OWNERS: &[(&[&str], &[&str], &str)] = &[
    (
        &["axum", "axum-core", "axum-extra", "askama", "tower", "tower-http", "hyper"],
        &["web"],
        "only the web room knows HTTP and templates: give it a function that does what you need",
    ),
    (&["rusqlite", "tokio-postgres"], &["store"], "only the store room talks to a database: ask it for a query"),
    (
        &["tokio", "rand", "rand_core", "rand_chacha", "getrandom", "reqwest", "ureq", "tracing", "tempfile"],
        &["store", "desk", "figures", "messages", "reading", "testing", "web", "doorstep"],
        "the pure rooms do no I/O and draw no randomness: take what you need as a fact",
    ),
];

/// Every manifest under `crates/`, `tests/` and `xtask/`.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files().filter(|f| f.path.ends_with("/Cargo.toml")) {
        match file.text.parse::<Table>() {
            Ok(manifest) => check_manifest(&file.path, &file.text, &manifest, &mut found),
            Err(error) => found.push(Finding::new(&file.path, 1, format!("not TOML: {error}"), "mend it")),
        }
    }
    if let Some(root) = tree.file("Cargo.toml") {
        for (lint, line) in [("missing_docs", "missing_docs = \"warn\""), ("unsafe_code", "unsafe_code = \"forbid\"")] {
            if !root.text.contains(line) {
                let instead = format!("write `{line}` under [workspace.lints.rust]");
                found.push(Finding::new(
                    &root.path,
                    1,
                    format!("the workspace no longer has the lint {lint}"),
                    instead,
                ));
            }
        }
    }
    for file in tree.ending(&["rs"]) {
        for line in crate::words::lines_with(&crate::Rust::read(&file.text).code(), "#![allow(missing_docs") {
            found.push(Finding::new(
                &file.path,
                line,
                "a whole module without docs",
                "say of each public item what it is",
            ));
        }
    }
    found
}

fn check_manifest(path: &str, text: &str, manifest: &Table, found: &mut Vec<Finding>) {
    let inherits = manifest.get("lints").and_then(|l| l.get("workspace")).and_then(Value::as_bool) == Some(true);
    if !inherits {
        let instead =
            "add `[lints]` with `workspace = true`: it asks for a doc on each public item and forbids unsafe code";
        found.push(Finding::new(path, 1, "the crate does not live under the workspace's lints", instead));
    }
    let Some(room) = path.strip_prefix("crates/").and_then(|p| p.strip_suffix("/Cargo.toml")) else { return };
    let Some((_, below)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        let instead = "draw it into ARCHITECTURE.md and into ROOMS in tests/tidy/src/rules/arrows.rs";
        found.push(Finding::new(path, 1, format!("the room `{room}` is not on the plan"), instead));
        return;
    };
    for (section, name) in dependencies(manifest) {
        let line = text.lines().position(|l| l.trim_start().starts_with(&name)).map_or(1, |n| n + 1);
        let is_room = ROOMS.iter().any(|(other, _)| *other == name);
        // A room names itself in its tests to switch on what only tests need.
        let own = name == room;
        let for_tests = section == "dev-dependencies" && (own || FOR_TESTS.contains(&(room, name.as_str())));
        if is_room && !for_tests && !below.contains(&name.as_str()) {
            let what = format!("an arrow that does not point down: {room} → {name}");
            let instead = match below {
                [] => format!("{room} names no other room: take what you need as an argument"),
                _ => format!(
                    "{room} may name {}; move the code down, or take what you need as an argument",
                    below.join(", ")
                ),
            };
            found.push(Finding::new(path, line, what, instead));
        }
        let owner = OWNERS.iter().find(|(crates, _, _)| crates.contains(&name.as_str()));
        if let Some((_, rooms, why)) = owner
            && section != "dev-dependencies"
            && !rooms.contains(&room)
        {
            found.push(Finding::new(path, line, format!("`{name}` does not belong into the room `{room}`"), *why));
        }
    }
}

/// Section and name of every dependency, those of single targets too. A renamed one counts by its real name.
fn dependencies(manifest: &Table) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let targets = manifest.get("target").and_then(Value::as_table);
    let tables = targets.into_iter().flat_map(|t| t.values().filter_map(Value::as_table));
    for table in tables.chain([manifest]) {
        for section in ["dependencies", "build-dependencies", "dev-dependencies"] {
            for (name, value) in table.get(section).and_then(Value::as_table).into_iter().flatten() {
                let real = value.get("package").and_then(Value::as_str).unwrap_or(name);
                found.push((section, real.to_owned()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whats(files: &[(&str, &str)]) -> Vec<String> {
        check(&Tree::made_up(files)).into_iter().map(|f| format!("{}: {}", f.line, f.what)).collect()
    }

    #[test]
    fn an_arrow_upward_is_found() {
        let manifest = "[lints]\nworkspace = true\n[dependencies]\ncalendar.workspace = true\nstore.workspace = true\n";
        assert_eq!(
            whats(&[("crates/domain/Cargo.toml", manifest)]),
            ["5: an arrow that does not point down: domain → store"]
        );
    }

    #[test]
    fn an_arrow_upward_is_found_behind_another_name_and_for_a_single_target() {
        let renamed =
            "[lints]\nworkspace = true\n[dependencies]\ninner = { path = \"../store\", package = \"store\" }\n";
        assert_eq!(whats(&[("crates/ledger/Cargo.toml", renamed)]).len(), 1);
        let target = "[lints]\nworkspace = true\n[target.'cfg(unix)'.dependencies]\nweb.workspace = true\n";
        assert_eq!(whats(&[("crates/desk/Cargo.toml", target)]).len(), 1);
    }

    #[test]
    fn the_tests_of_figures_may_go_through_the_desk_and_its_code_may_not() {
        let dev = "[lints]\nworkspace = true\n[dev-dependencies]\ndesk.workspace = true\n";
        assert!(whats(&[("crates/figures/Cargo.toml", dev)]).is_empty());
        let real = "[lints]\nworkspace = true\n[dependencies]\ndesk.workspace = true\n";
        assert_eq!(whats(&[("crates/figures/Cargo.toml", real)]).len(), 1);
    }

    #[test]
    fn the_web_framework_stays_in_its_room() {
        let manifest = "[lints]\nworkspace = true\n[dependencies]\naxum.workspace = true\n";
        assert_eq!(
            whats(&[("crates/doorstep/Cargo.toml", manifest)]),
            ["4: `axum` does not belong into the room `doorstep`"]
        );
        assert!(whats(&[("crates/web/Cargo.toml", manifest)]).is_empty());
    }

    #[test]
    fn a_room_off_the_plan_and_a_crate_without_lints_are_found() {
        let found = whats(&[("crates/attic/Cargo.toml", "[package]\nname = \"attic\"\n")]);
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
