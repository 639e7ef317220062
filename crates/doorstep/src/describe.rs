//! `describe`: the registers with their acts, fields, roles and events, the scopes of tokens, and the figures, as JSON for other programs.

use crate::cli::{Failed, say};
use crate::commands::place;
use clap::ValueEnum;
use domain::district::Scope;
use domain::register::{Declared, Field, Input, Shelf, Term};
use domain::{Label, Lang, Role};
use registers::REGISTERS;
use serde_json::{Value, json};
use store::Db;

/// How the description is printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// JSON, with two spaces a level.
    Json,
}

/// Prints what the program knows of, for the district of a place.
pub fn run(data: &str, _format: Format) -> Result<(), Failed> {
    // Whoever names a place means one that is there: a mistyped one is said.
    drop(Db::open_reader(&place(data)?)?);
    let text = serde_json::to_string_pretty(&described()).map_err(|e| Failed::new(e.to_string(), ""))?;
    say(&text);
    Ok(())
}

fn described() -> Value {
    let figures = ::figures::catalogue::in_force().map(|definition| {
        let label = [definition.name(Lang::Zh), definition.name(Lang::En)];
        let of = (definition.of.register(), definition.measure());
        json!({
            "id": definition.id, "version": definition.version, "of": of.0, "unit": of.1, "zh": label[0], "en": label[1],
        })
    });
    json!({
        "registers": REGISTERS.iter().map(|shelf| register(*shelf)).collect::<Vec<_>>(),
        "roles": Role::ALL.iter().copied().map(Term::of).map(term).collect::<Vec<_>>(),
        "scopes": Scope::ALL.iter().copied().map(Term::of).map(term).collect::<Vec<_>>(),
        "figures": figures.collect::<Vec<_>>(),
    })
}

fn register(shelf: &dyn Shelf) -> Value {
    json!({
        "code": shelf.code(),
        "sealed": shelf.seals(),
        // Where other programs come to it: all registers with a table have the same API.
        "api": shelf.table().map(|(plural, ..)| format!("/api/v1/{plural}")),
        "events": shelf.kinds(),
        "acts": shelf.acts().into_iter().map(act).collect::<Vec<_>>(),
    })
}

fn act(act: Declared) -> Value {
    json!({
        "code": act.code,
        "zh": act.label[0],
        "en": act.label[1],
        "from": act.from,
        "by": act.by.into_iter().map(term).collect::<Vec<_>>(),
        "fields": act.fields.iter().map(field).collect::<Vec<_>>(),
    })
}

fn field(field: &Field) -> Value {
    let mut said = json!({
        "name": field.name,
        "zh": field.label[0],
        "en": field.label[1],
        "input": field.input.name(),
        "optional": field.optional,
    });
    match field.input {
        Input::Choice(terms) => said["choices"] = terms().into_iter().map(term).collect(),
        Input::Parts(parts) => said["parts"] = parts.iter().map(self::field).collect(),
        _ => {}
    }
    said
}

fn term(term: Term) -> Value {
    json!({ "code": term.code, "zh": term.label[0], "en": term.label[1] })
}
