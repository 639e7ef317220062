//! Lectures as rows of a sheet: a year's plan that is pasted, and the list of a year.

use super::super::form::moment;
use super::super::paste::Sheet;
use super::{lecture, status, word};
use crate::lang::L;
use domain::district::District;
use domain::{Label, Moment};
use registers::tell::lecture::Stage;
use store::listed::Told;

/// The sheet of lectures. A session with heads is recorded, too.
pub(super) static SHEET: Sheet = Sheet {
    headings: &[
        ("类别", "lecture"),
        ("题目", "topic"),
        ("主题", "topic"),
        ("主讲人职务", "speaker"),
        ("职务层级", "level"),
        ("时间", "starts"),
        ("开始时间", "starts"),
        ("时长", "minutes"),
        ("地点", "place"),
        ("街道", "street"),
        ("场所类型", "venue"),
        ("听众类别", "audience"),
        ("听众", "audience"),
        ("主办单位", "host"),
        ("承办单位", "with"),
        ("联合主办", "with"),
        ("是否第一课", "first"),
        ("第一课", "first"),
        ("人数", "heads"),
        ("到场人次", "heads"),
        ("怎么数的", "counted"),
        ("线上收看", "online"),
    ],
    refused: &["姓名", "主讲人", "主讲人姓名"],
    usual: &[("minutes", "60"), ("level", "grassroots"), ("venue", "hall"), ("audience", "everybody")],
    always: &[("announce", "1")],
    units: &["host", "with", "street"],
    needs: "topic",
    then: Some(("record", "heads")),
    shown: &["lecture", "topic", "starts", "host", "heads"],
    written: &[
        "lecture", "topic", "speaker", "level", "starts", "minutes", "place", "street", "venue", "audience", "host",
        "with", "first", "heads", "counted", "online",
    ],
    told: &["lecture-code", "lecture-stage", "lecture-asked"],
    row,
};

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
