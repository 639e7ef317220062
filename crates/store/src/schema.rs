//! The schema, as numbered texts that are each run once, and the triggers that keep the truth as it was written.
//!
//! A schema text is one for both engines. Marks in it: `/*clustered*/` after a table's closing parenthesis keeps its
//! rows in key order on SQLite; `/*collate*/` after a text key makes PostgreSQL sort it by code point, as SQLite does;
//! `/*append-only NAME*/` stands for triggers that refuse every change of that table's rows but adding (and, of
//! [`KEPT`], removing what is old).

pub(crate) mod shapes;
mod statistics;

use crate::db::{Db, Engine, Result, Row, StoreError};
pub(crate) use shapes::STATEMENTS as SHAPES;
pub(crate) use statistics::ship;
pub use statistics::{STATISTICS, of as statistics_of};

/// The migrations of the main database in order; the number is the version that each leads to.
/// A migration that has been released is never changed: a new one is added.
pub const MIGRATIONS: &[(u32, &str)] = &[
    (1, include_str!("schema/001_truth.sql")),
    (2, include_str!("schema/002_rows.sql")),
    (3, include_str!("schema/003_access.sql")),
    (4, include_str!("schema/004_start.sql")),
    (5, include_str!("schema/005_messages.sql")),
    (6, include_str!("schema/006_views.sql")),
    (7, include_str!("schema/007_public.sql")),
    (8, include_str!("schema/008_office.sql")),
    (9, include_str!("schema/009_truth.sql")),
    (10, include_str!("schema/010_shapes.sql")),
    (11, include_str!("schema/011_duties.sql")),
];

/// The migrations of the key store.
pub(crate) const KEYS: &[(u32, &str)] =
    &[(1, include_str!("schema/keys_001.sql")), (2, include_str!("schema/keys_002.sql"))];

/// The tables whose rows are never changed or removed.
pub const APPEND_ONLY: &[&str] = &["events", "tiles", "checkpoints"];

/// The table whose rows are removed when they are old, and never changed: its name, and how long each row is kept in
/// milliseconds (six months: 网络安全法 21). The age is counted back from its newest row, so that no clock is asked.
pub const KEPT: (&str, i64) = ("sign_ins", 184 * 24 * 3600 * 1000);

/// The version that this program writes.
pub fn known() -> u32 {
    highest(MIGRATIONS)
}

/// The version of the database; 0 if it is empty.
pub fn version(db: &mut Db) -> Result<u32> {
    if columns(db, "schema_version")?.is_empty() {
        return Ok(0);
    }
    let rows = db.query("SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) AS version FROM schema_version", &[])?;
    let found = rows.first().map_or(Ok(0), |row| row.int("version"))?;
    u32::try_from(found).map_err(|_| StoreError::Shape(format!("schema version {found}")))
}

/// The tables that say what the schema is: they belong to no district.
pub const OWN: &[&str] = &["schema_version", "shapes"];

/// Brings the database to this program's version, one transaction for each step and one for the read tables, and returns
/// the version. A reader that was opened before doesn't know the statistics that came with it.
/// Error: [`StoreError::Newer`] if it is beyond that already; nothing is changed then.
pub fn migrate(db: &mut Db) -> Result<u32> {
    let version = run(db, MIGRATIONS)?;
    shapes::settle(db)?;
    ship(db)?;
    Ok(version)
}

/// Is the database readable by this program as it is? For commands that only read.
/// Errors: [`StoreError::Newer`]; [`StoreError::Shape`] if it is older; [`StoreError::Missing`] if it is empty.
pub fn check(db: &mut Db) -> Result<()> {
    match (version(db)?, known()) {
        (0, _) => Err(StoreError::Missing("this database (it has no tables yet)".into())),
        (found, known) if found > known => Err(StoreError::Newer { found, known }),
        (found, known) if found < known => Err(StoreError::Shape(format!(
            "it has schema version {found} and this program works with {known}: start the service once to upgrade it"
        ))),
        _ if !shapes::changed(db)?.is_empty() => Err(StoreError::Shape(
            "its read tables are those of another build of this program, or one of them was removed: start the service once to make \
             them anew"
                .into(),
        )),
        _ => Ok(()),
    }
}

/// Runs what is missing.
pub(crate) fn run(db: &mut Db, migrations: &[(u32, &str)]) -> Result<u32> {
    let known = highest(migrations);
    let found = version(db)?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for migration in migrations.iter().filter(|(to, _)| *to > found) {
        db.begin()?;
        if let Err(e) = apply(db, migration) {
            let _ = db.rollback();
            return Err(e);
        }
        db.commit()?;
    }
    Ok(known)
}

/// One step inside the open transaction.
pub(crate) fn apply(db: &mut Db, (to, text): &(u32, &str)) -> Result<()> {
    let text = text_for(db.engine(), text)?;
    db.execute_batch("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL, PRIMARY KEY (version))")?;
    db.execute_batch(&text)?;
    db.write_list(&[("INSERT INTO schema_version (version) VALUES ($1)", &[(*to).into()])])?;
    Ok(())
}

fn highest(migrations: &[(u32, &str)]) -> u32 {
    migrations.iter().map(|(to, _)| *to).max().unwrap_or(0)
}

/// The text as the engine wants it.
fn text_for(engine: Engine, text: &str) -> Result<String> {
    let (clustered, collate) = match engine {
        Engine::Sqlite => (" WITHOUT ROWID", ""),
        Engine::Postgres => ("", " COLLATE \"C\""),
    };
    let text = text.replace("/*clustered*/", clustered).replace("/*collate*/", collate);
    let mut parts = text.split("/*append-only ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (table, rest) = part
            .split_once("*/")
            .ok_or_else(|| StoreError::Shape("an append-only mark in the schema is not closed".into()))?;
        for (_, trigger) in triggers(engine, table.trim()) {
            out.push_str(&trigger);
            out.push_str(";\n");
        }
        out.push_str(rest);
    }
    Ok(out)
}

/// Name and text of a table's triggers; a function that they need has no name.
fn triggers(engine: Engine, table: &str) -> Vec<(String, String)> {
    let name = |verb: &str| format!("{table}_no_{verb}");
    let refusal = format!("{table} is append-only");
    // What may be removed from this table, if anything may.
    let old = (table == KEPT.0).then(|| {
        let newest = format!("(SELECT MAX(n.at) FROM {table} n WHERE n.district = OLD.district)");
        format!("OLD.at <= {newest} - {}", KEPT.1)
    });
    match engine {
        Engine::Sqlite => ["update", "delete"]
            .iter()
            .map(|verb| {
                let (name, event) = (name(verb), verb.to_uppercase());
                let when = match &old {
                    Some(old) if *verb == "delete" => format!("WHEN NOT ({old}) "),
                    _ => String::new(),
                };
                let text = format!(
                    "CREATE TRIGGER {name} BEFORE {event} ON {table} {when}BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
                );
                (name, text)
            })
            .collect(),
        Engine::Postgres => {
            let function = |name: &str, unless: &str| {
                let text = format!(
                    "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS \
                     'BEGIN {unless}RAISE EXCEPTION ''% is append-only'', TG_TABLE_NAME; END'"
                );
                (String::new(), text)
            };
            let mut functions = vec![function("append_only", "")];
            functions.extend(old.map(|old| function("removes_old", &format!("IF {old} THEN RETURN OLD; END IF; "))));
            let each = [("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")].map(|(verb, per)| {
                let (name, event, function) = (name(verb), verb.to_uppercase(), function_of(table, verb));
                let text = format!(
                    "CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {per} EXECUTE FUNCTION {function}()"
                );
                (name, text)
            });
            functions.into_iter().chain(each).collect()
        }
    }
}

/// The function that a trigger of PostgreSQL calls.
fn function_of(table: &str, verb: &str) -> &'static str {
    if table == KEPT.0 && verb == "delete" { "removes_old" } else { "append_only" }
}

/// Are all triggers of [`APPEND_ONLY`] and [`KEPT`] there, switched on, and doing what they should?
pub fn triggers_present(db: &mut Db) -> Result<bool> {
    Ok(trigger_fault(db)?.is_none())
}

/// The first thing that is wrong with the triggers: one of [`APPEND_ONLY`] that is not there, switched off or hollow,
/// or one that this program did not make.
pub fn trigger_fault(db: &mut Db) -> Result<Option<String>> {
    let mut wanted = Vec::new();
    for table in APPEND_ONLY.iter().chain([&KEPT.0]) {
        for (name, text) in triggers(db.engine(), table).iter().filter(|(name, _)| !name.is_empty()) {
            let called = function_of(table, name.rsplit('_').next().unwrap_or_default());
            let args = [name.as_str().into(), (*table).into(), called.into()];
            let found = match db.engine() {
                Engine::Sqlite => db
                    .query(
                        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = $1 AND tbl_name = $2",
                        &args[..2],
                    )?
                    .first()
                    .is_some_and(|row| row.text("sql") == Ok(text)),
                // 'O' and 'A' fire for ordinary sessions; 'D' and 'R' do not.
                Engine::Postgres => !db
                    .query(
                        "SELECT 1 FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
                         JOIN pg_proc p ON p.oid = t.tgfoid \
                         WHERE t.tgname = $1 AND c.relname = $2 AND c.relnamespace = current_schema()::regnamespace \
                         AND t.tgenabled IN ('O', 'A') AND p.proname = $3 \
                         AND p.prosrc LIKE '%RAISE EXCEPTION%'",
                        &args,
                    )?
                    .is_empty(),
            };
            if !found {
                return Ok(Some(format!(
                    "the trigger {name}, which keeps {table} from being changed, is missing or hollow"
                )));
            }
            wanted.push(name.clone());
        }
    }
    let all = match db.engine() {
        Engine::Sqlite => db.query("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name", &[])?,
        Engine::Postgres => db.query(
            "SELECT t.tgname::TEXT AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal \
             AND c.relnamespace = current_schema()::regnamespace ORDER BY 1",
            &[],
        )?,
    };
    for row in all {
        if !wanted.iter().any(|name| row.text("name") == Ok(name)) {
            return Ok(Some(format!("there is a trigger {} that is not part of the schema", row.text("name")?)));
        }
    }
    Ok(None)
}

/// A table as the database itself describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns in order.
    pub columns: Vec<String>,
    /// The columns of its primary key, in order of the table.
    pub key: Vec<String>,
}

impl Table {
    /// The column behind the district's number in the key: the ledger index, in a read table.
    pub fn index(&self) -> &str {
        self.key.get(1).map_or("seq", String::as_str)
    }
}

/// All tables of an SQLite database, by name, as they really are.
/// Error: [`StoreError::Shape`] on PostgreSQL, where the names come from the same schema text anyway.
pub fn tables(db: &mut Db) -> Result<Vec<Table>> {
    if db.engine() != Engine::Sqlite {
        return Err(StoreError::Shape("tables are listed from SQLite".into()));
    }
    let mut tables: Vec<Table> = Vec::new();
    let rows = db.query(
        "SELECT m.name, c.name AS col, c.pk FROM sqlite_master m JOIN pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name, c.cid",
        &[],
    )?;
    for row in rows {
        let (name, column) = (row.text("name")?, row.text("col")?.to_owned());
        if tables.last().is_none_or(|t| t.name != name) {
            tables.push(Table { name: name.to_owned(), columns: Vec::new(), key: Vec::new() });
        }
        if let Some(table) = tables.last_mut() {
            if row.int("pk")? > 0 {
                table.key.push(column.clone());
            }
            table.columns.push(column);
        }
    }
    Ok(tables)
}

/// The columns of a table in order, on either engine; none if there is no such table.
pub fn columns(db: &mut Db, table: &str) -> Result<Vec<String>> {
    let sql = match db.engine() {
        Engine::Sqlite => "SELECT name FROM pragma_table_info($1) ORDER BY cid",
        Engine::Postgres => {
            "SELECT column_name::TEXT AS name FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
        }
    };
    let name = |row: Row| row.text("name").map(str::to_owned);
    db.query(sql, &[table.into()])?.into_iter().map(name).collect()
}
