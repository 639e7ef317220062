//! A register without its types: what the writer, the read tables and the checks see of it.

use super::column::{Head, Layout, Value};
use super::{
    ActOf, Ask, Declared, Deed, Duty, Facts, Handed, Needs, New, On, Public, Register, Summary, Term, Values, erases,
    read_body,
};
use crate::actor::Actor;
use crate::body::{Body, Fields};
use crate::handle::CaseId;
use crate::label::Lang;
use crate::moment::Moment;
use crate::refusal::{Refusal, Why};
use crate::rule::Builtin;
use crate::tell::Notice;
use calendar::Date;
use std::any::Any;
use std::marker::PhantomData;

/// A state, an act, an event or a body of some register.
pub type Thing = dyn Any + Send;

/// The list of all registers. One place makes it; whoever works on all of them gets it handed in.
pub type Registers = &'static [&'static dyn Shelf];

/// The register to which a kind of event belongs; `None` for a kind of a register that this version does not know. A kind
/// that names no register is the district's or a case's, depending on the stream.
pub fn of_kind(registers: Registers, district: bool, kind: &str) -> Option<&'static dyn Shelf> {
    let code = kind.split_once('.').map_or(if district { "district" } else { "case" }, |(code, _)| code);
    registers.iter().copied().find(|shelf| shelf.code() == code)
}

/// What a decision leads to, without types.
pub enum Decided {
    /// An event, as [`Shelf::happen`] takes it, and what it keeps private.
    Event(Box<Thing>, Fields),
    /// An act on another record.
    Ask(Ask),
}

/// What stands around an event.
pub struct Stamp<'a> {
    /// Random, as hex.
    pub nonce: String,
    /// When.
    pub at: Moment,
    /// Who.
    pub by: &'a Actor,
    /// The ledger index of the event whose act asked for this one.
    pub because: Option<u64>,
}

/// An event that has been applied to the state.
pub struct Happened {
    /// Its kind.
    pub kind: &'static str,
    /// Its [`Body`].
    pub body: Box<Thing>,
    /// The body's bytes, as they are stored and committed to.
    pub bytes: Vec<u8>,
    /// What the public entry tells.
    pub public: Public,
    /// Whether the record's key is destroyed with it.
    pub erases: bool,
}

/// See [`Register`]. Each method takes and gives things of the register itself; what was made by another register is a
/// fault of the program.
pub trait Shelf: Send + Sync {
    /// See [`Register::CODE`].
    fn code(&self) -> &'static str;
    /// The plural of the code, which is the name of its table and stands in addresses; the code itself where it has none.
    fn plural(&self) -> &'static str;
    /// See [`Register::KINDS`].
    fn kinds(&self) -> &'static [&'static str];
    /// See [`Register::REASONS`].
    fn reasons(&self) -> &'static [Why];
    /// See [`Register::RULES`].
    fn rules(&self) -> &'static [Builtin];
    /// See [`Register::PART_OF`].
    fn part_of(&self) -> Option<&'static str>;
    /// See [`Register::SEALS`].
    fn seals(&self) -> bool;
    /// See [`Register::CLOSED`].
    fn closed(&self) -> &'static [&'static str];
    /// See [`Register::FOUND`].
    fn found(&self) -> &'static [&'static str];
    /// See [`Register::acts`].
    fn acts(&self) -> Vec<Declared>;
    /// See [`Register::blank`].
    fn blank(&self, id: CaseId) -> Box<Thing>;
    /// A copy of a state.
    fn copy(&self, state: &Thing) -> Box<Thing>;
    /// See [`Register::version`].
    fn version(&self, state: &Thing) -> u64;
    /// See [`Register::code`].
    fn code_of(&self, state: &Thing) -> Option<String>;
    /// See [`Register::handed`].
    fn handed(&self, state: &Thing, private: &Fields) -> Handed;
    /// See [`Register::is_open`].
    fn is_open(&self, state: &Thing) -> bool;
    /// See [`Register::summary`].
    fn summary(&self, state: &Thing) -> Option<Summary>;
    /// See [`Register::title`].
    fn title(&self, state: &Thing, words: &Fields, lang: Lang) -> String;
    /// See [`Register::topics`].
    fn topics(&self) -> Vec<Term>;
    /// See [`Register::told`].
    fn told(&self, state: &Thing, body: &Thing) -> Vec<Notice<&'static str>>;
    /// See [`Register::when`].
    fn when(&self, state: &Thing) -> Option<Moment>;
    /// See [`Register::duties`].
    fn duties(&self, state: &Thing) -> Vec<Duty>;
    /// See [`Register::wake`].
    fn wake(&self, state: &Thing) -> Option<Date>;
    /// [`Register::by_clock`], as acts on a record.
    fn by_clock(&self, state: &Thing, id: CaseId) -> Vec<Ask>;
    /// The name, edition, columns and indexes of [`Register::table`].
    fn table(&self) -> Option<(&'static str, u32, Vec<Head>, &'static str)>;
    /// The terms of a column of it that holds a code; none of another.
    fn terms(&self, column: &str) -> Vec<Term>;
    /// The record's row in it, in the order of its columns.
    fn row(&self, state: &Thing) -> Vec<Value>;
    /// See [`Register::offers`].
    fn offers(&self, state: &Thing, actor: &Actor, now: Moment) -> Vec<&'static ActOf>;
    /// See [`Register::read`].
    ///
    /// # Errors
    /// What is wrong, field by field.
    fn read_act(&self, code: &str, values: &Values) -> Result<Box<dyn Any + Send + Sync>, Vec<Refusal>>;
    /// See [`Register::needs`].
    fn needs(&self, state: &Thing, act: &(dyn Any + Send + Sync)) -> Needs;
    /// See [`Register::decide`].
    ///
    /// # Errors
    /// The refusal.
    fn decide(&self, state: &Thing, act: &(dyn Any + Send + Sync), facts: &Facts<'_>) -> Result<Vec<Decided>, Refusal>;
    /// See [`Register::public`].
    fn public(&self, state: &Thing) -> Public;
    /// The files that a decided event names; see [`Register::files`].
    fn files<'a>(&self, event: &'a mut Thing) -> Option<&'a mut Vec<String>>;
    /// Applies a decided event to the state.
    ///
    /// # Errors
    /// What serde says of an event that has no JSON form.
    fn happen(&self, state: &mut Thing, event: Box<Thing>, stamp: Stamp<'_>) -> serde_json::Result<Happened>;
    /// A stored body of one of the register's kinds, an old shape lifted first.
    ///
    /// # Errors
    /// What serde says of bytes that are no such body.
    fn read(&self, bytes: &[u8]) -> serde_json::Result<Box<Thing>>;
    /// Applies a body that was read.
    fn evolve(&self, state: &mut Thing, body: &Thing);
    /// When a body's event happened, and who acted.
    fn stamp(&self, body: &Thing) -> (Moment, Actor);
    /// A body that was read as JSON, in the shape in which this version stores it.
    ///
    /// # Errors
    /// What serde says of an event that has no JSON form.
    fn json(&self, body: &Thing) -> serde_json::Result<serde_json::Value>;
}

/// A register as one of many.
pub struct Of<R>(PhantomData<fn() -> R>);

impl<R> Of<R> {
    /// The register `R`.
    pub const fn new() -> Of<R> {
        Of(PhantomData)
    }
}

impl<R> Default for Of<R> {
    fn default() -> Of<R> {
        Of::new()
    }
}

/// States, acts and events are `Any` between two calls of one shelf. Whoever holds one holds its shelf beside it (the
/// writer's `Held`, the replay's records), and a stored event of another register is refused before it gets here: so each
/// downcast below succeeds.
impl<R: Register> Of<R> {
    fn state(thing: &Thing) -> &R::State {
        thing.downcast_ref().expect("a state of this register")
    }

    fn state_mut(thing: &mut Thing) -> &mut R::State {
        thing.downcast_mut().expect("a state of this register")
    }

    fn act(thing: &(dyn Any + Send + Sync)) -> &R::Act {
        thing.downcast_ref().expect("an act of this register")
    }
}

impl<R: Register> Shelf for Of<R> {
    fn code(&self) -> &'static str {
        R::CODE
    }

    fn plural(&self) -> &'static str {
        R::table().map_or(R::CODE, |layout| layout.name)
    }

    fn kinds(&self) -> &'static [&'static str] {
        R::KINDS
    }

    fn reasons(&self) -> &'static [Why] {
        R::REASONS
    }

    fn rules(&self) -> &'static [Builtin] {
        R::RULES
    }

    fn part_of(&self) -> Option<&'static str> {
        R::PART_OF
    }

    fn seals(&self) -> bool {
        R::SEALS
    }

    fn closed(&self) -> &'static [&'static str] {
        R::CLOSED
    }

    fn found(&self) -> &'static [&'static str] {
        R::FOUND
    }

    fn acts(&self) -> Vec<Declared> {
        R::acts()
    }

    fn blank(&self, id: CaseId) -> Box<Thing> {
        Box::new(R::blank(id))
    }

    fn copy(&self, state: &Thing) -> Box<Thing> {
        Box::new(Self::state(state).clone())
    }

    fn version(&self, state: &Thing) -> u64 {
        R::version(Self::state(state))
    }

    fn code_of(&self, state: &Thing) -> Option<String> {
        R::code(Self::state(state)).map(str::to_owned)
    }

    fn handed(&self, state: &Thing, private: &Fields) -> Handed {
        R::handed(Self::state(state), private)
    }

    fn is_open(&self, state: &Thing) -> bool {
        R::is_open(Self::state(state))
    }

    fn summary(&self, state: &Thing) -> Option<Summary> {
        R::summary(Self::state(state))
    }

    fn title(&self, state: &Thing, words: &Fields, lang: Lang) -> String {
        R::title(Self::state(state), words, lang)
    }

    fn topics(&self) -> Vec<Term> {
        R::topics()
    }

    fn told(&self, state: &Thing, body: &Thing) -> Vec<Notice<&'static str>> {
        R::told(Self::state(state), body.downcast_ref().expect("a body of this register"))
    }

    fn when(&self, state: &Thing) -> Option<Moment> {
        R::when(Self::state(state))
    }

    fn duties(&self, state: &Thing) -> Vec<Duty> {
        R::duties(Self::state(state))
    }

    fn wake(&self, state: &Thing) -> Option<Date> {
        R::wake(Self::state(state))
    }

    fn by_clock(&self, state: &Thing, id: CaseId) -> Vec<Ask> {
        R::by_clock(Self::state(state)).into_iter().map(|act| Ask::of::<R>(On::Record(id), act)).collect()
    }

    fn table(&self) -> Option<(&'static str, u32, Vec<Head>, &'static str)> {
        let heads = |layout: &Layout<R::State>| layout.columns.iter().map(|column| column.head).collect();
        R::table().map(|layout| (layout.name, layout.edition, heads(layout), layout.indexes))
    }

    fn terms(&self, column: &str) -> Vec<Term> {
        let of = R::table().and_then(|layout| layout.terms.iter().find(|(name, _)| *name == column));
        of.map(|(_, terms)| terms()).unwrap_or_default()
    }

    fn row(&self, state: &Thing) -> Vec<Value> {
        let columns = R::table().map_or(&[][..], |layout| layout.columns);
        columns.iter().map(|column| (column.of)(Self::state(state))).collect()
    }

    fn offers(&self, state: &Thing, actor: &Actor, now: Moment) -> Vec<&'static ActOf> {
        R::offers(Self::state(state), actor, now)
    }

    fn read_act(&self, code: &str, values: &Values) -> Result<Box<dyn Any + Send + Sync>, Vec<Refusal>> {
        Ok(Box::new(R::read(code, values)?))
    }

    fn needs(&self, state: &Thing, act: &(dyn Any + Send + Sync)) -> Needs {
        R::needs(Self::state(state), Self::act(act))
    }

    fn decide(&self, state: &Thing, act: &(dyn Any + Send + Sync), facts: &Facts<'_>) -> Result<Vec<Decided>, Refusal> {
        let deeds = R::decide(Self::state(state), Self::act(act), facts)?;
        let decided = |deed| match deed {
            Deed::Event(mut new) => {
                let private = std::mem::take(&mut new.private);
                Decided::Event(Box::new(new), private)
            }
            Deed::Ask(ask) => Decided::Ask(ask),
        };
        Ok(deeds.into_iter().map(decided).collect())
    }

    fn public(&self, state: &Thing) -> Public {
        R::public(Self::state(state))
    }

    fn files<'a>(&self, event: &'a mut Thing) -> Option<&'a mut Vec<String>> {
        let new: &mut New<R::Event> = event.downcast_mut().expect("an event of this register");
        R::files(&mut new.event)
    }

    fn happen(&self, state: &mut Thing, event: Box<Thing>, stamp: Stamp<'_>) -> serde_json::Result<Happened> {
        let state = Self::state_mut(state);
        let New { event, clocks, .. } = *event.downcast::<New<R::Event>>().expect("an event of this register");
        let Stamp { nonce, at, by, because } = stamp;
        let body = Body { nonce, at, by: by.clone(), because, in_hall: None, event, clocks };
        let bytes = serde_json::to_vec(&body)?;
        R::evolve(state, &body);
        let (kind, erases, public) = (R::kind(&body.event), erases(R::kind(&body.event)), R::public(state));
        Ok(Happened { kind, bytes, public, erases, body: Box::new(body) })
    }

    fn read(&self, bytes: &[u8]) -> serde_json::Result<Box<Thing>> {
        Ok(Box::new(read_body::<R>(bytes)?))
    }

    fn evolve(&self, state: &mut Thing, body: &Thing) {
        R::evolve(Self::state_mut(state), body.downcast_ref().expect("a body of this register"));
    }

    fn stamp(&self, body: &Thing) -> (Moment, Actor) {
        let body: &Body<R::Event> = body.downcast_ref().expect("a body of this register");
        (body.at, body.by.clone())
    }

    fn json(&self, body: &Thing) -> serde_json::Result<serde_json::Value> {
        let body: &Body<R::Event> = body.downcast_ref().expect("a body of this register");
        serde_json::to_value(body)
    }
}
