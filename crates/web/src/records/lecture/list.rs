//! `/records/lectures`: what was held and is not recorded, the week with its halls and times, what comes, what was lately
//! recorded.

use super::{heads, hosts, lecture, span, status, word};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::lang::{L, capital};
use crate::page::{Page, address, show};
use crate::problem::Problem;
use crate::view::{self, ClockView, StatusView};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use calendar::Date;
use domain::case::CaseId;
use domain::district::District;
use domain::moment::{date_of, day_number};
use domain::{Label, Moment, Role};
use registers::tell::lecture::{Lecture, Stage};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::PoisonError;
use store::listed::{self, Told, Which};

/// The most sessions of a week that are shown.
const WEEK_MOST: usize = 200;
/// The most that wait for their record.
const OWED_MOST: usize = 30;
/// How many of a day stand open.
const DAY_MOST: usize = 8;
/// How many that come behind the week, and that were recorded lately.
const BESIDE: usize = 8;

/// A session as a line.
pub(super) struct Session {
    pub(super) href: String,
    pub(super) time: String,
    pub(super) day: String,
    pub(super) title: String,
    pub(super) kind: String,
    pub(super) place: String,
    pub(super) hosts: String,
    pub(super) status: StatusView,
    pub(super) heads: String,
    pub(super) questions: u16,
    pub(super) clock: Option<ClockView>,
}

/// A day of the strip.
struct Day {
    name: String,
    iso: String,
    today: bool,
    sessions: Vec<Session>,
    /// What is folded away on a full day.
    rest: Vec<Session>,
}

/// A way to look at the list.
struct Tab {
    href: String,
    label: String,
    current: bool,
    count: Option<u64>,
}

#[derive(Template)]
#[template(path = "records/lectures.html")]
struct LecturesPage {
    l: L,
    page: Page,
    tabs: Vec<Tab>,
    may_plan: bool,
    owed: Vec<Session>,
    week: String,
    days: Vec<Day>,
    empty: bool,
    more: bool,
    before: String,
    after: String,
    this_week: String,
    coming: Vec<Session>,
    recorded: Vec<Session>,
    /// Whether it is the whole district's, and the year whose list can be had.
    all: bool,
    year: i16,
}

#[derive(Default, Deserialize)]
pub(crate) struct LecturesQuery {
    /// A day of the week that is shown; empty: this week.
    #[serde(default)]
    week: String,
    /// `all`: of all units; `own`: of the account's.
    #[serde(default)]
    of: String,
}

/// What the page reads: handles in the order in which they are shown, and the records.
struct Found {
    owed: Vec<CaseId>,
    week: Vec<CaseId>,
    coming: Vec<CaseId>,
    recorded: Vec<CaseId>,
    told: BTreeMap<[u8; 16], Told>,
}

/// `GET /records/lectures`
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Query(asked): Query<LecturesQuery>,
) -> Result<Response, Problem> {
    let (l, d, now) = (visitor.l, app.desk().district(), app.desk().now());
    let hosts = matches!(staff.role, Role::Clerk | Role::Head);
    let all = if asked.of.is_empty() { !hosts } else { asked.of == "all" };
    let shown = domain::typed::day(&asked.week).unwrap_or(now.date());
    let monday = day_number(shown) - i64::from(shown.weekday().to_monday_zero_offset());
    let found = read(&app, &staff, all, monday, now).await?;
    let at = |week: i64| {
        let week = if week == monday_of(now.date()) { String::new() } else { date_of(week).to_string() };
        address("/records/lectures", &[("of", asked.of.as_str()), ("week", &week)])
    };
    let tab = |of: &str, key: &str| Tab {
        href: address("/records/lectures", &[("of", of), ("week", &asked.week)]),
        label: l.t(key),
        current: (of == "all") == all,
        count: None,
    };
    let lines = |ids: &[CaseId]| ids.iter().filter_map(|id| session(l, &d, now, found.told.get(&id.0)?)).collect();
    let lectures = |ids: &[CaseId]| -> Vec<&Told> { ids.iter().filter_map(|id| found.told.get(&id.0)).collect() };
    let days = (monday..monday + 7).map(|day| {
        let date = date_of(day);
        let of_it = lectures(&found.week).into_iter().filter(|told| {
            // What is the same session as another stands there.
            lecture(told).is_some_and(|of| of.starts.date() == date && of.stage != Stage::Merged)
        });
        let mut of_it: Vec<&Told> = of_it.collect();
        of_it.sort_by_key(|told| lecture(told).map(|of| of.starts));
        let mut sessions: Vec<Session> = of_it.into_iter().filter_map(|told| session(l, &d, now, told)).collect();
        let rest = sessions.split_off(sessions.len().min(DAY_MOST));
        Day { name: l.day(date, now.date()), iso: date.to_string(), today: date == now.date(), sessions, rest }
    });
    let template = LecturesPage {
        l,
        page: visitor.page(l.t("nav-lectures")),
        tabs: if hosts { vec![tab("own", "records-own"), tab("all", "records-all")] } else { Vec::new() },
        may_plan: hosts || staff.role == Role::Dispatcher,
        owed: lines(&found.owed),
        week: l.t_with("lectures-week", &[("from", l.date(date_of(monday))), ("to", l.date(date_of(monday + 6)))]),
        empty: found.week.is_empty(),
        more: found.week.len() == WEEK_MOST,
        days: days.collect(),
        before: at(monday - 7),
        after: at(monday + 7),
        this_week: if monday == monday_of(now.date()) { String::new() } else { at(monday_of(now.date())) },
        coming: lines(&found.coming),
        recorded: lines(&found.recorded),
        all,
        year: shown.year(),
    };
    Ok(show(&template))
}

fn monday_of(date: Date) -> i64 {
    day_number(date) - i64::from(date.weekday().to_monday_zero_offset())
}

async fn read(app: &App, staff: &Staff, all: bool, monday: i64, now: Moment) -> Result<Found, Problem> {
    let (number, unit, today) = (app.desk().number(), staff.unit.clone(), day_number(now.date()));
    let late = view::due_before(today, &app.desk().district().calendar);
    let of = if all { String::new() } else { unit.to_string() };
    app.read(move |db, keys| {
        let page = |db: &mut store::Db, days: (i64, i64), back: bool, most: usize| -> store::Result<Vec<CaseId>> {
            let which = Which { register: "lecture", days, unit: of.clone(), public: false, back, after: None };
            Ok(listed::page(db, number, &which, most)?.into_iter().map(|(id, _)| id).collect())
        };
        let owed = match all {
            true => listed::late(db, number, "lecture", late, (i64::MIN, -1, -1), OWED_MOST)?,
            false => listed::owed(db, number, (unit.as_str(), "lecture"), today, OWED_MOST)?,
        };
        let owed: Vec<CaseId> = owed.iter().map(|duty| duty.id).collect();
        let week = page(db, (monday, monday + 7), false, WEEK_MOST)?;
        let coming = page(db, ((monday + 7).max(today), i64::MAX), false, BESIDE)?;
        let recorded = page(db, (i64::MIN, today + 1), true, 4 * BESIDE)?;
        let mut ids: Vec<CaseId> = [&owed, &week, &coming, &recorded].into_iter().flatten().copied().collect();
        ids.sort();
        ids.dedup();
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        let told = listed::some(db, &mut keys, registers::REGISTERS, number, &ids)?;
        let told: BTreeMap<[u8; 16], Told> = told.into_iter().map(|told| (told.id.0, told)).collect();
        let stage = |id: &CaseId| told.get(&id.0).and_then(lecture).map(|of| of.stage);
        let owed = owed.into_iter().filter(|id| is_over(told.get(&id.0).and_then(lecture), now)).collect();
        let coming = coming.into_iter().filter(|id| matches!(stage(id), Some(Stage::Planned | Stage::Announced)));
        let recorded = recorded.into_iter().filter(|id| stage(id) == Some(Stage::Recorded)).take(BESIDE);
        Ok(Found { owed, week, coming: coming.collect(), recorded: recorded.collect(), told })
    })
    .await
}

/// Whether a session is over: what is owed begins with its day, and a session may end in the evening.
fn is_over(lecture: Option<&Lecture>, now: Moment) -> bool {
    lecture.is_some_and(|of| now >= of.ends())
}

/// A session as a line.
pub(super) fn session(l: L, d: &District, now: Moment, told: &Told) -> Option<Session> {
    let of = lecture(told)?;
    let words = told.words();
    let street = of.street.as_ref().map(|unit| d.unit_name(unit, l.0).to_owned());
    let place = [street, Some(word(&words, "place"))].into_iter().flatten().filter(|part| !part.is_empty());
    Some(Session {
        href: format!("/records/lectures/{}", of.code.as_str()),
        time: span(of),
        day: l.day(of.starts.date(), now.date()),
        title: word(&words, "topic"),
        kind: capital(of.kind.label(l.0)),
        place: place.collect::<Vec<_>>().join(" · "),
        hosts: hosts(l, d, of),
        status: status(l, of, now),
        heads: heads(l, of).unwrap_or_default(),
        questions: of.questions,
        clock: of.due().filter(|_| now >= of.ends()).map(|clock| view::clock(l, clock, now, &d.calendar)),
    })
}
