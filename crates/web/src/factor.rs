//! The second factor: giving its code at the sign-in, setting it up, ending it. Its secret is shown once.

use crate::account::account_page;
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::L;
use crate::page::{FieldError, Page, first_page, form_status, go, show, show_with};
use crate::parts::qr::Qr;
use crate::problem::Problem;
use crate::session;
use crate::sign_in_tries::Browser;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::district::{Account, Command};
use store::access::{self, Due, Outcome};
use store::keys::Factor;

/// What an account with a right password must do next.
pub(crate) async fn due(app: &App, account: &Account) -> Result<Due, Problem> {
    if has(app, account.id).await? {
        return Ok(Due::Code);
    }
    let needs = !app.is_settled() && app.desk().district().needs_factor(&account.unit, account.role);
    Ok(if needs { Due::Factor } else { Due::Nothing })
}

async fn has(app: &App, account: u32) -> Result<bool, Problem> {
    app.read(move |_, keys| {
        let mut keys = keys.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(keys.factor(account)?.is_some())
    })
    .await
}

/// Whether an account has a second factor, and whether its post needs one; none where nobody has one.
pub(crate) async fn state(app: &App, staff: &Staff) -> Result<Option<(bool, bool)>, Problem> {
    if app.is_settled() {
        return Ok(None);
    }
    let needs = app.desk().district().needs_factor(&staff.unit, staff.role);
    Ok(Some((has(app, staff.account).await?, needs)))
}

/// Uses a code of the authenticator, or a recovery code. Each serves once.
async fn use_code(app: &App, account: u32, code: &str) -> Result<bool, Problem> {
    let (typed, now) = (code.to_owned(), app.desk().now());
    let used = app.desk().keys(move |keys| {
        let Some(factor) = keys.factor(account)? else { return Ok(false) };
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        match desk::step_of(factor.secret, &digits, now) {
            Some(step) => keys.use_step(account, step),
            None => keys.use_recovery(account, &desk::recovery_hash(&typed)),
        }
    });
    Ok(used.await?)
}

#[derive(Template)]
#[template(path = "sign_in_code.html")]
struct CodePage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
}

fn code_page(visitor: &Visitor, errors: Vec<FieldError>) -> Response {
    let l = visitor.l;
    let status = form_status(&errors);
    show_with(status, &CodePage { l, page: visitor.page(l.t("factor-code-title")), errors })
}

fn wrong_code(l: L) -> Vec<FieldError> {
    vec![FieldError { field: "code".into(), text: l.t("factor-wrong") }]
}

/// `GET /sign-in/code`
pub(crate) async fn code_form(visitor: Visitor, staff: Staff) -> Response {
    match staff.due {
        Due::Code => code_page(&visitor, Vec::new()),
        due => go(session::due_page(due).unwrap_or("/account")),
    }
}

/// `POST /sign-in/code`
pub(crate) async fn give_code(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    browser: Browser,
    sent: Sent,
) -> Result<Response, Problem> {
    if staff.due != Due::Code {
        return Err(Problem::stale_form());
    }
    app.sign_in_tries().count(&staff.user, &browser)?;
    if !use_code(&app, staff.account, sent.get("code")).await? {
        session::note_later(&app, staff.account, Outcome::Code);
        return Ok(code_page(&visitor, wrong_code(visitor.l)));
    }
    app.sign_in_tries().right(&staff.user, &browser);
    let mut writes = session::noted(&app, staff.account);
    writes.push(access::end_session(app.desk().number(), staff.session, staff.account));
    session::begin(&app, staff.account, Due::Nothing, "", writes).await
}

#[derive(Template)]
#[template(path = "sign_in_factor.html")]
struct SetUpPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    /// The secret in letters, and as a picture for the authenticator.
    secret: String,
    qr: Option<Qr>,
    needed: bool,
}

#[derive(Template)]
#[template(path = "factor_codes.html")]
struct CodesPage {
    l: L,
    page: Page,
    codes: Vec<String>,
    on: String,
}

fn set_up_page(visitor: &Visitor, staff: &Staff, secret: [u8; 20], errors: Vec<FieldError>) -> Response {
    let l = visitor.l;
    let status = form_status(&errors);
    let template = SetUpPage {
        l,
        page: visitor.page(l.t("factor-title")),
        errors,
        secret: desk::secret_text(secret),
        qr: Qr::of(&desk::secret_address(secret, &staff.user)),
        needed: staff.due == Due::Factor,
    };
    show_with(status, &template)
}

/// Whether a second factor may be set up now: at the sign-in that needs one, or by choice while there is none.
async fn may_set_up(app: &App, staff: &Staff) -> Result<bool, Problem> {
    let now = matches!(staff.due, Due::Factor | Due::Nothing) && !app.is_settled();
    Ok(now && !has(app, staff.account).await?)
}

/// `GET /sign-in/factor`: a fresh secret, which becomes the account's with the first right code.
pub(crate) async fn set_up_form(State(app): State<App>, visitor: Visitor, staff: Staff) -> Result<Response, Problem> {
    match may_set_up(&app, &staff).await? {
        true => Ok(set_up_page(&visitor, &staff, app.random(), Vec::new())),
        false => Ok(go(session::due_page(staff.due).filter(|_| staff.due != Due::Factor).unwrap_or("/account"))),
    }
}

/// `POST /sign-in/factor`: the first right code sets it up; the recovery codes are shown once.
pub(crate) async fn set_up(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let l = visitor.l;
    if !may_set_up(&app, &staff).await? {
        return Err(Problem::stale_form());
    }
    let secret = desk::read_secret(sent.get("secret")).ok_or_else(Problem::form)?;
    let digits: String = sent.get("code").chars().filter(|c| !c.is_whitespace()).collect();
    let Some(step) = desk::step_of(secret, &digits, app.desk().now()) else {
        return Ok(set_up_page(&visitor, &staff, secret, wrong_code(l)));
    };
    let codes = app.hash(desk::recovery_codes).await?;
    let hashes: Vec<[u8; 32]> = codes.iter().map(|code| desk::recovery_hash(code)).collect();
    let account = staff.account;
    app.desk().change(staff.actor(), Command::SetFactor).await?;
    app.desk().keys(move |keys| keys.put_factor(account, &Factor { secret, step }, &hashes)).await?;
    app.desk().put(vec![access::set_due(app.desk().number(), staff.session, Due::Nothing)]).await?;
    let on = if staff.due == Due::Factor { first_page(staff.role) } else { "/account" };
    Ok(show(&CodesPage { l, page: visitor.page(l.t("factor-codes-title")), codes, on: on.to_owned() }))
}

/// `POST /account/factor/end`: with a code, so that an open desk is not enough. A post that needs one is led to set up
/// another at once.
pub(crate) async fn end(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    browser: Browser,
    sent: Sent,
) -> Result<Response, Problem> {
    app.sign_in_tries().count(&staff.user, &browser)?;
    if !use_code(&app, staff.account, sent.get("code")).await? {
        return account_page(&app, &visitor, &staff, wrong_code(visitor.l)).await;
    }
    app.sign_in_tries().right(&staff.user, &browser);
    let (number, account) = (app.desk().number(), staff.account);
    app.desk().change(staff.actor(), Command::EndFactor).await?;
    app.desk().keys(move |keys| keys.end_factor(account)).await?;
    if !app.is_settled() && app.desk().district().needs_factor(&staff.unit, staff.role) {
        app.desk().put(vec![access::set_due(number, staff.session, Due::Factor)]).await?;
    }
    Ok(go("/account?done=factor-ended"))
}
