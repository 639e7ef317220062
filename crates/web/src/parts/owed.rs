//! What units owe records of registers, as lines of the working pages of staff.

use crate::app::App;
use crate::lang::{L, capital};
use crate::problem::Problem;
use crate::view::{self, ClockView};
use calendar::Unit;
use domain::Lang;
use domain::case::CaseId;
use domain::district::UnitCode;
use domain::moment::{date_of, day_number};
use domain::rule::RuleId;
use std::collections::BTreeMap;
use std::sync::PoisonError;
use store::listed::{self, Owed};

/// The most lines of a page.
const MOST: usize = 30;

/// Whose duties are listed.
pub(crate) enum Whose {
    /// What a unit owes and can do now.
    Unit(UnitCode),
    /// What all units are late with.
    Late,
}

/// What is owed, as a line.
pub(crate) struct OwedLine {
    pub(crate) href: String,
    pub(crate) title: String,
    /// What is to be done.
    pub(crate) rule: String,
    /// The unit that owes it.
    pub(crate) unit: String,
    pub(crate) clock: ClockView,
}

/// The lines, what is due first on top: one statement for the lines, one for their words.
pub(crate) async fn owed(app: &App, l: L, whose: Whose) -> Result<Vec<OwedLine>, Problem> {
    let (number, d, today) = (app.desk().number(), app.desk().district(), app.desk().now().date());
    let lang = l.0;
    let (found, titles) = app.read(move |db, keys| read(db, keys, number, day_number(today), &whose, lang)).await?;
    let line = |duty: &Owed| {
        let shelf = registers::REGISTERS.iter().find(|shelf| shelf.code() == duty.register)?;
        let rule = registers::rule(RuleId::of(&duty.rule)?)?;
        let days = (date_of(duty.last), date_of(duty.due));
        let unit = d.rules.of(rule).unit;
        Some(OwedLine {
            href: format!("/records/{}/{}", shelf.table()?.0, duty.code),
            title: titles.get(&duty.id).cloned().unwrap_or_default(),
            rule: capital(rule.name(l.0)),
            unit: d.unit_name(&duty.unit, l.0).to_owned(),
            clock: view::due(l, days, if unit == Unit::Hour { Unit::Calendar } else { unit }, today, &d.calendar),
        })
    };
    Ok(found.iter().filter_map(line).collect())
}

fn read(
    db: &mut store::Db,
    keys: &std::sync::Mutex<store::Keys>,
    number: i64,
    today: i64,
    whose: &Whose,
    lang: Lang,
) -> store::Result<(Vec<Owed>, BTreeMap<CaseId, String>)> {
    let found = match whose {
        Whose::Unit(unit) => listed::owed(db, number, (unit.as_str(), ""), today, MOST)?,
        Whose::Late => listed::late(db, number, "", today, (i64::MIN, -1), MOST)?,
    };
    let ids: Vec<CaseId> = found.iter().map(|duty| duty.id).collect();
    let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
    let told = listed::some(db, &mut keys, registers::REGISTERS, number, &ids)?;
    Ok((found, told.into_iter().map(|told| (told.id, told.title(lang))).collect()))
}
