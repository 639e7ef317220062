//! `/late/returns`: which unit extends and gives back what kind of case. Patterns of units and categories, never of
//! accounts; each number leads to the cases that it counts.

use super::late;
use crate::app::App;
use crate::caller::Visitor;
use crate::lang::L;
use crate::page::{NavItem, Page, show};
use crate::parts::figure::window;
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use figures::{By, Cell, Filter, Part};
use serde::Deserialize;

/// The figures that this page shows, in its order of columns.
const SHOWN: [&str; 3] = ["extended", "returned", "reopened"];
/// The most lines of the page: further down nothing happens often.
const MOST: usize = 80;

#[derive(Deserialize)]
pub(crate) struct ReturnsQuery {
    #[serde(default)]
    unit: String,
}

/// A number of cases out of how many, each with its list.
struct ReturnsCount {
    n: i64,
    href: String,
    of: i64,
    of_href: String,
}

struct ReturnsLine {
    unit: String,
    unit_href: String,
    category: String,
    counts: Vec<ReturnsCount>,
    total: i64,
}

#[derive(Template)]
#[template(path = "staff/returns.html")]
struct ReturnsPage {
    l: L,
    page: Page,
    tabs: Vec<NavItem>,
    window: String,
    unit: String,
    columns: Vec<&'static str>,
    lines: Vec<ReturnsLine>,
    /// How many lines are not shown.
    more: usize,
}

/// `GET /late/returns`
pub(crate) async fn returns(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<ReturnsQuery>,
) -> Result<Response, Problem> {
    let (l, d, number) = (visitor.l, app.desk().district(), app.desk().number());
    let year = Filter::twelve_months(app.desk().now().date()).map_err(|_| Problem::broken())?;
    let filter = year.with("unit", &asked.unit).map_err(|_| Problem::not_found())?;
    filter.check(&d).map_err(|_| Problem::not_found())?;
    let wanted = filter.clone();
    let question = format!("returns {wanted:?}");
    let cells = app.counted(question, move |db| figures::cross(db, number, &wanted)).await?;
    let line = |cell: &Cell| {
        let href =
            |id: &str, part: Part| format!("/figures/cases?{}&figure={id}&part={}", cell.filter.query(), part.code());
        let of = |id: &&str| {
            let figure = cell.figures.iter().find(|f| f.id == *id)?;
            Some(ReturnsCount {
                n: figure.numerator,
                href: href(id, Part::Numerator),
                of: figure.denominator.unwrap_or(0),
                of_href: href(id, Part::Denominator),
            })
        };
        let counts: Vec<ReturnsCount> = SHOWN.iter().filter_map(of).collect();
        ReturnsLine {
            unit: By::Unit.name(cell.filter.unit(), &d, l.0),
            unit_href: format!("/late/returns?unit={}", cell.filter.unit()),
            category: By::Category.name(cell.filter.category(), &d, l.0),
            total: counts.iter().map(|c| c.n).sum(),
            counts,
        }
    };
    let mut lines: Vec<ReturnsLine> = cells.iter().map(line).filter(|line| line.total > 0).collect();
    lines.sort_by_key(|line| -line.total);
    let more = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    let name = |id: &&str| figures::catalogue::definition(id).map_or("", |f| f.name(l.0));
    let page = ReturnsPage {
        l,
        page: visitor.page(l.t("late-returns")),
        tabs: late::tabs(l, "/late/returns"),
        window: window(l, filter.from(), filter.to()),
        unit: if asked.unit.is_empty() { String::new() } else { By::Unit.name(filter.unit(), &d, l.0) },
        columns: SHOWN.iter().map(name).collect(),
        lines,
        more,
    };
    Ok(show(&page))
}
