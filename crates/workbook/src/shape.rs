//! What stands in a sheet beside the values of its cells: hidden rows and columns, merged cells, filters, formulas without
//! a kept value. And how many values there are, before anything is kept of them.

use crate::limits::{COLUMNS_MOST, ROWS_MOST};
use crate::parts::{Parts, attribute};
use crate::{Area, Bound, Fault, Limits, Sheet};
use quick_xml::events::{BytesStart, Event};
use std::io::{Read, Seek};

/// What a pass over a sheet found.
#[derive(Default)]
pub(crate) struct Shape {
    pub(crate) sheet: Sheet,
    /// Row and column of each formula without a kept value, in their order.
    pub(crate) without_value: Vec<(u32, u32)>,
    hidden: Vec<(u32, u32)>,
    at: At,
}

/// Where the pass stands.
#[derive(Default)]
struct At {
    row: u32,
    column: u32,
    row_hidden: bool,
    row_counted: bool,
    in_cell: bool,
    /// Whether its value is a text.
    text: bool,
    /// Inside what a cell says, which may be nothing.
    in_value: bool,
    formula: bool,
    value: bool,
    /// How many values of a sheet are left.
    left: u64,
}

/// Passes over a sheet; `left` is how many values the book may still have.
pub(crate) fn of<R: Read + Seek>(
    parts: &mut Parts<R>,
    path: &str,
    limits: &Limits,
    left: &mut u64,
) -> Result<Shape, Fault> {
    let mut shape = Shape { at: At { left: *left, ..At::default() }, ..Shape::default() };
    let Some(mut xml) = parts.xml(path)? else { return Err(Fault::damaged(path)) };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(start)) => shape.start(&start, path, limits)?,
            Ok(Event::End(end)) => shape.end(end.local_name().as_ref(), limits)?,
            // An empty value is none: some programs write one beside a formula that was never computed.
            Ok(Event::Text(_) | Event::GeneralRef(_) | Event::CData(_)) => shape.at.value |= shape.at.in_value,
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(_) => return Err(Fault::Damaged { part: path.to_owned(), line: shape.at.row.into() }),
        }
    }
    *left = shape.at.left;
    shape.sheet.merged.sort_unstable();
    Ok(shape)
}

impl Shape {
    fn start(&mut self, start: &BytesStart<'_>, path: &str, limits: &Limits) -> Result<(), Fault> {
        let damaged = || Fault::damaged(path);
        let number = |key: &str| attribute(start, key).and_then(|text| text.trim().parse::<u32>().ok());
        let is = |key: &str| matches!(attribute(start, key).as_deref(), Some("1" | "true"));
        let at = &mut self.at;
        match start.local_name().as_ref() {
            "col" if is("hidden") => {
                let (Some(first), Some(last)) = (number("min"), number("max")) else { return Err(damaged()) };
                self.hidden.push((first.saturating_sub(1), last.saturating_sub(1)));
                if self.hidden.len() > COLUMNS_MOST as usize {
                    return Err(damaged());
                }
            }
            "row" => {
                at.row = number("r").unwrap_or(at.row + 1);
                (at.column, at.row_hidden, at.row_counted) = (0, is("hidden"), false);
                if at.row == 0 || at.row > ROWS_MOST {
                    return Err(damaged());
                }
            }
            "c" => {
                // A name that is no place would lead the next reader astray.
                let named = attribute(start, "r").map(|name| cell(&name).ok_or_else(damaged)).transpose()?;
                at.column = named.map_or(at.column + 1, |(_, column)| column + 1);
                if at.column > COLUMNS_MOST {
                    return Err(damaged());
                }
                (at.in_cell, at.formula, at.value) = (true, false, false);
                at.text = attribute(start, "t").as_deref() == Some("str");
            }
            "f" if at.in_cell => at.formula = true,
            // A text may be computed and empty.
            "v" if at.in_cell => (at.in_value, at.value) = (true, at.text),
            "is" if at.in_cell => at.value = true,
            "autoFilter" => self.sheet.filter = true,
            "mergeCell" => {
                let area = attribute(start, "ref").as_deref().and_then(area).ok_or_else(damaged)?;
                if self.sheet.merged.len() >= limits.merged {
                    return Err(Fault::TooLarge(Bound::Merged(limits.merged)));
                }
                self.sheet.merged.push(area);
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str, limits: &Limits) -> Result<(), Fault> {
        self.at.in_value &= name != "v";
        if name != "c" || !self.at.in_cell {
            return Ok(());
        }
        let at = &mut self.at;
        at.in_cell = false;
        if !at.formula && !at.value {
            return Ok(());
        }
        at.left = at.left.checked_sub(1).ok_or(Fault::TooLarge(Bound::Cells(limits.cells)))?;
        let (row, column) = (at.row.saturating_sub(1), at.column.saturating_sub(1));
        if !at.value {
            self.without_value.push((row, column));
        }
        self.sheet.filled = true;
        if at.row_hidden && !at.row_counted {
            at.row_counted = true;
            self.sheet.hidden_rows += 1;
        }
        if self.hidden.iter().any(|(first, last)| (*first..=*last).contains(&column)) {
            let columns: &mut Vec<u32> = &mut self.sheet.hidden_columns;
            if let Err(place) = columns.binary_search(&column) {
                columns.insert(place, column);
            }
        }
        Ok(())
    }
}

/// Row and column, from 0, of `B7` or `$B$7`.
fn cell(name: &str) -> Option<(u32, u32)> {
    let name = name.replace('$', "");
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = name.split_at(digits);
    let mut column = 0_u32;
    for letter in letters.bytes() {
        let value = letter.to_ascii_uppercase().checked_sub(b'A').filter(|v| *v < 26)?;
        column = column.checked_mul(26)?.checked_add(u32::from(value) + 1)?;
    }
    let row: u32 = row.parse().ok()?;
    ((1..=ROWS_MOST).contains(&row) && (1..=COLUMNS_MOST).contains(&column)).then(|| (row - 1, column - 1))
}

/// The cells of `A1:C3`, or of one cell.
fn area(text: &str) -> Option<Area> {
    let (from, to) = text.split_once(':').unwrap_or((text, text));
    let ((top, left), (bottom, right)) = (cell(from)?, cell(to)?);
    (top <= bottom && left <= right).then_some(Area { top, bottom, left, right })
}

/// The first of the visible sheets that has anything in it, or the first visible one.
pub(crate) fn first_filled(shapes: &[Shape]) -> Option<usize> {
    let visible = |n: &usize| shapes[*n].sheet.visible;
    let filled = (0..shapes.len()).filter(visible).find(|n| shapes[*n].sheet.filled);
    filled.or_else(|| (0..shapes.len()).find(visible))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_and_areas_are_read_by_their_names_and_nonsense_is_none() {
        assert_eq!(cell("A1"), Some((0, 0)));
        assert_eq!(cell("$AB$12"), Some((11, 27)));
        assert_eq!(cell("XFD1048576"), Some((1_048_575, 16_383)));
        for text in ["", "A", "1", "A0", "XFE1", "A1048577", "A99999999999", "ZZZZZZZZZZ1", "一1"] {
            assert_eq!(cell(text), None, "{text}");
        }
        assert_eq!(area("B2:C5"), Some(Area { top: 1, bottom: 4, left: 1, right: 2 }));
        assert_eq!(area("C5:B2"), None);
    }
}
