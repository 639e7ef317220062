//! The demo's texts: what openly made-up residents write and what units answer, put together from `catalogue.toml` and
//! `phrases.toml`.

use super::dice::Dice;
use super::fault;
use super::town::{Theme, Town};
use crate::cli::Failed;
use domain::case::{Case, Handled, Outcome, ScopeReason, Solved, Track, Verdict, Way};
use domain::district::{CategoryCode, Responsible, UnitCode};
use domain::{Label, Lang};
use serde::Deserialize;
use std::collections::BTreeMap;

const PHRASES: &str = include_str!("../../demo/phrases.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Phrases {
    /// How a text opens, by track.
    open: BTreeMap<String, Vec<String>>,
    /// What it asks for in the end, by track.
    ask: BTreeMap<String, Vec<String>>,
    /// What it is like to live with it.
    effect: Vec<String>,
    /// When it began.
    time: Vec<String>,
    /// Roads, beside the estates that are named after the communities.
    road: Vec<String>,
    note: Vec<String>,
    report: Vec<String>,
    question: Vec<String>,
    reply: Vec<String>,
    objection: Vec<String>,
    extension: Vec<String>,
    basis: Vec<String>,
    review: Vec<String>,
    reopen: String,
    ask_review: String,
    former: String,
    checked: Vec<String>,
    thanks: Vec<String>,
    happy: Vec<String>,
    unhappy: Vec<String>,
    refusal: BTreeMap<String, String>,
    door: BTreeMap<String, String>,
    outcome: BTreeMap<String, Vec<String>>,
}

/// The texts, and the categories of each track.
pub struct Words {
    phrases: Phrases,
    themes: BTreeMap<CategoryCode, Theme>,
    categories: BTreeMap<Track, Vec<CategoryCode>>,
    units: BTreeMap<Track, Vec<UnitCode>>,
}

impl Words {
    /// The texts that come with the program.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn read(town: &Town) -> Result<Words, Failed> {
        let phrases = toml::from_str(PHRASES).map_err(fault)?;
        let district = town.at(super::town::correction())?;
        let mut categories: BTreeMap<Track, Vec<CategoryCode>> = BTreeMap::new();
        let mut units: BTreeMap<Track, Vec<UnitCode>> = BTreeMap::new();
        for category in district.catalogue.categories.iter().filter(|c| c.code.as_str().contains('.')) {
            for track in &category.tracks {
                categories.entry(*track).or_default().push(category.code.clone());
                if let Responsible::Unit(unit) = &category.responsible {
                    let units = units.entry(*track).or_default();
                    if !units.contains(unit) {
                        units.push(unit.clone());
                    }
                }
            }
        }
        Ok(Words { phrases, themes: town.themes.clone(), categories, units })
    }

    /// Units that answer for categories of a track.
    pub fn units(&self, track: Track) -> &[UnitCode] {
        self.units.get(&track).map_or(&[], Vec::as_slice)
    }

    /// A category of a track, other than one.
    ///
    /// # Errors
    /// A track without categories.
    pub fn category(&self, dice: &mut Dice, track: Track, not: Option<&CategoryCode>) -> Result<CategoryCode, Failed> {
        let all: Vec<_> = self.categories.get(&track).into_iter().flatten().filter(|c| Some(*c) != not).collect();
        let picked = dice.pick(&all).copied().cloned();
        picked.ok_or_else(|| fault(format!("catalogue.toml has no category of the track {track}")))
    }

    /// A place in full, and as people name it in a sentence.
    pub fn place(&self, dice: &mut Dice, track: Track, stem: &str, ordinal: &str) -> (String, String) {
        let estate = format!("{stem}{ordinal}里");
        let near = match dice.below(4) {
            _ if track == Track::Enterprise => format!("示{stem}商务楼{}层", dice.between(2, 26)),
            0 => format!("{stem}{}", dice.say(&self.phrases.road)),
            1 => estate,
            _ => format!("{estate}{}号楼{}门", dice.between(1, 28), dice.between(1, 6)),
        };
        (format!("示{stem}街道{stem}{ordinal}社区{near}"), near)
    }

    /// What a resident writes: how it is, what it is like, what is asked for.
    pub fn text(&self, dice: &mut Dice, track: Track, category: &CategoryCode, near: &str) -> String {
        let none = Vec::new();
        let of = |map: &'_ BTreeMap<String, Vec<String>>| map.get(track.code()).cloned().unwrap_or_default();
        let theme = self.themes.get(category);
        let (say, more) = theme.map_or((&none, &none), |t| (&t.say, &t.more));
        let mut text = String::from(dice.say(&of(&self.phrases.open)));
        text.push_str(dice.say(say));
        text.push_str(dice.say(more));
        if dice.chance(55) && !matches!(track, Track::Accusation | Track::Suggestion | Track::Enterprise) {
            text.push_str(dice.say(&self.phrases.effect));
        }
        text.push_str(dice.say(&of(&self.phrases.ask)));
        let count = dice.between(2, 9).to_string();
        let time = dice.say(&self.phrases.time).to_owned();
        text.replace("{p}", near).replace("{t}", &time).replace("{n}", &count)
    }

    /// An answer to the resident.
    pub fn answer(&self, dice: &mut Dice, case: &Case, outcome: Outcome, place: &str) -> String {
        let theme = case.category.as_ref().and_then(|c| self.themes.get(c));
        let done = theme.map_or("", |t| t.done.as_str());
        let said = self.phrases.outcome.get(outcome.code()).cloned().unwrap_or_default();
        let good = matches!(outcome, Outcome::Done | Outcome::Supported | Outcome::Agreed);
        let middle = if good { done } else { "" };
        let text = [dice.say(&self.phrases.checked), middle, dice.say(&said), dice.say(&self.phrases.thanks)].concat();
        text.replace("{p}", place)
    }

    /// The words of a verdict; often none.
    pub fn verdict(&self, dice: &mut Dice, verdict: Verdict) -> String {
        if dice.chance(55) {
            return String::new();
        }
        let happy = verdict.solved == Solved::Yes && verdict.handled != Handled::Poor;
        dice.say(if happy { &self.phrases.happy } else { &self.phrases.unhappy }).to_owned()
    }

    /// Why a case is not accepted, with the right door.
    pub fn refusal(&self, reason: ScopeReason) -> String {
        self.phrases.refusal.get(reason.code()).cloned().unwrap_or_else(|| reason.label(Lang::Zh).to_owned())
    }

    /// The lawful way's door.
    pub fn door(&self, way: Way) -> String {
        self.phrases.door.get(way.code()).cloned().unwrap_or_else(|| way.label(Lang::Zh).to_owned())
    }

    /// Why a resident wants a case handled again.
    pub fn reopen(&self) -> &str {
        &self.phrases.reopen
    }

    /// Why a resident asks for a review.
    pub fn review(&self) -> &str {
        &self.phrases.ask_review
    }

    /// What the former system answered.
    pub fn former(&self) -> &str {
        &self.phrases.former
    }
}

/// Texts that are one of several.
macro_rules! one_of {
    ($($(#[$meta:meta])* $name:ident $list:ident),+ $(,)?) => {
        impl Words {
            $($(#[$meta])* pub fn $name(&self, dice: &mut Dice) -> String { dice.say(&self.phrases.$list).to_owned() })+
        }
    };
}

one_of! {
    /// An internal note.
    note note,
    /// A joint unit's report.
    report report,
    /// A question to the resident.
    question question,
    /// The resident's reply.
    reply reply,
    /// Why a unit objects.
    objection objection,
    /// Why a clock is extended.
    extension extension,
    /// A legal basis.
    basis basis,
    /// A review's result.
    reviewed review,
}
