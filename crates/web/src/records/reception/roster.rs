//! Reception days as rows of a sheet: the roster of a month (接访公示) that is pasted, and the list of a year.

use super::super::form::moment;
use super::super::paste::Sheet;
use super::{count, posted, reception, status, word};
use crate::lang::L;
use domain::district::District;
use domain::{Label, Moment};
use registers::resolve::reception::TicketState;
use store::listed::Told;

/// The sheet of reception days. It has the name of who receives, which is to be published; it leaves with the list only
/// while it may be shown.
pub(super) static SHEET: Sheet = Sheet {
    headings: &[
        ("职务", "post"),
        ("接访人职务", "post"),
        ("姓名", "leader"),
        ("接访人", "leader"),
        ("接访人姓名", "leader"),
        ("职级", "level"),
        ("分管工作", "field"),
        ("形式", "form"),
        ("时间", "starts"),
        ("接访时间", "starts"),
        ("开始时间", "starts"),
        ("时长", "minutes"),
        ("地点", "place"),
        ("接访地点", "place"),
        ("街道", "street"),
        ("接谈桌数", "desks"),
        ("每次约谈", "slot"),
        ("组织单位", "host"),
    ],
    refused: &["来访人", "来访人姓名", "住址"],
    usual: &[("minutes", "180"), ("form", "fixed"), ("desks", "1"), ("slot", "20")],
    always: &[],
    units: &["host", "street"],
    needs: "post",
    then: None,
    shown: &["starts", "post", "field", "place", "host"],
    written: &[
        "post", "leader", "level", "field", "form", "starts", "minutes", "place", "street", "desks", "slot", "host",
    ],
    told: &["lecture-code", "lecture-stage", "reception-col-ahead", "reception-col-heard"],
    row,
};

fn row(l: L, d: &District, now: Moment, told: &Told) -> Option<Vec<String>> {
    let (of, words) = (reception(told)?, told.words());
    let name = |unit: &domain::codes::UnitCode| d.unit_name(unit, l.0).to_owned();
    let (post, field, leader) = posted(told, now, false);
    Some(vec![
        post,
        leader,
        of.level.label(l.0).to_owned(),
        field,
        of.form.label(l.0).to_owned(),
        moment(of.starts).replace('T', " "),
        of.minutes.to_string(),
        word(&words, "place"),
        of.street.as_ref().map(name).unwrap_or_default(),
        of.desks.to_string(),
        of.slot.to_string(),
        name(&of.unit),
        of.code.as_str().to_owned(),
        status(l, of).words,
        of.published.map(|days| days.to_string()).unwrap_or_default(),
        count(of, TicketState::Heard).to_string(),
    ])
}
