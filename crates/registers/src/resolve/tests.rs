//! Stories of reception days and of who comes to them.

use super::encounter::{self, Encounter, Encounters, Matter, Mode, Trip};
use super::reception::{self, MISSES, Reception, Receptions, TicketState};
use crate::REGISTERS;
use domain::body::Body;
use domain::case::{Cases, Door, PostLevel, Stage as CaseStage};
use domain::handle::CaseId;
use domain::register::{Line, Register, Text, erases};
use domain::tell::{Channel, Tell, To};
use domain::track::Track;
use domain::{Actor, Lang, Moment, Refusal, Role, Why};
use proptest::prelude::*;
use std::collections::BTreeSet;
use testing::{Done, Town, at, staff};

fn by(role: Role) -> Actor {
    staff("street-1", role)
}

/// A reception day, who comes to it, and what is raised there.
struct World {
    town: Town,
    id: CaseId,
}

impl World {
    /// One that is planned.
    fn new() -> World {
        let mut town = Town::new(REGISTERS, "2023-05-04T09:00");
        let (id, _) = town.begin::<Receptions>(&by(Role::Clerk), plan()).unwrap();
        World { town, id }
    }

    /// One that is published.
    fn published() -> World {
        let mut world = World::new();
        world.day(&reception::Act::Publish {}).unwrap();
        world
    }

    /// One that is open.
    fn open() -> World {
        let mut world = World::published();
        world.town.now = at("2023-05-08T09:00");
        world.day(&reception::Act::Open {}).unwrap();
        world
    }

    /// An act on the day.
    fn day(&mut self, act: &reception::Act) -> Done {
        self.town.act::<Receptions>(self.id, &by(Role::Clerk), act.clone())
    }

    /// An act on an encounter; on none that is there, one that begins it.
    fn visit(&mut self, id: CaseId, actor: &Actor, act: &encounter::Act) -> Done {
        match self.town.find::<Encounters>(id) {
            Some(_) => self.town.act::<Encounters>(id, actor, act.clone()),
            None => self.town.begin_as::<Encounters>(id, actor, act.clone()),
        }
    }

    /// The day as it is.
    fn reception(&self) -> &Reception {
        self.town.record::<Receptions>(self.id)
    }

    fn encounter(&self, id: CaseId) -> &Encounter {
        self.town.record::<Encounters>(id)
    }

    /// Somebody comes to the door.
    fn comes(&mut self, n: u8) -> CaseId {
        let id = CaseId([n; 16]);
        let reception = self.id;
        let come = encounter::Act::Come { reception, people: 1, fetch: false };
        assert_eq!(self.visit(id, &by(Role::Clerk), &come), Ok(vec!["encounter.came", "reception.numbered"]));
        id
    }

    fn call(&mut self, desk: u8) -> Result<u16, Refusal> {
        self.day(&reception::Act::Call { desk })?;
        Ok(self.reception().at_desk(desk).unwrap().no)
    }

    fn book(&mut self, n: u8, actor: &Actor, slot: u16) -> Done {
        let (reception, phone) = (self.id, Line("１３８ ０００１ ２３４５".into()));
        let book = encounter::Act::Book {
            reception,
            slot,
            phone,
            name: None,
            people: 2,
            matter: None,
            fetch: true,
            tongue: None,
        };
        self.visit(CaseId([n; 16]), actor, &book)
    }
}

fn plan() -> reception::Act {
    reception::Act::Plan {
        post: Line("街道主任".into()),
        leader: Line("示例姓名".into()),
        level: PostLevel::Division,
        field: Line("民政".into()),
        form: reception::Form::Fixed,
        starts: at("2023-05-08T09:00"),
        minutes: 180,
        place: Line("街道接访室".into()),
        street: Some("street-1".into()),
        desks: 2,
        slot: 30,
        host: None,
    }
}

fn take_down(words: &str) -> encounter::Act {
    encounter::Act::TakeDown {
        words: Text(words.into()),
        kind: Matter::Petition,
        category: None,
        near: None,
        place: None,
        name: None,
        phone: None,
        speakers: Some(1),
        opinion: Some(Text("当天派人去看".into())),
        public: false,
    }
}

fn swap() -> reception::Act {
    reception::Act::Swap {
        post: Line("街道副主任".into()),
        leader: Line("另一示例姓名".into()),
        level: PostLevel::Section,
        field: Line("城管".into()),
        reason: Line("上级会议".into()),
    }
}

#[test]
fn a_roster_is_published_some_days_ahead_and_its_name_is_shown_only_until_the_day_is_over() {
    let mut world = World::new();
    assert!(!world.reception().is_public() && !world.reception().shows_leader(world.town.now));
    assert_eq!(world.day(&reception::Act::Publish {}), Ok(vec!["reception.published"]));
    assert_eq!((world.reception().published, world.reception().shows_leader(world.town.now)), (Some(4), true));
    assert_eq!(world.day(&swap()), Ok(vec!["reception.swapped"]));
    assert_eq!((world.reception().swaps, world.reception().level), (1, PostLevel::Section));
    world.town.now = at("2023-05-08T08:00");
    world.day(&reception::Act::Open {}).unwrap();
    world.day(&reception::Act::Close { turned: false }).unwrap();
    assert!(world.reception().is_public() && !world.reception().shows_leader(world.town.now));
}

#[test]
fn a_day_that_is_over_is_owed_from_the_time_that_was_set_until_somebody_closes_or_cancels_it() {
    let owed = |world: &World| {
        Receptions::duties(world.reception()).iter().map(|d| d.due.unwrap().raw.to_string()).collect::<Vec<_>>()
    };
    let mut world = World::published();
    assert_eq!(owed(&world), ["2023-05-09"]);
    let reason = Line("防汛".into());
    let moved =
        reception::Act::Move { starts: at("2023-05-10T09:00"), minutes: 60, place: None, reason: reason.clone() };
    assert_eq!(world.day(&moved), Ok(vec!["reception.moved"]));
    assert_eq!((owed(&world), world.reception().published), (vec!["2023-05-11".to_owned()], Some(6)));
    assert_eq!(world.day(&reception::Act::Open {}).unwrap_err().why.code(), "reception_not_yet");
    assert_eq!(world.day(&reception::Act::Cancel { reason }), Ok(vec!["reception.cancelled"]));
    assert!(owed(&world).is_empty());
}

#[test]
fn who_booked_is_told_when_the_day_is_moved_or_cancelled_and_of_nothing_else() {
    let reason = || Line("防汛".into());
    let mut world = World::published();
    world.book(21, &Actor::Resident, 2).unwrap();
    world.book(22, &by(Role::Clerk), 3).unwrap();
    let moved = reception::Act::Move { starts: at("2023-05-10T14:00"), minutes: 180, place: None, reason: reason() };
    let both = ["reception.moved", "encounter.moved", "encounter.moved"];
    assert_eq!(world.day(&moved), Ok(both.to_vec()));
    let booked = |world: &World, n: u8| world.encounter(CaseId([n; 16])).clone();
    assert_eq!(Encounters::when(&booked(&world, 21)), Some(at("2023-05-10T15:00")));
    assert_eq!(Encounters::when(&booked(&world, 22)), Some(at("2023-05-10T15:30")));

    // At another place they come to another door; that it ends later is nothing to them; and what changes nothing is refused.
    let at_same = |minutes: u16, place: Option<&str>| reception::Act::Move {
        starts: at("2023-05-10T14:00"),
        minutes,
        place: place.map(|place| Line(place.into())),
        reason: reason(),
    };
    let placed = ["reception.moved", "encounter.relocated", "encounter.relocated"];
    assert_eq!(world.day(&at_same(180, Some("另一间"))), Ok(placed.to_vec()));
    assert_eq!(world.day(&at_same(200, None)), Ok(vec!["reception.moved"]));
    assert_eq!(world.day(&at_same(200, None)).unwrap_err().why.code(), "reception_same");

    // Who gave the time back is not told any more.
    world.visit(CaseId([22; 16]), &Actor::Resident, &encounter::Act::Unbook {}).unwrap();
    let cancelled = world.day(&reception::Act::Cancel { reason: reason() });
    assert_eq!(cancelled, Ok(vec!["reception.cancelled", "encounter.called_off"]));
    assert_eq!(booked(&world, 21).stage, encounter::Stage::CalledOff);

    let topics = |event: encounter::Event| {
        let body = Body {
            nonce: String::new(),
            at: world.town.now,
            by: by(Role::Clerk),
            because: None,
            in_hall: None,
            event,
            clocks: Vec::new(),
        };
        let mut visit = booked(&world, 21);
        visit.tongue = encounter::Tongue::En;
        let told = Encounters::told(&visit, &body).into_iter();
        told.map(|notice| (notice.topic, notice.to)).collect::<Vec<_>>()
    };
    let to = To::Resident(Tell { channel: Channel::Sms, lang: Lang::En });
    let day = world.town.now;
    assert_eq!(topics(encounter::Event::Moved { day }), [("encounter_moved", to.clone())]);
    assert_eq!(topics(encounter::Event::CalledOff {}), [("encounter_called_off", to)]);
    assert!(topics(encounter::Event::Left {}).is_empty() && topics(encounter::Event::Unbooked {}).is_empty());
    // Nobody asks for it by hand.
    let by_hand = encounter::Act::Shift { at: day };
    assert!(world.visit(CaseId([21; 16]), &by(Role::Clerk), &by_hand).is_err());
}

#[test]
fn numbers_are_called_as_they_came_and_who_misses_a_call_comes_back_after_two_others_twice() {
    let mut world = World::open();
    let first = world.comes(11);
    for n in 12..16 {
        world.comes(n);
    }
    assert_eq!(world.call(1), Ok(1));
    assert_eq!(world.call(1).unwrap_err().detail[0], "1", "a desk settles its number before it calls another one");
    assert_eq!(world.call(3).unwrap_err().field, Some("desk"));
    world.day(&reception::Act::Miss { no: 1 }).unwrap();
    let mut order = Vec::new();
    for _ in 0..3 {
        order.push(world.call(1).unwrap());
        let id = world.reception().at_desk(1).unwrap().encounter;
        if id == first {
            world.day(&reception::Act::Miss { no: 1 }).unwrap();
        } else {
            world.visit(id, &by(Role::Clerk), &take_down("路灯不亮")).unwrap();
        }
    }
    assert_eq!(order, [2, 3, 1]);
    for expected in [4, 5, 1] {
        assert_eq!(world.call(2), Ok(expected));
        let id = world.reception().at_desk(2).unwrap().encounter;
        if id == first {
            assert_eq!(world.day(&reception::Act::Miss { no: 1 }), Ok(vec!["reception.missed", "encounter.left"]));
        } else {
            let advise = encounter::Act::Advise { opinion: Text("当场说明了办法".into()) };
            let heard = vec!["encounter.received", "reception.heard"];
            assert_eq!(world.visit(id, &by(Role::Clerk), &advise), Ok(heard));
        }
    }
    assert_eq!(world.call(2).unwrap_err().why.code(), "reception_nobody");
    let called: Vec<u16> = world.reception().called_last().iter().map(|ticket| ticket.no).collect();
    assert_eq!(called.len(), 4, "{called:?}");
}

#[test]
fn a_booking_whose_time_has_come_goes_before_the_line_and_comes_early_like_everybody_else() {
    let mut world = World::published();
    let resident = Actor::Resident;
    assert_eq!(world.book(21, &resident, 2), Ok(vec!["encounter.booked", "reception.reserved"]));
    assert_eq!(world.book(22, &by(Role::Clerk), 2).unwrap_err().field, Some("slot"), "it is taken");
    assert_eq!(world.book(22, &resident, 6).unwrap_err().field, Some("slot"), "there are six times");
    assert!(
        world.town.all::<Encounters>().count() == 1 && world.reception().booked.len() == 1,
        "what is refused leaves nothing behind"
    );
    world.book(22, &by(Role::Clerk), 3).unwrap();
    assert_eq!(
        world.visit(CaseId([22; 16]), &resident, &encounter::Act::Unbook {}),
        Ok(vec!["encounter.unbooked", "reception.freed"])
    );
    world.town.now = at("2023-05-08T09:00");
    assert_eq!(world.book(23, &resident, 4).unwrap_err().field, Some("slot"), "on the day itself one just comes");
    world.day(&reception::Act::Open {}).unwrap();
    world.comes(24);
    let arrived = vec!["encounter.arrived", "reception.numbered"];
    assert_eq!(world.visit(CaseId([21; 16]), &by(Role::Clerk), &encounter::Act::Arrive {}), Ok(arrived));
    assert!(world.reception().ticket(2).unwrap().fetch && world.encounter(CaseId([21; 16])).no == Some(2));
    assert_eq!(world.call(1), Ok(1), "its time has not come");
    world.comes(25);
    world.town.now = at("2023-05-08T10:01");
    let next = world.reception().line.clone();
    assert_eq!((next, world.reception().next(world.town.now)), (vec![2, 3], Some(2)));
    assert_eq!(
        (world.reception().ahead(2, world.town.now), world.reception().ahead(3, world.town.now)),
        (Some(0), Some(1))
    );
}

#[test]
fn what_is_said_at_the_table_is_a_case_in_the_same_act_none_one_or_several_and_says_who_received() {
    let mut world = World::open();
    let id = world.comes(31);
    let early = world.visit(id, &by(Role::Clerk), &take_down("路灯不亮")).unwrap_err();
    assert_eq!(early.why.code(), "reception_not_at_desk");
    world.call(2).unwrap();
    let first = vec!["encounter.received", "encounter.taken_down", "reception.heard", "raised"];
    assert_eq!(world.visit(id, &by(Role::Clerk), &take_down("路灯不亮")), Ok(first));
    assert_eq!(world.visit(id, &by(Role::Head), &take_down("井盖松了")), Ok(vec!["encounter.taken_down", "raised"]));
    let raise = world.town.raised()[0];
    assert_eq!((raise.text.as_str(), raise.door, raise.track), ("路灯不亮", Door::Reception, Track::Petition));
    assert_eq!((raise.received, raise.oral, raise.speakers), (Some(PostLevel::Division), true, None));
    assert_eq!((raise.street.clone(), world.encounter(id).matters), (Some("street-1".into()), 2));
    assert_eq!(world.reception().ticket(1).unwrap().state, TicketState::Heard);
    world.town.now = at("2023-05-10T09:00");
    assert_eq!(world.visit(id, &by(Role::Clerk), &take_down("再补一件")).unwrap_err().why.code(), "encounter_over");
}

#[test]
fn nobody_who_waits_is_forgotten_when_a_day_is_closed_and_who_booked_and_did_not_come_is_not_asked_why() {
    let mut world = World::published();
    world.book(41, &Actor::Resident, 0).unwrap();
    world.town.now = at("2023-05-08T09:00");
    world.day(&reception::Act::Open {}).unwrap();
    let (one, two) = (world.comes(42), world.comes(43));
    world.call(1).unwrap();
    assert_eq!(world.day(&reception::Act::Close { turned: true }).unwrap_err().why.code(), "reception_busy");
    world.visit(one, &by(Role::Clerk), &take_down("路灯不亮")).unwrap();
    assert_eq!(world.day(&reception::Act::Close { turned: false }).unwrap_err().field, Some("turned"));
    let closed = world.day(&reception::Act::Close { turned: true }).unwrap();
    assert_eq!(world.reception().booked.len(), 1);
    assert_eq!(closed, ["reception.closed", "encounter.left", "encounter.left"]);
    assert_eq!((world.reception().turned, world.encounter(two).stage), (1, encounter::Stage::Left));
    assert_eq!(world.encounter(CaseId([41; 16])).stage, encounter::Stage::Left);
}

#[test]
fn a_day_that_is_over_is_neither_planned_opened_nor_moved_and_shows_no_name_though_nobody_closed_it() {
    let mut world = World::published();
    world.town.now = at("2023-05-09T08:00");
    assert!(world.reception().is_public() && !world.reception().shows_leader(world.town.now));
    assert_eq!(world.day(&reception::Act::Open {}).unwrap_err().why.code(), "reception_over");
    let (starts, reason) = (at("2023-05-20T09:00"), Line("改期".into()));
    let moved = reception::Act::Move { starts, minutes: 60, place: None, reason };
    assert_eq!(world.day(&moved).unwrap_err().why.code(), "reception_over");
    let mut late = Town::new(REGISTERS, "2023-05-09T08:00");
    assert_eq!(late.begin::<Receptions>(&by(Role::Clerk), plan()).unwrap_err().field, Some("starts"));
    // One that was left open takes nobody on another day.
    let mut open = World::open();
    open.town.now = at("2023-05-09T09:00");
    let come = encounter::Act::Come { reception: open.reception().id, people: 1, fetch: false };
    let refused = open.visit(CaseId([9; 16]), &by(Role::Clerk), &come).unwrap_err();
    assert_eq!(refused.why.code(), "encounter_not_today");
}

#[test]
fn a_move_at_the_last_minute_is_a_short_notice_however_early_the_first_day_was_published() {
    let mut world = World::published();
    assert_eq!(world.reception().published, Some(4));
    world.town.now = at("2023-05-07T18:00");
    let moved = |day: &str| {
        let reason = Line("检修".into());
        reception::Act::Move { starts: at(day), minutes: 120, place: None, reason }
    };
    world.day(&moved("2023-05-08T14:00")).unwrap();
    assert_eq!(world.reception().published, Some(1), "nobody knew of this time before");
    world.day(&moved("2023-05-20T09:00")).unwrap();
    assert_eq!(world.reception().published, Some(13));
}

#[test]
fn who_booked_a_time_that_is_still_to_come_is_not_forgotten_when_the_day_is_closed_early() {
    let mut world = World::published();
    world.book(45, &Actor::Resident, 5).unwrap();
    world.town.now = at("2023-05-08T09:00");
    world.day(&reception::Act::Open {}).unwrap();
    let refused = world.day(&reception::Act::Close { turned: false }).unwrap_err();
    assert_eq!((refused.field, refused.detail[0].as_str()), (Some("turned"), "1"));
    world.day(&reception::Act::Close { turned: true }).unwrap();
    assert_eq!((world.reception().turned, world.encounter(CaseId([45; 16])).stage), (1, encounter::Stage::Left));
}

#[test]
fn what_a_phone_says_is_the_order_in_which_numbers_are_called() {
    let mut world = World::published();
    world.book(46, &Actor::Resident, 1).unwrap();
    world.town.now = at("2023-05-08T09:00");
    world.day(&reception::Act::Open {}).unwrap();
    world.comes(47);
    world.comes(48);
    world.visit(CaseId([46; 16]), &by(Role::Clerk), &encounter::Act::Arrive {}).unwrap();
    assert_eq!(world.reception().order(world.town.now), [1, 2, 3], "its time has not come");
    world.town.now = at("2023-05-08T09:31");
    assert_eq!(world.reception().order(world.town.now), [3, 1, 2]);
    assert_eq!(
        (world.reception().ahead(3, world.town.now), world.reception().ahead(1, world.town.now)),
        (Some(0), Some(1))
    );
    // By the length of an appointment, shared among two desks, while no talk is over.
    assert_eq!([0, 1, 3].map(|ahead| world.reception().wait(ahead)), [15, 30, 60]);
}

#[test]
fn who_waits_is_not_erased_but_heard_or_sent_home() {
    let mut world = World::open();
    let id = world.comes(49);
    let head = by(Role::Head);
    assert_eq!(world.visit(id, &head, &encounter::Act::Erase {}).unwrap_err().why, Why::WrongStage);
    world.day(&reception::Act::Close { turned: true }).unwrap();
    assert_eq!(world.visit(id, &head, &encounter::Act::Erase {}), Ok(vec!["encounter.erased"]));
}

#[test]
fn a_visit_that_was_entered_twice_is_void_and_its_cases_go_on() {
    let mut world = World::new();
    let visit = encounter::Act::Visit {
        mode: Trip::Home,
        post: Line("街道书记".into()),
        level: PostLevel::Division,
        at: at("2023-05-03T15:00"),
        street: None,
        agreed: true,
        about: None,
        opinion: None,
    };
    let id = CaseId([81; 16]);
    world.visit(id, &by(Role::Clerk), &visit).unwrap();
    world.visit(id, &by(Role::Clerk), &take_down("楼道堆物")).unwrap();
    let void = encounter::Act::Void { reason: Line("登记了两次".into()) };
    assert_eq!(world.visit(id, &by(Role::Head), &void), Ok(vec!["encounter.voided"]));
    assert_eq!((world.encounter(id).stage, world.town.raised().len()), (encounter::Stage::Void, 1));
    assert_eq!(world.visit(id, &by(Role::Head), &take_down("再来一件")).unwrap_err().why, Why::WrongStage);
}

#[test]
fn a_visit_is_made_where_it_was_agreed_to_and_a_return_visit_is_about_an_answer() {
    let mut world = World::new();
    let visit = |mode, agreed, about| encounter::Act::Visit {
        mode,
        post: Line("街道书记".into()),
        level: PostLevel::Division,
        at: at("2023-05-03T15:00"),
        street: Some("street-2".into()),
        agreed,
        about,
        opinion: None,
    };
    let (home, back) = (CaseId([51; 16]), CaseId([52; 16]));
    let refused = world.visit(home, &by(Role::Clerk), &visit(Trip::Home, false, None)).unwrap_err();
    assert_eq!((refused.why.code(), refused.field), ("encounter_not_agreed", Some("agreed")));
    assert_eq!(world.visit(home, &by(Role::Clerk), &visit(Trip::Home, true, None)), Ok(vec!["encounter.visited"]));
    world.visit(home, &by(Role::Clerk), &take_down("楼道堆物")).unwrap();
    assert_eq!((world.town.raised()[0].door, world.encounter(home).mode), (Door::HomeVisit, Mode::Home));
    let case = CaseId([2; 16]);
    world.town.put::<Cases>(case, Cases::blank(case));
    let about = Some(case);
    let other = world.visit(CaseId([53; 16]), &by(Role::Clerk), &visit(Trip::Home, true, about)).unwrap_err();
    assert_eq!(other.why.code(), "encounter_no_return");
    assert_eq!(
        world.visit(back, &by(Role::Clerk), &visit(Trip::Return, true, about)).unwrap_err().field,
        Some("about")
    );
    let mut answered = Cases::blank(case);
    answered.stage = CaseStage::Answered;
    world.town.put::<Cases>(case, answered);
    world.visit(back, &by(Role::Clerk), &visit(Trip::Return, true, about)).unwrap();
    assert_eq!((world.encounter(back).mode, world.encounter(back).about), (Mode::Return, about));
    assert_eq!(world.town.record::<Cases>(case).stage, CaseStage::Answered, "a visit is no verdict");
}

#[test]
fn acts_that_only_other_records_ask_for_are_nobodys_own() {
    let mut world = World::open();
    let encounter = world.comes(61);
    let hear = reception::Act::Hear { encounter };
    assert_eq!(world.day(&hear).unwrap_err().why, Why::NotYours);
    assert_eq!(world.visit(encounter, &by(Role::Head), &encounter::Act::Leave {}).unwrap_err().why, Why::NotYours);
    let offered = Receptions::offers(world.reception(), &by(Role::Clerk), world.town.now);
    assert_eq!(offered.iter().map(|act| act.code).collect::<Vec<_>>(), ["call", "close"]);
    let stranger = staff("street-2", Role::Clerk);
    assert!(Receptions::offers(world.reception(), &stranger, world.town.now).is_empty());
    assert!(Encounters::offers(world.encounter(encounter), &stranger, world.town.now).is_empty());
    let come = encounter::Act::Come { reception: world.reception().id, people: 1, fetch: false };
    assert_eq!(world.visit(CaseId([62; 16]), &stranger, &come).unwrap_err().why, Why::NotYours);
}

#[test]
fn what_was_written_of_a_booking_can_be_destroyed_and_its_time_is_free_again() {
    let mut world = World::published();
    world.book(71, &Actor::Resident, 1).unwrap();
    let id = CaseId([71; 16]);
    let erased = world.visit(id, &by(Role::Head), &encounter::Act::Erase {}).unwrap();
    assert_eq!(erased, ["encounter.unbooked", "encounter.erased", "reception.freed"]);
    assert!(world.encounter(id).erased && world.reception().booked.is_empty());
    assert!(erases("encounter.erased") && !erases("encounter.unbooked") && erases("erased"));
    assert_eq!(world.visit(id, &by(Role::Head), &encounter::Act::Erase {}).unwrap_err().why, Why::Erased);
}

proptest! {
    /// Whatever is done at the door and at the desks in whatever order: everybody who came waits, sits at one desk alone, was
    /// heard or has left; numbers are given once; a number that was missed waits behind two others at most; and what is
    /// refused changes nothing.
    #[test]
    fn nobody_in_the_queue_is_lost(steps in prop::collection::vec((0..8_u8, 1..12_u16), 1..80)) {
        let mut world = World::published();
        world.book(200, &Actor::Resident, 0).unwrap();
        world.book(201, &Actor::Resident, 3).unwrap();
        world.town.now = at("2023-05-08T08:30");
        world.day(&reception::Act::Open {}).unwrap();
        let mut came = 0;
        for (n, (what, no)) in steps.into_iter().enumerate() {
            world.town.now = Moment(world.town.now.0 + 240_000);
            let desk = u8::try_from(no % 3 + 1).unwrap();
            let of = world.reception().ticket(no).map_or(CaseId([200; 16]), |ticket| ticket.encounter);
            let clerk = by(Role::Clerk);
            let done = match what {
                0 | 1 => {
                    let reception = world.reception().id;
                    let come = encounter::Act::Come { reception, people: 1, fetch: false };
                    world.visit(CaseId([u8::try_from(n).unwrap() + 1; 16]), &clerk, &come)
                }
                2 => world.visit(CaseId([200 + u8::try_from(no % 2).unwrap(); 16]), &clerk, &encounter::Act::Arrive {}),
                3 | 4 => world.day(&reception::Act::Call { desk }),
                5 => world.day(&reception::Act::Miss { no }),
                6 => world.visit(of, &clerk, &take_down("一句话")),
                _ => world.day(&reception::Act::Close { turned: no % 4 == 0 }),
            };
            came += done.iter().flatten().filter(|kind| **kind == "reception.numbered").count();
            let day = world.reception();
            prop_assert_eq!(day.tickets.len(), came);
            let numbers: BTreeSet<u16> = day.tickets.iter().map(|ticket| ticket.no).collect();
            prop_assert_eq!(numbers.len(), came);
            let waiting: BTreeSet<u16> =
                day.tickets.iter().filter(|t| t.state == TicketState::Waiting).map(|t| t.no).collect();
            prop_assert_eq!(day.line.iter().copied().collect::<BTreeSet<_>>(), waiting);
            prop_assert!(day.line.len() == numbers.intersection(&day.line.iter().copied().collect()).count());
            let called: Vec<_> = day.tickets.iter().filter(|t| t.state == TicketState::Called).collect();
            let desks: BTreeSet<_> = called.iter().map(|ticket| ticket.desk).collect();
            prop_assert_eq!(desks.len(), called.len());
            prop_assert!(day.tickets.iter().all(|ticket| ticket.misses <= MISSES + 1));
            if let Ok(kinds) = &done && kinds.contains(&"reception.missed") && day.ticket(no).unwrap().misses <= MISSES {
                prop_assert!(day.line.iter().position(|other| *other == no).unwrap() <= 2);
            }
            for ticket in &day.tickets {
                let visit = world.encounter(ticket.encounter);
                let same = match ticket.state {
                    TicketState::Waiting | TicketState::Called => encounter::Stage::Waiting,
                    TicketState::Heard => encounter::Stage::Received,
                    TicketState::Left => encounter::Stage::Left,
                };
                prop_assert_eq!(visit.stage, same);
            }
            if day.stage == reception::Stage::Closed {
                prop_assert!(day.tickets.iter().all(|ticket| !ticket.is_here()));
            }
        }
    }
}
