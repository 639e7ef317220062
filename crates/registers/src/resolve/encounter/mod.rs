//! Encounters (来访、走访), one for each time that somebody was received: at the open door, by appointment, at home, or on a
//! return visit after an answer (四访). What is said becomes a case at the table, none, one or several; its words stand in
//! the case alone.

mod rules;

pub use rules::REASONS;

use domain::body::{Body, Fields};
use domain::case::{Door, PostLevel};
use domain::codes::{CategoryCode, RecordCode, UnitCode};
use domain::handle::CaseId;
use domain::moment::day_number;
use domain::register::column::Layout;
use domain::register::{
    ActOf, By, Declared, Deed, Facts, Handed, Line, Needs, Public, Register, Summary, Term, Text, Values,
};
use domain::tell::{Channel, Notice, Tell, To};
use domain::track::Track;
use domain::{Actor, Label, Lang, Moment, Refusal, Role, Why, acts, columns, events, vocabulary};

vocabulary! {
    /// In which of the four ways somebody is received (四访).
    Mode {
        OpenDoor "open_door" "开门接访" "at the open door",
        Appointment "appointment" "进门约访" "by appointment",
        Home "home" "登门走访" "at home",
        Return "return" "上门回访" "on a return visit",
    }
}

impl Mode {
    /// The door by which its cases come in.
    pub fn door(self) -> Door {
        match self {
            Mode::OpenDoor => Door::Reception,
            Mode::Appointment => Door::Appointment,
            Mode::Home => Door::HomeVisit,
            Mode::Return => Door::ReturnVisit,
        }
    }
}

vocabulary! {
    /// Which visits are made to people.
    Trip {
        Home "home" "登门走访" "at home",
        Return "return" "上门回访" "return visit after an answer",
    }
}

vocabulary! {
    /// As what something that is said at the table is handled.
    Matter {
        Petition "petition" "信访事项" "petition",
        Request "request" "诉求" "request",
        Suggestion "suggestion" "建议" "suggestion",
    }
}

impl Matter {
    /// The procedure that its case follows.
    pub fn track(self) -> Track {
        match self {
            Matter::Petition => Track::Petition,
            Matter::Request => Track::Hotline,
            Matter::Suggestion => Track::Suggestion,
        }
    }
}

vocabulary! {
    /// In which language who booked is told of what becomes of the day.
    Tongue {
        Zh "zh" "中文" "Chinese",
        En "en" "英文" "English",
    }
}

vocabulary! {
    /// What messages to who booked say.
    Topic {
        Moved "encounter_moved" "接访改期" "a reception day is moved",
        Relocated "encounter_relocated" "接访换地点" "a reception day is at another place",
        CalledOff "encounter_called_off" "接访取消" "a reception day is cancelled",
    }
}

vocabulary! {
    /// Where an encounter stands.
    Stage {
        Booked "booked" "已预约" "booked",
        Waiting "waiting" "已到，等候" "here, waiting",
        Received "received" "已接谈" "received",
        /// Booked or come, and not heard: nobody is asked why.
        Left "left" "没有接谈" "not heard",
        Cancelled "cancelled" "已退约" "booking cancelled",
        /// The unit does not hold the day.
        CalledOff "called_off" "接访日取消" "the unit cancelled the day",
        /// Entered by mistake, or twice: it counts nowhere.
        Void "void" "记错作废" "entered by mistake",
    }
}

acts! {
    /// What can be asked of an encounter.
    Act {
        /// Book a time of a reception day, for oneself or for somebody who calls.
        Book "book" "预约" "book" from [] by [By::Resident, By::Here(Role::Clerk), By::Here(Role::Head), By::Anywhere(Role::Dispatcher)]
            { reception: CaseId = "接访日" "reception day", slot: u16 = "时段" "time", phone: Line = "电话" "phone", name: Option<Line> = "称呼" "name",
              people: u8 = "几个人来" "how many come", matter: Option<Text> = "想谈什么" "what it is about", fetch: bool = "听力不便，请到座位上叫" "fetch me from my seat: I hear badly",
              tongue: Option<Tongue> = "改期、取消的短信用哪种语言" "language of the text message, if the day is moved or cancelled" },
        /// Somebody comes to the door without a booking, and gets a number.
        Come "come" "发号" "give a number" from [] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { reception: CaseId = "接访日" "reception day", people: u8 = "几个人来" "how many came", fetch: bool = "到座位上叫（听力不便）" "fetch from the seat (hard of hearing)" },
        /// Enter a visit that was made to somebody.
        Visit "visit" "登记一次走访" "enter a visit" from [] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { mode: Trip = "方式" "kind of visit", post: Line = "走访人职务" "post", level: PostLevel = "职级" "level of the post", at: Moment = "时间" "when",
              street: Option<UnitCode> = "所在街道" "street", agreed: bool = "对方事先同意上门" "the visit was agreed to before",
              about: Option<CaseId> = "回访哪一件" "the case of a return visit", opinion: Option<Text> = "当场说明" "what was said on the spot" },
        /// Who booked is here, and gets a number.
        Arrive "arrive" "到了，发号" "here: give a number" from ["booked"] by [By::Here(Role::Clerk), By::Here(Role::Head)] {},
        /// Give the booked time back.
        Unbook "unbook" "退约" "cancel the booking" from ["booked"] by [By::Resident, By::Here(Role::Clerk), By::Here(Role::Head), By::Anywhere(Role::Dispatcher)] {},
        /// Take down what is said: it is a case.
        TakeDown "take_down" "登记一件" "take it down" from ["waiting", "received"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { words: Text = "原话" "what is said", kind: Matter = "按什么办" "handled as", category: Option<CategoryCode> = "类别" "category",
              near: Option<UnitCode> = "所在街道" "street", place: Option<Line> = "地点" "place", name: Option<Line> = "称呼" "name",
              phone: Option<Line> = "电话（便于答复）" "phone, for the answer", speakers: Option<u8> = "几个人一起反映（最多五人）" "how many speak, five at most",
              opinion: Option<Text> = "接谈人当场意见" "opinion on the spot", public: bool = "本人同意公开原话" "the speaker lets the words be shown" },
        /// It was talked over, and nothing is left to be handled.
        Advise "advise" "当场答复，不登记诉求" "answered on the spot, no case" from ["waiting"] by [By::Here(Role::Clerk), By::Here(Role::Head)]
            { opinion: Text = "当场答复了什么" "what was answered" },
        /// It was entered by mistake, or twice: it counts nowhere any more.
        Void "void" "记错作废" "entered by mistake" from ["received"] by [By::Here(Role::Head), By::Here(Role::Clerk)]
            { reason: Line = "为什么作废" "what was wrong" },
        /// It came to nothing: the day is over, was cancelled, or three calls were missed.
        Leave "leave" "没有接谈" "not heard" from ["booked", "waiting"] by [By::Asked] {},
        /// The day is held at another time, and its bookings go along.
        Shift "shift" "随接访日改期" "moved with the day" from ["booked"] by [By::Asked] { at: Moment = "新的时间" "new time" },
        /// The day is held at the same time and at another place.
        Relocate "relocate" "随接访日换地点" "at another place with the day" from ["booked"] by [By::Asked] {},
        /// The day is not held.
        CallOff "call_off" "接访日取消" "the day is cancelled" from ["booked"] by [By::Asked] {},
        /// Destroy what was written of it.
        Erase "erase" "删除个人信息" "erase personal data" from ["booked", "received", "left", "cancelled", "called_off", "void"]
            by [By::Here(Role::Head), By::Anywhere(Role::Dispatcher)] {},
    }
}

events! {
    /// What can happen to an encounter.
    Event {
        /// A time was booked. Private: phone, name, matter.
        Booked "encounter.booked" {
            code: RecordCode, reception: CaseId, unit: UnitCode, level: PostLevel, street: Option<UnitCode>, slot: u16, day: Moment, people: u8,
            fetch: bool, tongue: Option<Tongue>,
        },
        /// Somebody came without a booking, and has a number.
        Came "encounter.came" {
            code: RecordCode, reception: CaseId, unit: UnitCode, level: PostLevel, street: Option<UnitCode>, no: u16, people: u8,
        },
        /// Who booked is here, and has a number. The level is that of the post that receives on the day.
        Arrived "encounter.arrived" { no: u16, level: PostLevel },
        /// The booked time was given back.
        Unbooked "encounter.unbooked" {},
        /// A visit was made. Private: post, opinion.
        Visited "encounter.visited" {
            code: RecordCode, unit: UnitCode, mode: Trip, level: PostLevel, street: Option<UnitCode>, day: Moment, about: Option<CaseId>,
        },
        /// Somebody was heard. Private: opinion.
        Received "encounter.received" {},
        /// What was said is a case, which says that it is because of this event. Private: opinion, of a further one.
        TakenDown "encounter.taken_down" { no: u16 },
        /// It was entered by mistake, or twice. Private: reason.
        Voided "encounter.voided" {},
        /// It came to nothing.
        Left "encounter.left" {},
        /// The day is held at another time; the booking goes along.
        Moved "encounter.moved" { day: Moment },
        /// The day is held at another place.
        Relocated "encounter.relocated" {},
        /// The day is not held.
        CalledOff "encounter.called_off" {},
        /// What was written of it is destroyed.
        Erased "encounter.erased" {},
    }
}

/// An encounter as its events tell it.
#[derive(Clone, Debug)]
pub struct Encounter {
    /// Its handle.
    pub id: CaseId,
    /// How many events it has.
    pub version: u64,
    /// Its code.
    pub code: RecordCode,
    /// Where it stands.
    pub stage: Stage,
    /// In which way somebody is received.
    pub mode: Mode,
    /// The unit that holds the day, or made the visit.
    pub unit: UnitCode,
    /// The level of the post that receives.
    pub level: PostLevel,
    /// The street of the place.
    pub street: Option<UnitCode>,
    /// The reception day; none for a visit.
    pub reception: Option<CaseId>,
    /// The case of a return visit.
    pub about: Option<CaseId>,
    /// When it is, was, or was to be.
    pub day: Moment,
    /// The time that was booked, from 0.
    pub slot: Option<u16>,
    /// The number that was given at the door.
    pub no: Option<u16>,
    /// How many came or come.
    pub people: u8,
    /// Whether whoever booked asks to be fetched from the seat.
    pub fetch: bool,
    /// In which language who booked is told.
    pub tongue: Tongue,
    /// When the number was given.
    pub came: Option<Moment>,
    /// When somebody was heard.
    pub received: Option<Moment>,
    /// How many cases came of it.
    pub matters: u16,
    /// Whether what was written of it is destroyed.
    pub erased: bool,
    /// When something happened to it last.
    pub touched: Moment,
}

/// The register of encounters.
pub struct Encounters;

static TABLE: Layout<Encounter> = Layout {
    name: "encounters",
    edition: 1,
    columns: columns! { Encounter:
        unit "TEXT /*collate*/ NOT NULL" fixed = |e| e.unit.as_str(),
        street "TEXT /*collate*/" fixed = |e| e.street.as_ref().map(|unit| unit.as_str()),
        mode "TEXT NOT NULL" fixed = |e| e.mode.code(),
        level "TEXT NOT NULL" = |e| e.level.code(),
        stage "TEXT NOT NULL" = |e| e.stage.code(),
        // The day on which somebody was received; none while nobody was.
        received_day "BIGINT" = |e| e.received.map(|at| day_number(at.date())),
        // Cases that came of it.
        matters "BIGINT NOT NULL" = |e| e.matters,
    },
    indexes: "CREATE INDEX encounters_received ON encounters(district, received_day, seq) WHERE received_day IS NOT NULL;\n",
    terms: &[("mode", Term::all::<Mode>)],
};

impl Register for Encounters {
    const CODE: &'static str = "encounter";
    const KINDS: &'static [&'static str] = Event::KINDS;
    const REASONS: &'static [Why] = REASONS;
    /// Who booked, what about, and what was said on the spot.
    const CLOSED: &'static [&'static str] = &["name", "phone", "matter", "opinion"];
    type State = Encounter;
    type Act = Act;
    type Event = Event;

    fn blank(id: CaseId) -> Encounter {
        Encounter {
            id,
            version: 0,
            code: RecordCode::default(),
            stage: Stage::Booked,
            mode: Mode::OpenDoor,
            unit: UnitCode(String::new()),
            level: PostLevel::Other,
            street: None,
            reception: None,
            about: None,
            day: Moment(0),
            slot: None,
            no: None,
            people: 0,
            fetch: false,
            tongue: Tongue::Zh,
            came: None,
            received: None,
            matters: 0,
            erased: false,
            touched: Moment(0),
        }
    }

    fn version(visit: &Encounter) -> u64 {
        visit.version
    }

    fn kind(event: &Event) -> &'static str {
        event.kind()
    }

    fn acts() -> Vec<Declared> {
        Act::ALL.iter().map(ActOf::declared).collect()
    }

    fn offers(visit: &Encounter, actor: &Actor, now: Moment) -> Vec<&'static ActOf> {
        rules::offers(visit, actor, now)
    }

    fn read(code: &str, values: &Values) -> Result<Act, Vec<Refusal>> {
        Act::read(code, values)
    }

    fn needs(visit: &Encounter, act: &Act) -> Needs {
        let near = match act {
            Act::Book { reception, .. } | Act::Come { reception, .. } => Some(*reception),
            Act::Visit { about, .. } => *about,
            Act::Arrive {} => visit.reception,
            _ => None,
        };
        Needs { near: near.into_iter().collect(), past: Vec::new() }
    }

    fn decide(visit: &Encounter, act: &Act, facts: &Facts<'_>) -> Result<Vec<Deed<Event>>, Refusal> {
        rules::decide(visit, act, facts)
    }

    fn evolve(visit: &mut Encounter, body: &Body<Event>) {
        visit.version += 1;
        visit.touched = body.at;
        match &body.event {
            Event::Booked { code, reception, unit, level, street, slot, day, people, fetch, tongue } => {
                (visit.code, visit.unit, visit.level) = (code.clone(), unit.clone(), *level);
                (visit.mode, visit.reception, visit.street) = (Mode::Appointment, Some(*reception), street.clone());
                (visit.slot, visit.day, visit.people, visit.fetch) = (Some(*slot), *day, *people, *fetch);
                visit.tongue = tongue.unwrap_or(Tongue::Zh);
            }
            Event::Came { code, reception, unit, level, street, no, people } => {
                (visit.code, visit.unit, visit.level) = (code.clone(), unit.clone(), *level);
                (visit.reception, visit.street, visit.people) = (Some(*reception), street.clone(), *people);
                (visit.stage, visit.no, visit.came, visit.day) = (Stage::Waiting, Some(*no), Some(body.at), body.at);
            }
            Event::Arrived { no, level } => {
                (visit.stage, visit.no, visit.came) = (Stage::Waiting, Some(*no), Some(body.at));
                (visit.level, visit.day) = (*level, body.at);
            }
            Event::Unbooked {} => visit.stage = Stage::Cancelled,
            Event::Visited { code, unit, mode, level, street, day, about } => {
                (visit.code, visit.unit, visit.level) = (code.clone(), unit.clone(), *level);
                visit.mode = if *mode == Trip::Home { Mode::Home } else { Mode::Return };
                (visit.street, visit.about) = (street.clone(), *about);
                (visit.stage, visit.day, visit.received) = (Stage::Received, *day, Some(*day));
            }
            Event::Received {} => (visit.stage, visit.received, visit.day) = (Stage::Received, Some(body.at), body.at),
            Event::TakenDown { no } => visit.matters = *no,
            Event::Voided {} => visit.stage = Stage::Void,
            Event::Left {} => visit.stage = Stage::Left,
            Event::CalledOff {} => visit.stage = Stage::CalledOff,
            Event::Moved { day } => visit.day = *day,
            Event::Relocated {} => {}
            Event::Erased {} => visit.erased = true,
        }
    }

    fn public(visit: &Encounter) -> Public {
        Public { category: None, unit: Some(visit.unit.0.clone()), due: None }
    }

    fn code(visit: &Encounter) -> Option<&str> {
        Some(visit.code.as_str())
    }

    /// Who books holds a secret that opens the booking, whatever became of it.
    fn handed(visit: &Encounter, _private: &Fields) -> Handed {
        Handed { secret: (visit.slot.is_some() && !visit.erased).then_some(1), digits: String::new() }
    }

    fn summary(visit: &Encounter) -> Option<Summary> {
        Some(Summary {
            id: visit.id,
            code: visit.code.as_str().to_owned(),
            stage: visit.stage.code(),
            unit: visit.unit.clone(),
            under: None,
            day: visit.day.date(),
            open: matches!(visit.stage, Stage::Booked | Stage::Waiting),
            erased: visit.erased,
            public: false,
            touched: visit.touched,
        })
    }

    fn topics() -> Vec<Term> {
        Term::all::<Topic>()
    }

    /// Who booked is told when the day is not what was booked any more.
    fn told(visit: &Encounter, body: &Body<Event>) -> Vec<Notice<&'static str>> {
        let topic = match body.event {
            Event::Moved { .. } => Topic::Moved,
            Event::Relocated {} => Topic::Relocated,
            Event::CalledOff {} => Topic::CalledOff,
            _ => return Vec::new(),
        };
        let lang = if visit.tongue == Tongue::En { Lang::En } else { Lang::Zh };
        vec![Notice { topic: topic.code(), to: To::Resident(Tell { channel: Channel::Sms, lang }) }]
    }

    fn when(visit: &Encounter) -> Option<Moment> {
        Some(visit.day)
    }

    /// It has no name but its way: whoever came is no heading.
    fn title(visit: &Encounter, _words: &Fields, lang: Lang) -> String {
        let at = visit.day.local();
        format!("{}{}{:02}:{:02}", visit.mode.label(lang), lang.pick(" ", ", "), at.hour(), at.minute())
    }

    fn table() -> Option<&'static Layout<Encounter>> {
        Some(&TABLE)
    }
}
