//! What was found, marked where it stands: made from the text itself when it is shown, never from the index.

use crate::cut::{folded, folded_text};

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its characters.
    pub text: String,
    /// Whether it is one of the words that were asked for.
    pub marked: bool,
}

/// How many characters stand before the first marked word of a part.
const BEFORE: usize = 16;

/// A whole text with the words marked.
pub fn whole(text: &str, words: &[&str]) -> Vec<Piece> {
    let chars: Vec<char> = text.chars().collect();
    pieces(&chars, &marks(text, words), 0, chars.len())
}

/// The part of a text, of at most so many characters, in which most of the words stand; none if none of them does.
pub fn part(text: &str, words: &[&str], most: usize) -> Option<Vec<Piece>> {
    let chars: Vec<char> = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let marks = marks(text, words);
    // Each mark may open the part; the one with the most marks behind it does.
    let inside = |from: usize| marks.iter().filter(|m| m.0 >= from && m.1 <= from + most).count();
    let from = |m: &(usize, usize)| m.0.saturating_sub(BEFORE);
    let best = marks.iter().map(from).max_by_key(|from| (inside(*from), std::cmp::Reverse(*from)))?;
    let from = if chars.len() <= most { 0 } else { best.min(chars.len() - most) };
    Some(cut_off(&chars, &marks, from, most))
}

/// The beginning of a text, at most so many characters.
pub fn beginning(text: &str, most: usize) -> Vec<Piece> {
    let chars: Vec<char> = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    cut_off(&chars, &[], 0, most)
}

fn cut_off(chars: &[char], marks: &[(usize, usize)], from: usize, most: usize) -> Vec<Piece> {
    let to = (from + most).min(chars.len());
    let dots = || Piece { text: "…".into(), marked: false };
    let mut out = Vec::new();
    out.extend((from > 0).then(dots));
    out.extend(pieces(chars, marks, from, to));
    out.extend((to < chars.len()).then(dots));
    out
}

/// Where the words stand, in characters: in order, none inside another.
fn marks(text: &str, words: &[&str]) -> Vec<(usize, usize)> {
    let length = text.chars().count();
    let (text, from): (Vec<char>, Vec<usize>) = folded(text).into_iter().unzip();
    let words: Vec<Vec<char>> =
        words.iter().map(|w| folded_text(w).trim().chars().collect::<Vec<char>>()).filter(|w| !w.is_empty()).collect();
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let here = words.iter().filter(|w| stands(&text, at, w)).map(Vec::len).max();
        if let Some(here) = here {
            // A sign may be folded to several characters: it is marked once, and whole.
            let start = from[at].max(found.last().map_or(0, |m| m.1));
            let end = from.get(at + here).copied().unwrap_or(length).max(from[at + here - 1] + 1);
            found.extend((start < end).then_some((start, end)));
        }
        at += here.unwrap_or(1);
    }
    found
}

/// Whether a word stands at a place: of a Latin one, the whole word.
fn stands(text: &[char], at: usize, word: &[char]) -> bool {
    let end = at + word.len();
    let goes_on = |here: Option<&char>, beside: Option<&char>| {
        here.is_some_and(char::is_ascii_alphanumeric) && beside.is_some_and(char::is_ascii_alphanumeric)
    };
    let before = at.checked_sub(1).and_then(|n| text.get(n));
    text.get(at..end) == Some(word) && !goes_on(word.first(), before) && !goes_on(word.last(), text.get(end))
}

fn pieces(chars: &[char], marks: &[(usize, usize)], from: usize, to: usize) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut push = |from: usize, to: usize, marked: bool| {
        if from < to {
            out.push(Piece { text: chars[from..to].iter().collect(), marked });
        }
    };
    let mut at = from;
    for (start, end) in marks.iter().filter(|m| m.1 > from && m.0 < to) {
        let (start, end) = ((*start).max(from), (*end).min(to));
        push(at, start, false);
        push(start, end, true);
        at = end;
    }
    push(at, to, false);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drawn(pieces: &[Piece]) -> String {
        pieces.iter().map(|p| if p.marked { format!("[{}]", p.text) } else { p.text.clone() }).collect()
    }

    #[test]
    fn words_are_marked_however_wide_or_tall_they_are_written() {
        assert_eq!(drawn(&whole("楼道灯不亮，ＬＥＤ坏了", &["楼道灯", "led"])), "[楼道灯]不亮，[ＬＥＤ]坏了");
        assert_eq!(drawn(&whole("the tap on tape", &["tap"])), "the [tap] on tape");
        assert_eq!(drawn(&whole("没有", &["别的", ""])), "没有");
    }

    #[test]
    fn the_part_with_the_most_words_is_shown_and_dots_say_that_there_is_more() {
        let text = format!("灯{}停水三天，灯也坏了{}", "一".repeat(60), "二".repeat(60));
        assert_eq!(drawn(&part(&text, &["停水", "灯"], 30).unwrap_or_default()), {
            format!("…{}[停水]三天，[灯]也坏了{}…", "一".repeat(16), "二".repeat(5))
        });
        assert_eq!(part(&text, &["不在"], 30), None);
        assert_eq!(drawn(&part("a\nb", &["b"], 30).unwrap_or_default()), "a [b]");
        assert_eq!(drawn(&beginning("一二三", 2)), "一二…");
    }

    proptest! {
        #[test]
        fn nothing_is_added_and_nothing_lost(text in ".{0,80}", word in ".{0,3}", most in 1..40_usize) {
            let all: String = whole(&text, &[&word]).into_iter().map(|p| p.text).collect();
            prop_assert_eq!(&all, &text);
            if let Some(pieces) = part(&text, &[&word], most) {
                let shown: usize = pieces.iter().filter(|p| p.text != "…").map(|p| p.text.chars().count()).sum();
                prop_assert!(shown <= most);
            }
        }
    }
}
