//! What a resident can do to their own case: each act is a form of the case page.

use super::{Form, case, published, receipt};
use crate::app::App;
use crate::caller::{Visit, Visitor};
use crate::cookie::{VISIT, cookie, cookie_key};
use crate::form::Sent;
use crate::page::{FieldError, go};
use crate::parts::history::history;
use crate::parts::telling;
use crate::problem::Problem;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use desk::{Failure, Key};
use domain::case::{CaseId, Command, Corrected, Handled, Kept, LinkKind, Solved, Verdict, With};
use domain::{Label, Lang, Why};

/// What a form asks for.
enum Intent {
    /// A command, and the field of the form at which a refusal of the whole is shown.
    Command(Command, String),
    /// A question of the form is open: the field, and the message that says so.
    Open(&'static str, &'static str),
}

/// The act of a form; none for an act that no page offers. `joins` is the neighbour's case that is joined.
fn read(act: &str, sent: &Sent, joins: Option<CaseId>) -> Option<Intent> {
    let text = |name: &str| sent.get(name).to_owned();
    let command = match act {
        "join" => {
            let Some(to) = joins else { return Some(Intent::Open("joins", "near-open")) };
            return Some(Intent::Command(Command::Link { link: LinkKind::Related, to }, "joins".to_owned()));
        }
        "step" => {
            let Some(kept) = Kept::of(sent.get("kept")) else { return Some(Intent::Open("kept", "step-open")) };
            return Some(Intent::Command(Command::TellStep { kept }, "kept".to_owned()));
        }
        "reply" => Command::Reply { text: text("reply") },
        "verdict" => return Some(verdict(sent)),
        "withdraw" => Command::Withdraw,
        "digits" => Command::SetDigits { digits: text("digits") },
        "erasure" => Command::AskErasure { reason: text("erasure") },
        // The resident takes the consent back: that needs no reason.
        "hide" => Command::HideText { reason: String::new() },
        "let-rest" => Command::LetRest { reason: String::new() },
        "reopen" => Command::Reopen { reason: text("reopen") },
        "review" => Command::AskReview { reason: text("review") },
        "re-review" => Command::AskReReview { reason: text("re-review") },
        "telling" => {
            let lang = if sent.get("lang") == "en" { Lang::En } else { Lang::Zh };
            let Some(tell) = telling::read(sent, lang) else { return Some(Intent::Open("tell", "telling-open")) };
            let command = Command::ChooseTelling { tell, address: text("address") };
            return Some(Intent::Command(command, "address".to_owned()));
        }
        "correct" => {
            let field = Corrected::of(sent.get("field"))?;
            let name = field.code();
            return Some(Intent::Command(Command::CorrectField { field, value: text(name) }, name.to_owned()));
        }
        _ => return None,
    };
    Some(Intent::Command(command, act.to_owned()))
}

fn verdict(sent: &Sent) -> Intent {
    let Some(solved) = Solved::of(sent.get("solved")) else { return Intent::Open("solved", "verdict-solved-open") };
    // Whoever leaves the second question alone has no wish to rate: two taps are enough.
    let handled = Some(sent.get("handled")).filter(|v| !v.is_empty()).map_or(Some(Handled::NoWish), Handled::of);
    let Some(handled) = handled else { return Intent::Open("handled", "verdict-handled-open") };
    let witness = sent.get("witness").to_owned();
    let verdict = Verdict {
        solved,
        handled,
        asked_for_good: sent.is_on("asked_for_good"),
        // A name without the mark says the same as the mark.
        witnessed: sent.is_on("witnessed") || !witness.is_empty(),
    };
    let words = sent.get("words").to_owned();
    Intent::Command(Command::GiveVerdict { verdict, words, witness }, "solved".to_owned())
}

/// The visit goes on with the digits that were just set, if it was open by those before.
async fn digits_set(app: &App, headers: &HeaderMap, Visit(id, visit): Visit) -> Result<(), Problem> {
    let digits = history(app, id).await?.case.opening.digits;
    if let (Some(value), With::Digits(_)) = (cookie(headers, VISIT), visit.with) {
        app.visits().go_on(cookie_key(value), domain::case::Visit { with: With::Digits(digits), ..visit });
    }
    Ok(())
}

/// The field of the form for the field of a refusal: texts and reasons are named after their act there.
fn field_of(refused: Option<&str>, main: &str) -> String {
    match refused {
        Some(field @ ("words" | "witness")) => field.to_owned(),
        _ => main.to_owned(),
    }
}

/// `POST /case/{act}`
pub(crate) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    visit: Visit,
    headers: HeaderMap,
    Path(act): Path<String>,
    sent: Sent,
) -> Result<Response, Problem> {
    let id = visit.0;
    app.limits().count_act(id)?;
    let joins = match sent.get("joins").parse::<i64>() {
        // One that is not public any more becomes the handle of no case: the refusal says so.
        Ok(index) => Some(published::one(&app, index).await?.map_or(CaseId::default(), |case| case.id)),
        Err(_) => None,
    };
    // What is not solved has not come to its end: it is asked whether it goes on.
    let unsolved = act == "verdict" && sent.get("solved") != Solved::Yes.code();
    let done = if unsolved { "verdict-unsolved" } else { act.as_str() };
    let asked = read(&act, &sent, joins).ok_or_else(Problem::not_found)?;
    // Neighbours' cases stand on the receipt; every other act on the case's page.
    let on_receipt = act == "join";
    let here = if on_receipt { "/case/receipt" } else { "/case" };
    let typed = sent.get("key").to_owned();
    let key = if (1..=200).contains(&typed.len()) { typed } else { app.random_text() };
    let mut reused = false;
    let (status, error) = match asked {
        Intent::Open(field, message) => {
            let error = FieldError { field: field.to_owned(), text: visitor.l.t(message) };
            (StatusCode::UNPROCESSABLE_ENTITY, error)
        }
        Intent::Command(command, main) => {
            // A form without the version that was seen has seen none.
            let seen = sent.get("version").parse().unwrap_or(0);
            let idempotency = Key::of(&format!("resident-web {}", id.hex()), &key);
            match app.desk().visit(visit.1, id, Some(seen), command, Some(idempotency)).await {
                Ok(_) => {
                    if act == "digits" {
                        digits_set(&app, &headers, visit).await?;
                    }
                    return Ok(go(&format!("{here}?done={done}-sent")));
                }
                Err(failure) => {
                    // A key that went with something else would be refused for ever: the form gets another.
                    reused = matches!(&failure, Failure::Refused(r) if r.why == Why::KeyReused);
                    let problem = Problem::from(failure);
                    if problem.status().is_server_error() {
                        return Err(problem);
                    }
                    let field = field_of(problem.field(), &main);
                    (problem.status(), FieldError { field, text: problem.sentence(visitor.l.0) })
                }
            }
        }
    };
    // After "the case has changed" the page shows it as it is now, with what was typed: sent again, it counts.
    let key = if reused { app.random_text() } else { key };
    let form = Form { sent, errors: vec![error] };
    if on_receipt {
        return receipt::page(&app, &visitor, visit, status, form, key).await;
    }
    case::page(&app, &visitor, visit, status, form, key).await
}
