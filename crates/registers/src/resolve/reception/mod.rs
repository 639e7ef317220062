//! Reception days (接访日): a post sits at a place at a time, and whoever comes is heard. The roster is published ahead;
//! at the door everybody gets a number, and who misses a call comes back after two others, twice. What is said is taken
//! down in an encounter, a record of its own for each visit.

mod queue;
mod rules;

pub use queue::{AFTER_A_MISS, CALLED_LAST, MISSES, Ticket, TicketState};
pub use rules::{REASONS, RECEPTION_CLOSE, RECEPTION_NOTICE, RULES};

use domain::body::{Body, Fields};
use domain::case::PostLevel;
use domain::clock::Clock;
use domain::codes::{RecordCode, UnitCode};
use domain::handle::CaseId;
use domain::moment::day_number;
use domain::register::column::Layout;
use domain::register::{ActOf, By, Declared, Deed, Duty, Facts, Line, Public, Register, Summary, Values};
use domain::rule::Builtin;
use domain::{Actor, Label, Lang, Moment, Refusal, Role, Why, acts, columns, events, vocabulary};

vocabulary! {
    /// How people come to a reception day.
    Form {
        Fixed "fixed" "定点接访" "at the office, open to all",
        Booked "booked" "约访" "by appointment",
        Away "away" "下访" "where people live",
        WithCase "with_case" "带案下访" "where people live, about cases that are known",
    }
}

vocabulary! {
    /// Where a reception day stands.
    Stage {
        Planned "planned" "已排班" "planned",
        Published "published" "已公示" "published",
        Open "open" "接访中" "open",
        Closed "closed" "已结束" "over",
        Cancelled "cancelled" "已取消" "cancelled",
    }
}

acts! {
    /// What can be asked of a reception day.
    Act {
        /// Put a post on the roster.
        Plan "plan" "排一次接访" "plan a reception day" from [] by [By::Here(Role::Clerk), By::Here(Role::Head), By::Anywhere(Role::Dispatcher)]
            { post: Line = "接访人职务" "post", leader: Line = "接访人姓名（公示用）" "name, to be published", level: PostLevel = "职级" "level of the post",
              field: Line = "分管工作" "responsible for", form: Form = "形式" "form", starts: Moment = "开始时间" "starts", minutes: u16 = "时长（分钟）" "minutes",
              place: Line = "地点" "place", street: Option<UnitCode> = "所在街道" "street", desks: u8 = "接谈桌数" "desks", slot: u16 = "每次约谈（分钟）" "minutes of an appointment",
              host: Option<UnitCode> = "组织单位" "unit that holds it" },
        /// Publish the roster.
        Publish "publish" "公示" "publish" from ["planned"] by [By::Here(Role::Clerk), By::Here(Role::Head)] {},
        /// Another post receives.
        Swap "swap" "换人接访" "change the leader" from ["planned", "published"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { post: Line = "接访人职务" "post", leader: Line = "接访人姓名（公示用）" "name, to be published", level: PostLevel = "职级" "level of the post",
              field: Line = "分管工作" "responsible for", reason: Line = "换人原因" "why the leader is changed" },
        /// Move it to another time or place.
        Move "move" "改期" "move" from ["planned", "published"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { starts: Moment = "新的开始时间" "new start", minutes: u16 = "时长（分钟）" "minutes",
              place: Option<Line> = "新地点（不变不填）" "new place (empty: the same)", reason: Line = "改期原因" "why it is moved" },
        /// Cancel it.
        Cancel "cancel" "取消" "cancel" from ["planned", "published"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { reason: Line = "取消原因" "why it is cancelled" },
        /// It begins.
        Open "open" "开始接访" "open the day" from ["planned", "published"] by [By::Here(Role::Clerk), By::Here(Role::Head)] {},
        /// A desk calls the next number.
        Call "call" "叫下一号" "call the next number" from ["open"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { desk: u8 = "几号桌" "desk" },
        /// Whoever was called is not there.
        Miss "miss" "叫了没到" "not there" from ["open"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { no: u16 = "号码" "number" },
        /// It is over.
        Close "close" "结束接访" "close the day" from ["open"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { turned: bool = "还在等的、约了后面时段的，已逐个说明、另行安排" "who still waits or booked was told, and gets another time" },
        /// Somebody books a time.
        Reserve "reserve" "预约一个时段" "reserve a time" from ["published"] by [By::Asked]
            { slot: u16 = "第几个时段" "which time", encounter: CaseId = "预约" "booking" },
        /// A booked time is free again.
        Free "free" "退回一个时段" "free a time" from ["published", "open", "planned"] by [By::Asked]
            { encounter: CaseId = "预约" "booking" },
        /// Somebody who came gets a number.
        Number "number" "发号" "give a number" from ["open"] by [By::Asked]
            { encounter: CaseId = "来访" "encounter", no: u16 = "号码" "number", fetch: bool = "到座位上叫（听力不便）" "fetch from the seat (hard of hearing)" },
        /// Whoever was called has been heard.
        Hear "hear" "已接谈" "heard" from ["open"] by [By::Asked] { encounter: CaseId = "来访" "encounter" },
    }
}

events! {
    /// What can happen to a reception day.
    Event {
        /// It is on the roster. Private: post, leader, field, place.
        Planned "reception.planned" {
            code: RecordCode, unit: UnitCode, level: PostLevel, form: Form, starts: Moment, minutes: u16, street: Option<UnitCode>,
            desks: u8, slot: u16,
        },
        /// Everybody may see it, so many days before.
        Published "reception.published" { days: u16 },
        /// Another post receives, so many days before. Private: post, leader, field, reason.
        Swapped "reception.swapped" { level: PostLevel, days: u16 },
        /// It is held at another time or place. Private: reason, and the place if it is another one.
        Moved "reception.moved" { starts: Moment, minutes: u16 },
        /// It is not held. Private: reason.
        Cancelled "reception.cancelled" {},
        /// It began.
        Opened "reception.opened" {},
        /// Somebody booked a time.
        Reserved "reception.reserved" { slot: u16, encounter: CaseId },
        /// The time is free again.
        Freed "reception.freed" { slot: u16 },
        /// Somebody got a number; with the time that was booked, if any was.
        Numbered "reception.numbered" { no: u16, encounter: CaseId, slot: Option<u16>, fetch: bool },
        /// A number was called to a desk.
        Called "reception.called" { no: u16, desk: u8 },
        /// Who was called was not there: back after two others, or, the third time, gone.
        Missed "reception.missed" { no: u16 },
        /// Who was called has been heard.
        Heard "reception.heard" { no: u16 },
        /// It is over; so many still waited and were sent home.
        Closed "reception.closed" { turned: u16 },
    }
}

/// A reception day as its events tell it.
#[derive(Clone, Debug)]
pub struct Reception {
    /// Its handle.
    pub id: CaseId,
    /// How many events it has.
    pub version: u64,
    /// Its code.
    pub code: RecordCode,
    /// Where it stands.
    pub stage: Stage,
    /// The unit that holds it.
    pub unit: UnitCode,
    /// The level of the post that receives.
    pub level: PostLevel,
    /// How people come.
    pub form: Form,
    /// When it starts.
    pub starts: Moment,
    /// How long it is meant to be.
    pub minutes: u16,
    /// The street of its place.
    pub street: Option<UnitCode>,
    /// How many desks there are.
    pub desks: u8,
    /// How long an appointment is, in minutes.
    pub slot: u16,
    /// How many days before it was published; none while it is not.
    pub published: Option<u16>,
    /// How often another post took over.
    pub swaps: u16,
    /// Which times are booked, each by an encounter.
    pub booked: Vec<(u16, CaseId)>,
    /// Every number that was given.
    pub tickets: Vec<Ticket>,
    /// The numbers that wait, in the order in which they are called.
    pub line: Vec<u16>,
    /// How many were sent home when it was closed.
    pub turned: u16,
    /// When something happened to it last.
    pub touched: Moment,
    /// The clocks, all that there ever were: by when it is to be closed.
    pub clocks: Vec<Clock>,
}

impl Reception {
    /// Whether everybody may see it.
    pub fn is_public(&self) -> bool {
        self.published.is_some() || matches!(self.stage, Stage::Open | Stage::Closed)
    }

    /// Whether the name of whoever receives is shown: while it is published, and not any more when it is over, whether
    /// somebody closes it or not.
    pub fn shows_leader(&self, now: Moment) -> bool {
        matches!(self.stage, Stage::Published | Stage::Open) && self.is_on(now)
    }

    /// Whether its last day is not over.
    pub fn is_on(&self, now: Moment) -> bool {
        now.date() <= self.ends().date()
    }

    /// When it is over.
    pub fn ends(&self) -> Moment {
        crate::shared::ends(self.starts, self.minutes)
    }

    /// The clock that runs.
    pub fn due(&self) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.is_running())
    }
}

/// The register of reception days.
pub struct Receptions;

static TABLE: Layout<Reception> = Layout {
    name: "receptions",
    edition: 1,
    columns: columns! { Reception:
        unit "TEXT /*collate*/ NOT NULL" fixed = |r| r.unit.as_str(),
        street "TEXT /*collate*/" fixed = |r| r.street.as_ref().map(|unit| unit.as_str()),
        form "TEXT NOT NULL" fixed = |r| r.form.code(),
        level "TEXT NOT NULL" = |r| r.level.code(),
        stage "TEXT NOT NULL" = |r| r.stage.code(),
        starts "BIGINT NOT NULL" = |r| r.starts.0,
        held_day "BIGINT NOT NULL" = |r| day_number(r.starts.date()),
        published "BIGINT" = |r| r.published,
        swaps "BIGINT NOT NULL" = |r| r.swaps,
        numbers "BIGINT NOT NULL" = |r| r.tickets.len() as u64,
        heard "BIGINT NOT NULL" = |r| r.tickets.iter().filter(|t| t.state == TicketState::Heard).count() as u64,
        turned "BIGINT NOT NULL" = |r| r.turned,
    },
    indexes: "CREATE INDEX receptions_held ON receptions(district, held_day, seq);\n",
    terms: &[],
};

impl Register for Receptions {
    const CODE: &'static str = "reception";
    const KINDS: &'static [&'static str] = Event::KINDS;
    const REASONS: &'static [Why] = REASONS;
    const RULES: &'static [Builtin] = RULES;
    /// The name is published while the day is ahead, and is nobody else's afterwards.
    const CLOSED: &'static [&'static str] = &["leader"];
    const FOUND: &'static [&'static str] = &["post", "field", "place"];
    type State = Reception;
    type Act = Act;
    type Event = Event;

    fn blank(id: CaseId) -> Reception {
        Reception {
            id,
            version: 0,
            code: RecordCode::default(),
            stage: Stage::Planned,
            unit: UnitCode(String::new()),
            level: PostLevel::Other,
            form: Form::Fixed,
            starts: Moment(0),
            minutes: 0,
            street: None,
            desks: 1,
            slot: 1,
            published: None,
            swaps: 0,
            booked: Vec::new(),
            tickets: Vec::new(),
            line: Vec::new(),
            turned: 0,
            touched: Moment(0),
            clocks: Vec::new(),
        }
    }

    fn version(day: &Reception) -> u64 {
        day.version
    }

    fn kind(event: &Event) -> &'static str {
        event.kind()
    }

    fn acts() -> Vec<Declared> {
        Act::ALL.iter().map(ActOf::declared).collect()
    }

    fn offers(day: &Reception, actor: &Actor, now: Moment) -> Vec<&'static ActOf> {
        rules::offers(day, actor, now)
    }

    fn read(code: &str, values: &Values) -> Result<Act, Vec<Refusal>> {
        Act::read(code, values)
    }

    fn decide(day: &Reception, act: &Act, facts: &Facts<'_>) -> Result<Vec<Deed<Event>>, Refusal> {
        rules::decide(day, act, facts)
    }

    fn evolve(day: &mut Reception, body: &Body<Event>) {
        day.version += 1;
        day.touched = body.at;
        body.clocks.iter().for_each(|change| Clock::apply(&mut day.clocks, change, body.at));
        match &body.event {
            Event::Planned { code, unit, level, form, starts, minutes, street, desks, slot } => {
                (day.code, day.unit, day.level, day.form) = (code.clone(), unit.clone(), *level, *form);
                (day.starts, day.minutes, day.street) = (*starts, *minutes, street.clone());
                (day.desks, day.slot) = (*desks, *slot);
            }
            Event::Published { days } => (day.stage, day.published) = (Stage::Published, Some(*days)),
            Event::Swapped { level, .. } => (day.level, day.swaps) = (*level, day.swaps.saturating_add(1)),
            Event::Moved { starts, minutes } => {
                // Whoever looked before knew another time: from now on counts.
                let days = (day_number(starts.date()) - day_number(body.at.date())).max(0);
                day.published = day.published.map(|_| u16::try_from(days).unwrap_or(u16::MAX));
                (day.starts, day.minutes) = (*starts, *minutes);
            }
            Event::Cancelled {} => day.stage = Stage::Cancelled,
            Event::Opened {} => day.stage = Stage::Open,
            Event::Reserved { slot, encounter } => day.booked.push((*slot, *encounter)),
            Event::Freed { slot } => day.booked.retain(|(booked, _)| booked != slot),
            Event::Numbered { no, encounter, slot, fetch } => day.take(Ticket {
                no: *no,
                encounter: *encounter,
                slot: *slot,
                fetch: *fetch,
                came: body.at,
                state: TicketState::Waiting,
                desk: None,
                called: None,
                misses: 0,
            }),
            Event::Called { no, desk } => day.call(*no, *desk, body.at),
            Event::Missed { no } => day.miss(*no),
            Event::Heard { no } => day.settle(*no, TicketState::Heard),
            Event::Closed { turned } => {
                (day.stage, day.turned) = (Stage::Closed, *turned);
                day.line.clear();
                for ticket in day.tickets.iter_mut().filter(|ticket| ticket.is_here()) {
                    ticket.state = TicketState::Left;
                }
            }
        }
    }

    fn public(day: &Reception) -> Public {
        let due = day.due().map(|clock| clock.due.raw.to_string());
        Public { category: None, unit: Some(day.unit.0.clone()), due }
    }

    fn code(day: &Reception) -> Option<&str> {
        Some(day.code.as_str())
    }

    fn summary(day: &Reception) -> Option<Summary> {
        Some(Summary {
            id: day.id,
            code: day.code.as_str().to_owned(),
            stage: day.stage.code(),
            unit: day.unit.clone(),
            under: None,
            day: day.starts.date(),
            open: !matches!(day.stage, Stage::Closed | Stage::Cancelled),
            erased: false,
            public: day.is_public(),
            touched: day.touched,
        })
    }

    /// The post is the title: whoever holds it is no heading.
    fn title(_day: &Reception, words: &Fields, _lang: Lang) -> String {
        words.get("post").cloned().unwrap_or_default()
    }

    /// A day that is over is closed, opened late or cancelled.
    fn duties(day: &Reception) -> Vec<Duty> {
        // On the day itself there is nothing to be mended yet.
        let from = |start: calendar::Date| start.tomorrow().unwrap_or(start);
        let owed = day.due().map(|clock| Duty::by(&day.unit, RECEPTION_CLOSE.id, from(clock.start), clock.due));
        owed.into_iter().collect()
    }

    fn table() -> Option<&'static Layout<Reception>> {
        Some(&TABLE)
    }
}
