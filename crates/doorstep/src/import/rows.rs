//! A foreign row as what the desk can be asked for.

use super::fault::{Bad, BadRow, Fault, Note, own_width};
use super::landing::Landing;
use super::map::{Map, OpenAnswer};
use super::table::{Encoding, Record, Table};
use super::times::Edge;
use domain::Moment;
use domain::case::{Contact, Door, Origin, Raise, TEXT_MOST, TITLE_MOST, Track};
use domain::district::District;
use domain::typed::{self, says_something};
use serde::Serializer;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// The longest id, in bytes.
const ID_MOST: usize = 100;
/// How many characters of a cell a sentence quotes.
const QUOTED: usize = 40;

/// A row that can be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The physical line or row where it starts.
    pub line: u64,
    /// Its number in its source.
    pub id: String,
    /// What the desk is asked for.
    pub raise: Raise,
    /// The former system's target with its hour; the case keeps the day.
    pub target: Option<Moment>,
    /// What the source says about its own timeliness.
    pub on_time: Option<bool>,
    /// The category in the source's words, where the district's catalogue has none for it.
    pub unmapped: Option<String>,
    /// The street as the source has it, where the district has none of that name.
    pub unplaced: Option<String>,
    /// Whether something else than one phone number stands where the phone should: it goes in as it was written.
    pub odd_phone: bool,
    /// Whether the closing, a little before the opening, was taken as the opening.
    pub settled: bool,
    /// The cells, so that the row can be given back.
    pub cells: Vec<String>,
}

/// The rows of a table, read by a map.
pub struct Rows<'m> {
    table: Table,
    map: &'m Map,
    landing: Landing,
    at: HashMap<String, usize>,
    own: usize,
    seen: Seen,
}

/// The line of each id so far, by the first half of its hash: 40 to 50 bytes for each row of the file, which is all that
/// grows with it.
#[derive(Default)]
struct Seen(HashMap<[u8; 16], u64>);

impl Seen {
    /// Notes an id; the line on which it was before, if it was.
    fn note(&mut self, id: &str, line: u64) -> Option<u64> {
        let hash = Sha256::digest(id.as_bytes());
        let mut half = [0; 16];
        half.copy_from_slice(&hash[..16]);
        match self.0.entry(half) {
            std::collections::hash_map::Entry::Occupied(first) => Some(*first.get()),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(line);
                None
            }
        }
    }
}

/// Reads a table by a map for a district.
///
/// # Errors
/// Each column that the map names and the file has not.
pub fn rows<'m>(table: Table, map: &'m Map, district: &District) -> Result<Rows<'m>, Vec<Fault>> {
    let header = table.header();
    let at: HashMap<String, usize> = header.iter().enumerate().map(|(i, name)| (name.clone(), i)).collect();
    let faults = missing(&table, &map.options.columns);
    if !faults.is_empty() {
        return Err(faults);
    }
    let own = own_width(header);
    Ok(Rows { table, map, landing: Landing::new(map, district), at, own, seen: Seen::default() })
}

/// Each wanted column that the table has not; one sentence if it has none of them.
fn missing(table: &Table, wanted: &[String]) -> Vec<Fault> {
    let (header, line) = (table.header(), table.heading_line());
    let absent: Vec<&String> = wanted.iter().filter(|name| !header.contains(name)).collect();
    let (zh_read, en_read) = match table.encoding() {
        Some(Encoding::Gb18030) => ("（按GB18030读的）", " (read as GB18030)"),
        _ => ("", ""),
    };
    let has = header.join(", ");
    if absent.len() == wanted.len() && wanted.len() > 1 {
        let names = wanted.join(", ");
        return vec![Fault::new(
            line,
            "",
            format!(
                "没有找到表头：映射要的列（{names}）一个也没有。请换映射或文件；表头在别处的，在映射里写heading = 行号。这一行有{zh_read}：{has}。"
            ),
            format!(
                "no headings are found: none of the columns that the map reads ({names}) is there. Take another map or file, \
                 or write heading = ROW in the map. This row has{en_read}: {has}."
            ),
        )];
    }
    let fault = |name: &String| {
        Fault::new(
            line,
            name,
            format!("文件里没有这一列。请改映射，或换文件。文件有{zh_read}：{has}。"),
            format!("the file has no such column. Change the map, or take another file. The file has{en_read}: {has}."),
        )
    };
    absent.into_iter().map(fault).collect()
}

impl Rows<'_> {
    /// The file's headings.
    pub fn header(&self) -> &[String] {
        self.table.header()
    }

    /// What of the file is not read, and what is read although it may not be expected.
    pub fn notes(&self) -> &[Note] {
        self.table.notes()
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, Bad>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = match self.table.next()? {
            Ok(record) => record,
            Err(bad) => return Some(Err(bad)),
        };
        let mut reader =
            RowReader { record: &record, at: &self.at, map: self.map, landing: &self.landing, faults: Vec::new() };
        let row = reader.read(&mut self.seen);
        let faults = reader.faults;
        Some(match row {
            Some(mut row) if faults.is_empty() => {
                row.raise.source = verbatim(&self.table.header()[..self.own], &record.cells);
                row.cells = record.cells;
                Ok(row)
            }
            _ => Err(Bad::Row(BadRow { line: record.line, cells: record.cells, faults })),
        })
    }
}

/// Whether a sheet wrote a number of many digits as a power of ten, and lost them: `1.38E+10`.
fn lost_digits(cell: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let parts = cell.split_once(['E', 'e']).and_then(|(digits, power)| Some((digits, power.strip_prefix('+')?)));
    parts.is_some_and(|(digits, power)| is_number(&digits.replacen('.', "", 1)) && is_number(power))
}

/// Every cell by its heading, as one JSON object in the order of the columns.
fn verbatim(header: &[String], cells: &[String]) -> String {
    let mut bytes = Vec::new();
    // Texts by texts always have a JSON form, and memory takes every byte.
    let _ = serde_json::Serializer::new(&mut bytes).collect_map(header.iter().zip(cells));
    String::from_utf8(bytes).unwrap_or_default()
}

struct RowReader<'a> {
    record: &'a Record,
    at: &'a HashMap<String, usize>,
    map: &'a Map,
    landing: &'a Landing,
    faults: Vec<Fault>,
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
        says_something(cell).then(|| cell.trim())
    }

    fn maybe(&self, column: Option<&String>) -> Option<&str> {
        self.cell(column?)
    }

    fn joined(&self, columns: &[String], by: &str) -> Option<String> {
        let parts: Vec<&str> = columns.iter().filter_map(|column| self.cell(column)).collect();
        if parts.is_empty() { None } else { Some(parts.join(by)) }
    }

    fn id(&mut self, seen: &mut Seen) -> Option<String> {
        let column = &self.map.columns.id;
        let Some(id) = self.cell(column).map(str::to_owned) else {
            self.fault(
                column,
                "编号是空的。请填写，它用来防止重复导入。",
                "the id is empty. Fill it in: it keeps a row from going in twice.",
            );
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
        if let Some(first) = seen.note(&id, self.record.line) {
            self.fault(
                column,
                format!("编号{id}在第{first}行已经有了。请改编号，或删去一行。"),
                format!("id {id} is on line {first} already. Change one, or delete a row."),
            );
            return None;
        }
        Some(id)
    }

    /// Cells that hold no value, among the columns that are read: errors of a sheet, and numbers whose digits it lost.
    fn values(&mut self) {
        let columns = &self.map.columns;
        let numbers = [Some(&columns.id), columns.phone.as_ref()];
        for name in &self.map.options.columns {
            let Some(cell) = self.cell(name) else { continue };
            if workbook::is_error(cell) {
                let cell = cell.to_owned();
                self.fault(
                    name,
                    format!("{cell}是表格的错误值，不是内容。请改正公式，或填写内容。"),
                    format!(
                        "{cell} is an error of the sheet and no content. Correct the formula, or fill in the content."
                    ),
                );
            } else if numbers.contains(&Some(name)) && lost_digits(cell) {
                let cell = cell.to_owned();
                self.fault(
                    name,
                    format!("表格把号码写成了{cell}，后面的数字丢了。请把该列设为文本，重新导出。"),
                    format!("the sheet wrote the number as {cell} and lost its digits. Make the column text and export it again."),
                );
            }
        }
    }

    /// Opening and closing; and whether the closing was taken as the opening, a little before which it lies.
    fn period(&mut self) -> (Option<Moment>, Option<Moment>, bool) {
        let column = self.map.columns.closed.as_ref();
        let opened = self.opened();
        let closed = self.time(column, Edge::End);
        let (Some(from), Some(to), Some(column)) = (opened, closed, column) else { return (opened, closed, false) };
        let early = from.0.saturating_sub(to.0);
        if early <= 0 {
            return (opened, closed, false);
        }
        let seconds = early.cast_unsigned().div_ceil(1000);
        if seconds <= u64::from(self.map.tolerance) {
            return (opened, opened, true);
        }
        let (from, to) = (from.minute(), to.minute());
        self.fault(
            column,
            format!(
                "办结（{to}）早于提出（{from}），差{seconds}秒。请更正；来源的钟不准的，可在映射里写tolerance = 秒数；来源把日期写成00:00:00的，写midnight = \"day\"。"
            ),
            format!(
                "it was closed ({to}) before it was opened ({from}), by {seconds} seconds. Correct it; where the source's clocks \
                 differ, write tolerance = SECONDS in the map, and midnight = \"day\" where it writes days as 00:00:00."
            ),
        );
        (opened, closed, false)
    }

    /// A time, if the cell has one; an unreadable one is a fault.
    fn time(&mut self, column: Option<&String>, edge: Edge) -> Option<Moment> {
        let column = column?;
        let cell = self.cell(column)?;
        let at = self.map.times.read(cell, edge);
        if at.is_none() {
            let (cell, known) = (shorten(cell, QUOTED), self.map.times.examples());
            self.fault(
                column,
                format!("读不懂时间“{cell}”。请改成2023-05-04 09:30:00，或在映射的times里加上它的格式（现在能读：{known}）。"),
                format!(
                    "\"{cell}\" cannot be read as a time. Write 2023-05-04 09:30:00, or add its format to `times` in the \
                     map (it reads: {known})."
                ),
            );
        }
        at
    }

    fn opened(&mut self) -> Option<Moment> {
        let column = &self.map.columns.opened;
        if self.cell(column).is_none() {
            self.fault(column, "没有提出的时间。请填写。", "the time when it was opened is empty. Fill it in.");
        }
        self.time(Some(column), Edge::Start)
    }

    fn track(&mut self) -> Option<Track> {
        let track = &self.map.track;
        let Some((column, values)) = &track.by else { return track.otherwise };
        let cell = self.cell(column).unwrap_or_default();
        let found = values.get(cell).copied().or(track.otherwise);
        if found.is_none() {
            let (cell, known) = (shorten(cell, QUOTED), values.keys().cloned().collect::<Vec<_>>().join(", "));
            self.fault(
                column,
                format!("映射里没有“{cell}”。请在表中补上（现有：{known}）。"),
                format!("the map does not know \"{cell}\". Add it to the table of values (now: {known})."),
            );
        }
        found
    }

    fn on_time(&mut self) -> Option<bool> {
        let flag = self.map.on_time.as_ref()?;
        let cell = self.cell(&flag.column)?;
        let says = |words: &[String]| words.iter().any(|word| word == cell);
        if says(&flag.yes) || says(&flag.no) {
            return Some(says(&flag.yes));
        }
        let cell = shorten(cell, QUOTED);
        self.fault(
            &flag.column,
            format!("不知道“{cell}”是按期还是超期。请在映射的[on_time]里写明。"),
            format!("\"{cell}\" is neither on time nor late. Say which in [on_time] in the map."),
        );
        None
    }

    /// Title and text, each standing in for the other.
    fn words(&mut self) -> Option<(String, String)> {
        let columns = &self.map.columns;
        let title = self.maybe(columns.title.as_ref()).map(str::to_owned);
        let Some(text) = self.joined(&columns.text, "\n").or_else(|| title.clone()) else {
            self.fault(
                columns.of_field("text"),
                "标题和内容都是空的。请填写其中之一。",
                "title and text are both empty. Fill in one of them.",
            );
            return None;
        };
        Some((title.map_or_else(String::new, |title| shorten(&title, TITLE_MOST)), text))
    }

    fn answer(&mut self, closed: bool) -> String {
        let columns = &self.map.columns;
        let Some(answer) = self.maybe(columns.answer.as_ref()).map(str::to_owned) else { return String::new() };
        let column = columns.answer.as_deref().unwrap_or_default();
        let count = answer.chars().count();
        if count > TEXT_MOST {
            self.fault(
                column,
                format!("答复有{count}个字，最多{TEXT_MOST}个。请缩短。"),
                format!("the answer has {count} characters, at most {TEXT_MOST}. Shorten it."),
            );
        }
        if !closed && self.map.open_answer == OpenAnswer::Fault {
            let column = columns.closed.as_deref().unwrap_or(column);
            self.fault(
                column,
                "有答复，没有办结时间。请填写，或在映射里写open_answer = \"leave\"。",
                "there is an answer without the time of closing. Fill it in, or write open_answer = \"leave\" in the map.",
            );
        }
        answer
    }

    /// Reads all fields, so that all faults of a row are said at once.
    fn read(&mut self, seen: &mut Seen) -> Option<Row> {
        let columns = &self.map.columns;
        let id = self.id(seen);
        let track = self.track();
        let words = self.words();
        self.values();
        let (opened, closed, settled) = self.period();
        let target = self.time(columns.target.as_ref(), Edge::End);
        let answer = self.answer(closed.is_some());
        let on_time = self.on_time();
        let levels = self.joined(&columns.category, "/");
        let category = levels.as_deref().and_then(|levels| self.landing.category(levels));
        let text = |cell: Option<&str>| cell.unwrap_or_default().to_owned();
        let [name, phone] = [&columns.name, &columns.phone].map(|column| text(self.maybe(column.as_ref())));
        let contact = Contact { name, phone, ..Contact::default() };
        let one = typed::phone(&contact.phone).is_some_and(|phone| typed::is_one_number(&phone));
        let odd_phone = !contact.phone.is_empty() && !one;
        let street = self.maybe(columns.street.as_ref());
        let unplaced = street.filter(|s| !self.landing.streets.contains_key(*s)).map(str::to_owned);
        let (title, body) = words?;
        let raise = Raise {
            track: track?,
            door: Door::Import,
            title,
            text: body,
            street: street.and_then(|street| self.landing.streets.get(street).cloned()),
            place: self.joined(&columns.place, " ").unwrap_or_default(),
            contact,
            origin: Some(Origin { opened: opened?, target: target.map(Moment::date), closed, answer }),
            category: category.clone(),
            ..Raise::default()
        };
        let unmapped = levels.filter(|_| category.is_none());
        Some(Row {
            line: self.record.line,
            id: id?,
            raise,
            target,
            on_time,
            unmapped,
            unplaced,
            odd_phone,
            settled,
            cells: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::district::{Catalogue, Category, Responsible, Unit, UnitCode, UnitKind};

    const MAP: &str = r#"
name = "own"
source = "own"
times = ["%Y/%m/%d %H:%M"]
track_by = { column = "类型", values = { "信访" = "petition", "热线" = "hotline" } }
[columns]
id = "编号"
title = "标题"
text = ["内容", "补充"]
opened = "提出"
target = "期限"
closed = "办结"
answer = "答复"
category = ["大类", "小类"]
street = "街道"
[categories]
"供暖" = "heating"
"噪声" = "noise"
[on_time]
column = "按期"
yes = "是"
no = ["否", "超"]
"#;
    const HEAD: &str = "编号,类型,标题,内容,补充,提出,期限,办结,答复,大类,小类,街道,按期";

    fn district() -> District {
        let category = |code: &str, zh: &str| Category {
            code: code.into(),
            zh: zh.into(),
            en: code.into(),
            responsible: Responsible::StreetOfPlace,
            tracks: Vec::new(),
            keywords: Vec::new(),
        };
        let categories = vec![category("heating", "供热"), category("water", "供水"), category("water.leak", "漏水")];
        let mut district =
            District { catalogue: Catalogue { version: 1, categories, ..Catalogue::default() }, ..District::default() };
        for (code, zh, kind) in [("street-1", "一街", UnitKind::Street), ("bureau-1", "一局", UnitKind::Bureau)] {
            let unit =
                Unit { code: code.into(), zh: zh.into(), en: code.into(), kind, parent: None, closed: false, at: None };
            district.units.insert(code.into(), unit);
        }
        district
    }

    fn read(lines: &[&str]) -> Vec<Result<Row, Bad>> {
        let text = format!("{HEAD}\n{}\n", lines.join("\n"));
        let map = Map::parse(MAP).unwrap();
        let table = Table::from_text(std::io::Cursor::new(text.into_bytes()), &map.options).unwrap();
        rows(table, &map, &district()).unwrap_or_else(|faults| panic!("{faults:?}")).collect()
    }

    fn good(line: &str) -> Row {
        read(&[line]).remove(0).unwrap_or_else(|bad| panic!("{bad:?}"))
    }

    fn bad(row: Result<Row, Bad>) -> BadRow {
        match row {
            Err(Bad::Row(bad)) => bad,
            other => panic!("{other:?}"),
        }
    }

    fn faulty(line: &str) -> Vec<String> {
        bad(read(&[line]).remove(0)).faults.into_iter().map(|fault| fault.column).collect()
    }

    #[test]
    fn a_row_becomes_a_raise_with_its_former_times_and_its_source_word_for_word() {
        let row =
            good("7,信访,漏水, 楼上漏水 ,第二次,2023/5/4 9:30,2023/5/9 12:00,2023/5/8 10:00,已修复,供水,漏水,一街,是");
        assert_eq!((row.raise.track, row.raise.door), (Track::Petition, Door::Import));
        assert_eq!(row.raise.text, "楼上漏水\n第二次");
        assert_eq!(row.raise.street.as_ref().map(UnitCode::as_str), Some("street-1"));
        let origin = row.raise.origin.unwrap();
        assert_eq!(origin.opened.minute(), "2023-05-04 09:30");
        assert_eq!(origin.target.map(|d| d.to_string()).as_deref(), Some("2023-05-09"));
        assert_eq!(row.on_time, Some(true));
        assert!(row.raise.source.starts_with(r#"{"编号":"7","类型":"信访","标题":"漏水","内容":" 楼上漏水 ""#));
    }

    #[test]
    fn an_outside_category_lands_by_the_map_by_the_catalogue_or_nowhere_and_never_stops_the_row() {
        let category = |big: &str, small: &str| {
            let row = good(&format!("7,热线,题,文,,2023/5/4 9:30,,,,{big},{small},,"));
            (row.raise.category.map(|c| c.0), row.unmapped)
        };
        assert_eq!(category("供暖", ""), (Some("heating".into()), None));
        assert_eq!(category("供暖", "不热"), (Some("heating".into()), None));
        assert_eq!(category("供水", ""), (Some("water".into()), None));
        assert_eq!(category("噪声", ""), (None, Some("噪声".into())), "the map names a code that the catalogue lacks");
        assert_eq!(category("天象", "流星"), (None, Some("天象/流星".into())));
        assert_eq!(category("", ""), (None, None));
    }

    #[test]
    fn a_street_that_is_none_here_stays_in_the_source_row() {
        let row = good("7,热线,题,文,,2023/5/4 9:30,,,,,,一局,");
        assert_eq!((row.raise.street, row.unplaced.as_deref()), (None, Some("一局")));
        assert!(row.raise.source.contains("一局"));
    }

    #[test]
    fn all_faults_of_a_row_are_named_with_their_columns_at_once() {
        assert_eq!(
            faulty(",天外,,,,2023/2/30 9:30,x,,有,,,,也许"),
            ["编号", "类型", "内容", "提出", "期限", "办结", "按期"]
        );
        assert_eq!(faulty("7,热线,题,文,,,,,,,,,"), ["提出"]);
    }

    #[test]
    fn an_error_of_a_sheet_is_no_content_and_a_lost_number_no_number() {
        assert_eq!(faulty("7,热线,题,#REF!,,2023/5/4 9:30,,,,,,,"), ["内容"]);
        assert_eq!(faulty("1.38E+10,热线,题,文,,2023/5/4 9:30,,,,,,,"), ["编号"]);
        assert_eq!(good("7,热线,#1楼,见#N/A一栏,,2023/5/4 9:30,,,,,,,").raise.text, "见#N/A一栏");
        for (cell, lost) in [("1E+11", true), ("1.38e+10", true), ("E+1", false), ("1E5", false), ("3号楼E+1", false)]
        {
            assert_eq!(lost_digits(cell), lost, "{cell}");
        }
    }

    #[test]
    fn a_closing_before_the_opening_says_by_how_much_and_a_tolerance_settles_it() {
        let line = "7,热线,题,文,,2023/5/4 9:30,,2023/5/4 9:29,,,,,";
        let fault = bad(read(&[line]).remove(0)).faults.remove(0);
        assert_eq!(fault.column, "办结");
        assert!(fault.zh.contains("差60秒") && fault.en.contains("by 60 seconds"), "{fault}");
        let settled = |tolerance: u32| {
            let map = Map::parse(&MAP.replace("[columns]", &format!("tolerance = {tolerance}\n[columns]"))).unwrap();
            let text = format!("{HEAD}\n{line}\n");
            let table = Table::from_text(std::io::Cursor::new(text.into_bytes()), &map.options).unwrap();
            rows(table, &map, &district()).unwrap_or_else(|faults| panic!("{faults:?}")).next().unwrap()
        };
        assert!(settled(59).is_err());
        let row = settled(60).unwrap();
        let origin = row.raise.origin.unwrap();
        assert!(row.settled && origin.closed == Some(origin.opened));
    }

    #[test]
    fn the_same_id_on_two_lines_is_a_fault_that_names_both() {
        let line = "7,热线,题,文,,2023/5/4 9:30,,,,,,,";
        let fault = bad(read(&[line, line]).remove(1)).faults.remove(0);
        assert_eq!((fault.line, fault.column.as_str()), (3, "编号"));
        assert!(fault.zh.contains("第2行") && fault.en.contains("line 2"), "{fault}");
    }

    #[test]
    fn a_column_that_the_map_names_and_the_file_lacks_is_a_fault_of_the_file() {
        let map = Map::parse(MAP).unwrap();
        let table = Table::from_text(std::io::Cursor::new("编号,标题\n1,题\n"), &map.options).unwrap();
        let Err(faults) = rows(table, &map, &district()) else { panic!("nothing is missing") };
        let columns: Vec<&str> = faults.iter().map(|f| f.column.as_str()).collect();
        assert!(columns.contains(&"提出") && columns.contains(&"类型") && !columns.contains(&"标题"), "{columns:?}");
    }
}
