//! Who becomes whom: passwords that somebody else sets, and the acts on accounts that need two administrators.

use super::{Account, District, Event, UnitCode, UnitKind};
use crate::actor::{Actor, Role};
use crate::moment::Moment;
use crate::refusal::{Refusal, Why};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How long an act on a guarded account waits when no second administrator is there to agree to it: 72 hours.
pub const SECOND_WAIT: i64 = 72 * 3600 * 1000;
/// How many resets of one account are remembered for its owner.
const RESETS_SHOWN: usize = 5;

/// An act by which somebody could come to act as somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum AccountAct {
    /// A password for one sign-in, for an account that is there.
    Reset {
        /// Its number.
        account: u32,
    },
    /// A new account.
    Open {
        /// The sign-in name.
        user: String,
        /// Its unit.
        unit: UnitCode,
        /// Its role.
        role: Role,
    },
    /// The end of an account: whoever closes all that would be told is told by nobody.
    Close {
        /// The account's number.
        account: u32,
    },
    /// Another post.
    Move {
        /// The account's number.
        account: u32,
        /// The new unit.
        unit: UnitCode,
        /// The new role.
        role: Role,
    },
}

impl AccountAct {
    /// The account that it is about, if it is there already.
    pub fn account(&self) -> Option<u32> {
        match self {
            AccountAct::Reset { account } | AccountAct::Close { account } | AccountAct::Move { account, .. } => {
                Some(*account)
            }
            AccountAct::Open { .. } => None,
        }
    }
}

/// An act that one administrator has asked for and that waits for a second one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedAct {
    /// What.
    pub act: AccountAct,
    /// The account that asked; none: the command line.
    pub by: Option<u32>,
    /// When.
    pub at: Moment,
}

/// A password that somebody else set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reset {
    /// The account that set it; none: the command line.
    pub by: Option<u32>,
    /// When.
    pub at: Moment,
}

/// What the district's stream tells about its accounts' passwords.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Access {
    /// The acts that wait for a second administrator.
    pub asked: Vec<AskedAct>,
    /// The latest resets by account, the newest last.
    pub resets: BTreeMap<u32, Vec<Reset>>,
}

impl District {
    /// Whether whoever acts at this post could read sealed cases, watch over everybody, or let others in: one
    /// administrator alone then neither opens nor moves an account, nor gives it a password.
    pub fn is_guarded(&self, unit: &UnitCode, role: Role) -> bool {
        let discipline = self.units.get(unit).is_some_and(|u| u.kind == UnitKind::Discipline);
        discipline || matches!(role, Role::Auditor | Role::Administrator)
    }

    /// Whether whoever acts at this post needs a second factor to sign in: guarded posts, and dispatchers, who see every
    /// case.
    pub fn needs_factor(&self, unit: &UnitCode, role: Role) -> bool {
        self.is_guarded(unit, role) || role == Role::Dispatcher
    }

    /// The open accounts that are guarded: who is told of every act that waits.
    pub fn guarded(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values().filter(|a| !a.closed && self.is_guarded(&a.unit, a.role))
    }

    /// Whether an act has to wait for a second administrator.
    pub fn needs_second(&self, act: &AccountAct) -> bool {
        let at_present =
            act.account().and_then(|id| self.accounts.get(&id)).is_some_and(|a| self.is_guarded(&a.unit, a.role));
        at_present
            || match act {
                AccountAct::Reset { .. } | AccountAct::Close { .. } => false,
                AccountAct::Open { unit, role, .. } | AccountAct::Move { unit, role, .. } => {
                    self.is_guarded(unit, *role)
                }
            }
    }

    /// What waits for a second administrator, if this act does.
    pub fn asked_act(&self, act: &AccountAct) -> Option<&AskedAct> {
        self.access.asked.iter().find(|a| &a.act == act)
    }

    /// Whether there is an administrator who may agree to an act: neither who asked nor whom it is about.
    fn has_second(&self, asked: &AskedAct) -> bool {
        let other = |a: &Account| Some(a.id) != asked.by && Some(a.id) != asked.act.account();
        self.accounts.values().any(|a| a.role == Role::Administrator && !a.closed && other(a))
    }

    /// Until when an act waits although nobody agrees to it; none while there is a second administrator to ask.
    pub fn waits_until(&self, asked: &AskedAct) -> Option<Moment> {
        (!self.has_second(asked)).then_some(Moment(asked.at.0.saturating_add(SECOND_WAIT)))
    }
}

/// Whether an actor is one who may want to become somebody else: an account, a token, or whoever sits at the command line.
/// What founds a district in one go is none.
fn is_person(actor: &Actor) -> bool {
    matches!(actor, Actor::Staff { .. } | Actor::Token { .. }) || *actor == Actor::command_line()
}

/// What an act on an account leads to: itself (`done`), or, where a second administrator must agree, that it was asked
/// for. Asked for by a second administrator, it is done.
pub(super) fn with_second(
    district: &District,
    act: AccountAct,
    done: Event,
    actor: &Actor,
    now: Moment,
) -> Result<Event, Refusal> {
    if !is_person(actor) || !district.needs_second(&act) {
        return Ok(done);
    }
    let Some(asked) = district.asked_act(&act) else { return Ok(Event::AccountActAsked { act }) };
    let second = actor.account().is_some() && actor.account() != asked.by && actor.account() != act.account();
    if second {
        return Ok(done);
    }
    match district.waits_until(asked) {
        None => Err(Refusal::at(Why::NeedsSecond, "user")),
        Some(until) if now < until => Err(Refusal::at(Why::SecondWaits, "user").about(until.minute())),
        Some(_) => Ok(done),
    }
}

/// Whether an act that waits may be declined by this actor: every administrator, and everybody whose account is guarded.
pub(super) fn may_decline(district: &District, actor: &Actor) -> bool {
    *actor == Actor::command_line()
        || actor.account().is_some_and(|id| district.guarded().any(|account| account.id == id))
}

/// What has been done no longer waits; nor does what a closed account was to become.
pub(super) fn settle(district: &mut District, event: &Event) {
    district.access.asked.retain(|asked| match (&asked.act, event) {
        (act, Event::AccountActDeclined { act: declined }) => act != declined,
        (AccountAct::Reset { account }, Event::PasswordReset { account: reset }) => account != reset,
        (AccountAct::Open { user, .. }, Event::AccountsOpened { accounts }) => accounts.iter().all(|a| &a.user != user),
        (AccountAct::Move { account, .. }, Event::AccountMoved { id, .. }) => account != id,
        (act, Event::AccountClosed { id }) => act.account() != Some(*id),
        _ => true,
    });
}

/// Remembers a reset for the account's owner.
pub(super) fn remember(district: &mut District, account: u32, reset: Reset) {
    let resets = district.access.resets.entry(account).or_default();
    resets.push(reset);
    let old = resets.len().saturating_sub(RESETS_SHOWN);
    resets.drain(..old);
}
