//! The rows of the district's own events.

use crate::args;
use crate::db::Write;
use domain::case::Body;
use domain::district::Event;

const PUBLICATION: &str =
    "INSERT INTO publications(district, seq, no, corrects, body, at) VALUES($1, $2, $3, $4, $5, $6)";
const EXPORT: &str = "INSERT INTO exports(district, seq, what, format, rows_out, masked, unit, account, at) \
VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[PUBLICATION, EXPORT];

/// The writes of one event of the district's own stream at ledger index `seq`.
pub fn project(district: i64, seq: u64, body: &Body<Event>) -> Vec<Write> {
    let json = |figure: &domain::district::Figure| serde_json::to_string(figure).unwrap_or_default();
    match &body.event {
        Event::FiguresPublished { figures } => {
            let rows = figures.iter().enumerate();
            rows.map(|(no, f)| {
                Write::new(PUBLICATION, args![district, seq, no as u64, None::<i64>, json(f), body.at.0])
            })
            .collect()
        }
        Event::FigureCorrected { publication, figure } => {
            vec![Write::new(PUBLICATION, args![district, seq, 0_u64, Some(*publication), json(figure), body.at.0])]
        }
        Event::Exported { what, format, rows, masked } => vec![Write::new(
            EXPORT,
            args![
                district,
                seq,
                what,
                format,
                *rows,
                *masked,
                body.by.unit().map(|u| u.as_str()),
                body.by.account(),
                body.at.0
            ],
        )],
        _ => Vec::new(),
    }
}
