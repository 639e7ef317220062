//! What a field of an act can hold, and how each is read from what was typed; and what an event may hold.

use super::act::{Input, Term, Values};
use crate::codes::{CategoryCode, DangerCode, RecordCode, UnitCode};
use crate::handle::CaseId;
use crate::label::{Label, Lang};
use crate::moment::Moment;
use crate::refusal::{Refusal, Why};
use crate::typed;
use crate::typed::TEXT_MOST;
use calendar::Date;
use serde::Serialize;

/// The longest line, in characters.
const LINE_MOST: usize = 200;

/// What a field of an act can hold, and how it is read.
pub trait Value: Sized {
    /// How it is entered.
    const INPUT: Input;
    /// Whether nothing is a value too.
    const OPTIONAL: bool = false;

    /// Reads it from what was typed; never from nothing, unless that is a value too.
    ///
    /// # Errors
    /// What is wrong with it, at the field.
    fn read(typed: &str, field: &'static str) -> Result<Self, Refusal>;

    /// [`Value::read`], and the refusal of what is not filled in.
    ///
    /// # Errors
    /// As there.
    fn take(values: &Values, field: &'static str) -> Result<Self, Refusal> {
        let typed = values.get(field);
        if !Self::OPTIONAL && !typed::says_something(typed) {
            return Err(Refusal::at(Why::Empty, field));
        }
        Self::read(typed, field)
    }
}

/// A line that somebody wrote: it goes into the vault, never into an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Line(pub String);

/// A text that somebody wrote, of several lines: it goes into the vault, never into an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Text(pub String);

fn within(text: String, most: usize, field: &'static str) -> Result<String, Refusal> {
    if text.chars().count() > most { Err(Refusal::at(Why::TooLong, field).about(most)) } else { Ok(text) }
}

impl Value for Line {
    const INPUT: Input = Input::Line;

    fn read(typed: &str, field: &'static str) -> Result<Line, Refusal> {
        within(typed::kept_line(typed), LINE_MOST, field).map(Line)
    }
}

impl Value for Text {
    const INPUT: Input = Input::Text;

    fn read(typed: &str, field: &'static str) -> Result<Text, Refusal> {
        within(typed::kept(typed), TEXT_MOST, field).map(Text)
    }
}

/// A text whose rules stand with the act: whether it may be empty, and how long it may be.
impl Value for String {
    const INPUT: Input = Input::Text;

    fn read(typed: &str, _field: &'static str) -> Result<String, Refusal> {
        Ok(typed.to_owned())
    }

    fn take(values: &Values, field: &'static str) -> Result<String, Refusal> {
        String::read(values.get(field), field)
    }
}

impl Value for u8 {
    const INPUT: Input = Input::Number;

    fn read(typed: &str, field: &'static str) -> Result<u8, Refusal> {
        u32::read(typed, field)?.try_into().map_err(|_| Refusal::at(Why::BadNumber, field))
    }
}

impl Value for u16 {
    const INPUT: Input = Input::Number;

    fn read(typed: &str, field: &'static str) -> Result<u16, Refusal> {
        u32::read(typed, field)?.try_into().map_err(|_| Refusal::at(Why::BadNumber, field))
    }
}

impl Value for u32 {
    const INPUT: Input = Input::Number;

    fn read(typed: &str, field: &'static str) -> Result<u32, Refusal> {
        typed::number(typed).ok_or(Refusal::at(Why::BadNumber, field))
    }
}

impl Value for Date {
    const INPUT: Input = Input::Day;

    fn read(typed: &str, field: &'static str) -> Result<Date, Refusal> {
        typed::day(typed).ok_or(Refusal::at(Why::BadDay, field))
    }
}

impl Value for Moment {
    const INPUT: Input = Input::Moment;

    fn read(typed: &str, field: &'static str) -> Result<Moment, Refusal> {
        let why = if typed::day(typed).is_some() { Why::NoTime } else { Why::BadDay };
        typed::moment(typed).ok_or(Refusal::at(why, field))
    }
}

impl Value for UnitCode {
    const INPUT: Input = Input::Unit;

    /// What is no code is no unit, either: people type names.
    fn read(typed: &str, field: &'static str) -> Result<UnitCode, Refusal> {
        code(typed, field).map(UnitCode).map_err(|refusal| Refusal { why: Why::NoSuchUnit, ..refusal })
    }
}

impl Value for CategoryCode {
    const INPUT: Input = Input::Category;

    fn read(typed: &str, field: &'static str) -> Result<CategoryCode, Refusal> {
        code(typed, field).map(CategoryCode)
    }
}

impl Value for DangerCode {
    const INPUT: Input = Input::Danger;

    fn read(typed: &str, field: &'static str) -> Result<DangerCode, Refusal> {
        code(typed, field).map(DangerCode)
    }
}

/// Codes with anything between them that no code has.
impl Value for Vec<UnitCode> {
    const INPUT: Input = Input::Units;
    const OPTIONAL: bool = true;

    fn read(typed: &str, field: &'static str) -> Result<Vec<UnitCode>, Refusal> {
        let codes = typed.split([',', '，', '、', ';', '；', ' ', '\n']).filter(|code| typed::says_something(code));
        codes.map(|code| UnitCode::read(code, field)).collect()
    }
}

/// A code as it is typed; whether there is such a unit or category is for the decision.
fn code(typed: &str, field: &'static str) -> Result<String, Refusal> {
    let code = UnitCode(typed::folded(typed));
    if code.is_well_formed() {
        Ok(code.0)
    } else {
        Err(Refusal::at(Why::BadCode, field).about(typed::kept_line(typed)))
    }
}

impl Value for CaseId {
    const INPUT: Input = Input::Record;

    fn read(typed: &str, field: &'static str) -> Result<CaseId, Refusal> {
        CaseId::parse(typed.trim()).ok_or(Refusal::at(Why::NoSuchCase, field))
    }
}

impl Value for bool {
    const INPUT: Input = Input::Mark;
    const OPTIONAL: bool = true;

    /// A box that is ticked sends something, one that isn't sends nothing; tables and JSON say it in words.
    fn read(typed: &str, field: &'static str) -> Result<bool, Refusal> {
        match typed::folded(typed).to_lowercase().as_str() {
            "1" | "true" | "yes" | "y" | "on" | "是" | "√" | "✓" => Ok(true),
            "" | "0" | "false" | "no" | "n" | "off" | "否" => Ok(false),
            _ => Err(Refusal::at(Why::YesOrNo, field)),
        }
    }
}

impl<T: Value> Value for Option<T> {
    const INPUT: Input = T::INPUT;
    const OPTIONAL: bool = true;

    fn read(typed: &str, field: &'static str) -> Result<Option<T>, Refusal> {
        if typed::says_something(typed) { T::read(typed, field).map(Some) } else { Ok(None) }
    }
}

impl<T: Label + PartialEq> Value for T {
    const INPUT: Input = Input::Choice(Term::all::<T>);

    /// By code, or by its name in either language, as tables have it.
    fn read(typed: &str, field: &'static str) -> Result<T, Refusal> {
        let typed = typed::folded(typed).to_lowercase();
        let names = |term: T| [term.code(), term.label(Lang::Zh), term.label(Lang::En)];
        let found = T::ALL.iter().copied().find(|term| names(*term).iter().any(|name| name.to_lowercase() == typed));
        found.ok_or_else(|| Refusal::at(Why::NoSuchTerm, field).about(typed::shortened(&typed, 40)))
    }
}

/// What may stand in an event: nothing that somebody wrote freely.
pub trait Plain {}

macro_rules! plain {
    ($($name:ty),+) => { $(impl Plain for $name {})+ };
}

plain!(u8, u16, u32, u64, i64, bool, Date, Moment, UnitCode, CategoryCode, CaseId, RecordCode);
impl<T: Plain> Plain for Option<T> {}
impl<T: Plain> Plain for Vec<T> {}
impl<T: Label> Plain for T {}
