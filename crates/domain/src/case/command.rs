//! What can be asked of a case after it was raised.

use super::opening::Handed;
use super::term::*;
use super::{CaseId, Verdict};
use crate::codes::{CategoryCode, DangerCode, UnitCode};
use crate::label::Lang;
use crate::moment::Moment;
use crate::refusal::{Refusal, Why};
use crate::register::{Field, Input, Term, Value, Values};
use crate::tell::Tell;
use crate::typed::shortened;
use calendar::Date;
use serde::Serialize;

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

/// Declares the acts on a case in one place: their names, what each is asked with, the fields of its form, and the one
/// reader for form, API, import row and demo line. A text is a [`Text`](Input::Text) that must be filled in unless it
/// says otherwise; whether it is filled in is for the rules.
macro_rules! commands {
    ($($(#[doc = $doc:literal])* $name:ident $code:literal $zh:literal $en:literal
        $({ $($field:ident: $type:ty $(as $how:ident)? = $fzh:literal $fen:literal),+ $(,)? })?),+ $(,)?) => {
        crate::vocabulary! {
            /// The name of an act: the label of its button, and its row in the transition table.
            CommandKind { $($name $code $zh $en,)+ }
        }

        /// What is asked of a case.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        #[allow(missing_docs)] // each field is named by its labels
        pub enum Command { $($(#[doc = $doc])* $name $({ $($field: $type),+ })?,)+ }

        impl Command {
            /// Its row in the transition table.
            pub fn kind(&self) -> CommandKind {
                match self { $(Command::$name { .. } => CommandKind::$name),+ }
            }

            /// The fields of an act, in the order of its form.
            pub fn fields(kind: CommandKind) -> &'static [Field] {
                match kind {
                    $(CommandKind::$name => &[$($(Field {
                        name: stringify!($field),
                        label: [$fzh, $fen],
                        ..commands!(@input $type $(, $how)?)
                    }),+)?],)+
                }
            }

            /// An act from what was handed in.
            ///
            /// # Errors
            /// What is wrong, field by field.
            pub fn read(kind: CommandKind, values: &Values) -> Result<Command, Vec<Refusal>> {
                let mut wrong = Vec::new();
                match kind {
                    $(CommandKind::$name => {
                        $($(let $field = <$type as Value>::take(values, stringify!($field))
                            .map_err(|refusal| wrong.push(refusal)).ok();)+
                        $(let Some($field) = $field else { return Err(wrong) };)+)?
                        Ok(Command::$name $({ $($field),+ })?)
                    })+
                }
            }
        }
    };
    (@input $type:ty) => { Field { name: "", label: [""; 2], input: <$type as Value>::INPUT, optional: <$type as Value>::OPTIONAL } };
    (@input $type:ty, Line) => { Field { input: Input::Line, ..commands!(@input $type) } };
    (@input $type:ty, MayLine) => { Field { input: Input::Line, optional: true, ..commands!(@input $type) } };
    (@input $type:ty, MayText) => { Field { optional: true, ..commands!(@input $type) } };
}

commands! {
    /// Take the case on; a petition only by the sixth way.
    Accept "accept" "受理" "accept" {
        way: Option<Way> = "途径" "Way",
        category: CategoryCode = "类别" "Category",
    },
    /// Do not take it on: the reason, and in words the right door.
    NotAccept "not_accept" "不予受理" "do not accept" {
        reason: ScopeReason = "不予受理的原因" "Why it is not accepted",
        text: String = "告诉诉求人该找谁：地址、电话、怎么办" "Tell the resident whom to ask: address, phone, what to do",
    },
    /// Send a petition to a lawful way with the address of its door.
    Route "route" "转法定途径" "route to a lawful way" {
        way: Way = "途径" "Way",
        text: String = "告诉诉求人该找谁：地址、电话、怎么办" "Tell the resident whom to ask: address, phone, what to do",
    },
    /// Give it to units.
    Dispatch "dispatch" "派单" "dispatch" {
        lead: UnitCode = "牵头单位" "Lead unit",
        joint: Vec<UnitCode> = "协办单位" "Joint unit",
    },
    /// Give the lead to a unit that can't object, because the units disagree.
    Designate "designate" "指定办理" "designate a unit" {
        unit: UnitCode = "单位" "Unit",
        reason: String = "理由" "Reason",
    },
    /// Call in a further unit.
    Join "join" "增加协办单位" "call in a unit" {
        unit: UnitCode = "单位" "Unit",
    },
    /// Take a task back.
    Release "release" "撤销任务" "take a task back" {
        task: u16 = "哪个单位的任务" "Task of",
    },
    /// Say that it isn't one's own.
    Object "object" "提出异议" "object" {
        task: u16 = "哪个单位的任务" "Task of",
        reason: String = "理由" "Reason",
    },
    /// Agree to an objection.
    UpholdObjection "uphold_objection" "同意退回" "agree to the objection" {
        task: u16 = "哪个单位的任务" "Task of",
    },
    /// Reject an objection and designate.
    RejectObjection "reject_objection" "不同意，指定办理" "reject and designate" {
        task: u16 = "哪个单位的任务" "Task of",
        reason: String = "理由" "Reason",
    },
    /// Give the lead to another unit.
    Transfer "transfer" "转办" "transfer" {
        task: u16 = "哪个单位的任务" "Task of",
        to: UnitCode = "转给" "Transfer to",
        reason: String = "理由" "Reason",
    },
    /// Extend a clock, for reasons told to the resident.
    Extend "extend" "延期" "extend" {
        clock: u16 = "哪个期限" "Which clock",
        days: u16 = "延长几天" "Days to add",
        reason: String = "理由（诉求人会看到）" "Reason (the resident reads it)",
    },
    /// Ask the resident.
    Ask "ask" "询问诉求人" "ask the resident" {
        task: u16 = "哪个单位的任务" "Task of",
        question: String = "问题（诉求人会看到）" "Question (the resident reads it)",
    },
    /// Tell the resident how far it is.
    Inform "inform" "告知进展" "tell the resident how far it is" {
        task: u16 = "哪个单位的任务" "Task of",
        text: String = "进展（诉求人会看到）" "How far it is (the resident reads it)",
    },
    /// The resident's reply.
    Reply "reply" "回复询问" "reply" {
        text: String = "回复" "Reply",
    },
    /// Take the question back.
    Unask "unask" "撤回询问" "take the question back",
    /// Note something internally.
    Note "note" "内部备注" "note" {
        text: String = "备注（诉求人看不到）" "Note (the resident does not see it)",
    },
    /// A joint unit's report.
    Report "report" "协办反馈" "report to the lead" {
        task: u16 = "哪个单位的任务" "Task of",
        text: String = "反馈内容（诉求人看不到）" "Report (the resident does not see it)",
    },
    /// The lead's answer.
    Answer "answer" "答复" "answer" {
        task: u16 = "哪个单位的任务" "Task of",
        outcome: Outcome = "结果" "Outcome",
        text: String = "答复（诉求人会看到）" "Answer (the resident reads it)",
        basis: String as MayText = "依据：法律、法规或政策" "Basis: law, rule or policy",
    },
    /// Approve a proposed answer.
    Approve "approve" "批准答复" "approve" {
        task: u16 = "哪个单位的任务" "Task of",
    },
    /// Send a proposed answer back.
    SendBack "send_back" "退回修改" "send back" {
        task: u16 = "哪个单位的任务" "Task of",
        reason: String = "理由" "Reason",
    },
    /// The resident's word.
    GiveVerdict "give_verdict" "评价" "give a verdict" {
        verdict: Verdict = "评价" "Verdict",
        words: String as MayText = "评价的话" "In words",
        witness: String as MayLine = "见证人" "Witness",
    },
    /// The asked-for time has passed.
    EndUnreached "end_unreached" "未联系到，结束" "end as not reached",
    /// Open it again.
    Reopen "reopen" "重新办理" "reopen" {
        reason: String as MayText = "理由" "Reason",
    },
    /// Ask for a review.
    AskReview "ask_review" "申请复查" "ask for a review" {
        reason: String = "理由" "Reason",
    },
    /// Answer a review.
    AnswerReview "answer_review" "答复复查" "answer the review" {
        outcome: Outcome = "结果" "Outcome",
        text: String = "答复（诉求人会看到）" "Answer (the resident reads it)",
    },
    /// Ask for a re-review.
    AskReReview "ask_re_review" "申请复核" "ask for a re-review" {
        reason: String = "理由" "Reason",
    },
    /// Begin a hearing in a re-review.
    OpenHearing "open_hearing" "举行听证" "open a hearing",
    /// End it.
    CloseHearing "close_hearing" "结束听证" "close the hearing",
    /// Answer a re-review.
    AnswerReReview "answer_re_review" "答复复核" "answer the re-review" {
        outcome: Outcome = "结果" "Outcome",
        text: String = "答复（诉求人会看到）" "Answer (the resident reads it)",
    },
    /// File the opinion of a body outside this installation, with its date.
    FileOpinion "file_opinion" "登记上级意见" "file the opinion from above" {
        body: String as Line = "作出意见的机关" "Body that gave the opinion",
        dated: Date = "意见的日期" "Date of the opinion",
        outcome: Outcome = "结果" "Outcome",
        text: String = "意见的内容" "What it says",
    },
    /// Let it go on inside another case.
    Merge "merge" "并案" "merge" {
        into: CaseId = "另一件的编号" "Code of the other case",
        reason: String = "理由" "Reason",
    },
    /// Take the answer of the case into which it was merged (`into`), or go on alone.
    FollowMerged "follow_merged" "随并入件办理" "follow the case it was merged into" {
        into: CaseId = "另一件的编号" "Code of the other case",
    },
    /// Take a merge back: go on alone.
    Part "part" "重新分开办理" "part again" {
        from: CaseId = "另一件的编号" "Code of the other case",
        reason: String = "理由" "Reason",
    },
    /// Link it to another case.
    Link "link" "关联" "link" {
        link: LinkKind = "关系" "Relation",
        to: CaseId = "另一件的编号" "Code of the other case",
    },
    /// Take a link to another case back.
    Unlink "unlink" "取消关联" "take a link back" {
        to: CaseId = "另一件的编号" "Code of the other case",
    },
    /// Take it back.
    Withdraw "withdraw" "撤回" "withdraw",
    /// Erase personal data.
    Erase "erase" "删除个人信息" "erase personal data" {
        ground: Ground = "法定理由" "Legal ground",
    },
    /// Correct the category.
    Recategorise "recategorise" "更正类别" "correct the category" {
        category: CategoryCode = "类别" "Category",
    },
    /// Correct a private field.
    CorrectField "correct_field" "更正内容" "correct a field" {
        field: Corrected = "更正哪一项" "What to correct",
        value: String = "更正为" "Correct to",
    },
    /// The resident chooses how to be told. `address`: a new phone number or e-mail address; empty: the one that is there.
    ChooseTelling "choose_telling" "设定通知方式" "choose how to be told" {
        tell: Tell = "通知方式" "How to be told",
        address: String as MayLine = "号码或邮箱" "Number or e-mail address",
    },
    /// Hide the public text; the resident needs no reason to take the consent back.
    HideText "hide_text" "隐藏公开内容" "hide the public text" {
        reason: String as MayText = "理由" "Reason",
    },
    /// Show neighbours these words, as a person has reviewed them: what was asked, and what was answered.
    ReleaseText "release_text" "公开内容" "release the text" {
        text: String = "给邻居看的：提了什么" "For neighbours: what was asked",
        answer: String as MayText = "给邻居看的：答复了什么" "For neighbours: what was answered",
    },
    /// The resident asks to have the personal data erased (个人信息保护法 47).
    AskErasure "ask_erasure" "申请删除个人信息" "ask for an erasure" {
        reason: String as MayText = "理由" "Reason",
    },
    /// It can't be erased yet, for reasons told to the resident (个人信息保护法 50).
    DeclineErasure "decline_erasure" "不予删除" "decline an erasure" {
        reason: String = "理由（诉求人会看到）" "Reason (the resident reads it)",
    },
    /// Open personal fields.
    Unmask "unmask" "查看联系信息" "open contact data" {
        purpose: Purpose = "用途" "Purpose",
        text: String as MayLine = "说明" "In words",
    },
    /// Withdraw for interest.
    DeclareInterest "declare_interest" "申请回避" "step aside: conflict of interest",
    /// Not solved, and still it need not go on: the resident's word, or supervision's with reasons for the resident.
    LetRest "let_rest" "不再办理" "let it rest" {
        reason: String as MayText = "理由（诉求人会看到）" "Reason (the resident reads it)",
    },
    /// Mark it as urgent, for a danger of the catalogue.
    MarkUrgent "mark_urgent" "标为紧急" "mark as urgent" {
        danger: DangerCode = "哪一种危险" "Which danger",
        reason: String = "理由" "Reason",
    },
    /// Say that it is not urgent.
    ClearUrgent "clear_urgent" "取消紧急" "take the urgent mark away" {
        reason: String = "理由" "Reason",
    },
    /// Somebody who acts was reached by phone at a time; the note says which post.
    Reached "reached" "已电话接通" "reached by phone" {
        at: Moment = "什么时候接通的" "When it was reached",
        note: String as Line = "接通的是哪个岗位（不写姓名）" "Which post was reached (no name)",
    },
    /// Recompute due dates after a calendar table was loaded.
    MoveDue "move_due" "重算期限" "recompute due dates",
    /// A new secret for the resident, by this way.
    HandSecret "hand_secret" "转交打开密钥" "hand out a secret" {
        way: Handed = "转交方式" "Way",
    },
    /// Use the secret up, and set own digits.
    Open "open" "用密钥打开" "open with the secret" {
        digits: String as Line = "查询密码" "Digits",
    },
    /// Set other digits.
    SetDigits "set_digits" "设定查询密码" "set digits" {
        digits: String as Line = "查询密码" "Digits",
    },
    /// The holder of the phone number or e-mail address says that it is theirs: with the code that went there.
    ConfirmAddress "confirm_address" "确认号码或邮箱" "confirm an address" {
        channel: Channel = "号码或邮箱" "Which address",
    },
    /// Somebody has tried a series of wrong digits: said once a day.
    ReportTries "report_tries" "记录密码试错" "report wrong digits",
    /// A unit takes it on, while the board of a talk meeting is open.
    Claim "claim" "现场认领" "claim" {
        post: String as Line = "哪个岗位负责" "Post that answers for it",
        step: String as Line = "第一步做什么" "First step",
        by: Date = "第一步哪天做到" "First step by",
    },
    /// It takes the claim back.
    Unclaim "unclaim" "撤回认领" "take the claim back",
    /// The chair settles who leads, among those who claimed it.
    Settle "settle" "确定牵头单位" "settle who leads" {
        lead: UnitCode = "牵头单位" "Lead unit",
        joint: Vec<UnitCode> = "协办单位" "Joint unit",
        category: Option<CategoryCode> = "类别" "Category",
    },
    /// The day of the first step has come: its speaker is asked.
    AskStep "ask_step" "询问第一步做到没有" "ask whether the first step was kept",
    /// The resident's word on the first step.
    TellStep "tell_step" "说第一步做到没有" "say whether the first step was kept" {
        kept: Kept = "第一步做到了吗" "Was the first step kept?",
    },
}

impl Value for Verdict {
    const INPUT: Input = Input::Parts(VERDICT);

    fn read(_typed: &str, field: &'static str) -> Result<Verdict, Refusal> {
        Err(Refusal::at(Why::Empty, field))
    }

    fn take(values: &Values, _field: &'static str) -> Result<Verdict, Refusal> {
        Ok(Verdict {
            solved: Value::take(values, "solved")?,
            handled: Value::take(values, "handled")?,
            asked_for_good: Value::take(values, "asked_for_good")?,
            witnessed: Value::take(values, "witnessed")?,
        })
    }
}

const VERDICT: &[Field] = &[
    Field {
        name: "solved", label: ["解决了吗", "Is it solved?"], input: <Solved as Value>::INPUT, optional: false
    },
    Field {
        name: "handled",
        label: ["办得好吗", "Was it handled well?"],
        input: <Handled as Value>::INPUT,
        optional: false,
    },
    Field {
        name: "asked_for_good",
        label: ["有人要求给好评", "I was asked for a good rating"],
        input: Input::Mark,
        optional: true,
    },
    Field {
        name: "witnessed",
        label: ["有见证人协助", "Given with the help of a witness"],
        input: Input::Mark,
        optional: true,
    },
];

impl Value for Tell {
    const INPUT: Input = Input::Parts(TELL);

    fn read(_typed: &str, field: &'static str) -> Result<Tell, Refusal> {
        Err(Refusal::at(Why::Empty, field))
    }

    fn take(values: &Values, _field: &'static str) -> Result<Tell, Refusal> {
        Ok(Tell { channel: Value::take(values, "tell")?, lang: Value::take(values, "lang")? })
    }
}

impl Value for Lang {
    const INPUT: Input = Input::Choice(languages);

    fn read(typed: &str, field: &'static str) -> Result<Lang, Refusal> {
        let found = [Lang::Zh, Lang::En].into_iter().find(|lang| lang.tag() == typed.trim());
        found.ok_or_else(|| Refusal::at(Why::NoSuchTerm, field).about(shortened(typed.trim(), 40)))
    }
}

fn languages() -> Vec<Term> {
    vec![
        Term { code: Lang::Zh.tag(), label: ["中文", "Chinese"] },
        Term { code: Lang::En.tag(), label: ["英文", "English"] },
    ]
}

const TELL: &[Field] = &[
    Field {
        name: "tell", label: ["通知方式", "How to be told"], input: <Channel as Value>::INPUT, optional: false
    },
    Field { name: "lang", label: ["语言", "Language"], input: <Lang as Value>::INPUT, optional: false },
];

impl Command {
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
