//! The session of a signed-in account: how long it lives, how it begins, and where it is led first.

use crate::app::App;
use crate::cookie::{DEVICE, MARK, MARK_LASTS, SESSION, YEAR, cookie_key, set_cookie};
use crate::page::{first_page, go, safe_path};
use crate::problem::Problem;
use axum::response::Response;
use store::access::{self, Due, Outcome, Session};

/// How long a session may be idle before it ends, in milliseconds.
const IDLE_MOST: i64 = 4 * 3600 * 1000;
/// How long after its begin a session ends, in milliseconds.
const AGE_MOST: i64 = 24 * 3600 * 1000;
/// How often a session's last use is written down at most, in milliseconds.
const TOUCH_EVERY: i64 = 5 * 60 * 1000;
/// How long after its begin the row of a session is removed, in milliseconds.
const KEPT_MOST: i64 = 7 * 24 * 3600 * 1000;

/// Whether a session is over.
pub(crate) fn is_over(session: &Session, now: i64) -> bool {
    now - session.seen > IDLE_MOST || now - session.started > AGE_MOST
}

/// Whether a session's last use is to be written down again.
pub(crate) fn is_to_touch(session: &Session, now: i64) -> bool {
    now - session.seen > TOUCH_EVERY
}

/// Where a session is led before anything else.
pub(crate) fn due_page(due: Due) -> Option<&'static str> {
    match due {
        Due::Nothing => None,
        Due::Code => Some("/sign-in/code"),
        Due::Password => Some("/sign-in/password"),
        Due::Factor => Some("/sign-in/factor"),
    }
}

/// Begins a session that first leads to what is due, else to a path of this site or to the first page of the role.
/// `also` is written with it.
pub(crate) async fn begin(
    app: &App,
    id: u32,
    due: Due,
    to: &str,
    also: Vec<store::Write>,
) -> Result<Response, Problem> {
    let district = app.desk().district();
    let account = district.accounts.get(&id).ok_or_else(Problem::broken)?;
    let (number, now, cookie) = (app.desk().number(), app.desk().now().0, app.random_text());
    let session =
        Session { key: cookie_key(&cookie), account: account.id, form: app.random(), started: now, seen: now, due };
    let mut writes = also;
    writes.extend([access::end_old_sessions(number, now - KEPT_MOST), access::begin_session(number, &session)]);
    app.desk().put(writes).await?;
    let mut response = go(due_page(due).or(safe_path(to)).unwrap_or(first_page(account.role)));
    set_cookie(&mut response, SESSION, &cookie, None);
    set_cookie(&mut response, MARK, "1", Some(MARK_LASTS));
    if due != Due::Code {
        let device = app.sign_in_tries().device_cookie(&account.user, app.random());
        set_cookie(&mut response, DEVICE, &device, Some(YEAR));
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
