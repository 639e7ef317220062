//! The outbox: messages that wait to be sent, as rows beside the history. What an event adds to it is written in the
//! event's own transaction; what becomes of a row is marked by the sender through the desk.

mod letter;

pub use letter::{About, Letter, letters};

use crate::args;
use crate::db::{Db, Result, Row, StoreError, Write};
use crate::table::Written;
use domain::case::{Body, CaseId, Channel, Event, Notice, To};
use domain::district::UnitCode;
use domain::register::{Shelf, Thing};
use domain::{Label, Lang, Moment, columns};
use std::collections::HashMap;
use std::sync::LazyLock;

// A row is changed by its primary key: SQLite changes no row of such a table by way of another index.
const DROP: &str = "UPDATE outbox SET state = 'dropped', said = $1, at = $2 WHERE district = $3 AND (seq, no) IN \
    (SELECT seq, no FROM outbox WHERE district = $3 AND stream = $4 AND unit IS NULL \
    AND state IN ('waiting', 'failed', 'unsure'))";
const TURN: &str = "UPDATE outbox SET kind = $1, lang = $2 WHERE district = $3 AND (seq, no) IN \
    (SELECT seq, no FROM outbox WHERE district = $3 AND stream = $4 AND unit IS NULL \
    AND state IN ('waiting', 'failed', 'unsure'))";
const STOPPED: &str = "UPDATE outbox SET state = 'unsure', said = 'stopped' \
    WHERE district = $1 AND (seq, no) IN (SELECT seq, no FROM outbox WHERE district = $1 AND state = 'sending')";
const HOLD: &str =
    "UPDATE outbox SET state = 'unsure', said = 'restored' WHERE district = $1 AND state IN ('waiting', 'sending')";
const AGAIN: &str = "UPDATE outbox SET state = 'waiting', tries = 0, said = NULL, next = $1, at = $2 \
    WHERE district = $3 AND (seq, no) IN \
    (SELECT seq, no FROM outbox WHERE district = $3 AND kind = $4 AND state IN ('failed', 'unsure'))";
const AGAIN_ONE: &str = "UPDATE outbox SET state = 'waiting', tries = 0, said = NULL, next = $1, at = $2 \
    WHERE district = $3 AND seq = $4 AND no = $5 AND state IN ('failed', 'unsure', 'waiting')";
const FORGET: &str = "DELETE FROM outbox WHERE district = $1 AND state NOT IN ('waiting', 'sending') AND at < $2";
const DUE: &str = "SELECT seq, no, stream, kind, topic, unit, lang, state, tries, at, said FROM outbox \
    WHERE district = $1 AND state = 'waiting' AND kind = $2 AND next <= $3 ORDER BY next, seq, no LIMIT $4";
const DUE_KEYS: &str = "SELECT seq, no FROM outbox \
    WHERE district = $1 AND state = 'waiting' AND kind = $2 AND next <= $3 ORDER BY next, seq, no LIMIT $4";
const STILL: &str = "SELECT seq, no, stream, kind, topic, unit, lang, state, tries, at, said FROM outbox \
    WHERE district = $1 AND seq = $2 AND no = $3 AND state = 'waiting' AND kind = $4";
const KEPT: &str = "SELECT seq, no, stream, kind, topic, unit, lang, state, tries, at, said FROM outbox \
    WHERE district = $1 AND state = 'kept' ORDER BY at DESC, seq DESC, no DESC LIMIT $2";
const TROUBLED: &str = "SELECT seq, no, stream, kind, topic, unit, lang, state, tries, at, said FROM outbox \
    WHERE district = $1 AND said IS NOT NULL AND state IN ('waiting', 'failed', 'unsure') \
    ORDER BY at DESC, seq DESC, no DESC LIMIT $2";
const COUNTS: &str = "SELECT kind, state, COUNT(*) AS n, CAST(SUM(CASE WHEN at >= $1 THEN 1 ELSE 0 END) AS BIGINT) AS since FROM outbox \
    WHERE district = $2 GROUP BY kind, state ORDER BY kind, state";
const LATELY: &str = "SELECT unit, COUNT(*) AS n FROM outbox WHERE district = $1 AND kind = 'robot' \
    AND state IN ('sending', 'sent', 'unsure') AND at > $2 GROUP BY unit ORDER BY unit";
const HOOKS: &str =
    "SELECT name, next_seq, tries, next, at, stopped, said FROM hooks WHERE district = $1 ORDER BY name";
const HOOK_AGAIN: &str = "UPDATE hooks SET tries = 0, next = $1, stopped = 0 WHERE district = $2 AND name = $3";
const ENTRIES: &str = "SELECT seq, entry FROM events WHERE district = $1 AND seq >= $2 ORDER BY seq LIMIT $3";

/// The constant statements of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[
    DROP,
    TURN,
    STOPPED,
    HOLD,
    AGAIN,
    AGAIN_ONE,
    FORGET,
    DUE,
    STILL,
    KEPT,
    TROUBLED,
    COUNTS,
    LATELY,
    letter::CASES,
    HOOKS,
    HOOK_AGAIN,
    ENTRIES,
];

/// A message that is added.
struct Added {
    district: i64,
    seq: u64,
    no: u64,
    record: CaseId,
    kind: Kind,
    topic: &'static str,
    unit: Option<UnitCode>,
    lang: Lang,
    at: i64,
}

static ADD: LazyLock<Written<Added>> = LazyLock::new(|| {
    let columns = columns! { Added:
        district "BIGINT NOT NULL" fixed = |m| m.district,
        seq "BIGINT NOT NULL" fixed = |m| m.seq,
        no "BIGINT NOT NULL" fixed = |m| m.no,
        stream "BYTEA NOT NULL" fixed = |m| &m.record.0,
        kind "TEXT NOT NULL" fixed = |m| m.kind.code(),
        topic "TEXT NOT NULL" fixed = |m| m.topic,
        unit "TEXT" fixed = |m| m.unit.as_ref().map(|unit| unit.as_str()),
        lang "TEXT NOT NULL" fixed = |m| m.lang.tag(),
        state "TEXT NOT NULL" fixed = |_m| State::Waiting.code(),
        tries "BIGINT NOT NULL" fixed = |_m| 0,
        next "BIGINT NOT NULL" fixed = |m| m.at,
        at "BIGINT NOT NULL" fixed = |m| m.at,
    };
    Written::added("outbox", columns)
});

/// What becomes of a message.
struct Marked {
    district: i64,
    message: Message,
    state: State,
    next: Moment,
    now: Moment,
    said: Option<String>,
}

static MARK: LazyLock<Written<Marked>> = LazyLock::new(|| {
    let columns = columns! { Marked:
        state "TEXT NOT NULL" = |m| m.state.code(),
        tries "BIGINT NOT NULL" = |m| m.message.tries,
        next "BIGINT NOT NULL" = |m| m.next.0,
        at "BIGINT NOT NULL" = |m| m.now.0,
        said "TEXT" = |m| m.said.as_deref(),
        district "BIGINT NOT NULL" key = |m| m.district,
        seq "BIGINT NOT NULL" key = |m| m.message.seq,
        no "BIGINT NOT NULL" key = |m| m.message.no,
    };
    let and = "state <> 'dropped' AND (state IN ('waiting', 'sending') OR {state} = 'sent')";
    Written::changed("outbox", columns, and)
});

static HOOK: LazyLock<Written<(i64, Hook)>> = LazyLock::new(|| {
    let columns = columns! { (i64, Hook):
        district "BIGINT NOT NULL" key = |h| h.0,
        name "TEXT NOT NULL" key = |h| h.1.name.as_str(),
        next_seq "BIGINT NOT NULL" = |h| h.1.position,
        tries "BIGINT NOT NULL" = |h| h.1.tries,
        next "BIGINT NOT NULL" = |h| h.1.next.0,
        at "BIGINT NOT NULL" = |h| h.1.at.0,
        stopped "BIGINT NOT NULL" = |h| h.1.stopped,
        said "TEXT" = |h| h.1.said.as_deref(),
    };
    Written::added("hooks", columns)
});

/// Those that are made from columns.
pub(crate) fn written() -> [&'static str; 3] {
    [&ADD.sql, &MARK.sql, &HOOK.sql]
}

/// Those of them that go through everything, and why.
pub const WALKS: &[(&str, &str)] = &[
    (COUNTS, "the administrator's page counts the messages of half a year; older ones are forgotten"),
    (HOLD, "once, at a restore"),
];

domain::vocabulary! {
    /// The way by which a message goes.
    Kind {
        Sms "sms" "短信" "text message",
        Email "email" "电子邮件" "e-mail",
        Robot "robot" "企业微信群机器人" "WeCom group robot",
    }
}

domain::vocabulary! {
    /// What has become of a message.
    State {
        Waiting "waiting" "等待发送" "waiting",
        Sending "sending" "正在发送" "being sent",
        Sent "sent" "已发送" "sent",
        Kept "kept" "留在测试信箱，没有发出" "kept in the test box, not sent",
        Dropped "dropped" "不再发送" "not to be sent any more",
        Failed "failed" "多次失败，已停止" "given up after too many tries",
        Unsure "unsure" "不知是否送达，不再自动重发" "perhaps sent, not repeated by itself",
    }
}

/// The kind of message by which a resident wants to be told.
fn kind_of(channel: Channel) -> Option<Kind> {
    match channel {
        Channel::None => None,
        Channel::Sms => Some(Kind::Sms),
        Channel::Email => Some(Kind::Email),
    }
}

/// The writes of one event of a record: `state` is the record after it, `seq` the event's ledger index. They go into the
/// event's own transaction: a message neither gets lost nor is there without its event.
pub fn project(district: i64, (id, seq): (CaseId, u64), shelf: &dyn Shelf, state: &Thing, body: &Thing) -> Vec<Write> {
    let at = shelf.stamp(body).0.0;
    let mut writes = Vec::new();
    let erased = shelf.summary(state).is_some_and(|summary| summary.erased);
    match body.downcast_ref::<Body<Event>>().map(|body| &body.event) {
        Some(Event::TellingChosen { tell, .. }) => writes.push(match kind_of(tell.channel) {
            None => Write::new(DROP, args!["declined", at, district, &id.0]),
            Some(kind) => Write::new(TURN, args![kind.code(), tell.lang.tag(), district, &id.0]),
        }),
        Some(Event::Erased { .. }) => writes.push(Write::new(DROP, args!["erased", at, district, &id.0])),
        None if erased => writes.push(Write::new(DROP, args!["erased", at, district, &id.0])),
        _ => {}
    }
    for (no, Notice { topic, to }) in shelf.told(state, body).into_iter().enumerate() {
        let (kind, unit, lang) = match to {
            To::Resident(tell) => (kind_of(tell.channel), None, tell.lang),
            To::Unit(unit) => (Some(Kind::Robot), Some(unit), Lang::Zh),
        };
        let Some(kind) = kind else { continue };
        writes.push(ADD.of(&Added { district, seq, no: no as u64, record: id, kind, topic, unit, lang, at }));
    }
    writes
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The ledger index of the event that it tells of.
    pub seq: u64,
    /// Which of the event's messages.
    pub no: u64,
    /// The record.
    pub record: CaseId,
    /// The way by which it goes.
    pub kind: Kind,
    /// What it says, as a code of its register's topics.
    pub topic: String,
    /// Whose group is told; none: whose record it is.
    pub unit: Option<UnitCode>,
    /// In which language.
    pub lang: Lang,
    /// What has become of it.
    pub state: State,
    /// How often it was tried.
    pub tries: u32,
    /// When the state changed last.
    pub at: Moment,
    /// What went wrong last, as a code.
    pub said: Option<String>,
}

fn term<T: Label>(code: &str) -> Result<T> {
    T::of(code)
        .ok_or_else(|| StoreError::Corrupt(format!("the outbox has a word {code:?} that this program does not know")))
}

fn message(row: &Row) -> Result<Message> {
    Ok(Message {
        seq: row.int("seq")?.unsigned_abs(),
        no: row.int("no")?.unsigned_abs(),
        record: CaseId(row.array("stream")?),
        kind: term(row.text("kind")?)?,
        topic: row.text("topic")?.to_owned(),
        unit: row.opt_text("unit")?.map(UnitCode::from),
        lang: if row.text("lang")? == Lang::En.tag() { Lang::En } else { Lang::Zh },
        state: term(row.text("state")?)?,
        tries: u32::try_from(row.int("tries")?).unwrap_or(u32::MAX),
        at: Moment(row.int("at")?),
        said: row.opt_text("said")?.map(str::to_owned),
    })
}

/// Messages of a kind that may be tried now, those that have waited longest first.
///
/// # Errors
/// What the database says.
pub fn due(db: &mut Db, district: i64, kind: Kind, now: Moment, most: usize) -> Result<Vec<Message>> {
    let args = args![district, kind.code(), now.0, most as u64];
    let whole = db.query(DUE, &args).and_then(|rows| rows.iter().map(message).collect());
    // A row that is damaged holds up no other: they are taken one by one.
    let Err(StoreError::Corrupt(_)) = whole else { return whole };
    let mut found = Vec::new();
    for key in db.query(DUE_KEYS, &args)? {
        let (seq, no) = (key.int("seq")?, key.int("no")?);
        let one = db.query(STILL, &args![district, seq, no, kind.code()]);
        match one.and_then(|rows| rows.first().map(message).transpose()) {
            Ok(message) => found.extend(message),
            Err(error) => tracing::error!(entry = seq, %error, "a message can't be read, and is left alone"),
        }
    }
    Ok(found)
}

/// A message as it is now, if it still waits and goes the same way: none if somebody dropped it or turned it.
///
/// # Errors
/// What the database says.
pub fn still(db: &mut Db, district: i64, old: &Message) -> Result<Option<Message>> {
    let rows = db.query(STILL, &args![district, old.seq, old.no, old.kind.code()])?;
    rows.first().map(message).transpose()
}

/// What the test box kept last, newest first.
///
/// # Errors
/// What the database says.
pub fn kept(db: &mut Db, district: i64, most: usize) -> Result<Vec<Message>> {
    db.query(KEPT, &args![district, most as u64])?.iter().map(message).collect()
}

/// Messages with which something went wrong and that are not settled, newest first.
///
/// # Errors
/// What the database says.
pub fn troubled(db: &mut Db, district: i64, most: usize) -> Result<Vec<Message>> {
    db.query(TROUBLED, &args![district, most as u64])?.iter().map(message).collect()
}

/// How many messages of a kind are in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The kind.
    pub kind: Kind,
    /// The state.
    pub state: State,
    /// All of them.
    pub all: u64,
    /// Those that got there since the asked-for time.
    pub since: u64,
}

/// How many messages there are by kind and state, and how many of them since a time.
///
/// # Errors
/// What the database says.
pub fn counts(db: &mut Db, district: i64, since: Moment) -> Result<Vec<Count>> {
    let count = |row: &Row| -> Result<Count> {
        let (all, since) = (row.int("n")?.unsigned_abs(), row.int("since")?.unsigned_abs());
        Ok(Count { kind: term(row.text("kind")?)?, state: term(row.text("state")?)?, all, since })
    };
    db.query(COUNTS, &args![since.0, district])?.iter().map(count).collect()
}

/// How many messages each unit's group got after a time.
///
/// # Errors
/// What the database says.
pub fn lately(db: &mut Db, district: i64, after: Moment) -> Result<HashMap<UnitCode, u64>> {
    let rows = db.query(LATELY, &args![district, after.0])?;
    rows.iter()
        .map(|row| Ok((row.opt_text("unit")?.unwrap_or_default().into(), row.int("n")?.unsigned_abs())))
        .collect()
}

/// What becomes of a message after a step of the sender. A row that was dropped in the meantime stays so, with its
/// reason. One that somebody settled otherwise stays so too, unless the message did go out.
pub fn mark(district: i64, message: &Message, state: State, next: Moment, now: Moment, said: Option<&str>) -> Write {
    let (message, said) = (message.clone(), said.map(str::to_owned));
    MARK.of(&Marked { district, message, state, next, now, said })
}

/// What was being sent when the service stopped: nobody knows whether it went out. For the start.
pub fn stopped(district: i64) -> Write {
    Write::new(STOPPED, args![district])
}

/// What waited when a backup was made may have been sent since: in a restored place it waits for somebody to say so.
/// Tables of an older version are left as they are; its outbox was empty.
///
/// # Errors
/// What the database says.
pub fn hold(db: &mut Db, district: i64) -> Result<()> {
    if crate::schema::version(db)? < 5 {
        return Ok(());
    }
    db.write(&[Write::new(HOLD, args![district])]).map(drop)
}

/// All given-up messages of a kind are tried again.
pub fn again(district: i64, kind: Kind, now: Moment) -> Write {
    Write::new(AGAIN, args![now.0, now.0, district, kind.code()])
}

/// One message is tried again, now.
pub fn again_one(district: i64, seq: u64, no: u64, now: Moment) -> Write {
    Write::new(AGAIN_ONE, args![now.0, now.0, district, seq, no])
}

/// What was settled before a time is forgotten: also what failed, and what nobody knows the end of.
pub fn forget(district: i64, before: Moment) -> Write {
    Write::new(FORGET, args![district, before.0])
}

/// How far a web hook has got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// Its name in the configuration.
    pub name: String,
    /// The first ledger index that was not delivered.
    pub position: u64,
    /// How often the next delivery was tried.
    pub tries: u32,
    /// The earliest time of the next try.
    pub next: Moment,
    /// When something was delivered or went wrong last.
    pub at: Moment,
    /// Whether it was given up, until somebody lets it go on.
    pub stopped: bool,
    /// What went wrong last, as a code.
    pub said: Option<String>,
}

/// Every web hook that was ever started, by name.
///
/// # Errors
/// What the database says.
pub fn hooks(db: &mut Db, district: i64) -> Result<Vec<Hook>> {
    let hook = |row: &Row| -> Result<Hook> {
        Ok(Hook {
            name: row.text("name")?.to_owned(),
            position: row.int("next_seq")?.unsigned_abs(),
            tries: u32::try_from(row.int("tries")?).unwrap_or(u32::MAX),
            next: Moment(row.int("next")?),
            at: Moment(row.int("at")?),
            stopped: row.int("stopped")? != 0,
            said: row.opt_text("said")?.map(str::to_owned),
        })
    };
    db.query(HOOKS, &args![district])?.iter().map(hook).collect()
}

/// A web hook as it is now.
pub fn put_hook(district: i64, hook: &Hook) -> Write {
    HOOK.of(&(district, hook.clone()))
}

/// A web hook goes on from where it is.
pub fn hook_again(district: i64, name: &str, now: Moment) -> Write {
    Write::new(HOOK_AGAIN, args![now.0, district, name])
}

/// The public entries from a ledger index on, each with its own.
///
/// # Errors
/// What the database says.
pub fn entries(db: &mut Db, district: i64, from: u64, most: usize) -> Result<Vec<(u64, Vec<u8>)>> {
    let entry =
        |row: &Row| -> Result<(u64, Vec<u8>)> { Ok((row.int("seq")?.unsigned_abs(), row.bytes("entry")?.to_vec())) };
    db.query(ENTRIES, &args![district, from, most as u64])?.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_year_of_settled_messages_slows_no_statement_down() {
        let mut db = Db::memory().unwrap();
        crate::schema::migrate(&mut db).unwrap();
        let id = [7u8; 16];
        for (sql, args, index) in [
            (FORGET, args![1, 0], "outbox_settled"),
            (KEPT, args![1, 20], "outbox_kept"),
            (TROUBLED, args![1, 20], "outbox_said"),
            (DUE, args![1, "sms", 0, 32], "outbox_waiting"),
            (COUNTS, args![0, 1], "outbox_state"),
            (AGAIN, args![0, 0, 1, "sms"], "outbox_state"),
            (LATELY, args![1, 0], "outbox_state"),
            (STOPPED, args![1], "outbox_sending"),
            (DROP, args!["erased", 0, 1, &id], "outbox_case"),
            (TURN, args!["sms", "en", 1, &id], "outbox_case"),
        ] {
            let plan = db.query_text(&format!("EXPLAIN QUERY PLAN {sql}"), &args).unwrap();
            let ways: Vec<&str> = plan.iter().map(|row| row.text("detail").unwrap()).collect();
            assert!(ways.iter().any(|way| way.contains(index)), "{sql}: {ways:?}");
            let sorts = ways.iter().any(|way| way.contains("TEMP B-TREE"));
            // Counts are a handful.
            assert!(!sorts || [COUNTS, LATELY].contains(&sql), "{sql}: {ways:?}");
        }
    }
}
