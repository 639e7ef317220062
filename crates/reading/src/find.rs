//! A question to the index, and what an account may find.
//!
//! The index answers with ledger indexes of cases. Whoever shows them reads the cases themselves, and looks again who may
//! see them: the index may be a moment behind.

use crate::cut::{SEAL, folded, question, single};
use crate::entry::Tag;
use crate::volume::{Error, Fields, Shelf};
use domain::district::{District, UnitCode, UnitKind};
use domain::{Actor, Role};
use std::ops::Bound;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, PhraseQuery, Query, RangeQuery, RegexQuery, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, Order, Searcher, Term};

/// The most cases that a question finds: who gets more asks more closely.
pub const MOST: usize = 200;
/// The most words of a question that are looked at.
const WORDS_MOST: usize = 8;
/// The most characters of one of them.
const WORD_MOST: usize = 40;

/// What an account may find: as `domain::case::may_see` says, in terms of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    unit: UnitCode,
    /// What it stepped aside from for an interest is not found.
    account: u32,
    /// Every case that is not sealed; otherwise those in which the unit has or had a task.
    every: bool,
    /// Sealed accusations, but for those about the unit itself.
    sealed: bool,
    /// Whether places lead to cases: for others they are masked.
    places: bool,
}

impl Reader {
    /// Of an account. None for who reads no cases.
    pub fn of(actor: &Actor, district: &District) -> Option<Reader> {
        let Actor::Staff { unit, role, account } = actor else { return None };
        let every = matches!(role, Role::Dispatcher | Role::Supervisor | Role::Leader | Role::Auditor);
        let places = matches!(role, Role::Clerk | Role::Head | Role::Dispatcher);
        if !every && !places {
            return None;
        }
        let sealed = district.units.get(unit).is_some_and(|u| u.kind == UnitKind::Discipline);
        Some(Reader { unit: unit.clone(), account: *account, every, sealed, places })
    }

    /// Which halves of the index it may look into: the open one, the sealed one.
    fn halves(&self) -> impl Iterator<Item = Half> {
        [Some(Half::Open), self.sealed.then_some(Half::Sealed)].into_iter().flatten()
    }
}

/// The open cases and the sealed ones share the files, and no term.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Open,
    Sealed,
}

impl Half {
    fn term(self, field: Field, text: &str) -> Term {
        match self {
            Half::Open => Term::from_field_text(field, text),
            Half::Sealed => Term::from_field_text(field, &format!("{SEAL}{text}")),
        }
    }
}

/// A word of a question, with the units and categories that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The word as it was typed.
    pub text: String,
    /// Marks that it may mean instead.
    pub named: Vec<Tag>,
}

/// The words of what was typed, at most eight; a name of a unit, a street or a category in either language, or its code,
/// is understood too.
pub fn asked(typed: &str, district: &District) -> Vec<Asked> {
    let parts = typed.split(|c: char| c.is_whitespace() || "，。、；,;".contains(c)).filter(|w| !w.is_empty());
    let words = parts.take(WORDS_MOST).map(|w| w.chars().take(WORD_MOST).collect::<String>());
    words.map(|text| Asked { named: named(district, &text), text }).collect()
}

fn named(district: &District, word: &str) -> Vec<Tag> {
    let word = folded(word);
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
    /// The ledger indexes of the cases' first entries, at most [`MOST`]: the best first; without words the latest first.
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

fn whole(fields: Fields, reader: &Reader, question: &Question) -> Result<Box<dyn Query>, Error> {
    let halves = reader.halves().map(|half| Ok(all_of(half_of(fields, reader, question, half)?)));
    Ok(any_of(halves.collect::<Result<_, Error>>()?))
}

/// A mark, which every match has or hasn't: it says nothing of how good one is.
fn marked(fields: Fields, half: Half, tag: &Tag) -> Box<dyn Query> {
    let term = TermQuery::new(half.term(fields.tag, &tag.0), IndexRecordOption::Basic);
    Box::new(ConstScoreQuery::new(Box::new(term), 0.0))
}

fn half_of(fields: Fields, reader: &Reader, question: &Question, half: Half) -> Result<Vec<Clause>, Error> {
    let must = |query| (Occur::Must, query);
    let mut clauses: Vec<Clause> = Vec::new();
    for asked in &question.words {
        let words = crate::cut::question(&asked.text);
        let mut ways: Vec<Box<dyn Query>> = Vec::new();
        for field in [Some(fields.words), reader.places.then_some(fields.place)].into_iter().flatten() {
            ways.extend(side_by_side(field, half, &words)?);
        }
        ways.extend(asked.named.iter().map(|tag| marked(fields, half, tag)));
        // What can't be found, such as a long number, narrows nothing.
        if !ways.is_empty() {
            clauses.push(must(any_of(ways)));
        }
    }
    clauses.extend(question.tags.iter().map(|tag| must(marked(fields, half, tag))));
    clauses.extend(rights(fields, reader, half));
    if question.from.is_some() || question.to.is_some() {
        let bound = |day: Option<i64>| {
            day.map_or(Bound::Unbounded, |day| Bound::Included(Term::from_field_i64(fields.day, day)))
        };
        let days = RangeQuery::new(bound(question.from), bound(question.to));
        clauses.push(must(Box::new(ConstScoreQuery::new(Box::new(days), 0.0))));
        // Days are no terms of a half.
        clauses.push(must(marked(fields, half, &Tag::any())));
    }
    if clauses.iter().all(|(occur, _)| *occur != Occur::Must) {
        clauses.push(must(marked(fields, half, &Tag::any())));
    }
    Ok(clauses)
}

/// What a reader's every question is narrowed to in a half.
fn rights(fields: Fields, reader: &Reader, half: Half) -> Vec<Clause> {
    let of_unit = match half {
        Half::Open if reader.every => None,
        Half::Open => Some((Occur::Must, marked(fields, half, &Tag::unit(reader.unit.as_str())))),
        Half::Sealed => Some((Occur::MustNot, marked(fields, half, &Tag::accused(reader.unit.as_str())))),
    };
    let aside = (Occur::MustNot, marked(fields, half, &Tag::aside(reader.account)));
    of_unit.into_iter().chain([aside]).collect()
}

/// [`rights`] over all halves, for other questions than those of words.
pub(crate) fn may_find(fields: Fields, reader: &Reader, tag: &Tag) -> Box<dyn Query> {
    let half = |half: Half| {
        let clauses = std::iter::once((Occur::Must, marked(fields, half, tag))).chain(rights(fields, reader, half));
        all_of(clauses.collect())
    };
    any_of(reader.halves().map(half).collect())
}

/// The terms of one part of a question as they stand in it: with nothing between them that isn't there.
fn side_by_side(field: Field, half: Half, words: &[crate::cut::Word]) -> Result<Option<Box<dyn Query>>, Error> {
    let Some(begin) = words.first().map(|w| w.at) else { return Ok(None) };
    if let Some(one) = single(words) {
        let seal = if half == Half::Sealed { SEAL.to_string() } else { String::new() };
        return Ok(Some(Box::new(RegexQuery::from_pattern(&format!("{seal}{one}.?"), field)?)));
    }
    let mut terms: Vec<(usize, Term)> = words.iter().map(|w| (w.at - begin, half.term(field, &w.text))).collect();
    if terms.len() == 1 {
        let term = terms.swap_remove(0).1;
        return Ok(Some(Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))));
    }
    Ok(Some(Box::new(PhraseQuery::new_with_offset(terms))))
}

impl Asked {
    /// Whether there is something to find it by: not so for a long number, or marks alone.
    pub fn is_findable(&self) -> bool {
        !self.named.is_empty() || !question(&self.text).is_empty()
    }
}
