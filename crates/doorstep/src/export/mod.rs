//! Cases leave as a file: `doorstep export --out FILE.(csv|xlsx|jsonl)`.
//!
//! One pass over the history with the memory of a few cases (.xlsx: over a temporary file). Masked unless asked otherwise;
//! sealed accusations never. The export's event is in the ledger before the first row is written, so no file exists
//! without one; the file appears whole or not at all.

pub mod table;

use crate::beside::Beside;
use crate::cli::{Failed, say};
use crate::commands::{end, place};
use crate::import::busy;
use crate::import::fault::Fault;
use desk::{Desk, Options};
use domain::case::{Case, Purpose, field};
use domain::district::Command;
use domain::{Actor, Label};
use indicatif::{ProgressBar, ProgressStyle};
use reading::mask;
use std::io::BufWriter;
use std::path::PathBuf;
use store::records::{self, Record, Window};
use store::{Db, Keys, StoreError};
use table::{Cell, Format, Writer, unwritable};

/// What `export` is asked for.
pub struct Wanted {
    /// Where the district is.
    pub data: String,
    /// The file; its ending is its format.
    pub out: PathBuf,
    /// The days on which the cases were raised.
    pub window: Window,
    /// Names, phones, places, texts and source rows as they are, for a purpose.
    pub unmasked: Option<Purpose>,
}

/// The columns of every export, in their order.
const COLUMNS: [&str; 31] = [
    "code",
    "ledger_index",
    "track",
    "door",
    "stage",
    "category",
    "street",
    "lead",
    "raised",
    "accepted_on",
    "due",
    "met_on",
    "answered_on",
    "outcome",
    "ended_on",
    "ending",
    "solved",
    "handled",
    "hops",
    "returned",
    "extended",
    "reopened",
    "public",
    "erased",
    "version",
    field::TITLE,
    field::TEXT,
    field::PLACE,
    field::NAME,
    field::PHONE,
    field::ANSWER,
];

/// Reads what stands after `--unmasked --purpose`.
///
/// # Errors
/// When one is there without the other, or the purpose is none of those that an unmasking may have.
pub fn purpose(unmasked: bool, purpose: Option<&str>) -> Result<Option<Purpose>, Failed> {
    let known: Vec<&str> = Purpose::ALL.iter().map(|p| p.code()).collect();
    let todo = format!(
        "请用 --unmasked --purpose {0} 之一，或两个都不用。 / Use --unmasked --purpose with one of {0}, or neither.",
        known.join(", ")
    );
    match (unmasked, purpose) {
        (false, None) => Ok(None),
        (true, Some(code)) => Purpose::of(code)
            .map(Some)
            .ok_or_else(|| Failed::usage(format!("没有“{code}”这个目的。 / There is no purpose “{code}”."), todo)),
        _ => Err(Failed::usage(
            "不遮盖的导出要写明目的。 / An export without masks needs its purpose, and a purpose needs --unmasked.",
            todo,
        )),
    }
}

/// `export`
///
/// # Errors
/// What is wrong with place, desk or file; then no file is there.
pub fn export(wanted: &Wanted) -> Result<(), Failed> {
    let format = Format::of(&wanted.out.to_string_lossy()).ok_or_else(|| {
        Failed::usage(
            "不认识文件名的结尾。 / The file's ending names no format.",
            "请用 .csv、.xlsx 或 .jsonl。 / Use .csv, .xlsx or .jsonl.",
        )
    })?;
    if let (Some(from), Some(to)) = (wanted.window.from, wanted.window.to)
        && to <= from
    {
        return Err(Failed::usage(
            "--to 不在 --from 之后。 / --to is not after --from.",
            "起日计入，止日不计入。 / The first day counts, the last one does not.",
        ));
    }
    let place = place(&wanted.data)?;
    let (desk, thread) = Desk::open(&place, Options::default()).map_err(busy)?;
    let done = write(wanted, format, &desk, &place);
    drop(desk);
    let ended = end(thread);
    let Done { rows, cut } = done?;
    ended?;
    let masked = match wanted.unmasked {
        None => {
            "姓名、电话、地点已遮盖，正文中的号码和地址按格式遮盖；正文里写到的姓名可能仍在。 / Names, phones and places are masked, \
                 numbers and addresses inside texts by their form; a name inside a text may remain."
        }
        Some(_) => "未遮盖，请妥善保管。 / Nothing is masked: keep it safe.",
    };
    told_of_cuts(&cut);
    say(format_args!("{0}件导出到{1}。{masked} / {0} cases are in {1}.", rows, wanted.out.display()));
    Ok(())
}

/// How many cut texts are named.
const CUTS_NAMED: usize = 20;

/// What an export wrote.
struct Done {
    rows: u64,
    cut: Cuts,
}

/// The cases of which a cell holds only the beginning.
#[derive(Default)]
struct Cuts {
    count: usize,
    /// The first of them, with the columns.
    named: Vec<String>,
}

impl Cuts {
    fn add(&mut self, code: &str, columns: &[String]) {
        if columns.is_empty() {
            return;
        }
        self.count += 1;
        if self.named.len() < CUTS_NAMED {
            self.named.push(format!("{code}（{}）", columns.join("、")));
        }
    }
}

/// Names the cases whose texts a sheet can't hold whole.
fn told_of_cuts(cut: &Cuts) {
    if cut.count == 0 {
        return;
    }
    let more = if cut.count > CUTS_NAMED { " ……" } else { "" };
    say(format_args!(
        "{0}件有一格放不下的文字（工作表一格最多32767个字），已截断并标明：{1}{more}。全文请用.csv或.jsonl导出。 / {0} cases have a \
         text that a cell of a sheet can't hold; it is cut with a mark. Export .csv or .jsonl for the whole.",
        cut.count,
        cut.named.join("，")
    ));
}

/// Writes the file, and gives what it holds.
fn write(wanted: &Wanted, format: Format, desk: &Desk, place: &store::Place) -> Result<Done, Failed> {
    let (mut db, mut keys) = (Db::open_reader(place)?, Keys::open(place, desk.number(), false)?);
    // One snapshot: as many rows as the event says.
    db.begin()?;
    let count = records::count(&mut db, desk.number(), wanted.window)?;
    let (beside, file) = Beside::start(&wanted.out).map_err(no_file)?;
    let what = wanted.unmasked.map_or_else(|| "cases".to_owned(), |purpose| format!("cases for {purpose}"));
    let masked = wanted.unmasked.is_none();
    let command = Command::Export { what, format: format.word().to_owned(), rows: count, masked };
    desk.change_now(Actor::System { name: "export".into() }, command)?;
    let columns: Vec<&str> = COLUMNS.into_iter().chain((!masked).then_some(field::SOURCE)).collect();
    let mut writer = Writer::new(format, BufWriter::new(file), &columns).map_err(no_file)?;
    let style = ProgressStyle::with_template("导出 exporting {bar:40} {pos}/{len} {elapsed}");
    let bar = ProgressBar::new(count).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let (mut stopped, mut cut) = (None, Cuts::default());
    let passed = records::each(&mut db, &mut keys, desk.number(), wanted.window, |record| {
        bar.inc(1);
        match row(&mut writer, &record, masked) {
            Ok(columns) => {
                cut.add(&record.case.code, &columns);
                Ok(())
            }
            Err(fault) => {
                stopped = Some(fault);
                Err(StoreError::Other("the file could not be written".into()))
            }
        }
    });
    bar.finish_and_clear();
    if let Some(fault) = stopped {
        return Err(no_file(fault));
    }
    passed?;
    let file = writer.finish().map_err(no_file)?.into_inner().map_err(|e| no_file(unwritable(e.error())))?;
    beside.finish(file).map_err(no_file)?;
    Ok(Done { rows: count, cut })
}

fn no_file(fault: Fault) -> Failed {
    Failed::new(fault.to_string(), "没有留下文件。 / No file was left.")
}

/// Writes a case.
fn row<W: std::io::Write + Send>(writer: &mut Writer<W>, record: &Record, masked: bool) -> Result<Vec<String>, Fault> {
    let Record { case, first, texts, personal } = record;
    let own = |name: &str| texts.get(name).map(String::as_str).unwrap_or_default();
    let field = |name: &str| if masked { mask::whole(own(name)).to_owned() } else { own(name).to_owned() };
    let known: Vec<&str> = personal.iter().map(String::as_str).collect();
    let free = |name: &str| if masked { mask::text(own(name), &known) } else { own(name).to_owned() };
    let dates = Dates::of(case);
    let private = [
        free(field::TITLE),
        free(field::TEXT),
        field(field::PLACE),
        field(field::NAME),
        field(field::PHONE),
        free(field::ANSWER),
    ];
    let lead = case.tasks.iter().rev().find(|task| task.lead);
    let ending = case.ended.map(|(ending, _)| ending.code());
    let mut cells = vec![
        Cell::Text(&case.code),
        count(*first),
        Cell::Text(case.track.code()),
        Cell::Text(case.door.code()),
        Cell::Text(case.stage.code()),
        Cell::maybe(case.category.as_ref().map(|c| c.as_str())),
        Cell::maybe(case.street.as_ref().map(|u| u.as_str())),
        Cell::maybe(lead.map(|task| task.unit.as_str())),
        Cell::Text(&dates.raised),
        Cell::maybe(dates.accepted.as_deref()),
        Cell::maybe(dates.due.as_deref()),
        Cell::maybe(dates.met.as_deref()),
        Cell::maybe(dates.answered.as_deref()),
        Cell::maybe(case.outcome.map(Label::code)),
        Cell::maybe(dates.ended.as_deref()),
        Cell::maybe(ending),
        Cell::maybe(case.verdict.map(|v| v.solved.code())),
        Cell::maybe(case.verdict.map(|v| v.handled.code())),
        count(case.hops.into()),
        count(case.returned.into()),
        count(case.extended.into()),
        count(case.reopened.into()),
        count((case.public && !case.hidden && !case.erased).into()),
        count(case.erased.into()),
        count(case.version),
    ];
    cells.extend(private.iter().map(|text| Cell::Words(text)));
    if !masked {
        cells.push(Cell::Text(own(field::SOURCE)));
    }
    writer.row(&cells)
}

fn count(number: u64) -> Cell<'static> {
    Cell::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A case's times as people and spreadsheets read them.
struct Dates {
    raised: String,
    accepted: Option<String>,
    due: Option<String>,
    met: Option<String>,
    answered: Option<String>,
    ended: Option<String>,
}

impl Dates {
    fn of(case: &Case) -> Dates {
        let date = |date: Option<calendar::Date>| date.map(|d| d.to_string());
        let promise = case.promise();
        Dates {
            raised: case.raised_at.local().strftime("%Y-%m-%d %H:%M:%S").to_string(),
            accepted: date(case.accepted_on),
            due: date(promise.map(|clock| clock.due.rolled)),
            met: date(promise.and_then(|clock| clock.stopped)),
            answered: date(case.answered_on),
            ended: date(case.ended.map(|(_, day)| day)),
        }
    }
}
