//! Rows of a workbook's sheet. The parser borrows the workbook, so both live on a thread of their own, which hands the
//! rows over a short channel: a sheet of any length takes the memory of a few rows and its shared strings.

use std::io::{Read, Seek};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx};

use super::delimited::{RawRow, nul};
use super::fault::Fault;
use super::table::{CELL_MOST, COLUMNS_MOST, ROW_MOST};

/// How many rows wait between the two threads.
const WAITING: usize = 64;
/// From here on a number has more digits than a sheet keeps.
const DIGITS_LOST: f64 = 1e15;

enum Message {
    Row(RawRow),
    End,
}

/// The receiver does not take any more: the reader can stop.
struct Gone;

/// Starts to read a sheet. What stops the reading comes as a last row with a fault of line 0, or of the row it stopped at.
pub(super) fn rows(
    input: impl Read + Seek + Send + 'static,
    sheet: Option<String>,
) -> impl Iterator<Item = RawRow> + Send {
    let (sender, receiver) = sync_channel(WAITING);
    std::thread::spawn(move || {
        let last = match read(input, sheet.as_deref(), &sender) {
            Ok(Ok(())) => Message::End,
            Ok(Err(fault)) => Message::Row(stopped(fault)),
            Err(Gone) => return,
        };
        if sender.send(last).is_ok() {
            // Nobody waits for it once a fault has ended the rows.
            let _ = sender.send(Message::End);
        }
    });
    Rows { receiver, ended: false }
}

struct Rows {
    receiver: Receiver<Message>,
    ended: bool,
}

impl Iterator for Rows {
    type Item = RawRow;

    fn next(&mut self) -> Option<RawRow> {
        if self.ended {
            return None;
        }
        match self.receiver.recv() {
            Ok(Message::Row(row)) => Some(row),
            Ok(Message::End) => {
                self.ended = true;
                None
            }
            // The thread went without a last word: the parser gave up on a file that it cannot read.
            Err(_) => {
                self.ended = true;
                Some(stopped(damaged("-")))
            }
        }
    }
}

fn stopped(fault: Fault) -> RawRow {
    RawRow { line: fault.line, cells: Vec::new(), faults: vec![(0, fault)] }
}

fn damaged(why: &str) -> Fault {
    Fault::file(
        format!("工作簿读不下去（{why}），后面的内容没有读。请在WPS或Excel里打开并另存。"),
        format!(
            "the workbook cannot be read on ({why}); what follows was not read. Open it in WPS or Excel and save it again."
        ),
    )
}

/// Reads to the end; the inner error is what stopped the reading.
fn read<R: Read + Seek>(
    input: R,
    sheet: Option<&str>,
    sender: &SyncSender<Message>,
) -> Result<Result<(), Fault>, Gone> {
    let mut book = match Xlsx::new(input) {
        Ok(book) => book,
        Err(e) => return Ok(Err(damaged(&e.to_string()))),
    };
    let found = book
        .sheets_metadata()
        .iter()
        .filter(|s| s.typ == SheetType::WorkSheet)
        .find(|s| sheet.map_or(s.visible == SheetVisible::Visible, |name| s.name == name))
        .map(|s| s.name.clone());
    let Some(name) = found else {
        let asked = sheet.unwrap_or("-");
        return Ok(Err(Fault::file(
            format!("工作簿里没有可读的工作表（{asked}）。请检查映射里的sheet。"),
            format!("the workbook has no such sheet to read ({asked}). Check `sheet` in the map."),
        )));
    };
    let mut cells = match book.worksheet_cells_reader(&name) {
        Ok(cells) => cells,
        Err(e) => return Ok(Err(damaged(&e.to_string()))),
    };
    let mut row = RawRow { line: 0, cells: Vec::new(), faults: Vec::new() };
    let mut length = 0;
    loop {
        let cell = match cells.next_cell() {
            Ok(Some(cell)) => cell,
            Ok(None) => return hand_over(sender, row).map(Ok),
            Err(e) => {
                let line = row.line;
                hand_over(sender, row)?;
                return Ok(Err(Fault { line, ..damaged(&e.to_string()) }));
            }
        };
        let (at, column) = cell.get_position();
        let (line, column) = (u64::from(at) + 1, column as usize);
        if line != row.line {
            if line < row.line || column >= COLUMNS_MOST {
                return Ok(Err(Fault { line, ..damaged("cells out of order") }));
            }
            let done = std::mem::replace(&mut row, RawRow { line, cells: Vec::new(), faults: Vec::new() });
            hand_over(sender, done)?;
            length = 0;
        }
        if column >= COLUMNS_MOST {
            return Ok(Err(Fault { line, ..damaged("too many columns") }));
        }
        let (mut text, fault) = text_of(cell.get_value(), line);
        row.faults.extend(fault.map(|fault| (column, fault)));
        if text.contains('\0') {
            row.faults.push((column, nul(line)));
        }
        length += text.len();
        if text.len() > CELL_MOST || length > ROW_MOST {
            row.faults.push((column, too_long(line)));
            length -= text.len();
            text = String::new();
        }
        if row.cells.len() <= column {
            row.cells.resize(column + 1, String::new());
        }
        row.cells[column] = text;
    }
}

fn hand_over(sender: &SyncSender<Message>, row: RawRow) -> Result<(), Gone> {
    if row.faults.is_empty() && row.cells.iter().all(String::is_empty) {
        return Ok(());
    }
    sender.send(Message::Row(row)).map_err(|_| Gone)
}

fn too_long(line: u64) -> Fault {
    let (cell, row) = (CELL_MOST / 1000, ROW_MOST / 1000);
    Fault::new(
        line,
        "",
        format!("单元格超过{cell}千字节，或整行超过{row}千字节。请缩短。"),
        format!("the cell is longer than {cell} kB, or the row longer than {row} kB. Shorten it."),
    )
}

/// A cell as text: numbers without an exponent, dates as `2023-05-04 09:30:00`, a whole day as `2023-05-04`.
fn text_of(value: &DataRef<'_>, line: u64) -> (String, Option<Fault>) {
    let text = match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(flag) => if *flag { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => {
            let fault = (number.abs() >= DIGITS_LOST).then(|| {
                Fault::new(
                    line,
                    "",
                    "这个数超过15位，表格已丢掉后面的数字。请把该列设为文本后重新录入。",
                    "this number has more than 15 digits, and the sheet has dropped the last ones. Make the column text and enter it again.",
                )
            });
            return (number.to_string(), fault);
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
    // A serial below 1 is a time of day without a date.
    let clock = match milli {
        0 => format!("{hour:02}:{minute:02}:{second:02}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}.{milli:03}"),
    };
    if (0.0..1.0).contains(&serial) && serial > 0.0 {
        clock
    } else if serial.fract() == 0.0 {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {clock}")
    }
}
