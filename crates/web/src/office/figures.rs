//! Figures: what was published (for everybody), what they are now (for staff), the cases behind each number, and
//! publishing and correcting.

use super::care::wrong_figure;
use super::{Before, JobView, change, looking_again};
use crate::app::App;
use crate::caller::{Reader, Staff, Visitor, encode};
use crate::form::Sent;
use crate::jobs::{Outcome, Task};
use crate::kept;
use crate::lang::L;
use crate::page::{Choice, FieldError, NavItem, Page, go, show, show_with};
use crate::problem::Problem;
use crate::resident::shown;
use crate::routes::{PUBLISHERS, RECOMPUTE};
use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use calendar::Date;
use domain::case::{Stage, Track};
use domain::district::{Command, District};
use domain::{Label, Moment, Role};
use figures::{By, Figure, Filter, Part, catalogue, picture};
use serde::Deserialize;
use std::collections::BTreeMap;
use store::audit::{self, NEWEST, Published};
use store::{Db, read};

/// Rows of a page.
const ROWS: usize = 50;
/// Figures of a page of publications.
const PUBLISHED: usize = 120;
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

pub(crate) fn view(l: L, f: &Figure) -> FigureView {
    let participation = f.participation.as_ref().map(|p| {
        let values = [("rate", p.printed(l.0)), ("n", p.numerator.to_string()), ("d", p.denominator.to_string())];
        l.t_with("figures-participation", &values)
    });
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

/// The window of a filter, as people say it: its last day is in it.
pub(crate) fn window(l: L, from: Date, to: Date) -> String {
    let last = to.yesterday().unwrap_or(to);
    l.t_with("figures-window", &[("from", from.to_string()), ("to", last.to_string())])
}

/// What a filter is narrowed to, in words; the whole district otherwise.
fn narrowed(l: L, d: &District, filter: &Filter) -> String {
    let part = |by: By, code: &str| (!code.is_empty()).then(|| by.name(code, d, l.0));
    let parts = [
        part(By::Unit, filter.unit()),
        part(By::Track, filter.track()),
        part(By::Category, filter.category()),
        part(By::Street, filter.street()),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { l.t("figures-whole") } else { parts.join(" · ") }
}

#[derive(Template)]
#[template(path = "office/published.html")]
struct PublishedPage {
    l: L,
    page: Page,
    tabs: Vec<NavItem>,
    groups: Vec<GroupView>,
    next: String,
    first: String,
}

struct GroupView {
    seq: u64,
    window: String,
    narrowed: String,
    at: String,
    figures: Vec<PublishedView>,
}

struct PublishedView {
    name: String,
    text: String,
    value: String,
    unit: &'static str,
    numerator: i64,
    denominator: Option<i64>,
    participation: String,
    permille: Option<i64>,
    definition: u32,
    ledger_size: u64,
    counted: String,
    corrected: Option<(u64, String)>,
}

/// The definition that a published figure was counted by.
fn definition(f: &domain::district::Figure) -> Option<&'static catalogue::Definition> {
    catalogue::version(&f.id, f.definition)
}

fn published_view(l: L, p: &Published, corrections: &BTreeMap<(u64, &str), &Published>) -> PublishedView {
    let f = &p.figure;
    let of = definition(f);
    let rate = f.denominator > 0 && of.is_some_and(|d| d.denominator.is_some());
    let participation = f.participation.map(|(n, d)| {
        let rounding = of.map(catalogue::Definition::rounding);
        let (rate, unit) =
            rounding.map_or((String::new(), figures::rounding::Measure::Percent), |r| figures::rounding::rate(n, d, r));
        let rate = if d > 0 { format!("{rate} {}", unit.sign(l.0)) } else { rate };
        let values = [("rate", rate), ("n", n.to_string()), ("d", d.to_string())];
        l.t_with("figures-participation", &values)
    });
    let is_percent = rate && f.value.parse::<f64>().is_ok();
    PublishedView {
        name: of.map_or(f.id.clone(), |d| d.name(l.0).to_owned()),
        text: of.map(|d| d.text(l.0).to_owned()).unwrap_or_default(),
        value: f.value.clone(),
        unit: if is_percent { "%" } else { "" },
        numerator: f.numerator,
        denominator: of.and_then(|d| d.denominator).map(|_| f.denominator),
        participation: participation.unwrap_or_default(),
        permille: is_percent.then(|| f.numerator.saturating_mul(1000) / f.denominator.max(1)),
        definition: f.definition,
        ledger_size: f.ledger_size,
        counted: f.counted.clone(),
        corrected: corrections.get(&(p.seq, f.id.as_str())).map(|c| (c.seq, c.figure.value.clone())),
    }
}

/// The publications of a list, each with its figures and what corrects them.
fn groups(l: L, d: &District, all: &[Published]) -> Vec<GroupView> {
    let corrections: BTreeMap<(u64, &str), &Published> =
        all.iter().filter_map(|p| p.corrects.map(|seq| ((seq, p.figure.id.as_str()), p))).collect();
    let mut groups: Vec<GroupView> = Vec::new();
    for p in all.iter().filter(|p| p.corrects.is_none()) {
        let view = published_view(l, p, &corrections);
        match groups.last_mut().filter(|g| g.seq == p.seq) {
            Some(group) => group.figures.push(view),
            None => {
                let f = &p.figure;
                let filter = Filter::narrowed(f.from, f.to, &f.filter);
                groups.push(GroupView {
                    seq: p.seq,
                    window: window(l, f.from, f.to),
                    narrowed: filter.map_or(f.filter.clone(), |filter| narrowed(l, d, &filter)),
                    at: Moment(p.at).minute(),
                    figures: vec![view],
                });
            }
        }
    }
    groups
}

/// `GET /figures`: what was published, newest first.
pub(crate) async fn published(
    State(app): State<App>,
    visitor: Visitor,
    Query(Before { before }): Query<Before>,
) -> Result<Response, Problem> {
    let (l, number, from) = (visitor.l, app.desk().number(), before.unwrap_or(NEWEST));
    let all = app.read(move |db, _| audit::publications(db, number, from, PUBLISHED)).await?;
    let full = all.len() == PUBLISHED;
    let mut groups = groups(l, &app.desk().district(), &all);
    // The last publication of a full page may have been cut: it begins the next page, unless it is the only one.
    if full && groups.len() > 1 {
        groups.pop();
    }
    let next = groups.last().filter(|_| full).map(|g| format!("/figures?before={}", g.seq)).unwrap_or_default();
    let first = if before.is_none() { String::new() } else { "/figures".into() };
    let (page, tabs) = (visitor.page(l.t("figures-title")), shown::tabs(l, "/figures"));
    Ok(kept::page(&visitor, &PublishedPage { l, page, tabs, groups, next, first }))
}

#[derive(Template)]
#[template(path = "office/publication.html")]
struct PublicationPage {
    l: L,
    page: Page,
    group: GroupView,
    proof: String,
    may_correct: bool,
    may_recompute: bool,
    recomputed: Option<JobView>,
    /// The entry in the auditor's pages.
    may_walk: bool,
}

/// `GET /figures/published/{index}`: one publication with all that a figure travels with, and its proof.
pub(crate) async fn publication(
    State(app): State<App>,
    visitor: Visitor,
    Path(index): Path<u64>,
) -> Result<Response, Problem> {
    let (l, number) = (visitor.l, app.desk().number());
    let (all, proof) = app
        .read(move |db, _| {
            let all = audit::publication(db, number, index)?;
            if all.is_empty() {
                return Ok((all, String::new()));
            }
            let (_, size) = read::checkpoint(db, number)?;
            Ok((all, read::receipt(db, number, index, size)?.to_text()))
        })
        .await?;
    let group = groups(l, &app.desk().district(), &all).into_iter().next().ok_or_else(Problem::not_found)?;
    let may_correct = visitor.staff.as_ref().is_some_and(|s| PUBLISHERS.contains(&s.role));
    let may_recompute = visitor.staff.as_ref().is_some_and(|s| RECOMPUTE.contains(&s.role));
    let may_walk = visitor.staff.as_ref().is_some_and(|s| s.role == Role::Auditor);
    let recomputed = if may_recompute { JobView::of(&app, l, Task::Recompute(group.seq)) } else { None };
    let running = recomputed.as_ref().is_some_and(|job| job.running);
    let page = visitor.page(l.t("figures-publication"));
    let page = PublicationPage { l, page, group, proof, may_correct, may_recompute, recomputed, may_walk };
    Ok(looking_again(kept::page(&visitor, &page), running))
}

/// `POST /figures/recompute`: counts the figures of a publication from the ledger as it was when they were computed.
pub(crate) async fn recompute(State(app): State<App>, sent: Sent) -> Result<Response, Problem> {
    let seq: u64 = sent.get("publication").parse().map_err(|_| Problem::form())?;
    let (place, number) = (app.place().clone(), app.desk().number());
    let known = app.read(move |db, _| audit::publication(db, number, seq)).await?;
    if !known.iter().any(|p| p.seq == seq && p.corrects.is_none()) {
        return Err(Problem::not_found());
    }
    let work = move |_: &dyn Fn(u64, u64)| {
        let verified = Db::open_reader(&place).and_then(|mut db| figures::verify_publication(&mut db, number, seq));
        match verified {
            Ok(Ok(report)) => Outcome::new(
                true,
                format!("已从账本重算：{} 个与公布的一致，{} 个错的已有更正。", report.right, report.corrected),
                format!(
                    "Computed again from the ledger: {} are as published, {} wrong ones were corrected since.",
                    report.right, report.corrected
                ),
            ),
            Ok(Err(finding)) => wrong_figure(&finding),
            Err(e) => Outcome::failed(&e),
        }
    };
    let begun = app.jobs().begin(Task::Recompute(seq), work);
    Ok(go(&format!("/figures/published/{seq}{}", if begun { "" } else { "?done=job-busy" })))
}

#[derive(Template)]
#[template(path = "office/figures.html")]
struct LivePage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    from: String,
    to: String,
    units: Vec<Choice>,
    tracks: Vec<Choice>,
    categories: Vec<Choice>,
    streets: Vec<Choice>,
    by: Vec<Choice>,
    shown: Vec<Choice>,
    window: String,
    narrowed: String,
    size: u64,
    query: String,
    leading: Vec<FigureView>,
    all: Vec<FigureView>,
    trend: String,
    months: Vec<GroupRow>,
    bars: String,
    rows: Vec<GroupRow>,
    by_words: String,
    may_publish: bool,
    /// What was published with this form is not published again by sending it twice.
    key: String,
}

/// Draws labelled figures under a title.
type Draw<'a> = &'a dyn Fn(&str, &[(String, &Figure)]) -> String;

/// A line of the table beside a picture.
struct GroupRow {
    name: String,
    href: String,
    value: String,
    numerator: i64,
    denominator: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Asked {
    from: String,
    to: String,
    unit: String,
    track: String,
    category: String,
    street: String,
    by: String,
    figure: String,
    part: String,
    after: Option<u64>,
}

impl Asked {
    /// The filter that was asked for: this year so far where no window was given. `to` is the last day of the window.
    fn filter(&self, today: Date, d: &District, l: L) -> Result<Filter, FieldError> {
        let at = |field: &str, key: &str| FieldError { field: field.into(), text: l.t(key) };
        let day = |field: &str, text: &str, default: Date| match text {
            "" => Ok(default),
            text => text.parse::<Date>().map_err(|_| at(field, "figures-bad-date")),
        };
        let from = day("from", &self.from, today.first_of_year())?;
        let last = day("to", &self.to, today)?;
        let to = last.tomorrow().map_err(|_| at("to", "figures-bad-date"))?;
        let fault = |f: figures::Fault| {
            let (what, todo) = f.said(l.0);
            FieldError { field: "from".into(), text: format!("{what} {todo}") }
        };
        let filter = Filter::new(from, to).map_err(fault)?;
        let narrow =
            [("unit", &self.unit), ("track", &self.track), ("category", &self.category), ("street", &self.street)];
        let filter = narrow.into_iter().try_fold(filter, |f, (field, value)| f.with(field, value)).map_err(fault)?;
        filter.check(d).map_err(fault)?;
        Ok(filter)
    }
}

/// `GET /figures/live`: the figures of a filter now, by month, and by what is asked for.
pub(crate) async fn live(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (l, d, number) = (visitor.l, app.desk().district(), app.desk().number());
    let today = app.desk().now().date();
    let default = || Filter::new(today.first_of_year(), today.tomorrow().unwrap_or(today)).map_err(|_| Problem::form());
    let (filter, errors) = match asked.filter(today, &d, l) {
        Ok(filter) => (filter, Vec::new()),
        Err(error) => (default()?, vec![error]),
    };
    let by = By::of(&asked.by).filter(|by| *by != By::Month).unwrap_or(By::Unit);
    let chosen = if catalogue::definition(&asked.figure).is_some() { asked.figure.as_str() } else { FIRST[0] };
    let wanted = filter.clone();
    let (all, months, groups) = app
        .read(move |db, _| {
            let all = figures::figures(db, number, &wanted)?;
            let months = figures::breakdown(db, number, &wanted, By::Month)?;
            Ok((all, months, figures::breakdown(db, number, &wanted, by)?))
        })
        .await?;
    let pick = |figures: &'_ [Figure]| figures.iter().position(|f| f.id == chosen);
    let rows_of = |by: By, groups: &[figures::Group]| -> Vec<GroupRow> {
        let row = |g: &figures::Group| {
            let f = &g.figures[pick(&g.figures)?];
            let narrowed = filter.of_group(by, &g.key).unwrap_or_else(|_| filter.clone());
            Some(GroupRow {
                name: by.name(&g.key, &d, l.0),
                href: format!("/figures/live?{}&figure={chosen}", page_query(&narrowed)),
                value: f.printed(l.0),
                numerator: f.numerator,
                denominator: f.denominator,
            })
        };
        groups.iter().filter_map(row).collect()
    };
    let named = |by: By, groups: &'_ [figures::Group]| -> Vec<(String, usize)> {
        groups.iter().enumerate().map(|(n, g)| (by.name(&g.key, &d, l.0), n)).collect()
    };
    let drawn = |by: By, groups: &[figures::Group], draw: Draw<'_>| {
        let at = named(by, groups);
        let rows: Vec<(String, &Figure)> = at
            .into_iter()
            .filter_map(|(name, n)| Some((name, &groups[n].figures[pick(&groups[n].figures)?])))
            .collect();
        let title = all.iter().find(|f| f.id == chosen).map(|f| f.name(l.0)).unwrap_or_default();
        draw(&format!("{title} · {}", by.label(l.0)), &rows)
    };
    let streets = d.units.values().filter(|u| !u.closed && u.kind == domain::district::UnitKind::Street);
    let name_of = |u: &domain::district::Unit, chosen: &str| Choice::of(u.code.as_str(), u.name(l.0), chosen);
    let page = LivePage {
        l,
        page: visitor.page(l.t("figures-live")),
        errors,
        from: if asked.from.is_empty() { filter.from().to_string() } else { asked.from.clone() },
        to: if asked.to.is_empty() { today.to_string() } else { asked.to.clone() },
        units: super::units::unit_choices(&d, l, filter.unit()),
        tracks: Choice::all::<Track>(l, filter.track()),
        categories: d
            .catalogue
            .categories
            .iter()
            .map(|c| Choice::of(c.code.as_str(), c.name(l.0), filter.category()))
            .collect(),
        streets: streets.map(|u| name_of(u, filter.street())).collect(),
        by: Choice::some(&[By::Unit, By::Track, By::Category, By::Street], l, by.code()),
        shown: catalogue::in_force().map(|f| Choice::of(&f.id, f.name(l.0), chosen)).collect(),
        window: window(l, filter.from(), filter.to()),
        narrowed: narrowed(l, &d, &filter),
        size: all.first().map_or(0, |f| f.ledger_size),
        query: filter.query(),
        leading: all.iter().filter(|f| FIRST.contains(&f.id)).map(|f| view(l, f)).collect(),
        trend: drawn(By::Month, &months, &picture::line),
        months: rows_of(By::Month, &months),
        bars: drawn(by, &groups, &|title, rows| picture::bars(title, rows, l.0)),
        rows: rows_of(by, &groups),
        by_words: by.label(l.0).to_owned(),
        may_publish: PUBLISHERS.contains(&staff.role),
        key: app.random_text(),
        all: all.iter().map(|f| view(l, f)).collect(),
    };
    let status = if page.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(show_with(status, &page))
}

/// A filter as this page's own query, whose window ends with its last day.
fn page_query(filter: &Filter) -> String {
    let last = filter.to().yesterday().unwrap_or(filter.to());
    let and = if filter.narrowing().is_empty() { "" } else { "&" };
    format!("from={}&to={last}{and}{}", filter.from(), filter.narrowing())
}

#[derive(Template)]
#[template(path = "office/cases.html")]
struct CasesPage {
    l: L,
    page: Page,
    name: String,
    text: String,
    part: &'static str,
    count: u64,
    window: String,
    narrowed: String,
    back: String,
    rows: Vec<CaseRow>,
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
    ended: String,
    sealed: bool,
}

/// `GET /figures/cases`: the cases behind one number.
pub(crate) async fn cases(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    RawQuery(query): RawQuery,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (l, d, number) = (visitor.l, app.desk().district(), app.desk().number());
    let own: Vec<String> = query.unwrap_or_default().split('&').map(str::to_owned).collect();
    let of_filter = own.iter().filter(|p| !["figure=", "part=", "after="].iter().any(|n| p.starts_with(n)));
    let filter = Filter::parse(&of_filter.cloned().collect::<Vec<_>>().join("&")).map_err(|_| Problem::not_found())?;
    let definition = catalogue::definition(&asked.figure).ok_or_else(Problem::not_found)?;
    let part = Part::of(&asked.part).unwrap_or(Part::Numerator);
    let (wanted, after) = (filter.clone(), asked.after);
    let (count, found) = app
        .read(move |db, _| {
            let count = figures::count(db, number, &wanted, definition, part)?;
            Ok((count, figures::list(db, number, &wanted, definition, part, after, ROWS + 1)?))
        })
        .await?;
    let sees_all = matches!(staff.role, Role::Dispatcher | Role::Supervisor | Role::Leader | Role::Auditor);
    let day = |date: Option<Date>| date.map(|d| d.to_string()).unwrap_or_default();
    let row = |c: &figures::Counted| CaseRow {
        index: c.index,
        // Half of what opens a case: for those who may see it.
        code: if sees_all || c.unit.as_deref() == Some(staff.unit.as_str()) { c.code.clone() } else { String::new() },
        track: Track::of(&c.track).map_or(c.track.clone(), |t| t.label(l.0).to_owned()),
        stage: Stage::of(&c.stage).map_or(c.stage.clone(), |s| s.label(l.0).to_owned()),
        category: c.category.as_deref().map(|k| d.catalogue.name(&k.into(), l.0).to_owned()).unwrap_or_default(),
        unit: c.unit.as_deref().map(|u| d.unit_name(&u.into(), l.0).to_owned()).unwrap_or_default(),
        raised: c.raised.to_string(),
        due: day(c.due),
        ended: day(c.ended),
        sealed: c.sealed,
    };
    let more = found.len() > ROWS;
    let rows: Vec<CaseRow> = found.iter().take(ROWS).map(row).collect();
    let here = format!("/figures/cases?{}&figure={}&part={}", filter.query(), definition.id, part.code());
    let page = CasesPage {
        l,
        page: visitor.page(l.t("figures-cases")),
        name: definition.name(l.0).to_owned(),
        text: definition.text(l.0).to_owned(),
        part: part.label(l.0),
        count,
        window: window(l, filter.from(), filter.to()),
        narrowed: narrowed(l, &d, &filter),
        back: format!("/figures/live?{}&figure={}", page_query(&filter), definition.id),
        next: rows.last().filter(|_| more).map(|r| format!("{here}&after={}", r.index)).unwrap_or_default(),
        first: if after.is_none() { String::new() } else { here },
        rows,
    };
    Ok(show(&page))
}

/// `POST /figures/publish`: all figures of a filter enter the ledger, with the hash of what they count; once for each
/// form.
pub(crate) async fn publish(State(app): State<App>, staff: Staff, sent: Sent) -> Result<Response, Problem> {
    let filter = Filter::parse(sent.get("filter")).map_err(|_| Problem::form())?;
    let (number, key, asked) = (app.desk().number(), sent.key(&staff)?, filter.query());
    let ids: Vec<&'static str> = catalogue::in_force().map(|d| d.id.as_str()).collect();
    let made = app.read(move |db, _| figures::publication(db, number, &filter, &ids)).await?;
    app.desk().change_once(staff.actor(), Command::PublishFigures(made), key, &asked).await?;
    Ok(go("/figures?done=figures-published"))
}

/// `POST /figures/correct`: counts the figures of a publication again, and enters each that differs as a correction.
pub(crate) async fn correct(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let (number, seq) = (app.desk().number(), sent.get("publication").parse::<u64>().map_err(|_| Problem::form())?);
    let again = app
        .read(move |db, _| {
            let all = audit::publication(db, number, seq)?;
            let old: Vec<Published> = all.into_iter().filter(|p| p.corrects.is_none()).collect();
            let Some(filter) =
                old.first().and_then(|p| Filter::narrowed(p.figure.from, p.figure.to, &p.figure.filter).ok())
            else {
                return Ok(Vec::new());
            };
            let ids: Vec<&str> = old.iter().map(|p| p.figure.id.as_str()).collect();
            let new = figures::publication(db, number, &filter, &ids)?;
            let differs = |n: &domain::district::Figure| {
                old.iter()
                    .any(|p| p.figure.id == n.id && (&p.figure.counted, &p.figure.value) != (&n.counted, &n.value))
            };
            Ok(new.into_iter().filter(differs).collect())
        })
        .await?;
    let to = format!("/figures/published/{seq}?done=");
    if again.is_empty() {
        return Ok(go(&format!("{to}{}", encode("figures-same"))));
    }
    for figure in again {
        if change(&app, &staff, visitor.l, Command::CorrectFigure { publication: seq, figure }).await?.is_err() {
            return Err(Problem::form());
        }
    }
    Ok(go(&format!("{to}{}", encode("figures-corrected"))))
}

/// `GET /api/v1/figures`: the figures of a filter, for connected systems.
pub(crate) async fn api(State(app): State<App>, _: Reader, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let fault = |f: figures::Fault| {
        let ((zh, zh_do), (en, en_do)) = (f.said(domain::Lang::Zh), f.said(domain::Lang::En));
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "filter", [&zh, &zh_do], [&en, &en_do])
    };
    let filter = Filter::parse(&query.unwrap_or_default()).map_err(fault)?;
    filter.check(&app.desk().district()).map_err(fault)?;
    let number = app.desk().number();
    let all = app.read(move |db, _| figures::figures(db, number, &filter)).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(all)).into_response())
}
