//! A case's history in words: every event with who, when, why, and its place in the ledger.

use crate::lang::L;
use domain::case::{CaseId, Clock, Event, field};
use domain::district::{District, UnitCode};
use domain::{Actor, Label};
use std::collections::BTreeMap;
use store::read::{History, Told};

/// An event as the page shows it.
pub(super) struct Line {
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
pub(super) struct Teller<'a> {
    pub(super) l: L,
    pub(super) district: &'a District,
    pub(super) history: &'a History,
    /// Codes of the cases that it names, as far as the reader may know them.
    pub(super) codes: &'a BTreeMap<CaseId, String>,
    /// How a free text is shown to this reader.
    pub(super) read: &'a dyn Fn(&str) -> String,
}

/// The texts of an event in the order in which they are told. Personal ones and sources are not among them.
const TEXTS: &[(&str, &str)] = &[
    (field::REASON, "staff-said-reason"),
    (field::QUESTION, "staff-said-question"),
    (field::REPLY, "staff-said-reply"),
    (field::ANSWER, "staff-said-answer"),
    (field::BASIS, "staff-said-basis"),
    (field::NOTE, "staff-said-note"),
    (field::WORDS, "staff-said-words"),
    (field::PURPOSE, "staff-said-purpose"),
    (field::SHOWN, "release-text"),
    (field::SHOWN_ANSWER, "release-answer"),
];

/// Who acted: a post of a unit, never an account or a name.
pub(super) fn who(l: L, district: &District, by: &Actor) -> String {
    match by {
        Actor::Resident => l.t("staff-who-resident"),
        Actor::Staff { unit, role, .. } => format!("{} · {}", district.unit_name(unit, l.0), role.label(l.0)),
        Actor::System { .. } if *by == Actor::clock() => l.t("staff-who-clock"),
        Actor::System { name } => l.t_n("staff-who-system", name),
    }
}

impl Teller<'_> {
    /// All events, the latest first.
    pub(super) fn all(&self) -> Vec<Line> {
        self.history.told.iter().rev().map(|t| self.line(t)).collect()
    }

    fn line(&self, told: &Told) -> Line {
        let (l, body) = (self.l, &told.body);
        let mut said: Vec<(String, String)> =
            TEXTS.iter().filter_map(|(name, key)| Some((l.t(key), (self.read)(told.private.get(*name)?)))).collect();
        if let Event::FieldCorrected { field } = &body.event
            && !field::PERSONAL.contains(&field.as_str())
            && let Some(value) = told.private.get(field::VALUE)
        {
            said.push((l.t("staff-said-value"), (self.read)(value)));
        }
        let at = body.at.local();
        Line {
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
        let category = |c| self.district.catalogue.name(c, l.0).to_owned();
        match event {
            Event::Raised { track, door, .. } => vec![track.label(l.0).into(), door.label(l.0).into()],
            Event::EndedElsewhere { closed } => vec![closed.minute()],
            Event::Accepted { way, category: c } => {
                way.map(|w| w.label(l.0).to_owned()).into_iter().chain([category(c)]).collect()
            }
            Event::NotAccepted { reason } => vec![reason.label(l.0).into()],
            Event::Routed { way } => vec![way.label(l.0).into()],
            Event::Dispatched { lead, joint, designated, catalogue } => {
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
            Event::Proposed { outcome, .. }
            | Event::Answered { outcome, .. }
            | Event::ReviewAnswered { outcome }
            | Event::ReReviewAnswered { outcome } => vec![outcome.label(l.0).into()],
            Event::VerdictGiven { verdict } => {
                let marks = [
                    verdict.asked_for_good.then(|| l.t("staff-told-asked-for-good")),
                    verdict.witnessed.then(|| l.t("staff-told-witnessed")),
                ];
                let words = [verdict.solved.label(l.0).to_owned(), verdict.handled.label(l.0).to_owned()];
                words.into_iter().chain(marks.into_iter().flatten()).collect()
            }
            Event::Merged { into: other } | Event::Parted { from: other } => vec![self.code(other)],
            Event::AnsweredTogether { outcome, with } => vec![outcome.label(l.0).into(), self.code(with)],
            Event::Linked { link, to } => vec![link.label(l.0).into(), self.code(to)],
            Event::Unlinked { to } => vec![self.code(to)],
            Event::Erased { ground } => vec![ground.label(l.0).into()],
            Event::Recategorised { category: c } => vec![category(c)],
            Event::FieldCorrected { field } => {
                domain::case::Corrected::of(field).map(|f| f.label(l.0).to_owned()).into_iter().collect()
            }
            Event::TellingChosen { tell } => vec![tell.channel.label(l.0).into()],
            Event::Unmasked { purpose } => vec![purpose.label(l.0).into()],
            Event::Replied
            | Event::Unasked
            | Event::Noted
            | Event::NotReached
            | Event::Reopened
            | Event::ReviewAsked
            | Event::ReReviewAsked
            | Event::HearingOpened
            | Event::HearingClosed
            | Event::Withdrawn
            | Event::TextHidden
            | Event::TextReleased
            | Event::ErasureAsked
            | Event::ErasureDeclined
            | Event::InterestDeclared
            | Event::DueMoved => Vec::new(),
        }
    }
}

/// A clock as the page shows it.
pub(super) struct ClockLine {
    pub(super) rule: String,
    pub(super) unit: String,
    pub(super) source: String,
    pub(super) start: String,
    pub(super) length: String,
    pub(super) changes: String,
    pub(super) raw: String,
    pub(super) rolled: String,
    pub(super) state: crate::view::ClockView,
}

/// All clocks of a case, the running ones first.
pub(super) fn clocks(l: L, district: &District, history: &History, today: calendar::Date) -> Vec<ClockLine> {
    let case = &history.case;
    let mut clocks: Vec<&Clock> = case.clocks.iter().collect();
    clocks.sort_by_key(|c| (!c.is_running(), !c.duty, c.due.alarm()));
    let days = |n: u16, unit| {
        l.t_n(if unit == calendar::Unit::Working { "staff-working-days" } else { "staff-calendar-days" }, n)
    };
    let line = |c: &&Clock| {
        let extended = (c.extended > 0).then(|| {
            l.t_with("staff-clock-extended", &[("days", days(c.extended, c.unit)), ("times", c.extensions.to_string())])
        });
        let paused = (c.paused > 0).then(|| l.t_n("staff-clock-paused", days(c.paused, c.unit)));
        let task = c.task.and_then(|no| case.task(no));
        ClockLine {
            rule: c.rule.label(l.0).to_owned(),
            unit: task.map_or(String::new(), |t| district.unit_name(&t.unit, l.0).to_owned()),
            source: source(l, &district.rules.rule(c.rule).source),
            start: l.day(c.start, today),
            length: days(c.days, c.unit),
            changes: [extended, paused].into_iter().flatten().collect::<Vec<_>>().join(" · "),
            raw: l.day(c.due.raw, today),
            rolled: l.day(c.due.rolled, today),
            state: if c.duty || !c.is_running() {
                crate::view::clock(l, c, today, &district.calendar)
            } else {
                window(l, c, today)
            },
        }
    };
    clocks.iter().map(line).collect()
}

/// A window in which somebody may act: it is open or over, never late.
fn window(l: L, clock: &Clock, today: calendar::Date) -> crate::view::ClockView {
    let (day, over) = (clock.due.rolled, today > clock.due.rolled);
    crate::view::ClockView {
        kind: if over { "done" } else { "ok" },
        words: l.t(if over { "staff-window-over" } else { "staff-window-open" }),
        date: l.day(day, today),
        iso: day.to_string(),
        provisional: clock.due.provisional,
    }
}

/// The source of a rule in words.
pub(super) fn source(l: L, source: &str) -> String {
    if source == "configuration" { l.t("staff-source-own") } else { l.law(source) }
}
