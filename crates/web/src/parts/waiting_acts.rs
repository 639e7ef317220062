//! The acts on accounts that wait for a second administrator.

use crate::lang::L;
use domain::Label;
use domain::district::{AccountAct, AskedAct, District, UnitCode};

/// An act that waits for a second administrator, as a page lists it.
pub(crate) struct WaitingAct {
    /// Where the form goes by which a second administrator agrees.
    pub(crate) to: &'static str,
    /// What a form names it by.
    pub(crate) key: String,
    /// What, by whom and since when.
    pub(crate) words: String,
    /// What it waits for.
    pub(crate) until: String,
    /// Whether whoever looks may agree to it, and the fields that say so.
    pub(crate) fields: Option<Vec<(&'static str, String)>>,
}

/// What waits for a second administrator; `looks` is the account that sees the list.
pub(crate) fn waiting_acts(d: &District, l: L, looks: Option<u32>) -> Vec<WaitingAct> {
    let user = |id: u32| d.accounts.get(&id).map_or_else(|| id.to_string(), |a| a.user.clone());
    let post = |unit: &UnitCode, role: domain::Role| format!("{} · {}", d.unit_name(unit, l.0), role.label(l.0));
    let one = |asked: &AskedAct| {
        let (key, who, post, fields) = match &asked.act {
            AccountAct::Reset { account } => {
                let user = user(*account);
                ("acts-reset", user.clone(), String::new(), vec![("act", "reset".into()), ("user", user)])
            }
            AccountAct::Close { account } => {
                let user = user(*account);
                ("acts-close", user.clone(), String::new(), vec![("act", "close".into()), ("user", user)])
            }
            AccountAct::Open { user, unit, role } => {
                let fields = vec![("user", user.clone()), ("unit", unit.0.clone()), ("role", role.code().into())];
                ("acts-open", user.clone(), post(unit, *role), fields)
            }
            AccountAct::Move { account, unit, role } => {
                let user = user(*account);
                let (to, role_code) = (unit.0.clone(), role.code().to_owned());
                let fields = vec![("act", "move".into()), ("user", user.clone()), ("unit", to), ("role", role_code)];
                ("acts-move", user, post(unit, *role), fields)
            }
        };
        let by = by_whom(l, asked.by);
        let words = [("who", who), ("post", post), ("by", by), ("at", asked.at.minute())];
        let until = match d.waits_until(asked) {
            None => l.t("acts-second"),
            Some(until) => l.t_n("acts-until", until.minute()),
        };
        let second = looks.is_some() && looks != asked.by && looks != asked.act.account();
        let may = second || d.waits_until(asked).is_some();
        let named = serde_json::to_string(&asked.act).unwrap_or_default();
        let to = match asked.act {
            AccountAct::Open { .. } => "/admin/accounts",
            AccountAct::Reset { .. } | AccountAct::Close { .. } | AccountAct::Move { .. } => "/admin/accounts/act",
        };
        WaitingAct { to, key: named, words: l.t_with(key, &words), until, fields: may.then_some(fields) }
    };
    d.access.asked.iter().map(one).collect()
}

/// Who acted on an account: another account by its number, or the command line.
pub(crate) fn by_whom(l: L, by: Option<u32>) -> String {
    by.map_or_else(|| l.t("account-by-command-line"), |by| l.t_n("account-by", by))
}
