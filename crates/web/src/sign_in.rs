//! `/sign-in`: signing in and out. What must be done before anything else (`Due`) is kept in the session; the guard leads
//! there.

use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::cookie::{SESSION, set_cookie};
use crate::factor;
use crate::form::Sent;
use crate::lang::L;
use crate::page::{FieldError, Page, first_page, go, safe_path, show_with};
use crate::problem::Problem;
use crate::session::{begin, note_later, noted};
use crate::sign_in_tries::Browser;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use store::access::{self, Due, Outcome, PasswordState};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    typed: String,
    to: String,
}

#[derive(Deserialize)]
pub(crate) struct SignInQuery {
    #[serde(default)]
    to: String,
}

/// `GET /sign-in`
pub(crate) async fn form(visitor: Visitor, Query(SignInQuery { to }): Query<SignInQuery>) -> Response {
    if let Some(staff) = &visitor.staff {
        return go(safe_path(&to).unwrap_or(first_page(staff.role)));
    }
    sign_in_page(&visitor, StatusCode::OK, Vec::new(), "", &to)
}

fn sign_in_page(visitor: &Visitor, status: StatusCode, errors: Vec<FieldError>, typed: &str, to: &str) -> Response {
    let l = visitor.l;
    let page = visitor.page(l.t("sign-in-title"));
    show_with(status, &SignInPage { l, page, errors, typed: typed.to_owned(), to: to.to_owned() })
}

/// `POST /sign-in`
pub(crate) async fn sign_in(
    State(app): State<App>,
    visitor: Visitor,
    browser: Browser,
    sent: Sent,
) -> Result<Response, Problem> {
    let (user, to) = (sent.get("user"), sent.get("to"));
    let district = app.desk().district();
    let account = district.account_of(user).cloned();
    app.sign_in_tries().count(user, &browser)?;
    let number = app.desk().number();
    let id = account.as_ref().map_or(0, |a| a.id);
    let known = app.read(move |db, _| access::password(db, number, id)).await?;
    let known = known.filter(|(_, state)| id != 0 && *state != PasswordState::Used);
    let (hash, state) = known.unzip();
    let password = sent.raw("password").to_owned();
    let right = app.hash(move |_| desk::verify_password(&password, hash.as_deref())).await?;
    let Some(account) = account.filter(|_| right) else {
        if id != 0 {
            note_later(&app, id, Outcome::Password);
        }
        let text = visitor.l.t("sign-in-wrong");
        let errors = vec![FieldError { field: "user".into(), text }];
        return Ok(sign_in_page(&visitor, StatusCode::UNPROCESSABLE_ENTITY, errors, user, to));
    };
    let once = state == Some(PasswordState::Once);
    let due = if once { Due::Password } else { factor::due(&app, &account).await? };
    // Whoever still owes a code is not in, and its tries go on being counted.
    let mut writes = if due == Due::Code { Vec::new() } else { noted(&app, account.id) };
    if due != Due::Code {
        app.sign_in_tries().right(user, &browser);
    }
    writes.extend(once.then(|| access::use_password(number, account.id)));
    begin(&app, account.id, due, to, writes).await
}

/// `POST /sign-out`
pub(crate) async fn sign_out(State(app): State<App>, staff: Staff, _: Sent) -> Result<Response, Problem> {
    let end = access::end_session(app.desk().number(), staff.session, staff.account);
    app.desk().put(vec![end]).await?;
    let mut response = go("/sign-in?done=signed-out");
    set_cookie(&mut response, SESSION, "", Some(0));
    Ok(response)
}
