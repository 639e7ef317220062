//! Both languages are complete: the same messages with the same variables, none missing in a page, none that nobody uses.

use super::OWN;
use crate::{Finding, Rust, Tree, words};
use std::collections::{BTreeMap, BTreeSet};

/// Where the messages stand, the first language first.
const LOCALES: &[&str] = &["crates/web/locales/zh-CN", "crates/web/locales/en"];

/// A message: where it stands, and the variables that it names.
#[derive(Debug)]
struct Message {
    path: String,
    line: usize,
    variables: BTreeSet<String>,
    empty: bool,
}

type Messages = BTreeMap<String, Message>;

/// Keys, variables and use of every message.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let languages: Vec<Messages> = LOCALES.iter().map(|folder| read(tree, folder, &mut found)).collect();
    let [first, second] = &languages[..] else { return found };
    compare(first, second, LOCALES[1], &mut found);
    compare(second, first, LOCALES[0], &mut found);
    for (key, message) in first {
        let other = second.get(key).map(|m| &m.variables);
        if other.is_some_and(|variables| *variables != message.variables) {
            let what = format!("`{key}` names other variables than the same message in {}", LOCALES[1]);
            found.push(Finding::new(
                &message.path,
                message.line,
                what,
                "give both languages the same `{ $variables }`",
            ));
        }
    }
    usage(tree, first, &mut found);
    found
}

/// The messages of a language. Attributes count as `key.attribute`.
fn read(tree: &Tree, folder: &str, found: &mut Vec<Finding>) -> Messages {
    let mut messages = Messages::new();
    for file in tree.ending(&["ftl"]).filter(|f| f.is_in(folder)) {
        let (mut message, mut current) = (String::new(), String::new());
        for (line, text) in file.lines() {
            let attribute = text.starts_with(' ').then(|| text.trim_start().strip_prefix('.')).flatten();
            let head = match attribute {
                Some(rest) => rest.split_once('=').map(|(name, value)| (format!("{message}.{}", name.trim()), value)),
                None if text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-') => {
                    text.split_once('=').map(|(key, value)| (key.trim().to_owned(), value))
                }
                None => None,
            };
            let value = if let Some((key, value)) = head {
                if attribute.is_none() {
                    message = key.clone();
                }
                current = key.clone();
                let new = Message { path: file.path.clone(), line, variables: BTreeSet::new(), empty: true };
                if let Some(old) = messages.insert(key, new) {
                    let what = format!("`{current}` stands here again; first at {}:{}", old.path, old.line);
                    found.push(Finding::new(&file.path, line, what, "keep one of the two"));
                }
                value
            } else if text.starts_with(' ') {
                text
            } else {
                continue;
            };
            if let Some(open) = messages.get_mut(&current) {
                open.empty &= value.trim().is_empty();
                for (_, after) in value.match_indices('$').map(|(at, _)| (at, &value[at + 1..])) {
                    let name = after.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').next();
                    open.variables.insert(name.unwrap_or_default().to_owned());
                }
            }
        }
    }
    for (key, message) in &messages {
        let has_attribute = messages.keys().any(|k| k.strip_prefix(key.as_str()).is_some_and(|r| r.starts_with('.')));
        if message.empty && !has_attribute {
            found.push(Finding::new(&message.path, message.line, format!("`{key}` says nothing"), "write its text"));
        }
    }
    messages
}

fn compare(here: &Messages, there: &Messages, folder: &str, found: &mut Vec<Finding>) {
    for (key, message) in here.iter().filter(|(key, _)| !there.contains_key(*key)) {
        let instead = format!("add it under {folder}/: both languages are complete");
        found.push(Finding::new(&message.path, message.line, format!("`{key}` is missing in {folder}"), instead));
    }
}

/// Keys that pages ask for and nobody wrote, and messages that nobody asks for.
fn usage(tree: &Tree, messages: &Messages, found: &mut Vec<Finding>) {
    let mut texts = Vec::new();
    for file in tree.ending(&["rs", "html", "js"]).filter(|f| f.path.starts_with("crates/") && !f.is_in(OWN)) {
        if tree.is_test(file) {
            continue;
        }
        let text = match file.ending() {
            "rs" => Rust::read(&file.text).code_and_strings(),
            "html" => super::pages::without_comments(&file.text),
            _ => file.text.clone(),
        };
        if file.is_in("crates/web") {
            for (at, key) in asked_for(&text) {
                if !messages.contains_key(key) {
                    let what = format!("no language has the message `{key}`");
                    let instead = format!("write it under {} and {}", LOCALES[0], LOCALES[1]);
                    found.push(Finding::new(&file.path, words::line_of(&text, at), what, instead));
                }
            }
        }
        texts.push(text);
    }
    let written = written_keys(&texts);
    let own: String = messages
        .values()
        .map(|m| &m.path)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .filter_map(|p| tree.file(p))
        .map(|f| f.text.as_str())
        .collect();
    for (key, message) in messages.iter().filter(|(key, _)| !key.contains('.')) {
        let used = written.names.contains(key.as_str())
            || written.prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()))
            || written.behind.iter().any(|(part, open)| is_behind(key, part, *open))
            || own.contains(&format!("{{ {key} }}"))
            || own.contains(&format!("{{ {key}."));
        if !used {
            let what = format!("nobody uses the message `{key}`");
            found.push(Finding::new(&message.path, message.line, what, "delete it in both languages, or use it"));
        }
    }
}

/// The keys that a text asks for by `.t("key")`, `.t_…("key")`, `t!("key")`, with their offsets.
fn asked_for(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("(\"") {
        let before = text[..at].trim_end();
        let name = before
            .rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '!'))
            .next()
            .unwrap_or_default();
        let is_lookup = name.rsplit_once('.').is_some_and(|(_, m)| m == "t" || m.starts_with("t_")) || name == "t!";
        let key = text[at + 2..].split('"').next().unwrap_or_default();
        if is_lookup && !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
            found.push((at + 2, key));
        }
    }
    found
}

struct Written {
    names: BTreeSet<String>,
    /// Beginnings of keys whose rest is filled in: `"state-{}"`, or `"state-" ~ state`.
    prefixes: BTreeSet<String>,
    /// What stands behind a beginning that is filled in, and whether more is filled in behind it: `"{}-new"`,
    /// `"{code}-hint-{act}"`.
    behind: BTreeSet<(String, bool)>,
}

/// Whether a key is a beginning without a hyphen, and then this part of it.
fn is_behind(key: &str, part: &str, open: bool) -> bool {
    let rest = key.find('-').map_or("", |at| &key[at..]);
    if open { rest.len() > part.len() && rest.starts_with(part) } else { rest == part }
}

/// Everything in quotes that could be a key or the beginning of one.
fn written_keys(texts: &[String]) -> Written {
    let mut written = Written { names: BTreeSet::new(), prefixes: BTreeSet::new(), behind: BTreeSet::new() };
    let key_like = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    for piece in texts.iter().flat_map(|t| t.split(['"', '\''])) {
        if let Some((_, part)) = piece.strip_prefix('{').and_then(|rest| rest.split_once('}'))
            && part.starts_with('-')
        {
            let end = part.find(|c| !key_like(c)).unwrap_or(part.len());
            let says = part[..end].contains(|c: char| c.is_ascii_alphanumeric());
            if says && (end == part.len() || (part[..end].ends_with('-') && part[end..].starts_with('{'))) {
                written.behind.insert((part[..end].to_owned(), end < part.len()));
            }
        }
        let end = piece.find(|c| !key_like(c)).unwrap_or(piece.len());
        let (name, rest) = piece.split_at(end);
        if name.len() > 1 && name.ends_with('-') && (rest.is_empty() || rest.starts_with('{')) {
            written.prefixes.insert(name.to_owned());
        } else if (rest.is_empty() && !name.is_empty()) || rest.starts_with('.') {
            written.names.insert(name.to_owned());
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whats(zh: &str, en: &str, page: &str) -> Vec<String> {
        let tree = Tree::made_up(&[
            ("crates/web/locales/zh-CN/a.ftl", zh),
            ("crates/web/locales/en/a.ftl", en),
            ("crates/web/templates/a.html", page),
        ]);
        check(&tree).into_iter().map(|f| f.what).collect()
    }

    #[test]
    fn complete_languages_have_nothing_to_say() {
        let page = "{{ l.t(\"title\") }} {{ l.t_count(\"left\", n) }} {{ l.t(&format!(\"state-{}\", s)) }}";
        let zh = "# 注\ntitle = 标题\nleft =\n    还有 { $n } 天\nstate-open = 办理中\n";
        assert_eq!(whats(zh, "title = Title\nleft = { $n } days left\nstate-open = Open\n", page), [] as [&str; 0]);
    }

    #[test]
    fn a_key_whose_beginning_is_filled_in_is_used_and_one_that_only_looks_like_it_is_not() {
        let page = "{{ l.t(format!(\"{code}-hint-{act}\")) }} {{ l.t(format!(\"{}-new\")) }}";
        // What is filled in on both sides says nothing.
        let page = &format!("{page} {{{{ l.t(format!(\"{{a}}-{{b}}\")) }}}}");
        let both = "lecture-hint-plan = A\nlecture-new = B\nlecture-new-one = C\nlecture-hint- = D\n";
        let found = whats(both, both, page);
        assert_eq!(found, ["nobody uses the message `lecture-hint-`", "nobody uses the message `lecture-new-one`"]);
    }

    #[test]
    fn a_message_in_one_language_only_is_found() {
        let found = whats("title = 标题\n", "", "{{ l.t(\"title\") }}");
        assert_eq!(found, ["`title` is missing in crates/web/locales/en"]);
        let found = whats("", "title = Title\n", "");
        assert_eq!(found, ["`title` is missing in crates/web/locales/zh-CN"]);
    }

    #[test]
    fn a_page_that_asks_for_a_missing_message_is_found() {
        assert_eq!(whats("", "", "<p>\n{{ l.t(\"tilte\") }}"), ["no language has the message `tilte`"]);
        assert_eq!(whats("", "", "{# l.t(\"key\") #}"), [] as [&str; 0]);
    }

    #[test]
    fn unused_doubled_empty_and_unequal_messages_are_found() {
        assert_eq!(whats("a = 一", "a = A", ""), ["nobody uses the message `a`"]);
        assert_eq!(whats("a = 一\na = 二", "a = A", "l.t(\"a\")").len(), 1);
        assert_eq!(whats("a =\n", "a = A", "l.t(\"a\")"), ["`a` says nothing"]);
        assert_eq!(whats("a = { $n }", "a = { $m }", "l.t(\"a\")").len(), 1);
    }
}
