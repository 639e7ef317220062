//! The versions of the dispatch catalogue and of the rule table: any two side by side, each with its entry of the ledger.

use super::tables::{Difference, catalogue_lines, differences, rule_lines};
use crate::app::App;
use crate::caller::Visitor;
use crate::lang::L;
use crate::page::{Choice, FieldError, Page, show};
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::case::Body;
use domain::district::{DISTRICT_STREAM, Districts, Event};
use domain::{Actor, Label};
use serde::Deserialize;
use std::collections::BTreeMap;
use store::read;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct VersionsQuery {
    of: String,
    old: String,
    new: String,
}

/// A version of a table.
struct Version {
    number: u32,
    seq: u64,
    at: String,
    by: String,
    lines: BTreeMap<String, String>,
}

#[derive(Template)]
#[template(path = "office/versions.html")]
struct VersionsPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    of: &'static str,
    back: &'static str,
    lead: String,
    versions: Vec<VersionRow>,
    olds: Vec<Choice>,
    news: Vec<Choice>,
    /// None while there are no two versions.
    changes: Option<Vec<Difference>>,
    caption: String,
}

struct VersionRow {
    number: u32,
    seq: u64,
    at: String,
    by: String,
    lines: usize,
}

/// The version that an event brought, if it is of the table that is asked for.
fn version(l: L, of_rules: bool, seq: u64, body: &Body<Event>, by: String) -> Option<Version> {
    let (number, lines) = match &body.event {
        Event::CataloguePublished { catalogue } if !of_rules => (catalogue.version, catalogue_lines(catalogue)),
        Event::RulesPublished { rules } if of_rules => (rules.version, rule_lines(l, rules)),
        _ => return None,
    };
    Some(Version { number, seq, at: body.at.minute(), by, lines })
}

/// `GET /admin/versions`
pub(crate) async fn versions(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<VersionsQuery>,
) -> Result<Response, Problem> {
    let (l, number, d) = (visitor.l, app.desk().number(), app.desk().district());
    let of_rules = match asked.of.as_str() {
        "catalogue" => false,
        "rules" => true,
        _ => return Err(Problem::not_found()),
    };
    let stream = app.read(move |db, _| read::stream::<Districts>(db, number, DISTRICT_STREAM)).await?;
    let by = |actor: &Actor| match actor {
        Actor::Staff { account, unit, role } => {
            let account = l.t_n("office-account", account);
            format!("{} {} · {account}", d.unit_name(unit, l.0), role.label(l.0))
        }
        _ => l.t("exports-command-line"),
    };
    let all = stream.events.iter().filter_map(|e| version(l, of_rules, e.seq, &e.body, by(&e.body.by)));
    let all: Vec<Version> = all.collect();
    let at = |typed: &str| typed.parse::<u32>().ok().and_then(|n| all.iter().find(|v| v.number == n));
    let (last, before) = (all.last(), all.len().checked_sub(2).and_then(|n| all.get(n)));
    let new = at(&asked.new).or(last);
    let old = at(&asked.old).or(before);
    let choices = |chosen: Option<&Version>| -> Vec<Choice> {
        let chosen = chosen.map(|v| v.number.to_string()).unwrap_or_default();
        all.iter()
            .rev()
            .map(|v| {
                Choice::of(&v.number.to_string(), &format!("{} · {}", l.t_n("admin-version", v.number), v.at), &chosen)
            })
            .collect()
    };
    let row = |v: &Version| VersionRow {
        number: v.number,
        seq: v.seq,
        at: v.at.clone(),
        by: v.by.clone(),
        lines: v.lines.len(),
    };
    let page = VersionsPage {
        l,
        page: visitor.page(l.t(if of_rules { "versions-rules" } else { "versions-catalogue" })),
        errors: Vec::new(),
        of: if of_rules { "rules" } else { "catalogue" },
        back: if of_rules { "/admin/rules" } else { "/admin/catalogue" },
        lead: l.t("versions-lead"),
        olds: choices(old),
        news: choices(new),
        changes: old.zip(new).map(|(old, new)| differences(&old.lines, &new.lines)),
        caption: old.zip(new).map_or(String::new(), |(old, new)| {
            l.t_with("versions-caption", &[("old", old.number.to_string()), ("new", new.number.to_string())])
        }),
        versions: all.iter().rev().map(row).collect(),
    };
    Ok(show(&page))
}
