//! A figure as pages draw it, and its window in words.

use crate::lang::L;
use calendar::Date;
use figures::Figure;

/// The three figures that a leader reads first.
pub(crate) const FIRST: [&str; 3] = ["on_time", "resolved_of_asked", "satisfied"];

/// A figure as pages draw it.
pub(crate) struct FigureView {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) text: String,
    pub(crate) numerator: i64,
    pub(crate) denominator: Option<i64>,
    pub(crate) participation: String,
    pub(crate) permille: Option<i64>,
}

/// A figure's id as it stands in the names of words.
pub(crate) fn word_of(id: &str) -> String {
    id.replace(['_', '.'], "-")
}

/// How many gave their word, of those who were asked. Too few for a percentage are told as the counts that they are.
pub(crate) fn participation(l: L, rate: String, numerator: i64, denominator: i64) -> String {
    if !rate.ends_with('%') {
        return l.t_with("figures-participation-few", &[("rate", rate)]);
    }
    let values = [("rate", rate), ("n", numerator.to_string()), ("d", denominator.to_string())];
    l.t_with("figures-participation", &values)
}

pub(crate) fn view(l: L, f: &Figure) -> FigureView {
    let participation = f.participation.as_ref().map(|p| participation(l, p.printed(l.0), p.numerator, p.denominator));
    FigureView {
        id: f.id.to_owned(),
        name: f.name(l.0).to_owned(),
        value: f.printed(l.0),
        text: f.definition.text(l.0).to_owned(),
        numerator: f.numerator,
        denominator: f.denominator,
        participation: participation.unwrap_or_default(),
        permille: f.share().map(|s| s / 10),
    }
}

/// The window of a filter, as people say it: a whole month by its name; otherwise its last day is in it.
pub(crate) fn window(l: L, from: Date, to: Date) -> String {
    let last = to.yesterday().unwrap_or(to);
    if from.day() == 1 && last == from.last_of_month() {
        return l.month(from);
    }
    l.t_with("figures-window", &[("from", l.date(from)), ("to", l.date(last))])
}
