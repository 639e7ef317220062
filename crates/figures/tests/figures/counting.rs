//! The count and the list behind it can't disagree, and neither takes more than one query.

use crate::world::*;
use domain::Label;
use domain::case::{Ending, Handled, Solved};
use figures::{
    By, Counted, Definition, Filter, Part, Sum, breakdown, catalogue, count, cross, figures, list, statements, together,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use std::cell::RefCell;
use store::{Db, Engine, Value, Write};

/// The whole list behind a number, taken in small pages.
fn whole_list(db: &mut Db, filter: &Filter, definition: &Definition, part: Part) -> Vec<Counted> {
    let mut all: Vec<Counted> = Vec::new();
    loop {
        let after = all.last().map(|c| c.index);
        let page = list(db, NUMBER, filter, definition, part, after, 7).unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

fn filters() -> impl Strategy<Value = Filter> {
    let fields = (
        prop::sample::select(vec!["", "", "", "housing", "heat", "~", "centre"]),
        prop::sample::select(vec!["", "", "", "hotline", "petition", "accusation"]),
        prop::sample::select(vec!["", "", "", "heating", "heating.cold", "noise", "~"]),
        prop::sample::select(vec!["", "", "", "street-1", "~"]),
    );
    (fields, 0..220_i64, 1..250_i64).prop_map(|((unit, track, category, street), start, days)| {
        let first = domain::moment::day_number(date("2023-02-01")) + start;
        let day = domain::moment::date_of;
        let mut filter = Filter::new(day(first), day(first + days)).unwrap();
        for (field, value) in [("unit", unit), ("track", track), ("category", category), ("street", street)] {
            filter = filter.with(field, value).unwrap();
        }
        // What the discipline unit sees; for others a total may count what no list has.
        filter.with_sealed()
    })
}

/// Holds each number of a filter against the list behind it.
fn lists_fit(db: &mut Db, filter: &Filter) -> Result<(), TestCaseError> {
    for figure in figures(db, NUMBER, filter).unwrap() {
        let definition = figure.definition;
        let of = |part| match part {
            Part::Numerator => Some(figure.numerator),
            Part::Denominator => figure.denominator,
            Part::Participants => figure.participation.as_ref().map(|p| p.numerator),
            Part::Invited => figure.participation.as_ref().map(|p| p.denominator),
        };
        for part in definition.parts() {
            let all = whole_list(db, filter, definition, part);
            // A sum is that of its list.
            let said = match definition.sum {
                Some(sum) => all.iter().map(|c| summed(c, sum)).sum(),
                None => all.len() as i64,
            };
            prop_assert_eq!(of(part), Some(said), "{} {}", definition.id, part.code());
            prop_assert_eq!(count(db, NUMBER, filter, definition, part).unwrap(), all.len() as u64);
            prop_assert!(all.windows(2).all(|pair| pair[0].index < pair[1].index));
            prop_assert!(all.iter().all(|c| c.register() == definition.of.register()));
        }
        prop_assert!(figure.denominator.is_none_or(|d| figure.numerator <= d));
    }
    Ok(())
}

#[test]
fn every_number_is_the_length_of_the_list_behind_it() {
    for w in worlds() {
        w.live(11, 60);
        let db = RefCell::new(w.db);
        lists_fit(&mut db.borrow_mut(), &year().with_sealed()).unwrap();
        for figure in figures(&mut db.borrow_mut(), NUMBER, &year()).unwrap() {
            let plain = figure.definition.denominator.is_none();
            assert!(!plain || figure.numerator > 2, "World::live does not make enough of what {} counts", figure.id);
        }
        let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
        runner.run(&filters(), |filter| lists_fit(&mut db.borrow_mut(), &filter)).unwrap();
    }
}

/// What the list shows of a record where it is summed up.
fn summed(counted: &Counted, sum: Sum) -> i64 {
    counted.shown(sum.code()).unwrap().parse().unwrap()
}

#[test]
fn each_group_of_a_breakdown_says_what_the_filter_narrowed_to_it_says() {
    for mut w in worlds() {
        w.live(5, 50);
        for by in By::ALL {
            for filter in [
                year(),
                year().with_sealed(),
                year().with("category", "heating").unwrap(),
                year().with("unit", "housing").unwrap(),
            ] {
                let groups = breakdown(&mut w.db, NUMBER, &filter, *by).unwrap();
                assert!(!groups.is_empty(), "{by}");
                for group in groups {
                    let narrowed = filter.of_group(*by, &group.key).unwrap();
                    assert_eq!(group.figures, figures(&mut w.db, NUMBER, &narrowed).unwrap(), "{by} {}", group.key);
                }
            }
        }
    }
}

#[test]
fn a_page_that_reads_each_case_once_says_what_its_three_questions_say() {
    for mut w in worlds() {
        w.live(5, 50);
        for by in By::ALL {
            for filter in [
                year(),
                year().with_sealed(),
                year().with("category", "heating").unwrap(),
                year().with("unit", "housing").unwrap(),
            ] {
                let page = together(&mut w.db, NUMBER, &filter, *by).unwrap();
                assert_eq!(page.all, figures(&mut w.db, NUMBER, &filter).unwrap(), "{by}");
                assert_eq!(page.months, breakdown(&mut w.db, NUMBER, &filter, By::Month).unwrap(), "{by}");
                assert_eq!(page.groups, breakdown(&mut w.db, NUMBER, &filter, *by).unwrap(), "{by}");
            }
        }
    }
}

#[test]
fn what_a_unit_has_of_a_category_is_what_the_filter_of_both_says() {
    for mut w in worlds() {
        w.live(5, 50);
        for filter in [year(), year().with("unit", "housing").unwrap(), year().with("category", "heating").unwrap()] {
            let before = w.db.statements_run();
            let cells = cross(&mut w.db, NUMBER, &filter).unwrap();
            assert_eq!(w.db.statements_run() - before, 1);
            assert!(cells.len() > 1 || !filter.narrowing().is_empty());
            for cell in cells {
                assert!(!cell.filter.unit().is_empty() && !cell.filter.category().is_empty());
                assert_eq!(cell.figures, figures(&mut w.db, NUMBER, &cell.filter).unwrap(), "{:?}", cell.filter);
            }
        }
    }
}

#[test]
fn a_year_by_month_has_all_its_months_and_they_add_up() {
    for mut w in worlds() {
        w.live(3, 40);
        let year = year().with_sealed();
        let months = breakdown(&mut w.db, NUMBER, &year, By::Month).unwrap();
        assert_eq!(months.len(), 12);
        assert_eq!((&*months[0].key, &*months[11].key), ("2023-01", "2023-12"));
        for (n, figure) in figures(&mut w.db, NUMBER, &year).unwrap().iter().enumerate() {
            let sum: i64 = months.iter().map(|m| m.figures[n].numerator).sum();
            assert_eq!(sum, figure.numerator, "{}", figure.id);
        }
    }
}

#[test]
fn all_figures_and_any_breakdown_take_one_query() {
    for mut w in worlds() {
        w.live(1, 10);
        let before = w.db.statements_run();
        figures(&mut w.db, NUMBER, &year()).unwrap();
        assert_eq!(w.db.statements_run() - before, 1);
        for by in By::ALL {
            let before = w.db.statements_run();
            breakdown(&mut w.db, NUMBER, &year(), *by).unwrap();
            assert_eq!(w.db.statements_run() - before, 1, "{by}");
        }
    }
}

#[test]
fn the_numbers_are_those_of_the_cases_themselves() {
    for mut w in worlds() {
        let ids = w.live(23, 60);
        let district = NUMBER;
        let lived = ids.iter().map(|id| store::read::case(&mut w.db, district, *id).unwrap().unwrap());
        // The year is not over: until then what is sealed is in no total.
        let cases: Vec<_> = lived.filter(|case| !case.is_sealed()).collect();
        assert!(cases.len() < ids.len(), "some are sealed");
        let count = |which: &dyn Fn(&domain::case::Case) -> bool| cases.iter().filter(|c| which(c)).count() as i64;
        let asked = |c: &domain::case::Case| {
            let here = c.ended.is_some_and(|(ending, _)| ending != Ending::Elsewhere);
            here && !c.verdict.is_some_and(|v| v.witnessed || !c.independent)
        };
        let rated = |c: &domain::case::Case| {
            asked(c) && c.verdict.is_some_and(|v| matches!(v.handled, Handled::Good | Handled::Fair | Handled::Poor))
        };
        let resolved = count(&|c| asked(c) && c.verdict.is_some_and(|v| v.solved == Solved::Yes));
        assert_eq!(w.parts("resolved_of_asked"), (resolved, count(&asked)));
        let good = count(&|c| rated(c) && c.verdict.is_some_and(|v| v.handled == Handled::Good));
        assert_eq!(w.parts("satisfied"), (good, count(&rated)));
        let here = |c: &domain::case::Case| c.ended.is_none_or(|(ending, _)| ending != Ending::Elsewhere);
        assert_eq!(w.parts("reopened"), (count(&|c| here(c) && c.reopened > 0), count(&here)));
        assert_eq!(w.parts("accepted").0, count(&|c| c.accepted_on.is_some()));
        assert!(resolved > 0 && good > 0, "the district must have lived");
    }
}

#[test]
fn every_statement_is_understood_by_both_engines() {
    for mut w in worlds() {
        w.db.prepare_all(&statements()).unwrap();
        assert!(statements().iter().all(|sql| sql.contains("district")));
    }
}

/// What each step of a statement's plan says.
fn plan_of(db: &mut Db, sql: &str) -> Vec<String> {
    let parameters = if sql.contains("$10") {
        10
    } else if sql.contains("$8") {
        8
    } else {
        2
    };
    match db.engine() {
        Engine::Sqlite => {
            let rows = db.query_text(&format!("EXPLAIN QUERY PLAN {sql}"), &vec![Value::Null; parameters]).unwrap();
            rows.iter().map(|row| row.text("detail").unwrap().to_owned()).collect()
        }
        Engine::Postgres => {
            let prepare = format!("PREPARE it AS {sql}");
            db.write(&[Write::new(Box::leak(prepare.into_boxed_str()), vec![])]).unwrap();
            let values = vec!["NULL"; parameters].join(", ");
            let rows = db.query_text(&format!("EXPLAIN (COSTS OFF) EXECUTE it({values})"), &[]).unwrap();
            db.write(&[Write::new("DEALLOCATE it", vec![])]).unwrap();
            rows.iter().map(|row| row.text("QUERY PLAN").unwrap().trim().to_owned()).collect()
        }
    }
}

/// Lectures enough for PostgreSQL to plan with; SQLite plans by the statistics that are shipped.
const MANY: &str = "INSERT INTO lectures(district, seq, lecture, level, unit, co_hosts, venue, audience, stage, starts, \
held_day, minutes, heads, questions, afterwards) SELECT 1, n, 'party', 'bureau', 'housing', 0, 'hall', 'members', 'recorded', \
n, 19000 + n / 20, 60, 40, 0, 0 FROM generate_series(1, 20000) AS n";

/// Talk meetings likewise.
const MANY_MEETINGS: &str = "INSERT INTO meetings(district, seq, unit, chosen, stage, starts, held_day, departments, opinions, \
read_back, struck, boarded) SELECT 1, n, 'street-1', 'open', 'approved', n, 19000 + n / 20, 2, 3, 3, 0, 0 \
FROM generate_series(1, 20000) AS n";

/// Encounters likewise.
const MANY_ENCOUNTERS: &str = "INSERT INTO encounters(district, seq, unit, mode, level, stage, received_day, matters) \
SELECT 1, n, 'street-1', 'open_door', 'division', 'received', 19000 + n / 20, 1 FROM generate_series(1, 20000) AS n";

const MANY_RECORDS: &str = "INSERT INTO records(district, seq, id, register, code, version, stage, unit, day, open, public, \
erased, touched, last) SELECT 1, n, decode(lpad(to_hex(n), 32, '0'), 'hex'), 'lecture', 'L' || n, 1, 'recorded', 'housing', 19000 + n / 20, \
0, 1, 0, n, n FROM generate_series(1, 20000) AS n";

#[test]
fn each_table_is_walked_by_the_day_of_its_window_alone() {
    for w in worlds() {
        let (place, _, _keep) = w.close();
        let mut db = Db::open_writer(&place).unwrap();
        let engine = db.engine();
        if engine == Engine::Postgres {
            let set = ["SET plan_cache_mode = force_generic_plan", "SET enable_seqscan = off"];
            let all = set.into_iter().chain([
                MANY,
                MANY_MEETINGS,
                MANY_ENCOUNTERS,
                MANY_RECORDS,
                "ANALYZE lectures",
                "ANALYZE meetings",
                "ANALYZE encounters",
                "ANALYZE records",
            ]);
            db.write(&all.map(|sql| Write::new(sql, vec![])).collect::<Vec<_>>()).unwrap();
        }
        for sql in statements().into_iter().filter(|sql| sql.contains(" >= $3 AND ")) {
            let plan = plan_of(&mut db, sql);
            let whole = plan.join("\n");
            let by_day = |index: &str| {
                let step = |step: &&String| match engine {
                    Engine::Sqlite => step.contains(index) && step.contains("district=? AND "),
                    Engine::Postgres => step.contains(index),
                };
                plan.iter().filter(step).count()
            };
            assert!(by_day("lectures_held") >= sql.matches("FROM lectures").count(), "{sql}\n{whole}");
            assert!(by_day("meetings_held") >= sql.matches("FROM meetings").count(), "{sql}\n{whole}");
            assert!(by_day("encounters_received") >= sql.matches("FROM encounters").count(), "{sql}\n{whole}");
            // The cases are none here: PostgreSQL does not care how it reads them.
            let cases = sql.matches("FROM cases").count();
            assert!(engine == Engine::Postgres || by_day("cases_") >= cases, "{sql}\n{whole}");
            let scan = |step: &&String| {
                let first: Vec<&str> = step.trim_start_matches("->").split_whitespace().take(2).collect();
                matches!(
                    first[..],
                    [
                        "SCAN",
                        "cases" | "lectures" | "meetings" | "encounters" | "records" | "l" | "m" | "e" | "r" | "events"
                    ] | ["Seq", "Scan"]
                )
            };
            assert_eq!(plan.iter().find(scan), None, "{sql}\n{whole}");
        }
    }
}

#[test]
fn an_empty_ledger_has_dashes_and_no_error() {
    let mut db = Db::memory().unwrap();
    store::schema::migrate(&mut db).unwrap();
    let all = figures(&mut db, NUMBER, &year()).unwrap();
    assert_eq!(all.len(), catalogue::in_force().count());
    assert!(all.iter().all(|f| f.ledger_size == 0 && (f.value == "–" || f.denominator.is_none())));
}
