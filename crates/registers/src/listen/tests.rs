//! Stories of talk meetings, of what is said there, and of who claims it.

mod claims;

use super::meeting::{self, Act, Chosen, Counted, Meeting, Meetings, NoteState, Stage};
use super::opinion::{self, How, Opinion, Opinions};
use crate::shared::Sort;
use domain::body::Body;
use domain::case::{Case, Cases, Command, Door, Kept, Raise, Stage as CaseStage};
use domain::codes::UnitCode;
use domain::district::{Category, District, Responsible, Unit, UnitKind};
use domain::handle::CaseId;
use domain::register::{Ask, Deed, Facts, Fresh, Line, New, On, Past, Recorded, Register, Text, Thing, erases};
use domain::rule::RuleId;
use domain::visit::Visit;
use domain::{Actor, Moment, Refusal, Role, Why};
use proptest::prelude::*;
use std::collections::BTreeMap;

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
    let units = ["street-1", "water", "housing", "traffic"].map(|code| (code.into(), unit(code)));
    let mut district = District { units: units.into_iter().collect(), ..District::default() };
    district.catalogue.categories.push(Category {
        code: "parking".into(),
        zh: "停车".into(),
        en: "Parking".into(),
        responsible: Responsible::StreetOfPlace,
        tracks: Vec::new(),
        keywords: Vec::new(),
    });
    district
}

fn at(text: &str) -> Moment {
    Moment::from_local(text.parse().unwrap())
}

fn of(unit: &str, role: Role) -> Actor {
    Actor::Staff { account: 1, unit: unit.into(), role }
}

/// A meeting, its lines and their cases; acts ask for acts as the writer has them asked.
#[derive(Clone)]
struct World {
    district: District,
    now: Moment,
    meeting: Meeting,
    lines: BTreeMap<CaseId, Opinion>,
    cases: BTreeMap<CaseId, Case>,
    /// What was written of each line, while its key is there.
    words: BTreeMap<CaseId, String>,
    raised: Vec<Raise>,
    handles: u8,
}

type Done = Result<Vec<&'static str>, Refusal>;

impl World {
    fn new() -> World {
        World {
            district: district(),
            now: at("2023-05-04T09:00"),
            meeting: Meetings::blank(CaseId([1; 16])),
            lines: BTreeMap::new(),
            cases: BTreeMap::new(),
            words: BTreeMap::new(),
            raised: Vec::new(),
            handles: 1,
        }
    }

    /// One whose meeting is open.
    fn open() -> World {
        let mut world = World::new();
        world.acts(Role::Clerk, &plan()).unwrap();
        world.acts(Role::Clerk, &Act::Notice {}).unwrap();
        world.now = at("2023-05-08T14:00");
        world.acts(Role::Clerk, &Act::Open {}).unwrap();
        world
    }

    /// One whose board is open, with two opinions on it.
    fn board() -> World {
        let mut world = World::open();
        for (no, words) in [(1, "车没处停"), (2, "想要食堂")] {
            world.acts(Role::Clerk, &note(words, 1)).unwrap();
            world.acts(Role::Clerk, &confirm(no)).unwrap();
        }
        assert_eq!(world.acts(Role::Head, &Act::Board {}), Ok(vec!["meeting.board_opened"]));
        world
    }

    /// An act of the convening unit on the meeting.
    fn acts(&mut self, role: Role, act: &Act) -> Done {
        self.whole(|world| world.on::<Meetings>(world.meeting.id, &of("street-1", role), act, false))
    }

    /// An act of a unit on a line.
    fn line(&mut self, no: u16, unit: &str, act: &opinion::Act) -> Done {
        let id = self.meeting.note(no).unwrap().opinion;
        self.whole(|world| world.on::<Opinions>(id, &of(unit, Role::Clerk), act, false))
    }

    fn opinion(&self, no: u16) -> &Opinion {
        &self.lines[&self.meeting.note(no).unwrap().opinion]
    }

    fn case(&self, no: u16) -> &Case {
        &self.cases[&self.opinion(no).case.unwrap().0]
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

    fn on<R: Kind>(&mut self, id: CaseId, actor: &Actor, act: &R::Act, asked: bool) -> Done {
        self.handles += 1;
        let handle = CaseId([self.handles; 16]);
        let state = R::state(self, id);
        let needs = R::needs(&state, act);
        let near = needs.near.iter().filter_map(|id| Some((*id, self.thing(*id)?)));
        let near: Vec<(CaseId, &Thing)> = near.collect();
        let words = self.words.get(&id).filter(|_| !needs.past.is_empty());
        let written = words.map(|words| Recorded {
            version: 1,
            body: Box::new(Body {
                nonce: String::new(),
                at: self.now,
                by: actor.clone(),
                because: None,
                in_hall: None,
                event: opinion::Event::Struck {},
                clocks: Vec::new(),
            }),
            private: [("words".to_owned(), words.clone())].into(),
        });
        let past = [Past { id, events: written.into_iter().collect() }];
        let fresh = Fresh { code: "AAAA-AAAA-AAA", digits: "123456", handle };
        let (now, visit, district) = (self.now, Visit::BEST, &self.district);
        let facts = Facts { now, actor, visit, asked, district, fresh, near: &near, past: &past };
        let deeds = R::decide(&state, act, &facts)?;
        let mut kinds = Vec::new();
        let mut asks = Vec::new();
        for deed in deeds {
            match deed {
                Deed::Event(New { event, clocks, private }) => {
                    let kind = R::kind(&event);
                    kinds.push(kind);
                    let body = Body {
                        nonce: String::new(),
                        at: self.now,
                        by: actor.clone(),
                        because: None,
                        in_hall: None,
                        event,
                        clocks,
                    };
                    let body: Body<R::Event> = serde_json::from_str(&serde_json::to_string(&body).unwrap()).unwrap();
                    R::apply(self, id, &body);
                    self.words.extend(private.get("words").map(|words| (id, words.clone())));
                    if erases(kind) {
                        self.words.remove(&id);
                    }
                }
                Deed::Ask(ask) => asks.push(ask),
            }
        }
        for ask in asks {
            kinds.extend(self.ask(actor, &ask)?);
        }
        Ok(kinds)
    }

    fn thing(&self, id: CaseId) -> Option<&Thing> {
        if id == self.meeting.id {
            return Some(&self.meeting);
        }
        let line = self.lines.get(&id).map(|line| line as &Thing);
        line.or_else(|| self.cases.get(&id).map(|case| case as &Thing))
    }

    fn ask(&mut self, actor: &Actor, ask: &Ask) -> Done {
        let (On::Begin(id) | On::Record(id)) = ask.on else { panic!("a handle is known") };
        if let Some(act) = ask.act.downcast_ref::<opinion::Act>() {
            return self.on::<Opinions>(id, actor, act, true);
        }
        let act: &domain::case::Act = ask.act.downcast_ref().unwrap();
        if let domain::case::Act::Raise(raise) = act {
            self.raised.push((**raise).clone());
        }
        self.on::<Cases>(id, actor, act, true)
    }
}

/// A register of which the world holds records.
trait Kind: Register {
    fn state(world: &World, id: CaseId) -> Self::State;
    fn apply(world: &mut World, id: CaseId, body: &Body<Self::Event>);
}

impl Kind for Meetings {
    fn state(world: &World, _id: CaseId) -> Meeting {
        world.meeting.clone()
    }
    fn apply(world: &mut World, _id: CaseId, body: &Body<meeting::Event>) {
        Meetings::evolve(&mut world.meeting, body);
    }
}

impl Kind for Opinions {
    fn state(world: &World, id: CaseId) -> Opinion {
        world.lines.get(&id).cloned().unwrap_or_else(|| Opinions::blank(id))
    }
    fn apply(world: &mut World, id: CaseId, body: &Body<opinion::Event>) {
        Opinions::evolve(world.lines.entry(id).or_insert_with(|| Opinions::blank(id)), body);
    }
}

impl Kind for Cases {
    fn state(world: &World, id: CaseId) -> Case {
        world.cases.get(&id).cloned().unwrap_or_else(|| Cases::blank(id))
    }
    fn apply(world: &mut World, id: CaseId, body: &Body<domain::case::Event>) {
        Cases::evolve(world.cases.entry(id).or_insert_with(|| Cases::blank(id)), body);
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
    let mut world = World::open();
    assert_eq!(world.meeting.noticed, Some(4));
    assert_eq!((world.meeting.topics, world.meeting.departments.len()), (2, 2));
    assert_eq!(world.acts(Role::Clerk, &note("车没处停", 1)), Ok(vec!["meeting.noted", "opinion.kept"]));
    assert_eq!(world.acts(Role::Head, &note("想要食堂", 2)), Ok(vec!["meeting.noted", "opinion.kept"]));
    assert!(world.raised.is_empty(), "no word is sealed before it is read back");
    assert_eq!(
        world.acts(Role::Clerk, &confirm(1)),
        Ok(vec!["meeting.confirmed", "opinion.raised", "opinion.erased", "raised"])
    );
    let raise = &world.raised[0];
    assert_eq!((raise.text.as_str(), raise.door, raise.oral), ("读回后的话", Door::Meeting, true));
    assert_eq!(world.acts(Role::Clerk, &confirm(1)).unwrap_err().why, meeting::NO_SUCH_NOTE, "once");
    let struck = Act::Drop { no: 2, reason: Line("重复".into()) };
    assert_eq!(world.acts(Role::Clerk, &struck), Ok(vec!["meeting.dropped", "opinion.struck"]));
    assert_eq!(world.acts(Role::Clerk, &note("别的", 3)).unwrap_err().why, meeting::NO_TOPIC);
    assert_eq!(
        world.acts(Role::Clerk, &note(" ", 0)),
        Ok(vec!["meeting.noted", "opinion.kept"]),
        "emptiness is refused by the reader"
    );
}

#[test]
fn what_was_not_read_back_is_never_lost_and_never_said_to_be_the_speakers_word() {
    let mut world = World::open();
    world.acts(Role::Clerk, &note("车没处停", 1)).unwrap();
    world.acts(Role::Clerk, &note("想要食堂", 2)).unwrap();
    world.acts(Role::Clerk, &confirm(1)).unwrap();
    let refused = world.acts(Role::Clerk, &close(false)).unwrap_err();
    assert_eq!((refused.why, refused.field), (meeting::UNREAD, Some("unread")));
    assert_eq!(
        world.acts(Role::Clerk, &close(true)),
        Ok(vec!["meeting.confirmed", "meeting.closed", "opinion.raised", "opinion.erased", "raised"])
    );
    assert_eq!((world.raised.len(), world.raised[1].text.as_str()), (2, "想要食堂"));
    assert!(!world.raised[1].public, "nobody agreed to show it");
    assert!(world.words.is_empty(), "what is a case is written nowhere else");
    let states: Vec<_> = world.meeting.notes.iter().map(|note| note.state).collect();
    assert_eq!(states, [NoteState::Confirmed, NoteState::Unread]);
}

#[test]
fn the_minutes_are_owed_within_three_working_days_and_the_head_approves_them() {
    let mut world = World::open();
    world.acts(Role::Clerk, &close(false)).unwrap();
    assert_eq!(owed(&world), ["2023-05-11"]);
    assert_eq!(world.acts(Role::Head, &Act::Approve {}).unwrap_err().why, meeting::NO_MINUTES);
    let text = Act::Minute { text: Text("会议纪要".into()) };
    assert_eq!(world.acts(Role::Clerk, &text), Ok(vec!["meeting.minuted"]));
    assert_eq!(world.acts(Role::Clerk, &Act::Approve {}).unwrap_err().why, Why::NotYours);
    assert_eq!(world.acts(Role::Head, &Act::Approve {}), Ok(vec!["meeting.approved"]));
    assert!(Meetings::duties(&world.meeting).is_empty());
}

fn owed(world: &World) -> Vec<String> {
    Meetings::duties(&world.meeting).iter().map(|duty| duty.due.raw.to_string()).collect()
}

#[test]
fn nobody_gains_a_day_for_the_minutes_by_closing_late_or_never() {
    let mut world = World::new();
    world.acts(Role::Clerk, &plan()).unwrap();
    assert_eq!(owed(&world), ["2023-05-11"], "a meeting that nobody opens is owed as well");
    world.now = at("2023-05-08T14:30");
    world.acts(Role::Clerk, &Act::Open {}).unwrap();
    world.acts(Role::Clerk, &note("车没处停", 1)).unwrap();
    assert_eq!(owed(&world), ["2023-05-11"], "nor do lines of a meeting that nobody closes lie unseen");
    world.now = at("2023-05-19T17:00");
    world.acts(Role::Clerk, &close(true)).unwrap();
    assert_eq!(owed(&world), ["2023-05-11"]);
}

#[test]
fn a_meeting_is_moved_or_cancelled_before_it_begins_and_not_opened_days_ahead() {
    let mut world = World::new();
    world.acts(Role::Clerk, &plan()).unwrap();
    assert_eq!(world.acts(Role::Clerk, &Act::Open {}).unwrap_err().why, meeting::NOT_YET);
    let moved = Act::Move { starts: at("2023-05-09T14:30"), minutes: 60, place: None, reason: Line("防汛".into()) };
    assert_eq!(world.acts(Role::Clerk, &moved), Ok(vec!["meeting.moved"]));
    assert_eq!(owed(&world), ["2023-05-12"]);
    let cancelled = Act::Cancel { reason: Line("停办".into()) };
    assert_eq!(world.acts(Role::Clerk, &cancelled), Ok(vec!["meeting.cancelled"]));
    assert!(owed(&world).is_empty());
    assert_eq!(world.acts(Role::Clerk, &Act::Notice {}).unwrap_err().why, Why::WrongStage);
}

#[test]
fn a_move_at_the_last_minute_is_a_short_notice_however_early_it_was_announced() {
    let mut world = World::new();
    world.acts(Role::Clerk, &plan()).unwrap();
    world.acts(Role::Clerk, &Act::Notice {}).unwrap();
    assert_eq!(world.meeting.noticed, Some(4));
    world.now = at("2023-05-08T09:00");
    let moved = Act::Move { starts: at("2023-05-09T14:30"), minutes: 60, place: None, reason: Line("防汛".into()) };
    world.acts(Role::Clerk, &moved).unwrap();
    assert_eq!(world.meeting.noticed, Some(1), "nobody knew of this time before");
}

#[test]
fn only_the_convener_writes() {
    let mut world = World::open();
    let other = of("water", Role::Clerk);
    let offers = Meetings::offers(&world.meeting, &other, world.now);
    assert!(offers.is_empty());
    let offered = |world: &World| {
        let acts = Meetings::offers(&world.meeting, &of("street-1", Role::Clerk), world.now);
        acts.iter().map(|act| act.code).collect::<Vec<_>>()
    };
    assert_eq!(offered(&world), ["note", "board", "invite", "close"]);
    world.acts(Role::Clerk, &note("车没处停", 1)).unwrap();
    assert_eq!(offered(&world), ["note", "confirm", "drop", "board", "invite", "close"]);
}

proptest! {
    /// Whatever note-takers do in whatever order: every line is a case, struck out with a reason, or still waits; numbers
    /// are given once; and a meeting that is over leaves nothing behind that was not read back or said to be so.
    #[test]
    fn no_line_is_lost(steps in prop::collection::vec((0..6_u8, 1..12_u16), 1..60)) {
        let mut world = World::open();
        let mut written = 0;
        for (what, no) in steps {
            let act = match what {
                0 | 1 => note("一句话", u8::try_from(no % 3).unwrap()),
                2 => confirm(no),
                3 => Act::Drop { no, reason: Line("重复".into()) },
                4 => close(no % 2 == 0),
                _ => Act::Minute { text: Text("纪要".into()) },
            };
            if let Ok(kinds) = world.acts(Role::Clerk, &act) {
                written += kinds.iter().filter(|kind| **kind == "meeting.noted").count();
            }
            let meeting = &world.meeting;
            prop_assert_eq!(meeting.notes.len(), written);
            let numbers: std::collections::BTreeSet<_> = meeting.notes.iter().map(|note| note.no).collect();
            prop_assert_eq!(numbers.len(), written);
            let cases = meeting.count(NoteState::Confirmed) + meeting.count(NoteState::Unread);
            prop_assert_eq!(world.raised.len(), cases);
            let written = meeting.count(NoteState::Noted) + meeting.count(NoteState::Dropped);
            prop_assert_eq!(world.words.len(), written, "the words of what is a case stand in the case alone");
            for note in &meeting.notes {
                prop_assert_eq!(world.lines[&note.opinion].state(), note.state);
            }
            if meeting.stage == Stage::Closed {
                prop_assert_eq!(meeting.count(NoteState::Noted), 0);
            }
        }
    }
}
