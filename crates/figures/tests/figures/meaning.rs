//! What the figures mean: small districts whose numbers can be counted by hand.

use crate::world::*;
use domain::case::*;
use domain::{Actor, Moment, Role};
use figures::{By, Filter, breakdown, figures};

#[test]
fn of_four_cases_one_refused_one_withdrawn_before_a_decision_and_two_accepted_two_of_three_count_as_accepted() {
    for mut w in worlds() {
        let (refused, withdrawn) = (w.hotline(), w.hotline());
        w.act(dispatcher(), refused, Command::NotAccept { reason: ScopeReason::Private, text: "请找物业。".into() });
        w.act(Actor::Resident, withdrawn, Command::Withdraw);
        for _ in 0..2 {
            let id = w.hotline();
            w.act(dispatcher(), id, accept(Track::Hotline));
        }
        assert_eq!(w.parts("raised"), (4, 0));
        assert_eq!(w.parts("accepted"), (2, 3));
    }
}

#[test]
fn a_case_accepted_after_its_last_day_is_accepted_but_not_in_time_and_one_that_waits_beyond_it_is_overdue() {
    for mut w in worlds() {
        let (in_time, late, _waits) = (w.hotline(), w.hotline(), w.hotline());
        w.act(dispatcher(), in_time, accept(Track::Hotline));
        // A hotline request is accepted or not within one working day: by Thursday.
        w.day("2023-03-02");
        w.note_today();
        assert_eq!(w.parts("accepted_in_time"), (1, 1), "on the last day nothing is overdue yet");
        w.day("2023-03-03");
        w.act(dispatcher(), late, accept(Track::Hotline));
        assert_eq!(w.parts("accepted_in_time"), (1, 3));
        assert_eq!(w.parts("accepted"), (2, 3));
    }
}

#[test]
fn a_reopened_case_that_waits_within_its_new_acceptance_term_is_not_overdue() {
    for mut w in worlds() {
        let id = w.hotline();
        w.act(dispatcher(), id, Command::NotAccept { reason: ScopeReason::OtherPlace, text: "请找邻区。".into() });
        w.day("2023-04-10");
        w.act(Actor::Resident, id, Command::Reopen { reason: "是本区的路。".into() });
        assert_eq!(w.parts("accepted_in_time"), (0, 0));
        w.day("2023-04-12");
        w.note_today();
        assert_eq!(w.parts("accepted_in_time"), (0, 1));
    }
}

#[test]
fn on_time_goes_by_the_rolled_date() {
    for mut w in worlds() {
        // 60 calendar days from Wednesday, 1 March end on Sunday, 30 April, and roll over May Day to Thursday, 4 May.
        let suggestion = || Raise { track: Track::Suggestion, ..Raise::default() };
        let (rolled, late) = (w.raise(suggestion()), w.raise(suggestion()));
        for id in [rolled, late] {
            w.dispatch(id);
        }
        let adopted =
            || Command::Answer { task: 1, outcome: Outcome::Adopted, text: "采纳。".into(), basis: "".into() };
        w.day("2023-05-04");
        w.act(staff("housing", Role::Clerk), rolled, adopted());
        assert_eq!(w.parts("on_time"), (0, 0), "the last day is not over");
        w.day("2023-05-05");
        w.act(staff("housing", Role::Clerk), late, adopted());
        assert_eq!(w.parts("on_time"), (1, 2));
        let day = |from, to| Filter::new(date(from), date(to)).unwrap();
        assert_eq!(w.parts_of("on_time", &day("2023-04-30", "2023-05-01")), (0, 0));
        assert_eq!(w.parts_of("on_time", &day("2023-05-04", "2023-05-05")), (1, 2));
    }
}

#[test]
fn a_promise_that_is_not_over_is_paused_or_was_given_up_counts_for_nothing() {
    for mut w in worlds() {
        let (asked, withdrawn, open) = (w.hotline(), w.hotline(), w.hotline());
        for id in [asked, withdrawn, open] {
            w.dispatch(id);
        }
        w.act(staff("housing", Role::Clerk), asked, Command::Ask { task: 1, question: "哪一栋？".into() });
        w.act(Actor::Resident, withdrawn, Command::Withdraw);
        w.day("2023-03-08");
        w.note_today();
        assert_eq!(w.parts("on_time"), (0, 0), "five working days from Wednesday run to the next Wednesday");
        w.day("2023-03-09");
        w.note_today();
        assert_eq!(w.parts("on_time"), (0, 1), "only the open one is late");
    }
}

#[test]
fn what_is_late_stays_in_the_denominator_whatever_is_done_but_answering_it() {
    for mut w in worlds() {
        let clerk = || staff("housing", Role::Clerk);
        let (asked, withdrawn, merged, reopened) = (w.hotline(), w.hotline(), w.hotline(), w.hotline());
        let into = w.hotline();
        for id in [asked, withdrawn, merged, reopened] {
            w.dispatch(id);
        }
        w.day("2023-03-20");
        w.dispatch(into);
        w.note_today();
        assert_eq!(w.parts("on_time"), (0, 4));
        w.act(clerk(), asked, Command::Ask { task: 1, question: "在吗？".into() });
        w.act(Actor::Resident, withdrawn, Command::Withdraw);
        w.act(dispatcher(), merged, merge(into));
        assert_eq!(w.parts("on_time"), (0, 4));
        w.act(clerk(), reopened, answer(1));
        w.act(Actor::Resident, reopened, verdict(Solved::No, Handled::Poor));
        w.act(dispatcher(), reopened, Command::Reopen { reason: "再办。".into() });
        assert_eq!(w.parts("on_time"), (0, 4));
        w.dispatch_again(reopened);
        w.act(clerk(), reopened, answer(2));
        assert_eq!(w.parts("on_time"), (0, 4), "the promise that was broken counts");
        let old = figures::catalogue::version("on_time", 1).unwrap();
        let count = figures::count(&mut w.db, NUMBER, &year(), old, figures::Part::Denominator).unwrap();
        assert_eq!(count, 0, "version 1 let each of them go");
    }
}

#[test]
fn a_case_that_was_not_reached_is_never_satisfied_and_lowers_participation() {
    for mut w in worlds() {
        let (good, fair, no_wish, _silent) = (w.answered(), w.answered(), w.answered(), w.answered());
        w.act(Actor::Resident, good, verdict(Solved::Yes, Handled::Good));
        w.act(Actor::Resident, fair, verdict(Solved::Partly, Handled::Fair));
        w.act(Actor::Resident, no_wish, verdict(Solved::No, Handled::NoWish));
        w.day("2023-04-10");
        while w.desk().sweep_now().unwrap() > 0 {}
        assert_eq!(w.parts("satisfied"), (1, 2));
        assert_eq!(w.parts("resolved_of_asked"), (1, 4));
        assert_eq!(w.parts("not_reached"), (1, 4));
        let all = figures(&mut w.db, NUMBER, &year()).unwrap();
        let satisfied = all.iter().find(|f| f.id == "satisfied").unwrap();
        let took_part = satisfied.participation.clone().unwrap();
        assert_eq!((took_part.numerator, took_part.denominator, &*took_part.value), (2, 4, "2/4"));
        assert!(all.iter().all(|f| f.participation.is_some() == (f.id.contains("satisfied") || f.id.contains("kept"))));
    }
}

#[test]
fn a_verdict_with_a_witness_is_counted_apart() {
    for mut w in worlds() {
        let (alone, helped) = (w.answered(), w.answered());
        w.act(Actor::Resident, alone, verdict(Solved::No, Handled::Poor));
        w.act(Actor::Resident, helped, with_witness(Solved::Yes, Handled::Good));
        assert_eq!(w.parts("satisfied"), (0, 1));
        assert_eq!(w.parts("resolved_of_asked"), (0, 1));
        assert_eq!(w.parts("resolved_of_ended"), (0, 1));
        assert_eq!(w.parts("resolved_with_witness"), (1, 1));
        assert_eq!(w.parts("satisfied_with_witness"), (1, 1));
    }
}

#[test]
fn a_verdict_whose_secret_staff_may_have_held_is_counted_apart_and_what_was_published_before_recomputes() {
    for mut w in worlds() {
        let own = w.answered();
        let taken = w.taken("housing");
        w.act(Actor::Resident, own, verdict(Solved::No, Handled::Poor));
        w.act(Actor::Resident, taken, verdict(Solved::Yes, Handled::Good));
        assert_eq!(w.parts("satisfied"), (0, 1));
        assert_eq!(w.parts("resolved_of_asked"), (0, 1));
        assert_eq!(w.parts("resolved_of_ended"), (0, 1));
        assert_eq!(w.parts("resolved_not_independent"), (1, 1));
        assert_eq!(w.parts("satisfied_not_independent"), (1, 1));
        assert_eq!(w.parts("not_independent"), (1, 2));
        assert_eq!(w.parts("own_answer"), (1, 1), "housing took it down, and answered it");
        let by_unit = breakdown(&mut w.db, NUMBER, &year(), By::Unit).unwrap();
        let of = |id: &str| {
            let housing = by_unit.iter().find(|g| g.key == "housing").unwrap();
            housing.figures.iter().find(|f| f.id == id).map(|f| (f.numerator, f.denominator)).unwrap()
        };
        assert_eq!(of("not_independent"), (1, Some(2)), "the auditor sees them by unit");
        let former = figures::catalogue::version("satisfied", 1).unwrap();
        assert_ne!(former.denominator, figures::catalogue::definition("satisfied").unwrap().denominator);
    }
}

#[test]
fn a_case_that_was_imported_as_ended_was_not_asked_and_is_on_time_by_its_own_target() {
    for mut w in worlds() {
        let at = |day: &str| Moment::from_local(date(day).at(8, 0, 0, 0));
        for closed in ["2023-02-10", "2023-02-11"] {
            let origin = Origin {
                opened: at("2023-02-01"),
                target: Some(date("2023-02-10")),
                closed: Some(at(closed)),
                answer: "".into(),
            };
            w.raise(Raise { origin: Some(origin), ..Raise::default() });
        }
        let solved = w.answered();
        w.act(Actor::Resident, solved, verdict(Solved::Yes, Handled::Good));
        assert_eq!(w.parts("raised"), (3, 0));
        assert_eq!(w.parts("accepted"), (1, 1));
        assert_eq!(w.parts("on_time"), (1, 2));
        assert_eq!(w.parts("resolved_of_asked"), (1, 1));
        assert_eq!(w.parts("resolved_of_ended"), (1, 3));
        let february = Filter::new(date("2023-02-01"), date("2023-03-01")).unwrap();
        assert_eq!(w.parts_of("resolved_of_ended", &february), (0, 2));
    }
}

#[test]
fn a_reopened_case_takes_its_verdict_back_and_an_erasure_changes_no_figure() {
    for mut w in worlds() {
        let (reopened, erased) = (w.answered(), w.answered());
        w.act(Actor::Resident, reopened, verdict(Solved::No, Handled::Poor));
        w.act(Actor::Resident, erased, verdict(Solved::Yes, Handled::Good));
        let before = figures(&mut w.db, NUMBER, &year()).unwrap();
        w.act(Actor::Resident, erased, Command::AskErasure { reason: String::new() });
        w.act(dispatcher(), erased, Command::Erase { ground: Ground::ConsentWithdrawn });
        let after = figures(&mut w.db, NUMBER, &year()).unwrap();
        for (b, a) in before.iter().zip(&after) {
            assert_eq!((b.id, b.numerator, b.denominator), (a.id, a.numerator, a.denominator));
        }
        w.act(Actor::Resident, reopened, Command::Reopen { reason: "还是不亮。".into() });
        assert_eq!(w.parts("resolved_of_asked"), (1, 1));
        assert_eq!(w.parts("satisfied"), (1, 1));
        assert_eq!(w.parts("reopened"), (1, 2));
    }
}

#[test]
fn what_a_resident_said_counts_until_the_resident_says_something_else_although_staff_reopen_the_case() {
    for mut w in worlds() {
        let case = w.answered();
        w.act(Actor::Resident, case, verdict(Solved::No, Handled::Poor));
        let said = [w.parts("resolved_of_asked"), w.parts("satisfied"), w.parts("resolved_of_ended")];
        assert_eq!(said, [(0, 1); 3]);
        w.act(dispatcher(), case, Command::Reopen { reason: "再看一次。".into() });
        assert_eq!([w.parts("resolved_of_asked"), w.parts("satisfied"), w.parts("resolved_of_ended")], said);
        w.dispatch_again(case);
        w.act(staff("housing", Role::Clerk), case, answer(2));
        assert_eq!(w.parts("satisfied"), (0, 1), "silence takes nothing back");
        w.act(Actor::Resident, case, verdict(Solved::Yes, Handled::Good));
        assert_eq!((w.parts("resolved_of_asked"), w.parts("satisfied")), ((1, 1), (1, 1)));
    }
}

#[test]
fn a_withdrawal_with_a_secret_that_staff_held_keeps_no_promise() {
    for mut w in worlds() {
        let (held, own) = (w.held("housing"), w.hotline());
        for case in [held, own] {
            w.dispatch(case);
            w.act(Actor::Resident, case, Command::Withdraw);
        }
        w.day("2023-06-01");
        w.note_today();
        assert_eq!(w.parts("on_time"), (0, 1), "the own withdrawal is no promise any more, the other one is not kept");
    }
}

#[test]
fn a_dispatch_that_came_late_is_a_promise_that_was_not_kept() {
    for mut w in worlds() {
        let late = w.hotline();
        w.act(dispatcher(), late, accept(Track::Hotline));
        w.day("2023-03-20");
        w.act(dispatcher(), late, Command::Dispatch { lead: "housing".into(), joint: Vec::new() });
        w.act(staff("housing", Role::Clerk), late, answer(1));
        w.day("2023-06-01");
        w.note_today();
        assert_eq!(w.parts("on_time"), (0, 1));
    }
}

#[test]
fn nobody_outside_discipline_sees_in_a_number_that_something_was_done_about_an_accusation() {
    for mut w in worlds() {
        let raise = Raise { track: Track::Accusation, text: "作风问题。".into(), ..Raise::default() };
        let sealed = w.raise(raise);
        w.hotline();
        w.day("2024-02-01");
        w.note_today();
        let numbers = |w: &mut World| {
            let found = figures(&mut w.db, NUMBER, &year()).unwrap();
            found.iter().map(|f| (f.id, f.numerator, f.denominator)).collect::<Vec<_>>()
        };
        let before = numbers(&mut w);
        assert_eq!(w.parts("raised"), (2, 0), "that it was raised is told once the year is over");
        let chief = staff("discipline", Role::Dispatcher);
        w.act(chief, sealed, Command::Accept { way: None, category: "heating".into() });
        assert_eq!(numbers(&mut w), before);
    }
}

#[test]
fn a_repeat_a_return_and_an_extension_are_each_counted_once_for_their_case() {
    for mut w in worlds() {
        let (first, second) = (w.hotline(), w.hotline());
        w.act(dispatcher(), second, Command::Link { link: LinkKind::Repeat, to: first });
        w.dispatch(second);
        w.act(staff("housing", Role::Clerk), second, Command::Extend { clock: 2, days: 5, reason: "等配件。".into() });
        w.act(staff("housing", Role::Clerk), second, Command::Object { task: 1, reason: "不归我们。".into() });
        w.act(dispatcher(), second, Command::UpholdObjection { task: 1 });
        assert_eq!(w.parts("repeated"), (1, 2));
        assert_eq!(w.parts("returned"), (1, 1));
        assert_eq!(w.parts("extended"), (1, 2));
    }
}

#[test]
fn a_sealed_accusation_counts_in_quarters_that_are_over_and_tells_neither_unit_nor_category_nor_street() {
    for mut w in worlds() {
        let street = Some("street-1".into());
        let accusation = Raise {
            track: Track::Accusation,
            street: street.clone(),
            category: Some("noise".into()),
            ..Raise::default()
        };
        w.raise(accusation);
        w.raise(Raise { street, ..Raise::default() });
        let window = |from, to| Filter::new(date(from), date(to)).unwrap();
        assert_eq!(w.parts("raised"), (1, 0), "the year is not over");
        w.day("2023-03-31");
        w.note_today();
        assert_eq!(w.parts_of("raised", &window("2023-01-01", "2023-04-01")), (1, 0), "its last day is not over");
        w.day("2023-04-01");
        w.note_today();
        for (from, to, seen) in [
            ("2023-01-01", "2023-04-01", 2),
            ("2022-01-01", "2023-04-01", 2),
            ("2023-01-01", "2023-07-01", 1),
            ("2023-01-01", "2023-03-31", 1),
            ("2023-03-01", "2023-04-01", 1),
            ("2023-01-02", "2023-04-01", 1),
        ] {
            assert_eq!(w.parts_of("raised", &window(from, to)), (seen, 0), "{from} {to}");
        }
        w.day("2024-01-02");
        w.note_today();
        assert_eq!(w.parts("raised"), (2, 0));
        for (field, value, others, all) in [
            ("street", "street-1", 1, 1),
            ("category", "noise", 0, 0),
            ("unit", "~", 1, 1),
            ("track", "accusation", 0, 1),
        ] {
            let filter = year().with(field, value).unwrap();
            assert_eq!(w.parts_of("raised", &filter), (others, 0), "{field}");
            assert_eq!(w.parts_of("raised", &filter.with_sealed()), (all, 0), "{field}, the discipline unit");
        }
        for (by, others, all) in
            [(By::Unit, 1, 1), (By::Category, 1, 1), (By::Street, 1, 1), (By::Track, 1, 2), (By::Month, 1, 2)]
        {
            for (filter, seen) in [(year(), others), (year().with_sealed(), all)] {
                let groups = breakdown(&mut w.db, NUMBER, &filter, by).unwrap();
                let sum: i64 = groups.iter().map(|g| g.figures[0].numerator).sum();
                assert_eq!(sum, seen, "{by}");
            }
        }
    }
}

#[test]
fn a_window_holds_its_first_day_and_not_the_day_after_it() {
    for mut w in worlds() {
        w.hotline();
        let window = |from, to| Filter::new(date(from), date(to)).unwrap();
        assert_eq!(w.parts_of("raised", &window("2023-03-01", "2023-03-02")), (1, 0));
        assert_eq!(w.parts_of("raised", &window("2023-02-01", "2023-03-01")), (0, 0));
        assert_eq!(w.parts_of("raised", &window("2023-03-02", "2023-04-01")), (0, 0));
    }
}
