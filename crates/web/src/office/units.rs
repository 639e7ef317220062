//! The administrator's front page, units and posts.

use super::change;
use super::lists::{ListQuery, Listed};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::L;
use crate::page::{Choice, FieldError, Page, form_status, go, show, show_with};
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::district::{Command, District, NoPoint, Point, Post, Unit, UnitCode, UnitKind};
use domain::{Label, Role};
use serde::Deserialize;
use std::collections::BTreeMap;
use store::read;

#[derive(Template)]
#[template(path = "office/admin.html")]
struct AdminPage {
    l: L,
    page: Page,
    name: String,
    size: u64,
    units: usize,
    posts: usize,
    accounts: usize,
    tokens: usize,
    catalogue: String,
    rules: u32,
    calendar: String,
}

/// `GET /admin`
pub(crate) async fn admin(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let (l, number) = (visitor.l, app.desk().number());
    let (_, size) = app.read(move |db, _| read::checkpoint(db, number)).await?;
    let d = app.desk().district();
    let catalogue = [("n", d.catalogue.categories.len().to_string()), ("version", d.catalogue.version.to_string())];
    Ok(show(&AdminPage {
        l,
        page: visitor.page(l.t("nav-admin")),
        name: d.name(l.0).to_owned(),
        size,
        units: d.units.values().filter(|u| !u.closed).count(),
        posts: d.posts.len(),
        accounts: d.accounts.values().filter(|a| !a.closed).count(),
        tokens: d.tokens.values().filter(|t| d.open_token(&t.name, app.desk().now()).is_some()).count(),
        catalogue: l.t_with("admin-catalogue-n", &catalogue),
        rules: d.rules.version,
        calendar: d.calendar.version(),
    }))
}

#[derive(Template)]
#[template(path = "office/units.html")]
struct UnitsPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    list: Listed<UnitRow>,
    code: String,
    zh: String,
    en: String,
    at: String,
    kinds: Vec<Choice>,
    parents: Vec<Choice>,
}

struct UnitRow {
    code: String,
    name: String,
    zh: String,
    en: String,
    kind: &'static str,
    parent: String,
    closed: bool,
    at: Option<Point>,
}

/// Every open unit as a choice, one of them chosen.
pub(super) fn unit_choices(district: &District, l: L, chosen: &str) -> Vec<Choice> {
    let open = district.units.values().filter(|u| !u.closed);
    open.map(|u| Choice::of(u.code.as_str(), u.name(l.0), chosen)).collect()
}

impl UnitsPage {
    fn error(&self, field: &str) -> String {
        self.errors.iter().find(|e| e.field == field).map(|e| e.text.clone()).unwrap_or_default()
    }
}

fn units_page(app: &App, visitor: &Visitor, narrow: ListQuery, sent: &Sent, errors: Vec<FieldError>) -> Response {
    let (l, d) = (visitor.l, app.desk().district());
    let row = |u: &Unit| UnitRow {
        code: u.code.0.clone(),
        name: u.name(l.0).to_owned(),
        zh: u.zh.clone(),
        en: u.en.clone(),
        kind: u.kind.label(l.0),
        parent: u.parent.as_ref().map(|p| d.unit_name(p, l.0).to_owned()).unwrap_or_default(),
        closed: u.closed,
        at: u.at,
    };
    let wanted: Vec<&Unit> = d.units.values().filter(|u| narrow.wants(&[u.code.as_str(), &u.zh, &u.en])).collect();
    let status = form_status(&errors);
    let page = UnitsPage {
        l,
        page: visitor.page(l.t("admin-units")),
        errors,
        list: narrow.page(l, "/admin/units", wanted.into_iter().map(row)),
        code: sent.get("code").to_owned(),
        zh: sent.get("zh").to_owned(),
        en: sent.get("en").to_owned(),
        at: sent.get("at").to_owned(),
        kinds: Choice::all::<UnitKind>(l, sent.get("kind")),
        parents: unit_choices(&d, l, sent.get("parent")),
    };
    show_with(status, &page)
}

/// `GET /admin/units`
pub(crate) async fn units(State(app): State<App>, visitor: Visitor, Query(narrow): Query<ListQuery>) -> Response {
    units_page(&app, &visitor, narrow, &Sent::default(), Vec::new())
}

/// `POST /admin/units`: adds a unit, or replaces the one with its code.
pub(crate) async fn set_unit(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let at = match sent.get("at").trim() {
        // A new name doesn't move a street.
        "" => app.desk().district().units.get(&UnitCode::from(sent.get("code"))).and_then(|u| u.at),
        written => match written.parse() {
            Ok(point) => Some(point),
            Err(NoPoint) => {
                let errors = vec![FieldError { field: "at".into(), text: visitor.l.t("units-bad-at") }];
                return Ok(units_page(&app, &visitor, ListQuery::default(), &sent, errors));
            }
        },
    };
    let unit = Unit {
        code: sent.get("code").into(),
        zh: sent.get("zh").to_owned(),
        en: sent.get("en").to_owned(),
        kind: UnitKind::of(sent.get("kind")).unwrap_or(UnitKind::Bureau),
        parent: Some(sent.get("parent")).filter(|p| !p.is_empty()).map(UnitCode::from),
        closed: false,
        at,
    };
    match change(&app, &staff, visitor.l, Command::SetUnits(vec![unit])).await? {
        Ok(()) => Ok(go("/admin/units?done=saved")),
        Err(errors) => Ok(units_page(&app, &visitor, ListQuery::default(), &sent, errors)),
    }
}

/// `POST /admin/units/close`: it gets no new tasks; what it has stays.
pub(crate) async fn close_unit(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    match change(&app, &staff, visitor.l, Command::CloseUnit(sent.get("unit").into())).await? {
        Ok(()) => Ok(go("/admin/units?done=saved")),
        Err(errors) => Ok(units_page(&app, &visitor, ListQuery::default(), &sent, errors)),
    }
}

#[derive(Template)]
#[template(path = "office/posts.html")]
struct PostsPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    /// Units with how many posts they have: code, name, number.
    list: Listed<(String, String, usize)>,
    unit: String,
    rows: Vec<PostRow>,
    code: String,
    name_zh: String,
    name_en: String,
    units: Vec<Choice>,
    roles: Vec<Choice>,
}

struct PostRow {
    code: String,
    name: String,
    role: &'static str,
}

#[derive(Deserialize)]
pub(crate) struct OfUnit {
    #[serde(default)]
    unit: String,
}

fn posts_page(
    app: &App,
    visitor: &Visitor,
    unit: &str,
    narrow: ListQuery,
    sent: &Sent,
    errors: Vec<FieldError>,
) -> Response {
    let (l, d) = (visitor.l, app.desk().district());
    let mut counts: BTreeMap<&UnitCode, usize> = BTreeMap::new();
    d.posts.values().for_each(|p| *counts.entry(&p.unit).or_default() += 1);
    let status = form_status(&errors);
    let row =
        |p: &Post| PostRow { code: p.code.0.clone(), name: l.0.pick(&p.zh, &p.en).to_owned(), role: p.role.label(l.0) };
    let chosen = if sent.get("unit").is_empty() { unit } else { sent.get("unit") };
    let counted = |(u, n): (&UnitCode, usize)| (u.0.clone(), d.unit_name(u, l.0).to_owned(), n);
    let counts = counts.into_iter().map(counted).filter(|(u, name, _)| narrow.wants(&[u.as_str(), name]));
    let counts: Vec<_> = counts.collect();
    let page = PostsPage {
        l,
        page: visitor.page(match unit {
            "" => l.t("admin-posts"),
            unit => format!("{} · {}", l.t("admin-posts"), d.unit_name(&unit.into(), l.0)),
        }),
        errors,
        list: narrow.page(l, "/admin/posts", counts.into_iter()),
        unit: unit.to_owned(),
        rows: d.posts.values().filter(|p| p.unit.as_str() == unit).map(row).collect(),
        code: sent.get("code").to_owned(),
        name_zh: sent.get("zh").to_owned(),
        name_en: sent.get("en").to_owned(),
        units: unit_choices(&d, l, chosen),
        roles: Choice::all::<Role>(l, sent.get("role")),
    };
    show_with(status, &page)
}

/// `GET /admin/posts`: how many posts each unit has, and those of one.
pub(crate) async fn posts(
    State(app): State<App>,
    visitor: Visitor,
    Query(of): Query<OfUnit>,
    Query(narrow): Query<ListQuery>,
) -> Response {
    posts_page(&app, &visitor, &of.unit, narrow, &Sent::default(), Vec::new())
}

/// `POST /admin/posts`: adds a post, or replaces the one with its code.
pub(crate) async fn set_post(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let Some(role) = Role::of(sent.get("role")) else {
        let errors = vec![FieldError { field: "role".into(), text: visitor.l.t("admin-choose-role") }];
        return Ok(posts_page(&app, &visitor, sent.get("unit"), ListQuery::default(), &sent, errors));
    };
    let post = Post {
        code: domain::district::PostCode(sent.get("code").to_owned()),
        zh: sent.get("zh").to_owned(),
        en: sent.get("en").to_owned(),
        unit: sent.get("unit").into(),
        role,
    };
    let to = format!("/admin/posts?done=saved&unit={}", crate::page::encode(post.unit.as_str()));
    match change(&app, &staff, visitor.l, Command::SetPosts(vec![post])).await? {
        Ok(()) => Ok(go(&to)),
        Err(errors) => Ok(posts_page(&app, &visitor, sent.get("unit"), ListQuery::default(), &sent, errors)),
    }
}

/// `POST /admin/posts/end`
pub(crate) async fn end_post(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let command = Command::EndPost(domain::district::PostCode(sent.get("post").to_owned()));
    match change(&app, &staff, visitor.l, command).await? {
        Ok(()) => Ok(go(&format!("/admin/posts?done=saved&unit={}", crate::page::encode(sent.get("unit"))))),
        Err(errors) => Ok(posts_page(&app, &visitor, sent.get("unit"), ListQuery::default(), &sent, errors)),
    }
}
