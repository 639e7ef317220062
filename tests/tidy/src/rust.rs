//! A reader of Rust text that knows just enough: what is code, comment or string, and what is compiled for tests only.

use crate::words::line_of;
use std::ops::Range;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Text,
}

/// A string literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// What stands between the quotes, escapes as written.
    pub text: String,
    /// Whether it is compiled for tests only.
    pub in_test: bool,
}

/// A Rust file, read.
pub struct Rust<'a> {
    source: &'a str,
    kinds: Vec<Kind>,
    tests: Vec<Range<usize>>,
    literals: Vec<(Range<usize>, Range<usize>)>,
}

impl<'a> Rust<'a> {
    /// Reads a file. Never fails: text that isn't Rust gives something, and the compiler says the rest.
    pub fn read(source: &'a str) -> Rust<'a> {
        let (kinds, literals) = kinds(source.as_bytes());
        let mut rust = Rust { source, kinds, tests: Vec::new(), literals };
        rust.tests = test_items(&rust.view(|kind, _| kind == Kind::Code));
        rust
    }

    /// The code that ships, without comments and strings; lines and columns stay where they were.
    pub fn code(&self) -> String {
        self.view(|kind, test| kind == Kind::Code && !test)
    }

    /// The code that ships, with its strings, without comments.
    pub fn code_and_strings(&self) -> String {
        self.view(|kind, test| kind != Kind::Comment && !test)
    }

    /// What is compiled for tests only, without comments.
    pub fn tests_and_strings(&self) -> String {
        self.view(|kind, test| kind != Kind::Comment && test)
    }

    /// Everything but the comments.
    pub fn all_but_comments(&self) -> String {
        self.view(|kind, _| kind != Kind::Comment)
    }

    /// The string literals, in order.
    pub fn literals(&self) -> Vec<Literal> {
        let literal = |(_, inner): &(Range<usize>, Range<usize>)| Literal {
            line: line_of(self.source, inner.start),
            text: self.source.get(inner.clone()).unwrap_or_default().to_owned(),
            in_test: self.is_test(inner.start),
        };
        self.literals.iter().map(literal).collect()
    }

    /// The names of modules in files of their own that are compiled for tests only.
    pub fn test_modules(&self) -> Vec<String> {
        let code = self.view(|kind, _| kind == Kind::Code);
        let item = |range: &Range<usize>| {
            let text = code.get(range.clone())?.trim_end().strip_suffix(';')?;
            let (_, name) = text.rsplit_once("mod ")?;
            Some(name.trim().to_owned())
        };
        self.tests.iter().filter_map(item).collect()
    }

    fn is_test(&self, at: usize) -> bool {
        self.tests.iter().any(|range| range.contains(&at))
    }

    /// The text with everything blank that isn't kept; line breaks stay.
    fn view(&self, keep: impl Fn(Kind, bool) -> bool) -> String {
        let bytes = self
            .source
            .bytes()
            .zip(&self.kinds)
            .enumerate()
            .map(|(at, (byte, &kind))| if byte == b'\n' || keep(kind, self.is_test(at)) { byte } else { b' ' });
        String::from_utf8_lossy(&bytes.collect::<Vec<u8>>()).into_owned()
    }
}

type Ranges = Vec<(Range<usize>, Range<usize>)>;

/// The kind of every byte, and every string literal: with its quotes, and between them.
fn kinds(s: &[u8]) -> (Vec<Kind>, Ranges) {
    let mut kinds = vec![Kind::Code; s.len()];
    let mut literals = Vec::new();
    let mut at = 0;
    while at < s.len() {
        let rest = &s[at..];
        let (end, kind) = if rest.starts_with(b"//") {
            (at + rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len()), Kind::Comment)
        } else if rest.starts_with(b"/*") {
            (at + block_comment(rest), Kind::Comment)
        } else if let Some((open, close)) = raw_string(s, at) {
            let body = at + open;
            let end = find(&s[body..], &close).map_or(s.len(), |n| body + n);
            literals.push((at..(end + close.len()).min(s.len()), body..end));
            ((end + close.len()).min(s.len()), Kind::Text)
        } else if rest[0] == b'"' {
            let end = at + quoted(rest, b'"');
            literals.push((at..end, at + 1..end.saturating_sub(1).max(at + 1)));
            (end, Kind::Text)
        } else if rest[0] == b'\'' {
            match character(rest) {
                Some(length) => (at + length, Kind::Text),
                None => (at + 1, Kind::Code),
            }
        } else {
            (at + 1, Kind::Code)
        };
        kinds[at..end].fill(kind);
        at = end;
    }
    (kinds, literals)
}

fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|w| w == needle)
}

/// The length of a block comment, which may hold others.
fn block_comment(s: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < s.len() {
        if s[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if s[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    s.len()
}

/// For a raw string at this place: the length of its opening, and its closing.
fn raw_string(s: &[u8], at: usize) -> Option<(usize, Vec<u8>)> {
    let after_name = at > 0 && (s[at - 1].is_ascii_alphanumeric() || s[at - 1] == b'_');
    if after_name {
        return None;
    }
    let prefix = [&b"r"[..], b"br", b"cr"].into_iter().find(|p| s[at..].starts_with(p))?;
    let hashes = s[at + prefix.len()..].iter().take_while(|&&b| b == b'#').count();
    let quote = at + prefix.len() + hashes;
    if s.get(quote) != Some(&b'"') {
        return None;
    }
    let mut close = vec![b'"'];
    close.extend(std::iter::repeat_n(b'#', hashes));
    Some((quote + 1 - at, close))
}

/// The length of a quoted text with escapes, with both quotes.
fn quoted(s: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < s.len() {
        match s[at] {
            b'\\' => at += 2,
            b if b == quote => return at + 1,
            _ => at += 1,
        }
    }
    s.len()
}

/// The length of a character literal, or nothing where the quote begins a lifetime.
fn character(s: &[u8]) -> Option<usize> {
    if s.get(1) == Some(&b'\\') {
        return Some(quoted(s, b'\''));
    }
    let width = match s.get(1)? {
        0..=0x7f => 1,
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    };
    (s.get(1 + width) == Some(&b'\'')).then_some(width + 2)
}

/// The items that are compiled for tests only, from their attribute to their end.
fn test_items(code: &str) -> Vec<Range<usize>> {
    let bytes = code.as_bytes();
    let mut found: Vec<Range<usize>> = Vec::new();
    for (start, _) in code.match_indices("#[").chain(code.match_indices("#![")) {
        if found.iter().any(|range| range.contains(&start)) {
            continue;
        }
        let Some(open) = code[start..].find('[').map(|n| start + n) else { continue };
        let end = closing(bytes, open);
        let attribute: String = code[open + 1..end.saturating_sub(1).max(open + 1)].split_whitespace().collect();
        let for_tests = attribute == "test"
            || attribute.ends_with("::test")
            || (attribute.starts_with("cfg(")
                && !attribute.contains("not(test")
                && !crate::words::lines_with(&attribute, "test").is_empty());
        if !for_tests {
            continue;
        }
        if code[start..].starts_with("#!") {
            return std::iter::once(0..code.len()).collect();
        }
        found.push(start..item_end(bytes, end));
    }
    found
}

/// The offset behind the bracket that closes the one at `open`.
fn closing(s: &[u8], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in s.iter().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    s.len()
}

/// The end of the item that begins at `at`: behind its `;` or its closing brace.
fn item_end(s: &[u8], mut at: usize) -> usize {
    while at < s.len() {
        match s[at] {
            b'(' | b'[' => at = closing(s, at),
            b'{' => return closing(s, at),
            b';' => return at + 1,
            _ => at += 1,
        }
    }
    s.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_not_code() {
        let rust =
            Rust::read("let a = \"// no \\\" comment\"; // SystemTime\n/* x /* y */ z */ let b = r#\"raw \" text\"#;");
        assert!(!rust.code().contains("SystemTime") && !rust.code().contains("raw"));
        assert!(rust.code().contains("let b"));
        let texts: Vec<_> = rust.literals().into_iter().map(|l| l.text).collect();
        assert_eq!(texts, ["// no \\\" comment", "raw \" text"]);
    }

    #[test]
    fn a_lifetime_does_not_open_a_character() {
        let rust =
            Rust::read("fn f<'a>(x: &'a str) -> char { '\"' } // c\nlet d = \"t\"; let e = '是'; let f = '\\'';");
        assert_eq!(rust.literals().len(), 1);
        assert!(rust.code().contains("let e"));
    }

    #[test]
    fn an_item_for_tests_ends_where_it_ends() {
        let text = "#[cfg(test)]\nuse a::B;\nfn real(x: [u8; 4]) {}\n#[cfg(test)]\nmod tests { fn helper() { wall(); } }\nfn also_real() {}\n\
                    #[cfg(not(test))] fn shipped() {}";
        let rust = Rust::read(text);
        assert!(!rust.code().contains("wall") && !rust.code().contains("a::B"));
        for name in ["real", "also_real", "shipped"] {
            assert!(rust.code().contains(name), "{name}");
        }
        assert!(rust.tests_and_strings().contains("wall"));
    }

    #[test]
    fn lines_stay_where_they_were() {
        let text = "/* a\nb */\n\"x\ny\";\nlast";
        assert_eq!(Rust::read(text).code().lines().nth(4), Some("last"));
        assert_eq!(Rust::read(text).literals()[0].line, 3);
    }

    #[test]
    fn unfinished_text_is_read_to_its_end() {
        for text in ["\"open", "r#\"open", "/* open", "'", "#[cfg(test)", "#[cfg(test)] mod a {", "\\", "b'\\"] {
            let _ = (Rust::read(text).code(), Rust::read(text).literals(), Rust::read(text).test_modules());
        }
    }
}
