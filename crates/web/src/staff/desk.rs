//! `/desk`: what a unit owes, cases and other records in one list, as the day asks for it; the head sees first what waits
//! for approval.

use super::Days;
use super::inbox::URGENT_MOST;
use super::rows::{self, LineGroup, RecordLines, Worklist};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::L;
use crate::page::{Choice, FieldError, Page, go, show_with};
use crate::parts::open_boards::open_for;
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::case::Track;
use domain::district::UnitKind;
use domain::moment::day_number;
use domain::register::Held;
use domain::{Refusal, Role, Why};
use serde::Deserialize;
use store::view::work::{self, Day, Of};
use store::view::{After, Duty, Hours, PAGE, QueueFilter, TaskRow};
use store::views;

/// How many answers that wait for approval stand on top. With them a page still reads its titles in one statement.
const APPROVALS_MOST: usize = 14;

/// The list's name where views are kept.
const LIST: &str = "desk";

/// The groups of a day with their headings, in the order in which they stand on the page.
const GROUPS: [(&str, &str); 5] = [
    ("late", "staff-group-late"),
    ("today", "staff-group-today"),
    ("week", "staff-group-week"),
    ("later", "staff-group-later"),
    ("waiting", "staff-group-waiting"),
];

/// What the list is narrowed to.
#[derive(Default, Deserialize)]
pub(crate) struct DeskQuery {
    #[serde(default)]
    track: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    street: String,
    /// One of [`GROUPS`]; empty: all of them.
    #[serde(default)]
    due: String,
    #[serde(default)]
    after: String,
}

impl DeskQuery {
    /// The filters as a form sends them.
    fn of(sent: &Sent) -> DeskQuery {
        let of = |name| sent.get(name).to_owned();
        DeskQuery {
            track: of("track"),
            category: of("category"),
            street: of("street"),
            due: of("due"),
            ..DeskQuery::default()
        }
    }

    /// The address of the list with these filters.
    fn at(&self, due: &str, after: &str) -> String {
        let (track, category, street) = (self.track.as_str(), self.category.as_str(), self.street.as_str());
        let query = [("track", track), ("category", category), ("street", street), ("due", due), ("after", after)];
        rows::address("/desk", &query)
    }

    fn narrows(&self) -> bool {
        [&self.track, &self.category, &self.street, &self.due].iter().any(|v| !v.is_empty())
    }
}

/// A tab over a list.
pub(super) struct Tab {
    pub(super) href: String,
    pub(super) label: String,
    pub(super) current: bool,
    pub(super) count: Option<u64>,
}

#[derive(Template)]
#[template(path = "staff/desk.html")]
struct DeskPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    unit: String,
    asked: DeskQuery,
    tabs: Vec<Tab>,
    views: Vec<Tab>,
    /// The name that was typed for a view and refused.
    view: String,
    tracks: Vec<Choice>,
    categories: Vec<Choice>,
    streets: Vec<Choice>,
    approvals: Vec<LineGroup>,
    /// Boards on which the unit can claim just now: address and name of the meeting.
    boards: Vec<(String, String)>,
    work: Worklist,
}

impl DeskPage {
    /// The sentence at a field.
    fn error(&self, field: &str) -> String {
        self.errors.iter().find(|e| e.field == field).map_or(String::new(), |e| e.text.clone())
    }
}

/// `GET /desk`
pub(crate) async fn desk(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Query(asked): Query<DeskQuery>,
) -> Result<Response, Problem> {
    page(&app, &visitor, &staff, asked, Vec::new(), String::new()).await
}

async fn page(
    app: &App,
    visitor: &Visitor,
    staff: &Staff,
    asked: DeskQuery,
    errors: Vec<FieldError>,
    view: String,
) -> Result<Response, Problem> {
    let (l, district) = (visitor.l, app.desk().district());
    let days = Days::of(app.desk().now(), &district.calendar);
    let after = rows::read_after(&asked.after);
    let filter = filter(&asked, days, staff.is_discipline(&district));
    let from = after.unwrap_or(filter.1);
    let DeskRows { urgent, mut duties, approvals, day } =
        read(app, staff, filter.0, from, after.is_none(), days).await?;
    let next = rows::next_after(&mut duties, Duty::key);
    let urgent: Vec<Duty> = urgent.into_iter().map(Duty::Case).collect();
    let lines =
        RecordLines::owed(app, l, &district, staff, days, urgent.iter().chain(&duties).chain(&approvals)).await?;
    let drawn = |duties: &[Duty]| duties.iter().filter_map(|duty| lines.duty(duty)).collect();
    // What stands on top does not stand below once more.
    duties.retain(|duty| lines.may_see(duty.id()) && urgent.iter().all(|u| u.id() != duty.id()));
    let mut grouped = LineGroup::list([(l.t("group-urgent"), drawn(&urgent))]);
    grouped.extend(groups(&lines, &duties, &day));
    let all: i64 = day.counts.iter().sum();
    let tab = |due: &str, key: &str, n: i64| Tab {
        href: asked.at(due, ""),
        label: l.t(key),
        current: asked.due == due,
        count: u64::try_from(n).ok(),
    };
    let tabs = std::iter::once(tab("", "staff-tab-all", all));
    let tabs = tabs.chain(GROUPS.iter().zip(day.counts).map(|((due, key), n)| tab(due, key, n))).collect();
    let here = asked.at(&asked.due, &asked.after);
    let is_here = |query: &str| here.strip_prefix("/desk?").is_some_and(|h| h == query);
    let views = day.views.iter().map(|(name, query)| Tab {
        href: format!("/desk?{query}"),
        label: name.clone(),
        current: is_here(query),
        count: None,
    });
    let categories = district.catalogue.first_levels();
    let streets = district.units.values().filter(|u| matches!(u.kind, UnitKind::Street | UnitKind::Community));
    // Whoever sits in a hall just now is not looking for what is due.
    let boards = match after {
        None => open_for(app, l, staff).await?,
        Some(_) => Vec::new(),
    };
    let paging = rows::paging(next, after, |after| asked.at(&asked.due, after));
    let template = DeskPage {
        l,
        page: visitor.page(l.t("staff-desk-title")),
        unit: district.unit_name(&staff.unit, l.0).to_owned(),
        tabs,
        views: views.collect(),
        view,
        tracks: Choice::all::<Track>(l, &asked.track),
        categories: categories.map(|c| Choice::of(c.code.as_str(), c.name(l.0), &asked.category)).collect(),
        streets: streets.map(|u| Choice::of(u.code.as_str(), u.name(l.0), &asked.street)).collect(),
        approvals: LineGroup::list([(l.t("staff-group-approval"), drawn(&approvals))]),
        boards,
        work: Worklist::of(app, &lines, grouped, here, paging),
        asked,
        errors,
    };
    let bad = template.errors.iter().any(|e| e.field == "view");
    Ok(show_with(if bad { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &template))
}

/// The query's filter, and where its rows begin.
fn filter(asked: &DeskQuery, days: Days, sealed: bool) -> (QueueFilter, After) {
    let (from, before) = match asked.due.as_str() {
        "late" => (After::START, days.late),
        "today" => (After::from_day(days.late), days.tomorrow),
        "week" => (After::from_day(days.tomorrow), days.next_week),
        "later" => (After::from_day(days.next_week), i64::MAX),
        // What is late stands among what is late, whoever else is waited for.
        "waiting" => (After::from_day(days.late), i64::MAX),
        _ => (After::START, i64::MAX),
    };
    let waiting = match asked.due.as_str() {
        "waiting" => Some(true),
        "today" | "week" | "later" => Some(false),
        _ => None,
    };
    let (track, coarse, street) = (asked.track.clone(), asked.category.clone(), asked.street.clone());
    let hours = match asked.due.as_str() {
        "late" => Hours::late(days.now),
        "today" | "week" | "later" | "waiting" => Hours::in_time(days.now),
        _ => Hours::ALL,
    };
    let today = day_number(days.today);
    (QueueFilter { before, hours, waiting, held: None, sealed, today, track, coarse, street }, from)
}

struct DeskRows {
    /// What is urgent: on the first page of every tab.
    urgent: Vec<TaskRow>,
    duties: Vec<Duty>,
    approvals: Vec<Duty>,
    day: Day,
}

/// The page of the queue, what the day holds, and on a head's first page what waits for approval.
async fn read(
    app: &App,
    staff: &Staff,
    filter: QueueFilter,
    from: After,
    first: bool,
    days: Days,
) -> Result<DeskRows, Problem> {
    let (number, unit, account) = (app.desk().number(), staff.unit.clone(), staff.account);
    let head = staff.role == Role::Head && first;
    app.read(move |db, _| {
        let duties = store::view::queue(db, number, &unit, &filter, from, PAGE + 1)?;
        let urgent = if first { store::view::urgent_tasks(db, number, &unit, URGENT_MOST)? } else { Vec::new() };
        let (now, days) = (days.now, [days.late, days.tomorrow, days.next_week]);
        let day = work::day(db, number, Of { unit: unit.as_str(), account, days, now, filter: &filter })?;
        if !head {
            return Ok(DeskRows { urgent, duties, approvals: Vec::new(), day });
        }
        let approval = QueueFilter { held: Some(Held::Approval), sealed: filter.sealed, ..QueueFilter::default() };
        let approvals = store::view::queue(db, number, &unit, &approval, After::START, APPROVALS_MOST)?;
        Ok(DeskRows { urgent, duties, approvals, day })
    })
    .await
}

/// Lines by when they are due; what others must do first stands last, unless it is late.
fn groups(lines: &RecordLines<'_>, duties: &[Duty], day: &Day) -> Vec<LineGroup> {
    let days = lines.days;
    let group = |duty: &Duty| {
        let (late, held) = match duty {
            Duty::Case(task) => (task.leads() && lines.is_late(&task.case), task.held.is_some()),
            Duty::Record(_) => (false, false),
        };
        match duty.key().due {
            _ if late => 0,
            due if due < days.late => 0,
            _ if held => 4,
            due if due < days.tomorrow => 1,
            due if due < days.next_week => 2,
            _ => 3,
        }
    };
    let of = |wanted: usize| {
        duties.iter().filter(|duty| group(duty) == wanted).filter_map(|duty| lines.duty(duty)).collect::<Vec<_>>()
    };
    LineGroup::counted(
        GROUPS.iter().zip(day.counts).enumerate().map(|(n, ((_, key), total))| (lines.l.t(key), of(n), total)),
    )
}

/// `POST /desk/views`: keeps the filters of the page under a name.
pub(crate) async fn keep_view(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let asked = DeskQuery::of(&sent);
    let (name, here) = (sent.get("view").to_owned(), asked.at(&asked.due, ""));
    let (number, account) = (app.desk().number(), staff.account);
    let names = app.read(move |db, _| views::names(db, number, account, LIST)).await?;
    let refusal = match name.chars().count() {
        0 => Some(Refusal::at(Why::Empty, "view")),
        n if n > views::NAME_MOST => Some(Refusal::at(Why::TooLong, "view").about(views::NAME_MOST)),
        _ if names.len() >= views::MOST && !names.contains(&name) => {
            Some(Refusal::at(Why::TooMany, "view").about(views::MOST))
        }
        _ => None,
    };
    let query = here.strip_prefix("/desk?").unwrap_or_default();
    let sentence = match refusal {
        Some(refusal) => Some(Problem::from(refusal).sentence(visitor.l.0)),
        None if query.is_empty() => Some(visitor.l.t("clerk-view-nothing")),
        None => None,
    };
    if let Some(text) = sentence {
        return page(&app, &visitor, &staff, asked, vec![FieldError { field: "view".into(), text }], name).await;
    }
    app.desk().put(vec![views::keep(number, account, LIST, &name, query)]).await?;
    Ok(go(&format!("{here}&done=view-kept")))
}

/// `POST /desk/views/remove`
pub(crate) async fn remove_view(State(app): State<App>, staff: Staff, sent: Sent) -> Result<Response, Problem> {
    app.desk().put(vec![views::remove(app.desk().number(), staff.account, LIST, sent.get("view"))]).await?;
    Ok(go("/desk?done=view-removed"))
}
