//! The receipt: as a page, as a file, and as a slip of paper.

use super::published::{self, PublishedCase};
use super::raise::DRAFT;
use super::{Form, marked, own_secret, visited};
use crate::app::App;
use crate::caller::{Visit, Visitor};
use crate::lang::L;
use crate::page::{Page, show, show_with};
use crate::parts::receipt_slip::{ReceiptSlip, danger, due};
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::case::{Case, Trust, field};
use domain::rule::RuleId;
use store::read::{self, History};

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
    slip: ReceiptSlip,
    next: String,
    /// The words of the button to the case.
    act: String,
    /// How phone and e-mail were understood: the resident sees at once whether they are right.
    understood: Vec<String>,
    /// Cases of neighbours that may be the same matter.
    near: Vec<PublishedCase>,
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
#[template(path = "resident/receipt_slip.html")]
struct SlipPage {
    l: L,
    page: Page,
    slip: ReceiptSlip,
}

async fn text_of(app: &App, history: &History) -> Result<String, Problem> {
    let (number, first) = (app.desk().number(), history.first());
    Ok(app.read(move |db, _| read::latest_receipt(db, number, first)).await?.to_text())
}

async fn slip(app: &App, visitor: &Visitor, history: &History, visit: &Visit) -> Result<ReceiptSlip, Problem> {
    let receipt = text_of(app, history).await?;
    let secret = own_secret(app, &history.case, visit.1).await?;
    Ok(ReceiptSlip::of(app, visitor.l, history, &receipt, app.site().origin(), secret))
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
    let near = published::near(app, l, &history).await?;
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
