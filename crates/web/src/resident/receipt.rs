//! The receipt: as a page, as a file, as a slip of paper, and as a QR code that opens the check by itself.

use super::raise::DRAFT;
use super::{case, history, site, when};
use crate::app::App;
use crate::caller::{Visit, Visitor};
use crate::lang::L;
use crate::page::{Page, show};
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::case::field;
use fast_qr::{ECL, QRBuilder};
use store::read::{self, History};

/// A QR code as one path of unit squares.
pub(crate) struct Qr {
    /// Its width with the white margin that scanners need.
    pub(crate) size: usize,
    pub(crate) path: String,
}

/// The white margin around a QR code, in squares.
const MARGIN: usize = 4;

impl Qr {
    /// The code of a text; none if it is too long for one.
    pub(crate) fn of(text: &str) -> Option<Qr> {
        // The least correction makes the largest squares, and a torn slip still has the code printed in letters.
        let code = QRBuilder::new(text).ecl(ECL::L).build().ok()?;
        let mut path = String::new();
        for y in 0..code.size {
            let row = &code[y];
            let mut x = 0;
            while x < code.size {
                let length = row[x..code.size].iter().take_while(|m| m.value()).count();
                if length > 0 {
                    path.push_str(&format!("M{} {}h{length}v1h-{length}z", x + MARGIN, y + MARGIN));
                }
                x += length.max(1);
            }
        }
        Some(Qr { size: code.size + 2 * MARGIN, path })
    }
}

/// What a printed slip says; the counter prints the same.
pub(crate) struct Slip {
    pub(crate) district: String,
    pub(crate) code: String,
    pub(crate) secret: String,
    pub(crate) received: String,
    /// What is due, and when; empty once nothing is.
    pub(crate) due_words: String,
    pub(crate) due: String,
    pub(crate) site: String,
    pub(crate) qr: Option<Qr>,
    /// The address that checks the receipt: all of it stands behind the `#`, which no browser sends anywhere.
    pub(crate) check: String,
}

impl Slip {
    /// The slip of a case with its receipt, for a server that is reached at `site`.
    pub(crate) fn of(app: &App, l: L, history: &History, receipt: &str, site: &str) -> Slip {
        let (district, today) = (app.desk().district(), app.desk().now().date());
        let at = history.case.raised_at;
        let clock = case::clock_of(&history.case);
        let check = format!("/verify#r={}", URL_SAFE_NO_PAD.encode(receipt));
        // The address first: a phone that scans it opens the check. Where it is too long, the receipt itself.
        let qr = Qr::of(&format!("{site}{check}")).or_else(|| Qr::of(receipt));
        let private = history.told.first().map(|t| &t.private);
        Slip {
            district: district.name(l.0).to_owned(),
            code: history.case.code.clone(),
            secret: private.and_then(|p| p.get(field::SECRET)).cloned().unwrap_or_default(),
            received: when(l, at, today).0,
            due_words: clock.map(|c| l.t(case::promised(c.rule))).unwrap_or_default(),
            due: clock.map(|c| l.day(c.due.rolled, today)).unwrap_or_default(),
            site: site.to_owned(),
            qr,
            check,
        }
    }
}

#[derive(Template)]
#[template(path = "resident/receipt.html")]
struct ReceiptPage {
    l: L,
    page: Page,
    slip: Slip,
}

#[derive(Template)]
#[template(path = "resident/slip.html")]
struct SlipPage {
    l: L,
    page: Page,
    slip: Slip,
}

async fn text_of(app: &App, history: &History) -> Result<String, Problem> {
    let (number, first) = (app.desk().number(), history.first());
    Ok(app.read(move |db, _| read::latest_receipt(db, number, first)).await?.to_text())
}

async fn slip(app: &App, visitor: &Visitor, visit: Visit, headers: &HeaderMap) -> Result<Slip, Problem> {
    let history = history(app, visit.0).await?;
    let receipt = text_of(app, &history).await?;
    Ok(Slip::of(app, visitor.l, &history, &receipt, &site(headers)))
}

/// `GET /case/receipt`
pub(crate) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let l = visitor.l;
    let mut page = visitor.page(l.t("receipt-title"));
    page.done_draft = (visitor.done.as_deref() == Some("done-raised")).then(|| DRAFT.to_owned());
    Ok(show(&ReceiptPage { l, page, slip: slip(&app, &visitor, visit, &headers).await? }))
}

/// `GET /case/slip`: for a printer with paper of 80 mm, or any other.
pub(crate) async fn paper(
    State(app): State<App>,
    visitor: Visitor,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let l = visitor.l;
    Ok(show(&SlipPage { l, page: visitor.page(l.t("slip-title")), slip: slip(&app, &visitor, visit, &headers).await? }))
}

/// `GET /case/receipt.tlog-proof`: the file, under a name that says nothing.
pub(crate) async fn file(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    let history = history(&app, visit.0).await?;
    let text = text_of(&app, &history).await?;
    let kind = (header::CONTENT_TYPE, "text/plain; charset=utf-8");
    let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"receipt.tlog-proof\"");
    Ok(([kind, name], text).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qr_code_has_its_margin_and_what_is_too_long_has_none() {
        let code = Qr::of("https://doorstep.example/verify").unwrap();
        assert_eq!(code.size, 25 + 2 * MARGIN, "31 bytes at the least correction are a code of version 2");
        assert!(code.path.starts_with("M4 4h7v1h-7z"), "the corner's upper edge: {}", &code.path[..20]);
        assert!(Qr::of(&"x".repeat(2953)).is_some() && Qr::of(&"x".repeat(2954)).is_none());
    }
}
