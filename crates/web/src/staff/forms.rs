//! The forms of a case page: one for each act that the rules offer now, with what they already know filled in.

use super::command::{JOINT_MOST, name};
use super::suggest::suggestion;
use crate::caller::Staff;
use crate::form::Sent;
use crate::lang::L;
use crate::page::{Choice, FieldError};
use calendar::Date;
use domain::case::{
    Case, CaseId, Command, CommandKind, Corrected, Facts, LinkKind, Offer, Outcome, Purpose, ScopeReason, Track, Visit,
    Way, offers,
};
use domain::district::{District, UnitCode};
use domain::{Label, Lang, Moment, Role};
use reading::by_words;
use std::collections::BTreeMap;

/// A field of a form.
pub(super) struct FormInput {
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
pub(super) struct ActForm {
    pub(super) kind: CommandKind,
    pub(super) act: &'static str,
    /// The act's name, on the button too.
    pub(super) title: String,
    pub(super) hint: String,
    pub(super) inputs: Vec<FormInput>,
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
pub(super) struct FormMaker<'a> {
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

impl FormMaker<'_> {
    pub(super) fn today(&self) -> Date {
        self.now.date()
    }

    /// The main form, if an act is called for, and all others.
    pub(super) fn all(&self) -> (Option<ActForm>, Vec<ActForm>) {
        let actor = self.staff.actor();
        let facts = Facts {
            now: self.now,
            actor: &actor,
            district: self.district,
            code: "",
            secret: "",
            other: None,
            visit: Visit::BEST,
            numbers: &[],
        };
        let possible = offers(self.case, &facts);
        let mut forms: Vec<ActForm> = possible.iter().filter_map(|offer| self.form(offer)).collect();
        let main = MAIN.iter().find_map(|kind| forms.iter().position(|f| f.kind == *kind)).map(|n| forms.remove(n));
        let main = main.map(|f| ActForm { button: "main", ..f });
        // What stands open comes first: it is the other half of the main act.
        forms.sort_by_key(|f| !f.open);
        (main, forms)
    }

    fn form(&self, offer: &Offer) -> Option<ActForm> {
        let kind = offer.act;
        let inputs = self.inputs(offer)?;
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
        Some(ActForm {
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

    fn input(&self, kind: &'static str, act: CommandKind, field: &str, label: String, default: &str) -> FormInput {
        let name = name(act, field);
        let sent = self.sent.filter(|s| s.get("act") == act.code());
        let value = sent.map_or(default, |s| s.raw(&name)).to_owned();
        let error = self.errors.iter().find(|e| e.field == name).map_or(String::new(), |e| e.text.clone());
        let (hint, blank) = (String::new(), String::new());
        FormInput { kind, name, label, value, hint, error, required: true, options: Vec::new(), blank }
    }

    fn area(&self, act: CommandKind, field: &str, label: &str) -> FormInput {
        self.input("area", act, field, self.l.t(label), "")
    }

    fn hidden(&self, act: CommandKind, field: &str, value: impl ToString) -> FormInput {
        FormInput { value: value.to_string(), ..self.input("hidden", act, field, String::new(), "") }
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
    ) -> FormInput {
        let input = self.input(kind, act, field, self.l.t(label), default);
        let options = options.iter().map(|(value, label)| Choice::of(value, label, &input.value)).collect();
        FormInput { options, blank: self.l.t("staff-choose"), ..input }
    }

    fn radio<T: Label>(&self, act: CommandKind, field: &str, label: &str, values: &[T], default: &str) -> FormInput {
        let options = values.iter().map(|v| (v.code().to_owned(), capital(self.l, v.label(self.l.0)))).collect();
        self.pick("radio", act, field, label, options, default)
    }

    /// One thing to name: hidden when there is only one; nothing to do when there is none.
    fn one_of(&self, act: CommandKind, field: &str, label: &str, options: Vec<(String, String)>) -> Option<FormInput> {
        match options.as_slice() {
            [] => None,
            [(value, _)] => Some(self.hidden(act, field, value)),
            _ => Some(self.pick("select", act, field, label, options, "")),
        }
    }

    /// The units to which an act can give the case.
    fn units(&self, offer: &Offer) -> Vec<(String, String)> {
        offer.units().map(|u| (u.to_string(), self.district.unit_name(u, self.l.0).to_owned())).collect()
    }

    fn categories(&self) -> Vec<(String, String)> {
        let catalogue = &self.district.catalogue;
        let name = |c: &domain::district::Category| match c.code.as_str().split_once('.') {
            Some((first, _)) => format!("{} · {}", catalogue.name(&first.into(), self.l.0), c.name(self.l.0)),
            None => c.name(self.l.0).to_owned(),
        };
        catalogue.categories.iter().map(|c| (c.code.to_string(), name(c))).collect()
    }

    /// The tasks to which an act can be done.
    fn tasks(&self, offer: &Offer) -> Vec<(String, String)> {
        let tasks = offer.tasks().filter_map(|no| self.case.task(no));
        tasks.map(|t| (t.no.to_string(), self.district.unit_name(&t.unit, self.l.0).to_owned())).collect()
    }

    fn category(&self, act: CommandKind) -> FormInput {
        let case = self.case;
        let found =
            suggestion(self.l, self.district, case.track, case.category.as_ref(), case.street.as_ref(), self.words);
        let default = found.category.map_or(String::new(), |c| c.to_string());
        let input = self.pick("select", act, "category", "staff-field-category", self.categories(), &default);
        FormInput { hint: found.reason, ..input }
    }

    fn dispatch(&self, offer: &Offer) -> Vec<FormInput> {
        let (l, case, act) = (self.l, self.case, offer.act);
        let found = suggestion(l, self.district, case.track, case.category.as_ref(), case.street.as_ref(), self.words);
        let lead = found.unit.as_ref().map_or("", UnitCode::as_str);
        let mut inputs = vec![FormInput {
            hint: found.reason.clone(),
            ..self.pick("select", act, "lead", "staff-field-lead", self.units(offer), lead)
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
            let input = self.pick("select", act, &field, "staff-field-joint", self.units(offer), "");
            let label = format!("{} {n}", input.label);
            let hint = if n == 1 && !others.is_empty() {
                l.t_n("staff-hint-joint", others.join(l.0.pick("；", "; ")))
            } else {
                String::new()
            };
            inputs.push(FormInput { label, hint, required: false, blank: l.t("staff-none"), ..input });
        }
        inputs
    }

    /// The running duties that may be extended by this account, once more.
    fn extendable(&self, offer: &Offer) -> Vec<(String, String)> {
        let l = self.l;
        let clocks = offer.choices.iter().filter_map(|command| {
            let Command::Extend { clock: no, .. } = command else { return None };
            let clock = self.case.clocks.get(usize::from(*no))?;
            let most = self.district.rules.rule(clock.rule).extension?.days;
            let label = l.t_with(
                "staff-extend-clock",
                &[
                    ("rule", clock.rule.label(l.0).to_owned()),
                    ("date", l.day(clock.due.rolled, self.today())),
                    ("most", most.to_string()),
                    ("unit", l.t(crate::view::unit_key(clock.unit))),
                ],
            );
            Some((no.to_string(), label))
        });
        clocks.collect()
    }

    /// What an offer leaves to choose from, of a kind.
    fn left<T: Label + PartialEq>(offer: &Offer, of: impl Fn(&Command) -> Option<T>) -> Vec<T> {
        let left: Vec<T> = offer.choices.iter().filter_map(of).collect();
        T::ALL.iter().copied().filter(|value| left.contains(value)).collect()
    }

    /// The fields of an act; none where it has its own page.
    fn inputs(&self, offer: &Offer) -> Option<Vec<FormInput>> {
        use CommandKind as K;
        let (case, track, kind) = (self.case, self.case.track, offer.act);
        let own = || offer.tasks().next();
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
                let way = |c: &Command| if let Command::Route { way, .. } = c { Some(*way) } else { None };
                let way = self.radio(kind, "way", "staff-field-way", &Self::left(offer, way), "");
                vec![way, text("staff-field-right-door")]
            }
            K::Dispatch => self.dispatch(offer),
            K::Join => vec![self.pick("select", kind, "unit", "staff-field-unit", self.units(offer), "")],
            K::Designate => {
                vec![self.pick("select", kind, "unit", "staff-field-unit", self.units(offer), ""), reason()]
            }
            K::Release | K::UpholdObjection => {
                vec![self.one_of(kind, "task", "staff-field-task", self.tasks(offer))?]
            }
            K::Object => vec![task(own()?), reason()],
            K::RejectObjection => vec![self.one_of(kind, "task", "staff-field-task", self.tasks(offer))?, reason()],
            K::Transfer => {
                let to = self.pick("select", kind, "to", "staff-field-to", self.units(offer), "");
                vec![task(own()?), to, reason()]
            }
            K::Extend => {
                let clocks = self.extendable(offer);
                let first = clocks.first()?.0.clone();
                let clock = self.pick("radio", kind, "clock", "staff-field-clock", clocks, &first);
                let days = self.input("number", kind, "days", self.l.t("staff-field-days"), "");
                vec![clock, days, self.area(kind, "reason", "staff-field-reason-told")]
            }
            K::Ask => {
                let question = self.area(kind, "question", "staff-field-question");
                let hint = if case.contact { String::new() } else { self.l.t("staff-no-contact") };
                vec![task(own()?), FormInput { hint, ..question }]
            }
            K::Inform => vec![task(own()?), self.area(kind, "text", "staff-field-inform")],
            K::Unask | K::OpenHearing | K::CloseHearing | K::DeclareInterest => Vec::new(),
            K::Note => vec![text("staff-field-note")],
            K::Report => vec![task(own()?), text("staff-field-report")],
            K::Answer => {
                let outcome = self.radio(kind, "outcome", "staff-field-outcome", track.outcomes(), "");
                let basis = self.area(kind, "basis", "staff-field-basis");
                let basis = FormInput { required: track == Track::Petition, ..basis };
                vec![task(own()?), outcome, text("staff-field-answer"), basis]
            }
            K::Approve => vec![task(own()?)],
            K::SendBack => vec![task(own()?), reason()],
            K::Reopen | K::HideText | K::Part | K::ClearUrgent => vec![reason()],
            K::ReleaseText => {
                let area = |field, label: &str, default| self.input("area", kind, field, self.l.t(label), default);
                let text = area("text", "release-text", self.shown[0]);
                let answer = FormInput { required: false, ..area("answer", "release-answer", self.shown[1]) };
                vec![text, answer]
            }
            K::DeclineErasure | K::LetRest => vec![self.area(kind, "reason", "staff-field-reason-told")],
            K::AnswerReview | K::AnswerReReview => {
                let outcomes: &[Outcome] = track.outcomes();
                vec![self.radio(kind, "outcome", "staff-field-outcome", outcomes, ""), text("staff-field-answer")]
            }
            K::FileOpinion => {
                let line = |field, label: &str| self.input("line", kind, field, self.l.t(label), "");
                let dated = self.input("date", kind, "dated", self.l.t("staff-field-dated"), "");
                let outcome = self.radio(kind, "outcome", "staff-field-outcome", track.outcomes(), "");
                vec![line("body", "staff-field-body"), dated, outcome, text("staff-field-opinion")]
            }
            K::Merge => vec![self.input("line", kind, "into", self.l.t("staff-field-other-code"), ""), reason()],
            K::Link => vec![
                self.radio(kind, "link", "staff-field-link", LinkKind::ALL, ""),
                self.input("line", kind, "to", self.l.t("staff-field-other-code"), ""),
            ],
            K::Unlink => {
                let known = |id| self.codes.get(id).map(|code| (code.clone(), code.clone()));
                let linked = case.links.iter().filter_map(|(_, id)| known(id)).collect();
                vec![self.one_of(kind, "to", "staff-field-other-code", linked)?]
            }
            K::Erase => {
                let ground = |c: &Command| if let Command::Erase { ground } = c { Some(*ground) } else { None };
                vec![self.radio(kind, "ground", "staff-field-ground", &Self::left(offer, ground), "")]
            }
            K::Recategorise => vec![self.category(kind)],
            K::CorrectField => vec![
                self.radio(kind, "field", "staff-field-which", Corrected::ALL, ""),
                self.area(kind, "value", "staff-field-value"),
            ],
            K::MarkUrgent => {
                let names = self.district.catalogue.dangers().iter();
                let names = names.map(|d| (d.code.to_string(), d.name(self.l.0).to_owned())).collect();
                vec![self.pick("select", kind, "danger", "staff-field-danger", names, ""), reason()]
            }
            K::Reached => {
                let local = self.now.local();
                let now = format!("{}T{:02}:{:02}", local.date(), local.hour(), local.minute());
                let at = self.input("datetime-local", kind, "at", self.l.t("staff-field-reached-at"), &now);
                vec![at, self.input("line", kind, "note", self.l.t("staff-field-reached-who"), "")]
            }
            K::Unmask => {
                let usual = if self.staff.role == Role::Auditor { Purpose::Audit } else { Purpose::Contact };
                let words = self.input("line", kind, "text", self.l.t("staff-field-purpose-words"), "");
                let purpose = self.radio(kind, "purpose", "staff-field-purpose", Purpose::ALL, usual.code());
                vec![purpose, FormInput { required: false, ..words }]
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
            | K::ConfirmAddress
            | K::ReportTries
            | K::MoveDue => {
                return None;
            }
        })
    }
}
