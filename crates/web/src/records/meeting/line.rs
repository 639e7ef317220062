//! What was said at a meeting, line by line: in the words of the note-taker while it waits, and in those of its case once it
//! is one.

use domain::case::{self, Case, CaseId, Fields, Texts, field};
use domain::codes::UnitCode;
use registers::REGISTERS;
use registers::listen::meeting::{Meeting, NoteState};
use registers::listen::opinion::Opinion;
use store::listed::{self, Told};
use store::{Db, Keys};

/// An opinion with its case.
pub(super) struct Said {
    pub(super) opinion: Opinion,
    /// What was said; empty where it was erased.
    pub(super) words: String,
    pub(super) case: Option<Case>,
    /// The post and the first step of each claim that stands.
    pub(super) claims: Vec<(UnitCode, String, String)>,
}

impl Said {
    pub(super) fn state(&self) -> NoteState {
        self.opinion.state()
    }

    /// The post and the first step of a unit's claim.
    pub(super) fn claim(&self, unit: &UnitCode) -> Option<(&str, &str)> {
        let found = self.claims.iter().find(|(other, ..)| other == unit);
        found.map(|(_, post, step)| (post.as_str(), step.as_str()))
    }
}

/// The opinions of a meeting, in their order.
pub(super) fn opinions(db: &mut Db, keys: &mut Keys, district: i64, meeting: &Meeting) -> store::Result<Vec<Opinion>> {
    let ids: Vec<CaseId> = meeting.notes.iter().map(|note| note.opinion).collect();
    let lines = listed::some(db, keys, REGISTERS, district, &ids)?;
    Ok(lines.iter().filter_map(|line| line.state.downcast_ref().cloned()).collect())
}

/// Everything that was said at a meeting, in its order.
pub(super) fn said(db: &mut Db, keys: &mut Keys, district: i64, meeting: &Meeting) -> store::Result<Vec<Said>> {
    let ids: Vec<CaseId> = meeting.notes.iter().map(|note| note.opinion).collect();
    let lines = listed::some(db, keys, REGISTERS, district, &ids)?;
    let of = |told: &Told| told.state.downcast_ref::<Opinion>().cloned();
    let cases: Vec<CaseId> = lines.iter().filter_map(of).filter_map(|line| line.case).map(|(case, _)| case).collect();
    let mut cases = listed::some(db, keys, REGISTERS, district, &cases)?.into_iter().peekable();
    let said = lines.into_iter().filter_map(|line| {
        let opinion = of(&line)?;
        // Both lists stand in one order.
        let case = cases.next_if(|case| Some(case.id) == opinion.case.map(|(case, _)| case));
        let written = line.words().get("words").cloned().unwrap_or_default();
        let words = case.as_ref().map_or(written, text);
        let claims = case.as_ref().map(claims).unwrap_or_default();
        Some(Said { opinion, words, case: case.and_then(|told| told.state.downcast_ref().cloned()), claims })
    });
    Ok(said.collect())
}

type Body = domain::body::Body<case::Event>;

fn events(case: &Told) -> impl Iterator<Item = (&case::Event, &Fields)> {
    case.events.iter().filter_map(|(_, recorded)| {
        let body = recorded.body.downcast_ref::<Body>()?;
        Some((&body.event, &recorded.private))
    })
}

/// The text of a case as it stands now.
fn text(case: &Told) -> String {
    Texts::of(events(case)).fields.remove(field::TEXT).unwrap_or_default()
}

/// What each unit promised with the claim that stands.
fn claims(case: &Told) -> Vec<(UnitCode, String, String)> {
    let mut claims: Vec<(UnitCode, String, String)> = Vec::new();
    for (event, private) in events(case) {
        let word = |name: &str| private.get(name).cloned().unwrap_or_default();
        match event {
            case::Event::Claimed { unit, .. } => claims.push((unit.clone(), word(field::POST), word(field::STEP))),
            case::Event::Unclaimed { unit } => claims.retain(|(other, ..)| other != unit),
            _ => {}
        }
    }
    claims
}
