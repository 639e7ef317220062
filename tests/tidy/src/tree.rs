//! The source tree as the rules see it: every text file with its path, in the order of the paths.

use crate::rust::Rust;
use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};

/// What was made and not written: folders, and the file `.git` of a second checkout.
const MADE: &[&str] = &["target", ".git", "doorstep-data", "node_modules"];

/// One text file.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path from the root of the project, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// The ending of its name, without the dot; empty without one.
    pub fn ending(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or("", |(_, ending)| ending)
    }

    /// Whether it belongs to the crate of that folder (`crates/store`).
    pub fn is_in(&self, folder: &str) -> bool {
        self.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Its lines, numbered from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(n, line)| (n + 1, line))
    }
}

/// All text files of the project, or of a small tree that a test made up.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    files: Vec<Source>,
    /// Rust files that are compiled for tests only, because their `mod` line says so.
    test_modules: BTreeSet<String>,
}

impl Tree {
    /// Reads the project under a folder.
    ///
    /// # Errors
    /// When a folder or file can't be read. Files that aren't UTF-8 (pictures, fixtures) are left out.
    pub fn read(root: &Path) -> io::Result<Tree> {
        let mut found = Vec::new();
        walk(root, "", &mut found)?;
        Ok(Tree::of(found))
    }

    /// A tree of these files: path and text.
    pub fn of(files: impl IntoIterator<Item = (String, String)>) -> Tree {
        let mut files: Vec<Source> = files.into_iter().map(|(path, text)| Source { path, text }).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut test_modules = BTreeSet::new();
        for file in files.iter().filter(|f| f.ending() == "rs") {
            for name in Rust::read(&file.text).test_modules() {
                test_modules.insert(format!("{}/{name}", module_folder(&file.path)));
            }
        }
        Tree { files, test_modules }
    }

    /// A made-up tree, for the rules' own tests.
    pub fn made_up(files: &[(&str, &str)]) -> Tree {
        Tree::of(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())))
    }

    /// Every file.
    pub fn files(&self) -> impl Iterator<Item = &Source> {
        self.files.iter()
    }

    /// Every file with one of these endings.
    pub fn ending<'a>(&'a self, endings: &'a [&'a str]) -> impl Iterator<Item = &'a Source> {
        self.files.iter().filter(move |f| endings.contains(&f.ending()))
    }

    /// The file of a path.
    pub fn file(&self, path: &str) -> Option<&Source> {
        self.files.iter().find(|f| f.path == path)
    }

    /// Whether a file is compiled or read for tests only.
    pub fn is_test(&self, file: &Source) -> bool {
        let by_place = file.path.split('/').any(|part| matches!(part, "tests" | "benches" | "fixtures" | "fuzz"));
        let stem = file.path.strip_suffix(".rs").unwrap_or(&file.path);
        by_place
            || self.test_modules.iter().any(|module| {
                stem == module || stem.strip_prefix(module.as_str()).is_some_and(|rest| rest.starts_with('/'))
            })
    }
}

/// The folder in which the modules stand that a file declares.
fn module_folder(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        _ => format!("{folder}/{}", name.trim_end_matches(".rs")),
    }
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<(String, String)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        let kind = entry.file_type()?;
        if MADE.contains(&name.as_str()) {
            continue;
        }
        if kind.is_dir() {
            walk(&entry.path(), &path, found)?;
        } else if kind.is_file()
            && let Ok(text) = fs::read_to_string(entry.path())
        {
            found.push((path, text));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_for_tests_only_is_known_by_its_declaration() {
        let tree = Tree::made_up(&[
            ("crates/a/src/lib.rs", "mod real;\n#[cfg(test)]\nmod proofs;\n"),
            ("crates/a/src/proofs.rs", ""),
            ("crates/a/src/proofs/deep.rs", ""),
            ("crates/a/src/real.rs", "#[cfg(test)] mod checks;"),
            ("crates/a/src/real/checks.rs", ""),
            ("crates/a/tests/story.rs", ""),
        ]);
        let tests: Vec<_> = tree.files().filter(|f| tree.is_test(f)).map(|f| f.path.as_str()).collect();
        let expected = [
            "crates/a/src/proofs.rs",
            "crates/a/src/proofs/deep.rs",
            "crates/a/src/real/checks.rs",
            "crates/a/tests/story.rs",
        ];
        assert_eq!(tests, expected);
    }
}
