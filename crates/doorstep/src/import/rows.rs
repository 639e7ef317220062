//! A foreign row as what the desk can be asked for.

use std::collections::{BTreeMap, HashMap};

use domain::case::{Door, Track};
use jiff::civil::DateTime;

use super::fault::{BadRow, Fault, own_width};
use super::map::{Choice, Map, NoAnswer, NoText, NoTitle};
use super::table::{Record, Table};

/// The longest title that the desk takes, in characters; a longer one is shortened, its cell is kept whole.
pub const TITLE_MOST: usize = 120;
/// The longest text and answer, in characters.
pub const TEXT_MOST: usize = 20_000;
/// The longest other field, in characters.
pub const LINE_MOST: usize = 200;
/// The longest id, in bytes.
pub const ID_MOST: usize = 100;
/// The years in which a time is believed.
const YEARS: std::ops::RangeInclusive<i16> = 1949..=2199;
/// How many characters of a text stand in for a title.
const FIRST_WORDS: usize = 40;

/// How many agreed and disagreed with a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Votes {
    /// Agreed.
    pub up: u64,
    /// Disagreed.
    pub down: u64,
}

/// A row that can go in.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportRow {
    /// The physical line or row where it starts.
    pub line: u64,
    /// The source's id and the row's: the same key is the same case.
    pub key: String,
    /// The door.
    pub door: Door,
    /// The track.
    pub track: Track,
    /// The title, never empty.
    pub title: String,
    /// The text, never empty.
    pub text: String,
    /// When it was handed in. All times are local in the map's offset; [`Map::at_home`] brings them to +08:00.
    pub opened: DateTime,
    /// When and what was answered.
    pub answered: Option<(DateTime, String)>,
    /// When the source closed it.
    pub closed: Option<DateTime>,
    /// When the source meant to be done; it may lie before `opened`, as the source has it.
    pub target: Option<DateTime>,
    /// What the source says about its own timeliness.
    pub on_time: Option<bool>,
    /// The unit, in the source's words.
    pub department: Option<String>,
    /// The category's levels, joined by `/`.
    pub category: Option<String>,
    /// The street, in the source's words.
    pub street: Option<String>,
    /// The place in words.
    pub place: Option<String>,
    /// Latitude and longitude in degrees, WGS84.
    pub position: Option<(f64, f64)>,
    /// Votes, where the source counts them.
    pub votes: Option<Votes>,
    /// Every cell of the row by its heading, verbatim.
    pub extra: BTreeMap<String, String>,
}

/// The rows of a table, read by a map.
pub struct Rows<'m> {
    table: Table,
    map: &'m Map,
    at: HashMap<String, usize>,
    own: usize,
    /// The line of each id seen so far.
    seen: HashMap<String, u64>,
}

/// Reads a table by a map.
///
/// # Errors
/// Each column that the map names and the file has not.
pub fn rows<'m>(table: Table, map: &'m Map) -> Result<Rows<'m>, Vec<Fault>> {
    let header = table.header();
    let at: HashMap<String, usize> = header.iter().enumerate().map(|(i, name)| (name.clone(), i)).collect();
    let mut needs = map.needs();
    needs.sort_unstable();
    needs.dedup();
    let faults: Vec<Fault> = needs
        .into_iter()
        .filter(|name| !at.contains_key(*name))
        .map(|name| {
            let has = header.join(", ");
            Fault::new(
                1,
                name,
                format!("文件里没有这一列。请改映射，或换文件。文件有：{has}。"),
                format!("the file has no such column. Change the map, or take another file. The file has: {has}."),
            )
        })
        .collect();
    if faults.is_empty() {
        let own = own_width(header);
        Ok(Rows { table, map, at, own, seen: HashMap::new() })
    } else {
        Err(faults)
    }
}

impl Rows<'_> {
    /// The file's headings.
    pub fn header(&self) -> &[String] {
        self.table.header()
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<ImportRow, BadRow>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = match self.table.next()? {
            Ok(record) => record,
            Err(bad) => return Some(Err(bad)),
        };
        let mut reader = RowReader { record: &record, at: &self.at, map: self.map, faults: Vec::new() };
        let row = reader.read(&mut self.seen);
        let faults = reader.faults;
        Some(match row {
            Some(mut row) if faults.is_empty() => {
                let cells = record.cells.into_iter().take(self.own);
                row.extra = self.table.header().iter().cloned().zip(cells).collect();
                Ok(row)
            }
            _ => Err(BadRow { line: record.line, cells: record.cells, faults }),
        })
    }
}

struct RowReader<'a> {
    record: &'a Record,
    at: &'a HashMap<String, usize>,
    map: &'a Map,
    faults: Vec<Fault>,
}

/// Whether nothing can be seen in a text.
fn blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || matches!(c, '\u{200B}' | '\u{FEFF}'))
}

/// The first words of a text: its first sentence, if that is short.
fn first_words(text: &str) -> String {
    let line = text.lines().find(|line| !blank(line)).unwrap_or_default().trim();
    let sentence = line.split(['。', '！', '？', '；']).find(|s| !blank(s)).unwrap_or(line);
    shorten(sentence, FIRST_WORDS)
}

fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}

impl RowReader<'_> {
    fn fault(&mut self, column: &str, zh: impl Into<String>, en: impl Into<String>) {
        self.faults.push(Fault::new(self.record.line, column, zh, en));
    }

    /// A cell without space around it; none if nothing can be seen in it.
    fn cell(&self, column: &str) -> Option<&str> {
        let cell = self.record.cells.get(*self.at.get(column)?)?;
        if blank(cell) { None } else { Some(cell.trim()) }
    }

    fn maybe(&self, column: Option<&String>) -> Option<&str> {
        self.cell(column?)
    }

    fn joined(&self, columns: &[String], by: &str) -> Option<String> {
        let parts: Vec<&str> = columns.iter().filter_map(|column| self.cell(column)).collect();
        if parts.is_empty() { None } else { Some(parts.join(by)) }
    }

    fn limited(&mut self, column: &str, text: Option<String>, most: usize) -> Option<String> {
        let text = text?;
        let count = text.chars().count();
        if count > most {
            self.fault(
                column,
                format!("有{count}个字，最多{most}个。请缩短，全文可作为附件。"),
                format!("{count} characters, at most {most}. Shorten it; the whole can be kept as a file."),
            );
        }
        Some(text)
    }

    fn id(&mut self, seen: &mut HashMap<String, u64>) -> Option<String> {
        let column = &self.map.columns.id;
        let Some(id) = self.cell(column).map(str::to_owned) else {
            self.fault(column, "编号是空的。请填写，它用来防止重复导入。", "the id is empty. Fill it in: it keeps a row from going in twice.");
            return None;
        };
        if id.len() > ID_MOST || id.chars().any(char::is_control) {
            self.fault(
                column,
                format!("编号超过{ID_MOST}字节，或含有换行。请更正。"),
                format!("the id is longer than {ID_MOST} bytes or has a line end. Correct it."),
            );
            return None;
        }
        let line = self.record.line;
        if let Some(first) = seen.get(&id).copied() {
            self.fault(
                column,
                format!("编号{id}在第{first}行已经有了（这里是第{line}行）。请改编号，或删去一行。"),
                format!("id {id} is on line {first} already (this is line {line}). Change one, or delete a row."),
            );
            return None;
        }
        seen.insert(id.clone(), line);
        Some(id)
    }

    /// A time, if the cell has one; an unreadable one is a fault.
    fn time(&mut self, column: Option<&String>, ends: bool) -> Option<DateTime> {
        let column = column?;
        let cell = self.cell(column)?;
        let at = self.map.time(cell, ends).filter(|at| YEARS.contains(&at.year()));
        if at.is_none() {
            let (cell, formats) = (shorten(cell, FIRST_WORDS), self.map.times.join(" | "));
            self.fault(
                column,
                format!("读不懂时间“{cell}”。请改成2023-05-04 09:30:00，或在映射的times里加上格式（现有：{formats}）。"),
                format!("\"{cell}\" cannot be read as a time. Write 2023-05-04 09:30:00, or add its format to `times` in the map (now: {formats})."),
            );
        }
        at
    }

    /// An end that lies before the start is a fault.
    fn not_before(&mut self, column: Option<&String>, opened: Option<DateTime>, end: Option<DateTime>) {
        if let (Some(column), Some(opened), Some(end)) = (column, opened, end)
            && end < opened
        {
            self.fault(
                column,
                format!("{end}早于提出的时间{opened}。请更正其中一个。"),
                format!("{end} lies before {opened}, when it was opened. Correct one of them."),
            );
        }
    }

    fn choose<T: Copy>(&mut self, choice: &Choice<T>) -> Option<T> {
        let Some((column, values)) = &choice.by else { return choice.otherwise };
        let cell = self.cell(column).unwrap_or_default().to_owned();
        let found = values.get(&cell).copied().or(choice.otherwise);
        if found.is_none() {
            let (cell, known) = (shorten(&cell, FIRST_WORDS), values.keys().cloned().collect::<Vec<_>>().join(", "));
            self.fault(
                column,
                format!("映射里没有“{cell}”。请在表中补上（现有：{known}）。"),
                format!("the map does not know \"{cell}\". Add it to the table of values (now: {known})."),
            );
        }
        found
    }

    fn on_time(&mut self) -> Option<bool> {
        let flag = self.map.flag_on_time.as_ref()?;
        let cell = self.cell(&flag.column)?;
        if flag.yes.iter().any(|yes| yes == cell) {
            return Some(true);
        }
        if !flag.no.iter().any(|no| no == cell) {
            let cell = shorten(cell, FIRST_WORDS);
            self.fault(
                &flag.column,
                format!("不知道“{cell}”是按期还是超期。请在映射的flag_on_time里写明。"),
                format!("\"{cell}\" is neither on time nor late. Say which in `flag_on_time` in the map."),
            );
            return None;
        }
        Some(false)
    }

    fn degrees(&mut self, column: Option<&String>, most: f64) -> Option<f64> {
        let column = column?;
        let cell = self.cell(column)?;
        let degrees = cell.parse::<f64>().ok().filter(|d| d.abs() <= most);
        if degrees.is_none() {
            let cell = shorten(cell, FIRST_WORDS);
            self.fault(column, format!("“{cell}”不是{most}以内的度数。请更正或留空。"), format!("\"{cell}\" is not a number of degrees up to {most}. Correct it or leave it empty."));
        }
        degrees
    }

    fn count(&mut self, column: Option<&String>) -> Option<u64> {
        let column = column?;
        let cell = self.cell(column)?;
        let count = cell.parse::<u64>().ok();
        if count.is_none() {
            let cell = shorten(cell, FIRST_WORDS);
            self.fault(column, format!("“{cell}”不是整数。请更正或留空。"), format!("\"{cell}\" is not a whole number. Correct it or leave it empty."));
        }
        count
    }

    /// Title and text, each standing in for the other where the map allows it.
    fn words(&mut self) -> Option<(String, String)> {
        let (columns, missing) = (&self.map.columns, self.map.missing);
        let (name, body) = (columns.title.clone().unwrap_or_default(), columns.text.first().cloned().unwrap_or_default());
        let title = self.maybe(columns.title.as_ref()).map(str::to_owned);
        let text = self.joined(&columns.text, "\n");
        if title.is_none() && text.is_none() {
            let column = if body.is_empty() { &name } else { &body };
            self.fault(column, "标题和内容都是空的。请填写其中之一。", "title and text are both empty. Fill in one of them.");
            return None;
        }
        if text.is_none() && missing.text == NoText::Fault {
            self.fault(&body, "内容是空的。请填写。", "the text is empty. Fill it in.");
        }
        if title.is_none() && missing.title == NoTitle::Fault {
            self.fault(&name, "标题是空的。请填写。", "the title is empty. Fill it in.");
        }
        let text = self.limited(&body, text, TEXT_MOST).or_else(|| title.clone())?;
        let title = title.map_or_else(|| first_words(&text), |title| shorten(&title, TITLE_MOST));
        Some((title, text))
    }

    fn answer(&mut self, opened: Option<DateTime>) -> Option<(DateTime, String)> {
        let columns = &self.map.columns;
        let column = columns.answer.as_ref()?;
        let text = self.maybe(columns.answer.as_ref()).map(str::to_owned);
        let text = self.limited(column, text, TEXT_MOST);
        let faults = self.faults.len();
        let at = self.time(columns.answered.as_ref(), true);
        self.not_before(columns.answered.as_ref(), opened, at);
        match (at, text) {
            (Some(at), Some(text)) => Some((at, text)),
            (None, None) => None,
            _ if self.map.missing.answer == NoAnswer::Leave || self.faults.len() > faults => None,
            (Some(_), None) => {
                self.fault(column, "有答复时间，没有答复。请填写。", "there is a time of the answer and no answer. Fill it in.");
                None
            }
            (None, Some(_)) => {
                let column = columns.answered.as_ref().unwrap_or(column);
                self.fault(column, "有答复，没有答复时间。请填写。", "there is an answer without its time. Fill it in.");
                None
            }
        }
    }

    /// Reads all fields, so that all faults of a row are said at once.
    fn read(&mut self, seen: &mut HashMap<String, u64>) -> Option<ImportRow> {
        let map = self.map;
        let columns = &map.columns;
        let id = self.id(seen);
        let (door, track) = (self.choose(&map.door), self.choose(&map.track));
        let words = self.words();
        let opened = self.time(Some(&columns.opened), false);
        if opened.is_none() && self.cell(&columns.opened).is_none() {
            self.fault(&columns.opened, "没有提出的时间。请填写。", "the time when it was opened is empty. Fill it in.");
        }
        let answered = self.answer(opened);
        let closed = self.time(columns.closed.as_ref(), true);
        if columns.closed != columns.answered {
            self.not_before(columns.closed.as_ref(), opened, closed);
        }
        let target = self.time(columns.target.as_ref(), true);
        let on_time = self.on_time();
        let (lat, lon) = (self.degrees(columns.lat.as_ref(), 90.0), self.degrees(columns.lon.as_ref(), 180.0));
        let (up, down) = (self.count(columns.votes_up.as_ref()), self.count(columns.votes_down.as_ref()));
        let place = self.joined(&columns.place, " ");
        let place = self.limited(columns.place.first().map_or("", String::as_str), place, LINE_MOST);
        let (title, text) = words?;
        Some(ImportRow {
            line: self.record.line,
            key: map.key(&id?),
            door: door?,
            track: track?,
            title,
            text,
            opened: opened?,
            answered,
            closed,
            target,
            on_time,
            department: self.maybe(columns.department.as_ref()).map(str::to_owned),
            category: self.joined(&columns.category, "/"),
            street: self.maybe(columns.street.as_ref()).map(str::to_owned),
            place,
            position: lat.zip(lon),
            votes: (up.is_some() || down.is_some()).then(|| Votes { up: up.unwrap_or(0), down: down.unwrap_or(0) }),
            extra: BTreeMap::new(),
        })
    }
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
