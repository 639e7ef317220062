//! Who calls: a guard is a parameter of its handler.

use crate::app::App;
use crate::problem::Problem;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use domain::Actor;
use domain::district::Scope;
use sha2::{Digest, Sha256};
use std::net::SocketAddr;

/// Whoever may hand in a case: a system with a token of scope intake, or a resident, whose address is counted.
pub(crate) struct Intake {
    /// Who acts.
    pub(crate) actor: Actor,
    /// The scope of the caller's idempotency keys.
    pub(crate) scope: String,
}

impl FromRequestParts<App> for Intake {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Some(header) = parts.headers.get(AUTHORIZATION) else {
            let from = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
            app.count_intake(from.ok_or_else(Problem::broken)?)?;
            return Ok(Intake { actor: Actor::Resident, scope: "resident".into() });
        };
        let token = header.to_str().ok().and_then(|h| h.strip_prefix("Bearer ")).ok_or_else(Problem::token)?;
        let key: [u8; 32] = Sha256::digest(token.trim().as_bytes()).into();
        let number = app.desk().number();
        let name = app.read(move |db, _| store::access::token(db, number, key)).await?.ok_or_else(Problem::token)?;
        let district = app.desk().district();
        let open = district.tokens.get(&name).is_some_and(|t| !t.ended && t.scope == Scope::Intake);
        if !open {
            return Err(Problem::token());
        }
        Ok(Intake { scope: format!("token {name}"), actor: Actor::System { name } })
    }
}

/// The secret that opens a case to its resident: the header `Case-Secret`.
pub(crate) struct CaseSecret(pub(crate) String);

impl FromRequestParts<App> for CaseSecret {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let header = parts.headers.get("case-secret").and_then(|h| h.to_str().ok());
        header.map(|h| CaseSecret(h.trim().to_owned())).ok_or_else(Problem::wrong_secret)
    }
}
