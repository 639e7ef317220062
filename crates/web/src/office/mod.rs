//! The auditor's and the administrator's pages.

pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod figures;
pub(crate) mod tables;
pub(crate) mod units;

use crate::app::App;
use crate::caller::Staff;
use crate::lang::L;
use crate::page::FieldError;
use crate::problem::Problem;
use desk::Failure;
use domain::district::Command;
use serde::Deserialize;

/// A list's place: rows behind this index.
#[derive(Deserialize)]
pub(crate) struct Before {
    #[serde(default)]
    before: Option<u64>,
}

/// Changes the district. A refusal comes back as a fault at its field; anything else is a problem.
async fn change(app: &App, staff: &Staff, l: L, command: Command) -> Result<Result<(), Vec<FieldError>>, Problem> {
    match app.desk().change(staff.actor(), command).await {
        Ok(_) => Ok(Ok(())),
        Err(Failure::Refused(refusal)) => {
            let field = refusal.field.unwrap_or("form").to_owned();
            Ok(Err(vec![FieldError { field, text: Problem::from(refusal).sentence(l.0) }]))
        }
        Err(failure) => Err(failure.into()),
    }
}
