//! The transition table as a page that people can read and compare.

use crate::*;

use std::fmt::Write as _;

/// Where the page stands. To renew it after a wanted change of the rules: `DOORSTEP_RENEW=1 cargo test -p domain table`.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/domain/transitions.txt");

/// A case in a stage, with the lead at housing and a joint task at water.
fn in_stage(track: Track, stage: Stage, lead: &str) -> Case {
    let mut case = Story::of(track).case;
    // The district reviews, as it does for most.
    let asked = Event::ReviewAsked { by: Some(Reviewer::District) };
    evolve(&mut case, Moment::default(), &Actor::Resident, &asked, &[]);
    case.stage = stage;
    let task = |no, unit: &str, leads| Task {
        no,
        unit: unit.into(),
        lead: leads,
        state: TaskState::Open,
        designated: false,
        since: date(2024, 3, 4),
        proposed: None,
    };
    case.tasks = vec![task(1, lead, true), task(2, "water", false)];
    case
}

fn actors() -> Vec<(String, Actor)> {
    let mut actors = vec![("resident".to_owned(), Actor::Resident), ("system".to_owned(), Actor::clock())];
    for role in Role::ALL {
        for (unit, place) in
            [("housing", "lead"), ("water", "joint"), ("street-1", "elsewhere"), ("discipline", "seal")]
        {
            actors.push((format!("{role}@{place}"), staff(unit, *role)));
        }
    }
    actors
}

/// Who may, with a role that may everywhere named once.
fn who(case: &Case, kind: CommandKind, district: &District) -> String {
    let may: Vec<String> = actors()
        .into_iter()
        .filter(|(_, a)| allowed(case, a, district).contains(&kind))
        .map(|(name, _)| name)
        .collect();
    let mut out: Vec<String> = Vec::new();
    for name in &may {
        let (role, place) = name.split_once('@').unwrap_or((name, ""));
        let everywhere = may.iter().filter(|n| n.split_once('@').is_some_and(|(r, _)| r == role)).count() == 4;
        let said = if everywhere || place.is_empty() { role.to_owned() } else { name.clone() };
        if !out.contains(&said) {
            out.push(said);
        }
    }
    out.join(" ")
}

fn page() -> String {
    let district = founded();
    let mut page = String::from(
        "The transition table: act, stage, who may. Made by tests/domain/table.rs, which says how to renew it.\n\
         role@lead is at the leading unit, @joint at a joint unit, @elsewhere at another one, @seal at the discipline unit;\n\
         a role without a place may wherever it is.\n",
    );
    for (title, track, lead) in
        [("A petition", Track::Petition, "housing"), ("A sealed accusation", Track::Accusation, "discipline")]
    {
        let _ = writeln!(page, "\n# {title}, led by {lead}");
        for kind in CommandKind::ALL {
            for stage in Stage::ALL {
                let who = who(&in_stage(track, *stage, lead), *kind, &district);
                if !who.is_empty() {
                    let _ = writeln!(page, "{:<18}{:<14}{who}", kind.code(), stage.code());
                }
            }
        }
    }
    page
}

#[test]
fn the_transition_table_is_the_page_that_was_agreed() {
    let page = page();
    if std::env::var_os("DOORSTEP_RENEW").is_some() {
        std::fs::write(PAGE, &page).unwrap();
    }
    let agreed = std::fs::read_to_string(PAGE).unwrap();
    for (ours, theirs) in page.lines().zip(agreed.lines()) {
        assert_eq!(ours, theirs, "if this is wanted: DOORSTEP_RENEW=1 cargo test -p domain table");
    }
    assert_eq!(page.lines().count(), agreed.lines().count());
}

#[test]
fn every_act_has_exactly_one_row_and_somebody_who_may() {
    let page = page();
    for kind in CommandKind::ALL {
        assert_eq!(TABLE.iter().filter(|t| t.command == *kind).count(), 1, "{kind}");
        // What only another record asks for is nobody's by itself.
        if TABLE.iter().any(|t| t.command == *kind && t.who == [Who::Asked]) {
            continue;
        }
        assert!(page.lines().any(|l| l.starts_with(&format!("{:<18}", kind.code()))), "nobody may ever {kind}");
    }
}

#[test]
fn only_the_resident_may_give_a_verdict() {
    let rows: Vec<_> = page().lines().filter(|l| l.starts_with("give_verdict ")).map(str::to_owned).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|r| r.split_whitespace().skip(1).eq(["answered", "resident"])), "{rows:?}");
}
