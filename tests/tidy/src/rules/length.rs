//! A file stays short enough to be read in one sitting.

use crate::{Finding, Tree};

/// The most lines that a file may have.
pub const MOST_LINES: usize = 600;

/// Files of source that are longer than [`MOST_LINES`].
pub fn check(tree: &Tree) -> Vec<Finding> {
    let long = |file: &crate::Source| {
        let lines = file.lines().count();
        (lines > MOST_LINES).then(|| {
            let what = format!("the file has {lines} lines; the house allows {MOST_LINES}");
            Finding::new(&file.path, MOST_LINES + 1, what, "split it by what its parts are about")
        })
    };
    tree.ending(&["rs", "html", "js", "css"]).filter_map(long).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_found_and_one_at_the_limit_is_not() {
        let (fits, long) = ("x\n".repeat(MOST_LINES), "x\n".repeat(MOST_LINES + 1));
        let tree = Tree::made_up(&[("crates/a/src/a.rs", &fits), ("crates/a/b.css", &long), ("notes.md", &long)]);
        let found: Vec<_> = check(&tree).into_iter().map(|f| f.path).collect();
        assert_eq!(found, ["crates/a/b.css"]);
    }
}
