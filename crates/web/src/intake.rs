//! The API of a case for whoever hands it in: raise it, follow it, fetch its receipt.

use crate::app::App;
use crate::caller::{CaseSecret, From, IntakeCaller, idempotency_key};
use crate::parts::answer::given_answer;
use crate::parts::open_case::open_case;
use crate::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::{Key, Raised};
use domain::case::{self, Channel, Contact, Door, Event, Raise, Tell, Track, field};
use domain::{Label, Lang};
use serde::{Deserialize, Serialize};
use store::read;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCase {
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
    contact: NewContact,
}

/// A contact as one line (a phone number), or as its parts.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum NewContact {
    #[default]
    None,
    Phone(String),
    Parts(ContactParts),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContactParts {
    #[serde(default)]
    name: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    tell: Option<Channel>,
    #[serde(default)]
    lang: Lang,
}

#[derive(Serialize)]
struct NewCaseAnswer {
    code: String,
    secret: String,
    state: &'static str,
    due: Option<String>,
    receipt: String,
}

/// `POST /api/v1/cases`
pub(crate) async fn raise(
    State(app): State<App>,
    caller: IntakeCaller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let wanted: NewCase = serde_json::from_slice(&body).map_err(|e| Problem::bad_json(&e))?;
    let key = idempotency_key(&headers, caller.key_least)?.map(|key| Key::of(&caller.scope, key));
    let track = match wanted.track.as_deref() {
        None | Some("") => Track::Hotline,
        Some(code) => Track::of(code).ok_or_else(|| {
            let known = Track::ALL.iter().map(|t| t.code()).collect::<Vec<_>>().join(", ");
            let zh = format!("可用：{known}。");
            let en = format!("Use one of: {known}.");
            let (zh, en) = (["没有这种类型。", zh.as_str()], ["There is no such track.", en.as_str()]);
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "no_such_track", zh, en).at("track")
        })?,
    };
    let contact = match wanted.contact {
        NewContact::None => Contact::default(),
        NewContact::Phone(phone) => Contact { name: String::new(), phone, ..Contact::default() },
        NewContact::Parts(ContactParts { name, phone, email, tell, lang }) => {
            Contact { name, phone, email, tell: tell.map(|channel| Tell { channel, lang }) }
        }
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
    let Raised { code, secret, digits, due, receipt, .. } =
        app.desk().raise(caller.actor, raise, Vec::new(), key).await?;
    // A resident's own client gets the secret; another system, which may show it to its staff, gets digits that look.
    let secret = if secret.is_empty() { digits } else { secret };
    let given = NewCaseAnswer { code, secret, state: case::Stage::Raised.code(), due, receipt };
    Ok((StatusCode::CREATED, Json(given)).into_response())
}

/// What a case looks like to its resident.
#[derive(Serialize)]
struct FollowedCase {
    code: String,
    /// What `If-Match` takes.
    version: u64,
    track: &'static str,
    state: &'static str,
    due: Option<String>,
    paused: bool,
    unit: Option<String>,
    title: String,
    text: String,
    question: Option<String>,
    answer: Option<String>,
    history: Vec<FollowedStep>,
}

#[derive(Serialize)]
struct FollowedStep {
    at: String,
    kind: &'static str,
}

/// `GET /api/v1/cases/{code}`
pub(crate) async fn follow(
    app: &App,
    code: &str,
    from: From,
    CaseSecret(secret): CaseSecret,
) -> Result<Response, Problem> {
    let (history, _) = open_case(app, from, code, &secret).await?;
    let (case, fields) = (&history.case, history.fields());
    let district = app.desk().district();
    let due = case.next_due();
    let lead = case.tasks.iter().rev().find(|t| t.lead);
    // What is only between offices stays there.
    let shown = history
        .told
        .iter()
        .filter(|e| !matches!(e.body.event, Event::Noted | Event::Proposed { .. } | Event::SentBack { .. }));
    let followed = FollowedCase {
        track: case.track.code(),
        state: case.stage.code(),
        due: due.map(|c| c.due.raw.to_string()),
        paused: due.is_some_and(case::Clock::is_paused),
        unit: lead.map(|t| district.unit_name(&t.unit, domain::Lang::Zh).to_owned()),
        title: fields.get(field::TITLE).cloned().unwrap_or_default(),
        text: fields.get(field::TEXT).cloned().unwrap_or_default(),
        question: history.latest(field::QUESTION).filter(|_| case.question.is_some()).map(str::to_owned),
        answer: given_answer(&history).map(str::to_owned),
        history: shown.map(|e| FollowedStep { at: e.body.at.minute(), kind: e.body.event.kind() }).collect(),
        version: case.version,
        code: case.code.clone(),
    };
    Ok(Json(followed).into_response())
}

/// `GET /receipts/{file}`: the receipt of a case's first entry in the ledger as it is now.
pub(crate) async fn receipt(
    State(app): State<App>,
    Path(file): Path<String>,
    from: From,
    CaseSecret(secret): CaseSecret,
) -> Result<Response, Problem> {
    let code = file.strip_suffix(".tlog-proof").ok_or_else(Problem::not_found)?;
    let first = open_case(&app, from, code, &secret).await?.0.first();
    let number = app.desk().number();
    let receipt = app.read(move |db, _| read::latest_receipt(db, number, first)).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], receipt.to_text()).into_response())
}
