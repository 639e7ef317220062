//! The API of cases. The header decides who comes: `Case-Secret` the resident, who sees and does what a resident does; a
//! token of scope act its post, which sees what the post sees, without accusations, and does what a unit's own system passes
//! on ([`BY_TOKENS`]).

use super::act::{Acted, run};
use super::read::{Listed, ListedRecord, PAGE, ToldEvent, told_event, wanted};
use crate::app::App;
use crate::caller::{ActToken, CaseCaller, From};
use crate::case_acts;
use crate::intake;
use crate::parts::open_case::open_case;
use crate::parts::stream::Heard;
use crate::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::case::{BY_TOKENS, Case, CaseId, Cases, CommandKind, Event, Fields, allowed, field, may_see};
use domain::district::District;
use domain::moment::{date_of, day_number};
use domain::register::{Declared, On, Register, Shelf};
use domain::{Actor, Label};
use reading::mask;
use serde::Serialize;
use std::sync::PoisonError;
use store::db::Db;
use store::follow;
use store::listed::{self, Line, Placed, STRETCH};
use store::read::{self, History};
use store::view::work;

/// The cases among the registers.
fn shelf() -> Result<&'static dyn Shelf, Problem> {
    let cases = |shelf: &&&'static dyn Shelf| shelf.code() == Cases::CODE;
    registers::REGISTERS.iter().find(cases).copied().ok_or_else(Problem::broken)
}

/// The acts of a token, as the description says them.
pub(super) fn acts() -> impl Iterator<Item = Declared> {
    Cases::acts().into_iter().filter(|act| CommandKind::of(act.code).is_some_and(|kind| BY_TOKENS.contains(&kind)))
}

/// How many stretches of the ledger a page looks through at most, for a post that sees few of the cases.
const STRETCHES: usize = 10;

/// `GET /api/v1/cases`: those that the token's post sees.
pub(crate) async fn list(
    State(app): State<App>,
    token: ActToken,
    RawQuery(query): RawQuery,
) -> Result<Json<Listed>, Problem> {
    let wanted = wanted(shelf()?, &query.unwrap_or_default())?;
    let (number, district) = (app.desk().number(), app.desk().district());
    let page = app.read(move |db, _| {
        let (mut lines, mut next) = (Vec::new(), Some(wanted.behind));
        for _ in 0..STRETCHES {
            let Some(behind) = next.filter(|_| lines.len() < PAGE) else { break };
            let (placed, further) = stretch(db, number, wanted.by_last, behind)?;
            next = further;
            lines.extend(seen(db, number, &placed, &token.actor, &district)?.into_iter().filter(|of| wanted.takes(of)));
        }
        let mut next = next.map(|next| next as u64);
        if lines.len() > PAGE {
            lines.truncate(PAGE);
            next = lines.last().map(|line| if wanted.by_last { line.last } else { line.first });
        }
        Ok(Listed::new(lines.into_iter().map(ListedRecord::from).collect(), next))
    });
    page.await.map(Json)
}

/// The cases of a stretch of the ledger behind a position, and where the next stretch begins, if there is one.
fn stretch(db: &mut Db, number: i64, by_last: bool, behind: i64) -> store::Result<(Vec<Placed>, Option<i64>)> {
    if by_last {
        // Entries of other records and of sealed cases are among those that are looked through.
        // The size comes first: an entry that is added between the two is looked at by the next stretch, not passed over.
        let (through, size) = (behind.saturating_add_unsigned(STRETCH), follow::size(db, number)?);
        let placed = listed::changed_cases(db, number, behind)?;
        return Ok((placed, Some(through).filter(|through| through.saturating_add(1) < size as i64)));
    }
    let placed = listed::cases(db, number, behind, PAGE)?;
    let next = placed.last().filter(|_| placed.len() == PAGE).map(|last| last.first as i64);
    Ok((placed, next))
}

/// Those of the cases that an actor sees, as lines.
fn seen(db: &mut Db, number: i64, placed: &[Placed], by: &Actor, district: &District) -> store::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for part in placed.chunks(work::TOGETHER_MOST) {
        let ids: Vec<CaseId> = part.iter().map(|case| case.id).collect();
        let cases = work::cases(db, number, &ids)?;
        let known = part.iter().filter_map(|placed| Some((placed, cases.get(&placed.id)?)));
        lines.extend(known.filter(|(_, case)| may_see(case, by, district)).map(|(placed, case)| line(placed, case)));
    }
    Ok(lines)
}

fn line(placed: &Placed, case: &Case) -> Line {
    Line {
        first: placed.first,
        code: case.code.clone(),
        version: case.version,
        stage: case.stage.code().to_owned(),
        unit: unit(case),
        day: day_number(case.raised_at.date()),
        last: placed.last,
    }
}

/// The unit that leads, or led last; empty while there was none.
fn unit(case: &Case) -> String {
    case.tasks.iter().rev().find(|task| task.lead).map(|task| task.unit.0.clone()).unwrap_or_default()
}

/// A case as a token sees it.
#[derive(Serialize)]
struct SeenCase {
    id: String,
    code: String,
    version: u64,
    track: &'static str,
    stage: &'static str,
    unit: String,
    category: Option<String>,
    /// The day on which it was raised.
    day: String,
    due: Option<String>,
    paused: bool,
    tasks: Vec<SeenTask>,
    /// The ledger index of its first entry, and that of its last one.
    first: u64,
    index: u64,
    /// What was handed in, as it stands: who wrote it and how to reach them is masked.
    words: Fields,
    events: Vec<SeenEvent>,
    /// What the token may do now.
    acts: Vec<&'static str>,
}

/// What a unit has to do.
#[derive(Serialize)]
struct SeenTask {
    /// Its number, by which acts name it.
    task: u16,
    unit: String,
    lead: bool,
    open: bool,
}

/// An event with what was written.
#[derive(Serialize)]
struct SeenEvent {
    #[serde(flatten)]
    event: ToldEvent,
    #[serde(skip_serializing_if = "Fields::is_empty")]
    words: Fields,
}

/// `GET /api/v1/cases/{code}`
pub(crate) async fn show(
    State(app): State<App>,
    Path(code): Path<String>,
    from: From,
    caller: CaseCaller,
) -> Result<Response, Problem> {
    let token = match caller {
        CaseCaller::Resident(secret) => return intake::follow(&app, &code, from, secret).await,
        CaseCaller::Post(token) => token,
    };
    let history = history(&app, &token.actor, &code).await?;
    Ok(Json(seen_case(&history, &token.actor, &app.desk().district())?).into_response())
}

/// A case with its history, if the actor sees it: that there is one is not told to anybody else.
async fn history(app: &App, by: &Actor, code: &str) -> Result<History, Problem> {
    let (number, code) = (app.desk().number(), desk::read_case_code(code).ok_or_else(Problem::not_found)?);
    let found = app.read(move |db, keys| {
        read::history_by_code(db, &mut keys.lock().unwrap_or_else(PoisonError::into_inner), number, &code)
    });
    let sees = |history: &History| may_see(&history.case, by, &app.desk().district());
    found.await?.filter(sees).ok_or_else(Problem::not_found)
}

/// What is written of a case and no field of its own. Sources, digits and whoever stood by are not among it.
const SAID: &[&str] = &[
    field::REASON,
    field::QUESTION,
    field::REPLY,
    field::BODY,
    field::ANSWER,
    field::BASIS,
    field::NOTE,
    field::WORDS,
    field::POST,
    field::STEP,
    field::SHOWN,
    field::SHOWN_ANSWER,
];

fn seen_case(history: &History, by: &Actor, district: &District) -> Result<SeenCase, Problem> {
    let (shelf, case, texts) = (shelf()?, &history.case, history.texts());
    let known: Vec<&str> = texts.personal.iter().map(String::as_str).collect();
    let shown = |name: &str, text: &str| match name {
        field::NAME => mask::name(text),
        field::PHONE => mask::phone(text),
        field::EMAIL => mask::email(text),
        field::PLACE => text.to_owned(),
        _ => mask::numbers(text, &known),
    };
    let words = |names: &[&str], from: &Fields| {
        let one = |name: &&str| from.get(*name).map(|text| ((*name).to_owned(), shown(name, text)));
        names.iter().filter_map(one).collect::<Fields>()
    };
    // Who opened an address, and who stepped aside, is for the auditor.
    let told =
        history.told.iter().filter(|told| !matches!(told.body.event, Event::Unmasked { .. } | Event::InterestDeclared));
    let events = told.map(|told| {
        let event = told_event(told.seq, shelf.json(&told.body).map_err(|_| Problem::broken())?);
        Ok(SeenEvent { event, words: words(SAID, &told.private) })
    });
    let task = |task: &domain::case::Task| SeenTask {
        task: task.no,
        unit: task.unit.0.clone(),
        lead: task.lead,
        open: task.is_open(),
    };
    let due = case.next_due();
    Ok(SeenCase {
        id: case.id.hex(),
        code: case.code.clone(),
        version: case.version,
        track: case.track.code(),
        stage: case.stage.code(),
        unit: unit(case),
        category: case.category.as_ref().map(|category| category.as_str().to_owned()),
        day: date_of(day_number(case.raised_at.date())).to_string(),
        due: due.map(|clock| clock.due.raw.to_string()),
        paused: due.is_some_and(domain::case::Clock::is_paused),
        tasks: case.tasks.iter().map(task).collect(),
        first: history.first(),
        index: history.told.last().map_or(0, |told| told.seq),
        words: words(
            &[field::TITLE, field::TEXT, field::NAME, field::PHONE, field::EMAIL, field::PLACE],
            &texts.fields,
        ),
        events: events.collect::<Result<_, Problem>>()?,
        acts: allowed(case, by, district).into_iter().map(CommandKind::code).collect(),
    })
}

/// `POST /api/v1/cases/{code}/{act}`
pub(crate) async fn act(
    State(app): State<App>,
    Path((code, act)): Path<(String, String)>,
    from: From,
    caller: CaseCaller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let token = match caller {
        CaseCaller::Resident(secret) => {
            return case_acts::act(&app, (&code, &act), from, secret, (&headers, &body))
                .await
                .map(IntoResponse::into_response);
        }
        CaseCaller::Post(token) => token,
    };
    let declared = acts().find(|declared| declared.code == act).ok_or_else(Problem::not_found)?;
    let case = history(&app, &token.actor, &code).await?.case;
    app.limits().count_token_act(&token.name)?;
    let done = run(&app, token.into(), shelf()?, On::Record(case.id), &declared, (&headers, &body)).await?;
    Ok(Json(Acted::of(case.code, done)).into_response())
}

/// `GET /api/v1/cases/{code}/stream`
pub(crate) async fn stream(
    State(app): State<App>,
    Path(code): Path<String>,
    from: From,
    caller: CaseCaller,
) -> Result<Response, Problem> {
    let heard = Heard::by(&app);
    match caller {
        CaseCaller::Resident(secret) => Ok(heard.of(open_case(&app, from, &code, &secret.0).await?.0.case.id)),
        CaseCaller::Post(token) => {
            let id = history(&app, &token.actor, &code).await?.case.id;
            Ok(heard.of_case(id, token.actor))
        }
    }
}
