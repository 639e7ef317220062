//! The vocabulary of a case: tracks, doors, stages, reasons, outcomes, verdicts.

pub use crate::purpose::Purpose;
pub use crate::tell::Channel;
pub use crate::track::Track;

crate::vocabulary! {
    /// The resident's word on a first step that was promised when the case was claimed.
    Kept {
        Yes "yes" "做到了" "kept",
        No "no" "没做到" "not kept",
        Unclear "unclear" "说不清" "can't tell",
    }
}

crate::vocabulary! {
    /// The door that a case came in by (四访 and the other channels).
    Door {
        Web "web" "网上" "web",
        Counter "counter" "窗口来访" "counter",
        Phone "phone" "电话" "phone",
        Grid "grid" "网格上报" "grid worker",
        Reception "reception" "领导接访" "reception day",
        Appointment "appointment" "约访" "by appointment",
        HomeVisit "home_visit" "上门走访" "home visit",
        ReturnVisit "return_visit" "回访" "return visit",
        Enterprise "enterprise" "企业走访" "enterprise visit",
        Meeting "meeting" "恳谈会" "talk meeting",
        Lecture "lecture" "讲课现场提问" "question at a lecture",
        MediationCentre "mediation_centre" "矛调中心" "mediation centre",
        Letter "letter" "来信" "letter",
        Api "api" "其他系统" "another system",
        Import "import" "导入" "import",
    }
}

crate::vocabulary! {
    /// The level of the post that received somebody. What a post is, not who holds it.
    PostLevel {
        Bureau "bureau" "厅局级" "bureau level",
        Division "division" "处级" "division level",
        Section "section" "科级" "section level",
        Other "other" "其他" "another level",
    }
}

impl PostLevel {
    /// Whether it is division level or above (处级以上).
    pub fn is_leading(self) -> bool {
        matches!(self, PostLevel::Bureau | PostLevel::Division)
    }
}

crate::vocabulary! {
    /// What a message says.
    Topic {
        Received "received" "已收到" "received",
        Accepted "accepted" "已受理" "accepted",
        NotAccepted "not_accepted" "不予受理" "not accepted",
        Routed "routed" "已转法定途径" "routed to a lawful way",
        HandedTo "handed_to" "已交单位办理" "handed to a unit",
        Extended "extended" "期限延长" "term extended",
        DueMoved "due_moved" "期限变动" "date moved",
        Asked "asked" "有问题请您回复" "a question to the resident",
        Informed "informed" "办理进展" "how far it is",
        Answered "answered" "已答复，请评价" "answered, and asked for the verdict",
        NotReached "not_reached" "未收到评价，已结束" "ended without a verdict",
        Reopened "reopened" "已重新办理" "reopened",
        ReviewAnswered "review_answered" "复查已答复" "review answered",
        ReReviewAnswered "re_review_answered" "复核已答复" "re-review answered",
        HearingOpened "hearing_opened" "听证开始" "a hearing begins",
        HearingClosed "hearing_closed" "听证结束" "a hearing is over",
        StepDue "step_due" "请说第一步做到没有" "asked whether the first step was kept",
        Merged "merged" "已并案" "merged",
        Parted "parted" "并案结束，单独办理" "goes on by itself",
        ErasureDeclined "erasure_declined" "删除申请已答复" "erasure declined",
        Chosen "chosen" "通知方式已设定" "the way of being told is set",
        Urgent "urgent" "紧急件" "urgent",
        Secret "secret" "打开诉求的密钥" "the secret that opens the case",
        Readdressed "readdressed" "联系方式已更改" "the address is another one",
        Task "task" "新任务" "a new task",
        JointTask "joint_task" "新协办任务" "a new joint task",
        TaskReleased "task_released" "任务已撤销" "a task was taken back",
        ObjectionUpheld "objection_upheld" "异议：同意退回" "an objection was agreed to",
        ObjectionRejected "objection_rejected" "异议：不同意，指定办理" "an objection was rejected",
        Replied "replied" "诉求人已回复" "the resident replied",
    }
}

crate::vocabulary! {
    /// Where a case stands.
    Stage {
        Raised "raised" "待受理" "waiting for acceptance",
        Accepted "accepted" "已受理，待派单" "accepted, to be dispatched",
        Handling "handling" "办理中" "being handled",
        Answered "answered" "已答复，待评价" "answered, waiting for the resident's word",
        Ended "ended" "已结束" "ended",
        Review "review" "复查中" "under review",
        ReReview "re_review" "复核中" "under re-review",
        NotAccepted "not_accepted" "不予受理" "not accepted",
        Routed "routed" "已转法定途径" "routed to a lawful way",
        Merged "merged" "已并案" "merged",
        Withdrawn "withdrawn" "已撤回" "withdrawn",
    }
}

crate::vocabulary! {
    /// Why a case is not accepted (接诉即办工作条例 11).
    ScopeReason {
        Emergency "emergency" "紧急情况，请拨打110、119、120" "an emergency: call 110, 119 or 120",
        InProcedure "in_procedure" "已在法定程序中" "already in a lawful procedure",
        SameMatter "same_matter" "同一事项且无新情况" "the same matter without new facts",
        Secret "secret" "涉及秘密或他人隐私" "concerns secrets or another's privacy",
        Private "private" "属市场或社会调节事项" "a matter for market or social ways",
        Unlawful "unlawful" "要求不合法" "what is asked for is unlawful",
        OtherPlace "other_place" "不属本区管辖" "another district's matter",
    }
}

crate::vocabulary! {
    /// The six ways of triage for a petition (信访工作条例 31).
    Way {
        Courts "courts" "诉讼、仲裁裁判或行政复议" "courts or administrative review",
        Arbitration "arbitration" "仲裁" "arbitration",
        Party "party" "党内程序" "party procedures",
        Decision "decision" "行政决定、确认、许可、处罚" "administrative decision, confirmation, licence, penalty",
        Duty "duty" "申请查处或履行职责" "a request to investigate or perform a duty",
        Opinion "opinion" "其他，出具处理意见" "the rest: a handling opinion",
    }
}

crate::vocabulary! {
    /// What an answer says (信访工作条例 27, 29, 32).
    Outcome {
        Supported "supported" "支持诉求" "supported",
        Done "done" "已办成" "done",
        Explained "explained" "解释说明" "explained",
        NotSupported "not_supported" "不予支持" "not supported",
        Hardship "hardship" "困难帮扶" "help in hardship",
        Adopted "adopted" "采纳" "adopted",
        PartlyAdopted "partly_adopted" "部分采纳" "partly adopted",
        NotAdopted "not_adopted" "未采纳" "not adopted",
        Agreed "agreed" "达成协议" "agreement reached",
        NotAgreed "not_agreed" "未达成协议" "no agreement",
        CannotNow "cannot_now" "目前办不了，因为……" "cannot be done now, because …",
    }
}

crate::vocabulary! {
    /// The resident's answer to "is it solved?".
    Solved {
        Yes "yes" "解决了" "yes",
        Partly "partly" "解决了一部分" "partly",
        No "no" "没有解决" "no",
    }
}

crate::vocabulary! {
    /// The resident's answer to "was it handled well?".
    Handled {
        Good "good" "满意" "yes",
        Fair "fair" "一般" "all right",
        Poor "poor" "不满意" "no",
        NoWish "no_wish" "不想评价" "rather not say",
    }
}

crate::vocabulary! {
    /// How a case ended: always the resident's word or its absence, never a staff member's.
    Ending {
        Resolved "resolved" "解决" "resolved",
        PartlyResolved "partly_resolved" "部分解决" "partly resolved",
        NotResolved "not_resolved" "未解决" "not resolved",
        NotReached "not_reached" "未联系到" "not reached",
        Elsewhere "elsewhere" "在原系统办结" "ended in the former system",
    }
}

crate::vocabulary! {
    /// What a link between two cases says. First or repeated is a link between cases, not a mark on a person.
    LinkKind {
        Repeat "repeat" "重复反映" "repeats",
        Related "related" "相关" "is related to",
    }
}

crate::vocabulary! {
    /// The legal ground of an erasure (个人信息保护法 47).
    Ground {
        PurposeServed "purpose_served" "处理目的已实现" "the purpose is served",
        ConsentWithdrawn "consent_withdrawn" "个人撤回同意" "consent is withdrawn",
        PeriodOver "period_over" "保存期限已届满" "the keeping period is over",
        Unlawful "unlawful" "违法处理" "processing was unlawful",
    }
}
