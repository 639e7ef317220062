//! One case from raising to the resident's word: its state, and what the state says.

mod claim;
mod command;
mod correction;
mod decide;
mod erasure;
mod event;
mod evolve;
mod handover;
mod merge;
mod offer;
pub mod opening;
mod promise;
mod raise;
mod register;
mod release;
mod reopen;
mod review;
mod sight;
mod telling;
mod term;
mod texts;
mod told;
mod transition;
mod urgent;

pub use crate::body::{Body, Fields};
pub use crate::clock::{Clock, ClockChange};
pub use crate::handle::CaseId;
pub use crate::tell::{Notice, Tell, To};
pub use crate::visit::{Visit, With};
pub use claim::{Claim, STEP_ASKED_AT, STEP_DAYS_MOST, Step};
pub use command::{Command, CommandKind, Corrected};
pub use decide::{Facts, decide};
pub use event::{EVENT_KINDS, Event};
pub use evolve::{evolve, replay};
pub use offer::{Offer, offer, offers};
pub use opening::{Handed, Opening, Opens, Trust, usable_digits};
pub use raise::{Contact, Origin, PHOTOS_MOST, Raise, TEXT_MOST, TITLE_MOST, decide_raise};
pub use register::{Act, Cases};
pub use review::{Reviewer, reviewer_of};
pub use sight::may_see;
pub use term::*;
pub use texts::{Texts, answer_only, answer_version, changes_fields};
pub use told::{SILENT, told};
pub use transition::{BY_TOKENS, TABLE, Transition, Who, allowed};
pub use urgent::Urgent;

/// A decided event of a case.
pub type New = crate::register::New<Event>;

use crate::codes::{CategoryCode, DangerCode, UnitCode, UnitTag};
use crate::moment::Moment;
use calendar::Date;
use serde::{Deserialize, Serialize};

/// The names of private fields.
pub mod field {
    /// The case's title.
    pub const TITLE: &str = "title";
    /// What the resident said, in the resident's own words.
    pub const TEXT: &str = "text";
    /// The place in words.
    pub const PLACE: &str = "place";
    /// The resident's name.
    pub const NAME: &str = "name";
    /// The resident's phone.
    pub const PHONE: &str = "phone";
    /// The resident's e-mail address.
    pub const EMAIL: &str = "email";
    /// The digits that open the case to the resident: chosen, or given.
    pub const SECRET: &str = "secret";
    /// The source row of an import, verbatim, as JSON.
    pub const SOURCE: &str = "source";
    /// Reasons of an act, for whom it concerns.
    pub const REASON: &str = "reason";
    /// A question to the resident.
    pub const QUESTION: &str = "question";
    /// The resident's reply.
    pub const REPLY: &str = "reply";
    /// An answer to the resident.
    pub const ANSWER: &str = "answer";
    /// The legal basis of an answer.
    pub const BASIS: &str = "basis";
    /// An internal note or report.
    pub const NOTE: &str = "note";
    /// The words of a verdict.
    pub const WORDS: &str = "words";
    /// The witness of a verdict.
    pub const WITNESS: &str = "witness";
    /// The body outside this installation that gave an opinion.
    pub const BODY: &str = "body";
    /// A corrected value.
    pub const VALUE: &str = "value";
    /// What was asked, in the words that were reviewed and released to neighbours.
    pub const SHOWN: &str = "shown";
    /// What was answered, likewise.
    pub const SHOWN_ANSWER: &str = "shown_answer";
    /// The category of a sealed case.
    pub const CATEGORY: &str = "category";
    /// The street of a sealed case.
    pub const STREET: &str = "street";
    /// The unit that an accusation is about.
    pub const ACCUSED: &str = "accused";
    /// The SHA-256 of each photo as hex, with spaces between.
    pub const PHOTOS: &str = "photos";
    /// The word of the catalogue by which a danger was found in the text.
    pub const DANGER: &str = "danger";
    /// Why personal fields were opened, in words.
    pub const PURPOSE: &str = "purpose";
    /// The post that answers for a claim.
    pub const POST: &str = "post";
    /// The first step that a claim promises.
    pub const STEP: &str = "step";
    /// Fields that say who the resident is; masked until a handler acts.
    pub const PERSONAL: &[&str] = &[NAME, PHONE, EMAIL, PLACE, WITNESS];
}

crate::vocabulary! {
    /// Where a unit's task stands.
    TaskState {
        Open "open" "办理中" "open",
        Objected "objected" "已提异议" "objected to",
        Approval "approval" "待审批" "waiting for approval",
        Done "done" "已完成" "done",
        Returned "returned" "已退回" "returned",
        Released "released" "已撤销" "released",
    }
}

/// A unit's task in a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its number within the case, from 1.
    pub no: u16,
    /// The unit.
    pub unit: UnitCode,
    /// Whether this unit leads; the others report to it.
    pub lead: bool,
    /// Where it stands.
    pub state: TaskState,
    /// Whether the unit was designated: then it can't object.
    pub designated: bool,
    /// The day of dispatch.
    pub since: Date,
    /// The stream version of the answer that waits for approval.
    pub proposed: Option<(u64, Outcome)>,
}

impl Task {
    /// Whether the unit still has to do something.
    pub fn is_open(&self) -> bool {
        matches!(self.state, TaskState::Open | TaskState::Objected | TaskState::Approval)
    }
}

/// The resident's verdict, without the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Is it solved?
    pub solved: Solved,
    /// Was it handled well?
    pub handled: Handled,
    /// "I was asked for a good rating."
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asked_for_good: bool,
    /// Given with the help of a named witness; such verdicts are counted apart.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub witnessed: bool,
}

/// A case as its events tell it. Holds no free text: that is in the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its handle.
    pub id: CaseId,
    /// How many events its stream has.
    pub version: u64,
    /// The ledger index of the event of another record whose act asked for this case; none for one that was raised by itself.
    pub because: Option<u64>,
    /// The short code for paper and SMS.
    pub code: String,
    /// Its track.
    pub track: Track,
    /// The door it came in by.
    pub door: Door,
    /// The level of the post that received whoever said it; none where nobody did.
    pub received: Option<PostLevel>,
    /// When it was raised.
    pub raised_at: Moment,
    /// Where it stands.
    pub stage: Stage,
    /// Its category, once known; of a sealed case only where its events were disclosed ([`Event::disclose`]).
    pub category: Option<CategoryCode>,
    /// The street of its place; likewise.
    pub street: Option<UnitCode>,
    /// Whether the resident lets the text be shown to neighbours (without contact data).
    pub public: bool,
    /// Whether the public text has been hidden.
    pub hidden: bool,
    /// Whether staff hid it: then there is something in it that nobody should come upon.
    pub withheld: bool,
    /// The version of the event that released words to neighbours last, whether or not they may still be shown.
    pub released: Option<u64>,
    /// How often the resident has corrected a field, or chosen how to be told.
    pub corrections: u16,
    /// Whether the resident has asked for an erasure that is not decided yet.
    pub erasure_asked: bool,
    /// Whether it was asked for by a way that staff did not hold.
    pub erasure_independent: bool,
    /// How many questions in a row got no reply.
    pub unreplied: u16,
    /// The resident's word on a case that staff reopened, the day, and whether it was independent: it counts until there is
    /// another.
    pub word_before: Option<(Ending, Date, Verdict, bool)>,
    /// Whether the latest verdict says by itself if it is independent: those of version 0.1 did not.
    pub independent_said: bool,
    /// By when somebody had to be reached when the urgent mark was taken away.
    pub cleared_due: Option<Moment>,
    /// The last day on which somebody tried a series of wrong digits.
    pub tried_on: Option<calendar::Date>,
    /// Whether there is a phone number by which somebody can be reached.
    pub contact: bool,
    /// Whether there is an e-mail address.
    pub email: bool,
    /// How the resident wants to be told; none: not at all.
    pub tell: Option<Tell>,
    /// The unit that an accusation is about; it never sees the case. Only where its events were disclosed, or if 0.1 wrote it down.
    pub accused: Option<UnitCode>,
    /// Its keyed tag.
    pub accused_tag: Option<UnitTag>,
    /// The danger that makes it urgent, while it is.
    pub urgent: Option<DangerCode>,
    /// When the urgent mark was last taken away.
    pub cleared: Option<Moment>,
    /// The lawful way, for a petition.
    pub way: Option<Way>,
    /// Why it was not accepted.
    pub refused: Option<ScopeReason>,
    /// When it was accepted.
    pub accepted_on: Option<Date>,
    /// The units' tasks, all that there ever were.
    pub tasks: Vec<Task>,
    /// The clocks, all that there ever were.
    pub clocks: Vec<Clock>,
    /// Whether a question is open with the resident, and the task that asked it.
    pub question: Option<u16>,
    /// The day of the latest question that was asked when a term had already run out.
    pub asked_late: Option<calendar::Date>,
    /// How often it was dispatched: the public hop count.
    pub hops: u16,
    /// How often a unit's objection sent it back.
    pub returned: u16,
    /// How often a clock was extended.
    pub extended: u16,
    /// How often it was reopened.
    pub reopened: u16,
    /// The day of the latest answer.
    pub answered_on: Option<Date>,
    /// The unit that gave the latest answer: it never reviews it.
    pub answered_by: Option<UnitCode>,
    /// Who answers the review that was asked for last; see [`Case::reviewer`].
    pub(crate) reviewer: Option<Reviewer>,
    /// What the latest answer says.
    pub outcome: Option<Outcome>,
    /// How it ended, and when.
    pub ended: Option<(Ending, Date)>,
    /// The resident's verdict.
    pub verdict: Option<Verdict>,
    /// Links to other cases.
    pub links: Vec<(LinkKind, CaseId)>,
    /// The case into which it was merged.
    pub merged_into: Option<CaseId>,
    /// Whether its personal data has been erased.
    pub erased: bool,
    /// Accounts that neither act on it nor read it because they have an interest in it (信访工作条例 28).
    pub withdrawn_accounts: Vec<u32>,
    /// The time of the latest event.
    pub touched: Moment,
    /// What opens it to its resident.
    pub opening: Opening,
    /// Whether the case was opened for its verdict by a way that staff did not hold.
    pub independent: bool,
    /// The units that claim it on the board of a talk meeting, in their order.
    pub claims: Vec<Claim>,
    /// The first step that the unit which leads by claim promised.
    pub step: Option<Step>,
}

impl Stage {
    /// Whether an answer is still to come: nothing of it has been answered or ended.
    pub fn is_handled(self) -> bool {
        matches!(self, Stage::Raised | Stage::Accepted | Stage::Handling | Stage::Merged)
    }
}

impl Case {
    /// The answer that its resident has, if there is one.
    pub fn has_answer(&self) -> Option<Outcome> {
        let given = matches!(self.stage, Stage::Answered | Stage::Ended | Stage::Review | Stage::ReReview);
        self.outcome.filter(|_| given && !self.erased)
    }

    /// The lead unit's open task.
    pub fn lead(&self) -> Option<&Task> {
        self.tasks.iter().rev().find(|t| t.lead && t.is_open())
    }

    /// A task by number.
    pub fn task(&self, no: u16) -> Option<&Task> {
        self.tasks.iter().find(|t| t.no == no)
    }

    /// The open task of a unit.
    pub fn task_of(&self, unit: &UnitCode) -> Option<&Task> {
        self.tasks.iter().rev().find(|t| &t.unit == unit && t.is_open())
    }

    /// Whether a unit can't object: it did so with success before, was designated, or claimed the case at a meeting.
    pub fn is_designated(&self, unit: &UnitCode) -> bool {
        self.claim_of(unit).is_some()
            || self.tasks.iter().any(|t| &t.unit == unit && (t.designated || t.state == TaskState::Returned))
    }

    /// Whether it stands on top of every list: somebody is in danger, and it is not answered yet.
    pub fn is_urgent(&self) -> bool {
        let open = matches!(self.stage, Stage::Raised | Stage::Accepted | Stage::Handling | Stage::Merged);
        self.urgent.is_some() && open
    }
}

/// How often a resident may correct what they wrote: each correction is kept for ever.
pub const CORRECTIONS_MOST: u16 = 20;
/// How many cases of neighbours one case joins at most.
pub const JOINS_MOST: usize = 5;
/// The most tasks that a case may get.
pub const TASKS_MOST: usize = 1_000;
/// The most clocks that a case may get before no act that starts another round is taken any more.
pub const CLOCKS_MOST: usize = 20_000;
