//! The dispatch catalogue (派单目录): which categories there are, and which unit answers for each. Versioned data.

use super::{CategoryCode, Danger, DangerCode, UnitCode};
use crate::track::Track;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who answers for a category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Responsible {
    /// Always this unit.
    Unit(UnitCode),
    /// The street in which the place lies.
    StreetOfPlace,
}

/// A category of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Its code.
    pub code: CategoryCode,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// The unit that answers for it.
    pub responsible: Responsible,
    /// The tracks in which it usually comes; empty for any.
    #[serde(default)]
    pub tracks: Vec<Track>,
    /// Words that suggest it.
    #[serde(default)]
    pub keywords: Vec<String>,
}

impl Category {
    /// Its name in a language.
    pub fn name(&self, lang: crate::Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// The catalogue in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// Grows by one with every published catalogue.
    pub version: u32,
    /// The categories; first levels have no dot in their code.
    pub categories: Vec<Category>,
    /// What is urgent; empty: the built-in list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dangers: Vec<Danger>,
}

/// What is wrong with a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueFault {
    /// A code is empty, too long, or has other characters.
    #[error("category code {0:?} is not made of a-z, 0-9, '.', '_' and '-'")]
    Code(String),
    /// A code stands twice.
    #[error("category {0} stands twice")]
    Twice(CategoryCode),
    /// A second level without its first level.
    #[error("category {0} has no first level of its own")]
    Orphan(CategoryCode),
    /// A responsible unit that is not there.
    #[error("category {0} names the unit {1}, which is not there")]
    Unit(CategoryCode, UnitCode),
    /// A danger without a usable code, name, number to call or word, or one that stands twice.
    #[error("danger {0} stands twice, lacks a name or whom to call, or has a word of less than two characters")]
    Danger(DangerCode),
    /// A danger of a category that is not there.
    #[error("danger {0} names the category {1}, which is not there")]
    DangerCategory(DangerCode, CategoryCode),
}

impl CatalogueFault {
    /// The fault in Chinese; its `Display` is English.
    pub fn zh(&self) -> String {
        match self {
            CatalogueFault::Code(code) => format!("类别代码“{code}”只能由小写字母、数字、点、下划线和横线组成"),
            CatalogueFault::Twice(code) => format!("类别“{code}”出现了两次"),
            CatalogueFault::Orphan(code) => format!("类别“{code}”没有对应的一级类别"),
            CatalogueFault::Danger(code) => {
                format!("危险“{code}”出现了两次，缺名称或该打的电话，或有不到两个字的词")
            }
            CatalogueFault::DangerCategory(code, category) => format!("危险“{code}”写的类别“{category}”不存在"),
            CatalogueFault::Unit(code, unit) => format!("类别“{code}”指定的单位“{unit}”不存在或已停用"),
        }
    }
}

impl Catalogue {
    /// The category of a code.
    pub fn category(&self, code: &CategoryCode) -> Option<&Category> {
        self.categories.iter().find(|c| &c.code == code)
    }

    /// A category's name in a language; the code itself for one that is not there.
    pub fn name<'a>(&'a self, code: &'a CategoryCode, lang: crate::Lang) -> &'a str {
        self.category(code).map_or(code.as_str(), |c| c.name(lang))
    }

    /// The first levels, in order.
    pub fn first_levels(&self) -> impl Iterator<Item = &Category> {
        self.categories.iter().filter(|c| !c.code.as_str().contains('.'))
    }

    /// The first fault, if any, against the units that there are.
    pub fn check(&self, has_unit: impl Fn(&UnitCode) -> bool) -> Result<(), CatalogueFault> {
        let mut seen = BTreeMap::new();
        for category in &self.categories {
            let code = &category.code;
            if !code.is_well_formed() {
                return Err(CatalogueFault::Code(code.0.clone()));
            }
            if seen.insert(code.clone(), ()).is_some() {
                return Err(CatalogueFault::Twice(code.clone()));
            }
            if let Responsible::Unit(unit) = &category.responsible
                && !has_unit(unit)
            {
                return Err(CatalogueFault::Unit(code.clone(), unit.clone()));
            }
        }
        for category in &self.categories {
            if !seen.contains_key(&CategoryCode::from(category.code.coarse())) {
                return Err(CatalogueFault::Orphan(category.code.clone()));
            }
        }
        for (n, danger) in self.dangers.iter().enumerate() {
            if !danger.is_usable() || self.dangers[..n].iter().any(|d| d.code == danger.code) {
                return Err(CatalogueFault::Danger(danger.code.clone()));
            }
            if let Some(unknown) = danger.categories.iter().find(|c| !seen.contains_key(*c)) {
                return Err(CatalogueFault::DangerCategory(danger.code.clone(), unknown.clone()));
            }
        }
        Ok(())
    }
}
