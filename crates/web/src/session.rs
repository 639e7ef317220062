//! Signing in and out. What must be done before anything else (`Due`) stands in the session; the guard leads there.

use crate::app::App;
use crate::caller::{From, MARK, MARK_LASTS, SESSION, Staff, Visitor, cookie, cookie_key};
use crate::factor;
use crate::form::Sent;
use crate::lang::L;
use crate::page::{FieldError, Page, first_page, go, show_with};
use crate::problem::Problem;
use crate::tries::At;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use store::access::{self, Due, Outcome, PasswordState, Session};

/// The cookie of a browser in which somebody signed in before: strangers who try that name elsewhere don't shut it out. It
/// opens nothing.
pub(crate) const DEVICE: &str = "device";
/// How long a setting of a browser is kept, in seconds.
const YEAR: u32 = 365 * 24 * 3600;

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
    let at = At { user, from, device: cookie(&headers, DEVICE) };
    app.sign_ins().count(at)?;
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
        app.sign_ins().right(at);
    }
    writes.extend(once.then(|| access::use_password(number, account.id)));
    begin(&app, &headers, account.id, due, to, writes).await
}

/// Begins a session that first leads to what is due, else to a path of this site or to the first page of the role.
/// `also` is written with it.
pub(crate) async fn begin(
    app: &App,
    headers: &HeaderMap,
    id: u32,
    due: Due,
    to: &str,
    also: Vec<store::Write>,
) -> Result<Response, Problem> {
    let district = app.desk().district();
    let account = district.accounts.get(&id).ok_or_else(Problem::broken)?;
    const OLD: i64 = 7 * 24 * 3600 * 1000;
    let (number, now, cookie) = (app.desk().number(), app.desk().now().0, app.random_text());
    let session =
        Session { key: cookie_key(&cookie), account: account.id, form: app.random(), started: now, seen: now, due };
    let mut writes = also;
    writes.extend([access::end_old_sessions(number, now - OLD), access::begin_session(number, &session)]);
    app.desk().put(writes).await?;
    let mut response = go(crate::caller::due_page(due).or(safe_path(to)).unwrap_or(first_page(account.role)));
    set_cookie(&mut response, headers, SESSION, &cookie, None);
    set_cookie(&mut response, headers, MARK, "1", Some(MARK_LASTS));
    if due != Due::Code {
        let device = app.sign_ins().device_cookie(&account.user, app.random());
        set_cookie(&mut response, headers, DEVICE, &device, Some(YEAR));
    }
    Ok(response)
}

/// The writes that note a sign-in, and forget those that are older than the keeping time.
pub(crate) fn noted(app: &App, account: u32) -> Vec<store::Write> {
    let (number, now) = (app.desk().number(), app.desk().now().0);
    let note = access::note_sign_in(number, account, now, app.random(), Outcome::In);
    vec![note, access::forget_sign_ins(number, now)]
}

/// Notes a failed sign-in behind the answer: the time of the answer must not tell which accounts there are.
pub(crate) fn note_later(app: &App, account: u32, outcome: Outcome) {
    let app = app.clone();
    tokio::spawn(async move {
        let (number, now) = (app.desk().number(), app.desk().now().0);
        let note = access::note_sign_in(number, account, now, app.random(), outcome);
        if let Err(error) = app.desk().put(vec![note]).await {
            tracing::error!(%error, "a failed sign-in could not be noted");
        }
    });
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

/// Sets a cookie that scripts can't read and other sites can't send. On an encrypted site [`crate::site`] names it so that
/// it never travels otherwise.
pub(crate) fn set_cookie(response: &mut Response, _: &HeaderMap, name: &str, value: &str, age: Option<u32>) {
    let age = age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}");
    if let Ok(value) = text.parse() {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
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
