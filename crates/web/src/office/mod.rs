//! The auditor's and the administrator's pages.

pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod calendar;
pub(crate) mod care;
pub(crate) mod cases;
pub(crate) mod compare;
pub(crate) mod figures;
pub(crate) mod import;
mod lists;
pub(crate) mod messages;
pub(crate) mod published;
pub(crate) mod sign_ins;
pub(crate) mod tables;
pub(crate) mod tokens;
pub(crate) mod units;
pub(crate) mod versions;

use crate::app::App;
use crate::caller::Staff;
use crate::jobs::{State, Task};
use crate::lang::L;
use crate::page::FieldError;
use crate::problem::Problem;
use axum::http::HeaderValue;
use axum::response::Response;
use desk::Failure;
use domain::district::Command;
use serde::Deserialize;

/// A list's place: rows behind this index.
#[derive(Deserialize)]
pub(crate) struct BeforeQuery {
    #[serde(default)]
    before: Option<u64>,
}

/// Changes the district. A refusal comes back as a fault at its field; anything else is a problem.
async fn change(app: &App, staff: &Staff, l: L, command: Command) -> Result<Result<(), Vec<FieldError>>, Problem> {
    Ok(change_or_ask(app, staff, l, command).await?.map(drop))
}

/// [`change`]; says whether it waits for a second administrator, so that nothing is done yet.
async fn change_or_ask(
    app: &App,
    staff: &Staff,
    l: L,
    command: Command,
) -> Result<Result<bool, Vec<FieldError>>, Problem> {
    match app.desk().change(staff.actor(), command).await {
        Ok(changed) => Ok(Ok(changed.waits)),
        Err(Failure::Refused(refusal)) => {
            let field = refusal.field.unwrap_or("form").to_owned();
            Ok(Err(vec![FieldError { field, text: Problem::from(refusal).sentence(l.0) }]))
        }
        Err(failure) => Err(failure.into()),
    }
}

/// A job as pages draw it.
struct JobView {
    running: bool,
    good: bool,
    words: String,
    /// What is wrong, and what to do.
    findings: Vec<(String, String)>,
    notes: Vec<String>,
}

impl JobView {
    /// Where a job stands, if it was ever begun.
    fn of(app: &App, l: L, task: Task) -> Option<JobView> {
        let outcome = match app.jobs().state(task)? {
            State::Ended(outcome) => outcome,
            State::Running(done, all) => {
                let words = match all {
                    0 => l.t("job-running"),
                    all => l.t_n("job-at", done.saturating_mul(100) / all),
                };
                return Some(JobView { running: true, good: true, words, findings: Vec::new(), notes: Vec::new() });
            }
        };
        let pick = |said: &store::doctor::Said| said.pick(l.0).to_owned();
        Some(JobView {
            running: false,
            good: outcome.good,
            words: pick(&outcome.words),
            findings: outcome.findings.iter().map(|(what, todo)| (pick(what), pick(todo))).collect(),
            notes: outcome.notes.iter().map(pick).collect(),
        })
    }
}

/// A page that looks again by itself while a job runs.
fn looking_again(mut response: Response, running: bool) -> Response {
    if running {
        response.headers_mut().insert(axum::http::header::REFRESH, HeaderValue::from_static("2"));
    }
    response
}
