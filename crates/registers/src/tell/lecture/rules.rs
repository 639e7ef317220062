//! What an act on a lecture leads to.

use super::{Act, Event, Lecture, Lectures, Stage};
use crate::shared::{ends, settled, started};
use domain::case::{Cases, Contact, Door, Raise};
use domain::clock::ClockChange;
use domain::codes::{RecordCode, UnitCode};
use domain::register::{ActOf, Ask, Deed, Facts, Line, New, On, permitted};
use domain::rule::Terms;
use domain::{Actor, Moment, Refusal, Why, reasons, rules};

/// The longest session, in minutes: a day.
const MINUTES_MOST: u16 = 24 * 60;
/// The most heads of one session.
const HEADS_MOST: u32 = 100_000;
/// The most units that host one session beside the first.
const HOSTS_MOST: usize = 20;
/// How far from today a session may lie, in days.
const FAR: i64 = 2 * 366;
const DAY: i64 = 86_400_000;

rules! {
    /// A lecture that took place is written down: heads, and how they were counted.
    LECTURE_RECORD "lecture_record" "讲课记录" "to record a lecture" = Terms::working(3),
}

reasons! {
    NOT_OVER "lecture_not_over" "这一场还没有结束。" "结束以后再记录；没有讲成的，请改期或取消。" "This session is not over yet." "Record it when it is over; if it is not held, move or cancel it.",
    GONE "lecture_gone" "改到的时间已经过去了。" "请填以后的时间；已经讲过的，请直接记录。" "That time is over already." "Choose a time to come; if it was held, record it.",
    LENGTH "lecture_length" "时长应在1到1440分钟之间。" "请按分钟填写。" "A session lasts 1 to 1,440 minutes." "Enter minutes.",
    NOT_BEGUN "lecture_not_begun" "这一场还没有开始。" "现场提问请在开始以后记录。" "This session has not begun yet." "Take down questions from its beginning on.",
    TOO_FAR "lecture_too_far" "日期离今天超过两年。" "请核对年份。" "This is more than two years from today." "Look at the year again.",
    NOT_SAME "lecture_not_same" "两条不像同一场：类别或日期不同。" "请从“同一场”的提示里选择。" "The two do not look like one session: they differ in kind or day." "Choose one of those that the page shows as alike.",
    ALREADY_HOST "lecture_already_host" "贵单位已经是这一场的主办单位。" "不需要再登记。" "Your unit hosts this session already." "Nothing needs to be done.",
}

/// The fields that hold what was written about a lecture, by their names in the vault.
pub const BY_HOST: &[&str] = &["topic", "speaker", "place", "reason"];

pub(super) fn decide(lecture: &Lecture, act: &Act, facts: &Facts<'_>) -> Result<Vec<Deed<Event>>, Refusal> {
    if let Act::Plan { host, .. } = act {
        if lecture.version > 0 {
            return Err(Refusal::new(Why::WrongStage).about_term(lecture.stage));
        }
        let host = host.as_ref().or(facts.actor.unit());
        permitted::<Stage>(Act::ALL, act.code(), None, facts.actor, host)?;
        return plan(act, host.ok_or(Refusal::at(Why::Empty, "host"))?, facts);
    }
    let stage = (lecture.version > 0).then_some(lecture.stage);
    permitted(Act::ALL, act.code(), stage, facts.actor, Some(&lecture.unit))?;
    Ok(match act {
        Act::Plan { .. } => Vec::new(),
        Act::Announce {} => vec![New::of(Event::Announced {}).into()],
        Act::Move { starts, minutes, place, reason } => {
            length(*minutes)?;
            near(*starts, facts)?;
            if *starts < facts.now {
                return Err(Refusal::at(GONE, "starts"));
            }
            let clocks = settled(&lecture.clocks, facts).into_iter().chain([record_owed(*starts, *minutes, facts)]);
            let moved = New::of(Event::Moved { starts: *starts, minutes: *minutes }).clocks(clocks);
            let place = place.as_ref().map_or("", |Line(place)| place);
            vec![moved.with("place", place).with("reason", &reason.0).into()]
        }
        Act::Cancel { reason } => {
            vec![New::of(Event::Cancelled {}).clocks(settled(&lecture.clocks, facts)).with("reason", &reason.0).into()]
        }
        Act::Record { heads, counted, online } => {
            if facts.now < lecture.ends() {
                return Err(Refusal::new(NOT_OVER));
            }
            let (heads, counted, online) = (few(*heads, "heads")?, *counted, sum(*online)?);
            vec![New::of(Event::Recorded { heads, counted, online }).clocks(settled(&lecture.clocks, facts)).into()]
        }
        Act::Correct { heads, counted, online, reason } => {
            let (heads, counted, online) = (few(*heads, "heads")?, *counted, sum(*online)?);
            vec![New::of(Event::Corrected { heads, counted, online }).with("reason", &reason.0).into()]
        }
        Act::Ask { words, sort, category, near, name, phone, public } => {
            if facts.now < lecture.starts {
                return Err(Refusal::new(NOT_BEGUN));
            }
            let line = |line: &Option<Line>| line.as_ref().map(|Line(text)| text.clone()).unwrap_or_default();
            let raise = Raise {
                track: sort.track(),
                door: Door::Lecture,
                text: words.0.clone(),
                category: category.clone(),
                street: near.clone().or_else(|| lecture.street.clone()),
                contact: Contact { name: line(name), phone: line(phone), ..Contact::default() },
                public: *public,
                oral: true,
                ..Raise::default()
            };
            let asked = New::of(Event::Asked { no: lecture.questions.saturating_add(1) });
            vec![asked.into(), Deed::Ask(Ask::of::<Cases>(On::New, raise.into()))]
        }
        Act::Join { from } => {
            let unit = facts.actor.unit().ok_or(Refusal::new(Why::NotYours))?;
            if lecture.is_hosted_by(unit) && from.is_none() {
                return Err(Refusal::new(ALREADY_HOST));
            }
            hosts(lecture.with.len() + 1)?;
            vec![New::of(Event::Joined { unit: unit.clone(), from: *from }).into()]
        }
        Act::Merge { into } => {
            let other = facts.other::<Lectures>(*into).ok_or(Refusal::at(Why::NoSuchRecord, "into"))?;
            let open = !matches!(other.stage, Stage::Cancelled | Stage::Merged);
            if *into == lecture.id
                || !open
                || other.kind != lecture.kind
                || other.starts.date() != lecture.starts.date()
            {
                return Err(Refusal::at(NOT_SAME, "into"));
            }
            let join = Act::Join { from: Some(lecture.id) };
            let merged = New::of(Event::Merged { into: *into }).clocks(settled(&lecture.clocks, facts));
            vec![merged.into(), Deed::Ask(Ask::of::<Lectures>(On::Record(*into), join))]
        }
    })
}

/// What an actor can do to a lecture now.
pub(super) fn offers(lecture: &Lecture, actor: &Actor, now: Moment) -> Vec<&'static ActOf> {
    let stage = (lecture.version > 0).then_some(lecture.stage);
    let in_time = |act: &ActOf| match act.code {
        "record" => now >= lecture.ends(),
        "ask" => now >= lecture.starts,
        "join" => !actor.unit().is_some_and(|unit| lecture.is_hosted_by(unit)),
        _ => true,
    };
    let unit = stage.map(|_| &lecture.unit);
    let may = |act: &&ActOf| permitted(Act::ALL, act.code, stage, actor, unit).is_ok();
    Act::ALL.iter().filter(may).filter(|act| in_time(act)).collect()
}

fn plan(act: &Act, host: &UnitCode, facts: &Facts<'_>) -> Result<Vec<Deed<Event>>, Refusal> {
    let Act::Plan {
        lecture,
        topic,
        speaker,
        level,
        starts,
        minutes,
        place,
        street,
        venue,
        audience,
        with,
        first,
        announce,
        ..
    } = act
    else {
        return Ok(Vec::new());
    };
    length(*minutes)?;
    near(*starts, facts)?;
    let known = |unit: &UnitCode, field| match facts.district.open_unit(unit) {
        Some(_) => Ok(()),
        None => Err(Refusal::at(Why::NoSuchUnit, field).about(unit)),
    };
    known(host, "host")?;
    street.iter().try_for_each(|street| known(street, "street"))?;
    with.iter().try_for_each(|unit| known(unit, "with"))?;
    let mut others: Vec<UnitCode> = with.iter().filter(|unit| *unit != host).cloned().collect();
    others.sort();
    others.dedup();
    hosts(others.len())?;
    let planned = New::of(Event::Planned {
        code: RecordCode::of(&facts.fresh),
        lecture: *lecture,
        level: *level,
        unit: host.clone(),
        with: others,
        starts: *starts,
        minutes: *minutes,
        street: street.clone(),
        venue: *venue,
        audience: *audience,
        first: *first,
    });
    let planned = planned.clocks([record_owed(*starts, *minutes, facts)]);
    let planned = planned.with("topic", &topic.0).with("speaker", &speaker.0).with("place", &place.0);
    let announced = announce.then(|| New::of(Event::Announced {}).into());
    Ok([planned.into()].into_iter().chain(announced).collect())
}

/// The clock by which a session is to be recorded.
fn record_owed(starts: Moment, minutes: u16, facts: &Facts<'_>) -> ClockChange {
    started(&LECTURE_RECORD, ends(starts, minutes), facts)
}

fn length(minutes: u16) -> Result<(), Refusal> {
    let fits = (1..=MINUTES_MOST).contains(&minutes);
    if fits { Ok(()) } else { Err(Refusal::at(LENGTH, "minutes")) }
}

fn near(starts: Moment, facts: &Facts<'_>) -> Result<(), Refusal> {
    let near = starts.0.abs_diff(facts.now.0) <= (FAR * DAY).unsigned_abs();
    if near { Ok(()) } else { Err(Refusal::at(TOO_FAR, "starts")) }
}

fn few(heads: u32, field: &'static str) -> Result<u32, Refusal> {
    if heads <= HEADS_MOST { Ok(heads) } else { Err(Refusal::at(Why::TooMany, field).about(HEADS_MOST)) }
}

fn sum(online: Option<u32>) -> Result<Option<u32>, Refusal> {
    online
        .map(|heads| if heads <= 100 * HEADS_MOST { Ok(heads) } else { Err(Refusal::at(Why::BadNumber, "online")) })
        .transpose()
}

fn hosts(count: usize) -> Result<(), Refusal> {
    if count <= HOSTS_MOST { Ok(()) } else { Err(Refusal::at(Why::TooMany, "with").about(HOSTS_MOST)) }
}
