//! `/records/meetings/{code}/board`: claiming on the spot (现场认领). Every opinion is a card; a unit takes it on from a
//! phone, and the card goes to its column on every screen. The chair settles who leads where several claim. `…/claims` is the
//! list that is signed.

use super::super::form::name;
use super::super::page::{at_fields, refusals};
use super::line::Said;
use super::notes::{Read, read, read_meeting, run};
use super::{OPINIONS, SHELF, meeting, status, topic, topics};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::L;
use crate::page::{Choice, FieldError, Page, form_status, go, show, show_with, url_code};
use crate::parts::open_boards::is_here;
use crate::parts::qr::Qr;
use crate::problem::Problem;
use crate::view::StatusView;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use calendar::Date;
use desk::Failure;
use domain::case::{Case, Claim, Clock, STEP_DAYS_MOST, TaskState, may_see};
use domain::codes::UnitCode;
use domain::district::District;
use domain::moment::{date_of, day_number};
use domain::register::{ActOf, Shelf};
use domain::rule::RuleId;
use domain::{Label, Moment, Refusal, Role};
use reading::{by_words, mask};
use registers::listen::meeting::{Act as MeetingAct, Meeting, NoteState};
use registers::listen::opinion::{Act, NOT_HERE, is_free};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A unit's claim on a card.
struct Claimed {
    code: String,
    unit: String,
    post: String,
    step: String,
    by: String,
    /// What became of it: that it leads, joins, or was not taken up.
    mark: String,
    /// The other units that claim it, as a field has them.
    others: String,
}

/// The form by which a unit takes an opinion on.
struct ClaimForm {
    open: bool,
    post: String,
    step: String,
    by: String,
    /// The last day that is taken.
    last: String,
}

/// An opinion on the board.
struct Card {
    no: u16,
    topic: String,
    words: String,
    /// Whether somebody is in danger.
    urgent: bool,
    claims: Vec<Claimed>,
    /// How its unit got it, or where its case stands.
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
    /// The same in letters, for who can't scan it.
    address: String,
    key: String,
    today: String,
    counts: String,
    errors: Vec<FieldError>,
    free: Vec<Card>,
    contested: Vec<Card>,
    columns: Vec<Column>,
    /// What needs no unit any more.
    others: Vec<Card>,
    /// What is to be done before the board can be closed: number, and what.
    open_ends: Vec<(u16, String)>,
    /// How many lines still wait to be read back.
    waiting: usize,
}

#[derive(Default, Deserialize)]
pub(crate) struct BoardQuery {
    #[serde(default)]
    wall: String,
}

/// Whoever is in the hall looks at the board, and who answers for the district.
pub(super) fn comes(of: &Meeting, staff: &Staff) -> bool {
    is_here(of, staff) || matches!(staff.role, Role::Dispatcher | Role::Supervisor | Role::Leader | Role::Auditor)
}

fn may_look(of: &Meeting, staff: &Staff) -> Result<(), Problem> {
    if comes(of, staff) {
        return Ok(());
    }
    let own = matches!(staff.role, Role::Clerk | Role::Head).then(|| Problem::from(Refusal::new(NOT_HERE)));
    Err(own.map_or_else(Problem::not_yours, |problem| problem.with_status(StatusCode::FORBIDDEN)))
}

/// Whether the words of an opinion are shown: to the hall while it claims, later to who may see its case. Who stepped aside
/// from it does not read it here.
fn reads(of: &Meeting, staff: &Staff, case: &Case, d: &District) -> bool {
    let actor = staff.actor();
    let in_hall = is_here(of, staff) && (of.board || of.unit == staff.unit);
    !case.stepped_aside(&actor) && (in_hall || may_see(case, &actor, d))
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
    let wall = !asked.wall.is_empty();
    let page = drawn(&app, &visitor, &staff, &read, (wall, None, None))?;
    let address = format!("{}/records/meetings/{}/board", app.site().origin(), of.code.as_str());
    let qr = if wall && of.board { Qr::of(&address) } else { None };
    Ok(show(&BoardPage { qr, address, ..page }))
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
    /// The day on which the form puts the first step, until somebody chooses.
    usual_day: Date,
    wall: bool,
    sent: Option<&'a Sent>,
    error: Option<(u16, String)>,
}

impl Table<'_> {
    fn unit(&self, code: &UnitCode) -> String {
        self.d.unit_name(code, self.l.0).to_owned()
    }

    fn card(&self, line: &Said) -> Card {
        let (l, of) = (self.l, &line.opinion);
        let case = line.case.as_ref();
        let free = case.is_some_and(|case| is_free(case.stage));
        let acts = OPINIONS.offers(of, &self.staff.actor(), self.now);
        let here = is_here(self.meeting, self.staff) && self.meeting.board;
        let may = |act: &str| here && acts.iter().any(|offered| offered.code == act);
        let own = self.sent.filter(|_| self.error.as_ref().is_some_and(|(no, _)| *no == of.no));
        let typed = |field: &str| own.map(|sent| sent.raw(&name("claim", field)).to_owned()).unwrap_or_default();
        let usual = |typed: String, usual: String| if typed.is_empty() { usual } else { typed };
        let urgent = case.is_some_and(Case::is_urgent);
        let days = if urgent { 0 } else { STEP_DAYS_MOST };
        let claim = (free && may("claim")).then(|| ClaimForm {
            open: own.is_some_and(|sent| sent.get("act") == "claim"),
            post: usual(typed("post"), self.post.clone()),
            step: typed("step"),
            by: usual(typed("by"), if urgent { self.today } else { self.usual_day }.to_string()),
            last: date_of(day_number(self.today) + days).to_string(),
        });
        let settle = free && may("settle");
        let unknown = case.filter(|case| settle && case.category.is_none());
        // What the words speak of is chosen already.
        let found = unknown.and_then(|case| by_words(&self.d.catalogue, case.track, &line.words).into_iter().next());
        let found = found.as_ref().map_or("", |found| found.category.code.as_str());
        let categories = self.d.catalogue.categories.iter().filter(|_| unknown.is_some());
        let words = if self.wall { mask::numbers(&line.words, &[]) } else { line.words.clone() };
        let read = case.is_none_or(|case| reads(self.meeting, self.staff, case, self.d));
        Card {
            no: of.no,
            topic: topic(l, &self.topics, of.topic),
            words: if read { words } else { l.t("board-words-hidden") },
            urgent,
            claims: of.claims.iter().map(|claim| self.claimed(line, claim, read)).collect(),
            mark: String::new(),
            claim,
            unclaim: free && may("unclaim"),
            settle,
            categories: categories.map(|c| Choice::of(c.code.as_str(), c.name(l.0), found)).collect(),
            error: self.error.as_ref().filter(|(no, _)| *no == of.no).map(|(_, text)| text.clone()).unwrap_or_default(),
        }
    }

    fn claimed(&self, line: &Said, claim: &Claim, read: bool) -> Claimed {
        let (post, step) = line.claim(&claim.unit).filter(|_| read).unwrap_or_default();
        let shown = |text: &str| if self.wall { mask::numbers(text, &[]) } else { text.to_owned() };
        let others =
            line.opinion.claims.iter().map(|other| other.unit.as_str()).filter(|unit| *unit != claim.unit.as_str());
        Claimed {
            code: claim.unit.to_string(),
            unit: self.unit(&claim.unit),
            post: shown(post),
            step: shown(step),
            by: self.l.day(claim.by, self.today),
            mark: became_of(self.l, line, &claim.unit),
            others: others.collect::<Vec<_>>().join(","),
        }
    }

    /// Where a card stands, and how it came there.
    fn place(&self, line: &Said) -> Place {
        let (l, of) = (self.l, &line.opinion);
        let Some(case) = line.case.as_ref() else { return Place::Free };
        if is_free(case.stage) {
            return match of.claims.as_slice() {
                [] => Place::Free,
                [one] => Place::With(one.unit.clone(), String::new()),
                _ => Place::Contested,
            };
        }
        let Some(lead) = case.lead().or(case.tasks.iter().rev().find(|task| task.lead)) else {
            return Place::Other(case.stage.label(l.0).to_owned());
        };
        let joint = case.tasks.iter().filter(|task| !task.lead).map(|task| self.unit(&task.unit));
        let joint = joint.collect::<Vec<_>>().join(l.0.pick("、", ", "));
        let mark = match case.step.as_ref().is_some_and(|step| step.unit == lead.unit) {
            false => l.t("board-dispatched"),
            true if joint.is_empty() => l.t("board-leads"),
            true => l.t_n("board-leads-with", joint),
        };
        Place::With(lead.unit.clone(), mark)
    }
}

/// Where a card stands.
enum Place {
    /// Nobody has it.
    Free,
    /// Several units claim it.
    Contested,
    /// A unit has it or claims it; and how it got it.
    With(UnitCode, String),
    /// No unit will have it: how its case stands.
    Other(String),
}

/// What became of a unit's claim: it leads or led to the end, it joins, or others have the case. Empty while that is open, and
/// where it gave the case away.
fn became_of(l: L, line: &Said, unit: &UnitCode) -> String {
    let Some(case) = line.case.as_ref().filter(|case| !is_free(case.stage)) else { return String::new() };
    match case.tasks.iter().rev().find(|task| task.unit == *unit) {
        None => l.t("board-passed"),
        Some(task) if matches!(task.state, TaskState::Returned | TaskState::Released) => String::new(),
        Some(task) if task.lead => l.t("board-leads"),
        Some(_) => l.t("board-joins"),
    }
}

fn drawn(
    app: &App,
    visitor: &Visitor,
    staff: &Staff,
    read: &Read,
    (wall, sent, error): (bool, Option<&Sent>, Option<(u16, String)>),
) -> Result<BoardPage, Problem> {
    let (l, d, now) = (visitor.l, app.desk().district(), app.desk().now());
    let of = meeting(&read.told).ok_or_else(Problem::not_found)?;
    let last = read.said.iter().rev().find_map(|line| line.claim(&staff.unit));
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
        usual_day: Clock::start(RuleId::FirstStep, &d.rules.of_case(RuleId::FirstStep), None, now, &d.calendar)
            .due
            .rolled,
        wall,
        sent,
        error,
    };
    let (mut free, mut contested, mut others) = (Vec::new(), Vec::new(), Vec::new());
    let mut columns: BTreeMap<UnitCode, Vec<Card>> = BTreeMap::new();
    let mut open_ends = Vec::new();
    let (mut all, mut settled) = (0, 0);
    for line in read.said.iter().filter(|line| line.opinion.case.is_some()) {
        all += 1;
        let (card, no) = (table.card(line), line.opinion.no);
        match table.place(line) {
            Place::Free => free.push(card),
            Place::Contested => {
                open_ends.push((no, l.t("board-end-contested")));
                contested.push(card);
            }
            Place::With(unit, mark) => {
                settled += usize::from(!mark.is_empty());
                if !card.categories.is_empty() {
                    open_ends.push((no, l.t("board-end-category")));
                }
                columns.entry(unit).or_default().push(Card { mark, ..card });
            }
            Place::Other(mark) => others.push(Card { mark, ..card }),
        }
    }
    // Whoever is in danger stands first.
    for cards in [&mut free, &mut contested].into_iter().chain(columns.values_mut()) {
        cards.sort_by_key(|card| !card.urgent);
    }
    let claimed = columns.values().map(Vec::len).sum::<usize>() - settled;
    let counts = [
        ("all", all.to_string()),
        ("free", free.len().to_string()),
        ("contested", contested.len().to_string()),
        ("claimed", claimed.to_string()),
        ("settled", settled.to_string()),
    ];
    let ends = SHELF.offers(of, &staff.actor(), now).iter().any(|act| act.code == "end_board");
    Ok(BoardPage {
        l,
        page: visitor.page(l.t("meeting-board")),
        code: of.code.as_str().to_owned(),
        title: read.told.title(l.0),
        status: status(l, of),
        wall,
        open: of.board,
        chairs: ends,
        qr: None,
        address: String::new(),
        key: app.random_text(),
        today: now.date().to_string(),
        counts: l.t_with(if of.board { "board-counts" } else { "board-counts-over" }, &counts),
        errors,
        free,
        contested,
        columns: columns.into_iter().map(|(unit, cards)| Column { unit: table.unit(&unit), cards }).collect(),
        others,
        open_ends,
        waiting: of.count(NoteState::Noted),
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
    let told = read_meeting(&app, &code).await?;
    let of = meeting(&told).ok_or_else(Problem::not_found)?;
    may_look(of, &staff)?;
    let key = sent.key(&staff)?;
    let here = format!("/records/meetings/{}/board", url_code(&code));
    let asked = sent.get("act");
    if let ("end_board", Some(act)) = (asked, MeetingAct::ALL.iter().find(|act| act.code == asked)) {
        return match run(&app, &staff, (&SHELF, told.id), act, &sent, key).await {
            Ok(_) => Ok(go(&format!("{here}?done=board-closed"))),
            Err(wrong) => refused(&app, (&visitor, &staff), &code, (&sent, act, 0), wrong).await,
        };
    }
    let act = Act::ALL.iter().find(|act| act.code == asked && matches!(asked, "claim" | "unclaim" | "settle"));
    let act = act.ok_or_else(Problem::form)?;
    let no = sent.get("no").parse().unwrap_or(0);
    let line = of.note(no).ok_or_else(Problem::not_found)?;
    match run(&app, &staff, (&OPINIONS, line.opinion), act, &sent, key).await {
        Ok(_) => Ok(go(&format!("{here}?done=board-{asked}#f-line-{no}"))),
        Err(wrong) => refused(&app, (&visitor, &staff), &code, (&sent, act, no), wrong).await,
    }
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
    let error = Some((no, format!("{of_line}{text}")));
    let page = drawn(app, visitor, staff, &read, (false, Some(sent), error))?;
    Ok(show_with(form_status(&page.errors), &page))
}

/// A line of the list that is signed.
#[derive(Default)]
struct Row {
    no: u16,
    words: String,
    unit: String,
    mark: String,
    post: String,
    step: String,
    by: String,
    /// Whether the unit signs: its claim was not passed over.
    signs: bool,
}

#[derive(Template)]
#[template(path = "records/meeting_claims.html")]
struct ClaimsPage {
    l: L,
    page: Page,
    code: String,
    title: String,
    when: String,
    /// How the board stands, and when the list was printed.
    stands: String,
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
    for line in &read.said {
        let (opinion, Some(case)) = (&line.opinion, line.case.as_ref()) else { continue };
        let shown = reads(of, &staff, case, &d);
        let words = if shown { mask::numbers(&line.words, &[]) } else { l.t("board-words-hidden") };
        let row = |unit: String| Row { no: opinion.no, words: words.clone(), unit, ..Row::default() };
        let lead = case.lead().map(|task| &task.unit);
        if opinion.claims.is_empty() {
            rows.push(row(match lead {
                Some(lead) => l.t_n("board-dispatched-to", d.unit_name(lead, l.0)),
                None if !is_free(case.stage) => case.stage.label(l.0).to_owned(),
                None if of.board => l.t("board-nobody-yet"),
                None => l.t("board-nobody"),
            }));
        }
        for claim in &opinion.claims {
            let (post, step) = line.claim(&claim.unit).filter(|_| shown).unwrap_or_default();
            let has = is_free(case.stage) || case.tasks.iter().any(|task| task.unit == claim.unit);
            rows.push(Row {
                mark: became_of(l, line, &claim.unit),
                post: mask::numbers(post, &[]),
                step: mask::numbers(step, &[]),
                by: l.day(claim.by, now.date()),
                signs: has,
                ..row(d.unit_name(&claim.unit, l.0).to_owned())
            });
        }
    }
    let page = ClaimsPage {
        l,
        page: visitor.page(l.t("board-claims")),
        code: of.code.as_str().to_owned(),
        title: read.told.title(l.0),
        when: l.full_moment(of.starts),
        stands: l.t_n(if of.board { "board-list-open" } else { "board-list-closed" }, l.full_moment(now)),
        rows,
    };
    Ok(show(&page))
}
