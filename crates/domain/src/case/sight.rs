//! Who may see a case, and what of it is for everybody.

use super::{Case, Track};
use crate::actor::{Actor, Role};
use crate::codes::{CategoryCode, UnitCode, UnitTag};
use crate::district::{District, UnitKind};

/// Whether whoever acts at a post may see a case at all. A sealed accusation is seen by the discipline unit alone, and never
/// by the unit that it is about (信访工作条例 30). A unit sees the cases in which it has or had a task, or reviews; the centre,
/// supervision, leaders and auditors see all others. An account that stepped aside for an interest (28) no longer does. A
/// token sees what its post sees, and never a sealed accusation.
pub fn may_see(case: &Case, actor: &Actor, district: &District) -> bool {
    let (Some(unit), Some(role)) = (actor.unit(), actor.role()) else { return false };
    if case.stepped_aside(actor) || (case.is_sealed() && actor.is_token()) {
        return false;
    }
    if case.is_sealed() {
        let discipline = district.units.get(unit).is_some_and(|u| u.kind == UnitKind::Discipline);
        return discipline && !case.is_about(unit, district);
    }
    match role {
        Role::Dispatcher | Role::Supervisor | Role::Leader | Role::Auditor => true,
        Role::Clerk | Role::Head => case.tasks.iter().any(|t| &t.unit == unit) || case.reviews_at(unit),
        Role::Grid | Role::Administrator => false,
    }
}

impl Case {
    /// Whether only the discipline unit may see it.
    pub fn is_sealed(&self) -> bool {
        self.track == Track::Accusation
    }

    /// Whether it is about a unit. Where the tags of the units are not at hand, an accusation of somebody is about all.
    pub fn is_about(&self, unit: &UnitCode, district: &District) -> bool {
        let tagged = |tag: &UnitTag| district.tags.get(unit).is_none_or(|own| own == tag);
        self.accused.as_ref() == Some(unit) || self.accused_tag.as_ref().is_some_and(tagged)
    }

    /// Whether an account has stepped aside from it for an interest (信访工作条例 28): it neither acts on the case nor reads it.
    pub fn stepped_aside(&self, actor: &Actor) -> bool {
        actor.account().is_some_and(|account| self.withdrawn_accounts.contains(&account))
    }

    /// Whether its text may be shown to neighbours: the resident said so, nobody hid it, and it is still there.
    pub fn may_be_shown(&self) -> bool {
        self.public && !self.hidden && !self.erased && !self.is_sealed()
    }

    /// What the public entry of an event says about the case: the first level of its category, and the unit that leads. Of a
    /// sealed accusation it says neither (信访工作条例 30).
    pub fn on_the_record(&self) -> (Option<&str>, Option<&UnitCode>) {
        if self.is_sealed() {
            return (None, None);
        }
        (self.category.as_ref().map(CategoryCode::coarse), self.lead().map(|task| &task.unit))
    }

    /// The version of the event whose words neighbours see; none while nobody has released any.
    pub fn shown(&self) -> Option<u64> {
        self.released.filter(|_| self.may_be_shown())
    }
}
