//! The API of a resident's acts on a case: `POST /api/v1/cases/{code}/{act}`, and what the description says about it. The
//! fields of an act are those that it declares; a name or a value that isn't taken is refused at its field.

use crate::app::App;
use crate::caller::{CaseSecret, From, idempotency_key, json_only, same_origin};
use crate::cookie::is_marked;
use crate::parts::open_case::open_case;
use crate::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::IF_MATCH;
use axum::http::{HeaderMap, StatusCode};
use desk::Key;
use domain::case::{Command, CommandKind, Trust, Visit, With};
use domain::register::{Field, Input, Values};
use domain::{Label, Refusal, Why};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// What a resident's own program may do. A secret is used up, digits are set and an address is confirmed on the pages: there
/// the resident reads what comes of it.
const ACTS: &[CommandKind] = &[
    CommandKind::Reply,
    CommandKind::GiveVerdict,
    CommandKind::Reopen,
    CommandKind::AskReview,
    CommandKind::AskReReview,
    CommandKind::Withdraw,
    CommandKind::CorrectField,
    CommandKind::ChooseTelling,
    CommandKind::HideText,
    CommandKind::AskErasure,
    CommandKind::LetRest,
];

/// An act that is done.
#[derive(Serialize)]
pub(crate) struct Done {
    code: String,
    version: u64,
    index: u64,
}

/// `POST /api/v1/cases/{code}/{act}`
pub(crate) async fn act(
    State(app): State<App>,
    Path((code, act)): Path<(String, String)>,
    from: From,
    CaseSecret(secret): CaseSecret,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Done>, Problem> {
    same_origin(&app, &headers)?;
    json_only(&headers)?;
    let (history, with) = open_case(&app, from, &code, &secret).await?;
    let case = history.case;
    let visit = Visit { with, marked: is_marked(&headers) };
    // A secret that staff may have held is used up on the page, where that has a time: it does nothing here.
    if matches!(with, With::Secret(_)) && case.trust(visit) < Trust::Independent {
        return Err(Refusal::new(Why::NeedsSecret).into());
    }
    let kind = CommandKind::of(&act).filter(|kind| ACTS.contains(kind)).ok_or_else(Problem::not_found)?;
    let key =
        Key::of(&format!("case {}", case.id.hex()), idempotency_key(&headers, 1)?.ok_or_else(|| Problem::key(1))?);
    let seen = version_seen(&headers)?;
    let command = Command::read(kind, &values(kind, &body)?);
    let command = command.map_err(|wrong| wrong.into_iter().next().map_or_else(Problem::form, Problem::from))?;
    app.limits().count_act(case.id)?;
    let acted = app.desk().visit(visit, case.id, seen, command, Some(key)).await?;
    Ok(Json(Done { code: case.code, version: acted.version, index: acted.index }))
}

/// The version of the case that the caller has seen: `If-Match`, with or without quotation marks.
fn version_seen(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(seen) = headers.get(IF_MATCH) else { return Ok(None) };
    let seen = seen.to_str().ok().map(|text| text.trim().trim_matches('"')).and_then(|text| text.parse().ok());
    let zh = ["If-Match 应是本件的版本号。", "请使用上次得到的 version。"];
    let en = ["If-Match is not a version of the case.", "Use the version that you got last."];
    seen.map(Some).ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "version", zh, en))
}

/// The fields of a JSON object as what is typed into a form.
fn values(kind: CommandKind, body: &[u8]) -> Result<Values, Problem> {
    let sent: Map<String, Value> =
        if body.is_empty() { Map::new() } else { serde_json::from_slice(body).map_err(|e| Problem::bad_json(&e))? };
    let fields = all(Command::fields(kind));
    let taken = |name: &str| fields.iter().any(|field| field.name == name);
    if let Some(name) = sent.keys().find(|name| !taken(name)) {
        let names = fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ");
        let (zh, en) =
            (format!("没有“{}”这一项。", shortened(name)), format!("There is no field “{}”.", shortened(name)));
        let (zh_do, en_do) = match names.as_str() {
            "" => ("请发送空的 {}。".to_owned(), "Send an empty {}.".to_owned()),
            _ => (format!("可用：{names}。"), format!("It takes: {names}.")),
        };
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "no_such_field", [&zh, &zh_do], [&en, &en_do]));
    }
    sent.into_iter().map(|(name, value)| Ok((name, typed(value)?))).collect()
}

fn typed(value: Value) -> Result<String, Problem> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(set) => Ok(if set { "true" } else { "" }.to_owned()),
        Value::Null => Ok(String::new()),
        Value::Array(_) | Value::Object(_) => {
            let zh = ["一项的值不是文字、数字或真假。", "请按 /api/openapi.json 更正。"];
            let en = ["A value is neither text nor number nor true or false.", "Correct it by /api/openapi.json."];
            Err(Problem::new(StatusCode::BAD_REQUEST, "json", zh, en))
        }
    }
}

fn shortened(name: &str) -> String {
    domain::typed::shortened(&domain::typed::kept_line(name), 40)
}

/// The fields of an act, those of its parts one by one.
fn all(fields: &'static [Field]) -> Vec<&'static Field> {
    let parts = |field: &'static Field| match field.input {
        Input::Parts(parts) => all(parts),
        _ => vec![field],
    };
    fields.iter().flat_map(parts).collect()
}

/// The description of the API: what is written by hand, with what the acts declare.
pub(crate) static OPENAPI: LazyLock<String> = LazyLock::new(|| {
    let mut document: Value = serde_json::from_str(crate::routes::OPENAPI).unwrap_or_default();
    let act = &mut document["paths"]["/api/v1/cases/{code}/{act}"]["post"];
    act["parameters"][1]["schema"]["enum"] = ACTS.iter().map(|kind| kind.code()).collect();
    let schemas = ACTS.iter().map(|kind| schema(*kind)).collect::<Vec<_>>();
    act["requestBody"]["content"]["application/json"]["schema"] = json!({ "anyOf": schemas });
    crate::contract::describe::add(&mut document);
    serde_json::to_string_pretty(&document).unwrap_or_default()
});

fn schema(kind: CommandKind) -> Value {
    let fields = all(Command::fields(kind));
    let property = |field: &&Field| (field.name.to_owned(), property(field));
    let required: Vec<&str> = fields.iter().filter(|field| !field.optional).map(|field| field.name).collect();
    json!({
        "title": kind.code(),
        "description": kind.label(domain::Lang::En),
        "type": "object",
        "additionalProperties": false,
        "properties": fields.iter().map(property).collect::<Map<_, _>>(),
        "required": required,
    })
}

fn property(field: &Field) -> Value {
    let label = field.label[1];
    match field.input {
        Input::Mark => json!({ "type": "boolean", "description": label }),
        Input::Number => json!({ "type": "integer", "minimum": 0, "description": label }),
        Input::Choice(terms) => {
            let codes: Vec<&str> = terms().iter().map(|term| term.code).collect();
            json!({ "type": "string", "enum": codes, "description": label })
        }
        _ => json!({ "type": "string", "description": label }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_is_described_with_the_fields_that_it_takes() {
        let document: Value = serde_json::from_str(&OPENAPI).unwrap();
        let act = &document["paths"]["/api/v1/cases/{code}/{act}"]["post"];
        let schemas = act["requestBody"]["content"]["application/json"]["schema"]["anyOf"].as_array().unwrap();
        assert_eq!(schemas.len(), ACTS.len());
        let verdict = schemas.iter().find(|schema| schema["title"] == "give_verdict").unwrap();
        assert_eq!(verdict["required"], json!(["solved", "handled"]));
        for name in ["solved", "handled", "asked_for_good", "witnessed", "words", "witness"] {
            assert!(verdict["properties"][name].is_object(), "{name}");
        }
    }

    #[test]
    fn a_field_that_no_act_has_is_named() {
        let wrong = values(CommandKind::Reply, br#"{"text":"a","more":1}"#).unwrap_err();
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.sentence(domain::Lang::En).contains("more"));
        assert_eq!(values(CommandKind::Reply, b"[").unwrap_err().status(), StatusCode::BAD_REQUEST);
        assert_eq!(values(CommandKind::Reply, br#"{"text":["a"]}"#).unwrap_err().status(), StatusCode::BAD_REQUEST);
        assert_eq!(values(CommandKind::Reply, br#"{"text":"a"}"#).unwrap().get("text"), "a");
    }
}
