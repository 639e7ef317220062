//! Tokens of other systems. A fresh one is shown once, on the answer to the form that made it.

use super::change;
use super::units::unit_choices;
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::cookie::cookie_key;
use crate::form::Sent;
use crate::lang::L;
use crate::page::{Choice, FieldError, Page, form_status, go, show_with};
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::district::{Command, Scope, TOKEN_ROLES, Token, TokenPost};
use domain::{Label, Refusal, Role, Why, typed};
use store::access;

#[derive(Template)]
#[template(path = "office/tokens.html")]
struct TokensPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    /// The name and the fresh token, just made.
    fresh: Option<(String, String)>,
    rows: Vec<TokenRow>,
    typed: String,
    scopes: Vec<Choice>,
    units: Vec<Choice>,
    roles: Vec<Choice>,
    until: String,
}

impl TokensPage {
    fn error(&self, field: &str) -> String {
        self.errors.iter().find(|e| e.field == field).map(|e| e.text.clone()).unwrap_or_default()
    }
}

struct TokenRow {
    name: String,
    scope: &'static str,
    /// Unit, role and last day, of one that acts.
    post: String,
    ended: bool,
    /// It is not ended, and opens nothing any more.
    over: bool,
}

fn tokens_page(
    app: &App,
    visitor: &Visitor,
    sent: &Sent,
    errors: Vec<FieldError>,
    fresh: Option<(String, String)>,
) -> Response {
    let (l, d, now) = (visitor.l, app.desk().district(), app.desk().now());
    let post = |TokenPost { unit, role, until }: &TokenPost| {
        let until = l.t_n("tokens-until-day", until);
        format!("{} · {} · {until}", d.unit_name(unit, l.0), role.label(l.0))
    };
    let row = |t: &Token| TokenRow {
        name: t.name.clone(),
        scope: t.scope.label(l.0),
        post: t.post.as_ref().map(post).unwrap_or_default(),
        ended: t.ended,
        over: !t.ended && d.open_token(&t.name, now).is_none(),
    };
    let role = |role: &Role| Choice::of(role.code(), role.label(l.0), sent.get("role"));
    let status = form_status(&errors);
    let page = TokensPage {
        l,
        page: visitor.page(l.t("admin-tokens")),
        errors,
        fresh,
        rows: d.tokens.values().map(row).collect(),
        typed: sent.get("name").to_owned(),
        scopes: Choice::all::<Scope>(l, sent.get("scope")),
        units: unit_choices(&d, l, sent.get("unit")),
        roles: TOKEN_ROLES.iter().map(role).collect(),
        until: sent.get("until").to_owned(),
    };
    show_with(status, &page)
}

/// `GET /admin/tokens`
pub(crate) async fn tokens(State(app): State<App>, visitor: Visitor) -> Response {
    tokens_page(&app, &visitor, &Sent::default(), Vec::new(), None)
}

/// What is asked for.
fn wanted(sent: &Sent) -> Result<Command, Refusal> {
    let (name, unit) = (sent.get("name").to_owned(), sent.get("unit"));
    let scope = Scope::of(sent.get("scope")).unwrap_or(Scope::Intake);
    if scope != Scope::Act {
        let post = [unit, sent.get("role"), sent.get("until")];
        return match post.iter().all(|text| text.is_empty()) {
            true => Ok(Command::MakeToken { name, scope }),
            false => Err(Refusal::at(Why::TokenWithoutPost, "scope")),
        };
    }
    let role = Role::of(sent.get("role")).ok_or(Refusal::at(Why::Empty, "role"))?;
    let until = typed::day(sent.get("until")).ok_or(Refusal::at(Why::BadDay, "until"))?;
    Ok(Command::MakeActingToken { name, post: TokenPost { unit: unit.into(), role, until } })
}

/// `POST /admin/tokens`: makes a token, which is shown once.
pub(crate) async fn make_token(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let name = sent.get("name").to_owned();
    let command = match wanted(&sent) {
        Ok(command) => command,
        Err(refusal) => {
            let field = refusal.field.unwrap_or("name").to_owned();
            let errors = vec![FieldError { field, text: Problem::from(refusal).sentence(visitor.l.0) }];
            return Ok(tokens_page(&app, &visitor, &sent, errors, None));
        }
    };
    if let Err(errors) = change(&app, &staff, visitor.l, command).await? {
        return Ok(tokens_page(&app, &visitor, &sent, errors, None));
    }
    let token = app.random_text();
    app.desk().put(vec![access::set_token(app.desk().number(), cookie_key(&token), &name)]).await?;
    Ok(tokens_page(&app, &visitor, &Sent::default(), Vec::new(), Some((name, token))))
}

/// `POST /admin/tokens/end`
pub(crate) async fn end_token(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    match change(&app, &staff, visitor.l, Command::EndToken { name: sent.get("name").to_owned() }).await? {
        Ok(()) => Ok(go("/admin/tokens?done=saved")),
        Err(errors) => Ok(tokens_page(&app, &visitor, &Sent::default(), errors, None)),
    }
}
