//! Who reviews an answer: the next level up, each time (信访工作条例 35, 36), and never whoever gave it.

use crate::*;

/// A petition that a unit answered, and whose resident asked for a review.
fn under_review(unit: &str) -> Story {
    let mut story = Story::at(Track::Petition, unit);
    story.act(&staff(unit, Role::Clerk), answer(Outcome::Supported)).unwrap();
    story.act(&staff(unit, Role::Head), Command::Approve { task: 1 }).unwrap();
    story.act(&Actor::Resident, Command::AskReview { reason: "没有说清楚".into() }).unwrap();
    story
}

fn review() -> Command {
    Command::AnswerReview { outcome: Outcome::Explained, text: "已复查。".into() }
}

fn opinion(dated: calendar::Date) -> Command {
    let (text, body) = ("上级的意见。".into(), "示例市有关机关".into());
    Command::FileOpinion { outcome: Outcome::Explained, text, body, dated }
}

#[test]
fn the_level_over_whoever_answered_reviews() {
    let district = founded();
    let over = |unit: &str| reviewer_of(Some(&unit.into()), &district);
    assert_eq!(over("community-1"), Reviewer::Unit("street-1".into()), "a community's street");
    assert_eq!(over("street-1"), Reviewer::District);
    assert_eq!(over("housing"), Reviewer::District);
    assert_eq!(over("office"), Reviewer::Outside, "what the district itself answered goes over the district");
    assert_eq!(over("gone"), Reviewer::District, "a unit that nobody knows any more");
    assert_eq!(Reviewer::Unit("street-1".into()).next_up(), Reviewer::District);
    assert_eq!(Reviewer::District.next_up(), Reviewer::Outside, "the re-review goes one level up again");
}

#[test]
fn a_street_reviews_its_community_and_the_district_the_street() {
    let mut story = under_review("community-1");
    assert_eq!(story.why(&staff("community-1", Role::Head), review()), Why::OwnAnswer, "nobody reviews the own answer");
    assert_eq!(story.why(&staff("office", Role::Supervisor), review()), Why::NotYours, "it is the street's");
    story.act(&staff("street-1", Role::Head), review()).unwrap();
    story.act(&Actor::Resident, Command::AskReReview { reason: "还是不清楚".into() }).unwrap();
    assert_eq!(story.case.reviewer(), Reviewer::District);
    let again = Command::AnswerReReview { outcome: Outcome::Explained, text: "已复核。".into() };
    story.act(&staff("office", Role::Supervisor), again).unwrap();
}

#[test]
fn an_opinion_from_outside_is_filed_with_its_own_date_and_answers_nothing_here() {
    let mut story = under_review("office");
    assert_eq!(story.case.reviewer(), Reviewer::Outside);
    let dispatcher = dispatcher();
    assert_eq!(story.why(&staff("housing", Role::Supervisor), review()), Why::ReviewedOutside);
    let today = story.now.date();
    assert_eq!(story.why(&dispatcher, opinion(today.tomorrow().unwrap())), Why::OpinionDate, "not of tomorrow");
    assert_eq!(
        story.why(&dispatcher, opinion(today.yesterday().unwrap())),
        Why::OpinionDate,
        "not before it was asked"
    );
    story.days(5);
    story.act(&dispatcher, opinion(today)).unwrap();
    let Some(Event::ReviewAnswered { dated, .. }) = story.bodies.last().map(|b| &b.event) else { panic!("not filed") };
    assert_eq!(*dated, Some(today), "the day on the paper");
    assert_eq!(story.private(field::BODY), "示例市有关机关");
}

#[test]
fn what_is_reviewed_here_takes_no_opinion_from_outside() {
    let mut story = under_review("housing");
    let today = story.now.date();
    assert_eq!(story.why(&dispatcher(), opinion(today)), Why::ReviewedHere);
    story.act(&staff("office", Role::Supervisor), review()).unwrap();
}
