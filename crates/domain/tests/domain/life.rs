//! Single rules, each as a sentence. The stories of whole cases are told in the desk's tests, over real databases.

use crate::*;
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
    let facts = Facts {
        now: Moment(0),
        actor: &actor,
        district: &district,
        code: "C",
        secret: "123456",
        other: None,
        visit: Visit::BEST,
        numbers: &[],
    };
    let raise = |photo: &str| Raise { text: "灯坏了".into(), photos: vec![photo.into()], ..Raise::default() };
    assert_eq!(decide_raise(&raise("张三的照片.jpg"), &facts).unwrap_err().why, Why::BadCode);
    decide_raise(&raise(&"0a".repeat(32)), &facts).unwrap();
}

/// A case whose resident wants to be told by text message.
fn by_sms() -> Raise {
    let tell = Some(Tell { channel: Channel::Sms, lang: Lang::Zh });
    let contact = Contact { phone: "13800000000".into(), tell, ..Contact::default() };
    Raise { text: "楼道的灯不亮。".into(), contact, ..Raise::default() }
}

#[test]
fn a_resident_is_told_of_each_step_and_the_unit_of_its_task() {
    let mut story = Story::raised(by_sms());
    let me = To::Resident(Tell { channel: Channel::Sms, lang: Lang::Zh });
    assert_eq!(told_last(&story), [(Topic::Received, me.clone())]);
    story.act(&dispatcher(), accept(Track::Hotline)).unwrap();
    assert_eq!(told_last(&story), [(Topic::Accepted, me.clone())]);
    story.act(&dispatcher(), Command::Dispatch { lead: "housing".into(), joint: vec!["water".into()] }).unwrap();
    let housing = (Topic::Task, To::Unit("housing".into()));
    let water = (Topic::JointTask, To::Unit("water".into()));
    assert_eq!(told_last(&story), [(Topic::HandedTo, me.clone()), housing, water]);
    story.act(&staff("housing", Role::Clerk), Command::Note { text: "内部".into() }).unwrap();
    assert!(told_last(&story).is_empty(), "an internal note is nobody's business");
}

#[test]
fn whoever_did_not_choose_is_not_told_and_a_choice_counts_from_then_on() {
    let mut story = Story::of(Track::Hotline);
    assert!(told_last(&story).is_empty());
    let choose = |channel, address: &str| Command::ChooseTelling {
        tell: Tell { channel, lang: Lang::En },
        address: address.into(),
    };
    assert_eq!(story.why(&Actor::Resident, choose(Channel::Sms, "")), Why::NoAddress);
    assert_eq!(story.why(&Actor::Resident, choose(Channel::Sms, "打我手机")), Why::BadMobile);
    assert_eq!(story.why(&Actor::Resident, choose(Channel::Email, "name@here")), Why::BadEmail);
    assert_eq!(story.why(&dispatcher(), choose(Channel::Email, "name@example.com")), Why::NotYours);
    story.act(&Actor::Resident, choose(Channel::Email, "name@example.com")).unwrap();
    let body = serde_json::to_string(story.bodies.last().unwrap()).unwrap();
    assert!(!body.contains("example.com") && body.contains("email"), "the body has the channel only: {body}");
    let me = To::Resident(Tell { channel: Channel::Email, lang: Lang::En });
    assert_eq!(told_last(&story), [(Topic::Chosen, me.clone())]);
    story.act(&dispatcher(), accept(Track::Hotline)).unwrap();
    assert_eq!(told_last(&story), [(Topic::Accepted, me)]);
    story.act(&Actor::Resident, choose(Channel::None, "")).unwrap();
    assert!(told_last(&story).is_empty());
    // The address is there: it need not be given again.
    story.act(&Actor::Resident, choose(Channel::Email, "")).unwrap();
}

#[test]
fn who_is_told_by_text_message_corrects_the_number_to_one_that_takes_them() {
    let mut story = Story::raised(by_sms());
    let correct = |value: &str| Command::CorrectField { field: Corrected::Phone, value: value.into() };
    assert_eq!(story.why(&Actor::Resident, correct("2712345转6")), Why::BadMobile);
    story.act(&Actor::Resident, correct("13800000001")).unwrap();
    let mut other = Story::of(Track::Hotline);
    other.act(&Actor::Resident, correct("2712345转6")).unwrap();
}

#[test]
fn choices_and_corrections_have_one_limit_and_not_to_be_told_is_never_refused() {
    let mut story = Story::raised(by_sms());
    let choose = |channel, address: &str| Command::ChooseTelling {
        tell: Tell { channel, lang: Lang::Zh },
        address: address.into(),
    };
    for n in 0..CORRECTIONS_MOST {
        story.act(&Actor::Resident, choose(Channel::Sms, &format!("138000000{n:02}"))).unwrap();
    }
    assert_eq!(story.why(&Actor::Resident, choose(Channel::Sms, "13800000099")), Why::CorrectedOut);
    let correct = Command::CorrectField { field: Corrected::Name, value: "称呼".into() };
    assert_eq!(story.why(&Actor::Resident, correct), Why::CorrectedOut);
    story.act(&Actor::Resident, choose(Channel::None, "")).unwrap();
}

#[test]
fn a_resident_is_told_of_a_day_that_moved_and_not_of_one_that_only_became_certain() {
    let mut story = Story::raised(by_sms());
    story.act(&dispatcher(), accept(Track::Hotline)).unwrap();
    let due = story.case.clocks[0].due;
    let was = calendar::Due { provisional: true, ..due };
    let earlier = calendar::Due { raw: due.raw.yesterday().unwrap(), ..was };
    let told_of = |from| {
        let moved = [ClockChange::Moved { no: 0, from, due }];
        told(&Event::DueMoved, &Actor::clock(), &story.case, &moved).len()
    };
    assert_eq!((told_of(was), told_of(earlier)), (0, 1));
}

#[test]
fn whoever_wants_to_be_told_leaves_an_address() {
    let refused = |contact: Contact| {
        let raise = Raise { contact, ..by_sms() };
        let (district, actor) = (founded(), Actor::Resident);
        let now = Moment::from_local(date(2024, 3, 4).at(9, 0, 0, 0));
        let facts = Facts {
            now,
            actor: &actor,
            district: &district,
            code: "CODE",
            secret: "123456",
            other: None,
            visit: Visit::BEST,
            numbers: &[],
        };
        decide_raise(&raise, &facts).map(drop).map_err(|r| (r.why, r.field))
    };
    let tell = |channel| Some(Tell { channel, lang: Lang::Zh });
    let none = Contact { tell: tell(Channel::Sms), ..Contact::default() };
    assert_eq!(refused(none), Err((Why::NoAddress, Some("phone"))));
    let desk = Contact { phone: "2712345转6".into(), tell: tell(Channel::Sms), ..Contact::default() };
    assert_eq!(refused(desk), Err((Why::BadMobile, Some("phone"))));
    let none = Contact { phone: "13800000000".into(), tell: tell(Channel::Email), ..Contact::default() };
    assert_eq!(refused(none), Err((Why::NoAddress, Some("email"))));
    let wrong = Contact { email: "a b@example.com".into(), ..Contact::default() };
    assert_eq!(refused(wrong), Err((Why::BadEmail, Some("email"))));
    let line_end = Contact { email: "a@example.com\r\nBcc: b@example.com".into(), ..Contact::default() };
    assert_eq!(refused(line_end), Err((Why::BadEmail, Some("email"))));
    assert_eq!(refused(Contact { tell: tell(Channel::None), ..Contact::default() }), Ok(()));
}

#[test]
fn a_series_of_wrong_digits_is_said_once_a_day_by_the_district_s_own_clock_alone() {
    let mut story = Story::of(Track::Hotline);
    let tried = |story: &Story| story.bodies.iter().filter(|b| b.event == Event::DigitsTried).count();
    for _ in 0..3 {
        story.act(&Actor::clock(), Command::ReportTries).unwrap();
    }
    assert_eq!(tried(&story), 1);
    story.days(1);
    story.act(&Actor::clock(), Command::ReportTries).unwrap();
    assert_eq!(tried(&story), 2);
    for nobody_else in [Actor::Resident, dispatcher(), staff("housing", Role::Head)] {
        assert_eq!(story.why(&nobody_else, Command::ReportTries), Why::NotYours);
    }
}

#[test]
fn a_case_of_the_first_version_without_a_choice_still_reads() {
    let old = r#"{"kind":"raised","code":"C","track":"hotline","door":"web","contact":true}"#;
    let event: Event = serde_json::from_str(old).unwrap();
    assert!(matches!(&event, Event::Raised { tell: None, email: false, contact: true, .. }));
    assert_eq!(serde_json::to_string(&event).unwrap(), old, "a case without a choice is stored as before");
}

#[test]
fn a_link_is_taken_back_by_the_dispatcher_and_then_the_two_can_be_linked_anew() {
    let mut story = Story::of(Track::Hotline);
    let other = CaseId([9; 16]);
    assert_eq!(story.why(&dispatcher(), Command::Unlink { to: other }), Why::NotLinked);
    story.case.links.push((LinkKind::Repeat, other));
    assert_eq!(story.why(&staff("housing", Role::Clerk), Command::Unlink { to: other }), Why::NotYours);
    story.act(&dispatcher(), Command::Unlink { to: other }).unwrap();
    assert!(story.case.links.is_empty());
    assert!(matches!(story.bodies.last().unwrap().event, Event::Unlinked { to } if to == other));
}

#[test]
fn what_the_resident_reads_has_no_field_of_a_template_left() {
    let mut story = Story::at(Track::Hotline, "housing");
    let clerk = staff("housing", Role::Clerk);
    let text = |text: &str| text.to_owned();
    let answer = Command::Answer {
        task: 1,
        outcome: Outcome::Done,
        text: text("{单位}已修好，电话{电话}。"),
        basis: String::new(),
    };
    let refusal = story.act(&clerk, answer).unwrap_err();
    assert_eq!((refusal.why, refusal.field), (Why::Unfilled, Some("text")));
    assert_eq!(refusal.said(Lang::Zh).0, "还有没填的空：单位、电话。");
    assert_eq!(story.why(&clerk, Command::Inform { task: 1, text: text("{日期}前办结") }), Why::Unfilled);
    assert_eq!(story.why(&clerk, Command::Ask { task: 1, question: text("是{哪栋}吗？") }), Why::Unfilled);
    story.act(&clerk, Command::Note { text: text("{花括号}随便写") }).unwrap();
}
