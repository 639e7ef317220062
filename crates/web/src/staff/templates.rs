//! `/templates`: the templates of answers, a unit's by its head, all by the administrator; and how one is filled in.

use super::case::Loaded;
use super::command;
use super::forms::FormMaker;
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::L;
use crate::page::{Choice, FieldError, Page, form_status, go, show_with};
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use calendar::Date;
use desk::Failure;
use domain::Role;
use domain::case::{Case, CommandKind};
use domain::district::{Command, District, Template as Answer, TemplateField, UnitCode, fill};
use serde::Deserialize;

/// The acts whose text may begin with a template.
const ACTS: &[CommandKind] =
    &[CommandKind::Answer, CommandKind::Inform, CommandKind::AnswerReview, CommandKind::AnswerReReview];

/// A template as forms name it: its unit's code and its name.
fn key(template: &Answer) -> String {
    format!("{}:{}", template.unit.as_ref().map_or("", UnitCode::as_str), template.name)
}

fn of_key<'a>(district: &'a District, key: &str) -> Option<&'a Answer> {
    let (unit, name) = key.split_once(':')?;
    let unit = (!unit.is_empty()).then(|| UnitCode::from(unit));
    district.templates.get(&(unit, name.to_owned()))
}

/// Whether an account answers with it: the district's and its own unit's.
fn is_for(template: &Answer, unit: &UnitCode) -> bool {
    template.unit.as_ref().is_none_or(|u| u == unit)
}

/// What the system knows of a case, for the fields of a template.
fn known(l: L, district: &District, case: &Case, unit: &UnitCode, today: Date, field: TemplateField) -> Option<String> {
    let name = |code: &UnitCode| district.unit_name(code, l.0).to_owned();
    match field {
        TemplateField::Unit => Some(name(unit)),
        TemplateField::Due => case.next_due().map(|c| l.day(c.due.rolled, today)),
        TemplateField::Code => Some(case.code.clone()),
        TemplateField::Category => case.category.as_ref().map(|c| district.catalogue.name(c, l.0).to_owned()),
        TemplateField::Street => case.street.as_ref().map(name),
        TemplateField::Raised => Some(l.day(case.raised_at.date(), today)),
        TemplateField::Today => Some(l.day(today, today)),
    }
}

/// The templates that an act's form offers, each with its text filled in as far as the system knows.
pub(super) fn offered(maker: &FormMaker<'_>, act: CommandKind) -> Vec<Choice> {
    if !ACTS.contains(&act) {
        return Vec::new();
    }
    let FormMaker { l, district, case, staff, sent, .. } = *maker;
    let today = maker.today();
    let chosen = sent.map_or("", |s| s.get("template"));
    let own = district.templates.values().filter(|t| is_for(t, &staff.unit));
    let choice = |t: &Answer| {
        let text = fill(&t.text, |field| known(l, district, case, &staff.unit, today, field));
        Choice { hint: text, ..Choice::of(&key(t), &t.name, chosen) }
    };
    own.map(choice).collect()
}

/// What was typed, with the chosen template's text behind it.
pub(super) fn filled(
    app: &App,
    visitor: &Visitor,
    staff: &Staff,
    loaded: &Loaded,
    act: CommandKind,
    sent: Sent,
) -> Sent {
    let (district, case, today) = (&loaded.district, &loaded.history.case, app.desk().now().date());
    let found = of_key(district, sent.raw("template")).filter(|t| ACTS.contains(&act) && is_for(t, &staff.unit));
    let Some(template) = found else { return sent };
    let text = fill(&template.text, |field| known(visitor.l, district, case, &staff.unit, today, field));
    let field = command::name(act, "text");
    let whole = match sent.raw(&field).trim_end() {
        "" => text,
        typed => format!("{typed}\n\n{text}"),
    };
    sent.changed(&field, whole)
}

/// Which template the form shows.
#[derive(Deserialize)]
pub(crate) struct TemplateQuery {
    #[serde(default)]
    template: String,
}

struct TemplateLine {
    key: String,
    /// The address at which its form stands filled in.
    href: String,
    unit: String,
    name: String,
    text: String,
    version: u32,
    /// Whether the account may rewrite it.
    own: bool,
}

#[derive(Template)]
#[template(path = "staff/templates.html")]
struct TemplatesPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    lines: Vec<TemplateLine>,
    /// The units it may be for; empty: the account's own, without a choice.
    units: Vec<Choice>,
    called: String,
    text: String,
    fields: Vec<String>,
    admin: bool,
}

impl TemplatesPage {
    /// The sentence at a field.
    fn error(&self, field: &str) -> String {
        self.errors.iter().find(|e| e.field == field).map_or(String::new(), |e| e.text.clone())
    }
}

fn page(app: &App, visitor: &Visitor, staff: &Staff, sent: &Sent, errors: Vec<FieldError>) -> Response {
    let (l, district) = (visitor.l, app.desk().district());
    let admin = staff.role == Role::Administrator;
    let line = |t: &Answer| TemplateLine {
        key: key(t),
        href: super::rows::address("/templates", &[("template", &key(t))]),
        unit: t.unit.as_ref().map_or_else(|| l.t("clerk-templates-all"), |u| district.unit_name(u, l.0).to_owned()),
        name: t.name.clone(),
        text: t.text.clone(),
        version: t.version,
        own: admin || (t.unit.as_ref() == Some(&staff.unit) && staff.role == Role::Head),
    };
    let seen = district.templates.values().filter(|t| admin || is_for(t, &staff.unit));
    let units = district.units.values().filter(|u| admin && !u.closed);
    let status = form_status(&errors);
    let template = TemplatesPage {
        l,
        page: visitor.page(l.t("nav-templates")),
        errors,
        lines: seen.map(line).collect(),
        units: units.map(|u| Choice::of(u.code.as_str(), u.name(l.0), sent.get("unit"))).collect(),
        called: sent.raw("name").to_owned(),
        text: sent.raw("text").to_owned(),
        fields: fields(l),
        admin,
    };
    show_with(status, &template)
}

/// What may stand in braces, with what it becomes.
fn fields(l: L) -> Vec<String> {
    use domain::{Label, Lang};
    let zh = |f: &TemplateField| format!("{{{}}}", f.label(Lang::Zh));
    let en = |f: &TemplateField| format!("{{{}}}", f.code());
    TemplateField::ALL.iter().map(|f| if l.0 == Lang::Zh { zh(f) } else { en(f) }).collect()
}

/// `GET /templates`: what there is, and a form for a new one or, with `?template=`, for one that is there.
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Query(asked): Query<TemplateQuery>,
) -> Response {
    let district = app.desk().district();
    let chosen = of_key(&district, &asked.template);
    let unit = chosen.and_then(|t| t.unit.as_ref()).map_or("", UnitCode::as_str);
    let (name, text) = chosen.map_or(("", ""), |t| (t.name.as_str(), t.text.as_str()));
    let sent = Sent::with(&[("unit", unit), ("name", name), ("text", text)]);
    page(&app, &visitor, &staff, &sent, Vec::new())
}

/// Whose the template is: the administrator says so; a head's is the own unit's.
fn unit_of(staff: &Staff, sent: &Sent) -> Option<UnitCode> {
    match staff.role {
        Role::Administrator => Some(sent.get("unit")).filter(|u| !u.is_empty()).map(UnitCode::from),
        _ => Some(staff.unit.clone()),
    }
}

async fn change(
    app: &App,
    visitor: &Visitor,
    staff: &Staff,
    sent: &Sent,
    command: Command,
) -> Result<Response, Problem> {
    match app.desk().change(staff.actor(), command).await {
        Ok(_) => Ok(go("/templates?done=saved")),
        Err(Failure::Refused(refusal)) => {
            let problem = Problem::from(refusal);
            let field = problem.field().unwrap_or("name").to_owned();
            let errors = vec![FieldError { field, text: problem.sentence(visitor.l.0) }];
            Ok(page(app, visitor, staff, sent, errors))
        }
        Err(failure) => Err(failure.into()),
    }
}

/// `POST /templates`
pub(crate) async fn set(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let (name, text) = (sent.get("name").to_owned(), sent.raw("text").to_owned());
    change(&app, &visitor, &staff, &sent, Command::SetTemplate { unit: unit_of(&staff, &sent), name, text }).await
}

/// `POST /templates/end`
pub(crate) async fn end(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let (unit, name) = sent.raw("template").split_once(':').ok_or_else(Problem::form)?;
    let unit = Some(unit).filter(|u| !u.is_empty()).map(UnitCode::from);
    let command = Command::EndTemplate { unit, name: name.to_owned() };
    change(&app, &visitor, &staff, &Sent::default(), command).await
}
