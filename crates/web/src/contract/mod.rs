//! The API of registers: what other programs read and do there. For every register that has a table of its own it is derived
//! from what the register declares; [`cases`] have what residents and sealed accusations need beside it.

pub(crate) mod act;
pub(crate) mod cases;
pub(crate) mod describe;
pub(crate) mod fields;
mod party;
pub(crate) mod read;

use crate::app::App;
use crate::problem::Problem;
use domain::case::CaseId;
use domain::register::{Declared, Shelf};
use registers::REGISTERS;

/// The registers that other programs come to, each with the name that stands in its addresses.
fn all() -> impl Iterator<Item = (&'static str, &'static dyn Shelf)> {
    REGISTERS.iter().filter_map(|shelf| Some((shelf.table()?.0, *shelf)))
}

/// The register of a name in an address.
fn register(plural: &str) -> Result<&'static dyn Shelf, Problem> {
    all().find(|(name, _)| *name == plural).map(|(_, shelf)| shelf).ok_or_else(Problem::not_found)
}

/// Its acts that a post does, and not the clock, a resident or another record alone.
fn done_by_posts(shelf: &dyn Shelf) -> impl Iterator<Item = Declared> + use<> {
    let post = |by: &domain::register::Term| !matches!(by.code, "clock" | "resident" | "asked");
    shelf.acts().into_iter().filter(move |act| act.by.iter().any(post))
}

/// The acts by which a record begins; the first of them where nothing else is asked for.
fn begins(shelf: &dyn Shelf) -> impl Iterator<Item = Declared> + use<> {
    done_by_posts(shelf).filter(|act| act.from.is_empty())
}

/// The acts on a record that is there.
fn acts(shelf: &dyn Shelf) -> impl Iterator<Item = Declared> + use<> {
    done_by_posts(shelf).filter(|act| !act.from.is_empty())
}

/// The record of a code in a register, and its code as it is written.
async fn record(app: &App, shelf: &'static dyn Shelf, code: &str) -> Result<(CaseId, String), Problem> {
    let code = desk::read_case_code(code).ok_or_else(Problem::not_found)?;
    let (number, asked) = (app.desk().number(), code.clone());
    let found = app.read(move |db, _| store::listed::by_code(db, number, shelf.code(), &asked)).await?;
    found.map(|(id, _)| (id, code)).ok_or_else(Problem::not_found)
}
