//! The rules, told as sentences, as a table, and as thousands of random lives of cases.

// Helpers outside of a test function are tests too.
#![allow(clippy::unwrap_used)]
// Dice are read by what is left of them.
#![allow(clippy::manual_is_multiple_of)]

mod access;
mod district;
mod gains;
mod late;
mod life;
mod opening;
mod review;
mod table;
mod texts;
mod tokens;
mod urgent;
mod walk;

use domain::case::*;
use domain::district::{self as ground, Catalogue, Category, District, Responsible, Unit, UnitCode, UnitKind, UnitTag};
use domain::{Actor, Label, Lang, Moment, Refusal, Role, Why};
use jiff::civil::date;

/// The units of the district under test: its dispatch centre, two discipline units, and a few that handle.
const UNITS: &[(&str, UnitKind)] = &[
    ("centre", UnitKind::Centre),
    ("discipline", UnitKind::Discipline),
    ("discipline-2", UnitKind::Discipline),
    ("housing", UnitKind::Bureau),
    ("water", UnitKind::Bureau),
    ("street-1", UnitKind::Street),
    ("community-1", UnitKind::Community),
    ("office", UnitKind::District),
];

fn system() -> Actor {
    Actor::System { name: "init".into() }
}

/// A staff member whose account number follows from unit and role.
fn staff(unit: &str, role: Role) -> Actor {
    let place = UNITS.iter().position(|(code, _)| *code == unit).unwrap_or(UNITS.len());
    let account = u32::try_from(place * 10 + role as usize + 1).unwrap();
    Actor::Staff { account, unit: unit.into(), role }
}

fn dispatcher() -> Actor {
    staff("centre", Role::Dispatcher)
}

fn change(district: &mut District, command: &ground::Command) -> Result<(), Refusal> {
    let now = Moment::default();
    for event in ground::decide(district, command, &system(), now)? {
        ground::evolve(district, now, &system(), &event);
    }
    // As the key store sets them.
    let tag = |unit: &UnitCode| (unit.clone(), UnitTag(format!("tag of {unit}")));
    district.tags = district.units.keys().map(tag).collect();
    Ok(())
}

fn units() -> Vec<Unit> {
    let parent = |code: &str| (code == "community-1").then(|| "street-1".into());
    let unit = |(code, kind): &(&str, UnitKind)| Unit { parent: parent(code), ..testing::unit(code, *kind) };
    UNITS.iter().map(unit).collect()
}

fn catalogue() -> Catalogue {
    let street = Category { responsible: Responsible::StreetOfPlace, ..testing::category("street", "") };
    let categories =
        vec![testing::category("heating", "housing"), testing::category("heating.cold", "housing"), street];
    Catalogue { categories, ..Catalogue::default() }
}

fn founded() -> District {
    let mut district = District::default();
    let (zh, en) = ("示例区".to_owned(), "Example".to_owned());
    let found = ground::Command::Found { zh, en, origin: "example/ledger".into(), vkey: "key".into() };
    change(&mut district, &found).unwrap();
    change(&mut district, &ground::Command::SetUnits(units())).unwrap();
    change(&mut district, &ground::Command::PublishCatalogue(catalogue())).unwrap();
    district
}

/// A district with one case under its rules, and the day that it is there.
struct Story {
    district: District,
    now: Moment,
    case: Case,
    bodies: Vec<Body<Event>>,
    privates: Vec<Fields>,
}

impl Story {
    fn of(track: Track) -> Story {
        Story::raised(Raise { track, text: "楼道的灯不亮。".into(), ..Raise::default() })
    }

    fn raised(raise: Raise) -> Story {
        Story::raised_by(Actor::Resident, raise)
    }

    fn raised_by(actor: Actor, raise: Raise) -> Story {
        Story::try_raise(actor, &raise).unwrap()
    }

    fn try_raise(actor: Actor, raise: &Raise) -> Result<Story, Refusal> {
        let now = Moment::from_local(date(2024, 3, 4).at(9, 0, 0, 0));
        let id = CaseId([7; 16]);
        let mut story = Story { district: founded(), now, case: Case::blank(id), bodies: vec![], privates: vec![] };
        let facts = Facts {
            now,
            actor: &actor,
            district: &story.district,
            code: "CODE",
            secret: "123456",
            other: None,
            visit: Visit::BEST,
            numbers: &[],
            // A token raises what an act on a record asks for.
            asked: actor.is_token(),
        };
        let news = decide_raise(raise, &facts)?;
        story.take(&actor, news);
        Ok(story)
    }

    fn take(&mut self, actor: &Actor, news: Vec<New>) {
        for new in news {
            evolve(&mut self.case, self.now, actor, &new.event, &new.clocks);
            let (at, by) = (self.now, actor.clone());
            self.privates.push(new.private);
            self.bodies.push(Body {
                nonce: "00".into(),
                at,
                by,
                because: None,
                in_hall: None,
                event: new.event,
                clocks: new.clocks,
            });
        }
    }

    fn act(&mut self, actor: &Actor, command: Command) -> Result<(), Refusal> {
        self.act_with(actor, command, None)
    }

    fn act_with(&mut self, actor: &Actor, command: Command, other: Option<&Case>) -> Result<(), Refusal> {
        self.decide(actor, Visit::BEST, command, other)
    }

    /// The resident acts in a visit.
    fn visit(&mut self, visit: Visit, command: Command) -> Result<(), Refusal> {
        self.decide(&Actor::Resident, visit, command, None)
    }

    fn decide(&mut self, actor: &Actor, visit: Visit, command: Command, other: Option<&Case>) -> Result<(), Refusal> {
        let (now, district) = (self.now, &self.district);
        let facts =
            Facts { now, actor, district, code: "", secret: "", other, visit, numbers: &["13800000000"], asked: false };
        let news = decide(&self.case, &command, &facts)?;
        self.take(actor, news);
        Ok(())
    }

    fn why(&mut self, actor: &Actor, command: Command) -> Why {
        self.act(actor, command).unwrap_err().why
    }

    fn days(&mut self, days: i64) {
        self.now = Moment(self.now.0 + days * 86_400_000);
    }

    /// Accepted, and with the lead at a unit.
    fn at(track: Track, unit: &str) -> Story {
        let mut story = Story::of(track);
        let by = if track == Track::Accusation { staff("discipline", Role::Dispatcher) } else { dispatcher() };
        story.act(&by, accept(track)).unwrap();
        story.act(&by, dispatch(unit)).unwrap();
        story
    }

    /// What was kept last under a name.
    fn private(&self, name: &str) -> &str {
        self.privates.iter().rev().find_map(|p| p.get(name)).unwrap()
    }

    fn clock(&self, rule: domain::rule::RuleId) -> &Clock {
        self.case.clocks.iter().rev().find(|c| c.rule == rule).unwrap()
    }
}

fn accept(track: Track) -> Command {
    let way = (track == Track::Petition).then_some(Way::Opinion);
    Command::Accept { way, category: "heating".into() }
}

fn dispatch(unit: &str) -> Command {
    Command::Dispatch { lead: unit.into(), joint: vec![] }
}

fn answer(outcome: Outcome) -> Command {
    Command::Answer { task: 1, outcome, text: "已经修好。".into(), basis: "规定第一条".into() }
}

fn verdict(solved: Solved) -> Command {
    let verdict = Verdict { solved, handled: Handled::Good, asked_for_good: false, witnessed: false };
    Command::GiveVerdict { verdict, words: String::new(), witness: String::new() }
}

/// Who was told of the latest event, and what about.
fn told_last(story: &Story) -> Vec<(Topic, To)> {
    let body = story.bodies.last().unwrap();
    told(&body.event, &body.by, &story.case, &body.clocks).into_iter().map(|n| (n.topic, n.to)).collect()
}
