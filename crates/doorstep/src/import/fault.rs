//! What is wrong in a table, where, and what to do; and the file that gives bad rows back.

use std::fmt;
use std::io::{self, Write};

use domain::Lang;

use crate::export::table::{Cell, Format, Writer};

/// One thing that is wrong at one place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The physical line of a text, or the row of a sheet, counted from 1; 0: the file as a whole.
    pub line: u64,
    /// The column's heading, or the map's key; empty: the whole row.
    pub column: String,
    /// In Chinese: what is wrong, and what to do.
    pub zh: String,
    /// In English: what is wrong, and what to do.
    pub en: String,
}

impl Fault {
    /// A fault at a cell.
    pub fn new(line: u64, column: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Fault {
        Fault { line, column: column.into(), zh: zh.into(), en: en.into() }
    }

    /// A fault of the file as a whole.
    pub fn file(zh: impl Into<String>, en: impl Into<String>) -> Fault {
        Fault::new(0, "", zh, en)
    }

    /// Place and sentence in a language.
    pub fn text(&self, lang: Lang) -> String {
        let column = &self.column;
        match (lang, self.line, column.is_empty()) {
            (Lang::Zh, 0, true) => self.zh.clone(),
            (Lang::Zh, 0, false) => format!("“{column}”：{}", self.zh),
            (Lang::Zh, line, true) => format!("第{line}行：{}", self.zh),
            (Lang::Zh, line, false) => format!("第{line}行“{column}”：{}", self.zh),
            (Lang::En, 0, true) => self.en.clone(),
            (Lang::En, 0, false) => format!("\"{column}\": {}", self.en),
            (Lang::En, line, true) => format!("line {line}: {}", self.en),
            (Lang::En, line, false) => format!("line {line}, \"{column}\": {}", self.en),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.text(Lang::Zh), self.text(Lang::En))
    }
}

impl std::error::Error for Fault {}

/// What people have to know of a file that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    zh: String,
    en: String,
}

impl Note {
    /// A note in Chinese and in English.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Note {
        Note { zh: zh.into(), en: en.into() }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "注意：{} / Note: {}", self.zh, self.en)
    }
}

/// Why the system could not read or write a file, in Chinese and in English: its own words are no clerk's.
pub fn cause(error: &io::Error) -> (String, String) {
    use io::ErrorKind as Kind;
    let (zh, en) = match error.kind() {
        Kind::NotFound => ("没有这个文件或文件夹", "there is no such file or folder"),
        Kind::PermissionDenied => ("没有权限", "this account has no permission"),
        Kind::IsADirectory => ("这是文件夹", "it is a folder"),
        Kind::NotADirectory => ("路径里有一段不是文件夹", "a part of the path is no folder"),
        Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => ("磁盘已满", "the disk is full"),
        Kind::ReadOnlyFilesystem => ("磁盘是只读的", "the disk is read-only"),
        Kind::InvalidInput | Kind::InvalidData | Kind::UnexpectedEof => {
            ("内容不完整或已损坏", "its content is cut short or damaged")
        }
        _ => match error.raw_os_error() {
            Some(code) => return (format!("系统错误{code}"), format!("system error {code}")),
            None => ("系统错误", "a system error"),
        },
    };
    (zh.to_owned(), en.to_owned())
}

/// What a row or a file can't go in for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bad {
    /// This row; the next may be good.
    Row(BadRow),
    /// The file as a whole: what was read of it can't be trusted.
    File(Fault),
}

/// A row that cannot go in, with its cells, so that it can be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Where the row starts.
    pub line: u64,
    /// The cells as far as they could be read; a broken byte stands as U+FFFD.
    pub cells: Vec<String>,
    /// Everything that is wrong with it, at least one.
    pub faults: Vec<Fault>,
}

/// The heading under which a bad row's line is given back.
pub const LINE_COLUMN: &str = "line";
/// The heading under which a bad row's faults are given back.
pub const FAULT_COLUMN: &str = "fault";

/// Writes bad rows as a CSV: the file's own headings, then `line` and `fault`. After the cells are put right the
/// file can be imported with the same map: the two last columns tell the reader that its cells are guarded
/// (see [`crate::export::table::guard`]), and they are not read.
pub struct BadRows<W: Write + Send> {
    writer: Writer<W>,
    width: usize,
}

/// How many of a table's columns are its own: the two that an earlier [`BadRows`] added are not.
pub fn own_width(header: &[String]) -> usize {
    match header {
        [.., line, fault] if line == LINE_COLUMN && fault == FAULT_COLUMN => header.len() - 2,
        _ => header.len(),
    }
}

impl<W: Write + Send> BadRows<W> {
    /// Starts the file.
    ///
    /// # Errors
    /// When the sink cannot be written.
    pub fn new(sink: W, header: &[String]) -> Result<BadRows<W>, Fault> {
        let width = own_width(header);
        let mut columns: Vec<&str> = header.iter().take(width).map(String::as_str).collect();
        columns.extend([LINE_COLUMN, FAULT_COLUMN]);
        Ok(BadRows { writer: Writer::new(Format::Csv, sink, &columns)?, width })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When the sink cannot be written.
    pub fn row(&mut self, bad: &BadRow) -> Result<(), Fault> {
        let mut cells: Vec<Cell<'_>> =
            (0..self.width).map(|i| Cell::Words(bad.cells.get(i).map_or("", String::as_str))).collect();
        let faults: Vec<String> = bad.faults.iter().map(Fault::to_string).collect();
        let said = faults.join("\n");
        cells.push(Cell::Int(i64::try_from(bad.line).unwrap_or(i64::MAX)));
        cells.push(Cell::Text(&said));
        self.writer.row(&cells).map(drop)
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When the sink cannot be written.
    pub fn finish(self) -> Result<W, Fault> {
        self.writer.finish()
    }
}
