//! What other programs read: `GET /api/v1/{register}` and `GET /api/v1/{register}/{code}`.

use super::{party, record, register};
use crate::app::App;
use crate::caller::{From, RecordCaller, RecordReader};
use crate::parts::stream::Heard;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::case::Fields;
use domain::codes::UnitCode;
use domain::moment::{date_of, day_number};
use domain::register::Shelf;
use domain::register::column::Value as Cell;
use domain::{Label, Lang, Moment, Refusal, Why};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::sync::PoisonError;
use store::listed::{self, AskedCase, Line, Told, Wanted};

/// How many records a page has at most.
pub(super) const PAGE: usize = 100;

/// What a list can be asked for, by the names of the parameters.
pub(super) const PARAMETERS: &[&str] = &["unit", "stage", "from", "to", "after", "changed_since"];

/// A page of records.
#[derive(Serialize)]
pub(crate) struct Listed {
    records: Vec<ListedRecord>,
    /// What `after` takes for the next page; none on the last one.
    next: Option<u64>,
}

impl Listed {
    pub(super) fn new(records: Vec<ListedRecord>, next: Option<u64>) -> Listed {
        Listed { records, next }
    }
}

/// A record in a list.
#[derive(Serialize)]
pub(super) struct ListedRecord {
    code: String,
    version: u64,
    stage: String,
    unit: String,
    day: String,
    /// The ledger index of its first entry, and that of its last one.
    first: u64,
    index: u64,
}

impl std::convert::From<Line> for ListedRecord {
    fn from(line: Line) -> ListedRecord {
        let Line { first, code, version, stage, unit, day, last } = line;
        ListedRecord { code, version, stage, unit, day: date_of(day).to_string(), first, index: last }
    }
}

/// `GET /api/v1/{register}`
pub(crate) async fn list(
    State(app): State<App>,
    _: RecordReader,
    Path(plural): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Listed>, Problem> {
    listed(&app, &plural, query).await
}

/// `GET /api/v1/opinions`: a meeting's acts begin them, so that there is nothing to post here.
pub(crate) async fn opinions(
    State(app): State<App>,
    _: RecordReader,
    RawQuery(query): RawQuery,
) -> Result<Json<Listed>, Problem> {
    listed(&app, "opinions", query).await
}

async fn listed(app: &App, plural: &str, query: Option<String>) -> Result<Json<Listed>, Problem> {
    let wanted = wanted(register(plural)?, &query.unwrap_or_default())?;
    let (number, by_last) = (app.desk().number(), wanted.by_last);
    let mut lines = app.read(move |db, _| listed::lines(db, number, &wanted, PAGE + 1)).await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let next = lines.last().filter(|_| more).map(|line| if by_last { line.last } else { line.first });
    Ok(Json(Listed { records: lines.into_iter().map(ListedRecord::from).collect(), next }))
}

/// What a query asks for. A name that no list takes is refused: a filter that was mistyped would let everything through.
pub(super) fn wanted(shelf: &'static dyn Shelf, query: &str) -> Result<Wanted, Problem> {
    let mut wanted = Wanted {
        register: shelf.code(),
        behind: -1,
        by_last: false,
        days: (i64::MIN, i64::MAX),
        unit: String::new(),
        stage: String::new(),
    };
    for (name, text) in form_urlencoded::parse(query.as_bytes()) {
        let Some(name) = PARAMETERS.iter().find(|known| **known == name) else {
            return Err(no_such_field(&name, &PARAMETERS.join(", ")));
        };
        match *name {
            "unit" if !text.is_empty() && !UnitCode::from(text.as_ref()).is_well_formed() => {
                return Err(Refusal::at(Why::BadCode, name).about(shortened(&text)).into());
            }
            "unit" => wanted.unit = text.into_owned(),
            "stage" if !text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') => {
                return Err(Refusal::at(Why::NoSuchTerm, name).about(shortened(&text)).into());
            }
            "stage" => wanted.stage = text.into_owned(),
            "from" => wanted.days.0 = day(&text, name)?,
            "to" => wanted.days.1 = day(&text, name)?,
            // The later of the two positions holds, in whatever order they come.
            "after" => wanted.behind = wanted.behind.max(position(&text, name)?),
            _ => (wanted.by_last, wanted.behind) = (true, wanted.behind.max(position(&text, name)?)),
        }
    }
    Ok(wanted)
}

fn day(text: &str, name: &'static str) -> Result<i64, Problem> {
    let day = domain::typed::day(text).ok_or(Refusal::at(Why::BadDay, name))?;
    Ok(day_number(day))
}

fn position(text: &str, name: &'static str) -> Result<i64, Problem> {
    Ok(text.parse::<i64>().ok().filter(|n| *n >= 0).ok_or(Refusal::at(Why::BadNumber, name))?)
}

/// What was sent, as far as it is said back.
fn shortened(text: &str) -> String {
    domain::typed::shortened(&domain::typed::kept_line(text), 40)
}

/// A name that is not among those that are taken.
pub(super) fn no_such_field(name: &str, taken: &str) -> Problem {
    let name = shortened(name);
    let (zh, en) = (format!("没有“{name}”这一项。"), format!("There is no field “{name}”."));
    let (zh_do, en_do) = match taken {
        "" => ("请发送空的 {}。".to_owned(), "Send an empty {}.".to_owned()),
        _ => (format!("可用：{taken}。"), format!("It takes: {taken}.")),
    };
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "no_such_field", [&zh, &zh_do], [&en, &en_do]);
    problem.at_named(name)
}

/// A record.
#[derive(Serialize)]
pub(crate) struct Record {
    /// Its handle, by which acts on other records name it.
    id: String,
    code: String,
    version: u64,
    stage: &'static str,
    unit: String,
    day: String,
    title: String,
    /// The ledger index of its first entry, and that of its last one.
    first: u64,
    index: u64,
    /// The columns of its row in the register's table.
    columns: Map<String, Value>,
    /// What was written of it, each field as it was written last.
    words: Fields,
    events: Vec<ToldEvent>,
    /// The cases that acts on it asked for.
    asked: Vec<Asked>,
}

/// An event.
#[derive(Serialize)]
pub(super) struct ToldEvent {
    index: u64,
    kind: Value,
    at: String,
    by: Value,
    #[serde(skip_serializing_if = "Value::is_null")]
    because: Value,
    fields: Value,
    #[serde(skip_serializing_if = "Value::is_null")]
    clocks: Value,
}

/// A case that an act asked for: its code is half of what opens it, so that only tokens that act get it.
#[derive(Serialize)]
struct Asked {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    stage: &'static str,
    because: u64,
}

/// `GET /api/v1/{register}/{code}`
pub(crate) async fn show(
    State(app): State<App>,
    Path((plural, code)): Path<(String, String)>,
    from: From,
    caller: RecordCaller,
) -> Result<Response, Problem> {
    let shelf = register(&plural)?;
    let reader = match caller {
        RecordCaller::Reader(reader) => reader,
        RecordCaller::Party(secret) => {
            let told = party::open(&app, from, shelf, (&code, &secret)).await?;
            return Ok(Json(party::seen(&told)?).into_response());
        }
    };
    let (id, _) = record(&app, shelf, &code).await?;
    let number = app.desk().number();
    let found = app.read(move |db, keys| {
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        let told = listed::some(db, &mut keys, registers::REGISTERS, number, &[id])?.pop();
        Ok((told, listed::asked(db, number, id)?))
    });
    let (told, asked) = found.await?;
    let told = told.ok_or_else(Problem::not_found)?;
    Ok(Json(told_record(&told, asked, reader.unit.as_ref())?).into_response())
}

/// `GET /api/v1/{register}/{code}/stream`
pub(crate) async fn stream(
    State(app): State<App>,
    Path((plural, code)): Path<(String, String)>,
    from: From,
    caller: RecordCaller,
) -> Result<Response, Problem> {
    let (heard, shelf) = (Heard::by(&app), register(&plural)?);
    let id = match caller {
        RecordCaller::Reader(_) => record(&app, shelf, &code).await?.0,
        RecordCaller::Party(secret) => party::open(&app, from, shelf, (&code, &secret)).await?.id,
    };
    Ok(heard.of(id))
}

/// A record as the token of a unit reads it, or one that has none. What belongs to the unit that has the record alone, and
/// the codes of its cases, which are half of what opens them, are for that unit.
fn told_record(told: &Told, asked: Vec<AskedCase>, unit: Option<&UnitCode>) -> Result<Record, Problem> {
    let (shelf, state) = (told.shelf, told.state.as_ref());
    let summary = shelf.summary(state).ok_or_else(Problem::not_found)?;
    let own = unit == Some(&summary.unit);
    let names = shelf.table().map(|(_, _, heads, _)| heads).unwrap_or_default();
    let cells = names.iter().map(|head| head.name.to_owned()).zip(shelf.row(state).into_iter().map(cell));
    let events = told.events.iter().map(|(index, event)| {
        let body = shelf.json(event.body.as_ref()).map_err(|_| Problem::broken())?;
        Ok(told_event(*index, body))
    });
    let asked = asked.into_iter().map(|case| Asked {
        code: own.then_some(case.code),
        stage: case.stage.code(),
        because: case.because,
    });
    Ok(Record {
        id: told.id.hex(),
        code: summary.code,
        version: shelf.version(state),
        stage: summary.stage,
        unit: summary.unit.0,
        day: summary.day.to_string(),
        title: told.title(Lang::Zh),
        first: told.first(),
        index: told.events.last().map_or(0, |(index, _)| *index),
        columns: cells.collect(),
        words: told.words_for(own),
        events: events.collect::<Result<_, Problem>>()?,
        asked: asked.collect(),
    })
}

/// A cell of a row as JSON: bytes as hex.
fn cell(value: Cell) -> Value {
    match value {
        Cell::Null => Value::Null,
        Cell::Int(number) => json!(number),
        Cell::Text(text) => json!(text),
        Cell::Bytes(bytes) => json!(bytes.iter().map(|b| format!("{b:02x}")).collect::<String>()),
    }
}

/// An event as its body has it, without what is nobody's: the nonce, and the number of an account.
pub(super) fn told_event(index: u64, mut body: Value) -> ToldEvent {
    let mut take = |name: &str| body.get_mut(name).map(Value::take).unwrap_or_default();
    let (mut by, mut fields) = (take("by"), take("event"));
    let moment = Moment(take("at").as_i64().unwrap_or_default());
    if let Some(by) = by.as_object_mut() {
        by.remove("account");
    }
    let kind = fields.as_object_mut().and_then(|fields| fields.remove("kind")).unwrap_or_default();
    let at = format!("{}+08:00", moment.local());
    ToldEvent { index, kind, at, by, because: take("because"), fields, clocks: take("clocks") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lectures() -> &'static dyn Shelf {
        register("lectures").unwrap()
    }

    #[test]
    fn a_query_is_read_name_by_name_and_the_later_position_holds() {
        let asked = wanted(lectures(), "unit=housing&from=2023-05-01&to=2023-06-01&changed_since=7&after=9").unwrap();
        assert_eq!((asked.unit.as_str(), asked.by_last, asked.behind), ("housing", true, 9));
        assert_eq!(asked.days.1 - asked.days.0, 31);
        let asked = wanted(lectures(), "").unwrap();
        assert_eq!((asked.behind, asked.by_last), (-1, false));
    }

    #[test]
    fn what_no_list_takes_is_refused_by_name() {
        for (query, field) in [
            ("units=a", "units"),
            ("unit=%C2%84", "unit"),
            ("unit=A%20b", "unit"),
            ("stage=%E4%B8%AD", "stage"),
            ("from=soon", "from"),
            ("after=-1", "after"),
            ("changed_since=x", "changed_since"),
        ] {
            let problem = wanted(lectures(), query).unwrap_err();
            assert_eq!((problem.status(), problem.field()), (StatusCode::UNPROCESSABLE_ENTITY, Some(field)), "{query}");
        }
    }

    #[test]
    fn an_event_is_told_without_nonce_and_without_an_accounts_number() {
        let body = json!({ "nonce": "00", "at": 1_683_162_000_000_i64, "event": { "kind": "lecture.asked", "no": 1 },
            "by": { "who": "staff", "account": 7, "unit": "housing", "role": "clerk" } });
        let told = serde_json::to_value(told_event(3, body)).unwrap();
        let expected = json!({ "index": 3, "kind": "lecture.asked", "at": "2023-05-04T09:00:00+08:00",
            "by": { "who": "staff", "unit": "housing", "role": "clerk" }, "fields": { "no": 1 } });
        assert_eq!(told, expected);
    }

    #[test]
    fn only_registers_with_a_table_are_here() {
        for name in ["cases", "case", "districts", "lecture", "figures", ""] {
            assert!(register(name).is_err(), "{name}");
        }
    }
}
