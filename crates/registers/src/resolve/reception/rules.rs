//! What an act on a reception day leads to.

use super::{Act, Event, Reception, Stage, TicketState};
use crate::resolve::encounter::{self, Encounters};
use crate::shared::{ends, settled, started};
use domain::clock::ClockChange;
use domain::codes::{RecordCode, UnitCode};
use domain::handle::CaseId;
use domain::moment::day_number;
use domain::register::{ActOf, Ask, Deed, Facts, Line, New, On, on_request, permitted};
use domain::rule::Terms;
use domain::{Actor, Moment, Refusal, Why, reasons, rules};

/// The longest day, in minutes.
const MINUTES_MOST: u16 = 24 * 60;
/// The most desks.
const DESKS_MOST: u8 = 20;
/// The most numbers of a day: a hall, not a stadium.
const NUMBERS_MOST: usize = 500;
/// How far from today a day may lie.
const FAR: u64 = 2 * 366 * 86_400_000;
/// How long before its time a day may be opened: two hours.
const EARLY: i64 = 2 * 3_600_000;

rules! {
    /// How long before a reception day its roster is published (接访公示).
    RECEPTION_NOTICE "reception_notice" "接访公示" "notice of a reception day" = Terms::calendar(2).window(),
    /// A reception day that is over is closed, so that nobody who waited is forgotten.
    RECEPTION_CLOSE "reception_close" "接访日收尾" "to close a reception day" = Terms::working(1),
}

reasons! {
    NOT_YET "reception_not_yet" "还没到接访的时间。" "开始前两小时起可以打开；时间不对的，请先改期。" "It is not time yet." "A reception day can be opened from two hours before its time on; if the time is wrong, move it.",
    GONE "reception_gone" "改到的时间已经过去了。" "请填以后的时间。" "That time is over already." "Choose a time to come.",
    SAME "reception_same" "时间、时长和地点都没有变。" "请填新的时间或地点；不用改的，不必提交。" "Neither time nor place is another one." "Enter the new time or place; if nothing changes, there is nothing to send.",
    LENGTH "reception_length" "时长应在1到1440分钟之间。" "请按分钟填写。" "A reception day lasts 1 to 1,440 minutes." "Enter minutes.",
    SLOT "reception_slot" "每次约谈应在5分钟到全天时长之间。" "请按分钟填写，例如 20。" "An appointment lasts 5 minutes at least and no longer than the day." "Enter minutes, such as 20.",
    PAST "reception_past" "这一天已经过去了。" "请填今天或以后的时间。" "That day is over." "Choose today or a day to come.",
    OVER "reception_over" "这次接访的时间已经过去了。" "没有接访的，请取消并写明原因，另排一次。" "The time of this reception day is over." "If nobody received, cancel it with the reason and plan another one.",
    BOOKED "reception_booked" "有人约了后面的时段，时长不够了。" "请留够时长，或先请他们改约。" "Somebody has booked a later time than that." "Leave enough minutes, or ask them to book another time first.",
    TOO_FAR "reception_too_far" "日期离今天超过两年。" "请核对年份。" "This is more than two years from today." "Look at the year again.",
    NOBODY "reception_nobody" "没有人在等。" "有人到了再叫号。" "Nobody waits." "Call when somebody has come.",
    NO_DESK "reception_no_desk" "没有这张桌。" "请选择1到{}号桌。" "There is no such desk." "Choose a desk from 1 to {}.",
    BUSY "reception_busy" "这张桌叫的{}号还没有办完。" "请先登记接谈，或点“叫了没到”。" "Number {} was called to this desk and is not settled." "Write down the talk first, or say that nobody came.",
    NOT_CALLED "reception_not_called" "{}号现在没有被叫到。" "请刷新页面，看看现在叫到几号。" "Number {} is not being called." "Reload the page to see which number is.",
    NOT_AT_DESK "reception_not_at_desk" "这位来访人还没有被叫到桌前。" "请先叫号，再登记接谈。" "This number has not been called to a desk yet." "Call it first, then write down the talk.",
    WAITING "reception_waiting" "还有{}位在等，或约了后面的时段。" "请接谈完；实在接不完的，逐个说明并另行安排，再勾选这一项。" "{} still wait or booked a later time." "Hear them; if that is not possible, tell each of them, give them another time, and tick this.",
    TAKEN "reception_taken" "这个时段刚刚被别人约了。" "请另选一个时段。" "Somebody has just booked this time." "Choose another one.",
    NO_SLOT "reception_no_slot" "没有这个时段。" "请从列表里选择。" "There is no such time." "Choose from the list.",
    FULL "reception_full" "今天的号已经发完（{}个）。" "请预约另一天。" "All {} numbers of today are given." "Book another day.",
}

pub(super) fn offers(day: &Reception, actor: &Actor, now: Moment) -> Vec<&'static ActOf> {
    let stage = (day.version > 0).then_some(day.stage);
    let fits = |act: &ActOf| match act.code {
        "open" => now.0 >= day.starts.0 - EARLY && day.is_on(now),
        "move" => now < day.ends(),
        "call" => !day.line.is_empty(),
        "miss" => day.tickets.iter().any(|ticket| ticket.state == TicketState::Called),
        _ => true,
    };
    let unit = stage.map(|_| &day.unit);
    let may = |act: &&ActOf| permitted(Act::ALL, act.code, stage, actor, unit).is_ok();
    Act::ALL.iter().filter(may).filter(|act| fits(act)).collect()
}

pub(super) fn decide(day: &Reception, act: &Act, facts: &Facts<'_>) -> Result<Vec<Deed<Event>>, Refusal> {
    if let Act::Plan { host, .. } = act {
        if day.version > 0 {
            return Err(Refusal::new(Why::WrongStage).about_term(day.stage));
        }
        let unit = host.as_ref().or(facts.actor.unit());
        permitted::<Stage>(Act::ALL, act.code(), None, facts.actor, unit)?;
        return plan(act, unit.ok_or(Refusal::at(Why::Empty, "host"))?, facts);
    }
    let stage = (day.version > 0).then_some(day.stage);
    match act {
        Act::Reserve { .. } | Act::Free { .. } | Act::Number { .. } | Act::Hear { .. } => {
            on_request(Act::ALL, act.code(), stage.ok_or(Refusal::new(Why::NoSuchRecord))?, facts)?;
        }
        _ => permitted(Act::ALL, act.code(), stage, facts.actor, Some(&day.unit))?,
    }
    let days = day_number(day.starts.date()) - day_number(facts.now.date());
    let days = u16::try_from(days.max(0)).unwrap_or(u16::MAX);
    Ok(match act {
        Act::Plan { .. } => Vec::new(),
        Act::Publish {} => vec![New::of(Event::Published { days }).into()],
        Act::Swap { post, leader, level, field, reason } => {
            let swapped = New::of(Event::Swapped { level: *level, days }).with("post", &post.0);
            vec![swapped.with("leader", &leader.0).with("field", &field.0).with("reason", &reason.0).into()]
        }
        Act::Move { starts, minutes, place, reason } => {
            if facts.now >= day.ends() {
                return Err(Refusal::new(OVER));
            }
            fits(*starts, *minutes, facts)?;
            if *starts < facts.now {
                return Err(Refusal::at(GONE, "starts"));
            }
            if (*starts, *minutes) == (day.starts, day.minutes) && place.is_none() {
                return Err(Refusal::at(SAME, "starts"));
            }
            if *minutes < day.slot {
                return Err(Refusal::at(SLOT, "minutes"));
            }
            if day.booked.iter().any(|(slot, _)| *slot >= minutes / day.slot.max(1)) {
                return Err(Refusal::at(BOOKED, "minutes"));
            }
            let place = place.as_ref().map_or("", |Line(place)| place);
            let clocks = settled(&day.clocks, facts).into_iter().chain([owed(*starts, *minutes, facts)]);
            let moved = New::of(Event::Moved { starts: *starts, minutes: *minutes }).clocks(clocks);
            let told = |(slot, id)| {
                let at = Moment(starts.0 + i64::from(slot) * i64::from(day.slot) * 60_000);
                asks(id, if *starts == day.starts { encounter::Act::Relocate {} } else { encounter::Act::Shift { at } })
            };
            let mut deeds: Vec<Deed<Event>> = vec![moved.with("place", place).with("reason", &reason.0).into()];
            // Whether it ends later is nothing to who booked.
            if *starts != day.starts || !place.is_empty() {
                deeds.extend(booked(day).map(told));
            }
            deeds
        }
        Act::Cancel { reason } => {
            let cancelled = New::of(Event::Cancelled {}).clocks(settled(&day.clocks, facts));
            let mut deeds: Vec<Deed<Event>> = vec![cancelled.with("reason", &reason.0).into()];
            deeds.extend(booked(day).map(|(_, id)| asks(id, encounter::Act::CallOff {})));
            deeds
        }
        Act::Open {} => {
            if facts.now.0 < day.starts.0 - EARLY {
                return Err(Refusal::new(NOT_YET));
            }
            if !day.is_on(facts.now) {
                return Err(Refusal::new(OVER));
            }
            vec![New::of(Event::Opened {}).into()]
        }
        Act::Call { desk } => {
            if !(1..=day.desks).contains(desk) {
                return Err(Refusal::at(NO_DESK, "desk").about(day.desks));
            }
            if let Some(ticket) = day.at_desk(*desk) {
                return Err(Refusal::new(BUSY).about(ticket.no));
            }
            let no = day.next(facts.now).ok_or(Refusal::new(NOBODY))?;
            vec![New::of(Event::Called { no, desk: *desk }).into()]
        }
        Act::Miss { no } => {
            let ticket = day.ticket(*no).filter(|ticket| ticket.state == TicketState::Called);
            let ticket = ticket.ok_or(Refusal::at(NOT_CALLED, "no").about(no))?;
            let mut deeds: Vec<Deed<Event>> = vec![New::of(Event::Missed { no: *no }).into()];
            if ticket.misses >= super::MISSES {
                deeds.push(leave(ticket.encounter));
            }
            deeds
        }
        Act::Close { turned } => close(day, *turned, facts)?,
        Act::Reserve { slot, encounter } => {
            if *slot >= day.slots() {
                return Err(Refusal::at(NO_SLOT, "slot"));
            }
            if day.booked.iter().any(|(booked, _)| booked == slot) {
                return Err(Refusal::at(TAKEN, "slot"));
            }
            vec![New::of(Event::Reserved { slot: *slot, encounter: *encounter }).into()]
        }
        Act::Free { encounter } => {
            let booked = day.booked.iter().find(|(_, of)| of == encounter);
            let slot = booked.map(|(slot, _)| *slot).ok_or(Refusal::new(Why::NoSuchRecord))?;
            vec![New::of(Event::Freed { slot }).into()]
        }
        Act::Number { encounter, no, fetch } => {
            if day.tickets.len() >= NUMBERS_MOST {
                return Err(Refusal::new(FULL).about(NUMBERS_MOST));
            }
            // Whoever asks has read the day as it is in this commit.
            if *no != day.next_no() || day.ticket_of(*encounter).is_some() {
                return Err(Refusal::new(Why::Changed));
            }
            let slot = day.booked.iter().find(|(_, of)| of == encounter).map(|(slot, _)| *slot);
            vec![New::of(Event::Numbered { no: *no, encounter: *encounter, slot, fetch: *fetch }).into()]
        }
        Act::Hear { encounter } => {
            let ticket = day.ticket_of(*encounter).filter(|ticket| ticket.state == TicketState::Called);
            let ticket = ticket.ok_or(Refusal::new(NOT_AT_DESK))?;
            vec![New::of(Event::Heard { no: ticket.no }).into()]
        }
    })
}

fn plan(act: &Act, unit: &UnitCode, facts: &Facts<'_>) -> Result<Vec<Deed<Event>>, Refusal> {
    let Act::Plan { post, leader, level, field, form, starts, minutes, place, street, desks, slot, .. } = act else {
        return Ok(Vec::new());
    };
    fits(*starts, *minutes, facts)?;
    if starts.date() < facts.now.date() {
        return Err(Refusal::at(PAST, "starts"));
    }
    let known = |unit: &UnitCode, field| match facts.district.open_unit(unit) {
        Some(_) => Ok(()),
        None => Err(Refusal::at(Why::NoSuchUnit, field).about(unit)),
    };
    known(unit, "host")?;
    street.iter().try_for_each(|street| known(street, "street"))?;
    if !(1..=DESKS_MOST).contains(desks) {
        return Err(Refusal::at(NO_DESK, "desks").about(DESKS_MOST));
    }
    if !(5..=*minutes).contains(slot) {
        return Err(Refusal::at(SLOT, "slot"));
    }
    let planned = New::of(Event::Planned {
        code: RecordCode::of(&facts.fresh),
        unit: unit.clone(),
        level: *level,
        form: *form,
        starts: *starts,
        minutes: *minutes,
        street: street.clone(),
        desks: *desks,
        slot: *slot,
    });
    let planned = planned.clocks([owed(*starts, *minutes, facts)]).with("post", &post.0).with("leader", &leader.0);
    Ok(vec![planned.with("field", &field.0).with("place", &place.0).into()])
}

/// Closes it. Who is at a desk is heard first; who still waits was told, and that is counted.
fn close(day: &Reception, turned: bool, facts: &Facts<'_>) -> Result<Vec<Deed<Event>>, Refusal> {
    if let Some(ticket) = day.tickets.iter().find(|ticket| ticket.state == TicketState::Called) {
        return Err(Refusal::new(BUSY).about(ticket.no));
    }
    // Whoever booked a time that is still to come expects to be heard, too.
    let to_come =
        day.booked.iter().filter(|(slot, id)| day.slot_starts(*slot) > facts.now && day.ticket_of(*id).is_none());
    let left = day.line.len() + to_come.count();
    if left > 0 && !turned {
        return Err(Refusal::at(WAITING, "turned").about(left));
    }
    let turned = u16::try_from(left).unwrap_or(u16::MAX);
    let closed = New::of(Event::Closed { turned }).clocks(settled(&day.clocks, facts));
    let waiting = day.tickets.iter().filter(|ticket| ticket.is_here()).map(|ticket| ticket.encounter);
    // Who booked and did not come is not asked why.
    let absent = booked(day).map(|(_, encounter)| encounter);
    let deeds = waiting.chain(absent).map(leave);
    Ok(std::iter::once(closed.into()).chain(deeds).collect())
}

/// The bookings of who has not come yet, each with its time.
fn booked(day: &Reception) -> impl Iterator<Item = (u16, CaseId)> {
    day.booked.iter().copied().filter(|(_, id)| day.ticket_of(*id).is_none())
}

fn asks(encounter: CaseId, act: encounter::Act) -> Deed<Event> {
    Deed::Ask(Ask::of::<Encounters>(On::Record(encounter), act))
}

/// The encounter comes to nothing.
fn leave(encounter: CaseId) -> Deed<Event> {
    asks(encounter, encounter::Act::Leave {})
}

/// The clock by which it is closed. It runs from the time that was set, so that a day that nobody opens is owed, too.
fn owed(starts: Moment, minutes: u16, facts: &Facts<'_>) -> ClockChange {
    started(&RECEPTION_CLOSE, ends(starts, minutes), facts)
}

fn fits(starts: Moment, minutes: u16, facts: &Facts<'_>) -> Result<(), Refusal> {
    if !(1..=MINUTES_MOST).contains(&minutes) {
        return Err(Refusal::at(LENGTH, "minutes"));
    }
    let near = starts.0.abs_diff(facts.now.0) <= FAR;
    if near { Ok(()) } else { Err(Refusal::at(TOO_FAR, "starts")) }
}
