//! What happened in a hall without network, written into this ledger: each event once, however often it is merged, under the
//! hall's handles, codes and keys. A record that went on here in the meantime is left as it is here, and named.

use super::deed::{Entry, Held};
use super::{Writer, hex};
use crate::outcome::Failure;
use domain::case::{CaseId, Fields};
use domain::district::{Command, DISTRICT_STREAM, District, Districts};
use domain::register::{Ask, Happened, On, erases};
use domain::visit::Visit;
use domain::{Actor, Moment};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use store::StoreError;
use store::hall::{self, Carried};
use store::{outbox, rows, stream};

/// A hall's ledger.
pub struct Hall {
    /// The origin line of its checkpoints; none: it is what a hall takes along of its own district.
    pub origin: Option<String>,
    /// Its last checkpoint.
    pub checkpoint: Vec<u8>,
    /// How many entries it has.
    pub size: u64,
    /// What happened there.
    pub events: Vec<Carried>,
}

/// What became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Events that were taken over now.
    pub taken: u64,
    /// Events that were here already.
    pub before: u64,
    /// Records that went on otherwise here: their code, and how many of their events were left out.
    pub left: Vec<(String, u64)>,
    /// Cases that are here now: their code, and the ledger index of their first entry, from which a new receipt is made.
    pub cases: Vec<(String, u64)>,
}

/// A merge that is being planned.
struct Taking {
    /// When: one moment for all of it.
    now: Moment,
    changed: HashMap<CaseId, Held>,
    entries: Vec<(Entry, String)>,
    new_keys: Vec<(CaseId, [u8; 32])>,
    /// The index here of an event there.
    places: HashMap<u64, u64>,
    /// Records that went on otherwise here.
    left: HashMap<CaseId, u64>,
    merged: Merged,
}

impl Writer {
    /// Takes over what happened in a hall, all of it that fits or nothing.
    pub(super) fn merge(&mut self, hall: &Hall) -> Result<Merged, Failure> {
        if let Some(hold) = self.shared.standing.held() {
            return Err(Failure::Held(hold));
        }
        let mut taking = Taking {
            now: self.now(),
            changed: HashMap::new(),
            entries: Vec::new(),
            new_keys: Vec::new(),
            places: HashMap::new(),
            left: HashMap::new(),
            merged: Merged::default(),
        };
        for event in &hall.events {
            self.take(&mut taking, event)?;
        }
        let Taking { now, mut changed, entries, new_keys, left, mut merged, .. } = taking;
        for (id, count) in left {
            let code = match self.hold(id)? {
                Some(held) => held.shelf.code_of(held.state.as_ref()).unwrap_or_default(),
                None => String::new(),
            };
            merged.left.push((code, count));
        }
        merged.left.sort();
        if merged.taken == 0 {
            return Ok(merged);
        }
        new_keys.into_iter().for_each(|(id, key)| self.log.take_key(id, key));
        let mut appended = entries.into_iter().try_for_each(|(entry, calendar)| self.append_one(entry, now, &calendar));
        if let (Ok(()), Some(district)) = (&appended, changed.remove(&DISTRICT_STREAM)) {
            appended = self.take_district(district, true);
        }
        self.held.extend(changed);
        let noted = appended.map_err(Failure::from).and_then(|()| self.note_merge(hall, &merged));
        if let Err(e) = noted {
            // Some of it may be in the group already.
            self.spoilt = Some(StoreError::Other(e.to_string()));
            return Err(e);
        }
        Ok(merged)
    }

    /// Says in the district's own stream which ledger was merged, by its last checkpoint.
    fn note_merge(&mut self, hall: &Hall, merged: &Merged) -> Result<(), Failure> {
        let Some(origin) = &hall.origin else { return Ok(()) };
        let command = Command::MergeHall {
            hall: origin.clone(),
            checkpoint: hex(&Sha256::digest(&hall.checkpoint)),
            size: hall.size,
            taken: merged.taken,
            left: merged.left.iter().map(|(_, count)| count).sum(),
        };
        let ask = Ask::of::<Districts>(On::Record(DISTRICT_STREAM), command);
        let (actor, visit) = (Actor::command_line(), Visit::BEST);
        self.execute(&super::Order { actor, visit, seen: None, ask, files: Vec::new(), once: None }).map(drop)
    }

    fn take(&mut self, taking: &mut Taking, event: &Carried) -> Result<(), Failure> {
        let id = event.stream;
        if let Some(count) = taking.left.get_mut(&id) {
            *count += 1;
            return Ok(());
        }
        let body: Value = serde_json::from_slice(&event.body).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        let because = body.get("because").and_then(Value::as_u64);
        let version = match taking.changed.get(&id) {
            Some(held) => held.version(),
            None => self.hold(id)?.map_or(0, Held::version),
        };
        if event.version <= version {
            return self.was_here(taking, event, &body);
        }
        // What asked for it is here, too, or it has no ground to stand on.
        let because_here = because.map(|seq| taking.places.get(&seq).copied());
        if event.version != version + 1 || because_here == Some(None) {
            taking.left.insert(id, 1);
            return Ok(());
        }
        self.take_over(taking, event, body, because_here.flatten())
    }

    /// An event that is here already, or another one in its place.
    fn was_here(&mut self, taking: &mut Taking, event: &Carried, body: &Value) -> Result<(), Failure> {
        let here = hall::event(self.log.db(), self.number, event.stream, event.version)?;
        let nonce = |body: &Value| body.get("nonce").cloned();
        let same = here.and_then(|(seq, bytes)| {
            let of: Value = serde_json::from_slice(&bytes).ok()?;
            (nonce(&of) == nonce(body)).then_some(seq)
        });
        match same {
            Some(seq) => {
                taking.places.insert(event.seq, seq);
                taking.merged.before += 1;
            }
            None => drop(taking.left.insert(event.stream, 1)),
        }
        Ok(())
    }

    fn take_over(
        &mut self,
        taking: &mut Taking,
        event: &Carried,
        mut body: Value,
        because: Option<u64>,
    ) -> Result<(), Failure> {
        let (id, now) = (event.stream, taking.now);
        let corrupt = |e: serde_json::Error| StoreError::Corrupt(e.to_string());
        if let Some(body) = body.as_object_mut() {
            let at = body.get("at").cloned().unwrap_or_default();
            body.entry("in_hall").or_insert(at);
            body.insert("at".to_owned(), now.0.into());
            because.into_iter().for_each(|seq| drop(body.insert("because".to_owned(), seq.into())));
        }
        let bytes = serde_json::to_vec(&body).map_err(corrupt)?;
        let (shelf, body) = stream::read(self.registers, id, &event.kind, &bytes)?;
        let seq = self.log.size() + taking.entries.len() as u64;
        let mut held = match taking.changed.remove(&id) {
            Some(held) => held,
            None => match self.hold(id)? {
                Some(held) => Held { state: shelf.copy(held.state.as_ref()), ..*held },
                None => Held { shelf, state: shelf.blank(id), first: seq, last: None },
            },
        };
        if event.version == 1
            && let Some(key) = event.key
        {
            taking.new_keys.push((id, key));
        }
        shelf.evolve(held.state.as_mut(), body.as_ref());
        if event.version == 1 {
            self.has_a_free_code(id, &held)?;
        }
        let state = held.state.as_ref();
        let mut writes = rows::project(self.number, (held.first, seq), shelf, state, body.as_ref());
        writes.extend(outbox::project(self.number, (id, seq), shelf, state, body.as_ref()));
        let kind = shelf.kinds().iter().copied().find(|kind| *kind == event.kind).unwrap_or_default();
        let (public, erases) = (shelf.public(state), erases(kind));
        let under = shelf.summary(state).and_then(|summary| summary.under);
        let calendar = match state.downcast_ref::<District>() {
            Some(district) => district.calendar.version(),
            None => self.district.calendar.version(),
        };
        let private = if event.key.is_some() { event.private.clone() } else { Fields::new() };
        let happened = Happened { kind, body, bytes, public, erases };
        let (version, previous) = (held.version(), held.last.replace(seq));
        if shelf.code() == "case" && event.version == 1 {
            taking.merged.cases.push((shelf.code_of(state).unwrap_or_default(), seq));
        }
        taking
            .entries
            .push((Entry { stream: id, under, version, previous, happened, private, rows: writes }, calendar));
        taking.places.insert(event.seq, seq);
        taking.merged.taken += 1;
        taking.changed.insert(id, held);
        Ok(())
    }

    /// Codes are drawn by chance in each ledger: that two are the same is next to impossible, and then nothing is merged.
    fn has_a_free_code(&mut self, id: CaseId, held: &Held) -> Result<(), Failure> {
        let Some(code) = held.shelf.code_of(held.state.as_ref()) else { return Ok(()) };
        match hall::with_code(self.log.db(), self.number, &code)? {
            Some(other) if other != id => {
                Err(StoreError::Refused(format!("the code {code} is another record's")).into())
            }
            _ => Ok(()),
        }
    }
}
