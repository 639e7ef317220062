//! `/records/{register}/paste`: many records at once, from a sheet or from what was copied out of one. Every row is read and
//! judged by the rules before anything is entered; a fault names its line and column; and the same row is entered once
//! however often an account sends it.

use super::form::unit_codes;
use super::{Face, face_of};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::{L, capital};
use crate::page::{FieldError, Page, form_status, show_with};
use crate::parts::sheet;
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use desk::{Failure, Key};
use domain::case::{CaseId, Visit};
use domain::district::District;
use domain::register::{Decided, Facts, Field, Fresh, On, Stamp, Thing, Values};
use domain::{Actor, Moment, Refusal};
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use store::listed::Told;

/// The most rows at a time.
const ROWS_MOST: usize = 500;
/// The most faults that are shown: whoever has mended these sends it again.
const FAULTS_MOST: usize = 100;

/// The headings of every sheet that say who somebody is: named, left out, and said so.
const REFUSED: &[&str] =
    &["身份证号", "性别", "民族", "年龄", "电话", "签到", "签到名单", "出席人员", "缺席人员", "参加人员"];

/// How a register's records stand in a sheet, to be read from it and written into it.
pub(crate) struct Sheet {
    /// Headings as offices write them, each with the field that it fills. The first one of a field is the one that is shown.
    pub(super) headings: &'static [(&'static str, &'static str)],
    /// Headings that this register refuses beside those that all refuse.
    pub(super) refused: &'static [&'static str],
    /// What a sheet mostly leaves out, and how it is filled then; a cell that is there and wrong is told.
    pub(super) usual: &'static [(&'static str, &'static str)],
    /// What every row says without a column.
    pub(super) always: &'static [(&'static str, &'static str)],
    /// The fields that hold units, which may stand there by their names.
    pub(super) units: &'static [&'static str],
    /// The field without whose column a first line has no headings.
    pub(super) needs: &'static str,
    /// A further act on the new record, and the field that asks for it by saying something.
    pub(super) then: Option<(&'static str, &'static str)>,
    /// The fields that are shown before they are entered.
    pub(super) shown: &'static [&'static str],
    /// The fields that are written into the list of a year, in its order, and can be read back.
    pub(super) written: &'static [&'static str],
    /// The keys of the columns that only tell.
    pub(super) told: &'static [&'static str],
    /// A record as a row of that list; none where it does not stand in it.
    pub(super) row: fn(L, &District, Moment, &Told) -> Option<Vec<String>>,
}

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
    /// Whether a further act follows: a session that is over is recorded, too.
    recorded: bool,
    shown: Vec<String>,
}

/// What a text holds.
#[derive(Default)]
struct Table {
    rows: Vec<Row>,
    faults: Vec<Fault>,
    left_out: Vec<String>,
    refused: Vec<String>,
    /// The codes of rows that stand in the register already: they are left as they are.
    there: Vec<String>,
    /// What every row gets without a column, each with its name.
    usual: Vec<String>,
}

#[derive(Template)]
#[template(path = "records/paste.html")]
struct PastePage {
    l: L,
    page: Page,
    plural: &'static str,
    list: String,
    title: String,
    how: String,
    columns: Vec<String>,
    key: String,
    errors: Vec<FieldError>,
    headings: String,
    example: String,
    text: String,
    faults: Vec<Fault>,
    rows: Vec<Row>,
    left_out: String,
    refused: String,
    /// What else is to be said of how it was read.
    notes: Vec<String>,
    /// What was entered: how many now, how many before.
    done: String,
}

/// A register's pages and its sheet.
#[derive(Clone, Copy)]
pub(super) struct Of {
    pub(super) face: &'static dyn Face,
    pub(super) sheet: &'static Sheet,
}

/// A register that can be read from a sheet.
pub(super) fn of(register: &str) -> Result<Of, Problem> {
    let face = face_of(register).ok_or_else(Problem::not_found)?;
    Ok(Of { face, sheet: face.sheet().ok_or_else(Problem::not_found)? })
}

/// `GET /records/{register}/paste`
pub(crate) async fn form(
    State(app): State<App>,
    visitor: Visitor,
    Path(register): Path<String>,
) -> Result<Response, Problem> {
    let page = page(&app, &visitor, of(&register)?, String::new(), Vec::new());
    Ok(show_with(form_status(&page.errors), &page))
}

fn page(app: &App, visitor: &Visitor, of: Of, text: String, errors: Vec<FieldError>) -> PastePage {
    let (l, plural) = (visitor.l, of.face.shelf().plural());
    let mut seen = BTreeSet::new();
    let first = of.sheet.headings.iter().filter(|(_, field)| seen.insert(*field));
    let first = first.map(|(_, field)| of.heading(l, field));
    let title = l.t(&format!("{plural}-paste"));
    PastePage {
        l,
        page: visitor.page(title.clone()),
        plural,
        list: l.t(&format!("nav-{plural}")),
        title,
        how: l.t(&format!("paste-how-{plural}")),
        columns: of.sheet.shown.iter().map(|field| of.heading(l, field)).collect(),
        key: app.random_text(),
        errors,
        headings: first.collect::<Vec<_>>().join("\t"),
        example: l.t(&format!("paste-example-{plural}")),
        text,
        faults: Vec::new(),
        rows: Vec::new(),
        left_out: String::new(),
        refused: String::new(),
        notes: Vec::new(),
        done: String::new(),
    }
}

/// `POST /records/{register}/paste`: reads and shows; with `enter`, enters what was read.
pub(crate) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(register): Path<String>,
    sent: Sent,
) -> Result<Response, Problem> {
    let (l, of) = (visitor.l, of(&register)?);
    let at_text = |text: String| vec![FieldError { field: "text".into(), text }];
    let mut notes = Vec::new();
    let text = match sent.files("file").next().cloned() {
        None => sent.raw("text").to_owned(),
        Some(file) => match sheet::uploaded(&app, file).await? {
            Ok(sheets) => {
                let filled: Vec<&sheet::Sheet> = sheets.iter().filter(|sheet| !sheet.rows.is_empty()).collect();
                let read = filled.iter().find(|sheet| sheet.visible);
                let others = filled.iter().filter(|sheet| read.is_none_or(|read| read.name != sheet.name));
                let others: Vec<&str> = others.map(|sheet| sheet.name.as_str()).collect();
                if !others.is_empty() {
                    notes.push(l.t_n("paste-other-sheets", others.join("、")));
                }
                if let Some(hidden) = read.map(|sheet| sheet.hidden_rows).filter(|n| *n > 0) {
                    notes.push(l.t_n("paste-hidden-rows", hidden));
                }
                if domain::typed::says_something(sent.raw("text")) && !sent.is_on("enter") {
                    notes.push(l.t("paste-file-first"));
                }
                read.map(|sheet| tabbed(sheet)).unwrap_or_default()
            }
            Err(fault) => {
                let errors = vec![FieldError { field: "file".into(), text: fault.said(l) }];
                let page = page(&app, &visitor, of, String::new(), errors);
                return Ok(show_with(form_status(&page.errors), &page));
            }
        },
    };
    let (d, now, actor) = (app.desk().district(), app.desk().now(), staff.actor());
    let reader = Reader { l, d: &d, now, actor: &actor, of };
    let there = reader.there(&app, &text).await?;
    let mut table = reader.table(&text, &there);
    if !table.there.is_empty() {
        notes.push(l.t_with("paste-there", &[("n", table.there.len().to_string()), ("codes", table.there.join("、"))]));
    }
    if !table.usual.is_empty() && !table.rows.is_empty() {
        notes.push(l.t_n("paste-usual", table.usual.join(l.0.pick("；", "; "))));
    }
    let mut page = page(&app, &visitor, of, text, Vec::new());
    page.notes = notes;
    (page.left_out, page.refused) = (table.left_out.join("、"), table.refused.join("、"));
    if table.rows.is_empty() && table.faults.is_empty() {
        page.errors = if table.there.is_empty() { at_text(l.t("paste-empty")) } else { Vec::new() };
    } else if !table.faults.is_empty() {
        page.errors = at_text(l.t_n("paste-faults", table.faults.len()));
        table.faults.truncate(FAULTS_MOST);
        page.faults = table.faults;
    } else if sent.is_on("enter") {
        return enter(&app, &actor, of, page, table.rows).await;
    } else {
        page.rows = table.rows;
    }
    Ok(show_with(form_status(&page.errors), &page))
}

impl Of {
    /// The name of a field's column: as offices write it, in English as the form has it.
    pub(super) fn heading(self, l: L, field: &str) -> String {
        let heading = self.sheet.headings.iter().find(|(_, name)| *name == field).map(|(heading, _)| *heading);
        let acts = self.face.shelf().acts();
        let declared = acts.iter().flat_map(|act| act.fields).find(|declared| declared.name == field);
        let label = declared.map(|f: &Field| capital(l.0.pick(f.label[0], f.label[1])));
        match (l.0, heading) {
            (domain::Lang::Zh, Some(heading)) => heading.to_owned(),
            _ => label.unwrap_or_default(),
        }
    }

    /// The act by which a record of it begins.
    fn begins(self) -> &'static str {
        self.face.begins().code
    }
}

/// A text as rows: with tabs as they are copied out of a sheet, or with commas.
fn csv_of(text: &str) -> csv::Reader<&[u8]> {
    let comma = !text.lines().next().unwrap_or_default().contains('\t');
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).flexible(true).delimiter(if comma { b',' } else { b'\t' });
    reader.from_reader(text.as_bytes())
}

/// Rows as they are copied out of a sheet.
fn tabbed(sheet: &sheet::Sheet) -> String {
    let row = |row: &sheet::SheetRow| row.cells.iter().map(|cell| cell.trim()).collect::<Vec<_>>().join("\t");
    sheet.rows.iter().map(row).collect::<Vec<_>>().join("\n")
}

/// Enters the rows one after the other. A row that was entered before is not entered again: sent once more after a
/// failure, the rest follows.
async fn enter(app: &App, actor: &Actor, of: Of, mut page: PastePage, rows: Vec<Row>) -> Result<Response, Problem> {
    let (mut new, mut old) = (0, 0);
    for row in &rows {
        let key = |act: &str| {
            let text: Vec<String> = row.values.iter().map(|(name, text)| format!("{name}={text}")).collect();
            Key::of(
                &format!("{} pasted {actor:?}", of.face.shelf().plural()),
                &format!("{act} {}", text.join("\u{1f}")),
            )
        };
        let done = run(app, actor, of, On::New, of.begins(), row, key(of.begins())).await;
        let done = match done {
            Ok(done) => done,
            Err(failure) => return stopped(page, row.line, failure),
        };
        if done.again {
            old += 1
        } else {
            new += 1
        }
        if let Some((then, _)) = of.sheet.then.filter(|_| row.recorded)
            && let Err(failure) = run(app, actor, of, On::Record(done.id), then, row, key(then)).await
        {
            return stopped(page, row.line, failure);
        }
    }
    let counts = [("new", new.to_string()), ("old", old.to_string())];
    (page.done, page.text) = (page.l.t_with("paste-done", &counts), String::new());
    Ok(show_with(form_status(&page.errors), &page))
}

/// What can be entered was; what is wrong with the next row is said.
fn stopped(mut page: PastePage, line: usize, failure: Failure) -> Result<Response, Problem> {
    let Failure::Refused(refusal) = failure else { return Err(failure.into()) };
    let text = Problem::from(refusal).sentence(page.l.0);
    page.errors = vec![FieldError {
        field: "text".into(),
        text: page.l.t_with("paste-stopped", &[("line", line.to_string()), ("text", text)]),
    }];
    Ok(show_with(form_status(&page.errors), &page))
}

async fn run(
    app: &App,
    actor: &Actor,
    of: Of,
    on: On,
    code: &'static str,
    row: &Row,
    key: Key,
) -> Result<desk::Done, Failure> {
    let wrong = |wrong: Vec<Refusal>| wrong.into_iter().next().map_or(Failure::Closed, Failure::Refused);
    let read = of.face.shelf().read_act(code, &row.values).map_err(wrong)?;
    let by = (actor.clone(), Visit::BEST);
    app.desk().execute_read(by, of.face.shelf(), (on, None), (code, &row.values, read), Some(key)).await
}

/// Reads a text into rows.
struct Reader<'a> {
    l: L,
    d: &'a District,
    now: Moment,
    actor: &'a Actor,
    of: Of,
}

impl Reader<'_> {
    /// The records whose codes stand in the text's column of codes and that are in the register: one statement for 32 rows.
    async fn there(&self, app: &App, text: &str) -> Result<BTreeSet<String>, Problem> {
        let mut records = csv_of(text).into_records().flatten();
        let first = records.next();
        let Some(at) = first.and_then(|first| first.iter().position(|heading| self.is_code(heading))) else {
            return Ok(BTreeSet::new());
        };
        let codes = records.filter_map(|record| desk::read_case_code(record.get(at)?)).take(ROWS_MOST).collect();
        let (number, register) = (app.desk().number(), self.of.face.shelf().code());
        app.read(move |db, _| store::listed::known(db, number, register, codes)).await
    }

    fn is_code(&self, heading: &str) -> bool {
        let heading = domain::typed::kept_line(heading);
        let heading = heading.trim_start_matches('\u{feff}').trim();
        [L(domain::Lang::Zh), L(domain::Lang::En)].iter().any(|l| l.t("lecture-code").eq_ignore_ascii_case(heading))
    }

    fn table(&self, text: &str, there: &BTreeSet<String>) -> Table {
        let mut table = Table::default();
        let mut reader = csv_of(text);
        let mut code_at = None;
        let mut columns: Vec<Option<&'static str>> = Vec::new();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (n, record) in reader.records().enumerate() {
            let Ok(record) = record else {
                table.faults.push(Fault { line: n + 1, column: String::new(), text: self.l.t("paste-unreadable") });
                break;
            };
            let line = record.position().map_or(n + 1, |at| usize::try_from(at.line()).unwrap_or(n + 1));
            if columns.is_empty() {
                code_at = record.iter().position(|heading| self.is_code(heading));
                columns = record.iter().map(|heading| self.column(heading, &mut table)).collect();
                if !columns.contains(&Some(self.of.sheet.needs)) {
                    let text = self.l.t_n("paste-no-headings", self.heading(self.of.sheet.needs));
                    table.faults.push(Fault { line, column: String::new(), text });
                    return table;
                }
                let usual = self.of.sheet.usual.iter().filter(|(field, _)| !columns.contains(&Some(*field)));
                let named =
                    |(field, value): &(&str, &str)| format!("{} {}", self.heading(field), self.term(field, value));
                table.usual = usual.map(named).collect();
                continue;
            }
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if table.rows.len() + table.faults.len() >= ROWS_MOST {
                let text = self.l.t_n("paste-most", ROWS_MOST);
                table.faults.push(Fault { line, column: String::new(), text });
                return table;
            }
            let code = code_at.and_then(|at| desk::read_case_code(record.get(at)?));
            match code {
                Some(code) if there.contains(&code) => {
                    table.there.push(code);
                    continue;
                }
                // Whoever gives a code means a record that is there.
                Some(code) => {
                    let (column, text) = (self.l.t("lecture-code"), self.l.t_n("paste-no-such-code", code));
                    table.faults.push(Fault { line, column, text });
                    continue;
                }
                None => {}
            }
            let whole = record.iter().collect::<Vec<_>>().join("\u{1f}");
            if let Some(first) = seen.insert(whole, line) {
                let text = self.l.t_n("paste-twice", first);
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
        if REFUSED.contains(&bare) || self.of.sheet.refused.contains(&bare) {
            table.refused.push(heading.to_owned());
            return None;
        }
        // A list that was taken out in the other language is read, too; a label may have a bracket of its own.
        let fits = |name: &str| name.eq_ignore_ascii_case(bare) || name.eq_ignore_ascii_case(heading);
        let langs = [L(domain::Lang::Zh), L(domain::Lang::En)];
        let named = |field: &&str| fits(field) || langs.iter().any(|l| fits(&self.of.heading(*l, field)));
        let found =
            self.of.sheet.headings.iter().find(|(word, field)| *word == bare || named(field)).map(|(_, field)| *field);
        if found.is_none() && !heading.is_empty() && !self.is_code(heading) {
            table.left_out.push(heading.to_owned());
        }
        found
    }

    fn row(&self, line: usize, columns: &[Option<&'static str>], record: &csv::StringRecord, table: &mut Table) {
        let mut values: BTreeMap<&str, String> = BTreeMap::new();
        for (field, cell) in columns.iter().zip(record) {
            let Some(field) = field else { continue };
            let units = self.of.sheet.units.contains(field);
            values.insert(field, if units { unit_codes(cell, self.d) } else { cell.trim().to_owned() });
        }
        for (field, usual) in self.of.sheet.usual {
            if !columns.contains(&Some(*field)) {
                values.insert(field, (*usual).to_owned());
            }
        }
        values.extend(self.of.sheet.always.iter().map(|(field, text)| (*field, (*text).to_owned())));
        let values: Values = values.into_iter().collect();
        let recorded = self.of.sheet.then.is_some_and(|(_, field)| domain::typed::says_something(values.get(field)));
        let wrong = self.judge(&values, recorded);
        if wrong.is_empty() {
            let shown = self.of.sheet.shown.iter().map(|field| match *field {
                "host" => self.host(&values),
                field => values.get(field).to_owned(),
            });
            let shown = shown.collect();
            table.rows.push(Row { line, values, recorded, shown });
            return;
        }
        for refusal in wrong {
            let column = refusal.field.map(|field| self.heading(field)).unwrap_or_default();
            table.faults.push(Fault { line, column, text: Problem::from(refusal).sentence(self.l.0) });
        }
    }

    /// What stands for a value of a field: its name, where it is one of a list.
    fn term(&self, field: &str, value: &str) -> String {
        let acts = self.of.face.shelf().acts();
        let declared = acts.iter().flat_map(|act| act.fields).find(|declared| declared.name == field);
        let terms = match declared.map(|declared| declared.input) {
            Some(domain::register::Input::Choice(terms)) => terms(),
            _ => Vec::new(),
        };
        let named = terms.iter().find(|term| term.code == value);
        named.map_or(value, |term| self.l.0.pick(term.label[0], term.label[1])).to_owned()
    }

    fn host(&self, values: &Values) -> String {
        let typed = values.get("host");
        let unit = if typed.is_empty() { self.actor.unit().cloned() } else { Some(typed.into()) };
        unit.map(|unit| self.d.unit_name(&unit, self.l.0).to_owned()).unwrap_or_default()
    }

    fn heading(&self, field: &str) -> String {
        self.of.heading(self.l, field)
    }

    /// Everything that the rules have against a row, as far as they can tell now.
    fn judge(&self, values: &Values, recorded: bool) -> Vec<Refusal> {
        let shelf = self.of.face.shelf();
        let then = self.of.sheet.then.filter(|_| recorded).map(|(act, _)| act);
        let further = then.map(|act| shelf.read_act(act, values));
        let planned = match shelf.read_act(self.of.begins(), values) {
            Ok(act) => act,
            Err(mut wrong) => {
                wrong.extend(further.and_then(Result::err).unwrap_or_default());
                return wrong;
            }
        };
        let mut record = shelf.blank(CaseId([0; 16]));
        if let Err(refusal) = self.decide(record.as_mut(), planned.as_ref()) {
            return vec![refusal];
        }
        match further {
            None => Vec::new(),
            Some(Ok(act)) => self.decide(record.as_mut(), act.as_ref()).err().into_iter().collect(),
            Some(Err(wrong)) => wrong,
        }
    }

    fn decide(&self, record: &mut Thing, act: &(dyn Any + Send + Sync)) -> Result<(), Refusal> {
        let (now, actor, district, shelf) = (self.now, self.actor, self.d, self.of.face.shelf());
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
        for decided in shelf.decide(record, act, &facts)? {
            if let Decided::Event(event, _) = decided {
                let stamp = Stamp { nonce: String::new(), at: now, by: actor, because: None };
                // An event that was just decided has a JSON form.
                let _ = shelf.happen(record, event, stamp);
            }
        }
        Ok(())
    }
}
