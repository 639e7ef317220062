//! What was said at a meeting, line by line: in the words of the note-taker while it waits, and in those of its case once it
//! is one.

use crate::caller::Staff;
use crate::parts::promise::claim_words;
use domain::case::{self, Case, CaseId, Fields, Texts, field};
use domain::codes::UnitCode;
use registers::REGISTERS;
use registers::listen::meeting::{Meeting, Note, NoteState};
use registers::listen::opinion::Opinion;
use store::listed::{self, Told};
use store::{Db, Keys};

/// An opinion with its case.
pub(super) struct Said {
    pub(super) opinion: Opinion,
    /// What was said; empty where it was erased.
    pub(super) words: String,
    /// Why it was struck out; empty where it was not.
    pub(super) struck: String,
    pub(super) case: Option<Case>,
    /// The post and the first step of each claim that stands.
    claims: Vec<(UnitCode, [String; 2])>,
}

impl Said {
    pub(super) fn state(&self) -> NoteState {
        self.opinion.state()
    }

    /// The words, for somebody of the unit that convenes the meeting: whoever stepped aside from the case does not read it here.
    pub(super) fn words_for(&self, staff: &Staff) -> String {
        let aside = self.case.as_ref().is_some_and(|case| case.stepped_aside(&staff.actor()));
        if aside { String::new() } else { self.words.clone() }
    }

    /// The post and the first step of a unit's claim.
    pub(super) fn claim(&self, unit: &UnitCode) -> Option<(&str, &str)> {
        let found = self.claims.iter().find(|(other, _)| other == unit);
        found.map(|(_, [post, step])| (post.as_str(), step.as_str()))
    }
}

/// The opinions of a meeting, in their order.
pub(super) fn opinions(db: &mut Db, keys: &mut Keys, district: i64, meeting: &Meeting) -> store::Result<Vec<Opinion>> {
    let ids: Vec<CaseId> = meeting.notes.iter().map(|note| note.opinion).collect();
    let lines = listed::some(db, keys, REGISTERS, district, &ids)?;
    Ok(lines.iter().filter_map(|line| line.state.downcast_ref().cloned()).collect())
}

/// What was said in these lines of a meeting, in their order.
pub(super) fn said<'a>(
    db: &mut Db,
    keys: &mut Keys,
    district: i64,
    notes: impl Iterator<Item = &'a Note>,
) -> store::Result<Vec<Said>> {
    let ids: Vec<CaseId> = notes.map(|note| note.opinion).collect();
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
        let promised = |case: &Told, unit: &UnitCode| (unit.clone(), claim_words(events(case), unit));
        let claims = opinion.claims.iter().filter_map(|claim| Some(promised(case.as_ref()?, &claim.unit))).collect();
        let struck = line.words().get("reason").cloned().unwrap_or_default();
        Some(Said { opinion, words, struck, case: case.and_then(|told| told.state.downcast_ref().cloned()), claims })
    });
    Ok(said.collect())
}

type Body = domain::body::Body<case::Event>;

fn events(case: &Told) -> impl DoubleEndedIterator<Item = (&case::Event, &Fields)> {
    case.events.iter().filter_map(|(_, recorded)| {
        let body = recorded.body.downcast_ref::<Body>()?;
        Some((&body.event, &recorded.private))
    })
}

/// The text of a case as it stands now.
fn text(case: &Told) -> String {
    Texts::of(events(case)).fields.remove(field::TEXT).unwrap_or_default()
}
