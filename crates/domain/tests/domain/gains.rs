//! What gains nothing: ordinary acts of staff after which a term, a mark or a right stands as it stood before.

use crate::*;
use calendar::{Date, YearTable};
use domain::rule::RuleId;

const CLERK: &str = "housing";

fn clerk() -> Actor {
    staff(CLERK, Role::Clerk)
}

fn ask() -> Command {
    Command::Ask { task: 1, question: "哪一层？".into() }
}

fn answer_due(story: &Story) -> Date {
    story.clock(RuleId::HotlineAnswer).due.rolled
}

#[test]
fn a_question_that_its_asker_takes_back_gains_no_day() {
    let mut story = Story::at(Track::Hotline, CLERK);
    let due = answer_due(&story);
    story.act(&clerk(), ask()).unwrap();
    assert!(story.clock(RuleId::HotlineAnswer).is_paused());
    story.days(5);
    story.act(&clerk(), Command::Unask).unwrap();
    assert_eq!((answer_due(&story), story.clock(RuleId::HotlineAnswer).paused), (due, 0));
}

#[test]
fn a_question_that_is_replied_to_gains_the_days_that_the_resident_took() {
    let mut story = Story::at(Track::Hotline, CLERK);
    let due = answer_due(&story);
    story.act(&clerk(), ask()).unwrap();
    story.days(5);
    story.act(&Actor::Resident, Command::Reply { text: "三层。".into() }).unwrap();
    assert!(answer_due(&story) > due);
}

#[test]
fn after_two_questions_without_a_reply_a_third_holds_nothing() {
    let mut story = Story::at(Track::Hotline, CLERK);
    for _ in 0..2 {
        story.act(&clerk(), ask()).unwrap();
        assert!(story.clock(RuleId::HotlineAnswer).is_paused());
        story.days(40);
        story.act(&system(), Command::Unask).unwrap();
    }
    story.act(&clerk(), ask()).unwrap();
    assert!(!story.clock(RuleId::HotlineAnswer).is_paused(), "nobody replies: it is no reason to wait");
    story.act(&Actor::Resident, Command::Reply { text: "三层。".into() }).unwrap();
    story.act(&clerk(), ask()).unwrap();
    assert!(story.clock(RuleId::HotlineAnswer).is_paused(), "a reply shows that asking leads somewhere");
}

#[test]
fn a_question_that_a_transfer_ends_is_one_without_a_reply() {
    let mut story = Story::at(Track::Hotline, CLERK);
    for (task, to) in [(1, "water"), (2, CLERK)] {
        let unit = story.case.tasks.last().unwrap().unit.clone();
        let question = Command::Ask { task, question: "哪一层？".into() };
        story.act(&staff(unit.as_str(), Role::Clerk), question).unwrap();
        story.act(&dispatcher(), Command::Transfer { task, to: to.into(), reason: "再看看。".into() }).unwrap();
    }
    story.act(&clerk(), Command::Ask { task: 3, question: "哪一层？".into() }).unwrap();
    assert!(!story.clock(RuleId::HotlineAnswer).is_paused());
}

#[test]
fn staff_who_refuse_a_case_and_take_it_up_again_have_the_time_that_they_had() {
    let gas = Raise { text: "楼道里有一股煤气味。".into(), ..Raise::default() };
    let mut story = Story::raised(gas);
    let dues = |story: &Story| (story.clock(RuleId::HotlineTriage).due, story.clock(RuleId::UrgentHand).due_at);
    let before = dues(&story);
    story.days(3);
    let refuse = Command::NotAccept { reason: ScopeReason::Private, text: "请找物业。".into() };
    story.act(&dispatcher(), refuse).unwrap();
    story.act(&dispatcher(), Command::Reopen { reason: "看错了。".into() }).unwrap();
    assert_eq!(dues(&story), before);
    assert!(story.case.is_late(story.now.date()));
}

#[test]
fn a_calendar_moves_no_term_that_has_run_out() {
    let mut story = Story::at(Track::Hotline, CLERK);
    let due = answer_due(&story);
    story.days(30);
    assert!(story.case.is_late(story.now.date()));
    let revision = story.district.calendar.table(due.year()).map_or(1, |table| table.revision + 1);
    let text = format!(
        "year = {}\nrevision = {revision}\nsource = \"made up\"\noff = [\"{}/{}\"]\nwork = []",
        due.year(),
        due,
        due.saturating_add(jiff::ToSpan::days(9))
    );
    let table = YearTable::parse(&text).unwrap();
    change(&mut story.district, &ground::Command::LoadCalendar(table)).unwrap();
    assert_eq!(story.why(&system(), Command::MoveDue), Why::NothingMoves);
    assert_eq!(answer_due(&story), due);
}

#[test]
fn an_urgent_mark_that_is_taken_away_and_given_back_has_the_time_that_it_had() {
    let gas = Raise { text: "楼道里有一股煤气味。".into(), ..Raise::default() };
    let mut story = Story::raised(gas);
    let due = story.clock(RuleId::UrgentHand).due_at;
    story.now.0 += 3_600_000;
    story.act(&dispatcher(), Command::ClearUrgent { reason: "问过了。".into() }).unwrap();
    story.act(&dispatcher(), Command::MarkUrgent { danger: "gas".into(), reason: "又有味道。".into() }).unwrap();
    assert_eq!(story.clock(RuleId::UrgentHand).due_at, due);
}

#[test]
fn an_erasure_that_was_asked_for_with_a_secret_that_staff_held_waits_until_the_resident_has_no_more_to_say() {
    let contact = Contact { phone: "13800000000".into(), ..Contact::default() };
    let raise = Raise { text: "楼道的灯不亮。".into(), contact, ..Raise::default() };
    let mut story = Story::raised_by(clerk(), raise);
    story.act(&clerk(), Command::HandSecret { way: Handed::Slip }).unwrap();
    story.act(&dispatcher(), accept(Track::Hotline)).unwrap();
    story.act(&dispatcher(), dispatch(CLERK)).unwrap();
    story.act(&clerk(), answer(Outcome::Done)).unwrap();
    let slip = Visit { with: With::Secret(1), marked: false };
    story.visit(slip, verdict(Solved::No)).unwrap();
    let erase = || Command::Erase { ground: Ground::ConsentWithdrawn };
    assert_eq!(story.why(&dispatcher(), erase()), Why::NoErasureAsked);
    story.visit(slip, Command::AskErasure { reason: String::new() }).unwrap();
    assert_eq!(story.why(&dispatcher(), erase()), Why::WindowOpen);
    story.days(60);
    story.act(&dispatcher(), erase()).unwrap();
}

#[test]
fn a_number_that_staff_typed_into_an_accusation_is_told_nothing() {
    let tell = Some(Tell { channel: Channel::Sms, lang: Lang::Zh });
    let contact = Contact { phone: "13800000000".into(), tell, ..Contact::default() };
    let raise = Raise { track: Track::Accusation, text: "作风问题。".into(), contact, ..Raise::default() };
    let typed = Story::raised_by(clerk(), raise.clone());
    assert!(told_last(&typed).is_empty());
    let own = Story::raised(raise);
    assert!(!told_last(&own).is_empty(), "the resident's own is told");
}
