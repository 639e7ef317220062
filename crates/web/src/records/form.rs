//! The form of an act, drawn from the fields that it declares; and what was sent with it.

use super::{Asked, Face, Scene};
use crate::form::Sent;
use crate::lang::capital;
use crate::page::{Choice, FieldError};
use crate::parts::form_input::FormInput;
use domain::district::{District, UnitKind};
use domain::register::{ActOf, Field, Input, Values};
use domain::{Lang, Moment, typed};
use store::listed::Told;

/// The form of an act.
pub(crate) struct Form {
    pub(crate) act: &'static str,
    pub(crate) title: String,
    pub(crate) hint: String,
    pub(crate) inputs: Vec<FormInput>,
    pub(crate) button: &'static str,
    /// Whether it stands open: it was refused.
    pub(crate) open: bool,
}

/// What forms are made from.
pub(super) struct Forms<'a> {
    pub(super) face: &'static dyn Face,
    pub(super) scene: &'a Scene<'a>,
    pub(super) told: Option<&'a Told>,
    pub(super) alike: &'a [Told],
    pub(super) sent: Option<&'a Sent>,
    pub(super) errors: &'a [FieldError],
}

/// The name of an act's field in the page: all forms of a page stand side by side.
pub(super) fn name(act: &str, field: &str) -> String {
    format!("{act}-{field}")
}

impl Forms<'_> {
    /// The form of an act; none where a field that it needs has nothing to choose from.
    pub(super) fn of(&self, act: &'static ActOf) -> Option<Form> {
        let mut inputs = Vec::new();
        for field in act.fields {
            match self.field(act, field) {
                Some(input) => inputs.push(input),
                None if field.optional => {}
                None => return None,
            }
        }
        let l = self.scene.l;
        Some(Form {
            act: act.code,
            title: capital(act.name(l.0)),
            hint: self.face.hint(l, act.code),
            inputs,
            button: "",
            open: self.sent.is_some_and(|sent| sent.get("act") == act.code),
        })
    }

    fn field(&self, act: &'static ActOf, field: &'static Field) -> Option<FormInput> {
        let (l, d) = (self.scene.l, self.scene.d);
        let asked = self.face.asks(self.scene, self.told, self.alike, act, field);
        let (default, given) = match asked {
            Asked::Not => return None,
            Asked::Usual => (String::new(), None),
            Asked::With(text) => (text, None),
            Asked::Of(options) if options.is_empty() => return None,
            Asked::Of(options) => (String::new(), Some(options)),
        };
        let name = name(act.code, field.name);
        let sent = self.sent.filter(|sent| sent.get("act") == act.code);
        let value = sent.map_or(default, |sent| sent.raw(&name).to_owned());
        let error = self.errors.iter().find(|e| e.field == name).map_or(String::new(), |e| e.text.clone());
        let kind = match field.input {
            _ if given.is_some() => "select",
            Input::Text => "area",
            Input::Number => "number",
            Input::Day => "date",
            Input::Moment => "datetime-local",
            Input::Choice(_) => "radio",
            Input::Unit | Input::Category | Input::Danger => "select",
            Input::Units => "list",
            Input::Mark => "mark",
            Input::Line | Input::Record => "line",
            Input::Parts(_) => return None,
        };
        let options = given.unwrap_or_else(|| options(field.input, d, l.0));
        let options = options.iter().map(|(code, name)| Choice::of(code, name, &value)).collect();
        let hint = match field.input {
            Input::Units => l.t("record-hint-units"),
            _ => self.face.field_hint(l, act.code, field.name),
        };
        let label = capital(l.0.pick(field.label[0], field.label[1]));
        let (required, blank) = (!field.optional, l.t("staff-choose"));
        Some(FormInput { kind, name, label, value, hint, error, required, options, blank })
    }
}

/// What a field's kind lets one choose from: code and name.
fn options(input: Input, d: &District, lang: Lang) -> Vec<(String, String)> {
    let open = d.units.values().filter(|unit| !unit.closed);
    match input {
        Input::Choice(terms) => {
            let term =
                |term: domain::register::Term| (term.code.to_owned(), capital(lang.pick(term.label[0], term.label[1])));
            terms().into_iter().map(term).collect()
        }
        Input::Unit | Input::Units => open.map(|u| (u.code.to_string(), u.name(lang).to_owned())).collect(),
        Input::Category => {
            let categories = d.catalogue.categories.iter();
            categories.map(|c| (c.code.to_string(), c.name(lang).to_owned())).collect()
        }
        Input::Danger => {
            let dangers = d.catalogue.dangers().iter();
            dangers.map(|danger| (danger.code.to_string(), danger.name(lang).to_owned())).collect()
        }
        _ => Vec::new(),
    }
}

/// What was sent with the form of an act. Units may be typed by their names.
pub(super) fn values(act: &ActOf, sent: &Sent, d: &District) -> Values {
    let typed = act.fields.iter().map(|field| {
        let raw = sent.raw(&name(act.code, field.name));
        (
            field.name,
            if matches!(field.input, Input::Unit | Input::Units) { unit_codes(raw, d) } else { raw.to_owned() },
        )
    });
    typed.collect()
}

/// Names of units as their codes; what is no name stays as it was typed.
pub(super) fn unit_codes(text: &str, d: &District) -> String {
    let parts = text.split([',', '，', '、', ';', '；', '\n']).map(typed::kept_line).filter(|part| !part.is_empty());
    let code = |part: String| {
        let named = |unit: &&domain::district::Unit| unit.zh == part || unit.en.eq_ignore_ascii_case(&part);
        d.units.values().find(named).map_or(part.clone(), |unit| unit.code.to_string())
    };
    parts.map(code).collect::<Vec<_>>().join(",")
}

/// The streets, as a choice has them.
pub(super) fn streets(d: &District, lang: Lang) -> Vec<(String, String)> {
    let open = d.units.values().filter(|unit| unit.kind == UnitKind::Street && !unit.closed);
    open.map(|unit| (unit.code.to_string(), unit.name(lang).to_owned())).collect()
}

/// A moment as a field of a form has it.
pub(super) fn moment(at: Moment) -> String {
    let local = at.local();
    format!("{}T{:02}:{:02}", at.date(), local.hour(), local.minute())
}
