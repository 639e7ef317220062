//! Says when a record has changed, as server-sent events. The id of each is the ledger index of the record's last event; who
//! was away gets the present one first, so that nothing is missed, and there is nothing to catch up with: a page is read anew,
//! as it is now.

use crate::app::App;
use axum::http::header;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use desk::Changes;
use domain::Actor;
use domain::case::{CaseId, may_see};
use futures_util::stream::unfold;
use std::convert::Infallible;
use std::time::Duration;
use store::{listed, read};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

/// How often a line without news shows that it is still there.
const ALIVE: Duration = Duration::from_secs(15);

/// Hears all changes from when it is made: what happened before is what the first event says. So it is made before the record
/// is looked for.
pub(crate) struct Heard {
    app: App,
    changes: Receiver<Changes>,
    stopping: watch::Receiver<bool>,
}

impl Heard {
    pub(crate) fn by(app: &App) -> Heard {
        Heard { app: app.clone(), changes: app.desk().changes(), stopping: app.stopping() }
    }

    /// The changes of one record.
    pub(crate) fn of(self, id: CaseId) -> Response {
        self.told(id, None)
    }

    /// The changes of a case, for as long as a token sees it.
    pub(crate) fn of_case(self, id: CaseId, token: Actor) -> Response {
        self.told(id, Some(token))
    }

    fn told(self, id: CaseId, token: Option<Actor>) -> Response {
        let events = unfold(Listener { heard: self, id, token, told: None }, |mut listener| async move {
            let index = listener.next().await?;
            if !listener.sees().await {
                return None;
            }
            listener.told = Some(index);
            let event = Event::default().id(index.to_string()).event("changed").data(index.to_string());
            Some((Ok::<Event, Infallible>(event), listener))
        });
        let stream = Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE));
        let unbuffered = header::HeaderName::from_static("x-accel-buffering");
        ([(header::CACHE_CONTROL, "no-store"), (unbuffered, "no")], stream).into_response()
    }
}

/// Who is told of a record.
struct Listener {
    heard: Heard,
    id: CaseId,
    /// The token that listens to a case.
    token: Option<Actor>,
    /// The index that was told last; none: where the record is now is told first.
    told: Option<u64>,
}

impl Listener {
    /// The next index that it is told; none when the server stops.
    async fn next(&mut self) -> Option<u64> {
        if self.told.is_none() {
            return self.now().await;
        }
        loop {
            tokio::select! {
                _ = self.heard.stopping.changed() => return None,
                changed = self.heard.changes.recv() => match changed {
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

    /// Whether whoever listens still may: a token ends, and a case may go on to where its post doesn't see it.
    async fn sees(&self) -> bool {
        let Some(token) = &self.token else { return true };
        let desk = self.heard.app.desk();
        let (number, id, district) = (desk.number(), self.id, desk.district());
        let case = self.heard.app.read(move |db, _| read::case(db, number, id)).await.ok().flatten();
        district.lets_act(token, desk.now()) && case.is_some_and(|case| may_see(&case, token, &district))
    }

    /// Where the record is now.
    async fn now(&self) -> Option<u64> {
        let (number, id) = (self.heard.app.desk().number(), self.id);
        self.heard.app.read(move |db, _| listed::last(db, number, id)).await.ok().flatten()
    }
}
