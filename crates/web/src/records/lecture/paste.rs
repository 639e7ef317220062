//! `/records/lectures/paste`: many sessions at once, from a sheet or from what was copied out of one. Every row is read and
//! judged by the rules before anything is entered; a fault names its line and column; and the same row is entered once
//! however often an account sends it.

use super::super::form::unit_codes;
use super::unit_name;
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::{L, capital};
use crate::page::{FieldError, Page, form_status, show_with};
use crate::parts::sheet;
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use desk::{Failure, Key};
use domain::body::Body;
use domain::case::{CaseId, Visit};
use domain::district::District;
use domain::register::{Deed, Facts, Field, Fresh, On, Register, Values};
use domain::{Actor, Moment, Refusal};
use registers::tell::lecture::{Act, Lecture, Lectures};
use std::collections::{BTreeMap, BTreeSet};

/// The most rows at a time.
const ROWS_MOST: usize = 500;
/// The most faults that are shown: whoever has mended these sends it again.
const FAULTS_MOST: usize = 100;

/// Headings as offices write them, each with the field that it fills. The first one of a field is the one that is shown.
const HEADINGS: &[(&str, &str)] = &[
    ("类别", "lecture"),
    ("题目", "topic"),
    ("主题", "topic"),
    ("主讲人职务", "speaker"),
    ("职务层级", "level"),
    ("时间", "starts"),
    ("开始时间", "starts"),
    ("时长", "minutes"),
    ("地点", "place"),
    ("街道", "street"),
    ("场所类型", "venue"),
    ("听众类别", "audience"),
    ("听众", "audience"),
    ("主办单位", "host"),
    ("承办单位", "with"),
    ("联合主办", "with"),
    ("是否第一课", "first"),
    ("第一课", "first"),
    ("人数", "heads"),
    ("到场人次", "heads"),
    ("怎么数的", "counted"),
    ("线上收看", "online"),
];

/// Headings of what says who somebody is: named, left out, and said so.
const REFUSED: &[&str] = &[
    "姓名",
    "主讲人",
    "主讲人姓名",
    "身份证号",
    "性别",
    "民族",
    "年龄",
    "电话",
    "签到",
    "签到名单",
    "出席人员",
    "缺席人员",
    "参加人员",
];

/// What is wrong with a row, at its column.
struct Fault {
    line: usize,
    column: String,
    text: String,
}

/// A row that can be entered.
struct Row {
    line: usize,
    values: Values,
    /// Whether it has heads: then it is recorded, too.
    recorded: bool,
    shown: [String; 5],
}

/// What a text holds.
#[derive(Default)]
struct Table {
    rows: Vec<Row>,
    faults: Vec<Fault>,
    left_out: Vec<String>,
    refused: Vec<String>,
}

#[derive(Template)]
#[template(path = "records/lectures_paste.html")]
struct PastePage {
    l: L,
    page: Page,
    key: String,
    errors: Vec<FieldError>,
    headings: String,
    example: String,
    text: String,
    faults: Vec<Fault>,
    rows: Vec<Row>,
    left_out: String,
    refused: String,
    /// What was entered: how many now, how many before.
    done: String,
}

/// `GET /records/lectures/paste`
pub(crate) async fn form(State(app): State<App>, visitor: Visitor) -> Response {
    let page = page(&app, &visitor, String::new(), Vec::new());
    show_with(form_status(&page.errors), &page)
}

fn page(app: &App, visitor: &Visitor, text: String, errors: Vec<FieldError>) -> PastePage {
    let l = visitor.l;
    let mut seen = BTreeSet::new();
    let first = HEADINGS.iter().filter(|(_, field)| seen.insert(*field)).map(|(_, field)| heading_of(l, field));
    PastePage {
        l,
        page: visitor.page(l.t("lectures-paste")),
        key: app.random_text(),
        errors,
        headings: first.collect::<Vec<_>>().join("\t"),
        example: l.t("lectures-paste-example"),
        text,
        faults: Vec::new(),
        rows: Vec::new(),
        left_out: String::new(),
        refused: String::new(),
        done: String::new(),
    }
}

/// `POST /records/lectures/paste`: reads and shows; with `enter`, enters what was read.
pub(crate) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let l = visitor.l;
    let at_text = |text: String| vec![FieldError { field: "text".into(), text }];
    let text = match sent.files("file").next().cloned() {
        None => sent.raw("text").to_owned(),
        Some(file) => match sheet::uploaded(&app, file).await? {
            Ok(sheets) => sheets.first().map(tabbed).unwrap_or_default(),
            Err(fault) => {
                let errors = vec![FieldError { field: "file".into(), text: fault.said(l) }];
                let page = page(&app, &visitor, String::new(), errors);
                return Ok(show_with(form_status(&page.errors), &page));
            }
        },
    };
    let (d, now, actor) = (app.desk().district(), app.desk().now(), staff.actor());
    let mut table = Reader { l, d: &d, now, actor: &actor }.table(&text);
    let mut page = page(&app, &visitor, text, Vec::new());
    (page.left_out, page.refused) = (table.left_out.join("、"), table.refused.join("、"));
    if table.rows.is_empty() && table.faults.is_empty() {
        page.errors = at_text(l.t("lectures-paste-empty"));
    } else if !table.faults.is_empty() {
        page.errors = at_text(l.t_n("lectures-paste-faults", table.faults.len()));
        table.faults.truncate(FAULTS_MOST);
        page.faults = table.faults;
    } else if sent.is_on("enter") {
        return enter(&app, &actor, page, table.rows).await;
    } else {
        page.rows = table.rows;
    }
    Ok(show_with(form_status(&page.errors), &page))
}

/// The name of a field's column: as offices write it, in English as the form has it.
pub(super) fn heading_of(l: L, field: &str) -> String {
    let heading = HEADINGS.iter().find(|(_, name)| *name == field).map(|(heading, _)| *heading);
    let declared = Act::ALL.iter().flat_map(|act| act.fields).find(|declared| declared.name == field);
    let label = declared.map(|f: &Field| capital(l.0.pick(f.label[0], f.label[1])));
    match (l.0, heading) {
        (domain::Lang::Zh, Some(heading)) => heading.to_owned(),
        _ => label.unwrap_or_default(),
    }
}

/// Rows as they are copied out of a sheet.
fn tabbed(sheet: &sheet::Sheet) -> String {
    let row = |row: &sheet::SheetRow| row.cells.iter().map(|cell| cell.trim()).collect::<Vec<_>>().join("\t");
    sheet.rows.iter().map(row).collect::<Vec<_>>().join("\n")
}

/// Enters the rows one after the other. A row that was entered before is not entered again: sent once more after a
/// failure, the rest follows.
async fn enter(app: &App, actor: &Actor, mut page: PastePage, rows: Vec<Row>) -> Result<Response, Problem> {
    let (mut new, mut old) = (0, 0);
    for row in &rows {
        let key = |act: &str| {
            let text: Vec<String> = row.values.iter().map(|(name, text)| format!("{name}={text}")).collect();
            Key::of(&format!("lectures pasted {actor:?}"), &format!("{act} {}", text.join("\u{1f}")))
        };
        let done = run(app, actor, On::New, "plan", row, key("plan")).await;
        let done = match done {
            Ok(done) => done,
            Err(failure) => return stopped(page, row.line, failure),
        };
        if done.again {
            old += 1
        } else {
            new += 1
        }
        if row.recorded
            && let Err(failure) = run(app, actor, On::Record(done.id), "record", row, key("record")).await
        {
            return stopped(page, row.line, failure);
        }
    }
    let counts = [("new", new.to_string()), ("old", old.to_string())];
    (page.done, page.text) = (page.l.t_with("lectures-paste-done", &counts), String::new());
    Ok(show_with(form_status(&page.errors), &page))
}

/// What can be entered was; what is wrong with the next row is said.
fn stopped(mut page: PastePage, line: usize, failure: Failure) -> Result<Response, Problem> {
    let Failure::Refused(refusal) = failure else { return Err(failure.into()) };
    let text = Problem::from(refusal).sentence(page.l.0);
    page.errors = vec![FieldError {
        field: "text".into(),
        text: page.l.t_with("lectures-paste-stopped", &[("line", line.to_string()), ("text", text)]),
    }];
    Ok(show_with(form_status(&page.errors), &page))
}

async fn run(app: &App, actor: &Actor, on: On, code: &str, row: &Row, key: Key) -> Result<desk::Done, Failure> {
    let wrong = |wrong: Vec<Refusal>| wrong.into_iter().next().map_or(Failure::Closed, Failure::Refused);
    let act = Act::read(code, &row.values).map_err(wrong)?;
    app.desk().execute::<Lectures>((actor.clone(), Visit::BEST), on, None, act, Some(key)).await
}

/// Reads a text into rows.
struct Reader<'a> {
    l: L,
    d: &'a District,
    now: Moment,
    actor: &'a Actor,
}

impl Reader<'_> {
    fn table(&self, text: &str) -> Table {
        let mut table = Table::default();
        let comma = !text.lines().next().unwrap_or_default().contains('\t');
        let mut reader = csv::ReaderBuilder::new();
        let reader = reader.has_headers(false).flexible(true).delimiter(if comma { b',' } else { b'\t' });
        let mut reader = reader.from_reader(text.as_bytes());
        let mut columns: Vec<Option<&'static str>> = Vec::new();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (n, record) in reader.records().enumerate() {
            let Ok(record) = record else {
                table.faults.push(Fault {
                    line: n + 1,
                    column: String::new(),
                    text: self.l.t("lectures-paste-unreadable"),
                });
                break;
            };
            let line = record.position().map_or(n + 1, |at| usize::try_from(at.line()).unwrap_or(n + 1));
            if columns.is_empty() {
                columns = record.iter().map(|heading| self.column(heading, &mut table)).collect();
                if !columns.contains(&Some("topic")) {
                    let text = self.l.t("lectures-paste-no-headings");
                    table.faults.push(Fault { line, column: String::new(), text });
                    return table;
                }
                continue;
            }
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if table.rows.len() + table.faults.len() >= ROWS_MOST {
                let text = self.l.t_n("lectures-paste-most", ROWS_MOST);
                table.faults.push(Fault { line, column: String::new(), text });
                return table;
            }
            let whole = record.iter().collect::<Vec<_>>().join("\u{1f}");
            if let Some(first) = seen.insert(whole, line) {
                let text = self.l.t_n("lectures-paste-twice", first);
                table.faults.push(Fault { line, column: String::new(), text });
                continue;
            }
            self.row(line, &columns, &record, &mut table);
        }
        table
    }

    /// The field of a heading; what is none is named.
    fn column(&self, heading: &str, table: &mut Table) -> Option<&'static str> {
        let heading = domain::typed::kept_line(heading);
        let heading = heading.trim_start_matches('\u{feff}');
        let bare = heading.split(['（', '(']).next().unwrap_or_default().trim();
        if REFUSED.contains(&bare) {
            table.refused.push(heading.to_owned());
            return None;
        }
        let named = |field: &&str| [*field, &self.heading(field)].iter().any(|name| name.eq_ignore_ascii_case(bare));
        let found = HEADINGS.iter().find(|(word, field)| *word == bare || named(field)).map(|(_, field)| *field);
        if found.is_none() && !heading.is_empty() {
            table.left_out.push(heading.to_owned());
        }
        found
    }

    fn row(&self, line: usize, columns: &[Option<&'static str>], record: &csv::StringRecord, table: &mut Table) {
        let mut values: BTreeMap<&str, String> = BTreeMap::new();
        for (field, cell) in columns.iter().zip(record) {
            let Some(field) = field else { continue };
            let units = matches!(*field, "host" | "with" | "street");
            values.insert(field, if units { unit_codes(cell, self.d) } else { cell.trim().to_owned() });
        }
        // What a sheet mostly leaves out; a cell that is there and wrong is told.
        for (field, usual) in [("minutes", "60"), ("level", "grassroots"), ("venue", "hall"), ("audience", "everybody")]
        {
            if !columns.contains(&Some(field)) {
                values.insert(field, usual.to_owned());
            }
        }
        values.insert("announce", "1".to_owned());
        let values: Values = values.into_iter().collect();
        let recorded = domain::typed::says_something(values.get("heads"));
        let wrong = self.judge(&values, recorded);
        if wrong.is_empty() {
            let shown = [
                values.get("lecture").to_owned(),
                values.get("topic").to_owned(),
                values.get("starts").to_owned(),
                self.host(&values),
                values.get("heads").to_owned(),
            ];
            table.rows.push(Row { line, values, recorded, shown });
            return;
        }
        for refusal in wrong {
            let column = refusal.field.map(|field| self.heading(field)).unwrap_or_default();
            table.faults.push(Fault { line, column, text: Problem::from(refusal).sentence(self.l.0) });
        }
    }

    fn host(&self, values: &Values) -> String {
        let typed = values.get("host");
        let unit = if typed.is_empty() { self.actor.unit().cloned() } else { Some(typed.into()) };
        unit.map(|unit| unit_name(self.l, self.d, &unit)).unwrap_or_default()
    }

    fn heading(&self, field: &str) -> String {
        heading_of(self.l, field)
    }

    /// Everything that the rules have against a row, as far as they can tell now.
    fn judge(&self, values: &Values, recorded: bool) -> Vec<Refusal> {
        let planned = match Act::read("plan", values) {
            Ok(act) => act,
            Err(mut wrong) => {
                if recorded {
                    wrong.extend(Act::read("record", values).err().unwrap_or_default());
                }
                return wrong;
            }
        };
        let mut lecture = Lectures::blank(CaseId([0; 16]));
        if let Err(refusal) = self.decide(&mut lecture, &planned) {
            return vec![refusal];
        }
        if !recorded {
            return Vec::new();
        }
        match Act::read("record", values) {
            Ok(act) => self.decide(&mut lecture, &act).err().into_iter().collect(),
            Err(wrong) => wrong,
        }
    }

    fn decide(&self, lecture: &mut Lecture, act: &Act) -> Result<(), Refusal> {
        let (now, actor, district) = (self.now, self.actor, self.d);
        let facts = Facts {
            now,
            actor,
            visit: Visit::BEST,
            asked: false,
            district,
            fresh: Fresh::default(),
            near: &[],
            past: &[],
        };
        for deed in Lectures::decide(lecture, act, &facts)? {
            if let Deed::Event(new) = deed {
                let (event, clocks) = (new.event, new.clocks);
                let body = Body { nonce: String::new(), at: now, by: actor.clone(), because: None, event, clocks };
                Lectures::evolve(lecture, &body);
            }
        }
        Ok(())
    }
}
