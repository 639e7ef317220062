//! A question to the index, and what an account may find.
//!
//! The index answers with ledger indexes of records. Whoever shows them reads the records themselves, and looks again who
//! may see them: the index may be a moment behind.

use crate::cut::{folded_text, question, single};
use crate::entry::{Tag, flats};
use crate::mask::{self, Sight};
use crate::volume::{Error, Fields, Shelf};
use domain::district::{District, UnitCode};
use domain::{Actor, Role};
use std::ops::Bound;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tantivy::collector::TopDocs;
use tantivy::query::{
    BooleanQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query, RangeQuery, RegexQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, Order, Searcher, Term};

/// The most cases that a question finds: who gets more asks more closely.
pub const MOST: usize = 200;
/// The most words of a question that are looked at.
const WORDS_MOST: usize = 8;
/// The most characters of one of them.
const WORD_MOST: usize = 40;

/// What an account may find: of cases as `domain::case::may_see` says, in terms of the index; of other registers every record. No
/// sealed case is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    unit: UnitCode,
    /// What it stepped aside from for an interest is not found.
    account: u32,
    /// Every case that is not sealed; otherwise those in which the unit has or had a part.
    every: bool,
    /// Whether places lead to cases: for others they are masked.
    places: bool,
}

impl Reader {
    /// Of an account. None for who reads no cases.
    pub fn of(actor: &Actor) -> Option<Reader> {
        let Actor::Staff { unit, role, account } = actor else { return None };
        let every = matches!(role, Role::Dispatcher | Role::Supervisor | Role::Leader | Role::Auditor);
        let places = matches!(role, Role::Clerk | Role::Head | Role::Dispatcher);
        if !every && !places {
            return None;
        }
        Some(Reader { unit: unit.clone(), account: *account, every, places })
    }
}

/// A word of a question, with the units and categories that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The word as it was typed.
    pub text: String,
    /// Marks that it may mean instead.
    pub named: Vec<Tag>,
    /// What of it texts may be found by: they stand in the index masked, so the word is masked as they are.
    words: Vec<String>,
    /// What of it places may be found by.
    places: Vec<String>,
}

/// The words of what was typed, at most eight; a name of a unit, a street or a category in either language, or its code,
/// is understood too. What the index hides of a text is hidden here in the same way: what stands on a page, asked for,
/// finds its case.
pub fn asked(typed: &str, district: &District) -> Vec<Asked> {
    let chars: Vec<char> = typed.chars().collect();
    let texts = mask::hidden(typed, Sight::Other);
    let places: Vec<bool> =
        mask::hidden(typed, Sight::Handler).iter().zip(flats(&chars)).map(|(hidden, flat)| *hidden || flat).collect();
    let parts = |c: &char| c.is_whitespace() || "，。、；,;".contains(*c);
    let mut asked = Vec::new();
    let mut at = 0;
    for part in chars.split(parts) {
        let (start, end) = (at, at + cut_word(part));
        at += part.len() + 1;
        if start < end && asked.len() < WORDS_MOST {
            let text: String = chars[start..end].iter().collect();
            let left = |hidden: &[bool]| pieces(&chars[start..end], &hidden[start..end]);
            asked.push(Asked { named: named(district, &text), words: left(&texts), places: left(&places), text });
        }
    }
    asked
}

/// How much of a word is looked at: not half of a Latin word or a number.
fn cut_word(word: &[char]) -> usize {
    let inside = |n: usize| n > 0 && n < word.len() && word[n - 1].is_alphanumeric() && word[n].is_ascii_alphanumeric();
    let end = word.len().min(WORD_MOST);
    (1..=end).rev().find(|n| !inside(*n)).unwrap_or(end)
}

/// What is left of a word between what is hidden.
fn pieces(chars: &[char], hidden: &[bool]) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for (c, hidden) in chars.iter().zip(hidden) {
        match pieces.last_mut() {
            Some(last) if !hidden => last.push(*c),
            Some(last) if !last.is_empty() => pieces.push(String::new()),
            _ => {}
        }
    }
    pieces.retain(|piece| !question(piece).is_empty());
    pieces
}

fn named(district: &District, word: &str) -> Vec<Tag> {
    let word = folded_text(word);
    let folded = folded_text;
    // 住建局 names 示范住建局; a single character names nothing.
    let means = |name: &str| {
        let name = folded(name);
        name == word || (word.chars().count() >= 3 && !word.is_ascii() && name.ends_with(&word))
    };
    let units = district.units.values().filter(|u| means(&u.zh) || means(&u.en) || folded(u.code.as_str()) == word);
    let of_unit = |code: &str| [Tag::unit(code), Tag::street(code)];
    let categories = district.catalogue.categories.iter();
    let categories = categories.filter(|c| means(&c.zh) || means(&c.en) || folded(c.code.as_str()) == word);
    let tags = units.flat_map(|u| of_unit(u.code.as_str())).chain(categories.map(|c| Tag::category(c.code.as_str())));
    tags.collect()
}

/// What is looked for: cases that have all the words and all the marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// The words.
    pub words: Vec<Asked>,
    /// The marks.
    pub tags: Vec<Tag>,
    /// Raised on this day or later, as a day number.
    pub from: Option<i64>,
    /// Raised on this day or before.
    pub to: Option<i64>,
}

/// The answer to a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// The ledger indexes of the records' first entries, at most [`MOST`]: the best first; without words the latest first.
    pub firsts: Vec<u64>,
    /// Whether there are more.
    pub more: bool,
}

/// Searches, from any thread, what a follower keeps. Cheap to clone.
#[derive(Clone, Default)]
pub struct Finder(Arc<Shared>);

#[derive(Default)]
struct Shared {
    shelf: RwLock<Option<Arc<Shelf>>>,
    broken: AtomicBool,
}

impl Finder {
    pub(crate) fn show(&self, shelf: Option<Shelf>) {
        *self.0.shelf.write().unwrap_or_else(PoisonError::into_inner) = shelf.map(Arc::new);
        self.0.broken.store(false, Ordering::Relaxed);
    }

    /// Has the index made anew.
    pub(crate) fn break_down(&self) {
        self.0.broken.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.0.broken.load(Ordering::Relaxed)
    }

    /// Looks with an open volume; none while the first one is being made.
    pub(crate) fn look<T>(&self, work: impl FnOnce(&Shelf, &Searcher) -> Result<T, Error>) -> Result<Option<T>, Error> {
        let shelf = self.0.shelf.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(shelf) = shelf else { return Ok(None) };
        let found = work(&shelf, &shelf.reader.searcher());
        if found.is_err() {
            self.break_down();
        }
        found.map(Some)
    }

    /// What a reader finds. None while there is no index yet.
    ///
    /// # Errors
    /// The index can't be read: it is made anew then.
    pub fn find(&self, reader: &Reader, question: &Question) -> Result<Option<Hits>, Error> {
        self.look(|shelf, searcher| {
            // Words that can't be found are not the same as no words.
            if !question.words.is_empty() && !question.words.iter().any(Asked::is_findable) {
                return Ok(Hits::default());
            }
            let query = whole(shelf.fields, reader, question)?;
            let by_words = !question.words.is_empty();
            let mut found = if by_words { best(searcher, &*query)? } else { latest(searcher, &*query)? };
            let more = found.len() > MOST;
            found.truncate(MOST);
            Ok(Hits { firsts: found, more })
        })
    }
}

/// The best matches; of equal ones the later cases first.
fn best(searcher: &Searcher, query: &dyn Query) -> Result<Vec<u64>, Error> {
    let found = searcher.search(query, &TopDocs::with_limit(MOST + 1).order_by_score())?;
    let mut scored = Vec::with_capacity(found.len());
    for (score, address) in found {
        scored.push((score, first(searcher, address)?));
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    Ok(scored.into_iter().map(|(_, first)| first).collect())
}

fn latest(searcher: &Searcher, query: &dyn Query) -> Result<Vec<u64>, Error> {
    let order = TopDocs::with_limit(MOST + 1).order_by_fast_field::<u64>("first", Order::Desc);
    let found = searcher.search(query, &order)?;
    Ok(found.into_iter().filter_map(|(first, _)| first).collect())
}

/// The ledger index of a match.
pub(crate) fn first(searcher: &Searcher, address: DocAddress) -> Result<u64, Error> {
    let column = searcher.segment_reader(address.segment_ord).fast_fields().u64("first")?;
    Ok(column.first(address.doc_id).unwrap_or(u64::MAX))
}

type Clause = (Occur, Box<dyn Query>);

fn all_of(mut clauses: Vec<Clause>) -> Box<dyn Query> {
    match clauses.len() {
        // A single term is answered without looking at every case that has it.
        1 if clauses[0].0 == Occur::Must => clauses.swap_remove(0).1,
        _ => Box::new(BooleanQuery::new(clauses)),
    }
}

fn any_of(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    if queries.len() == 1 { queries.swap_remove(0) } else { Box::new(BooleanQuery::union(queries)) }
}

/// A mark, which every match has or hasn't: it says nothing of how good one is.
fn marked(fields: Fields, tag: &Tag) -> Box<dyn Query> {
    let term = TermQuery::new(Term::from_field_text(fields.tag, &tag.0), IndexRecordOption::Basic);
    Box::new(ConstScoreQuery::new(Box::new(term), 0.0))
}

fn whole(fields: Fields, reader: &Reader, question: &Question) -> Result<Box<dyn Query>, Error> {
    let must = |query: Box<dyn Query>| (Occur::Must, query);
    let mut clauses: Vec<Clause> = Vec::new();
    for asked in &question.words {
        let mut ways: Vec<Box<dyn Query>> = Vec::new();
        let places = reader.places.then_some((fields.place, &asked.places));
        for (field, pieces) in [Some((fields.words, &asked.words)), places].into_iter().flatten() {
            let found = pieces.iter().map(|piece| side_by_side(field, &crate::cut::question(piece)));
            let found: Vec<Clause> = found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().map(must).collect();
            ways.extend((!found.is_empty()).then(|| all_of(found)));
        }
        ways.extend(asked.named.iter().map(|tag| marked(fields, tag)));
        // What can't be found, such as a long number, narrows nothing.
        if !ways.is_empty() {
            clauses.push(must(any_of(ways)));
        } else if !asked.places.is_empty() {
            // An address leads nobody anywhere who sees none.
            clauses.push(must(Box::new(EmptyQuery)));
        }
    }
    clauses.extend(question.tags.iter().map(|tag| must(marked(fields, tag))));
    clauses.extend(rights(fields, reader));
    if question.from.is_some() || question.to.is_some() {
        let bound = |day: Option<i64>| {
            day.map_or(Bound::Unbounded, |day| Bound::Included(Term::from_field_i64(fields.day, day)))
        };
        let days = RangeQuery::new(bound(question.from), bound(question.to));
        clauses.push(must(Box::new(ConstScoreQuery::new(Box::new(days), 0.0))));
    }
    if clauses.iter().all(|(occur, _)| *occur != Occur::Must) {
        clauses.push(must(marked(fields, &Tag::any())));
    }
    Ok(all_of(clauses))
}

/// What a reader's every question is narrowed to.
fn rights(fields: Fields, reader: &Reader) -> Vec<Clause> {
    let own = || vec![marked(fields, &Tag::unit(reader.unit.as_str())), marked(fields, &Tag::record())];
    let of_unit = (!reader.every).then(|| (Occur::Must, any_of(own())));
    let aside = (Occur::MustNot, marked(fields, &Tag::aside(reader.account)));
    of_unit.into_iter().chain([aside]).collect()
}

/// [`rights`] with a mark, for other questions than those of words.
pub(crate) fn may_find(fields: Fields, reader: &Reader, tag: &Tag) -> Box<dyn Query> {
    let marked = (Occur::Must, marked(fields, tag));
    all_of(std::iter::once(marked).chain(rights(fields, reader)).collect())
}

/// The terms of one part of a question as they stand in it: with nothing between them that isn't there.
fn side_by_side(field: Field, words: &[crate::cut::Word]) -> Result<Option<Box<dyn Query>>, Error> {
    let Some(begin) = words.first().map(|w| w.at) else { return Ok(None) };
    if let Some(one) = single(words) {
        return Ok(Some(Box::new(RegexQuery::from_pattern(&format!("{one}.?"), field)?)));
    }
    let term = |w: &crate::cut::Word| Term::from_field_text(field, &w.text);
    let mut terms: Vec<(usize, Term)> = words.iter().map(|w| (w.at - begin, term(w))).collect();
    if terms.len() == 1 {
        let term = terms.swap_remove(0).1;
        return Ok(Some(Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))));
    }
    Ok(Some(Box::new(PhraseQuery::new_with_offset(terms))))
}

impl Asked {
    /// Whether there is something to find it by: not so for a long number, or marks alone.
    pub fn is_findable(&self) -> bool {
        !self.named.is_empty() || !self.words.is_empty() || !self.places.is_empty()
    }
}
