//! What the columns of a foreign table mean: `MAP.toml`, or one of the ready maps by its name.

use super::fault::{Fault, cause};
use super::heading::Heading;
use super::merged::Down;
use super::table::{Encoding, Options};
use super::times::Times;
use domain::case::Track;
use domain::label::Label;
use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::path::Path;
use toml::Spanned;

/// The maps that come with the program: name and text.
pub const READY: [(&str, &str); 4] = [
    ("messages_answered", include_str!("../../maps/messages_answered.toml")),
    ("messages_open", include_str!("../../maps/messages_open.toml")),
    ("messages_labelled", include_str!("../../maps/messages_labelled.toml")),
    ("boston311", include_str!("../../maps/boston311.toml")),
];

/// The longest source id, in bytes.
const SOURCE_MOST: usize = 24;

/// The most rows that name the columns together.
const HEADING_MOST: u64 = 5;

/// The track of a row: the same for all rows, or read from a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackOf {
    /// The column and what its cells stand for.
    pub by: Option<(String, BTreeMap<String, Track>)>,
    /// The track of all other rows; none: a cell that the table does not name is a fault.
    pub otherwise: Option<Track>,
}

/// Which column holds what. A list of columns is joined: texts by line ends, category levels by `/`, places by spaces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// The row's own number in its source: with the map's `source` the same number is the same case.
    pub id: String,
    /// The title; without one, the text's first words.
    pub title: Option<String>,
    /// What the resident says; without it, the title.
    #[serde(default, deserialize_with = "one_or_many")]
    pub text: Vec<String>,
    /// When it was handed in.
    pub opened: String,
    /// When the source meant to be done.
    pub target: Option<String>,
    /// When the source was done with it; an empty cell: it is open, and goes on here.
    pub closed: Option<String>,
    /// What was answered.
    pub answer: Option<String>,
    /// The levels of the category, from the first.
    #[serde(default, deserialize_with = "one_or_many")]
    pub category: Vec<String>,
    /// The street or community, by its code or name in the district, or by `[streets]`.
    pub street: Option<String>,
    /// The place in words.
    #[serde(default, deserialize_with = "one_or_many")]
    pub place: Vec<String>,
    /// The resident's name.
    pub name: Option<String>,
    /// The resident's phone.
    pub phone: Option<String>,
}

impl Columns {
    /// Every column that is named.
    fn named(&self) -> impl Iterator<Item = &String> {
        let ones = [&self.title, &self.target, &self.closed, &self.answer, &self.street, &self.name, &self.phone];
        [&self.id, &self.opened]
            .into_iter()
            .chain(ones.into_iter().flatten())
            .chain(self.text.iter().chain(&self.category).chain(&self.place))
    }

    /// The column that a field of the domain's own check comes from.
    pub fn of_field(&self, field: &str) -> &str {
        let found = match field {
            "title" => self.title.as_deref(),
            "text" => self.text.first().map(String::as_str).or(self.title.as_deref()),
            "place" => self.place.first().map(String::as_str),
            "category" => self.category.first().map(String::as_str),
            "street" => self.street.as_deref(),
            "name" => self.name.as_deref(),
            "phone" => self.phone.as_deref(),
            "opened" => Some(self.opened.as_str()),
            _ => None,
        };
        found.unwrap_or_default()
    }
}

/// The column in which the source says whether it was on time, and its words for it. An empty cell says nothing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnTime {
    /// The column.
    pub column: String,
    /// The cells that say yes.
    #[serde(deserialize_with = "one_or_many")]
    pub yes: Vec<String>,
    /// The cells that say no.
    #[serde(deserialize_with = "one_or_many")]
    pub no: Vec<String>,
}

/// What to do with an answer of a row that is not closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpenAnswer {
    /// The row is bad.
    #[default]
    Fault,
    /// It stays in the kept row, and the case goes on here.
    Leave,
}

/// A map that was read and found to make sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    /// What it is for, for people.
    pub name: String,
    /// The short id of the source, the first half of each key.
    pub source: String,
    /// How the file is read.
    pub options: Options,
    /// How its times are read.
    pub times: Times,
    /// The track.
    pub track: TrackOf,
    /// The columns.
    pub columns: Columns,
    /// The source's categories and the codes of the district's catalogue.
    pub categories: BTreeMap<String, String>,
    /// The source's streets and the codes of the district's units.
    pub streets: BTreeMap<String, String>,
    /// The on-time flag.
    pub on_time: Option<OnTime>,
    /// Further columns that the file must have. Like every column they are kept with the source row.
    pub kept: Vec<String>,
    /// What happens to an answer of a row that is not closed.
    pub open_answer: OpenAnswer,
    /// By how many seconds a closing may lie before its opening; it is taken as the opening then.
    pub tolerance: u32,
}

/// The longest tolerance: a day.
const TOLERANCE_MOST: u32 = 86_400;

/// One row, or the first and the last of several.
#[derive(Deserialize)]
#[serde(untagged)]
enum HeadingRows {
    One(u64),
    Both([u64; 2]),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    name: String,
    source: Spanned<String>,
    encoding: Option<Spanned<String>>,
    delimiter: Option<Spanned<String>>,
    sheet: Option<String>,
    guarded: Option<bool>,
    heading: Option<Spanned<HeadingRows>>,
    merged: Option<Spanned<String>>,
    midnight: Option<Spanned<String>>,
    tolerance: Option<Spanned<u32>>,
    zone: Option<Spanned<String>>,
    #[serde(default)]
    times: Vec<Spanned<String>>,
    track: Option<Spanned<String>>,
    track_by: Option<By>,
    columns: Columns,
    #[serde(default)]
    categories: BTreeMap<String, String>,
    #[serde(default)]
    streets: BTreeMap<String, String>,
    on_time: Option<OnTime>,
    #[serde(default)]
    kept: Vec<String>,
    #[serde(default)]
    open_answer: OpenAnswer,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct By {
    column: String,
    values: BTreeMap<String, Spanned<String>>,
}

fn one_or_many<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    struct OneOrMany;
    impl<'de> Visitor<'de> for OneOrMany {
        type Value = Vec<String>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a text or a list of texts")
        }
        fn visit_str<E: de::Error>(self, one: &str) -> Result<Vec<String>, E> {
            Ok(vec![one.to_owned()])
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut many: A) -> Result<Vec<String>, A::Error> {
            let mut all = Vec::new();
            while let Some(one) = many.next_element()? {
                all.push(one);
            }
            Ok(all)
        }
    }
    from.deserialize_any(OneOrMany)
}

/// Turns a place in the map's text into its line, and a sentence into a fault there.
struct Lines<'a>(&'a str);

impl Lines<'_> {
    fn of(&self, at: usize) -> u64 {
        self.0.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() as u64 + 1
    }

    fn fault<T>(&self, value: &Spanned<T>, key: &str, zh: impl Into<String>, en: impl Into<String>) -> Fault {
        Fault::new(self.of(value.span().start), key, zh, en)
    }

    fn track(&self, value: &Spanned<String>) -> Result<Track, Fault> {
        Track::of(value.get_ref()).ok_or_else(|| {
            let known: Vec<&str> = Track::ALL.iter().map(|t| t.code()).collect();
            let (known, given) = (known.join(", "), value.get_ref());
            self.fault(
                value,
                "track",
                format!("没有“{given}”。可用：{known}。"),
                format!("there is no \"{given}\". Use one of {known}."),
            )
        })
    }

    fn track_of(&self, constant: Option<&Spanned<String>>, by: Option<&By>) -> Result<TrackOf, Fault> {
        let otherwise = constant.map(|value| self.track(value)).transpose()?;
        let named = |by: &By| {
            let values: Result<BTreeMap<String, Track>, Fault> =
                by.values.iter().map(|(cell, code)| Ok((cell.clone(), self.track(code)?))).collect();
            values.map(|values| (by.column.clone(), values))
        };
        let by = by.map(named).transpose()?;
        if by.is_none() && otherwise.is_none() {
            return Err(Fault::new(0, "track", "请写track，或[track_by]。", "write `track`, or [track_by]."));
        }
        Ok(TrackOf { by, otherwise })
    }

    fn encoding(&self, given: Option<&Spanned<String>>) -> Result<Encoding, Fault> {
        let Some(given) = given else { return Ok(Encoding::Auto) };
        match given.get_ref().to_ascii_lowercase().as_str() {
            "auto" => Ok(Encoding::Auto),
            "utf-8" | "utf8" => Ok(Encoding::Utf8),
            "gb18030" | "gbk" | "gb2312" => Ok(Encoding::Gb18030),
            _ => Err(self.fault(given, "encoding", "可用：auto、utf-8、gb18030。", "use auto, utf-8 or gb18030.")),
        }
    }

    fn delimiter(&self, given: Option<&Spanned<String>>) -> Result<u8, Fault> {
        let Some(given) = given else { return Ok(b',') };
        // Only these can never be the second byte of a GB18030 character.
        match given.get_ref().as_str() {
            "," => Ok(b','),
            ";" => Ok(b';'),
            "\t" => Ok(b'\t'),
            _ => Err(self.fault(given, "delimiter", r#"可用："," ";" "\t"。"#, r#"use "," ";" or "\t"."#)),
        }
    }

    fn times(&self, zone: Option<&Spanned<String>>, formats: &[Spanned<String>]) -> Result<Times, Fault> {
        let texts = formats.iter().map(|format| format.get_ref().clone()).collect();
        Times::new(zone.map(|z| z.get_ref().as_str()), texts).map_err(|bad| {
            let zone_zh = "请写固定时差，如\"+08:00\"；不用地名。";
            let zone_en = "write a fixed offset such as \"+08:00\", not the name of a place.";
            let time_zh = "时间格式要有年月日，如\"%Y/%m/%d %H:%M:%S\"。";
            let time_en = "a time format has year, month and day, like \"%Y/%m/%d %H:%M:%S\".";
            match (bad.and_then(|at| formats.get(at)), zone) {
                (Some(format), _) => self.fault(format, "times", time_zh, time_en),
                (None, Some(zone)) => self.fault(zone, "zone", zone_zh, zone_en),
                (None, None) => Fault::new(0, "zone", zone_zh, zone_en),
            }
        })
    }

    fn heading(&self, given: Option<&Spanned<HeadingRows>>) -> Result<Heading, Fault> {
        let Some(given) = given else { return Ok(Heading::Found) };
        match given.get_ref() {
            HeadingRows::One(row) if *row > 0 => Ok(Heading::Rows(*row, *row)),
            HeadingRows::Both([first, last]) if *first > 0 && first <= last && last - first < HEADING_MOST => {
                Ok(Heading::Rows(*first, *last))
            }
            _ => Err(self.fault(
                given,
                "heading",
                format!("请写行号，如3；表头有几行的，写首末两行，如[3, 4]，最多{HEADING_MOST}行。"),
                format!("write a row such as 3, or the first and the last of several, such as [3, 4], at most {HEADING_MOST} rows."),
            )),
        }
    }

    /// A key that may be one of two words.
    fn either<T: Copy>(&self, given: Option<&Spanned<String>>, key: &str, words: [(&str, T); 2]) -> Result<T, Fault> {
        let Some(given) = given else { return Ok(words[0].1) };
        let found = words.iter().find(|(word, _)| word == given.get_ref());
        found.map(|(_, value)| *value).ok_or_else(|| {
            let [(one, _), (two, _)] = words;
            self.fault(given, key, format!("可用：\"{one}\"、\"{two}\"。"), format!("use \"{one}\" or \"{two}\"."))
        })
    }

    fn tolerance(&self, given: Option<&Spanned<u32>>) -> Result<u32, Fault> {
        match given {
            Some(given) if *given.get_ref() > TOLERANCE_MOST => Err(self.fault(
                given,
                "tolerance",
                format!("容差最多{TOLERANCE_MOST}秒。"),
                format!("a tolerance is at most {TOLERANCE_MOST} seconds."),
            )),
            given => Ok(given.map_or(0, |given| *given.get_ref())),
        }
    }

    fn source(&self, given: &Spanned<String>) -> Result<String, Fault> {
        let id = given.get_ref();
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if (1..=SOURCE_MOST).contains(&id.len()) && id.chars().all(fine) {
            return Ok(id.clone());
        }
        Err(self.fault(
            given,
            "source",
            format!("来源代号用小写字母、数字和“-”，1至{SOURCE_MOST}个。"),
            format!("a source id is 1 to {SOURCE_MOST} of a–z, 0–9 and \"-\"."),
        ))
    }
}

impl Map {
    /// A ready map by its name, or a map from a file.
    ///
    /// # Errors
    /// When there is neither, or the map has a mistake; its line is named.
    pub fn load(name_or_path: &str) -> Result<Map, Fault> {
        if let Some((_, text)) = READY.iter().find(|(name, _)| *name == name_or_path) {
            return Map::parse(text);
        }
        let text = std::fs::read_to_string(Path::new(name_or_path)).map_err(|e| {
            let ready: Vec<&str> = READY.iter().map(|(name, _)| *name).collect();
            let (ready, (zh, en)) = (ready.join(", "), cause(&e));
            Fault::file(
                format!("读不了映射{name_or_path}（{zh}）。请给出文件路径，或现成映射的名称：{ready}。"),
                format!(
                    "the map {name_or_path} cannot be read ({en}). Give a path, or the name of a ready map: {ready}."
                ),
            )
        })?;
        Map::parse(&text)
    }

    /// Reads a map.
    ///
    /// # Errors
    /// The first mistake, with its line.
    pub fn parse(text: &str) -> Result<Map, Fault> {
        let lines = Lines(text);
        let raw: Source = toml::from_str(text).map_err(|e| {
            let line = e.span().map_or(0, |span| lines.of(span.start));
            let why = e.message();
            Fault::new(
                line,
                "",
                "映射的这一行写法有误：键名拼错、缺引号，或值的类型不对。每个键的写法见docs/import.md。",
                format!("the map has a mistake here: {why}. docs/import.md has an example of each key."),
            )
        })?;
        let midnight = lines.either(raw.midnight.as_ref(), "midnight", [("hour", false), ("day", true)])?;
        let mut map = Map {
            source: lines.source(&raw.source)?,
            options: Options {
                encoding: lines.encoding(raw.encoding.as_ref())?,
                delimiter: lines.delimiter(raw.delimiter.as_ref())?,
                sheet: raw.sheet,
                heading: lines.heading(raw.heading.as_ref())?,
                merged: lines.either(raw.merged.as_ref(), "merged", [("fault", Down::Fault), ("fill", Down::Fill)])?,
                columns: Vec::new(),
                guarded: raw.guarded,
            },
            times: lines.times(raw.zone.as_ref(), &raw.times)?.midnight_is_day(midnight),
            tolerance: lines.tolerance(raw.tolerance.as_ref())?,
            track: lines.track_of(raw.track.as_ref(), raw.track_by.as_ref())?,
            name: raw.name,
            columns: raw.columns,
            categories: raw.categories,
            streets: raw.streets,
            on_time: raw.on_time,
            kept: raw.kept,
            open_answer: raw.open_answer,
        };
        map.options.columns = map.needs();
        Ok(map)
    }

    /// Every column that the file must have, once.
    fn needs(&self) -> Vec<String> {
        let by = self.track.by.iter().map(|(column, _)| column);
        let flag = self.on_time.iter().map(|flag| &flag.column);
        let mut all: Vec<String> = self.columns.named().chain(by).chain(flag).chain(&self.kept).cloned().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str =
        "name = \"甲\"\nsource = \"own\"\ntrack = \"hotline\"\n[columns]\nid = \"编号\"\nopened = \"时间\"\n";

    fn fault(text: &str) -> Fault {
        Map::parse(text).unwrap_err()
    }

    #[test]
    fn every_ready_map_makes_sense_and_is_found_by_its_name() {
        let mut sources = Vec::new();
        for (name, _) in READY {
            sources.push(Map::load(name).unwrap().source);
        }
        sources.sort();
        sources.dedup();
        assert_eq!(sources.len(), READY.len(), "two maps with one source would take each other's rows for their own");
    }

    #[test]
    fn a_mistake_in_a_map_is_named_with_its_line() {
        assert_eq!(fault(&SMALL.replace("hotline", "hot")).line, 3);
        assert_eq!(fault(&SMALL.replace("\"own\"", "\"Own Maps\"")).line, 2);
        assert_eq!(fault(&SMALL.replace("[columns]", "colour = \"red\"\n[columns]")).line, 4);
        assert_eq!(fault(&SMALL.replace("[columns]", "zone = \"Beijing\"\n[columns]")).line, 4);
        assert_eq!(fault(&SMALL.replace("[columns]", "times = [\"%H:%M\"]\n[columns]")).line, 4);
        for key in [
            "delimiter = \"|\"",
            "heading = 0",
            "heading = [4, 3]",
            "heading = [1, 9]",
            "heading = \"A\"",
            "merged = \"yes\"",
            "midnight = \"night\"",
            "tolerance = 86401",
        ] {
            assert_eq!(fault(&SMALL.replace("[columns]", &format!("{key}\n[columns]"))).line, 4, "{key}");
        }
    }

    #[test]
    fn a_map_without_a_track_is_refused_and_one_that_reads_it_from_a_column_is_not() {
        let bare = SMALL.replace("track = \"hotline\"\n", "");
        assert_eq!(fault(&bare).column, "track");
        let by = format!("{bare}[track_by]\ncolumn = \"类型\"\nvalues = {{ \"信访\" = \"petition\" }}\n");
        let map = Map::parse(&by).unwrap();
        assert_eq!(map.track.by.as_ref().map(|(_, values)| values["信访"]), Some(Track::Petition));
        assert!(map.options.columns.iter().any(|column| column == "类型"));
    }

    #[test]
    fn a_map_that_is_not_there_names_the_ready_ones() {
        let fault = Map::load("no-such-map.toml").unwrap_err();
        assert!(fault.zh.contains("boston311") && fault.en.contains("boston311"), "{fault}");
    }
}
