//! A hall without network: its ledger is merged into the district's, on both engines, each entry once, under the hall's codes
//! and keys; what went on here in the meantime stays as it is here.

use crate::boards::{ITEMS, claim};
use crate::*;
use ::registers::listen::meeting::{self, Meetings};
use ::registers::listen::opinion::{Opinion, Opinions};
use desk::{Hall, Merged};
use domain::register::On;

/// A laptop that has taken along what a hall needs of a town.
fn carried(town: &Town) -> Town {
    let events = store::hall::district(&mut town.db(), &mut town.keys(), 1).unwrap();
    let (clock, entropy) = (town.clock.clone(), Entropy::seeded(77));
    let plan = Plan { origin: "example.test/ledger/hall/1", clock, entropy, ..Plan::default() };
    let hall = Town(Founded::new(on_disk(), plan));
    hall.desk().merge_now(Hall { origin: None, checkpoint: Vec::new(), size: 0, events }).unwrap();
    hall
}

/// The hall's ledger as it is now.
fn ledger(hall: &Town) -> Hall {
    let mut keys = Keys::open(&hall.place, 1, false).unwrap();
    Hall {
        origin: Some("example.test/ledger/hall/1".into()),
        checkpoint: store::hall::checkpoint(&mut hall.db(), 1).unwrap(),
        size: store::follow::size(&mut hall.db(), 1).unwrap(),
        events: store::hall::records(&mut hall.db(), &mut keys, 1).unwrap(),
    }
}

fn merge(town: &Town, hall: &Town) -> Merged {
    town.desk().merge_now(ledger(hall)).unwrap()
}

#[test]
fn a_hall_has_the_units_and_rules_of_its_district_and_none_of_its_cases() {
    everywhere(|town| {
        town.at(Track::Hotline, "housing");
        let hall = carried(town);
        let (here, there) = (town.desk().district(), hall.desk().district());
        assert_eq!((&there.units, &there.accounts, &there.rules), (&here.units, &here.accounts, &here.rules));
        assert_eq!((&there.catalogue, there.calendar.version()), (&here.catalogue, here.calendar.version()));
        assert_eq!(hall.count("SELECT COUNT(*) FROM cases WHERE district = $1"), 0);
        assert!(hall.desk().is_hall() && !town.desk().is_hall());
        hall.proved();
    });
}

#[test]
fn what_a_hall_wrote_down_is_merged_once_under_its_codes_keys_and_claims() {
    everywhere(|town| {
        // Something happened here meanwhile: the indexes of both ledgers are others.
        town.at(Track::Hotline, "housing");
        let hall = carried(town);
        let (meeting, opinions) = hall.board(3);
        hall.execute::<Opinions>(clerk("water"), On::Record(opinions[0]), claim(hall.clock.now().date())).unwrap();
        hall.execute::<Meetings>(clerk("street-1"), On::Record(meeting), meeting::Act::EndBoard {}).unwrap();
        town.days(1);
        let merged = merge(town, &hall);
        assert_eq!((merged.before, merged.left.len(), merged.cases.len()), (0, 0, 3));
        let of_hall: Opinion = hall.opinion(opinions[0]);
        let case = of_hall.case.unwrap().0;
        let (here, there) = (town.case(case), hall.case(case));
        assert_eq!((&here.code, &here.tasks[0].unit, &here.step), (&there.code, &there.tasks[0].unit, &there.step));
        assert_eq!(town.said(case, "raised").get("text").unwrap(), "第1句，读回了");
        assert_eq!(town.said(case, "claimed"), hall.said(case, "claimed"));
        // The slip that was printed in the hall opens it here.
        let secret = |town: &Town| {
            let mut keys = Keys::open(&town.place, 1, false).unwrap();
            store::opening::secret_of(&mut keys, case, 1).unwrap()
        };
        assert_eq!(secret(town), secret(&hall));
        // What happened there is dated by what each ledger can vouch for.
        let stream = store::read::stream::<Cases>(&mut town.db(), 1, case).unwrap();
        assert!(stream.events.iter().all(|e| e.body.at > e.body.in_hall.unwrap()), "merged a day later");
        assert_eq!(stream.events[0].seq, merged.cases.iter().find(|(code, _)| *code == here.code).unwrap().1);
        // Once more, nothing is there twice, and nothing is noted.
        let size = store::follow::size(&mut town.db(), 1).unwrap();
        let again = merge(town, &hall);
        assert_eq!((again.taken, again.before, again.left), (0, merged.taken, Vec::new()));
        assert_eq!(store::follow::size(&mut town.db(), 1).unwrap(), size);
        // The evening goes on, and is merged again.
        hall.execute::<Meetings>(clerk("street-1"), On::Record(meeting), meeting::Act::Board {}).unwrap();
        hall.execute::<Opinions>(clerk("housing"), On::Record(opinions[1]), claim(hall.clock.now().date())).unwrap();
        let more = merge(town, &hall);
        assert_eq!((more.taken, more.before), (3, merged.taken));
        assert_eq!(town.opinion(opinions[1]).claims.len(), 1);
        hall.proved();
    });
}

#[test]
fn a_case_that_went_on_here_stays_as_it_is_here_and_is_named_and_everything_else_is_merged() {
    everywhere(|town| {
        let hall = carried(town);
        let (meeting, opinions) = hall.board(2);
        merge(town, &hall);
        let case = |n: usize| hall.opinion(opinions[n]).case.unwrap().0;
        // The dispatch centre was faster with the first, and the hall does not know.
        town.act(&dispatcher(), case(0), accept(Track::Hotline));
        town.act(&dispatcher(), case(0), dispatch("housing"));
        for id in &opinions {
            hall.execute::<Opinions>(clerk("water"), On::Record(*id), claim(hall.clock.now().date())).unwrap();
        }
        hall.execute::<Meetings>(clerk("street-1"), On::Record(meeting), meeting::Act::EndBoard {}).unwrap();
        let merged = merge(town, &hall);
        assert_eq!(merged.left, [(town.case(case(0)).code, 3)]);
        assert_eq!(town.case(case(0)).lead().map(|task| task.unit.as_str()), Some("housing"));
        assert_eq!(town.case(case(1)).lead().map(|task| task.unit.as_str()), Some("water"));
        let noted = format!("SELECT COUNT(*) FROM events WHERE district = $1 AND kind = '{}'", "hall_merged");
        assert_eq!(town.count(&noted), 2);
    });
}

#[test]
fn a_writer_that_dies_while_it_merges_has_merged_all_of_it_or_nothing() {
    everywhere(|town| {
        let hall = carried(town);
        hall.board(ITEMS);
        // The desk ends in the middle of it: whoever merges again finds nothing or all of it.
        let (desk, events) = (town.desk().clone(), ledger(&hall));
        let merging = std::thread::spawn(move || desk.merge_now(events));
        town.reopen(9);
        let first = merging.join().unwrap().map_or(0, |merged| merged.taken);
        let again = merge(town, &hall);
        assert!(first == 0 || again.taken == 0, "{first} and {}", again.taken);
        assert_eq!(merge(town, &hall).taken, 0);
    });
}
