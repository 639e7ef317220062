//! The registers of the district: the one list of them. Whoever works on all kinds of record works on this list, and a
//! further kind is a line of it.

pub mod listen;
pub mod resolve;
pub mod shared;
pub mod tell;

use domain::case::Cases;
use domain::district::Districts;
use domain::register::{Of, Shelf};
use domain::rule::{Builtin, RuleId, RuleTable};

/// Every register.
pub static REGISTERS: &[&dyn Shelf] = &[
    &Of::<Districts>::new(),
    &Of::<Cases>::new(),
    &Of::<tell::lecture::Lectures>::new(),
    &Of::<listen::meeting::Meetings>::new(),
    &Of::<listen::opinion::Opinions>::new(),
    &Of::<resolve::reception::Receptions>::new(),
    &Of::<resolve::encounter::Encounters>::new(),
];

/// The registers whose records stand in a list of their own, in the order of the navigation.
pub fn listed() -> impl Iterator<Item = &'static dyn Shelf> {
    REGISTERS.iter().copied().filter(|shelf| shelf.table().is_some() && shelf.part_of().is_none())
}

/// The rules of all clocks, as they come with the program.
pub fn rules() -> impl Iterator<Item = &'static Builtin> {
    REGISTERS.iter().flat_map(|shelf| shelf.rules())
}

/// The rule of an id; none for one of a newer version.
pub fn rule(id: RuleId) -> Option<&'static Builtin> {
    rules().find(|rule| rule.id == id)
}

/// The table of all of them: what a district publishes that changes nothing.
pub fn rule_table() -> RuleTable {
    RuleTable { version: 1, rules: rules().map(|rule| (rule.id, rule.rule())).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::register::of_kind;
    use domain::{Refusal, Why};
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_of_event_leads_back_to_its_register_alone() {
        let mut seen = BTreeSet::new();
        for shelf in REGISTERS {
            for kind in shelf.kinds() {
                let found = of_kind(REGISTERS, shelf.code() == "district", kind).map(Shelf::code);
                assert_eq!(found, Some(shelf.code()), "{kind}");
                assert!(seen.insert(*kind), "{kind} is a kind of two registers");
            }
        }
        assert!(of_kind(REGISTERS, false, "nothing.like_it").is_none());
    }

    #[test]
    fn every_rule_has_an_id_of_its_own_and_a_name_in_both_languages() {
        let mut ids = BTreeSet::new();
        for rule in rules() {
            assert!(ids.insert(rule.id) && rule.names.iter().all(|name| !name.is_empty()), "{}", rule.id);
        }
        assert_eq!(rule_table().rules.len(), ids.len());
    }

    #[test]
    fn every_reason_says_what_is_wrong_and_what_to_do_under_a_code_of_its_own() {
        let mut codes = BTreeSet::new();
        let all = Why::ALL.iter().chain(REGISTERS.iter().flat_map(|shelf| shelf.reasons()));
        for why in all {
            assert!(codes.insert(why.code()), "{} is the code of two reasons", why.code());
            for lang in [domain::Lang::Zh, domain::Lang::En] {
                let (what, todo) = Refusal::new(*why).said(lang);
                assert!(!what.is_empty() && !todo.is_empty(), "{}", why.code());
            }
        }
    }
}
