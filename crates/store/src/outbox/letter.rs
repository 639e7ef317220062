//! What messages are about, and where they go: read at the time of sending, kept nowhere.

use super::{Kind, Message};
use crate::args;
use crate::db::{Db, Result, Value};
use crate::keys::{CaseKey, Keys};
use crate::listed;
use crate::opening;
use crate::read;
use crate::vault;
use domain::case::{Body, Case, CaseId, Cases, Channel, Event, Texts, Topic, Trust, changes_fields, field, replay};
use domain::district::UnitCode;
use domain::register::Registers;
use domain::{Label, Moment};
use std::collections::{BTreeSet, HashMap};

/// How many cases one statement brings.
const CASES_MOST: usize = 32;

pub(super) const CASES: &str = "SELECT e.stream, e.seq, e.version, e.body, v.sealed FROM events e \
    LEFT JOIN vault v ON v.district = e.district AND v.seq = e.seq \
    WHERE e.district = $1 AND e.stream IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
    $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33) ORDER BY e.stream, e.version";

/// What a message is about, and where it goes: read at the time of sending, kept nowhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// What it is about.
    pub about: About,
    /// Whether the record has been erased since.
    pub erased: bool,
    /// The phone number as it is now; empty where there is none.
    pub phone: String,
    /// The e-mail address as it is now; empty where there is none.
    pub email: String,
    /// Phone number and e-mail address as they were before the event.
    pub former: (String, String),
    /// The secret that went out with the event, while it is the latest; empty otherwise.
    pub secret: String,
    /// Whether whoever holds the address to which the message goes has said that it is theirs.
    pub confirmed: bool,
    /// The code by which they say so; empty once they have, or where nothing is sent to an address.
    pub confirmation: String,
}

/// What a message is about.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// A case.
    Case {
        /// The event that it tells of.
        event: Box<Event>,
        /// The case right after that event.
        then: Box<Case>,
    },
    /// A record of another register, right after the event.
    Record {
        /// Its code.
        code: String,
        /// The unit that has it.
        unit: UnitCode,
        /// When it takes place.
        when: Option<Moment>,
        /// Whether it takes place at another time by now, or is over or given up since: then this would mislead.
        stale: bool,
    },
}

impl About {
    /// The code of the record.
    pub fn code(&self) -> &str {
        match self {
            About::Case { then, .. } => &then.code,
            About::Record { code, .. } => code,
        }
    }
}

/// What these messages are about, in their order: one statement, and one for the keys, for each 32 about cases, and as
/// [`listed::some`] for those about other records. None for a message whose event is not there.
///
/// # Errors
/// What the database says; [`StoreError::Corrupt`] for what can't be read or does not open.
pub fn letters(
    db: &mut Db,
    keys: &mut Keys,
    registers: Registers,
    district: i64,
    messages: &[Message],
) -> Result<Vec<Option<Letter>>> {
    let of_case = |m: &&Message| Topic::of(&m.topic).is_some();
    let (cases, records): (Vec<&Message>, Vec<&Message>) = messages.iter().partition(of_case);
    let mut found: HashMap<(u64, u64), Letter> = HashMap::new();
    for part in cases.chunks(CASES_MOST) {
        let told = cases_of(db, keys, district, part)?;
        for m in part {
            let (key, told) = (told.1.get(&m.record.0), told.0.get(&m.record.0));
            found.extend(told.and_then(|told| told.letter(m, key)).map(|letter| ((m.seq, m.no), letter)));
        }
    }
    let ids: BTreeSet<CaseId> = records.iter().map(|m| m.record).collect();
    let ids: Vec<CaseId> = ids.into_iter().collect();
    let told = listed::some(db, keys, registers, district, &ids)?;
    for m in records {
        let of = told.iter().find(|told| told.id == m.record);
        found.extend(of.and_then(|told| record_letter(told, m)).map(|letter| ((m.seq, m.no), letter)));
    }
    Ok(messages.iter().map(|m| found.remove(&(m.seq, m.no))).collect())
}

/// The letter about a record that is no case. Its number is one that somebody entered, and nobody confirmed.
fn record_letter(told: &listed::Told, message: &Message) -> Option<Letter> {
    let shelf = told.shelf;
    let mut then = shelf.blank(told.id);
    for (_, event) in told.events.iter().take_while(|(seq, _)| *seq <= message.seq) {
        shelf.evolve(then.as_mut(), event.body.as_ref());
    }
    told.events.iter().find(|(seq, _)| *seq == message.seq)?;
    let summary = shelf.summary(then.as_ref())?;
    let word = |name: &str| told.words().get(name).cloned().unwrap_or_default();
    let (now, when) = (shelf.summary(told.state.as_ref())?, shelf.when(then.as_ref()));
    let stale = when != shelf.when(told.state.as_ref()) || summary.open && !now.open;
    Some(Letter {
        about: About::Record { code: summary.code, unit: summary.unit, when, stale },
        erased: now.erased,
        phone: word(field::PHONE),
        email: word(field::EMAIL),
        former: Default::default(),
        secret: String::new(),
        confirmed: false,
        confirmation: String::new(),
    })
}

/// The cases of messages, and their keys, by handle.
type CasesTold = (HashMap<[u8; 16], Told>, HashMap<[u8; 16], CaseKey>);

fn cases_of(db: &mut Db, keys: &mut Keys, district: i64, messages: &[&Message]) -> Result<CasesTold> {
    let mut args = args![district];
    args.extend((0..CASES_MOST).map(|n| Value::from(&messages[n.min(messages.len() - 1)].record.0)));
    let rows = db.query(CASES, &args)?;
    let streams: Vec<[u8; 16]> = messages.iter().map(|m| m.record.0).collect();
    let found = keys.case_keys(&streams)?;
    let mut cases: HashMap<[u8; 16], Told> = HashMap::new();
    for row in &rows {
        let (stream, seq, version) = (row.array("stream")?, row.int("seq")?.unsigned_abs(), row.int("version")?);
        let body = read::body::<Cases>(row.bytes("body")?)?;
        let told = cases.entry(stream).or_default();
        told.former.push(told.addresses());
        let addressed = changes_fields(&body.event);
        if addressed {
            let sealed = row.opt_bytes("sealed")?;
            let private = vault::opened(found.get(&stream), district, &stream, version, sealed)?;
            told.texts.take(&body.event, &private);
        }
        told.bodies.push((seq, body));
    }
    Ok((cases, found))
}

/// A case's events, and its addresses as they are now.
#[derive(Default)]
struct Told {
    bodies: Vec<(u64, Body<Event>)>,
    texts: Texts,
    /// The addresses before each event.
    former: Vec<(String, String)>,
}

impl Told {
    /// Phone number and e-mail address.
    fn addresses(&self) -> (String, String) {
        (self.texts.field(field::PHONE).to_owned(), self.texts.field(field::EMAIL).to_owned())
    }

    fn letter(&self, message: &Message, key: Option<&CaseKey>) -> Option<Letter> {
        let at = self.bodies.iter().position(|(seq, _)| *seq == message.seq)?;
        let (_, body) = &self.bodies[at];
        let until = self.bodies.iter().filter(|(seq, _)| *seq <= message.seq).map(|(_, body)| body);
        let then = replay(message.record, until)?;
        let now = replay(message.record, self.bodies.iter().map(|(_, body)| body))?;
        // One that was replaced or used since would only mislead.
        let live = matches!(body.event, Event::SecretHanded { .. }) && now.opening.secret == then.opening.secret;
        let (phone, email) = self.addresses();
        let secret = key.filter(|_| live && now.opening.secret_trust > Trust::Nothing);
        let (channel, address) = match message.kind {
            Kind::Sms => (Channel::Sms, phone.as_str()),
            Kind::Email => (Channel::Email, email.as_str()),
            Kind::Robot => (Channel::None, ""),
        };
        let confirmed = now.is_confirmed(channel);
        let asks = key.filter(|_| !confirmed && !address.is_empty());
        Some(Letter {
            secret: secret.map(|key| opening::secret(key, then.opening.secret)).unwrap_or_default(),
            confirmed,
            confirmation: asks.map(|key| opening::confirmation(key, address)).unwrap_or_default(),
            former: self.former.get(at).cloned().unwrap_or_default(),
            about: About::Case { event: Box::new(body.event.clone()), then: Box::new(then) },
            erased: self.bodies.iter().any(|(_, b)| matches!(b.event, Event::Erased { .. })),
            phone,
            email,
        })
    }
}
