//! Accounts from the command line, and a new district's first one.

use crate::demo::{done, doorstep, refused};
use desk::verify_password;
use std::path::Path;
use store::{Db, Place, access, read};

const INIT: &[&str] =
    &["init", "--name-zh", "样例区", "--name-en", "Sample District", "--origin", "sample.example/log"];

/// Whether a password opens an account; none: there is no such open account.
fn opens(folder: &Path, user: &str, password: &str) -> Option<bool> {
    let place = Place::parse(folder.join("doorstep-data").to_str().unwrap()).unwrap();
    let mut db = Db::open_reader(&place).unwrap();
    let (district, _) = read::district(&mut db, 1).unwrap();
    let account = district.account_of(user)?.id;
    let hash = access::password(&mut db, 1, account).unwrap();
    Some(verify_password(password, hash.map(|(hash, _)| hash).as_deref()))
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap()
}

/// The password that `init` printed for a sign-in name.
fn printed<'a>(said: &'a str, user: &str) -> &'a str {
    said.lines().find_map(|line| line.strip_prefix(&format!("{user} "))).unwrap()
}

/// How far an account's password serves.
fn state(folder: &Path, account: u32) -> Option<access::PasswordState> {
    let place = Place::parse(folder.join("doorstep-data").to_str().unwrap()).unwrap();
    let mut db = Db::open_reader(&place).unwrap();
    access::password(&mut db, 1, account).unwrap().map(|(_, state)| state)
}

#[test]
fn a_new_district_has_two_administrators_who_can_each_sign_in_once() {
    let folder = tempfile::tempdir().unwrap();
    let said = done(&doorstep(folder.path(), INIT));
    assert!(said.contains("样例区"), "{said}");
    for (account, user) in [(1, "admin"), (2, "admin2")] {
        assert_eq!(opens(folder.path(), user, printed(&said, user)), Some(true));
        assert_eq!(opens(folder.path(), user, "another password"), Some(false));
        assert_eq!(state(folder.path(), account), Some(access::PasswordState::Once));
    }
}

#[test]
fn a_district_is_not_begun_without_its_names_nor_under_the_mark_of_a_demo() {
    let folder = tempfile::tempdir().unwrap();
    let said = refused(&doorstep(folder.path(), &["init"]), 2);
    assert!(said.contains("--name-zh") && said.contains("--name-en") && said.contains("--origin"), "{said}");
    let args = ["init", "--name-zh", "甲", "--name-en", "A", "--origin", desk::DEMO_ORIGIN];
    let said = refused(&doorstep(folder.path(), &args), 2);
    assert!(said.contains("kept for demonstrations"), "{said}");
    assert!(!folder.path().join("doorstep-data").exists());
}

#[test]
fn an_account_is_made_reset_and_closed_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    done(&doorstep(folder.path(), INIT));
    let user = |more: &[&str]| doorstep(folder.path(), &[&["user", "--name", "clerk1"], more].concat());
    let first = done(&user(&["--unit", "district", "--role", "clerk"]));
    assert_eq!(opens(folder.path(), "clerk1", last_line(&first)), Some(true));
    let second = done(&user(&["--reset"]));
    assert_eq!(opens(folder.path(), "clerk1", last_line(&first)), Some(false));
    assert_eq!(opens(folder.path(), "clerk1", last_line(&second)), Some(true));
    done(&user(&["--close"]));
    assert_eq!(opens(folder.path(), "clerk1", last_line(&second)), None);
    let said = refused(&user(&["--reset"]), 1);
    assert!(said.contains("no open account “clerk1”"), "{said}");
}

#[test]
fn an_unknown_unit_or_role_is_answered_with_those_that_there_are() {
    let folder = tempfile::tempdir().unwrap();
    done(&doorstep(folder.path(), INIT));
    let user = |unit, role| doorstep(folder.path(), &["user", "--name", "x1", "--unit", unit, "--role", role]);
    let said = refused(&user("nowhere", "clerk"), 2);
    assert!(said.contains("“nowhere”") && said.contains("district (样例区)"), "{said}");
    let said = refused(&user("district", "king"), 2);
    assert!(said.contains("“king”") && said.contains("grid, clerk, head, dispatcher"), "{said}");
    let said = refused(&doorstep(folder.path(), &["user", "--name", "x1"]), 2);
    assert!(said.contains("--unit"), "{said}");
    assert_eq!(opens(folder.path(), "x1", ""), None);
}

#[test]
fn the_command_line_alone_lets_nobody_in_as_auditor_and_resets_no_administrator() {
    let folder = tempfile::tempdir().unwrap();
    let first = done(&doorstep(folder.path(), INIT));
    let user = |more: &[&str]| doorstep(folder.path(), &[&["user", "--name"], more].concat());
    let said = refused(&user(&["auditor1", "--unit", "district", "--role", "auditor"]), 1);
    assert!(said.contains("An administrator agrees"), "{said}");
    assert_eq!(opens(folder.path(), "auditor1", ""), None);
    let said = refused(&user(&["admin", "--reset"]), 1);
    assert!(said.contains("An administrator agrees"), "{said}");
    refused(&user(&["admin", "--reset"]), 1);
    assert_eq!(opens(folder.path(), "admin", printed(&first, "admin")), Some(true));
    // Nor does it shut out whoever would have to agree.
    let said = refused(&user(&["admin2", "--close"]), 1);
    assert!(said.contains("An administrator agrees"), "{said}");
    assert_eq!(opens(folder.path(), "admin2", printed(&first, "admin2")), Some(true));
}
