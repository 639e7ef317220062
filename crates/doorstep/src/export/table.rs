//! Tables out: CSV and JSON Lines with the memory of one row; .xlsx over a temporary file, its packed form in memory at the end.
//!
//! A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@`. In .xlsx every text is stored as text, which no
//! program runs, so nothing is changed there; JSON Lines is no spreadsheet's input. In CSV such a cell gets an apostrophe
//! in front ([`guard`]), as do phones and other words that would be taken for a number or a date ([`guard_words`]), and [`reading::cell::unguard`] takes exactly these away, so that a table that comes back has lost
//! nothing.

use std::io::Write;

use reading::cell::{guard, guard_words};
use rust_xlsxwriter::{Format as Style, Workbook, XlsxError};
use serde::Serialize;

use crate::import::fault::{Fault, cause};

/// The kinds of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180, UTF-8 with a byte order mark, so that WPS and Excel read Chinese.
    Csv,
    /// A workbook with one sheet, its headings fixed at the top.
    Xlsx,
    /// One JSON object a line, with the columns in their order.
    JsonLines,
}

impl Format {
    /// The format of a file name's ending: `.csv`, `.xlsx`, `.jsonl`.
    pub fn of(name: &str) -> Option<Format> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "csv" => Some(Format::Csv),
            "xlsx" => Some(Format::Xlsx),
            "jsonl" | "ndjson" => Some(Format::JsonLines),
            _ => None,
        }
    }
}

impl Format {
    /// Its word, as events have it.
    pub fn word(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::JsonLines => "jsonl",
        }
    }
}

/// A value on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell<'a> {
    /// Nothing: an empty cell, `null`.
    Empty,
    /// A text; dates and codes too.
    Text(&'a str),
    /// Somebody's own words, phones among them: text also where it looks like a number or a date.
    Words(&'a str),
    /// A whole number.
    Int(i64),
}

impl<'a> Cell<'a> {
    /// A text or nothing.
    pub fn maybe(text: Option<&'a str>) -> Cell<'a> {
        text.map_or(Cell::Empty, Cell::Text)
    }

    fn plain(self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::Words(text) => text.to_owned(),
            Cell::Int(number) => number.to_string(),
        }
    }
}

/// The rows of a sheet, its headings included.
const SHEET_ROWS: u32 = 1_048_576;
/// The columns of a sheet.
const SHEET_COLUMNS: usize = 16_384;
/// The longest text of a cell of a sheet, in UTF-16 units.
const SHEET_UNITS: usize = 32_767;
/// What stands at the end of a text that a cell of a sheet can't hold.
const CUT: &str = "……（格子放不下，到此截断；全文请用CSV或JSONL导出 / cut here: export CSV or JSONL for the whole）";
/// Whole numbers beyond this lose digits in a sheet; they are written as text.
const SHEET_DIGITS: u64 = 999_999_999_999_999;

/// Writes a table row by row. Nothing is complete before [`Writer::finish`].
pub struct Writer<W: Write + Send> {
    columns: Vec<String>,
    rows: u64,
    kind: Kind<W>,
}

enum Kind<W: Write + Send> {
    Csv(Box<csv::Writer<W>>),
    Xlsx { book: Box<Workbook>, sink: W },
    Lines { sink: W },
}

impl<W: Write + Send> Writer<W> {
    /// Starts a table with its headings.
    ///
    /// # Errors
    /// When the sink cannot be written, or two columns have the same heading.
    pub fn new<C: AsRef<str>>(format: Format, mut sink: W, columns: &[C]) -> Result<Writer<W>, Fault> {
        let columns: Vec<String> = columns.iter().map(|c| c.as_ref().to_owned()).collect();
        let mut seen = std::collections::HashSet::new();
        if let Some(twice) = columns.iter().find(|name| !seen.insert(name.as_str())) {
            return Err(Fault::new(
                0,
                twice.clone(),
                "导出的两列同名。请改名。",
                "two columns of the export have this heading. Rename one.",
            ));
        }
        let kind = match format {
            Format::Csv => {
                sink.write_all("\u{FEFF}".as_bytes()).map_err(|e| unwritable(&e))?;
                let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(sink);
                writer.write_record(columns.iter().map(|c| guard(c))).map_err(|e| csv_fault(&e))?;
                Kind::Csv(Box::new(writer))
            }
            Format::Xlsx => {
                if columns.len() > SHEET_COLUMNS {
                    return Err(too_big(0));
                }
                let mut book = Workbook::new();
                let sheet = book.add_worksheet_with_constant_memory().map_err(|e| sheet_fault(&e))?;
                sheet.set_freeze_panes(1, 0).map_err(|e| sheet_fault(&e))?;
                let bold = Style::new().set_bold();
                for (column, name) in columns.iter().enumerate() {
                    sheet.write_string_with_format(0, narrow(column), name, &bold).map_err(|e| sheet_fault(&e))?;
                }
                Kind::Xlsx { book: Box::new(book), sink }
            }
            Format::JsonLines => Kind::Lines { sink },
        };
        Ok(Writer { columns, rows: 0, kind })
    }

    /// Adds a row: one cell for each column; missing ones are empty. Gives the columns whose text a sheet can't hold: it is
    /// cut there, with a mark.
    ///
    /// # Errors
    /// When there are more cells than columns, the table is too long for a sheet, or the sink cannot be written.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<Vec<String>, Fault> {
        let mut cut = Vec::new();
        let line = self.rows + 2;
        if cells.len() > self.columns.len() {
            let (is, most) = (cells.len(), self.columns.len());
            return Err(Fault::new(
                line,
                "",
                format!("这一行有{is}格，只有{most}列。"),
                format!("this row has {is} cells for {most} columns."),
            ));
        }
        let all = self.columns.iter().zip(cells.iter().copied().chain(std::iter::repeat(Cell::Empty)));
        match &mut self.kind {
            Kind::Csv(writer) => {
                let texts = all.map(|(_, cell)| match cell {
                    Cell::Text(text) => guard(text),
                    Cell::Words(text) => guard_words(text),
                    other => other.plain(),
                });
                writer.write_record(texts).map_err(|e| csv_fault(&e))?;
            }
            Kind::Xlsx { book, .. } => {
                let row =
                    u32::try_from(self.rows + 1).ok().filter(|row| *row < SHEET_ROWS).ok_or_else(|| too_big(line))?;
                let sheet = book.worksheet_from_index(0).map_err(|e| sheet_fault(&e))?;
                for (column, (name, cell)) in all.enumerate() {
                    let column = narrow(column);
                    let written = match cell {
                        Cell::Empty => continue,
                        Cell::Int(number) if number.unsigned_abs() <= SHEET_DIGITS => {
                            sheet.write_number(row, column, number as f64)
                        }
                        other => {
                            let mut text = other.plain();
                            if fit(&mut text) {
                                cut.push(name.clone());
                            }
                            sheet.write_string(row, column, text)
                        }
                    };
                    written.map_err(|e| sheet_fault(&e))?;
                }
            }
            Kind::Lines { sink } => {
                let mut text = String::from("{");
                for (i, (name, cell)) in all.enumerate() {
                    let (name, value) = (serde_json::to_string(name), serde_json::to_string(&cell));
                    let (Ok(name), Ok(value)) = (name, value) else { continue };
                    text.push_str(if i == 0 { "" } else { "," });
                    text.push_str(&name);
                    text.push(':');
                    text.push_str(&value);
                }
                text.push_str("}\n");
                sink.write_all(text.as_bytes()).map_err(|e| unwritable(&e))?;
            }
        }
        self.rows += 1;
        Ok(cut)
    }

    /// Completes the file and gives the sink back, flushed.
    ///
    /// # Errors
    /// When the sink cannot be written.
    pub fn finish(self) -> Result<W, Fault> {
        let mut sink = match self.kind {
            Kind::Csv(writer) => writer.into_inner().map_err(|e| unwritable(e.error()))?,
            Kind::Xlsx { mut book, mut sink } => {
                // A workbook's parts are sized in hindsight, so the writer seeks; the packed file is small.
                let bytes = book.save_to_buffer().map_err(|e| sheet_fault(&e))?;
                sink.write_all(&bytes).map_err(|e| unwritable(&e))?;
                sink
            }
            Kind::Lines { sink } => sink,
        };
        sink.flush().map_err(|e| unwritable(&e))?;
        Ok(sink)
    }
}

/// A column number as sheets count; a table wider than a sheet was refused before.
fn narrow(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX)
}

/// Cuts a text to what a cell of a sheet holds; whether that was needed.
fn fit(text: &mut String) -> bool {
    if text.len() <= SHEET_UNITS || text.encode_utf16().count() <= SHEET_UNITS {
        return false;
    }
    let mut left = SHEET_UNITS - CUT.encode_utf16().count();
    let end = text.char_indices().find(|(_, c)| {
        let fits = left >= c.len_utf16();
        left = left.saturating_sub(c.len_utf16());
        !fits
    });
    if let Some((end, _)) = end {
        text.truncate(end);
        text.push_str(CUT);
    }
    true
}

/// A file that can't be written, with what the system says about it.
pub fn unwritable(error: &std::io::Error) -> Fault {
    let (zh, en) = cause(error);
    Fault::file(
        format!("写不了文件（{zh}）。请检查磁盘空间和权限。"),
        format!("the file cannot be written ({en}). Check disk space and permissions."),
    )
}

fn csv_fault(error: &csv::Error) -> Fault {
    match error.kind() {
        csv::ErrorKind::Io(error) => unwritable(error),
        _ => unwritable(&std::io::ErrorKind::Other.into()),
    }
}

fn sheet_fault(error: &XlsxError) -> Fault {
    match error {
        XlsxError::IoError(error) => unwritable(error),
        _ => unwritable(&std::io::ErrorKind::Other.into()),
    }
}

fn too_big(line: u64) -> Fault {
    Fault::new(
        line,
        "",
        format!("一张工作表最多{SHEET_ROWS}行、{SHEET_COLUMNS}列。请改用CSV，或缩小范围。"),
        format!("a sheet has at most {SHEET_ROWS} rows and {SHEET_COLUMNS} columns. Use CSV, or a smaller window."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_a_cell_cannot_hold_is_cut_between_two_characters_with_a_mark() {
        for (text, whole) in [("字".repeat(32_767), true), ("😀".repeat(16_383), true), (String::new(), true)] {
            let mut cut = text.clone();
            assert_eq!((fit(&mut cut), cut == text), (false, whole));
        }
        for text in ["字".repeat(32_768), "😀".repeat(20_000), format!("a{}", "😀".repeat(20_000))] {
            let mut cut = text.clone();
            assert!(fit(&mut cut));
            let units = cut.encode_utf16().count();
            assert!((SHEET_UNITS - 1..=SHEET_UNITS).contains(&units), "{units}");
            assert!(cut.ends_with(CUT) && text.starts_with(cut.strip_suffix(CUT).unwrap()));
        }
    }
}
