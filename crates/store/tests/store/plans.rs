//! How the databases go about each statement, in a district of 100,000 cases of which nine in ten have ended. SQLite
//! plans by the statistics that are shipped, so it needs no rows; PostgreSQL by its own.

use crate::{filled, places, writer};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use store::testing::cluster;
use store::{Db, Engine, Place, Value, Write, schema};

/// Holds a file of this room against what it should be. Plans depend on the statistics: where both change, renew twice.
fn is_kept(file: &str, now: &str) {
    testing::kept(&format!("crates/store/{file}"), now);
}

/// The tables that grow with the history.
const GROWING: &[&str] = &[
    "events",
    "vault",
    "files",
    "tiles",
    "checkpoints",
    "done",
    "cases",
    "links",
    "openings",
    "outbox",
    "records",
    "duties",
    "lectures",
    "meetings",
    "opinions",
    "receptions",
    "encounters",
];

fn parameters(sql: &str) -> usize {
    let numbers = sql.split('$').skip(1).map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or(""));
    numbers.filter_map(|n| n.parse().ok()).max().unwrap_or(0)
}

/// One line for each step, indented below the step that it belongs to.
fn plan(db: &mut Db, sql: &'static str) -> Vec<String> {
    let nulls = vec![Value::Null; parameters(sql)];
    if db.engine() == Engine::Sqlite {
        let mut depth = std::collections::HashMap::from([(0, 0)]);
        let rows = db.query_text(&format!("EXPLAIN QUERY PLAN {sql}"), &nulls).unwrap();
        let step = |row: &store::Row| {
            let at = depth[&row.int("parent").unwrap()] + 1;
            depth.insert(row.int("id").unwrap(), at);
            format!("{}{}", "  ".repeat(at), row.text("detail").unwrap())
        };
        return rows.iter().map(step).collect();
    }
    // As it is planned when it has been used several times: without a look at the values.
    db.write(&[Write::new(Box::leak(format!("PREPARE it AS {sql}").into_boxed_str()), vec![])]).unwrap();
    let values = if nulls.is_empty() { String::new() } else { format!("({})", vec!["NULL"; nulls.len()].join(", ")) };
    let rows = db.query_text(&format!("EXPLAIN (COSTS OFF) EXECUTE it{values}"), &[]).unwrap();
    db.write(&[Write::new("DEALLOCATE it", vec![])]).unwrap();
    rows.iter().map(|row| row.text("QUERY PLAN").unwrap().to_owned()).collect()
}

/// The indexes that hold only some rows of their table: to walk one is to walk what was asked for.
fn partial(db: &mut Db) -> BTreeSet<String> {
    let sql = match db.engine() {
        Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%WHERE%'",
        Engine::Postgres => "SELECT indexrelid::regclass::TEXT AS name FROM pg_index WHERE indpred IS NOT NULL",
    };
    db.query(sql, &[]).unwrap().iter().map(|row| row.text("name").unwrap().to_owned()).collect()
}

/// The table that a statement calls so.
fn table_of<'a>(sql: &'a str, name: &'a str) -> &'a str {
    let words: Vec<&str> = sql.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty()).collect();
    words.windows(2).find(|w| w[1] == name && GROWING.contains(&w[0])).map_or(name, |w| w[0])
}

/// The first step that goes through all that the district ever had: a growing table, or an index of all its rows, by no
/// more than the district. Not one that stops as soon as it has a page, or the last row.
fn walk(sql: &'static str, plan: &[String], partial: &BTreeSet<String>) -> Option<String> {
    let sorts = plan.iter().any(|line| line.contains("TEMP B-TREE FOR ORDER BY"));
    let stops = (sql.contains("LIMIT") && !sorts) || sql.contains("MAX(seq)");
    for (n, line) in plan.iter().enumerate() {
        let words: Vec<&str> = line.trim_start_matches([' ', '-', '>']).split_whitespace().collect();
        let index = words.iter().position(|w| *w == "INDEX" || *w == "using").and_then(|at| words.get(at + 1));
        if index.is_some_and(|i| partial.contains(*i)) {
            continue;
        }
        let walks = match words.as_slice() {
            ["SCAN", name, ..] => GROWING.contains(&table_of(sql, name)),
            ["SEARCH", name, .., "(district=?)"] => GROWING.contains(&table_of(sql, name)) && !(stops && n == 0),
            ["Seq", "Scan", "on", table, ..] | ["Parallel", "Seq", "Scan", "on", table, ..] => GROWING.contains(table),
            // Its table stands above it; the index names it.
            ["Bitmap", "Index", "Scan", "on", index] => {
                let condition = plan.get(n + 1).map_or("", |next| next.trim());
                !partial.contains(*index) && condition.starts_with("Index Cond: ") && !condition.contains(" AND ")
            }
            ["Index", .., "on", table] | ["Index", .., "on", table, _] if GROWING.contains(table) => {
                let condition = plan.get(n + 1).map_or("", |next| next.trim());
                let only = condition.strip_prefix("Index Cond: ").is_none_or(|c| !c.contains(" AND "));
                let limited = n > 0 && plan[..n].iter().any(|line| line.trim_start_matches([' ', '-', '>']) == "Limit");
                let by_district = !condition.starts_with("Index Cond: ") || condition.contains("district");
                only && by_district && !limited
            }
            _ => false,
        };
        if walks {
            return Some(line.trim().to_owned());
        }
    }
    None
}

#[test]
fn the_statistics_that_are_shipped_are_those_of_a_district_of_a_hundred_thousand_cases() {
    let mut db = Db::memory().unwrap();
    schema::migrate(&mut db).unwrap();
    filled::fill(&mut db);
    let statistics = schema::statistics_of(&mut db).unwrap();
    for table in schema::tables(&mut db).unwrap().iter().filter(|table| !schema::OWN.contains(&table.name.as_str())) {
        let begins = format!("{} ", table.name);
        let known = statistics.lines().any(|line| line.starts_with(&begins));
        assert!(known, "the table {} is empty here: say in filled.rs what a district has of it", table.name);
    }
    is_kept("src/schema/statistics.txt", &statistics);
}

#[test]
fn the_plan_of_every_statement_is_the_one_that_was_looked_at_and_what_walks_says_why() {
    let (place, _keep) = places().swap_remove(0);
    drop(writer(&place));
    let mut db = Db::open_reader(&place).unwrap();
    let (partial, reasons) = (partial(&mut db), store::all_walks());
    let mut told = String::new();
    let mut faults = Vec::new();
    for sql in store::all_statements() {
        let plan = plan(&mut db, sql);
        let words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(told, "{words}\n{}", plan.join("\n")).unwrap();
        let reason = reasons.iter().find(|(walker, _)| *walker == sql).map(|(_, why)| *why);
        match (walk(sql, &plan, &partial), reason) {
            (Some(step), None) => faults.push(format!("{step} and nothing says why, in: {words}")),
            (_, Some(why)) => writeln!(told, "  because: {why}").unwrap(),
            (None, None) => {}
        }
    }
    is_kept("tests/store/plans.txt", &told);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn on_postgresql_no_statement_walks_a_district_unless_it_says_why() {
    let Some(cluster) = cluster() else { return };
    let place = Place::parse(&cluster.database().unwrap()).unwrap();
    let mut db = writer(&place);
    filled::fill(&mut db);
    db.write(&[Write::new("SET plan_cache_mode = force_generic_plan", vec![])]).unwrap();
    let (partial, reasons) = (partial(&mut db), store::all_walks());
    let mut faults = Vec::new();
    for sql in store::all_statements() {
        let plan = plan(&mut db, sql);
        if let Some(step) = walk(sql, &plan, &partial)
            && !reasons.iter().any(|(walker, _)| *walker == sql)
        {
            faults.push(format!("{step} and nothing says why, in: {sql}\n{}", plan.join("\n")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
