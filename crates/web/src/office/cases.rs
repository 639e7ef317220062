//! The records behind one number of a figure, each with what lets a reader count it for himself.

use super::figures::{FigureQuery, narrowed, page_query, seen_by};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::lang::{L, capital};
use crate::page::{Page, show};
use crate::parts::figure::{window, word_of};
use crate::problem::Problem;
use crate::roles::CASES;
use askama::Template;
use axum::extract::{Query, RawQuery, State};
use axum::response::Response;
use calendar::Date;
use domain::case::{Stage, Track};
use domain::district::District;
use domain::{Label, Role};
use figures::rounding::Measure;
use figures::{CaseRow, Counted, Definition, Filter, Part, What, catalogue};
use std::collections::BTreeSet;

/// Rows of a page.
const ROWS: usize = 50;

/// What the list of any table says of itself.
struct List {
    name: String,
    text: String,
    part: String,
    window: String,
    narrowed: String,
    back: String,
    next: String,
    first: String,
}

#[derive(Template)]
#[template(path = "office/cases.html")]
struct CasesPage {
    l: L,
    page: Page,
    list: List,
    count: u64,
    rows: Vec<CaseLine>,
    /// Whether each row says if it counts: the list is what a rate is counted from.
    weighed: bool,
    /// Whether some codes are not this account's to see.
    hidden: bool,
}

#[derive(Template)]
#[template(path = "office/records.html")]
struct RecordsPage {
    l: L,
    page: Page,
    list: List,
    rows: Vec<RecordLine>,
    /// How many there are, in what they are counted in.
    counted: String,
    /// What stands above each column that only such records have, whether it holds numbers; and above unit and day.
    heads: Vec<(String, bool)>,
    unit: String,
    day: String,
}

struct RecordLine {
    index: u64,
    code: String,
    /// Its page; empty for who may not open it.
    href: String,
    /// What only such records have.
    words: Vec<String>,
    unit: String,
    street: String,
    held: String,
}

struct CaseLine {
    index: u64,
    code: String,
    track: String,
    stage: String,
    category: String,
    unit: String,
    raised: String,
    due: String,
    answered: String,
    ended: String,
    sealed: bool,
    counts: bool,
}

/// What a list holds: all that a rate is counted from, or those of them that count.
fn part_name(l: L, definition: &Definition, part: Part) -> String {
    match part {
        Part::Numerator => l.t(&format!("counted-{}", word_of(&definition.id))),
        Part::Denominator => l.t("figures-all-counted"),
        part => part.label(l.0).to_owned(),
    }
}

/// The day on which the promise was met. What was withdrawn, merged, refused or routed ended it in another way.
fn answered(stage: &str, case: &CaseRow) -> Option<Date> {
    let otherwise = [Stage::Withdrawn, Stage::Merged, Stage::NotAccepted, Stage::Routed];
    case.met.filter(|_| !Stage::of(stage).is_some_and(|stage| otherwise.contains(&stage)))
}

/// `GET /figures/cases`: the records behind one number.
pub(crate) async fn cases(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    RawQuery(query): RawQuery,
    Query(asked): Query<FigureQuery>,
) -> Result<Response, Problem> {
    let (l, d, number) = (visitor.l, app.desk().district(), app.desk().number());
    let own: Vec<String> = query.unwrap_or_default().split('&').map(str::to_owned).collect();
    let of_filter = own.iter().filter(|p| !["figure=", "part=", "after="].iter().any(|n| p.starts_with(n)));
    let filter = Filter::parse(&of_filter.cloned().collect::<Vec<_>>().join("&")).map_err(|_| Problem::not_found())?;
    let definition = catalogue::definition(&asked.figure).ok_or_else(Problem::not_found)?;
    let part = Part::of(&asked.part).unwrap_or(Part::Numerator);
    let (wanted, after) = (seen_by(filter.clone(), &d, &staff), asked.after);
    let weighed = part == Part::Denominator;
    let (count, found, counting) = app
        .read(move |db, _| {
            let count = figures::count(db, number, &wanted, definition, part)?;
            let found = figures::list(db, number, &wanted, definition, part, after, ROWS + 1)?;
            // What counts is among what it is counted from, in the same order: this page's are the first of them.
            let counting = match weighed {
                true => figures::list(db, number, &wanted, definition, Part::Numerator, after, ROWS + 1)?,
                false => Vec::new(),
            };
            Ok((count, found, counting))
        })
        .await?;
    let counting: BTreeSet<u64> = counting.iter().map(|c| c.index).collect();
    let (more, shown) = (found.len() > ROWS, &found[..found.len().min(ROWS)]);
    let here = format!("/figures/cases?{}&figure={}&part={}", filter.query(), definition.id, part.code());
    let list = List {
        name: definition.name(l.0).to_owned(),
        text: definition.text(l.0).to_owned(),
        part: part_name(l, definition, part),
        window: window(l, filter.from(), filter.to()),
        narrowed: narrowed(l, &d, &filter),
        back: format!("/figures/live?{}&figure={}", page_query(&filter), definition.id),
        next: shown.last().filter(|_| more).map(|c| format!("{here}&after={}", c.index)).unwrap_or_default(),
        first: if after.is_none() { String::new() } else { here },
    };
    if definition.of.is_cases() {
        let line = |counted: &Counted| match &counted.what {
            What::Case(case) => Some(case_line(l, &d, &staff, (counted, case), &counting)),
            What::Record(_) => None,
        };
        let rows: Vec<CaseLine> = shown.iter().filter_map(line).collect();
        let hidden = rows.iter().any(|r| r.code.is_empty() && !r.sealed);
        let page = visitor.page(l.t("figures-cases"));
        return Ok(show(&CasesPage { l, page, list, count, rows, weighed, hidden }));
    }
    let (table, window) = (definition.of, definition.window);
    let measure = if count == 1 { Measure::one } else { Measure::sign };
    Ok(show(&RecordsPage {
        l,
        page: visitor.page(l.t("figures-records")),
        list,
        rows: shown.iter().map(|counted| record_line(l, &d, &staff, counted)).collect(),
        counted: l.t_n("figures-records-count", format!("{count} {}", measure(table.measure(), l.0))),
        heads: table.shown().iter().map(|c| (c.name(l.0).to_owned(), table.is_number(c))).collect(),
        unit: table.unit(l.0).to_owned(),
        day: capital(window.label(l.0)),
    }))
}

fn unit_of(l: L, d: &District, code: Option<&String>) -> String {
    code.map(|unit| d.unit_name(&unit.as_str().into(), l.0).to_owned()).unwrap_or_default()
}

fn case_line(
    l: L,
    d: &District,
    staff: &Staff,
    (counted, case): (&Counted, &CaseRow),
    counting: &BTreeSet<u64>,
) -> CaseLine {
    let sees_all = matches!(staff.role, Role::Dispatcher | Role::Supervisor | Role::Leader | Role::Auditor);
    let own = counted.unit.as_deref() == Some(staff.unit.as_str());
    let day = |date: Option<Date>| date.map(|d| d.to_string()).unwrap_or_default();
    CaseLine {
        index: counted.index,
        // Half of what opens a case: for those who may see it.
        code: if sees_all || own { counted.code.clone() } else { String::new() },
        track: Track::of(&case.track).map_or(case.track.clone(), |t| t.label(l.0).to_owned()),
        stage: Stage::of(&counted.stage).map_or(counted.stage.clone(), |s| s.label(l.0).to_owned()),
        category: case.category.as_deref().map(|k| d.catalogue.name(&k.into(), l.0).to_owned()).unwrap_or_default(),
        unit: unit_of(l, d, counted.unit.as_ref()),
        raised: counted.day.to_string(),
        due: day(case.due),
        answered: day(answered(&counted.stage, case)),
        ended: day(case.ended),
        sealed: counted.sealed,
        counts: counting.contains(&counted.index),
    }
}

/// A record: where its page is, and what its table shows of it.
fn record_line(l: L, d: &District, staff: &Staff, counted: &Counted) -> RecordLine {
    let page = format!("/records/{}/{}", counted.table.code(), counted.code);
    RecordLine {
        href: if CASES.contains(&staff.role) { page } else { String::new() },
        index: counted.index,
        code: counted.code.clone(),
        words: counted.words(l.0).iter().map(|word| capital(word)).collect(),
        unit: unit_of(l, d, counted.unit.as_ref()),
        street: unit_of(l, d, counted.street.as_ref()),
        held: counted.day.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Lang;

    #[test]
    fn what_each_figure_counts_has_its_words_in_both_languages() {
        for (l, definition) in
            [Lang::Zh, Lang::En].iter().flat_map(|lang| catalogue::all().iter().map(|d| (L(*lang), d)))
        {
            let key = format!("counted-{}", word_of(&definition.id));
            assert!(l.has(&key), "{key}");
        }
    }
}
