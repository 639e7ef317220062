//! A case as a line of a list, alike on every page.

use super::{Days, mask, rolled};
use crate::app::App;
use crate::caller::Staff;
use crate::lang::L;
use crate::page::Choice;
pub(super) use crate::page::address;
use crate::problem::Problem;
use crate::view::{self, ClockView, StatusView};
use domain::case::{CaseId, Stage, TaskState, Track, field};
use domain::district::District;
use domain::moment::date_of;
use domain::rule::RuleId;
use domain::{Label, Moment};
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
    /// Whether somebody is in danger.
    pub(super) urgent: bool,
    pub(super) hops: i64,
    /// What the line says beside: the task's part, or a suggestion.
    pub(super) note: String,
    /// What its tick box sends: code and version as they are shown.
    pub(super) pick: String,
    /// What its button sends, and says: the dispatch that is suggested. Empty without one.
    pub(super) quick: (String, String),
}

/// Lines under a heading.
pub(super) struct Group {
    pub(super) heading: String,
    pub(super) lines: Vec<Line>,
    /// How many there are in all; none: those that are shown.
    pub(super) total: Option<i64>,
}

impl Group {
    /// The groups that have lines.
    pub(super) fn list(groups: impl IntoIterator<Item = (String, Vec<Line>)>) -> Vec<Group> {
        let groups = groups.into_iter().map(|(heading, lines)| Group { heading, lines, total: None });
        groups.filter(|g| !g.lines.is_empty()).collect()
    }

    /// The groups that have lines, each with how many there are in all.
    pub(super) fn counted(groups: impl IntoIterator<Item = (String, Vec<Line>, i64)>) -> Vec<Group> {
        let groups = groups.into_iter().map(|(heading, lines, n)| Group { heading, lines, total: Some(n) });
        groups.filter(|g| !g.lines.is_empty()).collect()
    }

    /// What stands beside the heading: `12`, or of a part `50 / 212`.
    pub(super) fn count(&self) -> String {
        let shown = i64::try_from(self.lines.len()).unwrap_or(i64::MAX);
        match self.total {
            Some(total) if total > shown => format!("{shown} / {total}"),
            _ => shown.to_string(),
        }
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
        let by_the_hour = row.hour.is_some_and(|at| self.days.now.0 > at);
        by_the_hour || !is_paused(row) && row.alarm.is_some() && row.due < self.days.late
    }

    /// Title and text of a row, for a suggestion.
    pub(super) fn words(&self, id: CaseId) -> String {
        format!("{}\n{}", self.field(id, field::TITLE), self.field(id, field::TEXT))
    }

    /// A field of a case's card, as it is kept.
    fn field(&self, id: CaseId, name: &str) -> &str {
        self.cards.get(&id).and_then(|c| c.fields.get(name)).map_or("", String::as_str)
    }

    /// The title of a case as lists show it. A list is looked at over shoulders: numbers are for the page of the case.
    pub(super) fn title(&self, id: CaseId) -> String {
        match self.field(id, field::TITLE) {
            "" => self.l.t("staff-no-title"),
            title if super::handles(self.staff.role) => mask::numbers(title, &[]),
            title => {
                let known = self.cards.get(&id).map(|c| c.personal.iter().map(String::as_str).collect::<Vec<_>>());
                mask::text(title, &known.unwrap_or_default())
            }
        }
    }

    /// What a case says, for who handles it.
    pub(super) fn said(&self, id: CaseId) -> &str {
        self.field(id, field::TEXT)
    }

    pub(super) fn of(&self, row: &CaseRow, note: String) -> Line {
        self.drawn(row, note, owed(row))
    }

    fn drawn(&self, row: &CaseRow, note: String, rule: RuleId) -> Line {
        let (l, calendar) = (self.l, &self.district.calendar);
        let place = mask::place(self.field(row.id, field::PLACE));
        let title = self.title(row.id);
        let category = row.category.as_ref().map(|c| self.district.catalogue.name(c, l.0));
        let kind = [Some(row.track.label(l.0)), category].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let street = row.street.as_ref().map(|s| self.district.unit_name(s, l.0).to_owned());
        let place = [street, (!place.is_empty()).then_some(place)].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let paused = is_paused(row);
        let (day, today) = (date_of(row.due), self.days.today);
        let stands = |kind, key: &str, date: String| ClockView {
            kind,
            words: l.t(key),
            date,
            iso: String::new(),
            provisional: false,
        };
        // A joint unit owes its report, and not the hours.
        let hour = row.hour.filter(|_| rule != RuleId::JointReport);
        let clock = match (row.due == NO_DUE, paused, row.alarm) {
            _ if hour.is_some() => hour.map(|at| view::hours(l, Moment(at), self.days.now)),
            (true, ..) => None,
            (_, true, _) => Some(stands("paused", "clock-paused", String::new())),
            // No clock runs before dispatch, so nothing is overdue; but nobody answers for it either.
            (_, _, None) => Some(stands("soon", "staff-nobody", l.t_n("clock-since", l.day(day, today)))),
            _ => {
                let unit = self.district.rules.rule(rule).unit;
                Some(view::due(l, (rolled(row.due, calendar), day), unit, today, calendar))
            }
        };
        Line {
            code: row.code.clone(),
            title,
            kind,
            place,
            status: view::status(l, row.stage, row.question),
            late: self.is_late(row),
            urgent: row.urgent,
            clock,
            hops: row.hops,
            note,
            pick: format!("{} {}", row.code, row.version),
            quick: Default::default(),
        }
    }

    /// The line of a task, with what the unit's part is.
    pub(super) fn task(&self, task: &TaskRow) -> Line {
        let l = self.l;
        let part = l.t(if task.lead { "staff-part-lead" } else { "staff-part-joint" });
        let state = (task.state != TaskState::Open).then(|| task.state.label(l.0).to_owned());
        let note = [Some(part), state].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let rule = if task.lead { owed(&task.case) } else { RuleId::JointReport };
        self.drawn(&task.case, note, rule)
    }
}

/// The rule of what a case owes now, as far as a row tells: lists count its days as the page of the case does. What a
/// row does not know of, such as an erasure that is asked for meanwhile, is told in the days of this rule: true as well.
fn owed(row: &CaseRow) -> RuleId {
    match (row.stage, row.track) {
        (Stage::Raised, Track::Hotline) => RuleId::HotlineTriage,
        (Stage::Raised, Track::Petition) => RuleId::PetitionNotice,
        (Stage::Raised, Track::Enterprise) => RuleId::NeedVerify,
        (Stage::Raised, Track::Mediation) => RuleId::MediationTake,
        (Stage::Raised, Track::Accusation) => RuleId::AccusationNotice,
        (Stage::Accepted, Track::Hotline) => RuleId::HotlineDispatch,
        (Stage::Review | Stage::ReReview, _) => RuleId::ReviewAnswer,
        (Stage::Answered | Stage::Ended | Stage::NotAccepted | Stage::Routed | Stage::Withdrawn, _) => {
            RuleId::ErasureAnswer
        }
        (_, Track::Hotline) => RuleId::HotlineAnswer,
        (_, Track::Petition) => RuleId::PetitionOpinion,
        (_, Track::Suggestion) => RuleId::SuggestionAnswer,
        (_, Track::Enterprise) => RuleId::NeedSolve,
        (_, Track::Mediation) => RuleId::MediationEnd,
        (_, Track::Accusation) => RuleId::AccusationAnswer,
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

/// A page of a worklist: lines to choose from and what can be done to those that were chosen.
pub(super) struct Listing {
    pub(super) groups: Vec<Group>,
    pub(super) acts: Vec<Choice>,
    /// The idempotency key of what is done to the chosen ones.
    pub(super) key: String,
    /// The address of this page: what was done comes back here.
    pub(super) here: String,
    pub(super) shown: String,
    pub(super) next: String,
    pub(super) first: String,
}

impl Listing {
    /// The page of `groups` at `here`; `next` and `first` are addresses, empty for none.
    pub(super) fn of(
        app: &App,
        lines: &Lines<'_>,
        groups: Vec<Group>,
        here: String,
        (next, first): (String, String),
    ) -> Listing {
        let shown = groups.iter().map(|g| g.lines.len()).sum::<usize>();
        let acts = super::bulk::acts(lines.l, lines.staff.role);
        Listing { groups, acts, key: app.random_text(), here, shown: lines.l.t_n("staff-shown", shown), next, first }
    }
}
