//! The demo's organisation: units, posts, accounts, catalogue and calendar, as commands of the district's stream.

use super::fault;
use super::walk::{last_day, moment};
use crate::cli::Failed;
use calendar::{Date, YearTable};
use domain::district::{self, CategoryCode, Command, District, Post, PostCode, Responsible, Unit, UnitCode, UnitKind};
use domain::{Actor, Label, Moment, Role};
use jiff::civil::date;
use serde::Deserialize;
use std::collections::BTreeMap;

const UNITS: &str = include_str!("../../demo/units.csv");
const CATALOGUE: &str = include_str!("../../demo/catalogue.toml");
/// Communities of each street.
const COMMUNITIES: usize = 11;
/// Posts of district leaders.
const LEADERS: usize = 33;
/// Posts of grid workers.
const GRIDS: usize = 864;
/// A working weekend day that the demo's first calendar table forgets, until the table is corrected.
const FORGOTTEN: &str = "2023-06-25";

/// The district's own unit.
pub const DISTRICT: &str = "district";
/// The dispatch centre.
pub const CENTRE: &str = "dispatch";
/// The petition office.
pub const PETITIONS: &str = "petition";
/// The discipline unit.
pub const DISCIPLINE: &str = "discipline";
/// The district's mediation centre.
pub const MEDIATION: &str = "mediation";

/// A category with what residents say about it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    code: String,
    zh: String,
    en: String,
    /// The responsible unit; `street`: the street of the place. Empty in a first level: that of the office.
    #[serde(default)]
    unit: String,
    #[serde(default)]
    tracks: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    /// How a text begins: what is the matter.
    #[serde(default)]
    pub say: Vec<String>,
    /// How it goes on.
    #[serde(default)]
    pub more: Vec<String>,
    /// What the unit did about it.
    #[serde(default)]
    pub done: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Themes {
    category: Vec<Theme>,
}

impl Theme {
    /// The category's Chinese name.
    pub fn zh(&self) -> &str {
        &self.zh
    }
}

/// The demo's organisation.
pub struct Town {
    /// The district's commands with their times; the founding itself is the desk's.
    pub commands: Vec<(Moment, Command)>,
    /// The district from each time on.
    phases: Vec<(Moment, District)>,
    /// The streets, with the character that their places are named after.
    pub streets: Vec<(UnitCode, String)>,
    /// Themes by category code.
    pub themes: BTreeMap<CategoryCode, Theme>,
    accounts: BTreeMap<(UnitCode, Role), Vec<u32>>,
}

/// Who changes the demo's district.
pub fn installer() -> Actor {
    Actor::System { name: "demo".into() }
}

/// When the demo's district begins.
pub fn beginning() -> Moment {
    Moment::from_local(date(2023, 1, 1).at(8, 0, 0, 0))
}

/// When the corrected calendar table is loaded; the dates that it moves are moved right after.
pub fn correction() -> Moment {
    Moment::from_local(date(2023, 6, 14).at(2, 30, 0, 0))
}

impl Town {
    /// The organisation of `units.csv` and `catalogue.toml`.
    ///
    /// # Errors
    /// What is wrong with those files, or why a command is refused.
    pub fn build() -> Result<Town, Failed> {
        let mut units = vec![unit(DISTRICT, "示范区", "Demonstration District", UnitKind::District, None)];
        let mut streets = Vec::new();
        let mut reader = csv::Reader::from_reader(UNITS.as_bytes());
        for row in reader.deserialize::<(String, String, String, String)>() {
            let (code, kind, zh, en) = row.map_err(fault)?;
            let kind = UnitKind::of(&kind).ok_or_else(|| fault(format!("no kind of unit is called {kind}")))?;
            if kind == UnitKind::Street {
                streets.push((UnitCode(code.clone()), zh.chars().nth(1).map(String::from).unwrap_or_default()));
            }
            units.push(unit(&code, &zh, &en, kind, Some(DISTRICT)));
        }
        let divisions: Vec<UnitCode> = units.iter().skip(1).map(|u| u.code.clone()).collect();
        let mut communities = Vec::new();
        for (n, (street, name)) in streets.iter().enumerate() {
            let street = street.as_str();
            let centre = format!("{street}.mediation");
            let (zh, en) = (format!("示{name}街道矛调中心"), format!("Street {} mediation centre", n + 1));
            units.push(unit(&centre, &zh, &en, UnitKind::Mediation, Some(street)));
            for (m, ordinal) in ORDINALS.iter().take(COMMUNITIES).enumerate() {
                let code = format!("{street}.c{:02}", m + 1);
                let (zh, en) = (format!("{name}{ordinal}社区"), format!("Community {}-{}", n + 1, m + 1));
                units.push(unit(&code, &zh, &en, UnitKind::Community, Some(street)));
                let (room, zh, en) = (format!("{code}.m"), format!("{zh}调解室"), format!("{en} mediation room"));
                units.push(unit(&room, &zh, &en, UnitKind::Mediation, Some(&code)));
                communities.push(UnitCode(code));
            }
        }
        let accounts = accounts(&divisions, &streets, &communities);
        let themes = toml::from_str::<Themes>(CATALOGUE).map_err(fault)?.category;
        let second = |minute: i64| Moment(beginning().0 + minute * 60_000);
        let (first, corrected) = calendars()?;
        let mut commands = vec![
            (second(0), Command::SetUnits(units)),
            (second(1), Command::SetPosts(posts(&divisions, &communities))),
            (second(2), Command::OpenAccounts(accounts)),
            (second(3), Command::PublishCatalogue(catalogue(&themes)?)),
            (second(4), Command::LoadCalendar(first)),
            (second(5), Command::MakeToken { name: "hotline".into(), scope: district::Scope::Intake }),
        ];
        commands.extend(TEMPLATES.iter().zip(6..).map(|((name, text), n)| (second(n), template(name, text))));
        commands.push((correction(), Command::LoadCalendar(corrected)));
        let mut town = Town {
            commands,
            phases: Vec::new(),
            streets,
            themes: themes.into_iter().map(|t| (CategoryCode::from(t.code.as_str()), t)).collect(),
            accounts: BTreeMap::new(),
        };
        town.run_through()?;
        Ok(town)
    }

    /// Lets the rules decide each command, so that the plan knows the district as it will be.
    fn run_through(&mut self) -> Result<(), Failed> {
        let mut district = District::default();
        let founded = Command::Found { zh: "示".into(), en: "D".into(), origin: String::new(), vkey: String::new() };
        for (at, command) in std::iter::once(&(beginning(), founded)).chain(&self.commands) {
            for event in district::decide(&district, command, &installer(), *at).map_err(fault)? {
                district::evolve(&mut district, *at, &installer(), &event);
            }
            self.phases.push((*at, district.clone()));
        }
        for account in district.accounts.values() {
            self.accounts.entry((account.unit.clone(), account.role)).or_default().push(account.id);
        }
        Ok(())
    }

    /// The district as it stands at a time.
    ///
    /// # Errors
    /// A time before its beginning.
    pub fn at(&self, at: Moment) -> Result<&District, Failed> {
        let phase = self.phases.iter().rev().find(|(from, _)| *from <= at);
        phase.map(|(_, district)| district).ok_or_else(|| fault("a case is older than the district"))
    }

    /// Whether offices work on a day, by the calendar of the year's end.
    ///
    /// # Errors
    /// None, once the district has begun.
    pub fn works(&self, day: Date) -> Result<bool, Failed> {
        Ok(self.at(moment(last_day(), 0))?.calendar.is_working(day))
    }

    /// The units right below the district that have a clerk, with their kinds.
    pub fn hosts(&self) -> Vec<(UnitCode, UnitKind)> {
        let units = self.phases.last().map(|(_, district)| district.units.values());
        let below = |unit: &&Unit| unit.parent.as_ref().is_some_and(|parent| parent.as_str() == DISTRICT);
        let works = |unit: &&Unit| self.accounts.contains_key(&(unit.code.clone(), Role::Clerk));
        units.into_iter().flatten().filter(below).filter(works).map(|unit| (unit.code.clone(), unit.kind)).collect()
    }

    /// The `n`th account of a role at a unit, as who acts.
    ///
    /// # Errors
    /// A unit without such an account.
    pub fn staff(&self, unit: &UnitCode, role: Role, n: usize) -> Result<Actor, Failed> {
        let accounts = self.accounts.get(&(unit.clone(), role)).filter(|a| !a.is_empty());
        let accounts = accounts.ok_or_else(|| fault(format!("{unit} has no account of the role {role}")))?;
        let account = accounts[n % accounts.len()];
        Ok(Actor::Staff { account, unit: unit.clone(), role })
    }
}

/// Answers that come up again, for all units.
const TEMPLATES: [(&str, &str); 3] = [
    ("已办成", "您{提出日期}反映的{类别}问题，{单位}已到现场处理：{做了什么}。如再出现，请凭编号{编号}告诉我们。"),
    ("正在办理", "您反映的{类别}问题，{单位}正在办理：{办到哪一步}。我们最迟在{期限}答复您。"),
    (
        "目前办不了",
        "您反映的{类别}问题，目前还办不了，原因是：{原因}。条件具备时{单位}会重新办理，您也可以申请重新办理。",
    ),
];

fn template(name: &str, text: &str) -> Command {
    Command::SetTemplate { unit: None, name: name.to_owned(), text: text.to_owned() }
}

const ORDINALS: [&str; COMMUNITIES] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一"];

/// The ordinal of a community of a street, as its places are named: `甲三里`.
pub fn ordinal(n: usize) -> &'static str {
    ORDINALS[n % COMMUNITIES]
}

/// How many communities a street has.
pub fn communities() -> usize {
    COMMUNITIES
}

fn unit(code: &str, zh: &str, en: &str, kind: UnitKind, parent: Option<&str>) -> Unit {
    Unit {
        code: code.into(),
        zh: zh.into(),
        en: en.into(),
        kind,
        parent: parent.map(UnitCode::from),
        closed: false,
        at: None,
    }
}

fn posts(divisions: &[UnitCode], communities: &[UnitCode]) -> Vec<Post> {
    let post = |code: String, zh: String, en: String, unit: &UnitCode, role| {
        let code = PostCode(code);
        Post { code, zh, en, unit: unit.clone(), role }
    };
    let district = UnitCode::from(DISTRICT);
    let leaders = (1..=LEADERS).map(|n| {
        let (code, zh, en) = (format!("leader-{n:02}"), format!("区领导岗位{n:02}"), format!("District leader {n:02}"));
        post(code, zh, en, &district, Role::Leader)
    });
    let desks = divisions.iter().flat_map(|unit| {
        let head = (format!("{unit}.head"), "负责人岗位".to_owned(), "Head".to_owned());
        let clerk = (format!("{unit}.clerk"), "经办岗位".to_owned(), "Clerk".to_owned());
        [post(head.0, head.1, head.2, unit, Role::Head), post(clerk.0, clerk.1, clerk.2, unit, Role::Clerk)]
    });
    let grids = (0..GRIDS).filter_map(|n| {
        let unit = communities.get(n % communities.len().max(1))?;
        let (no, of) = (n + 1, n / communities.len().max(1) + 1);
        Some(post(format!("grid-{no:03}"), format!("第{of}网格"), format!("Grid {of}"), unit, Role::Grid))
    });
    leaders.chain(desks).chain(grids).collect()
}

fn accounts(
    divisions: &[UnitCode],
    streets: &[(UnitCode, String)],
    communities: &[UnitCode],
) -> Vec<(String, UnitCode, Role)> {
    let at = |user: &str, unit: &str, role| (user.to_owned(), UnitCode::from(unit), role);
    let mut all = vec![
        at("admin", DISTRICT, Role::Administrator),
        at("auditor", DISTRICT, Role::Auditor),
        at("supervisor", PETITIONS, Role::Supervisor),
        at("supervisor2", PETITIONS, Role::Supervisor),
        at("leader01", DISTRICT, Role::Leader),
        at("leader02", DISTRICT, Role::Leader),
        at("dispatcher", CENTRE, Role::Dispatcher),
        at("dispatcher2", CENTRE, Role::Dispatcher),
        at("dispatcher3", CENTRE, Role::Dispatcher),
        at("discipline", DISCIPLINE, Role::Dispatcher),
    ];
    for unit in divisions {
        all.push((format!("{unit}.clerk"), unit.clone(), Role::Clerk));
        all.push((format!("{unit}.head"), unit.clone(), Role::Head));
    }
    for (street, _) in streets {
        all.push((format!("{street}.m.clerk"), UnitCode(format!("{street}.mediation")), Role::Clerk));
        all.push((format!("{street}.m.head"), UnitCode(format!("{street}.mediation")), Role::Head));
    }
    for (n, unit) in communities.iter().enumerate() {
        all.push((format!("grid{:02}", n + 1), unit.clone(), Role::Grid));
    }
    all
}

fn catalogue(themes: &[Theme]) -> Result<district::Catalogue, Failed> {
    let category = |theme: &Theme| {
        let tracks = theme.tracks.iter().map(|t| Label::of(t).ok_or_else(|| fault(format!("no track is called {t}"))));
        let responsible = match theme.unit.as_str() {
            "" => Responsible::Unit(PETITIONS.into()),
            "street" => Responsible::StreetOfPlace,
            code => Responsible::Unit(code.into()),
        };
        Ok(district::Category {
            code: theme.code.as_str().into(),
            zh: theme.zh.clone(),
            en: theme.en.clone(),
            responsible,
            tracks: tracks.collect::<Result<_, Failed>>()?,
            keywords: theme.words.clone(),
        })
    };
    let categories = themes.iter().map(category).collect::<Result<_, Failed>>()?;
    Ok(district::Catalogue { categories, ..district::Catalogue::default() })
}

/// The year's table as first typed in, with a forgotten day, and as corrected.
fn calendars() -> Result<(YearTable, YearTable), Failed> {
    let builtin = calendar::Calendar::builtin();
    let right = builtin.table(2023).ok_or_else(|| fault("the program has no calendar table for 2023"))?;
    let work = right.work.iter().filter(|day| *day != FORGOTTEN).cloned().collect();
    let first = YearTable { work, revision: right.revision + 1, ..right.clone() };
    Ok((first, YearTable { revision: right.revision + 2, ..right.clone() }))
}
