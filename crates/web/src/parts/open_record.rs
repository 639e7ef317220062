//! Opening a record of a register with its code and the long secret that was handed out when it began.

use crate::app::App;
use crate::problem::Problem;
use domain::register::Shelf;
use std::sync::PoisonError;
use store::listed::{self, Told};
use store::opening;
use subtle::ConstantTimeEq;

/// The record of a code that a secret opens; none where they don't belong together, or none was handed out. Whoever asks
/// counts wrong ones.
pub(crate) async fn open_record(
    app: &App,
    shelf: &'static dyn Shelf,
    code: &str,
    secret: &str,
) -> Result<Option<Told>, Problem> {
    let Some((code, secret)) = desk::read_case_code(code).zip(opening::read_secret(secret)) else { return Ok(None) };
    let number = app.desk().number();
    let found = app.read(move |db, keys| {
        let Some((id, _)) = listed::by_code(db, number, shelf.code(), &code)? else { return Ok(None) };
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        let told = listed::some(db, &mut keys, registers::REGISTERS, number, &[id])?.pop();
        let Some(told) = told else { return Ok(None) };
        let first = told.events.first().map(|(_, first)| &first.private);
        let Some(no) = first.and_then(|first| shelf.handed(told.state.as_ref(), first).secret) else { return Ok(None) };
        let right = opening::secret_of(&mut keys, id, no)?;
        let same = right.is_some_and(|right| bool::from(right.as_bytes().ct_eq(secret.as_bytes())));
        Ok(same.then_some(told))
    });
    found.await
}
