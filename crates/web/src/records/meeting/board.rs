//! `/records/meetings/{code}/board`: claiming in front of all (现场认领). Every opinion is a card; a unit takes it on from a
//! phone, and the card goes to its column on every screen. The chair settles who leads where several claim. `…/claims` is the
//! list that is signed.

use super::super::form::{name, values};
use super::super::page::{at_fields, refusals};
use super::super::paged::paged;
use super::line::Said;
use super::notes::{Read, read};
use super::{SHELF, meeting, status, topic, topics};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::L;
use crate::page::{Choice, FieldError, Page, form_status, go, show, show_with, url_code};
use crate::parts::qr::Qr;
use crate::problem::Problem;
use crate::view::StatusView;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use calendar::Date;
use desk::Failure;
use domain::case::Visit;
use domain::codes::UnitCode;
use domain::district::District;
use domain::moment::{date_of, day_number};
use domain::register::{ActOf, Of, On, Shelf};
use domain::{Moment, Refusal, Role};
use registers::listen::meeting::{Act as MeetingAct, Meeting, NoteState};
use registers::listen::opinion::{Act, Opinions, Stage, is_free};
use serde::Deserialize;
use std::collections::BTreeMap;
use store::listed::Which;

static OPINIONS: Of<Opinions> = Of::new();

/// The most meetings of some days that are looked at for an open board.
const MEETINGS_MOST: usize = 40;
/// How many days ahead the form puts the first step, until somebody chooses.
const STEP_DAYS: i64 = 7;

/// A unit's claim on a card.
struct Claimed {
    code: String,
    unit: String,
    post: String,
    step: String,
    by: String,
    /// The other units that claim it, as a field has them.
    others: String,
}

/// The form by which a unit takes an opinion on.
struct ClaimForm {
    open: bool,
    post: String,
    step: String,
    by: String,
}

/// An opinion on the board.
struct Card {
    no: u16,
    topic: String,
    words: String,
    claims: Vec<Claimed>,
    /// What is so with it in its unit's column: "leads", "joins", or how the unit got it.
    mark: String,
    claim: Option<ClaimForm>,
    unclaim: bool,
    /// Whether the chair can settle it.
    settle: bool,
    /// The categories to choose from where none is known; empty otherwise.
    categories: Vec<Choice>,
    error: String,
}

/// A unit with what is its own.
struct Column {
    unit: String,
    cards: Vec<Card>,
}

#[derive(Template)]
#[template(path = "records/meeting_board.html")]
struct BoardPage {
    l: L,
    page: Page,
    code: String,
    title: String,
    status: StatusView,
    wall: bool,
    open: bool,
    /// Whether it is the chair's to close.
    chairs: bool,
    /// The address of the board as a code, for phones in the hall.
    qr: Option<Qr>,
    key: String,
    today: String,
    counts: String,
    errors: Vec<FieldError>,
    free: Vec<Card>,
    contested: Vec<Card>,
    columns: Vec<Column>,
}

#[derive(Default, Deserialize)]
pub(crate) struct BoardQuery {
    #[serde(default)]
    wall: String,
}

/// Whether somebody's unit is in the hall: it convenes the meeting, or came.
fn is_here(of: &Meeting, staff: &Staff) -> bool {
    of.unit == staff.unit || of.departments.contains(&staff.unit)
}

/// Whoever is in the hall looks at the board, and who answers for the district.
pub(super) fn comes(of: &Meeting, staff: &Staff) -> bool {
    is_here(of, staff) || matches!(staff.role, Role::Dispatcher | Role::Supervisor | Role::Leader)
}

fn may_look(of: &Meeting, staff: &Staff) -> Result<(), Problem> {
    if comes(of, staff) { Ok(()) } else { Err(Problem::not_yours()) }
}

/// The boards that are open now and on which a unit may claim: address and name of the meeting.
pub(crate) async fn open_for(app: &App, l: L, staff: &Staff) -> Result<Vec<(String, String)>, Problem> {
    let (number, today) = (app.desk().number(), day_number(app.desk().now().date()));
    let found = app.read(move |db, keys| {
        let days = (today - 1, today + 2);
        let (unit, after) = (String::new(), None);
        let which = Which { register: "meeting", days, unit, public: false, back: true, after };
        paged(db, keys, number, &which, MEETINGS_MOST)
    });
    let (told, _) = found.await?;
    let open = told.iter().filter_map(|told| {
        let of = meeting(told).filter(|of| of.board && is_here(of, staff))?;
        Some((format!("/records/meetings/{}/board", of.code.as_str()), told.title(l.0)))
    });
    Ok(open.collect())
}

/// `GET /records/meetings/{code}/board`
pub(crate) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(code): Path<String>,
    Query(asked): Query<BoardQuery>,
) -> Result<Response, Problem> {
    let read = read(&app, &code).await?;
    let of = meeting(&read.told).ok_or_else(Problem::not_found)?;
    may_look(of, &staff)?;
    if !of.boarded {
        return Ok(go(&format!("/records/meetings/{}", of.code.as_str())));
    }
    let page = drawn(&app, &visitor, &staff, &read, None, None)?;
    let wall = !asked.wall.is_empty();
    let address = format!("{}/records/meetings/{}/board", app.site().origin(), of.code.as_str());
    let qr = if wall && of.board { Qr::of(&address) } else { None };
    Ok(show(&BoardPage { wall, qr, ..page }))
}

/// What the cards are made from.
struct Table<'a> {
    l: L,
    d: &'a District,
    staff: &'a Staff,
    meeting: &'a Meeting,
    topics: Vec<String>,
    now: Moment,
    today: Date,
    /// The post that the unit named last.
    post: String,
    sent: Option<&'a Sent>,
    error: Option<(u16, String)>,
}

impl Table<'_> {
    fn unit(&self, code: &UnitCode) -> String {
        self.d.unit_name(code, self.l.0).to_owned()
    }

    fn card(&self, line: &Said) -> Card {
        let (l, of) = (self.l, &line.opinion);
        let free = line.case.as_ref().is_some_and(|case| is_free(case.stage));
        let acts = OPINIONS.offers(of, &self.staff.actor(), self.now);
        let here = is_here(self.meeting, self.staff);
        let may = |act: &str| here && free && self.meeting.board && acts.iter().any(|offered| offered.code == act);
        let own = self.sent.filter(|_| self.error.as_ref().is_some_and(|(no, _)| *no == of.no));
        let typed = |field: &str| own.map(|sent| sent.raw(&name("claim", field)).to_owned()).unwrap_or_default();
        let usual = |typed: String, usual: String| if typed.is_empty() { usual } else { typed };
        let day = date_of(day_number(self.today) + STEP_DAYS);
        let claim = may("claim").then(|| ClaimForm {
            open: own.is_some_and(|sent| sent.get("act") == "claim"),
            post: usual(typed("post"), self.post.clone()),
            step: typed("step"),
            by: usual(typed("by"), day.to_string()),
        });
        let settle = of.unit == self.staff.unit && free && matches!(of.stage, Stage::Claimed | Stage::Contested);
        let settle = settle && self.staff.role != Role::Dispatcher;
        let unknown = settle && line.case.as_ref().is_some_and(|case| case.category.is_none());
        let categories = self.d.catalogue.categories.iter().filter(|_| unknown);
        Card {
            no: of.no,
            topic: topic(l, &self.topics, of.topic),
            words: line.words.clone(),
            claims: of.claims.iter().map(|(unit, by)| self.claimed(line, unit, *by)).collect(),
            mark: String::new(),
            claim,
            unclaim: may("unclaim"),
            settle,
            categories: categories.map(|c| Choice::of(c.code.as_str(), c.name(l.0), "")).collect(),
            error: self.error.as_ref().filter(|(no, _)| *no == of.no).map(|(_, text)| text.clone()).unwrap_or_default(),
        }
    }

    fn claimed(&self, line: &Said, unit: &UnitCode, by: Date) -> Claimed {
        let (post, step) = line.claim(unit).unwrap_or_default();
        let others: Vec<&UnitCode> =
            line.opinion.claims.iter().map(|(other, _)| other).filter(|other| *other != unit).collect();
        Claimed {
            code: unit.to_string(),
            unit: self.unit(unit),
            post: post.to_owned(),
            step: step.to_owned(),
            by: self.l.day(by, self.today),
            others: others.iter().map(|other| other.as_str()).collect::<Vec<_>>().join(","),
        }
    }

    /// Whose column a card stands in, and how it came there; none while nobody has it.
    fn place(&self, line: &Said) -> Option<(UnitCode, String)> {
        let (l, of) = (self.l, &line.opinion);
        let leads = line.case.as_ref().and_then(|case| case.tasks.iter().rev().find(|task| task.lead));
        match (&of.lead, of.stage) {
            (Some(lead), _) => {
                let joint = line.case.iter().flat_map(|case| case.tasks.iter().filter(|task| !task.lead));
                let joint: Vec<String> = joint.map(|task| self.unit(&task.unit)).collect();
                let mark = if joint.is_empty() {
                    l.t("board-leads")
                } else {
                    l.t_n("board-leads-with", joint.join(l.0.pick("、", ", ")))
                };
                Some((lead.clone(), mark))
            }
            (None, Stage::Claimed) => Some((of.claims.first()?.0.clone(), String::new())),
            _ => leads.map(|task| (task.unit.clone(), l.t("board-dispatched"))),
        }
    }
}

fn drawn(
    app: &App,
    visitor: &Visitor,
    staff: &Staff,
    read: &Read,
    sent: Option<&Sent>,
    error: Option<(u16, String)>,
) -> Result<BoardPage, Problem> {
    let (l, d, now) = (visitor.l, app.desk().district(), app.desk().now());
    let of = meeting(&read.told).ok_or_else(Problem::not_found)?;
    let own = |line: &&Said| line.claim(&staff.unit).is_some();
    let last = read.said.iter().rev().find(own).and_then(|line| line.claim(&staff.unit));
    let errors = error.iter().map(|(no, text)| FieldError { field: format!("line-{no}"), text: text.clone() });
    let errors = errors.collect();
    let table = Table {
        l,
        d: &d,
        staff,
        meeting: of,
        topics: topics(&read.told.words()),
        now,
        today: now.date(),
        post: last.map(|(post, _)| post.to_owned()).unwrap_or_default(),
        sent,
        error,
    };
    let (mut free, mut contested) = (Vec::new(), Vec::new());
    let mut columns: BTreeMap<UnitCode, Vec<Card>> = BTreeMap::new();
    let cases = || read.said.iter().filter(|line| matches!(line.state(), NoteState::Confirmed | NoteState::Unread));
    for line in cases() {
        let card = table.card(line);
        match (line.opinion.stage, table.place(line)) {
            (Stage::Contested, _) => contested.push(card),
            (_, Some((unit, mark))) => columns.entry(unit).or_default().push(Card { mark, ..card }),
            _ => free.push(card),
        }
    }
    let counts = [
        ("all", cases().count().to_string()),
        ("free", free.len().to_string()),
        ("contested", contested.len().to_string()),
    ];
    Ok(BoardPage {
        l,
        page: visitor.page(l.t("meeting-board")),
        code: of.code.as_str().to_owned(),
        title: read.told.title(l.0),
        status: status(l, of),
        wall: false,
        open: of.board,
        chairs: of.board && of.unit == staff.unit && staff.role != Role::Dispatcher,
        qr: None,
        key: app.random_text(),
        today: now.date().to_string(),
        counts: l.t_with("board-counts", &counts),
        errors,
        free,
        contested,
        columns: columns.into_iter().map(|(unit, cards)| Column { unit: table.unit(&unit), cards }).collect(),
    })
}

/// `POST /records/meetings/{code}/board`: a claim, or what the chair settles. No version is asked for: what another unit did
/// meanwhile takes nothing from it, and two claims are for the chair.
pub(crate) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(code): Path<String>,
    sent: Sent,
) -> Result<Response, Problem> {
    let found = read(&app, &code).await?;
    let of = meeting(&found.told).ok_or_else(Problem::not_found)?;
    may_look(of, &staff)?;
    let here = format!("/records/meetings/{}/board", url_code(&code));
    let asked = sent.get("act");
    if let Some(act) = MeetingAct::ALL.iter().find(|act| act.code == asked && act.code == "end_board") {
        return match run(&app, &staff, (&SHELF, found.told.id), act, &sent).await {
            Ok(_) => Ok(go(&format!("{here}?done=board-closed"))),
            Err(wrong) => refused(&app, (&visitor, &staff), &code, (&sent, act, 0), wrong).await,
        };
    }
    let act = Act::ALL.iter().find(|act| act.code == asked && matches!(asked, "claim" | "unclaim" | "settle"));
    let act = act.ok_or_else(Problem::form)?;
    let no = sent.get("no").parse().unwrap_or(0);
    let line = of.note(no).ok_or_else(Problem::not_found)?;
    match run(&app, &staff, (&OPINIONS, line.opinion), act, &sent).await {
        Ok(_) => Ok(go(&format!("{here}?done=board-{asked}#f-line-{no}"))),
        Err(wrong) => refused(&app, (&visitor, &staff), &code, (&sent, act, no), wrong).await,
    }
}

async fn run(
    app: &App,
    staff: &Staff,
    (shelf, id): (&'static dyn Shelf, domain::case::CaseId),
    act: &ActOf,
    sent: &Sent,
) -> Result<desk::Done, Vec<Failure>> {
    let refused = |wrong: Vec<Refusal>| wrong.into_iter().map(Failure::Refused).collect::<Vec<_>>();
    let key = sent.key(staff).map_err(|_| refused(vec![Refusal::new(domain::Why::Changed)]))?;
    let values = values(act, sent, &app.desk().district());
    let read = shelf.read_act(act.code, &values).map_err(refused)?;
    let by = (staff.actor(), Visit::BEST);
    let done = app.desk().execute_read(by, shelf, (On::Record(id), None), (act.code, &values, read), Some(key)).await;
    done.map_err(|failure| vec![failure])
}

/// The board as it is now, with what was typed and what is wrong with it.
async fn refused(
    app: &App,
    (visitor, staff): (&Visitor, &Staff),
    code: &str,
    (sent, act, no): (&Sent, &ActOf, u16),
    wrong: Vec<Failure>,
) -> Result<Response, Problem> {
    let said = at_fields(visitor.l, act, &refusals(wrong)?);
    let text = said.into_iter().map(|error| error.text).collect::<Vec<_>>().join(" ");
    let of_line = if no == 0 { String::new() } else { format!("{} ", visitor.l.t_n("meeting-line-no", no)) };
    let read = read(app, code).await?;
    let page = drawn(app, visitor, staff, &read, Some(sent), Some((no, format!("{of_line}{text}"))))?;
    Ok(show_with(form_status(&page.errors), &page))
}

/// A line of the list that is signed.
struct Row {
    no: u16,
    words: String,
    unit: String,
    mark: String,
    post: String,
    step: String,
    by: String,
}

#[derive(Template)]
#[template(path = "records/meeting_claims.html")]
struct ClaimsPage {
    l: L,
    page: Page,
    code: String,
    title: String,
    when: String,
    rows: Vec<Row>,
}

/// `GET /records/meetings/{code}/claims`: the list of what was claimed, with room to sign.
pub(crate) async fn claims(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let (l, d, now) = (visitor.l, app.desk().district(), app.desk().now());
    let read = read(&app, &code).await?;
    let of = meeting(&read.told).ok_or_else(Problem::not_found)?;
    may_look(of, &staff)?;
    let mut rows = Vec::new();
    for line in read.said.iter().filter(|line| matches!(line.state(), NoteState::Confirmed | NoteState::Unread)) {
        let opinion = &line.opinion;
        let row = |unit: String| Row {
            no: opinion.no,
            words: line.words.clone(),
            unit,
            mark: String::new(),
            post: String::new(),
            step: String::new(),
            by: String::new(),
        };
        if opinion.claims.is_empty() {
            rows.push(row(l.t(if of.board { "board-nobody-yet" } else { "board-nobody" })));
        }
        for (unit, by) in &opinion.claims {
            let (post, step) = line.claim(unit).unwrap_or_default();
            let mark = match &opinion.lead {
                Some(lead) if lead == unit => l.t("board-leads"),
                Some(_) if line.case.as_ref().is_some_and(|case| case.task_of(unit).is_some()) => l.t("board-joins"),
                _ => String::new(),
            };
            rows.push(Row {
                mark,
                post: post.to_owned(),
                step: step.to_owned(),
                by: l.day(*by, now.date()),
                ..row(d.unit_name(unit, l.0).to_owned())
            });
        }
    }
    let page = ClaimsPage {
        l,
        page: visitor.page(l.t("board-claims")),
        code: of.code.as_str().to_owned(),
        title: read.told.title(l.0),
        when: l.full_moment(of.starts),
        rows,
    };
    Ok(show(&page))
}
