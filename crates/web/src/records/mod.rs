//! The pages of registers: what is listed, a record on one page, and its acts. A page is made from what the register
//! declares; what it says stands in the register's [`Face`].

mod became;
pub(crate) mod encounter;
mod face;
mod form;
pub(crate) mod lecture;
pub(crate) mod list;
pub(crate) mod meeting;
pub(crate) mod page;
mod paged;
pub(crate) mod paste;
pub(crate) mod reception;
pub(crate) mod year;

use crate::lang::L;
use crate::routes::Route;
use domain::Moment;
use domain::case::Fields;
use domain::register::Thing;
use store::listed::Told;

pub(crate) use face::{Asked, Face, Happened, Scene};

/// What was written in a field; empty if nothing was.
fn word(words: &Fields, name: &str) -> String {
    words.get(name).cloned().unwrap_or_default()
}

/// A record as everybody may read it: dots stand for the numbers that somebody may have left in a text. Pages for everybody
/// draw nothing else.
fn for_everybody(mut told: Told) -> Told {
    let texts = told.events.iter_mut().flat_map(|(_, event)| event.private.values_mut());
    texts.for_each(|text| *text = reading::mask::numbers(text, &[]));
    told
}

/// The time of a day.
fn time(at: Moment) -> String {
    let local = at.local();
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// That a record was moved to another time, from when, and why; empty if it was not. `starts` says
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
    let values = [("before", l.full_moment(before)), ("reason", why.to_owned())];
    l.t_with("record-moved", &values)
}

/// The face of every register that has pages here.
#[rustfmt::skip] // A line each, so that one more is one line more.
static FACES: &[&dyn Face] = &[
    &lecture::LectureFace,
    &meeting::MeetingFace,
    &reception::ReceptionFace,
    &encounter::EncounterFace,
];

/// The routes of the pages that registers have of their own.
pub(crate) fn routes() -> impl Iterator<Item = &'static Route> {
    FACES.iter().flat_map(|face| face.routes())
}

/// The face of a register by the name that stands in its addresses: `lectures`.
fn face_of(plural: &str) -> Option<&'static dyn Face> {
    FACES.iter().copied().find(|face| face.shelf().plural() == plural)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Lang;
    use domain::register::{Declared, Shelf};

    #[test]
    fn every_register_with_a_list_has_pages() {
        let faces: Vec<_> = FACES.iter().map(|face| face.shelf().plural()).collect();
        assert_eq!(faces, registers::listed().map(Shelf::plural).collect::<Vec<_>>());
    }

    #[test]
    fn every_register_says_its_acts_events_words_and_empty_list_in_both_languages() {
        let mut missing = Vec::new();
        for (lang, face) in [Lang::Zh, Lang::En].into_iter().flat_map(|lang| FACES.iter().map(move |face| (lang, face)))
        {
            let (l, shelf) = (L(lang), face.shelf());
            let (code, plural) = (shelf.code(), shelf.plural());
            let mut keys = vec![format!("nav-{plural}"), format!("{code}-new")];
            keys.extend(face.words().iter().map(|word| format!("{code}-word-{word}")));
            // A kind is the code, a dot, and what happened.
            keys.extend(shelf.kinds().iter().map(|kind| kind.replacen('.', "-event-", 1)));
            // The tab of its list for everybody.
            let looked_at = face.routes().iter().any(|route| route.path.strip_prefix('/') == Some(plural));
            assert_eq!(l.has(&format!("look-{plural}")), looked_at, "{plural}");
            if !face.routes().iter().any(|route| route.path == format!("/records/{plural}")) {
                keys.extend([format!("{plural}-none"), format!("{plural}-none-todo")]);
            }
            let by_staff = |act: &&Declared| act.by.iter().any(|by| !matches!(by.code, "clock" | "resident" | "asked"));
            for act in shelf.acts().iter().filter(by_staff) {
                let (own, all) = (format!("done-{plural}-{}", act.code), format!("done-work-{}", act.code));
                keys.push(if l.has(&own) { own } else { all });
            }
            missing.extend(keys.into_iter().filter(|key| !l.has(key)).map(|key| (lang, key)));
        }
        assert!(missing.is_empty(), "{missing:?}");
    }
}
