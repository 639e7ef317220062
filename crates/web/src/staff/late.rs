//! `/late`: what is over and what is near, by unit, and the cases behind each number. Never by account.

use super::rows::{self, Group, Line, Lines};
use super::{Days, is_discipline};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::lang::L;
use crate::page::{Page, show};
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::case::CaseId;
use domain::district::{District, UnitCode};
use serde::Deserialize;
use store::view::{After, CaseRow, Open, PAGE, QueueFilter, TaskRow};

#[derive(Deserialize)]
pub(crate) struct Asked {
    /// Open the list of this unit.
    #[serde(default)]
    unit: String,
    /// Open the list of the inbox instead.
    #[serde(default)]
    of: String,
    /// `late`, `soon`, or everything open.
    #[serde(default)]
    when: String,
    #[serde(default)]
    after: String,
}

/// A unit's numbers as the table shows them.
struct UnitLine {
    name: String,
    late: i64,
    late_href: String,
    soon: i64,
    soon_href: String,
    open: i64,
    open_href: String,
    /// None for the inbox.
    extended: Option<i64>,
    returned: Option<i64>,
}

#[derive(Template)]
#[template(path = "staff/late.html")]
struct Late {
    l: L,
    page: Page,
    units: Vec<UnitLine>,
}

#[derive(Template)]
#[template(path = "staff/late_list.html")]
struct LateList {
    l: L,
    page: Page,
    heading: String,
    groups: Vec<Group>,
    shown: String,
    next: String,
    first: String,
}

/// `GET /late`
pub(crate) async fn late(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let l = visitor.l;
    let district = app.desk().district();
    let days = Days::of(app.desk().now().date(), &district.calendar);
    if !asked.unit.is_empty() || asked.of == "inbox" {
        return list(&app, &visitor, &staff, &asked, &district, days).await;
    }
    let (number, sealed) = (app.desk().number(), is_discipline(&district, &staff));
    let (units, inbox) = app
        .read(move |db, _| {
            let units = store::view::open_by_unit(db, number, (days.late, days.soon), sealed)?;
            Ok((units, store::view::open_in_inbox(db, number, (days.late, days.soon), sealed)?))
        })
        .await?;
    let line = |open: &Open| unit_line(l, &district, open);
    let units = std::iter::once(&inbox).filter(|o| o.open > 0).chain(&units).map(line).collect();
    Ok(show(&Late { l, page: visitor.page(l.t("nav-late")), units }))
}

fn unit_line(l: L, district: &District, open: &Open) -> UnitLine {
    let unit = open.unit.as_ref().map_or("", UnitCode::as_str);
    let of = if open.unit.is_none() { "inbox" } else { "" };
    let href = |when: &str| rows::address("/late", &[("unit", unit), ("of", of), ("when", when)]);
    UnitLine {
        name: open.unit.as_ref().map_or(l.t("nav-inbox"), |u| district.unit_name(u, l.0).to_owned()),
        late: open.late,
        late_href: href("late"),
        soon: open.soon,
        soon_href: href("soon"),
        open: open.open,
        open_href: href(""),
        extended: open.unit.as_ref().map(|_| open.extended),
        returned: open.unit.as_ref().map(|_| open.returned),
    }
}

/// The cases behind a number, by due day.
async fn list(
    app: &App,
    visitor: &Visitor,
    staff: &Staff,
    asked: &Asked,
    district: &District,
    days: Days,
) -> Result<Response, Problem> {
    let (l, number, sealed) = (visitor.l, app.desk().number(), is_discipline(district, staff));
    let after = rows::read_after(&asked.after);
    let (from, before) = match asked.when.as_str() {
        "late" => (After::START, days.late),
        "soon" => (After::from_day(days.late), days.soon),
        _ => (After::START, i64::MAX),
    };
    let from = after.unwrap_or(from);
    let (lines, next) = if asked.unit.is_empty() {
        let read =
            move |db: &mut store::Db, _: &_| store::view::inbox(db, number, sealed, "", (from, before), PAGE + 1);
        let mut cases = app.read(read).await?;
        let next = rows::next_after(&mut cases, |c| After { due: c.due, seq: c.seq, no: 0 });
        let line = |lines: &Lines<'_>, c: &CaseRow| lines.of(c, String::new());
        (drawn(app, l, district, staff, days, &cases, |c| c.id, line).await?, next)
    } else {
        let unit = UnitCode::from(asked.unit.as_str());
        let without_questions = !asked.when.is_empty();
        let filter = QueueFilter { before, sealed, without_questions, ..QueueFilter::default() };
        let read = move |db: &mut store::Db, _: &_| store::view::queue(db, number, &unit, &filter, from, PAGE + 1);
        let mut tasks = app.read(read).await?;
        let next = rows::next_after(&mut tasks, |t| After { due: t.case.due, seq: t.case.seq, no: t.no });
        let line = |lines: &Lines<'_>, t: &TaskRow| lines.task(t);
        (drawn(app, l, district, staff, days, &tasks, |t| t.case.id, line).await?, next)
    };
    let unit = UnitCode::from(asked.unit.as_str());
    let name = if asked.unit.is_empty() { l.t("nav-inbox") } else { district.unit_name(&unit, l.0).to_owned() };
    let when = l.t(match asked.when.as_str() {
        "late" => "staff-group-late",
        "soon" => "staff-group-soon",
        _ => "staff-group-open",
    });
    let link = |after: &str| {
        let query = [("unit", asked.unit.as_str()), ("of", &asked.of), ("when", &asked.when), ("after", after)];
        rows::address("/late", &query)
    };
    let template = LateList {
        l,
        page: visitor.page(l.t("nav-late")),
        heading: name,
        shown: l.t_n("staff-shown", lines.len()),
        groups: Group::list([(when, lines)]),
        next: next.map_or(String::new(), |after| link(&after)),
        first: after.map_or(String::new(), |_| link("")),
    };
    Ok(show(&template))
}

#[allow(clippy::too_many_arguments)] // one page's worth of facts, used twice just above
async fn drawn<T>(
    app: &App,
    l: L,
    district: &District,
    staff: &Staff,
    days: Days,
    found: &[T],
    id: impl Fn(&T) -> CaseId,
    line: impl Fn(&Lines<'_>, &T) -> Line,
) -> Result<Vec<Line>, Problem> {
    let cards = rows::cards(app, found.iter().map(&id).collect()).await?;
    let lines = Lines { l, district, staff, days, cards: &cards };
    Ok(found.iter().filter(|t| lines.may_see(id(t))).map(|t| line(&lines, t)).collect())
}
