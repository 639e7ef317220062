//! The request for a review by the level over the district (信访工作条例 35, 36), as a paper: that level is no part of this
//! installation, so the resident takes it there, or an office hands it on.

use crate::lang::L;
use crate::page::Page;
use askama::Template;
use domain::Label;
use domain::case::{Case, Event, Reviewer, Stage, field};
use domain::district::District;
use store::read::History;

/// Whether a request waits for the level over the district.
pub(crate) fn is_due(case: &Case) -> bool {
    let asked = matches!(case.stage, Stage::Review | Stage::ReReview);
    asked && !case.erased && case.reviewer() == Reviewer::Outside
}

/// The paper.
#[derive(Template)]
#[template(path = "parts/review_request.html")]
pub(crate) struct ReviewRequest {
    pub(crate) l: L,
    pub(crate) page: Page,
    /// Where the way back leads, and its words.
    pub(crate) back: (String, String),
    district: String,
    title: String,
    code: String,
    facts: Vec<(String, String)>,
    reason: String,
    law: String,
}

impl ReviewRequest {
    /// The request of a case, with the words by which a reader sees name and phone; none while there is none to hand on.
    pub(crate) fn of(
        l: L,
        page: Page,
        back: (String, String),
        district: &District,
        history: &History,
        read: impl Fn(&str, &str) -> String,
    ) -> Option<ReviewRequest> {
        let case = Some(&history.case).filter(|case| is_due(case))?;
        let again = case.stage == Stage::ReReview;
        let asked = history
            .told
            .iter()
            .rev()
            .find(|t| matches!(t.body.event, Event::ReviewAsked { .. } | Event::ReReviewAsked { .. }))?;
        let fields = history.fields();
        let own = |name: &str| read(name, fields.get(name).map_or("", String::as_str));
        let reviewed = history.told.iter().rev().find(|t| matches!(t.body.event, Event::ReviewAnswered { .. }));
        let by = |unit: &domain::district::UnitCode| district.unit_name(unit, l.0).to_owned();
        // Of a re-review: what the review said. It was of the district, or of a body outside.
        let answer = match reviewed.filter(|_| again) {
            Some(told) => {
                let body = told.private.get(field::BODY).cloned();
                let body = body.or_else(|| told.body.by.unit().map(by)).unwrap_or_default();
                (body, told.body.at.date().to_string())
            }
            None => {
                let unit = case.answered_by.as_ref().map(by).unwrap_or_default();
                (unit, case.answered_on.map(|day| day.to_string()).unwrap_or_default())
            }
        };
        let outcome = case.outcome.map_or(String::new(), |o| o.label(l.0).to_owned());
        let facts = [
            ("request-name", own(field::NAME)),
            ("request-phone", own(field::PHONE)),
            ("request-answered-by", answer.0),
            ("request-answered-on", answer.1),
            ("request-outcome", outcome),
            ("request-asked-on", asked.body.at.date().to_string()),
        ];
        Some(ReviewRequest {
            l,
            page,
            back,
            district: district.name(l.0).to_owned(),
            title: l.t(if again { "request-title-again" } else { "request-title" }),
            code: case.code.clone(),
            facts: facts.into_iter().map(|(key, value)| (l.t(key), value)).collect(),
            reason: asked.private.get(field::REASON).cloned().unwrap_or_default(),
            law: l.law(if again { "信访工作条例 36" } else { "信访工作条例 35" }),
        })
    }
}
