//! `/cases/{code}/slip`: the work slip, which staff print and take along to the place. Contact data stays masked on it. What
//! a resident takes home is `parts/receipt_slip.rs`.

use super::case::{find, history};
use super::forms::capital;
use super::{handles, mask};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::lang::L;
use crate::page::{Page, show};
use crate::problem::Problem;
use crate::view;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::Label;
use domain::case::{Texts, field};

#[derive(Template)]
#[template(path = "staff/work_slip.html")]
struct WorkSlip {
    l: L,
    page: Page,
    code: String,
    title: String,
    facts: Vec<(String, String)>,
    said: String,
    tasks: Vec<String>,
    /// Lines to write on.
    lines: std::ops::Range<usize>,
}

/// How many lines for notes the slip has.
const LINES: usize = 12;

/// `GET /cases/{code}/slip`
pub(crate) async fn slip(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let (id, _) = find(&app, &code).await?.filter(|_| handles(staff.role)).ok_or_else(Problem::not_found)?;
    let history = history(&app, &staff, id).await?;
    let (l, district, today) = (visitor.l, app.desk().district(), app.desk().now().date());
    let (case, Texts { fields, personal }) = (&history.case, history.texts());
    let of = |name: &str| fields.get(name).map_or("", String::as_str);
    // Who carries it goes to the place.
    let known: Vec<&str> = personal.iter().map(String::as_str).filter(|value| *value != of(field::PLACE)).collect();
    let name = |u: &domain::district::UnitCode| district.unit_name(u, l.0).to_owned();
    let category = case.category.as_ref().map(|c| district.catalogue.name(c, l.0).to_owned());
    let due = case.next_due().map(|c| {
        let rule = c.rule.label(l.0);
        format!("{} · {rule}", l.day(c.due.rolled, today))
    });
    let some = |text: String| Some(text).filter(|t| !t.is_empty());
    let facts = [
        ("staff-col-status", Some(view::status(l, case.stage, case.question.is_some()).words)),
        ("staff-fact-track", Some(capital(l, case.track.label(l.0)))),
        ("staff-field-category", category),
        ("staff-fact-raised", Some(case.raised_at.minute())),
        ("staff-col-clock", due),
        ("staff-fact-street", case.street.as_ref().map(name)),
        ("staff-contact-place", some(of(field::PLACE).to_owned())),
        ("staff-contact-name", some(mask::name(of(field::NAME)))),
        ("staff-contact-phone", some(mask::phone(of(field::PHONE)))),
    ];
    let task = |t: &domain::case::Task| {
        let part = l.t(if t.lead { "staff-part-lead" } else { "staff-part-joint" });
        format!("{} · {part} · {}", name(&t.unit), t.state.label(l.0))
    };
    let template = WorkSlip {
        l,
        page: visitor.page(l.t("clerk-slip")),
        code: case.code.clone(),
        title: mask::numbers(of(field::TITLE), &known),
        facts: facts.into_iter().filter_map(|(key, value)| Some((l.t(key), value?))).collect(),
        // Paper is carried through the district: what was written about oneself is masked inside the words too.
        said: mask::numbers(of(field::TEXT), &known),
        tasks: case.tasks.iter().filter(|t| t.is_open()).map(task).collect(),
        lines: 0..LINES,
    };
    Ok(show(&template))
}
