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

/// A petition that a unit has answered, and its resident asks for a review.
fn asked_for_review(unit: &str) -> Story {
    let mut story = Story::at(Track::Petition, unit);
    story.act(&staff(unit, Role::Clerk), answer(Outcome::Explained)).unwrap();
    story.act(&staff(unit, Role::Head), Command::Approve { task: 1 }).unwrap();
    story.act(&Actor::Resident, Command::AskReview { reason: "不服".into() }).unwrap();
    story
}

fn reviews() -> Command {
    Command::AnswerReview { outcome: Outcome::Explained, text: "维持。".into() }
}

fn re_reviews() -> Command {
    Command::AnswerReReview { outcome: Outcome::Explained, text: "维持。".into() }
}

#[test]
fn the_next_level_up_reviews_each_time() {
    let district = founded();
    let of = |unit: &str| reviewer_of(Some(&unit.into()), &district);
    assert_eq!(of("community-1"), Reviewer::Unit("street-1".into()));
    assert_eq!((of("housing"), of("street-1")), (Reviewer::District, Reviewer::District));
    assert_eq!((of("office"), of("centre")), (Reviewer::Outside, Reviewer::Outside));
    assert_eq!(reviewer_of(None, &district), Reviewer::District);
    for (unit, _) in UNITS {
        let up = of(unit).next_up();
        assert!(up != of(unit) || up == Reviewer::Outside, "{unit}: a re-review stays on its level");
        assert_ne!(of(unit), Reviewer::Unit((*unit).into()), "{unit} reviews itself");
    }
    let mut story = asked_for_review("community-1");
    let supervisor = staff("centre", Role::Supervisor);
    assert_eq!(story.why(&supervisor, reviews()), Why::NotYours, "the street comes first");
    assert_eq!(story.why(&staff("community-1", Role::Head), reviews()), Why::OwnAnswer);
    assert!(may_see(&story.case, &staff("street-1", Role::Head), &story.district));
    story.act(&staff("street-1", Role::Head), reviews()).unwrap();
    story.act(&Actor::Resident, Command::AskReReview { reason: "仍不服".into() }).unwrap();
    assert_eq!(story.why(&staff("street-1", Role::Head), re_reviews()), Why::NotYours);
    story.act(&supervisor, Command::OpenHearing).unwrap();
    story.act(&supervisor, re_reviews()).unwrap();
}

#[test]
fn who_reviewed_does_not_answer_the_re_review_which_comes_from_outside_with_its_date() {
    let mut story = asked_for_review("housing");
    let supervisor = staff("centre", Role::Supervisor);
    let day = story.now.date();
    let file = |dated| Command::FileOpinion {
        outcome: Outcome::Supported,
        text: "撤销原意见。".into(),
        body: "示范市信访局".into(),
        dated,
    };
    assert_eq!(story.why(&supervisor, file(day)), Why::ReviewedHere);
    story.act(&supervisor, reviews()).unwrap();
    story.days(3);
    story.act(&Actor::Resident, Command::AskReReview { reason: "仍不服".into() }).unwrap();
    assert_eq!(story.why(&supervisor, re_reviews()), Why::ReviewedOutside);
    assert_eq!(story.why(&supervisor, Command::OpenHearing), Why::ReviewedOutside);
    assert_eq!(story.why(&supervisor, file(day)), Why::OpinionDate, "before it was asked for");
    story.days(10);
    let dated = story.now.date().yesterday().unwrap();
    assert_eq!(story.why(&supervisor, file(story.now.date().tomorrow().unwrap())), Why::OpinionDate);
    story.act(&dispatcher(), file(dated)).unwrap();
    let last = story.bodies.last().unwrap();
    assert_eq!(last.event, Event::ReReviewAnswered { outcome: Outcome::Supported, dated: Some(dated) });
    assert_eq!((story.case.stage, story.case.outcome), (Stage::Answered, Some(Outcome::Supported)));
}

#[test]
fn a_review_of_version_0_1_is_read_as_one_of_the_district() {
    let body = r#"{"kind":"review_asked"}"#;
    assert_eq!(serde_json::from_str::<Event>(body).unwrap(), Event::ReviewAsked { by: None });
    let mut story = Story::at(Track::Petition, "housing");
    evolve(&mut story.case, story.now, &Actor::Resident, &Event::ReviewAsked { by: None }, &[]);
    assert_eq!(story.case.reviewer(), Reviewer::District);
    evolve(&mut story.case, story.now, &Actor::Resident, &Event::ReReviewAsked { by: None }, &[]);
    assert_eq!(story.case.reviewer(), Reviewer::Outside);
}

fn asks() -> Command {
    Command::Ask { task: 1, question: "在吗？".into() }
}

#[test]
fn a_question_after_the_end_pauses_nothing_and_the_case_stays_late() {
    let mut story = Story::at(Track::Hotline, "housing");
    let due = story.clock(RuleId::HotlineAnswer).due;
    story.days(21);
    assert_eq!(story.case.asked_late, None);
    story.act(&staff("housing", Role::Clerk), asks()).unwrap();
    let today = story.now.date();
    let clock = story.clock(RuleId::HotlineAnswer);
    assert!(clock.is_late(today) && !clock.is_paused() && story.case.is_late(today), "{clock:?}");
    assert_eq!((story.case.asked_late, story.case.question), (Some(today), Some(1)));
    story.days(10);
    story.act(&Actor::Resident, Command::Reply { text: "在。".into() }).unwrap();
    assert!(story.case.is_late(story.now.date()));
    assert_eq!(story.clock(RuleId::HotlineAnswer).due, due, "no day is added");
    story.act(&staff("housing", Role::Clerk), answer(Outcome::Done)).unwrap();
    assert!(story.case.counted_promise().unwrap().is_late(story.now.date()));
}

#[test]
fn a_question_pauses_what_is_left_of_a_term_also_on_its_last_day() {
    let mut story = Story::at(Track::Hotline, "housing");
    story.days(7);
    assert_eq!(story.now.date(), story.clock(RuleId::HotlineAnswer).due.rolled);
    story.act(&staff("housing", Role::Clerk), asks()).unwrap();
    story.days(7);
    let clock = story.clock(RuleId::HotlineAnswer);
    assert!(clock.is_paused() && !clock.is_late(story.now.date()) && story.case.asked_late.is_none());
    story.act(&Actor::Resident, Command::Reply { text: "在。".into() }).unwrap();
    assert_eq!(story.clock(RuleId::HotlineAnswer).due.rolled, story.now.date(), "today is left, as it was then");
}

#[test]
fn a_late_term_that_version_0_1_paused_is_late_again_and_the_reply_adds_no_day() {
    let mut story = Story::at(Track::Hotline, "housing");
    let due = story.clock(RuleId::HotlineAnswer).due;
    story.days(21);
    let on = story.now.date();
    let no = story.case.clocks.iter().position(|c| c.rule == RuleId::HotlineAnswer).unwrap() as u16;
    let pauses = vec![ClockChange::Paused { no, on }];
    evolve(&mut story.case, story.now, &staff("housing", Role::Clerk), &Event::Asked { task: 1 }, &pauses);
    assert!(story.case.is_late(on) && story.case.asked_late == Some(on));
    story.days(5);
    story.act(&staff("housing", Role::Clerk), Command::Unask).unwrap();
    let clock = story.clock(RuleId::HotlineAnswer);
    assert_eq!((clock.due, clock.paused, clock.paused_on), (due, 0, None));
    assert!(story.case.is_late(story.now.date()));
}

#[test]
fn a_promise_that_was_broken_stays_broken_after_a_reopening() {
    let mut story = Story::at(Track::Hotline, "housing");
    story.days(21);
    story.act(&staff("housing", Role::Clerk), answer(Outcome::Done)).unwrap();
    let broken = story.case.counted_promise().unwrap().clone();
    story.act(&Actor::Resident, verdict(Solved::No)).unwrap();
    story.act(&dispatcher(), Command::Reopen { reason: "再办。".into() }).unwrap();
    assert_eq!(story.case.counted_promise(), Some(&broken));
    assert!(story.case.promise().is_some_and(|latest| latest.is_running()));
    story.act(&dispatcher(), dispatch("housing")).unwrap();
    let again = Command::Answer { task: 2, outcome: Outcome::Done, text: "办好了。".into(), basis: String::new() };
    story.act(&staff("housing", Role::Clerk), again).unwrap();
    assert_eq!(story.case.counted_promise(), Some(&broken), "answered at once, and late all the same");
}

#[test]
fn an_extension_is_asked_for_before_the_end() {
    let mut story = Story::at(Track::Hotline, "housing");
    let no = story.case.clocks.iter().position(|c| c.rule == RuleId::HotlineAnswer).unwrap() as u16;
    story.days(8);
    let extend = Command::Extend { clock: no, days: 5, reason: "等配件".into() };
    assert_eq!(story.why(&staff("housing", Role::Clerk), extend), Why::ExtensionLate);
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
    let merge = || Command::Merge { into: other.case.id, reason: "同一件事".into() };
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
        asked: false,
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
    // Whether there was an address before, which hears of it, only the sender can know.
    assert_eq!(told_last(&story), [(Topic::Chosen, me.clone()), (Topic::Readdressed, me.clone())]);
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
            asked: false,
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

#[test]
fn what_cannot_be_seen_is_no_text_no_answer_and_no_reason() {
    let nothing = "\u{200B}\u{2060}\u{FEFF}\u{3164}\u{2800} ";
    let facts = |district: &District, raise: &Raise| {
        let actor = Actor::Resident;
        let facts = Facts {
            now: Moment(0),
            actor: &actor,
            district,
            code: "C",
            secret: "123456",
            other: None,
            visit: Visit::BEST,
            numbers: &[],
            asked: false,
        };
        decide_raise(raise, &facts)
    };
    let district = Story::raised(Raise { text: "灯".into(), ..Raise::default() }).district;
    let empty = facts(&district, &Raise { text: nothing.into(), ..Raise::default() }).unwrap_err();
    assert_eq!((empty.why, empty.field), (Why::Empty, Some("text")));
    let raise = Raise { text: "路灯不亮".into(), title: nothing.into(), place: nothing.into(), ..Raise::default() };
    let raised = facts(&district, &raise).unwrap().remove(0);
    assert_eq!(raised.private[field::TITLE], "路灯不亮", "a title that can't be seen is none");
    assert!(!raised.private.contains_key(field::PLACE));
    let mut story = Story::at(Track::Hotline, "housing");
    let clerk = staff("housing", Role::Clerk);
    let answer = Command::Answer { task: 1, outcome: Outcome::Done, text: nothing.into(), basis: String::new() };
    assert_eq!(story.why(&clerk, answer), Why::Empty, "no clock ends by it");
    assert_eq!(story.why(&clerk, Command::Object { task: 1, reason: nothing.into() }), Why::Empty);
    assert_eq!(story.why(&dispatcher(), Command::Note { text: nothing.into() }), Why::Empty);
    assert_eq!(story.why(&clerk, Command::Ask { task: 1, question: nothing.into() }), Why::Empty);
}

#[test]
fn control_characters_are_in_no_text_that_is_kept_whatever_door_it_came_by() {
    let mut story = Story::raised(Raise {
        text: "灯\0不\u{1B}亮\r\n很黑".into(),
        place: "甲里\n3号".into(),
        contact: Contact { name: "王\u{7}伟".into(), ..Contact::default() },
        ..Raise::default()
    });
    let raised = story.private(field::TEXT);
    assert_eq!(raised, "灯不亮\n很黑");
    assert_eq!(story.private(field::PLACE), "甲里 3号");
    assert_eq!(story.private(field::NAME), "王伟");
    story.act(&dispatcher(), Command::Note { text: "一\u{8}二\r三".into() }).unwrap();
    assert_eq!(story.private(field::NOTE), "一二\n三");
}

#[test]
fn what_a_resident_types_is_understood_once_and_kept_as_it_was_understood() {
    let story = Story::raised(Raise {
        text: "灯不亮".into(),
        contact: Contact {
            phone: "电话：１３８‑0000　1111。".into(), email: "a＠b。cn".into(), ..Contact::default()
        },
        secret: "５８０ 264".into(),
        ..Raise::default()
    });
    assert_eq!(story.private(field::PHONE), "138-0000 1111");
    assert_eq!(story.private(field::EMAIL), "a@b.cn");
    assert_eq!(story.private(field::SECRET), "580264");
    let none = Contact { phone: "无".into(), ..Contact::default() };
    let story = Story::raised(Raise { text: "灯不亮".into(), contact: none, ..Raise::default() });
    assert!(!story.case.contact, "who has no phone has none");
}

#[test]
fn no_event_of_a_sealed_case_tells_what_it_is_about() {
    let mut story = Story::raised(Raise {
        track: Track::Accusation,
        text: "有人收钱。".into(),
        accused: Some("water".into()),
        street: Some("street-1".into()),
        category: Some("heating.cold".into()),
        ..Raise::default()
    });
    let inside = staff("discipline", Role::Dispatcher);
    story.act(&inside, accept(Track::Accusation)).unwrap();
    story.act(&inside, Command::Recategorise { category: "street".into() }).unwrap();
    assert_eq!((&story.case.category, &story.case.street, &story.case.accused), (&None, &None, &None));
    for body in &story.bodies {
        let text = serde_json::to_string(body).unwrap();
        for told in ["\"water\"", "street", "heating"] {
            assert!(!text.contains(told), "{told} in {text}");
        }
    }
    assert!(story.case.is_about(&"water".into(), &story.district));
    assert!(!story.case.is_about(&"housing".into(), &story.district));
    assert!(
        story.case.is_about(&"housing".into(), &District::default()),
        "without the tags nobody is safe to show it to"
    );
    // Who may see it reads it.
    let mut raised = story.bodies[0].event.clone();
    raised.disclose(&story.privates[0]);
    let Event::Raised { category, street, accused, .. } = raised else { panic!("the first event") };
    assert_eq!(
        (category, street, accused),
        (Some("heating.cold".into()), Some("street-1".into()), Some("water".into()))
    );
}
