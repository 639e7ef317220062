//! Templates of answers: texts with fields in braces, `{单位}` or `{unit}`, of the whole district or of a unit. What the
//! system knows is filled in; a field that nobody filled is refused before the text reaches a resident.

use super::UnitCode;
use crate::label::Label;
use serde::{Deserialize, Serialize};

/// The longest name of a template, in characters.
pub const TEMPLATE_NAME_MOST: usize = 40;
/// The longest text of a template, in characters.
pub const TEMPLATE_TEXT_MOST: usize = 4000;
/// How many templates a district keeps.
pub const TEMPLATES_MOST: usize = 500;
/// The longest name of a field, in characters: longer text in braces is text.
const FIELD_MOST: usize = 20;

crate::vocabulary! {
    /// A field that the system fills in.
    TemplateField {
        Unit "unit" "单位" "unit",
        Due "due" "期限" "due date",
        Code "code" "编号" "code",
        Category "category" "类别" "category",
        Street "street" "街道" "street",
        Raised "raised" "提出日期" "day of raising",
        Today "today" "今天" "today",
    }
}

/// A template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// The unit whose own it is; none: the whole district's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitCode>,
    /// Its name, which is told apart within its unit.
    pub name: String,
    /// Its text with fields in braces.
    pub text: String,
    /// Grows by one with every change of its text.
    pub version: u32,
}

/// A text in pieces: what stands between braces is a field.
enum Piece<'a> {
    Text(&'a str),
    Field(&'a str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(open) = rest.find('{') {
        let behind = &rest[open + 1..];
        let name =
            behind.find(['{', '}', '\n']).filter(|end| behind[*end..].starts_with('}')).map(|end| &behind[..end]);
        let name = name.filter(|n| !n.trim().is_empty() && n.chars().count() <= FIELD_MOST);
        let text = if name.is_some() { &rest[..open] } else { &rest[..=open] };
        found.push(Piece::Text(text));
        rest = behind;
        if let Some(name) = name {
            found.push(Piece::Field(name));
            rest = &behind[name.len() + 1..];
        }
    }
    found.push(Piece::Text(rest));
    found
}

/// The field of a name, in either language or as its code.
fn known(name: &str) -> Option<TemplateField> {
    let name = name.trim();
    let is = |f: &&TemplateField| f.code() == name || f.label(crate::Lang::Zh) == name;
    TemplateField::ALL.iter().find(is).copied()
}

/// The text with what is known filled in; a field that nobody knows stays as it stands.
pub fn fill(text: &str, value: impl Fn(TemplateField) -> Option<String>) -> String {
    let piece = |piece: Piece<'_>| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Field(name) => known(name).and_then(&value).unwrap_or_else(|| format!("{{{name}}}")),
    };
    pieces(text).into_iter().map(piece).collect()
}

/// The names of the fields that still stand in a text.
pub fn unfilled(text: &str) -> Vec<&str> {
    let field = |piece| match piece {
        Piece::Field(name) => Some(name),
        Piece::Text(_) => None,
    };
    pieces(text).into_iter().filter_map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> String {
        fill(text, |field| match field {
            TemplateField::Unit => Some("示范局".into()),
            TemplateField::Due => Some("5月16日".into()),
            _ => None,
        })
    }

    #[test]
    fn what_is_known_is_filled_in_by_either_name_and_the_rest_stays_to_be_seen() {
        assert_eq!(filled("{单位}将于{due}前办结，电话{电话}。"), "示范局将于5月16日前办结，电话{电话}。");
        assert_eq!(unfilled("{单位}将于{due}前办结"), ["单位", "due"]);
        assert_eq!(unfilled(&filled("{ unit }，{电话}")), ["电话"]);
    }

    #[test]
    fn braces_that_hold_no_name_are_text() {
        for text in ["{}", "{ }", "{a\nb}", "a } b {", "{{", "}{", "{长长长长长长长长长长长长长长长长长长长长长}"]
        {
            assert_eq!(filled(text), text);
            assert!(unfilled(text).is_empty(), "{text}");
        }
        assert_eq!(filled("{{unit}}"), "{示范局}");
    }
}
