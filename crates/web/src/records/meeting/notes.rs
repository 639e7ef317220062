//! `/records/meetings/{code}/notes`: the page of note-takers, which keeps up with speech; and `…/wall`, for the hall.
//!
//! A line is an event of its own: several note-takers write at once, and none overwrites another's. Each line is sent with
//! a key, so that one that was sent twice is there once.

use super::super::form::{self, name, values};
use super::line::{Said, said};
use super::{OPINIONS, SHELF, meeting, topic, topics};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::{L, capital};
use crate::page::{Choice, FieldError, Page, form_status, go, show, show_with, url_code};
use crate::parts::pairing::pairing;
use crate::parts::qr::Qr;
use crate::problem::Problem;
use crate::view::{self, StatusView};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use desk::Failure;
use domain::case::{CaseId, Visit};
use domain::district::District;
use domain::register::{ActOf, On, Shelf};
use domain::{Label, Refusal, Role};
use registers::listen::meeting::{Act, Meeting, Note, NoteState, Sort, Stage};
use registers::listen::opinion::{self, How};
use std::sync::PoisonError;
use store::listed::{self, AskedCase, Told};

/// How many lines that are settled are shown.
const LAST: usize = 10;

/// A line that waits to be read back.
struct Waiting {
    no: u16,
    topic: String,
    how: String,
    words: String,
    /// Whether its form stands open: it was refused.
    open: bool,
    sorts: Vec<Choice>,
    name: String,
    phone: String,
    reason: String,
}

/// A line that is settled.
struct Settled {
    no: u16,
    topic: String,
    words: String,
    state: StatusView,
    code: String,
    stands: Option<StatusView>,
    /// Why it was struck out.
    struck: String,
    /// Whether its words can be destroyed here.
    erases: bool,
}

/// A line that has just become a case: whoever said it takes it along on a phone of their own.
struct RaisedNow {
    no: u16,
    code: String,
    pairing: Option<(String, Option<Qr>)>,
}

/// What became of an opinion of the meeting before.
struct Before {
    code: String,
    status: StatusView,
    unit: String,
}

#[derive(Template)]
#[template(path = "records/meeting_notes.html")]
struct NotesPage {
    l: L,
    page: Page,
    code: String,
    title: String,
    status: StatusView,
    errors: Vec<FieldError>,
    /// Whether lines can be written.
    open: bool,
    key: String,
    words: String,
    topics: Vec<Choice>,
    hows: Vec<Choice>,
    waiting: Vec<Waiting>,
    settled: Vec<Settled>,
    all: usize,
    /// Whether there is a board.
    board: bool,
    raised: Option<RaisedNow>,
    categories: Vec<Choice>,
    streets: Vec<Choice>,
    before: Vec<Before>,
}

impl NotesPage {
    fn error(&self, field: &str) -> String {
        self.errors.iter().find(|e| e.field == field).map_or(String::new(), |e| e.text.clone())
    }
}

/// A meeting with what was said at it, and the cases of the one before.
pub(super) struct Read {
    pub(super) told: Told,
    pub(super) said: Vec<Said>,
    before: Vec<AskedCase>,
}

/// A meeting alone, for what is asked of it.
pub(super) async fn read_meeting(app: &App, code: &str) -> Result<Told, Problem> {
    let (number, code) = (app.desk().number(), desk::read_case_code(code).ok_or_else(Problem::not_found)?);
    let found = app.read(move |db, keys| {
        let Some((id, _)) = listed::by_code(db, number, "meeting", &code)? else { return Ok(None) };
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(listed::some(db, &mut keys, registers::REGISTERS, number, &[id])?.pop())
    });
    found.await?.ok_or_else(Problem::not_found)
}

/// A meeting with everything that was said at it.
pub(super) async fn read(app: &App, code: &str) -> Result<Read, Problem> {
    read_lines(app, code, |of| of.notes.iter().collect()).await
}

/// The lines that the page of note-takers shows: what waits, what was struck out, the last others, and the one that was just
/// read back.
fn at_hand(of: &Meeting, just: u16) -> Vec<&Note> {
    let is_case = |note: &Note| matches!(note.state, NoteState::Confirmed | NoteState::Unread);
    let last = of.notes.iter().rev().filter(|note| is_case(note)).nth(LAST - 1).map_or(0, |note| note.no);
    of.notes.iter().filter(|note| !is_case(note) || note.no >= last || note.no == just).collect()
}

async fn read_lines(
    app: &App,
    code: &str,
    lines: impl Fn(&Meeting) -> Vec<&Note> + Send + 'static,
) -> Result<Read, Problem> {
    let (number, code) = (app.desk().number(), desk::read_case_code(code).ok_or_else(Problem::not_found)?);
    let found = app.read(move |db, keys| {
        let Some((id, _)) = listed::by_code(db, number, "meeting", &code)? else { return Ok(None) };
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(told) = listed::some(db, &mut keys, registers::REGISTERS, number, &[id])?.pop() else {
            return Ok(None);
        };
        let before = match meeting(&told).and_then(|of| of.after) {
            Some(before) => listed::asked(db, number, before)?,
            None => Vec::new(),
        };
        let said = match meeting(&told) {
            Some(of) => said(db, &mut keys, number, lines(of).into_iter())?,
            None => Vec::new(),
        };
        Ok(Some(Read { told, said, before }))
    });
    found.await?.ok_or_else(Problem::not_found)
}

/// Only who writes for the meeting reads its lines before they are cases.
fn writes(told: &Told, staff: &Staff) -> Result<(), Problem> {
    let of = meeting(told).ok_or_else(Problem::not_found)?;
    if of.unit == staff.unit && has_lines(of, staff) { Ok(()) } else { Err(Problem::not_yours()) }
}

/// While there is something to write; later for the head alone, who erases what was struck out.
pub(super) fn has_lines(of: &Meeting, staff: &Staff) -> bool {
    let struck = staff.role == Role::Head && of.count(NoteState::Dropped) > 0;
    matches!(of.stage, Stage::Open | Stage::Closed) || (of.stage == Stage::Approved && struck)
}

/// Where the unit that convenes it is sent while there is nothing to write: its page says from when on there is.
fn not_open(told: &Told, staff: &Staff) -> Option<Response> {
    let of = meeting(told).filter(|of| of.unit == staff.unit)?;
    (!has_lines(of, staff)).then(|| go(&format!("/records/meetings/{}", of.code.as_str())))
}

/// `GET /records/meetings/{code}/notes`
pub(crate) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let read = read_lines(&app, &code, |of| at_hand(of, 0)).await?;
    if let Some(away) = not_open(&read.told, &staff) {
        return Ok(away);
    }
    writes(&read.told, &staff)?;
    Ok(show(&drawn(&app, &visitor, &staff, &read, (None, Vec::new()))?))
}

fn drawn(
    app: &App,
    visitor: &Visitor,
    staff: &Staff,
    read: &Read,
    (sent, errors): (Option<&Sent>, Vec<FieldError>),
) -> Result<NotesPage, Problem> {
    let (l, d) = (visitor.l, app.desk().district());
    let of = meeting(&read.told).ok_or_else(Problem::not_found)?;
    let words = read.told.words();
    let topics = topics(&words);
    let typed = |act: &str, field: &str| {
        let sent = sent.filter(|sent| sent.get("act") == act);
        sent.map(|sent| sent.raw(&name(act, field)).to_owned()).unwrap_or_default()
    };
    let chosen = |act: &str, field: &str, usual: &str| {
        let typed = typed(act, field);
        if typed.is_empty() { usual.to_owned() } else { typed }
    };
    let topic_now = chosen("note", "topic", "0");
    // Each with the digit that chooses it.
    let named = topics.iter().enumerate().map(|(n, text)| ((n + 1).to_string(), format!("{} {text}", n + 1)));
    let topic_choices = named.chain([("0".to_owned(), format!("0 {}", l.t("meeting-topic-other")))]);
    let all = &read.said;
    let refused: Option<u16> = sent
        .filter(|sent| sent.get("act") != "note")
        .and_then(|sent| sent.get(&name(sent.get("act"), "no")).parse().ok());
    let waiting = all.iter().rev().filter(|line| line.state() == NoteState::Noted).map(|line| {
        let of = &line.opinion;
        let own = refused == Some(of.no);
        let own_typed = |act: &str, field: &str| if own { typed(act, field) } else { String::new() };
        let agreed = own_typed("confirm", "words");
        Waiting {
            no: of.no,
            topic: topic(l, &topics, of.topic),
            how: if of.how == How::Spoken { String::new() } else { capital(of.how.label(l.0)) },
            words: if agreed.is_empty() { line.words.clone() } else { agreed },
            open: own,
            sorts: Choice::all::<Sort>(l, Sort::Request.code()),
            name: own_typed("confirm", "name"),
            phone: own_typed("confirm", "phone"),
            reason: own_typed("drop", "reason"),
        }
    });
    let settled = all.iter().rev().filter(|line| line.state() != NoteState::Noted);
    let categories = d.catalogue.categories.iter().map(|c| Choice::of(c.code.as_str(), c.name(l.0), ""));
    let streets = form::streets(&d, l.0);
    Ok(NotesPage {
        l,
        page: visitor.page(read.told.title(l.0)),
        code: of.code.as_str().to_owned(),
        title: read.told.title(l.0),
        status: super::status(l, of),
        open: of.stage == Stage::Open,
        key: app.random_text(),
        words: typed("note", "words"),
        topics: topic_choices.map(|(code, text)| Choice::of(&code, &text, &topic_now)).collect(),
        hows: Choice::all::<How>(l, &chosen("note", "how", How::Spoken.code())),
        waiting: waiting.collect(),
        settled: settled.map(|line| settled_line(l, &topics, line, staff)).collect(),
        all: of.notes.len(),
        board: of.boarded,
        raised: None,
        categories: categories.collect(),
        streets: streets.iter().map(|(code, text)| Choice::of(code, text, "")).collect(),
        before: read.before.iter().map(|case| before(l, &d, case)).collect(),
        errors,
    })
}

fn settled_line(l: L, topics: &[String], line: &Said, staff: &Staff) -> Settled {
    let state = line.state();
    let kind = match state {
        NoteState::Noted => "wait",
        NoteState::Confirmed => "done",
        NoteState::Unread => "late",
        NoteState::Dropped => "stop",
    };
    let case = line.case.as_ref();
    Settled {
        no: line.opinion.no,
        topic: topic(l, topics, line.opinion.topic),
        words: line.words_for(staff),
        state: StatusView { kind, words: capital(state.label(l.0)) },
        code: case.map(|case| case.code.clone()).unwrap_or_default(),
        stands: case.map(|case| view::status(l, case.stage, false)),
        struck: line.struck.clone(),
        erases: staff.role == Role::Head && state == NoteState::Dropped && !line.opinion.erased,
    }
}

fn before(l: L, d: &District, case: &AskedCase) -> Before {
    Before {
        code: case.code.clone(),
        status: view::status(l, case.stage, false),
        unit: case.lead.as_deref().map(|unit| d.unit_name(&unit.into(), l.0).to_owned()).unwrap_or_default(),
    }
}

/// `POST /records/meetings/{code}/notes`: a line, one that was read back, or one that is struck out. No version is asked
/// for: what another note-taker did meanwhile takes nothing from it.
pub(crate) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(code): Path<String>,
    sent: Sent,
) -> Result<Response, Problem> {
    let found = read_meeting(&app, &code).await?;
    writes(&found, &staff)?;
    let key = sent.key(&staff)?;
    let asked = sent.get("act");
    let here = format!("/records/meetings/{}/notes", url_code(&code));
    let (shelf, id, act): (&'static dyn Shelf, _, _) = if asked == "erase" {
        let no = sent.get(&name(asked, "no")).parse().unwrap_or(0);
        let line = meeting(&found).and_then(|of| of.note(no)).ok_or_else(Problem::not_found)?;
        (&OPINIONS, line.opinion, opinion::Act::ALL.iter().find(|act| act.code == asked))
    } else {
        let own = Act::ALL.iter().find(|act| act.code == asked && matches!(asked, "note" | "confirm" | "drop"));
        (&SHELF, found.id, own)
    };
    let act = act.ok_or_else(Problem::form)?;
    let errors = match run(&app, &staff, (shelf, id), act, &sent, key).await {
        Ok(done) => {
            let case = done.asked.iter().find(|begun| begun.register == "case").map(|begun| begun.code.clone());
            let Some(case) = case else { return Ok(go(&here)) };
            let just = sent.get(&name(asked, "no")).parse().unwrap_or(0);
            let read = read_lines(&app, &code, move |of| at_hand(of, just)).await?;
            let page = drawn(&app, &visitor, &staff, &read, (None, Vec::new()))?;
            let raised = raised_now(&app, &read, &case);
            return Ok(show_with(StatusCode::CREATED, &NotesPage { raised, ..page }));
        }
        Err(wrong) => wrong,
    };
    let mut at = Vec::new();
    for failure in errors {
        let Failure::Refused(refusal) = failure else { return Err(failure.into()) };
        let label = act.fields.iter().find(|field| Some(field.name) == refusal.field && field.name != "no");
        let label = label.map(|field| {
            format!("{}{}", visitor.l.0.pick(field.label[0], field.label[1]), visitor.l.0.pick("：", ": "))
        });
        let line = sent.get(&name(act.code, "no")).to_owned();
        // A line that is read back is found by its number: all lines have the same fields.
        let (field, of) = match act.code {
            "note" => (refusal.field.map_or_else(|| act.code.to_owned(), |field| name(act.code, field)), String::new()),
            _ => (format!("line-{line}"), format!("{} ", visitor.l.t_n("meeting-line-no", line))),
        };
        let sentence = Problem::from(refusal).sentence(visitor.l.0);
        at.push(FieldError { field, text: format!("{of}{}{sentence}", label.unwrap_or_default()) });
    }
    let read = read_lines(&app, &code, |of| at_hand(of, 0)).await?;
    let page = drawn(&app, &visitor, &staff, &read, (Some(&sent), at))?;
    Ok(show_with(form_status(&page.errors), &page))
}

/// The line that has just become a case, with a code by which whoever said it opens the case on a phone of their own.
fn raised_now(app: &App, read: &Read, code: &str) -> Option<RaisedNow> {
    let line = read.said.iter().find(|line| line.case.as_ref().is_some_and(|case| case.code.as_str() == code))?;
    let case = line.case.as_ref()?;
    let pairing = case.may_pair(app.desk().now()).then(|| pairing(app, case.id));
    Some(RaisedNow { no: line.opinion.no, code: code.to_owned(), pairing })
}

pub(super) async fn run(
    app: &App,
    staff: &Staff,
    (shelf, id): (&'static dyn Shelf, CaseId),
    act: &ActOf,
    sent: &Sent,
    key: desk::Key,
) -> Result<desk::Done, Vec<Failure>> {
    let refused = |wrong: Vec<Refusal>| wrong.into_iter().map(Failure::Refused).collect::<Vec<_>>();
    let values = values(act, sent, &app.desk().district());
    let read = shelf.read_act(act.code, &values).map_err(refused)?;
    let by = (staff.actor(), Visit::BEST);
    let done = app.desk().execute_read(by, shelf, (On::Record(id), None), (act.code, &values, read), Some(key)).await;
    done.map_err(|failure| vec![failure])
}

/// A topic with its lines, for the wall.
struct WallTopic {
    name: String,
    lines: Vec<(u16, String, StatusView)>,
}

#[derive(Template)]
#[template(path = "records/meeting_wall.html")]
struct WallPage {
    l: L,
    page: Page,
    code: String,
    title: String,
    count: usize,
    topics: Vec<WallTopic>,
}

/// `GET /records/meetings/{code}/wall`: the opinions as they come, by topic, in letters for a hall.
pub(crate) async fn wall(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let l = visitor.l;
    let read = read(&app, &code).await?;
    writes(&read.told, &staff)?;
    let names = topics(&read.told.words());
    let shown: Vec<&Said> = read.said.iter().filter(|line| line.state() != NoteState::Dropped).collect();
    let of = |no: u8| {
        let lines = shown.iter().rev().filter(|line| line.opinion.topic == no).map(|line| {
            let kind = if line.state() == NoteState::Noted { "wait" } else { "done" };
            let state = StatusView { kind, words: capital(line.state().label(l.0)) };
            (line.opinion.no, reading::mask::numbers(&line.words_for(&staff), &[]), state)
        });
        WallTopic { name: topic(l, &names, no), lines: lines.collect() }
    };
    let last = u8::try_from(names.len()).unwrap_or(0);
    let topics = (1..=last).chain([0]).map(of).filter(|topic| !topic.lines.is_empty());
    let page = WallPage {
        l,
        page: visitor.page(read.told.title(l.0)),
        code: meeting(&read.told).map(|of| of.code.as_str().to_owned()).unwrap_or_default(),
        title: read.told.title(l.0),
        count: shown.len(),
        topics: topics.collect(),
    };
    Ok(show(&page))
}
