//! Where the names that another system uses land in this district.

use super::map::Map;
use domain::district::{CategoryCode, District, UnitCode, UnitKind};
use std::collections::BTreeMap;

/// Where outside names land in this district: by the map's own tables, or where they are the district's codes or names.
pub struct Landing {
    categories: BTreeMap<String, CategoryCode>,
    pub(super) streets: BTreeMap<String, UnitCode>,
}

impl Landing {
    /// The landing places of a map in a district. A code that the district lacks lands nowhere.
    pub fn new(map: &Map, district: &District) -> Landing {
        let mut categories = BTreeMap::new();
        for c in &district.catalogue.categories {
            for name in [c.code.as_str(), &c.zh, &c.en] {
                categories.entry(name.to_owned()).or_insert_with(|| c.code.clone());
            }
        }
        for (outside, code) in &map.categories {
            let code = CategoryCode::from(code.as_str());
            if district.catalogue.category(&code).is_some() {
                categories.insert(outside.clone(), code);
            }
        }
        let mut streets = BTreeMap::new();
        let open = |unit: &&domain::district::Unit| {
            !unit.closed && matches!(unit.kind, UnitKind::Street | UnitKind::Community)
        };
        for unit in district.units.values().filter(open) {
            for name in [unit.code.as_str(), &unit.zh, &unit.en] {
                streets.entry(name.to_owned()).or_insert_with(|| unit.code.clone());
            }
        }
        for (outside, code) in &map.streets {
            if let Some(unit) = district.units.get(&UnitCode::from(code.as_str())).filter(open) {
                streets.insert(outside.clone(), unit.code.clone());
            }
        }
        Landing { categories, streets }
    }

    /// The category of levels joined by `/`: of all of them, or of ever fewer.
    pub(super) fn category(&self, levels: &str) -> Option<CategoryCode> {
        let mut levels = levels;
        loop {
            if let Some(code) = self.categories.get(levels) {
                return Some(code.clone());
            }
            levels = levels.rsplit_once('/')?.0;
        }
    }
}
