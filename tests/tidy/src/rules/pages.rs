//! Pages work under a strict content security policy and without any other machine: no script or style inside the
//! page, no handler attributes, nothing loaded from elsewhere.

use crate::{Finding, Tree, words};

const TO_A_FILE: &str = "the content security policy refuses it: put it into a file under crates/web/assets";

/// Templates that a browser under our policy would show broken.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.ending(&["html", "svg"]).filter(|f| f.is_in("crates/web") && !tree.is_test(f)) {
        let text = without_comments(&file.text);
        let mut add = |at: usize, what: &str, instead: &str| {
            found.push(Finding::new(&file.path, words::line_of(&text, at), what, instead));
        };
        for (at, tag) in tags(&text) {
            let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
            let inert = tag.contains("type=\"application/json\"");
            if name == "style" {
                add(at, "a style sheet inside the page", TO_A_FILE);
            }
            if name == "script" && !tag.contains("src=") && !inert {
                add(at, "a script inside the page", TO_A_FILE);
            }
            for (offset, _) in tag.match_indices("=\"") {
                let attribute = tag[..offset].rsplit(|c: char| c.is_whitespace()).next().unwrap_or_default();
                let value = tag[offset + 2..].split('"').next().unwrap_or_default();
                let handler =
                    attribute.strip_prefix("on").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_lowercase()));
                let loads = matches!(attribute, "src" | "srcset" | "poster") || (attribute == "href" && name == "link");
                if attribute == "style" {
                    add(at + offset, "a style attribute", TO_A_FILE);
                }
                if handler || value.trim_start().starts_with("javascript:") {
                    add(at + offset, "a script in an attribute", TO_A_FILE);
                }
                if loads && (value.starts_with("http") || value.starts_with("//")) {
                    add(
                        at + offset,
                        "the page loads from another machine",
                        "bring it along under crates/web/assets: the house works without the internet",
                    );
                }
            }
        }
    }
    found
}

/// A template without its `{# … #}` and `<!-- … -->` comments; line breaks stay.
pub fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let next = [("{#", "#}"), ("<!--", "-->")]
            .into_iter()
            .filter_map(|(open, close)| Some((rest.find(open)?, close)))
            .min();
        let Some((start, close)) = next else { break };
        let end = rest[start..].find(close).map_or(rest.len(), |n| start + n + close.len());
        out.push_str(&rest[..start]);
        out.extend(rest[start..end].chars().filter(|&c| c == '\n'));
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// The opening tags of a page with their offsets, from the name to the end.
fn tags(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices('<').filter_map(|(at, _)| {
        let tag = &text[at + 1..];
        let end = tag.find('>').unwrap_or(tag.len());
        tag.starts_with(|c: char| c.is_ascii_alphabetic()).then(|| (at + 1, &tag[..end]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whats(page: &str) -> Vec<String> {
        let found = check(&Tree::made_up(&[("crates/web/templates/a.html", page)]));
        found.into_iter().map(|f| format!("{} {}", f.line, f.what)).collect()
    }

    #[test]
    fn what_the_policy_refuses_is_found() {
        assert_eq!(whats("<p>\n<script>f()</script>"), ["2 a script inside the page"]);
        assert_eq!(whats("<style>a{}</style>"), ["1 a style sheet inside the page"]);
        assert_eq!(whats("<p class=\"a\" style=\"x\">"), ["1 a style attribute"]);
        assert_eq!(whats("<button onclick=\"f()\">"), ["1 a script in an attribute"]);
        assert_eq!(whats("<img src=\"https://example.org/a.png\">"), ["1 the page loads from another machine"]);
    }

    #[test]
    fn a_plain_page_has_nothing_to_say() {
        let page = "<script src=\"/assets/a.js\" type=\"module\"></script>{# <style> #}<!-- <script> -->\
                    <a href=\"https://example.org\">a</a><script type=\"application/json\">{}</script>";
        assert_eq!(whats(page), [] as [&str; 0]);
    }
}
