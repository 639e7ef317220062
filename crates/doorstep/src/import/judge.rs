//! Whether a row can go in: by the domain's own rule, with the district as it is, and by what went in before.

use super::fault::{BadRow, Fault};
use super::map::Map;
use super::rows::Row;
use desk::{Key, raise_request};
use domain::case::{Facts, Visit, decide_raise};
use domain::district::District;
use domain::{Actor, Lang, Moment};
use std::sync::Arc;
use store::{Db, Keys, StoreError, read};

/// What is to be done with a row.
pub enum Judged {
    /// It can go in.
    New(Box<Row>),
    /// It went in before, with the same content.
    There,
    /// It can't.
    Bad(BadRow),
}

/// Judges rows, one by one.
pub struct Judge<'m> {
    /// The map, for the names of columns.
    pub map: &'m Map,
    /// The district as it is.
    pub district: Arc<District>,
    /// The present.
    pub now: Moment,
    /// A reader of the district's data.
    pub db: Db,
    /// A reader of its keys.
    pub keys: Keys,
    /// The district's number.
    pub number: i64,
}

/// Who raises an imported case.
pub fn actor() -> Actor {
    Actor::System { name: "import".into() }
}

/// The idempotency key of a row: the map's source and the row's number there. What the row says stands behind the key as the
/// hash of its request: the same number with other content is refused, and never a second case.
pub fn key(map: &Map, id: &str) -> Key {
    Key::of_import(&map.source, id)
}

impl Judge<'_> {
    /// Judges a row.
    ///
    /// # Errors
    /// What the database says.
    pub fn judge(&mut self, row: Row) -> Result<Judged, StoreError> {
        let actor = actor();
        // Code and digits are the desk's to draw; no rule looks at them.
        let facts = Facts {
            now: self.now,
            actor: &actor,
            district: &self.district,
            code: "",
            secret: "",
            other: None,
            visit: Visit::BEST,
            numbers: &[],
            asked: false,
        };
        if let Err(refusal) = decide_raise(&row.raise, &facts) {
            let column = refusal.field.map_or("", |field| self.map.columns.of_field(field));
            let ((zh, zh_do), (en, en_do)) = (refusal.said(Lang::Zh), refusal.said(Lang::En));
            let fault = Fault::new(row.line, column, format!("{zh}{zh_do}"), format!("{en} {en_do}"));
            return Ok(bad(row, fault));
        }
        let Some(done) = read::done(&mut self.db, self.number, &key(self.map, &row.id).0)? else {
            return Ok(Judged::New(Box::new(row)));
        };
        if done.is_of(&mut self.keys, &raise_request(&actor, &row.raise))? {
            return Ok(Judged::There);
        }
        let fault = Fault::new(
            row.line,
            self.map.columns.id.clone(),
            "这个编号已经导入过，但内容不同（行变了，或映射、目录变了）。原来的诉求没有改动；请在那件诉求上更正，或删去此行。",
            "this id went in before with other content (the row, the map or the catalogue has changed). Its case was left as it \
             is; correct it there, or delete the row.",
        );
        Ok(bad(row, fault))
    }
}

fn bad(row: Row, fault: Fault) -> Judged {
    Judged::Bad(BadRow { line: row.line, cells: row.cells, faults: vec![fault] })
}
