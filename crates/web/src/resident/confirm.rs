//! "It is mine": whoever holds a phone number or an e-mail address that stands in a case confirms it with the code that
//! went there, on the page that follows a case. Until then nothing else is sent to it: anybody may write anybody's number
//! into a form.

use super::UNOPENED;
use crate::app::App;
use crate::caller::From;
use crate::problem::Problem;
use crate::secret_tries::Tried;
use desk::{Failure, read_case_code};
use domain::Actor;
use domain::case::{CaseId, Channel, Command, field};
use std::sync::PoisonError;
use store::opening;
use store::read;
use subtle::ConstantTimeEq;

/// Confirms the address to which a code went. Wrong ones are answered and counted like wrong digits.
pub(super) async fn confirm(app: &App, from: From, code: &str, typed: String) -> Result<(), Problem> {
    let (id, version, channel) = which(app, from, code, typed).await?;
    match app.desk().visit(UNOPENED, id, Some(version), Command::ConfirmAddress { channel }, None).await {
        Ok(_) => Ok(()),
        Err(Failure::Refused(_)) => Err(Problem::wrong_secret()),
        Err(failure) => Err(failure.into()),
    }
}

/// The case of a code, and to which of its addresses the confirmation code went. Wrong ones are counted like digits.
async fn which(app: &App, From(from): From, code: &str, typed: String) -> Result<(CaseId, u64, Channel), Problem> {
    let code = read_case_code(code).ok_or_else(Problem::wrong_secret)?;
    let (number, attempt) = (app.desk().number(), app.secret_tries().begin(&code, from, Tried::Digits)?);
    let found = app.read(move |db, keys| {
        let Some(id) = read::by_code(db, number, &code)? else { return Ok(None) };
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(history) = read::history(db, &mut keys, number, id)? else { return Ok(None) };
        let fields = history.fields();
        let known = keys.case_keys(&[id.0])?;
        let is_of = |name: &str| {
            let address = fields.get(name).filter(|address| !address.is_empty());
            let right = known.get(&id.0).zip(address).map(|(key, address)| opening::confirmation(key, address));
            right.is_some_and(|right| bool::from(right.as_bytes().ct_eq(typed.as_bytes())))
        };
        let channels = [(Channel::Sms, field::PHONE), (Channel::Email, field::EMAIL)];
        let channel = channels.into_iter().find(|(_, name)| is_of(name)).map(|(channel, _)| channel);
        Ok(Some((id, history.case.version, channel)))
    });
    match found.await? {
        // It opens nothing, so it forgives no digits that were tried before.
        Some((id, version, Some(channel))) => Ok((id, version, channel)),
        Some((id, ..)) => {
            if attempt.wrong() {
                let _ = app.desk().act(Actor::clock(), id, None, Command::ReportTries, None).await;
            }
            Err(Problem::wrong_secret())
        }
        None => {
            attempt.wrong();
            Err(Problem::wrong_secret())
        }
    }
}
