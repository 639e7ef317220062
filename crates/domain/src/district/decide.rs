//! The rules of the district's own stream.

use super::access::{self, AccountAct, AskedAct, Reset};
use super::event::{Event, Figure};
use super::template::{TEMPLATE_NAME_MOST, TEMPLATE_TEXT_MOST, TEMPLATES_MOST, Template};
use super::{Account, Catalogue, District, Post, PostCode, Scope, Token, TokenPost, Unit, UnitCode, UnitKind, token};
use crate::actor::{Actor, Role};
use crate::moment::Moment;
use crate::purpose::Purpose;
use crate::refusal::{Refusal, Why};
use crate::rule::{Builtin, CASES, Rule, RuleId, RuleTable};
use crate::typed::{kept, kept_line, says_something};
use calendar::YearTable;

/// The longest name of a token, in characters.
pub(super) const TOKEN_NAME_MOST: usize = 60;

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
    /// Give an account a password for one sign-in.
    ResetPassword {
        /// The sign-in name.
        user: String,
    },
    /// Note that the owner of an account chose a new password.
    ChangePassword,
    /// Note that the owner of an account set up a second factor.
    SetFactor,
    /// Note that the owner of an account ended the second factor.
    EndFactor,
    /// Decline an act that waits for a second administrator.
    DeclineAct(AccountAct),
    /// Open the list of another account's sign-ins.
    OpenSignIns {
        /// Its number.
        account: u32,
        /// Why.
        purpose: Purpose,
    },
    /// Make a token.
    MakeToken {
        /// Its name.
        name: String,
        /// What it may do: not act.
        scope: Scope,
    },
    /// Make a token that acts at a post.
    MakeActingToken {
        /// Its name.
        name: String,
        /// The post, and until when.
        post: TokenPost,
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
    /// Write or rewrite a template of answers; its version is given here.
    SetTemplate {
        /// The unit whose own it is; none: the whole district's.
        unit: Option<UnitCode>,
        /// Its name.
        name: String,
        /// Its text.
        text: String,
    },
    /// No longer offer a template of answers.
    EndTemplate {
        /// The unit whose own it is; none: the whole district's.
        unit: Option<UnitCode>,
        /// Its name.
        name: String,
    },
    /// Note that a hall's ledger was merged.
    MergeHall {
        /// The origin line of its checkpoints.
        hall: String,
        /// The SHA-256 of its last checkpoint, as hex.
        checkpoint: String,
        /// How many entries it had.
        size: u64,
        /// How many were taken over.
        taken: u64,
        /// How many were left out.
        left: u64,
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
/// are published by supervision and leaders; a unit's head writes the unit's own templates of answers; any staff that
/// may read may export; whoever has an account changes its password. What would let one administrator act as somebody
/// else is asked for first and done when a second one asks for it too.
pub fn decide(district: &District, command: &Command, actor: &Actor, now: Moment) -> Result<Vec<Event>, Refusal> {
    let role = actor.role();
    let allowed = match command {
        Command::PublishFigures(_) | Command::CorrectFigure { .. } => {
            matches!(role, None | Some(Role::Supervisor | Role::Leader | Role::Administrator))
        }
        Command::Export { .. } => role != Some(Role::Grid),
        Command::SetTemplate { unit, .. } | Command::EndTemplate { unit, .. } if role == Some(Role::Head) => {
            unit.is_some() && unit.as_ref() == actor.unit()
        }
        Command::ChangePassword | Command::SetFactor | Command::EndFactor => role.is_some(),
        Command::DeclineAct(_) => access::may_decline(district, actor),
        Command::OpenSignIns { .. } => role == Some(Role::Auditor),
        _ => matches!(role, None | Some(Role::Administrator)),
    };
    // A token acts on records, and changes nothing of the district, whatever its post.
    if !allowed || *actor == Actor::Resident || actor.is_token() {
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
            if !says_something(zh) || !says_something(en) {
                return Err(Refusal::at(Why::Empty, "name"));
            }
            Event::Founded { zh: kept_line(zh), en: kept_line(en), origin: origin.clone(), vkey: vkey.clone() }
        }
        Command::SetUnits(units) => {
            if units.is_empty() {
                return Err(Refusal::at(Why::Empty, "units"));
            }
            for u in units {
                if !u.code.is_well_formed() {
                    return Err(Refusal::at(Why::BadCode, "code").about(&u.code));
                }
                if !says_something(&u.zh) || !says_something(&u.en) {
                    return Err(Refusal::at(Why::Empty, "name").about(&u.code));
                }
                if let Some(parent) = &u.parent
                    && !district.units.contains_key(parent)
                    && !units.iter().any(|x| &x.code == parent)
                {
                    return Err(Refusal::at(Why::NoSuchUnit, "parent").about(parent));
                }
            }
            // Otherwise whoever has an account there would come to read sealed cases, or cease to be guarded, by one
            // administrator's word.
            let turned = |u: &&Unit| {
                let before = district.units.get(&u.code).map(|b| b.kind == UnitKind::Discipline);
                before.is_some_and(|before| before != (u.kind == UnitKind::Discipline))
                    && district.accounts.values().any(|a| a.unit == u.code && !a.closed)
            };
            if let Some(unit) = units.iter().find(turned) {
                return Err(Refusal::at(Why::DisciplineAccounts, "kind").about(&unit.code));
            }
            if let Some(unit) = units.iter().find(|u| stands_above_itself(district, units, &u.code)) {
                return Err(Refusal::at(Why::BadParent, "parent").about(&unit.code));
            }
            let named = |u: &Unit| Unit { zh: kept_line(&u.zh), en: kept_line(&u.en), ..u.clone() };
            Event::UnitsSet { units: units.iter().map(named).collect() }
        }
        Command::CloseUnit(code) => {
            unit(code, "unit")?;
            let discipline = district.units.get(code).is_some_and(|u| u.kind == UnitKind::Discipline);
            if discipline && district.accounts.values().any(|a| !a.closed && &a.unit == code) {
                return Err(Refusal::at(Why::DisciplineAccounts, "unit").about(code));
            }
            Event::UnitClosed { unit: code.clone() }
        }
        Command::SetPosts(posts) => {
            if posts.is_empty() {
                return Err(Refusal::at(Why::Empty, "posts"));
            }
            for p in posts {
                if !says_something(&p.zh) || !says_something(&p.en) {
                    return Err(Refusal::at(Why::Empty, "name").about(&p.code));
                }
                if !p.code.is_well_formed() {
                    return Err(Refusal::at(Why::BadCode, "code").about(&p.code));
                }
                unit(&p.unit, "unit")?;
            }
            let named = |p: &Post| Post { zh: kept_line(&p.zh), en: kept_line(&p.en), ..p.clone() };
            Event::PostsSet { posts: posts.iter().map(named).collect() }
        }
        Command::EndPost(code) => {
            if !district.posts.contains_key(code) {
                return Err(Refusal::at(Why::NoSuchPost, "post").about(code));
            }
            Event::PostEnded { post: code.clone() }
        }
        Command::OpenAccounts(wanted) => {
            if wanted.is_empty() {
                return Err(Refusal::at(Why::Empty, "accounts"));
            }
            let mut accounts: Vec<Account> = Vec::with_capacity(wanted.len());
            let last = district.accounts.keys().next_back().copied().unwrap_or(0);
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
                let id = u32::try_from(n + 1).ok().and_then(|n| last.checked_add(n));
                let id = id.ok_or(Refusal::new(Why::TooMany).about(u32::MAX))?;
                accounts.push(Account { id, user: user.clone(), unit: at.clone(), role: *role, closed: false });
            }
            return open_accounts(district, accounts, actor, now);
        }
        Command::MoveAccount { user, unit: at, role } => {
            let account =
                district.account_of(user).ok_or_else(|| Refusal::at(Why::NoSuchAccount, "user").about(user))?;
            unit(at, "unit")?;
            let act = AccountAct::Move { account: account.id, unit: at.clone(), role: *role };
            let done = Event::AccountMoved { id: account.id, unit: at.clone(), role: *role };
            access::with_second(district, act, done, actor, now)?
        }
        Command::ResetPassword { user } => {
            let account =
                district.account_of(user).ok_or_else(|| Refusal::at(Why::NoSuchAccount, "user").about(user))?;
            let done = Event::PasswordReset { account: account.id };
            access::with_second(district, AccountAct::Reset { account: account.id }, done, actor, now)?
        }
        Command::ChangePassword => Event::PasswordChanged { account: own(district, actor)? },
        Command::SetFactor => Event::FactorSet { account: own(district, actor)? },
        Command::EndFactor => Event::FactorEnded { account: own(district, actor)? },
        Command::DeclineAct(act) => {
            district.asked_act(act).ok_or(Refusal::new(Why::NothingAsked))?;
            Event::AccountActDeclined { act: act.clone() }
        }
        Command::OpenSignIns { account, purpose } => {
            if !district.accounts.contains_key(account) {
                return Err(Refusal::at(Why::NoSuchAccount, "account").about(account));
            }
            Event::SignInsOpened { account: *account, purpose: *purpose }
        }
        Command::CloseAccount { user } => {
            let account =
                district.account_of(user).ok_or_else(|| Refusal::at(Why::NoSuchAccount, "user").about(user))?;
            let done = Event::AccountClosed { id: account.id };
            access::with_second(district, AccountAct::Close { account: account.id }, done, actor, now)?
        }
        Command::MakeToken { name, scope } => token::make(district, name, *scope, None, now)?,
        Command::MakeActingToken { name, post } => token::make(district, name, Scope::Act, Some(post), now)?,
        Command::EndToken { name } => {
            if district.tokens.get(name).is_none_or(|t| t.ended) {
                return Err(Refusal::at(Why::NoSuchToken, "name").about(name));
            }
            Event::TokenEnded { name: name.clone() }
        }
        Command::PublishCatalogue(catalogue) => {
            catalogue.check(|code| district.open_unit(code).is_some()).map_err(|fault| {
                Refusal::at(Why::BadCatalogue, "catalogue").about_both(fault.zh(), fault.to_string())
            })?;
            let catalogue = Catalogue { version: district.catalogue.version + 1, ..catalogue.clone() };
            Event::CataloguePublished { catalogue }
        }
        Command::LoadCalendar(table) => {
            table
                .check()
                .map_err(|fault| Refusal::at(Why::BadCalendar, "table").about_both(fault.zh(), fault.to_string()))?;
            if district.calendar.table(table.year).is_some_and(|t| t.revision >= table.revision) {
                return Err(Refusal::at(Why::OldCalendar, "table").about(table.year));
            }
            Event::CalendarLoaded { table: table.clone() }
        }
        Command::PublishRules(rules) => {
            if let Some((id, _)) = rules.rules.iter().find(|(_, r)| r.length == 0 || r.length > 3660) {
                return Err(about_rule(Why::BadLength, *id));
            }
            let possible = |id: &RuleId, rule: &Rule| {
                let came = CASES.iter().find(|rule| rule.id == *id).map(Builtin::rule);
                let before = came.or_else(|| district.rules.rules.get(id).cloned());
                let hours = rule.unit == calendar::Unit::Hour;
                // What is counted in hours stays so, and what a unit must do is not made something that it may do.
                before.is_none_or(|before| rule.duty == before.duty && hours == (before.unit == calendar::Unit::Hour))
                    && (!hours || rule.extension.is_none())
                    && rule.extension.is_none_or(|e| (1..=3660).contains(&e.days) && (1..=100).contains(&e.times))
            };
            if let Some((id, _)) = rules.rules.iter().find(|(id, rule)| !possible(id, rule)) {
                return Err(about_rule(Why::BadRule, *id));
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
        Command::SetTemplate { unit: of, name, text } => set_template(district, of.as_ref(), name, text)?,
        Command::EndTemplate { unit: of, name } => {
            let key = (of.clone(), kept_line(name));
            if !district.templates.contains_key(&key) {
                return Err(Refusal::at(Why::NoSuchTemplate, "name").about(name));
            }
            Event::TemplateEnded { unit: key.0, name: key.1 }
        }
        Command::MergeHall { hall, checkpoint, size, taken, left } => Event::HallMerged {
            hall: kept_line(hall),
            checkpoint: checkpoint.clone(),
            size: *size,
            taken: *taken,
            left: *left,
        },
        Command::Export { what, format, rows, masked } => {
            Event::Exported { what: what.clone(), format: format.clone(), rows: *rows, masked: *masked }
        }
    }])
}

/// The account of whoever acts, if it is open.
fn own(district: &District, actor: &Actor) -> Result<u32, Refusal> {
    let id = actor.account().filter(|id| district.accounts.get(id).is_some_and(|a| !a.closed));
    id.ok_or(Refusal::new(Why::NotYours))
}

/// Accounts that anybody may open together, and one by one those that a second administrator must agree to. An account
/// that waits has no number yet.
fn open_accounts(
    district: &District,
    mut accounts: Vec<Account>,
    actor: &Actor,
    now: Moment,
) -> Result<Vec<Event>, Refusal> {
    let act = |a: &Account| AccountAct::Open { user: a.user.clone(), unit: a.unit.clone(), role: a.role };
    if accounts.len() == 1 {
        let (act, done) = (act(&accounts[0]), Event::AccountsOpened { accounts });
        return access::with_second(district, act, done, actor, now).map(|event| vec![event]);
    }
    let mut asked = Vec::new();
    for account in &accounts {
        let event =
            access::with_second(district, act(account), Event::AccountsOpened { accounts: Vec::new() }, actor, now)?;
        if matches!(event, Event::AccountActAsked { .. }) {
            asked.push((account.user.clone(), event));
        }
    }
    accounts.retain(|a| asked.iter().all(|(user, _)| user != &a.user));
    let opened = (!accounts.is_empty()).then_some(Event::AccountsOpened { accounts });
    Ok(opened.into_iter().chain(asked.into_iter().map(|(_, event)| event)).collect())
}

/// A refusal of a rule, by what it is called; one that is not of cases by its id.
fn about_rule(why: Why, id: RuleId) -> Refusal {
    match CASES.iter().find(|rule| rule.id == id) {
        Some(rule) => Refusal::at(why, "rules").about_both(rule.names[0], rule.names[1]),
        None => Refusal::at(why, "rules").about(id),
    }
}

fn set_template(district: &District, unit: Option<&UnitCode>, name: &str, text: &str) -> Result<Event, Refusal> {
    let (name, text) = (kept_line(name), kept(text));
    if let Some(code) = unit
        && district.open_unit(code).is_none()
    {
        return Err(Refusal::at(Why::NoSuchUnit, "unit").about(code));
    }
    for (value, field, most) in [(&name, "name", TEMPLATE_NAME_MOST), (&text, "text", TEMPLATE_TEXT_MOST)] {
        if value.is_empty() {
            return Err(Refusal::at(Why::Empty, field));
        }
        if value.chars().count() > most {
            return Err(Refusal::at(Why::TooLong, field).about(most));
        }
    }
    let before = district.templates.get(&(unit.cloned(), name.clone()));
    if before.is_none() && district.templates.len() >= TEMPLATES_MOST {
        return Err(Refusal::new(Why::TooMany).about(TEMPLATES_MOST));
    }
    let version = before.map_or(1, |t| t.version.saturating_add(1));
    let template = Template { unit: unit.cloned(), name, text, version };
    Ok(Event::TemplateSet { template })
}

/// Whether the way up from a unit would lead back to it once `units` are set.
fn stands_above_itself(district: &District, units: &[Unit], code: &UnitCode) -> bool {
    let parent = |code: &UnitCode| {
        let unit = units.iter().rev().find(|u| &u.code == code).or_else(|| district.units.get(code));
        unit.and_then(|u| u.parent.clone())
    };
    let mut above = parent(code);
    // A way longer than there are units goes in a circle somewhere; whoever stands on it is found by its own turn.
    for _ in 0..units.len() + district.units.len() {
        match above {
            Some(up) if &up == code => return true,
            Some(up) => above = parent(&up),
            None => return false,
        }
    }
    false
}

/// The district after an event. Never fails: an event is a fact.
pub fn evolve(district: &mut District, at: Moment, by: &Actor, event: &Event) {
    district.version += 1;
    access::settle(district, event);
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
        Event::TokenMade { name, scope, post } => {
            let token = Token { name: name.clone(), scope: *scope, post: post.clone(), ended: false };
            district.tokens.insert(name.clone(), token);
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
        Event::TemplateSet { template } => {
            district.templates.insert((template.unit.clone(), template.name.clone()), template.clone());
        }
        Event::TemplateEnded { unit, name } => {
            district.templates.remove(&(unit.clone(), name.clone()));
        }
        Event::AccountActAsked { act } => {
            district.access.asked.push(AskedAct { act: act.clone(), by: by.account(), at });
        }
        Event::PasswordReset { account } => access::remember(district, *account, Reset { by: by.account(), at }),
        Event::AccountActDeclined { .. }
        | Event::PasswordChanged { .. }
        | Event::FactorSet { .. }
        | Event::FactorEnded { .. }
        | Event::SignInsOpened { .. }
        | Event::FiguresPublished { .. }
        | Event::FigureCorrected { .. }
        | Event::HallMerged { .. }
        | Event::Exported { .. } => {}
    }
}
