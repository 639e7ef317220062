//! The sign-ins of one account: the owner sees them, and an auditor who opens them for a purpose.

use crate::app::App;
use crate::lang::L;
use crate::problem::Problem;
use domain::Moment;
use store::access::{self, Outcome};

/// How many sign-ins a list has.
const SIGN_INS_MOST: usize = 100;

/// A sign-in in a list.
pub(crate) struct SignInRow {
    pub(crate) at: String,
    pub(crate) good: bool,
    pub(crate) outcome: String,
}

/// The sign-ins of an account, the latest first.
pub(crate) async fn sign_ins(app: &App, l: L, account: u32) -> Result<Vec<SignInRow>, Problem> {
    let (number, now) = (app.desk().number(), app.desk().now().0);
    let rows = app.read(move |db, _| access::sign_ins(db, number, account, now, SIGN_INS_MOST)).await?;
    let row = |(at, outcome): (i64, Outcome)| SignInRow {
        at: Moment(at).minute(),
        good: outcome == Outcome::In,
        outcome: l.t(&format!("sign-ins-{}", outcome.code())),
    };
    Ok(rows.into_iter().map(row).collect())
}
