//! `/meetings`: talk meetings that everybody may come to, and what became of every opinion. A case is never named by its
//! code here: that is half of what opens it.

use super::super::became::{Became, answered};
use super::super::paged::{paged, place};
use super::super::{for_everybody, moved};
use super::line::opinions;
use super::list::{Line, line};
use super::{Body, departments, meeting, topic, topics, word};
use crate::app::App;
use crate::caller::Visitor;
use crate::kept;
use crate::lang::{L, capital};
use crate::page::{NavItem, Page};
use crate::parts::public_tabs::public_tabs;
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use calendar::Date;
use domain::case::{CaseId, Claim};
use domain::district::District;
use domain::register::Thing;
use domain::{Label, Moment};
use registers::listen::meeting::{Event, NoteState, Stage};
use registers::listen::opinion::{Opinion, is_free};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::PoisonError;
use store::listed::{self, Told, Which};
use store::public::{self, Shown};

/// Meetings of a page.
const ROWS: usize = 20;
/// The most opinions of a meeting that are shown.
const OPINIONS_MOST: usize = 2_000;

#[derive(Template)]
#[template(path = "records/meetings_public.html")]
struct PublicPage {
    l: L,
    page: Page,
    tabs: Vec<NavItem>,
    meetings: Vec<Line>,
    next: String,
    first: String,
}

#[derive(Default, Deserialize)]
pub(crate) struct PublicQuery {
    #[serde(default)]
    before: String,
}

/// `GET /meetings`: the latest first.
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<PublicQuery>,
) -> Result<Response, Problem> {
    let (l, d, now, number) = (visitor.l, app.desk().district(), app.desk().now(), app.desk().number());
    let after = place(&asked.before);
    let found = app.read(move |db, keys| {
        let (days, unit) = ((i64::MIN, i64::MAX), String::new());
        let which = Which { register: "meeting", days, unit, public: true, back: true, after };
        paged(db, keys, number, &which, ROWS)
    });
    let (told, next) = found.await?;
    let open = |told: &Told| {
        let of = line(l, &d, now, told)?;
        Some(Line { href: of.href.replacen("/records", "", 1), notes: String::new(), clock: None, ..of })
    };
    let page = PublicPage {
        l,
        page: visitor.page(l.t("look-meetings")),
        tabs: public_tabs(l, "/meetings"),
        meetings: told.iter().filter_map(open).collect(),
        next: next.map(|(day, seq)| format!("/meetings?before={day}.{seq}")).unwrap_or_default(),
        first: if asked.before.is_empty() { String::new() } else { "/meetings".into() },
    };
    Ok(kept::words(&visitor, &page))
}

#[derive(Template)]
#[template(path = "records/meeting_public.html")]
struct MeetingPage {
    l: L,
    page: Page,
    tabs: Vec<NavItem>,
    line: Line,
    topics: Vec<String>,
    agenda: String,
    chair: String,
    departments: String,
    chosen: String,
    heads: String,
    ahead: bool,
    moved: String,
    /// Why it is cancelled; none if it is not.
    cancelled: Option<String>,
    minutes: String,
    opinions: Vec<Became>,
    counts: String,
    struck: String,
    /// Whether units claim what was said just now: the page is looked at anew.
    board: bool,
    /// What became of the opinions of the meeting before, in one sentence; and its page.
    before: Option<(String, String)>,
}

/// A meeting with what was said at it, and with the one before.
pub(super) struct Read {
    pub(super) told: Told,
    opinions: Vec<Opinion>,
    asked: Vec<Shown>,
    before: Option<(Told, Vec<Shown>)>,
}

/// A meeting that everybody may look at.
pub(super) async fn read(app: &App, code: &str) -> Result<Read, Problem> {
    let (number, code) = (app.desk().number(), desk::read_case_code(code).ok_or_else(Problem::not_found)?);
    let found = app.read(move |db, keys| {
        let Some((id, true)) = listed::by_code(db, number, "meeting", &code)? else { return Ok(None) };
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(told) = listed::some(db, &mut keys, registers::REGISTERS, number, &[id])?.pop() else {
            return Ok(None);
        };
        let asked = public::asked_by(db, &mut keys, number, id, OPINIONS_MOST)?;
        let before = match meeting(&told).and_then(|of| of.after) {
            Some(before) => {
                let earlier = listed::some(db, &mut keys, registers::REGISTERS, number, &[before])?.pop();
                let asked = public::asked_by(db, &mut keys, number, before, OPINIONS_MOST)?;
                earlier.map(|earlier| (earlier, asked))
            }
            None => None,
        };
        let opinions = match meeting(&told) {
            Some(of) => opinions(db, &mut keys, number, of)?,
            None => Vec::new(),
        };
        Ok(Some(Read { told: for_everybody(told), opinions, asked, before }))
    });
    found.await?.ok_or_else(Problem::not_found)
}

/// `GET /meetings/{code}`
pub(crate) async fn show_one(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let (l, d, now) = (visitor.l, app.desk().district(), app.desk().now());
    let read = read(&app, &code).await?;
    let of = meeting(&read.told).ok_or_else(Problem::not_found)?;
    let said = became(l, &d, now.date(), &read);
    let Read { told, asked, before, .. } = &read;
    let words = told.words_for(false);
    let board = of.board;
    let counts = [
        ("n", asked.len().to_string()),
        ("answered", answered(asked).to_string()),
        ("unread", of.count(NoteState::Unread).to_string()),
    ];
    let struck = of.count(NoteState::Dropped);
    let earlier = before.as_ref().and_then(|(earlier, cases)| {
        let one = meeting(earlier).filter(|one| one.is_public())?;
        let counts = [("n", cases.len().to_string()), ("answered", answered(cases).to_string())];
        Some((l.t_with("meeting-public-before", &counts), format!("/meetings/{}", one.code.as_str())))
    });
    let open = line(l, &d, now, told).ok_or_else(Problem::not_found)?;
    let heads = of.heads.map(|(heads, counted)| {
        l.t_with("lecture-heads", &[("n", heads.to_string()), ("how", counted.label(l.0).to_owned())])
    });
    let minutes = if of.stage == Stage::Approved { word(&words, "minutes") } else { String::new() };
    let page = MeetingPage {
        l,
        page: visitor.page(open.title.clone()),
        tabs: public_tabs(l, "/meetings"),
        agenda: word(&words, "agenda"),
        chair: word(&words, "chair"),
        departments: departments(l, &d, of),
        chosen: capital(of.chosen.label(l.0)),
        heads: heads.unwrap_or_default(),
        ahead: matches!(of.stage, Stage::Planned | Stage::Noticed),
        moved: moved(l, told, starts),
        cancelled: (of.stage == Stage::Cancelled).then(|| word(&words, "reason")),
        minutes,
        counts: if asked.is_empty() { String::new() } else { l.t_with("meeting-opinions", &counts) },
        struck: if struck > 0 { l.t_n("meeting-public-struck", struck) } else { String::new() },
        opinions: said,
        topics: topics(&words),
        board,
        before: earlier,
        line: Line { href: open.href.replacen("/records", "", 1), ..open },
    };
    Ok(kept::words(&visitor, &page))
}

/// What became of each opinion, in the order in which it was said and not in which it was read back.
pub(super) fn became(l: L, d: &District, today: Date, read: &Read) -> Vec<Became> {
    let names = topics(&read.told.words());
    let by_case: BTreeMap<CaseId, &Opinion> = read.opinions.iter().filter_map(|of| Some((of.case?.0, of))).collect();
    let mut said: Vec<(Option<&Opinion>, &Shown)> =
        read.asked.iter().map(|case| (by_case.get(&case.id).copied(), case)).collect();
    said.sort_by_key(|(opinion, _)| opinion.map(|opinion| opinion.no));
    let one = |(n, (opinion, case)): (usize, &(Option<&Opinion>, &Shown))| {
        let no = opinion.map_or_else(|| u16::try_from(n + 1).unwrap_or(u16::MAX), |opinion| opinion.no);
        let unread = opinion.is_some_and(|opinion| opinion.state() == NoteState::Unread);
        let note = unread.then(|| l.t("meeting-public-unread")).into_iter();
        let claimed = opinion.and_then(|opinion| claimed(l, d, opinion, case, today));
        Became {
            about: opinion.map_or(String::new(), |opinion| topic(l, &names, opinion.topic)),
            note: note.chain(claimed).collect::<Vec<_>>().join(" "),
            ..Became::of(l, d, l.t_n("meeting-line-no", no), case)
        }
    };
    said.iter().enumerate().map(one).collect()
}

/// Who claimed what was said, and once a unit has it, what that one promised and what its speaker says of it.
fn claimed(l: L, d: &District, opinion: &Opinion, case: &Shown, today: Date) -> Option<String> {
    let sentence = |key: &str, claim: &Claim| {
        let values = [("unit", d.unit_name(&claim.unit, l.0).to_owned()), ("day", l.day(claim.by, today))];
        l.t_with(key, &values)
    };
    let comma = l.0.pick("、", ", ");
    let Some(lead) = &case.lead else {
        let free = is_free(case.stage) && !opinion.claims.is_empty();
        let all: Vec<String> = opinion.claims.iter().map(|claim| sentence("board-public-claim", claim)).collect();
        return free.then(|| l.t_n("board-public-claims", all.join(comma)));
    };
    // Who promised stays who promised, whoever leads by now.
    let by = opinion.lead.as_ref().unwrap_or(lead);
    let promised = opinion.claims.iter().find(|claim| claim.unit == *by).filter(|_| case.step.is_some())?;
    let first = sentence(if by == lead { "board-public-lead" } else { "board-public-promised" }, promised);
    let joint = opinion.claims.iter().filter(|claim| opinion.joint.contains(&claim.unit));
    let joint = joint.map(|claim| sentence("board-public-joins", claim));
    let word = case.step.flatten().map(|kept| l.t_n("board-public-word", kept.label(l.0)));
    Some(std::iter::once(first).chain(joint).chain(word).collect::<Vec<_>>().join(" "))
}

/// When it was to be held, as an event says it, and whether the event moved it.
fn starts(body: &Thing) -> Option<(Moment, bool)> {
    match body.downcast_ref::<Body>()?.event {
        Event::Planned { starts, .. } => Some((starts, false)),
        Event::Moved { starts, .. } => Some((starts, true)),
        _ => None,
    }
}
