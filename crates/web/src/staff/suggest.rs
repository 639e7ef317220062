//! What the catalogue suggests for a case, and why: a computed proposal that a dispatcher accepts or not.

use crate::lang::L;
use domain::Label;
use domain::case::{Stage, Track};
use domain::district::{CategoryCode, District, Unit, UnitCode, UnitKind};
use reading::by_words;

/// A suggestion with its reason in words.
pub(crate) struct Suggestion {
    pub(crate) category: Option<CategoryCode>,
    pub(crate) unit: Option<UnitCode>,
    /// Why; empty when nothing is suggested.
    pub(crate) reason: String,
}

impl Suggestion {
    /// What the button of the suggested dispatch sends and says, for a case as it was shown (code and version); empty
    /// where a person must sort first: the way of a petition, and who may see an accusation.
    pub(super) fn at_once(
        &self,
        l: L,
        district: &District,
        (code, version): (&str, u64),
        track: Track,
        stage: Stage,
    ) -> (String, String) {
        let sorted = match (track, stage) {
            (Track::Accusation, _) | (Track::Petition, Stage::Raised) => false,
            (_, stage) => matches!(stage, Stage::Raised | Stage::Accepted),
        };
        let (Some(unit), Some(category), true) = (&self.unit, &self.category, sorted) else {
            return Default::default();
        };
        let raised = stage == Stage::Raised;
        let category = if raised { category.as_str() } else { super::bulk::KNOWN };
        let key = if raised { "clerk-accept-dispatch" } else { "clerk-dispatch-to" };
        (format!("{code} {version} {category} {unit}"), l.t_n(key, district.unit_name(unit, l.0)))
    }
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
            let words = f.words.join(l.0.pick("、", ", "));
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
