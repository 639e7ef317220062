//! The forms of a case page: one for each act that the rules offer now, with what they already know filled in.

use super::command::{JOINT_MOST, name};
use super::suggest::{Suggestion, suggestion};
use crate::caller::Staff;
use crate::form::Sent;
use crate::lang::L;
use crate::page::{Choice, FieldError};
use crate::parts::form_input::FormInput;
use calendar::Date;
use domain::case::{Case, CaseId, Command, CommandKind, Facts, Offer, Purpose, Track, Visit, Way, offers};
use domain::district::{District, UnitCode};
use domain::register::{Field, Input, Term};
use domain::{Label, Lang, Moment, Role};
use reading::by_words;
use std::collections::BTreeMap;

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

/// Acts that have their own page, and no form here.
const OWN_PAGE: &[CommandKind] = &[CommandKind::HandSecret, CommandKind::MoveDue];

/// Acts for which a post gives a reason; a resident may do them without one.
const GIVE_REASONS: &[CommandKind] = &[CommandKind::HideText, CommandKind::LetRest, CommandKind::Reopen];

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
            asked: false,
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

    fn hidden(&self, act: CommandKind, field: &str, value: impl ToString) -> FormInput {
        FormInput { value: value.to_string(), ..self.input("hidden", act, field, String::new(), "") }
    }

    /// A choice; `kind` is "select" or "radio".
    fn pick(
        &self,
        kind: &'static str,
        act: CommandKind,
        field: &Field,
        options: Vec<(String, String)>,
        default: &str,
    ) -> FormInput {
        let input = self.input(kind, act, field.name, self.label(field), default);
        let options = options.iter().map(|(value, label)| Choice::of(value, label, &input.value)).collect();
        FormInput { options, blank: self.l.t("staff-choose"), ..input }
    }

    /// One thing to name: hidden when there is only one; nothing to do when there is none.
    fn one_of(&self, act: CommandKind, field: &Field, options: Vec<(String, String)>) -> Option<FormInput> {
        match options.as_slice() {
            [] => None,
            [(value, _)] => Some(self.hidden(act, field.name, value)),
            _ => Some(self.pick("select", act, field, options, "")),
        }
    }

    fn label(&self, field: &Field) -> String {
        self.l.0.pick(field.label[0], field.label[1]).to_owned()
    }

    /// The terms that an act leaves to choose from.
    fn left(&self, offer: &Offer, field: &str, terms: Vec<Term>) -> Vec<(String, String)> {
        let left = offer.terms(field);
        let label = |term: &Term| capital(self.l, self.l.0.pick(term.label[0], term.label[1]));
        let terms = terms.iter().filter(|term| left.contains(term.code));
        terms.map(|term| (term.code.to_owned(), label(term))).collect()
    }

    fn dangers(&self) -> Vec<(String, String)> {
        let dangers = self.district.catalogue.dangers().iter();
        dangers.map(|d| (d.code.to_string(), d.name(self.l.0).to_owned())).collect()
    }

    /// The cases that it is linked to, by code.
    fn linked(&self) -> Vec<(String, String)> {
        let known = self.case.links.iter().filter_map(|(_, id)| self.codes.get(id));
        known.map(|code| (code.clone(), code.clone())).collect()
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
        let tasks = offer.tasks().into_iter().filter_map(|no| self.case.task(no));
        tasks.map(|t| (t.no.to_string(), self.district.unit_name(&t.unit, self.l.0).to_owned())).collect()
    }

    fn suggested(&self) -> Suggestion {
        let case = self.case;
        suggestion(self.l, self.district, case.track, case.category.as_ref(), case.street.as_ref(), self.words)
    }

    /// The units that are called in with the lead; further ones are called in afterwards.
    fn joint(&self, offer: &Offer, field: &Field) -> Vec<FormInput> {
        let (l, case, act) = (self.l, self.case, offer.act);
        if case.is_sealed() {
            return Vec::new();
        }
        let found = self.suggested();
        let comma = l.0.pick("、", ", ");
        // Other matters in the same text may need a second unit: said as a hint, never chosen by itself.
        let others = by_words(&self.district.catalogue, case.track, self.words).into_iter().filter_map(|f| {
            let unit = self.district.suggest(&f.category.code, case.street.as_ref())?;
            (Some(&unit.code) != found.unit.as_ref()).then(|| format!("{} → {}", f.words.join(comma), unit.name(l.0)))
        });
        let others: Vec<String> = others.collect();
        let one = |n: usize| {
            let name = super::command::joint(n);
            let input = self.input("select", act, &name, format!("{} {n}", self.label(field)), "");
            let options = self.units(offer);
            let options = options.iter().map(|(value, label)| Choice::of(value, label, &input.value)).collect();
            let hinted = n == 1 && !others.is_empty();
            let hint =
                if hinted { l.t_n("staff-hint-joint", others.join(l.0.pick("；", "; "))) } else { String::new() };
            FormInput { options, hint, required: false, blank: l.t("staff-none"), ..input }
        };
        (1..=JOINT_MOST).map(one).collect()
    }

    /// The running duties that may be extended by this account, once more.
    fn extendable(&self, offer: &Offer) -> Vec<(String, String)> {
        let l = self.l;
        let clocks = offer.choices.iter().filter_map(|command| {
            let Command::Extend { clock: no, .. } = command else { return None };
            let clock = self.case.clocks.get(usize::from(*no))?;
            let most = self.district.rules.of_case(clock.rule).extension?.days;
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

    /// The fields of an act as it declares them; none where it has its own page, or where there is nothing to name.
    fn inputs(&self, offer: &Offer) -> Option<Vec<FormInput>> {
        if OWN_PAGE.contains(&offer.act) {
            return None;
        }
        let mut inputs = Vec::new();
        for field in Command::fields(offer.act).iter().filter(|field| self.is_asked(offer.act, field)) {
            match field.input {
                Input::Units => inputs.extend(self.joint(offer, field)),
                _ => inputs.push(self.field(offer, field)?),
            }
        }
        Some(inputs)
    }

    /// Whether a field is asked for: what the case itself knows is not.
    fn is_asked(&self, act: CommandKind, field: &Field) -> bool {
        match (act, field.name) {
            (CommandKind::Accept, "way") => self.case.track == Track::Petition,
            (CommandKind::Part, "from") => false,
            _ => true,
        }
    }

    fn field(&self, offer: &Offer, field: &Field) -> Option<FormInput> {
        let (act, name) = (offer.act, field.name);
        let plain = |kind| self.input(kind, act, name, self.label(field), &self.default_of(act, name));
        let select = |options, default: &str| self.pick("select", act, field, options, default);
        let input = match field.input {
            _ if name == "task" => self.one_of(act, field, self.tasks(offer))?,
            _ if name == "clock" => {
                let clocks = self.extendable(offer);
                let first = clocks.first()?.0.clone();
                self.pick("radio", act, field, clocks, &first)
            }
            Input::Record if act == CommandKind::Unlink => self.one_of(act, field, self.linked())?,
            Input::Choice(_) if act == CommandKind::Accept => self.hidden(act, name, Way::Opinion.code()),
            Input::Choice(terms) => {
                let left = self.left(offer, name, terms());
                self.pick("radio", act, field, left, &self.default_of(act, name))
            }
            Input::Category => {
                let found = self.suggested();
                let default = found.category.map_or(String::new(), |c| c.to_string());
                FormInput { hint: found.reason, ..select(self.categories(), &default) }
            }
            Input::Unit if name == "lead" => {
                let found = self.suggested();
                let lead = found.unit.as_ref().map_or("", UnitCode::as_str);
                FormInput { hint: found.reason.clone(), ..select(self.units(offer), lead) }
            }
            Input::Unit => select(self.units(offer), ""),
            Input::Danger => select(self.dangers(), ""),
            Input::Text => plain("area"),
            Input::Line | Input::Record => plain("line"),
            Input::Number => plain("number"),
            Input::Day => plain("date"),
            Input::Moment => plain("datetime-local"),
            Input::Units | Input::Mark | Input::Parts(_) => return None,
        };
        let unreachable = act == CommandKind::Ask && !self.case.contact && name == "question";
        let hint = if unreachable { self.l.t("staff-no-contact") } else { input.hint };
        // A handling opinion needs its basis; other answers may have one.
        let needed = name == "basis" && self.case.track == Track::Petition;
        Some(FormInput { hint, required: needed || !field.optional || GIVE_REASONS.contains(&act), ..input })
    }

    /// What stands in a field before anybody types.
    fn default_of(&self, act: CommandKind, field: &str) -> String {
        match (act, field) {
            (CommandKind::ReleaseText, "text") => self.shown[0].to_owned(),
            (CommandKind::ReleaseText, "answer") => self.shown[1].to_owned(),
            (CommandKind::Reached, "at") => {
                let local = self.now.local();
                format!("{}T{:02}:{:02}", local.date(), local.hour(), local.minute())
            }
            (CommandKind::Unmask, "purpose") => {
                let usual = if self.staff.role == Role::Auditor { Purpose::Audit } else { Purpose::Contact };
                usual.code().to_owned()
            }
            _ => String::new(),
        }
    }
}
