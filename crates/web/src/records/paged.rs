//! Pages of records, one after another.

use std::sync::{Mutex, PoisonError};
use store::listed::{self, Told, Which};
use store::{Db, Keys};

/// Behind which record a page goes on: its day and its ledger index.
pub(super) type Place = (i64, i64);

/// The place that an address names, as `day.index`; none: the first page.
pub(super) fn place(text: &str) -> Option<Place> {
    let (day, seq) = text.split_once('.')?;
    Some((day.parse().ok()?, seq.parse().ok()?))
}

/// A page of records, and where the next one goes on, if there is one.
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
    Ok((listed::some(db, &mut keys, registers::REGISTERS, district, &ids)?, next))
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
