//! Opening a case with its code and its secret or digits: what is right, what that is worth, and that wrong ones are counted.

use crate::app::App;
use crate::caller::From;
use crate::problem::Problem;
use crate::secret_tries::Tried;
use desk::read_case_code;
use domain::Actor;
use domain::case::opening as digits;
use domain::case::{Command, Trust, Visit, With, field, usable_digits};
use std::sync::PoisonError;
use store::opening;
use store::read::{self, History};
use subtle::ConstantTimeEq;

/// Which kind of secret was typed.
fn tried(typed: &str) -> Tried {
    if opening::read_secret(typed).is_some() { Tried::Long } else { Tried::Digits }
}

/// The case that a code opens to somebody at an address with its secret or digits, and what it was opened with. Wrong ones
/// are counted (see `secret_tries`).
pub(crate) async fn open_case(
    app: &App,
    From(from): From,
    typed: &str,
    with: &str,
) -> Result<(History, With), Problem> {
    let code = read_case_code(typed).ok_or_else(Problem::wrong_secret)?;
    let (number, tried) = (app.desk().number(), tried(with));
    let attempt = app.secret_tries().begin(&code, from, tried)?;
    if tried == Tried::Digits
        && let Some(slowed) = app.secret_tries().slowed()
    {
        tokio::time::sleep(slowed).await;
    }
    let found = app.read(move |db, keys| {
        let Some(id) = read::by_code(db, number, &code)? else { return Ok(None) };
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(history) = read::history(db, &mut keys, number, id)? else { return Ok(None) };
        let now = &history.case.opening;
        let known = keys.case_keys(&[id.0])?;
        let secret = |no: u16| known.get(&id.0).map(|key| (no, opening::secret(key, no)));
        let numbers = [Some(now.secret), now.before.map(|(no, ..)| no)];
        let secrets: Vec<_> = numbers.into_iter().flatten().filter_map(secret).collect();
        Ok(Some((history, secrets)))
    });
    let Some((history, secrets)) = found.await? else {
        attempt.wrong();
        return Err(Problem::wrong_secret());
    };
    let same = |a: &str, b: &str| bool::from(a.as_bytes().ct_eq(b.as_bytes()));
    let right = match tried {
        Tried::Long => {
            let typed = opening::read_secret(with).unwrap_or_default();
            secrets.iter().find(|(_, known)| same(known, &typed)).map(|(no, _)| With::Secret(*no))
        }
        Tried::Digits => {
            let typed = domain::typed::digits(with);
            let known = digits::digits_of(history.told.iter().map(|t| &t.private));
            let right = known.is_some_and(|known| same(known, &typed));
            right.then(|| strength(&history, &typed))
        }
    };
    let opens = |with: &With| history.case.trust(Visit { with: *with, marked: false }) >= Trust::Looks;
    if let Some(with) = right.filter(opens) {
        attempt.right();
        return Ok((history, with));
    }
    if attempt.wrong() {
        // Whatever becomes of it, the answer is the same. What it is refused for is in the case's own history.
        let _ = app.desk().act(Actor::clock(), history.case.id, None, Command::ReportTries, None).await;
    }
    Err(Problem::wrong_secret())
}

/// What right digits are worth: those of version 0.1 may be short, common, or the end of the phone number.
fn strength(history: &History, digits: &str) -> With {
    let opening = &history.case.opening;
    let fields = history.fields();
    let phone = fields.get(field::PHONE).map_or("", String::as_str);
    let strong = opening.digits > 1 || opening.secret > 0 || usable_digits(digits, &[phone]);
    if strong { With::Digits(opening.digits) } else { With::EasyDigits }
}
