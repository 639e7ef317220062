//! Two states of the ledger side by side: does the later one only add to the earlier one, and what was added?

use super::audit::kind_words;
use crate::app::App;
use crate::caller::Visitor;
use crate::form::Sent;
use crate::lang::L;
use crate::page::{FieldError, Page, show, show_with};
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ledger::checkpoint::Verifier;
use ledger::hash::Hash;
use ledger::receipt::Receipt;
use ledger::tree::{check_consistency, consistency, root_at};
use store::{Db, audit, read, tiles};

/// A state of the ledger that somebody names.
#[derive(Clone, Copy)]
struct LedgerState {
    size: u64,
    /// The root that a signature vouches for; none where only a size was given, or nothing: today.
    signed: Option<Hash>,
}

/// What a comparison came to.
pub(super) struct Compared {
    pub(super) old: u64,
    pub(super) new: u64,
    old_root: Hash,
    new_root: Hash,
    proof: Vec<Hash>,
    added: Vec<(String, i64)>,
}

/// What is wrong with a comparison, as a message of the pages.
pub(super) type Wrong = &'static str;

/// Reads what somebody kept: a receipt or a checkpoint, whose signature is checked.
fn kept(log: &Verifier, text: &str) -> Result<LedgerState, Wrong> {
    let text = text.trim_start().replace("\r\n", "\n");
    let checkpoint = match Receipt::parse(&text) {
        Ok(receipt) => receipt.verify(log).map_err(|_| "check-receipt-bad")?.checkpoint,
        Err(_) => log.verify(text.as_bytes()).map_err(|_| "check-unreadable")?,
    };
    Ok(LedgerState { size: checkpoint.size, signed: Some(checkpoint.root) })
}

/// Reads one side of the form: a number of entries, or what somebody kept.
fn side(log: &Verifier, text: &str) -> Result<LedgerState, Wrong> {
    match text.trim().parse::<u64>() {
        Ok(size) => Ok(LedgerState { size, signed: None }),
        Err(_) => kept(log, text),
    }
}

fn log_of(app: &App) -> Result<Verifier, Problem> {
    Verifier::parse(app.desk().vkey()).map_err(|_| Problem::broken())
}

/// What somebody kept against today's ledger.
pub(super) async fn with_today(app: &App, text: &str) -> Result<Result<Compared, Wrong>, Problem> {
    match kept(&log_of(app)?, text) {
        Ok(old) => compared(app, old, None).await,
        Err(wrong) => Ok(Err(wrong)),
    }
}

/// Compares an earlier state with a later one; none is today's, by its own signature.
async fn compared(app: &App, old: LedgerState, new: Option<LedgerState>) -> Result<Result<Compared, Wrong>, Problem> {
    let (number, log) = (app.desk().number(), log_of(app)?);
    app.read(move |db, _| {
        let (note, _) = read::checkpoint(db, number)?;
        let Ok(today) = log.verify(&note) else { return Ok(Err("check-today-bad")) };
        let new = new.unwrap_or(LedgerState { size: today.size, signed: Some(today.root) });
        if let Some(beyond) = [old, new].into_iter().find(|side| side.size > today.size) {
            // What a signature of ours vouches for was there once.
            return Ok(Err(if beyond.signed.is_some() { "check-shrunk" } else { "compare-too-large" }));
        }
        if old.size > new.size {
            return Ok(Err("compare-backwards"));
        }
        if old.size == 0 {
            return Ok(Err("compare-empty"));
        }
        grown(db, number, old, new)
    })
    .await
}

fn grown(db: &mut Db, number: i64, old: LedgerState, new: LedgerState) -> store::Result<Result<Compared, Wrong>> {
    let (old_root, new_root, proof) = tiles::over(db, number, |tiles| {
        let proof = if old.size == new.size { Vec::new() } else { consistency(old.size, new.size, tiles)? };
        Ok((root_at(old.size, tiles)?, root_at(new.size, tiles)?, proof))
    })?;
    let fits = |side: LedgerState, root: Hash| side.signed.is_none_or(|signed| signed == root);
    // The signed roots are what the proof has to lead to; today's tiles only say how.
    let (from, to) = (old.signed.unwrap_or(old_root), new.signed.unwrap_or(new_root));
    let proved =
        if old.size == new.size { from == to } else { check_consistency(old.size, from, new.size, to, &proof).is_ok() };
    if !proved || !fits(old, old_root) || !fits(new, new_root) {
        return Ok(Err("check-rewritten"));
    }
    let added = audit::kinds(db, number, old.size, new.size)?;
    Ok(Ok(Compared { old: old.size, new: new.size, old_root, new_root, proof, added }))
}

#[derive(Template)]
#[template(path = "office/compare.html")]
struct ComparePage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    size: u64,
    old: String,
    new: String,
    result: Option<ResultView>,
    wrong: String,
}

/// A comparison that fits, as the page draws it.
struct ResultView {
    words: String,
    old_root: String,
    new_root: String,
    proof: String,
    /// What was added: kind, and how many.
    added: Vec<(String, String)>,
    first: String,
}

fn base64(hash: &Hash) -> String {
    BASE64_STANDARD.encode(hash)
}

async fn page(app: &App, visitor: &Visitor) -> Result<ComparePage, Problem> {
    let number = app.desk().number();
    let (_, size) = app.read(move |db, _| read::checkpoint(db, number)).await?;
    let (l, page) = (visitor.l, visitor.page(visitor.l.t("compare-title")));
    let none = String::new;
    Ok(ComparePage { l, page, errors: Vec::new(), size, old: none(), new: none(), result: None, wrong: none() })
}

/// `GET /ledger/compare`
pub(crate) async fn form(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    Ok(show(&page(&app, &visitor).await?))
}

/// `POST /ledger/compare`: proves that the later state only adds to the earlier one, and says what.
pub(crate) async fn compare(State(app): State<App>, visitor: Visitor, sent: Sent) -> Result<Response, Problem> {
    let (l, log) = (visitor.l, log_of(&app)?);
    let mut page = page(&app, &visitor).await?;
    page.old = sent.raw("old").to_owned();
    page.new = sent.raw("new").to_owned();
    let fault = |field: &str, key: &str| FieldError { field: field.into(), text: l.t(key) };
    let old = if page.old.trim().is_empty() { Err("check-empty") } else { side(&log, &page.old) };
    let new = if page.new.trim().is_empty() { Ok(None) } else { side(&log, &page.new).map(Some) };
    let (old, new) = match (old, new) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => {
            page.errors.extend(old.err().map(|key| fault("old", key)));
            page.errors.extend(new.err().map(|key| fault("new", key)));
            return Ok(show_with(StatusCode::UNPROCESSABLE_ENTITY, &page));
        }
    };
    match compared(&app, old, new).await? {
        Err(key @ ("compare-too-large" | "compare-backwards" | "compare-empty")) => {
            page.errors.push(fault("old", key));
            return Ok(show_with(StatusCode::UNPROCESSABLE_ENTITY, &page));
        }
        Err(key) => page.wrong = l.t(key),
        Ok(found) => page.result = Some(result_view(l, &found)),
    }
    Ok(show(&page))
}

fn result_view(l: L, found: &Compared) -> ResultView {
    let values =
        [("old", found.old.to_string()), ("new", found.new.to_string()), ("n", (found.new - found.old).to_string())];
    ResultView {
        words: l.t_with("compare-good", &values),
        old_root: base64(&found.old_root),
        new_root: base64(&found.new_root),
        proof: found.proof.iter().map(base64).collect::<Vec<_>>().join("\n"),
        added: found.added.iter().map(|(kind, n)| (kind_words(l, kind), n.to_string())).collect(),
        first: format!("/ledger?before={}", found.new),
    }
}
