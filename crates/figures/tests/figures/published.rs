//! What was published is recomputed from the ledger as it was then.

use crate::world::*;
use domain::Actor;
use domain::case::{Handled, Solved};
use domain::district::{Command, Figure};
use figures::{Filter, Report, publication, verify_published};
use sha2::{Digest, Sha256};
use store::{Db, Engine, Write};

fn publish(w: &World, figures: Vec<Figure>) -> u64 {
    w.change(Command::PublishFigures(figures)).index
}

fn made(w: &mut World, filter: &Filter, ids: &[&str]) -> Vec<Figure> {
    publication(&mut w.db, NUMBER, filter, ids).unwrap()
}

/// The words of the finding.
fn finding(db: &mut Db) -> String {
    verify_published(db, NUMBER).unwrap().unwrap_err().0
}

#[test]
fn a_published_figure_still_verifies_after_the_ledger_grew() {
    for mut w in worlds() {
        w.live(2, 30);
        for ids in [vec!["accepted", "satisfied", "on_time", "raised"], vec!["resolved_of_ended"]] {
            for filter in [year(), year().with("unit", "housing").unwrap()] {
                let figures = made(&mut w, &filter, &ids);
                assert_eq!(figures.len(), ids.len());
                publish(&w, figures);
            }
            let solved = w.answered();
            w.act(Actor::Resident, solved, verdict(Solved::Yes, Handled::Good));
        }
        assert_eq!(verify_published(&mut w.db, NUMBER), Ok(Ok(Report { right: 10, corrected: 0 })));
    }
}

#[test]
fn where_nothing_was_published_there_is_nothing_wrong() {
    for mut w in worlds() {
        w.live(2, 5);
        assert_eq!(verify_published(&mut w.db, NUMBER), Ok(Ok(Report::default())));
    }
}

#[test]
fn the_hash_is_over_the_lists_as_anybody_can_write_them_down() {
    for mut w in worlds() {
        let (first, second) =
            (w.desk().raise_now(Actor::Resident, raise(), None), w.desk().raise_now(Actor::Resident, raise(), None));
        let (first, second) = (first.unwrap(), second.unwrap());
        w.act(dispatcher(), second.id, accept(domain::case::Track::Hotline));
        let figure = made(&mut w, &year(), &["accepted"]).remove(0);
        let text = format!("numerator\n{}\ndenominator\n{}\n{}\n", second.index, first.index, second.index);
        let hash: String = Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!((figure.counted, figure.numerator, figure.denominator), (hash, 1, 2));
    }
}

fn raise() -> domain::case::Raise {
    domain::case::Raise { text: "路灯不亮。".into(), ..Default::default() }
}

#[test]
fn a_wrong_published_number_is_named_whatever_is_wrong_with_it() {
    type Harm = fn(&mut Figure);
    let harms: [(&str, Harm); 7] = [
        ("numerator", |f| f.numerator += 1),
        ("denominator", |f| f.denominator -= 1),
        ("participation", |f| f.participation = None),
        ("value", |f| f.value = "100.00".into()),
        ("hash of what it counts", |f| f.counted = "00".into()),
        ("no version 9", |f| f.definition = 9),
        ("its filter", |f| f.filter = "unit=HOUSING".into()),
    ];
    for (what, harm) in harms {
        for mut w in worlds() {
            let solved = w.answered();
            w.act(Actor::Resident, solved, verdict(Solved::Yes, Handled::Good));
            let mut figures = made(&mut w, &year(), &["accepted", "satisfied"]);
            figures.iter_mut().filter(|f| f.id == "satisfied").for_each(harm);
            let entry = publish(&w, figures);
            let found = finding(&mut w.db);
            assert!(found.starts_with(&format!("entry {entry}: the published figure satisfied")), "{found}");
            assert!(found.contains(what), "{found}");
        }
    }
}

#[test]
fn the_first_of_two_wrong_figures_is_named() {
    for mut w in worlds() {
        w.answered();
        let right = made(&mut w, &year(), &["accepted"]).remove(0);
        w.answered();
        let later = made(&mut w, &year(), &["accepted"]).remove(0);
        // The first published of the two was computed from the longer ledger.
        let first = publish(&w, vec![Figure { numerator: 7, ..later }]);
        publish(&w, vec![Figure { numerator: 8, ..right }]);
        assert!(finding(&mut w.db).starts_with(&format!("entry {first}:")));
    }
}

#[test]
fn a_figure_cannot_have_known_what_came_after_it() {
    for mut w in worlds() {
        let figure = made(&mut w, &year(), &["raised"]).remove(0);
        let size = figure.ledger_size;
        publish(&w, vec![Figure { ledger_size: size + 1, ..figure }]);
        assert!(finding(&mut w.db).contains("came after it"));
    }
}

#[test]
fn a_correction_puts_a_wrong_figure_right_and_is_recomputed_itself() {
    for mut w in worlds() {
        w.answered();
        let right = made(&mut w, &year(), &["accepted"]).remove(0);
        let publication = publish(&w, vec![Figure { numerator: 0, ..right.clone() }]);
        let correct = |w: &World, figure| w.change(Command::CorrectFigure { publication, figure }).index;
        let entry = correct(&w, Figure { value: "100".into(), ..right.clone() });
        let found = finding(&mut w.db);
        assert!(found.starts_with(&format!("entry {entry}: the correction accepted")), "{found}");
        correct(&w, right);
        assert_eq!(verify_published(&mut w.db, NUMBER), Ok(Ok(Report { right: 1, corrected: 2 })));
    }
}

#[test]
fn a_correction_of_what_was_never_published_is_found() {
    for mut w in worlds() {
        let figure = made(&mut w, &year(), &["accepted"]).remove(0);
        w.change(Command::CorrectFigure { publication: 0, figure });
        assert!(finding(&mut w.db).contains("entry 0 published no such figure"));
    }
}

#[test]
fn a_publication_that_was_changed_in_the_database_is_found() {
    for mut w in worlds() {
        w.answered();
        let figures = made(&mut w, &year(), &["accepted"]);
        let entry = publish(&w, figures);
        let (place, mut db, _keep) = w.close();
        let mut writer = Db::open_writer(&place).unwrap();
        let drop = match writer.engine() {
            Engine::Sqlite => "DROP TRIGGER events_no_update",
            Engine::Postgres => "DROP TRIGGER events_no_update ON events",
        };
        let rows = db.query("SELECT body FROM events WHERE district = $1 AND seq = $2", &store::args![NUMBER, entry]);
        let body = String::from_utf8(rows.unwrap()[0].bytes("body").unwrap().to_vec()).unwrap();
        let changed = body.replace("\"numerator\":1", "\"numerator\":0");
        assert_ne!(body, changed);
        let update = "UPDATE events SET body = $1 WHERE seq = $2";
        writer
            .write(&[Write::new(drop, vec![]), Write::new(update, store::args![changed.into_bytes(), entry])])
            .unwrap();
        assert!(finding(&mut db).contains("numerator says 0"));
    }
}
