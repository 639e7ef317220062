//! How the index is kept: it goes on, it is made anew, and it is never believed.

use crate::town::{Town, dispatcher, everywhere, hotline, town, volumes};
use domain::case::CaseId;
use reading::{Folder, Follower, Question, Reader, folder_of};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use store::Place;

/// A town with some cases, all followed.
fn filled() -> (Town, Vec<CaseId>) {
    let mut town = town();
    let cases = ["楼道灯不亮", "停水三天", "楼道灯又坏了"].iter().map(|text| town.text(text)).collect();
    town.follower();
    (town, cases)
}

fn volume(town: &Town) -> PathBuf {
    let [volume] = <[PathBuf; 1]>::try_from(volumes(&town.index())).unwrap();
    volume
}

#[test]
fn a_restart_goes_on_where_the_index_was_left() {
    everywhere(|town| {
        let first = town.text("楼道灯不亮");
        town.follower();
        let before = volume(town);
        town.follower = None;
        let second = town.text("楼道灯又坏了");
        let both = town.finds("楼道灯");
        assert!(both.len() == 2 && both.contains(&first) && both.contains(&second));
        assert_eq!(volume(town), before, "no new volume was made");
    });
}

#[test]
fn a_deleted_index_is_made_again_with_the_same_hits() {
    let (mut town, _) = filled();
    let before = town.finds("楼道灯");
    town.follower = None;
    fs::remove_dir_all(town.index()).unwrap();
    assert_eq!(town.finds("楼道灯"), before);
}

#[test]
fn a_torn_index_is_made_again() {
    let ends = ["term", "idx", "pos", "fast", "store", "fieldnorm"];
    for end in ends {
        let (mut town, cases) = filled();
        town.follower = None;
        let old = volume(&town);
        let files = fs::read_dir(&old).unwrap().map(|e| e.unwrap().path());
        let torn =
            files.filter(|p| p.extension().is_some_and(|e| e == end)).max_by_key(|p| p.metadata().unwrap().len());
        let torn = torn.unwrap_or_else(|| panic!("no file ends in {end}"));
        let bytes = fs::read(&torn).unwrap();
        fs::write(&torn, &bytes[..bytes.len() / 2]).unwrap();
        assert_eq!(town.finds("楼道灯").len(), 2, "{end}");
        assert!(town.finds("停水").contains(&cases[1]));
        assert!(!torn.exists(), "{end}: the torn file is gone");
    }
    for said in ["", "{}", "not json"] {
        let (mut town, _) = filled();
        town.follower = None;
        fs::write(volume(&town).join("meta.json"), said).unwrap();
        assert_eq!(town.finds("楼道灯").len(), 2, "{said:?}");
    }
}

#[test]
fn a_changed_byte_in_a_file_is_noticed_before_anybody_searches() {
    let (mut town, _) = filled();
    town.follower = None;
    let old = volume(&town);
    let mut files = fs::read_dir(&old).unwrap().map(|e| e.unwrap().path());
    let changed = files.find(|p| p.extension().is_some_and(|e| e == "term")).unwrap();
    let mut bytes = fs::read(&changed).unwrap();
    bytes[3] ^= 0xff;
    fs::write(&changed, &bytes).unwrap();
    assert_eq!(town.finds("楼道灯").len(), 2);
    assert!(!changed.exists());
}

#[test]
fn an_index_of_another_layout_or_an_unfinished_one_is_made_again() {
    let (mut town, _) = filled();
    town.follower = None;
    let old = volume(&town);
    let meta = fs::read_to_string(old.join("meta.json")).unwrap();
    let other = meta.replace("\\\"layout\\\":4", "\\\"layout\\\":0");
    assert_ne!(meta, other);
    fs::write(old.join("meta.json"), other).unwrap();
    fs::create_dir(town.index().join("77")).unwrap();
    assert_eq!(town.finds("楼道灯").len(), 2);
    assert_eq!(volumes(&town.index()), std::slice::from_ref(&old), "nothing but the new one is left");
    assert!(fs::read_to_string(old.join("meta.json")).unwrap().contains("\\\"layout\\\":4"));
}

#[test]
fn an_index_of_another_ledger_is_not_believed() {
    let (mut one, _) = filled();
    one.follower = None;
    let mut other = Town::found(testing::on_disk(), "reading.example/other");
    let own = other.text("停水");
    for n in 0..5 {
        other.text(&format!("别的 {n}"));
    }
    fs::rename(one.index(), other.index()).unwrap();
    assert!(other.finds("楼道灯").is_empty());
    assert_eq!(other.finds("停水"), [own]);
}

#[test]
fn a_new_volume_is_made_on_request_while_the_old_one_answers_and_is_followed() {
    let (mut town, _) = filled();
    let old = volume(&town);
    let folder = Folder::at(&town.index()).unwrap();
    assert!(folder.lock().unwrap().is_none(), "the follower holds the folder");
    assert!(Follower::open(&town.place, town.desk().registers(), 1, &town.index()).unwrap().is_none());
    folder.ask().unwrap();
    let late = town.text("楼道灯第三次坏了");
    let reader = Reader::of(&dispatcher()).unwrap();
    let question = Question { words: town.words("第三次"), ..Question::default() };
    let follower = town.follower.as_mut().unwrap();
    let finder = follower.finder();
    // The first turn takes cases into the new volume and follows with the old one.
    assert!(follower.turn().unwrap());
    assert!(folder.is_asked());
    assert_eq!(finder.find(&reader, &question).unwrap().unwrap().firsts.len(), 1);
    assert!(old.exists());
    assert_eq!(town.finds("第三次"), [late]);
    assert!(!folder.is_asked() && !old.exists());
    assert_eq!(town.finds("楼道灯").len(), 3);
    assert_eq!(town.follower().cases(), 4);
}

#[test]
fn a_running_follower_finds_what_comes_and_stops_when_it_is_told() {
    let (mut town, _) = filled();
    let follower = town.follower.take().unwrap();
    let finder = follower.finder();
    let running = follower.start().unwrap();
    town.raise(hotline("新来的一件"));
    let reader = Reader::of(&dispatcher()).unwrap();
    let question = Question { words: town.words("新来"), ..Question::default() };
    while finder.find(&reader, &question).unwrap().unwrap().firsts.is_empty() {
        std::thread::yield_now();
    }
    drop(running);
    assert!(Folder::at(&town.index()).unwrap().lock().unwrap().is_some(), "it has let the folder go");
}

#[test]
fn a_case_that_cannot_be_read_holds_up_no_other() {
    let (mut town, cases) = filled();
    let firsts: Vec<u64> = (0..20).collect();
    let mut keys = store::Keys::open(&town.place, 1, true).unwrap();
    let first = town.ids(&{
        let records = store::records::some(&mut town.db(), &mut keys, 1, &firsts).unwrap();
        records.iter().map(|r| r.first).collect::<Vec<u64>>()
    });
    assert_eq!(first.len(), 3);
    // Another key than the one it was sealed with, as a mixed-up restore would leave it.
    keys.destroy_case(&cases[0].0).unwrap();
    keys.put_cases(&[(cases[0].0, [9; 32])]).unwrap();
    town.follower = None;
    fs::remove_dir_all(town.index()).unwrap();
    assert_eq!(town.finds("楼道灯"), [cases[2]]);
    assert_eq!(town.finds("停水"), [cases[1]]);
}

#[test]
fn only_the_owner_can_enter_the_index_and_a_server_without_a_folder_has_none() {
    let (town, _) = filled();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(town.index()), mode(volume(&town)), mode(town.index().join("lock"))), (0o700, 0o700, 0o600));
    let server = Place::parse("postgres://doorstep@localhost/district").unwrap();
    assert_eq!(folder_of(&server, None), None);
    assert_eq!(folder_of(&server, Some("/x".as_ref())), Some("/x".into()));
    assert_eq!(folder_of(&Place::parse("data").unwrap(), None), Some("data/index".into()));
}
