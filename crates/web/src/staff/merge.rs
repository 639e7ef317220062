//! Before a case is merged: both cases side by side, why they may be the same matter, and what each resident will read.

use super::case::sees;
use super::{handles, mask, near};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::L;
use crate::page::{Page, show};
use crate::parts::case_title::CaseTitle;
use crate::parts::promise::promised;
use crate::problem::Problem;
use crate::view::{self, ClockView};
use askama::Template;
use axum::response::Response;
use domain::case::{CaseId, Command, CommandKind, Facts, Texts, Visit, allowed, decide, evolve, field};
use domain::{Refusal, Why};
use std::sync::PoisonError;
use store::read::{self, History};

/// One of the two cases.
struct MergeSide {
    code: String,
    title: String,
    said: String,
    place: String,
    raised: String,
}

#[derive(Template)]
#[template(path = "staff/merge.html")]
struct MergePage {
    l: L,
    page: Page,
    own: MergeSide,
    other: MergeSide,
    /// Why the two may be the same matter; empty where nothing speaks for it.
    alike: Vec<String>,
    /// What the resident of this case is told is owed to them, and by when: the promise runs on.
    promise: String,
    clock: Option<ClockView>,
    version: u64,
    key: String,
    reason: String,
}

/// The page that asks "are you sure?", or the refusal that the merge would meet.
pub(super) async fn preview(
    app: &App,
    visitor: &Visitor,
    staff: &Staff,
    id: CaseId,
    seen: u64,
    into: CaseId,
    sent: &Sent,
) -> Result<Result<Response, Refusal>, Problem> {
    let (l, district, number) = (visitor.l, app.desk().district(), app.desk().number());
    let found = app.read(move |db, keys| {
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(read::history(db, &mut keys, number, id)?.zip(read::history(db, &mut keys, number, into)?))
    });
    let (own, other) = found.await?.ok_or_else(Problem::not_found)?;
    let actor = staff.actor();
    sees(&own.case, &actor, &district)?;
    // Whoever merges nothing learns nothing of the other case.
    if !allowed(&own.case, &actor, &district).contains(&CommandKind::Merge) {
        return Ok(Err(Refusal::new(Why::NotYours)));
    }
    sees(&other.case, &actor, &district)?;
    let reason = sent.raw("merge-reason").to_owned();
    // The reason may still be missing: it is asked for on the page.
    let command = Command::Merge { into, reason: "–".to_owned() };
    let now = app.desk().now();
    let facts = Facts {
        now,
        actor: &actor,
        district: &district,
        code: "",
        secret: "",
        other: Some(&other.case),
        visit: Visit::BEST,
        numbers: &[],
        asked: false,
    };
    let mut after = own.case.clone();
    match decide(&own.case, &command, &facts) {
        Ok(news) => news.iter().for_each(|new| evolve(&mut after, now, &actor, &new.event, &new.clocks)),
        Err(refusal) => return Ok(Err(refusal)),
    }
    let today = now.date();
    let owed = after.for_resident();
    let side = |history: &History| {
        let Texts { fields, personal } = history.texts();
        let known: Vec<&str> = personal.iter().map(String::as_str).collect();
        let of = |name: &str| fields.get(name).map_or("", String::as_str);
        MergeSide {
            code: history.case.code.clone(),
            title: CaseTitle { personal: known.clone(), ..CaseTitle::of(&history.case, &fields, handles(staff.role)) }
                .said(l, &district),
            said: mask::numbers(of(field::TEXT), &known),
            place: of(field::PLACE).to_owned(),
            raised: l.day(history.case.raised_at.date(), today),
        }
    };
    let page = MergePage {
        l,
        page: visitor.page(l.t("clerk-merge-title")),
        alike: near::alike(l, &district, near::ComparedWords::of(&own), near::ComparedWords::of(&other)),
        own: side(&own),
        other: side(&other),
        promise: owed.map(|c| l.t(promised(c.rule))).unwrap_or_default(),
        clock: owed.map(|c| view::clock(l, c, now, &district.calendar)),
        version: seen,
        key: sent.get("key").to_owned(),
        reason,
    };
    Ok(Ok(show(&page)))
}
