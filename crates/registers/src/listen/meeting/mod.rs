//! Talk meetings (恳谈会). A note-taker writes down each opinion as it is said; it is read back to whoever said it, and
//! then it is a case. Several note-takers write at once, and none overwrites another's line: each is a record of its own
//! ([opinions](super::opinion)), and the meeting knows its number and where it stands. On its board units claim what was
//! said (现场认领).

mod rules;

pub use crate::shared::{Counted, Sort};
pub use rules::*;

use calendar::Date;
use domain::body::{Body, Fields};
use domain::clock::Clock;
use domain::codes::{CategoryCode, RecordCode, UnitCode};
use domain::handle::CaseId;
use domain::moment::day_number;
use domain::register::column::Layout;
use domain::register::{ActOf, By, Declared, Deed, Duty, Facts, Line, Needs, Public, Register, Summary, Text, Values};
use domain::rule::Builtin;
use domain::{Actor, Label, Lang, Moment, Refusal, Role, Why, acts, columns, events, vocabulary};

vocabulary! {
    /// How those who come were found.
    Chosen {
        Open "open" "公告后自愿到会" "whoever wants to come",
        Invited "invited" "邀请" "invited",
        Both "both" "公告和邀请" "invited, and whoever wants to come",
    }
}

vocabulary! {
    /// Where a meeting stands.
    Stage {
        Planned "planned" "已计划" "planned",
        Noticed "noticed" "已公告" "announced",
        Open "open" "进行中" "open",
        Closed "closed" "已散会" "closed",
        Approved "approved" "纪要已审定" "minutes approved",
        Cancelled "cancelled" "已取消" "cancelled",
    }
}

vocabulary! {
    /// Where a line of a note-taker stands.
    NoteState {
        Noted "noted" "待读回" "to be read back",
        /// The speaker agreed to the words: it is a case.
        Confirmed "confirmed" "已读回" "read back",
        /// It is a case in the note-taker's words: the speaker had left.
        Unread "unread" "未读回" "not read back",
        Dropped "dropped" "已划去" "struck out",
    }
}

acts! {
    /// What can be asked of a talk meeting.
    Act {
        /// Plan it.
        Plan "plan" "登记一次恳谈会" "plan a talk meeting" from [] by [By::Here(Role::Clerk), By::Here(Role::Head), By::Anywhere(Role::Dispatcher)]
            { name: Line = "名称" "name", no: u16 = "届次" "meeting number", topics: Text = "议题（每行一个）" "topics, one a line",
              agenda: Option<Text> = "议程" "agenda", starts: Moment = "开始时间" "starts", minutes: u16 = "时长（分钟）" "minutes",
              place: Line = "地点" "place", street: Option<UnitCode> = "所在街道" "street", chair: Line = "主持人职务" "chair's post",
              departments: Vec<UnitCode> = "到会部门" "departments that come", chosen: Chosen = "群众怎么来" "how people come",
              convener: Option<UnitCode> = "召集单位" "convener", after: Option<CaseId> = "上一次" "previous meeting" },
        /// Announce it to everybody.
        Notice "notice" "发布公告" "announce" from ["planned"] by [By::Here(Role::Clerk), By::Here(Role::Head)] {},
        /// Move it to another time or place.
        Move "move" "改期" "move" from ["planned", "noticed"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { starts: Moment = "新的开始时间" "new start", minutes: u16 = "时长（分钟）" "minutes",
              place: Option<Line> = "新地点（不变不填）" "new place (empty: the same)", reason: Line = "改期原因" "why it is moved" },
        /// Cancel it.
        Cancel "cancel" "取消" "cancel" from ["planned", "noticed"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { reason: Line = "取消原因" "why it is cancelled" },
        /// It begins.
        Open "open" "开会" "open the meeting" from ["planned", "noticed"] by [By::Here(Role::Clerk), By::Here(Role::Head)] {},
        /// Write down an opinion.
        Note "note" "记一条" "write a line" from ["open"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { words: Text = "原话" "what was said", topic: u8 = "议题" "topic", how: super::opinion::How = "怎么提的" "spoken or written" },
        /// The speaker agrees to the words: it is a case.
        Confirm "confirm" "读回后立案" "read back, and make it a case" from ["open", "closed"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { no: u16 = "第几条" "which line", words: Text = "读回后的原话" "the words as they were agreed", sort: Sort = "按什么办" "handled as",
              category: Option<CategoryCode> = "类别" "category", near: Option<UnitCode> = "所在街道" "street", name: Option<Line> = "称呼" "name",
              phone: Option<Line> = "电话（便于答复）" "phone, for the answer", public: bool = "本人同意公开原话" "the speaker lets the words be shown" },
        /// Strike out a line: it was said twice, or its speaker takes it back.
        Drop "drop" "划去" "strike out" from ["open", "closed"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { no: u16 = "第几条" "which line", reason: Line = "划去原因" "why it is struck out" },
        /// Open the board, on which units claim what was said.
        Board "board" "打开认领板" "open the board" from ["open"] by [By::Here(Role::Clerk), By::Here(Role::Head)] {},
        /// A unit came that was not expected.
        Invite "invite" "增加到会部门" "add units that came" from ["planned", "noticed", "open"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { units: Vec<UnitCode> = "到会部门" "units that came" },
        /// Close the board: what one unit claimed is settled with it.
        EndBoard "end_board" "结束认领" "close the board" from ["open"] by [By::Here(Role::Clerk), By::Here(Role::Head)] {},
        /// Nobody closed the board on the day after the meeting. Nothing is settled: what was claimed is for the dispatch centre.
        Lapse "lapse" "认领板到期收起" "the board lapses" from ["open"] by [By::Clock] {},
        /// It is over. What was not read back becomes cases as it was written, and says so.
        Close "close" "散会" "close the meeting" from ["open"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { heads: u32 = "到会群众人次" "attendance of residents", counted: Counted = "怎么数的" "how it was counted",
              unread: bool = "没读回的照记录立案，注明未读回" "register what was not read back as it was written, and say so" },
        /// Write the minutes, or write them anew.
        Minute "minute" "写纪要" "write the minutes" from ["closed"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { text: Text = "纪要正文" "the minutes" },
        /// The head approves the minutes.
        Approve "approve" "审定纪要" "approve the minutes" from ["closed"] by [By::Here(Role::Head)] {},
    }
}

events! {
    /// What can happen to a talk meeting.
    Event {
        /// It is planned. Private: name, topics, agenda, place, chair.
        Planned "meeting.planned" {
            code: RecordCode, no: u16, unit: UnitCode, departments: Vec<UnitCode>, starts: Moment, minutes: u16,
            street: Option<UnitCode>, chosen: Chosen, topics: u8, after: Option<CaseId>,
        },
        /// Everybody may see it, so many days before.
        Noticed "meeting.noticed" { days: u16 },
        /// It is held at another time or place. Private: reason, and the place if it is another one.
        Moved "meeting.moved" { starts: Moment, minutes: u16 },
        /// It is not held. Private: reason.
        Cancelled "meeting.cancelled" {},
        /// It began.
        Opened "meeting.opened" {},
        /// An opinion was written down.
        Noted "meeting.noted" { no: u16, opinion: CaseId },
        /// An opinion is a case.
        Confirmed "meeting.confirmed" { no: u16, read_back: bool },
        /// A line was struck out.
        Dropped "meeting.dropped" { no: u16 },
        /// Further units came.
        Invited "meeting.invited" { units: Vec<UnitCode> },
        /// From now on units claim what was said.
        BoardOpened "meeting.board_opened" {},
        /// Nothing more is claimed.
        BoardClosed "meeting.board_closed" {},
        /// It is over.
        Closed "meeting.closed" { heads: u32, counted: Counted },
        /// The minutes were written. Private: minutes.
        Minuted "meeting.minuted" {},
        /// The minutes stand.
        Approved "meeting.approved" {},
    }
}

/// A line of a note-taker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its number.
    pub no: u16,
    /// Its record.
    pub opinion: CaseId,
    /// Where it stands.
    pub state: NoteState,
}

/// A talk meeting as its events tell it.
#[derive(Clone, Debug)]
pub struct Meeting {
    /// Its handle.
    pub id: CaseId,
    /// How many events it has.
    pub version: u64,
    /// Its code.
    pub code: RecordCode,
    /// Where it stands.
    pub stage: Stage,
    /// The number in its row of meetings.
    pub no: u16,
    /// The unit that convenes it.
    pub unit: UnitCode,
    /// The units that come.
    pub departments: Vec<UnitCode>,
    /// When it starts.
    pub starts: Moment,
    /// How long it is meant to be.
    pub minutes: u16,
    /// The street of its place.
    pub street: Option<UnitCode>,
    /// How those who come were found.
    pub chosen: Chosen,
    /// How many topics it has.
    pub topics: u8,
    /// The meeting before it.
    pub after: Option<CaseId>,
    /// How many days before it was announced; none while it is not.
    pub noticed: Option<u16>,
    /// When it was opened.
    pub opened: Option<Moment>,
    /// The lines of its note-takers.
    pub notes: Vec<Note>,
    /// Whether its board is open.
    pub board: bool,
    /// Whether it ever was.
    pub boarded: bool,
    /// Heads of residents, and how they were counted; once it is closed.
    pub heads: Option<(u32, Counted)>,
    /// Whether minutes were written.
    pub minuted: bool,
    /// When something happened to it last.
    pub touched: Moment,
    /// The clocks, all that there ever were: by when its minutes are to be approved.
    pub clocks: Vec<Clock>,
}

impl Meeting {
    /// Whether everybody may see it.
    pub fn is_public(&self) -> bool {
        self.noticed.is_some() || matches!(self.stage, Stage::Open | Stage::Closed | Stage::Approved)
    }

    /// A line.
    pub fn note(&self, no: u16) -> Option<&Note> {
        self.notes.iter().find(|note| note.no == no)
    }

    /// How many lines stand so.
    pub fn count(&self, state: NoteState) -> usize {
        self.notes.iter().filter(|note| note.state == state).count()
    }

    /// The clock that runs.
    pub fn due(&self) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.is_running())
    }

    fn settle(&mut self, no: u16, state: NoteState) {
        if let Some(note) = self.notes.iter_mut().find(|note| note.no == no) {
            note.state = state;
        }
    }
}

/// The last day of its board: the day after the meeting.
fn board_ends(meeting: &Meeting) -> Date {
    let day = meeting.starts.date();
    day.tomorrow().unwrap_or(day)
}

/// The register of talk meetings.
pub struct Meetings;

static TABLE: Layout<Meeting> = Layout {
    name: "meetings",
    edition: 2,
    columns: columns! { Meeting:
        unit "TEXT /*collate*/ NOT NULL" fixed = |m| m.unit.as_str(),
        street "TEXT /*collate*/" fixed = |m| m.street.as_ref().map(|unit| unit.as_str()),
        chosen "TEXT NOT NULL" fixed = |m| m.chosen.code(),
        stage "TEXT NOT NULL" = |m| m.stage.code(),
        starts "BIGINT NOT NULL" = |m| m.starts.0,
        held_day "BIGINT NOT NULL" = |m| day_number(m.starts.date()),
        noticed "BIGINT" = |m| m.noticed,
        departments "BIGINT NOT NULL" = |m| m.departments.len() as u64,
        heads "BIGINT" = |m| m.heads.map(|(heads, _)| heads),
        counted "TEXT" = |m| m.heads.map(|(_, counted)| counted.code()),
        // Opinions that are cases, and how many of them were read back.
        opinions "BIGINT NOT NULL" = |m| (m.count(NoteState::Confirmed) + m.count(NoteState::Unread)) as u64,
        read_back "BIGINT NOT NULL" = |m| m.count(NoteState::Confirmed) as u64,
        struck "BIGINT NOT NULL" = |m| m.count(NoteState::Dropped) as u64,
        boarded "BIGINT NOT NULL" = |m| m.boarded,
    },
    indexes: "CREATE INDEX meetings_held ON meetings(district, held_day, seq);\n",
    terms: &[],
};

impl Register for Meetings {
    const CODE: &'static str = "meeting";
    const KINDS: &'static [&'static str] = Event::KINDS;
    const REASONS: &'static [Why] = REASONS;
    const RULES: &'static [Builtin] = RULES;
    const FOUND: &'static [&'static str] = &["name", "topics", "place"];
    type State = Meeting;
    type Act = Act;
    type Event = Event;

    fn blank(id: CaseId) -> Meeting {
        Meeting {
            id,
            version: 0,
            code: RecordCode::default(),
            stage: Stage::Planned,
            no: 0,
            unit: UnitCode(String::new()),
            departments: Vec::new(),
            starts: Moment(0),
            minutes: 0,
            street: None,
            chosen: Chosen::Open,
            topics: 0,
            after: None,
            noticed: None,
            opened: None,
            notes: Vec::new(),
            board: false,
            boarded: false,
            heads: None,
            minuted: false,
            touched: Moment(0),
            clocks: Vec::new(),
        }
    }

    fn version(meeting: &Meeting) -> u64 {
        meeting.version
    }

    fn kind(event: &Event) -> &'static str {
        event.kind()
    }

    fn acts() -> Vec<Declared> {
        Act::ALL.iter().map(ActOf::declared).collect()
    }

    fn offers(meeting: &Meeting, actor: &Actor, now: Moment) -> Vec<&'static ActOf> {
        rules::offers(meeting, actor, now)
    }

    fn read(code: &str, values: &Values) -> Result<Act, Vec<Refusal>> {
        Act::read(code, values)
    }

    fn needs(meeting: &Meeting, act: &Act) -> Needs {
        match act {
            Act::Plan { after: Some(before), .. } => Needs { near: vec![*before], past: Vec::new() },
            Act::EndBoard {} => {
                let cases = |note: &&Note| matches!(note.state, NoteState::Confirmed | NoteState::Unread);
                let lines = meeting.notes.iter().filter(cases).map(|note| note.opinion);
                Needs { near: lines.collect(), past: Vec::new() }
            }
            _ => Needs::default(),
        }
    }

    fn decide(meeting: &Meeting, act: &Act, facts: &Facts<'_>) -> Result<Vec<Deed<Event>>, Refusal> {
        rules::decide(meeting, act, facts)
    }

    fn evolve(meeting: &mut Meeting, body: &Body<Event>) {
        meeting.version += 1;
        meeting.touched = body.at;
        body.clocks.iter().for_each(|change| Clock::apply(&mut meeting.clocks, change, body.at));
        match &body.event {
            Event::Planned { code, no, unit, departments, starts, minutes, street, chosen, topics, after } => {
                (meeting.code, meeting.no, meeting.unit) = (code.clone(), *no, unit.clone());
                (meeting.departments, meeting.street) = (departments.clone(), street.clone());
                (meeting.starts, meeting.minutes) = (*starts, *minutes);
                (meeting.chosen, meeting.topics, meeting.after) = (*chosen, *topics, *after);
            }
            Event::Noticed { days } => (meeting.stage, meeting.noticed) = (Stage::Noticed, Some(*days)),
            Event::Moved { starts, minutes } => {
                // Whoever looked before knew another time: from now on counts.
                let days = (day_number(starts.date()) - day_number(body.at.date())).max(0);
                meeting.noticed = meeting.noticed.map(|_| u16::try_from(days).unwrap_or(u16::MAX));
                (meeting.starts, meeting.minutes) = (*starts, *minutes);
            }
            Event::Cancelled {} => meeting.stage = Stage::Cancelled,
            Event::Opened {} => (meeting.stage, meeting.opened) = (Stage::Open, Some(body.at)),
            Event::Noted { no, opinion } => {
                meeting.notes.push(Note { no: *no, opinion: *opinion, state: NoteState::Noted });
            }
            Event::Confirmed { no, read_back } => {
                meeting.settle(*no, if *read_back { NoteState::Confirmed } else { NoteState::Unread });
            }
            Event::Dropped { no } => meeting.settle(*no, NoteState::Dropped),
            Event::Invited { units } => meeting.departments.extend(units.iter().cloned()),
            Event::BoardOpened {} => (meeting.board, meeting.boarded) = (true, true),
            Event::BoardClosed {} => meeting.board = false,
            Event::Closed { heads, counted } => {
                (meeting.stage, meeting.heads) = (Stage::Closed, Some((*heads, *counted)));
            }
            Event::Minuted {} => meeting.minuted = true,
            Event::Approved {} => meeting.stage = Stage::Approved,
        }
    }

    fn public(meeting: &Meeting) -> Public {
        let due = meeting.due().map(|clock| clock.due.raw.to_string());
        Public { category: None, unit: Some(meeting.unit.0.clone()), due }
    }

    fn code(meeting: &Meeting) -> Option<&str> {
        Some(meeting.code.as_str())
    }

    fn summary(meeting: &Meeting) -> Option<Summary> {
        Some(Summary {
            id: meeting.id,
            code: meeting.code.as_str().to_owned(),
            stage: meeting.stage.code(),
            unit: meeting.unit.clone(),
            under: None,
            day: meeting.starts.date(),
            open: !matches!(meeting.stage, Stage::Approved | Stage::Cancelled),
            erased: false,
            public: meeting.is_public(),
            touched: meeting.touched,
        })
    }

    fn title(_meeting: &Meeting, words: &Fields, _lang: Lang) -> String {
        words.get("name").cloned().unwrap_or_default()
    }

    /// Its minutes are to be approved once it is over; a meeting that was not opened or closed is cancelled or closed first.
    fn duties(meeting: &Meeting) -> Vec<Duty> {
        let owed = meeting.due().map(|clock| Duty::by(&meeting.unit, MEETING_MINUTES.id, clock.start, clock.due));
        owed.into_iter().collect()
    }

    /// A board that is left open would show what was said to every department for ever.
    fn wake(meeting: &Meeting) -> Option<Date> {
        meeting.board.then(|| board_ends(meeting))
    }

    fn by_clock(_meeting: &Meeting) -> Vec<Act> {
        vec![Act::Lapse {}]
    }

    fn table() -> Option<&'static Layout<Meeting>> {
        Some(&TABLE)
    }
}
