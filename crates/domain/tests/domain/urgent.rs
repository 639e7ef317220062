//! What is urgent: found by the words of the catalogue, counted in hours, taken in hand by a call, and never forgiven.

use super::*;
use domain::rule::{RuleId, RuleTable};

const HOUR: i64 = 3_600_000;
const GAS: &str = "楼道里有一股煤气味。";

fn gas() -> Story {
    Story::raised(Raise { text: GAS.into(), ..Raise::default() })
}

fn reached(at: Moment) -> Command {
    Command::Reached { at, note: "住建委值班室".into() }
}

fn clear() -> Command {
    Command::ClearUrgent { reason: "问过了，是隔壁炒菜。".into() }
}

#[test]
fn a_smell_of_gas_is_urgent_when_it_is_raised_and_the_dispatch_centre_is_told() {
    let story = gas();
    assert!(story.case.is_urgent());
    let Event::Raised { urgent: Some(urgent), .. } = &story.bodies[0].event else { panic!("it is not marked") };
    assert_eq!((urgent.danger.as_str(), &urgent.told[..]), ("gas", &["centre".into()][..]));
    let notices = told(&story.bodies[0].event, &Actor::Resident, &story.case, &story.bodies[0].clocks);
    assert_eq!(notices, [Notice { topic: Topic::Urgent, to: To::Unit("centre".into()) }]);
    assert!(!Story::of(Track::Hotline).case.is_urgent(), "a lamp is not");
}

#[test]
fn the_word_that_was_found_goes_into_the_vault_and_the_body_names_the_danger_alone() {
    let actor = Actor::Resident;
    let district = founded();
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
    let raise = Raise { text: GAS.into(), ..Raise::default() };
    let new = decide_raise(&raise, &facts).unwrap().remove(0);
    assert_eq!(new.private.get(field::DANGER).map(String::as_str), Some("煤气味"));
    assert!(!serde_json::to_string(&new.event).unwrap().contains("煤气味"));
}

#[test]
fn what_another_system_hands_over_and_what_is_sealed_is_not_urgent_by_its_words() {
    let now = Moment::from_local(date(2024, 3, 4).at(8, 0, 0, 0));
    let origin = Some(Origin { opened: now, target: None, closed: None, answer: String::new() });
    let imported = Raise { text: GAS.into(), door: Door::Import, origin, ..Raise::default() };
    let sealed = Raise { text: GAS.into(), track: Track::Accusation, ..Raise::default() };
    for raise in [imported, sealed] {
        assert!(!Story::raised(raise).case.is_urgent());
    }
    let old = r#"{"kind":"raised","code":"C","track":"hotline","door":"web"}"#;
    let event: Event = serde_json::from_str(old).unwrap();
    assert!(matches!(event, Event::Raised { urgent: None, .. }), "what 0.1 wrote stays as it is");
    assert_eq!(serde_json::to_string(&event).unwrap(), old);
}

#[test]
fn hours_run_by_the_clock_at_night_and_on_days_off_and_the_day_stands_in_the_entry() {
    let mut story = gas();
    // Eleven in the evening of the day before a holiday.
    story.now = Moment::from_local(date(2024, 5, 3).at(23, 0, 0, 0));
    story.case.clocks.clear();
    story.case.urgent = None;
    let mark = Command::MarkUrgent { danger: "fire".into(), reason: "又打来电话".into() };
    story.act(&dispatcher(), mark).unwrap();
    let clock = story.clock(RuleId::UrgentHand).clone();
    assert_eq!(clock.due_at, Some(Moment(story.now.0 + 2 * HOUR)));
    assert_eq!(clock.due.rolled.to_string(), "2024-05-04", "never rolled behind a day off");
    assert!(!clock.is_late_at(Moment(story.now.0 + 2 * HOUR)));
    assert!(clock.is_late_at(Moment(story.now.0 + 2 * HOUR + 1)), "late within the same day");
    let calendar = &story.district.calendar;
    assert_eq!((clock.computed(calendar), clock.due_with(3, calendar)), (clock.due, clock.due));
}

#[test]
fn a_call_that_reached_somebody_stops_the_clock_at_the_moment_at_which_it_is_written_down() {
    let mut story = gas();
    let told = Moment(story.now.0 + HOUR / 2);
    story.now = Moment(story.now.0 + 3 * HOUR);
    story.act(&dispatcher(), reached(told)).unwrap();
    let clock = story.clock(RuleId::UrgentHand);
    assert_eq!((clock.is_running(), clock.stopped_at), (false, Some(story.now)));
    assert!(clock.is_late_at(story.now), "a time that is told later dates nothing back");
    assert!(story.case.is_urgent(), "it stays on top until it is answered");
    assert_eq!(story.why(&dispatcher(), reached(told)), Why::NotUrgent, "once is enough");
}

#[test]
fn a_call_before_the_case_or_in_the_future_is_refused_and_so_is_one_without_the_post() {
    let mut story = gas();
    let (raised, later) = (story.now, Moment(story.now.0 + HOUR));
    assert_eq!(story.why(&dispatcher(), reached(later)), Why::BadTime);
    assert_eq!(story.why(&dispatcher(), reached(Moment(raised.0 - HOUR))), Why::BadTime);
    let nobody = Command::Reached { at: raised, note: "  ".into() };
    assert_eq!(story.why(&dispatcher(), nobody), Why::Empty);
    assert_eq!(story.why(&staff("water", Role::Clerk), reached(raised)), Why::NotYours);
}

#[test]
fn the_unit_that_has_it_is_told_that_it_is_urgent_and_may_say_that_it_was_reached() {
    let mut story = gas();
    story.act(&dispatcher(), accept(Track::Hotline)).unwrap();
    story.act(&dispatcher(), dispatch("housing")).unwrap();
    let body = story.bodies.last().unwrap();
    let notices = told(&body.event, &dispatcher(), &story.case, &body.clocks);
    assert_eq!(notices, [Notice { topic: Topic::Urgent, to: To::Unit("housing".into()) }]);
    assert_eq!(story.case.next_due().map(|c| c.rule), Some(RuleId::UrgentHand));
    let now = story.now;
    story.act(&staff("housing", Role::Clerk), reached(now)).unwrap();
}

#[test]
fn clearing_the_mark_in_time_ends_its_clock_and_what_is_late_already_stays_late() {
    let mut story = gas();
    assert_eq!(story.why(&staff("housing", Role::Head), clear()), Why::NotYours);
    story.act(&dispatcher(), clear()).unwrap();
    assert!(!story.case.is_urgent() && !story.clock(RuleId::UrgentHand).is_running());
    assert_eq!(story.why(&dispatcher(), clear()), Why::NotUrgent);
    let mut late = gas();
    late.now = Moment(late.now.0 + 3 * HOUR);
    late.act(&dispatcher(), clear()).unwrap();
    assert!(!late.case.is_urgent());
    let clock = late.clock(RuleId::UrgentHand);
    assert!(clock.is_running() && clock.is_late_at(late.now), "forgiven");
    let now = late.now;
    late.act(&dispatcher(), reached(now)).unwrap();
    assert!(!late.clock(RuleId::UrgentHand).is_running());
}

#[test]
fn neither_a_question_nor_a_merge_holds_the_hours() {
    let mut story = gas();
    story.act(&dispatcher(), accept(Track::Hotline)).unwrap();
    story.act(&dispatcher(), dispatch("housing")).unwrap();
    let ask = Command::Ask { task: 1, question: "几单元？".into() };
    story.act(&staff("housing", Role::Clerk), ask).unwrap();
    let clock = story.clock(RuleId::UrgentHand);
    assert!(clock.is_running() && !clock.is_paused());
    let mut other = Story::at(Track::Hotline, "housing").case;
    other.id = CaseId([8; 16]);
    let mut merged = gas();
    merged
        .act_with(&dispatcher(), Command::Merge { into: other.id, reason: "同一处漏气".into() }, Some(&other))
        .unwrap();
    assert!(merged.clock(RuleId::UrgentHand).is_running() && merged.case.is_urgent());
}

#[test]
fn a_rule_table_counts_nothing_else_in_hours_and_the_urgent_in_nothing_else() {
    let mut district = founded();
    let publish = |district: &mut District, id: RuleId, unit| {
        let mut rules = RuleTable::builtin();
        rules.rules.get_mut(&id).unwrap().unit = unit;
        change(district, &ground::Command::PublishRules(rules)).map_err(|r| r.why)
    };
    assert_eq!(publish(&mut district, RuleId::HotlineAnswer, calendar::Unit::Hour), Err(Why::BadRule));
    assert_eq!(publish(&mut district, RuleId::UrgentHand, calendar::Unit::Working), Err(Why::BadRule));
    let mut rules = RuleTable::builtin();
    rules.rules.get_mut(&RuleId::UrgentHand).unwrap().length = 1;
    change(&mut district, &ground::Command::PublishRules(rules)).unwrap();
    rules_of_old(&mut district);
}

/// The rule of a register, which the cases know nothing of, may be counted in hours from the beginning and in nothing else then.
#[test]
fn a_rule_of_a_register_keeps_the_unit_and_the_duty_with_which_it_was_first_published() {
    let mut district = founded();
    let publish = |district: &mut District, unit, duty| {
        let mut rules = RuleTable::builtin();
        let rule = domain::rule::Rule { unit, duty, ..rules.of_case(RuleId::HotlineAnswer) };
        let rule = domain::rule::Rule { extension: None, ..rule };
        rules.rules.insert(RuleId::of("tour_report").unwrap(), rule);
        change(district, &ground::Command::PublishRules(rules)).map_err(|r| (r.why, r.detail[1].clone()))
    };
    let refused = Err((Why::BadRule, "tour_report".to_owned()));
    publish(&mut district, calendar::Unit::Hour, true).unwrap();
    assert_eq!(publish(&mut district, calendar::Unit::Working, true), refused);
    assert_eq!(publish(&mut district, calendar::Unit::Hour, false), refused);
    publish(&mut district, calendar::Unit::Hour, true).unwrap();
}

/// A table that was published before there were hours goes by the built-in length.
fn rules_of_old(district: &mut District) {
    let mut rules = RuleTable::builtin();
    rules.rules.remove(&RuleId::UrgentHand);
    change(district, &ground::Command::PublishRules(rules)).unwrap();
    assert_eq!(district.rules.of_case(RuleId::UrgentHand).length, 2);
}

#[test]
fn a_kind_of_danger_that_is_chosen_later_marks_the_case_as_its_words_would_have() {
    let mut story = Story::of(Track::Hotline);
    let cold = ground::Danger {
        code: "cold".into(),
        zh: "严寒停暖".into(),
        en: "no heating in hard frost".into(),
        call_zh: "供热抢修电话".into(),
        call_en: "the heating company".into(),
        categories: vec!["heating.cold".into()],
        words: vec![],
    };
    let version = story.district.catalogue.version + 1;
    story.district.catalogue = Catalogue { version, dangers: vec![cold], ..catalogue() };
    story.act(&dispatcher(), accept(Track::Hotline)).unwrap();
    assert!(!story.case.is_urgent(), "the wider category is no danger");
    story.act(&dispatcher(), Command::Recategorise { category: "heating.cold".into() }).unwrap();
    assert!(story.case.is_urgent() && story.clock(RuleId::UrgentHand).is_running());
    let Some(Event::MarkedUrgent { urgent }) = story.bodies.last().map(|b| &b.event) else { panic!("not marked") };
    assert_eq!((urgent.danger.as_str(), &urgent.told[..]), ("cold", &["centre".into(), "housing".into()][..]));
    story.act(&dispatcher(), clear()).unwrap();
    assert!(matches!(story.bodies.last().unwrap().event, Event::UrgencyCleared));
    story.act(&dispatcher(), Command::Recategorise { category: "heating.cold".into() }).unwrap();
    assert!(!story.case.is_urgent(), "what was cleared is not marked again by what it was before");
}
