//! Accounts. A fresh password is shown once, on the answer to the form that made it.

use super::change_or_ask;
use super::lists::{ListQuery, Listed};
use super::units::unit_choices;
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::L;
use crate::page::{Choice, FieldError, Page, form_status, go, show_with};
use crate::parts::waiting_acts::{WaitingAct, waiting_acts};
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::district::{Account, Command};
use domain::{Label, Refusal, Role, Why};
use store::access;

#[derive(Template)]
#[template(path = "office/accounts.html")]
struct AccountsPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    /// The sign-in name and the fresh password, just made.
    fresh: Option<(String, String)>,
    list: Listed<AccountRow>,
    /// The acts that wait for a second administrator.
    waiting: Vec<WaitingAct>,
    /// What the form that opens an account holds, and the one that moves it.
    open: AccountForm,
    moving: AccountForm,
}

/// An account as a form names it.
struct AccountForm {
    user: String,
    units: Vec<Choice>,
    roles: Vec<Choice>,
}

struct AccountRow {
    id: u32,
    user: String,
    unit: String,
    role: &'static str,
    closed: bool,
    own: bool,
}

type Fresh = Option<(String, String)>;

fn accounts_page(
    app: &App,
    visitor: &Visitor,
    narrow: ListQuery,
    sent: &Sent,
    errors: Vec<FieldError>,
    fresh: Fresh,
) -> Response {
    let (l, d) = (visitor.l, app.desk().district());
    let own = visitor.staff.as_ref().map_or(0, |s| s.account);
    let row = |a: &Account| AccountRow {
        id: a.id,
        user: a.user.clone(),
        unit: d.unit_name(&a.unit, l.0).to_owned(),
        role: a.role.label(l.0),
        closed: a.closed,
        own: a.id == own,
    };
    let said = |a: &&Account| {
        let unit = d.unit_name(&a.unit, l.0);
        narrow.wants(&[a.user.as_str(), a.unit.as_str(), unit, a.role.label(l.0)])
    };
    let wanted: Vec<&Account> = d.accounts.values().filter(said).collect();
    let form = |moving: bool| {
        let typed = |name: &str| if moving == (sent.get("act") == "move") { sent.get(name) } else { "" };
        AccountForm {
            user: typed("user").to_owned(),
            units: unit_choices(&d, l, typed("unit")),
            roles: Choice::all::<Role>(l, typed("role")),
        }
    };
    let status = form_status(&errors);
    let page = AccountsPage {
        l,
        page: visitor.page(l.t("admin-accounts")),
        errors,
        fresh,
        open: form(false),
        moving: form(true),
        waiting: waiting_acts(&d, l, Some(own)),
        list: narrow.page(l, "/admin/accounts", wanted.into_iter().map(row)),
    };
    show_with(status, &page)
}

/// `GET /admin/accounts`
pub(crate) async fn accounts(State(app): State<App>, visitor: Visitor, Query(narrow): Query<ListQuery>) -> Response {
    accounts_page(&app, &visitor, narrow, &Sent::default(), Vec::new(), None)
}

/// Back to the list: what was asked for waits for a second administrator.
fn asked() -> Response {
    go("/admin/accounts?done=act-asked")
}

/// Sets a fresh password for one sign-in, ends the account's sessions, and returns the password.
async fn fresh_password(app: &App, user: &str) -> Result<String, Problem> {
    let district = app.desk().district();
    let account = district.account_of(user).ok_or_else(|| Refusal::new(Why::NoSuchAccount).about(user))?;
    let made = app.hash(|entropy| {
        let password = desk::fresh_password(entropy);
        desk::hash_password(&password, entropy).map(|hash| (password, hash))
    });
    let (password, hash) = made.await?.ok_or_else(Problem::broken)?;
    let (number, id) = (app.desk().number(), account.id);
    let writes = vec![access::set_password_once(number, id, &hash), access::end_sessions(number, id)];
    // Whoever lost the second factor sets up a new one at the sign-in.
    app.desk().keys(move |keys| keys.end_factor(id)).await?;
    app.desk().put(writes).await?;
    Ok(password)
}

/// `POST /admin/accounts`: opens an account.
pub(crate) async fn open(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let l = visitor.l;
    let (user, unit) = (sent.get("user").to_owned(), sent.get("unit"));
    let Some(role) = Role::of(sent.get("role")) else {
        let errors = vec![FieldError { field: "role".into(), text: l.t("admin-choose-role") }];
        return Ok(accounts_page(&app, &visitor, ListQuery::default(), &sent, errors, None));
    };
    let command = Command::OpenAccounts(vec![(user.clone(), unit.into(), role)]);
    match change_or_ask(&app, &staff, l, command).await? {
        Err(errors) => return Ok(accounts_page(&app, &visitor, ListQuery::default(), &sent, errors, None)),
        Ok(true) => return Ok(asked()),
        Ok(false) => {}
    }
    let password = fresh_password(&app, &user).await?;
    Ok(accounts_page(&app, &visitor, ListQuery::default(), &Sent::default(), Vec::new(), Some((user, password))))
}

/// `POST /admin/accounts/act`: a fresh password, another post, or the end of an account.
pub(crate) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let user = sent.get("user").to_owned();
    let command = match sent.get("act") {
        "reset" => {
            match change_or_ask(&app, &staff, visitor.l, Command::ResetPassword { user: user.clone() }).await? {
                Err(errors) => {
                    return Ok(accounts_page(&app, &visitor, ListQuery::default(), &Sent::default(), errors, None));
                }
                Ok(true) => return Ok(asked()),
                Ok(false) => {}
            }
            let password = fresh_password(&app, &user).await?;
            let fresh = Some((user, password));
            return Ok(accounts_page(&app, &visitor, ListQuery::default(), &Sent::default(), Vec::new(), fresh));
        }
        "close" if user == staff.user => {
            let errors = vec![FieldError { field: "user".into(), text: visitor.l.t("admin-own-account") }];
            return Ok(accounts_page(&app, &visitor, ListQuery::default(), &Sent::default(), errors, None));
        }
        "close" => Command::CloseAccount { user },
        "move" => {
            let Some(role) = Role::of(sent.get("role")) else {
                let errors = vec![FieldError { field: "move-role".into(), text: visitor.l.t("admin-choose-role") }];
                return Ok(accounts_page(&app, &visitor, ListQuery::default(), &sent, errors, None));
            };
            Command::MoveAccount { user, unit: sent.get("unit").into(), role }
        }
        _ => return Err(Problem::form()),
    };
    // Whoever acts at another post comes in anew, with what that post needs.
    let account = app.desk().district().account_of(sent.get("user")).map(|account| account.id);
    match change_or_ask(&app, &staff, visitor.l, command).await? {
        Ok(true) => Ok(asked()),
        Ok(false) => {
            let ends = account.map(|account| access::end_sessions(app.desk().number(), account));
            app.desk().put(ends.into_iter().collect()).await?;
            Ok(go("/admin/accounts?done=saved"))
        }
        Err(mut errors) if sent.get("act") == "move" => {
            errors.iter_mut().for_each(|e| e.field = format!("move-{}", e.field));
            Ok(accounts_page(&app, &visitor, ListQuery::default(), &sent, errors, None))
        }
        Err(errors) => Ok(accounts_page(&app, &visitor, ListQuery::default(), &Sent::default(), errors, None)),
    }
}
