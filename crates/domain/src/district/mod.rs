//! What the casework stands on: units and posts, accounts, the dispatch catalogue, calendar and rule table.
//! State, commands, events and rules of the district's own stream.

mod access;
mod catalogue;
mod danger;
mod decide;
mod event;
mod point;
mod register;
mod template;
mod token;

pub use crate::codes::{CategoryCode, DangerCode, PostCode, UnitCode, UnitTag};
pub use access::{Access, AccountAct, AskedAct, Reset, SECOND_WAIT};
pub use catalogue::{Catalogue, CatalogueFault, Category, Responsible};
pub use danger::{Danger, Found};
pub use decide::{Command, decide, evolve};
pub use event::{EVENT_KINDS, Event, Figure};
pub use point::{NoPoint, Point};
pub use register::{DISTRICT_STREAM, Districts};
pub use template::*;
pub use token::{Scope, TOKEN_DAYS_MOST, TOKEN_ROLES, Token, TokenPost};

use crate::actor::Role;
use crate::rule::RuleTable;
use calendar::Calendar;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

crate::vocabulary! {
    /// What a unit is.
    UnitKind {
        District "district" "区级机关" "district office",
        Bureau "bureau" "部门" "department",
        Street "street" "街道" "street",
        Community "community" "社区" "community",
        Centre "centre" "分派中心" "dispatch centre",
        /// The only kind that sees sealed accusations.
        Discipline "discipline" "纪检监察机关" "discipline unit",
        Mediation "mediation" "矛调中心" "mediation centre",
    }
}

/// A unit of the district.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Its code.
    pub code: UnitCode,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// What it is.
    pub kind: UnitKind,
    /// The unit above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<UnitCode>,
    /// Whether it has been closed; a closed unit gets no new task.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// Where its area has its middle: of a street office, so that a resident's phone can choose the street.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Point>,
}

impl Unit {
    /// Its name in a language.
    pub fn name(&self, lang: crate::Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// A post at a unit: what somebody does there, never who it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Its code.
    pub code: PostCode,
    /// Its Chinese title.
    pub zh: String,
    /// Its English title.
    pub en: String,
    /// Its unit.
    pub unit: UnitCode,
    /// What it may do.
    pub role: Role,
}

/// An account: a sign-in name at a unit in a role. Its password is not part of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its number.
    pub id: u32,
    /// The sign-in name.
    pub user: String,
    /// The unit at which it acts.
    pub unit: UnitCode,
    /// The role in which it acts.
    pub role: Role,
    /// Whether it has been closed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}

/// The district as its stream tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct District {
    /// The Chinese name; empty before it is founded.
    pub zh: String,
    /// The English name.
    pub en: String,
    /// The units by code.
    pub units: BTreeMap<UnitCode, Unit>,
    /// The posts by code.
    pub posts: BTreeMap<PostCode, Post>,
    /// The accounts by number.
    pub accounts: BTreeMap<u32, Account>,
    /// The tokens by name.
    pub tokens: BTreeMap<String, Token>,
    /// The dispatch catalogue in force.
    pub catalogue: Catalogue,
    /// The calendar in force.
    pub calendar: Calendar,
    /// The rule table in force.
    pub rules: RuleTable,
    /// The templates of answers, by unit (none: the whole district's) and name.
    pub templates: BTreeMap<(Option<UnitCode>, String), Template>,
    /// The keyed tags of the units. No event has them: whoever holds the key store sets them.
    pub tags: BTreeMap<UnitCode, UnitTag>,
    /// Acts on accounts that wait for a second administrator, and resets of passwords.
    pub access: Access,
    /// How many events the stream has.
    pub version: u64,
}

impl Default for District {
    fn default() -> Self {
        District {
            zh: String::new(),
            en: String::new(),
            units: BTreeMap::new(),
            posts: BTreeMap::new(),
            accounts: BTreeMap::new(),
            tokens: BTreeMap::new(),
            catalogue: Catalogue::default(),
            calendar: Calendar::builtin(),
            rules: RuleTable::builtin(),
            templates: BTreeMap::new(),
            tags: BTreeMap::new(),
            access: Access::default(),
            version: 0,
        }
    }
}

impl District {
    /// Its name in a language.
    pub fn name(&self, lang: crate::Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }

    /// A unit's name in a language; the code itself for a unit that is not there.
    pub fn unit_name<'a>(&'a self, code: &'a UnitCode, lang: crate::Lang) -> &'a str {
        self.units.get(code).map_or(code.as_str(), |u| u.name(lang))
    }

    /// A unit that may get a task.
    pub fn open_unit(&self, code: &UnitCode) -> Option<&Unit> {
        self.units.get(code).filter(|u| !u.closed)
    }

    /// The account with this sign-in name that has not been closed.
    pub fn account_of(&self, user: &str) -> Option<&Account> {
        self.accounts.values().find(|a| a.user == user && !a.closed)
    }

    /// The unit that the catalogue suggests for a category at a street, with the catalogue's version as the reason.
    pub fn suggest(&self, category: &CategoryCode, street: Option<&UnitCode>) -> Option<&Unit> {
        let unit = match &self.catalogue.category(category)?.responsible {
            Responsible::Unit(code) => code,
            Responsible::StreetOfPlace => street?,
        };
        self.open_unit(unit)
    }
}
