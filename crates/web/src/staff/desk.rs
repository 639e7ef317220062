//! `/desk`: a unit's open tasks by due day; the head sees first what waits for approval.

use super::rows::{self, Group, Lines};
use super::{Days, is_discipline};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::lang::L;
use crate::page::{Choice, FieldError, Page, go, show};
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::case::{TaskState, Track};
use domain::district::UnitKind;
use domain::{Label, Role};
use serde::Deserialize;
use store::view::{After, PAGE, QueueFilter, TaskRow};

/// How many answers that wait for approval stand on top. With them a page still reads its titles in one statement.
const APPROVALS_MOST: usize = 14;

/// What the list is narrowed to.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    code: String,
    #[serde(default)]
    track: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    street: String,
    #[serde(default)]
    waiting: String,
    #[serde(default)]
    after: String,
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
struct Desk {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    unit: String,
    code: String,
    waiting: String,
    tabs: Vec<Tab>,
    tracks: Vec<Choice>,
    categories: Vec<Choice>,
    streets: Vec<Choice>,
    approvals: Vec<Group>,
    groups: Vec<Group>,
    shown: String,
    next: String,
    first: String,
    narrowed: bool,
}

/// `GET /desk`
pub(crate) async fn desk(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let l = visitor.l;
    let mut errors = Vec::new();
    if !asked.code.trim().is_empty() {
        match desk::read_case_code(&asked.code) {
            Some(code) => return Ok(go(&format!("/cases/{code}"))),
            None => errors.push(FieldError { field: "code".into(), text: l.t("staff-code-wrong") }),
        }
    }
    let district = app.desk().district();
    let days = Days::of(app.desk().now().date(), &district.calendar);
    let after = rows::read_after(&asked.after);
    let filter = QueueFilter {
        waiting: match asked.waiting.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        sealed: is_discipline(&district, &staff),
        track: asked.track.clone(),
        coarse: asked.category.clone(),
        street: asked.street.clone(),
        ..QueueFilter::default()
    };
    let (mut tasks, approvals) = read(&app, &staff, filter, after).await?;
    let next = rows::next_after(&mut tasks, |t| After { due: t.case.due, seq: t.case.seq, no: t.no });
    let ids = tasks.iter().chain(&approvals).map(|t| t.case.id).collect();
    let cards = rows::cards(&app, ids).await?;
    let lines = Lines { l, district: &district, staff: &staff, days, cards: &cards };
    tasks.retain(|t| lines.may_see(t.case.id));
    let link = |waiting: &str, after: &str| {
        let (track, category, street) = (asked.track.as_str(), asked.category.as_str(), asked.street.as_str());
        let query =
            [("track", track), ("category", category), ("street", street), ("waiting", waiting), ("after", after)];
        rows::address("/desk", &query)
    };
    let tab = |waiting: &str, key: &str| Tab {
        href: link(waiting, ""),
        label: l.t(key),
        current: asked.waiting == waiting,
        count: None,
    };
    let categories = district.catalogue.first_levels();
    let streets = district.units.values().filter(|u| matches!(u.kind, UnitKind::Street | UnitKind::Community));
    let waiting_approval = approvals.iter().map(|t| lines.task(t)).collect();
    let template = Desk {
        l,
        page: visitor.page(l.t("staff-desk-title")),
        errors,
        unit: district.unit_name(&staff.unit, l.0).to_owned(),
        waiting: asked.waiting.clone(),
        tabs: vec![tab("", "staff-tab-all"), tab("no", "staff-tab-mine"), tab("yes", "staff-tab-others")],
        tracks: Choice::all::<Track>(l, &asked.track),
        categories: categories.map(|c| Choice::of(c.code.as_str(), c.name(l.0), &asked.category)).collect(),
        streets: streets.map(|u| Choice::of(u.code.as_str(), u.name(l.0), &asked.street)).collect(),
        approvals: Group::list([(l.t("staff-group-approval"), waiting_approval)]),
        shown: l.t_n("staff-shown", tasks.len()),
        groups: groups(&lines, &tasks),
        next: next.map_or(String::new(), |after| link(&asked.waiting, &after)),
        first: after.map_or(String::new(), |_| link(&asked.waiting, "")),
        narrowed: [&asked.track, &asked.category, &asked.street, &asked.waiting].iter().any(|v| !v.is_empty()),
        code: asked.code,
    };
    Ok(show(&template))
}

/// The page of the queue, and for a head what waits for approval.
async fn read(
    app: &App,
    staff: &Staff,
    filter: QueueFilter,
    after: Option<After>,
) -> Result<(Vec<TaskRow>, Vec<TaskRow>), Problem> {
    let (number, unit) = (app.desk().number(), staff.unit.clone());
    let head = staff.role == Role::Head && after.is_none();
    app.read(move |db, _| {
        let from = after.unwrap_or(After::START);
        let tasks = store::view::queue(db, number, &unit, &filter, from, PAGE + 1)?;
        if !head {
            return Ok((tasks, Vec::new()));
        }
        let approval =
            QueueFilter { state: TaskState::Approval.code().into(), sealed: filter.sealed, ..QueueFilter::default() };
        Ok((tasks, store::view::queue(db, number, &unit, &approval, After::START, APPROVALS_MOST)?))
    })
    .await
}

/// Lines by when they are due; what others must do first stands last.
fn groups(lines: &Lines<'_>, tasks: &[TaskRow]) -> Vec<Group> {
    let (l, days) = (lines.l, lines.days);
    let of = |wanted: usize| {
        let group = |t: &&TaskRow| match t.case.due {
            _ if t.waiting => 4,
            due if due < days.late => 0,
            due if due < days.tomorrow => 1,
            due if due < days.next_week => 2,
            _ => 3,
        };
        tasks.iter().filter(|t| group(t) == wanted).map(|t| lines.task(t)).collect::<Vec<_>>()
    };
    let headings =
        ["staff-group-late", "staff-group-today", "staff-group-week", "staff-group-later", "staff-group-waiting"];
    Group::list(headings.iter().enumerate().map(|(n, key)| (l.t(key), of(n))))
}
