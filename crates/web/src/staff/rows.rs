//! A case as a line of a list, alike on every page; and on the lists of what is owed, a record of another register.

use super::Days;
use crate::app::App;
use crate::caller::Staff;
use crate::lang::{L, capital};
use crate::page::Choice;
pub(super) use crate::page::address;
use crate::parts::case_title::CaseTitle;
use crate::problem::Problem;
use crate::view::{self, ClockView, StatusView};
use calendar::Unit;
use domain::case::{CaseId, Stage, Track, field};
use domain::district::{CategoryCode, District, UnitCode};
use domain::moment::date_of;
use domain::register::Held;
use domain::rule::RuleId;
use domain::{Label, Moment};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::PoisonError;
use store::rows::NO_DUE;
use store::view::{After, Card, CaseRow, Duty, Owed, PAGE, TaskRow};

/// A line of a list.
pub(super) struct RecordLine {
    pub(super) href: String,
    pub(super) code: String,
    pub(super) title: String,
    /// Track and category, or the register.
    pub(super) kind: String,
    pub(super) place: String,
    pub(super) status: StatusView,
    pub(super) clock: Option<ClockView>,
    pub(super) late: bool,
    /// Whether somebody is in danger.
    pub(super) urgent: bool,
    /// How often it was dispatched; none for what is no case.
    pub(super) hops: Option<i64>,
    /// What the line says beside: the task's part, or a suggestion.
    pub(super) note: String,
    /// What its tick box sends: code and version as they are shown. Empty where nothing can be done from the list.
    pub(super) pick: String,
    /// What its button sends, and says: the dispatch that is suggested. Empty without one.
    pub(super) quick: (String, String),
}

/// Lines under a heading.
pub(super) struct LineGroup {
    pub(super) heading: String,
    pub(super) lines: Vec<RecordLine>,
    /// How many there are in all; none: those that are shown.
    pub(super) total: Option<i64>,
}

impl LineGroup {
    /// The groups that have lines.
    pub(super) fn list(groups: impl IntoIterator<Item = (String, Vec<RecordLine>)>) -> Vec<LineGroup> {
        let groups = groups.into_iter().map(|(heading, lines)| LineGroup { heading, lines, total: None });
        groups.filter(|g| !g.lines.is_empty()).collect()
    }

    /// The groups that have lines, each with how many there are in all.
    pub(super) fn counted(groups: impl IntoIterator<Item = (String, Vec<RecordLine>, i64)>) -> Vec<LineGroup> {
        let groups = groups.into_iter().map(|(heading, lines, n)| LineGroup { heading, lines, total: Some(n) });
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
pub(super) struct RecordLines<'a> {
    pub(super) l: L,
    pub(super) district: &'a District,
    pub(super) staff: &'a Staff,
    pub(super) days: Days,
    cards: BTreeMap<CaseId, Card>,
    /// What records of other registers are called.
    titles: BTreeMap<CaseId, String>,
}

impl<'a> RecordLines<'a> {
    /// For these cases: what their lines say is read in one statement.
    pub(super) async fn read(
        app: &App,
        l: L,
        district: &'a District,
        staff: &'a Staff,
        days: Days,
        ids: Vec<CaseId>,
    ) -> Result<RecordLines<'a>, Problem> {
        RecordLines::with(app, l, district, staff, days, (ids, Vec::new())).await
    }

    /// For cases and for records of other registers: two statements.
    async fn with(
        app: &App,
        l: L,
        district: &'a District,
        staff: &'a Staff,
        days: Days,
        (cases, records): (Vec<CaseId>, Vec<CaseId>),
    ) -> Result<RecordLines<'a>, Problem> {
        let (number, lang) = (app.desk().number(), l.0);
        let read = app.read(move |db, keys| {
            let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
            let cards = store::view::cards(db, &mut keys, number, &cases)?;
            let told = store::listed::some(db, &mut keys, registers::REGISTERS, number, &records)?;
            Ok((cards, told.into_iter().map(|told| (told.id, told.title(lang))).collect()))
        });
        let (cards, titles) = read.await?;
        Ok(RecordLines { l, district, staff, days, cards, titles })
    }

    /// For what is owed to records of any register.
    pub(super) async fn owed(
        app: &App,
        l: L,
        district: &'a District,
        staff: &'a Staff,
        days: Days,
        duties: impl Iterator<Item = &Duty>,
    ) -> Result<RecordLines<'a>, Problem> {
        let (cases, records): (Vec<&Duty>, _) = duties.partition(|duty| matches!(duty, Duty::Case(_)));
        let ids = |duties: Vec<&Duty>| duties.into_iter().map(Duty::id).collect();
        RecordLines::with(app, l, district, staff, days, (ids(cases), ids(records))).await
    }
}

impl RecordLines<'_> {
    /// Whether the account may see the case of a row. Sealed ones were left out by the query where nobody may; the
    /// unit that an accusation is about, and who stepped aside for an interest, are known only here.
    pub(super) fn may_see(&self, id: CaseId) -> bool {
        let (unit, account) = (&self.staff.unit, &self.staff.account);
        self.cards.get(&id).is_none_or(|card| card.accused.as_ref() != Some(unit) && !card.aside.contains(account))
    }

    /// Whether the day of a row is over: of what has no clock that runs it never is.
    pub(super) fn is_late(&self, row: &CaseRow) -> bool {
        let by_the_hour = row.hour.is_some_and(|at| self.days.now.0 > at);
        by_the_hour || row.alarm.is_some() && row.due < self.days.late
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
    pub(super) fn title(&self, id: CaseId, category: Option<&CategoryCode>, street: Option<&UnitCode>) -> String {
        let called = CaseTitle {
            title: self.field(id, field::TITLE),
            text: self.field(id, field::TEXT),
            erased: self.cards.get(&id).is_some_and(|card| card.erased),
            handled: super::handles(self.staff.role),
            category,
            street,
            personal: Vec::new(),
        };
        called.said(self.l, self.district)
    }

    /// The place of a case in words, as it is kept.
    pub(super) fn place(&self, id: CaseId) -> &str {
        self.field(id, field::PLACE)
    }

    /// What a case says, for who handles it.
    pub(super) fn said(&self, id: CaseId) -> &str {
        self.field(id, field::TEXT)
    }

    pub(super) fn of(&self, row: &CaseRow, note: String) -> RecordLine {
        self.drawn(row, note, owed(row))
    }

    fn drawn(&self, row: &CaseRow, note: String, rule: RuleId) -> RecordLine {
        let (l, calendar) = (self.l, &self.district.calendar);
        // Who handles it goes there.
        let place = if super::handles(self.staff.role) { self.field(row.id, field::PLACE) } else { "" };
        let title = self.title(row.id, row.category.as_ref(), row.street.as_ref());
        let category = row.category.as_ref().map(|c| self.district.catalogue.name(c, l.0));
        let kind = [Some(row.track.label(l.0)), category].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let street = row.street.as_ref().map(|s| self.district.unit_name(s, l.0).to_owned());
        let place =
            [street, (!place.is_empty()).then(|| place.to_owned())].into_iter().flatten().collect::<Vec<_>>().join(" ");
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
        let asked = row.question && row.stage == Stage::Handling;
        let clock = match (row.due == NO_DUE, row.alarm) {
            _ if hour.is_some() => hour.map(|at| view::hours(l, Moment(at), self.days.now)),
            (true, _) if asked => Some(stands("paused", "clock-paused", String::new())),
            (true, Some(NO_DUE)) if row.stage == Stage::ReReview => {
                Some(stands("paused", "clock-hearing", String::new()))
            }
            (true, _) => None,
            // No clock runs before dispatch, so nothing is overdue; but nobody answers for it either.
            (_, None) if !matches!(row.stage, Stage::Raised | Stage::Accepted) => None,
            (_, None) => Some(stands("soon", "staff-nobody", l.t_n("clock-since", l.day(day, today)))),
            _ => {
                let unit = self.district.rules.of_case(rule).unit;
                let due = view::due(l, (view::rolled(row.due, calendar), day), unit, today, calendar);
                Some(view::also_asked(l, due, asked))
            }
        };
        RecordLine {
            href: format!("/cases/{}", row.code),
            code: row.code.clone(),
            title,
            kind,
            place,
            status: view::status(l, row.stage, row.question),
            late: self.is_late(row),
            urgent: row.urgent,
            clock,
            hops: Some(row.hops),
            note,
            pick: format!("{} {}", row.code, row.version),
            quick: Default::default(),
        }
    }

    /// The line of what a unit owes; none for a record of a register that this version does not know.
    pub(super) fn duty(&self, duty: &Duty) -> Option<RecordLine> {
        match duty {
            Duty::Case(task) => Some(self.task(task)),
            Duty::Record(owed) => self.record(owed),
        }
    }

    /// The line of a part in a case, with what it is.
    pub(super) fn task(&self, task: &TaskRow) -> RecordLine {
        let part = self.l.t(if task.leads() { "staff-part-lead" } else { "staff-part-joint" });
        // That a question is open is what the case's status says.
        let held = task.held.filter(|held| *held != Held::Question).map(|held| held.label(self.l.0).to_owned());
        let note = [Some(part), held].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        self.drawn(&task.case, note, task.rule)
    }

    /// The line of a record of another register: what is to be done stands where a case has its status.
    fn record(&self, owed: &Owed) -> Option<RecordLine> {
        let (l, district, today) = (self.l, self.district, self.days.today);
        let shelf = registers::REGISTERS.iter().find(|shelf| shelf.code() == owed.register)?;
        let rule = registers::rule(owed.rule)?;
        let unit = match district.rules.of(rule).unit {
            Unit::Hour => Unit::Calendar,
            unit => unit,
        };
        let clock = view::due(
            l,
            (view::rolled(owed.due, &district.calendar), date_of(owed.due)),
            unit,
            today,
            &district.calendar,
        );
        Some(RecordLine {
            href: format!("/records/{}/{}", shelf.plural(), owed.code),
            code: owed.code.clone(),
            title: self.titles.get(&owed.id).cloned().unwrap_or_default(),
            kind: l.t(&format!("nav-{}", shelf.plural())),
            place: String::new(),
            status: StatusView { kind: "doing", words: capital(rule.name(l.0)) },
            late: owed.due < self.days.late,
            urgent: false,
            clock: Some(clock),
            hops: None,
            note: String::new(),
            pick: String::new(),
            quick: Default::default(),
        })
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

/// A list's query where it has nothing but where it goes on.
#[derive(Deserialize)]
pub(crate) struct AfterQuery {
    #[serde(default)]
    pub(super) after: String,
}

/// The place of a case in a list by due day.
pub(super) fn after_case(row: &CaseRow) -> After {
    After { due: row.due, seq: row.seq, no: 0 }
}

/// The addresses of a list's next page and of its first one, empty for none; `link` makes the one of a page that begins
/// behind a place.
pub(super) fn paging(next: Option<String>, after: Option<After>, link: impl Fn(&str) -> String) -> (String, String) {
    (next.map_or(String::new(), |next| link(&next)), after.map_or(String::new(), |_| link("")))
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
pub(super) struct Worklist {
    pub(super) groups: Vec<LineGroup>,
    pub(super) acts: Vec<Choice>,
    /// The idempotency key of what is done to the chosen ones.
    pub(super) key: String,
    /// The address of this page: what was done comes back here.
    pub(super) here: String,
    pub(super) shown: String,
    pub(super) next: String,
    pub(super) first: String,
}

impl Worklist {
    /// The page of `groups` at `here`; `next` and `first` are addresses, empty for none.
    pub(super) fn of(
        app: &App,
        lines: &RecordLines<'_>,
        groups: Vec<LineGroup>,
        here: String,
        (next, first): (String, String),
    ) -> Worklist {
        let shown = groups.iter().map(|g| g.lines.len()).sum::<usize>();
        let acts = super::bulk::acts(lines.l, lines.staff.role);
        Worklist { groups, acts, key: app.random_text(), here, shown: lines.l.t_n("staff-shown", shown), next, first }
    }
}
