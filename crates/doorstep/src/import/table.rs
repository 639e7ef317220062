//! A table as a stream of rows: CSV in UTF-8 or GB18030, .xlsx, and .gz of these, told apart by their first bytes.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use reading::cell::unguard;

use super::delimited::{Delimited, RawResult, RawRow};
use super::fault::{Bad, BadRow, Fault, Note, cause, own_width};
use super::heading::{self, Head, Heading};
use super::merged::{Down, Merged};
use super::sheet;
use workbook::{Book, Input, Kind};

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
    /// The sheet of a workbook; none: the first visible one that has anything in it.
    pub sheet: Option<String>,
    /// Which rows name the columns.
    pub heading: Heading,
    /// What is done with cells that are merged downwards.
    pub merged: Down,
    /// The columns that the map reads.
    pub columns: Vec<String>,
    /// Whether the cells of a CSV carry the apostrophes of [`crate::export::table::guard`]; none: only where the headings
    /// say so, by ending in `line` and `fault`.
    pub guarded: Option<bool>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            encoding: Encoding::Auto,
            delimiter: b',',
            sheet: None,
            heading: Heading::Found,
            merged: Down::Fault,
            columns: Vec::new(),
            guarded: None,
        }
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

pub(super) type RowResult = Result<Record, Bad>;

/// An open table: its headings, and its rows as an iterator that reads on as it is asked.
pub struct Table {
    header: Vec<String>,
    heading_line: u64,
    encoding: Option<Encoding>,
    notes: Vec<Note>,
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
            let (zh, en) = cause(&e);
            Fault::file(
                format!("打不开文件{}（{zh}）。请检查路径和权限。", path.display()),
                format!("{} cannot be opened ({en}). Check its path and permissions.", path.display()),
            )
        };
        let start = |packed| Ok::<_, Fault>(open_plain(File::open(path).map_err(cannot)?, packed));
        let packed = is_packed(File::open(path).map_err(cannot)?);
        // A file that can't be read to its end here can't be read when its rows are, and is reported there.
        let kind = workbook::kind(start(packed)?).unwrap_or(Kind::Text);
        match kind {
            Kind::Text => {}
            Kind::Zip => {
                let input =
                    if packed { unpacked(start(true)?)? } else { Input::File(File::open(path).map_err(cannot)?) };
                return Table::from_book(sheet::open(input, options)?, options);
            }
            other => {
                let (zh, en) = other.said();
                return Err(Fault::file(zh, en));
            }
        }
        let encoding = match options.encoding {
            Encoding::Auto => detect(start(packed)?),
            given => given,
        };
        let options = Options { encoding, ..options.clone() };
        let file = BufReader::new(Counted { inner: File::open(path).map_err(cannot)?, read: 0, progress });
        if packed {
            Table::from_text(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(file)), &options)
        } else {
            Table::from_text(file, &options)
        }
    }

    /// Reads a CSV from its first byte; [`Encoding::Auto`] is read as UTF-8.
    ///
    /// # Errors
    /// When its headings are missing, broken or not distinct.
    pub fn from_text(input: impl BufRead + Send + 'static, options: &Options) -> Result<Table, Fault> {
        let mut rows = Delimited::new(input, options.encoding, options.delimiter);
        rows.skip_mark().map_err(|e| {
            let (zh, en) = cause(&e);
            Fault::file(format!("读不了文件（{zh}）。"), format!("the file cannot be read ({en})."))
        })?;
        let mut rows = std::iter::from_fn(move || rows.next_row());
        let head = heading::read(&mut rows, options.heading, &options.columns)?;
        let guarded = options.guarded.unwrap_or(own_width(&head.names) < head.names.len());
        let rows = rows.map(move |row| {
            row.map(|mut raw| {
                if guarded {
                    raw.cells.iter_mut().for_each(unguard);
                }
                raw
            })
        });
        Ok(Table::of(head, Some(options.encoding), Vec::new(), rows, false))
    }

    /// Reads the sheet of a workbook.
    fn from_book(book: Book, options: &Options) -> Result<Table, Fault> {
        let sheets = book.sheets.clone();
        let mut rows = sheet::rows(book);
        let head = heading::read(&mut rows, options.heading, &options.columns)?;
        let mut merged = Merged::new(&sheet::chosen(&sheets).merged, head.last);
        let notes = sheet::notes(&sheets, &head.names, &merged, options);
        let (names, options) = (head.names.clone(), options.clone());
        let rows = rows.map(move |row| {
            row.map(|mut raw| {
                merged.pass(&mut raw, &names, &options);
                raw
            })
        });
        Ok(Table::of(head, None, notes, rows, true))
    }

    fn of(
        head: Head,
        encoding: Option<Encoding>,
        mut notes: Vec<Note>,
        rows: impl Iterator<Item = RawResult> + Send + 'static,
        sheet: bool,
    ) -> Table {
        if head.above > 0 {
            let (above, line) = (head.above, head.first);
            notes.insert(
                0,
                Note::new(
                    format!("表头在第{line}行，上面的{above}行没有读。"),
                    format!("the headings are in row {line}; {above} rows above them are not read."),
                ),
            );
        }
        let names = head.names.clone();
        let rows = rows.filter_map(move |row| match row {
            Ok(raw) => fit(&names, raw, sheet),
            Err(stopped) => Some(Err(Bad::File(stopped.named(&names)))),
        });
        Table { header: head.names, heading_line: head.last, encoding, notes, rows: Box::new(rows) }
    }

    /// The headings, trimmed; a column without one is called `列N`.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The row in which the headings end.
    pub fn heading_line(&self) -> u64 {
        self.heading_line
    }

    /// What of the file is not read, and what is read although it may not be expected.
    pub fn notes(&self) -> &[Note] {
        &self.notes
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
    let mut faults: Vec<Fault> =
        faults.into_iter().map(|(column, fault)| Fault { column: column_name(header, column), ..fault }).collect();
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
        Some(Err(Bad::Row(BadRow { line, cells, faults })))
    }
}

/// The name of a column; one without a name is called `列N`.
pub(super) fn column_name(header: &[String], column: usize) -> String {
    header.get(column).cloned().unwrap_or_else(|| format!("列{}", column + 1))
}

fn is_packed(file: File) -> bool {
    let mut start = Vec::new();
    file.take(2).read_to_end(&mut start).is_ok() && start == [0x1F, 0x8B]
}

fn open_plain(file: File, packed: bool) -> Box<dyn Read + Send> {
    if packed { Box::new(MultiGzDecoder::new(BufReader::new(file))) } else { Box::new(file) }
}

/// A packed workbook whole: it is read from its end.
fn unpacked(input: impl Read) -> Result<Input, Fault> {
    let mut bytes = Vec::new();
    input.take(PACKED_SHEET_MOST + 1).read_to_end(&mut bytes).map_err(|e| {
        let (zh, en) = cause(&e);
        Fault::file(
            format!("压缩包读不到底（{zh}）。请重新压缩，或直接用.xlsx。"),
            format!("the packed file cannot be read to its end ({en}). Pack it again, or take the .xlsx as it is."),
        )
    })?;
    let most = PACKED_SHEET_MOST / 1_000_000;
    if bytes.len() as u64 > PACKED_SHEET_MOST {
        return Err(Fault::file(
            format!("压缩包里的表格超过{most}MB。请先解压，或另存为CSV。"),
            format!("the packed sheet is over {most} MB. Unpack it first, or save it as CSV."),
        ));
    }
    Ok(Input::Bytes(bytes))
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
