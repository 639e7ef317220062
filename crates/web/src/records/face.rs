//! What the pages of a register say: sentences, written by hand. There is no default for what a reader sees first.

use super::paste::Sheet;
use crate::caller::Staff;
use crate::lang::L;
use crate::routes::Route;
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

impl Scene<'_> {
    /// Whether the unit of whoever looks has the record.
    pub(crate) fn is_own(&self, told: &Told) -> bool {
        told.shelf.summary(told.state.as_ref()).is_some_and(|summary| summary.unit == self.staff.unit)
    }

    /// What was written of a record, as far as whoever looks may read it.
    pub(crate) fn words(&self, told: &Told) -> Fields {
        told.words_for(self.is_own(told))
    }
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
    /// The act by which a record begins.
    fn begins(&self) -> &'static ActOf;
    /// What is said over the form of an act; empty: nothing.
    fn hint(&self, l: L, act: &str) -> String {
        l.if_any(&format!("{}-hint-{act}", self.shelf().code()))
    }
    /// What is said at a field of an act; empty: nothing.
    fn field_hint(&self, l: L, act: &str, field: &str) -> String {
        l.if_any(&format!("{}-hint-{act}-{field}", self.shelf().code()))
    }
    /// What kind of record it is.
    fn kind(&self, s: &Scene<'_>, told: &Told) -> String;
    /// Where it stands.
    fn status(&self, s: &Scene<'_>, told: &Told) -> StatusView;
    /// The clock that counts now, where several run.
    fn clock(&self, s: &Scene<'_>, told: &Told) -> Option<Clock>;
    /// What is so now, and who does what by when.
    fn stands(&self, s: &Scene<'_>, told: &Told, asked: &[AskedCase]) -> Vec<String>;
    /// What it is, line by line.
    fn facts(&self, s: &Scene<'_>, told: &Told) -> Vec<(String, String)>;
    /// What a list says under its title.
    fn line(&self, s: &Scene<'_>, told: &Told) -> String {
        let facts = self.facts(s, told);
        facts.iter().take(3).map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" · ")
    }
    /// The acts with which its page leads now, the first that is possible.
    fn leads(&self, s: &Scene<'_>, told: &Told) -> &'static [&'static str];
    /// What an event is called, and what it says beside its texts.
    fn happened(&self, s: &Scene<'_>, body: &Thing) -> Option<Happened>;
    /// The private texts of an event that its history tells, by their names and in this order.
    fn words(&self) -> &'static [&'static str];
    /// How a field is asked for, in a record or before it begins.
    fn asks(&self, _: &Scene<'_>, _told: Option<&Told>, _alike: &[Told], _: &ActOf, _: &Field) -> Asked {
        Asked::Usual
    }
    /// The records that may be the same thing as this one.
    fn alike(&self, _: &mut Db, _: &mut Keys, _district: i64, _: &Told) -> store::Result<Vec<Told>> {
        Ok(Vec::new())
    }
    /// The record into which this one went.
    fn into(&self, _: &Told) -> Option<CaseId> {
        None
    }
    /// The address of the page that everybody may look at; none while nobody may.
    fn public_page(&self, _: &Told) -> Option<String> {
        None
    }
    /// The routes of the pages that it has beside those of every register.
    fn routes(&self) -> &'static [Route] {
        &[]
    }
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
