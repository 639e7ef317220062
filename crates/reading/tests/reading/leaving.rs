//! What must not stand in the index, and what must leave it: looked for in its files.

use crate::town::{dispatcher, everywhere, hotline, town, volumes, words_on_disk};
use domain::case::{CaseId, Command, Contact, Corrected, Raise};
use std::collections::BTreeSet;
use std::path::Path;

fn holds(index: &Path, marker: &str) -> bool {
    words_on_disk(index).iter().any(|word| word.contains(marker))
}

#[test]
fn phones_numbers_mails_and_names_never_come_into_the_files() {
    let mut town = town();
    let contact = Contact { name: "namemarker".into(), phone: "13800001111".into(), ..Contact::default() };
    let text = "我是namemarker，电话138-0000-1111或２２３４５６７８９，证号12010119900101123X，\
        信箱mailmarker@example.org，短号66123，灯不亮";
    let place = "幸福里3号楼2单元5021室 13900002222";
    let id = town.raise(Raise { contact, place: place.into(), secret: "445566".into(), ..hotline(text) });
    assert_eq!(town.finds("灯不亮"), [id]);
    let words = words_on_disk(&town.index());
    assert!(words.contains("66123"), "a short number stays, so that this test could find one");
    for gone in ["namemarker", "mailmarker", "example", "1380", "1111", "2234", "1201", "5021", "1390", "445566"] {
        assert!(words.iter().all(|word| !word.contains(gone)), "{gone}");
    }
    for typed in ["namemarker", "13800001111", "138 0000 1111", "mailmarker", "5021"] {
        assert_eq!(town.finds(typed), [] as [CaseId; 0], "{typed}");
    }
}

#[test]
fn an_erased_case_leaves_the_files_with_every_word() {
    everywhere(|town| {
        let erased =
            town.raise(Raise { title: "titlemarker".into(), place: "placemarker".into(), ..hotline("textmarker") });
        let kept = town.text("keptmarker");
        town.dispatch(erased, "housing");
        town.answer(erased, "housing", "answermarker");
        for marker in ["titlemarker", "placemarker", "textmarker", "answermarker"] {
            assert_eq!(town.finds(marker), [erased], "{marker}");
            assert!(holds(&town.index(), marker), "{marker}");
        }
        let verdict = domain::case::Verdict {
            solved: domain::case::Solved::Yes,
            handled: domain::case::Handled::Good,
            asked_for_good: false,
            witnessed: false,
        };
        let verdict = Command::GiveVerdict { verdict, words: String::new(), witness: String::new() };
        town.act(&domain::Actor::Resident, erased, verdict);
        town.act(&domain::Actor::Resident, erased, Command::AskErasure { reason: String::new() });
        town.act(&dispatcher(), erased, Command::Erase { ground: domain::case::Ground::ConsentWithdrawn });
        for marker in ["titlemarker", "placemarker", "textmarker", "answermarker"] {
            assert!(town.finds(marker).is_empty(), "{marker}");
            assert!(!holds(&town.index(), marker), "{marker}");
        }
        assert_eq!(town.finds("keptmarker"), [kept]);
        assert!(town.finds("housing.light").contains(&erased), "that there was a case is no secret");
    });
}

#[test]
fn a_corrected_and_a_hidden_text_leave_the_files() {
    let mut town = town();
    let corrected = town.raise(Raise { title: "一件事".into(), ..hotline("firstmarker") });
    let hidden = town.raise(Raise { title: "hiddenmarker".into(), public: true, ..hotline("hiddentext") });
    assert_eq!((town.finds("firstmarker"), town.finds("hiddentext")), (vec![corrected], vec![hidden]));
    let correct = Command::CorrectField { field: Corrected::Text, value: "secondmarker".into() };
    town.act(&dispatcher(), corrected, correct);
    town.act(&dispatcher(), hidden, Command::HideText { reason: "含有他人姓名".into() });
    assert_eq!(town.finds("secondmarker"), [corrected]);
    for gone in ["firstmarker", "hiddenmarker", "hiddentext"] {
        assert!(town.finds(gone).is_empty() && !holds(&town.index(), gone), "{gone}");
    }
}

#[test]
fn who_shows_a_text_to_neighbours_no_longer_is_still_found_by_those_who_handle_the_case() {
    let mut town = town();
    let id = town.raise(Raise { public: true, ..hotline("stillmarker") });
    town.act(&domain::Actor::Resident, id, Command::HideText { reason: String::new() });
    assert_eq!(town.finds("stillmarker"), [id]);
}

#[test]
fn a_name_that_is_corrected_later_is_taken_out_of_the_text_too() {
    let mut town = town();
    let id = town.text("我叫latemarker，灯不亮");
    assert_eq!(town.finds("latemarker"), [id]);
    let correct = Command::CorrectField { field: Corrected::Name, value: "latemarker".into() };
    town.act(&dispatcher(), id, correct);
    assert_eq!(town.finds("灯不亮"), [id]);
    assert!(!holds(&town.index(), "latemarker"));
}

#[test]
fn many_erasures_between_many_commits_and_merges_leave_no_word_behind() {
    let mut town = town();
    let mut gone = BTreeSet::new();
    for round in 0..24_usize {
        let cases: Vec<CaseId> = (0..4).map(|n| town.text(&format!("marker{round}x{n} 灯不亮"))).collect();
        // Committed, so that there are segments; some erased at once, some with the next round, beside merges.
        town.follower();
        town.erase(cases[0]);
        gone.insert(format!("marker{round}x0"));
        if round % 3 == 0 {
            let _ = town.follower.as_mut().unwrap().turn().unwrap();
        }
        town.erase(cases[1]);
        gone.insert(format!("marker{round}x1"));
    }
    town.follower();
    let words = words_on_disk(&town.index());
    assert_eq!(words.iter().filter(|w| w.starts_with("marker")).count(), 48);
    assert!(gone.iter().all(|word| !words.contains(word)));
}

#[test]
fn what_was_taken_out_before_a_crash_leaves_the_files_after_it() {
    let mut town = town();
    let (erased, _) = (town.text("crashmarker"), town.text("灯不亮"));
    town.follower();
    town.erase(erased);
    // One turn commits; the files are tidied beside it, which a crash may cut off at any time.
    let _ = town.follower.as_mut().unwrap().turn().unwrap();
    town.follower = None;
    assert_eq!(volumes(&town.index()).len(), 1);
    assert!(town.finds("crashmarker").is_empty());
    assert!(!holds(&town.index(), "crashmarker"));
}
