//! Cases like another one that have an answer: by the words that they share and that few others have.

use crate::cut::telling;
use crate::entry::Tag;
use crate::find::{Finder, Reader, first, may_find};
use crate::mask;
use crate::volume::Error;
use std::collections::BTreeMap;
use tantivy::Term;
use tantivy::collector::TopDocs;
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
    /// Answered cases whose words are like those of a text, the likest first, as far as the reader may find them: by the
    /// ledger index of their first entry. `own` is left out. None while there is no index yet.
    ///
    /// # Errors
    /// The index can't be read: it is made anew then.
    pub fn like(&self, reader: &Reader, text: &str, own: u64, most: usize) -> Result<Option<Vec<u64>>, Error> {
        self.look(|shelf, searcher| {
            let fields = shelf.fields;
            let start: String = text.chars().take(TEXT_MOST).collect();
            let mut counts: BTreeMap<String, u64> = BTreeMap::new();
            for word in telling(&mask::numbers(&start, &[])) {
                *counts.entry(word).or_default() += 1;
            }
            let all = searcher.num_docs();
            let mut asked: Vec<(f64, Term)> = Vec::new();
            for (word, count) in counts {
                let term = Term::from_field_text(fields.words, &word);
                let cases = searcher.doc_freq(&term)?;
                if cases > 0 && (all < SOME_SIZE || cases <= all / COMMON) {
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
            let itself = TermQuery::new(Term::from_field_u64(fields.first, own), IndexRecordOption::Basic);
            let query = BooleanQuery::new(vec![
                (Occur::Must, Box::new(shared)),
                (Occur::Must, may_find(fields, reader, &Tag::answered())),
                (Occur::MustNot, Box::new(itself)),
            ]);
            let found = searcher.search(&query, &TopDocs::with_limit(most.max(1)).order_by_score())?;
            found.into_iter().map(|(_, address)| first(searcher, address)).collect()
        })
    }
}
