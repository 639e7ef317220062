//! A register (台账): a kind of record. Cases are one, the district is one, and each further system of the district is one.
//!
//! All of them read the same way: a record has a stream of events; an act on it is decided by a pure rule, which gives
//! events of the record and asks for acts on other records; an event makes the state of the record. [`Register`] says this
//! with types, for whoever writes a register; [`Shelf`] says it without, for whoever treats all registers alike.

mod act;
pub mod column;
mod shelf;
mod value;

pub use act::{ActOf, By, Declared, Field, Input, Term, Values, on_request, permitted};
pub use shelf::{Decided, Happened, Of, Registers, Shelf, Stamp, Thing, of_kind};
pub use value::{Line, Plain, Text, Value};

use crate::actor::Actor;
use crate::body::{Body, Fields};
use crate::clock::ClockChange;
use crate::codes::UnitCode;
use crate::district::District;
use crate::handle::CaseId;
use crate::label::Lang;
use crate::moment::Moment;
use crate::refusal::{Refusal, Why};
use crate::rule::{Builtin, RuleId};
use crate::tell::Notice;
use crate::typed;
use crate::visit::Visit;
use calendar::{Date, Due};
use column::Layout;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::Any;

/// How deep acts may ask for further acts: an act, what it asks for, and what that asks for.
pub const DEPTH_MOST: usize = 2;

/// A kind of record, with its types.
pub trait Register: Sized + 'static {
    /// Its code, as it begins the kinds of its events: `meeting` has `meeting.held`. The kinds of cases and of the district
    /// are older and have no such beginning.
    const CODE: &'static str;
    /// The kind of every event, as it stands in the ledger.
    const KINDS: &'static [&'static str];
    /// The reasons of refusal that are this register's own.
    const REASONS: &'static [Why] = &[];
    /// The rules of the clocks that are this register's own.
    const RULES: &'static [Builtin] = &[];
    /// The register of whose records these are parts, as an opinion is of its meeting: they stand in no list of their own.
    const PART_OF: Option<&'static str> = None;
    /// Whether each record has a key of its own, with which its private parts are sealed.
    const SEALS: bool = true;
    /// Lifts an old shape of a stored body to today's, before it is read. `None`: no version wrote another shape, and bodies
    /// are read as they are.
    const LIFT: Option<fn(serde_json::Value) -> serde_json::Value> = None;
    /// The private fields that only the unit which has the record may read, by their names.
    const CLOSED: &'static [&'static str] = &[];
    /// The private fields by whose words a record is found, by their names: what every account of the district may read, and
    /// what names nobody. Without any it is found by its code alone.
    const FOUND: &'static [&'static str] = &[];
    /// A record as its events tell it.
    type State: Clone + Send + 'static;
    /// What can be asked of a record.
    type Act: Send + Sync + 'static;
    /// What can happen to a record. It holds no free text.
    type Event: Clone + Serialize + DeserializeOwned + Send + 'static;

    /// A record before its first event.
    fn blank(id: CaseId) -> Self::State;

    /// How many events a record has.
    fn version(state: &Self::State) -> u64;

    /// The kind of an event, one of [`Register::KINDS`].
    fn kind(event: &Self::Event) -> &'static str;

    /// Its acts, as they are told to other programs.
    fn acts() -> Vec<Declared> {
        Vec::new()
    }

    /// What of other records, and of the past, the decision on an act reads.
    fn needs(_state: &Self::State, _act: &Self::Act) -> Needs {
        Needs::default()
    }

    /// What an act leads to.
    ///
    /// # Errors
    /// A [`Refusal`] that says what to do instead; nothing changes then.
    fn decide(state: &Self::State, act: &Self::Act, facts: &Facts<'_>) -> Result<Vec<Deed<Self::Event>>, Refusal>;

    /// The record after an event. Never fails: an event is a fact.
    fn evolve(state: &mut Self::State, body: &Body<Self::Event>);

    /// What the public entry of an event tells about the record after it.
    fn public(_state: &Self::State) -> Public {
        Public::default()
    }

    /// The files that an event names, each by the SHA-256 of its content as hex. What is stored instead is a name under the
    /// record's key: the hash itself would be the same in every record that has the file.
    fn files(_event: &mut Self::Event) -> Option<&mut Vec<String>> {
        None
    }

    /// The code for paper and messages; none for what has none.
    fn code(_state: &Self::State) -> Option<&str> {
        None
    }

    /// What goes back to whoever began the record, given the private part of its first event.
    fn handed(_state: &Self::State, _private: &Fields) -> Handed {
        Handed::default()
    }

    /// What all lists say of a record; none for what stands in no list of all registers.
    fn summary(_state: &Self::State) -> Option<Summary> {
        None
    }

    /// What a record is called in lists, given its words.
    fn title(_state: &Self::State, _words: &Fields, _lang: Lang) -> String {
        String::new()
    }

    /// What messages about it say, by topic.
    fn topics() -> Vec<Term> {
        Vec::new()
    }

    /// Who is told of an event, and what about, by a topic's code; `state` is the record after it.
    fn told(_state: &Self::State, _body: &Body<Self::Event>) -> Vec<Notice<&'static str>> {
        Vec::new()
    }

    /// When it takes place, as messages say it.
    fn when(_state: &Self::State) -> Option<Moment> {
        None
    }

    /// What is owed now, and by whom, each under a number of its own: the worklist, the lateness and the leader's page read it.
    fn duties(_state: &Self::State) -> Vec<Duty> {
        Vec::new()
    }

    /// The day behind which the district's clock acts on it; none while time alone brings nothing about.
    fn wake(_state: &Self::State) -> Option<Date> {
        None
    }

    /// What the clock tries then, in this order.
    fn by_clock(_state: &Self::State) -> Vec<Self::Act> {
        Vec::new()
    }

    /// Its own table, for figures and filters; none if nothing is counted.
    fn table() -> Option<&'static Layout<Self::State>> {
        None
    }

    /// The acts that an actor can do to a record now: what its page offers. What is left out is refused, too.
    fn offers(_state: &Self::State, _actor: &Actor, _now: Moment) -> Vec<&'static ActOf> {
        Vec::new()
    }

    /// An act from what was handed in.
    ///
    /// # Errors
    /// What is wrong, field by field.
    fn read(_code: &str, _values: &Values) -> Result<Self::Act, Vec<Refusal>> {
        Err(vec![Refusal::new(Why::NoSuchAct)])
    }

    /// Whether the record is still being handled: what waits for it in other records is looked at once it is not.
    fn is_open(_state: &Self::State) -> bool {
        false
    }
}

/// Whether an event of a kind destroys the record's key: nothing sealed with it can be opened again, here or in a backup
/// (个人信息保护法 47). Every register calls it `erased`.
pub fn erases(kind: &str) -> bool {
    kind.rsplit('.').next() == Some("erased")
}

/// The topic of a code, of any register; none for one of a newer version.
pub fn topic(registers: Registers, code: &str) -> Option<Term> {
    registers.iter().flat_map(|shelf| shelf.topics()).find(|topic| topic.code == code)
}

/// A stored body of a register's event, an old shape lifted first.
///
/// # Errors
/// What serde says of bytes that are no such body.
pub fn read_body<R: Register>(bytes: &[u8]) -> serde_json::Result<Body<R::Event>> {
    match R::LIFT {
        Some(lift) => serde_json::from_value(lift(serde_json::from_slice(bytes)?)),
        None => serde_json::from_slice(bytes),
    }
}

/// What the lists of all registers hold of a record. Nothing private: the words stand in the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its handle.
    pub id: CaseId,
    /// Its code.
    pub code: String,
    /// Where it stands.
    pub stage: &'static str,
    /// The unit that has it.
    pub unit: UnitCode,
    /// The record that it is a part of, as an opinion is of its meeting. Whoever follows that one is told of this one, too.
    pub under: Option<CaseId>,
    /// The day that it is about.
    pub day: Date,
    /// Whether something remains to be done.
    pub open: bool,
    /// Whether its key is destroyed.
    pub erased: bool,
    /// Whether everybody may see that it is there: public lists name it, and its cases are shown to other units. What of it is
    /// shown is for its public page to say.
    pub public: bool,
    /// When something happened to it last.
    pub touched: Moment,
}

/// What a unit owes a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// Its number within the record.
    pub no: u16,
    /// The unit that must act.
    pub unit: UnitCode,
    /// By which rule.
    pub rule: RuleId,
    /// From which day on it can be done.
    pub from: Date,
    /// Its last day; lateness counts from the rolled one, alarms go by the earlier one. None while no clock of it runs.
    pub due: Option<Due>,
    /// When it ends, if it is counted in hours.
    pub hour: Option<Moment>,
    /// What somebody else must do first.
    pub held: Option<Held>,
    /// Whether nobody but who sees sealed records is told of it.
    pub sealed: bool,
}

impl Duty {
    /// What a unit owes by a day.
    pub fn by(unit: &UnitCode, rule: RuleId, from: Date, due: Due) -> Duty {
        Duty { no: 0, unit: unit.clone(), rule, from, due: Some(due), hour: None, held: None, sealed: false }
    }
}

crate::vocabulary! {
    /// What somebody else must do before the unit can.
    Held {
        Objection "objection" "异议待决定" "a decision on an objection",
        Approval "approval" "待审批" "waiting for approval",
        Question "question" "等诉求人回复" "the resident's reply",
    }
}

/// What opens a record to whoever began it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handed {
    /// The number of the secret, from which and from the record's key it is computed.
    pub secret: Option<u16>,
    /// The digits that were chosen or passed on; empty otherwise.
    pub digits: String,
}

/// What a public entry tells beside handle, kind, hour and calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Public {
    /// The first level of the category.
    pub category: Option<String>,
    /// The unit concerned.
    pub unit: Option<String>,
    /// The next due date, as `2023-05-20`.
    pub due: Option<String>,
}

/// What a decision reads beside the record that is acted on. Other registers say it by handle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Other records, as they are now.
    pub near: Vec<CaseId>,
    /// Records with their events and private parts, as far as they are durable.
    pub past: Vec<CaseId>,
}

/// An event of the past with its private part, which is empty where it was erased.
pub struct Recorded {
    /// Its version within its record.
    pub version: u64,
    /// Its [`Body`].
    pub body: Box<Thing>,
    /// What was written.
    pub private: Fields,
}

/// A record's durable events, for [`Needs::past`].
pub struct Past {
    /// The record.
    pub id: CaseId,
    /// The events in order.
    pub events: Vec<Recorded>,
}

/// Fresh random values for records that begin.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fresh<'a> {
    /// A code.
    pub code: &'a str,
    /// Digits.
    pub digits: &'a str,
    /// The handle of the first record that the act begins by asking for it ([`On::Begin`]).
    pub handle: CaseId,
}

/// What a decision may know: handed in, so that the rules stay pure.
pub struct Facts<'a> {
    /// Now.
    pub now: Moment,
    /// Who acts.
    pub actor: &'a Actor,
    /// What the visit of a resident who acts was opened with.
    pub visit: Visit,
    /// Whether an act on another record asks for this one.
    pub asked: bool,
    /// The district with its calendar, rule table and catalogue.
    pub district: &'a District,
    /// Fresh values; code and digits are for a record that begins, and empty otherwise.
    pub fresh: Fresh<'a>,
    /// The other records that the act [needs](Register::needs), as far as they are there.
    pub near: &'a [(CaseId, &'a Thing)],
    /// The past that it needs.
    pub past: &'a [Past],
}

impl<'a> Facts<'a> {
    /// Another record of a register; none if there is no such record in it.
    pub fn other<R: Register>(&self, id: CaseId) -> Option<&'a R::State> {
        self.near.iter().find(|(near, _)| *near == id).and_then(|(_, state)| state.downcast_ref())
    }

    /// The durable events of a record of a register, each with its version and its private part.
    pub fn past<R: Register>(&self, id: CaseId) -> impl Iterator<Item = (u64, &'a Body<R::Event>, &'a Fields)> {
        let events = self.past.iter().filter(move |past| past.id == id).flat_map(|past| &past.events);
        events.filter_map(|e| Some((e.version, e.body.downcast_ref()?, &e.private)))
    }
}

/// A decided event with what it does to the clocks, and its private part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct New<E> {
    /// What happens.
    pub event: E,
    /// What it does to the clocks.
    pub clocks: Vec<ClockChange>,
    /// What goes into the vault.
    pub private: Fields,
}

impl<E> New<E> {
    /// An event that touches no clock and keeps nothing private.
    pub fn of(event: E) -> New<E> {
        New { event, clocks: Vec::new(), private: Fields::new() }
    }

    /// With a private text, unless it is empty.
    #[must_use]
    pub fn with(mut self, name: &str, text: &str) -> New<E> {
        let text = typed::kept(text);
        if !text.is_empty() {
            self.private.insert(name.to_owned(), text);
        }
        self
    }

    /// With further changes of clocks.
    #[must_use]
    pub fn clocks(mut self, changes: impl IntoIterator<Item = ClockChange>) -> New<E> {
        self.clocks.extend(changes);
        self
    }
}

/// What a decision leads to.
pub enum Deed<E> {
    /// An event of the record itself.
    Event(New<E>),
    /// An act on another record, in the same commit: if it is refused, nothing of all this happens. It is decided for the
    /// same actor, so that asking gives nobody a power.
    Ask(Ask),
}

impl<E> From<New<E>> for Deed<E> {
    fn from(new: New<E>) -> Deed<E> {
        Deed::Event(new)
    }
}

/// An act on a record of any register.
pub struct Ask {
    /// The register's code.
    pub register: &'static str,
    /// Which record.
    pub on: On,
    /// An act of that register.
    pub act: Box<dyn Any + Send + Sync>,
}

impl Ask {
    /// An act on a record of a register.
    pub fn of<R: Register>(on: On, act: R::Act) -> Ask {
        Ask { register: R::CODE, on, act: Box::new(act) }
    }
}

/// Which record an act is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// One that begins with the act.
    New,
    /// The same, under the handle that was [fresh](Fresh::handle): for an event that names the record which it asks for.
    Begin(CaseId),
    /// One that is there.
    Record(CaseId),
}
