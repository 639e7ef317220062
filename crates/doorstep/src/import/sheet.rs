//! Rows of a workbook's sheet, read by a process of its own, and what of the workbook is not read.

use super::delimited::{RawResult, RawRow, Stopped};
use super::fault::{Fault, Note};
use super::merged::Merged;
use super::table::{Options, column_name};
use workbook::{Book, Input, Purpose, Reader, Sheet, Sheets};

/// Opens a workbook, or says why it can't be read.
pub(super) fn open(input: Input, options: &Options) -> Result<Book, Fault> {
    let wanted = options.sheet.clone().map_or(Sheets::First, Sheets::Named);
    Reader::this_program().open(input, Purpose::Cases, &wanted).map_err(|fault| of_file(&fault))
}

fn of_file(fault: &workbook::Fault) -> Fault {
    let (zh, en) = fault.said();
    Fault::file(zh, en)
}

/// The rows of a book, one after the other.
pub(super) fn rows(book: Book) -> impl Iterator<Item = RawResult> + Send {
    book.map(|row| {
        let row = row.map_err(|fault| Stopped { column: None, fault: of_file(&fault) })?;
        let line = row.line;
        let said = |(column, fault): (usize, workbook::CellFault)| {
            let (zh, en) = fault.said();
            (column, Fault::new(line, "", zh, en))
        };
        Ok(RawRow { line, cells: row.cells, faults: row.faults.into_iter().map(said).collect() })
    })
}

/// The sheet that is read.
pub(super) fn chosen(sheets: &[Sheet]) -> Sheet {
    sheets.iter().find(|sheet| sheet.read).cloned().unwrap_or_default()
}

/// What of a workbook is not read, or is read although whoever opens it doesn't see it.
pub(super) fn notes(sheets: &[Sheet], header: &[String], merged: &Merged, options: &Options) -> Vec<Note> {
    let mut notes = Vec::new();
    let named = |visible: bool| -> Vec<&str> {
        let others = sheets.iter().filter(|sheet| !sheet.read && sheet.filled && sheet.visible == visible);
        others.map(|sheet| sheet.name.as_str()).collect()
    };
    let read = chosen(sheets);
    let (others, hidden) = (named(true), named(false));
    if !others.is_empty() {
        notes.push(Note::new(
            format!(
                "只读了工作表“{}”，没有读：{}。要读别的表，请在映射里写sheet，逐张导入。",
                read.name,
                others.join("、")
            ),
            format!(
                "only the sheet \"{}\" is read, and not: {}. Name another with `sheet` in the map, and import one after the other.",
                read.name,
                others.join(", ")
            ),
        ));
    }
    if !hidden.is_empty() {
        notes.push(Note::new(
            format!("隐藏的工作表没有读：{}。", hidden.join("、")),
            format!("hidden sheets are not read: {}.", hidden.join(", ")),
        ));
    }
    if read.hidden_rows > 0 {
        let (n, filter) = (read.hidden_rows, read.filter);
        let (zh, en) = if filter { ("（含筛选掉的）", " (or filtered away)") } else { ("", "") };
        notes.push(Note::new(
            format!("隐藏的行{zh}也在内：{n}行。不要的，请先在表里删去。"),
            format!("rows that are hidden{en} are taken too: {n}. Delete in the sheet what is not wanted."),
        ));
    }
    if !read.hidden_columns.is_empty() {
        let columns: Vec<String> = read.hidden_columns.iter().map(|c| column_name(header, *c as usize)).collect();
        notes.push(Note::new(
            format!("隐藏的列也在内：{}。", columns.join("、")),
            format!("hidden columns are taken too: {}.", columns.join(", ")),
        ));
    }
    notes.extend(merged.notes(header, options));
    notes
}
