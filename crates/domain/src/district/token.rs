//! Tokens of connected systems, and the posts at which some of them act.

use super::decide::TOKEN_NAME_MOST;
use super::{District, Event, UnitCode, UnitKind};
use crate::actor::{Actor, Role};
use crate::moment::Moment;
use crate::refusal::{Refusal, Why};
use crate::typed::says_something;
use calendar::Date;
use serde::{Deserialize, Serialize};

/// How many days ahead a token that acts may end.
pub const TOKEN_DAYS_MOST: i32 = 366;
/// The roles in which a token acts: those that work on records. None that watches, decides for others or lets others in.
pub const TOKEN_ROLES: &[Role] = &[Role::Clerk, Role::Head, Role::Dispatcher];

crate::vocabulary! {
    /// What a token may do.
    Scope {
        Intake "intake" "提交诉求" "hand in cases",
        Read "read" "读取数字和台账" "read figures and records",
        Act "act" "在台账里办理" "act on records",
    }
}

/// A connected system's token: its name and scope; the secret itself is not part of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// The post at which it acts, for one of scope act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<TokenPost>,
    /// Whether it has been ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ended: bool,
}

/// The post at which a token acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenPost {
    /// The unit.
    pub unit: UnitCode,
    /// The role.
    pub role: Role,
    /// The last day on which it acts.
    pub until: Date,
}

impl District {
    /// A token that may be used now. One that acts needs its day, its unit open, and a unit that sees no sealed cases.
    pub fn open_token(&self, name: &str, now: Moment) -> Option<&Token> {
        let token = self.tokens.get(name).filter(|token| !token.ended)?;
        let fits = match (token.scope, &token.post) {
            (Scope::Intake | Scope::Read, None) => true,
            (Scope::Act, Some(post)) => {
                let unit = self.open_unit(&post.unit).filter(|unit| unit.kind != UnitKind::Discipline);
                unit.is_some() && TOKEN_ROLES.contains(&post.role) && now.date() <= post.until
            }
            _ => false,
        };
        fits.then_some(token)
    }

    /// Whether an actor may still act as it says: always, but for a token that is not open any more, or has another post.
    pub fn lets_act(&self, actor: &Actor, now: Moment) -> bool {
        let Actor::Token { token, unit, role } = actor else { return true };
        let post = self.open_token(token, now).and_then(|token| token.post.as_ref());
        post.is_some_and(|post| post.unit == *unit && post.role == *role)
    }
}

impl Token {
    /// As whom it acts, if it does.
    pub fn actor(&self) -> Option<Actor> {
        let TokenPost { unit, role, .. } = self.post.clone()?;
        Some(Actor::Token { token: self.name.clone(), unit, role })
    }
}

/// A token begins. Its post is for one of scope act, which has to have one.
pub(super) fn make(
    district: &District,
    name: &str,
    scope: Scope,
    post: Option<&TokenPost>,
    now: Moment,
) -> Result<Event, Refusal> {
    if !says_something(name) {
        return Err(Refusal::at(Why::Empty, "name"));
    }
    if name.chars().count() > TOKEN_NAME_MOST {
        return Err(Refusal::at(Why::TooLong, "name").about(TOKEN_NAME_MOST));
    }
    if district.tokens.contains_key(name) {
        return Err(Refusal::at(Why::UserTaken, "name").about(name));
    }
    match post {
        None if scope == Scope::Act => return Err(Refusal::at(Why::Empty, "unit")),
        Some(_) if scope != Scope::Act => return Err(Refusal::at(Why::TokenWithoutPost, "scope")),
        Some(post) => sits(district, post, now)?,
        None => {}
    }
    Ok(Event::TokenMade { name: name.to_owned(), scope, post: post.cloned() })
}

/// Whether a token may act at a post.
fn sits(district: &District, post: &TokenPost, now: Moment) -> Result<(), Refusal> {
    let unit = district.open_unit(&post.unit);
    let unit = unit.ok_or_else(|| Refusal::at(Why::NoSuchUnit, "unit").about(&post.unit))?;
    if unit.kind == UnitKind::Discipline {
        return Err(Refusal::at(Why::TokenAtDiscipline, "unit"));
    }
    if !TOKEN_ROLES.contains(&post.role) {
        return Err(Refusal::at(Why::TokenRole, "role").about_term(post.role));
    }
    let ahead = crate::moment::day_number(post.until) - crate::moment::day_number(now.date());
    if !(0..=i64::from(TOKEN_DAYS_MOST)).contains(&ahead) {
        return Err(Refusal::at(Why::TokenDay, "until").about(TOKEN_DAYS_MOST));
    }
    Ok(())
}
