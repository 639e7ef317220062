//! Published figures, for everybody: what each counts, its proof, what corrected it; and counting them again.

use super::care::wrong_figure;
use super::figures::narrowed;
use super::{BeforeQuery, JobView, looking_again};
use crate::app::App;
use crate::caller::Visitor;
use crate::form::Sent;
use crate::jobs::{Outcome, Task};
use crate::kept;
use crate::lang::L;
use crate::page::{NavItem, Page, go};
use crate::parts::figure::{participation, window, word_of};
use crate::parts::public_tabs::public_tabs;
use crate::problem::Problem;
use crate::roles::{PUBLISHERS, RECOMPUTE};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::district::District;
use domain::{Moment, Role};
use figures::rounding::Measure;
use figures::{Filter, catalogue};
use std::collections::BTreeMap;
use store::audit::{self, NEWEST, Published};
use store::{Db, read};

/// Figures of a page of publications.
const PUBLISHED: usize = 120;

#[derive(Template)]
#[template(path = "office/published.html")]
struct PublishedPage {
    l: L,
    page: Page,
    tabs: Vec<NavItem>,
    groups: Vec<GroupView>,
    next: String,
    first: String,
}

struct GroupView {
    seq: u64,
    window: String,
    narrowed: String,
    at: String,
    /// Entries of the ledger when they were counted: the same for all of one publication.
    size: u64,
    figures: Vec<PublishedView>,
    /// The names of those that there was nothing to count for; empty when there are none.
    none: String,
}

struct PublishedView {
    name: String,
    text: String,
    value: String,
    unit: &'static str,
    numerator: i64,
    denominator: Option<i64>,
    participation: String,
    permille: Option<i64>,
    /// What it counts in a plain sentence; empty where none is written for this version of its definition.
    said: String,
    /// There was nothing to count: no value.
    none: bool,
    definition: u32,
    counted: String,
    corrected: Option<(u64, String)>,
}

/// The definition that a published figure was counted by.
fn definition(f: &domain::district::Figure) -> Option<&'static catalogue::Definition> {
    catalogue::version(&f.id, f.definition)
}

/// What a figure counts, in a plain sentence. A changed meaning has none until one is written for its version.
fn said(l: L, f: &domain::district::Figure) -> String {
    let key = format!("figures-said-{}-{}", word_of(&f.id), f.definition);
    let sentence = l.t_with(&key, &[("n", f.numerator.to_string()), ("d", f.denominator.to_string())]);
    if sentence == key { String::new() } else { sentence }
}

fn published_view(l: L, p: &Published, corrections: &BTreeMap<(u64, &str), &Published>) -> PublishedView {
    let f = &p.figure;
    let of = definition(f);
    let rate = f.denominator > 0 && of.is_some_and(|d| d.denominator.is_some());
    let participation = f.participation.map(|(n, d)| {
        let rate = |of: &catalogue::Definition| figures::rounding::rate(n, d, of.rounding(), of.measure());
        let (rate, unit) = of.map_or((String::new(), Measure::Percent), rate);
        let rate = if d > 0 { format!("{rate} {}", unit.sign(l.0)) } else { rate };
        participation(l, rate, n, d)
    });
    let denominator = of.and_then(|d| d.denominator).map(|_| f.denominator);
    let is_percent = rate && f.value.parse::<f64>().is_ok();
    let unit = match denominator {
        None => of.map_or("", |of| of.measure().sign(l.0)),
        Some(_) if is_percent => Measure::Percent.sign(l.0),
        Some(_) => "",
    };
    PublishedView {
        name: of.map_or(f.id.clone(), |d| d.name(l.0).to_owned()),
        text: of.map(|d| d.text(l.0).to_owned()).unwrap_or_default(),
        value: f.value.clone(),
        unit,
        numerator: f.numerator,
        said: said(l, f),
        none: denominator.is_some_and(|d| d <= 0),
        denominator,
        participation: participation.unwrap_or_default(),
        permille: is_percent.then(|| f.numerator.saturating_mul(1000) / f.denominator.max(1)),
        definition: f.definition,
        counted: f.counted.clone(),
        corrected: corrections.get(&(p.seq, f.id.as_str())).map(|c| (c.seq, c.figure.value.clone())),
    }
}

/// The publications of a list, each with its figures and what corrects them.
fn groups(l: L, d: &District, all: &[Published]) -> Vec<GroupView> {
    let corrections: BTreeMap<(u64, &str), &Published> =
        all.iter().filter_map(|p| p.corrects.map(|seq| ((seq, p.figure.id.as_str()), p))).collect();
    let mut groups: Vec<GroupView> = Vec::new();
    for p in all.iter().filter(|p| p.corrects.is_none()) {
        let view = published_view(l, p, &corrections);
        match groups.last_mut().filter(|g| g.seq == p.seq) {
            Some(group) => group.figures.push(view),
            None => {
                let f = &p.figure;
                let filter = Filter::narrowed(f.from, f.to, &f.filter);
                groups.push(GroupView {
                    seq: p.seq,
                    window: window(l, f.from, f.to),
                    narrowed: filter.map_or(f.filter.clone(), |filter| narrowed(l, d, &filter)),
                    at: l.full_moment(Moment(p.at)),
                    size: f.ledger_size,
                    figures: vec![view],
                    none: String::new(),
                });
            }
        }
    }
    for group in &mut groups {
        let names: Vec<&str> = group.figures.iter().filter(|f| f.none).map(|f| f.name.as_str()).collect();
        group.none = names.join(l.0.pick("、", "; "));
    }
    groups
}

/// `GET /figures`: what was published, newest first.
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(BeforeQuery { before }): Query<BeforeQuery>,
) -> Result<Response, Problem> {
    let (l, number, from) = (visitor.l, app.desk().number(), before.unwrap_or(NEWEST));
    let all = app.read(move |db, _| audit::publications(db, number, from, PUBLISHED)).await?;
    let full = all.len() == PUBLISHED;
    let mut groups = groups(l, &app.desk().district(), &all);
    // The last publication of a full page may have been cut: it begins the next page, unless it is the only one.
    if full && groups.len() > 1 {
        groups.pop();
    }
    let next = groups.last().filter(|_| full).map(|g| format!("/figures?before={}", g.seq)).unwrap_or_default();
    let first = if before.is_none() { String::new() } else { "/figures".into() };
    let (page, tabs) = (visitor.page(l.t("figures-title")), public_tabs(l, "/figures"));
    Ok(kept::page(&visitor, &PublishedPage { l, page, tabs, groups, next, first }))
}

#[derive(Template)]
#[template(path = "office/publication.html")]
struct PublicationPage {
    l: L,
    page: Page,
    group: GroupView,
    proof: String,
    may_correct: bool,
    may_recompute: bool,
    recomputed: Option<JobView>,
    /// The entry in the auditor's pages.
    may_walk: bool,
}

/// `GET /figures/published/{index}`: one publication with all that a figure travels with, and its proof.
pub(crate) async fn one(State(app): State<App>, visitor: Visitor, Path(index): Path<u64>) -> Result<Response, Problem> {
    let (l, number) = (visitor.l, app.desk().number());
    let (all, proof) = app
        .read(move |db, _| {
            let all = audit::publication(db, number, index)?;
            if all.is_empty() {
                return Ok((all, String::new()));
            }
            let (_, size) = read::checkpoint(db, number)?;
            Ok((all, read::receipt(db, number, index, size)?.to_text()))
        })
        .await?;
    let group = groups(l, &app.desk().district(), &all).into_iter().next().ok_or_else(Problem::not_found)?;
    let may_correct = visitor.staff.as_ref().is_some_and(|s| PUBLISHERS.contains(&s.role));
    let may_recompute = visitor.staff.as_ref().is_some_and(|s| RECOMPUTE.contains(&s.role));
    let may_walk = visitor.staff.as_ref().is_some_and(|s| s.role == Role::Auditor);
    let recomputed = if may_recompute { JobView::of(&app, l, Task::Recompute(group.seq)) } else { None };
    let running = recomputed.as_ref().is_some_and(|job| job.running);
    let page = visitor.page(l.t("figures-publication"));
    let page = PublicationPage { l, page, group, proof, may_correct, may_recompute, recomputed, may_walk };
    Ok(looking_again(kept::page(&visitor, &page), running))
}

/// `POST /figures/recompute`: counts the figures of a publication from the ledger as it was when they were computed.
pub(crate) async fn recompute(State(app): State<App>, sent: Sent) -> Result<Response, Problem> {
    let seq: u64 = sent.get("publication").parse().map_err(|_| Problem::form())?;
    let (place, number) = (app.place().clone(), app.desk().number());
    let known = app.read(move |db, _| audit::publication(db, number, seq)).await?;
    if !known.iter().any(|p| p.seq == seq && p.corrects.is_none()) {
        return Err(Problem::not_found());
    }
    let work = move |_: &dyn Fn(u64, u64)| {
        let verified = Db::open_reader(&place).and_then(|mut db| figures::verify_publication(&mut db, number, seq));
        match verified {
            Ok(Ok(report)) => Outcome::new(
                true,
                format!("已从账本重算：{} 个与公布的一致，{} 个错的已有更正。", report.right, report.corrected),
                format!(
                    "Computed again from the ledger: {} are as published, {} wrong ones were corrected since.",
                    report.right, report.corrected
                ),
            ),
            Ok(Err(finding)) => wrong_figure(&finding),
            Err(e) => Outcome::failed(&e),
        }
    };
    let begun = app.jobs().begin(Task::Recompute(seq), work);
    Ok(go(&format!("/figures/published/{seq}{}", if begun { "" } else { "?done=job-busy" })))
}
