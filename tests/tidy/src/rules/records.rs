//! Decision records are numbered without a gap and say what they must.

use crate::{Finding, Tree};

/// The folder of the records.
const FOLDER: &str = "docs/decisions";

/// The headings of a record, in this order.
const HEADINGS: &[&str] = &["## Context", "## Decision", "## Risks", "## What would change our mind"];

/// Every record under `docs/decisions`.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (place, file) in tree.files().filter(|f| f.is_in(FOLDER) && f.ending() == "md").enumerate() {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let number = format!("{:04}", place + 1);
        if !name.starts_with(&format!("{number}-")) {
            let instead = format!("number it {number}-…, or close the gap: a record is superseded, never removed");
            found.push(Finding::new(&file.path, 1, "the record is not numbered in order", instead));
        }
        let title = format!("# {}", name.split('-').next().unwrap_or_default());
        if !file.text.starts_with(&title) {
            let instead = format!("begin with `{title}. What was decided`");
            found.push(Finding::new(&file.path, 1, "the record's title does not begin with its number", instead));
        }
        let mut from = 0;
        for heading in HEADINGS {
            let lines: Vec<&str> = file.text.lines().collect();
            match lines.iter().skip(from).position(|line| line == heading) {
                Some(at) => {
                    from += at + 1;
                    let body =
                        lines.iter().skip(from).take_while(|l| !l.starts_with("## ")).any(|l| !l.trim().is_empty());
                    if !body {
                        found.push(Finding::new(
                            &file.path,
                            from,
                            format!("nothing stands under `{heading}`"),
                            "write it",
                        ));
                    }
                }
                None => {
                    let instead = format!("a record has, in this order: {}", HEADINGS.join(", "));
                    found.push(Finding::new(&file.path, 1, format!("`{heading}` is missing or out of order"), instead));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "# 0001. A\n\n## Context\na\n## Decision\nb\n## Risks\nc\n## What would change our mind\nd\n";

    #[test]
    fn a_whole_record_has_nothing_to_say() {
        assert_eq!(check(&Tree::made_up(&[("docs/decisions/0001-a.md", GOOD)])), []);
    }

    #[test]
    fn a_missing_heading_an_empty_one_and_a_gap_are_found() {
        let missing = GOOD.replace("## Risks\nc\n", "");
        assert_eq!(check(&Tree::made_up(&[("docs/decisions/0001-a.md", &missing)])).len(), 1);
        let empty = GOOD.replace("## Risks\nc\n", "## Risks\n\n");
        assert_eq!(check(&Tree::made_up(&[("docs/decisions/0001-a.md", &empty)])).len(), 1);
        let gap = GOOD.replace("0001", "0002");
        assert_eq!(check(&Tree::made_up(&[("docs/decisions/0002-a.md", &gap)])).len(), 1);
    }
}
