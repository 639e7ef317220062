//! What neighbours see of each other's cases: what was asked, who answered, how it ended by the resident's own word.

use crate::app::App;
use crate::caller::Visitor;
use crate::kept;
use crate::lang::L;
use crate::page::encode;
use crate::page::{Choice, NavItem, Page};
use crate::parts::public_tabs::public_tabs;
use crate::parts::verdict::verdict_sentence;
use crate::problem::Problem;
use crate::view::{self, StatusView};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::Label;
use domain::case::{Stage, field};
use domain::district::District;
use serde::Deserialize;
use std::sync::PoisonError;
use store::public::{self, Shown};
use store::read::History;

/// Cases of a page.
const ROWS: usize = 20;
/// How many cases of neighbours are offered to join.
const NEAR_MOST: usize = 5;

/// A case as public pages draw it.
pub(crate) struct PublishedCase {
    pub(crate) seq: i64,
    /// What was asked, as it was released; empty while nobody has released it.
    pub(crate) text: String,
    /// What was answered, likewise.
    pub(crate) answer: String,
    pub(crate) category: String,
    pub(crate) street: String,
    pub(crate) unit: String,
    pub(crate) status: StatusView,
    pub(crate) raised: (String, String),
    pub(crate) answered: Option<(String, String)>,
    pub(crate) ended: Option<(String, String)>,
    pub(crate) outcome: String,
    pub(crate) ending: String,
    /// The resident's word; empty while there is none.
    pub(crate) word: String,
    /// How many neighbours have joined it; empty when none has.
    pub(crate) joined: String,
}

/// How much of a text a list shows, in characters.
const SHORT: usize = 160;

impl PublishedCase {
    /// The beginning of what was asked, for a list.
    pub(crate) fn short(&self) -> String {
        let mut chars = self.text.chars();
        let start: String = chars.by_ref().take(SHORT).collect();
        if chars.next().is_some() { start + "……" } else { start }
    }
}

fn view(l: L, d: &District, case: &Shown) -> PublishedCase {
    let day = |number: i64| {
        let date = domain::moment::date_of(number);
        (l.full_day(date), date.to_string())
    };
    let verdict = case.solved.zip(case.handled);
    let word = verdict.map(|(solved, handled)| verdict_sentence(l, solved, handled));
    let words = |name: &str| case.words.get(name).cloned().unwrap_or_default();
    PublishedCase {
        seq: case.seq,
        text: words(field::SHOWN),
        answer: words(field::SHOWN_ANSWER),
        category: case.category.as_ref().map(|c| d.catalogue.name(c, l.0).to_owned()).unwrap_or_default(),
        street: case.street.as_ref().map(|s| d.unit_name(s, l.0).to_owned()).unwrap_or_default(),
        unit: case.lead.as_ref().map(|u| d.unit_name(u, l.0).to_owned()).unwrap_or_default(),
        status: StatusView {
            words: l.t(&format!("shown-stand-{}", case.stage.code().replace('_', "-"))),
            ..view::status(l, case.stage, case.question)
        },
        raised: day(case.raised),
        answered: case.answered.map(day),
        ended: case.ended.map(day),
        outcome: case.outcome.map(|o| o.label(l.0).to_owned()).unwrap_or_default(),
        ending: case.ending.map(|e| e.label(l.0).to_owned()).unwrap_or_default(),
        word: word.unwrap_or_default(),
        joined: if case.joined > 0 { l.t_n("shown-joined", case.joined) } else { String::new() },
    }
}

/// The public cases about the same kind of matter in the same street as a case that is still handled: by its category, or
/// by the words of its text where it has none. None for one that is sealed, or is linked already.
pub(crate) async fn near(app: &App, l: L, history: &History) -> Result<Vec<PublishedCase>, Problem> {
    let (case, d, number) = (&history.case, app.desk().district(), app.desk().number());
    let open = matches!(case.stage, Stage::Raised | Stage::Accepted | Stage::Handling);
    let Some(street) = case.street.clone().filter(|_| open && !case.is_sealed() && case.links.is_empty()) else {
        return Ok(Vec::new());
    };
    let coarse = case.category.as_ref().map(|c| c.coarse().to_owned()).or_else(|| {
        let fields = history.fields();
        let found = reading::by_words(&d.catalogue, case.track, fields.get(field::TEXT)?);
        found.first().map(|f| f.category.code.coarse().to_owned())
    });
    let Some(coarse) = coarse else { return Ok(Vec::new()) };
    let found = app.read(move |db, keys| {
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        // One more: the case itself may be public.
        public::near(db, &mut keys, number, street.as_str(), &coarse, NEAR_MOST + 1)
    });
    let found = found.await?;
    let others = found.iter().filter(|other| other.id != case.id).take(NEAR_MOST);
    Ok(others.map(|other| view(l, &d, other)).collect())
}

/// The public case of a ledger index.
pub(crate) async fn one(app: &App, index: i64) -> Result<Option<Shown>, Problem> {
    let number = app.desk().number();
    app.read(move |db, keys| {
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        public::one(db, &mut keys, number, index)
    })
    .await
}

#[derive(Template)]
#[template(path = "resident/published.html")]
struct PublishedListPage {
    l: L,
    page: Page,
    tabs: Vec<NavItem>,
    streets: Vec<Choice>,
    categories: Vec<Choice>,
    narrowed: bool,
    cases: Vec<PublishedCase>,
    next: String,
    first: String,
}

#[derive(Default, Deserialize)]
pub(crate) struct PublishedQuery {
    #[serde(default)]
    street: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    before: Option<i64>,
}

/// `GET /published`: the cases with released words, the newest first.
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(narrow): Query<PublishedQuery>,
) -> Result<Response, Problem> {
    let (l, number) = (visitor.l, app.desk().number());
    let (street, category) = (narrow.street.clone(), narrow.category.clone());
    let before = narrow.before.unwrap_or(i64::MAX);
    let found = app.read(move |db, keys| {
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        public::released(db, &mut keys, number, before, &street, &category, ROWS + 1)
    });
    let found = found.await?;
    let d = app.desk().district();
    let here = format!("/published?street={}&category={}", encode(&narrow.street), encode(&narrow.category));
    let last = found.get(ROWS - 1).filter(|_| found.len() > ROWS);
    let coarse = d.catalogue.categories.iter().filter(|c| !c.code.as_str().contains('.'));
    Ok(kept::words(
        &visitor,
        &PublishedListPage {
            l,
            page: visitor.page(l.t("shown-title")),
            tabs: public_tabs(l, "/published"),
            streets: super::raise::streets(&d, l, &narrow.street),
            categories: coarse.map(|c| Choice::of(c.code.as_str(), c.name(l.0), &narrow.category)).collect(),
            narrowed: !narrow.street.is_empty() || !narrow.category.is_empty(),
            next: last.map(|c| format!("{here}&before={}", c.seq)).unwrap_or_default(),
            first: if narrow.before.is_some() { here } else { String::new() },
            cases: found.iter().take(ROWS).map(|case| view(l, &d, case)).collect(),
        },
    ))
}

#[derive(Template)]
#[template(path = "resident/published_case.html")]
struct PublishedCasePage {
    l: L,
    page: Page,
    tabs: Vec<NavItem>,
    case: PublishedCase,
}

/// `GET /published/{index}`: one case, by its ledger index. Its code is not told: it is half of what opens the case.
pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(index): Path<i64>,
) -> Result<Response, Problem> {
    let l = visitor.l;
    let found = one(&app, index).await?.ok_or_else(Problem::not_found)?;
    let case = view(l, &app.desk().district(), &found);
    let (page, tabs) = (visitor.page(l.t("shown-case")), public_tabs(l, "/published"));
    Ok(kept::words(&visitor, &PublishedCasePage { l, page, tabs, case }))
}
