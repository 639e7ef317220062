//! An uploaded workbook as rows of text, within bounds. Another process reads it: a small file may claim to be a huge one.

use crate::app::App;
use crate::lang::{L, capital};
use crate::problem::Problem;
use axum::body::Bytes;
use workbook::{CellFault, Input, Purpose, Reader, Sheets};

/// The most rows of a sheet, its heading included.
pub(crate) const ROWS_MOST: u32 = 5_001;
/// The most columns of a sheet.
const COLUMNS_MOST: usize = 32;
/// The longest text of a cell, in characters.
pub(crate) const CELL_MOST: usize = 400;

/// A row: its number as a spreadsheet shows it, and its cells.
pub(crate) struct SheetRow {
    pub(crate) line: u64,
    pub(crate) cells: Vec<String>,
}

impl SheetRow {
    /// The text of a column; empty where there is none.
    pub(crate) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |text| text.trim())
    }
}

/// A sheet with its name; rows without any text are left out.
pub(crate) struct Sheet {
    pub(crate) name: String,
    /// Whether it is shown when the file is opened.
    pub(crate) visible: bool,
    /// How many of its rows are hidden, by hand or by a filter.
    pub(crate) hidden_rows: u64,
    pub(crate) rows: Vec<SheetRow>,
}

/// Why a workbook can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SheetFault {
    /// The file as a whole.
    File(workbook::Fault),
    /// It has more rows or columns than an import takes.
    TooLarge,
    /// A cell holds too much.
    LongCell(Place),
    /// A cell holds no value.
    Cell(Place, CellFault),
}

/// Where a cell stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) sheet: String,
    pub(crate) row: u64,
    /// From 0.
    pub(crate) column: usize,
}

/// The name of a column as a spreadsheet shows it: `A`, `B`, …, `AA`.
pub(crate) fn letters(column: usize) -> String {
    let (mut n, mut name) = (column + 1, String::new());
    while n > 0 {
        let letter = u8::try_from((n - 1) % 26).unwrap_or(0);
        name.insert(0, char::from(b'A' + letter));
        n = (n - 1) / 26;
    }
    name
}

impl SheetFault {
    /// What is wrong with it, as a sentence.
    pub(crate) fn said(&self, l: L) -> String {
        let at = |place: &Place| format!("{}{}", letters(place.column), place.row);
        match self {
            SheetFault::File(fault) => {
                let (zh, en) = fault.said();
                l.0.pick(&zh, &capital(&en)).to_owned()
            }
            SheetFault::TooLarge => l.t_n("import-too-large", ROWS_MOST - 1),
            SheetFault::LongCell(place) => l.t_with(
                "import-long-cell",
                &[("sheet", place.sheet.clone()), ("at", at(place)), ("n", CELL_MOST.to_string())],
            ),
            SheetFault::Cell(place, fault) => {
                let (zh, en) = fault.said();
                let why = l.0.pick(&zh, &en).to_owned();
                l.t_with("import-bad-cell", &[("sheet", place.sheet.clone()), ("at", at(place)), ("why", why)])
            }
        }
    }
}

/// One workbook is read at a time: each may take as much memory as its process is allowed.
static READING: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(1);

/// Reads all sheets of an .xlsx file that somebody sent.
///
/// # Errors
/// [`Problem::broken`] when the program stops; what is wrong with the file comes back as such.
pub(crate) async fn uploaded(app: &App, file: Bytes) -> Result<Result<Vec<Sheet>, SheetFault>, Problem> {
    let _place = READING.acquire().await.map_err(|_| Problem::broken())?;
    let reader = app.workbooks();
    tokio::task::spawn_blocking(move || read(reader, file.to_vec())).await.map_err(|_| Problem::broken())
}

fn read(reader: Reader, file: Vec<u8>) -> Result<Vec<Sheet>, SheetFault> {
    let book = reader.open(Input::Bytes(file), Purpose::Office, &Sheets::All).map_err(SheetFault::File)?;
    let named = |sheet: &workbook::Sheet| Sheet {
        name: sheet.name.clone(),
        visible: sheet.visible,
        hidden_rows: sheet.hidden_rows,
        rows: Vec::new(),
    };
    let mut sheets: Vec<Sheet> = book.sheets.iter().map(named).collect();
    for row in book {
        let row = row.map_err(SheetFault::File)?;
        let Some(sheet) = sheets.get_mut(row.sheet) else { continue };
        sheet.rows.extend(fit(&sheet.name, row)?);
    }
    Ok(sheets)
}

/// A row within bounds; none if it has no text.
fn fit(sheet: &str, row: workbook::Row) -> Result<Option<SheetRow>, SheetFault> {
    let line = row.line;
    let place = |column| Place { sheet: sheet.to_owned(), row: line, column };
    if let Some((column, fault)) = row.faults.into_iter().next() {
        return Err(SheetFault::Cell(place(column), fault));
    }
    let mut cells: Vec<String> = row.cells.iter().map(|cell| cell.replace(char::is_control, " ")).collect();
    while cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    if let Some(column) = cells.iter().position(|cell| cell.chars().count() > CELL_MOST) {
        return Err(SheetFault::LongCell(place(column)));
    }
    if let Some(column) = cells.iter().position(|cell| workbook::is_error(cell)) {
        return Err(SheetFault::Cell(place(column), CellFault::Error));
    }
    match cells.len() {
        0 => Ok(None),
        columns if columns > COLUMNS_MOST || line > u64::from(ROWS_MOST) => Err(SheetFault::TooLarge),
        _ => Ok(Some(SheetRow { line, cells })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(cells: &[(u32, u16, &str)]) -> Vec<u8> {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (row, column, text) in cells {
            sheet.write_string(*row, *column, *text).unwrap();
        }
        book.save_to_buffer().unwrap()
    }

    fn read(file: &[u8]) -> Result<Vec<Sheet>, SheetFault> {
        super::read(Reader::in_a_thread(), file.to_vec())
    }

    #[test]
    fn rows_keep_their_numbers_and_empty_ones_are_left_out() {
        let sheets = read(&book(&[(0, 0, "code"), (1, 0, " "), (3, 2, " x\ty ")])).unwrap();
        let rows: Vec<(u64, &str)> = sheets[0].rows.iter().map(|r| (r.line, r.cell(2))).collect();
        assert_eq!(rows, [(1, ""), (4, "x y")]);
    }

    #[test]
    fn a_cell_far_away_with_a_novel_or_without_a_value_is_refused() {
        assert_eq!(read(&book(&[(900_000, 0, "x")])).err(), Some(SheetFault::TooLarge));
        assert_eq!(read(&book(&[(0, 99, "x")])).err(), Some(SheetFault::TooLarge));
        let place = || Place { sheet: "Sheet1".into(), row: 7, column: 1 };
        let long = "长".repeat(CELL_MOST + 1);
        assert_eq!(read(&book(&[(6, 1, &long)])).err(), Some(SheetFault::LongCell(place())));
        assert_eq!(read(&book(&[(6, 1, "#REF!")])).err(), Some(SheetFault::Cell(place(), CellFault::Error)));
    }

    #[test]
    fn columns_are_named_as_a_spreadsheet_names_them() {
        assert_eq!([0, 25, 26, 701, 702].map(letters), ["A", "Z", "AA", "ZZ", "AAA"]);
    }
}
