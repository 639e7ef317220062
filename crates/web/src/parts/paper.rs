//! A paper as a file for Word or WPS: laid out as GB/T 9704-2012 says, with its numbers. Where the standard leaves something
//! open, what is usual.

use docx_rs::{
    AlignmentType, DocGrid, DocGridType, Docx, Footer, LineSpacing, LineSpacingType, PageMargin, PageNum, Paragraph,
    ParagraphBorder, ParagraphBorderPosition, Run, RunFonts,
};
use std::io::Cursor;

/// What a Word file is, as HTTP says it.
pub(crate) const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// A4 in twentieths of a point, and the white around the type area of 156 × 225 mm: above 37 mm, left 28 mm (5.2.1).
const PAGE: (u32, u32) = (11_906, 16_838);
const MARGIN: PageMargin =
    PageMargin { top: 2_098, left: 1_587, bottom: 1_984, right: 1_474, header: 851, footer: 1_447, gutter: 0 };
/// 22 lines a page (5.2.3): 28.95 points, exactly.
const LINE: i32 = 579;
/// Size 3 (三号), in half points: the size of the body (5.2.2).
const BODY: usize = 32;
/// A quarter of a point closer: only so do 28 characters of 16 points fill a line of 156 mm, as the standard means.
const CLOSER: i32 = -5;
/// Size 2 (二号), of the title (7.3.1), and size 4 (四号), of the page number (7.5).
const TITLE: usize = 44;
const NUMBER: usize = 28;
/// The mark stands 35 mm below the type area's upper edge (10.3); its size is free.
const MARK_BELOW: u32 = 1_984;
const MARK: usize = 62;
const RED: &str = "FF0000";

const SONG: &str = "方正小标宋简体";
const FANG_SONG: &str = "仿宋_GB2312";
const HEI: &str = "黑体";

/// Minutes (纪要), from the mark down.
pub(crate) struct Paper {
    /// Whose minutes of what: in red.
    pub(crate) mark: String,
    /// Which one, and the day.
    pub(crate) under: String,
    pub(crate) title: String,
    pub(crate) lines: Vec<Line>,
}

/// A part of the body.
pub(crate) enum Line {
    /// A label with what it says: who came, when, where.
    Label(String, String),
    /// A heading of the first level.
    Heading(String),
    Text(String),
}

fn fonts(name: &str) -> RunFonts {
    RunFonts::new().east_asia(name).ascii(name).hi_ansi(name)
}

fn run(text: &str, font: &str) -> Run {
    Run::new().add_text(text).size(BODY).character_spacing(CLOSER).fonts(fonts(font))
}

fn exact() -> LineSpacing {
    LineSpacing::new().line(LINE).line_rule(LineSpacingType::Exact)
}

/// A paragraph of the body, its first line two characters in (7.3.3).
fn body(runs: impl IntoIterator<Item = Run>) -> Paragraph {
    let paragraph = Paragraph::new().line_spacing(exact()).indent(None, None, None, None).first_line_chars(200);
    runs.into_iter().fold(paragraph, Paragraph::add_run)
}

fn centred(run: Run, spacing: LineSpacing) -> Paragraph {
    Paragraph::new().align(AlignmentType::Center).line_spacing(spacing).add_run(run)
}

/// “— 1 —”, on odd pages right and on even ones left (7.5).
fn page_number(align: AlignmentType) -> Footer {
    let dash = |text: &str| Run::new().add_text(text).size(NUMBER).fonts(fonts("宋体"));
    let number = Paragraph::new().align(align).size(NUMBER).add_run(dash("— "));
    Footer::new().add_paragraph(number.add_page_num(PageNum::new()).add_run(dash(" —")))
}

/// The paper as a file; none if it can't be written, which the log says.
pub(crate) fn docx(paper: &Paper) -> Option<Vec<u8>> {
    let mark = Run::new().add_text(&paper.mark).size(MARK).color(RED).fonts(fonts(SONG));
    let mut under = centred(run(&paper.under, FANG_SONG), exact().before(LINE as u32).after(227));
    let rule = ParagraphBorder::new(ParagraphBorderPosition::Bottom).size(12).space(11).color(RED);
    under.property = under.property.set_border(rule);
    let title = Run::new().add_text(&paper.title).size(TITLE).fonts(fonts(SONG));
    let mut out = Docx::new()
        .page_size(PAGE.0, PAGE.1)
        .page_margin(MARGIN)
        .footer(page_number(AlignmentType::Right))
        .even_footer(page_number(AlignmentType::Left))
        .add_paragraph(centred(mark, LineSpacing::new().before(MARK_BELOW)))
        .add_paragraph(under)
        .add_paragraph(centred(title, LineSpacing::new().before(2 * LINE as u32).after(LINE as u32)));
    // Lines alone: a grid of characters would pull the title apart.
    let grid = DocGrid::with_empty().grid_type(DocGridType::Lines).line_pitch(LINE as usize);
    out.document = out.document.doc_grid(grid);
    for line in &paper.lines {
        out = match line {
            Line::Label(label, text) => {
                let mut lines = text.lines().filter(|line| !line.trim().is_empty());
                let first = lines.next().unwrap_or_default();
                let out = out.add_paragraph(body([run(label, HEI), run(first.trim(), FANG_SONG)]));
                lines.fold(out, |out, line| out.add_paragraph(body([run(line.trim(), FANG_SONG)])))
            }
            Line::Heading(text) => out.add_paragraph(body([run(text, HEI)])),
            // What was typed as a paragraph is one.
            Line::Text(text) => text
                .lines()
                .filter(|line| !line.trim().is_empty())
                .fold(out, |out, line| out.add_paragraph(body([run(line.trim(), FANG_SONG)]))),
        };
    }
    let mut bytes = Cursor::new(Vec::new());
    match out.build().pack(&mut bytes) {
        Ok(()) => Some(bytes.into_inner()),
        Err(error) => {
            tracing::error!(%error, "a paper can't be written");
            None
        }
    }
}
