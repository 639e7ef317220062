//! Nothing half-done and nothing of one machine stays in the source.

use super::OWN;
use crate::{Finding, Tree, words};

/// Marks of unfinished work.
const UNFINISHED: &[&str] = &["TODO", "FIXME", "XXX", "HACK", "todo!", "unimplemented!"];

/// Folders of one machine, and whether tests may name them.
const MACHINE: &[(&str, bool)] = &[("/work/", false), ("/root/", false), ("/tmp/", true)];

/// Marks of unfinished work and paths of a machine, in every text that is ours.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files().filter(|f| !f.is_in(OWN) && f.path != "Cargo.lock") {
        if !matches!(file.ending(), "md" | "lock" | "svg") {
            for word in UNFINISHED {
                for line in words::lines_with(&file.text, word) {
                    let instead = "finish it, or take it out and write an issue";
                    found.push(Finding::new(
                        &file.path,
                        line,
                        format!("`{word}` says that this is unfinished"),
                        instead,
                    ));
                }
            }
        }
        for (folder, in_tests) in MACHINE {
            if *in_tests && (tree.is_test(file) || is_in_test_item(file, folder)) {
                continue;
            }
            for (at, _) in file.text.match_indices(folder) {
                let before = file.text[..at].chars().next_back();
                if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | ')' | '*')) {
                    continue;
                }
                let line = words::line_of(&file.text, at);
                let instead = "take it from the configuration, the environment, or the workspace's root";
                found.push(Finding::new(&file.path, line, format!("`{folder}` is a folder of one machine"), instead));
            }
        }
    }
    found
}

/// Whether a Rust file names the folder in its tests only.
fn is_in_test_item(file: &crate::Source, folder: &str) -> bool {
    file.ending() == "rs" && !crate::Rust::read(&file.text).code_and_strings().contains(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_in(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::made_up(&[(path, text)])).into_iter().map(|f| f.line).collect()
    }

    #[test]
    fn unfinished_work_is_found_in_code_and_comments() {
        assert_eq!(found_in("crates/a/src/a.rs", "// TODO later\nfn f() { todo!() }"), [1, 2]);
        assert_eq!(found_in("crates/a/templates/a.html", "\n{# FIXME #}"), [2]);
        assert!(found_in("crates/a/src/a.rs", "const TODOS: u8 = 1;").is_empty());
    }

    #[test]
    fn a_path_of_a_machine_is_found() {
        assert_eq!(found_in("crates/a/src/a.rs", "open(\"/work/x\")"), [1]);
        assert_eq!(found_in("crates/a/tests/a.rs", "open(\"/work/x\")"), [1]);
        assert_eq!(found_in("README.md", "cd /tmp/x"), [1]);
        assert!(found_in("crates/a/tests/a.rs", "open(\"/tmp/x\")").is_empty());
        assert!(found_in("crates/a/src/a.rs", "#[cfg(test)]\nmod tests { const A: &str = \"/tmp/x\"; }").is_empty());
        assert!(found_in("README.md", "docs/work/a and https://example.org/work/a").is_empty());
    }
}
