//! What is published, as files for programs: figures with their definitions, public cases (their words only where a person
//! has released them), a feed of the figures; and the ledger's checkpoint in plain words. No account, no token, no cookie.

use crate::app::App;
use crate::caller::Visitor;
use crate::kept;
use crate::lang::L;
use crate::page::{NavItem, Page};
use crate::parts::figure::window;
use crate::parts::public_tabs::public_tabs;
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use calendar::Date;
use domain::case::field;
use domain::district::District;
use domain::{Label, Lang, Moment};
use figures::catalogue;
use figures::rounding::Measure;
use reading::cell::guard;
use serde::{Deserialize, Serialize};
use std::sync::PoisonError;
use store::audit::{self, NEWEST, Published};
use store::public::{self, Shown};
use store::read;

/// Cases of one file: with the keys of all of them, five statements.
const CASES: usize = 200;
/// Figures of one file.
const FIGURES: usize = 500;
/// Figures of the feed.
const FED: usize = 120;
/// How long a file of figures may be kept: what was published stays.
const FILE: &str = "public, max-age=3600";

#[derive(Template)]
#[template(path = "resident/open_data.html")]
struct OpenPage {
    l: L,
    page: Page,
    tabs: Vec<NavItem>,
    columns: Vec<(&'static str, &'static [&'static str])>,
}

/// `GET /open-data`
pub(crate) async fn page(visitor: Visitor) -> Response {
    let l = visitor.l;
    let columns = vec![("cases", CASE_COLUMNS), ("figures", FIGURE_COLUMNS)];
    let page = visitor.page(l.t("open-title"));
    kept::page(&visitor, &OpenPage { l, page, tabs: public_tabs(l, "/open-data"), columns })
}

/// A word in both languages.
#[derive(Serialize)]
struct TwoLanguages {
    zh: String,
    en: String,
}

fn both<T: Label>(term: Option<T>) -> Option<TwoLanguages> {
    term.map(|t| TwoLanguages { zh: t.label(Lang::Zh).to_owned(), en: t.label(Lang::En).to_owned() })
}

const CASE_COLUMNS: &[&str] = &[
    "index", "category", "street", "unit", "stage", "raised", "answered", "ended", "outcome", "ending", "solved",
    "handled", "joined", "asked", "answer",
];

#[derive(Serialize)]
struct CaseOut {
    index: i64,
    category: Option<TwoLanguages>,
    street: Option<TwoLanguages>,
    unit: Option<TwoLanguages>,
    stage: Option<TwoLanguages>,
    raised: Date,
    answered: Option<Date>,
    ended: Option<Date>,
    outcome: Option<TwoLanguages>,
    ending: Option<TwoLanguages>,
    solved: Option<TwoLanguages>,
    handled: Option<TwoLanguages>,
    joined: i64,
    asked: Option<String>,
    answer: Option<String>,
}

fn case_out(d: &District, case: &Shown) -> CaseOut {
    let named = |name: &dyn Fn(Lang) -> String| TwoLanguages { zh: name(Lang::Zh), en: name(Lang::En) };
    let unit = |u: &domain::district::UnitCode| named(&|lang| d.unit_name(u, lang).to_owned());
    let day = domain::moment::date_of;
    CaseOut {
        index: case.seq,
        category: case.category.as_ref().map(|c| named(&|lang| d.catalogue.name(c, lang).to_owned())),
        street: case.street.as_ref().map(unit),
        unit: case.lead.as_ref().map(unit),
        stage: both(Some(case.stage)),
        raised: day(case.raised),
        answered: case.answered.map(day),
        ended: case.ended.map(day),
        outcome: both(case.outcome),
        ending: both(case.ending),
        solved: both(case.solved),
        handled: both(case.handled),
        joined: case.joined,
        asked: case.words.get(field::SHOWN).cloned(),
        answer: case.words.get(field::SHOWN_ANSWER).cloned(),
    }
}

impl CaseOut {
    fn cells(self) -> Vec<String> {
        let day = |d: Option<Date>| d.map(|d| d.to_string()).unwrap_or_default();
        let word = |w: Option<TwoLanguages>| w.map(|w| w.zh).unwrap_or_default();
        vec![
            self.index.to_string(),
            word(self.category),
            word(self.street),
            word(self.unit),
            word(self.stage),
            self.raised.to_string(),
            day(self.answered),
            day(self.ended),
            word(self.outcome),
            word(self.ending),
            word(self.solved),
            word(self.handled),
            self.joined.to_string(),
            self.asked.unwrap_or_default(),
            self.answer.unwrap_or_default(),
        ]
    }
}

const FIGURE_COLUMNS: &[&str] = &[
    "publication",
    "published",
    "figure",
    "name",
    "definition",
    "version",
    "from",
    "to",
    "narrowed",
    "value",
    "numerator",
    "denominator",
    "participated",
    "asked",
    "ledger_size",
    "counted",
    "corrects",
    "measure",
];

#[derive(Serialize)]
struct FigureOut {
    publication: u64,
    published: String,
    figure: String,
    name: TwoLanguages,
    definition: TwoLanguages,
    version: u32,
    from: Date,
    to: Date,
    narrowed: String,
    value: String,
    numerator: i64,
    denominator: Option<i64>,
    participated: Option<i64>,
    asked: Option<i64>,
    ledger_size: u64,
    counted: String,
    corrects: Option<u64>,
    /// What the value is counted in.
    measure: Option<Measure>,
}

/// An instant as RFC 3339 has it.
fn instant(at: i64) -> String {
    let local = Moment(at).local();
    format!("{}T{:02}:{:02}:{:02}+08:00", local.date(), local.hour(), local.minute(), local.second())
}

fn figure_out(p: Published) -> FigureOut {
    let f = p.figure;
    let of = catalogue::version(&f.id, f.definition);
    let words = |word: &dyn Fn(&'static catalogue::Definition, Lang) -> &'static str| TwoLanguages {
        zh: of.map(|d| word(d, Lang::Zh)).unwrap_or_default().to_owned(),
        en: of.map(|d| word(d, Lang::En)).unwrap_or_default().to_owned(),
    };
    FigureOut {
        publication: p.seq,
        published: instant(p.at),
        name: words(&|d, lang| d.name(lang)),
        definition: words(&|d, lang| d.text(lang)),
        version: f.definition,
        denominator: of.and_then(|d| d.denominator.as_ref()).map(|_| f.denominator),
        figure: f.id,
        from: f.from,
        to: f.to,
        narrowed: f.filter,
        measure: of.and_then(|d| d.measure_of(&f.value)),
        value: f.value,
        numerator: f.numerator,
        participated: f.participation.map(|(n, _)| n),
        asked: f.participation.map(|(_, d)| d),
        ledger_size: f.ledger_size,
        counted: f.counted,
        corrects: p.corrects,
    }
}

impl FigureOut {
    fn cells(self) -> Vec<String> {
        let number = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
        vec![
            self.publication.to_string(),
            self.published,
            self.figure,
            self.name.zh,
            self.definition.zh,
            self.version.to_string(),
            self.from.to_string(),
            self.to.to_string(),
            self.narrowed,
            self.value,
            self.numerator.to_string(),
            number(self.denominator),
            number(self.participated),
            number(self.asked),
            self.ledger_size.to_string(),
            self.counted,
            self.corrects.map(|n| n.to_string()).unwrap_or_default(),
            self.measure.map(|m| m.sign(Lang::Zh).to_owned()).unwrap_or_default(),
        ]
    }
}

/// A table as CSV: in UTF-8 with a mark at its beginning, so that spreadsheets read it right; no cell can be run.
fn csv(columns: &[&str], rows: Vec<Vec<String>>) -> Result<String, Problem> {
    let mut out = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let written = out.write_record(columns).and_then(|()| {
        rows.into_iter().try_for_each(|row| out.write_record(row.iter().map(|cell| guard(cell)).collect::<Vec<_>>()))
    });
    written.map_err(|_| Problem::broken())?;
    let bytes = out.into_inner().map_err(|_| Problem::broken())?;
    String::from_utf8(bytes).map_err(|_| Problem::broken())
}

#[derive(Serialize)]
struct OpenDataDocument<T> {
    district: TwoLanguages,
    about: &'static str,
    rows: Vec<T>,
    /// Where the next rows stand; none: these were the last.
    next: Option<String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct FileQuery {
    #[serde(default)]
    after: Option<u64>,
    #[serde(default)]
    before: Option<u64>,
}

/// `GET /open-data/{file}`: `cases.csv`, `cases.json` (`?after=` an index), `figures.csv`, `figures.json` (`?before=`).
pub(crate) async fn file(
    State(app): State<App>,
    headers: HeaderMap,
    Path(name): Path<String>,
    Query(rest): Query<FileQuery>,
) -> Result<Response, Problem> {
    let (what, format) = name.split_once('.').ok_or_else(Problem::not_found)?;
    let number = app.desk().number();
    let d = app.desk().district();
    let district = || TwoLanguages { zh: d.name(Lang::Zh).to_owned(), en: d.name(Lang::En).to_owned() };
    let json = "application/json";
    let body = match (what, format) {
        ("cases", "csv" | "json") => {
            let after = rest.after.map_or(-1, |index| i64::try_from(index).unwrap_or(i64::MAX));
            let found = app.read(move |db, keys| {
                let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
                public::all(db, &mut keys, number, after, CASES + 1)
            });
            let found = found.await?;
            let more = found.len() > CASES;
            let rows: Vec<CaseOut> = found.iter().take(CASES).map(|case| case_out(&d, case)).collect();
            let next = rows.last().filter(|_| more).map(|c| format!("/open-data/{name}?after={}", c.index));
            match format {
                "json" => text_of(&OpenDataDocument { district: district(), about: ABOUT_CASES, rows, next })?,
                _ => csv(CASE_COLUMNS, rows.into_iter().map(CaseOut::cells).collect())?,
            }
        }
        ("figures", "csv" | "json") => {
            let before = rest.before.unwrap_or(NEWEST);
            let found = app.read(move |db, _| audit::publications(db, number, before, FIGURES)).await?;
            // The last publication of a full file may have been cut: the next file begins with it.
            let full = found.len() == FIGURES;
            let last = found.last().map(|p| p.seq);
            let whole = |p: &Published| !full || Some(p.seq) != last;
            let rows: Vec<FigureOut> = found.into_iter().filter(whole).map(figure_out).collect();
            let next = rows.last().filter(|_| full).map(|f| format!("/open-data/{name}?before={}", f.publication));
            match format {
                "json" => text_of(&OpenDataDocument { district: district(), about: ABOUT_FIGURES, rows, next })?,
                _ => csv(FIGURE_COLUMNS, rows.into_iter().map(FigureOut::cells).collect())?,
            }
        }
        _ => return Err(Problem::not_found()),
    };
    let kind = if format == "json" { json } else { "text/csv; charset=utf-8" };
    let cache = if what == "cases" { kept::WORDS } else { FILE };
    Ok(kept::data(kept::known(&headers).as_deref(), kind, cache, body, false))
}

const ABOUT_CASES: &str = "诉求人同意公开的诉求，按账本编号排列；asked、answer 只有在有人看过并公开后才有。 \
     Cases whose residents agreed to show them, by ledger index; asked and answer only once a person has reviewed and released them.";
const ABOUT_FIGURES: &str = "公布的指标及其更正，新的在前；[from, to)，to 是之后的第一天；counted 是所计记录账本编号的 SHA-256。 \
     Published figures and their corrections, the newest first; to is the first day after the window; counted is the SHA-256 of what was counted.";

fn text_of<T: Serialize>(document: &T) -> Result<String, Problem> {
    serde_json::to_string_pretty(document).map_err(|_| Problem::broken())
}

/// A publication of the feed.
struct FeedEntry {
    seq: u64,
    at: String,
    title: String,
    lines: Vec<String>,
}

#[derive(Template)]
#[template(path = "resident/feed.xml", escape = "html")]
struct Feed {
    l: L,
    lang: &'static str,
    site: String,
    district: String,
    updated: String,
    entries: Vec<FeedEntry>,
}

/// `GET /figures/feed.atom`: what was published, for readers of feeds; `?lang=en` for English.
pub(crate) async fn feed(State(app): State<App>, visitor: Visitor, headers: HeaderMap) -> Result<Response, Problem> {
    let (l, number) = (visitor.l, app.desk().number());
    let all = app.read(move |db, _| audit::publications(db, number, NEWEST, FED)).await?;
    let mut entries: Vec<FeedEntry> = Vec::new();
    for p in &all {
        let name = catalogue::version(&p.figure.id, p.figure.definition).map_or(p.figure.id.as_str(), |d| d.name(l.0));
        let counts = match p.figure.denominator {
            0 => p.figure.numerator.to_string(),
            denominator => format!("{} ÷ {denominator}", p.figure.numerator),
        };
        let line = format!("{name} {} ({counts})", p.figure.value);
        match entries.last_mut().filter(|e| e.seq == p.seq) {
            Some(entry) => entry.lines.push(line),
            None => {
                let window = window(l, p.figure.from, p.figure.to);
                let title = p.corrects.map_or(window.clone(), |seq| {
                    l.t_with("feed-correction", &[("window", window.clone()), ("n", seq.to_string())])
                });
                entries.push(FeedEntry { seq: p.seq, at: instant(p.at), title, lines: vec![line] });
            }
        }
    }
    let updated = entries.first().map_or(instant(0), |e| e.at.clone());
    let district = app.desk().district().name(l.0).to_owned();
    let feed = Feed { l, lang: l.0.tag(), site: app.site().origin().to_owned(), district, updated, entries };
    let body = feed.render().map_err(|_| Problem::broken())?;
    Ok(kept::data(kept::known(&headers).as_deref(), "application/atom+xml; charset=utf-8", FILE, body, true))
}

#[derive(Template)]
#[template(path = "resident/ledger.html")]
struct LedgerTodayPage {
    l: L,
    page: Page,
    tabs: Vec<NavItem>,
    size: u64,
    at: String,
    origin: String,
    root: String,
    note: String,
    vkey: String,
}

/// `GET /ledger-today`: the ledger's checkpoint in plain words, and how anybody checks it.
pub(crate) async fn ledger(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let (l, number) = (visitor.l, app.desk().number());
    let (note, size, at) = app
        .read(move |db, _| {
            let (note, size) = read::checkpoint(db, number)?;
            Ok((note, size, public::time(db, number, size.saturating_sub(1))?))
        })
        .await?;
    let note = String::from_utf8_lossy(&note).into_owned();
    let mut lines = note.lines();
    let origin = lines.next().unwrap_or_default().to_owned();
    let root = lines.nth(1).unwrap_or_default().to_owned();
    let page = visitor.page(l.t("ledger-today"));
    let (tabs, vkey) = (public_tabs(l, "/ledger-today"), app.desk().vkey().to_owned());
    let at = at.map(Moment::minute).unwrap_or_default();
    Ok(kept::page(&visitor, &LedgerTodayPage { l, page, tabs, size, at, origin, root, note, vkey }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_of_a_table_is_run_by_a_spreadsheet_and_numbers_stay_numbers() {
        let rows = vec![vec!["=1+1".into(), "-3".into(), "-列表".into(), "a,\"b\"".into()]];
        let text = csv(&["a", "b", "c", "d"], rows).ok().unwrap_or_default();
        assert_eq!(text, "\u{feff}a,b,c,d\n'=1+1,-3,'-列表,\"a,\"\"b\"\"\"\n");
    }
}
