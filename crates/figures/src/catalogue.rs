//! The catalogue of figures: data, read once from the files of `catalogue/`, which are part of the program. Each system has
//! a file of its own.

use crate::rounding::{Measure, NONE, Rounding, Rule};
use crate::table::{Condition, Sum, Table, Window};
use domain::Lang;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A part of a figure that is a number of records, and has the list of them behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// What counts.
    Numerator,
    /// Of what.
    Denominator,
    /// Who took part.
    Participants,
    /// Who was asked to.
    Invited,
}

impl Part {
    /// Every part.
    pub const ALL: &'static [Part] = &[Part::Numerator, Part::Denominator, Part::Participants, Part::Invited];

    /// Its code in URLs.
    pub fn code(self) -> &'static str {
        match self {
            Part::Numerator => "numerator",
            Part::Denominator => "denominator",
            Part::Participants => "participants",
            Part::Invited => "invited",
        }
    }

    /// The part of a code.
    pub fn of(code: &str) -> Option<Part> {
        Part::ALL.iter().copied().find(|p| p.code() == code)
    }

    /// Its name in a language.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Part::Numerator => lang.pick("分子", "numerator"),
            Part::Denominator => lang.pick("分母", "denominator"),
            Part::Participants => lang.pick("参评", "took part"),
            Part::Invited => lang.pick("询问", "asked"),
        }
    }
}

/// Who took part, of whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Participation {
    /// Who took part.
    pub numerator: Condition,
    /// Of whom.
    pub denominator: Condition,
}

/// The definition of a figure in one version.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Its stable id.
    pub id: String,
    /// Grows by one when the meaning changes.
    pub version: u32,
    /// What it is counted over.
    #[serde(default)]
    pub of: Table,
    zh: String,
    en: String,
    zh_definition: String,
    en_definition: String,
    /// The day that decides whether a record lies in the window.
    pub window: Window,
    /// What counts; only records of the denominator do.
    pub numerator: Condition,
    /// What its numerator sums up over what counts; none: how many count.
    #[serde(default)]
    pub sum: Option<Sum>,
    /// Of what; none for a plain count.
    #[serde(default)]
    pub denominator: Option<Condition>,
    /// What the figure never travels without.
    #[serde(default)]
    pub participation: Option<Participation>,
    #[serde(default)]
    rounding: Rule,
    #[serde(default)]
    decimals: u32,
}

impl Definition {
    /// Its name in a language.
    pub fn name(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }

    /// What it counts, of what, and what is left out, in words.
    pub fn text(&self, lang: Lang) -> &str {
        lang.pick(&self.zh_definition, &self.en_definition)
    }

    /// What its counts are counted in; for a sum, what is summed up.
    pub fn measure(&self) -> Measure {
        self.sum.map_or(self.of.measure(), Sum::measure)
    }

    /// What a value that it printed is counted in; none for the dash that stands where there was nothing to count.
    pub fn measure_of(&self, value: &str) -> Option<Measure> {
        let counts = self.denominator.is_none() || value.contains('/');
        (value != NONE).then(|| if counts { self.measure() } else { Measure::Percent })
    }

    /// How it is rounded.
    pub fn rounding(&self) -> Rounding {
        Rounding { rule: self.rounding, decimals: self.decimals }
    }

    /// What a record must be for a part: all of these. None if the figure has no such part.
    pub(crate) fn conditions(&self, part: Part) -> Option<Vec<Condition>> {
        let within = |whole: Condition, part: Condition| if whole == part { vec![part] } else { vec![whole, part] };
        match part {
            Part::Numerator => Some(self.denominator.map_or(vec![self.numerator], |d| within(d, self.numerator))),
            Part::Denominator => self.denominator.map(|d| vec![d]),
            Part::Participants => self.participation.map(|p| within(p.denominator, p.numerator)),
            Part::Invited => self.participation.map(|p| vec![p.denominator]),
        }
    }

    /// The parts that it has.
    pub fn parts(&self) -> impl Iterator<Item = Part> {
        Part::ALL.iter().copied().filter(|p| self.conditions(*p).is_some())
    }
}

#[derive(Deserialize)]
struct Catalogue {
    figure: Vec<Definition>,
    /// What figures count by; [`crate::table`] reads it.
    #[serde(flatten)]
    _vocabulary: BTreeMap<String, IgnoredAny>,
}

/// A file for each system, in the order in which people should see them.
pub(crate) const FILES: &[&str] = &[
    include_str!("../catalogue/cases.toml"),
    include_str!("../catalogue/lectures.toml"),
    include_str!("../catalogue/meetings.toml"),
    include_str!("../catalogue/claiming.toml"),
    include_str!("../catalogue/reception.toml"),
];

static CATALOGUE: LazyLock<Vec<Definition>> = LazyLock::new(|| {
    // The texts are compiled in, and a test reads them: no input reaches this.
    let read =
        |text: &&str| toml::from_str::<Catalogue>(text).expect("the catalogue of this program can be read").figure;
    FILES.iter().flat_map(read).collect()
});

/// Every definition in every version, in the order in which people should see them.
pub fn all() -> &'static [Definition] {
    &CATALOGUE
}

/// The definitions in force: the highest version of each id.
pub fn in_force() -> impl Iterator<Item = &'static Definition> {
    all().iter().filter(|d| all().iter().all(|other| other.id != d.id || other.version <= d.version))
}

/// The definition in force of an id.
pub fn definition(id: &str) -> Option<&'static Definition> {
    in_force().find(|d| d.id == id)
}

/// A definition in the version under which a figure was published.
pub fn version(id: &str, version: u32) -> Option<&'static Definition> {
    all().iter().find(|d| d.id == id && d.version == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_can_be_read_and_has_each_version_once() {
        assert!(in_force().count() >= 14);
        for (n, d) in all().iter().enumerate() {
            assert!(!all()[..n].iter().any(|o| (&o.id, o.version) == (&d.id, d.version)), "{} stands twice", d.id);
            assert!(d.version >= 1 && d.decimals <= 6, "{}", d.id);
            assert!(d.id.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'.')), "{}", d.id);
        }
    }

    #[test]
    fn a_definition_counts_over_one_table_by_conditions_a_window_and_a_sum_of_that_table() {
        for d in all() {
            assert_eq!(d.window.table(), d.of, "{}", d.id);
            assert!(d.sum.is_none_or(|sum| sum.table() == d.of), "{}", d.id);
            // A rate of a sum would say nothing.
            assert!(d.sum.is_none() || d.denominator.is_none() && d.participation.is_none(), "{}", d.id);
            for condition in d.parts().filter_map(|part| d.conditions(part)).flatten() {
                assert_eq!(condition.table(), d.of, "{} counts by {}", d.id, condition.code());
            }
        }
        for sum in Sum::all() {
            assert!(all().iter().any(|d| d.sum == Some(sum)), "no figure sums up {}", sum.code());
        }
        for table in Table::all() {
            assert!(all().iter().any(|d| d.of == table), "no figure is counted over {}", table.code());
        }
        for window in Window::all() {
            assert!(all().iter().any(|d| d.window == window), "no figure is counted by {}", window.code());
        }
    }

    #[test]
    fn a_printed_value_says_what_it_is_counted_in() {
        let of = |id: &str, value: &str| definition(id).unwrap().measure_of(value);
        assert_eq!(of("accepted", "98.27"), Some(Measure::Percent));
        assert_eq!(of("accepted", "7/12"), Some(Measure::Cases));
        assert_eq!((of("accepted", "–"), of("raised", "7")), (None, Some(Measure::Cases)));
        assert_eq!(of("tell.lectures.party", "1665"), Some(Measure::Sessions));
        assert_eq!(of("tell.lectures.heads", "0"), Some(Measure::Heads));
        assert_eq!(of("listen.meetings.held", "20"), Some(Measure::Sessions));
        assert_eq!(of("listen.meetings.opinions", "20"), Some(Measure::Cases));
    }

    #[test]
    fn each_figure_has_a_name_and_a_definition_in_both_languages() {
        for d in all() {
            for lang in [Lang::Zh, Lang::En] {
                assert!(!d.name(lang).trim().is_empty() && d.text(lang).len() > 20, "{}", d.id);
            }
        }
    }

    #[test]
    fn satisfaction_never_travels_without_participation() {
        let of_those_who_rated = |d: &&Definition| d.numerator.code() == "satisfied";
        assert!(all().iter().filter(of_those_who_rated).all(|d| d.participation.is_some()));
        assert_eq!(all().iter().filter(of_those_who_rated).count(), 4);
    }

    #[test]
    fn every_condition_of_the_vocabulary_is_used() {
        let used: Vec<Condition> =
            all().iter().flat_map(|d| Part::ALL.iter().filter_map(|p| d.conditions(*p))).flatten().collect();
        for condition in Condition::all() {
            assert!(used.contains(&condition), "no figure counts by {}", condition.code());
        }
    }
}
