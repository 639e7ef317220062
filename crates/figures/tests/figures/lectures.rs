//! What the figures of lectures count.

use crate::world::*;
use domain::register::{Line, On};
use figures::rounding::Measure;
use figures::{By, Part, Report, breakdown, catalogue, figures, list, publication, verify_published};
use registers::tell::lecture::{Act, Counted, Kind};
use sha2::{Digest, Sha256};

const LEADERS: &str = "tell.lectures.leaders";
const PARTY: &str = "tell.lectures.party";
const MICRO: &str = "tell.lectures.micro";
const HEADS: &str = "tell.lectures.heads";

fn line(text: &str) -> Line {
    Line(text.into())
}

#[test]
fn a_session_that_is_recorded_counts_once_and_what_is_merged_cancelled_or_not_recorded_does_not() {
    for mut w in worlds() {
        w.day("2023-03-10");
        w.held_on(Kind::Leaders, "housing", "2023-03-06", 40);
        w.held_on(Kind::Party, "heat", "2023-03-07", 20);
        w.held_on(Kind::Micro, "street-1", "2023-03-08", 10);
        let mut planned = plan(Kind::Party, "2023-03-09");
        if let Act::Plan { with, .. } = &mut planned {
            *with = vec!["heat".into(), "street-1".into()];
        }
        let hosted_by_three = w.lecture("housing", On::New, planned).id;
        w.lecture("housing", On::Record(hosted_by_three), record(60));
        let again = w.held_on(Kind::Party, "street-2", "2023-03-09", 61);
        assert_eq!(w.parts(PARTY), (3, 0));
        w.lecture("street-2", On::Record(again), Act::Merge { into: hosted_by_three });
        w.lecture("heat", On::New, plan(Kind::Party, "2023-03-09"));
        let cancelled = w.lecture("heat", On::New, plan(Kind::Party, "2023-03-20")).id;
        w.lecture("heat", On::Record(cancelled), Act::Cancel { reason: line("场地检修") });
        let all = [LEADERS, PARTY, MICRO, HEADS].map(|id| w.parts(id).0);
        assert_eq!(all, [1, 2, 1, 40 + 20 + 10 + 60]);
    }
}

#[test]
fn a_session_counts_on_the_day_on_which_it_was_held_whenever_it_was_entered_or_planned_for() {
    for mut w in worlds() {
        let moved = w.lecture("housing", On::New, plan(Kind::Micro, "2023-03-31")).id;
        let to = domain::Moment::from_local(date("2023-04-03").at(9, 0, 0, 0));
        let reason = line("场地检修");
        w.lecture("housing", On::Record(moved), Act::Move { starts: to, minutes: 20, place: None, reason });
        w.day("2023-05-10");
        w.lecture("housing", On::Record(moved), record(15));
        w.held_on(Kind::Micro, "heat", "2023-03-31", 12);
        let (march, april) = ("from=2023-03-01&to=2023-04-01", "from=2023-04-01&to=2023-05-01");
        let mut of = |window: &str, id: &str| w.parts_of(id, &figures::Filter::parse(window).unwrap()).0;
        assert_eq!((of(march, MICRO), of(april, MICRO), of(march, HEADS), of(april, HEADS)), (1, 1, 12, 15));
        let months = breakdown(&mut w.db, NUMBER, &year(), By::Month).unwrap();
        let micro = |key: &str| {
            let month = months.iter().find(|m| m.key == key).unwrap();
            month.figures.iter().find(|f| f.id == MICRO).unwrap().numerator
        };
        assert_eq!(["2023-03", "2023-04", "2023-05"].map(micro), [1, 1, 0]);
    }
}

#[test]
fn a_sum_of_heads_is_that_of_the_records_as_corrected_and_says_that_it_sums_heads() {
    for mut w in worlds() {
        w.day("2023-03-10");
        let id = w.held_on(Kind::Leaders, "housing", "2023-03-06", 40);
        w.held_on(Kind::Leaders, "heat", "2023-03-06", 5);
        let reason = line("清点有误");
        w.lecture(
            "housing",
            On::Record(id),
            Act::Correct { heads: 46, counted: Counted::ByHand, online: Some(900), reason },
        );
        let all = figures(&mut w.db, NUMBER, &year()).unwrap();
        let figure = |id: &str| all.iter().find(|f| f.id == id).unwrap();
        assert_eq!((figure(HEADS).numerator, figure(HEADS).unit), (51, Measure::Heads));
        let printed = [domain::Lang::Zh, domain::Lang::En].map(|lang| figure(HEADS).printed(lang));
        assert_eq!(printed, ["51 人次", "51 heads"]);
        let printed = [domain::Lang::Zh, domain::Lang::En].map(|lang| figure(LEADERS).printed(lang));
        assert_eq!(printed, ["2 场次", "2 sessions"]);
        assert_eq!(figure("raised").printed(domain::Lang::Zh), "0 件");
    }
}

#[test]
fn a_lecture_belongs_to_its_host_and_street_and_to_no_track_or_category() {
    for mut w in worlds() {
        w.day("2023-03-10");
        w.hotline();
        let mut planned = plan(Kind::Party, "2023-03-09");
        if let Act::Plan { street, with, .. } = &mut planned {
            (*street, *with) = (Some("street-1".into()), vec!["heat".into()]);
        }
        let id = w.lecture("housing", On::New, planned).id;
        w.lecture("housing", On::Record(id), record(30));
        w.held_on(Kind::Party, "heat", "2023-03-08", 10);
        let mut narrowed = |field: &str, value: &str| w.parts_of(PARTY, &year().with(field, value).unwrap()).0;
        assert_eq!([("unit", "housing"), ("unit", "heat"), ("unit", "centre")].map(|(f, v)| narrowed(f, v)), [1, 1, 0]);
        assert_eq!([("street", "street-1"), ("street", "~")].map(|(f, v)| narrowed(f, v)), [1, 1]);
        assert_eq!(
            [("track", "hotline"), ("category", "heating"), ("category", "~")].map(|(f, v)| narrowed(f, v)),
            [0; 3]
        );
        for by in [By::Track, By::Category] {
            let groups = breakdown(&mut w.db, NUMBER, &year(), by).unwrap();
            assert!(groups.iter().flat_map(|g| &g.figures).filter(|f| f.id == PARTY).all(|f| f.numerator == 0), "{by}");
            assert_eq!(groups.len(), 1, "{by}: the group of the one case alone");
        }
    }
}

#[test]
fn the_list_behind_a_number_names_the_sessions_and_not_what_they_were_about() {
    for mut w in worlds() {
        w.day("2023-03-10");
        let id = w.held_on(Kind::Leaders, "housing", "2023-03-06", 40);
        let definition = catalogue::definition(LEADERS).unwrap();
        let found = list(&mut w.db, NUMBER, &year(), definition, Part::Numerator, None, 9).unwrap();
        assert_eq!((found.len(), found[0].id, found[0].register()), (1, id, "lecture"));
        assert_eq!((found[0].unit.as_deref(), found[0].day), (Some("housing"), date("2023-03-06")));
        assert_eq!(found[0].words(domain::Lang::Zh), ["领导干部上讲台", "40"]);
        assert!(!format!("{found:?}").contains("示例"), "{found:?}");
    }
}

#[test]
fn a_published_figure_of_lectures_is_recomputed_from_the_ledger_as_it_was() {
    for mut w in worlds() {
        w.day("2023-03-10");
        let first = w.lecture("housing", On::New, plan(Kind::Leaders, "2023-03-06"));
        w.lecture("housing", On::Record(first.id), record(40));
        let second = w.held_on(Kind::Leaders, "heat", "2023-03-06", 7);
        let ids = [LEADERS, HEADS];
        let made = publication(&mut w.db, NUMBER, &year(), &ids).unwrap();
        assert_eq!(made.iter().map(|f| f.value.as_str()).collect::<Vec<_>>(), ["2", "47"]);
        w.change(domain::district::Command::PublishFigures(made));
        // What comes later changes the figure, and not what was published.
        w.lecture("heat", On::Record(second), Act::Merge { into: first.id });
        let reason = line("清点有误");
        w.lecture(
            "housing",
            On::Record(first.id),
            Act::Correct { heads: 41, counted: Counted::ByHand, online: None, reason },
        );
        let mut made = publication(&mut w.db, NUMBER, &year().with("unit", "housing").unwrap(), &ids).unwrap();
        assert_eq!(made.iter().map(|f| f.value.as_str()).collect::<Vec<_>>(), ["1", "41"]);
        let text = format!("numerator\n{}\n", first.index);
        let hash: String = Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!((&made[0].counted, &made[1].counted), (&hash, &hash));
        w.change(domain::district::Command::PublishFigures(made.clone()));
        assert_eq!(verify_published(&mut w.db, NUMBER), Ok(Ok(Report { right: 4, corrected: 0 })));
        made[1].value = "42".into();
        made[1].numerator = 42;
        w.change(domain::district::Command::PublishFigures(made));
        let found = verify_published(&mut w.db, NUMBER).unwrap().unwrap_err().0;
        assert!(
            found.contains("the published figure tell.lectures.heads") && found.contains("numerator says 42"),
            "{found}"
        );
    }
}
