//! How much a workbook may be.

/// What a workbook is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Tables of the administration, sent to the server: small.
    Office,
    /// Cases of another system, read by the command line: large.
    Cases,
}

/// The bounds of a reading. The process that reads sets the last two on itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of the file.
    pub packed: u64,
    /// The most parts of the file.
    pub parts: usize,
    /// The most bytes that all parts together unpack to.
    pub unpacked: u64,
    /// The most sheets.
    pub sheets: usize,
    /// The most cells with a value, over all sheets that are read.
    pub cells: u64,
    /// The most merged areas of a sheet.
    pub merged: usize,
    /// The most bytes of text handed over. A text that many cells share counts each time.
    pub text: u64,
    /// The most bytes of address space.
    pub memory: u64,
    /// The most seconds of a processor.
    pub seconds: u64,
}

/// The longest cell, in bytes.
pub(crate) const CELL_MOST: usize = 200_000;
/// The longest row, in bytes.
pub(crate) const ROW_MOST: usize = 1_000_000;
/// The most columns: as many as a sheet can have.
pub(crate) const COLUMNS_MOST: u32 = 16_384;
/// The most rows: as many as a sheet can have.
pub(crate) const ROWS_MOST: u32 = 1_048_576;

impl Purpose {
    /// The word on the command line of the process that reads.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Purpose::Office => "office",
            Purpose::Cases => "cases",
        }
    }

    /// The purpose of a word.
    pub(crate) fn of(word: &str) -> Option<Purpose> {
        [Purpose::Office, Purpose::Cases].into_iter().find(|purpose| purpose.word() == word)
    }

    /// The bounds.
    pub fn limits(self) -> Limits {
        match self {
            Purpose::Office => Limits {
                packed: 32 << 20,
                parts: 200,
                unpacked: 32 << 20,
                sheets: 16,
                cells: 500_000,
                merged: 5_000,
                text: 32 << 20,
                memory: 512 << 20,
                seconds: 20,
            },
            Purpose::Cases => Limits {
                packed: 512 << 20,
                parts: 5_000,
                unpacked: 2 << 30,
                sheets: 256,
                cells: 60_000_000,
                merged: 200_000,
                text: 8 << 30,
                memory: 2 << 30,
                seconds: 1_800,
            },
        }
    }
}
