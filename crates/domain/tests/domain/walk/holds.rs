//! What holds after every act.

use super::*;

/// Who may be told at all: a resident who wants to be, of what others did; never a group of a sealed case.
pub fn notice_holds(topic: Topic, to: &To, by: &Actor, case: &Case) {
    match to {
        To::Resident(tell) => {
            let wanted = Some(*tell) == case.tell || topic == Topic::Secret;
            assert!(wanted && tell.channel != Channel::None && !case.erased, "{topic} is not wanted");
            assert!(match tell.channel {
                Channel::Sms => case.contact,
                _ => case.email,
            });
            assert!(
                *by != Actor::Resident
                    || matches!(topic, Topic::Received | Topic::Chosen | Topic::Secret | Topic::Readdressed),
                "{topic} of an own act"
            );
        }
        To::Unit(unit) => {
            assert!(!case.is_sealed(), "a group was told of a sealed case");
            // The dispatch centre hears of a danger before anybody has it, and so does whom the catalogue names.
            let its = topic == Topic::Urgent || case.tasks.iter().any(|t| t.unit == *unit);
            assert!(its, "{unit} has nothing to do with it");
        }
    }
}

/// No date moves earlier except by a calendar table, which keeps both dates; what stopped stays as it was.
pub fn clocks_hold(before: &Case, after: &Case, bodies: &[Body<Event>]) {
    assert!(after.clocks.len() >= before.clocks.len());
    let changes: Vec<&ClockChange> = bodies.iter().flat_map(|b| &b.clocks).collect();
    for (n, (old, new)) in before.clocks.iter().zip(&after.clocks).enumerate() {
        if old.stopped.is_some() {
            assert_eq!(old, new, "a stopped clock changed");
        }
        let moved = changes.iter().find_map(|c| match c {
            ClockChange::Moved { no, from, due } if usize::from(*no) == n => Some((*from, *due)),
            _ => None,
        });
        let kept = match moved {
            Some((from, due)) => {
                assert_eq!(from, old.due, "a moved date does not keep the one before");
                due
            }
            None => old.due,
        };
        assert!(new.due.raw >= kept.raw && new.due.rolled >= kept.rolled, "a clock went backwards: {old:?} {new:?}");
        assert_eq!((old.rule, old.start, old.days), (new.rule, new.start, new.days));
    }
    let ours = |r: RuleId| after.clocks.iter().filter(|c| c.rule == r && c.is_running() && c.task.is_none()).count();
    for rule in domain::rule::CASES {
        assert!(ours(rule.id) <= 1, "{} runs twice", rule.id);
    }
}

/// Whatever waits, waits for somebody by a date.
pub fn never_stuck(case: &Case) {
    use Stage as S;
    match case.stage {
        S::Raised | S::Accepted | S::Handling | S::Review | S::ReReview | S::Merged => {
            assert!(case.duties().next().is_some(), "nobody owes anything in {}: {case:?}", case.stage);
        }
        S::Answered => assert!(case.running(RuleId::VerdictAsk).is_some(), "the resident is not asked"),
        S::Ended | S::NotAccepted | S::Routed | S::Withdrawn => {
            let owed: Vec<_> = case.duties().map(|(_, c)| c.rule).collect();
            let wanted: &[RuleId] = if case.erasure_asked { &[RuleId::ErasureAnswer] } else { &[] };
            assert_eq!(owed, wanted, "a duty outlives the case: {case:?}");
        }
    }
    let paused = case.duties().any(|(_, c)| c.is_paused() && c.rule != RuleId::ReReviewAnswer);
    assert!(!paused || case.question.is_some(), "a clock is paused and no question is open");
    assert!(case.question.is_none() || case.stage == S::Handling, "a question is open in {}", case.stage);
    assert!(case.question.is_none() || case.running(RuleId::ReplyAsk).is_some(), "a question waits without an end");
}
