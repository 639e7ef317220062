//! One's own account: its password, its sessions, its sign-ins, who else set a password for it, and what waits for a
//! second administrator.

use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::factor;
use crate::form::Sent;
use crate::lang::L;
use crate::page::{FieldError, Page, form_status, go, show_with};
use crate::parts::sign_in_list::{SignInRow, sign_ins};
use crate::parts::waiting_acts::{WaitingAct, by_whom, waiting_acts};
use crate::problem::Problem;
use crate::session;
use crate::sign_in_tries::Browser;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::district::{AccountAct, Command, District};
use domain::{Label, Moment};
use store::access::{self, Due};

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    user: String,
    unit: String,
    role: String,
    resets: Vec<String>,
    sessions: Vec<SessionRow>,
    rows: Vec<SignInRow>,
    /// Whether there is a second factor, and whether this post needs one; none where nobody has one.
    factor: Option<(bool, bool)>,
    waiting: Vec<WaitingAct>,
}

struct SessionRow {
    key: String,
    began: String,
    seen: String,
    this: bool,
}

/// Who else set a password for an account, the latest first.
fn resets(d: &District, l: L, account: u32) -> Vec<String> {
    let resets = d.access.resets.get(&account).into_iter().flatten().rev();
    resets.map(|r| l.t_with("account-reset-by", &[("by", by_whom(l, r.by)), ("at", r.at.minute())])).collect()
}

/// `GET /account`
pub(crate) async fn account(State(app): State<App>, visitor: Visitor, staff: Staff) -> Result<Response, Problem> {
    account_page(&app, &visitor, &staff, Vec::new()).await
}

pub(crate) async fn account_page(
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
    let d = app.desk().district();
    let status = form_status(&errors);
    let template = AccountPage {
        l,
        page: visitor.page(l.t("account-title")),
        errors,
        user: staff.user.clone(),
        unit: d.unit_name(&staff.unit, l.0).to_owned(),
        role: staff.role.label(l.0).to_owned(),
        resets: resets(&d, l, account),
        sessions: sessions.collect(),
        rows: sign_ins(app, l, account).await?,
        factor: factor::state(app, staff).await?,
        waiting: if d.is_guarded(&staff.unit, staff.role) { waiting_acts(&d, l, None) } else { Vec::new() },
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

/// `POST /account/decline`: an act on an account that waits for a second administrator is not to be.
pub(crate) async fn decline(State(app): State<App>, staff: Staff, sent: Sent) -> Result<Response, Problem> {
    let act: AccountAct = serde_json::from_str(sent.get("act")).map_err(|_| Problem::form())?;
    app.desk().change(staff.actor(), Command::DeclineAct(act)).await?;
    Ok(go("/account?done=act-declined"))
}

/// `POST /account/password`: the other sessions end.
pub(crate) async fn password(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    browser: Browser,
    sent: Sent,
) -> Result<Response, Problem> {
    app.sign_in_tries().count(&staff.user, &browser)?;
    let (number, account) = (app.desk().number(), staff.account);
    let hash = app.read(move |db, _| access::password(db, number, account)).await?.map(|(hash, _)| hash);
    let old = sent.raw("old").to_owned();
    if !app.hash(move |_| desk::verify_password(&old, hash.as_deref())).await? {
        let errors = vec![FieldError { field: "old".into(), text: visitor.l.t("account-old-wrong") }];
        return account_page(&app, &visitor, &staff, errors).await;
    }
    app.sign_in_tries().right(&staff.user, &browser);
    match new_hash(&app, visitor.l, &staff, sent.raw("new")).await? {
        Err(errors) => account_page(&app, &visitor, &staff, errors).await,
        Ok(hash) => {
            app.desk().change(staff.actor(), Command::ChangePassword).await?;
            let writes = vec![access::set_password(number, account, &hash), access::end_sessions(number, account)];
            app.desk().put(writes).await?;
            Ok(go("/sign-in?done=password-changed"))
        }
    }
}

/// The hash of a password that an owner chose, or what is wrong with it.
async fn new_hash(app: &App, l: L, staff: &Staff, new: &str) -> Result<Result<String, Vec<FieldError>>, Problem> {
    let fault = |key: &str| vec![FieldError { field: "new".into(), text: l.t(key) }];
    let d = app.desk().district();
    let unit = d.units.get(&staff.unit);
    let names = [d.zh.as_str(), &d.en, staff.unit.as_str(), &staff.user];
    let names = names.into_iter().chain(unit.into_iter().flat_map(|u| [u.zh.as_str(), &u.en]));
    match desk::weakness(new, names) {
        // What is too short is told so first.
        _ if new.chars().count() < desk::PASSWORD_LEAST => {}
        Some(desk::Weak::Common) => return Ok(Err(fault("account-new-common"))),
        Some(desk::Weak::Name) => return Ok(Err(fault("account-new-name"))),
        Some(desk::Weak::Pinyin) => return Ok(Err(fault("account-new-pinyin"))),
        None => {}
    }
    let new = new.to_owned();
    let hash = app.hash(move |entropy| desk::hash_password(&new, entropy)).await?;
    Ok(hash.ok_or_else(|| fault("account-new-short")))
}

#[derive(Template)]
#[template(path = "sign_in_password.html")]
struct OwnPasswordPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    user: String,
    resets: Vec<String>,
}

fn own_password_page(app: &App, visitor: &Visitor, staff: &Staff, errors: Vec<FieldError>) -> Response {
    let l = visitor.l;
    let status = form_status(&errors);
    let resets = resets(&app.desk().district(), l, staff.account);
    let page = visitor.page(l.t("own-password-title"));
    show_with(status, &OwnPasswordPage { l, page, errors, user: staff.user.clone(), resets })
}

/// `GET /sign-in/password`: whoever came in with a password that somebody else set chooses one.
pub(crate) async fn own_password(State(app): State<App>, visitor: Visitor, staff: Staff) -> Response {
    match staff.due {
        Due::Password => own_password_page(&app, &visitor, &staff, Vec::new()),
        due => go(session::due_page(due).unwrap_or("/account")),
    }
}

/// `POST /sign-in/password`
pub(crate) async fn set_own_password(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    if staff.due != Due::Password {
        return Err(Problem::stale_form());
    }
    let hash = match new_hash(&app, visitor.l, &staff, sent.raw("new")).await? {
        Err(errors) => return Ok(own_password_page(&app, &visitor, &staff, errors)),
        Ok(hash) => hash,
    };
    app.desk().change(staff.actor(), Command::ChangePassword).await?;
    let (number, account) = (app.desk().number(), staff.account);
    let writes = vec![access::set_password(number, account, &hash), access::end_sessions(number, account)];
    // The sign-in was noted when the first password was given.
    let due = match app.desk().district().accounts.get(&account) {
        Some(account) => factor::due(&app, account).await?,
        None => Due::Nothing,
    };
    session::begin(&app, account, due, "", writes).await
}
