//! Pages of records, one after another, and whose they are.

use super::for_everybody;
use crate::caller::Staff;
use crate::page::address;
use domain::Role;
use serde::Deserialize;
use std::sync::{Mutex, PoisonError};
use store::listed::{self, Told, Which};
use store::{Db, Keys};

/// Behind which record a page goes on: its day and its ledger index.
pub(super) type Place = (i64, i64);

/// What the address of a list asks for.
#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    /// `all`: of all units; else of the account's own, where its post has records of its own.
    #[serde(default)]
    of: String,
    #[serde(default)]
    after: String,
}

impl Asked {
    /// Whether the list is of the account's own unit; none: its post has none of its own.
    pub(super) fn own(&self, staff: &Staff) -> Option<bool> {
        matches!(staff.role, Role::Clerk | Role::Head).then_some(self.of != "all")
    }

    /// The unit whose records are listed; empty: all units.
    pub(super) fn unit(&self, staff: &Staff) -> String {
        if self.own(staff) == Some(true) { staff.unit.to_string() } else { String::new() }
    }

    /// Behind which record the page begins; none: the first page.
    pub(super) fn after(&self) -> Option<Place> {
        place(&self.after)
    }

    /// The address of the next page; empty where there is none.
    pub(super) fn next(&self, path: &str, next: Option<Place>) -> String {
        next.map(|(day, seq)| address(path, &[("of", &self.of), ("after", &format!("{day}.{seq}"))]))
            .unwrap_or_default()
    }
}

/// The place that an address names, as `day.index`; none: the first page.
pub(super) fn place(text: &str) -> Option<Place> {
    let (day, seq) = text.split_once('.')?;
    Some((day.parse().ok()?, seq.parse().ok()?))
}

/// A page of records, and where the next one goes on, if there is one. What is listed for everybody is as everybody may read
/// it.
pub(super) fn paged(
    db: &mut Db,
    keys: &Mutex<Keys>,
    district: i64,
    which: &Which,
    rows: usize,
) -> store::Result<(Vec<Told>, Option<Place>)> {
    let page = listed::page(db, district, which, rows + 1)?;
    let next = page.get(rows - 1).filter(|_| page.len() > rows).map(|(_, at)| *at);
    let ids: Vec<_> = page.iter().take(rows).map(|(id, _)| *id).collect();
    let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
    let told = listed::some(db, &mut keys, registers::REGISTERS, district, &ids)?;
    Ok((if which.public { told.into_iter().map(for_everybody).collect() } else { told }, next))
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_page_goes_on_where_its_address_says_and_a_broken_one_begins_anew() {
        assert_eq!(place("19500.42"), Some((19500, 42)));
        for broken in ["", "19500", "19500.", ".42", "a.b", "19500.42.1"] {
            assert_eq!(place(broken), None, "{broken}");
        }
    }
}
