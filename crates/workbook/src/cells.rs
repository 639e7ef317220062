//! The rows of a workbook's sheets, in order. This is the work of the process that reads.

use crate::limits::{CELL_MOST, COLUMNS_MOST, ROW_MOST};
use crate::parts::Parts;
use crate::shape::{self, Shape};
use crate::{Bound, CellFault, Fault, Limits, Row, Sheet, Sheets};
use calamine::{DataRef, ExcelDateTime, Reader as _, Xlsx};
use std::io::{Read, Seek};

/// From here on a number has more digits than a sheet keeps.
const DIGITS_LOST: f64 = 1e15;

/// What the reading tells.
pub(crate) enum Told {
    /// The sheets; comes first.
    Sheets(Vec<Sheet>),
    /// A row.
    Row(Row),
}

/// What ends a reading before its end.
pub(crate) enum Stop {
    /// A fault of the file.
    Fault(Fault),
    /// Nobody listens any more.
    Gone,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Fault(fault)
    }
}

/// Whoever is told.
pub(crate) type Tell<'a> = &'a mut dyn FnMut(Told) -> Result<(), Stop>;

/// Reads a workbook and tells what is in it.
pub(crate) fn read<R: Read + Seek>(input: R, limits: &Limits, wanted: &Sheets, tell: Tell<'_>) -> Result<(), Stop> {
    let mut parts = Parts::open(input, limits)?;
    let mut left = limits.cells;
    let mut shapes: Vec<Shape> = Vec::with_capacity(parts.sheets.len());
    for named in std::mem::take(&mut parts.sheets) {
        let mut shape =
            if named.table { shape::of(&mut parts, &named.path, limits, &mut left)? } else { Shape::default() };
        shape.sheet.name = named.name;
        shape.sheet.visible = named.visible && named.table;
        shape.sheet.read = named.table;
        shapes.push(shape);
    }
    choose(&mut shapes, wanted)?;
    tell(Told::Sheets(shapes.iter().map(|shape| shape.sheet.clone()).collect()))?;
    let mut input = parts.into_inner();
    input.rewind().map_err(|_| Fault::damaged(""))?;
    let mut book = Xlsx::new(input).map_err(|_| Fault::damaged("xl"))?;
    let mut text = limits.text;
    for (number, shape) in shapes.iter().enumerate().filter(|(_, shape)| shape.sheet.read) {
        sheet(&mut book, number, shape, limits, &mut text, tell)?;
    }
    Ok(())
}

/// Leaves only those sheets to be read that are wanted.
fn choose(shapes: &mut [Shape], wanted: &Sheets) -> Result<(), Fault> {
    let has = || shapes.iter().map(|shape| shape.sheet.name.clone()).collect();
    let (chosen, asked) = match wanted {
        Sheets::All => return Ok(()),
        Sheets::First => (shape::first_filled(shapes), String::new()),
        Sheets::Named(name) => {
            (shapes.iter().position(|shape| shape.sheet.read && shape.sheet.name == *name), name.clone())
        }
    };
    let chosen = chosen.ok_or_else(|| Fault::NoSheet { asked, has: has() })?;
    shapes.iter_mut().enumerate().for_each(|(n, shape)| shape.sheet.read = n == chosen);
    Ok(())
}

/// Reads one sheet.
fn sheet<R: Read + Seek>(
    book: &mut Xlsx<R>,
    number: usize,
    shape: &Shape,
    limits: &Limits,
    left: &mut u64,
    tell: Tell<'_>,
) -> Result<(), Stop> {
    let name = &shape.sheet.name;
    let damaged = |line: u64| Fault::Damaged { part: name.clone(), line };
    let mut cells = book.worksheet_cells_reader(name).map_err(|_| damaged(0))?;
    let mut draft = Draft { number, row: None, length: 0, without_value: &shape.without_value };
    while let Some(cell) = cells.next_cell().map_err(|_| damaged(draft.line()))? {
        let (row, column) = cell.get_position();
        let line = u64::from(row) + 1;
        if line < draft.line() || column >= COLUMNS_MOST {
            return Err(damaged(draft.line()).into());
        }
        draft.go_to(line, tell)?;
        let (text, fault) = text_of(cell.get_value());
        *left = left.checked_sub(text.len() as u64).ok_or(Fault::TooLarge(Bound::Text(limits.text)))?;
        if !text.is_empty() || fault.is_some() {
            draft.cell(column as usize, text, fault);
        }
    }
    draft.go_to(u64::MAX, tell)
}

/// The row under construction, and the formulas without a value that are still to come.
struct Draft<'a> {
    number: usize,
    row: Option<Row>,
    length: usize,
    without_value: &'a [(u32, u32)],
}

impl Draft<'_> {
    fn line(&self) -> u64 {
        self.row.as_ref().map_or(0, |row| row.line)
    }

    /// Hands over what stands above a line.
    fn go_to(&mut self, line: u64, tell: Tell<'_>) -> Result<(), Stop> {
        if self.line() == line {
            return Ok(());
        }
        if let Some(row) = self.row.take() {
            self.hand_over(row, tell)?;
        }
        // Rows that have nothing but such formulas.
        while let Some((row, _)) = self.without_value.first().filter(|(row, _)| u64::from(*row) + 1 < line) {
            let row = Row { sheet: self.number, line: u64::from(*row) + 1, ..Row::default() };
            self.hand_over(row, tell)?;
        }
        self.row = (line < u64::MAX).then(|| Row { sheet: self.number, line, ..Row::default() });
        self.length = 0;
        Ok(())
    }

    fn hand_over(&mut self, mut row: Row, tell: Tell<'_>) -> Result<(), Stop> {
        while let Some(((at, column), rest)) = self.without_value.split_first()
            && u64::from(*at) < row.line
        {
            row.faults.push((*column as usize, CellFault::NoValue));
            self.without_value = rest;
        }
        if row.faults.is_empty() && row.cells.iter().all(String::is_empty) {
            return Ok(());
        }
        tell(Told::Row(row))
    }

    fn cell(&mut self, column: usize, text: String, fault: Option<CellFault>) {
        let Some(row) = &mut self.row else { return };
        row.faults.extend(fault.map(|fault| (column, fault)));
        if text.contains('\0') {
            row.faults.push((column, CellFault::Nul));
        }
        let fits = text.len() <= CELL_MOST && self.length + text.len() <= ROW_MOST;
        let text = if fits { text } else { String::new() };
        if !fits {
            row.faults.push((column, CellFault::Long));
        }
        self.length += text.len();
        if row.cells.len() <= column {
            row.cells.resize(column + 1, String::new());
        }
        row.cells[column] = text;
    }
}

/// A cell as text: numbers without an exponent, dates as `2023-05-04 09:30:00`, a whole day as `2023-05-04`.
fn text_of(value: &DataRef<'_>) -> (String, Option<CellFault>) {
    let text = match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(flag) => if *flag { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => {
            return (number.to_string(), (number.abs() >= DIGITS_LOST).then_some(CellFault::DigitsLost));
        }
        DataRef::DateTime(time) => date_text(time),
        DataRef::Error(error) => error.to_string(),
    };
    (text, None)
}

fn date_text(time: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    let serial = time.as_f64();
    if time.is_duration() {
        let seconds = (serial * 86_400.0).round() as i64;
        return format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let clock = match milli {
        0 => format!("{hour:02}:{minute:02}:{second:02}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}.{milli:03}"),
    };
    // A serial below 1 is a time of day without a date.
    if (0.0..1.0).contains(&serial) && serial > 0.0 {
        clock
    } else if serial.fract() == 0.0 {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {clock}")
    }
}
