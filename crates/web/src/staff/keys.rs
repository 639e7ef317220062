//! `/keys`: the keys by which the working pages are used, as a page of its own for browsers without scripts.

use crate::caller::Visitor;
use crate::lang::L;
use crate::page::{Page, show};
use askama::Template;
use axum::response::Response;

#[derive(Template)]
#[template(path = "staff/keys.html")]
struct ShortcutsPage {
    l: L,
    page: Page,
}

/// `GET /keys`
pub(crate) async fn keys(visitor: Visitor) -> Response {
    show(&ShortcutsPage { l: visitor.l, page: visitor.page(visitor.l.t("clerk-keys")) })
}
