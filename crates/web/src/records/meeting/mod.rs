//! Talk meetings: what their pages say, the list, the page of note-takers, the wall, and the page that everybody may look
//! at.

pub(crate) mod board;
mod line;
pub(crate) mod list;
mod minutes;
pub(crate) mod notes;
pub(crate) mod public;

use super::{Asked, Face, Happened, Scene, time, word};
use crate::caller::Staff;
use crate::lang::{L, capital};
use crate::roles::{Access, CASES, RECORDS};
use crate::routes::{Route, route};
use crate::view::StatusView;
use axum::routing::{get, post};
use domain::case::{CaseId, Clock, Fields, Stage as CaseStage};
use domain::district::District;
use domain::moment::day_number;
use domain::register::{ActOf, Field, Of, Shelf, Thing};
use domain::{Label, Moment, Role};
use registers::listen::meeting::{Act, BY_CONVENER, Event, MEETING_NOTICE, Meeting, Meetings, NoteState, Stage};
use registers::listen::opinion::Opinions;
use store::listed::{self, AskedCase, Told, Which};
use store::{Db, Keys};

type Body = domain::body::Body<Event>;

static SHELF: Of<Meetings> = Of::new();
static OPINIONS: Of<Opinions> = Of::new();

/// How many earlier meetings are offered as the one before.
const BEFORE_MOST: usize = 10;

fn meeting(told: &Told) -> Option<&Meeting> {
    told.state.downcast_ref()
}

/// The topics of a meeting, in their order.
fn topics(words: &Fields) -> Vec<String> {
    words.get("topics").map(|text| text.lines().map(str::to_owned).collect()).unwrap_or_default()
}

/// A topic by its number; the other ones have none.
fn topic(l: L, topics: &[String], no: u8) -> String {
    let at = usize::from(no).checked_sub(1).and_then(|at| topics.get(at));
    at.cloned().unwrap_or_else(|| l.t("meeting-topic-other"))
}

fn departments(l: L, d: &District, meeting: &Meeting) -> String {
    let all = meeting.departments.iter().map(|unit| d.unit_name(unit, l.0));
    all.collect::<Vec<_>>().join(l.0.pick("、", ", "))
}

fn status(l: L, meeting: &Meeting) -> StatusView {
    let kind = match meeting.stage {
        Stage::Planned => "new",
        Stage::Noticed => "doing",
        Stage::Open | Stage::Closed => "next",
        Stage::Approved => "done",
        Stage::Cancelled => "stop",
    };
    StatusView { kind, words: capital(meeting.stage.label(l.0)) }
}

/// The pages that only this register has.
const ROUTES: &[Route] = &[
    route("GET", "/meetings", Access::Public, || get(public::list)),
    route("GET", "/meetings/{code}", Access::Public, || get(public::show_one)),
    route("GET", "/records/meetings", Access::Staff(CASES), || get(list::list)),
    route("GET", "/records/meetings/{code}/notes", Access::Staff(RECORDS), || get(notes::page)),
    route("POST", "/records/meetings/{code}/notes", Access::Staff(RECORDS), || post(notes::send)),
    route("GET", "/records/meetings/{code}/wall", Access::Staff(RECORDS), || get(notes::wall)),
    route("GET", "/records/meetings/{code}/board", Access::Staff(CASES), || get(board::page)),
    route("POST", "/records/meetings/{code}/board", Access::Staff(RECORDS), || post(board::send)),
    route("GET", "/records/meetings/{code}/minutes.docx", Access::Staff(CASES), || get(minutes::file)),
    route("GET", "/records/meetings/{code}/claims", Access::Staff(CASES), || get(board::claims)),
];

/// What the pages of talk meetings say.
pub(crate) struct MeetingFace;

impl Face for MeetingFace {
    fn shelf(&self) -> &'static dyn Shelf {
        &SHELF
    }

    fn begins(&self) -> &'static ActOf {
        &Act::ALL[0]
    }

    fn kind(&self, s: &Scene<'_>, told: &Told) -> String {
        meeting(told).map(|of| s.l.t_n("meeting-no", of.no)).unwrap_or_default()
    }

    fn status(&self, s: &Scene<'_>, told: &Told) -> StatusView {
        meeting(told).map_or(StatusView { kind: "stop", words: String::new() }, |of| status(s.l, of))
    }

    fn clock(&self, _s: &Scene<'_>, told: &Told) -> Option<Clock> {
        meeting(told).and_then(Meeting::due).cloned()
    }

    fn stands(&self, s: &Scene<'_>, told: &Told, asked: &[AskedCase]) -> Vec<String> {
        let (l, Some(meeting)) = (s.l, meeting(told)) else { return Vec::new() };
        let due = meeting.due().map(|clock| l.day(clock.due.rolled, s.now.date())).unwrap_or_default();
        let values = [
            ("unit", s.d.unit_name(&meeting.unit, l.0).to_owned()),
            ("day", l.day(meeting.starts.date(), s.now.date())),
            ("time", time(meeting.starts)),
            ("place", word(&s.words(told), "place")),
            ("due", due),
            ("waiting", meeting.count(NoteState::Noted).to_string()),
        ];
        let key = match meeting.stage {
            Stage::Closed if meeting.minuted => "meeting-now-minuted".to_owned(),
            stage => format!("meeting-now-{}", stage.code()),
        };
        let mut said = vec![l.t_with(&key, &values)];
        if let Some(days) = meeting.noticed.filter(|_| meeting.stage != Stage::Cancelled) {
            let rule = s.d.rules.of(&MEETING_NOTICE);
            let counts = [("days", days.to_string()), ("rule", rule.length.to_string())];
            said.push(l.t_with(if days < rule.length { "meeting-notice-short" } else { "meeting-notice" }, &counts));
        }
        if let Some((heads, counted)) = meeting.heads {
            let counts = [("n", heads.to_string()), ("how", counted.label(l.0).to_owned())];
            said.push(l.t_with("lecture-heads", &counts));
        }
        if !asked.is_empty() {
            let done = |case: &&AskedCase| matches!(case.stage, CaseStage::Answered | CaseStage::Ended);
            let counts = [
                ("n", asked.len().to_string()),
                ("answered", asked.iter().filter(done).count().to_string()),
                ("unread", meeting.count(NoteState::Unread).to_string()),
            ];
            let open = meeting.stage == Stage::Open;
            said.push(l.t_with(if open { "meeting-opinions-open" } else { "meeting-opinions" }, &counts));
        }
        said
    }

    fn facts(&self, s: &Scene<'_>, told: &Told) -> Vec<(String, String)> {
        let (l, Some(meeting)) = (s.l, meeting(told)) else { return Vec::new() };
        let words = s.words(told);
        let street = meeting.street.as_ref().map(|unit| s.d.unit_name(unit, l.0).to_owned());
        let place = [street, Some(word(&words, "place"))].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let day = l.day(meeting.starts.date(), s.now.date());
        let rows = [
            ("meeting-when", format!("{day} {}", time(meeting.starts))),
            ("meeting-where", place),
            ("meeting-unit", s.d.unit_name(&meeting.unit, l.0).to_owned()),
            ("meeting-chair", word(&words, "chair")),
            ("meeting-departments", departments(l, s.d, meeting)),
            ("meeting-topics", topics(&words).join(l.0.pick("；", "; "))),
            ("meeting-agenda", word(&words, "agenda")),
            ("meeting-chosen", capital(meeting.chosen.label(l.0))),
        ];
        rows.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (l.t(key), value)).collect()
    }

    fn leads(&self, _s: &Scene<'_>, _told: &Told) -> &'static [&'static str] {
        &["open", "notice", "approve", "minute", "board", "end_board", "close"]
    }

    fn happened(&self, s: &Scene<'_>, body: &Thing) -> Option<Happened> {
        let (l, Body { event, .. }) = (s.l, body.downcast_ref()?);
        let moment = |at: &Moment| format!("{} {}", l.day(at.date(), s.now.date()), time(*at));
        let line = |no: &u16| l.t_n("meeting-line-no", no);
        let (key, details) = match event {
            Event::Planned { starts, .. } => ("planned", vec![moment(starts)]),
            Event::Noticed { days } => ("noticed", vec![l.t_n("meeting-days-before", days)]),
            Event::Moved { starts, .. } => ("moved", vec![moment(starts)]),
            Event::Cancelled {} => ("cancelled", Vec::new()),
            Event::Opened {} => ("opened", Vec::new()),
            Event::BoardOpened {} => ("board_opened", Vec::new()),
            Event::BoardClosed {} => ("board_closed", Vec::new()),
            Event::Invited { units } => {
                ("invited", units.iter().map(|unit| s.d.unit_name(unit, l.0).to_owned()).collect())
            }
            Event::Noted { no, .. } => ("noted", vec![line(no)]),
            Event::Confirmed { no, read_back: true } => ("confirmed", vec![line(no)]),
            Event::Confirmed { no, read_back: false } => ("unread", vec![line(no)]),
            Event::Dropped { no } => ("dropped", vec![line(no)]),
            Event::Closed { heads, counted } => {
                let counts = [("n", heads.to_string()), ("how", counted.label(l.0).to_owned())];
                ("closed", vec![l.t_with("lecture-heads", &counts)])
            }
            Event::Minuted {} => ("minuted", Vec::new()),
            Event::Approved {} => ("approved", Vec::new()),
        };
        Some(Happened { title: l.t(&format!("meeting-event-{key}")), details })
    }

    fn words(&self) -> &'static [&'static str] {
        BY_CONVENER
    }

    fn asks(&self, s: &Scene<'_>, told: Option<&Told>, alike: &[Told], act: &ActOf, field: &Field) -> Asked {
        let now = told.and_then(meeting);
        match (act.code, field.name) {
            // What note-takers do has a page of its own.
            ("note" | "confirm" | "drop", _) => Asked::Not,
            ("plan", "convener") if s.staff.role != Role::Dispatcher => Asked::Not,
            ("plan", "street") => Asked::Of(super::form::streets(s.d, s.l.0)),
            ("plan", "minutes") => Asked::With("120".into()),
            ("plan", "no") => Asked::With("1".into()),
            ("plan", "after") => {
                let before = alike.iter().filter_map(|other| Some((other.id.hex(), named(s.l, other)?)));
                Asked::Of(before.collect())
            }
            ("move", "starts") => Asked::With(now.map(|of| super::form::moment(of.starts)).unwrap_or_default()),
            ("move", "minutes") => Asked::With(now.map(|of| of.minutes.to_string()).unwrap_or_default()),
            ("minute", "text") => Asked::With(told.map(|told| word(&s.words(told), "minutes")).unwrap_or_default()),
            ("close", "unread") if now.is_some_and(|of| of.count(NoteState::Noted) == 0) => Asked::Not,
            _ => Asked::Usual,
        }
    }

    fn earlier(
        &self,
        db: &mut Db,
        keys: &mut Keys,
        district: i64,
        unit: &str,
        now: Moment,
    ) -> store::Result<Vec<Told>> {
        let days = (i64::MIN, day_number(now.date()) + 1);
        let which = Which { register: "meeting", days, unit: unit.to_owned(), public: false, back: true, after: None };
        let ids: Vec<CaseId> = listed::page(db, district, &which, BEFORE_MOST)?.into_iter().map(|(id, _)| id).collect();
        listed::some(db, keys, registers::REGISTERS, district, &ids)
    }

    /// The minutes, for the head who approves them.
    fn paper(&self, l: L, told: &Told) -> Option<(String, String)> {
        let written = meeting(told).is_some_and(|of| of.minuted && of.stage == Stage::Closed);
        written.then(|| (l.t("meeting-word-minutes"), word(&told.words(), "minutes")))
    }

    fn public_page(&self, told: &Told) -> Option<String> {
        let meeting = meeting(told).filter(|meeting| meeting.is_public())?;
        Some(format!("/meetings/{}", meeting.code.as_str()))
    }

    /// Who convenes it writes and reads back; who came claims.
    fn ways(&self, l: L, told: &Told, staff: &Staff, own: bool) -> Vec<(String, String)> {
        let Some(of) = meeting(told) else { return Vec::new() };
        let at = format!("/records/meetings/{}", of.code.as_str());
        let board = (of.boarded && board::comes(of, staff)).then(|| (format!("{at}/board"), l.t("meeting-board")));
        let writes = own && notes::has_lines(of, staff);
        let notes = [(format!("{at}/notes"), l.t("meeting-notes")), (format!("{at}/wall"), l.t("meeting-wall"))];
        let paper = (of.minuted && of.is_public()).then(|| (format!("{at}/minutes.docx"), l.t("meeting-paper")));
        board.into_iter().chain(notes.into_iter().filter(|_| writes)).chain(paper).collect()
    }

    fn routes(&self) -> &'static [Route] {
        ROUTES
    }
}

/// A meeting as a choice has it: name, number and day.
fn named(l: L, told: &Told) -> Option<String> {
    let of = meeting(told)?;
    let name = told.title(l.0);
    Some(format!("{name} · {} · {}", l.t_n("meeting-no", of.no), l.date(of.starts.date())))
}
