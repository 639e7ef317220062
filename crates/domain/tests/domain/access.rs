//! Who becomes whom: what one administrator can't do alone.

use crate::*;
use domain::district::{AccountAct, Command as C, Event as E, SECOND_WAIT, decide, evolve};

/// A district with two administrators (1 and 2), an auditor (3), a discipline unit's head (4), a clerk (5).
struct Office {
    district: District,
    now: Moment,
}

fn admin(account: u32) -> Actor {
    Actor::Staff { account, unit: "centre".into(), role: Role::Administrator }
}

impl Office {
    fn new() -> Office {
        let mut district = founded();
        let accounts = [
            ("admin", "centre", Role::Administrator),
            ("admin2", "centre", Role::Administrator),
            ("auditor", "centre", Role::Auditor),
            ("discipline.head", "discipline", Role::Head),
            ("water.clerk", "water", Role::Clerk),
        ];
        let accounts = accounts.map(|(user, unit, role)| (user.to_owned(), UnitCode::from(unit), role));
        change(&mut district, &C::OpenAccounts(accounts.to_vec())).unwrap();
        Office { district, now: Moment::from_local(date(2024, 5, 6).at(9, 0, 0, 0)) }
    }

    fn act(&mut self, by: &Actor, command: C) -> Result<Vec<E>, Why> {
        let events = decide(&self.district, &command, by, self.now).map_err(|refusal| refusal.why)?;
        for event in &events {
            evolve(&mut self.district, self.now, by, event);
        }
        Ok(events)
    }
}

fn reset(user: &str) -> C {
    C::ResetPassword { user: user.into() }
}

fn moved(user: &str, unit: &str, role: Role) -> C {
    C::MoveAccount { user: user.into(), unit: unit.into(), role }
}

fn open(user: &str, unit: &str, role: Role) -> C {
    C::OpenAccounts(vec![(user.into(), unit.into(), role)])
}

#[test]
fn one_administrator_resets_a_clerk_and_the_owner_can_read_who_did_and_when() {
    let mut office = Office::new();
    assert_eq!(office.act(&admin(1), reset("water.clerk")), Ok(vec![E::PasswordReset { account: 5 }]));
    let told = office.district.access.resets[&5].last().copied().unwrap();
    assert_eq!((told.by, told.at), (Some(1), office.now));
    for _ in 0..20 {
        office.act(&admin(2), reset("water.clerk")).unwrap();
    }
    assert_eq!(office.district.access.resets[&5].len(), 5, "the latest five");
}

#[test]
fn nobody_comes_to_read_sealed_cases_to_audit_or_to_administer_by_one_administrators_word() {
    let ways = [
        reset("discipline.head"),
        reset("auditor"),
        reset("admin2"),
        moved("water.clerk", "discipline", Role::Clerk),
        moved("water.clerk", "water", Role::Auditor),
        moved("admin", "discipline", Role::Head),
        // Out of guard, reset there, and back.
        moved("discipline.head", "water", Role::Head),
        open("another", "discipline-2", Role::Dispatcher),
        open("another", "centre", Role::Auditor),
        open("another", "centre", Role::Administrator),
    ];
    for by in [admin(1), Actor::command_line()] {
        for command in &ways {
            let mut office = Office::new();
            let before = office.district.accounts.clone();
            let events = office.act(&by, command.clone()).unwrap();
            assert!(matches!(events[..], [E::AccountActAsked { .. }]), "{by:?} {command:?}: {events:?}");
            let again = office.act(&by, command.clone());
            assert!(matches!(again, Err(Why::NeedsSecond | Why::SecondWaits)), "asking again is no second: {again:?}");
            assert_eq!(office.district.accounts, before);
            assert!(office.district.access.resets.is_empty());
        }
    }
}

#[test]
fn what_two_administrators_ask_for_is_done_but_not_by_the_one_whom_it_is_about() {
    let mut office = Office::new();
    office.act(&admin(1), reset("auditor")).unwrap();
    assert_eq!(office.act(&admin(2), reset("auditor")), Ok(vec![E::PasswordReset { account: 3 }]));
    assert!(office.district.access.asked.is_empty());
    office.act(&admin(1), open("admin3", "centre", Role::Administrator)).unwrap();
    let opened = office.act(&admin(2), open("admin3", "centre", Role::Administrator)).unwrap();
    assert!(matches!(&opened[..], [E::AccountsOpened { accounts }] if accounts[0].id == 6));
    // With three administrators, the one who lost the password can't agree to it, the third can.
    office.act(&admin(1), reset("admin2")).unwrap();
    assert_eq!(office.act(&admin(2), reset("admin2")), Err(Why::NeedsSecond));
    assert_eq!(office.act(&admin(6), reset("admin2")), Ok(vec![E::PasswordReset { account: 2 }]));
    // Another act than the one that was asked for is another question.
    office.act(&admin(1), moved("water.clerk", "discipline", Role::Clerk)).unwrap();
    let other = office.act(&admin(2), moved("water.clerk", "discipline", Role::Head)).unwrap();
    assert!(matches!(other[..], [E::AccountActAsked { .. }]));
}

#[test]
fn with_one_administrator_left_it_waits_72_hours_and_every_guarded_account_may_decline_it() {
    let mut office = Office::new();
    // Nobody alone closes the account of whoever would have to agree.
    office.act(&admin(1), C::CloseAccount { user: "admin2".into() }).unwrap();
    assert!(!office.district.accounts[&2].closed, "it was asked for");
    office.now.0 += SECOND_WAIT;
    office.act(&admin(1), C::CloseAccount { user: "admin2".into() }).unwrap();
    assert!(office.district.accounts[&2].closed);
    office.act(&admin(1), reset("discipline.head")).unwrap();
    let asked = office.district.access.asked[0].clone();
    assert_eq!(office.district.waits_until(&asked), Some(Moment(office.now.0 + SECOND_WAIT)));
    let told: Vec<u32> = office.district.guarded().map(|a| a.id).collect();
    assert_eq!(told, [1, 3, 4], "administrators, auditors, the discipline unit");
    office.now.0 += SECOND_WAIT - 1;
    assert_eq!(office.act(&admin(1), reset("discipline.head")), Err(Why::SecondWaits));
    let mut declined = Office { district: office.district.clone(), now: office.now };
    let act = AccountAct::Reset { account: 4 };
    let clerk = Actor::Staff { account: 5, unit: "water".into(), role: Role::Clerk };
    assert_eq!(declined.act(&clerk, C::DeclineAct(act.clone())), Err(Why::NotYours));
    let head = Actor::Staff { account: 4, unit: "discipline".into(), role: Role::Head };
    let event = E::AccountActDeclined { act: act.clone() };
    assert_eq!(declined.act(&head, C::DeclineAct(act.clone())), Ok(vec![event]));
    assert_eq!(declined.act(&head, C::DeclineAct(act)), Err(Why::NothingAsked));
    office.now.0 += 1;
    assert_eq!(office.act(&admin(1), reset("discipline.head")), Ok(vec![E::PasswordReset { account: 4 }]));
}

#[test]
fn a_unit_with_accounts_neither_becomes_a_discipline_unit_nor_ceases_to_be_one() {
    let mut office = Office::new();
    for (code, kind) in [("water", UnitKind::Discipline), ("discipline", UnitKind::Bureau)] {
        let mut unit = office.district.units[&UnitCode::from(code)].clone();
        unit.kind = kind;
        assert_eq!(office.act(&admin(1), C::SetUnits(vec![unit])), Err(Why::DisciplineAccounts), "{code}");
    }
}

#[test]
fn a_password_is_changed_by_its_owner_and_sign_ins_are_opened_by_an_auditor_for_a_purpose() {
    let mut office = Office::new();
    let clerk = Actor::Staff { account: 5, unit: "water".into(), role: Role::Clerk };
    assert_eq!(office.act(&clerk, C::ChangePassword), Ok(vec![E::PasswordChanged { account: 5 }]));
    assert_eq!(office.act(&clerk, C::SetFactor), Ok(vec![E::FactorSet { account: 5 }]));
    assert_eq!(office.act(&clerk, C::EndFactor), Ok(vec![E::FactorEnded { account: 5 }]));
    for command in [C::ChangePassword, C::SetFactor, C::EndFactor] {
        assert_eq!(office.act(&Actor::command_line(), command), Err(Why::NotYours));
    }
    let auditor = Actor::Staff { account: 3, unit: "centre".into(), role: Role::Auditor };
    let opened = |account| C::OpenSignIns { account, purpose: Purpose::Audit };
    assert_eq!(office.act(&admin(1), opened(5)), Err(Why::NotYours));
    assert_eq!(office.act(&auditor, opened(99)), Err(Why::NoSuchAccount));
    assert_eq!(office.act(&auditor, opened(5)), Ok(vec![E::SignInsOpened { account: 5, purpose: Purpose::Audit }]));
}
