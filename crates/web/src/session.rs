//! Signing in and out, one's sessions and one's password.

use crate::app::App;
use crate::caller::{From, MARK, MARK_LASTS, SESSION, Staff, Visitor, cookie_key};
use crate::form::Sent;
use crate::lang::L;
use crate::page::{FieldError, Page, first_page, go, show_with};
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{Label, Moment};
use serde::Deserialize;
use store::access::{self, Session};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    typed: String,
    to: String,
}

#[derive(Deserialize)]
pub(crate) struct To {
    #[serde(default)]
    to: String,
}

/// A path of this site; anything else leads to the first page of the role.
fn safe_path(to: &str) -> Option<&str> {
    let plain = !to.contains('\\') && !to.chars().any(char::is_control);
    let own = to.starts_with('/') && !to.starts_with("//") && plain;
    own.then_some(to)
}

/// `GET /sign-in`
pub(crate) async fn form(visitor: Visitor, Query(To { to }): Query<To>) -> Response {
    if let Some(staff) = &visitor.staff {
        return go(safe_path(&to).unwrap_or(first_page(staff.role)));
    }
    sign_in_page(&visitor, StatusCode::OK, Vec::new(), "", &to)
}

fn sign_in_page(visitor: &Visitor, status: StatusCode, errors: Vec<FieldError>, typed: &str, to: &str) -> Response {
    let l = visitor.l;
    let page = visitor.page(l.t("sign-in-title"));
    show_with(status, &SignIn { l, page, errors, typed: typed.to_owned(), to: to.to_owned() })
}

/// `POST /sign-in`
pub(crate) async fn sign_in(
    State(app): State<App>,
    visitor: Visitor,
    From(from): From,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, Problem> {
    let (user, to) = (sent.get("user"), sent.get("to"));
    let district = app.desk().district();
    let account = district.account_of(user).cloned();
    app.count_sign_in(account.as_ref().map(|a| a.id), from)?;
    let number = app.desk().number();
    let id = account.as_ref().map_or(0, |a| a.id);
    let hash = app.read(move |db, _| access::password(db, number, id)).await?.filter(|_| id != 0);
    let password = sent.raw("password").to_owned();
    let right = tokio::task::spawn_blocking(move || desk::verify_password(&password, hash.as_deref()));
    let right = right.await.map_err(|_| Problem::broken())?;
    let Some(account) = account.filter(|_| right) else {
        let text = visitor.l.t("sign-in-wrong");
        let errors = vec![FieldError { field: "user".into(), text }];
        return Ok(sign_in_page(&visitor, StatusCode::UNPROCESSABLE_ENTITY, errors, user, to));
    };
    app.signed_in(account.id);
    let cookie = app.random_text();
    let now = app.desk().now().0;
    let session =
        Session { key: cookie_key(&cookie), account: account.id, form: app.random(), started: now, seen: now };
    const OLD: i64 = 7 * 24 * 3600 * 1000;
    let writes = vec![access::end_old_sessions(number, now - OLD), access::begin_session(number, &session)];
    app.desk().put(writes).await?;
    let mut response = go(safe_path(to).unwrap_or(first_page(account.role)));
    set_cookie(&mut response, &headers, SESSION, &cookie, None);
    set_cookie(&mut response, &headers, MARK, "1", Some(MARK_LASTS));
    Ok(response)
}

/// `POST /sign-out`
pub(crate) async fn sign_out(
    State(app): State<App>,
    staff: Staff,
    headers: HeaderMap,
    _: Sent,
) -> Result<Response, Problem> {
    let end = access::end_session(app.desk().number(), staff.session, staff.account);
    app.desk().put(vec![end]).await?;
    let mut response = go("/sign-in?done=signed-out");
    set_cookie(&mut response, &headers, SESSION, "", Some(0));
    Ok(response)
}

/// Sets a cookie that scripts can't read and other sites can't send. Over HTTPS it never travels without.
pub(crate) fn set_cookie(response: &mut Response, headers: &HeaderMap, name: &str, value: &str, age: Option<u32>) {
    let https = headers.get("x-forwarded-proto").is_some_and(|p| p == "https");
    let age = age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let secure = if https { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
    if let Ok(value) = text.parse() {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

#[derive(Template)]
#[template(path = "account.html")]
struct Account {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    user: String,
    unit: String,
    role: String,
    sessions: Vec<SessionRow>,
}

struct SessionRow {
    key: String,
    began: String,
    seen: String,
    this: bool,
}

/// `GET /account`
pub(crate) async fn account(State(app): State<App>, visitor: Visitor, staff: Staff) -> Result<Response, Problem> {
    account_page(&app, &visitor, &staff, Vec::new()).await
}

async fn account_page(
    app: &App,
    visitor: &Visitor,
    staff: &Staff,
    errors: Vec<FieldError>,
) -> Result<Response, Problem> {
    let (l, number, account) = (visitor.l, app.desk().number(), staff.account);
    let rows = app.read(move |db, _| access::sessions(db, number, account)).await?;
    let sessions = rows.iter().map(|(key, began, seen)| SessionRow {
        key: hex(key),
        began: Moment(*began).minute(),
        seen: Moment(*seen).minute(),
        this: *key == staff.session,
    });
    let district = app.desk().district();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let template = Account {
        l,
        page: visitor.page(l.t("account-title")),
        errors,
        user: staff.user.clone(),
        unit: district.unit_name(&staff.unit, l.0).to_owned(),
        role: staff.role.label(l.0).to_owned(),
        sessions: sessions.collect(),
    };
    Ok(show_with(status, &template))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// `POST /account/sessions/end`: one, or everywhere.
pub(crate) async fn end_sessions(State(app): State<App>, staff: Staff, sent: Sent) -> Result<Response, Problem> {
    let (number, wanted) = (app.desk().number(), sent.get("session"));
    if wanted == "all" {
        app.desk().put(vec![access::end_sessions(number, staff.account)]).await?;
        return Ok(go("/sign-in?done=signed-out"));
    }
    let account = staff.account;
    let rows = app.read(move |db, _| access::sessions(db, number, account)).await?;
    let Some((key, ..)) = rows.into_iter().find(|(key, ..)| hex(key) == wanted) else {
        return Ok(go("/account"));
    };
    app.desk().put(vec![access::end_session(number, key, staff.account)]).await?;
    Ok(go("/account?done=session-ended"))
}

/// `POST /account/password`: the other sessions end.
pub(crate) async fn password(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    From(from): From,
    sent: Sent,
) -> Result<Response, Problem> {
    app.count_sign_in(Some(staff.account), from)?;
    let (number, account) = (app.desk().number(), staff.account);
    let hash = app.read(move |db, _| access::password(db, number, account)).await?;
    let (old, new) = (sent.raw("old").to_owned(), sent.raw("new").to_owned());
    let entropy = app.clone();
    let work = move || {
        let right = desk::verify_password(&old, hash.as_deref());
        right.then(|| entropy.with_entropy(|e| desk::hash_password(&new, e)))
    };
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| Problem::broken())?;
    let error = |field: &str, key: &str| vec![FieldError { field: field.into(), text: visitor.l.t(key) }];
    let hash = match done {
        None => return account_page(&app, &visitor, &staff, error("old", "account-old-wrong")).await,
        Some(None) => return account_page(&app, &visitor, &staff, error("new", "account-new-short")).await,
        Some(Some(hash)) => hash,
    };
    app.signed_in(staff.account);
    let writes = vec![access::set_password(number, account, &hash), access::end_sessions(number, account)];
    app.desk().put(writes).await?;
    Ok(go("/sign-in?done=password-changed"))
}

#[derive(Deserialize)]
pub(crate) struct Setting {
    #[serde(default)]
    to: String,
    #[serde(default)]
    back: String,
}

/// `GET /language`: remembers the language, and goes back.
pub(crate) async fn language(headers: HeaderMap, Query(Setting { to, back }): Query<Setting>) -> Response {
    let to = if to == "en" { "en" } else { "zh-CN" };
    remember(&headers, "lang", to, &back)
}

/// `GET /print-size`: remembers the size of print, and goes back.
pub(crate) async fn print_size(headers: HeaderMap, Query(Setting { to, back }): Query<Setting>) -> Response {
    let to = if to == "large" { "large" } else { "normal" };
    remember(&headers, "print", to, &back)
}

fn remember(headers: &HeaderMap, name: &str, value: &str, back: &str) -> Response {
    const YEAR: u32 = 365 * 24 * 3600;
    let mut response = go(safe_path(back).unwrap_or("/"));
    set_cookie(&mut response, headers, name, value, Some(YEAR));
    response
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    l: L,
    page: Page,
}

/// `GET /`: the three doors; for a signed-in account the page that its day begins on.
pub(crate) async fn home(visitor: Visitor) -> Response {
    if let Some(staff) = &visitor.staff {
        return ([(header::CACHE_CONTROL, "no-store")], go(first_page(staff.role))).into_response();
    }
    let l = visitor.l;
    crate::kept::page(&visitor, &Home { l, page: visitor.page(l.t("home-title")) })
}
