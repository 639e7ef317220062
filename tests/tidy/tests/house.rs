//! The house rules over the whole project. What to do stands in each finding.

use std::path::Path;
use tidy::{Finding, Tree, report, rules};

fn holds(rule: fn(&Tree) -> Vec<Finding>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let tree = Tree::read(&root).expect("the source tree can be read");
    assert!(tree.file("Cargo.toml").is_some(), "{} is not the project's root", root.display());
    let findings = rule(&tree);
    assert!(findings.is_empty(), "{}", report(findings));
}

#[test]
fn arrows_between_rooms_point_down_and_every_crate_lives_under_the_lints() {
    holds(rules::arrows::check);
}

#[test]
fn modules_that_stand_on_top_of_their_crate_are_named_by_nothing_below() {
    holds(rules::layers::check);
}

#[test]
fn no_file_is_too_long_to_read() {
    holds(rules::length::check);
}

#[test]
fn the_pure_rooms_know_no_clock_no_chance_no_sql_and_no_network() {
    holds(rules::purity::check);
}

#[test]
fn no_schema_route_event_or_message_key_speaks_of_a_register_of_persons() {
    holds(rules::persons::check);
}

#[test]
fn both_languages_are_complete() {
    holds(rules::languages::check);
}

#[test]
fn pages_hold_no_script_and_no_style_and_load_nothing_from_elsewhere() {
    holds(rules::pages::check);
}

#[test]
fn decision_records_say_what_they_must() {
    holds(rules::records::check);
}

#[test]
fn nothing_half_done_and_no_path_of_one_machine_stays_in_the_source() {
    holds(rules::leftovers::check);
}

#[test]
fn each_event_is_named_in_a_test() {
    holds(rules::coverage::events);
}

#[test]
fn each_route_is_asked_for_in_a_test() {
    holds(rules::coverage::routes);
}
