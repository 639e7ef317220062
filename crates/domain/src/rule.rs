//! The rule table: how long each clock runs, from what, and who may extend it. Data, with a version; what comes with the
//! program is `domain.md` §2 as the laws have it, and a district may publish its own.

use crate::label::Lang;
use calendar::{Term, Unit};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// The most characters of a rule's id.
const LONGEST: usize = 32;

/// The id of a clock's rule, as events name it. The set is open: the rules of cases are constants of this type, and a
/// register brings its own by [`rules!`](crate::rules). An id that this version doesn't know is kept as it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId([u8; LONGEST]);

impl RuleId {
    /// The id of a rule that comes with the program. One that is not well formed does not compile.
    pub const fn new(code: &str) -> RuleId {
        match RuleId::read(code.as_bytes()) {
            Some(id) => id,
            None => panic!("the id of a rule is 1 to 32 of a-z and _"),
        }
    }

    /// The id that a text is; none if it is not 1 to 32 of `a-z` and `_`.
    pub fn of(code: &str) -> Option<RuleId> {
        RuleId::read(code.as_bytes())
    }

    const fn read(code: &[u8]) -> Option<RuleId> {
        if code.is_empty() || code.len() > LONGEST {
            return None;
        }
        let (mut id, mut at) = ([0; LONGEST], 0);
        while at < code.len() {
            if !(code[at].is_ascii_lowercase() || code[at] == b'_') {
                return None;
            }
            id[at] = code[at];
            at += 1;
        }
        Some(RuleId(id))
    }

    /// The id as text.
    pub fn code(&self) -> &str {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(LONGEST);
        std::str::from_utf8(&self.0[..length]).unwrap_or_default()
    }

    /// What a rule of the cases is called. The names of all rules are known where all registers are.
    pub fn label(self, lang: Lang) -> &'static str {
        CASES.iter().find(|rule| rule.id == self).map_or(lang.pick("期限", "term"), |rule| rule.name(lang))
    }
}

impl std::fmt::Display for RuleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::fmt::Debug for RuleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for RuleId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for RuleId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<RuleId, D::Error> {
        let code = std::borrow::Cow::<str>::deserialize(from)?;
        RuleId::of(&code).ok_or_else(|| serde::de::Error::custom("the id of a rule is 1 to 32 of a-z and _"))
    }
}

/// What a rule says as it comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    length: u16,
    unit: Unit,
    duty: bool,
    extension: Option<Extension>,
    source: &'static str,
}

impl Terms {
    const fn of(length: u16, unit: Unit) -> Terms {
        Terms { length, unit, duty: true, extension: None, source: "configuration" }
    }

    /// A unit must act within so many calendar days.
    pub const fn calendar(days: u16) -> Terms {
        Terms::of(days, Unit::Calendar)
    }

    /// A unit must act within so many working days.
    pub const fn working(days: u16) -> Terms {
        Terms::of(days, Unit::Working)
    }

    /// A unit must act within so many hours, day and night.
    pub const fn hours(hours: u16) -> Terms {
        Terms::of(hours, Unit::Hour)
    }

    /// Somebody may act within this time; nobody must.
    #[must_use]
    pub const fn window(self) -> Terms {
        Terms { duty: false, ..self }
    }

    /// It may be extended so often, by so many days at most each time.
    #[must_use]
    pub const fn extended(self, times: u8, days: u16, by_head: bool) -> Terms {
        Terms { extension: Some(Extension { times, days, by_head }), ..self }
    }

    /// Law and article that set it; without one it is configuration.
    #[must_use]
    pub const fn by(self, source: &'static str) -> Terms {
        Terms { source, ..self }
    }
}

/// A rule as it comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// Its id.
    pub id: RuleId,
    /// What it is called, in Chinese and in English.
    pub names: [&'static str; 2],
    /// What it says.
    pub terms: Terms,
}

impl Builtin {
    /// What it is called.
    pub fn name(&self, lang: Lang) -> &'static str {
        lang.pick(self.names[0], self.names[1])
    }

    /// The rule that a district begins with.
    pub fn rule(&self) -> Rule {
        let Terms { length, unit, duty, extension, source } = self.terms;
        Rule { length, unit, duty, extension, source: source.to_owned() }
    }
}

/// Declares the rules of a register, as constants and as the list `RULES`: name, id, what it is called in both languages,
/// and what it says.
#[macro_export]
macro_rules! rules {
    ($($(#[$meta:meta])* $name:ident $code:literal $zh:literal $en:literal = $terms:expr),+ $(,)?) => {
        $(
            #[doc = concat!($zh, " – ", $en)] $(#[$meta])*
            pub const $name: $crate::rule::Builtin =
                $crate::rule::Builtin { id: $crate::rule::RuleId::new($code), names: [$zh, $en], terms: $terms };
        )+
        /// Every rule of this register.
        pub const RULES: &[$crate::rule::Builtin] = &[$($name),+];
    };
}

/// Declares the rules of cases.
macro_rules! cases {
    ($($(#[$meta:meta])* $name:ident $code:literal $zh:literal $en:literal = $terms:expr),+ $(,)?) => {
        // They are named like the variants of an enum, which they are to whoever reads a rule.
        #[allow(non_upper_case_globals)]
        impl RuleId {
            $(#[doc = concat!($zh, " – ", $en)] $(#[$meta])* pub const $name: RuleId = RuleId::new($code);)+
        }
        /// The rules of cases.
        pub const CASES: &[Builtin] = &[$(Builtin { id: RuleId::$name, names: [$zh, $en], terms: $terms }),+];
    };
}

cases! {
    PetitionNotice "petition_notice" "信访告知" "petition: notice of acceptance" = Terms::calendar(15).by("信访工作条例 22, 23"),
    PetitionOpinion "petition_opinion" "信访处理意见" "petition: handling opinion" = Terms::calendar(60).extended(1, 30, true).by("信访工作条例 34"),
    Objection "objection" "派单异议" "objection to a referral" = Terms::working(5).window().by("信访工作条例 23"),
    ReviewAsk "review_ask" "申请复查" "to ask for a review" = Terms::calendar(30).window().by("信访工作条例 35"),
    ReviewAnswer "review_answer" "复查答复" "review" = Terms::calendar(30).by("信访工作条例 35"),
    ReReviewAsk "re_review_ask" "申请复核" "to ask for a re-review" = Terms::calendar(30).window().by("信访工作条例 36"),
    ReReviewAnswer "re_review_answer" "复核答复" "re-review" = Terms::calendar(30).by("信访工作条例 36"),
    HotlineTriage "hotline_triage" "热线受理" "hotline: acceptance" = Terms::working(1),
    HotlineDispatch "hotline_dispatch" "热线派单" "hotline: dispatch" = Terms::working(1),
    HotlineAnswer "hotline_answer" "热线办理" "hotline: handling" = Terms::working(5).extended(2, 10, false),
    NeedVerify "need_verify" "企业诉求核实" "enterprise need: verification" = Terms::working(1),
    NeedReply "need_reply" "企业诉求答复" "enterprise need: next reply" = Terms::working(3),
    NeedSolve "need_solve" "企业诉求解决" "enterprise need: solution" = Terms::working(15).extended(1, 15, false),
    MediationTake "mediation_take" "调解受理" "mediation: take or refuse" = Terms::working(5).extended(1, 5, false),
    MediationEnd "mediation_end" "调解" "mediation" = Terms::calendar(30).extended(1, 30, false),
    /// Both parties together, from the agreement's effect on (人民调解法 33).
    JudicialConfirmation "judicial_confirmation" "司法确认" "to ask for judicial confirmation" = Terms::calendar(30).window().by("人民调解法 33"),
    SuggestionAnswer "suggestion_answer" "建议答复" "suggestion: answer" = Terms::calendar(60).extended(1, 30, false),
    AccusationNotice "accusation_notice" "检举告知" "accusation: notice of acceptance" = Terms::calendar(15).by("信访工作条例 22, 30"),
    AccusationAnswer "accusation_answer" "检举办理" "accusation: handling" = Terms::calendar(60).extended(1, 30, true),
    JointReport "joint_report" "协办反馈" "joint unit's report" = Terms::working(3).extended(1, 3, false).by("北京接诉即办工作条例 14"),
    /// Somebody who acts is reached by phone. Counted in hours, day and night.
    UrgentHand "urgent_hand" "紧急件处置" "urgent: taken in hand" = Terms::hours(2),
    /// A question holds the duties no longer than this.
    ReplyAsk "reply_ask" "等待回复" "to reply to a question" = Terms::calendar(15).window(),
    VerdictAsk "verdict_ask" "等待评价" "to give a verdict" = Terms::calendar(15).window(),
    /// After "not solved" or "partly": whether the case shall go on. Then supervision looks at it.
    GoOnAsk "go_on_ask" "没解决，要不要接着办" "unsolved: whether it goes on" = Terms::calendar(15).window(),
    /// An erasure that the resident asked for (个人信息保护法 47) is done, or declined with reasons.
    ErasureAnswer "erasure_answer" "答复删除申请" "to answer a request for erasure" = Terms::calendar(30),
    /// The first step that a unit promised when it claimed a case at a meeting. Its length is the unit's word.
    FirstStep "first_step" "认领的第一步" "first step of a claim" = Terms::calendar(7),
    /// Runs from opening to the target that the former system had set, whatever that was.
    Elsewhere "elsewhere" "原系统期限" "the former system's target" = Terms::calendar(15),
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
    /// The rules by their ids.
    pub rules: BTreeMap<RuleId, Rule>,
}

impl RuleTable {
    /// The table of the cases as it comes with the program.
    pub fn builtin() -> RuleTable {
        RuleTable { version: 1, rules: CASES.iter().map(|rule| (rule.id, rule.rule())).collect() }
    }

    /// A rule as it is in force. A table that lacks it falls back on what came with the program, so that no clock is ever
    /// missing.
    pub fn of(&self, rule: &Builtin) -> Rule {
        self.rules.get(&rule.id).cloned().unwrap_or_else(|| rule.rule())
    }

    /// The rule of a case's clock as it is in force.
    pub fn of_case(&self, id: RuleId) -> Rule {
        match CASES.iter().find(|rule| rule.id == id) {
            Some(rule) => self.of(rule),
            // A clock that a newer version started.
            None => self.of(&Builtin { id, names: ["期限", "term"], terms: Terms::calendar(15) }),
        }
    }
}

impl RuleId {
    /// Whether the clock is the case's promise: the date by which it is handled.
    pub fn is_promise(self) -> bool {
        matches!(
            self,
            RuleId::PetitionOpinion
                | RuleId::HotlineAnswer
                | RuleId::NeedSolve
                | RuleId::MediationEnd
                | RuleId::SuggestionAnswer
                | RuleId::AccusationAnswer
                | RuleId::Elsewhere
        )
    }

    /// Whether the clock ends with acceptance, or the notice that there is none.
    pub fn is_acceptance(self) -> bool {
        matches!(
            self,
            RuleId::PetitionNotice
                | RuleId::HotlineTriage
                | RuleId::NeedVerify
                | RuleId::MediationTake
                | RuleId::AccusationNotice
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written_and_one_of_a_newer_version_is_kept() {
        for rule in CASES {
            assert_eq!(RuleId::of(rule.id.code()), Some(rule.id));
        }
        let newer: RuleId = serde_json::from_str("\"tour_report\"").unwrap();
        assert_eq!(serde_json::to_string(&newer).unwrap(), "\"tour_report\"");
        for bad in ["\"\"", "\"Tour\"", "\"a-b\"", "\"abcdefghijklmnopqrstuvwxyz_abcdefg\"", "7"] {
            assert!(serde_json::from_str::<RuleId>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_table_that_lacks_a_rule_falls_back_on_what_came_with_the_program() {
        let empty = RuleTable { version: 2, rules: BTreeMap::new() };
        for rule in CASES {
            assert_eq!(empty.of_case(rule.id), rule.rule());
        }
    }

    #[test]
    fn a_handling_opinion_takes_sixty_days_and_is_extended_once_by_the_head() {
        let rule = RuleTable::builtin().of_case(RuleId::PetitionOpinion);
        assert_eq!(rule.term(), Term { length: 60, unit: Unit::Calendar });
        assert_eq!(rule.extension, Some(Extension { times: 1, days: 30, by_head: true }));
    }
}
