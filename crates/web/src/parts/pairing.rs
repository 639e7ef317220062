//! A code that is offered at a counter or in a hall, and opens the case on a phone of the resident's own.

use super::qr::Qr;
use crate::app::App;
use domain::case::CaseId;

/// A code by which whoever stands at the counter opens the case on a phone of their own, in digits and as a picture.
pub(crate) fn pairing(app: &App, case: CaseId) -> (String, Option<Qr>) {
    let code = app.pairings().offer(case, app.random());
    let qr = Qr::of(&format!("{}/pair#{code}", app.site().origin()));
    (format!("{} {}", &code[..4], &code[4..]), qr)
}
