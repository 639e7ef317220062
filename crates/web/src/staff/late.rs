//! `/late`: what is over and what is near, at which unit and why, and what is behind each number; what is stuck.
//! Never by account.

use super::Days;
use super::rows::{self, LineGroup, RecordLine, RecordLines};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::lang::{L, capital};
use crate::page::{NavItem, Page, show};
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::case::Stage;
use domain::district::{District, UnitCode};
use domain::moment::{date_of, day_number};
use domain::{Label, Role};
use serde::Deserialize;
use std::collections::BTreeMap;
use store::Db;
use store::oversight::{self, Open, Settle, Since, Stuck, Wanted, Why};
use store::rows::NO_DUE;
use store::view::{After, CaseRow, Duty, Hours, PAGE};

/// For how many days a case may stand accepted without a unit before leaders see it.
pub(super) const NOBODY_DAYS: i64 = 7;
/// For how many days supervision sees that an urgent mark was taken away.
pub(super) const CLEARED_DAYS: i64 = 30;
/// For how many days a case may be overdue before leaders see it.
pub(super) const HARD_DAYS: i64 = 14;

/// Names the list of what all units are late with of other registers than cases.
pub(super) const RECORDS: &str = "records";

#[derive(Deserialize)]
pub(crate) struct LateQuery {
    /// Open the list of this unit.
    #[serde(default)]
    unit: String,
    /// Open the list of the inbox instead, of what is stuck, or of [`RECORDS`].
    #[serde(default)]
    of: String,
    /// `late`, `soon`, or everything open.
    #[serde(default)]
    when: String,
    /// What is waited for.
    #[serde(default)]
    why: String,
    #[serde(default)]
    after: String,
}

/// A number that leads to its cases.
struct CaseCount {
    n: i64,
    href: String,
    words: String,
}

/// A unit's numbers as the table shows them.
struct UnitLine {
    name: String,
    late: CaseCount,
    /// What of the overdue waits for what.
    whys: Vec<CaseCount>,
    soon: CaseCount,
    held: CaseCount,
    open: CaseCount,
}

#[derive(Template)]
#[template(path = "staff/late.html")]
struct LatePage {
    l: L,
    page: Page,
    tabs: Vec<NavItem>,
    /// What supervision looks at beside the days.
    watch: Vec<WatchLine>,
    units: Vec<UnitLine>,
}

#[derive(Template)]
#[template(path = "staff/late_list.html")]
struct LateListPage {
    l: L,
    page: Page,
    /// Whether the account may go back to the numbers of the units.
    back: bool,
    /// What is said where the list is empty.
    hint: String,
    heading: String,
    lead: String,
    groups: Vec<LineGroup>,
    shown: String,
    next: String,
    first: String,
}

/// The pages of supervision.
pub(super) fn tabs(l: L, here: &str) -> Vec<NavItem> {
    let tab = |href: &'static str, key: &str| NavItem {
        href: href.to_owned(),
        label: l.t(key),
        current: href == here,
        count: None,
    };
    vec![tab("/late", "nav-late"), tab("/late/asked", "nav-asked-late"), tab("/late/returns", "late-returns")]
}

/// The days before which a case must have been due, or accepted, to be stuck.
pub(super) fn since(days: Days) -> Since {
    let today = day_number(days.today);
    Since {
        nobody: today + 1 - NOBODY_DAYS,
        hard: days.late - HARD_DAYS,
        review: days.late,
        unsolved: today,
        cleared: days.now.0 - CLEARED_DAYS * 86_400_000,
    }
}

/// What supervision looks at beside what is late by its day.
const WATCHED: [Stuck; 3] = [Stuck::Urgent, Stuck::Unsolved, Stuck::Cleared];

/// A number of cases that leads to them.
pub(super) struct WatchLine {
    pub(super) name: String,
    pub(super) hint: String,
    pub(super) n: i64,
    pub(super) href: String,
}

/// The reasons for which there are cases, each with their number.
pub(super) fn watch(l: L, settle: &Settle, which: &[Stuck]) -> Vec<WatchLine> {
    let line = |stuck: &Stuck| {
        let n = settle.stuck.get(stuck).copied().filter(|n| *n > 0)?;
        let when = if *stuck == Stuck::Review { "late" } else { "" };
        let href = rows::address("/late", &[("of", stuck.code()), ("when", when)]);
        let name = l.t_with("leader-cases", &[("n", n.to_string()), ("name", stuck.label(l.0).to_owned())]);
        Some(WatchLine { name, hint: stuck_hint(l, *stuck), n, href })
    };
    which.iter().filter_map(line).collect()
}

/// `GET /late`
pub(crate) async fn late(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Query(asked): Query<LateQuery>,
) -> Result<Response, Problem> {
    let l = visitor.l;
    let district = app.desk().district();
    let days = Days::of(app.desk().now(), &district.calendar);
    if !asked.unit.is_empty() || !asked.of.is_empty() {
        let at = LateLists { app: &app, l, staff: &staff, asked: &asked, district: &district, days };
        return at.list(&visitor).await;
    }
    let (number, sealed) = (app.desk().number(), staff.is_discipline(&district));
    let (open, settle) = app
        .read(move |db, _| {
            let settle = oversight::settle(db, number, since(days))?;
            Ok((oversight::open(db, number, (days.late, days.soon, days.now), sealed)?, settle))
        })
        .await?;
    let mut by_place: BTreeMap<(&str, String), Vec<&Open>> = BTreeMap::new();
    for o in &open {
        let of = match (&o.unit, o.why) {
            (Some(_), _) => "",
            (None, Why::Review) => "review",
            (None, _) => "inbox",
        };
        by_place.entry((of, o.unit.as_ref().map_or(String::new(), |u| u.0.clone()))).or_default().push(o);
    }
    let mut units: Vec<UnitLine> =
        by_place.iter().map(|((of, unit), open)| unit_line(l, &district, of, unit, open)).collect();
    units.sort_by_key(|u| (-u.late.n, -u.soon.n));
    let tabs = tabs(l, "/late");
    let watch = watch(l, &settle, &WATCHED);
    Ok(show(&LatePage { l, page: visitor.page(l.t("nav-late")), tabs, watch, units }))
}

/// `GET /late/asked`: cases whose resident was asked something only after the end of a term, the latest question first.
/// For supervision and auditors: such a question changes no figure, but the resident waits for it.
pub(crate) async fn asked_late(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Query(asked): Query<LateQuery>,
) -> Result<Response, Problem> {
    let (l, district, number) = (visitor.l, app.desk().district(), app.desk().number());
    let now = app.desk().now();
    let today = now.date();
    let (days, sealed) = (Days::of(now, &district.calendar), staff.is_discipline(&district));
    let before = rows::read_after(&asked.after);
    let read = move |db: &mut Db, _: &_| oversight::asked_late(db, number, sealed, before, PAGE + 1);
    let mut cases = app.read(read).await?;
    let next = rows::next_after(&mut cases, rows::after_case);
    let at = LateLists { app: &app, l, staff: &staff, asked: &asked, district: &district, days };
    let line = |lines: &RecordLines<'_>, c: &CaseRow| {
        let unit = c.lead.as_ref().map_or("", |u| district.unit_name(u, l.0)).to_owned();
        let note = l.t_with("late-asked-on", &[("unit", unit), ("date", l.day(date_of(c.due), today))]);
        // What the case owes now stands in the line; the day of the question, in the note.
        lines.of(&CaseRow { due: c.alarm.unwrap_or(NO_DUE), ..c.clone() }, note)
    };
    let found = at.drawn(&cases, line).await?;
    let (next, first) = rows::paging(next, before, |after| rows::address("/late/asked", &[("after", after)]));
    let template = LateListPage {
        l,
        page: visitor.page(l.t("nav-asked-late")),
        back: staff.role != Role::Auditor,
        hint: String::new(),
        heading: l.t("nav-asked-late"),
        lead: l.t("late-asked-lead"),
        shown: l.t_n("staff-shown", found.len()),
        groups: LineGroup::list([(l.t("late-asked-group"), found)]),
        next,
        first,
    };
    Ok(show(&template))
}

/// The name of whoever has to act: a unit, the centre's inbox, or supervision.
fn place_name(l: L, district: &District, of: &str, unit: &str) -> String {
    match of {
        "inbox" => l.t("nav-inbox"),
        "review" => l.t("nav-reviews"),
        _ => district.unit_name(&unit.into(), l.0).to_owned(),
    }
}

fn unit_line(l: L, district: &District, of: &str, unit: &str, open: &[&Open]) -> UnitLine {
    let count = |n: i64, when: &str, why: Option<Why>| CaseCount {
        n,
        href: rows::address(
            "/late",
            &[("unit", unit), ("of", of), ("when", when), ("why", why.map_or("", |w| w.code()))],
        ),
        words: why.map_or(String::new(), |w| w.label(l.0).to_owned()),
    };
    let sum = |number: fn(&Open) -> i64| open.iter().map(|o| number(o)).sum::<i64>();
    let late = open.iter().filter(|o| o.late > 0);
    let held: i64 = open.iter().filter(|o| o.why == Why::Question).map(|o| o.open).sum();
    UnitLine {
        name: place_name(l, district, of, unit),
        late: count(sum(|o| o.late), "late", None),
        whys: late.map(|o| count(o.late, "late", Some(o.why))).collect(),
        soon: count(sum(|o| o.soon), "soon", None),
        held: count(held, "", Some(Why::Question)),
        open: count(sum(|o| o.open), "", None),
    }
}

/// What a reason for being stuck means, in days.
pub(super) fn stuck_hint(l: L, stuck: Stuck) -> String {
    match stuck {
        Stuck::Nobody => l.t_n("late-stuck-nobody", NOBODY_DAYS),
        Stuck::Hard => l.t_n("late-stuck-hard", HARD_DAYS),
        Stuck::Returned => l.t("late-stuck-returned"),
        Stuck::Review => l.t("late-stuck-review"),
        Stuck::Urgent => l.t("late-stuck-urgent"),
        Stuck::Unsolved => l.t("late-stuck-unsolved"),
        Stuck::Cleared => l.t_n("late-stuck-cleared", CLEARED_DAYS),
    }
}

/// Lines of a list, and where it goes on.
type ListPart = (Vec<RecordLine>, Option<String>);

/// What a list is made from.
struct LateLists<'a> {
    app: &'a App,
    l: L,
    staff: &'a Staff,
    asked: &'a LateQuery,
    district: &'a District,
    days: Days,
}

impl LateLists<'_> {
    /// The cases behind a number, by due day.
    async fn list(&self, visitor: &Visitor) -> Result<Response, Problem> {
        let (l, asked) = (self.l, self.asked);
        let (why, stuck) = (Why::of(&asked.why), Stuck::of(&asked.of));
        let records = asked.of == RECORDS;
        let (found, next) = match (asked.unit.is_empty(), stuck) {
            (true, _) if records => self.records().await?,
            (false, _) => self.of_unit(why).await?,
            (true, Some(stuck)) => self.stuck(stuck).await?,
            (true, None) => self.inbox(why).await?,
        };
        let stuck = stuck.filter(|s| *s != Stuck::Review);
        let when = match asked.when.as_str() {
            _ if records || stuck == Some(Stuck::Hard) => l.t("staff-group-late"),
            "late" => l.t("staff-group-late"),
            "soon" => l.t("staff-group-soon"),
            _ => l.t("staff-group-open"),
        };
        let lead = match (stuck, why) {
            (Some(stuck), _) => stuck_hint(l, stuck),
            (None, Some(why)) => l.t_n("late-waits-for", why.label(l.0)),
            (None, None) => String::new(),
        };
        let link = |after: &str| {
            let [unit, of, when, why] = [&asked.unit, &asked.of, &asked.when, &asked.why];
            rows::address("/late", &[("unit", unit), ("of", of), ("when", when), ("why", why), ("after", after)])
        };
        let place = || place_name(l, self.district, &asked.of, &asked.unit);
        let (next, first) = rows::paging(next, rows::read_after(&asked.after), link);
        let template = LateListPage {
            l,
            page: visitor.page(l.t("nav-late")),
            back: true,
            hint: l.t("staff-late-list-empty"),
            heading: match stuck {
                _ if records => l.t("late-records"),
                Some(stuck) => capital(stuck.label(l.0)),
                None => place(),
            },
            lead,
            shown: l.t_n("staff-shown", found.len()),
            groups: LineGroup::list([(when, found)]),
            next,
            first,
        };
        Ok(show(&template))
    }

    /// The days of a list: from behind this key, and before this day.
    fn range(&self) -> (After, i64, Hours) {
        let now = self.days.now;
        let (from, before, hours) = match self.asked.when.as_str() {
            "late" => (After::START, self.days.late, Hours::late(now)),
            "soon" => (After::from_day(self.days.late), self.days.soon, Hours::in_time(now)),
            _ => (After::START, i64::MAX, Hours::ALL),
        };
        (rows::read_after(&self.asked.after).unwrap_or(from), before, hours)
    }

    async fn of_unit(&self, why: Option<Why>) -> Result<ListPart, Problem> {
        let ((from, before, hours), number) = (self.range(), self.app.desk().number());
        let (unit, sealed) = (UnitCode::from(self.asked.unit.as_str()), self.staff.is_discipline(self.district));
        let wanted = Wanted { before, hours, why, sealed, today: day_number(self.days.today) };
        let read = move |db: &mut Db, _: &_| oversight::owed(db, number, &unit, wanted, from, PAGE + 1);
        let mut duties = self.app.read(read).await?;
        let next = rows::next_after(&mut duties, Duty::key);
        let LateLists { app, l, district, staff, days, .. } = *self;
        let lines = RecordLines::owed(app, l, district, staff, days, duties.iter()).await?;
        let seen = duties.iter().filter(|duty| lines.may_see(duty.id()));
        Ok((urgent_on_top(seen.filter_map(|duty| lines.duty(duty)).collect()), next))
    }

    /// What all units are late with of other registers, the longest first.
    async fn records(&self) -> Result<ListPart, Problem> {
        let (number, late) = (self.app.desk().number(), self.days.late);
        let from =
            rows::read_after(&self.asked.after).map_or((i64::MIN, -1, -1), |after| (after.due, after.seq, after.no));
        let read = move |db: &mut Db, _: &_| store::listed::late(db, number, "", late, from, PAGE + 1);
        let mut owed = self.app.read(read).await?;
        let next = rows::next_after(&mut owed, |owed| After { due: owed.due, seq: owed.seq, no: owed.no });
        let duties: Vec<Duty> = owed.into_iter().map(Duty::Record).collect();
        let LateLists { app, l, district, staff, days, .. } = *self;
        let lines = RecordLines::owed(app, l, district, staff, days, duties.iter()).await?;
        let line = |duty: &Duty| {
            let Duty::Record(owed) = duty else { return None };
            Some(RecordLine { note: district.unit_name(&owed.unit, l.0).to_owned(), ..lines.duty(duty)? })
        };
        Ok((duties.iter().filter_map(line).collect(), next))
    }

    async fn inbox(&self, why: Option<Why>) -> Result<ListPart, Problem> {
        let (range, number) = (self.range(), self.app.desk().number());
        let sealed = self.staff.is_discipline(self.district);
        let stage = match why {
            Some(Why::Acceptance) => Stage::Raised.code(),
            Some(Why::Dispatch) => Stage::Accepted.code(),
            Some(Why::Objection) => Stage::Handling.code(),
            Some(Why::Erasure) => Why::Erasure.code(),
            _ => "",
        };
        let read = move |db: &mut Db, _: &_| store::view::inbox(db, number, sealed, stage, range, PAGE + 1);
        self.cases(self.app.read(read).await?).await
    }

    async fn stuck(&self, stuck: Stuck) -> Result<ListPart, Problem> {
        let ((from, before, _), number) = (self.range(), self.app.desk().number());
        let since =
            if stuck == Stuck::Review { Since { review: before, ..since(self.days) } } else { since(self.days) };
        let read = move |db: &mut Db, _: &_| oversight::stuck(db, number, stuck, since, from, PAGE + 1);
        self.cases(self.app.read(read).await?).await
    }

    async fn cases(&self, mut cases: Vec<CaseRow>) -> Result<ListPart, Problem> {
        let next = rows::next_after(&mut cases, rows::after_case);
        let unit = |c: &CaseRow| c.lead.as_ref().map_or("", |u| self.district.unit_name(u, self.l.0)).to_owned();
        Ok((self.drawn(&cases, |lines, c| lines.of(c, unit(c))).await?, next))
    }

    async fn drawn(
        &self,
        found: &[CaseRow],
        line: impl Fn(&RecordLines<'_>, &CaseRow) -> RecordLine,
    ) -> Result<Vec<RecordLine>, Problem> {
        let LateLists { app, l, district, staff, days, .. } = *self;
        let lines = RecordLines::read(app, l, district, staff, days, found.iter().map(|c| c.id).collect()).await?;
        Ok(urgent_on_top(found.iter().filter(|c| lines.may_see(c.id)).map(|c| line(&lines, c)).collect()))
    }
}

/// Somebody is in danger: on top, whatever its day.
fn urgent_on_top(mut lines: Vec<RecordLine>) -> Vec<RecordLine> {
    lines.sort_by_key(|line| !line.urgent);
    lines
}
