//! Comma-separated text, byte by byte: RFC 4180 with what real files do to it.
//!
//! Delimiter, quote and line ends are ASCII and never part of a longer character in UTF-8 or GB18030, so a row is cut
//! before it is decoded, and a broken byte spoils one cell and not the rest of the file.

use std::io::{BufRead, ErrorKind};

use encoding_rs::{DecoderResult, GB18030};

use super::fault::{Fault, cause};
use super::table::{CELL_MOST, Encoding, ROW_MOST, column_name};

/// A row as it was cut, with the faults of its cells by column number.
pub(super) struct RawRow {
    /// The physical line where it starts.
    pub line: u64,
    /// The cells; broken bytes as U+FFFD.
    pub cells: Vec<String>,
    /// Column number (from 0) and what is wrong there.
    pub faults: Vec<(usize, Fault)>,
}

/// What ends the reading before the end of the file: nothing of it may go in.
pub(super) struct Stopped {
    /// In which column, counted from 0, where one can be named.
    pub column: Option<usize>,
    /// Why, and where.
    pub fault: Fault,
}

impl Stopped {
    /// The fault, with the column's name.
    pub(super) fn named(self, header: &[String]) -> Fault {
        let column = self.column.map_or_else(String::new, |column| column_name(header, column));
        Fault { column, ..self.fault }
    }
}

/// A row, or the end before the end.
pub(super) type RawResult = Result<RawRow, Stopped>;

/// A reader of rows.
pub(super) struct Delimited<R> {
    input: R,
    encoding: Encoding,
    delimiter: u8,
    /// The physical line of the next byte.
    line: u64,
    after_cr: bool,
    ended: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum At {
    CellStart,
    Bare,
    Quoted,
    /// A quote inside a quoted cell: its end, or the first half of a doubled quote.
    Quote,
    /// Something follows the closing quote: a fault, skipped up to the row's end.
    Junk,
}

/// The row under construction.
struct Draft {
    line: u64,
    data: Vec<u8>,
    /// End in `data` and first physical line of each finished cell.
    ends: Vec<(usize, u64)>,
    cell_line: u64,
    quoted: bool,
    faults: Vec<(usize, Fault)>,
}

impl Draft {
    fn start(line: u64) -> Draft {
        Draft { line, data: Vec::new(), ends: Vec::new(), cell_line: line, quoted: false, faults: Vec::new() }
    }

    fn cell_start(&self) -> usize {
        self.ends.last().map_or(0, |end| end.0)
    }

    fn end_cell(&mut self, line: u64) {
        self.ends.push((self.data.len(), self.cell_line));
        self.cell_line = line;
    }

    /// Keeps a byte, as long as the limits allow; the first byte beyond is a fault, and the rest is skipped.
    fn push(&mut self, byte: u8) {
        let column = self.ends.len();
        if self.data.len() - self.cell_start() >= CELL_MOST {
            self.once(column, || {
                (
                    format!("单元格超过{}千字节。请缩短，或另存为附件。", CELL_MOST / 1000),
                    format!(
                        "the cell is longer than {} kB. Shorten it, or keep it as a file of its own.",
                        CELL_MOST / 1000
                    ),
                )
            });
        } else if self.data.len() >= ROW_MOST {
            self.once(column, || {
                (
                    format!("整行超过{}千字节。请检查引号是否成对，或拆分此行。", ROW_MOST / 1000),
                    format!(
                        "the row is longer than {} kB. Look for a quote that is not closed, or split the row.",
                        ROW_MOST / 1000
                    ),
                )
            });
        } else {
            self.data.push(byte);
        }
    }

    /// Notes a fault of a cell once, however many bytes show it.
    fn once(&mut self, column: usize, say: impl FnOnce() -> (String, String)) {
        if self.faults.last().is_none_or(|(at, _)| *at != column) {
            let (zh, en) = say();
            self.faults.push((column, Fault::new(self.cell_line, "", zh, en)));
        }
    }
}

impl<R: BufRead> Delimited<R> {
    /// Reads rows from the start of a text.
    pub fn new(input: R, encoding: Encoding, delimiter: u8) -> Delimited<R> {
        Delimited { input, encoding, delimiter, line: 1, after_cr: false, ended: false }
    }

    /// Passes over a byte order mark, if the text starts with one.
    pub fn skip_mark(&mut self) -> std::io::Result<()> {
        let start = self.input.fill_buf()?;
        let mark = [&b"\xEF\xBB\xBF"[..], b"\x84\x31\x95\x33"].into_iter().find(|mark| start.starts_with(mark));
        let length = mark.map_or(0, <[u8]>::len);
        self.input.consume(length);
        Ok(())
    }

    /// The next row that is not an empty line.
    pub fn next_row(&mut self) -> Option<RawResult> {
        loop {
            if self.ended {
                return None;
            }
            let draft = match self.read_row() {
                Ok(draft) => draft,
                Err(stopped) => return Some(Err(stopped)),
            };
            let empty = draft.data.is_empty() && draft.ends.len() <= 1 && !draft.quoted;
            if !empty || !draft.faults.is_empty() {
                return Some(Ok(self.decode(draft)));
            }
        }
    }

    fn read_row(&mut self) -> Result<Draft, Stopped> {
        let mut at = At::CellStart;
        let mut draft = Draft::start(self.line);
        loop {
            let block = match self.input.fill_buf() {
                Ok(block) => block,
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(e) => {
                    self.ended = true;
                    let (zh, en) = cause(&e);
                    let fault = Fault::new(
                        self.line,
                        "",
                        format!("读到这里出错（{zh}），后面的内容没有读。请检查文件是否完整。"),
                        format!(
                            "reading failed here ({en}); what follows was not read. See whether the file is whole."
                        ),
                    );
                    return Err(Stopped { column: None, fault });
                }
            };
            if block.is_empty() {
                self.ended = true;
                if at == At::Quoted {
                    let fault = Fault::new(
                        draft.cell_line,
                        "",
                        "从这里开始的引号一直没有结束，后面的内容都被当成这一格。请补上引号。",
                        "the quote that opens here is never closed, so all that follows fell into this cell. Close the quote.",
                    );
                    return Err(Stopped { column: Some(draft.ends.len()), fault });
                }
                draft.end_cell(self.line);
                return Ok(draft);
            }
            let mut used = 0;
            let mut row_ended = false;
            for &byte in block {
                used += 1;
                // CR, LF and CR LF each end one line; the LF of a pair was counted with its CR.
                let second_half = byte == b'\n' && self.after_cr;
                self.after_cr = byte == b'\r';
                if (byte == b'\n' || byte == b'\r') && !second_half {
                    self.line += 1;
                }
                let line_end = matches!(byte, b'\n' | b'\r');
                if at == At::Quoted {
                    if byte == b'"' {
                        at = At::Quote;
                    } else {
                        draft.push(byte);
                    }
                } else if line_end {
                    if second_half && at == At::CellStart && draft.ends.is_empty() {
                        draft.line = self.line;
                        draft.cell_line = self.line;
                        continue;
                    }
                    row_ended = true;
                    break;
                } else if byte == self.delimiter {
                    draft.end_cell(self.line);
                    at = At::CellStart;
                } else {
                    at = match (at, byte) {
                        (At::CellStart, b'"') => {
                            draft.quoted = true;
                            At::Quoted
                        }
                        (At::Quote, b'"') => {
                            draft.push(b'"');
                            At::Quoted
                        }
                        (At::Quote, _) => {
                            draft.once(draft.ends.len(), || {
                                (
                                    "引号结束后还有别的字。请把格内的引号写成两个。".to_owned(),
                                    "something follows the closing quote. Write a quote inside a cell as two."
                                        .to_owned(),
                                )
                            });
                            draft.push(byte);
                            At::Junk
                        }
                        (At::Junk, _) => {
                            draft.push(byte);
                            At::Junk
                        }
                        (_, _) => {
                            draft.push(byte);
                            At::Bare
                        }
                    };
                }
            }
            self.input.consume(used);
            if row_ended {
                draft.end_cell(self.line);
                return Ok(draft);
            }
        }
    }

    fn decode(&self, draft: Draft) -> RawRow {
        let mut faults = draft.faults;
        let mut cells = Vec::with_capacity(draft.ends.len());
        let mut start = 0;
        for (column, &(end, line)) in draft.ends.iter().enumerate() {
            let bytes = &draft.data[start..end];
            start = end;
            match decode(self.encoding, bytes) {
                Ok(text) => {
                    if text.contains('\0') && !faults.iter().any(|(c, _)| *c == column) {
                        faults.push((column, nul(line)));
                    }
                    cells.push(text);
                }
                Err(good) => {
                    if !faults.iter().any(|(c, _)| *c == column) {
                        faults.push((column, self.broken(bytes, good, line)));
                    }
                    cells.push(lossy(self.encoding, bytes));
                }
            }
        }
        RawRow { line: draft.line, cells, faults }
    }

    /// The fault of a cell whose bytes are good up to `good`.
    fn broken(&self, bytes: &[u8], good: usize, line: u64) -> Fault {
        let before = lossy(self.encoding, &bytes[..good]);
        let lines = before.replace("\r\n", "\n").matches(['\n', '\r']).count() as u64;
        let (byte, place) = (bytes.get(good).copied().unwrap_or(0), before.chars().count() + 1);
        let (name, other) = match self.encoding {
            Encoding::Gb18030 => ("GB18030", "utf-8"),
            _ => ("UTF-8", "gb18030"),
        };
        Fault::new(
            line + lines,
            "",
            format!("第{place}个字处的字节0x{byte:02X}不是{name}。请修复此处，或在映射里写encoding = \"{other}\"。"),
            format!(
                "byte 0x{byte:02X} at character {place} is not {name}. Mend it, or write encoding = \"{other}\" in the map."
            ),
        )
    }
}

/// The fault of a character that no database takes in a text.
fn nul(line: u64) -> Fault {
    Fault::new(
        line,
        "",
        "单元格里有空字符（NUL），文件可能已损坏。请重新导出。",
        "the cell holds a NUL character; the file may be damaged. Export it again.",
    )
}

/// The text of bytes, or how many bytes of it are good.
fn decode(encoding: Encoding, bytes: &[u8]) -> Result<String, usize> {
    match encoding {
        Encoding::Gb18030 => {
            let mut decoder = GB18030.new_decoder_without_bom_handling();
            let mut text = String::with_capacity(bytes.len() * 2 + 16);
            let mut read = 0;
            loop {
                text.reserve((bytes.len() - read) * 2 + 16);
                let (result, more) = decoder.decode_to_string_without_replacement(&bytes[read..], &mut text, true);
                read += more;
                match result {
                    DecoderResult::InputEmpty => return Ok(text),
                    DecoderResult::OutputFull => {}
                    // The decoder has gone past the broken sequence, and past `after` good bytes behind it.
                    DecoderResult::Malformed(broken, after) => {
                        return Err(read.saturating_sub(usize::from(broken) + usize::from(after)));
                    }
                }
            }
        }
        _ => std::str::from_utf8(bytes).map(str::to_owned).map_err(|e| e.valid_up_to()),
    }
}

fn lossy(encoding: Encoding, bytes: &[u8]) -> String {
    match encoding {
        Encoding::Gb18030 => GB18030.decode_without_bom_handling(bytes).0.into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}
