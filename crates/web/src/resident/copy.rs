//! A copy of one's own data (个人信息保护法 45): everything that is kept about the case and was written by or to its
//! resident, as one file. What only went between offices is the offices'.

use super::timeline::ResidentTimeline;
use super::visited;
use crate::app::App;
use crate::caller::{Visit, Visitor};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::case::{Event, Trust, field};
use domain::{Label, Refusal, Why};
use serde_json::{Value, json};
use store::read::History;

/// `GET /case/copy`
pub(crate) async fn file(State(app): State<App>, visitor: Visitor, visit: Visit) -> Result<Response, Problem> {
    let history = visited(&app, visit).await?;
    if history.case.trust(visit.1) < Trust::Acts {
        return Err(Refusal::new(Why::NeedsSecret).into());
    }
    let (district, today) = (app.desk().district(), app.desk().now().date());
    let teller = ResidentTimeline { l: visitor.l, district: &district, history: &history, today };
    let body = serde_json::to_vec_pretty(&copy(&history, &teller)).map_err(|_| Problem::broken())?;
    let kind = (header::CONTENT_TYPE, "application/json");
    let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"my-data.json\"");
    Ok(([kind, name], body).into_response())
}

fn copy(history: &History, teller: &ResidentTimeline<'_>) -> Value {
    let case = &history.case;
    let mut fields = history.fields();
    // 0.1 named photos by their hash.
    let photos = match (fields.remove(field::PHOTOS), history.told.first().map(|t| &t.body.event)) {
        (Some(hashes), _) => hashes.split(' ').map(str::to_owned).collect(),
        (None, Some(Event::Raised { photos, .. })) => photos.clone(),
        _ => Vec::new(),
    };
    let photo = |(n, hash): (usize, &String)| json!({ "address": format!("/case/photo/{}", n + 1), "sha256": hash });
    let step = |s: super::timeline::TimelineStep| json!({ "at": s.iso, "what": s.title, "by": s.who, "words": s.said, "note": s.note });
    let opening = |o: super::timeline::ContactOpening| json!({ "at": o.iso, "by": o.who, "why": o.why });
    // What opens the case is no data about anybody, and the file may be shown to others.
    fields.remove(field::SECRET);
    let verdict = history.told.iter().rev().find(|t| matches!(t.body.event, Event::VerdictGiven { .. }));
    json!({
        "code": case.code,
        "track": case.track.code(),
        "door": case.door.code(),
        "state": case.stage.code(),
        "raised": case.raised_at.minute(),
        "category": case.category.as_ref().map(|c| c.as_str()),
        "street": case.street.as_ref().map(|s| s.as_str()),
        "may_be_shown_to_neighbours": case.may_be_shown(),
        "is_shown_to_neighbours": case.shown().is_some(),
        "erasure_asked": case.erasure_asked,
        "personal_data_erased": case.erased,
        "fields": fields,
        "as_first_written": history.told.first().map(|t| without_digits(&t.private)),
        "verdict": case.verdict,
        "witness": verdict.and_then(|t| t.private.get(field::WITNESS)),
        "photos": photos.iter().enumerate().map(photo).collect::<Vec<_>>(),
        "history": teller.steps().into_iter().map(step).collect::<Vec<_>>(),
        "who_opened_contact_data": teller.openings().into_iter().map(opening).collect::<Vec<_>>(),
    })
}

fn without_digits(fields: &domain::case::Fields) -> domain::case::Fields {
    fields.iter().filter(|(name, _)| *name != field::SECRET).map(|(n, v)| (n.clone(), v.clone())).collect()
}
