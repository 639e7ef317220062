//! Lectures at the desk, on both engines: what is entered stands in the lists of all registers, a question from the floor
//! is a case in the same commit, and two records of one session become one.

use crate::*;
use ::registers::tell::lecture::{Act, Audience, Counted, Kind, Lecture, Lectures, Level, Sort, Venue};
use domain::register::{Line, On, Text};
use store::listed::{self, Which};

fn plan(with: &[&str]) -> Act {
    Act::Plan {
        lecture: Kind::Party,
        topic: Line("学习专题".into()),
        speaker: Line("书记".into()),
        level: Level::Grassroots,
        starts: Moment::from_local(date(2024, 3, 6).at(14, 0, 0, 0)),
        minutes: 60,
        place: Line("社区会议室".into()),
        street: Some("street-1".into()),
        venue: Venue::Community,
        audience: Audience::Members,
        host: None,
        with: with.iter().map(|unit| (*unit).into()).collect(),
        first: false,
        announce: true,
    }
}

fn question(text: &str) -> Act {
    Act::Ask {
        words: Text(text.into()),
        sort: Sort::Request,
        category: None,
        near: None,
        name: None,
        phone: None,
        public: true,
    }
}

impl Town {
    fn lecture(&self, unit: &str, on: On, act: Act) -> Result<desk::Done, Failure> {
        self.execute::<Lectures>(clerk(unit), on, act)
    }
}

fn all_lectures(public: bool, back: bool) -> Which {
    let days = (i64::MIN, i64::MAX);
    Which { register: "lecture", days, unit: String::new(), public, back, after: None }
}

#[test]
fn a_lecture_is_listed_owed_and_found_by_its_code_until_it_is_recorded() {
    everywhere(|town| {
        let done = town.lecture("housing", On::New, plan(&["water"])).unwrap();
        assert!(done.receipt.starts_with("c2sp.org/tlog-proof@v1"));
        let mut db = town.db();
        assert_eq!(listed::by_code(&mut db, 1, "lecture", &done.code).unwrap(), Some((done.id, true)));
        assert_eq!(listed::by_code(&mut db, 1, "case", &done.code).unwrap(), None);
        let today = |town: &Town| domain::moment::day_number(town.clock.now().date());
        assert!(
            listed::owed(&mut db, 1, ("housing", "lecture"), today(town), 9).unwrap().is_empty(),
            "it is not over yet"
        );
        town.days(3);
        let owed = listed::owed(&mut town.db(), 1, ("housing", "lecture"), today(town), 9).unwrap();
        assert_eq!((owed.len(), owed[0].rule.code(), owed[0].code.as_str()), (1, "lecture_record", done.code.as_str()));
        town.days(7);
        let late = listed::late(&mut town.db(), 1, "", today(town), (i64::MIN, -1, -1), 9).unwrap();
        assert_eq!((late.len(), listed::late_count(&mut town.db(), 1, today(town))), (1, Ok(1)));
        let record = Act::Record { heads: 40, counted: Counted::ByHand, online: None };
        town.lecture("housing", On::Record(done.id), record).unwrap();
        assert!(listed::owed(&mut town.db(), 1, ("housing", "lecture"), today(town), 9).unwrap().is_empty());
        for (public, back) in [(true, true), (true, false), (false, true), (false, false)] {
            let page = listed::page(&mut town.db(), 1, &all_lectures(public, back), 9).unwrap();
            assert_eq!(page.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [done.id]);
        }
        let told = town.told(&[done.id]);
        assert_eq!(told[0].words().get("topic").map(String::as_str), Some("学习专题"));
        assert_eq!(told[0].state.downcast_ref::<Lecture>().unwrap().record.map(|r| r.0), Some(40));
    });
}

#[test]
fn a_question_from_the_floor_is_a_case_that_leads_back_to_its_lecture() {
    everywhere(|town| {
        let id = town.lecture("housing", On::New, plan(&[])).unwrap().id;
        town.days(3);
        let done = town.lecture("housing", On::Record(id), question("什么时候修路灯？")).unwrap();
        assert_eq!((done.asked.len(), done.asked[0].register), (1, "case"));
        let case = town.case(done.asked[0].id);
        assert_eq!(
            (case.door, case.because, case.code.as_str()),
            (Door::Lecture, Some(done.index), done.asked[0].code.as_str())
        );
        let asked = listed::asked(&mut town.db(), 1, id).unwrap();
        assert_eq!((asked.len(), asked[0].id, asked[0].stage), (1, case.id, Stage::Raised));
        let before = town.count("SELECT COUNT(*) FROM events WHERE district = $1");
        let empty = town.lecture("housing", On::Record(id), question(" ")).unwrap_err();
        assert_eq!(
            (refused(empty).why, before),
            (Why::Empty, town.count("SELECT COUNT(*) FROM events WHERE district = $1"))
        );
    });
}

#[test]
fn a_session_that_two_units_entered_counts_once_with_both_hosts() {
    everywhere(|town| {
        let kept = town.lecture("housing", On::New, plan(&[])).unwrap().id;
        let other = town.lecture("water", On::New, plan(&[])).unwrap().id;
        let why = |failure: Failure| refused(failure).why;
        let by_third = town.lecture("street-1", On::Record(other), Act::Merge { into: kept });
        assert_eq!(why(by_third.unwrap_err()), Why::NotYours);
        town.lecture("water", On::Record(other), Act::Merge { into: kept }).unwrap();
        let told = town.told(&[kept, other]);
        assert!(told[0].state.downcast_ref::<Lecture>().unwrap().is_hosted_by(&"water".into()));
        let public = listed::page(&mut town.db(), 1, &all_lectures(true, false), 9).unwrap();
        assert_eq!(public.len(), 1);
        let again = town.lecture("water", On::Record(other), Act::Merge { into: kept });
        assert_eq!(why(again.unwrap_err()), Why::WrongStage);
    });
}
