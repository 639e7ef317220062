//! Where the names of the columns stand. Tables of offices often have a title above them, and names over two rows.

use super::delimited::{RawResult, RawRow};
use super::fault::Fault;
use super::table::{COLUMNS_MOST, column_name};

/// How many rows are looked at for the names that a map reads.
const LOOKED_AT: usize = 30;

/// Which rows have the names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Heading {
    /// The first that has all the columns of the map.
    #[default]
    Found,
    /// These, from 1: the first and the last.
    Rows(u64, u64),
}

/// The names, and where they stood.
#[derive(Debug)]
pub(super) struct Head {
    pub names: Vec<String>,
    /// The first and the last row of them.
    pub first: u64,
    pub last: u64,
    /// How many rows with content stood above.
    pub above: usize,
}

/// Reads up to the names of the columns, of which `wanted` are asked for; without any the first row has them.
pub(super) fn read(
    rows: &mut dyn Iterator<Item = RawResult>,
    heading: Heading,
    wanted: &[String],
) -> Result<Head, Fault> {
    match heading {
        Heading::Found => found(rows, wanted),
        Heading::Rows(first, last) => named(rows, first, last),
    }
}

fn found(rows: &mut dyn Iterator<Item = RawResult>, wanted: &[String]) -> Result<Head, Fault> {
    let mut best: Option<(usize, usize, RawRow)> = None;
    for above in 0..LOOKED_AT {
        let row = match rows.next() {
            None => break,
            Some(Ok(row)) => row,
            // What can't be read behind a possible heading is said of the rows.
            Some(Err(_)) if best.as_ref().is_some_and(|(has, ..)| *has > 0) => break,
            Some(Err(stopped)) => return Err(stopped.named(&[])),
        };
        let has = wanted.iter().filter(|name| row.cells.iter().any(|cell| cell.trim() == name.as_str())).count();
        let all = has == wanted.len();
        if best.as_ref().is_none_or(|(most, ..)| has > *most) {
            best = Some((has, above, row));
        }
        if all {
            break;
        }
    }
    let (_, above, row) = best.ok_or_else(missing)?;
    let line = row.line;
    Ok(Head { names: names(one(row)?, line)?, first: line, last: line, above })
}

fn named(rows: &mut dyn Iterator<Item = RawResult>, first: u64, last: u64) -> Result<Head, Fault> {
    let (mut above, mut parts, mut cut) = (0, Vec::new(), None);
    for row in &mut *rows {
        let row = row.map_err(|stopped| stopped.named(&[]))?;
        match row.line {
            line if line < first => above += 1,
            line if line > last => {
                cut = Some(line);
                break;
            }
            line => {
                parts.push(one(row)?);
                if line == last {
                    break;
                }
            }
        }
    }
    if parts.is_empty() || cut.is_some() {
        let rows = if first == last { first.to_string() } else { format!("{first}–{last}") };
        return Err(Fault::file(
            format!("第{rows}行没有表头（映射里的heading）。请看各列的名称在第几行。"),
            format!("row {rows} has no headings (`heading` in the map). See in which row the columns are named."),
        ));
    }
    Ok(Head { names: names(joined(&parts), last)?, first, last, above })
}

/// The cells of a row of names; a cell that can't be read is no name.
fn one(mut row: RawRow) -> Result<Vec<String>, Fault> {
    match row.faults.drain(..).next() {
        Some((column, fault)) => Err(Fault { column: column_name(&[], column), ..fault }),
        None => Ok(row.cells),
    }
}

/// Names over several rows: `群众信息/电话`. A name above goes on to the right as long as there are names below it.
fn joined(rows: &[Vec<String>]) -> Vec<String> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |row: &Vec<String>, column: usize| row.get(column).map_or("", |cell| cell.trim()).to_owned();
    let mut carried = vec![String::new(); rows.len()];
    let mut names = Vec::with_capacity(width);
    for column in 0..width {
        let below = |row: usize| rows[row + 1..].iter().any(|row| !cell(row, column).is_empty());
        let mut parts: Vec<String> = Vec::new();
        for row in 0..rows.len() {
            let own = cell(&rows[row], column);
            if !own.is_empty() || !below(row) {
                carried[row] = own;
            }
            if !carried[row].is_empty() && parts.last() != Some(&carried[row]) {
                parts.push(carried[row].clone());
            }
            if !below(row) {
                carried[row].clear();
            }
        }
        names.push(parts.join("/"));
    }
    names
}

/// The names, trimmed; a column without one is called `列N`.
fn names(cells: Vec<String>, line: u64) -> Result<Vec<String>, Fault> {
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
            *name = column_name(&[], column);
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

fn missing() -> Fault {
    Fault::file(
        "文件里没有表头。要有一行写各列的名称。",
        "the file has no heading. One of its rows has to name the columns.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_from(rows: &[&str], heading: Heading, wanted: &[&str]) -> Result<Head, Fault> {
        let rows: Vec<RawResult> = rows
            .iter()
            .zip(1..)
            .filter(|(row, _)| !row.is_empty())
            .map(|(row, line)| {
                let cells = row.split(',').map(str::to_owned).collect();
                Ok(RawRow { line, cells, faults: Vec::new() })
            })
            .collect();
        let wanted: Vec<String> = wanted.iter().map(|w| (*w).to_owned()).collect();
        read(&mut rows.into_iter(), heading, &wanted)
    }

    #[test]
    fn names_below_a_title_and_a_note_are_found() {
        let rows = ["样例区汇总表", "", "单位：件,,2023年", "编号,标题,时间", "1,甲,乙"];
        let head = read_from(&rows, Heading::Found, &["标题", "编号"]).unwrap();
        assert_eq!((head.names.join(","), head.first, head.above), ("编号,标题,时间".to_owned(), 4, 2));
    }

    #[test]
    fn where_no_row_has_all_names_the_one_that_has_most_is_the_heading() {
        let head = read_from(&["汇总表", "编号,标题", "1,甲"], Heading::Found, &["编号", "时间"]).unwrap();
        assert_eq!(head.first, 2);
        let head = read_from(&["汇总表", "1,甲"], Heading::Found, &["编号", "时间"]).unwrap();
        assert_eq!(head.first, 1);
        assert!(read_from(&[], Heading::Found, &["编号"]).is_err());
    }

    #[test]
    fn names_over_two_rows_are_joined_under_the_name_above_them() {
        let rows = ["汇总表", "编号,群众信息,,办理,", ",姓名,电话,,结果", "1,甲,2,3,4"];
        let head = read_from(&rows, Heading::Rows(2, 3), &[]).unwrap();
        assert_eq!(head.names, ["编号", "群众信息/姓名", "群众信息/电话", "办理", "结果"]);
        assert_eq!((head.above, head.last), (1, 3));
        let rows = ["编号,时间,", ",提出,办结"];
        assert_eq!(read_from(&rows, Heading::Rows(1, 2), &[]).unwrap().names, ["编号", "时间/提出", "时间/办结"]);
    }

    #[test]
    fn a_named_row_that_is_empty_or_not_there_is_said() {
        for heading in [Heading::Rows(2, 2), Heading::Rows(9, 9)] {
            let fault = read_from(&["编号,标题", "", "1,甲"], heading, &[]).unwrap_err();
            assert!(fault.zh.contains("heading"), "{fault}");
        }
    }
}
