//! Counts, many cases at once, and what a case may be the same as.

use super::{CaseRow, case_row};
use crate::args;
use crate::db::{Db, Result, Row, StoreError, Value};
use crate::read;
use domain::Moment;
use domain::case::{Body, Case, CaseId, Cases, Event, replay};
use std::collections::BTreeMap;

macro_rules! sixty_four {
    () => {
        "$2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, \
         $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, \
         $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64, $65"
    };
}

/// How much is due within days or waits for others, and is not late by the hour.
macro_rules! due {
    ($days:literal as $name:literal) => {
        concat!("CAST(COALESCE(SUM(CASE WHEN ", $days, " AND d.hour >= $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS ", $name)
    };
}
/// The columns of the counts, in the order of [`Day::counts`].
const COUNTS: [&str; 5] = ["late", "today", "week", "later", "waiting"];
const DAY: &str = concat!(
    "SELECT '' AS name, '' AS query, \
     CAST(COALESCE(SUM(CASE WHEN d.due < $1 OR d.hour < $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS late, ",
    due!("d.held IS NULL AND d.due >= $1 AND d.due < $3" as "today"),
    ", ",
    due!("d.held IS NULL AND d.due >= $3 AND d.due < $4" as "week"),
    ", ",
    due!("d.held IS NULL AND d.due >= $4" as "later"),
    ", ",
    due!("d.held IS NOT NULL AND d.due >= $1" as "waiting"),
    " FROM duties d LEFT JOIN cases c ON c.district = d.district AND c.seq = d.seq AND d.register = 'case' \
     WHERE d.district = $5 AND d.unit = $6 AND d.sealed <= $7 AND d.since <= $8 AND (c.track = $9 OR $9 = '') \
     AND (c.coarse = $10 OR $10 = '') AND (c.street = $11 OR $11 = '') \
     UNION ALL SELECT v.name, v.query, 0, 0, 0, 0, 0 FROM views v WHERE v.district = $5 AND v.account = $12 \
     AND v.list = 'desk' ORDER BY name"
);
const STREAM: &str = "SELECT CAST(COALESCE(SUM(CASE WHEN c.stage = 'raised' THEN 1 ELSE 0 END), 0) AS BIGINT) AS raised, \
CAST(COALESCE(SUM(CASE WHEN c.stage = 'accepted' THEN 1 ELSE 0 END), 0) AS BIGINT) AS accepted, \
CAST(COALESCE(SUM(CASE WHEN c.stage = 'handling' THEN 1 ELSE 0 END), 0) AS BIGINT) AS handling, COUNT(*) AS n \
FROM cases c WHERE c.district = $1 AND c.sealed = $2 AND c.inbox = 1";
const CODES: &str = concat!("SELECT id, code, sealed FROM cases WHERE district = $1 AND code IN (", sixty_four!(), ")");
const CASES: &str = concat!(
    "SELECT stream, body FROM events WHERE district = $1 AND stream IN (",
    sixty_four!(),
    ") ORDER BY stream, version"
);
const NEAR: &str = concat!(
    "SELECT ",
    listed!(),
    ", c.raised_day AS due FROM cases c WHERE c.district = $1 AND c.sealed = 0 AND c.erased = 0 AND c.raised_day >= $2 \
     AND c.track = $3 AND (c.coarse = $4 OR $4 = '') AND (c.street = $5 OR $5 = '') AND c.id <> $6 \
     ORDER BY c.raised_day DESC, c.seq DESC LIMIT $7"
);

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] = &[DAY, STREAM, CODES, CASES, NEAR];

/// How many cases can be looked at together.
pub const TOGETHER_MOST: usize = super::CARDS_MOST;

/// How much a unit owes, by what the day asks for, and the views that the account has saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Overdue (whoever else is waited for), due today, due this week, due later, waiting for others.
    pub counts: [i64; 5],
    /// Name and query of each saved view.
    pub views: Vec<(String, String)>,
}

/// Whose day it is.
#[derive(Clone, Copy, Debug)]
pub struct Of<'a> {
    /// The unit's code.
    pub unit: &'a str,
    /// The account that looks.
    pub account: u32,
    /// The days by which it is told apart, as day numbers: due before the first is overdue, before the second today,
    /// before the third this week.
    pub days: [i64; 3],
    /// Now: what is counted in hours is late to the minute.
    pub now: Moment,
    /// The filter of the list: what counts is what it lists.
    pub filter: &'a super::QueueFilter,
}

/// What a unit's day holds, in one statement.
///
/// # Errors
/// What the database says.
pub fn day(db: &mut Db, district: i64, of: Of<'_>) -> Result<Day> {
    let Of { unit, account, days: [late, tomorrow, next_week], now, filter } = of;
    let args = args![
        late,
        now.0,
        tomorrow,
        next_week,
        district,
        unit,
        filter.sealed,
        filter.today,
        &filter.track,
        &filter.coarse,
        &filter.street,
        account
    ];
    let mut found = Day::default();
    for row in db.query(DAY, &args)? {
        if row.text("name")?.is_empty() {
            for (count, name) in found.counts.iter_mut().zip(COUNTS) {
                *count = row.int(name)?;
            }
        } else {
            found.views.push((row.text("name")?.to_owned(), row.text("query")?.to_owned()));
        }
    }
    Ok(found)
}

/// How many cases wait in the inbox: to be accepted, to be dispatched, with an objection to decide; and all of them, also
/// those whose resident has asked for an erasure.
///
/// # Errors
/// What the database says.
pub fn inbox_counts(db: &mut Db, district: i64, sealed: bool) -> Result<[i64; 4]> {
    let rows = db.query(STREAM, &args![district, sealed])?;
    let Some(row) = rows.first() else { return Ok([0; 4]) };
    Ok([row.int("raised")?, row.int("accepted")?, row.int("handling")?, row.int("n")?])
}

/// The handles of codes, and whether each case is sealed; at most [`TOGETHER_MOST`], what there is no case of is left out.
///
/// # Errors
/// What the database says.
pub fn by_codes(db: &mut Db, district: i64, codes: &[String]) -> Result<BTreeMap<String, (CaseId, bool)>> {
    let Some(last) = codes.len().checked_sub(1) else { return Ok(BTreeMap::new()) };
    let mut args = args![district];
    args.extend((0..TOGETHER_MOST).map(|n| Value::from(codes[n.min(last)].as_str())));
    let rows = db.query(CODES, &args)?;
    rows.iter()
        .map(|row| Ok((row.text("code")?.to_owned(), (CaseId(row.array("id")?), row.int("sealed")? != 0))))
        .collect()
}

/// Cases as they stand, at most [`TOGETHER_MOST`] in one statement.
///
/// # Errors
/// What the database says; [`StoreError::Corrupt`] for a body that can't be read.
pub fn cases(db: &mut Db, district: i64, ids: &[CaseId]) -> Result<BTreeMap<CaseId, Case>> {
    let Some(last) = ids.len().checked_sub(1) else { return Ok(BTreeMap::new()) };
    if ids.len() > TOGETHER_MOST {
        return Err(StoreError::Shape(format!("{} cases at once", ids.len())));
    }
    let mut args = args![district];
    args.extend((0..TOGETHER_MOST).map(|n| Value::from(&ids[n.min(last)].0)));
    let event = |row: &Row| -> Result<(CaseId, Body<Event>)> {
        Ok((CaseId(row.array("stream")?), read::body::<Cases>(row.bytes("body")?)?))
    };
    let mut streams: BTreeMap<CaseId, Vec<Body<Event>>> = BTreeMap::new();
    for row in &db.query(CASES, &args)? {
        let (id, body) = event(row)?;
        streams.entry(id).or_default().push(body);
    }
    Ok(streams.into_iter().filter_map(|(id, bodies)| Some((id, replay(id, &bodies)?))).collect())
}

/// What a case may be the same as.
#[derive(Clone, Copy, Debug)]
pub struct Like<'a> {
    /// The case itself, which is left out.
    pub id: CaseId,
    /// Its track's code.
    pub track: &'a str,
    /// The first level of its category; empty: any.
    pub coarse: &'a str,
    /// Its street; empty: any.
    pub street: &'a str,
    /// The first day, as a day number, of which cases are looked at.
    pub since: i64,
}

/// Cases of the same track, category and street, the latest first. None is sealed or erased. `due` is the day of raising.
///
/// # Errors
/// What the database says.
pub fn near(db: &mut Db, district: i64, like: Like<'_>, most: usize) -> Result<Vec<CaseRow>> {
    let Like { id, track, coarse, street, since } = like;
    let args = args![district, since, track, coarse, street, &id.0, most as u64];
    db.query(NEAR, &args)?.iter().map(case_row).collect()
}
