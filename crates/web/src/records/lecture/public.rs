//! `/lectures`: what everybody may come to, and what became of what was asked there. A case is never named by its code here:
//! that is half of what opens it.

use super::super::became::{Became, answered};
use super::super::paged::{paged, place};
use super::super::{for_everybody, moved};
use super::list::{Session, session};
use super::{Body, heads, hosts, lecture, span, word};
use crate::app::App;
use crate::caller::Visitor;
use crate::kept;
use crate::lang::{L, capital};
use crate::page::{NavItem, Page, show};
use crate::parts::public_tabs::public_tabs;
use crate::parts::qr::Qr;
use crate::problem::Problem;
use crate::view::StatusView;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::moment::day_number;
use domain::register::Thing;
use domain::{Label, Moment};
use registers::tell::lecture::{Audience, Event, Lecture, Stage};
use serde::Deserialize;
use std::sync::PoisonError;
use store::listed::{self, Told, Which};
use store::public::{self, Shown};

/// Sessions of a page.
const ROWS: usize = 20;
/// The most questions of a session that are shown.
const QUESTIONS_MOST: usize = 200;

#[derive(Template)]
#[template(path = "records/lectures_public.html")]
struct PublicPage {
    l: L,
    page: Page,
    tabs: Vec<NavItem>,
    coming: Vec<Session>,
    held: Vec<Session>,
    next: String,
    first: String,
}

#[derive(Default, Deserialize)]
pub(crate) struct PublicQuery {
    /// Where the page goes on: day and ledger index.
    #[serde(default)]
    before: String,
}

/// Where a session stands, for everybody: that its record is owed is the host's affair.
fn open_status(l: L, of: &Lecture, now: Moment, own: StatusView) -> StatusView {
    match of.stage {
        Stage::Announced if now >= of.ends() => StatusView { kind: "done", words: l.t("lecture-public-over") },
        _ => own,
    }
}

/// `GET /lectures`: what comes, by day, and what was held, the latest first.
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<PublicQuery>,
) -> Result<Response, Problem> {
    let (l, d, now, number) = (visitor.l, app.desk().district(), app.desk().now(), app.desk().number());
    let today = day_number(now.date());
    let after = place(&asked.before);
    let found = app.read(move |db, keys| {
        let which =
            |days, back, after| Which { register: "lecture", days, unit: String::new(), public: true, back, after };
        let coming = match after {
            None => paged(db, keys, number, &which((today, i64::MAX), false, None), ROWS)?.0,
            Some(_) => Vec::new(),
        };
        let (held, next) = paged(db, keys, number, &which((i64::MIN, today + 1), true, after), ROWS)?;
        Ok((coming, held, next))
    });
    let (coming, held, next) = found.await?;
    let ahead = |told: &&Told| lecture(told).is_some_and(|of| now < of.ends());
    let over = |told: &&Told| lecture(told).is_some_and(|of| now >= of.ends() && of.stage != Stage::Cancelled);
    let line = |told: &Told| {
        let of = lecture(told)?;
        let line = session(l, &d, now, told)?;
        let status = open_status(l, of, now, line.status);
        Some(Session { href: format!("/lectures/{}", of.code.as_str()), clock: None, status, ..line })
    };
    let page = PublicPage {
        l,
        page: visitor.page(l.t("look-lectures")),
        tabs: public_tabs(l, "/lectures"),
        coming: coming.iter().filter(ahead).filter_map(line).collect(),
        held: held.iter().filter(over).filter_map(line).collect(),
        next: next.map(|(day, seq)| format!("/lectures?before={day}.{seq}")).unwrap_or_default(),
        first: if asked.before.is_empty() { String::new() } else { "/lectures".into() },
    };
    Ok(kept::words(&visitor, &page))
}

#[derive(Template)]
#[template(path = "records/lecture_public.html")]
struct LecturePage {
    l: L,
    page: Page,
    tabs: Vec<NavItem>,
    code: String,
    session: Session,
    speaker: String,
    audience: String,
    counted: String,
    /// That it was moved, from when, and why; empty if it was not.
    moved: String,
    /// Why it is cancelled; none if it is not.
    cancelled: Option<String>,
    /// Whether everybody can come to it.
    ahead: bool,
    when: String,
    questions: Vec<Became>,
    /// How many questions, and how many of them are answered.
    counts: String,
}

async fn read(app: &App, code: &str) -> Result<(Told, Vec<Shown>), Problem> {
    let (number, code) = (app.desk().number(), desk::read_case_code(code).ok_or_else(Problem::not_found)?);
    let found = app.read(move |db, keys| {
        let Some((id, true)) = listed::by_code(db, number, "lecture", &code)? else { return Ok(None) };
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(told) = listed::some(db, &mut keys, registers::REGISTERS, number, &[id])?.pop() else {
            return Ok(None);
        };
        // What was asked where a further host had entered the same session belongs to it.
        let merged = lecture(&told).map(|of| of.merged.clone()).unwrap_or_default();
        let mut asked = Vec::new();
        for id in std::iter::once(id).chain(merged) {
            asked.extend(public::asked_by(db, &mut keys, number, id, QUESTIONS_MOST)?);
        }
        Ok(Some((for_everybody(told), asked)))
    });
    found.await?.ok_or_else(Problem::not_found)
}

/// `GET /lectures/{code}`: a session, and what became of each question.
pub(crate) async fn show_one(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let (l, d, now) = (visitor.l, app.desk().district(), app.desk().now());
    let (told, asked) = read(&app, &code).await?;
    let of = lecture(&told).ok_or_else(Problem::not_found)?;
    let line = session(l, &d, now, &told).ok_or_else(Problem::not_found)?;
    let line = Session { status: open_status(l, of, now, line.status), ..line };
    let named = |(n, case): (usize, &Shown)| Became::of(l, &d, l.t_n("lecture-question-no", n + 1), case);
    let questions: Vec<Became> = asked.iter().enumerate().map(named).collect();
    let answered = answered(&asked);
    let page = LecturePage {
        l,
        page: visitor.page(line.title.clone()),
        tabs: public_tabs(l, "/lectures"),
        code: of.code.as_str().to_owned(),
        speaker: word(&told.words(), "speaker"),
        audience: capital(of.audience.label(l.0)),
        counted: heads(l, of).unwrap_or_default(),
        moved: moved(l, &told, starts),
        cancelled: (of.stage == Stage::Cancelled).then(|| word(&told.words(), "reason")),
        ahead: now < of.starts && matches!(of.audience, Audience::Everybody | Audience::Residents),
        when: format!("{} {}", line.day, line.time),
        session: line,
        counts: l
            .t_with("lecture-questions", &[("n", questions.len().to_string()), ("answered", answered.to_string())]),
        questions,
    };
    Ok(kept::words(&visitor, &page))
}

/// When it was to be held, as an event says it, and whether the event moved it.
fn starts(body: &Thing) -> Option<(Moment, bool)> {
    match body.downcast_ref::<Body>()?.event {
        Event::Planned { starts, .. } => Some((starts, false)),
        Event::Moved { starts, .. } => Some((starts, true)),
        _ => None,
    }
}

#[derive(Template)]
#[template(path = "records/lecture_poster.html")]
struct PosterPage {
    l: L,
    page: Page,
    district: String,
    kind: String,
    title: String,
    day: String,
    time: String,
    place: String,
    speaker: String,
    hosts: String,
    audience: String,
    qr: Option<Qr>,
    address: String,
}

/// `GET /lectures/{code}/poster`: a sheet for the door of the hall.
pub(crate) async fn poster(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let (l, d) = (visitor.l, app.desk().district());
    let (told, _) = read(&app, &code).await?;
    let of = lecture(&told).ok_or_else(Problem::not_found)?;
    let line = session(l, &d, app.desk().now(), &told).ok_or_else(Problem::not_found)?;
    let address = format!("{}/lectures/{}", app.site().origin(), of.code.as_str());
    let page = PosterPage {
        l,
        page: visitor.page(line.title.clone()),
        district: d.name(l.0).to_owned(),
        kind: line.kind,
        title: line.title,
        day: l.full_day(of.starts.date()),
        time: span(of),
        place: line.place,
        speaker: word(&told.words(), "speaker"),
        hosts: hosts(l, &d, of),
        audience: capital(of.audience.label(l.0)),
        qr: Qr::of(&address),
        address,
    };
    Ok(show(&page))
}
