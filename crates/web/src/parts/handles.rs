//! Records that a field of an act names. People and other programs know a record by its code; acts name it by its handle.

use crate::app::App;
use crate::problem::Problem;
use domain::case::CaseId;
use domain::register::{Field, Input, Values};
use store::{listed, read};

/// The same values, each record by its handle. What is no code of a record stays as it was typed, and is refused.
pub(crate) async fn by_handle(app: &App, fields: &[Field], values: Values) -> Result<Values, Problem> {
    let named = fields.iter().filter(|field| matches!(field.input, Input::Record));
    let codes: Vec<(&'static str, String)> = named
        .filter(|field| CaseId::parse(values.get(field.name).trim()).is_none())
        .filter_map(|field| Some((field.name, desk::read_case_code(values.get(field.name))?)))
        .collect();
    if codes.is_empty() {
        return Ok(values);
    }
    let number = app.desk().number();
    let found = app.read(move |db, _| {
        let mut found = Vec::new();
        for (name, code) in codes {
            let id = match listed::any_by_code(db, number, &code)? {
                Some((id, _)) => Some(id),
                None => read::by_code(db, number, &code)?,
            };
            found.extend(id.map(|id| (name, id.hex())));
        }
        Ok(found)
    });
    let found: Vec<(&str, String)> = found.await?;
    let typed = |name: &str, text: &str| {
        let id = found.iter().find(|(of, _)| *of == name).map(|(_, id)| id.clone());
        (name.to_owned(), id.unwrap_or_else(|| text.to_owned()))
    };
    Ok(values.iter().map(|(name, text)| typed(name, text)).collect())
}
