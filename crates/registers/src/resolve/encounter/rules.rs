//! What an act on an encounter leads to.

use super::{Act, Encounter, Event, Stage, Trip};
use crate::resolve::reception::{self, Reception, Receptions};
use domain::case::{Cases, Contact, Raise, Stage as CaseStage};
use domain::codes::RecordCode;
use domain::handle::CaseId;
use domain::moment::day_number;
use domain::register::{ActOf, Ask, Deed, Facts, Line, New, On, Text, on_request, permitted};
use domain::{Actor, Moment, Refusal, Why, reasons, typed};

/// The most people of one encounter: five may speak (信访工作条例 20), and who helps them comes along.
const PEOPLE_MOST: u8 = 20;
/// The most cases of one encounter.
const MATTERS_MOST: u16 = 20;
/// For how many days after it something can still be taken down: configuration, as the two below.
const DAYS_AFTER: i64 = 1;
/// How many days back a visit can be entered.
const VISIT_BACK: i64 = 7;
/// From how many days ahead on a time can be booked: who receives gets the list on the day before.
const BOOK_AHEAD: i64 = 1;

reasons! {
    NO_DAY "encounter_no_day" "没有这个接访日，或者还不能预约。" "请从公示的接访安排里选择。" "There is no such reception day, or it can't be booked." "Choose from the published roster.",
    TOO_LATE "encounter_too_late" "预约到前一天为止。" "当天可以直接来，到了取号。" "A time can be booked until the day before." "On the day itself, come to the door and take a number.",
    PEOPLE "encounter_people" "人数应在1到20之间。" "请按来的人数填写。" "The number of people is 1 to 20." "Enter how many come.",
    NOT_OPEN "encounter_not_open" "这个接访日还没有开始，或已经结束。" "请先在接访日的页面上点“开始接访”。" "This reception day has not begun, or is over." "Open it on its page first.",
    NOT_TODAY "encounter_not_today" "接访日不是今天。" "请在预约的那一天发号。" "The reception day is not today." "Give the number on the booked day.",
    NOT_AGREED "encounter_not_agreed" "上门走访要对方事先同意。" "没有同意的不要上门，可以请对方来接访日。" "A visit is made only where it was agreed to before." "If it was not, offer a reception day instead.",
    VISIT_WHEN "encounter_visit_when" "走访的时间应在过去7天以内。" "请核对日期。" "A visit is entered within 7 days after it." "Look at the date again.",
    NO_CASE "encounter_no_case" "回访的应是一件已经答复的诉求。" "请核对编号；没有答复的，按登门走访登记。" "A return visit is about a case that was answered." "Look at its code; if it was not answered, enter a visit at home.",
    NO_RETURN "encounter_no_return" "只有上门回访要填是哪一件。" "请清空这一项，或把方式改为上门回访。" "Only a return visit names a case." "Empty this, or make it a return visit.",
    OVER "encounter_over" "接谈已经过去，不能再登记。" "请到来访窗口另行登记。" "This talk is too long ago." "Register what is said now at the counter.",
    MANY "encounter_many" "一次来访最多登记{}件。" "请让对方另约一次。" "One encounter has {} cases at most." "Offer another appointment.",
}

pub(super) fn offers(visit: &Encounter, actor: &Actor, now: Moment) -> Vec<&'static ActOf> {
    let stage = (visit.version > 0).then_some(visit.stage);
    let fits = |act: &ActOf| match act.code {
        "take_down" => still(visit, now),
        _ => true,
    };
    let unit = stage.map(|_| &visit.unit);
    let may = |act: &&ActOf| !visit.erased && permitted(Act::ALL, act.code, stage, actor, unit).is_ok();
    Act::ALL.iter().filter(may).filter(|act| fits(act)).collect()
}

/// Whether something can still be taken down: during the talk and shortly after it; of a visit, as long as it can be entered.
fn still(visit: &Encounter, now: Moment) -> bool {
    let most = if visit.reception.is_some() { DAYS_AFTER } else { VISIT_BACK };
    visit.received.is_none_or(|at| day_number(now.date()) - day_number(at.date()) <= most)
}

pub(super) fn decide(visit: &Encounter, act: &Act, facts: &Facts<'_>) -> Result<Vec<Deed<Event>>, Refusal> {
    if let Act::Book { .. } | Act::Come { .. } | Act::Visit { .. } = act {
        if visit.version > 0 {
            return Err(Refusal::new(Why::WrongStage).about_term(visit.stage));
        }
        return begin(visit.id, act, facts);
    }
    if visit.version == 0 {
        return Err(Refusal::new(Why::NoSuchRecord));
    }
    if visit.erased {
        return Err(Refusal::new(Why::Erased));
    }
    match act {
        Act::Leave {} | Act::Shift { .. } | Act::Relocate {} | Act::CallOff {} => {
            on_request(Act::ALL, act.code(), visit.stage, facts)?
        }
        _ => permitted(Act::ALL, act.code(), Some(visit.stage), facts.actor, Some(&visit.unit))?,
    }
    let of_day = |act: reception::Act| visit.reception.map(|day| asks(day, act));
    Ok(match act {
        Act::Arrive {} => {
            let day = visit.reception.and_then(|id| facts.other::<Receptions>(id)).ok_or(Refusal::new(NO_DAY))?;
            let no = here(day, facts)?;
            let arrived = New::of(Event::Arrived { no, level: day.level }).into();
            vec![arrived, asks(day.id, reception::Act::Number { encounter: visit.id, no, fetch: visit.fetch })]
        }
        Act::Unbook {} => {
            let free = of_day(reception::Act::Free { encounter: visit.id });
            std::iter::once(New::of(Event::Unbooked {}).into()).chain(free).collect()
        }
        Act::TakeDown { opinion, .. } => {
            let mut deeds: Vec<Deed<Event>> = Vec::new();
            if !still(visit, facts.now) {
                return Err(Refusal::new(OVER));
            }
            if visit.received.is_none() {
                deeds.extend(received(visit, ""));
            }
            let no = visit.matters + 1;
            if no > MATTERS_MOST {
                return Err(Refusal::new(MANY).about(MATTERS_MOST));
            }
            let opinion = opinion.as_ref().map_or("", |Text(text)| text);
            deeds.push(New::of(Event::TakenDown { no }).with("opinion", opinion).into());
            deeds.push(Deed::Ask(Ask::of::<Cases>(On::New, raise(visit, act).into())));
            deeds
        }
        Act::Advise { opinion } => received(visit, &opinion.0),
        Act::Void { reason } => vec![New::of(Event::Voided {}).with("reason", &reason.0).into()],
        Act::Leave {} => vec![New::of(Event::Left {}).into()],
        Act::Shift { at } => vec![New::of(Event::Moved { day: *at }).into()],
        Act::Relocate {} => vec![New::of(Event::Relocated {}).into()],
        Act::CallOff {} => vec![New::of(Event::CalledOff {}).into()],
        Act::Erase {} => {
            // What waits for the day is given back first, so that nothing there leads to what is gone.
            let free = of_day(reception::Act::Free { encounter: visit.id }).filter(|_| visit.stage == Stage::Booked);
            let unbooked = free.is_some().then(|| New::of(Event::Unbooked {}).into());
            unbooked.into_iter().chain([New::of(Event::Erased {}).into()]).chain(free).collect()
        }
        Act::Book { .. } | Act::Come { .. } | Act::Visit { .. } => Vec::new(),
    })
}

/// Somebody is heard: the day says whether the number was called.
fn received(visit: &Encounter, opinion: &str) -> Vec<Deed<Event>> {
    let heard = visit.reception.map(|day| asks(day, reception::Act::Hear { encounter: visit.id }));
    std::iter::once(New::of(Event::Received {}).with("opinion", opinion).into()).chain(heard).collect()
}

fn begin(id: CaseId, act: &Act, facts: &Facts<'_>) -> Result<Vec<Deed<Event>>, Refusal> {
    let day = |reception: &CaseId| {
        let day = facts.other::<Receptions>(*reception).ok_or(Refusal::at(NO_DAY, "reception"))?;
        permitted::<Stage>(Act::ALL, act.code(), None, facts.actor, Some(&day.unit)).map(|()| day)
    };
    let code = RecordCode::of(&facts.fresh);
    match act {
        Act::Book { reception, slot, phone, name, people, matter, fetch, tongue } => {
            let day = day(reception)?;
            if day.stage != reception::Stage::Published {
                return Err(Refusal::at(NO_DAY, "reception"));
            }
            if day_number(day.starts.date()) - day_number(facts.now.date()) < BOOK_AHEAD {
                return Err(Refusal::at(TOO_LATE, "slot"));
            }
            some_people(*people)?;
            let number = typed::phone(&phone.0).ok_or(Refusal::at(Why::BadPhone, "phone"))?;
            let booked = New::of(Event::Booked {
                code,
                reception: day.id,
                unit: day.unit.clone(),
                level: day.level,
                street: day.street.clone(),
                slot: *slot,
                day: day.slot_starts(*slot),
                people: *people,
                fetch: *fetch,
                tongue: *tongue,
            });
            let name = name.as_ref().map_or("", |Line(name)| name);
            let matter = matter.as_ref().map_or("", |Text(text)| text);
            let booked = booked.with("phone", &number).with("name", name).with("matter", matter);
            Ok(vec![booked.into(), asks(day.id, reception::Act::Reserve { slot: *slot, encounter: id })])
        }
        Act::Come { reception, people, fetch } => {
            let day = day(reception)?;
            let no = here(day, facts)?;
            some_people(*people)?;
            let (unit, street) = (day.unit.clone(), day.street.clone());
            let came = Event::Came { code, reception: day.id, unit, level: day.level, street, no, people: *people };
            let number = reception::Act::Number { encounter: id, no, fetch: *fetch };
            Ok(vec![New::of(came).into(), asks(day.id, number)])
        }
        Act::Visit { mode, post, level, at, street, agreed, about, opinion } => {
            permitted::<Stage>(Act::ALL, act.code(), None, facts.actor, facts.actor.unit())?;
            let unit = facts.actor.unit().cloned().ok_or(Refusal::new(Why::NotYours))?;
            let back = day_number(facts.now.date()) - day_number(at.date());
            if *at > facts.now || back > VISIT_BACK {
                return Err(Refusal::at(VISIT_WHEN, "at"));
            }
            if !agreed {
                return Err(Refusal::at(NOT_AGREED, "agreed"));
            }
            if let Some(street) = street.as_ref().filter(|street| facts.district.open_unit(street).is_none()) {
                return Err(Refusal::at(Why::NoSuchUnit, "street").about(street));
            }
            let answered = |id: &CaseId| {
                let case = facts.other::<Cases>(*id);
                case.is_some_and(|case| {
                    !case.is_sealed() && matches!(case.stage, CaseStage::Answered | CaseStage::Ended)
                })
            };
            let about = match (mode, about) {
                (Trip::Home, None) => None,
                (Trip::Home, Some(_)) => return Err(Refusal::at(NO_RETURN, "about")),
                (Trip::Return, Some(id)) if answered(id) => Some(*id),
                (Trip::Return, _) => return Err(Refusal::at(NO_CASE, "about")),
            };
            let (level, street) = (*level, street.clone());
            let visited = New::of(Event::Visited { code, unit, mode: *mode, level, street, day: *at, about });
            let opinion = opinion.as_ref().map_or("", |Text(text)| text);
            Ok(vec![visited.with("post", &post.0).with("opinion", opinion).into()])
        }
        _ => Err(Refusal::new(Why::NoSuchAct)),
    }
}

/// The number for whoever is at the door of a day that is open.
fn here(day: &Reception, facts: &Facts<'_>) -> Result<u16, Refusal> {
    if day.stage != reception::Stage::Open {
        return Err(Refusal::new(NOT_OPEN));
    }
    if day_number(day.starts.date()) > day_number(facts.now.date()) || !day.is_on(facts.now) {
        return Err(Refusal::new(NOT_TODAY));
    }
    Ok(day.next_no())
}

fn some_people(people: u8) -> Result<(), Refusal> {
    if (1..=PEOPLE_MOST).contains(&people) { Ok(()) } else { Err(Refusal::at(PEOPLE, "people")) }
}

fn asks(day: CaseId, act: reception::Act) -> Deed<Event> {
    Deed::Ask(Ask::of::<Receptions>(On::Record(day), act))
}

/// The case of what is said at the table.
fn raise(visit: &Encounter, act: &Act) -> Raise {
    let Act::TakeDown { words, kind, category, near, place, name, phone, speakers, public, .. } = act else {
        return Raise::default();
    };
    let line = |line: &Option<Line>| line.as_ref().map(|Line(text)| text.clone()).unwrap_or_default();
    Raise {
        track: kind.track(),
        door: visit.mode.door(),
        text: words.0.clone(),
        category: category.clone(),
        street: near.clone().or_else(|| visit.street.clone()),
        place: line(place),
        contact: Contact { name: line(name), phone: line(phone), ..Contact::default() },
        public: *public,
        oral: true,
        speakers: speakers.filter(|n| *n > 1),
        received: Some(visit.level),
        ..Raise::default()
    }
}
