//! What tests share: units, categories and the people who act; for tests of the rules a [`Town`] in memory, in which an act is
//! done as the writer does it: with all that it asks of other records, or not at all; and for tests of the desk and of all
//! above it, with the feature `desk`, a `Founded` district on a real database.

#![allow(clippy::expect_used, clippy::unwrap_used)] // A test that can't go on says so.

#[cfg(feature = "desk")]
mod founded;
mod kept;

#[cfg(feature = "desk")]
pub use founded::{Founded, Plan, founder, on_disk, options, places};
pub use kept::kept;

use domain::case::{Act as CaseAct, Cases, Fields, Raise};
use domain::district::{Category, District, Responsible, Unit, UnitKind};
use domain::handle::CaseId;
use domain::register::{
    Ask, DEPTH_MOST, Decided, Facts, Fresh, On, Past, Recorded, Register, Registers, Shelf, Stamp, Thing,
};
use domain::visit::Visit;
use domain::{Actor, Moment, Refusal, Role, Why};
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The moment of a text: `2023-05-04T09:00`, by the clock on the wall.
///
/// # Panics
/// It is no moment.
pub fn at(text: &str) -> Moment {
    Moment::from_local(text.parse().expect("a moment"))
}

/// Somebody at a post of a unit.
pub fn staff(unit: &str, role: Role) -> Actor {
    Actor::Staff { account: 1, unit: unit.into(), role }
}

/// A unit of a kind.
pub fn unit(code: &str, kind: UnitKind) -> Unit {
    let (zh, en) = (format!("{code}单位"), format!("unit {code}"));
    Unit { code: code.into(), zh, en, kind, parent: None, closed: false, at: None }
}

/// A category for which a unit is responsible.
pub fn category(code: &str, unit: &str) -> Category {
    let responsible = Responsible::Unit(unit.into());
    let (zh, en) = (format!("{code}类别"), format!("category {code}"));
    Category { code: code.into(), zh, en, responsible, tracks: Vec::new(), keywords: Vec::new() }
}

/// A district with two streets, some offices and one category.
pub fn district() -> District {
    let streets = ["street-1", "street-2"].map(|code| unit(code, UnitKind::Street));
    let offices = ["water", "housing", "traffic", "party-school"].map(|code| unit(code, UnitKind::Bureau));
    let units = streets.into_iter().chain(offices).map(|unit| (unit.code.clone(), unit)).collect();
    let mut district = District { units, ..District::default() };
    let parking = Category { responsible: Responsible::StreetOfPlace, ..category("parking", "") };
    district.catalogue.categories.push(parking);
    district
}

/// The kinds of the events that an act led to, those of the records that it asked for behind its own; or its refusal.
pub type Done = Result<Vec<&'static str>, Refusal>;

/// A record: its state, and its events as they are stored.
struct Record {
    shelf: &'static dyn Shelf,
    state: Box<Thing>,
    events: Vec<(Vec<u8>, Fields)>,
}

impl Clone for Record {
    fn clone(&self) -> Record {
        Record { shelf: self.shelf, state: self.shelf.copy(self.state.as_ref()), events: self.events.clone() }
    }
}

/// An act that a record was asked for.
pub type Asked = Arc<dyn Any + Send + Sync>;

/// Records of all registers in memory.
#[derive(Clone)]
pub struct Town {
    registers: Registers,
    /// The district that decisions read.
    pub district: District,
    /// What time it is.
    pub now: Moment,
    records: BTreeMap<CaseId, Record>,
    asked: Vec<Asked>,
    handles: u16,
}

impl Town {
    /// An empty town in the [`district`], at a moment as [`at`] reads it.
    ///
    /// # Panics
    /// It is no moment.
    pub fn new(registers: Registers, now: &str) -> Town {
        Town { registers, district: district(), now: at(now), records: BTreeMap::new(), asked: Vec::new(), handles: 0 }
    }

    /// A record begins with an act: its handle, and what happened.
    ///
    /// # Errors
    /// The refusal; nothing is there then.
    pub fn begin<R: Register>(&mut self, actor: &Actor, act: R::Act) -> Result<(CaseId, Vec<&'static str>), Refusal> {
        let id = self.handle();
        self.begin_as::<R>(id, actor, act).map(|kinds| (id, kinds))
    }

    /// [`Town::begin`] under a handle that the test knows.
    ///
    /// # Errors
    /// As there.
    pub fn begin_as<R: Register>(&mut self, id: CaseId, actor: &Actor, act: R::Act) -> Done {
        self.whole(|town| town.ask(actor, Ask::of::<R>(On::Begin(id), act), 0))
    }

    /// A record as a test needs it, whatever brought it about.
    pub fn put<R: Register>(&mut self, id: CaseId, state: R::State) {
        let shelf = self.shelf(R::CODE);
        self.records.insert(id, Record { shelf, state: Box::new(state), events: Vec::new() });
    }

    /// An act on a record.
    ///
    /// # Errors
    /// The refusal; everything is as it was then.
    pub fn act<R: Register>(&mut self, id: CaseId, actor: &Actor, act: R::Act) -> Done {
        self.whole(|town| town.ask(actor, Ask::of::<R>(On::Record(id), act), 0))
    }

    /// A record as it is now.
    ///
    /// # Panics
    /// There is no such record in the register.
    pub fn record<R: Register>(&self, id: CaseId) -> &R::State {
        self.find::<R>(id).expect("a record of this register")
    }

    /// A record, if it is there.
    pub fn find<R: Register>(&self, id: CaseId) -> Option<&R::State> {
        self.records.get(&id)?.state.downcast_ref()
    }

    /// Every record of a register, by its handle.
    pub fn all<R: Register>(&self) -> impl Iterator<Item = (CaseId, &R::State)> {
        self.records.iter().filter_map(|(id, record)| Some((*id, record.state.downcast_ref()?)))
    }

    /// What was written about a record, the latest of each name; nothing once it is erased.
    pub fn words(&self, id: CaseId) -> Fields {
        let events = self.records.get(&id).into_iter().flat_map(|record| &record.events);
        events.flat_map(|(_, private)| private.clone()).collect()
    }

    /// Every act of a register that another record asked for, in order.
    pub fn asked<R: Register>(&self) -> Vec<&R::Act> {
        self.asked.iter().filter_map(|act| act.downcast_ref()).collect()
    }

    /// What other records asked to be raised as cases, in order.
    pub fn raised(&self) -> Vec<&Raise> {
        let acts = self.asked::<Cases>().into_iter();
        acts.filter_map(|act| if let CaseAct::Raise(raise) = act { Some(raise.as_ref()) } else { None }).collect()
    }

    fn shelf(&self, code: &str) -> &'static dyn Shelf {
        self.registers.iter().copied().find(|shelf| shelf.code() == code).expect("a register")
    }

    fn handle(&mut self) -> CaseId {
        self.handles += 1;
        let [high, low] = self.handles.to_be_bytes();
        CaseId([high, low, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7])
    }

    /// All of it, or nothing.
    fn whole(&mut self, act: impl FnOnce(&mut Town) -> Done) -> Done {
        let before = self.clone();
        let done = act(self);
        if done.is_err() {
            *self = before;
        }
        done
    }

    fn ask(&mut self, actor: &Actor, ask: Ask, depth: usize) -> Done {
        if depth > DEPTH_MOST {
            return Err(Refusal::new(Why::TooDeep));
        }
        let shelf = self.shelf(ask.register);
        let id = match ask.on {
            On::New => self.handle(),
            On::Begin(id) | On::Record(id) => id,
        };
        let mut record = match (ask.on, self.records.get(&id)) {
            (On::Record(_), None) => return Err(Refusal::new(Why::NoSuchRecord)),
            (On::Record(_), Some(there)) => there.clone(),
            (_, there) => {
                assert!(there.is_none(), "a record begins that is there already");
                Record { shelf, state: shelf.blank(id), events: Vec::new() }
            }
        };
        let decided = self.decide(id, &record, actor, &ask, depth)?;
        let (mut kinds, mut further) = (Vec::new(), Vec::new());
        for deed in decided {
            match deed {
                Decided::Event(event, private) => kinds.push(self.happen(&mut record, actor, event, private)),
                Decided::Ask(ask) => further.push(ask),
            }
        }
        self.records.insert(id, record);
        if depth > 0 {
            self.asked.push(Arc::from(ask.act));
        }
        for ask in further {
            kinds.extend(self.ask(actor, ask, depth + 1)?);
        }
        Ok(kinds)
    }

    fn decide(
        &mut self,
        id: CaseId,
        record: &Record,
        actor: &Actor,
        ask: &Ask,
        depth: usize,
    ) -> Result<Vec<Decided>, Refusal> {
        let fresh = Fresh { code: "AAAA-AAAA-AAA", digits: "123456", handle: self.handle() };
        let needs = record.shelf.needs(record.state.as_ref(), ask.act.as_ref());
        let near = needs.near.iter().filter_map(|near| {
            let state = if *near == id { record.state.as_ref() } else { self.records.get(near)?.state.as_ref() };
            Some((*near, state))
        });
        let near: Vec<(CaseId, &Thing)> = near.collect();
        let past: Vec<Past> = needs.past.iter().filter_map(|id| Some(past(*id, self.records.get(id)?))).collect();
        let (now, visit, district) = (self.now, Visit::BEST, &self.district);
        let facts = Facts { now, actor, visit, asked: depth > 0, district, fresh, near: &near, past: &past };
        record.shelf.decide(record.state.as_ref(), ask.act.as_ref(), &facts)
    }

    /// Applies an event, which is read back from its bytes, so that none is there which can't be stored.
    fn happen(&self, record: &mut Record, actor: &Actor, event: Box<Thing>, private: Fields) -> &'static str {
        let stamp = Stamp { nonce: String::new(), at: self.now, by: actor, because: None };
        let mut apart = record.shelf.copy(record.state.as_ref());
        let happened = record.shelf.happen(apart.as_mut(), event, stamp).expect("an event that can be stored");
        let body = record.shelf.read(&happened.bytes).expect("an event that can be read back");
        record.shelf.evolve(record.state.as_mut(), body.as_ref());
        record.events.push((happened.bytes, private));
        if happened.erases {
            record.events.iter_mut().for_each(|(_, private)| private.clear());
        }
        happened.kind
    }
}

/// The events of a record with what was written.
fn past(id: CaseId, record: &Record) -> Past {
    let event = |(n, (bytes, private)): (usize, &(Vec<u8>, Fields))| Recorded {
        version: n as u64 + 1,
        body: record.shelf.read(bytes).expect("an event that can be read back"),
        private: private.clone(),
    };
    Past { id, events: record.events.iter().enumerate().map(event).collect() }
}
