//! What other programs do: `POST /api/v1/{register}` and `POST /api/v1/{register}/{code}/{act}`.

use super::{acts, begins, fields, party, record, register};
use crate::app::App;
use crate::caller::{ActCaller, ActToken, From, idempotency_key, json_only};
use crate::parts::handles::by_handle;
use crate::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use desk::{Done, Failure, Key};
use domain::case::Visit;
use domain::register::{Declared, On, Shelf};
use domain::{Actor, Refusal};
use serde::{Deserialize, Serialize};

/// An act that is done.
#[derive(Serialize)]
pub(crate) struct Acted {
    code: String,
    version: u64,
    index: u64,
    asked: Vec<Begun>,
    #[serde(skip_serializing_if = "String::is_empty")]
    receipt: String,
}

/// A record that began because the act asked for it.
#[derive(Serialize)]
struct Begun {
    register: &'static str,
    code: String,
    index: u64,
}

impl std::convert::From<Done> for Acted {
    fn from(done: Done) -> Acted {
        let begun = |begun: desk::Begun| Begun { register: begun.register, code: begun.code, index: begun.index };
        let Done { code, version, index, asked, receipt, .. } = done;
        Acted { code, version, index, asked: asked.into_iter().map(begun).collect(), receipt }
    }
}

impl Acted {
    /// What was done to the record of a code: a repeated key's answer doesn't say it.
    pub(super) fn of(code: String, done: Done) -> Acted {
        Acted { code, ..done.into() }
    }
}

/// By which act a record begins, where there are several.
#[derive(Default, Deserialize)]
pub(crate) struct BeginQuery {
    act: Option<String>,
}

/// `POST /api/v1/{register}`: a record begins, by the first act that can begin one or by the one that `?act=` names.
pub(crate) async fn begin(
    State(app): State<App>,
    token: ActToken,
    Path(plural): Path<String>,
    Query(asked): Query<BeginQuery>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Acted>), Problem> {
    let shelf = register(&plural)?;
    let wanted = |act: &Declared| asked.act.as_deref().is_none_or(|code| code == act.code);
    let act = begins(shelf).find(wanted).ok_or_else(Problem::not_found)?;
    let done = run(&app, token.into(), shelf, On::New, &act, (&headers, &body)).await?;
    Ok((StatusCode::CREATED, Json(done.into())))
}

/// `POST /api/v1/{register}/{code}/{act}`
pub(crate) async fn act(
    State(app): State<App>,
    Path((plural, code, act)): Path<(String, String, String)>,
    from: From,
    caller: ActCaller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Acted>, Problem> {
    let shelf = register(&plural)?;
    let token = match caller {
        ActCaller::Post(token) => token,
        ActCaller::Party(secret) => {
            return party::act(&app, from, (shelf, &act), (&code, &secret), (&headers, &body)).await.map(Json);
        }
    };
    let act = acts(shelf).find(|declared| declared.code == act).ok_or_else(Problem::not_found)?;
    let (id, code) = record(&app, shelf, &code).await?;
    app.limits().count_token_act(&token.name)?;
    let done = run(&app, token.into(), shelf, On::Record(id), &act, (&headers, &body)).await?;
    Ok(Json(Acted::of(code, done)))
}

/// Who acts, and the scope of the keys that it sends.
pub(super) struct By {
    pub(super) scope: String,
    pub(super) actor: Actor,
}

impl std::convert::From<ActToken> for By {
    fn from(token: ActToken) -> By {
        By { scope: format!("token {}", token.name), actor: token.actor }
    }
}

/// Reads an act from what was sent, and has it done.
pub(super) async fn run(
    app: &App,
    by: By,
    shelf: &'static dyn Shelf,
    on: On,
    act: &Declared,
    (headers, body): (&HeaderMap, &[u8]),
) -> Result<Done, Problem> {
    json_only(headers)?;
    let key = idempotency_key(headers, 1)?.ok_or_else(|| Problem::key(1))?;
    let key = Key::of(&by.scope, key);
    let seen = fields::version_seen(headers)?;
    let values = by_handle(app, act.fields, fields::values(act.fields, body)?).await?;
    let first = |wrong: Vec<Refusal>| wrong.into_iter().next().map_or_else(Problem::form, refused);
    let read = shelf.read_act(act.code, &values).map_err(first)?;
    let seen = match on {
        On::New | On::Begin(_) => None,
        On::Record(_) => seen,
    };
    let by = (by.actor, Visit::BEST);
    let done = app.desk().execute_read(by, shelf, (on, seen), (act.code, &values, read), Some(key)).await;
    done.map_err(|failure| match failure {
        Failure::Refused(refusal) => refused(refusal),
        other => other.into(),
    })
}

/// What is refused at a field has to change there. A register's own reason without one is about a record as it stands:
/// the act is not possible now.
fn refused(refusal: Refusal) -> Problem {
    let own = |shelf: &&dyn Shelf| shelf.reasons().contains(&refusal.why);
    let stands = refusal.field.is_none() && registers::REGISTERS.iter().any(own);
    let at_field = refusal.field.is_some();
    let problem = Problem::from(refusal);
    match (stands, at_field) {
        (true, _) => problem.with_status(StatusCode::CONFLICT),
        (_, true) => problem.with_status(StatusCode::UNPROCESSABLE_ENTITY),
        _ => problem,
    }
}
