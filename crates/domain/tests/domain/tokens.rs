//! Tokens that act at a post: where they may, until when, and that their post gives them no power but over records.

use crate::*;
use domain::district::{Command as C, Event as E, Scope, TokenPost, decide, evolve};

fn now() -> Moment {
    Moment::from_local(date(2024, 5, 6).at(9, 0, 0, 0))
}

fn post(unit: &str, role: Role) -> TokenPost {
    TokenPost { unit: unit.into(), role, until: date(2024, 12, 31) }
}

fn token(unit: &str, role: Role) -> Actor {
    Actor::Token { token: "box".into(), unit: unit.into(), role }
}

fn made(district: &mut District, post: TokenPost) -> Result<(), Refusal> {
    let make = C::MakeActingToken { name: "box".into(), post };
    for event in decide(district, &make, &system(), now())? {
        evolve(district, now(), &system(), &event);
    }
    Ok(())
}

#[test]
fn a_token_acts_as_clerk_head_or_dispatcher_of_an_open_unit_that_sees_no_sealed_cases() {
    for role in Role::ALL {
        let refused = made(&mut founded(), post("water", *role)).err().map(|r| (r.why, r.field));
        let works = matches!(role, Role::Clerk | Role::Head | Role::Dispatcher);
        assert_eq!(refused, (!works).then_some((Why::TokenRole, Some("role"))), "{role}");
    }
    for (unit, why) in [("discipline", Why::TokenAtDiscipline), ("nowhere", Why::NoSuchUnit)] {
        let refused = made(&mut founded(), post(unit, Role::Clerk)).unwrap_err();
        assert_eq!((refused.why, refused.field), (why, Some("unit")));
    }
    let bare = C::MakeToken { name: "box".into(), scope: Scope::Act };
    let refused = decide(&founded(), &bare, &system(), now()).unwrap_err();
    assert_eq!((refused.why, refused.field), (Why::Empty, Some("unit")), "one that acts has a post");
}

#[test]
fn its_last_day_is_given_and_lies_at_most_a_year_ahead() {
    for (until, fits) in [
        (date(2024, 5, 5), false),
        (date(2024, 5, 6), true),
        (date(2025, 5, 7), true),
        (date(2025, 5, 8), false),
        (date(9999, 12, 31), false),
        (date(-9999, 1, 1), false),
    ] {
        let refused = made(&mut founded(), TokenPost { until, ..post("water", Role::Clerk) }).err();
        let expected = (!fits).then_some((Why::TokenDay, Some("until")));
        assert_eq!(refused.map(|r| (r.why, r.field)), expected, "{until}");
    }
}

#[test]
fn it_is_open_until_its_day_has_passed_its_unit_is_closed_or_it_is_ended() {
    let mut district = founded();
    made(&mut district, TokenPost { until: date(2024, 5, 7), ..post("water", Role::Head) }).unwrap();
    let day = |n: i64| Moment(now().0 + n * 86_400_000);
    let clerk = token("water", Role::Head);
    for (n, open) in [(0, true), (1, true), (2, false)] {
        assert_eq!(district.open_token("box", day(n)).is_some(), open, "{n}");
        assert_eq!(district.lets_act(&clerk, day(n)), open, "{n}");
    }
    assert_eq!(district.open_token("box", now()).unwrap().actor(), Some(clerk.clone()));
    for other in [token("housing", Role::Head), token("water", Role::Clerk)] {
        assert!(!district.lets_act(&other, now()), "it has another post");
    }
    let (mut closed, mut turned, mut ended) = (district.clone(), district.clone(), district);
    change(&mut closed, &C::CloseUnit("water".into())).unwrap();
    let mut units = units();
    units.iter_mut().filter(|u| u.code.as_str() == "water").for_each(|u| u.kind = UnitKind::Discipline);
    change(&mut turned, &C::SetUnits(units)).unwrap();
    change(&mut ended, &C::EndToken { name: "box".into() }).unwrap();
    for district in [closed, turned, ended] {
        assert!(district.open_token("box", now()).is_none() && !district.lets_act(&clerk, now()));
    }
    assert!(founded().lets_act(&staff("water", Role::Clerk), now()), "accounts are no matter of tokens");
}

#[test]
fn what_was_written_before_there_were_posts_still_reads_and_is_written_as_before() {
    let old = r#"{"kind":"token_made","name":"hotline","scope":"intake"}"#;
    let event: E = serde_json::from_str(old).unwrap();
    assert_eq!(event, E::TokenMade { name: "hotline".into(), scope: Scope::Intake, post: None });
    assert_eq!(serde_json::to_string(&event).unwrap(), old);
    let actor = token("water", Role::Clerk);
    let said = serde_json::to_string(&actor).unwrap();
    assert_eq!(said, r#"{"who":"token","token":"box","unit":"water","role":"clerk"}"#);
    assert_eq!(serde_json::from_str::<Actor>(&said).unwrap(), actor);
    assert_eq!((actor.role(), actor.unit(), actor.account()), (Some(Role::Clerk), Some(&"water".into()), None));
    for old in [r#"{"who":"staff","account":3,"unit":"water","role":"head"}"#, r#"{"who":"system","name":"hotline"}"#] {
        assert_eq!(serde_json::to_string(&serde_json::from_str::<Actor>(old).unwrap()).unwrap(), old);
    }
}

#[test]
fn it_sees_what_its_post_sees_and_never_an_accusation() {
    let district = founded();
    for track in [Track::Hotline, Track::Petition, Track::Accusation] {
        let lead = if track == Track::Accusation { "discipline" } else { "housing" };
        let story = Story::at(track, lead);
        for role in [Role::Clerk, Role::Head, Role::Dispatcher] {
            for unit in ["centre", "housing", "discipline", "water"] {
                let seen = may_see(&story.case, &token(unit, role), &district);
                let post = may_see(&story.case, &staff(unit, role), &district);
                assert_eq!(seen, post && track != Track::Accusation, "{track} {role} {unit}");
            }
        }
    }
}

#[test]
fn it_does_what_its_post_does_of_the_acts_that_a_units_own_system_passes_on() {
    let district = founded();
    let story = Story::at(Track::Petition, "housing");
    for role in [Role::Clerk, Role::Head, Role::Dispatcher] {
        for unit in ["centre", "housing", "water"] {
            for stage in Stage::ALL {
                let mut case = story.case.clone();
                case.stage = *stage;
                let own = allowed(&case, &staff(unit, role), &district);
                let passed_on: Vec<CommandKind> = own.into_iter().filter(|kind| BY_TOKENS.contains(kind)).collect();
                assert_eq!(allowed(&case, &token(unit, role), &district), passed_on, "{role} {unit} {stage}");
            }
        }
    }
    let sealed = Story::at(Track::Accusation, "discipline");
    assert_eq!(allowed(&sealed.case, &token("discipline", Role::Head), &district), []);
}

#[test]
fn what_is_for_people_it_does_not_do_whatever_its_post() {
    let text = || "原因".to_owned();
    for role in Role::ALL {
        for unit in ["centre", "housing", "discipline", "water"] {
            for command in [
                Command::Approve { task: 1 },
                Command::DeclareInterest,
                Command::Unmask { purpose: domain::purpose::Purpose::Contact, text: text() },
                Command::HandSecret { way: domain::case::Handed::Slip },
                Command::Erase { ground: Ground::ConsentWithdrawn },
                Command::ReportTries,
                verdict(Solved::Yes),
            ] {
                let mut story = Story::at(Track::Hotline, "housing");
                assert_eq!(story.why(&token(unit, *role), command.clone()), Why::NotYours, "{role} {unit} {command:?}");
            }
        }
    }
}

#[test]
fn the_answer_of_a_token_waits_for_a_persons_approval_where_that_of_a_clerk_does() {
    let mut story = Story::at(Track::Petition, "housing");
    let head = token("housing", Role::Head);
    story.act(&head, answer(Outcome::Supported)).unwrap();
    assert!(matches!(story.bodies.last().unwrap().event, Event::Proposed { .. }));
    assert_eq!(story.why(&head, Command::Approve { task: 1 }), Why::NotYours);
}

#[test]
fn a_case_that_it_asks_for_is_its_units_but_nobodys_and_never_an_accusation() {
    let raise = |track| Raise { track, door: Door::Lecture, text: "楼道的灯不亮。".into(), ..Raise::default() };
    let story = Story::raised_by(token("housing", Role::Clerk), raise(Track::Hotline));
    assert_eq!(story.case.opening.taken, Some(("housing".into(), None)), "what housing answers is its own answer");
    assert!(story.privates.iter().all(|private| !private.contains_key(field::SECRET)), "it gets no digits");
    for role in [Role::Supervisor, Role::Leader, Role::Auditor, Role::Administrator] {
        let refused = Story::try_raise(token("centre", role), &raise(Track::Hotline)).err().map(|r| r.why);
        assert_eq!(refused, Some(Why::NotYours), "{role}");
    }
    let sealed = Story::try_raise(token("housing", Role::Clerk), &raise(Track::Accusation)).err().map(|r| r.why);
    assert_eq!(sealed, Some(Why::NotYours));
    let digits = Raise { secret: "580264".into(), ..raise(Track::Hotline) };
    let refused = Story::try_raise(token("housing", Role::Clerk), &digits).err().map(|r| r.why);
    assert_eq!(refused, Some(Why::NotYourSecret));
}

#[test]
fn whatever_its_post_it_changes_nothing_of_the_district() {
    let district = founded();
    for role in Role::ALL {
        for command in [
            C::SetTemplate { unit: Some("water".into()), name: "停水".into(), text: "原文".into() },
            C::Export { what: "cases".into(), format: "csv".into(), rows: 1, masked: false },
            C::MakeToken { name: "more".into(), scope: Scope::Read },
            C::OpenAccounts(vec![("more".into(), "water".into(), Role::Clerk)]),
            C::ChangePassword,
            C::CloseUnit("housing".into()),
        ] {
            let refused = decide(&district, &command, &token("water", *role), now()).unwrap_err();
            assert_eq!(refused.why, Why::NotYours, "{role} {command:?}");
        }
    }
}
