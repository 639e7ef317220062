//! The procedures that a case may follow.

crate::vocabulary! {
    /// The procedure that a case follows; it decides the clocks and who must approve an answer.
    Track {
        Hotline "hotline" "热线诉求" "hotline request",
        Petition "petition" "信访事项" "petition",
        Suggestion "suggestion" "意见建议" "suggestion",
        Enterprise "enterprise" "企业诉求" "enterprise need",
        Mediation "mediation" "矛盾调解" "mediation",
        /// Sealed: only the discipline unit sees it (信访工作条例 30).
        Accusation "accusation" "检举控告" "accusation",
    }
}
