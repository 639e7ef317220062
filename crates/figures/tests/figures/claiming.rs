//! What the figures of on-the-spot claiming count.

use crate::world::*;
use domain::case::{Command, Door, Handed, Kept, Raise};
use domain::{Actor, Role};
use figures::figures;

const CLAIMED: &str = "act.claiming.claimed";
const KEPT: &str = "act.claiming.kept";
const KEPT_HELD: &str = "act.claiming.kept_not_independent";

#[test]
fn what_a_unit_claimed_counts_of_all_that_was_said_there_and_the_name_of_a_door_counts_nothing() {
    for mut w in worlds() {
        w.boarded("2023-03-01", 4, 3, "2023-03-06");
        w.met("street-1", "2023-03-01", (1, 1, 1));
        w.raise(Raise { door: Door::Meeting, ..Raise::default() });
        assert_eq!(w.parts(CLAIMED), (3, 6), "a meeting without a board is no way around it");
        // Whatever becomes of a case later, it was claimed.
        let again = w.boarded("2023-03-01", 1, 1, "2023-03-06");
        w.act(Actor::Resident, again[0], Command::Withdraw);
        assert_eq!(w.parts(CLAIMED), (4, 7));
    }
}

#[test]
fn a_first_step_is_kept_by_the_speakers_own_word_alone_and_silence_is_neither() {
    for mut w in worlds() {
        let cases = w.boarded("2023-03-01", 5, 5, "2023-03-06");
        assert_eq!((w.parts(KEPT), w.parts(CLAIMED)), ((0, 0), (5, 5)), "the day has not come");
        // Three take their secret on a phone of their own, at the table.
        for id in &cases[..3] {
            w.act(Actor::Resident, *id, Command::HandSecret { way: Handed::Device });
        }
        w.evening("2023-03-06");
        while w.desk().sweep_now().unwrap() > 0 {}
        for (id, kept) in cases.iter().zip([Kept::Yes, Kept::No, Kept::Unclear]) {
            w.act(Actor::Resident, *id, Command::TellStep { kept });
        }
        // By a secret that staff printed on a slip, it is counted apart.
        w.act(staff("street-1", Role::Clerk), cases[3], Command::HandSecret { way: Handed::Slip });
        w.act(Actor::Resident, cases[3], Command::TellStep { kept: Kept::Yes });
        assert_eq!((w.parts(KEPT), w.parts(KEPT_HELD)), ((1, 3), (1, 1)));
        let all = figures(&mut w.db, NUMBER, &year()).unwrap();
        let kept = all.iter().find(|f| f.id == KEPT).unwrap().participation.clone().unwrap();
        assert_eq!((kept.numerator, kept.denominator), (3, 5));
        // On a phone of their own they can think better of it.
        w.act(Actor::Resident, cases[0], Command::TellStep { kept: Kept::No });
        assert_eq!(w.parts(KEPT), (0, 3));
    }
}
