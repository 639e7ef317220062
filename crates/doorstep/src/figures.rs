//! `figures`: the figures of a window as a table for people, JSON or CSV for other programs.

use crate::cli::{Failed, say};
use crate::commands::{NUMBER, place};
use ::figures::{By, Fault, Figure, Filter, breakdown, figures};
use calendar::Date;
use clap::{Args, ValueEnum};
use domain::district::District;
use domain::{Label, Lang};
use serde::Serialize;
use store::{Db, read};

/// How figures are printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    Table,
    Json,
    Csv,
}

/// Which figures are wished for.
#[derive(Args, Clone, Debug, Default)]
pub struct Wish {
    /// First day of the window: 2023-01-01.
    #[arg(long)]
    from: String,
    /// First day after the window: 2024-01-01.
    #[arg(long)]
    to: String,
    /// Only what this unit leads, led last, or hosts; ~ for cases without a unit.
    #[arg(long)]
    unit: Option<String>,
    /// Only cases of this track.
    #[arg(long)]
    track: Option<String>,
    /// Only cases of this category, first level or full code.
    #[arg(long)]
    category: Option<String>,
    /// Only what lies in this street or community.
    #[arg(long)]
    street: Option<String>,
    /// Break down by: unit, track, category, street or month.
    #[arg(long)]
    by: Option<String>,
}

impl Wish {
    fn filter(&self) -> Result<Filter, Fault> {
        let date = |text: &str, field| text.parse::<Date>().map_err(|_| Fault::Date(field));
        let fields =
            [("unit", &self.unit), ("track", &self.track), ("category", &self.category), ("street", &self.street)];
        let mut set = fields.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        let all = Filter::new(date(&self.from, "from")?, date(&self.to, "to")?)?;
        set.try_fold(all, |filter, (name, value)| filter.with(name, value))
    }

    fn by(&self) -> Result<Option<By>, Failed> {
        let by = self.by.as_deref().map(|text| By::of(text).ok_or(text)).transpose();
        by.map_err(|text| {
            let todo = "Use --by unit, track, category, street or month.";
            Failed::usage(format!("Figures can't be broken down by “{text}”."), todo)
        })
    }
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Failed {
        let (what, todo) = fault.said(Lang::En);
        Failed::usage(what, todo)
    }
}

/// A figure, and the group of the breakdown that it belongs to.
#[derive(Serialize)]
struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(flatten)]
    figure: Figure,
}

/// `figures`
pub fn run(data: &str, wish: &Wish, format: Format) -> Result<(), Failed> {
    say(render(data, wish, format)?.trim_end());
    Ok(())
}

fn render(data: &str, wish: &Wish, format: Format) -> Result<String, Failed> {
    let (filter, by) = (wish.filter()?, wish.by()?);
    let mut db = Db::open_reader(&place(data)?)?;
    store::schema::check(&mut db)?;
    let (district, _) = read::district(&mut db, NUMBER)?;
    filter.check(&district)?;
    let lines = lines(&mut db, &filter, by)?;
    let failed = |e: String| Failed::new(format!("The figures can't be written: {e}."), "Report this error.");
    match format {
        Format::Table => Ok(table(&lines, &filter, by, &district)),
        Format::Json => serde_json::to_string_pretty(&lines).map_err(|e| failed(e.to_string())),
        Format::Csv => csv(&lines, by).map_err(|e| failed(e.to_string())),
    }
}

fn lines(db: &mut Db, filter: &Filter, by: Option<By>) -> Result<Vec<Line>, Failed> {
    let Some(by) = by else {
        let whole = figures(db, NUMBER, filter)?;
        return Ok(whole.into_iter().map(|figure| Line { by: None, group: None, figure }).collect());
    };
    let groups = breakdown(db, NUMBER, filter, by)?;
    let of_group = |group: ::figures::Group| {
        // A unit that never had a case has no line for figures of cases. A month has all its lines.
        let said: Vec<Figure> = (group.figures.iter())
            .filter(|figure| by == By::Month || group.has(figure.definition.of))
            .cloned()
            .collect();
        let key = group.key;
        said.into_iter().map(move |figure| Line { by: Some(by.code()), group: Some(key.clone()), figure })
    };
    Ok(groups.into_iter().flat_map(of_group).collect())
}

/// Rows of the same columns as the JSON, the participation in three.
fn csv(lines: &[Line], by: Option<By>) -> Result<String, Box<dyn std::error::Error>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let group: &[&str] = if by.is_some() { &["by", "group"] } else { &[] };
    let columns = [
        "id",
        "value",
        "unit",
        "numerator",
        "denominator",
        "participation",
        "participation_numerator",
        "participation_denominator",
        "from",
        "to",
        "definition_version",
        "rounding",
        "ledger_size",
    ];
    writer.write_record(group.iter().chain(&columns))?;
    for line in lines {
        let f = &line.figure;
        let number = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
        let took_part = f.participation.as_ref();
        let fields = [
            f.id.to_owned(),
            f.value.clone(),
            f.unit.sign(Lang::Zh).to_owned(),
            f.numerator.to_string(),
            number(f.denominator),
            took_part.map(|p| p.value.clone()).unwrap_or_default(),
            number(took_part.map(|p| p.numerator)),
            number(took_part.map(|p| p.denominator)),
            f.from.to_string(),
            f.to.to_string(),
            f.definition_version.to_string(),
            f.rounding.map(|r| r.code()).unwrap_or_default(),
            f.ledger_size.to_string(),
        ];
        let group = line.by.map(str::to_owned).into_iter().chain(line.group.clone());
        writer.write_record(group.chain(fields))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

fn table(lines: &[Line], filter: &Filter, by: Option<By>, district: &District) -> String {
    let size = lines.first().map_or(0, |l| l.figure.ledger_size);
    let narrowing = filter.narrowing();
    let narrowing = if narrowing.is_empty() { String::new() } else { format!(" · {narrowing}") };
    let (from, to) = (filter.from(), filter.to());
    let head = format!("{from} – {to}（不含末日 · last day not included）{narrowing} · 账本 ledger {size}\n\n");
    let mut rows = vec![vec![
        by.map_or(String::new(), |by| format!("{} {}", by.label(Lang::Zh), by.label(Lang::En))),
        "指标 figure".into(),
        "数值 value".into(),
        "分子/分母 counts".into(),
        "参评率 participation".into(),
        "定义 definition".into(),
    ]];
    for line in lines {
        let f = &line.figure;
        let group = line.group.as_deref().zip(by).map(|(key, by)| by.name(key, district, Lang::Zh));
        let counts = f.denominator.map_or(f.numerator.to_string(), |d| format!("{}/{d}", f.numerator));
        let took_part = f.participation.as_ref();
        let took_part = took_part.map(|p| format!("{} ({}/{})", p.printed(Lang::Zh), p.numerator, p.denominator));
        let rounding = f.rounding.map(|r| format!(" {}", r.code())).unwrap_or_default();
        rows.push(vec![
            group.unwrap_or_default(),
            format!("{} {}", f.name(Lang::Zh), f.name(Lang::En)),
            f.printed(Lang::Zh),
            counts,
            took_part.unwrap_or_default(),
            format!("{} v{}{rounding}", f.id, f.definition_version),
        ]);
    }
    let first = usize::from(by.is_none());
    head + &aligned(&rows, first)
}

/// Columns from the `first` on, each as wide as its widest cell.
fn aligned(rows: &[Vec<String>], first: usize) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let widest = |n: usize| rows.iter().filter_map(|r| r.get(n)).map(|cell| width(cell)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(widest).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, wide) in row.iter().zip(&widths).skip(first) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', wide.saturating_sub(width(cell)) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// How many places a text takes in a terminal: a Chinese character takes two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{ffe6}') { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk::{Clock, Desk, Entropy, Options};
    use domain::case::Raise;
    use domain::district::Command;
    use domain::{Actor, Moment};

    /// A district with three cases and a published figure, which may be made wrong first.
    fn district(harm: impl Fn(&mut domain::district::Figure)) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data").to_str().unwrap().to_owned();
        let at = Moment::from_local("2023-05-04T09:00".parse().unwrap());
        let options = Options { clock: Clock::at(at), entropy: Entropy::seeded(1), ..Options::default() };
        let (desk, thread) =
            Desk::found(&place(&data).unwrap(), options, "示例区", "Example", "doorstep.test/1").unwrap();
        for _ in 0..3 {
            let raise = Raise { text: "路灯不亮。".into(), ..Raise::default() };
            desk.raise_now(Actor::Resident, raise, None).unwrap();
        }
        let mut db = Db::open_reader(&place(&data).unwrap()).unwrap();
        let filter = wish().filter().unwrap();
        let mut made = ::figures::publication(&mut db, NUMBER, &filter, &["raised"]).unwrap();
        made.iter_mut().for_each(harm);
        desk.change_now(Actor::System { name: "test".into() }, Command::PublishFigures(made)).unwrap();
        drop((db, desk));
        thread.join().unwrap();
        (folder, data)
    }

    fn wish() -> Wish {
        Wish { from: "2023-05-01".into(), to: "2023-06-01".into(), ..Wish::default() }
    }

    #[test]
    fn json_holds_what_a_figure_never_travels_without() {
        let (_keep, data) = district(|_| {});
        let text = render(&data, &wish(), Format::Json).unwrap();
        let all: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        let accepted = all.iter().find(|f| f["id"] == "accepted").unwrap();
        let expected = serde_json::json!({
            "id": "accepted", "value": "0/3", "unit": "件", "numerator": 0, "denominator": 3, "participation": null,
            "from": "2023-05-01", "to": "2023-06-01", "definition_version": 1, "rounding": "half_up_2", "ledger_size": 5,
        });
        assert_eq!(accepted, &expected);
        let satisfied = all.iter().find(|f| f["id"] == "satisfied").unwrap();
        assert_eq!(
            satisfied["participation"],
            serde_json::json!({"value": "–", "unit": "%", "numerator": 0, "denominator": 0})
        );
    }

    #[test]
    fn csv_and_table_say_the_same_by_month() {
        let (_keep, data) = district(|_| {});
        let wish = Wish { by: Some("month".into()), ..wish() };
        let csv = render(&data, &wish, Format::Csv).unwrap();
        assert!(csv.starts_with("by,group,id,value,unit,numerator,denominator,participation,"), "{csv}");
        assert!(csv.contains("month,2023-05,raised,3,件,3,,,,,2023-05-01,2023-06-01,1,,5\n"), "{csv}");
        let table = render(&data, &wish, Format::Table).unwrap();
        assert!(table.contains("2023-05     收件量 Cases raised") && table.contains("0/3 件"), "{table}");
    }

    #[test]
    fn a_wish_that_cannot_be_met_is_a_wrong_use() {
        let (_keep, data) = district(|_| {});
        let some = |text: &str| Some(text.to_owned());
        for (wish, said) in [
            (Wish { from: "2023-05-32".into(), ..wish() }, "“from” is no date."),
            (Wish { to: "2023-05-01".into(), ..wish() }, "The window is empty"),
            (Wish { unit: some("housng"), ..wish() }, "The district has no “unit=housng”."),
            (Wish { track: some("x"), ..wish() }, "“track” has a value that is no code."),
            (Wish { by: some("person"), ..wish() }, "broken down by “person”"),
        ] {
            let failed = format!("{:?}", render(&data, &wish, Format::Json).unwrap_err());
            assert!(failed.contains(said) && failed.contains("code: 2"), "{failed}");
        }
    }

    #[test]
    fn verify_recomputes_what_was_published() {
        let (_keep, data) = district(|_| {});
        crate::verify::verify(&data, &[]).unwrap();
        let (_keep, data) = district(|figure| figure.numerator = 4);
        let failed = format!("{:?}", crate::verify::verify(&data, &[]).unwrap_err());
        assert!(failed.contains("the published figure raised") && failed.contains("numerator says 4"), "{failed}");
        assert!(failed.contains("code: 1"), "{failed}");
    }
}
