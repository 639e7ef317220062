//! The forms of a case page: one for each act that the transition table allows now, with what the rules already know
//! filled in. What can't succeed as the case stands has no form.

use super::command::{JOINT_MOST, name};
use super::suggest::suggestion;
use crate::caller::Staff;
use crate::form::Sent;
use crate::lang::L;
use crate::page::{Choice, FieldError};
use calendar::Date;
use domain::case::{
    Case, CaseId, CommandKind, Corrected, Ground, LinkKind, Outcome, Purpose, Reviewer, ScopeReason, Stage, TaskState,
    Track, Way, allowed,
};
use domain::district::{District, Unit, UnitCode, UnitKind};
use domain::rule::RuleId;
use domain::{Label, Lang, Moment, Role};
use reading::by_words;
use std::collections::BTreeMap;

/// A field of a form.
pub(super) struct Input {
    /// "line", "area", "number", "datetime-local", "select", "radio", "hidden".
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) label: String,
    pub(super) value: String,
    pub(super) hint: String,
    pub(super) error: String,
    pub(super) required: bool,
    pub(super) options: Vec<Choice>,
    pub(super) blank: String,
}

/// An act's form.
pub(super) struct Form {
    pub(super) kind: CommandKind,
    pub(super) act: &'static str,
    /// The act's name, on the button too.
    pub(super) title: String,
    pub(super) hint: String,
    pub(super) inputs: Vec<Input>,
    /// The kind of its button.
    pub(super) button: &'static str,
    /// Whether it stands open: a second main act, or one that was refused.
    pub(super) open: bool,
    /// The name under which the browser keeps what was typed; empty: it keeps nothing.
    pub(super) draft: String,
    /// Templates of its text: the hint is the text with what is known filled in.
    pub(super) templates: Vec<Choice>,
}

/// What forms are made from.
pub(super) struct Maker<'a> {
    pub(super) l: L,
    pub(super) district: &'a District,
    pub(super) case: &'a Case,
    pub(super) staff: &'a Staff,
    pub(super) now: Moment,
    /// Title and text, for suggestions.
    pub(super) words: &'a str,
    /// Text and latest answer as they might be shown to neighbours: numbers and personal fields are dots already.
    pub(super) shown: [&'a str; 2],
    /// The codes of the cases that it is linked to.
    pub(super) codes: &'a BTreeMap<CaseId, String>,
    /// What was sent and refused.
    pub(super) sent: Option<&'a Sent>,
    pub(super) errors: &'a [FieldError],
}

/// Which act a page leads with, the first that is possible.
const MAIN: &[CommandKind] = &[
    CommandKind::Reached,
    CommandKind::Accept,
    CommandKind::Dispatch,
    CommandKind::UpholdObjection,
    CommandKind::Approve,
    CommandKind::Answer,
    CommandKind::Report,
    CommandKind::AnswerReview,
    CommandKind::AnswerReReview,
    CommandKind::FileOpinion,
];

/// A label as the beginning of a line.
pub(super) fn capital(l: L, text: &str) -> String {
    let mut chars = text.chars();
    match (l.0, chars.next()) {
        (Lang::En, Some(first)) => first.to_uppercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

impl Maker<'_> {
    pub(super) fn today(&self) -> Date {
        self.now.date()
    }

    /// The main form, if an act is called for, and all others.
    pub(super) fn all(&self) -> (Option<Form>, Vec<Form>) {
        let possible = allowed(self.case, &self.staff.actor(), self.district);
        let mut forms: Vec<Form> = possible.into_iter().filter_map(|kind| self.form(kind)).collect();
        let main = MAIN.iter().find_map(|kind| forms.iter().position(|f| f.kind == *kind)).map(|n| forms.remove(n));
        let main = main.map(|f| Form { button: "main", ..f });
        // What stands open comes first: it is the other half of the main act.
        forms.sort_by_key(|f| !f.open);
        (main, forms)
    }

    fn form(&self, kind: CommandKind) -> Option<Form> {
        let inputs = self.inputs(kind)?;
        let refused = self.sent.is_some_and(|s| s.get("act") == kind.code());
        // Whoever proposed an answer takes it back by the act by which the head sends it back.
        let own = kind == CommandKind::SendBack && self.staff.role == Role::Clerk;
        let beside = matches!(kind, CommandKind::RejectObjection | CommandKind::SendBack) && !own;
        let title = if own { self.l.t("staff-take-back") } else { capital(self.l, kind.label(self.l.0)) };
        let hint = match kind {
            _ if own => self.l.t("staff-hint-take-back"),
            CommandKind::Answer if self.case.track.needs_approval() => self.l.t("staff-hint-answer_approval"),
            _ => self.l.t(&format!("staff-hint-{}", kind.code())),
        };
        let keeps = matches!(kind, CommandKind::Answer | CommandKind::Report | CommandKind::AnswerReview);
        Some(Form {
            kind,
            act: kind.code(),
            title,
            hint,
            inputs,
            button: if matches!(kind, CommandKind::Erase | CommandKind::HideText) { "danger" } else { "" },
            open: refused || beside,
            draft: if keeps { format!("{}-{}", kind.code(), self.case.code) } else { String::new() },
            templates: super::templates::offered(self, kind),
        })
    }

    fn input(&self, kind: &'static str, act: CommandKind, field: &str, label: String, default: &str) -> Input {
        let name = name(act, field);
        let sent = self.sent.filter(|s| s.get("act") == act.code());
        let value = sent.map_or(default, |s| s.raw(&name)).to_owned();
        let error = self.errors.iter().find(|e| e.field == name).map_or(String::new(), |e| e.text.clone());
        let (hint, blank) = (String::new(), String::new());
        Input { kind, name, label, value, hint, error, required: true, options: Vec::new(), blank }
    }

    fn area(&self, act: CommandKind, field: &str, label: &str) -> Input {
        self.input("area", act, field, self.l.t(label), "")
    }

    fn hidden(&self, act: CommandKind, field: &str, value: impl ToString) -> Input {
        Input { value: value.to_string(), ..self.input("hidden", act, field, String::new(), "") }
    }

    /// A choice; `kind` is "select" or "radio".
    fn pick(
        &self,
        kind: &'static str,
        act: CommandKind,
        field: &str,
        label: &str,
        options: Vec<(String, String)>,
        default: &str,
    ) -> Input {
        let input = self.input(kind, act, field, self.l.t(label), default);
        let options = options.iter().map(|(value, label)| Choice::of(value, label, &input.value)).collect();
        Input { options, blank: self.l.t("staff-choose"), ..input }
    }

    fn radio<T: Label>(&self, act: CommandKind, field: &str, label: &str, values: &[T], default: &str) -> Input {
        let options = values.iter().map(|v| (v.code().to_owned(), capital(self.l, v.label(self.l.0)))).collect();
        self.pick("radio", act, field, label, options, default)
    }

    /// One thing to name: hidden when there is only one; nothing to do when there is none.
    fn one_of(&self, act: CommandKind, field: &str, label: &str, options: Vec<(String, String)>) -> Option<Input> {
        match options.as_slice() {
            [] => None,
            [(value, _)] => Some(self.hidden(act, field, value)),
            _ => Some(self.pick("select", act, field, label, options, "")),
        }
    }

    fn units(&self, without: impl Fn(&UnitCode) -> bool) -> Vec<(String, String)> {
        let sealed = self.case.is_sealed();
        let fits = |u: &&Unit| {
            let lawful = !sealed || (u.kind == UnitKind::Discipline && !self.case.is_about(&u.code, self.district));
            !u.closed && lawful && !without(&u.code)
        };
        let units = self.district.units.values().filter(fits);
        units.map(|u| (u.code.to_string(), u.name(self.l.0).to_owned())).collect()
    }

    fn categories(&self) -> Vec<(String, String)> {
        let catalogue = &self.district.catalogue;
        let name = |c: &domain::district::Category| match c.code.as_str().split_once('.') {
            Some((first, _)) => format!("{} · {}", catalogue.name(&first.into(), self.l.0), c.name(self.l.0)),
            None => c.name(self.l.0).to_owned(),
        };
        catalogue.categories.iter().map(|c| (c.code.to_string(), name(c))).collect()
    }

    fn tasks(&self, which: impl Fn(&domain::case::Task) -> bool) -> Vec<(String, String)> {
        let open = self.case.tasks.iter().filter(|t| t.is_open() && which(t));
        open.map(|t| (t.no.to_string(), self.district.unit_name(&t.unit, self.l.0).to_owned())).collect()
    }

    fn category(&self, act: CommandKind) -> Input {
        let case = self.case;
        let found =
            suggestion(self.l, self.district, case.track, case.category.as_ref(), case.street.as_ref(), self.words);
        let default = found.category.map_or(String::new(), |c| c.to_string());
        let input = self.pick("select", act, "category", "staff-field-category", self.categories(), &default);
        Input { hint: found.reason, ..input }
    }

    fn dispatch(&self, act: CommandKind) -> Vec<Input> {
        let (l, case) = (self.l, self.case);
        let has = |u: &UnitCode| case.task_of(u).is_some();
        let found = suggestion(l, self.district, case.track, case.category.as_ref(), case.street.as_ref(), self.words);
        let lead = found.unit.as_ref().map_or("", UnitCode::as_str);
        let mut inputs = vec![Input {
            hint: found.reason.clone(),
            ..self.pick("select", act, "lead", "staff-field-lead", self.units(has), lead)
        }];
        if case.is_sealed() {
            return inputs;
        }
        let comma = l.0.pick("、", ", ");
        // Other matters in the same text may need a second unit: said as a hint, never chosen by itself.
        let others = by_words(&self.district.catalogue, case.track, self.words).into_iter().filter_map(|f| {
            let unit = self.district.suggest(&f.category.code, case.street.as_ref())?;
            (Some(&unit.code) != found.unit.as_ref()).then(|| format!("{} → {}", f.words.join(comma), unit.name(l.0)))
        });
        let others: Vec<String> = others.collect();
        for n in 1..=JOINT_MOST {
            let field = format!("joint{n}");
            let input = self.pick("select", act, &field, "staff-field-joint", self.units(has), "");
            let label = format!("{} {n}", input.label);
            let hint = if n == 1 && !others.is_empty() {
                l.t_n("staff-hint-joint", others.join(l.0.pick("；", "; ")))
            } else {
                String::new()
            };
            inputs.push(Input { label, hint, required: false, blank: l.t("staff-none"), ..input });
        }
        inputs
    }

    /// The running duties that may be extended by this account, once more.
    fn extendable(&self) -> Vec<(String, String)> {
        let l = self.l;
        let head = self.staff.role == Role::Head;
        let may = |clock: &domain::case::Clock| {
            let extension = self.district.rules.rule(clock.rule).extension?;
            let left = clock.extensions < u16::from(extension.times) && (head || !extension.by_head);
            left.then_some(extension.days)
        };
        let clocks = self.case.duties().filter_map(|(no, clock)| {
            let label = l.t_with(
                "staff-extend-clock",
                &[
                    ("rule", clock.rule.label(l.0).to_owned()),
                    ("date", l.day(clock.due.rolled, self.today())),
                    ("most", may(clock)?.to_string()),
                ],
            );
            Some((no.to_string(), label))
        });
        clocks.collect()
    }

    /// Whether a hearing of a re-review is open.
    fn in_hearing(&self) -> bool {
        self.case.running(RuleId::ReReviewAnswer).is_some_and(|(_, c)| c.paused_on.is_some())
    }

    /// The fields of an act; none if the act can't succeed as the case stands.
    fn inputs(&self, kind: CommandKind) -> Option<Vec<Input>> {
        use CommandKind as K;
        let (case, track) = (self.case, self.case.track);
        let own = case.task_of(&self.staff.unit);
        let reason = || self.area(kind, "reason", "staff-field-reason");
        let text = |label| self.area(kind, "text", label);
        let task = |no: u16| self.hidden(kind, "task", no);
        Some(match kind {
            K::Accept if track == Track::Petition => {
                vec![self.hidden(kind, "way", Way::Opinion.code()), self.category(kind)]
            }
            K::Accept => vec![self.category(kind)],
            K::NotAccept => {
                let reasons = self.radio(kind, "reason", "staff-field-why", ScopeReason::ALL, "");
                vec![reasons, text("staff-field-right-door")]
            }
            K::Route => {
                let ways: Vec<Way> = Way::ALL.iter().copied().filter(|w| *w != Way::Opinion).collect();
                let way = self.radio(kind, "way", "staff-field-way", &ways, "");
                (track == Track::Petition).then(|| vec![way, text("staff-field-right-door")])?
            }
            K::Dispatch => self.dispatch(kind),
            K::Join => {
                let units = self.units(|u| case.task_of(u).is_some());
                vec![self.pick("select", kind, "unit", "staff-field-unit", units, "")]
            }
            K::Designate => {
                let units = self.units(|u| case.task_of(u).is_some());
                vec![self.pick("select", kind, "unit", "staff-field-unit", units, ""), reason()]
            }
            K::Release => vec![self.one_of(kind, "task", "staff-field-task", self.tasks(|t| !t.lead))?],
            K::Object => {
                let window = |no| case.clocks.iter().rev().find(|c| c.rule == RuleId::Objection && c.task == Some(no));
                let task_ = own.filter(|t| t.state == TaskState::Open && !t.designated)?;
                window(task_.no).is_none_or(|c| self.today() <= c.due.rolled).then(|| vec![task(task_.no), reason()])?
            }
            K::UpholdObjection => {
                vec![self.one_of(kind, "task", "staff-field-task", self.tasks(|t| t.state == TaskState::Objected))?]
            }
            K::RejectObjection => {
                let objected = self.tasks(|t| t.state == TaskState::Objected);
                vec![self.one_of(kind, "task", "staff-field-task", objected)?, reason()]
            }
            K::Transfer => {
                let units = self.units(|u| case.task_of(u).is_some());
                let to = self.pick("select", kind, "to", "staff-field-to", units, "");
                vec![task(case.lead()?.no), to, reason()]
            }
            K::Extend => {
                let clocks = self.extendable();
                let first = clocks.first()?.0.clone();
                let clock = self.pick("radio", kind, "clock", "staff-field-clock", clocks, &first);
                let days = self.input("number", kind, "days", self.l.t("staff-field-days"), "");
                vec![clock, days, self.area(kind, "reason", "staff-field-reason-told")]
            }
            K::Ask => {
                let free = case.question.is_none() && own?.lead && own?.state != TaskState::Approval;
                let question = self.area(kind, "question", "staff-field-question");
                let hint = if case.contact { String::new() } else { self.l.t("staff-no-contact") };
                free.then(|| vec![task(own.map_or(0, |t| t.no)), Input { hint, ..question }])?
            }
            K::Inform => {
                let inform = self.area(kind, "text", "staff-field-inform");
                let lead = own.filter(|t| t.lead && t.state == TaskState::Open)?;
                vec![task(lead.no), inform]
            }
            K::Unask => case.question.map(|_| Vec::new())?,
            K::Note => vec![text("staff-field-note")],
            K::Report => {
                let joint = own.filter(|t| !t.lead && t.state == TaskState::Open)?;
                vec![task(joint.no), text("staff-field-report")]
            }
            K::Answer => {
                let others = case.tasks.iter().any(|t| t.is_open() && Some(t.no) != own.map(|o| o.no));
                let free = case.question.is_none() && !others;
                let lead = own.filter(|t| t.lead && t.state == TaskState::Open && free)?;
                let outcome = self.radio(kind, "outcome", "staff-field-outcome", track.outcomes(), "");
                let basis = self.area(kind, "basis", "staff-field-basis");
                let basis = Input { required: track == Track::Petition, ..basis };
                vec![task(lead.no), outcome, text("staff-field-answer"), basis]
            }
            K::Approve => vec![task(own.filter(|t| t.proposed.is_some())?.no)],
            K::SendBack => vec![task(own.filter(|t| t.proposed.is_some())?.no), reason()],
            K::Reopen => (case.stage != Stage::Withdrawn).then(|| vec![reason()])?,
            K::HideText => (case.public && !case.hidden).then(|| vec![reason()])?,
            K::ReleaseText => {
                let area = |field, label: &str, default| self.input("area", kind, field, self.l.t(label), default);
                let text = area("text", "release-text", self.shown[0]);
                let answer = Input { required: false, ..area("answer", "release-answer", self.shown[1]) };
                case.may_be_shown().then(|| vec![text, answer])?
            }
            K::DeclineErasure => {
                let told = self.area(kind, "reason", "staff-field-reason-told");
                case.erasure_asked.then(|| vec![told])?
            }
            K::AnswerReview | K::AnswerReReview => {
                let outcomes: &[Outcome] = track.outcomes();
                vec![self.radio(kind, "outcome", "staff-field-outcome", outcomes, ""), text("staff-field-answer")]
            }
            K::FileOpinion => {
                let line = |field, label: &str| self.input("line", kind, field, self.l.t(label), "");
                let dated = self.input("date", kind, "dated", self.l.t("staff-field-dated"), "");
                let outcome = self.radio(kind, "outcome", "staff-field-outcome", track.outcomes(), "");
                let outside = case.reviewer() == Reviewer::Outside;
                let inputs = || vec![line("body", "staff-field-body"), dated, outcome, text("staff-field-opinion")];
                outside.then(inputs)?
            }
            K::Merge => vec![self.input("line", kind, "into", self.l.t("staff-field-other-code"), ""), reason()],
            K::Part => vec![reason()],
            K::Link => vec![
                self.radio(kind, "link", "staff-field-link", LinkKind::ALL, ""),
                self.input("line", kind, "to", self.l.t("staff-field-other-code"), ""),
            ],
            K::Unlink => {
                let known = |id| self.codes.get(id).map(|code| (code.clone(), code.clone()));
                let linked = case.links.iter().filter_map(|(_, id)| known(id)).collect();
                vec![self.one_of(kind, "to", "staff-field-other-code", linked)?]
            }
            K::Erase => vec![self.radio(kind, "ground", "staff-field-ground", Ground::ALL, "")],
            K::Recategorise => vec![self.category(kind)],
            K::CorrectField => vec![
                self.radio(kind, "field", "staff-field-which", Corrected::ALL, ""),
                self.area(kind, "value", "staff-field-value"),
            ],
            K::OpenHearing => (!self.in_hearing()).then(Vec::new)?,
            K::CloseHearing => self.in_hearing().then(Vec::new)?,
            K::DeclareInterest => Vec::new(),
            K::LetRest => {
                let (_, window) = case.running(RuleId::GoOnAsk)?;
                let told = self.area(kind, "reason", "staff-field-reason-told");
                (self.today() > window.due.rolled).then(|| vec![told])?
            }
            K::MarkUrgent => {
                let names = self.district.catalogue.dangers().iter();
                let names = names.map(|d| (d.code.to_string(), d.name(self.l.0).to_owned())).collect();
                let free = case.urgent.is_none() && !case.is_sealed();
                free.then(|| vec![self.pick("select", kind, "danger", "staff-field-danger", names, ""), reason()])?
            }
            K::ClearUrgent => case.urgent.as_ref().map(|_| vec![reason()])?,
            K::Reached => {
                case.running(RuleId::UrgentHand)?;
                let local = self.now.local();
                let now = format!("{}T{:02}:{:02}", local.date(), local.hour(), local.minute());
                let at = self.input("datetime-local", kind, "at", self.l.t("staff-field-reached-at"), &now);
                vec![at, self.input("line", kind, "note", self.l.t("staff-field-reached-who"), "")]
            }
            K::Unmask => {
                let usual = if self.staff.role == Role::Auditor { Purpose::Audit } else { Purpose::Contact };
                let words = self.input("line", kind, "text", self.l.t("staff-field-purpose-words"), "");
                let purpose = self.radio(kind, "purpose", "staff-field-purpose", Purpose::ALL, usual.code());
                vec![purpose, Input { required: false, ..words }]
            }
            K::Reply
            | K::AskErasure
            | K::FollowMerged
            | K::GiveVerdict
            | K::EndUnreached
            | K::AskReview
            | K::AskReReview
            | K::Withdraw
            | K::ChooseTelling
            | K::HandSecret
            | K::Open
            | K::SetDigits
            | K::ReportTries
            | K::MoveDue => {
                return None;
            }
        })
    }
}
