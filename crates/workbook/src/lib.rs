//! Foreign workbooks (.xlsx) as rows of text. No size that a file claims is believed: parts, sheets, rows and cells are
//! counted before the parser sees them, and the parser runs in a process of its own, which limits its memory and its
//! time. What kills that process is a sentence at the file ([`Fault`]), never the end of whoever asked.
//!
//! [`Reader::open`] starts the process and gives a [`Book`]; [`child`] is that process.

#![warn(missing_docs)]

mod cells;
mod fault;
mod kind;
mod limits;
mod parts;
mod shape;
mod wire;

pub use fault::{Bound, CellFault, Fault};
pub use kind::{Kind, kind};
pub use limits::{Limits, Purpose};
pub use wire::{Book, COMMAND, Input, Reader, child};

use serde::{Deserialize, Serialize};

/// What a sheet shows where a formula has no value.
const ERRORS: [&str; 11] = [
    "#NULL!",
    "#DIV/0!",
    "#VALUE!",
    "#REF!",
    "#NAME?",
    "#NUM!",
    "#N/A",
    "#GETTING_DATA",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
];

/// Whether a cell shows an error of its sheet, and nothing else.
pub fn is_error(cell: &str) -> bool {
    ERRORS.contains(&cell.trim())
}

/// Which sheets are to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sheets {
    /// All of them.
    All,
    /// The first visible one that has anything in it.
    First,
    /// The one of this name.
    Named(String),
}

/// A rectangle of merged cells, counted from 0; the last row and column belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Area {
    /// Its first row.
    pub top: u32,
    /// Its last row.
    pub bottom: u32,
    /// Its first column.
    pub left: u32,
    /// Its last column.
    pub right: u32,
}

/// A sheet and what stands in it beside its cells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Whether whoever opens the workbook sees it.
    pub visible: bool,
    /// Whether its rows follow.
    pub read: bool,
    /// Whether it has any cell with a value.
    pub filled: bool,
    /// How many rows with values are hidden, by hand or by a filter.
    pub hidden_rows: u64,
    /// The hidden columns that have values, counted from 0.
    pub hidden_columns: Vec<u32>,
    /// Whether a filter is set on it.
    pub filter: bool,
    /// Its merged cells, by their first row.
    pub merged: Vec<Area>,
}

/// A row of a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Which of the book's sheets.
    pub sheet: usize,
    /// Its number as a spreadsheet shows it, from 1.
    pub line: u64,
    /// Its cells: numbers without an exponent, dates as `2023-05-04 09:30:00`, a whole day as `2023-05-04`.
    pub cells: Vec<String>,
    /// What is wrong in which column, counted from 0.
    pub faults: Vec<(usize, CellFault)>,
}
