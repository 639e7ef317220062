//! `/receptions`: who receives when and where, for everybody; a day with its free times, where a time is booked; and the day
//! as an entry for a calendar. The name of who receives is shown while the day is ahead or open, and not any more when it is
//! over.

use super::super::form::{name, values};
use super::super::page::{at_fields, refusals};
use super::super::paged::{paged, place};
use super::super::{for_everybody, moved};
use super::list::{COMING, Line, line};
use super::{Body, VISITS, books, posted, read, reception, swapped, time};
use crate::app::App;
use crate::caller::{From, Staff, Visitor};
use crate::form::{KEY_MOST, Sent};
use crate::kept;
use crate::lang::{L, capital};
use crate::page::{Choice, FieldError, NavItem, Page, form_status, go, show, show_with, url_code};
use crate::parts::public_tabs::public_tabs;
use crate::parts::qr::Qr;
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use desk::Key;
use domain::case::Visit;
use domain::moment::day_number;
use domain::register::{On, Shelf, Thing};
use domain::{Actor, Label, Lang, Moment};
use registers::resolve::encounter::{Act, Tongue};
use registers::resolve::reception::{Event, Reception, Stage};
use serde::Deserialize;
use store::listed::{Told, Which};

/// Days of a page.
const ROWS: usize = 40;
/// How far the district's clock is ahead of UTC, in milliseconds.
const OFFSET: i64 = 8 * 3_600_000;
/// What the keys of bookings without an account are for.
const SCOPE: &str = "booking";

#[derive(Template)]
#[template(path = "records/receptions_public.html")]
struct PublicPage {
    l: L,
    page: Page,
    tabs: Vec<NavItem>,
    /// What comes, day by day.
    days: Vec<(String, Vec<Line>)>,
    over: Vec<Line>,
    next: String,
    first: String,
}

#[derive(Default, Deserialize)]
pub(crate) struct PublicQuery {
    #[serde(default)]
    before: String,
}

/// `GET /receptions`
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<PublicQuery>,
) -> Result<Response, Problem> {
    let (l, d, now, number) = (visitor.l, app.desk().district(), app.desk().now(), app.desk().number());
    let today = day_number(now.date());
    let after = place(&asked.before);
    let found = app.read(move |db, keys| {
        let which =
            |days, back, after| Which { register: "reception", days, unit: String::new(), public: true, back, after };
        let coming = match after {
            None => paged(db, keys, number, &which((today, i64::MAX), false, None), COMING)?.0,
            Some(_) => Vec::new(),
        };
        let (over, next) = paged(db, keys, number, &which((i64::MIN, today), true, after), ROWS)?;
        Ok((coming, over, next))
    });
    let (coming, over, next) = found.await?;
    let mut days: Vec<(String, Vec<Line>)> = Vec::new();
    for told in &coming {
        let Some(line) = line(l, &d, now, told, None) else { continue };
        match days.last_mut() {
            Some((day, lines)) if *day == line.day => lines.push(line),
            _ => days.push((line.day.clone(), vec![line])),
        }
    }
    let page = PublicPage {
        l,
        page: visitor.page(l.t("look-receptions")),
        tabs: public_tabs(l, "/receptions"),
        days,
        over: over.iter().filter_map(|told| line(l, &d, now, told, None)).collect(),
        next: next.map(|(day, seq)| format!("/receptions?before={day}.{seq}")).unwrap_or_default(),
        first: if asked.before.is_empty() { String::new() } else { "/receptions".into() },
    };
    Ok(kept::words(&visitor, &page))
}

#[derive(Template)]
#[template(path = "records/reception_public.html")]
struct DayPage {
    l: L,
    page: Page,
    tabs: Vec<NavItem>,
    code: String,
    line: Line,
    level: String,
    moved: String,
    /// That another post receives, and why; none while nobody took over.
    swapped: Option<String>,
    /// Said of a day that is today and not open.
    today: bool,
    /// Why it is cancelled; none if it is not.
    cancelled: Option<String>,
    open: bool,
    /// Where the form goes; empty where nothing can be booked.
    at: String,
    key: String,
    errors: Vec<FieldError>,
    slots: Vec<Choice>,
    /// How long each is.
    length: String,
    who: String,
    phone: String,
    people: String,
    matter: String,
    fetch: bool,
    /// In which language a text message says that the day is moved or cancelled: that of the page, or what the caller wants.
    tongues: Vec<Choice>,
    /// Whether a clerk books for somebody who calls.
    for_caller: bool,
}

impl DayPage {
    fn error(&self, field: &str) -> String {
        self.errors.iter().find(|e| e.field == field).map_or(String::new(), |e| e.text.clone())
    }
}

/// Whether a time of the day can still be booked.
fn can_be_booked(day: &Reception, now: Moment) -> bool {
    day.stage == Stage::Published && day_number(day.starts.date()) > day_number(now.date())
}

/// The times that are free.
fn free(day: &Reception, chosen: &str) -> Vec<Choice> {
    let free = (0..day.slots()).filter(|slot| day.booked.iter().all(|(booked, _)| booked != slot));
    free.map(|slot| Choice::of(&slot.to_string(), &time(day.slot_starts(slot)), chosen)).collect()
}

fn drawn(
    app: &App,
    visitor: &Visitor,
    told: &Told,
    sent: Option<&Sent>,
    errors: Vec<FieldError>,
    staff: Option<&Staff>,
) -> Result<DayPage, Problem> {
    let (l, d, now) = (visitor.l, app.desk().district(), app.desk().now());
    let of = reception(told).ok_or_else(Problem::not_found)?;
    let typed = |field: &str| sent.map(|sent| sent.raw(&name("book", field)).to_owned()).unwrap_or_default();
    let people = typed("people");
    let tongue = match typed("tongue").as_str() {
        "" => if l.0 == Lang::En { Tongue::En } else { Tongue::Zh }.code().to_owned(),
        typed => typed.to_owned(),
    };
    let reason = told.words().get("reason").cloned().unwrap_or_default();
    let code = of.code.as_str().to_owned();
    let to = if staff.is_some() { "/records/receptions" } else { "/receptions" };
    Ok(DayPage {
        l,
        page: visitor.page(told.title(l.0)),
        tabs: public_tabs(l, "/receptions"),
        level: capital(of.level.label(l.0)),
        moved: moved(l, told, starts),
        swapped: swapped(l, told),
        today: of.stage == Stage::Published && now < of.ends() && !can_be_booked(of, now),
        cancelled: (of.stage == Stage::Cancelled).then_some(reason),
        open: of.stage == Stage::Open,
        at: if can_be_booked(of, now) { format!("{to}/{code}/book") } else { String::new() },
        key: app.random_text(),
        errors,
        slots: free(of, &typed("slot")),
        length: l.t_n("reception-book-slot", of.slot),
        who: typed("name"),
        phone: typed("phone"),
        people: if people.is_empty() { "1".into() } else { people },
        matter: typed("matter"),
        fetch: !typed("fetch").is_empty(),
        tongues: Choice::all::<Tongue>(l, &tongue),
        for_caller: staff.is_some(),
        line: line(l, &d, now, told, None).ok_or_else(Problem::not_found)?,
        code,
    })
}

/// `GET /receptions/{code}`
pub(crate) async fn show_one(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let told = open(&app, &code).await?;
    Ok(show(&drawn(&app, &visitor, &told, None, Vec::new(), None)?))
}

/// A day that everybody may see.
async fn open(app: &App, code: &str) -> Result<Told, Problem> {
    let (told, _) = read(app, code, |_| Vec::new()).await?;
    let public = reception(&told).is_some_and(|day| day.is_public());
    if public { Ok(for_everybody(told)) } else { Err(Problem::not_found()) }
}

/// `GET /records/receptions/{code}/book`: a clerk books for somebody who calls.
pub(crate) async fn for_caller(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let told = open(&app, &code).await?;
    if !reception(&told).is_some_and(|day| books(day, &staff)) {
        return Err(Problem::not_yours());
    }
    Ok(show(&drawn(&app, &visitor, &told, None, Vec::new(), Some(&staff))?))
}

/// `GET /receptions/{code}/book`: where the form was sent to; its page is the day's.
pub(crate) async fn again(Path(code): Path<String>) -> Response {
    go(&format!("/receptions/{}", url_code(&code)))
}

#[derive(Template)]
#[template(path = "records/booked.html")]
struct BookedPage {
    l: L,
    page: Page,
    code: String,
    secret: String,
    when: String,
    post: String,
    place: String,
    calendar: String,
    qr: Option<Qr>,
    /// Whether text messages go out: then one says so when the day is moved or cancelled.
    told: bool,
    for_caller: bool,
}

/// `POST /receptions/{code}/book`: by whoever wants to come. The answer is the slip: what opens the booking stands in no
/// address.
pub(crate) async fn book(
    State(app): State<App>,
    visitor: Visitor,
    From(from): From,
    Path(code): Path<String>,
    sent: Sent,
) -> Result<Response, Problem> {
    let typed = sent.get("key").to_owned();
    let key = if (1..=KEY_MOST).contains(&typed.len()) { typed } else { app.random_text() };
    let booker = Booker { actor: Actor::Resident, key: Key::of(SCOPE, &key), from: Some(from), staff: None };
    run(&app, &visitor, booker, &code, sent).await
}

/// `POST /records/receptions/{code}/book`
pub(crate) async fn book_for(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(code): Path<String>,
    sent: Sent,
) -> Result<Response, Problem> {
    let key = sent.key(&staff)?;
    let booker = Booker { actor: staff.actor(), key, from: None, staff: Some(&staff) };
    run(&app, &visitor, booker, &code, sent).await
}

/// Who books.
struct Booker<'a> {
    actor: Actor,
    key: Key,
    /// Where a resident's form came from: what is counted are bookings, not forms that were filled in wrongly.
    from: Option<std::net::IpAddr>,
    staff: Option<&'a Staff>,
}

async fn run(app: &App, visitor: &Visitor, by: Booker<'_>, code: &str, sent: Sent) -> Result<Response, Problem> {
    let Booker { actor, key, from, staff } = by;
    let (l, told) = (visitor.l, open(app, code).await?);
    let day = reception(&told).ok_or_else(Problem::not_found)?;
    let act = &Act::ALL[0];
    let sent = sent.changed(&name(act.code, "reception"), told.id.hex());
    let values = values(act, &sent, &app.desk().district());
    let done = match VISITS.read_act(act.code, &values) {
        Ok(read) => {
            from.map_or(Ok(()), |from| app.limits().count_booking(from))?;
            let by = (actor, Visit::BEST);
            let done =
                app.desk().execute_read(by, &VISITS, (On::New, None), (act.code, &values, read), Some(key)).await;
            done.map_err(|failure| vec![failure])
        }
        Err(wrong) => Err(wrong.into_iter().map(desk::Failure::Refused).collect()),
    };
    let done = match done {
        Ok(done) => done,
        Err(wrong) => {
            let wrong = refusals(wrong)?;
            let mut errors = at_fields(l, act, &wrong);
            // This page has booked before: sent once more with something else in it.
            if wrong.iter().any(|refusal| refusal.why == domain::Why::KeyReused) {
                errors = vec![FieldError { field: "book-slot".into(), text: l.t("booked-already") }];
            }
            let told = open(app, code).await?;
            let page = drawn(app, visitor, &told, Some(&sent), errors, staff)?;
            return Ok(show_with(form_status(&page.errors), &page));
        }
    };
    // Sent once more after something became of it: the booking says what.
    if done.again && !day.booked.iter().any(|(_, id)| *id == done.id) {
        return Ok(go("/bookings"));
    }
    let slot = values.get("slot").parse().unwrap_or(0);
    let (post, ..) = posted(&told, app.desk().now(), false);
    let code = day.code.as_str();
    let mut response = show(&BookedPage {
        l,
        // It is shown once: nothing on it leads away by itself.
        page: Page { path: String::new(), ..visitor.page(l.t("booked-title")) },
        qr: Qr::of(&format!("{}/bookings#{}.{}", app.site().origin(), done.code, done.secret)),
        code: done.code,
        secret: done.secret,
        when: format!("{} {}", l.full_day(day.starts.date()), time(day.slot_starts(slot))),
        post,
        place: told.words().get("place").cloned().unwrap_or_default(),
        calendar: format!("/receptions/{code}/calendar.ics?slot={slot}"),
        told: app.messages().sms.is_some(),
        for_caller: staff.is_some(),
    });
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(response)
}

#[derive(Default, Deserialize)]
pub(crate) struct CalendarQuery {
    #[serde(default)]
    slot: Option<u16>,
}

/// `GET /receptions/{code}/calendar.ics`: the day, or one of its times, for a calendar (RFC 5545).
pub(crate) async fn calendar(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
    Query(asked): Query<CalendarQuery>,
) -> Result<Response, Problem> {
    let (l, told) = (visitor.l, open(&app, &code).await?);
    let day = reception(&told).ok_or_else(Problem::not_found)?;
    let slot = asked.slot.filter(|slot| *slot < day.slots());
    let (starts, ends) = match slot {
        Some(slot) => (day.slot_starts(slot), day.slot_starts(slot + 1)),
        None => (day.starts, day.ends()),
    };
    // In UTC, which every calendar brings to its own zone.
    let stamp = |at: Moment| {
        let utc = Moment(at.0 - OFFSET).local();
        let (y, m, d) = (utc.year(), utc.month(), utc.day());
        format!("{y:04}{m:02}{d:02}T{:02}{:02}{:02}Z", utc.hour(), utc.minute(), utc.second())
    };
    let name = l.t_n("reception-calendar", told.title(l.0));
    let place = told.words().get("place").cloned().unwrap_or_default();
    let cancelled = day.stage == Stage::Cancelled;
    let uid = format!(
        "{}-{}@{}",
        day.code.as_str(),
        slot.map_or(0, |slot| slot + 1),
        app.site().origin().rsplit("//").next().unwrap_or("doorstep")
    );
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Doorstep//reception//ZH".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{uid}"),
        format!("SEQUENCE:{}", day.version),
        format!("DTSTAMP:{}", stamp(day.touched)),
        format!("DTSTART:{}", stamp(starts)),
        format!("DTEND:{}", stamp(ends)),
        format!("SUMMARY:{}", escaped(&name)),
        format!("LOCATION:{}", escaped(&place)),
        format!("STATUS:{}", if cancelled { "CANCELLED" } else { "CONFIRMED" }),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ];
    let text: String = lines.iter().map(|line| folded(line)).collect();
    let disposition = format!("attachment; filename=\"{}.ics\"", day.code.as_str());
    let headers =
        [(header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, text).into_response())
}

/// A text as a property of an entry has it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A line of an entry, folded so that none is longer than 75 bytes.
fn folded(line: &str) -> String {
    let (mut out, mut length) = (String::with_capacity(line.len() + 8), 0);
    for c in line.chars() {
        if length + c.len_utf8() > 74 {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out.push_str("\r\n");
    out
}

/// That the day was moved, or another post receives; empty if neither.
pub(super) fn news(l: L, told: &Told) -> String {
    [moved(l, told, starts), swapped(l, told).unwrap_or_default()].join(" ").trim().to_owned()
}

/// When it was to be held, as an event says it, and whether the event moved it.
fn starts(body: &Thing) -> Option<(Moment, bool)> {
    match body.downcast_ref::<Body>()?.event {
        Event::Planned { starts, .. } => Some((starts, false)),
        Event::Moved { starts, .. } => Some((starts, true)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{escaped, folded};

    #[test]
    fn an_entry_for_a_calendar_has_short_lines_and_nothing_in_a_text_ends_one() {
        assert_eq!(escaped("街道, 主任; 一\\二\n三"), "街道\\, 主任\\; 一\\\\二\\n三");
        let long = folded(&format!("SUMMARY:{}", "接访".repeat(40)));
        assert!(long.ends_with("\r\n") && long.split("\r\n").all(|line| line.len() <= 75), "{long}");
        assert_eq!(long.replace("\r\n ", "").trim_end(), format!("SUMMARY:{}", "接访".repeat(40)));
    }
}
