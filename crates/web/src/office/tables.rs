//! Two of the tables that the casework goes by: dispatch catalogue and rules (the calendar has a file of its own). Each is shown, changed in one form,
//! previewed as a list of differences, and only then published.

use super::calendar::Moves;
use super::change;
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::L;
use crate::page::{FieldError, Page, form_status, go, show_with};
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use calendar::Unit;
use domain::Label;
use domain::case::Track;
use domain::district::{Catalogue, Category, CategoryCode, Command, Danger, District, Responsible};
use domain::rule::{Builtin, Extension, Rule, RuleId, RuleTable};
use std::collections::BTreeMap;

/// A difference between the table in force and the one in the form.
pub(super) struct Difference {
    pub(super) what: String,
    pub(super) before: String,
    pub(super) after: String,
}

pub(super) fn differences(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<Difference> {
    let keys: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let text = |map: &BTreeMap<String, String>, key: &String| map.get(key).cloned().unwrap_or_default();
    let all = keys.into_iter().map(|key| Difference {
        what: key.clone(),
        before: text(before, key),
        after: text(after, key),
    });
    all.filter(|d| d.before != d.after).collect()
}

#[derive(Template)]
#[template(path = "office/table.html")]
pub(super) struct TablePage {
    pub(super) l: L,
    pub(super) page: Page,
    pub(super) errors: Vec<FieldError>,
    pub(super) action: &'static str,
    /// Where the versions are compared; empty: nowhere.
    pub(super) versions: &'static str,
    pub(super) lead: String,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) text: String,
    /// Shown after a preview; empty: nothing changes.
    pub(super) preview: Option<Vec<Difference>>,
    /// What publishing brings with it.
    pub(super) consequence: String,
    /// Which dates would move.
    pub(super) moves: Option<Moves>,
}

impl TablePage {
    pub(super) fn answer(self) -> Response {
        let status = form_status(&self.errors);
        show_with(status, &self)
    }
}

const COLUMNS: [&str; 6] = ["code", "zh", "en", "responsible", "tracks", "keywords"];
/// In the column `responsible`: the street in which the place lies.
const STREET: &str = "@street";
/// Before the code of a row that says what is urgent.
const DANGER: char = '!';
/// Between whom to call in Chinese and in English.
const CALL: &str = " | ";

/// A catalogue as a table that a spreadsheet can edit: tab-separated, so that it can be pasted from one.
fn catalogue_text(catalogue: &Catalogue) -> String {
    let mut lines = vec![COLUMNS.join("\t")];
    for c in &catalogue.categories {
        let responsible = match &c.responsible {
            Responsible::Unit(unit) => unit.as_str(),
            Responsible::StreetOfPlace => STREET,
        };
        let tracks = c.tracks.iter().map(|t| t.code()).collect::<Vec<_>>().join(" ");
        lines.push([c.code.as_str(), &c.zh, &c.en, responsible, &tracks, &c.keywords.join(" ")].join("\t"));
    }
    lines.extend(catalogue.dangers().iter().map(|d| {
        let categories = d.categories.iter().map(CategoryCode::as_str).collect::<Vec<_>>().join(" ");
        let code = format!("{DANGER}{}", d.code);
        let call = format!("{}{CALL}{}", d.call_zh, d.call_en);
        [&code, &d.zh, &d.en, &call, &categories, &d.words.join("、")].map(String::as_str).join("\t")
    }));
    lines.join("\n") + "\n"
}

/// A row of what is urgent: whom to call stands where a category has its unit, its categories where it has tracks.
fn read_danger(code: &str, cells: &[&str]) -> Option<Danger> {
    let &[_, zh, en, call, ..] = cells else { return None };
    let (call_zh, call_en) = call.split_once(CALL.trim())?;
    let cell = |n: usize| cells.get(n).copied().unwrap_or_default();
    let words = cell(5).split(['、', ',', '，']).map(str::trim).filter(|word| !word.is_empty());
    Some(Danger {
        code: code.into(),
        zh: zh.to_owned(),
        en: en.to_owned(),
        call_zh: call_zh.trim().to_owned(),
        call_en: call_en.trim().to_owned(),
        categories: cell(4).split_whitespace().map(CategoryCode::from).collect(),
        words: words.map(str::to_owned).collect(),
    })
}

/// The catalogue of such a table, or the line and what is wrong with it.
fn read_catalogue(text: &str, l: L) -> Result<Catalogue, String> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let head = lines.next().map(|(_, line)| line.trim().to_owned()).unwrap_or_default();
    if head.split('\t').map(str::trim).ne(COLUMNS) {
        return Err(l.t_n("catalogue-head", COLUMNS.join(" ⇥ ")));
    }
    let wrong = |line: usize, key: &str| l.t_n(key, line + 1);
    let (mut categories, mut dangers) = (Vec::new(), Vec::new());
    for (at, line) in lines {
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        let &[code, zh, en, responsible, ..] = cells.as_slice() else { return Err(wrong(at, "catalogue-cells")) };
        if cells.len() > COLUMNS.len() || code.is_empty() || zh.is_empty() || en.is_empty() || responsible.is_empty() {
            return Err(wrong(at, "catalogue-cells"));
        }
        if let Some(code) = code.strip_prefix(DANGER) {
            dangers.push(read_danger(code, &cells).ok_or_else(|| wrong(at, "catalogue-danger"))?);
            continue;
        }
        let words = |n: usize| cells.get(n).copied().unwrap_or_default().split_whitespace();
        let tracks: Option<Vec<Track>> = words(4).map(Track::of).collect();
        categories.push(Category {
            code: CategoryCode::from(code),
            zh: zh.to_owned(),
            en: en.to_owned(),
            responsible: match responsible {
                STREET => Responsible::StreetOfPlace,
                unit => Responsible::Unit(unit.into()),
            },
            tracks: tracks.ok_or_else(|| wrong(at, "catalogue-tracks"))?,
            keywords: words(5).map(str::to_owned).collect(),
        });
    }
    Ok(Catalogue { version: 0, categories, dangers })
}

fn catalogue_page(app: &App, visitor: &Visitor, text: Option<&str>, errors: Vec<FieldError>) -> TablePage {
    let (l, d) = (visitor.l, app.desk().district());
    TablePage {
        l,
        page: visitor.page(l.t("admin-catalogue")),
        errors,
        action: "/admin/catalogue",
        versions: "/admin/versions?of=catalogue",
        lead: l.t_n("catalogue-lead", d.catalogue.version),
        label: l.t("catalogue-label"),
        hint: l.t("catalogue-hint"),
        text: text.map_or_else(|| catalogue_text(&d.catalogue), str::to_owned),
        preview: None,
        consequence: l.t("catalogue-consequence"),
        moves: None,
    }
}

/// `GET /admin/catalogue`
pub(crate) async fn catalogue(State(app): State<App>, visitor: Visitor) -> Response {
    catalogue_page(&app, &visitor, None, Vec::new()).answer()
}

/// The categories of a catalogue, each with all that it says.
pub(super) fn catalogue_lines(catalogue: &Catalogue) -> BTreeMap<String, String> {
    let text = catalogue_text(catalogue);
    let lines = text.lines().skip(1).filter(|l| !l.trim().is_empty());
    lines.filter_map(|line| line.split_once('\t')).map(|(k, v)| (k.to_owned(), v.replace('\t', " · "))).collect()
}

/// `POST /admin/catalogue`: previews, and with `publish` puts into force.
pub(crate) async fn set_catalogue(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let (l, text) = (visitor.l, sent.raw("text"));
    let at_text = |text: String| vec![FieldError { field: "text".into(), text }];
    let wanted = match read_catalogue(text, l) {
        Ok(wanted) => wanted,
        Err(fault) => return Ok(catalogue_page(&app, &visitor, Some(text), at_text(fault)).answer()),
    };
    let d = app.desk().district();
    if let Err(fault) = wanted.check(|code| d.open_unit(code).is_some()) {
        let refusal = domain::Refusal::at(domain::Why::BadCatalogue, "text").about_both(fault.zh(), fault.to_string());
        let text_of = Problem::from(refusal).sentence(l.0);
        return Ok(catalogue_page(&app, &visitor, Some(text), at_text(text_of)).answer());
    }
    if sent.is_on("publish") {
        return match change(&app, &staff, l, Command::PublishCatalogue(wanted)).await? {
            Ok(()) => Ok(go("/admin/catalogue?done=published")),
            Err(errors) => Ok(catalogue_page(&app, &visitor, Some(text), errors).answer()),
        };
    }
    let preview = differences(&catalogue_lines(&d.catalogue), &catalogue_lines(&wanted));
    let page = catalogue_page(&app, &visitor, Some(text), Vec::new());
    Ok(TablePage { preview: Some(preview), ..page }.answer())
}

#[derive(Template)]
#[template(path = "office/rules.html")]
struct RulesPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    version: u32,
    rows: Vec<RuleRow>,
    preview: Option<Vec<Difference>>,
}

struct RuleRow {
    id: String,
    name: &'static str,
    length: String,
    working: bool,
    /// Counted in hours, which no other unit takes the place of.
    hours: bool,
    times: String,
    days: String,
    by_head: bool,
    source: String,
}

/// What a rule table has as the source of the district's own rules.
const OWN: &str = "configuration";

/// The source of a rule in words, as the form holds it.
fn source(l: L, stored: &str) -> String {
    if stored == OWN { l.t("staff-source-own") } else { l.law(stored) }
}

/// The source that the form means: what it showed, and nobody changed, stays as it was written.
fn stored(l: L, typed: &str, old: &str) -> String {
    match typed {
        typed if typed.is_empty() || typed == source(l, old) => old.to_owned(),
        typed if typed == source(l, OWN) => OWN.to_owned(),
        typed => typed.to_owned(),
    }
}

/// What a rule is called.
pub(super) fn rule_name(l: L, id: RuleId) -> &'static str {
    registers::rule(id).map_or_else(|| id.label(l.0), |rule| rule.name(l.0))
}

fn rule_row(l: L, of: &Builtin, rule: &Rule) -> RuleRow {
    let extension = rule.extension;
    RuleRow {
        id: of.id.code().to_owned(),
        name: of.name(l.0),
        length: rule.length.to_string(),
        working: rule.unit == Unit::Working,
        hours: rule.unit == Unit::Hour,
        times: extension.map(|e| e.times.to_string()).unwrap_or_default(),
        days: extension.map(|e| e.days.to_string()).unwrap_or_default(),
        by_head: extension.is_some_and(|e| e.by_head),
        source: source(l, &rule.source),
    }
}

fn rule_text(l: L, rule: &Rule) -> String {
    let unit = l.t(match rule.unit {
        Unit::Working => "rules-working",
        Unit::Calendar => "rules-calendar",
        Unit::Hour => "rules-hours",
    });
    let extension = rule.extension.map(|e| {
        let values = [("times", e.times.to_string()), ("days", e.days.to_string())];
        let head = if e.by_head { l.t("rules-by-head") } else { String::new() };
        format!(" {} {head}", l.t_with("rules-extended", &values))
    });
    format!("{} {unit}{} {}", rule.length, extension.unwrap_or_default(), source(l, &rule.source))
}

/// The rules of a table, each in words.
pub(super) fn rule_lines(l: L, table: &RuleTable) -> BTreeMap<String, String> {
    registers::rules().map(|rule| (rule.name(l.0).to_owned(), rule_text(l, &table.of(rule)))).collect()
}

fn rules_page(app: &App, visitor: &Visitor, rows: Option<Vec<RuleRow>>, errors: Vec<FieldError>) -> RulesPage {
    let (l, d) = (visitor.l, app.desk().district());
    let rows = rows.unwrap_or_else(|| registers::rules().map(|rule| rule_row(l, rule, &d.rules.of(rule))).collect());
    RulesPage { l, page: visitor.page(l.t("admin-rules")), errors, version: d.rules.version, rows, preview: None }
}

fn answer_rules(page: &RulesPage) -> Response {
    let status = form_status(&page.errors);
    show_with(status, page)
}

/// `GET /admin/rules`
pub(crate) async fn rules(State(app): State<App>, visitor: Visitor) -> Response {
    answer_rules(&rules_page(&app, &visitor, None, Vec::new()))
}

/// The rule table of the form, its rows as typed, and what can't be read.
fn read_rules(sent: &Sent, d: &District, l: L) -> (RuleTable, Vec<RuleRow>, Vec<FieldError>) {
    // A rule of a newer version stays as it is.
    let mut table = RuleTable { version: 0, rules: d.rules.rules.clone() };
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for rule in registers::rules() {
        let code = rule.id.code();
        let field = |name: &str| sent.get(&format!("{name}-{code}")).to_owned();
        let old = d.rules.of(rule);
        let row = RuleRow {
            id: code.to_owned(),
            name: rule.name(l.0),
            length: field("length"),
            working: field("unit") == "working",
            hours: old.unit == Unit::Hour,
            times: field("times"),
            days: field("days"),
            by_head: !field("head").is_empty(),
            source: field("source"),
        };
        let mut number = |name: &str, text: &str, most: u16| match text.parse::<u16>() {
            Ok(n) if (1..=most).contains(&n) => n,
            _ => {
                let values = [("rule", row.name.to_owned()), ("most", most.to_string())];
                errors.push(FieldError { field: format!("{name}-{code}"), text: l.t_with("rules-number", &values) });
                0
            }
        };
        let length = number("length", &row.length, 3660);
        let extension = (!row.times.is_empty()).then(|| Extension {
            times: u8::try_from(number("times", &row.times, 99)).unwrap_or(99),
            days: number("days", &row.days, 3660),
            by_head: row.by_head,
        });
        let unit = match (row.hours, row.working) {
            (true, _) => Unit::Hour,
            (false, true) => Unit::Working,
            (false, false) => Unit::Calendar,
        };
        let source = stored(l, &row.source, &old.source);
        table.rules.insert(rule.id, Rule { length, unit, duty: old.duty, extension, source });
        rows.push(row);
    }
    (table, rows, errors)
}

/// `POST /admin/rules`: previews, and with `publish` puts into force. Running clocks keep their promise.
pub(crate) async fn set_rules(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let (l, d) = (visitor.l, app.desk().district());
    let (table, rows, errors) = read_rules(&sent, &d, l);
    if !errors.is_empty() {
        return Ok(answer_rules(&rules_page(&app, &visitor, Some(rows), errors)));
    }
    if sent.is_on("publish") {
        return match change(&app, &staff, l, Command::PublishRules(table)).await? {
            Ok(()) => Ok(go("/admin/rules?done=published")),
            Err(errors) => Ok(answer_rules(&rules_page(&app, &visitor, Some(rows), errors))),
        };
    }
    let preview = differences(&rule_lines(l, &d.rules), &rule_lines(l, &table));
    let page = rules_page(&app, &visitor, Some(rows), Vec::new());
    Ok(answer_rules(&RulesPage { preview: Some(preview), ..page }))
}
