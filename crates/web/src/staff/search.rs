//! `/search`: one box for a code, words, a place or a unit, with filters; hits with their words marked.

use super::{handles, mask};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::lang::{L, capital};
use crate::page::{Choice, FieldError, Page, go, show};
use crate::parts::case_title::CaseTitle;
use crate::problem::Problem;
use crate::view::{self, StatusView};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use calendar::Date;
use domain::case::{Stage, Track, field, may_see};
use domain::district::{District, UnitKind};
use domain::moment::day_number;
use domain::{Label, Moment};
use reading::mark::{self, Piece};
use reading::{Hits, Question, Reader, Tag, asked};
use serde::Deserialize;
use std::sync::{Mutex, PoisonError};
use store::listed::Told;
use store::records::{self, Record};
use store::{Db, Keys};

/// How many hits a page has.
const PAGE: usize = 20;
/// How many characters of a text are shown around what was found.
const PART: usize = 90;

/// What is looked for.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SearchQuery {
    q: String,
    unit: String,
    street: String,
    category: String,
    track: String,
    stage: String,
    from: String,
    to: String,
    page: String,
}

impl SearchQuery {
    fn filters(&self) -> [&str; 7] {
        [&self.unit, &self.street, &self.category, &self.track, &self.stage, &self.from, &self.to]
    }

    fn is_narrowed(&self) -> bool {
        self.filters().iter().any(|v| !v.trim().is_empty())
    }

    fn href(&self, page: usize) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        let query = [
            ("q", self.q.trim()),
            ("unit", &self.unit),
            ("street", &self.street),
            ("category", &self.category),
            ("track", &self.track),
            ("stage", &self.stage),
            ("from", &self.from),
            ("to", &self.to),
            ("page", &page),
        ];
        super::rows::address("/search", &query)
    }
}

/// A record that was found.
struct SearchHit {
    href: String,
    code: String,
    title: Vec<Piece>,
    /// Track, category and street; or the register and the unit.
    kind: String,
    status: StatusView,
    day: String,
    /// Where the words stand: what it is, and the part.
    parts: Vec<(String, Vec<Piece>)>,
}

/// What the page has to say.
#[derive(PartialEq, Eq)]
enum SearchState {
    /// Nothing was asked yet.
    Begin,
    /// No index is there: named or made.
    Off,
    Making,
    None,
    Some,
}

#[derive(Template)]
#[template(path = "staff/search.html")]
struct SearchPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    wanted: SearchQuery,
    units: Vec<Choice>,
    streets: Vec<Choice>,
    categories: Vec<Choice>,
    tracks: Vec<Choice>,
    stages: Vec<Choice>,
    state: SearchState,
    narrowed: bool,
    count: String,
    hits: Vec<SearchHit>,
    shown: String,
    next: String,
    first: String,
}

/// What the index said; trouble is told to the log, without what was asked.
pub(super) fn found_or_logged<T>(found: Result<Option<T>, reading::Error>) -> Option<T> {
    found.unwrap_or_else(|error| {
        tracing::error!(%error, "a search failed; the index is made anew");
        None
    })
}

/// The cases of a page of hits, in one statement and one for the keys.
pub(super) fn cases(db: &mut Db, keys: &Mutex<Keys>, number: i64, firsts: &[u64]) -> store::Result<Vec<Record>> {
    if firsts.is_empty() {
        return Ok(Vec::new());
    }
    records::some(db, &mut keys.lock().unwrap_or_else(PoisonError::into_inner), number, firsts)
}

/// `GET /search`
pub(crate) async fn search(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Query(mut wanted): Query<SearchQuery>,
) -> Result<Response, Problem> {
    let (l, district) = (visitor.l, app.desk().district());
    wanted.q = wanted.q.trim().to_owned();
    // A word of eleven letters may look like a code: only one of a case that the account may see leads away.
    if desk::read_case_code(&wanted.q).is_some()
        && let Ok(loaded) = super::case::load_by_code(&app, &staff, &wanted.q).await
    {
        return Ok(go(&format!("/cases/{}", loaded.history.case.code)));
    }
    if let Some(code) = desk::read_case_code(&wanted.q)
        && let Some(plural) = register_of(&app, &code).await?
    {
        return Ok(go(&format!("/records/{plural}/{code}")));
    }
    if wanted.q.chars().any(|c| c.is_ascii_digit())
        && let Some(code) = super::imported::code(&app, &staff, &wanted.q).await?
    {
        return Ok(go(&format!("/cases/{code}")));
    }
    let mut errors = Vec::new();
    let question = question(l, &wanted, &district, &mut errors);
    let empty = wanted.q.is_empty() && !wanted.is_narrowed();
    let number: usize = wanted.page.parse().ok().filter(|n| (1..=reading::MOST / PAGE).contains(n)).unwrap_or(1);
    let answer = match (errors.is_empty() && !empty, app.finder()) {
        (false, _) => SearchAnswer::Not(SearchState::Begin),
        (true, None) => SearchAnswer::Not(SearchState::Off),
        (true, Some(_)) => ask(&app, &staff, &district, question, number).await?,
    };
    let (state, hits, records) = match answer {
        SearchAnswer::Not(state) => (state, Hits::default(), Vec::new()),
        SearchAnswer::Found(hits, _) if hits.firsts.is_empty() => (SearchState::None, hits, Vec::new()),
        SearchAnswer::Found(hits, records) => (SearchState::Some, hits, records),
    };
    let drawer = HitDrawer { l, district: &district, staff: &staff, words: words(&wanted.q), now: app.desk().now() };
    let all = hits.firsts.len();
    let found: Vec<SearchHit> = records.iter().filter_map(|found| drawer.drawn(found)).collect();
    let begin = (number - 1) * PAGE;
    let template = SearchPage {
        l,
        page: visitor.page(l.t("find-title")),
        errors,
        units: choices(&district, l, &wanted.unit, |_| true),
        streets: choices(&district, l, &wanted.street, |k| matches!(k, UnitKind::Street | UnitKind::Community)),
        categories: categories(&district, l, &wanted.category),
        tracks: Choice::all::<Track>(l, &wanted.track),
        stages: Choice::all::<Stage>(l, &wanted.stage),
        narrowed: wanted.is_narrowed(),
        count: if hits.more { l.t_n("find-more-than", all) } else { l.t_n("find-count", all) },
        shown: l.t_with(
            "find-shown",
            &[("from", (begin + 1).min(all).to_string()), ("to", (begin + PAGE).min(all).to_string())],
        ),
        next: if begin + PAGE < all { wanted.href(number + 1) } else { String::new() },
        first: if number > 1 { wanted.href(1) } else { String::new() },
        hits: found,
        state,
        wanted,
    };
    Ok(show(&template))
}

enum SearchAnswer {
    Not(SearchState),
    /// All hits, and the records of the page in their order.
    Found(Hits, Vec<Found>),
}

/// What was found.
enum Found {
    Case(Box<Record>),
    /// A record of another register.
    Other(Told),
}

impl Found {
    fn first(&self) -> u64 {
        match self {
            Found::Case(record) => record.first,
            Found::Other(told) => told.first(),
        }
    }
}

/// The plural of the register of a code; none if no record of the registers with pages has it.
async fn register_of(app: &App, code: &str) -> Result<Option<&'static str>, Problem> {
    let (number, code) = (app.desk().number(), code.to_owned());
    let found = app.read(move |db, _| store::listed::any_by_code(db, number, &code)).await?;
    let shelf = found.and_then(|(_, register)| registers::listed().find(|shelf| shelf.code() == register));
    Ok(shelf.map(|shelf| shelf.plural()))
}

async fn ask(
    app: &App,
    staff: &Staff,
    district: &District,
    question: Question,
    page: usize,
) -> Result<SearchAnswer, Problem> {
    let actor = staff.actor();
    let (Some(finder), Some(reader)) = (app.finder().cloned(), Reader::of(&actor)) else {
        return Ok(SearchAnswer::Not(SearchState::Off));
    };
    let number = app.desk().number();
    let found = app.read(move |db, keys| {
        let Some(hits) = found_or_logged(finder.find(&reader, &question)) else { return Ok(None) };
        let part: Vec<u64> = hits.firsts.iter().skip((page - 1) * PAGE).take(PAGE).copied().collect();
        let cases = cases(db, keys, number, &part)?;
        let others: Vec<u64> =
            part.iter().copied().filter(|first| cases.iter().all(|case| case.first != *first)).collect();
        let ids = store::listed::by_first(db, number, &others)?;
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        let others = store::listed::some(db, &mut keys, registers::REGISTERS, number, &ids)?;
        Ok(Some((hits, part, cases, others)))
    });
    let Some((mut hits, part, mut cases, others)) = found.await? else {
        return Ok(SearchAnswer::Not(SearchState::Making));
    };
    // The index may be a moment behind: the case itself says who may see it.
    cases.retain(|r| may_see(&r.case, &actor, district));
    let cases = cases.into_iter().map(|case| Found::Case(Box::new(case)));
    let mut records: Vec<Found> = cases.chain(others.into_iter().map(Found::Other)).collect();
    hits.firsts.retain(|first| !part.contains(first) || records.iter().any(|r| r.first() == *first));
    records.sort_by_key(|r| part.iter().position(|first| *first == r.first()));
    Ok(SearchAnswer::Found(hits, records))
}

fn words(q: &str) -> Vec<&str> {
    q.split_whitespace().collect()
}

/// What the form asks; a date that is none is an error at its field.
fn question(l: L, wanted: &SearchQuery, district: &District, errors: &mut Vec<FieldError>) -> Question {
    let mut wrong = |field: &str, key: &str| errors.push(FieldError { field: field.into(), text: l.t(key) });
    let words = asked(&wanted.q, district);
    if !words.is_empty() && !words.iter().any(|w| w.is_findable()) {
        wrong("q", "find-no-word");
    }
    let mut day = |field: &str, text: &str| match (text.trim(), text.trim().parse::<Date>()) {
        ("", _) => None,
        (_, Ok(date)) => Some(day_number(date)),
        (_, Err(_)) => {
            wrong(field, "find-no-day");
            None
        }
    };
    let (from, to) = (day("from", &wanted.from), day("to", &wanted.to));
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        errors.push(FieldError { field: "to".into(), text: l.t("find-days-reversed") });
    }
    let tag = |code: &str, of: fn(&str) -> Tag| (!code.is_empty()).then(|| of(code));
    let tags = [
        tag(&wanted.unit, Tag::unit),
        tag(&wanted.street, Tag::street),
        tag(&wanted.category, Tag::category),
        tag(&wanted.track, Tag::track),
        tag(&wanted.stage, Tag::stage),
    ];
    let tags = tags.into_iter().flatten().collect();
    Question { words, tags, from, to }
}

fn choices(district: &District, l: L, chosen: &str, wanted: impl Fn(UnitKind) -> bool) -> Vec<Choice> {
    let units = district.units.values().filter(|u| wanted(u.kind));
    units.map(|u| Choice::of(u.code.as_str(), u.name(l.0), chosen)).collect()
}

/// First levels, each with what is below it.
fn categories(district: &District, l: L, chosen: &str) -> Vec<Choice> {
    let name = |c: &domain::district::Category| match c.code.as_str().split_once('.') {
        Some(_) => format!("　{}", c.name(l.0)),
        None => c.name(l.0).to_owned(),
    };
    district.catalogue.categories.iter().map(|c| Choice::of(c.code.as_str(), &name(c), chosen)).collect()
}

/// What the hits of one page share.
struct HitDrawer<'a> {
    l: L,
    district: &'a District,
    staff: &'a Staff,
    words: Vec<&'a str>,
    now: Moment,
}

impl HitDrawer<'_> {
    fn drawn(&self, found: &Found) -> Option<SearchHit> {
        match found {
            Found::Case(record) => Some(self.case(record)),
            Found::Other(told) => self.other(told),
        }
    }

    /// A record of another register: what of it was found says its title, or stands below.
    fn other(&self, told: &Told) -> Option<SearchHit> {
        let (l, d) = (self.l, self.district);
        let summary = told.shelf.summary(told.state.as_ref())?;
        let (title, words) = (capital(&told.title(l.0)), told.words_for(false));
        let found = told.shelf.found().iter().filter_map(|name| words.get(*name)).filter(|text| !title.contains(*text));
        let parts = found.filter_map(|text| mark::part(&mask::text(text, &[]), &self.words, PART));
        let kind = [l.t(&format!("nav-{}", told.shelf.plural())), d.unit_name(&summary.unit, l.0).to_owned()];
        Some(SearchHit {
            href: format!("/records/{}/{}", told.shelf.plural(), summary.code),
            title: mark::whole(&title, &self.words),
            kind: kind.join(" · "),
            status: match summary.open {
                true => StatusView { kind: "doing", words: l.t("find-open") },
                false => StatusView { kind: "done", words: l.t("find-over") },
            },
            day: l.day(summary.day, self.now.date()),
            parts: parts.map(|pieces| (String::new(), pieces)).collect(),
            code: summary.code,
        })
    }

    fn case(&self, record: &Record) -> SearchHit {
        let (l, case) = (self.l, &record.case);
        let handler = handles(self.staff.role);
        let known: Vec<&str> = record.personal.iter().map(String::as_str).collect();
        // A list is looked at over shoulders: numbers are for the page of the case.
        let read = |text: &str| if handler { mask::numbers(text, &[]) } else { mask::text(text, &known) };
        let of = |name: &str| record.texts.get(name).map_or("", String::as_str);
        let title = CaseTitle::of(case, &record.texts, handler).said(l, self.district);
        let part =
            |name: &str, key: &str| mark::part(&read(of(name)), &self.words, PART).map(|pieces| (l.t(key), pieces));
        let mut parts: Vec<_> =
            [part(field::TEXT, "find-text"), part(field::ANSWER, "find-answer")].into_iter().flatten().collect();
        if handler && let Some(pieces) = mark::part(of(field::PLACE), &self.words, PART) {
            parts.push((l.t("find-place"), pieces));
        }
        if parts.is_empty() && !of(field::TEXT).is_empty() {
            parts.push((l.t("find-text"), mark::beginning(&read(of(field::TEXT)), PART)));
        }
        let category = case.category.as_ref().map(|c| self.district.catalogue.name(c, l.0));
        let street = case.street.as_ref().map(|s| self.district.unit_name(s, l.0));
        let lead = case.tasks.iter().rev().find(|t| t.lead).map(|t| self.district.unit_name(&t.unit, l.0));
        let kind = [Some(case.track.label(l.0)), category, street, lead];
        SearchHit {
            href: format!("/cases/{}", case.code),
            code: case.code.clone(),
            title: mark::whole(&title, &self.words),
            kind: kind.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            status: view::status(l, case.stage, case.question.is_some()),
            day: l.day(case.raised_at.date(), self.now.date()),
            parts,
        }
    }
}
