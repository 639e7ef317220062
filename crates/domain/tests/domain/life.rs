//! Single rules, each as a sentence. The stories of whole cases are told in the desk's tests, over real databases.

use crate::*;
use domain::Lang;
use domain::rule::RuleId;

#[test]
fn a_refusal_is_whole_in_each_language() {
    let mut story = Story::at(Track::Hotline, "housing");
    let refusal = story.act(&dispatcher(), dispatch("water")).unwrap_err();
    assert_eq!(refusal.said(Lang::Zh).0, "本件现在是“办理中”，不能这样办理。");
    assert_eq!(refusal.said(Lang::En).0, "The case is “being handled” now; this is not possible there.");
    let refusal = story.act(&staff("housing", Role::Clerk), answer(Outcome::Adopted)).unwrap_err();
    assert_eq!(refusal.said(Lang::En).0, "This track has no outcome “adopted”.");
}

#[test]
fn what_is_told_first_is_whether_it_is_yours_then_the_stage_then_the_task() {
    let mut story = Story::at(Track::Hotline, "housing");
    let approve = |task| Command::Approve { task };
    assert_eq!(story.why(&staff("street-1", Role::Head), approve(9)), Why::NotYours);
    assert_eq!(story.why(&staff("housing", Role::Head), approve(9)), Why::NoSuchTask);
    story.act(&staff("housing", Role::Clerk), answer(Outcome::Done)).unwrap();
    assert_eq!(story.why(&staff("housing", Role::Head), approve(1)), Why::WrongStage);
}

#[test]
fn a_hotline_request_owes_its_dispatch_between_acceptance_and_dispatch() {
    let mut story = Story::of(Track::Hotline);
    story.act(&dispatcher(), accept(Track::Hotline)).unwrap();
    assert_eq!(story.case.next_due().map(|c| c.rule), Some(RuleId::HotlineDispatch));
    story.act(&dispatcher(), dispatch("housing")).unwrap();
    assert!(story.clock(RuleId::HotlineDispatch).stopped.is_some());
    assert_eq!(story.case.promise().map(|c| c.rule), Some(RuleId::HotlineAnswer));
}

#[test]
fn a_pause_counts_for_nobodys_lateness_also_when_the_case_ends_in_it() {
    let mut story = Story::at(Track::Hotline, "housing");
    story.act(&staff("housing", Role::Clerk), Command::Ask { task: 1, question: "几号楼？".into() }).unwrap();
    story.days(30);
    story.act(&Actor::Resident, Command::Withdraw).unwrap();
    let clock = story.clock(RuleId::HotlineAnswer);
    assert!(clock.stopped.is_some() && !clock.is_late(story.now.date()), "{clock:?}");
}

#[test]
fn only_the_lead_asks_and_nothing_is_asked_while_an_objection_or_an_approval_waits() {
    let mut story = Story::of(Track::Petition);
    story.act(&dispatcher(), accept(Track::Petition)).unwrap();
    story.act(&dispatcher(), Command::Dispatch { lead: "housing".into(), joint: vec!["water".into()] }).unwrap();
    let ask = |task| Command::Ask { task, question: "何时？".into() };
    assert_eq!(story.why(&staff("housing", Role::Clerk), ask(2)), Why::NotLead);
    assert_eq!(story.why(&staff("water", Role::Clerk), ask(2)), Why::NotYours);
    story.act(&staff("housing", Role::Clerk), Command::Object { task: 1, reason: "非本单位".into() }).unwrap();
    assert_eq!(story.why(&staff("housing", Role::Clerk), ask(1)), Why::ObjectionOpen);
}

#[test]
fn a_unit_that_joins_while_an_answer_waits_reports_before_the_head_approves() {
    let mut story = Story::at(Track::Petition, "housing");
    story.act(&staff("housing", Role::Clerk), answer(Outcome::Explained)).unwrap();
    story.act(&dispatcher(), Command::Join { unit: "water".into() }).unwrap();
    assert_eq!(story.why(&staff("housing", Role::Head), Command::Approve { task: 1 }), Why::JointOpen);
    story.act(&staff("water", Role::Clerk), Command::Report { task: 2, text: "无异常".into() }).unwrap();
    story.act(&staff("housing", Role::Head), Command::Approve { task: 1 }).unwrap();
}

#[test]
fn an_objection_that_is_upheld_ends_the_question_of_its_unit() {
    let mut story = Story::at(Track::Hotline, "housing");
    story.act(&staff("housing", Role::Clerk), Command::Ask { task: 1, question: "几号楼？".into() }).unwrap();
    story.act(&staff("housing", Role::Clerk), Command::Object { task: 1, reason: "非本单位".into() }).unwrap();
    story.act(&dispatcher(), Command::UpholdObjection { task: 1 }).unwrap();
    assert_eq!(story.case.question, None);
    assert!(story.case.duties().all(|(_, c)| !c.is_paused()));
}

#[test]
fn a_case_takes_no_more_tasks_than_it_has_room_for() {
    let mut story = Story::at(Track::Hotline, "housing");
    let to = ["water", "housing"];
    for n in 1..TASKS_MOST {
        let transfer = Command::Transfer { task: n as u16, to: to[(n - 1) % 2].into(), reason: "改派".into() };
        story.act(&dispatcher(), transfer).unwrap();
    }
    let more = Command::Transfer { task: TASKS_MOST as u16, to: "street-1".into(), reason: "改派".into() };
    assert_eq!(story.why(&dispatcher(), more), Why::TooMany);
    // It is not stuck: whoever has it answers.
    let last = story.case.lead().unwrap().clone();
    let by = Actor::Staff { account: 99, unit: last.unit.clone(), role: Role::Clerk };
    let done = Command::Answer { task: last.no, outcome: Outcome::Done, text: "已办".into(), basis: String::new() };
    story.act(&by, done).unwrap();
}

#[test]
fn a_merge_stays_within_one_procedure_and_one_accused_unit() {
    let accused = |unit: &str| {
        Story::raised(Raise {
            track: Track::Accusation,
            text: "有人收钱。".into(),
            accused: Some(unit.into()),
            ..Raise::default()
        })
    };
    let inside = staff("discipline", Role::Dispatcher);
    let mut other = accused("water");
    other.case.id = CaseId([8; 16]);
    other.act(&inside, accept(Track::Accusation)).unwrap();
    let mut story = accused("housing");
    let merge = || Command::Merge { into: other.case.id };
    let refused = story.act_with(&inside, merge(), Some(&other.case)).unwrap_err();
    assert_eq!(refused.why, Why::OtherSealed);
    let mut same = accused("water");
    same.act_with(&inside, merge(), Some(&other.case)).unwrap();
    assert_eq!(same.case.stage, Stage::Merged);
}

#[test]
fn a_verdict_with_help_names_the_witness() {
    let mut story = Story::at(Track::Hotline, "housing");
    story.act(&staff("housing", Role::Clerk), answer(Outcome::Done)).unwrap();
    let by = |witnessed, witness: &str| Command::GiveVerdict {
        verdict: Verdict { solved: Solved::Yes, handled: Handled::NoWish, asked_for_good: true, witnessed },
        words: String::new(),
        witness: witness.into(),
    };
    assert_eq!(story.why(&Actor::Resident, by(true, " ")), Why::WitnessName);
    assert_eq!(story.why(&Actor::Resident, by(false, "邻居")), Why::WitnessName);
    assert_eq!(story.why(&staff("housing", Role::Head), verdict(Solved::Yes)), Why::NotYours);
    story.act(&Actor::Resident, by(true, "邻居")).unwrap();
    assert!(story.case.verdict.unwrap().witnessed);
}

#[test]
fn a_photo_is_named_by_its_hash_and_by_nothing_else() {
    let district = founded();
    let actor = Actor::Resident;
    let facts = Facts { now: Moment(0), actor: &actor, district: &district, code: "C", secret: "123456", other: None };
    let raise = |photo: &str| Raise { text: "灯坏了".into(), photos: vec![photo.into()], ..Raise::default() };
    assert_eq!(decide_raise(&raise("张三的照片.jpg"), &facts).unwrap_err().why, Why::BadCode);
    decide_raise(&raise(&"0a".repeat(32)), &facts).unwrap();
}
