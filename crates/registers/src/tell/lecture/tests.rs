use super::*;
use domain::Actor;
use domain::case::{Cases, Door};
use domain::district::{District, Unit, UnitKind};
use domain::register::{Ask, Fresh, New, On, Thing};
use domain::track::Track;
use domain::visit::Visit;
use proptest::prelude::*;

const HOUR: i64 = 3_600_000;

fn district() -> District {
    let unit = |code: &str| Unit {
        code: code.into(),
        zh: "示例单位".into(),
        en: "Example".into(),
        kind: UnitKind::Bureau,
        parent: None,
        closed: false,
        at: None,
    };
    let units = ["party-school", "street-1", "housing"].map(|code| (code.into(), unit(code)));
    District { units: units.into_iter().collect(), ..District::default() }
}

fn clerk(unit: &str) -> Actor {
    Actor::Staff { account: 1, unit: unit.into(), role: Role::Clerk }
}

fn at(text: &str) -> Moment {
    Moment::from_local(text.parse().unwrap())
}

/// A lecture and what happens to it, for stories.
struct Story {
    district: District,
    lecture: Lecture,
    now: Moment,
    asked: Vec<Ask>,
}

impl Story {
    fn new(now: &str) -> Story {
        let lecture = Lectures::blank(CaseId([1; 16]));
        Story { district: district(), lecture, now: at(now), asked: Vec::new() }
    }

    fn decide(&self, actor: &Actor, act: &Act, near: &[(CaseId, &Thing)]) -> Result<Vec<Deed<Event>>, Refusal> {
        let fresh = Fresh { code: "AAAA-AAAA-AAA", digits: "123456", ..Fresh::default() };
        let (now, visit, district) = (self.now, Visit::BEST, &self.district);
        Lectures::decide(
            &self.lecture,
            act,
            &Facts { now, actor, visit, asked: false, district, fresh, near, past: &[] },
        )
    }

    fn acts(&mut self, actor: &Actor, act: &Act) -> Result<Vec<&'static str>, Refusal> {
        let deeds = self.decide(actor, act, &[])?;
        let mut kinds = Vec::new();
        for deed in deeds {
            match deed {
                Deed::Event(New { event, clocks, .. }) => {
                    kinds.push(event.kind());
                    let body = Body {
                        nonce: String::new(),
                        at: self.now,
                        by: actor.clone(),
                        because: None,
                        in_hall: None,
                        event,
                        clocks,
                    };
                    let text = serde_json::to_string(&body).unwrap();
                    Lectures::evolve(&mut self.lecture, &serde_json::from_str(&text).unwrap());
                }
                Deed::Ask(ask) => self.asked.push(ask),
            }
        }
        Ok(kinds)
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
    let (mut story, host) = (Story::new("2023-05-05T09:00"), clerk("party-school"));
    assert_eq!(story.acts(&host, &plan("2023-05-12T14:00")), Ok(vec!["lecture.planned", "lecture.announced"]));
    assert_eq!(story.lecture.with, ["housing".into()], "a host is named once");
    let due = Lectures::duties(&story.lecture);
    assert_eq!((due[0].from.to_string(), due[0].due.raw.to_string()), ("2023-05-12".into(), "2023-05-17".into()));
    assert_eq!(story.acts(&host, &record(80)).unwrap_err().why, rules::NOT_OVER);
    story.now = at("2023-05-12T15:30");
    assert_eq!(story.acts(&host, &record(80)), Ok(vec!["lecture.recorded"]));
    assert!(Lectures::duties(&story.lecture).is_empty());
    assert_eq!(story.lecture.record, Some((80, Counted::ByHand, None)));
    let reason = Line("漏数了后排".into());
    let correct = Act::Correct { heads: 86, counted: Counted::ByHand, online: Some(12), reason };
    assert_eq!(story.acts(&host, &correct), Ok(vec!["lecture.corrected"]));
    assert_eq!(story.lecture.record, Some((86, Counted::ByHand, Some(12))));
}

#[test]
fn a_lecture_that_is_moved_is_recorded_within_the_term_of_its_new_day() {
    let (mut story, host) = (Story::new("2023-05-05T09:00"), clerk("party-school"));
    story.acts(&host, &plan("2023-05-12T14:00")).unwrap();
    let moved = Act::Move { starts: at("2023-05-19T14:00"), minutes: 60, place: None, reason: Line("防汛".into()) };
    story.acts(&host, &moved).unwrap();
    let due = Lectures::duties(&story.lecture);
    assert_eq!((due.len(), due[0].due.raw.to_string()), (1, "2023-05-24".into()));
    let cancelled = Act::Cancel { reason: Line("停办".into()) };
    assert_eq!(story.acts(&host, &cancelled), Ok(vec!["lecture.cancelled"]));
    assert!(Lectures::duties(&story.lecture).is_empty(), "what is not held is not recorded");
    assert_eq!(story.acts(&host, &record(1)).unwrap_err().why, Why::WrongStage);
}

#[test]
fn a_question_from_the_floor_asks_for_a_case_and_not_before_the_lecture_begins() {
    let (mut story, host) = (Story::new("2023-05-05T09:00"), clerk("party-school"));
    story.acts(&host, &plan("2023-05-12T14:00")).unwrap();
    assert_eq!(story.acts(&host, &question()).unwrap_err().why, rules::NOT_BEGUN);
    story.now = at("2023-05-12T14:40");
    assert_eq!(story.acts(&host, &question()), Ok(vec!["lecture.asked"]));
    let ask = story.asked.pop().unwrap();
    assert_eq!((ask.register, ask.on), (Cases::CODE, On::New));
    let Some(domain::case::Act::Raise(raise)) = ask.act.downcast_ref() else { panic!("no case") };
    assert_eq!((raise.door, raise.track, raise.oral), (Door::Lecture, Track::Hotline, true));
    assert_eq!(raise.street, Some("street-1".into()), "the place of the lecture, where nothing else is said");
}

#[test]
fn only_the_host_acts_and_the_dispatcher_plans_for_others() {
    let mut story = Story::new("2023-05-05T09:00");
    let dispatcher = Actor::Staff { account: 2, unit: "centre".into(), role: Role::Dispatcher };
    let mut other = plan("2023-05-12T14:00");
    let Act::Plan { host, .. } = &mut other else { panic!("a plan") };
    *host = Some("housing".into());
    assert_eq!(story.acts(&clerk("street-1"), &other).unwrap_err().why, Why::NotYours);
    story.acts(&dispatcher, &other).unwrap();
    assert_eq!(story.lecture.unit, "housing".into());
    story.now = at("2023-05-13T09:00");
    assert_eq!(story.acts(&clerk("street-1"), &record(3)).unwrap_err().why, Why::NotYours);
    assert_eq!(story.acts(&Actor::Resident, &record(3)).unwrap_err().why, Why::NotYours);
    assert!(story.acts(&clerk("housing"), &record(3)).is_ok());
}

#[test]
fn two_records_of_one_session_become_one_with_both_hosts() {
    let (mut kept, mut other) = (Story::new("2023-05-05T09:00"), Story::new("2023-05-05T09:00"));
    kept.acts(&clerk("party-school"), &plan("2023-05-12T14:00")).unwrap();
    other.lecture = Lectures::blank(CaseId([2; 16]));
    other.acts(&clerk("street-1"), &plan("2023-05-12T14:00")).unwrap();
    let state = kept.lecture.clone();
    let merge = Act::Merge { into: CaseId([1; 16]) };
    let deeds = other.decide(&clerk("street-1"), &merge, &[(CaseId([1; 16]), &state)]).unwrap();
    let Some(Deed::Ask(ask)) = deeds.get(1) else { panic!("nothing is asked") };
    let join: &Act = ask.act.downcast_ref().unwrap();
    assert_eq!(kept.acts(&clerk("street-1"), join), Ok(vec!["lecture.joined"]));
    assert!(kept.lecture.is_hosted_by(&"street-1".into()));
    assert_eq!(kept.lecture.merged, [CaseId([2; 16])]);
    let mut another_day = state.clone();
    another_day.starts = Moment(another_day.starts.0 + 24 * HOUR);
    let refused = other.decide(&clerk("street-1"), &merge, &[(CaseId([1; 16]), &another_day)]);
    assert_eq!(refused.err().map(|r| r.why), Some(rules::NOT_SAME));
}

#[test]
fn a_page_offers_what_the_rules_let_its_reader_do_now() {
    let (mut story, host) = (Story::new("2023-05-05T09:00"), clerk("party-school"));
    let offered = |story: &Story, actor: &Actor| {
        let acts = Lectures::offers(&story.lecture, actor, story.now);
        acts.iter().map(|act| act.code).collect::<Vec<_>>()
    };
    assert_eq!(offered(&story, &host), ["plan"]);
    story.acts(&host, &plan("2023-05-12T14:00")).unwrap();
    assert_eq!(offered(&story, &host), ["move", "cancel", "merge"]);
    assert_eq!(offered(&story, &clerk("street-1")), ["join"]);
    story.now = at("2023-05-12T15:30");
    assert_eq!(offered(&story, &host), ["move", "cancel", "record", "ask", "merge"]);
    story.acts(&host, &record(8)).unwrap();
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
        let mut story = Story::new("2023-05-05T09:00");
        for (act, hours, own) in steps {
            story.now = Moment(story.now.0 + hours * HOUR);
            let (actor, before) = (clerk(if own { "party-school" } else { "street-1" }), story.lecture.version);
            if story.acts(&actor, &act).is_err() {
                prop_assert_eq!(story.lecture.version, before);
            }
            let lecture = &story.lecture;
            let running = lecture.clocks.iter().filter(|clock| clock.is_running()).count();
            let open = lecture.version > 0 && matches!(lecture.stage, Stage::Planned | Stage::Announced);
            prop_assert_eq!(running, usize::from(open));
            prop_assert_eq!(lecture.record.is_some(), lecture.stage == Stage::Recorded || lecture.corrected > 0);
            prop_assert!(lecture.version == 0 || !lecture.with.contains(&lecture.unit));
        }
    }
}
