//! What the figures of reception days and visits count.

use crate::world::{date, dispatcher, take_down, worlds, year};
use domain::case::{Command, PostLevel};
use domain::register::On;
use figures::rounding::Measure;
use figures::{catalogue, catalogue::Part, count, figures, list, publication, verify_published};
use registers::resolve::encounter::{Encounters, Mode};

const SESSIONS: &str = "resolve.reception.sessions";
const BY_MODE: [&str; 3] =
    ["resolve.reception.sessions_open", "resolve.reception.sessions_booked", "resolve.reception.sessions_home"];
const RETURNS: &str = "resolve.reception.returns";
const ACCEPTED: &str = "resolve.reception.accepted";

#[test]
fn who_was_received_by_a_leader_counts_once_whatever_came_of_it_and_a_return_visit_beside_it() {
    for mut w in worlds() {
        w.received("street-1", Mode::OpenDoor, PostLevel::Division, 2);
        w.received("street-1", Mode::OpenDoor, PostLevel::Bureau, 0);
        w.received("street-1", Mode::OpenDoor, PostLevel::Section, 1);
        w.received("street-1", Mode::Home, PostLevel::Division, 1);
        w.received("street-1", Mode::Return, PostLevel::Division, 1);
        w.received("street-2", Mode::Appointment, PostLevel::Division, 1);
        assert_eq!(w.parts(SESSIONS).0, 4);
        assert_eq!(BY_MODE.map(|id| w.parts(id).0), [2, 1, 1]);
        assert_eq!(w.parts(RETURNS).0, 1);
        let mut narrowed = |field: &str, value: &str| w.parts_of(SESSIONS, &year().with(field, value).unwrap()).0;
        let units = [("unit", "street-1"), ("unit", "street-2"), ("street", "street-1"), ("track", "petition")];
        assert_eq!(units.map(|(field, value)| narrowed(field, value)), [3, 1, 4, 0]);
    }
}

#[test]
fn what_was_said_to_a_leader_counts_once_it_is_accepted_and_the_name_of_a_door_alone_counts_nothing() {
    for mut w in worlds() {
        let (_, said) = w.received("street-1", Mode::OpenDoor, PostLevel::Division, 3);
        let (_, lower) = w.received("street-1", Mode::OpenDoor, PostLevel::Section, 1);
        let (_, back) = w.received("street-1", Mode::Return, PostLevel::Division, 1);
        let door = domain::case::Raise {
            track: domain::case::Track::Petition,
            door: domain::case::Door::Reception,
            text: "示例诉求。".into(),
            ..Default::default()
        };
        let named = w.raise(door);
        assert_eq!(w.parts(ACCEPTED).0, 0, "nobody has accepted anything");
        let way = Some(domain::case::Way::Opinion);
        for id in said.iter().take(2).chain(&lower).chain(&back).chain([&named]) {
            w.act(dispatcher(), *id, Command::Accept { way, category: "heating".into() });
        }
        assert_eq!(w.parts(ACCEPTED).0, 2);
        assert_eq!(w.parts("resolve.reception.accepted_in_time"), (2, 2), "the third one still has its time");
        assert_eq!(w.parts("resolve.reception.closed_in_time"), (0, 0), "no promise is over");
        w.clock.set(domain::Moment::from_local(date("2023-06-20").at(9, 0, 0, 0)));
        w.desk().sweep_now().unwrap();
        w.raise(domain::case::Raise { text: "示例。".into(), ..Default::default() });
        assert_eq!(w.parts("resolve.reception.accepted_in_time"), (2, 3), "the third one is overdue");
    }
}

#[test]
fn the_list_behind_receptions_names_them_and_neither_who_came_nor_what_was_said() {
    for mut w in worlds() {
        let (id, cases) = w.received("street-1", Mode::OpenDoor, PostLevel::Division, 2);
        assert_eq!(cases.len(), 2);
        w.clerk::<Encounters>("street-1", On::Record(id), take_down());
        let all = figures(&mut w.db, 1, &year()).unwrap();
        let figure = all.iter().find(|f| f.id == SESSIONS).unwrap();
        assert_eq!((figure.unit, figure.printed(domain::Lang::Zh)), (Measure::Encounters, "1 次".to_owned()));
        let definition = catalogue::definition(SESSIONS).unwrap();
        let found = list(&mut w.db, 1, &year(), definition, Part::Numerator, None, 9).unwrap();
        assert_eq!(count(&mut w.db, 1, &year(), definition, Part::Numerator).unwrap(), 1);
        assert_eq!((found.len(), found[0].id, found[0].register()), (1, id, "encounter"));
        assert_eq!(
            (found[0].words(domain::Lang::En), found[0].day),
            (vec!["at the open door".to_owned(), "3".to_owned()], date("2023-03-01"))
        );
        assert!(!format!("{found:?}").contains("示例"), "{found:?}");
    }
}

#[test]
fn published_receptions_are_recomputed_also_when_their_words_are_erased() {
    for mut w in worlds() {
        let (id, _) = w.received("street-1", Mode::OpenDoor, PostLevel::Division, 1);
        let made = publication(&mut w.db, 1, &year(), &[SESSIONS, ACCEPTED]).unwrap();
        w.change(domain::district::Command::PublishFigures(made));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let erase = registers::resolve::encounter::Act::Erase {};
        let by = (dispatcher(), domain::visit::Visit::BEST);
        runtime.block_on(w.desk().execute::<Encounters>(by, On::Record(id), None, erase, None)).unwrap();
        assert_eq!(w.parts(SESSIONS).0, 1, "what it counts for is not personal");
        assert_eq!(verify_published(&mut w.db, 1).unwrap().unwrap().right, 2);
    }
}
