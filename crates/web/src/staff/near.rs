//! `/cases/{code}/near`: cases that may be the same matter, to merge or link by choosing rather than typing a code. Found by
//! what they say and where; each says why it is alike, and what only stands in the same street is not among them.

use super::case::{find, history};
use super::rows::{RecordLine, RecordLines};
use super::{Days, search};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::lang::L;
use crate::page::{Page, show};
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::Label;
use domain::case::{Case, CaseId, CommandKind, Stage, Track, allowed, field};
use domain::district::{CategoryCode, District, UnitCode};
use domain::moment::{date_of, day_number};
use reading::{Reader, Tag, by_words, common, tells};
use std::collections::BTreeMap;
use store::read::History;
use store::view::CaseRow;
use store::view::work::{self, Like};

/// How many days back cases are looked at that share kind and street; those with the same words, whenever they were raised.
const SINCE_DAYS: i64 = 90;
/// How many are held against the case: those near it, and those with its words.
const POOL: usize = 40;
const POOL_BY_WORDS: usize = 24;
/// How many are shown.
const MOST: usize = 12;

/// What two cases are held against each other by.
pub(super) struct ComparedWords {
    track: Track,
    category: Option<CategoryCode>,
    street: Option<UnitCode>,
    /// Title and text.
    text: String,
    place: String,
}

impl ComparedWords {
    /// Of a case as it stands.
    pub(super) fn of(history: &History) -> ComparedWords {
        let fields = history.fields();
        let of = |name: &str| fields.get(name).map_or("", String::as_str);
        let case = &history.case;
        ComparedWords {
            track: case.track,
            category: case.category.clone(),
            street: case.street.clone(),
            text: format!("{}\n{}", of(field::TITLE), of(field::TEXT)),
            place: of(field::PLACE).to_owned(),
        }
    }

    /// Its first level: as it was sorted, else as its words suggest.
    fn coarse<'a>(&'a self, district: &'a District) -> Option<&'a str> {
        let suggested =
            || by_words(&district.catalogue, self.track, &self.text).first().map(|f| f.category.code.coarse());
        self.category.as_ref().map(CategoryCode::coarse).or_else(suggested)
    }
}

/// What two cases have in common.
struct Alike {
    words: Vec<String>,
    place: Vec<String>,
    category: Option<CategoryCode>,
    street: Option<UnitCode>,
}

impl Alike {
    fn of(district: &District, one: &ComparedWords, other: &ComparedWords) -> Alike {
        let category = one.coarse(district).filter(|c| other.coarse(district) == Some(*c));
        Alike {
            words: common(&one.text, &other.text),
            place: common(&one.place, &other.place),
            category: category.map(CategoryCode::from),
            street: one.street.clone().filter(|s| other.street.as_ref() == Some(s)),
        }
    }

    /// Whether that speaks for one matter: the same words, or the same place and a word or a kind.
    fn counts(&self) -> bool {
        let something = !self.words.is_empty() || self.category.is_some();
        tells(&self.words) || (something && !self.place.is_empty())
    }

    /// How much speaks for it.
    fn weight(&self) -> usize {
        let letters = |words: &[String]| words.iter().map(|w| w.chars().count()).sum::<usize>();
        2 * letters(&self.words) + letters(&self.place) + usize::from(self.street.is_some())
    }

    fn said(&self, l: L, district: &District) -> Vec<String> {
        let several = |words: &[String]| words.join(l.0.pick("”“", "”, “"));
        let words = (!self.words.is_empty()).then(|| l.t_n("clerk-alike-words", several(&self.words)));
        let place = (!self.place.is_empty()).then(|| l.t_n("clerk-alike-place", several(&self.place)));
        let name = |code| l.t_n("clerk-alike-category", district.catalogue.name(code, l.0));
        let street = self.street.as_ref().map(|s| l.t_n("clerk-alike-street", district.unit_name(s, l.0)));
        [words, place, self.category.as_ref().map(name), street].into_iter().flatten().collect()
    }
}

/// Why two cases may be the same matter, in words; empty where nothing speaks for it.
pub(super) fn alike(l: L, district: &District, one: ComparedWords, other: ComparedWords) -> Vec<String> {
    Alike::of(district, &one, &other).said(l, district)
}

/// A case that may be the same matter.
struct Candidate {
    line: RecordLine,
    /// What it says, shortened.
    said: String,
    /// Why it is alike.
    why: Vec<String>,
    raised: String,
    /// Whether this case may be merged into it.
    merges: bool,
    linked: bool,
}

#[derive(Template)]
#[template(path = "staff/near.html")]
struct NearPage {
    l: L,
    page: Page,
    code: String,
    title: String,
    said: String,
    version: u64,
    key: String,
    candidates: Vec<Candidate>,
}

/// How many characters of a candidate's words are shown.
const SAID_MOST: usize = 120;

fn shortened(text: &str) -> String {
    let start: String = text.chars().take(SAID_MOST).collect();
    if start.len() < text.len() { start + "……" } else { start }
}

/// A case as a list has it; `due` is the day of raising.
fn row(case: &Case, first: u64) -> CaseRow {
    CaseRow {
        seq: i64::try_from(first).unwrap_or(i64::MAX),
        id: case.id,
        code: case.code.clone(),
        track: case.track,
        stage: case.stage,
        category: case.category.clone(),
        street: case.street.clone(),
        lead: case.tasks.iter().rev().find(|t| t.lead).map(|t| t.unit.clone()),
        question: case.question.is_some(),
        hops: i64::from(case.hops),
        returned: i64::from(case.returned),
        extended: i64::from(case.extended),
        alarm: case.next_due().map(|c| day_number(c.due.alarm())),
        version: case.version,
        urgent: case.is_urgent(),
        hour: case.duties().find_map(|(_, c)| c.due_at).map(|at| at.0),
        due: day_number(case.raised_at.date()),
    }
}

/// The cases that are held against this one: near it by kind and street, and with words of it.
async fn pool(
    app: &App,
    staff: &Staff,
    history: &History,
    own: &ComparedWords,
) -> Result<BTreeMap<CaseId, CaseRow>, Problem> {
    let (district, number) = (app.desk().district(), app.desk().number());
    let (id, first, track) = (history.case.id, history.first(), own.track);
    let since = day_number(app.desk().now().date()) - SINCE_DAYS;
    let coarse = own.coarse(&district).unwrap_or_default().to_owned();
    let street = own.street.as_ref().map_or(String::new(), |s| s.to_string());
    let index = app.finder().cloned().zip(Reader::of(&staff.actor()));
    let text = own.text.clone();
    let found = app.read(move |db, keys| {
        let like = Like { id, track: track.code(), coarse: &coarse, street: &street, since };
        // Of a case about which nothing is known yet everything would be near.
        let nothing = coarse.is_empty() && street.is_empty();
        let mut rows = if nothing { Vec::new() } else { work::near(db, number, like, POOL)? };
        if let Some((finder, reader)) = index {
            let like = finder.like(&reader, &text, first, &Tag::track(track.code()), POOL_BY_WORDS);
            let records = search::cases(db, keys, number, &search::found_or_logged(like).unwrap_or_default())?;
            rows.extend(records.iter().filter(|r| !r.case.erased).map(|r| row(&r.case, r.first)));
        }
        Ok(rows)
    });
    let open = |row: &CaseRow| row.track == track && row.id != id;
    Ok(found.await?.into_iter().filter(open).map(|row| (row.id, row)).collect())
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
    let (l, district) = (visitor.l, app.desk().district());
    let history = history(&app, &staff, id).await?;
    let (case, own) = (&history.case, ComparedWords::of(&history));
    let now = app.desk().now();
    let today = now.date();
    let rows = pool(&app, &staff, &history, &own).await?;
    let ids = rows.keys().copied().chain([id]).collect();
    let days = Days::of(now, &district.calendar);
    let lines = RecordLines::read(&app, l, &district, &staff, days, ids).await?;
    let merges = allowed(case, &staff.actor(), &district).contains(&CommandKind::Merge);
    let mut found: Vec<(&CaseRow, Alike)> = rows
        .values()
        .filter(|row| lines.may_see(row.id))
        .map(|row| {
            let words = ComparedWords {
                track: row.track,
                category: row.category.clone(),
                street: row.street.clone(),
                text: lines.words(row.id),
                place: lines.place(row.id).to_owned(),
            };
            (row, Alike::of(&district, &own, &words))
        })
        .filter(|(_, alike)| alike.counts())
        .collect();
    found.sort_by_key(|(row, alike)| (std::cmp::Reverse(alike.weight()), -row.due, -row.seq));
    let candidate = |(row, alike): &(&CaseRow, Alike)| Candidate {
        line: lines.of(row, String::new()),
        said: shortened(lines.said(row.id)),
        why: alike.said(l, &district),
        raised: l.day(date_of(row.due), today),
        merges: merges && matches!(row.stage, Stage::Accepted | Stage::Handling),
        linked: case.links.iter().any(|(_, id)| *id == row.id),
    };
    let template = NearPage {
        l,
        page: visitor.page(l.t("clerk-near-title")),
        code: case.code.clone(),
        title: lines.title(id, case.category.as_ref(), case.street.as_ref()),
        said: lines.said(id).to_owned(),
        version: case.version,
        key: app.random_text(),
        candidates: found.iter().take(MOST).map(candidate).collect(),
    };
    Ok(show(&template))
}
