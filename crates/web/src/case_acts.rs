//! The API of a resident's acts on a case: `POST /api/v1/cases/{code}/{act}` with the secret, and what the description says
//! about it. The fields of an act are those that it declares; a name or a value that isn't taken is refused at its field.

use crate::app::App;
use crate::caller::{CaseSecret, From, idempotency_key, json_only, same_origin};
use crate::contract::fields;
use crate::cookie::is_marked;
use crate::parts::open_case::open_case;
use crate::problem::Problem;
use axum::Json;
use axum::http::HeaderMap;
use desk::Key;
use domain::case::{Command, CommandKind, Trust, Visit, With};
use domain::{Label, Refusal, Why};
use serde::Serialize;
use serde_json::{Value, json};
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

/// `POST /api/v1/cases/{code}/{act}` with the case's secret.
pub(crate) async fn act(
    app: &App,
    (code, act): (&str, &str),
    from: From,
    CaseSecret(secret): CaseSecret,
    (headers, body): (&HeaderMap, &[u8]),
) -> Result<Json<Done>, Problem> {
    same_origin(app, headers)?;
    json_only(headers)?;
    let (history, with) = open_case(app, from, code, &secret).await?;
    let case = history.case;
    let visit = Visit { with, marked: is_marked(headers) };
    // A secret that staff may have held is used up on the page, where that has a time: it does nothing here.
    if matches!(with, With::Secret(_)) && case.trust(visit) < Trust::Independent {
        return Err(Refusal::new(Why::NeedsSecret).into());
    }
    let kind = CommandKind::of(act).filter(|kind| ACTS.contains(kind)).ok_or_else(Problem::not_found)?;
    let key = Key::of(&format!("case {}", case.id.hex()), idempotency_key(headers, 1)?.ok_or_else(|| Problem::key(1))?);
    let seen = fields::version_seen(headers)?;
    let command = Command::read(kind, &fields::values(Command::fields(kind), body)?);
    let command = command.map_err(|wrong| wrong.into_iter().next().map_or_else(Problem::form, Problem::from))?;
    app.limits().count_act(case.id)?;
    let acted = app.desk().visit(visit, case.id, seen, command, Some(key)).await?;
    Ok(Json(Done { code: case.code, version: acted.version, index: acted.index }))
}

/// The description of the API: what is written by hand, with what the acts declare.
pub(crate) static OPENAPI: LazyLock<String> = LazyLock::new(|| {
    let mut document: Value = serde_json::from_str(crate::routes::OPENAPI).unwrap_or_default();
    let act = &mut document["paths"]["/api/v1/cases/{code}/{act}"]["post"];
    act["parameters"][1]["schema"]["enum"] = ACTS.iter().map(|kind| kind.code()).collect();
    let schemas = ACTS.iter().map(|kind| schema(*kind)).collect::<Vec<_>>();
    act["requestBody"]["content"]["application/json"]["schema"] = json!({ "anyOf": schemas });
    crate::contract::describe::add(&mut document);
    crate::contract::describe::add_cases(&mut document);
    serde_json::to_string_pretty(&document).unwrap_or_default()
});

fn schema(kind: CommandKind) -> Value {
    fields::schema(kind.code(), kind.label(domain::Lang::En), Command::fields(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_is_described_with_the_fields_that_it_takes() {
        let document: Value = serde_json::from_str(&OPENAPI).unwrap();
        let act = &document["paths"]["/api/v1/cases/{code}/{act}"]["post"];
        let schemas = act["requestBody"]["content"]["application/json"]["schema"]["anyOf"].as_array().unwrap();
        assert_eq!(schemas.len(), ACTS.len() + domain::case::BY_TOKENS.len(), "the resident's, and those of a token");
        let verdict = schemas.iter().find(|schema| schema["title"] == "give_verdict").unwrap();
        assert_eq!(verdict["required"], json!(["solved", "handled"]));
        for name in ["solved", "handled", "asked_for_good", "witnessed", "words", "witness"] {
            assert!(verdict["properties"][name].is_object(), "{name}");
        }
    }
}
