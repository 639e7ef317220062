use super::*;
use crate::REGISTERS;
use domain::Actor;
use domain::case::Door;
use domain::track::Track;
use proptest::prelude::*;
use testing::{Done, Town, at, staff};

const HOUR: i64 = 3_600_000;

fn clerk(unit: &str) -> Actor {
    staff(unit, Role::Clerk)
}

/// A lecture and what happens to it, for stories.
struct Story {
    town: Town,
    id: Option<CaseId>,
}

impl Story {
    fn new() -> Story {
        Story { town: Town::new(REGISTERS, "2023-05-05T09:00"), id: None }
    }

    /// An act; before there is a lecture, one that begins it.
    fn acts(&mut self, actor: &Actor, act: Act) -> Done {
        let Some(id) = self.id else {
            let (id, kinds) = self.town.begin::<Lectures>(actor, act)?;
            self.id = Some(id);
            return Ok(kinds);
        };
        self.town.act::<Lectures>(id, actor, act)
    }

    fn lecture(&self) -> &Lecture {
        self.town.record::<Lectures>(self.id.unwrap())
    }
}

fn plan(starts: &str) -> Act {
    Act::Plan {
        lecture: Kind::Leaders,
        topic: Line("高质量发展".into()),
        speaker: Line("副区长".into()),
        level: Level::District,
        starts: at(starts),
        minutes: 90,
        place: Line("区委党校报告厅".into()),
        street: Some("street-1".into()),
        venue: Venue::Hall,
        audience: Audience::Cadres,
        host: None,
        with: vec!["housing".into(), "party-school".into(), "housing".into()],
        first: true,
        announce: true,
    }
}

fn record(heads: u32) -> Act {
    Act::Record { heads, counted: Counted::ByHand, online: None }
}

fn question() -> Act {
    Act::Ask {
        words: Text("什么时候通暖气？".into()),
        sort: Sort::Request,
        category: None,
        near: None,
        name: None,
        phone: None,
        public: true,
    }
}

#[test]
fn a_lecture_is_planned_announced_held_and_recorded_within_three_working_days() {
    let (mut story, host) = (Story::new(), clerk("party-school"));
    assert_eq!(story.acts(&host, plan("2023-05-12T14:00")), Ok(vec!["lecture.planned", "lecture.announced"]));
    assert_eq!(story.lecture().with, ["housing".into()], "a host is named once");
    let due = Lectures::duties(story.lecture());
    assert_eq!(
        (due[0].from.to_string(), due[0].due.unwrap().raw.to_string()),
        ("2023-05-12".into(), "2023-05-17".into())
    );
    assert_eq!(story.acts(&host, record(80)).unwrap_err().why, rules::NOT_OVER);
    story.town.now = at("2023-05-12T15:30");
    assert_eq!(story.acts(&host, record(80)), Ok(vec!["lecture.recorded"]));
    assert!(Lectures::duties(story.lecture()).is_empty());
    assert_eq!(story.lecture().record, Some((80, Counted::ByHand, None)));
    let reason = Line("漏数了后排".into());
    let correct = Act::Correct { heads: 86, counted: Counted::ByHand, online: Some(12), reason };
    assert_eq!(story.acts(&host, correct), Ok(vec!["lecture.corrected"]));
    assert_eq!(story.lecture().record, Some((86, Counted::ByHand, Some(12))));
}

#[test]
fn a_lecture_that_is_moved_is_recorded_within_the_term_of_its_new_day() {
    let (mut story, host) = (Story::new(), clerk("party-school"));
    story.acts(&host, plan("2023-05-12T14:00")).unwrap();
    let moved = Act::Move { starts: at("2023-05-19T14:00"), minutes: 60, place: None, reason: Line("防汛".into()) };
    story.acts(&host, moved).unwrap();
    let due = Lectures::duties(story.lecture());
    assert_eq!((due.len(), due[0].due.unwrap().raw.to_string()), (1, "2023-05-24".into()));
    let cancelled = Act::Cancel { reason: Line("停办".into()) };
    assert_eq!(story.acts(&host, cancelled), Ok(vec!["lecture.cancelled"]));
    assert!(Lectures::duties(story.lecture()).is_empty(), "what is not held is not recorded");
    assert_eq!(story.acts(&host, record(1)).unwrap_err().why, Why::WrongStage);
}

#[test]
fn a_question_from_the_floor_asks_for_a_case_and_not_before_the_lecture_begins() {
    let (mut story, host) = (Story::new(), clerk("party-school"));
    story.acts(&host, plan("2023-05-12T14:00")).unwrap();
    assert_eq!(story.acts(&host, question()).unwrap_err().why, rules::NOT_BEGUN);
    story.town.now = at("2023-05-12T14:40");
    assert_eq!(story.acts(&host, question()), Ok(vec!["lecture.asked", "raised"]));
    let [raise] = story.town.raised()[..] else { panic!("no case") };
    assert_eq!((raise.door, raise.track, raise.oral), (Door::Lecture, Track::Hotline, true));
    assert_eq!(raise.street, Some("street-1".into()), "the place of the lecture, where nothing else is said");
}

#[test]
fn only_the_host_acts_and_the_dispatcher_plans_for_others() {
    let mut story = Story::new();
    let dispatcher = Actor::Staff { account: 2, unit: "centre".into(), role: Role::Dispatcher };
    let mut other = plan("2023-05-12T14:00");
    let Act::Plan { host, .. } = &mut other else { panic!("a plan") };
    *host = Some("housing".into());
    assert_eq!(story.acts(&clerk("street-1"), other.clone()).unwrap_err().why, Why::NotYours);
    story.acts(&dispatcher, other).unwrap();
    assert_eq!(story.lecture().unit, "housing".into());
    story.town.now = at("2023-05-13T09:00");
    assert_eq!(story.acts(&clerk("street-1"), record(3)).unwrap_err().why, Why::NotYours);
    assert_eq!(story.acts(&Actor::Resident, record(3)).unwrap_err().why, Why::NotYours);
    assert!(story.acts(&clerk("housing"), record(3)).is_ok());
}

#[test]
fn two_records_of_one_session_become_one_with_both_hosts() {
    let mut town = Town::new(REGISTERS, "2023-05-05T09:00");
    let mut planned = |unit: &str, day: &str| town.begin::<Lectures>(&clerk(unit), plan(day)).unwrap().0;
    let kept = planned("party-school", "2023-05-12T14:00");
    let another_day = planned("party-school", "2023-05-13T14:00");
    let other = planned("street-1", "2023-05-12T14:00");
    let refused = town.act::<Lectures>(other, &clerk("street-1"), Act::Merge { into: another_day });
    assert_eq!(refused.err().map(|r| r.why), Some(rules::NOT_SAME));
    let merged = town.act::<Lectures>(other, &clerk("street-1"), Act::Merge { into: kept });
    assert_eq!(merged, Ok(vec!["lecture.merged", "lecture.joined"]));
    let lecture = town.record::<Lectures>(kept);
    assert!(lecture.is_hosted_by(&"street-1".into()));
    assert_eq!(lecture.merged, [other]);
}

#[test]
fn a_page_offers_what_the_rules_let_its_reader_do_now() {
    let (mut story, host) = (Story::new(), clerk("party-school"));
    let offered = |story: &Story, actor: &Actor| {
        let blank = Lectures::blank(CaseId([1; 16]));
        let lecture = story.id.map_or(&blank, |_| story.lecture());
        let acts = Lectures::offers(lecture, actor, story.town.now);
        acts.iter().map(|act| act.code).collect::<Vec<_>>()
    };
    assert_eq!(offered(&story, &host), ["plan"]);
    story.acts(&host, plan("2023-05-12T14:00")).unwrap();
    assert_eq!(offered(&story, &host), ["move", "cancel", "merge"]);
    assert_eq!(offered(&story, &clerk("street-1")), ["join"]);
    story.town.now = at("2023-05-12T15:30");
    assert_eq!(offered(&story, &host), ["move", "cancel", "record", "ask", "merge"]);
    story.acts(&host, record(8)).unwrap();
    assert_eq!(offered(&story, &host), ["correct", "ask", "merge"]);
}

#[test]
fn what_is_typed_is_read_by_names_in_both_languages() {
    let values: Values = [
        ("lecture", "党课"),
        ("topic", "学习"),
        ("speaker", "书记"),
        ("level", "grassroots"),
        ("starts", "2023-05-12 14:00"),
        ("minutes", "90"),
        ("place", "会议室"),
        ("venue", "hall"),
        ("audience", "党员"),
    ]
    .into_iter()
    .collect();
    let Ok(Act::Plan { lecture, starts, with, announce, .. }) = Act::read("plan", &values) else { panic!("refused") };
    assert_eq!((lecture, starts, with.len(), announce), (Kind::Party, at("2023-05-12T14:00"), 0, false));
}

fn any_act() -> impl Strategy<Value = Act> {
    let moment = (-2_000..2_000_i64).prop_map(|hours| Moment(at("2023-05-05T09:00").0 + hours * HOUR));
    let planned = (moment.clone(), any::<u16>(), any::<bool>()).prop_map(|(when, long, announced)| {
        let mut act = plan("2023-05-12T14:00");
        if let Act::Plan { starts, minutes, announce, .. } = &mut act {
            (*starts, *minutes, *announce) = (when, long, announced);
        }
        act
    });
    let moved = (moment, any::<u16>()).prop_map(|(starts, minutes)| Act::Move {
        starts,
        minutes,
        place: None,
        reason: Line("改期".into()),
    });
    prop_oneof![
        planned,
        moved,
        Just(Act::Announce {}),
        Just(Act::Cancel { reason: Line("停办".into()) }),
        any::<u32>().prop_map(record),
        any::<u32>().prop_map(|heads| Act::Correct {
            heads,
            counted: Counted::Estimated,
            online: Some(heads),
            reason: Line("数错了".into()),
        }),
        Just(question()),
        Just(Act::Join { from: None }),
        Just(Act::Merge { into: CaseId([1; 16]) }),
    ]
}

proptest! {
    /// Whatever is asked in whatever order: at most one clock runs, it runs exactly while the session is neither recorded
    /// nor given up, a session without heads is never recorded, and a refusal leaves nothing.
    #[test]
    fn a_session_is_owed_its_record_until_it_has_one(
        steps in prop::collection::vec((any_act(), 0..400_i64, any::<bool>()), 1..30),
    ) {
        let mut story = Story::new();
        for (act, hours, own) in steps {
            story.town.now = Moment(story.town.now.0 + hours * HOUR);
            let actor = clerk(if own { "party-school" } else { "street-1" });
            let version = |story: &Story| story.id.map(|_| story.lecture().version);
            let before = version(&story);
            if story.acts(&actor, act).is_err() {
                prop_assert_eq!(version(&story), before);
            }
            let Some(lecture) = story.id.map(|_| story.lecture()) else { continue };
            let running = lecture.clocks.iter().filter(|clock| clock.is_running()).count();
            let open = matches!(lecture.stage, Stage::Planned | Stage::Announced);
            prop_assert_eq!(running, usize::from(open));
            prop_assert_eq!(lecture.record.is_some(), lecture.stage == Stage::Recorded || lecture.corrected > 0);
            prop_assert!(!lecture.with.contains(&lecture.unit));
        }
    }
}
