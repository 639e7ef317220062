//! `POST /cases/{code}/act`: one act on a case. A refusal shows the page again as it is now, with all that was typed.

use super::case::{Loaded, PageExtras, find, load, page};
use super::{command, merge};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::page::{FieldError, first_page, go, url_code};
use crate::problem::Problem;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use desk::Failure;
use domain::case::{CaseId, Command, CommandKind, may_see};
use domain::{Label, Refusal, Why};

/// `POST /cases/{code}/act`
pub(crate) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(code): Path<String>,
    sent: Sent,
) -> Result<Response, Problem> {
    let act = CommandKind::of(sent.get("act")).ok_or_else(Problem::form)?;
    let seen: u64 = sent.get("version").parse().map_err(|_| Problem::form())?;
    let key = sent.key(&staff)?;
    let (id, sealed) = find(&app, &code).await?.ok_or_else(Problem::not_found)?;
    if sent.is_on("fill") {
        let loaded = load(&app, &staff, id).await?;
        let sent = super::templates::filled(&app, &visitor, &staff, &loaded, act, sent);
        return Ok(page(&app, &visitor, &staff, &loaded, PageExtras { sent: Some(&sent), ..PageExtras::nothing() }));
    }
    let other = match command::other_code(act, &sent) {
        Some(typed) => other(&app, &staff, &typed, sealed).await?,
        // A case is parted from the one that it was merged into: there is nothing to choose.
        None if act == CommandKind::Part => load(&app, &staff, id).await?.history.case.merged_into,
        None => None,
    };
    let command = match command::read(act, &sent, other) {
        Ok(command) => command,
        Err(wrong) => return refused(&app, &visitor, &staff, id, act, &sent, &wrong).await,
    };
    // What can't be undone once it is answered is looked at first.
    if let Command::Merge { into, .. } = &command
        && !sent.is_on("merge-sure")
    {
        return match merge::preview(&app, &visitor, &staff, id, seen, *into, &sent).await? {
            Ok(page) => Ok(page),
            Err(refusal) => refused(&app, &visitor, &staff, id, act, &sent, &[refusal]).await,
        };
    }
    match app.desk().act(staff.actor(), id, Some(seen), command, Some(key)).await {
        Err(Failure::Refused(refusal)) => refused(&app, &visitor, &staff, id, act, &sent, &[refusal]).await,
        Err(failure) => Err(failure.into()),
        // Sent again (the page was reloaded), the opening is not repeated: it would show without a new event.
        Ok(acted) if act == CommandKind::Unmask && !acted.again => {
            let loaded = load(&app, &staff, id).await?;
            let notice = Some(("info", visitor.l.t("staff-opened")));
            Ok(page(&app, &visitor, &staff, &loaded, PageExtras { opened: true, notice, ..PageExtras::nothing() }))
        }
        // The case is this account's to see no more.
        Ok(_) if act == CommandKind::DeclareInterest => {
            Ok(go(&format!("{}?done=stepped-aside", first_page(staff.role))))
        }
        Ok(_) => {
            let done = if act == CommandKind::Answer { "staff-answered" } else { "staff-acted" };
            Ok(go(&format!("/cases/{}?done={done}", url_code(&code))))
        }
    }
}

/// The case of a typed code, if this account may know that there is one. A sealed case is named by sealed ones only.
async fn other(app: &App, staff: &Staff, typed: &str, sealed: bool) -> Result<Option<CaseId>, Problem> {
    match find(app, typed).await? {
        Some((id, false)) => Ok(Some(id)),
        Some((id, true)) if sealed => {
            let (number, actor, district) = (app.desk().number(), staff.actor(), app.desk().district());
            let case = app.read(move |db, _| store::read::case(db, number, id)).await?;
            Ok(case.filter(|c| may_see(c, &actor, &district)).map(|_| id))
        }
        _ => Ok(None),
    }
}

/// The page as it is now, with the sentence at its field and everything typed still there.
async fn refused(
    app: &App,
    visitor: &Visitor,
    staff: &Staff,
    id: CaseId,
    act: CommandKind,
    sent: &Sent,
    wrong: &[Refusal],
) -> Result<Response, Problem> {
    let loaded: Loaded = load(app, staff, id).await?;
    let Some(first) = wrong.first() else { return Err(Problem::form()) };
    let problem = Problem::from(first.clone());
    if first.why == Why::Changed {
        let text = visitor.l.t_n("staff-changed", problem.sentence(visitor.l.0));
        let notice = Some(("bad", text));
        let beside = PageExtras { status: StatusCode::CONFLICT, sent: Some(sent), notice, ..PageExtras::nothing() };
        return Ok(page(app, visitor, staff, &loaded, beside));
    }
    let at_field = |refusal: &Refusal| {
        // A sentence without a field of its own stands over the form, whose own name is the act's.
        let field = match refusal.field {
            Some("joint") => command::name(act, &command::joint(1)),
            Some(field) => command::name(act, field),
            None => act.code().to_owned(),
        };
        FieldError { field, text: Problem::from(refusal.clone()).sentence(visitor.l.0) }
    };
    let errors = command::with_blanks(act, sent, wrong).iter().map(at_field).collect();
    // The page is there; what was not found is another case that the form named.
    let status = if first.why == Why::NoSuchCase { StatusCode::UNPROCESSABLE_ENTITY } else { problem.status() };
    let beside = PageExtras { status, sent: Some(sent), errors, ..PageExtras::nothing() };
    Ok(page(app, visitor, staff, &loaded, beside))
}
