//! The API of a case for whoever hands it in: raise it, follow it, fetch its receipt.

use crate::app::App;
use crate::caller::{CaseSecret, Intake};
use crate::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::{Key, Raised, read_case_code};
use domain::Label;
use domain::case::{self, Case, Contact, Door, Event, Raise, Track, field};
use serde::{Deserialize, Serialize};
use std::sync::PoisonError;
use store::read::{self, Stream};
use subtle::ConstantTimeEq;

/// The longest idempotency key, in bytes.
const KEY_MOST: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    title: String,
    text: String,
    #[serde(default)]
    track: Option<String>,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    place: String,
    #[serde(default)]
    contact: WantedContact,
}

/// A contact as one line (a phone number), or as its parts.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum WantedContact {
    #[default]
    None,
    Phone(String),
    Parts {
        #[serde(default)]
        name: String,
        #[serde(default)]
        phone: String,
    },
}

#[derive(Serialize)]
struct Given {
    code: String,
    secret: String,
    state: &'static str,
    due: Option<String>,
    receipt: String,
}

/// `POST /api/v1/cases`
pub(crate) async fn raise(
    State(app): State<App>,
    caller: Intake,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let wanted: Wanted = serde_json::from_slice(&body).map_err(|e| {
        let what = format!(
            "内容不是所需的JSON：第{0}行第{1}列。 The body is not the JSON that is needed: line {0}, column {1}.",
            e.line(),
            e.column()
        );
        let todo = format!("请按 /api/openapi.json 更正。 Correct it by /api/openapi.json: {e}.");
        Problem::new(StatusCode::BAD_REQUEST, "json", &what, &todo)
    })?;
    let key = match headers.get("idempotency-key") {
        None => None,
        Some(value) => {
            let text = value.to_str().ok().filter(|k| (1..=KEY_MOST).contains(&k.len()));
            let what = "提交标识不合规范。 The Idempotency-Key is not usable.";
            let todo = "请使用1到200个可见字符。 Use 1 to 200 visible characters.";
            Some(Key::of(&caller.scope, text.ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "key", what, todo))?))
        }
    };
    let track = match wanted.track.as_deref() {
        None | Some("") => Track::Hotline,
        Some(code) => Track::of(code).ok_or_else(|| {
            let known: Vec<_> = Track::ALL.iter().map(|t| t.code()).collect();
            let todo = format!("可用：{0}。 Use one of: {0}.", known.join(", "));
            Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "no_such_track",
                "没有这种类型。 There is no such track.",
                &todo,
            )
            .at("track")
        })?,
    };
    let contact = match wanted.contact {
        WantedContact::None => Contact::default(),
        WantedContact::Phone(phone) => Contact { name: String::new(), phone },
        WantedContact::Parts { name, phone } => Contact { name, phone },
    };
    let raise = Raise {
        track,
        door: Door::Api,
        title: wanted.title,
        text: wanted.text,
        category: wanted.category.filter(|c| !c.is_empty()).map(|c| c.as_str().into()),
        place: wanted.place,
        contact,
        ..Raise::default()
    };
    let Raised { code, secret, due, receipt, .. } = app.desk().raise(caller.actor, raise, Vec::new(), key).await?;
    let given = Given { code, secret, state: case::Stage::Raised.code(), due, receipt };
    Ok((StatusCode::CREATED, Json(given)).into_response())
}

/// What a case looks like to its resident.
#[derive(Serialize)]
struct Followed {
    code: String,
    track: &'static str,
    state: &'static str,
    due: Option<String>,
    paused: bool,
    unit: Option<String>,
    title: String,
    text: String,
    question: Option<String>,
    answer: Option<String>,
    history: Vec<Step>,
}

#[derive(Serialize)]
struct Step {
    at: String,
    kind: &'static str,
}

/// What the resident's secret opens.
struct Opened {
    case: Case,
    stream: Stream<Event>,
    first: case::Fields,
    question: Option<String>,
    answer: Option<String>,
}

async fn open(app: &App, typed: &str, CaseSecret(secret): CaseSecret) -> Result<Opened, Problem> {
    let code = read_case_code(typed).ok_or_else(Problem::wrong_secret)?;
    app.may_try(&code)?;
    let number = app.desk().number();
    let wanted = code.clone();
    let found = app
        .read(move |db, keys| {
            let Some(id) = read::by_code(db, number, &wanted)? else { return Ok(None) };
            let stream = read::stream::<Event>(db, number, id)?;
            let Some(case) = case::replay(id, stream.events.iter().map(|e| &e.body)) else { return Ok(None) };
            let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
            let mut first = case::Fields::new();
            let (mut question, mut answer) = (None, None);
            for e in &stream.events {
                let wanted = matches!(
                    e.body.event,
                    Event::Raised { .. }
                        | Event::Asked { .. }
                        | Event::Proposed { .. }
                        | Event::Answered { .. }
                        | Event::EndedElsewhere { .. }
                );
                if !wanted {
                    continue;
                }
                let fields = read::private(db, &mut keys, number, id, e.version, e.seq)?;
                question = fields.get(field::QUESTION).cloned().or(question);
                answer = fields.get(field::ANSWER).cloned().or(answer);
                if e.version == 1 {
                    first = fields;
                }
            }
            Ok(Some(Opened { case, stream, first, question, answer }))
        })
        .await?;
    let right = found.filter(|o| {
        let known = o.first.get(field::SECRET).map(String::as_bytes).unwrap_or_default();
        !known.is_empty() && bool::from(known.ct_eq(secret.as_bytes()))
    });
    match right {
        Some(opened) => Ok(opened),
        None => {
            app.count_wrong(&code)?;
            Err(Problem::wrong_secret())
        }
    }
}

/// `GET /api/v1/cases/{code}`
pub(crate) async fn follow(
    State(app): State<App>,
    Path(code): Path<String>,
    secret: CaseSecret,
) -> Result<Response, Problem> {
    let Opened { case, stream, first, question, answer } = open(&app, &code, secret).await?;
    let district = app.desk().district();
    let due = case.next_due();
    let lead = case.tasks.iter().rev().find(|t| t.lead);
    // What is only between offices stays there.
    let shown = stream
        .events
        .iter()
        .filter(|e| !matches!(e.body.event, Event::Noted | Event::Proposed { .. } | Event::SentBack { .. }));
    let followed = Followed {
        track: case.track.code(),
        state: case.stage.code(),
        due: due.map(|c| c.due.raw.to_string()),
        paused: due.is_some_and(case::Clock::is_paused),
        unit: lead.map(|t| district.unit_name(&t.unit, domain::Lang::Zh).to_owned()),
        title: first.get(field::TITLE).cloned().unwrap_or_default(),
        text: first.get(field::TEXT).cloned().unwrap_or_default(),
        question: question.filter(|_| case.question.is_some()),
        answer: answer.filter(|_| case.answered_on.is_some() || case.ended.is_some()),
        history: shown.map(|e| Step { at: e.body.at.minute(), kind: e.body.event.kind() }).collect(),
        code: case.code,
    };
    Ok(Json(followed).into_response())
}

/// `GET /receipts/{file}`: the receipt of a case's first entry in the ledger as it is now.
pub(crate) async fn receipt(
    State(app): State<App>,
    Path(file): Path<String>,
    secret: CaseSecret,
) -> Result<Response, Problem> {
    let code = file.strip_suffix(".tlog-proof").ok_or_else(Problem::not_found)?;
    let opened = open(&app, code, secret).await?;
    let number = app.desk().number();
    let first = opened.stream.events.first().map_or(0, |e| e.seq);
    let receipt = app
        .read(move |db, _| {
            let (_, size) = read::checkpoint(db, number)?;
            read::receipt(db, number, first, size)
        })
        .await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], receipt.to_text()).into_response())
}
