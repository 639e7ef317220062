//! The district's rules; what its changes lead to in the tables is told in the desk's tests.

use crate::*;
use domain::Label;
use domain::district::{Command as C, EVENT_KINDS, Scope, decide, evolve};
use proptest::prelude::*;

fn now() -> Moment {
    Moment::from_local(date(2024, 5, 6).at(9, 0, 0, 0))
}

fn all(code: &str, text: &str, n: u64) -> Vec<C> {
    let figure = || ground::Figure {
        id: text.into(),
        definition: 1,
        from: date(2024, 1, 1),
        to: date(2024, 2, 1),
        filter: String::new(),
        value: text.into(),
        numerator: 1,
        denominator: 2,
        participation: None,
        ledger_size: n,
        counted: String::new(),
        quarters: n % 2 == 1,
    };
    let unit = Unit {
        code: code.into(),
        zh: text.into(),
        en: text.into(),
        kind: UnitKind::Bureau,
        parent: (n % 3 == 0).then(|| code.into()),
        closed: false,
        at: None,
    };
    let post =
        ground::Post { code: code.into(), zh: text.into(), en: text.into(), unit: "water".into(), role: Role::Head };
    let table = calendar::YearTable {
        year: (2020 + n % 20) as i16,
        revision: 1,
        source: text.into(),
        off: if n % 4 == 0 { vec![text.into()] } else { vec![] },
        work: vec![],
    };
    let mut rules = domain::rule::RuleTable::builtin();
    rules.rules.values_mut().for_each(|r| r.length = r.length.wrapping_add(n as u16));
    vec![
        C::Found { zh: text.into(), en: text.into(), origin: code.into(), vkey: code.into() },
        C::SetUnits(vec![unit]),
        C::CloseUnit(code.into()),
        C::SetPosts(vec![post]),
        C::EndPost(code.into()),
        C::OpenAccounts(vec![(code.into(), "water".into(), Role::Clerk)]),
        C::MoveAccount { user: code.into(), unit: "housing".into(), role: Role::Head },
        C::CloseAccount { user: code.into() },
        C::MakeToken { name: text.into(), scope: Scope::Read },
        C::MakeActingToken {
            name: text.into(),
            post: ground::TokenPost { unit: "water".into(), role: Role::Clerk, until: date(2024, 5, 6) },
        },
        C::EndToken { name: text.into() },
        C::PublishCatalogue(catalogue()),
        C::LoadCalendar(table),
        C::PublishRules(rules),
        C::PublishFigures(vec![figure()]),
        C::CorrectFigure { publication: n, figure: figure() },
        C::SetTemplate { unit: (n % 2 == 1).then(|| code.into()), name: text.into(), text: code.into() },
        C::EndTemplate { unit: (n % 2 == 1).then(|| code.into()), name: text.into() },
        C::Export { what: text.into(), format: code.into(), rows: n, masked: true },
        C::ResetPassword { user: code.into() },
    ]
}

#[test]
fn nobody_but_the_administrator_and_the_installing_system_changes_the_district() {
    let district = founded();
    for command in all("water", "名称", 1) {
        for role in Role::ALL {
            let refused = decide(&district, &command, &staff("water", *role), now()).err().map(|r| r.why);
            let own = match command {
                C::PublishFigures(_) | C::CorrectFigure { .. } => {
                    matches!(role, Role::Supervisor | Role::Leader | Role::Administrator)
                }
                C::Export { .. } => *role != Role::Grid,
                C::SetTemplate { .. } | C::EndTemplate { .. } => matches!(role, Role::Head | Role::Administrator),
                _ => *role == Role::Administrator,
            };
            assert_eq!(refused == Some(Why::NotYours), !own, "{role} {command:?}");
        }
        assert_eq!(decide(&district, &command, &Actor::Resident, now()).unwrap_err().why, Why::NotYours);
    }
}

#[test]
fn a_head_writes_the_own_units_templates_and_no_others_and_each_change_is_a_version() {
    let mut district = founded();
    let head = staff("water", Role::Head);
    let set = |unit: Option<&str>, text: &str| C::SetTemplate {
        unit: unit.map(UnitCode::from),
        name: " 停水 ".into(),
        text: text.into(),
    };
    for unit in [None, Some("housing")] {
        assert_eq!(decide(&district, &set(unit, "原文"), &head, now()).unwrap_err().why, Why::NotYours);
        decide(&district, &set(unit, "原文"), &staff("centre", Role::Administrator), now()).unwrap();
    }
    for text in ["{单位}将于{期限}前恢复供水。", "{单位}已恢复供水。"] {
        for event in decide(&district, &set(Some("water"), text), &head, now()).unwrap() {
            assert!(matches!(event, ground::Event::TemplateSet { .. }));
            evolve(&mut district, now(), &system(), &event);
        }
    }
    let template = district.templates.values().next().unwrap();
    assert_eq!((template.name.as_str(), template.version), ("停水", 2));
    assert_eq!(decide(&district, &set(Some("water"), " "), &head, now()).unwrap_err().why, Why::Empty);
    let end = |name: &str| C::EndTemplate { unit: Some("water".into()), name: name.into() };
    assert_eq!(decide(&district, &end("没有"), &head, now()).unwrap_err().why, Why::NoSuchTemplate);
    let ended = decide(&district, &end("停水"), &head, now()).unwrap().remove(0);
    assert!(matches!(ended, ground::Event::TemplateEnded { .. }));
    evolve(&mut district, now(), &system(), &ended);
    assert!(district.templates.is_empty());
}

#[test]
fn before_it_is_founded_nothing_else_is_possible() {
    for command in all("unit-9", "名称", 1).into_iter().skip(1) {
        assert_eq!(decide(&District::default(), &command, &system(), now()).unwrap_err().why, Why::NotFounded);
    }
}

proptest! {
    #[test]
    fn whatever_is_asked_of_a_district_a_refusal_speaks_both_languages_and_an_event_is_what_is_stored(
        steps in prop::collection::vec((0..19_usize, "[a-zA-Z .-]{0,6}|unit-[0-9]|[一-龥]{1,3}", "[a-z一-龥]{0,5}", 0..40_u64), 1..60),
    ) {
        let mut district = founded();
        for (which, code, text, n) in steps {
            let before = district.clone();
            match decide(&district, &all(&code, &text, n)[which], &system(), now()) {
                Err(refusal) => {
                    prop_assert_eq!(&before, &district);
                    for lang in [domain::Lang::Zh, domain::Lang::En] {
                        let (what, todo) = refusal.said(lang);
                        let whole = !what.is_empty() && !todo.is_empty() && !what.contains("{}");
prop_assert!(whole);
                    }
                }
                Ok(events) => {
                    for event in events {
                        prop_assert!(EVENT_KINDS.contains(&event.kind()));
                        let bytes = serde_json::to_vec(&event).unwrap();
                        prop_assert_eq!(&serde_json::from_slice::<ground::Event>(&bytes).unwrap(), &event);
                        evolve(&mut district, now(), &system(), &event);
                    }
                    prop_assert!(district.version > before.version);
                    prop_assert!(district.rules.version >= before.rules.version);
                }
            }
        }
    }
}
