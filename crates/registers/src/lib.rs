//! The registers of the district: the one list of them. Whoever works on all kinds of record works on this list, and a
//! further kind is a line of it.

pub mod listen;
pub mod resolve;
pub mod shared;
pub mod tell;

use domain::case::Cases;
use domain::district::Districts;
use domain::register::{Of, Shelf};

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
