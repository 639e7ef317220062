//! The rows of a case's events.

use super::NO_DUE;
use crate::args;
use crate::db::Write;
use crate::table::Table;
use calendar::Date;
use domain::case::{Body, Case, CaseId, Cases, Clock, Ending, Event, LinkKind, Purpose, Stage, TaskState, Verdict};
use domain::district::{CategoryCode, UnitCode};
use domain::moment::day_number;
use domain::register::Register;
use domain::register::column::Column;
use domain::rule::RuleId;
use domain::{Label, columns};
use std::sync::LazyLock;

/// The cases, by the ledger index of each one's first entry.
pub(crate) static CASES: LazyLock<Table<Case>> = LazyLock::new(|| Table::new("cases", 3, CASE, CASE_INDEXES));

const CASE: &[Column<Case>] = columns! { Case:
    id "BYTEA NOT NULL" fixed = |c| &c.id.0,
    code "TEXT /*collate*/ NOT NULL" fixed = |c| c.code.as_str(),
    version "BIGINT NOT NULL" = |c| c.version,
    // The ledger index of the event of another record that asked for it.
    because "BIGINT" fixed = |c| c.because,
    track "TEXT NOT NULL" fixed = |c| c.track.code(),
    door "TEXT NOT NULL" fixed = |c| c.door.code(),
    // The level of the post that received whoever said it.
    received "TEXT" fixed = |c| c.received.map(|level| level.code()),
    stage "TEXT NOT NULL" = |c| c.stage.code(),
    category "TEXT" = |c| category(c).map(CategoryCode::as_str),
    coarse "TEXT" = |c| category(c).map(CategoryCode::coarse),
    street "TEXT" fixed = |c| c.street.as_ref().filter(|_| !c.is_sealed()).map(|unit| unit.as_str()),
    // The unit that leads, or led last.
    lead "TEXT" = |c| c.tasks.iter().rev().find(|t| t.lead).map(|t| t.unit.as_str()),
    sealed "BIGINT NOT NULL" fixed = |c| c.is_sealed(),
    // 1 while its text may be shown to neighbours.
    public "BIGINT NOT NULL" = |c| c.may_be_shown(),
    // 1 while the dispatcher must act: to be accepted, dispatched, or an objection decided.
    inbox "BIGINT NOT NULL" = |c| inbox(c),
    // 1 while something remains to be done.
    live "BIGINT NOT NULL" = |c| !matches!(c.stage, Stage::Ended | Stage::NotAccepted | Stage::Routed | Stage::Withdrawn),
    // 1 while a question is open with the resident.
    question "BIGINT NOT NULL" = |c| c.question.is_some(),
    raised_at "BIGINT NOT NULL" fixed = |c| c.raised_at.0,
    raised_day "BIGINT NOT NULL" fixed = |c| day_number(c.raised_at.date()),
    accepted_day "BIGINT" = |c| c.accepted_on.map(day_number),
    // Rolled due day of the latest acceptance clock.
    accept_due "BIGINT" = |c| acceptances(c).next().map(last_day),
    // 1 when an acceptance clock ended late.
    accept_late "BIGINT NOT NULL" = |c| acceptances(c).any(|clock| clock.stopped.is_some_and(|day| day > clock.due.rolled)),
    // The earliest running duty.
    alarm "BIGINT" = |c| c.next_due().map(alarm),
    // The day behind which the clock acts on it.
    wake "BIGINT" = |c| Cases::wake(c).map(day_number),
    // Rolled due day of the promise.
    due_day "BIGINT" = |c| c.promise().map(last_day),
    // The day on which the promise was met or ended.
    met_day "BIGINT" = |c| c.promise().and_then(ended_on),
    answered_day "BIGINT" = |c| c.answered_on.map(day_number),
    ended_day "BIGINT" = |c| word(c).ended.map(|(_, day)| day),
    outcome "TEXT" = |c| c.outcome.map(|o| o.code()),
    ending "TEXT" = |c| word(c).ended.map(|(ending, _)| ending.code()),
    solved "TEXT" = |c| word(c).verdict.map(|v| v.solved.code()),
    handled "TEXT" = |c| word(c).verdict.map(|v| v.handled.code()),
    asked_for_good "BIGINT NOT NULL" = |c| word(c).verdict.is_some_and(|v| v.asked_for_good),
    witnessed "BIGINT NOT NULL" = |c| word(c).verdict.is_some_and(|v| v.witnessed),
    hops "BIGINT NOT NULL" = |c| c.hops,
    returned "BIGINT NOT NULL" = |c| c.returned,
    extended "BIGINT NOT NULL" = |c| c.extended,
    reopened "BIGINT NOT NULL" = |c| c.reopened,
    repeats "BIGINT NOT NULL" = |c| c.links.iter().any(|(kind, _)| *kind == LinkKind::Repeat),
    // 1 while a running clock was computed without its year's table.
    provisional "BIGINT NOT NULL" = |c| c.clocks.iter().any(|clock| clock.is_running() && clock.due.provisional),
    erased "BIGINT NOT NULL" = |c| c.erased,
    touched "BIGINT NOT NULL" = |c| c.touched.0,
    // The version of the event whose words neighbours see; 0 while nobody has released any.
    released "BIGINT NOT NULL" = |c| c.shown().unwrap_or(0),
    // Rolled last day of the promise that counts: the first that was broken, else the latest; none while it is paused.
    promise_day "BIGINT" = |c| counted(c).map(last_day),
    // The day on which that promise was met or ended.
    promise_met "BIGINT" = |c| counted(c).and_then(ended_on),
    // The day of the latest question that was asked when a term had run out.
    asked_late "BIGINT" = |c| c.asked_late.map(day_number),
    // 1 while somebody is in danger and it is not answered, or nobody was reached.
    urgent "BIGINT NOT NULL" = |c| c.is_urgent() || hour(c).is_some(),
    // When its running clock of hours ends, in milliseconds.
    hour "BIGINT" = |c| hour(c),
    // When the mark was taken away last, in milliseconds.
    cleared "BIGINT" = |c| c.cleared.map(|at| at.0),
    // The last day for the word whether an unsolved case goes on.
    unsolved "BIGINT" = |c| c.running(RuleId::GoOnAsk).map(|(_, clock)| last_day(clock)),
    // Whether the verdict was given by a way that staff did not hold.
    independent "BIGINT NOT NULL" = |c| word(c).independent,
    // The unit whose staff took the case down.
    taken "TEXT" fixed = |c| c.opening.taken.as_ref().map(|(unit, _)| unit.as_str()),
    // 1 when that unit leads it, or led it last.
    own_answer "BIGINT NOT NULL" = |c| c.is_own_answer(),
    // The day by which a first step was promised at a meeting, the resident's word on it, and whether staff held the way.
    step_by "BIGINT" = |c| c.step.as_ref().map(|step| day_number(step.by)),
    step_kept "TEXT" = |c| c.step.as_ref().and_then(|step| step.word).map(|(kept, _)| kept.code()),
    step_independent "BIGINT NOT NULL" = |c| c.step.as_ref().and_then(|step| step.word).is_some_and(|(_, own)| own),
};

const CASE_INDEXES: &str = "\
CREATE UNIQUE INDEX cases_code ON cases(district, code);
CREATE INDEX cases_because ON cases(district, because) WHERE because IS NOT NULL;
CREATE INDEX cases_raised ON cases(district, raised_day, seq);
CREATE INDEX cases_due ON cases(district, due_day, seq) WHERE due_day IS NOT NULL;
CREATE INDEX cases_promise ON cases(district, promise_day, seq) WHERE promise_day IS NOT NULL;
CREATE INDEX cases_ended ON cases(district, ended_day, seq) WHERE ended_day IS NOT NULL;
CREATE INDEX cases_inbox ON cases(district, sealed, alarm, seq) WHERE inbox = 1;
CREATE INDEX cases_inbox_stage ON cases(district, sealed, stage, alarm) WHERE inbox = 1;
CREATE INDEX cases_alarm ON cases(district, alarm, seq) WHERE alarm IS NOT NULL;
CREATE INDEX cases_reviews ON cases(district, alarm, seq) WHERE stage IN ('review', 're_review');
CREATE INDEX cases_wake ON cases(district, wake, seq) WHERE wake IS NOT NULL;
CREATE INDEX cases_live_due ON cases(district, due_day) WHERE live = 1;
-- All that is asked of it stands in it: otherwise SQLite would rather read every case in order.
CREATE INDEX cases_merged ON cases(district, stage, seq, id) WHERE stage = 'merged';
CREATE INDEX cases_urgent ON cases(district, urgent, seq) WHERE urgent = 1;
CREATE INDEX cases_hour ON cases(district, hour, seq) WHERE hour IS NOT NULL;
CREATE INDEX cases_cleared ON cases(district, cleared, seq) WHERE cleared IS NOT NULL;
CREATE INDEX cases_step ON cases(district, step_by, seq) WHERE step_by IS NOT NULL;
CREATE INDEX cases_asked_late ON cases(district, asked_late, seq) WHERE asked_late IS NOT NULL;
CREATE INDEX cases_unsolved ON cases(district, unsolved, seq) WHERE unsolved IS NOT NULL;
-- Cases that went back and forth are found without reading every case.
CREATE INDEX cases_returned ON cases(district, seq) WHERE live = 1 AND returned > 1;
-- What neighbours may look at.
CREATE INDEX cases_public ON cases(district, street, coarse, seq) WHERE public = 1;
CREATE INDEX cases_near ON cases(district, street, coarse, seq) WHERE public = 1 AND live = 1;
CREATE INDEX cases_shown ON cases(district, seq) WHERE public = 1;
CREATE INDEX cases_released ON cases(district, seq) WHERE released > 0;
CREATE INDEX cases_unreleased ON cases(district, seq) WHERE public = 1 AND released = 0;
-- Erasures are finished in pages, in the order of the cases.
CREATE INDEX cases_erased ON cases(district, seq) WHERE erased = 1;
";

/// What a case says of another one, by the ledger index of the event.
pub(crate) struct Link {
    from: u64,
    to: CaseId,
    /// A link's code, or `merged`.
    link: &'static str,
}

/// The links between cases.
pub(crate) static LINKS: LazyLock<Table<Link>> = LazyLock::new(|| {
    let columns = columns! { Link:
        from_case "BIGINT NOT NULL" fixed = |l| l.from,
        to_id "BYTEA NOT NULL" fixed = |l| &l.to.0,
        link "TEXT NOT NULL" fixed = |l| l.link,
    };
    Table::new("links", 1, columns, "CREATE INDEX links_to ON links(district, to_id);\n")
});

const UNLINK: &str = "DELETE FROM links WHERE district = $1 AND from_case = $2 AND to_id = $3 AND link <> 'merged'";
const PART: &str = "DELETE FROM links WHERE district = $1 AND from_case = $2 AND to_id = $3 AND link = 'merged'";

/// Somebody opened contact data: by the ledger index of the event.
pub(crate) struct Opening {
    case_seq: u64,
    unit: Option<UnitCode>,
    account: Option<u32>,
    purpose: Purpose,
    at: i64,
}

/// Who opened contact data, and what for.
pub(crate) static OPENINGS: LazyLock<Table<Opening>> = LazyLock::new(|| {
    let columns = columns! { Opening:
        case_seq "BIGINT NOT NULL" fixed = |o| o.case_seq,
        unit "TEXT NOT NULL" fixed = |o| o.unit.as_ref().map_or("", |unit| unit.as_str()),
        account "BIGINT NOT NULL" fixed = |o| o.account.unwrap_or(0),
        purpose "TEXT NOT NULL" fixed = |o| o.purpose.code(),
        at "BIGINT NOT NULL" fixed = |o| o.at,
    };
    Table::new("openings", 1, columns, "")
});

/// Every statement of this file that is no table's own, to be proved on both engines.
pub(super) const STATEMENTS: &[&str] = &[UNLINK, PART];

/// The writes of one event of a case: `case` is the state after it, `first` the ledger index of the case's first entry,
/// `seq` that of this one.
pub fn project(district: i64, first: u64, seq: u64, case: &Case, body: &Body<Event>) -> Vec<Write> {
    let mut writes = vec![CASES.put(district, first, case)];
    let link = |to: CaseId, link| LINKS.put(district, seq, &Link { from: first, to, link });
    match &body.event {
        Event::Linked { link: kind, to } => writes.push(link(*to, kind.code())),
        Event::Merged { into } => writes.push(link(*into, "merged")),
        Event::Unlinked { to } => writes.push(Write::new(UNLINK, args![district, first, &to.0])),
        Event::Parted { from } => writes.push(Write::new(PART, args![district, first, &from.0])),
        Event::Unmasked { purpose } => {
            let (unit, account) = (body.by.unit().cloned(), body.by.account());
            let opening = Opening { case_seq: first, unit, account, purpose: *purpose, at: body.at.0 };
            writes.push(OPENINGS.put(district, seq, &opening));
        }
        _ => {}
    }
    writes
}

/// What an accusation is about stands in the vault alone, also of those that 0.1 wrote down.
fn category(case: &Case) -> Option<&CategoryCode> {
    case.category.as_ref().filter(|_| !case.is_sealed())
}

fn inbox(case: &Case) -> bool {
    let objected = case.tasks.iter().any(|t| t.state == TaskState::Objected);
    matches!(case.stage, Stage::Raised | Stage::Accepted) || objected || case.erasure_asked
}

/// The acceptance clocks, the latest first: a case that was reopened before anybody accepted it has a further one.
fn acceptances(case: &Case) -> impl Iterator<Item = &Clock> {
    case.clocks.iter().rev().filter(|c| c.rule.is_acceptance() && c.task.is_none())
}

fn counted(case: &Case) -> Option<&Clock> {
    case.counted_promise().filter(|c| !c.is_paused())
}

/// When the running clock of hours ends.
fn hour(case: &Case) -> Option<i64> {
    case.duties().find_map(|(_, c)| c.due_at).map(|at| at.0)
}

/// How a case ended, and what its resident said.
struct Word {
    ended: Option<(Ending, i64)>,
    verdict: Option<Verdict>,
    independent: bool,
}

/// What the resident said of a case that staff reopened counts until the resident says something else.
fn word(case: &Case) -> Word {
    let of = |ended: Option<(Ending, Date)>| ended.map(|(ending, day)| (ending, day_number(day)));
    match case.word_before.filter(|_| case.verdict.is_none()) {
        Some((ending, day, verdict, independent)) => {
            Word { ended: of(Some((ending, day))), verdict: Some(verdict), independent }
        }
        None => Word { ended: of(case.ended), verdict: case.verdict, independent: case.independent },
    }
}

fn last_day(clock: &Clock) -> i64 {
    day_number(clock.due.rolled)
}

fn ended_on(clock: &Clock) -> Option<i64> {
    clock.stopped.map(day_number)
}

/// The day that lists sort a running clock by. A paused one has none.
fn alarm(clock: &Clock) -> i64 {
    if clock.is_paused() { NO_DUE } else { day_number(clock.due.alarm()) }
}
