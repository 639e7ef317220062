//! A table as a stream of rows: CSV in UTF-8 or GB18030, .xlsx, and .gz of these, told apart by their first bytes.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read, Seek};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use reading::cell::unguard;

use super::delimited::{Delimited, RawRow};
use super::fault::{BadRow, Fault, own_width};
use super::sheet;

/// The longest cell, in bytes of the file.
pub const CELL_MOST: usize = 200_000;
/// The longest row, in bytes of the file.
pub const ROW_MOST: usize = 1_000_000;
/// The most columns: as many as a sheet can have.
pub const COLUMNS_MOST: usize = 16_384;
/// The largest sheet inside a .gz, in bytes: a sheet is read from its end, so it has to be unpacked whole.
pub const PACKED_SHEET_MOST: u64 = 256_000_000;

/// How the bytes of a CSV become letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Found from the bytes: UTF-8 where they are UTF-8, else GB18030.
    #[default]
    Auto,
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// GB18030, and with it GBK and GB2312.
    Gb18030,
}

/// What a map says about reading the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The encoding of a CSV.
    pub encoding: Encoding,
    /// The byte between two cells of a CSV: an ASCII character that is not a letter, digit, quote or line end.
    pub delimiter: u8,
    /// The sheet of a workbook; none: the first that is visible.
    pub sheet: Option<String>,
    /// Whether the cells of a CSV carry the apostrophes of [`crate::export::table::guard`]; none: only where the headings
    /// say so, by ending in `line` and `fault`.
    pub guarded: Option<bool>,
}

impl Default for Options {
    fn default() -> Self {
        Options { encoding: Encoding::Auto, delimiter: b',', sheet: None, guarded: None }
    }
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The physical line of a text, or the row of a sheet, where it starts, from 1.
    pub line: u64,
    /// One cell for each heading.
    pub cells: Vec<String>,
}

pub(super) type RowResult = Result<Record, BadRow>;

/// An open table: its headings, and its rows as an iterator that reads on as it is asked.
pub struct Table {
    header: Vec<String>,
    encoding: Option<Encoding>,
    rows: Box<dyn Iterator<Item = RowResult> + Send>,
}

/// Told how many bytes of the file (packed, if it is) have been read so far.
pub type Progress = Box<dyn FnMut(u64) + Send>;

impl Table {
    /// Opens a file and reads its headings.
    ///
    /// # Errors
    /// When it cannot be read, is none of the known kinds, or its headings are missing or not distinct.
    pub fn open(path: &Path, options: &Options, progress: Progress) -> Result<Table, Fault> {
        let cannot = |e: std::io::Error| {
            Fault::file(
                format!("打不开文件{}（{e}）。请检查路径和权限。", path.display()),
                format!("{} cannot be opened ({e}). Check its path and permissions.", path.display()),
            )
        };
        let start = first_bytes(File::open(path).map_err(cannot)?);
        let packed = start.starts_with(&[0x1F, 0x8B]);
        let inner = if packed { first_bytes(MultiGzDecoder::new(File::open(path).map_err(cannot)?)) } else { start };
        refuse_other_kinds(&inner)?;
        let file = Counted { inner: File::open(path).map_err(cannot)?, read: 0, progress };
        if inner.starts_with(b"PK\x03\x04") {
            return if packed {
                let mut bytes = Vec::new();
                let mut whole = MultiGzDecoder::new(BufReader::new(file)).take(PACKED_SHEET_MOST + 1);
                whole.read_to_end(&mut bytes).map_err(cannot)?;
                if bytes.len() as u64 > PACKED_SHEET_MOST {
                    return Err(Fault::file(
                        format!("压缩包里的表格超过{}MB。请先解压，或另存为CSV。", PACKED_SHEET_MOST / 1_000_000),
                        format!(
                            "the packed sheet is over {} MB. Unpack it first, or save it as CSV.",
                            PACKED_SHEET_MOST / 1_000_000
                        ),
                    ));
                }
                Table::from_sheet(Cursor::new(bytes), options)
            } else {
                Table::from_sheet(BufReader::new(file), options)
            };
        }
        let encoding = match options.encoding {
            Encoding::Auto if packed => detect(MultiGzDecoder::new(File::open(path).map_err(cannot)?)),
            Encoding::Auto => detect(File::open(path).map_err(cannot)?),
            given => given,
        };
        let options = Options { encoding, ..options.clone() };
        if packed {
            let unpacked = MultiGzDecoder::new(BufReader::new(file));
            Table::from_text(BufReader::with_capacity(1 << 16, unpacked), &options)
        } else {
            Table::from_text(BufReader::with_capacity(1 << 16, file), &options)
        }
    }

    /// Reads a CSV from its first byte; [`Encoding::Auto`] is read as UTF-8.
    ///
    /// # Errors
    /// When its headings are missing, broken or not distinct.
    pub fn from_text(input: impl BufRead + Send + 'static, options: &Options) -> Result<Table, Fault> {
        let mut rows = Delimited::new(input, options.encoding, options.delimiter);
        rows.skip_mark()
            .map_err(|e| Fault::file(format!("读不了文件（{e}）。"), format!("the file cannot be read ({e}).")))?;
        let Some(mut head) = rows.next_row() else { return Err(no_header()) };
        if let Some((column, mut fault)) = head.faults.drain(..).next() {
            fault.column = unnamed(column);
            return Err(fault);
        }
        let header = headings(head.line, head.cells)?;
        let guarded = options.guarded.unwrap_or(own_width(&header) < header.len());
        let names = header.clone();
        let rows = std::iter::from_fn(move || {
            loop {
                let mut raw = rows.next_row()?;
                if guarded {
                    raw.cells.iter_mut().for_each(unguard);
                }
                if let Some(row) = fit(&names, raw, false) {
                    return Some(row);
                }
            }
        });
        Ok(Table { header, encoding: Some(options.encoding), rows: Box::new(rows) })
    }

    /// Reads one sheet of a workbook.
    ///
    /// # Errors
    /// When it is no workbook, has no such sheet, or its headings are missing or not distinct.
    pub fn from_sheet(input: impl Read + Seek + Send + 'static, options: &Options) -> Result<Table, Fault> {
        let mut rows = sheet::rows(input, options.sheet.clone());
        let mut head = rows.next().ok_or_else(no_header)?;
        if let Some((column, mut fault)) = head.faults.drain(..).next() {
            fault.column = if fault.line == 0 { String::new() } else { unnamed(column) };
            return Err(fault);
        }
        let header = headings(head.line, head.cells)?;
        let names = header.clone();
        let rows = rows.filter_map(move |raw| fit(&names, raw, true));
        Ok(Table { header, encoding: None, rows: Box::new(rows) })
    }

    /// The headings, trimmed; a column without one is called `列N`.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The encoding that a CSV is read in; none for a workbook.
    pub fn encoding(&self) -> Option<Encoding> {
        self.encoding
    }
}

impl Iterator for Table {
    type Item = RowResult;

    fn next(&mut self) -> Option<RowResult> {
        self.rows.next()
    }
}

/// Makes a row as wide as the headings, or says why it is not; none for a row without any content.
/// A sheet leaves empty cells at the end out; a text that does so is suspect.
fn fit(header: &[String], raw: RawRow, sheet: bool) -> Option<RowResult> {
    let RawRow { line, mut cells, faults } = raw;
    let mut faults: Vec<Fault> = faults
        .into_iter()
        .map(|(column, fault)| Fault {
            column: header.get(column).cloned().unwrap_or_else(|| unnamed(column)),
            ..fault
        })
        .collect();
    if faults.is_empty() && cells.iter().all(String::is_empty) {
        return None;
    }
    while cells.len() > header.len() && cells.last().is_some_and(String::is_empty) {
        cells.pop();
    }
    let (is, should) = (cells.len(), header.len());
    if faults.is_empty() && (is > should || (is < should && !sheet)) {
        faults.push(Fault::new(
            line,
            "",
            format!("这一行有{is}格，表头有{should}格。请检查逗号和引号。"),
            format!("this row has {is} cells, the heading {should}. Look at its commas and quotes."),
        ));
    }
    if faults.is_empty() {
        cells.resize(should, String::new());
        Some(Ok(Record { line, cells }))
    } else {
        Some(Err(BadRow { line, cells, faults }))
    }
}

fn unnamed(column: usize) -> String {
    format!("列{}", column + 1)
}

fn headings(line: u64, cells: Vec<String>) -> Result<Vec<String>, Fault> {
    let mut names: Vec<String> = cells.iter().map(|cell| cell.trim().to_owned()).collect();
    while names.last().is_some_and(String::is_empty) {
        names.pop();
    }
    if names.len() > COLUMNS_MOST {
        return Err(Fault::new(
            line,
            "",
            format!("表头有{}列，最多{COLUMNS_MOST}列。", names.len()),
            format!("the heading has {} columns; at most {COLUMNS_MOST} can be read.", names.len()),
        ));
    }
    for (column, name) in names.iter_mut().enumerate() {
        if name.is_empty() {
            *name = unnamed(column);
        }
    }
    let mut seen = std::collections::HashSet::new();
    match names.iter().find(|name| !seen.insert(name.as_str())) {
        Some(twice) => Err(Fault::new(
            line,
            twice.clone(),
            "表头里有两列同名。请改掉其中一个名称。",
            "two columns have this heading. Rename one of them.",
        )),
        None => Ok(names),
    }
}

fn no_header() -> Fault {
    Fault::file(
        "文件里没有表头。第一行应是各列的名称。",
        "the file has no heading. Its first row has to name the columns.",
    )
}

/// Says what to do with a file that is no CSV and no .xlsx.
fn refuse_other_kinds(start: &[u8]) -> Result<(), Fault> {
    if start.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(Fault::file("这是旧的.xls文件。请另存为.xlsx。", "this is an old .xls file. Save it as .xlsx."));
    }
    if start.starts_with(&[0xFF, 0xFE]) || start.starts_with(&[0xFE, 0xFF]) {
        return Err(Fault::file(
            "这是UTF-16文本。请另存为UTF-8的CSV。",
            "this is UTF-16 text. Save it as CSV in UTF-8.",
        ));
    }
    Ok(())
}

fn first_bytes(mut input: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A file that fails here fails again, and is reported, when its rows are read.
    let _ = input.by_ref().take(8).read_to_end(&mut bytes);
    bytes
}

/// Looks at a text's first letters beyond ASCII, and says which encoding they are in.
///
/// GB18030 text is hardly ever UTF-8, but UTF-8 text often is GB18030 (of other letters): so it is UTF-8 unless
/// broken places are frequent. A few broken bytes in UTF-8 are faults of their own.
pub fn detect(mut input: impl Read) -> Encoding {
    const BLOCK: u64 = 1 << 20;
    const BLOCKS: usize = 64;
    let (mut good, mut bad, mut rest) = (0_usize, 0_usize, Vec::new());
    for _ in 0..BLOCKS {
        let before = rest.len();
        let full = input.by_ref().take(BLOCK).read_to_end(&mut rest).is_ok() && (rest.len() - before) as u64 == BLOCK;
        // A line end is never inside a character, so whole lines can be judged.
        let whole = match rest.iter().rposition(|byte| *byte == b'\n') {
            Some(end) if full => end + 1,
            _ => rest.len(),
        };
        for chunk in rest[..whole].utf8_chunks() {
            good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            bad += usize::from(!chunk.invalid().is_empty());
        }
        rest.drain(..whole);
        if !full || good + bad > 1000 {
            break;
        }
    }
    if bad > 0 && good <= bad * 2 { Encoding::Gb18030 } else { Encoding::Utf8 }
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    read: u64,
    progress: Progress,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read += count as u64;
        (self.progress)(self.read);
        Ok(count)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(to)
    }
}
