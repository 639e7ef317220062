//! `GET /records/{register}/{code}/stream`: says when a record has changed, as server-sent events. The id of each is the
//! ledger index of the record's last event; who was away gets the present one first, so that nothing is missed, and there is
//! nothing to catch up with: a page is read anew, as it is now.

use super::face_of;
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use desk::Changes;
use domain::case::CaseId;
use futures_util::stream::unfold;
use std::convert::Infallible;
use std::time::Duration;
use store::listed;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

/// How often a line without news shows that it is still there.
const ALIVE: Duration = Duration::from_secs(15);

/// A screen that is told.
struct Listener {
    app: App,
    id: CaseId,
    changes: Receiver<Changes>,
    stopping: watch::Receiver<bool>,
    /// The index that it was told last; none: it is told where the record is.
    told: Option<u64>,
}

/// The stream of a record.
pub(crate) async fn stream(
    State(app): State<App>,
    Path((register, code)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let face = face_of(&register).ok_or_else(Problem::not_found)?;
    let (number, code) = (app.desk().number(), desk::read_case_code(&code).ok_or_else(Problem::not_found)?);
    // What happens from here on is heard: what happened before is what the first event says.
    let (changes, stopping) = (app.desk().changes(), app.stopping());
    let found = app.read(move |db, _| listed::by_code(db, number, face.shelf().code(), &code)).await?;
    let (id, _) = found.ok_or_else(Problem::not_found)?;
    let listener = Listener { app, id, changes, stopping, told: None };
    let events = unfold(listener, |mut listener| async move {
        let index = listener.next().await?;
        listener.told = Some(index);
        let event = Event::default().id(index.to_string()).event("changed").data(index.to_string());
        Some((Ok::<Event, Infallible>(event), listener))
    });
    let stream = Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE));
    Ok(([(header::CACHE_CONTROL, "no-store"), (header::HeaderName::from_static("x-accel-buffering"), "no")], stream)
        .into_response())
}

impl Listener {
    /// The next index that it is told; none when the server stops.
    async fn next(&mut self) -> Option<u64> {
        if self.told.is_none() {
            return self.now().await;
        }
        loop {
            tokio::select! {
                _ = self.stopping.changed() => return None,
                changed = self.changes.recv() => match changed {
                    Ok(changes) => {
                        let own = changes.iter().rev().find(|(id, _)| *id == self.id).map(|(_, index)| *index);
                        // What the first event told already is not told again.
                        if let Some(index) = own.filter(|index| self.told.is_none_or(|told| *index > told)) {
                            return Some(index);
                        }
                    }
                    Err(RecvError::Lagged(_)) => return self.now().await,
                    Err(RecvError::Closed) => return None,
                },
            }
        }
    }

    /// Where the record is now.
    async fn now(&self) -> Option<u64> {
        let (number, id) = (self.app.desk().number(), self.id);
        self.app.read(move |db, _| listed::last(db, number, id)).await.ok().flatten()
    }
}
