//! What can be asked of a case after it was raised.

use super::opening::Handed;
use super::term::*;
use super::told::Tell;
use super::{CaseId, Verdict};
use crate::district::{CategoryCode, DangerCode, UnitCode};
use crate::moment::Moment;
use serde::Serialize;

crate::vocabulary! {
    /// The name of an act: the label of its button, and its row in the transition table.
    CommandKind {
        Accept "accept" "受理" "accept",
        NotAccept "not_accept" "不予受理" "do not accept",
        Route "route" "转法定途径" "route to a lawful way",
        Dispatch "dispatch" "派单" "dispatch",
        Designate "designate" "指定办理" "designate a unit",
        Join "join" "增加协办单位" "call in a unit",
        Release "release" "撤销任务" "take a task back",
        Object "object" "提出异议" "object",
        UpholdObjection "uphold_objection" "同意退回" "agree to the objection",
        RejectObjection "reject_objection" "不同意，指定办理" "reject and designate",
        Transfer "transfer" "转办" "transfer",
        Extend "extend" "延期" "extend",
        Ask "ask" "询问诉求人" "ask the resident",
        Inform "inform" "告知进展" "tell the resident how far it is",
        Reply "reply" "回复询问" "reply",
        Unask "unask" "撤回询问" "take the question back",
        Note "note" "内部备注" "note",
        Report "report" "协办反馈" "report to the lead",
        Answer "answer" "答复" "answer",
        Approve "approve" "批准答复" "approve",
        SendBack "send_back" "退回修改" "send back",
        GiveVerdict "give_verdict" "评价" "give a verdict",
        EndUnreached "end_unreached" "未联系到，结束" "end as not reached",
        Reopen "reopen" "重新办理" "reopen",
        AskReview "ask_review" "申请复查" "ask for a review",
        AnswerReview "answer_review" "答复复查" "answer the review",
        AskReReview "ask_re_review" "申请复核" "ask for a re-review",
        OpenHearing "open_hearing" "举行听证" "open a hearing",
        CloseHearing "close_hearing" "结束听证" "close the hearing",
        AnswerReReview "answer_re_review" "答复复核" "answer the re-review",
        FileOpinion "file_opinion" "登记上级意见" "file the opinion from above",
        Merge "merge" "并案" "merge",
        FollowMerged "follow_merged" "随并入件办理" "follow the case it was merged into",
        Part "part" "重新分开办理" "part again",
        Link "link" "关联" "link",
        Unlink "unlink" "取消关联" "take a link back",
        Withdraw "withdraw" "撤回" "withdraw",
        Erase "erase" "删除个人信息" "erase personal data",
        Recategorise "recategorise" "更正类别" "correct the category",
        CorrectField "correct_field" "更正内容" "correct a field",
        ChooseTelling "choose_telling" "设定通知方式" "choose how to be told",
        HideText "hide_text" "隐藏公开内容" "hide the public text",
        ReleaseText "release_text" "公开内容" "release the text",
        AskErasure "ask_erasure" "申请删除个人信息" "ask for an erasure",
        DeclineErasure "decline_erasure" "不予删除" "decline an erasure",
        Unmask "unmask" "查看联系信息" "open contact data",
        DeclareInterest "declare_interest" "申请回避" "step aside: conflict of interest",
        LetRest "let_rest" "不再办理" "let it rest",
        MarkUrgent "mark_urgent" "标为紧急" "mark as urgent",
        ClearUrgent "clear_urgent" "取消紧急" "take the urgent mark away",
        Reached "reached" "已电话接通" "reached by phone",
        MoveDue "move_due" "重算期限" "recompute due dates",
        HandSecret "hand_secret" "转交打开密钥" "hand out a secret",
        Open "open" "用密钥打开" "open with the secret",
        SetDigits "set_digits" "设定查询密码" "set digits",
        ConfirmAddress "confirm_address" "确认号码或邮箱" "confirm an address",
        ReportTries "report_tries" "记录密码试错" "report wrong digits",
    }
}

crate::vocabulary! {
    /// A private field that may be corrected.
    Corrected {
        Title "title" "标题" "title",
        Text "text" "内容" "text",
        Place "place" "地点" "place",
        Name "name" "称呼" "name",
        Phone "phone" "电话" "phone",
    }
}

/// What is asked of a case. Texts are handed in here and leave as private fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs)] // each field is named after the field of the event that it becomes
pub enum Command {
    /// Take the case on; a petition only by the sixth way.
    Accept { way: Option<Way>, category: CategoryCode },
    /// Do not take it on: the reason, and in words the right door.
    NotAccept { reason: ScopeReason, text: String },
    /// Send a petition to a lawful way with the address of its door.
    Route { way: Way, text: String },
    /// Give it to units.
    Dispatch { lead: UnitCode, joint: Vec<UnitCode> },
    /// Give the lead to a unit that can't object, because the units disagree.
    Designate { unit: UnitCode, reason: String },
    /// Call in a further unit.
    Join { unit: UnitCode },
    /// Take a task back.
    Release { task: u16 },
    /// Say that it isn't one's own.
    Object { task: u16, reason: String },
    /// Agree to an objection.
    UpholdObjection { task: u16 },
    /// Reject an objection and designate.
    RejectObjection { task: u16, reason: String },
    /// Give the lead to another unit.
    Transfer { task: u16, to: UnitCode, reason: String },
    /// Extend a clock, for reasons told to the resident.
    Extend { clock: u16, days: u16, reason: String },
    /// Ask the resident.
    Ask { task: u16, question: String },
    /// Tell the resident how far it is.
    Inform { task: u16, text: String },
    /// The resident's reply.
    Reply { text: String },
    /// Take the question back.
    Unask,
    /// Note something internally.
    Note { text: String },
    /// A joint unit's report.
    Report { task: u16, text: String },
    /// The lead's answer.
    Answer { task: u16, outcome: Outcome, text: String, basis: String },
    /// Approve a proposed answer.
    Approve { task: u16 },
    /// Send a proposed answer back.
    SendBack { task: u16, reason: String },
    /// The resident's word.
    GiveVerdict { verdict: Verdict, words: String, witness: String },
    /// The asked-for time has passed.
    EndUnreached,
    /// Open it again.
    Reopen { reason: String },
    /// Ask for a review.
    AskReview { reason: String },
    /// Answer a review.
    AnswerReview { outcome: Outcome, text: String },
    /// Ask for a re-review.
    AskReReview { reason: String },
    /// Begin a hearing in a re-review.
    OpenHearing,
    /// End it.
    CloseHearing,
    /// Answer a re-review.
    AnswerReReview { outcome: Outcome, text: String },
    /// File the opinion of a body outside this installation, with its date.
    FileOpinion { outcome: Outcome, text: String, body: String, dated: calendar::Date },
    /// Let it go on inside another case.
    Merge { into: CaseId, reason: String },
    /// Take the answer of the case into which it was merged (`into`), or go on alone.
    FollowMerged { into: CaseId },
    /// Take a merge back: go on alone.
    Part { from: CaseId, reason: String },
    /// Link it to another case.
    Link { link: LinkKind, to: CaseId },
    /// Take a link to another case back.
    Unlink { to: CaseId },
    /// Take it back.
    Withdraw,
    /// Erase personal data.
    Erase { ground: Ground },
    /// Correct the category.
    Recategorise { category: CategoryCode },
    /// Correct a private field.
    CorrectField { field: Corrected, value: String },
    /// The resident chooses how to be told. `address`: a new phone number or e-mail address; empty: the one that is there.
    ChooseTelling { tell: Tell, address: String },
    /// Hide the public text; the resident needs no reason to take the consent back.
    HideText { reason: String },
    /// Show neighbours these words, as a person has reviewed them: what was asked, and what was answered.
    ReleaseText { text: String, answer: String },
    /// The resident asks to have the personal data erased (个人信息保护法 47).
    AskErasure { reason: String },
    /// It can't be erased yet, for reasons told to the resident (个人信息保护法 50).
    DeclineErasure { reason: String },
    /// Open personal fields.
    Unmask { purpose: Purpose, text: String },
    /// Withdraw for interest.
    DeclareInterest,
    /// Not solved, and still it need not go on: the resident's word, or supervision's with reasons for the resident.
    LetRest { reason: String },
    /// Mark it as urgent, for a danger of the catalogue.
    MarkUrgent { danger: DangerCode, reason: String },
    /// Say that it is not urgent.
    ClearUrgent { reason: String },
    /// Somebody who acts was reached by phone at a time; the note says which post.
    Reached { at: Moment, note: String },
    /// Recompute due dates after a calendar table was loaded.
    MoveDue,
    /// A new secret for the resident, by this way.
    HandSecret { way: Handed },
    /// Use the secret up, and set own digits.
    Open { digits: String },
    /// Set other digits.
    SetDigits { digits: String },
    /// The holder of the phone number or e-mail address says that it is theirs: with the code that went there.
    ConfirmAddress { channel: Channel },
    /// Somebody has tried a series of wrong digits: said once a day.
    ReportTries,
}

impl Command {
    /// Its row in the transition table.
    pub fn kind(&self) -> CommandKind {
        macro_rules! kinds {
            ($($name:ident)+) => { match self { $(Command::$name { .. } => CommandKind::$name),+ } };
        }
        kinds!(Accept NotAccept Route Dispatch Designate Join Release Object UpholdObjection RejectObjection Transfer Extend Ask Inform Reply
               Unask Note Report Answer Approve SendBack GiveVerdict EndUnreached Reopen AskReview AnswerReview AskReReview OpenHearing CloseHearing
               AnswerReReview FileOpinion Merge FollowMerged Part Link Unlink Withdraw Erase Recategorise CorrectField ChooseTelling HideText
               ReleaseText AskErasure DeclineErasure Unmask DeclareInterest LetRest MarkUrgent ClearUrgent Reached MoveDue
               ReportTries HandSecret Open SetDigits ConfirmAddress)
    }

    /// The task that it names.
    pub fn task(&self) -> Option<u16> {
        use Command::*;
        match self {
            Release { task }
            | Object { task, .. }
            | UpholdObjection { task }
            | RejectObjection { task, .. }
            | Transfer { task, .. }
            | Ask { task, .. }
            | Inform { task, .. }
            | Report { task, .. }
            | Answer { task, .. }
            | Approve { task }
            | SendBack { task, .. } => Some(*task),
            _ => None,
        }
    }

    /// The other case that it names.
    pub fn other(&self) -> Option<CaseId> {
        match self {
            Command::Merge { into: other, .. }
            | Command::Part { from: other, .. }
            | Command::FollowMerged { into: other }
            | Command::Link { to: other, .. } => Some(*other),
            _ => None,
        }
    }
}
