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
    Some(verify_password(password, hash.as_deref()))
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap()
}

#[test]
fn a_new_district_has_a_first_administrator_who_can_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let said = done(&doorstep(folder.path(), INIT));
    assert!(said.contains("样例区"), "{said}");
    assert_eq!(opens(folder.path(), "admin", last_line(&said)), Some(true));
    assert_eq!(opens(folder.path(), "admin", "another password"), Some(false));
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
    let user = |more: &[&str]| doorstep(folder.path(), &[&["user", "--name", "auditor1"], more].concat());
    let first = done(&user(&["--unit", "district", "--role", "auditor"]));
    assert_eq!(opens(folder.path(), "auditor1", last_line(&first)), Some(true));
    let second = done(&user(&["--reset"]));
    assert_eq!(opens(folder.path(), "auditor1", last_line(&first)), Some(false));
    assert_eq!(opens(folder.path(), "auditor1", last_line(&second)), Some(true));
    done(&user(&["--close"]));
    assert_eq!(opens(folder.path(), "auditor1", last_line(&second)), None);
    let said = refused(&user(&["--reset"]), 1);
    assert!(said.contains("no open account “auditor1”"), "{said}");
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
