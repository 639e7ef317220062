//! What a sealed accusation is about stands in the vault, and nowhere else.

use crate::town::{Town, everywhere, hotline, staff, words_on_disk};
use domain::Role;
use domain::case::{Command, Raise, Track, may_see};
use store::args;

/// The sealed case of the story: about the housing bureau, of a category and a street.
fn accused(town: &Town) -> domain::case::CaseId {
    let (category, street) = (Some("housing.light".into()), Some("street-1".into()));
    let raise =
        Raise {
            track: Track::Accusation, accused: Some("housing".into()), category, ..hotline("密件标记：收礼")
        };
    town.raise(Raise { street: street.clone(), ..hotline("公开标记") });
    let id = town.raise(Raise { street, ..raise });
    town.dispatch(id, "discipline");
    town.act(&staff("discipline", Role::Dispatcher), id, Command::Recategorise { category: "housing".into() });
    id
}

#[test]
fn neither_an_event_nor_a_read_table_nor_the_index_says_what_a_sealed_accusation_is_about() {
    everywhere(|town| {
        let id = accused(town);
        let told = ["housing", "street-1", "密件"];
        let bodies = town
            .db()
            .query_text("SELECT body FROM events WHERE district = $1 AND stream = $2", &args![1, &id.0])
            .unwrap();
        assert_eq!(bodies.len(), 4);
        for body in &bodies {
            let body = String::from_utf8(body.bytes("body").unwrap().to_vec()).unwrap();
            assert!(told.iter().all(|word| !body.contains(word)), "{body}");
        }
        let row = "SELECT COUNT(*) FROM cases WHERE district = $1 AND id = $2 \
                   AND category IS NULL AND coarse IS NULL AND street IS NULL AND lead = 'discipline'";
        assert_eq!(town.db().number(row, &args![1, &id.0]).unwrap(), 1);
        let tasks = "SELECT COUNT(*) FROM duties t JOIN cases c ON c.district = t.district AND c.seq = t.seq \
                     WHERE c.district = $1 AND c.id = $2 AND t.unit <> 'discipline'";
        assert_eq!(town.db().number(tasks, &args![1, &id.0]).unwrap(), 0);
        town.follower();
        let words = words_on_disk(&town.index());
        assert!(words.contains("公开") && words.contains("street=street-1"), "the open case is there");
        for sealed in ["密件", "收礼", "track=accusation", "unit=discipline"] {
            assert!(!words.contains(sealed), "{sealed} is in the index");
        }
        assert_eq!(town.follower().cases(), 1);
    });
}

#[test]
fn the_accused_unit_is_known_by_its_tag_and_the_discipline_unit_reads_what_the_vault_has() {
    everywhere(|town| {
        let id = accused(town);
        let (case, district) = (town.case(id), town.desk().district());
        assert!(may_see(&case, &staff("discipline", Role::Clerk), &district));
        assert!(case.is_about(&"housing".into(), &district) && !case.is_about(&"water".into(), &district));
        let about_itself = Raise { track: Track::Accusation, accused: Some("discipline".into()), ..hotline("收礼") };
        let case = town.case(town.raise(about_itself));
        assert!(!may_see(&case, &staff("discipline", Role::Clerk), &district), "never the unit that it is about");
        assert!(may_see(&case, &staff("discipline-2", Role::Clerk), &district));
        let mut keys = store::Keys::open(&town.place, 1, false).unwrap();
        let history = store::read::history(&mut town.db(), &mut keys, 1, id).unwrap().unwrap();
        let about = (history.case.category, history.case.street, history.case.accused);
        assert_eq!(about, (Some("housing".into()), Some("street-1".into()), Some("housing".into())));
    });
}
