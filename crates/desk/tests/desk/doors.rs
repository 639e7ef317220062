//! Coming in: keys, versions, many at once, imports.

use crate::*;
use desk::Key;
use std::collections::BTreeSet;

#[test]
fn the_same_key_gets_the_same_answer_and_another_content_is_refused_also_after_a_restart() {
    everywhere(|town| {
        let key = Some(Key::of("resident", "k-1"));
        let first = town.desk().raise_now(Actor::Resident, raised(Track::Hotline), key).unwrap();
        let same = |town: &Town| {
            let again = town.desk().raise_now(Actor::Resident, raised(Track::Hotline), key).unwrap();
            assert!(again.again && !first.again);
            assert_eq!(Raised { again: false, ..again }, first);
        };
        same(town);
        let other = town.desk().raise_now(Actor::Resident, raised(Track::Petition), key).unwrap_err();
        assert_eq!(refused(other).why, Why::KeyReused);
        // More entries, another process: the receipt is still the one that was handed out.
        town.raise(Track::Hotline);
        town.reopen(77);
        same(town);
        assert_eq!(town.count("SELECT COUNT(*) FROM cases WHERE district = $1"), 2);
    });
}

#[test]
fn after_an_erasure_nobody_can_confirm_what_was_sent_and_the_key_still_makes_no_second_case() {
    everywhere(|town| {
        let key = Key::of("resident", "k-2");
        let id = town.desk().raise_now(Actor::Resident, raised(Track::Hotline), Some(key)).unwrap().id;
        let kept = |town: &Town| {
            let done = store::read::done(&mut town.db(), 1, &key.0).unwrap().unwrap();
            let guess = desk::raise_request(&Actor::Resident, &raised(Track::Hotline));
            assert_ne!(done.request, guess, "a guess is confirmed by the database alone");
            done.is_of(&mut Keys::open(&town.place, 1, false).unwrap(), &[7; 32]).unwrap()
        };
        assert!(!kept(town));
        town.act(&Actor::Resident, id, Command::Withdraw);
        town.days(500);
        town.act(&staff("centre", Role::Administrator), id, Command::Erase { ground: Ground::PurposeServed });
        assert!(kept(town), "without the case's key, no content is told from another");
        let again = town.desk().raise_now(Actor::Resident, raised(Track::Hotline), Some(key)).unwrap();
        assert!(again.again && again.id == id && again.secret.is_empty());
    });
}

#[test]
fn the_same_key_twice_in_one_group_is_one_case() {
    everywhere(|town| {
        let desk = town.desk().clone();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let key = Some(Key::of("resident", "twice"));
        let raise = || desk.raise(Actor::Resident, raised(Track::Hotline), vec![], key);
        let (a, b, c) = runtime.block_on(async { tokio::join!(raise(), raise(), raise()) });
        let all = [a.unwrap(), b.unwrap(), c.unwrap()];
        assert_eq!(all.iter().map(|r| &r.receipt).collect::<BTreeSet<_>>().len(), 1);
        assert_eq!(all.iter().filter(|r| r.again).count(), 2);
        let id = all[0].id;
        // And one act on it, asked for twice with a key, happens once.
        let act = || desk.act(dispatcher(), id, Some(1), accept(Track::Hotline), Some(Key::of("centre", "a")));
        let (a, b) = runtime.block_on(async { tokio::join!(act(), act()) });
        assert_eq!((a.unwrap().version, b.unwrap().version), (2, 2));
        assert_eq!(town.kinds(id), ["raised", "accepted"]);
    });
}

#[test]
fn an_act_on_a_page_that_is_out_of_date_is_refused() {
    everywhere(|town| {
        let id = town.raise(Track::Hotline).id;
        let desk = town.desk().clone();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let act = |seen, text: &str| {
            let note = Command::Note { text: text.into() };
            runtime.block_on(desk.act(dispatcher(), id, Some(seen), note, None))
        };
        assert_eq!(act(1, "一").unwrap().version, 2);
        assert_eq!(refused(act(1, "二").unwrap_err()).why, Why::Changed);
        assert_eq!(act(2, "三").unwrap().version, 3);
        // A refusal in a group does not lose what the group has done to the case before.
        let note = |text: &str| Command::Note { text: text.into() };
        let (a, b, c) = runtime.block_on(async {
            tokio::join!(
                desk.act(dispatcher(), id, None, note("四"), None),
                desk.act(dispatcher(), id, None, note(""), None),
                desk.act(dispatcher(), id, None, note("五"), None),
            )
        });
        assert_eq!((a.unwrap().version, refused(b.unwrap_err()).why, c.unwrap().version), (4, Why::Empty, 5));
    });
}

#[test]
fn many_raise_at_once_and_each_has_a_receipt_that_verifies() {
    everywhere(|town| {
        let desk = town.desk();
        let log = Verifier::parse(desk.vkey()).unwrap();
        let raised: Vec<Raised> = std::thread::scope(|scope| {
            let work = || (0..25).map(|_| town.raise(Track::Hotline)).collect::<Vec<_>>();
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(work)).collect();
            threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
        });
        for one in &raised {
            let receipt = ledger::receipt::Receipt::parse(&one.receipt).unwrap();
            assert_eq!(receipt.verify(&log).unwrap().entry.case, one.id.0);
        }
        let codes: BTreeSet<_> = raised.iter().map(|r| r.code.clone()).collect();
        assert_eq!((codes.len(), town.count("SELECT COUNT(*) FROM cases WHERE district = $1")), (200, 200));
    });
}

#[test]
fn a_case_that_another_system_has_ended_comes_in_ended_and_can_be_reopened() {
    everywhere(|town| {
        let opened = Moment::from_local(date(2023, 5, 4).at(9, 0, 0, 0));
        let origin = |closed| Origin { opened, target: Some(date(2023, 5, 10)), closed, answer: "已处理。".into() };
        let raise = |closed| Raise { door: Door::Import, origin: Some(origin(closed)), ..raised(Track::Hotline) };
        let by = Actor::System { name: "import".into() };
        let early = Some(Moment(opened.0 - 1));
        let wrong = town.desk().raise_now(by.clone(), raise(early), None).unwrap_err();
        assert_eq!(refused(wrong).why, Why::BadOrigin);
        let closed = Some(Moment::from_local(date(2023, 5, 12).at(9, 0, 0, 0)));
        let id = town.desk().raise_now(by.clone(), raise(closed), None).unwrap().id;
        let case = town.case(id);
        assert_eq!((case.stage, case.ended.unwrap().0), (Stage::Ended, Ending::Elsewhere));
        assert!(case.promise().unwrap().is_late(date(2023, 5, 12)));
        assert_eq!(town.kinds(id), ["raised", "ended_elsewhere"]);
        assert_eq!(town.said(id, "ended_elsewhere")[field::ANSWER], "已处理。");
        assert_eq!(town.why(&Actor::Resident, id, verdict(Solved::Yes)), Why::WrongStage);
        town.act(&Actor::Resident, id, Command::Reopen { reason: reason() });
        assert_eq!(town.case(id).stage, Stage::Raised);
        let open = town.desk().raise_now(by, raise(None), None).unwrap().id;
        assert_eq!((town.case(open).stage, town.case(open).raised_at), (Stage::Raised, opened));
    });
}
