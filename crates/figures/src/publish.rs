//! Publishing: a figure as the ledger keeps it, with the hash of what it counts.
//!
//! `counted` is the SHA-256, in lower-case hex, of this text: the line `numerator`, then the ledger index of the first
//! entry of each record that the numerator counts, ascending, one decimal number a line; then, for a figure that has one,
//! the line `denominator` and its indexes likewise. Every line ends with a line feed. Anybody with the list can
//! recompute it with `sha256sum`. Sealed accusations are in no list; figures that 0.1 published have them in theirs.

use crate::catalogue::{self, Definition, Part};
use crate::figure::Figure;
use crate::filter::Filter;
use crate::list;
use crate::query;
use domain::district;
use sha2::{Digest, Sha256};
use store::{Db, Result};

/// The hash of what a figure counts in the ledger as it is.
///
/// # Errors
/// What the database says.
pub(crate) fn counted(db: &mut Db, number: i64, filter: &Filter, definition: &Definition) -> Result<String> {
    let mut hash = Sha256::new();
    for part in [Part::Numerator, Part::Denominator] {
        if definition.conditions(part).is_some() {
            hash.update(format!("{}\n", part.code()));
            list::each_index(db, number, filter, definition, part, |index| hash.update(format!("{index}\n")))?;
        }
    }
    Ok(hash.finalize().iter().map(|b| format!("{b:02x}")).collect())
}

/// A figure as the ledger keeps it.
pub(crate) fn entry(figure: &Figure, filter: &Filter, counted: String) -> district::Figure {
    district::Figure {
        id: figure.id.to_owned(),
        definition: figure.definition_version,
        from: figure.from,
        to: figure.to,
        filter: filter.narrowing(),
        value: figure.value.clone(),
        numerator: figure.numerator,
        denominator: figure.denominator.unwrap_or(0),
        participation: figure.participation.as_ref().map(|p| (p.numerator, p.denominator)),
        ledger_size: figure.ledger_size,
        counted,
        quarters: true,
    }
}

/// The figures of a filter, ready for `district::Command::PublishFigures`, or one of them for `CorrectFigure`. All
/// come from one state of the ledger. An id that the catalogue doesn't have is left out. The connection must not be in
/// a transaction.
///
/// # Errors
/// What the database says.
pub fn publication(db: &mut Db, number: i64, filter: &Filter, ids: &[&str]) -> Result<Vec<district::Figure>> {
    db.begin()?;
    let made = in_one_state(db, number, filter, ids);
    // Nothing was written: the end of the transaction only gives up its view of the data.
    db.rollback()?;
    made
}

fn in_one_state(db: &mut Db, number: i64, filter: &Filter, ids: &[&str]) -> Result<Vec<district::Figure>> {
    let (ledger_size, numbers) = query::whole(db, number, filter)?;
    let mut figures = Vec::with_capacity(ids.len());
    for definition in catalogue::in_force().filter(|d| ids.contains(&d.id.as_str())) {
        let figure = Figure::of(definition, filter, ledger_size, |part| numbers.count(definition, part));
        figures.push(entry(&figure, filter, counted(db, number, filter, definition)?));
    }
    Ok(figures)
}
