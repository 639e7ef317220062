//! The rows of the records of all registers that say of themselves what lists hold of them.

use super::NO_DUE;
use crate::args;
use crate::db::Write;
use crate::table::{Shape, Table};
use calendar::Date;
use domain::moment::day_number;
use domain::register::{Duty, Shelf, Summary, Thing};
use domain::{Label, columns};
use std::sync::LazyLock;

/// A record as lists have it, by the ledger index of its first entry.
pub(crate) struct RecordOf {
    register: &'static str,
    version: u64,
    summary: Summary,
    wake: Option<Date>,
    /// The ledger index of its last entry.
    last: u64,
}

/// The records.
pub(crate) static RECORDS: LazyLock<Table<RecordOf>> = LazyLock::new(|| {
    let columns = columns! { RecordOf:
        id "BYTEA NOT NULL" fixed = |r| &r.summary.id.0,
        register "TEXT /*collate*/ NOT NULL" fixed = |r| r.register,
        code "TEXT /*collate*/ NOT NULL" fixed = |r| r.summary.code.as_str(),
        version "BIGINT NOT NULL" = |r| r.version,
        stage "TEXT /*collate*/ NOT NULL" = |r| r.summary.stage,
        unit "TEXT /*collate*/ NOT NULL" = |r| r.summary.unit.as_str(),
        // The record that it is a part of.
        under "BYTEA" fixed = |r| r.summary.under.as_ref().map(|id| &id.0),
        // The day that it is about.
        day "BIGINT NOT NULL" = |r| day_number(r.summary.day),
        // 1 while something remains to be done.
        open "BIGINT NOT NULL" = |r| r.summary.open,
        // 1 while everybody may see it.
        public "BIGINT NOT NULL" = |r| r.summary.public,
        // 1 when its key is destroyed.
        erased "BIGINT NOT NULL" = |r| r.summary.erased,
        // The day behind which the clock acts on it.
        wake "BIGINT" = |r| r.wake.map(day_number),
        touched "BIGINT NOT NULL" = |r| r.summary.touched.0,
        last "BIGINT NOT NULL" = |r| r.last,
    };
    let indexes = "\
CREATE UNIQUE INDEX records_code ON records(district, code);
CREATE INDEX records_day ON records(district, register, day, seq);
CREATE INDEX records_public ON records(district, register, day, seq) WHERE public = 1;
CREATE INDEX records_unit ON records(district, register, unit, day, seq);
CREATE INDEX records_erased ON records(district, seq) WHERE erased = 1;
CREATE INDEX records_under ON records(district, under, seq) WHERE under IS NOT NULL;
CREATE INDEX records_wake ON records(district, wake, seq) WHERE wake IS NOT NULL;
CREATE INDEX records_last ON records(district, register, last);
";
    Table::new("records", 4, columns, indexes)
});

/// What a unit owes a record, by the ledger index of the record's first entry.
pub(crate) struct DutyOf {
    register: &'static str,
    duty: Duty,
}

/// The duties.
pub(crate) static DUTIES: LazyLock<Table<DutyOf>> = LazyLock::new(|| {
    let columns = columns! { DutyOf:
        no "BIGINT NOT NULL" key = |d| d.duty.no,
        register "TEXT /*collate*/ NOT NULL" = |d| d.register,
        unit "TEXT /*collate*/ NOT NULL" = |d| d.duty.unit.as_str(),
        rule "TEXT NOT NULL" = |d| d.duty.rule.code(),
        // The day from which on it can be done.
        since "BIGINT NOT NULL" = |d| day_number(d.duty.from),
        // Its alarm day; [`NO_DUE`] while no clock of it runs.
        due "BIGINT NOT NULL" = |d| d.duty.due.map_or(NO_DUE, |due| day_number(due.alarm())),
        // When it ends in milliseconds, if it is counted in hours; else a moment that never comes.
        hour "BIGINT NOT NULL" = |d| d.duty.hour.map_or(i64::MAX, |at| at.0),
        // What somebody else must do first.
        held "TEXT" = |d| d.duty.held.map(|held| held.code()),
        sealed "BIGINT NOT NULL" = |d| d.duty.sealed,
    };
    let indexes = "\
CREATE INDEX duties_due ON duties(district, unit, due, seq);
CREATE INDEX duties_records ON duties(district, due, seq) WHERE register <> 'case';
";
    Table::new("duties", 2, columns, indexes)
});

/// The own table of each register that has one, by its code.
pub(crate) static OWN: LazyLock<Vec<(&'static str, Shape)>> = LazyLock::new(|| {
    let shape = |shelf: &&dyn Shelf| {
        let (name, edition, columns, indexes) = shelf.table()?;
        Some((shelf.code(), Shape::new(name, edition, &columns, indexes)))
    };
    registers::REGISTERS.iter().filter_map(shape).collect()
});

const DONE: &str = "DELETE FROM duties WHERE district = $1 AND seq = $2";

/// Every statement of this file that is no table's own, to be proved on both engines.
pub(super) const STATEMENTS: &[&str] = &[DONE];

/// The writes after an event of a record, which has the ledger index `last`.
pub fn project(district: i64, (first, last): (u64, u64), shelf: &dyn Shelf, state: &Thing) -> Vec<Write> {
    let (register, version) = (shelf.code(), shelf.version(state));
    let mut writes = Vec::new();
    if let Some(summary) = shelf.summary(state) {
        let wake = shelf.wake(state);
        writes.push(RECORDS.put(district, first, &RecordOf { register, version, summary, wake, last }));
        writes.extend(owed(district, first, shelf, state));
    }
    if let Some((_, own)) = OWN.iter().find(|(code, _)| *code == register) {
        writes.push(own.row(district, first, shelf.row(state)));
    }
    writes
}

/// The writes of what is owed to a record: what was owed before goes, what is owed now comes.
pub fn owed(district: i64, first: u64, shelf: &dyn Shelf, state: &Thing) -> Vec<Write> {
    let register = shelf.code();
    // Before its first event nothing was.
    let before = (shelf.version(state) > 1).then(|| Write::new(DONE, args![district, first]));
    let now = shelf.duties(state).into_iter().map(|duty| DUTIES.put(district, first, &DutyOf { register, duty }));
    before.into_iter().chain(now).collect()
}
