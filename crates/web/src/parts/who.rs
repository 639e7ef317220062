//! Who acted, in words.

use crate::lang::L;
use domain::district::District;
use domain::{Actor, Label};

/// Who acted: a post of a unit, never an account or a name.
pub(crate) fn who(l: L, district: &District, by: &Actor) -> String {
    match by {
        Actor::Resident => l.t("staff-who-resident"),
        Actor::Staff { unit, role, .. } => format!("{} · {}", district.unit_name(unit, l.0), role.label(l.0)),
        Actor::Token { token, unit, role } => {
            let post = format!("{} · {}", district.unit_name(unit, l.0), role.label(l.0));
            format!("{post} · {}", l.t_n("staff-who-system", token))
        }
        Actor::System { .. } if *by == Actor::clock() => l.t("staff-who-clock"),
        Actor::System { name } => l.t_n("staff-who-system", name),
    }
}
