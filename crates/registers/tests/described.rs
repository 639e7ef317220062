//! What other programs build on, kept as a text: events, acts, who may do them when, and their fields. A change of it is
//! looked at as such; `DOORSTEP_RENEW=1` writes it anew.

use domain::register::{Field, Input};
use registers::REGISTERS;

const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/described.txt");

fn described() -> String {
    let mut lines = Vec::new();
    for shelf in REGISTERS {
        lines.push(format!("# {}", shelf.code()));
        lines.push(format!("events: {}", shelf.kinds().join(" ")));
        for act in shelf.acts() {
            let by: Vec<&str> = act.by.iter().map(|who| who.code).collect();
            lines.push(format!("{} · {} · {}", act.code, act.label[0], act.label[1]));
            lines.push(format!("  from {} by {}", act.from.join(" "), by.join(" ")));
            lines.extend(act.fields.iter().map(|field| format!("  {}", of(field))));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

fn of(field: &Field) -> String {
    let [zh, en] = field.label;
    let input = match field.input {
        Input::Choice(terms) => terms().iter().map(|term| term.code).collect::<Vec<_>>().join("|"),
        Input::Parts(parts) => format!("({})", parts.iter().map(of).collect::<Vec<_>>().join("; ")),
        input => input.name().to_owned(),
    };
    format!("{}{}: {input} · {zh} · {en}", field.name, if field.optional { "?" } else { "" })
}

#[test]
fn events_acts_and_fields_are_those_that_were_looked_at() {
    let now = described();
    if std::env::var_os("DOORSTEP_RENEW").is_some() {
        std::fs::write(KEPT, &now).expect("the text can be written");
    }
    let kept = std::fs::read_to_string(KEPT).unwrap_or_default();
    let (mut new, mut old) = (now.lines(), kept.lines());
    let differs =
        std::iter::from_fn(|| Some((new.next(), old.next()))).find(|(now, kept)| now != kept || now.is_none());
    assert!(
        now == kept,
        "crates/registers/tests/described.txt is not up to date, from {differs:?} on: look at what DOORSTEP_RENEW=1 changes in it"
    );
}
