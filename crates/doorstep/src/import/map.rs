//! What the columns of a foreign table mean: `MAP.toml`, or one of the ready maps by its name.

use domain::case::{Door, Track};
use domain::label::Label;
use jiff::civil::DateTime;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::{Offset, TimeZone};
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use toml::Spanned;

use super::fault::Fault;
use super::table::{Encoding, Options};

/// The maps that come with the program: name and text.
pub const READY: [(&str, &str); 4] = [
    ("teddy-answered", include_str!("../../maps/teddy-answered.toml")),
    ("teddy-open", include_str!("../../maps/teddy-open.toml")),
    ("teddy-labelled", include_str!("../../maps/teddy-labelled.toml")),
    ("boston311", include_str!("../../maps/boston311.toml")),
];

/// The longest source id, in bytes.
pub const SOURCE_MOST: usize = 24;
/// China's offset, in hours, where a map names none.
const HOME: i8 = 8;
/// Formats that mean one thing everywhere; tried after the map's own.
const PLAIN_TIMES: [&str; 3] = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"];

/// A value that is the same for all rows, or read from a column by a table of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<T> {
    /// The column and what its cells stand for.
    pub by: Option<(String, BTreeMap<String, T>)>,
    /// The value for all other rows; none: a cell that the table does not name is a fault.
    pub otherwise: Option<T>,
}

/// Which column holds what. A list of columns is joined: texts by line ends, category levels by `/`, places by spaces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// The row's own number in its source; with `source` it is the idempotency key.
    pub id: String,
    /// The title.
    pub title: Option<String>,
    /// What the resident says.
    #[serde(default, deserialize_with = "one_or_many")]
    pub text: Vec<String>,
    /// When it was handed in.
    pub opened: String,
    /// When it was answered; with `answer`.
    pub answered: Option<String>,
    /// What was answered.
    pub answer: Option<String>,
    /// When the source closed it.
    pub closed: Option<String>,
    /// When the source meant to be done.
    pub target: Option<String>,
    /// The unit that handled it, in the source's words.
    pub department: Option<String>,
    /// The levels of the category, from the first.
    #[serde(default, deserialize_with = "one_or_many")]
    pub category: Vec<String>,
    /// The street, in the source's words.
    pub street: Option<String>,
    /// The place in words.
    #[serde(default, deserialize_with = "one_or_many")]
    pub place: Vec<String>,
    /// Latitude in degrees, WGS84.
    pub lat: Option<String>,
    /// Longitude in degrees, WGS84.
    pub lon: Option<String>,
    /// How many agreed.
    pub votes_up: Option<String>,
    /// How many disagreed.
    pub votes_down: Option<String>,
}

impl Columns {
    /// Every column that is named.
    fn named(&self) -> impl Iterator<Item = &String> {
        let ones = [
            &self.title, &self.answered, &self.answer, &self.closed, &self.target, &self.department, &self.street,
            &self.lat, &self.lon, &self.votes_up, &self.votes_down,
        ];
        [&self.id, &self.opened]
            .into_iter()
            .chain(ones.into_iter().flatten())
            .chain(self.text.iter().chain(&self.category).chain(&self.place))
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

/// What happens where a cell is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Missing {
    /// No title.
    pub title: NoTitle,
    /// No text.
    pub text: NoText,
    /// An answer without its time, or a time without an answer.
    pub answer: NoAnswer,
}

/// What to do without a title.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoTitle {
    /// The first words of the text.
    #[default]
    FirstWords,
    /// The row is bad.
    Fault,
}

/// What to do without a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoText {
    /// The title says it.
    #[default]
    Title,
    /// The row is bad.
    Fault,
}

/// What to do with half an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoAnswer {
    /// The row is bad.
    #[default]
    Fault,
    /// It counts as not answered; its cells are kept with the row.
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
    /// The offset of the file's times.
    pub offset: Offset,
    /// The formats of its times, in the order in which they are tried.
    pub times: Vec<String>,
    /// The door.
    pub door: Choice<Door>,
    /// The track.
    pub track: Choice<Track>,
    /// The columns.
    pub columns: Columns,
    /// The on-time flag.
    pub flag_on_time: Option<OnTime>,
    /// Further columns that the file must have; their cells are kept like all others.
    pub extra: Vec<String>,
    /// What happens where a cell is empty.
    pub missing: Missing,
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
    zone: Option<Spanned<String>>,
    #[serde(default)]
    times: Vec<Spanned<String>>,
    door: Option<Spanned<String>>,
    door_by: Option<By>,
    track: Option<Spanned<String>>,
    track_by: Option<By>,
    columns: Columns,
    flag_on_time: Option<OnTime>,
    #[serde(default)]
    extra: Vec<String>,
    #[serde(default)]
    missing: Missing,
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

    fn fault<T>(&self, value: &Spanned<T>, key: &str, zh: String, en: String) -> Fault {
        Fault::new(self.of(value.span().start), key, zh, en)
    }

    fn term<T: Label>(&self, value: &Spanned<String>, key: &str) -> Result<T, Fault> {
        T::of(value.get_ref()).ok_or_else(|| {
            let known: Vec<&str> = T::ALL.iter().map(|t| t.code()).collect();
            let (known, given) = (known.join(", "), value.get_ref());
            self.fault(value, key, format!("没有“{given}”。可用：{known}。"), format!("there is no \"{given}\". Use one of {known}."))
        })
    }

    fn choice<T: Label>(&self, key: &str, constant: Option<&Spanned<String>>, by: Option<&By>) -> Result<Choice<T>, Fault> {
        let otherwise = constant.map(|value| self.term(value, key)).transpose()?;
        let by = by
            .map(|by| {
                let values: Result<BTreeMap<String, T>, Fault> =
                    by.values.iter().map(|(cell, code)| Ok((cell.clone(), self.term(code, key)?))).collect();
                values.map(|values| (by.column.clone(), values))
            })
            .transpose()?;
        Ok(Choice { by, otherwise })
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
            let ready = ready.join(", ");
            Fault::file(
                format!("读不了映射{name_or_path}（{e}）。请给出文件路径，或现成映射的名称：{ready}。"),
                format!("the map {name_or_path} cannot be read ({e}). Give a path, or the name of a ready map: {ready}."),
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
            Fault::new(line, "", format!("映射有误：{why}。"), format!("the map has a mistake: {why}."))
        })?;
        let id = raw.source.get_ref();
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || id.len() > SOURCE_MOST || !id.chars().all(fine) {
            return Err(lines.fault(
                &raw.source,
                "source",
                format!("来源代号用小写字母、数字和“-”，1至{SOURCE_MOST}个。"),
                format!("a source id is 1 to {SOURCE_MOST} of a–z, 0–9 and \"-\"."),
            ));
        }
        let times = times(&lines, &raw.times)?;
        let track = lines.choice("track", raw.track.as_ref(), raw.track_by.as_ref())?;
        if track.by.is_none() && track.otherwise.is_none() {
            return Err(Fault::new(0, "track", "请写track，或[track_by]。", "write `track`, or [track_by]."));
        }
        let mut door = lines.choice("door", raw.door.as_ref(), raw.door_by.as_ref())?;
        if door.by.is_none() {
            door.otherwise.get_or_insert(Door::Import);
        }
        Ok(Map {
            name: raw.name,
            source: raw.source.into_inner(),
            options: Options {
                encoding: encoding(&lines, raw.encoding.as_ref())?,
                delimiter: delimiter(&lines, raw.delimiter.as_ref())?,
                sheet: raw.sheet,
                guarded: raw.guarded,
            },
            offset: offset(&lines, raw.zone.as_ref())?,
            times,
            door,
            track,
            columns: raw.columns,
            flag_on_time: raw.flag_on_time,
            extra: raw.extra,
            missing: raw.missing,
        })
    }

    /// Every column that the file must have.
    pub fn needs(&self) -> Vec<&str> {
        let by = [self.door.by.as_ref().map(|b| &b.0), self.track.by.as_ref().map(|b| &b.0)];
        let flag = self.flag_on_time.as_ref().map(|flag| &flag.column);
        let all = self.columns.named().chain(by.into_iter().flatten()).chain(flag).chain(&self.extra);
        all.map(String::as_str).collect()
    }

    /// The columns of a file that the map does not name; their cells are kept with the row all the same.
    pub fn unnamed<'a>(&self, header: &'a [String]) -> Vec<&'a str> {
        let needs = self.needs();
        header.iter().map(String::as_str).filter(|name| !needs.contains(name)).collect()
    }

    /// The idempotency key of a row: the same row is the same case, however often it comes.
    pub fn key(&self, id: &str) -> String {
        format!("{}:{id}", self.source)
    }

    /// Reads a time by the map's formats. A day without an hour starts at 00:00:00, and as an end is over at 23:59:59.
    /// A time with its own offset is brought to the map's.
    pub fn time(&self, cell: &str, ends: bool) -> Option<DateTime> {
        self.times.iter().map(String::as_str).chain(PLAIN_TIMES).find_map(|format| {
            let parts = strtime::parse(format, cell).ok()?;
            let day = parts.to_date().ok()?;
            let at = match (parts.hour(), ends) {
                (Some(_), _) => day.to_datetime(parts.to_time().ok()?),
                (None, false) => day.at(0, 0, 0, 0),
                (None, true) => day.at(23, 59, 59, 0),
            };
            match parts.offset() {
                Some(own) => Some(self.offset.to_datetime(own.to_timestamp(at).ok()?)),
                None => Some(at),
            }
        })
    }

    /// The same instant on the district's clock (+08:00).
    pub fn at_home(&self, at: DateTime) -> DateTime {
        self.offset.to_timestamp(at).map_or(at, |instant| Offset::constant(HOME).to_datetime(instant))
    }
}

fn encoding(lines: &Lines<'_>, given: Option<&Spanned<String>>) -> Result<Encoding, Fault> {
    let Some(given) = given else { return Ok(Encoding::Auto) };
    match given.get_ref().to_ascii_lowercase().as_str() {
        "auto" => Ok(Encoding::Auto),
        "utf-8" | "utf8" => Ok(Encoding::Utf8),
        "gb18030" | "gbk" | "gb2312" => Ok(Encoding::Gb18030),
        _ => Err(lines.fault(given, "encoding", "可用：auto、utf-8、gb18030。".into(), "use auto, utf-8 or gb18030.".into())),
    }
}

fn delimiter(lines: &Lines<'_>, given: Option<&Spanned<String>>) -> Result<u8, Fault> {
    let Some(given) = given else { return Ok(b',') };
    // Only these can never be the second byte of a GB18030 character.
    match given.get_ref().as_str() {
        "," => Ok(b','),
        ";" => Ok(b';'),
        "\t" => Ok(b'\t'),
        _ => Err(lines.fault(given, "delimiter", r#"可用："," ";" "\t"。"#.into(), r#"use "," ";" or "\t"."#.into())),
    }
}

fn offset(lines: &Lines<'_>, given: Option<&Spanned<String>>) -> Result<Offset, Fault> {
    let Some(given) = given else { return Ok(Offset::constant(HOME)) };
    let read = || {
        let text = given.get_ref();
        let sign = match text.as_bytes().first()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let (hours, minutes) = text.get(1..)?.split_once(':')?;
        let digits = |d: &str| (d.len() == 2 && d.bytes().all(|b| b.is_ascii_digit())).then(|| d.parse::<i32>().ok())?;
        let (hours, minutes) = (digits(hours)?, digits(minutes)?);
        (hours <= 14 && minutes < 60).then(|| Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok())?
    };
    read().ok_or_else(|| {
        lines.fault(
            given,
            "zone",
            "请写固定时差，如\"+08:00\"；不用地名。".into(),
            "write a fixed offset such as \"+08:00\", not the name of a place.".into(),
        )
    })
}

/// Each format must bring a day through: written and read again it has to be the same.
fn times(lines: &Lines<'_>, given: &[Spanned<String>]) -> Result<Vec<String>, Fault> {
    let sample = jiff::civil::date(2023, 5, 4).at(9, 30, 15, 0);
    let zoned = sample.to_zoned(TimeZone::fixed(Offset::constant(HOME)));
    for format in given {
        let goes_through = zoned.as_ref().is_ok_and(|zoned| {
            let written = BrokenDownTime::from(zoned).to_string(format.get_ref());
            let day = written.and_then(|w| strtime::parse(format.get_ref(), w)).and_then(|parts| parts.to_date());
            day.is_ok_and(|day| day == sample.date())
        });
        if !goes_through {
            return Err(lines.fault(
                format,
                "times",
                "时间格式要有年月日，如\"%Y/%m/%d %H:%M:%S\"。".into(),
                "a time format has year, month and day, like \"%Y/%m/%d %H:%M:%S\".".into(),
            ));
        }
    }
    Ok(given.iter().map(|format| format.get_ref().clone()).collect())
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
