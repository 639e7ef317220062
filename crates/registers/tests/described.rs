//! What people and other programs build on, kept as `docs/registers.md`: acts, who may do them when, their fields, events, and
//! the terms in days with their source.

use calendar::Unit;
use domain::register::{Field, Input, Shelf};
use registers::REGISTERS;
use std::fmt::Write;

const HEAD: &str = "# Registers · 台账

Written by `cargo xtask describe` from what the registers declare: not to be changed by hand. A field with a question mark may \
be left empty.
";

#[test]
fn acts_events_fields_and_terms_are_those_that_were_looked_at() {
    let mut text = HEAD.to_owned();
    for shelf in REGISTERS {
        told(&mut text, *shelf).unwrap();
    }
    testing::kept("docs/registers.md", &text);
}

fn told(text: &mut String, shelf: &dyn Shelf) -> std::fmt::Result {
    writeln!(text, "\n## `{}`\n", shelf.code())?;
    if let Some(of) = shelf.part_of() {
        writeln!(text, "A part of `{of}`.\n")?;
    }
    let acts = shelf.acts();
    if !acts.is_empty() {
        writeln!(text, "| 办理 | Act | Code | From | By | Fields |\n|---|---|---|---|---|---|")?;
    }
    for act in acts {
        let ticked = |words: Vec<&str>| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" ");
        let by = ticked(act.by.iter().map(|who| who.code).collect());
        let fields = act.fields.iter().map(of).collect::<Vec<_>>().join("<br>");
        let [zh, en] = act.label;
        writeln!(text, "| {zh} | {en} | `{}` | {} | {by} | {fields} |", act.code, ticked(act.from))?;
    }
    if !shelf.rules().is_empty() {
        writeln!(text, "\n| 期限 | Term | Code | Length | Source |\n|---|---|---|---|---|")?;
    }
    for rule in shelf.rules() {
        let ([zh, en], terms) = (rule.names, rule.rule());
        let unit = match terms.unit {
            Unit::Calendar => "days",
            Unit::Working => "working days",
            Unit::Hour => "hours",
        };
        let kind = if terms.duty { "" } else { ", a window" };
        writeln!(text, "| {zh} | {en} | `{}` | {} {unit}{kind} | {} |", rule.id, terms.length, terms.source)?;
    }
    let kinds: Vec<String> = shelf.kinds().iter().map(|kind| format!("`{kind}`")).collect();
    writeln!(text, "\nEvents: {}", kinds.join(" "))
}

fn of(field: &Field) -> String {
    let [zh, en] = field.label;
    let input = match field.input {
        Input::Choice(terms) => {
            let term = |term: domain::register::Term| format!("`{}` {} {}", term.code, term.label[0], term.label[1]);
            terms().into_iter().map(term).collect::<Vec<_>>().join("; ")
        }
        Input::Parts(parts) => format!("({})", parts.iter().map(of).collect::<Vec<_>>().join("; ")),
        input => input.name().to_owned(),
    };
    format!("`{}`{} {zh} · {en}: {input}", field.name, if field.optional { "?" } else { "" })
}
