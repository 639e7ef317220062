//! Derived reading of texts: which categories the words of a text suggest, and the search. What is kept (the index) is
//! derived from the log and may be deleted at any time; it is never asked for truth.

pub mod cell;
mod cut;
mod entry;
mod find;
mod folder;
mod follow;
mod like;
pub mod mark;
pub mod mask;
mod volume;

pub use entry::{Entry, Tag};
pub use find::{Asked, Finder, Hits, MOST, Question, Reader, asked};
pub use folder::{Folder, folder_of};
pub use follow::{Follower, Running};
pub use like::{common, tells};
pub use volume::{Error, Volume};

use domain::case::Track;
use domain::district::{Catalogue, Category};

/// A category that words of a text suggest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// The category.
    pub category: &'a Category,
    /// The words of it that stand in the text.
    pub words: Vec<&'a str>,
}

/// The categories whose words stand in a text, best first: more words, then longer ones, then the catalogue's order.
pub fn by_words<'a>(catalogue: &'a Catalogue, track: Track, text: &str) -> Vec<Found<'a>> {
    let usual = |c: &&Category| c.tracks.is_empty() || c.tracks.contains(&track);
    let words = |c: &'a Category| {
        let found = c.keywords.iter().filter(|k| !k.trim().is_empty() && text.contains(k.as_str()));
        found.map(String::as_str).collect::<Vec<_>>()
    };
    let all = catalogue.categories.iter().filter(usual).map(|category| Found { category, words: words(category) });
    let mut found: Vec<Found<'_>> = all.filter(|f| !f.words.is_empty()).collect();
    let length = |f: &Found<'_>| f.words.iter().map(|w| w.chars().count()).sum::<usize>();
    found.sort_by_key(|f| std::cmp::Reverse((f.words.len(), length(f))));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::district::Responsible;
    use proptest::prelude::*;

    fn catalogue() -> Catalogue {
        let category = |code: &str, keywords: &[&str]| Category {
            code: code.into(),
            zh: code.into(),
            en: code.into(),
            responsible: Responsible::StreetOfPlace,
            tracks: Vec::new(),
            keywords: keywords.iter().map(|k| (*k).to_owned()).collect(),
        };
        Catalogue {
            version: 3,
            categories: vec![category("a", &["停水", ""]), category("b", &["停水", "水管"])],
            ..Catalogue::default()
        }
    }

    #[test]
    fn more_words_of_a_category_in_the_text_suggest_it_first() {
        let catalogue = catalogue();
        let found = by_words(&catalogue, Track::Hotline, "水管坏了，停水两天");
        assert_eq!(found.iter().map(|f| f.category.code.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(found[0].words, ["停水", "水管"]);
        assert!(by_words(&catalogue, Track::Hotline, "路灯").is_empty(), "an empty word suggests nothing");
    }

    proptest! {
        #[test]
        fn what_is_suggested_has_its_words_in_the_text_and_the_best_stands_first(text in "[停水管灯路坏 ]{0,30}") {
            let catalogue = catalogue();
            let found = by_words(&catalogue, Track::Hotline, &text);
            for f in &found {
                prop_assert!(!f.words.is_empty() && f.words.iter().all(|w| text.contains(w)));
            }
            prop_assert!(found.windows(2).all(|pair| pair[0].words.len() >= pair[1].words.len()));
        }
    }
}
