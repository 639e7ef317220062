//! `cargo xtask new-register WING NAME`: the folder of a further kind of record, which compiles and works, with a mark at
//! everything that its author must still say. The house rules find each mark by file and line.

use crate::steps::Result;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The wings: folder, and what it is for.
const WINGS: &[(&str, &str)] =
    &[("tell", "讲 Tell"), ("listen", "聊 Listen"), ("resolve", "解 Resolve"), ("act", "办 Act")];

/// What stands where its author must say something: in two pieces, or the house rules would find it here.
const MARK: &str = concat!("TO", "DO");

/// What is made, and from what.
const FILES: &[(&str, &str)] = &[
    ("crates/registers/src/@wing/@name/mod.rs", include_str!("register/mod.txt")),
    ("crates/registers/src/@wing/@name/rules.rs", include_str!("register/rules.txt")),
    ("crates/registers/src/@wing/@name/tests.rs", include_str!("register/tests.txt")),
    ("crates/web/src/records/@name.rs", include_str!("register/face.txt")),
    ("crates/web/locales/zh-CN/@name.ftl", include_str!("register/zh.txt")),
    ("crates/web/locales/en/@name.ftl", include_str!("register/en.txt")),
];

/// Words that mean something else here.
const TAKEN: &[&str] = &[
    "act",
    "acts",
    "case",
    "cases",
    "district",
    "districts",
    "duties",
    "duty",
    "event",
    "events",
    "record",
    "records",
    "stage",
    "stages",
    "enum",
    "loop",
    "match",
    "mod",
    "move",
    "self",
    "trait",
    "type",
    "where",
    "yield",
];

/// The names of a register in all the forms in which it is written.
struct Names<'a> {
    wing: &'a str,
    name: &'a str,
    plural: String,
}

impl Names<'_> {
    /// A text with the names in place of their marks.
    fn put(&self, text: &str) -> String {
        let camel = |name: &str| -> String {
            let word =
                |word: &str| word.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(word.chars().skip(1)).collect();
            name.split('_').map(|part| -> String { word(part) }).collect()
        };
        let marks = [
            ("@todo", MARK.to_owned()),
            ("@Names", camel(&self.plural)),
            ("@names", self.plural.clone()),
            ("@NAME", self.name.to_ascii_uppercase()),
            ("@Name", camel(self.name)),
            ("@name", self.name.to_owned()),
            ("@wing", self.wing.to_owned()),
        ];
        marks.iter().fold(text.to_owned(), |text, (mark, name)| text.replace(mark, name))
    }
}

/// Makes the folder and the lines that lead to it. What stands in the way is said before anything is written.
///
/// # Errors
/// What is wrong with the names, or what can't be written.
pub fn new(root: &Path, wing: &str, name: &str, plural: Option<&str>) -> Result<()> {
    let (_, title) = WINGS.iter().find(|(known, _)| *known == wing).ok_or_else(|| {
        let known: Vec<&str> = WINGS.iter().map(|(known, _)| *known).collect();
        format!("There is no wing {wing}: it is one of {}.", known.join(", "))
    })?;
    let plural = plural.map_or_else(|| format!("{name}s"), str::to_owned);
    for word in [name, &plural] {
        let letters = word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            && !word.contains("__")
            && !word.ends_with('_');
        if !letters || word.len() > 24 {
            return Err(format!("“{word}” is no name: at most 24 of a-z and _, such as lost_item."));
        }
    }
    let (wings, web) = (root.join("crates/registers/src"), root.join("crates/web/src/records"));
    let known = |folder: &Path| folder.join(name).exists() || folder.join(format!("{name}.rs")).exists();
    let taken = WINGS.iter().any(|(wing, _)| known(&wings.join(wing))) || known(&web);
    if taken || name == plural || TAKEN.contains(&name) || TAKEN.contains(&plural.as_str()) {
        return Err(format!(
            "“{name}” with the plural “{plural}” is taken, or a word of the language: choose another name."
        ));
    }
    let names = Names { wing, name, plural };
    let files: Vec<(PathBuf, String)> =
        FILES.iter().map(|(at, text)| (root.join(names.put(at)), names.put(text))).collect();
    if let Some((there, _)) = files.iter().find(|(path, _)| path.exists()) {
        return Err(format!("{} is there already.", there.display()));
    }
    let lines = lines(root, &names, title)?;
    for (path, text) in files.iter().chain(&lines) {
        write(path, text)?;
        println!("{}", path.strip_prefix(root).unwrap_or(path).display());
    }
    // Names that sort elsewhere than their marks did.
    let formatted = Command::new("cargo").arg("fmt").current_dir(root).status().is_ok_and(|status| status.success());
    if !formatted {
        println!("cargo fmt did not run: run it.");
    }
    println!(
        "\nIt works as it is: cargo test -p registers {name}\n\
         What only you can say is marked {MARK}: cargo test -p tidy nothing_half_done names each place.\n\
         CONTRIBUTING.md, “A further register”, says where the rest goes, and what fails until it is there."
    );
    Ok(())
}

/// The files that are there already, each with the line that leads to the new register.
fn lines(root: &Path, names: &Names<'_>, title: &str) -> Result<Vec<(PathBuf, String)>> {
    let mut changed = Vec::new();
    let (wing, list) =
        (root.join(names.put("crates/registers/src/@wing/mod.rs")), root.join("crates/registers/src/lib.rs"));
    let mut lib = read(&list)?;
    if wing.exists() {
        changed.push((wing.clone(), behind(&wing, &read(&wing)?, "\npub mod ", &names.put("pub mod @name;\n"))?));
    } else {
        changed.push((wing, names.put(&format!("//! {title}.\n\npub mod @name;\n"))));
        lib = behind(&list, &lib, "\npub mod ", &names.put("pub mod @wing;\n"))?;
    }
    changed.push((
        list.clone(),
        behind(&list, &lib, "\n    &Of::<", &names.put("    &Of::<@wing::@name::@Names>::new(),\n"))?,
    ));
    let pages = root.join("crates/web/src/records/mod.rs");
    let text = behind(&pages, &read(&pages)?, "\npub(crate) mod ", &names.put("pub(crate) mod @name;\n"))?;
    changed.push((pages.clone(), behind(&pages, &text, "Face,\n", &names.put("    &@name::@NameFace,\n"))?));
    Ok(changed)
}

/// A text with a line behind the last of those that begin so.
fn behind(path: &Path, text: &str, mark: &str, line: &str) -> Result<String> {
    let at = text.rfind(mark).and_then(|at| text[at + 1..].find('\n').map(|end| at + 1 + end + 1));
    // The mark may be the end of its line.
    let at = if mark.ends_with('\n') { text.rfind(mark).map(|at| at + mark.len()) } else { at };
    let at = at.ok_or_else(|| format!("{} does not look as it did: add the line {line:?} by hand.", path.display()))?;
    Ok(format!("{}{line}{}", &text[..at], &text[at..]))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|e| format!("{} can't be read: {e}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder.and_then(|()| fs::write(path, text)).map_err(|e| format!("{} can't be written: {e}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_in_every_form() {
        let names = Names { wing: "resolve", name: "lost_item", plural: "lost_items".into() };
        let text = names.put("@wing @name @names @Name @Names @NAME_END @todo");
        assert_eq!(text, format!("resolve lost_item lost_items LostItem LostItems LOST_ITEM_END {MARK}"));
    }

    #[test]
    fn a_wing_or_name_that_can_not_be_is_refused_and_nothing_is_made() {
        let nowhere = Path::new("no-such-folder");
        assert!(new(nowhere, "sing", "song", None).unwrap_err().contains("tell, listen"));
        for name in ["", "Lost", "lost-item", "_lost", "lost_", "lost__item", "a_name_that_nobody_would_ever_type"] {
            assert!(new(nowhere, "resolve", name, None).unwrap_err().contains("is no name"), "{name}");
        }
        for taken in ["record", "type"] {
            assert!(new(nowhere, "resolve", taken, None).unwrap_err().contains("is taken"), "{taken}");
        }
        assert!(new(nowhere, "resolve", "news", Some("news")).unwrap_err().contains("is taken"));
        assert!(!nowhere.exists());
    }

    /// What the command changes looks as it expects.
    #[test]
    fn the_lines_that_lead_to_a_register_can_be_placed() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let names = Names { wing: "resolve", name: "lost_item", plural: "lost_items".into() };
        let lines = lines(&root, &names, "解 Resolve").unwrap();
        let texts: Vec<&str> = lines.iter().map(|(_, text)| text.as_str()).collect();
        assert!(texts[0].contains("pub mod lost_item;\n"));
        assert!(texts[1].contains("    &Of::<resolve::lost_item::LostItems>::new(),\n];"));
        assert!(
            texts[2].contains("pub(crate) mod lost_item;\n") && texts[2].contains("    &lost_item::LostItemFace,\n")
        );
    }
}
