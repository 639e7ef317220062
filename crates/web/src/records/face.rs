//! What the pages of a register say: sentences, written by hand. There is no default for what a reader sees first.

use super::paste::Sheet;
use crate::caller::Staff;
use crate::lang::L;
use crate::view::StatusView;
use domain::Moment;
use domain::case::{CaseId, Clock, Fields};
use domain::district::District;
use domain::register::{ActOf, Field, Shelf, Thing};
use store::listed::{AskedCase, Told};
use store::{Db, Keys};

/// Who looks, when, and at what district.
pub(crate) struct Scene<'a> {
    pub(crate) l: L,
    pub(crate) d: &'a District,
    pub(crate) now: Moment,
    pub(crate) staff: &'a Staff,
}

/// How a field of an act is asked for.
pub(crate) enum Asked {
    /// As its kind says.
    Usual,
    /// As its kind says, with this in it before anybody types.
    With(String),
    /// As a choice of these: code and name.
    Of(Vec<(String, String)>),
    /// Not at all.
    Not,
}

/// What happened to a record, for its history.
pub(crate) struct Happened {
    pub(crate) title: String,
    pub(crate) details: Vec<String>,
}

/// The pages of a register.
pub(crate) trait Face: Sync {
    /// The register.
    fn shelf(&self) -> &'static dyn Shelf;
    /// The name that stands in its addresses, the plural of its code.
    fn plural(&self) -> &'static str;
    /// The act by which a record begins.
    fn begins(&self) -> &'static ActOf;
    /// The key of the heading over that act's form.
    fn begin_title(&self) -> &'static str;
    /// What is said over the form of an act; empty: nothing.
    fn hint(&self, l: L, act: &str) -> String;
    /// What is said at a field of an act; empty: nothing.
    fn field_hint(&self, l: L, act: &str, field: &str) -> String;
    /// The heading over the cases that it asked for.
    fn asked_title(&self, l: L) -> String;
    /// What kind of record it is.
    fn kind(&self, s: &Scene<'_>, told: &Told) -> String;
    /// Where it stands.
    fn status(&self, s: &Scene<'_>, told: &Told) -> StatusView;
    /// The clock that runs.
    fn clock(&self, told: &Told) -> Option<Clock>;
    /// What is so now, and who does what by when.
    fn stands(&self, s: &Scene<'_>, told: &Told, asked: &[AskedCase]) -> Vec<String>;
    /// What it is, line by line.
    fn facts(&self, s: &Scene<'_>, told: &Told) -> Vec<(String, String)>;
    /// The acts with which its page leads now, the first that is possible.
    fn leads(&self, s: &Scene<'_>, told: &Told) -> &'static [&'static str];
    /// What an event is called, and what it says beside its texts.
    fn happened(&self, s: &Scene<'_>, body: &Thing) -> Option<Happened>;
    /// The moment of an event, and who acted.
    fn when(&self, body: &Thing) -> Option<(Moment, domain::Actor)>;
    /// The private texts of an event in the order in which they are told: label and text.
    fn said(&self, l: L, words: &Fields) -> Vec<(String, String)>;
    /// How a field is asked for, in a record or before it begins.
    fn asks(&self, s: &Scene<'_>, told: Option<&Told>, alike: &[Told], act: &ActOf, field: &Field) -> Asked;
    /// The records that may be the same thing as this one.
    fn alike(&self, db: &mut Db, keys: &mut Keys, district: i64, told: &Told) -> store::Result<Vec<Told>>;
    /// The record into which this one went.
    fn into(&self, told: &Told) -> Option<CaseId>;
    /// The address of the page that everybody may look at; none while nobody may.
    fn public_page(&self, told: &Told) -> Option<String>;
    /// Earlier records of a unit, which the form that begins one may name.
    fn earlier(&self, _: &mut Db, _: &mut Keys, _district: i64, _unit: &str, _now: Moment) -> store::Result<Vec<Told>> {
        Ok(Vec::new())
    }
    /// Further pages of a record for whoever looks; `own`: the unit has it. Address and name.
    fn ways(&self, _l: L, _told: &Told, _staff: &Staff, _own: bool) -> Vec<(String, String)> {
        Vec::new()
    }
    /// How its records stand in a sheet; none where they don't.
    fn sheet(&self) -> Option<&'static Sheet> {
        None
    }
    /// A text that is to be read before something is done: heading and text.
    fn paper(&self, _l: L, _told: &Told) -> Option<(String, String)> {
        None
    }
}
