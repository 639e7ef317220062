//! One case from raising to the resident's word: its state, and what the state says.

mod again;
mod clock;
mod command;
mod decide;
mod event;
mod evolve;
mod handover;
mod offer;
pub mod opening;
mod own;
mod raise;
mod register;
mod review;
mod term;
mod texts;
mod told;
mod transition;
mod urgent;

pub use clock::{Clock, ClockChange};
pub use command::{Command, CommandKind, Corrected};
pub use decide::{Facts, decide};
pub use event::{Body, EVENT_KINDS, Event};
pub use evolve::{evolve, replay};
pub use offer::{Offer, offer, offers};
pub use opening::{Handed, Opening, Opens, Trust, Visit, With, usable_digits};
pub use raise::{Contact, Origin, PHOTOS_MOST, Raise, TEXT_MOST, TITLE_MOST, decide_raise};
pub use register::{Act, Cases};
pub use review::{Reviewer, reviewer_of};
pub use term::*;
pub use texts::{Texts, answer_only, answer_version, changes_fields};
pub use told::{Notice, SILENT, Tell, To, told};
pub use transition::{TABLE, Transition, Who, allowed, may_see};
pub use urgent::Urgent;

/// A decided event of a case.
pub type New = crate::register::New<Event>;

use crate::district::{CategoryCode, DangerCode, District, UnitCode, UnitTag};
use crate::moment::Moment;
use calendar::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The private part of an event: field name → text. It goes into the vault and nowhere else.
pub type Fields = BTreeMap<String, String>;

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
    /// Fields that say who the resident is; masked until a handler acts.
    pub const PERSONAL: &[&str] = &[NAME, PHONE, EMAIL, PLACE, WITNESS];
}

/// A case's 128-bit handle, the name of its stream: the ledger index of its first entry, and 64 random bits. One from
/// before 0.2 is random as a whole. It opens nothing, and nothing is read from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseId(pub [u8; 16]);

impl CaseId {
    /// The handle as 32 hex digits.
    pub fn hex(&self) -> String {
        self.0.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// The handle of 32 hex digits.
    pub fn parse(text: &str) -> Option<CaseId> {
        let bytes = text.as_bytes();
        if bytes.len() != 32 || !bytes.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        let mut id = [0; 16];
        for (i, byte) in id.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
        }
        Some(CaseId(id))
    }
}

impl Serialize for CaseId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.hex())
    }
}

impl<'de> Deserialize<'de> for CaseId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        CaseId::parse(&text).ok_or_else(|| serde::de::Error::custom("a case handle is 32 hex digits"))
    }
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
    /// The short code for paper and SMS.
    pub code: String,
    /// Its track.
    pub track: Track,
    /// The door it came in by.
    pub door: Door,
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
}

impl Stage {
    /// Whether an answer is still to come: nothing of it has been answered or ended.
    pub fn is_handled(self) -> bool {
        matches!(self, Stage::Raised | Stage::Accepted | Stage::Handling | Stage::Merged)
    }
}

impl Case {
    /// Whether only the discipline unit may see it.
    pub fn is_sealed(&self) -> bool {
        self.track == Track::Accusation
    }

    /// Whether it is about a unit. Where the tags of the units are not at hand, an accusation of somebody is about all.
    pub fn is_about(&self, unit: &UnitCode, district: &District) -> bool {
        let tagged = |tag: &UnitTag| district.tags.get(unit).is_none_or(|own| own == tag);
        self.accused.as_ref() == Some(unit) || self.accused_tag.as_ref().is_some_and(tagged)
    }

    /// Whether an account has stepped aside from it for an interest (信访工作条例 28): it neither acts on the case nor reads it.
    pub fn stepped_aside(&self, actor: &crate::actor::Actor) -> bool {
        actor.account().is_some_and(|account| self.withdrawn_accounts.contains(&account))
    }

    /// The answer that its resident has, if there is one.
    pub fn has_answer(&self) -> Option<Outcome> {
        let given = matches!(self.stage, Stage::Answered | Stage::Ended | Stage::Review | Stage::ReReview);
        self.outcome.filter(|_| given && !self.erased)
    }

    /// Whether its text may be shown to neighbours: the resident said so, nobody hid it, and it is still there.
    pub fn may_be_shown(&self) -> bool {
        self.public && !self.hidden && !self.erased && !self.is_sealed()
    }

    /// What the public entry of an event says about the case: the first level of its category, and the unit that leads. Of a
    /// sealed accusation it says neither (信访工作条例 30).
    pub fn on_the_record(&self) -> (Option<&str>, Option<&UnitCode>) {
        if self.is_sealed() {
            return (None, None);
        }
        (self.category.as_ref().map(CategoryCode::coarse), self.lead().map(|task| &task.unit))
    }

    /// The version of the event whose words neighbours see; none while nobody has released any.
    pub fn shown(&self) -> Option<u64> {
        self.released.filter(|_| self.may_be_shown())
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

    /// Whether a unit objected with success before, or was designated: whoever gets the case back can't object again.
    pub fn is_designated(&self, unit: &UnitCode) -> bool {
        self.tasks.iter().any(|t| &t.unit == unit && (t.designated || t.state == TaskState::Returned))
    }

    /// Running clocks that oblige a unit, with their numbers.
    pub fn duties(&self) -> impl Iterator<Item = (u16, &Clock)> {
        self.clocks.iter().enumerate().filter(|(_, c)| c.is_running() && c.duty).map(|(n, c)| (index(n), c))
    }

    /// The running clock of a rule, with its number.
    pub fn running(&self, rule: crate::rule::RuleId) -> Option<(u16, &Clock)> {
        let found = self.clocks.iter().enumerate().rev().find(|(_, c)| c.rule == rule && c.is_running());
        found.map(|(n, c)| (index(n), c))
    }

    /// The clock that the case's promise hangs on: the latest that its track starts for handling, running or not.
    pub fn promise(&self) -> Option<&Clock> {
        self.clocks.iter().rev().find(|c| c.rule.is_promise())
    }

    /// The promise that an on-time figure counts: the first that was not kept in its term, or else the latest. Whatever
    /// came after it, a promise that was broken stays broken; and so does the day by which a unit was to have the case, from
    /// which a hotline request's own term runs.
    pub fn counted_promise(&self) -> Option<&Clock> {
        let promised = |c: &Clock| c.rule.is_promise() || c.rule == crate::rule::RuleId::HotlineDispatch;
        let broken = |c: &&Clock| promised(c) && c.stopped.is_some_and(|day| day > c.due.rolled);
        let dispatch = || self.clocks.iter().rev().find(|c| promised(c));
        self.clocks.iter().find(broken).or_else(|| self.promise()).or_else(dispatch)
    }

    /// The earliest running duty: what the case's "due" means on a page. One that is paused only where nothing else runs.
    pub fn next_due(&self) -> Option<&Clock> {
        self.duties().map(|(_, c)| c).min_by_key(|c| c.sooner())
    }

    /// Whether a duty's term has run out and it is not done.
    pub fn is_late(&self, today: calendar::Date) -> bool {
        self.duties().any(|(_, c)| c.is_late(today))
    }

    /// Whether it stands on top of every list: somebody is in danger, and it is not answered yet.
    pub fn is_urgent(&self) -> bool {
        let open = matches!(self.stage, Stage::Raised | Stage::Accepted | Stage::Handling | Stage::Merged);
        self.urgent.is_some() && open
    }

    /// The window that the district's clock ends when it runs out: for the verdict, or for the reply to a question.
    pub fn waits(&self) -> Option<&Clock> {
        use crate::rule::RuleId;
        let rule = match self.stage {
            Stage::Answered => RuleId::VerdictAsk,
            Stage::Handling => RuleId::ReplyAsk,
            _ => return None,
        };
        self.running(rule).map(|(_, clock)| clock)
    }

    /// The latest verdict window, running or not.
    pub fn asked(&self) -> Option<&Clock> {
        self.clocks.iter().rev().find(|c| c.rule == crate::rule::RuleId::VerdictAsk)
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

/// A clock's or task's index as events have it. A case holds far fewer than 65 535 of either: [`TASKS_MOST`],
/// [`CLOCKS_MOST`].
pub(crate) fn index(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
