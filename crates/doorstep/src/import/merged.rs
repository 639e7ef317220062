//! Merged cells below the headings: their value stands in their first row alone, so that every other row has lost it.

use super::delimited::RawRow;
use super::fault::{Fault, Note};
use super::table::{Options, column_name};
use workbook::Area;

/// What is done with the rows that a merged cell goes down over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Down {
    /// They are bad, in columns that the map reads.
    #[default]
    Fault,
    /// Each gets the value.
    Fill,
}

/// The merged cells of a sheet, passed row by row.
pub(super) struct Merged {
    /// Those that go over several rows, by their first row.
    down: Vec<Area>,
    across: usize,
    next: usize,
    open: Vec<(Area, String)>,
}

impl Merged {
    /// The areas below the headings; `after` is the last row of these, from 1.
    pub(super) fn new(areas: &[Area], after: u64) -> Merged {
        let below = || areas.iter().copied().filter(|area| u64::from(area.top) >= after);
        let down = below().filter(|area| area.bottom > area.top).collect();
        Merged { down, across: below().filter(|area| area.bottom == area.top).count(), next: 0, open: Vec::new() }
    }

    /// Fills a row, or says which of its cells is part of another.
    pub(super) fn pass(&mut self, row: &mut RawRow, header: &[String], options: &Options) {
        let Some(at) = row.line.checked_sub(1) else { return };
        self.open.retain(|(area, _)| u64::from(area.bottom) >= at);
        while let Some(area) = self.down.get(self.next).filter(|area| u64::from(area.top) <= at) {
            self.next += 1;
            let value = row.cells.get(area.left as usize).filter(|_| u64::from(area.top) == at);
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                self.open.push((*area, value.clone()));
            }
        }
        for (area, value) in self.open.iter().filter(|(area, _)| u64::from(area.top) < at) {
            let column = area.left as usize;
            if row.cells.get(column).is_some_and(|cell| !cell.is_empty()) {
                continue;
            }
            if options.merged == Down::Fill {
                if row.cells.len() <= column {
                    row.cells.resize(column + 1, String::new());
                }
                row.cells[column].clone_from(value);
            } else if header.get(column).is_some_and(|name| options.columns.contains(name)) {
                let (from, to) = (area.top + 1, area.bottom + 1);
                let zh = format!(
                    "第{from}至{to}行的这一格合并了，只有第{from}行有内容。请取消合并并逐行填写，或在映射里写merged = \"fill\"，让每行都用这个内容。"
                );
                let en = format!(
                    "this cell is merged from row {from} to {to}, and only row {from} has its content. Part it and fill in \
                     every row, or write merged = \"fill\" in the map to give it to each."
                );
                row.faults.push((column, Fault::new(row.line, "", zh, en)));
            }
        }
    }

    /// What was done with them.
    pub(super) fn notes(&self, header: &[String], options: &Options) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut columns: Vec<u32> = self.down.iter().map(|area| area.left).collect();
        columns.sort_unstable();
        columns.dedup();
        let names: Vec<String> = columns.iter().map(|c| column_name(header, *c as usize)).collect();
        let (count, zh, en) = (self.down.len(), names.join("、"), names.join(", "));
        if count > 0 && options.merged == Down::Fill {
            notes.push(Note::new(
                format!("竖向合并的格子{count}处（{zh}）：内容给了其中每一行。"),
                format!("{count} cells are merged downwards ({en}): each of their rows gets the content."),
            ));
        } else if count > 0 {
            notes.push(Note::new(
                format!("竖向合并的格子{count}处（{zh}）：内容只在第一行。"),
                format!("{count} cells are merged downwards ({en}): only the first row has their content."),
            ));
        }
        if self.across > 0 {
            notes.push(Note::new(
                format!("横向合并的格子{}处：内容算在最左一列。", self.across),
                format!("{} cells are merged across: their content counts for the leftmost column.", self.across),
            ));
        }
        notes
    }
}
