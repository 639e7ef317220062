//! Encounters: what their pages say. Who booked, what about and what was said on the spot is read by the unit
//! that received; what was said at the table stands in its cases.

use super::reception::sheet::status;
use super::{Asked, Face, Happened, Scene, time, word};
use crate::lang::capital;
use crate::view::StatusView;
use domain::case::{CaseId, Clock};
use domain::moment::day_number;
use domain::register::{ActOf, Field, Of, Shelf, Thing};
use domain::{Label, Moment};
use registers::resolve::encounter::{Act, Encounter, Encounters, Event, Mode, Stage};
use store::listed::{self, AskedCase, Told, Which};
use store::{Db, Keys};

type Body = domain::body::Body<Event>;

/// How many encounters of a day are looked at for those that may be one.
const ALIKE_MOST: usize = 60;

pub(super) static SHELF: Of<Encounters> = Of::new();

fn encounter(told: &Told) -> Option<&Encounter> {
    told.state.downcast_ref()
}

/// What the pages of encounters say.
pub(crate) struct EncounterFace;

impl Face for EncounterFace {
    fn shelf(&self) -> &'static dyn Shelf {
        &SHELF
    }

    /// A visit: who comes to a reception day is entered at its table.
    fn begins(&self) -> &'static ActOf {
        &Act::ALL[2]
    }

    fn kind(&self, s: &Scene<'_>, told: &Told) -> String {
        encounter(told).map(|visit| capital(visit.level.label(s.l.0))).unwrap_or_default()
    }

    fn status(&self, s: &Scene<'_>, told: &Told) -> StatusView {
        encounter(told).map_or(StatusView { kind: "stop", words: String::new() }, |visit| status(s.l, visit.stage))
    }

    fn clock(&self, _s: &Scene<'_>, _told: &Told) -> Option<Clock> {
        None
    }

    fn stands(&self, s: &Scene<'_>, told: &Told, asked: &[AskedCase]) -> Vec<String> {
        let (l, Some(visit)) = (s.l, encounter(told)) else { return Vec::new() };
        let values = [
            ("day", l.day(visit.day.date(), s.now.date())),
            ("time", time(visit.day)),
            ("no", visit.no.map(|no| no.to_string()).unwrap_or_default()),
            ("n", asked.len().to_string()),
        ];
        let key = match (visit.stage, asked.is_empty()) {
            (Stage::Received, true) => "encounter-now-advised".to_owned(),
            (stage, _) => format!("encounter-now-{}", stage.code()),
        };
        let mut said = vec![l.t_with(&key, &values)];
        if visit.mode == Mode::Return {
            said.push(l.t("encounter-return"));
        }
        if visit.erased {
            said.push(l.t("encounter-erased"));
        }
        said
    }

    fn facts(&self, s: &Scene<'_>, told: &Told) -> Vec<(String, String)> {
        let (l, Some(visit)) = (s.l, encounter(told)) else { return Vec::new() };
        let words = s.words(told);
        let street = visit.street.as_ref().map(|unit| s.d.unit_name(unit, l.0).to_owned());
        let people = if visit.people > 0 { l.t_n("reception-people", visit.people) } else { String::new() };
        let rows = [
            ("reception-when", format!("{} {}", l.day(visit.day.date(), s.now.date()), time(visit.day))),
            ("reception-unit", s.d.unit_name(&visit.unit, l.0).to_owned()),
            ("encounter-street", street.unwrap_or_default()),
            ("reception-post", word(&words, "post")),
            ("encounter-people", people),
            ("encounter-word-name", word(&words, "name")),
            ("encounter-word-phone", word(&words, "phone")),
            ("encounter-word-matter", word(&words, "matter")),
        ];
        rows.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (l.t(key), value)).collect()
    }

    /// No name and no matter: only when, by whom, and what came of it.
    fn line(&self, s: &Scene<'_>, told: &Told) -> String {
        let (l, Some(visit)) = (s.l, encounter(told)) else { return String::new() };
        let unit = s.d.unit_name(&visit.unit, l.0).to_owned();
        let cases = if visit.matters > 0 { l.t_n("reception-cases", visit.matters) } else { String::new() };
        let parts = [visit.level.label(l.0).to_owned(), unit, cases];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    fn leads(&self, _s: &Scene<'_>, told: &Told) -> &'static [&'static str] {
        match encounter(told).map(|visit| visit.stage) {
            Some(Stage::Received) => &["take_down"],
            _ => &["arrive"],
        }
    }

    fn happened(&self, s: &Scene<'_>, body: &Thing) -> Option<Happened> {
        let (l, Body { event, .. }) = (s.l, body.downcast_ref()?);
        let moment = |at: &Moment| format!("{} {}", l.day(at.date(), s.now.date()), time(*at));
        let (key, details) = match event {
            Event::Booked { day, .. } => ("booked", vec![moment(day)]),
            Event::Came { no, .. } => ("came", vec![l.t_n("reception-number", no)]),
            Event::Arrived { no, .. } => ("arrived", vec![l.t_n("reception-number", no)]),
            Event::Unbooked {} => ("unbooked", Vec::new()),
            Event::Visited { mode, day, .. } => ("visited", vec![capital(mode.label(l.0)), moment(day)]),
            Event::Received {} => ("received", Vec::new()),
            Event::TakenDown { no } => ("taken_down", vec![l.t_n("encounter-matter-no", no)]),
            Event::Voided {} => ("voided", Vec::new()),
            Event::Left {} => ("left", Vec::new()),
            Event::Moved { day } => ("moved", vec![moment(day)]),
            Event::Relocated {} => ("relocated", Vec::new()),
            Event::CalledOff {} => ("called_off", Vec::new()),
            Event::Erased {} => ("erased", Vec::new()),
        };
        Some(Happened { title: l.t(&format!("encounter-event-{key}")), details })
    }

    fn words(&self) -> &'static [&'static str] {
        &["post", "matter", "opinion", "reason"]
    }

    fn asks(&self, s: &Scene<'_>, told: Option<&Told>, _alike: &[Told], act: &ActOf, field: &Field) -> Asked {
        let now = told.and_then(encounter);
        let waits = now.is_some_and(|visit| visit.stage == Stage::Waiting);
        match (act.code, field.name) {
            // Who waits is called to a desk, and heard there.
            ("take_down" | "advise", _) if waits => Asked::Not,
            ("visit", "at") => Asked::With(super::form::moment(s.now)),
            ("visit", "street") | ("take_down", "near") => Asked::Of(super::form::streets(s.d, s.l.0)),
            ("take_down", "speakers") => Asked::With("1".into()),
            _ => Asked::Usual,
        }
    }

    /// Visits that the same unit entered for the same day in the same way: one that was entered twice is void.
    fn alike(&self, db: &mut Db, keys: &mut Keys, district: i64, told: &Told) -> store::Result<Vec<Told>> {
        let Some(visit) = encounter(told).filter(|visit| visit.reception.is_none() && visit.stage != Stage::Void)
        else {
            return Ok(Vec::new());
        };
        let day = day_number(visit.day.date());
        let (days, unit) = ((day, day + 1), visit.unit.to_string());
        let which = Which { register: "encounter", days, unit, public: false, back: false, after: None };
        let ids: Vec<CaseId> = listed::page(db, district, &which, ALIKE_MOST)?.into_iter().map(|(id, _)| id).collect();
        let all = listed::some(db, keys, registers::REGISTERS, district, &ids)?;
        let same = |other: &Told| {
            let of = encounter(other).filter(|of| of.stage != Stage::Void);
            other.id != told.id
                && of.is_some_and(|of| (of.mode, of.level, of.about) == (visit.mode, visit.level, visit.about))
        };
        Ok(all.into_iter().filter(same).collect())
    }
}
