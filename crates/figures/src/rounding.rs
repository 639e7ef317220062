//! How a rate is rounded and printed: pure, in whole numbers, without floating point.

use domain::Lang;
use serde::{Deserialize, Serialize};

/// Below this denominator only the counts are shown: a rate of so few cases says nothing.
pub const FEWEST: i64 = 30;
/// What is printed where there is no denominator.
pub const NONE: &str = "–";
/// The most decimals that a definition may ask for.
const DECIMALS_MOST: u32 = 6;

/// How the digits behind the last one are dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A half and more is rounded up.
    #[default]
    HalfUp,
    /// They are cut off.
    Truncate,
}

/// A rounding rule with its decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounding {
    /// The rule.
    pub rule: Rule,
    /// Digits behind the point, at most six.
    pub decimals: u32,
}

impl Rounding {
    /// Its code in files and JSON: `half_up_2`.
    pub fn code(self) -> String {
        let rule = match self.rule {
            Rule::HalfUp => "half_up",
            Rule::Truncate => "truncate",
        };
        format!("{rule}_{}", self.decimals)
    }
}

impl Serialize for Rounding {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.code())
    }
}

/// What a value is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Measure {
    /// Percent.
    #[serde(rename = "%")]
    Percent,
    /// Cases.
    #[serde(rename = "件")]
    Cases,
    /// Sessions.
    #[serde(rename = "场次")]
    Sessions,
    /// Encounters.
    #[serde(rename = "次")]
    Encounters,
    /// Heads, which are not persons.
    #[serde(rename = "人次")]
    Heads,
}

impl Measure {
    /// As it stands behind one of it.
    pub fn one(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Measure::Cases, Lang::En) => "case",
            (Measure::Sessions, Lang::En) => "session",
            (Measure::Encounters, Lang::En) => "encounter",
            (Measure::Heads, Lang::En) => "head",
            _ => self.sign(lang),
        }
    }

    /// As it stands behind a value.
    pub fn sign(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Measure::Percent, _) => "%",
            (Measure::Cases, Lang::Zh) => "件",
            (Measure::Cases, Lang::En) => "cases",
            (Measure::Sessions, Lang::Zh) => "场次",
            (Measure::Sessions, Lang::En) => "sessions",
            (Measure::Encounters, Lang::Zh) => "次",
            (Measure::Encounters, Lang::En) => "encounters",
            (Measure::Heads, Lang::Zh) => "人次",
            (Measure::Heads, Lang::En) => "heads",
        }
    }
}

/// A rate in percent, rounded: `98.27`. A rate below one never reads as 100; no denominator reads as "–".
/// Negative counts read as none.
pub fn percent(numerator: i64, denominator: i64, rounding: Rounding) -> String {
    if denominator <= 0 {
        return NONE.to_owned();
    }
    let decimals = rounding.decimals.min(DECIMALS_MOST);
    let one = 10_i128.pow(decimals);
    let (n, d, whole) = (i128::from(numerator.max(0)), i128::from(denominator), 100 * one);
    let rounded = match rounding.rule {
        Rule::HalfUp => (2 * n * whole + d) / (2 * d),
        Rule::Truncate => n * whole / d,
    };
    let shown = if n < d { rounded.min(whole - 1) } else { rounded };
    let (units, rest) = (shown / one, shown % one);
    if decimals == 0 { units.to_string() } else { format!("{units}.{rest:0width$}", width = decimals as usize) }
}

/// A rate as a figure shows it, with its measure: percent; only the counts (`7/12`) in what they are `counted` in below
/// [`FEWEST`]; "–" without a denominator.
pub fn rate(numerator: i64, denominator: i64, rounding: Rounding, counted: Measure) -> (String, Measure) {
    match denominator {
        ..=0 => (NONE.to_owned(), Measure::Percent),
        1..FEWEST => (format!("{numerator}/{denominator}"), counted),
        _ => (percent(numerator, denominator, rounding), Measure::Percent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rounding(rule: Rule, decimals: u32) -> Rounding {
        Rounding { rule, decimals }
    }

    #[test]
    fn the_source_reports_two_rates_need_two_rules() {
        assert_eq!(percent(567, 577, rounding(Rule::HalfUp, 2)), "98.27");
        assert_eq!(percent(591, 657, rounding(Rule::HalfUp, 1)), "90.0");
        assert_eq!(percent(591, 657, rounding(Rule::Truncate, 1)), "89.9");
    }

    #[test]
    fn a_half_is_rounded_up() {
        assert_eq!(percent(1, 8, rounding(Rule::HalfUp, 0)), "13");
        assert_eq!(percent(1, 800, rounding(Rule::HalfUp, 2)), "0.13");
        assert_eq!(percent(1, 800, rounding(Rule::Truncate, 2)), "0.12");
    }

    #[test]
    fn one_case_short_of_all_is_not_all() {
        assert_eq!(percent(999_999, 1_000_000, rounding(Rule::HalfUp, 2)), "99.99");
        assert_eq!(percent(999, 1000, rounding(Rule::HalfUp, 0)), "99");
        assert_eq!(percent(1000, 1000, rounding(Rule::HalfUp, 2)), "100.00");
    }

    #[test]
    fn without_a_denominator_there_is_a_dash_and_below_thirty_there_are_counts_only() {
        let two = rounding(Rule::HalfUp, 2);
        assert_eq!(rate(0, 0, two, Measure::Cases), ("–".into(), Measure::Percent));
        assert_eq!(rate(7, 29, two, Measure::Sessions), ("7/29".into(), Measure::Sessions));
        assert_eq!(rate(15, 30, two, Measure::Cases), ("50.00".into(), Measure::Percent));
    }

    /// The printed text as a whole number of the last digit's size.
    fn digits(text: &str) -> i128 {
        text.replace('.', "").parse().unwrap()
    }

    proptest! {
        #[test]
        fn a_printed_rate_is_as_near_as_its_rule_says(d in 1..i64::MAX, part in 0.0..=1.0_f64, decimals in 0..=6_u32) {
            let n = ((d as f64 * part) as i64).min(d);
            let (n128, d128) = (i128::from(n), i128::from(d));
            let exact = n128 * 100 * 10_i128.pow(decimals);
            let cut = digits(&percent(n, d, rounding(Rule::Truncate, decimals)));
            prop_assert!(cut * d128 <= exact && exact < (cut + 1) * d128);
            let near = digits(&percent(n, d, rounding(Rule::HalfUp, decimals)));
            let all = 100 * 10_i128.pow(decimals);
            let kept_below = n < d && near == all - 1;
            prop_assert!(kept_below || (2 * exact >= (2 * near - 1) * d128 && 2 * exact < (2 * near + 1) * d128));
            prop_assert_eq!(near == all, n == d);
        }

        #[test]
        fn no_counts_make_it_panic_and_more_cases_never_print_less(n in any::<i64>(), d in any::<i64>(), decimals in any::<u32>()) {
            let (text, _) = rate(n, d, rounding(Rule::HalfUp, decimals), Measure::Cases);
            prop_assert!(!text.is_empty());
            if d > 0 && (0..d).contains(&n) {
                let more = percent(n + 1, d, rounding(Rule::HalfUp, decimals));
                prop_assert!(digits(&percent(n, d, rounding(Rule::HalfUp, decimals))) <= digits(&more));
            }
        }
    }
}
