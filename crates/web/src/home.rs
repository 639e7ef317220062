//! `/`: the home page; and a browser's settings, language and size of print.

use crate::caller::Visitor;
use crate::cookie::{YEAR, set_cookie};
use crate::lang::L;
use crate::page::{Page, first_page, go, safe_path};
use askama::Template;
use axum::extract::Query;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct SettingQuery {
    #[serde(default)]
    to: String,
    #[serde(default)]
    back: String,
}

/// `GET /language`: remembers the language, and goes back.
pub(crate) async fn language(Query(SettingQuery { to, back }): Query<SettingQuery>) -> Response {
    let to = if to == "en" { "en" } else { "zh-CN" };
    remember("lang", to, &back)
}

/// `GET /print-size`: remembers the size of print, and goes back.
pub(crate) async fn print_size(Query(SettingQuery { to, back }): Query<SettingQuery>) -> Response {
    let to = if to == "large" { "large" } else { "normal" };
    remember("print", to, &back)
}

fn remember(name: &str, value: &str, back: &str) -> Response {
    let mut response = go(safe_path(back).unwrap_or("/"));
    set_cookie(&mut response, name, value, Some(YEAR));
    response
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    l: L,
    page: Page,
}

/// `GET /`: the three doors; for a signed-in account the page that its day begins on.
pub(crate) async fn home(visitor: Visitor) -> Response {
    if let Some(staff) = &visitor.staff {
        return ([(header::CACHE_CONTROL, "no-store")], go(first_page(staff.role))).into_response();
    }
    let l = visitor.l;
    crate::kept::page(&visitor, &HomePage { l, page: visitor.page(l.t("home-title")) })
}
