//! The rows of a case's events.

use crate::args;
use crate::db::Write;
use domain::Label;
use domain::case::{Body, Case, Event, Stage, TaskState};
use domain::moment::day_number;

/// The due day of what has no running clock now, because nothing is owed or the clock is paused: it sorts behind every date.
pub const NO_DUE: i64 = 99_999_999;

pub(crate) const CASE: &str = "INSERT INTO cases(district, seq, id, code, version, track, door, stage, category, coarse, street, lead, \
sealed, public, inbox, live, question, raised_at, raised_day, accepted_day, accept_due, accept_late, alarm, wake, due_day, \
met_day, answered_day, ended_day, outcome, ending, solved, handled, asked_for_good, witnessed, hops, returned, extended, \
reopened, repeats, provisional, erased, touched, released, promise_day, promise_met, asked_late, urgent, hour, cleared, unsolved, \
independent, taken, own_answer) \
VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
$17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, \
$51, $52, $53) \
ON CONFLICT(district, seq) DO UPDATE SET version = excluded.version, stage = excluded.stage, category = excluded.category, \
coarse = excluded.coarse, lead = excluded.lead, public = excluded.public, inbox = excluded.inbox, live = excluded.live, \
question = excluded.question, accepted_day = excluded.accepted_day, accept_due = excluded.accept_due, \
accept_late = excluded.accept_late, alarm = excluded.alarm, wake = excluded.wake, due_day = excluded.due_day, \
met_day = excluded.met_day, answered_day = excluded.answered_day, ended_day = excluded.ended_day, outcome = excluded.outcome, \
ending = excluded.ending, solved = excluded.solved, handled = excluded.handled, asked_for_good = excluded.asked_for_good, \
witnessed = excluded.witnessed, hops = excluded.hops, returned = excluded.returned, extended = excluded.extended, \
reopened = excluded.reopened, repeats = excluded.repeats, provisional = excluded.provisional, erased = excluded.erased, \
touched = excluded.touched, released = excluded.released, promise_day = excluded.promise_day, \
promise_met = excluded.promise_met, asked_late = excluded.asked_late, urgent = excluded.urgent, hour = excluded.hour, \
cleared = excluded.cleared, unsolved = excluded.unsolved, \
independent = excluded.independent, own_answer = excluded.own_answer";

const TASK: &str = "INSERT INTO tasks(district, seq, no, unit, lead, state, open, waiting, due, since) \
VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT(district, seq, no) DO UPDATE SET state = excluded.state, \
open = excluded.open, waiting = excluded.waiting, due = excluded.due";

const LINK: &str = "INSERT INTO links(district, seq, from_case, to_id, link) VALUES($1, $2, $3, $4, $5)";

const UNLINK: &str = "DELETE FROM links WHERE district = $1 AND from_case = $2 AND to_id = $3 AND link <> 'merged'";

const PART: &str = "DELETE FROM links WHERE district = $1 AND from_case = $2 AND to_id = $3 AND link = 'merged'";

const OPENING: &str =
    "INSERT INTO openings(district, seq, case_seq, unit, account, purpose, at) VALUES($1, $2, $3, $4, $5, $6, $7)";

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[CASE, TASK, LINK, UNLINK, PART, OPENING];

/// The writes of one event of a case: `case` is the state after it, `first` the ledger index of the case's first entry,
/// `seq` that of this one.
pub fn project(district: i64, first: u64, seq: u64, case: &Case, body: &Body<Event>) -> Vec<Write> {
    let mut writes = vec![row(district, first, case)];
    writes.extend(case.tasks.iter().map(|task| {
        let due = case.owed(task).map_or(NO_DUE, alarm);
        let waiting = task.state == TaskState::Approval
            || task.state == TaskState::Objected
            || (task.lead && case.question.is_some());
        Write::new(
            TASK,
            args![
                district,
                first,
                task.no,
                task.unit.as_str(),
                task.lead,
                task.state.code(),
                task.is_open(),
                waiting,
                if task.is_open() { due } else { NO_DUE },
                day_number(task.since)
            ],
        )
    }));
    match &body.event {
        Event::Linked { link, to } => writes.push(Write::new(LINK, args![district, seq, first, &to.0, link.code()])),
        Event::Unlinked { to } => writes.push(Write::new(UNLINK, args![district, first, &to.0])),
        Event::Parted { from } => writes.push(Write::new(PART, args![district, first, &from.0])),
        Event::Merged { into } => writes.push(Write::new(LINK, args![district, seq, first, &into.0, "merged"])),
        Event::Unmasked { purpose } => writes.push(Write::new(
            OPENING,
            args![
                district,
                seq,
                first,
                body.by.unit().map_or("", |u| u.as_str()),
                body.by.account().unwrap_or(0),
                purpose.code(),
                body.at.0
            ],
        )),
        _ => {}
    }
    writes
}

fn row(district: i64, first: u64, case: &Case) -> Write {
    let stage = case.stage;
    let objected = case.tasks.iter().any(|t| t.state == TaskState::Objected);
    let inbox = matches!(stage, Stage::Raised | Stage::Accepted) || objected || case.erasure_asked;
    let live = !matches!(stage, Stage::Ended | Stage::NotAccepted | Stage::Routed | Stage::Withdrawn);
    // A case that was reopened before anybody accepted it has a further acceptance clock.
    let mut acceptances = case.clocks.iter().rev().filter(|c| c.rule.is_acceptance() && c.task.is_none());
    let promise = case.promise();
    let counted = case.counted_promise().filter(|c| !c.is_paused());
    let lead = case.tasks.iter().rev().find(|t| t.lead);
    let wake = case.waits();
    // What the resident said of a case that staff reopened counts until the resident says something else.
    let before = case.word_before.filter(|_| case.verdict.is_none());
    let ended = before.map(|(ending, on, ..)| (ending, on)).or(case.ended);
    let (ending, ended) = ended.map_or((None, None), |(e, d)| (Some(e.code()), Some(day_number(d))));
    let (verdict, independent) =
        before.map_or((case.verdict, case.independent), |(.., word, independent)| (Some(word), independent));
    let repeats = case.links.iter().any(|(kind, _)| *kind == domain::case::LinkKind::Repeat);
    let provisional = case.clocks.iter().any(|c| c.is_running() && c.due.provisional);
    let ended_late = |c: &domain::case::Clock| c.stopped.is_some_and(|day| day > c.due.rolled);
    let accept_late = acceptances.clone().any(ended_late);
    // What an accusation is about stands in the vault alone, also of those that 0.1 wrote down.
    let category = case.category.as_ref().filter(|_| !case.is_sealed());
    let street = case.street.as_ref().filter(|_| !case.is_sealed());
    let acceptance = acceptances.next();
    let hour = case.duties().find_map(|(_, c)| c.due_at);
    Write::new(
        CASE,
        args![
            district,
            first,
            &case.id.0,
            case.code.as_str(),
            case.version,
            case.track.code(),
            case.door.code(),
            stage.code(),
            category.map(|c| c.as_str()),
            category.map(|c| c.coarse()),
            street.map(|u| u.as_str()),
            lead.map(|t| t.unit.as_str()),
            case.is_sealed(),
            case.may_be_shown(),
            inbox,
            live,
            case.question.is_some(),
            case.raised_at.0,
            day_number(case.raised_at.date()),
            case.accepted_on.map(day_number),
            acceptance.map(|c| day_number(c.due.rolled)),
            accept_late,
            case.next_due().map(alarm),
            wake.map(|c| day_number(c.due.rolled)),
            promise.map(|c| day_number(c.due.rolled)),
            promise.and_then(|c| c.stopped).map(day_number),
            case.answered_on.map(day_number),
            ended,
            case.outcome.map(|o| o.code()),
            ending,
            verdict.map(|v| v.solved.code()),
            verdict.map(|v| v.handled.code()),
            verdict.is_some_and(|v| v.asked_for_good),
            verdict.is_some_and(|v| v.witnessed),
            case.hops,
            case.returned,
            case.extended,
            case.reopened,
            repeats,
            provisional,
            case.erased,
            case.touched.0,
            case.shown().unwrap_or(0),
            counted.map(|c| day_number(c.due.rolled)),
            counted.and_then(|c| c.stopped).map(day_number),
            case.asked_late.map(day_number),
            case.is_urgent() || hour.is_some(),
            hour.map(|at| at.0),
            case.cleared.map(|at| at.0),
            case.running(domain::rule::RuleId::GoOnAsk).map(|(_, c)| day_number(c.due.rolled)),
            independent,
            case.opening.taken.as_ref().map(|(unit, _)| unit.as_str()),
            case.is_own_answer()
        ],
    )
}

/// The day that lists sort a running clock by. A paused one has none.
fn alarm(clock: &domain::case::Clock) -> i64 {
    if clock.is_paused() { NO_DUE } else { day_number(clock.due.alarm()) }
}
