//! Finding words in text: whole words only, and the words inside an identifier.

/// Whether a byte may stand inside an identifier.
fn is_inner(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The lines (from 1) on which a word stands as a whole word. The word may hold `::`, `!` or `(`; only an edge that
/// is a letter, a digit or `_` must meet a border.
pub fn lines_with(text: &str, word: &str) -> Vec<usize> {
    let mut lines: Vec<usize> = offsets(text, word).map(|at| line_of(text, at)).collect();
    lines.dedup();
    lines
}

/// The offsets at which a word stands as a whole word.
pub fn offsets<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = text.as_bytes();
    let (first, last) = (word.bytes().next(), word.bytes().last());
    text.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        let before = at.checked_sub(1).and_then(|i| bytes.get(i)).copied();
        let after = bytes.get(at + word.len()).copied();
        let joined = |edge: Option<u8>, next: Option<u8>| edge.is_some_and(is_inner) && next.is_some_and(is_inner);
        !joined(first, before) && !joined(last, after)
    })
}

/// The line of an offset, from 1.
pub fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&b| b == b'\n').count() + 1
}

/// The identifiers of a text with their offsets. `hyphens`: whether `-` may stand inside one (paths, message keys).
pub fn identifiers(text: &str, hyphens: bool) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, byte) in text.bytes().chain([b' ']).enumerate() {
        let inside = is_inner(byte) || (hyphens && byte == b'-');
        match (start, inside) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                found.push((from, &text[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// The words inside an identifier, in lower case with one space between them: `keyPerson_list` → `key person list`.
pub fn inside(identifier: &str) -> String {
    let mut words = String::new();
    let mut was_lower = false;
    for c in identifier.chars() {
        if matches!(c, '_' | '-') {
            words.push(' ');
        } else {
            if c.is_ascii_uppercase() && was_lower {
                words.push(' ');
            }
            words.push(c.to_ascii_lowercase());
        }
        was_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether an identifier holds a phrase, as whole words: `check_in_time` holds `check in`, `checkpoint` doesn't hold `point`.
pub fn holds(identifier: &str, phrase: &str) -> bool {
    format!(" {} ", inside(identifier)).contains(&format!(" {phrase} "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_only_whole() {
        assert_eq!(lines_with("understand\nrand::random()\noperand", "rand::"), [2]);
        assert_eq!(lines_with("rand::a\nrand::b", "rand::"), [1, 2]);
        assert_eq!(lines_with("let scores = 1;", "score"), [] as [usize; 0]);
    }

    #[test]
    fn an_identifier_is_read_word_by_word() {
        assert_eq!(inside("keyPerson_list"), "key person list");
        assert!(holds("check_in_time", "check in"));
        assert!(holds("/staff/check-in", "check in") || holds("check-in", "check in"));
        assert!(!holds("checkpoint", "points"));
        assert!(!holds("CheckpointInput", "check in"));
    }

    #[test]
    fn a_hyphen_belongs_to_a_path_but_not_to_sql() {
        let names = |hyphens| identifiers("a-b c_d", hyphens).into_iter().map(|(_, n)| n).collect::<Vec<_>>();
        assert_eq!(names(true), ["a-b", "c_d"]);
        assert_eq!(names(false), ["a", "b", "c_d"]);
    }
}
