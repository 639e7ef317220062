//! `bench --find`: an index of so many cases, how fast words are found in it, and how soon a case is found that has just
//! come in.

use super::measure::{per_second, quantiles};
use super::{Column, Home, district};
use crate::cli::{Failed, say};
use crate::commands::place;
use domain::district::District;
use domain::{Actor, Role};
use indicatif::{ProgressBar, ProgressStyle};
use reading::{Entry, Finder, Follower, Question, Reader, Tag, Volume, asked};
use std::path::Path;
use std::time::{Duration, Instant};
use store::Place;

/// How many questions of a sort are asked.
const QUESTIONS: u64 = 1_000;
/// How many cases are raised to see how soon they are found.
const RAISED: u64 = 100;
/// Words that residents everywhere write.
const FREQUENT: &[&str] = &["小区", "停车", "物业", "学校", "道路", "施工", "垃圾", "噪音", "公交", "居民"];
/// Each of so many sentences of a text is another text's.
const EXCHANGED: u64 = 3;
/// Of so many cases one waits for its answer.
const OPEN: u64 = 3;

/// Messages to make cases of: their titles, their sentences, and answers.
pub struct Texts {
    titles: Vec<String>,
    sentences: Vec<Vec<String>>,
    answers: Vec<String>,
}

impl Texts {
    /// The messages of a folder; without one, or where it has none, the bench's own.
    pub fn read(folder: Option<&Path>) -> Result<Texts, Failed> {
        let mut texts = Texts { titles: Vec::new(), sentences: Vec::new(), answers: Vec::new() };
        for name in ["messages_answered.csv", "messages_open.csv", "messages_labelled.csv"] {
            let path = folder.map(|f| f.join(name)).filter(|path| path.is_file());
            if let Some(path) = path {
                texts.take(&path).map_err(|e| {
                    Failed::new(format!("{} can't be read: {e}.", path.display()), "Give tables with a line of names.")
                })?;
            }
        }
        if texts.titles.is_empty() {
            say("No messages are there: the bench's own texts are used.");
            for n in 0..1_000 {
                texts.add(&district::title(n), &district::text(n));
            }
            texts.answers = (0..1_000).map(|n| format!("您反映的第{n}件已经办理，感谢您的监督。")).collect();
        }
        Ok(texts)
    }

    fn take(&mut self, path: &Path) -> Result<(), csv::Error> {
        let mut table = csv::Reader::from_path(path)?;
        let names = table.headers()?.clone();
        let column = |name: &str| names.iter().position(|n| n.trim_start_matches('\u{feff}') == name);
        let (title, text, answer) = (column("留言主题"), column("留言详情"), column("答复意见"));
        for row in table.records() {
            let row = row?;
            let of = |column: Option<usize>| column.and_then(|n| row.get(n)).unwrap_or_default().trim();
            self.add(of(title), of(text));
            self.answers.extend(Some(of(answer)).filter(|a| !a.is_empty()).map(str::to_owned));
        }
        Ok(())
    }

    fn add(&mut self, title: &str, text: &str) {
        self.titles.push(title.to_owned());
        self.sentences.push(text.split_inclusive(['。', '！', '？', '；']).map(str::to_owned).collect());
    }

    fn any<'a, T>(&self, of: &'a [T], dice: &mut Dice) -> Option<&'a T> {
        of.get((dice.next() % of.len().max(1) as u64) as usize)
    }

    /// The case with this number: a message, with some sentences of others.
    fn case(&self, n: u64, dice: &mut Dice) -> Entry {
        let own = (n % self.titles.len().max(1) as u64) as usize;
        let mut words = self.titles[own].clone();
        words.push('\n');
        for sentence in &self.sentences[own] {
            let other = if dice.next().is_multiple_of(EXCHANGED) { self.any(&self.sentences, dice) } else { None };
            words.push_str(other.and_then(|o| self.any(o, dice)).unwrap_or(sentence));
        }
        let mut tags = vec![Tag::unit(district::unit(dice.next()).as_str()), Tag::track("hotline")];
        if !dice.next().is_multiple_of(OPEN) {
            words.push('\n');
            words.extend(self.any(&self.answers, dice).map(String::as_str));
            tags.push(Tag::stage("ended"));
        }
        let words = reading::mask::numbers(&words, &[]);
        let place = format!("示范路{}号", dice.next() % 400);
        Entry { first: n, day: (n / 300) as i64, words, place, tags: Tag::every(tags) }
    }

    /// A word of two or three characters out of a text of its own, and one beside it.
    fn words(&self, dice: &mut Dice) -> (String, String) {
        let mut word = || {
            let own = (dice.next() % self.titles.len().max(1) as u64) as usize;
            let text: Vec<char> = self.sentences[own].concat().chars().filter(|c| c.is_alphanumeric()).collect();
            let (from, many) = (dice.next() as usize % text.len().max(1), 2 + dice.next() as usize % 2);
            text.iter().skip(from).take(many).collect::<String>()
        };
        (word(), word())
    }
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        // The generator SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Measures at a size, in a folder beside the data that goes with it.
pub fn at(data: &str, texts: &Texts, size: u64) -> Result<Column, Failed> {
    if matches!(place(data)?, Place::Postgres(_)) {
        return Err(Failed::usage("The index stands in a folder.", "Give --data a folder for this measurement."));
    }
    let home = Home::beside(data)?;
    let folder = Path::new(&home.data).join("index");
    let mut column = Column::new();
    let mut put = |name: &str, value: String| column.push((name.to_owned(), value));
    let volume = fill(&folder, texts, size, &mut put)?;
    put("index, bytes per case", (bytes_in(&folder) / size.max(1)).to_string());
    put("index, MB", format!("{:.1}", bytes_in(&folder) as f64 / 1e6));
    ask(&volume.finder(), texts, &mut put)?;
    drop(volume);
    put("commit to findable on a running desk, ms", delay(&home, size.min(RAISED))?);
    Ok(column)
}

fn fill(folder: &Path, texts: &Texts, size: u64, put: &mut impl FnMut(&str, String)) -> Result<Volume, Failed> {
    let failed = reading::Error::from;
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut volume = Volume::make(folder)?;
    let mut dice = Dice(size);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} cases, {eta} left");
    let bar = ProgressBar::new(size).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let (begun, mut characters) = (Instant::now(), 0);
    for n in 0..size {
        let entry = texts.case(n, &mut dice);
        characters += entry.words.chars().count() as u64;
        volume.add(&entry)?;
        bar.set_position(n);
    }
    volume.commit(size, None, false)?;
    let took = begun.elapsed();
    let begun = Instant::now();
    while volume.tidy()? {
        std::thread::sleep(Duration::from_millis(20));
    }
    bar.finish_and_clear();
    put("characters per case", (characters / size.max(1)).to_string());
    put("cases put in/s", per_second(size, took));
    put("merging afterwards, s", format!("{:.1}", begun.elapsed().as_secs_f64()));
    Ok(volume)
}

fn bytes_in(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|f| f.metadata().ok()).map(|m| m.len()).sum()
}

fn ask(finder: &Finder, texts: &Texts, put: &mut impl FnMut(&str, String)) -> Result<(), Failed> {
    let district = District::default();
    let reader = |unit: &str, role| Reader::of(&Actor::Staff { account: 1, unit: unit.into(), role });
    let (centre, clerk) = (reader("centre", Role::Dispatcher), reader(district::unit(7).as_str(), Role::Clerk));
    let mut dice = Dice(1);
    let pairs: Vec<(String, String)> = (0..QUESTIONS).map(|_| texts.words(&mut dice)).collect();
    let one: Vec<String> = pairs.iter().map(|(word, _)| word.clone()).collect();
    let two: Vec<String> = pairs.iter().map(|(a, b)| format!("{a} {b}")).collect();
    let frequent: Vec<String> = FREQUENT.iter().map(|w| (*w).to_owned()).collect();
    let both = FREQUENT.iter().flat_map(|a| FREQUENT.iter().filter(move |b| a != *b).map(move |b| format!("{a} {b}")));
    let both: Vec<String> = both.collect();
    let sorts = [
        ("one word, ms", &one, &centre),
        ("two words, ms", &two, &centre),
        ("one frequent word, ms", &frequent, &centre),
        ("two frequent words, ms", &both, &centre),
        ("two words, of a unit's cases, ms", &two, &clerk),
    ];
    for (name, questions, reader) in sorts {
        let Some(reader) = reader else { continue };
        // The first pass brings into memory what a running service has there.
        for pass in 0..2 {
            let mut each = Vec::with_capacity(questions.len());
            for typed in questions {
                let begun = Instant::now();
                let question = Question { words: asked(typed, &district), ..Question::default() };
                finder.find(reader, &question)?;
                each.push(begun.elapsed());
            }
            if pass == 1 {
                put(name, quantiles(each));
            }
        }
    }
    Ok(())
}

/// From the desk's answer, which comes after the commit, until the case is found.
fn delay(home: &Home, raised: u64) -> Result<String, Failed> {
    let data = format!("{}/desk", home.data);
    let place = place(&data)?;
    let opened = district::found(&place, district::Dates::of(raised))?;
    let index = Path::new(&data).join("index");
    let follower = Follower::open(&place, registers::REGISTERS, 1, &index)?;
    let Some(mut follower) = follower else {
        return Err(Failed::new("The index is held by another process.", "Try again."));
    };
    follower.catch_up()?;
    let finder = follower.finder();
    let running = follower.start()?;
    let district = District::default();
    let actor = Actor::Staff { account: 1, unit: "centre".into(), role: Role::Dispatcher };
    let Some(reader) = Reader::of(&actor) else { return Ok(String::new()) };
    let mut each = Vec::new();
    for n in 0..raised {
        district::raise_one(&opened, n, &format!("标记{n}x 楼道灯不亮"))?;
        let begun = Instant::now();
        let question = Question { words: asked(&format!("标记{n}x"), &district), ..Question::default() };
        while finder.find(&reader, &question)?.is_none_or(|hits| hits.firsts.is_empty()) {
            std::thread::sleep(Duration::from_millis(1));
        }
        each.push(begun.elapsed());
        // Not in step with the follower's rest.
        std::thread::sleep(Duration::from_millis(n * 37 % 500));
    }
    drop(running);
    opened.close()?;
    Ok(quantiles(each))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_is_measured_with_texts_of_its_own_where_no_messages_are_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let texts = Texts::read(Some(folder.path())).unwrap();
        let column = at(folder.path().join("data").to_str().unwrap(), &texts, 4).unwrap();
        assert!(column.iter().any(|(name, value)| name == "one word, ms" && value.starts_with("p50 ")), "{column:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn messages_are_read_by_the_names_of_their_columns() {
        let folder = tempfile::tempdir().unwrap();
        let table = "留言主题,留言详情,答复意见\n路灯,不亮。很久了。,已修\n";
        std::fs::write(folder.path().join("messages_answered.csv"), table).unwrap();
        let texts = Texts::read(Some(folder.path())).unwrap();
        assert_eq!((texts.titles, texts.answers), (vec!["路灯".to_owned()], vec!["已修".to_owned()]));
        assert_eq!(texts.sentences, [["不亮。", "很久了。"]]);
    }
}
