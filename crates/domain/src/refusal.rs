//! Refusals: what is wrong, and what to do instead, in both languages. A refusal never changes anything.

use crate::label::{Label, Lang};

/// What is wrong, and what to do, in both languages. `{}` stands for the detail.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Reason {
    /// The stable code in problem documents.
    pub code: &'static str,
    /// What is wrong, in Chinese and in English.
    pub what: [&'static str; 2],
    /// What to do.
    pub todo: [&'static str; 2],
}

/// Why something is refused. The set is open: those that all share are constants of this type, and a register brings its
/// own by [`reasons!`](crate::reasons).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Why(&'static Reason);

impl Why {
    /// A reason of a register.
    pub const fn of(reason: &'static Reason) -> Why {
        Why(reason)
    }

    /// The stable code in problem documents.
    pub fn code(self) -> &'static str {
        self.0.code
    }

    /// What is wrong, and what to do.
    fn texts(self, lang: Lang) -> (&'static str, &'static str) {
        let ([zh, en], [zh_do, en_do]) = (self.0.what, self.0.todo);
        (lang.pick(zh, en), lang.pick(zh_do, en_do))
    }
}

/// Declares the reasons of a register, as constants and as the list `REASONS`: name, code, and both sentences in both
/// languages.
#[macro_export]
macro_rules! reasons {
    ($($name:ident $code:literal $zh:literal $zh_do:literal $en:literal $en_do:literal),+ $(,)?) => {
        $(
            #[doc = $en]
            pub const $name: $crate::Why =
                $crate::Why::of(&$crate::refusal::Reason { code: $code, what: [$zh, $en], todo: [$zh_do, $en_do] });
        )+
        /// Every reason of this register.
        pub const REASONS: &[$crate::Why] = &[$($name),+];
    };
}

/// Declares the reasons that all registers share.
macro_rules! shared {
    ($($name:ident $code:literal $zh:literal $zh_do:literal $en:literal $en_do:literal),+ $(,)?) => {
        // They are named like the variants of an enum, which they are to whoever reads a rule.
        #[allow(non_upper_case_globals)]
        impl Why {
            $(#[doc = $en] pub const $name: Why = Why(&Reason { code: $code, what: [$zh, $en], todo: [$zh_do, $en_do] });)+
            /// Every reason that all registers share.
            pub const ALL: &'static [Why] = &[$(Why::$name),+];
        }
    };
}

shared! {
    Empty "empty" "这一项是空的。" "请填写后再提交。" "This is empty." "Fill it in and send it again.",
    TooLong "too_long" "内容太长（最多{}个字）。" "请缩短后再提交。" "This is too long (at most {} characters)." "Shorten it and send it again.",
    TooMany "too_many" "数量太多（最多{}个）。" "请减少后再提交。" "There are too many (at most {})." "Remove some and send it again.",
    TooManySpeakers "too_many_speakers" "多人反映同一事项的，代表不得超过五人。" "请推选一至五名代表。" "A group names one to five speakers." "Choose up to five and enter their number.",
    BadPhone "bad_phone" "这不是一个电话号码：至少三位数字，数字之间不能夹字母。" "请对照改正；不愿留的，在可以不填的地方留空。" "There is no number in this, or letters stand between its digits." "Use digits; leave it empty where it is optional.",
    BadMobile "bad_mobile" "这个号码收不到短信。" "请填写 11 位手机号，或换一种通知方式。" "Text messages can't go to this number." "Enter a mobile number of 11 digits (from abroad with its +), or choose another way of being told.",
    BadEmail "bad_email" "电子邮件地址不完整，或邮件服务器不收这样的地址。" "请用半角字母填写如 name@example.com 的地址，或留空。" "The e-mail address is not complete, or mail servers don't take it." "Enter one like name@example.com, or leave it empty.",
    NoAddress "no_address" "选择了“{}”，但没有填写地址或号码。" "请填写，或选择不用通知。" "“{}” was chosen, and there is no address for it." "Enter it, or choose not to be told.",
    BadSecret "bad_secret" "查询密码应为6到12位数字，不能太容易猜到，也不能是电话号码里的数字。" "请换一组，例如您记得住、别人想不到的六位数字。" "The digits must be 6 to 12 digits, not easy to guess, and not part of the phone number." "Choose others that you remember and nobody else thinks of.",
    NotYourSecret "not_your_secret" "查询密码只能由诉求人自己设定。" "请去掉这一项；密钥会发给诉求人本人。" "Only the resident sets digits for the case." "Leave them out: the secret goes to the resident.",
    NeedsSecret "needs_secret" "这样打开的诉求只能查看。" "请用收到的密钥重新打开，或在“查询”页面取得新的密钥。" "Opened like this, the case can only be looked at." "Open it with the secret that you got, or get a new one on the page “Follow a case”.",
    NoNewSecret "no_new_secret" "现在不能这样转交密钥。" "诉求人已有密钥的，由本人打开；没有的，请按页面上列出的方式办理。" "A secret can't be handed out like this now." "If the resident has one, it opens the case; otherwise use a way that the page offers.",
    BadCode "bad_code" "代码“{}”不合规范。" "请使用小写字母、数字、点、横线。" "The code “{}” is not well formed." "Use lower-case letters, digits, dots and hyphens.",
    BadCatalogue "bad_catalogue" "派单目录有误：{}。" "请更正后重新发布。" "The catalogue has a fault: {}." "Correct it and publish it again.",
    BadLength "bad_length" "期限“{}”的天数不合理。" "请填写1到3660天。" "The length of {} is not possible." "Use 1 to 3660 days.",
    BadRule "bad_rule" "期限“{}”的规则不合规范：延期不合理，或把应办期限与可办期限颠倒了。" "请对照内置规则表更正。" "The rule of {} is not possible: its extension, or whether it is a duty." "Compare it with the built-in table.",
    BadCalendar "bad_calendar" "年历有误：{}。" "请对照国务院通知更正后再载入。" "The calendar table has a fault: {}." "Correct it by the State Council's notice and load it again.",
    OldCalendar "old_calendar" "{}年的年历已经载入，修订号没有增加。" "如通知有修订，请提高修订号。" "A table for {} is loaded already, with this revision or a later one." "Give an amended notice a higher revision.",
    BadParent "bad_parent" "单位“{}”的上级关系成了一个圈。" "请更正上级单位。" "The units above “{}” form a circle." "Correct the unit above it.",
    BadOrigin "bad_origin" "原系统的时间不合理：在现在之后，或先办结后提出。" "请核对来源数据的时间。" "The former system's times are not possible: in the future, or closed before opened." "Check the source's times.",
    NoSuchCategory "no_such_category" "没有“{}”这个类别。" "请从目录中选择，或留空。" "There is no category “{}”." "Choose one from the catalogue, or leave it empty.",
    NoSuchStreet "no_such_street" "没有“{}”这个街道或社区。" "请从列表中选择，或留空。" "There is no street “{}”." "Choose one from the list, or leave it empty.",
    NoSuchUnit "no_such_unit" "没有“{}”这个单位，或该单位已停用。" "请从单位列表中选择。" "There is no open unit “{}”." "Choose one from the list of units.",
    NoSuchPost "no_such_post" "没有“{}”这个岗位。" "请从岗位列表中选择。" "There is no post “{}”." "Choose one from the list of posts.",
    NoSuchAccount "no_such_account" "没有“{}”这个账号。" "请核对登录名。" "There is no account “{}”." "Check the sign-in name.",
    NoSuchToken "no_such_token" "没有“{}”这个令牌。" "请核对名称。" "There is no token “{}”." "Check its name.",
    TokenWithoutPost "token_without_post" "只有“在台账里办理”的令牌有单位、角色和到期日。" "请去掉这些，或选择“在台账里办理”。" "Only a token that acts on records has a unit, a role and a last day." "Leave these out, or choose the scope act.",
    TokenAtDiscipline "token_at_discipline" "令牌不能在纪检监察机关办理。" "请换一个单位。" "No token acts at a discipline unit." "Choose another unit.",
    TokenRole "token_role" "令牌不能担任“{}”。" "请选择经办人、单位负责人或分派员。" "No token acts as {}." "Choose clerk, unit head or dispatcher.",
    TokenDay "token_day" "到期日应在今天起{}天以内。" "请填写令牌最后可用的那一天。" "The last day lies within {} days from today." "Enter the last day on which the token is to act.",
    BadNumber "bad_number" "这不是一个整数。" "请只用数字填写，例如 12。" "This is not a whole number." "Use digits, such as 12.",
    BadDay "bad_day" "这不是一个日期。" "请按 2023-05-20 这样填写，需要时间的写成 2023-05-20 14:30。" "This is not a date." "Write it like 2023-05-20, and with a time like 2023-05-20 14:30.",
    NoTime "no_time" "少了时间，只有日期。" "请写上几点几分，例如 2023-05-20 14:30。" "The time is missing." "Write it with hour and minute, like 2023-05-20 14:30.",
    YesOrNo "yes_or_no" "这里只能填“是”或“否”。" "请填“是”或“否”，不适用的留空。" "This is neither yes nor no." "Enter yes or no, or leave it empty.",
    NoSuchTerm "no_such_term" "没有“{}”这个选项。" "请从列出的选项中选择。" "There is no choice “{}”." "Choose one of those that are listed.",
    NoSuchAct "no_such_act" "没有这项操作。" "请刷新页面，按页面上列出的操作办理。" "There is no such act." "Reload the page and choose one of the acts that it offers.",
    TooDeep "too_deep" "这项操作牵涉的记录太多。" "请分步办理。" "This act would reach through too many records." "Do it in several steps.",
    NoSuchTask "no_such_task" "没有这个任务，或任务已经完成。" "请刷新页面，查看当前任务。" "There is no such open task." "Reload the page and look at the tasks as they are now.",
    NoSuchClock "no_such_clock" "没有正在计时的这个期限。" "请刷新页面，查看当前期限。" "There is no such running clock." "Reload the page and look at the clocks as they are now.",
    NoSuchCase "no_such_case" "没有找到这个编号的诉求。" "请核对回执上的编号。" "No case has this code." "Compare it with the code on the receipt.",
    NoSuchTemplate "no_such_template" "没有“{}”这个答复模板。" "请刷新页面。" "There is no template “{}”." "Reload the page.",
    UserTaken "user_taken" "名称“{}”已被使用。" "请换一个名称。" "The name “{}” is taken." "Choose another one.",
    AlreadyFounded "already_founded" "这里已经有一个区了。" "请换一个空的数据目录。" "There is a district here already." "Use an empty data folder.",
    NoSuchRecord "no_such_record" "没有这条记录。" "请核对编号，或从列表里打开。" "There is no such record." "Compare the code, or open the record from its list.",
    NotFounded "not_founded" "这里还没有建立区。" "请先运行 doorstep init。" "There is no district here yet." "Run doorstep init first.",
    NeedsSecond "needs_second" "这需要另一位管理员同意；您已经提出过。" "请另一位管理员在“账号”页面同意，或撤回。" "A second administrator must agree to this, and you have asked for it already." "Let another administrator agree on the page of accounts, or decline it.",
    SecondWaits "second_waits" "没有另一位管理员可以同意，要等到{}。" "到时再做一次；期间相关账号都会看到通知。" "There is no second administrator to agree, so it waits until {}." "Do it again then; all accounts concerned are told meanwhile.",
    NothingAsked "nothing_asked" "没有等待同意的这项操作。" "请刷新页面。" "Nothing like this waits for a second administrator." "Reload the page.",
    DisciplineAccounts "discipline_accounts" "单位“{}”还有账号，不能改成或不再是纪检监察机关。" "请另建一个单位，或先停用它的账号。" "The unit “{}” has accounts, so it can neither become a discipline unit nor cease to be one." "Make a new unit, or close its accounts first.",
    NotYours "not_yours" "这件事不归您的岗位办理。" "请联系承办单位或分派中心。" "This act does not belong to your post." "Ask the responsible unit or the dispatch centre.",
    Interest "interest" "您已对本件申请回避，不能再办理。" "请由同单位其他人员办理。" "You withdrew from this case for an interest in it." "Let a colleague of the unit act.",
    WrongStage "wrong_stage" "本件现在是“{}”，不能这样办理。" "请刷新页面，按页面上列出的操作办理。" "The case is “{}” now; this is not possible there." "Reload the page and choose one of the acts that it offers.",
    NeedsWay "needs_way" "信访事项受理前必须先分清六种途径。" "属于第六类的受理；其余请转法定途径。" "A petition must be sorted into one of the six ways first." "Accept it by the sixth way, or route it to its lawful way.",
    OnlyPetition "only_petition" "只有信访事项适用这个程序。" "其他诉求可以申请重新办理。" "This procedure is for petitions only." "For other cases, ask to reopen them.",
    SixthIsAccepted "sixth_is_accepted" "第六类信访事项应当受理并出具处理意见。" "请选择“受理”。" "The sixth way is handled here." "Choose “accept”.",
    JointOpen "joint_open" "协办单位还有未完成的任务。" "请等待反馈，或请分派中心撤销该任务。" "A joint unit has not reported yet." "Wait for its report, or ask the dispatcher to take its task back.",
    NotLead "not_lead" "只有牵头单位能答复。" "协办单位请提交“协办反馈”。" "Only the lead unit answers." "A joint unit reports to the lead.",
    IsLead "is_lead" "牵头单位不用反馈，应直接答复。" "请选择“答复”。" "The lead unit does not report to itself." "Choose “answer”.",
    Claimed "claimed_already" "贵单位已经认领了这一件。" "要改的，先撤回再认领。" "Your unit has claimed it already." "To change the claim, take it back and claim anew.",
    NoClaim "no_claim" "没有这个单位的认领。" "请从认领的单位里选择。" "That unit has not claimed it." "Choose among the units that have.",
    StepDay "step_day" "第一步应在今天起{}天以内。" "第一步是最先做到的一件事，请填近一些的日子。" "The first step lies within {} days from today." "It is what is done first: choose a day that is near.",
    StepPast "step_past" "第一步的日子不能早于今天。" "请选今天或以后的日子。" "The first step can't lie before today." "Choose today or a later day.",
    StepUrgent "step_urgent" "这一件是紧急的。" "第一步请填今天，并马上联系当事人。" "This one is urgent." "Put the first step on today, and call at once.",
    StepEarly "step_early" "第一步答应在{}做到。" "请等当天18点以后再说。" "The first step is promised for {}." "Say it from 18:00 of that day on.",
    NoStep "no_step" "这一件没有承诺的第一步。" "请刷新页面。" "This case has no promised first step." "Reload the page.",
    SaidSo "said_so" "您的回答已经记下了。" "要改的，请在自己的手机上打开这一件，选另一项。" "Your answer is already recorded." "To change it, choose another answer, on your own phone.",
    HasTask "has_task" "该单位已经有本件的任务。" "请选择其他单位。" "The unit has a task in this case already." "Choose another unit.",
    LeadMustStay "lead_must_stay" "不能撤销牵头单位的任务。" "请使用“转办”。" "The lead's task can't be taken back." "Transfer it to another unit.",
    Designated "designated" "已指定办理，不能再退回。" "请办理；有困难请提请会商。" "The unit was designated and can't object again." "Handle it, or bring it to a case conference.",
    ObjectionLate "objection_late" "提出异议的期限（{}）已过。" "请办理；确需转办的请联系分派中心。" "The time for an objection ended on {}." "Handle it, or ask the dispatcher for a transfer.",
    NoObjection "no_objection" "这个任务没有待决定的异议。" "请刷新页面。" "There is no open objection to this task." "Reload the page.",
    ObjectionOpen "objection_open" "异议正在等待分派中心决定。" "请等待决定后再办理。" "The objection waits for the dispatcher's decision." "Wait for it, then act.",
    QuestionOpen "question_open" "已经有一个问题在等诉求人回复。" "请等待回复，或先撤回。" "A question is already open with the resident." "Wait for the reply, or take the question back.",
    NoQuestion "no_question" "现在没有需要回复的问题。" "请刷新页面查看进展。" "No question is open now." "Reload the page to see where the case stands.",
    NoExtension "no_extension" "这个期限不能延长。" "请在期限内办理。" "This clock can't be extended." "Handle the case within it.",
    ExtensionLate "extension_late" "期限（{}）已过，不能再延长。" "请尽快办理。" "The clock ended on {} and can't be extended any more." "Handle the case as soon as possible.",
    ExtendedOut "extended_out" "已经达到延期次数上限（{}次）。" "请在期限内办理。" "It has been extended {} times, which is the most." "Handle the case within it.",
    ExtensionTooLong "extension_too_long" "一次最多延长{}天。" "请填写更少的天数。" "One extension is at most {} days." "Enter fewer days.",
    HeadOnly "head_only" "这个期限只能由单位负责人延长。" "请单位负责人办理。" "Only the unit's head may extend this clock." "Ask the head.",
    WrongOutcome "wrong_outcome" "这类诉求没有“{}”这种结果。" "请选择页面上列出的结果。" "This track has no outcome “{}”." "Choose one that the page lists.",
    NeedsBasis "needs_basis" "处理意见必须写明依据。" "请填写法律、法规或政策依据。" "A handling opinion needs its legal basis." "Name the law, rule or policy.",
    NoProposal "no_proposal" "没有等待审批的答复。" "请刷新页面。" "No answer waits for approval." "Reload the page.",
    InApproval "in_approval" "答复正在等待审批。" "请等待负责人批准或退回。" "The answer waits for approval." "Wait until the head approves it or sends it back.",
    TooEarly "too_early" "等待评价的期限到{}才结束。" "请在此之后再结束。" "The time for the verdict runs until {}." "End it after that day.",
    WaitingForReply "waiting_for_reply" "等待诉求人回复的期限到{}才结束。" "请在此之后再结束等待。" "The time for the resident's reply runs until {}." "Wait until that day has passed.",
    WindowOpen "window_open" "诉求人在{}之前仍可申请复查、复核或评价。" "请在此之后再删除，或由本人用自己的密码申请。" "Until {} the resident may still ask for a review or rate the answer." "Erase it after that day, or when the resident asks for it with digits of their own.",
    WitnessName "witness_name" "有见证人协助的，应写明见证人。" "请填写见证人称呼，或取消勾选。" "A verdict with a witness names the witness." "Enter the witness, or clear the mark.",
    ReviewLate "review_late" "申请期限（{}）已过，或没有可申请的答复。" "可以凭新情况提出新的诉求。" "The time to ask ended ({})." "With new facts, raise a new case.",
    NotAsked "not_asked" "没有在问这件事要不要接着办。" "请刷新页面，查看最新情况。" "Nobody is asked whether this case goes on." "Reload the page and look at it as it is now.",
    WaitingForWord "waiting_for_word" "诉求人还可以在{}前说要不要接着办。" "请等到那天以后。" "The resident may say until {} whether it goes on." "Wait until that day has passed.",
    HearingOpen "hearing_open" "听证正在进行。" "请先记录听证结束。" "A hearing is under way." "Record its end first.",
    NoHearing "no_hearing" "现在没有正在进行的听证。" "请刷新页面。" "No hearing is under way." "Reload the page.",
    SameCase "same_case" "不能与自己合并或关联。" "请填写另一件的编号。" "A case can't be merged with or linked to itself." "Enter the code of another case.",
    OtherSealed "other_sealed" "其中一件是密件，不能合并或关联。" "请分别办理。" "One of the two cases is sealed." "Handle them apart.",
    OtherOver "other_over" "另一件已经结束或已并入别的诉求。" "请选择还在办理的那一件。" "The other case is over or merged itself." "Choose the one that is still handled.",
    OtherTrack "other_track" "两件的办理程序不同，不能并案。" "可以改为关联，分别办理。" "The two cases follow different procedures." "Link them, and handle them apart.",
    ReviewedOutside "reviewed_outside" "复查、复核由上一级机关作出，不在这里答复（信访工作条例第三十五、三十六条）。" "请打印申请转送上一级，收到意见后登记。" "The level over the district answers this (Regulations on Petitions 35, 36), not an account here." "Print the request and hand it on; file the opinion when it comes.",
    ReviewedHere "reviewed_here" "这次复查、复核由本区答复。" "请由负责复查的单位答复。" "This review is answered within the district." "Let whoever reviews it answer.",
    OwnAnswer "own_answer" "作出答复的单位不能复查自己的答复（信访工作条例第三十五条）。" "请由上一级复查。" "The unit that answered can't review its own answer (Regulations on Petitions 35)." "Let the level over it review.",
    OpinionDate "opinion_date" "意见的日期应在申请之后，且不晚于今天。" "请照意见书上的日期填写。" "The date of the opinion lies before the request, or after today." "Enter the date that stands on the paper.",
    AnswerOut "answer_out" "并入的那件已经答复，这个答复也是给本件的。" "不能再分开；诉求人不满意的，请重新办理。" "The case it was merged into has been answered, and that answer is this one's too." "It can't be parted any more. If the resident is not content, reopen it.",
    StillHandled "still_handled" "并入的那一件还在办理。" "请等待它的答复。" "The case that it was merged into is still being handled." "Wait for its answer.",
    Linked "linked" "两件已经关联。" "不需要再次关联。" "The two cases are linked already." "Nothing else is needed.",
    NotLinked "not_linked" "两件没有关联。" "请刷新页面。" "The two cases are not linked." "Reload the page.",
    Unfilled "unfilled" "还有没填的空：{}。" "请把花括号换成要写的内容。" "Fields are not filled in yet: {}." "Put what you mean in place of the braces.",
    Erased "erased" "本件的个人信息已删除。" "已不能查看或更改。" "The personal data of this case has been erased." "It can't be seen or changed any more.",
    NotPublic "not_public" "本件没有公开内容。" "不需要隐藏。" "This case shows no public text." "Nothing needs hiding.",
    NoConsent "no_consent" "诉求人没有同意公开，或内容已被隐藏。" "不能公开这一件。" "The resident did not agree to show this, or it was hidden." "It can't be released.",
    CorrectedOut "corrected_out" "已经更正了{}次，不能再改。" "还有要改的，请在回复里写明，或请分派中心代改。" "It has been corrected {} times, which is the most." "Say what else is wrong in a reply, or ask the dispatch centre to correct it.",
    ErasureAsked "erasure_asked" "已经申请过删除，正在等答复。" "请等待答复。" "An erasure has been asked for already." "Wait for the answer.",
    NoErasureAsked "no_erasure_asked" "没有等待答复的删除申请。" "请刷新页面。" "No request for an erasure waits for an answer." "Reload the page.",
    NotJoined "not_joined" "要连在一起的那一件不能公开查看了。" "您的这一件已经登记，照样单独办理。" "The case that you want to join is not public any more." "Yours is registered and is handled by itself.",
    UrgentAlready "urgent_already" "本件已经标为紧急。" "请尽快打电话，接通后记下时间。" "The case is urgent already." "Call at once, and write down when somebody was reached.",
    NotUrgent "not_urgent" "本件不是等待处置的紧急件。" "请刷新页面，查看最新情况。" "The case is not urgent, or somebody was reached already." "Reload the page and look at it as it is now.",
    NoSuchDanger "no_such_danger" "没有“{}”这种危险，或本件不能标为紧急。" "请从目录列出的危险中选择。" "There is no danger “{}”, or this case can't be marked." "Choose one that the catalogue names.",
    BadTime "bad_time" "这个时间不对：应在提出（{}）之后、现在之前。" "请填写接通电话的时间。" "This time is not possible: it lies before the case was raised ({}), or in the future." "Enter when somebody was reached.",
    NothingMoves "nothing_moves" "没有需要变动的期限。" "不需要操作。" "No due date moves." "Nothing needs doing.",
    AlreadyWithdrawn "already_withdrawn" "您已申请回避。" "不需要再次申请。" "You have withdrawn already." "Nothing else is needed.",
    WrongAccusedUnit "wrong_accused_unit" "检举控告只能交纪检监察机关，且不得交被检举单位。" "请选择纪检监察机关。" "An accusation goes to the discipline unit, and never to the unit it is about." "Choose the discipline unit.",
    NoDisciplineUnit "no_discipline_unit" "本区没有可以受理这件检举控告的纪检监察机关。" "请向上一级纪检监察机关反映。" "No discipline unit here can take this accusation." "Hand it in at the discipline office of the level above.",
    KeyReused "key_reused" "同一个提交标识用在了不同的内容上。" "请换一个新的标识后再提交。" "The same idempotency key came with other content." "Send it again with a new key.",
    Changed "changed" "在您打开页面之后，本件已有变化。" "请查看最新情况后再办理。" "The case has changed since you opened the page." "Look at it as it is now, then act.",
}

/// A refusal: the reason, the field it belongs to, and a detail for its sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub why: Why,
    /// The field that has to change, by its name in forms and JSON.
    pub field: Option<&'static str>,
    /// What stands in the sentence's place, in Chinese and in English.
    pub detail: [String; 2],
}

impl Refusal {
    /// A refusal of the whole.
    pub fn new(why: Why) -> Refusal {
        Refusal { why, field: None, detail: Default::default() }
    }

    /// A refusal at a field.
    pub fn at(why: Why, field: &'static str) -> Refusal {
        Refusal { why, field: Some(field), detail: Default::default() }
    }

    /// With the detail for its sentence: a number, a date or a code, which reads the same in both languages.
    pub fn about(self, detail: impl std::fmt::Display) -> Refusal {
        let detail = detail.to_string();
        self.about_both(&detail, &detail)
    }

    /// With a term of the field for its sentence.
    pub fn about_term(self, term: impl Label) -> Refusal {
        self.about_both(term.label(Lang::Zh), term.label(Lang::En))
    }

    /// With words for its sentence.
    pub fn about_both(self, zh: impl Into<String>, en: impl Into<String>) -> Refusal {
        Refusal { detail: [zh.into(), en.into()], ..self }
    }

    /// What is wrong, and what to do.
    pub fn said(&self, lang: Lang) -> (String, String) {
        let (what, todo) = self.why.texts(lang);
        let [zh, en] = &self.detail;
        let detail = lang.pick(zh, en);
        (what.replace("{}", detail), todo.replace("{}", detail))
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (what, todo) = self.said(Lang::En);
        write!(f, "{what} {todo}")
    }
}

impl std::error::Error for Refusal {}
