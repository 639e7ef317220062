//! Lectures: what their pages say, the list of the week, and the page that everybody may look at.

pub(crate) mod list;
pub(crate) mod public;
mod sheet;

use super::paste::Sheet;
use super::{Asked, Face, Happened, Scene, time, word};
use crate::caller::Staff;
use crate::lang::{L, capital};
use crate::roles::{Access, CASES};
use crate::routes::{Route, route};
use crate::view::StatusView;
use axum::routing::get;
use domain::case::{CaseId, Clock, Stage as CaseStage};
use domain::district::{District, UnitCode};
use domain::moment::day_number;
use domain::register::{ActOf, Field, Of, Shelf, Thing};
use domain::{Label, Moment, Role};
use registers::tell::lecture::{Act, BY_HOST, Event, Lecture, Lectures, Stage};
use store::listed::{self, AskedCase, Told, Which};
use store::{Db, Keys};

type Body = domain::body::Body<Event>;

static SHELF: Of<Lectures> = Of::new();

/// How far apart two records of one session may start, in milliseconds.
const ALIKE_WITHIN: u64 = 15 * 60_000;
/// How many sessions of a day are looked through for the same one.
const ALIKE_OF: usize = 64;
/// How many are offered.
const ALIKE_MOST: usize = 5;

/// The lecture of a record of this register.
fn lecture(told: &Told) -> Option<&Lecture> {
    told.state.downcast_ref()
}

fn unit_name(l: L, d: &District, unit: &UnitCode) -> String {
    d.unit_name(unit, l.0).to_owned()
}

/// All hosts of a session, by name.
fn hosts(l: L, d: &District, lecture: &Lecture) -> String {
    let all = std::iter::once(&lecture.unit).chain(&lecture.with);
    all.map(|unit| d.unit_name(unit, l.0)).collect::<Vec<_>>().join(l.0.pick("、", ", "))
}

/// From when to when.
fn span(lecture: &Lecture) -> String {
    format!("{}–{}", time(lecture.starts), time(lecture.ends()))
}

/// The way in which heads were counted, with what it is worth.
fn heads(l: L, lecture: &Lecture) -> Option<String> {
    let (heads, counted, online) = lecture.record?;
    let here = l.t_with("lecture-heads", &[("n", heads.to_string()), ("how", counted.label(l.0).to_owned())]);
    Some(match online {
        Some(online) => format!("{here}{}{}", l.0.pick("；", "; "), l.t_n("lecture-online", online)),
        None => here,
    })
}

/// Where a session stands. That it was held is known when it is recorded.
fn status(l: L, lecture: &Lecture, now: Moment) -> StatusView {
    let over = now >= lecture.ends();
    let (kind, words) = match lecture.stage {
        Stage::Planned | Stage::Announced if over => ("next", l.t("lecture-stands-over")),
        Stage::Planned => ("new", lecture.stage.label(l.0).to_owned()),
        Stage::Announced => ("doing", lecture.stage.label(l.0).to_owned()),
        Stage::Recorded => ("done", lecture.stage.label(l.0).to_owned()),
        Stage::Cancelled | Stage::Merged => ("stop", lecture.stage.label(l.0).to_owned()),
    };
    StatusView { kind, words: capital(&words) }
}

/// The pages that only this register has.
const ROUTES: &[Route] = &[
    route("GET", "/lectures", Access::Public, || get(public::list)),
    route("GET", "/lectures/{code}", Access::Public, || get(public::show_one)),
    route("GET", "/lectures/{code}/poster", Access::Public, || get(public::poster)),
    route("GET", "/records/lectures", Access::Staff(CASES), || get(list::list)),
];

/// What the pages of lectures say.
pub(crate) struct LectureFace;

impl Face for LectureFace {
    fn shelf(&self) -> &'static dyn Shelf {
        &SHELF
    }

    fn begins(&self) -> &'static ActOf {
        &Act::ALL[0]
    }

    fn kind(&self, s: &Scene<'_>, told: &Told) -> String {
        lecture(told).map(|lecture| capital(lecture.kind.label(s.l.0))).unwrap_or_default()
    }

    fn status(&self, s: &Scene<'_>, told: &Told) -> StatusView {
        lecture(told).map_or(StatusView { kind: "stop", words: String::new() }, |of| status(s.l, of, s.now))
    }

    fn clock(&self, _s: &Scene<'_>, told: &Told) -> Option<Clock> {
        lecture(told).and_then(Lecture::due).cloned()
    }

    fn stands(&self, s: &Scene<'_>, told: &Told, asked: &[AskedCase]) -> Vec<String> {
        let (l, Some(lecture)) = (s.l, lecture(told)) else { return Vec::new() };
        let due = lecture.due().map(|clock| l.day(clock.due.rolled, s.now.date())).unwrap_or_default();
        let place = word(&s.words(told), "place");
        let values = [
            ("host", unit_name(l, s.d, &lecture.unit)),
            ("day", l.day(lecture.starts.date(), s.now.date())),
            ("time", time(lecture.starts)),
            ("place", place),
            ("due", due),
        ];
        let key = match lecture.stage {
            Stage::Planned | Stage::Announced if s.now >= lecture.ends() => "lecture-now-over",
            Stage::Planned => "lecture-now-planned",
            Stage::Announced => "lecture-now-announced",
            Stage::Recorded => "lecture-now-recorded",
            Stage::Cancelled => "lecture-now-cancelled",
            Stage::Merged => "lecture-now-merged",
        };
        let mut lines = vec![l.t_with(key, &values)];
        lines.extend(heads(l, lecture));
        if !asked.is_empty() {
            let done = |case: &&AskedCase| matches!(case.stage, CaseStage::Answered | CaseStage::Ended);
            let answered = asked.iter().filter(done).count();
            let counts = [("n", asked.len().to_string()), ("answered", answered.to_string())];
            lines.push(l.t_with("lecture-questions", &counts));
        }
        if lecture.afterwards {
            lines.push(l.t("lecture-afterwards"));
        }
        lines
    }

    fn facts(&self, s: &Scene<'_>, told: &Told) -> Vec<(String, String)> {
        let (l, Some(lecture)) = (s.l, lecture(told)) else { return Vec::new() };
        let words = s.words(told);
        let place = word(&words, "place");
        let street = lecture.street.as_ref().map(|unit| unit_name(l, s.d, unit));
        let place = [street, Some(place)].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let level = format!("{} · {}", word(&words, "speaker"), lecture.level.label(l.0));
        let day = l.day(lecture.starts.date(), s.now.date());
        let rows = [
            ("lecture-when", format!("{day} {}", span(lecture))),
            ("lecture-where", place),
            ("lecture-hosts", hosts(l, s.d, lecture)),
            ("lecture-speaker", level),
            ("lecture-venue", capital(lecture.venue.label(l.0))),
            ("lecture-audience", capital(lecture.audience.label(l.0))),
            ("lecture-first", if lecture.first { l.t("lecture-yes") } else { String::new() }),
            ("lecture-moved", if lecture.moved > 0 { l.t_n("lecture-times", lecture.moved) } else { String::new() }),
        ];
        rows.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (l.t(key), value)).collect()
    }

    /// What the day asks for: in the hall a question, behind it the record; nothing once it is recorded.
    fn leads(&self, s: &Scene<'_>, told: &Told) -> &'static [&'static str] {
        match lecture(told) {
            Some(of) if s.now < of.ends() => &["ask", "announce"],
            Some(of) if of.record.is_none() => &["record"],
            _ => &[],
        }
    }

    fn happened(&self, s: &Scene<'_>, body: &Thing) -> Option<Happened> {
        let (l, Body { event, .. }) = (s.l, body.downcast_ref()?);
        let moment = |at: &Moment| format!("{} {}", l.day(at.date(), s.now.date()), time(*at));
        let heads = |heads: &u32, counted: &registers::tell::lecture::Counted| {
            l.t_with("lecture-heads", &[("n", heads.to_string()), ("how", counted.label(l.0).to_owned())])
        };
        let (key, details) = match event {
            Event::Planned { starts, unit, .. } => ("planned", vec![moment(starts), unit_name(l, s.d, unit)]),
            Event::Announced {} => ("announced", Vec::new()),
            Event::Moved { starts, .. } => ("moved", vec![moment(starts)]),
            Event::Cancelled {} => ("cancelled", Vec::new()),
            Event::Recorded { heads: n, counted, .. } => ("recorded", vec![heads(n, counted)]),
            Event::Corrected { heads: n, counted, .. } => ("corrected", vec![heads(n, counted)]),
            Event::Asked { no } => ("asked", vec![l.t_n("lecture-question-no", no)]),
            Event::Joined { unit, .. } => ("joined", vec![unit_name(l, s.d, unit)]),
            Event::Merged { .. } => ("merged", Vec::new()),
        };
        Some(Happened { title: l.t(&format!("lecture-event-{key}")), details })
    }

    fn words(&self) -> &'static [&'static str] {
        BY_HOST
    }

    fn asks(&self, s: &Scene<'_>, told: Option<&Told>, alike: &[Told], act: &ActOf, field: &Field) -> Asked {
        let now = told.and_then(lecture);
        match (act.code, field.name) {
            ("plan", "host") if s.staff.role != Role::Dispatcher => Asked::Not,
            ("plan", "street") | ("ask", "near") => Asked::Of(super::form::streets(s.d, s.l.0)),
            ("plan", "minutes") => Asked::With("60".into()),
            ("plan", "announce") => Asked::With("1".into()),
            ("move", "starts") => Asked::With(now.map(|of| super::form::moment(of.starts)).unwrap_or_default()),
            ("move", "minutes") => Asked::With(now.map(|of| of.minutes.to_string()).unwrap_or_default()),
            ("correct", "heads") => {
                Asked::With(now.and_then(|of| of.record).map(|(heads, ..)| heads.to_string()).unwrap_or_default())
            }
            ("ask", "sort") => Asked::With("request".into()),
            ("join", "from") => Asked::Not,
            ("merge", "into") => {
                let one = |other: &Told| {
                    let of = lecture(other)?;
                    let hosts = hosts(s.l, s.d, of);
                    Some((other.id.hex(), format!("{} · {hosts}", word(&other.words(), "topic"))))
                };
                Asked::Of(alike.iter().filter_map(one).collect())
            }
            _ => Asked::Usual,
        }
    }

    fn alike(&self, db: &mut Db, keys: &mut Keys, district: i64, told: &Told) -> store::Result<Vec<Told>> {
        let Some(own) = lecture(told).filter(|own| !matches!(own.stage, Stage::Cancelled | Stage::Merged)) else {
            return Ok(Vec::new());
        };
        let day = day_number(own.starts.date());
        let (days, unit) = ((day, day + 1), String::new());
        let which = Which { register: "lecture", days, unit, public: false, back: false, after: None };
        let ids: Vec<CaseId> = listed::page(db, district, &which, ALIKE_OF)?.into_iter().map(|(id, _)| id).collect();
        let same = |other: &Told| {
            lecture(other).is_some_and(|other| {
                let open = !matches!(other.stage, Stage::Cancelled | Stage::Merged);
                let near = other.starts.0.abs_diff(own.starts.0) <= ALIKE_WITHIN;
                open && near && other.id != own.id && other.kind == own.kind && other.street == own.street
            })
        };
        let all = listed::some(db, keys, registers::REGISTERS, district, &ids)?;
        Ok(all.into_iter().filter(same).take(ALIKE_MOST).collect())
    }

    fn sheet(&self) -> Option<&'static Sheet> {
        Some(&sheet::SHEET)
    }

    fn into(&self, told: &Told) -> Option<CaseId> {
        lecture(told).and_then(|lecture| lecture.into)
    }

    fn public_page(&self, told: &Told) -> Option<String> {
        let lecture = lecture(told).filter(|lecture| lecture.is_public())?;
        Some(format!("/lectures/{}", lecture.code.as_str()))
    }

    fn ways(&self, l: L, told: &Told, _staff: &Staff, _own: bool) -> Vec<(String, String)> {
        let poster = self.public_page(told).map(|page| (format!("{page}/poster"), l.t("record-poster")));
        poster.into_iter().collect()
    }

    fn routes(&self) -> &'static [Route] {
        ROUTES
    }
}
