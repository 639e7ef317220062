//! `/cases/{code}/near`: cases that may be the same matter, to merge or link by choosing rather than typing a code.

use super::Days;
use super::case::find;
use super::rows::{self, Line, Lines};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::lang::L;
use crate::page::{Page, show};
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::Label;
use domain::case::{CommandKind, Stage, allowed, may_see};
use store::view::work::{self, Like};

/// How many days back cases are looked at.
const SINCE_DAYS: i64 = 90;
/// How many are shown.
const MOST: usize = 12;

/// A case that may be the same matter.
struct Candidate {
    line: Line,
    /// What it says, shortened.
    said: String,
    raised: String,
    /// Whether this case may be merged into it.
    merges: bool,
    linked: bool,
}

#[derive(Template)]
#[template(path = "staff/near.html")]
struct Near {
    l: L,
    page: Page,
    code: String,
    title: String,
    said: String,
    version: u64,
    key: String,
    lead: String,
    candidates: Vec<Candidate>,
}

/// How many characters of a candidate's words are shown.
const SAID_MOST: usize = 120;

fn shortened(text: &str) -> String {
    let start: String = text.chars().take(SAID_MOST).collect();
    if start.len() < text.len() { start + "……" } else { start }
}

/// `GET /cases/{code}/near`
pub(crate) async fn near(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let (id, sealed) = find(&app, &code).await?.ok_or_else(Problem::not_found)?;
    // Sealed cases are never set beside others; the case's own page is where they are handled.
    if sealed {
        return Err(Problem::not_found());
    }
    let (l, district, number) = (visitor.l, app.desk().district(), app.desk().number());
    let case = app.read(move |db, _| store::read::case(db, number, id)).await?;
    let case = case.filter(|c| may_see(c, &staff.actor(), &district)).ok_or_else(Problem::not_found)?;
    let coarse = case.category.as_ref().map_or(String::new(), |c| c.coarse().to_owned());
    let street = case.street.as_ref().map_or(String::new(), |s| s.to_string());
    let now = app.desk().now();
    let today = now.date();
    let (track, wanted) = (case.track.code(), coarse.clone());
    let since = domain::moment::day_number(today) - SINCE_DAYS;
    let cases = app.read(move |db, _| {
        let like = Like { id, track, coarse: &wanted, street: &street, since };
        // Of a case about which nothing is known yet everything would be alike.
        let nothing = wanted.is_empty() && street.is_empty();
        if nothing { Ok(Vec::new()) } else { work::near(db, number, like, MOST) }
    });
    let cases = cases.await?;
    let cards = rows::cards(&app, cases.iter().map(|c| c.id).chain([id]).collect()).await?;
    let days = Days::of(now, &district.calendar);
    let lines = Lines { l, district: &district, staff: &staff, days, cards: &cards };
    let possible = allowed(&case, &staff.actor(), &district);
    let merges = possible.contains(&CommandKind::Merge);
    let candidate = |row: &store::view::CaseRow| Candidate {
        line: lines.of(row, String::new()),
        said: shortened(lines.said(row.id)),
        raised: l.day(domain::moment::date_of(row.due), today),
        merges: merges && matches!(row.stage, Stage::Accepted | Stage::Handling),
        linked: case.links.iter().any(|(_, id)| *id == row.id),
    };
    let template = Near {
        l,
        page: visitor.page(l.t("clerk-near-title")),
        code: case.code.clone(),
        title: lines.title(id),
        said: lines.said(id).to_owned(),
        version: case.version,
        key: app.random_text(),
        lead: match coarse.as_str() {
            "" => l.t("clerk-near-lead-street"),
            coarse => l.t_n("clerk-near-lead", district.catalogue.name(&coarse.into(), l.0)),
        },
        candidates: cases.iter().map(candidate).collect(),
    };
    Ok(show(&template))
}
