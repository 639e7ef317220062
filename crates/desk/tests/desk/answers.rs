//! From acceptance to the resident's word, and what may come after it.

use crate::*;
use domain::rule::RuleId;

#[test]
fn a_petition_goes_through_approval_review_and_re_review_to_the_residents_word() {
    everywhere(|town| {
        let id = town.at(Track::Petition, "housing").id;
        let me = Actor::Resident;
        town.act(&clerk("housing"), id, answer(1, Outcome::NotSupported));
        assert_eq!(town.why(&clerk("housing"), id, Command::Approve { task: 1 }), Why::NotYours);
        let back = || Command::SendBack { task: 1, reason: reason() };
        town.act(&clerk("housing"), id, back());
        assert_eq!(town.why(&head("housing"), id, Command::Approve { task: 1 }), Why::NoProposal, "it was taken back");
        town.act(&clerk("housing"), id, answer(1, Outcome::NotSupported));
        town.act(&head("housing"), id, back());
        town.act(&clerk("housing"), id, answer(1, Outcome::Explained));
        town.act(&head("housing"), id, Command::Approve { task: 1 });
        assert_eq!(town.case(id).outcome, Some(Outcome::Explained));

        town.days(20);
        town.act(&me, id, Command::AskReview { reason: reason() });
        assert_eq!(town.why(&me, id, verdict(Solved::No)), Why::WrongStage);
        let supervisor = staff("centre", Role::Supervisor);
        let say = |outcome| Command::AnswerReview { outcome, text: "维持。".into() };
        assert_eq!(town.why(&dispatcher(), id, say(Outcome::Explained)), Why::NotYours);
        assert_eq!(town.why(&supervisor, id, say(Outcome::Adopted)), Why::WrongOutcome);
        town.act(&supervisor, id, say(Outcome::Explained));
        town.act(&me, id, Command::AskReReview { reason: reason() });

        // The level over the district answers, and its opinion is filed.
        let say = Command::AnswerReReview { outcome: Outcome::Supported, text: "支持。".into() };
        assert_eq!(town.why(&supervisor, id, say), Why::ReviewedOutside);
        town.days(10);
        let (text, body, dated) = ("支持。".into(), "示范市信访局".into(), town.desk().now().date());
        town.act(&supervisor, id, Command::FileOpinion { outcome: Outcome::Supported, text, body, dated });
        assert_eq!(town.said(id, "re_review_answered")[field::BODY], "示范市信访局");
        town.act(&me, id, verdict(Solved::Partly));
        assert_eq!(town.case(id).ended.unwrap().0, Ending::PartlyResolved);
        assert_eq!(town.why(&me, id, Command::AskReReview { reason: reason() }), Why::ReviewLate);
        let told = ["raised", "accepted", "dispatched", "proposed", "sent_back", "proposed", "sent_back", "proposed"];
        let after = ["answered", "review_asked", "review_answered", "re_review_asked"];
        let end = ["re_review_answered", "verdict_given"];
        assert_eq!(town.kinds(id), [&told[..], &after, &end].concat());
    });
}

#[test]
fn the_time_to_ask_for_a_review_ends() {
    everywhere(|town| {
        let id = town.at(Track::Petition, "housing").id;
        town.act(&clerk("housing"), id, answer(1, Outcome::Explained));
        town.act(&head("housing"), id, Command::Approve { task: 1 });
        town.days(40);
        assert_eq!(town.why(&Actor::Resident, id, Command::AskReview { reason: reason() }), Why::ReviewLate);
        // Nor was a word given: the case ends without one.
        assert_eq!(town.sweep(), 1);
        assert_eq!(town.case(id).ended.unwrap().0, Ending::NotReached);
        assert_eq!(town.kinds(id).last(), Some(&"not_reached"));
        assert_eq!(town.sweep(), 0);
    });
}

#[test]
fn a_case_is_not_ended_before_the_asked_for_time_is_over_and_the_resident_can_reopen_it() {
    everywhere(|town| {
        let id = town.at(Track::Hotline, "housing").id;
        town.act(&clerk("housing"), id, answer(1, Outcome::Done));
        town.days(15);
        assert_eq!(town.sweep(), 0);
        assert_eq!(town.why(&Actor::clock(), id, Command::EndUnreached), Why::TooEarly);
        town.days(10);
        assert_eq!(town.sweep(), 1);
        town.act(&Actor::Resident, id, Command::Reopen { reason: reason() });
        let case = town.case(id);
        assert_eq!((case.stage, case.reopened), (Stage::Accepted, 1));
        assert!(case.next_due().is_some(), "a reopened case has a date");
        town.act(&dispatcher(), id, dispatch("housing"));
        town.act(&clerk("housing"), id, answer(2, Outcome::Done));
        town.act(&Actor::Resident, id, verdict(Solved::Yes));
        town.act(&Actor::Resident, id, Command::Reopen { reason: reason() });
        assert_eq!(town.case(id).stage, Stage::Accepted, "something new is reopened, whatever was said before");
    });
}

#[test]
fn a_question_pauses_the_duties_until_it_is_replied_to_or_its_time_is_over() {
    everywhere(|town| {
        let id = town.at(Track::Hotline, "housing").id;
        let due = |town: &Town| town.case(id).running(RuleId::HotlineAnswer).unwrap().1.due.raw;
        let first = due(town);
        let ask = || Command::Ask { task: 1, question: "几号楼？".into() };
        town.act(&clerk("housing"), id, ask());
        assert_eq!(town.why(&clerk("housing"), id, answer(1, Outcome::Done)), Why::QuestionOpen);
        town.days(7);
        town.act(&Actor::Resident, id, Command::Reply { text: "三号楼".into() });
        let second = due(town);
        assert_eq!((second - first).get_days(), 7, "five working days and the weekend between them");
        town.act(&clerk("housing"), id, ask());
        town.act(&clerk("housing"), id, Command::Unask);
        assert_eq!(due(town), second);
        // A question that nobody replies to does not hold the clock for ever.
        town.act(&clerk("housing"), id, ask());
        assert_eq!(town.why(&Actor::clock(), id, Command::Unask), Why::WaitingForReply);
        town.days(16);
        assert_eq!(town.sweep(), 1);
        let case = town.case(id);
        assert_eq!((case.question, case.duties().any(|(_, c)| c.is_paused())), (None, false));
        assert_eq!(town.said(id, "replied")[field::REPLY], "三号楼");
        assert_eq!(town.kinds(id)[3..], ["asked", "replied", "asked", "unasked", "asked", "unasked"]);
    });
}

#[test]
fn an_extension_is_told_with_its_reasons_and_is_never_given_after_the_date() {
    everywhere(|town| {
        let id = town.at(Track::Petition, "housing").id;
        let no = town.case(id).running(RuleId::PetitionOpinion).unwrap().0;
        let extend = |days, reason: &str| Command::Extend { clock: no, days, reason: reason.into() };
        assert_eq!(town.why(&head("housing"), id, extend(30, " ")), Why::Empty);
        assert_eq!(town.why(&clerk("housing"), id, extend(30, "鉴定")), Why::HeadOnly);
        assert_eq!(town.why(&head("housing"), id, extend(31, "鉴定")), Why::ExtensionTooLong);
        town.act(&head("housing"), id, extend(30, "鉴定"));
        assert_eq!(town.said(id, "extended")[field::REASON], "鉴定");
        assert_eq!(town.why(&head("housing"), id, extend(1, "再延")), Why::ExtendedOut);
        let late = town.at(Track::Suggestion, "housing").id;
        town.days(70);
        let clock = town.case(late).running(RuleId::SuggestionAnswer).unwrap().0;
        let extend = Command::Extend { clock, days: 5, reason: reason() };
        assert_eq!(town.why(&clerk("housing"), late, extend), Why::ExtensionLate);
    });
}

#[test]
fn an_enterprise_is_told_how_far_its_need_is_and_each_reply_sets_the_date_of_the_next() {
    everywhere(|town| {
        let id = town.raise(Track::Enterprise).id;
        let rules = |town: &Town| -> Vec<RuleId> { town.case(id).duties().map(|(_, c)| c.rule).collect() };
        assert_eq!(rules(town), [RuleId::NeedVerify, RuleId::NeedReply, RuleId::NeedSolve]);
        town.act(&dispatcher(), id, accept(Track::Enterprise));
        town.act(&dispatcher(), id, dispatch("housing"));
        let next = |town: &Town| town.case(id).running(RuleId::NeedReply).unwrap().1.due.raw;
        let first = next(town);
        town.days(2);
        town.act(&clerk("housing"), id, Command::Inform { task: 1, text: "正在招聘。".into() });
        assert!(next(town) > first);
        assert_eq!(town.said(id, "informed")[field::ANSWER], "正在招聘。");
        town.act(&clerk("housing"), id, answer(1, Outcome::CannotNow));
        town.act(&Actor::Resident, id, verdict(Solved::No));
        assert_eq!(town.case(id).ended.unwrap().0, Ending::NotResolved);
    });
}

#[test]
fn an_agreement_opens_thirty_days_for_its_judicial_confirmation() {
    everywhere(|town| {
        let id = town.at(Track::Mediation, "housing").id;
        town.act(&clerk("housing"), id, answer(1, Outcome::Agreed));
        let case = town.case(id);
        let (_, window) = case.running(RuleId::JudicialConfirmation).unwrap();
        assert_eq!((window.days, window.duty), (30, false));
        let without = town.at(Track::Mediation, "housing").id;
        town.act(&clerk("housing"), without, answer(1, Outcome::NotAgreed));
        assert!(town.case(without).running(RuleId::JudicialConfirmation).is_none());
    });
}

#[test]
fn a_suggestion_is_adopted_partly_or_not() {
    everywhere(|town| {
        let id = town.at(Track::Suggestion, "housing").id;
        assert_eq!(town.why(&clerk("housing"), id, answer(1, Outcome::Done)), Why::WrongOutcome);
        town.act(&clerk("housing"), id, answer(1, Outcome::PartlyAdopted));
        town.act(&Actor::Resident, id, verdict(Solved::Yes));
        assert_eq!(town.case(id).ended.unwrap().0, Ending::Resolved);
    });
}

#[test]
fn what_is_not_taken_on_comes_with_its_reason_and_can_be_appealed() {
    everywhere(|town| {
        let refused = town.raise(Track::Hotline).id;
        let no = |text: &str| Command::NotAccept { reason: ScopeReason::Private, text: text.into() };
        assert_eq!(town.why(&dispatcher(), refused, no("")), Why::Empty);
        town.act(&dispatcher(), refused, no("请向物业公司提出。"));
        town.act(&Actor::Resident, refused, Command::Reopen { reason: reason() });
        assert_eq!(town.case(refused).stage, Stage::Raised);
        let routed = town.raise(Track::Petition).id;
        let route = |way| Command::Route { way, text: "区法院立案庭".into() };
        assert_eq!(town.why(&dispatcher(), routed, route(Way::Opinion)), Why::SixthIsAccepted);
        town.act(&dispatcher(), routed, route(Way::Courts));
        assert!(town.case(routed).running(RuleId::PetitionOpinion).is_none(), "no promise of sixty days");
        town.act(&Actor::Resident, routed, Command::Reopen { reason: reason() });
        assert_eq!((town.case(routed).stage, town.case(routed).way), (Stage::Raised, None));
        let back = town.raise(Track::Hotline).id;
        town.act(&Actor::Resident, back, Command::Withdraw);
        assert_eq!(town.why(&dispatcher(), back, Command::Reopen { reason: reason() }), Why::NotYours);
        town.act(&Actor::Resident, back, Command::Reopen { reason: reason() });
        assert_eq!(town.kinds(back), ["raised", "withdrawn", "reopened"]);
    });
}
