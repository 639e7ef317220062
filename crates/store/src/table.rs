//! A table as a list of columns ([`domain::columns!`]): from it come a read table itself, its INSERT and what a copy of it
//! selects; of a table that the migrations make, the statement that writes it.

use crate::db::Write;
use domain::register::column::{Column, Head, Part, Value};
use sha2::{Digest, Sha256};

/// What is known of a table without the type of its rows.
#[derive(Debug)]
pub struct Shape {
    /// Its name.
    pub name: &'static str,
    /// The schema text that makes it, with its indexes.
    pub ddl: String,
    /// Puts a row: adds it, or brings the one with its key up to date.
    pub put: String,
    /// The columns, as a SELECT names them; in the order of [`Shape::put`].
    pub names: String,
    /// Removes all rows of a district.
    pub empty: String,
    /// What stands for the shape in the database: another one says that the table must be made anew.
    pub hash: [u8; 32],
}

/// A table of rows that are made from `S`.
pub struct Table<S: 'static> {
    columns: &'static [Column<S>],
    /// Its statements.
    pub shape: Shape,
}

impl<S> Table<S> {
    /// A table with its indexes. `edition` is raised whenever a column comes to say something else, so that old rows are
    /// made anew.
    pub fn new(name: &'static str, edition: u32, columns: &'static [Column<S>], indexes: &str) -> Table<S> {
        Table { columns, shape: Shape::new(name, edition, &heads(columns), indexes) }
    }

    /// Puts a row, by its district and ledger index.
    pub fn put(&'static self, district: i64, seq: u64, row: &S) -> Write {
        self.shape.row(district, seq, self.columns.iter().map(|column| (column.of)(row)))
    }
}

fn heads<S>(columns: &[Column<S>]) -> Vec<Head> {
    columns.iter().map(|column| column.head).collect()
}

impl Shape {
    /// See [`Table::new`].
    pub fn new(name: &'static str, edition: u32, columns: &[Head], indexes: &str) -> Shape {
        let defined: Vec<String> = columns.iter().map(|c| format!("  {} {},\n", c.name, c.sql)).collect();
        let (key, names, put) = added(name, &["district", "seq"], columns);
        let ddl = format!(
            "CREATE TABLE {name}(\n  district BIGINT NOT NULL,\n  seq BIGINT NOT NULL,\n{}  PRIMARY KEY({key})\n) \
             /*clustered*/;\n{indexes}",
            defined.concat()
        );
        let hash = Sha256::digest(format!("{edition}\n{ddl}")).into();
        let empty = format!("DELETE FROM {name} WHERE district = $1");
        Shape { name, ddl, put, names, empty, hash }
    }

    /// Puts a row whose values are in the order of the columns.
    pub fn row(&'static self, district: i64, seq: u64, values: impl IntoIterator<Item = Value>) -> Write {
        let lead: [Value; 2] = [district.into(), seq.into()];
        Write::new(&self.put, lead.into_iter().chain(values).collect())
    }
}

/// The primary key, all names, and the INSERT of a table; `lead` are the columns of the key in front of the listed ones.
fn added(table: &str, lead: &[&'static str], columns: &[Head]) -> (String, String, String) {
    let named = |part: fn(Part) -> bool| columns.iter().filter(move |c| part(c.part)).map(|c| c.name);
    let led = |names: &mut dyn Iterator<Item = &'static str>| {
        lead.iter().copied().chain(names).collect::<Vec<_>>().join(", ")
    };
    let (key, names) = (led(&mut named(|p| p == Part::Key)), led(&mut named(|_| true)));
    let places: Vec<String> = (1..=lead.len() + columns.len()).map(|n| format!("${n}")).collect();
    let kept: Vec<String> = named(|p| p == Part::Kept).map(|name| format!("{name} = excluded.{name}")).collect();
    let conflict = match kept.as_slice() {
        [] => String::new(),
        kept => format!(" ON CONFLICT({key}) DO UPDATE SET {}", kept.join(", ")),
    };
    let put = format!("INSERT INTO {table}({names}) VALUES({}){conflict}", places.join(", "));
    (key, names, put)
}

/// A statement that writes a row of a table that the migrations make.
pub struct Written<S: 'static> {
    columns: &'static [Column<S>],
    /// The statement.
    pub sql: String,
}

impl<S> Written<S> {
    /// Adds a row, or brings the one with its key up to date if there is anything in it that is written each time.
    pub fn added(table: &str, columns: &'static [Column<S>]) -> Written<S> {
        Written { columns, sql: added(table, &[], &heads(columns)).2 }
    }

    /// Changes what is written each time in the row with the key, if it also is as `and` says; `{name}` in it stands for the
    /// new value of a column.
    pub fn changed(table: &str, columns: &'static [Column<S>], and: &str) -> Written<S> {
        let (mut set, mut key, mut and) = (Vec::new(), Vec::new(), and.to_owned());
        for (n, column) in (1..).zip(heads(columns)) {
            and = and.replace(&format!("{{{}}}", column.name), &format!("${n}"));
            let list = if column.part == Part::Key { &mut key } else { &mut set };
            list.push(format!("{} = ${n}", column.name));
        }
        let sql = format!("UPDATE {table} SET {} WHERE {} AND {and}", set.join(", "), key.join(" AND "));
        Written { columns, sql }
    }

    /// The write of a row.
    pub fn of(&'static self, row: &S) -> Write {
        Write::new(&self.sql, self.columns.iter().map(|column| (column.of)(row)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Db;
    use std::sync::LazyLock;

    struct Visit {
        no: u8,
        came: u32,
        day: Option<i64>,
        street: &'static str,
    }

    static VISITS: LazyLock<Table<Visit>> = LazyLock::new(|| {
        let columns = domain::columns! { Visit:
            no "BIGINT NOT NULL" key = |v| v.no,
            street "TEXT /*collate*/ NOT NULL" fixed = |v| v.street,
            came "BIGINT NOT NULL" = |v| v.came,
            day "BIGINT" = |v| v.day,
        };
        Table::new("visits", 1, columns, "CREATE INDEX visits_day ON visits(district, day);\n")
    });

    #[test]
    fn a_table_its_insert_and_its_names_come_from_one_list() {
        let Shape { ddl, put, names, .. } = &VISITS.shape;
        assert_eq!(names, "district, seq, no, street, came, day");
        assert_eq!(
            put,
            "INSERT INTO visits(district, seq, no, street, came, day) VALUES($1, $2, $3, $4, $5, $6) \
             ON CONFLICT(district, seq, no) DO UPDATE SET came = excluded.came, day = excluded.day"
        );
        assert_eq!(
            ddl,
            "CREATE TABLE visits(\n  district BIGINT NOT NULL,\n  seq BIGINT NOT NULL,\n  no BIGINT NOT NULL,\n  \
             street TEXT /*collate*/ NOT NULL,\n  came BIGINT NOT NULL,\n  day BIGINT,\n  \
             PRIMARY KEY(district, seq, no)\n) /*clustered*/;\nCREATE INDEX visits_day ON visits(district, day);\n"
        );
    }

    #[test]
    fn a_change_names_what_it_sets_its_key_and_what_else_must_be() {
        let columns = domain::columns! { Visit:
            came "BIGINT NOT NULL" = |v| v.came,
            day "BIGINT" = |v| v.day,
            no "BIGINT NOT NULL" key = |v| v.no,
        };
        let sql = Written::changed("visits", columns, "(day IS NULL OR {came} > 0)").sql;
        assert_eq!(sql, "UPDATE visits SET came = $1, day = $2 WHERE no = $3 AND (day IS NULL OR $1 > 0)");
    }

    #[test]
    fn a_row_that_is_put_again_keeps_what_is_fixed_and_takes_the_rest() {
        let mut db = Db::memory().unwrap();
        db.execute_batch(&VISITS.shape.ddl).unwrap();
        let first = Visit { no: 1, came: 3, day: None, street: "示例街" };
        let again = Visit { no: 1, came: 4, day: Some(20_000), street: "另一条街" };
        db.write(&[VISITS.put(1, 7, &first), VISITS.put(1, 7, &again)]).unwrap();
        let rows = db.query("SELECT seq, street, came, day FROM visits WHERE district = $1", &crate::args![1]).unwrap();
        let row = &rows[0];
        assert_eq!((rows.len(), row.int("seq"), row.text("street")), (1, Ok(7), Ok("示例街")));
        assert_eq!((row.int("came"), row.int("day")), (Ok(4), Ok(20_000)));
    }
}
