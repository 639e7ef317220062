//! From the fields of an act's form to the command: each field is named `act-field`, so that all forms of a page can
//! stand side by side.

use crate::form::Sent;
use domain::case::{CaseId, Command, CommandKind, Corrected, Ground, LinkKind, Outcome, Purpose, ScopeReason, Way};
use domain::district::{CategoryCode, UnitCode};
use domain::{Label, Moment, Refusal, Why};

/// The name of an act's field in the page.
pub(super) fn name(act: CommandKind, field: &str) -> String {
    format!("{}-{field}", act.code())
}

/// The most joint units that a dispatch form names; more are called in afterwards.
pub(super) const JOINT_MOST: usize = 3;

struct ActFields<'a> {
    act: CommandKind,
    sent: &'a Sent,
}

impl ActFields<'_> {
    fn text(&self, field: &str) -> String {
        self.sent.raw(&name(self.act, field)).to_owned()
    }

    /// A value of a vocabulary that must be chosen.
    fn one<T: Label>(&self, field: &'static str) -> Result<T, Refusal> {
        T::of(self.sent.get(&name(self.act, field))).ok_or(Refusal::at(Why::Empty, field))
    }

    fn number(&self, field: &'static str) -> Result<u16, Refusal> {
        self.sent.get(&name(self.act, field)).parse().map_err(|_| Refusal::at(Why::Empty, field))
    }

    /// A local date and time, as browsers send it.
    fn moment(&self, field: &'static str) -> Result<Moment, Refusal> {
        let typed = self.sent.get(&name(self.act, field)).replace(' ', "T");
        typed.parse().map(Moment::from_local).map_err(|_| Refusal::at(Why::Empty, field))
    }

    fn unit(&self, field: &'static str) -> Result<UnitCode, Refusal> {
        match self.sent.get(&name(self.act, field)) {
            "" => Err(Refusal::at(Why::Empty, field)),
            code => Ok(code.into()),
        }
    }

    fn category(&self) -> Result<CategoryCode, Refusal> {
        match self.sent.get(&name(self.act, "category")) {
            "" => Err(Refusal::at(Why::Empty, "category")),
            code => Ok(code.into()),
        }
    }
}

/// The other case that the form names, by the code that was typed.
pub(super) fn other_code(act: CommandKind, sent: &Sent) -> Option<String> {
    match act {
        CommandKind::Merge => Some(sent.get(&name(act, "into")).to_owned()),
        CommandKind::Link | CommandKind::Unlink => Some(sent.get(&name(act, "to")).to_owned()),
        _ => None,
    }
}

/// The command of a form. `other` is the case of [`other_code`], if there is one that the account may know of.
///
/// # Errors
/// The refusal of a field that was not chosen; of an act that no form sends.
pub(super) fn read(act: CommandKind, sent: &Sent, other: Option<CaseId>) -> Result<Command, Refusal> {
    use CommandKind as K;
    let f = ActFields { act, sent };
    Ok(match act {
        K::Accept => Command::Accept { way: Way::of(sent.get(&name(act, "way"))), category: f.category()? },
        K::NotAccept => Command::NotAccept { reason: f.one::<ScopeReason>("reason")?, text: f.text("text") },
        K::Route => Command::Route { way: f.one("way")?, text: f.text("text") },
        K::Dispatch => {
            let joint = (1..=JOINT_MOST).map(|n| sent.get(&name(act, &format!("joint{n}"))).to_owned());
            let joint = joint.filter(|u| !u.is_empty()).map(|u| u.as_str().into()).collect();
            Command::Dispatch { lead: f.unit("lead")?, joint }
        }
        K::Designate => Command::Designate { unit: f.unit("unit")?, reason: f.text("reason") },
        K::Join => Command::Join { unit: f.unit("unit")? },
        K::Release => Command::Release { task: f.number("task")? },
        K::Object => Command::Object { task: f.number("task")?, reason: f.text("reason") },
        K::UpholdObjection => Command::UpholdObjection { task: f.number("task")? },
        K::RejectObjection => Command::RejectObjection { task: f.number("task")?, reason: f.text("reason") },
        K::Transfer => Command::Transfer { task: f.number("task")?, to: f.unit("to")?, reason: f.text("reason") },
        K::Extend => Command::Extend { clock: f.number("clock")?, days: f.number("days")?, reason: f.text("reason") },
        K::Ask => Command::Ask { task: f.number("task")?, question: f.text("question") },
        K::Inform => Command::Inform { task: f.number("task")?, text: f.text("text") },
        K::Unask => Command::Unask,
        K::Note => Command::Note { text: f.text("text") },
        K::Report => Command::Report { task: f.number("task")?, text: f.text("text") },
        K::Answer => Command::Answer {
            task: f.number("task")?,
            outcome: f.one::<Outcome>("outcome")?,
            text: f.text("text"),
            basis: f.text("basis"),
        },
        K::Approve => Command::Approve { task: f.number("task")? },
        K::SendBack => Command::SendBack { task: f.number("task")?, reason: f.text("reason") },
        K::Reopen => Command::Reopen { reason: f.text("reason") },
        K::AnswerReview => Command::AnswerReview { outcome: f.one("outcome")?, text: f.text("text") },
        K::OpenHearing => Command::OpenHearing,
        K::CloseHearing => Command::CloseHearing,
        K::AnswerReReview => Command::AnswerReReview { outcome: f.one("outcome")?, text: f.text("text") },
        K::FileOpinion => {
            let dated = sent.get(&name(act, "dated")).parse().map_err(|_| Refusal::at(Why::OpinionDate, "dated"))?;
            Command::FileOpinion { outcome: f.one("outcome")?, text: f.text("text"), body: f.text("body"), dated }
        }
        K::Merge => {
            let into = other.ok_or(Refusal::at(Why::NoSuchCase, "into"))?;
            Command::Merge { into, reason: f.text("reason") }
        }
        K::Part => {
            let from = other.ok_or(Refusal::new(Why::NoSuchCase))?;
            Command::Part { from, reason: f.text("reason") }
        }
        K::Link => {
            Command::Link { link: f.one::<LinkKind>("link")?, to: other.ok_or(Refusal::at(Why::NoSuchCase, "to"))? }
        }
        K::Unlink => Command::Unlink { to: other.ok_or(Refusal::at(Why::NoSuchCase, "to"))? },
        K::Erase => Command::Erase { ground: f.one::<Ground>("ground")? },
        K::Recategorise => Command::Recategorise { category: f.category()? },
        K::CorrectField => Command::CorrectField { field: f.one::<Corrected>("field")?, value: f.text("value") },
        K::HideText => Command::HideText { reason: f.text("reason") },
        K::ReleaseText => Command::ReleaseText { text: f.text("text"), answer: f.text("answer") },
        K::DeclineErasure => Command::DeclineErasure { reason: f.text("reason") },
        K::Unmask => Command::Unmask { purpose: f.one::<Purpose>("purpose")?, text: f.text("text") },
        K::DeclareInterest => Command::DeclareInterest,
        K::LetRest => Command::LetRest { reason: f.text("reason") },
        K::MarkUrgent => {
            let danger = sent.get(&name(act, "danger"));
            if danger.is_empty() {
                return Err(Refusal::at(Why::Empty, "danger"));
            }
            Command::MarkUrgent { danger: danger.into(), reason: f.text("reason") }
        }
        K::ClearUrgent => Command::ClearUrgent { reason: f.text("reason") },
        K::Reached => Command::Reached { at: f.moment("at")?, note: f.text("note") },
        // Only the resident, or the district's own clock.
        K::Reply
        | K::AskErasure
        | K::ChooseTelling
        | K::FollowMerged
        | K::GiveVerdict
        | K::AskReview
        | K::AskReReview
        | K::Withdraw
        | K::EndUnreached
        | K::HandSecret
        | K::Open
        | K::SetDigits
        | K::ConfirmAddress
        | K::ReportTries
        | K::MoveDue => {
            return Err(Refusal::new(Why::NotYours));
        }
    })
}
