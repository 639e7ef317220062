//! Pages that everybody may read and keep: checking a receipt, how it works, what is kept.

use crate::app::App;
use crate::caller::Visitor;
use crate::form::Sent;
use crate::kept;
use crate::lang::L;
use crate::page::{Page, show_with};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use ledger::checkpoint::Verifier;
use ledger::receipt::Receipt;

/// Text as a JSON string that can stand inside `<script>`: nothing in it closes the element.
fn script_json(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// What this server's own check found, for a browser that runs no scripts.
struct ReceiptCheck {
    good: bool,
    words: String,
    entry: String,
}

#[derive(Template)]
#[template(path = "resident/verify.html")]
struct VerifyPage {
    l: L,
    page: Page,
    receipt: String,
    vkey: String,
    vkey_json: String,
    checked: Option<ReceiptCheck>,
}

fn verify_page(app: &App, visitor: &Visitor, sent: Option<&Sent>) -> VerifyPage {
    let (l, own) = (visitor.l, app.desk().vkey());
    let vkey = sent.map(|s| s.get("vkey")).filter(|k| !k.is_empty()).unwrap_or(own);
    let receipt = sent.map(|s| s.get("receipt")).unwrap_or_default();
    VerifyPage {
        l,
        page: visitor.page(l.t("verify-title")),
        receipt: receipt.to_owned(),
        vkey: vkey.to_owned(),
        vkey_json: script_json(own),
        checked: sent.map(|_| check(l, receipt, vkey)),
    }
}

/// A receipt as it was pasted, without the line break at its end, under a key line. The line may have been copied from
/// paper, where it was broken.
fn check(l: L, receipt: &str, vkey: &str) -> ReceiptCheck {
    let bad = |key: &str| ReceiptCheck { good: false, words: l.t(key), entry: String::new() };
    let line: String = vkey.split_whitespace().collect();
    let Ok(verifier) = Verifier::parse(&line) else { return bad("verify-bad-key") };
    let Ok(receipt) = Receipt::parse(&format!("{receipt}\n")) else { return bad("verify-bad-receipt") };
    if receipt.verify(&verifier).is_err() {
        return bad("verify-bad-receipt");
    }
    let words = l.t_n("verify-good", receipt.index.saturating_add(1));
    ReceiptCheck { good: true, words, entry: String::from_utf8_lossy(&receipt.entry).into_owned() }
}

/// `GET /verify`: the script of the page checks; the page needs no network once it is open.
pub(crate) async fn verify(State(app): State<App>, visitor: Visitor) -> Response {
    kept::page(&visitor, &verify_page(&app, &visitor, None))
}

/// `POST /verify`: the same check by this server, for a browser without scripts. Nothing of it is kept.
pub(crate) async fn verify_here(State(app): State<App>, visitor: Visitor, sent: Sent) -> Response {
    let page = verify_page(&app, &visitor, Some(&sent));
    let good = page.checked.as_ref().is_some_and(|c| c.good);
    super::fresh(show_with(if good { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &page))
}

/// A heading with its lines: the messages `…-0`, `…-1` and so on.
struct TextPart {
    /// Its place in the page, for links.
    id: String,
    /// Whether its lines are steps, one after the other.
    steps: bool,
    title: String,
    lines: Vec<String>,
}

/// The part whose lines follow one after the other.
const STEPS: &str = "how-steps-";

fn part(l: L, name: &str) -> TextPart {
    let lines = (1..).map(|n| format!("{name}{n}")).take_while(|key| l.has(key)).map(|key| l.t(&key));
    let id = name.trim_end_matches('-').to_owned();
    TextPart { id, steps: name == STEPS, title: l.t(&format!("{name}0")), lines: lines.collect() }
}

#[derive(Template)]
#[template(path = "resident/text.html")]
struct TextPage {
    l: L,
    page: Page,
    title: String,
    lead: String,
    parts: Vec<TextPart>,
}

fn text_page(visitor: &Visitor, title: String, lead: String, names: &[&str]) -> Response {
    let l = visitor.l;
    let page = visitor.page(title.clone());
    kept::page(visitor, &TextPage { l, page, title, lead, parts: names.iter().map(|n| part(l, n)).collect() })
}

/// `GET /how`
pub(crate) async fn how(visitor: Visitor) -> Response {
    let l = visitor.l;
    text_page(&visitor, l.t("how-title"), l.t("how-lead"), &[STEPS, "how-dates-", "how-word-", "how-review-"])
}

/// `GET /privacy`
pub(crate) async fn privacy(visitor: Visitor) -> Response {
    let l = visitor.l;
    let names = ["keep-what-", "keep-who-", "keep-shown-", "keep-long-", "keep-open-", "keep-browser-", "keep-ledger-"];
    text_page(&visitor, l.t("privacy-title"), l.t("privacy-lead"), &names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_line_can_close_the_element_that_it_stands_in() {
        assert_eq!(script_json("a</script>\"&"), r#""a\u003c/script\u003e\"\u0026""#);
    }
}
