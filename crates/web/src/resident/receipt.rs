//! The receipt: as a page, as a file, as a slip of paper, and as a QR code that opens the check by itself.

use super::raise::DRAFT;
use super::shown::{self, CaseView};
use super::{Form, case, marked, own_secret, visited};
use crate::app::App;
use crate::caller::{Visit, Visitor};
use crate::lang::L;
use crate::page::{Page, show, show_with};
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::case::{Case, Trust, field};
use domain::district::District;
use domain::rule::RuleId;
use fast_qr::{ECL, QRBuilder};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{GrayImage, Luma};
use store::read::{self, History};

/// A QR code as a picture that stands in the page itself: drawn as squares it would weigh ten times as much.
pub(crate) struct Qr {
    /// Its width with the white margin that scanners need, in squares.
    pub(crate) size: usize,
    /// A PNG as a `data:` address.
    pub(crate) picture: String,
}

/// The white margin around a QR code, in squares.
const MARGIN: usize = 4;
/// The width of a square, in pixels.
const SQUARE: usize = 4;

impl Qr {
    /// The code of a text; none if it is too long for one.
    pub(crate) fn of(text: &str) -> Option<Qr> {
        // The least correction makes the largest squares, and a torn slip still has the code printed in letters.
        let code = QRBuilder::new(text).ecl(ECL::L).build().ok()?;
        let size = code.size + 2 * MARGIN;
        let is_dark = |x: usize, y: usize| {
            let (x, y) = (x.checked_sub(MARGIN), y.checked_sub(MARGIN));
            matches!((x, y), (Some(x), Some(y)) if x < code.size && y < code.size && code[y][x].value())
        };
        let side = u32::try_from(size * SQUARE).ok()?;
        let pixel = |at: u32| at as usize / SQUARE;
        let drawn = GrayImage::from_fn(side, side, |x, y| Luma([if is_dark(pixel(x), pixel(y)) { 0 } else { 255 }]));
        let mut png = Vec::new();
        let best = PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::NoFilter);
        drawn.write_with_encoder(best).ok()?;
        Some(Qr { size, picture: format!("data:image/png;base64,{}", STANDARD.encode(png)) })
    }
}

/// What a printed slip says; the counter prints the same.
pub(crate) struct Slip {
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
    /// The address that checks the receipt: all of it stands behind the `#`, which no browser sends anywhere.
    pub(crate) check: String,
}

impl Slip {
    /// The slip of a case with its receipt, for a server that is reached at `site`.
    pub(crate) fn of(app: &App, l: L, history: &History, receipt: &str, site: &str, secret: String) -> Slip {
        let district = app.desk().district();
        let check = format!("/verify#r={}", URL_SAFE_NO_PAD.encode(receipt));
        // A phone that scans it opens the case while there is a secret for it: all of it stands behind the `#`. Else it
        // opens the check; where that address is too long, the receipt itself.
        let qr = if secret.is_empty() {
            Qr::of(&format!("{site}{check}")).or_else(|| Qr::of(receipt))
        } else {
            Qr::of(&format!("{site}/follow#{}.{secret}", history.case.code))
        };
        Slip {
            district: district.name(l.0).to_owned(),
            code: history.case.code.clone(),
            secret,
            received: l.full_moment(history.case.raised_at),
            due: due(l, &history.case),
            site: site.to_owned(),
            qr,
            paper_only: false,
            check,
        }
    }
}

/// What is due now, in a sentence: what the resident is waited for, or else what is owed to them.
fn due(l: L, case: &Case) -> String {
    if let Some(window) = case.waits() {
        let key = if window.rule == RuleId::ReplyAsk { "slip-reply" } else { "slip-verdict" };
        return l.t_n(key, l.full_day(window.due.rolled));
    }
    // A clock that stands still has no day yet.
    let owed = case::clock_of(case).filter(|clock| !clock.is_paused());
    let words = owed.map(|clock| {
        // What is counted in hours ends at one.
        let by = clock.due_at.map_or_else(|| l.full_day(clock.due.rolled), |at| l.full_moment(at));
        let values = [("day", by), ("what", l.t(case::promised(clock.rule)))];
        l.t_with("slip-due", &values)
    });
    words.unwrap_or_default()
}

/// What comes next for somebody who holds this receipt, with what becomes of it if nothing is done; and the words of the
/// button that leads there.
fn next(l: L, case: &Case) -> (String, String) {
    if let Some(window) = case.waits() {
        let day = l.full_day(window.due.rolled);
        return match window.rule {
            RuleId::ReplyAsk => (l.t_n("reply-until", day), l.t("receipt-reply")),
            _ => (l.t_n("verdict-until", day), l.t("receipt-verdict")),
        };
    }
    let due = due(l, case);
    if case.is_urgent() && case.running(RuleId::UrgentHand).is_some() {
        return (format!("{} {due}", l.t("next-urgent")), l.t("receipt-case"));
    }
    let next = if due.is_empty() { l.t("receipt-no-due") } else { format!("{due} {}", l.t("receipt-next")) };
    (next, l.t("receipt-case"))
}

#[derive(Template)]
#[template(path = "resident/receipt.html")]
struct ReceiptPage {
    l: L,
    page: Page,
    slip: Slip,
    next: String,
    /// The words of the button to the case.
    act: String,
    /// How phone and e-mail were understood: the resident sees at once whether they are right.
    understood: Vec<String>,
    /// Cases of neighbours that may be the same matter.
    near: Vec<CaseView>,
    /// Whom to call now; empty where nobody is in danger.
    danger: String,
    form: Form,
    key: String,
    /// Whether the resident has digits of their own.
    own_digits: bool,
    /// What the form for them has seen of the case.
    version: u64,
}

#[derive(Template)]
#[template(path = "resident/slip.html")]
struct SlipPage {
    l: L,
    page: Page,
    slip: Slip,
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

async fn text_of(app: &App, history: &History) -> Result<String, Problem> {
    let (number, first) = (app.desk().number(), history.first());
    Ok(app.read(move |db, _| read::latest_receipt(db, number, first)).await?.to_text())
}

async fn slip(app: &App, visitor: &Visitor, history: &History, visit: &Visit) -> Result<Slip, Problem> {
    let receipt = text_of(app, history).await?;
    let secret = own_secret(app, &history.case, visit.1).await?;
    Ok(Slip::of(app, visitor.l, history, &receipt, app.site().origin(), secret))
}

/// `GET /case/receipt`
pub(crate) async fn show_page(State(app): State<App>, visitor: Visitor, visit: Visit) -> Result<Response, Problem> {
    page(&app, &visitor, visit, StatusCode::OK, Form::default(), app.random_text()).await
}

/// The page, with a form that came back if there is one.
pub(crate) async fn page(
    app: &App,
    visitor: &Visitor,
    visit: Visit,
    status: StatusCode,
    form: Form,
    key: String,
) -> Result<Response, Problem> {
    let l = visitor.l;
    let mut page = marked(l, visitor.page(l.t("receipt-title")), &form);
    page.done_draft = (visitor.done.as_deref() == Some("done-raised")).then(|| DRAFT.to_owned());
    let history = visited(app, visit).await?;
    let (next, act) = next(l, &history.case);
    let fields = history.fields();
    let understood = [(field::PHONE, "receipt-phone"), (field::EMAIL, "receipt-email")];
    let understood = understood.iter().filter_map(|(name, key)| Some(l.t_n(key, fields.get(*name)?))).collect();
    let near = shown::near(app, l, &history).await?;
    let danger = danger(l, &app.desk().district(), &history);
    let own_digits = history.case.opening.digits_trust >= Trust::Acts;
    let (slip, version) = (slip(app, visitor, &history, &visit).await?, history.case.version);
    let page = ReceiptPage { l, page, slip, next, act, understood, near, danger, form, key, own_digits, version };
    Ok(show_with(status, &page))
}

/// `GET /case/slip`: for a printer with paper of 80 mm, or any other.
pub(crate) async fn paper(State(app): State<App>, visitor: Visitor, visit: Visit) -> Result<Response, Problem> {
    let l = visitor.l;
    let history = visited(&app, visit).await?;
    let slip = slip(&app, &visitor, &history, &visit).await?;
    Ok(show(&SlipPage { l, page: visitor.page(l.t("slip-title")), slip }))
}

/// `GET /case/receipt.tlog-proof`: the file, under a name that says nothing.
pub(crate) async fn file(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    let history = visited(&app, visit).await?;
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
        let png = STANDARD.decode(code.picture.strip_prefix("data:image/png;base64,").unwrap()).unwrap();
        let drawn = image::load_from_memory(&png).unwrap().to_luma8();
        let at = |x: usize, y: usize| drawn.get_pixel((x * SQUARE) as u32, (y * SQUARE) as u32).0[0];
        // The corner that scanners look for: seven dark squares behind the margin, then a light one.
        assert!((MARGIN..MARGIN + 7).all(|x| at(x, MARGIN) == 0) && at(MARGIN + 7, MARGIN) == 255);
        assert!((0..code.size).all(|x| at(x, MARGIN - 1) == 255 && at(MARGIN - 1, x) == 255), "the margin is white");
        let largest = Qr::of(&"receipt 7 ".repeat(290)).unwrap().picture.len();
        assert!(largest < 16_000, "a whole receipt weighs {largest} bytes");
        assert!(Qr::of(&"x".repeat(2953)).is_some() && Qr::of(&"x".repeat(2954)).is_none());
    }
}
