//! Layers inside a crate: which of its modules only certain others may name. Between crates Cargo holds this by itself.

use crate::words::{line_of, offsets};
use crate::{Finding, Rust, Source, Tree};

/// Modules that stand side by side on top of the rest of their crate.
struct Layer {
    /// The folder of the crate's sources.
    root: &'static str,
    /// The folder of its templates, which has a folder for each of the modules; empty if it has none.
    templates: &'static str,
    /// The modules: each may name itself.
    modules: &'static [&'static str],
    /// The modules that may name them beside.
    namers: &'static [&'static str],
    /// What to do instead.
    instead: &'static str,
}

const LAYERS: &[Layer] = &[
    Layer {
        root: "crates/web/src",
        templates: "crates/web/templates",
        modules: &["staff", "office", "resident", "records"],
        namers: &["routes"],
        instead: "move what several of them need into crates/web/src/parts (a template into templates/parts), below all \
                  four, and name it from there",
    },
    Layer {
        root: "crates/domain/src",
        templates: "",
        modules: &["case"],
        namers: &[],
        instead: "a case stands on the district and on the registers, not the other way round: move what both need into a \
                  file below them, as codes.rs, handle.rs, body.rs, clock.rs, track.rs and visit.rs are",
    },
];

/// Every Rust file and template of the crates that have such layers.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for layer in LAYERS {
        for file in tree.ending(&["rs"]).filter(|f| f.is_in(layer.root) && !tree.is_test(f)) {
            check_code(layer, file, &mut found);
        }
        for file in tree.files().filter(|f| !layer.templates.is_empty() && f.is_in(layer.templates)) {
            let own = first_folder(file, layer.templates);
            for (line, text) in file.lines().filter(|(_, text)| text.contains("{%")) {
                let quoted = text.split('"').skip(1).step_by(2);
                quoted
                    .filter_map(template_of(layer))
                    .for_each(|module| layer.note(file, line, own, module, &mut found));
            }
        }
    }
    found
}

fn check_code(layer: &Layer, file: &Source, found: &mut Vec<Finding>) {
    let path = module_path(file, layer.root);
    let own = path.first().map_or("", String::as_str);
    let rust = Rust::read(&file.text);
    for (line, name) in named(&rust.code(), path.len()) {
        if let Some(module) = layer.modules.iter().find(|module| **module == name) {
            layer.note(file, line, own, module, found);
        }
    }
    for literal in rust.literals().iter().filter(|literal| !literal.in_test) {
        if let Some(module) = template_of(layer)(&literal.text) {
            layer.note(file, literal.line, own, module, found);
        }
    }
}

impl Layer {
    /// A finding, where `own`, the module that a file belongs to, may not name `module`.
    fn note(&self, file: &Source, line: usize, own: &str, module: &str, found: &mut Vec<Finding>) {
        if own == module || self.namers.contains(&own) {
            return;
        }
        let own = if own.is_empty() { "the root" } else { own };
        found.push(Finding::new(&file.path, line, format!("`{own}` names `{module}`"), self.instead));
    }
}

/// The module whose template a text names.
fn template_of(layer: &Layer) -> impl Fn(&str) -> Option<&'static str> {
    let modules = if layer.templates.is_empty() { &[] } else { layer.modules };
    |text| {
        let (folder, rest) = text.split_once('/')?;
        let is_template = rest.ends_with(".html") || rest.ends_with(".xml");
        modules.iter().find(|module| is_template && **module == folder).copied()
    }
}

/// The folder of a file below `root`.
fn first_folder<'a>(file: &'a Source, root: &str) -> &'a str {
    let inner = file.path.get(root.len() + 1..).unwrap_or_default();
    inner.split_once('/').map_or("", |(folder, _)| folder)
}

/// The modules from the crate's root to the one that a file holds.
fn module_path(file: &Source, root: &str) -> Vec<String> {
    let inner = file.path.get(root.len() + 1..).unwrap_or_default();
    let inner = inner.strip_suffix(".rs").unwrap_or(inner);
    inner.split('/').filter(|part| !matches!(*part, "mod" | "lib" | "main")).map(str::to_owned).collect()
}

/// The modules of the crate's root that code names, each with its line, in a module that stands so deep.
fn named(code: &str, depth: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut add = |rest: &str| {
        let begin = code.len() - rest.len();
        found.extend(first_names(rest).into_iter().map(|(at, name)| (line_of(code, begin + at), name)));
    };
    let below = |at: usize, word: &str| code[at + word.len()..].trim_start().strip_prefix("::").map(str::trim_start);
    offsets(code, "crate").filter_map(|at| below(at, "crate")).for_each(&mut add);
    let is_first = |at: &usize| !code[..*at].trim_end().ends_with("::");
    for at in offsets(code, "super").filter(is_first) {
        let (mut rest, mut up) = (below(at, "super"), 1);
        while let Some(next) = rest.filter(|rest| rest.starts_with("super")) {
            (rest, up) = (below(code.len() - next.len(), "super"), up + 1);
        }
        rest.filter(|_| up >= depth).into_iter().for_each(&mut add);
    }
    found
}

/// The first names of a path or of a group of paths, each with its offset.
fn first_names(text: &str) -> Vec<(usize, String)> {
    let name_at = |at: usize| {
        let at = at + text[at..].len() - text[at..].trim_start().len();
        let name: String = text[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        (!name.is_empty()).then_some((at, name))
    };
    if !text.starts_with('{') {
        return name_at(0).into_iter().collect();
    }
    let (mut depth, mut names) = (0_usize, Vec::new());
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => break,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 1 && matches!(byte, b'{' | b',') {
            names.extend(name_at(at + 1));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whats(path: &str, text: &str) -> Vec<String> {
        check(&Tree::made_up(&[(path, text)])).into_iter().map(|f| format!("{}: {}", f.line, f.what)).collect()
    }

    #[test]
    fn pages_that_name_each_other_are_found_however_the_path_is_written() {
        let office = ["2: `office` names `staff`"];
        assert_eq!(whats("crates/web/src/office/audit.rs", "\nuse crate::staff::case::Loaded;"), office);
        assert_eq!(whats("crates/web/src/office/audit.rs", "\nfn f() { super::super::staff::go() }"), office);
        assert_eq!(whats("crates/web/src/office/mod.rs", "\nuse super::staff;"), office);
        assert_eq!(
            whats("crates/web/src/office/audit.rs", "use crate::{lang::L,\n    staff::{self, case}, page};"),
            office
        );
    }

    #[test]
    fn what_stands_below_the_pages_names_none_of_them() {
        assert_eq!(whats("crates/web/src/parts/qr.rs", "use crate::resident::raise;"), ["1: `parts` names `resident`"]);
        assert_eq!(whats("crates/web/src/intake.rs", "use crate::resident::line;"), ["1: `intake` names `resident`"]);
        assert!(whats("crates/web/src/routes.rs", "use crate::{office, resident, staff};").is_empty());
    }

    #[test]
    fn the_district_names_no_case() {
        let found = whats("crates/domain/src/district/event.rs", "use crate::case::Purpose;");
        assert_eq!(found, ["1: `district` names `case`"]);
        assert!(whats("crates/domain/src/case/decide.rs", "use crate::district::District;").is_empty());
    }

    #[test]
    fn a_module_names_itself_and_others_inside_it() {
        let text =
            "use super::rows;\nuse crate::staff::case;\nuse super::office_hours;\nuse crate::page::{office, Page};\n";
        assert!(whats("crates/web/src/staff/late.rs", text).is_empty());
        assert!(
            whats("crates/web/src/staff/late.rs", "#[cfg(test)]\nmod tests { use crate::office::audit; }").is_empty()
        );
    }

    #[test]
    fn a_template_of_other_pages_is_found_in_code_and_in_templates() {
        let code = "#[template(path = \"resident/slip.html\")]";
        assert_eq!(whats("crates/web/src/staff/intake.rs", code), ["1: `staff` names `resident`"]);
        let template = "<p>\n{% include \"resident/_slip.html\" %}";
        assert_eq!(whats("crates/web/templates/staff/taken.html", template), ["2: `staff` names `resident`"]);
        assert!(whats("crates/web/templates/staff/taken.html", "{% include \"parts/_slip.html\" %}").is_empty());
    }
}
