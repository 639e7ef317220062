//! A figure with everything that it travels with.

use crate::catalogue::{Definition, Part};
use crate::filter::Filter;
use crate::rounding::{self, Measure, Rounding};
use calendar::Date;
use domain::Lang;
use serde::Serialize;

/// Who took part, of those who were asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Share {
    /// As printed, without its measure.
    pub value: String,
    /// In what.
    pub unit: Measure,
    /// Who took part.
    pub numerator: i64,
    /// Who was asked.
    pub denominator: i64,
}

/// A computed figure. Serialised, it is the object that `doorstep figures --format json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// Its id in the catalogue.
    pub id: &'static str,
    /// Its definition: names and words.
    #[serde(skip)]
    pub definition: &'static Definition,
    /// The value as printed, without its measure: `98.27`, `7/12`, `–`.
    pub value: String,
    /// What the value is counted in.
    pub unit: Measure,
    /// How many count; for a sum, what they come to.
    pub numerator: i64,
    /// Of how many; none for a plain count.
    pub denominator: Option<i64>,
    /// Who took part, where the figure never travels without it.
    pub participation: Option<Share>,
    /// First day of the window.
    pub from: Date,
    /// First day after the window.
    pub to: Date,
    /// The version of its definition.
    pub definition_version: u32,
    /// How it is rounded; none for a plain count.
    pub rounding: Option<Rounding>,
    /// How many entries the ledger had when it was computed.
    pub ledger_size: u64,
}

impl Figure {
    /// The figure of a definition from the numbers of its parts.
    pub(crate) fn of(
        definition: &'static Definition,
        filter: &Filter,
        ledger_size: u64,
        count: impl Fn(Part) -> Option<i64>,
    ) -> Figure {
        let rounding = definition.rounding();
        let numerator = count(Part::Numerator).unwrap_or(0);
        let denominator = count(Part::Denominator);
        let (value, unit) = match denominator {
            Some(denominator) => rounding::rate(numerator, denominator, rounding, definition.measure()),
            None => (numerator.to_string(), definition.measure()),
        };
        let participation = count(Part::Participants).zip(count(Part::Invited)).map(|(numerator, denominator)| {
            let (value, unit) = rounding::rate(numerator, denominator, rounding, definition.measure());
            Share { value, unit, numerator, denominator }
        });
        Figure {
            id: &definition.id,
            definition,
            value,
            unit,
            numerator,
            denominator,
            participation,
            from: filter.from(),
            to: filter.to(),
            definition_version: definition.version,
            rounding: denominator.map(|_| rounding),
            ledger_size,
        }
    }

    /// Its name in a language.
    pub fn name(&self, lang: Lang) -> &'static str {
        self.definition.name(lang)
    }

    /// The value with its measure, as people read it: `98.27 %`.
    pub fn printed(&self, lang: Lang) -> String {
        printed(&self.value, self.unit, lang)
    }

    /// The rate in ten-thousandths where the figure prints one, cut off: what a picture draws.
    pub fn share(&self) -> Option<i64> {
        let denominator = self.denominator.filter(|d| *d >= rounding::FEWEST)?;
        i64::try_from(i128::from(self.numerator) * 10_000 / i128::from(denominator)).ok()
    }
}

impl Share {
    /// The value with its measure.
    pub fn printed(&self, lang: Lang) -> String {
        printed(&self.value, self.unit, lang)
    }
}

fn printed(value: &str, unit: Measure, lang: Lang) -> String {
    match value.rsplit('/').next() {
        Some(rounding::NONE) => value.to_owned(),
        Some("1") => format!("{value} {}", unit.one(lang)),
        _ => format!("{value} {}", unit.sign(lang)),
    }
}
