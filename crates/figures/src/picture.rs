//! Pictures of figures as SVG texts: no style, no script, only the classes of the pages' style sheet, so that a strict
//! content policy allows them. The table with the same numbers stands beside them on the page.
//!
//! Drawn 400 units wide, a little more than a phone's screen: at 390 pixels a text is still read without zooming.

use crate::figure::Figure;
use domain::Lang;
use std::fmt::Write as _;

/// Width of a picture in its own units.
const WIDTH: i64 = 400;
/// Height of a bar with its line of text.
const ROW: i64 = 42;
/// Room for a label beside its value, in half-width letters.
const LABEL_MOST: usize = 36;
/// A whole in ten-thousandths.
const WHOLE: i64 = 10_000;

/// Whether a figure has a length to draw: a count has, and a rate where it prints one.
pub fn has_length(figure: &Figure) -> bool {
    figure.denominator.is_none() || figure.share().is_some()
}

/// Bars with their labels above, one for each row: label and figure. A rate is drawn on a scale of 0 to 100 %; a count
/// on a scale to the highest. A figure that prints no rate has its counts and no bar.
pub fn bars(title: &str, rows: &[(String, &Figure)], lang: Lang) -> String {
    let scale = Scale::of(rows);
    let bottom = number(rows.len()) * ROW;
    let mut svg = head(title, bottom + 20);
    for ((label, figure), n) in rows.iter().zip(0..) {
        let (text, top) = (n * ROW + 16, n * ROW + 22);
        for x in [0, WIDTH / 2, WIDTH] {
            put(&mut svg, format_args!(r#"<line class="grid" x1="{x}" y1="{top}" x2="{x}" y2="{}"/>"#, top + 14));
        }
        let (label, value) = (escape(&cut(label)), escape(&figure.printed(lang)));
        put(&mut svg, format_args!(r#"<text x="2" y="{text}">{label}</text>"#));
        put(&mut svg, format_args!(r#"<text x="{}" y="{text}" text-anchor="end">{value}</text>"#, WIDTH - 2));
        if let Some(part) = scale.part(figure) {
            let width = part * WIDTH / WHOLE;
            put(&mut svg, format_args!(r#"<rect class="bar" x="0" y="{top}" width="{width}" height="14"/>"#));
        }
    }
    for (x, anchor, n) in [(2, "start", 0), (WIDTH / 2, "middle", 1), (WIDTH - 2, "end", 2)] {
        let (y, label) = (bottom + 14, scale.label(n));
        put(&mut svg, format_args!(r#"<text class="axis" x="{x}" y="{y}" text-anchor="{anchor}">{label}</text>"#));
    }
    svg + "</svg>"
}

/// The edges of a line's field.
const TOP: i64 = 14;
const BOTTOM: i64 = 174;
const LEFT: i64 = 56;
const RIGHT: i64 = 370;

/// A line through the months: month and figure. Where a month has no rate the line is broken.
pub fn line(title: &str, rows: &[(String, &Figure)]) -> String {
    let scale = Scale::of(rows);
    let mut svg = head(title, BOTTOM + 26);
    for (n, y) in [(0, BOTTOM), (1, (TOP + BOTTOM) / 2), (2, TOP)] {
        let label = scale.label(n);
        put(&mut svg, format_args!(r#"<line class="grid" x1="{LEFT}" y1="{y}" x2="{RIGHT}" y2="{y}"/>"#));
        let (x, y) = (LEFT - 6, y + 4);
        put(&mut svg, format_args!(r#"<text class="axis" x="{x}" y="{y}" text-anchor="end">{label}</text>"#));
    }
    let steps = (number(rows.len()) - 1).max(1);
    // Six labels at most, so that they don't meet.
    let every = steps / 5 + 1;
    let mut run: Vec<(i64, i64)> = Vec::new();
    for ((month, figure), n) in rows.iter().zip(0..) {
        let x = LEFT + n * (RIGHT - LEFT) / steps;
        if n % every == 0 {
            let (label, y) = (escape(&cut(month)), BOTTOM + 20);
            put(&mut svg, format_args!(r#"<text class="axis" x="{x}" y="{y}" text-anchor="middle">{label}</text>"#));
        }
        match scale.part(figure) {
            Some(part) => run.push((x, BOTTOM - part * (BOTTOM - TOP) / WHOLE)),
            None => stroke(&mut svg, std::mem::take(&mut run)),
        }
    }
    stroke(&mut svg, run);
    svg + "</svg>"
}

/// A small line through the months without axes: its table stands behind it. Where a month has no rate the line is broken.
pub fn spark(title: &str, rows: &[(String, &Figure)]) -> String {
    const HEIGHT: i64 = 72;
    const EDGE: i64 = 8;
    let scale = Scale::of(rows);
    let mut svg = head(title, HEIGHT);
    for y in [EDGE, HEIGHT - EDGE] {
        put(&mut svg, format_args!(r#"<line class="grid" x1="0" y1="{y}" x2="{WIDTH}" y2="{y}"/>"#));
    }
    let steps = (number(rows.len()) - 1).max(1);
    let mut run: Vec<(i64, i64)> = Vec::new();
    for ((_, figure), n) in rows.iter().zip(0..) {
        let x = EDGE + n * (WIDTH - 2 * EDGE) / steps;
        match scale.part(figure) {
            Some(part) => run.push((x, HEIGHT - EDGE - part * (HEIGHT - 2 * EDGE) / WHOLE)),
            None => stroke(&mut svg, std::mem::take(&mut run)),
        }
    }
    stroke(&mut svg, run);
    svg + "</svg>"
}

/// A piece of a line, and a dot at each of its points.
fn stroke(svg: &mut String, run: Vec<(i64, i64)>) {
    if run.len() > 1 {
        let points: Vec<String> = run.iter().map(|(x, y)| format!("{x},{y}")).collect();
        put(svg, format_args!(r#"<polyline class="trend" points="{}"/>"#, points.join(" ")));
    }
    for (x, y) in run {
        put(svg, format_args!(r#"<circle class="bar" cx="{x}" cy="{y}" r="3.5"/>"#));
    }
}

/// What a picture's length stands for.
enum Scale {
    /// 0 to 100 %.
    Percent,
    /// 0 to a round number of cases.
    Cases(i64),
}

impl Scale {
    fn of(rows: &[(String, &Figure)]) -> Scale {
        if rows.iter().any(|(_, f)| f.denominator.is_some()) {
            return Scale::Percent;
        }
        let highest = rows.iter().map(|(_, f)| f.numerator).max().unwrap_or(0);
        let rounds = (0..18).flat_map(|power| [2, 4, 10].map(|n| n * 10_i64.pow(power)));
        Scale::Cases(rounds.into_iter().find(|round| *round >= highest).unwrap_or(i64::MAX))
    }

    /// A figure's part of the whole length, in ten-thousandths.
    fn part(&self, figure: &Figure) -> Option<i64> {
        let part = match self {
            Scale::Percent => figure.share()?,
            Scale::Cases(most) => {
                let part = i128::from(figure.numerator) * i128::from(WHOLE) / i128::from(*most);
                i64::try_from(part).unwrap_or(WHOLE)
            }
        };
        Some(part.clamp(0, WHOLE))
    }

    /// What stands at the scale's start, middle and end.
    fn label(&self, n: i64) -> String {
        match self {
            Scale::Percent => format!("{} %", 50 * n),
            Scale::Cases(most) => (most / 2 * n).to_string(),
        }
    }
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(0)
}

fn head(title: &str, height: i64) -> String {
    format!(r#"<svg viewBox="0 0 {WIDTH} {height}" role="img"><title>{}</title>"#, escape(title))
}

fn put(svg: &mut String, part: std::fmt::Arguments<'_>) {
    // Writing into a text can't fail.
    let _ = svg.write_fmt(part);
}

/// A label that fits beside its value; the table has it whole.
fn cut(label: &str) -> String {
    let mut width = 0;
    let fitting = label.chars().take_while(|c| {
        width += if c.is_ascii() { 1 } else { 2 };
        width <= LABEL_MOST
    });
    let short: String = fitting.collect();
    if short.len() == label.len() { short } else { short + "…" }
}

/// A text as it may stand in SVG: marks escaped, control characters, which XML forbids, as spaces.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Part, definition};
    use crate::filter::Filter;
    use proptest::prelude::*;

    fn figure(id: &str, numerator: i64, denominator: i64) -> Figure {
        let filter = Filter::new("2023-01-01".parse().unwrap(), "2024-01-01".parse().unwrap()).unwrap();
        let definition = definition(id).unwrap();
        Figure::of(definition, &filter, 1, |part| match part {
            Part::Numerator => Some(numerator),
            part => definition.conditions(part).map(|_| denominator),
        })
    }

    #[test]
    fn a_bar_is_as_long_as_its_rate_and_small_numbers_have_no_bar() {
        let (half, few, none) = (figure("accepted", 50, 100), figure("accepted", 7, 12), figure("accepted", 0, 0));
        let svg = bars("受理率", &[("一".into(), &half), ("二".into(), &few), ("三".into(), &none)], Lang::Zh);
        assert_eq!(svg.matches("<rect").count(), 1);
        assert_eq!([&half, &few, &none, &figure("raised", 0, 0)].map(has_length), [true, false, false, true]);
        let english = [(1, 1), (1, 12), (0, 0)].map(|(n, d)| figure("accepted", n, d).printed(Lang::En));
        assert_eq!(english, ["1/1 case", "1/12 cases", "–"]);
        assert!(
            svg.contains("width=\"200\"")
                && svg.contains(">50.00 %<")
                && svg.contains(">7/12 件<")
                && svg.contains(">–<")
        );
    }

    #[test]
    fn counts_are_drawn_on_a_scale_to_a_round_number() {
        let (a, b) = (figure("raised", 31, 0), figure("raised", 40, 0));
        let svg = bars("收件量", &[("a".into(), &a), ("b".into(), &b)], Lang::Zh);
        assert!(svg.contains("width=\"310\"") && svg.contains("width=\"400\"") && svg.contains(">20<"), "{svg}");
    }

    #[test]
    fn a_month_without_a_rate_breaks_the_line() {
        let (good, none) = (figure("on_time", 90, 100), figure("on_time", 0, 0));
        let month = |n: usize| format!("2023-{n:02}");
        let rows: Vec<_> = (1..=12).map(|n| (month(n), if n == 6 { &none } else { &good })).collect();
        let svg = line("按期办结率", &rows);
        assert_eq!((svg.matches("<polyline").count(), svg.matches("<circle").count()), (2, 11));
        let labels = svg.matches("text-anchor=\"middle\"").count();
        assert!((2..=6).contains(&labels), "{labels}");
    }

    #[test]
    fn a_small_line_goes_from_edge_to_edge_and_is_broken_where_there_is_no_rate() {
        let (all, half, none) = (figure("on_time", 100, 100), figure("on_time", 50, 100), figure("on_time", 0, 0));
        let svg = spark("按期办结率", &[("a".into(), &all), ("b".into(), &half), ("c".into(), &half)]);
        assert!(svg.contains("points=\"8,8 200,36 392,36\""), "{svg}");
        let svg = spark("按期办结率", &[("a".into(), &all), ("b".into(), &none), ("c".into(), &half)]);
        assert_eq!((svg.matches("<polyline").count(), svg.matches("<circle").count()), (0, 2));
        assert!(spark("x", &[]).ends_with("</svg>"));
    }

    #[test]
    fn a_picture_has_a_title_and_a_role_and_no_style() {
        let one = figure("accepted", 50, 100);
        for svg in [
            bars("a < b", &[("x".into(), &one)], Lang::Zh),
            line("a < b", &[("x".into(), &one)]),
            bars("a < b", &[], Lang::Zh),
        ] {
            assert!(svg.starts_with("<svg viewBox=\"0 0 400 ") && svg.contains("role=\"img\"><title>a &lt; b</title>"));
            assert!(!svg.contains("style") && svg.ends_with("</svg>"));
        }
    }

    proptest! {
        #[test]
        fn no_text_leaves_its_place_in_the_picture(title in "\\PC{0,30}", label in ".{0,60}", n in any::<i64>(), d in any::<i64>()) {
            let figure = figure("accepted", n, d);
            let plain = figure.clone();
            for (drawn, expected) in [
                (bars(&title, &[(label.clone(), &figure)], Lang::Zh), bars("", &[(String::new(), &plain)], Lang::Zh)),
                (line(&title, &[(label.clone(), &figure)]), line("", &[(String::new(), &plain)])),
                (spark(&title, &[(label.clone(), &figure)]), spark("", &[(String::new(), &plain)])),
            ] {
                prop_assert_eq!(drawn.matches('<').count(), expected.matches('<').count());
                prop_assert_eq!(drawn.matches('"').count(), expected.matches('"').count());
                prop_assert!(drawn.chars().all(|c| !c.is_control()));
            }
        }
    }
}
