//! Cutting a text into the terms of the index, the same way for a question.
//!
//! Chinese is written without spaces. A dictionary (jieba) cuts 路灯不亮 into 路灯 and 不亮, and then nobody finds 灯不亮 in it:
//! what is found would hang on what stands around. So the terms of the index are all pairs of characters side by side,
//! and a question finds what has its pairs in its order: exactly the texts in which it stands. Single characters are kept
//! where a run of Chinese begins and ends. Words of letters and digits are terms as they are.
//! The dictionary says which of a text's pairs are words, where the likeness of texts is asked for.

use domain::typed::folded_at;
use jieba_rs::Jieba;
use std::sync::LazyLock;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// A run of so many digits is a number that leads to somebody, whatever the masks before let through.
const DIGITS_MOST: usize = 6;
/// Longer words are no words.
const WORD_MOST: usize = 40;
/// English words that stand in every text.
const EMPTY: &[&str] = &["the", "a", "of", "to", "and", "in", "is"];

static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// A term with where it begins, in characters of the folded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) at: usize,
}

/// The characters that are written without spaces between words.
fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '〇' | '々')
}

/// A text as words are compared: folded as everything that people type ([`folded_at`]), capitals as small letters, and
/// what joins Latin words as spaces; each character with the place in the text that it comes from.
pub(crate) fn folded(text: &str) -> Vec<(char, usize)> {
    let fold = |c: char| match c {
        '.' | '+' | '#' | '&' | '_' | '%' | '-' => ' ',
        c => c.to_lowercase().next().unwrap_or(c),
    };
    folded_at(text).into_iter().map(|(c, at)| (fold(c), at)).collect()
}

/// The same without the places.
pub(crate) fn folded_text(text: &str) -> String {
    folded(text).into_iter().map(|(c, _)| c).collect()
}

/// A run of characters of one sort: Chinese, or letters and digits.
struct Run<'a> {
    chars: &'a [char],
    at: usize,
    han: bool,
}

fn runs(chars: &[char]) -> Vec<Run<'_>> {
    let sort = |c: &char| (is_han(*c), c.is_alphanumeric());
    let mut runs = Vec::new();
    let mut at = 0;
    for chars in chars.chunk_by(|a, b| sort(a) == sort(b)) {
        let (han, told) = chars.first().map_or((false, false), sort);
        if han || told {
            runs.push(Run { chars, at, han });
        }
        at += chars.len();
    }
    runs
}

fn terms(text: &str, of_han: impl Fn(&Run<'_>, &mut Vec<Word>)) -> Vec<Word> {
    let chars: Vec<char> = folded(text).into_iter().map(|(c, _)| c).collect();
    let mut terms = Vec::new();
    for run in runs(&chars) {
        if run.han {
            of_han(&run, &mut terms);
            continue;
        }
        let text: String = run.chars.iter().collect();
        let digits = run.chars.iter().filter(|c| c.is_ascii_digit()).count();
        if digits <= DIGITS_MOST && run.chars.len() <= WORD_MOST && !EMPTY.contains(&text.as_str()) {
            terms.push(Word { text, at: run.at });
        }
    }
    terms
}

fn pairs(run: &Run<'_>, terms: &mut Vec<Word>) {
    terms
        .extend(run.chars.windows(2).enumerate().map(|(n, pair)| Word { text: pair.iter().collect(), at: run.at + n }));
}

/// The terms of a text.
pub(crate) fn words(text: &str) -> Vec<Word> {
    terms(text, |run, terms| {
        let single = |n: usize| Word { text: run.chars[n..=n].iter().collect(), at: run.at + n };
        terms.push(single(0));
        pairs(run, terms);
        if run.chars.len() > 1 {
            terms.push(single(run.chars.len() - 1));
        }
    })
}

/// The terms of a part of a question. A single Chinese character is one by itself.
pub(crate) fn question(text: &str) -> Vec<Word> {
    terms(text, |run, terms| match run.chars {
        [one] => terms.push(Word { text: one.to_string(), at: run.at }),
        _ => pairs(run, terms),
    })
}

/// The one Chinese character that a part of a question is, if it is no more: it may stand anywhere in a pair.
pub(crate) fn single(words: &[Word]) -> Option<char> {
    let [word] = words else { return None };
    let mut chars = word.text.chars();
    chars.next().filter(|c| is_han(*c) && chars.next().is_none())
}

/// Reads the dictionary now, so that nobody waits for it later.
pub(crate) fn warm() {
    LazyLock::force(&JIEBA);
}

/// The terms of a text that are words, or parts of longer ones, by the dictionary.
pub(crate) fn telling(text: &str) -> Vec<String> {
    let folded = folded_text(text);
    let cut = JIEBA.cut(&folded, false);
    let long = cut.into_iter().filter(|t| t.word.chars().nth(1).is_some());
    long.flat_map(|t| question(t.word)).map(|w| w.text).collect()
}

/// The same for the index.
#[derive(Clone)]
pub(crate) struct Cutter;

pub(crate) struct Cuttings {
    words: std::vec::IntoIter<Word>,
    token: Token,
}

impl Tokenizer for Cutter {
    type TokenStream<'text> = Cuttings;

    fn token_stream(&mut self, text: &str) -> Cuttings {
        Cuttings { words: words(text).into_iter(), token: Token::default() }
    }
}

impl TokenStream for Cuttings {
    fn advance(&mut self) -> bool {
        let Some(word) = self.words.next() else { return false };
        self.token.position = word.at;
        self.token.text.clear();
        self.token.text.push_str(&word.text);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(words: Vec<Word>) -> Vec<String> {
        words.into_iter().map(|w| w.text).collect()
    }

    #[test]
    fn chinese_is_cut_into_pairs_and_other_words_are_whole() {
        assert_eq!(texts(question("楼道灯，ＬＥＤ out.")), ["楼道", "道灯", "led", "out"]);
        assert_eq!(texts(words("楼道灯，ＬＥＤ")), ["楼", "楼道", "道灯", "灯", "led"]);
        assert_eq!(texts(question("3号楼B座 the 1380000")), ["3", "号楼", "b", "座"]);
        assert!(question("，。 the 13800001111").is_empty());
        assert_eq!(
            (single(&question(" 灯 ")), single(&question("灯光")), single(&question("a"))),
            (Some('灯'), None, None)
        );
    }

    #[test]
    fn the_dictionary_says_which_pairs_are_words() {
        let told = telling("小区停车位不足 LED");
        assert!(
            told.contains(&"小区".into()) && told.contains(&"车位".into()) && told.contains(&"led".into()),
            "{told:?}"
        );
        assert!(!told.contains(&"区停".into()), "{told:?}");
    }

    proptest! {
        #[test]
        fn every_term_stands_where_it_says(text in ".{0,60}|[停水的楼道灯不亮A３ .，⽔e\u{301}\u{200B}]{0,40}") {
            let chars: Vec<char> = folded_text(&text).chars().collect();
            let all = words(&text);
            prop_assert!(question(&text).iter().all(|w| all.contains(w)), "what stands in a text is found in it");
            for word in &all {
                let there: String = chars[word.at..].iter().take(word.text.chars().count()).collect();
                prop_assert_eq!(&there, &word.text);
            }
        }
    }
}
