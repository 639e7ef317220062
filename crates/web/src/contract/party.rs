//! A party to a record that has no account, such as whoever booked a time: the header `Record-Secret` is the long secret that
//! was handed out when the record began. It opens that record alone, and does the acts that are the party's own.

use super::act::{Acted, By, run};
use crate::app::App;
use crate::caller::From;
use crate::parts::open_record::open_record;
use crate::problem::Problem;
use axum::http::HeaderMap;
use domain::Actor;
use domain::register::{Declared, On, Shelf};
use serde::Serialize;
use store::listed::Told;

/// The acts on a record that are its party's own.
pub(super) fn acts(shelf: &dyn Shelf) -> impl Iterator<Item = Declared> + use<> {
    let own = |act: &Declared| !act.from.is_empty() && act.by.iter().any(|by| by.code == "resident");
    shelf.acts().into_iter().filter(own)
}

/// A record as its party sees it.
#[derive(Serialize)]
pub(super) struct PartysRecord {
    code: String,
    version: u64,
    stage: &'static str,
    unit: String,
    day: String,
    first: u64,
    index: u64,
    /// What the party may do now.
    acts: Vec<&'static str>,
}

/// The record that a secret opens. Wrong ones are counted by address; whoever has the right one is never shut out by others.
pub(super) async fn open(
    app: &App,
    From(from): From,
    shelf: &'static dyn Shelf,
    (code, secret): (&str, &str),
) -> Result<Told, Problem> {
    if let Some(told) = open_record(app, shelf, code, secret).await? {
        return Ok(told);
    }
    app.limits().count_asked(from)?;
    Err(Problem::wrong_secret())
}

pub(super) fn seen(told: &Told) -> Result<PartysRecord, Problem> {
    let (shelf, state) = (told.shelf, told.state.as_ref());
    let summary = shelf.summary(state).ok_or_else(Problem::not_found)?;
    Ok(PartysRecord {
        code: summary.code,
        version: shelf.version(state),
        stage: summary.stage,
        unit: summary.unit.0,
        day: summary.day.to_string(),
        first: told.first(),
        index: told.events.last().map_or(0, |(index, _)| *index),
        acts: acts(shelf).filter(|act| act.from.contains(&summary.stage)).map(|act| act.code).collect(),
    })
}

/// An act of the party.
pub(super) async fn act(
    app: &App,
    from: From,
    (shelf, act): (&'static dyn Shelf, &str),
    opened: (&str, &str),
    sent: (&HeaderMap, &[u8]),
) -> Result<Acted, Problem> {
    let act = acts(shelf).find(|own| own.code == act).ok_or_else(Problem::not_found)?;
    let told = open(app, from, shelf, opened).await?;
    app.limits().count_act(told.id)?;
    let by = By { scope: format!("record {}", told.id.hex()), actor: Actor::Resident };
    let done = run(app, by, shelf, On::Record(told.id), &act, sent).await?;
    Ok(Acted::of(shelf.code_of(told.state.as_ref()).unwrap_or_default(), done))
}
