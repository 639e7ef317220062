//! The cases behind one number of a figure, each with what lets a reader count it for himself.

use super::figures::{FigureQuery, narrowed, page_query, seen_by};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::lang::L;
use crate::page::{Page, show};
use crate::parts::figure::window;
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Query, RawQuery, State};
use axum::response::Response;
use calendar::Date;
use domain::case::{Stage, Track};
use domain::{Label, Role};
use figures::{Counted, Definition, Filter, Part, catalogue};
use std::collections::BTreeSet;

/// Rows of a page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "office/cases.html")]
struct CasesPage {
    l: L,
    page: Page,
    name: String,
    text: String,
    part: String,
    count: u64,
    window: String,
    narrowed: String,
    back: String,
    rows: Vec<CaseRow>,
    /// Whether each row says if it counts: the list is what a rate is counted from.
    weighed: bool,
    /// Whether some codes are not this account's to see.
    hidden: bool,
    next: String,
    first: String,
}

struct CaseRow {
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
        Part::Numerator => l.t(&format!("counted-{}", definition.id.replace('_', "-"))),
        Part::Denominator => l.t("figures-all-counted"),
        part => part.label(l.0).to_owned(),
    }
}

/// The day on which the promise was met. What was withdrawn, merged, refused or routed ended it in another way.
fn answered(c: &Counted) -> Option<Date> {
    let otherwise = [Stage::Withdrawn, Stage::Merged, Stage::NotAccepted, Stage::Routed];
    c.met.filter(|_| !Stage::of(&c.stage).is_some_and(|stage| otherwise.contains(&stage)))
}

/// `GET /figures/cases`: the cases behind one number.
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
    let sees_all = matches!(staff.role, Role::Dispatcher | Role::Supervisor | Role::Leader | Role::Auditor);
    let day = |date: Option<Date>| date.map(|d| d.to_string()).unwrap_or_default();
    let row = |c: &Counted| CaseRow {
        index: c.index,
        // Half of what opens a case: for those who may see it.
        code: if sees_all || c.unit.as_deref() == Some(staff.unit.as_str()) { c.code.clone() } else { String::new() },
        track: Track::of(&c.track).map_or(c.track.clone(), |t| t.label(l.0).to_owned()),
        stage: Stage::of(&c.stage).map_or(c.stage.clone(), |s| s.label(l.0).to_owned()),
        category: c.category.as_deref().map(|k| d.catalogue.name(&k.into(), l.0).to_owned()).unwrap_or_default(),
        unit: c.unit.as_deref().map(|u| d.unit_name(&u.into(), l.0).to_owned()).unwrap_or_default(),
        raised: c.raised.to_string(),
        due: day(c.due),
        answered: day(answered(c)),
        ended: day(c.ended),
        sealed: c.sealed,
        counts: counting.contains(&c.index),
    };
    let more = found.len() > ROWS;
    let rows: Vec<CaseRow> = found.iter().take(ROWS).map(row).collect();
    let here = format!("/figures/cases?{}&figure={}&part={}", filter.query(), definition.id, part.code());
    let page = CasesPage {
        l,
        page: visitor.page(l.t("figures-cases")),
        name: definition.name(l.0).to_owned(),
        text: definition.text(l.0).to_owned(),
        part: part_name(l, definition, part),
        count,
        window: window(l, filter.from(), filter.to()),
        narrowed: narrowed(l, &d, &filter),
        back: format!("/figures/live?{}&figure={}", page_query(&filter), definition.id),
        weighed,
        hidden: rows.iter().any(|r| r.code.is_empty() && !r.sealed),
        next: rows.last().filter(|_| more).map(|r| format!("{here}&after={}", r.index)).unwrap_or_default(),
        first: if after.is_none() { String::new() } else { here },
        rows,
    };
    Ok(show(&page))
}
