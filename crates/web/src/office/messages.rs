//! `/admin/messages`: what waits, what does not go out and why, what the test box kept, and every message as it reads.

use crate::app::App;
use crate::caller::Visitor;
use crate::form::Sent;
use crate::lang::L;
use crate::page::{Page, go, show};
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use desk::Failure;
use domain::register::{Term, topic};
use domain::{Label, Lang, Moment};
use messages::{Facts, Text, is_for_units};
use reading::mask;
use std::sync::PoisonError;
use store::outbox::{self, Hook, Kind, Letter, Message, State as Sort};
use store::read;

/// How many messages of a list are shown.
const SHOWN: usize = 20;

#[derive(Template)]
#[template(path = "office/messages.html")]
struct MessagesPage {
    l: L,
    page: Page,
    sink: bool,
    ways: Vec<ChannelRow>,
    hooks: Vec<HookRow>,
    troubled: Vec<TroubledMessage>,
    kept: Vec<KeptMessage>,
    previews: Vec<MessagePreview>,
}

/// One way out.
struct ChannelRow {
    code: &'static str,
    name: &'static str,
    ready: bool,
    waiting: u64,
    today: u64,
    stuck: u64,
    said: String,
}

struct HookRow {
    name: String,
    behind: u64,
    stopped: bool,
    at: String,
    said: String,
}

/// A message that has not gone out, and why.
struct TroubledMessage {
    key: String,
    seq: u64,
    at: String,
    kind: &'static str,
    topic: &'static str,
    state: &'static str,
    over: bool,
    tries: u32,
    said: String,
}

/// A message that would have gone out.
struct KeptMessage {
    at: String,
    kind: &'static str,
    to: String,
    text: String,
    /// The language that it is written in, for those who hear it.
    lang: &'static str,
}

/// A message with made-up values.
struct MessagePreview {
    topic: &'static str,
    units: bool,
    zh: Text,
    en: Text,
}

/// What the page reads.
struct MessagesFound {
    counts: Vec<outbox::Count>,
    troubled: Vec<Message>,
    kept: Vec<(Message, Option<Letter>)>,
    hooks: Vec<Hook>,
    size: u64,
}

/// `GET /admin/messages`
pub(crate) async fn page(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let (l, number, now) = (visitor.l, app.desk().number(), app.desk().now());
    let midnight = Moment::from_local(now.date().at(0, 0, 0, 0));
    let sink = app.messages().is_sink();
    let found = app
        .read(move |db, keys| {
            let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
            let kept = if sink { outbox::kept(db, number, SHOWN)? } else { Vec::new() };
            let letters = outbox::letters(db, &mut keys, registers::REGISTERS, number, &kept)?;
            let (hooks, size) =
                if sink { (Vec::new(), 0) } else { (outbox::hooks(db, number)?, read::checkpoint(db, number)?.1) };
            let counts = outbox::counts(db, number, midnight)?;
            let troubled = outbox::troubled(db, number, SHOWN)?;
            Ok(MessagesFound { counts, troubled, kept: kept.into_iter().zip(letters).collect(), hooks, size })
        })
        .await?;
    let site = app.messages().site.as_deref();
    Ok(show(&MessagesPage {
        l,
        page: visitor.page(l.t("messages-title")),
        sink,
        ways: Kind::ALL.iter().map(|kind| way(&app, l, *kind, &found)).collect(),
        hooks: found.hooks.iter().map(|h| hook_row(l, h, found.size)).collect(),
        troubled: found.troubled.iter().map(|m| trouble(l, m)).collect(),
        kept: found.kept.iter().map(|(m, letter)| kept(&app, l, m, letter.as_ref())).collect(),
        previews: registers::REGISTERS.iter().flat_map(|shelf| shelf.topics()).map(|t| preview(l, &t, site)).collect(),
    }))
}

fn way(app: &App, l: L, kind: Kind, found: &MessagesFound) -> ChannelRow {
    let count = |states: &[Sort], today: bool| {
        let counts = found.counts.iter().filter(|c| c.kind == kind && states.contains(&c.state));
        counts.map(|c| if today { c.since } else { c.all }).sum()
    };
    let config = app.messages();
    ChannelRow {
        code: kind.code(),
        name: kind.label(l.0),
        ready: match kind {
            Kind::Sms => config.sms.is_some(),
            Kind::Email => config.mail.is_some(),
            Kind::Robot => !config.robots.is_empty(),
        },
        waiting: count(&[Sort::Waiting, Sort::Sending], false),
        today: count(&[Sort::Sent, Sort::Kept], true),
        stuck: count(&[Sort::Failed, Sort::Unsure], false),
        said: found.troubled.iter().find(|m| m.kind == kind).map(|m| said(l, m)).unwrap_or_default(),
    }
}

fn hook_row(l: L, hook: &Hook, size: u64) -> HookRow {
    HookRow {
        name: hook.name.clone(),
        behind: size.saturating_sub(hook.position),
        stopped: hook.stopped,
        at: hook.at.minute(),
        said: hook.said.as_deref().map(|code| reason(l, code)).unwrap_or_default(),
    }
}

fn trouble(l: L, message: &Message) -> TroubledMessage {
    TroubledMessage {
        key: format!("{}.{}", message.seq, message.no),
        seq: message.seq,
        at: message.at.minute(),
        kind: message.kind.label(l.0),
        topic: topic(registers::REGISTERS, &message.topic).map_or("", |topic| l.0.pick(topic.label[0], topic.label[1])),
        state: message.state.label(l.0),
        over: matches!(message.state, Sort::Failed | Sort::Unsure),
        tries: message.tries,
        said: said(l, message),
    }
}

fn said(l: L, message: &Message) -> String {
    message.said.as_deref().map(|code| reason(l, code)).unwrap_or_default()
}

/// What went wrong, in words. A code that has none says itself.
fn reason(l: L, code: &str) -> String {
    let (word, rest) = code.split_once(' ').unwrap_or((code, ""));
    let key = match (word, rest) {
        ("unreachable", _) | ("host", _) => "messages-said-unreachable",
        ("timeout", _) | ("broken", _) => "messages-said-timeout",
        ("tls", _) => "messages-said-tls",
        ("no", "address") => "messages-said-no-address",
        ("not", "configured") => "messages-said-not-configured",
        ("not", "confirmed") => "messages-said-not-confirmed",
        ("nothing", _) => "messages-said-untold",
        ("too", "many") => "messages-said-too-many",
        ("stopped", _) => "messages-said-stopped",
        ("restored", _) => "messages-said-restored",
        ("refused", _) => "messages-said-refused",
        ("unreadable", _) => "messages-said-unreadable",
        ("http" | "smtp" | "wecom", _) => return l.t_n("messages-said-code", code),
        _ => return code.to_owned(),
    };
    l.t(key)
}

/// A message of the sink: as it reads, to a masked address. After an erasure there is none.
fn kept(app: &App, l: L, message: &Message, letter: Option<&Letter>) -> KeptMessage {
    let district = app.desk().district();
    let to = match (&message.unit, letter) {
        (Some(unit), _) => district.unit_name(unit, l.0).to_owned(),
        (None, Some(letter)) if message.kind == Kind::Email => mask::email(&letter.email),
        (None, Some(letter)) => mask::phone(&letter.phone),
        (None, None) => String::new(),
    };
    // What opens a case is for its resident, also where nothing is really sent.
    let hidden = |letter: &Letter| Letter { secret: "••••".to_owned(), ..letter.clone() };
    let facts = letter.map(hidden).map(|letter| Facts::of(message, &letter, &district, app.messages().site.as_deref()));
    let text = facts.zip(topic(registers::REGISTERS, &message.topic));
    let text = text.map(|(facts, topic)| facts.text(&topic, message.lang)).map(|text| match message.kind {
        Kind::Email => format!("{}\n\n{}", text.subject, text.long),
        _ => text.short,
    });
    let text = text.unwrap_or_default();
    let lang = if message.lang == Lang::En { "en" } else { "zh-CN" };
    KeptMessage { at: message.at.minute(), kind: message.kind.label(l.0), to, text, lang }
}

fn preview(l: L, topic: &Term, site: Option<&str>) -> MessagePreview {
    let text = |lang| Facts::example(lang, topic.code, site).text(topic, lang);
    let name = l.0.pick(topic.label[0], topic.label[1]);
    MessagePreview { topic: name, units: is_for_units(topic.code), zh: text(Lang::Zh), en: text(Lang::En) }
}

/// `POST /admin/messages/again`: one message (`one`), all that were given up of a way (`way`), or a web hook (`hook`).
pub(crate) async fn again(State(app): State<App>, sent: Sent) -> Result<Response, Problem> {
    let (number, now) = (app.desk().number(), app.desk().now());
    let one = || {
        let (seq, no) = sent.get("one").split_once('.')?;
        Some(outbox::again_one(number, seq.parse().ok()?, no.parse().ok()?, now))
    };
    let way = || Kind::of(sent.get("way")).map(|kind| outbox::again(number, kind, now));
    let hook = || Some(sent.get("hook")).filter(|h| !h.is_empty()).map(|name| outbox::hook_again(number, name, now));
    let write = one().or_else(way).or_else(hook).ok_or_else(Problem::form)?;
    app.desk().put(vec![write]).await.map_err(|e: Failure| Problem::from(e))?;
    Ok(go("/admin/messages?done=messages-again"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_topic_of_every_register_is_one_registers_own_and_has_a_whole_message_in_both_languages() {
        let mut codes = BTreeSet::new();
        for topic in registers::REGISTERS.iter().flat_map(|shelf| shelf.topics()) {
            assert!(codes.insert(topic.code), "{} is the topic of two registers", topic.code);
            for lang in [Lang::Zh, Lang::En] {
                let text = Facts::example(lang, topic.code, None).text(&topic, lang);
                for part in [&text.subject, &text.short, &text.long] {
                    assert!(part.contains("K7MP-2RQ9") && !part.contains(['{', '$']), "{}: {part}", topic.code);
                }
                assert!(text.short.chars().count() <= 420, "{}", text.short);
            }
        }
    }
}
