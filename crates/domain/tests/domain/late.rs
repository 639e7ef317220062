//! What must hold of lateness in every life of a case.

use crate::*;
use domain::rule::RuleId;

/// What is late stays late: no act but an answer makes it less late, or a calendar that moves a date and shows both.
pub fn never_less_late(before: &Case, after: &Case, bodies: &[Body<Event>]) {
    let Some(body) = bodies.last() else { return };
    let (today, event) = (body.at.date(), &body.event);
    let moved = |n: usize| {
        let shown = |c: &ClockChange| matches!(c, ClockChange::Moved { no, .. } if usize::from(*no) == n);
        bodies.iter().flat_map(|b| &b.clocks).any(shown)
    };
    for (n, (old, new)) in before.clocks.iter().zip(&after.clocks).enumerate() {
        if !old.is_late(today) || moved(n) {
            continue;
        }
        assert!(new.is_late(today), "{} made {} less late: {old:?} {new:?}", event.kind(), old.rule);
        assert_eq!(new.due, old.due, "{} gave a late {} another day", event.kind(), old.rule);
        assert!(!new.is_paused(), "{} paused a late {}", event.kind(), old.rule);
        if old.duty && old.is_running() && !new.is_running() {
            let ends = bodies.iter().any(|body| ends_late(old, &body.event));
            assert!(ends, "{} took a late {} off the lists", event.kind(), old.rule);
        }
    }
    // What the on-time figure counts: a promise that was late is the one that counts, and counts as late.
    let counted = |case: &Case| {
        let promise = case.counted_promise()?;
        case.clocks.iter().position(|c| std::ptr::eq(c, promise))
    };
    if let Some(n) = counted(before).filter(|n| before.clocks[*n].is_late(today) && !moved(*n)) {
        assert_eq!(counted(after), Some(n), "{} puts another promise in place of a broken one", event.kind());
    }
}

/// The acts by which a late duty ends, each late as it is: what it asked for was done, or nobody owes it any more.
fn ends_late(clock: &Clock, event: &Event) -> bool {
    use Event::*;
    // The decision that no unit of this district owes an answer, or the resident's own that none is wanted.
    if matches!(event, NotAccepted { .. } | Routed { .. } | Withdrawn { .. }) {
        return true;
    }
    match clock.rule {
        // A task that is taken back or handed on owes nothing more: what it owed to its resident runs on with the case.
        RuleId::PetitionNotice if clock.task.is_some() => matches!(
            event,
            Asked { .. }
                | Informed { .. }
                | Answered { .. }
                | AnsweredTogether { .. }
                | Transferred { .. }
                | ObjectionUpheld { .. }
                | Merged { .. }
        ),
        RuleId::FirstStep => matches!(
            event,
            Informed { .. } | Answered { .. } | AnsweredTogether { .. } | Transferred { .. } | Merged { .. }
        ),
        RuleId::JointReport => {
            matches!(event, Reported { .. } | Released { .. } | ObjectionUpheld { .. } | Merged { .. })
        }
        // Taken on, by itself or within a case that is.
        rule if rule.is_acceptance() => matches!(event, Accepted { .. } | Merged { .. }),
        RuleId::HotlineDispatch => matches!(event, Dispatched { .. } | Merged { .. }),
        RuleId::NeedReply => {
            matches!(event, Informed { .. } | Answered { .. } | AnsweredTogether { .. } | Merged { .. })
        }
        rule if rule.is_promise() => matches!(event, Answered { .. } | AnsweredTogether { .. }),
        RuleId::UrgentHand => matches!(event, Reached { .. } | Answered { .. } | AnsweredTogether { .. }),
        RuleId::ReviewAnswer => matches!(event, ReviewAnswered { .. }),
        RuleId::ReReviewAnswer => matches!(event, ReReviewAnswered { .. }),
        // Who asks for more needs what an erasure would destroy: the resident's own choice ends it.
        RuleId::ErasureAnswer => {
            matches!(event, ErasureDeclined | Erased { .. } | Reopened | ReviewAsked { .. } | ReReviewAsked { .. })
        }
        _ => false,
    }
}
