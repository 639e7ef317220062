//! The queue of a reception day: `/records/receptions/{code}/screen` in letters for a hall, and `/receptions/{code}/queue`
//! for the phone of who waits. Both show the numbers that were called last with their desk, and neither a name nor a matter.

use super::super::for_everybody;
use super::{read, reception};
use crate::app::App;
use crate::caller::Visitor;
use crate::lang::L;
use crate::page::{Page, show};
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use registers::resolve::reception::{Reception, Stage, TicketState};
use serde::Deserialize;

/// A number that was called.
struct Called {
    no: u16,
    desk: String,
    /// Whether its bearer is still expected.
    now: bool,
}

fn called(l: L, day: &Reception) -> Vec<Called> {
    let last = day.called_last().into_iter().map(|ticket| Called {
        no: ticket.no,
        desk: ticket.desk.map(|desk| l.t_n("reception-desk", desk)).unwrap_or_default(),
        now: ticket.state == TicketState::Called,
    });
    last.collect()
}

#[derive(Template)]
#[template(path = "records/reception_screen.html")]
struct ScreenPage {
    l: L,
    page: Page,
    code: String,
    post: String,
    open: bool,
    called: Vec<Called>,
    waiting: usize,
}

/// `GET /records/receptions/{code}/screen`
pub(crate) async fn screen(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let l = visitor.l;
    let told = for_everybody(read(&app, &code, |_| Vec::new()).await?.0);
    let day = reception(&told).ok_or_else(Problem::not_found)?;
    let page = ScreenPage {
        l,
        page: visitor.page(l.t("reception-screen")),
        code: day.code.as_str().to_owned(),
        post: told.title(l.0),
        open: day.stage == Stage::Open,
        called: called(l, day),
        waiting: day.line.len(),
    };
    Ok(show(&page))
}

/// Where a number stands, in a sentence.
struct Own {
    no: u16,
    said: String,
    more: String,
}

#[derive(Template)]
#[template(path = "records/reception_queue.html")]
struct QueuePage {
    l: L,
    page: Page,
    code: String,
    here: String,
    post: String,
    open: bool,
    own: Option<Own>,
    typed: String,
    wrong: String,
    called: Vec<Called>,
    waiting: usize,
}

#[derive(Default, Deserialize)]
pub(crate) struct QueueQuery {
    #[serde(default)]
    no: String,
}

/// `GET /receptions/{code}/queue`: the number is typed from the slip; it says nothing of who holds it.
pub(crate) async fn phone(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
    Query(asked): Query<QueueQuery>,
) -> Result<Response, Problem> {
    let (l, now) = (visitor.l, app.desk().now());
    let told = for_everybody(read(&app, &code, |_| Vec::new()).await?.0);
    let day = reception(&told).filter(|day| day.is_public()).ok_or_else(Problem::not_found)?;
    let typed = domain::typed::folded(&asked.no);
    let ticket = typed.parse::<u16>().ok().and_then(|no| day.ticket(no));
    let own = ticket.map(|ticket| {
        let (said, more) = match (ticket.state, day.ahead(ticket.no, now)) {
            (TicketState::Waiting, Some(ahead)) => {
                let missed = if ticket.misses > 0 && ahead > 0 { l.t("reception-own-missed") } else { String::new() };
                let counts = [("ahead", ahead.to_string()), ("minutes", day.wait(ahead).to_string())];
                (l.t_with("reception-own-waiting", &counts), missed)
            }
            (TicketState::Called, _) => (l.t_n("reception-own-called", ticket.desk.unwrap_or(1)), String::new()),
            (TicketState::Heard, _) => (l.t("reception-own-heard"), String::new()),
            _ => (l.t("reception-own-left"), String::new()),
        };
        Own { no: ticket.no, said, more }
    });
    let code = day.code.as_str().to_owned();
    let page = QueuePage {
        l,
        page: visitor.page(l.t("reception-queue")),
        here: format!("/receptions/{code}/queue?no={}", own.as_ref().map_or(0, |own| own.no)),
        code,
        post: told.title(l.0),
        open: day.stage == Stage::Open,
        wrong: if own.is_none() && !typed.is_empty() { l.t("reception-own-unknown") } else { String::new() },
        own,
        typed,
        called: called(l, day),
        waiting: day.line.len(),
    };
    Ok(show(&page))
}
