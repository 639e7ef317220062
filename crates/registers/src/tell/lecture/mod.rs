//! Lectures (讲课): leaders' lectures (领导干部上讲台), party lectures (党课) and micro-lectures (微党课). One session is one
//! record however many units host it. A question from the floor is a case.

mod rules;

pub use crate::shared::{Counted, Sort};
pub use rules::{BY_HOST, LECTURE_RECORD, REASONS, RULES};

use domain::body::{Body, Fields};
use domain::clock::Clock;
use domain::codes::{CategoryCode, RecordCode, UnitCode};
use domain::handle::CaseId;
use domain::moment::day_number;
use domain::register::column::Layout;
use domain::register::{
    ActOf, By, Declared, Deed, Duty, Facts, Line, Needs, Public, Register, Summary, Term, Text, Values,
};
use domain::rule::Builtin;
use domain::{Actor, Label, Lang, Moment, Refusal, Role, Why, acts, columns, events, vocabulary};

vocabulary! {
    /// What kind of lecture it is.
    Kind {
        Leaders "leaders" "领导干部上讲台" "leaders' lecture",
        Party "party" "党课" "party lecture",
        Micro "micro" "微党课" "micro-lecture",
    }
}

vocabulary! {
    /// The level of the speaker's post.
    Level {
        District "district" "区级" "district",
        Bureau "bureau" "处级" "bureau",
        Grassroots "grassroots" "基层" "grassroots",
    }
}

vocabulary! {
    /// What kind of place it is held at.
    Venue {
        Hall "hall" "会议室、礼堂" "hall",
        Community "community" "社区" "community",
        Building "building" "楼宇" "office building",
        School "school" "学校" "school",
        Site "site" "工地" "building site",
        Enterprise "enterprise" "企业、社会组织" "enterprise or society",
        Outdoors "outdoors" "室外" "outdoors",
    }
}

vocabulary! {
    /// For whom it is.
    Audience {
        Members "members" "党员" "party members",
        Cadres "cadres" "干部" "officials",
        Residents "residents" "居民" "residents",
        Workers "workers" "职工" "employees",
        Students "students" "学生" "students",
        Everybody "everybody" "不限" "everybody",
    }
}

vocabulary! {
    /// Where a lecture stands. That one took place is known only when it is recorded.
    Stage {
        Planned "planned" "已计划" "planned",
        Announced "announced" "已公布" "announced",
        Recorded "recorded" "已记录" "recorded",
        Cancelled "cancelled" "已取消" "cancelled",
        Merged "merged" "已并入同一场" "merged into the same session",
    }
}

acts! {
    /// What can be asked of a lecture.
    Act {
        /// Plan it; or enter it afterwards.
        Plan "plan" "登记一场" "plan a lecture" from [] by [By::Here(Role::Clerk), By::Here(Role::Head), By::Anywhere(Role::Dispatcher)]
            { lecture: Kind = "类别" "kind", topic: Line = "题目" "topic", speaker: Line = "主讲人职务" "speaker's post",
              level: Level = "职务层级" "level of the post", starts: Moment = "开始时间" "starts", minutes: u16 = "时长（分钟）" "minutes",
              place: Line = "地点" "place", street: Option<UnitCode> = "所在街道" "street", venue: Venue = "场所类型" "kind of place",
              audience: Audience = "听众" "audience", host: Option<UnitCode> = "主办单位" "host", with: Vec<UnitCode> = "联合主办" "co-hosts",
              first: bool = "新年第一课" "the year's first lecture", announce: bool = "同时公布" "announce it at once" },
        /// Announce it to everybody.
        Announce "announce" "公布" "announce" from ["planned"] by [By::Here(Role::Clerk), By::Here(Role::Head)] {},
        /// Move it to another time or place.
        Move "move" "改期" "move" from ["planned", "announced"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { starts: Moment = "新的开始时间" "new start", minutes: u16 = "时长（分钟）" "minutes",
              place: Option<Line> = "新地点（不变不填）" "new place (empty: the same)", reason: Line = "改期原因" "why it is moved" },
        /// Cancel it.
        Cancel "cancel" "取消" "cancel" from ["planned", "announced"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { reason: Line = "取消原因" "why it is cancelled" },
        /// It took place: how many heads there were, and how they were counted.
        Record "record" "记录这一场" "record it" from ["planned", "announced"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { heads: u32 = "到场人次" "attendance", counted: Counted = "怎么数的" "how it was counted",
              online: Option<u32> = "线上收看（另计）" "watching online (counted apart)" },
        /// Correct the record.
        Correct "correct" "更正记录" "correct the record" from ["recorded"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { heads: u32 = "到场人次" "attendance", counted: Counted = "怎么数的" "how it was counted",
              online: Option<u32> = "线上收看（另计）" "watching online (counted apart)", reason: Line = "更正原因" "why it is corrected" },
        /// Somebody in the audience asks: that is a case.
        Ask "ask" "记下现场提问" "take down a question" from ["planned", "announced", "recorded"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { words: Text = "提问原话" "the question, in the asker's words", sort: Sort = "按什么办" "handled as",
              category: Option<CategoryCode> = "类别" "category", near: Option<UnitCode> = "所在街道" "street",
              name: Option<Line> = "称呼" "name", phone: Option<Line> = "电话（便于答复）" "phone, for the answer",
              public: bool = "提问人同意公开原话" "the asker lets the words be shown" },
        /// A unit says that it hosted the session too.
        Join "join" "我单位也是主办" "we host it too" from ["planned", "announced", "recorded"] by [By::Anywhere(Role::Clerk), By::Anywhere(Role::Head)]
            { from: Option<CaseId> = "重复登记的那一条" "the record that says the same" },
        /// Two records are the same session.
        Merge "merge" "并入同一场" "merge into the same session" from ["planned", "announced", "recorded"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { into: CaseId = "同一场的另一条" "the other record of the session" },
    }
}

events! {
    /// What can happen to a lecture.
    Event {
        /// It is planned. Private: topic, speaker, place.
        Planned "lecture.planned" {
            code: RecordCode, lecture: Kind, level: Level, unit: UnitCode, with: Vec<UnitCode>, starts: Moment, minutes: u16,
            street: Option<UnitCode>, venue: Venue, audience: Audience, first: bool,
        },
        /// Everybody may see it.
        Announced "lecture.announced" {},
        /// It is held at another time or place. Private: reason, and the place if it is another one.
        Moved "lecture.moved" { starts: Moment, minutes: u16 },
        /// It is not held. Private: reason.
        Cancelled "lecture.cancelled" {},
        /// It took place.
        Recorded "lecture.recorded" { heads: u32, counted: Counted, online: Option<u32> },
        /// The record says something else now. Private: reason.
        Corrected "lecture.corrected" { heads: u32, counted: Counted, online: Option<u32> },
        /// Somebody in the audience asked something: a case, which says that it is because of this event.
        Asked "lecture.asked" { no: u16 },
        /// A further unit hosts it, on its own word.
        Joined "lecture.joined" { unit: UnitCode, from: Option<CaseId> },
        /// It is the same session as another record, and counts no more.
        Merged "lecture.merged" { into: CaseId },
    }
}

/// A lecture as its events tell it.
#[derive(Clone, Debug)]
pub struct Lecture {
    /// Its handle.
    pub id: CaseId,
    /// How many events it has.
    pub version: u64,
    /// Its code.
    pub code: RecordCode,
    /// Where it stands.
    pub stage: Stage,
    /// Its kind.
    pub kind: Kind,
    /// The level of the speaker's post.
    pub level: Level,
    /// The unit that hosts it.
    pub unit: UnitCode,
    /// The units that host it too.
    pub with: Vec<UnitCode>,
    /// When it starts.
    pub starts: Moment,
    /// How long it is.
    pub minutes: u16,
    /// The street of its place.
    pub street: Option<UnitCode>,
    /// The kind of its place.
    pub venue: Venue,
    /// For whom it is.
    pub audience: Audience,
    /// Whether it is the year's first lecture.
    pub first: bool,
    /// Whether it was announced.
    pub announced: bool,
    /// How often it was moved.
    pub moved: u16,
    /// Heads, how they were counted, and how many watched online; once it is recorded.
    pub record: Option<(u32, Counted, Option<u32>)>,
    /// How often the record was corrected.
    pub corrected: u16,
    /// How many questions were taken down.
    pub questions: u16,
    /// The records that were merged into this one.
    pub merged: Vec<CaseId>,
    /// The record into which this one was merged.
    pub into: Option<CaseId>,
    /// Whether it was entered only when it was over.
    pub afterwards: bool,
    /// When something happened to it last.
    pub touched: Moment,
    /// The clocks, all that there ever were: by when it is to be recorded.
    pub clocks: Vec<Clock>,
}

impl Lecture {
    /// When it is over.
    pub fn ends(&self) -> Moment {
        crate::shared::ends(self.starts, self.minutes)
    }

    /// Whether everybody may see it.
    pub fn is_public(&self) -> bool {
        self.announced && self.stage != Stage::Merged
    }

    /// The clock that runs, by which it is to be recorded.
    pub fn due(&self) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.is_running())
    }

    /// Whether a unit hosts it.
    pub fn is_hosted_by(&self, unit: &UnitCode) -> bool {
        self.unit == *unit || self.with.contains(unit)
    }
}

/// The register of lectures.
pub struct Lectures;

static TABLE: Layout<Lecture> = Layout {
    name: "lectures",
    edition: 1,
    columns: columns! { Lecture:
        lecture "TEXT NOT NULL" fixed = |l| l.kind.code(),
        level "TEXT NOT NULL" fixed = |l| l.level.code(),
        unit "TEXT /*collate*/ NOT NULL" fixed = |l| l.unit.as_str(),
        // How many units host it beside that one.
        co_hosts "BIGINT NOT NULL" = |l| l.with.len() as u64,
        street "TEXT /*collate*/" fixed = |l| l.street.as_ref().map(|unit| unit.as_str()),
        venue "TEXT NOT NULL" fixed = |l| l.venue.code(),
        audience "TEXT NOT NULL" fixed = |l| l.audience.code(),
        stage "TEXT NOT NULL" = |l| l.stage.code(),
        starts "BIGINT NOT NULL" = |l| l.starts.0,
        held_day "BIGINT NOT NULL" = |l| day_number(l.starts.date()),
        minutes "BIGINT NOT NULL" = |l| l.minutes,
        heads "BIGINT" = |l| l.record.map(|(heads, ..)| heads),
        counted "TEXT" = |l| l.record.map(|(_, counted, _)| counted.code()),
        online "BIGINT" = |l| l.record.and_then(|(.., online)| online),
        questions "BIGINT NOT NULL" = |l| l.questions,
        // 1 when it was entered only when it was over.
        afterwards "BIGINT NOT NULL" fixed = |l| l.afterwards,
    },
    indexes: "CREATE INDEX lectures_held ON lectures(district, held_day, seq);\n",
    terms: &[("lecture", Term::all::<Kind>)],
};

impl Register for Lectures {
    const CODE: &'static str = "lecture";
    const KINDS: &'static [&'static str] = Event::KINDS;
    const REASONS: &'static [Why] = REASONS;
    const RULES: &'static [Builtin] = RULES;
    const FOUND: &'static [&'static str] = &["topic", "place"];
    type State = Lecture;
    type Act = Act;
    type Event = Event;

    fn blank(id: CaseId) -> Lecture {
        Lecture {
            id,
            version: 0,
            code: RecordCode::default(),
            stage: Stage::Planned,
            kind: Kind::Leaders,
            level: Level::Grassroots,
            unit: UnitCode(String::new()),
            with: Vec::new(),
            starts: Moment(0),
            minutes: 0,
            street: None,
            venue: Venue::Hall,
            audience: Audience::Everybody,
            first: false,
            announced: false,
            moved: 0,
            record: None,
            corrected: 0,
            questions: 0,
            merged: Vec::new(),
            into: None,
            afterwards: false,
            touched: Moment(0),
            clocks: Vec::new(),
        }
    }

    fn version(lecture: &Lecture) -> u64 {
        lecture.version
    }

    fn kind(event: &Event) -> &'static str {
        event.kind()
    }

    fn acts() -> Vec<Declared> {
        Act::ALL.iter().map(ActOf::declared).collect()
    }

    fn offers(lecture: &Lecture, actor: &Actor, now: Moment) -> Vec<&'static ActOf> {
        rules::offers(lecture, actor, now)
    }

    fn read(code: &str, values: &Values) -> Result<Act, Vec<Refusal>> {
        Act::read(code, values)
    }

    fn needs(_lecture: &Lecture, act: &Act) -> Needs {
        let near = match act {
            Act::Merge { into } => vec![*into],
            _ => Vec::new(),
        };
        Needs { near, past: Vec::new() }
    }

    fn decide(lecture: &Lecture, act: &Act, facts: &Facts<'_>) -> Result<Vec<Deed<Event>>, Refusal> {
        rules::decide(lecture, act, facts)
    }

    fn evolve(lecture: &mut Lecture, body: &Body<Event>) {
        lecture.version += 1;
        lecture.touched = body.at;
        body.clocks.iter().for_each(|change| Clock::apply(&mut lecture.clocks, change, body.at));
        match &body.event {
            Event::Planned {
                code,
                lecture: kind,
                level,
                unit,
                with,
                starts,
                minutes,
                street,
                venue,
                audience,
                first,
            } => {
                lecture.code = code.clone();
                (lecture.kind, lecture.level) = (*kind, *level);
                (lecture.unit, lecture.with) = (unit.clone(), with.clone());
                (lecture.starts, lecture.minutes) = (*starts, *minutes);
                (lecture.street, lecture.venue) = (street.clone(), *venue);
                (lecture.audience, lecture.first) = (*audience, *first);
                lecture.afterwards = body.at >= lecture.ends();
            }
            Event::Announced {} => (lecture.stage, lecture.announced) = (Stage::Announced, true),
            Event::Moved { starts, minutes } => {
                (lecture.starts, lecture.minutes, lecture.moved) = (*starts, *minutes, lecture.moved.saturating_add(1));
            }
            Event::Cancelled {} => lecture.stage = Stage::Cancelled,
            Event::Recorded { heads, counted, online } => {
                (lecture.stage, lecture.record) = (Stage::Recorded, Some((*heads, *counted, *online)));
            }
            Event::Corrected { heads, counted, online } => {
                lecture.record = Some((*heads, *counted, *online));
                lecture.corrected = lecture.corrected.saturating_add(1);
            }
            Event::Asked { no } => lecture.questions = *no,
            Event::Joined { unit, from } => {
                if !lecture.is_hosted_by(unit) {
                    lecture.with.push(unit.clone());
                }
                lecture.merged.extend(from);
            }
            Event::Merged { into } => (lecture.stage, lecture.into) = (Stage::Merged, Some(*into)),
        }
    }

    fn public(lecture: &Lecture) -> Public {
        let due = lecture.due().map(|clock| clock.due.raw.to_string());
        Public { category: None, unit: Some(lecture.unit.0.clone()), due }
    }

    fn code(lecture: &Lecture) -> Option<&str> {
        Some(lecture.code.as_str())
    }

    fn summary(lecture: &Lecture) -> Option<Summary> {
        Some(Summary {
            id: lecture.id,
            code: lecture.code.as_str().to_owned(),
            stage: lecture.stage.code(),
            unit: lecture.unit.clone(),
            under: None,
            day: lecture.starts.date(),
            open: matches!(lecture.stage, Stage::Planned | Stage::Announced),
            erased: false,
            public: lecture.is_public(),
            touched: lecture.touched,
        })
    }

    fn title(_lecture: &Lecture, words: &Fields, _lang: Lang) -> String {
        words.get("topic").cloned().unwrap_or_default()
    }

    /// It is to be recorded once it is over.
    fn duties(lecture: &Lecture) -> Vec<Duty> {
        let owed = lecture.due().map(|clock| Duty::by(&lecture.unit, LECTURE_RECORD.id, clock.start, clock.due));
        owed.into_iter().collect()
    }

    fn table() -> Option<&'static Layout<Lecture>> {
        Some(&TABLE)
    }
}

#[cfg(test)]
mod tests;
