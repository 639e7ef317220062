//! What the index holds of a record: words to find it by and marks to narrow by, never a text that could be read back whole
//! and never a contact field.

use crate::mask;
use domain::Label;
use domain::case::{Case, Stage, field};
use domain::moment::day_number;
use store::listed::Told;
use store::records::Record;

/// Behind these a flat is named: what the index holds of a place ends there.
const FLATS: &[&str] = &["单元", "室", "户", "门", "层"];
/// A number of so many digits inside a place is a flat's.
const FLAT_DIGITS: usize = 3;

/// A mark that a case is narrowed by: a kind and a code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag(pub(crate) String);

impl Tag {
    fn of(kind: &str, code: &str) -> Tag {
        Tag(format!("{kind}={code}"))
    }

    /// A unit that has or had a task.
    pub fn unit(code: &str) -> Tag {
        Tag::of("unit", code)
    }

    /// The street of the place.
    pub fn street(code: &str) -> Tag {
        Tag::of("street", code)
    }

    /// A category, or a first level with all below it.
    pub fn category(code: &str) -> Tag {
        Tag::of("category", code)
    }

    /// A track.
    pub fn track(code: &str) -> Tag {
        Tag::of("track", code)
    }

    /// A stage.
    pub fn stage(code: &str) -> Tag {
        Tag::of("stage", code)
    }

    /// An account that stepped aside for an interest.
    pub(crate) fn aside(account: u32) -> Tag {
        Tag::of("aside", &account.to_string())
    }

    /// What is no case: every account of the district may find it.
    pub(crate) fn record() -> Tag {
        Tag("record".into())
    }

    /// Every record.
    pub(crate) fn any() -> Tag {
        Tag("any".into())
    }

    /// These marks and those that every case has.
    pub fn every(mut tags: Vec<Tag>) -> Vec<Tag> {
        tags.push(Tag::any());
        tags
    }

    /// A case whose resident has an answer.
    pub fn answered() -> Tag {
        Tag("answered".into())
    }
}

/// A record as the index has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The ledger index of its first entry: its name in the index.
    pub first: u64,
    /// The day on which it was raised or that it is about, as a day number.
    pub day: i64,
    /// Title, text and answer, without what leads to somebody: whoever may see the case may find it by these.
    pub words: String,
    /// The place as far as the building, and texts that name one: for who handles the case.
    pub place: String,
    /// What it is narrowed by.
    pub tags: Vec<Tag>,
}

impl Entry {
    /// What the index may hold of a case as it stands. A text that staff hid is not among it, and of an erased case no word.
    /// Of a sealed accusation it holds nothing.
    pub fn of(record: &Record) -> Option<Entry> {
        let (case, texts) = (&record.case, &record.texts);
        if case.is_sealed() {
            return None;
        }
        let known: Vec<&str> = record.personal.iter().map(String::as_str).collect();
        let of = |name: &str| texts.get(name).map_or("", String::as_str);
        let told = [field::TITLE, field::TEXT].iter().filter(|_| !case.withheld).map(|name| of(name));
        let told: Vec<&str> = told.chain([of(field::ANSWER)]).collect();
        let words: Vec<String> = told.iter().map(|text| mask::text(text, &known)).collect();
        // The place stands there for who handles the case, inside the texts too.
        let names: Vec<&str> = known.iter().copied().filter(|value| *value != of(field::PLACE)).collect();
        let whole = told.iter().map(|text| mask::numbers(text, &names));
        let with_places = whole.zip(&words).filter(|(whole, words)| whole != *words).map(|(whole, _)| building(&whole));
        let places: Vec<String> = [building(of(field::PLACE))].into_iter().chain(with_places).collect();
        Some(Entry {
            first: record.first,
            day: day_number(case.raised_at.date()),
            // A line break is no word, so that no phrase reaches from one text into the next.
            words: words.join("\n"),
            place: places.join("\n"),
            tags: tags(case, !of(field::ANSWER).is_empty()),
        })
    }
}

impl Entry {
    /// What the index may hold of a record of another register: what it says it is found by. Of an erased one no word; of a
    /// register that is found by its codes alone nothing.
    pub fn of_record(told: &Told) -> Option<Entry> {
        if told.shelf.found().is_empty() {
            return None;
        }
        let summary = told.shelf.summary(told.state.as_ref())?;
        let words = told.words_for(false);
        let found = told.shelf.found().iter().filter_map(|name| words.get(*name));
        let found: Vec<String> = found.map(|text| mask::text(text, &[])).collect();
        let tags = Tag::every(vec![Tag::record(), Tag::unit(summary.unit.as_str())]);
        Some(Entry {
            first: told.first(),
            day: day_number(summary.day),
            words: found.join("\n"),
            place: String::new(),
            tags,
        })
    }
}

fn tags(case: &Case, answered: bool) -> Vec<Tag> {
    let mut tags = Tag::every(vec![Tag::track(case.track.code()), Tag::stage(case.stage.code())]);
    tags.extend(case.tasks.iter().map(|task| Tag::unit(task.unit.as_str())));
    if let domain::case::Reviewer::Unit(code) = case.reviewer() {
        tags.push(Tag::unit(code.as_str()));
    }
    tags.extend(case.street.iter().map(|street| Tag::street(street.as_str())));
    if let Some(category) = &case.category {
        tags.extend([Tag::category(category.as_str()), Tag::category(category.coarse())]);
    }
    tags.extend(case.withdrawn_accounts.iter().map(|account| Tag::aside(*account)));
    if answered && matches!(case.stage, Stage::Answered | Stage::Ended) {
        tags.push(Tag::answered());
    }
    tags.sort();
    tags.dedup();
    tags
}

/// A place without its flat: staircases, floors and numbers of rooms lead to a household.
fn building(place: &str) -> String {
    let place: Vec<char> = mask::numbers(place, &[]).chars().collect();
    place.iter().zip(flats(&place)).filter(|(_, flat)| !flat).map(|(c, _)| *c).collect()
}

/// Which characters are the number of a flat.
pub(crate) fn flats(chars: &[char]) -> Vec<bool> {
    let is_digit = |c: &&char| c.is_ascii_digit() || ('０'..='９').contains(*c);
    let mut flats = vec![false; chars.len()];
    let mut at = 0;
    while at < chars.len() {
        let digits = chars[at..].iter().take_while(is_digit).count();
        let behind: String = chars[at + digits..].iter().take(2).collect();
        let flat = digits >= FLAT_DIGITS || (digits > 0 && FLATS.iter().any(|word| behind.starts_with(word)));
        flats[at..at + digits].fill(flat);
        at += digits.max(1);
    }
    flats
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_ends_at_its_building() {
        assert_eq!(building("示例里3号楼2单元502"), "示例里3号楼单元");
        assert_eq!(building("示例里3号楼502室，电话10000000001"), "示例里3号楼室，电话•••");
        assert_eq!(building("示范路12号门口"), "示范路12号门口");
        assert_eq!(building(""), "");
    }
}
