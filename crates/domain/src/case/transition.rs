//! The transition table: which act is possible in which stage, and who may do it. The one place that says so.

use super::command::CommandKind;
use super::sight::may_see;
use super::term::Stage;
use super::{Case, Task};
use crate::actor::{Actor, Role};
use crate::district::District;

crate::vocabulary! {
    /// Who may do something to a case.
    Who {
        /// Whoever holds the case's secret.
        Resident "resident" "诉求人" "the resident",
        Dispatcher "dispatcher" "分派员" "a dispatcher",
        /// Clerk or head of a unit with an open task (of the task that the command names, if it names one).
        TaskUnit "task_unit" "承办单位" "a unit with a task",
        /// Clerk or head of the unit that leads.
        LeadUnit "lead_unit" "牵头单位" "the lead unit",
        /// The head of the unit whose task it is.
        Head "head" "承办单位负责人" "the head of the unit",
        Supervisor "supervisor" "督查" "supervision",
        /// Whoever is to answer the review: the next level up.
        Reviewer "reviewer" "复查复核机关" "whoever reviews",
        Administrator "administrator" "管理员" "the administrator",
        Auditor "auditor" "审计" "the auditor",
        /// A connected system, or the district's own clock.
        System "system" "系统" "the system",
        /// Whoever does an act on another record that asks for this one; nobody by itself.
        Asked "asked" "由另一条记录带出" "an act on another record",
        /// The account that took the case down.
        Taker "taker" "收件人" "whoever took it down",
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Transition {
    /// The act.
    pub command: CommandKind,
    /// The stages in which it is possible.
    pub from: &'static [Stage],
    /// Who may.
    pub who: &'static [Who],
}

const OPEN: &[Stage] = &[Stage::Raised, Stage::Accepted, Stage::Handling];
const LIVE: &[Stage] =
    &[Stage::Raised, Stage::Accepted, Stage::Handling, Stage::Answered, Stage::Review, Stage::ReReview, Stage::Merged];
/// While a case is here, its resident is asked about a first step whose day has come.
const STEPS: &[Stage] =
    &[Stage::Accepted, Stage::Handling, Stage::Answered, Stage::Review, Stage::ReReview, Stage::Merged, Stage::Ended];
const OVER: &[Stage] = &[Stage::Ended, Stage::NotAccepted, Stage::Routed, Stage::Withdrawn];
const ANY: &[Stage] = &[
    Stage::Raised,
    Stage::Accepted,
    Stage::Handling,
    Stage::Answered,
    Stage::Review,
    Stage::ReReview,
    Stage::Ended,
    Stage::NotAccepted,
    Stage::Routed,
    Stage::Merged,
    Stage::Withdrawn,
];

const fn row(command: CommandKind, from: &'static [Stage], who: &'static [Who]) -> Transition {
    Transition { command, from, who }
}

/// The table. An act that has no row for a stage is refused with the acts that are possible instead.
pub const TABLE: &[Transition] = {
    use CommandKind::*;
    use Stage::*;
    &[
        row(Accept, &[Raised], &[Who::Dispatcher]),
        row(NotAccept, &[Raised], &[Who::Dispatcher]),
        row(Route, &[Raised], &[Who::Dispatcher]),
        row(Dispatch, &[Accepted], &[Who::Dispatcher]),
        row(Designate, &[Accepted, Handling], &[Who::Dispatcher]),
        row(Join, &[Handling], &[Who::Dispatcher, Who::LeadUnit]),
        row(Release, &[Accepted, Handling], &[Who::Dispatcher]),
        row(Object, &[Accepted, Handling], &[Who::TaskUnit]),
        row(UpholdObjection, &[Accepted, Handling], &[Who::Dispatcher]),
        row(RejectObjection, &[Accepted, Handling], &[Who::Dispatcher]),
        row(Transfer, &[Handling], &[Who::Dispatcher]),
        row(Extend, &[Raised, Accepted, Handling, Review, ReReview], &[Who::LeadUnit, Who::Dispatcher, Who::Head]),
        row(Ask, &[Handling], &[Who::LeadUnit]),
        row(Inform, &[Handling], &[Who::LeadUnit]),
        row(Reply, &[Handling], &[Who::Resident]),
        row(Unask, &[Handling], &[Who::LeadUnit, Who::System]),
        row(Note, LIVE, &[Who::Dispatcher, Who::TaskUnit, Who::Supervisor]),
        row(Report, &[Accepted, Handling], &[Who::TaskUnit]),
        row(Answer, &[Handling], &[Who::TaskUnit]),
        row(Approve, &[Handling], &[Who::Head]),
        row(SendBack, &[Handling], &[Who::TaskUnit]),
        row(GiveVerdict, &[Answered], &[Who::Resident]),
        row(EndUnreached, &[Answered], &[Who::System]),
        row(Reopen, &[Ended, NotAccepted, Routed, Withdrawn], &[Who::Resident, Who::Dispatcher, Who::Supervisor]),
        row(AskReview, &[Answered, Ended], &[Who::Resident]),
        row(AnswerReview, &[Review], &[Who::Reviewer]),
        row(AskReReview, &[Answered, Ended], &[Who::Resident]),
        row(OpenHearing, &[ReReview], &[Who::Reviewer]),
        row(CloseHearing, &[ReReview], &[Who::Reviewer]),
        row(AnswerReReview, &[ReReview], &[Who::Reviewer]),
        row(FileOpinion, &[Review, ReReview], &[Who::Supervisor, Who::Dispatcher]),
        row(Merge, OPEN, &[Who::Dispatcher]),
        row(FollowMerged, &[Merged], &[Who::System]),
        row(Part, &[Merged], &[Who::Dispatcher]),
        row(Link, ANY, &[Who::Dispatcher, Who::Resident]),
        row(Unlink, ANY, &[Who::Dispatcher]),
        row(Withdraw, &[Raised, Accepted, Handling, Answered, Merged], &[Who::Resident]),
        row(Erase, OVER, &[Who::Dispatcher, Who::Administrator]),
        row(Recategorise, LIVE, &[Who::Dispatcher]),
        row(CorrectField, LIVE, &[Who::Resident, Who::Dispatcher]),
        row(ChooseTelling, ANY, &[Who::Resident]),
        row(HideText, ANY, &[Who::Dispatcher, Who::Supervisor, Who::Resident]),
        row(ReleaseText, ANY, &[Who::Dispatcher, Who::Supervisor]),
        row(AskErasure, OVER, &[Who::Resident]),
        row(DeclineErasure, OVER, &[Who::Dispatcher]),
        row(Unmask, ANY, &[Who::TaskUnit, Who::Dispatcher, Who::Auditor]),
        row(DeclareInterest, LIVE, &[Who::TaskUnit, Who::Dispatcher, Who::Supervisor]),
        row(ReportTries, ANY, &[Who::System]),
        row(LetRest, &[Ended], &[Who::Resident, Who::Supervisor]),
        row(MarkUrgent, OPEN, &[Who::Dispatcher]),
        row(ClearUrgent, &[Raised, Accepted, Handling, Merged], &[Who::Dispatcher]),
        row(Reached, &[Raised, Accepted, Handling, Merged], &[Who::Dispatcher, Who::TaskUnit]),
        row(MoveDue, ANY, &[Who::System, Who::Administrator]),
        row(HandSecret, ANY, &[Who::Resident, Who::Taker, Who::Dispatcher]),
        row(Open, ANY, &[Who::Resident]),
        row(SetDigits, ANY, &[Who::Resident]),
        row(ConfirmAddress, ANY, &[Who::Resident]),
        row(Claim, &[Raised, Accepted], &[Who::Asked]),
        row(Unclaim, &[Raised, Accepted], &[Who::Asked]),
        row(Settle, &[Raised, Accepted], &[Who::Asked]),
        row(AskStep, STEPS, &[Who::System]),
        row(TellStep, ANY, &[Who::Resident]),
    ]
};

/// What a token does at its post: what a unit's own system passes on. A decision that somebody's right hangs on, one on what
/// others have done, and whatever touches a person's data are for people.
pub const BY_TOKENS: &[CommandKind] = &[
    CommandKind::Accept,
    CommandKind::Dispatch,
    CommandKind::Join,
    CommandKind::Object,
    CommandKind::Transfer,
    CommandKind::Ask,
    CommandKind::Inform,
    CommandKind::Unask,
    CommandKind::Note,
    CommandKind::Report,
    CommandKind::Answer,
    CommandKind::Recategorise,
    CommandKind::MarkUrgent,
    CommandKind::Reached,
];

impl Transition {
    /// The row of an act.
    pub fn of(command: CommandKind) -> Option<&'static Transition> {
        TABLE.iter().find(|t| t.command == command)
    }
}

impl Who {
    /// Whether an actor's post is of this kind, whatever the case.
    fn fits(self, actor: &Actor) -> bool {
        let role = actor.role();
        match self {
            Who::Resident => *actor == Actor::Resident,
            Who::Dispatcher => role == Some(Role::Dispatcher),
            Who::TaskUnit | Who::LeadUnit => matches!(role, Some(Role::Clerk | Role::Head)),
            Who::Head => role == Some(Role::Head),
            Who::Supervisor => role == Some(Role::Supervisor),
            Who::Reviewer => matches!(role, Some(Role::Supervisor | Role::Head)),
            Who::Administrator => role == Some(Role::Administrator),
            Who::Auditor => role == Some(Role::Auditor),
            Who::System => matches!(actor, Actor::System { .. }),
            Who::Asked => false,
            // Which account it was is asked of the case.
            Who::Taker => actor.account().is_some(),
        }
    }

    /// Whether an actor is this, for a case and the task that a command names.
    fn is(self, actor: &Actor, case: &Case, task: Option<&Task>) -> bool {
        let at = |t: &Task| actor.unit() == Some(&t.unit);
        let here = match self {
            Who::TaskUnit => task.map_or_else(|| case.tasks.iter().any(|t| t.is_open() && at(t)), at),
            Who::LeadUnit => case.lead().is_some_and(at),
            Who::Head => task.or_else(|| case.lead()).is_some_and(at),
            Who::Reviewer => case.is_reviewed_by(actor),
            Who::Taker => case.was_taken_by(actor),
            _ => true,
        };
        here && self.fits(actor)
    }
}

/// Whether an actor's post is one that may do an act at all, to a case that it may see. Which task and which stage are
/// further questions.
pub(super) fn fits(command: CommandKind, case: &Case, actor: &Actor, district: &District) -> bool {
    let posts = Transition::of(command).map_or(&[][..], |t| t.who);
    comes_near(command, case, actor, district) && posts.iter().any(|w| w.fits(actor))
}

/// Whether an actor may do an act to a case as far as post and unit go (the stage is another question).
pub(super) fn may(command: CommandKind, case: &Case, task: Option<&Task>, actor: &Actor, district: &District) -> bool {
    let posts = Transition::of(command).map_or(&[][..], |t| t.who);
    comes_near(command, case, actor, district) && posts.iter().any(|w| w.is(actor, case, task))
}

/// [`reaches`]; and whoever took a case down prints its slip, without seeing what becomes of it. A token comes near with the
/// acts of [`BY_TOKENS`] alone.
fn comes_near(command: CommandKind, case: &Case, actor: &Actor, district: &District) -> bool {
    if actor.is_token() && !BY_TOKENS.contains(&command) {
        return false;
    }
    (command == CommandKind::HandSecret && case.was_taken_by(actor)) || reaches(case, actor, district)
}

/// Whether an act may come near the case: staff must be allowed to see it. The administrator sees none, and still
/// erases and recomputes those that are not sealed.
fn reaches(case: &Case, actor: &Actor, district: &District) -> bool {
    let administers = actor.role() == Some(Role::Administrator) && !case.is_sealed();
    !case.stepped_aside(actor) && (actor.unit().is_none() || administers || may_see(case, actor, district))
}

/// Whether a case in this stage is asked about a first step.
pub(super) fn asks_steps(stage: Stage) -> bool {
    STEPS.contains(&stage)
}

/// What is still possible once the personal data is gone: links between cases hold none.
pub(super) fn survives_erasure(command: CommandKind) -> bool {
    matches!(command, CommandKind::Link | CommandKind::Unlink)
}

/// The acts that an actor may do to a case now: the buttons of its page.
pub fn allowed(case: &Case, actor: &Actor, district: &District) -> Vec<CommandKind> {
    let possible = TABLE.iter().filter(|t| t.from.contains(&case.stage)).map(|t| t.command);
    possible.filter(|c| !case.erased || survives_erasure(*c)).filter(|c| may(*c, case, None, actor, district)).collect()
}
