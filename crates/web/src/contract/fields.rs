//! The fields of an act as JSON: how they are read, and how they are described.

use super::read::no_such_field;
use crate::problem::Problem;
use axum::http::header::IF_MATCH;
use axum::http::{HeaderMap, StatusCode};
use domain::codes::UnitCode;
use domain::register::{Field, Input, Values};
use domain::{Refusal, Why, typed};
use serde_json::{Map, Value, json};

/// The fields of an act, those of its parts one by one.
fn all(fields: &'static [Field]) -> Vec<&'static Field> {
    let parts = |field: &'static Field| match field.input {
        Input::Parts(parts) => all(parts),
        _ => vec![field],
    };
    fields.iter().flat_map(parts).collect()
}

/// The fields of a JSON object as what is typed into a form.
pub(crate) fn values(fields: &'static [Field], body: &[u8]) -> Result<Values, Problem> {
    let sent: Map<String, Value> =
        if body.is_empty() { Map::new() } else { serde_json::from_slice(body).map_err(|e| Problem::bad_json(&e))? };
    let fields = all(fields);
    let one = |(name, value): (String, Value)| match fields.iter().find(|field| field.name == name) {
        Some(field) => Ok((field.name, typed_value(field, value)?)),
        None => Err(no_such_field(&name, &fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", "))),
    };
    sent.into_iter().map(one).collect()
}

/// A value as it is typed.
fn typed_value(field: &Field, value: Value) -> Result<String, Problem> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(set) => Ok(if set { "true" } else { "" }.to_owned()),
        Value::Null => Ok(String::new()),
        Value::Array(items) if matches!(field.input, Input::Units) => {
            let items = items.into_iter().map(|item| match item {
                Value::String(text) => code(field, text),
                _ => Err(other_value(field)),
            });
            Ok(items.collect::<Result<Vec<_>, Problem>>()?.join(","))
        }
        Value::Array(_) | Value::Object(_) => Err(other_value(field)),
    }
}

/// One code of a list: what stands between codes in a form is no part of one.
fn code(field: &Field, text: String) -> Result<String, Problem> {
    let code = UnitCode(typed::folded(&text));
    if code.is_well_formed() {
        return Ok(code.0);
    }
    let shown = typed::shortened(&typed::kept_line(&text), 40);
    Err(Refusal::at(Why::BadCode, field.name).about(shown).into())
}

fn other_value(field: &Field) -> Problem {
    let zh = ["这一项的值不是所需的种类。", "请按 /api/openapi.json 更正。"];
    let en = ["The value of this field is not of its kind.", "Correct it by /api/openapi.json."];
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "value", zh, en).at(field.name)
}

/// The version of the record that the caller has seen: `If-Match`, with or without quotation marks.
pub(crate) fn version_seen(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(seen) = headers.get(IF_MATCH) else { return Ok(None) };
    let seen = seen.to_str().ok().map(|text| text.trim().trim_matches('"')).and_then(|text| text.parse().ok());
    let zh = ["If-Match 应是本件的版本号。", "请使用上次得到的 version。"];
    let en = ["If-Match is not a version of the record.", "Use the version that you got last."];
    seen.map(Some).ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "version", zh, en))
}

/// What an act takes, described.
pub(crate) fn schema(code: &str, label: &str, fields: &'static [Field]) -> Value {
    let fields = all(fields);
    let property = |field: &&Field| (field.name.to_owned(), property(field));
    let required: Vec<&str> = fields.iter().filter(|field| !field.optional).map(|field| field.name).collect();
    json!({
        "title": code,
        "description": label,
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
        Input::Day => json!({ "type": "string", "description": format!("{label}, such as 2023-05-20") }),
        Input::Moment => json!({ "type": "string", "description": format!("{label}, such as 2023-05-20 14:30") }),
        Input::Units => {
            json!({ "type": "array", "items": { "type": "string" }, "description": format!("{label}: codes of units") })
        }
        Input::Unit => json!({ "type": "string", "description": format!("{label}: the code of a unit") }),
        Input::Record => json!({ "type": "string", "description": format!("{label}: the code or the id of a record") }),
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
    use domain::Lang;

    const FIELDS: &[Field] = &[
        Field { name: "words", label: ["文字", "words"], input: Input::Text, optional: false },
        Field { name: "with", label: ["单位", "units"], input: Input::Units, optional: true },
        Field { name: "known", label: ["认识", "known"], input: Input::Mark, optional: true },
    ];

    #[test]
    fn each_kind_of_value_becomes_what_is_typed() {
        let body = r#"{"words":7,"with":["water"," Street-1 "],"known":true}"#;
        let read = values(FIELDS, body.replace('S', "s").as_bytes()).unwrap();
        assert_eq!((read.get("words"), read.get("with"), read.get("known")), ("7", "water,street-1", "true"));
        assert_eq!(values(FIELDS, br#"{"with":null,"known":false}"#).unwrap().get("known"), "");
        assert_eq!(values(FIELDS, b"").unwrap(), Values::default());
    }

    #[test]
    fn what_is_not_taken_is_named() {
        for (body, field) in [
            (r#"{"more":1}"#, Some("more")),
            (r#"{"words":["a"]}"#, Some("words")),
            (r#"{"words":{"a":1}}"#, Some("words")),
            (r#"{"with":["water",1]}"#, Some("with")),
            (r#"{"with":["water,housing"]}"#, Some("with")),
            (r#"{"known":[true]}"#, Some("known")),
        ] {
            let wrong = values(FIELDS, body.as_bytes()).unwrap_err();
            assert_eq!((wrong.status(), wrong.field()), (StatusCode::UNPROCESSABLE_ENTITY, field), "{body}");
        }
        let long = format!(r#"{{"{}":1}}"#, "长".repeat(500));
        let wrong = values(FIELDS, long.as_bytes()).unwrap_err();
        assert!(wrong.sentence(Lang::En).chars().count() < 200, "a name that was sent is not sent back whole");
        for body in ["[", "[]", "7", "\"a\""] {
            assert_eq!(values(FIELDS, body.as_bytes()).unwrap_err().status(), StatusCode::BAD_REQUEST, "{body}");
        }
    }
}
