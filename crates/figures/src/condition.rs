//! The closed vocabularies of what a record can be counted for, one for each table. A condition is SQL over one row of its
//! table's source, for both engines.

use crate::table::Table;
use serde::Deserialize;

/// Declares the conditions of each table with their code in the catalogue and their SQL.
macro_rules! conditions {
    ($($table:ident { $($(#[$meta:meta])* $name:ident $code:literal $sql:expr),+ $(,)? })+) => {
        /// What a record is counted for. Built from columns of the read table only, so that it is a function of the events.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
        pub enum Condition { $($($(#[$meta])* #[serde(rename = $code)] $name),+),+ }
        impl Condition {
            /// Every condition.
            pub const ALL: &'static [Condition] = &[$($(Condition::$name),+),+];
            /// Its code in the catalogue.
            pub fn code(self) -> &'static str { match self { $($(Condition::$name => $code),+),+ } }
            /// The table that it belongs to.
            pub fn table(self) -> Table { match self { $($(Condition::$name => Table::$table),+),+ } }
            /// The condition as SQL; `basis` is the query's table of the ledger's size and day.
            pub(crate) fn sql(self) -> &'static str { match self { $($(Condition::$name => $sql),+),+ } }
        }
    };
}

/// What was said to a leader of division level or above who received whoever said it; not on a return visit.
macro_rules! received {
    ($also:literal) => {
        concat!("received IN ('bureau', 'division') AND door <> 'return_visit' AND ", $also)
    };
}

/// A leader of division level or above received somebody.
macro_rules! leader {
    ($also:literal) => {
        concat!("stage = 'received' AND level IN ('bureau', 'division') AND mode ", $also)
    };
}

conditions! {
Cases {
    /// Every case.
    Any "any" "seq >= 0",
    /// Raised here, or opened elsewhere and going on here.
    Raised "raised" "(ending IS NULL OR ending <> 'elsewhere')",
    /// Raised here, and not over before there was a decision about acceptance.
    ToDecide "to_decide" "(ending IS NULL OR ending <> 'elsewhere') AND (accepted_day IS NOT NULL OR stage NOT IN ('withdrawn', 'merged'))",
    /// Accepted.
    Accepted "accepted" "accepted_day IS NOT NULL",
    /// Accepted, and no acceptance clock ended late.
    AcceptedInTime "accepted_in_time" "accepted_day IS NOT NULL AND accept_late = 0",
    /// Has an acceptance clock, and was accepted or is overdue.
    AcceptedOrOverdue "accepted_or_overdue" "accept_due IS NOT NULL AND (accepted_day IS NOT NULL OR accept_late = 1 OR (stage = 'raised' AND accept_due < (SELECT day FROM basis)))",
    /// The promise's last day is over, and it was neither given up nor is it paused.
    Due "due" "due_day < (SELECT day FROM basis) AND (met_day IS NOT NULL OR question = 0) AND stage NOT IN ('not_accepted', 'routed', 'withdrawn', 'merged')",
    /// The last day of the promise that counts is over; and it was not given up before, by the resident only in a way that
    /// staff did not hold. A paused promise has no last day.
    PromiseDue "promise_due" "promise_day < (SELECT day FROM basis) AND NOT ((stage IN ('not_accepted', 'routed') OR (stage = 'withdrawn' AND independent = 1)) AND promise_met <= promise_day)",
    /// The promise that counts was met by its rolled last day. A withdrawal before an answer meets none.
    PromiseKept "promise_kept" "promise_met <= promise_day AND (stage <> 'withdrawn' OR answered_day IS NOT NULL)",
    /// The promise was met by its rolled last day.
    InTime "in_time" "met_day <= due_day",
    /// Ended after the resident was asked, without a witness.
    Asked "asked" "ending IN ('resolved', 'partly_resolved', 'not_resolved', 'not_reached') AND witnessed = 0",
    /// Ended in whatever way, without a witness.
    Ended "ended" "ending IS NOT NULL AND witnessed = 0",
    /// The resident said "solved".
    Resolved "resolved" "ending = 'resolved'",
    /// The resident said how it was handled, without a witness.
    Rated "rated" "handled IN ('good', 'fair', 'poor') AND witnessed = 0",
    /// The resident said "handled well".
    Satisfied "satisfied" "handled = 'good'",
    /// The verdict was given with a witness.
    WithWitness "with_witness" "witnessed = 1",
    /// The resident said with a witness how it was handled.
    RatedWithWitness "rated_with_witness" "handled IN ('good', 'fair', 'poor') AND witnessed = 1",
    /// The time for the verdict went by.
    NotReached "not_reached" "ending = 'not_reached'",
    /// Repeats another case.
    Repeated "repeated" "repeats = 1",
    /// Ended after the resident was asked; a verdict only if it was given independently, and without a witness.
    AskedIndependent "asked_independent" "ending IN ('resolved', 'partly_resolved', 'not_resolved', 'not_reached') AND witnessed = 0 AND (solved IS NULL OR independent = 1)",
    /// Ended in whatever way; with a verdict only if it was given independently, and without a witness.
    EndedIndependent "ended_independent" "ending IS NOT NULL AND witnessed = 0 AND (solved IS NULL OR independent = 1)",
    /// The resident said how it was handled, independently and without a witness.
    RatedIndependent "rated_independent" "handled IN ('good', 'fair', 'poor') AND witnessed = 0 AND independent = 1",
    /// A verdict for which the case was opened by a way that staff may have held; a witness makes it no other one.
    NotIndependent "not_independent" "solved IS NOT NULL AND independent = 0",
    /// Such a verdict that says how it was handled.
    RatedNotIndependent "rated_not_independent" "handled IN ('good', 'fair', 'poor') AND independent = 0",
    /// The resident gave a verdict.
    Verdict "verdict" "solved IS NOT NULL",
    /// Taken down by staff, and answered.
    TakenAndAnswered "taken_and_answered" "taken IS NOT NULL AND answered_day IS NOT NULL",
    /// The unit that took it down leads it too.
    OwnAnswer "own_answer" "own_answer = 1",
    /// Was dispatched.
    Dispatched "dispatched" "hops > 0",
    /// Went back on a unit's objection.
    Returned "returned" "returned > 0",
    /// A clock was extended.
    Extended "extended" "extended > 0",
    /// Was reopened.
    Reopened "reopened" "reopened > 0",
    /// Accepted, and said to a leader of division level or above who received whoever said it; not on a return visit.
    ReceivedAccepted "received_accepted" received!("accepted_day IS NOT NULL"),
    /// The same, accepted within the term.
    ReceivedAcceptedInTime "received_accepted_in_time" received!("accepted_day IS NOT NULL AND accept_late = 0"),
    /// Said to such a leader, has an acceptance clock, and was accepted or is overdue.
    ReceivedAcceptedOrOverdue "received_accepted_or_overdue" received!("accept_due IS NOT NULL AND (accepted_day IS NOT NULL OR accept_late = 1 OR (stage = 'raised' AND accept_due < (SELECT day FROM basis)))"),
    /// Said to such a leader, and the promise that counts is over.
    ReceivedDue "received_due" received!("promise_day < (SELECT day FROM basis) AND NOT ((stage IN ('not_accepted', 'routed') OR (stage = 'withdrawn' AND independent = 1)) AND promise_met <= promise_day)"),
    /// Said at a talk meeting, which has it among its opinions.
    SaidAtMeeting "said_at_meeting" "door = 'meeting' AND because IS NOT NULL",
    /// Its lead was settled on the board of a meeting.
    Claimed "claimed" "step_by IS NOT NULL",
    /// The day of the first step that was promised then has come.
    StepDue "step_due" "step_by <= (SELECT day FROM basis)",
    /// The resident said, by a way that staff did not hold, whether it was kept.
    StepSaid "step_said" "step_kept IS NOT NULL AND step_independent = 1",
    /// The resident said so by a way that staff may have held.
    StepSaidHeld "step_said_held" "step_kept IS NOT NULL AND step_independent = 0",
    /// The resident said that it was kept.
    StepKept "step_kept" "step_kept = 'yes'",
}
Lectures {
    /// It took place.
    Held "held" "stage = 'recorded'",
    /// A leaders' lecture that took place.
    HeldLeaders "held_leaders" "stage = 'recorded' AND lecture = 'leaders'",
    /// A party lecture that took place.
    HeldParty "held_party" "stage = 'recorded' AND lecture = 'party'",
    /// A micro-lecture that took place.
    HeldMicro "held_micro" "stage = 'recorded' AND lecture = 'micro'",
}
Meetings {
    /// It took place, and is over.
    MeetingHeld "meeting_held" "stage IN ('closed', 'approved')",
}
Encounters {
    /// A leader of division level or above received somebody: at the door, by appointment or at home.
    LeaderReceived "leader_received" leader!("<> 'return'"),
    /// The same at the open door.
    LeaderAtDoor "leader_at_door" leader!("= 'open_door'"),
    /// The same by appointment.
    LeaderByAppointment "leader_by_appointment" leader!("= 'appointment'"),
    /// The same at the resident's home.
    LeaderAtHome "leader_at_home" leader!("= 'home'"),
    /// Such a leader made a return visit after an answer.
    LeaderReturned "leader_returned" leader!("= 'return'"),
}
}
