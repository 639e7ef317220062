//! Units and posts from a workbook: every row is read and judged before anything changes, a fault names its row and
//! column, and what would change is shown before it does.

use super::tables::Difference;
use super::{FieldError, change};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::L;
use crate::page::{Page, go, show_with};
use crate::parts::sheet::{self, ROWS_MOST, Sheet, SheetRow, letters};
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::district::{self, Command, District, Post, PostCode, Unit, UnitCode, UnitKind};
use domain::{Actor, Label, Lang, Moment, Role};
use rust_xlsxwriter::{DataValidation, Format, Workbook, XlsxError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The most faults that are shown: whoever has mended these sends the file again.
const FAULTS_MOST: usize = 100;

/// The columns of a sheet: the id, which also names its message, and whether a row may leave it empty.
type Columns = [(&'static str, bool); 5];
const UNITS: Columns = [("code", false), ("zh", false), ("en", false), ("kind", false), ("parent", true)];
const POSTS: Columns = [("code", false), ("zh", false), ("en", false), ("unit", false), ("role", false)];

/// What an import would set.
#[derive(Default, Serialize, Deserialize)]
struct ImportPlan {
    units: Vec<Unit>,
    posts: Vec<Post>,
}

/// A fault in a file, with its place as a spreadsheet shows it.
struct ImportFault {
    sheet: String,
    row: String,
    column: String,
    text: String,
}

#[derive(Template)]
#[template(path = "office/import.html")]
struct ImportPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    faults: Vec<ImportFault>,
    /// What would change; none before a file was read.
    preview: Option<Vec<Difference>>,
    unchanged: usize,
    /// What is confirmed: as JSON, with the district's version that it was judged by.
    data: String,
    version: u64,
}

fn page(app: &App, visitor: &Visitor, errors: Vec<FieldError>) -> ImportPage {
    let l = visitor.l;
    ImportPage {
        l,
        page: visitor.page(l.t("admin-import")),
        errors,
        faults: Vec::new(),
        preview: None,
        unchanged: 0,
        data: String::new(),
        version: app.desk().district().version,
    }
}

fn answer(page: &ImportPage) -> Response {
    let bad = !page.errors.is_empty() || !page.faults.is_empty();
    show_with(if bad { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, page)
}

/// `GET /admin/import`
pub(crate) async fn form(State(app): State<App>, visitor: Visitor) -> Response {
    answer(&page(&app, &visitor, Vec::new()))
}

/// `POST /admin/import`: reads a workbook and shows what it would change. Changes nothing.
pub(crate) async fn upload(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let (l, d) = (visitor.l, app.desk().district());
    let at_file = |text: String| vec![FieldError { field: "file".into(), text }];
    let Some(file) = sent.files("file").next().cloned() else {
        return Ok(answer(&page(&app, &visitor, at_file(l.t("import-no-file")))));
    };
    let sheets = match sheet::uploaded(&app, file).await? {
        Ok(sheets) => sheets,
        Err(fault) => return Ok(answer(&page(&app, &visitor, at_file(fault.said(l))))),
    };
    let mut reader = ImportReader { l, d: &d, faults: Vec::new(), known: BTreeSet::new() };
    let wanted = reader.wanted(&sheets);
    let mut page = page(&app, &visitor, Vec::new());
    if !reader.faults.is_empty() {
        page.faults = reader.faults;
        page.faults.truncate(FAULTS_MOST);
        page.errors = at_file(l.t_n("import-faults", page.faults.len()));
        return Ok(answer(&page));
    }
    let (total, wanted) = (wanted.units.len() + wanted.posts.len(), changed(&d, wanted));
    if let Err(refusal) = possible(&d, &wanted, &staff.actor(), app.desk().now()) {
        page.errors = at_file(Problem::from(refusal).sentence(l.0));
        return Ok(answer(&page));
    }
    let preview = preview(l, &d, &wanted);
    page.unchanged = total - preview.len();
    page.preview = Some(preview);
    page.data = serde_json::to_string(&wanted).map_err(|_| Problem::broken())?;
    Ok(answer(&page))
}

/// `POST /admin/import/confirm`: sets what was shown, unless the district has changed since.
pub(crate) async fn confirm(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let (l, d) = (visitor.l, app.desk().district());
    let wanted: ImportPlan = serde_json::from_str(sent.raw("data")).map_err(|_| Problem::form())?;
    let seen: u64 = sent.get("version").parse().map_err(|_| Problem::form())?;
    let refused = |text: String| Ok(answer(&page(&app, &visitor, vec![FieldError { field: "file".into(), text }])));
    if seen != d.version {
        return refused(l.t("import-changed"));
    }
    if let Err(refusal) = possible(&d, &wanted, &staff.actor(), app.desk().now()) {
        return refused(Problem::from(refusal).sentence(l.0));
    }
    for command in commands(&wanted) {
        if let Err(errors) = change(&app, &staff, l, command).await? {
            return Ok(answer(&page(&app, &visitor, errors)));
        }
    }
    Ok(go("/admin/import?done=imported"))
}

fn commands(wanted: &ImportPlan) -> impl Iterator<Item = Command> {
    let units = (!wanted.units.is_empty()).then(|| Command::SetUnits(wanted.units.clone()));
    let posts = (!wanted.posts.is_empty()).then(|| Command::SetPosts(wanted.posts.clone()));
    units.into_iter().chain(posts)
}

/// Whether the district would take all of it: decided on a copy, one command after the other.
fn possible(d: &District, wanted: &ImportPlan, actor: &Actor, now: Moment) -> Result<(), domain::Refusal> {
    let mut copy = d.clone();
    for command in commands(wanted) {
        for event in district::decide(&copy, &command, actor, now)? {
            district::evolve(&mut copy, now, actor, &event);
        }
    }
    Ok(())
}

/// What differs from what is there.
fn changed(d: &District, wanted: ImportPlan) -> ImportPlan {
    let ImportPlan { mut units, mut posts } = wanted;
    units.retain(|u| d.units.get(&u.code) != Some(u));
    posts.retain(|p| d.posts.get(&p.code) != Some(p));
    ImportPlan { units, posts }
}

fn preview(l: L, d: &District, wanted: &ImportPlan) -> Vec<Difference> {
    let unit = |u: &Unit| {
        let parent = u.parent.as_ref().map_or(String::new(), |p| format!(" · {p}"));
        let closed = if u.closed { format!(" · {}", l.t("units-closed")) } else { String::new() };
        format!("{} · {} · {}{parent}{closed}", u.zh, u.en, u.kind.label(l.0))
    };
    let post = |p: &Post| format!("{} · {} · {} · {}", p.zh, p.en, p.unit, p.role.label(l.0));
    let of_unit = |u: &Unit| Difference {
        what: format!("{} {}", l.t("admin-units"), u.code),
        before: d.units.get(&u.code).map(unit).unwrap_or_default(),
        after: unit(u),
    };
    let of_post = |p: &Post| Difference {
        what: format!("{} {}", l.t("admin-posts"), p.code),
        before: d.posts.get(&p.code).map(post).unwrap_or_default(),
        after: post(p),
    };
    wanted.units.iter().map(of_unit).chain(wanted.posts.iter().map(of_post)).collect()
}

/// Reads sheets into units and posts, and notes every fault.
struct ImportReader<'a> {
    l: L,
    d: &'a District,
    faults: Vec<ImportFault>,
    /// The units that are open once the file's are set.
    known: BTreeSet<UnitCode>,
}

impl ImportReader<'_> {
    fn wanted(&mut self, sheets: &[Sheet]) -> ImportPlan {
        let of = |id: &str, key: &str| {
            let words = [L(Lang::Zh).t(key), L(Lang::En).t(key).to_lowercase(), id.to_owned()];
            sheets.iter().find(|s| words.iter().any(|word| s.name.to_lowercase().contains(word.as_str())))
        };
        let (units, posts) = (of("units", "admin-units"), of("posts", "admin-posts"));
        if units.is_none() && posts.is_none() {
            let names = sheets.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(", ");
            self.fault(&names, None, String::new(), self.l.t("import-no-sheet"));
        }
        self.known = self.d.units.values().filter(|u| !u.closed).map(|u| u.code.clone()).collect();
        let mut wanted = ImportPlan::default();
        if let Some((sheet, at)) = units.and_then(|s| Some((s, self.columns(s, &UNITS)?))) {
            self.known.extend(sheet.rows.iter().skip(1).map(|row| UnitCode::from(row.cell(at[0]))));
            wanted.units = self.each(sheet, &UNITS, at, ImportReader::unit);
        }
        if let Some((sheet, at)) = posts.and_then(|s| Some((s, self.columns(s, &POSTS)?))) {
            wanted.posts = self.each(sheet, &POSTS, at, ImportReader::post);
        }
        wanted
    }

    fn fault(&mut self, sheet: &str, row: Option<u64>, column: String, text: String) {
        let row = row.map_or(String::new(), |n| n.to_string());
        self.faults.push(ImportFault { sheet: sheet.to_owned(), row, column, text });
    }

    /// Where each column stands, by the headings of the first row.
    fn columns(&mut self, sheet: &Sheet, columns: &Columns) -> Option<[usize; 5]> {
        let l = self.l;
        let Some(head) = sheet.rows.first() else {
            self.fault(&sheet.name, None, String::new(), l.t("import-empty-sheet"));
            return None;
        };
        let before = self.faults.len();
        let mut at = [usize::MAX; 5];
        for (n, cell) in head.cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()) {
            match columns.iter().position(|(id, _)| is_heading(id, cell)) {
                Some(found) if at[found] == usize::MAX => at[found] = n,
                Some(_) => self.fault(&sheet.name, Some(head.line), letters(n), l.t_n("import-twice", cell.trim())),
                None => {
                    let ids = columns.iter().map(|(id, _)| *id).collect::<Vec<_>>().join(", ");
                    let values = [("n", cell.trim().to_owned()), ("ids", ids)];
                    self.fault(&sheet.name, Some(head.line), letters(n), l.t_with("import-unknown-column", &values));
                }
            }
        }
        for ((id, optional), found) in columns.iter().zip(at) {
            if found == usize::MAX && !optional {
                self.fault(&sheet.name, Some(head.line), String::new(), l.t_n("import-missing-column", heading(l, id)));
            }
        }
        (self.faults.len() == before).then_some(at)
    }

    /// Reads every row below the headings; a code may stand once.
    fn each<T>(
        &mut self,
        sheet: &Sheet,
        columns: &Columns,
        at: [usize; 5],
        read: fn(&mut Self, &ImportRow<'_>) -> Option<T>,
    ) -> Vec<T> {
        let mut seen = BTreeSet::new();
        let mut all = Vec::new();
        for row in sheet.rows.iter().skip(1) {
            let line = ImportRow { sheet: &sheet.name, row, columns, at };
            let empty = (0..columns.len()).filter(|n| !columns[*n].1 && line.get(*n).is_empty());
            let empty: Vec<usize> = empty.collect();
            for n in &empty {
                self.at(&line, *n, self.l.t("import-empty-cell"));
            }
            let code = line.get(0);
            if !code.is_empty() && !UnitCode::from(code).is_well_formed() {
                self.at(&line, 0, self.l.t_n("import-bad-code", code));
            } else if !code.is_empty() && !seen.insert(code.to_owned()) {
                self.at(&line, 0, self.l.t_n("import-twice", code));
            }
            if empty.is_empty() {
                all.extend(read(self, &line));
            }
        }
        all
    }

    fn at(&mut self, line: &ImportRow<'_>, column: usize, text: String) {
        let place = match line.at[column] {
            usize::MAX => String::new(),
            n => letters(n),
        };
        let name = format!("{place} {}", heading(self.l, line.columns[column].0));
        self.fault(line.sheet, Some(line.row.line), name.trim().to_owned(), text);
    }

    fn unit(&mut self, line: &ImportRow<'_>) -> Option<Unit> {
        let kind = self.term::<UnitKind>(line, 3);
        let parent = Some(line.get(4)).filter(|p| !p.is_empty()).map(UnitCode::from);
        let is_there = |p: &UnitCode| self.known.contains(p) || self.d.units.contains_key(p);
        if let Some(parent) = parent.as_ref().filter(|p| !is_there(p)) {
            self.at(line, 4, self.l.t_n("import-no-unit", parent));
        }
        let (zh, en) = (line.get(1).to_owned(), line.get(2).to_owned());
        let code = UnitCode::from(line.get(0));
        // The file says nothing about where it is.
        let at = self.d.units.get(&code).and_then(|u| u.at);
        Some(Unit { code, zh, en, kind: kind?, parent, closed: false, at })
    }

    fn post(&mut self, line: &ImportRow<'_>) -> Option<Post> {
        let unit = UnitCode::from(line.get(3));
        if !self.known.contains(&unit) {
            self.at(line, 3, self.l.t_n("import-no-unit", &unit));
        }
        let role = self.term::<Role>(line, 4)?;
        let (zh, en) = (line.get(1).to_owned(), line.get(2).to_owned());
        Some(Post { code: PostCode(line.get(0).to_owned()), zh, en, unit, role })
    }

    /// A word of a vocabulary: its code, or its name in either language.
    fn term<T: Label>(&mut self, line: &ImportRow<'_>, column: usize) -> Option<T> {
        let text = line.get(column);
        let is = |v: &&T| [v.code(), v.label(Lang::Zh), v.label(Lang::En)].contains(&text);
        let found = T::ALL.iter().find(is).copied();
        if found.is_none() {
            let words = T::ALL.iter().map(|v| v.label(self.l.0)).collect::<Vec<_>>().join(self.l.0.pick("、", ", "));
            self.at(line, column, self.l.t_with("import-no-word", &[("n", text.to_owned()), ("words", words)]));
        }
        found
    }
}

/// A row with where its columns stand.
struct ImportRow<'a> {
    sheet: &'a str,
    row: &'a SheetRow,
    columns: &'a Columns,
    at: [usize; 5],
}

impl ImportRow<'_> {
    fn get(&self, column: usize) -> &str {
        self.row.cell(self.at[column])
    }
}

/// A column's heading in a language: `代码 code`, `Code code` would say it twice.
fn heading(l: L, id: &str) -> String {
    let name = l.t(&format!("import-column-{id}"));
    if name.eq_ignore_ascii_case(id) { name } else { format!("{name} {id}") }
}

/// Whether a cell of the first row is the heading of a column: its id, its name in either language, or both.
fn is_heading(id: &str, cell: &str) -> bool {
    let cell = cell.trim().to_lowercase();
    let of = |l: L| [l.t(&format!("import-column-{id}")).to_lowercase(), heading(l, id).to_lowercase()];
    cell == id || [L(Lang::Zh), L(Lang::En)].into_iter().flat_map(of).any(|name| name == cell)
}

/// `GET /admin/import/template.xlsx`: the tables as they are, to be changed in a spreadsheet and sent back.
pub(crate) async fn template(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let (l, d) = (visitor.l, app.desk().district());
    let file = tokio::task::spawn_blocking(move || workbook(l, &d)).await.map_err(|_| Problem::broken())?;
    let file = file.map_err(|_| Problem::broken())?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let name = "attachment; filename=\"units-and-posts.xlsx\"";
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], file).into_response())
}

fn workbook(l: L, d: &District) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let units = d.units.values().filter(|u| !u.closed);
    let units: Vec<[&str; 5]> = units
        .map(|u| {
            let parent = u.parent.as_ref().map_or("", UnitCode::as_str);
            [u.code.as_str(), &u.zh, &u.en, u.kind.label(l.0), parent]
        })
        .collect();
    let posts = d
        .posts
        .values()
        .filter(|p| d.open_unit(&p.unit).is_some())
        .map(|p| [p.code.as_str(), &p.zh, &p.en, p.unit.as_str(), p.role.label(l.0)]);
    let posts: Vec<[&str; 5]> = posts.collect();
    let names = |key: &str, id: &str| l.0.pick(&format!("{} {id}", l.t(key)), id).to_owned();
    write(&mut book, l, &names("admin-units", "units"), &UNITS, &units, (3, words::<UnitKind>(l)))?;
    write(&mut book, l, &names("admin-posts", "posts"), &POSTS, &posts, (4, words::<Role>(l)))?;
    book.save_to_buffer()
}

fn words<T: Label>(l: L) -> Vec<&'static str> {
    T::ALL.iter().map(|v| v.label(l.0)).collect()
}

/// A sheet with its headings fixed; one of its columns is chosen from a list.
fn write(
    book: &mut Workbook,
    l: L,
    name: &str,
    columns: &Columns,
    rows: &[[&str; 5]],
    (listed, list): (u16, Vec<&str>),
) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let sheet = book.add_worksheet().set_name(name)?;
    for ((id, _), n) in columns.iter().zip(0..) {
        sheet.write_string_with_format(0, n, heading(l, id), &bold)?.set_column_width(n, 24)?;
    }
    for (row, at) in rows.iter().zip(1..) {
        for (text, n) in row.iter().zip(0..).filter(|(text, _)| !text.is_empty()) {
            sheet.write_string(at, n, *text)?;
        }
    }
    let choice = DataValidation::new().allow_list_strings(&list)?;
    sheet.add_data_validation(1, listed, ROWS_MOST - 1, listed, &choice)?.set_freeze_panes(1, 0)?;
    Ok(())
}
