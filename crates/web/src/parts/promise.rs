//! What a case promises to its resident.

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
