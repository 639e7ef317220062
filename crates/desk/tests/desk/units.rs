//! Who handles it: objection, designation, transfer, joint units, merged and linked cases.

use crate::*;
use domain::rule::RuleId;

#[test]
fn a_unit_objects_within_five_working_days_and_the_dispatcher_decides() {
    everywhere(|town| {
        let id = town.at(Track::Hotline, "housing").id;
        let object = |task| Command::Object { task, reason: reason() };
        town.act(&clerk("housing"), id, object(1));
        assert_eq!(town.why(&clerk("housing"), id, answer(1, Outcome::Done)), Why::ObjectionOpen);
        town.act(&dispatcher(), id, Command::UpholdObjection { task: 1 });
        let case = town.case(id);
        assert_eq!((case.stage, case.returned, case.hops), (Stage::Accepted, 1, 1));
        // The same unit again is a designation; another one may object.
        town.act(&dispatcher(), id, dispatch("water"));
        town.act(&clerk("water"), id, object(2));
        town.act(&dispatcher(), id, Command::RejectObjection { task: 2, reason: reason() });
        assert_eq!(town.why(&clerk("water"), id, object(2)), Why::Designated);
        let late = town.at(Track::Hotline, "housing").id;
        town.days(8);
        assert_eq!(town.why(&clerk("housing"), late, object(1)), Why::ObjectionLate);
    });
}

#[test]
fn a_unit_that_was_designated_cannot_object_wherever_the_case_went_in_between() {
    everywhere(|town| {
        let id = town.raise(Track::Hotline).id;
        town.act(&dispatcher(), id, accept(Track::Hotline));
        let designate = |unit: &str, reason: &str| Command::Designate { unit: unit.into(), reason: reason.into() };
        assert_eq!(town.why(&dispatcher(), id, designate("housing", "")), Why::Empty);
        assert_eq!(town.why(&clerk("water"), id, designate("housing", "争议")), Why::NotYours);
        town.act(&dispatcher(), id, designate("housing", "两家都不认领"));
        let object = |task| Command::Object { task, reason: reason() };
        assert_eq!(town.why(&clerk("housing"), id, object(1)), Why::Designated);
        assert_eq!(town.why(&dispatcher(), id, designate("housing", "再次")), Why::HasTask);
        town.act(&dispatcher(), id, designate("water", "改由水务"));
        assert_eq!(town.why(&clerk("water"), id, object(2)), Why::Designated);
        let back = Command::Transfer { task: 2, to: "housing".into(), reason: reason() };
        town.act(&dispatcher(), id, back);
        assert_eq!(town.why(&clerk("housing"), id, object(3)), Why::Designated);
        assert_eq!(town.case(id).hops, 3);
    });
}

#[test]
fn a_transfer_ends_the_question_and_runs_a_new_notice_but_not_a_new_promise() {
    everywhere(|town| {
        let id = town.at(Track::Petition, "housing").id;
        let promise = town.case(id).promise().unwrap().due;
        town.act(&clerk("housing"), id, Command::Ask { task: 1, question: "何时？".into() });
        town.days(3);
        let to = |unit: &str| Command::Transfer { task: 1, to: unit.into(), reason: reason() };
        assert_eq!(town.why(&dispatcher(), id, to("nowhere")), Why::NoSuchUnit);
        town.act(&dispatcher(), id, to("water"));
        let case = town.case(id);
        assert_eq!((case.question, case.hops), (None, 2));
        assert_eq!((case.promise().unwrap().due.raw - promise.raw).get_days(), 3, "the pause counts for nobody");
        assert_eq!(case.running(RuleId::PetitionNotice).unwrap().1.task, Some(2));
        assert_eq!(town.why(&clerk("housing"), id, answer(1, Outcome::Explained)), Why::NoSuchTask);
        town.act(&clerk("water"), id, Command::Inform { task: 2, text: "已收到。".into() });
        assert!(town.case(id).running(RuleId::PetitionNotice).is_none());
    });
}

#[test]
fn joint_units_report_to_the_lead_before_it_answers() {
    everywhere(|town| {
        let id = town.raise(Track::Hotline).id;
        town.act(&dispatcher(), id, accept(Track::Hotline));
        let joint = Command::Dispatch { lead: "housing".into(), joint: vec!["water".into()] };
        town.act(&dispatcher(), id, joint);
        town.act(&clerk("housing"), id, Command::Join { unit: "street-1".into() });
        assert_eq!(town.why(&clerk("housing"), id, answer(1, Outcome::Done)), Why::JointOpen);
        assert_eq!(town.why(&clerk("water"), id, answer(2, Outcome::Done)), Why::NotLead);
        town.act(&clerk("water"), id, Command::Report { task: 2, text: "水压正常。".into() });
        assert_eq!(town.why(&dispatcher(), id, Command::Release { task: 1 }), Why::LeadMustStay);
        // A joint unit's objection is decided also while the case has no lead.
        town.act(&clerk("street-1"), id, Command::Object { task: 3, reason: reason() });
        town.act(&clerk("housing"), id, Command::Object { task: 1, reason: reason() });
        town.act(&dispatcher(), id, Command::UpholdObjection { task: 1 });
        town.act(&dispatcher(), id, Command::RejectObjection { task: 3, reason: reason() });
        town.act(&dispatcher(), id, Command::Release { task: 3 });
        town.act(&dispatcher(), id, dispatch("street-1"));
        town.act(&clerk("street-1"), id, Command::Note { text: "明天上门。".into() });
        town.act(&clerk("street-1"), id, answer(4, Outcome::Done));
        assert_eq!(town.case(id).tasks.iter().filter(|t| t.is_open()).count(), 0);
        let handed =
            ["joined", "reported", "objected", "objected", "objection_upheld", "objection_rejected", "released"];
        assert_eq!(town.kinds(id)[3..], [&handed[..], &["dispatched", "noted", "answered"]].concat());
    });
}

#[test]
fn a_merged_case_gets_the_answer_of_the_other_and_its_own_resident_gives_its_own_verdict() {
    everywhere(|town| {
        let main = town.at(Track::Hotline, "housing").id;
        let child = town.at(Track::Hotline, "water").id;
        let grandchild = town.raise(Track::Hotline).id;
        let petition = town.raise(Track::Petition).id;
        let merge = |into| Command::Merge { into, reason: "同一件事".into() };
        assert_eq!(town.why(&dispatcher(), child, merge(child)), Why::SameCase);
        assert_eq!(town.why(&dispatcher(), petition, merge(main)), Why::OtherTrack);
        assert_eq!(town.why(&dispatcher(), main, merge(grandchild)), Why::OtherOver);
        let promised = town.case(child).promise().unwrap().due;
        town.act(&dispatcher(), grandchild, merge(child));
        town.act(&dispatcher(), child, merge(main));
        let case = town.case(child);
        assert_eq!((case.stage, case.promise().unwrap().due), (Stage::Merged, promised));
        assert!(case.promise().unwrap().is_running(), "what is owed to its resident runs on");
        assert_eq!(town.sweep(), 0);
        town.act(&clerk("housing"), main, answer(1, Outcome::Done));
        assert_eq!(town.sweep(), 2, "one after the other");
        for id in [child, grandchild] {
            assert_eq!(town.case(id).stage, Stage::Answered);
            assert_eq!(town.said(id, "answered_together")[field::ANSWER], "已经修好。");
        }
        town.act(&Actor::Resident, main, verdict(Solved::Yes));
        town.act(&Actor::Resident, child, verdict(Solved::No));
        assert_eq!(town.case(main).ended.unwrap().0, Ending::Resolved);
        assert_eq!(town.case(child).ended.unwrap().0, Ending::NotResolved);
    });
}

#[test]
fn a_case_whose_other_was_withdrawn_goes_on_by_itself() {
    everywhere(|town| {
        let main = town.at(Track::Petition, "housing").id;
        let child = town.raise(Track::Petition).id;
        town.act(&dispatcher(), child, Command::Merge { into: main, reason: "同一件事".into() });
        town.act(&Actor::Resident, main, Command::Withdraw);
        assert_eq!(town.sweep(), 1);
        let case = town.case(child);
        assert_eq!((case.stage, case.merged_into), (Stage::Accepted, None));
        assert_eq!(town.kinds(child), ["raised", "merged", "parted"]);
        town.act(&dispatcher(), child, dispatch("housing"));
    });
}

#[test]
fn a_repeat_is_a_link_between_cases() {
    everywhere(|town| {
        let (first, again) = (town.raise(Track::Hotline).id, town.raise(Track::Hotline).id);
        let link = |to| Command::Link { link: LinkKind::Repeat, to };
        town.act(&dispatcher(), again, link(first));
        assert_eq!(town.why(&dispatcher(), again, link(first)), Why::Linked);
        assert_eq!(town.why(&dispatcher(), again, link(CaseId([9; 16]))), Why::NoSuchCase);
        let sealed = town.raise(Track::Accusation).id;
        assert_eq!(town.why(&dispatcher(), again, link(sealed)), Why::OtherSealed);
        assert_eq!(town.count("SELECT COUNT(*) FROM links WHERE district = $1 AND link = 'repeat'"), 1);
        assert_eq!(town.count("SELECT COUNT(*) FROM cases WHERE district = $1 AND repeats = 1"), 1);
    });
}
