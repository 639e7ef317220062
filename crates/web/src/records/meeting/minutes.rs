//! `/records/meetings/{code}/minutes.docx`: the minutes as a paper to be sealed and filed: what was talked about, and what became of each
//! opinion by number. No code of a case stands on it, and words only once their speaker let them be shown.

use super::public::{Read, became, read};
use super::{departments, meeting, topics, word};
use crate::app::App;
use crate::caller::Visitor;
use crate::lang::{L, capital};
use crate::parts::paper::{DOCX, Line, Paper, docx};
use crate::problem::Problem;
use crate::records::time;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::Label;
use registers::listen::meeting::{NoteState, Stage};

/// `GET /records/meetings/{code}/minutes.docx`
pub(crate) async fn file(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let (l, d, now) = (visitor.l, app.desk().district(), app.desk().now());
    let read = read(&app, &code).await?;
    let of = meeting(&read.told).filter(|of| of.minuted).ok_or_else(Problem::not_found)?;
    let words = read.told.words_for(false);
    let label = |key: &str, text: String| Line::Label(format!("{}{}", l.t(key), l.0.pick("：", ": ")), text);
    let heads = of.heads.map(|(heads, counted)| {
        l.t_with("lecture-heads", &[("n", heads.to_string()), ("how", counted.label(l.0).to_owned())])
    });
    let mut lines = vec![
        label("meeting-unit", d.unit_name(&of.unit, l.0).to_owned()),
        label("meeting-when", format!("{} {}", l.full_day(of.starts.date()), time(of.starts))),
        label("meeting-where", word(&words, "place")),
        label("meeting-chair", word(&words, "chair")),
        label("meeting-departments", departments(l, &d, of)),
        label("meeting-heads", heads.unwrap_or_default()),
        label("meeting-topics", topics(&words).join(l.0.pick("；", "; "))),
        label("meeting-agenda", word(&words, "agenda")),
    ];
    lines.retain(|line| !matches!(line, Line::Label(_, text) if text.is_empty()));
    lines.push(Line::Heading(l.t("meeting-paper-talked")));
    lines.push(Line::Text(word(&words, "minutes")));
    let items = became(l, &d, now.date(), &read);
    if !items.is_empty() {
        lines.push(Line::Heading(l.t("meeting-paper-opinions")));
    }
    for item in &items {
        let stands = [&item.about, &item.status.words, &item.unit].map(String::as_str);
        let stands = stands.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        lines.push(Line::Label(format!("{}　", item.name), stands.join(" · ")));
        let said = [&item.text, &item.note, &item.answer, &item.word].into_iter().filter(|part| !part.is_empty());
        lines.extend(said.map(|part| Line::Text(part.clone())));
    }
    let struck = of.count(NoteState::Dropped);
    if struck > 0 {
        lines.push(Line::Text(l.t_n("meeting-public-struck", struck)));
    }
    let unit = d.unit_name(&of.unit, l.0);
    let paper = Paper {
        mark: l.t_n("meeting-paper-mark", unit),
        under: under(l, &read, of.no, of.stage == Stage::Approved),
        title: capital(&read.told.title(l.0)),
        lines,
    };
    let bytes = docx(&paper).ok_or_else(Problem::broken)?;
    let name = format!("attachment; filename=\"{}.docx\"", of.code.as_str());
    Ok(([(header::CONTENT_TYPE, DOCX.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response())
}

/// Which meeting it was, its day, and that nobody has approved the minutes yet.
fn under(l: L, read: &Read, no: u16, approved: bool) -> String {
    let day = meeting(&read.told).map(|of| l.date(of.starts.date())).unwrap_or_default();
    let draft = (!approved).then(|| l.t("meeting-paper-draft"));
    [Some(l.t_n("meeting-no", no)), Some(day), draft].into_iter().flatten().collect::<Vec<_>>().join("　")
}
