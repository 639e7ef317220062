//! Keys and what is sealed under them.

use crate::{places, writer};
use proptest::prelude::*;
use store::vault::{Fields, VaultError, open, open_file, seal, seal_file};
use store::{CaseKey, Keys, StoreError};

fn stream(n: u8) -> [u8; 16] {
    [n; 16]
}

#[test]
fn a_key_is_there_for_the_next_process_and_only_in_its_district() {
    for (place, _keep) in places() {
        let _main = writer(&place);
        let mut keys = Keys::open(&place, 1, true).unwrap();
        let put: Vec<_> = (0..150).map(|n| (stream(n), [n; 32])).collect();
        keys.put_cases(&put).unwrap();
        keys.put_cases(&[]).unwrap();
        drop(keys);
        let mut keys = Keys::open(&place, 1, false).unwrap();
        let asked: Vec<_> = (0..200).map(stream).collect();
        let found = keys.case_keys(&asked).unwrap();
        assert_eq!(found.len(), 150);
        assert!(put.iter().all(|(s, k)| found[s].bytes() == k));
        assert!(keys.case_keys(&[]).unwrap().is_empty());
        let mut neighbour = Keys::open(&place, 2, false).unwrap();
        assert!(neighbour.case_keys(&asked).unwrap().is_empty());
    }
}

#[test]
fn the_same_key_again_changes_nothing_and_another_key_for_a_case_is_refused() {
    for (place, _keep) in places() {
        let _main = writer(&place);
        let mut keys = Keys::open(&place, 1, true).unwrap();
        keys.put_cases(&[(stream(1), [1; 32])]).unwrap();
        keys.put_cases(&[(stream(1), [1; 32]), (stream(2), [2; 32])]).unwrap();
        let refused = keys.put_cases(&[(stream(3), [3; 32]), (stream(1), [9; 32])]).unwrap_err();
        assert!(matches!(refused, StoreError::Refused(_)), "{refused:?}");
        let found = keys.case_keys(&[stream(1), stream(2), stream(3)]).unwrap();
        assert_eq!(found[&stream(1)].bytes(), &[1; 32]);
        assert_eq!(found.len(), 2);
    }
}

#[test]
fn a_destroyed_key_is_gone_and_on_sqlite_not_left_in_any_file() {
    for (place, _keep) in places() {
        let _main = writer(&place);
        let mut keys = Keys::open(&place, 1, true).unwrap();
        let key = *b"a key that nobody may find again";
        keys.put_cases(&[(stream(1), key), (stream(2), [2; 32])]).unwrap();
        keys.destroy_case(&stream(1)).unwrap();
        keys.destroy_case(&stream(1)).unwrap();
        assert!(keys.case_keys(&[stream(1)]).unwrap().is_empty());
        assert_eq!(keys.case_keys(&[stream(2)]).unwrap().len(), 1);
        let Some(folder) = place.folder() else {
            continue;
        };
        for file in std::fs::read_dir(folder).unwrap() {
            let file = file.unwrap().path();
            let bytes = std::fs::read(&file).unwrap();
            assert!(!bytes.windows(32).any(|w| w == key), "{}", file.display());
        }
    }
}

#[test]
fn a_secret_is_replaced_by_its_newer_value() {
    for (place, _keep) in places() {
        let _main = writer(&place);
        let mut keys = Keys::open(&place, 1, true).unwrap();
        assert!(keys.secret("log").unwrap().is_none());
        keys.put_secret("log", "old").unwrap();
        keys.put_secret("log", "new").unwrap();
        assert_eq!(keys.secret("log").unwrap().unwrap().as_str(), "new");
    }
}

#[test]
fn a_reader_says_that_the_key_store_is_missing() {
    for (place, _keep) in places() {
        let _main = writer(&place);
        assert!(matches!(Keys::open(&place, 1, false).err(), Some(StoreError::Missing(_))));
    }
}

fn fields() -> Fields {
    [("name", "某居民"), ("phone", "000")].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
}

#[test]
fn a_sealed_part_opens_only_with_its_key_at_its_place() {
    let (key, other) = (CaseKey::new([1; 32]), CaseKey::new([2; 32]));
    let sealed = seal(&key, 1, &stream(1), 3, &fields(), [5; 24]);
    assert_eq!(open(&key, 1, &stream(1), 3, &sealed), Ok(fields()));
    for moved in [
        open(&other, 1, &stream(1), 3, &sealed),
        open(&key, 2, &stream(1), 3, &sealed),
        open(&key, 1, &stream(2), 3, &sealed),
        open(&key, 1, &stream(1), 4, &sealed),
    ] {
        assert_eq!(moved, Err(VaultError::Foreign));
    }
}

#[test]
fn a_file_opens_only_at_its_place_and_is_no_event() {
    let key = CaseKey::new([1; 32]);
    let sealed = seal_file(&key, 1, &stream(1), &[9; 32], b"picture", [5; 24]);
    assert_eq!(open_file(&key, 1, &stream(1), &[9; 32], &sealed), Ok(b"picture".to_vec()));
    assert_eq!(open_file(&key, 1, &stream(1), &[8; 32], &sealed), Err(VaultError::Foreign));
    assert_eq!(open(&key, 1, &stream(1), 1, &sealed), Err(VaultError::Foreign));
}

proptest! {
    #[test]
    fn any_changed_byte_and_any_cut_is_noticed(at in 0_usize..200, bit in 0_u8..8, cut in 0_usize..200) {
        let key = CaseKey::new([1; 32]);
        let sealed = seal(&key, 1, &stream(1), 3, &fields(), [5; 24]);
        let mut changed = sealed.clone();
        let at = at % changed.len();
        changed[at] ^= 1 << bit;
        prop_assert!(open(&key, 1, &stream(1), 3, &changed).is_err());
        prop_assert!(open(&key, 1, &stream(1), 3, &sealed[..cut % sealed.len()]).is_err());
    }

    #[test]
    fn foreign_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        prop_assert!(open(&CaseKey::new([1; 32]), 1, &stream(1), 1, &bytes).is_err());
    }
}
