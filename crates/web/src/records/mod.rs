//! The pages of registers: what is listed, a record on one page, and its acts. A page is made from what the register
//! declares; what it says stands in the register's [`Face`].

mod became;
pub(crate) mod encounter;
mod face;
mod form;
pub(crate) mod lecture;
pub(crate) mod meeting;
pub(crate) mod page;
mod paged;
pub(crate) mod paste;
pub(crate) mod reception;
pub(crate) mod stream;
pub(crate) mod year;

use crate::lang::L;
use domain::Moment;
use domain::case::Fields;
use domain::register::Thing;
use store::listed::Told;

pub(crate) use face::{Asked, Face, Happened, Scene};

/// What was written in a field; empty if nothing was.
fn word(words: &Fields, name: &str) -> String {
    words.get(name).cloned().unwrap_or_default()
}

/// The time of a day.
fn time(at: Moment) -> String {
    let local = at.local();
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// That a record was moved to another time, from when, and why, as everybody may read it; empty if it was not. `starts` says
/// of an event when the record is to be held, and whether the event moved it.
fn moved(l: L, told: &Told, starts: impl Fn(&Thing) -> Option<(Moment, bool)>) -> String {
    let (mut at, mut before, mut why) = (None, None, "");
    for (_, recorded) in &told.events {
        match starts(recorded.body.as_ref()) {
            Some((now, true)) => {
                (before, at) = (at, Some(now));
                why = recorded.private.get("reason").map_or("", String::as_str);
            }
            Some((now, false)) => at = Some(now),
            None => {}
        }
    }
    let Some(before) = before else { return String::new() };
    // Whoever wrote the reason may have left a number in it.
    let values = [("before", l.full_moment(before)), ("reason", reading::mask::numbers(why, &[]))];
    l.t_with("record-moved", &values)
}

/// The face of every register that has pages here.
static FACES: &[&dyn Face] =
    &[&lecture::LectureFace, &meeting::MeetingFace, &reception::ReceptionFace, &encounter::EncounterFace];

/// The face of a register by the name that stands in its addresses: `lectures`.
fn face_of(plural: &str) -> Option<&'static dyn Face> {
    FACES.iter().copied().find(|face| face.plural() == plural)
}
