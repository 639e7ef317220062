//! A case as a line of a list, alike on every page.

use super::{Days, mask, shown_day};
use crate::app::App;
use crate::caller::Staff;
use crate::lang::L;
pub(super) use crate::page::address;
use crate::problem::Problem;
use crate::view::{self, ClockView, StatusView};
use domain::Label;
use domain::case::{CaseId, Stage, TaskState, field};
use domain::district::District;
use std::collections::BTreeMap;
use std::sync::PoisonError;
use store::rows::NO_DUE;
use store::view::{After, Card, CaseRow, PAGE, TaskRow};

/// A line of a list.
pub(super) struct Line {
    pub(super) code: String,
    pub(super) title: String,
    /// Track and category.
    pub(super) kind: String,
    pub(super) place: String,
    pub(super) status: StatusView,
    pub(super) clock: Option<ClockView>,
    pub(super) late: bool,
    pub(super) hops: i64,
    /// What the line says beside: the task's part, or a suggestion.
    pub(super) note: String,
}

/// Lines under a heading.
pub(super) struct Group {
    pub(super) heading: String,
    pub(super) lines: Vec<Line>,
}

impl Group {
    /// The groups that have lines.
    pub(super) fn list(groups: impl IntoIterator<Item = (String, Vec<Line>)>) -> Vec<Group> {
        let groups = groups.into_iter().map(|(heading, lines)| Group { heading, lines });
        groups.filter(|g| !g.lines.is_empty()).collect()
    }
}

/// What the lines of one page share.
pub(super) struct Lines<'a> {
    pub(super) l: L,
    pub(super) district: &'a District,
    pub(super) staff: &'a Staff,
    pub(super) days: Days,
    pub(super) cards: &'a BTreeMap<CaseId, Card>,
}

impl Lines<'_> {
    /// Whether the account may see the case of a row. Sealed ones were left out by the query where nobody may; the
    /// unit that an accusation is about is known only here.
    pub(super) fn may_see(&self, id: CaseId) -> bool {
        self.cards.get(&id).is_none_or(|card| card.accused.as_ref() != Some(&self.staff.unit))
    }

    /// Whether the day of a row is over: of what waits for its resident, or has no clock, it never is.
    pub(super) fn is_late(&self, row: &CaseRow) -> bool {
        !is_paused(row) && row.alarm.is_some() && row.due < self.days.late
    }

    /// Title and text of a row, for a suggestion.
    pub(super) fn words(&self, id: CaseId) -> String {
        let card = self.cards.get(&id);
        let of = |name| card.and_then(|c| c.fields.get(name)).map_or("", String::as_str);
        format!("{}\n{}", of(field::TITLE), of(field::TEXT))
    }

    pub(super) fn of(&self, row: &CaseRow, note: String) -> Line {
        let (l, calendar) = (self.l, &self.district.calendar);
        let of = |name| self.cards.get(&row.id).and_then(|c| c.fields.get(name)).map_or("", String::as_str);
        let place = mask::place(of(field::PLACE));
        let title = match of(field::TITLE) {
            "" => l.t("staff-no-title"),
            // A list is looked at over shoulders: numbers are for the page of the case.
            title if super::handles(self.staff.role) => mask::text(title, &[]),
            title => {
                let known = self.cards.get(&row.id).map(|c| c.personal.iter().map(String::as_str).collect::<Vec<_>>());
                mask::text(title, &known.unwrap_or_default())
            }
        };
        let category = row.category.as_ref().map(|c| self.district.catalogue.name(c, l.0));
        let kind = [Some(row.track.label(l.0)), category].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let street = row.street.as_ref().map(|s| self.district.unit_name(s, l.0).to_owned());
        let place = [street, (!place.is_empty()).then_some(place)].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let paused = is_paused(row);
        let day = shown_day(row.due, &self.days, calendar);
        let stands = |kind, key: &str, date: String| ClockView {
            kind,
            words: l.t(key),
            date,
            iso: String::new(),
            provisional: false,
        };
        let clock = match (row.due == NO_DUE, paused, row.alarm) {
            (true, ..) => None,
            (_, true, _) => Some(stands("paused", "clock-paused", String::new())),
            // No clock runs before dispatch, so nothing is overdue; but nobody answers for it either.
            (_, _, None) => Some(stands("soon", "staff-nobody", l.t_n("clock-since", l.day(day, self.days.today)))),
            _ => Some(view::due(l, day, self.days.today, calendar)),
        };
        Line {
            code: row.code.clone(),
            title,
            kind,
            place,
            status: view::status(l, row.stage, row.question),
            late: self.is_late(row),
            clock,
            hops: row.hops,
            note,
        }
    }

    /// The line of a task, with what the unit's part is.
    pub(super) fn task(&self, task: &TaskRow) -> Line {
        let l = self.l;
        let part = l.t(if task.lead { "staff-part-lead" } else { "staff-part-joint" });
        let state = (task.state != TaskState::Open).then(|| task.state.label(l.0).to_owned());
        let note = [Some(part), state].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        self.of(&task.case, note)
    }
}

fn is_paused(row: &CaseRow) -> bool {
    row.question && row.stage == Stage::Handling
}

/// The cards of these cases.
pub(super) async fn cards(app: &App, ids: Vec<CaseId>) -> Result<BTreeMap<CaseId, Card>, Problem> {
    let number = app.desk().number();
    app.read(move |db, keys| {
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        store::view::cards(db, &mut keys, number, &ids)
    })
    .await
}

/// Where a list goes on, as its address has it: `19487.12.1`.
pub(super) fn read_after(text: &str) -> Option<After> {
    let mut parts = text.split('.');
    let mut next = || parts.next()?.parse().ok();
    Some(After { due: next()?, seq: next()?, no: next()? })
}

/// The address part of where the next page begins, when there is one: behind the last row of a full page.
pub(super) fn next_after<T>(rows: &mut Vec<T>, key: impl Fn(&T) -> After) -> Option<String> {
    if rows.len() <= PAGE {
        return None;
    }
    rows.truncate(PAGE);
    rows.last().map(key).map(|a| format!("{}.{}.{}", a.due, a.seq, a.no))
}
