//! `POST /records/{register}/year`: the list of a year (年度清单) as a workbook, under the headings by which it can be read back.
//! That it left is in the ledger.

use super::paste::{Of, of};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::L;
use crate::problem::Problem;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::case::CaseId;
use domain::district::Command;
use domain::moment::day_number;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use std::sync::PoisonError;
use store::listed::{self, Told, Which};

/// How many records are read at a time.
const PAGE: usize = 500;
/// The most of one list.
const MOST: usize = 20_000;

/// Makes the list of a year: of the account's unit, or with `of=all` of the district.
pub(crate) async fn file(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(register): Path<String>,
    sent: Sent,
) -> Result<Response, Problem> {
    let (l, d, number) = (visitor.l, app.desk().district(), app.desk().number());
    let of = of(&register)?;
    let code = of.face.shelf().code();
    let year: i16 =
        sent.get("year").parse().ok().filter(|year| (2000..=2100).contains(year)).ok_or_else(Problem::form)?;
    let unit = if sent.get("of") == "all" { String::new() } else { staff.unit.to_string() };
    let first = |year: i16| domain::typed::day(&format!("{year}-01-01")).map(day_number).ok_or_else(Problem::form);
    let days = (first(year)?, first(year + 1)?);
    let told = app.read(move |db, keys| {
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut told, mut after) = (Vec::new(), None);
        while told.len() < MOST {
            let which = Which { register: code, days, unit: unit.clone(), public: false, back: false, after };
            let page = listed::page(db, number, &which, PAGE)?;
            let ids: Vec<CaseId> = page.iter().map(|(id, _)| *id).collect();
            told.extend(listed::some(db, &mut keys, registers::REGISTERS, number, &ids)?);
            after = page.last().map(|(_, at)| *at);
            if page.len() < PAGE {
                break;
            }
        }
        Ok(told)
    });
    let told: Vec<Told> = told.await?;
    let now = app.desk().now();
    let rows: Vec<Vec<String>> = told.iter().filter_map(|told| (of.sheet.row)(l, &d, now, told)).collect();
    let count = rows.len() as u64;
    let command =
        Command::Export { what: of.face.shelf().plural().into(), format: "xlsx".into(), rows: count, masked: false };
    app.desk().change(staff.actor(), command).await?;
    let file = tokio::task::spawn_blocking(move || workbook(l, of, &rows)).await.map_err(|_| Problem::broken())?;
    let file = file.map_err(|_| Problem::broken())?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let name = format!("attachment; filename=\"{}-{year}.xlsx\"", of.face.shelf().plural());
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], file).into_response())
}

fn workbook(l: L, of: Of, rows: &[Vec<String>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let sheet = book.add_worksheet();
    let written = of.sheet.written.iter().map(|field| of.heading(l, field));
    let headings = written.chain(of.sheet.told.iter().map(|key| l.t(key)));
    for (heading, n) in headings.zip(0..) {
        sheet.write_string_with_format(0, n, heading, &bold)?.set_column_width(n, 16)?;
    }
    for (row, at) in rows.iter().zip(1..) {
        for (text, n) in row.iter().zip(0..).filter(|(text, _)| !text.is_empty()) {
            sheet.write_string(at, n, text)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    book.save_to_buffer()
}
