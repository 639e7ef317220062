//! `/inbox`: what dispatchers must act on, the oldest alarm first, each with the catalogue's suggestion.

use super::desk::Tab;
use super::rows::{self, Group, Lines};
use super::suggest::suggestion;
use super::{Days, is_discipline};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::lang::L;
use crate::page::{FieldError, Page, go, show};
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::Label;
use domain::case::Stage;
use serde::Deserialize;
use store::view::{After, CaseRow, PAGE};

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    code: String,
    #[serde(default)]
    stage: String,
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "staff/inbox.html")]
struct Inbox {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    code: String,
    tabs: Vec<Tab>,
    groups: Vec<Group>,
    shown: String,
    next: String,
    first: String,
}

/// `GET /inbox`
pub(crate) async fn inbox(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let l = visitor.l;
    let mut errors = Vec::new();
    if !asked.code.trim().is_empty() {
        match desk::read_case_code(&asked.code) {
            Some(code) => return Ok(go(&format!("/cases/{code}"))),
            None => errors.push(FieldError { field: "code".into(), text: l.t("staff-code-wrong") }),
        }
    }
    let district = app.desk().district();
    let days = Days::of(app.desk().now().date(), &district.calendar);
    let after = rows::read_after(&asked.after);
    let (number, sealed) = (app.desk().number(), is_discipline(&district, &staff));
    let stage = asked.stage.clone();
    let range = (after.unwrap_or(After::START), i64::MAX);
    let mut cases = app.read(move |db, _| store::view::inbox(db, number, sealed, &stage, range, PAGE + 1)).await?;
    let next = rows::next_after(&mut cases, |c| After { due: c.due, seq: c.seq, no: 0 });
    let cards = rows::cards(&app, cases.iter().map(|c| c.id).collect()).await?;
    let lines = Lines { l, district: &district, staff: &staff, days, cards: &cards };
    cases.retain(|c| lines.may_see(c.id));
    let link = |stage: &str, after: &str| rows::address("/inbox", &[("stage", stage), ("after", after)]);
    let tab = |stage: &str, key: &str| Tab {
        href: link(stage, ""),
        label: l.t(key),
        current: asked.stage == stage,
        count: None,
    };
    let line = |row: &CaseRow| {
        let note = if row.stage == Stage::Handling {
            l.t_n("staff-inbox-objection", row.lead.as_ref().map_or("", |u| district.unit_name(u, l.0)))
        } else {
            let words = lines.words(row.id);
            suggestion(l, &district, row.track, row.category.as_ref(), row.street.as_ref(), &words).reason
        };
        lines.of(row, note)
    };
    let of = |late: bool| cases.iter().filter(|c| lines.is_late(c) == late).map(line).collect();
    let template = Inbox {
        l,
        page: visitor.page(l.t("staff-inbox-title")),
        errors,
        code: asked.code.clone(),
        tabs: vec![
            tab("", "staff-tab-all"),
            tab(Stage::Raised.code(), "staff-tab-accept"),
            tab(Stage::Accepted.code(), "staff-tab-dispatch"),
            tab(Stage::Handling.code(), "staff-tab-objections"),
        ],
        groups: Group::list([(l.t("staff-group-late"), of(true)), (l.t("staff-group-open"), of(false))]),
        shown: l.t_n("staff-shown", cases.len()),
        next: next.map_or(String::new(), |after| link(&asked.stage, &after)),
        first: after.map_or(String::new(), |_| link(&asked.stage, "")),
    };
    Ok(show(&template))
}
