//! What a case says after all its events, and what in it is personal.

use crate::*;

fn answered() -> Story {
    let mut story = Story::at(Track::Hotline, "housing");
    story.act(&staff("housing", Role::Clerk), answer(Outcome::Done)).unwrap();
    story
}

fn texts(story: &Story) -> Texts {
    Texts::of(story.bodies.iter().map(|b| &b.event).zip(&story.privates))
}

#[test]
fn a_corrected_field_reads_as_corrected_and_what_it_was_before_stays_personal() {
    let contact = Contact { name: "示例甲".into(), phone: "13800000001".into(), ..Contact::default() };
    let mut story =
        Story::raised(Raise {
            text: "楼道的灯不亮。".into(), place: "三单元".into(), contact, ..Raise::default()
        });
    let correct = |field, value: &str| Command::CorrectField { field, value: value.into() };
    story.act(&Actor::Resident, correct(Corrected::Phone, "13800000002")).unwrap();
    story.act(&Actor::Resident, correct(Corrected::Text, "灯又亮了。")).unwrap();
    let tell = Tell { channel: Channel::Sms, lang: Lang::Zh };
    story.act(&Actor::Resident, Command::ChooseTelling { tell, address: "13800000003".into() }).unwrap();
    let texts = texts(&story);
    assert_eq!(texts.field(field::PHONE), "13800000003", "the last address");
    assert_eq!(texts.field(field::TEXT), "灯又亮了。");
    assert_eq!(texts.field(field::EMAIL), "", "none was given");
    for value in ["示例甲", "三单元", "13800000001", "13800000002", "13800000003"] {
        assert!(texts.personal.iter().any(|p| p == value), "{value} is masked wherever it stands");
    }
    assert!(!texts.personal.iter().any(|p| p.contains("灯")), "what was asked is not personal by itself");
}

#[test]
fn the_name_of_a_witness_is_personal_and_no_field_of_the_case() {
    let mut story = answered();
    let verdict = Verdict { solved: Solved::Yes, handled: Handled::Good, asked_for_good: false, witnessed: true };
    let give = Command::GiveVerdict { verdict, words: "谢谢".into(), witness: "示例乙".into() };
    story.act(&Actor::Resident, give).unwrap();
    let texts = texts(&story);
    assert!(texts.personal.iter().any(|p| p == "示例乙"));
    assert!(!texts.fields.values().any(|v| v == "示例乙" || v == "谢谢"));
}

#[test]
fn the_answer_that_stands_is_the_approved_one_where_its_words_were_proposed() {
    let mut story = Story::at(Track::Petition, "housing");
    let answer = |text: &str| Command::Answer {
        task: 1,
        outcome: Outcome::Supported,
        text: text.into(),
        basis: "某规定第一条".into(),
    };
    let version = |story: &Story| {
        answer_version((1..).zip(story.bodies.iter().map(|b| &b.event)).collect::<Vec<_>>().into_iter())
    };
    story.act(&staff("housing", Role::Clerk), answer("第一稿")).unwrap();
    assert_eq!(version(&story), None, "a proposal is no answer");
    let head = staff("housing", Role::Head);
    story.act(&head, Command::SendBack { task: 1, reason: "请写明".into() }).unwrap();
    story.act(&staff("housing", Role::Clerk), answer("第二稿")).unwrap();
    story.act(&head, Command::Approve { task: 1 }).unwrap();
    let at = version(&story).unwrap() as usize - 1;
    let carried = answer_only(story.privates[at].clone());
    assert_eq!(carried.get(field::ANSWER).map(String::as_str), Some("第二稿"));
    assert!(carried.contains_key(field::BASIS));
    let more = Fields::from([(field::NAME.to_owned(), "示例甲".to_owned())]);
    assert!(answer_only(more).is_empty(), "nothing about whoever asked there goes along");
}

#[test]
fn an_erasure_destroys_the_key_and_nothing_else_does() {
    let mut story = answered();
    story.act(&Actor::Resident, verdict(Solved::Yes)).unwrap();
    story.act(&Actor::Resident, Command::AskErasure { reason: String::new() }).unwrap();
    story.act(&dispatcher(), Command::Erase { ground: Ground::ConsentWithdrawn }).unwrap();
    let destroys: Vec<&str> =
        story.bodies.iter().filter(|b| domain::register::erases(b.event.kind())).map(|b| b.event.kind()).collect();
    assert_eq!(destroys, ["erased"]);
}

#[test]
fn the_public_entry_names_category_and_unit_but_never_those_of_an_accusation() {
    let open = Story::at(Track::Hotline, "housing");
    let housing: UnitCode = "housing".into();
    assert_eq!(open.case.on_the_record(), (Some("heating"), Some(&housing)), "the first level is enough");
    let sealed = Story::at(Track::Accusation, "discipline");
    assert_eq!(sealed.case.on_the_record(), (None, None));
}
