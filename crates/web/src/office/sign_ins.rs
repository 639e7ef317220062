//! The auditor opens the sign-ins of one account, for a purpose; that is an event. There is no list over accounts, no
//! count and no file: nobody's days are to be read from it.

use super::change;
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::L;
use crate::page::{Choice, FieldError, Page, form_status, show_with};
use crate::parts::sign_in_list::{SignInRow, sign_ins};
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::Label;
use domain::case::Purpose;
use domain::district::Command;

#[derive(Template)]
#[template(path = "office/sign_ins.html")]
struct SignInsPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    account: String,
    purposes: Vec<Choice>,
    /// The account's number and its sign-ins, just opened.
    opened: Option<(u32, Vec<SignInRow>)>,
}

fn page(visitor: &Visitor, sent: &Sent, errors: Vec<FieldError>, opened: Option<(u32, Vec<SignInRow>)>) -> Response {
    let l = visitor.l;
    let status = form_status(&errors);
    let page = SignInsPage {
        l,
        page: visitor.page(l.t("sign-ins-title")),
        errors,
        account: sent.get("account").to_owned(),
        purposes: Choice::some(&[Purpose::Audit, Purpose::Verify], l, sent.get("purpose")),
        opened,
    };
    show_with(status, &page)
}

/// `GET /sign-ins`
pub(crate) async fn form(visitor: Visitor) -> Response {
    page(&visitor, &Sent::default(), Vec::new(), None)
}

/// `POST /sign-ins`
pub(crate) async fn open(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let l = visitor.l;
    let fault = |field: &str, key: &str| vec![FieldError { field: field.into(), text: l.t(key) }];
    let Ok(account) = sent.get("account").parse::<u32>() else {
        return Ok(page(&visitor, &sent, fault("account", "sign-ins-no-account"), None));
    };
    let Some(purpose) = Purpose::of(sent.get("purpose")) else {
        return Ok(page(&visitor, &sent, fault("purpose", "sign-ins-no-purpose"), None));
    };
    if let Err(errors) = change(&app, &staff, l, Command::OpenSignIns { account, purpose }).await? {
        return Ok(page(&visitor, &sent, errors, None));
    }
    let rows = sign_ins(&app, l, account).await?;
    Ok(page(&visitor, &sent, Vec::new(), Some((account, rows))))
}
