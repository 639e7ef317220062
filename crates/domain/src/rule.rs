//! The rule table: how long each clock runs, from what, and who may extend it. Data, with a version; the
//! built-in table is `domain.md` §2 as the laws have it, and a district may publish its own.

use calendar::{Term, Unit};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

crate::vocabulary! {
    /// A clock's rule.
    RuleId {
        PetitionNotice "petition_notice" "信访告知" "petition: notice of acceptance",
        PetitionOpinion "petition_opinion" "信访处理意见" "petition: handling opinion",
        Objection "objection" "派单异议" "objection to a referral",
        ReviewAsk "review_ask" "申请复查" "to ask for a review",
        ReviewAnswer "review_answer" "复查答复" "review",
        ReReviewAsk "re_review_ask" "申请复核" "to ask for a re-review",
        ReReviewAnswer "re_review_answer" "复核答复" "re-review",
        HotlineTriage "hotline_triage" "热线受理" "hotline: acceptance",
        HotlineDispatch "hotline_dispatch" "热线派单" "hotline: dispatch",
        HotlineAnswer "hotline_answer" "热线办理" "hotline: handling",
        NeedVerify "need_verify" "企业诉求核实" "enterprise need: verification",
        NeedReply "need_reply" "企业诉求答复" "enterprise need: next reply",
        NeedSolve "need_solve" "企业诉求解决" "enterprise need: solution",
        MediationTake "mediation_take" "调解受理" "mediation: take or refuse",
        MediationEnd "mediation_end" "调解" "mediation",
        /// Both parties together, from the agreement's effect on (人民调解法 33).
        JudicialConfirmation "judicial_confirmation" "司法确认" "to ask for judicial confirmation",
        SuggestionAnswer "suggestion_answer" "建议答复" "suggestion: answer",
        AccusationNotice "accusation_notice" "检举告知" "accusation: notice of acceptance",
        AccusationAnswer "accusation_answer" "检举办理" "accusation: handling",
        JointReport "joint_report" "协办反馈" "joint unit's report",
        /// Somebody who acts is reached by phone. Counted in hours, day and night.
        UrgentHand "urgent_hand" "紧急件处置" "urgent: taken in hand",
        /// A question holds the duties no longer than this.
        ReplyAsk "reply_ask" "等待回复" "to reply to a question",
        VerdictAsk "verdict_ask" "等待评价" "to give a verdict",
        /// After "not solved" or "partly": whether the case shall go on. Then supervision looks at it.
        GoOnAsk "go_on_ask" "没解决，要不要接着办" "unsolved: whether it goes on",
        /// An erasure that the resident asked for (个人信息保护法 47) is done, or declined with reasons.
        ErasureAnswer "erasure_answer" "答复删除申请" "to answer a request for erasure",
        /// A lecture that took place is written down: heads, and how they were counted.
        LectureRecord "lecture_record" "讲课记录" "to record a lecture",
        /// How long before a talk meeting it is announced, so that whoever wants to come can.
        MeetingNotice "meeting_notice" "恳谈会公告" "notice of a talk meeting",
        /// The minutes of a talk meeting are approved.
        MeetingMinutes "meeting_minutes" "恳谈会纪要" "minutes of a talk meeting",
        /// How long before a reception day its roster is published (接访公示).
        ReceptionNotice "reception_notice" "接访公示" "notice of a reception day",
        /// A reception day that is over is closed, so that nobody who waited is forgotten.
        ReceptionClose "reception_close" "接访日收尾" "to close a reception day",
        /// The first step that a unit promised when it claimed a case at a meeting. Its length is the unit's word.
        FirstStep "first_step" "认领的第一步" "first step of a claim",
        /// Runs from opening to the target that the former system had set, whatever that was.
        Elsewhere "elsewhere" "原系统期限" "the former system's target",
    }
}

/// How a clock may be extended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// How often.
    pub times: u8,
    /// By how many days of the clock's unit at most, each time.
    pub days: u16,
    /// Whether only the unit's head may extend.
    pub by_head: bool,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// How many of `unit`; the start day is not counted.
    pub length: u16,
    /// Calendar days, working days, or hours.
    pub unit: Unit,
    /// Whether a unit must act before it ends (a duty), or somebody may act until it ends (a window).
    pub duty: bool,
    /// Whether and how it may be extended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<Extension>,
    /// The source: law and article, or "configuration".
    pub source: String,
}

impl Rule {
    /// The rule's length as the calendar reads it.
    pub fn term(&self) -> Term {
        Term { length: self.length, unit: self.unit }
    }
}

/// All rules, with the version that events name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleTable {
    /// Grows by one with every published table.
    pub version: u32,
    /// A rule for every [`RuleId`].
    pub rules: BTreeMap<RuleId, Rule>,
}

impl RuleTable {
    /// The table of `domain.md` §2.
    pub fn builtin() -> RuleTable {
        use RuleId::*;
        let day =
            |length, unit, source: &str| Rule { length, unit, duty: true, extension: None, source: source.into() };
        let calendar = |length, source| day(length, Unit::Calendar, source);
        let working = |length, source| day(length, Unit::Working, source);
        let window = |rule: Rule| Rule { duty: false, ..rule };
        let extended =
            |rule: Rule, times, days, by_head| Rule { extension: Some(Extension { times, days, by_head }), ..rule };
        let own = "configuration";
        let rules = [
            (PetitionNotice, calendar(15, "信访工作条例 22, 23")),
            (PetitionOpinion, extended(calendar(60, "信访工作条例 34"), 1, 30, true)),
            (Objection, window(working(5, "信访工作条例 23"))),
            (ReviewAsk, window(calendar(30, "信访工作条例 35"))),
            (ReviewAnswer, calendar(30, "信访工作条例 35")),
            (ReReviewAsk, window(calendar(30, "信访工作条例 36"))),
            (ReReviewAnswer, calendar(30, "信访工作条例 36")),
            (HotlineTriage, working(1, own)),
            (HotlineDispatch, working(1, own)),
            (HotlineAnswer, extended(working(5, own), 2, 10, false)),
            (NeedVerify, working(1, own)),
            (NeedReply, working(3, own)),
            (NeedSolve, extended(working(15, own), 1, 15, false)),
            (MediationTake, extended(working(5, own), 1, 5, false)),
            (MediationEnd, extended(calendar(30, own), 1, 30, false)),
            (JudicialConfirmation, window(calendar(30, "人民调解法 33"))),
            (SuggestionAnswer, extended(calendar(60, own), 1, 30, false)),
            (AccusationNotice, calendar(15, "信访工作条例 22, 30")),
            (AccusationAnswer, extended(calendar(60, own), 1, 30, true)),
            (JointReport, extended(working(3, "北京接诉即办工作条例 14"), 1, 3, false)),
            (UrgentHand, day(2, Unit::Hour, own)),
            (ReplyAsk, window(calendar(15, own))),
            (VerdictAsk, window(calendar(15, own))),
            (GoOnAsk, window(calendar(15, own))),
            (ErasureAnswer, calendar(30, own)),
            (LectureRecord, working(3, own)),
            (MeetingNotice, window(calendar(3, own))),
            (MeetingMinutes, working(3, own)),
            (ReceptionNotice, window(calendar(2, own))),
            (ReceptionClose, working(1, own)),
            (FirstStep, calendar(7, own)),
            (Elsewhere, calendar(15, own)),
        ];
        RuleTable { version: 1, rules: rules.into_iter().collect() }
    }

    /// The rule of an id. A table that lacks one falls back on the built-in length, so that no clock is ever missing.
    pub fn rule(&self, id: RuleId) -> Rule {
        match self.rules.get(&id) {
            Some(rule) => rule.clone(),
            None => RuleTable::builtin().rules.remove(&id).unwrap_or(Rule {
                length: 15,
                unit: Unit::Calendar,
                duty: true,
                extension: None,
                source: "configuration".into(),
            }),
        }
    }
}

impl RuleId {
    /// Whether the clock is the case's promise: the date by which it is handled.
    pub fn is_promise(self) -> bool {
        use RuleId::*;
        matches!(
            self,
            PetitionOpinion
                | HotlineAnswer
                | NeedSolve
                | MediationEnd
                | SuggestionAnswer
                | AccusationAnswer
                | Elsewhere
        )
    }

    /// Whether the clock ends with acceptance, or the notice that there is none.
    pub fn is_acceptance(self) -> bool {
        use RuleId::*;
        matches!(self, PetitionNotice | HotlineTriage | NeedVerify | MediationTake | AccusationNotice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::Label;

    #[test]
    fn the_builtin_table_has_a_rule_for_every_clock() {
        let table = RuleTable::builtin();
        for id in RuleId::ALL {
            assert!(table.rules.contains_key(id), "{id} has no rule");
        }
    }

    #[test]
    fn a_handling_opinion_takes_sixty_days_and_is_extended_once_by_the_head() {
        let rule = RuleTable::builtin().rule(RuleId::PetitionOpinion);
        assert_eq!(rule.term(), Term { length: 60, unit: Unit::Calendar });
        assert_eq!(rule.extension, Some(Extension { times: 1, days: 30, by_head: true }));
    }
}
