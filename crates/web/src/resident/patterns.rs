//! The page that shows every part of which pages are made, with samples that are openly made up.

use crate::caller::Visitor;
use crate::lang::L;
use crate::page::{Choice, FieldError, NavItem, Page, show};
use askama::Template;
use axum::response::Response;

struct StepItem {
    label: &'static str,
    past: bool,
    current: bool,
}

#[derive(Template)]
#[template(path = "patterns.html")]
struct PatternsPage {
    l: L,
    page: Page,
    options: Vec<Choice>,
    tabs: Vec<NavItem>,
    steps: Vec<StepItem>,
    errors: Vec<FieldError>,
    /// Name, length in rem, and the same in pixels of ordinary print.
    spaces: [(&'static str, &'static str, &'static str); 7],
}

/// `GET /patterns`
pub(crate) async fn page(visitor: Visitor) -> Response {
    let option = |value: &str, label: &str| Choice::of(value, label, "b");
    let tab = |label: &str, current: bool, count| NavItem {
        href: "#s-list".to_owned(),
        label: label.to_owned(),
        current,
        count,
    };
    let step = |label, past, current| StepItem { label, past, current };
    let error = |field: &str, text: &str| FieldError { field: field.to_owned(), text: text.to_owned() };
    show(&PatternsPage {
        l: visitor.l,
        page: visitor.page("样式与部件 PatternsPage".to_owned()),
        options: vec![option("a", "示例一"), option("b", "示例二"), option("c", "示例三")],
        tabs: vec![tab("全部", true, Some(212)), tab("今天", false, Some(5)), tab("等别人", false, None)],
        steps: vec![step("什么事", true, false), step("在哪里", false, true), step("怎么联系", false, false)],
        spaces: [
            ("s1", ".25", "4.25"),
            ("s2", ".5", "8.5"),
            ("s3", ".75", "12.75"),
            ("s4", "1", "17"),
            ("s5", "1.5", "25.5"),
            ("s6", "2.25", "38.25"),
            ("s7", "3.5", "59.5"),
        ],
        errors: vec![error("text", "还没有写是什么事。请写一两句话。"), error("digits", "查询密码要 6 到 12 位数字。")],
    })
}
