//! A case that came from another system, by its number there: residents and offices go on asking by that number.

use super::case;
use crate::app::App;
use crate::caller::Staff;
use crate::problem::Problem;
use desk::Key;

/// The code of the case that has this number in one of the systems that cases were imported from, if the account may see
/// it. None also where two of them have the number.
pub(super) async fn code(app: &App, staff: &Staff, typed: &str) -> Result<Option<String>, Problem> {
    let (number, id) = (app.desk().number(), typed.trim().to_owned());
    let found = app.read(move |db, _| {
        let mut found = Vec::new();
        for source in store::imports::sources(db, number)? {
            let done = store::read::done(db, number, &Key::of_import(&source, &id).0)?;
            found.extend(done.map(|done| done.stream));
        }
        Ok(found)
    });
    let mut seen = Vec::new();
    for stream in found.await? {
        // Who may not see a case learns nothing of it: as if there were none.
        seen.extend(case::load(app, staff, stream).await.ok().map(|loaded| loaded.history.case.code));
    }
    Ok(if seen.len() == 1 { seen.pop() } else { None })
}
