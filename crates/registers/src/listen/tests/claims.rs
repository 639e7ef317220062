//! Claiming on the board of a meeting.

use super::*;

fn claim(step: &str, day: &str) -> opinion::Act {
    opinion::Act::Claim { post: Line("示例岗位".into()), step: Line(step.into()), by: day.parse().unwrap() }
}

fn settle(lead: &str, joint: &[&str]) -> opinion::Act {
    let joint = joint.iter().map(|unit| UnitCode::from(*unit)).collect();
    opinion::Act::Settle { lead: lead.into(), joint, category: Some("parking".into()) }
}

#[test]
fn what_one_unit_claims_is_its_own_when_the_board_closes_and_it_can_not_say_later_that_it_is_not() {
    let mut world = World::board();
    let claimed = world.line(1, "water", &claim("先去看", "2023-05-10"));
    assert_eq!(claimed, Ok(vec!["opinion.claimed", "claimed"]));
    assert_eq!(world.case(1).stage, CaseStage::Raised, "a claim hands nothing over");
    let twice = world.line(1, "water", &claim("先去看", "2023-05-10")).unwrap_err();
    assert_eq!(twice.why, Why::Claimed);
    let unknown = world.acts(Role::Clerk, &Act::EndBoard {}).unwrap_err();
    assert_eq!((unknown.why, unknown.field), (opinion::NO_CATEGORY, None));
    let open = opinion::Act::Settle { lead: "water".into(), joint: Vec::new(), category: None };
    let refused = world.line(1, "street-1", &open).unwrap_err();
    assert_eq!((refused.why, refused.field), (Why::Empty, Some("category")));
    let settled = world.line(1, "street-1", &settle("water", &[]));
    assert_eq!(settled, Ok(vec!["opinion.settled", "accepted", "dispatched"]));
    assert_eq!(world.acts(Role::Clerk, &Act::EndBoard {}), Ok(vec!["meeting.board_closed"]));
    let case = world.case(1);
    assert_eq!((case.stage, case.lead().map(|task| task.unit.as_str())), (CaseStage::Handling, Some("water")));
    assert!(case.lead().is_some_and(|task| task.designated));
    assert_eq!(case.step.as_ref().map(|step| step.by.to_string()), Some("2023-05-10".into()));
    assert_eq!(world.case(2).stage, CaseStage::Raised, "what nobody claimed goes to the dispatch centre");
    let late = world.line(2, "water", &claim("先去看", "2023-05-10")).unwrap_err();
    assert_eq!(late.why, opinion::NOT_OPEN);
}

#[test]
fn the_first_step_is_owed_by_the_day_that_the_unit_named_until_it_tells_the_speaker_how_far_it_is() {
    let mut world = World::board();
    world.line(1, "water", &claim("先去看", "2023-05-13")).unwrap();
    world.line(1, "street-1", &settle("water", &[])).unwrap();
    let owed = |world: &World| {
        let clock = world.case(1).running(RuleId::FirstStep).map(|(_, clock)| clock.clone());
        clock.map(|clock| (clock.due.raw.to_string(), clock.due.rolled.to_string(), clock.duty))
    };
    let saturday = ("2023-05-13".to_owned(), "2023-05-13".to_owned(), true);
    assert_eq!(owed(&world), Some(saturday), "whatever day of the week that is");
    let inform = Command::Inform { task: 1, text: "已经去看过。".into() };
    world.on_case(1, &of("water", Role::Clerk), inform).unwrap();
    assert_eq!(owed(&world), None);
}

#[test]
fn the_chair_settles_what_two_claim_and_hands_it_to_nobody_who_did_not() {
    let mut world = World::board();
    for unit in ["water", "housing"] {
        world.line(1, unit, &claim("先去看", "2023-05-10")).unwrap();
    }
    assert_eq!(world.opinion(1).stage, opinion::Stage::Contested);
    assert_eq!(world.acts(Role::Clerk, &Act::EndBoard {}).unwrap_err().why, opinion::CONTESTED);
    assert_eq!(world.line(1, "street-1", &settle("traffic", &[])).unwrap_err().why, Why::NoClaim);
    assert_eq!(world.line(1, "street-1", &settle("water", &["traffic"])).unwrap_err().why, Why::NoClaim);
    assert_eq!(world.line(1, "water", &settle("water", &[])).unwrap_err().why, Why::NotYours);
    world.line(1, "street-1", &settle("housing", &["water"])).unwrap();
    let tasks: Vec<_> =
        world.case(1).tasks.iter().map(|task| (task.unit.as_str(), task.lead, task.designated)).collect();
    assert_eq!(tasks, [("housing", true, true), ("water", false, true)], "nobody who claimed it can object");
    assert!(world.case(1).running(RuleId::Objection).is_none());
    assert_eq!(world.line(1, "water", &opinion::Act::Unclaim {}).unwrap_err().why, Why::WrongStage, "it is settled");
}

#[test]
fn a_claim_that_was_not_taken_up_binds_nobody() {
    let mut world = World::board();
    for unit in ["water", "housing"] {
        world.line(1, unit, &claim("先去看", "2023-05-10")).unwrap();
    }
    world.line(1, "street-1", &settle("housing", &[])).unwrap();
    let case = world.case(1);
    assert!(case.is_designated(&"housing".into()) && !case.is_designated(&"water".into()));
    assert_eq!(case.claims.iter().map(|claim| claim.unit.as_str()).collect::<Vec<_>>(), ["housing"]);
}

#[test]
fn a_case_that_somebody_else_took_in_the_meantime_holds_up_no_meeting_and_is_nobodys_by_claim() {
    let mut world = World::board();
    for unit in ["water", "housing"] {
        world.line(1, unit, &claim("先去看", "2023-05-10")).unwrap();
    }
    world.line(2, "water", &claim("先去看", "2023-05-10")).unwrap();
    for no in [1, 2] {
        world.on_case(no, &Actor::Resident, Command::Withdraw).unwrap();
    }
    assert_eq!(world.line(1, "street-1", &settle("water", &[])).unwrap_err().why, opinion::WITH_UNIT);
    assert_eq!(world.line(1, "water", &opinion::Act::Unclaim {}).unwrap_err().why, opinion::WITH_UNIT);
    let ended = world.acts(Role::Clerk, &Act::EndBoard {});
    assert_eq!(ended, Ok(vec!["meeting.board_closed", "opinion.lapsed", "opinion.lapsed"]));
    assert!([1, 2].iter().all(|no| world.opinion(*no).claims.is_empty() && world.opinion(*no).lead.is_none()));
}

#[test]
fn a_unit_that_the_dispatch_centre_gives_what_it_claimed_keeps_the_day_that_it_named() {
    let mut world = World::board();
    for unit in ["water", "housing"] {
        world.line(1, unit, &claim("先去看", "2023-05-10")).unwrap();
    }
    world.line(2, "housing", &claim("先去看", "2023-05-10")).unwrap();
    let centre = of("centre", Role::Dispatcher);
    for no in [1, 2] {
        let joint = if no == 1 { vec!["housing".into()] } else { Vec::new() };
        for command in [
            Command::Accept { way: None, category: "parking".into() },
            Command::Dispatch { lead: "water".into(), joint },
        ] {
            world.on_case(no, &centre, command).unwrap();
        }
    }
    let (first, second) = (world.case(1), world.case(2));
    assert_eq!(first.step.as_ref().map(|step| step.by.to_string()), Some("2023-05-10".into()));
    assert!(first.running(RuleId::FirstStep).is_some() && first.tasks.iter().all(|task| task.designated));
    assert!(second.step.is_none() && second.tasks.iter().all(|task| !task.designated), "water never claimed it");
    let ended = world.acts(Role::Clerk, &Act::EndBoard {});
    assert_eq!(ended, Ok(vec!["meeting.board_closed", "opinion.settled", "opinion.lapsed"]));
    let settled = world.opinion(1);
    assert_eq!((settled.lead.as_ref(), settled.joint.as_slice()), (Some(&"water".into()), &["housing".into()][..]));
}

#[test]
fn where_somebody_is_in_danger_the_first_step_is_today() {
    let mut world = World::board();
    let mark = Command::MarkUrgent { danger: "fire".into(), reason: "有人打电话".into() };
    world.on_case(1, &of("centre", Role::Dispatcher), mark).unwrap();
    let refused = world.line(1, "water", &claim("先去看", "2023-05-10")).unwrap_err();
    assert_eq!((refused.why, refused.field), (Why::StepUrgent, Some("by")));
    world.line(1, "water", &claim("马上去", "2023-05-08")).unwrap();
}

#[test]
fn nothing_is_settled_when_the_board_is_closed_and_the_chair_changes_no_category_that_is_known() {
    let mut world = World::board();
    world.line(1, "water", &claim("先去看", "2023-05-10")).unwrap();
    world.line(2, "water", &claim("先去看", "2023-05-10")).unwrap();
    let accept = Command::Accept { way: None, category: "parking".into() };
    world.on_case(1, &of("centre", Role::Dispatcher), accept).unwrap();
    world.line(1, "street-1", &settle("water", &[])).unwrap();
    assert_eq!(world.case(1).category.as_ref().map(|c| c.as_str()), Some("parking"));
    world.line(2, "street-1", &settle("water", &[])).unwrap();
    world.acts(Role::Clerk, &Act::EndBoard {}).unwrap();
    assert_eq!(world.line(2, "street-1", &settle("water", &[])).unwrap_err().why, Why::WrongStage);
    world.acts(Role::Clerk, &note("又一句", 1)).unwrap();
    world.acts(Role::Clerk, &confirm(3)).unwrap();
    assert_eq!(world.line(3, "water", &claim("先去看", "2023-05-10")).unwrap_err().why, opinion::NOT_OPEN);
}

#[test]
fn a_question_to_the_speaker_moves_no_day_that_was_promised() {
    let mut world = World::board();
    world.line(1, "water", &claim("先去看", "2023-05-10")).unwrap();
    world.line(1, "street-1", &settle("water", &[])).unwrap();
    let ask = Command::Ask { task: 1, question: "哪一栋？".into() };
    world.on_case(1, &of("water", Role::Clerk), ask).unwrap();
    let (_, clock) = world.case(1).running(RuleId::FirstStep).unwrap();
    assert!(!clock.is_paused());
}

#[test]
fn only_who_is_in_the_hall_claims_and_a_claim_is_taken_back_before_it_is_settled() {
    let mut world = World::board();
    assert_eq!(world.line(1, "traffic", &claim("先去看", "2023-05-10")).unwrap_err().why, opinion::NOT_HERE);
    world.acts(Role::Clerk, &Act::Invite { units: vec!["traffic".into(), "water".into()] }).unwrap();
    assert_eq!(world.meeting().departments.len(), 3);
    world.line(1, "traffic", &claim("先去看", "2023-05-10")).unwrap();
    assert_eq!(world.line(1, "traffic", &opinion::Act::Unclaim {}), Ok(vec!["opinion.unclaimed", "unclaimed"]));
    assert_eq!((world.opinion(1).stage, world.case(1).claims.len()), (opinion::Stage::Raised, 0));
    for (day, why) in [("2023-05-07", Why::StepPast), ("2023-09-01", Why::StepDay)] {
        let refused = world.line(1, "traffic", &claim("先去看", day)).unwrap_err();
        assert_eq!((refused.why, refused.field), (why, Some("by")), "{day}");
    }
    assert_eq!(world.acts(Role::Clerk, &close(true)).unwrap_err().why, meeting::BOARD);
}

#[test]
fn the_speaker_alone_says_whether_the_first_step_was_kept_from_its_evening_on() {
    let mut world = World::board();
    world.line(1, "water", &claim("先去看", "2023-05-10")).unwrap();
    world.line(1, "street-1", &settle("water", &[])).unwrap();
    let say = |world: &mut World, actor: &Actor, kept| world.on_case(1, actor, Command::TellStep { kept });
    assert_eq!(say(&mut world, &Actor::Resident, Kept::Yes).unwrap_err().why, Why::StepEarly);
    let asks = |world: &mut World| world.on_case(1, &Actor::clock(), Command::AskStep);
    assert_eq!(asks(&mut world).unwrap_err().why, Why::StepEarly);
    world.town.now = at("2023-05-10T17:59");
    assert_eq!(asks(&mut world).unwrap_err().why, Why::StepEarly);
    world.town.now = at("2023-05-10T18:00");
    assert_eq!(asks(&mut world), Ok(vec!["step_asked"]));
    assert_eq!(asks(&mut world).unwrap_err().why, Why::NoStep, "once");
    assert_eq!(say(&mut world, &of("water", Role::Head), Kept::Yes).unwrap_err().why, Why::NotYours);
    assert_eq!(say(&mut world, &Actor::Resident, Kept::No), Ok(vec!["step_told"]));
    assert_eq!(world.case(1).step.as_ref().and_then(|step| step.word).map(|(kept, _)| kept), Some(Kept::No));
}
