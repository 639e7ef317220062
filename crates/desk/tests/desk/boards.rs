//! The board of a talk meeting at the desk, on both engines: however many claim at once, each opinion has one lead, and
//! nobody is told yes who has no claim.

use crate::*;
use ::registers::listen::meeting::{self, Counted, Meeting, Meetings};
use ::registers::listen::opinion::{self, How, Opinion, Opinions};
use domain::district::UnitCode;
use domain::register::{Line, On, Text};
use store::listed;

/// Opinions on the board.
pub const ITEMS: u16 = 30;

impl Town {
    /// A meeting whose board is open, with opinions that have a category; its handle and those of its opinions.
    pub fn board(&self, items: u16) -> (CaseId, Vec<CaseId>) {
        let chair = || clerk("street-1");
        let plan = meeting::Act::Plan {
            name: Line("恳谈会".into()),
            no: 1,
            topics: Text("停车".into()),
            agenda: None,
            starts: self.clock.now(),
            minutes: 120,
            place: Line("礼堂".into()),
            street: Some("street-1".into()),
            chair: Line("主任".into()),
            departments: vec!["housing".into(), "water".into()],
            chosen: meeting::Chosen::Open,
            convener: None,
            after: None,
        };
        let id = self.execute::<Meetings>(chair(), On::New, plan).unwrap().id;
        let on = On::Record(id);
        self.execute::<Meetings>(chair(), on, meeting::Act::Open {}).unwrap();
        for no in 1..=items {
            let note = meeting::Act::Note { words: Text(format!("第{no}句")), topic: 1, how: How::Spoken };
            self.execute::<Meetings>(chair(), on, note).unwrap();
            let confirm = meeting::Act::Confirm {
                no,
                words: Text(format!("第{no}句，读回了")),
                sort: meeting::Sort::Request,
                category: Some("heating".into()),
                near: None,
                name: None,
                phone: None,
                public: false,
            };
            self.execute::<Meetings>(chair(), on, confirm).unwrap();
        }
        self.execute::<Meetings>(chair(), on, meeting::Act::Board {}).unwrap();
        let lines = self.state::<Meetings, _>(id, |meeting: &Meeting| meeting.notes.clone());
        (id, lines.into_iter().map(|line| line.opinion).collect())
    }

    pub fn opinion(&self, id: CaseId) -> Opinion {
        self.state::<Opinions, _>(id, Opinion::clone)
    }
}

pub fn claim(by: calendar::Date) -> opinion::Act {
    opinion::Act::Claim { post: Line("示例岗位".into()), step: Line("先去看".into()), by }
}

/// All of it is sent before the first answer is there.
fn at_once(town: &Town, acts: Vec<(Actor, CaseId, opinion::Act)>) -> Vec<Result<desk::Done, Failure>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    let asked: Vec<_> = acts
        .into_iter()
        .map(|(actor, id, act)| {
            let desk = town.desk().clone();
            let by = (actor, Visit::BEST);
            runtime.spawn(async move { desk.execute::<Opinions>(by, On::Record(id), None, act, None).await })
        })
        .collect();
    asked.into_iter().map(|answer| runtime.block_on(answer).unwrap()).collect()
}

#[test]
fn fifty_phones_claim_the_same_thirty_opinions_and_each_has_one_lead_and_nobody_a_false_yes() {
    everywhere(|town| {
        let (meeting, opinions) = town.board(ITEMS);
        let units = ["housing", "water", "street-1"];
        let today = town.clock.now().date();
        let phones = (0..50).flat_map(|n| opinions.iter().map(move |id| (clerk(units[n % 3]), *id, claim(today))));
        let asked: Vec<(Actor, CaseId, opinion::Act)> = phones.collect();
        let who: Vec<(UnitCode, CaseId)> =
            asked.iter().filter_map(|(actor, id, _)| Some((actor.unit()?.clone(), *id))).collect();
        let answers = at_once(town, asked);
        let yes: Vec<&(UnitCode, CaseId)> =
            answers.iter().zip(&who).filter(|(answer, _)| answer.is_ok()).map(|(_, who)| who).collect();
        let no = answers.iter().filter_map(|answer| answer.as_ref().err());
        assert!(no.clone().all(|e| matches!(e, Failure::Refused(refusal) if refusal.why == Why::Claimed)));
        assert_eq!((yes.len(), no.count()), (90, 1_410));
        for id in &opinions {
            let mut claims: Vec<UnitCode> = town.opinion(*id).claims.into_iter().map(|claim| claim.unit).collect();
            let mut told: Vec<&UnitCode> = yes.iter().filter(|(_, of)| of == id).map(|(unit, _)| unit).collect();
            claims.sort();
            told.sort();
            assert_eq!(claims.iter().collect::<Vec<_>>(), told, "whoever was told yes has a claim, and nobody else");
        }
        // Two chairs settle all of it at once, each otherwise.
        let settle = |lead: &str, joint: &str| opinion::Act::Settle {
            lead: lead.into(),
            joint: vec![joint.into()],
            category: None,
        };
        let chairs = opinions.iter().flat_map(|id| {
            let head = Actor::Staff { account: 2, unit: "street-1".into(), role: Role::Head };
            [(clerk("street-1"), *id, settle("housing", "water")), (head, *id, settle("water", "housing"))]
        });
        let answers = at_once(town, chairs.collect());
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), usize::from(ITEMS));
        town.execute::<Meetings>(clerk("street-1"), On::Record(meeting), meeting::Act::EndBoard {}).unwrap();
        for id in &opinions {
            let opinion = town.opinion(*id);
            let case = town.case(opinion.case.unwrap().0);
            let leads: Vec<&UnitCode> = case.tasks.iter().filter(|task| task.lead).map(|task| &task.unit).collect();
            assert_eq!(leads, [opinion.lead.as_ref().unwrap()]);
            assert_eq!((case.tasks.len(), case.stage), (2, Stage::Handling));
        }
    });
}

#[test]
fn what_is_a_case_leaves_no_word_with_its_line_and_an_erased_case_leaves_none_at_all() {
    everywhere(|town| {
        let (meeting, opinions) = town.board(2);
        let act = claim(town.clock.now().date());
        town.execute::<Opinions>(clerk("water"), On::Record(opinions[0]), act).unwrap();
        town.execute::<Meetings>(clerk("street-1"), On::Record(meeting), meeting::Act::EndBoard {}).unwrap();
        let case = town.opinion(opinions[0]).case.unwrap().0;
        let mut keys = Keys::open(&town.place, 1, false).unwrap();
        let held = keys.case_keys(&[opinions[0].0, opinions[1].0, case.0]).unwrap();
        assert_eq!((held.len(), held.contains_key(&case.0)), (1, true), "the case has the words, and it alone");
        town.act(&Actor::Resident, case, Command::Withdraw);
        town.days(40);
        town.act(&dispatcher(), case, Command::Erase { ground: Ground::PurposeServed });
        assert!(keys.case_keys(&[case.0]).unwrap().is_empty());
        let told = listed::some(&mut town.db(), &mut keys, ::registers::REGISTERS, 1, &[case, opinions[0]]).unwrap();
        assert!(told.iter().all(|told| told.words().is_empty()), "neither what was said nor what was promised");
        let closing = meeting::Act::Close { heads: 9, counted: Counted::ByHand, unread: true };
        town.execute::<Meetings>(clerk("street-1"), On::Record(meeting), closing).unwrap();
    });
}

#[test]
fn who_follows_a_meeting_is_told_of_a_claim_on_what_was_said_there() {
    everywhere(|town| {
        let (meeting, opinions) = town.board(1);
        let mut changes = town.desk().changes();
        let claimed = town.execute::<Opinions>(clerk("water"), On::Record(opinions[0]), claim(town.clock.now().date()));
        let index = claimed.unwrap().index;
        let told = changes.try_recv().unwrap();
        assert!(told.contains(&(meeting, index)) && told.contains(&(opinions[0], index)), "{told:?}");
    });
}

#[test]
fn the_first_step_is_asked_about_once_on_its_day_and_not_of_a_case_that_is_over() {
    everywhere(|town| {
        let (meeting, opinions) = town.board(2);
        let day = Moment(town.clock.now().0 + 2 * 86_400_000).date();
        for id in &opinions {
            town.execute::<Opinions>(clerk("water"), On::Record(*id), claim(day)).unwrap();
        }
        town.execute::<Meetings>(clerk("street-1"), On::Record(meeting), meeting::Act::EndBoard {}).unwrap();
        let cases: Vec<CaseId> = opinions.iter().map(|id| town.opinion(*id).case.unwrap().0).collect();
        town.act(&Actor::Resident, cases[1], Command::Withdraw);
        assert_eq!(town.sweep(), 0);
        let morning = i64::from(town.clock.now().local().hour());
        town.days(2);
        assert_eq!(town.sweep(), 0, "the day's work is not done yet");
        town.clock.set(Moment(town.clock.now().0 + (18 - morning) * 3_600_000));
        assert_eq!((town.sweep(), town.sweep()), (1, 0));
        assert_eq!(town.kinds(cases[0]).last(), Some(&"step_asked"));
        assert_eq!(town.kinds(cases[1]).last(), Some(&"withdrawn"));
    });
}

#[test]
fn a_board_that_nobody_closed_lapses_by_the_clock_and_settles_nothing() {
    everywhere(|town| {
        let (meeting, opinions) = town.board(2);
        let today = town.clock.now().date();
        town.execute::<Opinions>(clerk("water"), On::Record(opinions[0]), claim(today)).unwrap();
        town.days(1);
        assert_eq!(town.sweep(), 0, "on the day after the meeting somebody may still close it");
        town.days(1);
        // Nobody does it by hand.
        assert!(town.execute::<Meetings>(head("street-1"), On::Record(meeting), meeting::Act::Lapse {}).is_err());
        assert!(town.sweep() > 0);
        let (board, version) = town.state::<Meetings, _>(meeting, |of: &Meeting| (of.board, of.version));
        assert!(!board);
        let claimed = town.opinion(opinions[0]);
        assert!(claimed.lead.is_none() && claimed.claims.len() == 1, "the clock dispatches nothing");
        assert!(town.case(claimed.case.unwrap().0).tasks.is_empty());
        town.sweep();
        assert_eq!(town.state::<Meetings, _>(meeting, |of: &Meeting| of.version), version, "once");
    });
}
