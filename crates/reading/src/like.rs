//! Cases like another one: by the words that they share and that few others have, and what two texts say alike.

use crate::cut::telling;
use crate::entry::Tag;
use crate::find::{Finder, Reader, first, may_find};
use crate::mask;
use crate::volume::Error;
use std::collections::BTreeMap;
use tantivy::Term;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;

/// How many characters of a text tell what it is about.
const TEXT_MOST: usize = 2_000;
/// How many of its words are asked for.
const WORDS_MOST: usize = 16;
/// Of these, how many a similar case must have: one in so many.
const SHARED_LEAST: usize = 4;
/// In a district of some size a word that stands in more than one case of so many tells nothing.
const COMMON: u64 = 10;
const SOME_SIZE: u64 = 200;

impl Finder {
    /// Cases of a mark whose words are like those of a text, the likest first, as far as the reader may find them: by the
    /// ledger index of their first entry. `own` is left out. None while there is no index yet.
    ///
    /// # Errors
    /// The index can't be read: it is made anew then.
    pub fn like(
        &self,
        reader: &Reader,
        text: &str,
        own: u64,
        among: &Tag,
        most: usize,
    ) -> Result<Option<Vec<u64>>, Error> {
        self.look(|shelf, searcher| {
            let fields = shelf.fields;
            let start: String = text.chars().take(TEXT_MOST).collect();
            let mut counts: BTreeMap<String, u64> = BTreeMap::new();
            for word in telling(&mask::numbers(&start, &[])) {
                *counts.entry(word).or_default() += 1;
            }
            let itself = TermQuery::new(Term::from_field_u64(fields.first, own), IndexRecordOption::Basic);
            // A word of this case alone can be shared with nobody.
            let only_own = searcher.search(&itself, &Count)? as u64;
            let all = searcher.num_docs();
            let mut asked: Vec<(f64, Term)> = Vec::new();
            for (word, count) in counts {
                let term = Term::from_field_text(fields.words, &word);
                let cases = searcher.doc_freq(&term)?;
                if cases > only_own && (all < SOME_SIZE || cases <= all / COMMON) {
                    let rare = (1.0 + all as f64 / cases as f64).ln();
                    // Twice in a text tells a little more than once.
                    asked.push((rare * (1.0 + (count as f64).ln()), term));
                }
            }
            asked.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            asked.truncate(WORDS_MOST);
            if asked.is_empty() {
                return Ok(Vec::new());
            }
            let least = (asked.len() / SHARED_LEAST).max(2).min(asked.len());
            let with_freqs = |(_, term): (f64, Term)| -> Box<dyn Query> {
                Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
            };
            let shared =
                BooleanQuery::union_with_minimum_required_clauses(asked.into_iter().map(with_freqs).collect(), least);
            let query = BooleanQuery::new(vec![
                (Occur::Must, Box::new(shared)),
                (Occur::Must, may_find(fields, reader, among)),
                (Occur::MustNot, Box::new(itself)),
            ]);
            let found = searcher.search(&query, &TopDocs::with_limit(most.max(1)).order_by_score())?;
            found.into_iter().map(|(_, address)| first(searcher, address)).collect()
        })
    }
}

/// How many characters of a text are compared.
const COMPARED_MOST: usize = 400;
/// How many common words are named.
const NAMED_MOST: usize = 4;
/// Characters that stand in any text, and alone make no two alike.
const FILLERS: &str = "的了是在有不我们您你他她它这那个一和也都就很没请到上下里去来把被给要会能说吗呢吧啊着过与及或等为以于从对还又再已经什么怎么可以问题情况反映希望";
/// Words that stand in any request, whatever it is about.
const COURTESIES: &[&str] = &[
    "号楼",
    "单元",
    "小区",
    "居民",
    "老人",
    "孩子",
    "看看",
    "麻烦",
    "谢谢",
    "您好",
    "你好",
    "解决",
    "处理",
    "帮忙",
    "尽快",
    "敢出门",
];
/// The shortest Latin word or number that two texts may have in common.
const LATIN_LEAST: usize = 4;

/// What two texts say with the same characters, the longest first: at least two characters of Chinese that say something,
/// or a whole word of another script. Numbers that lead to somebody are left out.
pub fn common(one: &str, other: &str) -> Vec<String> {
    let cut = |text: &str| -> Vec<char> {
        let text = mask::numbers(text, &[]);
        text.chars().take(COMPARED_MOST).flat_map(char::to_lowercase).collect()
    };
    let (a, b) = (cut(one), cut(other));
    let mut found: Vec<String> = Vec::new();
    // The length of the common end of a[..=i] and b[..=j], a row at a time.
    let mut above = vec![0usize; b.len() + 1];
    for i in 0..a.len() {
        let mut row = vec![0usize; b.len() + 1];
        for j in 0..b.len() {
            if a[i] != b[j] || !a[i].is_alphanumeric() {
                continue;
            }
            row[j + 1] = above[j] + 1;
            let goes_on = i + 1 < a.len() && j + 1 < b.len() && a[i + 1] == b[j + 1] && a[i + 1].is_alphanumeric();
            if !goes_on {
                found.extend(said(&a[i + 1 - row[j + 1]..=i]));
            }
        }
        above = row;
    }
    found.sort_by(|x, y| y.chars().count().cmp(&x.chars().count()).then_with(|| x.cmp(y)));
    let mut named: Vec<String> = Vec::new();
    for word in found {
        if named.len() < NAMED_MOST && !named.iter().any(|n| n.contains(&word)) {
            named.push(word);
        }
    }
    named
}

/// A common run without the fillers at its ends, if it says something.
fn said(run: &[char]) -> Option<String> {
    let word: String = run.iter().collect();
    let word = word.trim_matches(|c| FILLERS.contains(c));
    let least = if word.is_ascii() { LATIN_LEAST } else { 2 };
    // "20号" says a day as well as a house.
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    (letters >= least && !COURTESIES.contains(&word)).then(|| word.to_owned())
}

/// Whether what two texts have in common makes them alike: something longer, or several things.
pub fn tells(common: &[String]) -> bool {
    common.len() >= 2 || common.first().is_some_and(|word| word.chars().count() >= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_texts_on_the_same_matter_have_words_in_common_and_two_on_others_have_none() {
        assert_eq!(
            common("丁五里北门的窨井盖坏了，夜里很危险", "北门那个窨井盖没了，很危险"),
            ["窨井盖", "北门", "危险"]
        );
        assert!(tells(&common("三号楼的楼道灯不亮", "楼道灯坏了")));
        for other in ["丁十一里的老人食堂关了", "健身器材关门了", "楼道里老能闻见一股煤气味"]
        {
            assert!(!tells(&common("暖气不热，十四度", other)), "{other}: {:?}", common("暖气不热，十四度", other));
        }
        assert!(common("电话13800001111", "电话13800001111 gate").iter().all(|w| !w.contains("1380")));
        assert!(common("", "楼道灯").is_empty());
        let heating = "20号楼暖气不热，家里有老人，麻烦来看看";
        let road = "12月20号路面有坑，老人不敢出门，麻烦看看";
        assert!(!tells(&common(heating, road)), "{:?}", common(heating, road));
    }
}
