//! `/cases/{code}`: the whole case on one page, and its photos.

use super::decision::{self, OpenObjection};
use super::forms::{ActForm, FormMaker, capital};
use super::similar::{self, Similar};
use super::suggest::suggestion;
use super::timeline::{self, ClockLine, StaffTimeline, TimelineItem};
use super::{handles, mask};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::L;
use crate::page::{FieldError, Page, show_with};
use crate::parts::case_title::CaseTitle;
use crate::parts::promise::claim_words;
use crate::parts::{photo::hash_of, review_request};
use crate::problem::Problem;
use crate::view::{self, ClockView, StatusView};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use calendar::Date;
use domain::case::{
    Case, CaseId, Cases, Claim, Clock, CommandKind, Event, Fields, Kept, Reviewer, Stage, TaskState, Texts, field,
    may_see,
};
use domain::district::District;
use domain::rule::RuleId;
use domain::{Actor, Label, Moment, Refusal, Role, Why};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use store::read::{self, History};
use store::view::Linked;
use store::{Db, Keys};

/// A case as it was read for an account that may see it.
pub(super) struct Loaded {
    pub(super) history: History,
    linked: Vec<Linked>,
    pub(super) district: Arc<District>,
    /// Like cases with an answer; none on a page that answers a form.
    similar: Vec<Similar>,
}

/// The handle behind a typed or linked code, and whether the case is sealed.
pub(super) async fn find(app: &App, code: &str) -> Result<Option<(CaseId, bool)>, Problem> {
    let Some(code) = desk::read_case_code(code) else { return Ok(None) };
    let number = app.desk().number();
    app.read(move |db, _| store::view::by_code(db, number, &code)).await
}

/// The case, if this account may see it; that there is one is not told to anybody else.
pub(super) async fn load(app: &App, staff: &Staff, id: CaseId) -> Result<Loaded, Problem> {
    let number = app.desk().number();
    load_with(app, staff, move |db, keys| read::history(db, keys, number, id)).await
}

/// [`load`] by a typed or linked code.
pub(super) async fn load_by_code(app: &App, staff: &Staff, code: &str) -> Result<Loaded, Problem> {
    let (number, code) = (app.desk().number(), desk::read_case_code(code).ok_or_else(Problem::not_found)?);
    load_with(app, staff, move |db, keys| read::history_by_code(db, keys, number, &code)).await
}

async fn load_with(
    app: &App,
    staff: &Staff,
    history: impl FnOnce(&mut Db, &mut Keys) -> store::Result<Option<History>> + Send + 'static,
) -> Result<Loaded, Problem> {
    let (number, district, actor) = (app.desk().number(), app.desk().district(), staff.actor());
    let (of, who) = (district.clone(), actor.clone());
    let found = app.read(move |db, keys| {
        let history = history(db, &mut keys.lock().unwrap_or_else(PoisonError::into_inner))?;
        let Some(history) = history else { return Ok(None) };
        if !may_see(&history.case, &who, &of) {
            return Ok(Some((history, Vec::new())));
        }
        let own = history.case.links.iter().map(|(_, id)| *id).chain(history.case.merged_into);
        let own: Vec<CaseId> = own.collect();
        let linked = store::view::linked(db, number, history.case.id, &own)?;
        Ok(Some((history, linked)))
    });
    let (history, linked) = found.await?.ok_or_else(Problem::not_found)?;
    sees(&history.case, &actor, &district)?;
    Ok(Loaded { history, linked, district, similar: Vec::new() })
}

/// The history of a case, if this account may see it: without what it is linked to.
pub(super) async fn history(app: &App, staff: &Staff, id: CaseId) -> Result<History, Problem> {
    let (number, district, actor) = (app.desk().number(), app.desk().district(), staff.actor());
    let found = app.read(move |db, keys| {
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        read::history(db, &mut keys, number, id)
    });
    let history = found.await?.ok_or_else(Problem::not_found)?;
    sees(&history.case, &actor, &district)?;
    Ok(history)
}

/// That an account may see a case. Who stepped aside from it is told so; nobody else learns that it is there.
pub(super) fn sees(case: &Case, actor: &Actor, district: &District) -> Result<(), Problem> {
    match may_see(case, actor, district) {
        true => Ok(()),
        false if case.stepped_aside(actor) => Err(Refusal::new(Why::Interest).into()),
        false => Err(Problem::not_found()),
    }
}

/// What a page shows beside the case as it stands.
pub(super) struct PageExtras<'a> {
    pub(super) status: StatusCode,
    /// What was sent and refused: it is shown again.
    pub(super) sent: Option<&'a Sent>,
    pub(super) errors: Vec<FieldError>,
    /// Kind and text.
    pub(super) notice: Option<(&'static str, String)>,
    /// Whether the account has just opened the contact data.
    pub(super) opened: bool,
}

impl PageExtras<'_> {
    pub(super) fn nothing() -> Self {
        PageExtras { status: StatusCode::OK, sent: None, errors: Vec::new(), notice: None, opened: false }
    }
}

/// A unit's task as the page shows it.
struct TaskLine {
    unit: String,
    part: String,
    state: StatusView,
    /// Since when, or from when to when.
    days: String,
    clock: Option<ClockView>,
}

/// A link to another case.
struct LinkLine {
    words: String,
    code: String,
    stage: String,
}

#[derive(Template)]
#[template(path = "staff/case.html")]
struct StaffCasePage<'a> {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    code: String,
    title: String,
    status: StatusView,
    urgent: bool,
    clock: Option<ClockView>,
    /// Rule and source of the leading clock.
    clock_rule: String,
    /// What the card of what comes next is called; empty: as on every page.
    todo_title: String,
    todo: Vec<String>,
    version: u64,
    key: String,
    main: Option<ActForm>,
    forms: Vec<ActForm>,
    unmask: Option<ActForm>,
    /// The proposed answer: heading and text.
    sides: Vec<(String, String)>,
    objections: Vec<OpenObjection>,
    /// What the button of the suggested dispatch sends and says; empty without one.
    quick: (String, String),
    /// Under which words the main form is folded beside that button: it is for who sees it otherwise.
    otherwise: String,
    /// Whether cases that may be the same matter can be looked at, to merge or link.
    near: bool,
    /// Whether there is a request to print for the level over the district.
    request: bool,
    /// What was typed for an act that is no longer possible.
    lost: Vec<String>,
    /// Whether the account works with what people wrote.
    handler: bool,
    /// Whether a slip with a new secret may be printed here: for somebody who comes to the counter without one.
    prints: bool,
    said: String,
    said_note: String,
    photos: Vec<String>,
    photo_note: String,
    contact: Vec<(String, String)>,
    opened: bool,
    facts: Vec<(String, String)>,
    tasks: Vec<TaskLine>,
    clocks: Vec<ClockLine>,
    /// Clocks that are over.
    clocks_over: Vec<ClockLine>,
    links: Vec<LinkLine>,
    events: Vec<TimelineItem>,
    similar: &'a [Similar],
    /// Whether the account may follow a ledger index to the ledger.
    ledger: bool,
}

/// `GET /cases/{code}`
pub(crate) async fn case(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let mut loaded = load_by_code(&app, &staff, &code).await?;
    loaded.similar = similar::of(&app, &staff, visitor.l, &loaded.history).await?;
    Ok(page(&app, &visitor, &staff, &loaded, PageExtras::nothing()))
}

/// `GET /cases/{code}/photo/{n}`: the n-th photo, from 1, for who handles the case.
pub(crate) async fn photo(
    State(app): State<App>,
    staff: Staff,
    Path((code, n)): Path<(String, usize)>,
) -> Result<Response, Problem> {
    let (id, _) = find(&app, &code).await?.filter(|_| handles(staff.role)).ok_or_else(Problem::not_found)?;
    let (number, actor, district) = (app.desk().number(), staff.actor(), app.desk().district());
    let (who, of) = (actor.clone(), district.clone());
    let found = app.read(move |db, keys| {
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        let stream = read::stream::<Cases>(db, number, id)?;
        let Some(case) = domain::case::replay(id, stream.events.iter().map(|e| &e.body)) else { return Ok(None) };
        let raised = stream.events.first().map(|e| &e.body.event);
        let hash = hash_of(raised, n);
        let file = match hash.filter(|_| may_see(&case, &who, &of)) {
            Some(hash) => read::file(db, &mut keys, number, id, &hash)?,
            None => None,
        };
        Ok(Some((case, file)))
    });
    let (case, file) = found.await?.ok_or_else(Problem::not_found)?;
    sees(&case, &actor, &district)?;
    let (kind, bytes) = file.ok_or_else(Problem::not_found)?;
    let kind = if matches!(kind.as_str(), "image/jpeg" | "image/png" | "image/webp") { kind.as_str() } else { BYTES };
    Ok(([(header::CONTENT_TYPE, kind.to_owned())], bytes).into_response())
}

/// What a browser does not draw.
const BYTES: &str = "application/octet-stream";

/// The page of a case.
pub(super) fn page(app: &App, visitor: &Visitor, staff: &Staff, loaded: &Loaded, beside: PageExtras<'_>) -> Response {
    let l = visitor.l;
    let (history, district) = (&loaded.history, loaded.district.as_ref());
    let (case, Texts { fields, personal }) = (&history.case, history.texts());
    let now = app.desk().now();
    let today = now.date();
    let known: Vec<&str> = personal.iter().map(String::as_str).collect();
    let handler = handles(staff.role);
    let read = |text: &str| if handler { text.to_owned() } else { mask::text(text, &known) };
    let of = |name: &str| fields.get(name).map_or("", String::as_str);
    let words = format!("{}\n{}", of(field::TITLE), of(field::TEXT));
    let shown = [of(field::TEXT), history.latest(field::ANSWER).unwrap_or_default()].map(|t| mask::text(t, &known));
    let codes: BTreeMap<CaseId, String> =
        loaded.linked.iter().filter(|k| k.sealed == case.is_sealed()).map(|k| (k.id, k.code.clone())).collect();
    let maker = FormMaker {
        l,
        district,
        case,
        staff,
        now,
        words: &words,
        shown: [&shown[0], &shown[1]],
        codes: &codes,
        sent: beside.sent,
        errors: &beside.errors,
    };
    let (main, mut forms) = maker.all();
    let unmask = forms.iter().position(|f| f.kind == CommandKind::Unmask).map(|n| forms.remove(n));
    let contact = contact(l, &fields, handler, beside.opened);
    let unmask = unmask.filter(|_| !contact.is_empty() && !beside.opened);
    // A window that is over binds nobody: its case is ended by the district's own clock.
    let clock = view::leading_clock(case).filter(|c| !timeline::is_over(c, today));
    let rule = |c: &domain::case::Clock| {
        let source = timeline::source(l, &district.rules.of_case(c.rule).source);
        l.t_with("staff-by-rule", &[("rule", c.rule.label(l.0).to_owned()), ("source", source)])
    };
    let found = suggestion(l, district, case.track, case.category.as_ref(), case.street.as_ref(), &words);
    let dispatches = staff.role == domain::Role::Dispatcher && beside.sent.is_none();
    let quick = dispatches.then(|| found.at_once(l, district, (&case.code, case.version), case.track, case.stage));
    let quick = quick.unwrap_or_default();
    let otherwise = match main.as_ref().filter(|_| !quick.0.is_empty()).map(|f| f.kind) {
        Some(CommandKind::Accept) => l.t("clerk-otherwise-accept"),
        Some(CommandKind::Dispatch) => l.t("clerk-otherwise-dispatch"),
        _ => String::new(),
    };
    let main = main.map(|f| if otherwise.is_empty() { f } else { ActForm { button: "", ..f } });
    let near = staff.role == domain::Role::Dispatcher && !case.is_sealed() && !case.erased;
    let teller = StaffTimeline { l, district, history, codes: &codes, read: &read };
    // Numbers are for the words below, which are read on purpose.
    let title = CaseTitle::of(case, &fields, handler).said(l, district);
    let photos = photos(history);
    let (clocks, clocks_over) = timeline::clocks(l, district, history, now);
    // Whoever has an answer to write here, as supervision has to a review, does handle it.
    let said_note = if handler || main.is_some() { String::new() } else { l.t("staff-masked-note") };
    let mut frame = visitor.page(l.t("staff-case-title"));
    if visitor.done.as_deref() == Some("done-staff-answered") {
        frame.done_draft = Some(format!("answer-{}", case.code));
    }
    // A page that answers a form stands at an address that can't be asked for.
    frame.path = crate::page::encode(&format!("/cases/{}", case.code));
    let mut errors = beside.errors.clone();
    let act = beside.sent.map_or("", |s| s.get("act"));
    let has_form = main.iter().chain(&forms).chain(&unmask).any(|f| f.act == act);
    if let Some((kind, text)) = beside.notice {
        frame = frame.noting(kind, text);
    } else if !has_form && !errors.is_empty() {
        // The form that was refused is gone: its sentence has no place to stand at.
        frame = frame.noting("bad", errors.drain(..).map(|e| e.text).collect::<Vec<_>>().join(" "));
    }
    let page = StaffCasePage {
        l,
        page: frame,
        lost: if has_form { Vec::new() } else { lost(beside.sent) },
        code: case.code.clone(),
        title,
        status: view::status(l, case.stage, case.question.is_some()),
        urgent: case.is_urgent(),
        clock: clock.map(|c| view::also_asked(l, view::clock(l, c, now, &district.calendar), case.question.is_some())),
        clock_rule: clock.map_or(String::new(), rule),
        todo_title: if is_ended(case) { l.t("staff-ended-title") } else { String::new() },
        todo: todo(l, case, district, now),
        version: case.version,
        key: app.random_text(),
        main,
        unmask,
        sides: decision::proposals(l, history, &read),
        objections: decision::objections(&teller, &found.reason, today),
        quick,
        otherwise,
        near,
        request: review_request::is_due(case) && matches!(staff.role, Role::Supervisor | Role::Dispatcher),
        handler,
        prints: dispatches_slips(staff, case),
        said: read(of(field::TEXT)),
        said_note,
        photo_note: if !handler && photos > 0 { l.t_n("staff-photos-hidden", photos) } else { String::new() },
        photos: (1..=photos).filter(|_| handler).map(|n| format!("/cases/{}/photo/{n}", case.code)).collect(),
        contact,
        opened: beside.opened,
        facts: facts(l, district, history, app.desk().now().date()),
        tasks: tasks(l, district, history, now),
        clocks,
        clocks_over,
        links: links(l, case, &loaded.linked),
        events: teller.all(),
        similar: &loaded.similar,
        ledger: staff.role == Role::Auditor,
        forms,
        errors,
    };
    show_with(beside.status, &page)
}

fn photos(history: &History) -> usize {
    match history.told.first().map(|t| &t.body.event) {
        Some(Event::Raised { photos, .. }) if !history.case.erased => photos.len(),
        _ => 0,
    }
}

/// What was typed into a form that the page no longer has.
fn lost(sent: Option<&Sent>) -> Vec<String> {
    let Some(sent) = sent else { return Vec::new() };
    let act = sent.get("act");
    const WORDS: &[&str] = &["text", "reason", "question", "basis", "value"];
    let typed = WORDS.iter().map(|field| sent.get(&format!("{act}-{field}")).to_owned());
    typed.filter(|text| !text.is_empty()).collect()
}

/// Whether nobody does anything about it any more.
fn is_ended(case: &Case) -> bool {
    matches!(case.stage, Stage::Ended | Stage::NotAccepted | Stage::Routed | Stage::Withdrawn) && !case.erasure_asked
}

/// Who must do what until when, in plain words. A day that is over is no promise any more: what is late is said first.
fn todo(l: L, case: &Case, district: &District, now: Moment) -> Vec<String> {
    let today = now.date();
    let due = |what: &str, who: String, clock: Option<&Clock>| {
        let without_day = |who: String| l.t_n(&format!("staff-todo-{what}"), who);
        let Some(clock) = clock.filter(|c| !c.is_paused() && !timeline::is_over(c, today)) else {
            return without_day(who);
        };
        let date = l.day(clock.due.rolled, today);
        if !clock.is_late_at(now) {
            return l.t_with(&format!("staff-todo-{what}-by"), &[("who", who), ("date", date)]);
        }
        let late = view::clock(l, clock, now, &district.calendar).words;
        l.t_with("staff-todo-late", &[("late", late), ("date", date), ("todo", without_day(who))])
    };
    let centre = || l.t("staff-who-dispatcher");
    if let Some((_, clock)) = case.running(RuleId::UrgentHand) {
        let unit = case.lead().map(|t| district.unit_name(&t.unit, l.0).to_owned());
        let state = view::clock(l, clock, now, &district.calendar);
        let values = [("who", unit.unwrap_or_else(centre)), ("state", state.words), ("date", state.date)];
        return vec![l.t_with("staff-todo-urgent", &values)];
    }
    if case.erasure_asked {
        return vec![due("erasure", centre(), case.next_due())];
    }
    match case.stage {
        Stage::Raised => vec![due("accept", centre(), case.next_due())],
        Stage::Accepted => vec![due("dispatch", centre(), case.next_due())],
        Stage::Handling => {
            let line = |t: &domain::case::Task| {
                let unit = district.unit_name(&t.unit, l.0).to_owned();
                let own = case.owed(t);
                match t.state {
                    TaskState::Objected => l.t_n("staff-todo-objection", unit),
                    TaskState::Approval => due("approve", unit, own),
                    _ if t.lead && case.question.is_some() => match own.filter(|c| c.is_late_at(now)) {
                        Some(_) => due("asked", unit, own),
                        None => l.t_n("staff-todo-question", unit),
                    },
                    _ if own.is_some_and(|clock| clock.rule == RuleId::FirstStep) => due("step", unit, own),
                    _ if t.lead => due("answer", unit, own),
                    _ => due("report", unit, own),
                }
            };
            let broken = case.step.as_ref().filter(|step| matches!(step.word, Some((Kept::No, _))));
            let broken = broken.map(|step| l.t_n("staff-todo-step-broken", district.unit_name(&step.unit, l.0)));
            broken.into_iter().chain(case.tasks.iter().filter(|t| t.is_open()).map(line)).collect()
        }
        Stage::Answered => vec![due("verdict", l.t("staff-who-resident"), case.asked())],
        Stage::Review | Stage::ReReview => match case.reviewer() {
            Reviewer::Unit(code) => vec![due("review", district.unit_name(&code, l.0).to_owned(), case.next_due())],
            Reviewer::District => vec![due("review", l.t("staff-who-supervisor"), case.next_due())],
            Reviewer::Outside => vec![l.t("reviewed-outside"), l.t("staff-todo-outside")],
        },
        Stage::Merged => vec![l.t("staff-todo-merged")],
        Stage::Ended | Stage::NotAccepted | Stage::Routed | Stage::Withdrawn => {
            let how = match case.ended {
                Some((how, on)) => format!("{} · {}", capital(l, how.label(l.0)), l.day(on, today)),
                None => capital(l, case.stage.label(l.0)),
            };
            let undecided = case.running(RuleId::GoOnAsk).is_some();
            vec![how, l.t(if undecided { "staff-todo-unsolved" } else { "staff-todo-nothing" })]
        }
    }
}

/// Who handles a case sees where it is; how to reach the resident is opened with a purpose.
fn contact(l: L, fields: &Fields, handler: bool, opened: bool) -> Vec<(String, String)> {
    type Masked = fn(&str) -> String;
    let all: [(&str, &str, Masked); 4] = [
        (field::NAME, "staff-contact-name", mask::name),
        (field::PHONE, "staff-contact-phone", mask::phone),
        (field::EMAIL, "staff-contact-email", mask::email),
        (field::PLACE, "staff-contact-place", mask::place),
    ];
    let shown = |name: &str, value: &str, masked: Masked| {
        let open = opened || (handler && name == field::PLACE);
        if open { value.to_owned() } else { masked(value) }
    };
    all.iter().filter_map(|(name, key, masked)| Some((l.t(key), shown(name, fields.get(*name)?, *masked)))).collect()
}

/// A dispatcher prints a slip for whoever holds nothing better: of an old case, of an imported one, of a lost slip.
fn dispatches_slips(staff: &Staff, case: &Case) -> bool {
    staff.role == Role::Dispatcher && case.may_print_secret() && !case.withdrawn_accounts.contains(&staff.account)
}

/// What the units that have it by claim promised to do first, by when, and what its speaker says of it; the lead's first.
fn first_steps(l: L, district: &District, history: &History, today: Date) -> Option<String> {
    let case = &history.case;
    let step = case.step.as_ref()?;
    let joint = |claim: &&Claim| claim.unit != step.unit && case.tasks.iter().any(|task| task.unit == claim.unit);
    let all = std::iter::once((&step.unit, step.by)).chain(case.claims.iter().filter(joint).map(|c| (&c.unit, c.by)));
    let promised = all.map(|(unit, by)| {
        let [post, step] = claim_words(history.told.iter().map(|told| (&told.body.event, &told.private)), unit);
        let unit = district.unit_name(unit, l.0).to_owned();
        l.t_with("staff-first-step", &[("unit", unit), ("post", post), ("step", step), ("day", l.day(by, today))])
    });
    let promised = promised.collect::<Vec<_>>().join(l.0.pick("；", "; "));
    let said = step.word.map(|(kept, _)| format!(" · {} {}", l.t("staff-event-step_told"), kept.label(l.0)));
    Some(promised + &said.unwrap_or_default())
}

fn facts(l: L, district: &District, history: &History, today: Date) -> Vec<(String, String)> {
    let case = &history.case;
    let mut facts = vec![
        (l.t("staff-fact-track"), capital(l, case.track.label(l.0))),
        (l.t("staff-fact-door"), capital(l, case.door.label(l.0))),
        (l.t("staff-fact-raised"), case.raised_at.minute()),
    ];
    let mut add = |key: &str, value: Option<String>| facts.extend(value.map(|v| (l.t(key), v)));
    let many = |n: u16| (n > 0).then(|| n.to_string());
    add(
        "staff-fact-urgent",
        case.urgent.as_ref().map(|danger| {
            let name = district.catalogue.danger_name(danger, l.0).to_owned();
            match history.fields().get(field::DANGER) {
                Some(word) => l.t_with("staff-urgent-word", &[("danger", name), ("word", word.clone())]),
                None => name,
            }
        }),
    );
    add("staff-field-category", case.category.as_ref().map(|c| district.catalogue.name(c, l.0).to_owned()));
    add("staff-fact-street", case.street.as_ref().map(|s| district.unit_name(s, l.0).to_owned()));
    add("staff-fact-accused", case.accused.as_ref().map(|u| district.unit_name(u, l.0).to_owned()));
    if let Some(Event::Raised { oral, speakers, .. }) = history.told.first().map(|t| &t.body.event) {
        add("staff-fact-oral", oral.then(|| l.t("staff-yes")));
        add("staff-fact-speakers", speakers.map(|n| n.to_string()));
    }
    add("staff-fact-public", (case.public && !case.hidden).then(|| l.t("staff-yes")));
    add("staff-field-way", case.way.map(|w| capital(l, w.label(l.0))));
    add("staff-field-why", case.refused.map(|r| r.label(l.0).to_owned()));
    add("staff-fact-hops", many(case.hops));
    add("staff-fact-returned", many(case.returned));
    add("staff-fact-extended", many(case.extended));
    add("staff-fact-reopened", many(case.reopened));
    add("staff-fact-first-step", first_steps(l, district, history, today));
    add("staff-field-outcome", case.outcome.map(|o| capital(l, o.label(l.0))));
    // The resident's word is told once the case has ended by it.
    let verdict = case.verdict.filter(|_| case.ended.is_some());
    let word = |v| {
        let note = if case.independent { String::new() } else { format!(" · {}", l.t("staff-told-not-independent")) };
        format!("{}{note}", timeline::word(l, v))
    };
    add("staff-fact-verdict", verdict.map(word));
    let taken = case.opening.taken.as_ref().map(|(unit, _)| {
        let own = if case.is_own_answer() { "staff-taken-own" } else { "staff-taken-other" };
        l.t_n(own, district.unit_name(unit, l.0))
    });
    add("staff-fact-taken", taken);
    facts
}

fn tasks(l: L, district: &District, history: &History, now: Moment) -> Vec<TaskLine> {
    let today = now.date();
    let (case, ends) = (&history.case, timeline::ends(history));
    let line = |t: &domain::case::Task| {
        let kind = match t.state {
            TaskState::Open => "doing",
            TaskState::Objected | TaskState::Approval => "wait",
            TaskState::Done => "done",
            TaskState::Returned | TaskState::Released => "stop",
        };
        let owed = case.owed(t).filter(|_| t.is_open());
        let part = l.t(if t.lead { "staff-part-lead" } else { "staff-part-joint" });
        TaskLine {
            unit: district.unit_name(&t.unit, l.0).to_owned(),
            part: if t.designated { format!("{part} · {}", l.t("staff-told-designated")) } else { part },
            state: StatusView { kind, words: t.state.label(l.0).to_owned() },
            days: match ends.get(&t.no).filter(|_| !t.is_open()) {
                Some(end) => {
                    let (from, to) = (l.day(t.since, today), l.day(*end, today));
                    l.t_with("staff-task-ended", &[("from", from), ("to", to)])
                }
                None => l.t_n("staff-since", l.day(t.since, today)),
            },
            clock: owed.map(|c| view::clock(l, c, now, &district.calendar)),
        }
    };
    case.tasks.iter().map(line).collect()
}

/// Links both ways. A sealed case and one that is not are never linked; of another kind nothing is told.
fn links(l: L, case: &Case, linked: &[Linked]) -> Vec<LinkLine> {
    let words = |k: &Linked| match &k.said {
        Some(said) if said == "merged" => l.t("staff-link-merged-from"),
        Some(said) => {
            let kind = domain::case::LinkKind::of(said).map_or("", |kind| kind.label(l.0));
            l.t_n("staff-link-from", kind)
        }
        None if case.merged_into == Some(k.id) => l.t("staff-link-merged-into"),
        None => {
            let kind = case.links.iter().find(|(_, id)| *id == k.id).map_or("", |(kind, _)| kind.label(l.0));
            capital(l, kind)
        }
    };
    let seen = linked.iter().filter(|k| k.sealed == case.is_sealed());
    seen.map(|k| LinkLine { words: words(k), code: k.code.clone(), stage: k.stage.label(l.0).to_owned() }).collect()
}
