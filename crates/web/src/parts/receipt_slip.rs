//! The receipt slip: what a resident takes home, printed from the resident's own page and at the counter. The slip that
//! staff take along to the place is `staff/work_slip.rs`.

use super::promise::promised;
use super::qr::Qr;
use crate::app::App;
use crate::lang::L;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::case::{Case, field};
use domain::district::District;
use domain::rule::RuleId;
use store::read::History;

/// What the slip says.
pub(crate) struct ReceiptSlip {
    pub(crate) district: String,
    pub(crate) code: String,
    /// The secret in groups, and the digits' place: empty on what staff see.
    pub(crate) secret: String,
    pub(crate) received: String,
    /// What is due, and by when; empty once nothing is.
    pub(crate) due: String,
    pub(crate) site: String,
    pub(crate) qr: Option<Qr>,
    /// Whether it goes to the printer alone, and not on the screen.
    pub(crate) paper_only: bool,
    /// Whether it is given out in a hall without network: its receipt holds once the hall is merged.
    pub(crate) provisional: bool,
    /// The address that checks the receipt: all of it stands behind the `#`, which no browser sends anywhere.
    pub(crate) check: String,
}

impl ReceiptSlip {
    /// The slip of a case with its receipt, for a server that is reached at `site`.
    pub(crate) fn of(app: &App, l: L, history: &History, receipt: &str, site: &str, secret: String) -> ReceiptSlip {
        let district = app.desk().district();
        let check = format!("/verify#r={}", URL_SAFE_NO_PAD.encode(receipt));
        // A phone that scans it opens the case while there is a secret for it: all of it stands behind the `#`. Else it
        // opens the check; where that address is too long, the receipt itself.
        let qr = if secret.is_empty() {
            Qr::of(&format!("{site}{check}")).or_else(|| Qr::of(receipt))
        } else {
            Qr::of(&format!("{site}/follow#{}.{secret}", history.case.code))
        };
        ReceiptSlip {
            district: district.name(l.0).to_owned(),
            code: history.case.code.clone(),
            secret,
            received: l.full_moment(history.case.raised_at),
            due: due(l, &history.case),
            site: site.to_owned(),
            qr,
            paper_only: false,
            provisional: app.desk().is_hall(),
            check,
        }
    }
}

/// What is due now, in a sentence: what the resident is waited for, or else what is owed to them.
pub(crate) fn due(l: L, case: &Case) -> String {
    if let Some(window) = case.waits() {
        let key = if window.rule == RuleId::ReplyAsk { "slip-reply" } else { "slip-verdict" };
        return l.t_n(key, l.full_day(window.due.rolled));
    }
    // A clock that stands still has no day yet.
    let owed = case.for_resident().filter(|clock| !clock.is_paused());
    let words = owed.map(|clock| {
        // What is counted in hours ends at one.
        let by = clock.due_at.map_or_else(|| l.full_day(clock.due.rolled), |at| l.full_moment(at));
        let values = [("day", by), ("what", l.t(promised(clock.rule)))];
        l.t_with("slip-due", &values)
    });
    words.unwrap_or_default()
}

/// Whom to call at once, for a case that is urgent: with the word by which it was found.
pub(crate) fn danger(l: L, district: &District, history: &History) -> String {
    let Some(code) = history.case.urgent.as_ref().filter(|_| history.case.is_urgent()) else { return String::new() };
    let Some(danger) = district.catalogue.danger(code) else { return l.t("emergency") };
    let call = danger.call(l.0).to_owned();
    match history.fields().get(field::DANGER) {
        Some(word) => l.t_with("danger-call-word", &[("word", word.replace('…', "……")), ("call", call)]),
        None => l.t_with("danger-call", &[("danger", danger.name(l.0).to_owned()), ("call", call)]),
    }
}
