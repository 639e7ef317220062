//! What the catalogue suggests for a case, and why: a computed proposal that a dispatcher accepts or not.

use crate::lang::L;
use domain::Label;
use domain::case::Track;
use domain::district::{Catalogue, Category, CategoryCode, District, Unit, UnitCode, UnitKind};

/// A category that words of the text suggest.
pub(crate) struct Found<'a> {
    pub(crate) category: &'a Category,
    /// The words of it that stand in the text.
    pub(crate) words: Vec<&'a str>,
}

/// The categories whose words stand in a text, best first: more words, then longer ones, then the catalogue's order.
pub(crate) fn by_words<'a>(catalogue: &'a Catalogue, track: Track, text: &str) -> Vec<Found<'a>> {
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

/// A suggestion with its reason in words.
pub(crate) struct Suggestion {
    pub(crate) category: Option<CategoryCode>,
    pub(crate) unit: Option<UnitCode>,
    /// Why; empty when nothing is suggested.
    pub(crate) reason: String,
}

/// What the catalogue suggests: from the case's category, else from words of its text.
pub(crate) fn suggestion(
    l: L,
    district: &District,
    track: Track,
    category: Option<&CategoryCode>,
    street: Option<&UnitCode>,
    text: &str,
) -> Suggestion {
    let catalogue = &district.catalogue;
    let found = by_words(catalogue, track, text);
    let known = category.and_then(|code| catalogue.category(code));
    let chosen = known.or(found.first().map(|f| f.category));
    let unit = match track {
        Track::Accusation => district.units.values().find(|u| u.kind == UnitKind::Discipline && !u.closed),
        _ => chosen.and_then(|c| district.suggest(&c.code, street)),
    };
    let name = |u: &Unit| u.name(l.0).to_owned();
    let because = match (known, found.first()) {
        _ if track == Track::Accusation => track.label(l.0).to_owned(),
        (Some(c), _) => l.t_n("staff-because-category", c.name(l.0)),
        (None, Some(f)) => {
            let words = f.words.join("、");
            l.t_with("staff-because-words", &[("words", words), ("category", f.category.name(l.0).to_owned())])
        }
        (None, None) => String::new(),
    };
    let reason = match unit {
        _ if because.is_empty() => String::new(),
        Some(unit) => l.t_with(
            "staff-because-unit",
            &[("why", because), ("unit", name(unit)), ("version", catalogue.version.to_string())],
        ),
        None => l.t_with("staff-because-no-unit", &[("why", because), ("version", catalogue.version.to_string())]),
    };
    Suggestion { category: chosen.map(|c| c.code.clone()), unit: unit.map(|u| u.code.clone()), reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::district::Responsible;

    fn catalogue() -> Catalogue {
        let category = |code: &str, keywords: &[&str]| Category {
            code: code.into(),
            zh: code.into(),
            en: code.into(),
            responsible: Responsible::StreetOfPlace,
            tracks: Vec::new(),
            keywords: keywords.iter().map(|k| (*k).to_owned()).collect(),
        };
        Catalogue { version: 3, categories: vec![category("a", &["停水", ""]), category("b", &["停水", "水管"])] }
    }

    #[test]
    fn more_words_of_a_category_in_the_text_suggest_it_first() {
        let catalogue = catalogue();
        let found = by_words(&catalogue, Track::Hotline, "水管坏了，停水两天");
        assert_eq!(found.iter().map(|f| f.category.code.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(found[0].words, ["停水", "水管"]);
        assert!(by_words(&catalogue, Track::Hotline, "路灯").is_empty(), "an empty word suggests nothing");
    }
}
