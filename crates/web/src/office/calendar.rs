//! The calendar tables: a year's notice is previewed with the dates that it would move, and only then loaded.

use super::change;
use super::tables::{TablePage, differences, rule_name};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::L;
use crate::page::{FieldError, go};
use crate::problem::Problem;
use axum::extract::State;
use axum::response::Response;
use calendar::{Calendar, Due, YearTable};
use domain::Lang;
use domain::case::{Case, ClockChange};
use domain::district::Command;
use domain::rule::RuleId;
use std::collections::BTreeMap;
use store::oversight;

/// How many cases a preview looks through: a second's work.
const CASES_MOST: usize = 20_000;
/// How many moved dates it lists.
const LISTED_MOST: usize = 50;

/// Which dates would move.
pub(super) struct Moves {
    pub(super) words: String,
    pub(super) rows: Vec<Moved>,
    /// What is not listed or was not looked at; empty: nothing.
    pub(super) more: String,
}

/// A date that would move.
pub(super) struct Moved {
    /// The ledger index of the case's first entry.
    pub(super) index: u64,
    pub(super) rule: &'static str,
    pub(super) before: String,
    pub(super) after: String,
}

/// What a walk through the open cases found.
#[derive(Default)]
struct Walk {
    cases: usize,
    clocks: usize,
    moved: usize,
    cases_moved: usize,
    /// Dates that stay as they are and are no longer provisional.
    settled: usize,
    listed: Vec<(u64, RuleId, Due, Due)>,
}

impl Walk {
    fn look(&mut self, index: u64, case: &Case, calendar: &Calendar, today: calendar::Date) {
        self.cases += 1;
        self.clocks += case.clocks.iter().filter(|c| c.is_running()).count();
        let mut any = false;
        for change in case.moved_by(calendar, today) {
            let ClockChange::Moved { no, from, due } = change else { continue };
            if (from.raw, from.rolled) == (due.raw, due.rolled) {
                self.settled += 1;
                continue;
            }
            any = true;
            self.moved += 1;
            if let Some(clock) = case.clocks.get(usize::from(no)).filter(|_| self.listed.len() < LISTED_MOST) {
                self.listed.push((index, clock.rule, from, due));
            }
        }
        self.cases_moved += usize::from(any);
    }

    fn view(&self, l: L) -> Moves {
        let values = [
            ("cases", self.cases.to_string()),
            ("clocks", self.clocks.to_string()),
            ("moved", self.moved.to_string()),
            ("in", self.cases_moved.to_string()),
            ("settled", self.settled.to_string()),
        ];
        let date = |due: &Due| {
            let rolled = if due.rolled == due.raw { String::new() } else { format!(" → {}", due.rolled) };
            let provisional = if due.provisional { format!(" ({})", l.t("moves-provisional")) } else { String::new() };
            format!("{}{rolled}{provisional}", due.raw)
        };
        let row = |(index, rule, before, after): &(u64, RuleId, Due, Due)| Moved {
            index: *index,
            rule: rule_name(l, *rule),
            before: date(before),
            after: date(after),
        };
        let unlisted = self.moved - self.listed.len();
        let more = [
            (unlisted > 0).then(|| l.t_n("moves-more", unlisted)),
            (self.cases >= CASES_MOST).then(|| l.t_n("moves-bounded", CASES_MOST)),
        ];
        Moves {
            words: l.t_with(if self.moved == 0 { "moves-none" } else { "moves-some" }, &values),
            rows: self.listed.iter().map(row).collect(),
            more: more.into_iter().flatten().collect::<Vec<_>>().join(l.0.pick("", " ")),
        }
    }
}

fn page(app: &App, visitor: &Visitor, text: &str, errors: Vec<FieldError>) -> TablePage {
    let (l, d) = (visitor.l, app.desk().district());
    let years = d.calendar.years().map(|y| y.to_string()).collect::<Vec<_>>().join(", ");
    TablePage {
        l,
        page: visitor.page(l.t("admin-calendar")),
        errors,
        action: "/admin/calendar",
        versions: "",
        lead: l.t_n("calendar-lead", years),
        label: l.t("calendar-label"),
        hint: l.t("calendar-hint"),
        text: text.to_owned(),
        preview: None,
        consequence: l.t("calendar-consequence"),
        moves: None,
    }
}

/// `GET /admin/calendar`: the form holds the latest table, to begin the next year's from.
pub(crate) async fn calendar(State(app): State<App>, visitor: Visitor) -> Response {
    let d = app.desk().district();
    let latest = d.calendar.years().last().and_then(|year| d.calendar.table(year));
    let text = latest.and_then(|t| toml::to_string_pretty(t).ok()).unwrap_or_default();
    page(&app, &visitor, &text, Vec::new()).answer()
}

/// The days of a table, each with what it is.
fn by_day(table: Option<&YearTable>, l: L) -> BTreeMap<String, String> {
    let mut days = BTreeMap::new();
    if let Some(table) = table {
        days.extend(table.off.iter().map(|d| (d.clone(), l.t("calendar-off"))));
        days.extend(table.work.iter().map(|d| (d.clone(), l.t("calendar-work"))));
    }
    days
}

/// `POST /admin/calendar`: previews, and with `publish` loads. The open clocks follow at once, each by an event.
pub(crate) async fn set_calendar(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let (l, text) = (visitor.l, sent.raw("text"));
    let table = match YearTable::parse(text) {
        Ok(table) => table,
        Err(fault) => {
            let said = match l.0 {
                Lang::Zh => fault.zh(),
                Lang::En => fault.to_string(),
            };
            let errors = vec![FieldError { field: "text".into(), text: l.t_n("calendar-fault", said) }];
            return Ok(page(&app, &visitor, text, errors).answer());
        }
    };
    if sent.is_on("publish") {
        if let Err(errors) = change(&app, &staff, l, Command::LoadCalendar(table)).await? {
            return Ok(page(&app, &visitor, text, errors).answer());
        }
        let desk = app.desk().clone();
        tokio::task::spawn_blocking(move || while desk.sweep_now().is_ok_and(|n| n > 0) {});
        return Ok(go("/admin/calendar?done=calendar"));
    }
    let d = app.desk().district();
    let preview = differences(&by_day(d.calendar.table(table.year), l), &by_day(Some(&table), l));
    let (number, today) = (app.desk().number(), app.desk().now().date());
    let after = d.calendar.clone().with_table(table);
    let walk = app
        .read(move |db, _| {
            let mut walk = Walk::default();
            oversight::movable(db, number, today, CASES_MOST, |index, case| walk.look(index, case, &after, today))?;
            Ok(walk)
        })
        .await?;
    let page = page(&app, &visitor, text, Vec::new());
    Ok(TablePage { preview: Some(preview), moves: Some(walk.view(l)), ..page }.answer())
}
