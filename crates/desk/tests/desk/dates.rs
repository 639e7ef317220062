//! Calendars and rules that change while cases run.

use crate::*;
use calendar::YearTable;
use domain::rule::{RuleId, RuleTable};

fn table(revision: u16, off: &str) -> YearTable {
    let text = format!("year = 2027\nrevision = {revision}\nsource = \"made up\"\noff = [\"{off}\"]\nwork = []");
    YearTable::parse(&text).unwrap()
}

/// The moves of a case's latest event: date before, date now. Dates that only became certain are left out.
fn moves(town: &Town, id: CaseId) -> Vec<(String, String)> {
    let stream = store::read::stream::<Cases>(&mut town.db(), 1, id).unwrap();
    let last = stream.events.last().unwrap();
    assert_eq!(last.body.event, Event::DueMoved);
    let moved = |change: &ClockChange| match change {
        ClockChange::Moved { from, due, .. } if from.rolled != due.rolled => {
            Some((from.rolled.to_string(), due.rolled.to_string()))
        }
        _ => None,
    };
    last.body.clocks.iter().filter_map(moved).collect()
}

#[test]
fn a_calendar_table_moves_the_dates_of_open_cases_and_both_dates_are_kept() {
    everywhere(|town| {
        town.clock.set(Moment::from_local(date(2026, 12, 21).at(9, 0, 0, 0)));
        let open = town.at(Track::Suggestion, "housing").id;
        let steady = town.at(Track::Hotline, "housing").id;
        // Ended, and its resident's time to ask for a review still runs into the year without a table.
        let ended = town.at(Track::Petition, "housing").id;
        town.act(&clerk("housing"), ended, answer(1, Outcome::Explained));
        town.act(&head("housing"), ended, Command::Approve { task: 1 });
        town.act(&Actor::Resident, ended, verdict(Solved::No));
        let first = town.case(open).promise().unwrap().due;
        assert!(first.provisional);
        assert_eq!((first.raw, first.rolled), (date(2027, 2, 19), date(2027, 2, 19)));
        assert_eq!(town.sweep(), 0, "without a new table nothing is looked at");

        town.change(ground::Command::LoadCalendar(table(1, "2027-02-17/2027-02-23"))).unwrap();
        assert_eq!(crate::district::ground_kinds(town).last().map(String::as_str), Some("calendar_loaded"));
        let sql = "SELECT entry FROM events WHERE district = $1 ORDER BY seq DESC LIMIT 1";
        let loaded = town.db().query_text(sql, &args![1]).unwrap();
        let loaded = ledger::entry::Entry::parse(loaded[0].bytes("entry").unwrap()).unwrap();
        assert_eq!(loaded.calendar, town.desk().district().calendar.version(), "it is the first entry under it");
        assert_eq!(refused_load(town, 1), Why::OldCalendar);
        assert!(town.sweep() > 0);
        assert_eq!(moves(town, open), [("2027-02-19".into(), "2027-02-24".into())]);
        let due = town.case(open).promise().unwrap().due;
        assert!(!due.provisional);
        assert!(!town.case(ended).running(RuleId::ReviewAsk).unwrap().1.due.provisional);
        assert_eq!(town.kinds(ended).last(), Some(&"due_moved"));

        // The notice is amended: the year had a table already, no date is provisional, and they move all the same.
        town.change(ground::Command::LoadCalendar(table(2, "2027-02-17/2027-02-25"))).unwrap();
        town.sweep();
        assert_eq!(moves(town, open), [("2027-02-24".into(), "2027-02-26".into())]);
        let versions = (town.case(open).version, town.case(steady).version);
        assert_eq!(town.sweep(), 0);
        assert_eq!(versions, (town.case(open).version, town.case(steady).version));
        assert_eq!(town.why(&Actor::clock(), open, Command::MoveDue), Why::NothingMoves);
    });
}

fn refused_load(town: &Town, revision: u16) -> Why {
    town.change(ground::Command::LoadCalendar(table(revision, "2027-01-01"))).unwrap_err().why
}

#[test]
fn a_table_that_was_loaded_before_a_restart_still_moves_the_dates_after_it() {
    everywhere(|town| {
        town.clock.set(Moment::from_local(date(2026, 12, 21).at(9, 0, 0, 0)));
        let open = town.at(Track::Suggestion, "housing").id;
        town.change(ground::Command::LoadCalendar(table(1, "2027-02-17/2027-02-23"))).unwrap();
        town.reopen(5);
        town.sweep();
        assert_eq!(town.case(open).promise().unwrap().due.rolled, date(2027, 2, 24));
    });
}

#[test]
fn a_published_rule_table_applies_to_clocks_that_start_after_it() {
    everywhere(|town| {
        let before = town.at(Track::Hotline, "housing").id;
        let promised = town.case(before).promise().unwrap().due;
        let mut rules = RuleTable::builtin();
        rules.rules.get_mut(&RuleId::HotlineAnswer).unwrap().length = 3;
        town.change(ground::Command::PublishRules(rules)).unwrap();
        assert_eq!(town.desk().district().rules.version, 2);
        town.sweep();
        assert_eq!(town.case(before).promise().unwrap().due, promised, "a running clock keeps its promise");
        let after = town.at(Track::Hotline, "housing").id;
        assert_eq!(town.case(after).promise().unwrap().days, 3);
    });
}

#[test]
fn a_clock_that_was_set_back_stands_still_until_it_has_caught_up() {
    everywhere(|town| {
        let id = town.at(Track::Hotline, "housing").id;
        let at = town.case(id).touched;
        town.days(-30);
        town.act(&clerk("housing"), id, Command::Note { text: reason() });
        assert_eq!(town.case(id).touched, at);
        town.reopen(9);
        town.act(&clerk("housing"), id, Command::Note { text: reason() });
        assert_eq!(town.case(id).touched, at);
        town.days(31);
        town.act(&clerk("housing"), id, Command::Note { text: reason() });
        assert!(town.case(id).touched > at);
    });
}
