//! Past answers to cases like this one: for who has to write the next.

use super::search;
use crate::app::App;
use crate::caller::Staff;
use crate::lang::L;
use crate::parts::case_title::CaseTitle;
use crate::problem::Problem;
use domain::case::{field, may_see};
use domain::{Label, Role};
use reading::{Reader, Tag, mask};
use store::read::History;
use store::records::Record;

/// How many are shown.
const MOST: usize = 5;

/// A like case with its answer.
pub(super) struct Similar {
    pub(super) code: String,
    pub(super) title: String,
    /// Its category, and the unit that answered.
    pub(super) kind: String,
    /// What the fold of its answer says: that there is one, and its outcome.
    pub(super) outcome: String,
    pub(super) answer: String,
}

/// Up to five answered cases like this one that the account may see; for clerks and heads, who write answers.
pub(super) async fn of(app: &App, staff: &Staff, l: L, history: &History) -> Result<Vec<Similar>, Problem> {
    let (district, actor) = (app.desk().district(), staff.actor());
    let writes = matches!(staff.role, Role::Clerk | Role::Head);
    let (Some(finder), Some(reader), true) = (app.finder().cloned(), Reader::of(&actor), writes) else {
        return Ok(Vec::new());
    };
    let fields = history.fields();
    let of = |name: &str| fields.get(name).map_or("", String::as_str);
    let text = format!("{}\n{}", of(field::TITLE), of(field::TEXT));
    let (first, number) = (history.first(), app.desk().number());
    let found = app.read(move |db, keys| {
        let firsts =
            search::found_or_logged(finder.like(&reader, &text, first, &Tag::answered(), MOST)).unwrap_or_default();
        let records = search::cases(db, keys, number, &firsts)?;
        Ok((firsts, records))
    });
    let (firsts, records) = found.await?;
    let in_order = firsts.iter().filter_map(|first| records.iter().find(|r| r.first == *first));
    let seen = in_order.filter(|r| may_see(&r.case, &actor, &district));
    let line = |record: &Record| {
        let case = &record.case;
        let of = |name: &str| record.texts.get(name).map_or("", String::as_str);
        let known: Vec<&str> = record.personal.iter().map(String::as_str).collect();
        let category = case.category.as_ref().map(|c| district.catalogue.name(c, l.0));
        let unit = case.tasks.iter().rev().find(|t| t.lead).map(|t| district.unit_name(&t.unit, l.0));
        Similar {
            code: case.code.clone(),
            // Another resident's: what it is about is enough to find an answer by.
            title: CaseTitle::of(case, &record.texts, false).said(l, &district),
            kind: [category, unit].into_iter().flatten().collect::<Vec<_>>().join(" · "),
            outcome: case.outcome.map_or(l.t("find-answer"), |o| l.t_n("find-similar-show", o.label(l.0))),
            // Another resident's: what leads to them is no help in writing an answer.
            answer: mask::text(of(field::ANSWER), &known),
        }
    };
    Ok(seen.filter(|r| r.texts.contains_key(field::ANSWER)).map(line).collect())
}
