//! The rows of the district's own events.

use crate::db::Write;
use crate::table::Table;
use domain::case::Body;
use domain::columns;
use domain::district::{Event, Figure, UnitCode};
use std::sync::LazyLock;

/// A figure as it was published, or a correction of one: by the ledger index of the event.
pub(crate) struct Publication {
    no: u64,
    /// The publication that it corrects.
    corrects: Option<u64>,
    /// The figure as published, JSON.
    body: String,
    at: i64,
}

/// The published figures.
pub(crate) static PUBLICATIONS: LazyLock<Table<Publication>> = LazyLock::new(|| {
    let columns = columns! { Publication:
        no "BIGINT NOT NULL" key = |p| p.no,
        corrects "BIGINT" fixed = |p| p.corrects,
        body "TEXT NOT NULL" fixed = |p| p.body.as_str(),
        at "BIGINT NOT NULL" fixed = |p| p.at,
    };
    Table::new("publications", 1, columns, "")
});

/// Records that left as a file: by the ledger index of the event.
pub(crate) struct Export {
    what: String,
    format: String,
    rows: u64,
    masked: bool,
    unit: Option<UnitCode>,
    account: Option<u32>,
    at: i64,
}

/// The exports.
pub(crate) static EXPORTS: LazyLock<Table<Export>> = LazyLock::new(|| {
    let columns = columns! { Export:
        what "TEXT NOT NULL" fixed = |e| e.what.as_str(),
        format "TEXT NOT NULL" fixed = |e| e.format.as_str(),
        rows_out "BIGINT NOT NULL" fixed = |e| e.rows,
        masked "BIGINT NOT NULL" fixed = |e| e.masked,
        unit "TEXT" fixed = |e| e.unit.as_ref().map(|unit| unit.as_str()),
        account "BIGINT" fixed = |e| e.account,
        at "BIGINT NOT NULL" fixed = |e| e.at,
    };
    Table::new("exports", 1, columns, "")
});

/// The writes of one event of the district's own stream at ledger index `seq`.
pub fn project(district: i64, seq: u64, body: &Body<Event>) -> Vec<Write> {
    let at = body.at.0;
    let published = |no: usize, corrects, figure: &Figure| {
        let json = serde_json::to_string(figure).unwrap_or_default();
        PUBLICATIONS.put(district, seq, &Publication { no: no as u64, corrects, body: json, at })
    };
    match &body.event {
        Event::FiguresPublished { figures } => {
            figures.iter().enumerate().map(|(no, figure)| published(no, None, figure)).collect()
        }
        Event::FigureCorrected { publication, figure } => vec![published(0, Some(*publication), figure)],
        Event::Exported { what, format, rows, masked } => {
            let (unit, account) = (body.by.unit().cloned(), body.by.account());
            let (what, format) = (what.clone(), format.clone());
            vec![EXPORTS.put(district, seq, &Export { what, format, rows: *rows, masked: *masked, unit, account, at })]
        }
        _ => Vec::new(),
    }
}
