//! The characters of a text as patterns look at them.

#[cfg(test)]
use std::cell::Cell;

/// A text, each character in its narrow form: full width, dashes and spaces are one. It has as many characters as the text.
pub(super) struct Line {
    chars: Vec<char>,
    /// How often a character was looked at.
    #[cfg(test)]
    steps: Cell<usize>,
}

/// The sort of a character: numbers are made of runs of one sort.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Digit,
    /// A Chinese numeral.
    Numeral,
    Letter,
    Other,
}

impl Line {
    pub(super) fn of(text: &str) -> Line {
        let narrow = |c: char| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            c if c.is_whitespace() && c != '\n' => ' ',
            c => c,
        };
        Line {
            chars: text.chars().map(narrow).collect(),
            #[cfg(test)]
            steps: Cell::new(0),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    #[cfg(test)]
    pub(super) fn steps(&self) -> usize {
        self.steps.get()
    }

    /// The character at a place.
    pub(super) fn get(&self, at: usize) -> Option<char> {
        #[cfg(test)]
        self.steps.set(self.steps.get() + 1);
        self.chars.get(at).copied()
    }

    /// The character before a place.
    pub(super) fn before(&self, at: usize) -> Option<char> {
        at.checked_sub(1).and_then(|n| self.get(n))
    }

    /// Whether a word stands at a place.
    pub(super) fn has(&self, at: usize, word: &str) -> bool {
        word.chars().enumerate().all(|(n, c)| self.get(at + n) == Some(c))
    }

    /// The first of the words that stands at a place, with where it ends.
    pub(super) fn one_of(&self, at: usize, words: &[&str]) -> Option<usize> {
        let first = self.get(at)?;
        let found = words.iter().find(|word| word.starts_with(first) && self.has(at, word));
        found.map(|word| at + word.chars().count())
    }

    /// How many characters from a place on belong to something, at most so many.
    pub(super) fn run(&self, at: usize, most: usize, belongs: impl Fn(char) -> bool) -> usize {
        (0..most).take_while(|n| self.get(at + n).is_some_and(&belongs)).count()
    }

    /// How many characters right before a place belong to something, at most so many.
    pub(super) fn run_before(&self, at: usize, most: usize, belongs: impl Fn(char) -> bool) -> usize {
        (1..=most).take_while(|n| at.checked_sub(*n).and_then(|n| self.get(n)).is_some_and(&belongs)).count()
    }

    /// The place behind all that belongs together with what stands at a place.
    pub(super) fn behind(&self, at: usize) -> usize {
        match self.get(at).map(sort) {
            None | Some(Sort::Other) => at + 1,
            Some(own) => at + self.run(at, usize::MAX, |c| sort(c) == own),
        }
    }

    /// Whether something of the same sort stands right before a place.
    pub(super) fn goes_on(&self, at: usize) -> bool {
        let own = self.get(at).map_or(Sort::Other, sort);
        own != Sort::Other && self.before(at).is_some_and(|c| sort(c) == own)
    }
}

pub(super) fn sort(c: char) -> Sort {
    match c {
        c if c.is_ascii_digit() => Sort::Digit,
        c if c.is_ascii_alphabetic() => Sort::Letter,
        c if "一二三四五六七八九十百零〇".contains(c) || is_spoken(c) => Sort::Numeral,
        _ => Sort::Other,
    }
}

/// A numeral that stands for one digit when a number is spoken or written out.
pub(super) fn is_spoken(c: char) -> bool {
    "一二三四五六七八九零〇幺壹贰叁肆伍陆柒捌玖".contains(c)
}

/// The characters of Chinese words and names.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}
