//! The boards of talk meetings that are open just now, for the worklist of who sits in the hall.

use crate::app::App;
use crate::caller::Staff;
use crate::lang::L;
use crate::problem::Problem;
use domain::Label;
use domain::Role;
use domain::moment::day_number;
use registers::listen::meeting::{Meeting, Stage};
use std::sync::PoisonError;
use store::listed;

/// The most meetings that are open at once and looked at for a board.
const MEETINGS_MOST: usize = 40;

/// Whether somebody is in the hall: the unit convenes the meeting, or came.
pub(crate) fn is_here(of: &Meeting, staff: &Staff) -> bool {
    let handles = matches!(staff.role, Role::Clerk | Role::Head);
    handles && (of.unit == staff.unit || of.departments.contains(&staff.unit))
}

/// The boards that are open now and on which a unit may claim: address and name of the meeting.
pub(crate) async fn open_for(app: &App, l: L, staff: &Staff) -> Result<Vec<(String, String)>, Problem> {
    let (number, today) = (app.desk().number(), day_number(app.desk().now().date()));
    let found = app.read(move |db, keys| {
        let ids = listed::standing(db, number, ("meeting", Stage::Open.code()), (today - 1, today + 2), MEETINGS_MOST)?;
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        listed::some(db, &mut keys, registers::REGISTERS, number, &ids)
    });
    let told = found.await?;
    let open = told.iter().filter_map(|told| {
        let of = told.state.downcast_ref::<Meeting>().filter(|of| of.board && is_here(of, staff))?;
        Some((format!("/records/meetings/{}/board", of.code.as_str()), told.title(l.0)))
    });
    Ok(open.collect())
}
