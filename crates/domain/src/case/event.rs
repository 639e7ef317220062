//! What can happen to a case. An event holds no free text; what people wrote goes into the vault beside it.

use super::opening::{Handed, Opens};
use super::review::Reviewer;
use super::term::*;
use super::{CaseId, Fields, Urgent, Verdict, field};
use crate::codes::{CategoryCode, UnitCode, UnitTag};
use crate::moment::Moment;
use crate::tell::Tell;
use calendar::Date;
use serde::{Deserialize, Serialize};

/// Declares the events and the list of their kinds in one place.
macro_rules! events {
    ($($(#[$meta:meta])* $variant:ident $kind:literal $({ $($(#[$fmeta:meta])* $field:ident: $type:ty),+ $(,)? })?),+ $(,)?) => {
        /// An event of a case.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        pub enum Event {
            $($(#[$meta])* #[serde(rename = $kind)] $variant $({ $($(#[$fmeta])* #[allow(missing_docs)] $field: $type),+ })?,)+
        }
        /// The kind of every case event, as it stands in the ledger.
        pub const EVENT_KINDS: &[&str] = &[$($kind),+];
        impl Event {
            /// Its kind, as it stands in the ledger.
            pub fn kind(&self) -> &'static str {
                match self { $(Event::$variant { .. } => $kind),+ }
            }
        }
    };
}

events! {
    /// A resident's request came in. Private: title, text, place, name, phone, e-mail, secret, the SHA-256 of its photos;
    /// of a sealed one category, street and the unit that it is about.
    Raised "raised" {
        code: String,
        track: Track,
        door: Door,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        category: Option<CategoryCode>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        street: Option<UnitCode>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        public: bool,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        contact: bool,
        /// How the resident wants to be told; none: not at all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tell: Option<Tell>,
        /// Whether an e-mail address was given.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        email: bool,
        /// Spoken, and written down faithfully by staff (信访工作条例 19).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        oral: bool,
        /// How many speak for the group, at most five (信访工作条例 20).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        speakers: Option<u8>,
        /// The level of the post that received whoever said it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        received: Option<PostLevel>,
        /// The unit that an accusation is about, as 0.1 wrote it. Since then it stands in the vault.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        accused: Option<UnitCode>,
        /// Its keyed tag: the rule that it never sees the case needs no more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        accused_tag: Option<UnitTag>,
        /// A commitment to each photo under the case's key, as hex; of 0.1 its SHA-256.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        photos: Vec<String>,
        /// When another system opened it, for an imported case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opened: Option<Moment>,
        /// The danger that stands in the text or in the category, and who was told. Private: danger, the word.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        urgent: Option<Urgent>,
        /// What opens it to its resident from now on.
        #[serde(default = "former", skip_serializing_if = "Opens::is_former")]
        opens: Opens,
        /// Whether the resident chose digits: they stand in the private part.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        digits: bool,
        /// Raised by oneself, from a browser in which staff had signed in.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        marked: bool,
    },
    /// Another system had ended the case before it was imported: without the resident's word here. Private: answer.
    EndedElsewhere "ended_elsewhere" { closed: Moment },
    /// The case is taken on. Private for a sealed one: category.
    Accepted "accepted" { #[serde(default, skip_serializing_if = "Option::is_none")] way: Option<Way>, #[serde(default, skip_serializing_if = "Option::is_none")] category: Option<CategoryCode> },
    /// The case is not taken on. Private: reason, with the right door.
    NotAccepted "not_accepted" { reason: ScopeReason },
    /// A petition goes to a lawful way. Private: reason, with the address of the right door.
    Routed "routed" { way: Way },
    /// Units get their tasks.
    Dispatched "dispatched" { lead: UnitCode, #[serde(default, skip_serializing_if = "Vec::is_empty")] joint: Vec<UnitCode>, designated: bool, catalogue: u32,
        /// By claim: the day by which its lead promised a first step.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first_step: Option<Date>,
    },
    /// A further unit is called in.
    Joined "joined" { unit: UnitCode },
    /// A unit's task is taken back.
    Released "released" { task: u16 },
    /// A unit says that the case isn't its own. Private: reason.
    Objected "objected" { task: u16 },
    /// The dispatcher agrees: the case goes back to be dispatched.
    ObjectionUpheld "objection_upheld" { task: u16 },
    /// The dispatcher disagrees: the unit is designated. Private: reason.
    ObjectionRejected "objection_rejected" { task: u16 },
    /// The lead goes to another unit; a new clock. Private: reason.
    Transferred "transferred" { task: u16, to: UnitCode, #[serde(default, skip_serializing_if = "std::ops::Not::not")] designated: bool },
    /// A clock is extended. Private: reason, which the resident reads.
    Extended "extended" { clock: u16, days: u16 },
    /// A question to the resident; the duties pause. Private: question.
    Asked "asked" { task: u16 },
    /// The lead tells the resident how far it is; the next reply has a new date. Private: answer.
    Informed "informed" { task: u16 },
    /// The resident replied. Private: reply.
    Replied "replied" {
        /// Whether the case was opened for it by a way that staff did not hold; version 0.1 did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        independent: Option<bool>,
    },
    /// The question is taken back, or was not replied to in time: then by the district's clock.
    Unasked "unasked",
    /// An internal note. Private: note.
    Noted "noted",
    /// A joint unit reported to the lead. Private: note.
    Reported "reported" { task: u16 },
    /// An answer waits for the head's approval. Private: answer, basis.
    Proposed "proposed" { task: u16, outcome: Outcome },
    /// The head sent a proposed answer back. Private: reason.
    SentBack "sent_back" { task: u16 },
    /// The resident has the answer. Private: answer and basis, or they stand with the proposal of stream version `proposal`.
    Answered "answered" { task: u16, outcome: Outcome, #[serde(default, skip_serializing_if = "Option::is_none")] proposal: Option<u64> },
    /// The resident's word. Private: words, witness.
    VerdictGiven "verdict_given" {
        #[serde(flatten)]
        verdict: Verdict,
        /// Whether the case was opened for it by a way that staff did not hold; version 0.1 did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        independent: Option<bool>,
    },
    /// A new secret went out for the resident; the one before opens nothing any more.
    SecretHanded "secret_handed" { way: Handed },
    /// The secret was used, and own digits were set: in a browser where staff had signed in, or in another one. Private:
    /// secret.
    Opened "opened" { way: Handed, #[serde(default, skip_serializing_if = "std::ops::Not::not")] marked: bool },
    /// The resident set other digits. Private: secret.
    DigitsSet "digits_set" { independent: bool },
    /// The asked-for time went by without the resident's word.
    NotReached "not_reached",
    /// The case is open again. Private: reason.
    Reopened "reopened",
    /// The resident asks for a review, which the next level up answers. Private: reason.
    ReviewAsked "review_asked" { #[serde(default, skip_serializing_if = "Option::is_none")] by: Option<Reviewer> },
    /// The review's result; of an opinion from outside, its date. Private: answer, body.
    ReviewAnswered "review_answered" { outcome: Outcome, #[serde(default, skip_serializing_if = "Option::is_none")] dated: Option<Date> },
    /// The resident asks for a re-review, which the next level up answers. Private: reason.
    ReReviewAsked "re_review_asked" { #[serde(default, skip_serializing_if = "Option::is_none")] by: Option<Reviewer> },
    /// A hearing begins; its days are not counted (信访工作条例 36).
    HearingOpened "hearing_opened",
    /// The hearing is over.
    HearingClosed "hearing_closed",
    /// The re-review's result; of an opinion from outside, its date. Private: answer, body.
    ReReviewAnswered "re_review_answered" { outcome: Outcome, #[serde(default, skip_serializing_if = "Option::is_none")] dated: Option<Date> },
    /// The case goes on inside another one. Its promise to its own resident runs on. Private: reason.
    Merged "merged" { into: CaseId },
    /// The case into which it was merged was answered: its own resident gets that answer, and is asked. Private: answer, basis.
    AnsweredTogether "answered_together" { outcome: Outcome, with: CaseId, #[serde(default, skip_serializing_if = "Option::is_none")] by: Option<UnitCode> },
    /// It goes on by itself: the case into which it was merged came to no answer, or the merge was taken back. Private: reason.
    Parted "parted" { from: CaseId },
    /// The case is linked to another one.
    Linked "linked" { link: LinkKind, to: CaseId },
    /// A link to another case is taken back.
    Unlinked "unlinked" { to: CaseId },
    /// The resident takes the case back.
    Withdrawn "withdrawn" {
        /// Whether the case was opened for it by a way that staff did not hold; version 0.1 did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        independent: Option<bool>,
    },
    /// Personal data is erased: key and ciphertext are destroyed.
    Erased "erased" { ground: Ground },
    /// A structured field is corrected. Private for a sealed one: category.
    Recategorised "recategorised" { #[serde(default, skip_serializing_if = "Option::is_none")] category: Option<CategoryCode> },
    /// A private field is corrected. Private: value.
    FieldCorrected "field_corrected" {
        field: String,
        /// By the resident: whether the case was opened for it by a way that staff did not hold.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        independent: Option<bool>,
    },
    /// The resident chose how to be told. Private: phone or e-mail, if a new one was given.
    TellingChosen "telling_chosen" {
        #[serde(flatten)]
        tell: Tell,
        /// Whether the case was opened for it by a way that staff did not hold.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        independent: Option<bool>,
        /// Whether an address was given with it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        new: bool,
    },
    /// The public text is hidden: by staff, or because the resident took the consent back. Private: reason.
    TextHidden "text_hidden",
    /// A person has reviewed the words and released them to neighbours. Private: shown, shown_answer.
    TextReleased "text_released",
    /// The resident asks for an erasure. Private: reason.
    ErasureAsked "erasure_asked" {
        /// Whether the case was opened for it by a way that staff did not hold; version 0.1 did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        independent: Option<bool>,
    },
    /// The erasure that was asked for is not done. Private: reason, which the resident reads.
    ErasureDeclined "erasure_declined",
    /// Somebody opened personal fields. Private: purpose in words.
    Unmasked "unmasked" { purpose: Purpose },
    /// It was not solved, and need not go on. Private: reason, which the resident reads.
    LetRest "let_rest",
    /// The dispatcher marks it as urgent. Private: reason.
    MarkedUrgent "marked_urgent" { #[serde(flatten)] urgent: Urgent },
    /// The dispatcher says that it is not urgent, which supervision sees. Private: reason.
    UrgencyCleared "urgency_cleared",
    /// Somebody who acts was reached by phone, at this time as it was told. Private: note, which post that was.
    Reached "reached" { at: Moment },
    /// An account withdraws because it has an interest in the case.
    InterestDeclared "interest_declared",
    /// A calendar table moved due dates; the changes say which.
    DueMoved "due_moved",
    /// The holder of the phone number or e-mail address said that it is theirs: from now on it is told of what happens.
    AddressConfirmed "address_confirmed" { channel: Channel },
    /// Somebody tried a series of wrong digits on that day. Where from is not kept.
    DigitsTried "digits_tried",
    /// A unit claimed it at a meeting. Private: post, step.
    Claimed "claimed" { unit: UnitCode, by: Date },
    /// The unit took its claim back.
    Unclaimed "unclaimed" { unit: UnitCode },
    /// The day of the promised first step has come.
    StepAsked "step_asked",
    /// The resident's word on the first step, and whether the case was opened for it by a way that staff did not hold.
    StepTold "step_told" { kept: Kept, independent: bool },
}

impl Event {
    /// Takes in what a sealed case keeps in the vault: for who may see it.
    pub fn disclose(&mut self, private: &Fields) {
        let of = |name: &str| private.get(name).map(String::as_str);
        match self {
            Event::Raised { category, street, accused, .. } => {
                *category = category.take().or(of(field::CATEGORY).map(Into::into));
                *street = street.take().or(of(field::STREET).map(Into::into));
                *accused = accused.take().or(of(field::ACCUSED).map(Into::into));
            }
            Event::Accepted { category, .. } | Event::Recategorised { category } => {
                *category = category.take().or(of(field::CATEGORY).map(Into::into));
            }
            _ => {}
        }
    }
}

fn former() -> Opens {
    Opens::Former
}
