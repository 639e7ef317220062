//! Who acts: a resident with a case's secret, a post of a unit, or a connected system, which may act at a post.

use crate::codes::UnitCode;
use serde::{Deserialize, Serialize};

crate::vocabulary! {
    /// What a post may do. An account holds exactly one role at one unit.
    Role {
        Grid "grid" "网格员" "grid worker",
        Clerk "clerk" "经办人" "clerk",
        Head "head" "单位负责人" "unit head",
        Dispatcher "dispatcher" "分派员" "dispatcher",
        Supervisor "supervisor" "督办员" "supervisor",
        Leader "leader" "区领导" "district leader",
        Auditor "auditor" "审计员" "auditor",
        Administrator "administrator" "管理员" "administrator",
    }
}

/// Who acts. Recorded with every event; a staff member is a numbered account at a post, never a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "who")]
pub enum Actor {
    /// Whoever holds the case's code and secret (or hands in a new case).
    Resident,
    /// An account at a unit.
    Staff {
        /// The account's number.
        account: u32,
        /// The unit at which it acts.
        unit: UnitCode,
        /// The role in which it acts.
        role: Role,
    },
    /// A connected system by its token's name, or the district's own clock (`clock`).
    System {
        /// The token's name.
        name: String,
    },
    /// A connected system that acts on records as a post of a unit would. It is no account.
    Token {
        /// The token's name.
        token: String,
        /// The unit at which it acts.
        unit: UnitCode,
        /// The role in which it acts.
        role: Role,
    },
}

impl Actor {
    /// The district's own clock: ends waiting times that have run out.
    pub fn clock() -> Actor {
        Actor::System { name: "clock".into() }
    }

    /// Whoever changes the district from the command line.
    pub fn command_line() -> Actor {
        Actor::System { name: "administrator".into() }
    }

    /// The role of whoever acts at a post: staff, or a token.
    pub fn role(&self) -> Option<Role> {
        match self {
            Actor::Staff { role, .. } | Actor::Token { role, .. } => Some(*role),
            Actor::Resident | Actor::System { .. } => None,
        }
    }

    /// The unit of whoever acts at a post: staff, or a token.
    pub fn unit(&self) -> Option<&UnitCode> {
        match self {
            Actor::Staff { unit, .. } | Actor::Token { unit, .. } => Some(unit),
            Actor::Resident | Actor::System { .. } => None,
        }
    }

    /// Whether a token acts, at whatever post.
    pub fn is_token(&self) -> bool {
        matches!(self, Actor::Token { .. })
    }

    /// The account's number, for staff.
    pub fn account(&self) -> Option<u32> {
        match self {
            Actor::Staff { account, .. } => Some(*account),
            _ => None,
        }
    }
}
