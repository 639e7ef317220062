//! What opens a case, and what a verdict is worth: by no sequence of acts do staff give one that counts as independent.

use crate::*;
use proptest::prelude::*;

const CLERK: &str = "housing";

fn clerk() -> Actor {
    staff(CLERK, Role::Clerk)
}

/// A case that a clerk takes down, with an address or without.
fn taken(track: Track, tell: Option<Channel>) -> Story {
    let contact = Contact {
        phone: "13800000000".into(),
        email: "name@example.com".into(),
        tell: tell.map(|channel| Tell { channel, lang: Lang::Zh }),
        ..Contact::default()
    };
    Story::raised_by(clerk(), Raise { track, text: "楼道的灯不亮。".into(), contact, ..Raise::default() })
}

/// A case that its resident raises alone, with a phone number and digits.
fn own() -> Story {
    let contact = Contact { phone: "13800000000".into(), ..Contact::default() };
    Story::raised(Raise { text: "楼道的灯不亮。".into(), contact, secret: "580264".into(), ..Raise::default() })
}

fn at(with: With) -> Visit {
    Visit { with, marked: false }
}

fn answered(story: &mut Story) {
    story.act(&dispatcher(), accept(Track::Hotline)).unwrap();
    story.act(&dispatcher(), dispatch(CLERK)).unwrap();
    story.act(&clerk(), answer(Outcome::Done)).unwrap();
}

fn hand(way: Handed) -> Command {
    Command::HandSecret { way }
}

fn open() -> Command {
    Command::Open { digits: "580264".into() }
}

#[test]
fn a_resident_who_raised_it_alone_gives_an_independent_verdict_with_secret_or_digits() {
    for with in [With::Secret(1), With::Digits(1)] {
        let mut story = own();
        answered(&mut story);
        story.visit(at(with), verdict(Solved::Yes)).unwrap();
        assert!(story.case.independent, "{with:?}");
    }
}

#[test]
fn a_secret_opens_once_and_one_that_was_replaced_opens_nothing() {
    let mut story = own();
    story.visit(at(With::Secret(1)), open()).unwrap();
    assert_eq!(story.visit(at(With::Secret(1)), open()).unwrap_err().why, Why::NeedsSecret, "used");
    assert_eq!(story.case.trust(at(With::Digits(1))), Trust::Nothing, "other digits were set");
    assert_eq!(story.case.trust(at(With::Digits(2))), Trust::Independent);
    story.visit(at(With::Secret(0)), hand(Handed::Sms)).unwrap();
    story.days(2);
    story.visit(at(With::Secret(0)), hand(Handed::Sms)).unwrap();
    // Anybody may ask for one to be sent: that shuts nobody out who holds the one before.
    assert_eq!(story.case.trust(at(With::Secret(2))), Trust::Independent);
    assert_eq!(story.case.trust(at(With::Secret(3))), Trust::Independent);
    story.visit(at(With::Secret(2)), open()).unwrap();
    for used in [2, 3] {
        assert_eq!(story.case.trust(at(With::Secret(used))), Trust::Nothing, "one of them was used");
    }
}

#[test]
fn a_secret_that_is_sent_lifts_no_slip_that_staff_printed() {
    let mut story = own();
    let marked = |with| Visit { with, marked: true };
    story.visit(marked(With::Secret(1)), open()).unwrap();
    story.act(&clerk(), hand(Handed::Slip)).unwrap_err();
    story.act(&dispatcher(), hand(Handed::Slip)).unwrap();
    assert_eq!(story.case.trust(at(With::Secret(2))), Trust::Acts);
    story.visit(at(With::Secret(0)), hand(Handed::Sms)).unwrap();
    assert_eq!(story.case.trust(at(With::Secret(3))), Trust::Independent);
    assert_eq!(story.case.trust(at(With::Secret(2))), Trust::Nothing, "the slip is not carried up");
}

#[test]
fn however_often_a_secret_is_sent_the_one_of_the_receipt_opens_and_its_opening_says_so() {
    let mut story = own();
    for _ in 0..3 {
        story.visit(at(With::Secret(0)), hand(Handed::Sms)).unwrap();
        story.days(2);
    }
    story.visit(at(With::Secret(1)), open()).unwrap();
    let opened = story.bodies.last().map(|b| &b.event);
    assert!(matches!(opened, Some(Event::Opened { way: Handed::Own, .. })), "{opened:?}");
    assert_eq!(story.case.opening.digits_trust, Trust::Independent);
}

#[test]
fn a_number_that_is_corrected_is_asked_whether_it_is_the_holders_and_the_former_one_hears_of_it() {
    let tell = Tell { channel: Channel::Sms, lang: Lang::Zh };
    let contact = Contact { phone: "13800000000".into(), tell: Some(tell), ..Contact::default() };
    let mut story = Story::raised(Raise { text: "楼道的灯不亮。".into(), contact, ..Raise::default() });
    let correct = Command::CorrectField { field: Corrected::Phone, value: "13900000000".into() };
    story.visit(at(With::Secret(1)), correct).unwrap();
    let topics: Vec<Topic> = told_last(&story).into_iter().map(|(topic, _)| topic).collect();
    assert_eq!(topics, [Topic::Chosen, Topic::Readdressed]);
}

#[test]
fn a_lost_slip_leads_to_one_new_secret_a_day_and_only_to_an_address_that_the_resident_gave() {
    let mut story = own();
    story.visit(at(With::Secret(0)), hand(Handed::Sms)).unwrap();
    assert_eq!(story.visit(at(With::Secret(0)), hand(Handed::Sms)).unwrap_err().why, Why::NoNewSecret, "the same day");
    story.days(1);
    assert_eq!(
        story.visit(at(With::Secret(0)), hand(Handed::Email)).unwrap_err().why,
        Why::NoNewSecret,
        "none was left"
    );
    let correct = Command::CorrectField { field: Corrected::Phone, value: "13900000000".into() };
    story.act(&dispatcher(), correct).unwrap();
    let to_former = told_last(&story);
    assert_eq!(
        story.visit(at(With::Secret(0)), hand(Handed::Sms)).unwrap_err().why,
        Why::NoNewSecret,
        "staff's number"
    );
    assert!(to_former.is_empty(), "nobody wanted to be told");
    let tell = Tell { channel: Channel::Sms, lang: Lang::Zh };
    // To choose what is there, unseen, is no word about it.
    story.visit(at(With::Digits(1)), Command::ChooseTelling { tell, address: String::new() }).unwrap();
    assert_eq!(story.visit(at(With::Secret(0)), hand(Handed::Sms)).unwrap_err().why, Why::NoNewSecret);
    story.visit(at(With::Digits(1)), Command::ChooseTelling { tell, address: "13900000000".into() }).unwrap();
    story.visit(at(With::Secret(0)), hand(Handed::Sms)).unwrap();
    assert_eq!(story.case.trust(at(With::Secret(3))), Trust::Independent, "the resident has typed the number");
}

#[test]
fn word_of_a_changed_number_goes_out_to_the_one_before() {
    let mut story = own();
    let tell = Tell { channel: Channel::Sms, lang: Lang::Zh };
    story.visit(at(With::Digits(1)), Command::ChooseTelling { tell, address: String::new() }).unwrap();
    assert_eq!(told_last(&story).len(), 1, "the number is the same");
    let correct = Command::CorrectField { field: Corrected::Phone, value: "13900000000".into() };
    story.act(&dispatcher(), correct).unwrap();
    assert_eq!(told_last(&story), [(Topic::Chosen, To::Resident(tell)), (Topic::Readdressed, To::Resident(tell))]);
}

#[test]
fn a_printed_slip_lets_act_and_its_verdict_is_not_independent() {
    let mut story = taken(Track::Hotline, None);
    story.act(&clerk(), hand(Handed::Slip)).unwrap();
    story.visit(at(With::Secret(1)), open()).unwrap();
    answered(&mut story);
    story.visit(at(With::Digits(1)), verdict(Solved::Yes)).unwrap();
    assert!(!story.case.independent && story.case.is_own_answer());
}

#[test]
fn a_number_that_staff_typed_makes_no_verdict_independent_and_a_second_device_does() {
    let mut story = taken(Track::Hotline, Some(Channel::Sms));
    assert_eq!(story.case.trust(at(With::Secret(1))), Trust::Acts, "sent to the number that the clerk typed");
    story.visit(at(With::Secret(0)), hand(Handed::Device)).unwrap();
    assert_eq!(story.case.trust(at(With::Secret(1))), Trust::Nothing);
    story.visit(at(With::Secret(2)), open()).unwrap();
    // Whoever typed an own number can't get around the resident's digits by way of it.
    story.days(2);
    assert_eq!(story.visit(at(With::Secret(0)), hand(Handed::Sms)).unwrap_err().why, Why::NoNewSecret);
    assert_eq!(story.act(&clerk(), hand(Handed::Slip)).unwrap_err().why, Why::NoNewSecret);
    answered(&mut story);
    story.visit(at(With::Digits(1)), verdict(Solved::No)).unwrap();
    assert!(story.case.independent);
}

#[test]
fn a_confirmed_address_is_told_and_believed_no_more_than_before() {
    let confirm = || Command::ConfirmAddress { channel: Channel::Sms };
    let mut story = taken(Track::Hotline, Some(Channel::Sms));
    let before = story.case.opening.phone;
    assert!(!story.case.is_confirmed(Channel::Sms));
    story.visit(at(With::Secret(0)), confirm()).unwrap();
    assert!(matches!(story.bodies.last().unwrap().event, Event::AddressConfirmed { channel: Channel::Sms }));
    assert!(story.case.is_confirmed(Channel::Sms));
    assert_eq!(story.case.opening.phone, before, "staff typed it: whoever holds it may be staff");
    assert_eq!(
        story.visit(at(With::Secret(0)), Command::ConfirmAddress { channel: Channel::None }).unwrap_err().why,
        Why::NoAddress
    );
    story.act(&dispatcher(), Command::CorrectField { field: Corrected::Phone, value: "13911112222".into() }).unwrap();
    assert!(!story.case.is_confirmed(Channel::Sms), "another number is another holder's");
}

#[test]
fn a_second_device_gets_the_secret_once_soon_after_and_never_a_browser_of_staff() {
    let device = || hand(Handed::Device);
    let why = |story: &mut Story, visit: Visit| story.visit(visit, device()).unwrap_err().why;
    let mut story = taken(Track::Hotline, None);
    assert_eq!(why(&mut story, Visit { with: With::Secret(0), marked: true }), Why::NoNewSecret);
    story.visit(at(With::Secret(0)), device()).unwrap();
    assert_eq!(why(&mut story, at(With::Secret(0))), Why::NoNewSecret, "once");
    let mut late = taken(Track::Hotline, None);
    late.days(1);
    assert_eq!(why(&mut late, at(With::Secret(0))), Why::NoNewSecret, "the resident has gone");
    let mut own = own();
    assert_eq!(why(&mut own, at(With::Secret(0))), Why::NoNewSecret, "nobody took it down");
}

#[test]
fn nobody_prints_the_secret_of_a_sealed_case_or_sends_it_to_a_number_that_staff_typed() {
    let mut story = taken(Track::Accusation, Some(Channel::Sms));
    assert_eq!(story.case.opening.secret, 0, "nothing was sent");
    assert_eq!(story.act(&clerk(), hand(Handed::Slip)).unwrap_err().why, Why::NoNewSecret);
    let asked = story.visit(at(With::Secret(0)), hand(Handed::Sms));
    assert_eq!(asked.unwrap_err().why, Why::NoNewSecret, "nor when somebody says that it was lost");
    story.visit(at(With::Secret(0)), hand(Handed::Device)).unwrap();
}

#[test]
fn a_browser_in_which_staff_had_signed_in_makes_no_verdict_independent() {
    let mut story = own();
    answered(&mut story);
    let marked = Visit { with: With::Digits(1), marked: true };
    story.visit(marked, verdict(Solved::Yes)).unwrap();
    assert!(!story.case.independent);
    let raised = Story::raised(Raise { text: "灯坏了".into(), marked: true, ..Raise::default() });
    assert_eq!(raised.case.trust(at(With::Secret(1))), Trust::Acts);
}

#[test]
fn digits_that_went_through_other_hands_look_and_do_nothing_else() {
    let system = Actor::System { name: "hotline".into() };
    let mut given = Story::raised_by(system, Raise { text: "灯坏了".into(), ..Raise::default() });
    let old = |by: &str| -> Story {
        let mut story = Story::of(Track::Hotline);
        let raised = r#"{"kind":"raised","code":"C","track":"hotline","door":"web"}"#;
        let by = if by.is_empty() { Actor::Resident } else { staff(by, Role::Clerk) };
        story.case = Case::blank(story.case.id);
        evolve(&mut story.case, story.now, &by, &serde_json::from_str(raised).unwrap(), &[]);
        story
    };
    let mut taken = old("housing");
    for story in [&mut given, &mut taken] {
        assert_eq!(story.case.trust(at(With::Digits(1))), Trust::Looks);
        for command in [Command::Withdraw, verdict(Solved::Yes), Command::SetDigits { digits: "580264".into() }] {
            assert_eq!(story.visit(at(With::Digits(1)), command).unwrap_err().why, Why::NeedsSecret);
        }
    }
    // Version 0.1 showed the digits of what one raised alone to nobody else; short ones can be guessed.
    let own = old("");
    assert_eq!(own.case.trust(at(With::Digits(1))), Trust::Independent);
    assert_eq!(own.case.trust(at(With::EasyDigits)), Trust::Looks);
}

#[test]
fn an_old_verdict_is_independent_where_its_resident_had_raised_the_case_alone() {
    for (by, independent) in [(Actor::Resident, true), (staff("housing", Role::Clerk), false), (Actor::clock(), false)]
    {
        let mut case = Case::blank(CaseId([1; 16]));
        let raised = r#"{"kind":"raised","code":"C","track":"hotline","door":"web"}"#;
        evolve(&mut case, Moment(0), &by, &serde_json::from_str(raised).unwrap(), &[]);
        let given = r#"{"kind":"verdict_given","solved":"yes","handled":"good"}"#;
        evolve(&mut case, Moment(1), &Actor::Resident, &serde_json::from_str(given).unwrap(), &[]);
        assert_eq!(case.independent, independent, "{by:?}");
    }
}

#[test]
fn digits_are_six_at_least_not_easy_to_guess_and_no_part_of_the_phone_number() {
    let phone = ["139 0026-4817"];
    for easy in [
        "12345",
        "1234567890123",
        "123456",
        "654321",
        "888888",
        "121212",
        "123123",
        "20232023",
        "520131",
        "58026a",
        "264817",
        "002648",
        "",
    ] {
        assert!(!usable_digits(easy, &phone), "{easy}");
    }
    for good in ["580264", "274091", "90817263"] {
        assert!(usable_digits(good, &phone), "{good}");
    }
    let raise = |by: Actor, secret: &str| {
        let contact = Contact { phone: "13900264817".into(), ..Contact::default() };
        let raise = Raise { text: "灯坏了".into(), secret: secret.into(), contact, ..Raise::default() };
        Story::try_raise(by, &raise).map(drop).map_err(|r| r.why)
    };
    assert_eq!(raise(Actor::Resident, "264817"), Err(Why::BadSecret));
    assert_eq!(raise(Actor::Resident, "580264"), Ok(()));
    assert_eq!(raise(clerk(), "580264"), Err(Why::NotYourSecret), "staff choose none");
}

/// What staff may try: any act of their own posts, and any act of the resident's in any visit that they can have opened.
/// The worst is taken for granted: every address that they typed is their own phone, and every browser can be wiped; only
/// at the moment of pairing they have no device that passes for the resident's.
fn tried(story: &mut Story, dice: (u8, u8, u8)) {
    let (act, way, no) = dice;
    let no = u16::from(no % 5);
    let visit = match way % 3 {
        0 => at(With::Secret(no)),
        1 => at(With::Digits(no)),
        _ => Visit { with: With::Secret(no), marked: true },
    };
    let handed = Handed::ALL[usize::from(way) % Handed::ALL.len()];
    let tell = Tell { channel: if way % 2 == 0 { Channel::Sms } else { Channel::Email }, lang: Lang::Zh };
    let address = match way % 4 {
        0 => String::new(),
        1 | 3 if tell.channel == Channel::Email => "clerk@example.com".to_owned(),
        _ => "13911112222".to_owned(),
    };
    let actors = [clerk(), dispatcher(), staff("housing", Role::Head), staff("water", Role::Clerk)];
    let actor = actors[usize::from(no) % actors.len()].clone();
    let _ = match act % 12 {
        0 => story.act(&actor, hand(handed)),
        1 if handed != Handed::Device => story.visit(visit, hand(handed)),
        1 => story.visit(Visit { marked: true, ..visit }, hand(handed)),
        2 => story.visit(visit, Command::Open { digits: "580264".into() }),
        3 => story.visit(visit, Command::SetDigits { digits: "274091".into() }),
        4 => story.visit(visit, Command::ChooseTelling { tell, address }),
        5 => story.act(&actor, Command::CorrectField { field: Corrected::Phone, value: "13911112222".into() }),
        6 => story.visit(visit, Command::CorrectField { field: Corrected::Phone, value: "13911112222".into() }),
        7 => story.act(&dispatcher(), accept(Track::Hotline)),
        8 => story.act(&dispatcher(), dispatch(CLERK)),
        9 => story.act(&clerk(), answer(Outcome::Done)),
        10 => story.visit(visit, verdict(Solved::Yes)),
        _ => {
            story.days(1);
            Ok(())
        }
    };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_staff_acts_yields_an_independent_verdict(
        dice in prop::collection::vec(any::<(u8, u8, u8)>(), 1..80),
        tell in prop::option::of(prop::sample::select(vec![Channel::Sms, Channel::Email])),
    ) {
        let mut story = taken(Track::Hotline, tell);
        for step in dice {
            tried(&mut story, step);
            prop_assert!(!story.case.independent);
            let opening = &story.case.opening;
            prop_assert!(opening.secret_trust.max(opening.digits_trust) < Trust::Independent, "{opening:?}");
        }
    }

    #[test]
    fn no_sequence_of_staff_acts_opens_a_sealed_case_that_they_took_down(
        dice in prop::collection::vec(any::<(u8, u8, u8)>(), 1..80),
        tell in prop::option::of(prop::sample::select(vec![Channel::Sms, Channel::Email])),
    ) {
        let mut story = taken(Track::Accusation, tell);
        for step in dice {
            tried(&mut story, step);
            let opening = &story.case.opening;
            prop_assert_eq!(opening.secret_trust.max(opening.digits_trust), Trust::Nothing, "{:?}", opening);
        }
    }

    /// The resident raised it alone, and what staff hold of it is nothing: only what goes to an address that they typed.
    #[test]
    fn no_sequence_of_staff_acts_opens_a_case_that_its_resident_raised_alone(
        dice in prop::collection::vec(any::<(u8, u8, u8)>(), 1..80),
    ) {
        let mut story = own();
        for step in dice {
            let (secret, staffs) = (story.case.opening.secret, story.case.opening.phone == Trust::Nothing);
            // They hold neither the first secret nor the digits.
            if !matches!(step.0 % 12, 2 | 3 | 4 | 6 | 10) {
                tried(&mut story, step);
            }
            let new = story.case.opening.secret > secret;
            prop_assert!(!(new && staffs), "a secret went to an address that staff typed");
            prop_assert!(story.case.opening.digits == 1 && story.case.verdict.is_none());
        }
    }
}
