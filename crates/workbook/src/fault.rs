//! Why a workbook, or a cell of it, can't be read: in the words of whoever sent it.

use crate::Kind;
use crate::limits::{CELL_MOST, ROW_MOST};
use serde::{Deserialize, Serialize};

/// A bound that a workbook goes beyond.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bound {
    /// The bytes of the file.
    Packed(u64),
    /// The parts of the file.
    Parts(usize),
    /// The bytes that it unpacks to.
    Unpacked(u64),
    /// The sheets.
    Sheets(usize),
    /// The cells with a value.
    Cells(u64),
    /// The merged areas of a sheet.
    Merged(usize),
    /// The text of all cells together.
    Text(u64),
    /// The file claims more texts than it can hold.
    Claim,
}

/// What ends the reading of a workbook. Nothing that was read before it may be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// It is something else.
    Other(Kind),
    /// It is damaged: in this part, behind this row (0: before the first).
    Damaged {
        /// The part, where one can be named.
        part: String,
        /// The last row that could be read.
        line: u64,
    },
    /// It is larger than is read.
    TooLarge(Bound),
    /// It has no such sheet.
    NoSheet {
        /// The sheet that was asked for; empty: any.
        asked: String,
        /// Those that it has.
        has: Vec<String>,
    },
    /// The process that read it ended before its time: memory or time were used up.
    Ended,
    /// The process that reads could not be started.
    NotStarted,
}

impl Fault {
    pub(crate) fn damaged(part: &str) -> Fault {
        Fault::Damaged { part: part.to_owned(), line: 0 }
    }

    /// What is wrong and what to do, in Chinese and in English.
    pub fn said(&self) -> (String, String) {
        match self {
            Fault::Other(kind) => kind.said(),
            Fault::Damaged { part, line } => {
                let (zh_part, en_part) = match part.as_str() {
                    "" => (String::new(), String::new()),
                    part => (format!("（{part}）"), format!(" ({part})")),
                };
                let (zh_line, en_line) = match line {
                    0 => (String::new(), String::new()),
                    line => (format!("，第{line}行之后没有读"), format!("; what follows row {line} was not read")),
                };
                (
                    format!("工作簿已损坏{zh_part}{zh_line}。请在WPS或Excel里打开原件，另存为.xlsx。"),
                    format!("the workbook is damaged{en_part}{en_line}. Open the original in WPS or Excel and save it as .xlsx."),
                )
            }
            Fault::TooLarge(bound) => bound.said(),
            Fault::NoSheet { asked, has } if asked.is_empty() => (
                format!("工作簿里没有可读的工作表。工作表：{}。", has.join("、")),
                format!("the workbook has no sheet that can be read. Its sheets: {}.", has.join(", ")),
            ),
            Fault::NoSheet { asked, has } => (
                format!("工作簿里没有工作表“{asked}”。请改映射里的sheet；工作簿有：{}。", has.join("、")),
                format!(
                    "the workbook has no sheet \"{asked}\". Change `sheet` in the map; the workbook has: {}.",
                    has.join(", ")
                ),
            ),
            Fault::Ended => (
                "工作簿要用的内存或时间超出限度，没有读完。请在WPS或Excel里打开，只留需要的行和列，另存为.xlsx或CSV。".into(),
                "the workbook needs more memory or time than it may have, and was not read to its end. Open it in WPS or \
                 Excel, keep the rows and columns that are needed, and save it as .xlsx or CSV."
                    .into(),
            ),
            Fault::NotStarted => (
                "现在不能启动读表的进程。请稍后再试；仍不行，请看服务器的内存和进程数。".into(),
                "the process that reads tables can't be started now. Try again; if it stays so, look at the machine's \
                 memory and its limit of processes."
                    .into(),
            ),
        }
    }
}

impl Bound {
    fn said(&self) -> (String, String) {
        let (zh, en) = match self {
            Bound::Packed(most) => {
                (format!("文件最多{}MB", most >> 20), format!("a file of at most {} MB", most >> 20))
            }
            Bound::Parts(most) => (format!("文件最多{most}个部分"), format!("at most {most} parts of the file")),
            Bound::Unpacked(most) => {
                (format!("解压后最多{}MB", most >> 20), format!("at most {} MB when unpacked", most >> 20))
            }
            Bound::Sheets(most) => (format!("最多{most}张工作表"), format!("at most {most} sheets")),
            Bound::Cells(most) => (format!("最多{most}个有内容的格子"), format!("at most {most} cells with a value")),
            Bound::Merged(most) => {
                (format!("一张工作表最多{most}处合并单元格"), format!("at most {most} merged areas in a sheet"))
            }
            Bound::Text(most) => {
                (format!("全部文字最多{}MB", most >> 20), format!("at most {} MB of text in all", most >> 20))
            }
            Bound::Claim => ("它声称的条数比它装得下的多".into(), "it claims more texts than it can hold".into()),
        };
        (
            format!("工作簿太大：{zh}。请删去不需要的表和格子，另存为.xlsx，或拆成几个文件。"),
            format!(
                "the workbook is too large: {en}. Remove sheets and cells that are not needed and save it again, or split it."
            ),
        )
    }
}

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CellFault {
    /// It, or its row, is too long; its text was left out.
    Long,
    /// It holds a character that no database takes.
    Nul,
    /// A number with more digits than a sheet keeps.
    DigitsLost,
    /// A formula without a kept value.
    NoValue,
    /// An error of the sheet.
    Error,
}

impl CellFault {
    /// What is wrong and what to do, in Chinese and in English.
    pub fn said(&self) -> (String, String) {
        match self {
            CellFault::Long => (
                format!("单元格超过{}千字节，或整行超过{}千字节。请缩短。", CELL_MOST / 1000, ROW_MOST / 1000),
                format!(
                    "the cell is longer than {} kB, or the row longer than {} kB. Shorten it.",
                    CELL_MOST / 1000,
                    ROW_MOST / 1000
                ),
            ),
            CellFault::Nul => (
                "单元格里有空字符（NUL），文件可能已损坏。请重新导出。".into(),
                "the cell holds a NUL character; the file may be damaged. Export it again.".into(),
            ),
            CellFault::DigitsLost => (
                "这个数超过15位，表格已丢掉后面的数字。请把该列设为文本后重新录入。".into(),
                "this number has more than 15 digits, and the sheet has dropped the last ones. Make the column text and \
                 enter it again."
                    .into(),
            ),
            CellFault::NoValue => (
                "这一格是公式，文件里没有它的结果。请在WPS或Excel里打开并保存，或改成值。".into(),
                "the cell is a formula, and the file has no result of it. Open and save it in WPS or Excel, or write the \
                 value."
                    .into(),
            ),
            CellFault::Error => (
                "这一格是表格的错误值，不是内容。请改正公式，或填写内容。".into(),
                "the cell shows an error of the sheet and no content. Correct the formula, or fill in the content.".into(),
            ),
        }
    }
}
