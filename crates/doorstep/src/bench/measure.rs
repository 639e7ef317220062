//! What is measured, and how.

use super::district::Dates;
use super::server::Server;
use super::{Column, district, http, pages};
use crate::cli::Failed;
use crate::commands::place;
use domain::case::CaseId;
use figures::{Filter, Part};
use indicatif::{ProgressBar, ProgressStyle};
use std::time::{Duration, Instant};
use store::bench::Bare;
use store::view::{self, After, QueueFilter};
use store::{Db, Keys, Place};

/// How often a page is read, and how often a figure.
const PAGES: u64 = 1_000;
const FIGURES: u64 = 100;
/// How many rows a page of a queue has, and the one that says whether there are more.
const ROWS: usize = 51;
/// How often a start is timed.
const STARTS: usize = 9;
/// How many commands are on their way at once when the desk itself is measured.
const IN_FLIGHT: u64 = 2_048;
/// Group sizes of the bare writer: as many as the clients of the busiest measurement, and as many as a commit takes.
const GROUPS: [usize; 2] = [64, 1_024];
/// The bench's district, and the first number under which the bare writer writes.
const NUMBER: i64 = 1;
const BARE: i64 = 1_000;

/// The bench in its place.
pub struct Bench {
    data: String,
    place: Place,
    dates: Dates,
    clients: Vec<usize>,
    intake: u64,
    /// How many cases were numbered so far.
    cases: u64,
    /// How many rows of cases there are, those of the bare writer included.
    rows: u64,
    bare: i64,
    empty_bytes: u64,
}

impl Bench {
    /// Founds the district.
    pub fn begin(data: String, size: u64, clients: &[usize], intake: u64) -> Result<Bench, Failed> {
        let (place, dates) = (place(&data)?, Dates::of(size));
        district::found(&place, dates)?.close()?;
        let empty_bytes = store::bench::bytes_on_disk(&mut Db::open_reader(&place)?, &place)?;
        Ok(Bench { data, place, dates, clients: clients.to_vec(), intake, cases: 0, rows: 0, bare: BARE, empty_bytes })
    }

    /// Grows to so many cases and measures. The server comes last: its clock is the machine's, and no case comes before
    /// those that it took in.
    pub fn at(&mut self, size: u64) -> Result<Column, Failed> {
        let mut column = Column::new();
        let mut put = |name: &str, value: String| column.push((name.to_owned(), value));
        put("intake and handling while it grew, commands/s", self.grow(size)?);
        let bytes = store::bench::bytes_on_disk(&mut Db::open_reader(&self.place)?, &self.place)?;
        put("disk, bytes per case", (bytes.saturating_sub(self.empty_bytes) / self.rows.max(1)).to_string());
        self.read(&mut put)?;
        pages::pages(&self.data, &self.place, self.dates, self.cases, &mut put)?;

        let many = (size / 4).clamp(2_500, 20_000).min(self.intake);
        let since = self.entries()?;
        put("intake/s, desk, 2048 in flight", self.desk(many)?);
        for group in GROUPS {
            put(&format!("intake/s, bare writer, groups of {group}"), self.bare(since, group)?);
        }
        self.serve(many, &mut put)?;
        Ok(column)
    }

    fn entries(&self) -> Result<u64, Failed> {
        Ok(store::read::checkpoint(&mut Db::open_reader(&self.place)?, NUMBER)?.1)
    }

    fn grow(&mut self, size: u64) -> Result<String, Failed> {
        let opened = district::open(&self.place, self.dates, self.cases)?;
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} cases, {eta} left");
        let bar = ProgressBar::new(size).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let begun = Instant::now();
        let commands = district::fill(&opened, self.cases, size, district::AT_ONCE, |n| bar.set_position(n))?;
        let took = begun.elapsed();
        bar.finish_and_clear();
        opened.close()?;
        self.rows += size.saturating_sub(self.cases);
        self.cases = self.cases.max(size);
        Ok(per_second(commands, took))
    }

    /// Reads as pages do, from one connection. The first pass brings into the caches what a running service has there.
    fn read(&self, put: &mut impl FnMut(&str, String)) -> Result<(), Failed> {
        let mut db = Db::open_reader(&self.place)?;
        let mut keys = Keys::open(&self.place, NUMBER, false)?;
        let size = self.entries()?;
        let mut ids: Vec<CaseId> = Vec::new();
        for n in 0..PAGES {
            ids.extend(store::bench::cases_from(&mut db, NUMBER, n * size / PAGES, 1)?);
        }
        // The last month: 10 000 cases, as every month has.
        let to = self.dates.moment(self.cases).date();
        let month = Filter::new(to.saturating_sub(jiff::Span::new().months(1)), to);
        let month = month.map_err(|_| Failed::new("There is no month to count.", "Take a larger size."))?;
        let raised = figures::catalogue::definition("raised");
        let raised = raised.ok_or_else(|| Failed::new("There is no figure “raised”.", "Report this."))?;
        for pass in 0..2 {
            let everything = QueueFilter::default();
            let mut read = |n| view::queue(&mut db, NUMBER, &district::unit(n), &everything, After::START, ROWS);
            let query = timed(PAGES, |n| read(n).map(drop))?;
            let queue = timed(PAGES, |n| {
                let duties = view::queue(&mut db, NUMBER, &district::unit(n), &everything, After::START, ROWS)?;
                let ids: Vec<CaseId> = duties.iter().map(view::Duty::id).collect();
                view::cards(&mut db, &mut keys, NUMBER, &ids).map(drop)
            })?;
            let case = timed(ids.len() as u64, |n| {
                store::read::history(&mut db, &mut keys, NUMBER, ids[n as usize]).map(drop)
            })?;
            let count = timed(FIGURES, |n| {
                let unit = month.clone().with("unit", district::unit(n).as_str()).unwrap_or_else(|_| month.clone());
                figures::count(&mut db, NUMBER, &unit, raised, Part::Numerator).map(drop)
            })?;
            let all = timed(FIGURES, |_| figures::figures(&mut db, NUMBER, &month).map(drop))?;
            if pass == 1 {
                put("queue of a unit, its query, ms", query);
                put("queue of a unit, with titles, ms", queue);
                put("case page, whole history, ms", case);
                put("a unit's count of a month, ms", count);
                put("a month's figures, ms", all);
            }
        }
        Ok(())
    }

    fn desk(&mut self, many: u64) -> Result<String, Failed> {
        let opened = district::open(&self.place, self.dates, self.cases)?;
        let begun = Instant::now();
        district::hand_in(&opened, self.cases, self.cases + many, IN_FLIGHT)?;
        let took = begun.elapsed();
        opened.close()?;
        self.cases += many;
        self.rows += many;
        Ok(per_second(many, took))
    }

    /// The rows that the desk has just written, once more, without rules.
    fn bare(&mut self, since: u64, group: usize) -> Result<String, Failed> {
        let copy = Bare::copy(&mut Db::open_reader(&self.place)?, NUMBER, since, self.bare)?;
        let many = copy.len() as u64;
        self.bare += 1;
        self.rows += many;
        Ok(per_second(many, copy.write(&self.place, group)?))
    }

    /// The real server, as a process of its own.
    fn serve(&mut self, many: u64, put: &mut impl FnMut(&str, String)) -> Result<(), Failed> {
        let opened = district::open(&self.place, self.dates, self.cases)?;
        let token = district::token(&opened)?;
        opened.close()?;
        let intake = |n: u64| http::intake(&token, &format!("http-{n}"), &district::title(n), &district::text(n));
        let mut starts = Vec::new();
        for _ in 0..STARTS {
            let begun = Instant::now();
            let server = Server::start(&self.data)?;
            http::load(&server.address, 1, 1, 200, |_| http::health())?;
            let answered = begun.elapsed();
            // The first case, which comes when the writer has looked what is overdue.
            let number = self.cases;
            http::load(&server.address, 1, 1, 201, |_| intake(number))?;
            starts.push((answered, begun.elapsed()));
            self.cases += 1;
        }
        put("start until it answers, ms", quantiles(starts.iter().map(|s| s.0).collect()));
        put("start until a case is in, ms", quantiles(starts.iter().map(|s| s.1).collect()));

        let server = Server::start(&self.data)?;
        for clients in self.clients.clone() {
            // A lonely client waits for the disk each time.
            let many = many.min(2_000 * clients as u64);
            let begin = self.cases;
            let load = http::load(&server.address, clients, many, 201, |n| intake(begin + n))?;
            self.cases += many;
            self.rows += many;
            put(&format!("intake/s, HTTP, {clients} clients"), per_second(many, load.took));
            put(&format!("  each, ms, {clients} clients"), quantiles(load.each));
        }
        let most = self.clients.iter().copied().max().unwrap_or(1);
        let load = http::load(&server.address, most, 4 * many, 200, |_| http::health())?;
        put(&format!("HTTP alone (/healthz)/s, {most} clients"), per_second(4 * many, load.took));
        put("memory of the server at its highest, MB", format!("{:.1}", server.highest_memory()? as f64 / 1e6));
        Ok(())
    }
}

/// How long each of so many calls took.
fn timed(times: u64, mut work: impl FnMut(u64) -> store::Result<()>) -> Result<String, Failed> {
    let mut each = Vec::new();
    for n in 0..times {
        let begun = Instant::now();
        work(n)?;
        each.push(begun.elapsed());
    }
    Ok(quantiles(each))
}

pub(super) fn per_second(count: u64, took: Duration) -> String {
    format!("{:.0}", count as f64 / took.as_secs_f64())
}

/// `p50 0.31  p99 0.92`, in milliseconds.
pub(super) fn quantiles(mut each: Vec<Duration>) -> String {
    each.sort_unstable();
    let at = |part: usize| each.get((each.len() * part / 100).min(each.len().saturating_sub(1)));
    let text = |part| at(part).map_or("–".to_owned(), |d| format!("{:.2}", d.as_secs_f64() * 1000.0));
    format!("p50 {} p99 {}", text(50), text(99))
}
