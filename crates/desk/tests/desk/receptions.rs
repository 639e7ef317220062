//! Reception days at the desk, on both engines: a time is booked once however many want it, numbers are given once, what is
//! written of an encounter can be destroyed with its key, and nothing of it is taken for a case.

use crate::*;
use ::registers::resolve::encounter::{Act, Encounters};
use ::registers::resolve::reception::{self, Form, Reception, Receptions};
use domain::register::{Line, On, Text};
use store::listed;
use store::outbox::{self, About, Kind};

const DAY: i64 = 86_400_000;

fn plan(starts: Moment) -> reception::Act {
    reception::Act::Plan {
        post: Line("示范主任".into()),
        leader: Line("示例姓名".into()),
        level: PostLevel::Division,
        field: Line("城建".into()),
        form: Form::Fixed,
        starts,
        minutes: 120,
        place: Line("接访室".into()),
        street: Some("street-1".into()),
        desks: 2,
        slot: 30,
        host: None,
    }
}

fn book(reception: CaseId, slot: u16) -> Act {
    let (phone, matter) = (Line("13800012345".into()), Some(Text("说说停车".into())));
    Act::Book {
        reception,
        slot,
        phone,
        name: Some(Line("王女士".into())),
        people: 1,
        matter,
        fetch: false,
        tongue: None,
    }
}

impl Town {
    /// A day that is published, two days ahead.
    fn published(&self) -> CaseId {
        let starts = Moment(self.clock.now().0 + 2 * DAY);
        let id = self.execute::<Receptions>(clerk("street-1"), On::New, plan(starts)).unwrap().id;
        self.execute::<Receptions>(clerk("street-1"), On::Record(id), reception::Act::Publish {}).unwrap();
        id
    }

    fn day<T>(&self, id: CaseId, of: impl FnOnce(&Reception) -> T) -> T {
        self.state::<Receptions, T>(id, of)
    }
}

/// What many ask for at the same time, all of it sent before the first answer is there.
fn at_once(town: &Town, acts: Vec<(Actor, Act)>) -> Vec<Result<desk::Done, Failure>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    let asked: Vec<_> = acts
        .into_iter()
        .map(|(actor, act)| {
            let desk = town.desk().clone();
            runtime
                .spawn(async move { desk.execute::<Encounters>((actor, Visit::BEST), On::New, None, act, None).await })
        })
        .collect();
    asked.into_iter().map(|answer| runtime.block_on(answer).unwrap()).collect()
}

#[test]
fn fifty_phones_that_want_the_same_four_times_get_four_bookings_and_nobody_a_false_yes() {
    everywhere(|town| {
        let day = town.published();
        let asked = (0..50).map(|n| (Actor::Resident, book(day, n % 4))).collect();
        let answers = at_once(town, asked);
        let booked: Vec<CaseId> = answers.iter().flatten().map(|done| done.id).collect();
        let refused = answers.iter().filter_map(|answer| match answer {
            Err(Failure::Refused(refusal)) => Some(refusal.why.code()),
            _ => None,
        });
        assert!(refused.clone().all(|why| why == "reception_taken"));
        assert_eq!((booked.len(), refused.count()), (4, 46));
        let held = town.day(day, |day| day.booked.clone());
        let slots: std::collections::BTreeSet<u16> = held.iter().map(|(slot, _)| *slot).collect();
        assert_eq!(slots.len(), 4);
        assert!(held.iter().all(|(_, id)| booked.contains(id)), "whoever was told yes has the time");
        // What was refused is nowhere, not even its key.
        let encounters = "SELECT COUNT(*) FROM records WHERE district = $1 AND register = 'encounter'";
        assert_eq!(town.db().number(encounters, &args![1]).unwrap(), 4);
    });
}

#[test]
fn numbers_that_are_given_at_once_are_given_once() {
    everywhere(|town| {
        let day = town.published();
        town.clock.set(Moment(town.clock.now().0 + 2 * DAY));
        town.execute::<Receptions>(clerk("street-1"), On::Record(day), reception::Act::Open {}).unwrap();
        let come = || Act::Come { reception: day, people: 1, fetch: false };
        let answers = at_once(town, (0..40).map(|_| (clerk("street-1"), come())).collect());
        assert!(answers.iter().all(Result::is_ok));
        let numbers: Vec<u16> = town.day(day, |day| day.tickets.iter().map(|ticket| ticket.no).collect());
        assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
    });
}

#[test]
fn who_booked_gets_one_message_when_the_day_is_moved_and_none_after_an_erasure() {
    everywhere(|town| {
        let day = town.published();
        let kept = town.execute::<Encounters>(Actor::Resident, On::New, book(day, 0)).unwrap();
        let gone = town.execute::<Encounters>(Actor::Resident, On::New, book(day, 1)).unwrap().id;
        let waiting = |town: &Town| outbox::due(&mut town.db(), 1, Kind::Sms, town.clock.now(), 9).unwrap();
        assert!(waiting(town).is_empty());
        let starts = Moment(town.clock.now().0 + 3 * DAY);
        let reason = || Line("防汛".into());
        let moved = reception::Act::Move { starts, minutes: 120, place: None, reason: reason() };
        town.execute::<Receptions>(clerk("street-1"), On::Record(day), moved).unwrap();
        let both = waiting(town);
        assert_eq!(both.iter().map(|m| m.topic.as_str()).collect::<Vec<_>>(), ["encounter_moved"; 2]);

        let head = Actor::Staff { account: 1, unit: "street-1".into(), role: Role::Head };
        town.execute::<Encounters>(head, On::Record(gone), Act::Erase {}).unwrap();
        let left = waiting(town);
        assert_eq!(left.iter().map(|m| m.record).collect::<Vec<_>>(), [kept.id]);
        let mut keys = Keys::open(&town.place, 1, false).unwrap();
        let registers = ::registers::REGISTERS;
        let letters = outbox::letters(&mut town.db(), &mut keys, registers, 1, &both).unwrap();
        let of = |id| letters.iter().zip(&both).find(|(_, m)| m.record == id).and_then(|(l, _)| l.clone()).unwrap();
        let letter = of(kept.id);
        assert_eq!((letter.phone.as_str(), letter.erased), ("13800012345", false));
        let (code, unit, when) = (kept.code.clone(), "street-1".into(), Some(starts));
        assert_eq!(letter.about, About::Record { code, unit, when, stale: false });
        assert_eq!((of(gone).phone.as_str(), of(gone).erased), ("", true));

        let cancelled = reception::Act::Cancel { reason: reason() };
        town.execute::<Receptions>(clerk("street-1"), On::Record(day), cancelled).unwrap();
        let topics: Vec<_> = waiting(town).into_iter().map(|m| m.topic).collect();
        assert_eq!(topics, ["encounter_moved", "encounter_called_off"]);
        let letters = outbox::letters(&mut town.db(), &mut keys, registers, 1, &waiting(town)).unwrap();
        let stale = letters.iter().flatten().map(|letter| matches!(letter.about, About::Record { stale: true, .. }));
        assert_eq!(stale.collect::<Vec<_>>(), [true, false], "that it is moved is no news any more");
    });
}

#[test]
fn an_erased_booking_leaves_no_key_and_no_word_and_everything_still_fits() {
    everywhere(|town| {
        let day = town.published();
        let kept = town.execute::<Encounters>(Actor::Resident, On::New, book(day, 0)).unwrap().id;
        let gone = town.execute::<Encounters>(Actor::Resident, On::New, book(day, 1)).unwrap().id;
        let head = Actor::Staff { account: 1, unit: "street-1".into(), role: Role::Head };
        town.execute::<Encounters>(head, On::Record(gone), Act::Erase {}).unwrap();
        let mut keys = Keys::open(&town.place, 1, false).unwrap();
        let held = keys.case_keys(&[kept.0, gone.0]).unwrap();
        assert!(held.contains_key(&kept.0) && !held.contains_key(&gone.0));
        let told = listed::some(&mut town.db(), &mut keys, ::registers::REGISTERS, 1, &[kept, gone]).unwrap();
        let words: Vec<_> = told.iter().map(|told| told.words().get("phone").cloned()).collect();
        assert_eq!(words, [Some("13800012345".to_owned()), None]);
        assert_eq!(town.day(day, |day| day.booked.len()), 1, "its time is free again");
        let found = store::health::case_keys(&mut town.db(), &mut keys, 1).unwrap();
        assert_eq!((found.without, found.erased_with), (0, 0));
        let size = store::follow::size(&mut town.db(), 1).unwrap();
        let happened = store::follow::since(&mut town.db(), 1, 0, size).unwrap();
        assert!(happened.iter().all(|h| !h.of.is_case) && happened.iter().any(|h| h.of.id == gone));
    });
}
