//! What an act on a talk meeting leads to.

use super::{Act, Event, How, Meeting, Meetings, NoteState, Sort, Stage};
use crate::shared::{ends, settled, started};
use domain::case::{Cases, Contact, Door, Raise};
use domain::clock::ClockChange;
use domain::codes::{CategoryCode, RecordCode, UnitCode};
use domain::moment::day_number;
use domain::register::{ActOf, Ask, Deed, Facts, Line, New, On, permitted};
use domain::rule::RuleId;
use domain::{Actor, Moment, Refusal, Why, reasons};

/// The most topics of a meeting: each has a key of its own.
pub const TOPICS_MOST: usize = 9;
/// The most lines of a meeting.
const NOTES_MOST: usize = 2_000;
/// The longest line, in characters: an opinion, not a speech.
const WORDS_MOST: usize = 1_000;
/// The most departments that come.
const DEPARTMENTS_MOST: usize = 40;
/// The longest meeting, in minutes: a day.
const MINUTES_MOST: u16 = 24 * 60;
/// The most heads.
const HEADS_MOST: u32 = 100_000;
/// How far from today a meeting may lie.
const FAR: u64 = 2 * 366 * 86_400_000;
/// How long before its time a meeting may be opened: two hours.
const EARLY: i64 = 2 * 3_600_000;

reasons! {
    NOT_YET "meeting_not_yet" "还没到开会的时间。" "开会前两小时起可以打开；时间不对的，请先改期。" "It is not time yet." "A meeting can be opened from two hours before its time on; if the time is wrong, move it.",
    GONE "meeting_gone" "改到的时间已经过去了。" "请填以后的时间。" "That time is over already." "Choose a time to come.",
    LENGTH "meeting_length" "时长应在1到1440分钟之间。" "请按分钟填写。" "A meeting lasts 1 to 1,440 minutes." "Enter minutes.",
    TOO_FAR "meeting_too_far" "日期离今天超过两年。" "请核对年份。" "This is more than two years from today." "Look at the year again.",
    UNREAD "meeting_unread" "还有{}条没有读回。" "请逐条读回或划去；人已经走了的，勾选“没读回的照记录立案”。" "{} lines were not read back." "Read each back or strike it out; where people have left, tick that what was not read back becomes cases as written.",
    NO_SUCH_NOTE "meeting_no_such_note" "没有待读回的第{}条。" "请刷新页面，从列表里选择。" "There is no line {} to be read back." "Reload the page and choose from its list.",
    NO_TOPIC "meeting_no_topic" "这次恳谈会没有这个议题。" "请选一个议题；都不是的，选“其他”。" "This meeting has no such topic." "Choose one of its topics, or “another”.",
    NO_MINUTES "meeting_no_minutes" "还没有写纪要。" "请先写纪要，再审定。" "No minutes were written." "Write them first, then approve them.",
    NOT_BEFORE "meeting_not_before" "这不是更早的一次恳谈会。" "请从列表里选择上一次，或不填。" "This is no earlier talk meeting." "Choose the one before from the list, or leave it empty.",
}

/// The fields that hold what was written about a meeting, by their names in the vault, without the lines of note-takers.
pub const BY_CONVENER: &[&str] = &["name", "topics", "agenda", "chair", "place", "reason", "minutes"];

pub(super) fn offers(meeting: &Meeting, actor: &Actor, now: Moment) -> Vec<&'static ActOf> {
    let stage = (meeting.version > 0).then_some(meeting.stage);
    let fits = |act: &ActOf| match act.code {
        "open" => now.0 >= meeting.starts.0 - EARLY,
        "confirm" | "drop" => meeting.count(NoteState::Noted) > 0,
        "approve" => meeting.minuted && meeting.count(NoteState::Noted) == 0,
        _ => true,
    };
    let unit = stage.map(|_| &meeting.unit);
    let may = |act: &&ActOf| permitted(Act::ALL, act.code, stage, actor, unit).is_ok();
    Act::ALL.iter().filter(may).filter(|act| fits(act)).collect()
}

pub(super) fn decide(meeting: &Meeting, act: &Act, facts: &Facts<'_>) -> Result<Vec<Deed<Event>>, Refusal> {
    if let Act::Plan { convener, .. } = act {
        if meeting.version > 0 {
            return Err(Refusal::new(Why::WrongStage).about_term(meeting.stage));
        }
        let unit = convener.as_ref().or(facts.actor.unit());
        permitted::<Stage>(Act::ALL, act.code(), None, facts.actor, unit)?;
        return plan(act, unit.ok_or(Refusal::at(Why::Empty, "convener"))?, facts);
    }
    let stage = (meeting.version > 0).then_some(meeting.stage);
    permitted(Act::ALL, act.code(), stage, facts.actor, Some(&meeting.unit))?;
    Ok(match act {
        Act::Plan { .. } => Vec::new(),
        Act::Notice {} => {
            let days = day_number(meeting.starts.date()) - day_number(facts.now.date());
            vec![New::of(Event::Noticed { days: u16::try_from(days.max(0)).unwrap_or(u16::MAX) }).into()]
        }
        Act::Move { starts, minutes, place, reason } => {
            fits(*starts, *minutes, facts)?;
            if *starts < facts.now {
                return Err(Refusal::at(GONE, "starts"));
            }
            let place = place.as_ref().map_or("", |Line(place)| place);
            let clocks = settled(&meeting.clocks, facts).into_iter().chain([minutes_owed(*starts, *minutes, facts)]);
            let moved = New::of(Event::Moved { starts: *starts, minutes: *minutes }).clocks(clocks);
            vec![moved.with("place", place).with("reason", &reason.0).into()]
        }
        Act::Cancel { reason } => {
            let cancelled = New::of(Event::Cancelled {}).clocks(settled(&meeting.clocks, facts));
            vec![cancelled.with("reason", &reason.0).into()]
        }
        Act::Open {} => {
            if facts.now.0 < meeting.starts.0 - EARLY {
                return Err(Refusal::new(NOT_YET));
            }
            vec![New::of(Event::Opened {}).into()]
        }
        Act::Note { words, topic, how } => vec![note(meeting, &words.0, *topic, *how)?.into()],
        Act::Confirm { no, words, sort, category, near, name, phone, public } => {
            waiting(meeting, *no)?;
            let line = |line: &Option<Line>| line.as_ref().map(|Line(text)| text.clone()).unwrap_or_default();
            let contact = Contact { name: line(name), phone: line(phone), ..Contact::default() };
            let of = Opinion { words: &words.0, sort: *sort, category: category.clone(), near: near.clone(), contact };
            let confirmed = New::of(Event::Confirmed { no: *no, read_back: true }).with("agreed", &words.0);
            vec![confirmed.into(), raise(meeting, of, *public)]
        }
        Act::Drop { no, reason } => {
            waiting(meeting, *no)?;
            vec![New::of(Event::Dropped { no: *no }).with("reason", &reason.0).into()]
        }
        Act::Close { heads, counted, unread } => {
            if *heads > HEADS_MOST {
                return Err(Refusal::at(Why::TooMany, "heads").about(HEADS_MOST));
            }
            let left = meeting.count(NoteState::Noted);
            if left > 0 && !unread {
                return Err(Refusal::at(UNREAD, "unread").about(left));
            }
            close(meeting, Event::Closed { heads: *heads, counted: *counted }, facts)
        }
        Act::Minute { text } => vec![New::of(Event::Minuted {}).with("minutes", &text.0).into()],
        Act::Approve {} => {
            if !meeting.minuted {
                return Err(Refusal::new(NO_MINUTES));
            }
            let left = meeting.count(NoteState::Noted);
            if left > 0 {
                return Err(Refusal::new(UNREAD).about(left));
            }
            vec![New::of(Event::Approved {}).clocks(settled(&meeting.clocks, facts)).into()]
        }
    })
}

fn plan(act: &Act, unit: &UnitCode, facts: &Facts<'_>) -> Result<Vec<Deed<Event>>, Refusal> {
    let Act::Plan {
        name, no, topics, agenda, starts, minutes, place, street, chair, departments, chosen, after, ..
    } = act
    else {
        return Ok(Vec::new());
    };
    fits(*starts, *minutes, facts)?;
    let known = |unit: &UnitCode, field| match facts.district.open_unit(unit) {
        Some(_) => Ok(()),
        None => Err(Refusal::at(Why::NoSuchUnit, field).about(unit)),
    };
    known(unit, "convener")?;
    street.iter().try_for_each(|street| known(street, "street"))?;
    departments.iter().try_for_each(|unit| known(unit, "departments"))?;
    let mut come = departments.clone();
    come.sort();
    come.dedup();
    if come.len() > DEPARTMENTS_MOST {
        return Err(Refusal::at(Why::TooMany, "departments").about(DEPARTMENTS_MOST));
    }
    let count = topics.0.lines().filter(|line| domain::typed::says_something(line)).count();
    if count > TOPICS_MOST {
        return Err(Refusal::at(Why::TooMany, "topics").about(TOPICS_MOST));
    }
    if let Some(before) = after {
        let earlier = facts.other::<Meetings>(*before).is_some_and(|other| other.starts < *starts && other.version > 0);
        if !earlier {
            return Err(Refusal::at(NOT_BEFORE, "after"));
        }
    }
    let planned = New::of(Event::Planned {
        code: RecordCode::of(&facts.fresh),
        no: *no,
        unit: unit.clone(),
        departments: come,
        starts: *starts,
        minutes: *minutes,
        street: street.clone(),
        chosen: *chosen,
        topics: u8::try_from(count).unwrap_or(u8::MAX),
        after: *after,
    });
    let planned = planned.clocks([minutes_owed(*starts, *minutes, facts)]);
    let agenda = agenda.as_ref().map_or("", |agenda| agenda.0.as_str());
    let lines: Vec<&str> = topics.0.lines().filter(|line| domain::typed::says_something(line)).collect();
    let planned = planned.with("name", &name.0).with("topics", &lines.join("\n")).with("agenda", agenda);
    Ok(vec![planned.with("place", &place.0).with("chair", &chair.0).into()])
}

fn note(meeting: &Meeting, words: &str, topic: u8, how: How) -> Result<New<Event>, Refusal> {
    if topic > meeting.topics {
        return Err(Refusal::at(NO_TOPIC, "topic"));
    }
    if words.chars().count() > WORDS_MOST {
        return Err(Refusal::at(Why::TooLong, "words").about(WORDS_MOST));
    }
    if meeting.notes.len() >= NOTES_MOST {
        return Err(Refusal::new(Why::TooMany).about(NOTES_MOST));
    }
    let no = meeting.notes.last().map_or(1, |note| note.no.saturating_add(1));
    Ok(New::of(Event::Noted { no, topic, how }).with("words", words))
}

/// That a line is there and waits.
fn waiting(meeting: &Meeting, no: u16) -> Result<(), Refusal> {
    let waits = meeting.note(no).is_some_and(|note| note.state == NoteState::Noted);
    if waits { Ok(()) } else { Err(Refusal::at(NO_SUCH_NOTE, "no").about(no)) }
}

/// An opinion as its case takes it.
struct Opinion<'a> {
    words: &'a str,
    sort: Sort,
    category: Option<CategoryCode>,
    near: Option<UnitCode>,
    contact: Contact,
}

fn raise(meeting: &Meeting, of: Opinion<'_>, public: bool) -> Deed<Event> {
    let raise = Raise {
        track: of.sort.track(),
        door: Door::Meeting,
        text: of.words.to_owned(),
        category: of.category,
        street: of.near.or_else(|| meeting.street.clone()),
        contact: of.contact,
        public,
        oral: true,
        ..Raise::default()
    };
    Deed::Ask(Ask::of::<Cases>(On::New, raise.into()))
}

/// Closes it; what was not read back becomes cases in the words that were written, shown to nobody.
fn close(meeting: &Meeting, closed: Event, facts: &Facts<'_>) -> Vec<Deed<Event>> {
    let mut deeds: Vec<Deed<Event>> = Vec::new();
    for note in meeting.notes.iter().filter(|note| note.state == NoteState::Noted) {
        let written = facts.past::<Meetings>(meeting.id).find_map(|(_, body, private)| match body.event {
            Event::Noted { no, .. } if no == note.no => private.get("words"),
            _ => None,
        });
        let Some(words) = written else { continue };
        let of = Opinion { words, sort: Sort::Request, category: None, near: None, contact: Contact::default() };
        deeds.push(New::of(Event::Confirmed { no: note.no, read_back: false }).into());
        deeds.push(raise(meeting, of, false));
    }
    deeds.push(New::of(closed).into());
    deeds
}

/// The clock by which the minutes are approved. A meeting that nobody opens or closes is owed by the same day, so that the
/// lines of its note-takers do not lie unseen.
fn minutes_owed(starts: Moment, minutes: u16, facts: &Facts<'_>) -> ClockChange {
    started(RuleId::MeetingMinutes, ends(starts, minutes), facts)
}

fn fits(starts: Moment, minutes: u16, facts: &Facts<'_>) -> Result<(), Refusal> {
    if !(1..=MINUTES_MOST).contains(&minutes) {
        return Err(Refusal::at(LENGTH, "minutes"));
    }
    let near = starts.0.abs_diff(facts.now.0) <= FAR;
    if near { Ok(()) } else { Err(Refusal::at(TOO_FAR, "starts")) }
}
