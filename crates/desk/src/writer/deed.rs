//! An act on a record of any register: decided, with all that it asks of other records, and then appended. Refused, it
//! leaves nothing behind, whatever part of it was decided before.

use super::Writer;
use crate::once::{Kept, Once};
use crate::outcome::{Begun, Done, Failure};
use domain::case::{CaseId, Fields, Visit};
use domain::district::{DISTRICT_STREAM, District};
use domain::register::{
    Ask, DEPTH_MOST, Decided, Facts, Fresh, Handed, Happened, Needs, On, Past, Shelf, Stamp, Thing,
};
use domain::{Actor, Moment, Refusal, Why};
use std::collections::HashMap;
use store::db::Write;
use store::log::Pending;
use store::{StoreError, outbox, read, rows, stream};

/// A record as the writer holds it while a group is open.
pub(super) struct Held {
    pub(super) shelf: &'static dyn Shelf,
    pub(super) state: Box<Thing>,
    pub(super) first: u64,
    pub(super) last: Option<u64>,
}

impl Held {
    pub(super) fn version(&self) -> u64 {
        self.shelf.version(self.state.as_ref())
    }
}

/// What is asked of the writer: an act, by whom, and what comes with it.
pub(crate) struct Order {
    pub(crate) actor: Actor,
    pub(crate) visit: Visit,
    /// The version of the record that the actor has seen.
    pub(crate) seen: Option<u64>,
    pub(crate) ask: Ask,
    /// The files that the act names.
    pub(crate) files: Vec<Kept>,
    pub(crate) once: Option<Once>,
}

impl Order {
    /// Whether a record begins with it.
    pub(crate) fn begins(&self) -> bool {
        !matches!(self.ask.on, On::Record(_))
    }
}

/// An event that is decided, with everything that its entry, its rows and its messages need.
pub(super) struct Entry {
    pub(super) stream: CaseId,
    /// The record that this one is a part of.
    pub(super) under: Option<CaseId>,
    pub(super) version: u64,
    pub(super) previous: Option<u64>,
    pub(super) happened: Happened,
    pub(super) private: Fields,
    pub(super) rows: Vec<Write>,
}

/// What an act comes to before anything of it is appended.
#[derive(Default)]
struct Plan {
    changed: HashMap<CaseId, Held>,
    entries: Vec<Entry>,
    /// The records that begin and have a key.
    begun: Vec<CaseId>,
    /// The records that begin because the act asks for them.
    asked: Vec<CaseId>,
    files: Vec<(CaseId, [u8; 32])>,
    /// Records that were handled before and are not any more.
    over: Vec<CaseId>,
}

/// Who acts, and when.
struct By<'a> {
    actor: &'a Actor,
    visit: Visit,
    now: Moment,
    /// The ledger index of the event whose act asks, and how deep that is.
    because: Option<u64>,
    depth: usize,
}

impl Writer {
    /// Does what is asked. A key that was used before gives the answer that it got then.
    pub(super) fn execute(&mut self, order: &Order) -> Result<Done, Failure> {
        self.is_let(order)?;
        if let Some(Once { key, request }) = order.once
            && let Some(done) = read::done(self.log.db(), self.number, &key.0)?
        {
            return self.done_before(order, &done, &request);
        }
        let mut plan = Plan::default();
        let by = By { actor: &order.actor, visit: order.visit, now: self.now(), because: None, depth: 0 };
        let planned = self.plan(&mut plan, &by, &order.ask, order.seen, &order.files);
        let ready = planned.and_then(|id| Ok((self.keyed(order, id)?, self.answer(order, id, &plan)?)));
        match ready {
            Ok((once, done)) => self.append(plan, order, done, by.now, once),
            Err(e) => {
                plan.begun.into_iter().for_each(|id| self.log.forget_key(id));
                Err(e)
            }
        }
    }

    /// A token acts while it is open, and at its own post.
    fn is_let(&mut self, order: &Order) -> Result<(), Failure> {
        let now = self.now();
        if self.district.lets_act(&order.actor, now) { Ok(()) } else { Err(Refusal::new(Why::NotYours).into()) }
    }

    /// The request's hash as it will be kept. Asked for before anything is appended: a key store that does not answer
    /// then leaves no command half done.
    fn keyed(&mut self, order: &Order, id: CaseId) -> Result<Option<Once>, StoreError> {
        let Some(Once { key, request }) = order.once else { return Ok(None) };
        let seals = self.shelf(order.ask.register).is_some_and(|shelf| shelf.seals());
        let request = if seals { self.log.fingerprint(id, &request)? } else { request };
        Ok(Some(Once { key, request }))
    }

    fn shelf(&self, code: &str) -> Option<&'static dyn Shelf> {
        self.registers.iter().copied().find(|shelf| shelf.code() == code)
    }

    /// Decides an act and everything that it asks for, and returns the record.
    fn plan(
        &mut self,
        plan: &mut Plan,
        by: &By<'_>,
        ask: &Ask,
        seen: Option<u64>,
        files: &[Kept],
    ) -> Result<CaseId, Failure> {
        if by.depth > DEPTH_MOST {
            return Err(Refusal::new(Why::TooDeep).into());
        }
        let shelf = self.shelf(ask.register).ok_or(Refusal::new(Why::NoSuchCase))?;
        let (id, mut held, fresh) = match ask.on {
            On::New | On::Begin(_) => {
                // What holds the intake holds whatever an act would begin, too.
                if let Some(hold) = self.shared.standing.held() {
                    return Err(Failure::Held(hold));
                }
                let fresh = (self.entropy.case_code(), self.entropy.digits());
                let first = self.log.size() + plan.entries.len() as u64;
                let id = if let On::Begin(id) = ask.on { id } else { self.entropy.handle(first) };
                // A handle is fresh, or an event names a record that is another's.
                if plan.changed.contains_key(&id) || self.hold(id)?.is_some() {
                    return Err(StoreError::Other("a record begins that is there already".into()).into());
                }
                (id, Held { shelf, state: shelf.blank(id), first, last: None }, fresh)
            }
            On::Record(id) => (id, self.copy(plan, id, shelf)?, Default::default()),
        };
        let handle = self.entropy.handle(self.log.size() + plan.entries.len() as u64 + 1);
        if seen.is_some_and(|seen| seen != held.version()) {
            return Err(Refusal::new(Why::Changed).into());
        }
        let decided = self.decide(plan, by, (id, &held), ask, Fresh { code: &fresh.0, digits: &fresh.1, handle })?;
        let begins = !matches!(ask.on, On::Record(_));
        if begins && shelf.seals() {
            self.log.make_key(id, self.entropy.rng());
            plan.begun.push(id);
        }
        if begins && by.depth > 0 {
            plan.asked.push(id);
        }
        let names = self.names(plan, id, files)?;
        let (was_open, mut asks) = (shelf.is_open(held.state.as_ref()), Vec::new());
        for deed in decided {
            match deed {
                Decided::Event(event, private) => self.happen(plan, by, (id, &mut held), (event, private), &names)?,
                // Asked because of the event in front of it.
                Decided::Ask(further) => asks.push((further, held.last)),
            }
        }
        if was_open && !shelf.is_open(held.state.as_ref()) {
            plan.over.push(id);
        }
        plan.changed.insert(id, held);
        for (further, because) in &asks {
            let because = *because;
            let by = By { because, depth: by.depth + 1, ..*by };
            self.plan(plan, &by, further, None, &[])?;
        }
        Ok(id)
    }

    /// The record as this act found it or left it so far, to go on with.
    fn copy(&mut self, plan: &Plan, id: CaseId, shelf: &'static dyn Shelf) -> Result<Held, Failure> {
        let held = match plan.changed.get(&id) {
            Some(held) => held,
            None => self.hold(id)?.ok_or(Refusal::new(Why::NoSuchCase))?,
        };
        if held.shelf.code() != shelf.code() {
            return Err(Refusal::new(Why::NoSuchCase).into());
        }
        Ok(Held { state: shelf.copy(held.state.as_ref()), ..*held })
    }

    /// A record with what this group has done to it so far; none if there is no such record.
    pub(super) fn hold(&mut self, id: CaseId) -> Result<Option<&Held>, StoreError> {
        if !self.held.contains_key(&id) {
            let held = if id == DISTRICT_STREAM {
                let shelf = self.shelf("district");
                let state = Box::new(self.district.clone());
                shelf.map(|shelf| Held { shelf, state, first: 0, last: self.district_last })
            } else {
                let record = stream::record(self.log.db(), self.registers, self.number, id)?;
                record.map(|r| Held { shelf: r.shelf, state: r.state, first: r.first, last: Some(r.last) })
            };
            let Some(held) = held else { return Ok(None) };
            self.held.insert(id, held);
        }
        Ok(self.held.get(&id))
    }

    /// Asks the register, with everything that the decision may read.
    fn decide(
        &mut self,
        plan: &Plan,
        by: &By<'_>,
        (id, held): (CaseId, &Held),
        ask: &Ask,
        fresh: Fresh<'_>,
    ) -> Result<Vec<Decided>, Failure> {
        let Needs { near, past } = held.shelf.needs(held.state.as_ref(), ask.act.as_ref());
        for other in &near {
            self.hold(*other)?;
        }
        let (mut known, registers, number) = (Vec::with_capacity(past.len()), self.registers, self.number);
        for id in past {
            known.push(self.log.with_both(|db, keys| stream::past(db, keys, registers, number, id))?);
        }
        let past: &[Past] = &known;
        let state = |other: CaseId| -> Option<&Thing> {
            match plan.changed.get(&other).or_else(|| self.held.get(&other)) {
                _ if other == id => Some(held.state.as_ref()),
                found => found.map(|held| held.state.as_ref()),
            }
        };
        let near: Vec<(CaseId, &Thing)> = near.into_iter().filter_map(|id| Some((id, state(id)?))).collect();
        let (now, actor, visit, district) = (by.now, by.actor, by.visit, &self.district);
        let asked = by.depth > 0;
        let facts = Facts { now, actor, visit, asked, district, fresh, near: &near, past };
        Ok(held.shelf.decide(held.state.as_ref(), ask.act.as_ref(), &facts)?)
    }

    /// The names of files under the record's key.
    fn names(&mut self, plan: &mut Plan, id: CaseId, files: &[Kept]) -> Result<Vec<String>, StoreError> {
        let mut names = Vec::with_capacity(files.len());
        for file in files {
            let name = self.log.photo_name(id, &file.hash)?;
            plan.files.push((id, name));
            names.push(super::hex(&name));
        }
        Ok(names)
    }

    /// Applies a decided event to the record, and makes ready what will be appended.
    fn happen(
        &mut self,
        plan: &mut Plan,
        by: &By<'_>,
        (id, held): (CaseId, &mut Held),
        (mut event, private): (Box<Thing>, Fields),
        names: &[String],
    ) -> Result<(), StoreError> {
        if !private.is_empty() {
            self.log.need_key(id)?;
        }
        if let Some(files) = held.shelf.files(event.as_mut()) {
            *files = names.to_vec();
        }
        let seq = self.log.size() + plan.entries.len() as u64;
        let nonce = super::hex(&self.entropy.bytes::<16>());
        let stamp = Stamp { nonce, at: by.now, by: by.actor, because: by.because };
        let happened = held.shelf.happen(held.state.as_mut(), event, stamp);
        let happened = happened.map_err(|e| StoreError::Other(e.to_string()))?;
        let (state, body) = (held.state.as_ref(), happened.body.as_ref());
        let mut rows = rows::project(self.number, (held.first, seq), held.shelf, state, body);
        rows.extend(outbox::project(self.number, (id, seq), held.shelf, state, body));
        let (version, previous) = (held.version(), held.last.replace(seq));
        let under = held.shelf.summary(held.state.as_ref()).and_then(|summary| summary.under);
        plan.entries.push(Entry { stream: id, under, version, previous, happened, private, rows });
        Ok(())
    }

    /// Appends what was planned to the open group: all of it, or the group must not become history.
    fn append(
        &mut self,
        plan: Plan,
        order: &Order,
        done: Done,
        now: Moment,
        once: Option<Once>,
    ) -> Result<Done, Failure> {
        let Plan { mut changed, entries, files, over, .. } = plan;
        let loads = entries.iter().any(|e| e.stream == DISTRICT_STREAM && e.happened.kind == "calendar_loaded");
        let changes = changed.get(&DISTRICT_STREAM).and_then(|held| held.state.downcast_ref());
        // What loads a calendar is the first entry under it.
        let calendar = changes.unwrap_or(&self.district).calendar.version();
        let filed = files
            .into_iter()
            .zip(&order.files)
            .try_for_each(|((id, name), file)| self.log.file(id, &name, &file.kind, &file.bytes, self.entropy.rng()));
        let appended =
            filed.and_then(|()| entries.into_iter().try_for_each(|entry| self.append_one(entry, now, &calendar)));
        let taken = appended.and_then(|()| match changed.remove(&DISTRICT_STREAM) {
            Some(district) => self.take_district(district, loads),
            None => Ok(()),
        });
        if let Err(e) = taken {
            // Some of it may be in the group already.
            self.spoilt = Some(e.clone());
            return Err(e.into());
        }
        self.held.extend(changed);
        self.over.extend(over);
        if let Some(Once { key, request }) = once {
            self.log.done(&key.0, &request, done.id, done.index);
            self.keys.insert(key);
        }
        Ok(done)
    }

    pub(super) fn append_one(&mut self, entry: Entry, now: Moment, calendar: &str) -> Result<(), StoreError> {
        let Entry { stream, under, version, previous, happened, private, rows } = entry;
        let Happened { kind, bytes, public, erases, .. } = happened;
        let pending =
            Pending { stream, version, previous, kind, at: now, body: bytes, private: &private, public, calendar };
        let seq = self.log.size();
        self.log.append(pending, self.entropy.rng())?;
        // Who follows a record is told of its parts, too.
        self.touched.extend([Some(stream), under].into_iter().flatten().map(|id| (id, seq)));
        self.log.rows(rows);
        if erases {
            self.log.erase(stream);
        }
        Ok(())
    }

    /// The district after an act on it: what all further decisions stand on. `loads`: a calendar table was loaded, which
    /// may move dates.
    pub(super) fn take_district(&mut self, held: Held, loads: bool) -> Result<(), StoreError> {
        self.held.remove(&DISTRICT_STREAM);
        let Ok(district) = held.state.downcast::<District>() else { return Ok(()) };
        (self.district, self.district_last, self.changed) = (*district, held.last, true);
        if loads {
            self.moved_to = Some(-1);
        }
        self.log.keys().tag_units(&mut self.district)
    }

    /// What is said after the commit.
    fn answer(&mut self, order: &Order, id: CaseId, plan: &Plan) -> Result<Done, StoreError> {
        let own = || plan.entries.iter().filter(|e| e.stream == id);
        let Some(held) = plan.changed.get(&id) else {
            return Err(StoreError::Other("an act without its record".into()));
        };
        let begun = order.begins();
        let asked = plan.asked.iter().filter_map(|id| Some((id, plan.changed.get(id)?))).map(|(id, held)| Begun {
            register: held.shelf.code(),
            id: *id,
            code: held.shelf.code_of(held.state.as_ref()).unwrap_or_default(),
            index: held.first,
        });
        let private = own().next().filter(|_| begun).map(|e| e.private.clone()).unwrap_or_default();
        let handed = if begun { held.shelf.handed(held.state.as_ref(), &private) } else { Handed::default() };
        let secret = match handed.secret {
            Some(no) => self.log.opening_secret(id, no)?,
            None => String::new(),
        };
        Ok(Done {
            id,
            code: held.shelf.code_of(held.state.as_ref()).unwrap_or_default(),
            version: held.version(),
            first: held.first,
            index: held.last.unwrap_or(held.first),
            kinds: own().map(|e| e.happened.kind).collect(),
            due: own().next_back().and_then(|e| e.happened.public.due.clone()),
            asked: asked.collect(),
            secret,
            digits: handed.digits,
            receipt: String::new(),
            again: false,
        })
    }

    /// The answer that a key got when it was first used.
    fn done_before(&mut self, order: &Order, done: &read::Done, request: &[u8; 32]) -> Result<Done, Failure> {
        let reused = || Failure::from(Refusal::new(Why::KeyReused));
        let shelf = self.shelf(order.ask.register).ok_or_else(reused)?;
        let same = if shelf.seals() { done.is_of(self.log.keys(), request)? } else { done.request == *request };
        let here = match order.ask.on {
            On::New | On::Begin(_) => true,
            On::Record(id) => id == done.stream,
        };
        if !same || !here {
            return Err(reused());
        }
        let version = read::version_at(self.log.db(), self.number, done.seq)?;
        let mut answer = Done { id: done.stream, version, first: done.seq, index: done.seq, ..Done::default() };
        answer.again = true;
        let begun = stream::begun_behind(self.log.db(), self.registers, self.number, done.seq)?;
        answer.asked =
            begun.into_iter().map(|(register, id, code, index)| Begun { register, id, code, index }).collect();
        if order.begins() {
            self.begun_before(&mut answer, done, shelf)?;
        }
        Ok(answer)
    }

    /// Code, secret, digits and receipt of a record that began with the key.
    fn begun_before(&mut self, answer: &mut Done, done: &read::Done, shelf: &dyn Shelf) -> Result<(), Failure> {
        let (id, number, registers) = (done.stream, self.number, self.registers);
        let record = stream::record(self.log.db(), registers, number, id)?;
        // The key was used for an act on something that was there already, or for something else.
        let reused = || Failure::from(Refusal::new(Why::KeyReused));
        let record = record.filter(|r| r.shelf.code() == shelf.code()).ok_or_else(reused)?;
        // What a record begins with stands side by side in the ledger.
        if record.first + answer.version != done.seq + 1 {
            return Err(reused());
        }
        answer.first = record.first;
        let state = record.state.as_ref();
        let receipt = read::receipt(self.log.db(), number, record.first, done.size)?;
        answer.due = ledger::entry::Entry::parse(&receipt.entry).ok().and_then(|e| e.due);
        answer.receipt = receipt.to_text();
        let handed = shelf.handed(state, &self.log.private(id, 1, record.first)?);
        if let Some(no) = handed.secret {
            answer.secret = self.log.opening_secret(id, no)?;
        }
        (answer.digits, answer.code) = (handed.digits, shelf.code_of(state).unwrap_or_default());
        Ok(())
    }
}
