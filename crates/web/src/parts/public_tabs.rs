//! The tabs over the pages that everybody may look at.

use crate::lang::L;
use crate::page::NavItem;
use domain::register::Shelf;

/// The tabs; `here` is the page that they stand on. A register whose list everybody may look at has the words of its tab.
pub(crate) fn public_tabs(l: L, here: &str) -> Vec<NavItem> {
    let tab = |name: &str, key: &str| NavItem {
        current: here.strip_prefix('/') == Some(name),
        href: format!("/{name}"),
        label: l.t(key),
        count: None,
    };
    let registers = registers::listed().map(Shelf::plural).map(|name| (name, format!("look-{name}")));
    let registers = registers.filter(|(_, key)| l.has(key)).map(|(name, key)| tab(name, &key));
    let first = [tab("figures", "look-figures"), tab("published", "look-cases")];
    let last = [tab("ledger-today", "look-ledger"), tab("open-data", "look-data")];
    first.into_iter().chain(registers).chain(last).collect()
}
