//! Figures as they are now, for staff, and publishing and correcting them. The cases behind each number are `cases.rs`;
//! what was published, for everybody, is `published.rs`.

use super::change;
use crate::app::App;
use crate::caller::{ReadToken, Staff, Visitor};
use crate::form::Sent;
use crate::lang::{L, capital};
use crate::page::encode;
use crate::page::{Choice, FieldError, Page, form_status, go, show_with};
use crate::parts::figure::{FIRST, FigureView, view, window};
use crate::problem::Problem;
use crate::roles::PUBLISHERS;
use askama::Template;
use axum::Json;
use axum::extract::{Query, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use calendar::Date;
use domain::Label;
use domain::case::Track;
use domain::district::{Command, District};
use figures::rounding::FEWEST;
use figures::{By, Definition, Figure, Filter, Group, catalogue, picture};
use serde::Deserialize;
use std::cmp::Reverse;
use store::audit::{self, Published};

/// What a filter is narrowed to, in words; the whole district otherwise.
pub(super) fn narrowed(l: L, d: &District, filter: &Filter) -> String {
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
    /// Whether something was chosen: then the fields to choose with stand open on a phone too.
    chosen: bool,
    window: String,
    narrowed: String,
    size: u64,
    query: String,
    leading: Vec<FigureView>,
    all: Vec<FigureView>,
    breakdowns: Vec<Breakdown>,
    /// Below this many cases there is no rate.
    fewest: i64,
    may_publish: bool,
    /// What publishing publishes.
    publish: String,
    /// Whether the window has days to come, so that its figures are not final.
    running: bool,
    /// What was published with this form is not published again by sending it twice.
    key: String,
}

/// A figure by month, or by something else.
struct Breakdown {
    title: String,
    /// What its rows are.
    what: String,
    /// Empty while nothing has a length to draw.
    picture: String,
    /// The rows of the picture.
    drawn: Vec<GroupRow>,
    /// The rows without a length.
    few: Vec<GroupRow>,
}

/// A line of a table of a breakdown.
struct GroupRow {
    name: String,
    href: String,
    value: String,
    numerator: i64,
    denominator: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct FigureQuery {
    from: String,
    to: String,
    unit: String,
    track: String,
    category: String,
    street: String,
    by: String,
    pub(super) figure: String,
    pub(super) part: String,
    pub(super) after: Option<u64>,
}

impl FigureQuery {
    /// Whether anything was chosen.
    fn chose(&self) -> bool {
        let narrow = [&self.unit, &self.track, &self.category, &self.street];
        let fields = [&self.from, &self.to, &self.by, &self.figure];
        narrow.into_iter().chain(fields).any(|field| !field.is_empty())
    }

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
    Query(asked): Query<FigureQuery>,
) -> Result<Response, Problem> {
    let (l, d, number) = (visitor.l, app.desk().district(), app.desk().number());
    let today = app.desk().now().date();
    let default = || Filter::new(today.first_of_year(), today.tomorrow().unwrap_or(today)).map_err(|_| Problem::form());
    let (filter, errors) = match asked.filter(today, &d, l) {
        Ok(filter) => (filter, Vec::new()),
        Err(error) => (default()?, vec![error]),
    };
    let by = By::of(&asked.by).filter(|by| *by != By::Month).unwrap_or(By::Unit);
    let chosen = catalogue::definition(&asked.figure).or_else(|| catalogue::definition(FIRST[0]));
    let chosen = chosen.ok_or_else(Problem::broken)?;
    let wanted = seen_by(filter.clone(), &d, &staff);
    let question = format!("figures {by:?} {wanted:?}");
    let together = app.counted(question, move |db| figures::together(db, number, &wanted, by)).await?;
    let figures::Together { all, months, groups } = &*together;
    let broken = |by: By, groups: &[Group]| breakdown(l, &d, &filter, chosen, by, groups);
    let (window, narrowed) = (window(l, filter.from(), filter.to()), narrowed(l, &d, &filter));
    let publishing = [("window", window.clone()), ("narrowed", narrowed.clone()), ("n", all.len().to_string())];
    let streets = d.units.values().filter(|u| !u.closed && u.kind == domain::district::UnitKind::Street);
    let name_of = |u: &domain::district::Unit, chosen: &str| Choice::of(u.code.as_str(), u.name(l.0), chosen);
    let page = LivePage {
        l,
        page: visitor.page(l.t("figures-live")),
        chosen: asked.chose() || !errors.is_empty(),
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
        shown: catalogue::in_force().map(|f| Choice::of(&f.id, f.name(l.0), &chosen.id)).collect(),
        window,
        narrowed,
        size: all.first().map_or(0, |f| f.ledger_size),
        query: filter.query(),
        leading: all.iter().filter(|f| FIRST.contains(&f.id)).map(|f| view(l, f)).collect(),
        breakdowns: vec![broken(By::Month, months), broken(by, groups)],
        fewest: FEWEST,
        may_publish: PUBLISHERS.contains(&staff.role),
        publish: l.t_with("figures-publish", &publishing),
        running: filter.to() > today,
        key: app.random_text(),
        all: all.iter().map(|f| view(l, f)).collect(),
    };
    let status = form_status(&page.errors);
    Ok(show_with(status, &page))
}

/// The discipline unit counts sealed accusations wherever it looks; where there are several of them, one may be about the
/// one that looks, and none does.
pub(super) fn seen_by(filter: Filter, district: &District, staff: &Staff) -> Filter {
    let units = district.units.values().filter(|u| u.kind == domain::district::UnitKind::Discipline).count();
    if units == 1 && staff.is_discipline(district) { filter.with_sealed() } else { filter }
}

/// A figure by month or by something else: what has a length as a picture, the rest as rows, most cases first.
fn breakdown(l: L, d: &District, filter: &Filter, of: &Definition, by: By, groups: &[Group]) -> Breakdown {
    let row = |group: &Group, f: &Figure| GroupRow {
        name: by.name(&group.key, d, l.0),
        href: {
            let narrowed = filter.of_group(by, &group.key).unwrap_or_else(|_| filter.clone());
            format!("/figures/live?{}&figure={}", page_query(&narrowed), of.id)
        },
        value: f.printed(l.0),
        numerator: f.numerator,
        denominator: f.denominator,
    };
    let mut rows: Vec<(&Figure, GroupRow)> = Vec::new();
    // A unit that had no such record has no row; a month without one has.
    for group in groups.iter().filter(|group| by == By::Month || group.has(of.of)) {
        if let Some(f) = group.figures.iter().find(|f| f.id == of.id) {
            rows.push((f, row(group, f)));
        }
    }
    if by != By::Month {
        rows.sort_by_key(|(f, _)| Reverse(f.denominator.unwrap_or(f.numerator)));
    }
    // A line is broken where a month has no rate; a group without a rate has no bar.
    let keeps = by == By::Month && rows.iter().any(|(f, _)| picture::has_length(f));
    let (drawn, few): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(f, _)| keeps || picture::has_length(f));
    let name = of.name(l.0);
    let title = match by {
        By::Month => l.t_n("figures-by-month", name),
        by => l.t_with("figures-by-group", &[("by", by.label(l.0).to_owned()), ("n", name.to_owned())]),
    };
    let labelled: Vec<(String, &Figure)> = drawn.iter().map(|(f, row)| (row.name.clone(), *f)).collect();
    let picture = match by {
        _ if labelled.is_empty() => String::new(),
        By::Month => picture::line(&title, &labelled),
        _ => picture::bars(&title, &labelled, l.0),
    };
    let rows = |of: Vec<(&Figure, GroupRow)>| of.into_iter().map(|(_, row)| row).collect();
    Breakdown { title, what: capital(by.label(l.0)), picture, drawn: rows(drawn), few: rows(few) }
}

/// A filter as this page's own query, whose window ends with its last day.
pub(super) fn page_query(filter: &Filter) -> String {
    let last = filter.to().yesterday().unwrap_or(filter.to());
    let and = if filter.narrowing().is_empty() { "" } else { "&" };
    format!("from={}&to={last}{and}{}", filter.from(), filter.narrowing())
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
pub(crate) async fn api(State(app): State<App>, _: ReadToken, RawQuery(query): RawQuery) -> Result<Response, Problem> {
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
