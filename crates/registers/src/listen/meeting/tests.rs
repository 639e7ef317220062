use super::*;
use domain::case::{Cases, Door, Raise};
use domain::district::{District, Unit, UnitKind};
use domain::register::{Fresh, New, On, Past, Recorded};
use domain::visit::Visit;
use proptest::prelude::*;

fn district() -> District {
    let unit = |code: &str| Unit {
        code: code.into(),
        zh: "示例单位".into(),
        en: "Example".into(),
        kind: UnitKind::Street,
        parent: None,
        closed: false,
        at: None,
    };
    let units = ["street-1", "water", "housing"].map(|code| (code.into(), unit(code)));
    District { units: units.into_iter().collect(), ..District::default() }
}

fn by(role: Role) -> Actor {
    Actor::Staff { account: 1, unit: "street-1".into(), role }
}

fn at(text: &str) -> Moment {
    Moment::from_local(text.parse().unwrap())
}

/// A meeting and what happens to it, for stories: with its past, as the desk hands it in.
struct Story {
    district: District,
    meeting: Meeting,
    now: Moment,
    past: Vec<Recorded>,
    raised: Vec<Raise>,
}

impl Story {
    fn new() -> Story {
        let meeting = Meetings::blank(CaseId([1; 16]));
        Story { district: district(), meeting, now: at("2023-05-04T09:00"), past: Vec::new(), raised: Vec::new() }
    }

    /// One that is open.
    fn open() -> Story {
        let mut story = Story::new();
        story.acts(Role::Clerk, &plan()).unwrap();
        story.acts(Role::Clerk, &Act::Notice {}).unwrap();
        story.now = at("2023-05-08T14:00");
        story.acts(Role::Clerk, &Act::Open {}).unwrap();
        story
    }

    fn acts(&mut self, role: Role, act: &Act) -> Result<Vec<&'static str>, Refusal> {
        let fresh = Fresh { code: "AAAA-AAAA-AAA", digits: "123456" };
        let (now, visit, district, actor) = (self.now, Visit::BEST, &self.district, by(role));
        let past = [Past { id: self.meeting.id, events: std::mem::take(&mut self.past) }];
        let facts = Facts { now, actor: &actor, visit, asked: false, district, fresh, near: &[], past: &past };
        let deeds = Meetings::decide(&self.meeting, act, &facts);
        let [Past { events, .. }] = past;
        self.past = events;
        let mut kinds = Vec::new();
        for deed in deeds? {
            match deed {
                Deed::Event(New { event, clocks, private }) => {
                    kinds.push(event.kind());
                    let actor = actor.clone();
                    let body = Body { nonce: String::new(), at: now, by: actor, because: None, event, clocks };
                    let text = serde_json::to_string(&body).unwrap();
                    let body: Body<Event> = serde_json::from_str(&text).unwrap();
                    Meetings::evolve(&mut self.meeting, &body);
                    self.past.push(Recorded { version: self.meeting.version, body: Box::new(body), private });
                }
                Deed::Ask(ask) => {
                    assert_eq!((ask.register, ask.on), (Cases::CODE, On::New));
                    let Some(domain::case::Act::Raise(raise)) = ask.act.downcast_ref() else { panic!("no case") };
                    self.raised.push((**raise).clone());
                }
            }
        }
        Ok(kinds)
    }
}

fn plan() -> Act {
    Act::Plan {
        name: Line("民情恳谈会".into()),
        no: 3,
        topics: Text("停车\n\n养老".into()),
        agenda: None,
        starts: at("2023-05-08T14:30"),
        minutes: 120,
        place: Line("社区礼堂".into()),
        street: Some("street-1".into()),
        chair: Line("街道主任".into()),
        departments: vec!["water".into(), "housing".into(), "water".into()],
        chosen: Chosen::Open,
        convener: None,
        after: None,
    }
}

fn note(words: &str, topic: u8) -> Act {
    Act::Note { words: Text(words.into()), topic, how: How::Spoken }
}

fn confirm(no: u16) -> Act {
    Act::Confirm {
        no,
        words: Text("读回后的话".into()),
        sort: Sort::Suggestion,
        category: None,
        near: None,
        name: None,
        phone: None,
        public: true,
    }
}

fn close(unread: bool) -> Act {
    Act::Close { heads: 30, counted: Counted::ByHand, unread }
}

#[test]
fn an_opinion_is_written_down_read_back_and_then_a_case_in_the_words_that_were_agreed() {
    let mut story = Story::open();
    assert_eq!(story.meeting.noticed, Some(4));
    assert_eq!((story.meeting.topics, story.meeting.departments.len()), (2, 2));
    assert_eq!(story.acts(Role::Clerk, &note("车没处停", 1)), Ok(vec!["meeting.noted"]));
    assert_eq!(story.acts(Role::Head, &note("想要食堂", 2)), Ok(vec!["meeting.noted"]));
    assert!(story.raised.is_empty(), "no word is sealed before it is read back");
    assert_eq!(story.acts(Role::Clerk, &confirm(1)), Ok(vec!["meeting.confirmed"]));
    let raise = &story.raised[0];
    assert_eq!((raise.text.as_str(), raise.door, raise.oral), ("读回后的话", Door::Meeting, true));
    assert_eq!(story.acts(Role::Clerk, &confirm(1)).unwrap_err().why, rules::NO_SUCH_NOTE, "once");
    let struck = Act::Drop { no: 2, reason: Line("重复".into()) };
    assert_eq!(story.acts(Role::Clerk, &struck), Ok(vec!["meeting.dropped"]));
    assert_eq!(story.acts(Role::Clerk, &note("别的", 3)).unwrap_err().why, rules::NO_TOPIC);
    assert_eq!(story.acts(Role::Clerk, &note(" ", 0)), Ok(vec!["meeting.noted"]), "emptiness is refused by the reader");
}

#[test]
fn what_was_not_read_back_is_never_lost_and_never_said_to_be_the_speakers_word() {
    let mut story = Story::open();
    story.acts(Role::Clerk, &note("车没处停", 1)).unwrap();
    story.acts(Role::Clerk, &note("想要食堂", 2)).unwrap();
    story.acts(Role::Clerk, &confirm(1)).unwrap();
    let refused = story.acts(Role::Clerk, &close(false)).unwrap_err();
    assert_eq!((refused.why, refused.field), (rules::UNREAD, Some("unread")));
    assert_eq!(story.acts(Role::Clerk, &close(true)), Ok(vec!["meeting.confirmed", "meeting.closed"]));
    assert_eq!((story.raised.len(), story.raised[1].text.as_str()), (2, "想要食堂"));
    assert!(!story.raised[1].public, "nobody agreed to show it");
    let states: Vec<_> = story.meeting.notes.iter().map(|note| note.state).collect();
    assert_eq!(states, [NoteState::Confirmed, NoteState::Unread]);
}

#[test]
fn the_minutes_are_owed_within_three_working_days_and_the_head_approves_them() {
    let mut story = Story::open();
    story.acts(Role::Clerk, &close(false)).unwrap();
    assert_eq!(owed(&story), ["2023-05-11"]);
    assert_eq!(story.acts(Role::Head, &Act::Approve {}).unwrap_err().why, rules::NO_MINUTES);
    let text = Act::Minute { text: Text("会议纪要".into()) };
    assert_eq!(story.acts(Role::Clerk, &text), Ok(vec!["meeting.minuted"]));
    assert_eq!(story.acts(Role::Clerk, &Act::Approve {}).unwrap_err().why, Why::NotYours);
    assert_eq!(story.acts(Role::Head, &Act::Approve {}), Ok(vec!["meeting.approved"]));
    assert!(Meetings::duties(&story.meeting).is_empty());
}

fn owed(story: &Story) -> Vec<String> {
    Meetings::duties(&story.meeting).iter().map(|duty| duty.due.raw.to_string()).collect()
}

#[test]
fn nobody_gains_a_day_for_the_minutes_by_closing_late_or_never() {
    let mut story = Story::new();
    story.acts(Role::Clerk, &plan()).unwrap();
    assert_eq!(owed(&story), ["2023-05-11"], "a meeting that nobody opens is owed as well");
    story.now = at("2023-05-08T14:30");
    story.acts(Role::Clerk, &Act::Open {}).unwrap();
    story.acts(Role::Clerk, &note("车没处停", 1)).unwrap();
    assert_eq!(owed(&story), ["2023-05-11"], "nor do lines of a meeting that nobody closes lie unseen");
    story.now = at("2023-05-19T17:00");
    story.acts(Role::Clerk, &close(true)).unwrap();
    assert_eq!(owed(&story), ["2023-05-11"]);
}

#[test]
fn a_meeting_is_moved_or_cancelled_before_it_begins_and_not_opened_days_ahead() {
    let mut story = Story::new();
    story.acts(Role::Clerk, &plan()).unwrap();
    assert_eq!(story.acts(Role::Clerk, &Act::Open {}).unwrap_err().why, rules::NOT_YET);
    let moved = Act::Move { starts: at("2023-05-09T14:30"), minutes: 60, place: None, reason: Line("防汛".into()) };
    assert_eq!(story.acts(Role::Clerk, &moved), Ok(vec!["meeting.moved"]));
    assert_eq!(owed(&story), ["2023-05-12"]);
    let cancelled = Act::Cancel { reason: Line("停办".into()) };
    assert_eq!(story.acts(Role::Clerk, &cancelled), Ok(vec!["meeting.cancelled"]));
    assert!(owed(&story).is_empty());
    assert_eq!(story.acts(Role::Clerk, &Act::Notice {}).unwrap_err().why, Why::WrongStage);
}

#[test]
fn a_move_at_the_last_minute_is_a_short_notice_however_early_it_was_announced() {
    let mut story = Story::new();
    story.acts(Role::Clerk, &plan()).unwrap();
    story.acts(Role::Clerk, &Act::Notice {}).unwrap();
    assert_eq!(story.meeting.noticed, Some(4));
    story.now = at("2023-05-08T09:00");
    let moved = Act::Move { starts: at("2023-05-09T14:30"), minutes: 60, place: None, reason: Line("防汛".into()) };
    story.acts(Role::Clerk, &moved).unwrap();
    assert_eq!(story.meeting.noticed, Some(1), "nobody knew of this time before");
}

#[test]
fn only_the_convener_writes() {
    let mut story = Story::open();
    let opened = story.past.iter().filter_map(|e| e.body.downcast_ref::<Body<Event>>());
    assert!(opened.last().is_some_and(|body| body.event == Event::Opened {}));
    let other = Actor::Staff { account: 2, unit: "water".into(), role: Role::Clerk };
    let offers = Meetings::offers(&story.meeting, &other, story.now);
    assert!(offers.is_empty());
    let offered = |story: &Story| {
        let acts = Meetings::offers(&story.meeting, &by(Role::Clerk), story.now);
        acts.iter().map(|act| act.code).collect::<Vec<_>>()
    };
    assert_eq!(offered(&story), ["note", "close"]);
    story.acts(Role::Clerk, &note("车没处停", 1)).unwrap();
    assert_eq!(offered(&story), ["note", "confirm", "drop", "close"]);
}

proptest! {
    /// Whatever note-takers do in whatever order: every line is a case, struck out with a reason, or still waits; numbers
    /// are given once; and a meeting that is over leaves nothing behind that was not read back or said to be so.
    #[test]
    fn no_line_is_lost(steps in prop::collection::vec((0..6_u8, 1..12_u16), 1..60)) {
        let mut story = Story::open();
        let mut written = 0;
        for (what, no) in steps {
            let act = match what {
                0 | 1 => note("一句话", u8::try_from(no % 3).unwrap()),
                2 => confirm(no),
                3 => Act::Drop { no, reason: Line("重复".into()) },
                4 => close(no % 2 == 0),
                _ => Act::Minute { text: Text("纪要".into()) },
            };
            if let Ok(kinds) = story.acts(Role::Clerk, &act) {
                written += kinds.iter().filter(|kind| **kind == "meeting.noted").count();
            }
            let meeting = &story.meeting;
            prop_assert_eq!(meeting.notes.len(), written);
            let numbers: std::collections::BTreeSet<_> = meeting.notes.iter().map(|note| note.no).collect();
            prop_assert_eq!(numbers.len(), written);
            let cases = meeting.count(NoteState::Confirmed) + meeting.count(NoteState::Unread);
            prop_assert_eq!(story.raised.len(), cases);
            if meeting.stage == Stage::Closed {
                prop_assert_eq!(meeting.count(NoteState::Noted), 0);
            }
        }
    }
}
