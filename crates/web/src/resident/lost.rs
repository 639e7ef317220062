//! A lost slip: a new secret goes to the phone number or e-mail address that was left with the case. What the page says is
//! the same whether there is such a case or not.

use super::UNOPENED;
use crate::app::App;
use crate::caller::From;
use crate::form::Sent;
use crate::page::go;
use crate::parts::history::history;
use crate::problem::Problem;
use axum::extract::State;
use axum::response::Response;
use desk::{Failure, read_case_code};
use domain::case::{Channel, Command, Handed, field};
use store::read::{self, History};

/// `POST /follow/lost`
pub(crate) async fn send(State(app): State<App>, From(from): From, sent: Sent) -> Result<Response, Problem> {
    app.limits().count_asked(from)?;
    if let Some(code) = read_case_code(sent.get("code")) {
        let number = app.desk().number();
        if let Some(id) = app.read(move |db, _| read::by_code(db, number, &code)).await? {
            let history = history(&app, id).await?;
            if let Some(way) = way(&app, &history, sent.get("address")) {
                match app.desk().visit(UNOPENED, id, None, Command::HandSecret { way }, None).await {
                    // Not now, or not to this address: nobody is told which.
                    Ok(_) | Err(Failure::Refused(_)) => {}
                    Err(failure) => return Err(failure.into()),
                }
            }
        }
    }
    Ok(go("/follow?done=lost-sent"))
}

/// The way to an address, if it is the one that stands in the case and the district sends that way.
fn way(app: &App, history: &History, typed: &str) -> Option<Handed> {
    let fields = history.fields();
    let plain = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let (phone, email) = (fields.get(field::PHONE), fields.get(field::EMAIL));
    let offers = app.messages().offers();
    let by_email = email.is_some_and(|known| known.trim().eq_ignore_ascii_case(typed.trim()) && !typed.is_empty());
    let by_phone = phone.is_some_and(|known| {
        domain::typed::is_mobile(known) && !plain(known).is_empty() && plain(known) == plain(typed)
    });
    match (by_phone && offers.contains(&Channel::Sms), by_email && offers.contains(&Channel::Email)) {
        (true, _) => Some(Handed::Sms),
        (_, true) => Some(Handed::Email),
        _ => None,
    }
}
