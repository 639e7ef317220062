//! Stories of talk meetings, of what is said there, and of who claims it.

mod claims;

use super::meeting::{self, Act, Chosen, Counted, Meeting, Meetings, NoteState, Stage};
use super::opinion::{self, How, Opinion, Opinions};
use crate::REGISTERS;
use crate::shared::Sort;
use domain::case::{Case, Cases, Command, Door, Kept, Stage as CaseStage};
use domain::codes::UnitCode;
use domain::handle::CaseId;
use domain::register::{Line, Register, Text};
use domain::rule::RuleId;
use domain::{Actor, Role, Why};
use proptest::prelude::*;
use testing::{Done, Town, at, staff as of};

/// A meeting, its lines and their cases.
struct World {
    town: Town,
    id: CaseId,
}

impl World {
    /// One whose meeting is planned.
    fn new() -> World {
        let mut town = Town::new(REGISTERS, "2023-05-04T09:00");
        let (id, _) = town.begin::<Meetings>(&of("street-1", Role::Clerk), plan()).unwrap();
        World { town, id }
    }

    /// One whose meeting is open.
    fn open() -> World {
        let mut world = World::new();
        world.acts(Role::Clerk, &Act::Notice {}).unwrap();
        world.town.now = at("2023-05-08T14:00");
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
        self.town.act::<Meetings>(self.id, &of("street-1", role), act.clone())
    }

    /// An act of a unit on a line.
    fn line(&mut self, no: u16, unit: &str, act: &opinion::Act) -> Done {
        let id = self.meeting().note(no).unwrap().opinion;
        self.town.act::<Opinions>(id, &of(unit, Role::Clerk), act.clone())
    }

    /// A command on the case of a line.
    fn on_case(&mut self, no: u16, actor: &Actor, command: Command) -> Done {
        let id = self.case(no).id;
        self.town.act::<Cases>(id, actor, command.into())
    }

    fn meeting(&self) -> &Meeting {
        self.town.record::<Meetings>(self.id)
    }

    fn opinion(&self, no: u16) -> &Opinion {
        self.town.record::<Opinions>(self.meeting().note(no).unwrap().opinion)
    }

    fn case(&self, no: u16) -> &Case {
        self.town.record::<Cases>(self.opinion(no).case.unwrap().0)
    }

    /// The lines of which something is still written beside their case.
    fn written(&self) -> usize {
        self.town.all::<Opinions>().filter(|(id, _)| self.town.words(*id).contains_key("words")).count()
    }
}

#[test]
fn a_board_opens_on_the_day_and_on_the_next_one_and_lapses_by_the_clock_alone() {
    let clock = Actor::clock();
    let mut world = World::board();
    let lapse = |world: &mut World| world.town.act::<Meetings>(world.id, &clock, Act::Lapse {});
    world.town.now = at("2023-05-09T20:00");
    assert_eq!(lapse(&mut world).unwrap_err().why.code(), "meeting_has_board", "somebody may still close it");
    world.town.now = at("2023-05-10T06:00");
    assert!(world.acts(Role::Head, &Act::Lapse {}).is_err(), "nobody does it by hand");
    assert_eq!(lapse(&mut world), Ok(vec!["meeting.board_closed"]));
    assert_eq!(world.acts(Role::Head, &Act::Board {}).unwrap_err().why.code(), "meeting_board_over");
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
    assert_eq!(world.meeting().noticed, Some(4));
    assert_eq!((world.meeting().topics, world.meeting().departments.len()), (2, 2));
    assert_eq!(world.acts(Role::Clerk, &note("车没处停", 1)), Ok(vec!["meeting.noted", "opinion.kept"]));
    assert_eq!(world.acts(Role::Head, &note("想要食堂", 2)), Ok(vec!["meeting.noted", "opinion.kept"]));
    assert!(world.town.raised().is_empty(), "no word is sealed before it is read back");
    assert_eq!(
        world.acts(Role::Clerk, &confirm(1)),
        Ok(vec!["meeting.confirmed", "opinion.raised", "opinion.erased", "raised"])
    );
    let raise = world.town.raised()[0];
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
    assert_eq!((world.town.raised().len(), world.town.raised()[1].text.as_str()), (2, "想要食堂"));
    assert!(!world.town.raised()[1].public, "nobody agreed to show it");
    assert_eq!(world.written(), 0, "what is a case is written nowhere else");
    let states: Vec<_> = world.meeting().notes.iter().map(|note| note.state).collect();
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
    assert!(Meetings::duties(world.meeting()).is_empty());
}

fn owed(world: &World) -> Vec<String> {
    Meetings::duties(world.meeting()).iter().map(|duty| duty.due.unwrap().raw.to_string()).collect()
}

#[test]
fn nobody_gains_a_day_for_the_minutes_by_closing_late_or_never() {
    let mut world = World::new();
    assert_eq!(owed(&world), ["2023-05-11"], "a meeting that nobody opens is owed as well");
    world.town.now = at("2023-05-08T14:30");
    world.acts(Role::Clerk, &Act::Open {}).unwrap();
    world.acts(Role::Clerk, &note("车没处停", 1)).unwrap();
    assert_eq!(owed(&world), ["2023-05-11"], "nor do lines of a meeting that nobody closes lie unseen");
    world.town.now = at("2023-05-19T17:00");
    world.acts(Role::Clerk, &close(true)).unwrap();
    assert_eq!(owed(&world), ["2023-05-11"]);
}

#[test]
fn a_meeting_is_moved_or_cancelled_before_it_begins_and_not_opened_days_ahead() {
    let mut world = World::new();
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
    world.acts(Role::Clerk, &Act::Notice {}).unwrap();
    assert_eq!(world.meeting().noticed, Some(4));
    world.town.now = at("2023-05-08T09:00");
    let moved = Act::Move { starts: at("2023-05-09T14:30"), minutes: 60, place: None, reason: Line("防汛".into()) };
    world.acts(Role::Clerk, &moved).unwrap();
    assert_eq!(world.meeting().noticed, Some(1), "nobody knew of this time before");
}

#[test]
fn only_the_convener_writes() {
    let mut world = World::open();
    let other = of("water", Role::Clerk);
    let offers = Meetings::offers(world.meeting(), &other, world.town.now);
    assert!(offers.is_empty());
    let offered = |world: &World| {
        let acts = Meetings::offers(world.meeting(), &of("street-1", Role::Clerk), world.town.now);
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
            let meeting = world.meeting();
            prop_assert_eq!(meeting.notes.len(), written);
            let numbers: std::collections::BTreeSet<_> = meeting.notes.iter().map(|note| note.no).collect();
            prop_assert_eq!(numbers.len(), written);
            let cases = meeting.count(NoteState::Confirmed) + meeting.count(NoteState::Unread);
            prop_assert_eq!(world.town.raised().len(), cases);
            let written = meeting.count(NoteState::Noted) + meeting.count(NoteState::Dropped);
            prop_assert_eq!(world.written(), written, "the words of what is a case stand in the case alone");
            for note in &meeting.notes {
                prop_assert_eq!(world.opinion(note.no).state(), note.state);
            }
            if meeting.stage == Stage::Closed {
                prop_assert_eq!(meeting.count(NoteState::Noted), 0);
            }
        }
    }
}
