//! An uploaded workbook as rows of text, within bounds: a small file may unpack to a huge one, and one cell far away
//! would make a huge table.

use calamine::{DataRef, Reader, SheetType, Xlsx};
use std::io::{Cursor, Read};

/// What a workbook may unpack to, in bytes.
const UNPACKED_MOST: u64 = 32 << 20;
/// The most parts of a workbook's file.
const PARTS_MOST: usize = 200;
/// The most rows of a sheet, its heading included.
pub(super) const ROWS_MOST: u32 = 5_001;
/// The most columns of a sheet.
const COLUMNS_MOST: u32 = 32;
/// The longest text of a cell, in characters.
pub(super) const CELL_MOST: usize = 400;

/// A row: its number as a spreadsheet shows it, and its cells.
pub(super) struct Row {
    pub(super) line: u32,
    pub(super) cells: Vec<String>,
}

impl Row {
    /// The text of a column; empty where there is none.
    pub(super) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |text| text.trim())
    }
}

/// A sheet with its name; rows without any text are left out.
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) rows: Vec<Row>,
}

/// Why a workbook can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SheetFault {
    /// It is no workbook, or is damaged.
    Damaged,
    /// It is larger than an import takes.
    TooLarge,
    /// A cell of a sheet holds too much: sheet, row, column (from 0).
    LongCell(String, u32, u32),
}

/// The name of a column as a spreadsheet shows it: `A`, `B`, …, `AA`.
pub(super) fn letters(column: usize) -> String {
    let (mut n, mut name) = (column + 1, String::new());
    while n > 0 {
        let letter = u8::try_from((n - 1) % 26).unwrap_or(0);
        name.insert(0, char::from(b'A' + letter));
        n = (n - 1) / 26;
    }
    name
}

/// Reads all sheets of an .xlsx file.
pub(super) fn read(file: &[u8]) -> Result<Vec<Sheet>, SheetFault> {
    unpacks_within_bounds(file)?;
    let mut book = Xlsx::new(Cursor::new(file)).map_err(|_| SheetFault::Damaged)?;
    let tables = book.sheets_metadata().iter().filter(|s| s.typ == SheetType::WorkSheet);
    let names: Vec<String> = tables.map(|s| s.name.clone()).collect();
    names.into_iter().map(|name| rows(&mut book, name)).collect()
}

/// Unpacks every part once and throws it away: what a part says about its own size need not be true.
fn unpacks_within_bounds(file: &[u8]) -> Result<(), SheetFault> {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).map_err(|_| SheetFault::Damaged)?;
    if archive.len() > PARTS_MOST {
        return Err(SheetFault::TooLarge);
    }
    let mut left = UNPACKED_MOST;
    for n in 0..archive.len() {
        let part = archive.by_index(n).map_err(|_| SheetFault::Damaged)?;
        let size = std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|_| SheetFault::Damaged)?;
        left = left.checked_sub(size).ok_or(SheetFault::TooLarge)?;
    }
    Ok(())
}

fn rows(book: &mut Xlsx<Cursor<&[u8]>>, name: String) -> Result<Sheet, SheetFault> {
    let mut cells = book.worksheet_cells_reader(&name).map_err(|_| SheetFault::Damaged)?;
    let mut rows: Vec<Row> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(|_| SheetFault::Damaged)? {
        let (at, column) = cell.get_position();
        let text = text_of(cell.get_value());
        if text.trim().is_empty() {
            continue;
        }
        if at >= ROWS_MOST || column >= COLUMNS_MOST {
            return Err(SheetFault::TooLarge);
        }
        if text.chars().count() > CELL_MOST {
            return Err(SheetFault::LongCell(name, at + 1, column));
        }
        if rows.last().is_none_or(|row| row.line != at + 1) {
            rows.push(Row { line: at + 1, cells: Vec::new() });
        }
        let Some(row) = rows.last_mut() else { continue };
        let column = column as usize;
        if row.cells.len() <= column {
            row.cells.resize(column + 1, String::new());
        }
        row.cells[column] = text;
    }
    Ok(Sheet { name, rows })
}

/// A cell as text; control characters, which nobody types, as spaces.
fn text_of(value: &DataRef<'_>) -> String {
    let text = match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::DateTime(time) => time.as_f64().to_string(),
        DataRef::Error(error) => error.to_string(),
    };
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn book(cells: &[(u32, u16, &str)]) -> Vec<u8> {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (row, column, text) in cells {
            sheet.write_string(*row, *column, *text).unwrap();
        }
        book.save_to_buffer().unwrap()
    }

    #[test]
    fn rows_keep_their_numbers_and_empty_ones_are_left_out() {
        let sheets = read(&book(&[(0, 0, "code"), (3, 2, " x\ty ")])).unwrap();
        let rows: Vec<(u32, &str)> = sheets[0].rows.iter().map(|r| (r.line, r.cell(2))).collect();
        assert_eq!(rows, [(1, ""), (4, "x y")]);
    }

    #[test]
    fn what_is_no_workbook_is_damaged_and_never_a_panic() {
        let whole = book(&[(0, 0, "code")]);
        assert_eq!(read(b"no workbook").err(), Some(SheetFault::Damaged));
        assert_eq!(read(b"").err(), Some(SheetFault::Damaged));
        for end in (0..whole.len()).step_by(97) {
            assert!(read(&whole[..end]).is_err(), "cut at {end}");
        }
        for at in (0..whole.len()).step_by(211) {
            let mut bad = whole.clone();
            bad[at] ^= 0xff;
            let _ = read(&bad);
        }
    }

    #[test]
    fn a_small_file_that_unpacks_to_a_huge_one_is_refused() {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file("xl/sharedStrings.xml", options).unwrap();
        let zeros = vec![b'0'; 1 << 20];
        for _ in 0..40 {
            zip.write_all(&zeros).unwrap();
        }
        let file = zip.finish().unwrap().into_inner();
        assert!(file.len() < 1 << 20, "{} bytes", file.len());
        assert_eq!(read(&file).err(), Some(SheetFault::TooLarge));
    }

    #[test]
    fn a_cell_far_away_or_with_a_novel_in_it_is_refused() {
        assert_eq!(read(&book(&[(900_000, 0, "x")])).err(), Some(SheetFault::TooLarge));
        assert_eq!(read(&book(&[(0, 99, "x")])).err(), Some(SheetFault::TooLarge));
        let long = "长".repeat(CELL_MOST + 1);
        assert_eq!(read(&book(&[(6, 1, &long)])).err(), Some(SheetFault::LongCell("Sheet1".into(), 7, 1)));
    }

    #[test]
    fn columns_are_named_as_a_spreadsheet_names_them() {
        assert_eq!([0, 25, 26, 701, 702].map(letters), ["A", "Z", "AA", "ZZ", "AAA"]);
    }
}
