//! `POST /records/lectures/year`: the year's list (年度清单) as a workbook, under the headings by which it can be read back.
//! That it left is in the ledger.

use super::super::form::moment;
use super::paste::heading_of;
use super::{lecture, status, word};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::L;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::case::CaseId;
use domain::district::{Command, District};
use domain::moment::day_number;
use domain::{Label, Moment};
use registers::tell::lecture::Stage;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use std::sync::PoisonError;
use store::listed::{self, Told, Which};

/// How many lectures are read at a time.
const PAGE: usize = 500;
/// The most of one list.
const MOST: usize = 20_000;

/// The columns that can be read back, and those that only tell.
const FIELDS: &[&str] = &[
    "lecture", "topic", "speaker", "level", "starts", "minutes", "place", "street", "venue", "audience", "host",
    "with", "first", "heads", "counted", "online",
];
const TOLD: &[&str] = &["lecture-code", "lecture-stage", "lecture-asked"];

/// Makes the list of a year: of the account's unit, or with `of=all` of the district.
pub(crate) async fn file(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let (l, d, number) = (visitor.l, app.desk().district(), app.desk().number());
    let year: i16 =
        sent.get("year").parse().ok().filter(|year| (2000..=2100).contains(year)).ok_or_else(Problem::form)?;
    let unit = if sent.get("of") == "all" { String::new() } else { staff.unit.to_string() };
    let first = |year: i16| domain::typed::day(&format!("{year}-01-01")).map(day_number).ok_or_else(Problem::form);
    let days = (first(year)?, first(year + 1)?);
    let told = app.read(move |db, keys| {
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut told, mut after) = (Vec::new(), None);
        while told.len() < MOST {
            let which = Which { register: "lecture", days, unit: unit.clone(), public: false, back: false, after };
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
    let mut told = told;
    told.sort_by_key(|told| lecture(told).map(|of| of.starts));
    let now = app.desk().now();
    let rows: Vec<Vec<String>> = told.iter().filter_map(|told| row(l, &d, now, told)).collect();
    let count = rows.len() as u64;
    let command = Command::Export { what: "lectures".into(), format: "xlsx".into(), rows: count, masked: false };
    app.desk().change(staff.actor(), command).await?;
    let file = tokio::task::spawn_blocking(move || workbook(l, &rows)).await.map_err(|_| Problem::broken())?;
    let file = file.map_err(|_| Problem::broken())?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let name = format!("attachment; filename=\"lectures-{year}.xlsx\"");
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], file).into_response())
}

/// A lecture as a row; none for one that went into another.
fn row(l: L, d: &District, now: Moment, told: &Told) -> Option<Vec<String>> {
    let of = lecture(told).filter(|of| of.stage != Stage::Merged)?;
    let words = told.words();
    let name = |unit: &domain::district::UnitCode| d.unit_name(unit, l.0).to_owned();
    let (heads, counted, online) = match of.record {
        Some((heads, counted, online)) => {
            let online = online.map(|n| n.to_string()).unwrap_or_default();
            (heads.to_string(), counted.label(l.0).to_owned(), online)
        }
        None => Default::default(),
    };
    let first = if of.first { l.t("lecture-yes") } else { String::new() };
    Some(vec![
        of.kind.label(l.0).to_owned(),
        word(&words, "topic"),
        word(&words, "speaker"),
        of.level.label(l.0).to_owned(),
        moment(of.starts).replace('T', " "),
        of.minutes.to_string(),
        word(&words, "place"),
        of.street.as_ref().map(name).unwrap_or_default(),
        of.venue.label(l.0).to_owned(),
        of.audience.label(l.0).to_owned(),
        name(&of.unit),
        of.with.iter().map(name).collect::<Vec<_>>().join("、"),
        first,
        heads,
        counted,
        online,
        of.code.as_str().to_owned(),
        status(l, of, now).words,
        of.questions.to_string(),
    ])
}

fn workbook(l: L, rows: &[Vec<String>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let sheet = book.add_worksheet();
    let headings = FIELDS.iter().map(|field| heading_of(l, field)).chain(TOLD.iter().map(|key| l.t(key)));
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
