//! The tabs over the pages that everybody may look at.

use crate::lang::L;
use crate::page::NavItem;

/// The tabs; `here` is the page that they stand on.
pub(crate) fn public_tabs(l: L, here: &str) -> Vec<NavItem> {
    let items = [
        ("/figures", "look-figures"),
        ("/published", "look-cases"),
        ("/lectures", "look-lectures"),
        ("/meetings", "look-meetings"),
        ("/receptions", "look-receptions"),
        ("/ledger-today", "look-ledger"),
        ("/open-data", "look-data"),
    ];
    items
        .map(|(href, key)| NavItem { href: href.to_owned(), label: l.t(key), current: href == here, count: None })
        .into()
}
