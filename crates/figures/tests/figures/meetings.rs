//! What the figures of talk meetings count.

use crate::world::*;
use domain::Role;
use domain::register::{Line, On, Text};
use figures::rounding::Measure;
use figures::{By, Filter, Part, Report, breakdown, catalogue, count, figures, list, publication, verify_published};
use registers::listen::meeting::{Act, Meetings};

const HELD: &str = "listen.meetings.held";
const OPINIONS: &str = "listen.meetings.opinions";

#[test]
fn a_meeting_that_is_over_counts_and_what_is_planned_announced_open_or_cancelled_does_not() {
    for mut w in worlds() {
        w.day("2023-03-10");
        w.met("street-1", "2023-03-10", (2, 1, 3));
        let planned = |w: &World| w.meeting("street-1", On::New, meeting_of("2023-03-10", None)).id;
        planned(&w);
        let noticed = planned(&w);
        w.meeting("street-1", On::Record(noticed), Act::Notice {});
        let open = planned(&w);
        w.meeting("street-1", On::Record(open), Act::Open {});
        w.meeting("street-1", On::Record(open), note("示例意见。"));
        let confirmed = w.meeting("street-1", On::Record(open), read_back(1));
        assert_eq!(confirmed.asked.len(), 1);
        let cancelled = planned(&w);
        w.meeting("street-1", On::Record(cancelled), Act::Cancel { reason: Line("示例原因".into()) });
        assert_eq!([HELD, OPINIONS].map(|id| w.parts(id).0), [1, 3]);
        // Once it is over it counts, and its minutes change nothing.
        w.meeting("street-1", On::Record(open), closed(8));
        assert_eq!([HELD, OPINIONS].map(|id| w.parts(id).0), [2, 4]);
        w.meeting("street-1", On::Record(open), Act::Minute { text: Text("示例纪要。".into()) });
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let head = (staff("street-1", Role::Head), domain::case::Visit::BEST);
        runtime.block_on(w.desk().execute::<Meetings>(head, On::Record(open), None, Act::Approve {}, None)).unwrap();
        assert_eq!([HELD, OPINIONS].map(|id| w.parts(id).0), [2, 4]);
        // Its opinions are cases like all others.
        assert_eq!(w.parts("raised").0, 4);
    }
}

#[test]
fn a_meeting_counts_on_the_day_on_which_it_was_held_and_its_opinions_with_it() {
    for mut w in worlds() {
        let moved = w.meeting("street-1", On::New, meeting_of("2023-03-31", None)).id;
        let starts = domain::Moment::from_local(date("2023-04-03").at(9, 30, 0, 0));
        let reason = Line("示例原因".into());
        w.meeting("street-1", On::Record(moved), Act::Move { starts, minutes: 60, place: None, reason });
        w.day("2023-04-03");
        for act in [Act::Open {}, note("示例意见。"), read_back(1), closed(9)] {
            w.meeting("street-1", On::Record(moved), act);
        }
        w.met("street-2", "2023-03-31", (2, 0, 0));
        let (march, april) = ("from=2023-03-01&to=2023-04-01", "from=2023-04-01&to=2023-05-01");
        let mut of = |window: &str, id: &str| w.parts_of(id, &Filter::parse(window).unwrap()).0;
        assert_eq!((of(march, HELD), of(april, HELD), of(march, OPINIONS), of(april, OPINIONS)), (1, 1, 2, 1));
        let months = breakdown(&mut w.db, NUMBER, &year(), By::Month).unwrap();
        let held = |key: &str| {
            let month = months.iter().find(|m| m.key == key).unwrap();
            month.figures.iter().find(|f| f.id == HELD).unwrap().numerator
        };
        assert_eq!(["2023-03", "2023-04", "2023-05"].map(held), [1, 1, 0]);
    }
}

#[test]
fn a_meeting_belongs_to_its_convener_and_street_and_to_no_track_or_category() {
    for mut w in worlds() {
        w.met("street-2", "2023-03-01", (1, 1, 0));
        let mut narrowed = |field: &str, value: &str| w.parts_of(OPINIONS, &year().with(field, value).unwrap()).0;
        let units = [("unit", "street-2"), ("unit", "housing"), ("street", "street-1"), ("street", "street-2")];
        assert_eq!(units.map(|(field, value)| narrowed(field, value)), [2, 0, 2, 0]);
        let none = [("track", "suggestion"), ("track", "hotline"), ("category", "heating"), ("category", "~")];
        assert_eq!(none.map(|(field, value)| narrowed(field, value)), [0; 4]);
    }
}

#[test]
fn the_list_behind_a_number_of_meetings_names_them_and_not_what_was_said_there() {
    for mut w in worlds() {
        let (id, cases) = w.met("street-1", "2023-03-01", (2, 1, 1));
        assert_eq!(cases.len(), 3);
        let all = figures(&mut w.db, NUMBER, &year()).unwrap();
        let figure = |id: &str| all.iter().find(|f| f.id == id).unwrap();
        assert_eq!((figure(HELD).unit, figure(OPINIONS).unit), (Measure::Sessions, Measure::Cases));
        let printed = [HELD, OPINIONS].map(|id| figure(id).printed(domain::Lang::Zh));
        assert_eq!(printed, ["1 场次", "3 件"]);
        for definition in [HELD, OPINIONS].map(|id| catalogue::definition(id).unwrap()) {
            let found = list(&mut w.db, NUMBER, &year(), definition, Part::Numerator, None, 9).unwrap();
            assert_eq!(count(&mut w.db, NUMBER, &year(), definition, Part::Numerator).unwrap(), 1);
            assert_eq!((found.len(), found[0].id, found[0].register()), (1, id, "meeting"));
            assert_eq!((found[0].unit.as_deref(), found[0].day), (Some("street-1"), date("2023-03-01")));
            assert_eq!((found[0].shown("heads"), found[0].shown("opinions")), (Some("30"), Some("3")));
            assert!(!format!("{found:?}").contains("示例"), "{found:?}");
        }
    }
}

#[test]
fn a_published_figure_of_meetings_is_recomputed_from_the_ledger_as_it_was() {
    for mut w in worlds() {
        w.met("street-1", "2023-03-01", (2, 0, 0));
        let made = publication(&mut w.db, NUMBER, &year(), &[HELD, OPINIONS]).unwrap();
        assert_eq!(made.iter().map(|f| f.value.as_str()).collect::<Vec<_>>(), ["1", "2"]);
        w.change(domain::district::Command::PublishFigures(made.clone()));
        // What comes later changes the figure, and not what was published.
        w.met("street-2", "2023-03-01", (1, 1, 0));
        assert_eq!([HELD, OPINIONS].map(|id| w.parts(id).0), [2, 4]);
        assert_eq!(verify_published(&mut w.db, NUMBER), Ok(Ok(Report { right: 2, corrected: 0 })));
        let mut wrong = publication(&mut w.db, NUMBER, &year(), &[OPINIONS]).unwrap();
        wrong[0].value = "5".into();
        wrong[0].numerator = 5;
        w.change(domain::district::Command::PublishFigures(wrong));
        let found = verify_published(&mut w.db, NUMBER).unwrap().unwrap_err().0;
        assert!(found.contains("listen.meetings.opinions") && found.contains("numerator says 5"), "{found}");
    }
}
