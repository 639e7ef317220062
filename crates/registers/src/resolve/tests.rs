//! Stories of reception days and of who comes to them.

use super::encounter::{self, Encounter, Encounters, Matter, Mode, Trip};
use super::reception::{self, MISSES, Reception, Receptions, TicketState};
use domain::body::Body;
use domain::case::{Case, Cases, Door, PostLevel, Raise, Stage as CaseStage};
use domain::district::{District, Unit, UnitKind};
use domain::handle::CaseId;
use domain::register::{Ask, Deed, Facts, Fresh, Line, New, On, Register, Text, Thing, erases};
use domain::track::Track;
use domain::visit::Visit;
use domain::{Actor, Moment, Refusal, Role, Why};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn at(text: &str) -> Moment {
    Moment::from_local(text.parse().unwrap())
}

fn by(role: Role) -> Actor {
    Actor::Staff { account: 1, unit: "street-1".into(), role }
}

/// A reception day, who comes to it, and what is raised there; acts ask for acts as the writer has them asked.
#[derive(Clone)]
struct World {
    district: District,
    now: Moment,
    day: Reception,
    visits: BTreeMap<CaseId, Encounter>,
    case: Case,
    raised: Vec<Raise>,
}

type Done = Result<Vec<&'static str>, Refusal>;

impl World {
    fn new() -> World {
        let unit = |code: &str| Unit {
            code: code.into(),
            zh: "示例单位".into(),
            en: "Example".into(),
            kind: UnitKind::Street,
            parent: None,
            closed: false,
            at: None,
        };
        let units = ["street-1", "street-2"].map(|code| (code.into(), unit(code)));
        World {
            district: District { units: units.into_iter().collect(), ..District::default() },
            now: at("2023-05-04T09:00"),
            day: Receptions::blank(CaseId([1; 16])),
            visits: BTreeMap::new(),
            case: Cases::blank(CaseId([2; 16])),
            raised: Vec::new(),
        }
    }

    /// One that is published.
    fn published() -> World {
        let mut world = World::new();
        world.day(&plan()).unwrap();
        world.day(&reception::Act::Publish {}).unwrap();
        world
    }

    /// One that is open.
    fn open() -> World {
        let mut world = World::published();
        world.now = at("2023-05-08T09:00");
        world.day(&reception::Act::Open {}).unwrap();
        world
    }

    fn day(&mut self, act: &reception::Act) -> Done {
        self.whole(|world| world.on_day(&by(Role::Clerk), act, false))
    }

    fn visit(&mut self, id: CaseId, actor: &Actor, act: &encounter::Act) -> Done {
        self.whole(|world| world.on_visit(id, actor, act, false))
    }

    /// All of it, or nothing.
    fn whole(&mut self, act: impl FnOnce(&mut World) -> Done) -> Done {
        let before = self.clone();
        let done = act(self);
        if done.is_err() {
            *self = before;
        }
        done
    }

    fn decided<R: Register>(
        &self,
        state: &R::State,
        actor: &Actor,
        act: &R::Act,
        asked: bool,
    ) -> Result<Vec<Deed<R::Event>>, Refusal> {
        let near: [(CaseId, &Thing); 2] = [(self.day.id, &self.day), (self.case.id, &self.case)];
        let fresh = Fresh { code: "AAAA-AAAA-AAA", digits: "123456", ..Fresh::default() };
        let (now, visit, district) = (self.now, Visit::BEST, &self.district);
        R::decide(state, act, &Facts { now, actor, visit, asked, district, fresh, near: &near, past: &[] })
    }

    fn body<E: serde::Serialize + serde::de::DeserializeOwned>(&self, actor: &Actor, new: New<E>) -> Body<E> {
        let New { event, clocks, .. } = new;
        let body =
            Body { nonce: String::new(), at: self.now, by: actor.clone(), because: None, in_hall: None, event, clocks };
        serde_json::from_str(&serde_json::to_string(&body).unwrap()).unwrap()
    }

    fn on_day(&mut self, actor: &Actor, act: &reception::Act, asked: bool) -> Done {
        let mut kinds = Vec::new();
        for deed in self.decided::<Receptions>(&self.day.clone(), actor, act, asked)? {
            match deed {
                Deed::Event(new) => {
                    kinds.push(new.event.kind());
                    let body = self.body(actor, new);
                    Receptions::evolve(&mut self.day, &body);
                }
                Deed::Ask(ask) => kinds.extend(self.ask(actor, ask)?),
            }
        }
        Ok(kinds)
    }

    fn on_visit(&mut self, id: CaseId, actor: &Actor, act: &encounter::Act, asked: bool) -> Done {
        let visit = self.visits.get(&id).cloned().unwrap_or_else(|| Encounters::blank(id));
        let mut kinds = Vec::new();
        for deed in self.decided::<Encounters>(&visit, actor, act, asked)? {
            match deed {
                Deed::Event(new) => {
                    kinds.push(new.event.kind());
                    let body = self.body(actor, new);
                    let visit = self.visits.entry(id).or_insert_with(|| Encounters::blank(id));
                    Encounters::evolve(visit, &body);
                }
                Deed::Ask(ask) => kinds.extend(self.ask(actor, ask)?),
            }
        }
        Ok(kinds)
    }

    fn ask(&mut self, actor: &Actor, ask: Ask) -> Done {
        match ask.on {
            On::New | On::Begin(_) => {
                let Some(domain::case::Act::Raise(raise)) = ask.act.downcast_ref() else { panic!("no case") };
                self.raised.push((**raise).clone());
                Ok(Vec::new())
            }
            On::Record(id) if ask.register == Receptions::CODE => {
                assert_eq!(id, self.day.id);
                self.on_day(actor, ask.act.downcast_ref().unwrap(), true)
            }
            On::Record(id) => self.on_visit(id, actor, ask.act.downcast_ref().unwrap(), true),
        }
    }

    /// Somebody comes to the door.
    fn comes(&mut self, n: u8) -> CaseId {
        let id = CaseId([n; 16]);
        let reception = self.day.id;
        let come = encounter::Act::Come { reception, people: 1, fetch: false };
        assert_eq!(self.visit(id, &by(Role::Clerk), &come), Ok(vec!["encounter.came", "reception.numbered"]));
        id
    }

    fn call(&mut self, desk: u8) -> Result<u16, Refusal> {
        self.day(&reception::Act::Call { desk })?;
        Ok(self.day.at_desk(desk).unwrap().no)
    }

    fn book(&mut self, n: u8, actor: &Actor, slot: u16) -> Done {
        let (reception, phone) = (self.day.id, Line("１３８ ０００１ ２３４５".into()));
        let book = encounter::Act::Book { reception, slot, phone, name: None, people: 2, matter: None, fetch: true };
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
    world.day(&plan()).unwrap();
    assert!(!world.day.is_public() && !world.day.shows_leader(world.now));
    assert_eq!(world.day(&reception::Act::Publish {}), Ok(vec!["reception.published"]));
    assert_eq!((world.day.published, world.day.shows_leader(world.now)), (Some(4), true));
    assert_eq!(world.day(&swap()), Ok(vec!["reception.swapped"]));
    assert_eq!((world.day.swaps, world.day.level), (1, PostLevel::Section));
    world.now = at("2023-05-08T08:00");
    world.day(&reception::Act::Open {}).unwrap();
    world.day(&reception::Act::Close { turned: false }).unwrap();
    assert!(world.day.is_public() && !world.day.shows_leader(world.now));
}

#[test]
fn a_day_that_is_over_is_owed_from_the_time_that_was_set_until_somebody_closes_or_cancels_it() {
    let owed = |world: &World| Receptions::duties(&world.day).iter().map(|d| d.due.raw.to_string()).collect::<Vec<_>>();
    let mut world = World::published();
    assert_eq!(owed(&world), ["2023-05-09"]);
    let reason = Line("防汛".into());
    let moved =
        reception::Act::Move { starts: at("2023-05-10T09:00"), minutes: 60, place: None, reason: reason.clone() };
    assert_eq!(world.day(&moved), Ok(vec!["reception.moved"]));
    assert_eq!((owed(&world), world.day.published), (vec!["2023-05-11".to_owned()], Some(6)));
    assert_eq!(world.day(&reception::Act::Open {}).unwrap_err().why.code(), "reception_not_yet");
    assert_eq!(world.day(&reception::Act::Cancel { reason }), Ok(vec!["reception.cancelled"]));
    assert!(owed(&world).is_empty());
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
        let id = world.day.at_desk(1).unwrap().encounter;
        if id == first {
            world.day(&reception::Act::Miss { no: 1 }).unwrap();
        } else {
            world.visit(id, &by(Role::Clerk), &take_down("路灯不亮")).unwrap();
        }
    }
    assert_eq!(order, [2, 3, 1]);
    for expected in [4, 5, 1] {
        assert_eq!(world.call(2), Ok(expected));
        let id = world.day.at_desk(2).unwrap().encounter;
        if id == first {
            assert_eq!(world.day(&reception::Act::Miss { no: 1 }), Ok(vec!["reception.missed", "encounter.left"]));
        } else {
            let advise = encounter::Act::Advise { opinion: Text("当场说明了办法".into()) };
            let heard = vec!["encounter.received", "reception.heard"];
            assert_eq!(world.visit(id, &by(Role::Clerk), &advise), Ok(heard));
        }
    }
    assert_eq!(world.call(2).unwrap_err().why.code(), "reception_nobody");
    let called: Vec<u16> = world.day.called_last().iter().map(|ticket| ticket.no).collect();
    assert_eq!(called.len(), 4, "{called:?}");
}

#[test]
fn a_booking_whose_time_has_come_goes_before_the_line_and_comes_early_like_everybody_else() {
    let mut world = World::published();
    let resident = Actor::Resident;
    assert_eq!(world.book(21, &resident, 2), Ok(vec!["encounter.booked", "reception.reserved"]));
    assert_eq!(world.book(22, &by(Role::Clerk), 2).unwrap_err().field, Some("slot"), "it is taken");
    assert_eq!(world.book(22, &resident, 6).unwrap_err().field, Some("slot"), "there are six times");
    assert!(world.visits.len() == 1 && world.day.booked.len() == 1, "what is refused leaves nothing behind");
    world.book(22, &by(Role::Clerk), 3).unwrap();
    assert_eq!(
        world.visit(CaseId([22; 16]), &resident, &encounter::Act::Unbook {}),
        Ok(vec!["encounter.unbooked", "reception.freed"])
    );
    world.now = at("2023-05-08T09:00");
    assert_eq!(world.book(23, &resident, 4).unwrap_err().field, Some("slot"), "on the day itself one just comes");
    world.day(&reception::Act::Open {}).unwrap();
    world.comes(24);
    let arrived = vec!["encounter.arrived", "reception.numbered"];
    assert_eq!(world.visit(CaseId([21; 16]), &by(Role::Clerk), &encounter::Act::Arrive {}), Ok(arrived));
    assert!(world.day.ticket(2).unwrap().fetch && world.visits[&CaseId([21; 16])].no == Some(2));
    assert_eq!(world.call(1), Ok(1), "its time has not come");
    world.comes(25);
    world.now = at("2023-05-08T10:01");
    let next = world.day.line.clone();
    assert_eq!((next, world.day.next(world.now)), (vec![2, 3], Some(2)));
    assert_eq!((world.day.ahead(2, world.now), world.day.ahead(3, world.now)), (Some(0), Some(1)));
}

#[test]
fn what_is_said_at_the_table_is_a_case_in_the_same_act_none_one_or_several_and_says_who_received() {
    let mut world = World::open();
    let id = world.comes(31);
    let early = world.visit(id, &by(Role::Clerk), &take_down("路灯不亮")).unwrap_err();
    assert_eq!(early.why.code(), "reception_not_at_desk");
    world.call(2).unwrap();
    let first = vec!["encounter.received", "reception.heard", "encounter.taken_down"];
    assert_eq!(world.visit(id, &by(Role::Clerk), &take_down("路灯不亮")), Ok(first));
    assert_eq!(world.visit(id, &by(Role::Head), &take_down("井盖松了")), Ok(vec!["encounter.taken_down"]));
    let raise = &world.raised[0];
    assert_eq!((raise.text.as_str(), raise.door, raise.track), ("路灯不亮", Door::Reception, Track::Petition));
    assert_eq!((raise.received, raise.oral, raise.speakers), (Some(PostLevel::Division), true, None));
    assert_eq!((raise.street.clone(), world.visits[&id].matters), (Some("street-1".into()), 2));
    assert_eq!(world.day.ticket(1).unwrap().state, TicketState::Heard);
    world.now = at("2023-05-10T09:00");
    assert_eq!(world.visit(id, &by(Role::Clerk), &take_down("再补一件")).unwrap_err().why.code(), "encounter_over");
}

#[test]
fn nobody_who_waits_is_forgotten_when_a_day_is_closed_and_who_booked_and_did_not_come_is_not_asked_why() {
    let mut world = World::published();
    world.book(41, &Actor::Resident, 0).unwrap();
    world.now = at("2023-05-08T09:00");
    world.day(&reception::Act::Open {}).unwrap();
    let (one, two) = (world.comes(42), world.comes(43));
    world.call(1).unwrap();
    assert_eq!(world.day(&reception::Act::Close { turned: true }).unwrap_err().why.code(), "reception_busy");
    world.visit(one, &by(Role::Clerk), &take_down("路灯不亮")).unwrap();
    assert_eq!(world.day(&reception::Act::Close { turned: false }).unwrap_err().field, Some("turned"));
    let closed = world.day(&reception::Act::Close { turned: true }).unwrap();
    assert_eq!(world.day.booked.len(), 1);
    assert_eq!(closed, ["reception.closed", "encounter.left", "encounter.left"]);
    assert_eq!((world.day.turned, world.visits[&two].stage), (1, encounter::Stage::Left));
    assert_eq!(world.visits[&CaseId([41; 16])].stage, encounter::Stage::Left);
}

#[test]
fn a_day_that_is_over_is_neither_planned_opened_nor_moved_and_shows_no_name_though_nobody_closed_it() {
    let mut world = World::published();
    world.now = at("2023-05-09T08:00");
    assert!(world.day.is_public() && !world.day.shows_leader(world.now));
    assert_eq!(world.day(&reception::Act::Open {}).unwrap_err().why.code(), "reception_over");
    let (starts, reason) = (at("2023-05-20T09:00"), Line("改期".into()));
    let moved = reception::Act::Move { starts, minutes: 60, place: None, reason };
    assert_eq!(world.day(&moved).unwrap_err().why.code(), "reception_over");
    let mut late = World::new();
    late.now = at("2023-05-09T08:00");
    assert_eq!(late.day(&plan()).unwrap_err().field, Some("starts"));
    // One that was left open takes nobody on another day.
    let mut open = World::open();
    open.now = at("2023-05-09T09:00");
    let come = encounter::Act::Come { reception: open.day.id, people: 1, fetch: false };
    let refused = open.visit(CaseId([9; 16]), &by(Role::Clerk), &come).unwrap_err();
    assert_eq!(refused.why.code(), "encounter_not_today");
}

#[test]
fn a_move_at_the_last_minute_is_a_short_notice_however_early_the_first_day_was_published() {
    let mut world = World::published();
    assert_eq!(world.day.published, Some(4));
    world.now = at("2023-05-07T18:00");
    let moved = |day: &str| {
        let reason = Line("检修".into());
        reception::Act::Move { starts: at(day), minutes: 120, place: None, reason }
    };
    world.day(&moved("2023-05-08T14:00")).unwrap();
    assert_eq!(world.day.published, Some(1), "nobody knew of this time before");
    world.day(&moved("2023-05-20T09:00")).unwrap();
    assert_eq!(world.day.published, Some(13));
}

#[test]
fn who_booked_a_time_that_is_still_to_come_is_not_forgotten_when_the_day_is_closed_early() {
    let mut world = World::published();
    world.book(45, &Actor::Resident, 5).unwrap();
    world.now = at("2023-05-08T09:00");
    world.day(&reception::Act::Open {}).unwrap();
    let refused = world.day(&reception::Act::Close { turned: false }).unwrap_err();
    assert_eq!((refused.field, refused.detail[0].as_str()), (Some("turned"), "1"));
    world.day(&reception::Act::Close { turned: true }).unwrap();
    assert_eq!((world.day.turned, world.visits[&CaseId([45; 16])].stage), (1, encounter::Stage::Left));
}

#[test]
fn what_a_phone_says_is_the_order_in_which_numbers_are_called() {
    let mut world = World::published();
    world.book(46, &Actor::Resident, 1).unwrap();
    world.now = at("2023-05-08T09:00");
    world.day(&reception::Act::Open {}).unwrap();
    world.comes(47);
    world.comes(48);
    world.visit(CaseId([46; 16]), &by(Role::Clerk), &encounter::Act::Arrive {}).unwrap();
    assert_eq!(world.day.order(world.now), [1, 2, 3], "its time has not come");
    world.now = at("2023-05-08T09:31");
    assert_eq!(world.day.order(world.now), [3, 1, 2]);
    assert_eq!((world.day.ahead(3, world.now), world.day.ahead(1, world.now)), (Some(0), Some(1)));
    // By the length of an appointment, shared among two desks, while no talk is over.
    assert_eq!([0, 1, 3].map(|ahead| world.day.wait(ahead)), [15, 30, 60]);
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
    assert_eq!((world.visits[&id].stage, world.raised.len()), (encounter::Stage::Void, 1));
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
    assert_eq!((world.raised[0].door, world.visits[&home].mode), (Door::HomeVisit, Mode::Home));
    let about = Some(world.case.id);
    let other = world.visit(CaseId([53; 16]), &by(Role::Clerk), &visit(Trip::Home, true, about)).unwrap_err();
    assert_eq!(other.why.code(), "encounter_no_return");
    assert_eq!(
        world.visit(back, &by(Role::Clerk), &visit(Trip::Return, true, about)).unwrap_err().field,
        Some("about")
    );
    world.case.stage = CaseStage::Answered;
    world.visit(back, &by(Role::Clerk), &visit(Trip::Return, true, about)).unwrap();
    assert_eq!((world.visits[&back].mode, world.visits[&back].about), (Mode::Return, about));
    assert_eq!(world.case.stage, CaseStage::Answered, "a visit is no verdict");
}

#[test]
fn acts_that_only_other_records_ask_for_are_nobodys_own() {
    let mut world = World::open();
    let encounter = world.comes(61);
    let hear = reception::Act::Hear { encounter };
    assert_eq!(world.day(&hear).unwrap_err().why, Why::NotYours);
    assert_eq!(world.visit(encounter, &by(Role::Head), &encounter::Act::Leave {}).unwrap_err().why, Why::NotYours);
    let offered = Receptions::offers(&world.day, &by(Role::Clerk), world.now);
    assert_eq!(offered.iter().map(|act| act.code).collect::<Vec<_>>(), ["call", "close"]);
    let stranger = Actor::Staff { account: 2, unit: "street-2".into(), role: Role::Clerk };
    assert!(Receptions::offers(&world.day, &stranger, world.now).is_empty());
    assert!(Encounters::offers(&world.visits[&encounter], &stranger, world.now).is_empty());
    let come = encounter::Act::Come { reception: world.day.id, people: 1, fetch: false };
    assert_eq!(world.visit(CaseId([62; 16]), &stranger, &come).unwrap_err().why, Why::NotYours);
}

#[test]
fn what_was_written_of_a_booking_can_be_destroyed_and_its_time_is_free_again() {
    let mut world = World::published();
    world.book(71, &Actor::Resident, 1).unwrap();
    let id = CaseId([71; 16]);
    let erased = world.visit(id, &by(Role::Head), &encounter::Act::Erase {}).unwrap();
    assert_eq!(erased, ["encounter.unbooked", "encounter.erased", "reception.freed"]);
    assert!(world.visits[&id].erased && world.day.booked.is_empty());
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
        world.now = at("2023-05-08T08:30");
        world.day(&reception::Act::Open {}).unwrap();
        let mut came = 0;
        for (n, (what, no)) in steps.into_iter().enumerate() {
            world.now = Moment(world.now.0 + 240_000);
            let desk = u8::try_from(no % 3 + 1).unwrap();
            let of = world.day.ticket(no).map_or(CaseId([200; 16]), |ticket| ticket.encounter);
            let clerk = by(Role::Clerk);
            let done = match what {
                0 | 1 => {
                    let reception = world.day.id;
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
            let day = &world.day;
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
                let visit = &world.visits[&ticket.encounter];
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
