//! Opinions (意见条), one for each thing that somebody says at a talk meeting. A note-taker's line stays here until it is a
//! case: then its words stand in the case alone, and the key of the line is destroyed. While the board of its meeting is
//! open, units claim it on the spot (现场认领).

mod rules;

pub use rules::*;

use super::meeting::NoteState;
use crate::shared::Sort;
use calendar::Date;
use domain::body::{Body, Fields};
use domain::case::Claim;
use domain::codes::{CategoryCode, RecordCode, UnitCode};
use domain::handle::CaseId;
use domain::moment::day_number;
use domain::register::column::Layout;
use domain::register::{ActOf, By, Declared, Deed, Facts, Line, Needs, Public, Register, Summary, Text, Values};
use domain::{Actor, Label, Lang, Moment, Refusal, Role, Why, acts, columns, events, vocabulary};

vocabulary! {
    /// How an opinion was given.
    How {
        Spoken "spoken" "当场说的" "spoken",
        Slip "slip" "递条子" "on a slip",
        Relayed "relayed" "托人带的" "by somebody else",
    }
}

vocabulary! {
    /// Where an opinion stands.
    Stage {
        Noted "noted" "待读回" "to be read back",
        /// It is a case, and nobody has claimed it.
        Raised "raised" "已立案" "a case",
        Claimed "claimed" "已认领" "claimed",
        /// Two units or more claim it.
        Contested "contested" "多家认领" "claimed by several",
        /// It is settled who leads.
        Settled "settled" "已明确牵头" "lead settled",
        Dropped "dropped" "已划去" "struck out",
    }
}

acts! {
    /// What can be asked of an opinion.
    Act {
        /// Write down what somebody says: the meeting asks for it.
        Note "note" "记一条" "write a line" from [] by [By::Asked]
            { meeting: CaseId = "恳谈会" "talk meeting", no: u16 = "第几条" "which line", topic: u8 = "议题" "topic", how: How = "怎么提的" "spoken or written",
              words: Text = "原话" "what was said" },
        /// Its speaker agrees to the words: it is a case.
        Confirm "confirm" "读回后立案" "read back, and make it a case" from ["noted"] by [By::Asked]
            { words: Text = "读回后的原话" "the words as they were agreed", sort: Sort = "按什么办" "handled as",
              category: Option<CategoryCode> = "类别" "category", near: Option<UnitCode> = "所在街道" "street", name: Option<Line> = "称呼" "name",
              phone: Option<Line> = "电话（便于答复）" "phone, for the answer", public: bool = "本人同意公开原话" "the speaker lets the words be shown" },
        /// The meeting is over and its speaker has left: it is a case as it was written, and says so.
        RaiseUnread "raise_unread" "照记录立案" "make it a case as written" from ["noted"] by [By::Asked] {},
        /// Strike it out.
        Drop "drop" "划去" "strike out" from ["noted"] by [By::Asked] { reason: Line = "划去原因" "why it is struck out" },
        /// A unit takes it on.
        Claim "claim" "我们认领" "we take it on" from ["raised", "claimed", "contested"] by [By::Anywhere(Role::Clerk), By::Anywhere(Role::Head)]
            { post: Line = "负责岗位" "post in charge", step: Line = "第一步" "first step", by: Date = "哪天做到" "by which day" },
        /// It takes that back.
        Unclaim "unclaim" "撤回认领" "take the claim back" from ["claimed", "contested"] by [By::Anywhere(Role::Clerk), By::Anywhere(Role::Head)] {},
        /// The chair settles who leads.
        Settle "settle" "确定牵头单位" "settle who leads" from ["claimed", "contested"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { lead: UnitCode = "牵头单位" "lead unit", joint: Vec<UnitCode> = "协办单位" "joint units", category: Option<CategoryCode> = "类别" "category" },
        /// The board is closed: what one unit claimed is settled.
        Finish "finish" "结束认领" "close the board" from ["claimed", "contested"] by [By::Asked] {},
        /// Destroy the words of a line that was struck out.
        Erase "erase" "删除个人信息" "erase personal data" from ["dropped"] by [By::Here(Role::Head), By::Anywhere(Role::Dispatcher)] {},
    }
}

events! {
    /// What can happen to an opinion.
    Event {
        /// A note-taker wrote it down. Private: words.
        Kept "opinion.kept" {
            code: RecordCode, meeting: CaseId, unit: UnitCode, street: Option<UnitCode>, starts: Moment, no: u16, topic: u8, how: How,
        },
        /// It is a case, in words that were read back to whoever said it, or as it was written.
        Raised "opinion.raised" { case: CaseId, read_back: bool },
        /// It was struck out. Private: reason.
        Struck "opinion.struck" {},
        /// A unit claimed it; post and first step stand in the case.
        Claimed "opinion.claimed" { unit: UnitCode, by: Date },
        /// The unit took that back.
        Unclaimed "opinion.unclaimed" { unit: UnitCode },
        /// It is settled who leads and who joins.
        Settled "opinion.settled" { lead: UnitCode, joint: Vec<UnitCode> },
        /// Its case was in other hands when the board was closed: nobody leads by claim.
        Lapsed "opinion.lapsed" {},
        /// What was written here is destroyed: it is a case, which has the words, or somebody asked for it.
        Erased "opinion.erased" {},
    }
}

/// An opinion as its events tell it.
#[derive(Clone, Debug)]
pub struct Opinion {
    /// Its handle.
    pub id: CaseId,
    /// How many events it has.
    pub version: u64,
    /// Its code.
    pub code: RecordCode,
    /// Where it stands.
    pub stage: Stage,
    /// The meeting.
    pub meeting: CaseId,
    /// The unit that convenes the meeting.
    pub unit: UnitCode,
    /// The street of the meeting.
    pub street: Option<UnitCode>,
    /// When the meeting was to start.
    pub starts: Moment,
    /// Its number within the meeting.
    pub no: u16,
    /// Which of the meeting's topics it is about, from 1; 0: another one.
    pub topic: u8,
    /// How it was given.
    pub how: How,
    /// Its case, and whether it was read back.
    pub case: Option<(CaseId, bool)>,
    /// The units that claim it, in their order.
    pub claims: Vec<Claim>,
    /// Who leads by claim.
    pub lead: Option<UnitCode>,
    /// Who joins by claim.
    pub joint: Vec<UnitCode>,
    /// Whether what was written here is destroyed.
    pub erased: bool,
    /// When something happened to it last.
    pub touched: Moment,
}

impl Opinion {
    /// Where the line stands for its meeting.
    pub fn state(&self) -> NoteState {
        match (self.stage, self.case) {
            (Stage::Noted, _) => NoteState::Noted,
            (Stage::Dropped, _) => NoteState::Dropped,
            (_, Some((_, false))) => NoteState::Unread,
            _ => NoteState::Confirmed,
        }
    }

    fn restage(&mut self) {
        self.stage = match self.claims.len() {
            0 => Stage::Raised,
            1 => Stage::Claimed,
            _ => Stage::Contested,
        };
    }
}

/// The register of opinions.
pub struct Opinions;

static TABLE: Layout<Opinion> = Layout {
    name: "opinions",
    edition: 1,
    columns: columns! { Opinion:
        unit "TEXT /*collate*/ NOT NULL" fixed = |o| o.unit.as_str(),
        street "TEXT /*collate*/" fixed = |o| o.street.as_ref().map(|unit| unit.as_str()),
        how "TEXT NOT NULL" fixed = |o| o.how.code(),
        stage "TEXT NOT NULL" = |o| o.stage.code(),
        // The day of its meeting, once it is a case.
        raised_day "BIGINT" = |o| o.case.map(|_| day_number(o.starts.date())),
        read_back "BIGINT NOT NULL" = |o| o.case.is_some_and(|(_, read_back)| read_back),
        // How many units claim it, and who leads by claim.
        claims "BIGINT NOT NULL" = |o| o.claims.len() as u64,
        lead "TEXT /*collate*/" = |o| o.lead.as_ref().map(|unit| unit.as_str()),
    },
    indexes: "CREATE INDEX opinions_raised ON opinions(district, raised_day, seq) WHERE raised_day IS NOT NULL;\n",
    terms: &[],
};

impl Register for Opinions {
    const CODE: &'static str = "opinion";
    const KINDS: &'static [&'static str] = Event::KINDS;
    const REASONS: &'static [Why] = REASONS;
    const PART_OF: Option<&'static str> = Some("meeting");
    /// What somebody said, before it is a case, and why it is none.
    const CLOSED: &'static [&'static str] = &["words", "reason"];
    type State = Opinion;
    type Act = Act;
    type Event = Event;

    fn blank(id: CaseId) -> Opinion {
        Opinion {
            id,
            version: 0,
            code: RecordCode::default(),
            stage: Stage::Noted,
            meeting: CaseId::default(),
            unit: UnitCode(String::new()),
            street: None,
            starts: Moment(0),
            no: 0,
            topic: 0,
            how: How::Spoken,
            case: None,
            claims: Vec::new(),
            lead: None,
            joint: Vec::new(),
            erased: false,
            touched: Moment(0),
        }
    }

    fn version(opinion: &Opinion) -> u64 {
        opinion.version
    }

    fn kind(event: &Event) -> &'static str {
        event.kind()
    }

    fn acts() -> Vec<Declared> {
        Act::ALL.iter().map(ActOf::declared).collect()
    }

    fn offers(opinion: &Opinion, actor: &Actor, _now: Moment) -> Vec<&'static ActOf> {
        rules::offers(opinion, actor)
    }

    fn read(code: &str, values: &Values) -> Result<Act, Vec<Refusal>> {
        Act::read(code, values)
    }

    fn needs(opinion: &Opinion, act: &Act) -> Needs {
        match act {
            Act::Note { meeting, .. } => Needs { near: vec![*meeting], past: Vec::new() },
            Act::Claim { .. } | Act::Unclaim {} | Act::Settle { .. } | Act::Finish {} => {
                let case = opinion.case.map(|(case, _)| case);
                Needs { near: std::iter::once(opinion.meeting).chain(case).collect(), past: Vec::new() }
            }
            // What was not read back becomes a case in the words that were written.
            Act::RaiseUnread {} => Needs { near: Vec::new(), past: vec![opinion.id] },
            _ => Needs::default(),
        }
    }

    fn decide(opinion: &Opinion, act: &Act, facts: &Facts<'_>) -> Result<Vec<Deed<Event>>, Refusal> {
        rules::decide(opinion, act, facts)
    }

    fn evolve(opinion: &mut Opinion, body: &Body<Event>) {
        opinion.version += 1;
        opinion.touched = body.at;
        match &body.event {
            Event::Kept { code, meeting, unit, street, starts, no, topic, how } => {
                (opinion.code, opinion.meeting, opinion.unit) = (code.clone(), *meeting, unit.clone());
                (opinion.street, opinion.starts) = (street.clone(), *starts);
                (opinion.no, opinion.topic, opinion.how) = (*no, *topic, *how);
            }
            Event::Raised { case, read_back } => {
                (opinion.stage, opinion.case) = (Stage::Raised, Some((*case, *read_back)));
            }
            Event::Struck {} => opinion.stage = Stage::Dropped,
            Event::Claimed { unit, by } => {
                opinion.claims.push(Claim { unit: unit.clone(), by: *by });
                opinion.restage();
            }
            Event::Unclaimed { unit } => {
                opinion.claims.retain(|claim| claim.unit != *unit);
                opinion.restage();
            }
            Event::Settled { lead, joint } => {
                (opinion.stage, opinion.lead, opinion.joint) = (Stage::Settled, Some(lead.clone()), joint.clone());
            }
            Event::Lapsed {} => {
                opinion.claims.clear();
                opinion.restage();
            }
            Event::Erased {} => opinion.erased = true,
        }
    }

    fn public(opinion: &Opinion) -> Public {
        Public { category: None, unit: Some(opinion.lead.as_ref().unwrap_or(&opinion.unit).0.clone()), due: None }
    }

    fn code(opinion: &Opinion) -> Option<&str> {
        Some(opinion.code.as_str())
    }

    fn summary(opinion: &Opinion) -> Option<Summary> {
        Some(Summary {
            id: opinion.id,
            code: opinion.code.as_str().to_owned(),
            stage: opinion.stage.code(),
            unit: opinion.unit.clone(),
            under: Some(opinion.meeting),
            day: opinion.starts.date(),
            open: matches!(opinion.stage, Stage::Noted | Stage::Claimed | Stage::Contested),
            erased: opinion.erased,
            public: false,
            touched: opinion.touched,
        })
    }

    /// Its number: what was said is no heading.
    fn title(opinion: &Opinion, _words: &Fields, lang: Lang) -> String {
        let no = opinion.no;
        match lang {
            Lang::Zh => format!("第{no}条意见"),
            Lang::En => format!("Opinion {no}"),
        }
    }

    fn table() -> Option<&'static Layout<Opinion>> {
        Some(&TABLE)
    }
}
