//! `/records/receptions/{code}/table`: the door and the desks of a reception day. Numbers are given, called, and what is said
//! is taken down; several desks work at once, and none waits for another.

use super::super::form::{self, name, values};
use super::super::page::{at_fields, refusals};
use super::{SHELF, VISITS, count, encounter, holds, read, reception, status, time, word};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::{L, capital};
use crate::page::{Choice, FieldError, Page, address, form_status, go, show, show_with, url_code};
use crate::parts::qr::Qr;
use crate::problem::Problem;
use crate::view::StatusView;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use desk::Failure;
use domain::case::{CaseId, Visit};
use domain::district::District;
use domain::register::{ActOf, On, Shelf};
use domain::{Label, Refusal};
use registers::resolve::encounter::{self as visit, Matter};
use registers::resolve::reception::{self as day, Reception, Stage, Ticket, TicketState};
use serde::Deserialize;
use store::listed::Told;

/// How many numbers that are settled are shown.
const LAST: usize = 5;

/// A desk to choose.
struct Desk {
    no: u8,
    href: String,
    here: bool,
    number: String,
}

/// Who sits at the desk, or was called to it.
struct AtDesk {
    no: u16,
    code: String,
    fetch: bool,
    booked: String,
    people: String,
    name: String,
    matter: String,
}

/// A number that waits.
struct Waits {
    no: u16,
    since: String,
    booked: String,
    missed: bool,
    fetch: bool,
}

/// A booking that has not come yet.
struct Booked {
    code: String,
    time: String,
    name: String,
    people: String,
}

/// A number that was called before.
struct Before {
    no: u16,
    href: String,
    state: StatusView,
    cases: String,
}

#[derive(Template)]
#[template(path = "records/reception_table.html")]
struct TablePage {
    l: L,
    page: Page,
    code: String,
    post: String,
    status: StatusView,
    desk: u8,
    desks: Vec<Desk>,
    key: String,
    errors: Vec<FieldError>,
    at_desk: Option<AtDesk>,
    /// The encounter that something is taken down in: of who sits here, or of who has just been heard and goes on.
    talk: Option<String>,
    next: Option<u16>,
    waits: Vec<Waits>,
    booked: Vec<Booked>,
    before: Vec<Before>,
    heard: usize,
    words: String,
    opinion: String,
    advice: String,
    who: String,
    phone: String,
    place: String,
    speakers: String,
    kinds: Vec<Choice>,
    categories: Vec<Choice>,
    streets: Vec<Choice>,
    public: bool,
    people: String,
    /// The case that was just taken down, for its slip, and its encounter.
    taken: Option<(String, String)>,
    /// The number that was just given.
    given: String,
}

impl TablePage {
    fn error(&self, field: &str) -> String {
        self.errors.iter().find(|e| e.field == field).map_or(String::new(), |e| e.text.clone())
    }
}

#[derive(Default, Deserialize)]
pub(crate) struct TableQuery {
    #[serde(default)]
    desk: String,
    #[serde(default)]
    case: String,
    #[serde(default)]
    visit: String,
    #[serde(default)]
    gave: String,
    #[serde(default)]
    again: String,
}

/// Those whose words the page says: at a desk, called before, or booked and not here.
fn shown(day: &Reception) -> Vec<CaseId> {
    let called = day.tickets.iter().filter(|ticket| ticket.state == TicketState::Called);
    let mut all: Vec<CaseId> = called.chain(settled(day)).map(|ticket| ticket.encounter).collect();
    all.extend(day.booked.iter().map(|(_, id)| *id).filter(|id| day.ticket_of(*id).is_none()));
    all.sort_unstable();
    all.dedup();
    all
}

/// The last numbers that were called and are settled.
fn settled(day: &Reception) -> impl Iterator<Item = &Ticket> {
    let mut all: Vec<&Ticket> =
        day.tickets.iter().filter(|ticket| ticket.called.is_some() && !ticket.is_here()).collect();
    all.sort_by_key(|ticket| std::cmp::Reverse((ticket.called, ticket.no)));
    all.into_iter().take(LAST)
}

/// `GET /records/receptions/{code}/table`
pub(crate) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(code): Path<String>,
    Query(asked): Query<TableQuery>,
) -> Result<Response, Problem> {
    let (told, visits) = read(&app, &code, shown).await?;
    holds(&told, &staff)?;
    let of = reception(&told).ok_or_else(Problem::not_found)?;
    if of.stage != Stage::Open {
        return Ok(go(&format!("/records/receptions/{}", of.code.as_str())));
    }
    let page = drawn(&app, &visitor, (&told, &visits), desk_of(of, &asked.desk), None, Vec::new())?;
    let taken = desk::read_case_code(&asked.case).zip(desk::read_case_code(&asked.visit));
    let given = asked.gave.parse::<u16>().map(|no| no.to_string()).unwrap_or_default();
    let again = desk::read_case_code(&asked.again);
    let talk = page.talk.clone().or(again);
    Ok(show(&TablePage { taken, given, talk, ..page }))
}

/// The desk that was asked for, among those that there are.
fn desk_of(day: &Reception, asked: &str) -> u8 {
    asked.parse().ok().filter(|desk| (1..=day.desks).contains(desk)).unwrap_or(1)
}

fn drawn(
    app: &App,
    visitor: &Visitor,
    (told, visits): (&Told, &[Told]),
    desk: u8,
    sent: Option<&Sent>,
    errors: Vec<FieldError>,
) -> Result<TablePage, Problem> {
    let (l, d, now) = (visitor.l, app.desk().district(), app.desk().now());
    let of = reception(told).ok_or_else(Problem::not_found)?;
    let visit = |id: CaseId| visits.iter().find(|told| told.id == id);
    let typed = |act: &str, field: &str| {
        let sent = sent.filter(|sent| sent.get("act") == act);
        sent.map(|sent| sent.raw(&name(act, field)).to_owned()).unwrap_or_default()
    };
    let here = format!("/records/receptions/{}/table", of.code.as_str());
    let desks = (1..=of.desks).map(|no| Desk {
        no,
        href: format!("{here}?desk={no}"),
        here: no == desk,
        number: of.at_desk(no).map(|ticket| l.t_n("reception-number", ticket.no)).unwrap_or_default(),
    });
    let at_desk = of.at_desk(desk).and_then(|ticket| Some(at_desk(l, of, ticket, visit(ticket.encounter)?)));
    let booked = of.booked.iter().filter(|(_, id)| of.ticket_of(*id).is_none());
    let mut booked: Vec<(u16, Booked)> =
        booked.filter_map(|(slot, id)| Some((*slot, booking(l, of, *slot, visit(*id)?)?))).collect();
    booked.sort_by_key(|(slot, _)| *slot);
    let pick = |options: Vec<(String, String)>, chosen: String| -> Vec<Choice> {
        options.iter().map(|(code, text)| Choice::of(code, text, &chosen)).collect()
    };
    let chosen = |field: &str, usual: &str| {
        let typed = typed("take_down", field);
        if typed.is_empty() { usual.to_owned() } else { typed }
    };
    Ok(TablePage {
        l,
        page: visitor.page(l.t("reception-table")),
        code: of.code.as_str().to_owned(),
        post: told.title(l.0),
        status: status(l, of),
        desk,
        desks: desks.collect(),
        key: app.random_text(),
        errors,
        next: of.next(now),
        waits: of.line.iter().filter_map(|no| Some(waits(of, of.ticket(*no)?))).collect(),
        booked: booked.into_iter().map(|(_, booking)| booking).collect(),
        before: settled(of).filter_map(|ticket| before(l, ticket, visit(ticket.encounter)?)).collect(),
        heard: count(of, TicketState::Heard),
        words: typed("take_down", "words"),
        opinion: typed("take_down", "opinion"),
        advice: typed("advise", "opinion"),
        who: typed("take_down", "name"),
        phone: typed("take_down", "phone"),
        place: typed("take_down", "place"),
        speakers: chosen("speakers", "1"),
        kinds: Choice::all::<Matter>(l, &chosen("kind", Matter::Petition.code())),
        categories: pick(categories(&d, l), typed("take_down", "category")),
        streets: pick(form::streets(&d, l.0), chosen("near", of.street.as_ref().map_or("", |street| street.as_str()))),
        public: !typed("take_down", "public").is_empty(),
        // Refused while nobody sits here: the talk goes on.
        talk: at_desk.as_ref().map(|at| at.code.clone()).or_else(|| {
            let sent = sent.filter(|sent| sent.get("act") == "take_down")?;
            desk::read_case_code(sent.get("visit"))
        }),
        people: Some(typed("come", "people")).filter(|typed| !typed.is_empty()).unwrap_or_else(|| "1".into()),
        at_desk,
        taken: None,
        given: String::new(),
    })
}

fn categories(d: &District, l: L) -> Vec<(String, String)> {
    d.catalogue.categories.iter().map(|c| (c.code.to_string(), c.name(l.0).to_owned())).collect()
}

fn slot_time(day: &Reception, slot: Option<u16>) -> String {
    slot.map(|slot| time(day.slot_starts(slot))).unwrap_or_default()
}

fn at_desk(l: L, day: &Reception, ticket: &Ticket, told: &Told) -> AtDesk {
    let (words, visit) = (told.words(), encounter(told));
    AtDesk {
        no: ticket.no,
        code: visit.map(|visit| visit.code.as_str().to_owned()).unwrap_or_default(),
        fetch: ticket.fetch,
        booked: slot_time(day, ticket.slot),
        people: visit.map(|visit| l.t_n("reception-people", visit.people)).unwrap_or_default(),
        name: word(&words, "name"),
        matter: word(&words, "matter"),
    }
}

fn waits(day: &Reception, ticket: &Ticket) -> Waits {
    Waits {
        no: ticket.no,
        since: time(ticket.came),
        booked: slot_time(day, ticket.slot),
        missed: ticket.misses > 0,
        fetch: ticket.fetch,
    }
}

fn booking(l: L, day: &Reception, slot: u16, told: &Told) -> Option<Booked> {
    let visit = encounter(told).filter(|visit| visit.stage == visit::Stage::Booked)?;
    let name = word(&told.words(), "name");
    Some(Booked {
        code: visit.code.as_str().to_owned(),
        time: slot_time(day, Some(slot)),
        name,
        people: l.t_n("reception-people", visit.people),
    })
}

fn before(l: L, ticket: &Ticket, told: &Told) -> Option<Before> {
    let visit = encounter(told)?;
    let kind = if ticket.state == TicketState::Heard { "done" } else { "stop" };
    Some(Before {
        no: ticket.no,
        href: format!("/records/encounters/{}", visit.code.as_str()),
        state: StatusView { kind, words: capital(ticket.state.label(l.0)) },
        cases: if visit.matters > 0 { l.t_n("reception-cases", visit.matters) } else { String::new() },
    })
}

/// Where an act of the page goes: to the day, or to an encounter.
enum Goes {
    Day(&'static ActOf),
    Visit(&'static ActOf, On),
}

/// `POST /records/receptions/{code}/table`: no version is asked for, because what another desk did meanwhile takes nothing
/// from it.
pub(crate) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(code): Path<String>,
    sent: Sent,
) -> Result<Response, Problem> {
    let (told, _) = read(&app, &code, |_| Vec::new()).await?;
    holds(&told, &staff)?;
    let of = reception(&told).ok_or_else(Problem::not_found)?;
    let (desk, here) = (desk_of(of, sent.get("desk")), format!("/records/receptions/{}/table", url_code(&code)));
    let at = desk.to_string();
    let goes = goes(&app, &sent).await?;
    let act = match &goes {
        Goes::Day(act) | Goes::Visit(act, _) => *act,
    };
    let sent = sent.changed(&name(act.code, "reception"), told.id.hex());
    match run(&app, &staff, told.id, &goes, &sent).await {
        Ok(done) => {
            let case = done.asked.first().map(|begun| begun.code.clone()).unwrap_or_default();
            let visit = if case.is_empty() { String::new() } else { sent.get("visit").to_owned() };
            let gave = match act.code {
                "come" | "arrive" => number_of(&app, &code, done.id).await?,
                _ => String::new(),
            };
            let query = [("desk", at.as_str()), ("case", &case), ("visit", &visit), ("gave", &gave)];
            Ok(go(&format!("{}#now", address(&here, &query))))
        }
        Err(wrong) => {
            let errors = at_fields(visitor.l, act, &refusals(wrong)?);
            let (told, visits) = read(&app, &code, shown).await?;
            if reception(&told).is_none_or(|day| day.stage != Stage::Open) {
                return Ok(go(&format!("/records/receptions/{}", url_code(&code))));
            }
            let page = drawn(&app, &visitor, (&told, &visits), desk, Some(&sent), errors)?;
            Ok(show_with(form_status(&page.errors), &page))
        }
    }
}

/// What is asked for, and of which record.
async fn goes(app: &App, sent: &Sent) -> Result<Goes, Problem> {
    let asked = sent.get("act");
    if let Some(act) = day::Act::ALL.iter().find(|act| act.code == asked && matches!(act.code, "call" | "miss")) {
        return Ok(Goes::Day(act));
    }
    let act = visit::Act::ALL.iter().find(|act| act.code == asked).ok_or_else(Problem::form)?;
    if act.code == "come" {
        return Ok(Goes::Visit(act, On::New));
    }
    if !matches!(act.code, "arrive" | "take_down" | "advise") {
        return Err(Problem::form());
    }
    let (number, code) = (app.desk().number(), desk::read_case_code(sent.get("visit")).ok_or_else(Problem::form)?);
    let found = app.read(move |db, _| store::listed::by_code(db, number, "encounter", &code)).await?;
    Ok(Goes::Visit(act, On::Record(found.ok_or_else(Problem::not_found)?.0)))
}

async fn run(app: &App, staff: &Staff, day: CaseId, goes: &Goes, sent: &Sent) -> Result<desk::Done, Vec<Failure>> {
    let (act, shelf, on): (&ActOf, &dyn Shelf, On) = match goes {
        Goes::Day(act) => (act, &SHELF, On::Record(day)),
        Goes::Visit(act, on) => (act, &VISITS, *on),
    };
    let refused = |wrong: Vec<Refusal>| wrong.into_iter().map(Failure::Refused).collect::<Vec<_>>();
    let key = sent.key(staff).map_err(|_| refused(vec![Refusal::new(domain::Why::Changed)]))?;
    let values = values(act, sent, &app.desk().district());
    let read = shelf.read_act(act.code, &values).map_err(refused)?;
    let by = (staff.actor(), Visit::BEST);
    let done = app.desk().execute_read(by, shelf, (on, None), (act.code, &values, read), Some(key)).await;
    done.map_err(|failure| vec![failure])
}

/// The number that an encounter was given.
async fn number_of(app: &App, code: &str, id: CaseId) -> Result<String, Problem> {
    let (told, _) = read(app, code, |_| Vec::new()).await?;
    Ok(reception(&told).and_then(|day| day.ticket_of(id)).map(|ticket| ticket.no.to_string()).unwrap_or_default())
}

#[derive(Template)]
#[template(path = "records/reception_number.html")]
struct NumberPage {
    l: L,
    page: Page,
    code: String,
    no: u16,
    post: String,
    given: String,
    ahead: String,
    qr: Option<Qr>,
    address: String,
}

/// `GET /records/receptions/{code}/number/{no}`: the slip of a number. Neither a name nor a matter stands on it.
pub(crate) async fn number(
    State(app): State<App>,
    visitor: Visitor,
    Path((code, no)): Path<(String, u16)>,
) -> Result<Response, Problem> {
    let l = visitor.l;
    let (told, _) = read(&app, &code, |_| Vec::new()).await?;
    let of = reception(&told).ok_or_else(Problem::not_found)?;
    let ticket = of.ticket(no).ok_or_else(Problem::not_found)?;
    let address = format!("{}/receptions/{}/queue?no={no}", app.site().origin(), of.code.as_str());
    let ahead = of.ahead(no, app.desk().now()).map(|ahead| {
        let counts = [("ahead", ahead.to_string()), ("minutes", of.wait(ahead).to_string())];
        l.t_with("reception-own-waiting", &counts)
    });
    let page = NumberPage {
        l,
        page: visitor.page(l.t_n("reception-number", no)),
        code: of.code.as_str().to_owned(),
        no,
        post: told.title(l.0),
        given: l.full_moment(ticket.came),
        ahead: ahead.unwrap_or_default(),
        qr: Qr::of(&address),
        address,
    };
    Ok(show(&page))
}
