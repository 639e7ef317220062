//! `/leader`: one page for a phone. What is for a leader to settle, three figures with their year, what residents said.

use super::late::{RECORDS, WatchLine, since, watch};
use super::{Days, mask, rows};
use crate::app::App;
use crate::caller::Visitor;
use crate::lang::L;
use crate::page::{Page, show};
use crate::parts::figure::{FIRST, FigureView, view, window};
use crate::parts::verdict::verdict_sentence;
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::{Label, Moment};
use figures::{By, Figure, Filter, Group, picture, rounding};
use std::sync::PoisonError;
use store::oversight::{self, Said, Stuck};

/// How many verdicts with words the page shows.
const SAID: usize = 5;
/// The months of the figures.
const MONTHS: usize = 12;

/// A figure with its months.
struct Trend {
    figure: FigureView,
    query: String,
    /// The value of the twelve months before; empty if there was nothing to count.
    before: String,
    /// Empty while no month has enough cases for a rate.
    picture: String,
    months: Vec<TrendMonth>,
}

struct TrendMonth {
    name: String,
    value: String,
    numerator: i64,
    denominator: i64,
    query: String,
}

/// What a resident said, numbers and personal fields masked.
struct ResidentWords {
    words: String,
    verdict: String,
    about: String,
    code: String,
    day: String,
}

#[derive(Template)]
#[template(path = "staff/leader.html")]
struct LeaderPage {
    l: L,
    page: Page,
    settle: Vec<WatchLine>,
    nothing: bool,
    published: String,
    window: String,
    trends: Vec<Trend>,
    /// Whether some figure has no line.
    no_trend: bool,
    said: Vec<ResidentWords>,
}

/// `GET /leader`
pub(crate) async fn leader(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let (l, d, number) = (visitor.l, app.desk().district(), app.desk().number());
    let now = app.desk().now();
    let today = now.date();
    let days = Days::of(now, &d.calendar);
    let filter = Filter::twelve_months(today).map_err(|_| Problem::broken())?;
    let two_years = filter.longer(12).map_err(|_| Problem::broken())?;
    let (wanted, from) = (filter.clone(), since(days));
    let (settle, records, said) = app
        .read(move |db, keys| {
            let settle = oversight::settle(db, number, from)?;
            let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
            let records = store::listed::late_count(db, number, days.late)?;
            Ok((settle, records, oversight::said(db, &mut keys, number, SAID)?))
        })
        .await?;
    let counted = app
        .counted(format!("leader {wanted:?}"), move |db| {
            Ok((figures::figures(db, number, &wanted)?, figures::breakdown(db, number, &two_years, By::Month)?))
        })
        .await?;
    let (all, months) = &*counted;
    let mut settle_lines = watch(l, &settle, Stuck::ALL);
    if records > 0 {
        let (name, hint) = (l.t_n("leader-owed", records), l.t("leader-owed-hint"));
        settle_lines.push(WatchLine { name, hint, n: records, href: rows::address("/late", &[("of", RECORDS)]) });
    }
    let (before, months) = months.split_at(months.len().saturating_sub(MONTHS));
    let first = all.iter().filter(|f| FIRST.contains(&f.id));
    let trends: Vec<Trend> = first.map(|f| trend(l, &filter, f, (before, months))).collect();
    let page = LeaderPage {
        l,
        page: visitor.page(l.t("nav-leader")),
        nothing: settle_lines.is_empty(),
        settle: settle_lines,
        published: settle.published.map_or_else(
            || l.t("leader-never-published"),
            |at| l.t_n("leader-published", l.day(Moment(at).date(), today)),
        ),
        window: window(l, filter.from(), filter.to()),
        no_trend: trends.iter().any(|t| t.picture.is_empty()),
        trends,
        said: said.iter().map(|s| words(l, s, s.category.as_ref().map(|c| d.catalogue.name(c, l.0)), today)).collect(),
    };
    Ok(show(&page))
}

/// A rate of several months together; empty where there was nothing to count.
fn together(l: L, figure: &Figure, months: &[Group]) -> String {
    let of = months.iter().filter_map(|group| group.figures.iter().find(|f| f.id == figure.id));
    let (n, d) = of.fold((0, 0), |(n, d), f| (n + f.numerator, d + f.denominator.unwrap_or(0)));
    let (value, unit) = rounding::rate(n, d, figure.definition.rounding(), figure.definition.measure());
    if d > 0 { l.t_n("leader-before", format!("{value} {}", unit.sign(l.0))) } else { String::new() }
}

/// A figure with its months, and with those before them.
fn trend(l: L, filter: &Filter, figure: &Figure, (before, months): (&[Group], &[Group])) -> Trend {
    let of: Vec<(String, &Figure)> = months
        .iter()
        .filter_map(|group| Some((group.key.clone(), group.figures.iter().find(|f| f.id == figure.id)?)))
        .collect();
    let month = |(name, f): &(String, &Figure)| TrendMonth {
        name: name.clone(),
        value: f.printed(l.0),
        numerator: f.numerator,
        denominator: f.denominator.unwrap_or(0),
        query: filter.of_group(By::Month, name).map_or_else(|_| filter.query(), |narrowed| narrowed.query()),
    };
    let drawn = of.iter().any(|(_, f)| f.share().is_some());
    let picture = if drawn { picture::spark(&l.t_n("leader-trend", figure.name(l.0)), &of) } else { String::new() };
    Trend {
        before: together(l, figure, before),
        picture,
        months: of.iter().map(month).collect(),
        query: filter.query(),
        figure: view(l, figure),
    }
}

fn words(l: L, said: &Said, category: Option<&str>, today: calendar::Date) -> ResidentWords {
    let known: Vec<&str> = said.personal.iter().map(String::as_str).collect();
    let verdict = said.verdict;
    ResidentWords {
        words: mask::text(&said.words, &known),
        verdict: verdict_sentence(l, verdict.solved, verdict.handled),
        about: category.unwrap_or_default().to_owned(),
        code: said.code.clone(),
        day: l.day(Moment(said.at).date(), today),
    }
}
