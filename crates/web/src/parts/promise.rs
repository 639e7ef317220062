//! What a case promises to its resident.

use domain::case::{Event, Fields, field};
use domain::codes::UnitCode;
use domain::rule::RuleId;

/// The message that says what is promised by the day on which a rule's clock ends.
pub(crate) fn promised(rule: RuleId) -> &'static str {
    match rule {
        _ if rule.is_acceptance() => "promised-acceptance",
        RuleId::HotlineDispatch => "promised-dispatch",
        RuleId::FirstStep => "promised-first-step",
        RuleId::NeedReply => "promised-first-reply",
        RuleId::ReviewAnswer => "promised-review",
        RuleId::ReReviewAnswer => "promised-re-review",
        RuleId::VerdictAsk => "promised-verdict",
        RuleId::ErasureAnswer => "promised-erasure",
        RuleId::UrgentHand => "promised-urgent",
        _ => "promised-answer",
    }
}

/// The post and the first step of a unit's latest claim, from the events of its case.
pub(crate) fn claim_words<'a>(
    events: impl DoubleEndedIterator<Item = (&'a Event, &'a Fields)>,
    unit: &UnitCode,
) -> [String; 2] {
    let own = |event: &Event| matches!(event, Event::Claimed { unit: by, .. } if by == unit);
    let claim = events.rev().find(|(event, _)| own(event)).map(|(_, private)| private);
    [field::POST, field::STEP].map(|name| claim.and_then(|private| private.get(name)).cloned().unwrap_or_default())
}
