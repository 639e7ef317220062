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
    /// The same, where something at a place is broken, dirty or in the way.
    effect_place: Vec<String>,
    /// What is asked for there.
    ask_place: Vec<String>,
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
    claim_post: String,
    first_steps: Vec<String>,
    step_done: String,
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
    pub fn place(&self, dice: &mut Dice, category: &CategoryCode, stem: &str, ordinal: &str) -> (String, String) {
        let estate = format!("{stem}{ordinal}里");
        let near = match (category.coarse(), dice.below(4)) {
            ("enterprise", _) => format!("示{stem}商务楼{}层", dice.between(2, 26)),
            ("traffic" | "street", 0..=2) | ("parks" | "consumer" | "welfare", 0) => {
                format!("{stem}{}", dice.say(&self.phrases.road))
            }
            (_, 0) | ("traffic" | "street" | "parks", _) => estate,
            _ => format!("{estate}{}号楼{}门", dice.between(1, 28), dice.between(1, 6)),
        };
        (format!("示{stem}街道{stem}{ordinal}社区{near}"), near)
    }

    /// What a resident writes: how it is, what it is like, what is asked for. With a title, as staff give one, or its
    /// first words.
    pub fn text(
        &self,
        dice: &mut Dice,
        track: Track,
        category: &CategoryCode,
        near: &str,
        by_staff: bool,
    ) -> (String, String) {
        let of = |map: &BTreeMap<String, Vec<String>>| map.get(track.code()).cloned().unwrap_or_default();
        let (count, time) = (dice.between(2, 9).to_string(), dice.say(&self.phrases.time).to_owned());
        let fill = |text: &str| text.replace("{p}", near).replace("{t}", &time).replace("{n}", &count);
        let theme = self.themes.get(category);
        let said = fill(theme.map_or("", |t| dice.say(&t.say)));
        let more = theme.map_or("", |t| dice.say(&t.more));
        let at_place =
            matches!(category.coarse(), "heating" | "street" | "parks" | "traffic" | "utilities" | "housing")
                && !matches!(category.as_str(), "heating.fee" | "housing.deed" | "housing.resettle");
        let lived = match track {
            Track::Accusation | Track::Suggestion | Track::Enterprise => "",
            _ if dice.chance(45) => "",
            _ if at_place => dice.say(&self.phrases.effect_place),
            _ => dice.say(&self.phrases.effect),
        };
        let asks =
            if at_place && track == Track::Hotline { self.phrases.ask_place.clone() } else { of(&self.phrases.ask) };
        let (opening, ask) = (of(&self.phrases.open), dice.say(&asks).to_owned());
        let text = [dice.say(&opening), &said, more, lived, &ask].concat();
        let named = format!("{near}{}", theme.map_or("", |t| t.zh()));
        let title =
            if by_staff { named } else { said.split(['，', '。', '？']).next().unwrap_or_default().to_owned() };
        (title, fill(&text))
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

    /// The post that answers for a claim.
    pub fn post(&self) -> &str {
        &self.phrases.claim_post
    }

    /// What a unit promises to do first.
    pub fn first_step(&self, n: u8) -> &str {
        let all = &self.phrases.first_steps;
        all.get(usize::from(n) % all.len().max(1)).map_or("", String::as_str)
    }

    /// What a unit says when a first step is done.
    pub fn step_done(&self) -> &str {
        &self.phrases.step_done
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
