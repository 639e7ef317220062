//! Rows of other systems' tables become cases: `doorstep import FILE --map MAP.toml`.
//!
//! [`table`] gives the cells, [`map`] says what they mean, [`rows`] makes what the desk can be asked for, [`judge`] asks the
//! domain's rules, and [`fault`] says of everything that cannot go in where it stands and what to do.
//!
//! The file is read twice. First every row is judged, and nothing goes in; then the rows go through the desk, many at a
//! time, each under a key of its own: an import that was cut off is simply run again. Memory holds the rows on their way
//! ([`IN_FLIGHT`]) and half a hash with a line number for each row of the file, not the rows.

pub mod compare;
pub mod delimited;
pub mod fault;
pub mod heading;
pub mod judge;
pub mod landing;
pub mod map;
pub mod merged;
pub mod rows;
pub mod sheet;
pub mod table;
pub mod times;

use crate::beside::Beside;
use crate::cli::{Failed, say};
use crate::commands::{end, place};
use compare::Comparison;
use desk::{Desk, Failure, Options, Raised};
use domain::district::District;
use fault::{Bad, BadRow, BadRows, Fault, Note};
use indicatif::{ProgressBar, ProgressStyle};
use judge::{Judge, Judged};
use map::Map;
use rows::Rows;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use store::{Db, Keys, Place, StoreError, read};
use table::{Encoding, Table};
use tokio::task::JoinSet;

/// How many rows are on their way through the desk at a time: enough for two full groups of its writer.
const IN_FLIGHT: usize = 2048;
/// How many bad rows are told on the screen; a file of bad rows has them all.
const TOLD: usize = 20;
/// How many outside categories without a place here are listed.
const LISTED: usize = 30;
/// The district's number in its tables. One process serves one district.
const NUMBER: i64 = 1;

/// What `import` is asked for.
pub struct Wanted {
    /// The table.
    pub file: PathBuf,
    /// A map's path, or the name of a ready one.
    pub map: String,
    /// Where the district is.
    pub data: String,
    /// Judge only.
    pub dry_run: bool,
    /// Let the good rows in, and write the bad ones into this file.
    pub only_good: Option<PathBuf>,
    /// Compare the source's on-time flag with our clock.
    pub compare: bool,
}

/// What the first reading found.
struct Found {
    new: u64,
    there: u64,
    bad: u64,
    told: Vec<Fault>,
    unmapped: BTreeMap<String, u64>,
    unplaced: BTreeMap<String, u64>,
    comparison: Option<Comparison>,
    notes: Vec<Note>,
    /// How many phones are none, and the first lines of them.
    odd_phones: (u64, Vec<u64>),
    /// How many closings were taken as the opening.
    settled: u64,
}

/// How many lines of odd phones are named.
const LINES_NAMED: usize = 10;

impl Found {
    fn new(comparison: Option<Comparison>, notes: Vec<Note>) -> Found {
        Found {
            new: 0,
            there: 0,
            bad: 0,
            told: Vec::new(),
            unmapped: BTreeMap::new(),
            unplaced: BTreeMap::new(),
            comparison,
            notes,
            odd_phones: (0, Vec::new()),
            settled: 0,
        }
    }

    /// Counts what is said of a row that can be read.
    fn count(&mut self, row: &rows::Row) {
        if let Some(comparison) = &mut self.comparison {
            comparison.add(row);
        }
        self.settled += u64::from(row.settled);
        if row.odd_phone {
            self.odd_phones.0 += 1;
            if self.odd_phones.1.len() < LINES_NAMED {
                self.odd_phones.1.push(row.line);
            }
        }
    }
}

/// `import`
///
/// # Errors
/// What is wrong with map, file, rows, place or desk, and what was imported until then.
pub fn import(wanted: &Wanted) -> Result<(), Failed> {
    let started = Instant::now();
    let map = Map::load(&wanted.map).map_err(nothing)?;
    if wanted.compare && map.on_time.is_none() {
        return Err(Failed::usage(
            "映射里没有[on_time]，无法比对。 / The map has no [on_time], so nothing can be compared.",
            "请在映射里写明按期标志所在的列。 / Name the column of the on-time flag in the map.",
        ));
    }
    let place = place(&wanted.data)?;
    // A dry run writes nothing, so it may look while a server serves.
    let desk = if wanted.dry_run { None } else { Some(Desk::open(&place, Options::default()).map_err(busy)?) };
    let done = read_twice(wanted, &map, &place, desk.as_ref().map(|(desk, _)| desk), started);
    match desk {
        None => done,
        Some((desk, thread)) => {
            drop(desk);
            let ended = end(thread);
            done.and(ended)
        }
    }
}

/// `map`
///
/// # Errors
/// When there is no ready map of that name.
pub fn print_map(name: Option<&str>) -> Result<(), Failed> {
    let Some(name) = name else {
        map::READY.iter().for_each(|(name, _)| say(name));
        return Ok(());
    };
    match map::READY.iter().find(|(ready, _)| *ready == name) {
        Some((_, text)) => say(text.trim_end()),
        None => {
            let ready: Vec<&str> = map::READY.iter().map(|(name, _)| *name).collect();
            return Err(Failed::usage(
                format!("没有现成的映射“{name}”。 / There is no ready map \"{name}\"."),
                format!("现成的有：{0}。 / There are {0}.", ready.join(", ")),
            ));
        }
    }
    Ok(())
}

fn read_twice(wanted: &Wanted, map: &Map, place: &Place, desk: Option<&Desk>, started: Instant) -> Result<(), Failed> {
    let mut judge = judge(map, place, desk)?;
    let mut rest = wanted.only_good.as_deref().filter(|_| !wanted.dry_run).map(Rest::new).transpose()?;
    let found = first_reading(wanted, &mut judge, rest.as_mut())?;
    tell(map, &found);
    let Found { new, there, bad, comparison, .. } = found;
    comparison.iter().flat_map(Comparison::lines).for_each(say);
    if bad > 0 && wanted.only_good.is_none() {
        return Err(Failed::new(
            format!("{bad}行不能导入，什么都没有导入。 / {bad} rows can't go in, so nothing was imported."),
            "请更正后再导入；或用 --only-good 文件.csv 只导入好的行，其余写回文件。 / Correct them and import again, or use \
             --only-good REST.csv to import the good rows and get the rest back.",
        ));
    }
    let Some(desk) = desk else {
        say(format_args!(
            "试运行：可导入{new}行，{there}行已在，{bad}行有误。 / Dry run: {new} rows can go in, {there} are there already, {bad} are bad."
        ));
        return Ok(());
    };
    // Also where all rows are there already: what 0.1 imported is found by its number once its import was run again.
    desk.put_now(vec![store::imports::add_source(desk.number(), &map.source)])?;
    let put = if new == 0 { Put::default() } else { second_reading(wanted, &mut judge, desk, new)? };
    if let Some(rest) = rest
        && let Some(path) = rest.finish()?
    {
        say(format_args!("{bad}行写回{0}。 / {bad} rows are given back in {0}.", path.display()));
    }
    let there = there + put.again;
    let seconds = started.elapsed().as_secs_f64();
    say(format_args!(
        "导入{0}件；{there}件早已导入，没有重复。用时{seconds:.1}秒。 / {0} cases imported; {there} were there already and were \
         not added again. {seconds:.1} seconds.",
        put.new
    ));
    Ok(())
}

fn judge<'m>(map: &'m Map, place: &Place, desk: Option<&Desk>) -> Result<Judge<'m>, Failed> {
    let mut db = Db::open_reader(place)?;
    let (district, now) = match desk {
        Some(desk) => (desk.district(), desk.now()),
        None => {
            store::schema::check(&mut db)?;
            let district: Arc<District> = Arc::new(read::district(&mut db, NUMBER)?.0);
            (district, desk::Clock::System.now())
        }
    };
    if district.version == 0 {
        return Err(StoreError::Missing(place.to_string()).into());
    }
    let keys = Keys::open(place, NUMBER, false)?;
    Ok(Judge { map, district, now, db, keys, number: NUMBER })
}

/// Opens the table under a bar that follows the reading of the file.
fn open<'m>(
    file: &Path,
    judge: &Judge<'m>,
    doing: &'static str,
) -> Result<(Rows<'m>, Option<Encoding>, ProgressBar), Failed> {
    let length = std::fs::metadata(file).map_or(0, |meta| meta.len());
    let style = ProgressStyle::with_template("{msg} {bar:40} {percent:>3}% {elapsed}");
    let bar = ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(doing);
    let follow = bar.clone();
    let progress = Box::new(move |read| follow.set_position(read));
    let table = Table::open(file, &judge.map.options, progress).map_err(nothing)?;
    let encoding = table.encoding();
    if encoding.is_none() {
        // Another process reads a workbook, and doesn't say how far it is.
        let style = ProgressStyle::with_template("{msg} {spinner} {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    }
    let rows = rows::rows(table, judge.map, &judge.district).map_err(|faults| {
        let all: Vec<String> = faults.iter().map(Fault::to_string).collect();
        nothing_said(all.join("\n"))
    })?;
    Ok((rows, encoding, bar))
}

fn first_reading(wanted: &Wanted, judge: &mut Judge<'_>, mut rest: Option<&mut Rest>) -> Result<Found, Failed> {
    let comparison = wanted.compare.then(|| Comparison::new(judge.now.date()));
    let (rows, encoding, bar) = open(&wanted.file, judge, "检查 checking ")?;
    if judge.map.options.encoding == Encoding::Auto && encoding == Some(Encoding::Gb18030) {
        say("文件按GB18030读。 / The file is read as GB18030.");
    }
    let header = rows.header().to_vec();
    let mut found = Found::new(comparison, rows.notes().to_vec());
    for row in rows {
        let bad = match row {
            // What was read of such a file can't be trusted: not even the good rows go in.
            Err(Bad::File(fault)) => return Err(nothing(fault)),
            Err(Bad::Row(bad)) => bad,
            Ok(row) => {
                found.count(&row);
                let (unmapped, unplaced) = (row.unmapped.clone(), row.unplaced.clone());
                let judged = judge.judge(row)?;
                let Judged::Bad(bad) = judged else {
                    *if matches!(judged, Judged::There) { &mut found.there } else { &mut found.new } += 1;
                    if let Some(street) = unplaced {
                        *found.unplaced.entry(street).or_default() += 1;
                    }
                    if let Some(category) = unmapped {
                        *found.unmapped.entry(category).or_default() += 1;
                    }
                    continue;
                };
                bad
            }
        };
        found.bad += 1;
        if let Some(rest) = &mut rest {
            rest.row(&header, &bad).map_err(nothing)?;
        }
        if found.bad <= TOLD as u64 {
            found.told.extend(bad.faults);
        }
    }
    bar.finish_and_clear();
    Ok(found)
}

/// Says what the first reading found and what people have to know before anything goes in.
fn tell(map: &Map, found: &Found) {
    found.told.iter().for_each(say);
    if found.bad > TOLD as u64 {
        say(format_args!("…… 共{0}行有误。 / {0} rows are bad in all.", found.bad));
    }
    found.notes.iter().for_each(say);
    if found.odd_phones.0 > 0 {
        let (count, lines) = &found.odd_phones;
        let lines: Vec<String> = lines.iter().map(u64::to_string).collect();
        say(Note::new(
            format!("{count}行的电话不是一个号码（第{}行等），照原样导入，不能发短信。", lines.join("、")),
            format!(
                "{count} rows have something else than one phone number (line {} and so on): it goes in as it is written, and no \
                 text message can be sent to it.",
                lines.join(", ")
            ),
        ));
    }
    if found.settled > 0 {
        let (count, most) = (found.settled, map.tolerance);
        say(Note::new(
            format!("{count}行的办结早于提出不超过{most}秒，按提出的时间算。"),
            format!(
                "{count} rows were closed up to {most} seconds before they were opened: they count as closed then."
            ),
        ));
    }
    let landed_nowhere = |words: &BTreeMap<String, u64>, zh: &str, en: &str| {
        if words.is_empty() {
            return;
        }
        let count: u64 = words.values().sum();
        say(format_args!("{count}行{zh} / {count} rows {en}"));
        let mut most: Vec<_> = words.iter().collect();
        most.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        most.iter().take(LISTED).for_each(|(word, count)| say(format_args!("  {count:>8}  {word}")));
    };
    let name = &map.name;
    landed_nowhere(
        &found.unplaced,
        &format!("的街道本区没有：登记为没有街道，原词留在来源行里（可在映射{name}的[streets]里写明）。"),
        "have a street that the district lacks: they are registered without one, and the words stay in the source row \
         ([streets] in the map says where they land).",
    );
    landed_nowhere(
        &found.unmapped,
        &format!("的类别在本区目录里没有：原词留在来源行里，由受理人员定类别（可在映射{name}的[categories]里写明）。"),
        "have a category that the district's catalogue lacks: the words stay in the source row, and triage decides \
         ([categories] in the map says where they land).",
    );
}

/// What the desk took.
#[derive(Default)]
struct Put {
    new: u64,
    again: u64,
}

impl Put {
    fn count(&mut self, answer: Result<Raised, Failure>) -> Result<(), Failed> {
        let raised = answer?;
        *if raised.again { &mut self.again } else { &mut self.new } += 1;
        Ok(())
    }
}

/// Lets the good rows in, many at a time.
fn second_reading(wanted: &Wanted, judge: &mut Judge<'_>, desk: &Desk, expected: u64) -> Result<Put, Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build();
    let runtime = runtime.map_err(|_| {
        Failed::new("不能启动线程。 / No threads can be started.", "请提高进程数上限。 / Raise the limit of processes.")
    })?;
    let (rows, _, bar) = open(&wanted.file, judge, "导入 importing")?;
    let mut put = Put::default();
    let done = runtime.block_on(async {
        let mut flying: JoinSet<Result<Raised, Failure>> = JoinSet::new();
        for row in rows {
            let Judged::New(row) = (match row {
                Ok(row) => judge.judge(row)?,
                Err(Bad::Row(_)) => continue,
                Err(Bad::File(fault)) => {
                    return Err(Failed::new(fault.to_string(), "文件变了。 / The file has changed."));
                }
            }) else {
                continue;
            };
            while flying.len() >= IN_FLIGHT {
                land(flying.join_next().await, &mut put)?;
            }
            let (desk, key) = (desk.clone(), judge::key(judge.map, &row.id));
            flying.spawn(async move { desk.raise(judge::actor(), row.raise, Vec::new(), Some(key)).await });
        }
        while !flying.is_empty() {
            land(flying.join_next().await, &mut put)?;
        }
        Ok::<(), Failed>(())
    });
    bar.finish_and_clear();
    let in_now = put.new + put.again;
    match done {
        Err(failed) => Err(failed.after(format!(
            "已导入{in_now}件；请处理后再次运行同样的命令，其余的会接着导入。 / {in_now} cases are in; run the same command again \
             afterwards, and the rest follows."
        ))),
        Ok(()) if in_now < expected => Err(Failed::new(
            format!("两次读取之间文件变了：检查时有{expected}行可导入，导入了{in_now}件。 / The file changed between the two readings: {expected} rows were good, {in_now} are in."),
            "请再次运行同样的命令。 / Run the same command again.",
        )),
        Ok(()) => Ok(put),
    }
}

/// Counts an answer of the desk.
fn land(answer: Option<Result<Result<Raised, Failure>, tokio::task::JoinError>>, put: &mut Put) -> Result<(), Failed> {
    match answer {
        None => Ok(()),
        Some(Ok(answer)) => put.count(answer),
        Some(Err(_)) => put.count(Err(Failure::Closed)),
    }
}

/// The file that gives bad rows back: started with the first of them, and there when the good rows are in.
struct Rest {
    path: PathBuf,
    open: Option<(Beside, BadRows<File>)>,
}

impl Rest {
    /// A file that is there already may hold somebody's corrections, so it is left alone.
    fn new(path: &Path) -> Result<Rest, Failed> {
        if path.exists() {
            return Err(Failed::usage(
                format!("{0}已经存在。 / {0} is there already.", path.display()),
                "请另给一个文件名。 / Name another file.",
            ));
        }
        Ok(Rest { path: path.to_owned(), open: None })
    }

    fn row(&mut self, header: &[String], bad: &BadRow) -> Result<(), Fault> {
        let (_, rows) = match &mut self.open {
            Some(open) => open,
            none => {
                let (beside, file) = Beside::start(&self.path)?;
                none.insert((beside, BadRows::new(file, header)?))
            }
        };
        rows.row(bad)
    }

    /// Lets the file appear; its path, if there were bad rows.
    fn finish(self) -> Result<Option<PathBuf>, Failed> {
        let Some((beside, rows)) = self.open else { return Ok(None) };
        let lost = |fault: Fault| Failed::new(fault.to_string(), "好的行已导入。 / The good rows are in.");
        let file = rows.finish().map_err(lost)?;
        beside.finish(file).map_err(lost)?;
        Ok(Some(self.path))
    }
}

fn nothing(fault: Fault) -> Failed {
    nothing_said(fault.to_string())
}

fn nothing_said(what: String) -> Failed {
    Failed::new(what, "什么都没有导入。 / Nothing was imported.")
}

/// What to do when another process, most often the server, holds the writer's lock.
pub fn busy(failure: Failure) -> Failed {
    match failure {
        Failure::Store(StoreError::Locked(at)) => Failed::new(
            format!(
                "另一个进程（多半是服务）正在写入{at}。 / Another process (most likely the server) is writing to {at}."
            ),
            "请先停止服务，运行本命令，再启动服务；同一份数据同时只有一个写入者。 / Stop the server, run this command, and start it \
             again: data has one writer at a time.",
        ),
        other => other.into(),
    }
}
