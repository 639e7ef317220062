//! What has happened to a case, in words for its resident. What is only between offices is left out.

use super::when;
use crate::lang::L;
use crate::parts::answer::answer_of;
use crate::parts::verdict::verdict_words;
use calendar::{Date, Unit};
use domain::case::{ClockChange, Event, field};
use domain::district::{CategoryCode, District, UnitCode};
use domain::{Actor, Label};
use store::read::{History, Told};

/// A step of the timeline.
pub(crate) struct TimelineStep {
    /// The version of the case that it made; 0 for what is no event.
    pub(crate) version: u64,
    /// "" for the office, "resident", "now", "ahead".
    pub(crate) kind: &'static str,
    pub(crate) title: String,
    pub(crate) time: String,
    pub(crate) iso: String,
    pub(crate) who: String,
    /// In somebody's own words; empty when there are none.
    pub(crate) said: String,
    /// A sentence of ours about it; empty when there is none.
    pub(crate) note: String,
}

/// Somebody who opened the resident's contact data.
pub(crate) struct ContactOpening {
    pub(crate) time: String,
    pub(crate) iso: String,
    /// Unit and post, never a person.
    pub(crate) who: String,
    pub(crate) why: String,
}

/// How words are found for the steps of a case.
pub(crate) struct ResidentTimeline<'a> {
    pub(crate) l: L,
    pub(crate) district: &'a District,
    pub(crate) history: &'a History,
    pub(crate) today: Date,
}

impl ResidentTimeline<'_> {
    /// The steps so far, first to last.
    pub(crate) fn steps(&self) -> Vec<TimelineStep> {
        self.history.told.iter().filter_map(|told| self.step(told)).collect()
    }

    /// Who opened the contact data, first to last.
    pub(crate) fn openings(&self) -> Vec<ContactOpening> {
        let opening = |told: &Told| {
            let Event::Unmasked { purpose } = &told.body.event else { return None };
            let (time, iso) = when(self.l, told.body.at, self.today);
            let post = told.body.by.role().map(|r| r.label(self.l.0)).unwrap_or_default();
            let who = format!("{} {post}", self.who(&told.body.by)).trim().to_owned();
            let words = told.private.get(field::PURPOSE).map(|w| format!("{}{w}", self.l.0.pick("：", ": ")));
            let words = words.unwrap_or_default();
            Some(ContactOpening { time, iso, who, why: format!("{}{words}", purpose.label(self.l.0)) })
        };
        self.history.told.iter().filter_map(opening).collect()
    }

    fn unit(&self, code: &UnitCode) -> String {
        self.district.unit_name(code, self.l.0).to_owned()
    }

    fn task_unit(&self, task: u16) -> String {
        self.history.case.task(task).map(|t| self.unit(&t.unit)).unwrap_or_default()
    }

    fn who(&self, actor: &Actor) -> String {
        match actor {
            Actor::Resident => self.l.t("line-you"),
            Actor::Staff { unit, .. } | Actor::Token { unit, .. } => self.unit(unit),
            Actor::System { .. } => self.l.t("line-system"),
        }
    }

    /// A step; none for what is only between offices, and for openings, which have their own list.
    fn step(&self, told: &Told) -> Option<TimelineStep> {
        use Event::*;
        let (l, event) = (self.l, &told.body.event);
        let private = |name: &str| told.private.get(name).cloned().unwrap_or_default();
        let plain = |key: &str| (l.t(key), String::new(), String::new());
        let named = |key: &str, n: &str| (l.t_n(key, n), String::new(), String::new());
        let called = |code: &Option<CategoryCode>| {
            code.as_ref().map_or("–".to_owned(), |c| self.district.catalogue.name(c, l.0).to_owned())
        };
        let by_resident = told.body.by == Actor::Resident;
        let (title, said, note) = match event {
            Noted | UrgencyCleared | Proposed { .. } | SentBack { .. } | InterestDeclared | Unmasked { .. } => {
                return None;
            }
            Raised { door, .. } if by_resident => named("line-raised", door.label(l.0)),
            Raised { door, .. } => named("line-raised-for-you", door.label(l.0)),
            EndedElsewhere { .. } => (l.t("line-ended-elsewhere"), private(field::ANSWER), String::new()),
            Accepted { category, .. } => named("line-accepted", &called(category)),
            NotAccepted { reason } => {
                (l.t_n("line-not-accepted", reason.label(l.0)), private(field::REASON), l.t("line-not-accepted-note"))
            }
            Routed { way } => (l.t_n("line-routed", way.label(l.0)), private(field::REASON), l.t("line-routed-note")),
            Claimed { unit, .. } => {
                (l.t_n("line-claimed", self.unit(unit)), private(field::STEP), private(field::POST))
            }
            Unclaimed { unit } => named("line-unclaimed", &self.unit(unit)),
            StepAsked => plain("line-step-asked"),
            StepTold { kept, .. } => named("line-step-told", kept.label(l.0)),
            Dispatched { lead, joint, first_step, .. } => {
                let names: Vec<String> = joint.iter().map(|u| self.unit(u)).collect();
                let comma = l.0.pick("、", ", ");
                let with = (!joint.is_empty()).then(|| l.t_n("line-joint", names.join(comma)));
                let key = if first_step.is_some() { "line-settled" } else { "line-dispatched" };
                (l.t_n(key, self.unit(lead)), String::new(), with.unwrap_or_default())
            }
            Joined { unit } => named("line-joined", &self.unit(unit)),
            Released { task } => named("line-released", &self.task_unit(*task)),
            Objected { task } => named("line-objected", &self.task_unit(*task)),
            ObjectionUpheld { .. } => plain("line-objection-upheld"),
            ObjectionRejected { task } => named("line-objection-rejected", &self.task_unit(*task)),
            Transferred { to, .. } => named("line-transferred", &self.unit(to)),
            Extended { clock, days } => {
                let working = self.history.case.clocks.get(usize::from(*clock)).is_none_or(|c| c.unit == Unit::Working);
                let key = if working { "line-extended-working" } else { "line-extended-calendar" };
                (l.t_n(key, days), private(field::REASON), self.moved(told))
            }
            Asked { .. } => (l.t("line-asked"), private(field::QUESTION), l.t("line-asked-note")),
            Informed { .. } => (l.t("line-informed"), private(field::ANSWER), String::new()),
            Replied { .. } => (l.t("line-replied"), private(field::REPLY), String::new()),
            Unasked => plain("line-unasked"),
            Reported { task } => named("line-reported", &self.task_unit(*task)),
            Answered { outcome, .. } => {
                let holder = answer_of(self.history, told);
                let basis = holder.get(field::BASIS).map(|b| l.t_n("line-basis", b)).unwrap_or_default();
                let answer = holder.get(field::ANSWER).cloned().unwrap_or_default();
                (l.t_n("line-answered", outcome.label(l.0)), answer, basis)
            }
            VerdictGiven { verdict, .. } => {
                let title = l.t_with("line-verdict", &verdict_words(l, verdict.solved, verdict.handled));
                let asked = if verdict.asked_for_good { l.t("line-asked-for-good") } else { String::new() };
                (title, private(field::WORDS), asked)
            }
            NotReached => (l.t("line-not-reached"), String::new(), l.t("line-not-reached-note")),
            Reopened => (l.t("line-reopened"), private(field::REASON), String::new()),
            ReviewAsked { .. } => (l.t("line-review-asked"), private(field::REASON), String::new()),
            ReviewAnswered { outcome, dated } => {
                (l.t_n("line-review-answered", outcome.label(l.0)), private(field::ANSWER), self.opinion(told, *dated))
            }
            ReReviewAsked { .. } => (l.t("line-re-review-asked"), private(field::REASON), String::new()),
            ReReviewAnswered { outcome, dated } => {
                let title = l.t_n("line-re-review-answered", outcome.label(l.0));
                (title, private(field::ANSWER), self.opinion(told, *dated))
            }
            HearingOpened => plain("line-hearing-opened"),
            HearingClosed => (l.t("line-hearing-closed"), String::new(), self.moved(told)),
            Merged { .. } => plain("line-merged"),
            AnsweredTogether { outcome, .. } => {
                let basis = told.private.get(field::BASIS).map(|b| l.t_n("line-basis", b)).unwrap_or_default();
                (l.t_n("line-answered-together", outcome.label(l.0)), private(field::ANSWER), basis)
            }
            Parted { .. } if told.body.by.role().is_some() => plain("line-part-again"),
            Parted { .. } => plain("line-parted"),
            Linked { link, .. } => named("line-linked", link.label(l.0)),
            Unlinked { .. } => plain("line-unlinked"),
            Withdrawn { .. } => plain("line-withdrawn"),
            Erased { ground } => named("line-erased", ground.label(l.0)),
            Recategorised { category } => named("line-recategorised", &called(category)),
            FieldCorrected { field, .. } => {
                let label = domain::case::Corrected::of(field).map_or(field.as_str(), |f| f.label(l.0));
                named("line-corrected", label)
            }
            TellingChosen { tell, .. } => named("line-telling", tell.channel.label(l.0)),
            SecretHanded { way } => named("line-secret-handed", way.label(l.0)),
            Opened { way, marked } => {
                let note = if *marked { l.t("line-opened-marked") } else { String::new() };
                (l.t_n("line-opened", way.label(l.0)), String::new(), note)
            }
            DigitsSet { .. } => plain("line-digits-set"),
            AddressConfirmed { channel } => named("line-address-confirmed", channel.label(l.0)),
            TextHidden => (l.t("line-hidden"), private(field::REASON), String::new()),
            TextReleased => (l.t("line-released-text"), private(field::SHOWN), l.t("line-released-note")),
            ErasureAsked { .. } => (l.t("line-erasure-asked"), private(field::REASON), String::new()),
            ErasureDeclined => (l.t("line-erasure-declined"), private(field::REASON), String::new()),
            LetRest => (l.t("line-let-rest"), private(field::REASON), String::new()),
            MarkedUrgent { .. } => plain("line-marked-urgent"),
            Reached { at } => (l.t("line-reached"), String::new(), l.t_n("line-reached-at", at.minute())),
            DueMoved => (l.t("line-due-moved"), String::new(), self.moved(told)),
            DigitsTried => (l.t("line-digits-tried"), String::new(), l.t("line-digits-tried-note")),
        };
        let (time, iso) = when(l, told.body.at, self.today);
        let kind = if by_resident { "resident" } else { "" };
        Some(TimelineStep { version: told.version, kind, title, time, iso, who: self.who(&told.body.by), said, note })
    }

    /// Whose opinion it is and of which day, where it came from outside.
    fn opinion(&self, told: &Told, dated: Option<Date>) -> String {
        let Some(day) = dated else { return String::new() };
        let body = told.private.get(field::BODY).cloned().unwrap_or_else(|| self.l.t("line-outside"));
        self.l.t_with("line-opinion", &[("body", body), ("date", self.l.day(day, self.today))])
    }

    /// The new date that an event sets, with the old one where the event keeps it.
    fn moved(&self, told: &Told) -> String {
        let day = |due: calendar::Due| self.l.day(due.rolled, self.today);
        let change = told.body.clocks.iter().find_map(|change| match change {
            ClockChange::Extended { due, .. } | ClockChange::Resumed { due, .. } => {
                Some(self.l.t_n("line-new-date", day(*due)))
            }
            ClockChange::Moved { from, due, .. } => {
                Some(self.l.t_with("line-date-moved", &[("from", day(*from)), ("to", day(*due))]))
            }
            _ => None,
        });
        change.unwrap_or_default()
    }
}
