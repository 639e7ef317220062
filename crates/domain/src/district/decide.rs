//! The rules of the district's own stream.

use super::event::{Event, Figure};
use super::{Account, Catalogue, District, Post, PostCode, Scope, Token, Unit, UnitCode};
use crate::actor::{Actor, Role};
use crate::refusal::{Refusal, Why};
use crate::rule::RuleTable;
use calendar::YearTable;

/// What can be asked of the district's own stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Begin the district (once).
    Found {
        /// Chinese name.
        zh: String,
        /// English name.
        en: String,
        /// The origin line of its checkpoints.
        origin: String,
        /// The verification key of its ledger.
        vkey: String,
    },
    /// Add or replace units.
    SetUnits(Vec<Unit>),
    /// Close a unit.
    CloseUnit(UnitCode),
    /// Add or replace posts.
    SetPosts(Vec<Post>),
    /// End a post.
    EndPost(PostCode),
    /// Open accounts: sign-in name, unit and role; numbers are given here.
    OpenAccounts(Vec<(String, UnitCode, Role)>),
    /// Move an account.
    MoveAccount {
        /// The sign-in name.
        user: String,
        /// The new unit.
        unit: UnitCode,
        /// The new role.
        role: Role,
    },
    /// Close an account.
    CloseAccount {
        /// The sign-in name.
        user: String,
    },
    /// Make a token.
    MakeToken {
        /// Its name.
        name: String,
        /// What it may do.
        scope: Scope,
    },
    /// End a token.
    EndToken {
        /// Its name.
        name: String,
    },
    /// Put a catalogue into force; its version is given here.
    PublishCatalogue(Catalogue),
    /// Load a year's calendar table.
    LoadCalendar(YearTable),
    /// Put a rule table into force; its version is given here.
    PublishRules(RuleTable),
    /// Publish figures.
    PublishFigures(Vec<Figure>),
    /// Correct a published figure.
    CorrectFigure {
        /// The ledger index of the publication.
        publication: u64,
        /// The figure as it should have been.
        figure: Figure,
    },
    /// Note that records leave as a file.
    Export {
        /// What.
        what: String,
        /// The format.
        format: String,
        /// How many rows.
        rows: u64,
        /// Whether masked.
        masked: bool,
    },
}

/// What a command leads to, or why not. The administrator (and the installing system) changes the district; figures
/// are published by supervision and leaders; any staff that may read may export.
pub fn decide(district: &District, command: &Command, actor: &Actor) -> Result<Vec<Event>, Refusal> {
    let role = actor.role();
    let allowed = match command {
        Command::PublishFigures(_) | Command::CorrectFigure { .. } => {
            matches!(role, None | Some(Role::Supervisor | Role::Leader | Role::Administrator))
        }
        Command::Export { .. } => true,
        _ => matches!(role, None | Some(Role::Administrator)),
    };
    if !allowed || *actor == Actor::Resident {
        return Err(Refusal::new(Why::NotYours));
    }
    if district.version == 0 && !matches!(command, Command::Found { .. }) {
        return Err(Refusal::new(Why::NotFounded));
    }
    let unit = |code: &UnitCode, field: &'static str| {
        district.open_unit(code).map(|_| ()).ok_or_else(|| Refusal::at(Why::NoSuchUnit, field).about(code))
    };
    Ok(vec![match command {
        Command::Found { zh, en, origin, vkey } => {
            if district.version > 0 {
                return Err(Refusal::new(Why::AlreadyFounded));
            }
            if zh.trim().is_empty() || en.trim().is_empty() {
                return Err(Refusal::at(Why::Empty, "name"));
            }
            Event::Founded { zh: zh.clone(), en: en.clone(), origin: origin.clone(), vkey: vkey.clone() }
        }
        Command::SetUnits(units) => {
            for u in units {
                if !u.code.is_well_formed() {
                    return Err(Refusal::at(Why::BadCode, "code").about(&u.code));
                }
                if u.zh.trim().is_empty() || u.en.trim().is_empty() {
                    return Err(Refusal::at(Why::Empty, "name").about(&u.code));
                }
                if let Some(parent) = &u.parent
                    && !district.units.contains_key(parent)
                    && !units.iter().any(|x| &x.code == parent)
                {
                    return Err(Refusal::at(Why::NoSuchUnit, "parent").about(parent));
                }
            }
            Event::UnitsSet { units: units.clone() }
        }
        Command::CloseUnit(code) => {
            unit(code, "unit")?;
            Event::UnitClosed { unit: code.clone() }
        }
        Command::SetPosts(posts) => {
            for p in posts {
                if !p.code.is_well_formed() {
                    return Err(Refusal::at(Why::BadCode, "code").about(&p.code));
                }
                unit(&p.unit, "unit")?;
            }
            Event::PostsSet { posts: posts.clone() }
        }
        Command::EndPost(code) => {
            if !district.posts.contains_key(code) {
                return Err(Refusal::at(Why::NoSuchPost, "post").about(code));
            }
            Event::PostEnded { post: code.clone() }
        }
        Command::OpenAccounts(wanted) => {
            let mut accounts: Vec<Account> = Vec::with_capacity(wanted.len());
            let first = district.accounts.keys().next_back().map_or(1, |id| id + 1);
            for (n, (user, at, role)) in wanted.iter().enumerate() {
                let well_formed = (2..=40).contains(&user.len())
                    && user.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
                if !well_formed {
                    return Err(Refusal::at(Why::BadCode, "user").about(user));
                }
                unit(at, "unit")?;
                if district.account_of(user).is_some() || accounts.iter().any(|a| &a.user == user) {
                    return Err(Refusal::at(Why::UserTaken, "user").about(user));
                }
                let id = first + u32::try_from(n).map_err(|_| Refusal::new(Why::TooMany))?;
                accounts.push(Account { id, user: user.clone(), unit: at.clone(), role: *role, closed: false });
            }
            Event::AccountsOpened { accounts }
        }
        Command::MoveAccount { user, unit: at, role } => {
            let account =
                district.account_of(user).ok_or_else(|| Refusal::at(Why::NoSuchAccount, "user").about(user))?;
            unit(at, "unit")?;
            Event::AccountMoved { id: account.id, unit: at.clone(), role: *role }
        }
        Command::CloseAccount { user } => {
            let account =
                district.account_of(user).ok_or_else(|| Refusal::at(Why::NoSuchAccount, "user").about(user))?;
            Event::AccountClosed { id: account.id }
        }
        Command::MakeToken { name, scope } => {
            if name.trim().is_empty() || name.chars().count() > 60 {
                return Err(Refusal::at(Why::Empty, "name"));
            }
            if district.tokens.get(name).is_some_and(|t| !t.ended) {
                return Err(Refusal::at(Why::UserTaken, "name").about(name));
            }
            Event::TokenMade { name: name.clone(), scope: *scope }
        }
        Command::EndToken { name } => {
            if district.tokens.get(name).is_none_or(|t| t.ended) {
                return Err(Refusal::at(Why::NoSuchToken, "name").about(name));
            }
            Event::TokenEnded { name: name.clone() }
        }
        Command::PublishCatalogue(catalogue) => {
            catalogue
                .check(|code| district.open_unit(code).is_some())
                .map_err(|fault| Refusal::at(Why::BadCatalogue, "catalogue").about(fault))?;
            let catalogue = Catalogue { version: district.catalogue.version + 1, ..catalogue.clone() };
            Event::CataloguePublished { catalogue }
        }
        Command::LoadCalendar(table) => Event::CalendarLoaded { table: table.clone() },
        Command::PublishRules(rules) => {
            if let Some((id, _)) = rules.rules.iter().find(|(_, r)| r.length == 0 || r.length > 3660) {
                return Err(Refusal::at(Why::BadLength, "rules").about(id));
            }
            Event::RulesPublished { rules: RuleTable { version: district.rules.version + 1, ..rules.clone() } }
        }
        Command::PublishFigures(figures) => {
            if figures.is_empty() {
                return Err(Refusal::at(Why::Empty, "figures"));
            }
            Event::FiguresPublished { figures: figures.clone() }
        }
        Command::CorrectFigure { publication, figure } => {
            Event::FigureCorrected { publication: *publication, figure: figure.clone() }
        }
        Command::Export { what, format, rows, masked } => {
            Event::Exported { what: what.clone(), format: format.clone(), rows: *rows, masked: *masked }
        }
    }])
}

/// The district after an event. Never fails: an event is a fact.
pub fn evolve(district: &mut District, event: &Event) {
    district.version += 1;
    match event {
        Event::Founded { zh, en, .. } => {
            district.zh.clone_from(zh);
            district.en.clone_from(en);
        }
        Event::UnitsSet { units } => district.units.extend(units.iter().map(|u| (u.code.clone(), u.clone()))),
        Event::UnitClosed { unit } => {
            if let Some(u) = district.units.get_mut(unit) {
                u.closed = true;
            }
        }
        Event::PostsSet { posts } => district.posts.extend(posts.iter().map(|p| (p.code.clone(), p.clone()))),
        Event::PostEnded { post } => {
            district.posts.remove(post);
        }
        Event::AccountsOpened { accounts } => {
            district.accounts.extend(accounts.iter().map(|a| (a.id, a.clone())));
        }
        Event::AccountMoved { id, unit, role } => {
            if let Some(a) = district.accounts.get_mut(id) {
                a.unit = unit.clone();
                a.role = *role;
            }
        }
        Event::AccountClosed { id } => {
            if let Some(a) = district.accounts.get_mut(id) {
                a.closed = true;
            }
        }
        Event::TokenMade { name, scope } => {
            district.tokens.insert(name.clone(), Token { name: name.clone(), scope: *scope, ended: false });
        }
        Event::TokenEnded { name } => {
            if let Some(t) = district.tokens.get_mut(name) {
                t.ended = true;
            }
        }
        Event::CataloguePublished { catalogue } => district.catalogue = catalogue.clone(),
        Event::CalendarLoaded { table } => {
            district.calendar = std::mem::take(&mut district.calendar).with_table(table.clone());
        }
        Event::RulesPublished { rules } => district.rules = rules.clone(),
        Event::FiguresPublished { .. } | Event::FigureCorrected { .. } | Event::Exported { .. } => {}
    }
}
