//! The auditor's pages: the ledger, an entry with its proof, a receipt or checkpoint that somebody kept, who opened
//! contact data, what left as a file.

use super::units::unit_choices;
use super::{BeforeQuery, compare};
use crate::app::App;
use crate::caller::Visitor;
use crate::form::Sent;
use crate::lang::L;
use crate::page::{Choice, FieldError, Page, address, form_status, go, show, show_with};
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::case::Purpose;
use domain::district::DISTRICT_STREAM;
use domain::register::Shelf;
use domain::{Label, Moment};
use ledger::entry::Entry;
use ledger::hash::leaf_hash;
use serde::Deserialize;
use store::audit::{self, NEWEST, OpeningFilter};
use store::read;

/// Rows of a page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "office/ledger.html")]
struct AuditLedgerPage {
    l: L,
    page: Page,
    size: u64,
    note: String,
    vkey: String,
    rows: Vec<EntryRow>,
    next: String,
    first: String,
    errors: Vec<FieldError>,
    /// The number of an entry that was looked for.
    entry: String,
    typed: String,
    found: Option<CheckResult>,
}

struct EntryRow {
    seq: u64,
    kind: String,
    hour: String,
    category: String,
    unit: String,
    due: String,
    district: bool,
}

/// What the check of a kept receipt or checkpoint came to.
struct CheckResult {
    good: bool,
    text: String,
}

/// The register of an event's kind, and the event's name in it; none of a case's or the district's own.
fn of_register(kind: &str) -> Option<(&'static dyn Shelf, &str)> {
    let (register, event) = kind.split_once('.')?;
    let shelf = registers::REGISTERS.iter().find(|shelf| shelf.code() == register)?;
    Some((*shelf, event))
}

/// What an entry is called. An event of a register is named beside its register: many end with "closed".
pub(super) fn kind_words(l: L, kind: &str) -> String {
    if let Some((shelf, event)) = of_register(kind) {
        let register = shelf.table().map_or_else(|| shelf.code().to_owned(), |(name, ..)| l.t(&format!("nav-{name}")));
        // What has no page of its own is named here alone.
        let own = l.if_any(&format!("{}-event-{event}", shelf.code()));
        let event = if own.is_empty() { l.t(&format!("kind-{}-{event}", shelf.code())) } else { own };
        return format!("{register}{}{event}", l.0.pick("：", ": "));
    }
    let keys = [format!("kind-{}", kind.replace('_', "-")), format!("staff-event-{kind}")];
    keys.iter().find(|key| l.has(key)).map_or(kind.to_owned(), |key| l.t(key))
}

/// What is looked for in the ledger: the entries before one, or one by its number.
#[derive(Deserialize)]
pub(crate) struct LedgerQuery {
    #[serde(default)]
    before: Option<u64>,
    #[serde(default)]
    entry: String,
}

/// `GET /ledger`
pub(crate) async fn ledger(
    State(app): State<App>,
    visitor: Visitor,
    Query(looked): Query<LedgerQuery>,
) -> Result<Response, Problem> {
    let page = ledger_page(&app, &visitor, looked.before.unwrap_or(NEWEST)).await?;
    let typed = looked.entry.trim();
    match typed.parse::<u64>() {
        _ if typed.is_empty() => Ok(show(&page)),
        Ok(entry) if entry < page.size => Ok(go(&format!("/ledger/{entry}"))),
        _ => {
            let text = visitor.l.t_n("ledger-no-entry", page.size.saturating_sub(1));
            let errors = vec![FieldError { field: "entry".into(), text }];
            let page = AuditLedgerPage { errors, entry: typed.to_owned(), ..page };
            Ok(show_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}

async fn ledger_page(app: &App, visitor: &Visitor, before: u64) -> Result<AuditLedgerPage, Problem> {
    let (l, number) = (visitor.l, app.desk().number());
    let (note, size, listed) = app
        .read(move |db, _| {
            let (note, size) = read::checkpoint(db, number)?;
            Ok((note, size, audit::entries(db, number, before, ROWS + 1)?))
        })
        .await?;
    let district = app.desk().district();
    let row = |e: &audit::Listed| {
        let entry = Entry::parse(&e.entry).ok();
        let unit = entry.as_ref().and_then(|e| e.unit.clone()).unwrap_or_default();
        let category = entry.as_ref().and_then(|e| e.category.clone()).unwrap_or_default();
        EntryRow {
            seq: e.seq,
            kind: kind_words(l, &e.kind),
            hour: entry.as_ref().map(|e| e.hour.replace('T', " ").replace("+08:00", ":00")).unwrap_or_default(),
            category: district.catalogue.name(&category.as_str().into(), l.0).to_owned(),
            unit: district.unit_name(&unit.as_str().into(), l.0).to_owned(),
            due: entry.and_then(|e| e.due).unwrap_or_default(),
            district: e.stream == DISTRICT_STREAM,
        }
    };
    let more = listed.len() > ROWS;
    let rows: Vec<EntryRow> = listed.iter().take(ROWS).map(row).collect();
    let next = rows.last().filter(|_| more).map(|r| format!("/ledger?before={}", r.seq)).unwrap_or_default();
    Ok(AuditLedgerPage {
        l,
        page: visitor.page(l.t("ledger-title")),
        size,
        note: String::from_utf8_lossy(&note).into_owned(),
        vkey: app.desk().vkey().to_owned(),
        rows,
        next,
        first: if before == NEWEST { String::new() } else { "/ledger".into() },
        errors: Vec::new(),
        entry: String::new(),
        typed: String::new(),
        found: None,
    })
}

/// `POST /ledger/check`: does what somebody kept still fit today's ledger?
pub(crate) async fn check(State(app): State<App>, visitor: Visitor, sent: Sent) -> Result<Response, Problem> {
    let l = visitor.l;
    let mut page = ledger_page(&app, &visitor, NEWEST).await?;
    page.typed = sent.raw("kept").to_owned();
    if page.typed.trim().is_empty() {
        page.errors = vec![FieldError { field: "kept".into(), text: l.t("check-empty") }];
        return Ok(show_with(StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    page.found = Some(match compare::with_today(&app, &page.typed).await? {
        Ok(found) => {
            let values = [("old", found.old.to_string()), ("new", found.new.to_string())];
            CheckResult { good: true, text: l.t_with("check-good", &values) }
        }
        Err(key) => CheckResult { good: false, text: l.t(key) },
    });
    Ok(show(&page))
}

#[derive(Template)]
#[template(path = "office/entry.html")]
struct EntryPage {
    l: L,
    page: Page,
    seq: u64,
    kind: String,
    at: String,
    /// What `case` is the handle of.
    about: String,
    case: String,
    code: Option<String>,
    entry: String,
    body: String,
    hash: String,
    /// Whether it is about the district itself, and not about a case.
    own: bool,
    /// The entries before and behind it of the same case, or of the district: words and address.
    previous: Option<(String, String)>,
    next: Option<(String, String)>,
    receipt_href: String,
    fields: Vec<(String, String)>,
    receipt: String,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// `GET /ledger/{index}`: the entry, what it commits to, and its proof.
pub(crate) async fn entry(
    State(app): State<App>,
    visitor: Visitor,
    Path(index): Path<u64>,
) -> Result<Response, Problem> {
    let (l, number) = (visitor.l, app.desk().number());
    let found = app
        .read(move |db, _| {
            let Some(shown) = audit::entry(db, number, index)? else { return Ok(None) };
            let (_, size) = read::checkpoint(db, number)?;
            Ok(Some((shown, read::receipt(db, number, index, size)?)))
        })
        .await?;
    let (shown, receipt) = found.ok_or_else(Problem::not_found)?;
    let parsed = Entry::parse(&shown.entry).ok();
    let sealed = shown.code.as_ref().is_some_and(|(_, sealed)| *sealed);
    // What a sealed accusation says stays with the discipline unit; that it is there, and unchanged, is for auditors.
    let body = if sealed { l.t("entry-sealed") } else { pretty(&shown.body) };
    let own = shown.stream == DISTRICT_STREAM;
    let link =
        |n: u64, [of_case, of_own]: [&str; 2]| (l.t_n(if own { of_own } else { of_case }, n), format!("/ledger/{n}"));
    let previous = parsed.as_ref().and_then(|e| e.previous);
    let page = EntryPage {
        l,
        page: visitor.page(l.t_n("entry-title", index)),
        seq: index,
        kind: kind_words(l, &shown.kind),
        at: Moment(shown.at).minute(),
        about: l.t(if of_register(&shown.kind).is_some() { "entry-record" } else { "entry-case" }),
        case: shown.stream.hex(),
        code: shown.code.filter(|(_, sealed)| !sealed).map(|(code, _)| code),
        hash: hex(&leaf_hash(&shown.entry)),
        entry: String::from_utf8_lossy(&shown.entry).into_owned(),
        body,
        own,
        previous: previous.map(|n| link(n, ["entry-previous", "entry-previous-own"])),
        next: shown.next.map(|n| link(n, ["entry-next", "entry-next-own"])),
        receipt_href: format!("/ledger/{index}/receipt"),
        fields: parsed.map(|e| e.fields.iter().map(|(n, h)| (n.clone(), hex(h))).collect()).unwrap_or_default(),
        receipt: receipt.to_text(),
    };
    Ok(show(&page))
}

/// A body as its JSON reads best; unreadable bytes as they are.
fn pretty(body: &[u8]) -> String {
    let value = serde_json::from_slice::<serde_json::Value>(body);
    value.and_then(|v| serde_json::to_string_pretty(&v)).unwrap_or_else(|_| String::from_utf8_lossy(body).into_owned())
}

/// `GET /ledger/{index}/receipt`: the proof of any entry, as a file.
pub(crate) async fn receipt(State(app): State<App>, Path(index): Path<u64>) -> Result<Response, Problem> {
    let number = app.desk().number();
    let text = app
        .read(move |db, _| {
            let (_, size) = read::checkpoint(db, number)?;
            if index >= size {
                return Ok(None);
            }
            read::receipt(db, number, index, size).map(|r| Some(r.to_text()))
        })
        .await?;
    let text = text.ok_or_else(Problem::not_found)?;
    let name = format!("attachment; filename=\"entry-{index}.tlog-proof\"");
    let kind = "text/plain; charset=utf-8".to_owned();
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], text).into_response())
}

#[derive(Template)]
#[template(path = "office/openings.html")]
struct OpeningsPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    units: Vec<Choice>,
    purposes: Vec<Choice>,
    from: String,
    to: String,
    narrowed: bool,
    rows: Vec<OpeningRow>,
    next: String,
    first: String,
}

struct OpeningRow {
    seq: u64,
    at: String,
    unit: String,
    account: i64,
    purpose: String,
    code: Option<String>,
}

/// Which openings are asked for.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct OpeningsQuery {
    unit: String,
    purpose: String,
    from: String,
    to: String,
    before: Option<u64>,
}

impl OpeningsQuery {
    /// The filter of the days that can be read, and what is wrong with the others. `to` is the last day.
    fn filter(&self, l: L) -> (OpeningFilter, Vec<FieldError>) {
        let mut errors = Vec::new();
        let mut day = |field: &str, text: &str| {
            let found = text.parse::<calendar::Date>().ok();
            if found.is_none() && !text.is_empty() {
                errors.push(FieldError { field: field.into(), text: l.t("figures-bad-date") });
            }
            found
        };
        let start = |day: calendar::Date| Moment::from_local(day.at(0, 0, 0, 0)).0;
        let from = day("from", &self.from).map(start);
        let to = day("to", &self.to).and_then(|d| d.tomorrow().ok()).map(start);
        (OpeningFilter { unit: self.unit.clone(), purpose: self.purpose.clone(), from, to }, errors)
    }

    /// The address of this list, or of where it goes on.
    fn address(&self, before: &str) -> String {
        let fields = [
            ("unit", &*self.unit),
            ("purpose", &self.purpose),
            ("from", &self.from),
            ("to", &self.to),
            ("before", before),
        ];
        address("/openings", &fields)
    }
}

/// `GET /openings`: who opened contact data, of which case, and why.
pub(crate) async fn openings(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<OpeningsQuery>,
) -> Result<Response, Problem> {
    let (l, number, from) = (visitor.l, app.desk().number(), asked.before.unwrap_or(NEWEST));
    let (filter, errors) = asked.filter(l);
    let found = app.read(move |db, _| audit::openings(db, number, &filter, from, ROWS + 1)).await?;
    let district = app.desk().district();
    let row = |o: &audit::Opening| OpeningRow {
        seq: o.seq,
        at: Moment(o.at).minute(),
        unit: district.unit_name(&o.unit.as_str().into(), l.0).to_owned(),
        account: o.account,
        purpose: Purpose::of(&o.purpose).map_or(o.purpose.clone(), |p| p.label(l.0).to_owned()),
        code: o.code.clone(),
    };
    let more = found.len() > ROWS;
    let rows: Vec<OpeningRow> = found.iter().take(ROWS).map(row).collect();
    let next = rows.last().filter(|_| more).map(|r| asked.address(&r.seq.to_string())).unwrap_or_default();
    let first = if asked.before.is_none() { String::new() } else { asked.address("") };
    let status = form_status(&errors);
    let page = OpeningsPage {
        l,
        page: visitor.page(l.t("openings-title")),
        errors,
        units: unit_choices(&district, l, &asked.unit),
        purposes: Choice::all::<Purpose>(l, &asked.purpose),
        narrowed: asked.address("") != "/openings",
        from: asked.from,
        to: asked.to,
        rows,
        next,
        first,
    };
    Ok(show_with(status, &page))
}

#[derive(Template)]
#[template(path = "office/exports.html")]
struct ExportsPage {
    l: L,
    page: Page,
    rows: Vec<ExportRow>,
    next: String,
    first: String,
}

struct ExportRow {
    seq: u64,
    at: String,
    what: String,
    format: String,
    rows: i64,
    masked: bool,
    by: String,
}

/// `GET /exports`: what left as a file, and by whom.
pub(crate) async fn exports(
    State(app): State<App>,
    visitor: Visitor,
    Query(BeforeQuery { before }): Query<BeforeQuery>,
) -> Result<Response, Problem> {
    let (l, number, from) = (visitor.l, app.desk().number(), before.unwrap_or(NEWEST));
    let found = app.read(move |db, _| audit::exports(db, number, from, ROWS + 1)).await?;
    let district = app.desk().district();
    // The post, never a person; that of an account which has moved on is not known from here.
    let role = |unit: &str, account: i64| {
        let of = u32::try_from(account).ok().and_then(|id| district.accounts.get(&id));
        of.filter(|a| a.unit.as_str() == unit).map_or("", |a| a.role.label(l.0))
    };
    let by = |e: &audit::Export| match (&e.unit, e.account) {
        (Some(unit), Some(account)) => {
            let unit_code = unit.as_str().into();
            let name = district.unit_name(&unit_code, l.0);
            format!("{name} {} · {}", role(unit, account), l.t_n("office-account", account))
        }
        _ => l.t("exports-command-line"),
    };
    let row = |e: &audit::Export| ExportRow {
        seq: e.seq,
        at: Moment(e.at).minute(),
        what: e.what.clone(),
        format: e.format.clone(),
        rows: e.rows,
        masked: e.masked,
        by: by(e),
    };
    let more = found.len() > ROWS;
    let rows: Vec<ExportRow> = found.iter().take(ROWS).map(row).collect();
    let next = rows.last().filter(|_| more).map(|r| format!("/exports?before={}", r.seq)).unwrap_or_default();
    let first = if before.is_none() { String::new() } else { "/exports".into() };
    Ok(show(&ExportsPage { l, page: visitor.page(l.t("exports-title")), rows, next, first }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Lang;

    #[test]
    fn every_event_of_every_register_is_called_by_words_before_an_auditor() {
        for (shelf, lang) in
            registers::REGISTERS.iter().flat_map(|shelf| [Lang::Zh, Lang::En].map(|lang| (shelf, lang)))
        {
            for kind in shelf.kinds() {
                let words = kind_words(L(lang), kind);
                // A word of English may be the code itself; a key or a code of several words is none.
                assert!(lang == Lang::En || words != *kind, "{kind}: {words}");
                assert!(
                    !words.contains("nav-") && !words.contains(['.', '_']) && !words.contains("-event-"),
                    "{kind}: {words}"
                );
            }
        }
    }
}
