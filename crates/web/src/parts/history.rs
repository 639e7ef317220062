//! A case with all that was written in it, for whom it is open already.

use crate::app::App;
use crate::problem::Problem;
use domain::case::CaseId;
use std::sync::PoisonError;
use store::read::{self, History};

/// The history of a case, in one statement. A case that is gone reads as a visit that is
/// over.
pub(crate) async fn history(app: &App, id: CaseId) -> Result<History, Problem> {
    let number = app.desk().number();
    let found = app
        .read(move |db, keys| {
            let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
            read::history(db, &mut keys, number, id)
        })
        .await?;
    found.ok_or_else(Problem::wrong_secret)
}
