//! The API of every register that has a table of its own: what other programs read and do there. All of it is derived from
//! what the register declares; nothing here is written for one register.

pub(crate) mod describe;
pub(crate) mod read;

use crate::problem::Problem;
use domain::case::CaseId;
use domain::register::Shelf;
use registers::REGISTERS;

/// The registers that other programs come to, each with the name that stands in its addresses.
fn all() -> impl Iterator<Item = (&'static str, &'static dyn Shelf)> {
    REGISTERS.iter().filter_map(|shelf| Some((shelf.table()?.0, *shelf)))
}

/// The register of a name in an address.
fn register(plural: &str) -> Result<&'static dyn Shelf, Problem> {
    all().find(|(name, _)| *name == plural).map(|(_, shelf)| shelf).ok_or_else(Problem::not_found)
}

/// The record of a code in a register.
async fn record(app: &crate::app::App, shelf: &'static dyn Shelf, code: &str) -> Result<CaseId, Problem> {
    let code = desk::read_case_code(code).ok_or_else(Problem::not_found)?;
    let number = app.desk().number();
    let found = app.read(move |db, _| store::listed::by_code(db, number, shelf.code(), &code)).await?;
    found.map(|(id, _)| id).ok_or_else(Problem::not_found)
}
