//! What an act on a talk meeting leads to.

use super::{Act, Event, Meeting, Meetings, NoteState, Stage};
use crate::listen::opinion::{self, Opinions};
use crate::shared::{ends, settled, started};
use domain::clock::ClockChange;
use domain::codes::{RecordCode, UnitCode};
use domain::handle::CaseId;
use domain::moment::day_number;
use domain::register::{ActOf, Ask, Deed, Facts, Line, New, On, Register, Text, permitted};
use domain::rule::Terms;
use domain::{Actor, Moment, Refusal, Why, reasons, rules};

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

rules! {
    /// How long before a talk meeting it is announced, so that whoever wants to come can.
    MEETING_NOTICE "meeting_notice" "恳谈会公告" "notice of a talk meeting" = Terms::calendar(3).window(),
    /// The minutes of a talk meeting are approved.
    MEETING_MINUTES "meeting_minutes" "恳谈会纪要" "minutes of a talk meeting" = Terms::working(3),
}

reasons! {
    NOT_YET "meeting_not_yet" "还没到开会的时间。" "开会前两小时起可以打开；时间不对的，请先改期。" "It is not time yet." "A meeting can be opened from two hours before its time on; if the time is wrong, move it.",
    GONE "meeting_gone" "改到的时间已经过去了。" "请填以后的时间。" "That time is over already." "Choose a time to come.",
    LENGTH "meeting_length" "时长应在1到1440分钟之间。" "请按分钟填写。" "A meeting lasts 1 to 1,440 minutes." "Enter minutes.",
    TOO_FAR "meeting_too_far" "日期离今天超过两年。" "请核对年份。" "This is more than two years from today." "Look at the year again.",
    UNREAD "meeting_unread" "还有{}条没有读回。" "请逐条读回或划去；人已经走了的，勾选“没读回的照记录立案”。" "{} lines were not read back." "Read each back or strike it out; where people have left, tick that what was not read back becomes cases as written.",
    NO_SUCH_NOTE "meeting_no_such_note" "没有待读回的第{}条。" "请刷新页面，从列表里选择。" "There is no line {} to be read back." "Reload the page and choose from its list.",
    NO_TOPIC "meeting_no_topic" "这次恳谈会没有这个议题。" "请选一个议题；都不是的，选“其他”。" "This meeting has no such topic." "Choose one of its topics, or “another”.",
    BOARD "meeting_board" "认领板还开着。" "请先结束认领，再散会。" "The board is still open." "Close it first, then the meeting.",
    BOARD_OVER "meeting_board_over" "认领板只在会议当天和第二天可以打开。" "没有认领的意见由分派中心派单。" "A board can be opened on the day of the meeting and on the day after." "What nobody claimed is for the dispatch centre.",
    HAS_BOARD "meeting_has_board" "认领板现在不是这个状态。" "请刷新页面。" "The board is not in that state." "Reload the page.",
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
        "board" => !meeting.board && now.date() <= super::board_ends(meeting),
        "end_board" => meeting.board,
        "close" => !meeting.board,
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
        Act::Note { words, topic, how } => note(meeting, words, *topic, *how, facts)?,
        Act::Confirm { no, words, sort, category, near, name, phone, public } => {
            let agree = opinion::Act::Confirm {
                words: words.clone(),
                sort: *sort,
                category: category.clone(),
                near: near.clone(),
                name: name.clone(),
                phone: phone.clone(),
                public: *public,
            };
            vec![New::of(Event::Confirmed { no: *no, read_back: true }).into(), ask(waiting(meeting, *no)?, agree)]
        }
        Act::Drop { no, reason } => {
            let strike = opinion::Act::Drop { reason: reason.clone() };
            vec![New::of(Event::Dropped { no: *no }).into(), ask(waiting(meeting, *no)?, strike)]
        }
        Act::Invite { units } => {
            let come: Vec<UnitCode> =
                units.iter().filter(|unit| !meeting.departments.contains(unit)).cloned().collect();
            come.iter().try_for_each(|unit| known(unit, "units", facts))?;
            if come.is_empty() {
                return Err(Refusal::at(Why::Empty, "units"));
            }
            if meeting.departments.len() + come.len() > DEPARTMENTS_MOST {
                return Err(Refusal::at(Why::TooMany, "units").about(DEPARTMENTS_MOST));
            }
            vec![New::of(Event::Invited { units: come }).into()]
        }
        Act::Board {} if meeting.board => return Err(Refusal::new(HAS_BOARD)),
        Act::Board {} if facts.now.date() > super::board_ends(meeting) => return Err(Refusal::new(BOARD_OVER)),
        Act::Board {} => vec![New::of(Event::BoardOpened {}).into()],
        Act::EndBoard {} if !meeting.board => return Err(Refusal::new(HAS_BOARD)),
        Act::EndBoard {} => end_board(meeting, facts),
        Act::Lapse {} => match Meetings::wake(meeting).filter(|day| *day < facts.now.date()) {
            Some(_) => vec![New::of(Event::BoardClosed {}).into()],
            None => return Err(Refusal::new(HAS_BOARD)),
        },
        Act::Close { heads, counted, unread } => {
            if *heads > HEADS_MOST {
                return Err(Refusal::at(Why::TooMany, "heads").about(HEADS_MOST));
            }
            if meeting.board {
                return Err(Refusal::new(BOARD));
            }
            let left = meeting.count(NoteState::Noted);
            if left > 0 && !unread {
                return Err(Refusal::at(UNREAD, "unread").about(left));
            }
            close(meeting, Event::Closed { heads: *heads, counted: *counted })
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
    known(unit, "convener", facts)?;
    street.iter().try_for_each(|street| known(street, "street", facts))?;
    departments.iter().try_for_each(|unit| known(unit, "departments", facts))?;
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

fn known(unit: &UnitCode, field: &'static str, facts: &Facts<'_>) -> Result<(), Refusal> {
    match facts.district.open_unit(unit) {
        Some(_) => Ok(()),
        None => Err(Refusal::at(Why::NoSuchUnit, field).about(unit)),
    }
}

fn note(
    meeting: &Meeting,
    words: &Text,
    topic: u8,
    how: opinion::How,
    facts: &Facts<'_>,
) -> Result<Vec<Deed<Event>>, Refusal> {
    if topic > meeting.topics {
        return Err(Refusal::at(NO_TOPIC, "topic"));
    }
    if words.0.chars().count() > WORDS_MOST {
        return Err(Refusal::at(Why::TooLong, "words").about(WORDS_MOST));
    }
    if meeting.notes.len() >= NOTES_MOST {
        return Err(Refusal::new(Why::TooMany).about(NOTES_MOST));
    }
    let no = meeting.notes.last().map_or(1, |note| note.no.saturating_add(1));
    let opinion = facts.fresh.handle;
    let line = opinion::Act::Note { meeting: meeting.id, no, topic, how, words: words.clone() };
    let kept = Deed::Ask(Ask::of::<Opinions>(On::Begin(opinion), line));
    Ok(vec![New::of(Event::Noted { no, opinion }).into(), kept])
}

/// The record of a line that is there and waits.
fn waiting(meeting: &Meeting, no: u16) -> Result<CaseId, Refusal> {
    let note = meeting.note(no).filter(|note| note.state == NoteState::Noted);
    note.map(|note| note.opinion).ok_or(Refusal::at(NO_SUCH_NOTE, "no").about(no))
}

fn ask(opinion: CaseId, act: opinion::Act) -> Deed<Event> {
    Deed::Ask(Ask::of::<Opinions>(On::Record(opinion), act))
}

/// Closes the board: each opinion that is claimed says what becomes of it. What nobody claimed goes to the dispatch centre,
/// as every case does.
fn end_board(meeting: &Meeting, facts: &Facts<'_>) -> Vec<Deed<Event>> {
    let lines = meeting.notes.iter().filter_map(|note| facts.other::<Opinions>(note.opinion));
    let claimed = lines.filter(|line| !line.claims.is_empty() && line.lead.is_none());
    let finished = claimed.map(|line| ask(line.id, opinion::Act::Finish {}));
    std::iter::once(New::of(Event::BoardClosed {}).into()).chain(finished).collect()
}

/// Closes it; what was not read back becomes cases in the words that were written, shown to nobody.
fn close(meeting: &Meeting, closed: Event) -> Vec<Deed<Event>> {
    let left = meeting.notes.iter().filter(|note| note.state == NoteState::Noted);
    let passed = left.flat_map(|note| {
        let confirmed = New::of(Event::Confirmed { no: note.no, read_back: false }).into();
        [confirmed, ask(note.opinion, opinion::Act::RaiseUnread {})]
    });
    passed.chain([New::of(closed).into()]).collect()
}

/// The clock by which the minutes are approved. A meeting that nobody opens or closes is owed by the same day, so that the
/// lines of its note-takers do not lie unseen.
fn minutes_owed(starts: Moment, minutes: u16, facts: &Facts<'_>) -> ClockChange {
    started(&MEETING_MINUTES, ends(starts, minutes), facts)
}

fn fits(starts: Moment, minutes: u16, facts: &Facts<'_>) -> Result<(), Refusal> {
    if !(1..=MINUTES_MOST).contains(&minutes) {
        return Err(Refusal::at(LENGTH, "minutes"));
    }
    let near = starts.0.abs_diff(facts.now.0) <= FAR;
    if near { Ok(()) } else { Err(Refusal::at(TOO_FAR, "starts")) }
}
