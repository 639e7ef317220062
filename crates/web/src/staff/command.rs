//! From the fields of an act's form to the command: each field is named `act-field`, so that all forms of a page can
//! stand side by side.

use crate::form::Sent;
use domain::case::{CaseId, Command, CommandKind, TABLE, Who};
use domain::register::{Input, Values};
use domain::typed::says_something;
use domain::{Label, Refusal, Why};

/// The name of an act's field in the page.
pub(super) fn name(act: CommandKind, field: &str) -> String {
    format!("{}-{field}", act.code())
}

/// The most joint units that a dispatch form names; more are called in afterwards.
pub(super) const JOINT_MOST: usize = 3;

/// The field of one of the joint units, from 1.
pub(super) fn joint(n: usize) -> String {
    format!("joint{n}")
}

/// The other case that the form names, by the code that was typed.
pub(super) fn other_code(act: CommandKind, sent: &Sent) -> Option<String> {
    // A case is parted from the one that it was merged into: nothing is typed.
    let named = Command::fields(act).iter().find(|field| matches!(field.input, Input::Record));
    let named = named.filter(|_| act != CommandKind::Part)?;
    Some(sent.get(&name(act, named.name)).to_owned())
}

/// The command of a form. `other` is the case that it names, if there is one that the account may know of.
///
/// # Errors
/// What is wrong, field by field; an act whose form is a page of its own.
pub(super) fn read(act: CommandKind, sent: &Sent, other: Option<CaseId>) -> Result<Command, Vec<Refusal>> {
    if act == CommandKind::HandSecret || is_for_no_post(act) {
        return Err(vec![Refusal::new(Why::NotYours)]);
    }
    let values: Values = Command::fields(act)
        .iter()
        .map(|field| {
            let typed = match field.input {
                Input::Record => other.map(|id| id.hex()).unwrap_or_default(),
                Input::Units => {
                    let units = (1..=JOINT_MOST).map(|n| sent.get(&name(act, &joint(n))).to_owned());
                    units.collect::<Vec<_>>().join(" ")
                }
                _ => sent.raw(&name(act, field.name)).to_owned(),
            };
            (field.name, typed)
        })
        .collect();
    // Who names a case that isn't there, or that is none of the account's business, is told so.
    Command::read(act, &values).map_err(|wrong| wrong.into_iter().map(|refusal| named(act, refusal)).collect())
}

/// What is wrong with a form, in the order of its fields: what was refused, and the texts that are not filled in either, so
/// that nobody is told of one after the other. What is refused of the whole act stands alone.
pub(super) fn with_blanks(act: CommandKind, sent: &Sent, wrong: &[Refusal]) -> Vec<Refusal> {
    if wrong.iter().any(|refusal| refusal.field.is_none()) {
        return wrong.to_vec();
    }
    let fields = Command::fields(act).iter();
    let at = fields.flat_map(|field| {
        let refused = wrong.iter().find(|refusal| refusal.field == Some(field.name)).cloned();
        let text = matches!(field.input, Input::Text | Input::Line) && !field.optional;
        let blank = text && !says_something(sent.raw(&name(act, field.name)));
        refused.or_else(|| blank.then(|| Refusal::at(Why::Empty, field.name)))
    });
    let at: Vec<Refusal> = at.collect();
    // A refusal at something that is no field of the form is told all the same.
    let beside = wrong.iter().filter(|refusal| at.iter().all(|told| told.field != refusal.field));
    at.iter().chain(beside).cloned().collect()
}

fn named(act: CommandKind, refusal: Refusal) -> Refusal {
    let names = Command::fields(act).iter().any(|f| Some(f.name) == refusal.field && matches!(f.input, Input::Record));
    if names { Refusal { why: Why::NoSuchCase, ..refusal } } else { refusal }
}

/// Whether an act is the resident's or the clock's alone.
fn is_for_no_post(act: CommandKind) -> bool {
    let who = TABLE.iter().find(|row| row.command == act).map_or(&[][..], |row| row.who);
    who.iter().all(|who| matches!(who, Who::Resident | Who::System))
}
