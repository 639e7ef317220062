//! A case's history in words: every event with who, when, why, and its place in the ledger.

use crate::lang::L;
use crate::parts::verdict::verdict_sentence;
use crate::parts::who::who;
use crate::view::{self, ClockView};
use calendar::Date;
use domain::case::{Case, CaseId, Clock, ClockChange, Event, Reviewer, Verdict, evolve, field};
use domain::district::{CategoryCode, District, UnitCode};
use domain::rule::RuleId;
use domain::{Actor, Label, Moment};
use std::collections::BTreeMap;
use store::read::{History, Told};

/// An event as the page shows it.
pub(super) struct TimelineItem {
    pub(super) title: String,
    pub(super) time: String,
    pub(super) iso: String,
    pub(super) who: String,
    /// "resident" for the resident's own acts, else "".
    pub(super) kind: &'static str,
    pub(super) details: Vec<String>,
    /// What was written, with its label.
    pub(super) said: Vec<(String, String)>,
    /// Ledger index.
    pub(super) index: u64,
}

/// What telling a case needs beside its events.
pub(super) struct StaffTimeline<'a> {
    pub(super) l: L,
    pub(super) district: &'a District,
    pub(super) history: &'a History,
    /// Codes of the cases that it names, as far as the reader may know them.
    pub(super) codes: &'a BTreeMap<CaseId, String>,
    /// How a free text is shown to this reader.
    pub(super) read: &'a dyn Fn(&str) -> String,
}

/// Who answers a review, in words.
pub(super) fn reviewed_by(l: L, district: &District, reviewer: &Reviewer) -> String {
    match reviewer {
        Reviewer::Unit(code) => l.t_n("reviewed-by", district.unit_name(code, l.0)),
        Reviewer::District => l.t_n("reviewed-by", district.name(l.0)),
        Reviewer::Outside => l.t("reviewed-outside"),
    }
}

/// The texts of an event in the order in which they are told. Personal ones and sources are not among them.
const TEXTS: &[(&str, &str)] = &[
    (field::REASON, "staff-said-reason"),
    (field::QUESTION, "staff-said-question"),
    (field::REPLY, "staff-said-reply"),
    (field::BODY, "staff-said-body"),
    (field::ANSWER, "staff-said-answer"),
    (field::BASIS, "staff-said-basis"),
    (field::NOTE, "staff-said-note"),
    (field::WORDS, "staff-said-words"),
    (field::PURPOSE, "staff-said-purpose"),
    (field::POST, "staff-said-post"),
    (field::STEP, "staff-said-step"),
    (field::SHOWN, "release-text"),
    (field::SHOWN_ANSWER, "release-answer"),
];

impl StaffTimeline<'_> {
    /// All events, the latest first.
    pub(super) fn all(&self) -> Vec<TimelineItem> {
        self.history.told.iter().rev().map(|t| self.line(t)).collect()
    }

    fn line(&self, told: &Told) -> TimelineItem {
        let (l, body) = (self.l, &told.body);
        let mut said: Vec<(String, String)> =
            TEXTS.iter().filter_map(|(name, key)| Some((l.t(key), (self.read)(told.private.get(*name)?)))).collect();
        if let Event::FieldCorrected { field, .. } = &body.event
            && !field::PERSONAL.contains(&field.as_str())
            && let Some(value) = told.private.get(field::VALUE)
        {
            said.push((l.t("staff-said-value"), (self.read)(value)));
        }
        let at = body.at.local();
        TimelineItem {
            title: l.t(&format!("staff-event-{}", body.event.kind())),
            time: body.at.minute(),
            iso: format!("{}T{:02}:{:02}+08:00", at.date(), at.hour(), at.minute()),
            who: who(l, self.district, &body.by),
            kind: if body.by == Actor::Resident { "resident" } else { "" },
            details: self.details(&body.event),
            said,
            index: told.seq,
        }
    }

    fn unit(&self, code: &UnitCode) -> String {
        self.district.unit_name(code, self.l.0).to_owned()
    }

    fn task(&self, no: u16) -> Vec<String> {
        self.history.case.task(no).map(|t| self.unit(&t.unit)).into_iter().collect()
    }

    fn code(&self, id: &CaseId) -> String {
        self.codes.get(id).cloned().unwrap_or_else(|| self.l.t("staff-another-case"))
    }

    fn details(&self, event: &Event) -> Vec<String> {
        let l = self.l;
        let category = |c: &CategoryCode| self.district.catalogue.name(c, l.0).to_owned();
        match event {
            Event::Raised { track, door, .. } => vec![track.label(l.0).into(), door.label(l.0).into()],
            Event::EndedElsewhere { closed } => vec![closed.minute()],
            Event::Accepted { way, category: c } => {
                way.map(|w| w.label(l.0).to_owned()).into_iter().chain(c.as_ref().map(category)).collect()
            }
            Event::NotAccepted { reason } => vec![reason.label(l.0).into()],
            Event::Routed { way } => vec![way.label(l.0).into()],
            Event::Dispatched { lead, joint, first_step: Some(day), .. } => {
                let lead = l.t_n("staff-told-lead", self.unit(lead));
                let joint = joint.iter().map(|u| l.t_n("staff-told-joint", self.unit(u)));
                let step = l.t_n("staff-told-first-step", l.date(*day));
                std::iter::once(lead).chain(joint).chain([step]).collect()
            }
            Event::Dispatched { lead, joint, designated, catalogue, first_step: None } => {
                let lead = l.t_n("staff-told-lead", self.unit(lead));
                let joint = joint.iter().map(|u| l.t_n("staff-told-joint", self.unit(u)));
                let designated = designated.then(|| l.t("staff-told-designated"));
                let version = l.t_n("staff-told-catalogue", catalogue);
                std::iter::once(lead).chain(joint).chain(designated).chain([version]).collect()
            }
            Event::Joined { unit } => vec![self.unit(unit)],
            Event::Released { task }
            | Event::Objected { task }
            | Event::ObjectionUpheld { task }
            | Event::ObjectionRejected { task }
            | Event::Asked { task }
            | Event::Informed { task }
            | Event::Reported { task }
            | Event::SentBack { task } => self.task(*task),
            Event::Transferred { task, to, designated } => {
                let from = self.task(*task).concat();
                let way = l.t_with("staff-told-transfer", &[("from", from), ("to", self.unit(to))]);
                std::iter::once(way).chain(designated.then(|| l.t("staff-told-designated"))).collect()
            }
            Event::Extended { clock, days } => {
                let rule = self.history.case.clocks.get(usize::from(*clock)).map(|c| c.rule.label(l.0));
                vec![format!("{} +{days}", rule.unwrap_or_default())]
            }
            Event::Proposed { outcome, .. } | Event::Answered { outcome, .. } => vec![outcome.label(l.0).into()],
            Event::ReviewAnswered { outcome, dated } | Event::ReReviewAnswered { outcome, dated } => {
                let dated = dated.map(|day| l.t_n("staff-opinion-of", day));
                std::iter::once(outcome.label(l.0).to_owned()).chain(dated).collect()
            }
            Event::ReviewAsked { by } | Event::ReReviewAsked { by } => {
                by.iter().map(|reviewer| reviewed_by(l, self.district, reviewer)).collect()
            }
            Event::VerdictGiven { verdict, independent } => {
                let marks = [
                    verdict.asked_for_good.then(|| l.t("staff-told-asked-for-good")),
                    verdict.witnessed.then(|| l.t("staff-told-witnessed")),
                    (*independent == Some(false)).then(|| l.t("staff-told-not-independent")),
                ];
                std::iter::once(word(l, *verdict)).chain(marks.into_iter().flatten()).collect()
            }
            Event::Merged { into: other } | Event::Parted { from: other } => vec![self.code(other)],
            Event::AnsweredTogether { outcome, with, .. } => vec![outcome.label(l.0).into(), self.code(with)],
            Event::Linked { link, to } => vec![link.label(l.0).into(), self.code(to)],
            Event::Unlinked { to } => vec![self.code(to)],
            Event::Erased { ground } => vec![ground.label(l.0).into()],
            Event::Recategorised { category: c } => c.iter().map(category).collect(),
            Event::FieldCorrected { field, .. } => {
                domain::case::Corrected::of(field).map(|f| f.label(l.0).to_owned()).into_iter().collect()
            }
            Event::TellingChosen { tell, .. } => vec![tell.channel.label(l.0).into()],
            Event::Replied { independent } | Event::Withdrawn { independent } | Event::ErasureAsked { independent } => {
                let held = (*independent == Some(false)).then(|| l.t("staff-told-held"));
                held.into_iter().collect()
            }
            Event::Claimed { unit, by } => vec![self.unit(unit), l.t_n("staff-told-first-step", l.date(*by))],
            Event::Unclaimed { unit } => vec![self.unit(unit)],
            Event::StepTold { kept, independent } => {
                let held = (!independent).then(|| l.t("staff-told-held"));
                std::iter::once(kept.label(l.0).to_owned()).chain(held).collect()
            }
            Event::AddressConfirmed { channel } => vec![channel.label(l.0).into()],
            Event::Unmasked { purpose } => vec![purpose.label(l.0).into()],
            Event::MarkedUrgent { urgent } => {
                vec![self.district.catalogue.danger_name(&urgent.danger, l.0).to_owned()]
            }
            Event::Reached { at } => vec![at.minute()],
            Event::SecretHanded { way } => vec![way.label(l.0).into()],
            Event::Opened { way, marked } => {
                let marked = marked.then(|| l.t("staff-told-marked"));
                std::iter::once(way.label(l.0).to_owned()).chain(marked).collect()
            }
            Event::Unasked
            | Event::Noted
            | Event::NotReached
            | Event::Reopened
            | Event::HearingOpened
            | Event::HearingClosed
            | Event::DigitsSet { .. }
            | Event::TextHidden
            | Event::TextReleased
            | Event::ErasureDeclined
            | Event::InterestDeclared
            | Event::DigitsTried
            | Event::StepAsked
            | Event::LetRest
            | Event::UrgencyCleared
            | Event::DueMoved => Vec::new(),
        }
    }
}

/// The resident's verdict, in words that need no question before them.
pub(super) fn word(l: L, verdict: Verdict) -> String {
    verdict_sentence(l, verdict.solved, verdict.handled)
}

/// The day on which each task ended, by its number.
pub(super) fn ends(history: &History) -> BTreeMap<u16, Date> {
    let (mut case, mut ends) = (Case::blank(history.case.id), BTreeMap::new());
    for body in history.told.iter().map(|t| &t.body) {
        evolve(&mut case, body.at, &body.by, &body.event, &body.clocks);
        for task in case.tasks.iter().filter(|t| !t.is_open()) {
            ends.entry(task.no).or_insert(body.at.date());
        }
    }
    ends
}

/// A clock as the page shows it.
pub(super) struct ClockLine {
    pub(super) rule: String,
    /// Whose it is, and whether it began with a reopening.
    pub(super) whose: String,
    pub(super) source: String,
    pub(super) start: String,
    pub(super) length: String,
    pub(super) changes: String,
    pub(super) raw: String,
    pub(super) rolled: String,
    pub(super) state: ClockView,
}

/// The clocks of a case: those that run, what is owed first, and those that are over.
pub(super) fn clocks(l: L, district: &District, history: &History, now: Moment) -> (Vec<ClockLine>, Vec<ClockLine>) {
    let today = now.date();
    let case = &history.case;
    let mut clocks: Vec<(usize, &Clock)> = case.clocks.iter().enumerate().collect();
    clocks.sort_by_key(|(_, c)| (!c.duty, c.due.alarm()));
    let reopened = history.told.iter().find(|t| t.body.event == Event::Reopened).map(|t| t.body.at.date());
    let before = |no: usize, rule: RuleId| case.clocks.iter().take(no).any(|c| c.rule == rule);
    let days = |n: u16, unit| {
        let key = match unit {
            calendar::Unit::Working => "staff-working-days",
            calendar::Unit::Calendar => "staff-calendar-days",
            calendar::Unit::Hour => "staff-hours",
        };
        l.t_n(key, n)
    };
    let line = |(no, c): &(usize, &Clock)| {
        let extended = (c.extended > 0).then(|| {
            l.t_with("staff-clock-extended", &[("days", days(c.extended, c.unit)), ("times", c.extensions.to_string())])
        });
        let paused = (c.paused > 0).then(|| l.t_n("staff-clock-paused", days(c.paused, c.unit)));
        let unit = c.task.and_then(|no| case.task(no)).map(|t| district.unit_name(&t.unit, l.0).to_owned());
        let again = reopened.is_some_and(|day| c.start >= day) && before(*no, c.rule);
        let whose = [unit, again.then(|| l.t("staff-clock-again"))];
        ClockLine {
            rule: c.rule.label(l.0).to_owned(),
            whose: whose.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            source: source(l, &district.rules.of_case(c.rule).source),
            start: l.day(c.start, today),
            length: days(c.days, c.unit),
            changes: [extended, paused].into_iter().flatten().collect::<Vec<_>>().join(" · "),
            raw: l.day(c.due.raw, today),
            rolled: l.day(c.due.rolled, today),
            state: if c.duty {
                view::clock(l, c, now, &district.calendar)
            } else {
                window(l, c, used(history, *no, c), today)
            },
        }
    };
    let (over, run): (Vec<_>, Vec<_>) = clocks.into_iter().partition(|(_, c)| is_over(c, today));
    (run.iter().map(line).collect(), over.iter().map(line).collect())
}

/// Whether a clock asks nothing of anybody any more: it has stopped, or it is a window that nobody can use now.
pub(super) fn is_over(clock: &Clock, today: Date) -> bool {
    !clock.is_running() || (!clock.duty && today > clock.due.rolled)
}

/// The day on which somebody did what a window is open for.
fn used(history: &History, no: usize, clock: &Clock) -> Option<Date> {
    let stops = |c: &ClockChange| matches!(c, ClockChange::Stopped { no: n, .. } if usize::from(*n) == no);
    let does = |event: &Event| match (clock.rule, event) {
        (RuleId::Objection, Event::Objected { task }) => clock.task == Some(*task),
        (RuleId::ReviewAsk, Event::ReviewAsked { .. })
        | (RuleId::ReReviewAsk, Event::ReReviewAsked { .. })
        | (RuleId::VerdictAsk, Event::VerdictGiven { .. })
        | (RuleId::ReplyAsk, Event::Replied { .. }) => true,
        _ => false,
    };
    // An objection leaves its window open until it is decided.
    let by = |clocks: &[ClockChange]| clock.rule == RuleId::Objection || clocks.iter().any(stops);
    history.told.iter().map(|t| &t.body).find(|b| does(&b.event) && by(&b.clocks)).map(|b| b.at.date())
}

/// A window in which somebody may act: open, used, or over; never late, and nothing that anybody has done in time.
fn window(l: L, clock: &Clock, used: Option<Date>, today: Date) -> ClockView {
    let over = is_over(clock, today);
    let waits = matches!(clock.rule, RuleId::VerdictAsk | RuleId::ReplyAsk);
    let (key, day) = match (used, over, waits) {
        (Some(day), _, true) => ("staff-window-came", Some(day)),
        (Some(day), _, false) => ("staff-window-used", Some(day)),
        (None, false, true) => ("staff-window-waits", Some(clock.due.rolled)),
        (None, false, false) => ("staff-window-open", Some(clock.due.rolled)),
        // Who has an agreement confirmed goes to a court, which does not tell us.
        (None, true, _) if clock.rule == RuleId::JudicialConfirmation => {
            ("staff-window-over", Some(clock.stopped.unwrap_or(clock.due.rolled)))
        }
        (None, true, true) => ("staff-window-not-came", None),
        (None, true, false) => ("staff-window-unused", None),
    };
    ClockView {
        kind: if over || used.is_some() { "over" } else { "ok" },
        words: l.t(key),
        date: day.map_or(String::new(), |day| l.day(day, today)),
        iso: day.map_or(String::new(), |day| day.to_string()),
        provisional: !over && clock.due.provisional,
    }
}

/// The source of a rule in words.
pub(super) fn source(l: L, source: &str) -> String {
    if source == "configuration" { l.t("staff-source-own") } else { l.law(source) }
}
